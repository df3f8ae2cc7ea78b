"""Which rows count: those true on a day, of the batches that were known at a moment.

Batches become known one after the other, each stamped while it holds a lock until its commit. So
all batches up to the latest that can be seen are seen, and who asks for a moment only has to wait
for the writer that is stamping.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tepat.engine.attached import asked
from tepat.engine.errors import TepatError

STAMPING = 7420001  # the lock that registry_stamp() holds from stamping to commit
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def micros(moment: datetime) -> int:
    """A moment as whole microseconds since 1970, as PostgreSQL keeps it."""
    return (moment - _BEGINNING) // timedelta(microseconds=1)


def moment_of(number: int) -> datetime:
    """The moment of so many microseconds since 1970."""
    return _BEGINNING + timedelta(microseconds=number)


@dataclass(frozen=True)
class Moment:
    """A day, and a moment of knowledge: SQL for the rows that count."""

    day: date
    known_by: datetime
    latest: bool  # nothing became known after it

    def known(self, row: str) -> str:
        """Told by then, and not superseded by then."""
        if self.latest:  # the view itself holds no later batch
            return f"{row}.superseded_by_id IS NULL"
        return (
            f"{row}.batch_id IN (SELECT id FROM known) AND ({row}.superseded_by_id IS NULL "
            f"OR {row}.superseded_by_id NOT IN (SELECT id FROM known))"
        )

    def true(self, row: str) -> str:
        """Known, and true on the day."""
        day = f"DATE '{self.day.isoformat()}'"
        return (
            f"{row}.valid_from <= {day} AND ({row}.valid_to IS NULL OR {row}.valid_to > {day}) "
            f"AND {self.known(row)}"
        )


def wait_for_writers(con: Any) -> None:
    """Wait until no batch that was stamped before is still to be committed.

    It must be done before the view of the database is taken, in a transaction of its own.
    """
    asked(con, f"SELECT pg_advisory_xact_lock_shared({STAMPING})::text AS waited")


def fix_moment(con: Any, day: date, known_by: datetime | None) -> Moment:
    """Make the table ``known`` (id, known_at in microseconds) and say which rows count.

    Args:
        con: a DuckDB connection with the registry attached, in a transaction.
        day: the day on which rows must be true.
        known_by: the moment by which they must have been known; None means by now.

    Raises:
        TepatError: ``known_by_future`` or ``nothing_known``.
    """
    con.execute(
        "CREATE TEMP TABLE known AS SELECT id, epoch_us(known_at) AS known_at "
        "FROM pg.registry_batch WHERE known_at IS NOT NULL"
    )
    last = con.execute("SELECT max(known_at) FROM known").fetchone()[0]
    if last is None:
        raise _nothing()
    if known_by is None:
        return Moment(day, moment_of(last), True)
    now = asked(con, "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now")
    if micros(known_by) >= max(now[0][0], last + 1):
        raise TepatError(
            "known_by_future",
            f"{known_by.isoformat()} has not come yet.",
            "Nobody can say now what will be known then.",
            "Give an earlier moment, or leave --known-by away for all that is known now.",
        )
    con.execute(f"DELETE FROM known WHERE known_at > {micros(known_by)}")
    if con.execute("SELECT count(*) FROM known").fetchone()[0] == 0:
        raise _nothing()
    return Moment(day, known_by, last <= micros(known_by))


def _nothing() -> TepatError:
    return TepatError(
        "nothing_known",
        "Nothing was known yet in this registry.",
        do="Import families first, or give a later moment.",
    )
