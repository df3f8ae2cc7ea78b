"""Interviews as staff write them: by pages, without scripts, as the application's role."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from tepat.registry.models import (
    Family,
    FamilyObservation,
    Interview,
    Membership,
    PersonObservation,
    PersonRecord,
)
from tepat.staff.context import acting_as
from tests.registry.world import CIGENTUR, World, make_world

pytestmark = pytest.mark.django_db

NIK, KK = "3204335703580007", "3204330101100008"


@pytest.fixture
def world() -> World:
    return make_world()


def signed_in(world: World, name: str) -> Client:
    client = Client()
    client.force_login(world[name])
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
