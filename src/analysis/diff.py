"""Two folders of reports compared by meaning: which values, rows, tables and figures changed, and why."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup

from analysis.errors import RenderError
from analysis.record import number_repeats, read_page

ENDS = (".json", ".state.json")


@dataclass(frozen=True)
class Difference:
    """One thing that changed. Old or new is empty where there was nothing before, or is nothing now."""

    kind: str
    where: str
    old: str
    new: str

    @property
    def short(self) -> tuple[str, str]:
        """Old and new, without what long texts have in common."""
        return shorten_texts(self.old, self.new)

    def __str__(self) -> str:
        """Return the difference in one line."""
        old, new = self.short
        return f"{self.kind} {self.where}: {old or 'nothing'} → {new or 'nothing'}"


@dataclass(frozen=True)
class ReportChange:
    """What changed in one report, and why."""

    name: str
    state: str
    why: list[str]
    differences: list[Difference]


def compare_folders(old: Path, new: Path) -> list[ReportChange]:
    """Return the reports that differ between two folders: those added, those removed, those that say other things.

    Parameters
    ----------
    old, new : pathlib.Path
        Folders with ``NAME.html`` and ``NAME.json``. Where both have ``NAME.state.json`` as well, the library and the
        packages are compared too.

    Raises
    ------
    RenderError
        If neither folder has reports with a record beside them, or a record cannot be read.

    Examples
    --------
    >>> from analysis.schema import DEFAULT
    >>> compare_folders(DEFAULT.parent / "reports", DEFAULT.parent / "reports")
    []
    """
    names = [
        {path.stem for path in folder.glob("*.json") if path.with_suffix(".html").is_file()} for folder in (old, new)
    ]
    if not any(names):
        raise RenderError(f"{old} and {new}: expected reports, each NAME.html with its NAME.json, found none")
    changes = []
    for name in sorted(names[0] | names[1]):
        if name not in names[0] or name not in names[1]:
            changes.append(ReportChange(name, "added" if name in names[1] else "removed", [], []))
            continue
        texts = [(folder / f"{name}.html").read_text(encoding="utf-8") for folder in (old, new)]
        if texts[0] != texts[1]:
            why = explain_change(*(_read_json(folder / f"{name}{end}") for end in ENDS for folder in (old, new)))
            found = compare_pages(*(read_page(BeautifulSoup(text, "html.parser")) for text in texts))
            changes.append(ReportChange(name, "changed", why, found))
    return changes


def _read_json(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    except ValueError as error:
        raise RenderError(f"{path}: expected the record of a report, found something else; render it again") from error
    return found


def compare_pages(old: dict[str, Any], new: dict[str, Any]) -> list[Difference]:
    """Return what two renderings of a report say differently.

    Parameters
    ----------
    old, new : dict
        As `read_page` returns them.

    Examples
    --------
    >>> page = read_page(BeautifulSoup("", "html.parser"))
    >>> compare_pages(page, {**page, "title": "Why?"})
    [Difference(kind='text', where='title', old='', new='Why?')]
    """
    found = [Difference("text", name, old[name], new[name]) for name in ("title", "shown") if old[name] != new[name]]
    found += _compare_values(old["values"], new["values"])
    found += [
        Difference("row", name, old["rows"].get(name, ""), new["rows"].get(name, ""))
        for name in {**old["rows"], **new["rows"]}
        if old["rows"].get(name) != new["rows"].get(name)
    ]
    for kind in ("table", "figure"):
        left, right = old[f"{kind}s"], new[f"{kind}s"]
        for name in {**left, **right}:
            if name not in left or name not in right:
                there = (f"a {kind}" if name in side else "" for side in (left, right))
                found.append(Difference(kind, f"“{name}”", *there))
            elif left[name] != right[name]:
                compare = _compare_cells if kind == "table" else _compare_figure
                found += compare(f"“{name}”", left[name], right[name])
    return found


def shorten_texts(old: str, new: str) -> tuple[str, str]:
    """Return two texts without the words that both begin and end with, three on each side excepted.

    Examples
    --------
    >>> shorten_texts("one two three four 5 six", "one two three four 7 six")
    ('… two three four 5 six', '… two three four 7 six')
    """
    left, right = old.split(), new.split()
    if not left or not right:
        return old, new
    start = _count_same(left, right)
    end = _count_same(left[:start:-1], right[:start:-1])

    def cut(words: list[str]) -> str:
        first, last = max(start - 3, 0), len(words) - max(end - 3, 0)
        return "… " * bool(first) + " ".join(words[first:last]) + " …" * (last < len(words))

    return cut(left), cut(right)


def _count_same(left: list[str], right: list[str]) -> int:
    pairs = zip(left, right, strict=False)
    return next((number for number, (one, two) in enumerate(pairs) if one != two), min(len(left), len(right)))


def explain_change(
    old: dict[str, Any], new: dict[str, Any], old_state: dict[str, Any], new_state: dict[str, Any]
) -> list[str]:
    """Return in words what two renderings were made from differently: data, notebook, library or packages.

    Parameters
    ----------
    old, new : dict
        As `record_report` returns them.
    old_state, new_state : dict
        As `describe_run` returns them; empty where there is none.

    Examples
    --------
    >>> record = {"data": {"files": {"trade.csv": "1"}, "rows": {}}, "notebook": "1"}
    >>> explain_change(record, {**record, "data": {"files": {"trade.csv": "2"}, "rows": {}}}, {}, {})
    ['data: trade.csv']
    """
    try:
        files = _list_changes(old["data"]["files"], new["data"]["files"])
        rows = _list_changes(old["data"]["rows"], new["data"]["rows"])
        why = ["notebook"] * (old["notebook"] != new["notebook"])
    except KeyError as error:
        raise RenderError(f"expected the record of a report, found one without {error}; render it again") from error
    if files:
        why.insert(0, f"data: {', '.join(files)}" + (f" (rows {', '.join(rows)})" if rows else ""))
    if not old_state or not new_state:
        return why or ["library or packages (no NAME.state.json on both sides to tell which)"]
    why += ["library"] * (old_state["library"] != new_state["library"])
    why += ["lock"] * (old_state["lock"] != new_state["lock"])
    before, after = old_state["packages"], new_state["packages"]
    why += [f"package {name}: {before.get(name)} → {after.get(name)}" for name in _list_changes(before, after)]
    return why or ["unknown: data, notebook, library and packages are the same"]


def _list_changes(old: dict[str, str], new: dict[str, str]) -> list[str]:
    return [name for name in {**old, **new} if old.get(name) != new.get(name)]


def _compare_values(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> Iterator[Difference]:
    """Pair sentences that say the same with other numbers, then those in the same place."""
    keys = [[(one["section"], one["sentence"]) for one in sentences] for sentences in (old, new)]
    for tag, a, b, c, d in SequenceMatcher(None, keys[0], keys[1], autojunk=False).get_opcodes():
        if tag == "equal":
            for before, after in zip(old[a:b], new[c:d], strict=True):
                yield from _compare_numbers(before, after)
            continue
        for number in range(max(b - a, d - c)):
            pair = [side[number] if number < len(side) else {} for side in (old[a:b], new[c:d])]
            sections = [one.get("section", "") or "short answer" for one in pair if one]
            texts = [_fill(one) if one else "" for one in pair]
            if texts[0] == texts[1]:
                yield Difference("section", f"of “{texts[0]}”", *sections)
            else:
                yield Difference("sentence", f"in “{sections[0]}”", *texts)


def _fill(sentence: dict[str, Any]) -> str:
    text = str(sentence["sentence"])
    for value, _ in sentence["values"]:
        text = text.replace("{}", value, 1)
    return text


def _compare_numbers(old: dict[str, Any], new: dict[str, Any]) -> Iterator[Difference]:
    where = f"in “{old['section'] or 'short answer'}”, “{old['sentence'].replace('{}', '…')}”"
    for (before, rows), (after, others) in zip(old["values"], new["values"], strict=True):
        if before != after:
            yield Difference("value", where, before, after)
        elif rows != others:
            yield Difference("rows", f"of {before} {where}", rows, others)


def _compare_figure(where: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Difference]:
    if old["lines"] != new["lines"]:
        yield from _compare_cells(where, old["lines"], new["lines"], kind="figure")
    elif old["alt"] != new["alt"]:
        yield Difference("figure", where, old["alt"], new["alt"])
    elif old["data"] != new["data"]:
        yield Difference("figure", where, "data with these digits", "digits that its table does not show")
    else:
        yield Difference("figure", where, "a picture of these data", "another picture of the same data")


def _compare_cells(
    where: str, old: list[list[str]], new: list[list[str]], *, kind: str = "table"
) -> Iterator[Difference]:
    left, right = _name_cells(old), _name_cells(new)
    if left == right:
        yield Difference(kind, where, "lines in one order", "in another order")
    for row in {**left, **right}:
        if row not in left or row not in right:
            texts = ("; ".join(side[row].values()) if row in side else "" for side in (left, right))
            yield Difference(kind, f"{where}, row {row}", *texts)
            continue
        for column in {**left[row], **right[row]}:
            pair = [side[row].get(column, "") for side in (left, right)]
            if pair[0] != pair[1]:
                yield Difference(kind, f"{where}, row {row}, {column}", *pair)


def _name_cells(lines: list[list[str]]) -> dict[str, dict[str, str]]:
    """Return cells by the first of their row and the head of their column."""
    heads, *rest = [line for line in lines if line] or [[]]
    columns = number_repeats(heads)
    return {
        name: dict(zip(columns, line, strict=False))
        for name, line in zip(number_repeats(line[0] for line in rest), rest, strict=True)
    }
