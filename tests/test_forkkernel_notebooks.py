"""Every notebook in a forked kernel: the stored outputs, which an ordinary kernel made, come out again to the byte."""

from __future__ import annotations

import logging
import platform
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat import v4

from analysis.kernels import choose_engine
from analysis.render import prepare_notebook, read_notebook, run_notebook

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").rglob("*.ipynb"))
pytestmark = pytest.mark.skipif(
    (sys.platform, platform.machine()) != ("linux", "x86_64"), reason="pictures have the same bytes on Linux x86-64"
)


@pytest.fixture(autouse=True)
def _ask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FORKKERNEL", raising=False)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_stored_outputs_come_out_again(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="forkkernel")
    done = run_notebook(prepare_notebook(read_notebook(path), {}), ROOT / "notebooks", {})  # one folder: one zygote
    assert nbformat.writes(done) + "\n" == path.read_text(encoding="utf-8")
    assert caplog.records == []  # no ordinary kernel has started


def test_render_forks_unless_the_environment_says_no(monkeypatch: pytest.MonkeyPatch) -> None:
    assert choose_engine()["engine_name"] == "forkkernel"
    monkeypatch.setenv("FORKKERNEL", "0")
    assert choose_engine() == {}


WATCHED = """
import runpy, sys
import forkkernel.launch as launch
launch._start_zygote = lambda *all: sys.exit("a zygote")
runpy.run_module("analysis.notebooks", run_name="__main__")
"""


def test_notebooks_are_stored_by_ordinary_kernels(tmp_path: Path) -> None:
    path = tmp_path / "one.ipynb"
    nbformat.write(v4.new_notebook(cells=[v4.new_code_cell("6 * 7")]), path)
    done = subprocess.run([sys.executable, "-c", WATCHED, str(path)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert nbformat.read(path, 4).cells[0].outputs[0].data == {"text/plain": "42"}


COUNTED = """
import sys
import forkkernel.launch as launch
start = launch._start_zygote
launch._start_zygote = lambda *all: (print("a zygote", flush=True), start(*all))[1]
from analysis.__main__ import main
main()
"""


def test_a_batch_starts_one_zygote_for_all_its_workers(tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    batch = tmp_path / "reports" / "batch.yml"
    batch.write_text("reports:\n  - notebook: 08-tables\n    each:\n      first_year: [1990, 2000]\n")
    command = ["render", "--batch", str(batch), "--workers", "2", "--output", str(tmp_path / "out")]
    (tmp_path / "notebooks").symlink_to(ROOT / "notebooks")
    done = subprocess.run([sys.executable, "-c", COUNTED, *command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert len(list((tmp_path / "out").glob("08-*.html"))) == 2
    assert done.stdout.count("a zygote") == 1
