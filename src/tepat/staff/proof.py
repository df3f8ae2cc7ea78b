"""What a session has proved: by a password, by a second factor, and how long ago.

allauth keeps a record of each proof in the session, bound to the user. A session whose records hold
a second factor has passed it at this login; a session that began before the user had one has not.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import app_settings
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from tepat.audit.actions import record
from tepat.engine.text import Text
from tepat.staff.language import say
from tepat.staff.models import User
from tepat.staff.permissions import SECOND_FACTOR

View = Callable[..., HttpResponseBase]
LAST_FACTOR = Text(
    "Peran Anda memerlukan faktor kedua. Tambahkan yang lain dahulu, lalu hapus yang ini.",
    "Your role needs a second factor. Add another one first, then remove this one.",
)


def factors(user: User) -> list[int]:
    """Ids of a user's second factors: apps and passkeys. Recovery codes alone are none."""
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return list(
        Authenticator.objects.filter(user_id=user.pk, type__in=kinds).values_list("pk", flat=True)
    )


def has_passed_second_factor(request: HttpRequest) -> bool:
    """Whether this login has shown a second factor."""
    records = get_authentication_records(request, request.user)
    return any(record.get("method") == "mfa" for record in records)


def has_proved_recently(request: HttpRequest) -> bool:
    """Whether the last proof of this session, at login or since, is fresh enough."""
    records = get_authentication_records(request, request.user)
    last = max((record["at"] for record in records), default=0.0)
    return bool(time.time() - last < app_settings.REAUTHENTICATION_TIMEOUT)


def recently_proved(view: View) -> View:
    """Ask again who it is before a step that matters."""

    @wraps(view)
    def guarded(request: HttpRequest, *words: Any, **named: Any) -> HttpResponseBase:
        if request.user.is_authenticated and not has_proved_recently(request):
            return redirect_to_login(request.get_full_path(), reverse("account_reauthenticate"))
        return view(request, *words, **named)

    return guarded


def watched_factors(view: View) -> View:
    """Of a view that sets up or removes a second factor: what changed goes into the audit.

    Who has just set one up has shown it, so this session has passed it.
    """

    @wraps(view)
    def watched(request: HttpRequest, *words: Any, **named: Any) -> HttpResponseBase:
        if request.method != "POST" or not request.user.is_authenticated:
            return view(request, *words, **named)
        user = request.user
        before = set(factors(user))
        answer = view(request, *words, **named)
        after = set(factors(user))
        if after - before:
            record_authentication(request, user, method="mfa", type="set_up")
            _record("add_second_factor", user)
        elif before - after:
            _record("remove_second_factor", user)
        return answer

    return watched


def _record(verb: str, user: User) -> None:
    record(actor_id=user.pk, verb=verb, subject="user", subject_id=user.pk)


def keeps_a_factor(view: View) -> View:
    """Of a view that removes a passkey: not the last factor of one who must have one."""

    @wraps(view)
    def guarded(request: HttpRequest, *words: Any, **named: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            get_object_or_404(Authenticator, pk=named["pk"], user_id=request.user.pk)
        if request.user.is_authenticated and not may_remove_factor(request.user):
            messages.error(request, say(LAST_FACTOR))
            return redirect("mfa_index")
        return view(request, *words, **named)

    return guarded


def may_remove_factor(user: User) -> bool:
    """Whether a user may do with one factor less."""
    return user.role not in SECOND_FACTOR or len(factors(user)) > 1
