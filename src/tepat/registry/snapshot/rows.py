"""The rows that count, read out of the registry within one view of it.

Families and people become narrow tables of the engine, observations files beside the result; what
remains is then done without the database, a province at a time. Rows lie in the database much as
they came, place by place, so that a province is found in few parts of a file. No sealed number is
read, and of a name only the first letter leaves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from tepat.engine.attached import asked
from tepat.engine.connect import exact, literal
from tepat.engine.errors import TepatError
from tepat.registry.columns import PLACES
from tepat.registry.files.values import quoted
from tepat.registry.snapshot.moment import Moment

NOWHERE = "00"  # the province of who lives in a place without a code
OWNERS = {"family": "homes", "person": "people"}
# What every observation has beside its facts, and facts that name somebody and decide nothing.
_NO_FACTS = (
    "id", "uuid", "observed_on", "source", "asked_id", "base_version", "batch_id",
    "superseded_by_id", "home_id", "family_id", "person_id", "pln_id", "family_pln_id",
)  # fmt: skip


@dataclass(frozen=True)
class Scope:
    """What is read: a place with its id, or, without one, all that the user sees.

    ``families`` is for few families among very many: a condition of PostgreSQL on ``family_id``,
    by which PostgreSQL picks the rows itself and not the engine from whole tables.
    """

    code: str | None = None
    place_id: int | None = None
    families: str | None = None


EVERYTHING = Scope()
_KEYS = {"registry_family": "id", "registry_person": "id"}
_FACT = "valid_from, valid_to, batch_id, superseded_by_id"
# What is read of the tables with sealed numbers; of the others, all.
_COLUMNS = {
    "registry_family": "id, uuid",
    "registry_person": "id, uuid",
    "registry_familyrecord": f"family_id, place_id, kk_token, kk_findings, {_FACT}",
    "registry_personrecord": "person_id, nik_token, nik_findings, name, sex, birth_date, died_on, "
    + _FACT,
}


def _of(table: str, scope: Scope) -> str:
    """A table of the registry, or what a scope needs of it."""
    if scope.families is None:
        return f"pg.{table}"
    chosen = scope.families
    if table.startswith("registry_person"):
        person = _KEYS.get(table, "person_id")
        among = f"SELECT person_id FROM registry_membership WHERE {chosen}"
        condition = f"{person} IN ({among})"
    elif table == "registry_family":
        condition = f"id IN (SELECT family_id FROM registry_familyrecord WHERE {chosen})"
    else:
        condition = chosen
    question = f"SELECT {_COLUMNS.get(table, '*')} FROM {table} WHERE {condition}"
    return f"postgres_query('pg', {literal(question)})"


def find_scope(con: Any, code: str | None, day: date) -> Scope:
    """The place of a code on a day; makes the table ``place_code`` (place_id, code).

    Raises:
        TepatError: ``place_unknown``.
    """
    rows = asked(con, f"SELECT place_id, code::text FROM places_code_on(DATE '{day.isoformat()}')")
    import pyarrow as pa

    ids, codes = pa.array([r[0] for r in rows], pa.int64()), pa.array([r[1] for r in rows], "str")
    con.register("given", pa.table({"place_id": ids, "code": codes}))
    con.execute("CREATE TEMP TABLE place_code AS SELECT * FROM given")
    con.unregister("given")
    if code is None:
        return Scope()
    found = [place for place, its_code in rows if its_code == code]
    if not found:
        raise TepatError(
            "place_unknown",
            f"No place had the code '{code}' on {day.isoformat()}.",
            "A code has 2, 4, 6 or 10 digits, as the ministry of home affairs gives them.",
            "Look the place up in the console, or leave --place away for the whole country.",
        )
    return Scope(code, found[0])


def read_homes(con: Any, when: Moment, scope: Scope) -> int:
    """Make ``homes``, one row for each family; returns how many."""
    within = (
        f"AND r.place_id IN (SELECT place_id FROM pg.places_within "
        f"WHERE ancestor_id = {scope.place_id})"
        if scope.place_id is not None
        else ""
    )
    con.execute(
        f"CREATE TEMP TABLE homes AS SELECT r.family_id, f.uuid AS family_key, r.place_id, "
        f"c.code, coalesce(left(c.code, 2), '{NOWHERE}') AS province, "
        f"lower(hex(r.kk_token)) AS kk_token, r.kk_findings "
        f"FROM {_of('registry_familyrecord', scope)} AS r "
        f"JOIN {_of('registry_family', scope)} AS f ON f.id = r.family_id "
        f"LEFT JOIN place_code AS c ON c.place_id = r.place_id WHERE {when.true('r')} {within}"
    )
    return _count(con, "homes")


def read_people(con: Any, when: Moment, scope: Scope = EVERYTHING) -> int:
    """Make ``people``, one row for each living member of these families; returns how many."""
    record = (
        "SELECT person_id, lower(hex(nik_token)) AS nik_token, nik_findings, "
        "left(nullif(trim(name), ''), 1) || '.' AS name, sex, birth_date, died_on "
        f"FROM {_of('registry_personrecord', scope)} AS r WHERE {when.true('r')}"
    )
    day = f"DATE '{when.day.isoformat()}'"
    con.execute(
        f"CREATE TEMP TABLE people AS SELECT m.person_id, m.family_id, h.family_key, "
        f"h.province, p.uuid AS person_key, m.relation, r.* EXCLUDE (person_id, died_on) "
        f"FROM {_of('registry_membership', scope)} AS m "
        f"JOIN homes AS h ON h.family_id = m.family_id "
        f"JOIN {_of('registry_person', scope)} AS p ON p.id = m.person_id "
        f"LEFT JOIN ({record}) AS r ON r.person_id = m.person_id "
        f"WHERE {when.true('m')} AND (r.died_on IS NULL OR r.died_on > {day})"
    )
    return _count(con, "people")


def fact_columns(con: Any, unit: str) -> list[str]:
    """The columns of facts of a unit."""
    rows = con.execute(f"DESCRIBE pg.registry_{unit}observation").fetchall()
    return [row[0] for row in rows if row[0] not in _NO_FACTS]


def read_observations(
    con: Any, when: Moment, unit: str, scratch: Path, scope: Scope = EVERYTHING
) -> None:
    """Write the observations of these families or people into ``scratch``."""
    owner = f"{unit}_id"
    facts = ", ".join(f"o.{quoted(name)}" for name in fact_columns(con, unit))
    con.execute(
        f"COPY (SELECT o.id, o.{owner} AS owner, o.observed_on, o.source, o.asked_id, k.known_at, "
        f"w.province, {facts} FROM {_of(f'registry_{unit}observation', scope)} AS o "
        f"JOIN {OWNERS[unit]} AS w ON w.{owner} = o.{owner} JOIN known AS k ON k.id = o.batch_id "
        f"WHERE o.observed_on <= DATE '{when.day.isoformat()}' AND {when.known('o')}) "
        f"TO {_file(scratch, unit)} (FORMAT parquet, COMPRESSION snappy)"
    )


def observations(con: Any, unit: str, scratch: Path, province: str) -> str:
    """The observations of a province as a view; returns its name."""
    con.execute(
        f"CREATE OR REPLACE TEMP VIEW {unit}_seen AS "
        f"SELECT * FROM read_parquet({_file(scratch, unit)}) WHERE province = '{province}'"
    )
    return f"{unit}_seen"


def asked_in_use(con: Any, unit: str, scratch: Path) -> list[int]:
    """Which sets of columns these observations asked for."""
    rows = con.execute(
        f"SELECT DISTINCT asked_id FROM read_parquet({_file(scratch, unit)}) ORDER BY 1"
    ).fetchall()
    return [row[0] for row in rows]


def _file(scratch: Path, unit: str) -> str:
    return literal(exact(scratch / f"{unit}.parquet"))


def provinces(con: Any) -> list[str]:
    """Where these families live."""
    return [
        row[0] for row in con.execute("SELECT DISTINCT province FROM homes ORDER BY 1").fetchall()
    ]


def families_sql(fold: str, facts: Sequence[str], province: str) -> str:
    """The families of a province as a run reads them, in the order of their keys."""
    codes = ", ".join(
        f"CASE WHEN length(h.code) >= {digits} THEN left(h.code, {digits}) END AS {name}"
        for name, digits in PLACES.items()
        if name != "province"
    )
    chosen = "".join(f", o.{quoted(name)}" for name in facts)
    return (
        f"SELECT CAST(h.family_key AS VARCHAR) AS family_key, h.kk_token, h.kk_findings, {codes}, "
        f"o.observed_on, o.source{chosen} FROM homes AS h LEFT JOIN {fold} AS o "
        f"ON o.owner = h.family_id WHERE h.province = '{province}' ORDER BY h.family_key"
    )


def members_sql(fold: str, facts: Sequence[str], province: str) -> str:
    """The members of a province as a run reads them, in the order of their keys."""
    chosen = "".join(f", o.{quoted(name)}" for name in facts)
    return (
        f"SELECT CAST(p.person_key AS VARCHAR) AS person_key, "
        f"CAST(p.family_key AS VARCHAR) AS family_key, p.nik_token, p.nik_findings, p.name, "
        f"p.sex, p.birth_date, p.relation, o.observed_on, o.source{chosen} FROM people AS p "
        f"LEFT JOIN {fold} AS o ON o.owner = p.person_id WHERE p.province = '{province}' "
        f"ORDER BY p.person_key"
    )


def flags_sql(when: Moment) -> str:
    """The flags on these people and families."""
    return (
        f"SELECT CAST(p.person_key AS VARCHAR) AS person_key, "
        f"CAST(h.family_key AS VARCHAR) AS family_key, g.ground, g.source, g.date, "
        f"nullif(g.confidence, '') AS confidence, g.contested FROM pg.registry_flag AS g "
        f"LEFT JOIN people AS p ON p.person_id = g.person_id "
        f"JOIN homes AS h ON h.family_id = coalesce(p.family_id, g.family_id) "
        f"WHERE {when.true('g')} AND (g.person_id IS NULL OR p.person_id IS NOT NULL) "
        f"ORDER BY ALL"
    )


def lists_sql(when: Moment) -> str:
    """The lists that were loaded, of the grounds for which they cover every place lived in.

    A list of one province says nothing of another: for a ground that was looked up in part of the
    country only, nobody may read "no hit" as "no".
    """
    known = (
        f"SELECT l.ground, l.source, l.date, l.place_id FROM pg.registry_flaglist AS l "
        f"WHERE l.date <= DATE '{when.day.isoformat()}' AND {when.known('l')}"
    )
    return (
        f"WITH loaded AS ({known}), lived AS (SELECT DISTINCT place_id FROM homes), "
        f"covered AS (SELECT DISTINCT l.ground, w.place_id FROM loaded AS l "
        f"JOIN pg.places_within AS w ON w.ancestor_id = l.place_id "
        f"JOIN lived AS p ON p.place_id = w.place_id), "
        f"whole AS (SELECT ground FROM covered GROUP BY ground "
        f"HAVING count(*) = (SELECT count(*) FROM lived)) "
        f"SELECT DISTINCT ground, source, date FROM loaded SEMI JOIN whole USING (ground) "
        f"ORDER BY ALL"
    )


def _count(con: Any, table: str) -> int:
    return int(con.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
