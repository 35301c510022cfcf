"""Time reports with forked kernels against other ways to make them: `python benchmarks/render.py [ROUNDS]`.

The rounds are interleaved, and the median of five counts. Each way is a command of its own, cold: `render` is this
suite, `usual` the same with ordinary kernels, `commands` papermill and nbconvert by command line, a report at a time,
`pool` two processes that call papermill and keep an exporter. nbval runs all notebooks, with forked and usual kernels.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NAMES = ("01-trade", "02-visits", "03-agreements", "04-rupture-and-rekindling", "08-tables")
POOL = """
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path
import nbconvert, papermill
exporter = cache(nbconvert.HTMLExporter)
def make(pair):
    name, folder = pair
    source = Path("notebooks") / f"{name}.ipynb"
    done = papermill.execute_notebook(source, f"{folder}/{name}.ipynb", progress_bar=False, cwd="notebooks")
    Path(folder, f"{name}.html").write_text(exporter().from_notebook_node(done)[0])
with ProcessPoolExecutor(2) as pool:
    list(pool.map(make, [(name, sys.argv[1]) for name in sys.argv[2:]]))
"""
ASKED, USUAL = {"FORKKERNEL": "1"}, {"FORKKERNEL": "0"}
FORKED = {
    "JUPYTER_DEFAULT_PROVISIONER_NAME": "forkkernel",
    "FORKKERNEL_PRELOAD": "analysis.findings,analysis.display,seaborn",
}


def list_ways(folder: str) -> dict[str, dict[str, tuple[list[list[str]], dict[str, str]]]]:
    """Return for each task its ways: commands, run one after the other, and what they find in their environment."""
    python = [sys.executable, "-m"]
    render, output = [*python, "analysis", "render"], ["--output", folder]
    batch, five = ["--batch", "reports/batch.yml", "--workers", "2", *output], [*NAMES, "--workers", "2", *output]
    commands = []
    for name in NAMES:
        done = f"{folder}/{name}.ipynb"
        run = ["papermill", f"notebooks/{name}.ipynb", done, "--cwd", "notebooks", "--no-progress-bar"]
        commands += [[*python, *run], [*python, "nbconvert", "--to", "html", done]]
    nbval = [[*python, "pytest", "-q", "-p", "no:cacheprovider", "--nbval", "notebooks"]]
    both = {"render": ASKED, "usual": USUAL}
    return {
        "one report": {way: ([[*render, NAMES[0], *output]], env) for way, env in both.items()},
        "five reports": {
            "render": ([[*render, *five]], ASKED),
            "usual": ([[*render, *five]], USUAL),
            "pool": ([[sys.executable, "-c", POOL, folder, *NAMES]], {}),
            "commands": (commands, {}),
        },
        "the batch": {way: ([[*render, *batch]], env) for way, env in both.items()},
        "nbval": {"forked": (nbval, FORKED), "usual": (nbval, {})},
    }


def measure(commands: list[list[str]], more: dict[str, str]) -> float:
    """Return the seconds that some commands take."""
    begin = time.perf_counter()
    for command in commands:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(command, cwd=ROOT, env={**os.environ, **more}, check=True, **quiet)  # type: ignore[call-overload]
    return time.perf_counter() - begin


def main(rounds: int) -> None:
    """Print for each task the seconds of each way and how often the first goes into it, then all as JSON."""
    runs: dict[str, dict[str, list[float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(rounds):
            for task, ways in list_ways(folder).items():
                for way, (commands, more) in ways.items():
                    runs.setdefault(task, {}).setdefault(way, []).append(measure(commands, more))
    for task, found in runs.items():
        medians = {way: statistics.median(spent) for way, spent in found.items()}
        first = next(iter(medians.values()))
        for way, seconds in medians.items():
            print(f"{task:12}  {way:8} {seconds:7.2f} s  {seconds / first:5.2f} x")
    print(json.dumps(runs))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
