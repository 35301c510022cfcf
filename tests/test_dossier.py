"""Loading: what a dossier holds, and that each kind of fault is named where a spreadsheet shows it."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import FrozenInstanceError
from pathlib import Path

import pandas as pd
import pytest
from copies import INVENTED, change, fail, read, write

from analysis.cells import _try_pages, fold_text, name_letters, name_sign
from analysis.dossier import describe_faults, load_dossier, select_rows
from analysis.errors import DataError, Fault
from analysis.faults import find_faults, find_notes
from analysis.rows import list_rows
from analysis.schema import DEFAULT


@pytest.fixture(scope="module")
def dossier():
    return load_dossier(INVENTED)


# One broken cell: file, row, changed cells, the column that is named, words that must be said.
# Rows: trade 2 to 5 are R1 to R4; events 2 to 9 are A1 to A8.
BROKEN = {
    "a letter in a number": ("trade.csv", 2, {"value": "2OO"}, "value", ["a number", "'2OO'"]),
    "a comma in a number": (
        "trade.csv",
        2,
        {"value": "2,500"},
        "value",
        ["a number", "'2,500'", "it could be 2500 or 2.500"],
    ),
    "a number below its least": ("trade.csv", 3, {"value_low": "-1"}, "value_low", ["0 or more, since", "'-1'"]),
    "a fraction for a whole number": ("events.csv", 2, {"paragraph": "1.5"}, "paragraph", ["a whole number", "'1.5'"]),
    "an effect of two": ("events.csv", 2, {"effect": "2"}, "effect", ["not above 1", "'2'"]),
    "neither true nor false": ("events.csv", 2, {"mutual": "maybe"}, "mutual", ["TRUE or FALSE", "'maybe'"]),
    "an unknown word": ("trade.csv", 2, {"flow": "totl"}, "flow", ["one of total, one_way", "did you mean 'total'?"]),
    "an unknown type": ("events.csv", 4, {"type": "acusation"}, "type", ["did you mean 'accusation'?"]),
    "a misspelt word": ("trade.csv", 2, {"status": "observd"}, "status", ["did you mean 'observed'?"]),
    "a missing required cell": ("events.csv", 3, {"title": ""}, "title", ["expected text, not empty"]),
    "a label too long": ("events.csv", 3, {"label": "x" * 35}, "label", ["at most 34 characters"]),
    "a duplicate id": ("events.csv", 3, {"event_id": "A1"}, "event_id", ["an id of its own", "'A1'"]),
    "a duplicate rank": ("events.csv", 3, {"rank": "2"}, "rank", ["'2'"]),
    "an id with a space": ("events.csv", 3, {"event_id": "A 2"}, "event_id", ["'A 2'"]),
    "an id with a plus": ("trade.csv", 4, {"trade_id": "R+3"}, "trade_id", ["'R+3'"]),
    "an id of another file": ("events.csv", 2, {"event_id": "R1"}, "event_id", ["unlike all others", "trade.csv"]),
    "an unknown actor": ("events.csv", 2, {"actor": "XZZ"}, "actor", ["an id of actors.csv", "'XZZ'"]),
    "an unknown phase": ("events.csv", 2, {"period_id": "K9"}, "period_id", ["an id of periods.csv", "'K9'"]),
    "an unknown source": ("trade.csv", 2, {"source_id": "NONE"}, "source_id", ["an id of sources.csv", "'NONE'"]),
    "an unknown parent": ("events.csv", 5, {"parent_id": "A99"}, "parent_id", ["an id of events.csv", "'A99'"]),
    "an unknown code": ("events.csv", 2, {"cameo_code": "999"}, "cameo_code", ["an id of cameo.csv", "'999'"]),
    "a code without its zero": ("events.csv", 2, {"cameo_code": "42"}, "cameo_code", ["an id of cameo.csv", "'42'"]),
    "a season": ("trade.csv", 2, {"date": "2025-26"}, "date", ["an EDTF date such as 2019", "'2025-26'"]),
    "an uncertain date": ("events.csv", 2, {"date": "2019?"}, "date", ["an EDTF date such as 2019", "'2019?'"]),
    "no such day": ("events.csv", 2, {"date": "2023-02-30"}, "date", ["a day of the calendar", "'2023-02-30'"]),
    "a date that ends first": ("events.csv", 8, {"date": "2016/2014"}, "date", ["not after the end", "'2016/2014'"]),
    "a phase that starts on no day": ("periods.csv", 2, {"start": "1980-02-31"}, "start", ["a day of the calendar"]),
    "a phase that ends first": ("periods.csv", 2, {"start": "2012", "end": "2011"}, "end", ["2012", "'2011'"]),
    "one way without importer": ("trade.csv", 4, {"importer": ""}, "importer", ["since flow is one_way"]),
    "one way without exporter": ("trade.csv", 4, {"exporter": ""}, "exporter", ["since flow is one_way"]),
    "low above high": ("trade.csv", 3, {"value_low": "21"}, "value_low", ["at most value", "20"]),
    "high below value": ("trade.csv", 3, {"value_high": "19"}, "value", ["at most value_high", "19"]),
    "a list out of order": ("events.csv", 2, {"persons": "Zed;Abe"}, "persons", ["Abe;Zed", "sorted"]),
    "a list with a member twice": ("events.csv", 3, {"fields": "ferries;ferries"}, "fields", ["each member once"]),
    "an unknown field": ("events.csv", 4, {"fields": "ferry"}, "fields", ["fields.csv", "'ferry'"]),
    "an effect on an act of others": ("events.csv", 7, {"effect": "1"}, "effect", ["an empty cell", "does not count"]),
    "an effect on a part": ("events.csv", 5, {"effect": "1"}, "effect", ["an empty cell", "does not count"]),
    "an effect on a plan": ("events.csv", 9, {"effect": "0"}, "effect", ["an empty cell", "does not count"]),
    "no effect on a counted act": ("events.csv", 2, {"effect": ""}, "effect", ["-1, 0 or 1", "the act counts"]),
    "a part of a part": ("events.csv", 8, {"parent_id": "A4", "effect": ""}, "parent_id", ["is no part itself"]),
    "a part of itself": ("events.csv", 2, {"parent_id": "A1", "effect": ""}, "parent_id", ["is no part itself"]),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_load_dossier_one_fault(folder, fault):
    file, row, cells, column, words = BROKEN[fault]
    change(folder, file, row, **cells)
    message = fail(folder)
    assert message.startswith("1 fault in the dossier:\n")
    assert f"- {file}, row {row}, column {column!r}: expected " in message
    assert [word for word in words if word not in message] == []


def test_load_dossier_missing_column(folder):
    rows = read(folder, "trade.csv")
    write(folder, "trade.csv", [row[:-1] for row in rows])
    assert "trade.csv, column 'note': expected the column 'note', found 'none'" in fail(folder)


def test_load_dossier_extra_column(folder):
    rows = read(folder, "actors.csv")
    write(folder, "actors.csv", [[*rows[0], "colour"], *([*row, "red"] for row in rows[1:])])
    message = fail(folder)
    assert "actors.csv" in message
    assert "expected no further column, found 'colour'" in message


def test_load_dossier_renamed_column(folder):
    rows = read(folder, "fields.csv")
    write(folder, "fields.csv", [["field", "grup"], *rows[1:]])
    assert "expected the column 'group', found 'grup'" in fail(folder)


def test_load_dossier_columns_in_another_order(folder):
    for file in ("fields.csv", "trade.csv"):
        write(folder, file, [row[::-1] for row in read(folder, file)])
    assert load_dossier(folder).trade.equals(load_dossier(INVENTED).trade)
    assert find_notes(folder) == [
        "trade.csv: columns in another order than the schema's",
        "fields.csv: columns in another order than the schema's",
    ]


def test_load_dossier_names_of_columns_in_capitals_and_with_spaces(folder):
    header, *rows = read(folder, "trade.csv")
    write(folder, "trade.csv", [[name.upper().replace("_", " ") for name in header], *rows])
    assert load_dossier(folder).trade.equals(load_dossier(INVENTED).trade)


@pytest.mark.parametrize("name", ["", "Unnamed: 0"])
def test_load_dossier_row_numbers_of_a_data_frame(folder, name):
    header, *rows = read(folder, "trade.csv")
    write(folder, "trade.csv", [[name, *header], *([str(place), *row] for place, row in enumerate(rows))])
    assert load_dossier(folder).trade.equals(load_dossier(INVENTED).trade)
    assert find_notes(folder) == ["trade.csv: 1 column of row numbers left out"]


def test_load_dossier_a_column_twice(folder):
    header, *rows = read(folder, "trade.csv")
    write(folder, "trade.csv", [[*header, "value"], *([*row, "99"] for row in rows)])
    assert fail(folder) == (
        "1 fault in the dossier:\n- trade.csv: expected no further column, found 'value' (it stands there twice)"
    )


@pytest.mark.parametrize("above", ["\n", ",,,\n\n"])
def test_load_dossier_empty_rows_above_the_header(folder, above):
    path = folder / "trade.csv"
    path.write_text(above + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert load_dossier(folder).trade.equals(load_dossier(INVENTED).trade)
    path.write_text(path.read_text(encoding="utf-8").replace(",10,", ",x,", 1), encoding="utf-8")
    assert f"trade.csv, row {above.count(chr(10)) + 2}, column 'value'" in fail(folder)


@pytest.mark.parametrize("word", ["true", "True", "1", "yes", "WAHR", "VRAI", "ИСТИНА"])
def test_load_dossier_truth_values_of_spreadsheets(folder, word):
    change(folder, "events.csv", 3, mutual=word)
    assert load_dossier(folder).events["mutual"].iloc[1]
    change(folder, "events.csv", 3, mutual="perhaps")
    assert "row 3, column 'mutual': expected TRUE or FALSE" in fail(folder)


def test_load_dossier_a_code_in_capitals(folder):
    change(folder, "events.csv", 2, certainty="ASSERTED")
    assert load_dossier(folder).events["certainty"].iloc[0] == "asserted"
    assert find_notes(folder) == ["events.csv: 1 code rewritten, such as ASSERTED as asserted"]


@pytest.mark.parametrize(
    ("kind", "date", "wish"),
    [
        ("calendar_year", "2020/2021", "one year, such as 2020"),
        ("calendar_year", "2020-02-29", "one year, such as 2020"),
        ("calendar_year", "../2020", "one year, such as 2020"),
        ("calendar_year", "2020-01/2020-12", "one year, such as 2020"),
        ("fiscal_year", "2020-07/2022-06", "a year from its first to its last month"),
        ("solar_hijri_year", "2020", ""),
        ("solar_hijri_year", "2020-03-21/2021-03-20", ""),
        ("half", "2020-01/2020-06", ""),
        ("half", "2020", "six months"),
        ("quarter", "2020-03-21/2020-06-20", ""),
        ("quarter", "2020-01", "three months"),
        ("month", "2020-02", ""),
        ("month", "2020-02/2020-03", "one month"),
        ("other", "2018/2020", ""),
    ],
)
def test_load_dossier_a_date_as_long_as_its_period(folder, kind, date, wish):
    change(folder, "trade.csv", 2, date=date, period_kind=kind, status="forecast")
    if wish:
        assert f"trade.csv, row 2, column 'date': expected {wish}" in fail(folder)
    else:
        assert load_dossier(folder).trade["date"].iloc[0] == date


def test_load_dossier_open_end_of_a_figure_is_the_day_of_publication(folder):
    change(folder, "trade.csv", 2, date="1995/..", period_kind="other")
    dossier = load_dossier(folder)
    assert dossier.trade["latest"].iloc[0] == dossier.last_day
    assert list(dossier.trade[["open_start", "open_end"]].iloc[0]) == [False, True]
    change(folder, "trade.csv", 2, date="../1995")
    assert load_dossier(folder).trade["earliest"].iloc[0] == dossier.first_day


def test_load_dossier_extra_cell(folder):
    rows = read(folder, "actors.csv")
    write(folder, "actors.csv", [*rows[:2], [*rows[2], "more"], *rows[3:]])
    assert (
        "actors.csv, row 3: expected 7 cells, as in the header, found '8 cells' ('more' is the first too many;"
        in fail(folder)
    )


def test_load_dossier_a_row_cut_anywhere(folder):
    rows = read(folder, "trade.csv")
    for count in range(1, len(rows[0])):
        write(folder, "trade.csv", [*rows[:2], rows[2][:count], *rows[3:]])
        assert f"trade.csv, row 3, column {rows[0][count]!r}: expected 21 cells, as in the header" in fail(folder)


def test_a_note_below_the_table_is_known_as_one(folder):
    path = folder / "trade.csv"
    path.write_text(path.read_text(encoding="utf-8") + "Source: the ministry\n", encoding="utf-8")
    said = "found '1 cell' ('Source: the ministry' looks like a note; take it away)"
    assert fail(folder).endswith(f"row 6, column 'date': expected 21 cells, as in the header, {said}")


def test_load_dossier_missing_cell(folder):
    rows = read(folder, "actors.csv")
    write(folder, "actors.csv", [*rows[:-1], rows[-1][:-1]])
    message = fail(folder)
    assert (
        "actors.csv, row 4, column 'cow': expected 7 cells, as in the header, found '6 cells' (a cell that" in message
    )


def test_load_dossier_leaves_out_blank_rows_and_counts_them(folder):
    text = (folder / "trade.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "trade.csv").write_text("".join([text[0], "\n", *text[1:]]), encoding="utf-8")
    assert len(load_dossier(folder).trade) == len(text) - 1
    write(folder, "trade.csv", [*(rows := read(folder, "trade.csv"))[:2], [*rows[2][:-2], "x", "y", "z"]])
    assert "row 3" in fail(folder)


def test_load_dossier_row_after_a_line_break_in_a_cell(folder):
    """A spreadsheet shows a cell with a line break as one row."""
    change(folder, "trade.csv", 2, note="one\ntwo")
    change(folder, "trade.csv", 3, value="x")
    assert "trade.csv, row 3, column 'value'" in fail(folder)


def test_load_dossier_missing_file(folder):
    (folder / "cameo.csv").unlink()
    assert "cameo.csv" in fail(folder)


def test_load_dossier_file_that_is_not_utf8(folder):
    (folder / "actors.csv").write_bytes(
        (folder / "actors.csv").read_bytes() + "XDD,Ø,Ø,country,XDD\n".encode("latin-1")
    )
    assert "actors.csv" in fail(folder)


def test_load_dossier_all_faults_at_once(folder):
    """A wrong cell, a wrong id, a missing cell and a broken rule in three files: one message, in order."""
    change(folder, "events.csv", 2, actor="XZZ")
    change(folder, "events.csv", 4, type="pact")
    change(folder, "trade.csv", 3, value="")
    change(folder, "actors.csv", 4, kind="club")
    lines = fail(folder).splitlines()
    assert lines[0] == "4 faults in the dossier:"
    places = [line.split(": expected")[0] for line in lines[1:]]
    assert places == [
        "- actors.csv, row 4, column 'kind'",
        "- events.csv, row 2, column 'actor'",
        "- events.csv, row 4, column 'type'",
        "- trade.csv, row 3, column 'value'",
    ]


def test_load_dossier_all_broken_rules_at_once(folder):
    change(folder, "events.csv", 2, effect="")
    change(folder, "events.csv", 3, fields="ferries;ferries")
    change(folder, "trade.csv", 4, exporter="")
    assert fail(folder).startswith("3 faults in the dossier:")


def test_load_dossier_wrong_cell_and_broken_rule_at_once(folder):
    """A rule that Table Schema cannot say is reported beside one that it can."""
    change(folder, "actors.csv", 4, kind="club")
    change(folder, "trade.csv", 4, importer="")
    assert fail(folder).startswith("2 faults in the dossier:")


@pytest.mark.parametrize(
    ("change", "word"),
    [({"dyad": ["XAA"]}, "dyad"), ({"article": "NONE"}, "article"), ({"coverage_start": "1970s"}, "coverage_start")],
)
def test_load_dossier_wrong_property(folder, change, word):
    path = folder / "datapackage.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | change), encoding="utf-8")
    assert word in fail(folder)


def test_load_dossier_wrong_properties_at_once(folder):
    path = folder / "datapackage.json"
    wrong = {"dyad": "XAA", "article": "NONE", "coverage_start": "../.."}
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | wrong), encoding="utf-8")
    message = fail(folder)
    assert message.startswith("3 faults in the dossier:")
    assert [word for word in wrong if f"datapackage.json, column '{word}'" not in message] == []


def test_load_dossier_schema_that_is_no_data_package(folder):
    path = folder / "datapackage.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | {"licenses": 5}), encoding="utf-8")
    assert "datapackage.json: expected a Data Package" in fail(folder)


def test_load_dossier_missing_schema(tmp_path):
    wish = "datapackage.json: expected a dossier's schema in the folder"
    assert fail(tmp_path) == f"{wish} {str(tmp_path)!r}, found none"


def test_load_dossier_schema_that_is_not_json(folder):
    (folder / "datapackage.json").write_text('{\n"name": oops}', encoding="utf-8")
    assert "datapackage.json, row 2: expected JSON" in fail(folder)


def test_load_dossier_message_has_no_machine_path(folder):
    change(folder, "trade.csv", 2, value="x")
    assert str(folder.parent) not in fail(folder)


def test_load_dossier_folder_as_text(dossier):
    pd.testing.assert_frame_equal(load_dossier(str(INVENTED)).events, dossier.events)


def test_load_dossier_default_for_an_empty_folder():
    assert load_dossier("").dyad == load_dossier().dyad


def test_find_faults_of_a_whole_dossier_is_none():
    assert find_faults(INVENTED) == []


def test_load_dossier_writes_nothing(folder):
    before = {path: path.read_bytes() for path in folder.rglob("*.*")}
    load_dossier(folder)
    assert {path: path.read_bytes() for path in folder.rglob("*.*")} == before


def test_dossier_is_frozen(dossier):
    with pytest.raises(FrozenInstanceError):
        dossier.trade = None


def test_dossier_properties(dossier):
    assert dossier.dyad == ("XAA", "XBB")
    assert dossier.article.name == "GAZETTE"
    assert (dossier.first_day, dossier.last_day) == (pd.Timestamp("1990-01-01"), pd.Timestamp("2020-03-01"))


@pytest.mark.parametrize("name", ["trade", "events", "periods", "actors", "fields", "cameo", "sources"])
def test_dossier_columns_of_the_file_come_first_and_in_order(dossier, name):
    frame, header = getattr(dossier, name), read(INVENTED, f"{name}.csv")[0]
    assert [frame.index.name, *frame.columns][: len(header)] == header


@pytest.mark.parametrize("name", ["trade", "events", "periods", "sources"])
def test_dossier_rows_are_the_ids(dossier, name):
    frame = getattr(dossier, name)
    assert frame["rows"].tolist() == frame.index.tolist()
    assert frame["rows"].dtype == "str"


DTYPES = {
    ("trade", "value"): "Float64",
    ("trade", "value_high"): "Float64",
    ("trade", "paragraph"): "Int64",
    ("trade", "year"): "Int64",
    ("trade", "reporter"): "str",
    ("trade", "earliest"): "datetime64[s]",
    ("events", "effect"): "Int64",
    ("events", "rank"): "Int64",
    ("events", "quantity"): "Float64",
    ("events", "mutual"): "boolean",
    ("events", "cameo_code"): "str",
    ("events", "goldstein"): "Float64",
    ("events", "bearing"): "Int64",
    ("events", "counted"): "bool",
    ("events", "persons"): "str",
    ("sources", "complete"): "boolean",
}


@pytest.mark.parametrize(("place", "dtype"), DTYPES.items(), ids=map(".".join, DTYPES))
def test_dossier_dtype(dossier, place, dtype):
    assert getattr(dossier, place[0])[place[1]].dtype == dtype


def test_dossier_certainty_is_ordered(dossier):
    for frame in (dossier.trade, dossier.events):
        assert frame["certainty"].cat.ordered
        assert list(frame["certainty"].cat.categories) == ["asserted", "reported", "alleged", "denied"]


def test_dossier_period_holds_phases_only_in_order_of_the_file(dossier):
    assert dossier.events["period"].cat.ordered
    assert list(dossier.events["period"].cat.categories) == ["Good neighbours", "Salt & harbour", "Talking again"]


def test_dossier_an_empty_cell_is_missing(dossier):
    assert pd.isna(dossier.trade.loc["R1", "reporter"])
    assert pd.isna(dossier.events.loc["A6", "effect"])
    assert pd.isna(dossier.events.loc["A2", "persons"])


@pytest.mark.parametrize("text", ["NA", "None", "nan", "NULL", "-", "007", "TRUE", "1e5"])
def test_dossier_text_stays_text(folder, text):
    change(folder, "trade.csv", 2, note=text)
    assert load_dossier(folder).trade.loc["R1", "note"] == text


def test_dossier_leading_zeros_stay(dossier):
    assert dossier.events.loc["A1", "cameo_code"] == "042"


def test_dossier_hostile_text_stays_as_it_is(dossier):
    assert dossier.events.loc["A1", "summary"] == "The chancellor <b>goes</b> *north* for $x$ | and back."
    assert dossier.events.loc["A1", "persons"] == "Séamus O’Néill"


def test_dossier_undated_act_has_no_day(dossier):
    act = dossier.events.loc["A5"]
    assert pd.isna(act["earliest"])
    assert pd.isna(act["latest"])
    assert act["when"] == "no date"


def test_dossier_open_end_is_clipped_at_publication(dossier):
    act = dossier.events.loc["A3"]
    assert (act["earliest"], act["latest"]) == (pd.Timestamp("2012-01-01"), pd.Timestamp("2020-03-01"))
    assert (act["open_start"], act["open_end"]) == (False, True)


def test_dossier_open_start_is_clipped_at_the_coverage(folder):
    change(folder, "events.csv", 2, date="../1995")
    act = load_dossier(folder).events.loc["A1"]
    assert (act["earliest"], act["latest"]) == (pd.Timestamp("1990-01-01"), pd.Timestamp("1995-12-31"))
    assert act["open_start"]


def test_dossier_tilde_is_kept_beside_the_days(folder):
    change(folder, "events.csv", 2, date="1991-03~")
    act = load_dossier(folder).events.loc["A1"]
    assert act["approximate"]
    assert (act["earliest"], act["latest"]) == (pd.Timestamp("1991-03-01"), pd.Timestamp("1991-03-31"))


def test_dossier_counted_acts(dossier):
    """Not counted: A4, a part; A6, of a third country; A8, a plan."""
    assert dossier.events.index[dossier.events["counted"]].tolist() == ["A1", "A2", "A3", "A5", "A7"]


def test_dossier_an_organisation_acts_for_its_country(folder):
    guild = ["XBB_SALT", "Salt Guild of Borduria", "Salt Guild", "organisation", "XBB", "", ""]
    write(folder, "actors.csv", [*read(folder, "actors.csv"), guild])
    change(folder, "events.csv", 4, actor="XBB_SALT")
    act = load_dossier(folder).events.loc["A3"]
    assert (act["actor"], act["actor_country"], act["counted"]) == ("XBB_SALT", "XBB", True)


def test_dossier_an_act_within_one_country_does_not_count(folder):
    change(folder, "events.csv", 2, target="XAA", effect="")
    assert not load_dossier(folder).events.loc["A1", "counted"]


def test_dossier_a_joint_act_without_a_target_counts(folder):
    change(folder, "events.csv", 3, target="")
    assert load_dossier(folder).events.loc["A2", "counted"]


def test_dossier_bearing_of_a_part_is_that_of_the_larger_act(dossier):
    """A4 is a part of A3, whose effect is -1; A6 is context and has none; A7 has its own, 0."""
    assert dossier.events.loc["A4", "bearing"] == -1
    assert pd.isna(dossier.events.loc["A6", "bearing"])
    assert dossier.events.loc["A7", "bearing"] == 0


def test_dossier_goldstein_comes_from_the_code(dossier):
    assert dossier.events.loc["A2", "goldstein"] == 8.0
    assert pd.isna(dossier.events.loc["A6", "goldstein"])


def test_dossier_year_of_calendar_years_only(folder):
    change(folder, "trade.csv", 2, period_kind="fiscal_year")
    years = load_dossier(folder).trade["year"]
    assert pd.isna(years["R1"])
    assert years["R2"] == 2015


def test_dossier_bounds_of_a_phase(folder):
    """From ../2009 to 2010/2011: at most 1990 (the coverage) to the end of 2011, surely 2009-12-31 to 2010-01-01."""
    change(folder, "periods.csv", 2, start="../2009", end="2010/2011")
    columns = ["earliest", "latest", "sure_start", "sure_end"]
    days = ["1990-01-01", "2011-12-31", "2009-12-31", "2010-01-01"]
    assert load_dossier(folder).periods.loc["K1", columns].tolist() == [pd.Timestamp(day) for day in days]


def test_dossier_phase_without_an_end(dossier):
    assert dossier.periods.loc["K3", "latest"] == dossier.last_day
    assert pd.isna(dossier.periods.loc["K3", "sure_end"])


@pytest.mark.parametrize("keep", [0, 1])
def test_load_dossier_of_few_rows(folder, keep):
    """Without acts and figures, or with one of each, it loads and keeps its types."""
    for file in ("trade.csv", "events.csv"):
        write(folder, file, read(folder, file)[: keep + 1])
    dossier = load_dossier(folder)
    assert (len(dossier.trade), len(dossier.events)) == (keep, keep)
    assert dossier.events["bearing"].dtype == "Int64"
    assert dossier.events["earliest"].dtype == "datetime64[s]"
    assert len(list_rows(dossier)) == 2 * keep + 4 + 1


def ids(frame):
    return frame.index.tolist()


def test_select_rows_without_limits_is_everything(dossier):
    chosen = select_rows(dossier)
    pd.testing.assert_frame_equal(chosen.trade, dossier.trade)
    pd.testing.assert_frame_equal(chosen.events, dossier.events)


def test_select_rows_first_year_keeps_what_may_fall_inside(dossier):
    """A3 and A4 (2012 or later) and A7 (2014–2016) may fall after 2015; A5 has no date."""
    chosen = select_rows(dossier, first_year=2015)
    assert ids(chosen.events) == ["A3", "A4", "A7", "A8"]
    assert ids(chosen.trade) == ["R2", "R3", "R4"]


def test_select_rows_last_year_keeps_what_may_fall_inside(dossier):
    assert ids(select_rows(dossier, last_year=2010).events) == ["A1", "A2"]


def test_select_rows_one_year(dossier):
    assert ids(select_rows(dossier, first_year=2013, last_year=2013).events) == ["A3", "A4", "A6"]


@pytest.mark.parametrize(
    ("certainty", "gone"),
    [("denied", []), ("alleged", ["A4"]), ("reported", ["A3", "A4"]), ("asserted", ["A3", "A4", "A6"])],
)
def test_select_rows_certainty(dossier, certainty, gone):
    chosen = select_rows(dossier, certainty=certainty)
    assert sorted(set(dossier.events.index) - set(chosen.events.index)) == sorted(gone)


def test_select_rows_certainty_of_trade(folder):
    change(folder, "trade.csv", 5, certainty="reported")
    assert ids(select_rows(load_dossier(folder), certainty="asserted").trade) == ["R1", "R2", "R3"]


def test_select_rows_period_takes_acts_and_leaves_trade(dossier):
    chosen = select_rows(dossier, period="K2")
    assert ids(chosen.events) == ["A3", "A4", "A5", "A6"]
    assert ids(chosen.trade) == ids(dossier.trade)


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"certainty": "sure"}, "asserted, reported, alleged, denied, found 'sure'"),
        ({"period": "K9"}, "K1, K2, K3, found 'K9'"),
        ({"first_year": 2000, "last_year": 1990}, "expected 2000 or later, found 1990"),
    ],
)
def test_select_rows_refuses(dossier, wish, words):
    with pytest.raises(DataError, match=words):
        select_rows(dossier, **wish)


def test_select_rows_leaves_its_input_alone(dossier):
    before = dossier.events.copy(deep=True)
    select_rows(dossier, first_year=2010, certainty="asserted", period="K3")
    pd.testing.assert_frame_equal(dossier.events, before)


def test_list_rows_one_entry_for_each_citable_row(dossier):
    rows = list_rows(dossier)
    assert len(rows) == 4 + 8 + 4 + 1
    assert rows.index.is_unique


def test_list_rows_content_of_trade(dossier):
    assert list_rows(dossier)["content"].head(4).tolist() == [
        "Total trade: 10 million USD",
        "Total trade: about 20 million USD",
        "XAA to XBB: 12 million USD",
        "Total trade: 80 million USD (forecast)",
    ]


def test_list_rows_missing_is_an_empty_text(dossier):
    rows = list_rows(dossier)
    assert not rows.isna().any(axis=None)
    assert rows.loc["A1", "note"] == ""
    assert rows.loc["K1", "certainty"] == ""
    assert "<NA>" not in rows.to_string()


def test_select_rows_takes_a_phase_and_no_theme() -> None:
    with pytest.raises(DataError, match="period: expected one of PH1, PH2, PH3, PH4, PH6, PH7, PH8, PH9, found 'PH5'"):
        select_rows(load_dossier(), period="PH5")


def test_list_rows_says_how_an_act_is_coded() -> None:
    coding = list_rows(load_dossier()).loc["E29", "coding"]
    assert coding == "IRN → IRPT; effect −1; CAMEO 043; Goldstein +2.8; phase Rupture"


def edit(package, place, value):
    """Set what stands at a place of a package, such as ``resources.0.path``; None takes it away."""
    *way, last = [int(part) if part.isdecimal() else part for part in place.split(".")]
    for part in way:
        package = package[part]
    if value is None:
        del package[last]
    else:
        package[last] = value


@pytest.mark.parametrize(
    ("place", "value", "words"),
    [
        ("resources", None, "$: 'resources' is a required property"),
        ("resources", {}, "resources: {} is not of type 'array'"),
        ("resources.0", 1, "resources[0]: 1 is not of type 'object'"),
        ("resources.0.name", None, "resources[0]: 'name' is a required property"),
        ("resources.1.name", "trade", "the table 'trade' stands there twice"),
        ("resources.0.path", 5, "resources[0].path: 5 is not of type 'string'"),
        ("resources.0.path", "../trade.csv", "resources[0].path: '../trade.csv' does not match"),
        ("resources.0.path", "/etc/passwd", "does not match"),
        ("resources.0.encoding", 5, "resources[0].encoding: 5 is not of type 'string'"),
        ("resources.0.encoding", "klingon", "expected an encoding that Python knows, found 'klingon'"),
        ("resources.0.schema.primaryKey", None, "'primaryKey' is a required property"),
        ("resources.0.schema.fields.0.type", "wordy", "'wordy' is not one of ['string', 'number',"),
        ("resources.0.schema.fields.0.constraints", [], "constraints: [] is not of type 'object'"),
        ("resources.0.schema.fields.0.constraints", {"pattern": "("}, "'(' is not a 'regex'"),
        (
            "resources.0.schema.fields.3",
            None,
            "datapackage.json, column 'date_basis': expected a field of the table 'trade', found 'none'",
        ),
        ("resources.0.schema.foreignKeys", "x", "schema.foreignKeys: 'x' is not of type 'array'"),
        ("resources.0.schema.foreignKeys.0", {"fields": "exporter"}, "'reference' is a required property"),
        ("resources.0.schema.foreignKeys.0.fields", ["exporter"], "['exporter'] is not of type 'string'"),
        ("resources.0.schema.foreignKeys.0.reference.resource", "actor", "no column 'exporter' or actor.code"),
        ("resources.0.schema.foreignKeys.0.reference.fields", "cod", "no column 'exporter' or actors.cod"),
        ("resources.0.schema.foreignKeys.0.fields", "x", "key of the table 'trade': no column 'x' or actors.code"),
        ("dyad", "XAA", "column 'dyad': expected the codes of two countries"),
        ("dyad", ["XAA", 3], "dyad[1]: 3 is not of type 'string'"),
        ("dyad", ["XAA", "XZZ"], "column 'dyad': expected two codes of actors.csv"),
        ("article", ["GAZETTE"], "article: ['GAZETTE'] is not of type 'string'"),
        ("coverage_start", 1991, "coverage_start: 1991 is not of type 'string'"),
        (
            "coverage_start",
            "0091",
            "column 'coverage_start': expected a year such as 1991, or none where it is not known, found '0091'",
        ),
        ("coverage_start", "2091", "expected a date before the article appeared, 2020-03-01, found '2091'"),
    ],
)
def test_a_schema_of_another_form_is_told_where(folder, place, value, words):
    path = folder / "datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8"))
    edit(package, place, value)
    path.write_text(json.dumps(package), encoding="utf-8")
    assert words in fail(folder)


@pytest.mark.parametrize("text", ["[]", '"x"', "1", "null"])
def test_a_schema_that_is_no_object(folder, text):
    (folder / "datapackage.json").write_text(text, encoding="utf-8")
    assert "is not of type 'object'" in fail(folder)


MESSAGES = {
    ("events.csv", "certainty", "nobody"): "one of asserted, reported, alleged, denied, found 'nobody' (Standing of",
    (
        "events.csv",
        "certainty",
        "denyed",
    ): "one of asserted, reported, alleged, denied, found 'denyed' (did you mean 'denied'?)",
    ("events.csv", "certainty", "\u0430sserted"): (
        "one of asserted, reported, alleged, denied, found '\u0430sserted' "
        "(did you mean 'asserted'? '\u0430' is U+0430 CYRILLIC SMALL LETTER A)"
    ),
    ("events.csv", "event_id", "\u00c41"): (
        "text of the form [A-Za-z0-9_-]+, found '\u00c41' ('\u00c4' is U+00C4 LATIN CAPITAL LETTER A WITH DIAERESIS)"
    ),
    ("events.csv", "event_id", "A 1"): "of the form [A-Za-z0-9_-]+, found 'A 1' (Id of the row, never renumbered.)",
    ("events.csv", "mutual", "perhaps"): "TRUE or FALSE, not empty, found 'perhaps' (TRUE where the two countries act",
    ("events.csv", "rank", "0"): "a whole number not below 1, found '0' (Order in which acts are labelled",
    ("events.csv", "rank", "x"): "a number, found 'x' (digits with a point, such as 12.5; an empty cell is",
    ("events.csv", "label", "x" * 40): f"text of at most 34 characters, not empty, found '{'x' * 40}' (The title",
    ("events.csv", "title", ""): "text, not empty, found '' (What happened",
    ("events.csv", "date", "2020-13-41"): "a day is written 2020-02-05, a month 2020-02)",
    ("events.csv", "actor", "Bordurja"): "an id of actors.csv, found 'Bordurja' (did you mean 'XBB'?)",
    ("events.csv", "actor", "nobody"): "an id of actors.csv, found 'nobody' (add the row there or correct the id)",
    ("events.csv", "actor", "Republic of Borduria"): "found 'Republic of Borduria' (did you mean 'XBB'?)",
    ("events.csv", "actor", "\u0411\u043e\u0440\u0434\u0443"): (
        "('\u0411' is U+0411 CYRILLIC CAPITAL LETTER BE, '\u043e' is U+043E CYRILLIC SMALL LETTER O, "
        "'\u0440' is U+0440 CYRILLIC SMALL LETTER ER, 2 more of another script)"
    ),
    ("trade.csv", "unit", "m USD"): "text such as million USD, billion KZT, thousand tonnes or %, found 'm USD' (Unit",
    ("trade.csv", "unit", "million Euro"): "thousand tonnes or %, found 'million Euro' (Unit of the three values, as",
    ("trade.csv", "value", "-101"): "a number not below -100, not empty, found '-101' (The figure as printed",
    ("trade.csv", "value", "-"): "a number, found '-' (a cell of this column must not be missing)",
}


@pytest.mark.parametrize(("file", "column", "cell"), MESSAGES)
def test_message_word_for_word(folder, file, column, cell):
    change(folder, file, 2, **{column: cell})
    told = [
        line for line in fail(folder).splitlines() if line.startswith(f"- {file}, row 2, column {column!r}: expected ")
    ]
    assert any(MESSAGES[file, column, cell] in line for line in told), told
    assert all("  " not in line and line == line.strip() for line in told)


RULES = [  # file, row, cells, and what is said of them after the file and the row
    ("trade.csv", 4, {"exporter": ""}, "'exporter': expected an exporter, since flow is one_way, found ''"),
    ("trade.csv", 4, {"importer": ""}, "'importer': expected an importer, since flow is one_way, found ''"),
    ("trade.csv", 4, {"importer": "XAA"}, "'importer': expected another country than the exporter, found 'XAA'"),
    ("trade.csv", 4, {"importer": "CC"}, "'importer': expected an id of actors.csv, found 'CC' (did you mean 'XCC'?)"),
    ("trade.csv", 4, {"importer": "XCC"}, "'importer': expected one of XAA, XBB, found 'XCC'"),
    (
        *("trade.csv", 4, {"flow": "total"}),
        "'flow': expected one_way, since an exporter or an importer is given, found 'total'",
    ),
    (
        *("trade.csv", 2, {"date": "2000-01"}),
        "'date': expected one year, such as 2020, of a calendar_year, found '2000-01' (or correct period_kind)",
    ),
    (
        *("trade.csv", 2, {"date": "1020"}),
        "'date': expected a date that can be, found '1020' "
        "(the year 1020 is far from any that an article on two countries tells of)",
    ),
    (
        *("trade.csv", 2, {"value_low": ""}),
        "'value_low': expected a number, since bound is exact, found '' "
        "(of an exact figure it is the value, or the ends of its rounding)",
    ),
    (
        *("trade.csv", 2, {"value_high": "", "bound": "at_most"}),
        "'value_high': expected a number, since bound is at_most, found '' "
        "(of an exact figure it is the value, or the ends of its rounding)",
    ),
    ("trade.csv", 2, {"value": "11"}, "'value': expected at most value_high, 10.0, found '11.0'"),
    ("trade.csv", 3, {"value_low": "21"}, "'value_low': expected at most value, 20.0, found '21.0'"),
    (
        *("trade.csv", 3, {"trade_id": "R1"}),
        "'trade_id': expected an id of its own, found 'R1' (a row above has it too)",
    ),
    (
        *("trade.csv", 3, {"value_high": "2250"}),
        "'value_low': expected a range about 20.0, from half to double of it at most, found '17.5 to 2250.0' "
        "(see README.md)",
    ),
    (
        *("trade.csv", 3, {"value_low": "20", "value_high": "20"}),
        "'value_low': expected a range about 20.0, from half to double of it at most, found '20.0 to 20.0' "
        "(see README.md)",
    ),
    (
        *("trade.csv", 2, {"value_high": "12"}),
        "'value_low': expected 10.0 three times, since bound is exact, found '10.0 to 12.0' "
        "(bound is about where the text hedges the figure)",
    ),
    (
        *("trade.csv", 2, {"date": "2021"}),
        "'date': expected a date by 2020-03-01, when GAZETTE appeared, found '2021' (or a status other than observed)",
    ),
    (
        *("events.csv", 2, {"date": "2020-04"}),
        "'date': expected a date by 2020-03-01, when GAZETTE appeared, found '2020-04' "
        "(or a status other than observed)",
    ),
    ("events.csv", 3, {"quantity_unit": ""}, "'quantity_unit': expected a value, since quantity has one, found ''"),
    (
        *("events.csv", 2, {"place": "#REF!"}),
        "'place': expected text, found '#REF!' "
        "(what a spreadsheet writes where a formula failed; put in what was meant)",
    ),
    ("events.csv", 2, {"persons": "Z;A"}, "'persons': expected A;Z, found 'Z;A' (a list is sorted, each member once)"),
    (
        *("events.csv", 2, {"fields": "nothing"}),
        "'fields': expected fields that fields.csv lists, found 'nothing' (add it there or correct it)",
    ),
    ("events.csv", 2, {"effect": ""}, "'effect': expected -1, 0 or 1, since the act counts, found '' (see README.md)"),
    (
        *("events.csv", 9, {"effect": "1"}),
        "'effect': expected an empty cell, since the act does not count, found '1' (see README.md)",
    ),
    (
        *("events.csv", 2, {"event_id": "R1"}),
        "'event_id': expected an id unlike all others, found 'R1' (it stands in trade.csv too)",
    ),
    (
        *("events.csv", 5, {"parent_id": "A9"}),
        "'parent_id': expected an id of events.csv, found 'A9' (add the row there or correct the id)",
    ),
    (
        *("periods.csv", 2, {"start": "2010", "end": "2000"}),
        "'end': expected an end that is not before the start, 2010, found '2000'",
    ),
    (
        *("sources.csv", 2, {"date": "2020/.."}),
        "'date': expected the day by which the article appeared, found '2020/..' (../.. where it is not known)",
    ),
    (
        *("cameo.csv", 2, {"goldstein": "11"}),
        "'goldstein': expected a number not below -10 and not above 10, not empty, found '11' "
        "(Value on the Goldstein scale, from conflict to cooperation.)",
    ),
]


@pytest.mark.parametrize(("file", "row", "cells", "said"), RULES)
def test_rule_word_for_word(folder, file, row, cells, said):
    change(folder, file, row, **cells)
    assert fail(folder) == f"1 fault in the dossier:\n- {file}, row {row}, column {said}"


@pytest.mark.parametrize(("code", "cut"), [("042", "42"), ("010", "10"), ("020", "20"), ("0311", "311")])
def test_a_code_without_its_zero_is_told_where_all_files_lost_it(folder, code, cut):
    """10 and 20 are roots of CAMEO themselves: a code has three or four digits, so that none can be another."""
    rows = [number for number, cells in enumerate(read(folder, "events.csv"), start=1) if "042" in cells]

    def recode(text):
        change(folder, "cameo.csv", 2, code=text)
        for row in rows:
            change(folder, "events.csv", row, cameo_code=text)

    recode(code)
    load_dossier(folder)
    recode(cut)
    message = fail(folder)
    assert "cameo.csv, row 2, column 'code': expected text of the form" in message
    assert f"found '{cut}' (did you mean '{code}'? A spreadsheet drops the zero in front, here and perhaps" in message


def test_years_out_of_range_are_named(dossier):
    with pytest.raises(DataError, match=r"^last_year: expected 0 or a year from 1500 to 2199, found 2200$"):
        select_rows(dossier, last_year=2200)


def test_three_foreign_letters_are_all_named():
    assert name_letters("абв").count("CYRILLIC") == 3
    assert "more" not in name_letters("абв")
    assert name_letters("абвг").endswith("1 more of another script")


def test_a_hedged_figure_may_be_just_double(folder):
    row = next(number for number, cells in enumerate(read(folder, "trade.csv"), start=1) if "about" in cells)
    change(folder, "trade.csv", row, value="20", value_low="10", value_high="40")
    load_dossier(folder)
    change(folder, "trade.csv", row, value_high="40.5")
    assert "from half to double of it at most" in fail(folder)


@pytest.mark.parametrize(("low", "high"), [("17.5", "1018.5"), ("18", "18"), ("17.5", "19")])
def test_ends_of_a_rounded_figure_are_half_of_it(tmp_path, low, high):
    folder = Path(shutil.copytree(DEFAULT, tmp_path / "data"))
    row = next(number for number, cells in enumerate(read(folder, "evidence.csv"), start=1) if cells[0] == "V002")
    change(folder, "evidence.csv", row, value_low=low, value_high=high)
    wish = f"column 'value_low': expected half of rounding, 0.5, on either side of 18.0, found '{float(low)} to"
    assert f"evidence.csv, row {row}, {wish} {float(high)}'" in fail(folder)


@pytest.mark.parametrize("cells", [{"note": "again"}, {"paragraph": "3", "text_start": "x", "text_end": "y"}])
def test_a_figure_told_twice_counts_once(folder, cells):
    rows = read(folder, "trade.csv")
    write(folder, "trade.csv", [*rows, ["R9", *rows[1][1:]]])
    change(folder, "trade.csv", 6, **cells)
    assert "row 6, column 'trade_id': expected a row that is not also row 2, found 'R9' (take one" in fail(folder)


def test_an_act_told_twice_counts_once(folder):
    rows = read(folder, "events.csv")
    write(folder, "events.csv", [*rows, ["A99", *rows[1][1:]]])
    change(folder, "events.csv", 10, rank="", note="again")
    assert "row 10, column 'event_id': expected a row that is not also row 2, found 'A99'" in fail(folder)


def test_a_workbook_under_another_name(folder):
    (folder / "trade.csv").write_bytes(b"PK\x03\x04\x14\x00")
    assert "trade.csv: expected text, found 'a workbook or a packed file' (save it as CSV, or unpack it)" in fail(
        folder
    )


@pytest.mark.parametrize(("bound", "end"), [("at_most", "value_low"), ("at_least", "value_high")])
def test_a_bound_leaves_one_end_open(folder, bound, end):
    change(folder, "trade.csv", 2, bound=bound, **{end: ""})
    assert load_dossier(folder).trade[end].isna().iloc[0]


def test_an_act_that_is_a_part_has_no_parts(folder):
    change(folder, "events.csv", 4, parent_id="A5", effect="")
    said = "expected a larger act that is no part itself, found 'A3' (name the larger act)"
    assert fail(folder) == f"1 fault in the dossier:\n- events.csv, row 5, column 'parent_id': {said}"


def test_rows_are_numbered_as_in_the_file(folder):
    header, *rows = read(folder, "trade.csv")
    write(folder, "trade.csv", [[""] * 20, header, *rows[:3], [""] * 20, ["T9", *rows[0][1:]]])
    said = "expected a row that is not also row 3, found 'T9' (take one of the two away)"
    assert fail(folder) == f"1 fault in the dossier:\n- trade.csv, row 7, column 'trade_id': {said}"


def test_a_number_with_a_line_break_in_it(folder):
    change(folder, "trade.csv", 2, value="1\n0")
    assert "trade.csv, row 2, column 'value': expected a number, found " in fail(folder)


def test_messages_on_persons_word_for_word(folder):
    change(folder, "events.csv", 2, persons="Hasan Hasani;Hassan Hasani")
    change(folder, "events.csv", 3, persons="Omid Zand")
    said = "events.csv: are 'Hasan Hasani' and 'Hassan Hasani' one person? They are counted apart"
    assert find_notes(folder) == [said]


@pytest.mark.parametrize(
    ("before", "after"), [("a,b\nR1;", ""), ("a,b\nR1,", ",x"), ("a\n", "\nx"), ("", ";x"), ("a,b\nR1,", "\r\nx")]
)
def test_old_code_pages_are_tried_on_the_whole_cell(before, after):
    name = "\u0425\u0430\u0441\u0430\u043d \u041f."
    data = before.encode() + name.encode("cp1251") + after.encode()
    ways = "in cp1251 {!r}, in cp1256 {!r}, in cp1252 {!r}".format(
        *(name.encode("cp1251").decode(page) for page in ("cp1251", "cp1256", "cp1252"))
    )
    tail = 'save the file as UTF-8, or name the right one as "encoding" in datapackage.json'
    assert _try_pages(data, len(before)) == f"it would be {ways}; {tail}"


def test_a_byte_that_no_code_page_has_is_shown_as_such():
    assert "in cp1252 '\ufffdabc'" in _try_pages(b"\x81abc", 0)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("\u0649", "\u06cc"),
        ("\u0629", "\u0647"),
        ("\u06c0", "\u06d5"),
        ("\u2019\u02bc", "\x27\x27"),
        ("a\u200cb", "a b"),
        ("a\u200bb", "ab"),
        ("\u00c9T\u00c9", "ete"),
        ("  a   b ", "a b"),
    ],
)
def test_spellings_that_look_alike(one, other):
    assert fold_text(one) == other


def test_a_sign_without_a_name():
    assert name_sign("\x07") == "U+0007 without a name"


def test_a_table_in_a_folder_is_named_by_its_path(folder):
    (folder / "coding" / "passes.csv").unlink()
    assert fail(folder) == "1 fault in the dossier:\n- coding/passes.csv: expected a CSV file, found 'none'"


def test_a_quotation_mark_that_swallows_rows_of_a_narrow_table(folder):
    path = folder / "paragraphs.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines, '90,"oops', "91,", "92,", '93,"', ""]), encoding="utf-8")
    assert "expected one row, found '4 lines'" in fail(folder)


def test_a_declared_code_page_on_utf_8_is_told(folder):
    path = folder / "datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8"))
    next(table for table in package["resources"] if table["name"] == "events")["encoding"] = "cp1252"
    path.write_text(json.dumps(package), encoding="utf-8")
    change(folder, "events.csv", 2, persons="S\u00e9amus O\u2019N\u00e9ill")
    assert "events.csv: expected text in cp1252, found 'text in utf-8' (take" in fail(folder)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"x": ' + "9" * 5000 + "}"])
def test_a_schema_of_uncommon_size(folder, text):
    (folder / "datapackage.json").write_text(text, encoding="utf-8")
    assert "expected JSON of a common size" in fail(folder)


def test_a_schema_that_is_a_pipe(folder):
    (folder / "datapackage.json").unlink()
    os.mkfifo(folder / "datapackage.json")
    assert "datapackage.json: expected a dossier's schema, found no plain file" in fail(folder)


def test_a_constraint_of_another_type_than_its_field(folder):
    path = folder / "datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8"))
    package["resources"][0]["schema"]["fields"][9]["constraints"]["minimum"] = "abc"
    path.write_text(json.dumps(package), encoding="utf-8")
    assert "expected" in fail(folder)


def test_a_country_does_not_trade_with_itself(folder):
    change(folder, "trade.csv", 4, exporter="XAA", importer="XAA")
    assert "row 4, column 'importer': expected another country than the exporter, found 'XAA'" in fail(folder)
    change(folder, "trade.csv", 4, flow="total", exporter="XAA", importer="XBB")
    assert "row 4, column 'flow': expected one_way, since an exporter or an importer is given" in fail(folder)


def test_lakhs(folder):
    change(folder, "trade.csv", 2, value="12,34,567", value_low="12,34,567", value_high="12,34,567.0")
    assert load_dossier(folder).trade["value_high"].iloc[0] == 1234567


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([4], "row 4"),
        ([4, 9], "rows 4 and 9"),
        ([4, 5, 9], "rows 4, 5 and 9"),
        (range(2, 32), "rows 2 to 31 (30 of them)"),
    ],
)
def test_describe_faults_tells_one_fault_in_many_rows_once(rows, said):
    faults = [Fault("events.csv", row, "period_id", "an id", "PH2") for row in rows]
    other = Fault("events.csv", 7, "period_id", "an id", "PH3")
    first, line, last = describe_faults([*faults, other]).split("\n")
    assert first == f"{len(rows) + 1} faults in the dossier:"
    assert line == f"- events.csv, {said}, column 'period_id': expected an id, found 'PH2'"
    assert last == f"- {other}"
