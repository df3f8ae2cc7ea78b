"""What is known of each owner (a family, a person) from all observations: one value per column.

A column has the value of the latest observation that asked for it: by the day of observation, then
by when it became known, then by id. Asked and not answered is an answer: it makes the fact unknown.
An observation that asked for all that was ever asked of its owner is taken as it stands, and so
are nearly all; only the rest is put together column by column.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tepat.registry.files.values import quoted

_PACKED = ("BOOLEAN", "TINYINT", "SMALLINT", "INTEGER")
_ABOVE_NULL = (1 << 31) + 1  # makes the least number 1, so that 0 can stand for null
_BITS = 62  # of a whole number of 64 bits, so that no sign is needed


@dataclass(frozen=True)
class Questions:
    """The columns that an owner may be asked for, and a table of which set asks for which.

    ``table`` has asked_id and one number for every 62 columns; ``columns`` are those that any
    observation in use asked for, ``always`` those that all of them did.
    """

    table: str
    columns: tuple[str, ...]
    always: frozenset[str]
    words: int

    def bit(self, name: str, row: str = "") -> str:
        """SQL: whether the observation asked for a column."""
        at = self.columns.index(name)
        return f"({row}mask_{at // _BITS} & {1 << at % _BITS}) <> 0"

    @property
    def masks(self) -> list[str]:
        """The names of the numbers."""
        return [f"mask_{word}" for word in range(self.words)]


def questions(con: Any, name: str, known: Sequence[str], used: Sequence[int]) -> Questions:
    """Read which sets of columns were asked; ``used`` are the ids of those in use."""
    import pyarrow as pa

    rows = con.execute("SELECT id, columns FROM pg.registry_askedset").fetchall()
    sets = {row[0]: frozenset(row[1]) for row in rows if row[0] in set(used)}
    columns = tuple(one for one in known if any(one in asked for asked in sets.values()))
    always = frozenset(one for one in columns if all(one in asked for asked in sets.values()))
    words = max(1, -(-len(columns) // _BITS))
    masks: dict[str, list[int]] = {"asked_id": list(sets)}
    for word in range(words):
        part = columns[word * _BITS : (word + 1) * _BITS]
        masks[f"mask_{word}"] = [
            sum(1 << at for at, one in enumerate(part) if one in asked) for asked in sets.values()
        ]
    table = f"{name}_asked"
    con.register("given", pa.table({key: pa.array(row, pa.int64()) for key, row in masks.items()}))
    con.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT * FROM given")
    con.unregister("given")
    return Questions(table, columns, always, words)


def fold(con: Any, name: str, rows: str, asked: Questions) -> str:
    """One row for each owner.

    Args:
        con: a DuckDB connection.
        name: a name for the result and what it needs.
        rows: a view of observations: id, owner, observed_on, source, asked_id, known_at, columns.
        asked: which set asks for which column.

    Returns:
        a view with owner, observed_on, source (of the latest observation) and the columns.
    """
    _order(con, name, rows, asked)
    types = {row[0]: row[1] for row in con.execute(f"DESCRIBE {rows}").fetchall()}
    plain = ", ".join(_masked(column, asked) for column in asked.columns)
    latest = ", ".join(
        f"{_latest(column, types[column], asked)} AS {quoted(column)}" for column in asked.columns
    )
    con.execute(
        f"CREATE OR REPLACE TEMP VIEW {name} AS "
        f"SELECT owner, observed_on, source{', ' * bool(plain)}{plain} FROM {rows} "
        f"JOIN {asked.table} USING (asked_id) ANTI JOIN {name}_set_aside USING (id) "
        f"UNION ALL "
        f"SELECT o.owner, arg_max(o.observed_on, s.place), arg_max(o.source, s.place)"
        f"{', ' * bool(latest)}{latest} FROM {rows} AS o JOIN {name}_together AS s USING (id) "
        f"GROUP BY o.owner"
    )
    return name


def _masked(column: str, asked: Questions) -> str:
    """A column of one observation: what it did not ask for, it does not tell."""
    if column in asked.always:
        return quoted(column)
    return f"CASE WHEN {asked.bit(column)} THEN {quoted(column)} END AS {quoted(column)}"


def _latest(column: str, kind: str, asked: Questions) -> str:
    """The last answer of a group, null included.

    A whole number of up to 32 bits is packed behind its place into one of 64 bits, for the greatest
    of those is found twenty times faster than the row that holds it.
    """
    said, value = asked.bit(column, "s."), f"o.{quoted(column)}"
    if kind not in _PACKED:
        return f"arg_max_null({value}, s.place) FILTER (WHERE {said})"
    packed = f"(s.place << 33) | coalesce(CAST({value} AS BIGINT) + {_ABOVE_NULL}, 0)"
    code = f"(max(CASE WHEN {said} THEN {packed} END) & {(1 << 33) - 1})"
    number = f"nullif({code}, 0) - {_ABOVE_NULL}"
    return f"({number}) = 1" if kind == "BOOLEAN" else f"CAST({number} AS {kind})"


def _order(con: Any, name: str, rows: str, asked: Questions) -> None:
    """Which observations are passed over whole, and which have to be put together.

    ``…_set_aside`` (id) are those that do not stand as they are, ``…_together`` (id, place, masks)
    those of them that still have something to tell.
    """
    masks = ", ".join(asked.masks)
    every = ", ".join(f"bit_or({mask}) OVER owned AS all_{mask}" for mask in asked.masks)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {name}_several AS "
        f"SELECT owner FROM {rows} GROUP BY owner HAVING count(*) > 1"
    )
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {name}_ordered AS "
        f"SELECT id, owner, {masks}, {every}, "
        f"row_number() OVER (PARTITION BY owner ORDER BY observed_on, known_at, id) AS place, "
        f"count(*) OVER owned AS places "
        f"FROM {rows} JOIN {asked.table} USING (asked_id) "
        f"SEMI JOIN {name}_several USING (owner) WINDOW owned AS (PARTITION BY owner)"
    )
    covers = " AND ".join(f"{mask} = all_{mask}" for mask in asked.masks)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {name}_whole AS "
        f"SELECT owner, id FROM {name}_ordered WHERE place = places AND {covers}"
    )
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {name}_together AS SELECT id, place, {masks} "
        f"FROM {name}_ordered ANTI JOIN {name}_whole USING (owner)"
    )
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {name}_set_aside AS SELECT id FROM {name}_ordered "
        f"ANTI JOIN {name}_whole USING (id)"
    )
    con.execute(f"DROP TABLE {name}_ordered")
