"""The one schema of a dossier, `datapackage.json`, and the files read by it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.cells import Cells, read_cells
from analysis.errors import DataError

Schema = Mapping[str, Any]
TABLES = (
    *("trade", "events", "periods", "actors", "fields", "cameo", "sources"),  # what the article says
    *("evidence", "event_evidence", "claims", "passes", "paragraphs"),  # what others say, and how it was coded
)
DTYPES = {"string": "str", "number": "Float64", "integer": "Int64", "boolean": "boolean"}


def read_schema(folder: Path) -> Schema:
    """Return the dossier's `datapackage.json`, with `tables`: its resources by name.

    Raises
    ------
    DataError
        If the file is missing or is not JSON.

    Examples
    --------
    >>> from analysis.dossier import DEFAULT
    >>> read_schema(DEFAULT)["tables"]["trade"]["path"]
    'trade.csv'
    """
    path = folder / "datapackage.json"
    try:
        package = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(
            f"{path.name}: expected a dossier's schema in the folder {str(folder)!r}, found none"
        ) from error
    except json.JSONDecodeError as error:
        raise DataError(f"{path.name}, row {error.lineno}: expected JSON, found a fault there: {error.msg}") from error
    return {**package, "tables": {table["name"]: table for table in package["resources"]}}


def read_tables(folder: Path, schema: Schema) -> dict[str, Cells]:
    """Return the cells of every file that the schema names, by the table's name.

    Examples
    --------
    >>> from analysis.dossier import DEFAULT
    >>> read_tables(DEFAULT, read_schema(DEFAULT))["trade"].rows[0][0]
    'T1'
    """
    return {
        name: read_cells(folder / table["path"], table["schema"]["fields"], encoding=table.get("encoding", "utf-8"))
        for name, table in schema["tables"].items()
    }


def build_table(cells: Cells, table: Schema) -> pd.DataFrame:
    """Return one table of a validated dossier, every dtype given by the schema; an empty cell is missing.

    Returns
    -------
    pandas.DataFrame
        Columns as in the schema, indexed by the primary key, in the order of the file.

    Examples
    --------
    >>> from analysis.dossier import DEFAULT
    >>> schema = read_schema(DEFAULT)
    >>> build_table(read_tables(DEFAULT, schema)["trade"], schema["tables"]["trade"])["value"].dtype
    Float64Dtype()
    """
    frame = pd.DataFrame(cells.rows, columns=cells.header, dtype="str")
    frame = frame.mask(frame == "")
    for field in table["schema"]["fields"]:
        column = frame[field["name"]]
        if field["type"] == "boolean":
            column = column.str.casefold().map({"true": True, "1": True, "false": False, "0": False})
        elif field["type"] in ("number", "integer"):
            column = column.astype("object").map(float if field["type"] == "number" else int, na_action="ignore")
        frame[field["name"]] = column.astype(DTYPES[field["type"]])
    return frame.set_index(table["schema"]["primaryKey"])


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
