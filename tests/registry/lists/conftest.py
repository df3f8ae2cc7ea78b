"""A small country, and a folder of its own for the files of each test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.registry.world import World, make_world


@pytest.fixture
def world(settings: Any, tmp_path: Path, db: None) -> World:
    """Places and users; uploads lie in the test's own folder."""
    settings.FILES = tmp_path / "files"
    return make_world()
