"""A place: what lies in it, and how good its record is."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from tepat.console.views.families import scopes_of
from tepat.engine.text import Text
from tepat.places.models import COUNTRY_ID, Place
from tepat.places.queries import children_of
from tepat.places.rules import full_name
from tepat.staff.permissions import READERS, allowed


@allowed(READERS)
def own(request: HttpRequest) -> HttpResponse:
    """The places one works in; straight to it where there is one."""
    user: Any = request.user
    scopes = scopes_of(user)
    if len(scopes) == 1:
        return redirect("place", place=scopes[0].pk)
    return render(
        request, "console/places.html", {"title": Text("Wilayah", "Places"), "places": scopes}
    )


@allowed(READERS)
def place(request: HttpRequest, place: int) -> HttpResponse:
    """One place and those below it."""
    found = get_object_or_404(Place, pk=place)
    name = "Indonesia" if found.pk == COUNTRY_ID else full_name(found.kind, found.name)
    return render(
        request,
        "console/place.html",
        {"title": Text(name, name), "place": found, "children": children_of(found.pk)},
    )
