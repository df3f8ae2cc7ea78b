"""What PostgreSQL itself holds to, whoever writes: time, history, and who may see a row."""

from __future__ import annotations

from django.db import migrations

FACTS = (
    "registry_event",
    "registry_familyrecord",
    "registry_personrecord",
    "registry_membership",
    "registry_familyobservation",
    "registry_personobservation",
    "registry_flag",
)
GUARDED = (*FACTS, "registry_family", "registry_person", "registry_nameword")

TIME = """
CREATE FUNCTION registry_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.known_at := NULL;
        RETURN NEW;
    END IF;
    IF OLD.known_at IS NOT NULL OR NEW.known_at IS NULL
       OR (to_jsonb(NEW) - 'known_at') IS DISTINCT FROM (to_jsonb(OLD) - 'known_at') THEN
        RAISE EXCEPTION 'Batch % is as it is; only its moment is set, once.', OLD.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    -- Whoever asks what was known at a moment must get the same answer for ever: moments follow
    -- the order of commits, so the lock is held until this one is done.
    PERFORM pg_advisory_xact_lock(7420001);
    NEW.known_at := greatest(
        clock_timestamp(),
        (SELECT max(known_at) FROM registry_batch) + interval '1 microsecond');
    RETURN NEW;
END
$$;
CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON registry_batch
    FOR EACH ROW EXECUTE FUNCTION registry_stamp();

CREATE FUNCTION registry_stamped() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT known_at FROM registry_batch WHERE id = NEW.id) IS NULL THEN
        RAISE EXCEPTION 'Batch % was made but never became known.', NEW.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER stamped AFTER INSERT ON registry_batch
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION registry_stamped();
REVOKE DELETE ON registry_batch FROM tepat_app;
"""

HISTORY = """
CREATE FUNCTION registry_keep() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := '{superseded_by_id,home_id}';
BEGIN
    IF current_user = 'tepat_eraser' THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'Rows of % are kept; a correction supersedes them.', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (to_jsonb(NEW) - free) IS DISTINCT FROM (to_jsonb(OLD) - free)
       OR (OLD.superseded_by_id IS NOT NULL
           AND NEW.superseded_by_id IS DISTINCT FROM OLD.superseded_by_id) THEN
        RAISE EXCEPTION 'Row % of % is kept; a correction supersedes it.', OLD.id, TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION registry_in_open_batch() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT batch_id FROM added) AS n
        JOIN registry_batch AS b ON b.id = n.batch_id WHERE b.known_at IS NOT NULL) THEN
        RAISE EXCEPTION 'A batch that is known takes no more rows.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION registry_superseded_now() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    -- A row keeps who superseded it, so a batch with more rows than before supersedes anew.
    IF EXISTS (
        SELECT FROM (
            SELECT superseded_by_id FROM (
                SELECT superseded_by_id, 1 AS n FROM after_change
                WHERE superseded_by_id IS NOT NULL
                UNION ALL
                SELECT superseded_by_id, -1 FROM before_change WHERE superseded_by_id IS NOT NULL
            ) AS counted GROUP BY 1 HAVING sum(n) > 0) AS anew
        JOIN registry_batch AS b ON b.id = anew.superseded_by_id WHERE b.known_at IS NOT NULL) THEN
        RAISE EXCEPTION 'A batch that is known supersedes nothing more.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END
$$;
"""

# Open rows against open rows are held apart by partial unique indexes; this holds closed rows
# apart. A closed row locks its owner against open rows that arrive meanwhile (they hold a key share
# by their foreign key), so two transactions cannot both miss each other.
PERIODS = """
CREATE FUNCTION registry_apart() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    owner text := TG_ARGV[0];
    owners text := TG_ARGV[1];
    alike text := coalesce(TG_ARGV[2], 'true');
    clash bigint;
BEGIN
    EXECUTE format(
        'SELECT 1 FROM %1$I WHERE id IN (SELECT %2$I FROM added WHERE valid_to IS NOT NULL) '
        'ORDER BY id FOR UPDATE', owners, owner);
    EXECUTE format(
        'SELECT n.id FROM added AS n JOIN %1$I AS r ON r.%2$I = n.%2$I AND r.id <> n.id '
        'WHERE n.valid_to IS NOT NULL AND n.superseded_by_id IS NULL AND r.superseded_by_id IS NULL'
        ' AND n.valid_from < coalesce(r.valid_to, ''infinity'') AND r.valid_from < n.valid_to '
        'AND %3$s AND %4$s '
        'UNION ALL '
        'SELECT n.id FROM added AS n JOIN %1$I AS r ON r.%2$I = n.%2$I AND r.id <> n.id '
        'WHERE n.valid_to IS NULL AND n.superseded_by_id IS NULL AND r.superseded_by_id IS NULL '
        'AND r.valid_to IS NOT NULL AND n.valid_from < r.valid_to AND %3$s AND %4$s LIMIT 1',
        TG_TABLE_NAME, owner, replace(alike, 'row.', 'n.'), replace(alike, 'row.', 'r.'))
        INTO clash;
    IF clash IS NOT NULL THEN
        RAISE EXCEPTION 'Row % of % overlaps in time with another row of the same %.',
            clash, TG_TABLE_NAME, owner USING ERRCODE = 'exclusion_violation';
    END IF;
    RETURN NULL;
END
$$;

CREATE INDEX registry_membership_closed ON registry_membership (person_id)
    WHERE valid_to IS NOT NULL AND superseded_by_id IS NULL;
CREATE INDEX registry_membership_closed_head ON registry_membership (family_id)
    WHERE valid_to IS NOT NULL AND superseded_by_id IS NULL AND relation = 1;
CREATE INDEX registry_personrecord_closed ON registry_personrecord (person_id)
    WHERE valid_to IS NOT NULL AND superseded_by_id IS NULL;
CREATE INDEX registry_familyrecord_closed ON registry_familyrecord (family_id)
    WHERE valid_to IS NOT NULL AND superseded_by_id IS NULL;

CREATE TRIGGER apart AFTER INSERT ON registry_membership REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION registry_apart('person_id', 'registry_person');
CREATE TRIGGER apart_heads AFTER INSERT ON registry_membership REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT
    EXECUTE FUNCTION registry_apart('family_id', 'registry_family', 'row.relation = 1');
CREATE TRIGGER apart AFTER INSERT ON registry_personrecord REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION registry_apart('person_id', 'registry_person');
CREATE TRIGGER apart AFTER INSERT ON registry_familyrecord REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION registry_apart('family_id', 'registry_family');
"""

SIGHT = """
CREATE FUNCTION registry_tokens_taken(asked bytea[]) RETURNS SETOF bytea LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT nik_token FROM registry_personrecord
    WHERE nik_token = ANY (asked) AND valid_to IS NULL AND superseded_by_id IS NULL
    UNION
    SELECT DISTINCT kk_token FROM registry_familyrecord
    WHERE kk_token = ANY (asked) AND valid_to IS NULL AND superseded_by_id IS NULL
$$;
COMMENT ON FUNCTION registry_tokens_taken IS
    'Which NIK or KK numbers live anywhere in the registry, other regions included; nothing else.';

CREATE FUNCTION registry_rehome(moved bigint, destination integer) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    table_name text;
BEGIN
    IF NOT tepat_may_write() OR NOT EXISTS (
        SELECT FROM registry_family WHERE id = moved
          AND (tepat_sees_all() OR home_id IN (SELECT tepat_places()))) THEN
        RAISE EXCEPTION 'Family % is not in the reach of who acts.', moved
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    CREATE TEMP TABLE IF NOT EXISTS moving (person_id bigint) ON COMMIT DELETE ROWS;
    TRUNCATE moving;
    INSERT INTO moving SELECT person_id FROM registry_membership
        WHERE family_id = moved AND valid_to IS NULL AND superseded_by_id IS NULL;
    UPDATE registry_family SET home_id = destination WHERE id = moved;
    FOREACH table_name IN ARRAY ARRAY['registry_event', 'registry_familyrecord',
        'registry_membership', 'registry_familyobservation', 'registry_flag'] LOOP
        EXECUTE format(
            'UPDATE %I SET home_id = $1 WHERE family_id = $2', table_name)
            USING destination, moved;
    END LOOP;
    UPDATE registry_person SET home_id = destination WHERE id IN (SELECT person_id FROM moving);
    FOREACH table_name IN ARRAY ARRAY['registry_personrecord', 'registry_personobservation',
        'registry_nameword'] LOOP
        EXECUTE format(
            'UPDATE %I SET home_id = $1 WHERE person_id IN (SELECT person_id FROM moving)',
            table_name) USING destination;
    END LOOP;
END
$$;
COMMENT ON FUNCTION registry_rehome IS
    'A family that moves takes its rows into the sight of the other village, out of ours.';
"""


def _guards() -> str:
    lines = [f"SELECT tepat_guard_table('{table}');" for table in GUARDED]
    for table in FACTS:
        lines += [
            f"CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION registry_keep();",
            f"CREATE TRIGGER open_batch AFTER INSERT ON {table} REFERENCING NEW TABLE AS added "
            "FOR EACH STATEMENT EXECUTE FUNCTION registry_in_open_batch();",
            f"CREATE TRIGGER superseded_now AFTER UPDATE ON {table} "
            "REFERENCING OLD TABLE AS before_change NEW TABLE AS after_change "
            "FOR EACH STATEMENT EXECUTE FUNCTION registry_superseded_now();",
            f"REVOKE UPDATE, DELETE ON {table} FROM tepat_app;",
            f"GRANT UPDATE (superseded_by_id, home_id) ON {table} TO tepat_app;",
        ]
    return "\n".join(lines)


class Migration(migrations.Migration):
    """Needs the functions of staff, which say who may see what."""

    dependencies = [
        ("registry", "0001_initial"),
        ("staff", "0002_reach"),
        ("audit", "0002_kept"),
    ]
    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop)
        for sql in (TIME, HISTORY, PERIODS, SIGHT, _guards())
    ]
