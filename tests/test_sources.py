"""The end of a report: which numbers lead to rows, and where a row leads."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from analysis.citing import link_article
from analysis.errors import RenderError
from analysis.sources import append_sources, find_numbers, unlink_unknown

URL = "https://x.org/a"
COLUMNS = ["when", "content", "certainty", "basis", "coding", "note", "paragraph", "paragraph_link"]
ROWS = pd.DataFrame(
    [
        ["2000", "Total trade: 40 million USD", "asserted", "stated", "", "", "5", f"{URL}#:~:text=one"],
        [
            "2007",
            "<b>bold</b> & more",
            "alleged",
            "inferred",
            "A → B; effect −1",
            "<i>note</i>",
            "5",
            f"{URL}#:~:text=two",
        ],
        ["", "Phase: Thaw", "", "", "", "", "4;5", ""],
    ],
    index=["T1", "T2", "P1"],
    columns=COLUMNS,
).reindex(columns=[*COLUMNS, "source", "source_link", "elsewhere", "elsewhere_rows"], fill_value="")


def read(html):
    return BeautifulSoup(html, "html.parser")


def count(html):
    found = find_numbers(read(html))
    return found.traceable, len(found.loose)


def finish(body):
    page = read(body)
    append_sources(page, ROWS)
    return read(str(page))


@pytest.mark.parametrize(
    ("html", "numbers"),
    [
        ('<p><a href="#rows-T1">40</a></p>', (1, 0)),
        ("<p>40 and 140</p>", (0, 2)),
        ('<p>40 <a href="#rows-T1">140</a></p>', (1, 1)),
        ('<p><a href="#rows-T1"><b>2.2-fold (2.1–2.3)</b></a></p>', (2, 0)),
        ('<p><a href="https://x.org">2019</a></p>', (0, 1)),
        ('<p><a href="#sources">2019</a></p>', (0, 1)),
        ("<p>2015-12 1,234.5 1992–1997 10:30</p>", (0, 4)),
        ("<p>E058 T1 x2 1980s 3rd</p>", (0, 0)),
        ("<p>no number</p>", (0, 0)),
        ("<pre>1</pre><p><code>2</code></p><nav>3</nav><script>4</script><style>5</style><title>6</title>", (0, 0)),
        ('<table><tr><th>2000</th><td>40</td><td><a href="#rows-T1">T1</a></td></tr></table>', (2, 0)),
        ("<table><tr><th>2000</th><td>40</td></tr></table>", (0, 2)),
        ('<table><tr><td>1</td></tr><tr><td>2</td><td><a href="#rows-T1">a</a></td></tr></table>', (1, 1)),
        ("<h2>1 question</h2>", (0, 1)),
    ],
)
def test_find_numbers(html, numbers):
    assert count(html) == numbers


def test_find_numbers_leaves_out_the_data_behind_a_figure_and_no_other_fold():
    assert count("<figure><figcaption><details><p>40</p></details></figcaption></figure>") == (0, 0)
    assert count("<details><p>40</p></details>") == (0, 1)


def test_find_numbers_shows_the_words_around():
    words = "some words before it 40 and some words after it that go on for longer"
    (loose,) = find_numbers(read(f"<p>{words}</p>")).loose
    assert loose.startswith("40 in “some words before it 40 and some words")
    assert "longer" not in loose


@pytest.mark.parametrize("text", ["−2.8", "+2.8", "$40", "19.6%", "2.2-fold", "(40)", "40."])
def test_find_numbers_one_number_with_what_stands_beside_it(text):
    assert count(f"<p>{text}</p>") == (0, 1)


def test_link_article():
    assert link_article(URL, "In 2015, Iran", "mid-2010s.") == f"{URL}#:~:text=In%202015%2C%20Iran,mid%2D2010s."


@pytest.mark.parametrize("mark", ["-", ",", "&", "#", "%", '"', "’", "é", "/", "?"])
def test_link_article_encodes(mark):
    fragment = link_article(URL, f"a{mark}b", "end").split("text=")[1]
    assert re.fullmatch(r"a(%[0-9A-F]{2})+b,end", fragment)


def test_link_article_start_only():
    assert link_article(URL, "one word", "") == f"{URL}#:~:text=one%20word"


def test_append_sources_lists_each_cited_row_once():
    page = finish('<p><a href="#rows-T1">40</a> <a href="#rows-T1">forty</a></p>')
    assert [entry["id"] for entry in page.select("#sources ul.rows li")] == ["rows-T1"]


def test_append_sources_in_the_order_of_the_dossier():
    page = finish('<p><a href="#rows-T2">2</a> <a href="#rows-T1">1</a></p>')
    assert [entry["id"] for entry in page.select("ul.rows li")] == ["rows-T1", "rows-T2"]


def test_append_sources_a_set_leads_to_its_rows():
    page = finish('<p><a href="#rows-T1+T2">3.5</a></p>')
    (entry,) = page.select("ul.sets li")
    assert entry["id"] == "rows-T1+T2"
    assert [link["href"] for link in entry.select("a")] == ["#rows-T1", "#rows-T2"]
    assert entry.b.get_text() == "3.5"


@pytest.mark.parametrize(
    ("before", "after", "label"),
    [
        ("", " push them apart, and more.", "13 (13 push them apart)"),
        ("More. No signing is told for ", ".", "13 (No signing is told for 13)"),
        ("In all of the years before ", " of them.", "13 (… all of the years before 13 of them)"),
        ("Acts without any date: ", "; more.", "13 (Acts without any date: 13)"),
        ("Sure are <a>4</a>, and ", " of <b>66</b> rows.", "13 (Sure are 4, and 13 of 66 rows)"),
        ("", "", "13"),
    ],
)
def test_append_sources_a_bare_number_is_listed_with_the_words_beside_it(before, after, label):
    page = finish(f'<p>{before}<a href="#rows-T1+T2">13</a>{after}</p>')
    assert page.select_one("ul.sets li b").get_text() == label


def test_append_sources_a_row_of_a_table_is_listed_with_its_caption():
    row = '<tr><th>Rupture</th><td><a href="#rows-T1+T2">2 rows</a></td></tr>'
    page = finish(f"<table><caption>Counted acts</caption>{row}</table>")
    assert page.select_one("ul.sets li b").get_text() == "Rupture (Counted acts)"


def test_append_sources_every_link_has_its_target_and_ids_are_unique():
    page = finish('<h2>A</h2><p><a href="#rows-T1+T2">3.5</a> <a href="#rows-P1">x</a></p><h2>A</h2>')
    ids = [tag["id"] for tag in page.select("[id]")]
    assert len(ids) == len(set(ids))
    assert {link["href"][1:] for link in page.select('a[href^="#"]')} <= set(ids)


def test_append_sources_a_value_of_the_reader():
    page = finish('<p><a href="#rows-parameters">2015</a></p>')
    assert page.select_one('[id="rows-parameters"]').get_text() == "2015: set by the reader"


@pytest.mark.parametrize("rows", ["T9", "T1+T9", ""])
def test_append_sources_unknown_id(rows):
    with pytest.raises(RenderError, match="rows that the dossier does not have"):
        finish(f'<p><a href="#rows-{rows}">40</a></p>')


def test_append_sources_names_every_unknown_id():
    with pytest.raises(RenderError, match="T8, T9"):
        finish('<p><a href="#rows-T9">1</a><a href="#rows-T8">2</a></p>')


def test_append_sources_hostile_text_is_escaped():
    page = finish('<p><a href="#rows-T2">x</a></p>')
    entry = page.select_one('[id="rows-T2"]')
    assert "<b>bold</b> & more" in entry.get_text()
    assert "<i>note</i>" in entry.get_text()
    assert entry.i is None


def test_append_sources_leads_to_the_passage():
    page = finish('<p><a href="#rows-T1">40</a></p>')
    link = page.select_one('[id="rows-T1"] a')
    assert link["href"] == f"{URL}#:~:text=one"
    assert link.get_text() == "Article, paragraph 5"


def test_append_sources_says_certainty_and_basis():
    page = finish('<p><a href="#rows-T2">x</a></p>')
    entry = page.select_one('[id="rows-T2"]').get_text()
    assert "(alleged, date inferred)" in entry
    assert "[A → B; effect −1]" in entry


def test_append_sources_a_row_without_a_passage_names_its_paragraphs():
    page = finish('<p><a href="#rows-P1">Thaw</a></p>')
    entry = page.select_one('[id="rows-P1"]')
    assert "Article, paragraphs 4, 5" in entry.get_text()
    assert entry.a is None


def test_append_sources_counts_coverage():
    page = finish('<p><a href="#rows-T1">40</a>, 55 and 60</p>')
    assert "1 of 3 numbers on this page lead to coded rows." in page.select_one("#sources").get_text()
    assert len(page.select("details li")) == 2


def test_append_sources_without_loose_numbers_has_no_list():
    assert finish('<p><a href="#rows-T1">40</a></p>').details is None


def test_append_sources_ends_each_row_with_one_mark():
    kept = ROWS.iloc[:2].assign(content=["A first.", "A second"], certainty="", basis="", when="")
    page = BeautifulSoup(f'<a href="#rows-{"+".join(kept.index)}">2</a>', "html.parser")
    append_sources(page, kept)
    texts = [item.get_text() for item in page.select(".rows li")]
    assert ("A first." in texts[0], "A first.." in texts[0], "A second." in texts[1]) == (True, False, True)


def test_append_sources_of_nothing():
    assert "None is cited." in finish("<p>words</p>").get_text()


def test_unlink_unknown_leaves_the_text_and_the_known_links():
    page = read('<a href="#rows-T1">1</a> <a href="#rows-T1+T9">2</a> <a href="#rows-parameters">3</a>')
    unlink_unknown(page, ROWS)
    assert str(page) == '<a href="#rows-T1">1</a> 2 <a href="#rows-parameters">3</a>'


def test_a_row_of_others_leads_to_its_source_and_says_what_is_elsewhere():
    outside = pd.DataFrame(
        {
            "content": ["Series"],
            "source": ["A <report>"],
            "source_link": ["https://x.org/?a&b"],
            "elsewhere": ["More."],
        },
        index=["V1"],
    ).reindex(columns=ROWS.columns, fill_value="")
    page = read('<p><a href="#rows-V1">10</a></p>')
    append_sources(page, outside)
    entry = page.select_one("#rows-V1")
    assert entry.a["href"] == "https://x.org/?a&b"
    assert (entry.a.get_text(), "More." in entry.get_text()) == ("A <report>", True)


def test_what_others_say_is_listed_and_linked():
    rows = pd.DataFrame(
        {"elsewhere": ["Elsewhere: V1, V11.", "", ""], "elsewhere_rows": ["V1+V11", "", ""]}, index=["T1", "V1", "V11"]
    )
    page = read('<p><a href="#rows-T1">10</a></p>')
    append_sources(page, rows.reindex(columns=ROWS.columns, fill_value=""))
    assert [link["href"] for link in page.select("#rows-T1 a")] == ["#rows-V1", "#rows-V11"]
    assert len(page.select("ul.rows > li")) == 3


def test_a_source_that_is_no_web_page_is_text():
    outside = pd.DataFrame({"source": ["A report"], "source_link": ["javascript:x"]}, index=["V1"])
    page = read('<p><a href="#rows-V1">10</a></p>')
    append_sources(page, outside.reindex(columns=ROWS.columns, fill_value=""))
    assert page.select_one("#rows-V1 a") is None
    assert "A report" in page.select_one("#rows-V1").get_text()


def test_standing_of_a_page():
    page = read('<p><a href="#rows-T1+T2">40</a></p>')
    standing = append_sources(page, ROWS).standing
    assert (
        standing
        == "2 dated rows: 1 with a stated, 0 with a derived and 1 with an inferred date; 1 is alleged or denied"
    )
