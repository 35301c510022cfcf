"""How the kernels of reports start: on Linux, forked from a process that has imported what every notebook needs."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from forkkernel.launch import NoForkError, find_zygote, is_wanted

PRELOAD = ["analysis.findings", "analysis.display", "seaborn", "matplotlib.pyplot", "analysis.dossier:load_dossier"]


def choose_engine() -> dict[str, object]:
    """Return what tells papermill to fork its kernels; nothing elsewhere than on Linux, or with ``FORKKERNEL=0``.

    Examples
    --------
    >>> choose_engine().get("engine_name", "forkkernel")
    'forkkernel'
    """
    return {"engine_name": "forkkernel", "preload": PRELOAD} if is_wanted() else {}


def prepare_kernels(folder: Path) -> None:
    """Begin to import what the kernels of a folder need, and do not wait; processes that are forked later share it.

    Examples
    --------
    >>> prepare_kernels(Path("nowhere"))
    """
    with suppress(NoForkError, OSError):
        find_zygote(PRELOAD, cwd=folder)
