"""A family's history as its page tells it: what happened, who told it, and who looked.

What people report is an event with a row of its own. A file tells no events, only how things are on
a day; what an import changed is read from the records it wrote and those they took the place of.
"""

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
BY_FILE = Text("{what}, menurut berkas", "{what}, as a file tells")
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
    batch: int | None = None  # of the import that told it


# The name is the person's present one, and unknown once the person lives elsewhere or is erased.
_BY_FILE = """
WITH people AS (
    SELECT DISTINCT person_id FROM registry_membership WHERE family_id = %(family)s
), files AS (
    SELECT b.id, b.source, b.known_at, u.role,
        EXISTS (SELECT FROM registry_batch AS n WHERE n.undoes_id = b.id) AS undone,
        NOT EXISTS (SELECT FROM registry_familyrecord AS r WHERE r.family_id = %(family)s
            AND r.batch_id < b.id) AS first
    FROM registry_batch AS b JOIN staff_user AS u ON u.id = b.made_by_id
    WHERE b.kind = 'import' AND b.id IN (
        SELECT batch_id FROM registry_familyrecord WHERE family_id = %(family)s
        UNION SELECT batch_id FROM registry_membership WHERE family_id = %(family)s
        UNION SELECT superseded_by_id FROM registry_membership WHERE family_id = %(family)s
        UNION SELECT batch_id FROM registry_personrecord WHERE person_id IN (TABLE people))
), told AS (
    SELECT v.kind, NULL::bigint AS person_id, r.valid_from AS on, f.id
    FROM files AS f
    JOIN registry_familyrecord AS r ON r.family_id = %(family)s AND r.batch_id = f.id
        AND r.valid_to IS NULL
    LEFT JOIN registry_familyrecord AS o ON o.family_id = %(family)s
        AND o.superseded_by_id = f.id AND o.valid_to IS NULL,
    LATERAL (VALUES ('registration', f.first), ('move_in', o.place_id <> r.place_id),
        ('new_number', o.id IS NOT NULL AND o.kk_token IS DISTINCT FROM r.kk_token))
        AS v (kind, holds)
    WHERE v.holds
    UNION
    SELECT CASE WHEN o.id IS NULL THEN 'join' WHEN m.relation = 1 THEN 'new_head'
        ELSE 'correction' END, m.person_id, m.valid_from, f.id
    FROM files AS f
    JOIN registry_membership AS m ON m.family_id = %(family)s AND m.batch_id = f.id
        AND m.valid_to IS NULL
    LEFT JOIN registry_membership AS o ON o.person_id = m.person_id
        AND o.superseded_by_id = f.id AND o.family_id = m.family_id AND o.valid_to IS NULL
    WHERE NOT f.first
    UNION
    SELECT 'leave', m.person_id, m.valid_from, f.id
    FROM files AS f
    JOIN registry_membership AS o ON o.family_id = %(family)s AND o.superseded_by_id = f.id
        AND o.valid_to IS NULL
    JOIN registry_membership AS m ON m.person_id = o.person_id AND m.batch_id = f.id
        AND m.valid_to IS NULL AND m.family_id <> o.family_id
    UNION
    SELECT 'correction', r.person_id, r.valid_from, f.id
    FROM files AS f
    JOIN registry_personrecord AS r ON r.batch_id = f.id AND r.valid_to IS NULL
        AND r.person_id IN (TABLE people)
    JOIN registry_personrecord AS o ON o.person_id = r.person_id AND o.superseded_by_id = f.id
        AND o.valid_to IS NULL
)
SELECT t.kind, r.name, t.on, f.source, f.role, '' AS document, '' AS note, f.known_at,
    f.undone, 0 AS asked, f.id AS batch
FROM told AS t JOIN files AS f ON f.id = t.id
LEFT JOIN registry_personrecord AS r
  ON r.person_id = t.person_id AND r.valid_to IS NULL AND r.superseded_by_id IS NULL
"""
_HAPPENINGS = f"""
SELECT * FROM ({_BY_FILE}) AS by_file
UNION ALL
SELECT e.kind, r.name, e.on, b.source, u.role, e.document, e.note, b.known_at,
    e.superseded_by_id IS NOT NULL, 0, NULL::bigint
FROM registry_event AS e
JOIN registry_batch AS b ON b.id = e.batch_id
JOIN staff_user AS u ON u.id = b.made_by_id
LEFT JOIN registry_personrecord AS r
  ON r.person_id = e.person_id AND r.valid_to IS NULL AND r.superseded_by_id IS NULL
WHERE e.family_id = %(family)s
UNION ALL
SELECT 'answers', NULL, max(o.observed_on), max(o.source), u.role, '', '', b.known_at,
    bool_and(o.superseded_by_id IS NOT NULL), sum(o.asked),
    CASE WHEN b.kind = 'import' THEN b.id END
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
    for kind, name, on, source, role, document, note, known_at, withdrawn, asked, batch in rows:
        title = _title(kind, name, int(asked), batch is not None)
        found.append(Happening(title, on, source, role, document, note, known_at, withdrawn, batch))
    return found


def _title(kind: str, name: str | None, asked: int, by_file: bool) -> Text:
    if kind == "answers":
        return OBSERVED.filled(n=asked)
    text = EVENTS[EventKind(kind)]
    what = Text(text.id.format(name=name or SOMEBODY.id), text.en.format(name=name or SOMEBODY.en))
    if not by_file:
        return what
    return Text(BY_FILE.id.format(what=what.id), BY_FILE.en.format(what=what.en))


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
