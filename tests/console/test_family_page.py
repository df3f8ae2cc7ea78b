"""A family's page: what it says, what it asks of the database, and what it says of the past."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tepat.audit.models import Access
from tepat.registry.actions.members import Told, record_birth
from tepat.registry.actions.observations import Answers, record_answers
from tepat.registry.actions.people import PersonFacts
from tepat.registry.models import Family
from tepat.staff.context import acting_as
from tests.registry.world import CIGENTUR, World, make_world, rukmini

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def family(world: World) -> Family:
    operator = world["village_operator"]
    with acting_as(operator.pk):
        made = rukmini(operator)
        for floor, day in ((8, date(2025, 2, 1)), (2, date(2025, 9, 1))):
            record_answers(
                family_id=made.pk,
                family=Answers({"floor": floor, "floor_area": 36}, day, "survei lapangan"),
                people={},
                base_version=Family.objects.get().version,
                acting_user=operator,
            )
        return made


def page(user: Any, family: Family, query: str = "") -> Any:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client.get(reverse("family", kwargs={"family": family.uuid}) + query)


def test_the_page_says_who_lives_there_and_what_changed(world: World, family: Family) -> None:
    answer = page(world["village_operator"], family)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "Keluarga Rukmini" in text
    assert "3204••••••••0007" in text
    assert "3204330101100007" not in text
    assert "3204335703580007" not in text
    assert "Keramik" in text, "the floor of the last survey"
    assert "Tanah" in text, "and the one before"
    assert "1 September 2025" in text


def test_opening_the_page_is_seen_on_the_page(world: World, family: Family) -> None:
    verifier = world["facilitator"]
    text = page(verifier, family).content.decode()
    assert "Siapa membuka data ini" in text
    assert verifier.name in text
    with acting_as(verifier.pk):
        assert Access.objects.filter(actor_id=verifier.pk, page="family").count() == 1


def test_a_foreign_family_is_not_found_and_no_access_is_claimed(
    world: World, family: Family
) -> None:
    assert page(world["far_operator"], family).status_code == 404
    with acting_as(world["system"].pk):
        assert not Access.objects.exists()


def test_the_past_is_shown_as_it_was_and_as_it_was_known(world: World, family: Family) -> None:
    operator = world["village_operator"]
    in_march = page(operator, family, "?on=2025-03-01").content.decode()
    assert "Tanah" in in_march
    assert "Keramik" not in in_march
    before_all = page(operator, family, "?on=2025-03-01&known=2025-03-31").content.decode()
    assert "belum atau tidak lagi dikenal" in before_all, "all of it became known today"
    nonsense = page(operator, family, "?on=yesterday")
    assert nonsense.status_code == 200


def test_the_page_asks_the_same_number_of_questions_whatever_the_family(
    world: World, family: Family
) -> None:
    operator = world["village_operator"]

    def questions() -> int:
        page(operator, family)  # what is read once, such as the policy, is read
        with CaptureQueriesContext(
            connection,
        ) as asked:
            page(operator, family)
        return len(asked)

    small = questions()
    with acting_as(operator.pk):
        for number in range(5):
            record_birth(
                family_id=family.pk,
                child=PersonFacts(f"Bayi {number}", None, 1),
                relation=3,
                told=Told(date(2025, 10, 1 + number), "bidan"),
                acting_user=operator,
            )
    assert questions() == small
    assert family.home_id == CIGENTUR
