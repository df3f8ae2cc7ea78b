"""What no shard of an import can see alone, and the counts; the end of the dry run.

Two rows of the file may be the same registered person; a head of the file may meet a registered
head; a number that changes is sealed anew with the key of the person it belongs to.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

from tepat.registry.actions.people import sealer
from tepat.registry.imports.catalogue import SEVERITIES
from tepat.registry.imports.compare import compare_memberships
from tepat.registry.imports.reading import TOGETHER
from tepat.registry.imports.sql import run
from tepat.registry.models import ImportJob

_RESEALED_AT_ONCE = 50_000
_FINDING = (
    'INSERT INTO registry_importfinding (job_id, home_id, shard, "table", family_number, number, '
    'file_row, shown_key, rule, severity, "column", value_shown) '
)


def settle(job: ImportJob) -> None:
    """Compare what the shards staged among itself, in the open transaction; set the counts."""
    run(
        "DELETE FROM registry_importfinding WHERE job_id = %(job)s AND shard = %(shard)s",
        job=job.pk,
        shard=TOGETHER,
    )
    run("SELECT registry_know_sizes(true)")
    _each_family_once(job)
    _each_person_once(job)
    demote_heads(job)
    _note_missing_members(job)
    for table, owner, records, token in (
        ("stagefamily", "family", "familyrecord", "kk_token"),
        ("stageperson", "person", "personrecord", "nik_token"),
    ):
        _reseal(job, table, owner, records, token)
    count(job)


def finding(rule: str, table: str, column: str, rows: str, value: str = "''") -> str:
    """SQL that adds a finding on staged rows; `rows` follows FROM and names them ``s``."""
    return (
        f"{_FINDING} SELECT s.job_id, s.home_id, {TOGETHER}, '{table}', s.family_number, s.number, "
        f"s.file_row, s.shown_key, '{rule}', '{SEVERITIES[rule]}', '{column}', {value} FROM {rows}"
    )


def _repeated(table: str, owner: str) -> str:
    """Staged rows that are the registered family or person of another row, which comes first."""
    return (
        f"SELECT id, row_number() OVER (PARTITION BY {owner} ORDER BY by_origin DESC, number) AS n "
        f"FROM registry_{table} WHERE job_id = %(job)s AND {owner} IS NOT NULL AND state <> 'error'"
    )


def _each_family_once(job: ImportJob) -> None:
    changed = run(
        f"""
        WITH ranked AS ({_repeated("stagefamily", "family_id")}),
        s AS (
            UPDATE registry_stagefamily AS s SET family_id = NULL, version = NULL,
                record_id = NULL, by_origin = false, writes_record = true,
                writes_facts = %(asked)s, state = 'new', warned = true
            FROM ranked WHERE ranked.id = s.id AND ranked.n > 1 RETURNING s.*)
        {finding("matched_twice", "families", "kk_number", "s")}
        """,
        job=job.pk,
        asked=bool(job.families_asked),
    )
    if not changed:
        return
    own = f"i.job_id = {job.pk}"
    compare_memberships("registry_stageperson", "registry_stagefamily", own)
    run(
        "UPDATE registry_stageperson SET state = 'changed' "
        "WHERE job_id = %(job)s AND writes_membership AND state = 'same'",
        job=job.pk,
    )


def _each_person_once(job: ImportJob) -> None:
    run(
        f"""
        WITH ranked AS ({_repeated("stageperson", "person_id")}),
        s AS (
            UPDATE registry_stageperson AS s SET person_id = NULL, record_id = NULL,
                membership_id = NULL, left_family_id = NULL, left_version = NULL,
                by_origin = false, writes_record = true, writes_facts = %(asked)s,
                writes_membership = true, state = 'new', warned = true
            FROM ranked WHERE ranked.id = s.id AND ranked.n > 1 RETURNING s.*)
        {finding("matched_twice", "members", "nik", "s")}
        """,
        job=job.pk,
        asked=bool(job.members_asked),
    )


def demote_heads(job: ImportJob) -> None:
    """A head of the file where a registered head stays: the relation of the new one stays open.

    A registered head goes where a row of this import moves them or changes their relation, and from
    that row's day on.
    """
    run(
        f"""
        WITH clash AS (
            SELECT DISTINCT h.id FROM registry_stageperson AS h
            JOIN registry_stagefamily AS f ON f.job_id = h.job_id AND f.number = h.family_number
            JOIN registry_membership AS m ON m.family_id = f.family_id AND m.relation = 1
                AND m.superseded_by_id IS NULL AND m.person_id IS DISTINCT FROM h.person_id
            LEFT JOIN registry_stageperson AS o ON o.job_id = h.job_id
                AND o.person_id = m.person_id AND o.writes_membership AND o.state <> 'error'
            WHERE h.job_id = %(job)s AND h.relation = 1 AND h.writes_membership
              AND h.state <> 'error' AND CASE WHEN m.valid_to IS NOT NULL
                  THEN m.valid_to > h.observed_on
                  ELSE o.id IS NULL OR o.observed_on > h.observed_on END),
        s AS (
            UPDATE registry_stageperson AS s SET relation = NULL,
                writes_membership = s.membership_id IS NULL OR s.left_family_id IS NOT NULL
            FROM clash WHERE clash.id = s.id RETURNING s.*)
        {finding("second_head", "members", "relation", "s")}
        """,
        job=job.pk,
    )


def _note_missing_members(job: ImportJob) -> None:
    """Registered members whom the file's family does not list."""
    rows = """(
        SELECT f.id, count(*) AS missing FROM registry_stagefamily AS f
        JOIN registry_membership AS m ON m.family_id = f.family_id
            AND m.valid_to IS NULL AND m.superseded_by_id IS NULL
        LEFT JOIN registry_stageperson AS p ON p.job_id = f.job_id AND p.person_id = m.person_id
        WHERE f.job_id = %(job)s AND f.state <> 'error' AND p.id IS NULL
        GROUP BY f.id) AS lost JOIN registry_stagefamily AS s ON s.id = lost.id"""
    run(finding("not_in_file", "families", "person_key", rows, "lost.missing::text"), job=job.pk)
    run(
        "UPDATE registry_stagefamily AS s SET warned = true FROM registry_importfinding AS f "
        "WHERE f.job_id = %(job)s AND f.shard = %(shard)s AND f.\"table\" = 'families' "
        "AND s.job_id = f.job_id AND s.number = f.number AND NOT s.warned",
        job=job.pk,
        shard=TOGETHER,
    )


def _reseal(job: ImportJob, table: str, owner: str, records: str, token: str) -> None:
    """Seal changed numbers with the salt of the registered person or family."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT s.id, s.sealed, s.salt, o.salt FROM registry_{table} AS s "
            f"JOIN registry_{owner} AS o ON o.id = s.{owner}_id "
            f"LEFT JOIN registry_{records} AS r ON r.id = s.record_id "
            "WHERE s.job_id = %(job)s AND s.writes_record AND s.sealed IS NOT NULL "
            f"AND s.state <> 'error' AND o.salt IS NOT NULL AND r.{token} IS DISTINCT FROM s.token",
            {"job": job.pk},
        )
        rows = cursor.fetchall()
    seal = sealer()
    for at in range(0, len(rows), _RESEALED_AT_ONCE):
        part = rows[at : at + _RESEALED_AT_ONCE]
        clear = [seal.open(sealed, salt) for _, sealed, salt, _ in part]
        sealed = seal.seal(clear, [bytes(row[3]) for row in part])
        run(
            f"UPDATE registry_{table} AS s SET sealed = v.sealed "
            "FROM unnest(%(ids)s::bigint[], %(sealed)s::bytea[]) AS v (id, sealed) "
            "WHERE s.id = v.id",
            ids=[row[0] for row in part],
            sealed=sealed,
        )


def count(job: ImportJob) -> None:
    """Set the counts of an import from its staged rows, and what was left out before staging."""
    with connection.cursor() as cursor:
        for table, name in (("stagefamily", "families"), ("stageperson", "members")):
            cursor.execute(
                "SELECT count(*) FILTER (WHERE state = 'new'), "
                "count(*) FILTER (WHERE state = 'changed'), "
                "count(*) FILTER (WHERE state = 'same'), "
                "count(*) FILTER (WHERE state = 'error') + (SELECT count(*) "
                "FROM registry_importfinding WHERE job_id = %(job)s AND severity = 'error' "
                'AND "table" = %(table)s AND number IS NULL), '
                "count(*) FILTER (WHERE warned AND state <> 'error') "
                f"FROM registry_{table} WHERE job_id = %(job)s",
                {"job": job.pk, "table": name},
            )
            row: Any = cursor.fetchone()
            for kind, number in zip(
                ("new", "changed", "same", "error", "warning"), row, strict=True
            ):
                setattr(job, f"{name}_{kind}", number)
