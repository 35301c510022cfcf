"""The library's shape: imports run one way, and the documents say what data, code and notebooks say."""

from __future__ import annotations

import ast
import inspect
import os
import platform
import shutil
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from importlib import import_module
from pathlib import Path

import pytest
from documents import LAYERS, ROOT, find_layer, list_imports, list_modules, make_documents

DOCUMENTS = ("README.md", "data/README.md", "docs/architecture.md", "docs/overview.png")


def test_no_import_runs_in_a_circle() -> None:
    try:
        order = list(TopologicalSorter(list_imports()).static_order())
    except CycleError as error:
        pytest.fail(f"imports run in a circle: {' -> '.join(error.args[1])}")
    assert len(order) == len(list_modules()) > 25


def test_no_layer_imports_from_its_right() -> None:
    order = list(LAYERS)
    backwards = [
        f"{module} imports {used}"
        for module, names in list_imports().items()
        for used in names
        if order.index(find_layer(used)) > order.index(find_layer(module))
    ]
    assert backwards == []


def test_every_module_has_a_layer_and_every_layer_its_modules() -> None:
    tops = {module.split(".")[0] for module in list_modules()}
    assert tops == {name for names in LAYERS.values() for name in names}


@pytest.fixture(scope="module")
def documents() -> dict[Path, bytes]:
    return make_documents()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_document_is_as_written_from_data_code_and_notebooks(documents: dict[Path, bytes], name: str) -> None:
    if name.endswith("png") and (sys.platform, platform.machine()) != ("linux", "x86_64"):
        pytest.skip("pictures have the same bytes on Linux x86-64 only")
    assert documents[ROOT / name] == (ROOT / name).read_bytes(), "run: make docs"


def test_command_names_a_document_that_is_not_as_it_should_be(tmp_path: Path) -> None:
    for name in ("src", "tests", "data", "docs", "notebooks", "README.md"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    readme = tmp_path / "README.md"
    readme.write_text(readme.read_text(encoding="utf-8").replace("| [`01-trade`]", "| [`01-trad`]"), encoding="utf-8")
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(tmp_path / "src")}
    command = [sys.executable, str(tmp_path / "tests" / "documents.py")]
    done = subprocess.run(command, check=False, capture_output=True, encoding="utf-8", env=environment)
    assert (done.returncode, done.stdout) == (1, "README.md: not as it should be\n"), done.stderr


def list_public() -> list[tuple[str, str]]:
    """All public functions and classes of the library, by module."""
    found = []
    for module, path in list_modules().items():
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                found.append((module, node.name))
    return found


@pytest.mark.parametrize(("module", "name"), list_public())
def test_public_name_has_a_docstring_with_an_example(module: str, name: str) -> None:
    thing = getattr(import_module(f"analysis.{module}"), name)
    text = inspect.getdoc(thing) or ""
    assert text[:1].isupper()
    needs = inspect.isfunction(thing) and module != "__main__"
    assert not needs or ">>> " in text, f"{module}.{name} has no example"
