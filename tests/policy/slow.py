"""A second, slow reading of the rule language: plain Python, one family at a time.

Written apart from the engine's rules, from docs/rule-language.md. Numbers are intervals of
fractions, unknown is None.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from tepat.policy.language import Node

Facts = Mapping[str, Any]
Interval = tuple[Fraction, Fraction]
MILLION = 1_000_000


def interval(value: Any) -> Any:
    """A number as an interval of one; everything else as it is."""
    if isinstance(value, bool) or value is None or isinstance(value, tuple | date | str):
        return value
    return Fraction(value), Fraction(value)


class Slow:
    """Evaluates rules for one family on one day."""

    def __init__(
        self,
        family: Facts,
        members: Sequence[Facts],
        on: date,
        fixed: Facts,
        named: Mapping[str, Node],
        bounds: Facts,
    ) -> None:
        self.family, self.members, self.on = family, members, on
        self.fixed, self.named, self.bounds = fixed, named, bounds

    def value(self, node: Node, member: Facts | None = None) -> Any:
        """True, False, None, a date, an answer's name, or an interval."""
        kind, args = node.kind, node.args
        if kind in ("any", "all", "count", "sum"):
            return self.counted(kind, args[0])
        if kind == "name":
            return self.name(str(node.value), member)
        if kind in ("holds", "held"):
            return self.family[f"{kind}__{args[0].value}"]
        if kind in ("number", "date", "yes_no"):
            return interval(node.value)
        if kind in ("and", "or", "not"):
            return kleene(kind, [self.value(arg, member) for arg in args])
        values = [self.value(arg, member) for arg in args]
        if kind == "in":
            return kleene("or", [compared("=", values[0], v) for v in self.spread(values)])
        if kind == "in_range":
            ends = compared(">=", values[0], values[1]), compared("<=", values[0], values[2])
            return kleene("and", list(ends))
        if kind in ("=", "!=", "<", "<=", ">", ">="):
            return compared(kind, *values)
        return self.calculated(kind, values)

    def spread(self, values: list[Any]) -> list[Any]:
        """The options of `in`: groups of answers are tuples of names."""
        options: list[Any] = []
        for value in values[1:]:
            names = isinstance(value, tuple) and isinstance(value[0], str)
            options += list(value) if names else [value]
        return options

    def name(self, name: str, member: Facts | None) -> Any:
        if name in self.named:
            return self.value(self.named[name], member)
        if name == "roster_size":
            return interval(len(self.members))
        if name == "as_of":
            return self.on
        for facts in (self.fixed, member or {}, self.family):
            if name in facts:
                return interval(facts[name])
        return name  # an answer of a coded variable

    def counted(self, kind: str, inner: Node) -> Any:
        values = [self.value(inner, member) for member in self.members]
        unknown = sum(value is None for value in values)
        if kind == "sum":
            known = [value for value in values if value is not None]
            widest = Slow(self.bounds, [], self.on, self.fixed, self.named, {})
            low, high = widest.value(inner, self.bounds)
            least = sum((v[0] for v in known), Fraction(0)) + unknown * min(0, low)
            most = sum((v[1] for v in known), Fraction(0)) + unknown * max(0, high)
            return least, most
        yes = sum(value is True for value in values)
        if kind == "count":
            return Fraction(yes), Fraction(yes + unknown)
        return kleene("or" if kind == "any" else "and", values)

    def calculated(self, kind: str, values: list[Any]) -> Any:
        if any(value is None for value in values):
            return None
        if kind == "age":
            (born,) = values
            before = (self.on.month, self.on.day) < (born.month, born.day)
            return interval(self.on.year - born.year - before)
        if kind in ("min", "max"):
            choose = min if kind == "min" else max
            return choose(v[0] for v in values), choose(v[1] for v in values)
        if kind == "floor":
            return tuple(Fraction(math.floor(end)) for end in values[0])
        if kind == "negative":
            return -values[0][1], -values[0][0]
        return arithmetic(kind, *values)


def arithmetic(sign: str, one: Interval, other: Interval) -> Interval | None:
    if sign == "+":
        return one[0] + other[0], one[1] + other[1]
    if sign == "-":
        return one[0] - other[1], one[1] - other[0]
    if sign == "/" and other[0] <= 0 <= other[1]:
        return None
    pairs = itertools.product(one, other)
    ends = [a * b if sign == "*" else a / b for a, b in pairs]
    ends = [Fraction(math.floor(end * MILLION), MILLION) for end in ends]
    return min(ends), max(ends)


def kleene(kind: str, values: list[Any]) -> bool | None:
    if kind == "not":
        return None if values[0] is None else not values[0]
    decisive = kind == "or"
    if any(value is decisive for value in values):
        return decisive
    return None if any(value is None for value in values) else not decisive


def compared(sign: str, one: Any, other: Any) -> bool | None:
    """True or False where all that could be agrees; None otherwise."""
    if one is None or other is None:
        return None
    tests = {
        "=": lambda a, b: a == b,
        "!=": lambda a, b: a != b,
        "<": lambda a, b: a < b,
        "<=": lambda a, b: a <= b,
        ">": lambda a, b: a > b,
        ">=": lambda a, b: a >= b,
    }
    if not isinstance(one, tuple):
        return bool(tests[sign](one, other))
    settled = one[0] == one[1] and other[0] == other[1]
    apart = one[1] < other[0] or other[1] < one[0]
    if sign in ("=", "!="):
        if apart or settled:
            return bool(tests[sign](one[0] if settled else 0, other[0] if settled else 1))
        return None
    found = {bool(tests[sign](a, b)) for a in one for b in other}
    return found.pop() if len(found) == 1 else None
