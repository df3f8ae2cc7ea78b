"""The menu of the signed-in user: what their role may open."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.http import HttpRequest
from django.urls import get_resolver, reverse

from tepat.engine.text import Text
from tepat.staff.language import say
from tepat.staff.models import Role, User
from tepat.staff.permissions import FIELD, MINISTRY, READERS
from tepat.staff.roles import role_name


@dataclass(frozen=True)
class Item:
    """One entry of the menu."""

    route: str
    text: Text
    roles: frozenset[Role]


ITEMS = (
    Item("families", Text("Keluarga", "Families"), READERS),
    Item("interviews", Text("Wawancara", "Interviews"), FIELD),
    Item("places", Text("Wilayah", "Places"), READERS),
    Item("imports", Text("Impor", "Imports"), READERS),
    Item(
        "lists",
        Text("Daftar", "Lists"),
        MINISTRY | {Role.AUDITOR, Role.KABUPATEN_VERIFIER, Role.HEAD_OF_OFFICE},
    ),
    Item("quality", Text("Mutu data", "Data quality"), READERS),
    Item("runs", Text("Perhitungan", "Runs"), MINISTRY | {Role.AUDITOR, Role.KABUPATEN_VERIFIER}),
    Item("erasures", Text("Penghapusan", "Erasures"), MINISTRY | FIELD | {Role.AUDITOR}),
    Item("audit", Text("Audit", "Audit"), frozenset({Role.AUDITOR, Role.MINISTRY_APPROVER})),
    Item("users", Text("Pengguna", "Users"), frozenset({Role.ADMINISTRATOR})),
)


def navigation_for(request: HttpRequest) -> list[tuple[str, Text, bool]]:
    """(address, text, whether it is the present part) of what the user may open."""
    user = request.user
    if not isinstance(user, User):
        return []
    items = []
    for item in ITEMS:
        if user.role not in item.roles:
            continue
        if item.route not in get_resolver().reverse_dict:
            continue
        url = reverse(item.route)
        items.append((url, item.text, request.path.startswith(url)))
    return items


_PLACES = """
SELECT p.name, p.kind FROM staff_assignment AS a JOIN places_place AS p ON p.id = a.place_id
WHERE a.user_id = %s AND a.ended_at IS NULL ORDER BY p.level, p.name LIMIT 3
"""
_SHORT = {"kabupaten": "Kab.", "kecamatan": "Kec.", "desa": "Desa", "kelurahan": "Kel."}


def place_and_role(user: User) -> str:
    """Where a user works and as what: ``Kab. Bandung · Verifikator kabupaten``."""
    with connection.cursor() as cursor:
        cursor.execute(_PLACES, [user.pk])
        places = [f"{_SHORT.get(kind, '')} {name}".strip() for name, kind in cursor.fetchall()]
    more = "…" if len(places) > 2 else ""
    return " · ".join([", ".join(places[:2]) + more, say(role_name(user.role))])
