"""The rule language: from a checked rule to an Ibis expression.

Only operations that mean the same on every engine are used: 64-bit integers, comparisons, Kleene
logic, CASE. A number is a pair of expressions, the lowest and the highest it can be; for all but
counts the two are one. Counts over members become columns of one grouped table, so that a run of
all programmes groups the members once.
"""

from __future__ import annotations

import functools
import itertools
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from tepat.policy.bounds import Number
from tepat.policy.language import SORTS, Node
from tepat.policy.meaning import DATE
from tepat.policy.model import Parameter, Value
from tepat.policy.spans import (
    Span,
    align,
    column,
    compare,
    exact,
    extreme,
    over,
    span,
    times,
    whole,
)

__all__ = [
    "IBIS_TYPES", "Counts", "Rules", "Span", "Tally", "bits", "column", "is_unknown", "whole",
    "with_columns",
]  # fmt: skip

IBIS_TYPES = {
    "number": "int64",
    "yes_no": "boolean",
    "code": "int16",
    "date": "date",
    "text": "string",
}


@dataclass
class Counts:
    """The counts over members that rules ask for, each computed once for all programmes."""

    wanted: dict[str, tuple[str, Node, Rules]] = field(default_factory=dict)

    def collect(self, rules: Rules, *nodes: Node) -> None:
        """Note every count in the given rules."""
        for node in itertools.chain.from_iterable(node.walk() for node in nodes):
            if node.kind in ("any", "all", "count", "sum"):
                self.wanted.setdefault(rules.signature(node), (f"c{len(self.wanted)}", node, rules))

    def name(self, signature: str) -> str:
        """The name under which a count's columns stand."""
        return self.wanted[signature][0]

    def tests(self, members: Any) -> dict[str, Any]:
        """What is counted over a members table: ``…_yes`` and ``…_open``, as yes-or-no columns."""
        found: dict[str, Any] = {}
        for name, node, rules in self.wanted.values():
            if node.kind == "sum":
                inner = rules.on(members).value(node.args[0])
                found[f"{name}_open"] = _of_each(members, column(inner.low).isnull())
            elif node.kind == "count":
                inner = rules.on(members).value(node.args[0])
                found[f"{name}_yes"] = _of_each(members, inner)
                found[f"{name}_open"] = _of_each(members, is_unknown(inner))
        return found

    def marks(self, members: Any) -> dict[str, Any]:
        """What is looked for among members, however often: ``…_yes``, ``…_no``, ``…_open``."""
        found: dict[str, Any] = {}
        for name, node, rules in self.wanted.values():
            if node.kind in ("any", "all"):
                inner = rules.on(members).value(node.args[0])
                decisive = inner if node.kind == "any" else ~inner
                word = "yes" if node.kind == "any" else "no"
                found[f"{name}_{word}"] = _of_each(members, decisive)
                found[f"{name}_open"] = _of_each(members, is_unknown(inner))
        return found

    def sums(self, members: Any) -> dict[str, Any]:
        """What is added up over a members table: ``…_sum``, as grouped columns."""
        found: dict[str, Any] = {}
        for name, node, rules in self.wanted.values():
            if node.kind == "sum":
                number = column(rules.on(members).value(node.args[0]).low)
                found[f"{name}_sum"] = _summed(_of_each(members, number))
        return found


def _of_each(members: Any, value: Any) -> Any:
    """A column, where a rule without any fact gives one value for all members."""
    import ibis
    from ibis.expr.types import Scalar

    if not isinstance(value, Scalar):
        return value
    return members.family_id.notnull().ifelse(value, ibis.null(value.type()))


def _summed(value: Any) -> Any:
    """The sum of whole numbers, as one.

    Within the bounds of the language it stays below 2^53, so doubles add it up exactly, whatever
    the order, and much faster than 128-bit integers. A roster beyond the bounds blocks its own
    family and must not stop the run for the others: its sum is any number or unknown.
    """
    return value.cast("float64").sum().try_cast("int64")


PACKED, BITS = 4, 13  # 52 bits, see `_summed`; `bounds` holds rosters below what 13 bits can count
WORD = 62  # marks in one 64-bit integer


@dataclass
class Tally:
    """Many counts and marks over members in a few grouped columns, which is much cheaper.

    Four counts of 13 bits share one sum, and the marks share one bitwise OR.

    Attributes:
        tests: yes-or-no columns to count.
        coded: tables to count by: a column of small codes from 0, and for each name the codes that
            count. A list is looked up in one step, where each test would be worked out by itself.
        marks: yes-or-no columns of which one is to be known: whether any member has it.
    """

    tests: dict[str, Any] = field(default_factory=dict)
    coded: list[tuple[Any, int, dict[str, Callable[[int], bool]]]] = field(default_factory=list)
    marks: dict[str, Any] = field(default_factory=dict)

    def grouped(self) -> dict[str, Any]:
        """The columns to group members by family with."""
        import ibis

        found: dict[str, Any] = {}
        for number, pack in enumerate(_packs(self.tests)):
            parts = [
                self.tests[name].ifelse(ibis.literal(float(1 << BITS * i), "float64"), _nothing())
                for i, name in enumerate(pack)
            ]
            found[f"pack{number}"] = _summed(functools.reduce(operator.add, parts))
        for place, (code, size, names) in enumerate(self.coded):
            for number, pack in enumerate(_packs(names)):
                worth = [
                    sum(1 << BITS * i for i, name in enumerate(pack) if names[name](value))
                    for value in range(size)
                ]
                # Spark wants a 32-bit place; DuckDB reads 1.0 in a list as a slow decimal
                looked_up = ibis.literal(worth, type="array<int64>")[code.cast("int32")]
                found[f"coded{place}_{number}"] = _summed(looked_up)
        for number, word in enumerate(_packs(self.marks, WORD)):
            found[f"marks{number}"] = bits([self.marks[name] for name in word]).bit_or()
        return found

    def counted(self, table: Any) -> dict[str, Any]:
        """The counts as numbers and the marks as yes or no, from the grouped table."""
        found: dict[str, Any] = {}
        packed = [(f"pack{n}", pack) for n, pack in enumerate(_packs(self.tests))]
        for place, (_, _, names) in enumerate(self.coded):
            packed += [(f"coded{place}_{n}", pack) for n, pack in enumerate(_packs(names))]
        for column_name, pack in packed:
            whole_pack = table[column_name]
            for i, name in enumerate(pack):
                shifted = whole_pack >> BITS * i if i else whole_pack
                found[name] = shifted & ((1 << BITS) - 1)
        for number, word in enumerate(_packs(self.marks, WORD)):
            for i, name in enumerate(word):
                found[name] = (table[f"marks{number}"] & (1 << i)) != 0
        return found


def _packs(names: Mapping[str, Any], size: int = PACKED) -> list[list[str]]:
    listed = list(names)
    return [listed[i : i + size] for i in range(0, len(listed), size)]


def _nothing() -> Any:
    import ibis

    return ibis.literal(0.0, "float64")


def bits(states: Sequence[Any]) -> Any:
    """Yes-or-no expressions as bits of one number, 1 where yes."""
    import ibis

    none = ibis.literal(0, "int64")
    parts = [state.ifelse(ibis.literal(1 << i, "int64"), none) for i, state in enumerate(states)]
    return functools.reduce(operator.add, parts) if parts else none


def with_columns(table: Any, kinds: Mapping[str, str]) -> Any:
    """The table with every named column; one that is not there is unknown in every row.

    Rules compare columns only: Ibis reads ``null == x`` as ``x is null``.
    """
    import ibis

    missing = {name: ibis.null(kind) for name, kind in kinds.items() if name not in table.columns}
    return table.mutate(**missing) if missing else table


def is_unknown(state: Any) -> Any:
    """Whether a yes-or-no expression is unknown.

    Not ``isnull()`` alone: Ibis 12 writes ``(~x).isnull()`` as ``NOT x IS NULL``, which engines
    read as "x is known". A cast stands in brackets of its own.
    """
    return state.cast("int8").isnull()


class Rules:
    """Compiles the rules of one programme on one day.

    Args:
        as_of: the day the rules are asked.
        parameters: the programme's dated parameters.
        counts: where counts over members are shared; None where rules may not count.
        table: the Ibis table whose columns are the facts.
        counted: how many members count, the least and the most it can be.
    """

    def __init__(
        self,
        as_of: date,
        parameters: Mapping[str, Parameter],
        counts: Counts | None = None,
        table: Any = None,
        counted: tuple[Any, Any] | None = None,
    ) -> None:
        self.as_of, self.parameters, self.counts = as_of, parameters, counts
        self.table, self.counted = table, counted

    def on(self, table: Any, counted: tuple[Any, Any] | None = None) -> Rules:
        """The same rules over another table."""
        return Rules(self.as_of, self.parameters, self.counts, table, counted)

    def parameter(self, name: str) -> Value | None:
        """A parameter's value on the day; None where none is in force."""
        value = self.parameters[name].on(self.as_of)
        return None if value is None else value.value

    def in_force(self, node: Node) -> bool:
        """Whether every parameter that a rule names has a value on the day."""
        return all(
            self.parameter(str(inner.value)) is not None
            for inner in node.walk()
            if inner.kind == "parameter"
        )

    def constant(self, node: Node) -> int:
        """The whole number that a rule of parameters and numbers gives on the day."""
        value = _constant(node, self.parameter)
        return int(value // 1)

    def signature(self, node: Node) -> str:
        """A rule's text with today's values: equal rules have equal signatures."""
        if node.kind == "named":
            return self.signature(node.args[0])
        value = self.parameter(str(node.value)) if node.kind == "parameter" else node.value
        kind = "number" if node.kind == "parameter" else node.kind
        kind = "date" if isinstance(value, date) else kind
        decimals = node.type.decimals if isinstance(node.type, Number) else ""
        inner = " ".join(self.signature(arg) for arg in node.args)
        return f"({kind} {value} {decimals} {inner})"

    def value(self, node: Node) -> Any:
        """A rule as an expression: boolean, date, code, or a ``Span`` for numbers."""
        method: Callable[[Node], Any] = getattr(self, f"_{_METHODS.get(node.kind, node.kind)}")
        return method(node)

    def _named(self, node: Node) -> Any:
        return self.value(node.args[0])

    def _literal(self, node: Node) -> Any:
        import ibis

        if isinstance(node.type, Number):
            return exact(int(Decimal(node.value).scaleb(node.type.decimals)), node.type.decimals)
        kinds = {"yes_no": "boolean", "date": "date", "code": "int16"}
        return ibis.literal(node.value, kinds[node.kind])

    def _parameter(self, node: Node) -> Any:
        import ibis

        value = self.parameter(str(node.value))
        if isinstance(value, date) or node.type == DATE:
            return ibis.literal(value, "date")
        assert value is not None  # `programme` refuses rules that lack a value on a day
        return exact(int(Decimal(value).scaleb(node.type.decimals)), node.type.decimals)

    def _variable(self, node: Node) -> Any:
        fact = self.table[str(node.value)]
        if isinstance(node.type, Number):
            return exact(fact.cast("int64"), node.type.decimals)
        return fact

    def _as_of(self, node: Node) -> Any:
        import ibis

        if "as_of_day" in self.table.columns:  # worked cases of several days run together
            return self.table.as_of_day
        return ibis.literal(self.as_of, "date")

    def _roster_size(self, node: Node) -> Any:
        return exact(self.table.roster_size, 0)

    def _counted_members(self, node: Node) -> Any:
        assert self.counted is not None
        return Span(*self.counted, 0)

    def _holds(self, node: Node) -> Any:
        return self.table[f"{node.kind}__{node.value}"]

    def _and(self, node: Node) -> Any:
        return functools.reduce(operator.and_, map(self.value, node.args))

    def _or(self, node: Node) -> Any:
        return functools.reduce(operator.or_, map(self.value, node.args))

    def _not(self, node: Node) -> Any:
        return ~self.value(node.args[0])

    def _comparison(self, node: Node) -> Any:
        left, right = map(self.value, node.args)
        if isinstance(left, Span):
            left, right = align(left, right)
        return compare(node.kind, left, right)

    def _in(self, node: Node) -> Any:
        subject, *options = map(self.value, node.args)
        tests = []
        for option in options:
            pair = align(subject, option) if isinstance(subject, Span) else (subject, option)
            tests.append(compare("=", *pair))
        return functools.reduce(operator.or_, tests)

    def _in_codes(self, node: Node) -> Any:
        subject = self.value(node.args[0])
        return functools.reduce(operator.or_, [subject == code for code in node.value])

    def _in_range(self, node: Node) -> Any:
        subject, low, high = map(self.value, node.args)
        if not isinstance(subject, Span):
            return (subject >= low) & (subject <= high)
        return compare(">=", *align(subject, low)) & compare("<=", *align(subject, high))

    def _arithmetic(self, node: Node) -> Any:
        one, other = map(self.value, node.args)
        if node.kind in ("+", "-"):
            one, other = align(one, other)
            if node.kind == "+":
                return span(one.low + other.low, one.high + other.high, one, other, one.decimals)
            return span(one.low - other.high, one.high - other.low, one, other, one.decimals)
        if node.kind == "*":
            return times(one, other, node)
        return over(one, other, node)

    def _negative(self, node: Node) -> Any:
        arg = self.value(node.args[0])
        return (
            exact(-arg.low, arg.decimals) if arg.exact else Span(-arg.high, -arg.low, arg.decimals)
        )

    def _extreme(self, node: Node) -> Any:
        return functools.reduce(functools.partial(extreme, node.kind), map(self.value, node.args))

    def _floor(self, node: Node) -> Any:
        arg = self.value(node.args[0])
        factor = 10**arg.decimals
        if arg.exact:
            return exact(arg.low // factor, 0)
        return Span(arg.low // factor, arg.high // factor, 0)

    def _age(self, node: Node) -> Any:
        born, day = self.value(node.args[0]), self._as_of(node)
        early = (born.month() * 100 + born.day()) > (day.month() * 100 + day.day())
        years = day.year().cast("int64") - born.year().cast("int64") - early.ifelse(1, 0)
        return exact(years.cast("int64"), 0)

    def _quantifier(self, node: Node) -> Any:
        import ibis

        assert self.counts is not None
        name = self.counts.name(self.signature(node))
        unknown = self.table[f"{name}_open"]
        if node.kind == "any":
            yes = self.table[f"{name}_yes"]
            return ibis.cases((yes, True), (unknown, ibis.null("boolean")), else_=False)
        if node.kind == "all":
            no = self.table[f"{name}_no"]
            return ibis.cases((no, False), (unknown, ibis.null("boolean")), else_=True)
        if node.kind == "sum":
            kind = node.args[0].type
            total = self.table[f"{name}_sum"].fill_null(0)
            return Span(
                total + unknown * min(0, kind.low),
                total + unknown * max(0, kind.high),
                kind.decimals,
            )
        yes = self.table[f"{name}_yes"]
        return Span(yes, yes + unknown, 0)


_METHODS = SORTS | dict.fromkeys(("number", "yes_no", "date", "code"), "literal")


def _constant(node: Node, parameter: Callable[[str], Value | None]) -> Decimal:
    if node.kind == "named":
        return _constant(node.args[0], parameter)
    if node.kind == "number":
        return Decimal(node.value)
    if node.kind == "parameter":
        value = parameter(str(node.value))
        assert isinstance(value, int | Decimal)
        return Decimal(value)
    args = [_constant(arg, parameter) for arg in node.args]
    return _CONSTANT[node.kind](*args)


_CONSTANT: dict[str, Callable[..., Decimal]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "negative": operator.neg,
    "floor": lambda a: a // 1,
    "min": min,
    "max": max,
}
