"""Runs on real records that the tests of this folder share; they skip where the data is absent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.chain.real import JAMBI_DAY, MAPPINGS, halves, succeed
from tests.conftest import made_once


@pytest.fixture(scope="session")
def jambi_run(session_folder: Path, susenas: Path) -> Path:
    """The run of the Susenas roster with the rules of 15 March 2020. Read it, do not change it."""

    def make(folder: Path) -> None:
        mapping = MAPPINGS / "susenas2020_jambi.yaml"
        given = ("--mapping", mapping, "--deciles", susenas / "deciles.csv")
        succeed("run", susenas, *given, "--as-of", JAMBI_DAY, "--out", folder)

    return made_once(session_folder, "jambi_run", make)


@pytest.fixture(scope="session")
def survey_run(session_folder: Path, synthetic_survey: Path) -> Path:
    """A folder: ``model.json`` from half of the survey, and ``run`` on the other half."""

    def make(folder: Path) -> None:
        halves(synthetic_survey, folder)
        model = folder / "model.json"
        asked: dict[str, Any] = {"--outcome": "pc_exp", "--weight": "popweight", "--cluster": "ea"}
        words = [word for pair in asked.items() for word in pair]
        fitted = folder / "fitted" / "households.csv"
        said = succeed("calibrate", fitted, *words, "--out", model, "--json")
        (folder / "calibrated.json").write_text(said, encoding="utf-8")
        mapping = MAPPINGS / "wb_synthetic_survey.yaml"
        given = ("--mapping", mapping, "--model", model, "--truth", folder / "truth.csv")
        day = ("--as-of", "2023-07-01")
        succeed("run", folder / "ranked", *given, *day, "--out", folder / "run")

    return made_once(session_folder, "survey_run", make)
