"""One family as it was on a day, as far as it was known at a moment.

The same rules as the snapshot's, for one family and in plain Python: of each column the answer of
the latest observation that asked for it counts, by the day of observation, then by when it became
known, then by id; asked and not answered makes it unknown. Six queries, whatever the family.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection

_FIXED = frozenset(
    {
        "id", "uuid", "observed_on", "source", "asked_id", "base_version", "batch_id",
        "superseded_by_id", "home_id", "family_id", "person_id", "columns", "known_at",
    }
)  # fmt: skip

# A batch that is not known by the moment told nothing yet, and superseded nothing yet.
_KNOWN = """JOIN registry_batch AS told ON told.id = t.batch_id
    AND told.known_at <= coalesce(%(by)s::timestamptz, 'infinity')
LEFT JOIN registry_batch AS later ON later.id = t.superseded_by_id
    AND later.known_at <= coalesce(%(by)s::timestamptz, 'infinity')"""
_TRUE = (
    "later.id IS NULL AND t.valid_from <= %(on)s AND (t.valid_to IS NULL OR t.valid_to > %(on)s)"
)

_RECORD = f"""
SELECT t.*, f.uuid, f.salt, f.version FROM registry_familyrecord AS t
JOIN registry_family AS f ON f.id = t.family_id {_KNOWN}
WHERE t.family_id = %(family)s AND {_TRUE}"""
_MEMBERS = f"""
SELECT t.*, p.uuid, p.salt FROM registry_membership AS t
JOIN registry_person AS p ON p.id = t.person_id {_KNOWN}
WHERE t.family_id = %(family)s AND {_TRUE}
ORDER BY t.relation NULLS LAST, t.person_id"""
_RECORDS = f"""
SELECT t.* FROM registry_personrecord AS t {_KNOWN}
WHERE t.person_id = ANY (%(people)s) AND {_TRUE}"""
_FLAGS = f"""
SELECT t.* FROM registry_flag AS t {_KNOWN}
WHERE (t.family_id = %(family)s AND t.person_id IS NULL OR t.person_id = ANY (%(people)s))
  AND {_TRUE} ORDER BY t.date, t.id"""
_SEEN = """
SELECT t.*, a.columns, told.known_at FROM registry_{unit}observation AS t
JOIN registry_askedset AS a ON a.id = t.asked_id {known}
WHERE t.{unit}_id = ANY (%(owners)s) AND t.observed_on <= %(on)s AND later.id IS NULL
ORDER BY t.observed_on, told.known_at, t.id"""


@dataclass(frozen=True)
class Answer:
    """What one observation said of a fact; a value of None means asked and not answered."""

    value: Any
    observed_on: date
    source: str
    observation_id: int
    batch_id: int
    superseded_by_id: int | None  # the batch that said, perhaps later, that it is not so


@dataclass(frozen=True)
class Fact(Answer):
    """What counts for a fact, and the answer that counted before it."""

    before: Answer | None = None

    @property
    def changed(self) -> bool:
        """Whether the last survey said something else than the one before."""
        return self.before is not None and self.before.value != self.value


@dataclass(frozen=True)
class Seen:
    """All facts of a family or person, and the day and source of the latest observation."""

    facts: Mapping[str, Fact]
    observed_on: date | None
    source: str | None

    def value(self, name: str) -> Any:
        """The value of a fact; None where it is unknown or was never asked."""
        fact = self.facts.get(name)
        return fact.value if fact else None


@dataclass(frozen=True)
class MemberView:
    """A living member on the day."""

    person_id: int
    uuid: uuid.UUID
    relation: int | None
    since: date
    membership_id: int
    batch_id: int  # which told of the membership
    superseded_by_id: int | None  # which said later that it is not so
    record: Mapping[str, Any]  # columns of PersonRecord; empty where nothing was known
    salt: bytes | None = field(repr=False)
    seen: Seen


@dataclass(frozen=True)
class FamilyView:
    """A family on a day, as known by a moment (None: by now)."""

    family_id: int
    uuid: uuid.UUID
    version: int  # as it is now, not then
    on: date
    known_by: datetime | None
    record: Mapping[str, Any]  # columns of FamilyRecord
    salt: bytes | None = field(repr=False)
    seen: Seen
    members: Sequence[MemberView]
    flags: Sequence[Mapping[str, Any]]  # columns of Flag


def family_as_of(family_id: int, on: date, known_by: datetime | None = None) -> FamilyView | None:
    """A family as it was on a day; six queries, however many members and observations.

    They are: the record; the members; and, for all members at once, their records, the
    observations of the family, those of the people, the flags.

    Args:
        family_id: the family.
        on: the day on which facts are true.
        known_by: the moment by which they were known; None means by now.

    Returns:
        the family, or None where it was not known to live anywhere on that day, or lies out of
        the reach of who acts.
    """
    when: dict[str, Any] = {"family": family_id, "on": on, "by": known_by}
    found = _rows(_RECORD, when)
    if not found:
        return None
    joined = _rows(_MEMBERS, when)
    when["people"] = [row["person_id"] for row in joined]
    records = {row["person_id"]: row for row in _rows(_RECORDS, when)}
    living = [row for row in joined if _lives(records.get(row["person_id"]), on)]
    when["people"] = [row["person_id"] for row in living]
    family = _observed("family", [family_id], when)
    people = _observed("person", when["people"], when)
    return FamilyView(
        family_id=family_id,
        uuid=found[0]["uuid"],
        version=found[0]["version"],
        on=on,
        known_by=known_by,
        record=found[0],
        salt=found[0]["salt"],
        seen=fold(family.get(family_id, ())),
        members=[_member(row, records, people) for row in living],
        flags=_rows(_FLAGS, when),
    )


def _member(
    row: Mapping[str, Any],
    records: Mapping[int, Mapping[str, Any]],
    seen: Mapping[int, Sequence[Mapping[str, Any]]],
) -> MemberView:
    person = row["person_id"]
    return MemberView(
        person_id=person,
        uuid=row["uuid"],
        relation=row["relation"],
        since=row["valid_from"],
        membership_id=row["id"],
        batch_id=row["batch_id"],
        superseded_by_id=row["superseded_by_id"],
        record=records.get(person, {}),
        salt=row["salt"],
        seen=fold(seen.get(person, ())),
    )


def fold(observations: Iterable[Mapping[str, Any]]) -> Seen:
    """Of each column the answer that counts.

    Args:
        observations: rows of an observation table with ``columns`` (what was asked), in the order
            in which the later counts.
    """
    facts: dict[str, Fact] = {}
    last: Mapping[str, Any] | None = None
    for row in observations:
        last = row
        for name in row["columns"]:
            if name in _FIXED or name not in row:
                continue
            before = facts.get(name)
            facts[name] = Fact(
                value=row[name],
                observed_on=row["observed_on"],
                source=row["source"],
                observation_id=row["id"],
                batch_id=row["batch_id"],
                superseded_by_id=row["superseded_by_id"],
                before=before and Answer(**{key: getattr(before, key) for key in _ANSWER}),
            )
    if last is None:
        return Seen({}, None, None)
    return Seen(facts, last["observed_on"], last["source"])


_ANSWER = ("value", "observed_on", "source", "observation_id", "batch_id", "superseded_by_id")


def _lives(record: Mapping[str, Any] | None, on: date) -> bool:
    return record is None or record["died_on"] is None or record["died_on"] > on


def _observed(
    unit: str, owners: Sequence[int], when: Mapping[str, Any]
) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    for row in _rows(_SEEN.format(unit=unit, known=_KNOWN), {**when, "owners": list(owners)}):
        found.setdefault(row[f"{unit}_id"], []).append(row)
    return found


def _rows(question: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
