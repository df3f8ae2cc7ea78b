"""Two people decide, each in their own name; what was decided on is what was seen.

The application asks all this before it writes. Here PostgreSQL asks it again, of whoever writes as
the application's role.
"""

from __future__ import annotations

from django.db import migrations

SETTLERS = "('kabupaten_verifier', 'head_of_office', 'ministry_approver')"
ASKERS = "('kabupaten_verifier', 'head_of_office', 'ministry_analyst')"
FACTS = (
    "registry_event",
    "registry_familyrecord",
    "registry_personrecord",
    "registry_membership",
    "registry_familyobservation",
    "registry_personobservation",
    "registry_flag",
    "registry_family",
    "registry_person",
    "registry_nameword",
)

# A version is the batch that touches the family now. A sender's key is given by an import, and
# freed when nobody knows any more what it brought.
OWNERS = """
CREATE FUNCTION registry_keep_family() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF pg_has_role(current_user, 'tepat_owner', 'member') OR current_user = 'tepat_eraser' THEN
        RETURN NEW;
    END IF;
    IF NEW.version IS DISTINCT FROM OLD.version AND NOT EXISTS (
        SELECT FROM registry_batch WHERE id = NEW.version AND known_at IS NULL) THEN
        RAISE EXCEPTION 'Family % is marked with no batch that is open.', OLD.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.origin_key IS DISTINCT FROM OLD.origin_key AND NOT (CASE WHEN NEW.origin_key IS NULL
        THEN NOT EXISTS (SELECT FROM registry_familyrecord
            WHERE family_id = OLD.id AND superseded_by_id IS NULL)
        ELSE OLD.origin_key IS NULL AND registry_applies() END) THEN
        RAISE EXCEPTION 'Family % keeps its sender''s key; only an import gives one.', OLD.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE FUNCTION registry_keep_person() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF pg_has_role(current_user, 'tepat_owner', 'member') OR current_user = 'tepat_eraser' THEN
        RETURN NEW;
    END IF;
    IF NEW.origin_key IS DISTINCT FROM OLD.origin_key AND NOT (CASE WHEN NEW.origin_key IS NULL
        THEN NOT EXISTS (SELECT FROM registry_personrecord
            WHERE person_id = OLD.id AND superseded_by_id IS NULL)
        ELSE OLD.origin_key IS NULL AND registry_applies() END) THEN
        RAISE EXCEPTION 'Person % keeps its sender''s key; only an import gives one.', OLD.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE FUNCTION registry_applies() RETURNS boolean LANGUAGE sql STABLE
SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM registry_importjob
        WHERE state = 'applying' AND decided_by_id = tepat_user())
$$;
COMMENT ON FUNCTION registry_applies IS 'Whether who acts is writing an import that they approved.';
GRANT EXECUTE ON FUNCTION registry_applies() TO tepat_app;
CREATE TRIGGER keep_family BEFORE UPDATE ON registry_family FOR EACH ROW
    WHEN (OLD.version IS DISTINCT FROM NEW.version
        OR OLD.origin_key IS DISTINCT FROM NEW.origin_key)
    EXECUTE FUNCTION registry_keep_family();
CREATE TRIGGER keep_person BEFORE UPDATE ON registry_person FOR EACH ROW
    WHEN (OLD.origin_key IS DISTINCT FROM NEW.origin_key)
    EXECUTE FUNCTION registry_keep_person();
REVOKE UPDATE ON registry_family, registry_person FROM tepat_app;
GRANT UPDATE (version, home_id, origin_key, salt) ON registry_family TO tepat_app;
GRANT UPDATE (home_id, origin_key) ON registry_person TO tepat_app;
CREATE POLICY key_of_import ON registry_family AS RESTRICTIVE FOR INSERT TO tepat_app
    WITH CHECK (origin_key IS NULL OR (SELECT registry_applies()));
CREATE POLICY key_of_import ON registry_person AS RESTRICTIVE FOR INSERT TO tepat_app
    WITH CHECK (erased_at IS NULL AND (origin_key IS NULL OR (SELECT registry_applies())));
"""

# Imports and lists: uploaded by one, decided by another, both as they are.
DECIDED = f"""
CREATE FUNCTION registry_two_people() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    me bigint := tepat_user();
    role text := tepat_role();
    fixed text[] := '{{id,home_id,uploaded_by_id,uploaded_at,source,date,ground,as_of,file_name,
        file_names,file_kind,file_size,sha256}}';
    decision text[] := '{{state,decided_by_id,decided_at,reason,ended_at}}';
    changed text[];
BEGIN
    IF pg_has_role(current_user, 'tepat_owner', 'member') THEN RETURN NEW; END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.uploaded_by_id IS DISTINCT FROM me OR NEW.decided_by_id IS NOT NULL
           OR NEW.batch_id IS NOT NULL OR NEW.state NOT IN ('uploaded', 'checking') THEN
            PERFORM staff_refuse('A file is uploaded in one''s own name, and decided later.');
        END IF;
        NEW.uploaded_at := now();
        RETURN NEW;
    END IF;
    changed := ARRAY(SELECT n.key FROM jsonb_each(to_jsonb(NEW)) AS n
        JOIN jsonb_each(to_jsonb(OLD)) AS o USING (key) WHERE n.value <> o.value);
    IF changed && fixed OR (OLD.state IN ('refused', 'failed', 'undone') AND changed <> '{{}}')
       OR (OLD.state = 'checked' AND role <> 'system' AND NOT changed <@ decision)
       OR (OLD.state = 'done' AND NOT changed <@ '{{state,reason,ended_at}}') THEN
        PERFORM staff_refuse('What was uploaded, checked and decided stays as it is.');
    END IF;
    IF role = 'system' AND NEW.state IN ('failed', 'refused') THEN RETURN NEW; END IF;
    IF NEW.decided_by_id IS DISTINCT FROM OLD.decided_by_id
       AND NEW.decided_by_id IS DISTINCT FROM me THEN
        PERFORM staff_refuse('A decision is made in one''s own name.');
    END IF;
    IF NEW.state <> OLD.state AND NOT coalesce(CASE NEW.state
        WHEN 'matching' THEN OLD.state = 'uploaded' AND me = OLD.uploaded_by_id
        WHEN 'checking' THEN OLD.state IN ('uploaded', 'matching')
        WHEN 'checked' THEN OLD.state = 'checking' AND me = OLD.uploaded_by_id
        WHEN 'approved' THEN OLD.state = 'checked' AND me = NEW.decided_by_id
            AND me <> OLD.uploaded_by_id AND role IN {SETTLERS}
        WHEN 'applying' THEN OLD.state = 'approved' AND me = OLD.decided_by_id
        WHEN 'done' THEN OLD.state IN ('approved', 'applying') AND me = OLD.decided_by_id
        WHEN 'refused' THEN OLD.state NOT IN ('approved', 'applying', 'done')
            AND me = NEW.decided_by_id AND (me = OLD.uploaded_by_id OR role IN {SETTLERS})
        WHEN 'undone' THEN OLD.state = 'done' AND role IN {SETTLERS}
        ELSE false END, false) THEN
        PERFORM staff_refuse(format('Who acts does not bring it from %s to %s.',
            OLD.state, NEW.state));
    END IF;
    IF OLD.state IN ('approved', 'applying') AND me IS DISTINCT FROM OLD.decided_by_id THEN
        PERFORM staff_refuse('It is written by who approved it.');
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER two_people BEFORE INSERT OR UPDATE ON registry_importjob
    FOR EACH ROW EXECUTE FUNCTION registry_two_people();
CREATE TRIGGER two_people BEFORE INSERT OR UPDATE ON registry_listload
    FOR EACH ROW EXECUTE FUNCTION registry_two_people();
REVOKE DELETE ON registry_importjob, registry_listload FROM tepat_app;
"""

# Rows of a file are staged by its uploader while it is checked; what was checked is written.
FROZEN = {
    "registry_stagefamily": ("job_id", "registry_importjob"),
    "registry_stageperson": ("job_id", "registry_importjob"),
    "registry_importfinding": ("job_id", "registry_importjob"),
    "registry_listrow": ("load_id", "registry_listload"),
}

# A draft is written by its author. What is held is decided as it is, what was sent is kept.
INTERVIEWS = """
CREATE FUNCTION registry_interview_kept() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF pg_has_role(current_user, 'tepat_owner', 'member') THEN RETURN NEW; END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.author_id IS DISTINCT FROM tepat_user() OR NEW.state <> 'draft' THEN
            PERFORM staff_refuse('An interview is begun in one''s own name.');
        END IF;
    ELSIF (NEW.uuid, NEW.kind, NEW.author_id, NEW.begun_at)
            IS DISTINCT FROM (OLD.uuid, OLD.kind, OLD.author_id, OLD.begun_at)
       OR OLD.state IN ('sent', 'discarded')
       OR (OLD.state = 'held' AND NEW.content NOT IN (OLD.content, '')) THEN
        PERFORM staff_refuse('An interview stays its author''s, and as it was sent or held.');
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER kept BEFORE INSERT OR UPDATE ON registry_interview
    FOR EACH ROW EXECUTE FUNCTION registry_interview_kept();
CREATE POLICY photo_in_own_draft ON registry_photo AS RESTRICTIVE FOR INSERT TO tepat_app
    WITH CHECK (family_id IS NULL AND interview_id IN (
        SELECT id FROM registry_interview WHERE author_id = tepat_user() AND state = 'draft'));
CREATE POLICY photo_of_seen ON registry_photo AS RESTRICTIVE FOR UPDATE TO tepat_app
    USING (interview_id IN (SELECT id FROM registry_interview)) WITH CHECK (true);
CREATE POLICY photo_of_seen_removed ON registry_photo AS RESTRICTIVE FOR DELETE TO tepat_app
    USING (interview_id IN (SELECT id FROM registry_interview));
"""

# Who may ask, who decides, and that what is granted was done.
ERASURES = f"""
REVOKE UPDATE ON registry_erasure FROM tepat_app;
GRANT UPDATE (granted, answer, reason, document, decided_by_id, decided_at, batch_id)
    ON registry_erasure TO tepat_app;
CREATE POLICY askers ON registry_erasure AS RESTRICTIVE FOR INSERT TO tepat_app
    WITH CHECK ((SELECT tepat_role()) IN {ASKERS});
CREATE POLICY decided_in_own_name ON registry_erasure AS RESTRICTIVE FOR UPDATE TO tepat_app
    USING (true) WITH CHECK (decided_by_id = (SELECT tepat_user()) AND (NOT granted OR EXISTS (
        SELECT FROM registry_person AS p WHERE p.id = person_id AND p.erased_at IS NOT NULL)));
"""

# One's acts are told to those who see the place, and to nobody elsewhere.
AUDIT = """
CREATE POLICY told_here ON audit_entry AS RESTRICTIVE FOR INSERT TO tepat_app WITH CHECK (
    home_id IS NULL OR (SELECT tepat_sees_all()) OR home_id IN (SELECT tepat_places())
    OR (SELECT tepat_role()) = 'administrator');
"""


def _frozen() -> str:
    lines = []
    for table, (column, of) in FROZEN.items():
        working = (
            "(SELECT tepat_role()) = 'system' OR "
            f"{column} IN (SELECT id FROM {of} WHERE (state = 'checking' "
            "AND uploaded_by_id = tepat_user()) OR (state = 'applying' "
            "AND decided_by_id = tepat_user()))"
        )
        lines += [
            f"CREATE POLICY staged ON {table} AS RESTRICTIVE FOR INSERT TO tepat_app "
            f"WITH CHECK ({working});",
            f"CREATE POLICY frozen ON {table} AS RESTRICTIVE FOR UPDATE TO tepat_app "
            f"USING ({working});",
            f"CREATE POLICY cleaned ON {table} AS RESTRICTIVE FOR DELETE TO tepat_app "
            f"USING ({working});",
        ]
    return "\n".join(lines)


def _writers() -> str:
    """Analysts read the whole country and write nothing of it."""
    test = "(SELECT tepat_role()) <> 'ministry_analyst'"
    return "\n".join(
        f"CREATE POLICY no_analyst_adds ON {table} AS RESTRICTIVE FOR INSERT TO tepat_app "
        f"WITH CHECK ({test});\n"
        f"CREATE POLICY no_analyst_changes ON {table} AS RESTRICTIVE FOR UPDATE TO tepat_app "
        f"USING ({test});"
        for table in FACTS
    )


class Migration(migrations.Migration):
    """Triggers, rights and policies on what is there."""

    dependencies = [("registry", "0053_forgotten_words"), ("staff", "0004_guarded_users")]
    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop)
        for sql in (OWNERS, DECIDED, _frozen(), INTERVIEWS, ERASURES, AUDIT, _writers())
    ]
