"""From notebook to report: papermill runs it, the page is written, nothing good is lost on the way."""

from __future__ import annotations

import ast
import copy
import logging
import os
import re
import tempfile
import textwrap
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from papermill import execute_notebook
from papermill.exceptions import PapermillExecutionError

from analysis.dossier import Dossier, load_dossier
from analysis.errors import AnalysisError, RenderError
from analysis.kernels import choose_engine
from analysis.parameters import Value, check_parameters, read_parameters
from analysis.record import record_report, write_record
from analysis.report import write_page, write_whole
from analysis.schema import DEFAULT
from analysis.state import Job, describe_code, describe_inputs, describe_run

QUIET = ["--IPKernelApp.log_level=50"]
STARTS = 3  # of a kernel: two that start at once may choose the same port


@dataclass(frozen=True)
class Limits:
    """Seconds that one cell and a whole notebook may take."""

    cell: float = 120
    notebook: float = 600


DEFAULT_LIMITS = Limits()
describe_code()  # now, when the code is imported
WIDGET = "application/vnd.jupyter.widget-view+json"
LARGEST_OUTPUT = 5_000_000  # letters of one cell; a figure has some hundred thousand


@dataclass(frozen=True)
class Report:
    """What became of a job: the file, and the error in plain words where it failed."""

    output: Path
    error: str = ""


@dataclass(frozen=True)
class Made:
    """What a run gave: files by the ending of their name, the error where it failed, and the seconds that it took."""

    files: Mapping[str, str]
    error: str
    seconds: float


class NotebookError(RenderError):
    """A notebook stopped before its end; `notebook` is what there is of it."""

    def __init__(self, message: str, notebook: NotebookNode) -> None:
        super().__init__(message)
        self.notebook = notebook


def render_notebook(
    notebook: Path, output: Path, *, parameters: Mapping[str, Any] | None = None, limits: Limits = DEFAULT_LIMITS
) -> Report:
    """Run a notebook and write its report. A notebook that fails leaves the last good report as it was.

    Parameters
    ----------
    notebook : pathlib.Path
    output : pathlib.Path
        The HTML file; its folder is made. Beside it: ``NAME.json``, what the page says and was made from, and
        ``NAME.state.json``, how the run went and what it was made from. A notebook that fails gives
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
    given = check_parameters(read_parameters(read_notebook(notebook)), parameters or {})
    output.parent.mkdir(parents=True, exist_ok=True)  # before the run: a folder that cannot be made is told at once
    inputs = describe_inputs(Job(notebook, output, given))
    return keep_report(output, make_report(notebook, given, good=find_good(output), limits=limits), inputs)


def find_good(output: Path) -> str:
    """Return the name of the last good report, which a failure leaves as it was; empty where there is none.

    Examples
    --------
    >>> find_good(Path("nowhere.html"))
    ''
    """
    return output.name if output.exists() else ""


def make_report(
    notebook: Path,
    parameters: Mapping[str, Value],
    *,
    dossier: Path | None = None,
    good: str = "",
    limits: Limits = DEFAULT_LIMITS,
) -> Made:
    """Run a notebook and return its report, written nowhere yet.

    Parameters
    ----------
    notebook : pathlib.Path
    parameters : mapping
        As `check_parameters` returns them.
    dossier : pathlib.Path, optional
        Where its dossier lies, if not where the parameters say.
    good : str
        Name of the last good report, which the page of a failure leads to.
    limits : Limits, optional

    Examples
    --------
    >>> make_report(Path("nowhere.ipynb"), {})
    Traceback (most recent call last):
    ...
    analysis.errors.RenderError: nowhere.ipynb: expected a notebook, found none
    """
    source, begin = read_notebook(notebook), time.monotonic()
    known, given = read_parameters(source), dict(parameters)
    if given.get("dossier"):
        given["dossier"] = str(dossier or given["dossier"])
    folder = Path(str(given.get("dossier") or DEFAULT))
    shown = {name: value for name, value in parameters.items() if value != known[name].default}
    done, page = prepare_notebook(source, given), partial(write_page, parameters=shown)
    loaded: Dossier | None = None
    try:
        loaded = load_dossier(folder)
        done = run_notebook(done, notebook.parent, given, limits)
        html = page(done, loaded)
        files, error = {".html": html, ".json": write_record(record_report(html, done, folder))}, ""
    except Exception as problem:  # whatever it was, the reader gets a page that says so
        done = problem.notebook if isinstance(problem, NotebookError) else done
        error = str(problem) if isinstance(problem, AnalysisError) else describe_error(problem)
        page = partial(page, dossier=loaded, failure=error, good=good)
        files = {".failed.html": _write_failure(page, done)}
    return Made(files, error, time.monotonic() - begin)


def keep_report(output: Path, made: Made, inputs: Mapping[str, Any]) -> Report:
    """Write a report: a page and its record, or the page of its failure beside the last good one; and how it went.

    Parameters
    ----------
    output : pathlib.Path
        The HTML file; its folder is there.
    made : Made
    inputs : mapping
        As `describe_inputs` returned them before the run.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     keep_report(Path(folder, "a.html"), Made({".failed.html": "No."}, "cell 1", 0.1), {}).error
    'cell 1'
    """
    for ending, text in made.files.items():
        write_whole(output.with_suffix(ending), text)
    if not made.error:
        output.with_suffix(".failed.html").unlink(missing_ok=True)
    state = describe_run(inputs, made.files, made.seconds, made.error)
    write_whole(output.with_suffix(".state.json"), write_record(state))
    return Report(output, made.error)


def _write_failure(page: Callable[[NotebookNode], str], notebook: NotebookNode) -> str:
    """Return the page of a failure: what there is of the notebook or, where that cannot be shown, its text alone."""
    try:
        return page(notebook)
    except Exception:
        return page(prepare_notebook(notebook, {}))


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
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        row = next((row for row, line in enumerate(lines, start=1) if line.startswith("<<<<<<< ")), 0)
        found = f"merge conflict marks at line {row}" if row else "something else"
        raise RenderError(f"{path.name}: expected a notebook, found {found}") from error


def prepare_notebook(notebook: NotebookNode, parameters: Mapping[str, Value]) -> NotebookNode:
    """Return a copy in which no cell has run and, for another dossier, none is about this article.

    Examples
    --------
    >>> import nbformat.v4 as v4
    >>> cells = [v4.new_code_cell("1"), v4.new_markdown_cell("Iran", metadata={"tags": ["this-article"]})]
    >>> len(prepare_notebook(v4.new_notebook(cells=cells), {"dossier": "elsewhere"}).cells)
    1
    """
    fresh = copy.deepcopy(notebook)
    if Path(str(parameters.get("dossier") or "") or DEFAULT).resolve() != DEFAULT:
        fresh.cells = [cell for cell in fresh.cells if "this-article" not in cell.metadata.get("tags", [])]
    for cell in fresh.cells:
        if cell.cell_type == "code":
            cell.update({"outputs": [], "execution_count": None})
            cell.metadata["state"] = "unrun"
    return fresh


def run_notebook(
    notebook: NotebookNode, folder: Path, parameters: Mapping[str, Value], limits: Limits = DEFAULT_LIMITS
) -> NotebookNode:
    """Return a notebook executed in its own folder, without anything that differs from run to run.

    Parameters
    ----------
    notebook : NotebookNode
        As `prepare_notebook` returns it.
    folder : pathlib.Path
        Where its kernel starts.
    parameters : mapping
        To inject.
    limits : Limits

    Raises
    ------
    NotebookError
        If a cell fails, takes too long or ends the kernel: which cell, and why. Also if a cell calls `show` or
        `display` and has no output at all.

    Examples
    --------
    >>> import nbformat.v4 as v4
    >>> notebook = prepare_notebook(v4.new_notebook(cells=[v4.new_code_cell("1 + 1")]), {})
    >>> run_notebook(notebook, Path(), {}).cells[0].outputs[0].data
    {'text/plain': '2'}
    """
    values = dict(parameters)
    if values.get("dossier"):
        path = Path(str(values["dossier"]))
        values["dossier"] = find_place(path, folder) or str(path.resolve())
    end = time.monotonic() + limits.notebook
    for _ in range(STARTS):
        done, problem = _execute(notebook, folder, values, lambda _: max(1, min(limits.cell, end - time.monotonic())))
        if type(problem) is not RuntimeError or time.monotonic() >= end:  # what a kernel raises that does not start
            break
    number, said = _mark_states(done, problem)
    done = clean_notebook(done)
    if number is not None:
        said = said or describe_error(problem, limits, late=time.monotonic() >= end)
        raise NotebookError(f"cell {number}, " * bool(number) + said, done)
    if silent := _find_silent(done):
        raise NotebookError(f"cell {silent}, the cell calls show or display, and nothing was shown", done)
    return done


def find_place(dossier: Path, folder: Path) -> str:
    """Return where a dossier lies as seen from the notebook's folder; empty where they are not of one project.

    A notebook may say this, since it says the same wherever the project lies.

    Examples
    --------
    >>> find_place(Path("project/data"), Path("project/notebooks")), find_place(Path("data"), Path("project/notebooks"))
    ('../data', '')
    """
    found, home = dossier.resolve(), folder.resolve()
    return Path(os.path.relpath(found, home)).as_posix() if found.is_relative_to(home.parent) else ""


def _execute(
    notebook: NotebookNode, folder: Path, parameters: Mapping[str, Value], timeout: Callable[[NotebookNode], float]
) -> tuple[NotebookNode, Exception | None]:
    """Run a notebook; return what there is of it afterwards, and what was raised."""
    logging.getLogger("papermill").setLevel(logging.CRITICAL)  # what is raised is told once, and in plain words
    with tempfile.TemporaryDirectory() as scratch:
        partly = Path(scratch) / "notebook.ipynb"
        try:
            done = execute_notebook(
                notebook,
                partly,
                parameters,
                kernel_name="python3",
                language="python",
                progress_bar=False,
                cwd=folder,
                extra_arguments=QUIET,
                timeout_func=timeout,
                **choose_engine(),
            )
        except Exception as problem:  # a dead kernel, a time-out and a failing cell are of three unrelated kinds
            return nbformat.read(partly, as_version=4) if partly.exists() else notebook, problem
    return done, None


def _mark_states(notebook: NotebookNode, problem: Exception | None) -> tuple[int | None, str]:
    """Mark the cell that stopped a notebook and leave those after it as not run.

    Returns its number among the code cells, 0 where no cell was begun, None where the notebook came to its end; and why
    it stopped, where only its outputs say so.
    """
    ours = {"injected-parameters", "papermill-error-cell-tag"}
    notebook.cells = [cell for cell in notebook.cells if not ours & set(cell.metadata.get("tags", []))]
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    begun = [cell for cell in code if cell.metadata.get("papermill", {}).get("start_time")]
    for cell in begun:
        cell.metadata.pop("state", None)
    hidden = {number: _explain_stop(cell) for number, cell in enumerate(begun, start=1)}
    stopped = [number for number, cell in enumerate(begun, start=1) if hidden[number] or _has_error(cell)]
    if len(begun) == len(code) and not stopped and (not problem or isinstance(problem, PapermillExecutionError)):
        return None, ""
    number = stopped[0] if stopped else len(begun)
    if number:
        begun[number - 1].metadata["state"] = "failed"
    return number, hidden.get(number, "")


def _has_error(cell: NotebookNode) -> bool:
    """Return whether a cell ended in an error that its tags do not allow."""
    return not _may_fail(cell) and any(output.output_type == "error" for output in cell.outputs)


def _may_fail(cell: NotebookNode) -> bool:
    return "raises-exception" in cell.metadata.get("tags", [])


def _find_silent(notebook: NotebookNode) -> int:
    """Return the number of the first cell that would show something and has no output, or 0: it caught an error."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, cell in enumerate(code, start=1):
        try:
            nodes = list(ast.walk(ast.parse(cell.source)))
        except SyntaxError:  # a magic
            continue
        called = {ast.unparse(node.func).split(".")[-1] for node in nodes if isinstance(node, ast.Call)}
        if called & {"show", "display"} and not cell.outputs and "def " not in cell.source:
            return number
    return 0


def _explain_stop(cell: NotebookNode) -> str:
    """Return why a cell cannot stand although no error is among its outputs; too large an output is taken away."""
    size = sum(len(str(output)) for output in cell.outputs)
    if size > LARGEST_OUTPUT:
        cell.outputs = []
        return f"the cell gave {size / 1e6:,.0f} million letters of output; at most {LARGEST_OUTPUT / 1e6:.0f} are kept"
    texts = [output.text for output in cell.outputs if output.output_type == "stream" and output.name == "stderr"]
    usage = re.search(r"^UsageError: .+", "".join(texts), re.MULTILINE)
    if usage:
        return textwrap.shorten(usage[0], 400, placeholder=" …")
    failed = cell.metadata.get("papermill", {}).get("exception") and not _may_fail(cell)
    shown = any(output.output_type in ("error", "display_data") for output in cell.outputs)
    if failed and shown and not _has_error(cell):
        return "the cell failed, and a handler of its own hid the error"
    return ""


def clean_notebook(notebook: NotebookNode) -> NotebookNode:
    """Return a notebook in which nothing tells when, where or with which Python it ran; it is changed in place.

    Nor how often its kernel had run: the counts of a run from top to bottom begin at 1. What a widget shows while a
    kernel runs is not kept, only what its output has beside it.

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
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET, None)  # names a model of the kernel's process; what else it has is left
            if output.output_type == "stream":  # a warning names a file of the kernel's process
                output.text = re.sub(r"\S*ipykernel_\d+\S*?:(\d+): ", r"line \1: ", output.text)
        for key in ("papermill", "execution", "collapsed"):
            cell.metadata.pop(key, None)
        if not cell.metadata.get("tags", True):  # papermill adds an empty list
            del cell.metadata["tags"]
    _count_anew([cell for cell in notebook.cells if cell.cell_type == "code"])
    return notebook


def _count_anew(code: list[NotebookNode]) -> None:
    """Let the counts of cells that ran one after the other begin at 1; counts in any other order stay as they are."""
    counts = [cell.execution_count or 0 for cell in code]
    if 0 in counts or counts != [counts[0] + place for place in range(len(code))]:
        return
    for count, cell in enumerate(code, start=1):
        cell.execution_count = count
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = count


def describe_error(error: BaseException | None, limits: Limits = DEFAULT_LIMITS, *, late: bool = False) -> str:
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
    >>> describe_error(ValueError("no such year"))
    'ValueError: no such year'
    >>> describe_error(None)
    'the notebook ended itself with sys.exit()'
    """
    kind, words = getattr(error, "ename", type(error).__name__), str(getattr(error, "evalue", error)).strip()
    if error is None or kind == "SystemExit":
        return "the notebook ended itself with sys.exit()"
    if kind == "DeadKernelError":
        return "the kernel died: the process was ended, or had no memory left"
    if kind == "CellTimeoutError" and late:
        return f"the notebook took more than {_count_seconds(limits.notebook)}; --timeout gives it more"
    if kind == "CellTimeoutError":
        return f"the cell took more than {_count_seconds(limits.cell)}; --cell-timeout gives it more"
    return textwrap.shorten(f"{kind}: {words}" if words else kind, 400, placeholder=" …")


def _count_seconds(seconds: float) -> str:
    return f"{seconds:g} second{'s' * (seconds != 1)}"
