"""The house style of all pictures: palette, type scale, canvas and furniture, and the grammar of marks.

Lengths are CSS pixels (1/96 inch) unless a name says points. Nothing here changes matplotlib for the caller.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.textpath import TextToPath

PALETTE = {  # on light paper, on dark paper
    "paper": ("#ffffff", "#14181d"),
    "ink": ("#1b2027", "#e9ecef"),
    "muted": ("#57606a", "#a9b2bc"),
    "mark": ("#767f8a", "#87919c"),
    "rule": ("#d5dae0", "#363e47"),
    "band": ("#f0f2f5", "#1f252c"),
    "coop": ("#0b66b0", "#6cb6f5"),
    "conf": ("#b5420a", "#f79a5e"),
}
PAPER, INK, MUTED, MARK, RULE, BAND, COOP, CONF = (light for light, _ in PALETTE.values())
EFFECTS = {1: (COOP, "^", "brings together"), -1: (CONF, "v", "pushes apart"), 0: (MARK, "s", "neither")}
FONT = "DejaVu Sans"
TITLE, SUBTITLE, LABEL, NOTE = 12.0, 9.75, 9.0, 8.25  # points
LINE = {TITLE: 21.0, SUBTITLE: 17.0, NOTE: 14.5}
POINTS = 0.75  # in a CSS pixel
EDGE = 8  # margin of the page
DOTS = (0, (1, 2))
HATCH: dict[str, Any] = {"fc": BAND, "ec": RULE, "hatch": "///", "lw": 0}
RC: dict[str, Any] = {
    "font.family": FONT,
    "font.size": LABEL,
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": MUTED,
    "axes.labelsize": LABEL,
    "axes.linewidth": 0.75,
    "axes.titlesize": TITLE,
    "axes.titleweight": "bold",
    "axes.facecolor": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "hatch.linewidth": 0.6,
    "path.simplify": False,
    "svg.fonttype": "none",
    "text.hinting": "none",  # as wide on every screen as measured
    "svg.hashsalt": "analysis",
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "ytick.left": False,
}

Box = tuple[float, float, float, float]
"""Left, right, bottom, top."""
Key = tuple[Callable[[Axes, float, float], object], str, float]
"""A sample of a mark: what draws it at a place on the page, what it means, how wide it is."""


@contextmanager
def house_style() -> Iterator[None]:
    """Draw with `RC` on matplotlib's own defaults, whatever the caller has set, and restore the caller's.

    Examples
    --------
    >>> with house_style():
    ...     plt.rcParams["font.size"]
    9.0
    """
    with plt.style.context(RC, after_reset=True):
        yield


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

    def add_strip(self, ax: Axes | None = None, *, top: float, height: float, label: str = "") -> Axes:
        """Give an Axes, or a new one, the width of the plot and a part of its height."""
        (width, total), (edge, left, right) = self.size, self.plot
        box = (
            left / width,
            1 - (edge + top + height) / total,
            (width - left - right) / width,
            height / total,
        )
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
    with house_style():
        return plt.figure(FigureClass=Canvas, figsize=(width / 96, 3), dpi=96).add_subplot()


@lru_cache(maxsize=4096)
def measure_text(text: str, points: float = LABEL, *, weight: str = "normal") -> float:
    """Return the width of a line of text as matplotlib lays it out.

    Examples
    --------
    >>> measure_text("ab") < measure_text("abc")
    True
    """
    font = FontProperties(family=FONT, size=points, weight=weight)
    return float(TextToPath().get_text_width_height_descent(text, font, False)[0] / POINTS)


def wrap_text(text: str, width: float, points: float = LABEL, *, weight: str = "normal") -> list[str]:
    """Return a text as lines no wider than `width`; a longer word has a line of its own.

    Examples
    --------
    >>> wrap_text("two words", 40)
    ['two', 'words']
    """
    lines: list[str] = []
    for word in text.split():
        if lines and measure_text(f"{lines[-1]} {word}", points, weight=weight) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


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
    page = ax.figure
    if not isinstance(page, Canvas):
        ax.set_title("\n".join(_balance(title, measure_plot(ax))), loc="left")
        return
    page.alt, page.data = alt, pd.DataFrame() if data is None else data
    width = page.size[0]
    head, lead, foot = (
        _balance(title, width - 16),
        wrap_text(subtitle, width - 16, SUBTITLE),
        wrap_text(source, width - 16, NOTE),
    )
    lead_top = 6 + LINE[TITLE] * len(head)
    key_top = lead_top + LINE[SUBTITLE] * len(lead) + 2
    rows = _pack_keys(keys, width)
    top = key_top + 18 * len(rows) + EDGE
    foot_top = top + height + below + EDGE
    page.set_size_inches(width / 96, (foot_top + LINE[NOTE] * len(foot) + 4) / 96)
    page.plot = (top, left, right)
    page.add_strip(ax, top=0, height=height)
    for lines, y, points, colour in (
        (head, 4, TITLE, INK),
        (lead, lead_top, SUBTITLE, MUTED),
        (foot, foot_top, NOTE, MUTED),
    ):
        how = {"color": colour, "weight": "bold" if points == TITLE else "normal"}
        spacing = LINE[points] * POINTS / points / 1.16  # of DejaVu's own line height
        page.put(EDGE, y, "\n".join(lines), size=points, linespacing=spacing, **how)
    _draw_keys(page, rows, key_top)
    page.sca(ax)


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


def _draw_keys(page: Canvas, rows: list[list[tuple[Key, float]]], top: float) -> None:
    if not rows:
        return
    width, height = page.size
    ax = page.add_axes((0, 0, 1, 1), label="page", zorder=5, xlim=(0, width), ylim=(height, 0))
    ax.set_axis_off()
    for number, row in enumerate(rows):
        for (draw, label, size), x in row:
            draw(ax, x + size / 2, top + 18 * number + 9)
            page.put(x + size + 6, top + 18 * number + 9, label, va="center_baseline")


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
    """Say in a picture that the dossier has nothing to draw.

    Examples
    --------
    >>> draw_nothing(canvas(), "trade figures").figure.alt
    'Empty picture: the dossier has no trade figures.'
    """
    furnish(ax, title=f"The dossier has no {what}", height=48, alt=f"Empty picture: the dossier has no {what}.")
    ax.set(xlim=(0, 1), ylim=(0, 1), xticks=[], yticks=[], facecolor=BAND)
    ax.spines[:].set_visible(False)
    write(ax, "nothing to draw", 0.5, 0.5, ha="center", color=MUTED)
    return ax


def write(ax: Axes, text: str, x: float, y: float, *, dx: float = 0, dy: float = 0, **kwargs: Any) -> Text:
    """Write a text, with an outline in the colour of the paper, so many pixels right of and above a place.

    Examples
    --------
    >>> write(canvas(), "140", 2007.5, 140, dy=12).get_text()
    '140'
    """
    how = {
        "textcoords": "offset points",
        "va": "center" if "\n" in text else "center_baseline",
        "linespacing": 1.1,
    }
    label = ax.annotate(
        text, (x, y), (dx * POINTS, dy * POINTS), annotation_clip=False, **(how | {"zorder": 7} | kwargs)
    )
    label.set_gid("halo")  # `analysis.svg` draws it
    return label


def locate(ax: Axes, xs: Iterable[float], ys: Iterable[float], *, half: float = 7) -> list[Box]:
    """Return where marks of a size stand on the page.

    Examples
    --------
    >>> len(locate(canvas(), [0.5], [0.5]))
    1
    """
    spots = [ax.transData.transform((x, y)) * 96 / ax.figure.dpi for x, y in zip(xs, ys, strict=True)]
    return [(float(x) - half, float(x) + half, float(y) - half, float(y) + half) for x, y in spots]


def write_beside(
    ax: Axes,
    text: str,
    x: float,
    y: float,
    taken: list[Box],
    *,
    sides: str = "above left right below",
    note: str = "",
    **kwargs: Any,
) -> bool:
    """Write a text, with a note under it, at the first free side of a mark, if any; add it to `taken`.

    Examples
    --------
    >>> write_beside(canvas(), "140", 0.5, 0.5, [])
    True
    """
    font = {"points": kwargs.get("size", LABEL), "weight": kwargs.get("weight", "normal")}
    wide = max([measure_text(line, **font) for line in text.split("\n")] + [measure_text(note, NOTE)])
    half = 16.0 if note else 7.5 * (text.count("\n") + 1)
    left, _, bottom, _ = locate(ax, [x], [y], half=0)[0]
    edges = ax.get_window_extent().padded(EDGE * ax.figure.dpi / 96)
    across, up = wide / 2 + 11, half + 9
    for side in sides.split():
        dx, dy = {"above": (0.0, up), "below": (0.0, -up), "left": (-across, 0.0), "right": (across, 0.0)}[side]
        box = (left + dx - wide / 2, left + dx + wide / 2, bottom + dy - half, bottom + dy + half)
        inside = edges.x0 <= box[0] * ax.figure.dpi / 96 and box[1] * ax.figure.dpi / 96 <= edges.x1
        if inside and is_free(box, taken):
            taken.append(box)
            write(ax, text, x, y, dx=dx, dy=dy + (7 if note else 0), ha="center", **kwargs)
            if note:
                write(ax, note, x, y, dx=dx, dy=dy - 9, ha="center", size=NOTE, color=MUTED)
            return True
    return False


def is_free(box: Box, taken: Iterable[Box]) -> bool:
    """Return whether a box overlaps none of those taken.

    Examples
    --------
    >>> is_free((0, 1, 0, 1), [(1, 2, 0, 1)]), is_free((0, 1, 0, 1), [(0.5, 2, 0, 1)])
    (True, False)
    """
    return all(box[1] <= other[0] or box[0] >= other[1] or box[3] <= other[2] or box[2] >= other[3] for other in taken)


def each(frame: pd.DataFrame) -> Iterator[Any]:
    """Yield the rows of a frame as named tuples.

    Examples
    --------
    >>> [row.x for row in each(pd.DataFrame({"x": [1, 2]}))]
    [1, 2]
    """
    yield from frame.itertuples()


def to_years(days: pd.Series, *, end: bool = False) -> pd.Series:
    """Return days as decimal years; with `end`, the end of the day.

    Examples
    --------
    >>> to_years(pd.Series(pd.to_datetime(["2019-01-01", "2019-12-31"])), end=True).round(3).tolist()
    [2019.003, 2020.0]
    """
    length = 365 + days.dt.is_leap_year.astype(int)
    years: pd.Series = (days.dt.year + (days.dt.day_of_year - 1 + int(end)) / length).astype(float)
    return years


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


def pack(spans: Iterable[tuple[float, float]]) -> list[int]:
    """Return a lane for each span so that none overlaps another in its lane; the first free lane is taken.

    Examples
    --------
    >>> pack([(0, 5), (3, 6), (5, 9)])
    [0, 1, 0]
    """
    ends, lanes = list[float](), list[int]()
    for low, high in spans:
        lanes.append(next((lane for lane, end in enumerate(ends) if end <= low + 1e-9), len(ends)))
        ends[lanes[-1] : lanes[-1] + 1] = [high]
    return lanes


def draw_marks(ax: Axes, marks: pd.DataFrame, *, size: float = 46, **kwargs: Any) -> None:
    """Draw acts: shape and colour say the bearing, fill the certainty, a small mark a part or a context.

    Parameters
    ----------
    marks : pandas.DataFrame
        Columns x, y, bearing (1, -1, 0; missing: context), certainty, part (of a larger act).
    size : float
        Area of a full mark in square points.
    **kwargs
        To `matplotlib.axes.Axes.scatter`.

    Examples
    --------
    >>> ax = canvas()
    >>> marks = {"x": [1], "y": [2], "bearing": [1], "certainty": ["alleged"], "part": [False]}
    >>> draw_marks(ax, pd.DataFrame(marks))
    >>> len(ax.collections)
    1
    """
    bearing = marks["bearing"].astype("Int64")
    keys = [bearing.fillna(0), marks["certainty"].astype(str), marks["part"].astype(bool) | bearing.isna()]
    groups: Any = marks.groupby(keys)
    for (effect, certainty, small), group in groups:
        (colour, shape, _), area = EFFECTS[int(effect)], size * (0.4 if small else 1)
        paint = {
            "facecolor": colour if certainty == "asserted" else PAPER,
            "edgecolor": colour,
            "linewidth": 1.3,
        }
        common = {"zorder": 5, "clip_on": False}
        ax.scatter(
            group["x"],
            group["y"],
            **({"s": area, "marker": shape} | common | (kwargs if "color" in kwargs else paint | kwargs)),
        )
        inner = {"reported": (area * 0.14, "o", 0), "denied": (area * 0.55, "x", 1.2)}.get(certainty)
        if inner:
            ax.scatter(
                group["x"],
                group["y"],
                s=inner[0],
                marker=inner[1],
                lw=inner[2],
                color=colour,
                zorder=6,
                clip_on=False,
            )


def list_keys(marks: pd.DataFrame) -> list[Key]:
    """Return samples of the marks that occur in a frame such as `draw_marks` takes.

    Examples
    --------
    >>> frame = pd.DataFrame({"bearing": [1, -1], "certainty": ["asserted", "denied"], "part": [False, True]})
    >>> [key[1] for key in list_keys(frame)]
    ['brings together', 'pushes apart', 'denied', 'part of a larger act']
    """
    bearing = marks["bearing"].astype("Int64")
    seen = [effect for effect in EFFECTS if (bearing == effect).any()]
    hollow = -1 if -1 in seen else seen[0] if seen else pd.NA
    standings = [name for name in ("reported", "alleged", "denied") if (marks["certainty"] == name).any()]
    samples: list[tuple[Any, str, bool, str]] = [(effect, "asserted", False, EFFECTS[effect][2]) for effect in seen]
    samples += [(hollow, name, False, name) for name in standings]
    samples += [(hollow, "asserted", True, "part of a larger act")] if marks["part"].any() else []
    samples += [(pd.NA, "asserted", False, "context")] if bearing.isna().any() else []
    return [(sample_mark(*sample[:3]), sample[3], 8 if sample[2] or sample[0] is pd.NA else 12) for sample in samples]


def sample_mark(bearing: Any, certainty: str = "asserted", part: bool = False) -> Callable[[Axes, float, float], None]:
    """Return what draws one mark at a place, for a key.

    Examples
    --------
    >>> sample_mark(1)(canvas(), 0, 0)
    """
    columns = {"bearing": [bearing], "certainty": [certainty], "part": [part]}
    return lambda ax, x, y: draw_marks(ax, pd.DataFrame({"x": [x], "y": [y], **columns}))


def draw_interval(ax: Axes, y: float, act: Any, *, low: float, high: float, half: float = 5.5) -> float:
    """Draw how far the date of one act is known, and return where its mark belongs.

    Parameters
    ----------
    act : named tuple or Series
        start, end (decimal years; missing: undated), open_start, open_end, approximate, date_kind, colour.
    low, high : float
        Ends of the time axis.
    half : float
        Half the height of a box, in units of the y axis.

    Examples
    --------
    >>> act = pd.Series({"start": 2006.0, "end": 2007.0, "open_start": False, "open_end": False,
    ...                  "approximate": False, "date_kind": "within", "colour": "#0b66b0"})
    >>> draw_interval(canvas(), 0, act, low=1991, high=2025)
    2006.5
    """
    start, end, how = act.start, act.end, {"color": act.colour, "zorder": 3}
    if pd.isna(start):
        ax.add_patch(Rectangle((low, y - half), high - low, 2 * half, **HATCH, zorder=0.5))
        return low
    if act.approximate:
        ax.plot([start - 1, end + 1], [y, y], lw=1.2, ls=DOTS, **how)
    if act.open_start or act.open_end:
        limit = float(end if act.open_start else start)
        ax.plot([start, end], [y, y], lw=1.2, ls=DOTS, **how)
        ax.plot([limit, limit], [y - half - 1, y + half + 1], lw=1.4, **how)
        return limit
    if end - start > 0.12 and act.date_kind == "within":  # longer than a month
        ax.add_patch(Rectangle((start, y - half), end - start, 2 * half, fc=PAPER, ec=act.colour, lw=1, zorder=3))
    elif end - start > 0.12:
        ax.plot([start, end], [y, y], lw=2.4, solid_capstyle="butt", **how)
    return float(start + end) / 2
