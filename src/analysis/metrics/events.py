"""Acts counted and scored: minimum and maximum where dates are intervals, every number with its rows."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.citing import join_rows

DAYS_A_YEAR = 365.2425
FEWEST = 5  # acts; below that a mean says less than its acts
ROLES = ("carried out or signed", "words, talks and ceremony", "halted, charged, implied or without a code")


def count_events(events: pd.DataFrame, *, by: str = "year") -> pd.DataFrame:
    """Count acts, with the fewest and the most that their dates allow.

    By year, an act surely falls in a year if its whole interval does; it may fall in every year that the interval
    touches. An act that lasted (`span`) is under way in each of its years. Undated acts are in no year. By any other
    column, each act is in one group and the two counts are equal; acts without a group are left out.

    Parameters
    ----------
    events : pandas.DataFrame
        `Dossier.events`, filtered as wanted.
    by : str
        ``year`` or a column.

    Returns
    -------
    pandas.DataFrame
        Index: year or group, sorted. Columns minimum, maximum, rows.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> events = load_dossier().events
    >>> int(count_events(events[events["type"] == "visit"]).loc[2019, "minimum"])
    1
    """
    if by != "year":
        groups = events.dropna(subset=[by]).groupby(by, observed=True)["rows"]
        counts = groups.size()
        return pd.DataFrame({"minimum": counts, "maximum": counts, "rows": groups.agg(join_rows)})
    dated = events.dropna(subset=["earliest"])
    first, last = dated["earliest"].dt.year, dated["latest"].dt.year
    sure = (first == last) | ((dated["date_kind"] == "span") & ~dated["open_start"] & ~dated["open_end"])
    years = [list(range(start, end + 1)) for start, end in zip(first, last, strict=True)]
    spread = (
        dated.assign(year=pd.Series(years, dated.index), sure=sure)[["year", "sure", "rows"]]
        .explode("year")
        .astype({"year": "int64"})
    )
    return spread.groupby("year").agg(minimum=("sure", "sum"), maximum=("sure", "size"), rows=("rows", join_rows))


def count_effects(events: pd.DataFrame, *, by: str = "period") -> pd.DataFrame:
    """Count the acts that bring the two governments together and those that push them apart.

    Only counted acts enter; acts without a group are left out.

    Parameters
    ----------
    events : pandas.DataFrame
        `Dossier.events`.
    by : str
        Column to group by.

    Returns
    -------
    pandas.DataFrame
        Index: group. Columns together, neutral, apart, acts, rows. Groups without an act do not appear.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> int(count_effects(load_dossier().events).loc["Rupture", "together"])
    0
    """
    acts = events[events["counted"]].dropna(subset=[by])
    effects = {name: acts["effect"] == value for name, value in (("together", 1), ("neutral", 0), ("apart", -1))}
    groups = acts.assign(**effects, acts=1).groupby(by, observed=True)
    counts = groups[["together", "neutral", "apart", "acts"]].sum()
    return counts.assign(rows=groups["rows"].agg(join_rows)) if len(acts) else counts.assign(rows="")


def score_periods(events: pd.DataFrame, *, by: str = "period") -> pd.DataFrame:
    """Average the Goldstein scores of the counted acts, with the range when any one act is left out.

    A mean of fewer than five acts is missing: there the acts themselves say more.

    Parameters
    ----------
    events : pandas.DataFrame
        `Dossier.events`.
    by : str
        Column to group by.

    Returns
    -------
    pandas.DataFrame
        Index: group. Columns acts (with a score), mean, mean_low, mean_high (Goldstein, −10 to +10), rows.

    References
    ----------
    Goldstein, J. S. (1992), "A Conflict-Cooperation Scale for WEIS Events Data", Journal of Conflict Resolution
    36(2), 369–385; values for CAMEO codes as in `Dossier.cameo`.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> float(score_periods(load_dossier().events).loc["Rupture", "mean"]) < 0
    True
    """
    acts = events[events["counted"]].dropna(subset=[by, "goldstein"])
    records = {}
    for group, scores in acts.groupby(by, observed=True)["goldstein"]:
        without = (scores.sum() - scores) / max(len(scores) - 1, 1)
        known = [scores.mean(), without.min(), without.max()] if len(scores) >= FEWEST else [None] * 3
        records[group] = [len(scores), *known, join_rows(scores.index)]
    frame = pd.DataFrame.from_dict(records, "index", columns=["acts", "mean", "mean_low", "mean_high", "rows"])
    return frame.rename_axis(by).astype(
        {"acts": "int64", "mean": "Float64", "mean_low": "Float64", "mean_high": "Float64"}
    )


def leave_one_out(events: pd.DataFrame) -> pd.DataFrame:
    """Show how far the mean Goldstein score moves when each act is left out.

    Parameters
    ----------
    events : pandas.DataFrame
        The acts of one phase; only counted ones with a score enter.

    Returns
    -------
    pandas.DataFrame
        Index: event_id, largest shift first, ties in the order given. Columns label, goldstein, mean_without, shift,
        rows. Empty with fewer than two acts.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> events = load_dossier().events
    >>> leave_one_out(events[events["period"] == "Rupture"]).index[0]
    'E29'
    """
    acts = events[events["counted"]].dropna(subset=["goldstein"])
    scores = acts["goldstein"].astype("float")
    if len(acts) < 2:
        acts, scores = acts.iloc[:0], scores.iloc[:0]
    without = (scores.sum() - scores) / max(len(scores) - 1, 1)
    frame = acts[["label", "goldstein"]].assign(mean_without=without, shift=without - scores.mean(), rows=acts["rows"])
    return frame.sort_values("shift", key=lambda shift: -shift.abs(), kind="stable")


def count_within(events: pd.DataFrame, periods: pd.DataFrame) -> pd.DataFrame:
    """Count acts by phase from their dates alone: the fewest and the most that the dates allow.

    An act may fall in a phase if its interval touches the phase's widest extent; an undated act may fall in any. It
    surely falls in the phase that alone can hold it.

    Parameters
    ----------
    events : pandas.DataFrame
        `Dossier.events`; only counted acts enter.
    periods : pandas.DataFrame
        `Dossier.periods`; only phases enter.

    Returns
    -------
    pandas.DataFrame
        Index: label of the phase. Columns together_low, together_high, apart_low, apart_high, rows (acts that may fall
        in it). Phases without a possible act do not appear.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> dossier = load_dossier()
    >>> bool((count_within(dossier.events, dossier.periods)["apart_low"] >= 0).all())
    True
    """
    acts = events[events["counted"]]
    may = {
        phase.label: acts["earliest"].isna() | ((acts["earliest"] <= phase.latest) & (acts["latest"] >= phase.earliest))
        for phase in periods[periods["kind"] == "phase"].itertuples()
    }
    alone = pd.DataFrame(may, index=acts.index).sum(axis=1) == 1
    records = {}
    for label, possible in may.items():
        cells = [
            int((acts["effect"][which] == sign).sum()) for sign in (1, -1) for which in (possible & alone, possible)
        ]
        if possible.any():
            records[label] = [*cells, join_rows(acts.loc[possible, "rows"])]
    columns = ["together_low", "together_high", "apart_low", "apart_high", "rows"]
    return pd.DataFrame.from_dict(records, "index", columns=columns).rename_axis("period")


def find_gaps(events: pd.DataFrame) -> pd.DataFrame:
    """Measure the silence after each dated act: the shortest and the longest that the dates allow.

    The shortest ends with the first day on which any later act may have taken place; the longest ends with the last
    day by which one surely had. Only acts with both ends of their date known start a silence; acts with an open date
    can still end one. Undated acts do neither. Silences that may be nothing at all are left out.

    Parameters
    ----------
    events : pandas.DataFrame
        Acts of one kind, such as visits.

    Returns
    -------
    pandas.DataFrame
        Index ``silence``: the date after which it starts. Columns after, until (labels of the acts that bound it),
        shortest_years, longest_years, start, sure_start, sure_end, end (days), rows. In order of time.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> events = load_dossier().events
    >>> visits = events[events["counted"] & (events["type"] == "visit")]
    >>> [round(float(years), 1) for years in find_gaps(visits)["longest_years"]][0]
    13.5
    """
    dated = events.dropna(subset=["earliest"]).sort_values("latest", kind="stable")
    whole = dated[~dated["open_start"] & ~dated["open_end"] & (dated["date_kind"] == "within")]
    silences: list[str] = []
    records: list[list[Any]] = []
    start: Any
    for start in whole.itertuples():
        later, surely = dated[dated["latest"] > start.latest], dated[dated["earliest"] > start.latest]
        if later.empty or surely.empty:
            continue
        soonest: Any = later.nsmallest(1, "earliest").iloc[0]
        latest: Any = surely.nsmallest(1, "latest").iloc[0]
        shortest, longest = (
            (soonest["earliest"] - start.latest).days - 1,
            (latest["latest"] - start.earliest).days - 1,
        )
        if shortest > 0:
            silences.append(f"after {start.when}")
            rows = join_rows([start.rows, soonest["rows"], latest["rows"]])
            until = " or ".join(dict.fromkeys([soonest["label"], latest["label"]]))
            days = [start.earliest, start.latest, soonest["earliest"], latest["latest"]]
            records.append([start.label, until, shortest / DAYS_A_YEAR, longest / DAYS_A_YEAR, *days, rows])
    columns = ["after", "until", "shortest_years", "longest_years", "start", "sure_start", "sure_end", "end", "rows"]
    return pd.DataFrame(records, columns=columns, index=pd.Index(silences, name="silence", dtype="str"))


def find_longest(gaps: pd.DataFrame) -> pd.DataFrame:
    """Return the silence that is the longest whatever the dates, as a frame of one row; of no row where that is open.

    Parameters
    ----------
    gaps : pandas.DataFrame
        As `find_gaps` returns it.

    Examples
    --------
    >>> from analysis import load_dossier, select_visits
    >>> find_longest(find_gaps(select_visits(load_dossier().events))).index.tolist()
    ['after 2006']
    """
    longest = gaps.sort_values("shortest_years", kind="stable").tail(1)
    others = gaps[~gaps.index.isin(longest.index)]
    sure = others.empty or bool((longest["shortest_years"] > others["longest_years"].max()).all())
    return longest if sure else longest.iloc[:0]


def select_visits(events: pd.DataFrame) -> pd.DataFrame:
    """Return the visits that can be counted: each one journey, dated, its direction told.

    A run of visits of unknown number, or one without a direction, is left out; so are meetings, and stops within a
    visit, since they are parts of it.

    Parameters
    ----------
    events : pandas.DataFrame
        `Dossier.events`.

    Returns
    -------
    pandas.DataFrame
        The same columns, by earliest day; actor_country went to target_country.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> select_visits(load_dossier().events)["when"].tolist()
    ['2006', 'Jun 2019', 'Sep 2021', 'Jan 2025']
    """
    once = events["counted"] & (events["type"] == "visit") & (events["date_kind"] == "within") & ~events["mutual"]
    return events[once & events["earliest"].notna()].sort_values("earliest", kind="stable")


def list_fields(events: pd.DataFrame) -> pd.DataFrame:
    """Return which fields of cooperation each act concerns, and what the act makes of them.

    Words, talks and ceremony are CAMEO roots 01 to 04 (statement, appeal, intent, consultation) and 051 (praise).
    What pushes apart, is not asserted, or has no code, since no act is told or none fits, is in the third group. All
    else is carried out or signed. Acts of others, which have no bearing, are left out.

    Parameters
    ----------
    events : pandas.DataFrame
        `Dossier.events`.

    Returns
    -------
    pandas.DataFrame
        One row an act and field, index: event_id; the columns of `events`, and field, role (one of `ROLES`, ordered).

    Examples
    --------
    >>> from analysis import load_dossier
    >>> list_fields(load_dossier().events).loc["E51", "field"].tolist()
    ['arms', 'security']
    """
    acts = events[events["fields"].notna() & events["bearing"].notna()]
    role = pd.Series(ROLES[0], acts.index, dtype="str")
    role = role.mask(acts["cameo_code"].str.fullmatch("0[1-4].*|051", na=False), ROLES[1])
    firm = (acts["bearing"] >= 0) & acts["certainty"].isin(["asserted", "reported"]) & acts["cameo_code"].notna()
    role = role.where(firm, ROLES[2])
    ordered = role.astype(pd.CategoricalDtype(list(ROLES), ordered=True))
    return acts.assign(role=ordered, field=acts["fields"].str.split(";")).explode("field")


def count_initiators(events: pd.DataFrame) -> pd.DataFrame:
    """Count who acted first: by country of the actor, joint acts apart.

    Parameters
    ----------
    events : pandas.DataFrame
        `Dossier.events`; only counted acts enter.

    Returns
    -------
    pandas.DataFrame
        Index ``initiator``: country code, or ``joint``. Columns as `count_effects`.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> sorted(count_initiators(load_dossier().events).index)
    ['IRN', 'TJK', 'joint']
    """
    who = events["actor_country"].mask(events["mutual"], "joint")
    return count_effects(events.assign(initiator=who), by="initiator")


def find_turn(events: pd.DataFrame) -> str:
    """Return the phase in which acts that push apart most outnumber those that bring together, or an empty text.

    Ties go to the earlier phase.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> find_turn(load_dossier().events)
    'Rupture'
    """
    counts = count_effects(events)
    excess = counts["apart"] - counts["together"]
    return str(excess.idxmax()) if len(excess) and excess.max() > 0 else ""
