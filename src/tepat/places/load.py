"""Loading an edition of the list of places: the tree, its codes, and what became of places.

Run by the owner's role, in one transaction. A place keeps its number for ever; a code is closed on
the edition's day where it changed, and a succession says what happened. The same edition again
changes nothing.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction

from tepat.engine.errors import TepatError
from tepat.places.bps import load_provinces
from tepat.places.matching import match, stage, unstage
from tepat.places.models import Edition as Loaded
from tepat.places.sources import Edition, read_edition
from tepat.places.splits import SPLITS

# Any number that no other lock has: two loads must not run at once.
LOCK = 7_283_763
WRITE_PLACES = """
INSERT INTO places_place (id, level, kind, parent_id, name)
SELECT place, level, kind, parent, name FROM edition_place WHERE how = 'new' ORDER BY place;
UPDATE places_place AS p SET name = r.name, kind = r.kind, parent_id = r.parent, ended_on = NULL
FROM edition_place AS r
WHERE r.place = p.id AND (p.name, p.kind, p.parent_id) IS DISTINCT FROM (r.name, r.kind, r.parent);
UPDATE places_place AS p SET ended_on = %(day)s
FROM known_place AS k WHERE k.place = p.id AND NOT k.taken;
"""
# A code that the same day's earlier list gave never held.
WRITE_CODES = """
CREATE TEMP TABLE code_gone ON COMMIT DROP AS
SELECT c.id, c.valid_from FROM places_code AS c
LEFT JOIN edition_place AS r ON r.place = c.place_id
    AND (c.scheme <> 'kemendagri' OR r.code = c.code)
WHERE c.valid_to IS NULL AND r.place IS NULL;
DELETE FROM places_code AS c USING code_gone AS g WHERE c.id = g.id AND g.valid_from >= %(day)s;
UPDATE places_code AS c SET valid_to = %(day)s
FROM code_gone AS g WHERE c.id = g.id AND g.valid_from < %(day)s;
INSERT INTO places_code (place_id, scheme, code, valid_from, source)
SELECT r.place, 'kemendagri', r.code, %(day)s, %(source)s FROM edition_place AS r
WHERE NOT EXISTS (
    SELECT FROM places_code AS c
    WHERE c.place_id = r.place AND c.scheme = 'kemendagri' AND c.valid_to IS NULL)
ORDER BY r.code;
"""
CHANGED_THEMSELVES = """
INSERT INTO places_succession (before_id, after_id, "on", how, was, source)
SELECT k.place, k.place, %(day)s, 'recoding', k.code, %(source)s
FROM known_place AS k JOIN edition_place AS r USING (place) WHERE r.code <> k.code
UNION ALL
SELECT k.place, k.place, %(day)s, 'renaming', k.name, %(source)s
FROM known_place AS k JOIN edition_place AS r USING (place) WHERE r.key <> k.key
ON CONFLICT DO NOTHING;
"""
# Children that moved tell what became of their parents. One child of many proves nothing: two
# villages of one kabupaten may bear one name.
PARENTS_FOLLOWED = """
INSERT INTO places_succession (before_id, after_id, "on", how, was, source)
SELECT moved.before, moved.after, %(day)s, moved.how, '', %(source)s
FROM (
    SELECT k.parent AS before, r.parent AS after, count(*) AS children,
        CASE WHEN a.how = 'new' THEN 'split' WHEN NOT b.taken THEN 'merger' END AS how
    FROM edition_place AS r
    JOIN known_place AS k USING (place)
    JOIN edition_place AS a ON a.place = r.parent
    JOIN known_place AS b ON b.place = k.parent
    WHERE r.parent <> k.parent
    GROUP BY k.parent, r.parent, a.how, b.taken
) AS moved
JOIN (SELECT parent, count(*) AS children FROM edition_place GROUP BY parent) AS everyone
    ON everyone.parent = moved.after
WHERE moved.how IS NOT NULL AND (moved.children > 1 OR moved.children * 2 >= everyone.children)
    AND NOT EXISTS (
        SELECT FROM places_succession AS s
        WHERE s.before_id = moved.before AND s.after_id = moved.after)
ON CONFLICT DO NOTHING;
"""
# Where a new village came from is not in the list. A name that holds a neighbour's tells.
VILLAGES_SPLIT = """
INSERT INTO places_succession (before_id, after_id, "on", how, was, source)
SELECT DISTINCT ON (r.place) k.place, r.place, %(day)s, 'split', '', %(by_name)s
FROM (
    SELECT place, key, parent FROM known_place WHERE level = 4 AND length(key) >= 4
    UNION
    SELECT k.place, k.key, r.parent FROM known_place AS k JOIN edition_place AS r USING (place)
    WHERE k.level = 4 AND length(k.key) >= 4
) AS k
JOIN edition_place AS r ON r.parent = k.parent
    AND (starts_with(r.key, k.key) OR right(r.key, length(k.key)) = k.key)
WHERE r.level = 4 AND r.how = 'new'
ORDER BY r.place, length(k.key) DESC, k.place
ON CONFLICT DO NOTHING;
"""
VILLAGES_MERGED = """
INSERT INTO places_succession (before_id, after_id, "on", how, was, source)
SELECT DISTINCT ON (k.place) k.place, r.place, %(day)s, 'merger', '', %(by_name)s
FROM known_place AS k
JOIN edition_place AS r ON r.level = 4 AND r.parent = k.parent AND length(r.key) >= 4
    AND (starts_with(k.key, r.key) OR starts_with(r.key, k.key))
WHERE k.level = 4 AND NOT k.taken
ORDER BY k.place, length(r.key) DESC, r.place
ON CONFLICT DO NOTHING;
"""
KNOWN_SPLITS = """
INSERT INTO places_succession (before_id, after_id, "on", how, was, source)
SELECT b.id, a.id, s.day, 'split', '', s.source
FROM jsonb_to_recordset(%(splits)s::jsonb)
    AS s (kind text, name text, before text, day date, source text)
JOIN places_place AS a ON a.kind = s.kind AND a.name = s.name
JOIN places_place AS b ON b.kind = s.kind AND b.name = s.before
WHERE NOT EXISTS (
    SELECT FROM places_succession AS o WHERE o.before_id = b.id AND o.after_id = a.id);
"""
CLOSURE = """
CREATE TEMP TABLE closure ON COMMIT DROP AS
WITH RECURSIVE up AS (
    SELECT id AS place_id, id AS ancestor_id FROM places_place
    UNION ALL
    SELECT up.place_id, p.parent_id FROM up JOIN places_place AS p ON p.id = up.ancestor_id
    WHERE p.parent_id IS NOT NULL
) SELECT place_id, ancestor_id FROM up;
DELETE FROM places_within AS w WHERE NOT EXISTS (
    SELECT FROM closure AS c WHERE c.place_id = w.place_id AND c.ancestor_id = w.ancestor_id);
INSERT INTO places_within (place_id, ancestor_id)
SELECT place_id, ancestor_id FROM closure ORDER BY ancestor_id, place_id
ON CONFLICT (ancestor_id, place_id) DO NOTHING;
"""
COUNTS = """
SELECT r.level, CASE
    WHEN r.how = 'new' THEN 'new'
    WHEN r.code <> k.code AND r.key <> k.key THEN 'recoded_and_renamed'
    WHEN r.code <> k.code THEN 'recoded'
    WHEN r.key <> k.key THEN 'renamed'
    ELSE 'same' END AS what, count(*)
FROM edition_place AS r LEFT JOIN known_place AS k USING (place) GROUP BY 1, 2
UNION ALL
SELECT level, 'ended', count(*) FROM known_place WHERE NOT taken GROUP BY level
"""
UNEXPLAINED = """
SELECT r.code || ' ' || r.name FROM edition_place AS r
WHERE r.how = 'new' AND NOT EXISTS (
    SELECT FROM places_succession AS s WHERE s.after_id = r.place) ORDER BY r.code
"""
LOST = """
SELECT k.code || ' ' || k.name FROM known_place AS k
WHERE NOT k.taken AND NOT EXISTS (
    SELECT FROM places_succession AS s WHERE s.before_id = k.place AND s.after_id <> k.place)
ORDER BY k.code
"""
EMPTY = """
DELETE FROM places_outline;
DELETE FROM places_boundaryfile;
DELETE FROM places_succession;
DELETE FROM places_code;
DELETE FROM places_edition;
DELETE FROM places_within WHERE place_id <> 1;
DELETE FROM places_place WHERE id <> 1;
SET CONSTRAINTS ALL IMMEDIATE
"""
LEVELS = {1: "province", 2: "kabupaten", 3: "kecamatan", 4: "village"}


def load_edition(edition: Edition) -> dict[str, Any]:
    """Bring the tree to an edition.

    Returns:
        ``changed`` (False where it was loaded before), ``places`` (by level, how many there are)
        and, but for the first edition, ``found`` (by level: same, renamed, recoded, both, new,
        ended), ``new_unexplained`` and ``ended_without_successor`` (codes and names).

    Raises:
        TepatError: ``edition_too_old`` where a later one was loaded, ``owner_needed``.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        _refuse(cursor, edition)
        before = Loaded.objects.filter(day=edition.day, digest=edition.digest).first()
        if before is not None:
            return {**before.report, "changed": False}
        first = not Loaded.objects.exists()
        stage(cursor, edition)
        match(cursor)
        _write(cursor, edition, first)
        report = _report(cursor, first)
        Loaded.objects.create(
            day=edition.day, source=edition.source, digest=edition.digest, report=report
        )
        unstage(cursor)
        _keep_statistics_fresh(cursor)
    return {**report, "changed": True}


def empty_tree() -> None:
    """Take away all places but the country, so that older lists can be loaded first.

    Raises:
        TepatError: ``places_in_use`` where a family, a user or anything else names one of them.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            for single in EMPTY.split(";\n"):
                cursor.execute(single)
    except IntegrityError as error:
        raise TepatError(
            "places_in_use",
            "The tree cannot be made anew: something in the database names its places.",
            str(error).strip().splitlines()[0],
            "Load older lists before the first user or family is there.",
        ) from error


def package_folder() -> Path:
    """Where `make setup` installs the list of places."""
    return Path(settings.NODE) / "idn-area-data"


def load_packaged() -> dict[str, Any] | None:
    """Load the installed package's list, and the provinces' BPS codes, unless a later one is there.

    Returns:
        The report; None where the package is not installed or a later list was loaded.
    """
    if not package_folder().is_dir():
        return None
    edition = read_edition(package_folder())
    if Loaded.objects.filter(day__gt=edition.day).exists():
        return None
    report = load_edition(edition)
    load_provinces()
    return report


def _refuse(cursor: Any, edition: Edition) -> None:
    cursor.execute("SELECT has_table_privilege('places_place', 'INSERT')")
    if not cursor.fetchone()[0]:
        raise TepatError(
            "owner_needed",
            "The role of this connection may not change the tree of places.",
            "Who may see a family is decided by it.",
            "Run `tepat places load`, which connects as the owner.",
        )
    later = Loaded.objects.filter(day__gt=edition.day).order_by("-day").first()
    if later is not None:
        raise TepatError(
            "edition_too_old",
            f"The list of {edition.day} is older than one that was loaded ({later}).",
            do="Begin anew with the oldest, before there are users and families: "
            "`tepat places load --anew --edition …`, then the later ones in turn.",
        )


def _write(cursor: Any, edition: Edition, first: bool) -> None:
    values = {
        "day": edition.day,
        "source": edition.source,
        "by_name": f"{edition.source}, by name",
        "splits": json.dumps(
            [
                {
                    "kind": s.kind,
                    "name": s.name,
                    "before": s.before,
                    "day": str(s.on),
                    "source": s.source,
                }
                for s in SPLITS
            ]
        ),
    }
    statements = [WRITE_PLACES, WRITE_CODES, KNOWN_SPLITS, CLOSURE]
    if not first:
        statements += [CHANGED_THEMSELVES, PARENTS_FOLLOWED, VILLAGES_SPLIT, VILLAGES_MERGED]
    for statement in statements:
        for single in statement.split(";\n"):
            if single.strip():
                cursor.execute(single, values)


def _report(cursor: Any, first: bool) -> dict[str, Any]:
    cursor.execute(COUNTS)
    found: dict[str, dict[str, int]] = {name: {} for name in LEVELS.values()}
    for level, how, count in cursor.fetchall():
        found[LEVELS[level]][how] = count
    places = {
        name: sum(count for how, count in ways.items() if how != "ended")
        for name, ways in found.items()
    }
    if first:
        return {"places": places}
    report: dict[str, Any] = {"places": places, "found": found}
    for key, statement in (("new_unexplained", UNEXPLAINED), ("ended_without_successor", LOST)):
        cursor.execute(statement)
        report[key] = [row[0] for row in cursor.fetchall()]
    return report


def _keep_statistics_fresh(cursor: Any) -> None:
    cursor.execute("ANALYZE places_place, places_code, places_within")
