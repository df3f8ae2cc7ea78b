"""A finding comes and goes by the checks alone; it follows its family, and is forgotten with it."""

from __future__ import annotations

from django.db import migrations

GUARDS = """
SELECT tepat_guard_table('registry_finding');
SELECT tepat_guard_table('registry_villagefigures');
SELECT tepat_guard_table('registry_villagefindings');

CREATE FUNCTION registry_finding_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_has_role(current_user, 'tepat_owner', 'member') OR current_user = 'tepat_eraser' THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF tepat_role() IS DISTINCT FROM 'system' OR NEW.solved_at IS NOT NULL
           OR NEW.assigned_at IS NOT NULL THEN
            RAISE EXCEPTION 'Findings are made by the checks.'
                USING ERRCODE = 'insufficient_privilege';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.solved_at IS NOT NULL THEN
        RAISE EXCEPTION 'Finding % was solved and is kept.', OLD.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF tepat_role() IS DISTINCT FROM 'system' AND (NEW.severity, NEW.value_shown, NEW.solved_at)
       IS DISTINCT FROM (OLD.severity, OLD.value_shown, OLD.solved_at) THEN
        RAISE EXCEPTION 'A finding is solved by mending the record, which the checks see.'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF (NEW.assigned_to_id, NEW.assigned_place_id, NEW.assigned_by_id, NEW.assigned_at,
        NEW.due_on, NEW.note) IS DISTINCT FROM (OLD.assigned_to_id, OLD.assigned_place_id,
        OLD.assigned_by_id, OLD.assigned_at, OLD.due_on, OLD.note)
       AND (coalesce(tepat_role(), '') NOT IN ('kabupaten_verifier', 'head_of_office')
            OR NEW.assigned_by_id IS DISTINCT FROM tepat_user()) THEN
        RAISE EXCEPTION 'Work is given out by the verifiers and the heads of offices.'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER kept BEFORE INSERT OR UPDATE ON registry_finding
    FOR EACH ROW EXECUTE FUNCTION registry_finding_kept();
REVOKE UPDATE, DELETE ON registry_finding FROM tepat_app;
GRANT UPDATE (severity, value_shown, solved_at, assigned_to_id, assigned_place_id, assigned_by_id,
    assigned_at, due_on, note) ON registry_finding TO tepat_app;

-- Counts and the progress of checks are the worker's.
CREATE POLICY worker_adds ON registry_villagefigures AS RESTRICTIVE FOR INSERT TO tepat_app
    WITH CHECK ((SELECT tepat_role()) = 'system');
CREATE POLICY worker_changes ON registry_villagefigures AS RESTRICTIVE FOR UPDATE TO tepat_app
    USING ((SELECT tepat_role()) = 'system');
CREATE POLICY worker_removes ON registry_villagefigures AS RESTRICTIVE FOR DELETE TO tepat_app
    USING ((SELECT tepat_role()) = 'system');
CREATE POLICY worker_adds ON registry_villagefindings AS RESTRICTIVE FOR INSERT TO tepat_app
    WITH CHECK ((SELECT tepat_role()) = 'system');
CREATE POLICY worker_changes ON registry_villagefindings AS RESTRICTIVE FOR UPDATE TO tepat_app
    USING ((SELECT tepat_role()) = 'system');
CREATE POLICY worker_removes ON registry_villagefindings AS RESTRICTIVE FOR DELETE TO tepat_app
    USING ((SELECT tepat_role()) = 'system');
ALTER TABLE registry_placecheck ENABLE ROW LEVEL SECURITY;
ALTER TABLE registry_placecheck FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON registry_placecheck TO tepat_owner USING (true);
CREATE POLICY see ON registry_placecheck FOR SELECT TO tepat_app, tepat_readonly USING (true);
CREATE POLICY worker_adds ON registry_placecheck FOR INSERT TO tepat_app
    WITH CHECK ((SELECT tepat_role()) = 'system');
CREATE POLICY worker_changes ON registry_placecheck FOR UPDATE TO tepat_app
    USING ((SELECT tepat_role()) = 'system');
REVOKE DELETE ON registry_placecheck FROM tepat_app;
"""

# Whoever was to see to a finding works in the former village.
MOVED = """
CREATE FUNCTION registry_findings_follow() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE registry_finding SET home_id = NEW.home_id,
        assigned_to_id = NULL, assigned_place_id = NULL, assigned_at = NULL, due_on = NULL
        WHERE family_id = NEW.id AND solved_at IS NULL;
    UPDATE registry_finding SET home_id = NEW.home_id
        WHERE family_id = NEW.id AND solved_at IS NOT NULL;
    RETURN NULL;
END
$$;
CREATE TRIGGER findings_follow AFTER UPDATE OF home_id ON registry_family FOR EACH ROW
    WHEN (OLD.home_id IS DISTINCT FROM NEW.home_id) EXECUTE FUNCTION registry_findings_follow();

CREATE FUNCTION registry_findings_forget() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM registry_finding WHERE person_id = NEW.id;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION registry_findings_forget IS
    'A finding may show a day of birth; with the person it goes.';
CREATE TRIGGER findings_forget AFTER UPDATE OF erased_at ON registry_person FOR EACH ROW
    WHEN (OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL)
    EXECUTE FUNCTION registry_findings_forget();
"""

# Which families changed since a moment is asked every minute; solved findings of a family are
# sought when it moves.
INDEXES = """
CREATE INDEX registry_family_version ON registry_family (version);
CREATE INDEX registry_finding_family ON registry_finding (family_id);
"""


class Migration(migrations.Migration):
    """Needs the registry's own guards."""

    dependencies = [("registry", "0030_quality")]
    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (GUARDS, MOVED, INDEXES)
    ]
