"""From raw cells to a table of our own types: keys, twins of keys, values.

A key that stands on several rows keeps one of them, the first by content, so that the order of a
file does not matter; grouping does it, so ten million copies cost no more than ten million rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tepat.engine.errors import TepatError
from tepat.policy.meaning import nearest
from tepat.registry.columns import PLACES, REQUIRED, Column
from tepat.registry.sources import Bench, note
from tepat.registry.values import (
    KEPT,
    LONGEST_KEY,
    Reading,
    literal,
    month_first_seen,
    quoted,
    read_cell,
    shown,
)

OWN_KEY = {"families": "family_key", "members": "person_key"}


@dataclass(frozen=True)
class Table:
    """A table in our own types, and the columns that its source really had."""

    view: str
    present: tuple[str, ...]
    kept: tuple[str, ...] = ()
    ordered: bool = False  # rows stand in strict order of their key


def match_columns(bench: Bench, table: str, raw: str, columns: Mapping[str, Column],
                  keep: Sequence[str]) -> dict[str, str]:
    """Which source column is which of ours; the rest is noted as unused.

    Raises:
        TepatError: ``column_missing``.
    """
    types = bench.types(raw)
    by_name = {name.strip().lower(): name for name in types}
    for name in REQUIRED[table]:
        if name not in by_name:
            raise TepatError(
                "column_missing", f"{table} has no column '{name}'. It has: "
                f"{', '.join(list(types)[:20])}.", nearest(name, by_name),
                f"Name the column '{name}', or use a mapping.")
    for name in types:
        known = name.strip().lower() in columns or name in keep or name.startswith(KEPT)
        if not known:
            bench.findings.append(note(table, "column_unused", name[:60], ""))
    return {name: by_name[name] for name in columns if name in by_name}


def read_table(bench: Bench, table: str, raw: str, columns: Mapping[str, Column],
               keep: Sequence[str] = ()) -> Table:
    """Read a raw view into our own types.

    Args:
        bench: the engine.
        table: which table it is.
        raw: the view of raw cells.
        columns: all columns of the table.
        keep: source columns to carry along as they are.

    Raises:
        TepatError: ``column_missing``, ``column_type``, ``key_not_unique``.
    """
    names = match_columns(bench, table, raw, columns, keep)
    ordered = False
    if table in OWN_KEY:
        key = key_sql(names[OWN_KEY[table]])
        ordered = bool(bench.one(
            f"SELECT count(*) = 0 FROM (SELECT {key} AS k, lag({key}) OVER () AS before, "
            f"row_number() OVER () AS n FROM {raw}) "
            f"WHERE k IS NULL OR (n > 1 AND k <= before) OR length(k) > {LONGEST_KEY}"))
        if not ordered:
            raw = _one_row_per_key(bench, table, raw, key, names)
    readings = _readings(bench, raw, columns, names)
    view = _typed(bench, table, raw, columns, names, readings, keep)
    return Table(view, tuple(names), tuple(keep), ordered)


def key_sql(name: str) -> str:
    """SQL for a key: text as given, null where blank."""
    text = f"CAST({quoted(name)} AS VARCHAR)"
    return f"CASE WHEN trim({text}) <> '' THEN {text} END"


def _one_row_per_key(bench: Bench, table: str, raw: str, key: str,
                     names: Mapping[str, str]) -> str:
    missing, rows = bench.con.execute(
        f"SELECT count(*) - count({key}), count(*) FROM {raw}").fetchone()
    if missing:
        bench.findings.append(note(table, "key_missing", OWN_KEY[table], f"{missing} rows"))
    usable = f"{key} IS NOT NULL AND length({key}) <= {LONGEST_KEY}"
    long = f"{key} IS NOT NULL AND length({key}) > {LONGEST_KEY}"
    if bench.one(f"SELECT count(*) FROM {raw} WHERE {long}"):
        bench.findings.append(_finding(table, f"left({key}, 40) || '…'", "'key_too_long'",
                                       OWN_KEY[table], f"length({key}) || ' characters'",
                                       f"{raw} WHERE {long}"))
    family = f"min({key_sql(names['family_key'])})" if table == "members" else "min(key)"
    twice = bench.table("twice", (
        f"SELECT key, count(*) AS n, {family} AS family FROM "
        f"(SELECT {key} AS key, * FROM {raw} WHERE {usable}) GROUP BY key HAVING count(*) > 1"))
    if not bench.one(f"SELECT count(*) FROM {twice}"):
        return bench.view(bench.name("usable"), f"SELECT * FROM {raw} WHERE {usable}")
    _refuse_counters(bench, table, raw, names, rows)
    bench.findings.append(_finding(table, "key", "'key_twice'", OWN_KEY[table], "n || ' rows'",
                                   twice, "family"))
    first = bench.table("first", f"SELECT unnest(row) FROM (SELECT min(cells) AS row FROM "
                                 f"(SELECT {key} AS key, {raw} AS cells FROM {raw}) "
                                 f"WHERE key IN (SELECT key FROM {twice}) GROUP BY key)")
    return bench.view(bench.name("usable"), (
        f"SELECT * FROM {raw} WHERE {usable} AND {key} NOT IN (SELECT key FROM {twice}) "
        f"UNION ALL BY NAME SELECT * FROM {first}"))


def _refuse_counters(bench: Bench, table: str, raw: str, names: Mapping[str, str],
                     rows: int) -> None:
    """Refuse person keys that only count within a family: 1, 2, 3 and again 1."""
    if table != "members":
        return
    person, family = key_sql(names["person_key"]), key_sql(names["family_key"])
    keys, pairs = bench.con.execute(
        f"SELECT count(DISTINCT {person}), count(DISTINCT ({person}, {family})) "
        f"FROM {raw}").fetchone()
    if keys < rows / 2 and pairs > rows * 0.9:
        raise TepatError("key_not_unique", f"'person_key' has {keys} values on {rows} rows.",
                         "It seems to number the members of each family; it must be unique in the "
                         "whole file.",
                         "Put the family's key before it, for instance by a mapping: "
                         "{join: [FAMILY, NUMBER], with: \"-\"}.")


def _readings(bench: Bench, raw: str, columns: Mapping[str, Column],
              names: Mapping[str, str]) -> dict[str, Reading]:
    types = bench.types(raw)
    dates = [name for name, source in names.items()
             if columns[name].kind == "date" and types[source] == "VARCHAR"]
    seen: dict[str, bool] = {}
    if dates:
        tests = ", ".join(month_first_seen(names[name]) for name in dates)
        row = bench.con.execute(f"SELECT {tests} FROM {raw}").fetchone()
        seen = dict(zip(dates, row, strict=True))
    return {name: read_cell(columns[name], source, types[source],
                            month_first=seen.get(name, False))
            for name, source in names.items()}


def _typed(bench: Bench, table: str, raw: str, columns: Mapping[str, Column],
           names: Mapping[str, str], readings: Mapping[str, Reading], keep: Sequence[str]) -> str:
    """The typed view; cells that could not be read become findings."""
    types = bench.types(raw)
    text = any(types[source] == "VARCHAR" and columns[name].kind not in ("key", "text", "name",
                                                                         "identifier", "place")
               for name, source in names.items())
    typed = _selection(columns, {name: readings[name].value for name in names}, keep)
    checked = [name for name in names if columns[name].kind not in ("key", "text", "name")]
    if text:  # parsing text is dear: do it once
        view = bench.keep(table, f"SELECT {typed} FROM {raw}")
    else:
        view = bench.view(bench.name(table), f"SELECT {typed} FROM {raw}")
    doubtful = _doubtful(bench, raw, view, checked, names)
    for name in doubtful:
        bench.findings.append(_unread(table, raw, columns[name], names, readings[name].rule))
    if not text:  # what is known to be sound is not looked at again at each scan
        values = {name: readings[name].value if name in doubtful else
                  _as_is(columns[name], names[name], types[names[name]]) or readings[name].value
                  for name in names}
        view = bench.view(bench.name(table), f"SELECT {_selection(columns, values, keep)} "
                                             f"FROM {raw}")
    return _with_places(bench, table, view) if table == "families" else view


def _selection(columns: Mapping[str, Column], values: Mapping[str, str],
               keep: Sequence[str]) -> str:
    chosen = [f"CAST({values.get(name, 'NULL')} AS {column.sql_type}) AS {quoted(name)}"
              for name, column in columns.items()]
    return ", ".join(chosen + [quoted(KEPT + name) for name in keep])


def _as_is(column: Column, source: str, source_type: str) -> str | None:
    """The source column itself, where its type is already ours or widens to it."""
    number = source_type in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT")
    fits = source_type == column.sql_type or (number and column.kind in ("number", "code"))
    return quoted(source) if fits and column.kind not in ("key", "identifier", "place") else None


def _doubtful(bench: Bench, raw: str, view: str, checked: Sequence[str],
              names: Mapping[str, str]) -> list[str]:
    """The columns in which fewer cells could be read than are filled."""
    if not checked:
        return []
    types = bench.types(raw)

    def filled(source: str) -> str:
        column = quoted(source)
        return f"count(nullif(trim({column}), ''))" if types[source] == "VARCHAR" else \
            f"count({column})"

    before = bench.con.execute(
        f"SELECT {', '.join(filled(names[name]) for name in checked)} FROM {raw}").fetchone()
    after = bench.con.execute(
        f"SELECT {', '.join(f'count({quoted(name)})' for name in checked)} FROM {view}").fetchone()
    return [name for name, was, now in zip(checked, before, after, strict=True) if was > now]


def _unread(table: str, raw: str, column: Column, names: Mapping[str, str], rule: str) -> str:
    source = names[column.name]
    key_name = OWN_KEY.get(table, "person_key" if "person_key" in names else "family_key")
    key = key_sql(names[key_name]) if key_name in names else "CAST(NULL AS VARCHAR)"
    family = key_sql(names["family_key"]) if "family_key" in names else "CAST(NULL AS VARCHAR)"
    return _finding(table, key, rule, column.name, shown(quoted(source), column.kind),
                    f"{raw} WHERE ({rule}) IS NOT NULL", family)


def _finding(table: str, key: str, rule: str, column: str, value: str, rows: str,
             family: str = "CAST(NULL AS VARCHAR)") -> str:
    return (f"SELECT {literal(table)} AS \"table\", {key} AS key, {rule} AS rule, "
            f"{literal(column)} AS \"column\", {value} AS value_shown, {family} AS family_key "
            f"FROM {rows}")


def _with_places(bench: Bench, table: str, view: str) -> str:
    """A longer place code implies the shorter ones."""
    names = list(PLACES)
    told = {name: "coalesce(" + ", ".join(
        [f"left({longer}, {PLACES[name]})" for longer in reversed(names[place + 1:])]
        + [name]) + ")" for place, name in enumerate(names)}
    differ = " OR ".join(f"{name} <> {told[name]}" for name in names)
    if bench.one(f"SELECT count(*) FROM {view} WHERE {differ}"):
        # coalesce, not concat: a null place has nothing to contradict
        joined = " || ' '".join(f" || coalesce({name}, '')" for name in names)
        bench.findings.append(_finding(table, "family_key", "'place_differs'", "province",
                                       f"trim(''{joined})", f"{view} WHERE {differ}",
                                       "family_key"))
    replaced = ", ".join(f"{sql} AS {name}" for name, sql in told.items())
    return bench.view(bench.name("places"), f"SELECT * REPLACE ({replaced}) FROM {view}")
