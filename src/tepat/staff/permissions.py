"""Which roles may open a page. Each view says it; a test refuses a route that does not.

The database guards rows whatever a view says; this guards pages. Nobody is asked for a place here:
a family outside the user's places does not exist for them, and the answer is 404.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from tepat.staff.models import Role, User
from tepat.staff.once import answered_once, number_of

View = Callable[..., HttpResponseBase]

STAFF = frozenset(Role) - {Role.SYSTEM}
READERS = STAFF - {Role.ADMINISTRATOR}  # who may see families
WRITERS = READERS - {Role.AUDITOR}
FIELD = frozenset(
    {Role.VILLAGE_OPERATOR, Role.FACILITATOR, Role.KABUPATEN_VERIFIER, Role.HEAD_OF_OFFICE}
)
APPROVERS = frozenset({Role.KABUPATEN_VERIFIER, Role.HEAD_OF_OFFICE, Role.MINISTRY_APPROVER})
MINISTRY = frozenset({Role.MINISTRY_ANALYST, Role.MINISTRY_APPROVER})
SECOND_FACTOR = STAFF - {Role.VILLAGE_OPERATOR, Role.FACILITATOR}


def allowed(roles: frozenset[Role]) -> Callable[[View], View]:
    """Let these roles open a page: others get 403, and who is not signed in is asked to.

    A form with a number (``{% form_number %}``) that was saved is not given to the view again.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *words: Any, **named: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if request.user.role not in roles:
                raise PermissionDenied
            number = number_of(request)
            if number is not None:
                return answered_once(request, number, partial(view, request, *words, **named))
            return view(request, *words, **named)

        guarded.allowed_roles = roles  # type: ignore[attr-defined]
        return guarded

    return guard


def user_of(request: HttpRequest) -> User:
    """Who is signed in. For views behind `allowed`, which let nobody else in."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def public(view: View) -> View:
    """A page that anybody may open."""
    view.allowed_roles = None  # type: ignore[attr-defined]
    return view
