"""The front page of a folder of reports: what the suite found, and a card for each report."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from html import escape
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString

from analysis.report import fill_template, write_whole


def write_index(folder: Path) -> Path:
    """Write `index.html`: title, scope, finding and state of every report, those on one article together.

    Where all are on one article, the findings of the first report stand above.

    Parameters
    ----------
    folder : pathlib.Path
        Holds reports; a report whose last run failed has ``NAME.failed.html`` there.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_index(Path(folder)).name
    'index.html'
    """
    paths = sorted(path for path in folder.glob("*.html") if path.is_file() and path.name != "index.html")
    found = {}
    for path in paths:
        with suppress(FileNotFoundError):  # another batch into this folder may take a failure away meanwhile
            found[path.name] = BeautifulSoup(path.read_bytes(), "html.parser", from_encoding="utf-8")
    pages = {name: page for name, page in found.items() if page.select_one(".facts")}  # another page is no report
    names = sorted({name.removesuffix(".html").removesuffix(".failed") for name in pages})  # in full first
    reports = [_read_report(name, pages) for name in names]
    articles = list(dict.fromkeys(report["source"] for report in reports if report["group"] != "failed"))
    alone = len(articles) < 2
    lead = next((report for report in reports if report["whole"] and report["good"]), None) if alone else None
    html = fill_template(
        "index",
        title=lead["title"] if lead else "Reports" if alone else f"Reports on {len(articles)} articles",
        source=lead["source"] if lead else "",
        intro=lead["intro"] if lead else "",
        parts={report["title"] for report in reports if report["group"] == "part"},
        sentences=_read_sentences(pages[lead["good"]], lead["good"]) if lead else [],
        lead=lead["good"] if lead else "",
        reports=reports,
        sections=list(_list_sections(reports, articles)),
        groups=[group for group in ("whole", "part", "failed") if any(report["group"] == group for report in reports)],
    )
    write_whole(folder / "index.html", html)
    return folder / "index.html"


def _list_sections(reports: list[dict[str, Any]], articles: list[str]) -> Iterator[tuple[str, str, list[Any]]]:
    """Yield group, article (where there are several) and reports: what failed first, then article by article."""
    yield "failed", "", [report for report in reports if report["group"] == "failed"]
    for article in articles:
        for group in ("whole", "part"):
            found = [report for report in reports if report["group"] == group and report["source"] == article]
            yield group, article if len(articles) > 1 else "", found


def _read_report(name: str, pages: dict[str, BeautifulSoup]) -> dict[str, Any]:
    good, failed = (found if found in pages else "" for found in (f"{name}.html", f"{name}.failed.html"))
    page = pages[good or failed]
    description = page.find("meta", attrs={"name": "description"})
    whole = page.select_one(".facts .whole") is not None
    image = page.select_one("figure img")
    return {
        "good": good,
        "failed": failed,
        "group": "failed" if failed else "whole" if whole else "part",
        "whole": whole,
        "title": _read_text(page, "h1") or name,
        "intro": _read_text(page, "main .prose p"),
        "finding": str(description["content"]) if isinstance(description, Tag) else "",
        "error": _read_text(pages[failed], ".banner p") if failed else "",
        "scope": _read_text(page, ".facts dd"),
        "source": _read_text(page, ".facts dt:-soup-contains-own('Source') + dd"),
        "coverage": _read_text(page, ".coverage"),
        "standing": _read_text(page, ".standing"),
        "picture": str(image.get("src", "")) if image else "",
        "alt": str(image.get("alt", "")) if image else "",
    }


def _read_text(page: BeautifulSoup, selector: str) -> str:
    found = page.select_one(selector)
    return found.get_text() if found else ""


def _read_sentences(page: BeautifulSoup, name: str) -> list[str]:
    """Return the first sentence of each paragraph of a short answer, its citations leading to that report."""
    for link in page.select('.answer a[href^="#"]'):
        link["href"] = name + str(link["href"])
    return ["".join(_take_sentence(block)) for block in page.select(".answer :is(p, li):not(:has(p, li))")]


def _take_sentence(block: Tag) -> Iterator[str]:
    for part in block.contents:
        text = part if isinstance(part, NavigableString) else ""
        end = re.search(r"[.?!](?=\s|$)", text)
        yield escape(text[: end.end()] if end else text) or str(part)
        if end:
            return
