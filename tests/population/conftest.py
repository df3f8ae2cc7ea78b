"""Two populations that the tests of this folder share: a country and a kabupaten."""

from __future__ import annotations

import pytest

from tests.population.made import Made, make


@pytest.fixture(scope="session")
def country(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """40,000 families of all provinces."""
    return make(tmp_path_factory.mktemp("country") / "made", 40_000)


@pytest.fixture(scope="session")
def kabupaten(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """3,000 families of one kabupaten."""
    return make(tmp_path_factory.mktemp("kabupaten") / "made", 3_000, kabupaten="3204")
