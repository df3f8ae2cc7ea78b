"""The statements that write an import, in their order.

Two narrow temporary tables say which id each staged family and person has, new ones from the
sequences; the wide rows are read from the stage. A record that changes is superseded by its part
before the day and by the new row from the day on; one of the same day is superseded alone.
"""

from __future__ import annotations

from tepat.registry.imports.sql import quoted
from tepat.registry.models.imports import FAMILY_VARIABLES, PERSON_VARIABLES

_HERE = "s.job_id = %(job)s AND s.state <> 'error'"
_OWN_ROWS = ("event", "familyrecord", "membership", "familyobservation", "flag")
_PERSON_ROWS = ("personrecord", "personobservation", "nameword")


def statements() -> list[str]:
    """All statements; they take job, batch, families_asked and members_asked."""
    return [
        *_identities(),
        *_families(),
        *_people(),
        *_memberships(),
        *_moved_people(),
        *_followed(),
        *_records(),
        *_observations(),
        *_words(),
    ]


def _identities() -> list[str]:
    """Which family and person each row is."""
    return [
        "DROP TABLE IF EXISTS pg_temp.ap_family, pg_temp.ap_person, pg_temp.ap_homes",
        f"""
        CREATE TEMP TABLE ap_family ON COMMIT DROP AS
        SELECT s.id AS row_id, s.number, s.family_id IS NULL AS fresh,
            coalesce(s.family_id, nextval('registry_family_id_seq')) AS family_id,
            CASE WHEN s.writes_record THEN s.place_id ELSE f.home_id END AS home_id,
            f.home_id AS old_home, s.writes_record, s.writes_facts
        FROM (SELECT * FROM registry_stagefamily AS s WHERE {_HERE} ORDER BY s.number) AS s
        LEFT JOIN registry_family AS f ON f.id = s.family_id
        """,
        "ANALYZE ap_family",
        f"""
        CREATE TEMP TABLE ap_person ON COMMIT DROP AS
        SELECT s.id AS row_id, s.person_id IS NULL AS fresh,
            coalesce(s.person_id, nextval('registry_person_id_seq')) AS person_id,
            f.family_id, CASE WHEN s.left_family_id IS NULL OR s.writes_membership THEN f.home_id
                ELSE coalesce(o.home_id, l.home_id) END AS home_id,
            s.relation, s.observed_on, s.membership_id, s.left_family_id,
            s.writes_record, s.writes_facts, s.writes_membership
        FROM (SELECT s.id, s.person_id, s.family_number, s.relation, s.observed_on,
                s.membership_id, s.left_family_id, s.writes_record, s.writes_facts,
                s.writes_membership
            FROM registry_stageperson AS s WHERE {_HERE} ORDER BY s.number) AS s
        JOIN ap_family AS f ON f.number = s.family_number
        LEFT JOIN registry_family AS l ON l.id = s.left_family_id
        LEFT JOIN ap_family AS o ON o.family_id = s.left_family_id
        """,
        "ANALYZE ap_person",
    ]


def _families() -> list[str]:
    touched = (
        "SELECT family_id FROM ap_family WHERE NOT fresh AND (writes_record OR writes_facts) "
        "UNION SELECT f.family_id FROM ap_person AS p JOIN ap_family AS f USING (family_id) "
        "WHERE NOT f.fresh AND (p.writes_record OR p.writes_facts OR p.writes_membership) "
        "UNION SELECT left_family_id FROM ap_person WHERE left_family_id IS NOT NULL "
        "AND (writes_record OR writes_facts OR writes_membership)"
    )
    same = "r.kk_token IS NOT DISTINCT FROM s.token"
    kept = f"s.token IS NULL OR {same}"
    return [
        """
        INSERT INTO registry_family (id, uuid, origin_key, salt, version, home_id)
        SELECT a.family_id, gen_random_uuid(), s.origin_key, s.salt, %(batch)s, a.home_id
        FROM ap_family AS a JOIN registry_stagefamily AS s ON s.id = a.row_id WHERE a.fresh
        """,
        f"UPDATE registry_family SET version = %(batch)s WHERE id IN ({touched})",
        """
        UPDATE registry_family AS f SET home_id = a.home_id,
            origin_key = coalesce(f.origin_key, s.origin_key), salt = coalesce(f.salt, s.salt)
        FROM ap_family AS a JOIN registry_stagefamily AS s ON s.id = a.row_id
        WHERE f.id = a.family_id AND NOT a.fresh AND (f.home_id <> a.home_id OR f.salt IS NULL
            OR (f.origin_key IS NULL AND s.origin_key IS NOT NULL))
        """,
        *_moved_families(),
        *_superseded("familyrecord", "ap_family", "record_id", "registry_stagefamily"),
        f"""
        INSERT INTO registry_familyrecord (family_id, valid_from, batch_id, home_id, place_id,
            kk_sealed, kk_token, kk_findings, address, latitude, longitude)
        SELECT a.family_id, s.observed_on, %(batch)s, a.home_id, s.place_id,
            CASE WHEN {kept} THEN r.kk_sealed ELSE s.sealed END,
            CASE WHEN {kept} THEN r.kk_token ELSE s.token END,
            CASE WHEN {kept} THEN coalesce(r.kk_findings, 0) ELSE s.findings END,
            CASE WHEN r.place_id = s.place_id THEN r.address ELSE '' END,
            CASE WHEN r.place_id = s.place_id THEN r.latitude END,
            CASE WHEN r.place_id = s.place_id THEN r.longitude END
        FROM ap_family AS a JOIN registry_stagefamily AS s ON s.id = a.row_id
        LEFT JOIN registry_familyrecord AS r ON r.id = s.record_id
        WHERE a.writes_record
        """,
    ]


def _superseded(records: str, mapped: str, row: str, stage: str) -> list[str]:
    """Supersede the records that change; keep their part before the day."""
    columns = {
        "familyrecord": "family_id, place_id, kk_sealed, kk_token, kk_findings, address, latitude, "
        "longitude",
        "personrecord": "person_id, nik_sealed, nik_token, nik_findings, name, sex, birth_date, "
        "died_on",
    }[records]
    chosen = ", ".join(f"r.{name.strip()}" for name in columns.split(","))
    joined = f"{mapped} AS a JOIN {stage} AS s ON s.id = a.row_id"
    return [
        f"UPDATE registry_{records} AS r SET superseded_by_id = %(batch)s FROM {joined} "
        f"WHERE r.id = s.{row} AND a.writes_record",
        f"INSERT INTO registry_{records} ({columns}, valid_from, valid_to, batch_id, home_id) "
        f"SELECT {chosen}, r.valid_from, s.observed_on, %(batch)s, a.home_id FROM {joined} "
        f"JOIN registry_{records} AS r ON r.id = s.{row} "
        "WHERE a.writes_record AND r.valid_from < s.observed_on",
    ]


def _people() -> list[str]:
    return [
        """
        INSERT INTO registry_person (id, uuid, origin_key, salt, home_id)
        SELECT a.person_id, gen_random_uuid(), s.origin_key, s.salt, a.home_id
        FROM ap_person AS a JOIN registry_stageperson AS s ON s.id = a.row_id WHERE a.fresh
        """,
        """
        UPDATE registry_person AS p SET origin_key = s.origin_key
        FROM ap_person AS a JOIN registry_stageperson AS s ON s.id = a.row_id
        WHERE p.id = a.person_id AND NOT a.fresh AND p.origin_key IS NULL
          AND s.origin_key IS NOT NULL
        """,
    ]


def _records() -> list[str]:
    """After the memberships: a record stands where its person lives by then."""
    kept = "s.token IS NULL OR r.nik_token IS NOT DISTINCT FROM s.token"
    return [
        *_superseded("personrecord", "ap_person", "record_id", "registry_stageperson"),
        f"""
        INSERT INTO registry_personrecord (person_id, valid_from, batch_id, home_id, nik_sealed,
            nik_token, nik_findings, name, sex, birth_date, died_on)
        SELECT a.person_id, CASE WHEN r.id IS NULL THEN least(s.observed_on, s.birth_date)
            ELSE s.observed_on END, %(batch)s, a.home_id,
            CASE WHEN {kept} THEN r.nik_sealed ELSE s.sealed END,
            CASE WHEN {kept} THEN r.nik_token ELSE s.token END,
            CASE WHEN s.token IS NULL THEN coalesce(r.nik_findings, 0) ELSE s.findings END,
            coalesce(s.name, r.name), coalesce(s.sex, r.sex),
            coalesce(s.birth_date, r.birth_date), r.died_on
        FROM ap_person AS a JOIN registry_stageperson AS s ON s.id = a.row_id
        LEFT JOIN registry_personrecord AS r ON r.id = s.record_id
        WHERE a.writes_record
        """,
    ]


def _memberships() -> list[str]:
    joined = "ap_person AS a JOIN registry_membership AS m ON m.id = a.membership_id"
    return [
        "UPDATE registry_membership AS m SET superseded_by_id = %(batch)s FROM ap_person AS a "
        "WHERE m.id = a.membership_id AND a.writes_membership",
        f"""
        INSERT INTO registry_membership (person_id, family_id, relation, ended, valid_from,
            valid_to, batch_id, home_id)
        SELECT m.person_id, m.family_id, m.relation,
            CASE WHEN m.family_id <> a.family_id THEN 'moved' ELSE 'relation' END, m.valid_from,
            a.observed_on, %(batch)s, m.home_id
        FROM {joined} WHERE a.writes_membership AND m.valid_from < a.observed_on
        """,
        """
        INSERT INTO registry_membership (person_id, family_id, relation, ended, valid_from,
            batch_id, home_id)
        SELECT a.person_id, a.family_id,
            CASE WHEN m.family_id = a.family_id THEN coalesce(a.relation, m.relation)
                ELSE a.relation END, '', a.observed_on, %(batch)s, a.home_id
        FROM ap_person AS a LEFT JOIN registry_membership AS m ON m.id = a.membership_id
        WHERE a.writes_membership
        """,
    ]


def _moved_families() -> list[str]:
    """A family's rows go with it into the sight of another village."""
    return [
        f"UPDATE registry_{name} AS r SET home_id = a.home_id FROM ap_family AS a "
        "WHERE r.family_id = a.family_id AND a.home_id <> a.old_home AND r.home_id <> a.home_id"
        for name in _OWN_ROWS
    ]


def _moved_people() -> list[str]:
    """People's rows go with them, and with a family all its members, those who died in it too."""
    homes = """
        CREATE TEMP TABLE ap_homes ON COMMIT DROP AS
        SELECT DISTINCT m.person_id, f.home_id FROM registry_membership AS m
        JOIN registry_family AS f ON f.id = m.family_id
        JOIN registry_person AS p ON p.id = m.person_id AND p.home_id <> f.home_id
        WHERE m.valid_to IS NULL AND m.superseded_by_id IS NULL AND (
            m.person_id IN (SELECT person_id FROM ap_person WHERE NOT fresh)
            OR m.family_id IN (SELECT family_id FROM ap_family WHERE home_id <> old_home))
        UNION
        SELECT m.person_id, a.home_id FROM ap_family AS a
        JOIN registry_membership AS m ON m.family_id = a.family_id
            AND m.ended = 'died' AND m.superseded_by_id IS NULL
        WHERE a.home_id <> a.old_home AND NOT EXISTS (
            SELECT FROM registry_membership AS o WHERE o.person_id = m.person_id
              AND o.superseded_by_id IS NULL AND o.family_id <> m.family_id
              AND (o.valid_to IS NULL OR o.valid_to > m.valid_to))
    """
    return [
        homes,
        "UPDATE registry_person AS p SET home_id = a.home_id FROM ap_homes AS a "
        "WHERE p.id = a.person_id AND p.home_id <> a.home_id",
        *(
            f"UPDATE registry_{name} AS r SET home_id = a.home_id FROM ap_homes AS a "
            "WHERE r.person_id = a.person_id AND r.home_id <> a.home_id"
            for name in _PERSON_ROWS
        ),
    ]


def _followed() -> list[str]:
    """What institutions say of people who joined another family is said in that family."""
    columns = (
        "ground, source, date, confidence, contested, contested_by_id, evidence, valid_from, "
        "valid_to"
    )
    chosen = ", ".join(f"g.{name}" for name in columns.split(", "))
    return [
        "UPDATE registry_flag AS g SET superseded_by_id = %(batch)s FROM ap_person AS a "
        "WHERE g.person_id = a.person_id AND g.family_id <> a.family_id AND NOT a.fresh "
        "AND a.writes_membership AND g.valid_to IS NULL AND g.superseded_by_id IS NULL",
        f"INSERT INTO registry_flag (person_id, family_id, home_id, batch_id, {columns}) "
        f"SELECT a.person_id, a.family_id, a.home_id, %(batch)s, {chosen} FROM ap_person AS a "
        "JOIN registry_flag AS g ON g.person_id = a.person_id "
        "AND g.superseded_by_id = %(batch)s WHERE NOT a.fresh AND a.writes_membership",
    ]


def _observations() -> list[str]:
    found = []
    for kind, variables, asked in (
        ("family", FAMILY_VARIABLES, "families_asked"),
        ("person", PERSON_VARIABLES, "members_asked"),
    ):
        names = [field.name for field in variables]
        base = "s.version" if kind == "family" else "NULL::bigint"
        found.append(
            f"INSERT INTO registry_{kind}observation ({kind}_id, uuid, observed_on, source, "
            f"asked_id, base_version, batch_id, home_id, {quoted(names)}) "
            f"SELECT a.{kind}_id, gen_random_uuid(), s.observed_on, s.source, %({asked})s, {base}, "
            f"%(batch)s, a.home_id, {', '.join(f's.{name}' for name in names)} "
            f"FROM ap_{kind} AS a JOIN registry_stage{kind} AS s ON s.id = a.row_id "
            "WHERE a.writes_facts"
        )
    return found


def _words() -> list[str]:
    """People are found by the words of their present name."""
    return [
        "DELETE FROM registry_nameword WHERE person_id IN (SELECT a.person_id FROM ap_person AS a "
        "JOIN registry_stageperson AS s ON s.id = a.row_id "
        "WHERE NOT a.fresh AND a.writes_record AND s.name IS NOT NULL)",
        """
        INSERT INTO registry_nameword (person_id, word, home_id)
        SELECT a.person_id, word, a.home_id
        FROM ap_person AS a JOIN registry_stageperson AS s ON s.id = a.row_id,
            unnest(s.words) AS word
        WHERE a.writes_record AND s.name IS NOT NULL
        """,
    ]
