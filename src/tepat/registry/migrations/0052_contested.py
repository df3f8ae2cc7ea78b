"""Who contested a finding stands with it, and whoever settles it is another, whoever writes it."""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SETTLERS = "('kabupaten_verifier', 'head_of_office', 'ministry_approver', 'system')"
# The same statement of an institution. No index on the batch is wanted here: it may have superseded
# a million rows, a person has few.
SAME = """{0}.person_id IS NOT DISTINCT FROM {1}.person_id
    AND ({0}.person_id IS NOT NULL OR {0}.family_id = {1}.family_id)
    AND ({0}.ground, {0}.source, {0}.date) = ({1}.ground, {1}.source, {1}.date)"""
AS_CONTESTED = """({0}.contested, {0}.contested_by_id)
    IS NOT DISTINCT FROM ({1}.contested, {1}.contested_by_id)"""

GUARDS = f"""
-- A finding comes from a list that was loaded, or says what one said before: as it was, contested
-- by who says so, upheld by somebody else, or again because what came after it was taken back.
CREATE FUNCTION registry_flags_told() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    wrong bigint;
BEGIN
    IF pg_has_role(current_user, 'tepat_owner', 'member') THEN RETURN NULL; END IF;
    EXECUTE $sql$
    SELECT min(n.id) FROM added AS n
    JOIN registry_batch AS b ON b.id = n.batch_id JOIN staff_user AS u ON u.id = b.made_by_id
    WHERE NOT (
        (NOT n.contested AND n.contested_by_id IS NULL AND u.role IN {SETTLERS} AND EXISTS (
            SELECT FROM registry_flaglist AS l WHERE l.batch_id = n.batch_id
              AND (l.ground, l.source, l.date) = (n.ground, n.source, n.date)))
        OR EXISTS (
            SELECT FROM registry_flag AS o
            WHERE {SAME.format("o", "n")} AND o.superseded_by_id + 0 = n.batch_id AND CASE
                WHEN {AS_CONTESTED.format("o", "n")} THEN true
                WHEN n.contested THEN NOT o.contested AND n.contested_by_id = b.made_by_id
                ELSE n.contested_by_id IS NULL AND u.role IN {SETTLERS}
                    AND o.contested_by_id IS DISTINCT FROM b.made_by_id END)
        OR (b.undoes_id IS NOT NULL AND EXISTS (
            SELECT FROM registry_flag AS o
            WHERE {SAME.format("o", "n")} AND {AS_CONTESTED.format("o", "n")}
              AND o.superseded_by_id + 0 = b.undoes_id)))
    $sql$ INTO wrong;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'No list says what flag % says, or who settles it is not another.', wrong
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER told AFTER INSERT ON registry_flag REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION registry_flags_told();

-- A finding that ends without saying anything further was dropped by a list, withdrawn, or made by
-- what is taken back.
CREATE FUNCTION registry_flags_ended() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    wrong bigint;
    settles boolean := (SELECT role IN {SETTLERS} FROM staff_user WHERE id = NEW.made_by_id);
    loads boolean := EXISTS (SELECT FROM registry_flaglist WHERE batch_id = NEW.id);
    undone text := (SELECT kind FROM registry_batch WHERE id = NEW.undoes_id);
BEGIN
    SELECT min(o.id) INTO wrong FROM registry_flag AS o
    WHERE o.superseded_by_id = NEW.id
      AND NOT (settles AND (loads OR NOT o.contested
            OR o.contested_by_id IS DISTINCT FROM NEW.made_by_id))
      AND NOT coalesce(o.batch_id = NEW.undoes_id AND (settles OR undone <> 'list'), false)
      AND NOT EXISTS (
          SELECT FROM registry_flag AS n
          WHERE {SAME.format("n", "o")} AND n.batch_id + 0 = NEW.id
            AND (NOT o.contested OR {AS_CONTESTED.format("n", "o")}));
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'Flag % is not theirs to withdraw.', wrong
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER flags_ended AFTER UPDATE ON registry_batch
    FOR EACH ROW EXECUTE FUNCTION registry_flags_ended();

-- Whoever says that a list was loaded is one who may let it hold.
ALTER TABLE registry_flaglist ENABLE ROW LEVEL SECURITY;
ALTER TABLE registry_flaglist FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON registry_flaglist TO tepat_owner USING (true);
CREATE POLICY see ON registry_flaglist FOR SELECT TO tepat_app, tepat_readonly USING (true);
CREATE POLICY add ON registry_flaglist FOR INSERT TO tepat_app WITH CHECK (
    (SELECT tepat_role()) IN {SETTLERS}
    AND ((SELECT tepat_sees_all()) OR place_id IN (SELECT tepat_places())));
CREATE POLICY change ON registry_flaglist FOR UPDATE TO tepat_app USING (
    (SELECT tepat_role()) IN {SETTLERS}
    AND ((SELECT tepat_sees_all()) OR place_id IN (SELECT tepat_places())));
CREATE TRIGGER open_batch AFTER INSERT ON registry_flaglist REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION registry_in_open_batch();
CREATE TRIGGER superseded_now AFTER UPDATE ON registry_flaglist
    REFERENCING OLD TABLE AS before_change NEW TABLE AS after_change
    FOR EACH STATEMENT EXECUTE FUNCTION registry_superseded_now();
"""


class Migration(migrations.Migration):
    """A column, and what keeps it true."""

    dependencies = [
        ("registry", "0051_at_home"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AddField(
            model_name="flag",
            name="contested_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
