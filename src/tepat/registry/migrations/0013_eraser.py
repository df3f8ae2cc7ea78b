"""The one function that forgets, under a role of its own that nothing else runs as."""

from __future__ import annotations

from django.db import migrations

PERSONAL = (
    "registry_person",
    "registry_personrecord",
    "registry_personobservation",
    "registry_nameword",
    "registry_family",
    "registry_familyrecord",
    "registry_event",
    "registry_flag",
)

ERASER = """
SELECT tepat_guard_table('registry_erasure');
REVOKE DELETE ON registry_erasure FROM tepat_app;
GRANT USAGE ON SCHEMA public TO tepat_eraser;
GRANT SELECT ON registry_membership, registry_erasure, registry_batch TO tepat_eraser;
CREATE POLICY forget ON registry_membership FOR SELECT TO tepat_eraser USING (true);
CREATE POLICY forget ON registry_erasure FOR SELECT TO tepat_eraser USING (true);

CREATE FUNCTION registry_erase(forgotten bigint, in_batch bigint) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    answers text;
    emptied bigint[];
BEGIN
    IF tepat_role() IS DISTINCT FROM 'ministry_approver' OR NOT EXISTS (
        SELECT FROM registry_erasure AS e JOIN registry_batch AS b ON b.id = in_batch
        WHERE e.person_id = forgotten AND e.granted IS NULL AND e.asked_by_id <> tepat_user()
          AND b.kind = 'erasure' AND b.made_by_id = tepat_user() AND b.known_at IS NULL) THEN
        RAISE EXCEPTION 'Nobody asked to erase person %, or who decides is not another.', forgotten
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE registry_person SET salt = NULL, origin_key = NULL, erased_at = now()
        WHERE id = forgotten;
    UPDATE registry_personrecord SET nik_sealed = NULL, nik_token = NULL, nik_findings = 0,
        name = NULL, birth_date = NULL WHERE person_id = forgotten;
    DELETE FROM registry_nameword WHERE person_id = forgotten;
    UPDATE registry_event SET document = '', note = '' WHERE person_id = forgotten;
    UPDATE registry_flag SET evidence = '' WHERE person_id = forgotten;
    -- every answer, whatever variables the policy has by now
    SELECT string_agg(format('%I = NULL', attname), ', ') INTO answers FROM pg_attribute
        WHERE attrelid = 'registry_personobservation'::regclass AND attnum > 0
          AND NOT attisdropped AND attname <> ALL ('{id,uuid,observed_on,source,asked_id,
            base_version,batch_id,superseded_by_id,home_id,person_id}'::text[]);
    EXECUTE format('UPDATE registry_personobservation SET %s WHERE person_id = $1', answers)
        USING forgotten;
    -- a family of which nobody remains is forgotten with its last member
    SELECT array_agg(DISTINCT family_id) INTO emptied FROM registry_membership AS m
        WHERE person_id = forgotten AND NOT EXISTS (
            SELECT FROM registry_membership AS o JOIN registry_person AS p ON p.id = o.person_id
            WHERE o.family_id = m.family_id AND p.erased_at IS NULL);
    UPDATE registry_family SET salt = NULL, origin_key = NULL WHERE id = ANY (emptied);
    UPDATE registry_familyrecord SET kk_sealed = NULL, kk_token = NULL, kk_findings = 0,
        address = '', latitude = NULL, longitude = NULL WHERE family_id = ANY (emptied);
    UPDATE registry_event SET document = '', note = '' WHERE family_id = ANY (emptied);
END
$$;
"""


def _rights() -> str:
    lines = []
    for table in PERSONAL:
        lines += [
            f"GRANT SELECT, UPDATE ON {table} TO tepat_eraser;",
            f"CREATE POLICY forget ON {table} TO tepat_eraser USING (true);",
        ]
    return "\n".join(
        [
            *lines,
            "GRANT DELETE ON registry_nameword TO tepat_eraser;",
            "REVOKE ALL ON FUNCTION registry_erase FROM PUBLIC;",
            "GRANT EXECUTE ON FUNCTION registry_erase TO tepat_app;",
            # owning a function needs this right for the moment of the handing over only
            "GRANT CREATE ON SCHEMA public TO tepat_eraser;",
            "ALTER FUNCTION registry_erase OWNER TO tepat_eraser;",
            "REVOKE CREATE ON SCHEMA public FROM tepat_eraser;",
        ]
    )


class Migration(migrations.Migration):
    """Needs a role that the server's setting-up makes."""

    dependencies = [("registry", "0012_erasure")]
    operations = [
        migrations.RunSQL(ERASER, migrations.RunSQL.noop),
        migrations.RunSQL(_rights(), migrations.RunSQL.noop),
    ]
