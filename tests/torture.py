"""Long trials, run once and reported, not in CI: `make torture`. CI has ten of the kills and a little of the rest."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from nbformat import v4, write

TESTS = Path(__file__).parent
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


def start_many(count: int, *, workers: int) -> list[str]:
    """Render so many small reports at once; return the errors: no two kernels may fight for a port."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        batch = make_project(folder, "word")
        text = (folder / "notebooks" / "a.ipynb").read_text(encoding="utf-8")
        names = [f"n{number}" for number in range(count)]
        for each in names:
            (folder / "notebooks" / f"{each}.ipynb").write_text(text, encoding="utf-8")
        batch.write_text("reports:\n" + "".join(f"- notebook: {each}\n" for each in names), encoding="utf-8")
        done = start(batch, folder / "out", workers).wait()
        made = {path.stem for path in (folder / "out").glob("n*.html")}
        return [each for each in names if each not in made] + [f"exit status {done}"] * bool(done)


def fuzz(minutes: float) -> list[str]:
    """Give each kind of random input so many minutes; return what was found."""
    found = []
    for kind in ("csv", "dates", "parameters"):
        end = time.monotonic() + 60 * minutes
        while time.monotonic() < end:
            command = [sys.executable, "-m", "pytest", "-q", str(TESTS / "test_fuzz.py"), "-k", kind]
            options = ["--hypothesis-profile=torture", "-p", "no:cacheprovider"]
            done = subprocess.run([*command, *options], cwd=TESTS.parent, capture_output=True, text=True, check=False)
            found += [done.stdout[-4000:]] * bool(done.returncode)
    return found


def mutate() -> list[str]:
    """Change loader, dates and metrics in 150 drawn ways of those that mutmut knows; return the changes no test saw.

    All of them, over 7,000, would take days: one that survives is tried by some hundred tests that load a dossier each.
    """
    tool = [sys.executable, "-m", "mutmut", "run"]
    run = partial(subprocess.run, cwd=TESTS.parent, check=True)
    run([sys.executable, "-m", "pip", "install", "-qq", "mutmut==3.8.1"])
    run([*tool, "analysis.dates.x_describe_date__mutmut_1"])  # all changes are written before this one is tried

    def read_results() -> dict[str, int]:
        files = sorted((TESTS.parent / "mutants").rglob("*.meta"))
        found = [json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"] for path in files]
        return {name: code for codes in found for name, code in codes.items()}

    drawn = random.Random(2026).sample(sorted(read_results()), 150)
    run([*tool, *drawn])
    results = read_results()
    return [name for name in drawn if results[name] in (0, 5, 33)]  # survived, or no test reaches it


def cover() -> list[str]:
    """Run every test but nbval with branch coverage, kernels included; return the modules below 95 %."""
    subprocess.run([sys.executable, "-m", "pip", "install", "-qq", "coverage>=7.10,<8"], check=True)
    with tempfile.TemporaryDirectory() as folder:
        settings = Path(folder) / "coverage.toml"
        wish = {"branch": True, "source": ["analysis"], "parallel": True, "patch": ["subprocess"], "sigterm": True}
        rows = [f"{name} = {json.dumps(value)}" for name, value in {**wish, "data_file": f"{folder}/data"}.items()]
        settings.write_text("\n".join(["[tool.coverage.run]", *rows]), encoding="utf-8")
        tool = [sys.executable, "-m", "coverage"]
        given = ["--rcfile", str(settings)]
        tests = ["-m", "pytest", "-q", "--numprocesses=logical", "--dist=loadfile"]
        for words in (["run", *given, *tests], ["combine", "--quiet", *given], ["report", *given, "--include=src/*"]):
            done = subprocess.run([*tool, *words], cwd=TESTS.parent, capture_output=True, text=True, check=False)
            print(done.stdout)
        rows = [line.split() for line in done.stdout.splitlines() if line.endswith("%")]
        return [f"{row[0]}: {row[-1]}" for row in rows if int(row[-1].rstrip("%")) < 95]


TRIALS = {
    "kills": lambda: [loss for workers in (1, 3) for loss in kill_batches(100, seed=workers, workers=workers)],
    "starts": lambda: [loss for _ in range(10) for loss in start_many(40, workers=8)],
    "fuzz": lambda: fuzz(10),
    "coverage": cover,
    "mutants": mutate,
}

if __name__ == "__main__":
    names = sys.argv[1:] or list(TRIALS)
    if unknown := set(names) - set(TRIALS):
        sys.exit(f"TRIAL: expected one of {', '.join(TRIALS)}, found {', '.join(sorted(unknown))}")
    results = {name: TRIALS[name]() for name in names}
    for name, losses in results.items():
        print(f"{name}: {len(losses)} found", *losses, sep="\n  ")
    sys.exit(any(results.values()))
