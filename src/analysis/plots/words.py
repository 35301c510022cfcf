"""Words of titles, source lines and alt texts, all from the frames that are drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from analysis.metrics.events import count_effects, find_turn

OUTSIDE = "Outside the phases"


def join_words(words: Sequence[str]) -> str:
    """Return words as a list in prose.

    Examples
    --------
    >>> join_words(["5", "7", "14"])
    '5, 7 and 14'
    """
    return " and ".join([*[", ".join(words[:-1])] * (len(words) > 1), *words[-1:]])


def count_words(count: int, noun: str) -> str:
    """Return a count with its noun, small numbers in words.

    Examples
    --------
    >>> count_words(4, "figure"), count_words(1, "act"), count_words(0, "act"), count_words(21, "act")
    ('four figures', 'one act', 'no acts', '21 acts')
    """
    small = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
    return f"{small[count] if count < len(small) else count} {noun}{'' if count == 1 else 's'}"


def list_ranges(names: Mapping[int, str]) -> list[str]:
    """Return numbered names as ranges, in order.

    Examples
    --------
    >>> list_ranges({1: "T1", 2: "T2", 3: "T3", 7: "T7"})
    ['T1–T3', 'T7']
    """
    starts = [number for number in sorted(names) if number - 1 not in names]
    ends = [number for number in sorted(names) if number + 1 not in names]
    return [names[a] if a == b else f"{names[a]}–{names[b]}" for a, b in zip(starts, ends, strict=True)]


def name_source(frame: pd.DataFrame) -> str:
    """Return where the rows of a picture stand in the article.

    Examples
    --------
    >>> name_source(pd.DataFrame({"paragraph": [5, 5, 14], "rows": ["T1", "T2", "T3"]}))
    'Source: the article, paragraphs 5 and 14 (rows T1–T3).'
    """
    paragraphs = {int(number): str(number) for number in frame["paragraph"].dropna()}
    prefixes: dict[str, dict[int, str]] = {}
    for row in map(str, frame["rows"]):
        prefix = row.rstrip("0123456789")
        prefixes.setdefault(prefix, {})[int(row[len(prefix) :] or 0)] = row
    listed = [text for names in prefixes.values() for text in list_ranges(names)]
    rows = f"row{'s' * (len(frame) > 1)} {join_words(listed)}" if len(listed) < 7 else f"{len(frame)} rows"
    where = f", paragraph{'s' * (len(paragraphs) > 1)} {join_words(list_ranges(paragraphs))}" if paragraphs else ""
    return f"Source: the article{where} ({rows})."


def count_sides(events: pd.DataFrame) -> tuple[int, int, int, str]:
    """Return how many counted acts bring together, push apart, do so in the turn, and the turn's phase.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> count_sides(load_dossier().events)[3]
    'Rupture'
    """
    effects, turn = events.loc[events["counted"], "effect"], find_turn(events)
    inside = int(count_effects(events)["apart"][turn]) if turn else 0
    return int((effects == 1).sum()), int((effects == -1).sum()), inside, turn
