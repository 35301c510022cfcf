"""Rendering: real kernels, real pages; what fails costs nothing that worked."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner
from nbformat import v4

from analysis.__main__ import main
from analysis.batch import Job, plan_batch, plan_job, run_jobs
from analysis.errors import ParameterError, RenderError
from analysis.index import write_index
from analysis.new import write_dossier
from analysis.render import (
    Limits,
    NotebookError,
    clean_notebook,
    describe_error,
    prepare_notebook,
    read_notebook,
    render_notebook,
    run_notebook,
)
from analysis.report import write_whole

ROOT = Path(__file__).parents[1]
OTHER = ROOT / "tests" / "dossier"
PAGES = sorted(path for path in (ROOT / "reports").glob("*.html") if ".failed" not in path.name)
PARAMETERS = 'first_year: int = 0\ndossier: str = ""'


def write_notebook(path: Path, *sources: str, parameters: str = PARAMETERS) -> Path:
    """A notebook with a title, parameters, and one code cell a source."""
    first = v4.new_code_cell(parameters, metadata={"tags": ["parameters"]})
    cells = [v4.new_markdown_cell("# What holds?"), first, *map(v4.new_code_cell, sources)]
    nbformat.write(v4.new_notebook(cells=cells), path)
    return path


def test_render_notebook_writes_a_page_with_sources(tmp_path: Path) -> None:
    source = "from IPython.display import Markdown\nMarkdown('[40](#rows-T1) million')"
    report = render_notebook(write_notebook(tmp_path / "n.ipynb", source), tmp_path / "out" / "n.html")
    page = BeautifulSoup(report.output.read_text(encoding="utf-8"), "html.parser")
    assert report.error == ""
    assert "Total trade: 40 million USD" in page.select_one("#rows-T1").get_text()
    assert "1 of 1 numbers" in page.select_one("#sources").get_text()


def test_render_notebook_failure_keeps_the_last_good_report(tmp_path: Path) -> None:
    page = tmp_path / "n.html"
    page.write_text("last good", encoding="utf-8")
    report = render_notebook(write_notebook(tmp_path / "n.ipynb", "x = 1", "1 / 0"), page)
    assert page.read_text(encoding="utf-8") == "last good"
    assert "ZeroDivisionError: division by zero" in report.error
    assert "cell 3" in report.error
    assert sorted(path.name for path in tmp_path.iterdir()) == ["n.failed.html", "n.html", "n.ipynb", "n.state.json"]


READ = "from IPython.display import Markdown\nMarkdown('[40](#rows-T1) million')"
STOPS = {
    "1 / 0": "cell 3, ZeroDivisionError: division by zero",
    "import time; time.sleep(60)": "cell 3, the cell took more than 2 seconds; --cell-timeout gives it more",
    "import os; os._exit(0)": "cell 3, the kernel died: the process was ended, or had no memory left",
    "import sys; sys.exit()": "cell 3, the notebook ended itself with sys.exit()",
    "import sys; sys.exit(1)": "cell 3, the notebook ended itself with sys.exit()",
    "def broken(:": "cell 3, SyntaxError: invalid syntax",
}


@pytest.mark.parametrize("stop", STOPS)
def test_render_notebook_failure_gives_a_page_that_says_so(tmp_path: Path, stop: str) -> None:
    notebook = write_notebook(tmp_path / "n.ipynb", READ, stop, "'never ' + 'run'")
    report = render_notebook(notebook, tmp_path / "n.html", limits=Limits(cell=2))
    page = BeautifulSoup((tmp_path / "n.failed.html").read_text(encoding="utf-8"), "html.parser")
    assert report.error.startswith(STOPS[stop])
    assert STOPS[stop] in page.select_one(".banner").get_text()
    assert page.select_one("main a[href='#rows-T1']").get_text() == "40"
    assert stop in page.select_one("#failed").get_text()
    assert page.select_one(".unrun code").get_text() == "'never ' + 'run'"
    assert "never run" not in page.get_text()
    assert "KeyboardInterrupt" not in page.get_text()
    assert not (tmp_path / "n.html").exists()


def test_render_notebook_that_ends_itself_in_its_last_cell(tmp_path: Path) -> None:
    notebook = write_notebook(tmp_path / "n.ipynb", READ, "import sys; sys.exit()")
    assert "ended itself" in render_notebook(notebook, tmp_path / "n.html").error


def test_render_notebook_failure_with_parameters_names_the_cell_as_the_notebook_counts(tmp_path: Path) -> None:
    notebook = write_notebook(tmp_path / "n.ipynb", "1 / first_year")
    report = render_notebook(notebook, tmp_path / "n.html", parameters={"first_year": 0})
    assert report.error == "cell 2, ZeroDivisionError: division by zero"


def test_render_notebook_that_takes_too_long_as_a_whole(tmp_path: Path) -> None:
    notebook = write_notebook(tmp_path / "n.ipynb", *["import time; time.sleep(1.5)"] * 9)
    report = render_notebook(notebook, tmp_path / "n.html", limits=Limits(cell=60, notebook=3))
    assert report.error.endswith("the notebook took more than 3 seconds; --timeout gives it more")


def test_render_notebook_success_removes_the_page_of_the_failure(tmp_path: Path) -> None:
    (tmp_path / "n.failed.html").write_text("failed", encoding="utf-8")
    render_notebook(write_notebook(tmp_path / "n.ipynb", "1"), tmp_path / "n.html")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["n.html", "n.ipynb", "n.json", "n.state.json"]


def test_render_notebook_with_faults_in_the_data_gives_a_page_that_lists_them(tmp_path: Path) -> None:
    folder = tmp_path / "dossier"
    shutil.copytree(OTHER, folder)
    trade = folder / "trade.csv"
    trade.write_text(trade.read_text(encoding="utf-8").replace("total", "totl"), encoding="utf-8")
    notebook = write_notebook(tmp_path / "n.ipynb", "1")
    report = render_notebook(notebook, tmp_path / "n.html", parameters={"dossier": str(folder)})
    page = BeautifulSoup((tmp_path / "n.failed.html").read_text(encoding="utf-8"), "html.parser")
    assert "trade.csv, rows 2, 3 and 5, column 'flow'" in report.error
    assert "trade.csv, rows 2, 3 and 5, column 'flow'" in page.select_one(".banner").get_text()


def test_render_notebook_with_faults_in_the_data_shows_nothing_of_an_older_run(tmp_path: Path) -> None:
    folder = shutil.copytree(OTHER, tmp_path / "dossier")
    (folder / "trade.csv").write_text("trade_id\n", encoding="utf-8")
    given = {"dossier": str(folder)}
    render_notebook(ROOT / "notebooks" / "01-trade.ipynb", tmp_path / "n.html", parameters=given)
    text = (tmp_path / "n.failed.html").read_text(encoding="utf-8")
    assert "million USD" not in text
    assert "Tajik" not in text


def test_render_notebook_goes_on_after_an_error_that_a_tag_allows(tmp_path: Path) -> None:
    notebook = read_notebook(write_notebook(tmp_path / "n.ipynb", "1 / 0", "1 + 1", "", "2 + 2"))
    notebook.cells[2].metadata["tags"] = ["raises-exception"]
    notebook.cells[3].metadata["tags"] = ["skip-execution"]
    nbformat.write(notebook, tmp_path / "n.ipynb")
    report = render_notebook(tmp_path / "n.ipynb", tmp_path / "n.html")
    text = BeautifulSoup(report.output.read_text(encoding="utf-8"), "html.parser").main.get_text()
    assert report.error == ""
    assert "division by zero" in text
    assert "4" in text


def test_render_notebook_writes_how_the_run_went(tmp_path: Path) -> None:
    for source, state in (("1", "complete"), ("1 / 0", "failed")):
        report = render_notebook(write_notebook(tmp_path / "n.ipynb", source), tmp_path / "n.html")
        written = json.loads((tmp_path / "n.state.json").read_text(encoding="utf-8"))
        assert (written["state"], written["error"]) == (state, report.error)
        assert written["seconds"] > 0


def test_render_notebook_whose_outputs_cannot_be_shown_gives_a_page_of_its_code(tmp_path: Path) -> None:
    source = "from IPython.display import display\ndisplay({'text/markdown': 5}, raw=True)"
    report = render_notebook(write_notebook(tmp_path / "n.ipynb", source), tmp_path / "n.html")
    assert report.error
    assert "text/markdown" in (tmp_path / "n.failed.html").read_text(encoding="utf-8")


def test_render_notebook_with_a_citation_of_nothing_fails(tmp_path: Path) -> None:
    source = "from IPython.display import Markdown\nMarkdown('[40](#rows-NOWHERE)')"
    report = render_notebook(write_notebook(tmp_path / "n.ipynb", source), tmp_path / "n.html")
    assert "NOWHERE" in report.error
    assert not (tmp_path / "n.html").exists()


def test_render_notebook_says_did_you_mean_before_a_kernel_starts(tmp_path: Path) -> None:
    notebook = write_notebook(tmp_path / "n.ipynb", "open('ran', 'w')")
    with pytest.raises(ParameterError, match="did you mean 'first_year'"):
        render_notebook(notebook, tmp_path / "n.html", parameters={"frist_year": 2000})
    assert not (tmp_path / "ran").exists()


def test_render_notebook_leaves_out_this_article_for_another_dossier(tmp_path: Path) -> None:
    notebook = read_notebook(write_notebook(tmp_path / "n.ipynb"))
    cell = v4.new_markdown_cell("true of one article", metadata={"tags": ["this-article"]})
    notebook.cells.append(cell)
    nbformat.write(notebook, tmp_path / "n.ipynb")
    own = str(ROOT / "data")
    for name, given, expected in (
        ("own", {}, True),
        ("named", {"dossier": own}, True),
        ("other", {"dossier": str(OTHER)}, False),
    ):
        report = render_notebook(tmp_path / "n.ipynb", tmp_path / f"{name}.html", parameters=given)
        assert ("true of one article" in report.output.read_text(encoding="utf-8")) is expected


def test_read_notebook_refuses_what_is_none(tmp_path: Path) -> None:
    (tmp_path / "n.ipynb").write_text("no json", encoding="utf-8")
    with pytest.raises(RenderError, match=r"n\.ipynb: expected a notebook"):
        read_notebook(tmp_path / "n.ipynb")


def test_plan_job_names_the_file_after_what_was_given(tmp_path: Path) -> None:
    notebook = write_notebook(tmp_path / "n.ipynb", "dossier, first_year")
    assert plan_job(notebook, tmp_path, {"first_year": "2015"}).output == tmp_path / "n-first_year-2015.html"
    names = ["../../etc", "etc", "/etc", "ایران", "عراق", "a b", "a-b", "a\\b", "..", "\x1b[31m"]
    outputs = [plan_job(notebook, tmp_path, {"dossier": name}).output for name in names]
    assert {output.parent for output in outputs} == {tmp_path}
    assert len({output.name.casefold() for output in outputs}) == len(names)  # two values never share a file
    assert all(re.fullmatch(r"n-dossier-[A-Za-z0-9-]+[.]html", output.name) for output in outputs)
    long = [plan_job(notebook, tmp_path, {"dossier": "a" * 300 + end}).output.name for end in "bc"]
    assert len(set(long)) == 2
    assert max(map(len, long)) < 70
    notebook = notebook.rename(tmp_path / f"{'n' * 190}.ipynb")
    with pytest.raises(ParameterError, match="expected values that fit into a file's name"):
        plan_job(notebook, tmp_path, {"first_year": "2015"})


def test_plan_batch_makes_one_job_a_phase() -> None:
    names = [job.output.name for job in plan_batch(ROOT / "reports" / "batch.yml", Path("out"))]
    assert names[:2] == ["00-start-here.html", "01-trade.html"]
    assert len(names) == len(set(names)) == 9 + 8
    assert "04-rupture-and-rekindling-period-PH6.html" in names


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("reports:\n- notebook: 01-trade\n  parametres: {}", "parametres"),
        ("reports:\n- notebook: 01-trade\n- notebook: 01-trade", "two reports"),
        ("reports:", "a list 'reports'"),
        ("{}", "a list 'reports'"),
        ("reports:\n- parameters: {}", "a list 'reports'"),
        ("reports: [", "expected YAML"),
        ("reports:\n- notebook: 01-trade\n  each: {certainty: all}", "'periods'"),
        ("reports:\n- notebook: 01-trade\n  each: {dossier: 'nowhere/*'}", "found none for the pattern 'nowhere/"),
    ],
)
def test_plan_batch_refuses(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "reports").mkdir()
    (tmp_path / "notebooks").mkdir()
    write_notebook(tmp_path / "notebooks" / "01-trade.ipynb")
    batch = tmp_path / "reports" / "batch.yml"
    batch.write_text(text, encoding="utf-8")
    with pytest.raises(ParameterError, match=words):
        plan_batch(batch, tmp_path)


@pytest.fixture
def many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with three dossiers, of which one is faulty, and a folder that is none; its batch file."""
    monkeypatch.chdir(tmp_path)
    for name in ("notebooks", "reports", "dossiers", "dossiers/notes"):
        (tmp_path / name).mkdir()
    for name in ("b", "broken"):
        shutil.copytree(OTHER, tmp_path / "dossiers" / name)
    (tmp_path / "dossiers" / "broken" / "periods.csv").unlink()
    write_dossier(tmp_path / "dossiers" / "a", ("KAZ", "TUR"), "Steppe & <sea>")
    source = "from analysis import load_dossier, select_rows\n"
    source += "len(select_rows(load_dossier(dossier), period=period).events)"
    parameters = 'dossier: str = ""\nperiod: str = ""'
    write_notebook(tmp_path / "notebooks" / "n.ipynb", source, parameters=parameters)
    batch = tmp_path / "reports" / "batch.yml"
    entry = '- notebook: n\n  each: {%sdossier: "dossiers/%s"}\n'
    batch.write_text("reports:\n" + entry % ("period: periods, ", "[ab]") + entry % ("", "*"), encoding="utf-8")
    return batch


def test_plan_batch_over_dossiers_takes_the_phases_of_each(many: Path) -> None:
    jobs = [dict(job.parameters) for job in plan_batch(many, Path("out"))]
    phases = [{"dossier": "dossiers/b", "period": name} for name in ("K1", "K2", "K3")]  # a has none yet
    assert jobs == [*phases, *({"dossier": f"dossiers/{name}"} for name in ("a", "b", "broken"))]


def test_plan_batch_a_faulty_dossier_stops_no_other(many: Path) -> None:
    text = many.read_text(encoding="utf-8").replace("/[ab]", "/b*")
    many.write_text(text.rpartition("- notebook")[0], encoding="utf-8")
    given = [dict(job.parameters) for job in plan_batch(many, Path("out"))]
    assert given[-1] == {"dossier": "dossiers/broken", "period": ""}  # so that it meets no report of another entry
    assert len(given) == 4


def test_a_batch_over_dossiers_has_one_index_article_by_article(many: Path) -> None:
    reports = list(run_jobs(plan_batch(many, Path("out")), workers=2))
    assert [bool(report.error) for report in reports] == [False] * 5 + [True]
    page = BeautifulSoup(write_index(Path("out")).read_text(encoding="utf-8"), "html.parser")
    assert page.select_one("h1").get_text() == "Reports on 2 articles"
    heads = [" ".join(head.get_text().split()) for head in page.select("section h3")]
    gazette = "Two Shores, One <Harbour>, The Invented Gazette, 2020-03-01"
    assert heads == ["Failed", "Steppe & <sea>, coded in part: the whole article"] + [
        f"{gazette}: {group}" for group in ("the whole article", "a part of it")
    ]
    assert [len(section.select("li h4")) for section in page.select("section")] == [1, 1, 1, 3]
    assert len({section["aria-labelledby"] for section in page.select("section")}) == 4


def test_run_jobs_goes_on_after_a_failure(tmp_path: Path) -> None:
    bad, good = (
        write_notebook(tmp_path / f"{name}.ipynb", source) for name, source in (("bad", "1 / 0"), ("good", "1"))
    )
    jobs = [Job(path, tmp_path / "out" / f"{path.stem}.html", {}) for path in (bad, good)]
    reports = list(run_jobs(jobs, workers=2))
    assert [bool(report.error) for report in reports] == [True, False]
    assert sorted(path.name for path in (tmp_path / "out").glob("*.html")) == ["bad.failed.html", "good.html"]


def test_write_whole_leaves_the_old_file_when_it_cannot_finish(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(UnicodeEncodeError):
        write_whole(path, "\ud800")
    assert path.read_text(encoding="utf-8") == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["page.html"]


def test_write_index_lists_title_finding_parameters(tmp_path: Path) -> None:
    source = "from IPython.display import Markdown\nMarkdown('It <rose> & [2.2-fold](#rows-T3+T4).')"
    notebook = read_notebook(write_notebook(tmp_path / "n.ipynb", source))
    notebook.cells[2].metadata["tags"] = ["finding"]
    nbformat.write(notebook, tmp_path / "n.ipynb")
    render_notebook(tmp_path / "n.ipynb", tmp_path / "n.html", parameters={"first_year": 2015})
    text = BeautifulSoup(write_index(tmp_path).read_text(encoding="utf-8"), "html.parser").get_text()
    for words in ("What holds?", "It <rose> & 2.2-fold.", "From 2015"):
        assert words in text


def test_command_exits_1_and_names_notebook_cell_and_error(tmp_path: Path) -> None:
    bad = write_notebook(tmp_path / "bad.ipynb", "raise ValueError('no such year')")
    result = CliRunner().invoke(main, ["render", str(bad), "--output", str(tmp_path / "out")])
    assert result.exit_code == 1
    assert "bad: cell 2, ValueError: no such year" in result.output
    assert "Failed" in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")


def test_command_validate_lists_faults_without_a_traceback(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "analysis", "validate", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "datapackage.json" in done.stderr
    assert "Traceback" not in done.stderr


def test_describe_error_without_a_cell() -> None:
    assert describe_error(TimeoutError("too long")) == "TimeoutError: too long"
    assert describe_error(MemoryError()) == "MemoryError"
    assert len(describe_error(ValueError("word " * 1000))) <= 400


@pytest.mark.parametrize("notebook", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_every_notebook_runs_on_the_invented_dyad(notebook: Path, tmp_path: Path) -> None:
    report = render_notebook(notebook, tmp_path / "page.html", parameters={"dossier": str(OTHER)})
    assert report.error == ""
    text = report.output.read_text(encoding="utf-8")
    for name in ("Tajik", "Iran", str(tmp_path), str(ROOT)):
        assert name not in text


@pytest.mark.parametrize("rows", [0, 1])
@pytest.mark.parametrize("notebook", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_every_notebook_runs_on_few_rows(notebook: Path, rows: int, tmp_path: Path) -> None:
    folder = shutil.copytree(OTHER, tmp_path / "dossier")
    for file in (folder / "trade.csv", folder / "events.csv"):
        text = file.read_text(encoding="utf-8")
        file.write_text("".join(text.splitlines(keepends=True)[: rows + 1]), encoding="utf-8")
    report = render_notebook(notebook, tmp_path / "page.html", parameters={"dossier": str(folder)})
    assert report.error == ""


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_page_asks_nothing_of_the_network(path: Path) -> None:
    page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    assert not page.find_all(["script", "link", "iframe", "object", "embed"])
    assert all(image["src"].startswith("data:") and image["alt"] for image in page.find_all("img"))
    assert "default-src 'none'" in page.find("meta", attrs={"http-equiv": True})["content"]


@pytest.mark.parametrize("path", [path for path in PAGES if path.name != "index.html"], ids=lambda path: path.stem)
def test_page_leads_every_citation_to_a_row(path: Path) -> None:
    page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    ids = [tag["id"] for tag in page.find_all(id=True)]
    assert len(ids) == len(set(ids))
    targets = {link["href"][1:] for link in page.select('a[href^="#"]')}
    assert targets <= set(ids)
    covered, total = map(int, re.search(r"(\d+) of (\d+) numbers", page.select_one("#sources").get_text()).groups())
    assert covered == total


def test_reports_have_the_committed_bytes_in_another_folder_on_another_day_with_one_and_three_workers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A day that is not today: where the clock is 14 hours ahead or 12 behind."""
    hour = datetime.now(UTC).hour
    monkeypatch.setenv("TZ", "Etc/GMT-14" if hour >= 10 else "Etc/GMT+12")
    names = ["01-trade", "02-visits", "04-rupture-and-rekindling-period-PH2"]
    jobs = [job for job in plan_batch(ROOT / "reports" / "batch.yml", tmp_path / "a b") if job.output.stem in names]
    assert [report.error for report in run_jobs(jobs, workers=3)] == [""] * 3
    last = [replace(jobs[-1], output=tmp_path / "one" / jobs[-1].output.name)]
    assert [report.error for report in run_jobs(last, workers=1)] == [""]
    assert last[0].output.read_bytes() == jobs[-1].output.read_bytes()
    for name in [name + ending for name in names for ending in (".html", ".json")]:
        assert (tmp_path / "a b" / name).read_bytes() == (ROOT / "reports" / name).read_bytes(), name


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["1-trade"], "expected a notebook, found '1-trade' (did you mean '01-trade'?)"),
        (["05"], "expected a notebook, found '05' (did you mean '05-claims-and-evidence'?)"),
        (["01-trade", "-p", "first_year=2010", "-p", "first_year=2020"], "-p: expected each name once"),
    ],
)
def test_command_asks_before_it_guesses(tmp_path: Path, words: list[str], said: str) -> None:
    result = CliRunner().invoke(main, ["render", *words, "--output", str(tmp_path / "out")])
    assert result.exit_code == 2
    assert said in result.output
    assert not (tmp_path / "out").exists()


def test_command_finds_a_notebook_by_its_name_and_leads_to_what_happened(tmp_path: Path) -> None:
    command = ["render", "01-trade", "-p", f"dossier={tmp_path}", "--output", str(tmp_path / "out")]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 1
    assert "datapackage.json: expected a dossier's schema" in result.output
    assert "index.html" in result.output


def make_run(*counts: int) -> nbformat.NotebookNode:
    """Return a notebook whose cells have these counts; each shows a widget and a text beside it."""
    data = {"text/plain": "5", "application/vnd.jupyter.widget-view+json": {"model_id": "a1", "version_major": 2}}
    shown = [v4.new_output("execute_result", data, execution_count=count) for count in counts]
    cells = [v4.new_code_cell("5", execution_count=one.execution_count, outputs=[one]) for one in shown]
    return v4.new_notebook(cells=cells, metadata={"widgets": {"state": {}}})


def test_clean_notebook_keeps_no_widget() -> None:
    done = clean_notebook(make_run(1, 2))
    assert [cell.outputs[0].data for cell in done.cells] == [{"text/plain": "5"}] * 2
    assert set(done.metadata) == {"kernelspec", "language_info"}


@pytest.mark.parametrize(
    ("counts", "kept"), [((7, 8, 9), (1, 2, 3)), ((7, 9, 8), (7, 9, 8)), ((2, 4), (2, 4)), ((), ())]
)
def test_clean_notebook_counts_a_run_from_top_to_bottom_from_one(counts: tuple[int], kept: tuple[int]) -> None:
    done = clean_notebook(make_run(*counts))
    assert tuple(cell.execution_count for cell in done.cells) == kept
    assert tuple(cell.outputs[0].execution_count for cell in done.cells) == kept


def test_error_of_the_library_is_its_message_alone_in_a_notebook(tmp_path: Path) -> None:
    """What is told outside a notebook keeps the kind of the error."""
    path = write_notebook(tmp_path / "n.ipynb", "import analysis as an\nan.load_dossier('nowhere')")
    with pytest.raises(NotebookError, match=r"^cell 2, DataError: .*expected") as caught:
        run_notebook(prepare_notebook(read_notebook(path), {}), tmp_path, {})
    (output,) = caught.value.notebook.cells[-1].outputs
    assert output.traceback == [output.evalue]
    assert "expected" in output.evalue
