"""What lies beside a page, and what two folders of pages say differently."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner
from nbformat import v4

from analysis.__main__ import main
from analysis.diff import compare_folders, compare_pages, explain_change, shorten_texts
from analysis.errors import RenderError
from analysis.record import number_repeats, read_lines, read_page, record_report, write_record
from analysis.render import render_notebook
from analysis.schema import DEFAULT

ROOT = Path(__file__).parents[1]
REPORTS = ROOT / "reports"
OTHER = ROOT / "tests" / "dossier"
RECORDS = sorted(path for path in REPORTS.glob("*.json") if ".state" not in path.name)


def read(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


def record(html: str) -> dict[str, object]:
    return record_report(html, v4.new_notebook(), DEFAULT)


def compare(old: str, new: str) -> list[str]:
    return [str(found) for found in compare_pages(read_page(read(old)), read_page(read(new)))]


def test_record_names_a_value_by_its_sentence() -> None:
    links = '<a href="#rows-T3+T4">2.2-fold (2.1–2.3)</a> in <a href="#rows-T4">2021</a>'
    assert record(f"<h2>Why?</h2><p>No number. It rose {links}.</p>")["values"] == [
        {
            "section": "Why?",
            "sentence": "It rose {} in {}.",
            "values": [["2.2-fold (2.1–2.3)", "T3+T4"], ["2021", "T4"]],
        }
    ]


def test_record_leaves_out_contents_figures_tables_and_sources() -> None:
    link = '<p><a href="#rows-T1">40</a></p>'
    html = f'<nav>{link}</nav><figure>{link}</figure><table><tr><td>{link}</td></tr></table><p id="sources">{link}</p>'
    assert record(html)["values"] == []


def test_record_a_link_with_a_tag_in_it_is_one_value() -> None:
    assert record('<p><a href="#rows-T1"><b>40</b> million</a></p>')["values"][0]["values"] == [["40 million", "T1"]]


def test_record_has_the_cited_rows_only() -> None:
    rows = record('<p><a href="#rows-T1+T2">3.5</a> <a href="#rows-parameters">2015</a></p>')["data"]["rows"]
    assert list(rows) == ["T1", "T2"]


def test_record_changes_with_table_picture_notebook() -> None:
    table = "<table><caption>A</caption><tr><th>row</th><th>x</th></tr><tr><th>T1</th><td>{}</td></tr></table>"
    assert record(table.format(1))["tables"] != record(table.format(2))["tables"]
    figure = '<figure><picture><img alt="a" src="data:{}"></picture></figure>'
    assert record(figure.format(1))["figures"] != record(figure.format(2))["figures"]
    one, two = (v4.new_notebook(cells=[v4.new_code_cell(source)]) for source in ("1", "2"))
    assert len({record_report("", notebook, DEFAULT)["notebook"] for notebook in (one, two)}) == 2


def test_record_changes_with_the_data_and_with_them_only(tmp_path: Path) -> None:
    folder = shutil.copytree(OTHER, tmp_path / "dossier")
    page = '<a href="#rows-R1">10</a> <a href="#rows-R2">20</a>'
    before = record_report(page, v4.new_notebook(), folder)["data"]
    (folder / "notes.csv").write_bytes(b"\xe9")  # no file of the dossier
    (folder / "old.json").mkdir()
    assert record_report(page, v4.new_notebook(), folder)["data"] == before
    trade = folder / "trade.csv"
    trade.write_text(trade.read_text(encoding="utf-8").replace(",10,10,10,", ",11,11,11,"), encoding="utf-8")
    after = record_report(page, v4.new_notebook(), folder)["data"]
    assert {name for name in after["files"] if after["files"][name] != before["files"][name]} == {"trade.csv"}
    assert {name for name in after["rows"] if after["rows"][name] != before["rows"][name]} == {"R1"}


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_committed_record_is_that_of_its_page_and_data(path: Path) -> None:
    """The notebook's digest is held by `make check`, which renders everything again."""
    html = path.with_suffix(".html").read_text(encoding="utf-8")
    stored = json.loads(path.read_text(encoding="utf-8"))
    assert {**record(html), "notebook": stored["notebook"]} == stored


def test_every_report_has_a_record() -> None:
    pages = {path.stem for path in REPORTS.glob("*.html")} - {"index"}
    assert {path.stem for path in RECORDS} == {name for name in pages if not name.endswith(".failed")}


def test_write_record_reads_back_the_same() -> None:
    content = {"values": [{"a": [["x", "“{}”\n"]]}], "tables": [], "data": {"rows": {"T1": "0"}}}
    assert json.loads(write_record(content)) == content


@pytest.mark.parametrize(
    ("names", "free"),
    [
        (["a", "a"], ["a", "a (2)"]),
        (["a (2)", "a", "a"], ["a (2)", "a", "a (3)"]),
        (["Iran (north)", "Iran"], ["Iran (north)", "Iran"]),
    ],
)
def test_number_repeats(names: list[str], free: list[str]) -> None:
    assert number_repeats(names) == free


@pytest.mark.parametrize("html", ["<table></table>", "<table><tr></tr></table>"])
def test_read_lines_of_an_empty_table(html: str) -> None:
    assert all(line == [] for line in read_lines(read(html).table))
    assert compare(html, html) == []


def test_compare_a_value() -> None:
    page = '<p>It rose <a href="#rows-T3+T4">{}</a>.</p>'
    assert compare(page.format("2.2"), page.format("2.3")) == ["value in “short answer”, “It rose ….”: 2.2 → 2.3"]
    assert compare(page.format("2.2"), page.format("2.2")) == []


def test_compare_a_value_from_other_rows() -> None:
    old, new = (f'<p>It rose <a href="#rows-{rows}">2.2</a>.</p>' for rows in ("T3+T4", "T4"))
    assert "rows of 2.2 in “short answer”, “It rose ….”: T3+T4 → T4" in compare(old, new)


def test_compare_a_sentence_that_says_something_else() -> None:
    old, new = (f'<p><a href="#rows-T1">40</a> is {word}.</p>' for word in ("high", "low"))
    assert compare(old, new) == ["sentence in “short answer”: 40 is high. → 40 is low."]


def test_compare_a_sentence_more_leaves_the_others_alone() -> None:
    one, two = ('<p><a href="#rows-T1">{}</a> {}.</p>'.format(*words) for words in (("1", "a"), ("2", "b")))
    assert compare(two, one + two) == ["sentence in “short answer”: nothing → 1 a."]
    assert compare(one + two, one) == ["sentence in “short answer”: 2 b. → nothing"]


def test_compare_cells_of_a_table() -> None:
    page = "<table><caption>A</caption><tr><th>row</th><th>x</th></tr>{}</table>"
    old, new = (page.format(f"<tr><th>T1</th><td>{value}</td></tr>") for value in (1, 2))
    assert compare(old, new) == ["table “A”, row T1, x: 1 → 2"]
    assert compare(old, page.format("")) == ["table “A”, row T1: T1; 1 → nothing"]
    assert compare(old, "") == ["table “A”: a table → nothing"]


def test_compare_a_picture_of_the_same_data() -> None:
    page = '<figure><picture><img alt="a" src="data:{}"></picture><figcaption>Dots.</figcaption></figure>'
    assert compare(page.format(1), page.format(2)) == [
        "figure “Dots.”: a picture of these data → another picture of the same data"
    ]


def test_compare_columns_of_the_same_name_and_lines_in_another_order() -> None:
    page = "<table><caption>A</caption><tr><th>row</th><th>x</th><th>x</th></tr>{}</table>"
    one, two = "<tr><th>T1</th><td>1</td><td>1</td></tr>", "<tr><th>T2</th><td>1</td><td>1</td></tr>"
    changed = one.replace("<td>1</td>", "<td>2</td>", 1)
    assert compare(page.format(one), page.format(changed)) == ["table “A”, row T1, x: 1 → 2"]
    assert compare(page.format(one + two), page.format(two + one)) == [
        "table “A”: lines in one order → in another order"
    ]


def test_compare_the_rows_behind_a_cell() -> None:
    page = '<table><caption>A</caption><tr><th>row</th></tr><tr><th><a href="#rows-{}">2 rows</a></th></tr></table>'
    assert compare(page.format("T1+T2"), page.format("T1+T3")) != []


def test_compare_alt_and_hidden_digits_of_a_figure() -> None:
    page = '<figure><img alt="{}" src="data:1"><figcaption>Dots.<a download href="{}">CSV</a></figcaption></figure>'
    assert compare(page.format("two", 1), page.format("three", 1)) == ["figure “Dots.”: two → three"]
    (found,) = compare(page.format("two", 1.0000001), page.format("two", 1.0000002))
    assert "digits that its table does not show" in found


def test_compare_a_section_that_is_renamed() -> None:
    page = '<h2>{}</h2><p>It is <a href="#rows-T1">4</a>.</p>'
    assert compare(page.format("Old"), page.format("New")) == ["section of “It is 4.”: Old → New"]


def test_compare_what_the_sources_say_of_a_row() -> None:
    page = '<ul><li id="rows-T1"><b>T1</b> {}</li><li id="rows-T1+T2">a set</li></ul>'
    assert compare(page.format("40"), page.format("41")) == ["row T1: 40 → 41"]


@pytest.mark.parametrize(
    ("old", "new", "short"),
    [
        ("1", "2", ("1", "2")),
        ("", "a b c d e", ("", "a b c d e")),
        ("a b c d 1 e f g h", "a b c d 2 e f g h", ("… b c d 1 e f g …", "… b c d 2 e f g …")),
        ("a a a a a", "a a a a a a", ("… a a a", "… a a a a")),
    ],
)
def test_shorten_texts(old: str, new: str, short: tuple[str, str]) -> None:
    assert shorten_texts(old, new) == short


def test_explain_change_names_what_differs() -> None:
    old = {"data": {"files": {"a.csv": "1", "b.csv": "1"}, "rows": {"T1": "1"}}, "notebook": "1"}
    new = {"data": {"files": {"a.csv": "2", "c.csv": "1"}, "rows": {"T1": "2"}}, "notebook": "2"}
    states = [{"library": str(n), "lock": str(n), "packages": {"pandas": f"3.{n}"}} for n in (0, 1)]
    assert explain_change(old, new, {}, {}) == ["data: a.csv, b.csv, c.csv (rows T1)", "notebook"]
    assert explain_change(old, old, *states) == ["library", "lock", "package pandas: 3.0 → 3.1"]
    assert explain_change(old, old, {}, states[0])[0].startswith("library or packages")
    assert explain_change(old, old, states[0], states[0])[0].startswith("unknown")


def test_compare_folders_refuses_a_folder_without_reports(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match="expected reports"):
        compare_folders(tmp_path, tmp_path)


def test_compare_folders_with_an_empty_one_has_all_added_and_removed(tmp_path: Path) -> None:
    assert {change.state for change in compare_folders(tmp_path, REPORTS)} == {"added"}
    assert {change.state for change in compare_folders(REPORTS, tmp_path)} == {"removed"}


def test_compare_folders_says_when_only_layout_or_prose_differs(tmp_path: Path) -> None:
    for ending in (".html", ".json"):
        shutil.copy(REPORTS / f"01-trade{ending}", tmp_path)
    page = tmp_path / "01-trade.html"
    page.write_text(page.read_text(encoding="utf-8").replace("It is easy to see", "One sees"), encoding="utf-8")
    (change,) = [change for change in compare_folders(REPORTS, tmp_path) if change.state == "changed"]
    assert (change.name, change.differences) == ("01-trade", [])


@pytest.mark.parametrize("text", ["no json", "{}"])
def test_compare_folders_names_a_record_that_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "01-trade.html").write_text("", encoding="utf-8")
    (tmp_path / "01-trade.json").write_text(text, encoding="utf-8")
    with pytest.raises(RenderError, match="expected the record of a report"):
        compare_folders(REPORTS, tmp_path)


def test_command_tells_what_changed_and_why(tmp_path: Path) -> None:
    """A figure of the invented dossier is coded anew: the value, its row, the tables and the picture change."""
    dossier = tmp_path / "dossier"
    for name in ("old", "new"):
        shutil.copytree(OTHER, dossier, dirs_exist_ok=True)
        if name == "new":
            trade = dossier / "trade.csv"
            text = trade.read_text(encoding="utf-8")
            assert ",10,10,10," in text
            trade.write_text(text.replace(",10,10,10,", ",11,11,11,"), encoding="utf-8")
        given = {"dossier": str(dossier)}
        assert (
            render_notebook(ROOT / "notebooks/01-trade.ipynb", tmp_path / name / "n.html", parameters=given).error == ""
        )
    shutil.copy(tmp_path / "new" / "n.html", tmp_path / "new" / "more.html")
    shutil.copy(tmp_path / "new" / "n.json", tmp_path / "new" / "more.json")
    page = tmp_path / "diff.html"
    result = CliRunner().invoke(main, ["diff", str(tmp_path / "old"), str(tmp_path / "new"), "--html", str(page)])
    assert result.exit_code == 0
    assert result.output.startswith("2 reports changed.")
    assert "more: added" in result.output
    assert "n: changed, because of data: trade.csv (rows R1)\n" in result.output
    for kind in ("value", "row", "table", "figure"):
        assert f"\n  {kind} " in result.output
    assert "11" in read(page.read_text(encoding="utf-8")).get_text()
    same = CliRunner().invoke(main, ["diff", str(tmp_path / "old"), str(tmp_path / "old")])
    assert same.output == "No report changed.\n"
