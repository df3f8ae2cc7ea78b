"""Interviews as staff write them: by pages, without scripts, as the application's role."""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from tepat.audit.models import Access, Entry
from tepat.registry.actions.families import move_family
from tepat.registry.actions.members import Told
from tepat.registry.interviews import actions, queries
from tepat.registry.interviews.content import Content, Member
from tepat.registry.models import (
    Family,
    FamilyObservation,
    Interview,
    Membership,
    PersonObservation,
    PersonRecord,
    Photo,
)
from tepat.staff.context import acting_as
from tests.registry.world import CIGENTUR, KERTAJAYA, World, make_world, rukmini

pytestmark = pytest.mark.django_db

NIK, KK = "3204335703580007", "3204330101100008"


@pytest.fixture
def world() -> World:
    return make_world()


def signed_in(world: World, name: str) -> Client:
    client = Client()
    client.force_login(world[name], backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def operator(world: World) -> Client:
    return signed_in(world, "village_operator")


DAY = {"observed_on_day": "3", "observed_on_month": "2", "observed_on_year": "2025"}


def post(client: Client, url: str, data: dict[str, Any], status: int = 302) -> Any:
    answer = client.post(url, data)
    assert answer.status_code == status, (answer.status_code, answer.content.decode()[:3000])
    return answer


def begun(client: Client, village: int = CIGENTUR) -> str:
    """The address of a new draft, at its first step."""
    answer = post(client, "/wawancara/baru/", {"village": village, **DAY})
    return str(answer["Location"]).removesuffix("place/")


def filled(client: Client) -> str:
    """A draft of a small family, ready to be sent."""
    base = begun(client)
    place = {"address": "Kp. Baru RT 01", "kk_number": KK, "homeless": "no", "family_size": "2"}
    post(client, f"{base}place/", place)
    for name, nik, relation, year, sex in (
        ("Rukmini", NIK, "1", "1958", "2"),
        ("Rizki", "", "5", "2016", "1"),
    ):
        who = str(post(client, f"{base}anggota/", {})["Location"])
        born = {
            "birth_date_day": "17",
            "birth_date_month": "3",
            "birth_date_year": year,
        }
        post(client, who, {"name": name, "nik": nik, "sex": sex, "relation": relation, **born})
    return base


def test_a_family_is_registered_by_form_and_then_checked_on_the_ground(
    world: World, operator: Client
) -> None:
    base = filled(operator)
    post(operator, f"{base}house/", {"floor": "8", "wall": "?", "housing": "1", "roof": ""})
    post(operator, f"{base}m1-life/", {"marital_status": "4", "works": "no"})
    page = operator.get(f"{base}periksa/").content.decode()
    assert NIK not in page and KK not in page and "3204••••••••0007" in page
    assert "NIK kosong" in page, "the boy has no NIK, and that is asked about"
    refused = post(operator, f"{base}periksa/", {}, 422)
    assert "belum Anda pastikan" in refused.content.decode()
    post(operator, f"{base}periksa/", {"confirm": re.findall(r'value="(\w+\.\w+)"', page)})
    user = world["village_operator"]
    with acting_as(user.pk):
        family = Family.objects.get()
        seen = FamilyObservation.objects.get(family=family)
        assert (seen.floor, seen.wall, seen.housing, seen.roof) == (8, None, 1, None)
        assert "wall" in seen.asked.columns and "roof" not in seen.asked.columns
        assert PersonObservation.objects.get().marital_status == 4
        assert set(Membership.objects.values_list("relation", flat=True)) == {1, 5}
        sent = Interview.objects.get()
        assert sent.state == "sent" and bytes(sent.content) == b"" and seen.uuid == sent.uuid

    start = str(post(operator, f"/keluarga/{family.uuid}/wawancara/", DAY)["Location"])
    house = operator.get(f"{start}house/").content.decode()
    assert "Tercatat: Tanah, 3 Februari 2025, wawancara." in house
    assert "Ditanyakan 3 Februari 2025, tidak terjawab." in house
    post(operator, f"{start}house/", {"floor": "6", "roof": "2"})
    post(operator, f"{start}periksa/", {})
    with acting_as(user.pk):
        latest = FamilyObservation.objects.order_by("-pk")[0]
        assert (latest.floor, latest.roof) == (6, 2)
        assert sorted(latest.asked.columns) == ["floor", "roof"]


def test_sending_twice_keeps_one_family(world: World, operator: Client) -> None:
    base = filled(operator)
    page = operator.get(f"{base}periksa/").content.decode()
    sure = {"confirm": re.findall(r'value="(\w+\.\w+)"', page)}
    post(operator, f"{base}periksa/", sure)
    again = post(operator, f"{base}periksa/", sure)
    assert again["Location"] == base
    with acting_as(world["village_operator"].pk):
        assert Family.objects.count() == 1 and PersonRecord.objects.count() == 2


@pytest.fixture
def family(world: World) -> Family:
    user = world["village_operator"]
    with acting_as(user.pk):
        return rukmini(user)


def checking(client: Client, family: Family) -> str:
    """The address of a draft of a ground check."""
    return str(post(client, f"/keluarga/{family.uuid}/wawancara/", DAY)["Location"])


def said(answer: Any) -> str:
    return str(answer.content.decode())


def kept(world: World, user: str = "village_operator") -> Content:
    with acting_as(world[user].pk):
        return queries.content_of(Interview.objects.get())


def test_not_asked_unknown_and_answered_are_three_things(
    world: World, operator: Client, family: Family
) -> None:
    base = checking(operator, family)
    page = said(operator.get(f"{base}house/"))
    assert "Tidak ditanyakan" in page and "Tidak tahu atau tidak menjawab" in page
    post(operator, f"{base}house/", {"wall": "4", "roof": "?", "housing": "", "floor_area": "36"})
    assert kept(world).family == {"wall": 4, "roof": None, "floor_area": 36}
    post(operator, f"{base}house/", {"wall": "", "floor_area_no_answer": "on"})
    assert kept(world).family == {"floor_area": None}
    both = {"floor_area": "36", "floor_area_no_answer": "on"}
    assert "Pilih salah satu" in said(post(operator, f"{base}house/", both, 422))


def test_what_does_not_apply_is_neither_asked_nor_taken(
    world: World, operator: Client, family: Family
) -> None:
    base = checking(operator, family)
    boy = said(operator.get(f"{base}m4-life/"))
    assert "pregnant" not in boy and 'name="schooling"' in boy
    post(operator, f"{base}m4-life/", {"pregnant": "yes", "schooling": "1"})
    assert kept(world).members[3].answers == {"schooling": 1}
    assert operator.get(f"{base}m4-work/").status_code == 404, "nothing of it applies"
    post(operator, f"{base}m4-life/", {"schooling": "2"})
    assert 'name="school_level"' in said(operator.get(f"{base}m4-work/"))
    post(operator, f"{base}water/", {"latrine": "6", "lighting": "4"})
    assert operator.get(f"{base}fittings/").status_code == 404
    post(operator, f"{base}place/", {"address": "x", "homeless": "yes"})
    assert operator.get(f"{base}house/").status_code == 404


@pytest.mark.parametrize(
    ("step", "data", "expected"),
    [
        ("house", {"floor": "99"}, "99"),
        ("house", {"floor": "<script>alert(1)</script>"}, "&lt;script&gt;"),
        ("house", {"floor_area": "998"}, "dari 1 sampai 997"),
        ("house", {"floor_area": "-1"}, "dari 1 sampai 997"),
        ("house", {"floor_area": "9" * 400}, "dari 1 sampai 997"),
        ("house", {"floor_area": "tiga"}, "dari 1 sampai 997"),
        ("water", {"gas_cylinder": "1e3"}, "dari 0 sampai 99"),
        ("land", {"cattle": "1000"}, "dari 0 sampai 999"),
        ("land", {"other_house": "mungkin"}, "mungkin"),
        ("place", {"address": "x" * 301}, "300"),
        ("place", {"latitude": "-7.06"}, "bujur"),
        ("place", {"latitude": "-91", "longitude": "107"}, "-90"),
        ("place", {"latitude": "NaN", "longitude": "107"}, "Lintang"),
        ("m1-who", {"presence": "5"}, "5"),
    ],
)
def test_an_answer_that_cannot_be_is_refused_at_its_field(
    world: World,
    operator: Client,
    family: Family,
    step: str,
    data: dict[str, Any],
    expected: str,
) -> None:
    base = checking(operator, family)
    page = said(post(operator, f"{base}{step}/", data, 422))
    assert "Ada yang perlu diperbaiki" in page and expected in page
    assert "<script>alert" not in page
    assert kept(world).family == {} and kept(world).done == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"nik": "320433570358000"}, "NIK tidak berbentuk NIK"),
        ({"nik": "3204337203580007"}, "NIK tidak berbentuk NIK"),
        ({"nik": "'; DROP TABLE--"}, "NIK tidak berbentuk NIK"),
        ({"name": ""}, "Pilih atau isi"),
        ({"name": "x" * 121}, "120"),
        ({"sex": "3"}, "3"),
        ({"relation": "9"}, "9"),
        ({"birth_date_year": "2099"}, "belum tiba"),
        ({"birth_date_day": "31", "birth_date_month": "2"}, "Tanggal ini tidak ada"),
    ],
)
def test_a_member_that_cannot_be_is_refused_at_the_field(
    world: World, operator: Client, change: dict[str, str], expected: str
) -> None:
    base = begun(operator)
    who = str(post(operator, f"{base}anggota/", {})["Location"])
    born = {"birth_date_day": "17", "birth_date_month": "3", "birth_date_year": "1958"}
    good = {"name": "Rukmini", "nik": NIK, "sex": "2", "relation": "1", **born}
    assert expected in said(post(operator, who, {**good, **change}, 422))
    post(operator, who, good)
    again = said(operator.get(who))
    assert NIK not in again and "Tersimpan: 3204••••••••0007" in again
    post(operator, who, {**good, "nik": ""})
    assert kept(world).members[0].nik == NIK, "an empty box keeps the number"


def test_two_members_with_one_number_or_two_heads_are_not_sent(
    world: World, operator: Client
) -> None:
    base = filled(operator)
    born = {"birth_date_day": "1", "birth_date_month": "1", "birth_date_year": "1990"}
    twin = {"name": "Ana", "nik": NIK, "sex": "2", "relation": "1", **born}
    who = str(post(operator, f"{base}anggota/", {})["Location"])
    assert "NIK yang sama" in said(post(operator, who, twin, 422))
    post(operator, who, {**twin, "nik": ""})
    page = said(operator.get(f"{base}periksa/"))
    assert "Keluarga dengan lebih dari satu kepala" in page
    sure = {"confirm": re.findall(r'value="(\w+\.\w+)"', page)}
    assert "tidak mungkin benar" in said(post(operator, f"{base}periksa/", sure, 422))
    post(operator, f"{base}anggota/", {"remove": "m3"})
    page = said(operator.get(f"{base}periksa/"))
    assert "lebih dari satu kepala" not in page


def test_a_number_that_lives_already_is_told_at_the_sending(
    world: World, operator: Client, family: Family
) -> None:
    base = filled(operator)
    page = said(operator.get(f"{base}periksa/"))
    sure = {"confirm": re.findall(r'value="(\w+\.\w+)"', page)}
    answer = said(post(operator, f"{base}periksa/", sure, 422))
    assert "NIK ini sudah terdaftar" in answer
    with acting_as(world["village_operator"].pk):
        assert Family.objects.count() == 1
        assert Interview.objects.get().state == "draft", "nothing of the draft is lost"


def test_two_windows_on_one_draft_keep_both_steps(
    world: World, operator: Client, family: Family
) -> None:
    base = checking(operator, family)
    second = signed_in(world, "village_operator")
    operator.get(f"{base}house/")
    second.get(f"{base}goods/")
    post(operator, f"{base}house/", {"floor": "6"})
    post(second, f"{base}goods/", {"car": "1"})
    assert kept(world).family == {"floor": 6, "car": 1}


def test_a_stale_visit_is_shown_beside_the_other_and_decided(
    world: World, operator: Client, family: Family
) -> None:
    base = checking(operator, family)
    post(operator, f"{base}house/", {"floor": "8", "wall": "4"})
    other = signed_in(world, "facilitator")
    theirs = checking(other, family)
    post(other, f"{theirs}house/", {"floor": "2"})
    post(other, f"{theirs}periksa/", {})
    post(operator, f"{base}periksa/", {})
    waiting = said(other.get("/wawancara/"))
    assert f"{base}versi/" in waiting, "others of the place see that it waits"
    page = said(operator.get(f"{base}versi/"))
    assert "Tanah" in page and "Keramik" in page and "Facilitator" in page
    seen = re.search(r'name="seen" value="(\d+)"', page)
    assert seen
    bare = post(operator, f"{base}versi/", {"seen": seen[1]}, 422)
    assert "Belum semua pertanyaan diputuskan" in said(bare)
    wild = {"seen": "x" * 40, "family.floor": "mine"}
    assert said(operator.post(f"{base}versi/", wild, follow=True)), "held again, not broken"
    post(operator, f"{base}versi/", {"seen": seen[1], "family.floor": "theirs"})
    with acting_as(world["village_operator"].pk):
        latest = FamilyObservation.objects.order_by("-pk")[0]
        assert sorted(latest.asked.columns) == ["wall"] and latest.wall == 4


def test_drafts_and_families_of_others_do_not_exist(
    world: World, operator: Client, family: Family
) -> None:
    base = checking(operator, family)
    steps = ("", "house/", "m1-who/", "foto/", "foto/front/", "periksa/", "buang/", "versi/")
    for name in ("facilitator", "far_operator"):
        stranger = signed_in(world, name)
        for step in steps:
            assert stranger.get(base + step).status_code == 404, (name, step)
            assert stranger.post(base + step, {"floor": "1"}).status_code in (404, 405), step
        assert stranger.post(f"{base}anggota/", {}).status_code == 404
    far = signed_in(world, "far_operator")
    assert far.get(f"/keluarga/{family.uuid}/wawancara/").status_code == 404
    assert far.post(f"/keluarga/{family.uuid}/wawancara/", DAY).status_code == 404
    assert operator.get(f"{base}zodiac/").status_code == 404
    assert operator.get(f"{base}m9-who/").status_code == 404
    wrong = post(operator, "/wawancara/baru/", {"village": KERTAJAYA, **DAY}, 422)
    assert "wilayah Anda" in said(wrong)


@pytest.mark.parametrize("role", ["auditor", "administrator", "ministry_analyst"])
def test_only_field_roles_write_interviews(world: World, family: Family, role: str) -> None:
    client = signed_in(world, role)
    for url in ("/wawancara/", "/wawancara/baru/", f"/keluarga/{family.uuid}/wawancara/"):
        assert client.get(url).status_code in (302, 403), url
    assert Client().get("/wawancara/").status_code == 302


def shot(kind: str = "JPEG") -> bytes:
    out = BytesIO()
    Image.new("RGB", (900, 600), "teal").save(out, kind)
    return out.getvalue()


def test_photos_are_taken_shown_and_written_down(
    world: World, operator: Client, family: Family, tmp_path: Path, settings: Any
) -> None:
    settings.FILES = tmp_path
    base = checking(operator, family)
    url = f"{base}foto/"
    svg = SimpleUploadedFile("rumah.jpg", b"<svg><script>alert(1)</script></svg>", "image/jpeg")
    refused = post(operator, url, {"kind": "front", "front-photo": svg}, 422)
    assert "bukan foto yang dapat dibaca" in said(refused) and "<svg><script>" not in said(refused)
    post(operator, url, {"kind": "front"}, 422)
    assert operator.post(url, {"kind": "../x", "front-photo": svg}).status_code == 200
    assert not (tmp_path / "photos").exists() or not list((tmp_path / "photos").iterdir())
    photo = SimpleUploadedFile("x.svg", shot("PNG"), "text/html")
    post(operator, url, {"kind": "front", "front-photo": photo})
    answer = operator.get(f"{base}foto/front/")
    assert answer["Content-Type"] == "image/jpeg" and answer.content[:2] == b"\xff\xd8"
    post(operator, f"{base}periksa/", {})
    with acting_as(world["village_operator"].pk):
        sent = Photo.objects.get(family=family)
    assert operator.get(f"{base}foto/front/").status_code == 404  # nobody would write that down
    shown = f"/keluarga/{family.uuid}/foto/{sent.uuid}/"
    auditor = signed_in(world, "facilitator")
    answer = auditor.get(shown)
    assert answer.status_code == 200 and answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "no-store, private"
    assert signed_in(world, "far_operator").get(shown).status_code == 404
    with acting_as(world["village_operator"].pk):
        other = rukmini(world["village_operator"], number="3204330101100099")
    assert operator.get(f"/keluarga/{other.uuid}/foto/{sent.uuid}/").status_code == 404
    with acting_as(world["auditor"].pk):
        looked = Access.objects.filter(reason="photo", family_id=family.pk)
        assert [one.actor_id for one in looked] == [world["facilitator"].pk]


def test_a_draft_is_thrown_away_only_after_a_question(
    world: World, operator: Client, family: Family
) -> None:
    base = checking(operator, family)
    assert "Buang draf ini?" in said(operator.get(f"{base}buang/"))
    assert kept(world) is not None
    post(operator, f"{base}buang/", {})
    assert operator.get(base).status_code == 302
    assert base not in said(operator.get("/wawancara/"))


def test_no_number_stands_in_an_address_or_a_log(
    world: World, operator: Client, caplog: pytest.LogCaptureFixture
) -> None:
    base = filled(operator)
    for step in ("", "place/", "m1-who/", "periksa/"):
        page = said(operator.get(base + step))
        assert NIK not in page and KK not in page, step
    assert NIK not in caplog.text and KK not in caplog.text
    with acting_as(world["village_operator"].pk):
        details = " ".join(str(one) for one in Entry.objects.values_list("details", flat=True))
    assert NIK not in details and KK not in details


def test_a_large_family_has_light_pages(world: World, operator: Client) -> None:
    base = begun(operator)
    user = world["village_operator"]
    fifteen = 15

    def change(content: Content) -> None:
        for at in range(fifteen):
            content.add(Member("", name=f"Anggota {at}", sex=2, birth_date="1990-01-01"))
            content.members[-1].answers = {
                "marital_status": 2,
                "works": True,
                "schooling": 3,
                "chronic_illness": 1,
                **dict.fromkeys((f"difficulty_{name}" for name in ("seeing", "hearing")), 4),
            }

    with acting_as(user.pk):
        actions.save(interview=Interview.objects.get().uuid, change=change, acting_user=user)
    for step in ("", "periksa/", "goods/", "m1-life/", "m1-work/", "m1-health/"):
        assert len(operator.get(base + step).content) < 50_000, step


def test_a_draft_on_a_family_that_moved_away_can_only_be_thrown_away(
    world: World, operator: Client, family: Family
) -> None:
    base = checking(operator, family)
    user = world["village_operator"]
    with acting_as(user.pk):
        move_family(
            family_id=family.pk,
            place_id=KERTAJAYA,
            address="",
            told=Told(date(2025, 3, 1), "x"),
            acting_user=user,
        )
    for step in ("", "house/", "periksa/", "foto/"):
        answer = operator.get(base + step)
        assert answer.status_code == 409 and "sudah pindah dari wilayah Anda" in said(answer)
        assert "Rukmini" not in said(answer)
    listed = said(operator.get("/wawancara/"))
    assert f"{base}buang/" in listed and "Rukmini" not in listed
    assert "Rukmini" not in said(operator.get(f"{base}buang/"))
    post(operator, f"{base}buang/", {})
    assert base not in said(operator.get("/wawancara/"))
