"""Exact decimals with bounds: what a number in a rule can be, before any fact is known.

A number is an integer scaled by a power of ten. Its smallest and largest value are carried through
every operation, so that a rule which could overflow is refused while it is read.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

LIMIT = 2**53  # engines divide whole numbers as doubles, exact only below this
DIVISION_DECIMALS = 6
LARGEST_ROSTER = 8_000


@dataclass(frozen=True)
class Number:
    """An exact decimal: an integer scaled by ``10**decimals`` between ``low`` and ``high``.

    ``exact`` is False for counts, which carry what is known and what could be.
    """

    decimals: int
    low: int
    high: int
    exact: bool = True

    def scaled(self, decimals: int) -> Number:
        """The same number with more decimals."""
        factor = 10 ** (decimals - self.decimals)
        return Number(decimals, self.low * factor, self.high * factor, self.exact)


def _plus(one: Number, other: Number) -> Number:
    decimals = max(one.decimals, other.decimals)
    a, b = one.scaled(decimals), other.scaled(decimals)
    return Number(decimals, a.low + b.low, a.high + b.high, a.exact and b.exact)


def _minus(one: Number, other: Number) -> Number:
    return _plus(one, Number(other.decimals, -other.high, -other.low, other.exact))


def _times(one: Number, other: Number) -> Number:
    decimals = one.decimals + other.decimals
    corners = [a * b for a, b in itertools.product((one.low, one.high), (other.low, other.high))]
    if max(map(abs, corners)) > LIMIT:  # the product itself, before extra decimals are dropped
        return Number(decimals, min(corners), max(corners))
    drop = 10 ** max(0, decimals - DIVISION_DECIMALS)
    return Number(
        min(decimals, DIVISION_DECIMALS),
        min(corners) // drop,
        max(corners) // drop,
        one.exact and other.exact,
    )


def division_factor(one: Number, other: Number) -> tuple[int, int]:
    """What the dividend and the divisor are multiplied by, so that six decimals come out."""
    power = DIVISION_DECIMALS - one.decimals + other.decimals
    return (10**power, 1) if power >= 0 else (1, 10**-power)


def _over(one: Number, other: Number) -> Number:
    up, down = division_factor(one, other)
    low, high = other.low * down, other.high * down
    divisors = [d for d in (low, high, -1, 1) if d != 0 and low <= d <= high] or [1]
    dividends = (one.low * up, one.high * up)
    corners = [a // b for a, b in itertools.product(dividends, divisors)]
    if max(map(abs, dividends)) > LIMIT:
        corners += dividends
    return Number(DIVISION_DECIMALS, min(corners), max(corners), one.exact and other.exact)


ARITHMETIC = {"+": _plus, "-": _minus, "*": _times, "/": _over}
