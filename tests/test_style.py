"""Palette, layout, marks, intervals and the slim SVG."""

from __future__ import annotations

import re
from itertools import combinations
from urllib.parse import unquote
from xml.etree import ElementTree

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from analysis import page, style, svg
from analysis.plots import placing


def luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted([luminance(one), luminance(other)], reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1])
@pytest.mark.parametrize("ground", ["paper", "band"])
@pytest.mark.parametrize("name", ["ink", "muted", "coop", "conf"])
def test_palette_text_reads_on_its_ground(name, ground, theme):
    assert contrast(style.PALETTE[name][theme], style.PALETTE[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1])
def test_palette_marks_are_seen_on_paper(theme):
    assert contrast(style.PALETTE["mark"][theme], style.PALETTE["paper"][theme]) >= 3


def test_contrast_black_on_white():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_palette_has_each_colour_once():
    light = [colour for colour, _ in style.PALETTE.values()]
    assert len(set(light)) == len(light)


def test_house_style_leaves_the_callers_settings():
    with plt.rc_context({"font.size": 21, "axes.grid": True}):
        before = dict(plt.rcParams)
        with style.house_style():
            assert plt.rcParams["font.size"] == style.LABEL
            assert not plt.rcParams["axes.grid"]
        assert dict(plt.rcParams) == before


@pytest.mark.parametrize("width", [360, 720])
def test_furnish_measures_are_css_pixels(width):
    ax = page.canvas(width=width)
    page.furnish(ax, title="A title", subtitle="What", source="Where from", height=200, left=40, right=20)
    box = ax.get_window_extent()
    assert (ax.figure.size[0], box.height) == (width, pytest.approx(200))
    assert (box.x0, width - box.x1) == (pytest.approx(40), pytest.approx(20))
    assert plt.gca() is ax


def test_furnish_on_another_figure_sets_the_title_only():
    _, ax = plt.subplots()
    page.furnish(ax, title="A title", subtitle="What", source="Where", height=200)
    assert ax.get_title(loc="left") == "A title"
    assert len(ax.figure.axes) == 1
    assert not ax.figure.texts


@pytest.mark.parametrize(("points", "weight"), [(style.NOTE, "normal"), (style.LABEL, "normal"), (style.TITLE, "bold")])
def test_wrap_text_breaks_where_the_whole_line_is_too_wide(points, weight):
    text = "Source: the article, paragraphs 1–9 (rows T1–T4). AVAST, To Wy “LT”: 7.1 ≈ Душанбе or V. A. Yes, f f."
    for width in range(60, 600, 7):
        lines: list[str] = []
        for word in text.split():
            joined = f"{lines[-1]} {word}" if lines else word
            if lines and page.measure_text(joined, points, weight=weight) <= width:
                lines[-1] = joined
            else:
                lines.append(word)
        assert page.wrap_text(text, width, points, weight=weight) == lines


def test_wrap_text_keeps_every_word():
    text = "Phases are those of the narrative, and a verylongwordthatdoesnotfit stands alone"
    lines = page.wrap_text(text, 90)
    assert " ".join(lines) == text
    assert all(page.measure_text(line) <= 90 for line in lines if " " in line)


def test_pack_touching_spans_share_a_lane():
    assert placing.pack([(0, 5), (5, 9), (4, 6)]) == [0, 0, 1]


def test_to_years_leap_year():
    days = pd.Series(pd.to_datetime(["2020-12-31", "2021-07-02"]))
    assert style.to_years(days, end=True).round(4).tolist() == [2021.0, 2021.5014]


def act(start, end, **kwargs):
    facts = {"open_start": False, "open_end": False, "approximate": False, "date_kind": "within"}
    return pd.Series({"start": start, "end": end, "colour": "#0b66b0"} | facts | kwargs)


@pytest.mark.parametrize(
    ("case", "x", "boxes", "lines"),
    [
        (act(2015.92, 2016.0), 2015.96, 0, 0),
        (act(2006.0, 2007.0), 2006.5, 1, 0),
        (act(2006.0, 2007.0, approximate=True), 2006.5, 1, 1),
        (act(1992.0, 1998.0, date_kind="span"), 1995.0, 0, 1),
        (act(2013.0, 2025.0, open_end=True), 2013.0, 0, 2),
        (act(1991.0, 1996.0, open_start=True), 1996.0, 0, 2),
        (act(float("nan"), float("nan")), 1990, 1, 0),
    ],
    ids=["month", "year", "about", "span", "not before", "not after", "no date"],
)
def test_draw_interval(case, x, boxes, lines):
    ax = page.canvas()
    assert style.draw_interval(ax, 0, case, low=1990, high=2026) == pytest.approx(x)
    assert (len(ax.patches), len(ax.lines)) == (boxes, lines)


def test_draw_marks_shape_colour_and_fill_say_what_the_act_is():
    marks = pd.DataFrame(
        {
            "x": range(4),
            "y": [0] * 4,
            "bearing": pd.array([1, -1, 0, pd.NA], dtype="Int64"),
            "certainty": ["asserted", "alleged", "asserted", "asserted"],
            "part": [False] * 4,
        }
    )
    ax = page.canvas()
    style.draw_marks(ax, marks)
    drawn = {float(group.get_offsets()[0][0]): group for group in ax.collections}
    colours = {x: plt.matplotlib.colors.to_hex(group.get_edgecolor()[0]) for x, group in drawn.items()}
    assert colours == {0: style.COOP, 1: style.CONF, 2: style.MARK, 3: style.MARK}
    assert plt.matplotlib.colors.to_hex(drawn[1].get_facecolor()[0]) == style.PAPER
    assert drawn[3].get_sizes()[0] < drawn[2].get_sizes()[0]
    assert len({group.get_paths()[0].vertices.tobytes() for group in drawn.values()}) == 3


def test_draw_marks_kwargs_win():
    ax = page.canvas()
    row = {"x": [0], "y": [0], "bearing": [1], "certainty": ["asserted"], "part": [False]}
    style.draw_marks(ax, pd.DataFrame(row), color="#ff0000", alpha=0.5)
    assert plt.matplotlib.colors.to_hex(ax.collections[0].get_facecolor()[0]) == "#ff0000"


def make_figure():
    ax = page.canvas(width=360)
    with style.house_style():
        page.furnish(ax, title='A "straight" title & more', source="50% of <all> #1", height=80)
        ax.set(xlim=(0, 1), ylim=(0, 1))
        ax.plot([0.123456, 0.9], [0.1, 0.9], color=style.COOP)
        ax.add_patch(plt.Rectangle((0.2, 0.2), 0.3, 0.3, **style.HATCH))
        style.write(ax, "text", 0.5, 0.5)
    return ax.figure


def test_picture_text_stays_text_and_same_bytes_twice():
    one, two = svg.picture(make_figure()), svg.picture(make_figure())
    assert one == two
    assert one == svg.picture(make_figure())
    ElementTree.fromstring(one)
    assert ">text</text>" in one
    assert "<metadata" not in one
    assert not re.search(r"\d\.\d{3}", one)


def test_picture_follows_the_readers_theme():
    text = svg.picture(make_figure())
    style_sheet, body = re.search(r"<style>(.*?)</style>(.*)", text, re.DOTALL).groups()
    assert "@media screen and (prefers-color-scheme:dark)" in style_sheet
    for name, (light, dark) in style.PALETTE.items():
        assert f"--c-{name}:{dark}" in style_sheet
        assert f"var(--c-{name},{light})" in text or light not in text
    assert not re.search(r"(?<!,)#[0-9a-f]{6}\b", body.replace("url(#", ""))


def test_picture_leaves_what_a_text_says_as_it_is():
    figure, ax = plt.subplots()
    ax.set(yticks=[0.125, 0.375], title="Mean 3.14159, ink #1b2027")
    text = svg.picture(figure)
    assert all(f">{words}<" in text for words in ("0.125", "0.375", "Mean 3.14159, ink #1b2027"))


def test_picture_of_a_plain_figure_follows_the_readers_theme_too():
    """A black that nobody chose is ink: matplotlib leaves it out for text and writes it for lines."""
    figure, ax = plt.subplots()
    ax.set_title("Mine")
    text = svg.picture(figure)
    assert "text{fill:var(--c-ink,#000)" in text
    assert re.findall(r"[^,]#000000", text) == []


def test_picture_ids_are_used():
    text = svg.picture(make_figure())
    ids = re.findall(r' id="([^"]+)"', text)
    assert ids
    assert all(f"#{name}" in text for name in ids)


def test_picture_ignores_the_callers_settings():
    plain = svg.picture(make_figure())
    with plt.rc_context({"svg.fonttype": "path", "font.size": 30, "lines.linewidth": 9, "axes.grid": True}):
        assert svg.picture(make_figure()) == plain


def test_data_uri_stands_in_any_attribute_and_gives_the_picture_back():
    text = svg.picture(make_figure())
    uri = svg.data_uri(text)
    assert not set('"<>#& \n') & set(uri)
    root = ElementTree.fromstring(unquote(uri.removeprefix("data:image/svg+xml,")))
    words = " ".join(element.text or "" for element in root.iter() if element.tag.endswith("}text"))
    assert 'A "straight" title & more' in words
    assert "50% of <all> #1" in words


def test_png_is_twice_the_size_and_leaves_the_svg_alone():
    figure = make_figure()
    before = svg.picture(figure)
    image = svg.png(figure)
    assert int.from_bytes(image[16:20], "big") == 720
    assert svg.picture(figure) == before


def test_boxes_overlap_is_symmetric():
    boxes = [(0.0, 2.0, 0.0, 2.0), (1.0, 3.0, 1.0, 3.0), (2.0, 4.0, 0.0, 1.0)]
    for one, two in combinations(boxes, 2):
        assert placing.is_free(one, [two]) == placing.is_free(two, [one])
