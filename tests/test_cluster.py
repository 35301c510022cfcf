"""Reports made by a cluster: real workers in other folders, one of them killed, and the same bytes as made here."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from copies import INVENTED, change
from test_forkkernel import wait_until
from torture import make_project, read_whole

from analysis import state
from analysis.batch import plan_job, run_jobs
from analysis.cluster import make_parcel, pack_job, run_remote
from analysis.errors import ClusterError
from analysis.state import ROOT, Job

distributed = pytest.importorskip("distributed")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Two workers, each a process that runs in a folder of its own, also after a restart."""
    folder = tmp_path_factory.mktemp("workers")
    script = folder / "go_elsewhere.py"
    script.write_text(f"import os, tempfile\nos.chdir(tempfile.mkdtemp(dir={str(folder)!r}))\n", encoding="utf-8")
    quiet = {"dashboard_address": None, "silence_logs": 50, "local_directory": str(folder), "preload": [str(script)]}
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, **quiet) as cluster:
        with distributed.Client(cluster, set_as_default=False) as client:
            places = client.run(os.getcwd).values()
        assert len({*places, os.getcwd()}) == 3
        yield cluster


def test_cluster_gives_the_same_bytes_as_this_machine(
    cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of this article, of a dossier that lies in the project and of one elsewhere, of one with a fault and of none."""
    elsewhere, faulty = (shutil.copytree(INVENTED, tmp_path / name) for name in ("elsewhere & more", "faulty"))
    monkeypatch.chdir(tmp_path)
    change(faulty, "trade.csv", 2, value="x")
    notebooks = ROOT / "notebooks"
    wanted = [
        ("01-trade", {"first_year": "2015"}),
        ("08-tables", {"dossier": os.path.relpath(ROOT / "data")}),
        ("07-explore", {"dossier": str(INVENTED)}),
        ("07-explore", {"dossier": str(elsewhere)}),
        ("08-tables", {"dossier": faulty.name}),
        ("08-tables", {"dossier": "nowhere"}),
    ]
    jobs = [plan_job(notebooks / f"{name}.ipynb", tmp_path / "here", given) for name, given in wanted]
    here = list(run_jobs(jobs, workers=2))
    away = [replace(job, output=tmp_path / "away" / job.output.name) for job in jobs]
    there = list(run_remote(away, cluster.scheduler_address))
    assert {report.output.name: report.error for report in there} == {r.output.name: r.error for r in here}
    assert [bool(report.error) for report in here] == [False] * 4 + [True] * 2
    assert read_whole(tmp_path / "away") == read_whole(tmp_path / "here")
    assert state.list_stale(away) == away[-2:]
    assert not [page for page in read_whole(tmp_path / "away").values() if str(tmp_path).encode() in page]


def find_busy(log: Path, since: Counter[str]) -> list[int]:
    """The workers with a cell that has begun since then and not ended: each tells its number at both."""
    told = Counter(log.read_text(encoding="utf-8").split())
    return [int(pid) for pid, count in told.items() if count % 2 and count > since[pid]]


def test_cluster_brings_every_report_once_though_a_worker_is_killed(cluster: Any, tmp_path: Path) -> None:
    notebook = make_project(tmp_path, "word").parents[1] / "notebooks" / "a.ipynb"
    source = notebook.read_text(encoding="utf-8")
    log = tmp_path / "log"
    tell = f"open({str(log)!r}, 'a').write(os.environ['JPY_PARENT_PID'] + ' ')"
    slow = f"import os, time; {tell}; time.sleep(2); {tell}; print(first_year, "
    notebook.write_text(source.replace("print(", slow), encoding="utf-8")
    jobs = [Job(notebook, tmp_path / "out" / f"n{year}.html", {"first_year": year}) for year in range(8)]
    with distributed.Client(cluster, set_as_default=False) as client:
        before = client.run(os.getpid)
        found = []
        for report in run_remote(jobs, cluster.scheduler_address):
            found.append(report.output.name)
            if len(found) == 1:
                now = Counter(log.read_text(encoding="utf-8").split())
                assert wait_until(lambda since=now: find_busy(log, since))
                os.kill(find_busy(log, now)[0], signal.SIGKILL)
            assert report.error == ""
        assert len(set(client.run(os.getpid).values()) - set(before.values())) == 1
    assert found == [job.output.name for job in jobs]
    assert len(find_busy(log, Counter())) == 1  # what was begun there was never ended, and begun again elsewhere
    pages = {job.output.read_bytes() for job in jobs}
    assert len(pages) == len(jobs)


def test_command_renders_on_a_cluster(cluster: Any, tmp_path: Path) -> None:
    batch = make_project(tmp_path, "word")
    words = ["render", "--batch", str(batch), "--output", str(tmp_path / "out"), "--dask", cluster.scheduler_address]
    runs = [
        subprocess.run([sys.executable, "-m", "analysis", *words], capture_output=True, text=True, check=False)
        for _ in range(2)
    ]
    assert [run.returncode for run in runs] == [0, 0], runs[0].stderr
    assert runs[0].stderr.splitlines()[-2:] == ["1/2 a: done", "2/2 b: done"]
    assert runs[1].stdout.startswith("Up to date.")


def test_worker_with_another_project_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parcel = pack_job(Job(ROOT / "notebooks" / "01-trade.ipynb", tmp_path / "a.html", {}))
    code = state.describe_code()
    for name in ("library", "packages"):
        with monkeypatch.context() as other:
            other.setattr(state, "describe_code", lambda name=name: {**code, name: "another"})
            with pytest.raises(ClusterError, match=f"another {name} than this machine"):
                make_parcel(parcel)
    with pytest.raises(ClusterError, match="another dossier than this machine"):
        make_parcel(replace(parcel, inputs={**parcel.inputs, "dossier": "another"}))


def test_worker_writes_nowhere_else(tmp_path: Path) -> None:
    parcel = pack_job(Job(ROOT / "notebooks" / "08-tables.ipynb", tmp_path / "a.html", {"dossier": str(INVENTED)}))
    bad = replace(parcel, files={**parcel.files, "../../../escape.csv": b"x"})
    with pytest.raises(ClusterError, match="would lie outside the folder of its worker"):
        make_parcel(bad)
    folder = shutil.copytree(INVENTED, tmp_path / "dossier")
    (tmp_path / "secret.csv").write_text("x", encoding="utf-8")
    (folder / "trade.csv").unlink()
    (folder / "trade.csv").symlink_to(tmp_path / "secret.csv")
    packed = pack_job(Job(ROOT / "notebooks" / "08-tables.ipynb", tmp_path / "a.html", {"dossier": str(folder)}))
    assert not [name for name in packed.files if name.endswith("trade.csv")]


def test_no_cluster_is_told_in_words(tmp_path: Path) -> None:
    job = Job(ROOT / "notebooks" / "01-trade.ipynb", tmp_path / "a.html", {})
    with pytest.raises(ClusterError, match="expected a Dask scheduler at 'nowhere', found none"):
        list(run_remote([job], "nowhere"))
