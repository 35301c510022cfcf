"""Write what the documents take from data, code and notebooks: ``python tests/documents.py --write`` (`make docs`).

Each such part stands between ``<!-- NAME -->`` and ``<!-- end NAME -->``; all other text is written by hand.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from codebook import make_counts, make_variables, read_package, read_rows

from analysis import load_dossier, plot_overview
from analysis.new import describe_table
from analysis.page import Canvas
from analysis.render import read_notebook
from analysis.report import find_finding, find_title
from analysis.svg import png

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "analysis"
# From left to right, as data flow. A module stands in the first layer that names it; what is on the left imports
# nothing from its right.
LAYERS = {
    "dossier": ("errors", "state", "dates", "cells", "schema", "faults", "citing", "dossier", "agency", "passages"),
    "metrics": ("metrics",),
    "findings": ("rows", "findings"),
    "plots": ("style", "page", "svg", "plots"),
    "display": ("display", "exercises", "explore"),
    "render": (
        *("new", "kernels", "parameters", "sources", "report", "record", "render"),
        *("notebooks", "classroom", "cluster"),
        *("batch", "index", "diff", "__main__"),
    ),
}
SHOWN = {
    "trade": ["date", "value", "bound", "certainty"],
    "events": [
        "date",
        "type",
        "actor",
        "target",
        "effect",
        "cameo_code",
        "certainty",
        "period_id",
        "fields",
        "quantity",
    ],
}


def list_modules() -> dict[str, Path]:
    """Return the modules of the library by dotted name, but for the package's own `__init__`, which only re-exports."""
    paths = {path: path.relative_to(SOURCE).with_suffix("").parts for path in sorted(SOURCE.rglob("*.py"))}
    names = {".".join(part for part in parts if part != "__init__"): path for path, parts in paths.items()}
    return {name: path for name, path in names.items() if name}


def list_imports() -> dict[str, set[str]]:
    """Return which modules of the library each of its modules imports."""
    modules, found = list_modules(), dict[str, set[str]]()
    for name, path in modules.items():
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        used = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
        for node in nodes:
            if isinstance(node, ast.ImportFrom) and node.module:
                if node.module == "analysis" and {alias.name for alias in node.names} - set(modules):
                    raise ValueError(f"{name}: imports from the package itself hide where a name is from")
                names = {f"{node.module}.{alias.name}".removeprefix("analysis.") for alias in node.names}
                used |= names & set(modules) or {node.module}
        found[name] = {used_name.removeprefix("analysis.") for used_name in used} & set(modules) - {name}
    return found


def find_layer(module: str) -> str:
    """Return the layer of a module.

    Examples
    --------
    >>> find_layer("plots.trade")
    'plots'
    """
    return next(layer for layer, names in LAYERS.items() if module.split(".")[0] in names)


def draw_flow() -> str:
    """Return the flow of data as a Mermaid picture; its arrows are the imports between layers, turned round."""
    imports, order = list_imports(), list(LAYERS)
    arrows = {(find_layer(used), find_layer(name)) for name, names in imports.items() for used in names}
    arrows = {(start, end) for start, end in arrows if start != end}
    lines = ["```mermaid", "flowchart LR", '  data[("data/*.csv<br/>datapackage.json")] --> dossier']
    for layer in order:
        names = [name for name in imports if find_layer(name) == layer and name not in ("plots", "metrics")]
        lines.append(f'  {layer}["<b>{layer}</b><br/>{"<br/>".join(names)}"]')
    lines += [
        f"  {start} --> {end}" for start, end in sorted(arrows, key=lambda arrow: [order.index(x) for x in arrow])
    ]
    lines += ['  findings & metrics & display --> notebooks(["notebooks/*.ipynb"]) --> render']
    return "\n".join([*lines, '  render --> reports[/"reports/*.html"/]', "```"])


def make_notebooks() -> str:
    """Return the table of notebooks with their questions."""
    paths = sorted((ROOT / "notebooks").glob("*.ipynb"))
    rows = [f"| [`{path.stem}`](notebooks/{path.name}) | {find_title(read_notebook(path))} |" for path in paths]
    return "\n".join(["| notebook | question |", "|---|---|", *rows])


def make_finding(figure: Canvas) -> str:
    """Return the picture of the whole story and what the first notebook found."""
    finding = find_finding(read_notebook(ROOT / "notebooks" / "00-start-here.ipynb"))
    lines = [re.sub(r"^(\w+)\.", r"- **\1.**", line) for line in finding.split("\n") if line]
    return f"![{figure.alt}](docs/overview.png)\n\n" + "\n".join(lines)


def fill(text: str, blocks: Mapping[str, str]) -> str:
    """Return a document with each generated part made anew.

    Examples
    --------
    >>> fill("<!-- a -->\\nold\\n<!-- end a -->", {"a": "new"})
    '<!-- a -->\\n\\nnew\\n\\n<!-- end a -->'
    """
    for name, block in blocks.items():
        pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end {name} -->)", re.DOTALL)
        text, found = pattern.subn(lambda match, block=block: f"{match[1]}\n{block}\n\n{match[2]}", text)  # type: ignore[misc]
        if found != 1:
            raise ValueError(f"expected one place for {name!r}, found {found}")
    return text


def make_documents() -> dict[Path, bytes]:
    """Return every document that has generated parts, as it should be."""
    figure: Any = plot_overview(load_dossier())
    tables = {
        table["name"]: describe_table(table, len(read_rows(table["name"]))) for table in read_package()["resources"]
    }
    parts = {
        ROOT / "data" / "README.md": {**tables, "counts": make_counts()},
        ROOT / "README.md": {
            "finding": make_finding(figure),
            "notebooks": make_notebooks(),
            "variables": make_variables(SHOWN),
        },
        ROOT / "docs" / "architecture.md": {"flow": draw_flow()},
    }
    texts = {path: fill(path.read_text(encoding="utf-8"), blocks).encode() for path, blocks in parts.items()}
    return {**texts, ROOT / "docs" / "overview.png": png(figure)}


if __name__ == "__main__":
    stale = {path: text for path, text in make_documents().items() if not path.exists() or path.read_bytes() != text}
    for path, text in stale.items():
        print(f"{path.relative_to(ROOT)}: {'written' if '--write' in sys.argv[1:] else 'not as it should be'}")
        if "--write" in sys.argv[1:]:
            path.write_bytes(text)
    sys.exit(bool(stale) and "--write" not in sys.argv[1:])
