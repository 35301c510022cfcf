"""The page of a report: head, contents, numbered figures and tables, and the front page of a folder."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from nbformat import NotebookNode, v4

from analysis.dossier import load_dossier
from analysis.index import write_index
from analysis.report import describe_parameters, fill_template, write_page

REPORTS = Path(__file__).parents[1] / "reports"
PAGES = sorted(path for path in REPORTS.glob("*.html") if not re.search(r"index|\.failed", path.name))
PERIODS = pd.DataFrame({"label": ["Rupture"]}, index=["PH6"])


load = cache(load_dossier)


def make_notebook(*cells: NotebookNode) -> NotebookNode:
    title = v4.new_markdown_cell("# What holds?\n\nWords.")
    return v4.new_notebook(cells=[title, v4.new_markdown_cell("## Short answer"), *cells])


def make_finding(markdown: str) -> NotebookNode:
    output = v4.new_output("display_data", {"text/markdown": markdown})
    return v4.new_code_cell("find()", outputs=[output], metadata={"tags": ["finding"]}, execution_count=1)


def read_page(*cells: NotebookNode, **kwargs: str) -> BeautifulSoup:
    return BeautifulSoup(write_page(make_notebook(*cells), load(), {}, **kwargs), "html.parser")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "everything that is coded"),
        ({"dossier": "elsewhere/salt/"}, "everything that is coded"),
        ({"first_year": 2015}, "from 2015"),
        ({"last_year": 2019}, "to 2019"),
        ({"first_year": 2015, "last_year": 2019}, "2015–2019"),
        ({"certainty": "alleged"}, "without what is denied"),
        ({"certainty": "asserted"}, "without what is reported, alleged or denied"),
        ({"period": "PH6", "certainty": "reported"}, "the phase “Rupture”, without what is alleged or denied"),
        ({"period": "PH99"}, "the phase “PH99”"),
        ({"certainty": "surely"}, "without what is below surely"),
        ({"top_count": 3, "with_parts": False}, "top count 3, with parts False"),
    ],
)
def test_describe_parameters(given: dict[str, object], words: str) -> None:
    assert describe_parameters(given, PERIODS) == words


def test_write_page_has_question_and_answer_in_its_head_and_nowhere_else() -> None:
    page = read_page(make_finding("It rose [2.2-fold](#rows-T3+T4)."), v4.new_markdown_cell("## Why?"))
    assert page.header.h1.get_text() == page.title.get_text() == "What holds?"
    assert page.header.select_one(".answer a")["href"] == "#rows-T3+T4"
    assert len(page.find_all("h1")) == 1
    assert page.get_text().count("It rose") == 1
    assert "Short answer" not in page.get_text()
    assert page.find("meta", attrs={"name": "description"})["content"] == "It rose 2.2-fold."


def test_write_page_keeps_a_heading_that_is_more_than_one() -> None:
    page = read_page(v4.new_markdown_cell("## Why?\n\nBecause."), make_finding("It rose."))
    assert page.main.h2.get_text() == "Short answer"
    assert "Because." in page.main.get_text()


def test_write_page_contents_lead_to_every_section() -> None:
    page = read_page(v4.new_markdown_cell("## Why?"), v4.new_markdown_cell("## Limits"))
    links = page.select("nav a")
    assert [link.get_text() for link in links] == ["Short answer", "Why?", "Limits", "Sources"]
    assert all(page.find(id=link["href"][1:]).name == "h2" for link in links)


def test_write_page_facts_say_scope_source_coverage_and_basis() -> None:
    page = read_page(make_finding("It rose [2.2-fold](#rows-T3+T4) by 3."))
    shown, source, checkable, basis = (fact.dd.get_text() for fact in page.select(".facts div"))
    assert shown == "everything that is coded"
    assert source.startswith("Facing New Alignments")
    assert checkable == "1 of 2 numbers in its text and tables lead to coded rows"
    assert basis.startswith("2 dated rows: 1 with a stated, 1 with a derived and 0 with an inferred date; none is")


def test_write_page_text_of_a_title_is_text() -> None:
    notebook = v4.new_notebook(cells=[v4.new_markdown_cell("# A &lt;b&gt; & `c`?")])
    page = write_page(notebook, None, {})
    assert "<title>A &lt;b&gt; &amp; c?</title>" in page


@pytest.mark.parametrize("heading", ["What 4 points can't say?", "«Zoë»", "a  b\tc", "???", "b & y", "-a-"])
def test_write_page_heading_ids_are_valid(heading: str) -> None:
    name = read_page(v4.new_markdown_cell(f"## {heading}")).find_all("h2")[1]["id"]
    assert re.fullmatch(r"s-[\w-]+", name)
    assert not name.endswith("-")


def test_write_page_same_headings_have_ids_of_their_own() -> None:
    page = read_page(v4.new_markdown_cell("## Limits\n\n### Limits\n\n## Limits\n\n## Limits again\n\n## Sources"))
    ids = [tag["id"] for tag in page.select("[id]")]
    assert len(ids) == len(set(ids))


def test_write_page_leads_to_reports_not_to_notebooks() -> None:
    page = read_page(v4.new_markdown_cell("[next](02-visits.ipynb)"))
    assert page.select_one("main .prose a")["href"] == "02-visits.html"


def test_write_page_of_a_failure_says_what_and_where() -> None:
    broken = v4.new_code_cell("1 / 0", execution_count=2, metadata={"state": "failed"})
    later = v4.new_code_cell("2", metadata={"state": "unrun"})
    page = read_page(broken, later, failure="cell 2, ZeroDivisionError", good="n.html")
    banner = page.select_one(".banner")
    assert "cell 2, ZeroDivisionError" in banner.get_text()
    assert "1 cell did not run." in banner.get_text()
    assert [link["href"] for link in banner.select("a")] == ["#failed", "n.html"]
    assert page.select_one("#failed").has_attr("open")
    assert page.select_one(".unrun summary").get_text() == "Code, not run"


@pytest.mark.parametrize("state", ["failed", "unrun"])
def test_write_page_an_answer_that_did_not_run_is_none(state: str) -> None:
    finding = v4.new_code_cell("find()", metadata={"tags": ["finding"], "state": state})
    page = read_page(finding, failure="cell 1, KeyError")
    assert page.select_one(".answer") is None
    assert bool(page.select_one(".banner a[href='#failed']")) == (state == "failed")
    assert len(page.select(".unrun")) == (state == "unrun")


def test_write_page_of_a_failure_takes_away_links_to_nothing() -> None:
    page = read_page(make_finding("It rose [2.2-fold](#rows-NOWHERE)."), failure="no such row")
    assert "2.2-fold" in page.header.get_text()
    assert page.select_one("a[href*='NOWHERE']") is None
    assert page.select_one(".banner a") is None


def test_write_page_a_part_says_so_in_head_and_title() -> None:
    page = BeautifulSoup(write_page(make_notebook(), load(), {"period": "PH6"}), "html.parser")
    assert page.title.get_text() == "The phase “Rupture”: What holds?"
    assert page.select_one(".partial").get_text().startswith("A part only: the phase “Rupture”.")
    assert read_page().select_one(".partial") is None


def test_write_page_of_a_failure_says_what_was_set_and_claims_nothing() -> None:
    page = BeautifulSoup(write_page(make_notebook(), None, {"certainty": "<b>"}, failure="no"), "html.parser")
    assert page.select_one(".facts .set").get_text() == "certainty=<b>"
    assert page.select_one(".partial, .coverage, .scope") is None
    assert page.title.get_text() == "What holds?"


def test_write_page_an_unclosed_tag_ends_with_its_cell() -> None:
    broken = v4.new_output("display_data", {"text/html": "<div><script>one"})
    later = v4.new_markdown_cell("## Later")
    page = read_page(v4.new_code_cell("", outputs=[broken], execution_count=1), later)
    assert page.find(id="s-later").name == "h2"


@pytest.mark.parametrize(
    ("link", "leads"),
    [
        ("02-visits.ipynb#s-limits", "02-visits.html#s-limits"),
        ("https://example.org/a.ipynb", "https://example.org/a.ipynb"),
    ],
)
def test_write_page_rewrites_links_to_its_own_notebooks_only(link: str, leads: str) -> None:
    assert read_page(v4.new_markdown_cell(f"[next]({link})")).select_one("main .prose a")["href"] == leads


def test_fill_template_escapes_text() -> None:
    assert "<script>" not in fill_template("layout", title="<script>", description='">')


def test_write_index_of_nothing(tmp_path: Path) -> None:
    page = BeautifulSoup(write_index(tmp_path).read_text(encoding="utf-8"), "html.parser")
    assert page.h1.get_text() == "Reports"
    assert page.fieldset is None


def test_write_index_findings_are_first_sentences_and_lead_into_the_report(tmp_path: Path) -> None:
    answer = "**Trade.** It rose [2.2-fold](#rows-T3+T4). More.\n\nOne sentence?"
    html = write_page(make_notebook(make_finding(answer)), load(), {})
    (tmp_path / "00.html").write_text(html, encoding="utf-8")
    page = BeautifulSoup(write_index(tmp_path).read_text(encoding="utf-8"), "html.parser")
    assert [item.get_text() for item in page.select(".findings li")] == ["Trade. It rose 2.2-fold.", "One sentence?"]
    assert page.select_one(".findings a")["href"] == "00.html#rows-T3+T4"


@pytest.mark.parametrize(
    ("answer", "sentences"),
    [
        ("no full stop", ["no full stop"]),
        ("It rose by [2.2](#rows-T4). More.", ["It rose by 2.2."]),
        ("- one\n- two. More.", ["one", "two."]),
        ("*It rose. A lot.* More. Rest.", ["It rose. A lot. More."]),
        ("a < b & c. More.", ["a < b & c."]),
    ],
)
def test_write_index_takes_whole_sentences(tmp_path: Path, answer: str, sentences: list[str]) -> None:
    html = write_page(make_notebook(make_finding(answer)), load(), {})
    (tmp_path / "00.html").write_text(html, encoding="utf-8")
    page = BeautifulSoup(write_index(tmp_path).read_text(encoding="utf-8"), "html.parser")
    assert [item.get_text() for item in page.select(".findings li")] == sentences


def test_write_index_leaves_out_what_is_no_report(tmp_path: Path) -> None:
    (tmp_path / "changes.html").write_text(fill_template("diff", title="x", changes=[]), encoding="utf-8")
    (tmp_path / "old.html").write_bytes(b"\xe9")
    (tmp_path / "x.html").mkdir()
    page = BeautifulSoup(write_index(tmp_path).read_text(encoding="utf-8"), "html.parser")
    assert page.h2.get_text() == "0 reports"


def test_write_index_a_part_does_not_lead(tmp_path: Path) -> None:
    for name, given in (("a.html", {"period": "PH6"}), ("b.html", {})):
        html = write_page(make_notebook(make_finding(f"From {name}")), load(), given)
        (tmp_path / name).write_text(html, encoding="utf-8")
    page = BeautifulSoup(write_index(tmp_path).read_text(encoding="utf-8"), "html.parser")
    assert page.select_one(".findings").get_text().strip() == "From b.html"
    assert page.select_one(".group.part h4").get_text() == "The phase “Rupture”"


def test_write_index_a_failed_report_is_red_and_leads_to_both_pages(tmp_path: Path) -> None:
    for name, failure in (("a.html", ""), ("b.html", ""), ("b.failed.html", "cell 2, <b>KeyError</b>")):
        html = write_page(make_notebook(make_finding("It rose.")), load(), {}, failure=failure)
        (tmp_path / name).write_text(html, encoding="utf-8")
    page = BeautifulSoup(write_index(tmp_path).read_text(encoding="utf-8"), "html.parser")
    (card,) = page.select(".group.failed li")
    assert "cell 2, <b>KeyError</b>" in card.select_one(".state").get_text()
    assert [link["href"] for link in card.select("a")] == ["b.html", "b.failed.html"]
    assert len(page.select(".group.whole li")) == 1


def test_write_index_of_a_failure_alone_does_not_send_readers_there(tmp_path: Path) -> None:
    html = write_page(make_notebook(), load(), {}, failure="no")
    (tmp_path / "a.failed.html").write_text(html, encoding="utf-8")
    text = write_index(tmp_path).read_text(encoding="utf-8")
    assert "Start here" not in text
    assert "What holds?" in text


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_page_every_number_is_traceable_and_every_figure_has_its_data(path: Path) -> None:
    page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    traceable, total = re.match(r"(\d+) of (\d+) numbers", page.select_one(".coverage").get_text()).groups()
    assert traceable == total
    for figure in page.find_all("figure"):
        assert figure.img["alt"]
        assert figure.figcaption.get_text().strip()
        assert figure.select_one("details table tbody a[href^='#rows-']")
        assert figure.select_one("a[download]")["href"].startswith("data:text/csv;charset=utf-8,%EF%BB%BF")


@pytest.mark.parametrize("path", [*PAGES, REPORTS / "index.html"], ids=lambda path: path.stem)
def test_page_is_light(path: Path) -> None:
    """60 kB without figures and Sources (the tables report, which is all rows, has no such bar); 800 kB in all."""
    page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    assert path.stat().st_size <= 800_000
    for part in page.select("figure, .thumb, #sources"):
        part.extract()
    assert len(str(page).encode()) <= 60_000 or path.stem.startswith("08-tables")
