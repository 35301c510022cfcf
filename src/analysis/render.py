"""From notebook to report: papermill runs it, the page is written, nothing good is lost on the way."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from papermill import execute_notebook

from analysis.dossier import DEFAULT, Dossier, load_dossier
from analysis.errors import AnalysisError, RenderError
from analysis.parameters import Value, check_parameters, read_parameters
from analysis.record import record_report, record_state, write_record
from analysis.report import write_page

QUIET = ["--IPKernelApp.log_level=50"]


@dataclass(frozen=True)
class Limits:
    """Seconds that one cell and a whole notebook may take."""

    cell: float = 120
    notebook: float = 600


@dataclass(frozen=True)
class Report:
    """What became of a job: the file, and the error in plain words where it failed."""

    notebook: Path
    output: Path
    error: str = ""


class NotebookError(RenderError):
    """A notebook stopped before its end; `notebook` is what there is of it."""

    def __init__(self, message: str, notebook: NotebookNode) -> None:
        super().__init__(message)
        self.notebook = notebook


def render_notebook(
    notebook: Path, output: Path, *, parameters: Mapping[str, Any] | None = None, limits: Limits | None = None
) -> Report:
    """Run a notebook and write its report. A notebook that fails leaves the last good report as it was.

    Parameters
    ----------
    notebook : pathlib.Path
    output : pathlib.Path
        The HTML file; its folder is made. Beside it: ``NAME.json``, what the page says and was made from, and
        ``NAME.state.json``, how the run went and with which packages. A notebook that fails gives
        ``NAME.failed.html``, which the next success removes.
    parameters : mapping, optional
        Checked against the notebook before a kernel starts. A `dossier` other than the default leaves out the cells
        tagged ``this-article``.
    limits : Limits, optional
        How long a cell and the notebook may take.

    Returns
    -------
    Report
        With `error` set where the data have faults or a cell failed, in words: which cell, which error.

    Raises
    ------
    ParameterError
        For an unknown parameter or a wrong type.
    RenderError
        If there is no such notebook.

    Examples
    --------
    >>> render_notebook(Path("nowhere.ipynb"), Path("report.html"))
    Traceback (most recent call last):
    ...
    analysis.errors.RenderError: nowhere.ipynb: expected a notebook, found none
    """
    source = read_notebook(notebook)
    given = check_parameters(read_parameters(source), parameters or {})
    output.parent.mkdir(parents=True, exist_ok=True)
    failed = output.with_suffix(".failed.html")
    begin = time.monotonic()
    record, state = output.with_suffix(".json"), output.with_suffix(".state.json")
    folder = Path(str(given.get("dossier", "")) or DEFAULT)
    done: NotebookNode = source
    dossier: Dossier | None = None
    try:
        dossier = load_dossier(folder)
        done = run_notebook(source, notebook.parent, given, limits or Limits())
        html = write_page(done, dossier, given)
        text = write_record(record_report(html, done, dossier, folder))
        write_whole(output, html)
        write_whole(record, text)
    except Exception as error:  # whatever it was, the reader gets a page that says so
        done = error.notebook if isinstance(error, NotebookError) else done
        words = str(error) if isinstance(error, AnalysisError) else describe_error(error, Limits())
        write_whole(failed, _write_failure(done, dossier, given, words, output))
        write_whole(state, write_record(record_state(time.monotonic() - begin, words)))
        return Report(notebook, output, words)
    write_whole(state, write_record(record_state(time.monotonic() - begin)))
    failed.unlink(missing_ok=True)
    return Report(notebook, output)


def _write_failure(
    notebook: NotebookNode, dossier: Dossier | None, given: Mapping[str, Value], failure: str, output: Path
) -> str:
    """Return the page of a failure: what there is of the notebook or, where that cannot be shown, its text alone."""
    good = output.name if output.exists() else ""
    try:
        return write_page(notebook, dossier, given, failure=failure, good=good)
    except Exception:
        for cell in notebook.cells:
            cell.update({"outputs": []} if cell.cell_type == "code" else {})
        return write_page(notebook, dossier, given, failure=failure, good=good)


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


def run_notebook(notebook: NotebookNode, folder: Path, parameters: Mapping[str, Value], limits: Limits) -> NotebookNode:
    """Return a notebook executed in its own folder, without anything that differs from run to run.

    Raises
    ------
    NotebookError
        If a cell fails, takes too long or ends the kernel: which cell, and why.

    Examples
    --------
    >>> import nbformat.v4 as v4
    >>> notebook = v4.new_notebook(cells=[v4.new_code_cell("1 + 1")])
    >>> run_notebook(notebook, Path(), {}, Limits()).cells[0].outputs[0].data
    {'text/plain': '2'}
    """
    values = dict(parameters)
    if values.get("dossier"):
        values["dossier"] = str(Path(str(values["dossier"])).resolve())
    if values.get("dossier", str(DEFAULT)) != str(DEFAULT):
        notebook.cells = [cell for cell in notebook.cells if "this-article" not in cell.metadata.get("tags", [])]
    for cell in notebook.cells:
        cell.update({"outputs": [], "execution_count": None} if cell.cell_type == "code" else {})
    end = time.monotonic() + limits.notebook
    problem: BaseException | None = None
    with tempfile.TemporaryDirectory() as scratch:
        partly = Path(scratch) / "notebook.ipynb"
        try:
            done = execute_notebook(
                notebook,
                partly,
                values,
                kernel_name="python3",
                language="python",
                progress_bar=False,
                cwd=folder,
                extra_arguments=QUIET,
                timeout_func=lambda cell: max(1, min(limits.cell, end - time.monotonic())),
            )
        except Exception as error:  # a dead kernel, a time-out and a failing cell are of three unrelated kinds
            problem = error
            done = nbformat.read(partly, as_version=4) if partly.exists() else notebook
    number = _mark_states(done)
    done = clean_notebook(done)
    if problem or number:
        late = time.monotonic() >= end
        raise NotebookError(f"cell {number}, " * bool(number) + describe_error(problem, limits, late=late), done)
    return done


def _mark_states(notebook: NotebookNode) -> int:
    """Mark the cell that stopped a notebook and those not run; return the number of that cell, 0 if all ran."""
    notebook.cells = [
        cell
        for cell in notebook.cells
        if not {"injected-parameters", "papermill-error-cell-tag"} & set(cell.metadata.get("tags", []))
    ]
    code = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    begun = [cell for cell in code if cell.metadata.get("papermill", {}).get("start_time")]
    stopped = any(output.output_type == "error" for cell in begun for output in cell.outputs)
    if len(begun) == len(code) and not stopped and all(cell.execution_count for cell in begun):
        return 0
    for cell in code:
        cell.metadata["state"] = "unrun"
    for cell in begun:
        del cell.metadata["state"]
    if begun:
        begun[-1].metadata["state"] = "failed"
    return len(begun)


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


def describe_error(error: BaseException | None, limits: Limits, *, late: bool = False) -> str:
    """Return what stopped a notebook in one line of plain words.

    Parameters
    ----------
    error : exception, optional
        None where nothing was raised: a cell that calls `sys.exit()` looks like a success.
    limits : Limits
    late : bool
        Whether the time of the whole notebook is over.

    Examples
    --------
    >>> describe_error(ValueError("no such year"), Limits())
    'ValueError: no such year'
    >>> describe_error(None, Limits())
    'the notebook ended itself with sys.exit()'
    """
    kind, words = getattr(error, "ename", type(error).__name__), str(getattr(error, "evalue", error)).strip()
    if error is None or kind == "SystemExit":
        return "the notebook ended itself with sys.exit()"
    if kind == "DeadKernelError":
        return "the kernel died: the process was ended, or had no memory left"
    if kind == "CellTimeoutError" and late:
        return f"the notebook took more than {limits.notebook:g} seconds; --timeout gives it more"
    if kind == "CellTimeoutError":
        return f"the cell took more than {limits.cell:g} seconds; --cell-timeout gives it more"
    return f"{kind}: {words}" if words else kind


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
