"""Time reports against other ways to make them: `make bench`, or `python benchmarks/render.py [ROUNDS [TASK]...]`.

Each way is a command of its own, cold; the rounds are interleaved, and the median counts. `render` is this suite,
`ordinary` the same with ordinary kernels, `pool` two processes that call papermill and keep an exporter, `commands`
papermill and nbconvert by command line, a report at a time, `limit` what no kernel can beat: the code of the notebooks
run in two warm processes, with the same pictures and the same pages.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NAMES = ("01-trade", "02-visits", "03-agreements", "04-rupture-and-rekindling", "08-tables")
SETS = (
    *({}, {"first_year": "1995"}, {"first_year": "2000"}, {"first_year": "2008"}),
    *({"last_year": "2010"}, {"last_year": "2016"}, {"certainty": "asserted"}, {"certainty": "reported"}),
)
POOL = """
import json, sys
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path
import nbconvert, papermill
exporter = cache(nbconvert.HTMLExporter)
def make(job):
    number, (name, values), folder = job
    values = {key: int(value) if value.isdigit() else value for key, value in values.items()}
    source, done = f"notebooks/{name}.ipynb", f"{folder}/{number}.ipynb"
    notebook = papermill.execute_notebook(source, done, values, progress_bar=False, cwd="notebooks")
    Path(folder, f"{number}.html").write_text(exporter().from_notebook_node(notebook)[0])
if __name__ == "__main__":
    jobs = [(number, job, sys.argv[1]) for number, job in enumerate(json.loads(sys.argv[2]))]
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(make, jobs))
"""
LIMIT = """
import json, os, sys, time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from nbformat import v4
import seaborn, matplotlib.pyplot as plt
import analysis as an, analysis.findings, analysis.display
from analysis.render import prepare_notebook, read_notebook, clean_notebook
from analysis.record import record_report, write_record
from analysis.report import write_page, write_whole
from analysis.dossier import load_dossier
from analysis.schema import DEFAULT
def make(job):
    number, (name, values), folder = job
    notebook, shell = prepare_notebook(read_notebook(Path(f"{name}.ipynb")), {}), InteractiveShell.instance()
    shell.reset(new_session=True)
    values = {key: int(value) if value.isdigit() else value for key, value in values.items()}
    for cell in [cell for cell in notebook.cells if cell.cell_type == "code"]:
        with capture_output() as said:
            result = shell.run_cell(cell.source, store_history=False)
        result.raise_error()
        if "parameters" in cell.metadata.get("tags", []):
            shell.user_ns.update(values)
        cell.metadata.pop("state", None)
        cell.outputs = [v4.new_output("display_data", one.data) for one in said.outputs]
    plt.close("all")
    html = write_page(clean_notebook(notebook), load_dossier(), parameters=values)
    write_whole(Path(folder, f"{number}.html"), html)
    write_whole(Path(folder, f"{number}.json"), write_record(record_report(html, notebook, DEFAULT)))
if __name__ == "__main__":
    from limit import make  # a shell takes the place of __main__
    folder, wanted = sys.argv[1], json.loads(sys.argv[2])
    os.chdir("notebooks")
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(make, [("warm", wanted[0], folder)] * 4))
        begin = time.perf_counter()
        list(pool.map(make, [(number, job, folder) for number, job in enumerate(wanted)]))
        print(time.perf_counter() - begin)
"""
USUAL, FORKED = {"FORKKERNEL": "0"}, {"JUPYTER_DEFAULT_PROVISIONER_NAME": "forkkernel"}
PRELOAD = {"FORKKERNEL_PRELOAD": "analysis.findings,analysis.display,seaborn"}
Way = Callable[[], float]


def list_jobs(names: tuple[str, ...], sets: tuple[dict[str, str], ...]) -> list[tuple[str, dict[str, str]]]:
    """Return notebook and parameters of each report."""
    return [(name, values) for values in sets for name in names]


def measure(*commands: list[str], more: dict[str, str] | None = None) -> float:
    """Return the seconds that some commands take, one after the other."""
    begin = time.perf_counter()
    for command in commands:
        subprocess.run(command, cwd=ROOT, env={**os.environ, **(more or {})}, check=True, capture_output=True)
    return time.perf_counter() - begin


def render(folder: str, task: str, jobs: list[tuple[str, dict[str, str]]], *options: str) -> list[str]:
    """Return the command that renders the reports of a task, through a batch file."""
    path = Path(folder) / f"{task}.yml"
    entries = [{"notebook": str(ROOT / "notebooks" / name), "parameters": values} for name, values in jobs]
    path.write_text(json.dumps({"reports": entries}), encoding="utf-8")
    output = str(Path(folder) / task)
    return [sys.executable, "-m", "analysis", "render", "--batch", str(path), "--output", output, *options]


def convert(folder: str, jobs: list[tuple[str, dict[str, str]]]) -> list[list[str]]:
    """Return the commands of papermill and nbconvert for some reports."""
    commands = []
    for number, (name, values) in enumerate(jobs):
        done = f"{folder}/{number}.ipynb"
        options = [part for key, value in values.items() for part in ("-p", key, value)]
        run = ["papermill", f"notebooks/{name}.ipynb", done, "--cwd", "notebooks", "--no-progress-bar", *options]
        commands += [[sys.executable, "-m", *run], [sys.executable, "-m", "nbconvert", "--to", "html", done]]
    return commands


def run_script(folder: str, name: str, text: str, jobs: list[tuple[str, dict[str, str]]]) -> list[str]:
    """Return the command of a script above; it lies in a file, as its processes need."""
    path = Path(folder) / f"{name}.py"
    path.write_text(text, encoding="utf-8")
    return [sys.executable, str(path), folder, json.dumps(jobs)]


def time_limit(folder: str, jobs: list[tuple[str, dict[str, str]]]) -> float:
    """Return the seconds of the warm processes alone."""
    command = run_script(folder, "limit", LIMIT, jobs)
    return float(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)


def list_tasks(folder: str) -> dict[str, dict[str, Way]]:
    """Return for each task its ways; the first is compared with the others."""
    few, forty = list_jobs(NAMES, SETS[:1]), list_jobs(NAMES, SETS)
    nbval = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval", "notebooks"]
    force = render(folder, "five", few, "--force"), render(folder, "forty", forty, "--force")
    return {
        "five": {
            "render": lambda: measure(force[0]),
            "ordinary": lambda: measure(force[0], more=USUAL),
            "pool": lambda: measure(run_script(folder, "pool", POOL, few)),
            "commands": lambda: measure(*convert(folder, few)),
        },
        "forty": {
            "render": lambda: measure(force[1]),
            "limit": lambda: time_limit(folder, forty),
            "pool": lambda: measure(run_script(folder, "pool", POOL, forty)),
        },
        "commands": {"render": lambda: measure(force[1]), "commands": lambda: measure(*convert(folder, forty))},
        "current": {
            "render": lambda: measure(render(folder, "current", forty)),
            "pass": lambda: measure([sys.executable, "-c", "pass"]),
        },
        "help": {
            "help": lambda: measure([sys.executable, "-m", "analysis", "--help"]),
            "pass": lambda: measure([sys.executable, "-c", "pass"]),
        },
        "nbval": {"forked": lambda: measure(nbval, more=FORKED | PRELOAD), "ordinary": lambda: measure(nbval)},
        "thousand": {
            f"{count} reports": lambda count=count: (
                measure(render(folder, f"{count}", repeat(forty, count), "--force")) / count
            )
            for count in (40, 1000)
        },
    }


def time_each(folder: str, jobs: list[tuple[str, dict[str, str]]]) -> float:
    """Return the seconds that one of many reports takes."""
    return measure(render(folder, f"many{len(jobs)}", jobs, "--force")) / len(jobs)


def repeat(jobs: list[tuple[str, dict[str, str]]], count: int) -> list[tuple[str, dict[str, str]]]:
    """Return so many jobs that write different reports: the years before the first act are no limit."""
    return [(jobs[n % len(jobs)][0], {"first_year": str(1 + n // len(NAMES))}) for n in range(count)]


def main(rounds: str = "5", *chosen: str) -> None:
    """Print for each task the seconds of each way and how often the first goes into it; write all as JSON."""
    runs: dict[str, dict[str, list[float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        tasks = {task: ways for task, ways in list_tasks(folder).items() if task in (chosen or ("five", "forty"))}
        if "current" in tasks:
            measure(render(folder, "current", list_jobs(NAMES, SETS)))
        for _ in range(int(rounds)):
            for task, ways in tasks.items():
                for way, act in ways.items():
                    runs.setdefault(task, {}).setdefault(way, []).append(act())
    for task, found in runs.items():
        medians = {way: statistics.median(spent) for way, spent in found.items()}
        first = next(iter(medians.values()))
        for way, seconds in medians.items():
            print(f"{task:9} {way:14} {seconds:8.3f} s  {seconds / first:6.2f} x")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(f"largest process: {peak / 1024:.0f} MB")
    (ROOT / "benchmarks" / "render.json").write_text(json.dumps(runs, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
