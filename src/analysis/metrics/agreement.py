"""How far two coders of one article agree, beyond chance: by passage, with bootstrap intervals."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.citing import join_rows
from analysis.dossier import Dossier
from analysis.metrics.events import DAYS_A_YEAR

VARIABLES = ("act", "type", "effect", "certainty", "date")
SEED = 2025
Statistic = Callable[[NDArray[np.int64]], float]


def pair_passes(passes: pd.DataFrame) -> pd.DataFrame:
    """Put the rows of the first two coders on one passage side by side; a row without a counterpart is left out.

    Parameters
    ----------
    passes : pandas.DataFrame
        `Dossier.passes`.

    Returns
    -------
    pandas.DataFrame
        Index: passage. Columns event_id, paragraph, then for each of `VARIABLES` two columns, ``act_1`` and ``act_2``,
        earliest and latest likewise, and rows (of both). Empty without a second coder.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> len(pair_passes(load_dossier().passes))
    141
    """
    coders = [*passes["coder"].unique(), "", ""]
    first, second = (passes[passes["coder"] == coder].set_index("passage") for coder in coders[:2])
    kept = [*VARIABLES, "earliest", "latest"]
    one, two = (side[[*kept, "rows"]].add_suffix(f"_{number}") for number, side in ((1, first), (2, second)))
    frame: pd.DataFrame = first[["event_id", "paragraph"]].join(one).join(two, how="inner")
    rows = [join_rows(pair) for pair in zip(frame["rows_1"], frame["rows_2"], strict=True)]
    return frame.drop(columns=["rows_1", "rows_2"]).assign(rows=pd.Series(rows, frame.index, dtype="str"))


def krippendorff_alpha(distances: NDArray[np.float64], drawn: NDArray[np.int64] | None = None) -> float:
    """Return Krippendorff's alpha for two coders who both coded every unit.

    Parameters
    ----------
    distances : numpy.ndarray
        Shape (2n, 2n): squared differences between all values, the first coder's n before the second's.
    drawn : numpy.ndarray, optional
        Which of the n units to take, some more than once, as a bootstrap does; all by default.

    Returns
    -------
    float
        1 for full agreement, 0 for that of chance; not a number where all values are the same.

    References
    ----------
    Krippendorff, K. (2011), "Computing Krippendorff's Alpha-Reliability", University of Pennsylvania.

    Examples
    --------
    >>> krippendorff_alpha(differ(np.array([0, 1, 1]), np.array([0, 1, 1])))
    1.0
    """
    units = len(distances) // 2
    taken = np.arange(units) if drawn is None else drawn
    weights = np.bincount(np.concatenate([taken, taken + units]), minlength=2 * units)
    observed = distances[taken, taken + units].mean()
    expected = weights @ distances @ weights / (weights.sum() * (weights.sum() - 1))
    return float(1 - observed / expected) if expected else math.nan


def differ(first: NDArray[Any], second: NDArray[Any]) -> NDArray[np.float64]:
    """Return squared differences between all values of two coders: 0 or 1 for codes, in numbers for spans.

    Parameters
    ----------
    first, second : numpy.ndarray
        Shape (n,) of codes, or (n, 2) of numbers, such as the ends of a date in years; then the mean over the two.

    Examples
    --------
    >>> differ(np.array(["a"]), np.array(["b"])).tolist()
    [[0.0, 1.0], [1.0, 0.0]]
    """
    pooled = np.concatenate([first, second])
    if pooled.ndim == 1:
        return np.asarray(pooled[:, None] != pooled[None, :], dtype=float)
    return np.asarray(((pooled[:, None, :] - pooled[None, :, :]) ** 2).mean(axis=2), dtype=float)


def measure_agreement(dossier: Dossier, *, draws: int = 1000) -> pd.DataFrame:
    """Measure how far the first two coders agree on passages that both coded, for each variable; codes are nominal.

    Parameters
    ----------
    dossier : Dossier
    draws : int
        Bootstrap samples of passages, with a fixed seed; the interval holds the middle 95 % of them.

    Returns
    -------
    pandas.DataFrame
        Index: variable. Columns pairs, agree_pct, kappa, alpha, the last two with ``_low`` and ``_high``, rows (the
        sources of kind ``coding``). Dates have no kappa: their alpha is that of intervals, by the squared distance of
        both ends in years, open ends cut at the coverage. Pairs in which a coder gave no value are left out.

    References
    ----------
    Cohen, J. (1960), "A Coefficient of Agreement for Nominal Scales", Educational and Psychological Measurement 20(1),
    37–46; computed by statsmodels. For alpha see `krippendorff_alpha`.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> int(measure_agreement(load_dossier(), draws=10).loc["type", "pairs"])
    141
    """
    pairs = pair_passes(dossier.passes)
    sources = join_rows(dossier.sources.loc[dossier.sources["kind"] == "coding", "rows"])
    rows = sources or join_rows(pairs["rows"])
    records = {name: [*_measure(pairs, name, draws), rows] for name in VARIABLES if len(pairs)}
    ends = [f"{name}{end}" for name in ("kappa", "alpha") for end in ("", "_low", "_high")]
    frame = pd.DataFrame.from_dict(records, "index", columns=["pairs", "agree_pct", *ends, "rows"])
    return frame.rename_axis("variable").astype(dict.fromkeys(["agree_pct", *ends], "float"))


def _measure(pairs: pd.DataFrame, name: str, draws: int) -> list[float]:
    dated = name == "date"
    both = pairs.dropna(subset=[f"{'earliest' if dated else name}_{side}" for side in (1, 2)])
    one, two = both[f"{name}_1"].astype("str"), both[f"{name}_2"].astype("str")
    samples = np.random.default_rng(SEED).integers(0, len(both), (draws, len(both)))
    first, second = np.split(pd.Categorical(pd.concat([one, two])).codes.astype(int), 2)
    distances = differ(_read_days(both, 1), _read_days(both, 2)) if dated else differ(first, second)
    alpha = _bound(lambda drawn: krippendorff_alpha(distances, drawn), samples)
    kappa = [math.nan] * 3 if dated else _bound(lambda drawn: _find_kappa(first[drawn], second[drawn]), samples)
    return [len(both), 100 * float((one == two).mean()), *kappa, *alpha]


def _read_days(pairs: pd.DataFrame, side: int) -> NDArray[np.float64]:
    ends = [pairs[f"{end}_{side}"].astype("int64") / 86400 / DAYS_A_YEAR for end in ("earliest", "latest")]
    return np.column_stack(ends)


def _bound(statistic: Statistic, samples: NDArray[np.int64]) -> list[float]:
    """Return a statistic of all units and the ends of the middle 95 % of its bootstrap samples."""
    drawn = np.array([statistic(units) for units in samples])
    known = drawn[~np.isnan(drawn)]
    low, high = np.percentile(known, [2.5, 97.5]) if len(known) else (math.nan, math.nan)
    return [statistic(np.arange(samples.shape[1])), float(low), float(high)]


def _find_kappa(first: NDArray[np.int64], second: NDArray[np.int64]) -> float:
    from statsmodels.stats.inter_rater import cohens_kappa  # slow to import, and for this alone

    size = int(max(first.max(), second.max())) + 1
    table = np.bincount(first * size + second, minlength=size * size).reshape(size, size)
    if len(table) < 2 or table.max() == table.sum():
        return math.nan
    return float(cohens_kappa(table, return_results=False))


def list_disagreements(dossier: Dossier) -> pd.DataFrame:
    """Return every point on which the coders differ about one passage, with what was decided.

    Parameters
    ----------
    dossier : Dossier

    Returns
    -------
    pandas.DataFrame
        Index ``passage``, repeated. Columns label (of the act that became of it), variable, first, second (the coders'
        codes), decided (ours; empty where the table of acts has no row or no such column), decision (as the first
        coder, as the second, otherwise, no row), rows.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> sorted(list_disagreements(load_dossier())["decision"].unique())
    ['as the first coder', 'as the second coder', 'no row', 'otherwise']
    """
    pairs, events = pair_passes(dossier.passes), dossier.events
    decided = pairs[["event_id"]].join(events[["label", "type", "effect", "certainty", "date"]], on="event_id")
    parts = []
    for name in VARIABLES:
        sides = [pairs[f"{name}_{side}"].astype("str") for side in (1, 2)]
        ours = pairs["event_id"].notna().astype("str") if name == "act" else decided[name].astype("str").fillna("none")
        given = sides[0].notna() & sides[1].notna()  # a value that a coder did not give is no disagreement
        apart = (sides[0] != sides[1]) & given
        found = pd.DataFrame({"label": decided["label"], "variable": name, "first": sides[0], "second": sides[1]})
        found["decided"] = ours.where(pairs["event_id"].notna() | (name == "act"), "none")
        found["decision"] = _name_decision(found, pairs["event_id"].isna() & (name != "act"))
        parts.append(found.assign(rows=pairs["rows"] + ("+" + pairs["event_id"]).fillna(""))[apart])
    return pd.concat(parts).sort_index(kind="stable")


def _name_decision(found: pd.DataFrame, without: pd.Series) -> pd.Series:
    decision = pd.Series("otherwise", found.index, dtype="str")
    decision = decision.mask(found["decided"] == found["second"], "as the second coder")
    decision = decision.mask(found["decided"] == found["first"], "as the first coder")
    return decision.mask(without, "no row")
