"""What a user may see and write, asked by the policies of every table with family data."""

from __future__ import annotations

from django.db import migrations

REACH = """
CREATE FUNCTION tepat_user() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(current_setting('tepat.user', true), '')::bigint
$$;
COMMENT ON FUNCTION tepat_user IS 'Who acts in this transaction; null where nobody does.';

CREATE FUNCTION tepat_role() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    SELECT role FROM staff_user WHERE id = tepat_user() AND is_active
$$;

CREATE FUNCTION tepat_sees_all() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM staff_user AS u JOIN staff_assignment AS a ON a.user_id = u.id
        WHERE u.id = tepat_user() AND u.is_active AND u.role <> 'administrator'
          AND a.ended_at IS NULL AND a.place_id = 1)
$$;

CREATE FUNCTION tepat_places() RETURNS SETOF integer LANGUAGE sql STABLE PARALLEL SAFE
SECURITY DEFINER SET search_path = public, pg_temp ROWS 400 AS $$
    SELECT DISTINCT w.place_id
    FROM staff_user AS u
    JOIN staff_assignment AS a ON a.user_id = u.id
    JOIN places_within AS w ON w.ancestor_id = a.place_id
    WHERE u.id = tepat_user() AND u.is_active AND u.role <> 'administrator'
      AND a.ended_at IS NULL
$$;
COMMENT ON FUNCTION tepat_places IS 'Every place in the reach of who acts; none where nobody does.';

CREATE FUNCTION tepat_may_write() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(tepat_role() NOT IN ('auditor', 'administrator'), false)
$$;

-- Each subselect is worked out once per query; seeing the country spares the list.
CREATE FUNCTION tepat_guard_table(guarded regclass) RETURNS void LANGUAGE plpgsql AS $guard$
DECLARE
    seen text := '((SELECT tepat_sees_all()) OR home_id IN (SELECT tepat_places()))';
    written text := '(SELECT tepat_may_write()) AND ' || seen;
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', guarded);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', guarded);
    EXECUTE format('CREATE POLICY owner_all ON %s TO tepat_owner USING (true)', guarded);
    EXECUTE format(
        'CREATE POLICY see ON %s FOR SELECT TO tepat_app, tepat_readonly USING (%s)',
        guarded, seen);
    EXECUTE format(
        'CREATE POLICY add ON %s FOR INSERT TO tepat_app WITH CHECK (%s)', guarded, written);
    EXECUTE format(
        'CREATE POLICY change ON %s FOR UPDATE TO tepat_app USING (%s)', guarded, written);
    EXECUTE format(
        'CREATE POLICY remove ON %s FOR DELETE TO tepat_app USING (%s)', guarded, written);
END
$guard$;
"""

FIRST = """
INSERT INTO places_place (id, level, kind, parent_id, name)
VALUES (1, 0, 'country', NULL, 'Indonesia');
INSERT INTO places_within (place_id, ancestor_id) VALUES (1, 1);
INSERT INTO staff_user (username, name, email, role, is_active, password, created_at)
VALUES ('system', 'Sistem', '', 'system', true, '!', now());
INSERT INTO staff_assignment (user_id, place_id, given_at)
SELECT id, 1, now() FROM staff_user WHERE username = 'system';
"""


class Migration(migrations.Migration):
    """Functions that fail closed: without a user nothing is seen and nothing may be written."""

    dependencies = [("staff", "0001_initial"), ("places", "0002_initial")]
    operations = [
        migrations.RunSQL(REACH, migrations.RunSQL.noop),
        migrations.RunSQL(FIRST, migrations.RunSQL.noop),
    ]
