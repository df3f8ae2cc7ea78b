"""Signing in as people do, with a second factor where there is one."""

from __future__ import annotations

import time
from typing import Any

from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from tepat.staff.context import acting_as
from tepat.staff.models import User

PASSWORD = "a long password for tests"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def give_app(user: User) -> None:
    """An authenticator app with a known secret, and recovery codes."""
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP

    with acting_as(user.pk):
        TOTP.activate(user, SECRET)
        RecoveryCodes.activate(user)


def code_now(later: int = 0) -> str:
    """The code that the app shows now, or so many periods later."""
    from allauth.mfa.totp.internal import auth

    return auth.format_hotp_value(auth.hotp_value(SECRET, int(time.time()) // 30 + later))


def wrong_code() -> str:
    """Six digits that no app shows in these minutes."""
    right = {code_now(later) for later in (-2, -1, 0, 1, 2)}
    return next(code for code in ("000000", "111111", "222222", "333333") if code not in right)


def give_password(client: Client, name: str, password: str = PASSWORD) -> Any:
    """The first step."""
    return client.post(reverse("account_login"), {"login": name, "password": password})


def sign_in(user: User) -> Client:
    """Both steps; the app is there already where it is needed."""
    client = Client()
    answer = give_password(client, user.username)
    if answer.url == reverse("mfa_authenticate"):
        cache.clear()
        client.post(reverse("mfa_authenticate"), {"code": code_now()})
    return client


def begins_session(client: Client) -> bool:
    """Whether somebody is signed in here."""
    return "_auth_user_id" in client.session
