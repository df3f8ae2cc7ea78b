"""Reads of the tree: by code on a day, up, down, by name, and labels for many at once.

Places are public: nothing here asks who reads. A code belongs to a place for a time. Before its
first code that we know of, a place goes by that first code, and after its last by the last.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import connection

from tepat.places.models import Place
from tepat.places.rules import full_name, label

KEMENDAGRI = "kemendagri"
MOST_FOUND = 50


@dataclass(frozen=True)
class Found:
    """The place of a code: `current` where the code held on the day, else when it did not yet or
    no longer hold; then `code` is the place's code of the day."""

    place_id: int
    current: bool
    code: str


@dataclass(frozen=True)
class Listed:
    """A place in a list or picker: its name alone and with what lies above it."""

    id: int
    level: int
    kind: str
    name: str
    label: str

    @property
    def full_name(self) -> str:
        """What it is and its name: Kec. Paseh."""
        return full_name(self.kind, self.name)


def find_place(code: str, *, on: date, scheme: str = KEMENDAGRI) -> Place | None:
    """The place that had this code on a day, or was meant by it; None where nobody ever had it."""
    found = places_of_codes([code], on=on, scheme=scheme).get(code.replace(".", "").strip())
    return Place.objects.get(pk=found.place_id) if found else None


def places_of_codes(
    codes: Collection[str], *, on: date, scheme: str = KEMENDAGRI
) -> dict[str, Found]:
    """The places of many codes (dots are ignored), by code; unknown codes are left out.

    A code that did not hold on the day, but before or after, still means the place that had it
    nearest to the day: files carry codes older or newer than they say.
    """
    wanted = sorted({code.replace(".", "").strip() for code in codes})
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT ON (c.code) c.code, c.place_id,
                c.valid_from <= %(on)s AND (c.valid_to IS NULL OR c.valid_to > %(on)s) AS current
            FROM places_code AS c WHERE c.scheme = %(scheme)s AND c.code = ANY(%(codes)s)
            ORDER BY c.code, current DESC, c.valid_from <= %(on)s DESC,
                abs(c.valid_from - %(on)s::date)
            """,
            {"on": on, "scheme": scheme, "codes": wanted},
        )
        rows = cursor.fetchall()
    now = codes_on([place for _, place, _ in rows], on=on, scheme=scheme)
    return {code: Found(place, current, now.get(place, code)) for code, place, current in rows}


def codes_on(place_ids: Collection[int], *, on: date, scheme: str = KEMENDAGRI) -> dict[int, str]:
    """The code of each place on a day. In SQL of one's own: ``places_code_on(day, scheme)``."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT ON (place_id) place_id, code FROM places_code
            WHERE scheme = %(scheme)s AND place_id = ANY(%(ids)s)
            ORDER BY place_id, valid_from <= %(on)s DESC,
                CASE WHEN valid_from <= %(on)s THEN valid_from END DESC, valid_from
            """,
            {"scheme": scheme, "ids": list(place_ids), "on": on},
        )
        return dict(cursor.fetchall())


def was_ever_a_code(codes: Collection[str], *, scheme: str = KEMENDAGRI) -> set[str]:
    """Which of these a place had at any time: the first six digits of a NIK never change."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT code FROM places_code WHERE scheme = %s AND code = ANY(%s)",
            [scheme, list(codes)],
        )
        return {row[0] for row in cursor.fetchall()}


def path_of(place_id: int) -> list[Place]:
    """A place and all above it, from the country down to itself; empty where there is none."""
    return list(Place.objects.filter(below__place_id=place_id).order_by("level"))


def children_of(place_id: int, *, ended: bool = False) -> list[Listed]:
    """The places directly below, by name; with `ended` also those that are no more."""
    found = Place.objects.filter(parent_id=place_id)
    if not ended:
        found = found.filter(ended_on=None)
    return [
        Listed(p.pk, p.level, p.kind, p.name, full_name(p.kind, p.name))
        for p in found.order_by("name", "id")
    ]


def ids_within(place_id: int, *, level: int) -> list[int]:
    """The numbers of all places of a level inside a place, ended ones too."""
    return list(
        Place.objects.filter(above__ancestor_id=place_id, level=level).values_list("id", flat=True)
    )


def search_places(
    text: str, *, within: int = 1, level: int | None = None, limit: int = 20
) -> list[Listed]:
    """Living places inside another whose name has these words, in any order, each as a beginning.

    Words of places above narrow: ``bandung cigentur`` finds Cigentur in Kabupaten Bandung. Shortest
    names first, so that what was typed whole stands above what only begins so.
    """
    words = re.findall(r"[^\W_]+", text.lower())[:6]
    if not words:
        return []
    above = "' ' || lower(concat_ws(' ', p.name, a.name, b.name, c.name))"
    more = "".join(f" AND {above} LIKE %s" for _ in words)
    levels = "" if level is None else " AND p.level = %s"
    begun = [f"% {word}%" for word in words]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT p.id FROM places_place AS p
            JOIN places_within AS w ON w.place_id = p.id AND w.ancestor_id = %s
            LEFT JOIN places_place AS a ON a.id = p.parent_id
            LEFT JOIN places_place AS b ON b.id = a.parent_id
            LEFT JOIN places_place AS c ON c.id = b.parent_id
            WHERE p.ended_on IS NULL AND ' ' || lower(p.name) LIKE ANY(%s){levels}{more}
            ORDER BY p.level, length(p.name), p.name, p.id LIMIT %s
            """,
            [within, begun, *([] if level is None else [level]), *begun, min(limit, MOST_FOUND)],
        )
        ids = [row[0] for row in cursor.fetchall()]
    found = listed(ids)
    return [found[one] for one in ids]


def listed(place_ids: Collection[int]) -> dict[int, Listed]:
    """Many places with their labels, by number, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT p.id, p.level, p.kind, p.name, a.kind, a.name, b.kind, b.name, c.kind, c.name
            FROM places_place AS p
            LEFT JOIN places_place AS a ON a.id = p.parent_id
            LEFT JOIN places_place AS b ON b.id = a.parent_id
            LEFT JOIN places_place AS c ON c.id = b.parent_id
            WHERE p.id = ANY(%s)
            """,
            [list(place_ids)],
        )
        rows = cursor.fetchall()
    return {row[0]: Listed(row[0], row[1], row[2], row[3], _label(row[2:])) for row in rows}


def _label(cells: tuple[str | None, ...]) -> str:
    pairs = zip(cells[::2], cells[1::2], strict=True)
    return label([(kind, name) for kind, name in pairs if kind and name])


def names_of(place_ids: Collection[int]) -> dict[int, str]:
    """The names of many places, by number."""
    return dict(Place.objects.filter(pk__in=list(place_ids)).values_list("id", "name"))


def labels_of(place_ids: Collection[int]) -> Mapping[int, str]:
    """Many places as people say them, by number: Desa Cigentur, Kec. Paseh, Kab. Bandung."""
    return {place: one.label for place, one in listed(place_ids).items()}


def successors_of(place_id: int) -> list[tuple[Place, date, str]]:
    """Which places followed a place, when and how; its own renamings are left out."""
    found = Place.objects.filter(predecessors__before_id=place_id).exclude(pk=place_id)
    rows = found.values_list("id", "predecessors__on", "predecessors__how").filter(
        predecessors__before_id=place_id
    )
    places = Place.objects.in_bulk([row[0] for row in rows])
    return [(places[place], on, how) for place, on, how in rows]
