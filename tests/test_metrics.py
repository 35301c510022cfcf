"""Metrics against values worked out by hand: the article's four trade figures, and toy acts."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from analysis import load_dossier
from analysis.dossier import CERTAINTIES
from analysis.errors import DataError
from analysis.metrics.agreement import list_disagreements, measure_agreement
from analysis.metrics.choices import try_choices
from analysis.metrics.claims import check_claims
from analysis.metrics.events import (
    count_effects,
    count_events,
    count_initiators,
    count_within,
    find_gaps,
    find_longest,
    find_turn,
    leave_one_out,
    list_fields,
    score_periods,
    select_visits,
)
from analysis.metrics.evidence import compare_evidence, compare_reports, find_contradictions, list_totals
from analysis.metrics.trade import (
    compare_trade,
    list_left_out,
    select_comparable,
    share_of_peak,
    trade_growth,
    trade_ratio,
)


def make_trade(*rows, **columns):
    """Return figures as (id, year, value, low, high), all observed totals of calendar years."""
    frame = pd.DataFrame(rows, columns=["trade_id", "year", "value", "value_low", "value_high"])
    frame["when"] = frame["date"] = frame["earliest"] = frame["year"].astype("str")
    same = {"flow": "total", "unit": "million USD", "bound": "exact", "status": "observed"} | columns
    same = {"goods": None, "exporter": None, "certainty": "asserted", "open_start": False, "open_end": False} | same
    types = {"year": "Int64", "value": "Float64", "value_low": "Float64", "value_high": "Float64"}
    return frame.assign(**same, rows=frame["trade_id"]).astype(types).set_index("trade_id")


@pytest.fixture
def article():
    """The four figures that the article prints; "around 55" is 52.5 to 57.5."""
    figures = [("T1", 2000, 40, 40, 40), ("T2", 2007, 140, 140, 140)]
    return make_trade(*figures, ("T3", 2020, 55, 52.5, 57.5), ("T4", 2021, 121, 121, 121))


def change(frame, row, **cells):
    frame = frame.copy()
    for column, value in cells.items():
        frame.loc[row, column] = value
    return frame


def test_trade_ratio_of_exact_figures(article):
    """140 / 40 = 3.5, and no range."""
    ratio = trade_ratio(article, start_year=2000, end_year=2007)
    assert (ratio.value, ratio.low, ratio.high) == (3.5, 3.5, 3.5)
    assert ratio.rows == "T1+T2"


def test_trade_ratio_carries_the_range(article):
    """121 / 55 = 2.2; 121 / 57.5 = 2.1043; 121 / 52.5 = 2.3048."""
    ratio = trade_ratio(article, start_year=2020, end_year=2021)
    assert ratio.value == pytest.approx(2.2)
    assert ratio.low == pytest.approx(2.1043, abs=5e-5)
    assert ratio.high == pytest.approx(2.3048, abs=5e-5)
    assert f"{ratio:.2f}" == "[2.20-fold (2.10–2.30)](#rows-T3+T4)"


def test_trade_ratio_a_fall(article):
    """55 / 140 = 0.3929; 52.5 / 140 = 0.375; 57.5 / 140 = 0.4107."""
    ratio = trade_ratio(article, start_year=2007, end_year=2020)
    ends = [ratio.value, ratio.low, ratio.high]
    assert ends == pytest.approx([0.3929, 0.375, 0.4107], abs=5e-5)


@pytest.mark.parametrize("years", [(2000, 2010), (1999, 2000)])
def test_trade_ratio_without_a_figure(article, years):
    with pytest.raises(DataError, match="2010" if 2010 in years else "1999"):
        trade_ratio(article, start_year=years[0], end_year=years[1])


def test_trade_ratio_names_both_missing_years(article):
    with pytest.raises(DataError, match="1998 and 1999"):
        trade_ratio(article, start_year=1998, end_year=1999)


def test_trade_growth(article):
    """(140 / 40) ** (1 / 7) - 1: ln 3.5 = 1.25276; / 7 = 0.178966; exp = 1.19598; so 19.6 % a year."""
    growth = trade_growth(article, start_year=2000, end_year=2007)
    assert growth.value == pytest.approx(19.598, abs=5e-4)
    assert growth.rows == "T1+T2"
    assert growth.describe(".1f") == "19.6% a year"


def test_trade_growth_over_one_year_is_the_ratio_less_one(article):
    """100 * (2.2 - 1) = 120; the ends 110.4 and 130.5."""
    growth = trade_growth(article, start_year=2020, end_year=2021)
    assert [growth.value, growth.low, growth.high] == pytest.approx([120.0, 110.43, 130.48], abs=5e-3)


@pytest.mark.parametrize("metric", [trade_ratio, trade_growth])
def test_trade_change_between_a_year_and_itself(article, metric):
    with pytest.raises(DataError, match="2007"):
        metric(article, start_year=2007, end_year=2007)


def test_compare_trade_from_zero_has_no_ratio():
    """5 / 0 is no number: the pair is listed, its ratio and growth are missing."""
    pairs = compare_trade(make_trade(("T1", 2000, 0, 0, 0), ("T2", 2001, 5, 5, 5)))
    assert pairs["rows"].tolist() == ["T1+T2"]
    assert pairs[["ratio", "growth_pct"]].isna().all(axis=None)


def test_trade_ratio_to_a_range_that_starts_at_zero_has_no_upper_end():
    """From 0 to 10, read 5, to 20: at least 20 / 10 = 2, and no most."""
    trade = make_trade(("T1", 2000, 5, 0, 10), ("T2", 2001, 20, 20, 20))
    assert trade_ratio(trade, start_year=2000, end_year=2001).describe(".1f") == "4.0-fold (at least 2.0)"


def test_share_of_peak(article):
    """121 / 140 = 86.43 %."""
    share = share_of_peak(article, year=2021)
    assert share.value == pytest.approx(86.4286, abs=5e-5)
    assert share.describe(".1f") == "86.4%"
    assert set(share.rows.split("+")) == {"T2", "T4"}


def test_share_of_peak_before_the_peak(article):
    """40 / 140 = 28.57 %; the peak comes later than the year."""
    assert share_of_peak(article, year=2000).value == pytest.approx(28.5714, abs=5e-5)


def test_share_of_peak_carries_the_range(article):
    """52.5 / 140 = 37.5 %, 57.5 / 140 = 41.07 %."""
    share = share_of_peak(article, year=2020)
    assert [share.low, share.high] == pytest.approx([37.5, 41.0714], abs=5e-5)


def test_share_of_peak_of_the_peak(article):
    share = share_of_peak(article, year=2007)
    assert (share.value, share.low, share.high, share.rows) == (100.0, 100.0, 100.0, "T2")


def test_share_of_peak_a_tie_goes_to_the_earliest():
    trade = make_trade(("T1", 2000, 50, 50, 50), ("T2", 2001, 50, 50, 50), ("T3", 2002, 25, 25, 25))
    assert set(share_of_peak(trade, year=2002).rows.split("+")) == {"T1", "T3"}


def test_share_of_peak_without_a_figure(article):
    with pytest.raises(DataError, match="2010"):
        share_of_peak(article, year=2010)


def test_compare_trade_each_step_and_the_whole(article):
    """140/40 = 3.5; 55/140 = 0.39; 121/55 = 2.2; 121/40 = 3.025."""
    pairs = compare_trade(article)
    assert pairs.index.tolist() == ["2000–2007", "2007–2020", "2020–2021", "2000–2021"]
    assert pairs["ratio"].tolist() == pytest.approx([3.5, 55 / 140, 2.2, 3.025])
    assert pairs["gap_years"].tolist() == [7, 13, 1, 21]
    assert pairs["rows"].tolist() == ["T1+T2", "T2+T3", "T3+T4", "T1+T4"]


def test_compare_trade_of_two_figures_is_one_pair(article):
    assert len(compare_trade(article.iloc[:2])) == 1


@pytest.mark.parametrize("count", [0, 1])
def test_compare_trade_of_few_figures_is_empty(article, count):
    pairs = compare_trade(article.iloc[:count])
    assert pairs.empty
    assert {"ratio", "ratio_low", "growth_pct_high", "rows"} <= set(pairs.columns)


def test_compare_trade_leaves_its_input_alone(article):
    before = article.copy(deep=True)
    compare_trade(article)
    pd.testing.assert_frame_equal(article, before)


def test_select_comparable_sorts_by_year(article):
    assert select_comparable(article.iloc[::-1])["year"].tolist() == [2000, 2007, 2020, 2021]


REASONS = {
    "not a total of both directions": {"flow": "one_way"},
    "not a calendar year": {"year": pd.NA},
    "not observed": {"status": "forecast"},
    "a bound, not a figure": {"bound": "at_least"},
    "no value": {"value": pd.NA},
    "another unit": {"unit": "tonnes"},
}


@pytest.mark.parametrize("reason", REASONS)
def test_list_left_out_says_why(article, reason):
    left = list_left_out(change(article, "T2", **REASONS[reason]))
    assert left["reason"].to_dict() == {"T2": reason}


@pytest.mark.parametrize("reason", REASONS)
def test_select_comparable_leaves_out_what_is_not_alike(article, reason):
    chosen = select_comparable(change(article, "T2", **REASONS[reason]))
    assert chosen["rows"].tolist() == ["T1", "T3", "T4"]


def test_list_left_out_two_figures_for_one_year(article):
    left = list_left_out(change(article, "T2", year=2000))
    assert left["reason"].to_dict() == dict.fromkeys(["T1", "T2"], "several figures for this year")


def test_list_left_out_of_alike_figures_is_empty(article):
    assert list_left_out(article).empty


def make_events(*rows):
    """Return acts from dictionaries; what a row does not say is a dated, counted act of A towards B in phase P."""
    usual = {"date_kind": "within", "open_start": False, "open_end": False, "counted": True, "mutual": False}
    usual |= {"effect": 1, "goldstein": 1.0, "actor_country": "AAA", "period": "P", "certainty": "asserted"}
    frame = pd.DataFrame([usual | {"label": row["event_id"], "when": row.get("earliest")} | row for row in rows])
    frame["rows"] = frame["event_id"].astype("str")
    frame["latest"] = frame["latest"].fillna(frame["earliest"])
    types = {
        "effect": "Int64",
        "goldstein": "Float64",
        "mutual": "boolean",
        "certainty": pd.CategoricalDtype(CERTAINTIES),
    }
    days = {name: pd.to_datetime(frame[name]).astype("datetime64[s]") for name in ("earliest", "latest")}
    return frame.assign(**days).astype(types).set_index("event_id")


def act(name, earliest="2000-01-01", latest=None, **cells):
    return {"event_id": name, "earliest": earliest, "latest": latest, **cells}


UNDATED = {"earliest": None, "open_start": True, "open_end": True}


def test_count_events_minimum_and_maximum():
    """E1 is in 2000. E2 is in 2000 or 2001: 2000 has one or two, 2001 none or one."""
    counts = count_events(make_events(act("E1", "2000-05-01"), act("E2", "2000-01-01", "2001-12-31")))
    assert counts.index.tolist() == [2000, 2001]
    assert counts["minimum"].tolist() == [1, 0]
    assert counts["maximum"].tolist() == [2, 1]
    assert counts["rows"].tolist() == ["E1+E2", "E2"]


def test_count_events_an_act_that_lasted_is_in_each_year():
    counts = count_events(make_events(act("E1", "2000-01-01", "2002-12-31", date_kind="span")))
    assert counts["minimum"].tolist() == counts["maximum"].tolist() == [1, 1, 1]


def test_count_events_an_open_span_is_sure_of_no_year():
    counts = count_events(make_events(act("E1", "2000-01-01", "2001-12-31", date_kind="span", open_end=True)))
    assert counts["minimum"].tolist() == [0, 0]


def test_count_events_an_undated_act_is_in_no_year():
    counts = count_events(make_events(act("E1"), act("E2", **UNDATED)))
    assert counts["rows"].tolist() == ["E1"]


def test_count_events_by_column_leaves_out_acts_without_a_group():
    counts = count_events(
        make_events(act("E1", type="visit"), act("E2", type="visit"), act("E3", type=None)), by="type"
    )
    assert counts.loc["visit"].tolist() == [2, 2, "E1+E2"]


def test_count_events_of_nothing():
    empty = make_events(act("E1")).iloc[:0]
    assert count_events(empty).empty
    assert count_events(empty, by="period").empty


def test_count_effects():
    acts = [act("E1"), act("E2"), act("E3", effect=0), act("E4", effect=-1), act("E5", period="Q", effect=-1)]
    counts = count_effects(make_events(*acts))
    assert counts.loc["P"].tolist() == [2, 1, 1, 4, "E1+E2+E3+E4"]
    assert counts.loc["Q"].tolist() == [0, 0, 1, 1, "E5"]


def test_count_effects_of_counted_acts_only():
    counts = count_effects(make_events(act("E1"), act("E2", counted=False, effect=None)))
    assert counts.loc["P"].tolist() == [1, 0, 0, 1, "E1"]


def test_count_effects_of_nothing():
    counts = count_effects(make_events(act("E1")).iloc[:0])
    assert counts.empty
    assert counts.columns.tolist() == ["together", "neutral", "apart", "acts", "rows"]


SCORES = (8.0, 1.0, 1.0, -2.0, 2.0)


def test_score_periods_mean_and_leave_one_out_range():
    """8 + 1 + 1 - 2 + 2 = 10, / 5 = 2. Without 8: 2 / 4 = 0.5; without -2: 12 / 4 = 3."""
    scores = score_periods(make_events(*[act(f"E{n}", goldstein=value) for n, value in enumerate(SCORES, 1)]))
    assert scores.loc["P", ["acts", "mean", "mean_low", "mean_high"]].tolist() == [5, 2.0, 0.5, 3.0]
    assert scores.loc["P", "rows"] == "E1+E2+E3+E4+E5"


def test_score_periods_of_four_acts_has_no_mean():
    scores = score_periods(make_events(*[act(f"E{n}", goldstein=value) for n, value in enumerate(SCORES[:4])]))
    assert scores.loc["P", "acts"] == 4
    assert scores.loc["P", ["mean", "mean_low", "mean_high"]].isna().all()


def test_score_periods_leaves_out_acts_without_a_score():
    scores = score_periods(make_events(act("E1"), act("E2", goldstein=None), act("E3", counted=False)))
    assert scores.loc["P", ["acts", "rows"]].tolist() == [1, "E1"]


def test_score_periods_of_nothing():
    assert score_periods(make_events(act("E1")).iloc[:0]).empty


def test_leave_one_out():
    """(8 + 1 + 0) / 3 = 3. Without 8: 0.5, shift -2.5; without 1: 4, shift 1; without 0: 4.5, shift 1.5."""
    rest = leave_one_out(make_events(act("E1", goldstein=1.0), act("E2", goldstein=8.0), act("E3", goldstein=0.0)))
    assert rest.index.tolist() == ["E2", "E3", "E1"]
    assert rest["mean_without"].tolist() == [0.5, 4.5, 4.0]
    assert rest["shift"].tolist() == [-2.5, 1.5, 1.0]


def test_leave_one_out_ties_keep_their_order():
    rest = leave_one_out(make_events(act("E2", goldstein=1.0), act("E1", goldstein=-1.0)))
    assert rest.index.tolist() == ["E2", "E1"]


@pytest.mark.parametrize("count", [0, 1])
def test_leave_one_out_of_few_acts_is_empty(count):
    assert leave_one_out(make_events(act("E1")).iloc[:count]).empty


def make_periods(*rows):
    frame = pd.DataFrame(rows, columns=["label", "kind", "earliest", "latest"])
    return frame.assign(**{name: pd.to_datetime(frame[name]) for name in ("earliest", "latest")})


TWO_PHASES = make_periods(
    ("P", "phase", "2000-01-01", "2005-12-31"),
    ("Q", "phase", "2005-01-01", "2010-12-31"),
    ("theme", "theme", "2000-01-01", "2010-12-31"),
)


def test_count_within():
    """E1 only fits P; E2 (2005) and the undated E3 fit both; E4 only Q. P has 1 to 3 together, Q 0 to 2 and 1 apart."""
    acts = [act("E1", "2001-01-01"), act("E2", "2005-06-01"), act("E3", **UNDATED), act("E4", "2009-01-01", effect=-1)]
    counts = count_within(make_events(*acts), TWO_PHASES)
    assert counts.loc["P"].tolist() == [1, 3, 0, 0, "E1+E2+E3"]
    assert counts.loc["Q"].tolist() == [0, 2, 1, 1, "E2+E3+E4"]
    assert "theme" not in counts.index


def test_count_within_leaves_out_phases_without_an_act():
    assert count_within(make_events(act("E1", "2001-01-01")), TWO_PHASES).index.tolist() == ["P"]


def test_find_gaps_shortest_and_longest():
    """E1 in 2000, E2 in 2003. Shortest: 2001-01-01 to 2002-12-31 is 730 days. Longest: from 2000-01-02 to 2003-12-30
    is 366 - 1 + 365 + 365 + 364 = 1459 days."""
    gaps = find_gaps(make_events(act("E1", "2000-01-01", "2000-12-31"), act("E2", "2003-01-01", "2003-12-31")))
    assert gaps["shortest_years"].tolist() == pytest.approx([730 / 365.2425])
    assert gaps["longest_years"].tolist() == pytest.approx([1459 / 365.2425])
    assert gaps["rows"].tolist() == ["E1+E2"]


def test_find_gaps_between_neighbours_in_order_of_time():
    gaps = find_gaps(make_events(act("E3", "2009-01-01"), act("E1", "2001-01-01"), act("E2", "2004-01-01")))
    assert gaps["rows"].tolist() == ["E1+E2", "E2+E3"]


def test_find_gaps_an_open_act_starts_no_silence():
    gaps = find_gaps(make_events(act("E1", "2001-01-01", "2003-01-01", open_end=True), act("E2", "2009-01-01")))
    assert gaps.empty


def test_find_gaps_an_undated_act_does_nothing():
    gaps = find_gaps(make_events(act("E1", "2001-01-01"), act("E2", **UNDATED), act("E3", "2004-01-01")))
    assert gaps["rows"].tolist() == ["E1+E3"]


def test_find_gaps_two_acts_that_may_meet_leave_no_silence():
    """E2 may start on the day after E1."""
    assert find_gaps(make_events(act("E1", "2001-01-01"), act("E2", "2001-01-02", "2005-01-01"))).empty


@pytest.mark.parametrize("count", [0, 1])
def test_find_gaps_of_few_acts_is_empty(count):
    assert find_gaps(make_events(act("E1")).iloc[:count]).empty


def test_find_gaps_says_between_which_days():
    gaps = find_gaps(make_events(act("E1", "2000-01-01", "2000-12-31"), act("E2", "2003-01-01", "2003-12-31")))
    days = gaps[["start", "sure_start", "sure_end", "end"]].iloc[0].dt.strftime("%Y-%m-%d").tolist()
    assert days == ["2000-01-01", "2000-12-31", "2003-01-01", "2003-12-31"]


def test_find_longest_is_open_where_the_lengths_overlap():
    """After E1 exactly 3 years less a day; after E2 between 2 and 4: either may be the longest."""
    acts = [act("E1", "2000-01-01"), act("E2", "2003-01-01"), act("E3", "2005-01-01", "2006-12-31")]
    assert find_longest(find_gaps(make_events(*acts))).empty
    assert find_longest(find_gaps(make_events(*acts[:2]))).index.tolist() == ["after 2000-01-01"]
    assert find_longest(find_gaps(make_events(act("E1")))).empty


def test_select_visits_leaves_out_runs_joint_ones_parts_and_meetings():
    acts = make_events(
        act("E1", "2009-01-01", type="visit"),
        act("E2", "2001-01-01", type="visit"),
        act("E3", type="visit", date_kind="recurrent"),
        act("E4", type="visit", mutual=True),
        act("E5", type="visit", counted=False),
        act("E7", type="visit", **UNDATED),
        act("E6", type="meeting"),
    )
    assert select_visits(acts).index.tolist() == ["E2", "E1"]


def test_list_fields_says_what_the_act_makes_of_each():
    """A pledge (CAMEO 03) is words; a factory is carried out; a halt, an alleged contract, a loan without code."""
    acts = make_events(
        act("E1", fields="energy;transport", cameo_code="0331", bearing=1),
        act("E2", fields="arms", cameo_code="062", bearing=1),
        act("E3", fields="trade", cameo_code="163", bearing=-1),
        act("E4", fields="transport", cameo_code=None, bearing=1, certainty="alleged"),
        act("E5", fields="finance", cameo_code="090", bearing=pd.NA),
        act("E6", fields=None, cameo_code="057", bearing=1),
        act("E7", fields="education", cameo_code="051", bearing=1),
        act("E8", fields="finance", cameo_code=None, bearing=1),
    )
    acts["cameo_code"], acts["bearing"] = acts["cameo_code"].astype("str"), acts["bearing"].astype("Int64")
    named = list_fields(acts)
    assert list(zip(named.index, named["field"], named["role"].astype("str"), strict=True)) == [
        ("E1", "energy", "words, talks and ceremony"),
        ("E1", "transport", "words, talks and ceremony"),
        ("E2", "arms", "carried out or signed"),
        ("E3", "trade", "halted, charged, implied or without a code"),
        ("E4", "transport", "halted, charged, implied or without a code"),
        ("E7", "education", "words, talks and ceremony"),
        ("E8", "finance", "halted, charged, implied or without a code"),
    ]


def test_count_initiators_joint_acts_apart():
    acts = [act("E1"), act("E2", actor_country="BBB", effect=-1), act("E3", mutual=True), act("E4", counted=False)]
    counts = count_initiators(make_events(*acts))
    assert counts["acts"].to_dict() == {"AAA": 1, "BBB": 1, "joint": 1}
    assert counts.loc["BBB"].tolist() == [0, 0, 1, 1, "E2"]


def test_find_turn_is_where_apart_most_outnumbers_together():
    """P: 2 apart, 1 together, excess 1. Q: 2 apart, excess 2."""
    acts = [act("E1"), act("E2", effect=-1), act("E3", effect=-1)]
    more = [act(name, effect=-1, period="Q") for name in ("E4", "E5")]
    assert find_turn(make_events(*acts, *more)) == "Q"


def test_find_turn_a_tie_goes_to_the_earlier_phase():
    events = make_events(act("E1", effect=-1, period="Z"), act("E2", effect=-1, period="A"))
    events["period"] = events["period"].astype(pd.CategoricalDtype(["Z", "A"], ordered=True))
    assert find_turn(events) == "Z"


def test_find_turn_none():
    assert find_turn(make_events(act("E1"), act("E2", effect=-1))) == ""
    assert find_turn(make_events(act("E1")).iloc[:0]) == ""


@pytest.mark.parametrize(
    "metric", [count_events, count_effects, score_periods, leave_one_out, find_gaps, count_initiators, find_turn]
)
def test_event_metrics_leave_their_input_alone(metric):
    events = make_events(act("E1"), act("E2", "2004-01-01", effect=-1), act("E3", **UNDATED))
    before = events.copy(deep=True)
    metric(events)
    pd.testing.assert_frame_equal(events, before)


KINDS = {"Float64": "F", "float64": "f", "Int64": "I", "int64": "i", "str": "s", "object": "o"}
TABLES = {  # index and columns of what each function returns; kinds of the columns where there are rows
    "compare_trade": (
        lambda d: compare_trade(d.trade),
        "pair: start end gap_years ratio ratio_low ratio_high growth_pct growth_pct_low growth_pct_high rows",
        "iiiffffffs",
    ),
    "list_left_out": (
        lambda d: list_left_out(d.trade),
        "trade_id: when value value_low value_high unit bound reason rows",
        "sFFFssss",
    ),
    "count_effects": (lambda d: count_effects(d.events), "period: together neutral apart acts rows", "IIIis"),
    "count_events": (lambda d: count_events(d.events), "year: minimum maximum rows", "iis"),
    "count_initiators": (lambda d: count_initiators(d.events), "initiator: together neutral apart acts rows", "IIIis"),
    "count_within": (
        lambda d: count_within(d.events, d.phases),
        "period: together_low together_high apart_low apart_high rows",
        "iiiis",
    ),
    "find_gaps": (
        lambda d: find_gaps(d.events),
        "silence: after until shortest_years longest_years start sure_start sure_end end rows",
        "ooooooooo",
    ),
    "find_longest": (
        lambda d: find_longest(find_gaps(d.events)),
        "silence: after until shortest_years longest_years start sure_start sure_end end rows",
        "ooooooooo",
    ),
    "leave_one_out": (lambda d: leave_one_out(d.events), "event_id: label goldstein mean_without shift rows", "sFffs"),
    "score_periods": (lambda d: score_periods(d.events), "period: acts mean mean_low mean_high rows", "iFFFs"),
    "compare_evidence": (
        lambda d: compare_evidence(d.trade, list_totals(d.evidence)),
        "figure: article elsewhere elsewhere_low elsewhere_high when bound coverage basis ratio "
        "ratio_low ratio_high rows",
        "FFFFssssFFFs",
    ),
    "compare_reports": (
        lambda d: compare_reports(d.evidence),
        "pair: kind exporter importer when one other one_value one_value_low one_value_high "
        "other_value other_value_low other_value_high ratio ratio_low ratio_high rows",
        "ssssssFFFFFFFFFs",
    ),
    "find_contradictions": (
        lambda d: find_contradictions(d.evidence),
        "year: lowest lowest_by highest highest_by factor_at_least rows",
        "fsfsfs",
    ),
    "check_claims": (
        lambda d: check_claims(d),
        "claim_id: claim paragraph text_start text_end kind tested_on measure inputs asserted unit "
        "note claimed measured low high verdict paragraph_link rows",
        "sIsssssssssssffcss",
    ),
    "list_disagreements": (
        lambda d: list_disagreements(d),
        "passage: label variable first second decided decision rows",
        "sssssss",
    ),
    "measure_agreement": (
        lambda d: measure_agreement(d, draws=10),
        "variable: pairs agree_pct kappa kappa_low kappa_high alpha alpha_low alpha_high rows",
        "ifffffffs",
    ),
    "try_choices": (
        lambda d: try_choices(d, draws=10),
        "choice: before before_low before_high turn turn_low turn_high after after_low after_high "
        "before_acts turn_acts after_acts stands_pct verdict rows",
        "fffffffffiiifss",
    ),
}


def describe(frame):
    return f"{frame.index.name}: {' '.join(frame.columns)}"


@pytest.fixture(scope="module")
def dossier():
    return load_dossier()


@pytest.mark.parametrize("name", TABLES)
def test_tables_have_the_same_columns_with_rows_and_without(dossier, name):
    call, columns, kinds = TABLES[name]
    none = {table: getattr(dossier, table).iloc[:0] for table in ("trade", "events", "evidence", "claims", "passes")}
    frame, empty = call(dossier), call(replace(dossier, **none))
    assert describe(frame) == describe(empty) == columns
    assert "".join(KINDS.get(str(kind), "c") for kind in frame.dtypes) == kinds
    assert not len(empty) or name in ("count_effects", "count_within", "score_periods")


def test_no_ratio_to_a_figure_of_nothing(article):
    figures = change(article, "T1", value=0, value_low=0, value_high=0)
    with pytest.raises(DataError, match="expected a first figure above 0 for a ratio, found 0 in 2000"):
        trade_ratio(figures, start_year=2000, end_year=2007)
