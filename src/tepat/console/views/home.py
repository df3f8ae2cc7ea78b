"""The front page: for everybody what this is, for staff what waits for them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tepat.console.navigation import navigation_for
from tepat.engine.text import Text
from tepat.staff.models import User
from tepat.staff.permissions import public


@public
def front(request: HttpRequest) -> HttpResponse:
    """Without login: what Tepat is and where to sign in. With: the way to one's work."""
    if not isinstance(request.user, User):
        return render(request, "console/front.html", {})
    title = Text("Selamat datang, {name}", "Welcome, {name}").filled(name=request.user.name)
    return render(request, "console/home.html", {"title": title, "items": navigation_for(request)})
