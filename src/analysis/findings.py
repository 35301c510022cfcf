"""Short answers: what a notebook found, in a sentence or two, every number cited, true for any dossier."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.citing import Quantity, cite, escape_markdown, join_rows
from analysis.dossier import HEDGES
from analysis.metrics import compare_trade, count_effects, find_turn, select_comparable, share_of_peak


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
    'No trade figure that could be compared is reported.'
    """
    figures = select_comparable(trade)
    if figures.empty:
        return "No trade figure that could be compared is reported."
    last, rows = figures.iloc[-1], join_rows(figures["rows"])
    latest = f"{cite(_read_figure(last), last['rows'])} in {cite(last['year'], last['rows'])}"
    if len(figures) == 1:
        return f"A single trade figure is reported, {latest}. One point has no trend."
    pair = compare_trade(trade).iloc[len(figures) - 2]
    ratio = Quantity(pair["ratio"], pair["rows"], pair["ratio_low"], pair["ratio_high"], " times")
    count = cite(f"{len(figures)} trade figures", rows)
    start = cite(pair["start"], figures.iloc[-2]["rows"])
    change = f"{count} are shown. The latest, {latest}, is {ratio:.2g} the figure of {start}"
    if last["value"] == figures["value"].max():
        return f"{change}, and the highest of these."
    return f"{change}, but {share_of_peak(trade, year=int(last['year'])):.0f} of the highest, {_read_peak(figures)}."


def _read_figure(figure: Any) -> str:
    return f"{HEDGES.get(figure['bound'], '')}{figure['value']:g} {figure['unit']}"


def _read_peak(figures: pd.DataFrame) -> str:
    peak: Any = figures.sort_values("value", kind="stable").iloc[-1]
    return f"{cite(_read_figure(peak), peak['rows'])} in {cite(peak['year'], peak['rows'])}"


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
    'No act between the two governments is reported.'
    """
    acts = events[events["counted"]]
    if acts.empty:
        return "No act between the two governments is reported."
    together, apart = (acts[acts["effect"] == sign]["rows"] for sign in (1, -1))
    searched = join_rows(acts["rows"])
    first = cite(_count_acts(len(together)), join_rows(together) or searched)
    second = cite(len(apart), join_rows(apart) or searched)
    verb = "brings" if len(together) == 1 else "bring"
    pushes = "pushes" if len(apart) == 1 else "push"
    total = f"{first} {verb} the two governments together, {second} {pushes} them apart."
    turn, counts = find_turn(events), count_effects(events)
    if len(counts) == 1 and counts["acts"].sum() == len(acts):
        only: Any = counts.iloc[0]
        return f"{total} All are told in one phase, “{cite(counts.index[0], only['rows'])}”."
    if not turn:
        return f"{total} In no phase do acts that push apart outnumber the others."
    phase: Any = counts.loc[turn]
    name = escape_markdown(turn)
    inside = f"{phase['apart']} of {len(apart)}"
    return (
        f"{total} The turn is the phase “{name}”: it holds {cite(inside, phase['rows'])} acts that push apart and "
        f"{cite(phase['together'], phase['rows'])} that bring together."
    )


def _count_acts(count: int) -> str:
    return f"{count} act" if count == 1 else f"{count} acts"
