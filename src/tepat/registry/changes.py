"""What changed in a family since somebody looked: for the one who comes second.

The family as it was known when the reader saw it is held against the family as it is known now;
what differs was told by a batch in between, which says who and when.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import connection

from tepat.registry.as_of import FamilyView, MemberView, Seen, family_as_of

FAMILY_COLUMNS = ("place_id", "address", "latitude", "longitude")
PERSON_COLUMNS = ("name", "sex", "birth_date", "died_on")


@dataclass(frozen=True)
class Change:
    """One thing that differs, and the batch that told it.

    ``what`` is ``record``, ``fact`` or ``membership``; ``name`` the column; of a NIK or KK number
    only that it changed is told (``before`` and ``after`` are None). A member who came has no
    ``before``, one who left no ``after``; the value is the relation to the head.
    """

    what: str
    person_id: int | None
    name: str
    before: Any
    after: Any
    batch_id: int | None = None


@dataclass(frozen=True)
class BatchTold:
    """A batch that touched the family: when, by whom, from where."""

    batch_id: int
    known_at: datetime
    kind: str
    source: str
    made_by: str


@dataclass(frozen=True)
class Changed:
    """What changed, and the batches since then in the order in which they became known."""

    changes: tuple[Change, ...]
    batches: tuple[BatchTold, ...]


# A difference, and the batches that may have told it: the first that came since did.
_Found = tuple[Change, tuple[int | None, ...]]
_BATCHES = """
SELECT b.id, b.known_at, b.kind, b.source, u.name FROM registry_batch AS b
JOIN staff_user AS u ON u.id = b.made_by_id
WHERE b.known_at > %(since)s AND b.id = ANY (%(batches)s) ORDER BY b.known_at
"""


def what_changed(family_id: int, since_version: int, on: date) -> Changed:
    """Which records, facts and memberships of a family batches after a version changed.

    Fourteen queries: the family twice, the moment of the version, the batches.

    Args:
        family_id: the family.
        since_version: the version of the family that the reader saw.
        on: the day on which both are looked at.

    Returns:
        nothing where the family is out of reach, or the version is not known.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT known_at FROM registry_batch WHERE id = %s", [since_version])
        row = cursor.fetchone()
    now = family_as_of(family_id, on)
    if row is None or now is None:
        return Changed((), ())
    found = list(_family(family_as_of(family_id, on, row[0]), now))
    may_be = {batch for _, batches in found for batch in batches if batch is not None}
    with connection.cursor() as cursor:
        cursor.execute(_BATCHES, {"since": row[0], "batches": sorted(may_be)})
        since = {told[0]: BatchTold(*told) for told in cursor.fetchall()}
    changes = tuple(
        replace(change, batch_id=next((batch for batch in batches if batch in since), None))
        for change, batches in found
    )
    told = {change.batch_id for change in changes}
    return Changed(changes, tuple(batch for key, batch in since.items() if key in told))


def _family(then: FamilyView | None, now: FamilyView) -> Iterator[_Found]:
    yield from _record(None, then.record if then else {}, now.record, FAMILY_COLUMNS, "kk")
    yield from _facts(None, then.seen if then else None, now.seen)
    before = {member.person_id: member for member in then.members} if then else {}
    after = {member.person_id: member for member in now.members}
    for person in dict.fromkeys([*before, *after]):
        yield from _person(person, before.get(person), after.get(person))


def _person(person: int, old: MemberView | None, new: MemberView | None) -> Iterator[_Found]:
    relations = old.relation if old else None, new.relation if new else None
    if old is None or new is None or old.relation != new.relation:
        # one who died may have left by the record alone
        batches = (
            new.batch_id if new else None,
            old.superseded_by_id if old else None,
            old.record.get("superseded_by_id") if old else None,
        )
        yield Change("membership", person, "relation", *relations), batches
    if old is None or new is None:
        return
    yield from _record(person, old.record, new.record, PERSON_COLUMNS, "nik")
    yield from _facts(person, old.seen, new.seen)


def _record(
    person: int | None,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    columns: tuple[str, ...],
    number: str,
) -> Iterator[_Found]:
    batches = new.get("batch_id"), old.get("superseded_by_id")
    for name in columns:
        if old.get(name) != new.get(name):
            yield Change("record", person, name, old.get(name), new.get(name)), batches
    if _bytes(old.get(f"{number}_token")) != _bytes(new.get(f"{number}_token")):
        yield Change("record", person, number, None, None), batches


def _bytes(value: Any) -> bytes | None:
    return None if value is None else bytes(value)


def _facts(person: int | None, old: Seen | None, new: Seen) -> Iterator[_Found]:
    known = old.facts if old else {}
    for name in sorted({*known, *new.facts}):
        before, after = known.get(name), new.facts.get(name)
        values = before.value if before else None, after.value if after else None
        if values[0] != values[1]:
            batches = after.batch_id if after else None, before.superseded_by_id if before else None
            yield Change("fact", person, name, *values), batches
