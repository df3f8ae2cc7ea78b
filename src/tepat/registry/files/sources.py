"""Which files an input has, and how each becomes a table of raw cells in the engine.

An input is a folder with ``families`` and ``members`` (and, if present, ``flags``, ``lists``,
``benefits``) as Parquet, a hive folder of Parquet, CSV or XLSX; or one XLSX workbook with sheets of
these names.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from tepat.engine.connect import exact, literal
from tepat.engine.errors import TepatError
from tepat.engine.manifest import file_hash
from tepat.engine.text import Text
from tepat.registry.columns import TABLES
from tepat.registry.files import text_files, workbooks
from tepat.registry.files.values import KEPT, listed, numeric_identifier, quoted

ENDINGS = (".parquet", ".csv", ".xlsx")
PROVINCE = "province="  # before a province's code, in the names of hive folders
POSITION = "_position"  # where a row stands in its file, from 1
_counter = itertools.count(1)


@dataclass(frozen=True)
class Source:
    """Where a table comes from: files, and a sheet where it is a workbook."""

    paths: tuple[Path, ...]
    kind: str  # parquet | csv | xlsx
    sheet: str = ""
    hive: bool = False
    encoding: str = ""
    separator: str = ""


@dataclass
class Bench:
    """The engine and its scratch folder while an input is read."""

    con: Any  # the DuckDB connection
    scratch: Path
    # before all names; the parts of one input share it and take each other's place
    prefix: str = field(default_factory=lambda: f"input_{next(_counter)}")
    files: list[dict[str, Any]] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    script: list[str] = field(default_factory=list)  # opens what was named, once more
    first: bool = True  # the first part speaks for the whole input
    _count: int = field(default=0, init=False)

    def name(self, word: str) -> str:
        """A new name for a table or view."""
        self._count += 1
        return f"{self.prefix}_{word}_{self._count}"

    def final(self, word: str, sql: str) -> str:
        """Name a query by the name that it has for every part."""
        return self.view(f"{self.prefix}_{word}", sql)

    def keep(self, word: str, sql: str) -> str:
        """Run a query once and keep its rows in the scratch folder; returns the name."""
        name = self.name(word)
        path = self._write(name, sql)
        return self.view(
            name, f"SELECT *, file_row_number + 1 AS {POSITION} FROM read_parquet({path})"
        )

    def table(self, word: str, sql: str) -> str:
        """Run a query once and keep its rows in the scratch folder, without positions."""
        name = self.name(word)
        path = self._write(name, sql)
        return self.view(name, f"SELECT * FROM read_parquet({path})")

    def view(self, name: str, sql: str) -> str:
        """Name a query."""
        self.script.append(f"CREATE OR REPLACE TEMP VIEW {name} AS {sql}")
        self.con.execute(self.script[-1])
        return name

    def _write(self, name: str, sql: str) -> str:
        path = literal(str(self.scratch / f"{name}.parquet"))
        self.con.execute(f"COPY ({sql}) TO {path} (FORMAT parquet, COMPRESSION zstd)")
        return path

    def types(self, name: str) -> dict[str, str]:
        """The columns of a table or view with their types."""
        return {row[0]: row[1] for row in self.con.execute(f"DESCRIBE {name}").fetchall()}

    def one(self, sql: str) -> Any:
        """The first value of the first row."""
        row = self.con.execute(sql).fetchone()
        return row[0] if row else None


def find_sources(path: Path) -> dict[str, Source]:
    """The tables of an input in our own form.

    Raises:
        TepatError: ``input_missing``, ``file_missing``, ``file_twice``.
    """
    if not path.exists():
        near = get_close_matches(path.name, [item.name for item in path.parent.glob("*")], 1)
        raise TepatError(
            "input_missing",
            f"{path} is not there.",
            do=f"Did you mean '{near[0]}'?"
            if near
            else "Give a folder with families and members, or an XLSX workbook.",
        )
    if path.is_file():
        return _from_workbook(path)
    found = {table: source for table in TABLES if (source := _source(path, table))}
    for table in ("families", "members"):
        if table not in found:
            raise _no_table(
                table, f"{path} has no {table} file", [item.name for item in sorted(path.iterdir())]
            )
    _refuse_lacking_provinces(found)
    return found


def _refuse_lacking_provinces(found: dict[str, Source]) -> None:
    """Refuse families without the members of their province, or members without families."""
    provinces = {
        table: {path.parent.name for path in found[table].paths}
        for table in ("families", "members")
    }
    if not all(name.startswith(PROVINCE) for names in provinces.values() for name in names):
        return
    for table, other in (("members", "families"), ("families", "members")):
        lacking = sorted(provinces[other] - provinces[table])
        if lacking:
            named = ", ".join(name.removeprefix(PROVINCE) for name in lacking)
            raise TepatError(
                "province_missing",
                Text(
                    f"{table} tidak punya berkas untuk provinsi {named}, {other} punya.",
                    f"{table} has no file for the province {named}, {other} has one.",
                ),
                Text(
                    "Keluarga tanpa anggota atau anggota tanpa keluarga tidak dapat diputuskan.",
                    "Families without members, or members without families, cannot be decided.",
                ),
                Text(
                    f"Tambahkan {table}/{lacking[0]}, atau keluarkan provinsi itu dari keduanya.",
                    f"Add {table}/{lacking[0]}, or leave that province out of both.",
                ),
            )


def _no_table(table: str, what: str, names: Sequence[str]) -> TepatError:
    there = ", ".join(names[:12]) or "nothing"
    return TepatError(
        "file_missing",
        f"{what}; it holds {there}.",
        "Families and members are always needed.",
        f"Name it {table}.parquet, {table}.csv or {table}.xlsx, or give --mapping for foreign "
        "files.",
    )


def _from_workbook(path: Path) -> dict[str, Source]:
    if path.suffix.lower() != ".xlsx":
        raise TepatError(
            "input_not_folder",
            f"{path.name} is a single file.",
            "Families and members are two tables.",
            "Give the folder that holds both, an XLSX workbook with both sheets, or "
            "--mapping for a one-file roster.",
        )
    names = workbooks.sheet_names(path)
    by_name = {name.strip().lower(): name for name in names}
    for table in ("families", "members"):
        if table not in by_name:
            raise _no_table(table, f"{path.name} has no sheet '{table}'", names)
    return {table: Source((path,), "xlsx", by_name[table]) for table in TABLES if table in by_name}


def _source(folder: Path, table: str) -> Source | None:
    single = [
        folder / f"{table}{ending}" for ending in ENDINGS if (folder / f"{table}{ending}").is_file()
    ]
    parts = sorted((folder / table).glob("**/*.parquet"))
    if len(single) + bool(parts) > 1:
        names = [item.name for item in single] + [f"{table}/"] * bool(parts)
        raise TepatError(
            "file_twice",
            f"{folder} holds {' and '.join(names)}.",
            f"It cannot be known which of them is {table}.",
            "Keep one of them.",
        )
    if parts:
        return Source(tuple(parts), "parquet", hive=True)
    if not single:
        return None
    path = single[0]
    kind = path.suffix[1:]
    return Source((path,), kind, workbooks.only_sheet(path) if kind == "xlsx" else "")


def open_source(
    bench: Bench, source: Source, table: str, known: Collection[str], identifiers: Collection[str]
) -> str:
    """Make a source a view of raw cells and note its files; returns the view's name.

    Args:
        bench: the engine.
        source: the files.
        table: the table they are to become, or several joined by +; findings bear the last name.
        known: column names that may be used, lower case.
        identifiers: columns, lower case, that hold NIK or KK numbers.

    Raises:
        TepatError: where a file cannot be read at all.
    """
    last = table.split("+")[-1]
    opened = {"parquet": _open_parquet, "csv": _open_csv, "xlsx": _open_sheet}[source.kind]
    name = opened(bench, source, last, known, identifiers)
    for path in source.paths:
        rows = (
            bench.one(f"SELECT count(*) FROM {name}")
            if len(source.paths) == 1
            else bench.one(f"SELECT count(*) FROM read_parquet({literal(exact(path))})")
        )
        bench.files.append(
            {
                "path": str(path),
                "sha256": _hash_of(path),
                "rows": rows,
                "table": table,
                **({"sheet": source.sheet} if source.sheet else {}),
            }
        )
    return name


def _hash_of(path: Path) -> str:
    about = path.stat()
    return _hash_at(path, about.st_size, about.st_mtime_ns)


@functools.lru_cache(maxsize=10_000)  # a file may hold rows of several parts
def _hash_at(path: Path, size: int, changed: int) -> str:
    return file_hash(path)


def parquet_sql(source: Source) -> str:
    """SQL that reads all files of a Parquet source as one table."""
    hive = ", union_by_name = true, hive_partitioning = true, hive_types_autocast = false"
    paths = f"[{listed(exact(path) for path in source.paths)}]"
    return f"read_parquet({paths}{hive if source.hive else ''})"


def _open_parquet(
    bench: Bench, source: Source, table: str, known: Collection[str], identifiers: Collection[str]
) -> str:
    import duckdb

    path = source.paths[0]
    try:
        rows = []
        for path in source.paths:
            rows.append(bench.one(f"SELECT count(*) FROM read_parquet({literal(exact(path))})"))
        before = [sum(rows[:place]) for place in range(len(rows))]
        position = f"{before}[file_index::BIGINT + 1] + file_row_number + 1"
        if len(before) == 1:
            position = "file_row_number + 1"
        name = bench.view(
            bench.name(table),
            f"SELECT *, {position} AS {POSITION} FROM {parquet_sql(source)}",
        )
    except duckdb.Error as error:
        raise TepatError(
            "file_unreadable",
            Text(
                f"{_shown(path)} tidak dapat dibaca sebagai Parquet.",
                f"{_shown(path)} cannot be read as Parquet.",
            ),
            _reason(error, path),
            Text("Tulis ulang; mungkin terpotong.", "Write it again; it may have been cut off."),
        ) from error
    text_files.refuse_twice(tuple(bench.types(name)), source.paths[0].name)
    return name


def _shown(path: Path) -> str:
    """A file's name, with the province in which it lies."""
    folder = path.parent.name
    return f"{folder}/{path.name}" if folder.startswith(PROVINCE) else path.name


def _open_csv(
    bench: Bench, source: Source, table: str, known: Collection[str], identifiers: Collection[str]
) -> str:
    import duckdb

    path = source.paths[0]
    file = text_files.look_at(
        path, bench.scratch, known, encoding=source.encoding, separator=source.separator
    )
    rejects = bench.name("rejects")
    try:
        name = bench.keep(table, text_files.read_text_file(bench.con, file, rejects))
    except duckdb.Error as error:
        raise TepatError(
            "file_unreadable",
            Text(
                f"{path.name} tidak dapat dibaca sebagai CSV.",
                f"{path.name} cannot be read as CSV.",
            ),
            _reason(error, path),
            Text(
                "Periksa apakah ada tanda kutip yang tidak ditutup.",
                "See whether a quote is never closed.",
            ),
        ) from error
    if not bench.first:  # it is read again for each part, but told of once
        return name
    if bench.one(f"SELECT count(*) FROM {rejects}"):
        bench.findings.append(text_files.rejected(rejects, table))
    if file.encoding == "cp1252":
        bench.findings.append(note(table, "encoding_assumed", "", "Windows-1252"))
    _refuse_rounded(bench, name, file.header, identifiers)
    return name


def _reason(error: Exception, path: Path) -> str:
    """What the engine said, without the folder in which a server keeps the file."""
    told = str(error).splitlines()[0].replace(str(path), path.name)
    return f"{told[:160]}."


def _refuse_rounded(
    bench: Bench, name: str, header: Sequence[str], identifiers: Collection[str]
) -> None:
    """Refuse a column of NIK that has been through a spreadsheet as a number."""
    for column in header:
        if column.lower() in identifiers:
            text = f"trim({quoted(column)})"
            lost = f"regexp_matches({text}, '^[0-9]+([.,][0-9]+)?[eE][+]?[0-9]+$')"
            zero = f"regexp_matches({text}, '^[0-9]{{15}}0$')"
            # by chance ten numbers end in 0 once in 10,000,000,000 files
            row = bench.con.execute(
                f"SELECT count({quoted(column)}), count(*) FILTER (WHERE {lost}), "
                f"count(*) FILTER (WHERE {zero}) FROM {name}"
            ).fetchone()
            if row and row[0] and (row[1] == row[0] or (row[0] >= 10 and row[2] == row[0])):
                raise numeric_identifier(column)


def _open_sheet(
    bench: Bench, source: Source, table: str, known: Collection[str], identifiers: Collection[str]
) -> str:
    path = source.paths[0]
    cells = workbooks.read_sheet(path, source.sheet)
    names = [name for name in cells.columns if name != "sheet_row"]
    numbered = [name for name in names if not name.startswith("unnamed_")]
    look = {place: name for place, name in enumerate(numbered) if name.lower() in identifiers}
    cells = _mark_number_cells(
        cells, workbooks.number_cells(path, source.sheet, look) if look else {}
    )
    handle = bench.name("cells")
    bench.con.register(handle, cells.rename({"sheet_row": f"{KEPT}row"}).to_arrow())
    name = bench.table(table, f"SELECT * FROM {handle}")
    bench.con.unregister(handle)
    return name


def _mark_number_cells(cells: Any, found: dict[str, set[int]]) -> Any:
    """Write number cells of NIK and KK columns so that they read as numbers, not as text."""
    import polars as pl

    for column, rows in found.items():
        filled = cells[column].is_not_null().sum()
        if rows and len(rows) >= filled:
            raise numeric_identifier(column)
        if rows:
            here = pl.col("sheet_row").is_in(list(rows))
            cells = cells.with_columns(
                pl.when(here).then(pl.col(column) + "E0").otherwise(pl.col(column)).alias(column)
            )
    return cells


def note(table: str, rule: str, column: str, value: str) -> str:
    """SQL for one finding about a whole file."""
    return (
        f'SELECT {literal(table)} AS "table", CAST(NULL AS VARCHAR) AS key, '
        f"{literal(rule)} AS rule, nullif({literal(column)}, '') AS \"column\", "
        f"nullif({literal(value)}, '') AS value_shown, CAST(NULL AS VARCHAR) AS family_key"
    )


def finding(
    table: str,
    key: str,
    rule: str,
    column: str,
    value: str,
    rows: str,
    family: str = "NULL",
) -> str:
    """SQL for findings on rows; all but the names of table and column are SQL themselves."""
    return (
        f'SELECT {literal(table)} AS "table", CAST({key} AS VARCHAR) AS key, {rule} AS rule, '
        f'{literal(column)} AS "column", {value} AS value_shown, '
        f"CAST({family} AS VARCHAR) AS family_key FROM {rows}"
    )
