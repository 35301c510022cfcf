"""Files of agencies as rows of `evidence.csv`: UN Comtrade and Correlates of War dyadic trade, known by their header.

A file is read line by line, and only lines that name both countries are looked into: memory does not grow with it.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from itertools import product
from pathlib import Path

from analysis.cells import MARKS, MISSING, SEPARATORS, name_kind, read_number
from analysis.dossier import describe_faults
from analysis.errors import DataError, Fault
from analysis.faults import check_tables
from analysis.schema import read_schema, read_tables

COMTRADE, WAR = "UN Comtrade", "Correlates of War"
LAYOUTS: tuple[
    tuple[str, tuple[str, ...]], ...
] = (  # the agency and the columns that are read, in letters and digits only
    (COMTRADE, ("reportercode", "partnercode", "period", "tradeflowcode", "commoditycode", "tradevalueus")),
    (COMTRADE, ("reportercode", "partnercode", "period", "flowcode", "cmdcode", "primaryvalue")),
    (WAR, ("ccode1", "ccode2", "year", "flow1", "flow2")),
)
PARTS = {  # what these columns hold in a line that is no part of another
    **{name: {""} for name in ("partner2code", "motcode", "moscode")},
    **{name: {""} for name in ("2ndpartnercode", "modeoftransportcode", "customsproccode")},
    "customscode": {"", "C00"},
}
ROLES = {"M": "importer", "1": "importer", "X": "exporter", "2": "exporter"}
ABSENT = Decimal(-9)  # of Correlates of War
EMPTY, GOODS = "without a value", "of single goods"


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
    tables = {name: [dict(zip(each.header, row, strict=True)) for row in each.rows] for name, each in cells.items()}
    countries = {actor["code"]: actor for actor in tables["actors"] if actor["code"] in schema["dyad"]}
    agency, found = _read_flows(path, countries)
    series, source = series or agency, source or {WAR: "COW", COMTRADE: "COMTRADE"}[agency]
    found = list(_keep_new(found, [row for row in tables["evidence"] if row["series"] == series]))
    flows = [each for each in found if isinstance(each, Flow)]
    faults = [replace(each, file=path.name) for each in found if isinstance(each, Fault)]
    left = Counter(each for each in found if isinstance(each, str))
    notes = [f"{path.name}: {number} flow{'s' * (number > 1)} left out: {why}" for why, number in left.items()]
    if not faults and not flows and set(left) <= {GOODS}:
        hint = f"{left[GOODS]} lines are {GOODS}: ask for all goods as one, code TOTAL" if left else ""
        wish = f"totals of the trade between {' and '.join(countries)}"
        faults = [Fault(path.name, 0, "", wish, "none", hint)]
    if faults:
        raise DataError(describe_faults(faults, path.name))
    if source not in {row["source_id"] for row in tables["sources"]}:
        notes.append(f"sources.csv: no row {source} yet, which says where this file is from; add one")
    ids = [str(next(iter(row.values()))) for rows in tables.values() for row in rows]
    start = 1 + max((int(each[1:]) for each in ids if re.fullmatch(r"V\d+", each)), default=0)
    names = {code: actor["name"] for code, actor in countries.items()}
    rows = enumerate(_make_rows(agency, flows, names), start)
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
    cells, path = tables["evidence"], folder / str(schema["tables"]["evidence"]["path"])
    cells.rows += [[row.get(name, "") for name in cells.header] for row in found.rows]
    cells.numbers += range(max(cells.numbers, default=1) + 1, max(cells.numbers, default=1) + 1 + len(found.rows))
    if faults := check_tables(schema, tables):
        raise DataError(describe_faults(faults, f"{folder.name}/ with these rows"))
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    if next(csv.reader([text.removeprefix("\ufeff").partition("\n")[0].strip()]), []) != cells.header:
        wish = "UTF-8 with commas and the columns in the schema's order, to add rows"
        raise DataError(str(Fault(path.name, 0, "", wish, "another form", "save it so")))
    end = "\r\n" if "\r\n" in text else "\n"
    return text + end * (not text.endswith("\n")) + format_rows(found.rows, cells.header, end)


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
    encoding = next((MARKS[mark] for mark in MARKS if start.startswith(mark)), "latin-1")
    with path.open(encoding=encoding, errors="replace") as lines:  # what is used of a line is plain ASCII
        agency, separator, header = _know_header(path.name, lines.readline(100_000))
        columns = [_fold(name) for name in header]
        shown = dict(zip(columns, header, strict=True))
        read, codes = _read_war if agency == WAR else _read_comtrade, _list_codes(agency, columns, countries)
        found: list[Flow | Fault | str] = []
        for row, cells in _find_lines(lines, separator, codes):
            if len(cells) == len(columns) + 1 and not cells[-1]:
                cells.pop()  # a separator at the end of each line but the header's
            if len(cells) == len(columns):
                found += [
                    each if isinstance(each, str) else replace(each, row=row, column=shown[each.column])
                    for each in read(dict(zip(columns, cells, strict=True)), codes)
                ]
            elif set(codes.values()) == {codes.get(_trim_code(cell)) for cell in cells} - {None}:
                hint = "a cell holds a separator, a quotation mark or a line break too many"
                found.append(Fault("", row, "", f"{len(columns)} cells, as in the header", str(len(cells)), hint))
    return agency, found


def _know_header(file: str, line: str) -> tuple[str, str, list[str]]:
    """Return agency, separator and names of columns."""
    near = ""
    for separator in SEPARATORS:
        header = [name.strip() for name in next(csv.reader([line], delimiter=separator), [])]
        for agency, needed in LAYOUTS:
            absent = [name for name in needed if name not in map(_fold, header)]
            if not absent:
                return agency, separator, header
            near = f"of {agency}, but without {', '.join(absent)}" if len(absent) <= 2 else near
    wish = f"the header of {COMTRADE} (new or legacy) or {WAR} (dyadic trade)"
    raise DataError(str(Fault(file, 1, "", wish, line[:60].strip(), near or "unpack it if it is packed")))


def _fold(name: str) -> str:
    """Return a column's name in small letters and digits only, since copies differ in the rest."""
    return re.sub(r"[^a-z0-9]", "", name.casefold())


def _list_codes(agency: str, columns: list[str], countries: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Return the country of each code that the file may use."""
    column = "cow" if agency == WAR else "comtrade"
    codes = {_trim_code(actor.get(column, "")): code for code, actor in countries.items() if actor.get(column)}
    named = {"reporteriso", "partneriso"} <= set(columns)
    absent = [code for code in countries if code not in codes.values()]
    if absent and not named:
        raise DataError(str(Fault("actors.csv", 0, column, f"the code of {agency} for {' and '.join(absent)}", "none")))
    return codes | ({code: code for code in countries} if named else {})


def _find_lines(lines: Iterable[str], separator: str, codes: Mapping[str, str]) -> Iterator[tuple[int, list[str]]]:
    """Yield row number and cells of the lines in which a code of each country stands; the others are not parsed."""
    one, other = ([code for code in codes if codes[code] == country] for country in dict.fromkeys(codes.values()))
    pairs = [pair for pair in product(one, other) if pair[0].isdigit() == pair[1].isdigit()]
    (first, second), (third, fourth) = pairs[0], pairs[-1]  # of digits and of letters, or the same
    for row, line in enumerate(lines, start=2):
        if (first in line and second in line) or (third in line and fourth in line):
            yield row, [cell.strip() for cell in next(csv.reader([line], delimiter=separator))]


def _trim_code(cell: str) -> str:
    """Return a code as one would write it, whatever a spreadsheet made of it: 004 and 4.0 are 4."""
    return cell.strip().removesuffix(".0").lstrip("0")


def _read_war(cells: Mapping[str, str], codes: Mapping[str, str]) -> Iterator[Flow | Fault | str]:
    one, other = (codes.get(_trim_code(cells[name])) for name in ("ccode1", "ccode2"))
    if one and other and one != other:
        yield _read_flow(cells, "year", "flow1", (other, one), "importer")
        yield _read_flow(cells, "year", "flow2", (one, other), "importer")


def _read_comtrade(cells: Mapping[str, str], codes: Mapping[str, str]) -> Iterator[Flow | Fault | str]:
    reporter, partner = (
        codes.get(cells.get(f"{side}iso", "")) or codes.get(_trim_code(cells[f"{side}code"]))
        for side in ("reporter", "partner")
    )
    if not reporter or not partner or reporter == partner:
        return
    _, _, date, flow, goods, value = LAYOUTS["cmdcode" in cells][1]
    role = ROLES.get(cells[flow].upper())
    if cells[goods].upper() != "TOTAL":
        yield GOODS
    elif not role:
        yield "re-exports or another flow, which exports and imports hold"
    elif any(_trim_code(cells.get(name, "")) not in whole for name, whole in PARTS.items()):
        yield "a part of another line, by second partner, customs procedure or transport"
    else:
        pair = (reporter, partner) if role == "exporter" else (partner, reporter)
        yield _read_flow(cells, date, value, pair, role)


def _read_flow(
    cells: Mapping[str, str], date: str, column: str, pair: tuple[str, str], role: str
) -> Flow | Fault | str:
    """Return the flow from the first of a pair to the second; a fault or a reason where there is none."""
    when = re.fullmatch(r"([12]\d{3})(0[1-9]|1[0-2])?([.]0)?", cells[date], re.ASCII)
    if not when:
        return Fault("", 0, date, "a year such as 2020 or a month such as 202001", cells[date])
    number = read_number(cells[column])
    value = Decimal(number) if number else None
    if cells[column].casefold() in {"", *MISSING} or (value == ABSENT and column in ("flow1", "flow2")):
        return EMPTY
    if value is None or value < 0:
        return Fault("", 0, column, "a number not below 0", cells[column])
    return Flow(0, column, "-".join(filter(None, when.groups()[:2])), *pair, role, value)


def _keep_new(found: Iterable[Flow | Fault | str], figures: list[dict[str, str]]) -> Iterator[Flow | Fault | str]:
    """Yield each flow once; a reason where evidence.csv has it, a fault where two values of one flow stand."""
    keys = ("date", "exporter", "importer", "role")
    known = {tuple(row[key] for key in keys): row for row in figures}
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
        elif Decimal(row["value_low"] or row["value"]) <= each.value <= Decimal(row["value_high"] or row["value"]):
            yield "in evidence.csv already"
        else:
            wish = f"{row['value']}, as {row['evidence_id']} of evidence.csv has for the same flow"
            yield wrong(expected=wish, hint="another release is a series of its own: name it with --series")


def _make_rows(agency: str, flows: list[Flow], names: Mapping[str, str]) -> Iterator[dict[str, str]]:
    printed = min((_find_place(flow.value) for flow in flows), default=0)
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
            "unit": "million USD" if agency == WAR else "USD",
            "bound": "exact",
            "rounding": _write(step),
            "basis": "reported",
            "coverage": "total",
            "role": flow.role,
            "status": "observed",
            "certainty": "asserted",
            "note": "",
        }


def _find_place(value: Decimal) -> int:
    """Return the power of ten of the last digit that is printed: 0.250 has -2, 40 has 0, and 1.2E+7 has 6."""
    exponent = int(value.as_tuple().exponent)
    return min(0, int(value.normalize().as_tuple().exponent)) if exponent < 0 else exponent


def _write(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
