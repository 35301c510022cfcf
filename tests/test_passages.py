"""The text of an article against its coding: what it mentions, and the rows that hold it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from copies import INVENTED, change, write

from analysis.dossier import load_dossier
from analysis.passages import NUMBERS, cover_text, describe_coverage, find_passages, list_mentions, split_paragraphs

ROOT = Path(__file__).parents[1]
ARTICLE = Path(os.environ.get("ARTICLE_TEXT") or ROOT.parent / "shared" / "article" / "article.txt")
NAMES = {"Arcadia": "XAA", "Borduria": "XBB"}
TEXT = """Two Shores

Here it says that the chancellor went north in May 2009, and there ends the first visit; two treaties came in 2010.

Only ten million in that year, then some twenty million five years on; twelve from Arcadia to its neighbour; eighty
are hoped for by then.
"""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("trade of $40 million in 2000", ["amount $40 million", "year 2000"]),
        ("US$ 1,234.5 and 40 million somoni", ["amount US$ 1,234.5", "amount 40 million somoni"]),
        (
            "EUR 3 billion, ten million, five dollars",
            ["amount EUR 3 billion", "amount ten million", "amount five dollars"],
        ),
        ("on 15 January 2025 and January 16th, 2025", ["date 15 January 2025", "date January 16th, 2025"]),
        ("since June 2019, until November", ["date June 2019", "date November"]),
        ("it may in May; they march by March", ["date May", "date March"]),
        ("May we ask? March on.", []),
        ("2025-01-15, 15.01.2025 and 1402", ["date 2025-01-15", "date 15.01.2025", "year 1402"]),
        ("in the 1990s, 2010–12 and 2024/25", ["year 1990s", "year 2010–12", "year 2024/25"]),
        ("12% more, 3.5 per cent, the 78th", ["number 12%", "number 3.5 per cent", "number 78th"]),
        ("two dozen tripled; Half of them", ["number two", "number dozen", "number tripled", "number Half"]),
        ("one of someone's tendons", []),
        ("$6bn, £3m, 4m tons; 3 mm", ["amount $6bn", "amount £3m", "amount 4m", "number 3"]),
        ("a third, two-thirds, third", ["number a third", "number two-thirds"]),
        ("Arcadia, Arcadians and Borduria", ["country Arcadia", "country Borduria"]),
        ('“Two shores” and "one harbour"', ["quote “Two shores”", "number Two", 'quote "one harbour"']),
        ("۱۲ boats", ["number ۱۲"]),
    ],
)
def test_mentions_of_every_kind(text, found):
    mentions = list_mentions({1: text}, NAMES)
    assert [f"{kind} {words}" for kind, words in zip(mentions["kind"], mentions["text"], strict=True)] == found


def test_paragraphs_are_numbered_or_parted_by_empty_lines():
    assert split_paragraphs("[0] A\n\n[4] B c\n") == {0: "A", 4: "B c"}
    assert split_paragraphs("A\n\n\n b\r\nc \n\n") == {0: "A", 1: "b c"}
    assert split_paragraphs(" \n") == {}


@pytest.fixture
def folder(tmp_path):
    """The invented dossier, all but two acts and the figures taken away."""
    folder = shutil.copytree(INVENTED, tmp_path / "d")
    for name, kept in (("events.csv", 3), ("trade.csv", 5)):
        lines = (folder / name).read_text(encoding="utf-8").splitlines(keepends=True)
        (folder / name).write_text("".join(lines[:kept]), encoding="utf-8")
    change(folder, "events.csv", 3, text_start="two treaties", text_end="in 2010")
    return folder


def test_each_mention_has_the_rows_whose_passage_holds_it(folder):
    mentions, faults = cover_text(load_dossier(folder), TEXT)
    assert faults == []
    rows = {(cells.kind, cells.text): cells.rows for cells in mentions.itertuples()}
    assert rows["date", "May 2009"] == "A1"
    assert rows["year", "2010"] == "A2"
    assert rows["amount", "ten million"] == "R1"
    assert rows["country", "Arcadia"] == "R3"
    assert rows["number", "Two"] == ""  # of the title


def test_marks_around_a_quotation_need_not_be_in_the_passage(folder):
    text = TEXT.replace("two treaties came in 2010.", "“two treaties came in 2010.”")
    mentions, faults = cover_text(load_dossier(folder), text)
    assert faults == []
    assert mentions.loc[mentions["kind"] == "quote", "rows"].tolist() == ["A2"]


def test_countries_are_known_by_their_usual_names(folder):
    mentions, _ = cover_text(load_dossier(folder), TEXT + "\nRussia, Iran and South Korea watched.")
    assert mentions.loc[mentions["kind"] == "country", "text"].tolist()[-3:] == ["Russia", "Iran", "South Korea"]


def test_a_reason_accounts_for_what_no_row_holds(folder):
    write(folder, "not_coded.csv", [["gap_id", "paragraph", "text", "reason"], ["G1", "0", "Two", "The title."]])
    mentions, _ = cover_text(load_dossier(folder), TEXT)
    lines = list(describe_coverage(mentions))
    assert lines[:2] == ["Paragraph 0", "  number   Two: not coded: The title."]
    assert "8 of 9 coded, 1 listed with a reason; 100% accounted for." in lines[-1]
    write(folder, "not_coded.csv", [["gap_id", "paragraph", "text", "reason"]])
    assert (
        "8 of 9 coded, 0 listed with a reason; 89% accounted for."
        in list(describe_coverage(cover_text(load_dossier(folder), TEXT)[0]))[-1]
    )


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"text_start": "harbour closed"}, "found 'nowhere' (“harbour closed … and there ends”"),
        ({"text_end": "by then"}, "found 'in paragraph 1 without its end'"),
        ({"text_start": "only ten"}, "found 'in paragraph 2 without its end'"),
        ({"text_start": "eighty", "text_end": "hoped for"}, "found 'in paragraph 2'"),
        ({"text_start": "her"}, "found 'nowhere'"),  # no half words
    ],
)
def test_a_locator_that_no_longer_matches_is_told(folder, cells, said):
    change(folder, "events.csv", 2, **cells)
    _, faults = find_passages(load_dossier(folder), split_paragraphs(TEXT))
    assert [str(fault).startswith("events.csv, column 'text_start': expected a passage") for fault in faults] == [True]
    assert said in str(faults[0])


def test_the_command_lists_and_ends_with_1_where_a_locator_does_not_match(folder, tmp_path):
    (tmp_path / "article.txt").write_text(TEXT, encoding="utf-8")
    command = [sys.executable, "-m", "analysis", "coverage", folder, "--article", tmp_path / "article.txt"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "  amount   ten million: R1\n" in done.stdout
    assert done.stdout.endswith("8 of 9 coded, 0 listed with a reason; 89% accounted for.\n")
    change(folder, "trade.csv", 2, text_start="no such words")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(
        "1 fault in the locators of d/:\n- trade.csv, column 'text_start': expected a passage"
    )
    (tmp_path / "article.txt").write_bytes(b"\xff\xfe\xff")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, "expected text in UTF-8" in done.stderr) == (1, True)


@pytest.mark.skipif(not ARTICLE.is_file(), reason="the article's text is not in the repository; set ARTICLE_TEXT")
def test_every_number_of_our_article_is_coded_or_listed_with_a_reason():
    dossier = load_dossier()
    mentions, faults = cover_text(dossier, ARTICLE.read_text(encoding="utf-8"))
    assert faults == []
    numbers = mentions[mentions["kind"].isin(NUMBERS)]
    assert list(numbers.loc[(numbers["rows"] == "") & (numbers["reason"] == ""), "text"]) == []
    open_ones = set(map(tuple, numbers.loc[numbers["rows"] == "", ["paragraph", "text"]].to_numpy()))
    assert set(map(tuple, dossier.not_coded[["paragraph", "text"]].to_numpy())) == open_ones  # no reason is stale
