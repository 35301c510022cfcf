"""The exercises: their solutions are right, a wrong answer is told why, and nothing of a solution reaches a student."""

from __future__ import annotations

import ast
import html
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import nbformat.v4 as v4
import numpy as np
import pandas as pd
import pytest
from lint import lint_notebook
from nbclient import NotebookClient
from nbformat import NotebookNode

import analysis as an
from analysis.classroom import BEGIN, END, STUBS, clear_solution, make_student, write_class
from analysis.errors import AnswerError, ExerciseError
from analysis.exercises import check_answer, digest_answer, read_answer

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "notebooks" / "exercises"
EXERCISES = sorted(FOLDER.glob("*.ipynb"))
Names = dict[str, Any]


def role(cell: NotebookNode) -> str:
    """The grade_id of a cell, or nothing."""
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))


def is_answer(cell: NotebookNode) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get("solution"))


def read(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


@pytest.fixture(scope="module")
def classroom(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lesson") / "class"
    write_class(FOLDER, folder)
    return folder


@pytest.fixture(params=EXERCISES, ids=lambda path: path.stem)
def notebook(request: pytest.FixtureRequest) -> NotebookNode:
    return read(request.param)


def test_each_notebook_from_01_to_06_has_exercises() -> None:
    stems = sorted(path.stem for path in (ROOT / "notebooks").glob("0[1-6]-*.ipynb"))
    assert [path.stem for path in EXERCISES] == stems
    assert len(stems) == 6


def test_two_exercises_one_on_reading_and_one_on_the_coding(notebook: NotebookNode) -> None:
    number = notebook.cells[0].source[len("# Exercises for `") :][:2]
    found = [role(cell) for cell in notebook.cells if role(cell) and "why" not in role(cell)]
    kinds = [f"{number}-{kind}{part}" for kind in ("reading", "coding") for part in ("-question", "", "-check")]
    assert found == [f"{number}-load", *kinds]
    assert f"{number}-coding-why" in map(role, notebook.cells)
    heads = [cell.source.splitlines()[0] for cell in notebook.cells if cell.source.startswith("## ")]
    assert [head.split(":")[0] for head in heads] == ["## Reading", "## Questioning the coding"]
    assert all(head.endswith("?") for head in heads)


def test_metadata_are_those_of_nbgrader(notebook: NotebookNode) -> None:
    """Its schema 3: `points` only where a cell is graded; a graded cell for code is a check and is locked."""
    ids = [role(cell) for cell in notebook.cells if role(cell)]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[a-zA-Z0-9_-]+", name) for name in ids)
    for cell in notebook.cells[1:]:
        marks = cell.metadata.nbgrader
        assert set(marks) - {"points"} == {"grade", "grade_id", "locked", "schema_version", "solution", "task"}
        assert (marks.schema_version, marks.task, "points" in marks) == (3, False, marks.grade)
        assert marks.locked != marks.solution
        assert marks.get("points", 2) == 2
        if cell.cell_type == "code" and marks.grade:
            assert "check_answer(" in cell.source


def test_stored_outputs_are_a_reference(notebook: NotebookNode) -> None:
    assert lint_notebook(notebook) == []
    assert [cell.id for cell in notebook.cells] == [f"cell-{n}" for n in range(1, len(notebook.cells) + 1)]
    assert notebook.metadata.language_info == {"name": "python"}
    for cell in notebook.cells:
        if cell.cell_type == "code" and role(cell)[3:] != "load":
            assert [output.output_type for output in cell.outputs] == ["execute_result"]


def test_cells_are_short_and_prose_types_no_number(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert len(cell.source.splitlines()) <= 10
        else:
            assert not re.search(r"\d", re.sub(r"`[^`]*`", "", cell.source)), cell.source


# Wrong answers by exercise, each worked out here from the dossier, with words of the reason that has to be told. Where
# a name stands for rows of events.csv or fields, one that does not belong is added to the right answer.
WHOLE = an.load_dossier()
EVENTS, EVIDENCE = WHOLE.events, WHOLE.evidence
APART = EVENTS[EVENTS["bearing"] == -1]
PASSAGES = an.pair_passes(WHOLE.passes)
CERTAINTY = [PASSAGES[f"certainty_{coder}"] for coder in (1, 2)]
SOLD, BOUGHT = EVIDENCE.loc["V048"], EVIDENCE.loc["V027"]
CLAIMS = an.check_claims(WHOLE)
HELD = CLAIMS["verdict"].astype("str")
ELSEWHERE = CLAIMS["tested_on"].isin(["others", "presumed_source"])


def in_year(rows: pd.DataFrame) -> list[int]:
    return list(an.count_events(rows).loc[2016, ["minimum", "maximum"]])


def above(take_out: Callable[[float], float], unit: float = 1000) -> list[float]:
    return [
        SOLD["value_low"] / unit - take_out(BOUGHT["value_high"]),
        SOLD["value_high"] / unit - take_out(BOUGHT["value_low"]),
    ]


def mean_of(rows: pd.DataFrame) -> float:
    return float(rows["goldstein"].mean())


def split_film() -> pd.Series:
    rows = EVENTS["period_id"].eq("PH6") & (EVENTS["counted"] | EVENTS["parent_id"].eq("E41"))
    return EVENTS.loc[rows, "goldstein"]


def chance_of(first: pd.Series, second: pd.Series) -> float:
    return float((first.value_counts(normalize=True) * second.value_counts(normalize=True)).sum())


def days_between(first: str, second: str) -> list[int]:
    one, two = EVENTS.loc[first], EVENTS.loc[second]
    return [(two["earliest"] - one["latest"]).days, (two["latest"] - one["earliest"]).days]


OBSERVED, CHANCE = float((CERTAINTY[0] == CERTAINTY[1]).mean()), chance_of(*CERTAINTY)
WRONG: dict[str, list[tuple[object, str]]] = {
    "01-reading": [
        ([121 - 55, 121 - 55], "“Around” is left out"),
        ([121 / 57.5, 121 / 52.5], "how many times"),
        ([100 * (121 / 57.5 - 1), 100 * (121 / 52.5 - 1)], "per cent a year"),
        ([55 - 140, 55 - 140], "from the second figure to the third"),
        ([121 - 57.5, 121 - 57.5], "Only one end"),
        ([121 - 52.5, 121 - 52.5], "Only one end"),
        ([121 - 60, 121 - 50], "half of five to either side"),
        (121 - 55, "Expected two numbers, the lowest and the highest, found one number"),
        ([68, 64], "The lowest comes first"),
        ([121e6 - 57.5e6, 121e6 - 52.5e6], "none of the usual slips"),
    ],
    "01-coding": [
        ([121 / 57.5, 121 / 52.5], "the range as coded"),
        ([2.2, 2.2], "no range"),
        ([116 / 57.5, 126 / 52.5], "half of five to either side"),
        ([118.5 / 55, 123.5 / 55], "The first figure is hedged as well"),
        ([123.5 / 57.5, 118.5 / 52.5], "both are high"),
        ([100 * (118.5 / 57.5 - 1), 100 * (123.5 / 52.5 - 1)], "growth in per cent"),
    ],
    "02-reading": [
        ([823, 823], "put on one day of its month"),
        ([days / 365.25 for days in days_between("E49", "E50")], "in years"),
        (days_between("E17", "E49"), "not the two visits"),
    ],
    "02-coding": [
        (an.find_gaps(an.select_visits(EVENTS))["longest_years"].max(), "as coded. Was the copy used"),
        (an.find_gaps(an.select_visits(EVENTS))["shortest_years"].max(), "the least that the stretch can last"),
        (days_between("E49", "E50")[0] / 365.25, "the least that a stretch surely lasts"),
        (days_between("E49", "E50")[1] / 365.25, "not the longest that is left"),
        ("13 years", "Expected a number, found a text"),
    ],
    "03-reading": [
        ([24 / 7, 24 / 7], "A mean is a number that nobody reported"),
        ([1, 24 - 6], "the rounding is left out"),
        ([1, 24 + 3], "The other fields have agreements too"),
        ([1, 24 + 3 - 7], "not among the others"),
        ([1, 24 + 6 - 6], "at most half a step"),
        ([0, 24 + 3 - 6], "A field with none"),
    ],
    "03-coding": [
        (["arms"], "carried out or signed"),
        (["aid"], "halted, charged or implied"),
        (["industry"], "Was the copy used"),
        (["E51"], "not ids of rows"),
    ],
    "04-reading": [
        ([9, 9], "filed in the phase"),
        ([2, 2], "a limit, not the year"),
        ([1, 1], "may have fallen in the year as well"),
        (in_year(APART), "A part of a larger act"),
        (in_year(EVENTS[EVENTS["counted"]]), "bring together, or acts without any date"),
    ],
    "04-coding": [
        (mean_of(APART[APART["counted"] & (APART["period_id"] == "PH6")]), "the mean as coded"),
        (mean_of(APART[APART["period_id"] == "PH6"]), "all parts of the phase"),
        (mean_of(EVENTS[EVENTS["parent_id"] == "E41"]), "the charges alone"),
        (split_film().sum(), "a sum, not a mean"),
        (split_film().sum() / (len(split_film()) - 3), "not to the number of acts"),
    ],
    "05-reading": [
        ([SOLD["value"] / 1000 - 31 / 1.1] * 2, "rounded, so it is a range"),
        (above(lambda value: value / 1.1, unit=1), "not in one unit"),
        (above(lambda value: value), "not yet taken out"),
        (above(lambda value: value * 1.1), "not added"),
        (above(lambda value: value * 0.9), "not the same as to undo"),
        ([SOLD["value"] - 31] * 2, "the difference as printed"),
    ],
    "05-coding": [
        ((HELD.str.startswith("holds") & CLAIMS["tested_on"].eq("others")).sum(), "as coded"),
        (HELD.str.startswith("holds").sum(), "the article's own rows"),
        ((HELD.eq("holds") & ELSEWHERE).sum(), "within rounding holds here too"),
        (ELSEWHERE.sum(), "whether they hold or not"),
        (CLAIMS["tested_on"].eq("presumed_source").sum(), "the tests that were moved"),
    ],
    "06-reading": [
        (100 * OBSERVED, "how often they did agree"),
        (25, "equally often"),
        (CHANCE, "This is a share"),
        (100 * chance_of(pd.concat(CERTAINTY), pd.concat(CERTAINTY)), "The two were pooled"),
        (100 * (OBSERVED - CHANCE) / (1 - CHANCE), "agreement beyond chance"),
    ],
    "06-coding": [(["E42"], "never counted"), (["E33"], "date or certainty"), (["S017"], "not of passages")],
}


@pytest.fixture(scope="module")
def solved() -> dict[str, tuple[str, Names, str]]:
    """For each exercise the name of its answer, what the solutions leave behind, and the source of its check."""
    found = {}
    for path in EXERCISES:
        names: Names = {}
        for cell in read(path).cells:
            if cell.cell_type == "code":
                exec(cell.source, names)
                if is_answer(cell):
                    name = cell.source.split(" = ")[0]
                if role(cell).endswith("-check"):
                    found[role(cell).removesuffix("-check")] = name, dict(names), cell.source
    return found


def list_numbers(text: str) -> set[float]:
    return {float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", text)}


@pytest.mark.parametrize("exercise", WRONG)
def test_wrong_answer_is_told_why_and_not_what_is_right(
    exercise: str, solved: dict[str, tuple[str, Names, str]]
) -> None:
    answer, names, check = solved[exercise]
    right = names[answer]
    form = str(re.search(r'form="(\w+)"', check)[1])  # type: ignore[index]
    for value, words in WRONG[exercise]:
        given = [*right, *value] if form == "names" else value  # type: ignore[misc]
        with pytest.raises(AnswerError, match=re.escape(words)) as caught:
            exec(check, {**names, answer: given})
        told = str(caught.value)
        assert len(told) <= 300
        parts = read_answer(right, form)
        if form == "names":
            assert not [part for part in parts if re.search(rf"\b{part}\b", told)]
        else:
            assert not {round(float(part), digits) for part in parts for digits in (0, 1, 2)} & list_numbers(told)


@pytest.mark.parametrize("exercise", WRONG)
def test_every_reason_of_a_check_is_tried(exercise: str, solved: dict[str, tuple[str, Names, str]]) -> None:
    _, names, _ = solved[exercise]
    missing = [reason for reason in names["wrong"] if not any(words in reason for _, words in WRONG[exercise])]
    assert missing == []


def test_every_exercise_has_wrong_answers_to_try(solved: dict[str, tuple[str, Names, str]]) -> None:
    assert set(WRONG) == set(solved)


@pytest.mark.parametrize("exercise", WRONG)
def test_an_answer_that_is_not_there_or_not_whole_is_told(
    exercise: str, solved: dict[str, tuple[str, Names, str]]
) -> None:
    answer, names, check = solved[exercise]
    given = [(None, "There is no answer yet"), (..., "There is no answer yet")]
    given += [(names[answer][:-1], "One is missing, or one too many")] if 'form="names"' in check else []
    for value, words in given:
        with pytest.raises(AnswerError, match=words):
            exec(check, {**names, answer: value})


def test_what_the_written_solutions_say_holds(solved: dict[str, tuple[str, Names, str]]) -> None:
    taken = PASSAGES[PASSAGES["event_id"] == "E39"]
    assert not taken[["act_1", "act_2"]].any(axis=None)
    gone = EVENTS.loc[solved["06-coding"][1]["gone"]]
    assert gone["effect"].eq(1).sum() > len(gone) / 2 > gone["effect"].eq(-1).sum() > 1
    assert gone["period_id"].eq("PH6").sum() == 1
    assert not (EVENTS["counted"] & EVENTS["period_id"].eq("PH6") & EVENTS["effect"].eq(1)).any()
    assert mean_of(APART[APART["counted"] & (APART["period_id"] == "PH6")]) < solved["04-coding"][1]["mean"] < 0
    assert SOLD["role"] == "exporter"
    assert BOUGHT["role"] == "importer"
    assert SOLD["value"] / 1000 > BOUGHT["value"]
    shares = [an.share_of_peak(trade, year=2021) for trade in (WHOLE.trade, solved["01-coding"][1]["hedged"])]
    assert [share.low == share.high for share in shares] == [True, False]
    fields = an.list_fields(EVENTS).groupby("role", observed=True)["field"].agg(set)
    talked = fields["words, talks and ceremony"] - fields["carried out or signed"]
    assert talked - set(solved["03-coding"][1]["talked"]) == {"industry"}


# What a student gets.


def list_secrets() -> set[str]:
    """Every line of a solution that has a letter, every sentence of a written one, every longer output of an answer."""
    secrets: set[str] = set()
    for path in EXERCISES:
        for cell in filter(is_answer, read(path).cells):
            solution = cell.source.partition(BEGIN)[2].partition(END)[0]
            parts = solution.split("\n") if cell.cell_type == "code" else re.split(r"\n|(?<=[.?]) ", solution)
            # A line that is the answer's name alone, which is shown, tells nothing.
            secrets |= {part.strip() for part in parts if re.search(r"[A-Za-z]\W", part.strip())}
            texts = [output.data["text/plain"] for output in cell.get("outputs", [])]
            secrets |= {text for text in texts if len(text) > 5}
    return secrets


def read_text(path: Path) -> str:
    """The text of a file as a reader has it: sources of a notebook, or a page without its tags."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        return html.unescape(re.sub(r"<[^>]*>", "", text))
    cells = json.loads(text).get("cells", []) if path.suffix == ".ipynb" else []
    return text + "\n".join("".join(cell["source"]) + json.dumps(cell.get("outputs")) for cell in cells)


def find_leaks(paths: list[Path]) -> list[str]:
    secrets, texts = list_secrets(), {path.name: read_text(path) for path in paths}
    assert len(secrets) > 70
    return [f"{name}: {secret}" for name, text in texts.items() for secret in secrets if secret in text]


def test_no_solution_is_in_a_student_file(classroom: Path) -> None:
    paths = sorted((classroom / "student").glob("*"))
    assert [path.name for path in paths] == [path.name for path in EXERCISES]
    assert find_leaks(paths) == []
    for path in paths:
        notebook = read(path)
        assert not re.search("(?i)(begin|end) solution", path.read_text(encoding="utf-8"))
        assert not [cell for cell in notebook.cells if cell.get("outputs") or cell.get("execution_count")]


def test_no_solution_is_in_a_report_or_another_notebook() -> None:
    pages = [path for path in (ROOT / "reports").iterdir() if path.suffix in (".html", ".json")]
    assert len(pages) > 20
    assert find_leaks([*pages, *(ROOT / "notebooks").glob("*.ipynb")]) == []


def test_a_leak_would_be_found(tmp_path: Path) -> None:
    secret = 'gone = sorted(set(whole.events.query("counted").index) - set(both))'
    (tmp_path / "page.html").write_text(html.escape(secret).replace(" = ", " <b>=</b> "), encoding="utf-8")
    nbformat.write(v4.new_notebook(cells=[v4.new_code_cell(secret)]), tmp_path / "n.ipynb")
    assert len(find_leaks(sorted(tmp_path.iterdir()))) == 2


def test_no_number_in_a_student_file_is_an_answer(classroom: Path, solved: dict[str, tuple[str, Names, str]]) -> None:
    """Nor is one computed by an expression that stands in a check: those are the wrong ones."""
    for exercise, (answer, names, check) in solved.items():
        numbers = {node.value for node in ast.walk(ast.parse(check)) if isinstance(node, ast.Constant)}
        form = str(re.search(r'form="(\w+)"', check)[1])  # type: ignore[index]
        if form == "names":
            continue
        right = {round(float(part), 2) for part in read_answer(names[answer], form)}
        assert not {n for n in numbers if isinstance(n, int | float)} & right - {1.0}, exercise


def test_student_version_fails_in_a_kernel_at_each_answer_and_check_and_nowhere_else(classroom: Path) -> None:
    """All six in one kernel that starts where the student's files lie; each cell is run, whatever failed before."""
    cells = [cell for path in sorted((classroom / "student").glob("*")) for cell in read(path).cells]
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"
    done = v4.new_notebook(cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    NotebookClient(
        done, allow_errors=True, timeout=120, resources={"metadata": {"path": str(classroom / "student")}}
    ).execute()
    failed = {}
    for cell in done.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                failed[role(cell)] = output.ename
                if output.ename == "AnswerError":
                    assert output.traceback == ["Not yet. There is no answer yet: fill in the cell above and run it."]
    code = [cell for cell in cells if cell.cell_type == "code"]
    expected = {role(cell): "NotImplementedError" for cell in code if is_answer(cell)}
    expected |= {role(cell): "AnswerError" for cell in code if role(cell).endswith("-check")}
    assert failed == expected
    assert len(expected) == 24


def test_students_cannot_change_what_is_not_theirs(classroom: Path) -> None:
    for path in (classroom / "student").glob("*"):
        for cell in read(path).cells[1:]:
            stub = "\n".join(STUBS[cell.cell_type])
            assert cell.source.endswith(stub) == is_answer(cell) == cell.metadata.get("editable", True)
            assert cell.metadata.deletable is False
            assert cell.metadata.nbgrader.cell_type == cell.cell_type


def test_teacher_gets_the_executed_notebooks(classroom: Path) -> None:
    for path in EXERCISES:
        assert (classroom / "teacher" / path.name).read_bytes() == path.read_bytes()


def test_the_same_bytes_twice_and_nothing_elsewhere(classroom: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-m", "analysis.classroom", str(tmp_path / "class")]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "class/student and class/teacher: 6 notebooks each\n"
    files = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file())
    assert len(files) == 12
    first = [(classroom.parent / name).read_bytes() for name in files]
    assert [(tmp_path / name).read_bytes() for name in files] == first
    write_class(FOLDER, classroom)
    assert [(classroom.parent / name).read_bytes() for name in files] == first


def test_answers_of_a_student_are_not_written_over(tmp_path: Path) -> None:
    write_class(FOLDER, tmp_path)
    path = tmp_path / "student" / "01-trade.ipynb"
    notebook = read(path)
    notebook.cells[3].source = "growth = [1, 2]"
    nbformat.write(notebook, path)
    before = path.read_bytes()
    with pytest.raises(ExerciseError, match=r"student/01-trade\.ipynb holds answers, or was given out before"):
        write_class(FOLDER, tmp_path)
    assert path.read_bytes() == before


def test_a_cell_that_a_student_added_is_not_written_over(tmp_path: Path) -> None:
    write_class(FOLDER, tmp_path)
    path = tmp_path / "student" / "01-trade.ipynb"
    notebook = read(path)
    nbformat.write(v4.new_notebook(cells=[*notebook.cells, v4.new_code_cell("")], metadata=notebook.metadata), path)
    write_class(FOLDER, tmp_path)
    nbformat.write(v4.new_notebook(cells=[*notebook.cells, v4.new_code_cell("2 + 2")]), path)
    with pytest.raises(ExerciseError, match="holds answers"):
        write_class(FOLDER, tmp_path)


def test_a_slip_that_cannot_be_read_is_no_fault_of_the_answer() -> None:
    right = digest_answer([1, 2], name="n", form="range")
    with pytest.raises(AnswerError, match="Two\\.") as caught:
        check_answer([2, 3], name="n", digest=right, form="range", wrong={"One.": float("nan"), "Two.": [2, 3]})
    assert "Expected" not in str(caught.value)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (f"{BEGIN}\nx = 1", "'### BEGIN SOLUTION' without '### END SOLUTION' after it"),
        (f"x = 1\n{END}", "'### END SOLUTION' without '### BEGIN SOLUTION' before it"),
        (f"{BEGIN}\n{BEGIN}\nx = 1\n{END}", "'### BEGIN SOLUTION' without '### END SOLUTION' before it"),
        ("## BEGIN SOLUTION\nx = 1\n## END SOLUTION", "found '## BEGIN SOLUTION'"),
        (f"{BEGIN}\nx = 1\n### end solution", "found '### end solution'"),
        ("x = 1", "expected marks of a solution in every cell for an answer"),
    ],
)
def test_marks_that_do_not_pair_up_stop_everything(tmp_path: Path, source: str, said: str) -> None:
    folder = tmp_path / "exercises"
    folder.mkdir()
    cell = v4.new_code_cell(source, metadata={"nbgrader": {"solution": True, "locked": False}})
    nbformat.write(v4.new_notebook(cells=[v4.new_markdown_cell("# A"), cell]), folder / "n.ipynb")
    with pytest.raises(ExerciseError, match=re.escape(said)) as caught:
        write_class(folder, tmp_path / "class")
    assert str(caught.value).startswith("n.ipynb, cell 2: ")
    assert not (tmp_path / "class").exists()


def test_a_solution_outside_a_cell_for_answers_is_refused() -> None:
    cell = v4.new_code_cell(f"{BEGIN}\nx = 1\n{END}")
    with pytest.raises(ExerciseError, match="cell 1: expected marks of a solution"):
        make_student(v4.new_notebook(cells=[cell]))


def test_lessons_last_as_long_as_they_say_and_name_what_is_there() -> None:
    text = (ROOT / "docs" / "teaching.md").read_text(encoding="utf-8")
    parts = {part.splitlines()[0]: part for part in text.split("\n## ")}
    for title, minutes in (("A lesson of 90 minutes", 90), ("Half a day", 4 * 60)):
        assert sum(map(int, re.findall(r"^\| (\d+) \|", parts[title], re.MULTILINE))) == minutes
    taught = re.findall(r"^\| `([\w-]+)`", parts["What each notebook teaches"], re.MULTILINE)
    assert taught == [*(path.stem for path in EXERCISES), "07-explore"]
    assert set(re.findall(r"`(\d\d-[\w-]+)`", text)) <= {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")}
    told = parts["What each notebook teaches"] + parts["Misreadings to expect"]
    assert not re.search(r"\d", re.sub(r"`[^`]*`", "", told))  # no number of the article


def test_clear_solution_keeps_what_is_around_and_the_indent() -> None:
    source = f"def f():\n    {BEGIN}\n    return 1\n    {END}\nf()"
    assert clear_solution(source) == "def f():\n    # YOUR CODE HERE\n    raise NotImplementedError()\nf()"
    assert clear_solution(f"{BEGIN}\nIt is so.\n{END}", "markdown") == "YOUR ANSWER HERE"
    assert clear_solution("No solution is printed here.") == "No solution is printed here."


@pytest.mark.parametrize(
    ("answer", "form", "text"),
    [
        (2, "number", ("2.00",)),
        (np.float64(2.004), "number", ("2.00",)),
        (-0.001, "number", ("0.00",)),
        (an.Quantity(2.2, "T3", 2.1, 2.3), "number", ("2.20",)),
        (an.Quantity(2.2, "T3", 2.1, 2.3), "range", ("2.10", "2.30")),
        (an.Quantity(2.2, "T3"), "range", ("2.20", "2.20")),
        (pd.Series([1, 7]), "range", ("1.00", "7.00")),
        ((1, 1), "range", ("1.00", "1.00")),
        (pd.Index(["E2", "E1", "E2"]), "names", ("E1", "E2")),
        ([], "names", ()),
    ],
)
def test_read_answer_takes_what_a_library_returns(answer: object, form: str, text: tuple[str, ...]) -> None:
    assert read_answer(answer, form) == text


@pytest.mark.parametrize(
    ("answer", "form", "said"),
    [
        ("2.2", "number", "found a text '2.2'"),
        (True, "number", "found True or False."),
        (pd.NA, "number", "found an object of the kind NAType."),
        (float("nan"), "number", "found one number 'nan'"),
        ([1, 2], "number", "found a list."),
        ([1, 2, 3], "range", "found 3"),
        ("E1", "names", "found a text"),
        (pd.DataFrame({"a": [1]}), "names", "found an object of the kind DataFrame"),
        ([1], "names", "each of them text; found 1"),
    ],
)
def test_read_answer_names_another_form(answer: object, form: str, said: str) -> None:
    with pytest.raises(AnswerError, match=re.escape(said)):
        read_answer(answer, form)


def test_check_answer_tells_every_reason_that_fits() -> None:
    right = digest_answer(3, name="n", form="number")
    slip = digest_answer(4, name="n", form="number")
    assert check_answer(3, name="n", digest=right, form="number", wrong={}).data == "Right."
    with pytest.raises(AnswerError, match=r"^One\. Or: Two\.$"):
        check_answer(4, name="n", digest=right, form="number", wrong={"One.": 4, "Two.": slip, "Three.": 5})
