"""What every write to the registry shares: the batch, the lock on the family, rows in two times.

A write opens a batch, adds rows and supersedes rows, and stamps the batch as its last step, all in
one transaction that acts as the user. No row is ever changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Q

from tepat.audit.actions import record
from tepat.engine.errors import TepatError
from tepat.engine.text import Text
from tepat.registry.models import Batch, Event, Family, FamilyRecord, Membership, PersonRecord
from tepat.staff.models import Role, User

Fact = FamilyRecord | PersonRecord | Membership

WRITERS = frozenset(
    {
        Role.VILLAGE_OPERATOR,
        Role.FACILITATOR,
        Role.KABUPATEN_VERIFIER,
        Role.HEAD_OF_OFFICE,
        Role.SYSTEM,
    }
)


def require_role(user: User, roles: Iterable[str], verb: str) -> None:
    """Stop where a user's role may not do something.

    Raises:
        TepatError: ``not_allowed``.
    """
    if not user.is_active or user.role not in set(roles):
        raise TepatError(
            "not_allowed",
            Text(
                "Peran {role} tidak boleh melakukan ini.", "Your role, {role}, may not {verb}."
            ).filled(role=user.get_role_display(), verb=verb),
            Text("Setiap langkah punya peran sendiri.", "Each step has roles of its own."),
            Text("Mintalah kepada yang berperan.", "Ask somebody who has the role."),
        )


def today() -> date:
    """The present day in the capital."""
    return datetime.now(ZoneInfo("Asia/Jakarta")).date()


@contextmanager
def open_batch(*, kind: str, source: str, acting_user: User) -> Iterator[Batch]:
    """A batch to write rows into; known, whole, when the block ends.

    Raises:
        TepatError: ``not_acting`` where the transaction does not act as this user.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT tepat_user()")
            row = cursor.fetchone()
        if row is None or row[0] != acting_user.pk:
            raise TepatError(
                "not_acting",
                "The transaction does not act as the user who writes.",
                "Row-level security would not know whose rows these are.",
                "Open staff.context.acting_as around the write.",
            )
        batch = Batch.objects.create(kind=kind, source=source, made_by=acting_user)
        yield batch
        batch.known_at = datetime.now(ZoneInfo("UTC"))  # the database sets its own
        batch.save(update_fields=["known_at"])


def locked_family(family_id: int, base_version: int | None, batch: Batch) -> Family:
    """A family for a write: locked, as the writer saw it, and marked with the batch.

    Args:
        family_id: the family.
        base_version: the version that the writer saw; None where no person looked at it first.
        batch: the batch that will touch it.

    Raises:
        TepatError: ``family_not_found`` or ``family_changed``.
    """
    family = Family.objects.select_for_update().filter(pk=family_id).first()
    if family is None:
        raise TepatError(
            "family_not_found",
            Text(
                "Keluarga ini tidak ada di wilayah Anda.", "There is no such family in your places."
            ),
            Text(
                "Mungkin tidak terdaftar, atau sudah pindah.",
                "It does not exist, or it lives elsewhere now.",
            ),
            Text("Cari lagi.", "Search for it again."),
        )
    if base_version is not None and family.version != base_version:
        raise TepatError(
            "family_changed",
            Text(
                "Data keluarga ini diubah orang lain setelah Anda membukanya.",
                "Somebody changed this family after you opened it.",
            ),
            Text(
                "Isian Anda belum disimpan dan isian mereka tidak tertimpa.",
                "Nothing of yours was saved, and nothing of theirs was overwritten.",
            ),
            Text("Lihat apa yang berubah, lalu putuskan.", "Look at what changed, then decide."),
        )
    family.version = batch.pk
    family.save(update_fields=["version"])
    return family


def unsuperseded(model: type[Fact], on: date, **owner: Any) -> list[Any]:
    """Rows in force on a day or later, oldest first."""
    return list(
        model.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on), **owner)
        .filter(superseded_by__isnull=True)
        .order_by("valid_from")
    )


def copied(row: Any, batch: Batch, **changes: Any) -> Any:
    """A row as a batch tells it anew, with changes; not saved."""
    fields = {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if field.attname not in ("id", "batch_id", "superseded_by_id") and field.name not in changes
    }
    return type(row)(**{**fields, "batch_id": batch.pk, **changes})


def change_from(
    model: type[Fact], on: date, changes: dict[str, Any], *, batch: Batch, **owner: Any
) -> None:
    """Change columns from a day on, until the day where one of them was changed anyway.

    A row that began earlier is superseded by its part before the day and its part from the day.
    Told late, the change does not undo what happened after it: a move in May that is told in July
    leaves the card number of June as it is.
    """
    rows = unsuperseded(model, on, **owner)
    if not rows:
        raise TepatError(
            "nothing_to_change",
            Text(
                "Tidak ada data sejak {on} yang dapat diubah.",
                "Nothing is known from {on} on that could be changed.",
            ).filled(on=on.isoformat()),
            do=Text("Periksa tanggalnya.", "Check the date."),
        )
    first = {name: getattr(rows[0], name) for name in changes}
    added, gone = [], []
    for row in rows:
        still = {
            name: value for name, value in changes.items() if getattr(row, name) == first[name]
        }
        if not still:
            break
        gone.append(row.pk)
        if row.valid_from < on:
            added.append(copied(row, batch, valid_to=on))
        added.append(copied(row, batch, valid_from=max(on, row.valid_from), **still))
    supersede(model, gone, batch)
    model.objects.bulk_create(added)


def end_at(
    model: type[Fact], on: date, *, batch: Batch, ended: str | None = None, **owner: Any
) -> int:
    """End what is in force on a day, and forget what was foreseen after it; the number of rows."""
    rows = unsuperseded(model, on, **owner)
    why = {} if ended is None else {"ended": ended}
    supersede(model, [row.pk for row in rows], batch)
    kept = [copied(row, batch, valid_to=on, **why) for row in rows if row.valid_from < on]
    model.objects.bulk_create(kept)
    return len(rows)


def supersede(model: type[Any], ids: Sequence[int], batch: Batch) -> None:
    """From this batch on, these rows are no longer held to be true."""
    model.objects.filter(pk__in=ids).update(superseded_by=batch)


def tell(
    kind: str,
    family: Family,
    on: date,
    *,
    batch: Batch,
    acting_user: User,
    person_id: int | None = None,
    document: str = "",
    note: str = "",
    override: bool = False,
    **details: Any,
) -> None:
    """Write the event into the family's history, and into the audit."""
    Event.objects.bulk_create(
        [
            Event(
                batch=batch,
                family=family,
                person_id=person_id,
                kind=kind,
                on=on,
                document=document,
                note=note,
                home_id=family.home_id,
            )
        ]
    )
    record(
        actor_id=acting_user.pk,
        verb=f"record_{kind}",
        subject="family",
        subject_id=family.pk,
        home_id=family.home_id,
        reason=note,
        evidence=document,
        override=override,
        details={"batch": batch.pk, "on": on.isoformat(), **details},
    )


def not_after_today(on: date) -> None:
    """Stop where an event is dated in the future. Raises TepatError ``date_in_future``."""
    if on > today():
        raise TepatError(
            "date_in_future",
            Text("{on} belum tiba.", "{on} has not come yet.").filled(on=on.isoformat()),
            Text(
                "Peristiwa dicatat setelah terjadi.", "An event is recorded when it has happened."
            ),
            Text("Periksa tanggalnya.", "Check the date."),
        )
