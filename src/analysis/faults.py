"""Every fault of a dossier's files: what the schema refuses, and the rules of the codebook that no schema can say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import frictionless
import pandas as pd

from analysis.dates import EXPECTED, parse_date
from analysis.errors import DataError
from analysis.schema import TABLES, Schema, find_counted, read_schema, read_table

TABLE_HINT = "copy it from another dossier; a CSV with only its header says that there is nothing"
PAIRED = ("measure_growth", "measure_interval", "measure_overlap", "measure_rank", "measure_ratio")
IDS = ("trade_id", "event_id", "period_id", "source_id", "evidence_id", "finding_id", "claim_id", "code_id")


@dataclass(frozen=True, order=True)
class Fault:
    """One thing wrong in one file: where, what was expected, what was found, how to mend it.

    `row` counts as a spreadsheet does (the header is row 1); it is 0 for a fault of the whole file.

    Examples
    --------
    >>> print(Fault("trade.csv", 7, "date", "a year such as 2020", "20O0", "type digits only"))
    trade.csv, row 7, column 'date': expected a year such as 2020, found '20O0' (type digits only)
    """

    file: str
    row: int
    column: str
    expected: str
    found: str
    hint: str = ""

    def __str__(self) -> str:
        """Return the fault in one line."""
        place = (
            self.file + (f", row {self.row}" if self.row else "") + (f", column {self.column!r}" if self.column else "")
        )
        return f"{place}: expected {self.expected}, found {self.found!r}" + (f" ({self.hint})" if self.hint else "")


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
    >>> from analysis.dossier import DEFAULT
    >>> find_faults(DEFAULT)
    []
    """
    schema = read_schema(folder)
    try:
        report = frictionless.Package(str(folder / "datapackage.json")).validate()
    except frictionless.FrictionlessException as error:
        raise DataError(f"datapackage.json: expected a Data Package: {error.error.note}") from error
    faults = {_name_error(error.to_dict(), "", schema) for error in report.errors}
    for task in report.tasks:
        faults |= {_name_error(error.to_dict(), str(task.place), schema) for error in task.errors}
    missing = sorted(set(TABLES) - set(schema["tables"]))
    faults |= {Fault("datapackage.json", 0, "resources", f"a table {name!r}", "none", TABLE_HINT) for name in missing}
    found = {fault for fault in faults if fault}
    broken = {fault.file for fault in found}
    return sorted(found if "" in broken or missing else found | set(_check_rules(folder, schema, broken)))


def _name_error(error: Mapping[str, Any], path: str, schema: Schema) -> Fault | None:
    kind, row, column = error["type"], error.get("rowNumber", 0), error.get("fieldName", "")
    table = next((table for table in schema["tables"].values() if table["path"] == path), None)
    fields = {field["name"]: field for field in table["schema"]["fields"]} if table else {}
    cell = "" if error.get("cell") is None else str(error["cell"])
    if kind == "primary-key":
        return None  # `unique` and `required` name the cell
    if kind == "foreign-key":
        expected, found = f"an id of {error['referenceName'] or Path(path).stem}.csv", str(error["fieldCells"][0])
        return Fault(path, row, error["fieldNames"][0], expected, found, "add the row there or correct the id")
    if kind in ("type-error", "constraint-error"):
        return Fault(path, row, column, _describe_field(fields[column]), cell, _suggest(cell, fields[column]))
    if kind == "unique-error":
        return Fault(path, row, column, "an id of its own", cell, error["note"])
    wishes = {
        "blank-row": "a row of data",
        "extra-cell": f"{len(fields)} cells, as in the header",
        "missing-cell": f"{len(fields)} cells, as in the header",
        "missing-label": f"the column {column!r}",
        "incorrect-label": f"the column {column!r}",
        "extra-label": "no further column",
    }
    hint = "" if kind in wishes else error["message"]
    found = cell or error.get("label", "") or "" if kind in wishes else kind
    return Fault(path, row, column, wishes.get(kind, "a readable CSV file"), found, hint)


def _describe_field(field: Schema) -> str:
    rules = field.get("constraints", {})
    if "enum" in rules:
        return "one of " + ", ".join(map(str, rules["enum"]))
    if "pattern" in rules:
        return EXPECTED if "\\.\\." in rules["pattern"] else f"text of the form {rules['pattern']}"
    names = {"number": "a number", "integer": "a whole number", "boolean": "TRUE or FALSE", "string": "text"}
    words = [names[field["type"]]]
    words += [f"of at most {rules['maxLength']} characters"] if "maxLength" in rules else []
    words += [f"not below {rules['minimum']}"] if "minimum" in rules else []
    words += [f"not above {rules['maximum']}"] if "maximum" in rules else []
    return " ".join(words) + (", not empty" if rules.get("required") else "")


def _suggest(cell: str, field: Schema) -> str:
    near = get_close_matches(cell, [str(value) for value in field.get("constraints", {}).get("enum", [])], n=1)
    return f"did you mean {near[0]!r}?" if near else str(field.get("description", ""))


def _check_rules(folder: Path, schema: Schema, broken: set[str]) -> Iterator[Fault]:
    """Yield what Table Schema cannot say, for the files that keep to it; the codebook lists these rules."""
    tables = {name: table for name, table in schema["tables"].items() if table["path"] not in broken}
    frames = {name: read_table(folder, table).reset_index() for name, table in tables.items()}
    yield from _check_properties(schema, frames)
    yield from _check_ids(frames)
    for name, frame in frames.items():
        for column in sorted({"date", "start", "end"} & set(frame.columns)):
            for row, text in frame[column].dropna().items():
                try:
                    parse_date(text)
                except DataError as error:
                    yield Fault(tables[name]["path"], int(str(row)) + 2, column, "a date that can be", text, str(error))
    for name in sorted({"trade", "evidence"} & set(frames)):
        yield from _check_figures(f"{name}.csv", frames[name])
    if "claims" in frames and len(frames) == len(schema["tables"]):
        yield from _check_claims(frames)
    if "periods" in frames:
        yield from _check_periods(frames["periods"])
    if {"events", "fields"} <= set(frames):
        yield from _check_events(frames["events"], set(frames["fields"].iloc[:, 0]))
    if {"events", "actors"} <= set(frames) and _has_dyad(schema):
        yield from _check_effects(frames["events"], frames["actors"], set(schema["dyad"]))


def _has_dyad(schema: Schema) -> bool:
    dyad = schema.get("dyad")
    return isinstance(dyad, list) and len(set(dyad)) == len(dyad) == 2


def _check_properties(schema: Schema, frames: Mapping[str, pd.DataFrame]) -> Iterator[Fault]:
    found = {name: schema.get(name) for name in ("dyad", "article", "coverage_start")}
    wishes = {}
    if not _has_dyad(schema):
        wishes["dyad"] = "the codes of two countries"
    if "sources" in frames and found["article"] not in set(frames["sources"]["source_id"]):
        wishes["article"] = "an id of sources.csv"
    try:
        dated = parse_date(str(found["coverage_start"])).earliest
    except DataError:
        dated = None
    if not dated:
        wishes["coverage_start"] = "a year such as 1991"
    yield from (Fault("datapackage.json", 0, name, wish, str(found[name])) for name, wish in wishes.items())


def _check_periods(periods: pd.DataFrame) -> Iterator[Fault]:
    for row, (start, end) in enumerate(zip(periods["start"], periods["end"], strict=True), start=2):
        with suppress(DataError):
            first = parse_date(start).earliest if pd.notna(start) else None
            last = parse_date(end).latest if pd.notna(end) else None
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


def _check_claims(frames: Mapping[str, pd.DataFrame]) -> Iterator[Fault]:
    known = {row for frame in frames.values() if frame.columns[0] in IDS for row in frame.iloc[:, 0]}
    others = {*frames["evidence"]["evidence_id"], *frames["event_evidence"]["finding_id"]}
    cells: Any
    for row, cells in enumerate(frames["claims"].itertuples(), start=2):
        names = [] if pd.isna(cells.inputs) else re.split("[;+]", cells.inputs)
        for name in names:
            if name not in known:
                yield Fault("claims.csv", row, "inputs", "ids of coded rows", name, "correct the id")
        if names and pd.notna(cells.tested_on) and (cells.tested_on == "article") == bool(others & set(names)):
            wish = f"{'no' if cells.tested_on == 'article' else 'a'} row of what others say, since it is tested on"
            yield Fault("claims.csv", row, "inputs", f"{wish} {cells.tested_on}", cells.inputs)
        alone = pd.notna(cells.inputs) and ";" not in cells.inputs
        if alone and cells.measure in PAIRED:
            yield Fault("claims.csv", row, "inputs", "two inputs with ; between them", cells.inputs)
        for column in ("tested_on", "inputs", "asserted"):
            if pd.notna(cells.measure) and pd.isna(getattr(cells, column)):
                yield Fault("claims.csv", row, column, f"a value, since the measure is {cells.measure}", "")


def _check_figures(file: str, figures: pd.DataFrame) -> Iterator[Fault]:
    cells: Any
    for row, cells in enumerate(figures.itertuples(), start=2):
        for side in ("exporter", "importer"):
            if cells.flow == "one_way" and pd.isna(getattr(cells, side)):
                yield Fault(file, row, side, f"an {side}, since flow is one_way", "")
        for low, high in (("value_low", "value"), ("value", "value_high"), ("value_low", "value_high")):
            lower, upper = getattr(cells, low), getattr(cells, high)
            if pd.notna(lower) and pd.notna(upper) and lower > upper:
                yield Fault(file, row, low, f"at most {high}, {upper}", str(lower), "")


def _check_events(events: pd.DataFrame, fields: set[str]) -> Iterator[Fault]:
    parents = events.set_index("event_id")["parent_id"].dropna().to_dict()
    cells: Any
    for row, cells in enumerate(events.itertuples(), start=2):
        for column in ("persons", "fields"):
            found = "" if pd.isna(getattr(cells, column)) else str(getattr(cells, column))
            tidy = ";".join(sorted(set(found.split(";"))))
            if found != tidy:
                yield Fault("events.csv", row, column, tidy, found, "a list is sorted, each member once")
            for name in sorted(set(found.split(";")) - fields - {""}) if column == "fields" else ():
                wish = "fields that fields.csv lists"
                yield Fault("events.csv", row, column, wish, name, "add it there or correct it")
        parent = str(cells.parent_id)
        if parents.get(parent):
            wish = "a larger act that is no part itself"
            yield Fault("events.csv", row, "parent_id", wish, parent, "name the larger act")
