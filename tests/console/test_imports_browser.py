"""A file's whole way in a browser with a real worker, and its pages in every form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from tepat.registry.models import Family, ImportJob
from tepat.staff.context import acting_as
from tests.console.browsing import faults_of, signed_in
from tests.console.working import work
from tests.registry.imports.sending import CODE, csv_of, family, member, send
from tests.registry.world import BANDUNG, World, make_world

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"width": 360, "height": 740}
FAMILIES = [family("F1"), family("F2", village=CODE["Cipaku"]), family("F3", village="9999999999")]
MEMBERS = [
    member("P1", "F1"),
    member("P2", "F1", relation=3, nik="32043301019"),
    member("P3", "F2"),
    member("P4", "F3"),
    member("P5", "F9"),
]
# As an office has it: names of its own
FOREIGN = [
    {
        "ID Keluarga": "F1",
        "No KK": "3204330101210001",
        "Kode Desa": CODE["Cigentur"],
        "NIK": "3204330101900001",
        "Nama Lengkap": "Siti Aminah",
        "JK": "P",
        "SHDK": "1",
    },
    {
        "ID Keluarga": "F1",
        "No KK": "3204330101210001",
        "Kode Desa": CODE["Cigentur"],
        "NIK": "3204330101900002",
        "Nama Lengkap": "Budi",
        "JK": "L",
        "SHDK": "3",
    },
]


@pytest.fixture
def world(settings: Any, tmp_path: Path) -> World:
    settings.FILES = tmp_path / "files"
    return make_world()


def jobs_of(world: World) -> ImportJob:
    with acting_as(world["kabupaten_verifier"].pk):
        return ImportJob.objects.order_by("-pk")[0]


def families(world: World) -> int:
    with acting_as(world["kabupaten_verifier"].pk):
        return Family.objects.count()


def test_a_file_goes_its_whole_way_by_two_people_and_a_worker(
    browser: Any, live_server: Any, world: World, tmp_path: Path
) -> None:
    file = tmp_path / "warga desa.csv"
    file.write_bytes(csv_of(FOREIGN).getvalue())
    start = live_server.url + reverse("imports")
    with signed_in(browser, live_server.url, world["kabupaten_verifier"]) as context:
        page = context.new_page()
        page.goto(start)
        page.click("text=Unggah berkas")
        page.set_input_files("[name=file]", str(file))
        page.fill("[name=source]", "Desa Cigentur 2025")
        page.select_option("[name=place]", str(BANDUNG))
        page.click("main button:has-text('Unggah')")
        page.wait_for_selector("text=Membaca kolom berkas")
        address = page.url
        work()
        page.wait_for_selector("text=Cocokkan kolom berkas ini", timeout=15_000)
        page.click("main a:has-text('Cocokkan kolom')")
        assert page.input_value("[name='members.nik']") == "NIK"
        assert page.input_value("[name='families.kk_number']") == "No KK"
        assert "S. A." in page.text_content("main")
        page.select_option("[name='families.village']", "")
        page.click("main button:has-text('Periksa baris')")
        page.wait_for_selector(".govuk-error-summary")
        page.select_option("[name='families.village']", "Kode Desa")
        page.click("main button:has-text('Periksa baris')")
        page.wait_for_selector("text=Memeriksa baris demi baris")
        work()
        page.wait_for_selector("text=Menunggu persetujuan", timeout=15_000)
        page.wait_for_selector("text=orang kedua yang menyetujui")
    assert families(world) == 0
    with signed_in(browser, live_server.url, world["head_of_office"]) as context:
        page = context.new_page()
        page.goto(start)
        page.click("text=Lihat yang menunggu")
        page.click("text=warga desa.csv")
        page.click("main a:has-text('Setujui')")
        page.click("main button:has-text('Setujui dan muat')")
        page.wait_for_selector("text=Menunggu giliran dimuat")
        work()
        page.wait_for_selector("text=Sudah dimuat ke registri", timeout=15_000)
        assert families(world) == 1
        page.click("text=Batalkan impor")
        page.fill("[name=reason]", "berkas bulan lalu")
        page.click("main button:has-text('Batalkan impor')")
        page.wait_for_selector("text=Dibatalkan: keluarganya kembali")
        assert page.url == address
    assert jobs_of(world).state == "undone"


def test_a_phone_without_scripts_sends_a_file_and_finds_it_again(
    browser: Any, live_server: Any, world: World, tmp_path: Path
) -> None:
    file = tmp_path / "keluarga.csv"
    file.write_bytes(csv_of(FOREIGN).getvalue())
    with signed_in(
        browser,
        live_server.url,
        world["village_operator"],
        java_script_enabled=False,
        viewport=PHONE,
    ) as context:
        page = context.new_page()
        page.goto(live_server.url + reverse("import_new"))
        page.set_input_files("[name=file]", str(file))
        page.focus("[name=source]")
        page.keyboard.type("Desa Cigentur")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=Membaca kolom berkas")
        assert page.locator("noscript meta[http-equiv=refresh]").count() == 1
        work()
        page.goto(live_server.url + reverse("imports"))
        page.click("text=keluarga.csv")
        page.wait_for_selector("text=Cocokkan kolom berkas ini")


def test_the_pages_of_imports_are_sound_in_every_form(
    browser: Any, live_server: Any, world: World
) -> None:
    def url(route: str) -> str:
        named = {"job": jobs_of(world).pk} if route not in ("imports", "import_new") else {}
        return str(live_server.url + reverse(route, kwargs=named))

    verifier, head = world["kabupaten_verifier"], world["head_of_office"]
    faults: list[str] = []
    with signed_in(browser, live_server.url, verifier) as context:
        faults += faults_of(context, url("imports"), "imports_empty")
        faults += faults_of(context, url("import_new"), "import_new")
        send(world, FAMILIES, MEMBERS, source="pendataan desa 2025")
        faults += faults_of(context, url("import"), "import_at_work")
        work()
        faults += faults_of(context, url("import"), "import_matching")
        faults += faults_of(context, url("import_match"), "import_match")
        page = context.new_page()
        page.goto(url("import_match"))
        page.click("main button:has-text('Check the rows'), main button:has-text('Periksa baris')")
        work()
        faults += faults_of(context, url("import"), "import_checked")
        faults += faults_of(context, url("import_findings"), "import_findings")
        faults += faults_of(context, url("import_refuse"), "import_refuse")
    with signed_in(browser, live_server.url, head) as context:
        faults += faults_of(context, url("imports"), "imports")
        faults += faults_of(context, url("import_approve"), "import_approve")
        page = context.new_page()
        page.goto(url("import_approve"))
        page.click("main button")
        work()
        faults += faults_of(context, url("import"), "import_done")
        faults += faults_of(context, url("import_undo"), "import_undo")
    assert faults == []
