"""From what a check found to the findings that stand: new ones appear, untrue ones are solved.

All of it is set-based and runs in one transaction of the worker. A family that changed after the
check had read it is left alone: it will be checked again. Run twice, it is the same as run once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from tepat.registry.numbers import KK_FINDINGS, NIK_FINDINGS
from tepat.registry.quality.catalogue import KK_TWICE, NIK_TWICE, OVERDUE, TWICE, rule
from tepat.registry.quality.present import Checked

WRITING = 7420031  # the lock that is held from here to the commit
_BLOCK = 1 << 20

_SCOPE = """
CREATE TEMP TABLE quality_scope ON COMMIT DROP AS
SELECT f.family_id, f.home_id FROM (
    SELECT id AS family_id, home_id, version FROM registry_family) AS f
LEFT JOIN registry_batch AS b ON b.id = f.version
WHERE {condition} AND coalesce(b.known_at <= %(known_by)s, true)
"""
_FOUND = """
CREATE TEMP TABLE quality_found (family uuid, person uuid, rule text, severity text, "column" text,
    value text) ON COMMIT DROP
"""
# Somebody erased has no name and no number for a reason.
_NOW = """
CREATE TEMP TABLE quality_now ON COMMIT DROP AS
SELECT DISTINCT ON (f.id, n.rule, p.id, n."column") f.id AS family_id, p.id AS person_id, n.rule,
    n.severity, coalesce(n."column", '') AS "column", coalesce(n.value, '') AS value
FROM quality_found AS n JOIN registry_family AS f ON f.uuid = n.family
JOIN quality_scope AS s ON s.family_id = f.id
LEFT JOIN registry_person AS p ON p.uuid = n.person
WHERE p.erased_at IS NULL
"""
_LIVES = "{0}.valid_to IS NULL AND {0}.superseded_by_id IS NULL"
_OVERDUE = f"""
INSERT INTO quality_now (family_id, person_id, rule, severity, "column", value)
SELECT s.family_id, NULL, %(rule)s, %(severity)s, 'observed_on', coalesce(seen.last::text, '')
FROM quality_scope AS s
JOIN registry_familyrecord AS r ON r.family_id = s.family_id AND {_LIVES.format("r")}
CROSS JOIN LATERAL (
    SELECT max(o.observed_on) AS last FROM registry_familyobservation AS o
    WHERE o.family_id = s.family_id AND o.superseded_by_id IS NULL) AS seen
CROSS JOIN LATERAL (
    SELECT min(f.valid_from) AS first FROM registry_familyrecord AS f
    WHERE f.family_id = s.family_id AND f.superseded_by_id IS NULL) AS known
WHERE coalesce(seen.last, known.first) <= %(day)s::date - make_interval(months => %(months)s)
"""
# A number that was mended frees its twin, wherever that lives: so every number that these families
# ever had leads to the families that have it now.
_TWINS = f"""
CREATE TEMP TABLE quality_twins ON COMMIT DROP AS
SELECT family_id FROM quality_scope
UNION
SELECT m.family_id FROM quality_scope AS s
JOIN registry_membership AS had ON had.family_id = s.family_id
JOIN registry_personrecord AS r ON r.person_id = had.person_id AND r.nik_token IS NOT NULL
JOIN registry_personrecord AS o ON o.nik_token = r.nik_token AND {_LIVES.format("o")}
JOIN registry_membership AS m ON m.person_id = o.person_id AND {_LIVES.format("m")}
UNION
SELECT o.family_id FROM quality_scope AS s
JOIN registry_familyrecord AS r ON r.family_id = s.family_id AND r.kk_token IS NOT NULL
JOIN registry_familyrecord AS o ON o.kk_token = r.kk_token AND {_LIVES.format("o")}
"""
_KABUPATEN = """(SELECT w.ancestor_id FROM places_within AS w
    JOIN places_place AS k ON k.id = w.ancestor_id AND k.level = 2
    WHERE w.place_id = {0}.home_id)"""
_WHERE_ELSE = (
    "CASE WHEN bool_or("
    + _KABUPATEN.format("m")
    + " IS DISTINCT FROM "
    + _KABUPATEN.format("o")
    + ") THEN 'elsewhere' ELSE 'here' END"
)
_NIK_TWICE = f"""
INSERT INTO quality_now (family_id, person_id, rule, severity, "column", value)
SELECT m.family_id, m.person_id, %(rule)s, %(severity)s, 'nik', {_WHERE_ELSE}
FROM quality_twins AS s
JOIN registry_membership AS m ON m.family_id = s.family_id AND {_LIVES.format("m")}
JOIN registry_personrecord AS r ON r.person_id = m.person_id AND {_LIVES.format("r")}
    AND r.died_on IS NULL AND r.nik_findings & {NIK_FINDINGS["nik_form"]} = 0
JOIN registry_personrecord AS same ON same.nik_token = r.nik_token
    AND same.person_id <> r.person_id AND {_LIVES.format("same")} AND same.died_on IS NULL
JOIN registry_membership AS o ON o.person_id = same.person_id AND {_LIVES.format("o")}
GROUP BY m.family_id, m.person_id
"""
_KK_TWICE = f"""
INSERT INTO quality_now (family_id, person_id, rule, severity, "column", value)
SELECT m.family_id, NULL, %(rule)s, %(severity)s, 'kk_number', {_WHERE_ELSE}
FROM quality_twins AS s
JOIN registry_familyrecord AS m ON m.family_id = s.family_id AND {_LIVES.format("m")}
    AND m.kk_findings & {KK_FINDINGS["kk_form"]} = 0
JOIN registry_familyrecord AS o ON o.kk_token = m.kk_token AND o.family_id <> m.family_id
    AND {_LIVES.format("o")}
GROUP BY m.family_id
"""
_SAME = """n.family_id = f.family_id AND n.rule = f.rule AND n."column" = f."column"
    AND n.person_id IS NOT DISTINCT FROM f.person_id"""
_ADD = """
INSERT INTO registry_finding (rule, severity, family_id, person_id, "column", value_shown, home_id,
    note)
SELECT n.rule, n.severity, n.family_id, n.person_id, n."column", n.value, f.home_id, ''
FROM quality_now AS n JOIN registry_family AS f ON f.id = n.family_id
ON CONFLICT DO NOTHING
"""
_CHANGE = f"""
UPDATE registry_finding AS f SET value_shown = n.value, severity = n.severity
FROM quality_now AS n WHERE f.solved_at IS NULL AND {_SAME}
  AND (f.value_shown, f.severity) IS DISTINCT FROM (n.value, n.severity)
"""
_SOLVE = f"""
UPDATE registry_finding AS f SET solved_at = greatest(now(), f.first_found_at)
WHERE f.solved_at IS NULL
  AND (f.family_id IN (SELECT family_id FROM quality_scope)
    OR f.rule = ANY (%(twice)s) AND f.family_id IN (SELECT family_id FROM quality_twins))
  AND NOT EXISTS (SELECT FROM quality_now AS n WHERE {_SAME})
"""
_TOUCHED = """
SELECT home_id FROM quality_scope
UNION SELECT f.home_id FROM quality_twins AS t JOIN registry_family AS f ON f.id = t.family_id
UNION SELECT r.place_id FROM quality_scope AS s
    JOIN registry_familyrecord AS r ON r.family_id = s.family_id
"""


@dataclass(frozen=True)
class Outcome:
    """How many families were looked at, and what it changed; ``homes`` are the villages of them."""

    families: int
    found: int
    solved: int
    homes: list[int]


def reconcile(checked: Checked, condition: str, *, day: date, months: int) -> Outcome:
    """Make the findings of some families those of a check; the caller acts as the system.

    Args:
        checked: what `present.check_present` found.
        condition: the same that was checked.
        day: today.
        months: after how many months without a survey a family is overdue.
    """
    # One after the other: two that touch the same twins would wait for each other for ever.
    _run(f"SELECT pg_advisory_xact_lock({WRITING})")
    for table in ("quality_scope", "quality_found", "quality_now", "quality_twins"):
        _run(f"DROP TABLE IF EXISTS pg_temp.{table}")
    families = _run(_SCOPE.format(condition=condition), known_by=checked.known_by)
    _run(_FOUND)
    _copy(checked)
    _run("ANALYZE quality_scope")
    _run(_NOW)
    overdue = {"rule": OVERDUE.name, "severity": OVERDUE.severity}
    _run(_OVERDUE, **overdue, day=day, months=months)
    _run(_TWINS)
    _run("ANALYZE quality_twins")
    for name, question in ((NIK_TWICE, _NIK_TWICE), (KK_TWICE, _KK_TWICE)):
        _run(question, rule=name, severity=rule(name).severity)
    _run("ANALYZE quality_now")
    solved = _run(_SOLVE, twice=list(TWICE))
    _run(_CHANGE)
    found = _run(_ADD)
    with connection.cursor() as cursor:
        cursor.execute(_TOUCHED)
        homes = sorted(row[0] for row in cursor.fetchall())
    return Outcome(families, found, solved, homes)


def _copy(checked: Checked) -> None:
    if checked.findings is None:
        return
    into = "COPY quality_found FROM STDIN (FORMAT csv, HEADER)"
    with (
        connection.cursor() as cursor,
        checked.findings.open("rb") as file,
        cursor.copy(into) as copy,
    ):
        while block := file.read(_BLOCK):
            copy.write(block)


def _run(question: str, **values: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(question, values or None)
        return int(cursor.rowcount)
