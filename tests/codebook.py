"""The tables of the codebook, made from the schema and the rows; `documents.py` writes them into the documents."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from analysis.plots.words import list_ranges

DATA = Path(__file__).resolve().parents[1] / "data"
Row = dict[str, str]


def read_package() -> dict[str, Any]:
    """Return `datapackage.json` as a dict."""
    package: dict[str, Any] = json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))
    return package


def find_file(name: str) -> Path:
    """Return the file of a table, by the table's name."""
    return DATA / next(table["path"] for table in read_package()["resources"] if table["name"] == name)


def read_rows(name: str) -> list[Row]:
    """Return the rows of one file, each a dict of texts."""
    with find_file(name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def is_counted(event: Row, countries: Mapping[str, str], dyad: list[str]) -> bool:
    """Return whether an act counts, by the codebook's rule."""
    sides = sorted(countries.get(event[side], "") for side in ("actor", "target"))
    between = event["mutual"] == "TRUE" or sides == sorted(dyad)
    return between and not event["parent_id"] and event["status"] == "observed"


def make_counts() -> str:
    """Return the table of counted acts by phase and effect."""
    package, events = read_package(), read_rows("events")
    countries = {actor["code"]: actor["country"] for actor in read_rows("actors")}
    acts = [event for event in events if is_counted(event, countries, package["dyad"])]
    phases = [(row["period_id"], row["label"]) for row in read_rows("periods") if row["kind"] == "phase"]
    lines = ["| phase | brings together (1) | neither (0) | pushes apart (-1) |", "|---|---|---|---|"]
    for period, label in [*phases, ("", "no phase"), (None, "all")]:
        effects = [act["effect"] for act in acts if period is None or act["period_id"] == period]
        lines.append(
            f"| {period or ''} {label} | " + " | ".join(str(effects.count(e)) for e in ("1", "0", "-1")) + " |"
        )
    parts = sum(bool(event["parent_id"]) for event in events)
    context = len(events) - parts - len(acts)
    return "\n".join([*lines, "", f"{len(events)} rows: {len(acts)} counted, {parts} parts, {context} context."])


def list_paragraphs(rows: list[Row], column: str) -> str:
    """Return the paragraphs of the article behind the filled cells of a column, as ranges.

    Examples
    --------
    >>> list_paragraphs([{"x": "1", "paragraph": n} for n in ("5", "6", "9")], "x")
    '5–6, 9'
    """
    return ", ".join(list_ranges({int(row["paragraph"]): row["paragraph"] for row in rows if row[column]}))


def make_variables(chosen: Mapping[str, list[str]]) -> str:
    """Return the short table of variables for the front page."""
    lines = ["| variable | unit | definition | source paragraphs |", "|---|---|---|---|"]
    tables = {resource["name"]: resource for resource in read_package()["resources"]}
    for name, columns in chosen.items():
        rows, fields = read_rows(name), {field["name"]: field for field in tables[name]["schema"]["fields"]}
        for column in columns:
            first = fields[column]["description"].split(". ")[0].rstrip(".") + "."
            cells = [f"`{name}.{column}`", fields[column].get("unit", ""), first, list_paragraphs(rows, column)]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)
