"""Nothing is shown unseen: an opening is an access row, a list with names is an entry."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from tepat.audit.models import Access, Entry
from tepat.registry.imports import queries as import_queries
from tepat.registry.interviews import actions
from tepat.registry.lists import queries as list_queries
from tepat.registry.models import Family, ImportJob, Interview, ListLoad
from tepat.registry.models.interviews import Interview as Visit
from tepat.staff.context import acting_as
from tests.console.found import find, page, signed
from tests.console.test_events_pages import TOLD, address, second_look
from tests.registry.imports.sending import check, family, member, send
from tests.registry.lists.loading import csv_list, look_up, send_list
from tests.registry.world import CIGENTUR, REGISTERED, World, make_world, rukmini

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(settings: Any, tmp_path: Path) -> World:
    settings.FILES = tmp_path / "files"
    return make_world()


@pytest.fixture
def near(world: World) -> Family:
    with acting_as(world["village_operator"].pk):
        return rukmini(world["village_operator"])


def entries(world: World, verb: str) -> list[Entry]:
    with acting_as(world["system"].pk):
        return list(Entry.objects.filter(verb=verb).order_by("pk"))


def openings(world: World, page: str) -> int:
    with acting_as(world["system"].pk):
        return Access.objects.filter(page=page).count()


def visit(world: World, near: Family) -> Interview:
    user = world["village_operator"]
    with acting_as(user.pk):
        return actions.begin_check(family_id=near.pk, observed_on=REGISTERED, acting_user=user)


def test_the_page_after_an_interview_names_members_and_is_an_opening(
    world: World, near: Family
) -> None:
    user, begun = world["village_operator"], visit(world, near)
    with acting_as(user.pk):
        content = actions.Content.opened(bytes(begun.content))
        member = next(one for one in content.members if one.name == "Asep Hidayat")
        member.answers["presence"] = 2
        begun.content = content.sealed()
        begun.save()
        actions.send(
            interview=begun.uuid,
            confirmed=[one.name for one in actions.to_check(begun, content)[1]],
            acting_user=user,
        )
    text = page(user, "interview", interview=begun.uuid).content.decode()
    assert "Asep Hidayat" in text
    assert openings(world, "interview_done") == 1


def test_asking_whether_to_discard_a_draft_of_a_family_is_an_opening(
    world: World, near: Family
) -> None:
    user, begun = world["village_operator"], visit(world, near)
    assert "Rukmini" in page(user, "interview_discard", interview=begun.uuid).content.decode()
    assert openings(world, "interview_discard") == 1
    with acting_as(user.pk):
        assert Visit.objects.get().state == "draft"


@pytest.mark.parametrize(
    ("route", "where"),
    [("place", {"place": CIGENTUR}), ("quality", {}), ("interviews", {})],
)
def test_a_list_with_names_is_written_down_with_its_length_and_no_name(
    world: World, near: Family, route: str, where: dict[str, Any]
) -> None:
    visit(world, near)
    find(world, near, ("no_head", "error"))
    user = world["village_operator"]
    assert "Rukmini" in page(user, route, **where).content.decode()
    (entry,) = entries(world, "read_list")
    assert (entry.actor_id, entry.details["shown"]) == (user.pk, 1)
    assert "Rukmini" not in str(entry.details)


def test_letters_of_a_name_are_not_kept_in_the_audit(world: World, near: Family) -> None:
    client = signed(world["village_operator"])
    answer = client.post(reverse("place", kwargs={"place": CIGENTUR}), {"huruf": "Ruk"})
    assert "Rukmini" in answer.content.decode()
    (entry,) = entries(world, "read_list")
    assert entry.details["letters"] is True
    assert "Ruk" not in str(entry.details)


def test_a_number_typed_into_an_event_is_a_search(world: World, near: Family) -> None:
    operator = world["village_operator"]
    with acting_as(operator.pk):
        other = rukmini(operator, number="3204330101100008")
    url = address(other, "masuk")
    form = {"nik": "3204330206910007", "relation": 3, **TOLD}
    told, _ = second_look(signed(operator), url, form)
    assert "Asep Hidayat" in told
    found = entries(world, "search_number")
    assert [one.details for one in found] == [{"found": 1, "page": "event", "elsewhere": 0}]
    assert "3204330206910007" not in str(found[0].details)


def test_a_family_number_typed_into_a_merger_is_a_search(world: World, near: Family) -> None:
    operator = world["village_operator"]
    with acting_as(operator.pk):
        other = rukmini(operator, number="3204330101100008")
    signed(operator).post(
        address(other, "gabung-kk"), {"base_version": 1, "other_number": "3204330101100007", **TOLD}
    )
    assert [one.details["found"] for one in entries(world, "search_number")] == [1]


@pytest.fixture
def checked(world: World) -> ImportJob:
    rows = [member(f"P{n}", "F1", relation=n, nik="12") for n in range(1, 6)]
    return check(world, send(world, [family("F1")], rows))


@pytest.fixture
def looked_up(world: World) -> ListLoad:
    numbers = (f"320433020691{n:04d}" for n in range(5))
    return look_up(send_list(world, csv_list(*numbers)))


def reader(world: World) -> Client:
    return signed(world["auditor"])


def test_findings_of_an_import_are_written_down_on_screen_and_as_a_file(
    world: World, checked: ImportJob
) -> None:
    client, where = reader(world), {"job": checked.pk}
    assert "P1" in client.get(reverse("import_findings", kwargs=where)).content.decode()
    answer: Any = client.get(reverse("import_findings_file", kwargs=where))
    assert b"P1" in b"".join(answer.streaming_content)
    for verb in ("read_import_findings", "export_import_findings"):
        (entry,) = entries(world, verb)
        said = (entry.actor_id, entry.subject, entry.subject_id, entry.home_id)
        assert said == (world["auditor"].pk, "import", checked.pk, checked.home_id)


def test_rows_of_a_list_are_written_down_on_screen_and_as_a_file(
    world: World, looked_up: ListLoad
) -> None:
    client, where = reader(world), {"load": looked_up.pk}
    assert "0001" in client.get(reverse("list_rows", kwargs=where)).content.decode()
    answer: Any = client.get(reverse("list_rows_file", kwargs=where))
    assert b"0001" in b"".join(answer.streaming_content)
    for verb in ("read_list_rows", "export_list_rows"):
        (entry,) = entries(world, verb)
        said = (entry.actor_id, entry.subject, entry.subject_id, entry.home_id)
        assert said == (world["auditor"].pk, "list", looked_up.pk, looked_up.home_id)


def streamed(rows: Iterator[bytes]) -> tuple[list[str], set[int]]:
    """The lines of a file without their reasons, and how deep in transactions they were given."""
    outside = len(connection.savepoint_ids)
    text, depths = b"", set()
    for part in rows:
        text += part
        depths.add(len(connection.savepoint_ids) - outside)
    return text.decode("utf-8-sig").splitlines(), depths


def test_a_file_is_read_in_pages_and_no_transaction_waits_for_its_reader(
    world: World, checked: ImportJob, looked_up: ListLoad, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = world["auditor"].pk

    def files() -> list[tuple[list[str], set[int]]]:
        return [
            streamed(import_queries.findings_file(job=checked.pk, user=user, language="id")),
            streamed(list_queries.rows_file(load=looked_up.pk, user=user, language="id")),
        ]

    whole = files()
    assert all(len(lines) > 5 for lines, _ in whole)
    monkeypatch.setattr(import_queries, "AT_ONCE", 2)
    monkeypatch.setattr(list_queries, "AT_ONCE", 2)
    paged = files()
    assert [lines for lines, _ in paged] == [lines for lines, _ in whole]
    assert [depths for _, depths in paged] == [{0}, {0}]
