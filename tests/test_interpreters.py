"""README's route without make, on the oldest and the newest Python found: it works, and the bytes are the same."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from test_project import ROOT, list_files

VERSIONS = ("3.11", "3.13")  # GitHub runs 3.12 as well


def find_python(version: str) -> str:
    """The interpreter of a version, on the path or among those of pyenv; a skip where there is none."""
    if version == f"{sys.version_info.major}.{sys.version_info.minor}":
        pytest.skip(f"Python {version} runs these tests itself; `make check` compares its bytes")
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    ours = [str(path) for path in sorted(pyenv.glob(f"{version}.*/bin/python3"))]
    for python in [*ours, shutil.which(f"python{version}")]:
        if python and subprocess.run([python, "-c", "import ensurepip, venv"], check=False).returncode == 0:
            return python
    pytest.skip(f"Python {version} with its venv module is not on this machine")


@pytest.mark.slow
@pytest.mark.parametrize("version", VERSIONS)
def test_readme_route_renders_the_committed_bytes(version: str, tmp_path: Path) -> None:
    python, folder = find_python(version), tmp_path / "a copy"
    for file in list_files():
        copy = folder / file.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, copy)
    for page in list_files("reports/*.html", "reports/*.json"):
        (folder / page.relative_to(ROOT)).unlink()
    route = re.search(r"Without make.+?```\n(.+?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert route
    *setup, render = route[1].strip().splitlines()
    assert len(setup) == 2
    lines = [setup[0].replace("python3", f'"{python}"', 1), setup[1], render]
    environment = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH")}
    for line in lines:
        done = subprocess.run(
            line, shell=True, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        if line != render and "onnection" in done.stderr:
            pytest.skip(f"the packages could not be fetched: {done.stderr.strip().splitlines()[-1]}")
        assert done.returncode == 0, done.stderr[-2000:]
    for page in list_files("reports/*.html", "reports/*.json"):
        assert (folder / "reports" / page.name).read_bytes() == page.read_bytes(), page.name
