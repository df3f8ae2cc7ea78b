"""Who in the registry a row is, and what it would change; set-based SQL on temporary tables.

A family is found by the sender's key, else by its living KK number; a person by the sender's key,
else by the living NIK, else, where one side has no NIK, by name and birth date within the family.
A number serves only where it is well formed and stands once in the file and once in the user's
reach. A row that is older than what is recorded changes neither record nor membership; what was
observed is always kept with its date. Where a file has no value, the record keeps its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tepat.registry.imports.sql import find, run
from tepat.registry.models import AskedSet

_FAMILY_RECORD = "i.place_id <> r.place_id OR (i.token IS NOT NULL AND {number})"
_PERSON_RECORD = (
    "(i.token IS NOT NULL AND {number}) OR (i.name IS NOT NULL AND i.name IS DISTINCT FROM r.name) "
    "OR (i.sex IS NOT NULL AND i.sex IS DISTINCT FROM r.sex) "
    "OR (i.birth_date IS NOT NULL AND i.birth_date IS DISTINCT FROM r.birth_date)"
)


def match_families() -> None:
    """Which registered family each row is."""
    run(
        "UPDATE in_family AS i SET family_id = f.id, by_origin = true FROM registry_family AS f "
        "WHERE f.origin_key = i.origin_key AND i.state <> 'error'"
    )
    lived_in = (
        "EXISTS (SELECT FROM registry_membership AS m WHERE m.family_id = r.family_id "
        "AND m.valid_to IS NULL AND m.superseded_by_id IS NULL)"
    )
    _match_by_number("in_family", "familyrecord", "family_id", "kk_token", lived_in)
    _refuse_elsewhere("in_family", "families", "family_id", "family")
    _note_registered("in_family", "families", "family_id", "kk_number", "familyrecord", "kk_token")


def match_persons() -> None:
    """Which registered person each row is."""
    run(
        "UPDATE in_person AS i SET person_id = p.id, by_origin = true FROM registry_person AS p "
        "WHERE p.origin_key = i.origin_key AND p.erased_at IS NULL AND i.state <> 'error'"
    )
    kept = (
        "EXISTS (SELECT FROM registry_person AS p WHERE p.id = r.person_id AND p.salt IS NOT NULL)"
    )
    _match_by_number("in_person", "personrecord", "person_id", "nik_token", kept)
    _match_by_name()
    _refuse_elsewhere("in_person", "members", "person_id", "person")
    _note_registered("in_person", "members", "person_id", "nik", "personrecord", "nik_token")


def _match_by_number(name: str, records: str, owner: str, token: str, usable: str) -> None:
    run(
        f"""
        UPDATE {name} AS i SET {owner} = r.{owner} FROM (
            SELECT r.{token} AS token, min(r.{owner}) AS {owner} FROM registry_{records} AS r
            WHERE r.valid_to IS NULL AND r.superseded_by_id IS NULL AND {usable}
              AND r.{token} IN (SELECT token FROM {name}
                  WHERE {owner} IS NULL AND token_once AND state <> 'error')
            GROUP BY r.{token} HAVING count(*) = 1) AS r
        WHERE i.{owner} IS NULL AND i.token_once AND i.state <> 'error' AND r.token = i.token
        """
    )


def _match_by_name() -> None:
    """In a family that was found: who has the same name and birth date, where a NIK is missing."""
    run(
        """
        UPDATE in_person AS i SET person_id = s.person_id FROM (
            SELECT i.number, min(r.person_id) AS person_id FROM in_person AS i
            JOIN in_family AS f ON f.number = i.family_number AND f.family_id IS NOT NULL
            JOIN registry_membership AS m ON m.family_id = f.family_id
                AND m.valid_to IS NULL AND m.superseded_by_id IS NULL
            JOIN registry_person AS p ON p.id = m.person_id AND p.erased_at IS NULL
                AND (p.origin_key IS NULL OR i.origin_key IS NULL)
            JOIN registry_personrecord AS r ON r.person_id = m.person_id
                AND r.valid_to IS NULL AND r.superseded_by_id IS NULL
                AND (r.nik_token IS NULL OR i.token IS NULL)
                AND r.birth_date = i.birth_date AND lower(r.name) = lower(i.name)
            WHERE i.person_id IS NULL AND i.state <> 'error'
            GROUP BY i.number HAVING count(*) = 1) AS s
        WHERE s.number = i.number
        """
    )


def _refuse_elsewhere(name: str, table: str, owner: str, kind: str) -> None:
    """A sender's key names one family in the whole country, so ours cannot be another."""
    taken = (
        "JOIN registry_origins_taken(ARRAY(SELECT origin_key FROM "
        f"{name} WHERE {owner} IS NULL AND origin_key IS NOT NULL AND state <> 'error')) "
        f"AS taken (key) ON taken.key = '{kind} ' || i.origin_key"
    )
    column = "family_key" if kind == "family" else "person_key"
    run(find("key_elsewhere", name, table=table, column=column, on=taken))
    run(
        f"UPDATE {name} AS i SET state = 'error' FROM in_found AS f WHERE f.number = i.number "
        f"AND f.\"table\" = '{table}' AND f.rule = 'key_elsewhere'"
    )
    if kind == "family":
        refused = "JOIN in_family AS f ON f.number = i.family_number AND f.state = 'error'"
        found = find(
            "family_refused", "in_person", table="members", column="family_key", on=refused
        )
        run(f"{found} WHERE i.state <> 'error'")
        run(
            "UPDATE in_person AS i SET state = 'error' FROM in_family AS f "
            "WHERE f.number = i.family_number AND f.state = 'error' AND i.state <> 'error'"
        )


def _note_registered(
    name: str, table: str, owner: str, column: str, records: str, token: str
) -> None:
    """New rows whose number lives elsewhere in the country, or on several here."""
    taken = (
        f"JOIN registry_tokens_taken(ARRAY(SELECT token FROM {name} WHERE {owner} IS NULL "
        "AND token_once AND state <> 'error')) AS taken (token) ON taken.token = i.token"
    )
    here = (
        f"EXISTS (SELECT FROM registry_{records} AS r WHERE r.{token} = i.token "
        "AND r.valid_to IS NULL AND r.superseded_by_id IS NULL)"
    )
    for rule, test in (("registered_elsewhere", f"NOT {here}"), ("registered_twice", here)):
        found = find(rule, name, table=table, column=column, on=taken)
        run(f"{found} WHERE i.{owner} IS NULL AND i.state <> 'error' AND {test}")


def compare_families(asked: Sequence[str]) -> None:
    """What each family's row would write."""
    run(
        "UPDATE in_family AS i SET version = f.version FROM registry_family AS f "
        "WHERE f.id = i.family_id"
    )
    _compare_records(
        "in_family", "familyrecord", "family_id", "families", "kk_token", _FAMILY_RECORD
    )
    _compare_facts("in_family", "familyobservation", "family_id", asked)


def compare_persons(asked: Sequence[str]) -> None:
    """What each member's row would write, memberships aside."""
    dead = (
        "JOIN registry_personrecord AS r ON r.person_id = i.person_id AND r.valid_to IS NULL "
        "AND r.superseded_by_id IS NULL AND r.died_on IS NOT NULL"
    )
    run(find("registered_dead", "in_person", table="members", column="nik", on=dead))
    run(
        "UPDATE in_person AS i SET state = 'error' FROM in_found AS f WHERE f.number = i.number "
        "AND f.\"table\" = 'members' AND f.rule = 'registered_dead'"
    )
    _compare_records(
        "in_person", "personrecord", "person_id", "members", "nik_token", _PERSON_RECORD
    )
    _compare_facts("in_person", "personobservation", "person_id", asked)


def _compare_records(
    name: str, records: str, owner: str, table: str, token: str, differs: str
) -> None:
    test = differs.format(number=f"i.token IS DISTINCT FROM r.{token}")
    living = (
        f"JOIN registry_{records} AS r ON r.{owner} = i.{owner} AND r.valid_to IS NULL "
        "AND r.superseded_by_id IS NULL"
    )
    run(
        f"UPDATE {name} AS i SET writes_record = NOT EXISTS (SELECT FROM registry_{records} AS r "
        f"WHERE r.{owner} = i.{owner} AND r.superseded_by_id IS NULL "
        "AND (r.valid_to IS NULL OR r.valid_to > i.observed_on)) "
        f"WHERE {owner} IS NOT NULL AND state <> 'error'"
    )
    run(
        f"UPDATE {name} AS i SET record_id = r.id, "
        f"writes_record = (r.valid_from <= i.observed_on AND ({test})) "
        f"FROM registry_{records} AS r WHERE r.{owner} = i.{owner} AND r.valid_to IS NULL "
        "AND r.superseded_by_id IS NULL"
    )
    column = "observed_on"
    found = find("older_than_known", name, table=table, column=column, on=living)
    run(f"{found} WHERE r.valid_from > i.observed_on AND ({test}) AND i.state <> 'error'")


def _compare_facts(name: str, observations: str, owner: str, asked: Sequence[str]) -> None:
    """Whether answers differ from what was known on their day, folded column by column."""
    if not asked:
        return
    sets = list(AskedSet.objects.values_list("pk", "columns"))
    folded = ", ".join(_last_answer(column, sets) for column in asked)
    differs = " OR ".join(f'i."{column}" IS DISTINCT FROM f."{column}"' for column in asked)
    run(
        f"""
        WITH folded AS (
            SELECT i.number, max(o.observed_on) AS last, {folded}
            FROM {name} AS i JOIN registry_{observations} AS o
                ON o.{owner} = i.{owner} AND o.observed_on <= i.observed_on
            WHERE o.superseded_by_id IS NULL GROUP BY i.number)
        UPDATE {name} AS i SET differs = ({differs}),
            writes_facts = (f.last IS DISTINCT FROM i.observed_on OR {differs})
        FROM {name} AS own LEFT JOIN folded AS f ON f.number = own.number
        WHERE own.number = i.number AND i.{owner} IS NOT NULL
        """
    )


def _last_answer(column: str, sets: Iterable[tuple[int, Sequence[str]]]) -> str:
    """SQL for the last answer to a question among the observations that asked it."""
    asking = ", ".join(str(number) for number, columns in sets if column in columns) or "NULL"
    return (
        f'(array_agg(o."{column}" ORDER BY o.observed_on DESC, o.id DESC) '
        f'FILTER (WHERE o.asked_id IN ({asking})))[1] AS "{column}"'
    )


def compare_memberships(persons: str, families: str, where: str = "true") -> None:
    """Who joins, moves or changes relation; on temporary tables or on staged rows.

    Args:
        persons: the table of members.
        families: the table of families.
        where: which members, as ``i``.
    """
    same = "i.job_id = f.job_id AND" if persons.startswith("registry") else ""
    later = (
        "NOT EXISTS (SELECT FROM registry_membership AS c WHERE c.person_id = i.person_id "
        "AND c.superseded_by_id IS NULL AND c.valid_to > i.observed_on)"
    )
    run(
        f"UPDATE {persons} AS i SET writes_membership = {later}, membership_id = NULL, "
        "left_family_id = NULL, left_version = NULL "
        f"WHERE i.person_id IS NOT NULL AND i.state <> 'error' AND {where}"
    )
    run(
        f"""
        UPDATE {persons} AS i SET membership_id = m.id,
            writes_membership = m.valid_from <= i.observed_on AND {later} AND (
                m.family_id IS DISTINCT FROM f.family_id
                OR (i.relation IS NOT NULL AND i.relation IS DISTINCT FROM m.relation)),
            left_family_id = CASE WHEN m.family_id IS DISTINCT FROM f.family_id
                THEN m.family_id END,
            left_version = CASE WHEN m.family_id IS DISTINCT FROM f.family_id THEN l.version END
        FROM registry_membership AS m JOIN registry_family AS l ON l.id = m.family_id,
            {families} AS f
        WHERE m.person_id = i.person_id AND m.valid_to IS NULL AND m.superseded_by_id IS NULL
          AND {same} f.number = i.family_number AND i.state <> 'error' AND {where}
        """
    )
    if persons != "in_person":
        return
    found = find("moves_family", "in_person", table="members", column="family_key")
    run(
        f"{found} WHERE i.left_family_id IS NOT NULL AND i.writes_membership AND i.state <> 'error'"
    )
    older = find("older_than_known", "in_person", table="members", column="family_key")
    run(
        f"{older} WHERE i.left_family_id IS NOT NULL AND NOT i.writes_membership "
        "AND i.state <> 'error'"
    )
