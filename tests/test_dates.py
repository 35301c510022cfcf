"""Dates of the profile: what each form allows, and what is refused."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from analysis.dates import PROFILE, Interval, describe_date, parse_date
from analysis.errors import DataError

FORMS = {
    "2019": ("2019-01-01", "2019-12-31"),
    "2019-06": ("2019-06-01", "2019-06-30"),
    "2025-01-15": ("2025-01-15", "2025-01-15"),
    "2006~": ("2006-01-01", "2006-12-31"),
    "2019-06~": ("2019-06-01", "2019-06-30"),
    "1992/1997": ("1992-01-01", "1997-12-31"),
    "2023-07/2023-11": ("2023-07-01", "2023-11-30"),
    "2015-12/2019": ("2015-12-01", "2019-12-31"),
    "2015~/2019": ("2015-01-01", "2019-12-31"),
    "../1995": (None, "1995-12-31"),
    "2015-12/..": ("2015-12-01", None),
    "../..": (None, None),
    "2019/2019": ("2019-01-01", "2019-12-31"),
    "2019/2019-06": ("2019-01-01", "2019-06-30"),
    "0001": ("0001-01-01", "0001-12-31"),
    "9999": ("9999-01-01", "9999-12-31"),
}
REFUSED = [
    "2025-21",  # the EDTF season of spring
    "2025-26",  # a fiscal year, which EDTF would take for a season
    "2025-13",
    "2025-00",
    "2025-01-32",
    "2025-01-00",
    "2019?",
    "2019%",
    "20XX",
    "201X",
    "",
    "٢٠١٩",
    "2019-٠٦",
    " 2019",
    "2019 ",
    "2019 / 2020",
    "2019\n",
    "2019/",
    "/2019",
    "..",
    "2019..",
    "2019/2020/2021",
    "2019-6",
    "19",
    "-2019",
    "Y12019",
    "~2019",
    "2019-~06",
    "2019-06-01T00:00",
    "2019-Q1",
    "unknown",
]


@pytest.mark.parametrize(("text", "ends"), FORMS.items(), ids=FORMS)
def test_parse_date_form(text, ends):
    interval = parse_date(text)
    assert (interval.earliest, interval.latest) == tuple(end and dt.date.fromisoformat(end) for end in ends)


@pytest.mark.parametrize("text", FORMS)
def test_parse_date_approximate_only_with_tilde(text):
    assert parse_date(text).approximate == ("~" in text)


@pytest.mark.parametrize("text", REFUSED)
def test_parse_date_refuses(text):
    with pytest.raises(DataError, match="expected an EDTF date such as 2019"):
        parse_date(text)


@pytest.mark.parametrize("text", REFUSED)
def test_profile_as_the_schema_holds_it_refuses(text):
    assert not re.fullmatch(PROFILE, text, re.ASCII)


@pytest.mark.parametrize("text", ["2023-02-30", "2023-02-29", "1900-02-29", "2023-04-31", "2019/2023-02-30", "0000"])
def test_parse_date_no_such_day(text):
    with pytest.raises(DataError, match="expected a day of the calendar"):
        parse_date(text)


@pytest.mark.parametrize(
    ("text", "last"), [("2024-02", 29), ("2023-02", 28), ("2000-02", 29), ("1900-02", 28), ("2024-02-29", 29)]
)
def test_parse_date_february(text, last):
    """Every fourth year has a leap day; 1900 has none, 2000 has one."""
    assert parse_date(text).latest.day == last


@pytest.mark.parametrize(
    "text", ["2020/2019", "2019-07/2019-06", "2019-06-02/2019-06-01", "2020~/2019", "2019-06/2018"]
)
def test_parse_date_reversed(text):
    with pytest.raises(DataError, match="expected a start that is not after the end"):
        parse_date(text)


def test_parse_date_error_quotes_the_text():
    with pytest.raises(DataError, match=re.escape("got '20O0'")):
        parse_date("20O0")


def test_parse_date_error_is_a_value_error():
    with pytest.raises(ValueError, match="2019x"):
        parse_date("2019x")


def test_interval_is_frozen():
    with pytest.raises(AttributeError):
        Interval(None, None, False).approximate = True  # type: ignore[misc]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2019", "2019"),
        ("2015-12", "Dec 2015"),
        ("2025-01-05", "5 Jan 2025"),
        ("2006~", "about 2006"),
        ("../1995", "by 1995"),
        ("../2015~", "by about 2015"),
        ("2013/..", "2013 or later"),
        ("2023-07/2023-11", "Jul 2023–Nov 2023"),
        ("1992/1997", "1992–1997"),
        ("2015~/2019", "about 2015–2019"),
        ("../..", "no date"),
        ("2024-02-29", "29 Feb 2024"),
    ],
)
def test_describe_date_form(text, words):
    assert describe_date(text) == words


@pytest.mark.parametrize("text", ["2025-26", "", "2023-02-30", "2020/2019"])
def test_describe_date_refuses(text):
    with pytest.raises(DataError):
        describe_date(text)
