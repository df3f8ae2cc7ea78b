"""Runs inside the application: from the registry to decisions in the database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.db.models import F, Sum

from tepat.engine import database as roles
from tepat.runs.models import Award, Decision, Run, RunProgramme
from tepat.staff.context import acting_as
from tests import database
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
    ours = [family.pk for family in published.families_in(country.near)]

    def far_sees() -> tuple[bool, bool]:
        with acting_as(country["far_operator"].pk):
            rows = Decision.objects.all()
            return rows.filter(family_id__in=ours).exists(), rows.exists()

    assert far_sees() == (False, True), "the own village, and no other"
    assert seen_by(country, "administrator") == 0
    assert Decision.objects.count() == 0, "without a user nothing is seen"
    with database.connect(roles.OWNER) as owner:
        owner.execute("ALTER TABLE runs_decision DISABLE ROW LEVEL SECURITY")
        assert far_sees() == (True, True), "the check sees what is not guarded"
        owner.execute("ALTER TABLE runs_decision ENABLE ROW LEVEL SECURITY")
    _decisions_are_those_of_the_run(country, run, settings.HOME / "runs" / run.folder)


def _decisions_are_those_of_the_run(country: Country, run: Run, folder: Path) -> None:
    totals = json.loads((folder / "run.json").read_text())["totals"]
    with acting_as(country["ministry_analyst"].pk):
        for programme in RunProgramme.objects.filter(run=run):
            rows = Decision.objects.filter(run=run, programme=programme.name)
            counted = {
                "awarded": rows.filter(award=Award.AWARDED).count(),
                "waiting": rows.filter(award=Award.WAITING).count(),
                "refused": rows.filter(award=Award.REFUSED).count(),
                "eligible": rows.filter(outcome=1).count(),
                "cannot_decide": rows.filter(outcome=2).count(),
            }
            assert counted == {name: totals[programme.name][name] for name in counted}
            paid = rows.filter(award=Award.AWARDED).aggregate(sum=Sum("amount_year"))["sum"]
            assert (paid or 0) == (totals[programme.name]["amount_year"] or 0)
        assert Decision.objects.filter(place__isnull=False, line=None).count() == 0
        awarded = Award.AWARDED
        beyond = Decision.objects.filter(award=awarded, place__gt=F("line__quota"))
        assert not beyond.exists()


def test_a_new_run_is_compared_with_the_one_before_and_old_decisions_go(
    country: Country, settings: Any
) -> None:
    place = country.village.pk
    programmes = ("pkh", "pbi_jk")
    first, second, third = (
        published.done_run(country, place=place, programmes=programmes, quota=quota)
        for quota in ("", "programme,place,quota\npkh,,0\n", "")
    )
    assert (first.before_id, second.before_id, third.before_id) == (None, first.pk, second.pk)
    with acting_as(country["ministry_analyst"].pk):
        pkh = {one.run_id: one for one in RunProgramme.objects.filter(name="pkh")}
        had = pkh[first.pk].awarded
        assert had > 0, "the village has somebody to lose it"
        assert (pkh[first.pk].came, pkh[first.pk].gone) == (None, None)
        assert (pkh[second.pk].came, pkh[second.pk].gone, pkh[second.pk].stayed) == (0, had, 0)
        assert (pkh[third.pk].came, pkh[third.pk].gone, pkh[third.pk].stayed) == (had, 0, 0)
        kept = set(Decision.objects.values_list("run_id", flat=True))
        assert kept == {second.pk, third.pk}
    runs = settings.HOME / "runs"
    assert not (runs / first.folder / "facts").exists()
    assert (runs / first.folder / "report.html").exists()
    assert (runs / third.folder / "facts").exists()
