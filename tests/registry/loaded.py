"""Families of an input folder put into the registry by SQL, and the same families as files again.

Set-based and past all actions: a test can lay down what took years, and compare what comes out.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import psycopg

from tepat.engine.connect import open_engine
from tepat.policy.load import load_policy
from tepat.registry import numbers
from tepat.registry.sealing import Sealer

SEALER = Sealer(b"d" * 32, b"i" * 32)
SINCE = date(2020, 1, 1)
LEFT_OUT = ("pln_id", "family_pln_id")


def prepare(given: Path, out: Path) -> Path:
    """The input with keys as the registry makes them, and nothing that its tables refuse.

    Numbers and codes out of range become unknown, a second head loses the relation.
    """
    con = duckdb.connect()
    for table in ("families", "members"):
        con.execute(
            f"CREATE VIEW raw_{table} AS SELECT * FROM read_parquet('{given}/{table}/**/*.parquet',"
            " hive_partitioning = true, hive_types_autocast = false)"
        )
        place = out / table / "province=32"
        place.mkdir(parents=True)
        key = "person_key" if table == "members" else "family_key"
        of_members = (
            ", nullif(trim(name), '') AS name, CASE WHEN relation = 1 AND row_number() OVER "
            "(PARTITION BY family_key, relation ORDER BY person_key) > 1 THEN NULL ELSE relation "
            "END AS relation"
        )
        con.execute(
            f"COPY (SELECT * EXCLUDE (province) REPLACE ({_keys(table)}, {_sound(con, table)}"
            f"{of_members if table == 'members' else ''}) FROM raw_{table} ORDER BY {key}) "
            f"TO '{place}/part-0.parquet'"
        )
    con.execute(
        f"COPY (SELECT * REPLACE ({_keys('members')}) FROM read_parquet("
        f"'{given}/flags/**/*.parquet', hive_partitioning = false)) "
        f"TO '{out}/flags.parquet'"
    )
    con.execute(f"COPY (FROM '{given}/lists.parquet') TO '{out}/lists.parquet'")
    return out


def _keys(table: str) -> str:
    names = ("family_key",) if table == "families" else ("family_key", "person_key")
    return ", ".join(f"CAST(CAST(md5({name}) AS UUID) AS VARCHAR) AS {name}" for name in names)


def _sound(con: Any, table: str) -> str:
    """Replacements that make values out of range unknown, and leave out identifiers of meters."""
    unit = {"families": "family", "members": "member"}[table]
    there = {row[0] for row in con.execute(f"DESCRIBE raw_{table}").fetchall()}
    parts = ["coalesce(observed_on, DATE '2025-01-01') AS observed_on"]
    for name, variable in load_policy().variables.items():
        if variable.of != unit or name not in there or name == "relation":
            continue
        if name in LEFT_OUT:
            parts.append(f"CAST(NULL AS VARCHAR) AS {name}")
        elif variable.type == "number":
            low, high = variable.minimum, variable.maximum
            parts.append(f"CASE WHEN {name} BETWEEN {low} AND {high} THEN {name} END AS {name}")
        elif variable.type == "code":
            codes = ", ".join(map(str, variable.codes))
            parts.append(f"CASE WHEN {name} IN ({codes}) THEN {name} END AS {name}")
    return ", ".join(parts)


class Loader:
    """Writes into the registry as the owner of its tables, in one transaction."""

    def __init__(self, connection: psycopg.Connection[Any], scratch: Path) -> None:
        self.pg, self.scratch = connection, scratch
        self.engine = open_engine(scratch)
        self.con = self.engine.con

    def batch(self, kind: str = "import") -> int:
        """A new batch; it must be stamped before the transaction ends."""
        row = self.pg.execute(
            "INSERT INTO registry_batch (uuid, kind, source, made_by_id, made_at) "
            "VALUES (gen_random_uuid(), %s, 'test', 1, now()) RETURNING id",
            [kind],
        ).fetchone()
        assert row is not None
        return int(row[0])

    def stamp(self, batch: int) -> Any:
        """Make a batch known; returns when."""
        row = self.pg.execute(
            "UPDATE registry_batch SET known_at = now() WHERE id = %s RETURNING known_at", [batch]
        ).fetchone()
        assert row is not None
        return row[0]

    def insert(self, table: str, sql: str) -> None:
        """Add the rows of a query of the engine; its columns bear the table's names."""
        path = self.scratch / f"{table}.csv"
        self.con.execute(f"COPY ({sql}) TO '{path}' (FORMAT csv, HEADER false, NULLSTR '\\N')")
        names = [row[0] for row in self.con.execute(f"DESCRIBE {sql}").fetchall()]
        columns = ", ".join(f'"{name}"' for name in names)
        self.pg.execute(f"CREATE TEMP TABLE stage AS SELECT {columns} FROM {table} WHERE false")
        with (
            self.pg.cursor().copy("COPY stage FROM STDIN (FORMAT csv, NULL '\\N')") as copy,
            path.open("rb") as file,
        ):
            while block := file.read(1 << 20):
                copy.write(block)
        self.pg.execute(f"INSERT INTO {table} ({columns}) SELECT * FROM stage")
        self.pg.execute("DROP TABLE stage")

    def places(self, folder: Path) -> None:
        """The tree of the families' villages; the table ``villages`` (code, place_id)."""
        self.con.execute(
            f"CREATE TEMP TABLE tree AS SELECT code, length(code) AS digits, "
            f"10 + row_number() OVER (ORDER BY code) AS id FROM (SELECT DISTINCT "
            f"unnest([left(village, 2), left(village, 4), left(village, 6), village]) AS code "
            f"FROM '{folder}/families/*/*.parquet')"
        )
        level = "CASE digits WHEN 2 THEN 1 WHEN 4 THEN 2 WHEN 6 THEN 3 ELSE 4 END"
        kind = "['province', 'kabupaten', 'kecamatan', 'desa']"
        self.insert(
            "places_place",
            f"SELECT t.id, {level.replace('digits', 't.digits')} AS level, "
            f"{kind}[{level.replace('digits', 't.digits')}] AS kind, "
            f"coalesce(p.id, 1) AS parent_id, t.code AS name FROM tree AS t "
            f"LEFT JOIN tree AS p ON p.code = left(t.code, CASE t.digits WHEN 10 THEN 6 "
            f"ELSE t.digits - 2 END) ORDER BY t.code",
        )
        self.insert(
            "places_code",
            f"SELECT id AS place_id, 'kemendagri' AS scheme, code, DATE '{SINCE}' AS valid_from, "
            "'test' AS source FROM tree",
        )
        self.insert(
            "places_within",
            "SELECT t.id AS place_id, a.id AS ancestor_id FROM tree AS t JOIN tree AS a "
            "ON starts_with(t.code, a.code) UNION ALL SELECT id, 1 FROM tree",
        )
        self.con.execute(
            "CREATE TEMP TABLE villages AS SELECT code, id AS place_id FROM tree WHERE digits = 10"
        )

    def families(self, folder: Path, batch: int) -> None:
        """Families and members of a prepared folder, as one import would bring them."""
        self._number(folder)
        at = f"DATE '{SINCE}' AS valid_from, {batch} AS batch_id"
        self.insert(
            "registry_family",
            f"SELECT family_id AS id, family_key AS uuid, {batch} AS version, "
            "place_id AS home_id FROM f",
        )
        self.insert("registry_person", "SELECT person_id AS id, person_key AS uuid, home_id FROM m")
        self.insert(
            "registry_familyrecord",
            f"SELECT family_id, {_bytes('kk_token')}, kk_findings, place_id, '' AS address, "
            f"place_id AS home_id, {at} FROM f",
        )
        self.insert(
            "registry_personrecord",
            f"SELECT person_id, {_bytes('nik_token')}, nik_findings, nullif(trim(name), '') AS "
            f"name, sex, birth_date, home_id, {at} FROM m",
        )
        self.insert(
            "registry_membership",
            f"SELECT person_id, family_id, relation, '' AS ended, home_id, {at} FROM m",
        )
        for unit, source in (("family", "f"), ("person", "m")):
            self.observations(unit, source, batch)

    def observations(self, unit: str, source: str, batch: int) -> None:
        """Every row of a table as an observation that asked for all its columns."""
        there = {row[0] for row in self.con.execute(f"DESCRIBE {source}").fetchall()}
        rows = self.pg.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0",
            [f"registry_{unit}observation"],
        ).fetchall()
        fixed = {"id", "observed_on", "source", "home_id", "family_id", "person_id", *LEFT_OUT}
        facts = sorted({row[0] for row in rows} & there - fixed)
        row = self.pg.execute(
            "INSERT INTO registry_askedset (columns) VALUES (%s) RETURNING id", [facts]
        ).fetchone()
        assert row is not None
        home = "place_id AS home_id" if unit == "family" else "home_id"
        self.insert(
            f"registry_{unit}observation",
            f"SELECT uuid() AS uuid, {unit}_id, observed_on, source, {row[0]} AS asked_id, "
            f"{batch} AS batch_id, {home}, {', '.join(facts)} FROM {source}",
        )

    def flags(self, folder: Path, batch: int) -> None:
        """Flags and lists of a prepared folder."""
        self.insert(
            "registry_flag",
            "SELECT coalesce(f.family_id, m.family_id) AS family_id, m.person_id, g.ground, "
            "g.source, g.date, coalesce(g.confidence, '') AS confidence, "
            "coalesce(g.contested, false) AS contested, '' AS evidence, "
            f"DATE '{SINCE}' AS valid_from, {batch} AS batch_id, "
            "coalesce(f.place_id, m.home_id) AS home_id "
            f"FROM '{folder}/flags.parquet' AS g LEFT JOIN f ON f.family_key = g.family_key "
            "LEFT JOIN m ON m.person_key = g.person_key",
        )
        self.insert(
            "registry_flaglist",
            f"SELECT ground, source, date, 1 AS place_id, {batch} AS batch_id "
            f"FROM '{folder}/lists.parquet'",
        )

    def _number(self, folder: Path) -> None:
        """The tables ``f`` and ``m``: rows with ids, tokens and what was found on the numbers."""
        self.con.execute(
            f"CREATE TEMP TABLE f0 AS SELECT row_number() OVER (ORDER BY family_key) AS family_id, "
            f"t.*, v.place_id FROM '{folder}/families/*/*.parquet' AS t "
            f"JOIN villages AS v ON v.code = t.village"
        )
        self.con.execute(
            f"CREATE TEMP TABLE m0 AS SELECT row_number() OVER (ORDER BY person_key) AS person_id, "
            f"t.*, f0.family_id, f0.place_id AS home_id FROM '{folder}/members/*/*.parquet' AS t "
            f"JOIN f0 USING (family_key)"
        )
        families, members = self.engine.table("f0"), self.engine.table("m0")
        families = families.mutate(
            kk_findings=numbers.kk_finding_bits(families.kk_number).fill_null(0)
        )
        found = numbers.nik_finding_bits(members.nik, members.sex, members.birth_date)
        members = members.mutate(nik_findings=found.fill_null(0))
        for name, table, number in (("f", families, "kk_number"), ("m", members, "nik")):
            rows = table.to_pyarrow()
            tokens = SEALER.tokens(rows.column(number).to_pylist())
            at = rows.append_column(number.removesuffix("_number") + "_token", [tokens])
            self.con.register("given", at)
            self.con.execute(f"CREATE TEMP TABLE {name} AS SELECT * FROM given")


def _bytes(column: str) -> str:
    return f"'\\x' || lower(hex({column})) AS {column}"
