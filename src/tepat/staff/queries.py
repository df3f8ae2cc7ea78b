"""Reads about users and where they work. Nothing here touches a family."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from tepat.staff.models import Assignment, Role, User

FOUND_AT_MOST = 30
_SHORT = {"kabupaten": "Kab.", "kota": "Kota", "kecamatan": "Kec.", "desa": "Desa"}
_SHORT |= {"kelurahan": "Kel.", "desa_adat": "Desa"}


@dataclass(frozen=True)
class PlaceFound:
    """A place with the names of those above it, for somebody who chooses."""

    id: int
    name: str
    path: str


def users(
    *, role: str = "", place_id: int | None = None, active: bool | None = True
) -> QuerySet[User]:
    """Users by name, filtered; a place stands for all places below it, too."""
    found = User.objects.exclude(role=Role.SYSTEM)
    if role:
        found = found.filter(role=role)
    if active is not None:
        found = found.filter(is_active=active)
    if place_id is not None:
        open_ones = Assignment.objects.filter(
            ended_at=None, place__above__ancestor_id=place_id
        ).values("user_id")
        found = found.filter(pk__in=open_ones)
    return found.order_by("name", "pk")


def users_named(words: str) -> QuerySet[User]:
    """Users whose name or account holds all these words, at most `FOUND_AT_MOST`."""
    found = User.objects.exclude(role=Role.SYSTEM)
    for word in words.split():
        found = found.filter(Q(name__icontains=word) | Q(username__icontains=word.lower()))
    return found.order_by("name", "pk")[:FOUND_AT_MOST]


def places_of(user_ids: Iterable[int]) -> dict[int, list[PlaceFound]]:
    """Where each of these users works now, largest places first."""
    open_ones = Assignment.objects.filter(user_id__in=list(user_ids), ended_at=None)
    rows = list(
        open_ones.order_by("place__level", "place__name").values_list("user_id", "place_id")
    )
    named = {one.id: one for one in _with_paths({place for _, place in rows})}
    found: dict[int, list[PlaceFound]] = {}
    for user_id, place_id in rows:
        found.setdefault(user_id, []).append(named[place_id])
    return found


def find_places(words: str) -> list[PlaceFound]:
    """Places whose name begins with these words, or whose code it is; large ones first."""
    text = " ".join(words.split())
    if not text:
        return []
    digits = re.sub(r"\D", "", text)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.id FROM places_place AS p WHERE p.ended_on IS NULL AND (p.name ILIKE %s "
            "OR p.id IN (SELECT place_id FROM places_code WHERE code = %s AND valid_to IS NULL)) "
            "ORDER BY p.level, p.name LIMIT %s",
            [_escaped(text) + "%", digits, FOUND_AT_MOST],
        )
        ids = [row[0] for row in cursor.fetchall()]
    named = {one.id: one for one in _with_paths(ids)}
    return [named[one] for one in ids]


def place_named(place_id: int | None) -> PlaceFound | None:
    """One place with its path; None where there is none."""
    return next(iter(_with_paths([place_id] if place_id else [])), None)


def places_with_ids(place_ids: Iterable[int | None]) -> list[PlaceFound]:
    """Places with their paths; None among the ids is passed over."""
    return _with_paths([one for one in place_ids if one is not None])


def names_of(user_ids: Iterable[int]) -> dict[int, str]:
    """The names of users by their ids, leavers too."""
    return dict(User.objects.filter(pk__in=set(user_ids)).values_list("pk", "name"))


def recent_sign_ins(user: User) -> Sequence[tuple[datetime, str]]:
    """The last times this account signed in, and from which address."""
    from axes.models import AccessLog

    rows = AccessLog.objects.filter(username=user.username).order_by("-attempt_time")
    return list(rows.values_list("attempt_time", "ip_address")[:5])


def history_of(user: User) -> list[dict[str, Any]]:
    """What administrators and the user did to this account, newest first."""
    from tepat.audit.models import Entry

    rows = Entry.objects.filter(subject="user", subject_id=user.pk).order_by("-at", "-id")
    return [dict(row) for row in rows.values("at", "actor_id", "verb", "reason", "details")[:50]]


_PATHS = """
SELECT p.id, p.kind, p.name,
       (SELECT string_agg(a.name, ', ' ORDER BY a.level DESC)
        FROM places_within AS w JOIN places_place AS a ON a.id = w.ancestor_id
        WHERE w.place_id = p.id AND a.id <> p.id AND a.level > 0)
FROM places_place AS p WHERE p.id = ANY (%s) ORDER BY p.level, p.name
"""


def _with_paths(place_ids: Iterable[int]) -> list[PlaceFound]:
    with connection.cursor() as cursor:
        cursor.execute(_PATHS, [list(place_ids)])
        rows = cursor.fetchall()
    return [
        PlaceFound(number, f"{_SHORT.get(kind, '')} {name}".strip(), path or "")
        for number, kind, name, path in rows
    ]


def _escaped(text: str) -> str:
    """Text in which LIKE sees no wildcard."""
    return re.sub(r"([\\%_])", r"\\\1", text)


def system_id() -> int:
    """The account in whose name the application works when nobody asked it to."""
    return User.objects.only("pk").get(role=Role.SYSTEM, username="system").pk
