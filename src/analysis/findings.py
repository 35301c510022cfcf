"""Short answers: what a notebook found, in a sentence or two, every number cited, true for any dossier."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from analysis.citing import Quantity, cite, escape_markdown, join_rows
from analysis.dossier import Dossier, describe_amount
from analysis.metrics.events import count_effects, find_gaps, find_longest, find_turn, select_visits
from analysis.metrics.trade import fill_ranges, select_comparable, share_of_peak, trade_ratio


def find_trade(trade: pd.DataFrame) -> str:
    """Return in Markdown how the latest trade figure compares with the one before and with the highest.

    Parameters
    ----------
    trade : pandas.DataFrame
        `Dossier.trade`.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> find_trade(load_dossier().trade.iloc[:0])
    'No trade figure that could be compared is among the rows shown.'
    """
    figures = fill_ranges(select_comparable(trade))
    if figures.empty:
        return "No trade figure that could be compared is among the rows shown."
    last, rows = figures.iloc[-1], join_rows(figures["rows"])
    latest = f"{cite(_read_figure(last), last['rows'])} in {cite(last['year'], last['rows'])}"
    if len(figures) == 1:
        return f"A single trade figure is shown, {latest}. One point has no trend."
    count, before = cite(f"{len(figures)} trade figures", rows), figures.iloc[-2]
    text = f"Of {count} shown, the latest is {latest}"
    if before["value"] > 0:
        ratio = trade_ratio(trade, start_year=int(before["year"]), end_year=int(last["year"]))
        text += f", {replace(ratio, unit=' times'):.2g} the figure of {cite(before['year'], before['rows'])}"
    peak: Any = figures.iloc[:-1].sort_values("value", kind="stable").iloc[-1]
    highest = f"{cite(_read_figure(peak), peak['rows'])} in {cite(peak['year'], peak['rows'])}"
    if last["value_low"] > figures["value_high"].iloc[:-1].max():
        return f"{text}, and the highest of these."
    if last["value_high"] < peak["value_low"]:
        return f"{text}, and {share_of_peak(trade, year=int(last['year'])):.0f} of the highest, {highest}."
    return f"{text}, and not surely apart from the highest before it, {highest}."


def _read_figure(figure: Any) -> str:
    return describe_amount(figure["value"], figure["unit"], figure["bound"])


def find_rupture(events: pd.DataFrame) -> str:
    """Return in Markdown how many acts bring the governments together or apart, and in which phase that turns.

    Parameters
    ----------
    events : pandas.DataFrame
        `Dossier.events`.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> find_rupture(load_dossier().events.iloc[:0])
    'No act between the two governments is among the rows shown.'
    """
    acts = events[events["counted"]]
    if acts.empty:
        return "No act between the two governments is among the rows shown."
    together, apart = (acts[acts["effect"] == sign]["rows"] for sign in (1, -1))
    searched = join_rows(acts["rows"])
    first = _cite_count(together, searched, "act")
    second = _cite_count(apart, searched)
    verb = "brings" if len(together) == 1 else "bring"
    pushes = "pushes" if len(apart) == 1 else "push"
    total = f"{first} {verb} the two governments together, {second} {pushes} them apart"
    turn, counts = find_turn(events), count_effects(events)
    if len(counts) == 1 and counts["acts"].sum() == len(acts):
        only: Any = counts.iloc[0]
        return f"{total}. All are told in one phase, “{cite(counts.index[0], only['rows'])}”."
    if not turn:
        return f"{total}. In no phase do acts that push apart outnumber those that bring together."
    phase: Any = counts.loc[turn]
    name = escape_markdown(turn)
    inside = f"{phase['apart']} of {len(apart)}"
    outside = acts.loc[acts["period"].isna(), "rows"]
    rest = (
        f" {_cite_count(outside, searched, 'act')} {'is' if len(outside) == 1 else 'are'} filed in no phase."
        if len(outside)
        else ""
    )
    return (
        f"{total}, {cite(inside, phase['rows'])} in the phase “{name}”, where "
        f"{cite(phase['together'], phase['rows'])} {'brings' if phase['together'] == 1 else 'bring'} together.{rest}"
    )


def find_visits(dossier: Dossier) -> str:
    """Return in Markdown how many visits went which way, the longest silence between them, and what has no number.

    Parameters
    ----------
    dossier : Dossier

    Examples
    --------
    >>> from analysis import load_dossier
    >>> find_visits(load_dossier())[:60]
    '[4 visits](#rows-E17+E49+E50+E60) have a date and a directio'
    """
    events = dossier.events
    told = events[events["counted"] & (events["type"] == "visit")]
    if told.empty:
        return "No visit between the two countries is among the rows shown."
    visits, searched = select_visits(events), join_rows(told["rows"])
    one, two = dossier.dyad
    ways = []
    for start, end in ((one, two), (two, one)):
        names = (escape_markdown(dossier.actors["name"].get(code, code)) for code in (start, end))
        count = visits.loc[visits["actor_country"] == start, "rows"]
        ways.append(f"{_cite_count(count, searched)} from {' to '.join(names)}")
    have = "has" if len(visits) == 1 else "have"
    text = f"{_cite_count(visits['rows'], searched, 'visit')} {have} a date and a direction: {' and '.join(ways)}"
    gaps = find_gaps(told)
    gap: Any
    for gap in find_longest(gaps).itertuples():
        length = Quantity(None, gap.rows, gap.shortest_years, gap.longest_years, " years")
        text += f"; the longest time without a dated visit is {length:.1f}, {cite(gap.Index, gap.rows)}"
    text += "."
    runs = told.loc[~told.index.isin(visits.index), "rows"]
    if len(runs):
        text += f" {_cite_count(runs, searched, 'more row')} stand{'s' * (len(runs) == 1)} for visits "
        text += "without number or direction."
    return text


def find_agreements(events: pd.DataFrame) -> str:
    """Return in Markdown how many agreements are told, which of them has a number, and which no signing.

    Parameters
    ----------
    events : pandas.DataFrame
        `Dossier.events`; acts of others are left out, parts of larger acts are not.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> find_agreements(load_dossier().events).split("; ")[0]
    '[5 rows](#rows-E20+E39+E58+E59+E62) tell of agreements or sets of them'
    """
    told = events[(events["type"] == "agreement") & events["bearing"].notna()]
    if told.empty:
        return "No agreement between the two countries is among the rows shown."
    searched = join_rows(told["rows"])
    tell = "tells of an agreement or a set of them" if len(told) == 1 else "tell of agreements or sets of them"
    text = f"{_cite_count(told['rows'], searched, 'row')} {tell}"
    for name, act in told[told["quantity"].notna()].iterrows():
        amount = describe_amount(act["quantity"], act["quantity_unit"], act["quantity_bound"])
        text += f"; {'it' if len(told) == 1 else 'one'} has a number, {cite(amount, str(name))}"
        fields = [] if pd.isna(act["fields"]) else str(act["fields"]).split(";")
        text += f", but none for any of its {cite(len(fields), str(name))} fields" if fields else ""
    silent = told.loc[told["cameo_confidence"] == "none", "rows"]
    verb = "is" if len(silent) == 1 else "are"
    return f"{text}. Of these, {_cite_count(silent, searched)} {verb} told without a signing."


def find_coding(dossier: Dossier) -> str:
    """Return in Markdown how much was coded, and how sure the dates and the standing of the counted acts are.

    Parameters
    ----------
    dossier : Dossier

    Examples
    --------
    >>> from analysis import load_dossier, select_rows
    >>> find_coding(select_rows(load_dossier(), first_year=2030))
    'No row is coded for this choice.'
    """
    trade, events = dossier.trade, dossier.events
    rows = pd.concat([trade["rows"], events["rows"]])
    if rows.empty:
        return "No row is coded for this choice."
    searched, acts = join_rows(rows), events[events["counted"]]
    printed, doubted = acts["date_basis"] == "stated", acts["certainty"] != "asserted"
    kinds = [(rows, "row"), (trade["rows"], "trade figure"), (events["rows"], "act"), (acts["rows"], "")]
    total, figures, told, counted = (_cite_count(found, searched, noun) for found, noun in kinds)
    dated, unsure = (_cite_count(acts.loc[which, "rows"], searched) for which in (printed, doubted))
    return (
        f"{total} {'is' if len(rows) == 1 else 'are'} shown: {figures} and {told}, of which {counted} "
        f"{'counts' if len(acts) == 1 else 'count'}, as acts between the two countries or bodies of theirs and no part "
        f"of another. The date is printed for {dated} of these, and {unsure} {'is' if doubted.sum() == 1 else 'are'} "
        "not in the author’s own voice."
    )


def _cite_count(rows: pd.Series, searched: str, noun: str = "") -> str:
    """Return how many rows, as a link to them; a count of nothing links to those searched."""
    words = f" {noun}{'' if len(rows) == 1 else 's'}" if noun else ""
    return cite(f"{len(rows)}{words}", join_rows(rows) or searched)
