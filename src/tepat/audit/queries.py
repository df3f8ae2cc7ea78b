"""Reads of the audit: back in time, page by page, by the moment and the number of the last row.

Pages are not counted: the tables grow for ever. Which rows a reader sees is the database's matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from tepat.audit.models import Access, Entry

PAGE = 50
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Wanted:
    """Which rows: everything that is not given is not asked. A place stands for all below it."""

    verb: str = ""
    actor_id: int | None = None
    place_id: int | None = None
    first: date | None = None
    last: date | None = None
    overrides: bool = False


@dataclass(frozen=True)
class Cursor:
    """Where a page begins, after or before a row."""

    at: datetime
    id: int
    newer: bool = False

    @staticmethod
    def read(older: str | None, newer: str | None) -> Cursor | None:
        """From what an address says; None where it says nothing that can be read."""
        said = newer or older or ""
        micros, _, number = said.partition("-")
        if not (micros.isdecimal() and number.isdecimal()) or len(said) > 40:
            return None
        try:
            at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(micros))
        except OverflowError:
            return None
        return Cursor(at, int(number), newer=bool(newer))


@dataclass(frozen=True)
class Page:
    """Rows, newest first, and where the pages beside them begin; empty where there are none."""

    rows: list[Any]
    older: str
    newer: str


def entries(wanted: Wanted) -> QuerySet[Entry]:
    """What was done, newest first."""
    found = _narrowed(Entry.objects.all(), wanted)
    if wanted.verb:
        found = found.filter(verb=wanted.verb)
    return found.filter(override=True) if wanted.overrides else found


def accesses(wanted: Wanted) -> QuerySet[Access]:
    """Who looked, newest first."""
    return _narrowed(Access.objects.all(), wanted)


def page(rows: QuerySet[Row], cursor: Cursor | None, size: int = PAGE) -> Page:
    """So many rows from a place in time."""
    if cursor is None:
        found = list(rows[: size + 1])
        return Page(found[:size], _key(found, size - 1), "")
    if cursor.newer:
        after = Q(at__gt=cursor.at) | Q(at=cursor.at, id__gt=cursor.id)
        found = list(rows.filter(after, at__gte=cursor.at).order_by("at", "id")[: size + 1])
        more = len(found) > size
        found = found[:size][::-1]
        return Page(found, _mark(found[-1]) if found else "", _mark(found[0]) if more else "")
    before = Q(at__lt=cursor.at) | Q(at=cursor.at, id__lt=cursor.id)
    found = list(rows.filter(before, at__lte=cursor.at)[: size + 1])
    return Page(found[:size], _key(found, size - 1), _mark(found[0]) if found else "")


# From verb to verb along the index; reading all rows would take minutes in a large country.
_VERBS = """
WITH RECURSIVE known AS (
    (SELECT verb FROM audit_entry ORDER BY verb LIMIT 1)
    UNION ALL
    SELECT (SELECT e.verb FROM audit_entry AS e WHERE e.verb > known.verb ORDER BY e.verb LIMIT 1)
    FROM known WHERE known.verb IS NOT NULL
) SELECT verb FROM known WHERE verb IS NOT NULL
"""


def verbs() -> list[str]:
    """Every verb that the reader's rows have."""
    with connection.cursor() as cursor:
        cursor.execute(_VERBS)
        return [row[0] for row in cursor.fetchall()]


def _narrowed(rows: QuerySet[Row], wanted: Wanted) -> QuerySet[Row]:
    if wanted.actor_id is not None:
        rows = rows.filter(actor_id=wanted.actor_id)
    if wanted.place_id is not None:
        from tepat.places.models import Within

        below = Within.objects.filter(ancestor_id=wanted.place_id).values("place_id")
        rows = rows.filter(home_id__in=below)
    if wanted.first is not None:
        rows = rows.filter(at__gte=_midnight(wanted.first))
    if wanted.last is not None:
        rows = rows.filter(at__lt=_midnight(wanted.last + timedelta(days=1)))
    return rows.order_by("-at", "-id")


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day))


def _key(found: list[Any], last: int) -> str:
    """The mark of the last row of a page, if there is one more after it."""
    return _mark(found[last]) if len(found) > last + 1 else ""


def _mark(row: Any) -> str:
    since = row.at - datetime(1970, 1, 1, tzinfo=UTC)
    micros = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    return f"{micros}-{row.pk}"
