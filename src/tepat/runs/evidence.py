"""What a run knew of one family, and every value its rules came to, from what the run kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tepat.eligibility.plan import Plan
from tepat.eligibility.rules import Facts, amount_columns, rules_for
from tepat.eligibility.staging import Staged, stage
from tepat.policy.compile import Span, column
from tepat.policy.meaning import Scope, understand
from tepat.policy.model import Policy
from tepat.runs.folder import RunFolder

KEPT = ("families", "members", "flags", "benefits")


@dataclass(frozen=True)
class Family:
    """One family's rows in a run; tables are Arrow tables, lists hold rows as dictionaries."""

    tables: dict[str, Any]
    findings: list[dict[str, Any]]
    decisions: dict[str, Any]
    persons: list[dict[str, Any]]
    awards: list[dict[str, Any]]
    lists: dict[str, dict[str, Any]]

    def rows(self, name: str) -> list[dict[str, Any]]:
        """The rows of one table of facts."""
        found: list[dict[str, Any]] = self.tables[name].to_pylist()
        return found


def family_of(run: RunFolder, family_id: int) -> Family:
    """Read one family out of a run."""

    def rows_of(name: str) -> Any:
        table = run.table(name)
        found = table.filter(table.family_id == family_id)
        return run.con.to_pyarrow(
            found.order_by("person_id") if "person_id" in found.columns else found
        )

    persons = rows_of("member_decisions").to_pylist()
    lists = {row["ground"]: row for row in run.con.to_pyarrow(run.table("lists")).to_pylist()}
    return Family(
        {name: rows_of(name) for name in KEPT},
        rows_of("findings").to_pylist(),
        rows_of("family_decisions").to_pylist()[0],
        persons,
        rows_of("awards").to_pylist(),
        lists,
    )


def facts_of(run: RunFolder, tables: Mapping[str, Any]) -> Facts:
    """One family's rows (or changed copies of them) as facts for the rules."""
    import ibis

    lists = frozenset(run.manifest["lists"])
    benefits = tables["benefits"] if "benefits" in run.manifest["present"] else None
    return Facts(
        ibis.memtable(tables["families"]),
        ibis.memtable(tables["members"]),
        ibis.memtable(tables["flags"]),
        lists,
        ibis.memtable(benefits) if benefits is not None else None,
    )


@dataclass(frozen=True)
class Evidence:
    """What the rules saw.

    ``values`` gives, by programme and then by person (0 for the family), each name that the
    sentences use; ``amounts`` what would be paid if the family or person were eligible; ``who``
    whether each member qualifies for each component: yes, no or None.
    """

    plans: tuple[Plan, ...]
    values: dict[str, dict[int, dict[str, Any]]]
    amounts: dict[str, dict[int, int | None]]
    who: dict[str, dict[int, dict[str, bool | None]]]


def evidence(policy: Policy, facts: Facts, as_of: date, names: Sequence[str], con: Any) -> Evidence:
    """Ask the rules again, through the same expressions, and keep what they came to."""
    staged = stage(policy, facts, as_of, names)
    found = Evidence(staged.plans, {}, {}, {})
    for unit in ("family", "member"):
        plans = [plan for plan in staged.plans if plan.programme.unit == unit]
        table = staged.families if unit == "family" else staged.members
        key = "family_id" if unit == "family" else "person_id"
        rows = con.to_pyarrow(table.select(table[key], **_asked(policy, plans, table))).to_pylist()
        for plan in plans:
            keyed = {0 if unit == "family" else row[key]: row for row in rows}
            found.values[plan.name] = {
                number: _told(policy, plan, row) for number, row in keyed.items()
            }
            found.amounts[plan.name] = {
                number: row[f"{plan.name}|amount"] for number, row in keyed.items()
            }
    _who(staged, con, found)
    return found


def _who(staged: Staged, con: Any, found: Evidence) -> None:
    columns = {
        f"{plan.name}__is_{c.component.name}"
        for plan in staged.plans
        for c in plan.components
        if plan.of_family
    }
    wanted = [name for name in staged.members.columns if name in columns]
    rows = con.to_pyarrow(staged.members.select("person_id", *wanted)).to_pylist()
    for plan in staged.plans:
        if plan.of_family:
            found.who[plan.name] = {
                row["person_id"]: {
                    c.component.name: row[f"{plan.name}__is_{c.component.name}"]
                    for c in plan.components
                }
                for row in rows
            }


def _scope(policy: Policy, plan: Plan) -> Scope:
    programme = plan.programme
    units = {name: other.unit for name, other in policy.programmes.items()}
    values = {name: value.rule.node for name, value in programme.values.items()}
    return Scope(
        policy.variables,
        programme.parameters,
        values,
        units,
        member=not plan.of_family,
        counted=plan.of_family and bool(plan.components),
    )


def _asked(policy: Policy, plans: Sequence[Plan], table: Any) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for plan in plans:
        rules, scope = rules_for(plan, table), _scope(policy, plan)
        columns[f"{plan.name}|amount"] = amount_columns(plan, table)["amount"]
        for condition in (c.condition for c in plan.criteria if c.condition):
            for name in condition.names():
                value = _value(rules, understand(name, scope).node)
                columns |= {f"{plan.name}|{name}|{i}": end for i, end in enumerate(value)}
    return columns


def _value(rules: Any, node: Any) -> tuple[Any, ...]:
    value = rules.value(node)
    if isinstance(value, Span):
        return (column(value.low), column(value.high))
    return (value,)


def _told(policy: Policy, plan: Plan, row: Mapping[str, Any]) -> dict[str, Any]:
    """The values of one row, by name; a count that is not settled is a pair."""
    scope, told = _scope(policy, plan), {}
    for condition in (c.condition for c in plan.criteria if c.condition):
        for name in condition.names():
            value = row[f"{plan.name}|{name}|0"]
            high = row.get(f"{plan.name}|{name}|1", value)
            decimals = getattr(understand(name, scope).node.type, "decimals", 0)
            ends = [_unscaled(end, decimals) for end in (value, high)]
            told[name] = ends[0] if ends[0] == ends[1] else (ends[0], ends[1])
    return told


def _unscaled(value: Any, decimals: int) -> Any:
    from decimal import Decimal

    if decimals and isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value).scaleb(-decimals)
    return value
