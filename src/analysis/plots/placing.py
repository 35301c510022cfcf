"""Places for labels and bars: none covers a mark, another label or a leader; the same on every machine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from matplotlib.axes import Axes

from analysis.page import measure_text
from analysis.style import EDGE, LABEL, MUTED, NOTE, write

Box = tuple[float, float, float, float]
"""Left, right, bottom, top."""

Leader = list[tuple[float, float]]
"""Points of a line from a label to its column."""

LINE = 13  # height of a line of a label


class Label(NamedTuple):
    """A text for a column of marks: its place, height and rank (the smaller, the more telling)."""

    x: float
    top: float
    text: str
    rank: float


class Placed(NamedTuple):
    """A label with its box; a leader joins it to its column unless it stands beside it."""

    label: Label
    box: Box
    leader: bool
    cost: float


def place_labels(labels: Sequence[Label], taken: Sequence[Box], *, width: float, height: float) -> list[Placed]:
    """Return the labels that have room, each at the lowest free place above or beside its column.

    Three fixed orders are tried (by rank, from the left, from the right); the one that places most labels
    wins, then the one with the shortest leaders.

    Parameters
    ----------
    labels : sequence of Label
    taken : sequence of Box
        Where marks are, in pixels.
    width, height : float
        Of the strip.

    Examples
    --------
    >>> mark = (44.0, 56.0, 0.0, 10.0)
    >>> place_labels([Label(50, 10, "embassy", 1)], [mark], width=100, height=60)[0].leader
    True
    """
    by_place = sorted(labels, key=lambda label: label.x)
    orders = [sorted(labels, key=lambda label: label.rank), by_place, by_place[::-1]]
    runs = [_place_in_order(order, taken, width, height) for order in orders]
    return min(runs, key=lambda run: (-len(run), sum(placed.cost for placed in run)))


def _place_in_order(labels: Iterable[Label], taken: Iterable[Box], width: float, height: float) -> list[Placed]:
    boxes, leaders, run = list(taken), list[Leader](), list[Placed]()
    for label in labels:
        for place in _list_places(label, width, height):
            if not is_free(place.box, boxes) or any(_meets(leader, place.box) for leader in leaders):
                continue
            leader = _lead(place)
            if not any(_meets(leader, box) for box in boxes):
                leaders.append(leader)
                boxes.append(place.box)
                run.append(place)
                break
    return run


def _list_places(label: Label, width: float, height: float) -> list[Placed]:
    """Return the places of a label inside the strip, the best first."""
    lines = label.text.split("\n")
    wide, tall = max(measure_text(line, NOTE) for line in lines) + 6, LINE * len(lines) + 4.0
    beside = wide / 2 + 14
    spots: list[tuple[float, float, float, bool]] = []
    for y in range(6, int(label.top), 6):
        spots += [(y, label.x - beside, y, False), (y, label.x + beside, y, False)]
    for lift in range(8, int(height), 4):
        shifts = range(-120, 121, 10)
        spots += [(lift + 0.35 * abs(dx), label.x + dx, label.top + lift, True) for dx in shifts]
    return [
        Placed(label, (x - wide / 2, x + wide / 2, y, y + tall), leader, cost)
        for cost, x, y, leader in sorted(spots)
        if wide / 2 <= x <= width - wide / 2 and y + tall <= height
    ]


def _lead(placed: Placed) -> Leader:
    """Return points along the leader of a label; none where it has no leader."""
    x0, y0, x1, y1 = placed.label.x, placed.label.top + 2, (placed.box[0] + placed.box[1]) / 2, placed.box[2]
    steps = range(1, 24) if placed.leader else ()
    return [(x0 + (x1 - x0) * step / 24, y0 + (y1 - y0) * step / 24) for step in steps]


def _meets(leader: Leader, box: Box) -> bool:
    """Return whether a leader runs through a box."""
    left, right, bottom, top = box
    return any(left < x < right and bottom < y < top for x, y in leader)


def locate(ax: Axes, xs: Iterable[float], ys: Iterable[float], *, half: float = 7) -> list[Box]:
    """Return where marks of a size stand on the page.

    Examples
    --------
    >>> from analysis.page import canvas
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
    >>> from analysis.page import canvas
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
            write(ax, text, x, y, dx=dx, dy=dy + 7 * bool(note), ha="center", **kwargs)
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
