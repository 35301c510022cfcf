"""A dossier: one article coded into tables, loaded, checked and made ready to count."""

from __future__ import annotations

import datetime as dt
import sys
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from os import PathLike
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.citing import format_number
from analysis.dates import FIRST_YEAR, LAST_YEAR, UNDATED, describe_date, parse_date
from analysis.errors import DataError, Fault
from analysis.faults import check_tables
from analysis.schema import DEFAULT, TABLES, Schema, build_table, find_counted, read_schema, read_tables

IMPORTED = {path: path.stat().st_mtime_ns for path in Path(__file__).parent.rglob("*.py")}  # when it was imported
CERTAINTIES = ("asserted", "reported", "alleged", "denied")
NAMED = 12  # rows with one fault; of more, how many between which
CHANGE = "% on the year before"  # the unit of a trade figure in %, in words
HEDGES = {"exact": "", "between": "", "about": "about ", "at_least": "at least ", "at_most": "at most "}


@dataclass(frozen=True)
class Dossier:
    """The validated tables of one coded article. Every frame is indexed by its id and has a text column ``rows``.

    Attributes
    ----------
    trade, events, periods, actors, fields, cameo, sources : pandas.DataFrame
        What the article says. The columns of `datapackage.json`, then derived ones: ``earliest``, ``latest``,
        ``when`` (the date in words), ``rows``, and what `load_dossier` lists.
    evidence, event_evidence : pandas.DataFrame
        What others say, likewise; never mixed with the article's word.
    claims, passes, paragraphs, not_coded : pandas.DataFrame
        What can be tested, the coding passes, all paragraphs, and the numbers that no row holds. Any may be empty.
    dyad : tuple of str
        The two countries, ISO 3166-1 alpha-3.
    article : pandas.Series
        The row of `sources` that was coded; what is not known is an empty text.
    first_day, last_day : pandas.Timestamp
        Start of the coverage and day of publication: open ends are clipped there. Where these are not known, it is a
        year beyond the first and the last that the article's rows name.
    """

    trade: pd.DataFrame
    events: pd.DataFrame
    periods: pd.DataFrame
    actors: pd.DataFrame
    fields: pd.DataFrame
    cameo: pd.DataFrame
    sources: pd.DataFrame
    evidence: pd.DataFrame
    event_evidence: pd.DataFrame
    claims: pd.DataFrame
    passes: pd.DataFrame
    paragraphs: pd.DataFrame
    not_coded: pd.DataFrame
    dyad: tuple[str, str]
    article: pd.Series
    first_day: pd.Timestamp
    last_day: pd.Timestamp

    @property
    def phases(self) -> pd.DataFrame:
        """The periods that are phases of the narrative, not themes."""
        return self.periods[self.periods["kind"] == "phase"]


def load_dossier(folder: str | PathLike[str] | None = None) -> Dossier:
    """Read, check and complete the tables of a dossier.

    Parameters
    ----------
    folder : path, optional
        Empty or None: the article this suite is about.

    Returns
    -------
    Dossier
        Derived columns of ``trade`` and ``evidence``: earliest, latest, year (calendar years only), when, rows. Of
        ``event_evidence`` and ``passes``: earliest, latest, when, rows. Of ``events``:
        earliest, latest (missing where undated), open_start, open_end, approximate, when, actor_country,
        target_country, counted, bearing (own effect, or that of the act it is a part of), goldstein, period
        (label of the phase), rows. Of ``periods``: earliest, latest, sure_start, sure_end, rows.

    Raises
    ------
    DataError
        Lists every fault of every file: file, row, column, expected, found, how to mend it.

    Warns
    -----
    UserWarning
        If the library was edited after this kernel imported it, since the old code would run.

    Examples
    --------
    >>> load_dossier().dyad
    ('IRN', 'TJK')
    """
    path = Path(folder or DEFAULT)
    _warn_of_edits()
    schema = read_schema(path)
    cells = read_tables(path, schema)
    faults = check_tables(schema, cells)
    if faults:
        raise DataError(describe_faults(faults))
    frames = {name: build_table(cells[name], table) for name, table in schema["tables"].items()}
    frames = {name: frame.assign(rows=frame.index.astype("str")) for name, frame in frames.items()}
    return _complete(frames, schema)


def _warn_of_edits() -> None:
    loaded = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
    moved = [path for path, time in IMPORTED.items() if not path.exists() or path.stat().st_mtime_ns != time]
    edited = [path.name for path in moved if str(path) in loaded]
    if edited:
        message = (
            f"{', '.join(sorted(edited))} changed after it was imported: restart the kernel to run what it says now"
        )
        warnings.warn(message, stacklevel=3)


def describe_faults(faults: list[Fault], place: str = "the dossier") -> str:
    """Return all faults of a place as one message; the same in several rows, such as an id that is gone, is one line.

    Examples
    --------
    >>> faults = [Fault("trade.csv", row, "flow", "one of total, one_way", "totl") for row in (2, 3)]
    >>> print(describe_faults(faults))
    2 faults in the dossier:
    - trade.csv, rows 2 and 3, column 'flow': expected one of total, one_way, found 'totl'
    """
    alike: dict[Fault, list[int]] = {}
    for fault in faults:
        alike.setdefault(replace(fault, row=0), []).append(fault.row)
    lines = []
    for fault, rows in alike.items():
        line, last = str(replace(fault, row=rows[0])), f" and {rows[-1]}"
        many = (
            ", ".join(map(str, rows[:-1])) + last
            if len(rows) <= NAMED
            else f"{rows[0]} to {rows[-1]} ({len(rows)} of them)"
        )
        lines.append(line.replace(f", row {rows[0]}", f", rows {many}", 1) if len(rows) > 1 else line)
    return "\n- ".join([f"{len(faults)} fault{'s' * (len(faults) > 1)} in {place}:", *lines])


def list_options(dossier: Dossier) -> dict[str, list[str]]:
    """Return what a reader can choose by name: certainties, ids of phases, types of acts, copies of the scale.

    Examples
    --------
    >>> options = list_options(load_dossier())
    >>> options["scale"], options["period"][:2]
    (['GDELT', 'ICEWS'], ['PH1', 'PH2'])
    """
    copies = pd.concat([dossier.cameo["scale_copy"], dossier.cameo["other_copy"]]).dropna()
    return {
        "certainty": list(CERTAINTIES),
        "period": list(map(str, dossier.phases.index)),
        "types": sorted(set(dossier.events["type"])),
        "scale": list(dict.fromkeys(copies)),
    }


def select_rows(
    dossier: Dossier,
    *,
    first_year: int = 0,
    last_year: int = 0,
    certainty: str = "denied",
    period: str = "",
    types: str = "",
    scale: str = "",
) -> Dossier:
    """Return the dossier with only the figures and acts that a reader asks for, evidence of those years, their codes.

    Parameters
    ----------
    dossier : Dossier
    first_year, last_year : int
        Years shown; 0 for no limit. A row stays if its date may fall inside. With a limit, undated rows go.
    certainty : str
        The least certain standing shown: asserted, reported, alleged or denied (all).
    period : str
        Id of one phase, to show only the acts told in it; empty for all.
    types : str
        Types of the acts shown, such as ``agreement+visit``; empty for all.
    scale : str
        Copy of the Goldstein scale that scores the acts; empty for the first. A code that it lacks has no score.

    Raises
    ------
    DataError
        If a name is not in the data, or the years are the wrong way round.

    Examples
    --------
    >>> dossier = load_dossier()
    >>> len(select_rows(dossier, first_year=2020).trade)
    2
    """
    chosen = {"certainty": [certainty], "period": [period], "types": types.split("+"), "scale": [scale]}
    for choice, allowed in list_options(dossier).items():
        for name in [each for each in chosen[choice] if each not in allowed and (each or choice == "certainty")]:
            near = [f" (did you mean {other!r}?)" for other in get_close_matches(name, allowed, n=1)]
            raise DataError(f"{choice}: expected one of {', '.join(allowed)}, found {name!r}{''.join(near)}")
    for name, year in (("first_year", first_year), ("last_year", last_year)):
        if year and not FIRST_YEAR <= year <= LAST_YEAR:
            raise DataError(f"{name}: expected 0 or a year from {FIRST_YEAR} to {LAST_YEAR}, found {year}")
    if first_year and last_year and first_year > last_year:
        raise DataError(f"last_year: expected {first_year} or later, found {last_year}")

    def keep(frame: pd.DataFrame, certainty: str = certainty) -> pd.DataFrame:
        shown = frame["certainty"] <= certainty
        if first_year:
            shown &= frame["latest"].dt.year >= first_year
        if last_year:
            shown &= frame["earliest"].dt.year <= last_year
        return frame[shown.fillna(False)]

    events = keep(dossier.events)
    events = events[(events["period_id"] == period).fillna(False)] if period else events
    events = events[events["type"].isin(types.split("+"))] if types else events
    events = events.assign(goldstein=_score(events, dossier.cameo, scale)) if scale else events
    gone = dossier.events.index.difference(events.index)
    return replace(
        dossier,
        trade=keep(dossier.trade),
        events=events,
        evidence=keep(dossier.evidence, CERTAINTIES[-1]),
        passes=dossier.passes[~dossier.passes["event_id"].isin(gone)],
    )


def _score(events: pd.DataFrame, cameo: pd.DataFrame, scale: str) -> pd.Series:
    """Return the score of each act in one copy of the scale."""
    other = cameo["goldstein_other"].where(cameo["other_copy"] == scale)
    return events["cameo_code"].map(cameo["goldstein"].where(cameo["scale_copy"] == scale, other)).astype("Float64")


def describe_amount(value: float, unit: str, bound: object = "exact", *ends: float) -> str:
    """Return a number as the text hedges it; of a printed range the two ends, of a change its sign.

    Examples
    --------
    >>> describe_amount(55, "million USD", "about"), describe_amount(350, "million USD", "between", 300, 400)
    ('about 55 million USD', '300–400 million USD')
    >>> describe_amount(-12, CHANGE), describe_amount(12, "% of the shares")
    ('−12% on the year before', '12% of the shares')
    """
    number = name_number(value, bound, *ends, spec="+,.10g" if unit == CHANGE else ",.10g")
    return f"{HEDGES.get(str(bound), '')}{number}{'' if unit.startswith('%') else ' '}{unit}"


def name_number(value: float, bound: object, *ends: float, spec: str) -> str:
    """Return a figure as a number; of a printed range the two ends, since its middle is nobody's figure.

    Examples
    --------
    >>> name_number(350, "between", 300, 400, spec=".3g"), name_number(40, "exact", 40, 40, spec=".3g")
    ('300–400', '40')
    """
    return "–".join(format_number(end, spec) for end in (ends if bound == "between" else (value,)))


def name_status(frame: pd.DataFrame) -> pd.Series:
    """Return of each figure or act, in brackets, what it is where it has not happened; else an empty text.

    Examples
    --------
    >>> name_status(pd.DataFrame({"status": ["observed", "target"]})).tolist()
    ['', ' (target)']
    """
    return (" (" + frame["status"] + ")").where(frame["status"] != "observed", "").astype("str")


def _complete(frames: dict[str, pd.DataFrame], schema: Schema) -> Dossier:
    article: Any = frames["sources"].loc[schema["article"]].fillna("")
    first_day, last_day = _find_bounds(frames, schema.get("coverage_start", UNDATED), article["date"])
    article["date"] = article["date"].replace(UNDATED, "")
    trade, evidence = (_add_years(_add_dates(frames[name], first_day, last_day)) for name in ("trade", "evidence"))
    findings, passes = (_add_dates(frames[name], first_day, last_day) for name in ("event_evidence", "passes"))
    periods = _bound_periods(frames["periods"], first_day, last_day)
    events = _add_dates(frames["events"], first_day, last_day)
    events = _add_bearing(events, frames["actors"], frames["cameo"], periods, set(schema["dyad"]))
    whole = {"trade": trade, "events": events, "periods": periods, "evidence": evidence}
    tables = frames | whole | {"event_evidence": findings, "passes": passes}
    first, second = schema["dyad"]
    return Dossier(
        **{name: tables[name] for name in TABLES},
        dyad=(first, second),
        article=article,
        first_day=first_day,
        last_day=last_day,
    )


def _find_bounds(frames: Mapping[str, pd.DataFrame], start: str, appeared: str) -> tuple[pd.Timestamp, pd.Timestamp]:
    told = [frames[name].loc[frames[name]["status"] == "observed", "date"] for name in ("trade", "events")]
    spans = [parse_date(text) for column in (*told, frames["periods"]["start"]) for text in column.dropna()]
    days = {day for span in spans for day in (span.earliest, span.latest) if day}
    first, last = parse_date(start).earliest, parse_date(appeared).latest
    days = days or {first or last or dt.date(FIRST_YEAR + 1, 1, 1)}
    before, after = dt.date(min(days).year - 1, 1, 1), dt.date(max(days).year + 1, 12, 31)  # so that none grows sure
    return pd.Timestamp(first or before), pd.Timestamp(last or after)


def _add_years(figures: pd.DataFrame) -> pd.DataFrame:
    years = figures["earliest"].dt.year.astype("Int64").where(figures["period_kind"] == "calendar_year")
    return figures.assign(certainty=_order_certainty(figures["certainty"]), year=years)


def _order_certainty(certainty: pd.Series) -> pd.Series:
    return certainty.astype(pd.CategoricalDtype(list(CERTAINTIES), ordered=True))


def _add_dates(frame: pd.DataFrame, first_day: pd.Timestamp, last_day: pd.Timestamp) -> pd.DataFrame:
    spans = [parse_date(text) for text in frame["date"]]
    starts = [span.earliest or _cut(span.latest, first_day, -1) for span in spans]
    ends = [span.latest or _cut(span.earliest, last_day, 1) for span in spans]
    return frame.assign(
        earliest=pd.Series(starts, frame.index, dtype="datetime64[s]"),
        latest=pd.Series(ends, frame.index, dtype="datetime64[s]"),
        open_start=[span.earliest is None for span in spans],
        open_end=[span.latest is None for span in spans],
        approximate=[span.approximate for span in spans],
        when=frame["date"].map(describe_date).astype("str"),
    )


def _cut(other: dt.date | None, bound: pd.Timestamp, side: int) -> dt.date | None:
    """Return where the open end of a date is cut: at the bound, or where that lies on the wrong side, a year beyond."""
    if other is None:
        return None
    day = bound.date()
    if (day > other) if side > 0 else (day < other):
        return day
    return dt.date(other.year + side, *((12, 31) if side > 0 else (1, 1)))


def _bound_periods(periods: pd.DataFrame, first_day: pd.Timestamp, last_day: pd.Timestamp) -> pd.DataFrame:
    """Add the widest and the surest extent; an end that the article does not give is open."""
    start = [parse_date(text) if pd.notna(text) else None for text in periods["start"]]
    end = [parse_date(text) if pd.notna(text) else None for text in periods["end"]]
    columns = {
        "earliest": [(span and span.earliest) or first_day for span in start],
        "latest": [(span and span.latest) or last_day for span in end],
        "sure_start": [span and span.latest for span in start],
        "sure_end": [span and span.earliest for span in end],
    }
    return periods.assign(
        **{name: pd.Series(days, periods.index, dtype="datetime64[s]") for name, days in columns.items()}
    )


def _add_bearing(
    events: pd.DataFrame, actors: pd.DataFrame, cameo: pd.DataFrame, periods: pd.DataFrame, dyad: set[str]
) -> pd.DataFrame:
    """Add who acted on whom, what counts, and in which phase."""
    phases = periods.loc[periods["kind"] == "phase", "label"]
    frame = events.assign(
        certainty=_order_certainty(events["certainty"]),
        actor_country=events["actor"].map(actors["country"]),
        target_country=events["target"].map(actors["country"]),
        goldstein=events["cameo_code"].map(cameo["goldstein"]).astype("Float64"),
        period=events["period_id"].map(phases).astype(pd.CategoricalDtype(list(phases), ordered=True)),
    )
    frame["counted"] = find_counted(events, actors["country"], dyad)
    frame["bearing"] = frame["effect"].fillna(frame["parent_id"].map(frame["effect"]))
    return frame
