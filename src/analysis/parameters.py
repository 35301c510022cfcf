"""A notebook's parameters: read without running it, checked before a kernel starts."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from nbformat import NotebookNode

from analysis.errors import ParameterError

TYPES: Mapping[str, type] = {"str": str, "int": int, "float": float, "bool": bool}
Value = str | int | float | bool | None


@dataclass(frozen=True)
class Parameter:
    """What a notebook says of a parameter: its type, its default, and whether it may be None."""

    kind: type
    default: Value
    optional: bool = False

    def __str__(self) -> str:
        """Return the type as the notebook writes it."""
        return self.kind.__name__ + " | None" * self.optional


def find_tagged(notebook: NotebookNode, tag: str) -> list[NotebookNode]:
    """Return the cells of a notebook that carry a tag, in order.

    Examples
    --------
    >>> import nbformat.v4 as v4
    >>> cell = v4.new_code_cell("year: int = 0", metadata={"tags": ["parameters"]})
    >>> len(find_tagged(v4.new_notebook(cells=[cell]), "parameters"))
    1
    """
    return [cell for cell in notebook.cells if tag in cell.metadata.get("tags", [])]


def read_parameters(notebook: NotebookNode) -> dict[str, Parameter]:
    """Return the parameters of a notebook's `parameters` cell by name.

    Parameters
    ----------
    notebook : NotebookNode
        Its parameters cell holds lines such as ``first_year: int = 0  # help``; the annotation is the type,
        one of str, int, float and bool, or that and None: ``int | None``, ``Optional[int]``.

    Raises
    ------
    ParameterError
        If the notebook has no such cell, several, or one with anything else in it.

    Examples
    --------
    >>> import nbformat.v4 as v4
    >>> cell = v4.new_code_cell("year: int = 0", metadata={"tags": ["parameters"]})
    >>> read_parameters(v4.new_notebook(cells=[cell]))
    {'year': Parameter(kind=<class 'int'>, default=0, optional=False)}
    """
    cells = find_tagged(notebook, "parameters")
    if len(cells) != 1:
        raise ParameterError(f"expected one cell tagged 'parameters', found {len(cells)}")
    found: dict[str, Parameter] = {}
    try:
        lines = ast.parse(cells[0].source).body
    except SyntaxError as error:
        raise ParameterError(f"parameters cell, line {error.lineno}: expected Python, found a fault there") from error
    for line in lines:
        if not (isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name) and line.value):
            raise ParameterError(f"parameters cell: expected 'name: type = value', found {ast.unparse(line)!r}")
        try:
            value: Value = ast.literal_eval(line.value)
        except ValueError as error:
            raise ParameterError(f"parameter {line.target.id!r}: expected a plain value, found code") from error
        kind, optional = _read_type(ast.unparse(line.annotation))
        if kind is None or (type(value) is not kind and not (optional and value is None)):
            raise ParameterError(
                f"parameter {line.target.id!r}: expected one of {', '.join(TYPES)} with a value of that type"
            )
        found[line.target.id] = Parameter(kind, value, optional)
    return found


def _read_type(annotation: str) -> tuple[type | None, bool]:
    either = re.fullmatch(r"(\w+) \| None|None \| (\w+)|(?:typing\.)?Optional\[(\w+)\]", annotation)
    name = next(filter(None, either.groups()), "") if either else annotation
    return TYPES.get(name), bool(either)


def check_use(notebook: NotebookNode, given: Mapping[str, Value]) -> None:
    """Refuse a parameter that is set although no cell reads it: the report would be that of the default.

    Parameters
    ----------
    notebook : NotebookNode
    given : mapping
        What was set.

    Raises
    ------
    ParameterError
        Names each such parameter.

    Examples
    --------
    >>> import nbformat.v4 as v4
    >>> check_use(v4.new_notebook(cells=[v4.new_code_cell("print(top)")]), {"top": 9})
    """
    used: set[str] = set()
    for cell in notebook.cells:
        try:
            nodes = list(ast.walk(ast.parse(cell.source))) if cell.cell_type == "code" else []
        except SyntaxError:  # a magic, or a fault that the kernel will name
            used |= {name for name in given if re.search(rf"\b{re.escape(name)}\b", cell.source)}
            continue
        used |= {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    unused = [name for name in given if name not in used]
    if unused:
        raise ParameterError(f"no cell reads {', '.join(map(repr, unused))}, so setting it changes nothing")


def check_parameters(parameters: Mapping[str, Parameter], given: Mapping[str, Any]) -> dict[str, Value]:
    """Return the given values in the types that the notebook asks for.

    Parameters
    ----------
    parameters : mapping
        As `read_parameters` returns it.
    given : mapping
        Text from a command line or a batch file, or plain values. ``None`` is no text where None is allowed.

    Raises
    ------
    ParameterError
        Names every unknown parameter, with the nearest known one, and every value of a wrong type.

    Examples
    --------
    >>> check_parameters({"first_year": Parameter(int, 0)}, {"first_year": "2015"})
    {'first_year': 2015}
    """
    faults: list[str] = []
    checked: dict[str, Value] = {}
    for name, value in given.items():
        if name not in parameters:
            near = get_close_matches(name, parameters, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"expected one of {', '.join(parameters) or 'none'}"
            faults.append(f"unknown parameter {name!r}: {hint}")
            continue
        try:
            checked[name] = _convert(value, parameters[name])
        except ValueError:
            faults.append(f"parameter {name!r}: expected {parameters[name]}, found {value!r}")
    if faults:
        raise ParameterError("; ".join(faults))
    return checked


def _convert(value: Any, parameter: Parameter) -> Value:
    text, kind = str(value), parameter.kind
    if parameter.optional and text == "None":
        return None
    if kind is str and isinstance(value, str):
        return text
    if kind is bool and text.lower() in ("true", "false"):
        return text.lower() == "true"
    if kind is int and re.fullmatch(r"[+-]?\d+", text, re.ASCII):
        return int(text)
    if kind is float and not isinstance(value, bool) and math.isfinite(float(text)):
        return float(text)
    raise ValueError(text)
