"""The panel of notebook 07: real widgets in this process, their answers, the command, and what a page keeps of it."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys

import nbformat
import pytest
from bs4 import BeautifulSoup
from copies import INVENTED
from documents import ROOT
from hypothesis import given
from hypothesis import strategies as st
from test_articles import ARTICLES, write_article

from analysis import load_dossier, plot_goldstein, select_rows
from analysis.dossier import list_options
from analysis.errors import DataError
from analysis.explore import PYTHON, explore, write_command
from analysis.new import write_dossier
from analysis.render import WIDGET, clean_notebook, render_notebook

NOTEBOOK = ROOT / "notebooks" / "07-explore.ipynb"


@pytest.fixture(scope="module")
def whole():
    return load_dossier()


@pytest.fixture
def panel(whole):
    return explore(whole)


def choose(panel, **values):
    for name, value in values.items():
        panel.controls[name].value = value
    return BeautifulSoup(panel.view.value, "html.parser")


def list_rows(page):
    """The ids of the rows beneath the picture."""
    return [link.get_text() for link in page.find_all("table")[-1].select("tbody th a")]


def test_explore_begins_with_every_act(whole, panel):
    page = choose(panel)
    assert list_rows(page) == list(whole.events.index)
    assert page.code.get_text() == f"{PYTHON} -m analysis render 07-explore --output my-reports"
    assert page.img["alt"] == plot_goldstein(whole.events).figure.alt


def test_explore_draws_the_one_width_that_is_in_view(panel):
    page = choose(panel, period="PH6")
    assert len(page.select("picture > img")) == 1
    assert not page.select("source")


@pytest.mark.parametrize(
    "values",
    [
        {"period": "PH6"},
        {"certainty": "asserted"},
        {"types": ("visit", "agreement")},
        {"period": "PH1", "certainty": "reported", "types": ("diplomatic", "security"), "scale": "ICEWS"},
    ],
)
def test_explore_shows_the_rows_of_the_choice(whole, panel, values):
    page = choose(panel, **values)
    events = whole.events[whole.events["period_id"] == values["period"]] if "period" in values else whole.events
    events = events[events["certainty"] <= values.get("certainty", "denied")]
    events = events[events["type"].isin(values["types"])] if "types" in values else events
    assert list_rows(page) == list(events.index) != []
    assert page.img["alt"].strip()
    assert page.find_all("table")[-1].caption.get_text() == "Acts of the choice"


def test_explore_scores_by_the_copy_that_is_chosen(whole, panel):
    """016 is -2 in one copy and -5 in the other; the acts E25 and E45 have it."""
    for scale, score in (("", "−2.0"), ("ICEWS", "−5.0")):
        page = choose(panel, scale=scale)
        row = next(row for row in page.find_all("table")[-1].select("tbody tr") if row.a.get_text() == "E45")
        assert score in [cell.get_text() for cell in row.find_all("td")]
        assert f"in the {scale or 'GDELT'} copy" in page.figcaption.get_text()
    other = select_rows(whole, scale="ICEWS").events["goldstein"]
    assert list(other.index[other != whole.events["goldstein"].fillna(99)].intersection(["E25", "E45"])) == [
        "E25",
        "E45",
    ]
    assert select_rows(whole, scale="GDELT").events["goldstein"].equals(whole.events["goldstein"])


@pytest.mark.parametrize("values", [{"types": ()}, {"period": "PH6", "types": ("visit",)}])
def test_explore_says_in_words_that_no_act_is_chosen(panel, values):
    page = choose(panel, **values)
    assert page.find_all("table")[-1].caption.get_text() == "No act is chosen"
    assert ("No type is chosen" in page.p.get_text()) == (values["types"] == ())
    assert (page.code is None) == (values["types"] == ())
    assert page.img["alt"].startswith("Empty picture: no ")


def test_explore_answer_is_the_same_whatever_was_chosen_before(whole):
    values = {"period": "PH9", "certainty": "reported", "types": ("meeting", "visit"), "scale": "ICEWS"}
    pages = set()
    for order in (list(values), list(values)[::-1]):
        panel = explore(whole)
        choose(panel, types=(), period="PH2")
        for name in order:
            choose(panel, **{name: values[name]})
        pages.add(panel.view.value)
    start = {name: "+".join(value) if name == "types" else value for name, value in values.items()}
    pages.add(explore(whole, **start).view.value)
    assert len(pages) == 1


def test_explore_keeps_what_it_has_drawn(panel):
    before = panel.view.value
    choose(panel, period="PH6")
    choose(panel, period="")
    assert panel.view.value is before or panel.view.value == before


def test_explore_says_where_a_choice_cannot_be_shown(panel, monkeypatch):
    def fail(*_, **__):
        raise ValueError("<b>no")

    monkeypatch.setattr("analysis.explore.draw_choice", fail)
    page = choose(panel, period="PH6")
    assert page.select_one("[role=alert]").get_text() == "This choice cannot be shown: ValueError: <b>no"


def test_explore_controls_have_names(panel):
    *left, types = panel.controls.values()
    assert [control.description for control in left] == ["Phase", "Certainty", "Goldstein copy"]
    assert [box.description for box in types.children] == ["all types", *types.options]


def test_explore_draws_once_whatever_the_boxes(panel):
    types = panel.controls["types"]
    every, first, *others = types.children
    seen = []
    types.observe(lambda change: seen.append(change.new), "value")
    steps = [(first, False, types.options[1:]), (every, True, types.options), (every, False, ())]
    for count, (box, checked, chosen) in enumerate(steps, start=1):
        box.value = checked
        assert types.value == chosen
        assert len(seen) == count
    for box in (first, *others):
        box.value = True
    assert every.value is True
    assert types.value == types.options


CHOICES = st.fixed_dictionaries(
    {
        "certainty": st.sampled_from(["asserted", "reported", "alleged", "denied"]),
        "period": st.integers(0, 20),
        "types": st.sets(st.integers(0, 20)),
        "scale": st.integers(0, 3),
    }
)


@pytest.fixture(scope="module", params=[INVENTED, *ARTICLES, None], ids=lambda path: path.name if path else "new")
def other(request, tmp_path_factory):
    """A panel on another article, or on one without rows."""
    folder = tmp_path_factory.mktemp("explore") / "dossier"
    if request.param is None:
        write_dossier(folder, ("KAZ", "TUR"), "A")
    elif request.param in ARTICLES:
        write_article(request.param, folder)
    return explore(load_dossier(folder if request.param != INVENTED else INVENTED))


@given(choice=CHOICES)
def test_explore_shows_any_choice_of_any_dossier(other, choice):
    values = {"certainty": choice["certainty"]}
    for name in ("period", "scale"):
        options = [value for _, value in other.controls[name].options]
        values[name] = options[choice[name] % len(options)]
    types = other.controls["types"].options
    values["types"] = tuple(name for place, name in enumerate(types) if place in choice["types"])
    page = choose(other, **values)
    assert not page.select("[role=alert]")
    assert (list_rows(page) == []) == ("No act is chosen" in page.get_text())


def test_explore_on_faulty_data_gives_the_one_message(tmp_path):
    folder = shutil.copytree(INVENTED, tmp_path / "copy")
    (folder / "events.csv").write_text("event_id\n")
    report = render_notebook(NOTEBOOK, tmp_path / "out" / "r.html", parameters={"dossier": str(folder)})
    with pytest.raises(DataError) as caught:
        load_dossier(folder)
    assert report.error == str(caught.value)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"types": "visits"}, "types: expected one of accusation, agreement, .*, found 'visits' .did you mean 'visit'"),
        ({"scale": "icews"}, "scale: expected one of GDELT, ICEWS, found 'icews'"),
    ],
)
def test_select_rows_refuses_what_the_data_do_not_have(whole, given, said):
    with pytest.raises(DataError, match=said):
        select_rows(whole, **given)


def test_select_rows_takes_every_option(whole):
    for name, options in list_options(whole).items():
        assert all(len(select_rows(whole, **{name: option}).events) <= len(whole.events) for option in options)


@pytest.mark.parametrize("folder", [None, INVENTED])
def test_command_runs_and_gives_the_same_rows(tmp_path, folder, monkeypatch):
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")
    named = ""
    if folder:
        shutil.copytree(folder, tmp_path / "an article, & more")
        named = "../an article, & more"
    panel = explore(load_dossier(named or None), dossier=named, first_year=1995)
    values = {"certainty": "alleged", "types": panel.controls["types"].options[1:]}
    page = choose(panel, **values, scale=panel.controls["scale"].options[-1][1])
    command = page.code.get_text()
    assert shlex.split(command)[0] == PYTHON
    words = [sys.executable, *shlex.split(command)[1:]]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (path,) = (tmp_path / "my-reports").glob("07-explore-*.html")
    report = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    table = next(table for table in report.find_all("table") if "Acts of the choice" in table.caption.get_text())
    assert [link.get_text() for link in table.select("tbody th a")] == list_rows(page)
    assert str(tmp_path) not in path.read_text(encoding="utf-8")


def test_command_names_a_folder_of_the_project_as_seen_from_there(monkeypatch):
    monkeypatch.chdir(ROOT / "notebooks")
    page = choose(explore(load_dossier("../tests/dossier"), dossier="../tests/dossier"))
    assert " render 07-explore -p dossier=tests/dossier --output" in page.code.get_text()


def test_command_leaves_out_what_the_notebook_has_by_itself():
    command = write_command(certainty="denied", period="", first_year=0)
    assert command == f"{PYTHON} -m analysis render 07-explore --output my-reports"


def test_page_and_notebook_hold_nothing_of_the_widget(tmp_path):
    pages = []
    for number in range(2):
        report = render_notebook(NOTEBOOK, tmp_path / f"{number}" / "07-explore.html", parameters={"period": "PH6"})
        assert not report.error
        pages.append(report.output.read_bytes())
    assert pages[0] == pages[1]
    for text in (pages[0].decode(), NOTEBOOK.read_text(encoding="utf-8")):
        assert not re.search(r"widget-view|model_id|application/vnd\.jupyter|<script|widgets?\.", text)
    assert b"<figure" in pages[0]


def test_panel_shows_both_the_widget_and_what_stands_without_a_kernel(panel):
    bundle = panel._repr_mimebundle_()
    assert bundle[WIDGET]["model_id"]
    assert bundle["text/html"].startswith("<figure><picture><source")
    cell = nbformat.v4.new_code_cell(outputs=[nbformat.v4.new_output("execute_result", bundle)])
    (output,) = clean_notebook(nbformat.v4.new_notebook(cells=[cell])).cells[0].outputs
    assert set(output.data) == {"text/html", "text/plain"}


def test_command_line_starts_without_widgets():
    code = "import analysis.__main__, analysis.batch, sys, json; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "ipywidgets" not in json.loads(done.stdout)
