"""Files of agencies as rows of `evidence.csv`: UN Comtrade and Correlates of War dyadic trade, known by their header.

A file is read line by line, and only lines that name both countries are looked into: memory does not grow with it.
"""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from itertools import chain, product
from pathlib import Path

import iso3166

from analysis.cells import (
    EXCEL_LINE,
    MISSING,
    SEPARATORS,
    explain_number,
    find_encoding,
    find_words,
    fold_text,
    has_decimal_comma,
    is_utf8,
    name_kind,
    read_cells,
    read_number,
)
from analysis.dates import FIRST_YEAR, LAST_YEAR
from analysis.dossier import describe_faults
from analysis.errors import DataError, Fault
from analysis.faults import check_tables
from analysis.schema import DOLLARS, read_schema, read_tables

COMTRADE, WAR = "UN Comtrade", "Correlates of War"
# The agency and the columns that are read, folded as `_fold` does.
LAYOUTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (COMTRADE, ("reportercode", "partnercode", "period", "tradeflowcode", "commoditycode", "tradevalueus")),
    (COMTRADE, ("reportercode", "partnercode", "period", "flowcode", "cmdcode", "primaryvalue")),
    (WAR, ("ccode1", "ccode2", "year", "flow1", "flow2")),
)
PARTS = {  # what these columns hold in a line that is no part of another
    **{name: {""} for name in ("partner2code", "motcode", "moscode")},
    **{name: {""} for name in ("2ndpartnercode", "modeoftransportcode", "customsproccode")},
    "customscode": {"", "C00"},
}
ROLES = {
    **dict.fromkeys(("M", "1", "IMPORT", "IMPORTS"), "importer"),
    **dict.fromkeys(("X", "2", "EXPORT", "EXPORTS"), "exporter"),
}
OTHERS = {"RX", "RM", "DX", "FM", "MIP", "XIP", "MOP", "XOP", "3", "4", "RE-EXPORT", "RE-IMPORT"}
LONGEST = 100_000  # letters of a record
OPEN = {"value_low": "0", "value_high": "Infinity"}  # where a bound has no end
ABSENT = Decimal(-9)  # of Correlates of War
NAMES = {  # the column of a code, and those where the same country's name may stand
    **{"ccode1": ("importer1",), "ccode2": ("importer2",)},
    **{f"{side}code": (f"{side}desc", side) for side in ("reporter", "partner")},
}
ISO = {fold_text(text): each.alpha3 for each in iso3166.countries for text in (each.alpha3, each.name)}
EMPTY, GOODS, KNOWN = "without a value", "of single goods", "in evidence.csv already"


@dataclass(frozen=True)
class Flow:
    """One flow as one line of a file has it."""

    row: int
    column: str
    date: str
    exporter: str
    importer: str
    role: str
    value: Decimal


@dataclass(frozen=True)
class Import:
    """What a file holds of the two countries: rows for `evidence.csv`, as text, and notes on what was left out."""

    rows: list[dict[str, str]]
    notes: list[str]


def read_agency(path: Path, folder: Path, *, series: str = "", source: str = "") -> Import:
    """Read what a file of an agency reports on the trade of a dossier's two countries.

    UN Comtrade has dollars, imports CIF and exports FOB, as the reporter gives them; its exports hold re-exports, so
    lines of re-exports are left out. Correlates of War has millions of dollars; ``flow1`` is what the first country
    imports from the second, and -9 is missing. A value stands for all that rounds to the last digit which the file
    prints. Rows that `evidence.csv` has already are left out.

    Parameters
    ----------
    path : pathlib.Path
        Cells parted by commas, semicolons or tabs, in any encoding; known by its header.
    folder : pathlib.Path
        The dossier; its `actors.csv` has the codes of the agencies.
    series, source : str
        What the rows hold there; empty for the agency's name and for ``COMTRADE`` or ``COW``.

    Returns
    -------
    Import
        Rows have the columns of `evidence.csv`.

    Raises
    ------
    DataError
        If the header is of no layout above, a line is torn or contradicts another or `evidence.csv`, or no line has
        a total.

    Examples
    --------
    >>> import tempfile
    >>> from analysis.schema import DEFAULT
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "cow.csv"
    ...     _ = path.write_text("ccode1,ccode2,year,flow1,flow2" + chr(10) + "630,702,2016,0.5,-9")
    ...     found = read_agency(path, DEFAULT)
    >>> [found.rows[0][name] for name in ("date", "exporter", "importer", "value", "value_low", "value_high", "unit")]
    ['2016', 'TJK', 'IRN', '0.5', '0.45', '0.55', 'million USD']
    >>> found.notes[0]
    'cow.csv: 1 flow left out: without a value'
    """
    schema = read_schema(folder)
    cells = read_tables(folder, schema)
    if faults := check_tables(schema, cells):
        raise DataError(describe_faults(faults))
    tables = {name: each.records for name, each in cells.items()}
    countries = {actor["code"]: actor for actor in tables["actors"] if actor["code"] in schema["dyad"]}
    agency, found = _read_flows(path, countries)
    series, source = series or agency, source or {WAR: "COW", COMTRADE: "COMTRADE"}[agency]
    printed = min((_find_place(each.value) for each in found if isinstance(each, Flow)), default=0)
    figures = [row for row in tables["evidence"] if row["series"] == series]
    found = list(_keep_new(found, figures, DOLLARS[_name_unit(agency)]))
    flows = [each for each in found if isinstance(each, Flow)]
    faults = [replace(each, file=path.name) for each in dict.fromkeys(found) if isinstance(each, Fault)]
    left = Counter(each for each in found if isinstance(each, str))
    notes = [f"{path.name}: {number} flow{'s' * (number > 1)} left out: {why}" for why, number in left.items()]
    if not faults and not flows and not left[EMPTY] and not left[KNOWN]:
        hint = "; ".join(f"{number} left out: {why}" for why, number in left.items())
        hint += "; ask for all goods as one, code TOTAL" * bool(left[GOODS])
        wish = f"totals of the trade between {' and '.join(countries)}"
        faults = [Fault(path.name, 0, "", wish, "none", hint)]
    if faults:
        raise DataError(describe_faults(faults, path.name))
    if source not in {row["source_id"] for row in tables["sources"]}:
        notes.append(f"sources.csv: no row {source} yet, which says where this file is from; add one")
    ids = [str(next(iter(row.values()))) for rows in tables.values() for row in rows]
    start = 1 + max((int(each[1:]) for each in ids if re.fullmatch(r"V\d+", each)), default=0)
    names = {code: actor["name"] for code, actor in countries.items()}
    rows = enumerate(_make_rows(agency, flows, names, printed), start)
    own = {"series": series, "source_id": source}
    return Import([{"evidence_id": f"V{number:03}", **row, **own} for number, row in rows], notes)


def add_rows(found: Import, folder: Path) -> str:
    """Return the text of `evidence.csv` with new rows at its end, every byte above them as it was.

    Raises
    ------
    DataError
        If the dossier with these rows would have faults, or the file is not UTF-8 with commas.

    Examples
    --------
    >>> from analysis.schema import DEFAULT
    >>> add_rows(Import([], []), DEFAULT) == (DEFAULT / "evidence.csv").read_text(encoding="utf-8")
    True
    """
    schema = read_schema(folder)
    tables = read_tables(folder, schema)
    cells, table = tables["evidence"], schema["tables"]["evidence"]
    path = folder / str(table["path"])
    wanted = cells.rows + [[row.get(name, "") for name in cells.header] for row in found.rows]
    data = path.read_bytes()
    text = data.decode("utf-8") if is_utf8(data) else ""
    top = next(csv.reader([text.removeprefix("\ufeff").partition("\n")[0].strip()]), [])
    if top != cells.header or table.get("encoding", "utf-8").casefold() not in ("utf-8", "utf8"):
        wish = "UTF-8 with commas and the columns in the schema's order, to add rows"
        raise DataError(str(Fault(path.name, 0, "", wish, "another form", "save it so")))
    text, end = text.removesuffix("\x1a"), "\r\n" if "\r\n" in text else "\n"
    text += end * (not text.endswith("\n")) + format_rows(found.rows, cells.header, end)
    with tempfile.TemporaryDirectory() as scratch:  # the file as it will be, read as any other
        written = Path(scratch) / path.name
        written.write_text(text, encoding="utf-8", newline="")
        tables["evidence"] = read_cells(written, table["schema"]["fields"])
    if faults := check_tables(schema, tables):
        raise DataError(describe_faults(faults, f"{folder.name}/ with these rows"))
    if tables["evidence"].rows != wanted:
        raise DataError(str(Fault(path.name, 0, "", "plain rows, to add others", "another form", "save it anew")))
    return text


def format_rows(rows: Iterable[Mapping[str, str]], header: list[str], end: str = "\n") -> str:
    r"""Return rows as CSV text, without the header.

    Examples
    --------
    >>> format_rows([{"value": "1", "note": "a, b"}], ["value", "note"])
    '1,"a, b"\n'
    """
    text = io.StringIO()
    csv.writer(text, lineterminator=end).writerows([row.get(name, "") for name in header] for row in rows)
    return text.getvalue()


def _read_flows(path: Path, countries: Mapping[str, Mapping[str, str]]) -> tuple[str, list[Flow | Fault | str]]:
    """Return whose file it is and what its lines hold of the two countries: flows, faults, why a line is left out."""
    if kind := name_kind(path):
        raise DataError(str(Fault(path.name, 0, "", "a file of an agency", kind)))
    with path.open("rb") as file:
        start = file.read(4)
    encoding = find_encoding(start, "utf-8")
    with path.open(encoding=encoding, errors="replace") as lines:  # what is used of a line is plain ASCII
        top = lines.readline(LONGEST)
        skipped = EXCEL_LINE.fullmatch(top)
        agency, separator, header = _know_header(path.name, lines.readline(LONGEST) if skipped else top)
        columns = [_fold(name) for name in header]
        shown = dict(zip(columns, header, strict=True))
        read, codes = _read_war if agency == WAR else _read_comtrade, _list_codes(agency, columns, countries)
        found: list[Flow | Fault | str] = []
        values: list[tuple[int, str, str]] = []
        second = lines.readline()
        wide = len(columns) + bool(re.search(f"{re.escape(separator)}\\s*$", second)) * (
            len(next(csv.reader([second], delimiter=separator), [])) == len(columns) + 1
        )  # a separator at the end of each line but the header's
        records = _join_lines(chain([second], lines), 3 if skipped else 2)
        for row, cells in _find_records(records, separator, shown[columns[0]], codes):
            if {*columns} <= {*map(_fold, cells)}:  # of files that were joined
                if [*map(_fold, cells)][: len(columns)] != columns:
                    found.append(Fault("", row, "", "no other header than that of row 1", ", ".join(cells)[:60]))
            elif len(cells) == wide and not any(cells[len(columns) :]):
                line = dict(zip(columns, cells[: len(columns)], strict=True))
                for each in chain(_check_names(line, codes, countries), read(line, codes, separator != ",")):
                    if isinstance(each, Flow):
                        values.append((row, shown[each.column], line[each.column]))
                    found.append(each if isinstance(each, str) else replace(each, row=row, column=shown[each.column]))
            else:
                hint = "a cell holds a separator, a quotation mark or a line break too many"
                found.append(Fault("", row, "", f"{len(columns)} cells, as in the header", str(len(cells)), hint))
    if any(has_decimal_comma(text) for _, _, text in values):  # then a point may part thousands
        doubtful = [each for each in values if read_number(each[2], commas=True) is None]
        found += [Fault("", row, name, "a number", text, explain_number(text)) for row, name, text in doubtful]
    return agency, found


def _check_names(
    cells: Mapping[str, str], codes: Mapping[str, str], countries: Mapping[str, Mapping[str, str]]
) -> Iterator[Fault]:
    """Yield a fault where beside the code of one country the name of another stands, or its code by ISO 3166-1."""
    known = {code: find_words(actor["short_name"]) for code, actor in countries.items()}
    for column, places in NAMES.items():
        own = codes.get(_trim_code(cells.get(column, "")))
        for place in places if own else ():
            text = fold_text(cells.get(place, ""))
            words = find_words(text)
            whole = find_words(countries[str(own)]["name"])  # of which another's name may be a part
            named = {code for code, name in known.items() if name <= words and (code == own or not name <= whole)}
            named |= {ISO[text]} if text in ISO else set()
            if named and own not in named:
                yield Fault("", 0, place, f"a name of {own}, whose code stands in {column}", cells[place])


def _join_lines(lines: Iterable[str], first: int) -> Iterator[tuple[int, str]]:
    """Yield row number and text of each record; one whose quotation marks close on a later line goes on there."""
    begun, start = "", first
    for row, line in enumerate(lines, start=first):
        odd = line.count('"') % 2
        if begun:
            begun += line
            if odd or len(begun) > LONGEST:
                yield start, begun
                begun = ""
        elif odd:
            begun, start = line, row
        else:
            yield row, line
    if begun:
        yield start, begun


def _know_header(file: str, line: str) -> tuple[str, str, list[str]]:
    """Return agency, separator and names of columns."""
    near = ""
    for separator in SEPARATORS:
        header = [name.strip() for name in next(csv.reader([line], delimiter=separator), [])]
        for agency, needed in LAYOUTS:
            folded = [_fold(name) for name in header]
            absent = [name for name in needed if name not in folded]
            twice = [name for name in needed if folded.count(name) > 1]
            if twice:
                raise DataError(str(Fault(file, 1, twice[0], "one column of this name", "two", "take one away")))
            if not absent:
                return agency, separator, header
            near = f"of {agency}, but without {', '.join(absent)}" if len(absent) <= 2 else near
    wish = f"the header of {COMTRADE} (new or legacy) or {WAR} (dyadic trade)"
    raise DataError(str(Fault(file, 1, "", wish, line[:60].strip(), near or "unpack it if it is packed")))


def _fold(name: str) -> str:
    """Return a column's name in small letters, without what copies of one file differ in."""
    return re.sub(r"[\s_.-]", "", name.casefold().lstrip("\ufeff").replace("(us$)", "us"))


def _list_codes(agency: str, columns: list[str], countries: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Return the country of each code that the file may use."""
    column = "cow" if agency == WAR else "comtrade"
    codes = {_trim_code(actor.get(column, "")): code for code, actor in countries.items() if actor.get(column)}
    named = {"reporteriso", "partneriso"} <= set(columns)
    absent = [code for code in countries if code not in codes.values()]
    if absent and not named:
        raise DataError(str(Fault("actors.csv", 0, column, f"the code of {agency} for {' and '.join(absent)}", "none")))
    return codes | ({code: code for code in countries} if named else {})


def _find_records(
    records: Iterable[tuple[int, str]], separator: str, head: str, codes: Mapping[str, str]
) -> Iterator[tuple[int, list[str]]]:
    """Yield row number and cells of the records in which a code of each country, or a header, stands."""
    one, other = ([code for code in codes if codes[code] == country] for country in dict.fromkeys(codes.values()))
    pairs = [pair for pair in product(one, other) if pair[0].isdigit() == pair[1].isdigit()]
    (first, second), (third, fourth) = pairs[0], pairs[-1]  # of digits and of letters, or the same
    for row, text in records:
        if (first in text and second in text) or (third in text and fourth in text) or head in text:
            try:
                cells = [cell.strip() for cell in next(csv.reader(io.StringIO(text, newline=""), delimiter=separator))]
            except csv.Error:  # a cell of over a hundred thousand letters
                cells = [text]
            plain = {codes.get(_trim_code(cell)) for cell in cells} - {None}
            if plain == set(codes.values()) or head in cells or "\n" in text.rstrip() or len(cells) == 1:
                yield row, cells


def _trim_code(cell: str) -> str:
    """Return a code as one would write it, whatever a spreadsheet made of it: 004 and 4.0 are 4."""
    return cell.strip().removesuffix(".0").lstrip("0")


def _read_war(cells: Mapping[str, str], codes: Mapping[str, str], commas: bool) -> Iterator[Flow | Fault | str]:
    one, other = (codes.get(_trim_code(cells[name])) for name in ("ccode1", "ccode2"))
    if one and other and one != other:
        yield _read_flow(cells, "year", "flow1", (other, one), "importer", commas)
        yield _read_flow(cells, "year", "flow2", (one, other), "importer", commas)


def _read_comtrade(cells: Mapping[str, str], codes: Mapping[str, str], commas: bool) -> Iterator[Flow | Fault | str]:
    sides = []
    for side in ("reporter", "partner"):
        iso, code = cells.get(f"{side}iso", ""), _trim_code(cells[f"{side}code"])
        named, coded = codes.get(iso), codes.get(code)
        numbered = any(each.isdigit() and codes[each] == named for each in codes)
        if iso and code and named != coded and (coded or numbered):
            yield Fault("", 0, f"{side}code", f"the code of {iso}, as {side}ISO has it", cells[f"{side}code"])
        sides.append(named or coded)
    reporter, partner = sides
    if not reporter or not partner or reporter == partner:
        return
    _, _, date, flow, goods, value = LAYOUTS["cmdcode" in cells][1]
    role, monthly = ROLES.get(_trim_code(cells[flow]).upper()), len(_trim_code(cells[date])) == 6
    for name in ("flowdesc", "tradeflow"):
        if role and ROLES.get(cells.get(name, "").upper(), role) != role:
            yield Fault("", 0, name, f"the flow of an {role}, as {cells[flow]} says", cells[name])
    for name in ("refyear", "year"):
        if (told := cells.get(name, "").removesuffix(".0")) and told != cells[date][:4]:
            yield Fault("", 0, name, f"the year of the period {cells[date]}", cells[name])
    if cells[goods].upper() != "TOTAL":
        yield GOODS
    elif not role and _trim_code(cells[flow]).upper() not in OTHERS:
        yield Fault("", 0, flow, "a flow such as M or X, or 1 or 2", cells[flow])
    elif not role:
        yield "re-exports or another flow, which exports and imports hold"
    elif cells.get("freqcode", "") not in ("", "M" if monthly else "A"):
        yield Fault("", 0, date, f"a period of the frequency {cells['freqcode']}", cells[date])
    elif cells.get("typecode", "C").upper() not in ("", "C"):
        yield "of services"
    elif any(_trim_code(cells.get(name, "")) not in whole for name, whole in PARTS.items()):
        yield "a part of another line, by second partner, customs procedure or transport"
    else:
        pair = (reporter, partner) if role == "exporter" else (partner, reporter)
        yield _read_flow(cells, date, value, pair, role, commas)


def _read_flow(
    cells: Mapping[str, str], date: str, column: str, pair: tuple[str, str], role: str, commas: bool
) -> Flow | Fault | str:
    """Return the flow from the first of a pair to the second; a fault or a reason where there is none."""
    when = re.fullmatch(r"([12]\d{3})(0[1-9]|1[0-2])?([.]0)?", cells[date], re.ASCII)
    if not when or not FIRST_YEAR <= int(when[1]) <= LAST_YEAR:
        return Fault("", 0, date, "a year such as 2020 or a month such as 202001", cells[date])
    if "e" in cells[column].casefold() and read_number(cells[column]):
        return Fault("", 0, column, "digits, no power of ten", cells[column], "how far it is rounded cannot be seen")
    number = read_number(cells[column], commas=commas)
    value = Decimal(number) if number else None
    if cells[column].casefold() in {"", *MISSING} or (value == ABSENT and column in ("flow1", "flow2")):
        return EMPTY
    if value is None or value < 0:
        return Fault("", 0, column, "a number not below 0", cells[column], explain_number(cells[column]) * (not number))
    return Flow(0, column, "-".join(filter(None, when.groups()[:2])), *pair, role, value)


def _keep_new(
    found: Iterable[Flow | Fault | str], figures: list[dict[str, str]], dollars: int
) -> Iterator[Flow | Fault | str]:
    """Yield each flow once; a reason where evidence.csv has it, a fault where two values of one flow stand."""
    keys = ("date", "exporter", "importer", "role")
    known = {tuple(row[key] for key in keys): row for row in figures if row["unit"] in DOLLARS}
    seen: dict[tuple[str, ...], Flow] = {}
    for each in found:
        if not isinstance(each, Flow):
            yield each
            continue
        key = (each.date, each.exporter, each.importer, each.role)
        wrong = partial(Fault, "", each.row, each.column, found=str(each.value))
        if key in seen:
            if seen[key].value != each.value:
                yield wrong(expected=f"{seen[key].value}, as row {seen[key].row} has for the same flow")
            continue
        seen[key] = each
        row = known.get(key)
        if not row:
            yield each
            continue
        low, high = (Decimal(row[end] or worst) * DOLLARS[row["unit"]] / dollars for end, worst in OPEN.items())
        if low <= each.value <= high:
            yield KNOWN
        else:
            wish = f"{row['value']} {row['unit']}, as {row['evidence_id']} of evidence.csv has for the same flow"
            yield wrong(expected=wish, hint="another release is a series of its own: name it with --series")


def _make_rows(agency: str, flows: list[Flow], names: Mapping[str, str], printed: int) -> Iterator[dict[str, str]]:
    """Yield rows without id, series and source; `printed` is the place of the last digit that the file prints."""
    for flow in flows:
        place = _find_place(flow.value)
        step = Decimal(1).scaleb(place if place > 0 else printed)
        yield {
            "date": flow.date,
            "period_kind": "month" if "-" in flow.date else "calendar_year",
            "date_basis": "stated",
            "flow": "one_way",
            "exporter": flow.exporter,
            "importer": flow.importer,
            "reporter": f"{WAR} Project" if agency == WAR else names[getattr(flow, flow.role)],
            "value": _write(flow.value),
            "value_low": _write(max(flow.value - step / 2, Decimal(0))),
            "value_high": _write(flow.value + step / 2),
            "unit": _name_unit(agency),
            "bound": "exact",
            "rounding": _write(step),
            "basis": "reported",
            "coverage": "total",
            "role": flow.role,
            "status": "observed",
            "certainty": "asserted",
            "note": "",
        }


def _name_unit(agency: str) -> str:
    return "million USD" if agency == WAR else "USD"


def _find_place(value: Decimal) -> int:
    """Return the power of ten of the last digit that is printed: 0.250 has -2, 40 has 0, and 1.2E+7 has 6."""
    exponent = int(value.as_tuple().exponent)
    return min(0, int(value.normalize().as_tuple().exponent)) if exponent < 0 else exponent


def _write(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
