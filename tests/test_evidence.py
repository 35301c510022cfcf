"""Independent figures, claims, agreement and choices: against their sources, and against sums done by hand."""

from __future__ import annotations

import csv
import math
import re
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis import list_rows, load_dossier, select_rows
from analysis.errors import DataError
from analysis.metrics.agreement import (
    _find_kappa,
    differ,
    krippendorff_alpha,
    list_disagreements,
    measure_agreement,
    pair_passes,
)
from analysis.metrics.choices import try_choices
from analysis.metrics.claims import (
    MEASURES,
    check_claims,
    judge_claim,
    measure_interval,
    measure_level,
    measure_overlap,
    measure_rank,
    measure_ratio,
)
from analysis.metrics.evidence import (
    compare_evidence,
    compare_reports,
    convert_figures,
    deflate_figures,
    find_contradictions,
    find_unseen,
    list_totals,
)

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT.parent / "shared" / "reference"
needs_reference = pytest.mark.skipif(
    not REFERENCE.is_dir(), reason="the reference extracts are not in the repository; the figures below are by hand"
)

# Typed from the sources: series, date, exporter (or empty for both directions), value in the unit published.
BY_HAND = [
    ("Correlates of War", "1992", "TJK", 0),
    ("Correlates of War", "1993", "TJK", 18),
    ("Correlates of War", "1993", "IRN", 4),
    ("Correlates of War", "1995", "TJK", 0),
    ("Correlates of War", "1995", "IRN", 1),
    ("Correlates of War", "1999", "TJK", 13),
    ("Correlates of War", "1999", "IRN", 10),
    ("Correlates of War", "2000", "TJK", 2),
    ("Correlates of War", "2000", "IRN", 8),
    ("Correlates of War", "2003", "TJK", 15),
    ("Correlates of War", "2005", "TJK", 5),
    ("Correlates of War", "2005", "IRN", 31),
    ("Correlates of War", "2007", "TJK", 23),
    ("Correlates of War", "2007", "IRN", 61),
    ("Correlates of War", "2008", "TJK", 35),
    ("Correlates of War", "2008", "IRN", 121),
    ("Correlates of War", "2013", "TJK", 64),
    ("Correlates of War", "2013", "IRN", 198),
    ("Correlates of War", "2014", "TJK", 61),
    ("Correlates of War", "2014", "IRN", 204),
    ("UNCTAD", "1995", "IRN", 26540.278),
    ("UNCTAD", "1995", "TJK", 3733.713),
    ("UNCTAD", "2005", "IRN", 44806.194),
    ("UNCTAD", "2005", "TJK", 19867.305),
    ("UNCTAD", "2015", "IRN", 288387.241),
    ("UNCTAD", "2015", "TJK", 55729.651),
    ("NBER-UN", "1999", "TJK", 1907),
    ("NBER-UN", "1999", "IRN", 19640),
    ("OEC", "2002", "TJK", 3357213),
    ("OEC", "2011", "TJK", 21622297),
    ("Tajik official", "2004-01/2004-06", "", 30.3),
    ("Tajik official", "2009", "", 250),
    ("Tajik official", "2012", "", 210),
    ("Tajik official", "2013", "", 295),
    ("Tajik official", "2018", "", 97),
    ("Tajik official", "2020", "", 58),
    ("Tajik official", "2021", "", 121),
    ("Tajik official", "2024", "", 378),
    ("Iranian customs", "2021-03-21/2022-03-20", "", 131),
    ("Iranian customs", "2021-03-21/2022-03-20", "IRN", 91.6),
    ("Iranian customs", "2021-03-21/2022-03-20", "TJK", 39.437),
    ("Other statements", "2015", "", 65),
    ("Other statements", "2018", "", 65),
    ("US CPI-U", "2000", "", 172.2),
    ("US CPI-U", "2013", "", 232.957),
    ("US CPI-U", "2024", "", 313.689),
]


@pytest.fixture(scope="module")
def dossier():
    return load_dossier()


@pytest.fixture(scope="module")
def invented():
    return load_dossier(Path(__file__).parent / "dossier")


def read_reference(name):
    with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(("series", "date", "exporter", "value"), BY_HAND)
def test_figure_is_that_of_its_source(dossier, series, date, exporter, value):
    rows = dossier.evidence[(dossier.evidence["series"] == series) & (dossier.evidence["date"] == date)]
    rows = rows[rows["exporter"].fillna("") == exporter]
    assert value in rows["value"].tolist()


def test_forty_figures_are_by_hand():
    assert len(set(BY_HAND)) == len(BY_HAND) >= 40


@needs_reference
def test_every_dataset_figure_equals_the_reference(dossier):
    expected = []
    for row in read_reference("cow_trade_v4_irn_tjk.csv"):
        for column, exporter in (("flow1", "TJK"), ("flow2", "IRN")):
            expected += [("Correlates of War", row["year"], exporter, float(row[column]))] if row[column] else []
    for row in read_reference("unctad_merch_matrix_irn_tjk.csv"):
        expected.append(("UNCTAD", row["year"], row["exporter"], float(row["value_thousand_usd"])))
    for row in read_reference("nber_un_1999_irn_tjk.csv"):
        expected.append(("NBER-UN", row["year"], row["exporter"], float(row["value_thousand_usd"])))
    for row in read_reference("oec_sitc2_import_val_irn_tjk.csv"):
        value = float(row["irn_imports_from_tjk_usd"])
        expected += [("OEC", row["year"], "TJK", value)] if value else []
    for row in read_reference("us_cpi_u_annual.csv"):
        expected.append(("US CPI-U", row["year"], "", float(row["cpi_u_annual_average"])))
    series = {name for name, *_ in expected}
    rows = dossier.evidence[dossier.evidence["series"].isin(series)]
    found = zip(rows["series"], rows["date"], rows["exporter"].fillna(""), rows["value"].astype(float), strict=True)
    assert Counter(found) == Counter(expected)


@needs_reference
def test_every_press_figure_is_in_the_reference_at_its_address(dossier):
    rows = read_reference("trade_reported_figures.csv")
    seen = [(row["source_url"], float(row["value_musd"].replace("60-70", "65"))) for row in rows]
    told = dossier.evidence[dossier.evidence["basis"] != "derived"]
    addresses = told["source_id"].map(dossier.sources["url"][dossier.sources["kind"] == "press"])
    found = zip(addresses, told["value"].astype(float), strict=True)
    assert Counter(pair for pair in found if isinstance(pair[0], str)) == Counter(seen)


@needs_reference
def test_every_act_found_is_at_an_address_of_the_reference(dossier):
    rows = [*read_reference("leader_visits_evidence.csv"), *read_reference("relations_facts.csv")]
    found = dossier.event_evidence
    assert set(found["source_id"].map(dossier.sources["url"])) <= {row["source_url"] for row in rows}
    announced = {row["start_date"] for row in rows if "announced" in row.get("status", "")}
    assert {date.split("/")[0] for date in found.loc[found["status"] == "announced", "date"]} == announced


def test_derived_figures_follow_from_their_notes(dossier):
    derived = dossier.evidence[dossier.evidence["basis"] == "derived"]
    assert len(derived) == 8
    for _, row in derived.iterrows():
        words = row["note"].removeprefix("Worked out: ").split(". ")[0].rstrip(".")
        over, under = (float(part) for part in words.split(" divided by "))
        assert float(row["value"]) == pytest.approx(over / under, abs=0.005), row["rows"]
        assert row["value_low"] < row["value"] < row["value_high"]


def test_every_figure_has_a_source_and_sources_are_used(dossier):
    used = {*dossier.evidence["source_id"], *dossier.event_evidence["source_id"]}
    outside = dossier.sources[dossier.sources["kind"].isin(["dataset", "press"])]
    assert used == set(outside.index)
    assert outside["url"].str.startswith("http").all()


def test_units_are_brought_to_one(dossier):
    converted = convert_figures(dossier.evidence)
    rows = dossier.evidence.set_index(["series", "date", "exporter"])["rows"]
    assert float(converted.loc[rows["OEC", "2010", "TJK"], "value"]) == 41.109149
    assert "US CPI-U" not in set(converted["series"])


def test_three_ratios_by_hand(dossier):
    ratios = compare_evidence(dossier.trade, list_totals(dossier.evidence))
    by_hand = {
        "2000, Correlates of War": (40 / 10, 40 / 11, 40 / 9),
        "2007, Correlates of War": (140 / 84, 140 / 85, 140 / 83),
        "2021, Iranian customs": (121 / 131, 121 / 131.5, 121 / 130.5),
    }
    for name, expected in by_hand.items():
        assert ratios.loc[name, ["ratio", "ratio_low", "ratio_high"]].astype(float).tolist() == pytest.approx(expected)


def test_ratio_carries_both_ranges(dossier):
    ratios = compare_evidence(dossier.trade, list_totals(dossier.evidence))
    row = ratios[ratios["rows"] == "T3+V070"].iloc[0]
    assert [float(row[end]) for end in ("ratio", "ratio_low", "ratio_high")] == pytest.approx(
        [55 / 58, 52.5 / 58.5, 1.0]
    )


def test_a_bound_has_no_ratio_and_a_half_year_no_match(dossier):
    ratios = compare_evidence(dossier.trade, list_totals(dossier.evidence))
    assert ratios.loc[ratios["bound"] == "at_least", "ratio"].isna().all()
    assert not ratios["when"].str.contains("Sep").any()


def test_totals_add_two_directions_and_no_single_one(dossier):
    totals = list_totals(dossier.evidence)
    years = totals[totals["series"] == "Correlates of War"].set_index("year")["value"].astype(float)
    assert (years[2007], years[2014], len(years)) == (84, 265, 22)  # of 1992 only one direction is known
    assert "OEC" not in set(totals["series"])
    assert list(totals.index) == list(totals["rows"])


def test_a_published_total_is_not_added_up_again(dossier):
    totals = list_totals(dossier.evidence)
    assert totals[totals["date"] == "2021-03-21/2022-03-20"]["value"].tolist() == [131]


def test_constant_dollars_by_hand(dossier):
    totals = deflate_figures(list_totals(dossier.evidence), dossier.evidence, year=2024)
    tajik = totals[(totals["series"] == "Tajik official") & (totals["bound"] == "exact")].set_index("year")["value"]
    assert float(tajik[2013]) == pytest.approx(295 * 313.689 / 232.957)
    assert float(tajik[2024]) == 378
    assert tajik[2013] > tajik[2024]  # in current dollars it is the other way round
    assert set(totals["unit"]) == {"million USD of 2024"}
    assert deflate_figures(dossier.trade, dossier.evidence)["rows"].iloc[0] == "T1+V119+V143"


def test_constant_dollars_without_prices_or_for_another_year(dossier, invented):
    assert deflate_figures(invented.trade, invented.evidence).empty
    with pytest.raises(DataError, match="a price index for 1980"):
        deflate_figures(dossier.trade, dossier.evidence, year=1980)


def test_true_mirrors_are_two_years_by_direction(dossier):
    pairs = compare_reports(dossier.evidence)
    mirrors = pairs[pairs["kind"] == "mirror"]
    assert sorted(set(zip(mirrors["exporter"], mirrors["when"], strict=True))) == [
        *(("IRN", "1995"), ("IRN", "2005"), ("TJK", "1995"), ("TJK", "2005"))
    ]
    early = mirrors[(mirrors["exporter"] == "IRN") & (mirrors["when"] == "1995")].iloc[0]
    assert (early["one"], early["other"]) == ("UNCTAD", "Correlates of War")  # the exporter's report first
    assert float(early["ratio_low"]) == pytest.approx(26.5402775 / 1.5)
    assert float(early["ratio_high"]) == pytest.approx(26.5402785 / 0.5)
    assert mirrors.loc[(mirrors["exporter"] == "TJK") & (mirrors["when"] == "1995"), "ratio"].isna().all()  # one is 0


def test_contradictions_are_all_there(dossier):
    found = find_contradictions(dossier.evidence)
    assert {2011, 2015, 2018} <= set(found.index)
    assert found.loc[2015, ["lowest_by", "highest_by"]].tolist() == ["Other statements", "UNCTAD"]
    assert found.loc[2011, "highest"] == 500
    assert 2008 not in found.index  # 156 against about 156
    assert found.loc[2012, "highest_by"] == "Correlates of War"  # not the figure of which months are not told
    assert found.loc[2006, ["lowest_by", "highest_by"]].tolist() == ["Correlates of War", "Tajik official"]
    assert found.loc[2006, "factor_at_least"] == pytest.approx(48.11615 / 42)  # seven months are a floor
    assert (found["factor_at_least"] > 1).all()


def test_the_unseen_peak(dossier):
    totals = list_totals(dossier.evidence)
    assert find_unseen(dossier.trade, totals)["value"].tolist() == [295]  # not the estimate for 2015
    assert find_unseen(dossier.trade, totals[totals["series"] == "Iranian customs"]).empty


# A measure from low to high, what is claimed, and the verdict; the last says whether dates are meant.
JUDGED = [
    (3.51, 3.51, "3", False, "does not follow"),
    (3.5, 3.5, "3", False, "holds within rounding"),  # rounds either way
    (3.49, 3.49, "3", False, "holds"),
    (2.5, 2.5, "3", False, "holds within rounding"),
    (2.0, 2.5, "3", False, "does not follow"),  # only touches
    (0, 12, "12/20", True, "does not follow"),
    (12, 12, "12/20", True, "holds"),
    (2.4, 2.6, "3", False, "holds within rounding"),
    (2.0, 2.4, "3", False, "does not follow"),
    (120.5, 121.5, "121", False, "holds"),
    (121.5, 122.5, "121", False, "does not follow"),
    (56.5, 58.5, "52.5/57.5", False, "holds within rounding"),
    (110, 130, "0/..", False, "holds"),
    (0, 0, "0/..", False, "holds"),
    (-48, -24, "0/..", True, "does not follow"),
    (-1, 12, "0/..", True, "cannot be tested"),
    (3, 5, "2/11", True, "holds"),
    (12, 14, "2/11", True, "does not follow"),
    (1, 1, "1", False, "holds"),
    (3, 8, "1", False, "does not follow"),
    (math.nan, math.nan, "1", False, "cannot be tested"),
]


@pytest.mark.parametrize(("low", "high", "asserted", "dated", "verdict"), JUDGED)
def test_judge_claim(low, high, asserted, dated, verdict):
    assert judge_claim(low, high, asserted, dated=dated) == verdict


def test_verdicts_of_the_article(dossier):
    claims = check_claims(dossier)
    names = zip(claims["claim"], claims["tested_on"].fillna("nothing"), strict=True)
    verdicts = dict(zip(names, claims["verdict"], strict=True))
    assert len(verdicts) == len(claims)  # no statement is tested twice on the rows of one
    assert verdicts["Trade tripled from 2000 to 2007.", "article"] == "holds within rounding"
    assert verdicts["Trade tripled from 2000 to 2007.", "others"] == "does not follow"
    assert verdicts["Trade was 40 million dollars in 2000.", "others"] == "does not follow"
    assert verdicts["Trade was 121 million dollars in 2021.", "presumed_source"] == "holds"
    assert verdicts["Trade was 121 million dollars in 2021.", "others"] == "cannot be tested"  # without oil: a floor
    assert verdicts["Trade was around 55 million dollars in 2020.", "presumed_source"] == "holds within rounding"
    assert verdicts["Iran was the first to recognise Tajikistan.", "nothing"] == "cannot be tested"


def test_every_measure_is_used_and_every_claim_is_cited(dossier):
    claims = check_claims(dossier)
    assert set(claims["measure"].dropna()) == set(MEASURES) - {"measure_rank"}  # of trade, in notebook 05
    assert all(rows.split("+")[0] == name for name, rows in claims["rows"].items())
    for _, row in claims[claims["measure"].notna()].iterrows():
        assert set(re.split("[;+]", row["inputs"])) <= set(row["rows"].split("+"))


def test_claims_whose_rows_are_not_shown_cannot_be_tested(dossier):
    claims = check_claims(select_rows(dossier, last_year=2010))
    assert set(claims.loc[claims["claim"] == "Trade rose from 2020 to 2021.", "verdict"]) == {"cannot be tested"}
    assert set(claims.loc[claims["claim"] == "Trade tripled from 2000 to 2007.", "verdict"]) == {
        *("holds within rounding", "does not follow")
    }


def test_measures_by_hand(dossier):
    months = measure_interval(dossier, "E46;E48")  # May 2018 to somewhere in 2019
    assert (round(months.low), round(months.high)) == (7, 20)
    assert measure_interval(dossier, "E06;E07").high < 0  # a war that lasted began in its first year
    assert measure_overlap(dossier, "E66;E41").value == 0
    assert measure_rank(dossier, "T3;T4").value == 2
    rank = measure_rank(dossier, "V070;V071;T3")  # 57.5–58.5, 56.5–57.5 and 52.5–57.5
    assert (rank.value, rank.low, rank.high) == (1, 1, 1)
    rank = measure_rank(dossier, "T3;V070;V071")
    assert (rank.value, rank.low, rank.high) == (3, 1, 3)


def test_alpha_of_the_literature():
    """Krippendorff (2011): two observers, ten binary units; two observers, twelve units of five values."""
    binary = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    nominal = list("aabbdcccedda"), list("babbbccceddd")
    assert krippendorff_alpha(differ(*map(np.array, binary))) == pytest.approx(0.095, abs=0.0005)
    assert krippendorff_alpha(differ(*map(np.array, nominal))) == pytest.approx(0.692, abs=0.0005)


def test_alpha_of_numbers_counts_distance():
    first = np.array([[0.0, 0.0], [10.0, 10.0], [20.0, 20.0]])
    near, far = first + 1, first[::-1]
    assert krippendorff_alpha(differ(first, near)) > 0.9 > 0 > krippendorff_alpha(differ(first, far))


def test_kappa_of_a_known_table():
    first = np.array([0] * 25 + [1] * 25)
    second = np.array([0] * 20 + [1] * 5 + [0] * 10 + [1] * 15)
    assert _find_kappa(first, second) == pytest.approx(0.4)


def read_pairs():
    with (ROOT / "data" / "coding" / "passes.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    passages: dict[str, dict[str, dict[str, str]]] = {}
    for row in rows:
        passages.setdefault(row["passage"], {})[row["coder"]] = row
    return [(pair["A"], pair["B"]) for pair in passages.values() if len(pair) == 2]


def count_by_hand(name):
    """Cohen's kappa and Krippendorff's alpha, nominal, with no library."""
    pairs = [(one[name], two[name]) for one, two in read_pairs() if one[name] and two[name]]
    total = len(pairs)
    same = sum(one == two for one, two in pairs) / total
    first, second = Counter(one for one, _ in pairs), Counter(two for _, two in pairs)
    chance = sum(first[code] * second[code] for code in first) / total**2
    pooled = first + second
    unlike = 1 - sum(count * (count - 1) for count in pooled.values()) / (2 * total * (2 * total - 1))
    return (same - chance) / (1 - chance), 1 - (1 - same) / unlike


@pytest.mark.parametrize("name", ["act", "type", "effect", "certainty"])
def test_kappa_and_alpha_by_hand(dossier, name):
    found = measure_agreement(dossier, draws=20).loc[name]
    assert (found["kappa"], found["alpha"]) == pytest.approx(count_by_hand(name))
    assert found["alpha_low"] <= found["alpha"] <= found["alpha_high"]


def test_agreement_is_the_same_twice(dossier):
    pd.testing.assert_frame_equal(measure_agreement(dossier, draws=50), measure_agreement(dossier, draws=50))


def test_passages_are_matched_once(dossier):
    sizes = dossier.passes.groupby(["passage", "coder"]).size()
    assert sizes.max() == 1
    assert len(pair_passes(dossier.passes)) == 141
    assert dossier.passes["coder"].value_counts().to_dict() == {"A": 148, "B": 148}
    assert set(dossier.passes["event_id"].dropna()) == set(dossier.events.index)


def test_passes_hold_codes_and_no_words(dossier):
    words = [cell for column in ("rows", "passage", "type") for cell in dossier.passes[column]]
    assert all(" " not in cell for cell in words)


def test_disagreements_name_what_was_decided(dossier):
    apart = list_disagreements(dossier)
    kabiri = apart[(apart["label"] == "Iran receives Kabiri (IRPT)") & (apart["variable"] == "type")].iloc[0]
    assert kabiri[["first", "second", "decided", "decision"]].tolist() == [
        *("meeting", "visit", "meeting", "as the first coder")
    ]
    assert (apart["first"] != apart["second"]).all()


def test_choices_as_coded_by_hand(dossier):
    acts = dossier.events[dossier.events["counted"]].dropna(subset=["goldstein", "period"])
    rupture = acts.loc[acts["period"] == "Rupture", "goldstein"].astype(float).mean()
    choices = try_choices(dossier, draws=50)
    assert choices.loc["As coded", "turn"] == pytest.approx(rupture)
    left_out = choices.loc["Any one act left out"]
    assert left_out["turn_low"] < rupture < left_out["turn_high"]
    counts = choices[["before_acts", "turn_acts", "after_acts"]]
    sides = acts["period"].cat.codes - acts["period"].cat.categories.get_loc("Rupture")
    by_hand = [int((sides < 0).sum()), int((sides == 0).sum()), int((sides > 0).sum())]
    assert counts.loc["As coded"].tolist() == by_hand
    assert counts.loc["Without alleged and denied acts"].sum() == counts.loc["As coded"].sum() - 2
    assert choices.loc["Only acts with a printed date", "verdict"] == "stands, on 1 act"


def test_choices_are_the_same_twice_and_the_draws_matter(dossier):
    one, two = try_choices(dossier, draws=200), try_choices(dossier, draws=200)
    pd.testing.assert_frame_equal(one, two)
    drawn = one.loc["Dates drawn at random"]
    assert drawn["turn_low"] < drawn["turn"] < drawn["turn_high"]
    assert 80 < drawn["stands_pct"] < 100


def test_choices_can_break_the_finding(dossier):
    hostile = [name for name, act in dossier.events.iterrows() if act["period_id"] == "PH6" and act["goldstein"] <= -2]
    choices = try_choices(dossier, draws=10, without={"Without the hostile acts": hostile})
    assert choices.loc["Without the hostile acts", "verdict"] == "does not stand"
    every = dossier.events.index[dossier.events["period_id"] == "PH6"].tolist()
    gone = try_choices(dossier, draws=10, without={"Without the rupture": every})
    assert gone.loc["Without the rupture", "verdict"] == "no acts left"


def test_a_dossier_without_evidence_has_empty_frames(invented):
    totals = list_totals(invented.evidence)
    frames = [totals, compare_evidence(invented.trade, totals), compare_reports(invented.evidence)]
    frames += [find_contradictions(invented.evidence), check_claims(invented), measure_agreement(invented)]
    frames += [list_disagreements(invented), find_unseen(invented.trade, totals)]
    assert all(frame.empty for frame in frames)


def test_choices_without_a_turn_are_none(dossier):
    friendly = dossier.events[dossier.events["effect"].fillna(0) >= 0]
    assert try_choices(replace(dossier, events=friendly), draws=10).empty


def write_claim(folder, **cells):
    """Write one claim into a copy of the invented dossier."""
    path = shutil.copytree(Path(__file__).parent / "dossier", folder / "copy")
    facts = {"claim_id": "C1", "claim": "It grew.", "paragraph": "2", "text_start": "only ten", "text_end": "that year"}
    facts |= {"kind": "ratio", "tested_on": "article", "measure": "measure_ratio", "inputs": "R1;R2"}
    facts |= {"asserted": "2", "unit": "-fold"} | cells
    with (path / "claims.csv").open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    with (path / "claims.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, [facts.get(name, "") for name in header]])
    return path


def test_a_claim_on_another_dossier(tmp_path):
    claims = check_claims(load_dossier(write_claim(tmp_path)))
    assert claims[["measured", "verdict"]].to_numpy().tolist() == [["2.0-fold (1.8–2.2)", "holds"]]


@pytest.mark.parametrize(
    ("asserted", "unit", "claimed"),
    [
        ("2", "", "2"),
        ("2", "-fold", "2-fold"),
        ("100", "% inside", "100% inside"),
        ("2/..", "months", "2 months or more"),
        ("../2.5", "months", "2.5 months or less"),
        ("1/2", "months", "1–2 months"),
    ],
)
def test_what_is_claimed_in_words(tmp_path, asserted, unit, claimed):
    assert check_claims(load_dossier(write_claim(tmp_path, asserted=asserted, unit=unit)))["claimed"].iloc[0] == claimed


def test_a_claim_leads_to_its_passage(dossier):
    claim = check_claims(dossier).loc["C01"]
    assert claim["paragraph_link"].endswith("#:~:text=establish%20an%20embassy,capital%2C%20Dushanbe")


BROKEN_CLAIMS = {
    "no such row": ({"inputs": "R1;R9"}, "claims.csv, row 2, column 'inputs': expected ids of coded rows, found 'R9'"),
    "one input": ({"inputs": "R1"}, "expected two inputs with ; between them, found 'R1'"),
    "nothing asserted": ({"asserted": ""}, "column 'asserted': expected a value, since the measure is measure_ratio"),
    "no such measure": ({"measure": "measure_rati"}, "did you mean 'measure_ratio'?"),
    "asserted from high to low": (
        {"asserted": "12/2"},
        "claims.csv, row 2, column 'asserted': expected the lower end first, found '12/2' (2/12)",
    ),
    "asserted in words": ({"asserted": "three"}, "column 'asserted'"),
    "whose rows is not said": ({"tested_on": ""}, "column 'tested_on': expected a value, since the measure is"),
    "not the rows of others": (
        {"tested_on": "others"},
        "expected a row of what others say, since it is tested on others, found 'R1;R2'",
    ),
}


@pytest.mark.parametrize("case", BROKEN_CLAIMS)
def test_a_broken_claim_is_named(tmp_path, case):
    cells, words = BROKEN_CLAIMS[case]
    with pytest.raises(DataError, match=re.escape(words)):
        load_dossier(write_claim(tmp_path, **cells))


def test_an_act_is_no_amount(tmp_path):
    with pytest.raises(DataError, match="expected ids of trade figures or evidence as inputs, found A1"):
        check_claims(load_dossier(write_claim(tmp_path, inputs="A1;R2")))


def test_a_first_figure_of_zero_cannot_be_tested(dossier):
    zero = dossier.trade.assign(value=[0.0, 140.0, 55.0, 121.0], value_low=[0.0, 140.0, 52.5, 121.0])
    claims = check_claims(replace(dossier, trade=zero))
    assert claims.loc["C07", ["claim", "verdict"]].tolist() == ["Trade tripled from 2000 to 2007.", "cannot be tested"]


def test_an_interval_that_reaches_beyond_a_date_can_be_in_or_out(dossier):
    share = measure_overlap(dossier, "E49;E48")  # June 2019, and somewhere in 2019
    assert (share.low, share.high) == (0, 100)
    assert judge_claim(share.low, share.high, "100", dated=True) == "cannot be tested"


def test_a_bound_and_a_part_of_trade_are_floors(dossier):
    assert measure_level(dossier, "V068").describe() == "at least 300.0 million USD"
    assert measure_level(dossier, "V082").describe(".4g") == "at least 130.5 million USD"  # without oil
    assert measure_level(dossier, "V072;V082").describe(".4g") == "at least 120.5 million USD"
    assert math.isnan(measure_rank(dossier, "V067;V068").value)


def test_ratio_takes_the_far_ends(dossier):
    ratio = measure_ratio(dossier, "T3;V070")
    assert (ratio.low, ratio.high) == (57.5 / 57.5, 58.5 / 52.5)


def test_bounds_are_not_added_up_and_no_mirror(dossier):
    row = dossier.evidence.index[(dossier.evidence["series"] == "UNCTAD") & (dossier.evidence["date"] == "1995")][0]
    bound = dossier.evidence["bound"].mask(dossier.evidence.index == row, "at_least")
    evidence = dossier.evidence.assign(bound=bound)
    assert "1995" not in set(list_totals(evidence).query("series == 'UNCTAD'")["when"])
    assert row not in "+".join(compare_reports(evidence)["rows"])
    hedged = dossier.evidence.assign(bound=dossier.evidence["bound"].mask(dossier.evidence.index == row, "about"))
    assert list_totals(hedged).query("series == 'UNCTAD'")["bound"].tolist() == ["about", "exact", "exact"]


def test_two_rows_of_one_direction_are_no_total(dossier):
    pair = dossier.evidence[dossier.evidence["series"] == "UNCTAD"].head(2)
    assert len(list_totals(pair)) == 1
    assert list_totals(pair.assign(exporter="IRN", importer="TJK")).empty


def test_reports_that_agree_within_rounding_differ_at_least_once(dossier):
    pairs = compare_reports(dossier.evidence)
    assert float(pairs.loc["TJK to IRN, 2004, Correlates of War and OEC", "ratio_low"]) == 1.0


def test_the_unseen_peak_must_be_surely_higher(dossier):
    totals = list_totals(dossier.evidence)
    totals = totals[totals["value"] == 156]
    assert find_unseen(dossier.trade, totals)["value"].tolist() == [156]
    wide = dossier.trade.assign(value_high=dossier.trade["value_high"] + 16)
    assert find_unseen(wide, totals).empty


def test_printed_dates_only_and_first_phase_of_a_paragraph(dossier):
    choices = try_choices(dossier, draws=10)
    acts = dossier.events[dossier.events["counted"] & dossier.events["goldstein"].notna()]
    counts = choices.loc["Only acts with a printed date", ["before_acts", "turn_acts", "after_acts"]]
    assert counts.sum() == (acts["date_basis"] == "stated").sum() == 10
    with pytest.raises(DataError, match="expected ids of acts to leave out, found NOPE"):
        try_choices(dossier, draws=1, without={"x": ["NOPE"]})


def test_a_selection_has_no_codes_of_acts_left_out_and_no_evidence_of_other_years(dossier):
    shown = select_rows(dossier, first_year=2010, last_year=2014, certainty="asserted")
    assert set(shown.passes["event_id"].dropna()) <= set(shown.events.index)
    assert shown.evidence["earliest"].dt.year.max() == 2014
    assert "reported" in set(shown.evidence["certainty"])  # the standing of what others say is their own
    assert len(select_rows(dossier).passes) == len(dossier.passes)


def test_sources_say_how_others_bear_on_a_row(dossier):
    rows = list_rows(dossier)
    assert rows.loc["E18", ["elsewhere", "elsewhere_rows"]].tolist() == ["Elsewhere: contradicted by N10.", "N10"]
    assert rows.loc["T1", "elsewhere"] == "Elsewhere, in million dollars: Correlates of War 10 (V016, V017)."
    assert rows.loc["V070", "source_link"].startswith("https://")


def test_an_agreement_of_one_pair_warns_of_nothing(dossier):
    one = dossier.passes[dossier.passes["passage"] == "S002"]
    assert measure_agreement(replace(dossier, passes=one), draws=5).loc["type", "pairs"] == 1
