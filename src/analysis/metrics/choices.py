"""Whether a finding stands under choices that a reader could make otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.citing import join_rows
from analysis.dossier import Dossier
from analysis.errors import DataError
from analysis.metrics.events import find_turn

SEED = 7
GROUPS = ("before", "turn", "after")
CODED, DRAWN = "As coded", "Dates drawn at random"
FEW = 3  # where a mean has one or two acts only, it is said


def try_choices(dossier: Dossier, *, draws: int = 1000, without: Mapping[str, list[str]] | None = None) -> pd.DataFrame:
    """Compare mean Goldstein scores before, in and after the turning phase, as coded and under other choices.

    The finding *stands* where the mean of the turning phase is below zero and the two others are above it. Phases are
    those of the narrative, but for dates drawn at random: there each dated act falls on any day of its interval, open
    ends cut at the coverage and at publication, and the turning phase begins and ends on any day that its bounds allow.

    Parameters
    ----------
    dossier : Dossier
    draws : int
        Random datings, with a fixed seed; the range is the middle 90 % of them.
    without : mapping of name to list of ids, optional
        Further choices: acts to leave out, by a name for the row.

    Returns
    -------
    pandas.DataFrame
        Index ``choice``. Columns before, turn, after (mean Goldstein; with ``_low`` and ``_high`` where a choice is a
        set of runs), each with ``_acts`` (scored acts in the mean; of runs, their median), stands_pct (of the runs),
        verdict, rows. Empty where no phase turns to conflict.

    Raises
    ------
    DataError
        If `without` names an act that the dossier does not have.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> try_choices(load_dossier(), draws=20).loc["As coded", "verdict"]
    'stands'
    """
    events, turn = dossier.events, find_turn(dossier.events)
    turn = turn if turn in set(dossier.phases["label"]) else ""
    acts = _group_acts(events[events["counted"]], turn)
    records = {}
    if turn:
        for name, chosen in _list_choices(dossier, turn, acts, without or {}).items():
            found = chosen if len(chosen) else acts  # what finds nothing leads to where it was looked for
            records[name] = _describe_runs([_average(chosen)], found["rows"])
        records["Any one act left out"] = _leave_out(acts)
        records[DRAWN] = _draw_dates(dossier, acts, turn, draws)
    ends = [f"{group}{end}" for group in GROUPS for end in ("", "_low", "_high")]
    columns = [*ends, *(f"{group}_acts" for group in GROUPS), "stands_pct", "verdict", "rows"]
    frame = pd.DataFrame.from_dict(records, "index", columns=columns)
    return frame.rename_axis("choice").astype(dict.fromkeys([*ends, "stands_pct"], "float"))


def _group_acts(events: pd.DataFrame, turn: str) -> pd.DataFrame:
    """Return the scored acts of a frame that are told in a phase, with their side of the turn."""
    acts = events.dropna(subset=["period", "goldstein"])
    phases = list(events["period"].cat.categories)
    side = acts["period"].cat.codes.astype(int) - (phases.index(turn) if turn else 0)
    return acts.assign(group=np.sign(side) + 1, goldstein=acts["goldstein"].astype(float))


def _list_choices(
    dossier: Dossier, turn: str, acts: pd.DataFrame, without: Mapping[str, list[str]]
) -> dict[str, pd.DataFrame]:
    parts = dossier.events[dossier.events["bearing"].notna() & (dossier.events["status"] == "observed")]
    other = dossier.events.assign(goldstein=dossier.events["cameo_code"].map(dossier.cameo["goldstein_other"]))
    choices = {
        CODED: acts,
        "Without alleged and denied acts": acts[acts["certainty"] <= "reported"],
        "Only acts with a printed date": acts[acts["date_basis"] == "stated"],
        "Only sure codes": acts[acts["cameo_confidence"] == "sure"],
        "Without runs of acts": acts[acts["date_kind"] != "recurrent"],
        "Score and effect must agree": acts[acts["goldstein"] * acts["effect"].astype(float) > 0],
        "Parts count as acts": _group_acts(parts, turn),
        "The other copy of the scale": _group_acts(other[other["counted"]], turn),
    }
    unknown = sorted({name for left_out in without.values() for name in left_out} - set(dossier.events.index))
    if unknown:
        raise DataError(f"expected ids of acts to leave out, found {', '.join(unknown)}")
    choices |= {name: acts[~acts.index.isin(left_out)] for name, left_out in without.items()}
    for coder, rows in dossier.passes.groupby("coder"):
        choices[f"Coder {coder} alone"] = _group_acts(_file_passes(rows, dossier), turn)
    return choices


def _file_passes(rows: pd.DataFrame, dossier: Dossier) -> pd.DataFrame:
    """Return a coder's counted acts with a phase: that of the act made of it, else the first to tell its paragraph."""
    phases = dossier.phases
    told = phases["paragraphs"].str.split(";").explode()
    labels = phases["label"].to_dict()
    first = {int(number): labels[name] for name, number in list(told.items())[::-1]}
    known = rows["event_id"].map(dossier.events["period"].astype("str"))
    other = pd.Series([first.get(paragraph) for paragraph in rows["paragraph"]], rows.index, dtype="str")
    period = known.fillna(other).astype(dossier.events["period"].dtype)
    return rows.assign(period=period)[rows["counted"]]


def _average(acts: pd.DataFrame) -> NDArray[np.float64]:
    """Return the means of the three groups, and how many acts each has; shape (2, 3)."""
    groups = acts.groupby("group")["goldstein"].agg(["mean", "size"]).reindex(range(3))
    return groups.fillna({"size": 0}).to_numpy(dtype=float).T


def _describe_runs(runs: list[NDArray[np.float64]], rows: pd.Series, percent: float = 0) -> list[Any]:
    """Return the columns of `try_choices` for one or many runs, each of shape (2, 3): means and numbers of acts."""
    means, counts = np.array(runs).swapaxes(0, 1)
    fewest = counts.min(axis=0).astype(int)
    single = len(means) == 1
    empty = np.isnan(means).any(axis=1)
    stands = (means[:, 0] > 0) & (means[:, 1] < 0) & (means[:, 2] > 0)
    never = np.isnan(means).all(axis=0)
    known = np.where(never, 0, means)
    ends = [np.where(never, np.nan, np.nanpercentile(known, share, axis=0)) for share in (50, percent, 100 - percent)]
    columns = [np.nan if single and number else end[group] for group in range(3) for number, end in enumerate(ends)]
    share = 100 * float(stands.mean())
    verdict = f"stands in {describe_share(share)}"
    if single or share in (0, 100):
        verdict = "no acts left" if empty.all() else "stands" if share == 100 else "does not stand"
        if share == 100 and fewest.min() < FEW:
            verdict += f", on {fewest.min()} act{'' if fewest.min() == 1 else 's'}"
    return [*columns, *np.median(counts, axis=0).astype(int).tolist(), share, verdict, join_rows(rows)]


def describe_share(percent: float) -> str:
    """Return a share in words that never round a rest away.

    Examples
    --------
    >>> describe_share(92.1), describe_share(99.9), describe_share(100), describe_share(0)
    ('92%', '99%', 'all', 'none')
    """
    ends = {0: "none", 100: "all"}
    return ends[int(percent)] if percent in ends else f"{min(max(percent, 1), 99):.0f}%"


def _leave_out(acts: pd.DataFrame) -> list[Any]:
    return _describe_runs([_average(acts.drop(index=name)) for name in acts.index], acts["rows"])


def _draw_dates(dossier: Dossier, acts: pd.DataFrame, turn: str, draws: int) -> list[Any]:
    rng = np.random.default_rng(SEED)
    dated = acts.dropna(subset=["earliest"])
    days = _draw(rng, dated["earliest"], dated["latest"], draws)
    phase = dossier.phases[dossier.phases["label"] == turn]
    start = _draw(rng, phase["earliest"], phase["sure_start"].fillna(phase["earliest"]), draws)
    end = _draw(rng, phase["sure_end"].fillna(phase["latest"]), phase["latest"], draws)
    group = 1 + (days > end).astype(int) - (days < start).astype(int)
    scores = np.broadcast_to(dated["goldstein"].to_numpy(dtype=float), group.shape)
    counts = np.column_stack([(group == side).sum(axis=1) for side in range(3)])
    totals = np.column_stack([np.where(group == side, scores, 0).sum(axis=1) for side in range(3)])
    with np.errstate(all="ignore"):
        return _describe_runs(list(np.stack([totals / counts, counts], axis=1)), dated["rows"], percent=5)


def _draw(rng: np.random.Generator, first: pd.Series, last: pd.Series, draws: int) -> NDArray[np.float64]:
    """Return a random day between two, for each row and draw."""
    low, high = (days.astype("datetime64[s]").astype("int64").to_numpy() / 86400 for days in (first, last))
    return np.floor(low + rng.random((draws, len(low))) * (high - low + 1))
