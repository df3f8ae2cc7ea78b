"""The search and a family's page in a browser."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from tepat.registry.actions.members import Told, record_birth
from tepat.registry.actions.observations import Answers, record_answers
from tepat.registry.actions.people import PersonFacts
from tepat.registry.models import Family
from tepat.staff.context import acting_as
from tests.console.browsing import faults_of, signed_in
from tests.registry.world import World, make_world, rukmini

pytestmark = pytest.mark.django_db(transaction=True)


def _lived(world: World) -> Family:
    operator = world["village_operator"]
    with acting_as(operator.pk):
        family = rukmini(operator)
        house = {"floor": 8, "floor_area": 36, "roof": 2, "wall": 1, "lighting": 1, "power": 1}
        for answers, day in ((house, date(2025, 2, 1)), ({"floor": 2}, date(2025, 9, 1))):
            record_answers(
                family_id=family.pk,
                family=Answers(answers, day, "survei lapangan"),
                people={},
                base_version=Family.objects.get().version,
                acting_user=operator,
            )
        record_birth(
            family_id=family.pk,
            child=PersonFacts("Sari", None, 2),
            relation=5,
            told=Told(date(2025, 10, 3), "bidan desa", "Akta 12/2025"),
            acting_user=operator,
        )
    return family


def test_search_and_family_page_are_sound_in_every_form(browser: Any, live_server: Any) -> None:
    world = make_world()
    family = _lived(world)
    operator = world["village_operator"]
    with signed_in(browser, live_server.url, operator) as context:
        address = live_server.url + reverse("family", kwargs={"family": family.uuid})
        assert faults_of(context, address, "family") == []
        assert faults_of(context, address + "?on=2025-03-01", "family_past") == []
        assert faults_of(context, live_server.url + reverse("families"), "search") == []


def test_a_family_is_found_by_keyboard_alone_and_without_scripts(
    browser: Any, live_server: Any
) -> None:
    world = make_world()
    _lived(world)
    operator = world["village_operator"]
    with signed_in(
        browser, live_server.url, operator, java_script_enabled=False, viewport=PHONE
    ) as context:
        page = context.new_page()
        page.goto(live_server.url + reverse("families"))
        page.focus("[name=text]")
        page.keyboard.type("hid ase")
        page.keyboard.press("Enter")
        page.wait_for_selector(".tp-found a")
        assert "Asep" not in page.url
        page.focus(".tp-found a")
        page.keyboard.press("Enter")
        page.wait_for_selector("h1:has-text('Keluarga Rukmini')")


PHONE = {"width": 360, "height": 740}
