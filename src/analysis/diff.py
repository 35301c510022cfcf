"""Two folders of reports compared by meaning: which values, rows, tables and figures changed, and why."""

from __future__ import annotations

import json
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup

from analysis.errors import RenderError
from analysis.record import read_cells


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
        If a folder has no reports with a record beside them.

    Examples
    --------
    >>> from analysis.dossier import DEFAULT
    >>> compare_folders(DEFAULT.parent / "reports", DEFAULT.parent / "reports")
    []
    """
    names = [_list_reports(folder) for folder in (old, new)]
    changes = []
    for name in sorted(names[0] | names[1]):
        if name not in names[0] or name not in names[1]:
            changes.append(ReportChange(name, "added" if name in names[1] else "removed", [], []))
            continue
        before, after = (json.loads((folder / f"{name}.json").read_text(encoding="utf-8")) for folder in (old, new))
        pages = [
            BeautifulSoup((folder / f"{name}.html").read_text(encoding="utf-8"), "html.parser") for folder in (old, new)
        ]
        found = compare_records(before, after, *pages)
        if found or str(pages[0]) != str(pages[1]):
            states = [_read_state(folder / f"{name}.state.json") for folder in (old, new)]
            changes.append(ReportChange(name, "changed", explain_change(before, after, *states), found))
    return changes


def _list_reports(folder: Path) -> set[str]:
    names = {path.stem for path in folder.glob("*.json") if path.with_suffix(".html").exists()}
    if not names:
        raise RenderError(f"{folder.name}: expected reports, each NAME.html with its NAME.json, found none")
    return names


def _read_state(path: Path) -> dict[str, Any]:
    state: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return state


def compare_records(
    old: dict[str, Any], new: dict[str, Any], old_page: BeautifulSoup, new_page: BeautifulSoup
) -> list[Difference]:
    """Return what two renderings of a report say differently.

    Parameters
    ----------
    old, new : dict
        As `record_report` returns them.
    old_page, new_page : BeautifulSoup
        The pages, for the cells of tables that differ.

    Examples
    --------
    >>> page = BeautifulSoup("", "html.parser")
    >>> record = {"title": "", "shown": "", "values": [], "tables": [], "figures": [], "data": {"rows": {}}}
    >>> compare_records(record, {**record, "title": "Why?"}, page, page)
    [Difference(kind='text', where='title', old='', new='Why?')]
    """
    found = [Difference("text", name, old[name], new[name]) for name in ("title", "shown") if old[name] != new[name]]
    found += _compare_values(old["values"], new["values"])
    found += _compare_rows(old["data"]["rows"], new["data"]["rows"], old_page, new_page)
    found += _compare_tables(old["tables"], new["tables"], old_page, new_page)
    return found + _compare_figures(old["figures"], new["figures"], old_page, new_page)


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


def explain_change(old: dict[str, Any], new: dict[str, Any], *states: dict[str, Any]) -> list[str]:
    """Return in words what two renderings were made from differently: data, notebook, library or packages.

    Examples
    --------
    >>> record = {"data": {"files": {"trade.csv": "1"}}, "notebook": "1"}
    >>> explain_change(record, {"data": {"files": {"trade.csv": "2"}}, "notebook": "1"}, {}, {})
    ['data: trade.csv']
    """
    files = [record["data"]["files"] for record in (old, new)]
    changed = sorted(name for name in {*files[0], *files[1]} if files[0].get(name) != files[1].get(name))
    why = [f"data: {', '.join(changed)}"] if changed else []
    why += ["notebook"] if old["notebook"] != new["notebook"] else []
    if not all(states):
        return why or ["library or packages (no NAME.state.json on both sides to tell which)"]
    why += ["library"] if states[0]["library"] != states[1]["library"] else []
    packages = [{"Python": state["python"], **state["packages"]} for state in states]
    why += [
        f"package {name}: {packages[0].get(name)} → {packages[1].get(name)}"
        for name in sorted({*packages[0], *packages[1]})
        if packages[0].get(name) != packages[1].get(name)
    ]
    return why or ["unknown: data, notebook, library and packages are the same"]


def _compare_values(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[Difference]:
    """Pair sentences that say the same with other numbers, then those in the same place."""
    keys = [[(one["section"], one["sentence"]) for one in sentences] for sentences in (old, new)]
    found = []
    for tag, a, b, c, d in SequenceMatcher(None, keys[0], keys[1], autojunk=False).get_opcodes():
        if tag == "equal":
            for before, after in zip(old[a:b], new[c:d], strict=True):
                found += _compare_numbers(before, after)
            continue
        for number in range(max(b - a, d - c)):
            pair = [side[number] if number < len(side) else {} for side in (old[a:b], new[c:d])]
            section = next(one["section"] for one in pair if one)
            texts = [_fill(one) if one else "" for one in pair]
            found.append(Difference("sentence", f"in “{section or 'short answer'}”", *texts))
    return found


def _fill(sentence: dict[str, Any]) -> str:
    text = str(sentence["sentence"])
    for value, _ in sentence["values"]:
        text = text.replace("{}", value, 1)
    return text


def _compare_numbers(old: dict[str, Any], new: dict[str, Any]) -> list[Difference]:
    found, where = [], f"in “{old['section'] or 'short answer'}”, “{old['sentence'].replace('{}', '…')}”"
    for (before, rows), (after, others) in zip(old["values"], new["values"], strict=True):
        if before != after:
            found.append(Difference("value", where, before, after))
        elif rows != others:
            found.append(Difference("rows", f"of {before} {where}", rows, others))
    return found


def _compare_rows(
    old: dict[str, str], new: dict[str, str], old_page: BeautifulSoup, new_page: BeautifulSoup
) -> list[Difference]:
    def read(page: BeautifulSoup, name: str) -> str:
        entry = page.find(id=f"rows-{name}")
        return " ".join(entry.get_text().split()).removeprefix(f"{name} ") if entry else ""

    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    return [Difference("row", name, read(old_page, name), read(new_page, name)) for name in names]


def _pair(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[tuple[str, int | None, int | None]]:
    """Return the captions of both sides with the place where each stands; one that occurs again is numbered."""

    def place(entries: list[dict[str, Any]]) -> dict[str, int]:
        places: dict[str, int] = {}
        for number, entry in enumerate(entries):
            caption, again = entry["caption"], sum(key.split("\0")[0] == entry["caption"] for key in places)
            places[f"{caption}\0{again + 1}" if again else caption] = number
        return places

    left, right = place(old), place(new)
    return [(f"“{name.split(chr(0))[0]}”", left.get(name), right.get(name)) for name in {**left, **right}]


def _compare_tables(
    old: list[dict[str, Any]], new: list[dict[str, Any]], old_page: BeautifulSoup, new_page: BeautifulSoup
) -> list[Difference]:
    tables = [page.select("table:not(figure table)") for page in (old_page, new_page)]
    found = []
    for where, left, right in _pair(old, new):
        if left is None or right is None:
            found.append(Difference("table", where, *("" if at is None else "a table" for at in (left, right))))
        elif old[left]["digest"] != new[right]["digest"]:
            found += _compare_cells("table", where, tables[0][left], tables[1][right])
    return found


def _compare_figures(
    old: list[dict[str, Any]], new: list[dict[str, Any]], old_page: BeautifulSoup, new_page: BeautifulSoup
) -> list[Difference]:
    figures = [page.find_all("figure") for page in (old_page, new_page)]
    found = []
    for where, left, right in _pair(old, new):
        if left is None or right is None:
            found.append(Difference("figure", where, *("" if at is None else "a figure" for at in (left, right))))
            continue
        before, after = old[left], new[right]
        if before["data"] != after["data"] and figures[0][left].table and figures[1][right].table:
            found += _compare_cells("figure", where, figures[0][left].table, figures[1][right].table)
        elif before["alt"] != after["alt"]:
            found.append(Difference("figure", where, before["alt"], after["alt"]))
        elif before["picture"] != after["picture"]:
            found.append(Difference("figure", where, "a picture of these data", "another picture of the same data"))
    return found


def _compare_cells(kind: str, where: str, old: Any, new: Any) -> list[Difference]:
    left, right = read_cells(old), read_cells(new)
    found = []
    for row in {**left, **right}:
        if row not in left or row not in right:
            texts = ("; ".join(side[row].values()) if row in side else "" for side in (left, right))
            found.append(Difference(kind, f"{where}, row {row}", *texts))
            continue
        for column in {**left[row], **right[row]}:
            pair = [side[row].get(column, "") for side in (left, right)]
            if pair[0] != pair[1]:
                found.append(Difference(kind, f"{where}, row {row}, {column}", *pair))
    return found or [Difference(kind, where, "rows in one order or with some links", "in another order or other links")]
