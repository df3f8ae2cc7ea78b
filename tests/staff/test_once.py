"""A form that is sent twice counts once."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tepat.registry.models import Event, Family, Interview
from tepat.staff import tasks
from tepat.staff.context import acting_as
from tepat.staff.models import SentForm
from tests.console.found import signed
from tests.console.test_events_pages import TOLD, address, second_look
from tests.database import as_owner
from tests.registry.world import CIGENTUR, CIPAKU, World, make_world, rukmini

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def family(world: World) -> Family:
    with acting_as(world["village_operator"].pk):
        return rukmini(world["village_operator"])


def number_in(page: str) -> str:
    found = re.search(r'name="form_number" value="([^"]+)"', page)
    assert found, page[:3000]
    return found[1]


def events(world: World, kind: str = "") -> int:
    with acting_as(world["system"].pk):
        rows = Event.objects.all()
        return (rows.filter(kind=kind) if kind else rows).count()


def saved(client: Client, url: str, sealed: str, number: str) -> Any:
    return client.post(url, {"sealed": sealed, "save": "1", "form_number": number})


def test_an_event_that_is_sent_twice_is_recorded_once_and_leads_to_the_same_page(
    world: World, family: Family
) -> None:
    client = signed(world["village_operator"])
    url = address(family, "kelahiran")
    page, sealed = second_look(client, url, {**TOLD, "name": "Siti", "sex": 2, "relation": 3})
    before, number = events(world), number_in(page)
    first = saved(client, url, sealed, number)
    again = saved(client, url, sealed, number)
    assert (first.status_code, again.status_code) == (302, 302)
    assert first["Location"] == again["Location"]
    assert events(world) == before + 1
    assert "sudah tersimpan" in client.get(again["Location"]).content.decode()
    without = client.post(url, {"sealed": sealed, "save": "1"})
    assert without.status_code == 409, "without its number it is one that came too late"


def test_an_event_that_takes_the_family_out_of_sight_can_be_sent_again_too(
    world: World, family: Family
) -> None:
    client = signed(world["village_operator"])
    url = address(family, "pindah")
    page, sealed = second_look(client, url, {**TOLD, "words": "cipaku", "place": CIPAKU})
    before, number = events(world), number_in(page)
    answers = [saved(client, url, sealed, number) for _ in range(2)]
    assert [one.status_code for one in answers] == [302, 302]
    assert answers[0]["Location"] == answers[1]["Location"]
    assert client.get(url).status_code == 404, "it is out of sight now"
    assert events(world) == before + 1


def test_a_new_draft_that_is_begun_twice_is_one_draft(world: World) -> None:
    client, url = signed(world["village_operator"]), reverse("interview_new")
    number = number_in(client.get(url).content.decode())
    told = {"village": CIGENTUR, "observed_on_day": 3, "observed_on_month": 2}
    assert client.post(url, {**told, "form_number": number}).status_code == 422
    told |= {"observed_on_year": 2025, "form_number": number}
    first, again = client.post(url, told), client.post(url, told)
    assert first.status_code == 302, "what was wrong did not use the number up"
    assert again["Location"] == first["Location"]
    with acting_as(world["village_operator"].pk):
        assert Interview.objects.count() == 1
        assert client.post(url, {**told, "form_number": str(uuid.uuid4())}).status_code == 302
        assert Interview.objects.count() == 2, "another form is another draft"


def test_a_number_is_its_users_own_and_anything_else_is_none(world: World) -> None:
    url, number = reverse("interview_new"), str(uuid.uuid4())
    told = {"village": CIGENTUR, "observed_on_day": 3, "observed_on_month": 2}
    told |= {"observed_on_year": 2025}
    for name, sent in (
        ("village_operator", number),
        ("facilitator", number),
        ("village_operator", "no number"),
    ):
        answer = signed(world[name]).post(url, {**told, "form_number": sent})
        assert answer.status_code == 302
    with acting_as(world["village_operator"].pk):
        assert Interview.objects.count() == 2
    with acting_as(world["facilitator"].pk):
        assert Interview.objects.count() == 1
        assert SentForm.objects.count() == 1, "those of others are not there"


def test_numbers_are_forgotten_after_a_week(world: World) -> None:
    old = timezone.now() - timedelta(days=8)
    for at in (old, timezone.now()):
        as_owner(
            "INSERT INTO staff_sentform (user_id, number, at, led_to) VALUES "
            f"({world['facilitator'].pk}, '{uuid.uuid4()}', '{at.isoformat()}', '/')"
        )
    tasks.forget_sent_forms(0)
    with acting_as(world["facilitator"].pk):
        assert [one.at > old for one in SentForm.objects.all()] == [True]
