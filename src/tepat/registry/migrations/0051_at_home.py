"""A row stands in the village where its family or person lives, whoever writes it.

What one may see and write is asked of `home_id`, so it must not be free to say: a row with one's
own village and another's family would be a way to them. Rows of families carry the family's home,
rows of people the person's. Whoever is named in a family's row has to do with that family.
"""

from __future__ import annotations

from django.db import migrations

OF_FAMILY = "n.home_id IS DISTINCT FROM f.home_id"
OF_PERSON = "n.home_id IS DISTINCT FROM p.home_id"
# What is told of somebody who left is told in the family that they belonged to.
NO_MEMBER = (
    "NOT EXISTS (SELECT FROM registry_membership AS m "
    "WHERE m.person_id = n.person_id AND m.family_id = n.family_id)"
)
OUT_OF_REACH = (
    "p.home_id <> n.home_id AND NOT (SELECT tepat_sees_all()) "
    "AND p.home_id NOT IN (SELECT tepat_places())"
)
# What an institution says now of somebody who joined another family is said in that family.
LIVES_ELSEWHERE = (
    "n.valid_to IS NULL AND EXISTS (SELECT FROM registry_membership AS o "
    "WHERE o.person_id = n.person_id AND o.family_id <> n.family_id "
    "AND o.valid_to IS NULL AND o.superseded_by_id IS NULL)"
)
FAMILY = "LEFT JOIN registry_family AS f ON f.id = n.family_id"
PERSON = "LEFT JOIN registry_person AS p ON p.id = n.person_id"
# By table: what is joined to the new rows, and which of them are refused.
WRONG = {
    "registry_familyrecord": (FAMILY, OF_FAMILY),
    "registry_familyobservation": (FAMILY, OF_FAMILY),
    "registry_personrecord": (PERSON, OF_PERSON),
    "registry_personobservation": (PERSON, OF_PERSON),
    "registry_nameword": (PERSON, OF_PERSON),
    "registry_membership": (f"{FAMILY} {PERSON}", f"{OF_FAMILY} OR ({OUT_OF_REACH})"),
    "registry_event": (
        f"{FAMILY} {PERSON}",
        f"{OF_FAMILY} OR (({OUT_OF_REACH}) AND {NO_MEMBER})",
    ),
    "registry_flag": (
        FAMILY,
        f"{OF_FAMILY} OR (n.person_id IS NOT NULL AND ({NO_MEMBER} OR ({LIVES_ELSEWHERE})))",
    ),
    "registry_erasure": (FAMILY, f"{OF_FAMILY} OR {NO_MEMBER}"),
    "registry_interview": (FAMILY, f"n.family_id IS NOT NULL AND {OF_FAMILY}"),
    "registry_photo": (FAMILY, f"n.family_id IS NOT NULL AND {OF_FAMILY}"),
    "audit_access": (FAMILY, OF_FAMILY),
}
# Rows that may be given another home or another family afterwards.
MOVES = tuple(table for table in WRONG if table not in ("registry_erasure", "audit_access"))

# Planned anew for each statement: one row and a million are not looked up in the same way. No
# LIMIT, which would have the planner hope for an early hit.
AT_HOME = """
CREATE FUNCTION registry_at_home() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    wrong bigint;
BEGIN
    EXECUTE format('SELECT min(n.id) FROM added AS n %s WHERE %s', TG_ARGV[0], TG_ARGV[1])
        INTO wrong;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'Row % of % is not in the home of its family or person.',
            wrong, TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION registry_moved_home() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    wrong boolean;
BEGIN
    EXECUTE format('SELECT EXISTS (SELECT FROM (SELECT ($1).*) AS n %s WHERE %s)',
        TG_ARGV[0], TG_ARGV[1]) USING NEW INTO wrong;
    IF wrong THEN
        RAISE EXCEPTION 'Row % of % is not in the home of its family or person.',
            NEW.id, TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END
$$;
"""

# At the end of a transaction: a family lives where its record says, and nothing stayed behind.
WHOLE = """
CREATE FUNCTION registry_moved_whole() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM registry_family AS f WHERE f.id = NEW.id AND (
            EXISTS (SELECT FROM registry_familyrecord AS r WHERE r.family_id = f.id
                AND (r.home_id <> f.home_id OR (r.place_id <> f.home_id
                    AND r.valid_to IS NULL AND r.superseded_by_id IS NULL)))
            OR EXISTS (SELECT FROM registry_membership AS m JOIN registry_person AS p
                ON p.id = m.person_id WHERE m.family_id = f.id AND (m.home_id <> f.home_id
                    OR (p.home_id <> f.home_id AND m.valid_to IS NULL
                        AND m.superseded_by_id IS NULL)))
            OR EXISTS (SELECT FROM registry_familyobservation AS o
                WHERE o.family_id = f.id AND o.home_id <> f.home_id)
            OR EXISTS (SELECT FROM registry_event AS e
                WHERE e.family_id = f.id AND e.home_id <> f.home_id))) THEN
        RAISE EXCEPTION 'Family % does not live there, or was moved in part.', NEW.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER moved_whole AFTER UPDATE OF home_id ON registry_family
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (OLD.home_id IS DISTINCT FROM NEW.home_id) EXECUTE FUNCTION registry_moved_whole();

CREATE FUNCTION registry_lives_there() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM registry_person AS p WHERE p.id = NEW.id AND (
            EXISTS (SELECT FROM registry_membership AS m JOIN registry_family AS f
                ON f.id = m.family_id WHERE m.person_id = p.id AND m.valid_to IS NULL
                AND m.superseded_by_id IS NULL AND f.home_id <> p.home_id)
            OR EXISTS (SELECT FROM registry_personrecord AS r
                WHERE r.person_id = p.id AND r.home_id <> p.home_id)
            OR EXISTS (SELECT FROM registry_personobservation AS o
                WHERE o.person_id = p.id AND o.home_id <> p.home_id)
            OR EXISTS (SELECT FROM registry_nameword AS w
                WHERE w.person_id = p.id AND w.home_id <> p.home_id)
            OR EXISTS (SELECT FROM registry_flag AS g
                WHERE g.person_id = p.id AND g.home_id <> p.home_id
                  AND g.valid_to IS NULL AND g.superseded_by_id IS NULL))) THEN
        RAISE EXCEPTION 'Person % does not live there, or was moved in part.', NEW.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER lives_there AFTER UPDATE OF home_id ON registry_person
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (OLD.home_id IS DISTINCT FROM NEW.home_id) EXECUTE FUNCTION registry_lives_there();
"""


def _triggers() -> str:
    lines = []
    for table, (joined, refused) in WRONG.items():
        words = f"('{joined}', '{refused}')"
        lines.append(
            f"CREATE TRIGGER at_home AFTER INSERT ON {table} REFERENCING NEW TABLE AS added "
            f"FOR EACH STATEMENT EXECUTE FUNCTION registry_at_home{words};"
        )
        if table in MOVES:
            change = "OLD.home_id IS DISTINCT FROM NEW.home_id"
            if table in ("registry_interview", "registry_photo"):
                change += " OR OLD.family_id IS DISTINCT FROM NEW.family_id"
            lines.append(
                f"CREATE TRIGGER moved_home AFTER UPDATE ON {table} FOR EACH ROW "
                f"WHEN ({change}) EXECUTE FUNCTION registry_moved_home{words};"
            )
    return "\n".join(lines)


class Migration(migrations.Migration):
    """Needs every table that has a home."""

    dependencies = [("registry", "0050_forgotten_photos"), ("audit", "0003_by_time")]
    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (AT_HOME, WHOLE, _triggers())
    ]
