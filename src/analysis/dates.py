"""Dates that say what is known and no more: a small profile of EDTF."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from edtf import Date

from analysis.errors import DataError

UNIT = r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?~?"
PROFILE = rf"({UNIT}|(\.\.|{UNIT})/(\.\.|{UNIT}))"
UNDATED = "../.."
FIRST_YEAR, LAST_YEAR = 1500, 2199  # another year is a slip, or of another calendar
EXPECTED = "an EDTF date such as 2019, 2019-06, 2025-01-15, 2006~, 1992/1997, ../1995, 2015-12/.. or ../.."


@dataclass(frozen=True)
class Interval:
    """The days between which a date lies; an open end has no day.

    Attributes
    ----------
    earliest, latest : datetime.date or None
        First and last possible day. None where that end is open.
    approximate : bool
        True where the date carries `~`. It widens a drawing, never a count.
    """

    earliest: dt.date | None
    latest: dt.date | None
    approximate: bool


def parse_date(text: str) -> Interval:
    """Return the earliest and the latest day that a date in the profile allows.

    Parameters
    ----------
    text : str
        Year, month or day, each optionally with `~`, or an interval of these with `..` for an open end.

    Returns
    -------
    Interval
        `../..` (undated) has neither day.

    Raises
    ------
    DataError
        If the text is outside the profile, is no day of the calendar, or ends before it starts.

    References
    ----------
    Library of Congress, Extended Date/Time Format (EDTF), 2019; read by the `edtf` library.

    Examples
    --------
    >>> parse_date("2015-12/2019")
    Interval(earliest=datetime.date(2015, 12, 1), latest=datetime.date(2019, 12, 31), approximate=False)
    >>> parse_date("2006~").latest
    datetime.date(2006, 12, 31)
    """
    if not re.fullmatch(PROFILE, text, re.ASCII):
        raise DataError(f"expected {EXPECTED}, got {text!r}")
    start, end = text.split("/") if "/" in text else (text, text)
    earliest = None if start == ".." else _find_day(start, "lower_strict")
    latest = None if end == ".." else _find_day(end, "upper_strict")
    if earliest and latest and earliest > latest:
        raise DataError(f"expected a start that is not after the end, got {text!r}")
    return Interval(earliest, latest, "~" in text)


def _find_day(unit: str, end: str) -> dt.date:
    try:  # `parse_edtf` would take some 5 ms to find these parts again
        when = getattr(Date(*unit.removesuffix("~").split("-")), end)()
        return dt.date(when.tm_year, when.tm_mon, when.tm_mday)
    except ValueError as error:
        raise DataError(f"expected a day of the calendar, got {unit!r}") from error


def explain_date(text: str) -> str:
    """Return what is odd about a date that a table has; nothing where it is plain.

    Examples
    --------
    >>> explain_date("1402-05-01")
    'the year looks Solar Hijri; write the Gregorian date (the Solar Hijri year 1402 began in March 2023)'
    >>> [explain_date(text)[:30] for text in ("05/01/70", "05.02.2020", "2019-06")]
    ['write the year with four digit', 'write year, month, day: 2020-0', '']
    """
    years = [int(year) for year in re.findall(r"(?<!\d)\d{4}(?!\d)", text)]
    if hijri := next((year for year in years if 1200 <= year < FIRST_YEAR), 0):
        began = f"the Solar Hijri year {hijri} began in March {hijri + 621}"
        return f"the year looks Solar Hijri; write the Gregorian date ({began})"
    if odd := next((year for year in years if not FIRST_YEAR <= year <= LAST_YEAR), 0):
        return f"the year {odd} is far from any that an article on two countries tells of"
    if re.fullmatch(r"\d{1,2}[./-]\d{1,2}[./-]\d{2}", text):
        return "write the year with four digits, and year, month, day in this order: 2020-05-01"
    if re.fullmatch(r"(FY ?)?\d{4}/(\d{2})?|FY ?\d{4}|\d{4}-(1[3-9]|[2-9]\d)", text, re.IGNORECASE):
        return "a fiscal year is written with its first and last month, such as 2023-07/2024-06, as the source has it"
    if years_apart := re.fullmatch(r"(\d{4})[-–‒—](\d{4})", text):
        return f"write {years_apart[1]}/{years_apart[2]}"
    if re.fullmatch(r"[34]\d{4}", text):
        counted = dt.date(1899, 12, 30) + dt.timedelta(days=int(text))
        return f"the number of a day in a spreadsheet? Then it is {counted}"
    if plain := re.fullmatch(r"([12]\d{3})(0[1-9]|1[0-2])([0-3]\d)?", text):
        return f"write {'-'.join(filter(None, plain.groups()))}"
    if both := re.fullmatch(r"(\d\d)(\d\d)[–‒—](\d\d)", text):
        first = both[1] + both[2]
        return f"write {first}/{both[1]}{both[3]} for two years, or {first}-{both[3]} for a month"
    if day := re.fullmatch(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})", text):
        one, two, year = (int(part) for part in day.groups())
        ways = [f"{year}-{month:02}-{number:02}" for number, month in {(one, two), (two, one)} if month <= 12]
        return f"write year, month, day: {' or '.join(sorted(ways))}"
    return "" if re.fullmatch(PROFILE, text, re.ASCII) else "a day is written 2020-02-05, a month 2020-02"


def describe_date(text: str) -> str:
    """Return a date in words, as tables and charts print it.

    Parameters
    ----------
    text : str
        A date in the profile of `parse_date`.

    Raises
    ------
    DataError
        As `parse_date`.

    Examples
    --------
    >>> [describe_date(text) for text in ("2019-06", "2006~", "../1995", "2015-12/..", "1992/1997", "../..")]
    ['Jun 2019', 'about 2006', 'by 1995', 'Dec 2015 or later', '1992–1997', 'no date']
    """
    parse_date(text)
    if "/" not in text:
        return _name_unit(text)
    start, end = text.split("/")
    if start == end == "..":
        return "no date"
    if start == "..":
        return f"by {_name_unit(end)}"
    return f"{_name_unit(start)} or later" if end == ".." else f"{_name_unit(start)}–{_name_unit(end)}"


def _name_unit(unit: str) -> str:
    parts = unit.removesuffix("~").split("-")
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    words = [parts[0]] + [months[int(month) - 1] for month in parts[1:2]] + [str(int(day)) for day in parts[2:]]
    return ("about " if unit.endswith("~") else "") + " ".join(reversed(words))
