"""The page that holds together the ways in which data comes in and goes."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tepat.console.navigation import DATA_ITEMS, DATA_ROLES
from tepat.engine.text import Text
from tepat.staff.permissions import allowed


@allowed(DATA_ROLES)
def data(request: HttpRequest) -> HttpResponse:
    """What the user may open of it."""
    user: Any = request.user
    ways = [
        (reverse(item.route), item.text, item.about)
        for item in DATA_ITEMS
        if user.role in item.roles
    ]
    return render(request, "console/data.html", {"title": Text("Data", "Data"), "ways": ways})
