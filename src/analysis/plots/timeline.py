"""Acts one a row, grouped by phase, each with its date as far as it is known."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from analysis import page, style
from analysis.plots.rows import furnish_rows, is_narrow, place_rows
from analysis.plots.words import OUTSIDE, count_sides, count_words, join_words, name_source
from analysis.style import EFFECTS, MARK, RULE, each


def plot_timeline(events: pd.DataFrame, *, ax: Axes | None = None, title: str = "", **kwargs: Any) -> Axes:
    """Draw one row an act, by phase and date: label, date in words, date as an interval.

    A part follows the larger act it belongs to, indented and small. Acts that are not counted are small grey
    squares: the background of the story. Undated acts have a hatched row.

    Parameters
    ----------
    events : pandas.DataFrame
        `Dossier.events`. With many more than sixty rows draw one picture a phase.
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
    >>> len(plot_timeline(load_dossier().events.head(3)).collections) > 0
    True
    """
    with style.house_style():
        ax = page.canvas() if ax is None else ax
        if events.empty:
            return page.draw_nothing(ax, "acts")
        rows = lay_out(events, narrow=is_narrow(ax))
        furnish_rows(
            ax,
            rows,
            title=title or _find_title(events),
            subtitle="One row an act, with its date as far as the article gives it.",
            keys=style.list_keys(rows) + list_dates(rows),
            source=_describe_source(rows),
            alt=_describe(rows),
            data=rows[["date", "label", "bearing", "certainty", "period", "rows"]],
        )
        draw_dates(ax, rows, **kwargs)
        return ax


def lay_out(events: pd.DataFrame, *, narrow: bool = False) -> pd.DataFrame:
    """Return the rows of a timeline in order, with their place.

    Parameters
    ----------
    events : pandas.DataFrame
        `Dossier.events`.
    narrow : bool
        As in `place_rows`.

    Returns
    -------
    pandas.DataFrame
        The columns of `events`, and start, end (decimal years), group, part, top, y, bottom.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> lay_out(load_dossier().events)["group"].iloc[0]
    'Recognition, civil war'
    """
    start, end = style.to_years(events["earliest"]), style.to_years(events["latest"], end=True)
    phase = events["period"].cat.codes.astype("int64")
    rows = events.assign(
        start=start,
        end=end,
        part=events["parent_id"].notna(),
        order=start.where(~events["open_start"], end).fillna(9999),
        phase=phase.where(phase >= 0, 9999),
        group=events["period"].astype("str").where(phase >= 0, OUTSIDE),
        family=events["parent_id"].where(events["parent_id"].isin(events.index)).fillna(events["rows"]),
    )
    whole = {name: rows["family"].map(rows[name]) for name in ("phase", "order", "group")}
    rows = rows.assign(phase=whole["phase"], group=whole["group"], first=whole["order"])
    rows = rows.sort_values(["phase", "first", "family", "part", "order"], kind="stable")
    return place_rows(rows, narrow=narrow)


def draw_dates(ax: Axes, rows: pd.DataFrame, **kwargs: Any) -> None:
    """Set the time axis of `place_rows` and draw each row's date as far as it is known, with its mark.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> ax = page.canvas()
    >>> draw_dates(ax, lay_out(load_dossier().events))
    >>> round(ax.get_xlim()[0])
    1990
    """
    dated = rows.dropna(subset=["start"])
    low, high = (dated["start"].min(), dated["end"].max()) if len(dated) else (0.0, 1.0)
    margin = max(0.6, 0.015 * (high - low))
    ax.set(xlim=(low - margin, high + margin), xticks=[])
    if len(dated):
        ax.vlines(page.draw_years(ax, *ax.get_xlim()), *ax.get_ylim(), color=RULE, lw=0.7, zorder=0)
    if not isinstance(ax.figure, page.Canvas):
        ax.set_xlabel("year")
    low, high = ax.get_xlim()
    coloured = rows.assign(colour=[EFFECTS[int(bearing)][0] for bearing in rows["bearing"].fillna(0)])
    x = [style.draw_interval(ax, row.y, row, low=low, high=high) for row in each(coloured)]
    style.draw_marks(ax, rows.assign(x=x), **({"size": 36} | kwargs))


def list_dates(rows: pd.DataFrame) -> list[style.Key]:
    """Return samples of the intervals that occur in `lay_out`.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> [key[1] for key in list_dates(lay_out(load_dossier().events.loc[["E17"]]))]
    ['somewhere within']
    """

    def sample(label: str, half: float = 11, **kwargs: Any) -> style.Key:
        facts = {"open_start": False, "open_end": False, "approximate": False, "date_kind": "within"} | kwargs

        def draw(ax: Axes, x: float, y: float) -> None:
            act = SimpleNamespace(start=x - half, end=x + half, colour=MARK, **facts)
            style.draw_interval(ax, y, act, low=0, high=0)
            if act.approximate:
                ax.plot([x - 11, x + 11], [y, y], color=MARK, lw=1.2, ls=style.DOTS)

        return draw, label, 22

    dated = rows.dropna(subset=["start"])
    closed = dated[(dated["end"] - dated["start"] > 0.12) & ~dated["open_start"] & ~dated["open_end"]]
    within = closed["date_kind"] == "within"
    samples = [
        (within, sample("somewhere within")),
        (~within, sample("throughout or recurring", date_kind="span")),
        (dated["approximate"], sample("about", half=5, approximate=True)),
        (dated["open_end"], sample("not before", open_end=True)),
        (dated["open_start"], sample("not after", open_start=True)),
    ]
    return [key for found, key in samples if found.any()]


def _find_title(events: pd.DataFrame) -> str:
    together, apart, inside, turn = count_sides(events)
    if not events["counted"].any():
        return f"{count_words(len(events), 'act').capitalize()} by phase and date"
    title = f"{together} act{'s' * (together != 1)} bring{'s' * (together == 1)} together, "
    title += f"{apart} push{'es' * (apart == 1)} apart"
    longer = f"{title}; {inside} of the {apart} belong to “{turn}”"
    several = events.loc[events["counted"], "period"].nunique() > 1
    return longer if inside * 2 >= apart > 2 and len(longer) <= 95 and several else title


def _describe_source(rows: pd.DataFrame) -> str:
    words = [name_source(rows), "Phases are those of the narrative."]
    if (rows["open_start"] | rows["open_end"])[rows["start"].notna()].any():
        words.append("Dotted lines run to the ends of the coverage.")
    if rows["bearing"].isna().any():
        words.append("Context is drawn, not counted.")
    return " ".join(words)


def _describe(rows: pd.DataFrame) -> str:
    together, apart, inside, turn = count_sides(rows)
    neither = rows["counted"] & (rows["bearing"] == 0)
    words = [f"Timeline, one row an act: {together} bring together, {apart} push apart"]
    words[0] += f", {inside} of these in the phase “{turn}”." if turn else "."
    undated, context = rows["start"].isna(), rows["bearing"].isna() & ~rows["part"]
    facts = {
        "as parts of larger acts": rows["part"],
        "as context": context,
        "with no bearing either way": neither,
        "with an open date": (rows["open_start"] | rows["open_end"]) & ~undated,
        "without a date": undated,
        "as alleged or denied": rows["certainty"].isin(["alleged", "denied"]),
    }
    listed = [f"{found.sum()} {name}" for name, found in facts.items() if found.any()]
    words += [f"Of all {len(rows)} rows: {join_words(listed)}."] if listed else []
    return " ".join(words)
