"""Random input: the answer is right, or says why there is none. `make torture` gives each kind ten minutes."""

from __future__ import annotations

import calendar
import csv
import datetime as dt
import io
import math
import re
import shutil
import tempfile
import unicodedata
from decimal import Decimal
from pathlib import Path

import nbformat
import pytest
from copies import INVENTED
from hypothesis import assume, given
from hypothesis import strategies as st
from nbformat import v4

from analysis import load_dossier
from analysis.batch import _name_value, plan_batch
from analysis.cells import fold_text, read_cells, read_number
from analysis.dates import PROFILE, describe_date, explain_date, parse_date
from analysis.errors import AnalysisError, DataError, ParameterError
from analysis.faults import find_faults, find_notes
from analysis.parameters import TYPES, check_parameters, read_parameters

FIELDS = [
    {"name": "row_id", "type": "string", "constraints": {"required": True, "pattern": "[A-Za-z0-9_-]+"}},
    {"name": "date", "type": "string", "constraints": {"pattern": PROFILE}},
    {"name": "value", "type": "number"},
    {"name": "paragraph", "type": "integer"},
    {"name": "note", "type": "string"},
]
SCRIPTS = ["0123456789", "۰۱۲۳۴۵۶۷۸۹", "٠١٢٣٤٥٦٧٨٩", "０１２３４５６７８９"]
words = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp", "Cn"]), max_size=20)
numbers = st.decimals(0, 10**9, places=3).map(lambda number: f"{number:f}".rstrip("0").rstrip("."))


DATES = st.sampled_from(["2019", "2019-06", "2006~", "../1995"])


@st.composite
def styles(draw):
    """Return how a spreadsheet of some country writes numbers: decimal sign, sign between thousands, digits, minus."""
    point = draw(st.sampled_from(".,"))
    thousands = draw(st.sampled_from(["", " ", "\u00a0", "\u202f", "'", "’", "," if point == "." else "."]))
    digits = str.maketrans(SCRIPTS[0], draw(st.sampled_from(SCRIPTS)))
    minus = draw(st.sampled_from(["-", "−"]))

    def style(number):
        whole, _, part = number.lstrip("-").partition(".")
        text = f"{int(whole):,}".replace(",", thousands) + (point + part if part else "")
        text = text.translate(digits)
        if not number.startswith("-"):
            return text
        return minus + text

    return style


@given(numbers.flatmap(lambda number: st.sampled_from([number, f"-{number}"])), styles())
def test_csv_a_number_in_any_style_is_that_number_or_none(number, style):
    text = style(number)
    assume(not re.fullmatch(r"\D?\d{1,3}[.]\d{3}\D?", text))  # alone it is a decimal; the file may say otherwise
    found = read_number(text)
    assert found is None or Decimal(found) == Decimal(number)
    assert found or "," in text or "." in text  # what is plain, or has spaces between thousands, is read


@given(st.text(max_size=12))
def test_csv_any_text_is_a_finite_number_or_none(text):
    found = read_number(text)
    if found:
        assert math.isfinite(float(found))
        digits = "".join(str(unicodedata.digit(sign)) for sign in text if unicodedata.category(sign) == "Nd")
        assert found.replace(".", "").replace("-", "").replace("e", "").lstrip("+0") in (digits.lstrip("0"), "") or (
            "e" in found.casefold()
        )


@given(
    st.lists(st.tuples(numbers, st.integers(0, 10**6), words, DATES)),
    st.sampled_from(",;\t|"),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    styles(),
    st.integers(0, 2),
)
def test_csv_a_table_in_any_dialect_is_that_table_or_a_fault(rows, separator, encoding, end, quoting, style, empty):
    assume(separator != "," or "." not in style("1000"))  # nowhere do points part thousands and commas cells
    names = [str(field["name"]) for field in FIELDS]
    plain = [[f"R{n}", date, value, str(count), note] for n, (value, count, note, date) in enumerate(rows)]
    shown = [[row[0], row[1], style(row[2]), *row[3:]] for row in plain]
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator=end, quoting=quoting)
    writer.writerows([names, *shown, *[[""] * len(names)] * empty])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trade.csv"
        path.write_bytes(text.getvalue().encode(encoding))
        cells = read_cells(path, FIELDS)
    if cells.faults:
        doubtful = separator != "," and any(
            re.fullmatch(r"\d{1,3}\.\d{3}", row[0]) for row in rows
        )  # 1.001: a thousand?
        assert "," in style("1234.5") or style("1000") != "1000" or doubtful  # other plain numbers are never refused
        assert all("expected" in str(fault) for fault in cells.faults)
        return
    assert [row[:2] for row in cells.rows] == [row[:2] for row in plain]
    assert [Decimal(row[2]) for row in cells.rows] == [Decimal(row[2]) for row in plain]
    assert [row[3] for row in cells.rows] == [row[3] for row in plain]
    assert [row[4] for row in cells.rows] == [
        unicodedata.normalize("NFC", row[4]).strip().strip("\ufeff") for row in plain
    ]


def test_csv_a_find_a_point_before_three_digits_beside_semicolons_is_asked_about():
    """Found by ten minutes of random input: where semicolons part cells, 1.001 can be a thousand and one."""
    header = ";".join(str(field["name"]) for field in FIELDS)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trade.csv"
        path.write_text(f"{header}\nR0;2019;1.001;0;\n", encoding="utf-8")
        assert "1.001" in str(read_cells(path, FIELDS).faults)
        path.write_text(f"{header}\nR0;2019;1.01;0;\n", encoding="utf-8")
        assert read_cells(path, FIELDS).rows[0][2] == "1.01"


@given(st.binary(max_size=400))
def test_csv_any_bytes_are_rows_or_faults(data):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trade.csv"
        path.write_bytes(data)
        cells = read_cells(path, FIELDS)
        named = b"row_id,date,value,paragraph,note\n" + data
        path.write_bytes(named)
        more = read_cells(path, FIELDS)
    assert cells.faults or cells.header
    assert all(str(fault) for fault in (*cells.faults, *more.faults))


EDITS = [
    b",",
    b";",
    b'"',
    b"\n",
    b"\r",
    b"\x00",
    b"\xff",
    b"\xe9",
    b"-",
    b"1",
    b"x",
    b"2019",
    b"..",
    b" ",
    "٣".encode(),
]


@given(
    st.sampled_from(["trade.csv", "events.csv", "actors.csv", "sources.csv", "claims.csv", "datapackage.json"]),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 3), st.sampled_from(EDITS)), min_size=1, max_size=3),
)
def test_csv_a_damaged_dossier_loads_or_lists_its_faults(name, edits):
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(shutil.copytree(INVENTED, Path(scratch) / "copy"))
        data = (folder / name).read_bytes()
        for place, gone, new in edits:
            at = int(place * len(data))
            data = data[:at] + new + data[at + gone :]
        (folder / name).write_bytes(data)
        try:
            faults = find_faults(folder)
            find_notes(folder)
        except DataError:
            return
        if faults:
            assert all(fault.file and fault.expected for fault in faults)
        else:
            load_dossier(folder)


@given(words, words)
def test_csv_folding_is_stable(one, other):
    assert fold_text(fold_text(one)) == fold_text(one)
    assert fold_text(one + " " + other) == fold_text(f"{one}  {other}")


@st.composite
def units(draw):
    """Return a year, a month or a day as text, with its first and last day by the calendar."""
    year, month = draw(st.integers(1500, 2199)), draw(st.integers(1, 12))
    last = calendar.monthrange(year, month)[1]
    day = draw(st.integers(1, last))
    text, first, end = draw(
        st.sampled_from(
            [
                (f"{year}", dt.date(year, 1, 1), dt.date(year, 12, 31)),
                (f"{year}-{month:02}", dt.date(year, month, 1), dt.date(year, month, last)),
                (f"{year}-{month:02}-{day:02}", dt.date(year, month, day), dt.date(year, month, day)),
            ]
        )
    )
    return text + draw(st.sampled_from(["", "~"])), first, end


@given(units(), units(), st.sampled_from(["one", "both", "open start", "open end"]))
def test_dates_have_the_days_of_the_calendar(one, other, form):
    text, first, last = {
        "one": one,
        "both": (f"{one[0]}/{other[0]}", one[1], other[2]),
        "open start": (f"../{one[0]}", None, one[2]),
        "open end": (f"{one[0]}/..", one[1], None),
    }[form]
    if first and last and first > last:
        with pytest.raises(DataError):
            parse_date(text)
        return
    found = parse_date(text)
    assert (found.earliest, found.latest, found.approximate) == (first, last, "~" in text)
    assert explain_date(text) == ""
    assert describe_date(text)


@given(st.one_of(st.text(max_size=14), st.from_regex(r"[0-9./~–-]{1,14}", fullmatch=True)))
def test_dates_of_any_text_are_refused_in_words_or_have_an_order(text):
    assert isinstance(explain_date(text), str)
    try:
        found = parse_date(text)
    except DataError:
        return
    assert not (found.earliest and found.latest) or found.earliest <= found.latest


NAMES = st.sampled_from(["first_year", "certainty", "share", "é", "x1"])
plain_values = st.one_of(st.integers(), st.floats(allow_nan=False), st.booleans(), st.text(max_size=8), st.none())


@given(
    st.dictionaries(NAMES, st.tuples(st.sampled_from([*TYPES, "list", "int | None", "Optional[str]"]), plain_values)),
    st.dictionaries(st.one_of(NAMES, st.text(max_size=6)), st.one_of(st.text(max_size=10), plain_values)),
    st.text(max_size=20),
)
def test_parameters_are_of_their_type_or_refused(known, given_values, junk):
    lines = [f"{name}: {kind} = {value!r}" for name, (kind, value) in known.items()]
    for source in ("\n".join(lines), "\n".join([*lines, junk])):
        notebook = v4.new_notebook(cells=[v4.new_code_cell(source, metadata={"tags": ["parameters"]})])
        try:
            found = read_parameters(notebook)
            checked = check_parameters(found, given_values)
        except ParameterError:
            continue
        assert set(checked) == set(given_values) <= set(found)
        for name, value in checked.items():
            assert type(value) is found[name].kind or (value is None and found[name].optional)
            assert found[name].kind is not str or value is None or value == given_values[name]
            assert found[name].kind is not float or value is None or math.isfinite(value)


@given(st.text(max_size=30), st.text(max_size=30))
def test_parameters_never_give_one_name_to_two_values_nor_leave_the_folder(one, other):
    assume(one.casefold() != other.casefold() or one != other)
    names = [_name_value(text) for text in (one, other)]
    assert not (set("".join(names)) - set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"))
    if one.casefold() != other.casefold():
        assert names[0].casefold() != names[1].casefold()


@given(
    st.one_of(
        words, st.from_regex(r"(reports:\n)?(- ?(notebook|parameters|each|n|: ?|\[|\]|\{|\}|&a|\*a|x|\n| )+){0,6}")
    )
)
def test_parameters_of_any_batch_file_are_jobs_or_an_error_in_words(text):
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "notebooks").mkdir()
        (Path(folder) / "reports").mkdir()
        cell = v4.new_code_cell("x: str = ''\nn: int = 0", metadata={"tags": ["parameters"]})
        notebook = v4.new_notebook(cells=[cell, v4.new_code_cell("x, n")])
        nbformat.write(notebook, Path(folder) / "notebooks" / "n.ipynb")
        batch = Path(folder) / "reports" / "batch.yml"
        batch.write_bytes(text.encode("utf-8", "surrogatepass"))
        try:
            jobs = plan_batch(batch, Path(folder) / "out")
        except AnalysisError:
            return
        assert all(job.output.parent == Path(folder) / "out" for job in jobs)
