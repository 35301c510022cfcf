"""Copies of the invented dossier and small notebooks, to break: what several test modules share."""

from __future__ import annotations

import csv
from pathlib import Path

import nbformat
import pytest
from nbformat import v4

from analysis.dossier import load_dossier
from analysis.errors import DataError
from analysis.render import render_notebook

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


def write_notebook(path, *sources, parameters='country: str = "Iran"\nhs_code: str = "01"\nstart: str = ""'):
    cells = [v4.new_markdown_cell("# What holds?"), v4.new_code_cell(parameters, metadata={"tags": ["parameters"]})]
    nbformat.write(v4.new_notebook(cells=[*cells, *map(v4.new_code_cell, sources)]), path)
    return path


def render(folder, *sources, name="n", **kwargs):
    path = write_notebook(folder / f"{name}.ipynb", *sources)
    return render_notebook(path, folder / "out" / f"{name}.html", **kwargs)


def read_page(report):
    return report.output.read_text(encoding="utf-8")
