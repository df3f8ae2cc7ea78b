"""One programme on one day: its criteria in order, its components by amount, what is not checked.

The plan fixes everything that does not depend on a family, and its order is the order of the bits
in a decision.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from tepat.policy.compile import Counts, Rules
from tepat.policy.model import Calendar, Component, Condition, Ground, Policy, Programme

PLACE_COLUMNS = {2: "province", 4: "kabupaten", 6: "kecamatan", 10: "village"}


@dataclass(frozen=True)
class Criterion:
    """One reason: a condition of the programme, an exclusion ground, or one that Tepat adds.

    Tepat adds ``in_place`` (a regional programme), ``record_in_order`` (no error on the family or
    its head) and ``amount_known`` (an amount that hangs on a fact).
    """

    name: str
    condition: Condition | None = None
    ground: Ground | None = None


@dataclass(frozen=True)
class PlannedComponent:
    """A component in force, with its yearly amount per member and its cap per family."""

    component: Component
    amount: int
    cap: int | None


@dataclass(frozen=True)
class Plan:
    """One programme on one day."""

    programme: Programme
    rules: Rules
    criteria: tuple[Criterion, ...]
    components: tuple[PlannedComponent, ...]  # highest amount first
    cap: int | None
    pays_amount: bool
    not_checked: tuple[str, ...]
    calendar: Calendar | None

    @property
    def name(self) -> str:
        """The programme's short name."""
        return self.programme.name

    @property
    def of_family(self) -> bool:
        """Whether the programme decides families (else persons)."""
        return self.programme.unit == "family"

    @property
    def pays(self) -> bool:
        """Whether decisions carry an amount."""
        return bool(self.components) or self.pays_amount


def plan_programme(
    policy: Policy, name: str, as_of: date, lists: Iterable[str], counts: Counts
) -> Plan:
    """Fix one programme on a day; ``lists`` names the exclusion grounds whose list was loaded."""
    programme = policy.programmes[name]
    rules = Rules(as_of, programme.parameters, counts)
    grounds = [policy.grounds[ground] for ground in programme.excluded_by]
    pays_amount = programme.amount is not None and rules.in_force(programme.amount.node)
    criteria = [Criterion(c.name, condition=c) for c in programme.conditions if c.in_force(as_of)]
    criteria += [Criterion(ground.name, ground=ground) for ground in grounds]
    if programme.place:
        criteria.append(Criterion("in_place"))
    criteria.append(Criterion("record_in_order"))
    if pays_amount and programme.amount and programme.amount.names("variable"):
        criteria.append(Criterion("amount_known"))
    loaded = set(lists)
    plan = Plan(
        programme,
        rules,
        tuple(criteria),
        _components(programme, rules, as_of),
        _cap(programme, rules),
        pays_amount,
        tuple(g.name for g in grounds if g.name not in loaded),
        calendar_on(programme, as_of),
    )
    _collect(plan, counts)
    return plan


def calendar_on(programme: Programme, day: date, channel: str | None = None) -> Calendar | None:
    """The calendar in force on a day, of one channel or of the first that is named."""
    asked = (c for c in programme.calendars if channel in (None, c.channel))
    return next((c for c in asked if c.period.covers(day)), None)


def _components(programme: Programme, rules: Rules, as_of: date) -> tuple[PlannedComponent, ...]:
    planned = []
    for component in programme.components:
        asked = not component.periods or any(p.covers(as_of) for p in component.periods)
        if asked and rules.in_force(component.amount.node):
            cap = rules.constant(component.at_most.node) if component.at_most else None
            planned.append(PlannedComponent(component, rules.constant(component.amount.node), cap))
    return tuple(sorted(planned, key=lambda planned: -planned.amount))


def _cap(programme: Programme, rules: Rules) -> int | None:
    if programme.at_most is None or not rules.in_force(programme.at_most.node):
        return None
    return rules.constant(programme.at_most.node)


def _collect(plan: Plan, counts: Counts) -> None:
    """Note the counts over members that the programme's rules ask for."""
    asked = [c.condition for c in plan.criteria if c.condition]
    nodes = [condition.rule.node for condition in asked]
    values = plan.programme.values
    nodes += [values[n].rule.node for c in asked for n in c.names() if n in values]
    if plan.programme.amount is not None and plan.pays_amount:
        nodes.append(plan.programme.amount.node)
    nodes += [rule.node for rule in plan.programme.priority]
    if not plan.of_family:
        nodes += [c.component.who.node for c in plan.components]
    counts.collect(plan.rules, *nodes)
