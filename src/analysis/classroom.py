"""Write the exercises for a class, for students without solutions and for teachers with: `make class`.

nbgrader marks the same notebooks, by the same marks and metadata. It is not among the dependencies: to replace some
lines of a notebook it would bring a database and a second notebook server into every installation.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from analysis.errors import AnalysisError, ExerciseError
from analysis.render import prepare_notebook, read_notebook
from analysis.report import write_whole

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
LIKE_A_MARK = re.compile(r"(begin|end)\W*solution", re.IGNORECASE)
STUBS = {"code": ["# YOUR CODE HERE", "raise NotImplementedError()"], "markdown": ["YOUR ANSWER HERE"]}


def clear_solution(source: str, cell_type: str = "code") -> str:
    r"""Return the source of a cell with each solution replaced by what nbgrader puts there.

    Raises
    ------
    ExerciseError
        If the marks do not pair up, or a line is nearly a mark, since a solution would then be given out.

    Examples
    --------
    >>> print(clear_solution("share = None\n### BEGIN SOLUTION\nshare = 86\n### END SOLUTION"))
    share = None
    # YOUR CODE HERE
    raise NotImplementedError()
    """
    kept, inside = list[str](), False
    for line in source.split("\n"):
        mark = line.strip()
        if mark not in (BEGIN, END):
            if LIKE_A_MARK.search(mark):
                raise ExerciseError(f"expected {BEGIN!r} or {END!r}, found {mark!r}")
            kept += [] if inside else [line]
        elif inside == (mark == BEGIN):
            raise ExerciseError(f"{mark!r} without {END if inside else BEGIN!r} before it")
        else:
            inside = not inside
            kept += [line[: line.find(mark)] + stub for stub in STUBS[cell_type]] if inside else []
    if inside:
        raise ExerciseError(f"{BEGIN!r} without {END!r} after it")
    return "\n".join(kept)


def make_student(notebook: NotebookNode) -> NotebookNode:
    """Return a copy without solutions and outputs; what a student should not change is locked.

    Raises
    ------
    ExerciseError
        As `clear_solution`, and if a solution stands in a cell that is not one for answers, or an answer has no marks.

    Examples
    --------
    >>> import nbformat.v4 as v4
    >>> make_student(v4.new_notebook(cells=[v4.new_code_cell("### BEGIN SOLUTION")]))
    Traceback (most recent call last):
    ...
    analysis.errors.ExerciseError: cell 1: '### BEGIN SOLUTION' without '### END SOLUTION' after it
    """
    student = prepare_notebook(notebook, {})
    for number, cell in enumerate(student.cells, start=1):
        cell.metadata.pop("state", None)
        marks = cell.metadata.get("nbgrader", {})
        try:
            cleared = clear_solution(cell.source, cell.cell_type)
            if (cleared != cell.source) != bool(marks.get("solution")):
                raise ExerciseError("expected marks of a solution in every cell for an answer and in no other")
        except ExerciseError as error:
            raise ExerciseError(f"cell {number}: {error}") from error
        cell.source = cleared
        if marks:  # as nbgrader does it when it gives out an assignment
            marks["cell_type"] = cell.cell_type
            cell.metadata.update({"deletable": False, **({"editable": False} if marks["locked"] else {})})
    return student


def write_class(source: Path, target: Path) -> list[Path]:
    """Write the notebooks of a folder for a class: ``student`` without solutions, ``teacher`` as they are.

    Nothing is written before every notebook was read. What a student has answered in the place of its own copy is
    never written over.

    Parameters
    ----------
    source : pathlib.Path
        Folder of the exercises.
    target : pathlib.Path
        Its folders ``student`` and ``teacher`` are made.

    Returns
    -------
    list of pathlib.Path
        The files written.

    Raises
    ------
    ExerciseError
        With the name of the notebook and the cell.

    Examples
    --------
    >>> write_class(Path("nowhere"), Path("class"))
    Traceback (most recent call last):
    ...
    analysis.errors.ExerciseError: nowhere: expected notebooks with exercises, found none
    """
    texts: dict[Path, str] = {}
    for path in sorted(source.glob("*.ipynb")):
        try:
            student = make_student(read_notebook(path))
        except ExerciseError as error:
            raise ExerciseError(f"{path.name}, {error}") from error
        texts[target / "student" / path.name] = nbformat.writes(student) + "\n"
        texts[target / "teacher" / path.name] = path.read_text(encoding="utf-8")
        _keep_answers(target / "student" / path.name, student)
    if not texts:
        raise ExerciseError(f"{source.name}: expected notebooks with exercises, found none")
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text)
    return list(texts)


def _keep_answers(path: Path, student: NotebookNode) -> None:
    """Refuse to write over a copy in which a cell is no longer as it was given out."""
    if path.exists():
        old, new = ({cell.source.strip() for cell in notebook.cells} for notebook in (read_notebook(path), student))
        if old - new - {""}:
            why = "holds answers, or was given out before the exercises changed"
            raise ExerciseError(f"{path.parent.name}/{path.name} {why}: move it elsewhere, then run this again")


if __name__ == "__main__":
    root = Path(__file__).resolve().parents[2]
    folder = Path(sys.argv[1]) if sys.argv[1:] else root / "class"
    try:
        written = write_class(root / "notebooks" / "exercises", folder)
    except AnalysisError as error:
        sys.exit(str(error))
    print(f"{folder.name}/student and {folder.name}/teacher: {len(written) // 2} notebooks each")
