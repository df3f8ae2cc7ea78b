"""Reads of the registry: finding families, and opening one, which is always written down."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.http import Http404

from tepat.audit.actions import record_access
from tepat.registry.actions.people import cleaned, name_words, sealer
from tepat.registry.models import Family
from tepat.registry.numbers import HIDDEN
from tepat.staff.models import User

PAGE = 25


@dataclass(frozen=True)
class Found:
    """One family that a search found: enough to tell it from others, and no number."""

    family_id: int
    uuid: uuid.UUID
    head: str | None
    matched: str | None  # the member whose name was sought
    birth_year: int | None
    people: int
    place_id: int


def access_family(public_id: uuid.UUID, *, user: User, reason: str, page: str) -> Family:
    """Open a family, and write down who did, when and why.

    Raises:
        Http404: no such family in the user's places; whether it lives elsewhere is not told.
    """
    family = Family.objects.filter(uuid=public_id).first()
    if family is None:
        raise Http404
    record_access(
        actor_id=user.pk,
        family_id=family.pk,
        home_id=family.home_id,
        reason=reason,
        page=page,
    )
    return family


_BY_NUMBER = """
SELECT DISTINCT m.family_id FROM registry_personrecord AS r
JOIN registry_membership AS m
  ON m.person_id = r.person_id AND m.valid_to IS NULL AND m.superseded_by_id IS NULL
WHERE r.nik_token = %(token)s AND r.valid_to IS NULL AND r.superseded_by_id IS NULL
UNION
SELECT family_id FROM registry_familyrecord
WHERE kk_token = %(token)s AND valid_to IS NULL AND superseded_by_id IS NULL
LIMIT 26
"""

_CARDS = """
SELECT f.id, f.uuid, head.name, NULL, NULL, count(DISTINCT m.person_id), f.home_id
FROM registry_family AS f
LEFT JOIN registry_membership AS m
  ON m.family_id = f.id AND m.valid_to IS NULL AND m.superseded_by_id IS NULL
LEFT JOIN registry_membership AS h
  ON h.family_id = f.id AND h.relation = 1 AND h.valid_to IS NULL AND h.superseded_by_id IS NULL
LEFT JOIN registry_personrecord AS head
  ON head.person_id = h.person_id AND head.valid_to IS NULL AND head.superseded_by_id IS NULL
WHERE f.id = ANY (%(families)s)
GROUP BY f.id, f.uuid, head.name, f.home_id
ORDER BY head.name, f.id
"""


def find_by_number(number: str) -> list[Found]:
    """Families in which a NIK lives, or that have a KK number; at most 25."""
    token = sealer().tokens([cleaned(number)])[0]
    if token is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_BY_NUMBER, {"token": token})
        families = [row[0] for row in cursor.fetchall()]
    return _cards(families)


def _cards(families: Sequence[int]) -> list[Found]:
    with connection.cursor() as cursor:
        cursor.execute(_CARDS, {"families": list(families)})
        return [Found(*row) for row in cursor.fetchall()]


# Words are sought village by village: (home, word) is an index, and a plain range on a word may use
# it under row-level security, where an operator that might leak may not. The rarest first word
# leads; each other word is one probe per person.
_BY_NAME = """
WITH villages AS MATERIALIZED (
    SELECT w.place_id FROM places_within AS w JOIN places_place AS p ON p.id = w.place_id
    WHERE w.ancestor_id = %(place)s AND p.level = 4
), people AS (
    SELECT DISTINCT n.person_id, n.home_id FROM villages AS v
    JOIN registry_nameword AS n ON n.home_id = v.place_id AND n.word >= %(low0)s
      AND n.word < %(high0)s
    WHERE {others}
)
SELECT f.id, f.uuid, head.name, r.name, extract(year FROM r.birth_date)::int,
    (SELECT count(*) FROM registry_membership AS a WHERE a.family_id = f.id
      AND a.valid_to IS NULL AND a.superseded_by_id IS NULL), f.home_id
FROM people AS p
JOIN registry_personrecord AS r
  ON r.person_id = p.person_id AND r.valid_to IS NULL AND r.superseded_by_id IS NULL
JOIN registry_membership AS m
  ON m.person_id = p.person_id AND m.valid_to IS NULL AND m.superseded_by_id IS NULL
JOIN registry_family AS f ON f.id = m.family_id
LEFT JOIN registry_membership AS h
  ON h.family_id = f.id AND h.relation = 1 AND h.valid_to IS NULL AND h.superseded_by_id IS NULL
LEFT JOIN registry_personrecord AS head
  ON head.person_id = h.person_id AND head.valid_to IS NULL AND head.superseded_by_id IS NULL
ORDER BY r.name, p.person_id
LIMIT %(limit)s OFFSET %(offset)s
"""
_OTHER = """EXISTS (SELECT FROM registry_nameword AS o WHERE o.person_id = n.person_id
      AND o.word >= %(low{0})s AND o.word < %(high{0})s)"""


def find_by_name(text: str, *, place_id: int, page: int = 0) -> list[Found]:
    """People whose names have words that begin so, in any order, in the villages of a place.

    Returns at most 26: one more than a page, so that the caller knows whether there is another.
    """
    words = sorted(name_words(text), key=len, reverse=True)[:4]
    if not words:
        return []
    values: dict[str, str | int] = {"place": place_id, "limit": PAGE + 1, "offset": PAGE * page}
    for at, word in enumerate(words):
        values[f"low{at}"] = word
        values[f"high{at}"] = word[:-1] + chr(ord(word[-1]) + 1)
    others = " AND ".join(_OTHER.format(at) for at in range(1, len(words))) or "true"
    with connection.cursor() as cursor:
        cursor.execute(_BY_NAME.format(others=others), values)
        return [Found(*row) for row in cursor.fetchall()]


def masked(number: str | None) -> str:
    """A NIK or KK number as it may be shown: ``3204••••••••0007``; a dash for none."""
    if number is None:
        return "—"
    return number[:4] + HIDDEN + number[12:16] if len(number) == 16 else number[:2] + HIDDEN


def age_on(birth_date: date | None, day: date) -> int | None:
    """Full years; None where the birth date is not known."""
    if birth_date is None:
        return None
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))
