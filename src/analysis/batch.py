"""Many reports in one go: what a batch file asks for, run one by one or side by side."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import yaml

from analysis.dossier import load_dossier
from analysis.errors import AnalysisError, ParameterError
from analysis.parameters import Value, check_parameters, read_parameters
from analysis.render import DEFAULT_LIMITS, Limits, Report, read_notebook, render_notebook


@dataclass(frozen=True)
class Job:
    """One report to render: a notebook, its parameters, and the file it becomes."""

    notebook: Path
    output: Path
    parameters: Mapping[str, Value]


def plan_batch(path: Path, output: Path) -> list[Job]:
    """Return the jobs that a batch file asks for.

    Parameters
    ----------
    path : pathlib.Path
        YAML: a list ``reports`` of entries with ``notebook`` (a name in ``notebooks/``), ``parameters`` and ``each``:
        lists of values, or ``periods`` for all phases of the dossier. Every combination becomes a report.
    output : pathlib.Path
        Folder of the reports.

    Raises
    ------
    ParameterError
        If the file is not of this form, an entry has unknown keys or parameters, or two jobs would write one file.

    Examples
    --------
    >>> from analysis.dossier import DEFAULT
    >>> plan_batch(DEFAULT.parent / "reports" / "batch.yml", Path("out"))[0].output.name
    '00-start-here.html'
    """
    jobs: list[Job] = []
    for entry in _read_entries(path):
        unknown = sorted(set(entry) - {"notebook", "parameters", "each"})
        if unknown:
            raise ParameterError(f"{path.name}: expected notebook, parameters, each; found {', '.join(unknown)}")
        notebook = path.parent.parent / "notebooks" / f"{entry['notebook']}.ipynb"
        fixed = entry.get("parameters") or {}
        grid = {name: _expand(values, fixed) for name, values in (entry.get("each") or {}).items()}
        for combination in product(*grid.values()):
            jobs.append(plan_job(notebook, output, {**fixed, **dict(zip(grid, combination, strict=True))}))
    names = [job.output.name for job in jobs]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ParameterError(f"{path.name}: two reports would be written to {', '.join(twice)}")
    return jobs


def _read_entries(path: Path) -> list[dict[str, Any]]:
    try:
        batch = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ParameterError(f"{path.name}: expected YAML, found a fault: {' '.join(str(error).split())}") from error
    entries = batch.get("reports") if isinstance(batch, dict) else None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) and "notebook" in entry for entry in entries):
        raise ParameterError(f"{path.name}: expected a list 'reports' whose entries have a 'notebook', found none")
    return entries


def _expand(values: Any, fixed: Mapping[str, Any]) -> list[Any]:
    if isinstance(values, list):
        return values
    if values != "periods":
        raise ParameterError(f"each: expected a list or 'periods', found {values!r}")
    return list(map(str, load_dossier(fixed.get("dossier") or None).phases.index))


def plan_job(notebook: Path, output: Path, given: Mapping[str, Any]) -> Job:
    """Return one job, its parameters checked; the file is named after the notebook and what was given.

    Raises
    ------
    ParameterError, RenderError
        As `check_parameters` and `read_notebook`, with the notebook's name.

    Examples
    --------
    >>> from analysis.dossier import DEFAULT
    >>> plan_job(DEFAULT.parent / "notebooks" / "01-trade.ipynb", Path("out"), {"first_year": "2015"}).output.name
    '01-trade-first_year-2015.html'
    """
    try:
        parameters = check_parameters(read_parameters(read_notebook(notebook)), given)
    except ParameterError as error:
        raise ParameterError(f"{notebook.name}: {error}") from error
    values = [f"{name}-{re.sub(r'[^A-Za-z0-9]+', '-', str(value)).strip('-')}" for name, value in parameters.items()]
    return Job(notebook, output / ("-".join([notebook.stem, *values]) + ".html"), parameters)


def run_job(job: Job, limits: Limits = DEFAULT_LIMITS) -> Report:
    """Render one job; that there is no such notebook becomes part of the report.

    Examples
    --------
    >>> run_job(Job(Path("nowhere.ipynb"), Path("report.html"), {})).error
    'nowhere.ipynb: expected a notebook, found none'
    """
    try:
        return render_notebook(job.notebook, job.output, parameters=job.parameters, limits=limits)
    except AnalysisError as error:
        return Report(job.output, str(error))


def run_jobs(jobs: Sequence[Job], *, workers: int = 1, limits: Limits = DEFAULT_LIMITS) -> Iterable[Report]:
    """Yield a report for each job, in the order of the jobs.

    Parameters
    ----------
    jobs : sequence of Job
    workers : int
        Processes; one renders in this process.
    limits : Limits, optional
        How long a cell and a notebook may take.

    Examples
    --------
    >>> list(run_jobs([]))
    []
    """
    run = partial(run_job, limits=limits)
    if workers == 1:
        yield from map(run, jobs)
        return
    with ProcessPoolExecutor(workers) as pool:
        yield from pool.map(run, jobs)
