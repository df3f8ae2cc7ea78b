"""Work list, places, first page and erasures in a browser, at three widths, in both languages."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from tepat.places.models import COUNTRY_ID
from tepat.registry.actions.erasure import ask_erasure
from tepat.registry.actions.families import FamilyFacts, NewMember, register_family
from tepat.registry.actions.members import Told
from tepat.registry.actions.people import PersonFacts
from tepat.registry.actions.writing import today
from tepat.registry.models import Erasure, Family, Finding, Membership
from tepat.staff.context import acting_as
from tests.console.browsing import faults_of, signed_in
from tests.console.found import count, find
from tests.registry.world import CIGENTUR, PASEH, PROVINCE, World, make_world, rukmini

pytestmark = pytest.mark.django_db(transaction=True)
NAMES = ("Siti Aminah", "Budi Santoso", "Maria Goreti", "Tatang Sutisna", "Yosef Wonda")


def lived_in() -> tuple[World, Family]:
    """A village with some families and findings, of which some were given out."""
    with transaction.atomic():
        world = make_world()
    operator = world["village_operator"]
    with acting_as(operator.pk):
        family = rukmini(operator)
        for number, name in enumerate(NAMES):
            made = register_family(
                facts=FamilyFacts(CIGENTUR, None, f"Kp. Sawah RT 0{number} RW 01"),
                members=[NewMember(PersonFacts(name, None, 1, date(1960 + 5 * number, 1, 1)), 1)],
                answers=None,
                told=Told(date(2025, 3, 1), "wawancara"),
                acting_user=operator,
            )
            find(world, made, ("kk_missing", "warning"), ("survey_overdue", "warning"))
    find(world, family, ("nik_missing", "error"), ("attending_age", "note"), of=3)
    find(world, family, ("nik_duplicate", "error"), of=1)
    with acting_as(world["kabupaten_verifier"].pk):
        Finding.objects.filter(severity="error").update(
            assigned_place=CIGENTUR,
            assigned_by=world["kabupaten_verifier"],
            assigned_at=datetime.now(UTC) - timedelta(days=9),
            due_on=today() - timedelta(days=2),
        )
    count(world)
    return world, family


@pytest.mark.parametrize("name", ["village_operator", "kabupaten_verifier", "ministry_approver"])
def test_the_pages_are_sound_in_every_form(browser: Any, live_server: Any, name: str) -> None:
    world, family = lived_in()
    verifier = world["kabupaten_verifier"]
    with acting_as(verifier.pk):
        person = Membership.objects.get(family=family, relation=3).person_id
        ask_erasure(
            family_id=family.pk,
            person_id=person,
            reason="Permintaan warga, surat terlampir",
            document="17/2026",
            acting_user=verifier,
        )
    pages: dict[str, list[tuple[str, str]]] = {
        "village_operator": [
            ("home_operator", reverse("front")),
            ("village", reverse("place", kwargs={"place": CIGENTUR})),
            ("family_to_mend", reverse("family", kwargs={"family": family.uuid})),
        ],
        "kabupaten_verifier": [
            ("quality", reverse("quality")),
            ("quality_rule", reverse("quality") + "?aturan=kk_missing"),
            ("quality_empty", reverse("quality") + "?tingkat=error&tugas=free"),
            ("place_kecamatan", reverse("place", kwargs={"place": PASEH})),
            ("place_part", reverse("place", kwargs={"place": PROVINCE})),
            ("erasure_ask", reverse("family_erasure", kwargs={"family": family.uuid})),
        ],
        "ministry_approver": [
            ("home_approver", reverse("front")),
            ("place_country", reverse("place", kwargs={"place": COUNTRY_ID})),
            ("erasures", reverse("erasures")),
            ("erasure", reverse("erasure", kwargs={"erasure": _request(world)})),
        ],
    }
    faults: list[str] = []
    with signed_in(browser, live_server.url, world[name]) as context:
        for title, address in pages[name]:
            faults += faults_of(context, live_server.url + address, title)
    assert faults == [], "\n".join(faults)


def _request(world: World) -> int:
    with acting_as(world["system"].pk):
        return Erasure.objects.get().pk


def test_findings_are_given_out_by_keyboard_without_scripts(browser: Any, live_server: Any) -> None:
    world, _ = lived_in()
    with signed_in(
        browser,
        live_server.url,
        world["kabupaten_verifier"],
        java_script_enabled=False,
        viewport={"width": 360, "height": 740},
    ) as context:
        page = context.new_page()
        page.goto(live_server.url + reverse("quality") + "?aturan=kk_missing")
        page.focus("[name=pilih]")
        page.keyboard.press("Space")
        page.focus("button:has-text('Bagikan yang dipilih')")
        page.keyboard.press("Enter")
        page.wait_for_selector("h1:has-text('Bagikan 1 temuan')")
        page.focus("[name=kirim]")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=1 temuan dibagikan")
    with acting_as(world["system"].pk):
        given = Finding.objects.filter(rule="kk_missing", assigned_place=CIGENTUR)
        assert given.count() == 1
