"""Giving out findings: to the villages they lie in, or to one person."""

from __future__ import annotations

from datetime import UTC, date, datetime

from django.db.models import F, QuerySet

from tepat.audit.actions import record
from tepat.engine.errors import TepatError
from tepat.engine.text import Text
from tepat.registry.actions.writing import require_role, today
from tepat.registry.models import Finding
from tepat.registry.quality.queries import worker_reaches
from tepat.staff.models import Role, User

GIVERS = frozenset({Role.KABUPATEN_VERIFIER, Role.HEAD_OF_OFFICE})


def assign_findings(
    *,
    rows: QuerySet[Finding],
    to: int | None,
    due_on: date | None,
    note: str,
    acting_user: User,
) -> int:
    """Give findings to whoever works in their villages, or to one person; returns how many.

    Args:
        rows: open findings.
        to: a user who works in all these villages; None gives each finding to its own village.
        due_on: until when it should be done; None where no day is set.
        note: what the receiver should know.
        acting_user: a verifier or the head of the office.

    Raises:
        TepatError: ``not_allowed``, ``due_in_past``, ``nothing_chosen`` or ``worker_elsewhere``.
    """
    require_role(acting_user, GIVERS, "give out findings")
    if due_on is not None and due_on < today():
        raise TepatError(
            "due_in_past",
            Text("Tenggatnya sudah lewat.", "That day has passed."),
            do=Text("Pilih hari ini atau sesudahnya.", "Choose today or a later day."),
        )
    rows = rows.filter(solved_at=None).order_by()
    homes = set(rows.values_list("home_id", flat=True).distinct())
    if not homes:
        raise TepatError(
            "nothing_chosen",
            Text("Tidak ada temuan yang dipilih.", "No finding was chosen."),
            Text("Mungkin sudah selesai sendiri.", "Perhaps they were solved meanwhile."),
            Text("Pilih baris di daftar, lalu coba lagi.", "Choose rows in the list, try again."),
        )
    if to is not None and not worker_reaches(to, homes):
        raise TepatError(
            "worker_elsewhere",
            Text(
                "Petugas itu tidak bekerja di semua desa yang dipilih.",
                "That person does not work in all the villages chosen.",
            ),
            Text("Mereka tidak akan melihat keluarganya.", "They would not see the families."),
            Text(
                "Saring per desa dahulu, atau serahkan ke desa masing-masing.",
                "Filter by village first, or give each finding to its own village.",
            ),
        )
    ids = list(rows.values_list("id", flat=True))
    given = Finding.objects.filter(id__in=ids, solved_at=None).update(
        assigned_to=to,
        assigned_place=F("home_id") if to is None else None,
        assigned_by=acting_user.pk,
        assigned_at=datetime.now(UTC),
        due_on=due_on,
        note=note.strip(),
    )
    _tell(acting_user, given, homes, to, due_on)
    return given


def _tell(
    acting_user: User, given: int, homes: set[int], to: int | None, due_on: date | None
) -> None:
    record(
        actor_id=acting_user.pk,
        verb="assign_findings",
        subject="user" if to else "place",
        subject_id=to,
        home_id=min(homes) if len(homes) == 1 else None,
        details={
            "findings": given,
            "villages": len(homes),
            "due_on": due_on.isoformat() if due_on else None,
        },
    )
