"""What surrounds every request: one transaction that acts as the signed-in user."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from tepat.staff.context import set_user


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
