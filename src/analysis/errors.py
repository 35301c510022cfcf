"""Errors that a person can act on: what is wrong, where, what was expected."""

from __future__ import annotations


class AnalysisError(Exception):
    """Base of all errors that this library raises on purpose."""


class DataError(AnalysisError, ValueError):
    """A dossier's file holds something that its schema does not allow."""


class ParameterError(AnalysisError, ValueError):
    """A parameter is unknown, of the wrong type, or not among the values that the data allow."""


class RenderError(AnalysisError, RuntimeError):
    """A notebook could not be turned into a report."""
