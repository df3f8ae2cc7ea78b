"""The list of users, the search in it, and a new one. For administrators."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tepat.engine.errors import TepatError
from tepat.engine.text import Text
from tepat.staff import actions, lockout, queries
from tepat.staff.forms import NewUserForm, SearchForm, UserFilter
from tepat.staff.language import language, say
from tepat.staff.models import Role, User
from tepat.staff.permissions import allowed, user_of
from tepat.staff.proof import recently_proved
from tepat.staff.roles import role_name

PER_PAGE = 50
TITLE = Text("Pengguna", "Users")
ADMINISTRATORS = allowed(frozenset({Role.ADMINISTRATOR}))
_ACTIVE = {"berhenti": False, "semua": None}
_COLUMNS = (
    Text("Nama", "Name"),
    Text("Akun", "Account"),
    Text("Peran", "Role"),
    Text("Wilayah", "Places"),
    Text("Status", "State"),
)


@ADMINISTRATORS
def user_list(request: HttpRequest) -> HttpResponse:
    """Users by role, place and state; names are sought by another form."""
    form = UserFilter(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    found = queries.find_places(chosen.get("wilayah", ""))
    users = queries.users(
        role=chosen.get("peran", ""),
        place_id=found[0].id if found else None,
        active=_ACTIVE.get(chosen.get("status", ""), True),
    )
    if chosen.get("wilayah") and not found:
        users = users.none()
    page = Paginator(users, PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "table": _table(list(page), TITLE), "title": TITLE}
    chips = _chips(chosen, found)
    context |= {"chosen": chips, "clear": reverse("users") if chips else ""}
    return render(request, "staff/users.html", context | {"search": SearchForm()})


@ADMINISTRATORS
def search(request: HttpRequest) -> HttpResponse:
    """Users by name or account; the words stand in no address."""
    form = SearchForm(request.POST or None)
    context: dict[str, Any] = {"title": Text("Cari pengguna", "Find a user"), "search": form}
    if form.is_valid():
        found = list(queries.users_named(form.cleaned_data["nama"]))
        context |= {"searched": True, "table": _table(found, TITLE)}
        context["more"] = len(found) == queries.FOUND_AT_MOST
    return render(request, "staff/user_search.html", context, status=422 if form.errors else 200)


@ADMINISTRATORS
@recently_proved
def create(request: HttpRequest) -> HttpResponse:
    """A new account; its temporary password is shown this once."""
    form = NewUserForm(request.POST or None, initial={"role": Role.VILLAGE_OPERATOR})
    if form.is_valid():
        try:
            user, password = actions.create_user(acting_user=user_of(request), **form.cleaned_data)
        except TepatError as error:
            form.add_error("username", error.in_language(language())["what"])
        else:
            return password_page(request, user, password)
    context = {"title": Text("Pengguna baru", "New user"), "form": form}
    context["breadcrumbs"] = [(reverse("users"), TITLE), ("", context["title"])]
    return render(request, "staff/user_new.html", context, status=422 if form.errors else 200)


def password_page(request: HttpRequest, user: User, password: str) -> HttpResponse:
    """The one page that shows a temporary password; browsers do not keep it."""
    context = {"title": Text("Kata sandi sementara", "Temporary password")}
    answer = render(
        request, "staff/password.html", {**context, "account": user, "password": password}
    )
    answer["Cache-Control"] = "no-store"
    return answer


def _table(users: list[User], caption: Text) -> dict[str, Any]:
    places = queries.places_of(user.pk for user in users)
    locked = lockout.locked_accounts([user.username for user in users])
    rows = [
        {
            "cells": [
                user.name,
                user.username,
                say(role_name(user.role)),
                _places(places.get(user.pk, [])),
                _state(user, locked),
            ],
            "url": reverse("user", args=[user.pk]),
        }
        for user in users
    ]
    columns = [{"label": label} for label in _COLUMNS]
    return {"caption": caption, "caption_hidden": True, "columns": columns, "rows": rows}


def _places(places: list[queries.PlaceFound]) -> str:
    if not places:
        return "–"
    rest = len(places) - 2
    more = say(Text(f" dan {rest} lagi", f" and {rest} more")) if rest > 0 else ""
    return ", ".join(place.name for place in places[:2]) + more


def _state(user: User, locked: set[str]) -> dict[str, Any]:
    if not user.is_active:
        return {"text": None, "state": "neutral", "word": Text("Berhenti", "Left")}
    if user.username in locked:
        return {"text": None, "state": "waiting", "word": Text("Terkunci", "Locked")}
    return {"text": None, "state": "yes", "word": Text("Aktif", "Active")}


def _chips(chosen: dict[str, Any], found: list[queries.PlaceFound]) -> list[tuple[str, str]]:
    """What is filtered, each with the address of the list without it."""
    words = {"status": {"berhenti": Text("Berhenti", "Left"), "semua": Text("Semua", "All")}}
    chips = []
    for name, value in chosen.items():
        if not value:
            continue
        text = value
        if name == "peran":
            text = say(role_name(value))
        elif name == "wilayah":
            text = ", ".join(filter(None, (found[0].name, found[0].path))) if found else value
        elif name in words:
            text = say(words[name][value])
        rest = {key: one for key, one in chosen.items() if one and key != name}
        chips.append((text, f"{reverse('users')}?{urlencode(rest)}"))
    return chips
