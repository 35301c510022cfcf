"""What `make` says on a machine where a piece is missing: one line, with the command that mends it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PYTHONS = {  # stand-ins that answer what the Makefile asks an interpreter
    "old": '[ "$1" = --version ] && echo Python 3.9.2 || exit 1',
    "without venv": 'case "$2" in *ensurepip*) exit 1;; esac',
}


def make(folder: Path, *arguments: str, python: str = "") -> subprocess.CompletedProcess[str]:
    """Run make in a copy of the project that has no .venv, with nothing but `touch` and an interpreter on the path."""
    tools = folder / "bin"
    tools.mkdir()
    (tools / "touch").symlink_to(str(shutil.which("touch")))
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, folder)
    if python:
        (tools / "python3").write_text(f"#!/bin/sh\n{PYTHONS[python]}\n", encoding="utf-8")
        (tools / "python3").chmod(0o755)
    environment = {**os.environ, "PATH": str(tools), "MAKEFLAGS": ""}
    command = [str(shutil.which("make")), "--no-print-directory", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


@pytest.mark.parametrize(
    ("python", "said", "mend"),
    [
        ("", "python3 is missing", "apt-get install -y python3.11"),
        ("old", "python3 is Python 3.9.2", "make reports PYTHON=python3.11"),
        ("without venv", "python3 has no venv module", "apt-get install -y python3-venv"),
    ],
)
def test_make_says_what_is_missing_and_how_to_mend_it(tmp_path: Path, python: str, said: str, mend: str) -> None:
    done = make(tmp_path, "reports", python=python)
    assert done.returncode != 0
    assert len(done.stdout.splitlines()) == 1
    assert said in done.stdout
    assert mend in done.stdout


def test_make_check_without_git(tmp_path: Path) -> None:
    (tmp_path / ".venv").mkdir()
    ready = tmp_path / ".venv" / ".ready"
    ready.touch()
    os.utime(ready, (4e9, 4e9))  # later than the copies of lock and pyproject
    done = make(tmp_path, "check")
    assert done.returncode != 0
    assert done.stdout.splitlines() == ["make check needs git: sudo apt-get install -y git"]


def test_make_lock_without_uv(tmp_path: Path) -> None:
    done = make(tmp_path, "lock")
    assert done.returncode != 0
    assert done.stdout.splitlines() == ["make lock needs uv: python3 -m pip install uv"]
