"""A slow twin of the decision: plain Python, one family at a time, written apart from the engine.

It reads the parse tree of a checked policy and nothing of the engine's own work. Numbers are
exact fractions between what is known and what could be; None is unknown; truth is Kleene's. The
best assignment of members to components is found by trying all of them.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import Any

from tepat.policy.language import Node
from tepat.policy.model import Component, Ground, Policy, Programme

SIX_DECIMALS = 10**6
PLACES = {2: "province", 4: "kabupaten", 6: "kecamatan", 10: "village"}


@dataclass
class Member:
    """One person: facts by variable name; absent or None is unknown."""

    facts: Mapping[str, Any] = field(default_factory=dict)
    data_ok: bool | None = True


@dataclass
class Flag:
    """A finding on a member (place in the list, from 0) or, without one, on the family."""

    ground: str
    member: int | None = None
    contested: bool | None = False


@dataclass
class Benefit:
    """A programme that the family, or one member, holds or held."""

    programme: str
    member: int | None = None
    start: date | None = None
    end: date | None = None


@dataclass
class Family:
    """Everything known of one family."""

    facts: Mapping[str, Any] = field(default_factory=dict)
    members: Sequence[Member] = ()
    flags: Sequence[Flag] = ()
    benefits: Sequence[Benefit] = ()
    blocked: bool = False


@dataclass
class Answer:
    """What one programme says of one family or person."""

    outcome: str
    failed: set[str]
    unknown: set[str]
    counted: dict[str, int]
    open: set[str]
    amount: int | None


@dataclass(frozen=True)
class Span:
    """A number between what is known and what could be."""

    low: Fraction
    high: Fraction


def exactly(number: Any) -> Span:
    """A number that is known."""
    return Span(Fraction(number), Fraction(number))


def all_of(truths: Iterable[bool | None]) -> bool | None:
    """Kleene's 'and'."""
    truths = list(truths)
    return False if False in truths else None if None in truths else True


def any_of(truths: Iterable[bool | None]) -> bool | None:
    """Kleene's 'or'."""
    truths = list(truths)
    return True if True in truths else None if None in truths else False


def opposite(truth: bool | None) -> bool | None:
    """Kleene's 'not'."""
    return None if truth is None else not truth


def age_on(born: date, day: date) -> int:
    """Full years lived on a day."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


@dataclass
class Reading:
    """Evaluates rules of one programme on one family, speaking of one member or of none."""

    policy: Policy
    programme: Programme | None
    family: Family
    day: date
    member: int | None = None
    counted: Span | None = None
    benefits_given: bool = True

    def of(self, member: int) -> Reading:
        """The same rules, speaking of one member."""
        return Reading(
            self.policy,
            self.programme,
            self.family,
            self.day,
            member,
            self.counted,
            self.benefits_given,
        )

    def each(self) -> list[Reading]:
        """One reading per member of the family."""
        return [self.of(index) for index in range(len(self.family.members))]

    def value(self, node: Node) -> Any:
        """A truth, a span, a date or a code; None where unknown."""
        kind = node.kind
        if kind in ("number", "yes_no", "date", "code"):
            return exactly(node.value) if kind == "number" else node.value
        if kind == "named":
            return self.value(node.args[0])
        if kind == "parameter":
            return self._parameter(str(node.value))
        if kind == "variable":
            return self._variable(str(node.value))
        if kind == "as_of":
            return self.day
        if kind == "roster_size":
            size = self.family.facts.get("roster_size", len(self.family.members))
            return None if size is None else exactly(size)
        if kind == "counted_members":
            return self.counted
        if kind in ("holds", "held"):
            return self._holds(str(node.value), ever=kind == "held")
        if kind in ("any", "all", "count", "sum"):
            return self._members(node)
        if kind in ("and", "or", "not"):
            truths = [self.value(arg) for arg in node.args]
            return {"and": all_of, "or": any_of, "not": lambda t: opposite(t[0])}[kind](truths)
        return self._operation(node, [self.value(arg) for arg in node.args])

    def _operation(self, node: Node, args: list[Any]) -> Any:
        kind = node.kind
        if kind == "in_codes":
            return None if args[0] is None else args[0] in node.value
        if kind == "in":
            return any_of(compare("=", args[0], option) for option in args[1:])
        if kind == "in_range":
            return all_of([compare("<=", args[1], args[0]), compare("<=", args[0], args[2])])
        if kind in ("=", "!=", "<", "<=", ">", ">="):
            return compare(kind, *args)
        if None in args:
            return None
        if kind == "age":
            return exactly(age_on(args[0], self.day))
        if kind == "negative":
            return Span(-args[0].high, -args[0].low)
        if kind == "floor":
            return Span(Fraction(math.floor(args[0].low)), Fraction(math.floor(args[0].high)))
        if kind in ("min", "max"):
            choose = min if kind == "min" else max
            return Span(choose(a.low for a in args), choose(a.high for a in args))
        return calculate(kind, *args)

    def _parameter(self, name: str) -> Any:
        assert self.programme is not None
        dated = self.programme.parameters[name].on(self.day)
        if dated is None:
            return None
        return dated.value if isinstance(dated.value, date) else exactly(dated.value)

    def _variable(self, name: str) -> Any:
        variable = self.policy.variables[name]
        if variable.of == "member":
            assert self.member is not None
            value = self.family.members[self.member].facts.get(name)
        else:
            value = self.family.facts.get(name)
        number = variable.type == "number" and value is not None
        given = exactly(Fraction(value, 10**variable.decimals)) if number else value
        if variable.computed is None:
            return given
        computed = self.value(variable.computed.node)
        if isinstance(computed, Span) and not (
            variable.minimum <= computed.low and computed.high <= variable.maximum
        ):
            computed = None
        return given if computed is None else computed

    def _holds(self, name: str, *, ever: bool) -> bool | None:
        if not self.benefits_given:
            return None
        personal = self.policy.programmes[name].unit == "member"
        return any(
            benefit.programme == name
            and (not personal or benefit.member == self.member)
            and (benefit.start is None or benefit.start <= self.day)
            and (ever or benefit.end is None or self.day <= benefit.end)
            for benefit in self.family.benefits
        )

    def _members(self, node: Node) -> Any:
        values = [reading.value(node.args[0]) for reading in self.each()]
        if node.kind in ("any", "all"):
            return any_of(values) if node.kind == "any" else all_of(values)
        if node.kind == "count":
            return Span(Fraction(values.count(True)), Fraction(len(values) - values.count(False)))
        kind, known = node.args[0].type, [v for v in values if v is not None]
        scale, missing = 10**kind.decimals, len(values) - len(known)
        low, high = Fraction(min(0, kind.low), scale), Fraction(max(0, kind.high), scale)
        return Span(
            sum((v.low for v in known), Fraction(0)) + missing * low,
            sum((v.high for v in known), Fraction(0)) + missing * high,
        )


def compare(sign: str, one: Any, other: Any) -> bool | None:
    """Compare two values; of spans, unknown only where the answer differs within them."""
    if one is None or other is None:
        return None
    if sign in (">", ">="):
        return compare({">": "<", ">=": "<="}[sign], other, one)
    if sign == "!=":
        return opposite(compare("=", one, other))
    if not isinstance(one, Span):
        return {"=": lambda: one == other, "<": lambda: one < other, "<=": lambda: one <= other}[
            sign
        ]()
    if sign == "=":
        if one.low == one.high == other.low == other.high:
            return True
        return False if one.high < other.low or other.high < one.low else None
    if sign == "<":
        return True if one.high < other.low else False if one.low >= other.high else None
    return True if one.high <= other.low else False if one.low > other.high else None


def calculate(sign: str, one: Span, other: Span) -> Span | None:
    """Add, subtract, multiply, divide; six decimals are kept, rounded down."""
    if sign == "+":
        return Span(one.low + other.low, one.high + other.high)
    if sign == "-":
        return Span(one.low - other.high, one.high - other.low)
    if sign == "/" and other.low <= 0 <= other.high:
        return None
    corners = [
        six_decimals(a * b if sign == "*" else a / b)
        for a, b in itertools.product((one.low, one.high), (other.low, other.high))
    ]
    return Span(min(corners), max(corners))


def six_decimals(number: Fraction) -> Fraction:
    """A number with six decimals, rounded down."""
    return Fraction(math.floor(number * SIX_DECIMALS), SIX_DECIMALS)


@dataclass(frozen=True)
class Kind:
    """A component in force: its amount and its cap."""

    component: Component
    amount: int
    cap: int | None


@dataclass
class Twin:
    """One programme on one day."""

    policy: Policy
    programme: Programme
    day: date
    lists: frozenset[str] = frozenset()
    benefits_given: bool = True

    def __post_init__(self) -> None:
        """Fix the components in force, dearest first, then in the order of the file."""
        blank = Reading(self.policy, self.programme, Family(), self.day)
        kinds = []
        for component in self.programme.components:
            asked = not component.periods or any(p.covers(self.day) for p in component.periods)
            amount = blank.value(component.amount.node)
            if asked and amount is not None:
                cap = component.at_most and blank.value(component.at_most.node)
                kinds.append(
                    Kind(component, int(amount.low), None if cap is None else int(cap.low))
                )
        self.kinds = sorted(kinds, key=lambda kind: -kind.amount)
        cap = self.programme.at_most and blank.value(self.programme.at_most.node)
        self.cap = None if cap is None else int(cap.low)
        self.names = [kind.component.name for kind in self.kinds]
        amount = self.programme.amount
        self.paid = amount is not None and all(
            blank.value(node) is not None for node in amount.node.walk() if node.kind == "parameter"
        )

    def decide(self, family: Family) -> list[Answer]:
        """One answer for a family programme, one per member for a personal one."""
        if self.programme.unit == "family":
            return [self._family(family)]
        return [self._person(family, index) for index in range(len(family.members))]

    def _reading(self, family: Family, member: int | None = None) -> Reading:
        return Reading(
            self.policy,
            self.programme,
            family,
            self.day,
            member,
            benefits_given=self.benefits_given,
        )

    def _family(self, family: Family) -> Answer:
        reading = self._reading(family)
        qualifies = [self._qualifies(family, index) for index in range(len(family.members))]
        known = self._assign([{c for c, t in row.items() if t is True} for row in qualifies])
        could = self._assign([{c for c, t in row.items() if t is not False} for row in qualifies])
        if self.kinds:
            reading.counted = Span(Fraction(sum(known)), Fraction(sum(could)))
        states = {
            c.name: reading.value(c.rule.node)
            for c in self.programme.conditions
            if c.in_force(self.day)
        }
        for name in self.programme.excluded_by:
            states[name] = opposite(self._excludes_family(family, self.policy.grounds[name]))
        states["record_in_order"] = None if family.blocked else True
        counted = {n: c for n, c in zip(self.names, known, strict=True) if c}
        opened = self._open(qualifies, known)
        return self._answer(reading, states, counted, opened)

    def _person(self, family: Family, index: int) -> Answer:
        reading = self._reading(family, index)
        states = {
            c.name: reading.value(c.rule.node)
            for c in self.programme.conditions
            if c.in_force(self.day)
        }
        for name in self.programme.excluded_by:
            states[name] = opposite(self._excludes_person(family, self.policy.grounds[name], index))
        fine = not family.blocked and family.members[index].data_ok is True
        states["record_in_order"] = True if fine else None
        row = {k.component.name: reading.value(k.component.who.node) for k in self.kinds}
        sure = next((name for name in self.names if row[name] is True), None)
        dearer = self.names[: self.names.index(sure)] if sure else self.names
        opened = {name for name in dearer if row[name] is None}
        return self._answer(reading, states, {sure: 1} if sure else {}, opened)

    def _answer(
        self,
        reading: Reading,
        states: dict[str, bool | None],
        counted: dict[str, int],
        opened: set[str],
    ) -> Answer:
        if self.programme.place:
            at = reading.family.facts.get(PLACES[len(self.programme.place)])
            states["in_place"] = None if at is None else at == self.programme.place
        amount: Any = exactly(0)
        if self.paid:
            assert self.programme.amount is not None
            amount = reading.value(self.programme.amount.node)
            if self.programme.amount.names("variable"):
                states["amount_known"] = None if amount is None else True
        failed = {name for name, state in states.items() if state is False}
        unknown = {name for name, state in states.items() if state is None}
        outcome = "not_eligible" if failed else "cannot_decide" if unknown else "eligible"
        total = None
        if outcome == "eligible" and (self.paid or self.kinds):
            by_name = {kind.component.name: kind.amount for kind in self.kinds}
            total = int(amount.low) + sum(by_name[n] * count for n, count in counted.items())
        return Answer(outcome, failed, unknown, counted, opened, total)

    # ---- who counts ----

    def _qualifies(self, family: Family, index: int) -> dict[str, bool | None]:
        """Whether a member may count under each component."""
        reading, member = self._reading(family, index), family.members[index]
        grounds = [self.policy.grounds[name] for name in self.programme.excluded_by]
        out = any_of(
            self._met(family, ground, index) for ground in grounds if ground.reach == "person"
        )
        return {
            kind.component.name: all_of(
                [
                    reading.value(kind.component.who.node),
                    opposite(out),
                    True if member.data_ok is True else None,
                ]
            )
            for kind in self.kinds
        }

    def _assign(self, rows: list[set[str]]) -> list[int]:
        """How many count under each component when the family's total is highest.

        Between equal totals the components that stand first are filled first.
        """
        sets = tuple(frozenset(self.names.index(name) for name in row) for row in rows)
        amounts = tuple(kind.amount for kind in self.kinds)
        return list(best_counts(sets, amounts, tuple(kind.cap for kind in self.kinds), self.cap))

    def _open(self, rows: list[dict[str, bool | None]], known: list[int]) -> set[str]:
        """Components with room for a member of whom it is unknown whether he or she qualifies.

        A member who surely counts under a dearer component without cap stays there.
        """
        found, taken = set(), 0
        for place, kind in enumerate(self.kinds):
            settled = [k.component.name for k in self.kinds[:place] if k.cap is None]
            waiting = any(
                row[kind.component.name] is None and not any(row[name] is True for name in settled)
                for row in rows
            )
            taken += known[place]
            room = kind.cap is None or known[place] < kind.cap
            if waiting and room and (self.cap is None or taken < self.cap):
                found.add(kind.component.name)
        return found

    def could_add(self, family: Family) -> set[str]:
        """Components that count more members if all that is unknown about them alone is true."""
        rows = [self._qualifies(family, index) for index in range(len(family.members))]
        known = self._assign([{c for c, t in row.items() if t is True} for row in rows])
        found = set()
        for place, name in enumerate(self.names):
            filled = [
                {c for c, t in row.items() if t is True or (c == name and t is None)}
                for row in rows
            ]
            if self._assign(filled)[place] > known[place]:
                found.add(name)
        return found

    # ---- exclusion grounds ----

    def _met(self, family: Family, ground: Ground, index: int) -> bool | None:
        """Whether a ground meets one member; a contested finding is unknown."""
        reading = Reading(self.policy, None, family, self.day, index)
        if ground.rule is not None and reading.value(ground.rule.node) is True:
            return True
        return flagged(
            flag
            for flag in family.flags
            if flag.ground == ground.name and flag.member in (None, index)
        )

    def _unlisted(self, ground: Ground) -> bool | None:
        return None if ground.required and ground.name not in self.lists else False

    def _excludes_family(self, family: Family, ground: Ground) -> bool | None:
        met = [self._met(family, ground, index) for index in range(len(family.members))]
        whole = flagged(f for f in family.flags if f.ground == ground.name and f.member is None)
        hit = any_of(met)
        if ground.reach == "person":
            hit = all_of([hit, self._nobody_left(family)])
        return any_of([hit, whole, self._unlisted(ground)])

    def _nobody_left(self, family: Family) -> bool | None:
        """Whether grounds that speak of single persons take every member out."""
        grounds = [self.policy.grounds[name] for name in self.programme.excluded_by]
        personal = [ground for ground in grounds if ground.reach == "person"]
        members = range(len(family.members))
        out = [any_of(self._met(family, ground, index) for ground in personal) for index in members]
        return all_of(out) if out else False

    def _excludes_person(self, family: Family, ground: Ground, index: int) -> bool | None:
        if ground.reach == "family":
            return self._excludes_family(family, ground)
        return any_of([self._met(family, ground, index), self._unlisted(ground)])


def flagged(flags: Iterable[Flag]) -> bool | None:
    """What flags of one ground say: an uncontested one is a hit, a contested one is unknown."""
    return any_of([None if flag.contested else True for flag in flags])


@lru_cache(maxsize=200_000)
def best_counts(
    rows: tuple[frozenset[int], ...],
    amounts: tuple[int, ...],
    caps: tuple[int | None, ...],
    cap: int | None,
) -> tuple[int, ...]:
    """The counts per component of the assignment with the highest total, found by trying all."""
    reachable = {(0,) * len(amounts)}
    for row in rows:
        further = set(reachable)
        for counts, place in itertools.product(reachable, row):
            room = caps[place] is None or counts[place] < caps[place]
            if room and (cap is None or sum(counts) < cap):
                further.add((*counts[:place], counts[place] + 1, *counts[place + 1 :]))
        reachable = further
    return max(
        reachable,
        key=lambda counts: (sum(a * n for a, n in zip(amounts, counts, strict=True)), counts),
    )
