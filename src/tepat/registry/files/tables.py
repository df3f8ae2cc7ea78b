"""From raw cells to a table of our own types; what cannot be read becomes findings.

Typed columns of Parquet are taken as they stand where their smallest and largest value show them
sound. Text is parsed once and kept in the scratch folder. Either way the rows stand in the order
of their key, so that a row's position is its number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tepat.engine.errors import TepatError
from tepat.engine.text import Text
from tepat.policy.meaning import nearest
from tepat.registry.columns import PLACES, REQUIRED, Column
from tepat.registry.files.sources import POSITION, Bench, finding, note
from tepat.registry.files.values import (
    KEPT,
    WHOLE_NUMBERS,
    Reading,
    month_first_seen,
    quoted,
    read_cell,
    shown,
)
from tepat.registry.rules.keys import OWN_KEY, in_order, key_sql, one_row_per_key

_TEXT = ("key", "text", "name", "identifier")  # kinds that are text in every file


@dataclass(frozen=True)
class Table:
    """A table in our own types with `POSITION`, and the columns that its source really had."""

    view: str
    present: tuple[str, ...]


PARTITION = "province"  # hive folders give it to members too, who live where their family does


def match_columns(
    bench: Bench, table: str, raw: str, columns: Mapping[str, Column], keep: Sequence[str]
) -> dict[str, str]:
    """Which source column is which of ours; the rest is noted as unused.

    Raises:
        TepatError: ``column_missing``.
    """
    types = [name for name in bench.types(raw) if name != POSITION]
    by_name = {name.strip().lower(): name for name in types}
    for name in REQUIRED[table]:
        if name not in by_name:
            raise TepatError(
                "column_missing",
                Text(
                    f"{table} tidak punya kolom '{name}'. Kolomnya: {', '.join(types[:20])}.",
                    f"{table} has no column '{name}'. It has: {', '.join(types[:20])}.",
                ),
                nearest(name, by_name),
                Text(
                    f"Beri nama '{name}' pada kolomnya, atau pakai pemetaan.",
                    f"Name the column '{name}', or use a mapping.",
                ),
            )
    asked = {name.lower() for name in keep} | {PARTITION}
    for name in types:
        plain = name.strip().lower()
        unused = plain not in columns and plain not in asked and not name.startswith(KEPT)
        if unused and bench.first:
            bench.findings.append(note(table, "column_unused", name[:60], ""))
    return {name: by_name[name] for name in columns if name in by_name}


def read_table(
    bench: Bench, table: str, raw: str, columns: Mapping[str, Column], keep: Sequence[str] = ()
) -> Table:
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
    ordered = table not in OWN_KEY or in_order(bench, raw, names[OWN_KEY[table]])
    if not ordered:
        raw = one_row_per_key(bench, table, raw, names)
    reader = _Reader(bench, table, raw, columns, names, keep)
    return Table(reader.typed(ordered), tuple(names))


class _Reader:
    """Reads one table column by column."""

    def __init__(
        self,
        bench: Bench,
        table: str,
        raw: str,
        columns: Mapping[str, Column],
        names: Mapping[str, str],
        keep: Sequence[str],
    ) -> None:
        self.bench, self.table, self.raw = bench, table, raw
        self.columns, self.names, self.keep = columns, names, keep
        self.types = bench.types(raw)
        self.readings = self._read()

    def _type(self, name: str) -> str:
        return self.types[self.names[name]]

    def _read(self) -> dict[str, Reading]:
        dates = [
            name
            for name in self.names
            if self.columns[name].kind == "date" and self._type(name) == "VARCHAR"
        ]
        seen: dict[str, bool] = {}
        if dates:
            tests = ", ".join(month_first_seen(self.names[name]) for name in dates)
            row = self.bench.con.execute(f"SELECT {tests} FROM {self.raw}").fetchone()
            seen = dict(zip(dates, row, strict=True))
        return {
            name: read_cell(
                self.columns[name],
                source,
                self.types[source],
                month_first=seen.get(name, False),
            )
            for name, source in self.names.items()
        }

    def typed(self, ordered: bool) -> str:
        """The typed view with positions; cells that could not be read become findings."""
        parsed = any(
            self._type(name) == "VARCHAR" and self.columns[name].kind not in (*_TEXT, "place")
            for name in self.names
        )
        sound = () if parsed else self._sound()
        select = f"SELECT {self._selection(sound)} FROM {self.raw}"
        key = OWN_KEY.get(self.table)
        order = f" ORDER BY {key}" if key and not ordered else ""
        if parsed or order:
            view = self.bench.keep(self.table, select + order)
        else:
            place = f", {POSITION}" if POSITION in self.types else ""
            view = self.bench.view(
                self.bench.name(self.table),
                f"SELECT {self._selection(sound)}{place} FROM {self.raw}",
            )
        self._note_unread(view, [name for name in self.names if name not in sound])
        return _with_places(self.bench, self.table, view) if self.table == "families" else view

    def _sound(self) -> tuple[str, ...]:
        """Columns that can be taken as they stand, shown by one look at all their values."""
        sound, tests = [], {}
        for name in self.names:
            column, kind, source = self.columns[name], self._type(name), quoted(self.names[name])
            own = kind == column.sql_type
            if own and column.kind in ("text", "name", "yes_no", "date"):
                sound.append(name)
            elif own and column.kind == "key":
                # what begins with a visible character of ASCII is not blank
                tests[name] = f"coalesce(min({source}) >= '!' AND max({source}) < '\x7f', true)"
            elif own and column.kind in ("identifier", "place"):
                value, rule = self.readings[name].value, self.readings[name].rule
                other = f"{source} IS DISTINCT FROM ({value}) OR ({rule}) IS NOT NULL"
                if column.kind == "identifier":
                    plain = f"regexp_full_match({source}, '[0-9]{{16}}')"
                    other = f"CASE WHEN {plain} THEN false ELSE {other} END"
                tests[name] = f"count(*) FILTER (WHERE {other}) = 0"
            elif kind in WHOLE_NUMBERS and (span := _span(column)):
                low, high = span
                tests[name] = f"coalesce(min({source}) >= {low} AND max({source}) <= {high}, true)"
        if tests:
            row = self.bench.con.execute(
                f"SELECT {', '.join(tests.values())} FROM {self.raw}"
            ).fetchone()
            sound += [name for name, holds in zip(tests, row, strict=True) if holds]
        return tuple(sound)

    def _selection(self, sound: Sequence[str]) -> str:
        def value(name: str) -> str:
            if name not in self.names:
                return "NULL"
            return quoted(self.names[name]) if name in sound else self.readings[name].value

        chosen = [
            f"CAST({value(name)} AS {column.sql_type}) AS {quoted(name)}"
            for name, column in self.columns.items()
        ]
        return ", ".join(chosen + [quoted(KEPT + name) for name in self.keep])

    def _note_unread(self, view: str, names: Sequence[str]) -> None:
        """Findings for columns in which fewer cells could be read than are filled."""
        checked = [name for name in names if self.columns[name].kind not in ("key", "text", "name")]
        if not checked:
            return
        filled = ", ".join(self._filled(name) for name in checked)
        before = self.bench.con.execute(f"SELECT {filled} FROM {self.raw}").fetchone()
        read = ", ".join(
            "0" if self.columns[name].kind == "identifier" else f"count({quoted(name)})"
            for name in checked
        )
        after = self.bench.con.execute(f"SELECT {read} FROM {view}").fetchone()
        for name, was, now in zip(checked, before, after, strict=True):
            if was > now:
                self.bench.findings.append(self._unread(name))

    def _filled(self, name: str) -> str:
        column = quoted(self.names[name])
        if self.columns[name].kind == "identifier":  # it is kept, but may have been a number
            return f"count(*) FILTER (WHERE ({self.readings[name].rule}) IS NOT NULL)"
        text = self._type(name) == "VARCHAR"
        return f"count(nullif(trim({column}), ''))" if text else f"count({column})"

    def _unread(self, name: str) -> str:
        def key(wanted: str) -> str:
            return key_sql(self.names[wanted]) if wanted in self.names else "NULL"

        rule = self.readings[name].rule
        own = OWN_KEY.get(self.table, "person_key" if "person_key" in self.names else "family_key")
        value = shown(quoted(self.names[name]), self.columns[name].kind)
        rows = f"{self.raw} WHERE ({rule}) IS NOT NULL"
        return finding(self.table, key(own), rule, name, value, rows, key("family_key"))


def _span(column: Column) -> tuple[int, int] | None:
    """The least and greatest whole number of a column, where all between them are allowed."""
    variable = column.variable
    if variable is None:
        return None
    if column.kind == "code":
        codes = sorted(variable.codes)
        whole = codes == list(range(codes[0], codes[-1] + 1)) if codes else False
        return (codes[0], codes[-1]) if whole else None
    if column.kind == "number" and variable.minimum < variable.maximum:
        return int(variable.minimum), int(variable.maximum)
    return None


def _with_places(bench: Bench, table: str, view: str) -> str:
    """A longer place code implies the shorter ones."""
    names = list(PLACES)
    told = {}
    for place, name in enumerate(names):
        longer = [f"left({other}, {PLACES[name]})" for other in reversed(names[place + 1 :])]
        told[name] = f"coalesce({', '.join([*longer, name])})"
    differ = " OR ".join(f"{name} <> {told[name]}" for name in names)
    if bench.one(f"SELECT count(*) FROM {view} WHERE {differ}"):
        codes = f"concat_ws(' ', {', '.join(names)})"
        rows = f"{view} WHERE {differ}"
        bench.findings.append(
            finding(table, "family_key", "'place_differs'", "province", codes, rows, "family_key")
        )
    replaced = ", ".join(f"{sql} AS {name}" for name, sql in told.items())
    return bench.view(bench.name("places"), f"SELECT * REPLACE ({replaced}) FROM {view}")
