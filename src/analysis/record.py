"""What lies beside a page: its values and digests, so that two renderings can be compared by meaning."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup, Tag
from nbformat import NotebookNode

from analysis.dossier import describe_faults
from analysis.errors import DataError
from analysis.schema import build_table, read_schema, read_tables
from analysis.sources import CITATION, read_citation
from analysis.state import digest


def record_report(html: str, notebook: NotebookNode, folder: Path) -> dict[str, Any]:
    """Return what a report says and what it was made from, without anything that differs from run to run.

    Parameters
    ----------
    html : str
        The page.
    notebook : NotebookNode
        What was run.
    folder : pathlib.Path
        Of the dossier whose rows the page cites.

    Returns
    -------
    dict
        title, shown; values (sentences with their cited numbers), tables and figures (captions and digests); data
        (digests of files and of cited rows), notebook (digest of its cells).

    Examples
    --------
    >>> import nbformat.v4 as v4
    >>> from analysis.schema import DEFAULT
    >>> page = '<p>It rose <a href="#rows-T3+T4">2.2-fold</a>.</p>'
    >>> record_report(page, v4.new_notebook(), DEFAULT)["values"]
    [{'section': '', 'sentence': 'It rose {}.', 'values': [['2.2-fold', 'T3+T4']]}]
    """
    page = BeautifulSoup(html, "html.parser")
    said = read_page(page)
    cited = {row for link in page.select(CITATION) for row in read_citation(link).split("+")}
    schema = read_schema(folder)
    tables, cells = schema["tables"], read_tables(folder, schema)
    if gone := [fault for each in cells.values() for fault in each.faults]:  # changed while the notebook ran
        raise DataError(describe_faults(gone))
    files = [folder / "datapackage.json", *(folder / table["path"] for table in tables.values())]
    rows = {
        str(name): digest(*map(str, row))
        for table, described in tables.items()
        for name, *row in build_table(cells[table], described).itertuples(name=None)
    }
    return {
        "title": said["title"],
        "shown": said["shown"],
        "values": said["values"],
        "tables": [{"caption": name, "digest": digest(json.dumps(lines))} for name, lines in said["tables"].items()],
        "figures": [
            {"caption": name, "alt": one["alt"], "picture": digest(one["picture"]), "data": digest(one["data"])}
            for name, one in said["figures"].items()
        ],
        "data": {
            "files": {path.name: digest(path.read_text(encoding="utf-8", errors="backslashreplace")) for path in files},
            "rows": {name: text for name, text in rows.items() if name in cited},
        },
        "notebook": digest(*(f"{cell.cell_type} {cell.source}" for cell in notebook.cells)),
    }


def write_record(record: dict[str, Any]) -> str:
    """Return a record as JSON: one line a sentence, a table, a figure or a row, so that a diff of it can be read.

    Examples
    --------
    >>> print(write_record({"title": "Why?", "values": [{"a": 1}, {"a": 2}], "data": {"rows": {"T1": "0"}}}))
    {
      "title": "Why?",
      "values": [
        {"a": 1},
        {"a": 2}
      ],
      "data": {
        "rows": {
          "T1": "0"
        }
      }
    }
    <BLANKLINE>
    """
    text = json.dumps(record, ensure_ascii=False, indent=2)
    entry = r"(?<=\n    )\{\n(?:      .*\n)+    \}"
    return re.sub(entry, lambda found: json.dumps(json.loads(found[0]), ensure_ascii=False), text) + "\n"


def read_page(page: BeautifulSoup) -> dict[str, Any]:
    """Return what a report says.

    Returns
    -------
    dict
        title, shown; values: one dict a sentence that cites rows; tables: lines of cells by caption; figures: alt,
        picture, data and the lines of its table by caption; rows: what the Sources say of a row, by id. A caption
        that occurs again is numbered.

    Examples
    --------
    >>> read_page(BeautifulSoup('<ul><li id="rows-T1"><b>T1</b> 40</li></ul>', "html.parser"))["rows"]
    {'T1': '40'}
    """
    shown = page.select_one(".facts dd")
    tables, figures = page.select("table:not(figure table)"), page.find_all("figure")
    entries = page.select("li[id^=rows-]:not([id*='+'])")
    return {
        "title": page.title.get_text() if page.title else "",
        "shown": shown.get_text() if shown else "",
        "values": list(_read_values(page)),
        "tables": dict(zip(number_repeats(map(_read_caption, tables)), map(read_lines, tables), strict=True)),
        "figures": dict(zip(number_repeats(map(_read_caption, figures)), map(_read_figure, figures), strict=True)),
        "rows": {str(entry["id"]).removeprefix("rows-"): " ".join(entry.get_text().split()[1:]) for entry in entries},
    }


def read_lines(table: Tag) -> list[list[str]]:
    """Return the cells of a table, line by line; of a link to rows, the rows too.

    Examples
    --------
    >>> html = '<table><tr><th>row</th></tr><tr><td><a href="#rows-T1+T2">2 rows</a></td></tr></table>'
    >>> read_lines(BeautifulSoup(html, "html.parser").table)
    [['row'], ['2 rows [T1+T2]']]
    """
    return [[_read_cell(cell) for cell in line.find_all(["th", "td"])] for line in table.find_all("tr")]


def number_repeats(names: Iterable[str]) -> list[str]:
    """Return names of which no two are the same: one that is taken gets the next free number.

    Examples
    --------
    >>> number_repeats(["a", "a (2)", "a", "b"])
    ['a', 'a (2)', 'a (3)', 'b']
    """
    free: list[str] = []
    for name in names:
        number, tried = 1, name
        while tried in free:
            number += 1
            tried = f"{name} ({number})"
        free.append(tried)
    return free


def _read_values(page: BeautifulSoup) -> Iterator[dict[str, Any]]:
    """Yield each sentence that cites rows, its numbers left out, with these numbers and their rows."""
    section = ""
    for block in page.find_all(["h1", "h2", "p", "li"]):
        if block.name in ("h1", "h2"):
            section = block.get_text() if block.name == "h2" else ""
        if block.find_parent(["nav", "figure", "table"]) or block.find_parent(id="sources") or block.find(["p", "li"]):
            continue
        values = [[link.get_text(), read_citation(link)] for link in block.select(CITATION)]
        bare = copy.copy(block)
        for link in bare.select(CITATION):
            link.replace_with("\0")
        for sentence in re.split(r"(?<=[.?!])\s+", bare.get_text()):
            count = sentence.count("\0")
            here, values = values[:count], values[count:]
            if here:
                yield {"section": section, "sentence": " ".join(sentence.split()).replace("\0", "{}"), "values": here}


def _read_cell(cell: Tag) -> str:
    links = cell.find_all("a")  # a selector takes some ten times as long, and cells are many
    rows = [read_citation(link) for link in links if str(link.get("href")).startswith("#rows-")]
    text = cell.get_text()
    return f"{text} [{' '.join(rows)}]" if rows and rows != [text] else text


def _read_caption(thing: Tag) -> str:
    caption = thing.caption or thing.figcaption
    text = str(caption.find(string=True) or "") if caption else ""
    return text.removesuffix(" Rows behind this figure: ")


def _read_figure(figure: Tag) -> dict[str, Any]:
    data = figure.select_one("a[download]")
    return {
        "alt": str(figure.img.get("alt", "")) if figure.img else "",
        "picture": " ".join(str(tag.get("srcset") or tag.get("src")) for tag in figure.select("source, img")),
        "data": str(data["href"]) if data else "",
        "lines": read_lines(figure.table) if figure.table else [],
    }
