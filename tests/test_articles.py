"""Two invented articles on other pairs, coded with the tools of this suite; one is awkward in every way known.

Nothing in `src/` or `notebooks/` knows of them. A folder holds the text and the tables that have rows; the schema, the
codes and the empty tables are those that `new` writes.
"""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from copies import change, fail, read

from analysis.batch import plan_batch
from analysis.dossier import Dossier, load_dossier, select_rows
from analysis.faults import find_faults
from analysis.findings import find_agreements, find_trade, find_visits
from analysis.metrics.claims import check_claims, measure_level, measure_rank, measure_ratio
from analysis.metrics.events import count_events, select_visits
from analysis.metrics.evidence import compare_evidence, convert_figures, find_unseen, list_foreign, list_totals
from analysis.metrics.trade import compare_parts, list_left_out, select_comparable, trade_ratio
from analysis.new import write_dossier
from analysis.passages import cover_text, split_paragraphs
from analysis.plots.trade import find_missing_years, plot_trade, select_figures
from analysis.rows import list_rows

ARTICLES = sorted((Path(__file__).parent / "articles").iterdir())
NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


def write_article(source: Path, folder: Path) -> Path:
    """Write the dossier of an invented article: `new`, and then the tables that were coded."""
    with (source / "sources.csv").open(encoding="utf-8") as file:
        article = next(csv.DictReader(file))
    with (source / "actors.csv").open(encoding="utf-8") as file:
        first, second = [actor["code"] for actor in csv.DictReader(file)][:2]
    facts = {name: article[name] for name in ("url", "publisher", "date")}
    write_dossier(folder, (first, second), article["title"], **facts)
    for path in source.glob("*.csv"):
        assert (
            path.read_text(encoding="utf-8").partition("\n")[0] == (folder / path.name).read_text().partition("\n")[0]
        )
        shutil.copy(path, folder)
    return folder


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    place = tmp_path_factory.mktemp("suite") / "dossiers"
    return {source.name: write_article(source, place / source.name) for source in ARTICLES}


@pytest.fixture(scope="module")
def onions(folders: dict[str, Path]) -> Dossier:
    return load_dossier(folders["onions"])


@pytest.fixture
def bridge(folders: dict[str, Path], tmp_path: Path) -> Path:
    return Path(shutil.copytree(folders["bridge"], tmp_path / "bridge"))


@pytest.mark.parametrize("source", ARTICLES, ids=lambda path: path.name)
def test_article_is_coded_whole_and_without_a_fault(folders: dict[str, Path], source: Path) -> None:
    text = (source / "article.txt").read_text(encoding="utf-8")
    assert 300 < len(text.split()) < 450
    assert find_faults(folders[source.name]) == []
    mentions, lost = cover_text(load_dossier(folders[source.name]), text)
    assert lost == []
    numbers = mentions[~mentions["kind"].isin(["country", "quote"])]
    assert len(numbers) > 20
    assert numbers[(numbers["rows"] == "") & (numbers["reason"] == "")].empty


@pytest.mark.slow
def test_every_report_of_every_article_is_rendered_by_one_batch(folders: dict[str, Path], tmp_path: Path) -> None:
    suite = next(iter(folders.values())).parents[1]
    entries = "".join(f'  - {{notebook: {path.stem}, each: {{dossier: "{suite}/dossiers/*"}}}}\n' for path in NOTEBOOKS)
    shutil.copytree(NOTEBOOKS[0].parent, suite / "notebooks")
    (suite / "reports").mkdir()
    (suite / "reports" / "batch.yml").write_text(f"reports:\n{entries}", encoding="utf-8")
    batch = ["--batch", suite / "reports" / "batch.yml", "--output", tmp_path, "--workers", "2"]
    done = subprocess.run(
        [sys.executable, "-m", "analysis", "render", *batch], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    pages = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.glob("0*.html")}
    assert len(pages) == len(NOTEBOOKS) * len(ARTICLES)
    for name, page in pages.items():
        soup = BeautifulSoup(page, "html.parser")
        for part in soup.select("style, details.code"):
            part.extract()
        words = soup.get_text(" ")
        assert re.findall(r"\bnan\b|NaN|NaT|<NA>|\bNone\b", words) == [], name
        assert ("coded in part" in words) == ("onions" in name)
    index = (tmp_path / "index.html").read_text(encoding="utf-8")
    for source in ARTICLES:
        assert (source / "article.txt").read_text(encoding="utf-8").partition("\n")[0] in index


def test_a_figure_in_another_currency_is_dollars_by_the_rate_of_its_period(onions: Dossier) -> None:
    """9,000 million kesh, at 40 (39.5 to 40.5) to the dollar."""
    dollars = convert_figures(onions.trade, onions.evidence)
    assert dollars.loc["T1", ["value", "unit", "bound", "rows"]].tolist() == [225, "million USD", "about", "T1+V1"]
    assert dollars.loc["T1", "value_low"] == pytest.approx(8500 / 40.5)
    assert dollars.loc["T1", "value_high"] == pytest.approx(9500 / 39.5)
    assert onions.trade.loc["T1", ["value", "unit"]].tolist() == [9, "billion XKS"]
    ratios = compare_evidence(dollars, list_totals(onions.evidence))
    assert ratios.loc["2020, Customs of Norvane", ["ratio", "rows"]].tolist() == [pytest.approx(225 / 210), "T1+V1+V3"]


def test_a_rate_of_another_period_or_currency_converts_nothing(onions: Dossier) -> None:
    dollars = convert_figures(onions.trade, onions.evidence)
    assert not {"T12", "T13", "T14"} & set(dollars.index)
    assert pd.isna(measure_level(onions, "T14").low)
    assert check_claims(onions).loc["C3", "verdict"] == "cannot be tested"
    assert {"V1", "V2"}.isdisjoint(list_totals(onions.evidence).index)


def test_two_rates_widen_the_range_and_the_first_is_the_value(onions: Dossier) -> None:
    other = onions.evidence.loc[["V1"]].assign(value=60.0, value_low=59.5, value_high=60.5, rows="V9")
    both = pd.concat([onions.evidence, other.rename(index={"V1": "V9"})])
    one = convert_figures(onions.trade, both).loc["T1"]
    assert (one["value"], one["rows"]) == (225, "T1+V1+V9")
    assert one["value_low"] == pytest.approx(8500 / 60.5)
    assert one["value_high"] == pytest.approx(9500 / 39.5)


def add(frame: pd.DataFrame, row: str, name: str, **cells: object) -> pd.DataFrame:
    """Return the frame with a copy of a row under another id, its cells changed."""
    new = frame.loc[[row]].rename(index={row: name}).assign(rows=name, **cells)
    return pd.concat([frame, new.astype(frame.dtypes)])


def give(value: float) -> dict[str, object]:
    return dict.fromkeys(("value", "value_low", "value_high"), value)


def test_a_total_given_in_dollars_as_well_is_one_figure(onions: Dossier) -> None:
    """9 billion kesh are 225 million dollars by our rate; the text itself has 224."""
    trade = add(onions.trade, "T1", "T90", **give(224), unit="million USD")
    dollars = convert_figures(trade, onions.evidence)
    assert dollars.loc[dollars["year"] == 2020, ["value", "rows"]].to_numpy().tolist() == [[224, "T90"]]
    assert 2020 in set(select_comparable(dollars)["year"])
    assert list_foreign(trade, onions.evidence).loc["T1", "million_usd"] == 225
    bound = add(onions.trade, "T1", "T90", **give(200), unit="million USD", bound="at_least")
    assert {"T1", "T90"} <= set(convert_figures(bound, onions.evidence).index)


def test_a_total_in_two_other_currencies_is_one_figure(onions: Dossier) -> None:
    trade = add(onions.trade, "T1", "T90", **give(200), unit="million EUR")
    evidence = add(onions.evidence, "V1", "V90", **give(0.9), unit="EUR per USD")
    dollars = convert_figures(trade, evidence)
    assert dollars.loc[dollars["year"] == 2020, "rows"].tolist() == ["T1+V1"]
    assert list_foreign(trade, evidence)["million_usd"].notna().sum() >= 2
    again = add(onions.trade, "T1", "T90", **give(8))
    assert (convert_figures(again, onions.evidence)["year"] == 2020).sum() == 2


def test_directions_given_in_two_currencies_are_added_up_once(onions: Dossier) -> None:
    evidence = onions.evidence
    for number, (exporter, unit, value) in enumerate(
        [("XKE", "million USD", 100), ("XNO", "million USD", 50), ("XKE", "million XKS", 4000)], start=90
    ):
        importer = {"XKE": "XNO", "XNO": "XKE"}[exporter]
        ways = {"flow": "one_way", "exporter": exporter, "importer": importer, "series": "Port", "unit": unit}
        evidence = add(evidence, "V3", f"V{number}", **ways, **give(value))
    totals = list_totals(evidence)
    assert totals.loc[totals["series"] == "Port", ["value", "rows"]].to_numpy().tolist() == [[150, "V90+V91"]]


def test_a_converted_figure_is_worked_out_and_a_range_stays_one(onions: Dossier) -> None:
    evidence = add(onions.evidence, "V3", "V90", **give(8000), series="Port", unit="million XKS")
    assert convert_figures(evidence, evidence).loc["V90", ["basis", "bound"]].tolist() == ["derived", "about"]
    ends = {"value": 9, "value_low": 8, "value_high": 10, "bound": "between"}
    one = convert_figures(add(onions.trade, "T1", "T90", date="2020", **ends), onions.evidence).loc["T90"]
    assert one[["bound", "value_low", "value_high"]].tolist() == [
        "between",
        pytest.approx(8000 / 40.5),
        pytest.approx(10000 / 39.5),
    ]
    assert find_unseen(onions.trade, list_totals(evidence).query("series == 'Port'")).empty


@pytest.mark.parametrize("cells", [{"status": "forecast"}, {"bound": "at_least"}], ids=["forecast", "bound"])
def test_a_rate_that_is_not_observed_converts_nothing(onions: Dossier, cells: dict[str, str]) -> None:
    evidence = onions.evidence.copy()
    for column, value in cells.items():
        evidence.loc["V1", column] = value
    assert "T1" not in convert_figures(onions.trade, evidence).index


def test_what_others_have_names_their_rows_and_not_our_rate(onions: Dossier) -> None:
    assert list_rows(onions).loc["T1", ["elsewhere", "elsewhere_rows"]].tolist() == [
        "Elsewhere, in million dollars: Customs of Norvane 210 (V3).",
        "V3",
    ]
    ends = {"value": 210, "value_low": 200, "value_high": 220, "bound": "between"}
    evidence = onions.evidence.copy()
    for column, value in ends.items():
        evidence.loc["V3", column] = value
    assert "Norvane 200–220 (V3)" in list_rows(replace(onions, evidence=evidence)).loc["T1", "elsewhere"]


def test_amounts_in_one_measure_are_compared_as_they_are(onions: Dossier) -> None:
    """14 of 9 billion kesh is 1.56; in dollars, by the rates of two times, it would be 280 of 225."""
    assert measure_ratio(onions, "T1;T11").describe(".2f") == "1.56-fold"
    assert measure_ratio(onions, "T9;T7").value == 3
    assert measure_rank(onions, "T9;T7").value == 2
    dollars = measure_ratio(onions, "V3;T11")
    assert dollars.value == pytest.approx(280 / 210)
    assert measure_level(onions, "T11", "billion XKS").describe(".0f") == "14 billion XKS"
    assert measure_level(onions, "T11", "billion USD").value == pytest.approx(0.28)
    assert pd.isna(measure_level(onions, "T11", "million XND").low)
    assert pd.isna(measure_ratio(onions, "T14;V3").value)


def test_levels_of_which_one_is_not_known_are_open_in_any_order(onions: Dossier) -> None:
    assert all(pd.isna(measure_level(onions, inputs).low) for inputs in ("T14;T4", "T4;T14"))


def test_of_two_currencies_with_as_many_figures_dollars_are_compared(onions: Dossier) -> None:
    both = onions.trade.loc[["T1", "T4"]]
    assert select_comparable(both)["unit"].tolist() == ["million USD"]
    euro = both.assign(unit=["billion EUR", "billion XKS"])
    assert [select_comparable(frame)["unit"].tolist() for frame in (euro, euro[::-1])] == [["billion XKS"]] * 2


def test_a_bound_in_another_currency_stays_a_bound(onions: Dossier) -> None:
    bound = onions.trade.loc[["T1"]].assign(bound="at_least", value_high=pd.NA)
    one = convert_figures(bound, onions.evidence).iloc[0]
    assert (one["bound"], pd.isna(one["value_high"])) == ("at_least", True)


def test_scales_of_one_currency_are_one(onions: Dossier) -> None:
    mixed = onions.trade.loc[["T4", "T15"]].assign(status="observed", bound="exact", value_high=[500, 1])
    figures = select_comparable(mixed.assign(unit=["million USD", "billion USD"]))
    assert figures["value"].tolist() == [500, 1000]
    assert trade_ratio(mixed, start_year=2023, end_year=2030).value == 2


def test_a_printed_range_has_no_point_and_goes_into_every_ratio(onions: Dossier) -> None:
    ratio = trade_ratio(onions.trade, start_year=2021, end_year=2023)
    assert (ratio.low, ratio.high) == (500 / 400, 500 / 300)
    assert list_rows(onions).loc["T2", "content"] == "Total trade: 300–400 million USD"
    ax = plot_trade(onions.trade)
    assert "300–400" in [text.get_text() for text in ax.texts]
    points = [tuple(point) for marks in ax.collections for point in marks.get_offsets() if len(marks.get_offsets()) < 9]
    assert (2021.5, 350.0) not in points
    assert (2023.5, 500.0) in points


def test_growth_without_a_level_is_no_level(onions: Dossier) -> None:
    assert list_rows(onions).loc["T3", "content"] == "Total trade: +12% on the year before"
    assert list_left_out(onions.trade).loc["T3", "reason"] == "a change, not a level"
    assert "T3" not in select_figures(onions.trade).index
    assert "T3" not in convert_figures(onions.trade, onions.evidence).index


@pytest.mark.parametrize("row", ["T11", "T13", "T14"], ids=["quarter", "fiscal year", "Solar Hijri year"])
def test_other_periods_are_never_compared_with_years(onions: Dossier, row: str) -> None:
    both = onions.trade.assign(flow="total", exporter=None, importer=None, bound="exact")
    assert list_left_out(both).loc[row, "reason"] == "not a calendar year"
    assert pd.isna(onions.trade.loc[row, "year"])


def test_targets_and_forecasts_are_hollow_and_in_no_count(onions: Dossier) -> None:
    figures = select_figures(onions.trade)
    assert not figures.loc["T15", "solid"]
    assert figures.loc["T15", ["value", "under"]].tolist() == [1000, "2030 (target)"]
    assert set(select_comparable(onions.trade).index) == {"T2", "T4"}
    assert "2030" not in find_trade(onions.trade)


def test_goods_are_not_the_total(onions: Dossier) -> None:
    left = list_left_out(onions.trade)
    assert left.loc["T7", ["unit", "reason"]].tolist() == ["thousand tonnes of wheat", "of some goods only"]
    assert list_rows(onions).loc["T10", "content"] == "XKE to XNO: 2 billion XKS of onions"
    only = onions.trade[onions.trade["goods"] == "wheat"]
    assert set(select_figures(only)["unit"]) == {"billion XKS of wheat"}


def test_parts_that_contradict_their_total_are_a_finding(onions: Dossier) -> None:
    parts = compare_parts(onions.trade)
    assert parts["verdict"].to_dict() == {
        "both directions added up": "contradict",
        "XKE to XNO, wheat": "agree",
        "XKE to XNO, onions": "agree",
    }
    assert parts.iloc[0][["total", "parts", "rows"]].tolist() == [500, 460, "T4+T5+T6"]
    said = (
        "[500](#rows-T4+T5+T6) million USD for both directions, and [460](#rows-T4+T5+T6) for both directions added up"
    )
    assert f"{said}: the two contradict each other." in find_trade(onions.trade)


@pytest.mark.parametrize(
    ("total", "verdict"), [(458, "contradict"), (459, "agree"), (460.4, "agree"), (461.6, "contradict")]
)
def test_parts_are_read_as_rounded_to_their_last_digit(onions: Dossier, total: float, verdict: str) -> None:
    """310 and 150 make 459 to 461; a total of 459 is 458.5 to 459.5, one of 461.6 at least 461.55."""
    trade = onions.trade.loc[["T4", "T5", "T6"]]
    trade.loc["T4", ["value", "value_low", "value_high"]] = total
    assert compare_parts(trade)["verdict"].tolist() == [verdict]


def test_parts_of_no_known_period_and_denied_ones_contradict_nothing(onions: Dossier) -> None:
    trade = onions.trade.loc[["T4", "T5", "T6"]]
    for cells in ({"open_end": True}, {"certainty": "denied"}, {"status": "planned"}):
        assert compare_parts(trade.assign(**cells)).empty
    open_ended = trade.assign(earliest=pd.NaT, date="../..")
    assert compare_parts(open_ended).empty


def test_of_many_contradictions_two_are_named_and_the_others_counted(onions: Dossier) -> None:
    trade = onions.trade.loc[["T4", "T5", "T6"]]
    years = [trade.rename(index=lambda name, n=n: f"{name}_{n}").assign(date=f"{n}") for n in range(2001, 2006)]
    many = pd.concat([frame.assign(rows=frame.index, earliest=pd.Timestamp(frame["date"].iloc[0])) for frame in years])
    text = find_trade(many)
    assert text.count("contradict each other") == 2
    assert "So do [3 more parts](#rows-T4_2003+T5_2003+T6_2003+" in text


def test_a_year_with_a_figure_that_is_not_drawn_is_not_without_one(onions: Dossier) -> None:
    """Dollars for 2019 and 2023; of 2021 only kesh, of 2022 only a change."""
    trade = onions.trade.loc[["T1", "T2", "T3", "T4"]].copy()
    trade["unit"] = ["million USD", "billion XKS", "%", "million USD"]
    trade.loc["T1", ["date", "earliest", "latest", "year"]] = [
        "2019",
        pd.Timestamp("2019-01-01"),
        pd.Timestamp("2019-12-31"),
        2019,
    ]
    figures = select_figures(trade)
    assert list(figures.index) == ["T1", "T4"]
    assert find_missing_years(trade, figures) == [(2020, 2020)]


def test_the_title_has_figures_as_they_are_drawn(onions: Dossier) -> None:
    """500 billion beside more figures in millions is drawn as 500,000 million."""
    mixed = onions.trade.loc[["T2", "T4", "T5", "T6", "T15"]].copy()
    mixed["unit"] = ["billion USD"] * 2 + ["million USD"] * 3
    ax = plot_trade(mixed)
    assert ax.figure.texts[0].get_text() == "Two comparable figures: the last, 500,000 in 2023, is the highest"
    assert "500,000" in [text.get_text() for text in ax.texts]


def test_a_part_larger_than_its_whole_contradicts_it(onions: Dossier) -> None:
    trade = onions.trade.loc[["T8", "T11"]]
    trade.loc["T8", ["value", "value_low", "value_high"]] = 16
    assert compare_parts(trade)["verdict"].tolist() == ["contradict"]


def test_a_planned_visit_is_no_visit(onions: Dossier, folders: dict[str, Path]) -> None:
    assert select_visits(onions.events).empty
    assert "0 from Kestria" not in find_visits(onions)
    whole = load_dossier(folders["bridge"])
    assert "E14" not in select_visits(whole.events).index
    assert not whole.events.loc["E14", "counted"]
    assert 2025 not in count_events(whole.events[whole.events["counted"]]).index


def test_joint_acts_count_once_and_mediators_are_context(onions: Dossier) -> None:
    assert onions.events.loc[["E4", "E5", "E6", "E7"], "counted"].tolist() == [False, True, False, False]
    coding = list_rows(onions)["coding"]
    assert coding["E5"].startswith("XKE ↔ XNO")
    assert coding["E4"].startswith("XKX;")


def test_an_act_without_an_author_has_no_side(onions: Dossier) -> None:
    assert pd.isna(onions.events.loc["E1", "actor"])
    assert not onions.events.loc["E1", "counted"]
    assert list_rows(onions).loc["E1", "coding"].startswith("XKE")


def test_an_announced_end_is_an_act_of_its_own(bridge: Path) -> None:
    """What an article of 2024 tells of 2027 cannot have been observed."""
    change(bridge, "events.csv", 8, date="2000-06/2027-12", date_kind="span")
    assert (
        "events.csv, row 8, column 'date': expected 2000-06/.., since ARTICLE appeared on 2024-11-20, found "
        "'2000-06/2027-12' (an end that is announced is an act of its own, with the status planned)"
    ) in fail(bridge)
    change(bridge, "events.csv", 8, date="2000-06/..", date_kind="span")
    assert find_faults(bridge) == []


def test_a_year_that_is_not_over_may_end_after_the_day_of_publication(bridge: Path) -> None:
    change(bridge, "events.csv", 8, date="2000-06/2024", date_kind="span")
    assert find_faults(bridge) == []


def test_dates_that_hang_on_the_day_of_publication(onions: Dossier, folders: dict[str, Path]) -> None:
    """Last month, in November 2024; last year, in a year that is not known."""
    assert load_dossier(folders["bridge"]).events.loc["E13", "when"] == "Oct 2024"
    assert onions.events.loc[["E8", "E10"], "when"].tolist() == ["no date", "no date"]
    assert not select_rows(onions, first_year=2016).events.index.isin(["E8", "E10"]).any()


RULES = [  # cells of the first figure, and what is said
    ({"unit": "million euro"}, "'unit': expected text such as million USD, billion KZT, thousand tonnes or %"),
    ({"value": "-5", "value_low": "-5", "value_high": "-5"}, "'value': expected 0 or more, since the unit is not %"),
    ({"bound": "between", "value_low": "50", "value_high": "90"}, "'value': expected 70.0, the middle of the range"),
    ({"bound": "between"}, "'value_low': expected a lower end below the upper one, found '60.0'"),
    (
        {"bound": "between", "value_low": ""},
        "'value_low': expected a number, since bound is between, found '' (it is the end that is printed",
    ),
    (
        {"unit": "million UDS"},
        "'unit': expected a currency by its code in ISO 4217, such as USD or KZT, found 'UDS' (look the code up; what "
        "has none gets one of your own that begins with X)",
    ),
]


@pytest.mark.parametrize(("cells", "said"), RULES)
def test_rules_of_units_and_ranges(bridge: Path, cells: dict[str, str], said: str) -> None:
    change(bridge, "trade.csv", 2, **cells)
    assert said in fail(bridge)


def test_a_fall_in_per_cent_is_below_nothing(bridge: Path) -> None:
    change(bridge, "trade.csv", 2, unit="%", value="-12.5", value_low="-12.5", value_high="-12.5")
    assert find_faults(bridge) == []
    assert list_rows(load_dossier(bridge)).loc["T1", "content"] == "Total trade: −12.5% on the year before"


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"flow": ""}, "'flow': expected total or one_way, since it is trade, found ''"),
        ({"unit": "XKS per USD"}, "'flow': expected an empty cell, since the unit is of prices, found 'total'"),
    ],
)
def test_prices_and_rates_have_no_flow_and_trade_has_one(bridge: Path, cells: dict[str, str], said: str) -> None:
    change(bridge, "evidence.csv", 2, **cells)
    assert said in fail(bridge)


@pytest.mark.parametrize("unit", ["XKS per USD", "index, 2015 = 100"])
def test_a_rate_and_a_price_index_are_more_than_nothing(bridge: Path, unit: str) -> None:
    change(bridge, "evidence.csv", 2, unit=unit, flow="", value="0", value_low="0", value_high="1", rounding="")
    assert "evidence.csv, row 2, column 'value': expected more than 0, since the unit is of prices, found '0'" in fail(
        bridge
    )


def test_a_printed_range_has_no_rounding(bridge: Path) -> None:
    change(bridge, "evidence.csv", 2, bound="between", value="10", value_low="8", value_high="12", rounding="1")
    said = "evidence.csv, row 2, column 'rounding': expected an empty cell, since bound is between, found '1.0'"
    assert said in fail(bridge)


def test_the_unit_of_a_level_is_that_of_an_input_or_dollars(bridge: Path) -> None:
    row = next(n for n, cells in enumerate(read(bridge, "claims.csv"), start=1) if "measure_level" in cells)
    change(bridge, "claims.csv", row, unit="dollars")
    assert (
        f"claims.csv, row {row}, column 'unit': expected the unit of the amount: dollars, or the currency or measure "
        "of an input, found 'dollars' (such as million USD)"
    ) in fail(bridge)


def test_two_price_indices_are_not_mixed(bridge: Path) -> None:
    for row, unit in ((2, "index, 2015 = 100"), (3, "index, 1982–84 = 100")):
        change(bridge, "evidence.csv", row, unit=unit, flow="")
    assert (
        "evidence.csv, row 3, column 'unit': expected the price index of the rows before, index, 2015 = 100, found "
        "'index, 1982–84 = 100' (keep one index, on one base)"
    ) in fail(bridge)


def test_examples_of_the_codebook_are_rows_coded_so(folders: dict[str, Path]) -> None:
    text = (ARTICLES[0].parents[2] / "data" / "README.md").read_text(encoding="utf-8")
    section = text.partition("## What other articles need")[2].partition("\n## ")[0]
    examples = re.findall(r"`(bridge|onions)` (\w+): ((?:`\w+` `[^`]*`(?:, )?)+)", section)
    assert len(examples) > 15
    for name, row, cells in examples:
        dossier = load_dossier(folders[name])
        frame = next(frame for frame in (dossier.trade, dossier.events, dossier.evidence) if row in frame.index)
        for column, value in re.findall(r"`(\w+)` `([^`]*)`", cells):
            found = frame.loc[row, column]
            said = "" if pd.isna(found) else f"{found:g}" if isinstance(found, float) else str(found)
            assert said == value, (name, row, column)


def test_rival_totals_of_one_year_are_named_and_the_year_is_not_silent(onions: Dossier) -> None:
    rivals = add(onions.trade, "T4", "T90", **give(650), reporter="a newspaper")
    said = find_trade(rivals)
    assert "For [2023](#rows-T4+T90) the article has [2 totals](#rows-T4+T90) that differ or are told twice" in said
    assert "A single trade figure can be compared" in said
    assert "totals" not in find_trade(onions.trade.drop(index="T4"))


def test_what_is_planned_says_so_wherever_it_is_cited(onions: Dossier) -> None:
    rows = list_rows(onions)["content"]
    assert rows["T15"].endswith(" (target)")
    assert rows["T12"].endswith(" (forecast)")
    assert not rows["T4"].endswith(")")


def test_an_agreement_that_is_only_announced_is_counted_apart(folders: dict[str, Path]) -> None:
    events = load_dossier(folders["bridge"]).events
    signed = events[(events["type"] == "agreement") & events["bearing"].notna()].iloc[[0]]
    planned = signed.assign(status="planned", effect=pd.NA, bearing=pd.NA, rows="E99").rename(index=lambda _: "E99")
    said = find_agreements(pd.concat([signed, planned.astype(signed.dtypes)]))
    assert said.startswith("[1 row]")
    assert said.endswith(" [1 more row](#rows-E99) is only announced.")
    assert find_agreements(planned).endswith("rows shown. [1 more row](#rows-E99) is only announced.")


def test_an_amount_in_dollars_is_as_precise_as_the_printed_figure(onions: Dossier) -> None:
    """9 billion kesh are 8.5 to 9.5; the rate is 39.5 to 40.5."""
    low, high = convert_figures(onions.trade, onions.evidence).loc["T1", ["value_low", "value_high"]]
    assert (low, high) == (pytest.approx(8500 / 40.5), pytest.approx(9500 / 39.5))


def test_a_footnote_is_no_number_of_a_paragraph() -> None:
    text = "A title\n\nTrade was 5 million.\n\n[1] A note."
    assert split_paragraphs(text) == {0: "A title", 1: "Trade was 5 million.", 2: "[1] A note."}
    assert split_paragraphs("[0] A title\n[1] Trade.") == {0: "A title", 1: "Trade."}


def test_a_batch_anywhere_finds_the_notebooks_of_the_project(tmp_path: Path) -> None:
    for name in ("01-trade", "01-trade.ipynb", str(NOTEBOOKS[1])):
        (tmp_path / "batch.yml").write_text(f"reports:\n  - notebook: {name}\n", encoding="utf-8")
        (job,) = plan_batch(tmp_path / "batch.yml", tmp_path)
        assert job.notebook == NOTEBOOKS[1]
