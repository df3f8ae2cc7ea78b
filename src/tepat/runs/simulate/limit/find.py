"""Search the line that was asked for, and say what it costs."""

from __future__ import annotations

from typing import Any

from tepat.policy.model import Policy
from tepat.policy.reform import Reform
from tepat.runs.simulate.limit.allocated import held
from tepat.runs.simulate.limit.asked import QUOTA, SCORE, Limit
from tepat.runs.simulate.limit.places import national, search_places
from tepat.runs.simulate.limit.scores import search_scores
from tepat.runs.simulate.limit.values import Probe
from tepat.runs.simulate.one_pass import Tables
from tepat.runs.simulate.twins import Twins


def find_limit(
    limit: Limit, tables: Tables, twins: Twins, base: Policy, reform: Reform
) -> dict[str, Any]:
    """Search the line; returns what simulation.json holds of it.

    Raises:
        TepatError: ``limit_score`` where families have no score.
    """
    called = twins.after[limit.programme]
    programme = reform.policy.programmes[limit.programme]
    now = _now(limit, tables, twins, called)
    if limit.kind == QUOTA:
        found, holders, unit = search_places(limit, tables, twins, called)
    elif limit.kind == SCORE:
        found, holders, unit = search_scores(limit.programme, limit.budget, tables, called)
    else:
        probe = Probe(limit, tables, twins, base, reform)
        found, holders, unit = probe.search()
    value = found.value
    return {
        "programme": limit.programme,
        "title": {"id": programme.title.id, "en": programme.title.en},
        "holders": programme.unit,
        "line": limit.line,
        "kind": limit.kind,
        "unit": unit,
        "budget": limit.budget,
        "now": now,
        "fits": "none" if value is None else "all" if found.all_fit else "line",
        "value": value,
        "cost": None if value is None else found.tried[value],
        "number": None if value is None else holders[value],
        "steady": found.steady,
        "points": [
            {"value": number, "cost": cost, "holders": holders[number]}
            for number, cost in found.tried.items()
        ],
    }


def _now(limit: Limit, tables: Tables, twins: Twins, called: str) -> dict[str, Any]:
    """The line and the cost as the reform has them."""
    table = tables.table("awards")
    plan = tables.plan(called)
    value: int | None = None
    if limit.kind == "parameter":
        known = plan.programme.parameters[limit.line].on(plan.rules.as_of)
        value = None if known is None else int(known.value)  # type: ignore[arg-type]
    elif limit.kind == QUOTA:
        value = national(twins, plan)
    return {"value": value, **held(tables.con, table.filter(table.programme == called))}
