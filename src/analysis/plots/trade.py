"""Trade figures as points: no line, no bar, and the years without a figure shown."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from analysis import page, style
from analysis.citing import format_number
from analysis.dossier import HEDGES, name_number, name_status
from analysis.metrics.trade import find_commonest, match_scales, name_measures, select_comparable, trade_ratio
from analysis.plots import placing
from analysis.plots.words import count_words, join_words, name_source
from analysis.schema import PER_CENT
from analysis.style import EDGE, HATCH, INK, MUTED, PAPER, RULE, TITLE, each, write

SIGNS = {"exact": "", "between": "", "about": "≈", "at_least": "≥", "at_most": "≤"}
HEIGHT, LANE = 210, 24
LEFT, RIGHT = 44, 16
TICKS = 4
FEW = 6  # figures; with more, only the last is compared with the first and with the highest


def plot_trade(trade: pd.DataFrame, *, ax: Axes | None = None, title: str = "", **kwargs: Any) -> Axes:
    """Draw each trade figure as a point, the years without one as gaps, and the ratios.

    A figure that is not exact, observed and asserted is hollow, a printed range is a bar alone; the range goes into
    every ratio. Figures without a date, in another currency or of other goods than the commonest, and changes in per
    cent are left out; the source line counts them.

    Parameters
    ----------
    trade : pandas.DataFrame
        `Dossier.trade`.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new canvas of 720 pixels.
    title : str
        In place of the computed finding.
    **kwargs
        To `matplotlib.axes.Axes.scatter`, for the points.

    Returns
    -------
    matplotlib.axes.Axes
        Years, and the unit of the figures.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> plot_trade(load_dossier().trade).get_ylabel()
    'million USD'
    """
    with style.house_style():
        ax = page.canvas() if ax is None else ax
        figures = select_figures(trade)
        if figures.empty:
            return page.draw_nothing(ax, "trade figures")
        margin = max(1.0, 0.06 * (figures["end"].max() - figures["start"].min()))
        low, high = float(figures["start"].min() - margin), float(figures["end"].max() + margin)
        changes, gaps = _compare(trade, figures), find_missing_years(trade, figures)
        ticks, left = choose_ticks(figures["high"], TICKS)
        changes = _place(changes, low, high, page.measure_plot(ax, left=left, right=RIGHT) / (high - low))
        height = HEIGHT + (LANE * int(changes["lane"].max() + 1) if len(changes) else 0)
        page.furnish(
            ax,
            title=title or _find_title(trade, figures),
            subtitle=f"{_name_flow(figures)}, {figures['unit'].iloc[0]}. Nothing is known between points.",
            keys=_list_keys(figures, gaps),
            source=_describe_source(figures, len(trade)),
            height=height,
            alt=_describe(figures, changes, gaps),
            data=figures[["when", "flow", "value", "value_low", "value_high", "unit", "bound", "rows"]],
            left=left,
            right=RIGHT,
        )
        page.draw_years(ax, low, high)
        top = ticks[-1]
        ax.set_ylim(0, top * 1.16 * height / HEIGHT)
        label_amounts(ax, ticks, figures["unit"].iloc[0], above=1.045, left=left, right=RIGHT)
        if not isinstance(ax.figure, page.Canvas):
            ax.set_xlabel("year")
        draw_figures(ax, figures, **kwargs)
        _draw_changes(ax, changes, top)
        taken = placing.locate(ax, figures["x"], figures["value"], half=8)
        for figure in each(figures.loc[_rank(figures)]):
            how = {"note": figure.under, "size": TITLE, "weight": "bold"}
            placing.write_beside(ax, figure.text, figure.x, figure.value, taken, **how)
        _draw_gaps(ax, gaps, top, taken)
        return ax


def select_figures(trade: pd.DataFrame) -> pd.DataFrame:
    """Return the figures that one axis can hold, oldest first.

    Returns
    -------
    pandas.DataFrame
        The columns of `trade`, and start, end, x (middle of the period), all decimal years; low, high; solid;
        text and under (as labelled), said (as spoken).

    Examples
    --------
    >>> from analysis import load_dossier
    >>> select_figures(load_dossier().trade)["x"].tolist()
    [2000.5, 2007.5, 2020.5, 2021.5]
    """
    dated = match_scales(trade[trade["value"].notna() & trade["earliest"].notna() & (trade["unit"] != PER_CENT)])
    whole = dated[dated["goods"].isna()] if dated["goods"].isna().any() else dated
    measures = name_measures(whole)
    common = find_commonest(measures, whole["latest"]) if len(whole) else ""
    figures = whole.assign(unit=measures)[measures == common]
    start, end = style.to_years(figures["earliest"]), style.to_years(figures["latest"], end=True)
    value = figures["value"].astype(float)
    pair = (figures["exporter"] + " to " + figures["importer"] + " ").where(figures["flow"] != "total").fillna("")
    number = name_numbers(figures, ",.10g")
    status = name_status(figures)
    firm = (figures["status"] == "observed") & (figures["certainty"] == "asserted") & (figures["bound"] == "exact")
    figures = figures.assign(start=start, end=end, x=(start + end) / 2, value=value, solid=firm)
    return figures.assign(
        low=figures["value_low"].astype(float).fillna(value),
        high=figures["value_high"].astype(float).fillna(value),
        text=pair + figures["bound"].map(SIGNS) + number,
        said=pair + figures["when"] + " " + figures["bound"].map(HEDGES) + number + status,
        under=figures["when"] + status,
    ).sort_values(["x", "value", "rows"])


def name_numbers(figures: pd.DataFrame, spec: str) -> pd.Series:
    """Return each figure as a number, a printed range by its ends.

    Examples
    --------
    >>> figures = pd.DataFrame({"value": [40, 350], "value_low": [40, 300], "value_high": [40, 400]})
    >>> name_numbers(figures.assign(bound=["exact", "between"]), ",.10g").tolist()
    ['40', '300–400']
    """
    cells = (figures[name] for name in ("value", "bound", "value_low", "value_high"))
    return pd.Series([name_number(*row, spec=spec) for row in zip(*cells, strict=True)], figures.index, dtype="str")


def _read_number(value: float) -> str:
    return format_number(value, ",.10g")


def _rank(figures: pd.DataFrame) -> list[str]:
    """Return the ids of the figures, the most telling first: the highest, the last, the first."""
    return list(dict.fromkeys([figures["value"].idxmax(), figures.index[-1], *figures.index]))


def find_missing_years(trade: pd.DataFrame, figures: pd.DataFrame) -> list[tuple[int, int]]:
    """Return the first and last year of each stretch between drawn figures for which nothing is observed.

    Parameters
    ----------
    trade, figures : pandas.DataFrame
        `Dossier.trade`, and what `select_figures` draws of it; a year with a figure that is not drawn, such as one in
        another currency, is not without a figure.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> trade = load_dossier().trade
    >>> find_missing_years(trade, select_figures(trade))
    [(2001, 2006), (2008, 2019)]
    """
    drawn, told = (frame[frame["status"] == "observed"] for frame in (figures, trade))
    told = told[told["earliest"].notna() & ~told["open_start"] & ~told["open_end"]]
    ends = range(drawn["earliest"].dt.year.min(), drawn["latest"].dt.year.max() + 1) if len(drawn) else range(0)
    seen = pd.concat([drawn, told])
    years = {year for row in each(seen) for year in range(row.earliest.year, row.latest.year + 1)}
    return [(a + 1, b - 1) for a, b in pairwise(sorted(years & {*ends})) if b - a > 1]


def _compare(trade: pd.DataFrame, figures: pd.DataFrame) -> pd.DataFrame:
    """Return the ratios drawn: of neighbours where there are few, and of the last figure to the highest."""
    like = select_comparable(trade)
    like = like[like["rows"].isin(figures["rows"]) & (like["value_low"].fillna(like["value"]) > 0)]
    years, last = [int(year) for year in like["year"]], len(like) - 1
    ends = list(pairwise(range(len(like)))) if len(like) <= FEW else [(0, last)]
    ends += [(int(like["value"].astype(float).argmax()), last)] if len(like) else []
    pairs = [(years[one], years[two]) for one, two in dict.fromkeys(ends) if one < two]
    ratios = [trade_ratio(trade, start_year=start, end_year=end) for start, end in pairs]
    texts = [ratio.describe(".2f" if (ratio.value or 0) < 1 else ".1f").replace("-fold", "") for ratio in ratios]
    return pd.DataFrame({"pair": pairs, "text": texts})


def _place(changes: pd.DataFrame, low: float, high: float, per_year: float) -> pd.DataFrame:
    """Add place and lane of each ratio: on its arrow where that is long enough, else beside it."""
    placed = []
    for change in each(changes):
        x0, x1 = change.pair[0] + 0.5, change.pair[1] + 0.5
        half = (page.measure_text(f"×{change.text}", weight="bold") / 2 + 5) / per_year
        x = (x0 + x1) / 2
        if x1 - x0 < 2 * half + 16 / per_year:
            x = x0 - half if x0 - 2 * half > low else min(x1 + half, high - half)
        placed.append((min(x0, x - half), max(x1, x + half), x0, x1, x, change.text))
    frame = pd.DataFrame(sorted(placed), columns=["left", "right", "x0", "x1", "x", "text"])
    return frame.assign(lane=placing.pack(zip(frame["left"], frame["right"], strict=True)))


def choose_ticks(values: pd.Series, most: int) -> tuple[list[float], float]:
    """Return ticks of a value axis from zero, and the pixels that its labels need at the left, margin included.

    Examples
    --------
    >>> choose_ticks(pd.Series([40.0, 140.0]), 4)
    ([0.0, 50.0, 100.0, 150.0], 44)
    """
    ticks = MaxNLocator(nbins=most, steps=[1, 2, 2.5, 5, 10]).tick_values(0, max(float(values.max()), 1e-9))
    wide = max(page.measure_text(_read_number(tick)) for tick in ticks)
    return list(map(float, ticks)), max(LEFT, EDGE + wide + 4)


def label_amounts(ax: Axes, ticks: Any, unit: str, *, above: float, left: float, right: float) -> None:
    """Label the value axis and draw its grid; on a canvas the unit stands over the highest tick, at the page's edge.

    Examples
    --------
    >>> ax = page.canvas()
    >>> label_amounts(ax, [0, 50, 100], "million USD", above=1.05, left=LEFT, right=RIGHT)
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['0', '50', '100']
    """
    ax.set_yticks(ticks, [_read_number(tick) for tick in ticks])
    ax.hlines(ticks[1:], *ax.get_xlim(), color=RULE, lw=0.75, zorder=0)
    ax.set_ylabel(unit)
    if isinstance(ax.figure, page.Canvas):
        ax.set_ylabel(unit, rotation=0, ha="left", va="bottom")
        across = (EDGE - left) / page.measure_plot(ax, left=left, right=right)
        ax.yaxis.set_label_coords(across, above * float(ticks[-1]), transform=ax.get_yaxis_transform())


def _draw_gaps(ax: Axes, gaps: list[tuple[int, int]], top: float, taken: list[placing.Box]) -> None:
    """Hatch the years without a figure, and say how many there are where that covers no label."""
    per_year, per_unit = page.scale(ax)
    for first, last in gaps:
        years = last - first + 1
        ax.add_patch(Rectangle((first, 0), years, top, **HATCH, zorder=-1))
        count = f"{years} year{'s' * (years > 1)}"
        for text in (f"{count}\nwithout a figure", f"{count}\nno figure", f"{years}\nnone"):
            wide, place = max(map(page.measure_text, text.split("\n"))), (first + years / 2, 22 / per_unit)
            x, _, y, _ = placing.locate(ax, place[:1], place[1:], half=0)[0]
            free = placing.is_free((x - wide / 2, x + wide / 2, y - 15, y + 15), taken)
            if free and wide < years * per_year - 6:
                write(ax, text, *place, ha="center", color=MUTED)
                break


def draw_figures(ax: Axes, figures: pd.DataFrame, *, size: float = 68, **kwargs: Any) -> None:
    """Draw the points of `select_figures`, each range, and the length of a period that is no calendar year.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> ax = page.canvas()
    >>> draw_figures(ax, select_figures(load_dossier().trade))
    >>> [len(points.get_offsets()) for points in ax.collections[-2:]]
    [1, 3]
    """
    cap = 9 / page.scale(ax)[0]
    for figure in each(figures):
        if figure.period_kind != "calendar_year":
            ax.plot([figure.start, figure.end], [figure.value] * 2, color=INK, lw=1.2)
        if figure.low < figure.high:
            ax.plot([figure.x] * 2, [figure.low, figure.high], color=INK, lw=1.2)
            ax.hlines([figure.low, figure.high], figure.x - cap, figure.x + cap, color=INK, lw=1.4, zorder=6)
    figures = figures[figures["bound"] != "between"]  # the middle of a range is nobody's figure
    groups: Any = figures.groupby([figures["flow"] == "total", "solid"])
    for (total, solid), group in groups:
        how = {"s": size, "marker": "o" if total else "D", "linewidth": 1.6, "zorder": 5, "clip_on": False}
        paint = {} if "color" in kwargs else {"facecolor": INK if solid else PAPER, "edgecolor": INK}
        ax.scatter(group["x"], group["value"], **(how | paint | kwargs))


def _draw_changes(ax: Axes, changes: pd.DataFrame, top: float) -> None:
    """Draw the ratios as on a technical drawing: arrows that join dates, not values."""
    per_unit = page.scale(ax)[1]
    arrow = {"arrowstyle": "|-|,widthA=.3,widthB=0", "color": MUTED, "lw": 1, "shrinkA": 0, "shrinkB": 0}
    for change in each(changes):
        y = 1.16 * top + LANE * (change.lane + 0.5) / per_unit
        for form in ("|-|,widthA=.3,widthB=0", "->,head_length=.3,head_width=.16"):
            ax.annotate("", (change.x1, y), (change.x0, y), arrowprops=arrow | {"arrowstyle": form})
        box = {"fc": PAPER, "ec": "none", "pad": 2}
        write(ax, f"×{change.text}", change.x, y, ha="center", weight="bold", bbox=box)


def _list_keys(figures: pd.DataFrame, gaps: list[tuple[int, int]]) -> list[style.Key]:
    def point(ax: Axes, x: float, y: float, fill: str = PAPER) -> None:
        ax.scatter([x], [y], s=60, facecolor=fill, edgecolor=INK, linewidth=1.6)

    def ranged(ax: Axes, x: float, y: float) -> None:
        point(ax, x, y)
        ax.hlines([y - 3, y + 3], x - 9, x + 9, color=INK, lw=1.4)

    def bar(ax: Axes, x: float, y: float) -> None:
        ax.plot([x, x], [y - 6, y + 6], color=INK, lw=1.2)
        ax.hlines([y - 6, y + 6], x - 6, x + 6, color=INK, lw=1.4)

    wide, between = figures["low"] < figures["high"], figures["bound"] == "between"
    hatch: Any = lambda ax, x, y: ax.add_patch(Rectangle((x - 11, y - 6), 22, 12, **HATCH))  # noqa: E731
    keys: list[tuple[Any, style.Key]] = [
        (figures["solid"].any(), (lambda ax, x, y: point(ax, x, y, INK), "as printed", 12)),
        ((wide & ~between).any(), (ranged, "“about”, with the range it is read as", 18)),
        (between.any(), (bar, "a range, as printed", 12)),
        ((~figures["solid"] & ~wide).any(), (point, "a bound, a plan or hearsay", 12)),
        (gaps, (hatch, "no figure in the article", 22)),
    ]
    return [key for found, key in keys if found]


def _name_flow(figures: pd.DataFrame) -> str:
    flows = {True: "Trade in both directions", False: "Trade in one direction"}
    total = set(figures["flow"] == "total")
    return flows[total.pop()] if len(total) == 1 else "Trade, both directions (circles) and one (diamonds)"


def _find_title(trade: pd.DataFrame, figures: pd.DataFrame) -> str:
    like, count = figures[figures["rows"].isin(select_comparable(trade)["rows"])], len(figures)
    neutral = f"Trade by year, {count_words(count, 'figure')}"
    if len(like) < 2:
        return neutral
    last, peak = like.iloc[-1], like.iloc[int(like["value"].argmax())]
    last_text, peak_text = (f"{row['text'].replace('≈', 'about ')} in {row['when']}" for row in (last, peak))
    noun = "trade figure" if len(like) == count else "comparable figure"
    title = f"{count_words(len(like), noun).capitalize()}: the last, {last_text}, is "
    title += "the highest" if last["rows"] == peak["rows"] else f"below the highest, {peak_text}"
    others = like["high"][like["rows"] != last["rows"]].max()
    sure = last["high"] < peak["low"] or last["low"] > others
    return title if sure and len(title) <= 95 else neutral


def _describe_source(figures: pd.DataFrame, count: int) -> str:
    ranged = figures[(figures["low"] < figures["high"]) & (figures["bound"] != "between")].head(FEW)
    read = [f"{row.text} is read as {_read_number(row.low)}–{_read_number(row.high)}" for row in each(ranged)]
    derived = list(figures.loc[figures["date_basis"] != "stated", "when"])[:FEW]
    words = [name_source(figures)]
    words += [f"{join_words(read)}; ratios carry the range."] if read else []
    words += [f"Date worked out from the text, not printed: {join_words(derived)}."] if derived else []
    left_out = count_words(count - len(figures), "figure")
    why = "without a date, in another unit, of other goods, or a change in per cent"
    words += [f"Not drawn: {left_out} {why}."] if count > len(figures) else []
    return " ".join(words)


def _describe(figures: pd.DataFrame, changes: pd.DataFrame, gaps: list[tuple[int, int]]) -> str:
    shown = figures if len(figures) <= 2 * FEW else figures.loc[sorted(_rank(figures)[:3])]
    rest = "" if len(shown) == len(figures) else "; the others are among the plotted values"
    count = f"{len(figures)} trade figure{'s' * (len(figures) > 1)}, {figures['unit'].iloc[0]}"
    words = [f"Dot chart of {count}: {', '.join(shown['said'])}{rest}."]
    ratios = [f"{int(row.x1)} is {row.text} times {int(row.x0)}" for row in each(changes)]
    words += [f"{'; '.join(ratios)}."] if ratios else []
    missing = [str(a) if a == b else f"{a}–{b}" for a, b in gaps][:FEW]
    words += [f"No figure for {join_words(missing)}."] if missing else []
    return " ".join(words + ["No line joins the points."] * (len(figures) > 1))
