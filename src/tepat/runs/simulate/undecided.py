"""Whom a programme cannot decide before and after a reform, because a fact is unknown.

Whoever cannot be decided receives nothing, so a reform that asks for a fact that is unknown of many
shrinks a programme although nobody said so.
"""

from __future__ import annotations

import functools
from typing import Any

from tepat.eligibility.rules import CANNOT_DECIDE
from tepat.engine.connect import rows_of
from tepat.enrolment.rules import AWARDED
from tepat.policy.reform import Reform
from tepat.runs.simulate.one_pass import Tables
from tepat.runs.simulate.twins import Twins

Rows = list[dict[str, Any]]
KEYS = ("undecided_before", "undecided_after", "undecided_holders", "undecided_merged")
OF_FAMILY, OF_PERSON = "family_id", "person_id"


def with_undecided(tables: Tables, twins: Twins, reform: Reform, rows: Rows) -> Rows:
    """Add to each programme's row how many it cannot decide, in families or persons (its unit).

    ``undecided_holders`` are those among them who hold the programme today and whom it cannot
    decide under the reform. Of a programme into which others merge, they hold one of the others;
    ``undecided_merged`` are those whom one of the others cannot decide today, each counted once,
    and it is empty for every other programme.
    """
    counts = _counts(tables, twins)
    merged = {merge.into: merge.programmes for merge in reform.merged}
    differing = twins.differing()
    for row in rows:
        name = row["programme"]
        before, after = (counts.get(side.get(name, ""), 0) for side in twins.sides.values())
        held = [twins.before[n] for n in merged.get(name, (name,)) if n in twins.before]
        known = bool(after and held and name in differing)
        holders = _holders(tables, twins, held, twins.after[name]) if known else 0
        joined = name in merged and name in twins.after
        others = _undecided_in(tables, twins, held, twins.after[name]) if joined else None
        row |= dict(zip(KEYS, (before, after, holders, others), strict=True))
    return rows


def _counts(tables: Tables, twins: Twins) -> dict[str, int]:
    """How many cannot be decided, by the programmes' names in the merged policy."""
    found: dict[str, int] = {}
    for unit in ("family", "member"):
        names = [name for name in twins.names if _unit(twins, name) == unit]
        if names:
            table = tables.table(f"{unit}_decisions")
            wanted = {name: table.count(where=_open(table, name)) for name in names}
            found |= rows_of(tables.con, table.agg(**wanted))[0]
    return found


def _holders(tables: Tables, twins: Twins, held: list[str], called: str) -> int:
    """Those whom a programme cannot decide and who hold one of others, themselves or as family."""
    table = tables.table(f"{_unit(twins, called)}_decisions")
    awards = tables.table("awards")
    awards = awards.filter(awards.status == AWARDED)
    holders = {name: awards.filter(awards.programme == name) for name in held}
    return _among(tables, twins, table.filter(_open(table, called)), called, holders)


def _undecided_in(tables: Tables, twins: Twins, merged: list[str], called: str) -> int:
    """Those whom one of some programmes cannot decide, in the unit of that which they become."""
    decisions = {u: tables.table(f"{u}_decisions") for u in {_unit(twins, n) for n in merged}}
    there = [decisions[_unit(twins, name)] for name in merged]
    every = tables.table(f"{_unit(twins, called)}_decisions")
    unknown = {name: t.filter(_open(t, name)) for name, t in zip(merged, there, strict=True)}
    return _among(tables, twins, every, called, unknown)


def _among(tables: Tables, twins: Twins, table: Any, called: str, others: dict[str, Any]) -> int:
    """How many of some are among those of another programme, themselves or as family.

    Args:
        tables: what the pass left.
        twins: both policies.
        table: families or persons, whichever the programme decides.
        called: the programme.
        others: rows of others, by the names of their programmes.
    """
    unit = _unit(twins, called)
    own = OF_PERSON if unit == "member" else OF_FAMILY
    some = table.select(*dict.fromkeys((OF_FAMILY, own)))
    parts = []
    for name, rows in others.items():
        key = own if _unit(twins, name) == unit else OF_FAMILY
        parts.append(some.semi_join(rows, key).select(own))
    if not parts:
        return 0
    every = functools.reduce(lambda one, other: one.union(other), parts)
    return int(tables.con.to_pyarrow(every[own].nunique()).as_py())


def _unit(twins: Twins, called: str) -> str:
    return twins.policy.programmes[called].unit


def _open(table: Any, called: str) -> Any:
    return table[f"{called}__outcome"] == CANNOT_DECIDE
