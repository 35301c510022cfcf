"""Errors that a person can act on: what is wrong, where, what was expected."""

from __future__ import annotations

from dataclasses import dataclass


class AnalysisError(Exception):
    """Base of all errors that this library raises on purpose."""

    def _render_traceback_(self) -> list[str]:
        """Return what a notebook shows in place of a traceback: the message alone, since no code failed.

        Examples
        --------
        >>> DataError("trade.csv: expected rows, found none")._render_traceback_()
        ['trade.csv: expected rows, found none']
        """
        return [str(self)]


class DataError(AnalysisError, ValueError):
    """A dossier's file holds something that its schema does not allow."""


class ParameterError(AnalysisError, ValueError):
    """A parameter is unknown, of the wrong type, or not among the values that the data allow."""


class RenderError(AnalysisError, RuntimeError):
    """A notebook could not be turned into a report."""


class ClusterError(AnalysisError, RuntimeError):
    """There is no cluster, or its workers have another version of the project."""


class ExerciseError(AnalysisError, ValueError):
    """An exercise cannot be given out: its solution is not marked, or a student has worked on what is there."""


class AnswerError(AnalysisError, AssertionError):
    """An answer to an exercise is not right. The message says why, and never what would be right."""

    def _render_traceback_(self) -> list[str]:
        """Return what a notebook shows: that the answer is not right yet, and the reason."""
        return [f"Not yet. {self}"]


@dataclass(frozen=True, order=True)
class Fault:
    """One thing wrong in one file: where, what was expected, what was found, how to mend it.

    `row` counts as a spreadsheet does (the header is row 1); it is 0 for a fault of the whole file.

    Examples
    --------
    >>> print(Fault("trade.csv", 7, "date", "a year such as 2020", "20O0", "type digits only"))
    trade.csv, row 7, column 'date': expected a year such as 2020, found '20O0' (type digits only)
    """

    file: str
    row: int
    column: str
    expected: str
    found: str
    hint: str = ""

    def __str__(self) -> str:
        """Return the fault in one line."""
        place = (
            self.file + (f", row {self.row}" if self.row else "") + (f", column {self.column!r}" if self.column else "")
        )
        return f"{place}: expected {self.expected}, found {self.found!r}" + (f" ({self.hint})" if self.hint else "")
