"""Time the panel of notebook 07, from a changed control to its answer: `benchmarks/explore.py [ROUNDS [DOSSIER]]`.

Every phase, certainty and copy of the scale, with all types and with each type alone; each step changes one control.
At each step the choice is drawn for the first time, shown again, and shown as a notebook does it, in both widths: the
three take turns, so that a busy machine slows all of them. A round begins with a new panel, which has nothing drawn.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from analysis import load_dossier
from analysis.explore import Panel, draw_choice, explore

BAR = 0.15  # seconds


def walk(options: Mapping[str, list[Any]]) -> Iterator[dict[str, Any]]:
    """Yield every choice of the options, each unlike the one before in one of them."""
    if not options:
        yield {}
        return
    (name, values), *rest = options.items()
    inner = list(walk(dict(rest)))
    for number, value in enumerate(values):
        yield from ({name: value, **choice} for choice in (inner[::-1] if number % 2 else inner))


def list_options(panel: Panel) -> dict[str, list[Any]]:
    """Return what each control can be set to; of the types all, and each alone."""
    types = panel.controls["types"].options
    options = {name: [value for _, value in panel.controls[name].options] for name in ("scale", "certainty", "period")}
    return options | {"types": [types, *([(name,) for name in types] if len(types) > 1 else [])]}


def clock(act: Callable[[], object]) -> tuple[float, float]:
    """Return how many seconds something takes, by the clock and of the processor."""
    begin, worked = time.perf_counter(), time.process_time()
    act()
    return time.perf_counter() - begin, time.process_time() - worked


def measure(folder: str, found: dict[str, list[tuple[float, float]]]) -> None:
    """Take a new panel through every choice."""
    whole = load_dossier(folder)
    linked = replace(whole, events=whole.events.assign(paragraph_link=""))
    panel = explore(whole)
    before, *choices = walk(list_options(panel))
    for name, value in before.items():
        panel.controls[name].value = value
    for choice in choices:
        (name,) = [name for name in choice if choice[name] != before[name]]
        control, old, new = panel.controls[name], before[name], choice[name]
        found["first"].append(clock(partial(setattr, control, "value", new)))
        control.value = old
        found["again"].append(clock(partial(setattr, control, "value", new)))
        types = choice["types"][0] if len(choice["types"]) == 1 else ""
        found["notebook"].append(clock(partial(draw_choice, linked, **choice | {"types": types})))
        before = choice


def main(rounds: str = "2", folder: str = "") -> None:
    """Print a table."""
    found: dict[str, list[tuple[float, float]]] = {"first": [], "again": [], "notebook": []}
    for _ in range(int(rounds)):
        measure(folder, found)
    print(f"{len(found['first'])} changes of one control, in ms")
    for place, by in enumerate(("clock", "processor")):
        base = statistics.median(pair[place] for pair in found["notebook"])
        for name, pairs in found.items():
            seconds = sorted(pair[place] for pair in pairs)
            middle, high, worst = statistics.median(seconds), seconds[int(0.95 * len(seconds))], seconds[-1]
            over = sum(each > BAR for each in seconds)
            figures = f"median {middle * 1e3:6.1f}  95 % {high * 1e3:6.1f}  worst {worst * 1e3:6.1f}"
            print(f"{by:9} {name:8} {figures}  over {BAR * 1e3:.0f}: {over:3}  {middle / base:5.2f} x")


if __name__ == "__main__":
    main(*sys.argv[1:])
