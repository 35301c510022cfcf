"""The end of a report: from each number to its rows, from each row to the passage of the article."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from html import escape

import pandas as pd
from bs4 import BeautifulSoup, Tag

from analysis.citing import PARAMETERS, link_article
from analysis.dates import UNDATED, describe_date
from analysis.errors import RenderError

# A number is a run of digits: 2.1–2.3 and 2015-12 are one each; digits glued to letters (E058) are none.
NUMBER = re.compile(r"(?<![\w.])\d[\d.,:/~–-]*\d(?!\w)|(?<![\w.])\d(?!\w)")
SILENT = ["pre", "code", "nav", "script", "style", "title"]
CITATION = 'a[href^="#rows-"]'


@dataclass(frozen=True)
class Coverage:
    """How many numbers of a page lead to coded rows, the others with words around them, and how sure the rows are."""

    traceable: int
    loose: list[str]
    standing: str = ""

    @property
    def total(self) -> int:
        """All numbers."""
        return self.traceable + len(self.loose)


def read_citation(link: Tag) -> str:
    """Return the ids of the rows that a citing link leads to, joined by ``+``.

    Examples
    --------
    >>> read_citation(BeautifulSoup('<a href="#rows-T3+T4">2.2</a>', "html.parser").a)
    'T3+T4'
    """
    return str(link["href"]).removeprefix("#rows-")


def find_numbers(page: BeautifulSoup) -> Coverage:
    """Return how many numbers in a page's visible text are traceable: in a citing link, or in a table row with one.

    Examples
    --------
    >>> find_numbers(BeautifulSoup('<p>40 and <a href="#rows-T1">140</a></p>', "html.parser"))
    Coverage(traceable=1, loose=['40 in “40 and”'], standing='')
    """
    traceable, loose = 0, []
    for text in page.find_all(string=NUMBER):
        fold = text.find_parent("details")
        if text.find_parent(SILENT) or (fold and fold.find_parent("figcaption")):  # data behind a figure
            continue
        row = text.find_parent("tr")
        if text.find_parent("a", href=re.compile("^#rows-")) or (row and row.select_one(CITATION)):
            traceable += len(NUMBER.findall(str(text)))
            continue
        words = str(text)
        for number in NUMBER.finditer(words):
            around = " ".join(words[max(0, number.start() - 30) : number.end() + 30].split())
            loose.append(f"{number[0]} in “{around}”")
    return Coverage(traceable, loose)


def append_sources(page: BeautifulSoup, rows: pd.DataFrame) -> Coverage:
    """Append to a page its Sources: each cited set of rows, then each row once, and how much is traceable.

    Parameters
    ----------
    page : BeautifulSoup
        With citing links ``#rows-…``; it is changed.
    rows : pandas.DataFrame
        As `list_rows` returns it.

    Returns
    -------
    Coverage
        Of the page before its Sources.

    Raises
    ------
    RenderError
        If the page cites a row that the dossier does not have: a report never links to nothing.

    Examples
    --------
    >>> from analysis import list_rows, load_dossier
    >>> page = BeautifulSoup('<p><a href="#rows-T1">40</a></p>', "html.parser")
    >>> append_sources(page, list_rows(load_dossier())).traceable
    1
    """
    cited: dict[str, list[str]] = {}
    for link in page.select(CITATION):
        cited.setdefault(read_citation(link), []).append(_name_use(link))
    known = {row for key in cited for row in key.split("+")} - {PARAMETERS}
    unknown = sorted(known - set(rows.index))
    if unknown:
        raise RenderError(f"the page cites rows that the dossier does not have: {', '.join(unknown)}")
    computed = "".join(_list_set(key, labels) for key, labels in cited.items() if "+" in key or key == PARAMETERS)
    others = {row for ids in rows.loc[rows.index.isin(known), "elsewhere_rows"] for row in ids.split("+")}
    listed = rows.loc[rows.index.isin(known | others)]
    entries = "".join(_list_row(str(name), cells) for name, cells in listed.iterrows())
    found = find_numbers(page)
    loose = "".join(f"<li>{escape(one)}</li>" for one in found.loose)
    sources = f"""
<section id="sources"><h2 id="sources-title">Sources</h2>
<p>{found.traceable} of {found.total} numbers on this page lead to coded rows.</p>
{f"<details><summary>Not traceable</summary><ul>{loose}</ul></details>" if loose else ""}
{f'<h3>Computed from several rows</h3><ul class="sets">{computed}</ul>' if computed else ""}
<h3>Coded rows</h3><ul class="rows">{entries or "<li>None is cited.</li>"}</ul></section>"""
    page.append(BeautifulSoup(sources, "html.parser"))
    return replace(found, standing=describe_standing(rows.loc[rows.index.isin(known)]))


def describe_standing(rows: pd.DataFrame) -> str:
    """Return in words how sure the dates and the standing of a page's rows are; empty where none is dated.

    Parameters
    ----------
    rows : pandas.DataFrame
        Those cited, as `list_rows` returns them.

    Examples
    --------
    >>> from analysis import list_rows, load_dossier
    >>> describe_standing(list_rows(load_dossier()).loc[["T1", "E35", "E41"]])
    '3 dated rows: 1 with a stated, 1 with a derived and 1 with an inferred date; 1 is alleged or denied'
    """
    dated = rows[(rows["basis"] != "") & (rows["when"] != describe_date(UNDATED))]
    if dated.empty:
        return ""
    stated, derived, inferred = ((dated["basis"] == basis).sum() for basis in ("stated", "derived", "inferred"))
    doubted = dated["certainty"].isin(["alleged", "denied"]).sum()
    return (
        f"{len(dated)} dated row{'' if len(dated) == 1 else 's'}: {stated} with a stated, {derived} with a derived and "
        f"{inferred} with an inferred date; {doubted or 'none'} {'are' if doubted > 1 else 'is'} alleged or denied"
    )


def unlink_unknown(page: BeautifulSoup, rows: pd.DataFrame) -> None:
    """Take away the links to rows that the dossier does not have; their text stays.

    Examples
    --------
    >>> page = BeautifulSoup('<a href="#rows-T9">40</a>', "html.parser")
    >>> unlink_unknown(page, pd.DataFrame())
    >>> str(page)
    '40'
    """
    known = {*map(str, rows.index), PARAMETERS}
    for link in page.select(CITATION):
        if not set(read_citation(link).split("+")) <= known:
            link.unwrap()


def _name_use(link: Tag) -> str:
    """Return what a page uses rows for: the row of a table with its caption, or a number with the words beside it."""
    row, table = link.find_parent("tr"), link.find_parent("table")
    if isinstance(row, Tag) and row.th:
        caption = table.caption.get_text() if isinstance(table, Tag) and table.caption else ""
        return f"{row.th.get_text()} ({caption})" if caption else row.th.get_text()
    words = link.get_text()
    if re.search(r"[^\W\d]{3}", words):
        return words
    before, after = (
        "".join(part.get_text() for part in parts) for parts in ([*link.previous_siblings][::-1], link.next_siblings)
    )
    start, end = re.split(r"[.;]\s", before)[-1].split(), re.split(r"[.,;:](?:\s|$)", after)[0].split()
    near = ["…"] * (len(start) > 5) + [*start[-5:], words, *end[:5]] + ["…"] * (len(end) > 5)
    return f"{words} ({' '.join(near).lstrip(',: ')})" if start or end else words


def _list_set(key: str, labels: list[str]) -> str:
    links = ", ".join(f'<a href="#rows-{row}">{row}</a>' for row in key.split("+"))
    origin = "set by the reader" if key == PARAMETERS else links
    return f'<li id="rows-{escape(key)}"><b>{escape("; ".join(dict.fromkeys(labels)))}</b>: {origin}</li>\n'


def _list_row(name: str, cells: pd.Series) -> str:
    head = f"{cells['when']}: " if cells["when"] else ""
    basis = f"date {cells['basis']}" if cells["basis"] else ""
    standing = ", ".join(part for part in (cells["certainty"], basis) if part)
    coding = f" <small>[{escape(cells['coding'])}]</small>" if cells["coding"] else ""
    note = f" <em>{escape(cells['note'])}</em>" if cells["note"] else ""
    elsewhere = f" {_link_ids(cells['elsewhere'], cells['elsewhere_rows'])}" if cells["elsewhere"] else ""
    text = head + cells["content"] + f" ({standing})" * bool(standing)
    text = escape(text) + "." * (not text.endswith((".", "!", "?")))
    place = f"{_link_passage(cells)}{_link_source(cells)}"
    return f'<li id="rows-{escape(name)}"><b>{escape(name)}</b> {text}{coding}{note}{elsewhere}{place}</li>\n'


def _link_ids(text: str, rows: str) -> str:
    ids = "|".join(re.escape(row) for row in rows.split("+"))
    return re.sub(rf"(?<![\w-])({ids})(?![\w-])", r'<a href="#rows-\1">\1</a>', escape(text)) if rows else escape(text)


def _link_passage(cells: pd.Series) -> str:
    paragraph = escape(cells["paragraph"].replace(";", ", "))
    if cells["paragraph_link"]:
        return f' <a href="{escape(cells["paragraph_link"])}" rel="noopener">Article, paragraph {paragraph}</a>'
    return f" Article, paragraph{'s' * (', ' in paragraph)} {paragraph}" if paragraph else ""


def _link_source(cells: pd.Series) -> str:
    link = link_article(cells["source_link"])
    if link:
        return f' <a href="{escape(link)}" rel="noopener">{escape(cells["source"])}</a>'
    return f" {escape(cells['source'])}" if cells["source"] and cells["source_link"] else ""
