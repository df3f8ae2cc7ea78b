"""What surrounds every request: its language, one transaction that acts as the user, errors."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import patch_vary_headers

from tepat.engine.errors import TepatError
from tepat.staff.context import set_user
from tepat.staff.language import language


def language_of(request: HttpRequest) -> str:
    """The code of the language that the reader chose, else of Indonesian."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


class LanguageMiddleware:
    """Indonesian, unless the reader chose English here: what a browser prefers is not asked.

    Browsers of offices are often set to English by whoever installed them.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the language of the cookie."""
        code = language_of(request)
        with translation.override(code):
            request.LANGUAGE_CODE = code
            answer = self.get_response(request)
        answer.headers.setdefault("Content-Language", code)
        patch_vary_headers(answer, ("Cookie",))
        return answer


class ActingUserMiddleware:
    """Tell the database who asks, for the time of this request and no longer.

    ATOMIC_REQUESTS is needed as well: an exception of the view is an answer by the time it is
    here, and only the view's own transaction takes its writes back.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer inside a transaction that carries the user's number."""
        with transaction.atomic():
            set_user(request.user.pk if request.user.is_authenticated else None)
            return self.get_response(request)


class ProblemMiddleware:
    """Answer an error that a person can act on with a page that says it; nothing is half done."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The page for a TepatError; other errors go their way."""
        if not isinstance(error, TepatError):
            return None
        known = {"not_allowed": 403, "family_not_found": 404, "disk_full": 507}
        status = known.get(error.code, 409)
        problem = error.in_language(language())
        return render(request, "problem.html", {"problem": problem}, status=status)
