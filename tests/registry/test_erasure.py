"""A person who is erased can be found nowhere, and the past still adds up."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection, transaction

from tepat.engine.errors import TepatError
from tepat.registry import queries
from tepat.registry.actions.erasure import ask_erasure, decide_erasure
from tepat.registry.actions.observations import Answers, record_answers
from tepat.registry.actions.people import present_facts
from tepat.registry.models import (
    Batch,
    Erasure,
    Membership,
    NameWord,
    Person,
    PersonObservation,
    PersonRecord,
)
from tepat.staff.context import acting_as
from tests.registry.world import BANDUNG, World, make_world, rukmini

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked() -> tuple[World, int, int]:
    """The world, Rukmini's id, and the request to forget her."""
    world = make_world()
    with acting_as(world["village_operator"].pk):
        family = rukmini(world["village_operator"])
        person = PersonRecord.objects.get(name="Rukmini").person_id
        record_answers(
            family_id=family.pk,
            family=None,
            people={person: Answers({"chronic_illness": 12}, date(2025, 2, 1), "survei")},
            base_version=family.version,
            acting_user=world["village_operator"],
        )
    with acting_as(world["kabupaten_verifier"].pk):
        request = ask_erasure(
            family_id=family.pk,
            person_id=person,
            reason="Diminta sendiri",
            document="Surat 12/2025",
            acting_user=world["kabupaten_verifier"],
        )
    return world, person, request.pk


def test_granting_destroys_the_key_and_clears_what_is_personal(
    asked: tuple[World, int, int],
) -> None:
    world, person_id, request = asked
    with acting_as(world["ministry_approver"].pk):
        assert queries.find_by_number("3204335703580007")
        decide_erasure(
            erasure_id=request, granted=True, answer="", acting_user=world["ministry_approver"]
        )
        assert not queries.find_by_number("3204335703580007")
        assert not queries.find_by_name("rukmini", place_id=BANDUNG)
        person = Person.objects.get(pk=person_id)
        assert person.salt is None
        assert person.erased_at is not None
        facts = present_facts(person)
        assert (facts.name, facts.nik, facts.birth_date) == (None, None, None)
        assert PersonObservation.objects.get(person_id=person_id).chronic_illness is None
        assert not NameWord.objects.filter(person_id=person_id).exists()
        assert Membership.objects.filter(person_id=person_id).count() == 1, "sums stay"
        assert present_facts(Person.objects.exclude(pk=person_id).earliest("pk")).nik, "others stay"
        assert Erasure.objects.get().reason == ""


def test_only_another_person_with_the_role_may_decide(asked: tuple[World, int, int]) -> None:
    world, person_id, request = asked
    for name in ("kabupaten_verifier", "ministry_analyst", "auditor", "system"):
        with acting_as(world[name].pk), pytest.raises(TepatError, match="may not"):
            decide_erasure(erasure_id=request, granted=True, answer="", acting_user=world[name])
    verifier = world["kabupaten_verifier"]
    with acting_as(verifier.pk), connection.cursor() as cursor:
        batch = Batch.objects.create(kind="erasure", source="direct", made_by=verifier)
        with pytest.raises(Exception, match="Nobody asked"), transaction.atomic():
            cursor.execute("SELECT registry_erase(%s, %s)", [person_id, batch.pk])
        cursor.execute("UPDATE registry_batch SET known_at = now() WHERE id = %s", [batch.pk])
    assert not Person.objects.filter(pk=person_id, erased_at__isnull=False).exists()


def test_nobody_may_erase_who_did_not_go_through_a_request(asked: tuple[World, int, int]) -> None:
    world, person_id, _ = asked
    approver = world["ministry_approver"]
    with acting_as(approver.pk), connection.cursor() as cursor:
        other = Person.objects.exclude(pk=person_id).earliest("pk").pk
        batch = Batch.objects.create(kind="erasure", source="direct", made_by=approver)
        with pytest.raises(Exception, match="Nobody asked"), transaction.atomic():
            cursor.execute("SELECT registry_erase(%s, %s)", [other, batch.pk])
        with pytest.raises(Exception, match="permission denied"), transaction.atomic():
            cursor.execute("SET ROLE tepat_eraser")
        cursor.execute("UPDATE registry_batch SET known_at = now() WHERE id = %s", [batch.pk])
        assert Person.objects.get(pk=other).salt is not None


def test_a_refusal_leaves_everything_and_says_why(asked: tuple[World, int, int]) -> None:
    world, person_id, request = asked
    with acting_as(world["ministry_approver"].pk):
        decide_erasure(
            erasure_id=request,
            granted=False,
            answer="Masih menerima bantuan",
            acting_user=world["ministry_approver"],
        )
        assert Person.objects.get(pk=person_id).salt is not None
        assert Erasure.objects.get().answer == "Masih menerima bantuan"
