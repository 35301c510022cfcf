"""Short answers: what a notebook found, in a sentence or two, every number cited, true for any dossier."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from analysis.citing import Quantity, cite, escape_markdown, format_number, join_rows
from analysis.dossier import Dossier, describe_amount
from analysis.metrics.agreement import measure_agreement
from analysis.metrics.choices import CODED, DRAWN, FEW, GROUPS, describe_share, try_choices
from analysis.metrics.claims import DATED, VERDICTS, check_claims
from analysis.metrics.events import count_effects, find_gaps, find_longest, find_turn, select_visits
from analysis.metrics.evidence import compare_evidence, convert_figures, find_unseen, list_totals
from analysis.metrics.trade import (
    RIVALS,
    compare_parts,
    fill_ranges,
    list_left_out,
    select_comparable,
    share_of_peak,
    trade_ratio,
)

NAMED = 2  # contradictions; the others are counted
TENTATIVE, FIRM = 0.667, 0.8  # Krippendorff, K. (2004), Content Analysis, 2nd ed., p. 241: the least alphas
TESTED_ON = {
    "others": "what others report",
    "presumed_source": "the source that the article probably used",
    "article": "the article’s own rows",
}


def find_trade(trade: pd.DataFrame) -> str:
    """Return in Markdown how the latest trade figure compares with the one before and with the highest.

    Where a printed total is contradicted by its parts, that is said too.

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
    parts = compare_parts(trade)
    doubts = []
    against = parts[parts["verdict"] == "contradict"]
    for name, part in against.head(NAMED).iterrows():
        cells = (part["when"], *(format_number(part[end], ",.10g") for end in ("total", "parts")))
        when, total, parts_sum = (cite(cell, part["rows"]) for cell in cells)
        whole, piece = (escape_markdown(str(words)) for words in (part["whole"], name))
        doubts.append(f" For {when} the article has {total} {part['unit']} for {whole}, and {parts_sum} for {piece}: ")
        doubts.append("the two contradict each other.")
    if len(against) > NAMED:
        doubts.append(f" So do {_cite_count(against['rows'].iloc[NAMED:], '', 'more part')} and their totals.")
    return _compare_latest(trade) + _name_rivals(trade) + "".join(doubts)


def _name_rivals(trade: pd.DataFrame) -> str:
    """Return for which years there are several totals, none of which is compared."""
    left = list_left_out(trade)
    rivals = left[left["reason"] == RIVALS].groupby("when", sort=False)["rows"].agg([join_rows, "size"])
    years = [cite(when, rows) for when, rows in rivals["join_rows"].items()]
    if not years:
        return ""
    count = cite(f"{rivals['size'].sum()} totals", join_rows(rivals["join_rows"]))
    named = " and ".join(filter(None, [", ".join(years[:-1]), years[-1]]))
    return f" For {named} the article has {count} that differ or are told twice, and none of them is compared."


def _compare_latest(trade: pd.DataFrame) -> str:
    figures = fill_ranges(select_comparable(trade))
    if figures.empty:
        return "No trade figure that could be compared is among the rows shown."
    last, rows = figures.iloc[-1], join_rows(figures["rows"])
    latest = f"{cite(_read_figure(last), last['rows'])} in {cite(last['year'], last['rows'])}"
    if len(figures) == 1:
        return f"A single trade figure can be compared, {latest}. One point has no trend."
    count, before = cite(f"{len(figures)} trade figures", rows), figures.iloc[-2]
    whose = f"the article’s {count} shown" if len(figures) == len(trade) else f"{count} that can be compared"
    text = f"Of {whose}, the latest is {latest}"
    if before["value"] > 0:
        ratio = trade_ratio(trade, start_year=int(before["year"]), end_year=int(last["year"]))
        text += f", {replace(ratio, unit=' times'):.2g} the figure of {cite(before['year'], before['rows'])}"
    peak: Any = figures.iloc[:-1].sort_values("value", kind="stable").iloc[-1]
    highest = f"{cite(_read_figure(peak), peak['rows'])} in {cite(peak['year'], peak['rows'])}"
    if last["value_low"] > figures["value_high"].iloc[:-1].max():
        return f"{text}, and the highest of these."
    if last["value_high"] < peak["value_low"]:
        return f"{text}, and {share_of_peak(trade, year=int(last['year'])):.0f} of the highest of these, {highest}."
    return f"{text}, and not surely apart from the highest before it, {highest}."


def _read_figure(figure: Any) -> str:
    ends = (figure["value_low"], figure["value_high"])
    return describe_amount(figure["value"], figure["unit"], figure["bound"], *ends)


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
        f"{total}, {cite(inside, phase['rows'])} in the phase “{name}”, by our cut of the narrative, where "
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
    'In the article, [4 visits](#rows-E17+E49+E50+E60) have a dat'
    """
    events = dossier.events
    told = events[events["counted"] & (events["type"] == "visit")]
    if told.empty:
        return "No visit between the two countries is among the rows shown."
    visits, searched = select_visits(events), join_rows(told["rows"])
    one, two = dossier.dyad
    ways, elsewhere = [], dossier.event_evidence[dossier.event_evidence["status"] == "done"]
    for start, end in ((one, two), (two, one)):
        names = (escape_markdown(dossier.actors["name"].get(code, code)) for code in (start, end))
        count = visits.loc[visits["actor_country"] == start, "rows"]
        others = elsewhere.loc[(elsewhere["actor"] == start) & (elsewhere["target"] == end), "rows"]
        unseen = len(others) and count.empty
        more = f" ({cite('other sources tell of some', join_rows(others))})" if unseen else ""
        ways.append(f"{_cite_count(count, searched)} from {' to '.join(names)}{more}")
    have = "has" if len(visits) == 1 else "have"
    text = f"In the article, {_cite_count(visits['rows'], searched, 'visit')} {have} a date and a direction: "
    text += " and ".join(ways)
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
    every = events[events["type"] == "agreement"]
    told, announced = every[every["bearing"].notna()], every.loc[every["status"] != "observed", "rows"]
    told = told[told["status"] == "observed"]
    if told.empty:
        return "No agreement between the two countries is among the rows shown." + _add_announced(announced)
    searched = join_rows(told["rows"])
    tell = "tells of an agreement or a set of them" if len(told) == 1 else "tell of agreements or sets of them"
    text = f"{_cite_count(told['rows'], searched, 'row')} {tell}"
    for name, act in told[told["quantity"].notna()].iterrows():
        amount = describe_amount(act["quantity"], act["quantity_unit"], act["quantity_bound"])
        text += f"; {'it' if len(told) == 1 else 'one'} has a number, {cite(amount, str(name))}"
        fields = [] if pd.isna(act["fields"]) else str(act["fields"]).split(";")
        text += f", but none for any of its {cite(len(fields), str(name))} fields" if len(fields) > 1 else ""
    silent = told.loc[told["cameo_confidence"] == "none", "rows"]
    verb = "is" if len(silent) == 1 else "are"
    silence = f" Of these, {_cite_count(silent, searched)} {verb} told without a signing."
    return f"{text}.{silence}{_add_announced(announced)}"


def _add_announced(rows: pd.Series) -> str:
    """Return how many agreements are only planned."""
    words = "is only announced" if len(rows) == 1 else "are only announced"
    return f" {_cite_count(rows, '', 'more row')} {words}." if len(rows) else ""


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
        f"not in the author’s own voice.{_doubt_counts(dossier)}"
    )


def _doubt_counts(dossier: Dossier) -> str:
    """Return that counts of acts are unsure, where the coders agree too little on what an act is."""
    if dossier.passes.empty:
        return ""
    act: Any = measure_agreement(dossier, draws=1).loc["act"]
    alpha = Quantity(act["alpha"], act["rows"])
    few = f" Two coders agree too little on what an act is (alpha {alpha:.2f}) to rely on counts to a few rows."
    return few if act["alpha"] < TENTATIVE else ""


def find_evidence(dossier: Dossier) -> str:
    """Return in Markdown how many claims hold, on whose rows, and how far the trade figures are from those of others.

    Parameters
    ----------
    dossier : Dossier

    Examples
    --------
    >>> from analysis import load_dossier
    >>> find_evidence(load_dossier())[:60]
    'Of [39 statements](#rows-C01+C41+C02+C03+C04+C05+C06+C07+C08'
    """
    claims, totals = check_claims(dossier), list_totals(dossier.evidence)
    trade = convert_figures(dossier.trade, dossier.evidence)
    if claims.empty and totals.empty:
        return "No claim is coded, and no figure of others is known."
    text = _count_verdicts(claims) if len(claims) else "No claim is coded."
    ratios = compare_evidence(trade, totals).dropna(subset=["ratio"])
    if ratios.empty:
        return f"{text} No other total is known for a year with a trade figure."
    span = Quantity(None, join_rows(ratios["rows"]), ratios["ratio"].min(), ratios["ratio"].max(), " times")
    text += f" The article’s trade figures are {span:.1f} what other series have for about the same year"
    for _, peak in find_unseen(trade, totals).iterrows():
        most = cite(f"{format_number(peak['value'], ',.4g')} {peak['unit']}", peak["rows"])
        series = escape_markdown(peak["series"])
        text += f". Between them, in {cite(peak['when'], peak['rows'])}, lies {most} by “{series}”, above them all"
    return f"{text}."


def _count_verdicts(claims: pd.DataFrame) -> str:
    """Return how many claims cannot be tested, and how many of the others hold, by whose rows."""
    every, tested = join_rows(claims.index), claims[claims["verdict"] != VERDICTS[3]]
    untested = claims[~claims["claim"].isin(tested["claim"])]
    count = claims["claim"].nunique()
    total = cite(f"{count} statement{'' if count == 1 else 's'}", every)
    text = f"Of {total} picked for testing, {_cite_count(untested.index.to_series(), every)} cannot be tested"
    parts = []
    for basis, words in TESTED_ON.items():
        tests = tested[tested["tested_on"] == basis]
        dated = tests["measure"].isin(DATED)
        kinds = [
            _cite_held(tests[which], noun) for which, noun in ((dated, "dates"), (~dated, "amounts")) if which.any()
        ]
        parts += [f"against {words}, {' and '.join(kinds)}"] if kinds else []
    return f"{text}; the tests that hold are, {'; '.join(parts)}." if parts else f"{text}."


def _cite_held(tests: pd.DataFrame, noun: str) -> str:
    """Return how many tests hold, and how many of these within rounding only."""
    held, near = (tests.index[tests["verdict"].isin(verdicts)] for verdicts in (VERDICTS[:2], VERDICTS[1:2]))
    some = f" ({cite(len(near), join_rows(near))} within rounding)" if len(near) else ""
    return f"{cite(f'{len(held)} of {len(tests)}', join_rows(tests.index))} on {noun}{some}"


def find_robustness(dossier: Dossier) -> str:
    """Return in Markdown under how many choices the turn to conflict stands.

    Parameters
    ----------
    dossier : Dossier

    Examples
    --------
    >>> from analysis import load_dossier
    >>> find_robustness(load_dossier())[:78]
    'With dates drawn at random, within what the text allows, the phase “Rupture” l'
    """
    choices = try_choices(dossier)
    turn = escape_markdown(find_turn(dossier.events))
    if choices.empty:
        return "No phase turns to conflict, so there is nothing to try."
    if choices.loc[CODED, "stands_pct"] == 0:
        return f"By mean Goldstein score, the phase “{turn}” does not lean to conflict between two times that do not."
    drawn: Any = choices.loc[DRAWN]
    share, others = describe_share(drawn["stands_pct"]), choices.drop(index=[CODED, DRAWN])
    stands = others[others["stands_pct"] == 100]
    few = stands[(stands[[f"{group}_acts" for group in GROUPS]] < FEW).any(axis=1)]
    text = f"With dates drawn at random, within what the text allows, the phase “{turn}” leans to conflict between two "
    text += f"times that do not, by mean Goldstein score, in {cite(share, drawn['rows'])} of the runs; with our phases "
    text += (
        "kept it does in " + cite(f"{len(stands)} of {len(others)}", join_rows(others["rows"])) + " ways of counting "
    )
    text += "other than ours"
    if len(few):
        text += f", in {cite(len(few), join_rows(few['rows']))} of them on a mean of one or two acts only"
    return f"{text}. This tries the coding, not history."


def find_agreement(dossier: Dossier) -> str:
    """Return in Markdown how far two coders agree, beyond chance.

    Parameters
    ----------
    dossier : Dossier

    Examples
    --------
    >>> from analysis import load_dossier, select_rows
    >>> find_agreement(load_dossier("tests/dossier"))
    'No second coding pass is known, so nothing can be said of agreement.'
    """
    agreement = measure_agreement(dossier)
    if agreement.empty:
        return "No second coding pass is known, so nothing can be said of agreement."
    columns, most = ["pairs", "alpha", "alpha_low", "alpha_high", "rows"], agreement["pairs"].max()
    alphas = [
        f"{name} {Quantity(alpha, rows, low, high):.2f}"
        + (f" on the {cite(pairs, rows)} with a value from both" if pairs < most else "")
        for name, pairs, alpha, low, high, rows in agreement[columns].itertuples()
    ]
    passages = cite(int(most), agreement["rows"].iloc[0])
    text = f"Two coders who both coded {passages} passages agree, by Krippendorff’s alpha: {', '.join(alphas)}."
    weak, tentative = ([*agreement.index[agreement["alpha"] < least]] for least in (TENTATIVE, FIRM))
    tentative = [name for name in tentative if name not in weak]
    text += f" Too low even for tentative conclusions, by his rule: {', '.join(weak)}." if weak else ""
    return text + (f" Good for tentative ones: {', '.join(tentative)}." if tentative else "")


def _cite_count(rows: pd.Series, searched: str, noun: str = "") -> str:
    """Return how many rows, as a link to them; a count of nothing links to those searched."""
    words = f" {noun}{'' if len(rows) == 1 else 's'}" if noun else ""
    return cite(f"{len(rows)}{words}", join_rows(rows) or searched)
