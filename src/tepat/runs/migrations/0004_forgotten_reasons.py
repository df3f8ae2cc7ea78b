"""Reasons of decisions about a person who was erased go; that there was a decision stays."""

from __future__ import annotations

from django.db import migrations

FORGET = """
CREATE FUNCTION runs_forget_person() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE runs_decision SET failed = 0, unknown = 0 WHERE person_id = NEW.id AND family_id IN (
        SELECT family_id FROM registry_membership WHERE person_id = NEW.id);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION runs_forget_person IS
    'The bits of a reason tell age, illness, schooling; what was decided stays, so that sums hold.';
CREATE TRIGGER reasons_forget AFTER UPDATE OF erased_at ON registry_person FOR EACH ROW
    WHEN (OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL)
    EXECUTE FUNCTION runs_forget_person();

-- A run may be published after the erasure from what was read before it.
CREATE FUNCTION runs_forgotten_reasons() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE runs_decision AS d SET failed = 0, unknown = 0
        FROM registry_erasure AS e JOIN registry_membership AS m ON m.person_id = e.person_id
        WHERE e.granted AND d.family_id = m.family_id AND d.person_id = e.person_id
          AND (d.failed <> 0 OR d.unknown <> 0);
    RETURN NULL;
END
$$;
CREATE TRIGGER forgotten_reasons AFTER INSERT ON runs_decision
    FOR EACH STATEMENT EXECUTE FUNCTION runs_forgotten_reasons();
"""


class Migration(migrations.Migration):
    """Needs decisions and erasures."""

    dependencies = [("runs", "0003_decisions_of_a_run"), ("registry", "0053_forgotten_words")]
    operations = [migrations.RunSQL(FORGET, migrations.RunSQL.noop)]
