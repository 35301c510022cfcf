"""The one schema of a dossier, `datapackage.json`, and the files read by it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.cells import Cells, name_kind, read_cells
from analysis.errors import DataError
from analysis.state import ROOT, TABLE_PATH

Schema = Mapping[str, Any]
TABLES = (
    *("trade", "events", "periods", "actors", "fields", "cameo", "sources"),  # what the article says
    *("evidence", "event_evidence", "claims", "passes", "paragraphs", "not_coded"),  # what others say; how it was coded
)
DTYPES = {"string": "str", "number": "Float64", "integer": "Int64", "boolean": "boolean"}
SCALES = {"": 1, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000, "trillion": 1_000_000_000_000}
DOLLARS = {f"{scale} USD".strip(): factor for scale, factor in SCALES.items()}  # in one unit of a figure
PER_CENT = "%"  # a unit: the change on the same period of the year before
INDEX, RATE = "index", " per USD"  # how the unit of a price index begins, and that of an exchange rate ends
DEFAULT = ROOT / "data"
TEXT = {"type": "string", "minLength": 1}
FIELD = {
    "type": "object",
    "required": ["name", "type"],
    "properties": {
        "name": TEXT,
        "type": {"enum": list(DTYPES)},
        "constraints": {"type": "object", "properties": {"pattern": {"type": "string", "format": "regex"}}},
    },
}
KEY = {  # of one column
    "type": "object",
    "required": ["fields", "reference"],
    "properties": {
        "fields": TEXT,
        "reference": {
            "type": "object",
            "required": ["resource", "fields"],
            "properties": {"resource": {"type": "string"}, "fields": TEXT},
        },
    },
}
TABLE = {
    "type": "object",
    "required": ["name", "path", "schema"],
    "properties": {
        "name": TEXT,
        "path": {"type": "string", "pattern": TABLE_PATH},
        "encoding": TEXT,
        "schema": {
            "type": "object",
            "required": ["fields", "primaryKey"],
            "properties": {
                "fields": {"type": "array", "items": FIELD},
                "primaryKey": TEXT,
                "foreignKeys": {"type": "array", "items": KEY},
            },
        },
    },
}
SHAPE = {  # of `datapackage.json`, as far as this library rests on it; frictionless checks the rest
    "type": "object",
    "required": ["resources"],
    "properties": {
        "resources": {"type": "array", "items": TABLE},
        "dyad": {"type": ["array", "string"], "items": {"type": "string"}},
        **{name: {"type": "string"} for name in ("name", "article", "coverage_start")},
    },
}


def read_schema(folder: Path) -> Schema:
    """Return the dossier's `datapackage.json`, with `tables`: its resources by name.

    Raises
    ------
    DataError
        If the file is missing, is not JSON, or does not describe the tables and columns of a dossier.

    Examples
    --------
    >>> from analysis.schema import DEFAULT
    >>> read_schema(DEFAULT)["tables"]["trade"]["path"]
    'trade.csv'
    """
    path = folder / "datapackage.json"
    if kind := name_kind(path).replace("none", ""):  # a pipe would be waited for
        raise DataError(f"{path.name}: expected a dossier's schema, found {kind}")
    try:
        package = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(
            f"{path.name}: expected a dossier's schema in the folder {str(folder)!r}, found none"
        ) from error
    except json.JSONDecodeError as error:
        raise DataError(f"{path.name}, row {error.lineno}: expected JSON, found a fault there: {error.msg}") from error
    except (RecursionError, ValueError) as error:  # brackets without end, a number of thousands of digits
        raise DataError(f"{path.name}: expected JSON of a common size, found another") from error
    from jsonschema import Draft202012Validator, FormatChecker  # only where a dossier is read

    wrong = [
        f"{path.name}, {error.json_path.removeprefix('$.')}: {error.message}"
        for error in Draft202012Validator(SHAPE, format_checker=FormatChecker()).iter_errors(package)
    ]
    names = [] if wrong else [table["name"] for table in package["resources"]]
    twice = sorted({name for name in names if names.count(name) > 1})
    wrong += [f"{path.name}, resources: the table {name!r} stands there twice" for name in twice]
    wrong += [] if wrong else [f"{path.name}, {fault}" for fault in _check_keys(package["resources"])]
    if wrong:
        raise DataError("\n- ".join([f"{path.name}: expected a Data Package of tables, found:", *wrong]))
    return {**package, "tables": {table["name"]: table for table in package["resources"]}}


def _check_keys(tables: list[Schema]) -> Iterator[str]:
    """Yield the foreign keys that point to no column."""
    names = {table["name"]: [field["name"] for field in table["schema"]["fields"]] for table in tables}
    for table in tables:
        for key in table["schema"].get("foreignKeys", []):
            target, column = key["reference"]["resource"] or table["name"], key["reference"]["fields"]
            if key["fields"] not in names[table["name"]] or column not in names.get(target, []):
                yield f"foreign key of the table {table['name']!r}: no column {key['fields']!r} or {target}.{column}"


def read_tables(folder: Path, schema: Schema) -> dict[str, Cells]:
    """Return the cells of every file that the schema names, by the table's name.

    Examples
    --------
    >>> from analysis.schema import DEFAULT
    >>> read_tables(DEFAULT, read_schema(DEFAULT))["trade"].rows[0][0]
    'T1'
    """
    found = {}
    for name, table in schema["tables"].items():
        how = {"encoding": table.get("encoding", "utf-8"), "name": table["path"]}
        found[name] = read_cells(folder / table["path"], table["schema"]["fields"], **how)
    return found


def build_table(cells: Cells, table: Schema) -> pd.DataFrame:
    """Return one table of a validated dossier, every dtype given by the schema; an empty cell is missing.

    Returns
    -------
    pandas.DataFrame
        Columns as in the schema, indexed by the primary key, in the order of the file.

    Examples
    --------
    >>> from analysis.schema import DEFAULT
    >>> schema = read_schema(DEFAULT)
    >>> build_table(read_tables(DEFAULT, schema)["trade"], schema["tables"]["trade"])["value"].dtype
    Float64Dtype()
    """
    rows = [[cell or None for cell in row] for row in cells.rows]
    frame = pd.DataFrame(rows, columns=cells.header, dtype="str")
    for field in table["schema"]["fields"]:
        column = frame[field["name"]]
        if field["type"] == "boolean":
            column = column.map({"TRUE": True, "FALSE": False})
        elif field["type"] in ("number", "integer"):
            column = column.astype("object").map(float if field["type"] == "number" else int, na_action="ignore")
        frame[field["name"]] = column.astype(DTYPES[field["type"]])
    return frame.set_index(table["schema"]["primaryKey"])


def split_unit(unit: str) -> tuple[int, str]:
    """Return the scale of a unit as a number, and what it measures.

    Examples
    --------
    >>> split_unit("million USD"), split_unit("tonnes"), split_unit("%")
    ((1000000, 'USD'), (1, 'tonnes'), (1, '%'))
    """
    scale, _, measure = unit.partition(" ")
    return (SCALES[scale], measure) if measure and scale in SCALES else (1, unit)


def find_counted(events: pd.DataFrame, countries: pd.Series, dyad: set[str]) -> pd.Series:
    """Return which acts count: between the two countries of the dyad (or joint), no part of another, observed.

    Parameters
    ----------
    events : pandas.DataFrame
        Columns actor, target, mutual, parent_id, status.
    countries : pandas.Series
        Country of each actor, by its code.
    dyad : set of str
        The two countries.

    Returns
    -------
    pandas.Series of bool, in the order of `events`.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> dossier = load_dossier()
    >>> bool(find_counted(dossier.events, dossier.actors["country"], set(dossier.dyad)).loc["E01"])
    True
    """
    pairs = zip(events["actor"].map(countries), events["target"].map(countries), events["mutual"], strict=True)
    between = [bool(mutual) or {one, other} == dyad for one, other, mutual in pairs]
    return pd.Series(between, events.index, dtype=bool) & events["parent_id"].isna() & (events["status"] == "observed")
