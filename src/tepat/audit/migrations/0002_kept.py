"""Rows of the audit are added in one's own name and kept; only an erasure empties words."""

from __future__ import annotations

from django.db import migrations

KEPT = """
CREATE FUNCTION audit_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- it may empty what was said of somebody who is forgotten, and only that
    IF current_user = 'tepat_eraser' AND TG_OP = 'UPDATE' THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'Rows of % are kept as they are.', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END
$$;
CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION audit_keep();
CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON audit_access
    FOR EACH ROW EXECUTE FUNCTION audit_keep();
REVOKE UPDATE, DELETE ON audit_entry, audit_access FROM tepat_app;

ALTER TABLE audit_entry ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_entry FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON audit_entry TO tepat_owner USING (true);
CREATE POLICY see ON audit_entry FOR SELECT TO tepat_app, tepat_readonly USING (
    (SELECT tepat_sees_all()) OR home_id IN (SELECT tepat_places())
    OR (home_id IS NULL AND (SELECT tepat_role()) = 'administrator')
    OR actor_id = (SELECT tepat_user()));
CREATE POLICY add ON audit_entry FOR INSERT TO tepat_app
    WITH CHECK (actor_id = (SELECT tepat_user()));

ALTER TABLE audit_access ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_access FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON audit_access TO tepat_owner USING (true);
CREATE POLICY see ON audit_access FOR SELECT TO tepat_app, tepat_readonly USING (
    (SELECT tepat_sees_all()) OR home_id IN (SELECT tepat_places()));
CREATE POLICY add ON audit_access FOR INSERT TO tepat_app WITH CHECK (
    actor_id = (SELECT tepat_user())
    AND ((SELECT tepat_sees_all()) OR home_id IN (SELECT tepat_places())));
"""


class Migration(migrations.Migration):
    """Needs the functions of staff."""

    dependencies = [("audit", "0001_initial"), ("staff", "0002_reach")]
    operations = [migrations.RunSQL(KEPT, migrations.RunSQL.noop)]
