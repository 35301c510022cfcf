"""Every row that a report can cite: what it says, on whose word, where to read it, and what others say about it."""

from __future__ import annotations

import pandas as pd

from analysis.citing import format_number, join_rows, link_article
from analysis.dates import UNDATED
from analysis.dossier import Dossier, describe_amount, name_status
from analysis.metrics.evidence import compare_evidence, convert_figures, list_totals
from analysis.metrics.trade import name_measures
from analysis.schema import RATE

COLUMNS = ["when", "content", "certainty", "basis", "coding", "note", "paragraph", "paragraph_link"]
COLUMNS += ["source", "source_link", "elsewhere", "elsewhere_rows"]


def list_rows(dossier: Dossier) -> pd.DataFrame:
    """Return every row that a report can cite, in one frame.

    Returns
    -------
    pandas.DataFrame
        Index: row id. Columns, all text and empty where missing: when, content, certainty, basis (of the date),
        coding (of an act), note, paragraph, paragraph_link (opens the article at the passage), source, source_link
        (of a row that is not from the article), elsewhere (what others say about it) and elsewhere_rows (their ids).

    Examples
    --------
    >>> from analysis import load_dossier
    >>> list_rows(load_dossier()).loc["T1", "content"]
    'Total trade: 40 million USD'
    """
    article, found = str(dossier.article["url"]), dossier.event_evidence
    trade, events, periods, sources = dossier.trade, dossier.events, dossier.periods, dossier.sources
    content = _describe_figures(trade.assign(unit=name_measures(trade))) + name_status(trade)
    names = sources["title"] + (", " + sources["publisher"]).fillna("")
    parts = [
        trade.assign(content=content, basis=trade["date_basis"]).join(_find_elsewhere(dossier)),
        events.assign(
            content=events["summary"] + name_status(events), basis=events["date_basis"], coding=_describe_coding(events)
        ),
        dossier.claims.assign(content="Claim: " + dossier.claims["claim"]),
        periods.assign(content="Phase: " + periods["label"], paragraph=periods["paragraphs"], when=""),
        _describe_evidence(dossier),
        found.assign(content=_describe_findings(found), basis=found["date_basis"]),
        _describe_passes(dossier.passes),
        sources.assign(content=names, when=sources["date"].replace(UNDATED, "")),
    ]
    parts[1] = parts[1].join(_relate_findings(dossier))
    for part in parts[:3]:
        ends = zip(part["text_start"], part["text_end"], strict=True)
        part["paragraph_link"] = [link_article(article, start, end) for start, end in ends]
    for part in parts[4:6]:
        part["source"] = part["source_id"].map(names)
        part["source_link"] = part["source_id"].map(sources["url"])
    parts[-1] = parts[-1].assign(source_link=sources["url"], source="Open the source")
    return pd.concat([part.reindex(columns=COLUMNS).astype("object") for part in parts]).fillna("").astype("str")


def _describe_figures(figures: pd.DataFrame) -> pd.Series:
    flow = (figures["exporter"] + " to " + figures["importer"]).fillna("Prices")
    flow = flow.mask(figures["unit"].str.endswith(RATE), "Exchange rate")
    flow = flow.mask(figures["flow"] == "total", "Total trade").astype("str")
    ends = (figures[name] for name in ("value", "unit", "bound", "value_low", "value_high"))
    amounts = map(describe_amount, *ends)
    return flow + ": " + pd.Series(amounts, figures.index, dtype="str")


def _describe_evidence(dossier: Dossier) -> pd.DataFrame:
    evidence = dossier.evidence
    oil = ["without oil" if coverage == "non_oil" else None for coverage in evidence["coverage"]]
    facts = [evidence["basis"], oil, evidence["role"].str.replace("_", " ")]
    coding = [", ".join(str(word) for word in cells if pd.notna(word)) for cells in zip(*facts, strict=True)]
    return evidence.assign(
        content=evidence["series"] + ", " + _describe_figures(evidence) + ", by " + evidence["reporter"],
        basis=evidence["date_basis"],
        coding=coding,
    )


def _describe_findings(found: pd.DataFrame) -> pd.Series:
    amounts = [
        "" if pd.isna(value) else f" Number: {describe_amount(value, unit, bound)}."
        for value, unit, bound in zip(found["quantity"], found["quantity_unit"], found["quantity_bound"], strict=True)
    ]
    texts = found["finding"] + pd.Series(amounts, found.index, dtype="str")
    return texts.mask(found["status"] == "announced", texts + " Announced only").str.removesuffix(".")


def _describe_passes(passes: pd.DataFrame) -> pd.DataFrame:
    effect = passes["effect"].map(lambda effect: "none" if pd.isna(effect) else format_number(effect, "+d"))
    content = (
        "Coder " + passes["coder"] + ": " + passes["type"] + ", effect " + effect + ", act " + passes["act"].astype(str)
    )
    return passes.assign(content=content)


def _find_elsewhere(dossier: Dossier) -> pd.DataFrame:
    """Return what other series have for the year of each of the article's figures, and their ids."""
    trade = convert_figures(dossier.trade, dossier.evidence)
    compared = compare_evidence(trade, list_totals(dossier.evidence))
    own = {row: {*str(names).split("+")} for row, names in trade["rows"].items()}  # with those of its rate
    texts: dict[str, list[str]] = {}
    others: dict[str, list[str]] = {}
    for name, cells in compared.iterrows():
        row, _, rows = str(cells["rows"]).partition("+")
        rows = join_rows([name for name in rows.split("+") if name not in own[row]] or rows.split("+"))
        ends = (cells["elsewhere_low"], cells["elsewhere_high"])
        amount = describe_amount(cells["elsewhere"], "", cells["bound"], *ends).strip()
        texts.setdefault(row, []).append(f"{str(name).split(', ', 1)[1]} {amount} ({rows.replace('+', ', ')})")
        others.setdefault(row, []).append(rows)
    return _tabulate(others, {row: f"Elsewhere, in million dollars: {'; '.join(part)}." for row, part in texts.items()})


def _relate_findings(dossier: Dossier) -> pd.DataFrame:
    """Return what other sources found about each act, and the ids of what they found."""
    words = {"confirm": "confirmed by", "refine": "made more precise by", "contradict": "contradicted by"}
    texts: dict[str, str] = {}
    others: dict[str, list[str]] = {}
    for event, group in dossier.event_evidence.dropna(subset=["event_id"]).groupby("event_id"):
        relations = group.groupby("relation", sort=False)["rows"]
        parts = [f"{words.get(str(relation), 'see also')} {', '.join(rows)}" for relation, rows in relations]
        texts[str(event)], others[str(event)] = f"Elsewhere: {'; '.join(parts)}.", list(group["rows"])
    return _tabulate(others, texts)


def _tabulate(others: dict[str, list[str]], texts: dict[str, str]) -> pd.DataFrame:
    rows = [join_rows(others[name]) for name in texts]
    return pd.DataFrame({"elsewhere": list(texts.values()), "elsewhere_rows": rows}, index=list(texts), dtype="str")


def _describe_coding(events: pd.DataFrame) -> pd.Series:
    """Return how each act is coded, so that a count or a mean can be rebuilt from its sources."""
    signs = {"effect": "+d", "goldstein": "+.1f"}
    words = {"effect": "effect", "cameo_code": "CAMEO", "goldstein": "Goldstein", "period": "phase", "fields": "fields"}
    texts = []
    for cells in events[["actor", "target", "mutual", *words]].astype("object").to_dict("records"):
        who = [str(cells[side]) for side in ("actor", "target") if pd.notna(cells[side])]
        known = {name: cells[name] for name in words if pd.notna(cells[name])}
        values = {
            name: format_number(cell, signs[name]) if name in signs else str(cell).replace(";", ", ")
            for name, cell in known.items()
        }
        texts.append(
            "; ".join(
                [(" ↔ " if cells["mutual"] else " → ").join(who)] * bool(who)
                + [f"{words[name]} {values[name]}" for name in known]
            )
        )
    return pd.Series(texts, events.index, dtype="str")
