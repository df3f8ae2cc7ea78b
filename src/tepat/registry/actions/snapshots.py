"""Taking a snapshot out of the registry, which is written down like every other deed."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import connection

from tepat.audit.actions import record
from tepat.registry.actions.writing import require_role
from tepat.registry.snapshot.take import Progress, SnapshotRequest, take
from tepat.staff.context import acting_as
from tepat.staff.models import Role, User

TAKERS = frozenset(
    {Role.HEAD_OF_OFFICE, Role.MINISTRY_ANALYST, Role.MINISTRY_APPROVER, Role.SYSTEM}
)


def take_snapshot(
    *,
    out: Path,
    as_of: date,
    known_by: datetime | None = None,
    place: str | None = None,
    acting_user: User,
    progress: Progress = lambda step, done, total: None,
) -> dict[str, Any]:
    """Write the registry as it was into a folder that `tepat run` reads; returns its manifest.

    It must not be called in an open transaction that wrote to the registry: the snapshot has a
    view of the database of its own, which does not see what is not committed.

    Args:
        out: the folder; it must not exist.
        as_of: the day on which facts are true.
        known_by: the moment by which they were known; None means by now.
        place: the code of a place on that day; None means all places of the user.
        acting_user: whose places are read.
        progress: told of each step.

    Raises:
        TepatError: ``not_allowed``, ``known_by_future``, ``place_unknown``, ``snapshot_empty``,
            ``exists`` and what else may be wrong; nothing was written.
    """
    require_role(acting_user, TAKERS, "take a snapshot")

    def sign(manifest: dict[str, Any]) -> None:
        kept = ("as_of", "known_by", "place", "rows", "code")
        with acting_as(acting_user.pk):
            record(
                actor_id=acting_user.pk,
                verb="take_snapshot",
                subject="snapshot",
                details={name: manifest[name] for name in kept},
            )

    return take(
        SnapshotRequest(out, as_of, known_by, place),
        database=connection.settings_dict,
        acting_user=acting_user.pk,
        account=acting_user.username,
        progress=progress,
        sign=sign,
    )
