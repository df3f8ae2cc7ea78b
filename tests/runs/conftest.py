"""What several tests of runs begin with."""

from __future__ import annotations

from pathlib import Path

import pytest

from tepat.population.make import make_population

COUNTRY = 1_500  # families
AT_ONCE = 450  # so few that the country is cut into at least three parts


@pytest.fixture(scope="session")
def country(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small country of 38 provinces, a file each. Read it, do not change it."""
    folder = tmp_path_factory.mktemp("country") / "people"
    make_population(folder, COUNTRY, None, 3)
    return folder
