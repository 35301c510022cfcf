"""The notebooks in JupyterLab as `make lab` starts it: run, save, change a parameter, run again, break the data."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import Locator, Page, expect, sync_playwright
from test_browser import NAMES

from analysis.dossier import describe_faults
from analysis.faults import find_faults

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ROOT = Path(__file__).parents[1]
TOKEN = "token-of-the-test"
ERROR = "[data-mime-type$='.error'], [data-mime-type$='.stderr']"
IDLE = "#jp-main-statusbar :text('Python 3 (ipykernel) | Idle')"
SLOW = 120_000  # milliseconds that a notebook may take on a busy machine
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
DRAFT = "{project}/draft"
# What "Try it yourself" asks for: parameter, value; caption of a table, a row of it as stored and as it is then.
CHANGES = {
    "00-start-here": ("last_year", "2012", "Acts by the certainty", "asserted 60", "asserted 18"),
    "01-trade": ("first_year", "2020", "Years without a figure", "T3 2020 12", "T3 2020 –"),
    "02-visits": ("first_year", "1993", "Counted acts by kind", "other acts inferred 18", "other acts inferred 16"),
    "03-agreements": ("certainty", '"asserted"', "What was signed", "agreement 5 Loan", "agreement 4 Loan"),
    "04-rupture-and-rekindling": ("period", '"PH6"', "Where the dates", "stated 10", "stated 1 E38"),
    "05-claims-and-evidence": ("last_year", "2007", "Tests by whose rows", "others holds 7", "others holds 3"),
    "06-how-the-coding-holds": ("certainty", '"asserted"', "Counted acts by how", "a month 9", "a month 8"),
    "07-explore": ("period", '"PH6"', "Acts by type", "accusation 9 3 9 0", "accusation 9 3 8 1"),
    "08-tables": ("dossier", f'"{DRAFT}"', "Every coded row", "E01 1 Feb 2025", "E01 2 Feb 2025"),
}
# What a student does to a file of data: the file, text in it and what becomes of it; then what the load cell says.
FAULTS = {
    "renamed column": ("trade.csv", "value,value_low", "amount,value_low", ("trade.csv, column 'value'", "'amount'")),
    "broken date": ("trade.csv", "T3,2020,", "T3,20O0,", ("trade.csv, row 4, column 'date'", "'20O0'")),
    "deleted row": ("trade.csv", "T3,.*\n", "", ("claims.csv, row 28, column 'inputs'", "'T3'")),
}


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=test", "-c", "user.email=test@example.org", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the project as they are now, in a repository of their own: `git diff` tells what JupyterLab did."""
    try:
        names = git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard").splitlines()
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    folder = tmp_path_factory.mktemp("lab") / "project"
    for name in names:
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "as it is")
    return folder


@pytest.fixture(scope="module")
def lab(project: Path) -> Iterator[str]:
    """The address of the server that `make lab` starts in the copy; settings and signatures of this user stay out."""
    home = project.parent
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (home / "config").mkdir()
    settings = {"ServerApp": {"open_browser": False, "allow_root": True, "port": port}}
    (home / "config" / "jupyter_config.json").write_text(json.dumps(settings), encoding="utf-8")
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "MAKE", "PYTEST"))},
        **{f"JUPYTER_{kind}_DIR": str(home / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")},
        **{f"JUPYTERLAB_{kind}_DIR": str(home / kind.lower()) for kind in ("SETTINGS", "WORKSPACES")},
        "JUPYTER_TOKEN": TOKEN,
        "PYTHONPATH": str(project / "src"),
    }
    # The set-up is left out: the copy has no .venv, and this Python has all that is needed.
    command = ["make", "lab", "--assume-old=.venv/.ready", f"RUN={shlex.quote(sys.executable)}"]
    with (home / "log").open("w") as log:
        server = subprocess.Popen(command, cwd=project, env=environment, stdout=log, stderr=log, start_new_session=True)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                urlopen(f"{address}/api", timeout=5).close()
                break
            except OSError:
                assert server.poll() is None, (home / "log").read_text()
                time.sleep(0.1)
        yield address
    finally:
        server.terminate()  # make passes it on; a server that is told twice may never end
        try:
            server.wait(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)


@pytest.fixture(scope="module")
def window(lab: str) -> Iterator[Page]:
    """JupyterLab in one page, which all tests share."""
    found = next((path for path in map(shutil.which, NAMES) if path), None)
    if not found:
        pytest.skip(f"no Chromium on this machine (looked for {', '.join(NAMES)})")
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        page = chromium.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(SLOW)
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto(f"{lab}/lab?token={TOKEN}")
        yield page
        chromium.close()


@pytest.fixture
def page(window: Page, lab: str, project: Path) -> Page:
    """JupyterLab with no notebook open and every file as committed, whatever a test before left behind."""
    git(project, "checkout", ".")
    if window.locator(".jp-NotebookPanel").count():
        window.goto(f"{lab}/lab?reset")
    return window


@contextmanager
def opened(page: Page, *names: str) -> Iterator[Locator]:
    """Open a notebook by double clicks on its folders and its file; afterwards close it and end its kernel."""
    page.locator(".jp-BreadCrumbs-home").click()
    find_file(page, "exercises").wait_for()
    for folder in names[:-1]:
        find_file(page, folder).dblclick()
        find_file(page, folder).wait_for(state="detached")
    find_file(page, names[-1]).dblclick()
    notebook = page.locator(".jp-NotebookPanel:visible")
    page.locator(IDLE).wait_for()
    yield notebook
    choose(page, "File", "Close and Shut Down Notebook.?")
    page.locator(".jp-Dialog .jp-mod-accept").click()
    notebook.wait_for(state="detached")


def find_file(page: Page, name: str) -> Locator:
    return page.locator(f".jp-DirListing-item[title^='Name: {name}']")


def choose(page: Page, menu: str, entry: str) -> None:
    page.locator(".lm-MenuBar-item", has_text=menu).click()
    page.locator(".lm-Menu-itemLabel", has_text=re.compile(f"^{entry}$")).click()


def run_all(page: Page, notebook: Locator) -> None:
    """Run all cells and wait: the last has new output or one has failed, no cell waits, and the kernel is idle."""
    notebook.evaluate("all => all.querySelectorAll('.jp-OutputArea-child').forEach(one => one.dataset.old = 'yes')")
    choose(page, "Run", "Run All Cells")
    new = ".jp-OutputArea-child:not([data-old])"
    last = notebook.locator(".jp-CodeCell").last.locator(new)
    expect(last.or_(notebook.locator(new).locator(ERROR)).first).to_be_attached(timeout=SLOW)
    expect(notebook.locator("[data-old]")).to_have_count(0, timeout=SLOW)
    expect(notebook.locator(".jp-CodeCell .jp-InputPrompt", has_text="[*]")).to_have_count(0, timeout=SLOW)
    page.locator(IDLE).wait_for()


def save(page: Page) -> None:
    with page.expect_response(lambda answer: answer.request.method == "PUT" and "/api/contents/" in answer.url) as done:
        page.keyboard.press("Control+s")
    assert done.value.ok


def set_parameter(page: Page, notebook: Locator, name: str, value: str) -> None:
    notebook.locator(".cm-line", has_text=re.compile(f"^{name}: ")).click()
    page.keyboard.press("Home")
    page.keyboard.press("Shift+End")
    page.keyboard.insert_text(f"{name} = {value}")


def read_errors(notebook: Locator) -> list[str]:
    return notebook.locator(ERROR).all_text_contents()


def read_tables(notebook: Locator) -> dict[str, list[str]]:
    """Return the rows of each table by its caption, cells joined by a space."""
    return notebook.evaluate(  # type: ignore[no-any-return]
        """all => Object.fromEntries([...all.querySelectorAll('table')].map(table => [table.caption?.textContent.trim(),
            [...table.rows].map(row => [...row.cells].map(cell => cell.textContent.trim()).join(' '))]))"""
    )


def read_pictures(notebook: Locator) -> list[str]:
    """Return the address of each picture, which holds all of it; a picture that is not drawn is an empty text."""
    return notebook.evaluate(  # type: ignore[no-any-return]
        "all => [...all.querySelectorAll('figure img')].map(one => one.complete && one.naturalWidth ? one.src : '')"
    )


def find_row(tables: dict[str, list[str]], caption: str, begin: str) -> list[str]:
    (rows,) = [rows for name, rows in tables.items() if name.startswith(caption)]
    return [row for row in rows if row.startswith(begin)]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_student_runs_saves_changes_a_parameter_and_goes_back(page: Page, project: Path, path: Path) -> None:
    name, value, caption, stored, changed = CHANGES[path.stem]
    if DRAFT in value:
        value = value.format(project=project)
        shutil.copytree(project / "data", project / "draft", dirs_exist_ok=True)
        edit(project / "draft" / "events.csv", r"(\nE01,.*,ARTICLE,)1,", r"\g<1>2,")
    with opened(page, path.name) as notebook:
        run_all(page, notebook)
        tables, pictures = read_tables(notebook), read_pictures(notebook)
        assert read_errors(notebook) == []
        assert find_row(tables, caption, stored)
        assert pictures
        assert all(pictures)
        save(page)
        assert git(project, "diff") == ""
        set_parameter(page, notebook, name, value)
        run_all(page, notebook)
        assert read_errors(notebook) == []
        after = read_tables(notebook)
        assert find_row(after, caption, changed)
        assert not find_row(after, caption, stored)
        assert read_pictures(notebook) != pictures
        save(page)
        assert f"{name} = " in git(project, "diff")
    go_back(project)
    assert git(project, "diff") == ""


def go_back(project: Path) -> None:
    """Do what the README says that a student does."""
    text = (project / "README.md").read_text(encoding="utf-8")
    (way,) = re.findall(r"changed a parameter in JupyterLab and saved, `git ([a-z ]+)`", text)
    git(project, *way.split())


def edit(path: Path, old: str, new: str) -> None:
    text, count = re.subn(old, new, path.read_text(encoding="utf-8"), count=1)
    assert count == 1
    path.write_text(text, encoding="utf-8")


def test_exercise_runs_and_is_saved_as_it_was(page: Page, project: Path) -> None:
    with opened(page, "exercises", "01-trade.ipynb") as notebook:
        run_all(page, notebook)
        assert read_errors(notebook) == []
        save(page)
    assert git(project, "diff") == ""


def test_panel_answers_to_the_keyboard_and_the_notebook_does_not(page: Page) -> None:
    """By Tab from box to box, Space to check, and Space to open a list; no cell is left, moved or cut."""
    with opened(page, "07-explore.ipynb") as notebook:
        run_all(page, notebook)
        panel = notebook.locator(".jp-OutputArea-output", has=page.locator(".widget-checkbox"))
        every, first = (panel.locator("input[type=checkbox]").nth(place) for place in range(2))
        active, cells = notebook.locator(".jp-mod-active .jp-InputPrompt"), notebook.locator(".jp-Cell")
        every.focus()
        before = active.text_content(), cells.count()
        page.keyboard.press("Tab")
        expect(first).to_be_focused()
        page.keyboard.press("Space")
        expect(first).not_to_be_checked()
        expect(every).not_to_be_checked()
        expect(panel.locator("code", has_text="types=agreement+")).to_be_visible()
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Space")
        expect(first).to_be_checked()
        expect(panel.locator("code", has_text="types=")).to_have_count(0)
        phase = panel.locator("select").first
        phase.focus()
        page.keyboard.press("Space")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        expect(panel.locator("code", has_text="period=")).to_be_visible()
        assert (active.text_content(), cells.count()) == before
        page.set_viewport_size({"width": 800, "height": 900})
        for part in ("img", "code"):  # in a narrow window they give way
            boxes = [place.bounding_box() for place in (panel.locator(part).first, notebook)]
            assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"] + boxes[1]["width"], part
        page.set_viewport_size({"width": 1280, "height": 900})


def test_fault_in_the_data_is_one_message_at_the_load_cell(page: Page, project: Path) -> None:
    """And it is what `validate` finds. Mended, the notebook runs again in the same kernel."""
    with opened(page, "01-trade.ipynb") as notebook:
        for fault, (file, old, new, words) in FAULTS.items():
            edit(project / "data" / file, old, new)
            run_all(page, notebook)
            (said,) = read_errors(notebook)
            cell = notebook.locator(".jp-CodeCell", has_text="load_dossier(dossier)")
            assert read_errors(cell) == [said], fault
            assert said.startswith("1 fault in the dossier:\n- "), fault
            assert [word for word in words if word not in said] == [], fault
            assert len(said.strip().splitlines()) == 2, said
            assert said.strip() == describe_faults(find_faults(project / "data"), "the dossier")
            git(project, "checkout", "data")
        run_all(page, notebook)
        assert read_errors(notebook) == []


def test_no_news_is_offered_and_nothing_is_asked_of_the_net(page: Page, lab: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    page.locator(".jp-BreadCrumbs-home").wait_for()
    page.wait_for_load_state("networkidle")
    assert [url for url in asked if not url.startswith((lab, "data:", "blob:"))] == []
    assert [url for url in asked if "/lab/api/news" in url or "/lab/api/update" in url] == []
    assert page.locator(".Toastify__toast").count() == 0
