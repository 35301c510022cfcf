"""What a committed notebook must look like, so that its outputs can be a reference."""

from __future__ import annotations

import ast
import re
import statistics
from pathlib import Path

import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from lint import lint_notebook

from analysis.parameters import find_tagged, read_parameters

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request: pytest.FixtureRequest) -> nbformat.NotebookNode:
    return nbformat.read(request.param, as_version=4)


def list_code(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_stored_outputs_hold_from_run_to_run(notebook: nbformat.NotebookNode) -> None:
    assert lint_notebook(notebook) == []


def test_outputs_hold_no_error_and_no_stream(notebook: nbformat.NotebookNode) -> None:
    kinds = {output.output_type for cell in list_code(notebook) for output in cell.outputs}
    assert kinds <= {"execute_result", "display_data"}


def test_notebook_names_no_folder_of_this_machine(notebook: nbformat.NotebookNode) -> None:
    text = nbformat.writes(notebook)
    assert str(ROOT) not in text
    assert str(Path.home()) + "/" not in text


def test_one_parameters_and_one_finding_cell(notebook: nbformat.NotebookNode) -> None:
    assert len(find_tagged(notebook, "finding")) == 1
    assert {"first_year", "last_year", "certainty", "dossier"} <= set(read_parameters(notebook))


def test_cells_stand_in_the_agreed_order(notebook: nbformat.NotebookNode) -> None:
    code = list_code(notebook)
    assert notebook.cells[0].source.startswith("# ")
    assert notebook.cells[0].source.splitlines()[0].endswith("?")
    assert [code[0].metadata.tags, code[2].metadata.tags] == [["parameters"], ["finding"]]
    assert code[1].source.startswith("import ")
    heads = re.findall(r"^## (.+)$", "\n".join(cell.source for cell in notebook.cells), re.MULTILINE)
    assert heads[0] == "Short answer"
    assert heads[-3:] == ["Self-check", "Try it yourself", "Limits"]


def test_cells_are_short_and_prose_is_ample(notebook: nbformat.NotebookNode) -> None:
    lines = [len(cell.source.splitlines()) for cell in list_code(notebook)]
    words = sum(len(cell.source.split()) for cell in notebook.cells if cell.cell_type == "markdown")
    assert max(lines) <= 10
    assert statistics.median(lines) <= 4
    assert 6 <= words / sum(lines) <= 20


def test_code_defines_nothing_and_reads_no_file(notebook: nbformat.NotebookNode) -> None:
    source = "\n".join(cell.source for cell in list_code(notebook))
    nodes = list(ast.walk(ast.parse(source)))
    assert not [node for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    assert not re.search(r"open\(|Path\(|read_csv|\.\./|%matplotlib|pip install", source)
    assert "sns." in source


def test_prose_cells_type_no_number(notebook: nbformat.NotebookNode) -> None:
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            prose = re.sub(r"`[^`]*`|\]\([^)]*\)|^\d\. ", "", cell.source, flags=re.MULTILINE)
            assert not re.search(r"\d", prose), cell.source


def test_no_number_that_is_cited_is_typed(notebook: nbformat.NotebookNode) -> None:
    for cell in list_code(notebook):
        for call in ast.walk(ast.parse(cell.source)):
            if isinstance(call, ast.Call) and ast.unparse(call.func) in ("cite", "an.cite"):
                first = call.args[0]
                parts = first.values if isinstance(first, ast.JoinedStr) else [first]
                typed = [str(part.value) for part in parts if isinstance(part, ast.Constant)]
                assert not re.search(r"\d", " ".join(typed)), ast.unparse(call)


def test_computed_prose_hides_its_source(notebook: nbformat.NotebookNode) -> None:
    for cell in list_code(notebook):
        if cell.source.startswith("Markdown("):
            assert cell.metadata.jupyter.source_hidden


def test_self_check_holds(notebook: nbformat.NotebookNode) -> None:
    text = nbformat.writes(notebook)
    assert "holds\\n" in text
    assert ": FAILS" not in text


def test_cell_ids_are_fixed(notebook: nbformat.NotebookNode) -> None:
    assert [cell.id for cell in notebook.cells] == [f"cell-{n}" for n in range(1, len(notebook.cells) + 1)]
    assert notebook.metadata.language_info == {"name": "python"}


def test_cells_give_in_this_process_what_is_stored(
    notebook: nbformat.NotebookNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As nbval does in a kernel; here coverage and mutation testing see it too."""
    monkeypatch.setattr(InteractiveShell, "_instance", None)
    shell = InteractiveShell.instance()
    for cell in list_code(notebook):
        with capture_output() as shown:
            done = shell.run_cell(cell.source)
        done.raise_error()
        given = [output.data for output in shown.outputs]
        given += [] if done.result is None else [shell.display_formatter.format(done.result)[0]]
        for stored, made in zip(cell.outputs, given, strict=True):
            for kind in ("text/plain", "text/markdown", "text/html"):
                assert stored.data.get(kind) == made.get(kind), cell.source
    InteractiveShell.clear_instance()
