"""The first page after signing in: what waits, for whom, since when."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tepat.console.queues import queues_of
from tepat.registry.actions.erasure import ask_erasure
from tepat.registry.actions.writing import today
from tepat.registry.interviews.actions import begin_check
from tepat.registry.models import Family, Finding, ImportJob, Membership
from tepat.registry.models.imports import ImportState
from tepat.runs.models import Run
from tepat.staff.context import acting_as
from tests.console.found import find, page
from tests.database import as_owner
from tests.registry.world import BANDUNG, CIGENTUR, World, make_world, rukmini

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def family(world: World) -> Family:
    with acting_as(world["village_operator"].pk):
        return rukmini(world["village_operator"])


def waiting(world: World, name: str) -> dict[str, int]:
    with acting_as(world[name].pk):
        return {queue.url: queue.count for queue in queues_of(world[name])}


def uploaded(world: World, by: str, state: str) -> None:
    with acting_as(world[by].pk):
        job = ImportJob.objects.create(
            home_id=BANDUNG,
            uploaded_by=world[by],
            source="uji",
            as_of=date(2026, 1, 1),
            file_name="a.csv",
            file_names=["a.csv"],
            file_size=1,
            sha256=f"{by}{state}",
            checked_at=datetime.now(UTC) - timedelta(days=3),
        )
    as_owner(f"UPDATE registry_importjob SET state = '{state}' WHERE id = {job.pk}")


def test_a_stranger_sees_what_this_is_and_where_to_sign_in(world: World) -> None:
    text = Client().get(reverse("front")).content.decode()
    assert reverse("account_login") in text
    assert "Yang menunggu" not in text


@pytest.mark.parametrize(
    "name",
    [
        "village_operator",
        "facilitator",
        "kabupaten_verifier",
        "head_of_office",
        "ministry_analyst",
        "ministry_approver",
        "auditor",
        "administrator",
    ],
)
def test_every_role_has_a_first_page_with_a_way_on(world: World, name: str) -> None:
    answer = page(world[name], "front")
    text = answer.content.decode()
    assert answer.status_code == 200
    assert 'class="tp-ways"' in text
    assert ("Tidak ada yang menunggu Anda" in text) == (name != "administrator")


def test_findings_wait_for_whom_they_were_given_to_with_age_and_day(
    world: World, family: Family
) -> None:
    (one,) = find(world, family, ("no_head", "error"))
    quality = reverse("quality")
    assert waiting(world, "kabupaten_verifier") == {f"{quality}?tingkat=error&tugas=free": 1}
    assert waiting(world, "village_operator") == {}
    with acting_as(world["kabupaten_verifier"].pk):
        Finding.objects.filter(pk=one).update(
            assigned_place=CIGENTUR,
            assigned_by=world["kabupaten_verifier"],
            assigned_at=datetime.now(UTC) - timedelta(days=5),
            due_on=today() - timedelta(days=1),
        )
    assert waiting(world, "village_operator") == {f"{quality}?tugas=mine": 1}
    assert waiting(world, "far_operator") == {}
    assert waiting(world, "kabupaten_verifier") == {}
    text = page(world["village_operator"], "front").content.decode()
    assert "(5 hari)" in text
    assert "Terlambat" in text


def test_drafts_wait_for_their_author_alone(world: World, family: Family) -> None:
    operator = world["village_operator"]
    with acting_as(operator.pk):
        begin_check(family_id=family.pk, observed_on=date(2025, 6, 1), acting_user=operator)
    assert waiting(world, "village_operator") == {reverse("interviews"): 1}
    assert waiting(world, "facilitator") == {}


def test_an_import_waits_for_another_than_who_sent_it(world: World) -> None:
    uploaded(world, "kabupaten_verifier", ImportState.CHECKED)
    assert waiting(world, "kabupaten_verifier") == {}
    assert waiting(world, "second_verifier") == {reverse("imports"): 1}
    assert waiting(world, "village_operator") == {}
    uploaded(world, "kabupaten_verifier", ImportState.MATCHING)
    assert waiting(world, "kabupaten_verifier") == {reverse("imports"): 1}


def test_an_erasure_waits_for_the_ministry(world: World, family: Family) -> None:
    verifier = world["kabupaten_verifier"]
    with acting_as(verifier.pk):
        person = Membership.objects.filter(family=family)[0].person_id
        ask_erasure(
            family_id=family.pk,
            person_id=person,
            reason="permintaan",
            document="1/2026",
            acting_user=verifier,
        )
    assert waiting(world, "ministry_approver") == {reverse("erasures"): 1}
    assert waiting(world, "ministry_analyst") == {}


def test_a_run_at_work_is_shown_to_those_who_read_runs(world: World) -> None:
    with acting_as(world["ministry_analyst"].pk):
        Run.objects.create(
            place_id=BANDUNG,
            as_of=date(2026, 1, 1),
            known_by=datetime.now(UTC),
            started_by=world["ministry_analyst"],
            folder="run-1",
        )
    assert waiting(world, "ministry_approver") == {reverse("runs"): 1}
    assert waiting(world, "village_operator") == {}


def test_the_first_page_asks_a_fixed_number_of_questions(world: World, family: Family) -> None:
    user = world["kabupaten_verifier"]

    def questions() -> int:
        page(user, "front")
        with CaptureQueriesContext(connection) as asked:
            page(user, "front")
        return len(asked)

    before = questions()
    find(world, family, ("no_head", "error"), ("nik_form", "error"))
    uploaded(world, "second_verifier", ImportState.CHECKED)
    assert questions() == before
