"""What is said of places: families, people, findings, last survey; and the families of a village.

Families and findings of a kabupaten and all below it are counted when asked, over indexed columns.
People, and everything above, are sums of the villages' dated counts (decisions/0013). Row-level
security holds for both: who sees a part of a place is told of that part.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from tepat.registry.quality.catalogue import OVERDUE
from tepat.registry.quality.figures import GROUPS

PAGE = 50


@dataclass(frozen=True)
class Figures:
    """The counts of one place. `people` and `groups` are dated, and so is all of a province."""

    families: int = 0
    people: int = 0
    groups: Mapping[str, int] = field(default_factory=dict)
    unsure: int = 0
    counted_at: datetime | None = None  # the oldest of the counts in it
    errors: int = 0
    warnings: int = 0
    notes: int = 0
    overdue: int = 0

    def per_thousand(self, name: str) -> float | None:
        """Findings of a severity, or overdue families, for each 1,000 families."""
        if not self.families:
            return None
        return float(1000 * getattr(self, name) / self.families)


_LIVING = "{0}.valid_to IS NULL AND {0}.superseded_by_id IS NULL"
_SUMS = ", ".join(f"sum(v.{name})::bigint" for name in (*GROUPS, "unsure"))
_DATED = f"""
SELECT w.ancestor_id, sum(v.families)::bigint, sum(v.people)::bigint, min(v.counted_at), {_SUMS}
FROM registry_villagefigures AS v JOIN places_within AS w ON w.place_id = v.home_id
WHERE w.ancestor_id = ANY (%(places)s) GROUP BY w.ancestor_id
"""
_SEVERITIES = """
    coalesce(sum({n}) FILTER (WHERE f.severity = 'error'), 0)::bigint,
    coalesce(sum({n}) FILTER (WHERE f.severity = 'warning' AND f.rule <> %(overdue)s), 0)::bigint,
    coalesce(sum({n}) FILTER (WHERE f.severity = 'note'), 0)::bigint,
    coalesce(sum({n}) FILTER (WHERE f.rule = %(overdue)s), 0)::bigint"""
_FINDINGS_DATED = f"""
SELECT w.ancestor_id, {_SEVERITIES.format(n="f.findings")}
FROM registry_villagefindings AS f JOIN places_within AS w ON w.place_id = f.home_id
WHERE w.ancestor_id = ANY (%(places)s) GROUP BY w.ancestor_id
"""
_FINDINGS_NOW = f"""
SELECT w.ancestor_id, {_SEVERITIES.format(n="1")}
FROM places_within AS w JOIN registry_finding AS f
  ON f.home_id = w.place_id AND f.solved_at IS NULL
WHERE w.ancestor_id = ANY (%(places)s) GROUP BY w.ancestor_id
"""
_FAMILIES_NOW = f"""
SELECT w.ancestor_id, count(*) FROM places_within AS w
JOIN registry_familyrecord AS r ON r.place_id = w.place_id AND {_LIVING.format("r")}
WHERE w.ancestor_id = ANY (%(places)s) GROUP BY w.ancestor_id
"""


def figures_of(places: Collection[int], *, now: bool) -> dict[int, Figures]:
    """The counts of several places; each takes part of no other's.

    Args:
        places: their ids.
        now: whether families and findings are counted now; for kabupaten and what lies below.
    """
    dated = {row[0]: row[1:] for row in _rows(_DATED, places)}
    findings = {row[0]: row[1:] for row in _rows(_FINDINGS_NOW if now else _FINDINGS_DATED, places)}
    families = dict(_rows(_FAMILIES_NOW, places)) if now else None
    return {
        place: _figures(
            dated.get(place),
            findings.get(place, (0, 0, 0, 0)),
            families.get(place, 0) if families is not None else None,
        )
        for place in places
    }


def _figures(dated: Any, findings: Any, families: int | None) -> Figures:
    counted, people, at, *groups = dated or (0, 0, None, *(0 for _ in (*GROUPS, "unsure")))
    errors, warnings, notes, overdue = findings
    return Figures(
        families=counted if families is None else families,
        people=people,
        groups=dict(zip(GROUPS, groups[:-1], strict=True)),
        unsure=groups[-1],
        counted_at=at,
        errors=errors,
        warnings=warnings,
        notes=notes,
        overdue=overdue,
    )


def _rows(question: str, places: Collection[int]) -> list[Any]:
    values: dict[str, Any] = {"places": list(places), "overdue": OVERDUE.name}
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        return list(cursor.fetchall())


@dataclass(frozen=True)
class FamilyLine:
    """One family in the list of a village."""

    uuid: UUID
    head: str | None
    address: str
    members: int
    surveyed_on: date | None
    errors: int
    findings: int
    overdue: bool


_OPEN = "SELECT FROM registry_finding AS x WHERE x.family_id = f.id AND x.solved_at IS NULL"
_WITH = {
    "findings": f"AND EXISTS ({_OPEN} AND x.rule <> %(overdue)s)",
    "overdue": f"AND EXISTS ({_OPEN} AND x.rule = %(overdue)s)",
}
_LINES = f"""
SELECT l.uuid, l.name, l.address,
    (SELECT count(*) FROM registry_membership AS a JOIN registry_personrecord AS p
       ON p.person_id = a.person_id AND {_LIVING.format("p")} AND p.died_on IS NULL
     WHERE a.family_id = l.id AND {_LIVING.format("a")}),
    (SELECT max(o.observed_on) FROM registry_familyobservation AS o
     WHERE o.family_id = l.id AND o.superseded_by_id IS NULL),
    coalesce(x.errors, 0), coalesce(x.findings, 0), coalesce(x.overdue, false)
FROM (
    SELECT f.id, f.uuid, head.name, r.address FROM registry_familyrecord AS r
    JOIN registry_family AS f ON f.id = r.family_id
    LEFT JOIN registry_membership AS h
      ON h.family_id = f.id AND h.relation = 1 AND {_LIVING.format("h")}
    LEFT JOIN registry_personrecord AS head
      ON head.person_id = h.person_id AND {_LIVING.format("head")}
    WHERE r.place_id = %(village)s AND {_LIVING.format("r")} {{more}}
    ORDER BY head.name NULLS LAST, f.id LIMIT %(limit)s OFFSET %(offset)s) AS l
LEFT JOIN LATERAL (
    SELECT count(*) FILTER (WHERE x.severity = 'error') AS errors,
        count(*) FILTER (WHERE x.rule <> %(overdue)s) AS findings,
        bool_or(x.rule = %(overdue)s) AS overdue
    FROM registry_finding AS x WHERE x.family_id = l.id AND x.solved_at IS NULL) AS x ON true
ORDER BY l.name NULLS LAST, l.id
"""
_NAMED = "AND (lower(head.name) LIKE %(begin)s OR lower(head.name) LIKE %(inside)s)"


def families_of_village(
    village: int, *, only: str = "", letters: str = "", page: int = 1
) -> tuple[list[FamilyLine], bool]:
    """The families of a village by the name of their head, and whether there is another page.

    Args:
        village: its id.
        only: ``findings`` or ``overdue``; empty for all.
        letters: how a word of the head's name begins.
        page: from 1.
    """
    more = _WITH.get(only, "")
    begun = "".join(f"\\{one}" if one in "\\%_" else one for one in letters.lower().strip())
    if begun:
        more += f" {_NAMED}"
    values: dict[str, Any] = {
        "village": village,
        "overdue": OVERDUE.name,
        "begin": f"{begun}%",
        "inside": f"% {begun}%",
        "limit": PAGE + 1,
        "offset": PAGE * (page - 1),
    }
    with connection.cursor() as cursor:
        cursor.execute(_LINES.format(more=more), values)
        rows = [FamilyLine(*row) for row in cursor.fetchall()]
    return rows[:PAGE], len(rows) > PAGE
