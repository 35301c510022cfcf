"""The whole story on one time axis: phases, acts on both sides of a line, and the trade figures."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis import page, style
from analysis.dossier import Dossier
from analysis.plots import placing
from analysis.plots.phases import BAR, draw_phases, lay_phases
from analysis.plots.placing import Label, Placed, place_labels
from analysis.plots.trade import draw_figures, select_figures
from analysis.plots.words import count_sides, count_words, join_words, name_source
from analysis.style import BAND, EFFECTS, INK, MARK, MUTED, NOTE, RULE, each, write

GAP, TRADE = 14, 112
FULL, SMALL = 11.5, 7.5  # height of an act and of a part in a column
SILENCE = 5  # years without an act before the picture says so


def plot_overview(dossier: Dossier, *, width: int = 720, title: str = "") -> Figure:
    """Draw phases, acts and trade figures as three strips on one time axis.

    An act stands in the year of its date, or of the known limit of an open one; a small arrow says that it
    may be later or earlier. Labels go by rank, one a column, where there is room. Context is left out.

    Parameters
    ----------
    dossier : Dossier
    width : int
        In pixels: 720, or 360 for a phone.
    title : str
        In place of the computed finding.

    Returns
    -------
    matplotlib.figure.Figure
        A `Canvas`. This picture has Axes of its own and takes none.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> [ax.get_label() for ax in plot_overview(load_dossier()).axes]
    ['acts', 'page', 'phases', 'trade']
    """
    with style.house_style():
        ax = page.canvas(width=width)
        acts, figures = stack_acts(dossier.events), select_figures(dossier.trade)
        if acts.empty and figures.empty:
            return page.draw_nothing(ax, "acts and trade figures").figure  # type: ignore[return-value]
        low, high = _find_years(dossier)
        per_year = page.measure_plot(ax) / (high - low)
        phases = lay_phases(dossier, low=low, high=high, per_year=per_year)
        silence = _find_silence(acts)
        heights = {side: _measure_side(acts, side) for side in (1, -1)}
        labels = {side: _place_side(acts, side, (low, high), per_year, silence) for side in heights}
        tops = [BAR * float(phases["lane"].max() + 1 if len(phases) else 0), sum(heights.values()), TRADE]
        page.furnish(
            ax,
            title=title or _find_title(dossier),
            subtitle=f"Phases, acts and {count_words(len(figures), 'trade figure')} in the article.",
            keys=style.list_keys(acts) + _list_arrows(acts),
            source=_describe_source(dossier, acts, figures, sum(map(len, labels.values()))),
            height=sum(tops) + 2 * GAP,
            alt=_describe(dossier, acts, figures, silence),
            data=_list_data(acts, figures),
        )
        bars, trade = _add_strips(ax, tops, low, high, phases)
        draw_phases(bars, phases, tops[0] or 1)
        _draw_acts(ax, acts, heights, silence)
        for side, placed in labels.items():
            _draw_labels(ax, placed, side, low, per_year)
        _draw_trade(trade, figures)
        return ax.figure  # type: ignore[return-value]


def _add_strips(ax: Axes, heights: list[float], low: float, high: float, phases: pd.DataFrame) -> tuple[Axes, Axes]:
    """Give the acts their strip; return those of phases and trade, on the same time axis."""
    sheet: Any = ax.figure
    top, middle, bottom = heights
    ax.set_label("acts")
    sheet.add_strip(ax, top=top + GAP, height=middle)
    bars = sheet.add_strip(top=0, height=top or 1, label="phases")
    trade = sheet.add_strip(top=top + middle + 2 * GAP, height=bottom, label="trade")
    for strip in (ax, bars, trade):
        years = page.draw_years(strip, low, high)
    for strip in (ax, trade):
        _draw_ground(strip, years, phases[phases["turn"]])
    return bars, trade


def _find_years(dossier: Dossier) -> tuple[float, float]:
    frames = (dossier.events, dossier.trade, dossier.phases)
    days = pd.concat([frame[name] for frame in frames for name in ("earliest", "latest")]).dropna()
    days = days if len(days) else pd.Series([dossier.first_day, dossier.last_day])
    return float(days.min().year), float(days.max().year + 1)


def stack_acts(events: pd.DataFrame) -> pd.DataFrame:
    """Return the acts that bear on the relation, stacked by year and side; parts on top, small.

    Returns
    -------
    pandas.DataFrame
        The columns of `events`, and side (1 above, -1 below), column (the year; missing: undated), part,
        open (1: or later, -1: or earlier), y and top (of the mark, in pixels from the line).

    Examples
    --------
    >>> from analysis import load_dossier
    >>> sorted(map(int, stack_acts(load_dossier().events)["side"].unique()))
    [-1, 1]
    """
    acts = events[events["bearing"].notna()]
    first, last = acts["earliest"].dt.year, acts["latest"].dt.year
    acts = acts.assign(
        side=acts["bearing"].map({-1: -1}).fillna(1).astype("int64"),
        column=first.where(~acts["open_start"], last).astype("Int64"),
        part=acts["parent_id"].notna(),
        open=(first < last).astype(int).where(~acts["open_start"], -1),
    ).sort_values(["part", "rank"], kind="stable", na_position="last")
    size = acts["part"].map({True: SMALL, False: FULL}).astype(float)
    top = size.groupby([acts["side"], acts["column"]]).cumsum() + 5
    return acts.assign(top=top.fillna(0), y=acts["side"] * (top - size / 2))


def _find_silence(acts: pd.DataFrame) -> tuple[int, int] | None:
    """Return the longest stretch of years in which no act is dated."""
    years = sorted({int(year) for year in acts["column"].dropna()})
    gaps = [(a + 1, b - 1) for a, b in pairwise(years) if b - a > SILENCE]
    return max(gaps, key=lambda gap: (gap[1] - gap[0], -gap[0])) if gaps else None


def _measure_side(acts: pd.DataFrame, side: int) -> float:
    return float(max([96.0, *(acts.loc[acts["side"] == side, "top"] + 52)]))


def _place_side(
    acts: pd.DataFrame, side: int, years: tuple[float, float], per_year: float, silence: tuple[int, int] | None
) -> list[Placed]:
    (low, high), height = years, _measure_side(acts, side)
    dated = acts[(acts["side"] == side) & acts["column"].notna()]
    dated = dated.assign(x=(dated["column"].astype(float) + 0.5 - low) * per_year)
    dated = dated.assign(top=dated.groupby("column")["top"].transform("max")).sort_values("rank", kind="stable")
    columns = dated.drop_duplicates("column")
    taken = [(row.x - 8, row.x + 8, 0.0, row.top) for row in each(columns)]
    if side < 0 and silence:
        taken.append(((silence[0] - low) * per_year, (silence[1] + 1 - low) * per_year, 0.0, 44.0))
    if side < 0 and acts["column"].isna().any():
        taken.append((0.0, 13.0 * acts["column"].isna().sum() + 60, height - 18, height))
    labels = [
        Label(row.x, row.top, "\n".join(page.wrap_text(row.label, 104, NOTE)), row.rank)
        for row in each(columns.dropna(subset=["rank"]))
    ]
    return place_labels(labels, taken, width=(high - low) * per_year, height=height)


def _draw_ground(ax: Axes, years: list[int], turn: pd.DataFrame) -> None:
    for phase in each(turn):
        ax.axvspan(phase.start, phase.end, color=BAND, zorder=-5, lw=0)
    for year in years:
        ax.axvline(year, color=RULE, lw=0.7, zorder=-4)


def _draw_acts(ax: Axes, acts: pd.DataFrame, heights: dict[int, float], silence: tuple[int, int] | None) -> None:
    ax.set(ylim=(-heights[-1], heights[1]), xticks=[], yticks=[])
    ax.spines.bottom.set_visible(False)
    ax.axhline(0, color=INK, lw=1)
    low, pixel, bottom = ax.get_xlim()[0], 1 / page.scale(ax)[0], 9 - heights[-1]
    dated, undated = acts[acts["column"].notna()], acts[acts["column"].isna()]
    dated = dated.assign(x=dated["column"].astype(float) + 0.5)
    style.draw_marks(ax, dated, size=46 if page.measure_plot(ax) > 500 else 34)
    for act in each(dated[dated["open"] != 0]):
        _draw_arrow(ax, act.x + 8 * act.open * pixel, act.y, act.open, act.bearing)
    if len(undated):
        x = [low + pixel * (6 + 13 * number) for number in range(len(undated))]
        style.draw_marks(ax, undated.assign(x=x, y=bottom))
        write(ax, "no date", x[-1], bottom, dx=10, size=NOTE)
    if silence:
        start, end = silence[0], silence[1] + 1
        arrow = {"arrowstyle": "|-|,widthA=.2,widthB=.2", "color": MUTED, "lw": 0.8, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", (start, -10), (end, -10), arrowprops=arrow)
        text = f"none dated\n{silence[0]}–{silence[1]}"
        write(ax, text, (start + end) / 2, -29, ha="center", size=NOTE, color=MUTED)


def _draw_arrow(ax: Axes, x: float, y: float, side: int, bearing: int) -> None:
    shape = ">" if side > 0 else "<"
    ax.scatter([x], [y], s=7, marker=shape, color=EFFECTS[int(bearing)][0], lw=0, zorder=6, clip_on=False)


def _draw_labels(ax: Axes, labels: list[Placed], side: int, low: float, per_year: float) -> None:
    for label, (left, right, bottom, top), leader, _ in labels:
        x = low + (left + right) / 2 / per_year
        if leader:
            ends = [side * (label.top + 1), side * (bottom + 1)]
            ax.plot([low + label.x / per_year, x], ends, color=MARK, lw=0.8, zorder=1)
        write(ax, label.text, x, side * (bottom + top) / 2, ha="center", size=NOTE)


def _draw_trade(ax: Axes, figures: pd.DataFrame) -> None:
    ax.set(ylim=(0, float(figures["high"].max()) * 1.55 if len(figures) else 1), yticks=[])
    corner: Any = {"xycoords": "axes fraction"}
    unit = str(figures["unit"].iloc[0]) if len(figures) else "no figures"
    write(ax, "Trade", 0, 1, dy=-7, weight="bold", **corner)
    write(ax, unit, 0, 1, dy=-22, size=NOTE, color=MUTED, **corner)
    if len(figures):
        ax.vlines(figures["x"], 0, figures["value"], color=RULE, lw=3, zorder=1)
        draw_figures(ax, figures, size=50)
        taken = placing.locate(ax, figures["x"], figures["value"])
        for row in each(figures):
            placing.write_beside(ax, row.text, row.x, row.value, taken, sides="above left right", weight="bold")


def _list_arrows(acts: pd.DataFrame) -> list[style.Key]:
    effect = 1 if (acts["bearing"] == 1).any() else -1

    def arrow(side: int, label: str) -> style.Key:
        def draw(ax: Axes, x: float, y: float) -> None:
            style.sample_mark(effect)(ax, x - 4 * side, y)
            _draw_arrow(ax, x + 5 * side, y, side, effect)

        return draw, label, 18

    keys = {1: arrow(1, "or later"), -1: arrow(-1, "or earlier")}
    return [key for side, key in keys.items() if (acts["open"][acts["column"].notna()] == side).any()]


def _find_title(dossier: Dossier) -> str:
    pair = join_words([str(dossier.actors["name"].get(code, code)) for code in dossier.dyad])
    _, apart, inside, turn = count_sides(dossier.events)
    title = f"{pair}: {inside} of the {apart} acts that push apart belong to “{turn}”"
    return title if inside * 2 >= apart > 2 and len(title) <= 95 else f"{pair} as the article tells it"


def _describe_source(dossier: Dossier, acts: pd.DataFrame, figures: pd.DataFrame, labelled: int) -> str:
    rows = pd.concat([frame[["paragraph", "rows"]] for frame in (acts, figures)])
    ranked, context = int(acts["rank"].notna().sum()), int(dossier.events["bearing"].isna().sum())
    words = [name_source(rows)]
    words += [f"Labelled: {labelled} of {ranked} acts."] if ranked > labelled else []
    words += [f"{count_words(context, 'row').capitalize()} of context left out."] if context else []
    return " ".join([*words, "The grey part of a phase is sure, its dotted ends are not."])


def _list_data(acts: pd.DataFrame, figures: pd.DataFrame) -> pd.DataFrame:
    shown = (acts.assign(what=acts["label"], value=acts["bearing"]), figures.assign(what=figures["unit"]))
    return pd.concat([frame.astype({"value": "Float64"})[["when", "what", "value", "rows"]] for frame in shown])


def _describe(dossier: Dossier, acts: pd.DataFrame, figures: pd.DataFrame, silence: tuple[int, int] | None) -> str:
    together, apart, inside, turn = count_sides(dossier.events)
    labels = list(dossier.phases["label"])
    words = ["Three strips on one time axis."]
    words += [f"{count_words(len(labels), 'phase').capitalize()}: {'; '.join(labels)}."] if labels else []
    words += [f"Acts: {together} bring together, {apart} push apart"]
    words[-1] += f", {inside} of these in “{turn}”." if turn else "."
    undated = int((acts["column"].isna() & acts["counted"]).sum())
    facts = [f"none is dated {silence[0]}–{silence[1]}"] if silence else []
    facts += [f"without a date: {undated}"] if undated else []
    words += [f"{facts[0][:1].upper()}{'; '.join(facts)[1:]}."] if facts else []
    said = list(figures["said"][:12])
    words += [f"Trade, {figures['unit'].iloc[0]}: {', '.join(said)}."] if said else ["No trade figures."]
    return " ".join(words)
