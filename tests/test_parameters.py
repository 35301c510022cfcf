"""Parameters: read without running a notebook, checked before a kernel starts."""

from __future__ import annotations

import pytest
from nbformat import v4

from analysis.errors import ParameterError
from analysis.parameters import Parameter, check_parameters, find_tagged, read_parameters

DEFAULTS = {
    name: Parameter(type(value), value)
    for name, value in {"first_year": 0, "certainty": "denied", "share": 0.5, "open": False}.items()
}


def make_notebook(*sources, tag="parameters"):
    cells = [v4.new_code_cell(source, metadata={"tags": [tag]}) for source in sources]
    return v4.new_notebook(cells=[v4.new_markdown_cell("# A question"), *cells, v4.new_code_cell("1 / 0")])


def test_find_tagged_in_order():
    notebook = make_notebook("a = 1", "b = 2", tag="finding")
    assert [cell.source for cell in find_tagged(notebook, "finding")] == ["a = 1", "b = 2"]


def test_find_tagged_none():
    assert find_tagged(make_notebook("a = 1"), "finding") == []


def test_read_parameters_types_and_help():
    source = 'first_year: int = 0  # first year\ncertainty: str = "denied"\nshare: float = 0.5\nopen: bool = False'
    assert read_parameters(make_notebook(source)) == DEFAULTS


def test_read_parameters_negative_number():
    assert read_parameters(make_notebook("shift: int = -1")) == {"shift": Parameter(int, -1)}


def test_read_parameters_empty_cell():
    assert read_parameters(make_notebook("# none")) == {}


@pytest.mark.parametrize("count", [0, 2])
def test_read_parameters_not_one_cell(count):
    with pytest.raises(ParameterError, match=f"expected one cell tagged 'parameters', found {count}"):
        read_parameters(make_notebook(*["year: int = 0"] * count))


@pytest.mark.parametrize("line", ["year = 0", "import os", "year: int", "print(1)", "x.year: int = 0"])
def test_read_parameters_refuses_other_lines(line):
    with pytest.raises(ParameterError, match="expected 'name: type = value'"):
        read_parameters(make_notebook(line))


@pytest.mark.parametrize(
    "line",
    [
        'year: int = "0"',
        "year: int = True",
        "year: list = []",
        "year: float = 1",
        "year: int | str = 0",
        "year: list | None = None",
        "year: int | None = 'x'",
    ],
)
def test_read_parameters_value_of_another_type(line):
    with pytest.raises(ParameterError, match="parameter 'year': expected one of str, int, float, bool"):
        read_parameters(make_notebook(line))


@pytest.mark.parametrize("kind", ["int | None", "None | int", "Optional[int]", "typing.Optional[int]"])
def test_read_parameters_that_may_be_none(kind):
    known = read_parameters(make_notebook(f"month: {kind} = None"))
    assert known == {"month": Parameter(int, None, optional=True)}
    assert check_parameters(known, {"month": "3"}) == {"month": 3}
    assert check_parameters(known, {"month": "None"}) == check_parameters(known, {"month": None}) == {"month": None}
    with pytest.raises(ParameterError, match=r"parameter 'month': expected int \| None, found 'March'"):
        check_parameters(known, {"month": "March"})


@pytest.mark.parametrize("line", ["year: int = 1 + int(2)", "year: int = unknown", "year: int ="])
def test_read_parameters_is_no_literal(line):
    """The cell is read, never run; what cannot be read is a parameter error."""
    with pytest.raises(ParameterError):
        read_parameters(make_notebook(line))


def test_check_parameters_none_given():
    assert check_parameters(DEFAULTS, {}) == {}


@pytest.mark.parametrize(
    ("name", "given", "value"),
    [
        ("first_year", "2015", 2015),
        ("first_year", 2015, 2015),
        ("first_year", "-5", -5),
        ("certainty", "alleged", "alleged"),
        ("certainty", "007", "007"),
        ("certainty", "NO", "NO"),
        ("certainty", "true", "true"),
        ("certainty", "", ""),
        ("certainty", "a=b", "a=b"),
        ("share", "0.25", 0.25),
        ("share", 1, 1.0),
        ("share", "1e-3", 0.001),
        ("open", "true", True),
        ("open", "False", False),
        ("open", True, True),
    ],
)
def test_check_parameters_converts(name, given, value):
    checked = check_parameters(DEFAULTS, {name: given})[name]
    assert checked == value
    assert type(checked) is type(value)


@pytest.mark.parametrize(
    ("name", "given", "kind"),
    [
        ("first_year", "2015.0", "int"),
        ("first_year", 2015.0, "int"),
        ("first_year", "", "int"),
        ("first_year", "２０１５", "int"),
        ("first_year", "2_015", "int"),
        ("first_year", " 2015", "int"),
        ("first_year", True, "int"),
        ("first_year", None, "int"),
        ("share", "half", "float"),
        ("share", True, "float"),
        ("share", "nan", "float"),
        ("share", "inf", "float"),
        ("open", "NO", "bool"),
        ("open", "1", "bool"),
        ("open", 0, "bool"),
        ("certainty", None, "str"),
        ("certainty", ["a"], "str"),
        ("certainty", False, "str"),
        ("certainty", 7, "str"),
    ],
)
def test_check_parameters_wrong_type(name, given, kind):
    """Unquoted in a batch file, NO reads as false and 007 as 7: quotes are asked for, nothing is guessed."""
    with pytest.raises(ParameterError, match=f"parameter '{name}': expected {kind}"):
        check_parameters(DEFAULTS, {name: given})


@pytest.mark.parametrize(("name", "near"), [("first_yaer", "first_year"), ("certanty", "certainty")])
def test_check_parameters_did_you_mean(name, near):
    with pytest.raises(ParameterError, match=f"unknown parameter '{name}': did you mean '{near}'"):
        check_parameters(DEFAULTS, {name: "x"})


def test_check_parameters_nothing_near_lists_all():
    with pytest.raises(ParameterError, match="expected one of first_year, certainty, share, open"):
        check_parameters(DEFAULTS, {"zzz": 1})


def test_check_parameters_of_a_notebook_without_any():
    with pytest.raises(ParameterError, match="none"):
        check_parameters({}, {"zzz": 1})


def test_check_parameters_all_faults_at_once():
    with pytest.raises(ParameterError, match=r"'first_yaer'.*; .*'first_year'.*; .*'open'"):
        check_parameters(DEFAULTS, {"first_yaer": 1, "first_year": "x", "open": "perhaps"})
