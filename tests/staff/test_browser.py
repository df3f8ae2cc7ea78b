"""Signing in and the pages around it in a real browser: by keyboard, by code, by passkey."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.cache import cache
from django.urls import reverse

from tepat.staff.models import User
from tests.console.browsing import faults_of, signed_in
from tests.registry.world import World, make_world
from tests.staff.signing_in import PASSWORD, code_now, give_app

pytestmark = pytest.mark.django_db(transaction=True)
NEW = "kuda lompat pagar hijau"


@pytest.fixture
def world() -> World:
    return make_world()


@contextmanager
def opened(browser: Any, **options: Any) -> Iterator[tuple[Any, list[str]]]:
    """A page of its own, and what it complains of."""
    context = browser.new_context(locale="id-ID", **options)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda line: said.append(line.text))
    page.on("pageerror", lambda line: said.append(line.message))
    try:
        yield page, said
    finally:
        context.close()


def typed(page: Any, *words: str) -> None:
    """Words into the boxes in the order of the keyboard, and Enter."""
    for number, word in enumerate(words):
        if number:
            page.keyboard.press("Tab")
        page.keyboard.type(word)
    page.keyboard.press("Enter")


def test_an_operator_signs_in_by_keyboard_and_without_scripts(
    browser: Any, live_server: Any, world: World
) -> None:
    phone = {"width": 360, "height": 740}
    with opened(browser, java_script_enabled=False, viewport=phone) as (page, _):
        page.goto(live_server.url + reverse("account"))
        page.focus("[name=login]")
        typed(page, "village_operator", "wrong")
        page.wait_for_selector("text=Ada yang perlu diperbaiki")
        page.focus("[name=password]")
        typed(page, PASSWORD)
        page.wait_for_selector("h1:has-text('Akun Anda')")
        assert page.url.endswith(reverse("account")), "where one wanted to go"


def test_a_verifier_gives_a_code_after_the_password(
    browser: Any, live_server: Any, world: World
) -> None:
    give_app(world["kabupaten_verifier"])
    with opened(browser) as (page, said):
        page.goto(live_server.url + reverse("account"))
        page.focus("[name=login]")
        typed(page, "kabupaten_verifier", PASSWORD)
        page.wait_for_selector("h1:has-text('Langkah kedua')")
        page.focus("[name=code]")
        typed(page, code_now())
        page.wait_for_selector("h1:has-text('Akun Anda')")
        assert said == []


def test_an_auditor_sets_up_an_app_before_any_page_opens(
    browser: Any, live_server: Any, world: World
) -> None:
    from allauth.mfa.totp.internal import auth

    with opened(browser) as (page, said):
        page.goto(live_server.url + reverse("audit"))
        page.focus("[name=login]")
        typed(page, "auditor", PASSWORD)
        page.wait_for_selector("h1:has-text('Pasang faktor kedua')")
        page.click("text=Aplikasi autentikasi")
        secret = page.text_content(".tp-secret")
        import time

        code = auth.format_hotp_value(auth.hotp_value(secret, int(time.time()) // 30))
        page.focus("[name=code]")
        typed(page, code)
        page.wait_for_selector("h1:has-text('Kode pemulihan')")
        page.goto(live_server.url + reverse("audit"))
        page.wait_for_selector("h1:has-text('Semua tindakan')")
        assert said == []


def test_a_passkey_is_made_and_then_suffices_alone(
    browser: Any, live_server: Any, world: World
) -> None:
    address = live_server.url.replace("127.0.0.1", "localhost")
    with opened(browser) as (page, said):
        device = page.context.new_cdp_session(page)
        device.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
        }
        made = device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        page.goto(address + reverse("account_login"))
        page.fill("[name=login]", "head_of_office")
        page.fill("[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_selector("h1:has-text('Pasang faktor kedua')")
        page.click("a:has-text('Kunci sandi')")
        page.fill("[name=name]", "Telepon kantor")
        page.click("text=Buat kunci sandi")
        page.wait_for_selector("h1:has-text('Kode pemulihan')")
        page.goto(address + reverse("mfa_index"))
        assert page.is_visible("text=Telepon kantor")
        page.goto(address + reverse("account_logout"))
        page.click("main button:has-text('Keluar')")
        page.goto(address + reverse("account_login"))
        page.click("text=Masuk dengan kunci sandi")
        page.wait_for_url(lambda address: "/akun/masuk" not in address)
        page.goto(address + reverse("account"))
        page.wait_for_selector("h1:has-text('Akun Anda')")
        # As the second step, too.
        page.goto(address + reverse("account_logout"))
        page.click("main button:has-text('Keluar')")
        page.goto(address + reverse("account_login"))
        page.fill("[name=login]", "head_of_office")
        page.fill("[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.click("text=Pakai kunci sandi")
        page.wait_for_url(lambda address: "/akun/masuk" not in address)
        # A device that does not know it any more: said on the page, not in the console.
        page.goto(address + reverse("account_logout"))
        page.click("main button:has-text('Keluar')")
        gone = {"authenticatorId": made["authenticatorId"]}
        device.send("WebAuthn.removeVirtualAuthenticator", gone)
        device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        page.goto(address + reverse("account_login"))
        page.click("text=Masuk dengan kunci sandi")
        page.wait_for_selector("#passkey-failed:visible")
        assert said == []


def test_a_new_user_comes_in_and_chooses_a_password(
    browser: Any, live_server: Any, world: World
) -> None:
    administrator = world["administrator"]
    with signed_in(browser, live_server.url, administrator) as context:
        page = context.new_page()
        page.goto(live_server.url + reverse("user_new"))
        page.fill("[name=username]", "siti.n")
        page.fill("[name=name]", "Siti Nurhaliza")
        page.check("text=Pendamping")
        page.click("text=Buat akun")
        password = page.text_content(".tp-done strong")
        page.click("text=Beri wilayah kerja")
        page.fill("[name=cari]", "paseh")
        page.keyboard.press("Enter")
        page.check("text=Kec. Paseh")
        page.click("text=Beri yang dipilih")
        page.wait_for_selector("text=1 wilayah diberikan")
    with opened(browser) as (page, said):
        page.goto(live_server.url + reverse("account_login"))
        page.fill("[name=login]", "siti.n")
        page.fill("[name=password]", password)
        page.keyboard.press("Enter")
        page.wait_for_selector("h1:has-text('Ganti kata sandi')")
        page.focus("[name=oldpassword]")
        typed(page, password, NEW, NEW)
        page.wait_for_selector("text=Kata sandi diganti")
        assert page.is_visible("text=Kec. Paseh, Bandung, Jawa Barat")
        assert said == []


PUBLIC = ("account_login", "account_logout", "account_inactive")
OWN = (
    "account",
    "account_change_password",
    "account_reauthenticate",
    "mfa_index",
    "staff_second_factor",
    "mfa_activate_totp",
    "mfa_add_webauthn",
)
FOR_ADMINISTRATORS = ("users", "user_search", "user_new")
OF_A_USER = (
    "user",
    "user_change",
    "user_places",
    "user_deactivate",
    "user_reactivate",
    "user_password",
    "user_factor",
    "user_unlock",
)
FOR_AUDITORS = ("audit", "audit_overrides", "audit_accesses", "audit_user")


@pytest.fixture
def faults(browser: Any, live_server: Any) -> Callable[..., list[str]]:
    """What is wrong with pages, as somebody or as nobody."""

    def found(names: tuple[str, ...], user: User | None, number: int | None = None) -> list[str]:
        cache.clear()
        if user is None:
            context = browser.new_context(locale="id-ID")
            try:
                return _of_all(context, names, number)
            finally:
                context.close()
        with signed_in(browser, live_server.url, user) as context:
            return _of_all(context, names, number)

    def _of_all(context: Any, names: tuple[str, ...], number: int | None) -> list[str]:
        words = [] if number is None else [number]
        return [
            fault
            for name in names
            for fault in faults_of(context, live_server.url + reverse(name, args=words), name)
        ]

    return found


def test_the_pages_of_signing_in_are_sound_in_every_form(
    faults: Callable[..., list[str]], world: World
) -> None:
    assert faults(PUBLIC, None) == []
    assert faults(OWN, world["facilitator"]) == []
    give_app(world["facilitator"])
    later = ("mfa_index", "mfa_reauthenticate", "mfa_deactivate_totp", "mfa_view_recovery_codes")
    assert faults((*later, "mfa_generate_recovery_codes"), world["facilitator"]) == []


def test_the_pages_for_administrators_are_sound_in_every_form(
    faults: Callable[..., list[str]], world: World
) -> None:
    give_app(world["kabupaten_verifier"])
    assert faults(FOR_ADMINISTRATORS, world["administrator"]) == []
    assert faults(OF_A_USER, world["administrator"], world["kabupaten_verifier"].pk) == []


def test_the_pages_for_auditors_are_sound_in_every_form(
    faults: Callable[..., list[str]], world: World
) -> None:
    from tepat.audit.actions import record
    from tepat.staff.context import acting_as
    from tests.registry.world import CIGENTUR

    operator = world["village_operator"]
    with acting_as(operator.pk):
        for number in range(60):
            record(
                actor_id=operator.pk,
                verb="keep_value",
                subject="family",
                subject_id=number,
                home_id=CIGENTUR,
                override=True,
                reason="Keluarga menunjukkan bukti kepemilikan yang baru.",
                evidence="SK Desa 12/2025",
            )
    assert faults(FOR_AUDITORS, world["auditor"]) == []


def test_no_page_holds_a_script_or_style_of_its_own(world: World) -> None:
    from pathlib import Path

    import tepat.staff

    folder = Path(tepat.staff.__file__).parent / "templates"
    found = [
        str(file.name)
        for file in folder.rglob("*.html")
        if re.search(r"<script(?![^>]*\bsrc=)|<style| style=| on\w+=", file.read_text())
    ]
    assert len(list(folder.rglob("*.html"))) > 25
    assert found == []
