"""The notebooks in JupyterLab as `make lab` starts it: run, save, change a parameter, run again, break the data."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import Locator, Page, expect, sync_playwright
from test_browser import NAMES

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ROOT = Path(__file__).parents[1]
TOKEN = "token-of-the-test"
SLOW = 120_000  # milliseconds that a notebook may take on a busy machine


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=test", "-c", "user.email=test@example.org", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone of the project with the files as they are now, committed, so that `git diff` tells what JupyterLab did."""
    try:
        names = git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard").splitlines()
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    folder = tmp_path_factory.mktemp("lab") / "project"
    for name in names:
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "as it is")
    return folder


@pytest.fixture(scope="module")
def lab(project: Path) -> Iterator[str]:
    """The address of the server that `make lab` starts in the copy; settings and signatures of this user stay out."""
    home = project.parent
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (home / "config").mkdir()
    settings = {"ServerApp": {"open_browser": False, "allow_root": True, "port": port}}
    (home / "config" / "jupyter_config.json").write_text(json.dumps(settings), encoding="utf-8")
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "MAKE", "PYTEST"))},
        **{f"JUPYTER_{kind}_DIR": str(home / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")},
        **{f"JUPYTERLAB_{kind}_DIR": str(home / kind.lower()) for kind in ("SETTINGS", "WORKSPACES")},
        "JUPYTER_TOKEN": TOKEN,
        "PYTHONPATH": str(project / "src"),
    }
    # The set-up is left out: the copy has no .venv, and this Python has all that is needed.
    command = ["make", "lab", "--assume-old=.venv/.ready", f"RUN={sys.executable}"]
    with (home / "log").open("w") as log:
        server = subprocess.Popen(command, cwd=project, env=environment, stdout=log, stderr=log, start_new_session=True)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                urlopen(f"{address}/api", timeout=5).close()
                break
            except OSError:
                assert server.poll() is None, (home / "log").read_text()
                time.sleep(0.1)
        yield address
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=60)
