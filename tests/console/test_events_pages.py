"""The forms of events: filled in, looked at again, saved, and refused where they must be."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.db.models import Q
from django.test import Client

from tepat.audit.models import Entry
from tepat.registry.actions.members import Told, record_birth, record_leave
from tepat.registry.actions.people import PersonFacts, present_facts
from tepat.registry.event_forms.kinds import KINDS
from tepat.registry.models import Event, Family, FamilyRecord, Membership, Person, PersonRecord
from tepat.staff.context import acting_as
from tests.registry.world import KERTAJAYA, World, make_world, rukmini

pytestmark = pytest.mark.django_db

NEW_NIK = "3204334404930001"


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def family(world: World) -> Family:
    operator = world["village_operator"]
    with acting_as(operator.pk):
        return rukmini(operator)


@pytest.fixture
def operator(world: World) -> Client:
    return signed_in(world, "village_operator")


def signed_in(world: World, name: str) -> Client:
    client = Client()
    client.force_login(world[name], backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def person(name: str) -> int:
    return PersonRecord.objects.filter(name=name).values_list("person_id", flat=True)[0]


def day(on: date, name: str = "on") -> dict[str, Any]:
    return {f"{name}_day": on.day, f"{name}_month": on.month, f"{name}_year": on.year}


TOLD = {"source": "Laporan keluarga", **day(date(2025, 3, 3))}


def address(family: Family, kind: str) -> str:
    return f"/keluarga/{family.uuid}/peristiwa/{kind}/"


def version_in(client: Client, url: str) -> str:
    page = client.get(url).content.decode()
    found = re.search(r'name="base_version" value="(\d+)"', page)
    assert found, page[:2000]
    return found[1]


def second_look(client: Client, url: str, data: dict[str, Any]) -> tuple[str, str]:
    """Send a form; the page in between and what it sealed."""
    answer = client.post(url, {"base_version": version_in(client, url), **data})
    page = answer.content.decode()
    assert answer.status_code == 200, said(page)
    found = re.search(r'name="sealed" value="([^"]+)"', page)
    assert found, said(page)
    return page, found[1]


def said(page: str) -> str:
    """The words of a page's main part, for a failing test."""
    main = page[page.find("<main") :]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))[:1500]


def record(client: Client, family: Family, kind: str, data: dict[str, Any]) -> str:
    """Fill in, look again, save; the page in between."""
    url = address(family, kind)
    page, sealed = second_look(client, url, {**TOLD, **data})
    answer = client.post(url, {"sealed": sealed, "save": "1"})
    assert answer.status_code == 302, said(answer.content.decode())
    return page


def living(family: Family) -> dict[str, int | None]:
    rows = Membership.objects.filter(family=family, superseded_by=None, valid_to=None)
    names = dict(
        PersonRecord.objects.filter(superseded_by=None, valid_to=None).values_list(
            "person_id", "name"
        )
    )
    return {str(names[row.person_id]): row.relation for row in rows}


@pytest.mark.parametrize("kind", KINDS)
def test_each_form_opens_with_the_version_its_writer_saw(
    operator: Client, family: Family, kind: str
) -> None:
    assert version_in(operator, address(family, kind)) == str(family.version)
    listed = operator.get(f"/keluarga/{family.uuid}/peristiwa/").content.decode()
    assert address(family, kind) in listed


def test_the_events_of_members_end_in_the_record(
    world: World, operator: Client, family: Family
) -> None:
    user = world["village_operator"]
    with acting_as(user.pk):
        rukmini_id, asep, dewi = (person(n) for n in ("Rukmini", "Asep Hidayat", "Dewi Lestari"))
    record(operator, family, "kelahiran", {"name": "Sari", "sex": "2", "relation": "5"})
    page = record(
        operator,
        family,
        "perkawinan",
        {"person": asep, "name": "Lilis", "nik": NEW_NIK, "sex": "2", "relation": "4"},
    )
    assert NEW_NIK not in page and "3204••••••••0001" in page
    record(operator, family, "masuk", {"name": "Ujang", "sex": "1", "relation": "8"})
    record(operator, family, "keluar", {"person": dewi, "why": "moved"})
    record(
        operator,
        family,
        "kematian",
        {**day(date(2025, 4, 4)), "person": rukmini_id, "new_head": asep, f"relation_{dewi}": ""},
    )
    with acting_as(user.pk):
        assert living(family) == {"Asep Hidayat": 1, "Rizki": 5, "Sari": 5, "Lilis": 4, "Ujang": 8}
        kinds = set(Event.objects.filter(family=family).values_list("kind", flat=True))
        assert {"birth", "marriage", "join", "leave", "death"} <= kinds


def test_the_head_changes_and_a_person_is_corrected_as_an_override(
    world: World, operator: Client, family: Family
) -> None:
    user = world["village_operator"]
    with acting_as(user.pk):
        rukmini_id, asep = person("Rukmini"), person("Asep Hidayat")
    record(operator, family, "kepala", {"new_head": asep, f"relation_{rukmini_id}": "6"})
    url = address(family, "perbaikan-orang")
    base = version_in(operator, url)
    bare = operator.post(url, {"base_version": base, **TOLD, "person": asep, "nik": NEW_NIK})
    assert bare.status_code == 422 and "Isi" in said(bare.content.decode())
    record(
        operator,
        family,
        "perbaikan-orang",
        {"person": asep, "nik": NEW_NIK, "document": "KTP", "note": "salah ketik"},
    )
    with acting_as(user.pk):
        assert living(family)["Asep Hidayat"] == 1
        assert present_facts(Person.objects.get(pk=asep)).nik == NEW_NIK
        entry = Entry.objects.filter(override=True).get()
        assert (entry.reason, entry.evidence) == ("salah ketik", "KTP")


def test_a_family_splits_moves_and_gets_a_number(
    world: World, operator: Client, family: Family
) -> None:
    user = world["village_operator"]
    with acting_as(user.pk):
        asep = person("Asep Hidayat")
    record(
        operator,
        family,
        "pecah-kk",
        {f"goes_{asep}": "1", "kk_number": "3204330505250009", "address": "Kp. Baru"},
    )
    record(operator, family, "nomor-kk", {"kk_number": "3204330505250010"})
    record(
        operator,
        family,
        "perbaikan-alamat",
        {"address": "Jl. Mawar 2", "latitude": "-7,06", "longitude": "107,76"},
    )
    with acting_as(user.pk):
        new = Family.objects.exclude(pk=family.pk).get()
        assert living(new) == {"Asep Hidayat": 1}
        last = FamilyRecord.objects.get(family=family, superseded_by=None, valid_to=None)
        assert last.address == "Jl. Mawar 2" and str(last.latitude) == "-7.060000"
    record(
        operator,
        new,
        "gabung-kk",
        {"other_number": "3204 3305 0525 0010", f"becomes_{asep}": "3"},
    )
    url = address(family, "pindah")
    none = operator.post(url, {"base_version": version_in(operator, url), **TOLD, "words": "Zzz"})
    assert none.status_code == 422 and "Tidak ada desa" in said(none.content.decode())
    asked = operator.post(
        url, {"base_version": version_in(operator, url), **TOLD, "words": "kertajaya"}
    )
    assert asked.status_code == 422 and "Desa Kertajaya, Kec. Cibatu" in said(
        asked.content.decode()
    )
    record(operator, family, "pindah", {"words": "kertajaya", "place": str(KERTAJAYA)})
    assert operator.get(url).status_code == 404
    with acting_as(world["far_operator"].pk):
        assert "Asep Hidayat" in living(family)


def test_a_whole_family_leaves(world: World, operator: Client, family: Family) -> None:
    record(operator, family, "pergi", {})
    with acting_as(world["village_operator"].pk):
        assert living(family) == {}
    back = {"name": "Ujang", "sex": "1", "relation": "8", **day(date(2025, 8, 1))}
    record(operator, family, "masuk", back)
    with acting_as(world["village_operator"].pk):
        assert living(family) == {"Ujang": 8}


def test_who_comes_second_sees_what_changed_and_goes_on(
    world: World, operator: Client, family: Family
) -> None:
    user = world["village_operator"]
    url = address(family, "kelahiran")
    data = {**TOLD, "name": "Sari", "sex": "2", "relation": "5"}
    _, sealed = second_look(operator, url, data)
    facilitator = world["facilitator"]
    with acting_as(facilitator.pk):
        record_birth(
            family_id=family.pk,
            child=PersonFacts("Bayu", None, 1),
            relation=5,
            told=Told(date(2025, 3, 1), "posyandu"),
            acting_user=facilitator,
        )
    answer = operator.post(url, {"sealed": sealed, "save": "1"})
    page = answer.content.decode()
    assert answer.status_code == 409 and "Bayu masuk keluarga" in page
    assert "Facilitator" in page and "posyandu" in page
    with acting_as(user.pk):
        assert "Sari" not in living(family)
    again = re.search(r'name="sealed" value="([^"]+)"', page)
    assert again
    look = operator.post(url, {"sealed": again[1]})
    assert look.status_code == 200 and "Sari" in look.content.decode()
    last = re.search(r'name="sealed" value="([^"]+)"', look.content.decode())
    assert last and operator.post(url, {"sealed": last[1], "save": "1"}).status_code == 302
    with acting_as(user.pk):
        assert {"Sari", "Bayu"} <= set(living(family))


def test_a_form_takes_no_person_of_another_family(
    world: World, operator: Client, family: Family
) -> None:
    user = world["village_operator"]
    with acting_as(user.pk):
        rukmini(user, number="3204330101100099")
        stranger = Membership.objects.exclude(family=family).first()
        assert stranger is not None
    url = address(family, "kematian")
    data = {"base_version": version_in(operator, url), **TOLD, "person": stranger.person_id}
    answer = operator.post(url, data)
    assert answer.status_code == 422 and "Pilih salah satu" in answer.content.decode()


def test_families_of_other_regions_do_not_exist_here(world: World, family: Family) -> None:
    far = signed_in(world, "far_operator")
    for kind in KINDS:
        assert far.get(address(family, kind)).status_code == 404
        assert far.post(address(family, kind), TOLD).status_code == 404
    assert far.get(f"/keluarga/{family.uuid}/peristiwa/").status_code == 404
    near = signed_in(world, "village_operator")
    assert near.get(address(family, "zodiak")).status_code == 404


@pytest.mark.parametrize("role", ["auditor", "administrator", "ministry_analyst"])
def test_only_field_roles_record_events(world: World, family: Family, role: str) -> None:
    answer = signed_in(world, role).get(address(family, "kelahiran"))
    assert answer.status_code in (302, 403)
    assert "Catat kelahiran" not in answer.content.decode()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"name": "x" * 121}, "120"),
        ({"nik": "123"}, "NIK tidak berbentuk NIK"),
        ({"nik": "<script>alert(1)</script>"}, "NIK tidak berbentuk NIK"),
        ({"nik": "0000000000000000"}, "NIK tidak berbentuk NIK"),
        (day(date(2030, 1, 1)), "belum tiba"),
        ({"on_day": "31", "on_month": "2"}, "Tanggal ini tidak ada"),
        ({"on_year": "0"}, "Tanggal ini tidak ada"),
        ({"relation": "1"}, "Pilih salah satu"),
        ({"relation": "99"}, "Pilih salah satu"),
        ({"name": ""}, "Pilih atau isi"),
        ({"name": "Ana\x00"}, ""),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(
    operator: Client, family: Family, change: dict[str, Any], expected: str
) -> None:
    url = address(family, "kelahiran")
    good = {**TOLD, "name": "Sari", "sex": "2", "relation": "5", "base_version": family.version}
    assert operator.post(url, good).status_code == 200
    answer = operator.post(url, {**good, **change})
    page = answer.content.decode()
    assert answer.status_code == 422 and expected in page
    assert "<script>alert" not in page


def test_hostile_names_are_shown_as_they_are_and_change_nothing(
    world: World, operator: Client, family: Family
) -> None:
    name = "'; DROP TABLE x; -- <img src=x onerror=alert(1)>"
    page = record(operator, family, "kelahiran", {"name": name, "sex": "2", "relation": "5"})
    assert "<img src=x" not in page and "&lt;img src=x" in page
    with acting_as(world["village_operator"].pk):
        assert name in living(family)


def test_what_was_sealed_for_another_user_or_event_is_not_taken(
    world: World, operator: Client, family: Family
) -> None:
    url = address(family, "kelahiran")
    _, sealed = second_look(operator, url, {**TOLD, "name": "Sari", "sex": "2", "relation": "5"})
    other = signed_in(world, "facilitator").post(url, {"sealed": sealed, "save": "1"})
    assert other.status_code == 200 and "Sari" not in other.content.decode()
    elsewhere = operator.post(address(family, "pergi"), {"sealed": sealed, "save": "1"})
    broken = operator.post(url, {"sealed": sealed[:-8] + "AAAAAAAA", "save": "1"})
    for answer in (elsewhere, broken, operator.post(url, {"sealed": "x", "save": "1"})):
        assert answer.status_code == 200
    with acting_as(world["village_operator"].pk):
        assert "Sari" not in living(family) and len(living(family)) == 4


def test_a_day_that_contradicts_the_history_is_told_and_not_saved(
    world: World, operator: Client, family: Family
) -> None:
    user = world["village_operator"]
    with acting_as(user.pk):
        asep = person("Asep Hidayat")
    url = address(family, "kematian")
    data = {"source": "x", **day(date(2001, 1, 1)), "person": asep}
    _, sealed = second_look(operator, url, data)
    answer = operator.post(url, {"sealed": sealed, "save": "1"})
    assert answer.status_code == 422 and "bukan anggota" in answer.content.decode()
    with acting_as(user.pk):
        assert "Asep Hidayat" in living(family)


def test_a_known_person_joins_by_number_and_one_from_elsewhere_does_not(
    world: World, operator: Client, family: Family
) -> None:
    user, far = world["village_operator"], world["far_operator"]
    with acting_as(user.pk):
        other = rukmini(user, number="3204330101100099")
        nik = present_facts(
            Person.objects.get(memberships__in=Membership.objects.filter(family=other, relation=3))
        ).nik
    with acting_as(far.pk):
        rukmini(far, KERTAJAYA, number="3205330101100055")
    url = address(family, "masuk")
    base = version_in(operator, url)
    away = operator.post(
        url, {"base_version": base, **TOLD, "nik": "3204335703580055", "relation": "8"}
    )
    assert away.status_code == 422 and "di luar wilayah Anda" in away.content.decode()
    page = record(operator, family, "masuk", {"nik": nik, "relation": "8"})
    assert "Sudah terdaftar" in page and "Asep Hidayat, dipindahkan ke sini" in page
    with acting_as(user.pk):
        moved = Membership.objects.filter(Q(family=family), relation=8, valid_to=None).get()
        assert present_facts(moved.person).nik == nik
        assert len(living(other)) == 3


def test_somebody_who_left_meanwhile_is_not_taken_for_a_member(
    world: World, operator: Client, family: Family
) -> None:
    user = world["village_operator"]
    with acting_as(user.pk):
        asep = person("Asep Hidayat")
    url = address(family, "kematian")
    _, sealed = second_look(operator, url, {**TOLD, "person": asep})
    with acting_as(user.pk):
        record_leave(
            family_id=family.pk,
            person_id=asep,
            told=Told(date(2025, 2, 2), "x"),
            acting_user=user,
        )
    answer = operator.post(url, {"sealed": sealed, "save": "1"})
    assert answer.status_code == 422, "the person is no option any more"
    with acting_as(user.pk):
        assert PersonRecord.objects.filter(person=asep, died_on=None).exists()
