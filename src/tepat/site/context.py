"""What every page's frame needs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from tepat.console.navigation import navigation_for, place_and_role
from tepat.staff.models import User


def shell(request: HttpRequest) -> dict[str, Any]:
    """The menu of the signed-in user, and where they work as what."""
    user = getattr(request, "user", None)  # a host name is refused before anyone is known
    if not isinstance(user, User):
        return {"navigation": []}
    return {"navigation": navigation_for(request), "place_and_role": place_and_role(user)}
