"""The pages in a real Chromium: nothing asked of the network, nothing cut off, every link lands, axe is content."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from analysis.render import render_notebook

pytestmark = pytest.mark.browser
REPORTS = Path(__file__).parents[1] / "reports"
PAGES = sorted(REPORTS.glob("*.html"))
WHOLE = [path for path in PAGES if "period" not in path.name]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


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


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_page_asks_for_itself_only_and_fits_a_phone(page: Page, path: Path) -> None:
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(path.as_uri())
    assert [url for url in asked if not url.startswith("data:")] == [path.as_uri()]
    assert said == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize(("width", "drawn"), [(360, 360), (1000, 720)])
def test_picture_is_the_one_for_the_screen(page: Page, width: int, drawn: int) -> None:
    page.set_viewport_size({"width": width, "height": 740})
    page.goto((REPORTS / "01-trade.html").as_uri())
    assert page.evaluate("document.querySelector('picture img').naturalWidth") == drawn


@pytest.mark.parametrize("path", WHOLE, ids=lambda path: path.stem)
def test_every_picture_is_drawn(page: Page, path: Path) -> None:
    page.goto(path.as_uri())
    assert page.evaluate("[...document.images].every(image => image.complete && image.naturalWidth > 0)")


def test_pictures_of_other_names_are_drawn(page: Page, tmp_path: Path) -> None:
    """The invented dossier has an ampersand, tags and accents in its labels."""
    notebook = REPORTS.parent / "notebooks" / "00-start-here.ipynb"
    done = render_notebook(
        notebook, tmp_path / "page.html", parameters={"dossier": str(REPORTS.parent / "tests/dossier")}
    )
    assert done.error == ""
    page.goto(done.output.as_uri())
    assert page.evaluate("[...document.images].map(image => image.naturalWidth > 0)") == [True, True]


def test_citation_leads_to_its_row_and_on_to_the_passage(page: Page) -> None:
    page.goto((REPORTS / "01-trade.html").as_uri())
    page.click("a[href='#rows-T3+T4']")
    assert page.locator("li:target").get_attribute("id") == "rows-T3+T4"
    page.click("li:target a[href='#rows-T3']")
    row = page.locator("li:target")
    assert row.get_attribute("id") == "rows-T3"
    assert "#:~:text=" in str(row.locator("a[href^='http']").get_attribute("href"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", WHOLE, ids=lambda path: path.stem)
def test_axe_finds_nothing(page: Page, path: Path, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto(path.as_uri())
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


def test_print_is_light_and_hides_the_code(page: Page) -> None:
    page.emulate_media(media="print", color_scheme="dark")
    page.goto((REPORTS / "01-trade.html").as_uri())
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not page.locator("details.code").first.is_visible()
    assert page.pdf().startswith(b"%PDF")
