"""Whom a programme cannot decide before and after a reform, because a fact is unknown.

Whoever cannot be decided receives nothing, so a reform that asks for a fact that is unknown of many
shrinks a programme although nobody said so.
"""

from __future__ import annotations

import functools
from typing import Any

from tepat.eligibility.rules import CANNOT_DECIDE
from tepat.enrolment.rules import AWARDED
from tepat.policy.reform import Reform
from tepat.runs.simulate.one_pass import Tables
from tepat.runs.simulate.twins import Twins

Rows = list[dict[str, Any]]
KEYS = ("undecided_before", "undecided_after", "undecided_holders")
OF_FAMILY, OF_PERSON = "family_id", "person_id"


def with_undecided(tables: Tables, twins: Twins, reform: Reform, rows: Rows) -> Rows:
    """Add to each programme's row how many it cannot decide, in families or persons (its unit).

    ``undecided_holders`` are those among them who hold the programme today and whom it cannot
    decide under the reform. Of a programme into which others merge, they hold one of the others.
    """
    counts = _counts(tables, twins)
    merged = {merge.into: merge.programmes for merge in reform.merged}
    differing = twins.differing()
    for row in rows:
        name = row["programme"]
        before, after = (counts.get(side.get(name, ""), 0) for side in (twins.before, twins.after))
        held = [twins.before[n] for n in merged.get(name, (name,)) if n in twins.before]
        known = bool(after and held and name in differing)
        holders = _holders(tables, twins, held, twins.after[name]) if known else 0
        row |= dict(zip(KEYS, (before, after, holders), strict=True))
    return rows


def _counts(tables: Tables, twins: Twins) -> dict[str, int]:
    """How many cannot be decided, by the programmes' names in the merged policy."""
    found: dict[str, int] = {}
    for unit in ("family", "member"):
        names = [name for name in twins.names if _unit(twins, name) == unit]
        if names:
            table = tables.table(f"{unit}_decisions")
            wanted = {name: table.count(where=_open(table, name)) for name in names}
            found |= tables.con.to_pyarrow(table.agg(**wanted)).to_pylist()[0]
    return found


def _holders(tables: Tables, twins: Twins, held: list[str], called: str) -> int:
    """Those whom a programme cannot decide and who hold one of others, themselves or as family."""
    unit = _unit(twins, called)
    own = OF_PERSON if unit == "member" else OF_FAMILY
    table = tables.table(f"{unit}_decisions")
    undecided = table.filter(_open(table, called)).select(*dict.fromkeys((OF_FAMILY, own)))
    awards = tables.table("awards")
    awards = awards.filter(awards.status == AWARDED)
    parts = []
    for name in held:
        key = own if _unit(twins, name) == unit else OF_FAMILY
        parts.append(undecided.semi_join(awards.filter(awards.programme == name), key).select(own))
    every = functools.reduce(lambda one, other: one.union(other), parts)
    return int(tables.con.to_pyarrow(every[own].nunique()).as_py())


def _unit(twins: Twins, called: str) -> str:
    return twins.policy.programmes[called].unit


def _open(table: Any, called: str) -> Any:
    return table[f"{called}__outcome"] == CANNOT_DECIDE
