"""Numbers in the engine: pairs of Ibis expressions, the lowest and the highest a number can be.

For all but counts the two are one. Whole numbers below 2**53 only, so that every engine gives the
same answer; `bounds` proves that beforehand.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tepat.policy.bounds import DIVISION_DECIMALS, division_factor
from tepat.policy.language import Node


@dataclass(frozen=True)
class Span:
    """A number: scaled integers, the lowest and the highest it can be.

    Each is an Ibis expression, or a Python integer where the rule is constant: an engine would
    read a written number as 32 bits wide.
    """

    low: Any
    high: Any
    decimals: int

    @property
    def exact(self) -> bool:
        """Whether the number is one value."""
        return self.low is self.high


def column(number: Any) -> Any:
    """A span's end as an expression."""
    import ibis

    return ibis.literal(number, "int64") if isinstance(number, int) else number


def whole(total: Any) -> Any:
    """A sum as a 64-bit integer; without this DuckDB's 128-bit sums leave as doubles."""
    return total.cast("decimal(38,0)").cast("int64")


def exact(value: Any, decimals: int) -> Span:
    """A number that is one value."""
    return Span(value, value, decimals)


def span(low: Any, high: Any, one: Span, other: Span, decimals: int) -> Span:
    """A number made of two others: one value where both are."""
    return exact(low, decimals) if one.exact and other.exact else Span(low, high, decimals)


def align(one: Span, other: Span) -> tuple[Span, Span]:
    """Both numbers with the same decimals."""
    decimals = max(one.decimals, other.decimals)
    return _scaled(one, decimals), _scaled(other, decimals)


def _scaled(number: Span, decimals: int) -> Span:
    if number.decimals == decimals:
        return number
    factor = 10 ** (decimals - number.decimals)
    low = number.low * factor
    return exact(low, decimals) if number.exact else Span(low, number.high * factor, decimals)


def compare(sign: str, one: Any, other: Any) -> Any:
    """Kleene comparison; between spans it is unknown where the spans leave it open."""
    test = _OPERATORS[sign]
    if not isinstance(one, Span):
        return test(one, other)
    import ibis

    if one.exact and other.exact:
        answer = test(one.low, other.low)
        return ibis.literal(answer) if isinstance(answer, bool) else answer
    unknown = ibis.null("boolean")
    if sign in ("=", "!="):
        same = (one.low == other.high) & (one.high == other.low)
        apart = (one.high < other.low) | (one.low > other.high)
        return ibis.cases((apart, sign == "!="), (same, sign == "="), else_=unknown)
    if sign in ("<", "<="):
        surely, possibly = test(one.high, other.low), test(one.low, other.high)
    else:
        surely, possibly = test(one.low, other.high), test(one.high, other.low)
    return ibis.cases((surely, True), (~possibly, False), else_=unknown)


_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _corners(values: list[Any]) -> tuple[Any, Any]:
    low = functools.reduce(functools.partial(_choose, "min"), values)
    high = functools.reduce(functools.partial(_choose, "max"), values)
    return low, high


def _choose(kind: str, one: Any, other: Any) -> Any:
    """The smaller or larger; unknown where either is (engines' LEAST skips nulls)."""
    import ibis

    first = one <= other if kind == "min" else one >= other
    if isinstance(first, bool):
        return one if first else other
    return ibis.cases((first, one), (~first, other), else_=ibis.null("int64"))


def extreme(kind: str, one: Span, other: Span) -> Span:
    """The smaller (``min``) or larger (``max``) of two numbers."""
    one, other = align(one, other)
    low = _choose(kind, one.low, other.low)
    if one.exact and other.exact:
        return exact(low, one.decimals)
    return Span(low, _choose(kind, one.high, other.high), one.decimals)


def times(one: Span, other: Span, node: Node) -> Span:
    """The product, rounded down to six decimals."""
    decimals = one.decimals + other.decimals
    drop = 10 ** max(0, decimals - DIVISION_DECIMALS)
    decimals = min(decimals, DIVISION_DECIMALS)

    def multiply(a: Any, b: Any) -> Any:
        return (a * b) // drop if drop > 1 else a * b

    if one.exact and other.exact:
        return exact(multiply(one.low, other.low), decimals)
    if all(arg.type.low >= 0 for arg in node.args):
        return Span(multiply(one.low, other.low), multiply(one.high, other.high), decimals)
    low, high = _corners([multiply(a, b) for a in _ends(one) for b in _ends(other)])
    return Span(low, high, decimals)


def _ends(span: Span) -> tuple[Any, ...]:
    return (span.low,) if span.exact else (span.low, span.high)


def _no_number() -> Any:
    """An unknown number; not a plain null, for Ibis reads ``null == x`` as ``x is null``."""
    import ibis

    return ibis.literal(0, "int64").nullif(0)


def over(one: Span, other: Span, node: Node) -> Span:
    """Division rounded down to six decimals; by zero it is unknown.

    Engines divide integers as doubles here; below 2**53, which `meaning` proves, the floor of that
    is the exact floor.
    """
    import ibis

    up, down = division_factor(node.args[0].type, node.args[1].type)

    def divide(a: Any, b: Any) -> Any:
        if isinstance(b, int):
            return (a * up) // (b * down) if b else _no_number()
        return (a * up) // (b * down).nullif(0)

    if one.exact and other.exact:
        return exact(divide(one.low, other.low), DIVISION_DECIMALS)
    if all(arg.type.low >= 0 for arg in node.args):
        low, high = divide(one.low, other.high), divide(one.high, other.low)
    else:
        low, high = _corners([divide(a, b) for a in _ends(one) for b in _ends(other)])
    if other.exact:
        return Span(low, high, DIVISION_DECIMALS)
    unknown, could_be_zero = ibis.null("int64"), (other.low <= 0) & (other.high >= 0)
    low, high = (could_be_zero.ifelse(unknown, end) for end in (low, high))
    return Span(low, high, DIVISION_DECIMALS)
