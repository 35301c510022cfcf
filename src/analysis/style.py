"""The house style of all pictures: palette, type scale, canvas and furniture, and the grammar of marks.

Lengths are CSS pixels (1/96 inch) unless a name says points. Nothing here changes matplotlib for the caller.
"""

from __future__ import annotations

import warnings
from collections import namedtuple
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.text import Text

PALETTE = {  # on light paper, on dark paper
    "paper": ("#ffffff", "#14181d"),
    "ink": ("#1b2027", "#e9ecef"),
    "muted": ("#57606a", "#a9b2bc"),
    "mark": ("#767f8a", "#87919c"),
    "rule": ("#d5dae0", "#363e47"),
    "band": ("#f0f2f5", "#1f252c"),
    "coop": ("#0b66b0", "#6cb6f5"),
    "conf": ("#b5420a", "#f79a5e"),
    "purple": ("#7a3e9d", "#c9a0e6"),  # the last three: series of others, in order of appearance
    "teal": ("#00756a", "#4fc3b3"),
    "ochre": ("#8a5a00", "#e0b04c"),
}
PAPER, INK, MUTED, MARK, RULE, BAND, COOP, CONF, PURPLE, TEAL, OCHRE = (light for light, _ in PALETTE.values())
EFFECTS = {1: (COOP, "^", "brings together"), -1: (CONF, "v", "pushes apart"), 0: (MARK, "s", "neither")}
FONT = "DejaVu Sans"
TITLE, SUBTITLE, LABEL, NOTE = 12.0, 9.75, 9.0, 8.25  # points
LINE = {TITLE: 21.0, SUBTITLE: 17.0, NOTE: 14.5}
POINTS = 0.75  # in a CSS pixel
EDGE = 8  # margin of the page
MATH: Any = {"text.parse_math": True}  # for what others than plot functions write, as on a logarithmic axis
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
    "text.parse_math": False,  # in what a plot function writes, a dollar is a dollar
    "text.hinting": "none",  # as wide on every screen as measured
    "svg.hashsalt": "analysis",
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "ytick.left": False,
}

Key = tuple[Callable[[Axes, float, float], object], str, float]
"""A sample of a mark: what draws it at a place on the page, what it means, how wide it is."""


@contextmanager
def house_style() -> Iterator[None]:
    """Draw with `RC` on matplotlib's own defaults, whatever the caller has set, and restore the caller's.

    Text stays text in the picture, so letters that matplotlib's font lacks are drawn with the reader's: no warning.

    Examples
    --------
    >>> with house_style():
    ...     plt.rcParams["font.size"]
    9.0
    """
    with plt.style.context(RC, after_reset=True), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        yield


def write(ax: Axes, text: str, x: float, y: float, *, dx: float = 0, dy: float = 0, **kwargs: Any) -> Text:
    """Write a text, with an outline in the colour of the paper, so many pixels right of and above a place.

    Examples
    --------
    >>> from analysis.page import canvas
    >>> write(canvas(), "140", 2007.5, 140, dy=12).get_text()
    '140'
    """
    how = {"textcoords": "offset points", "va": "center" if "\n" in text else "center_baseline", "linespacing": 1.1}
    label = ax.annotate(
        text, (x, y), (dx * POINTS, dy * POINTS), annotation_clip=False, **(how | {"zorder": 7} | kwargs)
    )
    label.set_gid("halo")  # `analysis.svg` draws it
    return label


def each(frame: pd.DataFrame) -> Iterator[Any]:
    """Yield the rows of a frame as named tuples.

    Examples
    --------
    >>> [row.x for row in each(pd.DataFrame({"x": [1, 2]}))]
    [1, 2]
    """
    columns = [frame[name] for name in frame.columns]
    yield from map(_name_row(tuple(frame.columns))._make, zip(frame.index, *columns, strict=True))


@lru_cache(128)
def _name_row(columns: tuple[str, ...]) -> Any:
    """Return a type of named tuple; to make one takes longer than to fill a hundred."""
    return namedtuple("Row", ("Index", *columns), rename=True)


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
    >>> from analysis.page import canvas
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
        _draw_alike(ax, group["x"], group["y"], int(effect), certainty, size * (0.4 if small else 1), **kwargs)


def _draw_alike(ax: Axes, x: Any, y: Any, effect: int, certainty: str, area: float, **kwargs: Any) -> None:
    """Draw marks that differ in their places only."""
    colour, shape, _ = EFFECTS[effect]
    fill = colour if certainty == "asserted" else PAPER
    paint = {} if "color" in kwargs else {"facecolor": fill, "edgecolor": colour, "linewidth": 1.3}
    how: dict[str, Any] = {"s": area, "marker": shape, "zorder": 5, "clip_on": False} | paint | kwargs
    ax.scatter(x, y, **how)
    inner = {"reported": (area * 0.14, "o", 0), "denied": (area * 0.55, "x", 1.2)}.get(certainty)
    if inner:
        how = dict(zip(("s", "marker", "lw"), inner, strict=True), color=colour, clip_on=False)
        ax.scatter(x, y, zorder=6, **how)


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
    >>> from analysis.page import canvas
    >>> sample_mark(1)(canvas(), 0, 0)
    """
    effect, area = (0, 46 * 0.4) if pd.isna(bearing) else (int(bearing), 46 * (0.4 if part else 1))
    return lambda ax, x, y: _draw_alike(ax, [x], [y], effect, certainty, area)


def sample_shape(shape: str, fill: str, edge: str) -> Callable[[Axes, float, float], object]:
    """Return what draws a mark that stands for no act at a place, for a key.

    Examples
    --------
    >>> from analysis.page import canvas
    >>> ax = canvas()
    >>> points = sample_shape("s", PAPER, INK)(ax, 0, 0)
    >>> len(ax.collections)
    1
    """
    return lambda ax, x, y: ax.scatter([x], [y], s=44, marker=shape, fc=fill, ec=edge, lw=1.3)


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
    >>> from analysis.page import canvas
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
