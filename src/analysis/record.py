"""What lies beside a page: its values and digests, so that two renderings can be compared by meaning."""

from __future__ import annotations

import hashlib
import json
import platform
import re
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup, Tag
from nbformat import NotebookNode

from analysis.dossier import Dossier
from analysis.sources import CITATION

LIBRARY = Path(__file__).parent
PACKAGES = re.findall(
    r"\S+",
    "beautifulsoup4 edtf frictionless ipykernel jinja2 matplotlib mistune nbclient nbconvert numpy pandas papermill "
    "seaborn",
)


def record_report(html: str, notebook: NotebookNode, dossier: Dossier, folder: Path) -> dict[str, Any]:
    """Return what a report says and what it was made from, without anything that differs from run to run.

    Parameters
    ----------
    html : str
        The page.
    notebook : NotebookNode
        What was run.
    dossier : Dossier
        Whose rows the page cites.
    folder : pathlib.Path
        Of the dossier.

    Returns
    -------
    dict
        title, shown; values (sentences with their cited numbers), tables, figures; data (digests of files and of cited
        rows), notebook (digest of its cells).

    Examples
    --------
    >>> import nbformat.v4 as v4
    >>> from analysis.dossier import DEFAULT, load_dossier
    >>> page = '<p>It rose <a href="#rows-T3+T4">2.2-fold</a>.</p>'
    >>> record_report(page, v4.new_notebook(), load_dossier(), DEFAULT)["values"]
    [{'section': '', 'sentence': 'It rose {}.', 'values': [['2.2-fold', 'T3+T4']]}]
    """
    page = BeautifulSoup(html, "html.parser")
    shown = page.select_one(".facts dd")
    cited = {row for link in page.select(CITATION) for row in str(link["href"]).removeprefix("#rows-").split("+")}
    frames = (dossier.trade, dossier.events, dossier.periods, dossier.sources)
    rows = {str(name): digest(*map(str, cells)) for frame in frames for name, *cells in frame.itertuples(name=None)}
    files = sorted(path for path in folder.iterdir() if path.suffix in (".csv", ".json"))
    return {
        "title": page.title.get_text() if page.title else "",
        "shown": shown.get_text() if shown else "",
        "values": list(_read_values(page)),
        "tables": [_read_table(table) for table in page.select("table:not(figure table)")],
        "figures": [_read_figure(figure) for figure in page.find_all("figure")],
        "data": {
            "files": {path.name: digest(path.read_text(encoding="utf-8")) for path in files},
            "rows": {name: text for name, text in rows.items() if name in cited},
        },
        "notebook": digest(*(f"{cell.cell_type} {cell.source}" for cell in notebook.cells)),
    }


def record_state(seconds: float, error: str = "") -> dict[str, Any]:
    """Return how a run went and with which code and packages: what may differ between two machines.

    Examples
    --------
    >>> record_state(1.25)["state"]
    'complete'
    """
    sources = sorted(path for path in LIBRARY.rglob("*") if path.suffix in (".py", ".j2", ".css"))
    lock = LIBRARY.parents[1] / "requirements.lock"
    return {
        "state": "failed" if error else "complete",
        "error": error,
        "seconds": round(seconds, 1),
        "python": platform.python_version(),
        "library": digest(*(path.read_text(encoding="utf-8") for path in sources)),
        "lock": digest(lock.read_text(encoding="utf-8")) if lock.exists() else "",
        "packages": {name: version(name) for name in PACKAGES},
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


def digest(*texts: str) -> str:
    """Return a short fingerprint of texts.

    Examples
    --------
    >>> digest("a", "b") == digest("a", "b"), digest("a", "b") == digest("ab")
    (True, False)
    """
    return hashlib.sha256("\x1f".join(texts).encode()).hexdigest()[:16]


def read_cells(table: Tag) -> dict[str, dict[str, str]]:
    """Return a table's cells: first cell of a row (numbered if it occurs again) to head of a column to text.

    Examples
    --------
    >>> html = "<table><tr><th>row</th><th>value</th></tr><tr><th>T1</th><td>40</td></tr></table>"
    >>> read_cells(BeautifulSoup(html, "html.parser").table)
    {'T1': {'value': '40'}}
    """
    heads, *lines = [[cell.get_text() for cell in line.find_all(["th", "td"])] for line in table.find_all("tr")]
    cells: dict[str, dict[str, str]] = {}
    for first, *rest in lines:
        again = sum(name == first or name.startswith(f"{first} (") for name in cells)
        cells[f"{first} ({again + 1})" if again else first] = dict(zip(heads[1:], rest, strict=False))
    return cells


def _read_values(page: BeautifulSoup) -> Iterator[dict[str, Any]]:
    """Yield each sentence that cites rows, its numbers left out, with these numbers and their rows."""
    section = ""
    for block in page.find_all(["h1", "h2", "p", "li"]):
        if block.name in ("h1", "h2"):
            section = block.get_text() if block.name == "h2" else ""
        if block.find_parent(["nav", "figure", "table"]) or block.find_parent(id="sources") or block.p:
            continue
        values = [[link.get_text(), str(link["href"]).removeprefix("#rows-")] for link in block.select(CITATION)]
        text = "".join("\0" if _is_cited(part) else str(part) for part in _read_parts(block))
        for sentence in re.split(r"(?<=[.?!])\s+", text):
            count = sentence.count("\0")
            here, values = values[:count], values[count:]
            if here:
                yield {"section": section, "sentence": " ".join(sentence.split()).replace("\0", "{}"), "values": here}


def _read_parts(block: Tag) -> Iterator[Any]:
    for part in block.descendants:
        if _is_cited(part) or (not isinstance(part, Tag) and not any(map(_is_cited, part.parents))):
            yield part


def _is_cited(part: Any) -> bool:
    return isinstance(part, Tag) and part.name == "a" and str(part.get("href", "")).startswith("#rows-")


def _read_table(table: Tag) -> dict[str, Any]:
    cells = read_cells(table)
    caption = table.caption.get_text() if table.caption else ""
    links = " ".join(str(link["href"]) for link in table.select(CITATION))
    return {"caption": caption, "rows": len(cells), "digest": digest(json.dumps(cells), links)}


def _read_figure(figure: Tag) -> dict[str, Any]:
    pictures = [str(tag.get("srcset") or tag.get("src")) for tag in figure.select("source, img")]
    data = figure.select_one("a[download]")
    caption = figure.figcaption.find(string=True) if figure.figcaption else None
    return {
        "caption": str(caption or "").removesuffix(" Rows behind this figure: "),
        "alt": str(figure.img["alt"]) if figure.img else "",
        "picture": digest(*pictures),
        "data": digest(str(data["href"])) if data else "",
    }
