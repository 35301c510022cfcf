"""Faults of machines: a full disk, a folder that cannot be written, two batches at once, a clock that jumps."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest
from copies import INVENTED, read_page, render, write_notebook
from torture import make_project, read_whole, start

from analysis.render import render_notebook

pytestmark = pytest.mark.slow
RENDER = [sys.executable, "-m", "analysis", "render"]


def run_on(folder, options, *commands):
    """Run shell commands in a mount of their own, where `folder` is a small disk; return status and what was said."""
    rooted = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-rm"]
    if not shutil.which("unshare") or subprocess.run([*rooted, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine lets no test mount a disk of its own")
    script = " && ".join([f"mount -t tmpfs -o {options} tmpfs '{folder}'", *commands[:-1]]) + f"; {commands[-1]}"
    done = subprocess.run([*rooted, "sh", "-c", script], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def write_command(project, output, workers=1):
    words = [*RENDER, "--batch", str(project / "reports" / "batch.yml"), "--output", str(output)]
    return " ".join(f"'{word}'" for word in [*words, "--workers", str(workers)])


@pytest.mark.parametrize("workers", [1, 2])
def test_a_full_disk_loses_no_report(tmp_path, workers):
    disk, kept = tmp_path / "disk", tmp_path / "kept"
    disk.mkdir()
    make_project(tmp_path, "word")
    fill = f"head -c 1M /dev/zero > '{disk}/filler'"  # takes what is left, and fails
    status, said = run_on(
        disk,
        "size=2M",
        write_command(tmp_path, disk / "out"),
        f"cp -r '{disk}/out' '{kept}'",
        f"({fill}; {fill}2; true)",
        f"{write_command(tmp_path, disk / 'out', workers)} --force; s=$?; ls -A '{disk}/out'; "
        f"cmp '{disk}/out/a.html' '{kept}/a.html' && cmp '{disk}/out/b.json' '{kept}/b.json' && exit $s",
    )
    assert status == 1, said
    assert "2 of 2 reports failed" in said
    assert said.count("cannot be written: No space left on device; free some space") == 2
    assert ".part" not in said
    assert "Traceback" not in said


def test_a_folder_that_cannot_be_written(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    make_project(tmp_path, "word")
    status, said = run_on(disk, "ro", write_command(tmp_path, disk / "out"))
    assert status == 1
    assert said.count("cannot be written: Read-only file system; free some space, or choose another folder") == 2
    assert "Traceback" not in said


def test_a_file_where_the_folder_should_be(tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    command = [*RENDER, "01-trade", "--output", str(tmp_path / "file" / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "out cannot be written: Not a directory" in done.stderr
    assert "Traceback" not in done.stderr


def test_two_batches_at_once_into_one_folder(tmp_path):
    batch, output = make_project(tmp_path, "word"), tmp_path / "out"
    assert start(batch, tmp_path / "alone", 1).wait() == 0
    runs = [start(batch, output, workers) for workers in (2, 1)]
    assert [run.wait() for run in runs] == [0, 0]
    assert read_whole(output) == read_whole(tmp_path / "alone")
    assert list(output.glob(".*")) == []


def test_a_clock_that_jumps(tmp_path, monkeypatch):
    """Each reading of the time of day is another day, in this process and in the kernel; limits and bytes hold."""
    plain = read_page(render(tmp_path, "print(6 * 7)", name="plain"))
    (tmp_path / "sitecustomize.py").write_text(
        "import itertools, time\n"
        "jumps, now = itertools.cycle([0, 86400, -86400, 3e7, -3e7]), time.time\n"
        "time.time = lambda: now() + next(jumps)\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    path = write_notebook(tmp_path / "n.ipynb", "print(6 * 7)")
    script = (
        f"from pathlib import Path; from analysis.render import render_notebook as r; p = Path({str(tmp_path)!r}); "
    )
    script += "print(r(p / 'n.ipynb', p / 'out' / 'n.html').error)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.strip() == ""
    assert (tmp_path / "out" / "n.html").read_text(encoding="utf-8") == plain
    assert path.exists()


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_data_file_that_vanishes(tmp_path, when):
    """Between the check and the reading, or between the reading and the digests of the page."""
    folder = shutil.copytree(INVENTED, tmp_path / "copy")
    gone = "import os\nos.remove(dossier + '/trade.csv')"
    load = "from analysis import load_dossier\nprint(len(load_dossier(dossier).trade))"
    cells = [gone, load] if when == "before" else [load, gone]
    path = write_notebook(tmp_path / "n.ipynb", *cells, parameters='dossier: str = ""')
    report = render_notebook(path, tmp_path / "out" / "n.html", parameters={"dossier": str(folder)})
    assert "trade.csv" in report.error
    assert sorted(file.name for file in (tmp_path / "out").glob("*.html")) == ["n.failed.html"]
