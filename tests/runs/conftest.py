"""What several tests of runs begin with."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tepat.population.make import make_population
from tepat.runs.request import Request
from tepat.runs.run import run
from tests.conftest import made_once

DAY = date(2025, 7, 1)

COUNTRY = 1_500  # families
AT_ONCE = 450  # so few that the country is cut into at least three parts


FEW = ("pkh", "pip")  # programmes of families and of persons, where all would say no more


@pytest.fixture(scope="session")
def country(session_folder: Path) -> Path:
    """A small country of 38 provinces, a file each. Read it, do not change it."""
    return made_once(
        session_folder, "country", lambda folder: make_population(folder, COUNTRY, None, 3)
    )


@pytest.fixture(scope="session")
def whole_run(session_folder: Path, country: Path) -> Path:
    """A run of few programmes that takes the country all at once. Read it, do not change it."""

    def make(folder: Path) -> None:
        run(Request(country, folder, DAY, quota=country / "quota.csv", programmes=FEW))

    return made_once(session_folder, "whole_run", make)
