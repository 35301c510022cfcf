"""Reports made by a Dask cluster: what a job needs travels by value, what it gives comes back, and this side writes."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.batch import describe_unwritable, run_job
from analysis.errors import AnalysisError, ClusterError
from analysis.render import (
    DEFAULT_LIMITS,
    Limits,
    Made,
    Report,
    describe_error,
    find_good,
    find_place,
    keep_report,
    make_report,
)
from analysis.state import ROOT, Job, describe_inputs, list_files

UNDERWAY = 256  # jobs that the cluster has at once; those after them wait here, so that no memory fills


@dataclass(frozen=True)
class Parcel:
    """A job by value.

    Attributes
    ----------
    notebook : str
        Name of its file.
    place : str
        Where its dossier lies as seen from the notebook's folder; empty where it is that of the project, which every
        worker has.
    files : mapping
        Contents, by their place as seen from the notebook's folder.
    parameters, good
        As for `make_report`.
    inputs : mapping
        As `describe_inputs` returns them.
    """

    notebook: str
    place: str
    files: Mapping[str, bytes]
    parameters: Mapping[str, Any]
    good: str
    inputs: Mapping[str, Any]


def pack_job(job: Job) -> Parcel:
    """Return a job by value.

    Examples
    --------
    >>> pack_job(Job(ROOT / "notebooks" / "01-trade.ipynb", Path("out.html"), {})).place
    ''
    """
    inputs = describe_inputs(job)  # first: what is edited meanwhile is made again the next time
    folder = job.dossier.resolve()
    files, place = {job.notebook.name: job.notebook.read_bytes()}, ""
    if folder != ROOT / "data":
        place = find_place(folder, job.notebook.parent) or f"../../elsewhere/{folder.name}"
        found = [path for path in list_files(folder) if path.resolve().is_relative_to(folder) and path.is_file()]
        files |= {f"{place}/{path.relative_to(folder).as_posix()}": path.read_bytes() for path in found}
    return Parcel(job.notebook.name, place, files, job.parameters, find_good(job.output), inputs)


def make_parcel(parcel: Parcel, limits: Limits = DEFAULT_LIMITS) -> Made:
    """Make the report of a parcel. Runs on a worker, in a folder that its thread has for itself.

    Raises
    ------
    ClusterError
        If the worker has another version of the project, of its data or of a package: its pages could differ. Also if
        a file would lie outside the folder.

    Examples
    --------
    >>> make_parcel(Parcel("a.ipynb", "", {}, {}, "", {"library": "another"}))
    Traceback (most recent call last):
    ...
    analysis.errors.ClusterError: a worker has another library than this machine: install the same project there
    """
    ours = describe_inputs(Job(Path(), Path(), {}), parcel.inputs.get("dossier", "") if parcel.place else "")
    other = [name for name in ("library", "packages", "dossier") if ours[name] != parcel.inputs.get(name)]
    if other:
        raise ClusterError(f"a worker has another {other[0]} than this machine: install the same project there")
    scratch = _clear_scratch()
    home = scratch / "project" / "notebooks"
    for name, content in parcel.files.items():
        path = Path(os.path.normpath(home / name))
        if not path.is_relative_to(scratch):
            raise ClusterError(f"a file of a job would lie outside the folder of its worker: {name!r}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    dossier = Path(os.path.normpath(home / parcel.place)) if parcel.place else ROOT / "data"
    return make_report(home / parcel.notebook, parcel.parameters, dossier=dossier, good=parcel.good, limits=limits)


_own = threading.local()


def _clear_scratch() -> Path:
    """Return this thread's folder without what the last job left; where kernels start stays, for the next ones."""
    if not hasattr(_own, "scratch"):
        _own.scratch = tempfile.TemporaryDirectory()
    scratch = Path(_own.scratch.name).resolve()
    kept = [scratch / "project" / "notebooks", scratch / "project"]
    kept[0].mkdir(parents=True, exist_ok=True)
    for path in [entry for folder in (*kept, scratch) for entry in folder.iterdir() if entry not in kept]:
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    return scratch


def run_remote(jobs: Sequence[Job], address: str, *, limits: Limits = DEFAULT_LIMITS) -> Iterator[Report]:
    """Yield a report for each job; a cluster makes them and this process writes them.

    A job whose worker is lost is given to another one.

    Parameters
    ----------
    jobs : sequence of Job
    address : str
        Of the scheduler, as ``tcp://10.0.0.1:8786``.
    limits : Limits, optional

    Raises
    ------
    ClusterError
        If there is no such scheduler, or distributed is not installed.

    Examples
    --------
    >>> list(run_remote([], "nowhere"))
    Traceback (most recent call last):
    ...
    analysis.errors.ClusterError: expected a Dask scheduler at 'nowhere', found none
    """
    try:
        from distributed import Client

        client = Client(address, timeout=10, set_as_default=False)  # type: ignore[no-untyped-call]
    except ImportError as error:
        raise ClusterError(
            "--dask needs the package distributed; install the extra `cluster` of this project"
        ) from error
    except (OSError, ValueError) as error:
        raise ClusterError(f"expected a Dask scheduler at {address!r}, found none") from error
    waiting: deque[tuple[Job, Mapping[str, Any], Future[Made]]] = deque()
    with client, client.get_executor(pure=False) as pool:  # type: ignore[no-untyped-call]
        try:
            for job in jobs:
                job.output.parent.mkdir(parents=True, exist_ok=True)
                if not (job.dossier / "datapackage.json").is_file():  # no worker can tell more of it
                    yield run_job(job, limits)
                    continue
                parcel = pack_job(job)
                waiting.append((job, parcel.inputs, pool.submit(make_parcel, parcel, limits)))
                if len(waiting) == UNDERWAY:
                    yield _keep(*waiting.popleft())
            while waiting:
                yield _keep(*waiting.popleft())
        finally:
            for *_, future in waiting:
                future.cancel()


def _keep(job: Job, inputs: Mapping[str, Any], future: Future[Made]) -> Report:
    """Wait for what a worker made of a job, and write it."""
    try:
        made = future.result()
    except ClusterError:  # so would be all others
        raise
    except AnalysisError as error:
        return Report(job.output, str(error))
    except Exception as error:  # such as a job that has cost several workers their life
        return Report(job.output, f"no worker could make it: {describe_error(error)}")
    try:
        return keep_report(job.output, made, inputs)
    except OSError as error:
        return Report(job.output, describe_unwritable(job.output, error))
