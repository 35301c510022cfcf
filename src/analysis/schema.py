"""The one schema of a dossier, `datapackage.json`, and the files read by it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

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
        package = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(
            f"{path.name}: expected a dossier's schema in the folder {str(folder)!r}, found none"
        ) from error
    except json.JSONDecodeError as error:
        raise DataError(f"{path.name}, row {error.lineno}: expected JSON, found a fault there: {error.msg}") from error
    return {**package, "tables": {table["name"]: table for table in package["resources"]}}


def read_table(folder: Path, table: Schema) -> pd.DataFrame:
    """Return one file of a validated dossier, every dtype given by the schema; an empty cell is missing.

    Returns
    -------
    pandas.DataFrame
        Columns as in the schema, indexed by the primary key, in the order of the file.

    Examples
    --------
    >>> from analysis.dossier import DEFAULT
    >>> read_table(DEFAULT, read_schema(DEFAULT)["tables"]["trade"])["value"].dtype
    Float64Dtype()
    """
    dtypes = {field["name"]: DTYPES[field["type"]] for field in table["schema"]["fields"]}
    frame = pd.read_csv(folder / table["path"], dtype=dtypes, keep_default_na=False, na_values=[""], encoding="utf-8")
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
