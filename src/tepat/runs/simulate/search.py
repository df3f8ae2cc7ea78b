"""Where a cost that rises or falls with a whole number meets a budget: exactly, with few tries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

ALL_TRIED = 24  # a range of at most this many numbers is tried whole
SPREAD = 8  # pieces into which a wider range is cut first, so that its curve can be drawn

Cost = Callable[[int], int]


@dataclass(frozen=True)
class Search:
    """What was found.

    Attributes:
        value: the number that uses most of the budget without passing it; None where none fits.
        tried: the cost of each number that was tried, in order.
        steady: whether the cost of every try lay between those of its neighbours.
        all_fit: whether every number that was tried fits.
    """

    value: int | None
    tried: dict[int, int]
    steady: bool
    all_fit: bool


def search(cost: Cost, low: int, high: int, budget: int, known: int | None = None) -> Search:
    """Find the dearest number from ``low`` to ``high`` whose cost fits the budget.

    Args:
        cost: the cost of a number; it is asked once for each.
        low: the lowest number.
        high: the highest number.
        budget: rupiah.
        known: a number to try in any case, if it lies in between.
    """
    tried: dict[int, int] = {}

    def ask(number: int) -> int:
        if number not in tried:
            tried[number] = cost(number)
        return tried[number]

    whole = high - low < ALL_TRIED
    first = range(low, high + 1) if whole else _spread(low, high)
    for number in first:
        ask(number)
    if known is not None and low <= known <= high:
        ask(known)
    rising = tried[high] >= tried[low]
    if not whole:
        _close_in(ask, tried, budget, rising)
    order = sorted(tried, reverse=not rising)  # from cheap to dear
    fitting = [number for number in order if tried[number] <= budget]
    steady = all(tried[one] <= tried[other] for one, other in pairwise(order))
    value = max(reversed(fitting), key=lambda number: tried[number], default=None)
    return Search(value, dict(sorted(tried.items())), steady, len(fitting) == len(order))


def _spread(low: int, high: int) -> list[int]:
    return [low + (high - low) * piece // SPREAD for piece in range(SPREAD + 1)]


def _close_in(ask: Cost, tried: dict[int, int], budget: int, rising: bool) -> None:
    """Try numbers until one that fits stands beside one that does not.

    The next try is where a straight line would meet the budget; every other one halves, so that a
    crooked curve cannot make it slow.
    """
    halve = False
    while True:
        order = sorted(tried, reverse=not rising)
        fitting = [number for number in order if tried[number] <= budget]
        if not fitting or fitting[-1] == order[-1]:
            return
        fits = fitting[-1]
        over = order[order.index(fits) + 1]
        gap = over - fits
        if abs(gap) == 1:
            return
        step = gap // 2 if gap > 0 else -(-gap // 2)
        if not halve and tried[over] > tried[fits]:
            step = int(gap * ((budget - tried[fits]) / (tried[over] - tried[fits])))
        inner = max(1, min(abs(gap) - 1, abs(step)))
        number = fits + (inner if gap > 0 else -inner)
        ask(number)
        # the straight line often hits the last number that fits: look right behind it
        beside = number + (1 if gap > 0 else -1)
        if not halve and tried[number] <= budget and beside != over:
            ask(beside)
        halve = not halve
