"""The dossier's own files: what they must hold, and that each passage is where its row says."""

from __future__ import annotations

import json
import os
import re
import sys
from collections import Counter
from functools import cache
from pathlib import Path

import frictionless
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from codebook import DATA, find_file, is_counted, read_package, read_rows

from analysis.passages import _find_ends, split_paragraphs
from analysis.schema import TABLES

ROOT = DATA.parent
SHARED = ROOT.parent / "shared"
ARTICLE = Path(os.environ.get("ARTICLE_TEXT") or SHARED / "article" / "article.txt")
SCALE = SHARED / "reference" / "cameo_goldstein.csv"
needs_article = pytest.mark.skipif(
    not ARTICLE.is_file(), reason="the article's text is not in the repository; set ARTICLE_TEXT to a copy"
)
NAMES = (
    "Facing New Alignments, Iran and Tajikistan Relaunch Partnership",
    "facing-new-alignments-iran-and-tajikistan-relaunch-partnership",
    "Avicenna Tajik State Medical University",
    "Foreign Affairs Ministry of Tajikistan",
    "Internal Affairs Ministry of Tajikistan",
    "Transportation Ministry of Tajikistan",
    "National Olympic Committee of Tajikistan",
    "Council of Ulema of Tajikistan",
    "Imam Khomeini Relief Committee",
    "Institute of Tajik-Persian Culture",
    "Islamic Renaissance Party",
    "Shanghai Cooperation Organization",
)


def read_paragraphs() -> dict[int, str]:
    """Return the article's paragraphs by number; the title is 0."""
    return split_paragraphs(ARTICLE.read_text(encoding="utf-8"))


def find_paragraph(paragraphs: dict[int, str], start: str, end: str) -> int | None:
    """Return where a browser lands: the first `start` of the whole document, then the first `end` after it.

    Case is ignored and half words do not match. None where nothing is found, or the end is in another paragraph.
    """
    place, _, last = _find_ends(paragraphs, start, end)
    return place if last else None


def split_words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower().replace("’", "'").replace("'s", "s"))


@cache
def list_runs(text: str, length: int) -> set[tuple[str, ...]]:
    """Return every run of so many words of a text, names left out."""
    for name in NAMES:
        text = re.sub(re.escape(name), f" {'x' * 9} ", text, flags=re.IGNORECASE)
    words = split_words(text)
    return {tuple(words[i : i + length]) for i in range(len(words) - length + 1)}


def find_runs(text: str, article: str, length: int) -> set[str]:
    """Return every run of words that a text shares with the article."""
    return {" ".join(run) for run in list_runs(text, length) & list_runs(article, length)}


def test_trade_has_the_four_printed_figures() -> None:
    rows = [
        (row["trade_id"], row["date"], row["value"], row["value_low"], row["value_high"], row["bound"])
        for row in read_rows("trade")
    ]
    assert rows == [
        ("T1", "2000", "40", "40", "40", "exact"),
        ("T2", "2007", "140", "140", "140", "exact"),
        ("T3", "2020", "55", "52.5", "57.5", "about"),
        ("T4", "2021", "121", "121", "121", "exact"),
    ]


def test_trade_names_no_reporter_and_one_derived_year() -> None:
    trade = read_rows("trade")
    assert {(row["flow"], row["unit"], row["reporter"], row["certainty"]) for row in trade} == {
        ("total", "million USD", "", "asserted")
    }
    assert [row["date_basis"] for row in trade] == ["stated", "stated", "stated", "derived"]
    assert [row["paragraph"] for row in trade] == ["5", "5", "14", "14"]


def test_package_is_valid() -> None:
    report = frictionless.Package(str(DATA / "datapackage.json")).validate()
    assert report.valid, report.flatten(["title", "rowNumber", "fieldName", "message"])


def test_package_names_dyad_article_and_start() -> None:
    package = read_package()
    assert (package["dyad"], package["article"], package["coverage_start"]) == (["IRN", "TJK"], "ARTICLE", "1991")
    assert [resource["name"] for resource in package["resources"]] == list(TABLES)
    paths = {resource["path"] for resource in package["resources"]}
    assert paths == {str(path.relative_to(DATA).as_posix()) for path in DATA.rglob("*.csv")}


def test_package_describes_every_column() -> None:
    for resource in read_package()["resources"]:
        assert [field["name"] for field in resource["schema"]["fields"]] == list(read_rows(resource["name"])[0])
        assert all(field["title"] and field["description"] for field in resource["schema"]["fields"])
        assert resource["schema"]["missingValues"] == [""]


@pytest.mark.parametrize(
    "text", ["2019", "2019-06", "2025-01-15", "2006~", "1992/1997", "../1995", "2015-12/..", "2015~/2019", "../.."]
)
def test_date_pattern_takes_the_profile(text: str) -> None:
    assert re.fullmatch(date_pattern(), text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "..",
        "2025-26",
        "2019-13",
        "2001-00",
        "XXXX-09-11",
        "2019-21",
        "19",
        "2019/",
        "2006?",
        "1992/1997/2000",
        "2019-06-32",
    ],
)
def test_date_pattern_refuses_all_else(text: str) -> None:
    assert not re.fullmatch(date_pattern(), text)


def date_pattern() -> str:
    patterns = {
        field["constraints"]["pattern"]
        for resource in read_package()["resources"]
        for field in resource["schema"]["fields"]
        if field["name"] in ("date", "start", "end")
    }
    assert len(patterns) == 1
    return str(patterns.pop())


@pytest.mark.parametrize("name", TABLES)
def test_files_are_plain_utf8(name: str) -> None:
    raw = find_file(name).read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in raw
    assert raw.endswith(b"\n")
    assert all(cell == cell.strip() for row in read_rows(name) for cell in row.values())


def test_ids_are_unique_over_files() -> None:
    names = ("trade", "events", "periods", "sources", "evidence", "event_evidence", "claims", "passes")
    keys = {name: next(iter(read_rows(name)[0])) for name in names}
    ids = Counter(row[key] for name, key in keys.items() for row in read_rows(name))
    assert [text for text, times in ids.items() if times > 1] == []


def test_event_ids_count_up_in_order_of_the_article() -> None:
    events = read_rows("events")
    assert [event["event_id"] for event in events] == [f"E{number:02d}" for number in range(1, len(events) + 1)]
    paragraphs = [int(event["paragraph"]) for event in events]
    assert paragraphs == sorted(paragraphs)


def test_effect_is_filled_for_counted_rows_only() -> None:
    dyad = read_package()["dyad"]
    countries = {actor["code"]: actor["country"] for actor in read_rows("actors")}
    wrong = [
        event["event_id"]
        for event in read_rows("events")
        if is_counted(event, countries, dyad) != bool(event["effect"])
    ]
    assert wrong == []


def test_effects_of_acts_worked_by_hand() -> None:
    effects = {event["label"]: event["effect"] for event in read_rows("events")}
    assert effects["Iran receives Kabiri (IRPT)"] == "-1"  # friendly to the party, not to the government
    assert effects["Anzob Tunnel finished"] == "1"  # badly built, but built
    assert effects["Culture institute shut"] == ""  # by whom is not printed
    assert effects["Two dozen agreements signed"] == ""  # a part of the visit


def test_counts_worked_by_hand() -> None:
    events = read_rows("events")
    assert Counter(event["effect"] for event in events) == {"1": 22, "-1": 13, "": 35}
    assert {event["effect"] for event in events if event["period_id"] == "PH6"} == {"-1", ""}


def test_counted_acts_have_a_phase_except_the_contract() -> None:
    phases = {period["period_id"] for period in read_rows("periods") if period["kind"] == "phase"}
    outside = [event["label"] for event in read_rows("events") if event["effect"] and event["period_id"] not in phases]
    assert outside == ["Railway contract"]


def test_parents_are_no_parts() -> None:
    parents = {event["event_id"]: event["parent_id"] for event in read_rows("events")}
    assert [child for child, parent in parents.items() if parent and parents[parent]] == []


def test_charges_of_the_film_are_denied_parts() -> None:
    events = {event["label"]: event for event in read_rows("events")}
    film = events["TV film accuses Iran"]
    charges = [event for event in events.values() if event["parent_id"] == film["event_id"]]
    assert film["certainty"] == "asserted"
    assert [event["certainty"] for event in charges] == ["denied"] * 3


def test_lists_are_sorted_and_known() -> None:
    known = {row["field"] for row in read_rows("fields")}
    used = set()
    for event in read_rows("events"):
        for column in ("persons", "fields"):
            members = event[column].split(";") if event[column] else []
            assert members == sorted(set(members)), event["event_id"]
            used |= set(members) if column == "fields" else set()
    assert used == known


def test_only_what_is_used_is_listed() -> None:
    events = read_rows("events")
    assert {row["code"] for row in read_rows("cameo")} == {event["cameo_code"] for event in events} - {""}
    assert {row["code"] for row in read_rows("actors")} == {
        event[side] for event in events for side in ("actor", "target")
    } - {""}


def test_code_goes_with_confidence() -> None:
    assert all(bool(event["cameo_code"]) == (event["cameo_confidence"] != "none") for event in read_rows("events"))


def test_labels_fit_and_ranks_count_up() -> None:
    events = read_rows("events")
    assert max(len(event["label"]) for event in events) <= 34
    ranks = sorted(int(event["rank"]) for event in events if event["rank"])
    assert ranks == list(range(1, len(ranks) + 1))
    counted = {int(event["rank"]) for event in events if event["effect"]}
    assert counted == set(range(1, len(counted) + 1))


def test_period_labels_fit() -> None:
    assert max(len(period["label"]) for period in read_rows("periods")) <= 22


def test_period_ends_have_a_basis() -> None:
    assert all(
        bool(period[end]) == bool(period[f"{end}_basis"]) for period in read_rows("periods") for end in ("start", "end")
    )


@pytest.mark.skipif(not SCALE.is_file(), reason="the reference copies of the Goldstein scale are not in the repository")
def test_goldstein_values_equal_the_reference_copy() -> None:
    import csv

    with SCALE.open(encoding="utf-8", newline="") as file:
        scale = {row["code"]: row for row in csv.DictReader(file)}
    for row in read_rows("cameo"):
        assert row["scale_copy"] == "GDELT"
        assert float(row["goldstein"]) == float(scale[row["code"]]["goldstein_gdelt"]), row["code"]
        assert row["other_copy"] == "ICEWS"
        assert float(row["goldstein_other"]) == float(scale[row["code"]]["goldstein_icews"]), row["code"]


@needs_article
@pytest.mark.parametrize("name", ["trade", "events", "claims"])
def test_passages_open_in_their_paragraph(name: str) -> None:
    paragraphs = read_paragraphs()
    wrong = {
        row[f"{name.removesuffix('s')}_id"]: (row["text_start"], row["text_end"])
        for row in read_rows(name)
        if find_paragraph(paragraphs, row["text_start"], row["text_end"]) != int(row["paragraph"])
    }
    assert wrong == {}


@needs_article
@pytest.mark.parametrize("name", ["trade", "events", "claims"])
def test_locators_are_printed_so(name: str) -> None:
    paragraphs = read_paragraphs()
    for row in read_rows(name):
        for words in (row["text_start"], row["text_end"]):
            assert words in paragraphs[int(row["paragraph"])]
            assert 1 <= len(words.split()) <= 4


def test_find_paragraph_takes_the_first_match() -> None:
    toy = {0: "A title", 1: "one two three", 2: "One two four", 3: "twofold two four"}
    assert find_paragraph(toy, "one two", "three") == 1
    assert find_paragraph(toy, "One two", "four") is None  # lands in 1, where "four" is not
    assert find_paragraph(toy, "two", "one") is None  # the end comes before the start
    assert find_paragraph(toy, "wofold", "four") is None  # half a word


@needs_article
def test_no_sentence_of_the_article_is_kept() -> None:
    article = " ".join(read_paragraphs().values())
    for path in sorted(DATA.rglob("*")):
        if path.suffix in (".csv", ".json", ".md"):
            assert find_runs(path.read_text(encoding="utf-8"), article, 8) == set(), path.name


@needs_article
def test_our_words_are_our_own() -> None:
    article = " ".join(read_paragraphs().values())
    texts = [(DATA / "README.md").read_text(encoding="utf-8"), (DATA / "datapackage.json").read_text(encoding="utf-8")]
    for name in TABLES:
        texts += [
            cell for row in read_rows(name) for column, cell in row.items() if column not in ("text_start", "text_end")
        ]
    assert set().union(*(find_runs(text, article, 5) for text in texts)) == set()


def test_package_file_is_in_its_own_form() -> None:
    text = (DATA / "datapackage.json").read_text(encoding="utf-8")
    assert text == json.dumps(json.loads(text), indent=2, ensure_ascii=False) + "\n"
