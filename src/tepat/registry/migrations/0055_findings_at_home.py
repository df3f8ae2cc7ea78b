"""A finding on a family that moves while it is checked is found in the village it moved to."""

from __future__ import annotations

from django.db import migrations

# Findings are few, so their families are locked: whoever moves one of them ends first, or comes
# after and takes the finding along.
FOLLOW = """
CREATE FUNCTION registry_findings_at_home() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM FROM registry_family WHERE id IN (SELECT family_id FROM added) ORDER BY id FOR SHARE;
    UPDATE registry_finding AS g SET home_id = f.home_id
        FROM added AS n JOIN registry_family AS f ON f.id = n.family_id
        WHERE g.id = n.id AND f.home_id <> n.home_id;
    RETURN NULL;
END
$$;
CREATE TRIGGER at_home AFTER INSERT ON registry_finding REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION registry_findings_at_home();
"""


class Migration(migrations.Migration):
    """Needs findings."""

    dependencies = [("registry", "0054_in_ones_own_name")]
    operations = [migrations.RunSQL(FOLLOW, migrations.RunSQL.noop)]
