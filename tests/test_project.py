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

from analysis.__main__ import main

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
RANGES = {Requirement(text).name: Requirement(text).specifier for text in PROJECT["project"]["dependencies"]}


def list_files() -> list[Path]:
    """All files that git tracks or would track."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
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
    assert set(re.findall(r"^\| `(\d\d-[\w-]+)`", text, re.MULTILINE)) == notebooks


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
