"""Re-execute notebooks in place, so that running them again changes no byte: `python -m analysis.notebooks`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import nbformat

from analysis.errors import AnalysisError
from analysis.render import prepare_notebook, read_notebook, run_notebook
from analysis.report import write_whole


def refresh_notebook(path: Path) -> None:
    """Execute a notebook from top to bottom and store its outputs.

    Raises
    ------
    NotebookError
        If a cell fails; the file is then left as it was.

    Examples
    --------
    >>> refresh_notebook(Path("nowhere.ipynb"))
    Traceback (most recent call last):
    ...
    analysis.errors.RenderError: nowhere.ipynb: expected a notebook, found none
    """
    done = run_notebook(prepare_notebook(read_notebook(path), {}), path.parent, {})
    write_whole(path, nbformat.writes(done) + "\n")


if __name__ == "__main__":
    os.environ.setdefault("FORKKERNEL", "0")  # ordinary kernels: what is stored is what forked ones are held against
    folder = Path(__file__).resolve().parents[2] / "notebooks"
    stored = [*folder.glob("*.ipynb"), *folder.glob("exercises/*.ipynb")]  # JupyterLab keeps copies in hidden folders
    for name in [Path(argument) for argument in sys.argv[1:]] or sorted(stored):
        try:
            refresh_notebook(name)
        except AnalysisError as error:
            sys.exit(f"{name.name}: {error}")
