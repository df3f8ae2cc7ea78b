"""From a file to shards of rows that PostgreSQL can take: read, checked, sealed.

No Django here. The embedded engine reads and checks whole columns; what leaves it carries each NIK
and KK number sealed, with a token to find it by. Only findings and names are in the clear, as they
are in the database.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from tepat.engine.connect import literal
from tepat.policy.model import Variable
from tepat.registry import numbers
from tepat.registry.files.input import Input
from tepat.registry.files.mapping import SourceMapping
from tepat.registry.files.read import ROW, read_input
from tepat.registry.files.values import masked, quoted
from tepat.registry.imports.catalogue import NOTE, REFUSED_ROWS, SEVERITIES
from tepat.registry.rules.check import check
from tepat.registry.rules.rows import HEAD
from tepat.registry.sealing import Sealer

ROWS_PER_SHARD = 20_000
LONGEST_TEXT = 200  # no name is longer, and a quote that is never closed makes cells of megabytes
_BATCH = 100_000
FILE, TOGETHER = -1, -2  # shards of findings that no single shard has

# The columns of a shard's files, in order; the variables follow.
SHARED = (
    "number", "family_number", "file_row", "shown_key", "origin_key", "state", "observed_on",
    "source", "salt", "sealed", "token", "token_once", "findings",
)  # fmt: skip
FAMILY_COLUMNS = (*SHARED, "village")
PERSON_COLUMNS = (*SHARED, "name", "words", "sex", "birth_date", "relation")
FINDING_COLUMNS = (
    "table", "family_number", "number", "file_row", "shown_key", "rule", "severity", "column",
    "value_shown",
)  # fmt: skip


@dataclass(frozen=True)
class Wanted:
    """What a file is read for: whose keys they are, from which day, which answers are kept."""

    source: str
    as_of: date
    family_variables: Sequence[str]
    member_variables: Sequence[str]


@dataclass(frozen=True)
class ReadFile:
    """What was read: how many shards, how many rows, which variables the file asked."""

    shards: int
    families: int
    members: int
    families_asked: tuple[str, ...]
    members_asked: tuple[str, ...]


def read_file(
    path: Path,
    variables: Mapping[str, Variable],
    mapping: SourceMapping | None,
    wanted: Wanted,
    *,
    sealer: Sealer,
    scratch: Path,
    out: Path,
) -> ReadFile:
    """Read a file and write its shards, ``<table>/shard=<n>/*.csv``, below a folder.

    Args:
        path: a folder with families and members, a workbook, or the one file of a mapping.
        variables: the variables of the policy.
        mapping: how foreign columns become ours; none where they are ours.
        wanted: what to keep.
        sealer: the installation's keys.
        scratch: a folder of its own for this reading; the clear text in it is removed at the end.
        out: where the shards go; emptied first.

    Raises:
        TepatError: the file cannot be read at all.
    """
    from tepat.engine.connect import open_engine

    shutil.rmtree(out, ignore_errors=True)
    scratch.mkdir(parents=True, exist_ok=True)
    con = open_engine(scratch)
    try:
        found = read_input(path, variables, mapping, con=con, scratch=scratch, rows=True)
        findings = check(found, wanted.as_of, scratch=scratch).findings
        return _Cut(con.con, found, wanted, sealer, scratch, out).write(
            con.compile(findings), con.compile(_with_bits(found))
        )
    finally:
        con.disconnect()
        shutil.rmtree(scratch, ignore_errors=True)


def _with_bits(found: Input) -> Any:
    """Members with the findings on their NIK as bits, and the NIK without spaces and dots."""
    import ibis

    members = found.members.mutate(nik=_bare(found.members.nik))
    sound = numbers.nik_well_formed(members.nik)
    told = numbers.nik_birth_number(members.nik)
    bits = numbers.NIK_FINDINGS
    none = ibis.literal(0)
    birth = ibis.ifelse(
        numbers.nik_agrees_with_birth(told, members.birth_date), none, bits["nik_birth_date"]
    )
    sex = ibis.ifelse(numbers.nik_sex(told) == members.sex, none, bits["nik_sex"])
    doubts = ibis.ifelse(members.birth_date.isnull(), none, birth) + ibis.ifelse(
        members.sex.isnull(), none, sex
    )
    return members.mutate(
        bits=ibis.cases((members.nik.isnull(), none), (sound, doubts), else_=bits["nik_form"]).cast(
            "int16"
        )
    )


def _bare(number: Any) -> Any:
    return number.re_replace(r"[\s.\-]", "").nullif("")


class _Cut:
    """Cuts one input into shards."""

    def __init__(
        self, con: Any, found: Input, wanted: Wanted, sealer: Sealer, scratch: Path, out: Path
    ) -> None:
        self.con, self.found, self.wanted, self.sealer = con, found, wanted, sealer
        self.scratch, self.out = scratch, out
        members = max(found.rows["members"], found.rows["families"])
        self.shards = -(-members // ROWS_PER_SHARD)

    def write(self, findings: str, members: str) -> ReadFile:
        """Write all shards; `findings` and `members` are SQL."""
        run = self.con.execute
        run(f"CREATE TEMP VIEW im_families AS {self._families()}")
        run(f"CREATE TEMP VIEW im_members AS {self._members(members)}")
        self._findings(findings)
        for table in ("families", "members"):
            self._seal(table)
            self._cut(table, self._rows(table))
        self._cut("findings", self._finding_rows())
        present = self.found.present
        return ReadFile(
            self.shards,
            self.found.rows["families"],
            self.found.rows["members"],
            tuple(n for n in self.wanted.family_variables if n in present["families"]),
            tuple(n for n in self.wanted.member_variables if n in present["members"]),
        )

    def _families(self) -> str:
        form, dated = literal(numbers.KK_PATTERN), literal(numbers.KK_DATE_PATTERN)
        bits = numbers.KK_FINDINGS
        number = "nullif(regexp_replace(kk_number, '[\\s.\\-]', '', 'g'), '')"
        return (
            f"SELECT * REPLACE ({number} AS kk_number{self._short('families')}), "
            "family_id AS number, "
            f"{number} AS secret, CASE WHEN {number} IS NULL THEN 0 "
            f"WHEN NOT regexp_matches({number}, {form}) THEN {bits['kk_form']} "
            f"WHEN NOT regexp_matches({number}, {dated}) THEN {bits['kk_date']} ELSE 0 END AS bits "
            f"FROM {self.found.families.get_name()}"
        )

    def _members(self, sql: str) -> str:
        """Members; of several heads in a family the first of the file keeps the relation."""
        head = f"(relation = {HEAD} AND row_number() OVER (PARTITION BY family_id, relation "
        second = f"{head} ORDER BY {ROW}, person_id) > 1)"
        return (
            f"SELECT * REPLACE (CASE WHEN second_head THEN NULL ELSE relation END AS relation"
            f"{self._short('members')}) "
            f"FROM (SELECT *, person_id AS number, nik AS secret, "
            f"coalesce({second}, false) AS second_head FROM ({sql}))"
        )

    def _texts(self, table: str) -> list[str]:
        """The columns of a table that hold free text and are kept."""
        of = {"families": self.wanted.family_variables, "members": self.wanted.member_variables}
        known = self.found.variables
        texts = [name for name in of[table] if name in known and known[name].type == "text"]
        return [*(["name"] if table == "members" else []), *texts]

    def _short(self, table: str) -> str:
        """SQL that follows other replacements: a text that is too long is unknown."""
        return "".join(
            f", CASE WHEN length({quoted(name)}) <= {LONGEST_TEXT} THEN {quoted(name)} END "
            f"AS {quoted(name)}"
            for name in self._texts(table)
        )

    def _long(self) -> str:
        """SQL for the findings on texts that are too long."""
        given = {"families": self.found.families, "members": self.found.members}
        return "".join(
            f" UNION ALL SELECT '{table}', {key}, 'text_too_long', {literal(name)}, '', family_id "
            f"FROM {given[table].get_name()} WHERE length({quoted(name)}) > {LONGEST_TEXT}"
            for table, key in (("families", "family_key"), ("members", "person_key"))
            for name in self._texts(table)
        )

    def _findings(self, sql: str) -> None:
        """Findings with the row and number of whom they are about; notes on rows are left out.

        Kept in two steps: in one, the engine plans for longer than it works.
        """
        self.con.execute(
            "CREATE TEMP TABLE im_told AS "
            f'SELECT "table", key, rule, "column", value_shown, family_id FROM ({sql}) UNION ALL '
            "SELECT 'members', person_key, 'second_head', 'relation', '', family_id "
            f"FROM im_members WHERE second_head{self._long()}"
        )
        weights = ", ".join(f"('{name}', '{how}')" for name, how in SEVERITIES.items())
        families, members = self.found.families.get_name(), self.found.members.get_name()
        self.con.execute(
            "CREATE TEMP TABLE im_found AS "
            'SELECT f."table", coalesce(f.family_id, a.family_id, b.family_id) AS family_number, '
            f"coalesce(a.family_id, b.person_id) AS number, coalesce(a.{ROW}, b.{ROW}) AS file_row,"
            f" left({masked('f.key')}, 60) AS shown_key, f.rule, w.severity, "
            'f."column", f.value_shown FROM im_told AS f '
            f"JOIN (VALUES {weights}) AS w (rule, severity) ON w.rule = f.rule "
            # one equality each: with a second condition the engine compares all with all
            f"LEFT JOIN {families} AS a ON a.family_key = "
            "CASE WHEN f.\"table\" = 'families' THEN f.key END "
            f"LEFT JOIN {members} AS b ON b.person_key = "
            "CASE WHEN f.\"table\" = 'members' THEN f.key END "
            f"WHERE w.severity <> '{NOTE}' OR f.key IS NULL"
        )

    def _seal(self, table: str) -> None:
        """Numbers become tokens and sealed bytes, a hundred thousand at a time."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        fields = [("number", pa.int64()), *((n, pa.binary()) for n in ("salt", "sealed", "token"))]
        path = self.scratch / f"sealed_{table}.parquet"
        reader = self.con.execute(f"SELECT number, secret FROM im_{table}").to_arrow_reader(_BATCH)
        with pq.ParquetWriter(path, pa.schema(fields)) as writer:
            for batch in reader:
                secrets = batch.column(1).to_pylist()
                salts = self.sealer.salts(len(secrets))
                columns = [salts, self.sealer.seal(secrets, salts), self.sealer.tokens(secrets)]
                arrays = [batch.column(0).cast(pa.int64())]
                arrays += [pa.array(column, pa.binary()) for column in columns]
                writer.write_table(pa.Table.from_arrays(arrays, schema=pa.schema(fields)))
        once = f"CREATE TEMP TABLE once_{table} AS SELECT secret FROM im_{table} WHERE bits "
        form = numbers.KK_FINDINGS["kk_form"]  # the same bit for both numbers
        self.con.execute(f"{once} & {form} = 0 GROUP BY secret HAVING count(*) = 1")

    def _rows(self, table: str) -> str:
        """The rows of a table as its shards' files have them."""
        member = table == "members"
        key = "person_key" if member else "family_key"
        bad = ", ".join(f"'{name}'" for name in REFUSED_ROWS)
        origin = f"{literal(self.wanted.source + '|')} || {key}"
        day, source = f"DATE '{self.wanted.as_of}'", literal(self.wanted.source)
        columns = {
            "number": "t.number",
            "family_number": "t.family_id",
            "file_row": f"t.{ROW}",
            "shown_key": f"left({masked(key)}, 60)",
            # a NIK given for a key is not kept as one: the token finds the row again
            "origin_key": f"CASE WHEN NOT regexp_matches({key}, '[0-9]{{16}}') THEN {origin} END",
            "state": "CASE WHEN bad.number IS NULL THEN 'new' ELSE 'error' END",
            "observed_on": f"coalesce(t.observed_on, {day})",
            "source": f"coalesce(left(t.source, {LONGEST_TEXT}), {source})",
            **{name: _bytes(f"s.{name}") for name in ("salt", "sealed", "token")},
            "token_once": "once.secret IS NOT NULL",
            "findings": "t.bits",
            **(_person_columns() if member else {"village": "t.village"}),
        }
        of = self.wanted.member_variables if member else self.wanted.family_variables
        columns |= {name: f"t.{quoted(name)}" for name in of if name not in columns}
        chosen = ", ".join(f"{sql} AS {quoted(name)}" for name, sql in columns.items())
        sealed = literal(str(self.scratch / f"sealed_{table}.parquet"))
        return (
            f"SELECT {chosen}, t.family_id % {self.shards} AS shard FROM im_{table} AS t "
            f"JOIN read_parquet({sealed}) AS s ON s.number = t.number "
            f"LEFT JOIN once_{table} AS once ON once.secret = t.secret "
            f"LEFT JOIN (SELECT DISTINCT number FROM im_found WHERE \"table\" = '{table}' "
            f"AND rule IN ({bad})) AS bad ON bad.number = t.number"
        )

    def _finding_rows(self) -> str:
        chosen = ", ".join(quoted(name) for name in FINDING_COLUMNS)
        return (
            f"SELECT {chosen}, coalesce(family_number % {self.shards}, {FILE}) AS shard "
            "FROM im_found"
        )

    def _cut(self, name: str, sql: str) -> None:
        folder = self.out / name
        folder.mkdir(parents=True)
        text = sql.replace("\x00", "")
        self.con.execute(
            f"COPY ({text}) TO {literal(str(folder))} "
            "(FORMAT csv, HEADER false, PARTITION_BY (shard), OVERWRITE_OR_IGNORE true)"
        )


def _person_columns() -> dict[str, str]:
    words = "list_distinct(regexp_extract_all(lower(t.name), '[\\pL\\pN_]+'))"
    marked = f"list_transform({words}, lambda word: '\"' || word || '\"')"
    return {
        "name": "replace(t.name, chr(0), '')",
        "words": f"'{{' || coalesce(array_to_string({marked}, ','), '') || '}}'",
        "sex": "t.sex",
        "birth_date": "t.birth_date",
        "relation": "t.relation",
    }


def _bytes(column: str) -> str:
    """SQL for bytes as PostgreSQL reads them from text; null stays null."""
    return f"'\\x' || lower(hex({column}))"


def shard_files(out: Path, table: str, shard: int) -> list[Path]:
    """The files of a shard's table; none where it has no rows."""
    return sorted((out / table / f"shard={shard}").glob("*.csv"))
