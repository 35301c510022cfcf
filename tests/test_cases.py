"""Public failure cases of people who do this job, each under its id, on an invented dossier.

An input is read as meant where only one reading is possible; else one clear error says file, row, column, found,
expected and how to mend it. There is never a silently wrong number.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner
from copies import INVENTED, change, fail, read, read_page, render, write, write_notebook
from nbformat import v4
from torture import kill_batches

from analysis import load_dossier
from analysis.__main__ import main
from analysis.batch import Job, plan_batch, plan_job, run_jobs
from analysis.cells import read_number
from analysis.display import _draw_note
from analysis.errors import ParameterError, RenderError
from analysis.faults import find_notes
from analysis.render import Limits, prepare_notebook, render_notebook, run_notebook
from analysis.report import write_whole


def join(rows, separator=",", end="\n"):
    """Return rows as CSV text."""
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator=end).writerows(rows)
    return text.getvalue()


def values(folder):
    return load_dossier(folder).trade["value"].tolist()


def same(folder):
    """Return whether a dossier is read just as the untouched one."""
    one, other = load_dossier(folder), load_dossier(INVENTED)
    return one.trade.equals(other.trade) and one.events.equals(other.events) and one.actors.equals(other.actors)


# csv-input


def test_csv_02_semicolons_and_decimal_commas(folder):
    rows = change(folder, "trade.csv", 2, value="10,5", value_low="10,5", value_high="10,5")
    (folder / "trade.csv").write_text(join(rows, ";"), encoding="utf-8")
    assert values(folder) == [10.5, 20, 12, 80]
    assert "trade.csv: cells are separated by ;" in find_notes(folder)
    (folder / "trade.csv").write_text("sep=;\n" + join(rows, ";", "\r\n"), encoding="utf-8-sig")
    assert values(folder) == [10.5, 20, 12, 80]
    (folder / "trade.csv").write_text(join(rows, "\t"), encoding="utf-8")
    assert values(folder) == [10.5, 20, 12, 80]


def test_csv_02_a_point_before_three_digits_among_decimal_commas(folder):
    rows = change(folder, "trade.csv", 2, value="10,5", value_low="10,5", value_high="10,5")
    rows[2][rows[0].index("value_high")] = "1.234"
    (folder / "trade.csv").write_text(join(rows, ";"), encoding="utf-8")
    assert "row 3, column 'value_high': expected a number, found '1.234' (it could be 1234 or 1.234" in fail(folder)


@pytest.mark.parametrize("separator", [";", "\t"])
def test_csv_02_a_point_before_three_digits_where_commas_are_usual(folder, separator):
    rows = change(folder, "trade.csv", 2, value="1.234", value_low="1.234", value_high="1.234")
    assert values(folder)[0] == 1.234
    (folder / "trade.csv").write_text(join(rows, separator), encoding="utf-8")
    assert "row 2, column 'value': expected a number, found '1.234' (it could be 1234 or 1.234" in fail(folder)
    (folder / "trade.csv").write_text(join(rows), encoding="utf-8")
    change(folder, "trade.csv", 3, value="1.234.567", value_low="1.234.567", value_high="1.234.567")
    assert "row 2, column 'value': expected a number, found '1.234'" in fail(folder)


@pytest.mark.parametrize("sure", ["0,125", "1234,567", "12,5000", "2,5\u200e"])
def test_csv_02_any_decimal_comma_makes_a_point_doubtful(folder, sure):
    change(folder, "events.csv", 3, quantity=sure)
    change(folder, "events.csv", 2, quantity="1.234", quantity_unit="x", quantity_bound="exact")
    assert "row 2, column 'quantity': expected a number, found '1.234' (it could be 1234 or 1.234" in fail(folder)
    change(folder, "events.csv", 2, quantity="۱٫۲۳۴")
    assert load_dossier(folder).events["quantity"].iloc[0] == 1.234


def test_csv_11_whole_numbers_as_pandas_writes_them(folder):
    change(folder, "trade.csv", 2, paragraph="2.0")
    assert load_dossier(folder).trade["paragraph"].iloc[0] == 2
    change(folder, "events.csv", 2, rank="9" * 20)
    assert "events.csv, row 2, column 'rank': expected a number" in fail(folder)


def test_faults_of_one_file_are_not_told_of_others(folder):
    change(folder, "cameo.csv", 2, goldstein="x")
    assert fail(folder).startswith("1 fault in the dossier:")


def test_notes_are_told_of_files_with_faults_too(folder):
    rows = read(folder, "events.csv")
    place = rows[0].index("persons")
    write(folder, "events.csv", [row[:place] + row[place + 1 :] for row in rows])
    change(folder, "trade.csv", 2, value="1,234,567")
    assert find_notes(folder) == ["trade.csv: 1 number rewritten, such as 1,234,567 as 1234567"]
    assert "events.csv, column 'persons': expected the column 'persons'" in fail(folder)


@pytest.mark.parametrize("day", ["", "2019/.."])
def test_the_article_has_a_day(folder, day):
    row = next(row for row, cells in enumerate(read(folder, "sources.csv"), start=1) if cells[0] == "GAZETTE")
    change(folder, "sources.csv", row, date=day)
    assert "column 'date': expected the day by which the article appeared" in fail(folder)


@pytest.mark.parametrize("sign", [" ", "\u00a0", "\u202f", "\u2009", "'", "’", ",", "."])
def test_csv_05_thousands_signs(folder, sign):
    number = f"1{sign}234{sign}567"
    change(folder, "trade.csv", 2, value=number, value_low=number, value_high=number)
    assert values(folder)[0] == 1234567
    assert find_notes(folder) == [f"trade.csv: 3 numbers rewritten, such as {number} as 1234567"]


@pytest.mark.parametrize(
    ("text", "words"),
    [("52-57", "a range has its ends in"), ("52–57", "a range has its"), ("55 million", "digits only; units")]
    + [(text, "digits only; units, currencies, marks") for text in ("$5", "USD 5", "5%", "140*", "140 (p)", "140¹")],
)
def test_csv_05_a_number_with_something_beside_it(folder, text, words):
    change(folder, "trade.csv", 2, value=text)
    assert f"row 2, column 'value': expected a number, found '{text}' ({words}" in fail(folder)


@pytest.mark.parametrize("text", ["1,234", "+1,234", "1,234.5.6", "1 23", "2,34,56", "1,2345,678", "1٫234٫567"])
def test_csv_05_a_number_with_two_readings_or_none(folder, text):
    change(folder, "trade.csv", 2, value=text)
    assert f"trade.csv, row 2, column 'value': expected a number, found '{text}'" in fail(folder)


@pytest.mark.parametrize(("text", "number"), [("−12", "-12"), ("–3", "-3"), ("- 4", "-4")])
def test_csv_07_typographic_minus(folder, text, number):
    assert read_number(text) == number
    change(folder, "trade.csv", 2, value=text)
    assert f"row 2, column 'value': expected 0 or more, since the unit is not %, found '{number}'" in fail(folder)


@pytest.mark.parametrize("text", ["49.03-", "(12)", "(1)", "1-", "3–"])
def test_csv_07_negatives_of_ledgers_are_refused_since_brackets_mean_estimates_too(folder, text):
    for file, column in (("trade.csv", "value"), ("events.csv", "effect"), ("cameo.csv", "goldstein")):
        change(folder, file, 2, **{column: text})
        assert f"{file}, row 2, column {column!r}: expected a number, found {text!r} (a minus sign stands" in fail(
            folder
        )


@pytest.mark.parametrize("text", ["..", "…", "n/a", "–", "-", "NA"])
def test_csv_08_placeholders_are_missing_never_zero(folder, text):
    change(folder, "events.csv", 3, quantity=text, quantity_unit="", quantity_bound="")
    assert (
        load_dossier(folder).events["quantity"].isna().sum()
        == load_dossier(INVENTED).events["quantity"].isna().sum() + 1
    )
    assert find_notes(folder) == [f"events.csv: 1 missing value rewritten, such as {text} as an empty cell"]
    change(folder, "trade.csv", 2, value=text)
    assert "row 2, column 'value'" in fail(folder)
    assert "must not be missing" in fail(folder)


def test_csv_08_a_word_is_reported_and_zero_is_zero(folder):
    change(folder, "trade.csv", 2, value="suspended")
    assert "row 2, column 'value': expected a number, found 'suspended'" in fail(folder)
    change(folder, "trade.csv", 2, value="0", value_low="0", value_high="0")
    assert values(folder)[0] == 0


def rename(folder, old, new):
    """Replace a code in all files."""
    for path in [*folder.glob("*.csv"), folder / "datapackage.json"]:
        text = re.sub(rf'(?<=[,"\n]){old}(?=[,"\n])', new, path.read_text(encoding="utf-8"))
        path.write_text(text, encoding="utf-8")


def test_csv_09_the_code_na_stays(folder):
    rename(folder, "GAZETTE", "NA")
    assert load_dossier(folder).trade["source_id"].tolist() == ["NA"] * 4


@pytest.mark.parametrize("word", ["None", "Null", "NaN", "NA", "nan", "-"])
def test_csv_10_words_that_spell_missing_stay_words(folder, word):
    change(folder, "events.csv", 2, persons=word, place=word)
    event = load_dossier(folder).events.iloc[0]
    assert (event["persons"], event["place"]) == (word, word)


def test_csv_11_rows_of_bare_commas(folder):
    rows = read(folder, "trade.csv")
    (folder / "trade.csv").write_text(join([*rows, *[[""] * len(rows[0])] * 3]), encoding="utf-8")
    assert same(folder)
    assert find_notes(folder) == ["trade.csv: 3 empty rows left out"]


def test_csv_11_empty_columns_at_the_end(folder):
    rows = read(folder, "trade.csv")
    (folder / "trade.csv").write_text(join([[*row, "", ""] for row in rows]), encoding="utf-8")
    assert same(folder)
    assert find_notes(folder) == ["trade.csv: 2 empty columns left out"]
    rows[2] += ["", "x"]
    (folder / "trade.csv").write_text(join([[*row, "", ""][: len(rows[0]) + 2] for row in rows]), encoding="utf-8")
    assert "trade.csv" in fail(folder)


def test_csv_12_a_stray_quotation_mark(folder):
    lines = (folder / "events.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    broken = [lines[0], lines[1].replace("A first visit", '"A first visit'), *lines[2:]]
    (folder / "events.csv").write_text("".join(broken), encoding="utf-8")
    assert "events.csv, row 2: expected closed quotation marks" in fail(folder)
    broken[3] = broken[3].replace("Charge of smuggling", 'Charge of smuggling"', 1)
    (folder / "events.csv").write_text("".join(broken), encoding="utf-8")
    assert "events.csv, row 2" in fail(folder)


def test_csv_14_title_lines_above_the_header_and_a_note_below(folder):
    text = (folder / "trade.csv").read_text(encoding="utf-8")
    (folder / "trade.csv").write_text('"Data Source","Invented"\n\n"Updated","2024"\n\n' + text, encoding="utf-8")
    assert "trade.csv, row 1: expected the header" in fail(folder)
    assert "it seems to be in row 5; take away what is above it" in fail(folder)
    (folder / "trade.csv").write_text(text + "Note: figures are provisional\n", encoding="utf-8")
    assert "trade.csv, row 6, column 'date': expected 21 cells, as in the header" in fail(folder)
    assert fail(folder).startswith("1 fault")


def test_csv_15_a_header_in_the_middle(folder):
    rows = read(folder, "trade.csv")
    (folder / "trade.csv").write_text(join([*rows[:2], rows[0], *rows[2:]]), encoding="utf-8")
    assert same(folder)
    assert find_notes(folder) == ["trade.csv: 1 repeated header left out"]
    change(folder, "trade.csv", 4, value="x")
    assert "trade.csv, row 4, column 'value'" in fail(folder)  # the row as a spreadsheet shows it


@pytest.mark.parametrize(("page", "name"), [("cp1251", "Хасан"), ("cp1256", "حسن"), ("cp1252", "José")])
def test_csv_18_old_code_pages(folder, page, name):
    change(folder, "events.csv", 2, persons=name)
    text = (folder / "events.csv").read_text(encoding="utf-8")
    (folder / "events.csv").write_bytes(text.encode(page, "replace"))
    message = fail(folder)
    assert "events.csv, row 2: expected text in utf-8, found 'byte " in message
    assert f"in {page} {name!r}" in message
    package = folder / "datapackage.json"
    schema = json.loads(package.read_text(encoding="utf-8"))
    for table in schema["resources"]:
        table["encoding"] = page if table["name"] == "events" else "utf-8"
    package.write_text(json.dumps(schema), encoding="utf-8")
    assert load_dossier(folder).events["persons"].iloc[0] == name


@pytest.mark.parametrize("mark", ["utf-8-sig", "utf-16", "utf-32"])
def test_csv_18_byte_order_marks(folder, mark):
    path = folder / "events.csv"
    path.write_bytes(path.read_text(encoding="utf-8").encode(mark))
    assert same(folder)


def test_csv_18_utf_16_without_its_mark_and_nul_bytes(folder):
    path = folder / "events.csv"
    text = path.read_text(encoding="utf-8")
    path.write_bytes(text.encode("utf-16-le"))
    assert "events.csv, row 1: expected text, found 'a NUL byte'" in fail(folder)
    path.write_bytes(text.replace("A first visit", "A first\0visit").encode())
    assert "events.csv, row 2: expected text, found 'a NUL byte'" in fail(folder)


def test_csv_19_old_end_of_file_sign(folder):
    path = folder / "trade.csv"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n") + b"\x1a")
    assert same(folder)


def test_csv_20_a_bare_carriage_return(folder):
    path = folder / "events.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("A first visit", "A first\rvisit"), encoding="utf-8", newline="")
    assert "events.csv, row 2: expected text without control characters, found 'U+000D" in fail(folder)
    path.write_text(text.replace("\n", "\r"), encoding="utf-8", newline="")
    assert same(folder)


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf", b" \r\n"])
def test_csv_23_an_empty_file(folder, data):
    (folder / "trade.csv").write_bytes(data)
    result = CliRunner().invoke(main, ["validate", str(folder)])
    assert result.exit_code == 1
    assert "trade.csv: expected a header and rows, found 'nothing'" in result.output


def test_csv_23_a_folder_a_pipe_and_a_large_file(folder):
    (folder / "trade.csv").unlink()
    (folder / "trade.csv").mkdir()
    (folder / "events.csv").unlink()
    os.mkfifo(folder / "events.csv")
    with (folder / "actors.csv").open("wb") as file:
        file.truncate(200_000_000)
    message = fail(folder)
    assert "trade.csv: expected a CSV file, found 'a folder'" in message
    assert "events.csv: expected a CSV file, found 'no plain file'" in message
    assert "actors.csv: expected at most 5,000,000 bytes, found '200,000,000'" in message


def test_csv_24_header_only(folder):
    for file in ("trade.csv", "events.csv"):
        (folder / file).write_text(join(read(folder, file)[:1]), encoding="utf-8")
    dossier = load_dossier(folder)
    assert dossier.trade.empty
    assert dossier.events.empty  # test_notebooks renders such a dossier with every notebook


@pytest.mark.parametrize("code", ["10E3", "100E10", "007", "1_000"])
def test_csv_26_codes_are_no_numbers(folder, code):
    rename(folder, "GAZETTE", code)
    assert load_dossier(folder).trade["source_id"].tolist() == [code] * 4


@pytest.mark.parametrize("code", ["Jun-08", "04-Mar", "42", "4.2E1"])
def test_csv_27_codes_that_a_spreadsheet_turned(folder, code):
    change(folder, "events.csv", 2, cameo_code=code)
    assert f"events.csv, row 2, column 'cameo_code': expected an id of cameo.csv, found '{code}'" in fail(folder)


def test_csv_28_a_large_file_is_refused_before_it_is_read(folder):
    rows = read(folder, "trade.csv")
    with (folder / "trade.csv").open("a", encoding="utf-8") as file:
        file.writelines(join([[f"X{number}", *rows[1][1:]]]) for number in range(60_000))
    assert "trade.csv: expected at most 5,000,000 bytes" in fail(folder)


def test_csv_30_duplicate_rows(folder):
    rows = read(folder, "trade.csv")
    (folder / "trade.csv").write_text(join([*rows, rows[1]]), encoding="utf-8")
    assert "trade.csv, row 6, column 'trade_id': expected an id of its own, found 'R1'" in fail(folder)
    (folder / "trade.csv").write_text(join([*rows, ["R9", *rows[1][1:]]]), encoding="utf-8")
    assert "trade.csv, row 6, column 'trade_id': expected a row that is not also row 2, found 'R9'" in fail(folder)


def test_csv_31_a_blank_partner(folder):
    change(folder, "trade.csv", 4, importer="")
    assert "trade.csv, row 4, column 'importer': expected an importer, since flow is one_way, found ''" in fail(folder)


def test_csv_32_a_missing_value_is_no_zero(folder):
    change(folder, "trade.csv", 2, value="", value_low="", value_high="")
    assert "trade.csv, row 2, column 'value': expected a number not below -100, not empty, found ''" in fail(folder)


@pytest.mark.parametrize("name", ["World", "WLD", "XCC"])
def test_csv_34_aggregates_and_third_countries_are_no_partner(folder, name):
    change(folder, "trade.csv", 4, importer=name)
    wish = "one of XAA, XBB" if name == "XCC" else "an id of actors.csv"
    assert f"trade.csv, row 4, column 'importer': expected {wish}, found '{name}'" in fail(folder)


def test_csv_35_a_blank_among_whole_numbers(folder):
    change(folder, "trade.csv", 3, paragraph="")
    assert "trade.csv, row 3, column 'paragraph': expected a whole number" in fail(folder)


@pytest.mark.parametrize("row", [2, 3])
def test_csv_36_ragged_rows(folder, row):
    rows = read(folder, "trade.csv")
    for ragged in ([*rows[row - 1], "more"], rows[row - 1][:-1]):
        (folder / "trade.csv").write_text(join([*rows[: row - 1], ragged, *rows[row:]]), encoding="utf-8")
        assert f"trade.csv, row {row}" in fail(folder)


# dates

DATES = {
    "2010–12": "write 2010/2012 for two years, or 2010-12 for a month",
    "05.02.2020": "2020-02-05 or 2020-05-02",
    "25/02/2020": "write year, month, day: 2020-02-25)",
    "Mar 3 2020": "a day is written 2020-02-05",
    "05/01/70": "write the year with four digits",
    "05/01/68": "write the year with four digits",
    "1402-05-01": "looks Solar Hijri",
    "1402-02-31": "looks Solar Hijri",
    "2563": "the year 2563 is far from any",
    "2020-02-30": "expected a day of the calendar",
    "2020-13": "a fiscal year is written with its first and last month",
    "2023/24": "a fiscal year is written with its first and last month",
    "2020-2021": "write 2020/2021",
    "44197": "the number of a day in a spreadsheet? Then it is 2021-01-01",
    "20200105": "write 2020-01-05",
    "2020 spring": "a day is written 2020-02-05",
}


@pytest.mark.parametrize(
    "date", ["2010–12", "05.02.2020", "25/02/2020", "Mar 3 2020", "2020-02-30", "2020-13", *list(DATES)[-5:]]
)
def test_dat_02_mixed_date_styles(folder, date):
    change(folder, "events.csv", 2, date=date)
    message = fail(folder)
    assert "events.csv, row 2, column 'date'" in message
    assert DATES[date] in message


@pytest.mark.parametrize("date", ["1402-05-01", "1402-02-31", "2563"])
def test_dat_03_solar_hijri_years(folder, date):
    change(folder, "events.csv", 2, date=date)
    assert DATES[date] in fail(folder)


@pytest.mark.parametrize(
    ("code", "date"),
    [
        ("2020M01", "2020-01"),
        ("2020-M10", "2020-10"),
        ("2020Q1", "2020-01/2020-03"),
        ("2020-Q4", "2020-10/2020-12"),
        ("Q2 2020", "2020-04/2020-06"),
        ("2020H2", "2020-07/2020-12"),
        ("۲۰۲۰", "2020"),
    ],
)
def test_dat_06_period_codes(folder, code, date):
    change(folder, "trade.csv", 2, date=code, period_kind="other", status="forecast")
    assert load_dossier(folder).trade["date"].iloc[0] == date
    assert find_notes(folder) == [f"trade.csv: 1 date rewritten, such as {code} as {date}"]


@pytest.mark.parametrize("date", ["05/01/70", "05/01/68"])
def test_dat_07_two_digit_years(folder, date):
    change(folder, "events.csv", 2, date=date)
    assert DATES[date] in fail(folder)


# country names


@pytest.mark.parametrize("name", ["Arcadia", "ARCADIA", "Arcadia (Islamic Rep. of)", "Republic of Arcadia", "XA"])
def test_cty_01_one_country_in_several_spellings(folder, name):
    change(folder, "trade.csv", 4, exporter=name)
    message = fail(folder)
    assert f"found {name!r}" in message
    assert "did you mean 'XAA'?" in message


@pytest.mark.parametrize("code", ["YMD", "WLD", "Areas, nes"])
def test_cty_02_defunct_states_and_aggregates(folder, code):
    change(folder, "events.csv", 2, actor=code)
    message = fail(folder)
    assert "events.csv, row 2, column 'actor'" in message
    assert f"found '{code}'" in message


def test_cty_03_composed_and_decomposed_accents(folder):
    change(folder, "events.csv", 2, persons="Jos\u00e9")
    change(folder, "events.csv", 3, persons="Jose\u0301")
    assert load_dossier(folder).events["persons"].iloc[:2].nunique() == 1


def test_cty_04_arabic_and_persian_letters(folder):
    change(folder, "events.csv", 2, persons="\u06a9\u0631\u06cc\u0645\u06cc")
    change(folder, "events.csv", 3, persons="\u0643\u0631\u064a\u0645\u064a")
    assert any("one person? They are counted apart" in note for note in find_notes(folder))


def test_cty_06_one_person_in_many_spellings(folder):
    change(folder, "events.csv", 2, persons="Qasem Tavakkoli")
    change(folder, "events.csv", 3, persons="Ghasem Tavakoli")
    change(folder, "events.csv", 4, persons="Tavakkoli Qasem")
    notes = find_notes(folder)
    assert "events.csv: are 'Ghasem Tavakoli' and 'Qasem Tavakkoli' one person? They are counted apart" in notes
    assert "events.csv: are 'Qasem Tavakkoli' and 'Tavakkoli Qasem' one person? They are counted apart" in notes
    assert load_dossier(folder).events["persons"].iloc[:3].nunique() == 3  # never merged by guess


def test_cty_01_letters_that_look_alike_are_named(folder):
    change(folder, "events.csv", 2, actor="X\u0410A")
    assert "'\u0410' is U+0410 CYRILLIC CAPITAL LETTER A" in fail(folder)
    change(folder, "trade.csv", 4, exporter="X\u0410A")
    assert "trade.csv, row 4, column 'exporter'" in fail(folder)


# unicode


def test_uni_02_joiners_and_stretch_marks(folder):
    for row, name in enumerate(("خانه\u200cها", "خانه ها", "خ\u0640انه\u200cها", "خانه\u200c\u200cها"), start=2):
        change(folder, "events.csv", row, persons=name)
    assert len(find_notes(folder)) == 6  # each pair of four
    change(folder, "events.csv", 2, actor="X\u200bAA\ufeff")
    assert load_dossier(folder).events["actor"].iloc[0] == "XAA"  # in a code nothing invisible is meant


def test_uni_04_plain_c_locale(folder):
    change(folder, "events.csv", 2, persons="José – ایران")
    plain = os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    script = f"from analysis import load_dossier; print(ascii(load_dossier({str(folder)!r}).events['persons'].iloc[0]))"
    for environment in (plain, dict(os.environ)):
        done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, check=True)
        assert done.stdout.decode().strip() == ascii("José – ایران")


# parameters


def write_batch(folder, text, *sources):
    """Return the jobs of a batch file for a notebook that prints its parameters."""
    (folder / "notebooks").mkdir(exist_ok=True)
    write_notebook(folder / "notebooks" / "n.ipynb", *(sources or ["country, hs_code, start"]))
    (folder / "reports").mkdir(exist_ok=True)
    (folder / "reports" / "batch.yml").write_text(text, encoding="utf-8")
    return plan_batch(folder / "reports" / "batch.yml", folder / "out")


@pytest.mark.parametrize("word", ["NO", "off", "yes", "0102", "1_000", "1e5", "null", "~", "nan", "0x1F", "12:30:45"])
def test_par_01_values_of_a_batch_file_keep_their_form(tmp_path, word):
    jobs = write_batch(tmp_path, f"reports:\n- notebook: n\n  parameters:\n    hs_code: {word}\n")
    assert jobs[0].parameters == {"hs_code": word}


def test_par_01_a_name_given_twice_in_a_batch_file(tmp_path):
    with pytest.raises(ParameterError, match="'country' stands there twice"):
        write_batch(tmp_path, "reports:\n- notebook: n\n  parameters:\n    country: A\n    country: B\n")


@pytest.mark.parametrize("entry", ["parameters: country", "parameters: [a]", "each: [a]", "each: x"])
def test_par_01_a_batch_file_of_another_form(tmp_path, entry):
    with pytest.raises(ParameterError, match="with names and values as parameters"):
        write_batch(tmp_path, f"reports:\n- notebook: n\n  {entry}\n")


def test_par_04_a_type_that_may_be_none(tmp_path):
    path = write_notebook(tmp_path / "n.ipynb", "month", parameters="month: int | None = None")
    assert plan_job(path, tmp_path, {"month": "3"}).parameters == {"month": 3}
    report = render_notebook(path, tmp_path / "n.html", parameters={"month": "None"})
    assert report.error == ""
    path = write_notebook(tmp_path / "n.ipynb", "month", parameters="month: list[int] = []")
    with pytest.raises(ParameterError, match="parameter 'month': expected one of str, int, float, bool"):
        plan_job(path, tmp_path, {"month": "3"})


def test_par_06_no_cell_of_parameters(tmp_path):
    nbformat.write(v4.new_notebook(cells=[v4.new_code_cell("country = 'Iran'")]), tmp_path / "n.ipynb")
    with pytest.raises(ParameterError, match="expected one cell tagged 'parameters', found 0"):
        plan_job(tmp_path / "n.ipynb", tmp_path, {"country": "Iraq"})


def test_par_07_a_date_is_the_same_on_each_route(tmp_path):
    jobs = write_batch(tmp_path, "reports:\n- notebook: n\n  parameters:\n    start: 2020-02-01\n")
    jobs += write_batch(tmp_path, "reports:\n- notebook: n\n  each:\n    start: ['2020-02-01']\n")
    jobs += [plan_job(tmp_path / "notebooks" / "n.ipynb", tmp_path / "out", {"start": "2020-02-01"})]
    assert [job.parameters for job in jobs] == [{"start": "2020-02-01"}] * 3
    assert len({job.output for job in jobs}) == 1


@pytest.mark.parametrize(
    "value", ['C:\\new\\"x"\ny', '"""', "'''", "end\\", "{{x}}", "${HOME}", "ایران", "1); import os  #"]
)
def test_par_09_quotes_backslashes_and_line_breaks(tmp_path, value):
    path = write_notebook(tmp_path / "n.ipynb", "print(ascii(country))", "if 0:\n    print(hs_code, start)")
    done = run_notebook(prepare_notebook(nbformat.read(path, 4), {}), tmp_path, {"country": value})
    printed = [cell.outputs[0].text.strip() for cell in done.cells if cell.cell_type == "code" and cell.outputs]
    assert printed == [ascii(value)]


def test_par_10_a_parameter_that_no_cell_reads(tmp_path):
    path = write_notebook(tmp_path / "n.ipynb", "%matplotlib inline", "print(10)", parameters="top: int = 10")
    with pytest.raises(ParameterError, match="no cell reads 'top', so setting it changes nothing"):
        plan_job(path, tmp_path, {"top": "999"})


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"certainty": "aserted"}, "did you mean 'asserted'?"),
        ({"first_year": "20015"}, "first_year: expected 0 or a year from 1500 to 2199, found 20015"),
        ({"first_year": "-1"}, "found -1"),
        ({"first_year": "2020", "last_year": "2010"}, "last_year: expected 2020 or later, found 2010"),
        ({"frist_year": "2020"}, "unknown parameter 'frist_year': did you mean 'first_year'?"),
        ({"first_year": "1e5"}, "parameter 'first_year': expected int, found '1e5'"),
        ({"first_year": "۲۰۲۰"}, "expected int"),
        ({"period": "PH99"}, "period: expected one of PH1"),
    ],
)
def test_a_wrong_choice_stops_before_a_kernel_starts(tmp_path, given, words):
    result = CliRunner().invoke(
        main,
        [
            "render",
            "04-rupture-and-rekindling",
            "--output",
            str(tmp_path / "out"),
            *(part for name, value in given.items() for part in ("-p", f"{name}={value}")),
        ],
    )
    assert words in str(result.exception)
    assert not (tmp_path / "out").exists()


# kernels and pages


def test_ker_01_a_killed_kernel_and_the_reports_beside_it(tmp_path):
    kill = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"
    paths = [write_notebook(tmp_path / f"{name}.ipynb", code) for name, code in (("a", "1"), ("b", kill), ("c", "2"))]
    reports = list(run_jobs([Job(path, tmp_path / "out" / f"{path.stem}.html", {}) for path in paths]))
    assert [bool(report.error) for report in reports] == [False, True, False]
    assert "cell 2, the kernel died: the process was ended, or had no memory left" in reports[1].error
    assert sorted(path.name for path in (tmp_path / "out").glob("*.html")) == ["a.html", "b.failed.html", "c.html"]


def test_ker_03_a_private_kernel_name(tmp_path):
    path = write_notebook(tmp_path / "n.ipynb", "print(6 * 7)")
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata["kernelspec"] = {"name": "my-private-env", "display_name": "x", "language": "python"}
    nbformat.write(notebook, path)
    report = render_notebook(path, tmp_path / "out" / "n.html")
    assert report.error == ""
    assert "42" in read_page(report)


def test_ker_05_the_saved_file_names_the_kernel_that_ran(tmp_path):
    notebook = v4.new_notebook(cells=[v4.new_code_cell("6 * 7")])
    notebook.metadata["kernelspec"] = {"name": "my-private-env", "display_name": "Mine", "language": "python"}
    done = run_notebook(prepare_notebook(notebook, {}), tmp_path, {})
    assert done.metadata["kernelspec"] == {"name": "python3", "display_name": "Python 3", "language": "python"}


def test_ker_04_an_overall_limit_ends_a_stuck_run(tmp_path):
    report = render(tmp_path, "import time\ntime.sleep(60)", limits=Limits(cell=30, notebook=2))
    assert "cell 2, the notebook took more than 2 seconds; --timeout gives it more" in report.error


def test_con_04_what_fails_leaves_the_old_report(tmp_path):
    good = read_page(render(tmp_path, "print('good')"))
    report = render(tmp_path, "1 / 0")
    assert "ZeroDivisionError" in report.error
    assert read_page(report) == good


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 3])
def test_con_04_killed_at_random_moments(workers):
    assert kill_batches(5, seed=7, workers=workers) == []


def test_con_04_parts_of_a_run_that_is_gone_are_removed(tmp_path):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    (tmp_path / f".{gone.pid}.x.part").write_text("half", encoding="utf-8")
    (tmp_path / f".{os.getpid()}.x.part").write_text("being written", encoding="utf-8")
    write_whole(tmp_path / "page.html", "whole")
    assert sorted(path.name for path in tmp_path.iterdir()) == [f".{os.getpid()}.x.part", "page.html"]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("%unknown_magic", "cell 2, UsageError: Line magic function `%unknown_magic` not found."),
        ("%%unknown_magic\n1", "cell 2, UsageError: Cell magic `%%unknown_magic` not found."),
        ("print('x' * 50_000_000)", "cell 2, the cell gave 50 million letters of output; at most 5 are kept"),
        ("import sys\nsys.exit()", "cell 2, the notebook ended itself with sys.exit()"),
    ],
)
def test_a_cell_that_cannot_stand_is_no_green_nothing(tmp_path, source, words):
    report = render(tmp_path, source)
    assert report.error == words
    assert (tmp_path / "out" / "n.failed.html").stat().st_size < 200_000
    assert not report.output.exists()


def test_htm_09_an_error_shown_as_a_box(tmp_path):
    hide = "def quiet(self, *args, **kwargs):\n    from IPython.display import HTML, display\n    display(HTML('oops'))"
    report = render(tmp_path, f"{hide}\nget_ipython().set_custom_exc((Exception,), quiet)", "1 / 0", "print('after')")
    assert report.error == "cell 3, the cell failed, and a handler of its own hid the error"


def test_htm_07_cells_without_ids_and_warnings_give_the_same_bytes(tmp_path):
    path = write_notebook(tmp_path / "n.ipynb", "import warnings\nwarnings.warn('new in this library')")
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        del cell["id"]
    path.write_text(json.dumps(notebook | {"nbformat_minor": 4}), encoding="utf-8")
    pages = [read_page(render_notebook(path, tmp_path / "out" / "n.html")) for _ in range(2)]
    assert pages[0] == pages[1]
    assert "new in this library" in pages[0]
    assert "ipykernel" not in pages[0]


def test_htm_06_title_and_heading_name_question_and_part(tmp_path):
    path = Path(__file__).parents[1] / "notebooks" / "01-trade.ipynb"
    report = render_notebook(path, tmp_path / "n.html", parameters={"first_year": 2015})
    page = BeautifulSoup(read_page(report), "html.parser")
    assert page.h1.get_text().startswith("How much trade")
    assert "2015" in page.title.get_text()


def test_htm_01_long_tables_and_long_texts_are_whole(tmp_path):
    code = "import pandas as pd\nfrom analysis import show\n"
    code += "show(pd.DataFrame({'name': [f'{n} ' + 'long ' * 30 for n in range(100)], 'rows': 'T1'}), caption='Names')"
    page = BeautifulSoup(read_page(render(tmp_path, code)), "html.parser")
    cells = [row.find_all("td")[0].get_text() for row in page.select("main table tbody tr") if row.find_all("td")]
    assert sum(cell.count("long") == 30 for cell in cells) == 100


def test_uni_03_a_persian_parameter_in_a_plain_c_locale(tmp_path, folder):
    moved = folder.rename(tmp_path / "ایران")
    plain = os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    out = tmp_path / "out"
    command = [sys.executable, "-m", "analysis", "render", "01-trade", "-p", f"dossier={moved}", "--output", str(out)]
    done = subprocess.run(command, env=plain, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    (page,) = list(out.glob("01-trade*.html"))
    assert "Arcadia" in page.read_text(encoding="utf-8")


# environment, output, security


def test_env_04_merge_marks_in_a_notebook(tmp_path):
    path = write_notebook(tmp_path / "n.ipynb", "1")
    lines = path.read_text(encoding="utf-8").splitlines()
    marked = [*lines[:7], "<<<<<<< HEAD", lines[7], "=======", lines[7], ">>>>>>> other", *lines[8:]]
    path.write_text("\n".join(marked), encoding="utf-8")
    with pytest.raises(RenderError, match="expected a notebook, found merge conflict marks at line 8"):
        plan_job(path, tmp_path, {})


def export(frame):
    """Return the CSV that a report offers below a figure, as a reader of CSV sees it."""
    page = BeautifulSoup(_draw_note(frame, "Values"), "html.parser")
    text = unquote(page.select_one("a[download]")["href"].partition(",")[2]).removeprefix("\ufeff")
    return list(csv.reader(io.StringIO(text)))


@pytest.mark.parametrize(
    "text", ["=1+1", "@sum", "+3 units", "\tstarts with tab", "-1+cmd", " =1", "＝1+1", '=HYPERLINK("x")']
)
def test_sec_01_cells_that_are_formulas(text):
    frame = pd.DataFrame({text: [text], "rows": ["T1"]}, index=pd.Index([text], name=text))
    (name, header, _), (label, cell, _) = export(frame)
    assert (name, header, label, cell) == (f"'{text}",) * 4


def test_sec_02_numbers_and_dashes_stay():
    frame = pd.DataFrame({"value": [-5.0, 6], "text": ["-5", "-"], "rows": ["T1", "T2"]}, index=["T1", "T2"])
    assert [row[1:3] for row in export(frame)[1:]] == [["-5", "-5"], ["6", "-"]]


def test_escapes_of_the_terminal_are_shown_not_obeyed(folder):
    signs = ["\x1b[31m", "\x07", "\x9b", "\u202e"]
    for row, sign in enumerate(signs, start=2):
        change(folder, "events.csv", row, persons=f"{sign}x;a")
    commands = [["validate", str(folder)], ["render", f"{''.join(signs)}.ipynb"]]
    for command in commands:
        done = subprocess.run([sys.executable, "-m", "analysis", *command], capture_output=True, check=False)
        assert done.returncode == 1
        assert [sign for sign in signs if sign in (done.stdout + done.stderr).decode()] == []
