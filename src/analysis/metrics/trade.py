"""Trade figures compared: like with like, ranges carried through, every number with its rows."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.citing import Quantity, join_rows
from analysis.dossier import CHANGE
from analysis.errors import DataError
from analysis.schema import PER_CENT, split_unit

ENDS = ["value", "value_low", "value_high"]
RIVALS = "several figures for this year"


def select_comparable(trade: pd.DataFrame) -> pd.DataFrame:
    """Return the figures that may be compared with each other: like with like, one a year.

    Kept are totals of calendar years, of all goods, observed, in the currency most used among them and in one scale.
    A year with several figures is left out, since no rule says which is right. `list_left_out` names what was left
    out, and why.

    Parameters
    ----------
    trade : pandas.DataFrame
        `Dossier.trade`.

    Returns
    -------
    pandas.DataFrame
        The same columns, sorted by year.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> [int(year) for year in select_comparable(load_dossier().trade)["year"]]
    [2000, 2007, 2020, 2021]
    """
    return match_scales(trade[_say_why_not(trade) == ""]).sort_values("year")


def match_scales(figures: pd.DataFrame) -> pd.DataFrame:
    """Return the figures, those of one currency or other measure in the scale most used, of several in the smallest.

    Examples
    --------
    >>> figures = pd.DataFrame({"value": [1.2, 900, 950], "value_low": 0, "value_high": 9})
    >>> match_scales(figures.assign(unit=["billion USD", "million USD", "million USD"]))["value"].tolist()
    [1200.0, 900.0, 950.0]
    """
    if figures["unit"].nunique() < 2:
        return figures
    factor, measure = (figures["unit"].map(lambda unit, part=part: split_unit(unit)[part]) for part in (0, 1))
    unit = figures.groupby(measure)["unit"].transform(lambda units: min(units.mode(), key=split_unit))
    factor = factor / unit.map(lambda unit: split_unit(unit)[0])
    return figures.assign(**{end: (figures[end] * factor).round(9) for end in ENDS}, unit=unit)


def find_commonest(measures: pd.Series, times: pd.Series) -> str:
    """Return the measure that most figures have; of several dollars, else money, else that of the latest figure.

    Parameters
    ----------
    measures, times : pandas.Series
        Of each figure what it is in, with or without a scale, and its year or day.

    Examples
    --------
    >>> years = pd.Series([2019, 2020])
    >>> find_commonest(pd.Series(["KZT", "USD"]), years), find_commonest(pd.Series(["KZT", "EUR"]), years)
    ('USD', 'EUR')
    """
    groups = [(split_unit(str(name))[1][:3], name, found) for name, found in times.groupby(measures)]
    ranks = {(len(found), head == "USD", head.isupper(), found.max(), name) for head, name, found in groups}
    return str(max(ranks)[-1])


def name_measures(figures: pd.DataFrame) -> pd.Series:
    """Return the unit of each trade figure in words, with the goods where it is not all of them.

    Examples
    --------
    >>> figures = pd.DataFrame({"unit": ["million USD", "tonnes", "%"], "goods": [None, "wheat", None]})
    >>> name_measures(figures).tolist()
    ['million USD', 'tonnes of wheat', '% on the year before']
    """
    goods = (" of " + figures["goods"].astype("str")).where(figures["goods"].notna(), "")
    return figures["unit"].replace(PER_CENT, CHANGE) + goods


def list_left_out(trade: pd.DataFrame) -> pd.DataFrame:
    """Return the figures that no ratio uses, with the reason.

    Returns
    -------
    pandas.DataFrame
        Columns when, value (low, high), unit, bound, reason, rows; in the order of the file.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> len(list_left_out(load_dossier().trade))
    0
    """
    reason = _say_why_not(trade)
    named = trade.assign(reason=reason, unit=name_measures(trade))
    return named.loc[reason != "", ["when", *ENDS, "unit", "bound", "reason", "rows"]]


def find_bounds(figures: pd.DataFrame) -> pd.Series:
    """Return which figures are mere bounds, such as "more than 500", and so enter no sum, ratio or picture.

    Examples
    --------
    >>> find_bounds(pd.DataFrame({"bound": ["exact", "about", "at_least"]})).tolist()
    [False, False, True]
    """
    return figures["bound"].isin(["at_least", "at_most"])


def grow(ratio: float, years: float) -> float:
    """Return the compound growth, in per cent a year, that makes a figure so many times what it was.

    Examples
    --------
    >>> grow(4, 2)
    100.0
    """
    return float(100 * (ratio ** (1 / years) - 1))


def _say_why_not(trade: pd.DataFrame) -> pd.Series:
    reason = pd.Series("", trade.index, dtype="str")
    tests = {
        "a change, not a level": trade["unit"] == PER_CENT,
        "of some goods only": trade["goods"].notna(),
        "not a total of both directions": trade["flow"] != "total",
        "not observed": trade["status"] != "observed",
        "not a calendar year": trade["year"].isna(),
        "a bound, not a figure": find_bounds(trade),
        "no value": trade["value"].isna(),
    }
    for why, fails in tests.items():
        reason = reason.mask((reason == "") & fails, why)
    measures = trade["unit"].map(lambda unit: split_unit(unit)[1])
    if (reason == "").any():
        common = find_commonest(measures[reason == ""], trade.loc[reason == "", "year"])
        reason = reason.mask((reason == "") & (measures != common), "another unit")
    twice = trade[reason == ""].duplicated("year", keep=False)
    return reason.mask(twice.reindex(trade.index, fill_value=False), RIVALS)


def compare_trade(trade: pd.DataFrame) -> pd.DataFrame:
    """Compare each figure with the one before it, and the last with the first.

    Parameters
    ----------
    trade : pandas.DataFrame
        `Dossier.trade`; only `select_comparable` rows are used.

    Returns
    -------
    pandas.DataFrame
        One row a pair, index ``pair``: start, end (years), gap_years, ratio, growth_pct (compound, a year), both
        with ``_low`` and ``_high`` from value_low and value_high, rows. Empty with fewer than two figures.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> compare_trade(load_dossier().trade)["ratio"].round(2).tolist()
    [3.5, 0.39, 2.2, 3.02]
    """
    figures = fill_ranges(select_comparable(trade))
    ends = list(zip(range(len(figures) - 1), range(1, len(figures)), strict=True))
    pairs = ends + ([(0, len(figures) - 1)] if len(figures) > 2 else [])
    records = [_compare_pair(figures.iloc[start], figures.iloc[end]) for start, end in pairs]
    columns = ["start", "end", "gap_years", "ratio", "ratio_low", "ratio_high"]
    columns += ["growth_pct", "growth_pct_low", "growth_pct_high", "rows"]
    frame = pd.DataFrame(records, columns=columns)
    frame = frame.astype({name: "float" for name in columns if name.startswith(("ratio", "growth"))})
    frame.index = pd.Index(
        [f"{start}–{end}" for start, end in zip(frame["start"], frame["end"], strict=True)], name="pair"
    )
    return frame


def fill_ranges(figures: pd.DataFrame) -> pd.DataFrame:
    """Return trade figures with value_low and value_high equal to value where they are missing.

    Examples
    --------
    >>> fill_ranges(pd.DataFrame({"value": [40.0], "value_low": [None], "value_high": [None]}))["value_low"].tolist()
    [40.0]
    """
    ends = {name: figures[name].fillna(figures["value"]) for name in ENDS[1:]}
    return figures.assign(**ends)


def _compare_pair(start: Any, end: Any) -> dict[str, object]:
    years = int(end["year"] - start["year"])
    pairs = {"": ("value", "value"), "_low": ("value_low", "value_high"), "_high": ("value_high", "value_low")}
    ratios = {name: end[top] / start[bottom] if start[bottom] > 0 else None for name, (top, bottom) in pairs.items()}
    growth = {f"growth_pct{name}": None if ratio is None else grow(ratio, years) for name, ratio in ratios.items()}
    span = {"start": int(start["year"]), "end": int(end["year"]), "gap_years": years}
    return {
        **span,
        **{f"ratio{name}": ratio for name, ratio in ratios.items()},
        **growth,
        "rows": join_rows([start["rows"], end["rows"]]),
    }


def _find_pair(trade: pd.DataFrame, start_year: int, end_year: int) -> dict[str, object]:
    if start_year == end_year:
        raise DataError(f"expected two different years, found {start_year} twice")
    figures = fill_ranges(select_comparable(trade)).set_index("year", drop=False)
    missing = [str(year) for year in (start_year, end_year) if year not in figures.index]
    if missing:
        raise DataError(f"trade.csv: expected one comparable figure for {' and '.join(missing)}, found none")
    return _compare_pair(figures.loc[start_year], figures.loc[end_year])


def trade_ratio(trade: pd.DataFrame, *, start_year: int, end_year: int) -> Quantity:
    """Return how many times the later figure is the earlier one.

    Parameters
    ----------
    trade : pandas.DataFrame
        `Dossier.trade`.
    start_year, end_year : int
        Two years with one comparable figure each.

    Returns
    -------
    Quantity
        Unit ``-fold``; range from value_low and value_high.

    Raises
    ------
    DataError
        If a year has no comparable figure or several, if both years are one, or if the first figure is 0.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> trade_ratio(load_dossier().trade, start_year=2020, end_year=2021).describe(".1f")
    '2.2-fold (2.1–2.3)'
    """
    pair = _find_pair(trade, start_year, end_year)
    return _read_quantity(pair, "ratio", "-fold")


def trade_growth(trade: pd.DataFrame, *, start_year: int, end_year: int) -> Quantity:
    """Return the compound annual growth between two figures, in per cent a year.

    It describes the two ends only; nothing is said of the years between. Parameters and errors as `trade_ratio`.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> trade_growth(load_dossier().trade, start_year=2000, end_year=2007).describe(".1f")
    '19.6% a year'
    """
    pair = _find_pair(trade, start_year, end_year)
    return _read_quantity(pair, "growth_pct", "% a year")


def _read_quantity(pair: dict[str, object], name: str, unit: str) -> Quantity:
    if pair[name] is None:
        raise DataError(f"trade.csv: expected a first figure above 0 for a ratio, found 0 in {pair['start']}")
    ends = [pair[name + end] for end in ("", "_low", "_high")]
    value, low, high = (None if end is None else float(str(end)) for end in ends)
    return Quantity(value, str(pair["rows"]), low, high, unit)


def share_of_peak(trade: pd.DataFrame, *, year: int) -> Quantity:
    """Return a year's figure as a share of the highest one, in per cent.

    Ties go to the earliest year. Parameters and errors as `trade_ratio`.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> share_of_peak(load_dossier().trade, year=2021).describe(".0f")
    '86%'
    """
    figures = select_comparable(trade).set_index("year")
    if year not in figures.index:
        raise DataError(f"trade.csv: expected one comparable figure for {year}, found none")
    peak = int(str(figures["value"].astype("float").idxmax()))
    if peak == year:
        return Quantity(100.0, str(figures.loc[year, "rows"]), 100.0, 100.0, "%")
    ratio = trade_ratio(trade, start_year=peak, end_year=year)
    value, low, high = (None if end is None else 100 * end for end in (ratio.value, ratio.low, ratio.high))
    return Quantity(value, ratio.rows, low, high, "%")


def compare_parts(trade: pd.DataFrame) -> pd.DataFrame:
    """Set each total beside the parts that are printed for the same period and in the same currency.

    Both directions together must make the total; one direction, or some goods, must not be more than what they are
    part of. A figure is read as rounded to its last printed digit. Where the two do not fit, that is a finding about
    the text, not a fault of the coding. Plans, changes in per cent, bounds, figures of which an end of the period is
    not known and those that the article says are denied are left out.

    Parameters
    ----------
    trade : pandas.DataFrame
        `Dossier.trade`.

    Returns
    -------
    pandas.DataFrame
        Index ``part``: what is set beside the total. Columns when, whole (of what the total is), total, parts, unit,
        verdict (``agree`` or ``contradict``), rows. In the order of time.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> len(compare_parts(load_dossier().trade))
    0
    """
    told = (trade["status"] == "observed") & (trade["certainty"] != "denied")
    dated = trade["earliest"].notna() & ~trade["open_start"] & ~trade["open_end"]
    kept = trade[told & dated & (trade["unit"] != PER_CENT) & ~find_bounds(trade)]
    step = 0.5 * 10.0 ** -kept["value"].map(count_decimals).astype("float")
    ranges = fill_ranges(kept)
    figures = match_scales(ranges.assign(value_low=ranges["value_low"] - step, value_high=ranges["value_high"] + step))
    records: list[list[Any]] = []
    for (_, unit), group in figures.sort_values("earliest", kind="stable").groupby(["date", "unit"], sort=False):
        goods, ways = group[group["goods"].notna()], group[group["goods"].isna() & (group["flow"] == "one_way")]
        for _, total in group[group["goods"].isna()].iterrows():
            one_way = total["flow"] == "one_way"
            rest = goods[goods["exporter"] == total["exporter"]] if one_way else pd.concat([ways, goods])
            pair = [ways] if not one_way and len(ways) == ways["exporter"].nunique() == 2 else []
            rest = rest.drop(ways.index) if pair else rest
            for parts in [*pair, *(rest.loc[[name]] for name in rest.index)]:
                records.append(_compare_part(total, parts, str(unit), both=len(parts) == 2))
    columns = ["part", "when", "whole", "total", "parts", "unit", "verdict", "rows"]
    return pd.DataFrame(records, columns=columns).astype({"total": "float", "parts": "float"}).set_index("part")


def count_decimals(value: float) -> int:
    """Return with how many decimals a number is printed.

    Examples
    --------
    >>> count_decimals(4.3), count_decimals(40)
    (1, 0)
    """
    return len(f"{value:.10g}".partition(".")[2])


def _compare_part(total: Any, parts: pd.DataFrame, unit: str, *, both: bool) -> list[Any]:
    fits = parts["value_low"].sum() <= total["value_high"]
    fits &= not both or parts["value_high"].sum() >= total["value_low"]
    name = "both directions added up" if both else _name_flow(parts.iloc[0])
    cells = [name, total["when"], _name_flow(total), total["value"], parts["value"].sum(), unit]
    return [*cells, "agree" if fits else "contradict", join_rows([total["rows"], *parts["rows"]])]


def _name_flow(figure: Any) -> str:
    way = "both directions" if figure["flow"] == "total" else f"{figure['exporter']} to {figure['importer']}"
    return way if pd.isna(figure["goods"]) else f"{way}, {figure['goods']}"
