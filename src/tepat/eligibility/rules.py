"""What the programmes say of each family and person, and why.

Pure: tables in, tables out, as Ibis expressions that run on any engine. An outcome is

- not eligible, where a criterion is false;
- cannot decide, where none is false and one is unknown;
- eligible, where all are true.

Criteria that were not checked (a list that was not loaded) stand beside the decision and do not
block it, unless the ground says so.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tepat.eligibility import components as chosen
from tepat.eligibility.plan import PLACE_COLUMNS, Criterion, Plan
from tepat.eligibility.staging import Facts, person_mask, stage
from tepat.policy.compile import Rules, bits, column, is_unknown
from tepat.policy.model import Policy

__all__ = ["CANNOT_DECIDE", "ELIGIBLE", "NOT_ELIGIBLE", "OUTCOMES", "Decisions", "Facts", "decide"]

NOT_ELIGIBLE, ELIGIBLE, CANNOT_DECIDE = 0, 1, 2
OUTCOMES = {NOT_ELIGIBLE: "not_eligible", ELIGIBLE: "eligible", CANNOT_DECIDE: "cannot_decide"}
FAMILY_KEYS = ("family_id", "family_key", "province", "kabupaten", "decile")


@dataclass(frozen=True)
class Decisions:
    """Two wide tables: one row per family, one per person; columns as ARCHITECTURE.md says."""

    families: Any
    members: Any
    plans: tuple[Plan, ...]


def decide(policy: Policy, facts: Facts, as_of: date, programmes: Sequence[str]) -> Decisions:
    """Decide programmes that are in force on a day, for every family and person."""
    staged = stage(policy, facts, as_of, programmes)
    of_families = [plan for plan in staged.plans if plan.of_family]
    of_persons = [plan for plan in staged.plans if not plan.of_family]
    return Decisions(
        _decided(staged.families, of_families, staged.bits, FAMILY_KEYS),
        _decided(
            staged.members, of_persons, staged.bits, ("person_id", "person_key", *FAMILY_KEYS)
        ),
        staged.plans,
    )


def _decided(table: Any, plans: Sequence[Plan], bits: dict[str, int], keys: Sequence[str]) -> Any:
    """The wide table of outcomes, reasons and amounts.

    Each step is a projection of its own: an engine does not share work inside a CASE.
    """
    import ibis

    columns = {key: table[key] if key in table.columns else ibis.null("string") for key in keys}
    for step in (_states, _reasons, _outcomes):
        added: dict[str, Any] = {}
        for plan in plans:
            added |= step(plan, table, bits)
        table = table.mutate(**added) if added else table
    columns = {key: table[key] if key in table.columns else columns[key] for key in keys}
    for plan in plans:
        columns |= _answers(plan, table)
    return table.select(**columns)


def _states(plan: Plan, table: Any, grounds: dict[str, int]) -> dict[str, Any]:
    """What is said of each condition, and what grounds were found as one number."""
    columns = {
        f"{plan.name}__s{index}": criterion_state(plan, criterion, table)
        for index, criterion in enumerate(plan.criteria)
        if criterion.ground is None
    }
    found = dict(zip(("hit", "contested"), _found(plan, table, grounds), strict=True))
    return columns | {f"{plan.name}__{name}": value for name, value in found.items()}


def _reasons(plan: Plan, table: Any, grounds: dict[str, int]) -> dict[str, Any]:
    failed, unknown = _ground_reasons(plan, table, grounds)
    for index, criterion in enumerate(plan.criteria):
        if criterion.ground is None:
            state = table[f"{plan.name}__s{index}"]
            failed += _bit(~state, index)
            unknown += _bit(is_unknown(state), index)
    columns = {"failed": failed, "unknown": unknown}
    columns |= {f"pay_{name}": value for name, value in amount_columns(plan, table).items()}
    columns |= {
        f"priority{i}": column(plan.rules.on(table).value(rule.node).low)
        for i, rule in enumerate(plan.programme.priority)
    }
    return {f"{plan.name}__{name}": value for name, value in columns.items()}


def _outcomes(plan: Plan, table: Any, grounds: dict[str, int]) -> dict[str, Any]:
    import ibis

    failed, unknown = table[f"{plan.name}__failed"], table[f"{plan.name}__unknown"]
    outcome = ibis.cases((failed != 0, NOT_ELIGIBLE), (unknown != 0, CANNOT_DECIDE), else_=ELIGIBLE)
    # Ibis drops a cast that it thinks is not needed
    return {f"{plan.name}__outcome": outcome.cast("int64").cast("int8")}


def _answers(plan: Plan, table: Any) -> dict[str, Any]:
    import ibis

    def of(name: str) -> Any:
        return table[f"{plan.name}__{name}"]

    paid = ibis.cases((of("outcome") == ELIGIBLE, of("pay_amount")), else_=ibis.null("int64"))
    found = {name: of(name) for name in ("outcome", "failed", "unknown")} | {"amount": paid}
    parts = [f"n_{c.component.name}" for c in plan.components]
    fixed = ["fixed"] if f"{plan.name}__pay_fixed" in table.columns else []
    found |= {name: of(f"pay_{name}") for name in ["open", *parts, *fixed]}
    found |= {f"priority{i}": of(f"priority{i}") for i in range(len(plan.programme.priority))}
    return {f"{plan.name}__{name}": value for name, value in found.items()}


def _bit(state: Any, index: int) -> Any:
    import ibis

    return state.ifelse(ibis.literal(1 << index, "int64"), ibis.literal(0, "int64"))


def criterion_state(plan: Plan, criterion: Criterion, table: Any) -> Any:
    """Whether a criterion that is no exclusion ground is met: yes, no or unknown."""
    import ibis

    if criterion.condition is not None:
        rules = rules_for(plan, table)
        return rules.value(criterion.condition.rule.node)
    if criterion.name == "in_place":
        place = str(plan.programme.place)
        return table[PLACE_COLUMNS[len(place)]] == place
    if criterion.name == "amount_known":
        known = _amount(plan, table).notnull()
        return ibis.cases((known, True), else_=ibis.null("boolean"))
    bad = table.blocked if plan.of_family else table.blocked | table.data_ok.isnull()
    return ibis.cases((bad, ibis.null("boolean")), else_=True)


def rules_for(plan: Plan, table: Any) -> Rules:
    """A plan's rules over a staged table, with how many members count."""
    if not (plan.of_family and plan.components):
        return plan.rules.on(table)
    return plan.rules.on(table, chosen.counted_span(plan, table))


def _found(plan: Plan, table: Any, grounds: dict[str, int]) -> tuple[Any, Any]:
    """The grounds that were found against a family or person, and those still contested, as bits.

    Grounds of the reach ``person`` take persons out, and exclude the family once nobody is left.
    """
    family = sum(grounds[c.name] for c in plan.criteria if c.ground and c.ground.reach == "family")
    mask = person_mask(plan, grounds)
    hit, contested = table.family_hit, table.family_contested
    if family:
        hit = hit | (table.any_hit & family)
        contested = contested | (table.any_contested & family)
    if not plan.of_family:
        hit, contested = hit | (table.hit & mask), contested | (table.contested & mask)
    elif mask:
        somebody = table.roster_size > 0
        nobody = somebody & ~table[f"stay{mask}"]
        perhaps_nobody = somebody & ~table[f"surely_stay{mask}"]
        possible = table.any_hit | table.any_contested
        hit = hit | nobody.ifelse(table.any_hit & mask, _none())
        contested = contested | perhaps_nobody.ifelse(possible & mask, _none())
    return hit, contested


def _none() -> Any:
    import ibis

    return ibis.literal(0, "int64")


def _ground_reasons(plan: Plan, table: Any, grounds: dict[str, int]) -> tuple[Any, Any]:
    """Bits of the criteria that are grounds: failed where found; unknown while contested, or where
    a required list is missing and nothing was found.

    Most have none, and are not looked at ground by ground.
    """
    import ibis

    asked = [(i, c) for i, c in enumerate(plan.criteria) if c.ground is not None]
    if not asked:
        return _none(), _none()
    hit, contested = table[f"{plan.name}__hit"], table[f"{plan.name}__contested"]
    mask = sum(grounds[c.name] for _, c in asked)
    failed, unknown, missing = _none(), _none(), 0
    for index, criterion in asked:
        bit, ground = grounds[criterion.name], criterion.ground
        is_hit = (hit & bit) != 0
        failed += _bit(is_hit, index)
        assert ground is not None
        if ground.required and ground.name in plan.not_checked:
            missing |= 1 << index
            unknown += _bit(~is_hit, index)
        else:
            unknown += _bit(((contested & ~hit) & bit) != 0, index)
    quiet = ibis.literal(missing, "int64")
    return (
        ibis.cases(((hit & mask) == 0, _none()), else_=failed),
        ibis.cases((((hit | contested) & mask) == 0, quiet), else_=unknown),
    )


def _amount(plan: Plan, table: Any) -> Any:
    assert plan.programme.amount is not None
    return column(rules_for(plan, table).value(plan.programme.amount.node).low)


def amount_columns(plan: Plan, table: Any) -> dict[str, Any]:
    """The yearly amount, how it is made up, and what an unknown fact could add to."""
    import ibis

    fixed = _amount(plan, table) if plan.pays_amount else None
    parts: dict[str, Any] = {}
    numbers: list[Any] = []
    if plan.components and plan.of_family:
        numbers = chosen.counted(plan, table)
        parts["open"] = chosen.open_bits(plan, table)
    elif plan.components:
        numbers, parts["open"] = _of_person(plan, table)
    else:
        parts["open"] = ibis.literal(0, "int8").cast("int64")
    for component, number in zip(plan.components, numbers, strict=True):
        parts[f"n_{component.component.name}"] = number.cast("int16")
    terms = [n * c.amount for c, n in zip(plan.components, numbers, strict=True)]
    terms += [fixed] if fixed is not None else []
    parts["amount"] = (
        functools.reduce(operator.add, terms).cast("int64") if terms else ibis.null("int64")
    )
    if plan.programme.amount_paid_first and fixed is not None:
        parts["fixed"] = fixed
    return parts


def _of_person(plan: Plan, table: Any) -> tuple[list[Any], Any]:
    """A person counts for one component: the dearest for which he or she surely qualifies."""
    import ibis

    rules = plan.rules.on(table)
    states = [rules.value(c.component.who.node) for c in plan.components]
    numbers, could_add, taken = [], [], ibis.literal(False)
    for state in states:
        mine = state.fill_null(False) & ~taken
        numbers.append(mine.ifelse(1, 0).cast("int64"))
        could_add.append(is_unknown(state) & ~taken)
        taken = taken | mine
    return numbers, bits(could_add)
