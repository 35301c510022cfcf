"""The page of a report: an executed notebook in a layout for readers, ending in its sources."""

from __future__ import annotations

import os
import re
import tempfile
import textwrap
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
from bs4 import BeautifulSoup, Tag
from bs4.dammit import EntitySubstitution
from bs4.formatter import HTMLFormatter
from jinja2 import Environment, FileSystemLoader
from nbconvert import HTMLExporter
from nbformat import NotebookNode

from analysis.citing import link_article
from analysis.dossier import CERTAINTIES, Dossier
from analysis.parameters import Value, find_tagged
from analysis.rows import COLUMNS, list_rows
from analysis.sources import Coverage, append_sources, unlink_unknown

TEMPLATES = Path(__file__).parent / "templates"
# Tags as HTML writes them, <img> and not <img/>, and characters as they are.
PLAIN = HTMLFormatter(
    EntitySubstitution.substitute_xml, void_element_close_prefix="", empty_attributes_are_booleans=True
)
EVERYTHING = "everything that is coded"


def find_title(notebook: NotebookNode) -> str:
    """Return the first heading of a notebook.

    Examples
    --------
    >>> import nbformat.v4 as v4
    >>> find_title(v4.new_notebook(cells=[v4.new_markdown_cell("# How much trade?")]))
    'How much trade?'
    """
    for cell in notebook.cells:
        heading = re.search(r"^# (.+)$", cell.source, re.MULTILINE) if cell.cell_type == "markdown" else None
        if heading:
            return heading[1].strip()
    return "Untitled"


def find_finding(notebook: NotebookNode) -> str:
    """Return the text of the cell tagged ``finding``, without its links; empty where it printed nothing.

    Examples
    --------
    >>> import nbformat.v4 as v4
    >>> out = v4.new_output("display_data", {"text/markdown": "It rose [2.2-fold](#rows-T3+T4)."})
    >>> cell = v4.new_code_cell("", outputs=[out], metadata={"tags": ["finding"]})
    >>> find_finding(v4.new_notebook(cells=[cell]))
    'It rose 2.2-fold.'
    """
    texts = [
        output.get("data", {}).get("text/markdown", "")
        for cell in find_tagged(notebook, "finding")
        for output in cell.outputs
    ]
    plain = re.sub(r"\[((?:[^\]\\]|\\.)*)\]\(#rows-[^)]*\)", r"\1", " ".join(texts))
    return re.sub(r"\\(.)", r"\1", plain).replace("**", "").strip()


def describe_parameters(parameters: Mapping[str, Value], periods: pd.DataFrame) -> str:
    """Return in words what a report shows, as its head says it; a phase by its name.

    Parameters
    ----------
    parameters : mapping
        Those that are not the notebook's defaults. Which dossier is no part of the words: the source says it.
    periods : pandas.DataFrame
        `Dossier.periods`.

    Examples
    --------
    >>> periods = pd.DataFrame({"label": ["Rupture"]}, index=["PH6"])
    >>> describe_parameters({"first_year": 2015, "last_year": 2019, "certainty": "reported"}, periods)
    '2015–2019, without what is alleged or denied'
    >>> describe_parameters({"period": "PH6"}, periods), describe_parameters({}, periods)
    ('the phase “Rupture”', 'everything that is coded')
    """
    given = {name: str(value) for name, value in parameters.items() if name != "dossier"}
    first, last = given.pop("first_year", ""), given.pop("last_year", "")
    phase, certainty = given.pop("period", ""), given.pop("certainty", CERTAINTIES[-1])
    words = [f"the phase “{periods['label'].get(phase, phase)}”"] if phase else []
    words += [f"{first}–{last}" if first and last else f"from {first}" if first else f"to {last}"] * bool(first or last)
    less = CERTAINTIES[CERTAINTIES.index(certainty) + 1 :] if certainty in CERTAINTIES else (f"below {certainty}",)
    words += [f"without what is {' or '.join([', '.join(less[:-1]), less[-1]] if less[:-1] else less)}"] * bool(less)
    words += [f"{name.replace('_', ' ')} {value}" for name, value in given.items()]
    return ", ".join(words) or EVERYTHING


def write_page(
    notebook: NotebookNode,
    dossier: Dossier | None,
    parameters: Mapping[str, Value],
    *,
    failure: str = "",
    good: str = "",
) -> str:
    """Return the HTML page of an executed notebook: one file, no script, no network, ending in its sources.

    Parameters
    ----------
    notebook : NotebookNode
    dossier : Dossier, optional
        Whose rows the page cites; None where it could not be loaded.
    parameters : mapping
        Those that are not the notebook's defaults, for the head.
    failure, good : str
        Of a notebook that failed: what happened, and the name of the last good page, if there is one.

    Raises
    ------
    RenderError
        If the page cites rows that the dossier does not have; of a failed notebook such links are taken away.

    Examples
    --------
    >>> import nbformat.v4 as v4
    >>> page = write_page(v4.new_notebook(cells=[v4.new_markdown_cell("# Why?")]), None, {})
    >>> "<title>Why?</title>" in page, "<script" in page
    (True, False)
    """
    body, found = _make_body(
        notebook, list_rows(dossier) if dossier else pd.DataFrame(columns=COLUMNS), strict=not failure
    )
    title = (body.h1.extract().get_text() if body.h1 else "") or "Untitled"
    answer = _take_answer(body)
    scope = describe_parameters(parameters, dossier.periods if dossier else pd.DataFrame({"label": []}))
    given = [f"{name}={value}" for name, value in parameters.items() if name != "dossier"]
    return fill_template(
        "report",
        title=title,
        head=textwrap.shorten(title if failure or scope == EVERYTHING else f"{scope}: {title}", 70, placeholder=" …"),
        description=find_finding(notebook),
        answer=answer,
        scope=scope,
        given=given,
        whole=scope == EVERYTHING,
        article={**dossier.article, "link": link_article(str(dossier.article["url"]))} if dossier else None,
        found=found,
        contents=[(str(heading["id"]), heading.get_text()) for heading in body.find_all("h2")],
        body=body.decode(formatter=PLAIN),
        failure=failure,
        good=good,
        failed=bool(body.select_one("#failed")),
        unrun=len(body.select(".unrun")),
    )


def fill_template(name: str, /, **values: Any) -> str:
    """Return a page made from one of the library's templates; text is escaped.

    Examples
    --------
    >>> "<title>A &amp; b</title>" in fill_template("layout", title="a & b")
    True
    """
    return _open_templates().get_template(f"{name}.html.j2").render(values)


@cache  # jinja looks whether a template has changed
def _open_templates() -> Environment:
    loader = FileSystemLoader(TEMPLATES)
    return Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)


def _make_body(notebook: NotebookNode, rows: pd.DataFrame, *, strict: bool) -> tuple[BeautifulSoup, Coverage]:
    """Return the cells as a page with its sources, and how many of its numbers are traceable."""
    body = BeautifulSoup(_export_cells(notebook), "html.parser")
    _tidy(body)
    if not strict:
        unlink_unknown(body, rows)
    return body, append_sources(body, rows)


def _export_cells(notebook: NotebookNode) -> str:
    body, _ = _open_exporter().from_notebook_node(notebook)
    return str(body)


@cache
def _open_exporter() -> HTMLExporter:
    exporter = HTMLExporter(
        extra_template_basedirs=[str(TEMPLATES)],
        template_name="cells",
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        exclude_anchor_links=True,
    )
    exporter.register_filter("close_tags", lambda html: str(BeautifulSoup(html, "html.parser")))
    return exporter


def _tidy(page: BeautifulSoup) -> None:
    """Give headings valid ids unlike each other, tables a box to scroll in, links to notebooks their reports."""
    seen: set[str] = set()
    for heading in page.find_all(["h1", "h2", "h3", "h4"]):
        name = re.sub(r"\W+", "-", heading.get_text().lower()).strip("-") or "section"
        while name in seen:
            name += "-again"
        seen.add(name)
        heading["id"] = f"s-{name}"
    for table in page.find_all("table"):
        table.wrap(page.new_tag("div", attrs={"class": "scroll"}))
    for link in page.select('a[href*=".ipynb"]:not([href*=":"])'):
        link["href"] = re.sub(r"\.ipynb(?=#|$)", ".html", str(link["href"]))


def _take_answer(page: BeautifulSoup) -> str:
    """Take the short answer out of the page, and the heading right before it; nothing where that cell did not run."""
    finding = page.select_one(".finding:not(.failed, .unrun)")
    if not finding:
        return ""
    heading = finding.find_previous_sibling()
    if isinstance(heading, Tag) and [tag.name for tag in heading.find_all(True)] == ["h2"]:
        heading.extract()
    return finding.extract().decode_contents(formatter=PLAIN)


def _remove_parts(folder: Path) -> None:
    """Remove begun files whose process is gone."""
    for part in folder.glob(".*.part"):
        pid = part.name.split(".")[1]
        if os.name == "posix" and pid.isdecimal() and not _is_alive(int(pid)):
            part.unlink(missing_ok=True)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def write_whole(path: Path, text: str) -> None:
    """Write a file so that a reader finds either the old one or the new one, never a part.

    What a run that was killed had begun to write is taken away by the next one into that folder.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_whole(Path(folder) / "page.html", "text")
    ...     (Path(folder) / "page.html").read_text()
    'text'
    """
    _remove_parts(path.parent)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{os.getpid()}.", suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
