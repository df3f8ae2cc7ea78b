"""When the record is checked: whole kabupaten every week, what changed within a minute.

Each check reads first, in a view of the database of its own, and then changes the findings in one
short transaction. A worker that is killed leaves nothing half done; the check is run again.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from django.conf import settings
from django.db import close_old_connections, connection

from tepat.audit.actions import record
from tepat.places.models import COUNTRY_ID, Level
from tepat.policy.load import load_policy
from tepat.policy.model import Variable
from tepat.registry.actions.writing import today
from tepat.registry.later import ask_for
from tepat.registry.models import PlaceCheck
from tepat.registry.quality.figures import count_villages
from tepat.registry.quality.present import check_present, of_families, of_place
from tepat.registry.quality.reconcile import Outcome, reconcile
from tepat.staff.context import acting_as
from tepat.staff.queries import system_id

EVERY = 7  # days
FEW = 5_000  # families; more than these in one kabupaten, and it is checked whole
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def check_places() -> None:
    """Ask for a check of every kabupaten that was not checked for a week."""
    close_old_connections()
    with acting_as(system_id()), connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.id FROM places_place AS p LEFT JOIN registry_placecheck AS c "
            "ON c.place_id = p.id WHERE p.level = %s AND p.ended_on IS NULL "
            "AND (c.checked_at IS NULL OR c.checked_at < now() - make_interval(days => %s)) "
            "AND EXISTS (SELECT FROM places_within AS w JOIN registry_family AS f "
            "ON f.home_id = w.place_id WHERE w.ancestor_id = p.id) "
            "ORDER BY c.checked_at NULLS FIRST",
            [Level.KABUPATEN, EVERY],
        )
        _ask([row[0] for row in cursor.fetchall()])


def _ask(places: list[int]) -> None:
    """Ask for checks of whole places, in the open transaction."""
    at = datetime.now(UTC).isoformat()
    for place in places:
        wanted = {"place": place, "asked_at": at}
        ask_for("tepat.registry.tasks.check_place", wanted, lock=f"check_place_{place}")


def check_place(place: int, asked_at: str) -> Outcome | None:
    """Check all families of a place; None where that was done since it was asked."""
    close_old_connections()
    acting = system_id()
    with acting_as(acting):
        done = PlaceCheck.objects.filter(place_id=place).first()
    if done is not None and done.checked_at >= datetime.fromisoformat(asked_at):
        return None
    with _scratch(f"place-{place}") as folder:
        return _check(of_place(place), folder, acting, place)


def check_changed() -> Outcome | None:
    """Check the families that changed since the last time; many of a place are checked with it."""
    close_old_connections()
    acting = system_id()
    with acting_as(acting):
        mark = PlaceCheck.objects.filter(place_id=COUNTRY_ID).first()
        since = mark.known_by if mark else _BEGINNING
        until = _latest()
        if until is None or until <= since:
            return None
        few = _split(since, until)
    if few:
        with _scratch("changed") as folder:
            outcome = _check(of_families(few), folder, acting, None)
    else:
        outcome = None
    with acting_as(acting):
        _mark(COUNTRY_ID, until, len(few))
    return outcome


def _latest() -> datetime | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(known_at) FROM registry_batch")
        row = cursor.fetchone()
    return row[0] if row else None


def _split(since: datetime, until: datetime) -> list[int]:
    """The families to check one by one; for places with many, the whole place is asked for."""
    changed = """
        FROM registry_batch AS b JOIN registry_family AS f ON f.version = b.id
        JOIN places_within AS w ON w.place_id = f.home_id
        JOIN places_place AS p ON p.id = w.ancestor_id AND p.level = 2
        WHERE b.known_at > %(since)s AND b.known_at <= %(until)s"""
    values: dict[str, Any] = {"since": since, "until": until}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT p.id, count(*) {changed} GROUP BY p.id ORDER BY 2, 1", values)
        small: list[int] = []
        many: list[int] = []
        total = 0
        for place, count in cursor.fetchall():
            total += count
            (small if total <= FEW else many).append(place)
        _ask(many)
        cursor.execute(
            f"SELECT f.id {changed} AND p.id = ANY (%(small)s)", values | {"small": small}
        )
        return [row[0] for row in cursor.fetchall()]


@cache
def _variables() -> Mapping[str, Variable]:
    """The variables of the policy that the worker was started with; reading them takes seconds."""
    return load_policy().variables


def _check(condition: str, folder: Path, acting: int, place: int | None) -> Outcome | None:
    day = today()
    checked = check_present(
        condition,
        day=day,
        variables=_variables(),
        database=connection.settings_dict,
        acting_user=acting,
        scratch=folder,
    )
    if checked is None:
        return None
    with acting_as(acting):
        outcome = reconcile(checked, condition, day=day, months=settings.OVERDUE_MONTHS)
        count_villages(outcome.homes, day=day)
        if place is not None:
            _mark(place, checked.known_by, outcome.families)
        if place is not None or outcome.found or outcome.solved:
            record(
                actor_id=acting,
                verb="check_quality",
                subject="place",
                subject_id=place,
                home_id=place,
                details={
                    "families": outcome.families,
                    "found": outcome.found,
                    "solved": outcome.solved,
                },
            )
    return outcome


def _mark(place: int, known_by: datetime, families: int) -> None:
    PlaceCheck.objects.update_or_create(
        place_id=place,
        defaults={"known_by": known_by, "checked_at": datetime.now(UTC), "families": families},
    )


@contextmanager
def _scratch(name: str) -> Iterator[Path]:
    """An empty folder of this check alone; what killed workers left for a day is removed."""
    base: Path = settings.HOME / "checks"
    base.mkdir(parents=True, exist_ok=True)
    now = int(time.time())
    for left in base.glob("[0-9]*-*"):
        begun = left.name.split("-")[0]
        if begun.isdigit() and int(begun) < now - 86_400:
            shutil.rmtree(left, ignore_errors=True)
    folder = Path(mkdtemp(prefix=f"{now}-{name}-", dir=base))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
