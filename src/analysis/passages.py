"""The text of an article against its coding: which numbers, dates, countries and quotations rest on rows.

The text stays outside the project; a copy is read, and nothing of it is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import iso3166
import pandas as pd
from babel import Locale

from analysis.dossier import Dossier
from analysis.errors import DataError, Fault

MONTH = "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
DAY = r"\d{1,2}(?:st|nd|rd|th)?"
DIGITS = r"\d(?:[\d.,'’\u00a0\u202f]*\d)?"
COUNTED = (
    "(?:a|one)[ -](?:third|quarter|fifth|tenth)|two[ -]thirds|"
    "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|"
    "nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|dozens?|hundreds?|thousands?|half|twice|thrice|"
    "doubled?|tripled?|quadrupled?|twofold|threefold|tenfold"
)
SCALE = r"(?:\s?(?:hundred|thousand|million|billion|trillion|bn|mn|tn)|[mk](?!\w))"
MONEY = r"(?:[A-Z]{0,3}[$€£¥₽₺₸₹]\s?|\b(?:USD|EUR|GBP|RUB|CNY|JPY|TRY|KZT|IRR)\s)"
COINS = r"(?:dollars?|euros?|pounds?|ro?ubles?|lira|tenge|yuan|rials?|somoni|rupees?|yen)"
MENTIONS = {  # tried in this order: what one has taken no later one takes
    "amount": rf"{MONEY}{DIGITS}(?:{SCALE}\b)?|(?:{DIGITS}|\b(?:{COUNTED}))(?:{SCALE}(?:\s{COINS})?|\s{COINS})\b",
    "date": "|".join(
        [
            rf"\b{DAY}\s{MONTH}(?:\s\d{{4}})?\b",
            rf"\b{MONTH}\s{DAY}(?:,?\s\d{{4}})?\b",
            rf"\b{MONTH},?\s\d{{4}}\b",
            r"\b\d{4}-\d\d(?:-\d\d)?\b",
            r"\b\d{1,2}\.\d{1,2}\.\d{4}\b",
            rf"\b(?!May\b|March\b){MONTH}\b",
            r"(?<=\b(?:in|by|of)\s)(?:May|March)\b",  # elsewhere they are other words
        ]
    ),
    "year": r"\b(?:1[3-9]|20)\d\d(?:[–/-]\d{2,4})?s?\b",
    "number": rf"{DIGITS}(?:st|nd|rd|th|\s?%|\s(?:percent|per\scent)\b)?|\b(?:{COUNTED})\b",
}
QUOTED = r"“[^“”]+[”\"]|\"[^\"“”]+\""
NUMBERS = tuple(MENTIONS)
MARKS = "“”\"‘’'.,:;!?… "  # of a mention, that a row's passage need not hold


def split_paragraphs(text: str) -> dict[int, str]:
    r"""Return the paragraphs of a text by number; the first, its title, is 0.

    Lines that begin with ``[7]`` are numbered so, if the first line is; else an empty line ends a paragraph, and
    such a line is a footnote.

    Examples
    --------
    >>> split_paragraphs("Two Shores\n\nA ferry\nsails.")
    {0: 'Two Shores', 1: 'A ferry sails.'}
    """
    numbered = {int(found[1]): found[2].strip() for found in re.finditer(r"^\[(\d+)\] (.*)$", text, re.MULTILINE)}
    parts = [" ".join(part.split()) for part in re.split(r"\n\s*\n", text.strip())]
    return numbered if re.match(r"\[\d+\] ", text.strip()) else dict(enumerate(part for part in parts if part))


def list_mentions(paragraphs: Mapping[int, str], names: Iterable[str]) -> pd.DataFrame:
    """Return every number, year, date, amount, country and quoted phrase of a text, in its order.

    Parameters
    ----------
    paragraphs : mapping
        Texts by number, as `split_paragraphs` gives them.
    names : iterable of str
        Of countries.

    Returns
    -------
    pandas.DataFrame
        Columns paragraph, start, end (places in it), kind (amount, date, year, number, country, quote), text.

    Examples
    --------
    >>> found = list_mentions({1: "In 2010 trade was $40 million."}, [])
    >>> list(zip(found["kind"], found["text"]))
    [('year', '2010'), ('amount', '$40 million')]
    """
    known = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    records = []
    for paragraph, text in paragraphs.items():
        taken: set[int] = set()
        for kind, pattern in MENTIONS.items():
            for found in re.finditer(pattern, text, re.IGNORECASE if kind == "number" else 0):
                if taken.isdisjoint(range(*found.span())):
                    taken |= set(range(*found.span()))
                    records.append((paragraph, *found.span(), kind, found[0]))
        others = {"quote": QUOTED, **({"country": rf"\b(?:{known})\b"} if known else {})}
        for kind, pattern in others.items():
            records += [(paragraph, *found.span(), kind, found[0]) for found in re.finditer(pattern, text)]
    return pd.DataFrame(sorted(records), columns=["paragraph", "start", "end", "kind", "text"])


def find_passages(dossier: Dossier, paragraphs: Mapping[int, str]) -> tuple[pd.DataFrame, list[Fault]]:
    """Return where the passage of each row lies, and a fault for each locator that does not land in its paragraph.

    Returns
    -------
    pandas.DataFrame
        Index: row id. Columns paragraph, start, end.
    list of Fault
        A browser takes the first place in the whole text, case ignored; so does this.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> len(find_passages(load_dossier(), {0: "Another text"})[1]) == 74 + len(load_dossier().claims)
    True
    """
    records, faults = {}, []
    for name, frame in {"trade": dossier.trade, "events": dossier.events, "claims": dossier.claims}.items():
        cells: Any
        for cells in frame.itertuples():
            place, first, last = _find_ends(paragraphs, cells.text_start, cells.text_end)
            if place == cells.paragraph and last:
                records[str(cells.Index)] = (place, first, last)
                continue
            where = "nowhere" if place is None else f"in paragraph {place}" + " without its end" * (not last)
            wish = f"a passage in paragraph {cells.paragraph}, in row {cells.Index}"
            hint = f"“{cells.text_start} … {cells.text_end}”: the first such words of the whole text count"
            faults.append(Fault(f"{name}.csv", 0, "text_start", wish, where, hint))
    return pd.DataFrame.from_dict(records, orient="index", columns=["paragraph", "start", "end"]), faults


def _find_ends(paragraphs: Mapping[int, str], start: str, end: str) -> tuple[int | None, int, int]:
    """Return paragraph, first and last place of a passage; no last place where its end is not in the paragraph."""
    first, last = (re.compile(rf"(?<!\w){re.escape(words)}(?!\w)", re.IGNORECASE) for words in (start, end))
    for number, text in paragraphs.items():
        if found := first.search(text):
            closing = last.search(text, found.end())
            return number, found.start(), closing.end() if closing else 0
    return None, 0, 0


def cover_text(dossier: Dossier, text: str) -> tuple[pd.DataFrame, list[Fault]]:
    """Return what a text mentions, each with the rows whose passage holds it or the reason why none does.

    A row covers what stands between the first and the last words of its passage. It need not repeat the number.

    Parameters
    ----------
    dossier : Dossier
    text : str
        The article.

    Returns
    -------
    pandas.DataFrame
        The columns of `list_mentions`, rows (ids joined by ``+``, empty: not coded), reason (of `not_coded.csv`).
    list of Fault
        Locators that do not match the text.

    Raises
    ------
    DataError
        If the text has no paragraph.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> cover_text(load_dossier(), "In 2010 two treaties.")[0]["text"].tolist()
    ['2010', 'two']
    """
    paragraphs = split_paragraphs(text)
    if not paragraphs:
        raise DataError("the article: expected paragraphs with empty lines between them, found no text")
    mentions = list_mentions(paragraphs, _list_names(dossier))
    passages, faults = find_passages(dossier, paragraphs)
    reasons = {(cells.paragraph, cells.text): cells.reason for cells in dossier.not_coded.itertuples()}
    rows, why = [], []
    each: Any
    for each in mentions.itertuples():
        start, end = (each.start + each.text.index(each.text.strip(MARKS)), each.start + len(each.text.rstrip(MARKS)))
        around = (passages["start"] <= start) & (passages["end"] >= end)
        rows.append("+".join(passages.index[around & (passages["paragraph"] == each.paragraph)]))
        why.append(reasons.get((each.paragraph, each.text), ""))
    return mentions.assign(rows=pd.Series(rows, dtype="str"), reason=pd.Series(why, dtype="str")), faults


def _list_names(dossier: Dossier) -> set[str]:
    own = dossier.actors[dossier.actors["kind"] == "country"]
    heads = {country.name.partition(",")[0].partition(" (")[0] for country in iso3166.countries}
    usual = {name for code, name in Locale("en").territories.items() if code in iso3166.countries_by_alpha2}
    return heads.union(usual, own["name"], own["short_name"])


def describe_coverage(mentions: pd.DataFrame) -> Iterator[str]:
    """Yield what a person reads: each mention by paragraph with its rows, then how much is coded.

    Examples
    --------
    >>> frame = list_mentions({1: "In 2010."}, []).assign(rows="", reason="")
    >>> list(describe_coverage(frame))[-1]
    'Numbers, years, dates and amounts: 0 of 1 coded, 0 listed with a reason; 0% accounted for.'
    """
    for paragraph, group in mentions.groupby("paragraph"):
        yield f"Paragraph {paragraph}"
        cells: Any
        for cells in group.itertuples():
            reason = f"not coded: {cells.reason}" if cells.reason else "not coded"
            yield f"  {cells.kind:8} {cells.text}: {cells.rows.replace('+', ', ') or reason}"
    for words, kinds in (("Countries", ["country"]), ("Quoted phrases", ["quote"])):
        found = mentions[mentions["kind"].isin(kinds)]
        yield f"{words}: {int((found['rows'] != '').sum())} of {len(found)} in the passage of a row."
    numbers = mentions[mentions["kind"].isin(NUMBERS)]
    coded = numbers["rows"] != ""
    listed = ~coded & (numbers["reason"] != "")
    share = f"{(coded | listed).mean():.0%}" if len(numbers) else "100%"
    counts = f"{int(coded.sum())} of {len(numbers)} coded, {int(listed.sum())} listed with a reason"
    yield f"Numbers, years, dates and amounts: {counts}; {share} accounted for."
