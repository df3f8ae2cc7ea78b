"""The pages of lists of institutions, and of the findings that come from them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tepat.registry.lists import jobs
from tepat.registry.models import Flag, ListLoad
from tepat.staff.context import acting_as
from tests.registry.lists.loading import csv_list, look_up, send_list, standing
from tests.registry.world import BANDUNG, World, make_world, rukmini

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
ASEP = "3204330206910007"


@pytest.fixture
def world(settings: Any, tmp_path: Path) -> World:
    settings.FILES = tmp_path / "files"
    made = make_world()
    with acting_as(made["village_operator"].pk):
        rukmini(made["village_operator"])
    return made


def as_user(world: World, name: str) -> Client:
    client = Client()
    client.force_login(world[name], backend=BACKEND)
    return client


def page(client: Client, load: ListLoad, route: str = "list") -> str:
    answer = client.get(reverse(route, kwargs={"load": load.pk}))
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def form(**more: Any) -> dict[str, Any]:
    content = csv_list(ASEP, "3204330206910099").getvalue()
    return {
        "ground": "company_officer",
        "source": "Ditjen AHU",
        "on_day": 1,
        "on_month": 6,
        "on_year": 2025,
        "place": BANDUNG,
        "file": SimpleUploadedFile("daftar.csv", content),
        **more,
    }


def test_a_list_is_sent_looked_up_approved_and_undone_by_its_pages(world: World) -> None:
    sender, decider = as_user(world, "kabupaten_verifier"), as_user(world, "head_of_office")
    assert sender.post(reverse("list_new"), form()).status_code == 302
    with acting_as(world["auditor"].pk):
        load = ListLoad.objects.get()
    assert "Mencari orangnya" in page(sender, load)
    look_up(load)
    told = page(sender, load)
    assert "Tidak terdaftar di wilayah ini" in told and "orang kedua" in told
    rows = page(sender, load, "list_rows")
    assert "3204••••••••0099" in rows and "3204330206910099" not in rows
    again = sender.post(reverse("list_new"), form())
    assert again.status_code == 422 and "sudah pernah diunggah" in again.content.decode()
    address = reverse("list_approve", kwargs={"load": load.pk})
    assert sender.post(address).status_code == 422
    assert "1 temuan baru" in page(decider, load, "list_approve")
    assert decider.post(address).status_code == 302
    jobs.do(jobs.apply, load=load.pk, user=world["head_of_office"].pk)
    assert "Daftar ini berlaku" in page(decider, load)
    undone = reverse("list_undo", kwargs={"load": load.pk})
    assert decider.post(undone, {"reason": "salah tanggal"}).status_code == 302
    assert standing(world) == []
    assert "daftar sebelumnya berlaku lagi" in page(decider, load)


def test_wrong_fields_are_told_beside_their_boxes(world: World) -> None:
    sender = as_user(world, "ministry_analyst")
    answer = sender.post(reverse("list_new"), form(source="", on_year=2099, file=""))
    told = answer.content.decode()
    assert answer.status_code == 422
    assert "Isi bagian ini." in told and "belum tiba" in told and "Pilih berkasnya" in told


def test_a_finding_is_contested_on_the_familys_page_and_settled_by_another(
    world: World,
) -> None:
    load = look_up(send_list(world, csv_list(ASEP)))
    decider = as_user(world, "head_of_office")
    decider.post(reverse("list_approve", kwargs={"load": load.pk}))
    jobs.do(jobs.apply, load=load.pk, user=world["head_of_office"].pk)
    flag = standing(world)[0]
    operator, verifier = as_user(world, "village_operator"), as_user(world, "kabupaten_verifier")
    with acting_as(world["village_operator"].pk):
        home = reverse("family", kwargs={"family": flag.family.uuid})
    contest = reverse("flag_contest", kwargs={"flag": flag.pk})
    assert contest in operator.get(home).content.decode()
    assert operator.post(contest, {"reason": "bukan dia"}).status_code == 422
    why = {"reason": "petugas kebersihan", "document": "surat AHU 7"}
    assert operator.post(contest, why).status_code == 302
    now = standing(world)[0]
    settle = reverse("flag_settle", kwargs={"flag": now.pk})
    assert settle not in operator.get(home).content.decode()
    assert settle in verifier.get(home).content.decode()
    listed = verifier.get(reverse("flags")).content.decode()
    assert settle in listed and "Asep" not in listed
    assert "perlu diputuskan" in verifier.get(reverse("front")).content.decode()
    assert settle not in operator.get(reverse("flags")).content.decode()
    assert verifier.post(settle, {**why, "upheld": "cabut"}).status_code == 302
    assert standing(world) == []
    assert operator.get(contest).status_code == 404
    with acting_as(world["auditor"].pk):
        assert Flag.objects.count() == 2
