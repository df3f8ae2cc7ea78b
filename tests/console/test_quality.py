"""The work list: true for one's region, filtered, given out, downloaded."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tepat.audit.models import Entry
from tepat.registry.actions.writing import today
from tepat.registry.models import Family, Finding
from tepat.staff.context import acting_as
from tests.console.found import count, find, page, signed
from tests.registry.world import (
    BANDUNG,
    CIGENTUR,
    CIPAKU,
    GARUT,
    KERTAJAYA,
    World,
    make_world,
    rukmini,
)

pytestmark = pytest.mark.django_db
ERROR, WARNING, NOTE = "error", "warning", "note"


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def near(world: World) -> Family:
    with acting_as(world["village_operator"].pk):
        family = rukmini(world["village_operator"])
    find(world, family, ("kk_missing", WARNING), ("no_head", ERROR))
    find(world, family, ("nik_missing", ERROR), of=3)
    return family


@pytest.fixture
def far(world: World) -> Family:
    with acting_as(world["far_operator"].pk):
        family = rukmini(world["far_operator"], KERTAJAYA, number="3205140101100009")
    find(world, family, ("survey_overdue", WARNING))
    return family


def ids(world: World) -> list[int]:
    with acting_as(world["system"].pk):
        return list(Finding.objects.order_by("id").values_list("id", flat=True))


def test_the_list_says_what_is_wrong_with_whom_and_leads_to_the_family(
    world: World, near: Family
) -> None:
    text = page(world["village_operator"], "quality").content.decode()
    assert "3 temuan" in text
    assert "Rukmini" in text
    assert "Asep Hidayat" in text, "the member without a NIK"
    assert reverse("family", kwargs={"family": near.uuid}) in text
    assert "Bagikan" not in text, "an operator gives nothing out"
    assert "Bagikan" in page(world["kabupaten_verifier"], "quality").content.decode()


def test_a_foreign_region_is_not_listed_not_counted_and_cannot_be_asked_for(
    world: World, near: Family, far: Family
) -> None:
    for name in ("village_operator", "kabupaten_verifier"):
        text = page(world[name], "quality").content.decode()
        assert "3 temuan" in text
        assert str(far.uuid) not in text
        assert page(world[name], "quality", f"?wilayah={GARUT}").status_code == 404
    count(world)
    country = page(world["auditor"], "quality").content.decode()
    assert "4 temuan" in country
    assert "hitungan terakhir" in country, "of the country, numbers are dated"
    there = page(world["auditor"], "quality", f"?wilayah={GARUT}").content.decode()
    assert str(far.uuid) in there
    assert str(near.uuid) not in there


@pytest.mark.parametrize(
    ("query", "many"),
    [
        ("?aturan=nik_missing", 1),
        ("?tingkat=error", 2),
        ("?tingkat=note", 0),
        ("?tugas=free", 2),
        ("?tugas=given", 1),
        ("?terlambat=on", 1),
        (f"?wilayah={CIGENTUR}", 3),
        (f"?wilayah={CIPAKU}", 0),
    ],
)
def test_each_filter_narrows_the_list(world: World, near: Family, query: str, many: int) -> None:
    with acting_as(world["kabupaten_verifier"].pk):
        Finding.objects.filter(rule="no_head").update(
            assigned_place=CIGENTUR,
            assigned_by=world["kabupaten_verifier"],
            assigned_at="2026-01-01T00:00:00Z",
            due_on="2026-01-02",
        )
    text = page(world["kabupaten_verifier"], "quality", query).content.decode()
    assert text.count('name="pilih"') == many


def test_a_filter_that_is_no_filter_is_no_page(world: World, near: Family) -> None:
    assert page(world["kabupaten_verifier"], "quality", "?aturan=nonsense").status_code == 404
    assert page(world["kabupaten_verifier"], "quality", "?wilayah=x").status_code == 404


def test_findings_are_given_to_their_villages_and_stand_with_its_operator(
    world: World, near: Family
) -> None:
    client = signed(world["kabupaten_verifier"])
    due = today() + timedelta(days=14)
    asked = client.post(reverse("quality_assign"), {"semua": "1", "tingkat": "error"})
    assert "Bagikan 2 temuan" in asked.content.decode()
    with acting_as(world["system"].pk):
        assert not Finding.objects.filter(assigned_at__isnull=False).exists(), "only asked yet"
    done = client.post(
        reverse("quality_assign"),
        {"semua": "1", "tingkat": "error", "to": "", **until(due), "kirim": "1"},
    )
    assert done.status_code == 302
    with acting_as(world["system"].pk):
        given = Finding.objects.filter(assigned_place=CIGENTUR, due_on=due)
        assert set(given.values_list("rule", flat=True)) == {"no_head", "nik_missing"}
        entry = Entry.objects.get(verb="assign_findings")
        assert entry.details["findings"] == 2
    mine = page(world["village_operator"], "quality", "?tugas=mine").content.decode()
    assert "2 temuan" in mine
    assert "Petugas Cigentur" in mine
    theirs = page(world["far_operator"], "quality", "?tugas=mine").content.decode()
    assert "Petugas Cigentur" not in theirs


def until(day: date) -> dict[str, int]:
    """A day in the three boxes that ask for it."""
    return {"due_on_day": day.day, "due_on_month": day.month, "due_on_year": day.year}


def test_findings_are_given_to_one_person_who_works_there_and_to_no_other(
    world: World, near: Family
) -> None:
    client = signed(world["head_of_office"])
    chosen = {"pilih": [str(one) for one in ids(world)[:1]], "kirim": "1"}
    facilitator, stranger = world["facilitator"].pk, world["far_operator"].pk
    assert client.post(reverse("quality_assign"), {**chosen, "to": stranger}).status_code == 422
    late = {**chosen, "to": facilitator, **until(today() - timedelta(days=1))}
    assert client.post(reverse("quality_assign"), late).status_code == 422
    assert client.post(reverse("quality_assign"), {**chosen, "to": facilitator}).status_code == 302
    with acting_as(world["system"].pk):
        assert Finding.objects.get(assigned_at__isnull=False).assigned_to_id == facilitator
    assert "1 temuan" in page(world["facilitator"], "quality", "?tugas=mine").content.decode()


def test_only_verifiers_and_heads_give_out_and_only_what_they_see(
    world: World, near: Family, far: Family
) -> None:
    everything = {"pilih": [str(one) for one in ids(world)], "kirim": "1", "to": ""}
    for name in ("village_operator", "facilitator", "ministry_approver", "auditor"):
        assert signed(world[name]).post(reverse("quality_assign"), everything).status_code == 403
    signed(world["kabupaten_verifier"]).post(reverse("quality_assign"), everything)
    with acting_as(world["system"].pk):
        free = Finding.objects.filter(assigned_at=None)
        assert set(free.values_list("family_id", flat=True)) == {far.pk}


def test_a_long_list_is_paged_by_key_in_both_directions(world: World, near: Family) -> None:
    with acting_as(world["system"].pk):
        for number in range(120):
            Finding.objects.create(
                rule="attending_age",
                severity=NOTE,
                family=near,
                column=str(number),
                home_id=CIGENTUR,
            )
    every = ids(world)
    user = world["kabupaten_verifier"]

    def shown(query: str) -> list[int]:
        import re

        text = page(user, "quality", query).content.decode()
        return [int(one) for one in re.findall(r'name="pilih" value="(\d+)"', text)]

    first = shown("")
    second = shown(f"?sesudah={first[-1]}")
    third = shown(f"?sesudah={second[-1]}")
    assert first + second + third == every
    assert shown(f"?sebelum={third[0]}") == second
    assert shown(f"?sebelum={second[0]}") == first


def test_the_file_holds_the_filtered_list_without_names_and_without_formulas(
    world: World, near: Family, far: Family
) -> None:
    with acting_as(world["system"].pk):
        Finding.objects.filter(rule="kk_missing").update(value_shown="=2+2")
    answer = signed(world["kabupaten_verifier"]).post(reverse("quality_export"), {})
    text = b"".join(answer.streaming_content).decode()
    lines = text.strip().splitlines()
    assert len(lines) == 4
    assert str(far.uuid) not in text
    assert "Rukmini" not in text
    assert "'=2+2" in text
    assert ",=2+2" not in text
    with acting_as(world["system"].pk):
        assert Entry.objects.filter(verb="export_findings").count() == 1
    assert signed(world["auditor"]).get(reverse("quality_export")).status_code == 405


def test_the_page_asks_the_same_number_of_questions_for_one_finding_and_for_fifty(
    world: World, near: Family
) -> None:
    user = world["kabupaten_verifier"]

    def questions() -> int:
        page(user, "quality")
        with CaptureQueriesContext(connection) as asked:
            assert page(user, "quality", f"?wilayah={BANDUNG}").status_code == 200
        return len(asked)

    few = questions()
    with acting_as(world["system"].pk):
        for number in range(60):
            Finding.objects.create(
                rule="attending_age",
                severity=NOTE,
                family=near,
                column=str(number),
                home_id=CIGENTUR,
            )
    assert questions() == few
