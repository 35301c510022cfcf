"""What the article prints set on what others report: its few figures on top of every total that others have."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from analysis import page, style
from analysis.citing import format_number
from analysis.dossier import HEDGES
from analysis.metrics.evidence import YEARS, find_unseen
from analysis.metrics.trade import find_bounds, select_comparable
from analysis.plots import placing
from analysis.plots.trade import (
    SIGNS,
    choose_ticks,
    draw_figures,
    find_missing_years,
    label_amounts,
    name_numbers,
    select_figures,
)
from analysis.plots.words import count_words, join_words, name_source
from analysis.style import BAND, INK, MARK, MUTED, NOTE, OCHRE, PAPER, PURPLE, TEAL, each, write

HEIGHT, RUN, APART = 300, 5, 3.0
RIGHT = 40
TICKS = 5
LOOKS = ((PURPLE, "s"), (TEAL, "^"), (MUTED, "D"), (MUTED, "v"), (MUTED, "P"))


def plot_evidence(
    trade: pd.DataFrame, totals: pd.DataFrame, *, ax: Axes | None = None, title: str = "", **kwargs: Any
) -> Axes:
    """Draw the article's figures and every other total for a year: a run of years as a line, all else as marks.

    A line joins only years that follow each other. An estimate, a hedge or a number worked out from another is hollow;
    a year that is no calendar year is a bar as long as it. Where two totals for one year are more than three times
    apart, an arrow joins them. Parts of years, and bounds, are left out; the source line names the bounds.

    Parameters
    ----------
    trade : pandas.DataFrame
        `convert_figures`, or the same deflated, in the unit of `totals`; only `select_comparable` figures are drawn.
    totals : pandas.DataFrame
        As `list_totals` returns it, or the same deflated.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new canvas of 720 pixels.
    title : str
        In place of the computed finding.
    **kwargs
        To `matplotlib.axes.Axes.scatter`, for the article's points.

    Returns
    -------
    matplotlib.axes.Axes
        Years, and the unit of the figures.

    Examples
    --------
    >>> from analysis import list_totals, load_dossier
    >>> dossier = load_dossier()
    >>> plot_evidence(dossier.trade, list_totals(dossier.evidence)).get_ylabel()
    'million USD'
    """
    with style.house_style():
        ax = page.canvas() if ax is None else ax
        figures, others = _read_article(trade), select_totals(totals)
        figures = figures[figures["unit"].isin(others["unit"])] if len(others) else figures
        drawn = pd.concat([figures.assign(series="The article"), others])
        if drawn.empty:
            return page.draw_nothing(ax, "totals for a year")
        unit = str(drawn["unit"].iloc[0])
        ticks, left = choose_ticks(drawn["value"], TICKS)
        page.furnish(
            ax,
            title=title or _find_title(trade, totals, len(others)),
            subtitle=f"Trade in both directions, {unit}{', at constant prices' if ' of ' in unit else ''}.",
            keys=_list_keys(figures, others),
            source=_describe_source(figures, totals, others),
            height=HEIGHT,
            alt=_describe(figures, others, unit),
            data=drawn[["series", "when", "value", "value_low", "value_high", "unit", "basis", "coverage", "rows"]],
            left=left,
            right=RIGHT,
        )
        page.draw_years(ax, float(drawn["start"].min()) - 0.6, float(drawn["end"].max()) + 0.6)
        ax.set_ylim(0, ticks[-1] * 1.12)
        label_amounts(ax, ticks, unit, above=1.03, left=left, right=RIGHT)
        taken = _draw_gap(ax, trade, figures)
        for _, series in others.groupby("series", sort=False):
            _draw_series(ax, series)
        draw_figures(ax, figures, **({"size": 90} | kwargs))
        _draw_covered(ax, figures, others)
        _write_labels(ax, figures, others, taken)
        return ax


def _read_article(trade: pd.DataFrame) -> pd.DataFrame:
    figures = select_figures(select_comparable(trade))
    number = name_numbers(figures, ",.3g")
    said = figures["when"] + " " + figures["bound"].map(HEDGES) + number
    return figures.assign(text=figures["bound"].map(SIGNS) + number, said=said)


def select_totals(totals: pd.DataFrame) -> pd.DataFrame:
    """Return the totals that have a place on a picture by year: of a whole year, and no mere bound.

    Returns
    -------
    pandas.DataFrame
        The columns of `totals`, and start, end, x (decimal years), solid, line (of a run of years), colour, shape.

    Examples
    --------
    >>> from analysis import list_totals, load_dossier
    >>> totals = select_totals(list_totals(load_dossier().evidence))
    >>> totals.groupby("series", sort=False)["line"].any().tolist()
    [True, False, False, False, False, False]
    """
    whole = totals[totals["period_kind"].isin(YEARS) & ~find_bounds(totals)]
    start, end = style.to_years(whole["earliest"]), style.to_years(whole["latest"], end=True)
    value = whole["value"].astype(float)
    firm = ~whole["basis"].isin(["estimated", "derived"]) & (whole["date_basis"] != "inferred")
    series = whole["series"]
    runs = {name: _is_run(years) for name, years in whole.groupby("series")["year"]}
    barred = {name: years.isna().all() for name, years in whole.groupby("series")["year"]}
    exact = (whole["bound"] == "exact").groupby(series, sort=False).sum().sort_values(ascending=False, kind="stable")
    marked = [name for name in exact.index if not runs[name] and not barred[name]]
    looks = {name: (OCHRE if barred[name] else MARK, "o") for name in runs}
    looks |= {name: LOOKS[min(number, len(LOOKS) - 1)] for number, name in enumerate(marked)}
    return whole.assign(
        start=start,
        end=end,
        x=(start + end) / 2,
        value=value,
        solid=firm & (whole["bound"] == "exact"),
        line=pd.Series([runs[name] for name in series], whole.index, dtype=bool),
        colour=[looks[name][0] for name in series],
        shape=[looks[name][1] for name in series],
    )


def _is_run(years: pd.Series) -> bool:
    known = sorted(years.dropna().astype(int).unique())
    return bool(sum(later - earlier == 1 for earlier, later in pairwise(known)) >= RUN)


def _draw_gap(ax: Axes, trade: pd.DataFrame, figures: pd.DataFrame) -> list[placing.Box]:
    """Shade the longest stretch of years without a figure of the article; return where its words stand."""
    top, (per_year, per_unit) = ax.get_ylim()[1], page.scale(ax)
    for first, last in sorted(find_missing_years(trade, figures), key=lambda gap: gap[1] - gap[0])[-1:]:
        years = last - first + 1
        ax.add_patch(Rectangle((first, 0), years, top, fc=BAND, lw=0, zorder=-2))
        for text in (f"no figure in the article, {first}–{last}", "no figure\nin the article", "no figure"):
            wide = max(map(page.measure_text, text.split("\n")))
            if wide < years * per_year - 4:
                half, x = 9 * (1 + text.count("\n")), first + years / 2
                write(ax, text, x, top, dy=-half, ha="center", size=NOTE, color=MUTED)
                (left, _, bottom, _), *_ = placing.locate(ax, [x], [top - half / per_unit], half=0)
                return [(left - wide / 2, left + wide / 2, bottom - half, bottom + half)]
    return []


def _draw_series(ax: Axes, series: pd.DataFrame) -> None:
    colour, shape = series["colour"].iloc[0], series["shape"].iloc[0]
    if series["line"].any():
        ordered = series.sort_values("x")
        breaks = (ordered["year"].diff() != 1).cumsum()
        for _, run in ordered.groupby(breaks):
            ax.plot(run["x"], run["value"], color=colour, lw=1.6, marker="o", ms=2.6, zorder=2)
        return
    for row in each(series[series["year"].isna()]):
        ax.plot([row.start, row.end], [row.value] * 2, color=colour, lw=4, solid_capstyle="butt", zorder=3)
        if not row.solid:
            ax.plot([row.start, row.end], [row.value] * 2, color=PAPER, lw=1.6, solid_capstyle="butt", zorder=3)
    for row in each(series[series["year"].notna()]):
        ax.vlines(row.x, float(row.value_low), float(row.value_high), color=colour, lw=1.2, zorder=3)
        how: dict[str, Any] = {"fc": colour if row.solid else PAPER, "ec": colour, "lw": 1.4, "zorder": 4}
        ax.scatter([row.x], [row.value], s=42, marker=shape, **how)


def _draw_covered(ax: Axes, figures: pd.DataFrame, others: pd.DataFrame) -> None:
    """Show a mark that an article's point covers, small and edged, inside it."""
    for figure in each(figures):
        near = (others["value"] - figure.value).abs() < 0.02 * ax.get_ylim()[1]
        for row in each(others[near & (others["year"] == figure.year).fillna(False) & ~others["line"]]):
            ax.scatter([row.x], [row.value], s=22, marker=row.shape, fc=row.colour, ec=PAPER, lw=0.8, zorder=6)


def _draw_distances(ax: Axes, others: pd.DataFrame, taken: list[placing.Box]) -> None:
    """Join two totals for one year that are far apart, with their ratio; add the arrow to what is taken."""
    ends = others.dropna(subset=["year"]).groupby("year")["value"].agg(["min", "max"])
    far = ends[(ends["max"] > APART * ends["min"]) & (ends["max"] - ends["min"] > 0.15 * ax.get_ylim()[1])]
    for year, low, high in far.itertuples():
        x = int(year) + 0.5
        arrow = {"arrowstyle": "<->", "color": MUTED, "lw": 1, "shrinkA": 7, "shrinkB": 7}
        ax.annotate("", (x, low), (x, high), arrowprops=arrow)
        steps = [low + (high - low) * step / 12 for step in range(1, 12)]
        taken += placing.locate(ax, [x] * len(steps), steps, half=5)
        text = f"×{format_number(high / low, '.1f')}"
        for place in (steps[5], steps[3], steps[7], steps[2]):
            if placing.write_beside(ax, text, x, place, taken, sides="right left", size=NOTE, color=MUTED):
                break


def _write_labels(ax: Axes, figures: pd.DataFrame, others: pd.DataFrame, taken: list[placing.Box]) -> None:
    """Label the article's figures, then each mark and the highest and last year of a line, where there is room."""
    taken += placing.locate(ax, figures["x"], figures["value"], half=8)
    for line, half in ((False, 6), (True, 3)):
        rows = others[others["line"] == line]
        taken += placing.locate(ax, rows["x"], rows["value"], half=half)
    for figure in each(figures):
        placing.write_beside(ax, figure.text, figure.x, figure.value, taken, weight="bold", size=12)
    _draw_distances(ax, others, taken)
    for _, series in others.groupby("series", sort=False):
        ordered = series.sort_values(["x", "value"], kind="stable")
        ends = ordered.iloc[[int(ordered["value"].argmax()), -1]].drop_duplicates("rows")
        told = ends if series["line"].any() else ordered
        for row in each(told.sort_values("value", ascending=False, kind="stable")):
            text = ("" if row.solid or row.line else "≈") + _read(row.value)
            how: dict[str, Any] = {"size": NOTE, "color": MUTED if row.line else row.colour}
            placing.write_beside(ax, text, row.x, row.value, taken, sides="above right left below", **how)


def _list_keys(figures: pd.DataFrame, others: pd.DataFrame) -> list[style.Key]:
    def article(ax: Axes, x: float, y: float) -> None:
        ax.scatter([x], [y], s=80, color=INK)

    def sample(row: Any) -> Any:
        def draw(ax: Axes, x: float, y: float) -> None:
            if row.line:
                ax.plot([x - 9, x, x + 9], [y] * 3, color=MARK, lw=1.6, marker="o", ms=2.6)
            elif pd.isna(row.year):
                ax.plot([x - 9, x + 9], [y, y], color=row.colour, lw=4, solid_capstyle="butt")
            else:
                ax.scatter([x], [y], s=42, marker=row.shape, color=row.colour)

        return draw

    def hollow(ax: Axes, x: float, y: float) -> None:
        ax.scatter([x], [y], s=42, marker="s", fc=PAPER, ec=MUTED, lw=1.4)

    keys: list[style.Key] = [(article, "the article", 14)] if len(figures) else []
    first = others.sort_values("year", kind="stable", na_position="last").drop_duplicates("series")
    for row in each(first.reindex([name for name in others.index if name in first.index])):
        oil = ", without oil" if row.coverage == "non_oil" else ""
        keys.append((sample(row), f"{row.series}{oil}", 18 if row.line or pd.isna(row.year) else 12))
    return keys + ([(hollow, "estimated, about or worked out", 12)] if not others["solid"].all() else [])


def _find_title(trade: pd.DataFrame, totals: pd.DataFrame, count: int) -> str:
    if not count:
        return "The article’s figures; no total of others is known"
    for _, peak in find_unseen(trade, totals).iterrows():
        title = f"Between the article’s figures lies a peak of {_read(peak['value'])} in {peak['when']}"
        later = totals[(totals["series"] == peak["series"]) & (totals["year"] > peak["year"]).fillna(False)]
        between = (later["year"] < trade["year"].max()).fillna(False) & ~later["year"].isin(trade["year"])
        low = later[between].sort_values("value", kind="stable").head(1)
        falls = [f"{title}, and a fall to {_read(row.value)} in {row.when}" for row in each(low)]
        return falls[0] if falls and float(low["value_high"].iloc[0]) < float(peak["value_low"]) else title
    return f"The article’s figures and {count} totals of others"


def _read(value: float) -> str:
    return format_number(float(value), ",.0f")


def _describe_source(figures: pd.DataFrame, totals: pd.DataFrame, others: pd.DataFrame) -> str:
    words = [name_source(figures.assign(rows=figures.index))] if len(figures) else []
    words += ["Of the others each has its source in the data below."] if len(others) else []
    bounds = totals[find_bounds(totals)]
    named = [
        f"{row.series} {row.when} {HEDGES[row.bound]}{format_number(float(row.value), ',.3g')}" for row in each(bounds)
    ]
    words += [f"Not drawn, since mere bounds: {join_words(named)}."] if named else []
    words += ["A bar is a year of another calendar."] if others["year"].isna().any() else []
    return " ".join(words)


def _describe(figures: pd.DataFrame, others: pd.DataFrame, unit: str) -> str:
    words = [f"Chart of trade by year, {unit}. The article: {', '.join(figures['said']) or 'no figure'}."]
    for name in others["series"].value_counts().index[:4]:
        series = others[others["series"] == name]
        best = series.iloc[int(series["value"].argmax())]
        most = format_number(best["value"], ",.3g")
        words.append(f"{name}: {count_words(len(series), 'year')}, at most {most} in {best['when']}.")
    rest = others["series"].nunique() - 4
    return " ".join(words + ([f"{f'{rest} other series'}."] if rest > 0 else []))
