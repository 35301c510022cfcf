"""Numbers that know their rows: what is printed, where it leads, what is refused."""

from __future__ import annotations

import html
import re

import pandas as pd
import pytest
from nbconvert.filters import markdown2html_mistune

from analysis.citing import PARAMETERS, Quantity, cite, escape_markdown, format_number, join_rows


def test_join_rows_each_once_in_order_of_mention():
    assert join_rows(["T3+T4", "T4", "T1", "T3"]) == "T3+T4+T1"


@pytest.mark.parametrize("rows", [[], [""], ["", ""]])
def test_join_rows_of_nothing(rows):
    assert join_rows(rows) == ""


def test_join_rows_skips_empty_parts():
    assert join_rows(["", "T1", ""]) == "T1"


def test_cite_link():
    assert cite(40, "T1") == "[40](#rows-T1)"


def test_cite_names_each_row_once():
    assert cite("x", "T1+T2+T1") == "[x](#rows-T1+T2)"


def test_cite_parameter():
    assert cite(2015, PARAMETERS) == "[2015](#rows-parameters)"


def test_cite_without_rows():
    with pytest.raises(ValueError, match="'40' needs row ids"):
        cite("40", "")


HOSTILE = [
    "<b>bold</b>",
    "<script>alert(1)</script>",
    "*stars* and **more**",
    "_under_ and __more__",
    "$x$ and $$y$$",
    "a | bar",
    "](#rows-T9) [",
    "![image](x)",
    "`code`",
    "~~struck~~",
    "# head",
    "&amp; &lt;",
    r"back\slash",
    "{braces}",
    "Zoë O'Nobody",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_cite_hostile_text_prints_as_it_is(text):
    """The page that nbconvert makes has one link, no other tag, and the text unchanged."""
    page = markdown2html_mistune(cite(text, "T1"))
    link = re.fullmatch(r'<p><a href="#rows-T1">([^<]*)</a></p>', page.strip())
    assert link
    assert html.unescape(link[1]) == text


@pytest.mark.parametrize("text", HOSTILE)
def test_escape_markdown_leaves_no_tag(text):
    page = markdown2html_mistune("x " + escape_markdown(text))
    assert re.findall("<[^>]*>", page) == ["<p>", "</p>"]


def test_escape_markdown_a_line_break_becomes_a_space():
    assert escape_markdown("one\n\n  two") == "one two"


def test_quantity_formats_as_a_link_with_its_range():
    assert f"{Quantity(2.2, 'T3+T4', 2.104, 2.305, '-fold'):.1f}" == "[2.2-fold (2.1–2.3)](#rows-T3+T4)"


@pytest.mark.parametrize("spec", [".1f", ".2f"])
def test_quantity_range_is_printed_where_it_differs_at_the_printed_precision(spec):
    """2.20 to 2.22 is one number with one decimal, and two with two."""
    assert ("(" in Quantity(2.21, "T1", 2.20, 2.22).describe(spec)) == (spec == ".2f")


def test_quantity_range_that_is_one_number_is_left_out():
    assert Quantity(40, "T1", 40, 40, " million USD").describe(".0f") == "40 million USD"


def test_quantity_without_range():
    assert Quantity(3.5, "T1+T2").describe(".1f") == "3.5"


@pytest.mark.parametrize(
    ("low", "high", "words"), [(-2.5, -1.0, "−2.5 to −1.0"), (-1.0, 1.0, "−1.0 to 1.0"), (1.0, 2.5, "1.0–2.5")]
)
def test_quantity_range_with_a_minus_says_to(low, high, words):
    """A dash beside a minus sign cannot be read."""
    assert Quantity((low + high) / 2, "E1", low, high).describe(".1f").endswith(f"({words})")


def test_quantity_of_a_range_only():
    assert Quantity(None, "E1+E2", 1, 2, " acts").describe(".0f") == "1–2 acts"


def test_quantity_of_a_range_only_that_is_one_number():
    assert Quantity(None, "E1", 2, 2, " acts").describe(".0f") == "2 acts"


def test_quantity_of_zero_has_no_sign():
    assert Quantity(-0.001, "E1").describe(".1f") == "0.0"


def test_quantity_in_markdown_output():
    assert Quantity(3.5, "T1+T2", unit="-fold")._repr_markdown_() == "[3.5-fold](#rows-T1+T2)"


def test_quantity_without_rows():
    with pytest.raises(ValueError, match="a Quantity needs rows"):
        Quantity(1, "")


def test_quantity_is_frozen():
    with pytest.raises(AttributeError):
        Quantity(1, "T1").value = 2  # type: ignore[misc]


def test_quantity_hostile_unit_is_escaped():
    assert "<b>" not in f"{Quantity(1, 'T1', unit=' <b>'):.0f}"


@pytest.mark.parametrize(
    ("value", "spec", "text"),
    [
        (-2.84, "+.1f", "−2.8"),
        (2.84, "+.1f", "+2.8"),
        (-0.04, ".1f", "0.0"),
        (0, "+.1f", "0.0"),
        (-5, "", "−5"),
        (1234.5, ",.0f", "1,234"),  # half to even
    ],
)
def test_format_number(value, spec, text):
    assert format_number(value, spec) == text


@pytest.fixture
def frame():
    cells = {"value": [55.0, 40.0], "value_low": [52.5, 40.0], "value_high": [57.5, 40.0], "rows": ["T3", "T1"]}
    return pd.DataFrame(cells, index=["T3", "T1"])
