"""A dossier for another article: tables with their headers, the schema, the source, and a codebook to go on with."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from iso3166 import countries

from analysis.agency import format_rows
from analysis.citing import escape_markdown
from analysis.dates import EXPECTED, UNDATED
from analysis.errors import DataError, Fault
from analysis.faults import check_tables
from analysis.schema import DEFAULT, Schema, read_schema, read_tables

SHARED = ("cameo", "sources")  # codes and their scores, and where these are from, are the same for every article
SHORT = 20  # letters of a name for charts
OWN = "X[A-Z]{2}|AA[A-Z]|Q[M-Z][A-Z]|ZZ[A-Z]"  # codes that ISO 3166-1 leaves to its users
CODEBOOK = Path(__file__).parent / "templates" / "codebook.md"


def write_dossier(
    folder: Path, pair: tuple[str, str], title: str, *, url: str = "", publisher: str = "", date: str = ""
) -> list[str]:
    """Write a dossier without rows for an article on two countries; nothing that exists is written over.

    Parameters
    ----------
    folder : pathlib.Path
        Made here; it does not exist yet.
    pair : tuple of str
        The dyad: codes of ISO 3166-1 alpha-3, or codes that it leaves to its users, such as XAA.
    title, url, publisher : str
        Of the article, for `sources.csv`.
    date : str
        EDTF, the day on which the article appeared; empty where it is not known.

    Returns
    -------
    list of str
        What a person should look at.

    Raises
    ------
    DataError
        If the folder is there already, a code is of no country, or the dossier would have a fault.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as place:
    ...     notes = write_dossier(Path(place) / "new", ("KAZ", "TUR"), "Two Shores")
    ...     (Path(place) / "new" / "actors.csv").read_text(encoding="utf-8").splitlines()[1:]
    ['KAZ,Kazakhstan,Kazakhstan,country,KAZ,,', 'TUR,Türkiye,Türkiye,country,TUR,,']
    """
    if os.path.lexists(folder):
        raise DataError(f"{folder}: expected a folder that is not there yet, found one; choose another name")
    if any("\ud800" <= sign <= "\udfff" for sign in title + url + publisher):
        raise DataError("--title: expected text in UTF-8, found other bytes")
    actors = [_describe_country(code) for code in pair]
    if len({*pair}) < 2:
        raise DataError(f"--pair: expected two countries, found {pair[0]} twice")
    article = {
        "source_id": "ARTICLE",
        "kind": "article",
        "title": title,
        "publisher": publisher,
        "date": date or UNDATED,
    }
    package = {**read_schema(DEFAULT)}
    shared = read_tables(DEFAULT, package)
    rows = {name: shared[name].records for name in SHARED}
    scales = [{**row, "note": ""} for row in rows["sources"] if row["kind"] == "scale"]
    rows |= {"actors": actors, "sources": [{**article, "url": url, "complete": "FALSE"}, *scales]}
    names = [actor["name"] for actor in actors]
    package |= {"name": "-".join(["dossier", *map(str.lower, pair)]), "dyad": pair, "article": article["source_id"]}
    package["title"] = f"{names[0]} and {names[1]}: what one article says, coded"
    del package["coverage_start"], package["tables"]
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".new-") as scratch:
        made = Path(scratch) / "dossier"
        _write_files(made, package, rows)
        schema = read_schema(made)
        cells = read_tables(made, schema)
        if faults := check_tables(schema, cells):
            raise DataError("\n".join(map(str, faults)))
        parts = [f"## {table['path']}\n\n{describe_table(table)}" for table in schema["tables"].values()]
        facts = {
            "names": " and ".join(names),
            "title": escape_markdown(title),
            "dates": EXPECTED,
            "tables": "\n\n".join(parts),
        }
        text = CODEBOOK.read_text(encoding="utf-8").format(**facts)
        (made / "README.md").write_text(text, encoding="utf-8", newline="")
        os.replace(made, folder)
    return list(_note_gaps(actors, date))


def _note_gaps(actors: list[dict[str, str]], date: str) -> Iterator[str]:
    for actor in actors:
        if actor["name"] == actor["code"]:
            yield f"actors.csv: {actor['code']} has no name yet"
        elif actor["short_name"] != actor["name"]:
            yield f"actors.csv: {actor['name']} is {actor['short_name']} on charts; {SHORT} letters have room there"
    if not date:
        yield "sources.csv: no day on which the article appeared; open dates end a year after the last that a row names"


def describe_table(table: Schema, count: int | None = None) -> str:
    """Return the codebook's table of one file: its columns, their types, units, allowed values and definitions.

    Examples
    --------
    >>> from analysis.schema import DEFAULT, read_schema
    >>> describe_table(read_schema(DEFAULT)["tables"]["fields"], 3).splitlines()[0]
    'Members of the column fields of events.csv. Rows: 3. Key: `field`.'
    """
    name, schema = table["name"], table["schema"]
    keys = {key["fields"]: key["reference"]["resource"] or name for key in schema.get("foreignKeys", [])}
    lines = [
        table["description"] + f" Rows: {count}." * (count is not None) + f" Key: `{schema['primaryKey']}`.",
        "",
        "| column | type | unit | required | allowed values | definition |",
        "|---|---|---|---|---|---|",
    ]
    for field in schema["fields"]:
        rules = field.get("constraints", {})
        required = ("yes" if rules.get("required") else "no") + (", unique" if rules.get("unique") else "")
        cells = [f"`{field['name']}`", field["type"], field.get("unit", ""), required, _describe_values(field, keys)]
        lines.append(f"| {' | '.join([*cells, field['description']])} |")
    return "\n".join(lines)


def _describe_values(field: Mapping[str, Any], keys: Mapping[str, str]) -> str:
    """Return what a cell may hold, in words; `keys` has the files that foreign keys lead to."""
    rules = field.get("constraints", {})
    if "enum" in rules:
        return ", ".join(f"`{value}`" for value in rules["enum"])
    if field["name"] in keys:
        return f"a key of `{keys[field['name']]}.csv`"
    if field.get("type") == "boolean":
        return "`TRUE`, `FALSE`"
    if "\\.\\." in rules.get("pattern", ""):
        return "an EDTF date"
    if "example" in field:
        return f"such as {field['example']}"
    if "pattern" in rules:
        return f"`{rules['pattern']}`".replace("|", "\\|")
    if "minimum" in rules and "maximum" in rules:
        return f"{rules['minimum']} to {rules['maximum']}"
    if "minimum" in rules:
        return f"{rules['minimum']} or more"
    return f"at most {rules['maxLength']} characters" if "maxLength" in rules else "any"


def _describe_country(code: str) -> dict[str, str]:
    """Return the row of `actors.csv` for a country; where only one has the name before a comma, that is its name."""
    by_code = {country.alpha3: country.apolitical_name for country in countries}
    if code not in by_code and not re.fullmatch(OWN, code):
        near = {name.casefold(): each for each, name in by_code.items()} | {each.casefold(): each for each in by_code}
        hints = [f"did you mean {near[word]!r}?" for word in get_close_matches(code.casefold(), near, n=1)]
        wish = "a code of ISO 3166-1 alpha-3, or one that it leaves to its users, such as XAA"
        raise DataError(str(Fault("--pair", 0, "", wish, code, " ".join(hints))))
    whole = by_code.get(code, code)
    heads = [name.partition(",")[0] for name in by_code.values()]
    name = whole.partition(",")[0] if heads.count(whole.partition(",")[0]) == 1 else whole
    short = name if len(name) <= SHORT else code
    return {"code": code, "name": name, "short_name": short, "kind": "country", "country": code}


def _write_files(folder: Path, package: Mapping[str, Any], rows: Mapping[str, list[dict[str, str]]]) -> None:
    """Write the schema and a CSV for each of its tables."""
    for table in package["resources"]:
        header = [field["name"] for field in table["schema"]["fields"]]
        lines = [dict(zip(header, header, strict=True)), *rows.get(table["name"], [])]
        path = folder / table["path"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(format_rows(lines, header), encoding="utf-8", newline="")
    text = json.dumps(package, indent=2, ensure_ascii=False)
    (folder / "datapackage.json").write_text(f"{text}\n", encoding="utf-8", newline="")
