"""A list becomes findings: those it names, in place of those its institution named before.

A finding that is contested stays as it is while the list still names the person. Whoever is no
longer named keeps the finding until the day of the new list, so that the past stays explicable.
"""

from __future__ import annotations

from tepat.registry.imports.apply import TURN
from tepat.registry.imports.sql import run
from tepat.registry.lists.finding import EARLIER
from tepat.registry.models import Batch, FlagList, ListLoad


def apply_load(load: ListLoad, batch: Batch) -> None:
    """Write a list's findings into a batch, in the open transaction of whoever approved it."""
    run("SELECT pg_advisory_xact_lock(%(turn)s)", turn=TURN)
    values = {
        "load": load.pk,
        "batch": batch.pk,
        "home": load.home_id,
        "ground": load.ground,
        "source": load.source,
        "date": load.date,
    }
    for statement in _LAID_OUT:
        run(statement, **values)
    FlagList.objects.filter(
        ground=load.ground,
        source=load.source,
        date=load.date,
        superseded_by=None,
        place__above__ancestor=load.home_id,
    ).update(superseded_by=batch)
    # before the findings, which the database takes from a list alone
    FlagList.objects.create(
        ground=load.ground,
        source=load.source,
        date=load.date,
        place_id=load.home_id,
        batch=batch,
    )
    for statement in _WRITTEN:
        run(statement, **values)


# People may have moved between the check and now: where they live today counts.
_LAID_OUT = (
    "DROP TABLE IF EXISTS pg_temp.li_new, pg_temp.li_old",
    """
    CREATE TEMP TABLE li_new ON COMMIT DROP AS
    SELECT r.person_id, coalesce(m.family_id, r.family_id) AS family_id, r.evidence, r.confidence,
        coalesce(r.person_id, -r.family_id) AS whom
    FROM registry_listrow AS r
    LEFT JOIN registry_membership AS m ON m.person_id = r.person_id
        AND m.valid_to IS NULL AND m.superseded_by_id IS NULL
    LEFT JOIN registry_person AS p ON p.id = r.person_id
    WHERE r.load_id = %(load)s AND r.outcome = 'matched'
      AND (r.of_family OR (m.id IS NOT NULL AND p.erased_at IS NULL))
    """,
    f"CREATE TEMP TABLE li_old ON COMMIT DROP AS {EARLIER}",
    "ANALYZE li_new",
    "ANALYZE li_old",
    "DELETE FROM li_new WHERE whom IN (SELECT whom FROM li_old WHERE contested)",
    """
    DELETE FROM li_old WHERE contested AND whom IN (
        SELECT coalesce(person_id, -family_id) FROM registry_listrow
        WHERE load_id = %(load)s AND outcome = 'matched')
    """,
    """
    SELECT count(*) FROM (
        SELECT id FROM registry_family WHERE id IN (
            SELECT family_id FROM li_new UNION ALL SELECT family_id FROM li_old)
        ORDER BY id FOR UPDATE) AS locked
    """,
)
_WRITTEN = (
    """
    UPDATE registry_flag SET superseded_by_id = %(batch)s WHERE id IN (SELECT id FROM li_old)
    """,
    """
    INSERT INTO registry_flag (family_id, person_id, ground, source, date, confidence, contested,
        contested_by_id, evidence, valid_from, valid_to, batch_id, home_id)
    SELECT family_id, person_id, ground, source, date, confidence, contested, contested_by_id,
        evidence, valid_from, %(date)s, %(batch)s, home_id
    FROM registry_flag WHERE id IN (SELECT id FROM li_old) AND valid_from < %(date)s
    """,
    """
    INSERT INTO registry_flag (family_id, person_id, ground, source, date, confidence, contested,
        contested_by_id, evidence, valid_from, valid_to, batch_id, home_id)
    SELECT n.family_id, n.person_id, %(ground)s, %(source)s, %(date)s, n.confidence, false,
        NULL, n.evidence, %(date)s, NULL, %(batch)s, f.home_id
    FROM li_new AS n JOIN registry_family AS f ON f.id = n.family_id
    WHERE f.home_id IN (SELECT place_id FROM places_within WHERE ancestor_id = %(home)s)
    """,
    """
    UPDATE registry_family SET version = %(batch)s WHERE id IN (
        SELECT family_id FROM li_new UNION SELECT family_id FROM li_old)
    """,
)
