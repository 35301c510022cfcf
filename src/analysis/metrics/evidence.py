"""What others report, set beside what the article says: in one unit, like with like, ranges carried through."""

from __future__ import annotations

import re
from itertools import combinations
from typing import Any

import pandas as pd

from analysis.citing import join_rows
from analysis.errors import DataError
from analysis.metrics.trade import ENDS, count_decimals, fill_ranges, find_bounds, name_measures, select_comparable
from analysis.schema import DOLLARS, INDEX, RATE, split_unit

UNIT = "million USD"
FACTORS = {unit: dollars / DOLLARS[UNIT] for unit, dollars in DOLLARS.items()}
YEARS = ("calendar_year", "fiscal_year", "solar_hijri_year")
SAME = 0.6  # share of days; an Iranian year has 0.64 of them in common with the year in which it begins
BASES = ("reported", "rounded", "derived", "estimated")  # the firmest first
ONE_FIGURE = ["series", "reporter", "date", "flow", "exporter", "importer", "goods", "coverage", "status"]


def convert_figures(figures: pd.DataFrame, evidence: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the trade figures in million dollars; what is no money, or has no rate, is left out.

    Parameters
    ----------
    figures : pandas.DataFrame
        `Dossier.evidence` or `Dossier.trade`.
    evidence : pandas.DataFrame, optional
        `Dossier.evidence`; its rows in a unit such as ``KZT per USD`` turn another currency into dollars, where they
        are for the same period. Of several rates the first counts, the others widen the range; a figure of the article
        is read as rounded to its last printed digit. The figure is then worked out, so ``about`` (a printed range
        stays one), of a ``derived`` basis, and its ``rows`` name the rates too. A figure that is given in dollars as
        well is not worked out again.

    Returns
    -------
    pandas.DataFrame
        The same columns; value, value_low and value_high in million USD. An open end of a bound stays missing.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> float(convert_figures(load_dossier().evidence).loc["V046", "value"])
    26.540278
    """
    figures = figures if evidence is None else _drop_repeated(figures, _exchange(figures, evidence))
    kept = figures[figures["unit"].isin(list(FACTORS))]
    factor = kept["unit"].map(FACTORS).astype("Float64")
    return kept.assign(**{end: (kept[end].astype("Float64") * factor).round(6) for end in ENDS}, unit=UNIT)


def _exchange(figures: pd.DataFrame, evidence: pd.DataFrame) -> pd.DataFrame:
    """Return the figures with those for which there is a rate in dollars, each in the scale it had."""
    known = (evidence["status"] == "observed") & ~find_bounds(evidence)
    rates = evidence[evidence["unit"].str.endswith(RATE) & known]
    by_period = dict(iter(rates.groupby(["unit", "earliest", "latest"])))
    wanted = [f"{split_unit(unit)[1]}{RATE}" for unit in figures["unit"]]
    keys = zip(wanted, figures["earliest"], figures["latest"], strict=True)
    rated = pd.Series([key in by_period for key in keys], figures.index, dtype=bool)
    changed: dict[str, dict[str, Any]] = {}
    for row, figure in figures[rated & ~figures["unit"].str.endswith(RATE)].iterrows():
        currency = split_unit(figure["unit"])[1]
        found = fill_ranges(by_period[f"{currency}{RATE}", figure["earliest"], figure["latest"]])
        parts = (found["value"].iloc[0], found["value_high"].max(), found["value_low"].min())
        exact = figure["bound"] == "exact" and figure["value_low"] == figure["value_high"]
        half = 0.5 * 10.0 ** -count_decimals(figure["value"]) if exact else 0.0
        wide = zip((figure["value"], figure["value_low"] - half, figure["value_high"] + half), parts, strict=True)
        ends = dict(zip(ENDS, (number / part for number, part in wide), strict=True))
        unit, rows = figure["unit"].replace(currency, "USD"), join_rows([figure["rows"], *found["rows"]])
        bound = "about" if figure["bound"] == "exact" else figure["bound"]
        told = pd.notna(figure.get("basis"))
        basis = {"basis": max(figure["basis"], "derived", key=BASES.index)} if told else {}
        changed[str(row)] = {**ends, "unit": unit, "rows": rows, "bound": bound, **basis}
    if not changed:
        return figures
    new, frame = pd.DataFrame.from_dict(changed, "index"), figures.copy()
    for name in new:
        frame.loc[new.index, name] = new[name].astype(frame[name].dtype)
    return frame


def _drop_repeated(figures: pd.DataFrame, exchanged: pd.DataFrame) -> pd.DataFrame:
    """Leave out what was worked out in dollars and is given in dollars too, or worked out from another row before."""
    changed = figures.index[figures["unit"] != exchanged["unit"]]
    if changed.empty:
        return exchanged
    keys = [name for name in ONE_FIGURE if name in figures]
    marked = figures.assign(key=figures[keys].astype("object").fillna("").agg(tuple, axis=1))
    printed = set(marked.loc[figures["unit"].isin(list(DOLLARS)) & ~find_bounds(figures), "key"])
    currencies: dict[Any, str] = {}
    repeated = []
    for row in changed:
        key, currency = marked.loc[row, "key"], split_unit(str(figures.loc[row, "unit"]))[1]
        if key in printed or currencies.setdefault(key, currency) != currency:
            repeated.append(row)
    return exchanged.drop(index=repeated)


def list_foreign(trade: pd.DataFrame, evidence: pd.DataFrame) -> pd.DataFrame:
    """Return the figures in other money than dollars, beside what they are in million dollars.

    Parameters
    ----------
    trade, evidence : pandas.DataFrame
        `Dossier.trade` and `Dossier.evidence`.

    Returns
    -------
    pandas.DataFrame
        Columns when, value (low, high), unit, bound, million_usd (low, high; missing where `convert_figures` finds no
        rate), rows, with those of the rates.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> dossier = load_dossier()
    >>> len(list_foreign(dossier.trade, dossier.evidence))
    0
    """
    money = trade["unit"].map(lambda unit: bool(re.fullmatch("[A-Z]{3}", split_unit(unit)[1]))).astype(bool)
    foreign = trade[money & ~trade["unit"].isin(list(DOLLARS))]
    dollars = convert_figures(_exchange(foreign, evidence))[[*ENDS, "rows"]].reindex(foreign.index)
    dollars = dollars.rename(columns={end: end.replace("value", "million_usd") for end in ENDS})
    dollars["rows"] = dollars["rows"].fillna(foreign["rows"])
    columns = ["when", *ENDS, "unit", "bound", "million_usd", "million_usd_low", "million_usd_high", "rows"]
    return foreign.assign(unit=name_measures(foreign)).drop(columns="rows").join(dollars)[columns]


def list_totals(evidence: pd.DataFrame) -> pd.DataFrame:
    """Return trade in both directions as each series has it: a published total, or the sum of its two directions.

    One direction alone is no total, and where a series publishes a total no sum is made; nor is a bound added up.

    Parameters
    ----------
    evidence : pandas.DataFrame
        `Dossier.evidence`.

    Returns
    -------
    pandas.DataFrame
        The columns of `evidence`, in million USD, by series, the oldest first, and then by time. Index: row id,
        of a sum the two ids. ``basis`` of a sum is the less firm of the two.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> totals = list_totals(load_dossier().evidence)
    >>> totals[totals["series"] == "UNCTAD"]["value"].round(1).tolist()
    [30.3, 64.7, 344.1]
    """
    figures = convert_figures(evidence, evidence)
    keys = ["series", "date"]
    whole, ways = figures[figures["flow"] == "total"], figures[(figures["flow"] == "one_way") & ~find_bounds(figures)]
    published = set(zip(whole["series"], whole["date"], strict=True))
    sums = [
        _add_ways(pair)
        for key, pair in ways.sort_values("rows").groupby(keys, sort=False)
        if key not in published and len(pair) == 2 and pair["exporter"].nunique() == 2
    ]
    found = pd.concat([whole, pd.DataFrame(sums, columns=figures.columns).astype(figures.dtypes)]) if sums else whole
    oldest = figures.groupby("series")["earliest"].min().to_dict()
    found = found.assign(oldest=pd.Series([oldest[name] for name in found["series"]], found.index, dtype="object"))
    found = found.sort_values(["oldest", "series", "earliest", "latest", "rows"]).drop(columns="oldest")
    return found.set_index(found["rows"].rename("row"))


def _add_ways(pair: pd.DataFrame) -> dict[str, Any]:
    ends = {end: pair[end].sum(skipna=False) for end in ENDS}
    hedged = "about" if pair["bound"].isin(["about", "between"]).any() else "exact"
    facts = {"flow": "total", "exporter": None, "importer": None, "bound": hedged, "rows": join_rows(pair["rows"])}
    return {**pair.iloc[0], **ends, **facts, "basis": max(pair["basis"], key=BASES.index)}


def deflate_figures(figures: pd.DataFrame, evidence: pd.DataFrame, *, year: int = 0) -> pd.DataFrame:
    """Return figures in dollars of one year; those of no calendar year, or of one without a price index, are left out.

    Parameters
    ----------
    figures : pandas.DataFrame
        `Dossier.trade` or `list_totals`.
    evidence : pandas.DataFrame
        `Dossier.evidence`; its rows in a unit such as ``index, 1982–84 = 100`` are the price index.
    year : int
        Year whose prices are used; 0 for the last that has a price index.

    Returns
    -------
    pandas.DataFrame
        The same columns; ``rows`` also names the two index values. Empty where there is no price index.

    Raises
    ------
    DataError
        If there is a price index, but not for `year`.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> dossier = load_dossier()
    >>> deflate_figures(dossier.trade, dossier.evidence, year=2024)["value"].round(0).tolist()
    [73.0, 212.0, 67.0, 140.0]
    """
    prices = evidence[find_prices(evidence)].dropna(subset=["year"]).drop_duplicates("year").set_index("year")
    if prices.empty:
        return figures.iloc[:0]
    year = year or int(prices.index.max())
    if year not in prices.index:
        raise DataError(f"evidence.csv: expected a price index for {year}, found none")
    figures = convert_figures(figures, evidence)
    kept = figures[figures["year"].isin(prices.index)]
    base: Any = prices.loc[year]
    factor = (base["value"] / kept["year"].map(prices["value"])).astype("Float64")
    pairs = zip(kept["rows"], kept["year"].map(prices["rows"]), strict=True)
    rows = [join_rows([row, price, base["rows"]]) for row, price in pairs]
    return kept.assign(**{end: kept[end] * factor for end in ENDS}, unit=f"{UNIT} of {year}", rows=rows)


def find_prices(figures: pd.DataFrame) -> pd.Series:
    """Return which rows are values of a price index, which is no money.

    Examples
    --------
    >>> find_prices(pd.DataFrame({"unit": ["index, 1982–84 = 100", "million USD"]})).tolist()
    [True, False]
    """
    return figures["unit"].str.startswith(INDEX)


def compare_evidence(trade: pd.DataFrame, totals: pd.DataFrame) -> pd.DataFrame:
    """Divide each figure of the article by each total that others have for about the same year.

    Parameters
    ----------
    trade : pandas.DataFrame
        `Dossier.trade`, or the same by `convert_figures`; only `select_comparable` figures are used.
    totals : pandas.DataFrame
        As `list_totals` returns it.

    Returns
    -------
    pandas.DataFrame
        Index ``figure``: year and series. Columns article, elsewhere (million USD, with low and high), when (of the
        other figure), bound, coverage, basis, ratio (low, high; missing where the other is a bound or 0), rows.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> dossier = load_dossier()
    >>> float(compare_evidence(dossier.trade, list_totals(dossier.evidence)).loc["2000, Correlates of War", "ratio"])
    4.0
    """
    figures, names, records = fill_ranges(convert_figures(select_comparable(trade))), [], []
    for _, figure in figures.iterrows():
        for _, total in totals[_match(totals, figure)].iterrows():
            names.append(f"{figure['year']}, {total['series']}")
            elsewhere = {f"elsewhere{end.removeprefix('value')}": total[end] for end in ENDS}
            facts = {name: total[name] for name in ("when", "bound", "coverage", "basis")}
            ratio = _divide(figure, total)
            rows = join_rows([figure["rows"], total["rows"]])
            records.append({"article": figure["value"], **elsewhere, **facts, **ratio, "rows": rows})
    columns = ["article", "elsewhere", "elsewhere_low", "elsewhere_high", "when", "bound", "coverage", "basis"]
    columns += ["ratio", "ratio_low", "ratio_high", "rows"]
    frame = pd.DataFrame(records, columns=columns, index=pd.Index(names, name="figure", dtype="str"))
    return frame.astype({name: "Float64" for name in columns if name.startswith(("article", "elsewhere", "ratio"))})


def _match(frame: pd.DataFrame, figure: Any) -> pd.Series:
    """Return which rows are for about the same period: the days in both are most of the days in either."""
    starts, ends = frame["earliest"], frame["latest"]
    first, last = figure["earliest"], figure["latest"]
    both = (ends.clip(upper=last) - starts.clip(lower=first)).dt.days + 1
    either = (ends.clip(lower=last) - starts.clip(upper=first)).dt.days + 1
    return both / either > SAME


def _divide(one: Any, other: Any) -> dict[str, Any]:
    if other["bound"] in ("at_least", "at_most") or not other["value_low"] > 0:
        return {"ratio": None, "ratio_low": None, "ratio_high": None}
    return {
        "ratio": one["value"] / other["value"],
        "ratio_low": one["value_low"] / other["value_high"],
        "ratio_high": one["value_high"] / other["value_low"],
    }


def find_unseen(trade: pd.DataFrame, totals: pd.DataFrame) -> pd.DataFrame:
    """Return the highest reported total in a year between two of the article's figures, if it tops them all.

    Parameters
    ----------
    trade : pandas.DataFrame
        `Dossier.trade`, or the same by `convert_figures`; only `select_comparable` figures are used.
    totals : pandas.DataFrame
        As `list_totals` returns it, in the unit of `trade`.

    Returns
    -------
    pandas.DataFrame
        The columns of `totals`, one row or none. Estimates, bounds and what was worked out are left out, and so is what
        is not surely higher than any figure.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> dossier = load_dossier()
    >>> find_unseen(dossier.trade, list_totals(dossier.evidence))["when"].tolist()
    ['2013']
    """
    figures = fill_ranges(select_comparable(trade))
    years, totals = figures["year"], totals[totals["unit"].isin(figures["unit"])]
    between = totals["year"].between(years.min(), years.max()) & ~totals["year"].isin(years)
    firm = ~find_bounds(totals) & totals["basis"].isin(["reported", "rounded"])
    known = totals[between.fillna(False).astype(bool) & firm]
    highest = known.sort_values("value", kind="stable").tail(1)
    surely = highest["value_low"] > figures["value_high"].max()
    found: pd.DataFrame = highest.loc[surely.to_numpy(dtype=bool)]
    return found


def compare_reports(evidence: pd.DataFrame) -> pd.DataFrame:
    """Set two reports of one flow in one year beside each other: how many times the larger is the smaller.

    A true mirror is one flow as the exporter and as the importer report it. Totals of two official bodies are near it.
    Two sources for the same side of a flow are no mirror, but show how far sources differ. Bounds are left out.

    Parameters
    ----------
    evidence : pandas.DataFrame
        `Dossier.evidence`.

    Returns
    -------
    pandas.DataFrame
        Index ``pair``. Columns kind (mirror, totals, one side), exporter, importer, when, one, other (series),
        one_value, other_value (million USD, with low and high), ratio with low and high (missing where one is 0), rows.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> pairs = compare_reports(load_dossier().evidence)
    >>> int((pairs["kind"] == "mirror").sum())
    5
    """
    figures, totals = convert_figures(evidence, evidence), list_totals(evidence)
    ways = figures[(figures["flow"] == "one_way") & figures["year"].notna() & ~find_bounds(figures)]
    ways = ways.sort_values(["role", "series", "rows"])
    pairs: list[tuple[str, Any, Any]] = []
    for _, group in ways.groupby(["exporter", "importer", "year"], sort=True):
        for (_, one), (_, other) in combinations(group.iterrows(), 2):
            if one["series"] != other["series"]:
                pairs.append(("one side" if one["role"] == other["role"] else "mirror", one, other))
    official = totals[(totals["role"] == "official_total") & ~find_bounds(totals) & totals["period_kind"].isin(YEARS)]
    stated = official[official["date_basis"] != "inferred"]
    for (_, one), (_, other) in combinations(stated.iterrows(), 2):
        if one["series"] != other["series"] and _match(stated.loc[[other["rows"]]], one).all():
            pairs.append(("totals", one, other))
    return _tabulate_pairs(pairs)


def _tabulate_pairs(pairs: list[tuple[str, Any, Any]]) -> pd.DataFrame:
    records, names = [], []
    for kind, one, other in pairs:
        flow = "both directions" if kind == "totals" else f"{one['exporter']} to {one['importer']}"
        when = one["when"] if one["when"] == other["when"] else f"{one['when']} / {other['when']}"
        names.append(f"{flow}, {one['when']}, {one['series']} and {other['series']}")
        sides = {"exporter": one["exporter"], "importer": one["importer"], "when": when}
        values = {
            f"{side}_value{end.removeprefix('value')}": row[end]
            for side, row in (("one", one), ("other", other))
            for end in ENDS
        }
        facts = {"kind": kind, **sides, "one": one["series"], "other": other["series"], **values}
        records.append({**facts, **_compare_sizes(one, other), "rows": join_rows([one["rows"], other["rows"]])})
    ends = [f"{side}_value{end}" for side in ("one", "other") for end in ("", "_low", "_high")]
    numbers = [*ends, "ratio", "ratio_low", "ratio_high"]
    columns = ["kind", "exporter", "importer", "when", "one", "other", *numbers, "rows"]
    frame = pd.DataFrame(records, columns=columns, index=pd.Index(names, name="pair", dtype="str"))
    return frame.astype(dict.fromkeys(numbers, "Float64"))


def _compare_sizes(one: Any, other: Any) -> dict[str, Any]:
    """Return how many times the larger is the smaller: nearest, at least and at most, as the ranges allow."""
    small, large = sorted((one, other), key=lambda row: row["value"])
    if not small["value"] > 0:
        return {"ratio": None, "ratio_low": None, "ratio_high": None}
    high = large["value_high"] / small["value_low"] if small["value_low"] > 0 else None
    low = max(1.0, large["value_low"] / small["value_high"])
    return {"ratio": large["value"] / small["value"], "ratio_low": low, "ratio_high": high}


def find_contradictions(evidence: pd.DataFrame) -> pd.DataFrame:
    """Return the years for which two sources differ by more than their rounding, the widest apart first.

    A published part, such as one direction or a half-year, and a bound such as "more than 500" are floors under the
    total. Freight and insurance, which importers count and exporters do not, explain a factor of about 1.1.

    Parameters
    ----------
    evidence : pandas.DataFrame
        `Dossier.evidence`.

    Returns
    -------
    pandas.DataFrame
        Index: year. Columns lowest, lowest_by, highest, highest_by (million USD and series), factor_at_least
        (the highest, at its lowest, over the lowest, at its highest), rows. Calendar years only.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> find_contradictions(load_dossier().evidence).index[:3].tolist()
    [1995, 2015, 2011]
    """
    floors = convert_figures(evidence, evidence).assign(year=lambda frame: frame["earliest"].dt.year)
    told = (floors["period_kind"] != "other") | (floors["date_basis"] != "inferred")  # which months is known
    floors = floors[told & (floors["year"] == floors["latest"].dt.year)]
    totals = list_totals(evidence)
    totals = totals[totals["year"].notna() & totals["value_high"].notna()]
    floors = pd.concat([floors[floors["value_low"].notna()], totals])
    records = {}
    for year, group in totals.groupby("year"):
        lowest = group.iloc[int(group["value_high"].astype(float).argmin())]
        rivals = floors[floors["year"] == year]
        highest = rivals.iloc[int(rivals["value_low"].astype(float).argmax())]
        if highest["value_low"] > lowest["value_high"]:
            factor = float(highest["value_low"] / lowest["value_high"])
            sides = [side for row in (lowest, highest) for side in (float(row["value"]), row["series"])]
            records[int(str(year))] = [*sides, factor, join_rows([lowest["rows"], highest["rows"]])]
    columns = ["lowest", "lowest_by", "highest", "highest_by", "factor_at_least", "rows"]
    frame = pd.DataFrame.from_dict(records, "index", columns=columns).rename_axis("year")
    return frame.sort_values("factor_at_least", ascending=False, kind="stable")
