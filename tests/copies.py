"""Copies of the invented dossier, to break: what the tests of loading and of the cases share."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from analysis.dossier import load_dossier
from analysis.errors import DataError

INVENTED = Path(__file__).parent / "dossier"


def read(folder, file):
    with (folder / file).open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines))


def write(folder, file, rows):
    with (folder / file).open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines, lineterminator="\n").writerows(rows)


def change(folder, file, row, **cells):
    """Write cells into a row, counted as a spreadsheet does: the header is row 1. Return all rows."""
    rows = read(folder, file)
    for column, value in cells.items():
        rows[row - 1][rows[0].index(column)] = value
    write(folder, file, rows)
    return rows


def fail(folder):
    """Return the message of the one error that loading raises."""
    with pytest.raises(DataError) as caught:
        load_dossier(folder)
    return str(caught.value)
