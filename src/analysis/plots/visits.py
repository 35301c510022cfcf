"""Who went where, and how long no visit is dated: visits by direction, and meetings that are no visits."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from analysis import page, style
from analysis.citing import Quantity
from analysis.dossier import Dossier
from analysis.metrics.events import find_gaps, find_longest, select_visits
from analysis.plots.rows import furnish_rows, is_narrow, place_rows
from analysis.plots.timeline import draw_dates, list_dates
from analysis.plots.words import count_words, join_words, name_source
from analysis.style import INK, each

UNTOLD, MEETINGS, SILENCES = "Direction or number not told", "Met, but no visit", "No visit dated"


def plot_visits(dossier: Dossier, *, ax: Axes | None = None, title: str = "", **kwargs: Any) -> Axes:
    """Draw visits by direction, then meetings, one row each, and the stretches without a dated visit.

    A stretch is drawn solid where it is shortest and dotted to where it is longest (`find_gaps`); a run of visits of
    unknown number ends the solid part. Stops within a visit are parts of it and are not drawn.

    Parameters
    ----------
    dossier : Dossier
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new canvas of 720 pixels.
    title : str
        In place of the computed finding.
    **kwargs
        To `matplotlib.axes.Axes.scatter`, for the marks.

    Returns
    -------
    matplotlib.axes.Axes
        Years; y counts pixels from the top.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> plot_visits(load_dossier()).get_ylabel()
    ''
    """
    with style.house_style():
        ax = page.canvas() if ax is None else ax
        acts, gaps = list_visits(dossier), _list_silences(dossier.events)
        if not acts["counted"].any():
            return page.draw_nothing(ax, "visits or meetings")
        rows = place_rows(pd.concat([acts, gaps]), narrow=is_narrow(ax))
        drawn, silences = rows[rows.index.isin(acts.index[acts["counted"]])], rows[rows["group"] == SILENCES]
        furnish_rows(
            ax,
            rows,
            title=title or _find_title(acts, gaps),
            subtitle="Journeys and meetings, with their dates as far as the article gives them.",
            keys=style.list_keys(drawn) + list_dates(drawn) + _list_keys(gaps),
            source=_describe_source(dossier, drawn),
            alt=_describe(acts, gaps),
            data=pd.concat([drawn, silences])[["group", "when", "label", "certainty", "rows"]],
        )
        draw_dates(ax, drawn, **kwargs)
        for gap in each(silences):
            _draw_silence(ax, gap)
        return ax


def list_visits(dossier: Dossier) -> pd.DataFrame:
    """Return visits and meetings by direction, as rows of a picture.

    Returns
    -------
    pandas.DataFrame
        The columns of `Dossier.events`, and group, start, end (decimal years), part. A direction without a
        visit has a row that is not counted.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> list(dict.fromkeys(list_visits(load_dossier())["group"]))[:2]
    ['Iran → Tajikistan', 'Tajikistan → Iran']
    """
    events, (one, two) = dossier.events, dossier.dyad
    acts = events[events["counted"] & events["type"].isin(["visit", "meeting"])]
    visits = select_visits(events)
    ways = pd.Series(MEETINGS, acts.index, dtype="str").mask(acts["type"] == "visit", UNTOLD)
    ways = ways.mask(acts.index.isin(visits.index), acts["actor_country"] + acts["target_country"])
    name = [str(dossier.actors["name"].get(code, code)) for code in (one, two)]
    groups = {one + two: f"{name[0]} → {name[1]}", two + one: f"{name[1]} → {name[0]}"}
    empty = [way for way in groups if way not in set(ways)]
    facts = {"label": "none is told", "when": "", "counted": False, "rows": "", "part": False}
    nothing = pd.DataFrame({"group": empty, **facts}, index=empty)
    acts = acts.assign(
        start=style.to_years(acts["earliest"]), end=style.to_years(acts["latest"], end=True), part=False, group=ways
    ).sort_values("end", kind="stable")
    rows = pd.concat([acts, nothing]) if empty else acts
    order = {way: number for number, way in enumerate([*groups, UNTOLD, MEETINGS])}
    rows = rows.sort_values("group", key=lambda ways: ways.map(order), kind="stable")
    return rows.assign(group=rows["group"].map(groups).fillna(rows["group"]))


def _list_silences(events: pd.DataFrame) -> pd.DataFrame:
    """Return the silences between visits, with their length in words, as rows of a picture."""
    gaps = find_gaps(events[events["counted"] & (events["type"] == "visit")])
    lengths = [Quantity(None, row.rows, row.shortest_years, row.longest_years, " years") for row in each(gaps)]
    ends = {"start": False, "sure_start": True, "sure_end": False, "end": True}
    days = {name: style.to_years(gaps[name].astype("datetime64[s]"), end=last) for name, last in ends.items()}
    when = [length.describe(".1f") for length in lengths]
    return gaps.assign(**days, when=when, label=gaps.index, group=SILENCES, part=False, bearing=1)


def _draw_silence(ax: Axes, gap: Any, half: float = 4) -> None:
    ax.plot([gap.start, gap.end], [gap.y, gap.y], color=INK, lw=1.2, ls=style.DOTS)
    ax.plot([gap.sure_start, gap.sure_end], [gap.y, gap.y], color=INK, lw=2, solid_capstyle="butt")
    ax.vlines([gap.sure_start, gap.sure_end], gap.y - half, gap.y + half, color=INK, lw=1.2)


def _list_keys(gaps: pd.DataFrame) -> list[style.Key]:
    def silence(ax: Axes, x: float, y: float) -> None:
        _draw_silence(ax, SimpleNamespace(start=x - 15, sure_start=x - 8, sure_end=x + 8, end=x + 15, y=y))

    return [(silence, "no visit dated: at least, at most", 30)] if len(gaps) else []


def _find_title(acts: pd.DataFrame, gaps: pd.DataFrame) -> str:
    ways = acts[~acts["group"].isin([UNTOLD, MEETINGS])]
    told = ways.loc[ways["counted"], "group"]
    count = count_words(len(told), "visit").capitalize()
    if not len(told):
        return f"No visit with a direction, {count_words(int(acts['counted'].sum()), 'row')} of visits and meetings"
    way = f"{'all ' * (len(told) > 1)}from {told.iloc[0].replace(' → ', ' to ')}"
    title = f"{count}, {way if told.nunique() == 1 else 'both ways'}"
    longer = [f"{title}; the longest time without a dated one: {when}" for when in find_longest(gaps)["when"]]
    return next((words for words in [*longer, title] if len(words) <= 95), count)


def _describe_source(dossier: Dossier, drawn: pd.DataFrame) -> str:
    events = dossier.events
    visits = events.index[events["type"] == "visit"]
    stops = int(events["parent_id"].isin(visits).sum())
    words = [name_source(drawn)]
    words += [f"Not drawn: {count_words(stops, 'act')} within a visit, since they are parts of it."] if stops else []
    return " ".join([*words, "No dated visit does not mean no visit: runs and meetings may hide some."])


def _describe(acts: pd.DataFrame, gaps: pd.DataFrame) -> str:
    parts = []
    for group, rows in acts.groupby("group", sort=False):
        told = rows[rows["counted"]]
        parts.append(f"{group} {len(told)}" + (f" ({', '.join(told['when'])})" if len(told) else ""))
    words = [f"Chart of visits and meetings, one row each: {'; '.join(parts)}."]
    silences = [f"{gap.when} {gap.label}" for gap in each(gaps)]
    return " ".join(words + ([f"No visit is dated for {join_words(silences)}."] if silences else []))
