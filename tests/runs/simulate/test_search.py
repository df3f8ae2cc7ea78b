"""The search for what fits a budget, held to trying everything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import accumulate
from typing import Any
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from tepat.enrolment.shares import NATIONAL, shares
from tepat.runs.simulate.limit import places
from tepat.runs.simulate.limit.places import Places
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


class Lists:
    """Queues as lists of amounts, added up anew each time."""

    def __init__(self, queues: Mapping[str, list[int]]) -> None:
        self.queues = queues
        self.eligible = {code: len(queue) for code, queue in queues.items()}

    def costs(self, several: Iterable[Mapping[str, int]]) -> list[int]:
        return [
            sum(sum(self.queues[code][:number]) for code, number in places.items())
            for places in several
        ]


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["1101", "1102", "1103", "3201", "3202"]),
        st.lists(st.integers(0, 30), min_size=1, max_size=12),
        min_size=1,
    ),
    st.dictionaries(st.sampled_from(["1101", "3202", "9999"]), st.integers(0, 15)),
    st.integers(0, 400),
    st.sampled_from([1, 3, 64]),
)
def test_the_largest_number_of_places_that_fits_is_found(
    queues: dict[str, list[int]], listed: dict[str, int], budget: int, ahead: int
) -> None:
    lists: Any = Lists(queues)
    asked = Places(lists, listed)

    def cost(number: int) -> int:
        found: Any = shares({**listed, NATIONAL: number}, lists.eligible)
        return sum(sum(queues[code][:taken]) for code, taken in found.items())

    low, high = asked.fixed, max(asked.fixed + 1, asked.most)
    with patch.object(places, "AHEAD", ahead):
        found = asked.search(low, high, budget)
    fitting = [number for number in range(low, high + 1) if cost(number) <= budget]
    assert found.value == max(fitting, default=None), "of places the largest number is told"
    costs = [known for _, known in sorted(found.tried.items())]
    assert found.steady == (costs == sorted(costs))
    assert all(known == cost(number) for number, known in found.tried.items())
    for number in found.tried:
        taken: Any = shares({**listed, NATIONAL: number}, lists.eligible)
        assert asked.holders[number] == sum(taken.values())


def test_a_number_that_is_known_is_tried_and_the_dearest_that_fits_is_told() -> None:
    costs = dict.fromkeys(range(101), 1000) | {60: 700, 61: 600}
    assert search(costs.__getitem__, 0, 100, 800).value is None
    found = search(costs.__getitem__, 0, 100, 800, known=60)
    assert (found.value, found.tried[60], found.all_fit) == (60, 700, False)
    assert search(costs.__getitem__, 58, 64, 800).value == 60
