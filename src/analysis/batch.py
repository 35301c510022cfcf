"""Many reports in one go: what a batch file asks for, run one by one or side by side."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from functools import lru_cache, partial
from glob import glob
from itertools import product
from multiprocessing import parent_process
from pathlib import Path
from threading import Event, Thread
from typing import Any

import yaml

from analysis.dossier import Dossier, load_dossier, select_rows
from analysis.errors import AnalysisError, DataError, ParameterError, RenderError
from analysis.kernels import prepare_kernels
from analysis.parameters import Value, check_parameters, check_use, read_parameters
from analysis.render import DEFAULT_LIMITS, Limits, Report, read_notebook, render_notebook
from analysis.schema import DEFAULT
from analysis.state import Job, digest

LONGEST = 200  # bytes of a file's name; .failed.html and .state.json go along
SCHEMA = "datapackage.json"
MOST = 61  # processes; Windows waits for no more
SHORT = 40  # letters of a value in a name that would be longer


class PlainLoader(yaml.BaseLoader):
    """Reads every value as the text that stands there, so that NO, 0102 and 2020-02-01 keep their form."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        """Refuse a name that stands there twice, since one of the two would be lost."""
        names = [key.value for key, _ in node.value]
        for name in names:
            if names.count(name) > 1:
                raise yaml.constructor.ConstructorError(None, None, f"{name!r} stands there twice", node.start_mark)
        return super().construct_mapping(node, deep)


def plan_batch(path: Path, output: Path) -> list[Job]:
    """Return the jobs that a batch file asks for.

    Parameters
    ----------
    path : pathlib.Path
        YAML: a list ``reports`` of entries with ``notebook`` (a name in ``notebooks/``), ``parameters`` and ``each``:
        lists of values, ``periods`` or ``actors`` for all phases of the dossier or all who act in it, and for
        ``dossier`` a pattern such as ``dossiers/*`` for every dossier in these folders. Every combination becomes a
        report.
    output : pathlib.Path
        Folder of the reports.

    Raises
    ------
    ParameterError
        If the file is not of this form, an entry has unknown keys or parameters, or two jobs would write one file.

    Examples
    --------
    >>> from analysis.schema import DEFAULT
    >>> plan_batch(DEFAULT.parent / "reports" / "batch.yml", Path("out"))[0].output.name
    '00-start-here.html'
    """
    jobs: list[Job] = []
    load = lru_cache(4)(load_dossier)  # once for all reports on it
    for entry in _read_entries(path):
        unknown = sorted(set(entry) - {"notebook", "parameters", "each"})
        if unknown:
            raise ParameterError(f"{path.name}: expected notebook, parameters, each; found {', '.join(unknown)}")
        places = _list_places(path, entry)
        notebook = next(filter(Path.is_file, places), places[0])
        jobs += [plan_job(notebook, output, given, load) for given in _combine(entry, load)]
    names = [job.output.name.casefold() for job in jobs]  # on some systems A and a are one file
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ParameterError(f"{path.name}: two reports would be written to {', '.join(twice)}")
    return jobs


def _read_entries(path: Path) -> list[dict[str, Any]]:
    try:
        batch = yaml.load(path.read_text(encoding="utf-8-sig"), PlainLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ParameterError(f"{path.name}: expected YAML, found a fault: {' '.join(str(error).split())}") from error
    entries = batch.get("reports") if isinstance(batch, dict) else None
    if not isinstance(entries, list) or not all(map(_is_entry, entries)):
        wish = "a list 'reports', each with a 'notebook' and with names and values as parameters"
        raise ParameterError(f"{path.name}: expected {wish}, found another form")
    return entries


def _is_entry(entry: Any) -> bool:
    """Return whether an entry names a notebook and maps names to values; an empty mapping reads as an empty text."""
    mapped = isinstance(entry, dict) and all(isinstance(entry.get(key) or {}, dict) for key in ("parameters", "each"))
    return mapped and isinstance(entry.get("notebook"), str)


def _combine(entry: Mapping[str, Any], load: Callable[[str | None], Dossier]) -> Iterator[dict[str, Any]]:
    """Yield the parameters of each report of an entry; the phases are those of its dossier."""
    fixed, each = entry.get("parameters") or {}, dict(entry.get("each") or {})
    dossiers = each.pop("dossier", None)
    for chosen in [{}] if dossiers is None else [{"dossier": name} for name in _find_dossiers(dossiers)]:
        given = {**fixed, **chosen}
        try:
            grid = {name: _expand(values, given, load) for name, values in each.items()}
        except DataError:  # its report says what is wrong, and the others are made
            yield given | {name: "" for name, values in each.items() if isinstance(values, str)}
            continue
        yield from ({**given, **dict(zip(grid, values, strict=True))} for values in product(*grid.values()))


def _find_dossiers(wanted: Any) -> list[Any]:
    """Return the folders that a pattern means, those with a schema in them; a list is taken as it stands."""
    if isinstance(wanted, list):
        return wanted
    folders = sorted(Path(name).parent.as_posix() for name in glob(f"{wanted}/{SCHEMA}"))
    if not folders:
        raise ParameterError(f"each: expected folders with a datapackage.json, found none for the pattern {wanted!r}")
    return folders


def _expand(values: Any, fixed: Mapping[str, Any], load: Callable[[str | None], Dossier]) -> list[Any]:
    if isinstance(values, list):
        return values
    if values not in ("periods", "actors"):
        raise ParameterError(f"each: expected a list, 'periods' or 'actors', found {values!r}")
    dossier = load(fixed.get("dossier") or None)
    if values == "periods":
        return list(map(str, dossier.phases.index))
    acting = {*dossier.events["actor"].dropna(), *dossier.events["target"].dropna()}
    return [str(name) for name in dossier.actors.index if name in acting]


def plan_job(
    notebook: Path, output: Path, given: Mapping[str, Any], load: Callable[[str | None], Dossier] = load_dossier
) -> Job:
    """Return one job, its parameters checked; the file is named after the notebook and what was given.

    Parameters
    ----------
    notebook : pathlib.Path
    output : pathlib.Path
        Folder of the report.
    given : mapping
        Parameters.
    load : callable
        Reads the dossier whose years, phases and standings may be asked for.

    Raises
    ------
    ParameterError, RenderError
        As `check_parameters` and `read_notebook`, with the notebook's name.

    Examples
    --------
    >>> from analysis.schema import DEFAULT
    >>> plan_job(DEFAULT.parent / "notebooks" / "01-trade.ipynb", Path("out"), {"first_year": "2015"}).output.name
    '01-trade-first_year-2015.html'
    """
    try:
        source = read_notebook(notebook)
        parameters = check_parameters(read_parameters(source), given)
        check_use(source, parameters)
        _check_choice(parameters, load)
    except ParameterError as error:
        raise ParameterError(f"{notebook.name}: {error}") from error
    for longest in (LONGEST, SHORT):
        values = [f"{name}-{_name_value(str(value), longest)}" for name, value in parameters.items()]
        name = "-".join([notebook.stem, *values])
        if len(name.encode()) <= LONGEST:
            return Job(notebook, output / f"{name}.html", parameters)
    raise ParameterError(f"{notebook.name}: expected values that fit into a file's name, found {len(name)} letters")


def _name_value(value: str, longest: int = LONGEST) -> str:
    """Return a value, or its end, as part of a file's name; what is left out, a digest keeps apart."""
    plain = re.sub(r"[^A-Za-z0-9]+", "-", value)[-longest:].strip("-")
    return plain if plain == value else "-".join(filter(None, [plain, digest(value)[:6]]))


def _check_choice(parameters: Mapping[str, Value], load: Callable[[str | None], Dossier]) -> None:
    """Refuse a choice that the data do not allow; faulty data are left to the report, which says so."""
    kinds = {"first_year": int, "last_year": int, "certainty": str, "period": str, "types": str, "scale": str}
    chosen: Any = {name: value for name, value in parameters.items() if type(value) is kinds.get(name)}
    if not chosen:
        return
    with suppress(DataError):
        dossier = load(str(parameters.get("dossier") or "") or None)
        try:
            select_rows(dossier, **chosen)
        except DataError as error:
            raise ParameterError(str(error)) from error


def run_job(job: Job, limits: Limits = DEFAULT_LIMITS) -> Report:
    """Render one job; that there is no such notebook, or no room for its page, becomes part of the report.

    Examples
    --------
    >>> run_job(Job(Path("nowhere.ipynb"), Path("report.html"), {})).error
    'nowhere.ipynb: expected a notebook, found none'
    """
    try:
        return render_notebook(job.notebook, job.output, parameters=job.parameters, limits=limits)
    except AnalysisError as error:
        return Report(job.output, str(error))
    except OSError as error:  # what was there stays: a page is written beside the old one, then put in its place
        return Report(job.output, describe_unwritable(job.output, error))


def describe_unwritable(output: Path, error: OSError) -> str:
    """Return in words that a page cannot be written, and the way out.

    Examples
    --------
    >>> describe_unwritable(Path("out/a.html"), OSError(28, "No space left on device"))
    'out cannot be written: No space left on device; free some space, or choose another folder with --output'
    """
    wish = "free some space, or choose another folder with --output"
    return f"{output.parent} cannot be written: {error.strerror or error}; {wish}"


def list_looked_at(path: Path) -> tuple[list[Path], list[str]]:
    """Return what planning a batch looks at: the file, each place where a notebook may lie, patterns for dossiers.

    Examples
    --------
    >>> from analysis.schema import DEFAULT
    >>> list_looked_at(DEFAULT.parent / "reports" / "batch.yml")[1]
    []
    """
    entries = _read_entries(path)
    wanted = [(entry.get("each") or {}).get("dossier") for entry in entries]
    places = [place for entry in entries for place in _list_places(path, entry)]
    return [path, *places], [f"{pattern}/{SCHEMA}" for pattern in wanted if isinstance(pattern, str)]


def _list_places(path: Path, entry: Mapping[str, Any]) -> list[Path]:
    """Return where the notebook of an entry may lie: beside the batch file's folder, or in the project."""
    name = f"{entry['notebook'].removesuffix('.ipynb')}.ipynb"
    return [folder / "notebooks" / name for folder in (path.parent.parent, DEFAULT.parent)]


def count_cores() -> int:
    """Return how many processors this process may use.

    Examples
    --------
    >>> count_cores() > 0
    True
    """
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run_jobs(jobs: Sequence[Job], *, workers: int = 1, limits: Limits = DEFAULT_LIMITS) -> Iterable[Report]:
    """Yield a report for each job, in the order of the jobs.

    Where it is interrupted, those that are begun are ended, and no other is begun.

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
    if workers == 1 or len(jobs) < 2:
        yield from map(run, jobs)
        return
    for folder in {job.notebook.parent for job in jobs}:
        prepare_kernels(folder)  # before the processes start, so that they share it
    with ProcessPoolExecutor(min(workers, len(jobs), MOST), initializer=_begin_worker) as pool:
        try:
            yield from pool.map(partial(_run_unless_stopped, run), jobs)
        except BrokenProcessPool as error:
            raise RenderError(
                "a process that renders was ended from outside; fewer --workers need less memory"
            ) from error


_stopped = Event()


def _begin_worker() -> None:
    """End with the process that has the others, also where it is killed; leave Ctrl-C to it, and begin nothing then.

    With a handler, since what is ignored would be so in kernels too.
    """
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:  # as in the background, where kernels ignore it as well
        signal.signal(signal.SIGINT, lambda *_: _stopped.set())
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    if parent := parent_process():
        parent.join()
        os._exit(1)


def _run_unless_stopped(run: Callable[[Job], Report], job: Job) -> Report:
    return Report(job.output, "stopped") if _stopped.is_set() else run(job)
