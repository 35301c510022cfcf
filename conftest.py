"""What every test and doctest shares: a backend without a screen, closed figures, and where the article may be."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import pytest

matplotlib.use("Agg")
os.environ.setdefault("JUPYTER_PLATFORM_DIRS", "1")


@pytest.fixture(autouse=True)
def _close_figures() -> Iterator[None]:
    yield
    plt.close("all")


@pytest.fixture
def shared() -> Path:
    """Return the folder with the article and the reference figures, where it lies beside the project."""
    folder = Path(__file__).parents[1] / "shared"
    if not folder.is_dir():
        pytest.skip("the folder with the article and the reference figures is not beside the project")
    return folder


def pytest_collect_file(file_path: Path) -> None:
    """Import papermill before forkkernel's engine, which it imports while it is imported itself."""
    if file_path.name == "engine.py":
        import papermill.engines  # noqa: F401
