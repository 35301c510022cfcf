"""Public failure cases on notebooks, pictures, pages, concurrency and machines, each under its id."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import nbformat
import pandas as pd
import pytest
import yaml
from bs4 import BeautifulSoup
from copies import change, fail, read, read_page, render, write, write_notebook
from lint import lint_notebook, lint_source
from matplotlib.text import Text
from nbformat import v4
from test_plots import NAMES, draw, give
from torture import start_many

from analysis import compare_reports, load_dossier, plot_evidence, plot_mirror, plot_trade
from analysis.batch import Job, run_jobs
from analysis.citing import format_number
from analysis.display import draw_picture, draw_table, read_marks
from analysis.metrics.evidence import list_totals
from analysis.render import prepare_notebook, render_notebook, run_notebook
from analysis.svg import picture

ROOT = Path(__file__).parents[1]
CASES = ROOT.parent / "shared" / "cases" / "cases.md"


def test_every_public_case_has_a_test():
    if not CASES.exists():
        pytest.skip("the cases are not beside the project")
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(Path(__file__).parent.glob("test_cases*.py")))
    ids = re.findall(r"^### (\w{3}-\d\d) ", CASES.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(ids) == 85
    assert [case for case in ids if f"def test_{case.lower().replace('-', '_')}" not in text] == []


# nbval and stored outputs


def store(*cells):
    """Return a notebook whose cells have a stored run: pairs of source and output."""
    code = [
        v4.new_code_cell(source, execution_count=number, outputs=[output] if output else [])
        for number, (source, output) in enumerate(cells, start=1)
    ]
    return v4.new_notebook(cells=code)


def said(text):
    return v4.new_output("stream", text=text)


def shown(text):
    return v4.new_output("execute_result", {"text/plain": text}, execution_count=1)


def nbval(folder, notebook, *options, copies=1):
    """Run nbval over copies of a notebook; return status and what it printed."""
    for number in range(copies):
        nbformat.write(notebook, folder / f"n{number}.ipynb")
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-p", "no:cacheprovider", *options]
    done = subprocess.run([*command, str(folder)], cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def test_nbv_02_a_bare_plot_object():
    notebook = store(("ax.set_ylabel('value')", shown("Text(0, 0.5, 'value')")))
    assert lint_notebook(notebook) == ["cell 1 (ax.set_ylabel('value')): shows a bare plot object"]
    assert lint_notebook(store(("ax", shown("<Axes: ylabel='value'>"))))
    assert lint_notebook(store(("ax.plot()", shown("[<matplotlib.lines.Line2D at 0x1>]"))))


@pytest.mark.parametrize(
    ("source", "output", "word"),
    [
        ("object()", shown("<object at 0x7f0000000000>"), "an address"),
        ("print({'IRN', 'IRQ'})", said("{'IRN', 'IRQ'}\n"), "a set"),
        ("print(datetime.date.today())", said("2020-01-01\n"), "differs from run to run"),
        ("np.random.default_rng().random()", shown("0.5"), "differs from run to run"),
    ],
)
def test_nbv_03_addresses_clocks_and_set_order(source, output, word):
    assert word in "".join(lint_notebook(store((source, output))))


def test_nbv_03_reports_hold_over_hash_seeds(tmp_path, monkeypatch):
    pages = []
    for seed in ("1", "2"):
        monkeypatch.setenv("PYTHONHASHSEED", seed)
        report = render_notebook(ROOT / "notebooks" / "03-agreements.ipynb", tmp_path / "n.html")
        pages.append(read_page(report))
    assert pages[0] == pages[1] == (ROOT / "reports" / "03-agreements.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_nbv_04_mixed_streams(tmp_path):
    source = "import sys\nfor i in range(50):\n    print('out', i)\n    print('err', i, file=sys.stderr)"
    streams = [
        v4.new_output("stream", name=name, text="".join(f"{word} {i}\n" for i in range(50)))
        for name, word in (("stdout", "out"), ("stderr", "err"))
    ]
    notebook = store((source, None))
    notebook.cells[0].outputs = streams
    status, printed = nbval(tmp_path, notebook, copies=5)
    assert (status, "5 passed" in printed) == (0, True)


@pytest.mark.slow
def test_nbv_05_pictures_of_another_version_are_masked_numbers_are_not(tmp_path):
    html = '<figure><img alt="x" src="data:image/svg+xml,%3Csvg{}%3E"></figure>{}'
    source = f"from IPython.display import display\ndisplay({{'text/html': {html.format('new', 40)!r}}}, raw=True)"
    mask = ("--nbval-sanitize-with", str(ROOT / "tests" / "nbval_mask.cfg"))
    for number, status in ((40, 0), (41, 1)):
        output = v4.new_output("display_data", {"text/html": html.format("old", number)})
        assert nbval(tmp_path, store((source, output)), *mask)[0] == status


def test_nbv_08_a_notebook_without_outputs():
    cleared = store(("print('total 5')", None))
    assert lint_notebook(cleared) == ["no cell has an output: the comparison would guard nothing"]
    cleared.cells[0].execution_count = None
    assert "cell 1 (print('total 5')): not run, or not in this order" in lint_notebook(cleared)
    swapped = store(("1", shown("1")), ("2", shown("2")))
    swapped.cells.reverse()
    assert len(lint_notebook(swapped)) == 2


@pytest.mark.parametrize(
    "line", ["Wall time: 950 ms", "Wall time: 1min 3s", "Wall time: 2h 1min", "CPU times: user 1 s", "12 µs ± 3 ns"]
)
def test_nbv_09_times_in_any_unit(line):
    """Nothing is sanitised away, so no pattern can miss a unit: a stored time is refused, whatever it says."""
    assert "cell 1 (f()): shows a clock" in lint_notebook(store(("f()", said(line))))
    assert lint_notebook(store(("f()", said("Goods code 12 ms-type")))) == []


@pytest.mark.parametrize("path", ["/Users/someone/project/data/trade.csv", "C:\\Users\\x\\trade.csv", "/tmp/x"])
def test_nbv_10_paths_of_one_machine(path):
    assert "a path of one machine" in "".join(lint_notebook(store(("f()", said(f"reading {path}")))))
    assert lint_notebook(store(("f()", said("see https://example.org/Users/page and reports/tmp/x")))) == []


@pytest.mark.parametrize("text", ["np.float64(1.5)", "country    object\ndtype: object", "array([1], dtype=int64)"])
def test_nbv_12_types_as_a_library_prints_them(text):
    assert "a type as a library prints it" in "".join(lint_notebook(store(("f()", shown(text)))))


@pytest.mark.slow
def test_nbv_14_the_message_quotes_the_cell(tmp_path):
    status, printed = nbval(tmp_path, store(("print('a')", said("a\n")), ("print('b')", said("different\n"))))
    assert status == 1
    assert "print('b')" in printed
    report = render(tmp_path, "a = 1", "a / 0")
    assert report.error == "cell 3, ZeroDivisionError: division by zero"  # as the screen counts: [3]


def test_nbv_15_bands_that_differ_on_every_run(tmp_path):
    assert [line for path in (ROOT / "src").rglob("*.py") for line in lint_source(path)] == []
    (tmp_path / "n.py").write_text("rng = np.random.default_rng()\nsns.lineplot(errorbar='ci')", encoding="utf-8")
    assert lint_source(tmp_path / "n.py") == ["n.py, line 1", "n.py, line 2"]
    assert lint_notebook(store(("sns.lineplot(data=df, x='year', y='value')", shown("1"))))
    assert lint_notebook(store(("sns.lineplot(data=df, x='year', errorbar=None)", shown("1")))) == []


# pictures

NAMED = {"PLT-01": "صادرات ایران ۱۴۰۲", "PLT-02": "中国 ایران", "PLT-03": "From $200 m to $700 m $$ \\frac"}


def draw_named(folder, words):
    """Draw every picture with words as names of actors and phases; return the SVGs."""
    for row in range(2, 4):
        change(folder, "actors.csv", row, name=words, short_name=words[:18])
    for row in range(2, len(read(folder, "periods.csv")) + 1):
        change(folder, "periods.csv", row, label=f"{words[:20]} {row}")
    dossier = load_dossier(folder)
    return [picture(draw(name, dossier)) for name in NAMES], picture(plot_trade(dossier.trade, title=words).figure)


def test_plt_01_right_to_left_text_is_written_as_it_is(folder):
    """The picture holds the text, so that the reader's browser shapes it; nothing reverses it before."""
    drawn, titled = draw_named(folder, NAMED["PLT-01"])
    assert NAMED["PLT-01"] in titled
    assert sum("صادرات ایران" in svg for svg in drawn) >= 3
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert not re.search("bidi|reshaper", lock)
    assert "matplotlib==3.1" in lock


def test_plt_02_letters_that_the_font_lacks(folder, recwarn):
    drawn, titled = draw_named(folder, NAMED["PLT-02"])
    assert NAMED["PLT-02"] in titled
    assert sum("中国" in svg for svg in drawn) >= 3
    assert [str(warning.message) for warning in recwarn] == []


def test_plt_03_dollars_are_no_formula(folder):
    drawn, titled = draw_named(folder, NAMED["PLT-03"])
    assert NAMED["PLT-03"] in titled
    assert sum("From $200 m to" in svg for svg in drawn) >= 3


def test_plt_05_numbers_as_text(folder):
    change(folder, "trade.csv", 2, value="9 est.")
    assert "trade.csv, row 2, column 'value': expected a number, found '9 est.'" in fail(folder)
    trade = load_dossier().trade
    with pytest.raises((TypeError, ValueError)):
        plot_trade(trade.assign(value=trade["value"].astype(str)))


@pytest.mark.parametrize("value", ["-4", "", "0"])
def test_plt_06_shares_of_negative_missing_and_zero_values(folder, value, tmp_path):
    for row in range(2, 6):
        change(folder, "trade.csv", row, value=value, value_low=value, value_high=value, bound="exact")
    if value != "0":
        wish = "0 or more, since the unit is not %" if value else "a number not below -100, not empty"
        assert f"column 'value': expected {wish}" in fail(folder)
        return
    done = render_notebook(
        ROOT / "notebooks" / "01-trade.ipynb", tmp_path / "n.html", parameters={"dossier": str(folder)}
    )
    assert done.error == ""
    assert not re.search(r"\b(nan|inf)\b", BeautifulSoup(read_page(done), "html.parser").get_text())


@pytest.mark.parametrize("name", [name for name in NAMES if name != "choices"])
def test_plt_09_order_of_rows_changes_no_picture(folder, name):
    pictures = []
    for turned in (False, True):
        for file in ("trade.csv", "evidence.csv", "actors.csv", "sources.csv"):
            header, *rows = read(folder, file)
            write(folder, file, [header, *(rows[::-1] if turned else rows)])
        pictures.append(picture(draw(name, load_dossier(folder))))
    assert pictures[0] == pictures[1]


def test_plt_09_order_of_series_changes_no_colour():
    dossier = load_dossier()
    turned = replace(dossier, evidence=dossier.evidence.iloc[::-1], trade=dossier.trade.iloc[::-1])
    for name in ("trade", "evidence", "mirror"):
        assert picture(draw(name, dossier)) == picture(draw(name, turned)), name


def test_plt_11_a_missing_year_is_no_zero():
    """A year without a figure has no mark; a true zero has one, at 0."""
    trade = load_dossier().trade.iloc[:2].assign(value=[3.0, 0.0], value_low=[3.0, 0.0], value_high=[3.0, 0.0])
    marks = read_marks(plot_trade(trade).figure)
    heights = marks.loc[marks["x"].isin(trade["year"] + 0.5), "y"]
    assert {0.0, 3.0} <= set(heights)
    assert not marks["x"].between(trade["year"].min() + 1, trade["year"].max() - 0.01).any()


def test_plt_13_no_factor_stands_apart_from_its_axis():
    trade = load_dossier().trade
    large = trade.assign(**{name: trade[name] * 100 for name in ("value", "value_low", "value_high")})
    figure = plot_trade(large).figure
    texts = [text.get_text() for text in figure.findobj(Text)]
    assert {"14,000", "12,100", "4,000", "million USD"} <= set(texts)
    assert not [text for text in texts if re.search(r"\de[+-]?\d|×10", text)]
    assert "14000" in draw_table(large[["value", "rows"]], caption="Trade")
    assert [format_number(n, s) for n, s in ((1234.5, ".3g"), (2e6, ",.4g"), (1e-5, "g"))] == [
        "1,230",
        "2,000,000",
        "0.00001",
    ]


@pytest.mark.parametrize("name", ["evidence", "mirror"])
def test_plt_13_large_figures_of_others(name):
    dossier = load_dossier()
    ends = ["value", "value_low", "value_high"]
    dossier = replace(
        dossier,
        trade=dossier.trade.assign(**{end: dossier.trade[end] * 1000 for end in ends}),
        evidence=dossier.evidence.assign(**{end: dossier.evidence[end] * 1000 for end in ends}),
    )
    figure = draw(name, dossier)
    words = " ".join([figure.alt, *(text.get_text() for text in figure.findobj(Text))])
    assert re.findall(r"\d[.\d]*e[+-]?\d+", words) == []
    assert give(name, dossier) is not None


def test_cty_08_what_one_side_does_not_report_is_no_zero():
    """In 2012 nothing is reported by one side: no mark, no zero, and no pair."""
    evidence = load_dossier().evidence
    kept = evidence[~((evidence["series"] == "Correlates of War") & (evidence["year"] == 2012))]
    totals = list_totals(kept)
    assert not ((totals["series"] == "Correlates of War") & (totals["year"] == 2012)).any()
    svg = plot_evidence(load_dossier().trade, totals)
    lines = [line for line in svg.lines if len(line.get_xdata()) > 1]
    assert not any({2011.5, 2013.5} <= set(line.get_xdata()) and 2012.5 not in line.get_xdata() for line in lines)
    one_sided = evidence[evidence["series"] == "Correlates of War"]
    assert compare_reports(one_sided).empty
    assert "no two reports of one flow" in plot_mirror(compare_reports(one_sided)).figure.alt


# pages


def test_ren_01_right_to_left_text_in_tables():
    frame = pd.DataFrame({"name": ["ایران (IR)", "Iran (IR)"], "rows": ["E1", "E2"]}, index=["سفر (1)", "x"])
    page = BeautifulSoup(draw_table(frame, caption="Acts"), "html.parser")
    cells = page.select("tbody tr")
    assert [cell.get("dir") for cell in cells[0].find_all(["th", "td"])] == ["auto", "auto", None]
    assert [cell.get("dir") for cell in cells[1].find_all(["th", "td"])] == [None] * 3


def test_ren_02_a_changed_csv_and_a_changed_library_are_seen(tmp_path, folder):
    code = "import helper\nfrom analysis import load_dossier\n"
    code += "print(load_dossier(dossier).trade['value'].sum(), helper.word)"
    helper = tmp_path / "helper.py"
    path = write_notebook(tmp_path / "n.ipynb", code, parameters='dossier: str = ""')
    texts, digests = [], []
    for value, word in (("40", "one"), ("41", "one"), ("41", "two-and-more")):
        change(folder, "trade.csv", 2, value=value, value_low=value, value_high=value)
        helper.write_text(f"word = {word!r}", encoding="utf-8")
        report = render_notebook(path, tmp_path / "n.html", parameters={"dossier": str(folder)})
        texts.append(re.search(r"[\d.]+ (one|two-and-more)", read_page(report))[0])
        digests.append(
            json.loads(report.output.with_suffix(".json").read_text(encoding="utf-8"))["data"]["files"]["trade.csv"]
        )
    assert len(set(texts)) == 3
    assert digests[0] != digests[1] == digests[2]


def test_htm_03_no_page_needs_the_internet():
    for path in sorted((ROOT / "reports").glob("*.html")):
        page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        assert page.find_all(["script", "link", "iframe"]) == []
        assert not [image for image in page.find_all("img") if not image["src"].startswith("data:")]
        assert "@import" not in path.read_text(encoding="utf-8")


def test_htm_10_a_caught_error_is_no_green_nothing(tmp_path):
    caught = "try:\n    df = open('data/trade.csv')\nexcept OSError:\n    print('skipped')\n    df = None"
    report = render(tmp_path, caught, "if df is not None:\n    display(df)")
    assert report.error == "cell 3, the cell calls show or display, and nothing was shown"
    assert not report.output.exists()
    shown = "display('text', 42)\n# show(frame) would draw it"
    assert "cell 4" in render(tmp_path, shown, caught, "if df is not None:\n    display(df)").error
    assert render(tmp_path, shown, "def draw(x):\n    display(x)").error == ""
    assert render(tmp_path, "from IPython.display import HTML\ndisplay(HTML('<p>one</p>'))").error == ""


def test_htm_11_cleaning_keeps_paragraphs_and_headings(tmp_path):
    path = write_notebook(tmp_path / "n.ipynb", "print(1)")
    notebook = nbformat.read(path, as_version=4)
    text = "## Exports\n\nFirst paragraph.\n\nSecond one with <script>window.hit=9</script> inside."
    notebook.cells.insert(1, v4.new_markdown_cell(text))
    nbformat.write(notebook, path)
    page = BeautifulSoup(read_page(render_notebook(path, tmp_path / "n.html")), "html.parser")
    assert page.find("h2", string="Exports")
    assert page.find("p", string="First paragraph.")
    assert "inside." in page.get_text()
    assert "default-src 'none'" in page.find("meta", attrs={"http-equiv": True})["content"]


HOSTILE = "<script>window.hit=1</script><img src=x onerror=window.hit=2>"


def test_sec_03_markup_in_cells_headers_labels_and_captions():
    frame = pd.DataFrame({HOSTILE: [HOSTILE], "rows": ["E1"]}, index=pd.Index([HOSTILE], name=HOSTILE))
    html = draw_table(frame, caption=HOSTILE)
    figure = plot_trade(load_dossier().trade, title=HOSTILE).figure
    html += "".join(draw_picture([figure], caption=HOSTILE, alt=HOSTILE, data=frame))
    html = html.replace(f"{HOSTILE}\n", "")  # the plain text, which no page shows as HTML
    page = BeautifulSoup(html.split("</figure>")[0], "html.parser")
    assert page.find_all("script") == page.find_all(onerror=True) == []
    assert page.caption.get_text() == page.th.get_text() == page.tbody.th.get_text() == page.td.get_text() == HOSTILE


# concurrency and machines


@pytest.mark.slow
def test_con_01_many_at_once_start_all():
    assert start_many(12, workers=6) == []


@pytest.mark.slow
def test_con_01_a_kernel_that_does_not_start_gets_another_try(tmp_path, monkeypatch):
    """The first kernel ends at once, as where two chose one port; the second starts."""
    flag = tmp_path / "tried"
    (tmp_path / "sitecustomize.py").write_text(
        "import os, pathlib, sys\n"
        f"flag = pathlib.Path({str(flag)!r})\n"
        "if any('ipykernel' in word for word in sys.orig_argv) and not flag.exists():\n"
        "    flag.touch()\n    os._exit(1)\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("FORKKERNEL", "0")
    notebook = prepare_notebook(v4.new_notebook(cells=[v4.new_code_cell("6 * 7")]), {})
    assert run_notebook(notebook, tmp_path, {}).cells[0].outputs[0].data["text/plain"] == "42"
    assert flag.exists()


@pytest.mark.slow
def test_con_02_each_notebook_runs_in_its_own_folder(tmp_path):
    code = "import os, time\ntime.sleep(0.2)\nprint('in', os.path.basename(os.getcwd()))"
    jobs = []
    for number in range(4):
        name = "ab"[number % 2]
        (tmp_path / name).mkdir(exist_ok=True)
        path = write_notebook(tmp_path / name / f"n{number}.ipynb", code)
        jobs.append(Job(path, tmp_path / "out" / f"n{number}.html", {}))
    here = Path.cwd()
    reports = list(run_jobs(jobs, workers=2))
    assert [re.search(r"in [ab]\b", read_page(report))[0] for report in reports] == ["in a", "in b"] * 2
    assert Path.cwd() == here


def run_trade(folder, **kwargs):
    """Render 01 in a process of its own; return its page."""
    command = [sys.executable, "-m", "analysis", "render", "01-trade", "--output", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, **kwargs)
    assert done.returncode == 0, done.stderr
    return (folder / "01-trade.html").read_bytes(), done.stderr


def test_env_01_data_are_found_wherever_it_is_started(tmp_path):
    page, _ = run_trade(tmp_path / "out", cwd="/")
    assert page == (ROOT / "reports" / "01-trade.html").read_bytes()


def test_env_02_a_home_that_cannot_be_written(tmp_path):
    names = (
        "IPYTHONDIR",
        "JUPYTER_RUNTIME_DIR",
        "JUPYTER_DATA_DIR",
        "MPLCONFIGDIR",
        "XDG_RUNTIME_DIR",
        "XDG_CACHE_HOME",
    )
    clean = {name: value for name, value in os.environ.items() if name not in names}
    page, said = run_trade(tmp_path / "out", env=clean | {"HOME": "/proc", "XDG_CONFIG_HOME": "/proc"})
    assert page == (ROOT / "reports" / "01-trade.html").read_bytes()
    assert "Traceback" not in said


def test_env_06_the_lock_by_default_and_the_newest_once_a_week():
    jobs = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    assert "--require-hashes -r requirements.lock" in (ROOT / "Makefile").read_text(encoding="utf-8")
    assert jobs[True]["schedule"]  # YAML 1.1 reads the key "on" so
    newest = jobs["jobs"]["newest"]
    assert newest["if"] == "github.event_name == 'schedule'"
    runs = " ".join(step.get("run", "") for step in newest["steps"])
    assert "requirements.lock" not in runs
    assert "-e .[test]" in runs


def test_ker_08_an_edited_library_is_told(monkeypatch):
    from analysis import dossier

    assert load_dossier().dyad  # no warning: nothing was edited
    path = next(path for path in dossier.IMPORTED if path.name == "dossier.py")  # loaded, whatever else is
    monkeypatch.setitem(dossier.IMPORTED, path, 0)
    with pytest.warns(UserWarning, match=f"{path.name} changed after it was imported: restart the kernel") as told:
        load_dossier()
    assert told[0].filename == __file__  # where it was called, so that the notebook's cell is named


@pytest.mark.slow
def test_ker_04_many_in_a_row_end(tmp_path):
    path, begin = write_notebook(tmp_path / "n.ipynb", "print(6 * 7)"), time.monotonic()
    reports = [render_notebook(path, tmp_path / "out" / f"{number}.html") for number in range(4)]
    assert [report.error for report in reports] == [""] * 4
    assert time.monotonic() - begin < 300
