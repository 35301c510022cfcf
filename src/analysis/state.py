"""Which reports are up to date: digests of all that they are made from. Light, since every command asks this first."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from glob import glob
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

LIBRARY = Path(__file__).resolve().parent
ROOT = LIBRARY.parents[1]
PACKAGES = (  # this project's own needs, and what draws and shows beneath them
    *("babel", "beautifulsoup4", "click", "edtf", "frictionless", "ipykernel", "ipywidgets", "iso3166", "jsonschema"),
    *("jupyterlab", "lazy-loader", "matplotlib", "nbclient", "nbconvert", "nbformat", "nbval", "numpy", "pandas"),
    *("papermill", "pyyaml", "seaborn", "statsmodels", "tqdm"),
    *("ipython", "jinja2", "matplotlib-inline", "mistune", "pillow", "pygments", "scipy"),
)
TABLE_PATH = r"^(?![/~])(?!.*\.\.)[^\\:\0]+\.csv$"  # the path of a table lies inside the folder of its dossier
SEAL = "index.state.json"


@dataclass(frozen=True)
class Job:
    """One report to render: a notebook, its parameters, and the file it becomes."""

    notebook: Path
    output: Path
    parameters: Mapping[str, Any]

    @property
    def dossier(self) -> Path:
        """The folder of its dossier."""
        return Path(str(self.parameters.get("dossier") or "") or ROOT / "data")


def digest(*texts: str) -> str:
    """Return a short fingerprint of texts.

    Examples
    --------
    >>> digest("a", "b") == digest("a", "b"), digest("a", "b") == digest("ab")
    (True, False)
    """
    return hashlib.sha256("\x1f".join(texts).encode()).hexdigest()[:16]


def digest_files(paths: Iterable[Path]) -> str:
    """Return a fingerprint of files in their order; one that is not there, or is none, counts as such.

    Examples
    --------
    >>> digest_files([Path("nowhere")]) == digest_files([Path("neither")])
    True
    """
    return digest_contents(map(_read_plain, paths))


def _read_plain(path: Path) -> bytes | None:
    try:
        return path.read_bytes() if path.is_file() else None  # a pipe would never end
    except OSError:
        return None


def digest_contents(contents: Iterable[bytes | None]) -> str:
    """Return the fingerprint of files that have these contents.

    Examples
    --------
    >>> digest_contents([None]) == digest_files([Path("nowhere")])
    True
    """
    whole = hashlib.sha256()
    for content in contents:
        whole.update(b"none" if content is None else hashlib.sha256(content).digest())
    return whole.hexdigest()[:16]


@cache  # as this process has imported it, whatever is edited later
def describe_code() -> Mapping[str, Any]:
    """Return digests of the library and the lock, and the versions of Python and of the packages that pages rest on.

    Examples
    --------
    >>> sorted(describe_code())
    ['library', 'lock', 'packages']
    """
    files = [path for part in ("analysis", "forkkernel") for path in sorted((LIBRARY.parent / part).rglob("*"))]
    files = [path for path in files if path.is_file() and path.suffix != ".pyc"]
    names = (path.relative_to(LIBRARY.parent).as_posix() for path in files)
    return {
        "library": digest(*names, digest_files(files)),
        "lock": digest_files([ROOT / "requirements.lock"]),
        "packages": {"Python": platform.python_version(), **{name: _find_version(name) for name in PACKAGES}},
    }


def _find_version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def list_files(folder: Path) -> list[Path]:
    """Return the files of a dossier: its schema and the tables that it names.

    Examples
    --------
    >>> [path.name for path in list_files(ROOT / "data")][:2]
    ['datapackage.json', 'trade.csv']
    """
    try:
        tables = json.loads((folder / "datapackage.json").read_bytes())["resources"]
        names = [name for table in tables if re.search(TABLE_PATH, name := table["path"])]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):  # a fault, which its report tells
        names = []
    return [folder / "datapackage.json", *(folder / name for name in names)]


def describe_inputs(job: Job, dossier: str = "") -> dict[str, Any]:
    """Return what a report is made from, as digests: code, notebook, parameters, dossier.

    What a notebook reads besides, from the net, the clock or another file, is not among them.

    Parameters
    ----------
    job : Job
    dossier : str, optional
        The digest of its dossier, where it is known.

    Examples
    --------
    >>> sorted(describe_inputs(Job(Path("a.ipynb"), Path("a.html"), {})))
    ['dossier', 'library', 'lock', 'notebook', 'packages', 'parameters']
    """
    return {
        **describe_code(),
        "notebook": digest_files([job.notebook]),
        "parameters": digest(json.dumps(dict(job.parameters), sort_keys=True)),
        "dossier": dossier or digest_files(list_files(job.dossier)),
    }


def describe_run(inputs: Mapping[str, Any], files: Mapping[str, str], seconds: float, error: str) -> dict[str, Any]:
    """Return how a run went, with what it was made from and what came of it: what may differ between two machines.

    Parameters
    ----------
    inputs : mapping
        As `describe_inputs` returned them before the run.
    files : mapping
        What it gave, by the ending of the name.
    seconds : float
    error : str

    Examples
    --------
    >>> describe_run({}, {".failed.html": "No."}, 1.26, "cell 2")["state"]
    'failed'
    """
    state = {"state": "failed" if error else "complete", "error": error, "seconds": round(seconds, 1)}
    return {**state, **inputs, "output": digest_contents(text.encode() for text in files.values())}


def list_stale(jobs: Sequence[Job]) -> list[Job]:
    """Return the jobs whose report is not there, not whole, or made from something else than what there is now.

    Examples
    --------
    >>> len(list_stale([Job(Path("a.ipynb"), Path("a.html"), {})]))
    1
    """
    dossiers = {folder: digest_files(list_files(folder)) for folder in {job.dossier for job in jobs}}
    return [job for job in jobs if not _is_current(job, dossiers[job.dossier])]


def _is_current(job: Job, dossier: str) -> bool:
    state, page = _read(job.output.with_suffix(".state.json")), [job.output, job.output.with_suffix(".json")]
    wanted = {"state": "complete", **describe_inputs(job, dossier), "output": digest_files(page)}
    return all(state.get(name) == value for name, value in wanted.items())


def describe_sources(request: Mapping[str, Any], files: Iterable[Path], patterns: Iterable[str]) -> dict[str, Any]:
    """Return what a run is asked for and all that it reads, as a seal has it.

    Parameters
    ----------
    request : mapping
        What the command was asked for.
    files : iterable of pathlib.Path
    patterns : iterable of str
        By which dossiers are looked for.

    Examples
    --------
    >>> describe_sources({}, [], [])["files"]
    []
    """
    paths, patterns = list(dict.fromkeys(path.resolve() for path in files)), list(patterns)
    return {
        "request": digest(json.dumps([os.getcwd(), dict(describe_code()), dict(request)], sort_keys=True)),
        "files": list(map(_name_path, paths)),
        "patterns": patterns,
        "read": digest_files(paths),
        "found": digest(*(name for pattern in patterns for name in sorted(glob(pattern)))),
    }


def _name_path(path: Path) -> str:
    try:
        return os.path.relpath(path, ROOT)
    except ValueError:  # on another drive of Windows
        return str(path)


def seal_folder(output: Path, sources: Mapping[str, Any]) -> dict[str, Any]:
    """Return the seal of a folder of reports: what they were made from, and what lies there.

    Examples
    --------
    >>> sorted(seal_folder(Path("nowhere"), {}))
    ['folder']
    """
    pages = sorted(path for path in output.glob("*") if path.suffix in (".html", ".json") and path.name != SEAL)
    return {**sources, "folder": digest(*(path.name for path in pages), digest_files(pages))}


def is_sealed(output: Path, request: Mapping[str, Any]) -> bool:
    """Return whether a folder is as the last run left it, that run was asked for the same, and nothing has changed.

    Parameters
    ----------
    output : pathlib.Path
    request : mapping
        What the command was asked for.

    Examples
    --------
    >>> is_sealed(Path("nowhere"), {})
    False
    """
    seal = _read(output / SEAL)
    files, patterns = (ROOT / name for name in seal.get("files", [])), seal.get("patterns", [])
    return bool(seal) and seal == seal_folder(output, describe_sources(request, files, patterns))


def _read(path: Path) -> dict[str, Any]:
    """Return what a file of this kind holds; nothing where there is none, or half of one."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
