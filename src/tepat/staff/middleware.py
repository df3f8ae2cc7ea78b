"""Before any page: a temporary password is changed, and a second factor is there and was shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import add_never_cache_headers

from tepat.staff.models import User
from tepat.staff.permissions import SECOND_FACTOR
from tepat.staff.proof import factors, has_passed_second_factor

ALWAYS = {"account_logout", "set_language"}
PASSWORD = ALWAYS | {"account_change_password"}
SET_UP = ALWAYS | {
    "account_reauthenticate",
    "staff_second_factor",
    "mfa_activate_totp",
    "mfa_add_webauthn",
}
SHOW = ALWAYS | {"mfa_reauthenticate", "mfa_reauthenticate_webauthn"}


class ProofMiddleware:
    """Gives a session that has not proved enough the page where it can, and no other.

    Stands after the middleware that says who acts, so that it reads the user's factors as the user.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer; what a signed-in user sees is kept by no browser and no proxy."""
        answer = self.get_response(request)
        if request.user.is_authenticated and not answer.has_header("Cache-Control"):
            add_never_cache_headers(answer)
            answer["Cache-Control"] = "no-store, private"
        return answer

    def process_view(
        self, request: HttpRequest, view: Any, words: Any, named: Any
    ) -> HttpResponse | None:
        """A redirection where something is missing, else nothing."""
        if not request.user.is_authenticated or request.resolver_match is None:
            return None
        page = request.resolver_match.view_name
        if request.user.must_change_password:
            return None if page in PASSWORD else redirect("account_change_password")
        if has_passed_second_factor(request):
            return None
        return _second_factor(request, request.user, page)


def _second_factor(request: HttpRequest, user: User, page: str) -> HttpResponse | None:
    if factors(user):
        there = reverse("mfa_reauthenticate")
        return None if page in SHOW else redirect_to_login(request.get_full_path(), there)
    if user.role in SECOND_FACTOR:
        return None if page in SET_UP else redirect("staff_second_factor")
    return None
