"""Write the tables of the codebook, `data/README.md`, from the schema: ``python tests/codebook.py --write``.

Each table stands between ``<!-- NAME -->`` and ``<!-- end NAME -->``; all other text is written by hand.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parents[1] / "data"
Row = dict[str, str]


def read_package() -> dict[str, Any]:
    """Return `datapackage.json` as a dict."""
    package: dict[str, Any] = json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))
    return package


def read_rows(name: str) -> list[Row]:
    """Return the rows of one file, each a dict of texts."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def is_counted(event: Row, countries: Mapping[str, str], dyad: list[str]) -> bool:
    """Return whether an act counts, by the codebook's rule."""
    sides = sorted(countries.get(event[side], "") for side in ("actor", "target"))
    between = event["mutual"] == "TRUE" or sides == sorted(dyad)
    return between and not event["parent_id"] and event["status"] == "observed"


def describe_values(field: Mapping[str, Any], keys: Mapping[str, str]) -> str:
    """Return what a cell may hold, in words; `keys` has the files that foreign keys lead to.

    Examples
    --------
    >>> describe_values({"name": "effect", "constraints": {"minimum": -1, "maximum": 1}}, {})
    '-1 to 1'
    """
    rules = field.get("constraints", {})
    if "enum" in rules:
        return ", ".join(f"`{value}`" for value in rules["enum"])
    if field["name"] in keys:
        return f"a key of `{keys[field['name']]}.csv`"
    if field.get("type") == "boolean":
        return "`TRUE`, `FALSE`"
    if "\\.\\." in rules.get("pattern", ""):
        return "EDTF profile, below"
    if "pattern" in rules:
        return f"`{rules['pattern']}`".replace("|", "\\|")
    if "minimum" in rules and "maximum" in rules:
        return f"{rules['minimum']} to {rules['maximum']}"
    if "minimum" in rules:
        return f"{rules['minimum']} or more"
    return f"at most {rules['maxLength']} characters" if "maxLength" in rules else "any"


def make_table(resource: Mapping[str, Any]) -> str:
    """Return the codebook's table of one file."""
    name, schema = resource["name"], resource["schema"]
    keys = {key["fields"]: key["reference"]["resource"] or name for key in schema.get("foreignKeys", [])}
    lines = [
        f"{resource['description']} Rows: {len(read_rows(name))}. Key: `{schema['primaryKey']}`.",
        "",
        "| column | type | unit | required | allowed values | definition |",
        "|---|---|---|---|---|---|",
    ]
    for field in schema["fields"]:
        rules = field.get("constraints", {})
        required = ("yes" if rules.get("required") else "no") + (", unique" if rules.get("unique") else "")
        cells = [f"`{field['name']}`", field["type"], field.get("unit", ""), required, describe_values(field, keys)]
        lines.append(f"| {' | '.join([*cells, field['description']])} |")
    return "\n".join(lines)


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


def fill_codebook(text: str) -> str:
    """Return the codebook with every generated table made anew."""
    blocks = {resource["name"]: make_table(resource) for resource in read_package()["resources"]}
    for name, block in {**blocks, "counts": make_counts()}.items():
        pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end {name} -->)", re.DOTALL)
        text, found = pattern.subn(lambda match, block=block: f"{match[1]}\n{block}\n\n{match[2]}", text)  # type: ignore[misc]
        if found != 1:
            raise ValueError(f"data/README.md: expected one place for the table {name!r}, found {found}")
    return text


if __name__ == "__main__":
    path = DATA / "README.md"
    filled = fill_codebook(path.read_text(encoding="utf-8"))
    if "--write" in sys.argv[1:]:
        path.write_text(filled, encoding="utf-8")
    else:
        print(filled)
