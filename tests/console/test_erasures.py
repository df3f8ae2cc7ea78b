"""Erasing a person by way of the pages: one asks, another decides, nobody else sees it."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from tepat.audit.models import Access, Entry
from tepat.registry.models import Erasure, Family, Membership, PersonRecord
from tepat.staff.context import acting_as
from tests.console.found import page, signed
from tests.registry.world import World, make_world, rukmini

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def family(world: World) -> Family:
    with acting_as(world["village_operator"].pk):
        return rukmini(world["village_operator"])


def son(world: World, family: Family) -> int:
    with acting_as(world["system"].pk):
        return Membership.objects.get(family=family, relation=3).person_id


def ask(world: World, family: Family, by: str = "kabupaten_verifier", **more: Any) -> Any:
    said = {"person": son(world, family), "reason": "permintaan warga", "document": "17/2026"}
    where = reverse("family_erasure", kwargs={"family": family.uuid})
    return signed(world[by]).post(where, said | more)


def asked(world: World) -> Erasure:
    with acting_as(world["system"].pk):
        return Erasure.objects.get()


def decide(world: World, by: str, **said: str) -> Any:
    where = reverse("erasure", kwargs={"erasure": asked(world).pk})
    return signed(world[by]).post(where, said)


def name_of(world: World, person: int) -> str | None:
    with acting_as(world["system"].pk):
        return PersonRecord.objects.get(person_id=person, valid_to=None).name


def test_a_request_is_made_on_the_familys_page_and_granted_by_the_ministry(
    world: World, family: Family
) -> None:
    person = son(world, family)
    assert ask(world, family).status_code == 302
    text = page(world["ministry_approver"], "erasures").content.decode()
    assert "Asep Hidayat" in text
    assert "Menunggu putusan" in text
    done = decide(world, "ministry_approver", decision="grant", meant="on", answer="")
    assert done.status_code == 302
    assert name_of(world, person) is None
    after = page(world["ministry_approver"], "erasures").content.decode()
    assert "Asep Hidayat" not in after
    assert "Sudah dihapus" in after
    detail = page(world["ministry_approver"], "erasure", erasure=asked(world).pk).content.decode()
    assert "17/2026" not in detail


def test_granting_needs_its_confirmation_and_refusing_its_reason(
    world: World, family: Family
) -> None:
    person = son(world, family)
    ask(world, family)
    assert decide(world, "ministry_approver", decision="grant").status_code == 422
    assert decide(world, "ministry_approver", decision="refuse").status_code == 422
    assert decide(world, "ministry_approver").status_code == 422 or asked(world).granted is None
    assert name_of(world, person) == "Asep Hidayat"
    refused = decide(world, "ministry_approver", decision="refuse", answer="dokumen tidak cocok")
    assert refused.status_code == 302
    assert asked(world).granted is False
    assert name_of(world, person) == "Asep Hidayat"


def test_only_the_ministrys_approver_decides_and_only_what_another_asked(
    world: World, family: Family
) -> None:
    ask(world, family, by="ministry_analyst")
    for name in ("kabupaten_verifier", "ministry_analyst", "auditor", "village_operator"):
        answer = decide(world, name, decision="grant", meant="on")
        assert answer.status_code == 200, "the page without the form"
        assert "Putusan" not in answer.content.decode()
    assert asked(world).granted is None


def test_a_request_without_reason_or_for_a_stranger_is_not_made(
    world: World, family: Family
) -> None:
    assert ask(world, family, reason=" ").status_code == 422
    assert ask(world, family, document="").status_code == 422
    assert ask(world, family, person=999_999).status_code == 422
    with acting_as(world["system"].pk):
        assert not Erasure.objects.exists()
    assert ask(world, family).status_code == 302
    assert ask(world, family).status_code == 422, "asked twice"


def test_a_foreign_region_neither_asks_nor_sees(world: World, family: Family) -> None:
    ask(world, family)
    number = asked(world).pk
    assert page(world["far_operator"], "erasure", erasure=number).status_code == 404
    assert "Asep" not in page(world["far_operator"], "erasures").content.decode()
    for name in ("village_operator", "facilitator", "auditor", "ministry_approver"):
        where = reverse("family_erasure", kwargs={"family": family.uuid})
        assert signed(world[name]).get(where).status_code == 403
    assert page(world["administrator"], "erasures").status_code == 403


@pytest.mark.parametrize(("decision", "openings"), [("open", 1), ("refuse", 1), ("grant", 0)])
def test_reading_a_request_that_names_a_person_is_an_opening_of_the_family(
    world: World, family: Family, decision: str, openings: int
) -> None:
    ask(world, family)
    if decision != "open":
        decide(world, "ministry_approver", decision=decision, meant="on", answer="dokumen 17/2026")
    auditor = world["auditor"]
    text = page(auditor, "erasure", erasure=asked(world).pk).content.decode()
    with acting_as(auditor.pk):
        found = Access.objects.filter(actor_id=auditor.pk, reason="erasure").count()
    assert found == openings == ("Asep Hidayat" in text)


def test_the_list_of_requests_is_written_down_while_it_names_somebody(
    world: World, family: Family
) -> None:
    auditor = world["auditor"]

    def entries() -> int:
        page(auditor, "erasures")
        with acting_as(auditor.pk):
            return Entry.objects.filter(verb="read_list", actor_id=auditor.pk).count()

    assert entries() == 0, "nobody is named"
    ask(world, family)
    assert entries() == 1
    decide(world, "ministry_approver", decision="grant", meant="on", answer="")
    assert entries() == 1, "nobody is named any more"
