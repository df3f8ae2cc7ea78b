"""A family's history as its page tells it: what happened, who told it, and who looked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.utils.timezone import get_current_timezone_name

from tepat.engine.text import Text
from tepat.registry.models.batches import EventKind

EVENTS = {
    EventKind.REGISTRATION: Text("Keluarga didaftarkan", "Family registered"),
    EventKind.BIRTH: Text("Kelahiran {name}", "Birth of {name}"),
    EventKind.DEATH: Text("Kematian {name}", "Death of {name}"),
    EventKind.MARRIAGE: Text("Perkawinan {name}", "Marriage of {name}"),
    EventKind.JOIN: Text("{name} masuk", "{name} joined"),
    EventKind.LEAVE: Text("{name} keluar", "{name} left"),
    EventKind.MOVE_IN: Text("Alamat berubah", "Address changed"),
    EventKind.MOVE_OUT: Text("Keluarga pindah", "Family moved"),
    EventKind.SPLIT: Text("Pecah KK", "Family split"),
    EventKind.MERGER: Text("Gabung KK", "Families merged"),
    EventKind.NEW_HEAD: Text("{name} menjadi kepala keluarga", "{name} became head"),
    EventKind.NEW_NUMBER: Text("Nomor KK berubah", "KK number changed"),
    EventKind.CORRECTION: Text("Data {name} diperbaiki", "Data of {name} corrected"),
}
SOMEBODY = Text("seorang anggota", "a member")
OBSERVED = Text("{n} jawaban dicatat", "{n} answers recorded")


@dataclass(frozen=True)
class Happening:
    """One entry of the history. `withdrawn` where a later batch took it back."""

    title: Text
    on: date
    source: str
    role: str
    document: str
    note: str
    known_at: datetime
    withdrawn: bool


# The name is the person's present one, and unknown once the person lives elsewhere or is erased.
_HAPPENINGS = """
SELECT e.kind, r.name, e.on, b.source, u.role, e.document, e.note, b.known_at,
    e.superseded_by_id IS NOT NULL, 0
FROM registry_event AS e
JOIN registry_batch AS b ON b.id = e.batch_id
JOIN staff_user AS u ON u.id = b.made_by_id
LEFT JOIN registry_personrecord AS r
  ON r.person_id = e.person_id AND r.valid_to IS NULL AND r.superseded_by_id IS NULL
WHERE e.family_id = %(family)s
UNION ALL
SELECT 'answers', NULL, max(o.observed_on), max(o.source), u.role, '', '', b.known_at,
    bool_and(o.superseded_by_id IS NOT NULL), sum(o.asked)
FROM (
    SELECT f.batch_id, f.observed_on, f.source, f.superseded_by_id, cardinality(a.columns) AS asked
    FROM registry_familyobservation AS f JOIN registry_askedset AS a ON a.id = f.asked_id
    WHERE f.family_id = %(family)s
    UNION ALL
    SELECT p.batch_id, p.observed_on, p.source, p.superseded_by_id, cardinality(a.columns)
    FROM registry_personobservation AS p JOIN registry_askedset AS a ON a.id = p.asked_id
    WHERE p.person_id IN (SELECT person_id FROM registry_membership
        WHERE family_id = %(family)s AND superseded_by_id IS NULL)
) AS o
JOIN registry_batch AS b ON b.id = o.batch_id
JOIN staff_user AS u ON u.id = b.made_by_id
GROUP BY b.id, u.role, b.known_at
ORDER BY 3 DESC, 8 DESC LIMIT %(limit)s
"""


def history_of(family_id: int, limit: int = 100) -> list[Happening]:
    """What happened to a family, newest first; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_HAPPENINGS, {"family": family_id, "limit": limit})
        rows = cursor.fetchall()
    found = []
    for kind, name, on, source, role, document, note, known_at, withdrawn, asked in rows:
        if kind == "answers":
            title = OBSERVED.filled(n=int(asked))
        else:
            text = EVENTS[EventKind(kind)]
            title = Text(
                text.id.format(name=name or SOMEBODY.id), text.en.format(name=name or SOMEBODY.en)
            )
        found.append(Happening(title, on, source, role, document, note, known_at, withdrawn))
    return found


@dataclass(frozen=True)
class Look:
    """The last opening of the family's data by a user on a day for a reason, and how many."""

    at: datetime
    name: str
    role: str
    reason: str
    times: int


def looks_at(family_id: int, limit: int = 20) -> list[Look]:
    """Who opened a family, newest first; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT max(a.at), u.name, u.role, a.reason, count(*) FROM audit_access AS a "
            "JOIN staff_user AS u ON u.id = a.actor_id WHERE a.family_id = %s "
            "GROUP BY u.id, u.name, u.role, a.reason, (a.at AT TIME ZONE %s)::date "
            "ORDER BY 1 DESC LIMIT %s",
            [family_id, get_current_timezone_name(), limit],
        )
        return [Look(*row) for row in cursor.fetchall()]
