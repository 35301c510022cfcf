"""Which reports are up to date: digests of all that they are made from. Light, since every command asks this first."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from glob import glob
from importlib.metadata import version
from pathlib import Path
from typing import Any

LIBRARY = Path(__file__).resolve().parent
ROOT = LIBRARY.parents[1]
PACKAGES = (
    *("beautifulsoup4", "edtf", "frictionless", "ipykernel", "jinja2", "matplotlib", "mistune"),
    *("nbclient", "nbconvert", "numpy", "pandas", "papermill", "seaborn"),
)
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
    """Return a fingerprint of files and their order; one that is not there counts as such.

    Examples
    --------
    >>> digest_files([Path("nowhere")]) == digest_files([Path("neither")])
    True
    """
    whole = hashlib.sha256()
    for path in paths:
        try:
            whole.update(hashlib.sha256(path.read_bytes()).digest())
        except OSError:
            whole.update(b"none")
    return whole.hexdigest()[:16]


def describe_code() -> dict[str, Any]:
    """Return digests of the library and the lock, and the versions of Python and of the packages that pages rest on.

    Examples
    --------
    >>> sorted(describe_code())
    ['library', 'lock', 'packages']
    """
    sources = sorted(path for path in LIBRARY.rglob("*") if path.suffix in (".py", ".j2", ".css", ".json"))
    return {
        "library": digest_files(sources),
        "lock": digest_files([ROOT / "requirements.lock"]),
        "packages": {"Python": platform.python_version(), **{name: version(name) for name in PACKAGES}},
    }


CODE = describe_code()  # as this process has imported it, whatever is edited later


def list_files(folder: Path) -> list[Path]:
    """Return the files of a dossier: its schema and the tables that it names.

    Examples
    --------
    >>> [path.name for path in list_files(ROOT / "data")][:2]
    ['datapackage.json', 'trade.csv']
    """
    try:
        tables = json.loads((folder / "datapackage.json").read_bytes())["resources"]
        names = [table["path"] for table in tables if isinstance(table["path"], str)]
    except (OSError, ValueError, KeyError, TypeError):  # a fault, which its report tells
        names = []
    return [folder / "datapackage.json", *(folder / name for name in names)]


def describe_inputs(job: Job) -> dict[str, Any]:
    """Return what a report is made from, as digests: code, notebook, parameters, dossier.

    What a notebook reads besides, from the net, the clock or another file, is not among them.

    Examples
    --------
    >>> sorted(describe_inputs(Job(Path("a.ipynb"), Path("a.html"), {})))
    ['dossier', 'library', 'lock', 'notebook', 'packages', 'parameters']
    """
    return CODE | {
        "notebook": digest_files([job.notebook]),
        "parameters": digest(json.dumps(dict(job.parameters), sort_keys=True)),
        "dossier": digest_files(list_files(job.dossier)),
    }


def describe_run(inputs: Mapping[str, Any], output: Path, seconds: float, error: str = "") -> dict[str, Any]:
    """Return how a run went, with what it was made from and what came of it: what may differ between two machines.

    Parameters
    ----------
    inputs : mapping
        As `describe_inputs` returned them before the run.
    output : pathlib.Path
    seconds : float
    error : str

    Examples
    --------
    >>> describe_run({}, Path("nowhere.html"), 1.26, "cell 2")["state"]
    'failed'
    """
    state = {"state": "failed" if error else "complete", "error": error, "seconds": round(seconds, 1)}
    return state | dict(inputs) | {"output": digest_output(output)}


def digest_output(output: Path) -> str:
    """Return a fingerprint of a report: its page and its record.

    Examples
    --------
    >>> digest_output(Path("nowhere.html")) == digest_output(Path("neither.html"))
    True
    """
    return digest_files([output, output.with_suffix(".json")])


def is_current(job: Job) -> bool:
    """Return whether the report of a job is there, whole, and made from what there is now.

    Examples
    --------
    >>> is_current(Job(Path("a.ipynb"), Path("a.html"), {}))
    False
    """
    state = _read(job.output.with_suffix(".state.json"))
    wanted = {"state": "complete", **describe_inputs(job), "output": digest_output(job.output)}
    return all(state.get(name) == value for name, value in wanted.items())


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
    return bool(seal) and seal == describe_seal(output, request, seal.get("files", []), seal.get("patterns", []))


def describe_seal(
    output: Path, request: Mapping[str, Any], files: Iterable[str], patterns: Iterable[str]
) -> dict[str, Any]:
    """Return what a folder of reports and all that they were made from are now.

    Parameters
    ----------
    output : pathlib.Path
    request : mapping
        What the command was asked for.
    files : iterable of str
        That were read, as seen from `output`.
    patterns : iterable of str
        Of folders that were looked for.

    Examples
    --------
    >>> describe_seal(Path("nowhere"), {}, [], [])["files"]
    []
    """
    files, patterns = list(files), list(patterns)
    pages = sorted(path for path in output.glob("*") if path.suffix in (".html", ".json") and path.name != SEAL)
    found = [name for pattern in patterns for name in sorted(glob(pattern))]
    return {
        "request": digest(json.dumps([os.getcwd(), CODE, dict(request)], sort_keys=True)),
        "files": files,
        "patterns": patterns,
        "read": digest_files(output / name for name in files),
        "found": digest(*found),
        "folder": digest(*(path.name for path in pages), digest_files(pages)),
    }


def _read(path: Path) -> dict[str, Any]:
    """Return what a file of this kind holds; nothing where there is none, or half of one."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
