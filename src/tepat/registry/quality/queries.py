"""Reads of findings: filtered lists by key, counts, and which villages they lie in.

Row-level security gives what the reader may see. Every question also says in which place it asks,
because a place's villages lead to an index and the policies alone do not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Count, Min, OuterRef, Q, QuerySet, Subquery, Sum

from tepat.places.models import Within
from tepat.registry.models import Finding, Membership, PersonRecord, VillageFindings
from tepat.staff.models import Assignment, Role, User

PAGE = 50
COUNTED = 100_000  # more are not counted one by one
MINE, GIVEN, FREE = "mine", "given", "free"


@dataclass(frozen=True)
class Wanted:
    """Which open findings: what is not given is not asked."""

    places: tuple[int, ...] = ()  # in any of these; empty for all that the reader sees
    rule: str = ""
    severity: str = ""
    assigned: str = ""  # MINE, GIVEN or FREE
    late: bool = False  # the day set for it has passed
    family_id: int | None = None


@dataclass(frozen=True)
class Page:
    """Findings, the oldest first, and the keys of the pages beside them."""

    rows: list[Finding]
    older: int | None = None  # the page before, seen from its first row
    newer: int | None = None


def findings(wanted: Wanted, user: User, *, today: date) -> QuerySet[Finding]:
    """The open findings that are wanted, in the order in which they were found."""
    rows = Finding.objects.filter(solved_at=None)
    if wanted.places:
        rows = rows.filter(home_id__in=_below(wanted.places))
    if wanted.rule:
        rows = rows.filter(rule=wanted.rule)
    if wanted.severity:
        rows = rows.filter(severity=wanted.severity)
    if wanted.family_id is not None:
        rows = rows.filter(family_id=wanted.family_id)
    if wanted.assigned == MINE:
        rows = rows.filter(_mine(user))
    elif wanted.assigned == GIVEN:
        rows = rows.filter(assigned_at__isnull=False)
    elif wanted.assigned == FREE:
        rows = rows.filter(assigned_at=None)
    if wanted.late:
        rows = rows.filter(due_on__lt=today)
    return rows.order_by("id")


def _below(places: Iterable[int]) -> Any:
    return Within.objects.filter(ancestor_id__in=tuple(places)).values("place_id")


def _mine(user: User) -> Q:
    """Given to the user, or to a village in which the user works as one who visits families."""
    own = Q(assigned_to_id=user.pk)
    if user.role not in (Role.VILLAGE_OPERATOR, Role.FACILITATOR):
        return own
    places = Within.objects.filter(
        ancestor_id__in=Assignment.objects.filter(user_id=user.pk, ended_at=None).values("place_id")
    )
    return own | Q(assigned_place_id__in=places.values("place_id"))


def page(rows: QuerySet[Finding], after: int | None, before: int | None, size: int = PAGE) -> Page:
    """So many findings after a key, or before one."""
    if before is not None:
        found = list(_told(rows.filter(id__lt=before).order_by("-id"))[: size + 1])
        more, found = len(found) > size, found[:size][::-1]
        return Page(found, found[0].pk if more else None, found[-1].pk if found else None)
    if after is not None:
        rows = rows.filter(id__gt=after)
    found = list(_told(rows)[: size + 1])
    more, found = len(found) > size, found[:size]
    first = found[0].pk if found and after is not None else None
    return Page(found, first, found[-1].pk if more else None)


def _told(rows: QuerySet[Finding]) -> QuerySet[Finding]:
    """With what a list says of each: whose family, which member, who looks after it."""
    living = {"valid_to": None, "superseded_by": None}
    name = PersonRecord.objects.filter(person=OuterRef("person"), **living)
    head_name = PersonRecord.objects.filter(
        person__in=Subquery(
            Membership.objects.filter(
                family=OuterRef(OuterRef("family")), relation=1, **living
            ).values("person")
        ),
        **living,
    )
    return rows.select_related("family", "assigned_to", "assigned_place").annotate(
        head=Subquery(head_name.values("name")[:1]),
        member=Subquery(name.values("name")[:1]),
    )


def counted(rows: QuerySet[Finding]) -> int:
    """How many, at most one more than `COUNTED`."""
    return rows.order_by().values("id")[: COUNTED + 1].count()


@dataclass(frozen=True)
class OfRule:
    """How many findings a rule has, and since when the oldest stands (None where not asked)."""

    rule: str
    severity: str
    findings: int
    oldest: Any = field(default=None)


_ORDER = {"error": 0, "warning": 1, "note": 2}


def by_rule(rows: QuerySet[Finding]) -> list[OfRule]:
    """The findings by rule, errors first, most frequent first; counted now."""
    grouped = (
        rows.order_by()
        .values_list("rule", "severity")
        .annotate(many=Count("id"), oldest=Min("first_found_at"))
    )
    return _sorted(OfRule(*row) for row in grouped)


def by_rule_when_counted(places: Iterable[int]) -> list[OfRule]:
    """The same for a province or the country, from the villages' last counts."""
    rows = VillageFindings.objects.all()
    if places:
        rows = rows.filter(home_id__in=_below(places))
    grouped = rows.values_list("rule").annotate(worst=Min("severity"), many=Sum("findings"))
    return _sorted(OfRule(rule, severity, many) for rule, severity, many in grouped)


def _sorted(rows: Iterable[OfRule]) -> list[OfRule]:
    return sorted(rows, key=lambda row: (_ORDER[row.severity], -row.findings, row.rule))


_WORKERS = """
SELECT DISTINCT u.id, u.name, u.role, p.name FROM staff_user AS u
JOIN staff_assignment AS a ON a.user_id = u.id AND a.ended_at IS NULL
JOIN places_place AS p ON p.id = a.place_id
WHERE u.is_active AND u.role IN ('village_operator', 'facilitator')
  AND (a.place_id IN (SELECT place_id FROM places_within WHERE ancestor_id = %(place)s)
    OR p.level > 2 AND a.place_id IN (
        SELECT ancestor_id FROM places_within WHERE place_id = %(place)s))
ORDER BY p.name, u.name LIMIT %(limit)s
"""
MOST_WORKERS = 300


def workers(place_id: int) -> Sequence[tuple[int, str, str, str]]:
    """Who visits families in a place: id, name, role, name of where they work."""
    with connection.cursor() as cursor:
        cursor.execute(_WORKERS, {"place": place_id, "limit": MOST_WORKERS})
        return list(cursor.fetchall())


def worker_reaches(user_id: int, homes: Iterable[int]) -> bool:
    """Whether a user works in all of these villages."""
    wanted = set(homes)
    reached = Within.objects.filter(
        place_id__in=wanted,
        ancestor_id__in=Assignment.objects.filter(user_id=user_id, ended_at=None).values(
            "place_id"
        ),
    )
    return set(reached.values_list("place_id", flat=True)) == wanted
