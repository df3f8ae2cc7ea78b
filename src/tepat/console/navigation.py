"""The menu of the signed-in user: what their role may open."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.http import HttpRequest
from django.urls import reverse

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


@dataclass(frozen=True)
class DataItem(Item):
    """One entry of the page of data, which the menu holds together under one word."""

    about: Text


DATA_ITEMS = (
    DataItem(
        "imports",
        Text("Impor", "Imports"),
        READERS,
        Text("Unggah berkas keluarga, setujui kiriman.", "Upload files of families, approve them."),
    ),
    DataItem(
        "lists",
        Text("Daftar lembaga", "Lists of institutions"),
        MINISTRY | {Role.AUDITOR, Role.KABUPATEN_VERIFIER, Role.HEAD_OF_OFFICE},
        Text(
            "Siapa yang menurut lembaga lain tidak berhak, dan buktinya.",
            "Whom other institutions say to be not entitled, with evidence.",
        ),
    ),
    DataItem(
        "flags",
        Text("Temuan lembaga yang disanggah", "Contested findings of institutions"),
        FIELD | MINISTRY | {Role.AUDITOR},
        Text("Yang menunggu putusan orang kedua.", "What waits for a second person to decide."),
    ),
    DataItem(
        "erasures",
        Text("Penghapusan", "Erasures"),
        MINISTRY | FIELD | {Role.AUDITOR},
        Text("Permintaan dihapus dari data, dan putusannya.", "Requests to be forgotten."),
    ),
    DataItem(
        "boundaries",
        Text("Batas wilayah", "Boundaries"),
        frozenset({Role.ADMINISTRATOR, Role.MINISTRY_ANALYST}),
        Text(
            "Batas untuk peta, milik kementerian sendiri.", "Boundaries of the ministry, for maps."
        ),
    ),
)
DATA_ROLES = frozenset().union(*(item.roles for item in DATA_ITEMS))
ITEMS = (
    Item("families", Text("Keluarga", "Families"), READERS),
    Item("interviews", Text("Wawancara", "Interviews"), FIELD),
    Item("places", Text("Wilayah", "Places"), READERS),
    Item("quality", Text("Mutu data", "Data quality"), READERS),
    Item("data", Text("Data", "Data"), DATA_ROLES),
    Item("runs", Text("Perhitungan", "Runs"), MINISTRY | {Role.AUDITOR, Role.KABUPATEN_VERIFIER}),
    Item("audit", Text("Audit", "Audit"), frozenset({Role.AUDITOR, Role.MINISTRY_APPROVER})),
    Item("users", Text("Pengguna", "Users"), frozenset({Role.ADMINISTRATOR})),
)


def navigation_for(request: HttpRequest) -> list[tuple[str, Text, bool]]:
    """(address, text, whether it is the present part) of what the user may open."""
    user = request.user
    if not isinstance(user, User):
        return []
    here = request.path
    below_data = any(here.startswith(reverse(item.route)) for item in DATA_ITEMS)
    return [
        (
            reverse(item.route),
            item.text,
            here.startswith(reverse(item.route)) or (item.route == "data" and below_data),
        )
        for item in ITEMS
        if user.role in item.roles
    ]


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
    where = ", ".join(places[:2]) + ("…" if len(places) > 2 else "")
    return " · ".join(part for part in (where, say(role_name(user.role))) if part)
