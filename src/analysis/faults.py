"""Every fault of a dossier's files: what the schema refuses, and the rules of the codebook that no schema can say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from difflib import SequenceMatcher, get_close_matches
from functools import lru_cache
from itertools import combinations
from math import isclose
from pathlib import Path
from typing import Any

import frictionless
import pandas as pd
from babel.numbers import list_currencies

from analysis.cells import Cells, find_words, fold_text, name_letters
from analysis.dates import EXPECTED, UNDATED, explain_date, parse_date
from analysis.errors import DataError, Fault
from analysis.schema import (
    DEFAULT,
    INDEX,
    PER_CENT,
    RATE,
    TABLES,
    Schema,
    build_table,
    find_counted,
    read_schema,
    read_tables,
    split_unit,
)

OPTIONAL = {"comtrade", "cow"}  # codes for import
ALIKE = 0.8  # of letters in common, in two names of persons
RAGGED = " cells, as in the header"
TITLES = ("title", "description")
TABLE_HINT = "copy it from another dossier; a CSV with only its header says that there is nothing"
PAIRED = ("measure_growth", "measure_interval", "measure_overlap", "measure_rank", "measure_ratio")
LOOSE = {"note", "rank", "paragraph", "text_start", "text_end"}  # may differ in rows that say the same
WIDEST = 2  # times a hedged figure, or its part, an end of its range may be
DAYS = {  # of a period, at least and at most
    "calendar_year": (365, 366, "one year, such as 2020, of a calendar_year"),
    "fiscal_year": (364, 367, "a year from its first to its last month, of a fiscal_year"),
    "solar_hijri_year": (364, 367, "a year from its first to its last day, of a solar_hijri_year"),
    "half": (178, 187, "six months, such as 2020-01/2020-06, of a half"),
    "quarter": (88, 94, "three months, such as 2020-01/2020-03, of a quarter"),
    "month": (28, 31, "one month, such as 2020-01, of a month"),
}
IDS = ("trade_id", "event_id", "period_id", "source_id", "evidence_id", "finding_id", "claim_id", "code_id", "gap_id")


def find_faults(folder: Path) -> list[Fault]:
    """Return every fault of a dossier's files, sorted by file, row and column.

    Parameters
    ----------
    folder : pathlib.Path
        Holds `datapackage.json` and the CSVs that it names.

    Raises
    ------
    DataError
        If `datapackage.json` itself cannot be read.

    Examples
    --------
    >>> from analysis.schema import DEFAULT
    >>> find_faults(DEFAULT)
    []
    """
    schema = read_schema(folder)
    return check_tables(schema, read_tables(folder, schema))


def check_tables(schema: Schema, tables: Mapping[str, Cells]) -> list[Fault]:
    """Return every fault of files that have been read, as `find_faults` does.

    Examples
    --------
    >>> from analysis.schema import DEFAULT
    >>> schema = read_schema(DEFAULT)
    >>> check_tables(schema, read_tables(DEFAULT, schema))
    []
    """
    try:
        report = _validate(json.dumps(_describe_package(schema, tables)))
    except frictionless.FrictionlessException as error:
        raise DataError(f"datapackage.json: expected a Data Package: {error.error.note}") from error
    except TypeError as error:  # a constraint of another type than its field
        raise DataError(f"datapackage.json: expected constraints of their fields' types: {error}") from error
    actors = _read_names(tables.get("actors", Cells()))
    faults = {_name_error(error.to_dict(), "", schema, actors) for error in report.errors}
    for task in report.tasks:
        named = [_name_error(error.to_dict(), task.name, schema, actors) for error in task.errors]
        ragged: dict[int, Fault] = {}  # a row with too few or too many cells has no other fault worth naming
        for fault in named:
            if fault and fault.expected.endswith(RAGGED):
                ragged.setdefault(fault.row, fault)
        faults |= {*ragged.values(), *(fault for fault in named if fault and fault.row not in ragged)}
    unread = {f"an id of {schema['tables'][name]['path']}" for name, cells in tables.items() if cells.faults}
    found = {fault for fault in faults if fault and fault.expected not in unread}  # their ids could not be read
    missing = sorted(set(TABLES) - set(schema["tables"]))
    found |= {Fault("datapackage.json", 0, "resources", f"a table {name!r}", "none", TABLE_HINT) for name in missing}
    found |= set(_check_fields(schema))
    broken = {fault.file for fault in found} | {fault.file for cells in tables.values() for fault in cells.faults}
    found |= set() if "" in broken or missing else set(_check_rules(schema, tables, broken))
    lines = {schema["tables"][name]["path"]: [0, 1, *cells.numbers] for name, cells in tables.items()}
    placed = {replace(fault, row=lines[fault.file][fault.row]) if fault.file in lines else fault for fault in found}
    return sorted(placed.union(*(cells.faults for cells in tables.values())))


def find_notes(folder: Path) -> list[str]:
    """Return what was put right in reading a dossier's files, and persons that may be one under two spellings.

    Examples
    --------
    >>> from analysis.schema import DEFAULT
    >>> find_notes(DEFAULT)
    []
    """
    tables = read_tables(folder, read_schema(folder))
    notes = [note for cells in tables.values() for note in cells.notes]
    events = tables.get("events", Cells())
    column = events.header.index("persons") if "persons" in events.header else -1
    cells = [row[column] for row in events.rows if len(row) > column >= 0]
    people = sorted({name for cell in cells for name in cell.split(";") if name})
    for one, other in combinations(people, 2):
        words = [sorted(fold_text(name).split()) for name in (one, other)]
        if words[0] == words[1] or SequenceMatcher(None, fold_text(one), fold_text(other)).ratio() > ALIKE:
            notes.append(f"events.csv: are {one!r} and {other!r} one person? They are counted apart")
    return notes


@lru_cache(4)  # by all that is checked, the cells too: what was edited is checked anew
def _validate(package: str) -> Any:
    return frictionless.Package.from_descriptor(json.loads(package)).validate()


def _describe_package(schema: Schema, tables: Mapping[str, Cells]) -> dict[str, Any]:
    """Return the package with the cells as they were read in place of the files; a faulty file is left empty.

    Frictionless copies what it is given, and a table once for each key that points to it. So titles stay outside, and
    keys point to tables of their one column, such as `actors.code`.
    """
    header = {name: [field["name"] for field in table["schema"]["fields"]] for name, table in schema["tables"].items()}
    header |= {name: cells.header for name, cells in tables.items() if not cells.faults}
    rows = {name: [] if cells.faults else cells.rows for name, cells in tables.items()}
    resources: list[dict[str, Any]] = []
    keyed: dict[str, str] = {}
    for name, table in schema["tables"].items():
        fields = [{word: field[word] for word in field if word not in TITLES} for field in table["schema"]["fields"]]
        keys = [_point(key, name) for key in table["schema"].get("foreignKeys", [])]
        keyed |= {key["reference"]["resource"]: key["reference"]["fields"] for key in keys}
        own = {**table["schema"], "fields": fields, "foreignKeys": keys}
        own.pop("primaryKey")  # `unique` and `required` name the cell
        resources.append({"name": name, "schema": own, "data": [header[name], *rows[name]]})
    for name, column in sorted(keyed.items()):
        target = name.removesuffix(f".{column}")
        place = [field["name"] for field in schema["tables"][target]["schema"]["fields"]].index(column)
        cells = [[row[place]] for row in rows[target] if len(row) > place and row[place]]
        own = {"fields": [{"name": column, "type": "string"}]}
        resources.append({"name": name, "schema": own, "data": [[column], *cells]})
    rest = {name: value for name, value in schema.items() if name != "tables"}
    inline = [{**resource, "format": "inline"} for resource in resources]
    return {**rest, "resources": inline}


def _point(key: Schema, name: str) -> Schema:
    """Return a foreign key of a table that points to a table of the one column."""
    target, column = key["reference"]["resource"] or name, key["reference"]["fields"]
    return {**key, "reference": {"resource": f"{target}.{column}", "fields": column}}


def _read_names(cells: Cells) -> dict[str, str]:
    """Return the names of the actors by their codes, as far as the file can be read."""
    if not {"code", "name"} <= set(cells.header):
        return {}
    code, name = cells.header.index("code"), cells.header.index("name")
    return {row[code]: row[name] for row in cells.rows if len(row) > max(code, name)}


def _name_error(error: Mapping[str, Any], name: str, schema: Schema, actors: Mapping[str, str]) -> Fault | None:
    kind, row, column = error["type"], error.get("rowNumber", 0), error.get("fieldName", "")
    table = schema["tables"].get(name)
    path = table["path"] if table else ""
    fields = {field["name"]: field for field in table["schema"]["fields"]} if table else {}
    cell = "" if error.get("cell") is None else str(error["cell"])
    if kind == "foreign-key":
        expected, found = f"an id of {error['referenceName'].rpartition('.')[0]}.csv", str(error["fieldCells"][0])
        zero = "; a spreadsheet drops the zero in front of 040" * (found.isdigit() and len(found) < 3)
        hint = "add the row there or correct the id" + zero
        hint = _find_code(found, actors if expected == "an id of actors.csv" else {}) or hint
        return Fault(path, row, error["fieldNames"][0], expected, found, hint)
    if kind in ("type-error", "constraint-error"):
        return Fault(path, row, column, _describe_field(fields[column]), cell, _suggest(cell, fields[column]))
    if kind == "unique-error":
        return Fault(path, row, column, "an id of its own", cell, "a row above has it too")
    if kind in ("extra-cell", "missing-cell"):
        filled, count = [each for each in error["cells"] if each], len(error["cells"])
        hint = "a cell that says nothing is empty, and its separator stays"
        if kind == "extra-cell":
            hint = f"{cell!r} is the first too many; a text with a separator in it stands in quotation marks"
        elif len(filled) == 1:
            hint = f"{filled[0]!r} looks like a note; take it away"
        return Fault(path, row, column, f"{len(fields)}{RAGGED}", f"{count} cell{'s' * (count > 1)}", hint)
    return Fault(path, row, column, "a readable CSV file", kind, error["message"])


def _describe_field(field: Schema) -> str:
    rules = field.get("constraints", {})
    if "enum" in rules:
        return "one of " + ", ".join(map(str, rules["enum"]))
    if "example" in field:
        return f"text such as {field['example']}"
    if "pattern" in rules:
        return EXPECTED if "\\.\\." in rules["pattern"] else f"text of the form {rules['pattern']}"
    names = {"number": "a number", "integer": "a whole number", "boolean": "TRUE or FALSE", "string": "text"}
    words = [names[field["type"]]]
    words += [f"of at most {rules['maxLength']} characters"] if "maxLength" in rules else []
    words += [f"not below {rules['minimum']}"] if "minimum" in rules else []
    words += [f"{'and ' * ('minimum' in rules)}not above {rules['maximum']}"] if "maximum" in rules else []
    return " ".join(words) + (", not empty" if rules.get("required") else "")


def _suggest(cell: str, field: Schema) -> str:
    rules = field.get("constraints", {})
    dated = "\\.\\." in rules.get("pattern", "")
    if "pattern" in rules and not dated and cell.isdigit() and re.fullmatch(rules["pattern"], f"0{cell}"):
        return f"did you mean '0{cell}'? A spreadsheet drops the zero in front, here and perhaps in other codes"
    near = get_close_matches(cell, [str(value) for value in rules.get("enum", [])], n=1)
    near = [] if field["name"] == "unit" and len(cell) > 3 else near  # another currency or scale is no slip
    hint = (explain_date(cell) if dated else "") or name_letters(cell) * bool(rules.get("pattern") or near)
    return f"did you mean {near[0]!r}?{' ' * bool(hint)}{hint}" if near else hint or str(field.get("description", ""))


def _find_code(cell: str, actors: Mapping[str, str]) -> str:
    """Return the code whose own letters or name a cell comes nearest to, as a question."""
    words = find_words(cell)
    folded = {fold_text(text): code for code, name in actors.items() for text in (name, code)}
    near = [code for code, name in actors.items() if name and find_words(name) <= words]
    near += [folded[code] for code in get_close_matches(fold_text(cell), folded, n=1)]
    return " ".join([*([f"did you mean {near[0]!r}?"] if near else []), *filter(None, [name_letters(cell)])])


def _check_rules(schema: Schema, cells: Mapping[str, Cells], broken: set[str]) -> Iterator[Fault]:
    """Yield what Table Schema cannot say, for the files that keep to it; the codebook lists these rules."""
    tables = {name: table for name, table in schema["tables"].items() if table["path"] not in broken}
    frames = {name: build_table(cells[name], table).reset_index() for name, table in tables.items()}
    yield from _check_properties(schema, frames)
    yield from _check_ids(frames)
    yield from _check_twins(frames, cells)
    for name, frame in frames.items():
        for column in sorted({"date", "start", "end"} & set(frame.columns)):
            for row, text in frame[column].dropna().items():
                try:
                    parse_date(text)
                    wrong = explain_date(text)
                except DataError as error:
                    wrong = explain_date(text) or str(error)
                if wrong:
                    yield Fault(tables[name]["path"], int(str(row)) + 2, column, "a date that can be", text, wrong)
    for name in sorted({"trade", "evidence"} & set(frames)):
        yield from _check_figures(f"{name}.csv", frames[name])
        yield from _check_prices(f"{name}.csv", frames[name]["unit"])
        if "actors" in frames and _has_dyad(schema):
            yield from _check_dyad(f"{name}.csv", frames[name], _read_names(cells["actors"]), schema["dyad"])
    if "sources" in frames:
        yield from _check_days(frames)
    if "claims" in frames and len(frames) == len(schema["tables"]):
        yield from _check_claims(frames)
    if "periods" in frames:
        yield from _check_periods(frames["periods"])
    if {"events", "fields"} <= set(frames):
        yield from _check_events(frames["events"], set(frames["fields"].iloc[:, 0]))
    if {"events", "actors"} <= set(frames) and _has_dyad(schema):
        yield from _check_effects(frames["events"], frames["actors"], set(schema["dyad"]))


def _check_fields(schema: Schema) -> Iterator[Fault]:
    """Yield the columns that every dossier has, and this schema does not describe."""
    tables: Mapping[str, Any] = {}
    with suppress(DataError):
        tables = read_schema(DEFAULT)["tables"]
    for name, table in tables.items():
        own = {field["name"] for field in schema["tables"].get(name, table)["schema"]["fields"]}
        for column in sorted({field["name"] for field in table["schema"]["fields"]} - own - OPTIONAL):
            hint = "copy what another dossier has; a column may be empty"
            yield Fault("datapackage.json", 0, column, f"a field of the table {name!r}", "none", hint)


def _has_dyad(schema: Schema) -> bool:
    dyad = schema.get("dyad")
    return isinstance(dyad, list) and len(set(dyad)) == len(dyad) == 2


def _check_properties(schema: Schema, frames: Mapping[str, pd.DataFrame]) -> Iterator[Fault]:
    found = {name: schema.get(name) for name in ("dyad", "article", "coverage_start")}
    wishes = {}
    if not _has_dyad(schema):
        wishes["dyad"] = "the codes of two countries"
    elif "actors" in frames and not set(schema["dyad"]) <= set(frames["actors"]["code"]):
        wishes["dyad"] = "two codes of actors.csv"
    if "sources" in frames and found["article"] not in set(frames["sources"]["source_id"]):
        wishes["article"] = "an id of sources.csv"
    elif "sources" in frames:
        yield from _check_publication(frames["sources"], str(found["article"]))
    start = _find_day(found["coverage_start"], "earliest")
    if found["coverage_start"] is not None and (not start or explain_date(str(found["coverage_start"]))):
        wishes["coverage_start"] = "a year such as 1991, or none where it is not known"
    elif start and "sources" in frames:
        days = frames["sources"].set_index("source_id")["date"]
        appeared = _find_day(days.get(found["article"]), "latest")
        if appeared and start > appeared:
            wishes["coverage_start"] = f"a date before the article appeared, {appeared}"
    yield from (Fault("datapackage.json", 0, name, wish, str(found[name])) for name, wish in wishes.items())


def _find_day(text: Any, end: str) -> Any:
    """Return the earliest or the latest day of a date; None where it has none or is no date."""
    with suppress(DataError):
        return getattr(parse_date(str(text)), end)
    return None


def _check_publication(sources: pd.DataFrame, article: str) -> Iterator[Fault]:
    """Yield a fault where the date of publication, at which all open dates end, has no end itself."""
    row = sources["source_id"].tolist().index(article)
    day = sources["date"].fillna("").iloc[row]
    if day != UNDATED and not _find_day(day, "latest"):
        hint = f"{UNDATED} where it is not known"
        yield Fault("sources.csv", row + 2, "date", "the day by which the article appeared", day, hint)


def _check_periods(periods: pd.DataFrame) -> Iterator[Fault]:
    for row, (start, end) in enumerate(zip(periods["start"], periods["end"], strict=True), start=2):
        first, last = _find_day(start, "earliest"), _find_day(end, "latest")
        if first and last and last < first:
            yield Fault("periods.csv", row, "end", f"an end that is not before the start, {start}", end)


def _check_effects(events: pd.DataFrame, actors: pd.DataFrame, dyad: set[str]) -> Iterator[Fault]:
    counted = find_counted(events, actors.set_index("code")["country"], dyad)
    for row, (counts, effect) in enumerate(zip(counted, events["effect"], strict=True), start=2):
        if counts == pd.isna(effect):
            wish = "-1, 0 or 1, since the act counts" if counts else "an empty cell, since the act does not count"
            yield Fault("events.csv", row, "effect", wish, "" if pd.isna(effect) else str(effect), "see README.md")


def _check_ids(frames: Mapping[str, pd.DataFrame]) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    for name, frame in frames.items():
        column = frame.columns[0]
        for row, value in enumerate(frame[column] if column in IDS else (), start=2):
            if value in seen:
                hint = f"it stands in {seen[value]}.csv too"
                yield Fault(f"{name}.csv", row, column, "an id unlike all others", value, hint)
            seen[value] = name


def _check_twins(frames: Mapping[str, pd.DataFrame], tables: Mapping[str, Cells]) -> Iterator[Fault]:
    """Yield rows that say what an earlier one says: only id, note, rank or place in the text differ."""
    for name in sorted({"trade", "events", "evidence", "event_evidence"} & set(frames)):
        first: dict[tuple[str, ...], int] = {}
        said = frames[name].drop(columns=list(LOOSE), errors="ignore")
        for row, (key, *cells) in enumerate(said.itertuples(index=False), start=2):
            same = first.setdefault(tuple(map(str, cells)), row)
            if same != row:
                column, hint = str(said.columns[0]), "take one of the two away"
                wish = f"a row that is not also row {tables[name].numbers[same - 2]}"
                yield Fault(f"{name}.csv", row, column, wish, str(key), hint)


def _check_days(frames: Mapping[str, pd.DataFrame]) -> Iterator[Fault]:
    """Yield what is told as observed and begins after its source appeared."""
    sources = frames["sources"].set_index("source_id")["date"].dropna()
    appeared = {name: _find_day(date, "latest") for name, date in sources.items()}
    cells: Any
    for name in sorted({"trade", "events", "evidence"} & set(frames)):
        for row, cells in enumerate(frames[name].itertuples(), start=2):
            day, start = appeared.get(cells.source_id), _find_day(cells.date, "earliest")
            if cells.status != "observed" or not day or not start:
                continue
            if start > day:
                wish = f"a date by {day}, when {cells.source_id} appeared"
                yield Fault(f"{name}.csv", row, "date", wish, cells.date, "or a status other than observed")
            elif "/" in cells.date and (end := _find_day(cells.date.partition("/")[2], "earliest")) and end > day:
                wish = f"{cells.date.partition('/')[0]}/.., since {cells.source_id} appeared on {day}"
                hint = "an end that is announced is an act of its own, with the status planned"
                yield Fault(f"{name}.csv", row, "date", wish, cells.date, hint)


def _check_claims(frames: Mapping[str, pd.DataFrame]) -> Iterator[Fault]:
    known = {row for frame in frames.values() if frame.columns[0] in IDS for row in frame.iloc[:, 0]}
    others = {*frames["evidence"]["evidence_id"], *frames["event_evidence"]["finding_id"]}
    figures = pd.concat([frames[name].set_index(frames[name].columns[0])["unit"] for name in ("trade", "evidence")])
    units = {row: split_unit(unit)[1] for row, unit in figures.items()}
    cells: Any
    for row, cells in enumerate(frames["claims"].itertuples(), start=2):
        names = [] if pd.isna(cells.inputs) else re.split("[;+]", cells.inputs)
        for name in names:
            if name not in known:
                yield Fault("claims.csv", row, "inputs", "ids of coded rows", name, "correct the id")
        own = cells.tested_on == "article"
        if names and set(names) <= known and pd.notna(cells.tested_on) and own == bool(others & set(names)):
            wish = f"{'no' if own else 'a'} row of what others say, since it is tested on {cells.tested_on}"
            yield Fault("claims.csv", row, "inputs", wish, cells.inputs)
        alone = pd.notna(cells.inputs) and ";" not in cells.inputs
        if alone and cells.measure in PAIRED:
            yield Fault("claims.csv", row, "inputs", "two inputs with ; between them", cells.inputs)
        low, _, high = str(cells.asserted).partition("/")
        if {low, high}.isdisjoint({"", ".."}) and float(low) > float(high):
            yield Fault("claims.csv", row, "asserted", "the lower end first", cells.asserted, f"{high}/{low}")
        asked = split_unit("" if pd.isna(cells.unit) else cells.unit)[1]
        if cells.measure == "measure_level" and asked not in {"USD", *(units.get(name) for name in names)}:
            wish = "the unit of the amount: dollars, or the currency or measure of an input"
            yield Fault(
                "claims.csv", row, "unit", wish, "" if pd.isna(cells.unit) else cells.unit, "such as million USD"
            )
        for column in ("tested_on", "inputs", "asserted"):
            if pd.notna(cells.measure) and pd.isna(getattr(cells, column)):
                yield Fault("claims.csv", row, column, f"a value, since the measure is {cells.measure}", "")


def _check_length(date: str, kind: str) -> str:
    """Return what the date of a figure should be, where it is not as long as its kind of period."""
    with suppress(DataError):
        span = parse_date(date)
        days = (span.latest - span.earliest).days + 1 if span.earliest and span.latest else 0
        low, high, wish = DAYS.get(kind, (0, 10**6, ""))
        whole = kind != "calendar_year" or bool(re.fullmatch(r"\d{4}~?", date))
        return "" if low <= days <= high and whole else wish
    return ""


def _check_figures(file: str, figures: pd.DataFrame) -> Iterator[Fault]:
    cells: Any
    for row, cells in enumerate(figures.itertuples(), start=2):
        for side in ("exporter", "importer"):
            if cells.flow == "one_way" and pd.isna(getattr(cells, side)):
                yield Fault(file, row, side, f"an {side}, since flow is one_way", "")
        priced = cells.unit.startswith(INDEX) or cells.unit.endswith(RATE)
        currency = split_unit(cells.unit.removesuffix(RATE))[1]
        if re.fullmatch("[A-Z]{3}", currency) and currency[0] != "X" and currency not in list_currencies():
            hint = "look the code up; what has none gets one of your own that begins with X"
            yield Fault(file, row, "unit", "a currency by its code in ISO 4217, such as USD or KZT", currency, hint)
        if priced == pd.notna(cells.flow):
            wish = "an empty cell, since the unit is of prices" if priced else "total or one_way, since it is trade"
            yield Fault(file, row, "flow", wish, "" if pd.isna(cells.flow) else cells.flow)
        for end in ("value", "value_low") if priced else ():
            if pd.notna(getattr(cells, end)) and getattr(cells, end) <= 0:
                yield Fault(file, row, end, "more than 0, since the unit is of prices", f"{getattr(cells, end):.10g}")
        for end in ("value", "value_low", "value_high") if cells.unit != PER_CENT else ():
            if pd.notna(getattr(cells, end)) and getattr(cells, end) < 0:
                yield Fault(file, row, end, "0 or more, since the unit is not %", f"{getattr(cells, end):.10g}")
        if cells.flow == "one_way" and cells.exporter == cells.importer and pd.notna(cells.exporter):
            yield Fault(file, row, "importer", "another country than the exporter", cells.importer)
        if cells.flow != "one_way" and (pd.notna(cells.exporter) or pd.notna(cells.importer)):
            yield Fault(file, row, "flow", "one_way, since an exporter or an importer is given", str(cells.flow))
        if wish := _check_length(cells.date, cells.period_kind):
            yield Fault(file, row, "date", wish, cells.date, "or correct period_kind")
        for end, open_end in (("value_low", "at_most"), ("value_high", "at_least")):
            if cells.bound != open_end and pd.isna(getattr(cells, end)):
                printed = "it is the end that is printed, and value the middle"
                hint = "of an exact figure it is the value, or the ends of its rounding"
                hint = printed if cells.bound == "between" else hint
                yield Fault(file, row, end, f"a number, since bound is {cells.bound}", "", hint)
        yield from _check_ends(file, row, cells)
        for low, high in (("value_low", "value"), ("value", "value_high"), ("value_low", "value_high")):
            lower, upper = getattr(cells, low), getattr(cells, high)
            if pd.notna(lower) and pd.notna(upper) and lower > upper:
                yield Fault(file, row, low, f"at most {high}, {upper}", str(lower), "")


def _check_prices(file: str, units: pd.Series) -> Iterator[Fault]:
    """Yield values of a price index on another base than the first: dollars of one year need one index."""
    prices = units[units.str.startswith(INDEX)]
    for row, unit in prices[prices != prices.iloc[0]].items() if len(prices) else ():
        wish = f"the price index of the rows before, {prices.iloc[0]}"
        yield Fault(file, int(str(row)) + 2, "unit", wish, unit, "keep one index, on one base")


def _check_ends(file: str, row: int, cells: Any) -> Iterator[Fault]:
    """Yield ends of a range that do not follow from how the figure is hedged or rounded."""
    low, value, high = ends = (cells.value_low, cells.value, cells.value_high)
    if any(map(pd.isna, ends)) or not low <= value <= high or (low < 0 and cells.unit != PER_CENT):
        return
    found, step = f"{low} to {high}", getattr(cells, "rounding", None)
    far = cells.unit != PER_CENT and (low * WIDEST < value or high > value * WIDEST)
    if cells.bound == "between":
        if low == high or not isclose(value, (low + high) / 2):
            wish = f"{(low + high) / 2}, the middle of the range" if low < high else "a lower end below the upper one"
            yield Fault(file, row, "value" if low < high else "value_low", wish, str(value if low < high else low))
        if step is not None and pd.notna(step):
            yield Fault(
                file, row, "rounding", "an empty cell, since bound is between", str(step), "its ends are printed"
            )
    elif step is not None and pd.notna(step):
        above, below = isclose(high - value, step / 2, rel_tol=0.02), min(value, step / 2)
        if not above or not isclose(value - low, below, rel_tol=0.02):
            wish = f"half of rounding, {step / 2}, on either side of {value}"
            yield Fault(file, row, "value_low", wish, found, "the ends, or rounding, which is in the unit of the row")
    elif cells.bound == "exact" and step is None and not low == value == high:
        wish = f"{value} three times, since bound is exact"
        yield Fault(file, row, "value_low", wish, found, "bound is about where the text hedges the figure")
    elif cells.bound == "about" and (low == high or far):
        wish = f"a range about {value}, from half to double of it at most"
        yield Fault(file, row, "value_low", wish, found, "see README.md")


def _check_dyad(file: str, figures: pd.DataFrame, actors: Mapping[str, str], dyad: list[str]) -> Iterator[Fault]:
    pair = {code: name for code, name in actors.items() if code in dyad}
    for side in ("exporter", "importer"):
        for row, code in figures[side].dropna().items():
            if code not in dyad:
                yield Fault(file, int(str(row)) + 2, side, f"one of {', '.join(dyad)}", code, _find_code(code, pair))


def _check_events(events: pd.DataFrame, fields: set[str]) -> Iterator[Fault]:
    parents = events.set_index("event_id")["parent_id"].dropna().to_dict()
    cells: Any
    for row, cells in enumerate(events.itertuples(), start=2):
        for column in ("persons", "fields"):
            found = "" if pd.isna(getattr(cells, column)) else str(getattr(cells, column))
            tidy = ";".join(sorted({member.strip() for member in found.split(";")}))
            if found != tidy:
                yield Fault("events.csv", row, column, tidy, found, "a list is sorted, each member once")
            for name in sorted(set(found.split(";")) - fields - {""}) if column == "fields" else ():
                wish = "fields that fields.csv lists"
                yield Fault("events.csv", row, column, wish, name, "add it there or correct it")
        for column in ("quantity_unit", "quantity_bound"):
            if pd.notna(cells.quantity) and pd.isna(getattr(cells, column)):
                yield Fault("events.csv", row, column, "a value, since quantity has one", "")
        parent = str(cells.parent_id)
        if parents.get(parent):
            wish = "a larger act that is no part itself"
            yield Fault("events.csv", row, "parent_id", wish, parent, "name the larger act")
