"""A dossier for another article: `new` writes it, and every notebook runs on it before a row is coded."""

import re
import shutil
import subprocess
import sys

import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner
from copies import INVENTED, change, fail, read, write
from documents import ROOT

from analysis.__main__ import main
from analysis.dossier import load_dossier
from analysis.errors import DataError
from analysis.faults import find_faults
from analysis.metrics.events import count_events
from analysis.new import write_dossier
from analysis.rows import list_rows
from analysis.schema import DEFAULT

NOTHING = re.compile(r"\b(No|none|nothing|None)\b")
NOTEBOOKS = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    folder = tmp_path_factory.mktemp("new") / "two shores"
    write_dossier(folder, ("KAZ", "TUR"), "Steppe, sea & <b>more</b>", url="https://example.org/a", date="2025-06")
    return folder


@pytest.fixture(scope="module")
def pages(empty, tmp_path_factory):
    """Every notebook's report on the dossier without rows, in words; written by the command itself."""
    output = tmp_path_factory.mktemp("out")
    command = [
        sys.executable,
        "-m",
        "analysis",
        "render",
        "-p",
        f"dossier={empty}",
        "--output",
        output,
        "--workers",
        "2",
    ]
    subprocess.run(command, check=True, capture_output=True)
    found = {path.name.partition("-dossier")[0]: path for path in output.glob("0*.html")}
    return {name: BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser") for name, path in found.items()}


def test_new_is_a_dossier_without_faults(empty):
    assert find_faults(empty) == []
    dossier = load_dossier(empty)
    assert dossier.dyad == ("KAZ", "TUR")
    assert list(dossier.actors["name"]) == ["Kazakhstan", "Türkiye"]
    assert dossier.article["title"] == "Steppe, sea & <b>more</b>"
    assert str(dossier.last_day.date()) == "2025-06-30"
    assert [len(frame) for frame in (dossier.trade, dossier.events, dossier.periods, dossier.evidence)] == [0, 0, 0, 0]
    assert list(dossier.cameo.index) == list(load_dossier().cameo.index)


def test_new_has_the_tables_and_columns_of_every_dossier(empty):
    names = sorted(path.relative_to(DEFAULT) for path in DEFAULT.rglob("*") if path.is_file())
    assert sorted(path.relative_to(empty) for path in empty.rglob("*") if path.is_file()) == names
    for path in DEFAULT.rglob("*.csv"):
        assert read(empty, path.relative_to(DEFAULT))[0] == read(DEFAULT, path.relative_to(DEFAULT))[0]


def test_new_says_nothing_of_the_suites_own_article(empty):
    own = load_dossier().article
    words = ["Iran", "Tajik", "IRN", "TJK", own["title"], own["url"]]
    texts = {path: path.read_text(encoding="utf-8") for path in empty.rglob("*") if path.is_file()}
    assert [(path.name, word) for path, text in texts.items() for word in words if word in text] == []


def test_new_codebook_names_every_column(empty):
    text = (empty / "README.md").read_text(encoding="utf-8")
    columns = {column for path in empty.rglob("*.csv") for column in read(empty, path.relative_to(empty))[0]}
    assert [column for column in columns if f"| `{column}` |" not in text] == []
    assert "What one article says about Kazakhstan and Türkiye" in text
    assert "\\<b\\>more" in text


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_new_every_notebook_says_what_is_missing(pages, name):
    page = pages[name]
    assert len(pages) == len(NOTEBOOKS)
    answer = page.select_one("header .finding, header")
    lines = [line.get_text(" ", strip=True) for line in answer.select("blockquote p, .finding p, .answer p")] or [
        answer.get_text(" ", strip=True)
    ]
    assert all(NOTHING.search(line) for line in lines), lines
    for code in page.select("details.code, pre, script, style"):
        code.decompose()
    words = page.get_text(" ", strip=True)
    assert not re.search(r"\bnan\b|<NA>|NaT", words)
    assert re.findall(r"(?<![\w.,#])0(?![\w.,])", words) == []  # nothing reported is not 0


def test_new_over_something_is_refused_and_touches_nothing(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    for name in ("mine", "file"):
        with pytest.raises(DataError, match="expected a folder that is not there yet, found one"):
            write_dossier(tmp_path / name, ("KAZ", "TUR"), "A")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes.txt"]
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize(
    ("pair", "given", "said"),
    [
        (("Kazakhstan", "TUR"), {}, "found 'Kazakhstan' (did you mean 'KAZ'?)"),
        (("kaz", "TUR"), {}, "found 'kaz' (did you mean 'KAZ'?)"),
        (("KAZ", "KAZ"), {}, "expected two countries, found KAZ twice"),
        (("KAZ", "TUR"), {"date": "26.02.2025"}, "column 'date': expected an EDTF date"),
        (("KAZ", "TUR"), {"date": "2025/.."}, "expected the day by which the article appeared, found '2025/..'"),
        (("KAZ", "TUR"), {"publisher": "a\x00b"}, "expected"),
        (("KAZ", "TUR"), {"title": ""}, "column 'title': expected text, not empty"),
    ],
)
def test_new_that_would_have_a_fault_leaves_nothing(tmp_path, pair, given, said):
    with pytest.raises(DataError) as caught:
        write_dossier(tmp_path / "a" / "b", pair, given.pop("title", "A"), **given)
    assert said in str(caught.value)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("code", "name", "short"),
    [
        ("XKX", "Kosovo", "Kosovo"),
        ("XAA", "XAA", "XAA"),
        ("KOR", "Korea, Republic of", "Korea, Republic of"),
        ("IRN", "Iran", "Iran"),
        ("BIH", "Bosnia and Herzegovina", "BIH"),
    ],
)
def test_new_names_countries(tmp_path, code, name, short):
    notes = write_dossier(tmp_path / "d", (code, "TUR"), "A", date="2025")
    assert read(tmp_path / "d", "actors.csv")[1][:3] == [code, name, short]
    assert len(notes) == (short != name or name == code)


def test_new_command_says_what_to_do_next(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["new", "a dossier", "--pair", "KAZ", "TUR", "--title", "A"])
    assert done.exit_code == 0
    assert "python -m analysis validate 'a dossier'" in done.stdout
    assert "no day on which the article appeared" in done.stderr


def forget_start(folder):
    path = folder / "datapackage.json"
    package = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r'  "coverage_start": "[^"]*",\n', "", package), encoding="utf-8")


def test_article_without_a_date_ends_with_the_last_day_that_a_row_names(tmp_path):
    folder = shutil.copytree(INVENTED, tmp_path / "d")
    change(folder, "sources.csv", 2, date="../..")
    forget_start(folder)
    dossier = load_dossier(folder)
    assert dossier.article["date"] == ""
    assert list_rows(dossier).loc["GAZETTE", "when"] == ""
    observed = dossier.events[dossier.events["status"] == "observed"]
    assert str(dossier.last_day.date()) == "2017-12-31"  # A7, talks until 2016; the planned visit of 2031 is none
    assert str(dossier.first_day.date()) == "2008-01-01"  # K1 begins in 2009
    assert observed["latest"].max() == dossier.last_day


@pytest.mark.parametrize("date", ["../1995", "2015-12/..", "2015/.."])
@pytest.mark.parametrize("day", ["../..", "2015-06", "1990"])
def test_an_open_date_never_grows_sure_or_ends_before_it_starts(tmp_path, date, day):
    """Without a day of publication, and where the act lies after it, as a planned one may."""
    folder = shutil.copytree(INVENTED, tmp_path / "d")
    rows = read(folder, "events.csv")
    place = {name: rows[0].index(name) for name in ("date", "date_basis", "status", "effect")}
    act = [*rows[1]]
    for name, cell in {"date": date, "date_basis": "inferred", "status": "planned", "effect": ""}.items():
        act[place[name]] = cell
    write(folder, "events.csv", [rows[0], act])
    write(folder, "trade.csv", read(folder, "trade.csv")[:1])
    write(folder, "periods.csv", [*read(folder, "periods.csv")[:1], ["K1", "A", "phase", "", "", "", "", "1", ""]])
    change(folder, "sources.csv", 2, date=day)
    forget_start(folder)
    acts = load_dossier(folder).events
    assert (acts["earliest"] < acts["latest"]).all()
    if day == "../..":
        assert (count_events(acts)["minimum"] == 0).all()


def test_article_dated_openly_is_refused(tmp_path):
    folder = shutil.copytree(INVENTED, tmp_path / "d")
    change(folder, "sources.csv", 2, date="2020/..")
    assert "expected the day by which the article appeared, found '2020/..' (../.. where it is not known)" in fail(
        folder
    )
