"""Check an answer to an exercise: say why it is wrong, and know what is right by a digest only.

A check stands in the student's notebook, open to read, so it cannot compute the answer: whoever runs its lines would
have it. It knows the right one by its digest, and computes the usual wrong ones, each with its reason; where the way to
a wrong answer is all but the way to the right one, it has the digest of that too. A digest can be guessed at, but no
faster than by calling the check with one guess after another.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping

import pandas as pd
from IPython.display import Markdown

from analysis.citing import Quantity
from analysis.errors import AnswerError

FORMS = {  # what is asked for, and what is said of an answer for which no reason is known
    "number": ("one number", "Read the question again, and keep two decimals or more."),
    "range": ("two numbers, the lowest and the highest", "One end may be right; keep two decimals or more."),
    "names": ("a list of names or ids", "One is missing, or one too many."),
}


def read_answer(answer: object, form: str) -> tuple[str, ...]:
    """Return an answer as text that does not depend on how it was computed: two decimals, names sorted.

    Parameters
    ----------
    answer : object
        Numbers of any library, lists, sets, an index or a column; a `Quantity` is read as its value or its range.
    form : str
        ``number``, ``range`` or ``names``.

    Raises
    ------
    AnswerError
        If there is no answer yet, or it has another form.

    Examples
    --------
    >>> read_answer({"T4", "T3"}, "names"), read_answer([1, 2.5], "range")
    (('T3', 'T4'), ('1.00', '2.50'))
    """
    if isinstance(answer, Quantity):
        exact = answer.value if answer.low is None and answer.high is None else None  # one number, twice
        ends = [exact if end is None else end for end in (answer.low, answer.high)]
        answer = ends if form == "range" else answer.value
    if answer is None or answer is Ellipsis:
        raise AnswerError("There is no answer yet: fill in the cell above and run it.")
    if form == "number":
        return (_read_number(answer),)
    if isinstance(answer, str | Mapping | pd.DataFrame) or not isinstance(answer, Iterable):
        raise AnswerError(f"Expected {FORMS[form][0]}, found {_name_kind(answer)}.")
    parts = list(answer)
    if form == "names":
        if strange := [part for part in parts if not isinstance(part, str)]:
            raise AnswerError(f"Expected {FORMS[form][0]}, each of them text; found {strange[0]!r} among them.")
        return tuple(sorted(set(parts)))
    if len(parts) != 2:
        raise AnswerError(f"Expected {FORMS[form][0]}; found {len(parts)}.")
    low, high = map(_read_number, parts)
    if float(low) > float(high):
        raise AnswerError("The lowest comes first, the highest second.")
    return low, high


def _name_kind(answer: object) -> str:
    """Return in words what an answer is."""
    kinds = {
        str: "a text",
        bool: "True or False",
        int: "one number",
        float: "one number",
        list: "a list",
        dict: "a dict",
    }
    return kinds.get(type(answer), f"an object of the kind {type(answer).__name__}")


def _read_number(answer: object) -> str:
    try:
        value = math.nan if isinstance(answer, str | bool) else float(answer)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        value = math.nan
    if not math.isfinite(value):
        shown = f" {str(answer)[:40]!r}" if isinstance(answer, str | float) else ""
        raise AnswerError(f"Expected a number, found {_name_kind(answer)}{shown}.")
    return f"{value:.2f}" if abs(value) >= 0.005 else "0.00"


def digest_answer(answer: object, *, name: str, form: str) -> str:
    """Return the digest by which a check knows the right answer; whoever changes data or question writes it anew.

    Parameters
    ----------
    answer : object
        The right answer.
    name : str
        The exercise; the same answer to two exercises has two digests.
    form : str
        ``number``, ``range`` or ``names``.

    Examples
    --------
    >>> digest_answer(2, name="an-exercise", form="number") == digest_answer(2.0, name="an-exercise", form="number")
    True
    """
    text = "\n".join([name, form, *read_answer(answer, form)])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def check_answer(answer: object, *, name: str, digest: str, form: str, wrong: Mapping[str, object]) -> Markdown:
    """Say that an answer is right, or why it is not.

    Parameters
    ----------
    answer : object
        What the student found.
    name, digest, form : str
        As for `digest_answer`.
    wrong : mapping
        Reasons, each with the wrong answer that it explains, or the digest of it, or several; for ``names``, with
        those that do not belong.

    Raises
    ------
    AnswerError
        With every reason that fits; the kernel shows it without a traceback.

    Examples
    --------
    >>> digest = digest_answer(2, name="acts", form="number")
    >>> check_answer(3, name="acts", digest=digest, form="number", wrong={"A part is counted too.": 3})
    Traceback (most recent call last):
    ...
    analysis.errors.AnswerError: A part is counted too.
    """
    given, known = read_answer(answer, form), digest_answer(answer, name=name, form=form)
    if known == digest:
        return Markdown("Right.")
    fits = [reason for reason, slip in wrong.items() if _is_slip(given, known, slip, form)]
    raise AnswerError(" Or: ".join(fits) or f"This is not it, and none of the usual slips. {FORMS[form][1]}")


def _is_slip(given: tuple[str, ...], known: str, slip: object, form: str) -> bool:
    if isinstance(slip, str):
        return known in slip.split()
    try:
        found = read_answer(slip, form)
    except AnswerError:  # not the student's fault, who has the next reason, or the general one
        return False
    return bool(set(given) & set(found)) if form == "names" else given == found
