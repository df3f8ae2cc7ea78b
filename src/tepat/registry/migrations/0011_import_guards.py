"""Who may see an import, what of other regions an import may ask, and what an undo must know."""

from __future__ import annotations

from django.db import migrations

GUARDED = (
    "registry_importjob",
    "registry_importmatch",
    "registry_importfinding",
    "registry_stagefamily",
    "registry_stageperson",
)
FACTS = (
    "registry_event",
    "registry_familyrecord",
    "registry_personrecord",
    "registry_membership",
    "registry_familyobservation",
    "registry_personobservation",
    "registry_flag",
)

SIGHT = """
CREATE FUNCTION registry_origins_taken(asked text[]) RETURNS SETOF text LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT 'family ' || origin_key FROM registry_family WHERE origin_key = ANY (asked)
    UNION ALL
    SELECT 'person ' || origin_key FROM registry_person WHERE origin_key = ANY (asked)
$$;
COMMENT ON FUNCTION registry_origins_taken IS
    'Which keys of a sender are in the registry, other regions included; nothing else.';

CREATE FUNCTION registry_batch_standing(asked bigint)
RETURNS TABLE (families bigint, touched_later bigint, out_of_reach bigint) LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH people AS (
        SELECT person_id FROM registry_personrecord
        WHERE batch_id = asked OR superseded_by_id = asked
        UNION
        SELECT person_id FROM registry_personobservation
        WHERE batch_id = asked OR superseded_by_id = asked
        UNION
        SELECT person_id FROM registry_membership WHERE batch_id = asked
    ), touched AS (
        SELECT family_id FROM registry_membership
        WHERE batch_id = asked OR superseded_by_id = asked
        UNION
        SELECT family_id FROM registry_familyrecord
        WHERE batch_id = asked OR superseded_by_id = asked
        UNION
        SELECT family_id FROM registry_familyobservation
        WHERE batch_id = asked OR superseded_by_id = asked
        UNION
        SELECT family_id FROM registry_event WHERE batch_id = asked OR superseded_by_id = asked
        UNION
        SELECT family_id FROM registry_flag WHERE batch_id = asked OR superseded_by_id = asked
        UNION
        SELECT m.family_id FROM registry_membership AS m JOIN people USING (person_id)
        WHERE m.valid_to IS NULL AND m.superseded_by_id IS NULL
    )
    SELECT count(*), count(*) FILTER (WHERE f.version <> asked),
        count(*) FILTER (WHERE NOT (SELECT tepat_sees_all())
            AND f.home_id NOT IN (SELECT tepat_places()))
    FROM registry_family AS f JOIN touched ON touched.family_id = f.id
$$;
COMMENT ON FUNCTION registry_batch_standing IS
    'How many families a batch touched, how many of them a later one did, how many are elsewhere.';
"""

STATISTICS = """
CREATE FUNCTION registry_know_sizes(staged_only boolean) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    ANALYZE registry_stagefamily (id, job_id, number, family_id, record_id, state),
        registry_stageperson (id, job_id, number, family_number, person_id, record_id,
            membership_id, left_family_id, relation, state, writes_membership),
        registry_importfinding (job_id, shard, severity, "table", number, rule);
    IF NOT staged_only THEN
        ANALYZE registry_family, registry_familyrecord, registry_person, registry_personrecord,
            registry_membership, registry_familyobservation, registry_personobservation,
            registry_nameword;
    END IF;
END
$$;
COMMENT ON FUNCTION registry_know_sizes IS
    'After rows came in by the million, plans must not be made for a handful.';
"""


def _guards() -> str:
    lines = [f"SELECT tepat_guard_table('{table}');" for table in GUARDED]
    # What a batch superseded is looked up when it is undone; few rows of a table ever are.
    lines += [
        f"CREATE INDEX {table}_superseded ON {table} (superseded_by_id) "
        "WHERE superseded_by_id IS NOT NULL;"
        for table in FACTS
    ]
    return "\n".join(lines)


class Migration(migrations.Migration):
    """Needs the tables of imports."""

    dependencies = [("registry", "0010_imports")]
    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (SIGHT, STATISTICS, _guards())
    ]
