"""What a run knew of one family, and every value its rules came to, from what the run kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tepat.eligibility.plan import Plan
from tepat.eligibility.rules import Facts, amount_columns, rules_for
from tepat.eligibility.staging import stage
from tepat.engine.errors import TepatError
from tepat.policy.compile import Span, column
from tepat.policy.meaning import Scope, understand
from tepat.policy.model import Policy
from tepat.runs.folder import RunFolder, forgotten_families

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
    _rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def rows(self, name: str) -> list[dict[str, Any]]:
        """The rows of one table of facts."""
        if name not in self._rows:
            self._rows[name] = self.tables[name].to_pylist()
        return self._rows[name]


def family_of(run: RunFolder, family_id: int) -> Family:
    """Read one family out of a run.

    Raises:
        TepatError: ``facts_forgotten`` where somebody of the family was erased since.
    """
    if family_id in forgotten_families(run.path):
        raise TepatError(
            "facts_forgotten",
            "What this run knew of the family is not whole any more.",
            "Somebody who belonged to it was erased, so reasons can no longer be told.",
            "Ask a later run, or export what was decided.",
        )
    lists = run.raw.execute("SELECT * FROM read_parquet(?)", [run.file("lists")]).to_arrow_table()
    return Family(
        {name: run.rows(name, family_id) for name in KEPT},
        run.rows("findings", family_id).to_pylist(),
        run.rows("family_decisions", family_id).to_pylist()[0],
        run.rows("member_decisions", family_id).to_pylist(),
        run.rows("awards", family_id).to_pylist(),
        {row["ground"]: row for row in lists.to_pylist()},
    )


def facts_of(run: RunFolder, tables: Mapping[str, Any]) -> Facts:
    """One family's rows (or changed copies of them) as facts for the rules."""
    import ibis

    return facts_from(run, {name: ibis.memtable(table) for name, table in tables.items()})


def facts_from(run: RunFolder, tables: Mapping[str, Any]) -> Facts:
    """Ibis tables of the run's kept facts as the rules take them."""
    benefits = tables["benefits"] if "benefits" in run.manifest["present"] else None
    lists = frozenset(run.manifest["lists"])
    return Facts(tables["families"], tables["members"], tables["flags"], lists, benefits)


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


@dataclass(frozen=True)
class Questions:
    """What is asked of the rules, as Ibis tables: of families, of members, who qualifies."""

    plans: tuple[Plan, ...]
    family: Any
    member: Any
    who: Any


def questions(policy: Policy, facts: Facts, as_of: date, names: Sequence[str]) -> Questions:
    """The expressions whose values an explanation tells."""
    staged = stage(policy, facts, as_of, names)
    of = {
        unit: [plan for plan in staged.plans if plan.programme.unit == unit]
        for unit in ("family", "member")
    }
    columns = {
        f"{plan.name}__is_{c.component.name}" for plan in of["family"] for c in plan.components
    }
    families, members = staged.families, staged.members
    return Questions(
        staged.plans,
        families.select("family_id", **_asked(policy, of["family"], families)),
        members.select("person_id", **_asked(policy, of["member"], members)),
        members.select("person_id", *(name for name in members.columns if name in columns)),
    )


def evidence(policy: Policy, facts: Facts, as_of: date, names: Sequence[str], con: Any) -> Evidence:
    """Ask the rules again, through the same expressions, and keep what they came to."""
    asked = questions(policy, facts, as_of, names)
    return heard(
        policy,
        asked.plans,
        {
            name: con.to_pyarrow(getattr(asked, name)).to_pylist()
            for name in ("family", "member", "who")
        },
    )


def heard(
    policy: Policy, plans: tuple[Plan, ...], rows: Mapping[str, list[dict[str, Any]]]
) -> Evidence:
    """The answers to ``Questions``, put in order."""
    found = Evidence(plans, {}, {}, {})
    for plan in plans:
        unit = plan.programme.unit
        keyed = {0 if plan.of_family else row["person_id"]: row for row in rows[unit]}
        names = _names(policy, plan)
        found.values[plan.name] = {number: _told(names, row) for number, row in keyed.items()}
        found.amounts[plan.name] = {
            number: row[f"{plan.name}|amount"] for number, row in keyed.items()
        }
        if plan.of_family:
            found.who[plan.name] = {
                row["person_id"]: {
                    c.component.name: row[f"{plan.name}__is_{c.component.name}"]
                    for c in plan.components
                }
                for row in rows["who"]
            }
    return found


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


def _names(policy: Policy, plan: Plan) -> dict[str, tuple[str, int]]:
    """By each name that the sentences use: where its value stands, and how many decimals it has."""
    scope = _scope(policy, plan)
    return {
        name: (f"{plan.name}|{name}", getattr(understand(name, scope).node.type, "decimals", 0))
        for condition in (c.condition for c in plan.criteria if c.condition)
        for name in condition.names()
    }


def _told(names: Mapping[str, tuple[str, int]], row: Mapping[str, Any]) -> dict[str, Any]:
    """The values of one row, by name; a count that is not settled is a pair."""
    told: dict[str, Any] = {}
    for name, (column_name, decimals) in names.items():
        value = row[f"{column_name}|0"]
        high = row.get(f"{column_name}|1", value)
        ends = [_unscaled(end, decimals) for end in (value, high)]
        told[name] = ends[0] if ends[0] == ends[1] else (ends[0], ends[1])
    return told


def _unscaled(value: Any, decimals: int) -> Any:
    from decimal import Decimal

    if decimals and isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value).scaleb(-decimals)
    return value
