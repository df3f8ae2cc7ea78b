"""Finding a family, and its page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tepat.audit.actions import record
from tepat.console.forms import SearchForm
from tepat.engine.text import Text
from tepat.places.models import COUNTRY_ID, Place
from tepat.registry import queries
from tepat.staff.models import User
from tepat.staff.permissions import READERS, allowed

TITLE = Text("Cari keluarga", "Find a family")


@allowed(READERS)
def search(request: HttpRequest) -> HttpResponse:
    """By NIK or KK number anywhere in one's places, by name in one of them."""
    user: Any = request.user
    scopes = scopes_of(user)
    form = SearchForm(request.POST or None)
    context: dict[str, Any] = {"title": TITLE, "form": form, "scopes": scopes}
    status = 200
    if request.method == "POST":
        if form.is_valid():
            context |= found(form, user, scopes)
        else:
            status = 422
    return render(request, "console/search.html", context, status=status)


def scopes_of(user: User) -> list[Place]:
    """The places in which a user may look for a name: their own."""
    return list(
        Place.objects.filter(
            pk__in=user.assignments.filter(ended_at=None).values("place")
        ).order_by("level", "name")[:50]
    )


def found(form: SearchForm, user: User, scopes: list[Place]) -> dict[str, Any]:
    """What a search found; that it was made is written down, without what was sought."""
    text = str(form.cleaned_data["text"])
    by_number = text.isdigit()
    if by_number:
        results = queries.find_by_number(text)
        where = None
    else:
        chosen = form.cleaned_data["place"]
        where = next((one for one in scopes if one.pk == chosen), scopes[0] if scopes else None)
        if where is None:
            return {"results": [], "searched": True}
        if where.pk == COUNTRY_ID:
            return {"results": [], "searched": True, "needs_place": True}
        results = queries.find_by_name(text, place_id=where.pk)
    record(
        actor_id=user.pk,
        verb="search_number" if by_number else "search_name",
        subject="family",
        home_id=where.pk if where else None,
        details={"found": len(results)},
    )
    names = dict(
        Place.objects.filter(pk__in={one.place_id for one in results}).values_list("pk", "name")
    )
    return {
        "results": [(one, names.get(one.place_id, "")) for one in results[: queries.PAGE]],
        "more": len(results) > queries.PAGE,
        "searched": True,
        "by_number": by_number,
    }
