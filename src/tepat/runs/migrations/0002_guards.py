"""Who may see runs and decisions; only the worker writes decisions, and nobody changes one."""

from __future__ import annotations

from django.db import migrations

REACH = """
CREATE FUNCTION runs_above() RETURNS SETOF integer LANGUAGE sql STABLE PARALLEL SAFE
SECURITY DEFINER SET search_path = public, pg_temp ROWS 10 AS $$
    SELECT DISTINCT w.ancestor_id
    FROM staff_user AS u
    JOIN staff_assignment AS a ON a.user_id = u.id
    JOIN places_within AS w ON w.place_id = a.place_id
    WHERE u.id = tepat_user() AND u.is_active AND u.role <> 'administrator'
      AND a.ended_at IS NULL
$$;
COMMENT ON FUNCTION runs_above IS 'The places above those in which who acts works, and themselves.';
"""

# A finished run of the whole province is seen in each of its villages: it decided their families.
RUNS = """
ALTER TABLE runs_run ENABLE ROW LEVEL SECURITY;
ALTER TABLE runs_run FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON runs_run TO tepat_owner USING (true);
CREATE POLICY see ON runs_run FOR SELECT TO tepat_app, tepat_readonly USING (
    (SELECT tepat_sees_all()) OR place_id IN (SELECT tepat_places())
    OR (state = 'done' AND place_id IN (SELECT runs_above())));
CREATE POLICY add ON runs_run FOR INSERT TO tepat_app WITH CHECK (
    (SELECT tepat_role()) IN ('ministry_analyst', 'ministry_approver', 'system')
    AND started_by_id = (SELECT tepat_user()) AND state = 'waiting'
    AND ((SELECT tepat_sees_all()) OR place_id IN (SELECT tepat_places())));
CREATE POLICY change ON runs_run FOR UPDATE TO tepat_app USING (
    (SELECT tepat_role()) IN ('ministry_analyst', 'ministry_approver', 'system')
    AND ((SELECT tepat_sees_all()) OR place_id IN (SELECT tepat_places())));

CREATE FUNCTION runs_only_stopped() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := '{stop_asked_by_id,state,finished_at}';
BEGIN
    IF current_user = 'tepat_owner' OR tepat_role() = 'system' THEN
        RETURN NEW;
    END IF;
    IF (to_jsonb(NEW) - free) IS DISTINCT FROM (to_jsonb(OLD) - free)
       OR NEW.stop_asked_by_id IS DISTINCT FROM tepat_user()
       OR (NEW.state <> OLD.state AND (OLD.state, NEW.state) <> ('waiting', 'stopped')) THEN
        RAISE EXCEPTION 'Run % is moved on by the worker only.', OLD.id
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER only_stopped BEFORE UPDATE ON runs_run
    FOR EACH ROW EXECUTE FUNCTION runs_only_stopped();
"""

DECISIONS = """
SELECT tepat_guard_table('runs_decision');
DROP POLICY add ON runs_decision;
DROP POLICY change ON runs_decision;
DROP POLICY remove ON runs_decision;
CREATE POLICY add ON runs_decision FOR INSERT TO tepat_app
    WITH CHECK ((SELECT tepat_role()) = 'system');
REVOKE UPDATE, DELETE ON runs_decision FROM tepat_app;

CREATE FUNCTION runs_while_publishing() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT run_id FROM added) AS n
        LEFT JOIN runs_run AS r ON r.id = n.run_id
        WHERE r.state IS DISTINCT FROM 'publishing') THEN
        RAISE EXCEPTION 'A run takes decisions only while it is published.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER while_publishing AFTER INSERT ON runs_decision REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION runs_while_publishing();

CREATE FUNCTION runs_forget(place integer) RETURNS SETOF integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    old integer[];
BEGIN
    IF tepat_role() IS DISTINCT FROM 'system' THEN
        RAISE EXCEPTION 'Only the worker forgets decisions.'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    old := ARRAY(
        SELECT id FROM runs_run WHERE place_id = place AND state = 'done'
        ORDER BY finished_at DESC, id DESC OFFSET 2);
    DELETE FROM runs_decision WHERE run_id = ANY (old);
    RETURN QUERY SELECT unnest(old);
END
$$;
COMMENT ON FUNCTION runs_forget IS
    'Decisions of all but the last two runs of a place go; returns the runs that lost theirs.';

CREATE FUNCTION runs_rehome() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE runs_decision SET home_id = NEW.home_id WHERE family_id = NEW.id;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION runs_rehome IS 'Decisions follow a family that moves.';
CREATE TRIGGER decisions_follow AFTER UPDATE OF home_id ON registry_family FOR EACH ROW
    WHEN (OLD.home_id IS DISTINCT FROM NEW.home_id) EXECUTE FUNCTION runs_rehome();
"""


def _of_runs() -> str:
    """Tables without family data are seen with their run and written by the worker."""
    lines = []
    seen = {
        "runs_runprogramme": "run_id IN (SELECT id FROM runs_run)",
        "runs_quotaline": "of_id IN (SELECT id FROM runs_runprogramme)",
    }
    for table, test in seen.items():
        lines += [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY;",
            f"CREATE POLICY owner_all ON {table} TO tepat_owner USING (true);",
            f"CREATE POLICY see ON {table} FOR SELECT TO tepat_app, tepat_readonly USING ({test});",
            f"CREATE POLICY add ON {table} FOR INSERT TO tepat_app "
            "WITH CHECK ((SELECT tepat_role()) = 'system');",
            f"REVOKE UPDATE, DELETE ON {table} FROM tepat_app;",
        ]
    return "\n".join(lines)


class Migration(migrations.Migration):
    """Needs the functions of staff, which say who may see what, and the families that move."""

    dependencies = [
        ("runs", "0001_initial"),
        ("staff", "0002_reach"),
        ("registry", "0002_guards"),
    ]
    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop)
        for sql in (REACH, RUNS, _of_runs(), DECISIONS)
    ]
