"""What makes a stored output no reference: it was not run, or it differs with the day, the machine or the version."""

from __future__ import annotations

import re
from pathlib import Path

from nbformat import NotebookNode

SIGNS = {
    "a bare plot object": r"^\[?<?(Axes|Figure|Text|matplotlib|seaborn)\b.*[)>\]]$",
    "an address in memory": r"\b0x[0-9a-f]{6,}",
    "a clock": r"\b\d\d:\d\d:\d\d\b|\b(Wall|CPU) times?:|\d+(\.\d+)? [µnm]?s ± ",
    "a set, whose order changes": r"\{('[^']*'|\d+)(, ('[^']*'|\d+))+\}",
    "a path of one machine": r"(?<![\w.:/])/(home|Users|tmp|root|private|var|work|mnt)/|\b[A-Z]:\\",
    "a type as a library prints it": r"\bnp\.\w+\(|\bdtype: |\bdtype=",
}
BANDS, FIXED = r"sns\.(lineplot|barplot|pointplot|regplot|lmplot|relplot|catplot)\(", r"errorbar\W+None|seed\W+\d"
TODAY = r"\b(today|now|time|perf_counter|urandom|uuid4|random)\(\)"


def lint_notebook(notebook: NotebookNode) -> list[str]:
    """Return one line for each cell whose stored output proves nothing or will not hold."""
    found, code = [], [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, cell in enumerate(code, start=1):
        place = f"cell {number} ({cell.source.strip().splitlines()[0] if cell.source.strip() else 'empty'})"
        if cell.execution_count != number:
            found.append(f"{place}: not run, or not in this order")
        banded = re.search(BANDS, cell.source) and not re.search(FIXED, cell.source)
        if banded or "default_rng()" in cell.source or re.search(TODAY, cell.source):
            found.append(f"{place}: differs from run to run")
        for output in cell.outputs:
            given = [output.get("text", ""), *output.get("data", {}).values()]
            text = "\n".join(re.sub(r"data:image/[^\"' ]+", "", str(each)) for each in given)
            found += [f"{place}: shows {what}" for what, sign in SIGNS.items() if re.search(sign, text, re.MULTILINE)]
    if code and not any(cell.outputs for cell in code):
        found.append("no cell has an output: the comparison would guard nothing")
    return found


def lint_source(path: Path) -> list[str]:
    """Return the lines of a module that draw at random without a fixed seed."""
    lines = path.read_text(encoding="utf-8").splitlines()
    drawn = r"default_rng\(\)|\bnp\.random\.(?!default_rng|Generator)|(?<!np\.)\brandom\.\w+\(|errorbar=(?!None)"
    return [f"{path.name}, line {row}" for row, line in enumerate(lines, start=1) if re.search(drawn, line)]
