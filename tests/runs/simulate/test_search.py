"""The search for what fits a budget, held to trying everything."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tepat.enrolment.shares import NATIONAL, shares
from tepat.runs.simulate.limit import _further
from tepat.runs.simulate.search import ALL_TRIED, search

STEPS = st.lists(st.integers(0, 50), min_size=2, max_size=120)


@settings(max_examples=300, deadline=None)
@given(STEPS, st.integers(-20, 20), st.booleans(), st.integers(0, 3000))
def test_the_dearest_number_that_fits_is_found(
    steps: list[int], low: int, falling: bool, budget: int
) -> None:
    costs = list(accumulate(steps))
    numbers = range(low, low + len(costs))
    cost = dict(zip(numbers, reversed(costs) if falling else costs, strict=True))
    asked: list[int] = []

    def ask(number: int) -> int:
        asked.append(number)
        return cost[number]

    found = search(ask, low, low + len(costs) - 1, budget)
    fitting = [cost[number] for number in numbers if cost[number] <= budget]
    assert len(asked) == len(set(asked)), "a number was tried twice"
    assert (found.value is None) == (not fitting)
    if found.value is not None:
        assert cost[found.value] == max(fitting)
    assert found.all_fit == (len(fitting) == len(cost)) or found.value is None
    assert found.steady


def test_a_wide_range_takes_few_tries() -> None:
    asked: list[int] = []

    def ask(number: int) -> int:
        asked.append(number)
        return 3 * number + (number > 400_000) * 1_000_000

    found = search(ask, 0, 10_000_000, 1_700_000)
    assert found.value == 400_000 and found.tried[400_000] <= 1_700_000 < found.tried[400_001]
    assert len(asked) < 60


def test_a_straight_cost_is_met_at_once() -> None:
    asked: list[int] = []

    def ask(number: int) -> int:
        asked.append(number)
        return 7 * number

    assert search(ask, 0, 1_000_000, 700_003).value == 100_000
    assert len(asked) <= 13


def test_a_cost_that_goes_up_and_down_is_called_unsteady() -> None:
    found = search(lambda number: [5, 9, 2, 8][number], 0, 3, 8)
    assert not found.steady
    assert found.value == 3, "all are tried where they are few"
    assert ALL_TRIED >= 10, "the ten deciles are all tried"


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["1101", "1102", "1103", "3201", "3202"]),
        st.lists(st.integers(0, 30), min_size=1, max_size=12),
        min_size=1,
    ),
    st.integers(0, 400),
)
def test_the_largest_number_of_places_that_fits_is_found(
    queues: dict[str, list[int]], budget: int
) -> None:
    sums = {code: np.r_[0, np.cumsum(queue)] for code, queue in queues.items()}
    eligible = {code: len(queue) for code, queue in queues.items()}
    high = sum(eligible.values())

    def cost(number: int) -> int:
        found: Any = shares({NATIONAL: number}, eligible)
        return sum(int(sums[code][places]) for code, places in found.items())

    found = search(cost, 0, high, budget)
    found = _further(found, cost, sums, eligible, {}, high, budget)
    assert found.value == max(n for n in range(high + 1) if cost(n) <= budget)
