"""Labels that never cover a mark, another label or a leader; the same place on every machine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from analysis.style import NOTE, Box, is_free, measure_text

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
    boxes, run = list(taken), list[Placed]()
    for label in labels:
        for place in _list_places(label, width, height):
            led = [other for other in run if other.leader and _meets(other, place.box)]
            if is_free(place.box, boxes) and not led and not any(_meets(place, box) for box in boxes if place.leader):
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


def _meets(placed: Placed, box: Box) -> bool:
    """Return whether the leader of a label runs through a box."""
    x0, y0, x1, y1 = placed.label.x, placed.label.top + 2, (placed.box[0] + placed.box[1]) / 2, placed.box[2]
    points = [(x0 + (x1 - x0) * step / 24, y0 + (y1 - y0) * step / 24) for step in range(1, 24)]
    return any(box[0] < x < box[1] and box[2] < y < box[3] for x, y in points)
