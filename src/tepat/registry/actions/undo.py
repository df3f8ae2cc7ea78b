"""Taking a batch back: its rows are superseded, and those it had superseded come again.

Nothing is deleted: who asks what was known before the undo still gets the batch. It serves every
kind of batch, and works on whole tables, however many rows there are.
"""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction

from tepat.audit.actions import record
from tepat.engine.errors import TepatError
from tepat.registry.models import (
    Batch,
    Event,
    FamilyObservation,
    FamilyRecord,
    Flag,
    FlagList,
    Membership,
    PersonObservation,
    PersonRecord,
)
from tepat.registry.models.batches import BatchKind
from tepat.staff.models import User

FACTS = (
    Event,
    FamilyRecord,
    PersonRecord,
    Membership,
    FamilyObservation,
    PersonObservation,
    Flag,
)
_LIVING = "valid_to IS NULL AND superseded_by_id IS NULL"


def undo_batch(*, batch: Batch, acting_user: User, reason: str) -> Batch:
    """Take a batch back, in the open transaction, which acts as the user; returns the new batch.

    The caller has looked whether the user's role may do this.

    Raises:
        TepatError: ``not_acting``, ``already_undone``, ``touched_later`` or ``out_of_reach``.
    """
    with transaction.atomic():
        _require_acting(acting_user)
        if batch.kind == BatchKind.ERASURE or Batch.objects.filter(undoes=batch).exists():
            raise TepatError(
                "already_undone",
                "This batch was taken back before, or is an erasure.",
                do="Look at the history of the family.",
            )
        _lay_out(batch)
        _require_standing(batch)
        undoing = Batch.objects.create(
            kind=BatchKind.UNDO, source=batch.source, made_by=acting_user, undoes=batch
        )
        for model in FACTS:
            _take_back(model, batch, undoing)
        _take_back_lists(batch, undoing)
        _mend_owners(batch, undoing)
        record(
            actor_id=acting_user.pk,
            verb="undo_batch",
            subject="batch",
            subject_id=batch.pk,
            reason=reason.strip(),
            details={"batch": undoing.pk, "kind": batch.kind},
        )
        _run("UPDATE registry_batch SET known_at = now() WHERE id = %(new)s", batch, undoing)
    undoing.refresh_from_db()
    return undoing


def _require_acting(user: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tepat_user()")
        row = cursor.fetchone()
    if row is None or row[0] != user.pk:
        raise TepatError(
            "not_acting",
            "The transaction does not act as the user who writes.",
            do="Open staff.context.acting_as around the write.",
        )


def _run(sql: str, old: Batch, new: Batch) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"old": old.pk, "new": new.pk})
        return int(cursor.rowcount)


def _lay_out(old: Batch) -> None:
    """The people and families that the batch touched, in temporary tables; families locked."""
    by_person = " UNION ".join(
        f"SELECT person_id FROM registry_{name} WHERE batch_id = %(old)s "
        "OR superseded_by_id = %(old)s"
        for name in ("personrecord", "personobservation", "membership")
    )
    by_family = " UNION ".join(
        f"SELECT family_id FROM registry_{name} WHERE batch_id = %(old)s "
        "OR superseded_by_id = %(old)s"
        for name in ("membership", "familyrecord", "familyobservation", "event", "flag")
    )
    statements = (
        "DROP TABLE IF EXISTS pg_temp.un_person, pg_temp.un_family",
        f"CREATE TEMP TABLE un_person ON COMMIT DROP AS {by_person}",
        f"CREATE TEMP TABLE un_family ON COMMIT DROP AS {by_family} UNION SELECT family_id "
        f"FROM registry_membership WHERE {_LIVING} AND person_id IN (SELECT person_id "
        "FROM un_person)",
        "ANALYZE un_person",
        "ANALYZE un_family",
        "SELECT count(*) FROM (SELECT id FROM registry_family WHERE id IN (SELECT family_id "
        "FROM un_family) ORDER BY id FOR UPDATE) AS locked",
    )
    for statement in statements:
        _run(statement, old, old)


def _require_standing(batch: Batch) -> None:
    """Stop where a later batch touched one of the families, or one is out of the user's sight."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM registry_batch_standing(%s)", [batch.pk])
        row = cursor.fetchone()
    families, later, outside = row or (0, 0, 0)
    if later:
        raise TepatError(
            "touched_later",
            f"{later} of {families} families were changed after this.",
            "To take it back now would undo what others recorded since.",
            "Correct these families one by one.",
        )
    if outside:
        raise TepatError(
            "out_of_reach",
            f"{outside} of {families} families are not in your places.",
            "A batch is taken back whole or not at all.",
            "Ask somebody who sees all of them.",
        )


def _take_back(model: type[Any], old: Batch, new: Batch) -> None:
    """Supersede a batch's rows of one table, and bring back copies of what it had superseded."""
    table = model._meta.db_table
    own = {"id", "batch_id", "superseded_by_id", "uuid"}
    names = [f.column for f in model._meta.concrete_fields if f.column not in own]
    columns = ", ".join(f'"{name}"' for name in names)
    fresh = any(f.column == "uuid" for f in model._meta.concrete_fields)
    _run(
        f"UPDATE {table} SET superseded_by_id = %(new)s "
        "WHERE batch_id = %(old)s AND superseded_by_id IS NULL",
        old,
        new,
    )
    _run(
        f"INSERT INTO {table} ({columns}, batch_id{', uuid' if fresh else ''}) "
        f"SELECT {columns}, %(new)s{', gen_random_uuid()' if fresh else ''} FROM {table} "
        "WHERE superseded_by_id = %(old)s AND batch_id <> %(old)s",
        old,
        new,
    )


def _take_back_lists(old: Batch, new: Batch) -> None:
    """Lists of institutions have no region and are few."""
    _take_back(FlagList, old, new)


def _mend_owners(old: Batch, new: Batch) -> None:
    """What stands on families and people themselves: version, key, home, and words of the name."""
    statements = (
        "UPDATE registry_family SET version = %(new)s WHERE id IN (SELECT family_id "
        "FROM un_family)",
        # What nobody knows any more frees its key, so that the file may come again.
        "UPDATE registry_family AS f SET origin_key = NULL WHERE origin_key IS NOT NULL "
        "AND id IN (SELECT family_id FROM un_family) AND NOT EXISTS (SELECT FROM "
        "registry_familyrecord AS r WHERE r.family_id = f.id AND r.superseded_by_id IS NULL)",
        "UPDATE registry_person AS p SET origin_key = NULL WHERE origin_key IS NOT NULL "
        "AND id IN (SELECT person_id FROM un_person) AND NOT EXISTS (SELECT FROM "
        "registry_personrecord AS r WHERE r.person_id = p.id AND r.superseded_by_id IS NULL)",
        "DELETE FROM registry_nameword WHERE person_id IN (SELECT person_id FROM un_person)",
        "INSERT INTO registry_nameword (person_id, word, home_id) "
        "SELECT DISTINCT r.person_id, word, r.home_id FROM registry_personrecord AS r, "
        "regexp_split_to_table(lower(r.name), '[^[:alnum:]_]+') AS word "
        f"WHERE {_LIVING} AND r.person_id IN (SELECT person_id FROM un_person) AND word <> ''",
        *_homes(),
    )
    for statement in statements:
        _run(statement, old, new)


def _homes() -> list[str]:
    """Everyone back where they lived; a family may leave the user's sight, so this comes last."""
    homes = (
        "(SELECT m.person_id, f.home_id FROM registry_membership AS m JOIN registry_family AS f "
        "ON f.id = m.family_id WHERE m.valid_to IS NULL AND m.superseded_by_id IS NULL "
        "AND m.person_id IN (SELECT person_id FROM un_person)) AS h"
    )
    people = [
        f"UPDATE registry_{name} AS r SET home_id = h.home_id FROM {homes} "
        "WHERE r.person_id = h.person_id AND r.home_id <> h.home_id"
        for name in ("personrecord", "personobservation", "nameword")
    ]
    return [
        f"UPDATE registry_person AS p SET home_id = h.home_id FROM {homes} "
        "WHERE p.id = h.person_id AND p.home_id <> h.home_id",
        *people,
        "SELECT registry_rehome(f.id, r.place_id) FROM registry_family AS f "
        "JOIN registry_familyrecord AS r ON r.family_id = f.id AND r.valid_to IS NULL "
        "AND r.superseded_by_id IS NULL WHERE f.home_id <> r.place_id "
        "AND f.id IN (SELECT family_id FROM un_family)",
    ]
