"""One flow reported twice: how far two reports are apart, and which pairs can be mirrors."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from analysis import page, style
from analysis.citing import format_number
from analysis.plots.rows import furnish_rows, is_narrow, leave_room, place_rows
from analysis.plots.words import count_words
from analysis.style import INK, MARK, OCHRE, PAPER, PURPLE, RULE, TEAL, each, write

KINDS = {  # heading, then shape and colour of the first and the second report
    "mirror": ("{exporter} → {importer}, by exporter and importer", ("^", TEAL, TEAL), ("o", INK, INK)),
    "totals": ("Both directions, by an official body of each side", ("s", PURPLE, PURPLE), ("D", OCHRE, OCHRE)),
    "one side": ("No mirror: two sources for what {importer} imports", ("o", INK, INK), ("o", INK, PAPER)),
}
WIDE = 1.15  # a range whose ends are further apart is drawn
WORDS = {
    "mirror": ("the exporter’s report", "the importer’s"),
    "totals": ("one official total", "the other side’s"),
    "one side": ("", "a second source for the importer"),
}


def plot_mirror(pairs: pd.DataFrame, *, ax: Axes | None = None, title: str = "", **kwargs: Any) -> Axes:
    """Draw each pair of reports as a dumbbell on a log scale, with their ratio in words.

    A value of zero has no place on a log scale: an arrow leads to the left edge. A grey bar is the rounding of a figure
    where it is wide.

    Parameters
    ----------
    pairs : pandas.DataFrame
        As `compare_reports` returns it.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new canvas of 720 pixels.
    title : str
        In place of the computed finding.
    **kwargs
        To `matplotlib.axes.Axes.scatter`, for the marks.

    Returns
    -------
    matplotlib.axes.Axes
        Million USD, log scale; y counts pixels from the top.

    Examples
    --------
    >>> from analysis import compare_reports, load_dossier
    >>> plot_mirror(compare_reports(load_dossier().evidence)).get_xscale()
    'log'
    """
    with style.house_style():
        ax = page.canvas() if ax is None else ax
        if pairs.empty:
            return page.draw_nothing(ax, "two reports of one flow")
        rows = place_rows(_list_rows(pairs), narrow=is_narrow(ax))
        furnish_rows(
            ax,
            rows,
            title=title or _find_title(pairs),
            subtitle="Two reports of one flow, million USD, log scale. The longer the bar, the less they agree.",
            keys=_list_keys(rows),
            source=_describe_source(rows),
            below=40,
            alt=_describe(pairs),
            data=pairs[["kind", "when", "one", "one_value", "other", "other_value", "ratio", "rows"]],
        )
        _draw_axis(ax, rows)
        for row in each(rows):
            _draw_pair(ax, row, **kwargs)
        return ax


def _list_rows(pairs: pd.DataFrame) -> pd.DataFrame:
    heads = [KINDS[row.kind][0].format(exporter=row.exporter, importer=row.importer) for row in each(pairs)]
    names = pairs["one"] + " and " + pairs["other"]
    text = [_read_ratio(row) for row in each(pairs)]
    numbers = {name: pairs[name].astype(float) for name in pairs.columns if "_value" in str(name)}
    rows = pairs.assign(**numbers, group=heads, label=pairs["when"].str.split(" / ").str[0], when=names, text=text)
    order = {kind: number for number, kind in enumerate(KINDS)}
    rows = rows.assign(order=pairs["kind"].map(order), part=False, bearing=1)
    return rows.sort_values(["order", "group", "label"], kind="stable")


def _read_ratio(row: Any) -> str:
    if pd.isna(row.ratio):
        return "one is 0"
    low, high = (f"{end:.2g}" if end < 9.95 else f"{end:.0f}" for end in (row.ratio_low, row.ratio_high))
    near = f"{row.ratio:.1f}" if row.ratio < 9.95 else f"{row.ratio:.0f}"
    return f"×{low}–{high}" if float(row.ratio_high) > 1.25 * float(row.ratio_low) else f"×{near}"


def _draw_axis(ax: Axes, rows: pd.DataFrame) -> None:
    """Set the log axis so that the ratios have room right of all marks."""
    ends = pd.concat([rows[f"{side}_value{end}"] for side in ("one", "other") for end in ("", "_low", "_high")])
    low, high = float(ends[ends > 0].min()) * 0.7, float(ends.max()) * 1.25
    ax.set_xscale("log")
    ax.set_xlim(low, low * (high / low) ** (1 / leave_room(ax, rows, rows["text"], gap=10, weight="bold")))
    steps = [0.1, 1, 10, 100, 1000] if is_narrow(ax) else [0.1, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]
    ticks = [tick for tick in steps if low <= tick <= high]
    ax.set_xticks(ticks, [format_number(tick, ",g") for tick in ticks])
    ax.set_xticks([], minor=True)
    ax.set_xlabel("million USD", loc="left")
    ax.vlines(ticks, *ax.get_ylim(), color=RULE, lw=0.7, zorder=0)


def _draw_pair(ax: Axes, row: Any, **kwargs: Any) -> None:
    one = (row.one_value, row.one_value_low, row.one_value_high)
    other = (row.other_value, row.other_value_low, row.other_value_high)
    known, edge = [value for value, *_ in (one, other) if value > 0], ax.get_xlim()[0]
    if len(known) == 1:
        arrow = {"arrowstyle": "->", "color": MARK, "lw": 1.2, "linestyle": (0, (2, 2))}
        ax.annotate("", (edge, row.y), (known[0], row.y), arrowprops=arrow)
    ax.plot([min(known, default=edge), max(known, default=edge)], [row.y] * 2, color=MARK, lw=2, zorder=2)
    for (value, low, high), (shape, colour, fill) in zip((one, other), KINDS[row.kind][1:], strict=True):
        if value > 0:
            if high > WIDE * low:
                ax.plot([max(low, edge), high], [row.y] * 2, color=RULE, lw=9, solid_capstyle="butt", zorder=1)
            how: dict[str, Any] = {"s": 44, "marker": shape, "facecolor": fill, "edgecolor": colour, "linewidth": 1.3}
            ax.scatter([value], [row.y], **(how | {"zorder": 5} | kwargs))
    write(ax, row.text, ax.get_xlim()[1], row.y, ha="right", weight="bold")


def _list_keys(rows: pd.DataFrame) -> list[style.Key]:
    keys: list[style.Key] = []
    for kind, (_, *marks) in KINDS.items():
        for (shape, colour, fill), words in zip(marks, WORDS[kind], strict=True):
            if words and (rows["kind"] == kind).any():
                keys.append((style.sample_shape(shape, fill, colour), words, 12))
    bar: Any = lambda ax, x, y: ax.plot([x - 8, x + 8], [y, y], color=RULE, lw=9, solid_capstyle="butt")  # noqa: E731
    return [*keys, (bar, "rounding, where it is wide", 18)]


def _find_title(pairs: pd.DataFrame) -> str:
    mirrors = pairs[pairs["kind"] == "mirror"].dropna(subset=["ratio"])
    if len(mirrors) < 2:
        return f"{count_words(len(pairs), 'pair').capitalize()} of reports of one flow"
    near, far = float(mirrors["ratio"].min()), float(mirrors["ratio_low"].max())
    return f"Two sides’ reports of one flow differ from {near:.1f}-fold to at least {far:.0f}-fold"


def _describe_source(rows: pd.DataFrame) -> str:
    words = [
        "Exporters count up to the border, importers freight as well: by a rule of thumb, not checked here, 10–20%."
    ]
    if (rows["kind"] == "totals").any():
        words.append("The official totals are for years of two calendars, which overlap only in part.")
    return " ".join([*words, "Flows that a source does not report are left out."])


def _describe(pairs: pd.DataFrame) -> str:
    words = [f"Dumbbell chart of {count_words(len(pairs), 'pair')} of reports, million USD, log scale."]
    mirrors = pairs[pairs["kind"] == "mirror"]
    listed = [
        f"{row.exporter} to {row.importer} {row.when} {format_number(float(row.one_value), ',.3g')} by {row.one} and "
        f"{format_number(float(row.other_value), ',.3g')} by {row.other}"
        for row in each(mirrors.head(3))
    ]
    words += [f"By exporter and importer: {'; '.join(listed)}."] if listed else []
    rest = len(pairs) - len(mirrors)
    return " ".join([*words, f"{rest} pairs are no mirror."] if rest else words)
