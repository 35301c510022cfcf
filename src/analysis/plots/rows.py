"""Pictures with one row an act: grouped under headings, label and date beside the mark, or above it on a phone."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from analysis import page
from analysis.style import EDGE, INK, LABEL, MUTED, NOTE, RULE, each, write

HEADING = 28
RIGHT = 16


def is_narrow(ax: Axes) -> bool:
    """Return whether a canvas is a phone's, so that labels stand above their marks.

    Examples
    --------
    >>> is_narrow(page.canvas(width=360)), is_narrow(page.canvas())
    (True, False)
    """
    return isinstance(ax.figure, page.Canvas) and ax.figure.size[0] < 500


def place_rows(rows: pd.DataFrame, *, narrow: bool = False, head: float = 0) -> pd.DataFrame:
    """Return rows with their place, in pixels from the top; a heading goes before each group.

    Parameters
    ----------
    rows : pandas.DataFrame
        Column group; rows of one group stand together.
    narrow : bool
        Higher rows, with the label above the mark.
    head : float
        Room above the first heading.

    Returns
    -------
    pandas.DataFrame
        The columns of `rows`, and top, y (of the mark), bottom.

    Examples
    --------
    >>> place_rows(pd.DataFrame({"group": ["a", "a", "b"]}))["top"].tolist()
    [28.0, 45.0, 90.0]
    """
    height, lift = (33.0, 23.0) if narrow else (17.0, 8.5)
    heading = (rows["group"] != rows["group"].shift()).cumsum() * HEADING + head
    bottom = heading + pd.Series(range(1, len(rows) + 1), rows.index) * height
    return rows.assign(bottom=bottom, top=bottom - height, y=bottom - height + lift)


def measure_labels(ax: Axes, rows: pd.DataFrame) -> float:
    """Return the room left of the plot for labels and dates, with the margin of the page.

    Examples
    --------
    >>> rows = pd.DataFrame({"label": ["Embassy"], "when": ["1995"], "part": [False]})
    >>> measure_labels(page.canvas(width=360), rows), measure_labels(page.canvas(), rows) > 60
    (8, True)
    """
    if is_narrow(ax) or not isinstance(ax.figure, page.Canvas):
        return EDGE
    widest = max(page.measure_text(row.label) + 12 * row.part for row in each(rows))
    return EDGE + float(widest) + 12 + max(page.measure_text(when, NOTE) for when in rows["when"]) + 12


def leave_room(ax: Axes, rows: pd.DataFrame, texts: pd.Series, *, gap: float, weight: str = "normal") -> float:
    """Return what share of the plot's width the marks may take, so that texts at its right edge cover none.

    Examples
    --------
    >>> rows = pd.DataFrame({"label": ["a"], "when": ["1995"], "part": [False]})
    >>> leave_room(page.canvas(), rows, pd.Series(["stands"]), gap=8) < 1
    True
    """
    plot = page.measure_plot(ax, left=measure_labels(ax, rows), right=RIGHT)
    return max(1 - (max(page.measure_text(text, weight=weight) for text in texts) + gap) / plot, 0.4)


def furnish_rows(ax: Axes, rows: pd.DataFrame, **furniture: Any) -> None:
    """Furnish the page for rows (`analysis.page.furnish`) and write their headings, labels and dates.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    rows : pandas.DataFrame
        As `place_rows` returns it, with label, when, part, and bearing (missing: in grey).
    **furniture
        To `furnish`.

    Examples
    --------
    >>> rows = {"group": ["a"], "label": ["Embassy"], "when": ["1995"], "part": [False], "bearing": [1]}
    >>> ax = page.canvas()
    >>> furnish_rows(ax, place_rows(pd.DataFrame(rows)), title="One act")
    >>> [text.get_text() for text in ax.texts]
    ['a', 'Embassy', '1995']
    """
    left, height = measure_labels(ax, rows), float(rows["bottom"].max())
    page.furnish(ax, height=height, left=left, right=RIGHT, **furniture)
    ax.set(ylim=(height, 0), yticks=[])
    draw_headings(ax, rows, left)
    draw_labels(ax, rows, left)


def draw_headings(ax: Axes, rows: pd.DataFrame, left: float) -> None:
    """Write the name of each group from the left edge of the page, under a line.

    Examples
    --------
    >>> ax = page.canvas()
    >>> draw_headings(ax, place_rows(pd.DataFrame({"group": ["a", "b"]})), left=80)
    >>> [text.get_text() for text in ax.texts]
    ['a', 'b']
    """
    across: Any = ax.get_yaxis_transform()
    for group, top in rows.groupby("group", sort=False)["top"].min().items():
        start = (EDGE - left) / page.measure_plot(ax, left=left, right=RIGHT)
        line = Line2D([start, 1], [top - 3] * 2, color=RULE, lw=0.8, zorder=0, clip_on=False, transform=across)
        ax.add_line(line)
        write(ax, str(group), start, top - 8, va="baseline", weight="bold", xycoords=across)


def draw_labels(ax: Axes, rows: pd.DataFrame, left: float) -> None:
    """Write label and date beside the mark, above it where the page is narrow, as ticks on another figure.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    rows : pandas.DataFrame
        As `place_rows` returns it, with label, when, part, and bearing (missing: in grey).
    left : float
        Room left of the plot, as `measure_labels` returns it.

    Examples
    --------
    >>> rows = {"group": ["a"], "label": ["Embassy"], "when": ["1995"], "part": [False], "bearing": [1]}
    >>> ax = page.canvas()
    >>> draw_labels(ax, place_rows(pd.DataFrame(rows)), left=120)
    >>> [text.get_text() for text in ax.texts]
    ['Embassy', '1995']
    """
    if not isinstance(ax.figure, page.Canvas):
        ax.set_yticks(rows["y"], list(rows["label"]), size=NOTE)
        return
    narrow = is_narrow(ax)
    start, end = EDGE - left, page.measure_plot(ax) + EDGE - left if narrow else -12.0
    for row in each(rows):
        indent, y = 12 * row.part, row.top + 9 if narrow else row.y
        room = end - start - indent - 8 - page.measure_text(row.when, NOTE)
        size = LABEL if page.measure_text(row.label) <= room else NOTE
        colour = MUTED if pd.isna(row.bearing) else INK
        how: Any = {"xycoords": ax.get_yaxis_transform()}
        write(ax, row.label, 0, y, dx=start + indent, size=size, color=colour, **how)
        write(ax, row.when, 0, y, dx=end, ha="right", size=NOTE, color=MUTED, **how)
