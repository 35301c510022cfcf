"""What is up to date is skipped, and nothing else: real commands, real kernels, two small notebooks."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from copies import INVENTED, change
from test_forkkernel import is_running, list_children, wait_until
from torture import make_project, read_whole

from analysis import state
from analysis.batch import plan_batch, plan_job, run_job
from analysis.state import SEAL, Job, describe_inputs, describe_run, list_stale

HEAVY = {"pandas", "numpy", "matplotlib", "nbformat", "papermill", "nbclient", "IPython", "bs4", "frictionless"}
PROBE = """
import json, sys
from analysis.__main__ import run
try:
    run()
finally:
    print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def command(batch: Path, *options: str) -> subprocess.CompletedProcess[str]:
    words = ["render", "--batch", str(batch), "--output", str(batch.parents[1] / "out"), *options]
    return subprocess.run([sys.executable, "-c", PROBE, *words], capture_output=True, text=True, check=False)


def list_done(done: subprocess.CompletedProcess[str]) -> list[str]:
    """Return the reports that a run has made, from its plain lines."""
    assert done.returncode == 0, done.stderr
    return [line.split()[1].removesuffix(":") for line in done.stderr.splitlines() if line.endswith(": done")]


@pytest.fixture
def batch(tmp_path: Path) -> Path:
    return make_project(tmp_path, "word")


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose reports are made; a copy of it elsewhere is as much up to date."""
    folder = tmp_path_factory.mktemp("made") / "project"
    folder.mkdir()
    assert list_done(command(make_project(folder, "word"))) == ["a", "b"]
    return folder


def test_a_second_run_makes_nothing_and_imports_next_to_nothing(batch: Path) -> None:
    assert list_done(command(batch)) == ["a", "b"]
    before = {path: path.stat().st_mtime_ns for path in (batch.parents[1] / "out").iterdir()}
    done = command(batch)
    said, modules = done.stdout.splitlines()
    assert said.startswith("Up to date. Open ")
    assert set(json.loads(modules)) & HEAVY == set()
    assert {path: path.stat().st_mtime_ns for path in (batch.parents[1] / "out").iterdir()} == before
    assert list_done(command(batch, "--force")) == ["a", "b"]


def test_help_imports_next_to_nothing() -> None:
    done = subprocess.run([sys.executable, "-c", PROBE, "render", "--help"], capture_output=True, text=True, check=True)
    assert set(json.loads(done.stdout.splitlines()[-1])) & HEAVY == set()


def slow_down(path: Path, seconds: int) -> None:
    text = path.read_text(encoding="utf-8").replace("print(", f"import time; time.sleep({seconds}); print(")
    path.write_text(text, encoding="utf-8")


def is_current(job: Job) -> bool:
    return not list_stale([job])


def edit(path: Path) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace("'word'", "'ward'"), encoding="utf-8")


@pytest.mark.parametrize(
    ("break_it", "made"),
    [
        (lambda folder: edit(folder / "notebooks" / "a.ipynb"), ["a"]),
        (lambda folder: (folder / "out" / "b.html").unlink(), ["b"]),
        (lambda folder: (folder / "out" / "b.html").write_text("edited by hand", encoding="utf-8"), ["b"]),
        (lambda folder: (folder / "out" / "a.json").unlink(), ["a"]),
        (lambda folder: (folder / "out" / "a.state.json").write_text('{"state": "comp', encoding="utf-8"), ["a"]),
        (lambda folder: (folder / "out" / "index.html").unlink(), []),
        (lambda folder: (folder / "out" / SEAL).unlink(), []),
        (lambda folder: shutil.copy(folder / "out" / "a.html", folder / "out" / "c.html"), []),
    ],
)
def test_what_has_changed_is_made_again_and_the_index_with_it(
    made_once: Path, tmp_path: Path, break_it: Callable[[Path], object], made: list[str]
) -> None:
    folder = shutil.copytree(made_once, tmp_path / "copy")
    whole = read_whole(folder / "out")
    break_it(folder)
    done = command(folder / "reports" / "batch.yml")
    assert list_done(done) == made
    assert f"{2 - len(made)} of 2 reports are up to date." in done.stderr
    found = read_whole(folder / "out")
    assert "index.html" in found
    same = [name for name in whole if name[0] in "ab" and found[name] == whole[name]]
    assert len(same) == (2 if b"ward" in found["a.html"] else 4)


def take_dossier(notebook: Path) -> None:
    source = notebook.read_text(encoding="utf-8").replace("first_year: int = 0", 'dossier: str = \\"\\"')
    notebook.write_text(source.replace("print(", "print(dossier and "), encoding="utf-8")


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """A report on a dossier of its own, made."""
    notebook = make_project(tmp_path, "word").parents[1] / "notebooks" / "a.ipynb"
    take_dossier(notebook)
    shutil.copytree(INVENTED, tmp_path / "dossier")
    job = plan_job(notebook, tmp_path / "out", {"dossier": str(tmp_path / "dossier")})
    assert run_job(job).error == ""
    return job


def test_report_rests_on_code_lock_packages_parameters_and_dossier(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_current(job)
    assert not is_current(replace(job, parameters={**job.parameters, "x": 1}))
    code = state.describe_code()
    for name in ("library", "lock", "packages"):
        with monkeypatch.context() as other:
            other.setattr(state, "describe_code", lambda name=name: {**code, name: "another"})
            assert not is_current(job)
    assert is_current(job)
    change(job.dossier, "trade.csv", 2, note="another")
    assert not is_current(job)


def test_report_does_not_rest_on_what_the_dossier_does_not_name(job: Job) -> None:
    (job.dossier / "notes.txt").write_text("mine", encoding="utf-8")
    assert is_current(job)
    (job.dossier / "datapackage.json").write_text("{", encoding="utf-8")
    assert not is_current(job)


def test_state_of_a_failure_says_how_it_went(tmp_path: Path) -> None:
    said = describe_run(describe_inputs(Job(Path("a.ipynb"), tmp_path, {})), {}, 1.26, "cell 2")
    assert (said["state"], said["error"], said["seconds"]) == ("failed", "cell 2", 1.3)
    assert {"pandas", "matplotlib", "nbconvert"} <= set(said["packages"])


def test_failed_report_is_never_up_to_date(job: Job) -> None:
    change(job.dossier, "trade.csv", 2, value="x")
    assert run_job(job).error
    assert not is_current(job)


def test_code_is_read_from_every_file_of_the_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = shutil.copytree(state.LIBRARY.parent, tmp_path / "src") / "analysis"
    before = state.describe_code()["library"]
    monkeypatch.setattr(state, "LIBRARY", library)
    assert state.describe_code.__wrapped__()["library"] == before
    for path in [next(iter(sorted(library.rglob(f"*.{ending}")))) for ending in ("py", "pyi", "j2", "css")]:
        path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
        after = state.describe_code.__wrapped__()["library"]
        assert after != before
        before = after
    for move in (lambda: path.rename(path.with_name("new.css")), (library.parent / "forkkernel" / "engine.py").unlink):
        move()
        assert state.describe_code.__wrapped__()["library"] != before
        before = state.describe_code.__wrapped__()["library"]


def test_packages_are_all_that_the_project_needs() -> None:
    project = tomllib.loads((state.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = {re.split(r"[<>=~\[; ]", line)[0].lower() for line in project["dependencies"]}
    assert needed <= set(state.PACKAGES)
    assert all(state.describe_code()["packages"].values())


@pytest.mark.parametrize(
    "schema",
    [
        "[" * 200_000,
        '{"resources": [{"path": "a\\u0000.csv"}]}',
        '{"resources": [{"path": "../x.csv"}]}',
        '{"resources": [5]}',
    ],
)
def test_a_faulty_schema_is_left_to_its_report(tmp_path: Path, schema: str) -> None:
    (tmp_path / "datapackage.json").write_text(schema, encoding="utf-8")
    assert state.list_files(tmp_path) == [tmp_path / "datapackage.json"]


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "trade.csv")
    assert state.digest_files([tmp_path / "trade.csv"]) == state.digest_files([tmp_path / "nothing"])


def test_an_edit_during_a_run_is_seen_by_the_next(batch: Path) -> None:
    folder = batch.parents[1]
    (folder / "notebooks" / "b.ipynb").write_text(
        (folder / "notebooks" / "b.ipynb")
        .read_text(encoding="utf-8")
        .replace("print(", "import time; time.sleep(4); print("),
        encoding="utf-8",
    )
    words = [sys.executable, "-m", "analysis", "render", "--batch", str(batch), "--output", str(folder / "out")]
    with subprocess.Popen([*words, "--workers", "1"], stderr=subprocess.PIPE, text=True) as run:
        assert run.stderr
        assert run.stderr.readline() == "1/2 a: done\n"
        edit(folder / "notebooks" / "a.ipynb")
        assert run.communicate(timeout=60)[1] == "2/2 b: done\n"
    assert list_done(command(batch)) == ["a"]


def test_an_edit_is_seen_through_a_link(batch: Path) -> None:
    folder = batch.parents[1]
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "out").symlink_to(folder / "deep" / "er")
    assert list_done(command(batch)) == ["a", "b"]
    assert command(batch).stdout.startswith("Up to date.")
    edit(folder / "notebooks" / "a.ipynb")
    assert list_done(command(batch)) == ["a"]


def test_a_batch_of_nothing_ends_well(batch: Path) -> None:
    batch.write_text("reports: []\n", encoding="utf-8")
    assert list_done(command(batch)) == []


def test_workers_end_with_the_command_that_is_killed(batch: Path) -> None:
    for path in (batch.parents[1] / "notebooks").iterdir():
        path.write_text(
            path.read_text(encoding="utf-8").replace("print(", "import time; time.sleep(30); print("), encoding="utf-8"
        )
    words = [sys.executable, "-m", "analysis", "render", "--batch", str(batch), "--workers", "2"]
    run = subprocess.Popen([*words, "--output", str(batch.parents[1] / "out")], stderr=subprocess.DEVNULL)
    try:
        assert wait_until(lambda: len(list_children(run.pid)) >= 4)  # two workers and their kernels
    finally:
        children = list_children(run.pid)
        run.kill()
        run.wait()
    assert wait_until(lambda: not any(map(is_running, children)))


def test_a_new_dossier_under_a_pattern_is_seen(batch: Path) -> None:
    folder = batch.parents[1]
    notebook = folder / "notebooks" / "a.ipynb"
    take_dossier(notebook)
    pattern = json.dumps(str(folder / "dossiers" / "*"))
    batch.write_text(f"reports:\n- notebook: a\n  each:\n    dossier: {pattern}\n", encoding="utf-8")
    shutil.copytree(INVENTED, folder / "dossiers" / "one")
    assert len(list_done(command(batch))) == 1
    (folder / "dossiers" / "two").mkdir()
    assert "Up to date." in command(batch).stdout
    shutil.copytree(INVENTED, folder / "dossiers" / "two", dirs_exist_ok=True)
    done = command(batch)
    assert len(list_done(done)) == 1
    assert "1 of 2 reports are up to date." in done.stderr


def test_interrupted_batch_leaves_whole_reports_and_the_next_run_goes_on(tmp_path: Path) -> None:
    batch = make_project(tmp_path, "word")
    text = (tmp_path / "notebooks" / "a.ipynb").read_text(encoding="utf-8")
    names = [f"n{number}" for number in range(12)]
    for name in names:
        (tmp_path / "notebooks" / f"{name}.ipynb").write_text(text, encoding="utf-8")
    batch.write_text("reports:\n" + "".join(f"- notebook: {name}\n" for name in names), encoding="utf-8")
    words = [sys.executable, "-m", "analysis", "render", "--batch", str(batch), "--workers", "2"]
    run = subprocess.Popen(
        [*words, "--output", str(tmp_path / "out")], stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        assert run.stderr
        assert run.stderr.readline().endswith(": done\n")
        os.killpg(run.pid, signal.SIGINT)  # as a terminal does: to all processes of the command
        said = run.communicate(timeout=60)[1]
    finally:
        run.kill()
    assert run.returncode == 130
    assert said.rstrip().endswith("the next run goes on from there.")
    assert "Traceback" not in said
    pages = {path.stem for path in (tmp_path / "out").glob("n*.html")}
    assert 0 < len(pages) < 12
    assert not list((tmp_path / "out").glob(".*"))
    done = command(batch)
    assert set(list_done(done)) == set(names) - pages
    assert f"{len(pages)} of 12 reports are up to date." in done.stderr


def test_batch_takes_a_grid_over_actors(batch: Path) -> None:
    notebook = batch.parents[1] / "notebooks" / "a.ipynb"
    source = notebook.read_text(encoding="utf-8").replace("first_year: int = 0", 'actor: str = \\"\\"')
    notebook.write_text(source.replace("print('word' * 1000)", "print(actor)"), encoding="utf-8")
    text = "reports:\n- notebook: a\n  each:\n    actor: {}\n"
    batch.write_text(text.format("actors"), encoding="utf-8")
    found = [job.parameters["actor"] for job in plan_batch(batch, Path("out"))]
    assert {"IRN", "TJK"} <= set(found)
    assert len(found) == len(set(found)) > 2
    batch.write_text(text.format("everybody"), encoding="utf-8")
    done = command(batch)
    assert done.returncode == 1
    assert "expected a list, 'periods' or 'actors', found 'everybody'" in done.stderr


def test_a_run_of_few_reports_is_told_line_by_line(batch: Path) -> None:
    edit_me = batch.parents[1] / "notebooks" / "b.ipynb"
    edit_me.write_text(edit_me.read_text(encoding="utf-8").replace("print(", "1 / 0, print("), encoding="utf-8")
    done = command(batch)
    assert done.returncode == 1
    assert done.stderr.splitlines()[:2] == ["1/2 a: done", "2/2 b: failed"]
