"""Who may change users, their places and their second factor, whatever the application says."""

from __future__ import annotations

from django.db import migrations

USERS = """
CREATE FUNCTION staff_refuse(said text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', said USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE FUNCTION staff_guard_new_user() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_has_role(current_user, 'tepat_owner', 'member') THEN RETURN NEW; END IF;
    IF tepat_role() IS DISTINCT FROM 'administrator' OR NEW.role = 'system' THEN
        PERFORM staff_refuse('Only an administrator makes a user.');
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER guard_new BEFORE INSERT ON staff_user
    FOR EACH ROW EXECUTE FUNCTION staff_guard_new_user();

-- Nobody acts while a login is checked: then only the time of the last login may be written.
CREATE FUNCTION staff_guard_user() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    is_own boolean := coalesce(NEW.id = tepat_user(), false);
    by_administrator boolean := coalesce(tepat_role() = 'administrator', false);
BEGIN
    IF pg_has_role(current_user, 'tepat_owner', 'member') THEN RETURN NEW; END IF;
    IF (NEW.id, NEW.username, NEW.created_at) IS DISTINCT FROM
       (OLD.id, OLD.username, OLD.created_at) THEN
        PERFORM staff_refuse('An account keeps its number and its name.');
    END IF;
    IF (NEW.name, NEW.email, NEW.role, NEW.is_active, NEW.left_at) IS DISTINCT FROM
       (OLD.name, OLD.email, OLD.role, OLD.is_active, OLD.left_at) THEN
        IF NOT by_administrator OR 'system' IN (OLD.role, NEW.role) THEN
            PERFORM staff_refuse('Only an administrator changes a user.');
        END IF;
        IF is_own AND (NEW.role, NEW.is_active) IS DISTINCT FROM (OLD.role, OLD.is_active) THEN
            PERFORM staff_refuse('Nobody changes their own role, or ends their own account.');
        END IF;
    END IF;
    IF (NEW.password, NEW.must_change_password, NEW.session_round) IS DISTINCT FROM
       (OLD.password, OLD.must_change_password, OLD.session_round) THEN
        IF NOT is_own AND NOT (by_administrator AND OLD.role <> 'system') THEN
            PERFORM staff_refuse('A password is changed by its user.');
        END IF;
        IF NOT is_own AND NEW.password <> OLD.password AND NOT NEW.must_change_password THEN
            PERFORM staff_refuse('A password that an administrator sets must be changed.');
        END IF;
        IF NEW.session_round < OLD.session_round THEN
            PERFORM staff_refuse('Sessions that ended do not begin again.');
        END IF;
    END IF;
    IF OLD.role = 'administrator' AND OLD.is_active
       AND (NEW.role <> 'administrator' OR NOT NEW.is_active) THEN
        -- Two administrators who end each other's account at once: the second waits, and is last.
        PERFORM pg_advisory_xact_lock(hashtext('tepat last administrator'));
        IF NOT EXISTS (SELECT FROM staff_user
                       WHERE role = 'administrator' AND is_active AND id <> OLD.id) THEN
            PERFORM staff_refuse('The last administrator stays.');
        END IF;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER guard BEFORE UPDATE ON staff_user
    FOR EACH ROW EXECUTE FUNCTION staff_guard_user();
REVOKE DELETE ON staff_user FROM tepat_app;
"""

PLACES = """
CREATE FUNCTION staff_may_assign(account bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce(
        tepat_role() = 'administrator' AND account <> tepat_user()
        AND EXISTS (SELECT FROM staff_user WHERE id = account AND role <> 'system'), false)
$$;
ALTER TABLE staff_assignment ENABLE ROW LEVEL SECURITY;
ALTER TABLE staff_assignment FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON staff_assignment TO tepat_owner USING (true);
CREATE POLICY see ON staff_assignment FOR SELECT TO tepat_app, tepat_readonly USING (true);
CREATE POLICY add ON staff_assignment FOR INSERT TO tepat_app
    WITH CHECK (staff_may_assign(user_id) AND given_by_id = (SELECT tepat_user()));
CREATE POLICY change ON staff_assignment FOR UPDATE TO tepat_app
    USING (true) WITH CHECK (staff_may_assign(user_id));
REVOKE UPDATE, DELETE ON staff_assignment FROM tepat_app;
GRANT UPDATE (ended_at) ON staff_assignment TO tepat_app;
"""

# Read while a login is checked; secrets in it are sealed.
FACTORS = """
ALTER TABLE mfa_authenticator ENABLE ROW LEVEL SECURITY;
ALTER TABLE mfa_authenticator FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON mfa_authenticator TO tepat_owner USING (true);
CREATE POLICY see ON mfa_authenticator FOR SELECT TO tepat_app USING (true);
CREATE POLICY add ON mfa_authenticator FOR INSERT TO tepat_app
    WITH CHECK (user_id = (SELECT tepat_user()));
CREATE POLICY change ON mfa_authenticator FOR UPDATE TO tepat_app
    USING (user_id = (SELECT tepat_user()));
CREATE POLICY remove ON mfa_authenticator FOR DELETE TO tepat_app USING (
    user_id = (SELECT tepat_user()) OR (SELECT tepat_role()) = 'administrator');
REVOKE SELECT ON mfa_authenticator FROM tepat_readonly;
"""


class Migration(migrations.Migration):
    """Triggers and policies. The owner, who migrates and makes the first accounts, is free."""

    dependencies = [
        ("staff", "0003_sessions"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]
    operations = [
        migrations.RunSQL(USERS, migrations.RunSQL.noop),
        migrations.RunSQL(PLACES, migrations.RunSQL.noop),
        migrations.RunSQL(FACTORS, migrations.RunSQL.noop),
    ]
