"""Words about a person that stand elsewhere: notes, reasons in the audit, waiting rows.

What was done, by whom and when stays in the audit. See decisions/0014.
"""

from __future__ import annotations

from django.db import migrations

# What the eraser may do with each table, and nothing else.
RIGHTS = {
    "registry_finding": "SELECT, UPDATE (note)",
    "registry_erasure": "UPDATE (reason, document, answer)",
    "registry_stageperson": "SELECT, DELETE",
    "registry_listrow": "SELECT, DELETE",
    "audit_entry": "SELECT, UPDATE (reason, evidence, details)",
}

FORGET = r"""
CREATE FUNCTION registry_forget_words(forgotten bigint, in_batch bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    families bigint[];
    told bigint[];
    named text;
BEGIN
    IF tepat_role() IS DISTINCT FROM 'ministry_approver' OR NOT EXISTS (
        SELECT FROM registry_erasure AS e JOIN registry_batch AS b ON b.id = in_batch
        WHERE e.person_id = forgotten AND e.granted IS NULL AND e.asked_by_id <> tepat_user()
          AND b.kind = 'erasure' AND b.made_by_id = tepat_user() AND b.known_at IS NULL) THEN
        RAISE EXCEPTION 'Nobody asked to erase person %, or who decides is not another.', forgotten
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    families := ARRAY(
        SELECT DISTINCT family_id FROM registry_membership WHERE person_id = forgotten);
    told := ARRAY(
        SELECT batch_id FROM registry_event WHERE person_id = forgotten
        UNION SELECT batch_id FROM registry_flag WHERE person_id = forgotten
        UNION SELECT batch_id FROM registry_membership WHERE person_id = forgotten
        UNION SELECT batch_id FROM registry_personrecord WHERE person_id = forgotten
        UNION SELECT batch_id FROM registry_personobservation WHERE person_id = forgotten);
    -- what names them: a word of any name they had, or a number of sixteen digits
    named := concat_ws('|', '([0-9][ .-]?){16}', (
        SELECT '\m(' || string_agg(DISTINCT word, '|') || ')\M'
        FROM registry_personrecord AS r, regexp_split_to_table(r.name, '[^[:alnum:]]+') AS word
        WHERE r.person_id = forgotten AND length(word) > 2));
    -- a note says anything of anybody; a document is told apart by what it names
    UPDATE registry_event SET note = '', document =
            CASE WHEN person_id = forgotten OR document ~* named THEN '' ELSE document END
        WHERE (family_id = ANY (families) OR person_id = forgotten)
          AND (note <> '' OR document <> '');
    UPDATE registry_flag SET evidence = '' WHERE family_id = ANY (families) AND evidence ~* named;
    UPDATE registry_finding SET note = '' WHERE family_id = ANY (families) AND note <> '';
    UPDATE registry_erasure SET reason = '', document = '', answer = ''
        WHERE person_id = forgotten AND granted IS NOT NULL;
    DELETE FROM registry_stageperson WHERE person_id = forgotten;
    DELETE FROM registry_listrow WHERE person_id = forgotten;
    UPDATE audit_entry SET reason = '', evidence =
            CASE WHEN subject <> 'family' OR evidence ~* named
                OR (details ->> 'batch')::bigint = ANY (told) THEN '' ELSE evidence END,
            details = details || jsonb_build_object('erased', in_batch)
        WHERE (subject = 'person' AND subject_id = forgotten AND (reason <> '' OR evidence <> ''))
           OR (subject = 'batch' AND subject_id = ANY (told) AND (reason <> '' OR evidence <> ''))
           OR (subject = 'family' AND subject_id = ANY (families) AND (reason <> ''
                OR evidence ~* named
                OR (evidence <> '' AND (details ->> 'batch')::bigint = ANY (told))));
END
$$;
"""


def _rights() -> str:
    lines = []
    for table, rights in RIGHTS.items():
        lines.append(f"GRANT {rights} ON {table} TO tepat_eraser;")
        if table != "registry_erasure":
            lines.append(f"CREATE POLICY forget ON {table} TO tepat_eraser USING (true);")
    name = "registry_forget_words(bigint, bigint)"
    return "\n".join(
        [
            *lines,
            # it may read requests; those of the forgotten it empties
            "CREATE POLICY empty ON registry_erasure FOR UPDATE TO tepat_eraser USING (true);",
            f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC;",
            f"GRANT EXECUTE ON FUNCTION {name} TO tepat_app;",
            "GRANT CREATE ON SCHEMA public TO tepat_eraser;",
            f"ALTER FUNCTION {name} OWNER TO tepat_eraser;",
            "REVOKE CREATE ON SCHEMA public FROM tepat_eraser;",
        ]
    )


class Migration(migrations.Migration):
    """Needs every table in which somebody may have been written about."""

    dependencies = [("registry", "0052_contested"), ("audit", "0003_by_time")]
    operations = [
        migrations.RunSQL(FORGET, migrations.RunSQL.noop),
        migrations.RunSQL(_rights(), migrations.RunSQL.noop),
    ]
