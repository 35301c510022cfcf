"""Long trials, run once and reported, not in CI: `make torture`. Ten of the kills are a test in test_cases."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from nbformat import v4, write

NAMES = ("a", "b")
BATCH = "reports:\n" + "".join(f"- notebook: {name}\n" for name in NAMES)


def make_project(folder: Path, word: str) -> Path:
    """Write two small notebooks that say a word, and a batch file for them."""
    (folder / "notebooks").mkdir(exist_ok=True)
    (folder / "reports").mkdir(exist_ok=True)
    for name in NAMES:
        cells = [v4.new_markdown_cell(f"# What does {name} say?"), v4.new_code_cell("first_year: int = 0")]
        cells[1].metadata["tags"] = ["parameters"]
        cells.append(v4.new_code_cell(f"print({word!r} * 1000)"))
        for number, cell in enumerate(cells, start=1):
            cell["id"] = f"cell-{number}"
        write(v4.new_notebook(cells=cells), folder / "notebooks" / f"{name}.ipynb")
    path = folder / "reports" / "batch.yml"
    path.write_text(BATCH, encoding="utf-8")
    return path


def start(batch: Path, output: Path, workers: int) -> subprocess.Popen[bytes]:
    """Start a batch in a process group of its own."""
    command = [sys.executable, "-m", "analysis", "render", "--batch", str(batch), "--output", str(output)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen([*command, "--workers", str(workers)], start_new_session=True, **quiet)  # type: ignore[call-overload, no-any-return]


def read_whole(folder: Path) -> dict[str, bytes]:
    """Return the pages and records of a folder by name; the state of a run differs from run to run."""
    files = [path for path in folder.iterdir() if path.suffix in (".html", ".json")]
    return {path.name: path.read_bytes() for path in files if not path.name.endswith(".state.json")}


def kill_batches(kills: int, *, seed: int, workers: int) -> list[str]:
    """Kill a batch at random moments; return what was lost or broken, one line a loss.

    Two versions of the notebooks alternate, so that each file has to be the old or the new one, byte for byte.
    """
    draw, lost = random.Random(seed), []
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "out"
        whole, spent = [], 0.0
        for word in ("new", "old"):
            begin = time.monotonic()
            assert start(make_project(Path(folder), word), output, workers).wait() == 0
            whole, spent = [read_whole(output), *whole], time.monotonic() - begin
        for number in range(kills):
            word = ("new", "old")[number % 2]
            run = start(make_project(Path(folder), word), output, workers)
            time.sleep(draw.uniform(0, spent))
            os.killpg(run.pid, signal.SIGKILL)
            run.wait()
            found = read_whole(output)
            for name in whole[0]:
                if name != "index.html" and found.get(name) not in [known[name] for known in whole]:
                    lost.append(f"kill {number}: {name} is neither old nor new")
            if not found.get("index.html", b"").rstrip().endswith(b"</html>"):
                lost.append(f"kill {number}: index.html is not whole")
            if number % 10 == 9 or number == kills - 1:
                status = start(make_project(Path(folder), word), output, workers).wait()
                parts = [path.name for path in output.glob(".*")]
                if status or parts or read_whole(output) != whole[word == "new"]:
                    lost.append(f"kill {number}: the next run ended with {status}, parts {parts}")
    return lost


if __name__ == "__main__":
    total = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    losses = [loss for workers in (1, 3) for loss in kill_batches(total // 2, seed=workers, workers=workers)]
    print("\n".join([f"{total} kills, {len(losses)} losses", *losses]))
    sys.exit(bool(losses))
