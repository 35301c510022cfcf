"""Tables and pictures as markup: what a reader without eyes, script or network needs."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
import pytest
import seaborn as sns
from bs4 import BeautifulSoup

from analysis import display
from analysis.display import describe_figure, draw_picture, draw_table, link_rows, read_marks, show
from analysis.page import canvas


@pytest.fixture
def frame():
    cells = {"ratio": [3.5, None], "gap_years": [7, 1], "share_pct": [100.0, 86.43], "rows": ["T1+T2", "T4"]}
    return pd.DataFrame(cells, index=pd.Index(["2000–2007", "2021"], name="pair")).astype({"ratio": "Float64"})


@pytest.fixture
def shown(monkeypatch):
    """The bundles that were displayed."""
    bundles = []
    monkeypatch.setattr(display, "display", lambda bundle, raw: bundles.append(bundle))
    return bundles


def read(frame, **kwargs):
    return BeautifulSoup(draw_table(frame, **{"caption": "Trade", **kwargs}), "html.parser")


def cells(table):
    return [[cell.get_text() for cell in row.find_all(["th", "td"])] for row in table.tbody.find_all("tr")]


def test_draw_table_caption(frame):
    assert read(frame, caption="Trade <in> million USD").caption.get_text() == "Trade <in> million USD"


def test_draw_table_heads_have_a_scope(frame):
    table = read(frame)
    assert {cell["scope"] for cell in table.thead.find_all("th")} == {"col"}
    assert {cell["scope"] for cell in table.tbody.find_all("th")} == {"row"}
    assert len(table.tbody.find_all("th")) == 2


def test_draw_table_units_of_suffixes(frame):
    heads = [cell.get_text() for cell in read(frame).thead.find_all("th")]
    assert heads == ["pair", "ratio", "gap (years)", "share (%)", "sources"]


def test_draw_table_every_row_leads_to_its_sources(frame):
    links = [[link["href"] for link in row.find_all("a")] for row in read(frame).tbody.find_all("tr")]
    assert links == [["#rows-T1+T2"], ["#rows-T4"]]


def test_draw_table_of_coded_rows_links_the_id(frame):
    table = read(pd.DataFrame({"value": [40.0], "rows": ["T1"]}, index=["T1"]))
    assert table.tbody.th.a["href"] == "#rows-T1"
    assert cells(table) == [["T1", "40.0"]]


def test_draw_table_missing_is_a_dash(frame):
    assert cells(read(frame))[1][1] == "–"


@pytest.mark.parametrize("missing", [pd.NA, None, float("nan"), pd.NaT])
def test_draw_table_each_kind_of_missing_is_a_dash(missing):
    assert cells(read(pd.DataFrame({"x": [missing], "rows": ["T1"]}, index=["a"])))[0][1] == "–"


def test_draw_table_formats(frame):
    assert [row[3] for row in cells(read(frame, formats={"share_pct": ".0f"}))] == ["100", "86"]


def test_draw_table_range_stands_beside_its_value():
    frame = pd.DataFrame({"x": [2.2], "x_low": [2.1], "x_high": [2.3], "rows": ["T1"]}, index=["a"])
    table = read(frame, formats={"x": ".1f"})
    assert cells(table)[0][1] == "2.2 (2.1 to 2.3)"
    assert len(table.thead.find_all("th")) == 3


def test_draw_table_range_that_is_one_number_is_left_out():
    frame = pd.DataFrame({"x": [3.5], "x_low": [3.5], "x_high": [3.5], "rows": ["T1"]}, index=["a"])
    assert cells(read(frame))[0][1] == "3.5"


@pytest.mark.parametrize(
    ("cells", "said"),
    [((61, 61, None), "at least 61"), ((61, None, 61), "at most 61"), ((65, 61, None), "65 (at least 61)")],
)
def test_draw_table_a_bound_is_said_in_words(cells, said):
    value, low, high = cells
    frame = pd.DataFrame({"value": [value], "value_low": [low], "value_high": [high], "rows": ["T1"]}, index=["T1"])
    assert f"<td>{said}</td>" in draw_table(frame.astype({"value_high": "Int64", "value_low": "Int64"}), caption="A")


def test_draw_table_true_minus():
    assert cells(read(pd.DataFrame({"x": [-2], "rows": ["T1"]}, index=["a"])))[0][1] == "−2"


def test_draw_table_a_column_with_a_link_is_one():
    frame = pd.DataFrame({"paragraph": ["5"], "paragraph_link": ["https://x.org/a#:~:text=a%2C&b"], "rows": ["T1"]})
    (link,) = BeautifulSoup(draw_table(frame, caption="c"), "html.parser").select("td a[rel]")
    assert (link["href"], link.get_text()) == ("https://x.org/a#:~:text=a%2C&b", "5")


@pytest.mark.parametrize("link", ["javascript:alert(1)", "", None, float("nan"), "data:text/html,x"])
def test_draw_table_what_is_no_web_address_is_no_link(link):
    html = draw_table(pd.DataFrame({"paragraph": ["5"], "paragraph_link": [link], "rows": ["T1"]}), caption="c")
    assert "<td>5</td>" in html


def test_draw_table_has_no_style_class_or_script(frame):
    names = {name for tag in read(frame).find_all(True) for name in tag.attrs}
    assert names <= {"scope", "href"}


def test_draw_table_every_tag_is_closed(frame):
    html = draw_table(frame, caption="Trade")
    for tag in ("table", "caption", "thead", "tbody", "tr", "th", "td", "a"):
        assert html.count(f"<{tag}>") + html.count(f"<{tag} ") == html.count(f"</{tag}>")


def test_draw_table_hostile_text_is_escaped():
    frame = pd.DataFrame({"<i>x": ["<b>a</b> & 'b' $x$ |"], "rows": ["T1"]}, index=pd.Index(["<u>"], name="<s>"))
    table = read(frame)
    assert not table.find_all(["i", "b", "u", "s"])
    assert cells(table)[0][:2] == ["<u>", "<b>a</b> & 'b' $x$ |"]


def test_draw_table_of_nothing(frame):
    table = read(frame.iloc[:0])
    assert table.tbody.get_text().strip() == "No rows."
    assert int(table.tbody.td["colspan"]) == len(table.thead.find_all("th"))


def test_draw_table_without_rows(frame):
    with pytest.raises(KeyError, match="rows"):
        draw_table(frame.drop(columns="rows"), caption="Trade")


def test_draw_table_without_caption(frame):
    with pytest.raises(ValueError, match="caption"):
        draw_table(frame, caption="")


def test_draw_table_leaves_its_input_alone(frame):
    before = frame.copy(deep=True)
    draw_table(frame, caption="Trade")
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize(("rows", "text"), [("T1", "T1"), ("T1+T2", "2 rows"), ("T1+T2+T3", "3 rows")])
def test_link_rows(rows, text):
    assert link_rows(rows) == f'<a href="#rows-{rows}">{text}</a>'


def test_show_a_table_as_html_and_text(shown, frame):
    show(frame, caption="Trade")
    assert shown[0]["text/html"] == draw_table(frame, caption="Trade")
    assert shown[0]["text/plain"] == f"Trade\n{frame.to_string()}"


@pytest.mark.parametrize(("caption", "error"), [("", ValueError), ("Trade", KeyError)])
def test_show_a_table_refuses(shown, frame, caption, error):
    with pytest.raises(error):
        show(frame if error is ValueError else frame.drop(columns="rows"), caption=caption)
    assert shown == []


def plot_dots(frame, *, ax=None, **kwargs):
    """Draw two dots as a plot function of the library does."""
    ax = ax or canvas().add_subplot()
    ax.plot([1, 2], frame["value"].astype("float"), "o", **kwargs)
    ax.figure.alt, ax.figure.data = "Two <dots> & more", frame
    return ax


def test_show_a_plot_function_draws_both_widths(shown):
    show(plot_dots, pd.DataFrame({"value": [3, 4], "rows": ["T1", "T2"]}), caption="Dots & more")
    page = BeautifulSoup(shown[0]["text/html"], "html.parser")
    assert page.source["media"] == "(max-width:600px)"
    assert page.img["alt"] == "Two <dots> & more"
    assert page.source["srcset"].startswith("data:image/svg+xml")
    assert page.img["src"].startswith("data:image/svg+xml")
    assert page.source["srcset"] != page.img["src"]


def test_show_a_plot_function_links_its_rows(shown):
    show(plot_dots, pd.DataFrame({"value": [3, 4], "rows": ["T1", "T2"]}), caption="Dots & more")
    caption = BeautifulSoup(shown[0]["text/html"], "html.parser").figcaption
    assert caption.get_text().startswith("Dots & more")
    assert caption.a["href"] == "#rows-T1+T2"


def test_show_a_plot_function_has_its_values_as_text(shown):
    show(plot_dots, pd.DataFrame({"value": [3, 4], "rows": ["T1", "T2"]}))
    assert shown[0]["text/plain"].startswith("Two <dots> & more\n")
    assert "T2" in shown[0]["text/plain"]


def test_show_your_own_axes_one_width(shown):
    ax = plt.figure().subplots()
    ax.bar(["a", "b"], [1, 2])
    show(ax, alt="Two bars")
    page = BeautifulSoup(shown[0]["text/html"], "html.parser")
    assert page.source is None
    assert page.img["alt"] == "Two bars"


def test_show_closes_its_figures(shown):
    show(plt.figure().subplots())
    assert plt.get_fignums() == []


def test_draw_picture_without_alt_describes_the_figure():
    ax = plt.figure().subplots()
    ax.set(title="Acts", xlabel="year", ylabel="number")
    html, text = draw_picture([ax.figure])
    assert 'alt="Chart: Acts. Horizontal: year. Vertical: number. 0 values."' in html
    assert text.startswith("Chart: Acts.")


def test_draw_picture_same_bytes_twice():
    def draw():
        ax = plt.figure().subplots()
        ax.plot([1, 2], [3, 4])
        return draw_picture([ax.figure])

    assert draw() == draw()


def test_describe_figure_a_title_at_the_left():
    ax = plt.figure().subplots()
    ax.set_title("Acts", loc="left")
    assert describe_figure(ax.figure).startswith("Chart: Acts")


def test_read_marks_of_a_line():
    ax = plt.figure().subplots()
    ax.plot([1, 2, 3], [4, 5, 6])
    assert read_marks(ax.figure).to_numpy().tolist() == [[1, 4], [2, 5], [3, 6]]


def test_read_marks_of_points():
    ax = plt.figure().subplots()
    ax.scatter([1, 2], [3, 4])
    assert read_marks(ax.figure).to_numpy().tolist() == [[1, 3], [2, 4]]


def test_read_marks_of_bars():
    """A bar of width 0.8 stands at its middle."""
    ax = plt.figure().subplots()
    ax.bar([1, 2], [3, 4])
    assert read_marks(ax.figure).to_numpy().tolist() == [[1, 3], [2, 4]]


def test_read_marks_of_lying_bars():
    """The value of a lying bar is its length, at its middle up the axis."""
    ax = plt.figure().subplots()
    ax.barh([1, 2], [3, 4])
    assert read_marks(ax.figure).to_numpy().tolist() == [[3, 1], [4, 2]]


def test_read_marks_of_stacked_bars():
    """The second bar reaches from 3 to 5; its own value is 2."""
    ax = plt.figure().subplots()
    ax.bar([1], [3])
    ax.bar([1], [2], bottom=[3])
    assert read_marks(ax.figure)["y"].tolist() == [3, 2]


def test_read_marks_six_digits():
    ax = plt.figure().subplots()
    ax.plot([1], [0.123456789], "o")
    assert read_marks(ax.figure)["y"].tolist() == [0.123457]


def test_read_marks_of_all_axes():
    figure = plt.figure()
    for ax in figure.subplots(2):
        ax.plot([1], [2], "o")
    assert len(read_marks(figure)) == 2


def test_read_marks_of_nothing():
    plt.figure().subplots()
    assert read_marks(plt.gcf()).empty


def test_show_what_you_drew_with_its_data(shown):
    ax = plt.figure().subplots()
    ax.plot([1], [2.123456789])
    data = pd.DataFrame({"value": [2.123456789], "rows": ["T1"]}, index=pd.Index(["a"], name="dot"))
    show(ax, caption="A dot.", data=data)
    html = shown[0]["text/html"]
    assert '<a href="#rows-T1">T1</a>' in html
    assert "<td>2.12346</td>" in html
    assert "data:text/csv;charset=utf-8,%EF%BB%BFdot%2Cvalue%2Crows%0Aa%2C2.123456789%2CT1%0A" in html
    assert 'download="a-dot.csv"' in html


def test_show_data_without_rows_is_refused(shown):
    ax = plt.figure().subplots()
    with pytest.raises(KeyError, match="rows"):
        show(ax, caption="A dot.", data=pd.DataFrame({"value": [1]}))


def test_show_hands_data_to_a_function_that_draws(shown):
    show(sns.scatterplot, data=pd.DataFrame({"x": [1, 2], "y": [3, 4]}), x="x", y="y")
    assert "2 values" in shown[0]["text/html"]
