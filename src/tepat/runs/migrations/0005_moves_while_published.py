"""A family that moves while a run is published is decided about in the village it moved to.

The rows of a run are not seen by who moves a family before they are committed, and the move is not
seen by who writes them. So whoever moves holds a lock that others may share, until the commit; the
rows of a run wait for all who have it and then look once more where everybody lives.
"""

from __future__ import annotations

from django.db import migrations

FOLLOW = """
CREATE OR REPLACE FUNCTION runs_rehome() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(7420011);
    UPDATE runs_decision SET home_id = NEW.home_id WHERE family_id = NEW.id;
    RETURN NULL;
END
$$;
CREATE OR REPLACE FUNCTION runs_while_publishing() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT run_id FROM added) AS n
        LEFT JOIN runs_run AS r ON r.id = n.run_id
        WHERE r.state IS DISTINCT FROM 'publishing') THEN
        RAISE EXCEPTION 'A run takes decisions only while it is published.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    PERFORM pg_advisory_xact_lock(7420011);
    EXECUTE 'UPDATE runs_decision AS d SET home_id = f.home_id
        FROM (SELECT DISTINCT n.run_id, n.family_id, l.home_id FROM added AS n
            JOIN registry_family AS l ON l.id = n.family_id WHERE l.home_id <> n.home_id) AS f
        WHERE d.family_id = f.family_id AND d.run_id = f.run_id';
    RETURN NULL;
END
$$;
"""


class Migration(migrations.Migration):
    """Puts two functions in the place of those that were."""

    dependencies = [("runs", "0004_forgotten_reasons")]
    operations = [migrations.RunSQL(FOLLOW, migrations.RunSQL.noop)]
