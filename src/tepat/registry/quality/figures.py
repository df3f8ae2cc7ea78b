"""Counts of villages: who lives there by age and sex, what is open; see decisions/0013."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection

AGES = (0, 6, 18, 60)  # from full years to below the next
GROUPS = tuple(f"{sex}_{age}" for sex in ("men", "women") for age in AGES)

_YEARS = "extract(year FROM age(%(day)s::date, p.birth_date))"


def _group(sex: int, at: int) -> str:
    last = at + 1 == len(AGES)
    below = "" if last else f" AND {_YEARS} < {AGES[at + 1]}"
    least = f"{_YEARS} >= {AGES[at]}" if at else f"{_YEARS} >= 0"
    return f"count(*) FILTER (WHERE {_ALIVE} AND p.sex = {sex} AND {least}{below})"


_ALIVE = "m.person_id IS NOT NULL AND p.died_on IS NULL"
_COUNTS = ", ".join(
    f"{_group(sex, at)} AS {name}_{age}"
    for sex, name in ((1, "men"), (2, "women"))
    for at, age in enumerate(AGES)
)
_PEOPLE = f"""
INSERT INTO registry_villagefigures (home_id, families, people, {", ".join(GROUPS)}, unsure,
    counted_at)
SELECT v.id, count(DISTINCT r.family_id), count(*) FILTER (WHERE {_ALIVE}), {_COUNTS},
    count(*) FILTER (WHERE {_ALIVE} AND (p.sex IS NULL OR p.birth_date IS NULL
        OR p.birth_date > %(day)s)), now()
FROM unnest(%(homes)s::int[]) AS v (id)
LEFT JOIN registry_familyrecord AS r
  ON r.place_id = v.id AND r.valid_to IS NULL AND r.superseded_by_id IS NULL
LEFT JOIN registry_membership AS m
  ON m.family_id = r.family_id AND m.valid_to IS NULL AND m.superseded_by_id IS NULL
LEFT JOIN registry_personrecord AS p
  ON p.person_id = m.person_id AND p.valid_to IS NULL AND p.superseded_by_id IS NULL
GROUP BY v.id
ON CONFLICT (home_id) DO UPDATE SET
    {", ".join(f"{one} = excluded.{one}" for one in ("families", "people", *GROUPS, "unsure"))},
    counted_at = excluded.counted_at
"""
_FORGET = "DELETE FROM registry_villagefindings WHERE home_id = ANY (%(homes)s)"
_FINDINGS = """
INSERT INTO registry_villagefindings (home_id, rule, severity, findings)
SELECT home_id, rule, min(severity), count(*) FROM registry_finding
WHERE solved_at IS NULL AND home_id = ANY (%(homes)s) GROUP BY home_id, rule
"""


def count_villages(homes: Sequence[int], *, day: date) -> None:
    """Count villages anew; the caller acts as the system, and one counts at a time.

    Args:
        homes: the villages.
        day: the day on which ages are reckoned.
    """
    values: dict[str, Any] = {"homes": list(homes), "day": day}
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, values)
        cursor.execute(_FORGET, values)
        cursor.execute(_FINDINGS, values)
