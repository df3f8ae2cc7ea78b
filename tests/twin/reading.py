"""Rules read by the slow twin: one rule, one family, plain Python.

It knows the parse tree of a checked rule and nothing of the engine. Numbers are exact fractions
between what is known and what could be; None is unknown; truth is Kleene's.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from tepat.policy.language import Node
from tepat.policy.model import Policy, Programme

SIX_DECIMALS = 10**6


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
