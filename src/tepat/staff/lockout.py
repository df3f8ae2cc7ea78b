"""An account rests after too many wrong passwords or codes. Never an address: offices share one.

django-axes counts, in the database, so that all processes know. A code of the second factor that is
wrong counts like a password that is wrong. Passkeys are not counted, for they cannot be guessed.
"""

from __future__ import annotations

import hmac
import math
import re
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.db.models import Max, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from tepat.engine.text import Text

ACCOUNT_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,59}")


def account_name(request: HttpRequest, credentials: dict[str, Any] | None) -> str | None:
    """The name under which attempts are counted: one for all ways to write it.

    What cannot be an account's name may be a password in the wrong box, so only a digest is kept.
    """
    said = (credentials or {}).get("username") or request.POST.get("login")
    if not said:
        return None
    name = str(said).strip().lower()
    if ACCOUNT_NAME.fullmatch(name) and _exists(name):
        return name
    return "?" + hmac.digest(settings.SECRET_KEY.encode(), name.encode(), "sha256").hex()[:24]


def locked_until(name: str) -> datetime | None:
    """Until when an account rests; None where it does not."""
    from axes.models import AccessAttempt

    rest = timedelta(hours=settings.AXES_COOLOFF_TIME)
    recent = AccessAttempt.objects.filter(username=name, attempt_time__gte=timezone.now() - rest)
    found = recent.aggregate(failures=Sum("failures_since_start"), last=Max("attempt_time"))
    if (found["failures"] or 0) < settings.AXES_FAILURE_LIMIT:
        return None
    last: datetime = found["last"]
    return last + rest


def locked_accounts(names: list[str]) -> set[str]:
    """Those of the accounts that rest now."""
    from axes.models import AccessAttempt

    rest = timedelta(hours=settings.AXES_COOLOFF_TIME)
    recent = AccessAttempt.objects.filter(
        username__in=names, attempt_time__gte=timezone.now() - rest
    ).order_by()
    sums = recent.values("username").annotate(failures=Sum("failures_since_start"))
    locked = sums.filter(failures__gte=settings.AXES_FAILURE_LIMIT)
    return set(locked.values_list("username", flat=True))


def unlock(name: str) -> None:
    """Forget the wrong attempts at an account."""
    from axes.models import AccessAttempt

    AccessAttempt.objects.filter(username=name).delete()


def refuse_if_locked(request: HttpRequest, name: str) -> bool:
    """Whether the account rests; the answer to this request then says for how long."""
    if not getattr(settings, "AXES_ENABLED", True) or locked_until(name) is None:
        return False
    _mark(request, name)
    return True


def locked_page(
    request: HttpRequest, response: HttpResponse | None, credentials: dict[str, Any] | None
) -> HttpResponse:
    """The answer to whoever tries an account that rests."""
    name = account_name(request, credentials)
    until = locked_until(name) if name else None
    left = (until - timezone.now()).total_seconds() if until else settings.AXES_COOLOFF_TIME * 3600
    context: dict[str, Any] = {
        "title": Text("Akun ini istirahat sebentar", "This account rests for a while")
    }
    context |= {"minutes": max(1, math.ceil(left / 60)), "limit": settings.AXES_FAILURE_LIMIT}
    return render(request, "account/locked.html", context, status=429)


def connect() -> None:
    """Count wrong codes as well."""
    from allauth.mfa.signals import authentication_failed

    authentication_failed.connect(_count_wrong_code, dispatch_uid="tepat wrong code")


def _count_wrong_code(request: HttpRequest, user: Any, **_more: Any) -> None:
    credentials = {"username": user.username}
    user_login_failed.send(sender=__name__, credentials=credentials, request=request)


def _mark(request: HttpRequest, name: str) -> None:
    """As axes marks a request; its middleware then answers."""
    request.axes_locked_out = True  # type: ignore[attr-defined]
    request.axes_credentials = {"username": name}  # type: ignore[attr-defined]


def _exists(name: str) -> bool:
    from tepat.staff.models import User

    return User.objects.filter(username=name).exists()
