"""The pages of lists, of a contested finding and of boundaries in a browser, in every form."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from tests.console.browsing import faults_of, signed_in
from tests.console.working import work
from tests.places.test_boundaries import TWO
from tests.registry.lists.loading import csv_list, look_up, send_list, standing
from tests.registry.world import CIGENTUR, World, make_world, rukmini

pytestmark = pytest.mark.django_db(transaction=True)
ASEP = "3204330206910007"


@pytest.fixture
def world(settings: Any, tmp_path: Path) -> World:
    from tepat.staff.context import acting_as

    settings.FILES = tmp_path / "files"
    made = make_world()
    with acting_as(made["village_operator"].pk):
        rukmini(made["village_operator"], CIGENTUR)
    return made


def test_a_list_goes_its_whole_way_and_its_finding_is_contested(
    browser: Any, live_server: Any, world: World, tmp_path: Path
) -> None:
    file = tmp_path / "ahu.csv"
    file.write_bytes(
        csv_list(f"{ASEP},PT Maju", "3204330206910099,", "12,", header="nik,bukti").getvalue()
    )
    faults: list[str] = []
    with signed_in(browser, live_server.url, world["kabupaten_verifier"]) as context:
        faults += faults_of(context, live_server.url + reverse("lists"), "lists_empty")
        faults += faults_of(context, live_server.url + reverse("list_new"), "list_new")
        page = context.new_page()
        page.goto(live_server.url + reverse("list_new"))
        page.select_option("[name=ground]", "company_officer")
        page.fill("[name=source]", "Ditjen AHU")
        page.set_input_files("[name=file]", str(file))
        page.click("main button:has-text('Upload'), main button:has-text('Unggah')")
        page.wait_for_selector("progress")
        address = page.url
        work()
        page.wait_for_selector(".tp-bars", timeout=15_000)
        faults += faults_of(context, address, "list_checked")
        faults += faults_of(context, address + "baris/", "list_rows")
    with signed_in(browser, live_server.url, world["head_of_office"]) as context:
        faults += faults_of(context, address + "setujui/", "list_approve")
        page = context.new_page()
        page.goto(address + "setujui/")
        page.click("main form button")
        work()
        faults += faults_of(context, address, "list_done")
        faults += faults_of(context, live_server.url + reverse("lists"), "lists")
    flag = standing(world)[0]
    contest = live_server.url + reverse("flag_contest", kwargs={"flag": flag.pk})
    with signed_in(browser, live_server.url, world["village_operator"]) as context:
        faults += faults_of(context, contest, "flag_contest")
        page = context.new_page()
        page.goto(contest)
        page.fill("[name=reason]", "petugas kebersihan")
        page.fill("[name=document]", "surat AHU 7/2025")
        page.click("main form button")
        page.wait_for_selector("text=PT Maju")
    now = standing(world)[0]
    assert now.contested
    settle = live_server.url + reverse("flag_settle", kwargs={"flag": now.pk})
    with signed_in(browser, live_server.url, world["kabupaten_verifier"]) as context:
        faults += faults_of(context, settle, "flag_settle")
        faults += faults_of(context, live_server.url + reverse("flags"), "flags")
    assert faults == []


def test_boundaries_are_loaded_and_looked_at(
    browser: Any, live_server: Any, world: World, tmp_path: Path
) -> None:
    file = tmp_path / "batas.json"
    file.write_text(json.dumps(TWO), encoding="utf-8")
    address = live_server.url + reverse("boundaries")
    with signed_in(browser, live_server.url, world["ministry_analyst"]) as context:
        faults = faults_of(context, address, "boundaries_empty")
        page = context.new_page()
        page.goto(address)
        page.set_input_files("[name=file]", str(file))
        page.fill("[name=source]", "Badan peta 2024")
        page.click("main form button")
        page.wait_for_selector(".place-map path")
        faults += faults_of(context, address, "boundaries")
    assert faults == []


def test_wrong_forms_are_sound_too(browser: Any, live_server: Any, world: World) -> None:
    look_up(send_list(world, csv_list("nobody")))
    with signed_in(browser, live_server.url, world["ministry_analyst"]) as context:
        page = context.new_page()
        page.set_viewport_size({"width": 360, "height": 740})
        for route in ("list_new", "boundaries"):
            page.goto(live_server.url + reverse(route))
            page.click("main form button")
            page.wait_for_selector(".govuk-error-summary")
            assert page.evaluate("document.activeElement.className").startswith("govuk-error")
            assert page.title().startswith("Perlu diperbaiki")
