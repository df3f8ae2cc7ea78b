"""Addresses with every mistake that the matrix must report; nobody serves them."""

from __future__ import annotations

import uuid

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import include, path

from tepat.registry.models import Family
from tepat.staff.models import Role
from tepat.staff.permissions import READERS, STAFF, allowed


def undeclared(request: HttpRequest) -> HttpResponse:
    """Says to nobody whom it lets in."""
    return HttpResponse("open")


def claims_only(request: HttpRequest) -> HttpResponse:
    """Says that auditors may open it, and asks nobody."""
    return HttpResponse("open")


claims_only.allowed_roles = frozenset({Role.AUDITOR})  # type: ignore[attr-defined]


@allowed(READERS)
def opens_any_family(request: HttpRequest, family: uuid.UUID) -> HttpResponse:
    """Neither looks whether the family is in reach, nor writes down that it was opened."""
    return HttpResponse("open")


@allowed(READERS)
def lets_everybody_write(request: HttpRequest) -> HttpResponse:
    """Writes for auditors, too."""
    if request.method == "POST":
        with connection.cursor() as cursor:
            cursor.execute("UPDATE staff_user SET last_login = now()")
        return redirect("/")
    return HttpResponse("")


@allowed(STAFF)
def shows_families_to_all(request: HttpRequest) -> HttpResponse:
    """A name, where an administrator looks."""
    return HttpResponse("Keluarga Rukmini")


@allowed(READERS)
def forbids_everything(request: HttpRequest) -> HttpResponse:
    """Breaks for those whom it lets in."""
    Family.objects.get(pk=-1)
    return HttpResponse("")


@allowed(STAFF)
def of_unknown_kind(request: HttpRequest, thing: int) -> HttpResponse:
    """Has a part that no sample fills."""
    return HttpResponse(str(thing))


urlpatterns = [
    path("undeclared/", undeclared, name="undeclared"),
    path("claims/", claims_only, name="claims_only"),
    path("any/<uuid:family>/", opens_any_family, name="opens_any_family"),
    path("write/", lets_everybody_write, name="lets_everybody_write"),
    path("shows/", shows_families_to_all, name="shows_families_to_all"),
    path("breaks/", forbids_everything, name="forbids_everything"),
    path("thing/<int:thing>/", of_unknown_kind, name="of_unknown_kind"),
    path("", include("tepat.site.urls")),
]
