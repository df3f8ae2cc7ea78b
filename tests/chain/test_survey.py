"""A model fitted to half of a survey ranks the other half; true consumption is the judge."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from tepat.policy.load import load_policy
from tests.chain.figures import survey_errors, survey_fit
from tests.chain.real import answers, families, fits_half, manifest, rows_of, table
from tests.twin.engine import differences
from tests.twin.twin import Answer, Twin


def test_no_enumeration_area_is_in_both_halves(survey_run: Path, synthetic_survey: Path) -> None:
    parts = {
        part: {row["ea"] for row in rows_of(survey_run / part / "households.csv")}
        for part in ("fitted", "ranked")
    }
    assert parts["fitted"] and parts["ranked"] and not parts["fitted"] & parts["ranked"]
    every = {row["ea"] for row in rows_of(synthetic_survey / "households.csv")}
    assert parts["fitted"] == {ea for ea in every if fits_half(ea)}


def test_the_model_does_not_rest_on_consumption_itself(survey_run: Path) -> None:
    model = json.loads((survey_run / "model.json").read_text(encoding="utf-8"))
    text = json.dumps(model["features"])
    parts = ["tot_exp", "tot_food", "share_food", "quint_", *(f"exp_{n:02}" for n in range(1, 13))]
    assert not [name for name in parts if f'"{name}' in text]


def test_every_household_of_the_other_half_has_a_decile(survey_run: Path) -> None:
    ranked = table(survey_run / "run", "ranking/*.parquet")
    sizes = [sum(row["decile"] == tenth for row in ranked) for tenth in range(1, 11)]
    assert len(ranked) == len(rows_of(survey_run / "ranked" / "households.csv"))
    assert sum(sizes) == len(ranked) and max(sizes) - min(sizes) <= 1


def test_the_poorest_are_found_far_better_than_by_chance(survey_run: Path) -> None:
    run, truth = survey_run / "run", survey_run / "truth.csv"
    errors = {row[0]: row[1:] for row in survey_errors(run, truth)}
    assert errors["40 %"][0] < 20  # chance leaves 60 of 100 out
    assert errors["10 %"][0] < 45  # chance leaves 90 of 100 out
    assert all(
        exclusion == pytest.approx(inclusion, abs=1) for exclusion, inclusion in errors.values()
    )
    assert survey_fit(run, truth)[-1][1] > 0.8


def test_every_programme_agrees_with_the_twin_on_every_household(survey_run: Path) -> None:
    run = survey_run / "run"
    policy, about = load_policy(), manifest(run)
    day, known = date.fromisoformat(about["as_of"]), families(run)
    expected: dict[tuple[str, int, int | None], Answer] = {}
    for name in about["programmes"]:
        given = "benefits" in about["present"]
        twin = Twin(policy, policy.programmes[name], day, frozenset(about["lists"]), given)
        for number, family in known.items():
            for place, answer in enumerate(twin.decide(family)):
                expected[name, number, None if twin.programme.unit == "family" else place] = answer
    found = differences(answers(run), expected)
    assert not found, f"{len(found)} differences, first of them:\n" + "\n".join(found[:10])
