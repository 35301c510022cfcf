"""Reports made by a cluster: real workers in other folders, one of them killed, and the same bytes as made here."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from copies import INVENTED, change
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
    """Two workers, each a process in a folder of its own."""
    folder = tmp_path_factory.mktemp("workers")
    quiet = {"dashboard_address": None, "silence_logs": 50, "local_directory": str(folder)}
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, **quiet) as cluster:
        with distributed.Client(cluster, set_as_default=False) as client:
            client.run(lambda: os.chdir(os.environ.get("TMPDIR", "/tmp")))
        yield cluster


def test_cluster_gives_the_same_bytes_as_this_machine(cluster: Any, tmp_path: Path) -> None:
    """Of this article, of a dossier that lies in the project and of one elsewhere, and of one with a fault."""
    elsewhere, faulty = (shutil.copytree(INVENTED, tmp_path / name) for name in ("elsewhere & more", "faulty"))
    change(faulty, "trade.csv", 2, value="x")
    notebooks = ROOT / "notebooks"
    wanted = [
        ("01-trade", {"first_year": "2015"}),
        ("07-explore", {"dossier": str(INVENTED)}),
        ("07-explore", {"dossier": str(elsewhere)}),
        ("08-tables", {"dossier": str(faulty)}),
    ]
    jobs = [plan_job(notebooks / f"{name}.ipynb", tmp_path / "here", given) for name, given in wanted]
    here = list(run_jobs(jobs, workers=2))
    away = [replace(job, output=tmp_path / "away" / job.output.name) for job in jobs]
    there = list(run_remote(away, cluster.scheduler_address))
    assert [report.error for report in there] == [report.error for report in here]
    assert [bool(report.error) for report in there] == [False, False, False, True]
    assert read_whole(tmp_path / "away") == read_whole(tmp_path / "here")
    assert all(map(state.is_current, away[:-1]))
    assert not [page for page in read_whole(tmp_path / "away").values() if str(tmp_path).encode() in page]


def test_cluster_brings_every_report_once_though_a_worker_is_killed(cluster: Any, tmp_path: Path) -> None:
    notebook = make_project(tmp_path, "word").parents[1] / "notebooks" / "a.ipynb"
    jobs = [Job(notebook, tmp_path / "out" / f"n{number}.html", {}) for number in range(8)]
    with distributed.Client(cluster, set_as_default=False) as client:
        first, *_ = client.run(os.getpid).values()
    found = []
    for report in run_remote(jobs, cluster.scheduler_address):
        found.append(report.output.name)
        if len(found) == 1:
            os.kill(first, signal.SIGKILL)
        assert report.error == ""
    assert found == [job.output.name for job in jobs]
    pages = {job.output.read_bytes() for job in jobs}
    assert len(pages) == 1


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
    for name in ("library", "packages"):
        with monkeypatch.context() as other:
            other.setitem(state.CODE, name, "another")
            with pytest.raises(ClusterError, match=f"another {name} than this machine"):
                make_parcel(parcel)
    with pytest.raises(ClusterError, match="another dossier than this machine"):
        make_parcel(replace(parcel, inputs={**parcel.inputs, "dossier": "another"}))


def test_no_cluster_is_told_in_words(tmp_path: Path) -> None:
    job = Job(ROOT / "notebooks" / "01-trade.ipynb", tmp_path / "a.html", {})
    with pytest.raises(ClusterError, match="expected a Dask scheduler at 'nowhere', found none"):
        list(run_remote([job], "nowhere"))
