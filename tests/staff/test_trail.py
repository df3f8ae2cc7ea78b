"""The audit's pages: what auditors find, page by page, and take away as a file."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tepat.audit.actions import record, record_access
from tepat.audit.models import Entry
from tepat.audit.queries import Cursor, Wanted, entries, page
from tepat.staff.context import acting_as
from tests.database import as_owner
from tests.registry.world import CIGENTUR, KERTAJAYA, World, make_user, make_world

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def world() -> World:
    world = make_world()
    for name, home, seen in (("village_operator", CIGENTUR, 8), ("far_operator", KERTAJAYA, 7)):
        as_owner(
            "INSERT INTO registry_family (id, uuid, version, home_id) "
            f"VALUES ({seen}, gen_random_uuid(), 1, {home})"
        )
        user = world[name]
        with acting_as(user.pk):
            record(
                actor_id=user.pk, verb="record_birth", subject="family", subject_id=7, home_id=home
            )
            record(
                actor_id=user.pk,
                verb="keep_value",
                subject="family",
                subject_id=7,
                home_id=home,
                override=True,
                reason=f"=2+3 {name}",
                evidence="SK 12/2025",
            )
            record_access(
                actor_id=user.pk, family_id=seen, home_id=home, reason="search", page="family"
            )
    return world


def visit(world: World, name: str = "auditor") -> Client:
    client = Client()
    client.force_login(world[name], backend=BACKEND)
    return client


def first_cells(answer: Any) -> list[str]:
    return [row["cells"][0] for row in answer.context["table"]["rows"]]


def test_entries_are_filtered_by_act_user_place_and_time(world: World) -> None:
    client, address = visit(world), reverse("audit")
    far = world["far_operator"]
    assert len(first_cells(client.get(address))) == 4
    births = first_cells(client.get(address, {"tindakan": "record_birth"}))
    assert births == ["Mencatat kelahiran"] * 2
    assert len(first_cells(client.get(address, {"petugas": far.pk}))) == 2
    assert len(first_cells(client.get(address, {"wilayah": "Bandung"}))) == 2
    assert len(first_cells(client.get(address, {"hanya_putusan": "on"}))) == 2
    later = {"dari_day": 1, "dari_month": 1, "dari_year": 2099}
    assert first_cells(client.get(address, later)) == []
    earlier = {"sampai_day": 1, "sampai_month": 1, "sampai_year": 2099}
    assert len(first_cells(client.get(address, earlier))) == 4
    nowhere = client.get(address, {"wilayah": "Atlantis"})
    assert first_cells(nowhere) == []
    assert "Tidak ada wilayah" in nowhere.content.decode()


def test_overrides_show_reason_and_evidence(world: World) -> None:
    text = visit(world).get(reverse("audit_overrides")).content.decode()
    assert "SK 12/2025" in text
    assert "=2+3 far_operator" in text
    assert "Mencatat kelahiran" not in text


def test_openings_show_who_when_and_why(world: World) -> None:
    text = visit(world).get(reverse("audit_accesses")).content.decode()
    for word in ("Keluarga no. 7", "Far Operator", "Kertajaya, Cibatu, Garut", "search"):
        assert word in text


def test_an_auditor_of_one_kabupaten_sees_its_rows_only(world: World) -> None:
    from tests.registry.world import GARUT

    make_user("near_auditor", "auditor", GARUT)
    from tepat.staff.models import User

    client = Client()
    client.force_login(User.objects.get(username="near_auditor"), backend=BACKEND)
    for route in ("audit", "audit_overrides", "audit_accesses"):
        text = client.get(reverse(route)).content.decode()
        assert "Kertajaya" in text
        assert "Cigentur" not in text


def test_pages_go_back_and_forth_without_losing_or_repeating_a_row(world: World) -> None:
    auditor = world["auditor"]
    with acting_as(auditor.pk):
        for number in range(23):
            record(actor_id=auditor.pk, verb="look", subject="run", subject_id=number)
        seen: list[int] = []
        cursor, back = None, ""
        while True:
            found = page(entries(Wanted(verb="look")), cursor, 5)
            seen += [row.subject_id for row in found.rows]
            if not found.older:
                break
            cursor, back = Cursor.read(found.older, None), found.newer
        assert seen == list(range(22, -1, -1)), "in one transaction all have the same moment"
        assert back
        forth = page(entries(Wanted(verb="look")), Cursor.read(None, found.newer), 5)
        assert [row.subject_id for row in forth.rows] == [7, 6, 5, 4, 3]


@pytest.mark.parametrize("said", ["x", "1", "1-", "-1", "99999999999999999999-1", "1-1-1", "٣-١"])
def test_a_broken_address_gives_the_first_page(world: World, said: str) -> None:
    answer = visit(world).get(reverse("audit"), {"sebelum": said})
    assert answer.status_code == 200
    assert answer.context["page"].rows is not None


def test_the_file_has_all_rows_of_the_filter_and_no_formula(world: World) -> None:
    client = visit(world)
    answer = client.post(reverse("audit_export", args=["putusan-manual"]), {"wilayah": "Garut"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0][0] == "Putusan"
    assert [row[1] for row in rows[1:]] == ["Far Operator"]
    assert rows[1][5] == "'=2+3 far_operator"
    with acting_as(world["auditor"].pk):
        entry = Entry.objects.get(verb="export_audit")
        assert entry.details == {"place_id": "4", "overrides": "True"}


@pytest.mark.django_db(transaction=True)
def test_the_streamed_file_reads_as_its_reader_after_the_request_is_over(world: World) -> None:
    from tepat.staff.context import set_user

    for name, expected in (("auditor", 3), ("ministry_approver", 3)):
        answer = visit(world, name).post(reverse("audit_export", args=["pembukaan"]))
        set_user(None)
        text = b"".join(answer.streaming_content).decode("utf-8-sig")
        assert len(text.strip().splitlines()) == expected, name
        assert text.count("Keluarga no.") == 2


def test_a_file_is_made_by_post_only(world: World) -> None:
    assert visit(world).get(reverse("audit_export", args=["catatan"])).status_code == 405
    assert visit(world).post(reverse("audit_export", args=["lain"])).status_code == 404


def test_a_user_is_found_by_name_and_the_name_stands_in_no_address(world: World) -> None:
    answer = visit(world).post(reverse("audit_user"), {"nama": "far"})
    text = answer.content.decode()
    assert f"petugas={world['far_operator'].pk}" in text
    assert "far" not in answer.request["QUERY_STRING"]
