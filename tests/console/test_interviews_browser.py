"""Interviews and events in a browser: on a phone, without scripts, by keyboard."""

from __future__ import annotations

import os
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tepat.registry.actions.members import Told, record_birth
from tepat.registry.actions.observations import Answers, record_answers
from tepat.registry.actions.people import PersonFacts
from tepat.registry.interviews import actions
from tepat.registry.interviews.queries import content_of
from tepat.registry.models import Family, FamilyObservation, Interview, Photo
from tepat.staff.context import acting_as
from tests.axe import violations
from tests.console.browsing import faults_of, signed_in
from tests.needs import missing
from tests.registry.world import World, make_world, rukmini

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"viewport": {"width": 360, "height": 740}}
LIGHT = 50_000  # bytes of a page


@pytest.fixture
def world() -> World:
    if not (ROOT / "var" / "web" / "css" / "console.css").exists():
        missing("npm", "Run `make setup` with npm at hand, so that scripts/front_end can compile.")
    return make_world()


@pytest.fixture
def files(tmp_path: Path, settings: Any) -> Path:
    settings.FILES = tmp_path
    return tmp_path


def pressed(page: Any, text: str) -> None:
    page.get_by_role("button", name=text, exact=True).click()
    page.wait_for_load_state()


def followed(page: Any, text: str) -> None:
    page.get_by_role("link", name=text).first.click()
    page.wait_for_load_state()


def filled_day(page: Any, name: str, day: str, month: str, year: str) -> None:
    for part, value in (("day", day), ("month", month), ("year", year)):
        page.fill(f"input[name={name}_{part}]", value)


def picture(folder: Path) -> Path:
    out = BytesIO()
    Image.new("RGB", (800, 600), "teal").save(out, "JPEG")
    (folder / "front.jpg").write_bytes(out.getvalue())
    return folder / "front.jpg"


@pytest.mark.parametrize("scripts", [False, True], ids=["without scripts", "with scripts"])
def test_a_family_is_registered_and_checked_on_a_phone(
    world: World, browser: Any, live_server: Any, files: Path, scripts: bool
) -> None:
    operator = world["village_operator"]
    said: list[str] = []
    with signed_in(
        browser, live_server.url, operator, java_script_enabled=scripts, **PHONE
    ) as context:
        page = context.new_page()
        page.on("console", lambda one: said.append(one.text))
        page.on("pageerror", lambda one: said.append(one.message))
        page.goto(f"{live_server.url}/wawancara/")
        begin_registration(page)
        add_members(page)
        answer_the_house(page)
        add_a_photo(page, files)
        check_and_send(page)
        family = registered(operator)
        photo = context.request.get(
            f"{live_server.url}/keluarga/{family.uuid}/foto/{_photo(operator)}/"
        )
        assert photo.headers["content-type"] == "image/jpeg"
        assert "no-store" in photo.headers["cache-control"]
        followed(page, "Buka halaman keluarga")
        assert "Rukmini" in page.inner_text("main")
        page.goto(f"{live_server.url}/keluarga/{family.uuid}/wawancara/")
        check_on_the_ground(page)
    assert [one for one in said if "422" not in one] == []


def begin_registration(page: Any) -> None:
    followed(page, "Daftarkan keluarga baru")
    filled_day(page, "observed_on", "3", "2", "2025")
    pressed(page, "Mulai wawancara")
    page.fill("input[name=address]", "Kp. Pasir RT 02 RW 05")
    page.fill("input[name=kk_number]", "3204 3301 0110 0008")
    page.check("input[name=homeless][value=no]")
    pressed(page, "Simpan dan lanjut")


def add_members(page: Any) -> None:
    for name, nik, sex, relation, year in (
        ("Rukmini", "3204335703580007", "2", "1", "1958"),
        ("Rizki", "", "1", "5", "2016"),
    ):
        if page.locator("text=Tambah anggota").count() == 0:
            followed(page, "Kembali tanpa menyimpan")
        pressed(page, "Tambah anggota")
        page.fill("input[name=name]", name)
        page.fill("input[name=nik]", nik)
        page.check(f"input[name=sex][value='{sex}']")
        filled_day(page, "birth_date", "17", "3", year)
        page.select_option("select[name=relation]", relation)
        pressed(page, "Simpan dan lanjut")
    page.check("input[name=schooling][value='2']")
    pressed(page, "Simpan, ke daftar langkah")


def answer_the_house(page: Any) -> None:
    page.get_by_role("link", name="Rumah", exact=True).click()
    page.select_option("select[name=floor]", "8")
    page.check("input[name=wall][value='?']")
    page.fill("input[name=floor_area]", "36")
    pressed(page, "Simpan, ke daftar langkah")


def add_a_photo(page: Any, files: Path) -> None:
    followed(page, "Depan rumah, dalam rumah, kartu keluarga")
    page.set_input_files("input[name=front-photo]", picture(files))
    page.click("form:has(input[name=kind][value=front]) button")
    page.wait_for_load_state()
    assert page.locator("img.tp-picture").count() == 1
    followed(page, "Lanjut ke pemeriksaan")


def check_and_send(page: Any) -> None:
    assert "3204335703580007" not in page.content()
    pressed(page, "Kirim")
    assert "belum Anda pastikan" in page.inner_text("main")
    for box in page.locator("input[name=confirm]").all():
        box.check()
    pressed(page, "Kirim")
    assert "Wawancara terkirim" in page.inner_text("main")


def registered(operator: Any) -> Family:
    with acting_as(operator.pk):
        family = Family.objects.get()
        seen = FamilyObservation.objects.get()
        assert (seen.floor, seen.wall, seen.floor_area) == (8, None, 36)
        assert Photo.objects.get().family_id == family.pk
        return family


def check_on_the_ground(page: Any) -> None:
    pressed(page, "Mulai wawancara")
    page.get_by_role("link", name="Rumah", exact=True).click()
    assert page.input_value("select[name=floor]") == "8", "what is known is filled in"
    assert page.is_checked("input[name=roof][value='']"), "and what is not, is not asked"
    page.select_option("select[name=floor]", "6")
    pressed(page, "Simpan, ke daftar langkah")
    followed(page, "Periksa dan kirim")
    pressed(page, "Kirim")
    assert "Wawancara terkirim" in page.inner_text("main")


def _photo(user: Any) -> str:
    with acting_as(user.pk):
        return str(Photo.objects.get().uuid)


def drafted(world: World) -> tuple[Family, Interview, Interview]:
    """A family, a held interview on it, and a registration under way."""
    operator = world["village_operator"]
    with acting_as(operator.pk):
        family = rukmini(operator)
        held = actions.begin_check(
            family_id=family.pk, observed_on=date(2025, 6, 1), acting_user=operator
        )
        actions.save(
            interview=held.uuid,
            change=lambda content: content.family.update(floor=8, lighting=1),
            acting_user=operator,
        )
        record_answers(
            family_id=family.pk,
            family=Answers({"floor": 2, "wall": 1}, date(2025, 5, 1), "survei"),
            people={},
            base_version=None,
            acting_user=operator,
        )
        assert actions.send(interview=held.uuid, confirmed=[], acting_user=operator).held
    with acting_as(world["facilitator"].pk):
        begun = actions.begin_check(
            family_id=family.pk, observed_on=date(2025, 6, 1), acting_user=world["facilitator"]
        )
        actions.save(
            interview=begun.uuid,
            change=lambda content: content.family.update(lighting=4, refrigerator=1),
            acting_user=world["facilitator"],
        )
    return family, held, begun


def pages(family: Family, held: Interview, begun: Interview) -> dict[str, str]:
    draft = f"/wawancara/{begun.uuid}"
    return {
        "interviews": "/wawancara/",
        "new": "/wawancara/baru/",
        "begin": f"/keluarga/{family.uuid}/wawancara/",
        "tasks": f"{draft}/",
        "place": f"{draft}/place/",
        "house": f"{draft}/house/",
        "goods": f"{draft}/goods/",
        "who": f"{draft}/m1-who/",
        "life": f"{draft}/m3-life/",
        "health": f"{draft}/m1-health/",
        "photos": f"{draft}/foto/",
        "check": f"{draft}/periksa/",
        "discard": f"{draft}/buang/",
        "versions": f"/wawancara/{held.uuid}/versi/",
        "events": f"/keluarga/{family.uuid}/peristiwa/",
        "birth": f"/keluarga/{family.uuid}/peristiwa/kelahiran/",
        "death": f"/keluarga/{family.uuid}/peristiwa/kematian/",
        "split": f"/keluarga/{family.uuid}/peristiwa/pecah-kk/",
        "correct": f"/keluarga/{family.uuid}/peristiwa/perbaikan-orang/",
    }


def test_no_page_has_barriers_and_each_is_light(
    world: World, browser: Any, live_server: Any, files: Path
) -> None:
    family, held, begun = drafted(world)
    faults: list[str] = []
    with signed_in(browser, live_server.url, world["facilitator"]) as context:
        for name, path in pages(family, held, begun).items():
            faults += faults_of(context, live_server.url + path, name)
            size = len(context.request.get(live_server.url + path).body())
            if size > LIGHT:
                faults.append(f"{name}: {size} bytes")
    assert not faults, "\n".join(faults)


def test_a_held_interview_is_decided_by_keyboard_alone(
    world: World, browser: Any, live_server: Any, files: Path
) -> None:
    family, held, _ = drafted(world)
    with signed_in(browser, live_server.url, world["facilitator"], **PHONE) as context:
        page = context.new_page()
        page.goto(f"{live_server.url}/wawancara/{held.uuid}/versi/")
        for _ in range(40):
            page.keyboard.press("Tab")
            name = page.evaluate("document.activeElement.name")
            if name == "family.floor":
                page.keyboard.press("ArrowDown")
            if page.evaluate("document.activeElement.textContent") == "Kirim pilihan ini":
                page.keyboard.press("Enter")
                break
        page.wait_for_load_state()
        assert "Wawancara terkirim" in page.inner_text("main")
    with acting_as(world["facilitator"].pk):
        assert FamilyObservation.objects.filter(family=family).order_by("-pk")[0].floor == 8


def test_an_event_is_recorded_on_a_phone_without_scripts(
    world: World, browser: Any, live_server: Any, files: Path
) -> None:
    family, _, _ = drafted(world)
    with signed_in(
        browser, live_server.url, world["village_operator"], java_script_enabled=False, **PHONE
    ) as context:
        page = context.new_page()
        page.goto(f"{live_server.url}/keluarga/{family.uuid}/peristiwa/")
        followed(page, "Catat kelahiran")
        pressed(page, "Lanjut")
        assert "Ada yang perlu diperbaiki" in page.inner_text("main")
        page.fill("input[name=name]", "Sari")
        page.check("input[name=sex][value='2']")
        filled_day(page, "on", "3", "3", "2025")
        pressed(page, "Lanjut")
        assert "Periksa lagi" in page.inner_text("h1")
        pressed(page, "Ubah")
        assert page.input_value("input[name=name]") == "Sari"
        pressed(page, "Lanjut")
        pressed(page, "Simpan")
        assert "tersimpan" in page.inner_text("main") and "Sari" in page.inner_text("body")


def barriers(page: Any, where: str) -> list[str]:
    """What axe says against the page as it stands, on a phone and on a desk."""
    found: list[str] = []
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        found += [
            f"{where} {width}: {one['id']} {one['nodes'][0]['target']}" for one in violations(page)
        ]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{where} {width}: wider than the screen")
    page.set_viewport_size({"width": 360, "height": 740})
    if folder := os.environ.get("TEPAT_PICTURES"):
        page.screenshot(path=f"{folder}/{where}.png", full_page=True)
    return found


@pytest.mark.parametrize("language", ["id", "en"])
def test_pages_after_a_press_have_no_barriers(
    world: World, browser: Any, live_server: Any, files: Path, language: str
) -> None:
    family, _, begun = drafted(world)
    draft = f"{live_server.url}/wawancara/{begun.uuid}"
    events = f"{live_server.url}/keluarga/{family.uuid}/peristiwa"
    with signed_in(browser, live_server.url, world["facilitator"], **PHONE) as context:
        cookie = {"name": "django_language", "value": language, "url": live_server.url}
        context.add_cookies([cookie])
        page = context.new_page()

        def sent(url: str, name: str, **values: str) -> list[str]:
            if url:
                page.goto(url)
            for field, value in values.items():
                page.fill(f"input[name={field}]", value)
            page.locator("main form button[type=submit]").last.click()
            page.wait_for_load_state()
            return barriers(page, f"{name}_{language}")

        found = sent(f"{draft}/house/", "wrong_answer", floor_area="many")
        page.goto(f"{draft}/foto/")
        found += sent("", "no_photo")
        page.goto(f"{draft}/periksa/")
        found += sent("", "not_sure")
        day = {"on_day": "3", "on_month": "3", "on_year": "2025"}
        found += sent(f"{events}/nomor-kk/", "wrong_number", kk_number="12", **day)
        found += sent(f"{events}/nomor-kk/", "looked", kk_number="3204330505250010", **day)
        birth(family, world)
        page.locator("button[name=save]").click()
        page.wait_for_load_state()
        found += barriers(page, f"changed_{language}")
    assert not found, "\n".join(found)


def birth(family: Family, world: World) -> None:
    """Somebody else records a birth meanwhile."""
    operator = world["village_operator"]
    with acting_as(operator.pk):
        record_birth(
            family_id=family.pk,
            child=PersonFacts("Bayu", None, 1),
            relation=5,
            told=Told(date(2025, 3, 1), "posyandu"),
            acting_user=operator,
        )


def test_the_phone_fills_in_the_point(
    world: World, browser: Any, live_server: Any, files: Path
) -> None:
    _, _, begun = drafted(world)
    point = {"latitude": -7.0615123, "longitude": 107.7634127}
    options = {**PHONE, "geolocation": point, "permissions": ["geolocation"]}
    with signed_in(browser, live_server.url, world["facilitator"], **options) as context:
        page = context.new_page()
        page.goto(f"{live_server.url}/wawancara/{begun.uuid}/place/")
        page.get_by_role("button", name="Ambil titik dari telepon ini").click()
        page.get_by_text("Titik terisi.").wait_for()
        assert page.input_value("input[name=latitude]") == "-7.061512"
        pressed(page, "Simpan, ke daftar langkah")
        with acting_as(world["facilitator"].pk):
            kept = content_of(Interview.objects.get(pk=begun.pk))
        assert (kept.latitude, kept.longitude) == ("-7.061512", "107.763413")
