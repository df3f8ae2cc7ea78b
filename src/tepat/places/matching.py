"""Which row of a new edition is which known place, told level by level in the database.

A code is not a place: Papua's villages got new codes in 2022 and a code may be given again. So a
row is first known by its code and name together, then by a name like it under the same code, by
its name under the same parent, by its name elsewhere under the same grandparent, by its name among
those that moved with it, by a name like it, and at last by its code alone. Every step takes
only pairs in which neither side has another candidate; what remains is new, or has ended.

The work lies in two temporary tables: ``edition_place``, a row of the edition with the ``place`` it
was found to be and ``how``, and ``known_place``, the places that had a code before.
"""

from __future__ import annotations

from typing import Any

from tepat.places.rules import KABUPATEN, KECAMATAN, PROVINCE, VILLAGE, best_pairs
from tepat.places.sources import Edition

KEY = "regexp_replace(lower(name), '[^a-z0-9]', '', 'g')"
GIVEN = """
CREATE TEMP TABLE given_place (code varchar(10), kind varchar(10), name text) ON COMMIT DROP
"""
STAGE = f"""
CREATE TEMP TABLE edition_place ON COMMIT DROP AS
SELECT code, kind, name, {KEY} AS key,
    (CASE length(code) WHEN 10 THEN 4 ELSE length(code) / 2 END)::smallint AS level,
    left(code, CASE length(code) WHEN 10 THEN 6 ELSE length(code) - 2 END) AS above,
    right(code, CASE length(code) WHEN 10 THEN 4 ELSE 2 END) AS ending,
    NULL::integer AS parent, NULL::integer AS grand, NULL::integer AS place,
    NULL::varchar AS how
FROM given_place;
CREATE TEMP TABLE known_place (
    place integer PRIMARY KEY, level smallint, kind varchar(10), name text, key text,
    parent integer, grand integer, code varchar(10), ending varchar(4),
    taken boolean NOT NULL DEFAULT false
) ON COMMIT DROP;
INSERT INTO known_place
SELECT p.id, p.level, p.kind, p.name, {KEY.replace("name", "p.name")}, p.parent_id, g.parent_id,
    c.code, right(c.code, CASE p.level WHEN {VILLAGE} THEN 4 ELSE 2 END)
FROM places_place AS p
JOIN places_code AS c ON c.place_id = p.id AND c.scheme = 'kemendagri' AND c.valid_to IS NULL
JOIN places_place AS g ON g.id = p.parent_id;
"""
PARENTS = """
UPDATE edition_place AS r SET parent = a.place, grand = a.parent
FROM edition_place AS a WHERE a.code = r.above AND r.level = %(level)s;
"""
PAIR = """
WITH pair AS (
    SELECT r.code, k.place, count(*) OVER (PARTITION BY r.code) AS codes,
        count(*) OVER (PARTITION BY k.place) AS places
    FROM edition_place AS r JOIN known_place AS k ON k.level = r.level AND {condition} {more}
    WHERE r.level = %(level)s AND r.place IS NULL AND NOT k.taken
)
UPDATE edition_place AS r SET place = pair.place, how = %(how)s
FROM pair WHERE pair.code = r.code AND pair.codes = 1 AND pair.places = 1;
"""
TAKE = """
UPDATE known_place AS k SET taken = true FROM edition_place AS r
WHERE r.place = k.place AND r.level = %(level)s AND NOT k.taken;
"""
# From which old parents the found children of a new parent came.
ORIGINS = """JOIN (
    SELECT DISTINCT s.parent, x.parent AS origin
    FROM edition_place AS s JOIN known_place AS x USING (place)
    WHERE s.level = %(level)s AND s.parent <> x.parent
) AS o ON o.parent = r.parent AND o.origin = k.parent"""
ALIKE = """
SELECT r.code, k.place, r.name, k.name
FROM edition_place AS r JOIN known_place AS k ON k.level = r.level AND {condition} {more}
WHERE r.level = %(level)s AND r.place IS NULL AND NOT k.taken
"""
SET_PAIRS = """
UPDATE edition_place AS r SET place = found.place, how = %(how)s
FROM unnest(%(codes)s::varchar[], %(places)s::integer[]) AS found (code, place)
WHERE found.code = r.code
"""
NEW = """
UPDATE edition_place AS r SET place = fresh.place, how = 'new'
FROM (
    SELECT code, %(first)s + row_number() OVER (ORDER BY code) AS place
    FROM edition_place WHERE level = %(level)s AND place IS NULL
) AS fresh WHERE fresh.code = r.code
"""
SAME_PLACE = "r.parent = k.parent AND r.key = k.key"


def stage(cursor: Any, edition: Edition) -> None:
    """Put the edition and the places known so far into the two tables."""
    cursor.execute(GIVEN)
    with cursor.copy("COPY given_place FROM STDIN") as copy:
        for row in edition.rows:
            copy.write_row(row)
    cursor.execute(STAGE)
    cursor.execute("ANALYZE edition_place; ANALYZE known_place")


def unstage(cursor: Any) -> None:
    """Remove the tables, so that another edition can be loaded in the same transaction."""
    cursor.execute("DROP TABLE given_place, edition_place, known_place, code_gone, closure")


def match(cursor: Any) -> None:
    """Say of each row of ``edition_place`` which place it is; new places get numbers."""
    cursor.execute("SELECT max(id) FROM places_place")
    first = cursor.fetchone()[0]
    cursor.execute("UPDATE edition_place SET parent = 1 WHERE level = %s", [PROVINCE])
    for level in (PROVINCE, KABUPATEN, KECAMATAN, VILLAGE):
        if level > PROVINCE:
            cursor.execute(PARENTS, {"level": level})
        _match_level(cursor, level)
        cursor.execute(NEW, {"level": level, "first": first})
        first += cursor.rowcount
    cursor.execute("CREATE INDEX ON edition_place (place); ANALYZE edition_place, known_place")


def _match_level(cursor: Any, level: int) -> None:
    _pair(cursor, level, "same", "r.code = k.code AND r.key = k.key")
    _alike(cursor, level, "alike", "r.code = k.code")
    _pair(cursor, level, "recoded", f"{SAME_PLACE} AND r.kind = k.kind")
    _pair(cursor, level, "recoded", SAME_PLACE)
    _alike(cursor, level, "alike", "r.parent = k.parent AND r.ending = k.ending")
    if level > PROVINCE:
        moved = "r.grand = k.grand AND r.key = k.key"
        _pair(cursor, level, "moved", f"{moved} AND r.kind = k.kind")
        _pair(cursor, level, "moved", "r.key = k.key", ORIGINS)
        _alike(cursor, level, "moved", "true", ORIGINS)
    _alike(cursor, level, "alike", "r.parent = k.parent")
    _pair(cursor, level, "code", "r.code = k.code AND r.parent = k.parent")


def _pair(cursor: Any, level: int, how: str, condition: str, more: str = "") -> None:
    """Take the pairs of a condition in which neither side has another candidate."""
    cursor.execute(PAIR.format(condition=condition, more=more), {"level": level, "how": how})
    cursor.execute(TAKE, {"level": level})


def _alike(cursor: Any, level: int, how: str, condition: str, more: str = "") -> None:
    """Take the pairs of a condition whose names are alike; few are left by then."""
    cursor.execute(ALIKE.format(condition=condition, more=more), {"level": level})
    found = best_pairs(cursor.fetchall())
    codes, places = [code for code, _ in found], [place for _, place in found]
    cursor.execute(SET_PAIRS, {"how": how, "codes": codes, "places": places})
    cursor.execute(TAKE, {"level": level})
