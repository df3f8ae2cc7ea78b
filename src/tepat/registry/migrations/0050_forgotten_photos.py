"""What is forgotten with a person: photos of the card, drafts about the family, an empty house."""

from __future__ import annotations

from django.db import migrations

FORGET = """
CREATE FUNCTION registry_forget_photos(forgotten bigint) RETURNS SETOF text LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF tepat_role() IS DISTINCT FROM 'ministry_approver' OR NOT EXISTS (
        SELECT FROM registry_erasure AS e WHERE e.person_id = forgotten AND e.granted IS NULL
          AND e.asked_by_id <> tepat_user()) THEN
        RAISE EXCEPTION 'Nobody asked to erase person %, or who decides is not another.', forgotten
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN QUERY
    WITH families AS (
        SELECT DISTINCT family_id FROM registry_membership WHERE person_id = forgotten
    ), emptied AS (
        SELECT f.family_id FROM families AS f WHERE NOT EXISTS (
            SELECT FROM registry_membership AS o JOIN registry_person AS p ON p.id = o.person_id
            WHERE o.family_id = f.family_id AND o.person_id <> forgotten AND p.erased_at IS NULL)
    ), closed AS (
        UPDATE registry_interview SET state = 'discarded', content = ''
        WHERE family_id IN (SELECT family_id FROM families) AND state IN ('draft', 'held')
        RETURNING id
    )
    -- the card names everybody; the house says nothing of who is gone until nobody is left
    DELETE FROM registry_photo AS p
    WHERE (p.kind = 'card' AND p.family_id IN (SELECT family_id FROM families))
       OR p.family_id IN (SELECT family_id FROM emptied)
       OR p.interview_id IN (SELECT id FROM closed)
    RETURNING p.file::text;
END
$$;
REVOKE ALL ON FUNCTION registry_forget_photos FROM PUBLIC;
GRANT EXECUTE ON FUNCTION registry_forget_photos TO tepat_app;

-- Of some files those that no photo is kept in, drafts of all authors included.
CREATE FUNCTION registry_unnamed_photos(files text[]) RETURNS SETOF text LANGUAGE plpgsql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF tepat_role() IS DISTINCT FROM 'system' THEN
        RAISE EXCEPTION 'Only the system looks for files that nothing names.'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN QUERY SELECT one.file FROM unnest(files) AS one (file)
        WHERE NOT EXISTS (SELECT FROM registry_photo AS p WHERE p.file = one.file);
END
$$;
REVOKE ALL ON FUNCTION registry_unnamed_photos FROM PUBLIC;
GRANT EXECUTE ON FUNCTION registry_unnamed_photos TO tepat_app;
"""


class Migration(migrations.Migration):
    """Needs the tables of interviews and erasures."""

    dependencies = [("registry", "0041_list_guards")]
    operations = [migrations.RunSQL(FORGET, migrations.RunSQL.noop)]
