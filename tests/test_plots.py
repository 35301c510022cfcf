"""Pictures, by their artists: where marks are, what is said; no text leaves the frame or overlaps."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations

import matplotlib.pyplot as plt
import pandas as pd
import pytest
import seaborn as sns
from matplotlib.collections import PathCollection
from matplotlib.text import Text

from analysis import (
    compare_reports,
    deflate_figures,
    list_totals,
    load_dossier,
    plot_choices,
    plot_evidence,
    plot_fields,
    plot_goldstein,
    plot_mirror,
    plot_overview,
    plot_timeline,
    plot_trade,
    plot_visits,
    try_choices,
)
from analysis.page import canvas
from analysis.plots.goldstein import stack_acts
from analysis.plots.placing import Label, place_labels
from analysis.plots.timeline import lay_out
from analysis.plots.trade import find_missing_years, select_figures
from analysis.plots.visits import list_visits
from analysis.style import house_style
from analysis.svg import picture

PLOTS = {
    "trade": plot_trade,
    "timeline": plot_timeline,
    "goldstein": plot_goldstein,
    "visits": plot_visits,
    "fields": plot_fields,
    "evidence": lambda frames, **kwargs: plot_evidence(*frames, **kwargs),
    "constant": lambda frames, **kwargs: plot_evidence(*frames, **kwargs),
    "mirror": plot_mirror,
    "choices": plot_choices,
}
NAMES = [*PLOTS, "overview"]


@pytest.fixture(scope="module")
def dossier():
    return load_dossier()


def cut(dossier, **rows):
    """Return the dossier with only some rows of a table."""
    return replace(dossier, **{name: getattr(dossier, name)[keep] for name, keep in rows.items()})


def change(frame, row, **values):
    """Return a copy of a frame with some cells of one row changed."""
    frame = frame.copy()
    for column, value in values.items():
        frame.loc[row, column] = value
    return frame


def give(name, dossier):
    """Return what a plot function draws from."""
    if name in ("evidence", "constant"):
        frames = dossier.trade, list_totals(dossier.evidence)
        return frames if name == "evidence" else [deflate_figures(frame, dossier.evidence) for frame in frames]
    if name in ("mirror", "choices"):
        return compare_reports(dossier.evidence) if name == "mirror" else try_choices(dossier, draws=40)
    return dossier.trade if name == "trade" else dossier.events if name in ("timeline", "goldstein") else dossier


def draw(name, dossier, width=720):
    if name == "overview":
        return plot_overview(dossier, width=width)
    return PLOTS[name](give(name, dossier), ax=canvas(width=width)).figure


def find_texts(figure):
    """Return each visible text of a figure with its box in pixels."""
    renderer, texts = figure.canvas.get_renderer(), []
    with house_style():
        figure.draw(renderer)
    width = figure.get_window_extent().x1
    for text in figure.findobj(Text):
        box = text.get_window_extent(renderer)
        if text.get_visible() and text.get_text().strip() and box.width > 0 and box.x0 < width + 500:
            texts.append((text, box))
    hidden = {
        id(label) for ax in figure.axes if not ax.axison for label in ax.findobj(Text) if label in ax.get_xticklabels()
    }
    return [(text, box) for text, box in texts if id(text) not in hidden]


def many(events, count=60):
    """Return a frame of so many acts, each with an id of its own."""
    copies = pd.concat([events.assign(parent_id=pd.NA)] * (count // len(events) + 1)).iloc[:count]
    ids = [f"X{number:02}" for number in range(count)]
    return copies.assign(rows=ids).set_axis(ids).astype({"parent_id": "str"})


VARIANTS = {
    "whole": lambda d: d,
    "empty": lambda d: cut(d, trade=slice(0), events=slice(0), evidence=slice(0)),
    "one row": lambda d: cut(
        d, trade=slice(1), evidence=slice(44, 48), events=[name == "E01" for name in d.events.index]
    ),
    "one phase": lambda d: cut(d, evidence=slice(60, None), events=d.events["period"] == d.events["period"].iloc[-1]),
    "undated": lambda d: cut(d, trade=slice(2), evidence=slice(0), events=d.events["earliest"].isna()),
    "context": lambda d: cut(d, trade=slice(0), events=d.events["bearing"].isna()),
    "parts": lambda d: cut(d, trade=slice(3), events=d.events["parent_id"].notna()),
    "no phases": lambda d: cut(d, periods=slice(0)),
    "sixty": lambda d: replace(d, events=many(d.events)),
}


@pytest.mark.parametrize("width", [720, 360])
@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("name", NAMES)
def test_plot_texts_stay_in_the_frame_and_apart(dossier, name, variant, width):
    figure = draw(name, VARIANTS[variant](dossier), width)
    assert figure.size[0] == width
    wide, high = figure.size
    texts = find_texts(figure)
    for text, box in texts:
        inside = box.x0 >= -0.5 and box.x1 <= wide + 0.5 and box.y0 >= -0.5 and box.y1 <= high + 0.5
        assert inside, f"{text.get_text()!r} leaves the frame: {box}"
    for (one, a), (two, b) in combinations(texts, 2):
        over = min(a.x1, b.x1) - max(a.x0, b.x0) > 1 and min(a.y1, b.y1) - max(a.y0, b.y0) > 2
        assert not over, f"{one.get_text()!r} and {two.get_text()!r} overlap"
    assert figure.alt.endswith(".")
    assert "nan" not in figure.alt.lower().replace("finan", "")
    assert "<NA>" not in figure.alt


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("name", PLOTS)
def test_plot_draws_into_the_users_axes_and_returns_them(dossier, name, variant):
    figure, (_, ax) = plt.subplots(1, 2)
    d = VARIANTS[variant](dossier)
    assert PLOTS[name](give(name, d), ax=ax) is ax
    assert len(figure.axes) == 2
    assert ax.get_title(loc="left")
    figure.canvas.draw()


@pytest.mark.parametrize("name", NAMES)
def test_plot_same_bytes_twice_whatever_the_callers_theme(dossier, name):
    plain = picture(draw(name, dossier))
    with sns.plotting_context("poster"), sns.axes_style("darkgrid"), plt.rc_context({"axes.labelcolor": "red"}):
        assert picture(draw(name, dossier)) == plain


@pytest.mark.parametrize("name", NAMES)
def test_plot_leaves_its_input_alone(dossier, name):
    trade, events, evidence = dossier.trade.copy(), dossier.events.copy(), dossier.evidence.copy()
    draw(name, dossier)
    pd.testing.assert_frame_equal(dossier.evidence, evidence)
    pd.testing.assert_frame_equal(dossier.trade, trade)
    pd.testing.assert_frame_equal(dossier.events, events)


@pytest.mark.parametrize("name", NAMES)
def test_plot_data_leads_to_its_rows(dossier, name):
    data = draw(name, dossier).data
    frames = (dossier.trade, dossier.events, dossier.evidence, dossier.passes)
    known = {row for frame in frames for row in frame["rows"]}
    assert len(data)
    assert {row for rows in data["rows"] for row in rows.split("+")} <= known


@pytest.mark.parametrize("name", NAMES)
def test_plot_empty_says_so(dossier, name):
    figure = draw(name, VARIANTS["empty"](dossier))
    assert figure.alt.startswith("Empty picture: no ")
    assert any(text.get_text().endswith(" to draw") for text in figure.texts)


@pytest.mark.parametrize("name", NAMES)
def test_plot_title_fits(dossier, name):
    for variant in VARIANTS.values():
        title = draw(name, variant(dossier)).texts[0].get_text().replace("\n", " ")
        assert 0 < len(title) <= 95
        assert not title.endswith(".")


@pytest.mark.parametrize("name", PLOTS)
def test_plot_title_can_be_given(dossier, name):
    assert PLOTS[name](give(name, dossier), title="My own").figure.texts[0].get_text() == "My own"


@pytest.mark.parametrize("name", PLOTS)
def test_plot_passes_kwargs_on(dossier, name):
    ax = PLOTS[name](give(name, dossier), alpha=0.25)
    assert any(group.get_alpha() == 0.25 for group in ax.collections)


def find_marks(ax):
    return [group for group in ax.collections if isinstance(group, PathCollection)]


def read_points(ax):
    groups = find_marks(ax)
    return {(round(float(x), 2), float(y)) for group in groups for x, y in group.get_offsets()}


def test_plot_trade_points_stand_at_the_values(dossier):
    ax = plot_trade(dossier.trade)
    assert {(2000.5, 40.0), (2007.5, 140.0), (2020.5, 55.0), (2021.5, 121.0)} == read_points(ax)
    assert ax.get_ylabel() == "million USD"
    assert ax.get_ylim()[0] == 0


def test_plot_trade_axes_of_another_figure_have_units(dossier):
    _, ax = plt.subplots()
    plot_trade(dossier.trade, ax=ax)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("year", "million USD")


def test_plot_trade_no_line_joins_points(dossier):
    points = {x for x, _ in read_points(plot_trade(dossier.trade))}
    for line in plot_trade(dossier.trade).lines:
        assert len({round(float(x), 2) for x in line.get_xdata()} & points) <= 1


def test_plot_trade_hedged_figure_is_hollow_with_its_range(dossier):
    ax = plot_trade(dossier.trade)
    hollow = [group for group in find_marks(ax) if len(group.get_offsets()) == 1]
    assert [tuple(group.get_offsets()[0]) for group in hollow] == [(2020.5, 55.0)]
    assert plt.matplotlib.colors.to_hex(hollow[0].get_facecolor()[0]) == "#ffffff"
    assert any(list(line.get_ydata()) == [52.5, 57.5] for line in ax.lines)


def test_plot_trade_ratios_by_hand(dossier):
    alt = plot_trade(dossier.trade).figure.alt
    for words in ("2007 is 3.5 times 2000", "2021 is 2.2 (2.1–2.3) times 2020", "2021 is 0.86 times 2007"):
        assert words in alt
    assert "2020 is 0.39 (0.38–0.41) times 2007" in alt


def test_plot_trade_gaps_by_hand(dossier):
    assert find_missing_years(dossier.trade, select_figures(dossier.trade)) == [(2001, 2006), (2008, 2019)]


def test_plot_trade_compares_like_with_like(dossier):
    trade = change(dossier.trade, "T2", status="forecast")
    ax = plot_trade(trade)
    assert "2007 is" not in ax.figure.alt
    assert "times 2007" not in ax.figure.alt
    assert (2007.5, 140.0) in read_points(ax)
    hollow = [group for group in find_marks(ax) if len(group.get_offsets()) == 2]
    assert {tuple(point) for group in hollow for point in group.get_offsets()} >= {(2007.5, 140.0)}


def test_plot_trade_other_unit_is_left_out_and_counted(dossier):
    figure = plot_trade(change(dossier.trade, "T1", unit="million somoni")).figure
    assert "2000" not in figure.alt
    assert any("Not drawn: one figure" in text.get_text().replace("\n", " ") for text in figure.texts)


def test_plot_trade_one_way_figure_names_its_direction(dossier):
    trade = change(dossier.trade, "T1", flow="one_way", exporter="IRN", importer="TJK")
    assert "IRN to TJK 2000 40" in plot_trade(trade).figure.alt


def test_plot_trade_zero_has_no_ratio(dossier):
    trade = change(dossier.trade, "T1", value=0.0, value_low=0.0, value_high=0.0)
    assert "times 2000" not in plot_trade(trade).figure.alt


def test_plot_trade_finding_falls_with_its_rows(dossier):
    def title(trade):
        return plot_trade(trade).figure.texts[0].get_text().replace("\n", " ")

    assert title(dossier.trade).endswith("is below the highest, 140 in 2007")
    higher = change(dossier.trade, "T4", value=150.0, value_low=150.0, value_high=150.0)
    assert title(higher).endswith("150 in 2021, is the highest")
    unclear = change(dossier.trade, "T4", value=139.0, value_low=130.0, value_high=145.0)
    assert title(unclear) == "Trade by year, four figures"


def test_plot_trade_many_figures(dossier):
    row = dossier.trade.iloc[[0]]
    years = range(1990, 2025)
    rows = [
        row.assign(
            value=float(year - 1900),
            value_low=float(year - 1900),
            value_high=float(year - 1900),
            year=year,
            when=str(year),
            rows=f"Y{year}",
            earliest=pd.Timestamp(year, 1, 1),
            latest=pd.Timestamp(year, 12, 31),
        )
        for year in years
    ]
    trade = pd.concat(rows).set_axis([f"Y{year}" for year in years])
    trade["year"] = trade["year"].astype("Int64")
    figure = plot_trade(trade, ax=canvas(width=360)).figure
    assert "the others are among the plotted values" in figure.alt
    texts = find_texts(figure)
    for (one, a), (two, b) in combinations(texts, 2):
        over = min(a.x1, b.x1) - max(a.x0, b.x0) > 1 and min(a.y1, b.y1) - max(a.y0, b.y0) > 2
        assert not over, f"{one.get_text()!r} and {two.get_text()!r} overlap"


@pytest.mark.parametrize("name", ["trade", "evidence"])
def test_plot_makes_room_for_large_figures(dossier, name):
    columns = ["value", "value_low", "value_high"]
    trade, evidence = (frame.assign(**frame[columns] * 1e4) for frame in (dossier.trade, dossier.evidence))
    figure = draw(name, replace(dossier, trade=trade, evidence=evidence), 360)
    ticks = [box for text, box in find_texts(figure) if text.get_text().endswith("0,000")]
    assert ticks
    assert min(box.x0 for box in ticks) >= 0


def test_plot_trade_alt_follows_the_data(dossier):
    changed = change(dossier.trade, "T2", value=141.0, value_low=141.0, value_high=141.0)
    before, after = plot_trade(dossier.trade).figure, plot_trade(changed).figure
    assert "141" in after.alt
    assert after.alt != before.alt
    assert picture(after) != picture(before)


def test_plot_trade_alt_numbers_stand_in_the_data(dossier):
    alt = plot_trade(dossier.trade).figure.alt
    ratios = {140 / 40, 55 / 140, 52.5 / 140, 57.5 / 140, 121 / 55, 121 / 57.5, 121 / 52.5, 121 / 140}
    known = {"4", "40", "140", "55", "121", "2000", "2007", "2020", "2021", "2001", "2006", "2008", "2019"}
    known |= {f"{ratio:.1f}" for ratio in ratios} | {f"{ratio:.2f}" for ratio in ratios}
    assert set(re.findall(r"\d+(?:\.\d+)?", alt)) <= known


def test_lay_out_parts_follow_their_act(dossier):
    rows = lay_out(dossier.events)
    order = list(rows.index)
    for row in rows[rows["part"]].itertuples():
        between = order[order.index(row.parent_id) + 1 : order.index(row.Index)]
        assert all(rows.loc[name, "parent_id"] == row.parent_id for name in between)
    assert rows["y"].is_monotonic_increasing
    assert len(rows) == len(dossier.events)


def test_plot_timeline_marks_every_row(dossier):
    ax = plot_timeline(dossier.events)
    heights = {y for _, y in read_points(ax)}
    assert heights == set(lay_out(dossier.events)["y"].astype(float))


def test_plot_timeline_mark_stands_at_the_known_limit(dossier):
    events = dossier.events[dossier.events["date"] == "../1995"].head(1)
    ax = plot_timeline(events)
    assert {round(x) for x, _ in read_points(ax)} == {1996}


def test_plot_timeline_alt_counts_the_rows(dossier):
    events = dossier.events
    counted = events[events["counted"]]
    alt = plot_timeline(events).figure.alt
    assert f"{(counted['effect'] == 1).sum()} bring together, {(counted['effect'] == -1).sum()} push apart" in alt
    assert f"{events['earliest'].isna().sum()} without a date" in alt
    assert f"{events['parent_id'].notna().sum()} as parts of larger acts" in alt


def test_plot_timeline_moved_date_moves_the_picture(dossier):
    name = dossier.events.index[dossier.events["counted"] & dossier.events["earliest"].notna()][0]
    moved = change(dossier.events, name, latest=pd.Timestamp(2011, 1, 1), earliest=pd.Timestamp(2010, 1, 1))
    assert picture(plot_timeline(moved).figure) != picture(plot_timeline(dossier.events).figure)


def test_plot_goldstein_marks_stand_at_the_scores(dossier):
    acts = dossier.events[dossier.events["counted"] & dossier.events["goldstein"].notna()]
    points = read_points(plot_goldstein(dossier.events))
    assert {x for x, _ in points} == {round(float(score), 2) for score in acts["goldstein"]}
    assert len(points) == len(acts)


def test_plot_goldstein_counts_and_mean_by_hand(dossier):
    acts = dossier.events[dossier.events["counted"] & dossier.events["goldstein"].notna()].head(5)
    scores = [1.0, 2.0, 3.0, 4.0, 10.0]
    period = acts["period"].cat.categories[0]
    acts = acts.assign(
        goldstein=pd.array(scores, dtype="Float64"), period=period, effect=pd.array([1, 1, 1, 1, -1], dtype="Int64")
    )
    acts["period"] = acts["period"].astype(dossier.events["period"].dtype)
    alt = plot_goldstein(acts).figure.alt
    assert f"{period} 4 to 1, mean +4.0" in alt
    ax = plot_goldstein(acts)
    spans = [group.get_segments()[0][:, 0].tolist() for group in ax.collections if hasattr(group, "get_segments")]
    assert [2.5, 4.75] in spans
    assert "mean" not in plot_goldstein(acts.head(4)).figure.alt


def test_plot_goldstein_parts_and_context_stay_out(dossier):
    shown = stack_acts(dossier.events)
    assert shown["counted"].all()
    assert shown["parent_id"].isna().all()


def test_plot_goldstein_names_the_act_whose_score_contradicts_its_effect(dossier):
    alt = plot_goldstein(dossier.events).figure.alt
    odd = dossier.events[
        dossier.events["counted"] & (dossier.events["effect"] == -1) & (dossier.events["goldstein"] > 0)
    ]
    assert all(label in alt for label in odd["label"].head(2))


def test_plot_goldstein_acts_outside_the_phases_are_kept(dossier):
    events = dossier.events.assign(
        period=pd.Categorical([None] * len(dossier.events), dossier.events["period"].cat.categories)
    )
    assert set(stack_acts(events)["group"]) == {"Outside the phases"}
    assert "Outside the phases" in plot_goldstein(events).figure.alt


def test_plot_visits_lanes_by_hand(dossier):
    rows = list_visits(dossier).groupby("group", sort=False)["when"].agg(list)
    assert rows.to_dict() == {
        "Iran → Tajikistan": ["2006", "Jun 2019", "Sep 2021", "Jan 2025"],
        "Tajikistan → Iran": [""],
        "Direction or number not told": ["Jul 2023 or later"],
        "Met, but no visit": ["by about 2015", "Dec 2015", "Jul 2023–Nov 2023", "Feb 2025"],
    }


def test_plot_visits_silence_runs_from_sure_to_at_most(dossier):
    lines = [line.get_xdata() for line in plot_visits(dossier).lines]
    solid = [(round(float(x[0]), 2), round(float(x[-1]), 2)) for x in lines if len(x) == 2]
    assert (2007.0, 2019.41) in solid  # from the last day of 2006 to the first of June 2019
    assert (2006.0, 2019.5) in solid


def test_plot_visits_a_visit_of_the_other_side_changes_title_and_lane(dossier):
    events = change(dossier.events, "E50", actor="TJK", target="IRN", actor_country="TJK", target_country="IRN")
    ax = plot_visits(replace(dossier, events=events))
    assert ax.figure.texts[0].get_text().replace("\n", " ").startswith("Four visits, both ways")
    assert "Tajikistan → Iran 1 (Sep 2021)" in ax.figure.alt


def test_plot_visits_title_stays_short_with_long_names(dossier):
    names = {
        "IRN": "The United Kingdom of Great Britain and Northern Ireland",
        "TJK": "Saint Vincent and the Grenadines",
    }
    actors = dossier.actors.assign(name=dossier.actors["name"].to_dict() | names)
    title = plot_visits(replace(dossier, actors=actors)).figure.texts[0].get_text().replace("\n", " ")
    assert len(title) <= 95


def test_plot_goldstein_title_keeps_the_name_of_the_scale(dossier):
    ax = plot_goldstein(dossier.events[dossier.events["period"] == "Rupture"])
    assert ax.figure.texts[0].get_text() == "Nine acts on the Goldstein scale"


def test_plot_visits_stops_within_a_visit_are_counted_below_only(dossier):
    figure = plot_visits(dossier).figure
    assert "nine acts within a visit" in " ".join(text.get_text().replace("\n", " ") for text in figure.texts)
    assert not set(figure.data["rows"]) & set(dossier.events.index[dossier.events["parent_id"].notna()])


def test_plot_fields_marks_each_named_field_once(dossier):
    ax = plot_fields(dossier)
    named = dossier.events[dossier.events["bearing"].notna()]["fields"].dropna()
    assert sum(len(group.get_offsets()) for group in find_marks(ax) if group.get_zorder() == 5) == int(
        named.str.count(";").add(1).sum()
    )


def test_plot_fields_mark_stands_in_the_column_of_its_field(dossier):
    ax = plot_fields(cut(dossier, events=dossier.events.index == "E62"))
    fields = [text.get_text() for text in ax.texts if text.get_rotation() == 90]
    assert sorted(fields) == dossier.events["fields"]["E62"].split(";")
    assert sorted(x for x, _ in read_points(ax)) == list(range(7))


def test_plot_fields_title_names_the_numbered_agreement_and_divides_nothing(dossier):
    figure = plot_fields(dossier).figure
    title = figure.texts[0].get_text().replace("\n", " ")
    assert title == "“Two dozen agreements signed”: seven fields, and a number for none of them"
    assert not re.search(r"\b24\b", figure.alt)
    without = plot_fields(cut(dossier, events=dossier.events.index != "E62")).figure.texts[0].get_text()
    assert without == "17 fields that 22 acts concern"


def test_plot_overview_marks_every_bearing_act(dossier):
    bearing = dossier.events[dossier.events["bearing"].notna()]
    ax = plot_overview(dossier).axes[0]
    shapes = [group for group in find_marks(ax) if group.get_sizes()[0] > 12]
    assert sum(len(group.get_offsets()) for group in shapes) >= len(bearing)


def test_plot_overview_takes_no_axes(dossier):
    with pytest.raises(TypeError):
        plot_overview(dossier, ax=canvas())


def test_plot_overview_names_the_pair_and_says_what_is_not_labelled(dossier):
    figure = plot_overview(dossier)
    said = " ".join(text.get_text().replace("\n", " ") for text in figure.texts)
    assert all(str(dossier.actors.loc[code, "name"]) in said for code in dossier.dyad)
    assert re.search(r"Labelled: \d+ of \d+ acts", said)


def test_place_labels_most_telling_wins_where_there_is_room_for_one():
    labels = [Label(50, 10, "the lesser", 2), Label(52, 10, "the greater", 1)]
    placed = place_labels(labels, [(44.0, 58.0, 0.0, 10.0)], width=104, height=36)
    assert [place.label.text for place in placed] == ["the greater"]


def test_place_labels_keep_clear_of_marks_and_each_other():
    labels = [Label(20.0 * number, 12, f"act {number}", number) for number in range(1, 12)]
    marks = [(label.x - 6, label.x + 6, 0.0, 12.0) for label in labels]
    boxes = [place.box for place in place_labels(labels, marks, width=240, height=120)] + marks
    for a, b in combinations(boxes, 2):
        assert a[1] <= b[0] or b[1] <= a[0] or a[3] <= b[2] or b[3] <= a[2]


def test_plot_trade_forecast_is_said_and_not_compared(dossier):
    figure = plot_trade(change(dossier.trade, "T4", status="forecast")).figure
    assert "2021 121 (forecast)" in figure.alt
    assert "2021 is" not in figure.alt
    assert any(text.get_text() == "2021 (forecast)" for text, _ in find_texts(figure))


@pytest.mark.parametrize("width", [720, 360])
@pytest.mark.parametrize("name", NAMES)
def test_plot_acts_without_a_side_are_shown_and_said(dossier, name, width):
    row = dossier.events.index[dossier.events["counted"] & dossier.events["goldstein"].notna()][0]
    events = change(dossier.events, row, effect=0, bearing=0)
    figure = draw(name, replace(dossier, events=events), width)
    said = {"timeline": "1 with no bearing either way", "goldstein": "in all 1 neither"}
    assert said.get(name, "") in figure.alt
    if name in ("timeline", "goldstein", "visits", "fields", "overview"):
        assert any(text.get_text() == "neither" for text, _ in find_texts(figure))


def test_plot_evidence_joins_only_years_that_follow_each_other(dossier):
    totals = list_totals(dossier.evidence)
    gone = totals[~((totals["series"] == "Correlates of War") & (totals["year"] == 2003)).fillna(False)]
    runs = [
        len([line for line in plot_evidence(dossier.trade, frame).lines if len(line.get_xdata()) > 2])
        for frame in (totals, gone)
    ]
    assert runs == [1, 2]


def test_plot_evidence_leaves_out_bounds_and_parts_of_years_and_names_the_bounds(dossier):
    figure = plot_evidence(dossier.trade, list_totals(dossier.evidence)).figure
    assert {300.0, 120.0, 30.3, 2583.0}.isdisjoint(figure.data["value"].astype(float))
    assert any("Other statements 2011 at least 500" in text.get_text().replace("\n", " ") for text in figure.texts)


def test_plot_evidence_title_falls_with_its_rows(dossier):
    totals = list_totals(dossier.evidence)
    titles = [
        plot_evidence(dossier.trade, frame).figure.texts[0].get_text().replace("\n", " ")
        for frame in (totals, totals[totals["value"] < 100], totals.iloc[:0])
    ]
    assert titles[0].endswith("a peak of 295 in 2013, and a fall to 97 in 2018")
    assert titles[1].startswith("The article’s figures and ")
    assert titles[2].endswith("no total of others is known")


def test_plot_mirror_marks_stand_at_both_values(dossier):
    pairs = compare_reports(dossier.evidence)
    points = {round(x, 6) for x, _ in read_points(plot_mirror(pairs))}
    assert {round(float(value), 2) for value in pairs["one_value"] if value > 0} <= {round(x, 2) for x in points}


def test_plot_mirror_says_what_zero_and_rounding_do(dossier):
    texts = {text.get_text() for text in plot_mirror(compare_reports(dossier.evidence)).texts}
    assert {"one is 0", "×18–53", "×1.4"} <= texts


def test_plot_choices_means_by_hand_and_verdicts(dossier):
    choices = try_choices(dossier, draws=40)
    ax = plot_choices(choices)
    points = {x for x, _ in read_points(ax)}
    assert {round(choices.loc["As coded", name], 2) for name in ("before", "turn", "after")} <= points
    assert {"stands"} <= {text.get_text() for text in ax.texts}


def test_plot_choices_shows_a_finding_that_falls(dossier):
    hostile = dossier.events.index[dossier.events["period_id"] == "PH6"].tolist()
    figure = plot_choices(try_choices(dossier, draws=10, without={"Without the rupture": hostile})).figure
    assert "Without the rupture no acts left" in figure.alt
    assert "in 10 of 11 other ways" in figure.texts[0].get_text().replace("\n", " ")
