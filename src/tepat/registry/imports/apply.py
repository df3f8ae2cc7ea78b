"""Writing a checked import into the registry: one transaction, INSERT … SELECT from the stage.

What was approved is what is written. A family that somebody touched after the check is held back,
with its members; the rest goes in. Families are locked in the order of their ids, and imports are
written one after another, so that two of them can neither wait for each other nor both make the
same family. Either all of it becomes visible, at one moment, or nothing.
"""

from __future__ import annotations

from tepat.registry.actions.observations import asked_set
from tepat.registry.imports import apply_sql as write
from tepat.registry.imports.settle import demote_heads, finding
from tepat.registry.imports.sql import run
from tepat.registry.models import Batch, ImportJob
from tepat.registry.models.batches import BatchKind

# Any number that no other lock has: imports are written one after another.
TURN = 7_420_002


def apply_job(job: ImportJob) -> Batch:
    """Write an import, in the open transaction, which acts as the one who approved it."""
    run("SELECT pg_advisory_xact_lock(%(turn)s)", turn=TURN)
    run("SET LOCAL work_mem = '128MB'")
    _lock(job)
    job.held_back = _hold_back(job)
    demote_heads(job)
    batch = Batch.objects.create(
        kind=BatchKind.IMPORT, source=job.source, made_by_id=job.uploaded_by_id
    )
    values = {
        "job": job.pk,
        "batch": batch.pk,
        "families_asked": asked_set(list(job.families_asked)),
        "members_asked": asked_set(list(job.members_asked)),
    }
    for statement in write.statements():
        run(statement, **values)
    run("UPDATE registry_batch SET known_at = now() WHERE id = %(batch)s", **values)
    batch.refresh_from_db()
    return batch


def _lock(job: ImportJob) -> None:
    """Lock every registered family and person of the import, each in the order of ids."""
    run(
        """
        SELECT count(*) FROM (
            SELECT id FROM registry_family WHERE id IN (
                SELECT family_id FROM registry_stagefamily
                WHERE job_id = %(job)s AND state <> 'error' AND family_id IS NOT NULL
                UNION ALL
                SELECT left_family_id FROM registry_stageperson
                WHERE job_id = %(job)s AND state <> 'error' AND left_family_id IS NOT NULL)
            ORDER BY id FOR UPDATE) AS locked
        """,
        job=job.pk,
    )
    run(
        """
        SELECT count(*) FROM (
            SELECT id FROM registry_person WHERE id IN (
                SELECT person_id FROM registry_stageperson
                WHERE job_id = %(job)s AND state <> 'error' AND person_id IS NOT NULL)
            ORDER BY id FOR UPDATE) AS locked
        """,
        job=job.pk,
    )


# Families that are not as the dry run saw them: touched, gone from sight, or made by another.
_CHANGED = """
    SELECT s.number FROM registry_stagefamily AS s
    LEFT JOIN registry_family AS f ON f.id = s.family_id
    LEFT JOIN registry_familyrecord AS r ON r.family_id = s.family_id
        AND r.valid_to IS NULL AND r.superseded_by_id IS NULL
    WHERE s.job_id = %(job)s AND s.state <> 'error' AND s.family_id IS NOT NULL
      AND (f.version IS DISTINCT FROM s.version OR r.id IS DISTINCT FROM s.record_id)
    UNION
    SELECT s.family_number FROM registry_stageperson AS s
    LEFT JOIN registry_person AS p ON p.id = s.person_id
    LEFT JOIN registry_personrecord AS r ON r.person_id = s.person_id
        AND r.valid_to IS NULL AND r.superseded_by_id IS NULL
    LEFT JOIN registry_membership AS m ON m.person_id = s.person_id
        AND m.valid_to IS NULL AND m.superseded_by_id IS NULL
    LEFT JOIN registry_family AS f ON f.id = s.left_family_id
    WHERE s.job_id = %(job)s AND s.state <> 'error' AND s.person_id IS NOT NULL
      AND (p.id IS NULL OR p.erased_at IS NOT NULL OR r.id IS DISTINCT FROM s.record_id
           OR m.id IS DISTINCT FROM s.membership_id OR f.version IS DISTINCT FROM s.left_version)
    UNION
    SELECT s.family_number FROM registry_stagefamily AS s
    JOIN registry_origins_taken(ARRAY(SELECT origin_key FROM registry_stagefamily
        WHERE job_id = %(job)s AND state <> 'error' AND family_id IS NULL
          AND origin_key IS NOT NULL)) AS taken (key) ON taken.key = 'family ' || s.origin_key
    WHERE s.job_id = %(job)s AND s.state <> 'error' AND s.family_id IS NULL
    UNION
    SELECT s.family_number FROM registry_stageperson AS s
    JOIN registry_origins_taken(ARRAY(SELECT origin_key FROM registry_stageperson
        WHERE job_id = %(job)s AND state <> 'error' AND person_id IS NULL
          AND origin_key IS NOT NULL)) AS taken (key) ON taken.key = 'person ' || s.origin_key
    WHERE s.job_id = %(job)s AND s.state <> 'error' AND s.person_id IS NULL
"""

# New rows whose number was nobody's when it was checked and is somebody's now: another import was
# first. Numbers that lived elsewhere already were told then, and let in by who approved.
_TAKEN = """
    SELECT s.{family} FROM registry_{stage} AS s
    JOIN registry_tokens_taken(ARRAY(SELECT token FROM registry_{stage} WHERE job_id = %(job)s
        AND state <> 'error' AND {owner} IS NULL AND token_once)) AS taken (token)
        ON taken.token = s.token
    WHERE s.job_id = %(job)s AND s.state <> 'error' AND s.{owner} IS NULL AND s.token_once
      AND NOT EXISTS (SELECT FROM registry_importfinding AS f WHERE f.job_id = s.job_id
          AND f."table" = '{table}' AND f.number = s.number
          AND f.rule IN ('registered_elsewhere', 'registered_twice', 'matched_twice'))
"""


def _doubtful(job: ImportJob) -> str:
    """SQL for the numbers of families that are not as the dry run saw them."""
    if not Batch.objects.filter(known_at__gt=job.uploaded_at).exists():
        return _CHANGED  # nobody wrote anything since
    families = _TAKEN.format(
        family="number", stage="stagefamily", owner="family_id", table="families"
    )
    members = _TAKEN.format(
        family="family_number", stage="stageperson", owner="person_id", table="members"
    )
    return f"{_CHANGED} UNION {families} UNION {members}"


def _hold_back(job: ImportJob) -> int:
    """Take out families that are no longer as they were checked; how many."""
    held = run(
        f"""
        WITH held AS ({_doubtful(job)}),
        s AS (
            UPDATE registry_stagefamily AS s SET state = 'error' FROM held
            WHERE s.job_id = %(job)s AND s.number = held.number AND s.state <> 'error'
            RETURNING s.*)
        {finding("changed_meanwhile", "families", "family_key", "s")}
        """,
        job=job.pk,
    )
    if held:
        run(
            "UPDATE registry_stageperson AS p SET state = 'error' FROM registry_stagefamily AS f "
            "WHERE p.job_id = %(job)s AND f.job_id = p.job_id AND f.number = p.family_number "
            "AND f.state = 'error' AND p.state <> 'error'",
            job=job.pk,
        )
    return held
