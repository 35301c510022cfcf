"""From notebook to report: papermill runs it, nbconvert writes the page, nothing good is lost on the way."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
from nbconvert import HTMLExporter
from nbformat import NotebookNode
from papermill import execute_notebook

from analysis.dossier import DEFAULT, Dossier, list_rows, load_dossier
from analysis.errors import RenderError
from analysis.parameters import Value, check_parameters, find_tagged, read_parameters
from analysis.sources import append_sources

TEMPLATES = Path(__file__).parent / "templates"
QUIET = ["--IPKernelApp.log_level=50"]


@dataclass(frozen=True)
class Report:
    """What became of a job: the file, and the error in plain words where it failed."""

    notebook: Path
    output: Path
    error: str = ""


def render_notebook(notebook: Path, output: Path, *, parameters: Mapping[str, Any] | None = None) -> Report:
    """Run a notebook and write its report. A notebook that fails leaves the last good report as it was.

    Parameters
    ----------
    notebook : pathlib.Path
    output : pathlib.Path
        The HTML file; its folder is made.
    parameters : mapping, optional
        Checked against the notebook before a kernel starts. A `dossier` other than the default leaves out the cells
        tagged ``this-article``.

    Returns
    -------
    Report
        With `error` set where a cell failed, in words: which cell, which error.

    Raises
    ------
    ParameterError
        For an unknown parameter or a wrong type.
    DataError
        If the dossier has faults.

    Examples
    --------
    >>> render_notebook(Path("nowhere.ipynb"), Path("report.html"))
    Traceback (most recent call last):
    ...
    analysis.errors.RenderError: nowhere.ipynb: expected a notebook, found none
    """
    source = read_notebook(notebook)
    given = check_parameters(read_parameters(source), parameters or {})
    dossier = load_dossier(str(given.get("dossier", "")) or None)
    try:
        done = run_notebook(source, notebook.parent, given)
        html = write_page(done, dossier, describe_parameters(given, dossier.periods))
    except Exception as error:  # a dead kernel, a time-out and a failing cell are of three unrelated kinds
        return Report(notebook, output, describe_error(error))
    output.parent.mkdir(parents=True, exist_ok=True)
    write_whole(output, html)
    return Report(notebook, output)


def read_notebook(path: Path) -> NotebookNode:
    """Return a notebook as stored.

    Raises
    ------
    RenderError
        If there is none, or it is no notebook.

    Examples
    --------
    >>> read_notebook(Path("nowhere.ipynb"))
    Traceback (most recent call last):
    ...
    analysis.errors.RenderError: nowhere.ipynb: expected a notebook, found none
    """
    try:
        return nbformat.read(path, as_version=4)  # type: ignore[no-any-return]
    except OSError as error:
        raise RenderError(f"{path.name}: expected a notebook, found none") from error
    except (ValueError, AttributeError, nbformat.ValidationError) as error:
        raise RenderError(f"{path.name}: expected a notebook, found something else") from error


def run_notebook(notebook: NotebookNode, folder: Path, parameters: Mapping[str, Value]) -> NotebookNode:
    """Return a notebook executed in its own folder, without anything that differs from run to run; it is changed.

    Raises
    ------
    papermill.PapermillExecutionError
        If a cell fails; nbclient's errors where the kernel dies or a cell takes too long.

    Examples
    --------
    >>> import nbformat.v4 as v4
    >>> notebook = v4.new_notebook(cells=[v4.new_code_cell("1 + 1")])
    >>> run_notebook(notebook, Path(), {}).cells[0].outputs[0].data
    {'text/plain': '2'}
    """
    values = dict(parameters)
    if values.get("dossier"):
        values["dossier"] = str(Path(str(values["dossier"])).resolve())
    if values.get("dossier", str(DEFAULT)) != str(DEFAULT):
        notebook.cells = [cell for cell in notebook.cells if "this-article" not in cell.metadata.get("tags", [])]
    done = execute_notebook(
        notebook,
        None,
        values,
        kernel_name="python3",
        language="python",
        progress_bar=False,
        cwd=folder,
        extra_arguments=QUIET,
    )
    done.cells = [cell for cell in done.cells if "injected-parameters" not in cell.metadata.get("tags", [])]
    return clean_notebook(done)


def clean_notebook(notebook: NotebookNode) -> NotebookNode:
    """Return a notebook in which nothing tells when, where or with which Python it ran; it is changed in place.

    Examples
    --------
    >>> import nbformat.v4 as v4
    >>> clean_notebook(v4.new_notebook(cells=[v4.new_markdown_cell("text")])).cells[0].id
    'cell-1'
    """
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook.metadata = NotebookNode(kernelspec=kernel, language_info={"name": "python"})
    for number, cell in enumerate(notebook.cells, start=1):
        cell.id = f"cell-{number}"
        for key in ("papermill", "execution", "collapsed"):
            cell.metadata.pop(key, None)
        if not cell.metadata.get("tags", True):  # papermill adds an empty list
            del cell.metadata["tags"]
    return notebook


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
    """Return the parameters in one line, as a page's head shows them; a phase by its name.

    Examples
    --------
    >>> periods = pd.DataFrame({"label": ["Rupture"]}, index=["PH6"])
    >>> describe_parameters({"period": "PH6", "first_year": 2015}, periods), describe_parameters({}, periods)
    ('period “Rupture”, first year 2015', 'in full')
    """
    words = {name: str(value) for name, value in parameters.items()}
    if "dossier" in words:
        words["dossier"] = Path(words["dossier"]).name
    if words.get("period") in periods.index:
        words["period"] = f"“{periods['label'][words['period']]}”"
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in words.items()) or "in full"


def write_page(notebook: NotebookNode, dossier: Dossier, parameters: str) -> str:
    """Return the HTML page of an executed notebook: one file, no script, no network, ending in its sources.

    Parameters
    ----------
    notebook : NotebookNode
    dossier : Dossier
        Whose rows the page cites.
    parameters : str
        As `describe_parameters` returns it.

    Examples
    --------
    >>> import nbformat.v4 as v4
    >>> page = write_page(v4.new_notebook(cells=[v4.new_markdown_cell("# Why?")]), load_dossier(), "in full")
    >>> "<title>Why?</title>" in page, "<script" in page
    (True, False)
    """
    article = dossier.article
    exporter = HTMLExporter(
        extra_template_basedirs=[str(TEMPLATES)],
        template_name="report",
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        exclude_anchor_links=True,
    )
    append = partial(append_sources, rows=list_rows(dossier))
    exporter.register_filter("append_sources", append)
    head = {
        "title": find_title(notebook),
        "finding": find_finding(notebook),
        "parameters": parameters,
        "source": f"{article['title']}, {article['publisher']}, {article['date']}",
    }
    html, _ = exporter.from_notebook_node(notebook, resources={"report": head})
    return str(html)


def describe_error(error: BaseException) -> str:
    """Return an error in one line: the cell that failed, the kind of error and its message.

    Examples
    --------
    >>> describe_error(RenderError("no such row"))
    'RenderError: no such row'
    """
    number = getattr(error, "exec_count", None)
    cell = f"cell {number}, " if number else ""
    kind, words = getattr(error, "ename", type(error).__name__), str(getattr(error, "evalue", error))
    return f"{cell}{kind}: {words.strip()}"


def write_whole(path: Path, text: str) -> None:
    """Write a file so that a reader finds either the old one or the new one, never a part.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_whole(Path(folder) / "page.html", "text")
    ...     (Path(folder) / "page.html").read_text()
    'text'
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
