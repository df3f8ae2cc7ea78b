"""Random families for the twin: thresholds' neighbours, unknowns, flags and benefits of all kinds.

Values come from the policy itself: each number near a parameter or a bound, each code mostly among
those that a rule names. One family is drawn from one seed, so Hypothesis and bulk runs share it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from tepat.policy.language import Node
from tepat.policy.model import Policy, Variable
from tests.twin.reading import Benefit, Family, Flag, Member

PLACES = ("province", "kabupaten", "kecamatan", "village")
LENGTHS = (2, 4, 6, 10)


def rule_nodes(policy: Policy) -> Iterator[Node]:
    """Every node of every rule of a policy."""
    for variable in policy.variables.values():
        if variable.computed is not None:
            yield from variable.computed.node.walk()
    for ground in policy.grounds.values():
        if ground.rule is not None:
            yield from ground.rule.node.walk()
    for programme in policy.programmes.values():
        rules = [condition.rule for condition in programme.conditions]
        rules += [component.who for component in programme.components]
        rules += [programme.amount] if programme.amount else []
        for rule in rules:
            yield from rule.node.walk()


@dataclass
class Pools:
    """Which values each variable that a rule uses may take, on a day."""

    policy: Policy
    day: date
    values: dict[str, list[Any]] = field(default_factory=dict)
    lists: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Collect the values from parameters, bounds and the codes that rules name."""
        nodes = list(rule_nodes(self.policy))
        numbers = {
            int(dated.value) + step
            for programme in self.policy.programmes.values()
            for parameter in programme.parameters.values()
            for dated in parameter.values
            if not isinstance(dated.value, date)
            for step in (-1, 0, 1)
        } | {0, 1, 2}
        named = coded(nodes)
        for name in dict.fromkeys(str(node.value) for node in nodes if node.kind == "variable"):
            variable = self.policy.variables[name]
            self.values[name] = self._values(variable, numbers, named.get(name, set()))
        self.lists = sorted(
            {ground for p in self.policy.programmes.values() for ground in p.excluded_by}
        )
        self.places = [p.place for p in self.policy.programmes.values() if p.place]

    def _values(self, variable: Variable, numbers: set[int], named: set[int]) -> list[Any]:
        if variable.type == "yes_no":
            return [True, False]
        if variable.type == "code":
            return [
                *variable.codes,
                *sorted(named) * (1 + len(variable.codes) // len(named or "1")),
            ]
        if variable.type == "date":
            return birth_dates(self.day, sorted(n for n in numbers if -2 <= n <= 130))
        scale = 10**variable.decimals
        low, high = int(variable.minimum * scale), int(variable.maximum * scale)
        near = {n * scale + step for n in numbers for step in (-1, 0, 1)} | {low, high}
        usual = [n for n in range(low, low + 6) if n <= high]
        return sorted(n for n in near if low <= n <= high) + usual * 3


def coded(nodes: list[Node]) -> dict[str, set[int]]:
    """The codes that rules name, by variable."""
    found: dict[str, set[int]] = {}
    for node in nodes:
        if node.kind == "in_codes":
            found.setdefault(node.args[0].type.variable, set()).update(node.value)
        elif node.kind == "code":
            found.setdefault(node.type.variable, set()).add(node.value)
    return found


def birth_dates(day: date, ages: list[int]) -> list[date]:
    """Birthdays around each age on a day, leap days among them."""
    found = {date(2004, 2, 29), date(2020, 2, 29), date(1964, 2, 29)}
    for age in ages:
        start = date(day.year - age, day.month, min(day.day, 28))
        found |= {start + timedelta(days=step) for step in (-1, 0, 1, 3)}
    return sorted(found)


def random_family(pools: Pools, seed: int, *, largest: int = 6) -> Family:
    """One family, drawn from a seed; a third has no unknowns, a third many."""
    chance = random.Random(seed)
    nulls = chance.choice([0.0, 0.05, 0.3])
    variables = pools.policy.variables
    facts: dict[str, Any] = {
        name: pick(chance, values, nulls)
        for name, values in pools.values.items()
        if variables[name].of == "family"
    }
    facts |= random_place(chance, pools.places, nulls)
    size = chance.choice([0, 1, 1, 2, 2, 3, 3, 4, 5, largest])
    members = [random_member(chance, pools, nulls) for _ in range(size)]
    facts["roster_size"] = size
    return Family(
        facts,
        members,
        random_flags(chance, pools, size),
        random_benefits(chance, pools, size),
        chance.random() < nulls / 3,
    )


def pick(chance: random.Random, values: list[Any], nulls: float) -> Any:
    """A value, or unknown."""
    return None if chance.random() < nulls else chance.choice(values)


def random_place(chance: random.Random, places: list[str], nulls: float) -> dict[str, str | None]:
    """Codes of places, half of them in a place that a programme names."""
    near = chance.choice(places) if places and chance.random() < 0.5 else ""
    code = near + "".join(chance.choice("0123456789") for _ in range(10 - len(near)))
    return {
        name: pick(chance, [code[:length]], nulls)
        for name, length in zip(PLACES, LENGTHS, strict=True)
    }


def random_member(chance: random.Random, pools: Pools, nulls: float) -> Member:
    """One person."""
    facts = {
        name: pick(chance, values, nulls)
        for name, values in pools.values.items()
        if pools.policy.variables[name].of == "member"
    }
    return Member(facts, None if chance.random() < nulls / 2 else True)


def random_flags(chance: random.Random, pools: Pools, size: int) -> list[Flag]:
    """Mostly none; else one to four, often of one ground, on members or the family."""
    if not pools.lists or chance.random() < 0.6:
        return []
    grounds = chance.sample(pools.lists, min(2, len(pools.lists)))
    return [
        Flag(
            chance.choice(grounds),
            chance.choice([None, *range(size), *range(size)]),
            chance.choice([True, False, False]),
        )
        for _ in range(chance.randint(1, 4))
    ]


def random_benefits(chance: random.Random, pools: Pools, size: int) -> list[Benefit]:
    """What the family and its members hold or held, around the day."""
    found = []
    for name, programme in pools.policy.programmes.items():
        if chance.random() < 0.25 and (programme.unit == "family" or size):
            start = pools.day + timedelta(days=chance.choice([-400, -1, 0, 1, 40]))
            end = chance.choice([None, start, start + timedelta(days=chance.choice([1, 399, 400]))])
            member = None if programme.unit == "family" else chance.randrange(size)
            found.append(Benefit(name, member, start, end))
    return found
