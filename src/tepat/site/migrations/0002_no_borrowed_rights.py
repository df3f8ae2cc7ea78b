"""What runs with the owner's rights is nobody else's to use; history is nobody's to forge.

Comes after every table and function. A function made later must say itself who may call it: by
default nobody may.
"""

from __future__ import annotations

from django.db import migrations

# A trigger that somebody hangs on a table of their own would run our function with our rights.
# Triggers of ours fire whoever may call their function.
FUNCTIONS = """
DO $$ BEGIN
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO tepat_app', current_database());
END $$;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE EXECUTE ON FUNCTIONS FROM tepat_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE SELECT ON TABLES FROM tepat_readonly;
DO $$ DECLARE ours record; BEGIN
    FOR ours IN
        SELECT oid::regprocedure AS name, prorettype = 'trigger'::regtype AS is_trigger
        FROM pg_proc WHERE pronamespace = 'public'::regnamespace
          AND proname ~ '^(tepat|audit|staff|registry|runs|places)_'
          AND proowner = current_user::regrole
    LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC, tepat_readonly', ours.name);
        IF ours.is_trigger THEN
            EXECUTE format('REVOKE ALL ON FUNCTION %s FROM tepat_app', ours.name);
            EXECUTE format('ALTER FUNCTION %s SET search_path = public, pg_temp', ours.name);
        END IF;
    END LOOP;
END $$;
ALTER FUNCTION staff_may_assign(bigint) SET search_path = public, pg_temp;
REVOKE ALL ON FUNCTION tepat_guard_table(regclass) FROM tepat_app;
GRANT EXECUTE ON FUNCTION tepat_user(), tepat_role(), tepat_sees_all(), tepat_places(),
    tepat_may_write(), runs_above(), places_code_on(date, text) TO tepat_readonly;
GRANT EXECUTE ON FUNCTION tepat_user(), tepat_role() TO tepat_eraser;
"""

# Sessions, codes and queues are nothing to read for those who read the registry.
READERS = """
REVOKE SELECT ON django_session, staff_cache, account_emailaddress, account_emailconfirmation,
    axes_accessattempt, axes_accessattemptexpiration, axes_accessfailurelog, axes_accesslog,
    procrastinate_jobs, procrastinate_events, procrastinate_workers, procrastinate_periodic_defers
    FROM tepat_readonly;
REVOKE SELECT ON staff_user FROM tepat_readonly;
GRANT SELECT (id, username, name, role, is_active, created_at, left_at) ON staff_user
    TO tepat_readonly;
"""

# Who died in a family moves with it, unless they belonged to another one later.
REHOME = """
CREATE OR REPLACE FUNCTION registry_rehome(moved bigint, destination integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    table_name text;
    people bigint[];
BEGIN
    IF NOT tepat_may_write() OR NOT EXISTS (
        SELECT FROM registry_family WHERE id = moved
          AND (tepat_sees_all() OR home_id IN (SELECT tepat_places()))) THEN
        RAISE EXCEPTION 'Family % is not in the reach of who acts.', moved
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NOT EXISTS (SELECT FROM places_place WHERE id = destination AND level = 4) THEN
        RAISE EXCEPTION 'Place % is not a village.', destination
            USING ERRCODE = 'check_violation';
    END IF;
    people := ARRAY(
        SELECT m.person_id FROM registry_membership AS m
        WHERE m.family_id = moved AND m.superseded_by_id IS NULL
          AND (m.valid_to IS NULL OR (m.ended = 'died' AND NOT EXISTS (
              SELECT FROM registry_membership AS o WHERE o.person_id = m.person_id
                AND o.superseded_by_id IS NULL AND o.family_id <> moved
                AND (o.valid_to IS NULL OR o.valid_to > m.valid_to)))));
    UPDATE registry_family SET home_id = destination WHERE id = moved;
    FOREACH table_name IN ARRAY ARRAY['registry_event', 'registry_familyrecord',
        'registry_membership', 'registry_familyobservation', 'registry_flag'] LOOP
        EXECUTE format('UPDATE %I SET home_id = $1 WHERE family_id = $2', table_name)
            USING destination, moved;
    END LOOP;
    UPDATE registry_person SET home_id = destination WHERE id = ANY (people);
    FOREACH table_name IN ARRAY ARRAY['registry_personrecord', 'registry_personobservation',
        'registry_nameword'] LOOP
        EXECUTE format('UPDATE %I SET home_id = $1 WHERE person_id = ANY ($2)', table_name)
            USING destination, people;
    END LOOP;
END
$$;
"""

HISTORY = """
CREATE OR REPLACE FUNCTION registry_stamp() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.known_at := NULL;
        IF NOT pg_has_role(current_user, 'tepat_owner', 'member') THEN
            NEW.made_at := now();
            -- an import is uploaded by one, and written in that name by who approved it
            IF NEW.made_by_id IS DISTINCT FROM tepat_user() AND NOT (
                NEW.kind = 'import' AND EXISTS (SELECT FROM registry_importjob AS j
                    WHERE j.state = 'applying' AND j.decided_by_id = tepat_user()
                      AND j.uploaded_by_id = NEW.made_by_id AND j.source = NEW.source)) THEN
                RAISE EXCEPTION 'A batch is made in one''s own name.'
                    USING ERRCODE = 'insufficient_privilege';
            END IF;
            IF NEW.undoes_id IS NOT NULL AND (NEW.kind <> 'undo' OR (
                SELECT out_of_reach FROM registry_batch_standing(NEW.undoes_id)) > 0) THEN
                RAISE EXCEPTION 'Batch % is not theirs to take back.', NEW.undoes_id
                    USING ERRCODE = 'insufficient_privilege';
            END IF;
        END IF;
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

CREATE FUNCTION audit_now() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT pg_has_role(current_user, 'tepat_owner', 'member') THEN
        NEW.at := statement_timestamp();
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER at_now BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_now();
CREATE TRIGGER at_now BEFORE INSERT ON audit_access FOR EACH ROW EXECUTE FUNCTION audit_now();

CREATE FUNCTION registry_keep_key() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF current_user <> 'tepat_eraser' AND (NEW.uuid IS DISTINCT FROM OLD.uuid
        OR (OLD.salt IS NOT NULL AND NEW.salt IS DISTINCT FROM OLD.salt)) THEN
        RAISE EXCEPTION 'Row % of % keeps its key; only an erasure destroys it.',
            OLD.id, TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER keep_key BEFORE UPDATE ON registry_family
    FOR EACH ROW EXECUTE FUNCTION registry_keep_key();
CREATE TRIGGER keep_key BEFORE UPDATE ON registry_person
    FOR EACH ROW EXECUTE FUNCTION registry_keep_key();
REVOKE ALL ON FUNCTION audit_now(), registry_keep_key() FROM PUBLIC, tepat_app;
REVOKE DELETE ON registry_family, registry_person FROM tepat_app;

-- what past observations mean, and which lists were loaded
REVOKE UPDATE, DELETE ON registry_askedset, registry_flaglist FROM tepat_app;
GRANT UPDATE (superseded_by_id) ON registry_flaglist TO tepat_app;

-- two people decide on an erasure, and once
CREATE POLICY own_request ON registry_erasure AS RESTRICTIVE FOR INSERT TO tepat_app
    WITH CHECK (asked_by_id = (SELECT tepat_user()) AND granted IS NULL);
CREATE POLICY decided_once ON registry_erasure AS RESTRICTIVE FOR UPDATE TO tepat_app
    USING (granted IS NULL AND (SELECT tepat_role()) = 'ministry_approver')
    WITH CHECK (asked_by_id <> (SELECT tepat_user()));

CREATE INDEX registry_flag_contested ON registry_flag (home_id)
    WHERE contested AND superseded_by_id IS NULL AND valid_to IS NULL;
"""


class Migration(migrations.Migration):
    """After all others, for it names what they made."""

    dependencies = [
        ("site", "0001_initial"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("audit", "0003_by_time"),
        ("axes", "0010_accessattemptexpiration"),
        ("places", "0005_light_closure"),
        ("procrastinate", "0041_post_retry_failed_job"),
        ("registry", "0055_findings_at_home"),
        ("runs", "0005_moves_while_published"),
        ("sessions", "0001_initial"),
        ("staff", "0005_sent_forms"),
    ]
    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop)
        for sql in (FUNCTIONS, READERS, REHOME, HISTORY)
    ]
