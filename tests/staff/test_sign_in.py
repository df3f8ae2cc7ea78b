"""Signing in: what is asked of whom, what ends a session, and what a session may open."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from tepat.audit.models import Entry
from tepat.staff import actions
from tepat.staff.context import acting_as
from tepat.staff.models import User
from tests.registry.world import World, make_world
from tests.staff.signing_in import (
    PASSWORD,
    begins_session,
    code_now,
    give_app,
    give_password,
    sign_in,
    wrong_code,
)

pytestmark = pytest.mark.django_db
NEW = "kuda lompat pagar hijau"


@pytest.fixture
def world() -> World:
    return make_world()


def opens(client: Client, name: str = "account") -> bool:
    """Whether a page opens in this session."""
    return bool(client.get(reverse(name)).status_code == 200)


def test_an_operator_signs_in_by_a_password_and_opens_pages(world: World) -> None:
    client = Client()
    before = client.get(reverse("account_login"))
    assert before.status_code == 200
    assert give_password(client, "Village_Operator ", PASSWORD).url == "/", "in any letters"
    assert begins_session(client)
    assert opens(client)
    assert User.objects.get(username="village_operator").last_login is not None


def test_a_wrong_password_an_unknown_name_and_the_system_get_the_same_answer(world: World) -> None:
    texts = set()
    for name, password in (("village_operator", "x"), ("nobody", "x"), ("system", "!")):
        client = Client()
        answer = give_password(client, name, password)
        assert not begins_session(client)
        texts.add(answer.content.decode().replace(name, "").split("<main")[1].split("csrf")[0])
    assert len(texts) == 1


@pytest.mark.parametrize("route", ["/accounts/signup/", "/akun/signup/", "/akun/email/"])
def test_nobody_signs_up_or_asks_for_mail(world: World, route: str) -> None:
    assert Client().get(route).status_code == 404


def test_who_has_a_second_factor_is_not_signed_in_before_it(world: World) -> None:
    verifier = world["kabupaten_verifier"]
    give_app(verifier)
    client = Client()
    assert give_password(client, verifier.username).url == reverse("mfa_authenticate")
    assert not begins_session(client)
    assert not opens(client)
    client.post(reverse("mfa_authenticate"), {"code": wrong_code()})
    assert not begins_session(client)
    client.post(reverse("mfa_authenticate"), {"code": code_now()})
    assert begins_session(client)
    assert opens(client)


def test_a_code_is_taken_once(world: World) -> None:
    verifier = world["kabupaten_verifier"]
    give_app(verifier)
    first, second = Client(), Client()
    code = code_now()
    for client in (first, second):
        give_password(client, verifier.username)
        client.post(reverse("mfa_authenticate"), {"code": code})
    assert begins_session(first)
    assert not begins_session(second)
    second.post(reverse("mfa_authenticate"), {"code": code_now(1)})
    assert begins_session(second), "the next one is taken"


def test_a_recovery_code_is_taken_once(world: World) -> None:
    from allauth.mfa.models import Authenticator

    verifier = world["kabupaten_verifier"]
    give_app(verifier)
    code = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[3]
    taken = []
    for _ in range(2):
        client = Client()
        give_password(client, verifier.username)
        client.post(reverse("mfa_authenticate"), {"code": code})
        taken.append(begins_session(client))
        cache.clear()
    assert taken == [True, False]


def test_a_role_that_needs_a_factor_gets_no_page_before_it_is_set_up(world: World) -> None:
    client = sign_in(world["auditor"])
    assert begins_session(client)
    for name in ("account", "audit", "front", "account_change_password", "mfa_index"):
        answer = client.get(reverse(name))
        assert (answer.status_code, answer.url) == (302, reverse("staff_second_factor")), name
    assert client.post(reverse("sign_out_everywhere")).url == reverse("staff_second_factor")
    for name in ("staff_second_factor", "mfa_activate_totp", "mfa_add_webauthn"):
        assert opens(client, name), name


def test_setting_up_an_app_opens_the_pages_at_once(world: World) -> None:
    from allauth.mfa.totp.internal import auth

    auditor = world["auditor"]
    client = sign_in(auditor)
    client.get(reverse("mfa_activate_totp"))
    secret = client.session["mfa.totp.secret"]
    import time

    code = auth.format_hotp_value(auth.hotp_value(secret, int(time.time()) // 30))
    wrong = client.post(reverse("mfa_activate_totp"), {"code": "12345"})
    assert wrong.status_code == 200
    answer = client.post(reverse("mfa_activate_totp"), {"code": code})
    assert answer.url == reverse("mfa_view_recovery_codes")
    assert opens(client, "mfa_view_recovery_codes")
    assert opens(client, "audit")
    with acting_as(auditor.pk):
        assert Entry.objects.filter(verb="add_second_factor", actor_id=auditor.pk).count() == 1


def test_a_session_older_than_the_factor_must_show_it_and_cannot_add_another(world: World) -> None:
    operator = world["village_operator"]
    old = sign_in(operator)
    assert opens(old)
    give_app(operator)
    answer = old.get(reverse("account"))
    assert answer.url.split("?")[0] == reverse("mfa_reauthenticate")
    for name in ("mfa_activate_totp", "mfa_add_webauthn", "staff_second_factor"):
        assert not opens(old, name), name
    old.post(reverse("mfa_activate_totp"), {"code": "000000"})
    assert not opens(old), "asking to set up what is there shows nothing"
    old.post(reverse("mfa_reauthenticate"), {"code": code_now()})
    assert opens(old)


def test_the_last_factor_of_a_role_that_needs_one_stays(world: World) -> None:
    from allauth.mfa.models import Authenticator

    for name, left in (("auditor", 2), ("facilitator", 0)):
        user = world[name]
        give_app(user)
        client = sign_in(user)
        client.post(reverse("mfa_deactivate_totp"))
        assert Authenticator.objects.filter(user_id=user.pk).count() == left, name


def test_a_leaver_is_out_at_the_next_request_and_stays_out_after_coming_back(world: World) -> None:
    operator, administrator = world["village_operator"], world["administrator"]
    client = sign_in(operator)
    assert opens(client)
    told = {"user_id": operator.pk, "acting_user": administrator, "reason": "pindah"}
    from datetime import date

    actions.deactivate_user(left_on=date(2025, 1, 31), **told)
    answer = client.get(reverse("account"))
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))
    assert give_password(Client(), operator.username).url == reverse("account_inactive")
    _, password = actions.reactivate_user(**told)
    assert not opens(client), "an old session does not come back to life"
    assert give_password(Client(), operator.username, password).url == "/"


def test_a_new_session_key_is_given_at_sign_in(world: World) -> None:
    client = Client()
    client.get(reverse("account_login"))
    session = client.session
    session["kept"] = 1
    session.save()
    client.cookies["sessionid"] = session.session_key
    before = session.session_key
    give_password(client, "village_operator")
    assert client.session.session_key != before


def test_a_changed_password_ends_the_other_sessions_and_not_this_one(world: World) -> None:
    here, elsewhere = sign_in(world["village_operator"]), sign_in(world["village_operator"])
    given = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert here.post(reverse("account_change_password"), given).status_code == 302
    assert opens(here)
    assert not opens(elsewhere)
    with acting_as(world["village_operator"].pk):
        assert Entry.objects.filter(verb="change_password").count() == 1


def test_signing_out_everywhere_ends_the_other_sessions_and_not_this_one(world: World) -> None:
    here, elsewhere = sign_in(world["village_operator"]), sign_in(world["village_operator"])
    here.post(reverse("sign_out_everywhere"))
    assert opens(here)
    assert not opens(elsewhere)


def test_a_temporary_password_opens_nothing_but_its_change(world: World) -> None:
    operator = world["village_operator"]
    _, password = actions.give_new_password(user_id=operator.pk, acting_user=world["administrator"])
    client = Client()
    give_password(client, operator.username, password)
    for name in ("account", "front", "mfa_index", "mfa_activate_totp"):
        assert client.get(reverse(name)).url == reverse("account_change_password"), name
    given: dict[str, Any] = {"oldpassword": password, "password1": NEW, "password2": NEW}
    client.post(reverse("account_change_password"), given)
    assert opens(client)


def test_a_hash_of_an_old_kind_is_renewed_at_sign_in(world: World, settings: Any) -> None:
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.Argon2PasswordHasher",
        "django.contrib.auth.hashers.MD5PasswordHasher",
    ]
    assert User.objects.get(username="village_operator").password.startswith("md5")
    client = Client()
    give_password(client, "village_operator")
    assert begins_session(client)
    assert User.objects.get(username="village_operator").password.startswith("argon2")


def test_a_step_that_matters_asks_again_when_the_login_is_old(world: World) -> None:
    administrator = world["administrator"]
    give_app(administrator)
    client = sign_in(administrator)
    assert opens(client, "user_new")
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 16 * 60
    session.save()
    answer = client.get(reverse("user_new"))
    assert answer.url == f"{reverse('account_reauthenticate')}?next={reverse('user_new')}"
    proved = client.post(answer.url, {"password": PASSWORD, "next": reverse("user_new")})
    assert proved.url == reverse("user_new")
    assert opens(client, "user_new")


def test_pages_of_who_is_signed_in_are_kept_by_no_browser(world: World) -> None:
    client = sign_in(world["village_operator"])
    assert "no-store" in client.get(reverse("account"))["Cache-Control"]
