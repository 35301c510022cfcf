"""What the project's own files promise: ranges, hashes, targets, and that they do not drift apart."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from packaging.requirements import Requirement

from analysis import findings as findings_module
from analysis import load_dossier
from analysis.__main__ import main

ROOT = Path(__file__).parents[1]
METRICS = ("find_gaps", "find_longest", "find_turn", "find_unseen")
ELSEWHERE = {"find_agreement"}  # a short answer that is not on the front page
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
RANGES = {Requirement(text).name: Requirement(text).specifier for text in PROJECT["project"]["dependencies"]}


def list_files(*patterns: str) -> list[Path]:
    """All files that git tracks or would track; with patterns, those alone."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns]
    try:
        names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def test_environment_holds_the_ranges_of_the_package() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    pip = environment["dependencies"][-1]["pip"]
    named = [name for name in environment["dependencies"][:-1] if name != "pip" and not name.startswith("python=")]
    found = {Requirement(name).name: Requirement(name).specifier for name in [*named, *pip[:-1]]}
    assert environment["channels"] == ["conda-forge"]
    assert {"pandas", "matplotlib", "seaborn", "jupyterlab", "papermill", "nbval"} <= {
        Requirement(n).name for n in named
    }
    assert found == RANGES
    assert pip[-1] == "-e ."


def test_lock_has_a_hash_for_every_package_and_no_address() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pins = re.split(r"\n(?=[a-z0-9])", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE))
    assert len(pins) > 100
    assert all("==" in pin and "--hash=sha256:" in pin for pin in pins)
    assert not re.search(r"https?:|--index-url|--find-links| @ ", text)
    names = {re.split(r"[=\[;]", pin)[0] for pin in pins}
    assert {name.lower() for name in RANGES} <= names


def test_workflow_is_valid() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows"]
    done = subprocess.run(
        [*command, str(ROOT / ".github/workflows/ci.yml")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_workflow_runs_the_same_script_on_all_pythons() -> None:
    text = (ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8")
    assert ".ci/run" in text
    assert all(version in text for version in ("3.11", "3.12", "3.13"))
    assert "nbval_mask.cfg" in text


def test_workflow_keeps_what_a_pull_request_changes_in_the_reports() -> None:
    job = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))["jobs"]["changes"]
    runs = " ".join(step.get("run", "") for step in job["steps"])
    assert job["if"] == "github.event_name == 'pull_request'"
    assert "python -m analysis diff ../base/reports reports --html changes.html" in runs
    assert job["steps"][-1]["with"]["path"] == "changes.html"


SCHEMAS = {
    "vendor.citation-file-format": ["CITATION.cff"],
    "vendor.github-issue-forms": [".github/ISSUE_TEMPLATE/coding.yml", ".github/ISSUE_TEMPLATE/fault.yml"],
    "vendor.github-issue-config": [".github/ISSUE_TEMPLATE/config.yml"],
}


@pytest.mark.parametrize("schema", SCHEMAS)
def test_file_keeps_to_its_public_schema(schema: str) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema]
    done = subprocess.run([*command, *SCHEMAS[schema]], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_citation_names_the_article_and_the_version() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    article = load_dossier().article
    (reference,) = citation["references"]
    assert citation["version"] == PROJECT["project"]["version"]
    assert [reference[name] for name in ("title", "url", "date-published")] == [
        article[name] for name in ("title", "url", "date")
    ]
    assert reference["publisher"]["name"] == article["publisher"]


def test_pre_commit_runs_the_ruff_of_the_lock_on_notebooks_too() -> None:
    (repo,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    locked = re.search(r"^ruff==([\d.]+)", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.MULTILINE)
    assert locked
    assert repo["rev"] == f"v{locked[1]}"
    assert [hook["id"] for hook in repo["hooks"]] == ["ruff-check", "ruff-format"]
    assert all("jupyter" in hook["types_or"] for hook in repo["hooks"])


def test_binder_builds_environment_yml() -> None:
    """repo2docker (2026.4) takes the first of these files that it finds, so none may stand before environment.yml.

    It reads the Python version from the dependencies, has base images for some versions only, and stages the whole
    repository before the install only where pip is given a local path.
    """
    first = ["Dockerfile", "Project.toml", "JuliaProject.toml", "REQUIRE", "default.nix", "install.R", "DESCRIPTION"]
    other = ["binder", ".binder", "environment.yaml", "runtime.txt", "postBuild", "start", "apt.txt"]
    assert [name for name in first + other if (ROOT / name).exists()] == []
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    (python,) = [text for text in environment["dependencies"] if str(text).startswith("python=")]
    assert python.removeprefix("python=") in {"3.11", "3.12", "3.13"}
    assert "-e ." in environment["dependencies"][-1]["pip"]
    assert "lab/tree/notebooks/00-start-here.ipynb" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert (ROOT / "notebooks" / "00-start-here.ipynb").exists()


def test_readme_follows_numbers_through_files_that_are_there() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = re.search(r"## Follow a number\n(.+?)\n## ", text, re.DOTALL)
    assert section
    rows = [line.split(" | ") for line in section[1].splitlines() if line.startswith("| ")][1:]
    findings = re.findall(r"`(find_\w+)` in `src/analysis/findings.py`", section[1])
    assert set(findings) == {name for name in dir(findings_module) if name.startswith("find_")} - {*METRICS, *ELSEWHERE}
    for row in rows:
        assert all(
            f"in `{folder}" in row[place] for place, folder in ((2, "src/"), (3, "src/"), (4, "src/"), (5, "tests/"))
        )
    names = re.findall(r"`(\w+)` in `([\w./-]+)`", section[1])
    for name, path in names:
        assert re.search(rf"^(def|class) {name}\b", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE), name


def test_readme_numbers_that_are_followed_stand_in_the_findings() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(r"<!-- finding -->(.+?)<!-- end finding -->", text, re.DOTALL)
    section = re.search(r"## Follow a number\n(.+?)\n## ", text, re.DOTALL)
    assert found
    assert section
    firsts = [line.split(" | ")[0] for line in section[1].splitlines() if line.startswith("| ")][1:]
    numbers = [number for first in firsts for number in re.findall(r"\d[\d.–]*", first)]
    assert len(numbers) == 9
    assert [number for number in numbers if number not in found[1]] == []


@pytest.mark.parametrize(
    "name", ["README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/teaching.md", "data/README.md"]
)
def test_document_names_only_what_is_there(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text) if "://" not in link]
    paths = re.findall(r"`((?:src|tests|data|docs|notebooks|reports|\.ci)/[\w./-]*)`", text)
    missing = [path for path in paths if not (ROOT / path).exists()]
    missing += [link for link in links if not ((ROOT / name).parent / link).exists()]
    assert missing == []
    targets = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert targets
    assert set(re.findall(r"`make (\w+)", text)) <= set(targets[1].split())


def test_ci_calls_test_and_check() -> None:
    script = ROOT / ".ci/run"
    assert os.access(script, os.X_OK)
    assert re.search(r"^make test", script.read_text(encoding="utf-8"), re.MULTILINE)
    assert re.search(r"^make check", script.read_text(encoding="utf-8"), re.MULTILINE)


def test_make_help_lists_every_target() -> None:
    done = subprocess.run(["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    targets = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert targets
    assert re.findall(r"^  make (\w+)", done.stdout, re.MULTILINE) == targets[1].split()


def test_mask_touches_pictures_only() -> None:
    text = (ROOT / "tests" / "nbval_mask.cfg").read_text(encoding="utf-8")
    patterns = re.findall(r"^regex: (.+)$", text, re.MULTILINE)
    assert patterns
    for data in ("2025-01-15", "140 million USD", "[2.2-fold (2.1–2.3)](#rows-T3+T4)", "Rouhani visits"):
        assert not any(re.search(pattern, data) for pattern in patterns)


def test_readme_names_what_is_there() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    tree = re.search(r"## Layout\n\n```\n(.+?)```", text, re.DOTALL)
    assert tree
    listed = {line.split()[0].rstrip("/") for line in tree[1].splitlines()}
    tops = {path.relative_to(ROOT).parts[0] for path in list_files()}
    assert {name.split("/")[0] for name in listed} == tops - {".gitattributes", ".gitignore", "README.md"}
    notebooks = {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert set(re.findall(r"^\| \[`(\d\d-[\w-]+)`", text, re.MULTILINE)) == notebooks


def test_examples_of_coding_are_rows_coded_so() -> None:
    text = (ROOT / "docs" / "code-an-article.md").read_text(encoding="utf-8")
    dossier = load_dossier()
    rows = {
        str(row): set(map(str, cells))
        for frame in (dossier.trade, dossier.events)
        for row, *cells in frame.itertuples()
    }
    assert set(re.findall(r"\b[TEV]\d+\b", text)) <= set(rows)
    said = re.findall(r"`([^`]+)` \((\w+)\)", text)
    assert len(said) > 5
    assert [(value, row) for value, row in said if value not in rows[row]] == []


def test_readme_commands_exist() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = set(re.findall(r"\bmake (\w+)", text)) - {"a", "and", "on"}
    phony = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert phony
    assert targets <= set(phony[1].split())
    for command in set(re.findall(r"-m analysis (\w+)", text)):
        assert CliRunner().invoke(main, [command, "--help"]).exit_code == 0


def test_readme_shows_the_help_of_the_command() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    done = CliRunner().invoke(main, ["render", "--help"], prog_name="python -m analysis", terminal_width=80)
    assert done.output.strip() in text


def test_no_file_names_a_machine_or_a_package_host() -> None:
    hosts = ["py" + "pi.org", "python" + "hosted.org", "registry." + "npmjs", "deb." + "debian.org"]
    paths = [r"(?<![\w.])/" + top + "/" for top in ("work", "root", "home", "tmp/bash")]
    pattern = re.compile("|".join([*map(re.escape, hosts), *paths]))
    for path in list_files():
        text = path.read_text(encoding="utf-8", errors="ignore")
        assert not pattern.search(text), f"{path.name}: {pattern.search(text)}"
