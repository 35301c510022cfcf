"""What the article claims, tested: one metric a kind of claim, the verdict computed from its result."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from analysis.citing import Quantity, format_number, join_rows, link_article
from analysis.dates import parse_date
from analysis.dossier import Dossier
from analysis.errors import DataError
from analysis.metrics.events import DAYS_A_YEAR
from analysis.metrics.evidence import UNIT, convert_figures, find_prices
from analysis.metrics.trade import ENDS, grow, match_scales
from analysis.schema import split_unit

VERDICTS = ("holds", "holds within rounding", "does not follow", "cannot be tested")
DAYS_A_MONTH = DAYS_A_YEAR / 12
DATED = ("measure_interval", "measure_overlap")  # they come from dates; the others from amounts
SPECS = {"measure_level": ",.4g", "measure_ratio": ".1f"}
Measure = Callable[..., Quantity]  # of a dossier and the inputs of a claim


class Amount(NamedTuple):
    """An amount, at constant prices where its rows name a price index, with its period and coverage."""

    value: float
    low: float
    high: float
    start: pd.Timestamp
    end: pd.Timestamp
    coverage: str


def _read_amounts(dossier: Dossier, inputs: str, unit: str = "") -> list[Amount]:
    """Return the amounts in the unit; without one, in the measure that all have in common, else in dollars."""
    frame = pd.concat([dossier.trade, dossier.evidence])
    unknown = [name for name in re.split("[;+]", inputs) if name not in frame.index]
    if unknown:
        raise DataError(f"claims.csv: expected ids of trade figures or evidence as inputs, found {', '.join(unknown)}")
    named = frame.loc[list(dict.fromkeys(re.split("[;+]", inputs)))]
    priced = find_prices(named)
    like = _express(named[~priced], dossier.evidence, unit)
    amounts = []
    for group in inputs.split(";"):
        rows = frame.loc[group.split("+")]
        figures = like.loc[[name for name in rows.index if name in like.index]]
        prices = rows[find_prices(rows)]["value"]
        index = float(prices.iloc[0]) if len(prices) else 1.0
        whole = len(figures) + len(prices) == len(rows)  # else a figure is in another measure
        value, low, high = (
            float(figures[end].astype("float").sum(skipna=False)) / index if whole else math.nan for end in ENDS
        )
        coverage = "non_oil" if (figures["coverage"] == "non_oil").any() else "total"
        amounts.append(Amount(value, low, high, figures["earliest"].min(), figures["latest"].max(), coverage))
    return amounts


def _express(figures: pd.DataFrame, evidence: pd.DataFrame, unit: str) -> pd.DataFrame:
    measures = figures["unit"].map(lambda name: split_unit(name)[1])
    scale, measure = split_unit(unit) if unit else (0, measures.iloc[0] if measures.nunique() == 1 else "USD")
    like = convert_figures(figures, evidence) if measure == "USD" else match_scales(figures[measures == measure])
    if not scale:
        return like
    factor = like["unit"].map(lambda name: split_unit(name)[0] / scale).astype("Float64")
    return like.assign(**{end: like[end] * factor for end in ENDS})


def measure_level(dossier: Dossier, inputs: str, unit: str = UNIT) -> Quantity:
    """Return an amount; of several, from the lowest to the highest that they allow.

    A bound, and a figure that leaves out a part of trade such as oil, is a floor only: then no highest is given.

    Parameters
    ----------
    dossier : Dossier
    inputs : str
        Ids of trade figures or evidence with ``;`` between them; those joined by ``+`` are added up.
    unit : str
        As in ``trade.csv``. For dollars other currencies are converted (`convert_figures`); for another currency or
        measure only figures in it count.

    Raises
    ------
    DataError
        If the dossier has no such figure.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> measure_level(load_dossier(), "T3").describe(".1f")
    '55.0 million USD (52.5–57.5)'
    """
    amounts = _read_amounts(dossier, inputs, unit)
    low, high = float(np.min([amount.low for amount in amounts])), float(np.max([amount.high for amount in amounts]))
    floor = math.isnan(high) or any(amount.coverage == "non_oil" for amount in amounts)
    value = amounts[0].value if len(amounts) == 1 and not floor else None
    return Quantity(value, _join(inputs), low, None if floor else high, f" {unit}")


def measure_ratio(dossier: Dossier, inputs: str) -> Quantity:
    """Return how many times the last amount is the first.

    Figures in one currency, or in tonnes, are compared as they are; others in dollars. Parameters and errors as
    `measure_level`.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> measure_ratio(load_dossier(), "T1;T2").describe(".1f")
    '3.5-fold'
    """
    value, low, high = _divide_ends(_read_amounts(dossier, inputs))
    return Quantity(value, _join(inputs), low, high, "-fold")


def _divide_ends(amounts: list[Amount]) -> tuple[float, float, float]:
    """Return how many times the last amount is the first, with its range; not a number where the first may be 0."""
    first, last = amounts[0], amounts[-1]
    if first.low <= 0:
        return (math.nan,) * 3
    return last.value / first.value, last.low / first.high, last.high / first.low


def measure_growth(dossier: Dossier, inputs: str) -> Quantity:
    """Return compound growth from the first amount to the last, in per cent a year, from mid-period to mid-period.

    Parameters and errors as `measure_level`.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> measure_growth(load_dossier(), "T3;T4").describe(".0f")
    '120% a year (110–130)'
    """
    first, *_, last = amounts = _read_amounts(dossier, inputs)
    years = round(((last.start - first.start) + (last.end - first.end)).days / 2 / DAYS_A_YEAR, 2)
    ratios = _divide_ends(amounts)
    value, low, high = (grow(ratio, years) for ratio in ratios)
    return Quantity(value, _join(inputs), low, high, "% a year")


def measure_rank(dossier: Dossier, inputs: str) -> Quantity:
    """Return the rank of the first amount among all, the highest being first.

    Parameters and errors as `measure_level`. The range says which ranks the ranges of the amounts allow.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> measure_rank(load_dossier(), "T4;T1;T2;T3").value
    2.0
    """
    first, *others = _read_amounts(dossier, inputs)
    if any(math.isnan(amount.low + amount.high) for amount in (first, *others)):  # a bound has no rank
        return Quantity(math.nan, _join(inputs), math.nan, math.nan)
    surely = 1 + sum(other.low > first.high for other in others)
    maybe = 1 + sum(other.high > first.low for other in others)
    return Quantity(1.0 + sum(other.value > first.value for other in others), _join(inputs), surely, maybe)


def measure_interval(dossier: Dossier, inputs: str) -> Quantity:
    """Return the months from the first row to the last: the fewest and the most that their dates allow.

    Of an act that lasted, the beginning is meant. An open end is cut at the start of the coverage or the day of
    publication.

    Parameters
    ----------
    dossier : Dossier
    inputs : str
        Two ids of acts, figures or findings, with ``;`` between them.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> measure_interval(load_dossier(), "E51;E54").describe(".0f")
    '3–5 months'
    """
    (start, end), (later, last) = (_find_days(dossier, name) for name in inputs.split(";"))
    low, high = ((day - before).days / DAYS_A_MONTH for day, before in ((later, end), (last, start)))
    return Quantity(None, _join(inputs), low, high, " months")


def measure_overlap(dossier: Dossier, inputs: str) -> Quantity:
    """Return what share of the last row's date lies within the first row's, in per cent.

    Parameters as `measure_interval`.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> measure_overlap(load_dossier(), "E17;N06").describe(".0f")
    '100% inside'
    """
    (start, end), (later, last) = (_find_days(dossier, name) for name in inputs.split(";"))
    days = max((min(end, last) - max(start, later)).days + 1, 0)
    share = 100 * days / ((last - later).days + 1)
    low, high = (share, share) if share in (0, 100) else (0.0, 100.0)  # somewhere within, so in or out
    return Quantity(share, _join(inputs), low, high, "% inside")


def _join(inputs: str) -> str:
    return join_rows(inputs.split(";"))


def _find_days(dossier: Dossier, name: str) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the first and last day on which an act may have begun, or those of a figure's period."""
    frames = (dossier.events, dossier.event_evidence, dossier.trade, dossier.evidence)
    row: Any = next(frame.loc[name] for frame in frames if name in frame.index)
    if row.get("date_kind") == "span" and not row["date"].startswith(".."):
        return row["earliest"], pd.Timestamp(str(parse_date(row["date"].split("/")[0]).latest))
    return row["earliest"], row["latest"]


MEASURES: Mapping[str, Measure] = {
    measure.__name__: measure
    for measure in (*(measure_level, measure_ratio, measure_growth), *(measure_rank, measure_interval, measure_overlap))
}


def check_claims(dossier: Dossier) -> pd.DataFrame:
    """Test every claim by its measure.

    A claim *holds* where the measure, with all that its range allows, rounds to what is claimed or lies in the claimed
    interval. It *holds within rounding* where only a part of the range does. Otherwise it *does not follow*. It *cannot
    be tested* where no measure is named, a row or its date is missing, only a floor is known, or the dates allow both
    it and its contrary. Whose rows the test takes stands in ``tested_on``; a claim tested on the rows of several has a
    row for each.

    Parameters
    ----------
    dossier : Dossier

    Returns
    -------
    pandas.DataFrame
        The columns of `Dossier.claims`, and claimed, measured (texts), low, high, verdict (ordered), paragraph_link,
        and rows, of the claim and its inputs. Index: claim_id.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> check_claims(load_dossier()).loc["C07", ["measured", "verdict"]].tolist()
    ['3.5-fold', 'holds within rounding']
    """
    frames = (dossier.events, dossier.event_evidence, dossier.trade, dossier.evidence)
    dated = {name for frame in frames for name in frame.dropna(subset=["earliest"]).index}  # fewer in a selection
    records = [_check_claim(dossier, claim, dated) for _, claim in dossier.claims.iterrows()]
    columns = ["claimed", "measured", "low", "high", "verdict", "paragraph_link", "rows"]
    found = pd.DataFrame(records, columns=columns, index=dossier.claims.index)
    verdicts = pd.CategoricalDtype(list(VERDICTS), ordered=True)
    dtypes: dict[str, Any] = dict.fromkeys(["claimed", "measured", "paragraph_link", "rows"], "str")
    found = found.astype(dtypes | {"low": "float", "high": "float", "verdict": verdicts})
    return dossier.claims.drop(columns="rows").join(found)


def _check_claim(dossier: Dossier, claim: Any, dated: set[str]) -> list[Any]:
    link = link_article(str(dossier.article["url"]), claim["text_start"], claim["text_end"])
    if pd.isna(claim["measure"]) or not set(re.split("[;+]", claim["inputs"])) <= dated:
        return ["", "", None, None, VERDICTS[3], link, claim["rows"]]
    level = claim["measure"] == measure_level.__name__
    unit = {"unit": str(claim["unit"])} if level and pd.notna(claim["unit"]) else {}
    found = MEASURES[claim["measure"]](dossier, claim["inputs"], **unit)
    low, high = (math.nan if end is None else end for end in (found.low, found.high))
    verdict = judge_claim(low, high, str(claim["asserted"]), dated=claim["measure"] in DATED)
    rank = "rank " if claim["kind"] == "rank" else ""
    measured = "" if math.isnan(low) else rank + found.describe(SPECS.get(claim["measure"], ".0f"))
    return [_describe_asserted(claim), measured, low, high, verdict, link, join_rows([claim["rows"], found.rows])]


def judge_claim(low: float, high: float, asserted: str, *, dated: bool = False) -> str:
    """Return the verdict on a measure that lies between two ends.

    A single number halfway between two, such as 3.5, rounds either way and so holds within rounding. A range that only
    touches what is claimed does not follow.

    Parameters
    ----------
    low, high : float
        Ends of the measure; not a number where it could not be computed.
    asserted : str
        A number, read as rounded to its last digit, or an interval such as ``2/6`` or ``0/..``.
    dated : bool
        Whether dates that reach beyond the claim leave it open, and not true within rounding.

    Examples
    --------
    >>> judge_claim(3.6, 3.6, "3"), judge_claim(3.5, 3.5, "3"), judge_claim(-1, 5, "0/..", dated=True)
    ('does not follow', 'holds within rounding', 'cannot be tested')
    """
    if pd.isna(low) or pd.isna(high):
        return VERDICTS[3]
    ends = asserted.split("/") if "/" in asserted else [asserted, asserted]
    half = 0.0 if "/" in asserted else 0.5 * 10.0 ** -len(asserted.partition(".")[2])
    least = float("-inf") if ends[0] == ".." else float(ends[0]) - half
    most = float("inf") if ends[1] == ".." else float(ends[1]) + half
    if half and low == high and low in (least, most):
        return VERDICTS[1]
    if least <= low and high <= most:
        return VERDICTS[0]
    if high <= least or low >= most:
        return VERDICTS[2]
    return VERDICTS[3] if dated else VERDICTS[1]


def _describe_asserted(claim: Any) -> str:
    unit = "" if pd.isna(claim["unit"]) else str(claim["unit"])
    unit = unit if unit.startswith(("-", "%")) or not unit else f" {unit}"
    low, _, high = str(claim["asserted"]).partition("/")
    if not high:
        return f"rank {low}" if claim["kind"] == "rank" else f"{low}{unit}"
    if ".." in (low, high):
        end, bound = (low, "or more") if high == ".." else (high, "or less")
        return f"{format_number(float(end), '.10g')}{unit} {bound}"
    return f"{low}–{high}{unit}"
