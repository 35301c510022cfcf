"""Numbers that know the coded rows they came from.

A citation is an ordinary link whose fragment is the row ids, ``[2.2-fold](#rows-T3+T4)``. Row ids travel through
pandas as a plain text column ``rows``; a report reads the links of the finished page and appends the sources.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import quote

PARAMETERS = "parameters"


def join_rows(rows: Iterable[str]) -> str:
    """Return one ``rows`` text from many, each id once, in order of first mention.

    Examples
    --------
    >>> join_rows(["T3+T4", "T4", "T1"])
    'T3+T4+T1'
    """
    return "+".join(dict.fromkeys(row for text in rows for row in text.split("+") if row))


def cite(text: object, rows: str) -> str:
    """Return a Markdown link from a value to its rows.

    Parameters
    ----------
    text : object
        What the reader sees. Nothing in it can act as Markdown or HTML.
    rows : str
        Row ids joined by ``+``, or `PARAMETERS` for a value that the reader set.

    Raises
    ------
    ValueError
        If `rows` is empty: a number without a source is not printed.

    Examples
    --------
    >>> cite("June 2019", "E40")
    '[June 2019](#rows-E40)'
    """
    if not rows:
        raise ValueError(f"{text!r} needs row ids; a count of nothing names the rows that were searched")
    return f"[{escape_markdown(text)}](#rows-{join_rows([rows])})"


def cite_source(source: Mapping[str, object]) -> str:
    """Return title, publisher and date of a source, as far as they are known, each a link to its row.

    That a source is coded in part only is said.

    Parameters
    ----------
    source : mapping
        A row of `sources.csv`, such as ``dossier.article``; what is not known is empty.

    Examples
    --------
    >>> cite_source({"rows": "A", "title": "Two Shores", "publisher": "", "date": "2020-03-01"})
    '[Two Shores](#rows-A), [2020-03-01](#rows-A)'
    """
    known = [source[name] for name in ("title", "publisher", "date") if source[name]]
    part = [] if source.get("complete", True) else ["coded in part"]
    return ", ".join([*(cite(text, str(source["rows"])) for text in known), *part])


def escape_markdown(text: object) -> str:
    r"""Return a text from a data file so that it prints as it is inside Markdown.

    Examples
    --------
    >>> escape_markdown("<b>*bold*</b>")
    '\\<b\\>\\*bold\\*\\</b\\>'
    """
    return re.sub(r"([\\`*_{}\[\]<>#|&!$~])", r"\\\1", " ".join(str(text).split()))


def link_article(url: str, text_start: str = "", text_end: str = "") -> str:
    """Return a link that opens the article at a passage (a URL text fragment); none where the address is no web page.

    Examples
    --------
    >>> link_article("https://x.org/a", "In 2015, Iran", "mid-2010s.")
    'https://x.org/a#:~:text=In%202015%2C%20Iran,mid%2D2010s.'
    """
    if not url.startswith(("https://", "http://")):
        return ""
    ends = (quote(words, safe="").replace("-", "%2D") for words in (text_start, text_end) if words)
    fragment = ",".join(ends)
    return f"{url}#:~:text={fragment}" if fragment else url


@dataclass(frozen=True)
class Quantity:
    """A computed number with the rows it came from, and its range where a source figure is not exact.

    In an f-string it writes itself as a link, with as many decimals as the format asks for.

    Parameters
    ----------
    value : float or None
        None where only a range is known, as for a count over interval dates.
    rows : str
        Row ids joined by ``+``.
    low, high : float or None
        The range. It is printed whenever it differs at the printed precision.
    unit : str
        Printed straight after the number, as in ``"-fold"`` or ``" years"``.

    Raises
    ------
    ValueError
        If `rows` is empty.

    Examples
    --------
    >>> f"{Quantity(2.2, 'T3+T4', 2.1043, 2.3048, '-fold'):.1f}"
    '[2.2-fold (2.1–2.3)](#rows-T3+T4)'
    """

    value: float | None
    rows: str
    low: float | None = None
    high: float | None = None
    unit: str = ""

    def __post_init__(self) -> None:
        """Refuse a number without rows."""
        if not self.rows:
            raise ValueError("a Quantity needs rows; a count of nothing names the rows that were searched")

    def __format__(self, spec: str) -> str:
        """Return the number as a link to its rows."""
        return cite(self.describe(spec), self.rows)

    def _repr_markdown_(self) -> str:
        return format(self, ".4g")

    def describe(self, spec: str = "") -> str:
        """Return the number as a reader says it: value, unit, and the range where its ends differ.

        Examples
        --------
        >>> Quantity(None, "E1", 2, 3, " acts").describe(".0f")
        '2–3 acts'
        """
        low, high = (None if end is None else format_number(end, spec) for end in (self.low, self.high))
        if low is not None and high is not None:
            span = low if low == high else f"{low} to {high}" if "−" in low + high else f"{low}–{high}"
        else:
            span = f"at least {low}" if low else f"at most {high}" if high else ""
        if self.value is None:
            return f"{span}{self.unit}"
        return f"{format_number(self.value, spec)}{self.unit}" + (f" ({span})" if low != high else "")


def format_number(value: float, spec: str = "") -> str:
    """Return a number as printed everywhere in the suite: a true minus, none before a zero, no powers of ten.

    Examples
    --------
    >>> format_number(-2.84, "+.1f"), format_number(-0.04, ".1f"), format_number(1234.5, ".3g")
    ('−2.8', '0.0', '1,230')
    """
    text = format(value, spec)
    if "e" in text:
        text = format(Decimal(text.replace(",", "")), "+,f" if "+" in spec else ",f")
    if not text.strip("+-0."):
        text = text.lstrip("+-")
    return text.replace("-", "−")
