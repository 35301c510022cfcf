"""Fixtures that several test modules use."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from copies import INVENTED
from hypothesis import settings

settings.register_profile("ci", deadline=None, derandomize=True, database=None, max_examples=50)
settings.register_profile("torture", deadline=None, max_examples=500)
settings.load_profile("ci")


@pytest.fixture
def folder(tmp_path):
    """A copy of the invented dossier, to break."""
    return Path(shutil.copytree(INVENTED, tmp_path / "copy"))
