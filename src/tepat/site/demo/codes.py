"""The accounts of a demonstration, and the codes of their second factor."""

from __future__ import annotations

import time

from tepat.engine.errors import TepatError
from tepat.site.demo.accounts import PASSWORD

PERIOD = 30  # seconds that a code holds, as allauth makes them


def current_code(account: str) -> tuple[str, int]:
    """The code that an account's second factor shows now, and for how many seconds more.

    Raises:
        TepatError: ``not_a_demo`` on any real database, ``account_unknown`` or ``account_plain``.
    """
    from allauth.mfa.adapter import get_adapter
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal import auth

    from tepat.site.schema import is_demo
    from tepat.staff.models import User

    if not is_demo():
        raise TepatError(
            "not_a_demo",
            "Codes are given for the accounts of a demonstration only, and this is none.",
            do="Take the code from the device that the account's owner registered.",
        )
    user = User.objects.filter(username=account.lower()).first()
    if user is None:
        raise TepatError(
            "account_unknown", f"There is no account {account}.", do="`tepat demo` lists them."
        )
    found = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    if found is None:
        raise TepatError(
            "account_plain",
            f"{account} has no second factor.",
            do="Log in with the password alone.",
        )
    secret = get_adapter().decrypt(found.data["secret"])
    now = int(time.time())
    value = auth.hotp_value(secret, now // PERIOD)
    return auth.format_hotp_value(value), PERIOD - now % PERIOD


def account_lines() -> list[str]:
    """What to print of the accounts: one of each role, and how to get a code."""
    from allauth.mfa.models import Authenticator

    from tepat.staff.models import Role, User

    coded = set(Authenticator.objects.values_list("user_id", flat=True))
    users = User.objects.filter(is_active=True).exclude(role=Role.SYSTEM).order_by("id")
    first = {user.role: user for user in reversed(users)}
    lines = [
        f"  {user.username:<24}{Role(role).label}{'  (code)' if user.pk in coded else ''}"
        for role, user in sorted(first.items(), key=lambda item: Role.values.index(item[0]))
    ]
    if lines:
        lines.append(f"Password of each: {PASSWORD}")
        lines.append("Where it says code: .venv/bin/tepat otp ACCOUNT")
    return lines
