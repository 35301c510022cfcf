"""The pages in a real Chromium: nothing asked of the network, nothing cut off, every link lands, axe is content."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from analysis.batch import Job, run_jobs
from analysis.diff import compare_folders
from analysis.index import write_index
from analysis.render import Limits, render_notebook
from analysis.report import fill_template

pytestmark = pytest.mark.browser
TESTS = Path(__file__).parent
REPORTS = TESTS.parent / "reports"
NOTEBOOKS = sorted((TESTS.parent / "notebooks").glob("*.ipynb"))
PAGES = sorted(path for path in REPORTS.glob("*.html") if not path.name.endswith(".failed.html"))
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
VALIDATOR = TESTS / "node_modules" / ".bin" / "html-validate"
each_page = pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)

# Text that would run, load or be formatted if a page did not show it as text; short ones for columns with a limit.
HOSTILE = {
    "label": "<script>document.title='x'</script>"[:34],
    "short_name": "<b>*x*</b> & $x$",
    "period": "<img src=x onerror=x>",
    "field": "<i>*f*</i> $\\alpha$",
    "text": (
        "<script>document.title='ran'</script><img src=x onerror=\"document.title='ran'\">[go](javascript:alert(1)) "
        "**bold** _slanted_ `code` | $\\alpha$ \\(x\\) &amp; <b>tag</b> <https://example.org> ![i](https://example.org/i.png)"
    ),
}
COLUMNS = {
    "trade.csv": {"note": "text", "reporter": "text"},
    "events.csv": {
        **dict.fromkeys(("title", "summary", "place", "quantity_unit", "note"), "text"),
        **{"label": "label", "fields": "field", "persons": "label"},
    },
    "periods.csv": {"label": "period", "note": "text"},
    "actors.csv": {"name": "text", "short_name": "short_name"},
    "fields.csv": {"field": "field"},
    "cameo.csv": {"name": "text"},
    "sources.csv": {"title": "text", "publisher": "text", "licence": "text", "note": "text"},
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = next((path for path in map(shutil.which, NAMES) if path), None)
    if not found:
        pytest.skip(f"no Chromium on this machine (looked for {', '.join(NAMES)})")
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1000, "height": 900})
    yield page
    page.close()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pages that are not committed: a failed report with its index, and a comparison."""
    folder = tmp_path_factory.mktemp("made")
    for name in ("01-trade.html", "01-trade.json"):
        shutil.copy(REPORTS / name, folder / name)
    notebook = json.loads((TESTS.parent / "notebooks" / "01-trade.ipynb").read_text(encoding="utf-8"))
    [cell for cell in notebook["cells"] if cell["cell_type"] == "code"][6]["source"] = "1 / 0"
    (folder / "01-trade.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    assert "ZeroDivisionError" in render_notebook(folder / "01-trade.ipynb", folder / "01-trade.html").error
    write_index(folder)
    changes = compare_folders(REPORTS, folder)
    assert changes
    page = fill_template("diff", title="Reports changed", old="old", new="new", changes=changes)
    (folder / "changes.html").write_text(page, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every notebook rendered on a dossier that has hostile text in every column of free text; front page and diff."""
    folder = tmp_path_factory.mktemp("hostile")
    shutil.copytree(TESTS / "dossier", folder / "dossier")
    for name, columns in COLUMNS.items():
        with open(folder / "dossier" / name, encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        for number, row in enumerate(rows):
            row.update({column: HOSTILE[kind] for column, kind in columns.items() if row[column] or column == "note"})
            row.update({"label": f"{HOSTILE['period']}{number}"} if name == "periods.csv" else {})
        with open(folder / "dossier" / name, "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    values = {"dossier": str(folder / "dossier")}
    jobs = [Job(path, folder / "out" / f"{path.stem}.html", values) for path in NOTEBOOKS]
    assert [report.error for report in run_jobs(jobs, workers=2, limits=Limits())] == [""] * len(jobs)
    write_index(folder / "out")
    changes = compare_folders(REPORTS, folder / "out")
    page = fill_template("diff", title="Reports changed", old=HOSTILE["label"], new=HOSTILE["text"], changes=changes)
    (folder / "out" / "changes.html").write_text(page, encoding="utf-8")
    return folder / "out"


@cache
def read_text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
@each_page
def test_page_asks_for_itself_only_and_fits_a_phone(browser: Browser, path: Path, script: bool) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 740}, java_script_enabled=script)
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(path.as_uri())
    assert [url for url in asked if not url.startswith("data:")] == [path.as_uri()]
    assert said == []
    if script:
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.close()


@pytest.mark.parametrize(("width", "drawn"), [(360, 360), (1000, 720)])
def test_picture_is_the_one_for_the_screen(page: Page, width: int, drawn: int) -> None:
    page.set_viewport_size({"width": width, "height": 740})
    page.goto((REPORTS / "01-trade.html").as_uri())
    assert page.evaluate("document.querySelector('picture img').naturalWidth") == drawn


@each_page
def test_every_picture_is_drawn(page: Page, path: Path) -> None:
    page.goto(path.as_uri())
    assert page.evaluate("[...document.images].every(image => image.complete && image.naturalWidth > 0)")


def test_pictures_of_other_names_are_drawn(page: Page, tmp_path: Path) -> None:
    """The invented dossier has an ampersand, tags and accents in its labels."""
    notebook = REPORTS.parent / "notebooks" / "00-start-here.ipynb"
    done = render_notebook(notebook, tmp_path / "page.html", parameters={"dossier": str(TESTS / "dossier")})
    assert done.error == ""
    page.goto(done.output.as_uri())
    assert page.evaluate("[...document.images].map(image => image.naturalWidth > 0)") == [True, True]


def test_citation_leads_to_its_row_and_on_to_the_passage(page: Page) -> None:
    page.goto((REPORTS / "01-trade.html").as_uri())
    page.click(".answer a[href='#rows-T3+T4']")
    row = page.locator("li:target")
    expect(row).to_have_id("rows-T3+T4")
    page.click("li:target a[href='#rows-T3']")
    expect(row).to_have_id("rows-T3")
    assert "#:~:text=" in str(row.locator("a[href^='http']").get_attribute("href"))


def test_finding_on_the_front_page_leads_to_its_row_in_the_report(page: Page) -> None:
    page.goto((REPORTS / "index.html").as_uri())
    page.click(".findings a[href$='#rows-T3+T4']")
    expect(page).to_have_url((REPORTS / "00-start-here.html").as_uri() + "#rows-T3+T4")
    expect(page.locator("li:target")).to_be_visible()


@each_page
def test_every_link_within_the_reports_lands(path: Path, page: Page) -> None:
    page.goto(path.as_uri())
    links = page.evaluate("[...document.querySelectorAll('a[href]')].map(a => a.getAttribute('href'))")
    for link in {link for link in links if not link.startswith(("https:", "http:", "data:"))}:
        name, _, target = link.partition("#")
        assert (REPORTS / (name or path.name)).exists(), link
        assert not target or f'id="{target}"' in read_text(REPORTS / (name or path.name)), link


@pytest.mark.parametrize("scheme", ["light", "dark"])
@each_page
def test_axe_finds_nothing(page: Page, path: Path, scheme: str) -> None:
    """All rules: WCAG 2.2 A and AA, and best practices."""
    page.emulate_media(color_scheme=scheme)
    page.goto(path.as_uri())
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["01-trade.failed.html", "index.html", "changes.html"])
def test_axe_finds_nothing_on_pages_of_failure_and_change(page: Page, made: Path, name: str, scheme: str) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.emulate_media(color_scheme=scheme)
    page.goto((made / name).as_uri())
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["01-trade", "04-rupture-and-rekindling"])
def test_axe_finds_nothing_in_the_folds(page: Page, name: str, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto((REPORTS / f"{name}.html").as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


def test_html_is_valid(made: Path) -> None:
    """The recommended preset; `valid-id` is relaxed, since the id of a set of rows is their ids joined by a plus."""
    if not VALIDATOR.exists():
        pytest.skip("html-validate is not installed: npm ci --prefix tests")
    pages = [*PAGES, *sorted(made.glob("*.html"))]
    command = [str(VALIDATOR), "--config", str(TESTS / "htmlvalidate.json"), "--formatter", "text", *map(str, pages)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[:4000]


def test_validator_is_pinned_and_sees_a_fault(tmp_path: Path) -> None:
    if not VALIDATOR.exists():
        pytest.skip("html-validate is not installed: npm ci --prefix tests")
    faulty = tmp_path / "faulty.html"
    faulty.write_text(read_text(REPORTS / "01-trade.html").replace("</figure>", "", 1), encoding="utf-8")
    command = [str(VALIDATOR), "--config", str(TESTS / "htmlvalidate.json"), str(faulty)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 1
    version = subprocess.run([str(VALIDATOR), "--version"], capture_output=True, text=True, check=False).stdout
    assert version.split("-")[-1].strip().startswith("9.")


@pytest.mark.parametrize("path", [*NOTEBOOKS, Path("index"), Path("changes")], ids=lambda path: path.stem)
def test_hostile_cells_are_shown_as_text(page: Page, hostile: Path, path: Path) -> None:
    said: list[str] = []
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    page.on("console", lambda message: said.append(message.text))
    found = hostile / f"{path.stem}.html"
    page.goto(found.as_uri())
    assert said == []
    assert [url for url in asked if not url.startswith("data:")] == [found.as_uri()]
    assert page.title() != "ran"
    strange = "script, iframe, object, [onerror], img:not([src^='data:']), a[href^='javascript' i], main b b, main i"
    assert page.locator(strange).count() == 0
    for kind in {"08-tables": ("text", "label", "period"), "changes": ("label", "period")}.get(path.stem, ()):
        assert HOSTILE[kind] in page.locator("main").inner_text(), kind


def test_policy_stops_what_would_run_or_load(page: Page) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto((REPORTS / "01-trade.html").as_uri())
    page.evaluate(
        """() => {
            document.body.insertAdjacentHTML('beforeend', '<img src="x" onerror="document.title=1"><a href="#" '
                + 'onclick="document.title=2" id="try">t</a><iframe src="https://example.org"></iframe>');
        }"""
    )
    page.click("#try")
    page.wait_for_timeout(200)
    assert page.title() not in ("1", "2")
    assert sum("Content Security Policy" in text for text in said) >= 3


def test_filter_needs_no_script(browser: Browser) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto((REPORTS / "index.html").as_uri())
    groups = page.locator(".group")
    assert [groups.nth(n).is_visible() for n in range(2)] == [True, True]
    page.check("#show-part")
    assert [groups.nth(n).is_visible() for n in range(2)] == [False, True]
    page.check("#show-whole")
    assert [groups.nth(n).is_visible() for n in range(2)] == [True, False]
    page.close()


def test_one_switch_shows_all_code_without_a_script(browser: Browser) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto((REPORTS / "01-trade.html").as_uri())
    code = page.locator("details.code pre")
    assert not code.nth(3).is_visible()
    page.check("#show-code")
    assert all(code.nth(n).is_visible() for n in range(code.count()))
    page.close()


def test_data_behind_a_figure_unfold_and_download(page: Page) -> None:
    page.goto((REPORTS / "01-trade.html").as_uri())
    fold = page.locator("figcaption details").first
    fold.locator("summary").click()
    assert fold.locator("tbody th").all_inner_texts() == ["T1", "T2", "T3", "T4"]
    with page.expect_download() as download:
        fold.locator("a[download]").click()
    lines = Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "trade_id,when,flow,value,value_low,value_high,unit,bound,rows"
    assert lines[3] == "T3,2020,total,55,52.5,57.5,million USD,about,T3"
    assert download.value.suggested_filename.endswith(".csv")


@pytest.mark.parametrize("name", ["01-trade", "index"])
def test_keyboard_reaches_everything_and_focus_is_seen(page: Page, name: str) -> None:
    page.goto((REPORTS / f"{name}.html").as_uri())
    wanted = page.evaluate(
        """() => {
            const all = [...document.querySelectorAll('a[href], summary, input')]
                .filter(one => one.checkVisibility() && !(one.type === 'radio' && !one.checked));
            all.forEach((one, number) => one.dataset.number = number);
            return all.length;
        }"""
    )
    reached: set[str] = set()
    for _ in range(wanted + 60):  # a box that scrolls is a stop of its own
        page.keyboard.press("Tab")
        at, outline = page.evaluate(
            "[document.activeElement.dataset.number, getComputedStyle(document.activeElement).outlineStyle]"
        )
        if at is not None:
            reached.add(at)
            assert outline != "none"
    assert len(reached) == wanted
    if name == "index":
        page.focus("#show-all")
        page.keyboard.press("ArrowDown")
        assert page.is_checked("#show-whole")


@each_page
def test_printed_pages_cut_and_split_nothing(page: Page, path: Path) -> None:
    """Each figure, framed in a colour of its own, is whole on one page; nothing comes within 8 mm of the edge."""
    page.emulate_media(media="print", color_scheme="dark")
    page.goto(path.as_uri())
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator("details.code:visible, .switch:visible, nav:visible").count() == 0
    shapes = page.evaluate(
        """() => [...document.querySelectorAll('figure img')].map((image, number) => {
            image.style.outline = `3px solid rgb(255, 0, ${200 - 20 * number})`;
            image.style.outlineOffset = '-3px';
            return image.naturalWidth / image.naturalHeight;
        })"""
    )
    document = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))
    whole: dict[int, list[int]] = {number: [] for number in range(len(shapes))}
    for number, sheet in enumerate(document):
        pixels = sheet.render(scale=2).to_numpy()[:, :, :3].astype(int)
        edge = round(8 / 25.4 * 72 * 2)
        frame = np.ones(pixels.shape[:2], dtype=bool)
        frame[edge:-edge, edge:-edge] = False
        assert pixels[frame].min() == 255, f"ink at the edge of page {number + 1}"
        for figure, shape in enumerate(shapes):
            blue, green, red = np.moveaxis(pixels, 2, 0)
            up, across = np.nonzero((abs(red - 255) < 4) & (green < 4) & (abs(blue - (200 - 20 * figure)) < 4))
            if len(up):
                whole[figure].append(number)
                assert np.ptp(across) / np.ptp(up) == pytest.approx(shape, rel=0.03), f"figure {figure + 1} is cut"
    assert all(len(pages) == 1 for pages in whole.values()), whole


@each_page
def test_printed_text_stays_on_its_page(page: Page, path: Path) -> None:
    """Nor is a page so wide that the browser prints it smaller: A4 less the margins is 673 CSS pixels."""
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 673, "height": 980})
    page.goto(path.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 673
    for number, sheet in enumerate(pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))):
        text, width = sheet.get_textpage(), sheet.get_width()
        sides = [text.get_rect(n)[::2] for n in range(text.count_rects())]
        assert min(left for left, _ in sides) > 20, f"page {number + 1}"
        assert max(right for _, right in sides) < width - 20, f"page {number + 1}"
