"""Runs inside the application: from the registry to decisions in the database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tepat.runs.models import Decision
from tepat.staff.context import acting_as
from tests.runs import published
from tests.runs.published import Country


@pytest.fixture
def country(transactional_db: None, demo_people: Path, tmp_path: Path, settings: Any) -> Country:
    """300 families in the registry, and a home of its own for runs."""
    settings.HOME = tmp_path / "home"
    published.fill_registry(demo_people, tmp_path)
    return published.make_country()


def seen_by(country: Country, name: str) -> int:
    with acting_as(country[name].pk):
        return Decision.objects.count()


def test_a_run_from_the_registry_is_published_and_seen_in_its_region_only(
    country: Country, demo_people: Path, settings: Any
) -> None:
    run = published.done_run(country, quota=(demo_people / "quota.csv").read_text())
    assert (run.state, run.error) == ("done", None)
    everybody = seen_by(country, "ministry_analyst")
    near = seen_by(country, "kabupaten_verifier")
    assert everybody > near > seen_by(country, "village_operator") > 0
    with acting_as(country["far_operator"].pk):
        ours = [family.pk for family in published.families_in(country.near)]
    with acting_as(country["far_operator"].pk):
        assert not Decision.objects.filter(family_id__in=ours).exists()
        assert Decision.objects.exists(), "the far operator sees the decisions of the own village"
    assert seen_by(country, "administrator") == 0
    assert Decision.objects.count() == 0, "without a user nothing is seen"
