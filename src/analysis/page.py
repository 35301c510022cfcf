"""The page of a picture: laid out in CSS pixels from its top left corner, with title, keys and source line.

Lengths are CSS pixels (1/96 inch) unless a name says points.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.text import Text
from matplotlib.textpath import TextToPath

from analysis.style import (
    BAND,
    EDGE,
    FONT,
    INK,
    LABEL,
    LINE,
    MATH,
    MUTED,
    NOTE,
    POINTS,
    SUBTITLE,
    TITLE,
    Key,
    house_style,
    write,
)


class Canvas(Figure):
    """A figure laid out in CSS pixels from its top left corner. Make one with `canvas`.

    Attributes
    ----------
    alt : str
        What the picture shows, for those who do not see it.
    data : pandas.DataFrame
        The plotted values, with their ``rows``.
    plot : tuple of float
        Top, left and right edge of the plot inside the furniture.
    """

    alt: str = ""
    data: pd.DataFrame = pd.DataFrame()
    plot: tuple[float, float, float] = (EDGE, EDGE, EDGE)

    @property
    def size(self) -> tuple[float, float]:
        """Width and height."""
        width, height = self.get_size_inches()
        return float(width * 96), float(height * 96)

    def put(self, x: float, y: float, text: str, **kwargs: Any) -> Text:
        """Write a text at a place counted from the top left corner."""
        return self.text(x / self.size[0], 1 - y / self.size[1], text, **({"va": "top"} | kwargs))

    def put_lines(self, y: float, lines: Sequence[str], points: float, **kwargs: Any) -> Text:
        """Write lines at the left edge, as far apart as the type scale says."""
        spacing = LINE[points] * POINTS / points / 1.16  # of DejaVu's own line height
        return self.put(EDGE, y, "\n".join(lines), size=points, linespacing=spacing, **kwargs)

    def add_strip(self, ax: Axes | None = None, *, top: float, height: float, label: str = "") -> Axes:
        """Give an Axes, or a new one, the width of the plot and a part of its height."""
        (width, total), (edge, left, right) = self.size, self.plot
        box = (left / width, 1 - (edge + top + height) / total, (width - left - right) / width, height / total)
        if ax is None:
            return self.add_axes(box, label=label)
        ax.set_position(box)
        return ax


def canvas(*, width: int = 720) -> Axes:
    """Return the Axes of a new, empty canvas; a plot function gives it furniture and height.

    Examples
    --------
    >>> ax = canvas(width=360)
    >>> ax.figure.size[0]
    360.0
    >>> plt.close(ax.figure)
    """
    with house_style(), plt.rc_context(MATH):
        return plt.figure(FigureClass=Canvas, figsize=(width / 96, 3), dpi=96).add_subplot()


@lru_cache(maxsize=4096)
def measure_text(text: str, points: float = LABEL, *, weight: str = "normal") -> float:
    """Return the width of a line of text as matplotlib lays it out; a letter that its font lacks counts as wide.

    Examples
    --------
    >>> measure_text("ab") < measure_text("abc")
    True
    """
    font = FontProperties(family=FONT, size=points, weight=weight)
    known = _list_letters(findfont(font))
    text = "".join(sign if ord(sign) in known else "W" for sign in text)
    return float(TextToPath().get_text_width_height_descent(text, font, False)[0] / POINTS)


@lru_cache(8)
def _list_letters(path: str) -> frozenset[int]:
    """Return the letters that a font has; it is asked once, since its answer takes longer than a text to measure."""
    return frozenset(get_font(path).get_charmap())


def wrap_text(text: str, width: float, points: float = LABEL, *, weight: str = "normal") -> list[str]:
    """Return a text as lines no wider than `width`; a longer word has a line of its own.

    Examples
    --------
    >>> wrap_text("two words", 40)
    ['two', 'words']
    """
    lines: list[str] = []
    for word in text.split():
        if lines and _fits(f"{lines[-1]} {word}", width, points, weight):
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _fits(line: str, width: float, points: float, weight: str) -> bool:
    """Return whether a line is no wider than `width`.

    Its words and spaces decide, but for the last pixel: words come again in other lines and are measured once.
    """
    words = line.split(" ")
    space = measure_text("n n", points, weight=weight) - 2 * measure_text("n", points, weight=weight)
    rough = sum(measure_text(word, points, weight=weight) for word in words) + space * (len(words) - 1)
    if abs(rough - width) > 1:
        return rough < width
    return measure_text(line, points, weight=weight) <= width


def _balance(title: str, width: float) -> list[str]:
    """Wrap a title into as few lines as `width` allows, of about the same length."""
    tries = [wrap_text(title, narrow, TITLE, weight="bold") for narrow in range(int(width), int(width / 2), -8)]
    return [lines for lines in tries if len(lines) == len(tries[0])][-1]


def furnish(
    ax: Axes,
    *,
    title: str,
    height: float,
    subtitle: str = "",
    keys: Sequence[Key] = (),
    source: str = "",
    left: float = EDGE,
    right: float = EDGE,
    below: float = 22,
    alt: str = "",
    data: pd.DataFrame | None = None,
) -> None:
    """Write title, subtitle, keys and source line round a plot, before its marks are drawn.

    An Axes on another figure gets its title only.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    title, subtitle, source : str
        Wrapped to the width of the page.
    height : float
        Of the plot; the height of the page follows.
    keys : sequence of Key
    left, right, below : float
        Room beside the plot for labels and under it for the axis.
    alt, data
        Kept on the `Canvas`.

    Examples
    --------
    >>> ax = canvas()
    >>> furnish(ax, title="Trade by year", height=200, alt="Dot chart.")
    >>> ax.figure.alt
    'Dot chart.'
    >>> plt.close(ax.figure)
    """
    sheet = ax.figure
    if not isinstance(sheet, Canvas):
        ax.set_title("\n".join(_balance(title, measure_plot(ax))), loc="left")
        return
    sheet.alt, sheet.data = alt, pd.DataFrame() if data is None else data
    width = sheet.size[0]
    head = _balance(title, width - 2 * EDGE)
    lead, foot = (wrap_text(text, width - 2 * EDGE, size) for text, size in ((subtitle, SUBTITLE), (source, NOTE)))
    lead_top = 6 + LINE[TITLE] * len(head)
    key_top = lead_top + LINE[SUBTITLE] * len(lead) + 2
    rows = _pack_keys(keys, width)
    top = key_top + 18 * len(rows) + EDGE
    foot_top = top + height + below + EDGE
    sheet.set_size_inches(width / 96, (foot_top + LINE[NOTE] * len(foot) + 4) / 96)
    sheet.plot = (top, left, right)
    sheet.add_strip(ax, top=0, height=height)
    sheet.put_lines(4, head, TITLE, color=INK, weight="bold")
    sheet.put_lines(lead_top, lead, SUBTITLE, color=MUTED)
    sheet.put_lines(foot_top, foot, NOTE, color=MUTED)
    _draw_keys(sheet, rows, key_top)
    sheet.sca(ax)


def _pack_keys(keys: Sequence[Key], width: float) -> list[list[tuple[Key, float]]]:
    rows: list[list[tuple[Key, float]]] = []
    x = 0.0
    for key in keys:
        wide = key[2] + 6 + measure_text(key[1])
        if not rows or x + wide > width - EDGE:
            rows.append([])
            x = EDGE
        rows[-1].append((key, x))
        x += wide + 18
    return rows


def _draw_keys(sheet: Canvas, rows: list[list[tuple[Key, float]]], top: float) -> None:
    if not rows:
        return
    width, height = sheet.size
    ax = sheet.add_axes((0, 0, 1, 1), label="page", zorder=5, xlim=(0, width), ylim=(height, 0))
    ax.set_axis_off()
    for number, row in enumerate(rows):
        for (draw, label, size), x in row:
            draw(ax, x + size / 2, top + 18 * number + 9)
            sheet.put(x + size + 6, top + 18 * number + 9, label, va="center_baseline")


def measure_plot(ax: Axes, *, left: float = EDGE, right: float = EDGE) -> float:
    """Return the width that a canvas's plot will have between `left` and `right`; of another Axes, its own.

    Examples
    --------
    >>> ax = canvas()
    >>> measure_plot(ax, left=100)
    612.0
    >>> plt.close(ax.figure)
    """
    if isinstance(ax.figure, Canvas):
        return ax.figure.size[0] - left - right
    return float(ax.get_window_extent().width * 96 / ax.figure.dpi)


def scale(ax: Axes) -> tuple[float, float]:
    """Return how many pixels one unit of each axis has.

    Examples
    --------
    >>> ax = canvas()
    >>> furnish(ax, title="", height=100)
    >>> [round(pixels) for pixels in scale(ax)]
    [704, 100]
    >>> plt.close(ax.figure)
    """
    box, (x0, x1), (y0, y1) = ax.get_window_extent(), ax.get_xlim(), ax.get_ylim()
    return float(box.width * 96 / ax.figure.dpi / abs(x1 - x0)), float(box.height * 96 / ax.figure.dpi / abs(y1 - y0))


def draw_nothing(ax: Axes, what: str) -> Axes:
    """Say in a picture that there is nothing to draw.

    Examples
    --------
    >>> draw_nothing(canvas(), "trade figures").figure.alt
    'Empty picture: no trade figures to draw.'
    """
    furnish(ax, title=f"No {what} to draw", height=48, alt=f"Empty picture: no {what} to draw.")
    ax.set(xlim=(0, 1), ylim=(0, 1), xticks=[], yticks=[], facecolor=BAND)
    ax.spines[:].set_visible(False)
    write(ax, "none among the rows shown", 0.5, 0.5, ha="center", color=MUTED)
    return ax


def draw_years(ax: Axes, low: float, high: float) -> list[int]:
    """Set the span of a time axis and label as many round years as have room; return them.

    Examples
    --------
    >>> draw_years(canvas(), 1999, 2022)
    [2000, 2005, 2010, 2015, 2020]
    """
    ax.set_xlim(low, high)
    step = next((step for step in (1, 5, 10, 25, 50) if step * scale(ax)[0] >= 48), 100)
    years = [year for year in range(int(low), int(high) + 1) if year % step == 0 and (year - low) * scale(ax)[0] > 8]
    ax.set_xticks(years, [str(year) for year in years])
    return years
