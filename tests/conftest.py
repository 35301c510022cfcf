"""Fixtures that several test modules use."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from copies import INVENTED


@pytest.fixture
def folder(tmp_path):
    """A copy of the invented dossier, to break."""
    return Path(shutil.copytree(INVENTED, tmp_path / "copy"))
