"""A draft is its author's alone; what belongs to a family follows it to its new village."""

from __future__ import annotations

from django.db import migrations

GUARDS = """
SELECT tepat_guard_table('registry_interview');
SELECT tepat_guard_table('registry_photo');
REVOKE DELETE ON registry_interview FROM tepat_app;

-- A restrictive policy takes away from what the guard gives.
CREATE POLICY draft_of_author ON registry_interview AS RESTRICTIVE TO tepat_app, tepat_readonly
    USING (author_id = (SELECT tepat_user()) OR state IN ('held', 'sent'));
CREATE POLICY photo_of_draft ON registry_photo AS RESTRICTIVE FOR SELECT
    TO tepat_app, tepat_readonly
    USING (family_id IS NOT NULL OR EXISTS (
        SELECT FROM registry_interview AS i WHERE i.id = interview_id));

-- Once sent, a photo stays as it is.
REVOKE UPDATE ON registry_photo FROM tepat_app;
GRANT UPDATE (family_id, batch_id, home_id) ON registry_photo TO tepat_app;
CREATE POLICY photo_kept ON registry_photo AS RESTRICTIVE FOR UPDATE TO tepat_app
    USING (family_id IS NULL) WITH CHECK (true);
CREATE POLICY photo_not_removed ON registry_photo AS RESTRICTIVE FOR DELETE TO tepat_app
    USING (family_id IS NULL);

CREATE FUNCTION registry_follow_home() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE registry_photo SET home_id = NEW.home_id WHERE family_id = NEW.id;
    UPDATE registry_interview SET home_id = NEW.home_id WHERE family_id = NEW.id
        AND state IN ('held', 'sent');
    RETURN NULL;
END
$$;
CREATE TRIGGER follow_home AFTER UPDATE OF home_id ON registry_family FOR EACH ROW
    WHEN (OLD.home_id IS DISTINCT FROM NEW.home_id) EXECUTE FUNCTION registry_follow_home();
"""


class Migration(migrations.Migration):
    """Needs the tables."""

    dependencies = [("registry", "0020_interviews")]
    operations = [migrations.RunSQL(GUARDS, migrations.RunSQL.noop)]
