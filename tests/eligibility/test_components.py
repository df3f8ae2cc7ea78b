"""Which members count: the highest total under all caps, against a search of all assignments."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.eligibility.small import DAY, LETTERS, answers, people, small_policy
from tests.engines import PARAMS
from tests.twin.engine import differences, engine_answers, twin_answers
from tests.twin.reading import Family, Member

FEW = settings(
    max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
FEWER = settings(FEW, max_examples=2)
EVERY_ENGINE = pytest.mark.usefixtures("engine")
CAPS = st.one_of(st.none(), st.integers(0, 3))
GIVEN = given(
    components=st.lists(st.tuples(st.integers(0, 4), CAPS), min_size=1, max_size=6),
    at_most=CAPS,
    seed=st.integers(0, 10**6),
)


@GIVEN
@FEW
def test_engine_finds_the_highest_total_under_all_caps(
    components: list[tuple[int, int | None]], at_most: int | None, seed: int
) -> None:
    finds_the_highest_total(components, at_most, seed)


@pytest.mark.parametrize("engine", PARAMS[1:], indirect=True)
@pytest.mark.usefixtures("engine")
@GIVEN
@FEWER
def test_the_other_engines_find_the_highest_total_too(
    components: list[tuple[int, int | None]], at_most: int | None, seed: int
) -> None:
    finds_the_highest_total(components, at_most, seed)


def finds_the_highest_total(
    components: list[tuple[int, int | None]], at_most: int | None, seed: int
) -> None:
    policy = small_policy(
        components=components,
        at_most=at_most,
        conditions={"enough": "counted_members >= two", "few": "counted_members <= limit"},
    )
    families = [random_matrix(seed + i, len(components)) for i in range(120)]
    engine = engine_answers(policy, families, DAY, ["aid"])
    assert not differences(engine, twin_answers(policy, families, DAY, ["aid"]))


def random_matrix(seed: int, components: int) -> Family:
    """Up to seven members, each fitting components at random; a third of families know all."""
    chance = random.Random(seed)
    states = chance.choice([[True, False], [True, False, None], [True, False, False, None]])
    return Family(
        {},
        [
            Member(
                {f"fits_{x}": chance.choice(states) for x in LETTERS[:components]},
                chance.choice([True, True, True, None]) if None in states else True,
            )
            for _ in range(chance.randint(0, 7))
        ],
    )


@EVERY_ENGINE
def test_a_member_moves_to_a_cheaper_component_to_make_room() -> None:
    policy = small_policy(components=[(5, 1), (3, None)])
    both, only_dear = {"fits_a": True, "fits_b": True}, {"fits_a": True, "fits_b": False}
    for members in (people(both, only_dear), people(only_dear, both)):
        (answer,) = answers(policy, [Family({}, members)])
        assert answer.counted == {"a": 1, "b": 1}
        assert answer.amount == 8


@EVERY_ENGINE
def test_equal_amounts_are_filled_in_the_order_of_the_file() -> None:
    policy = small_policy(components=[(3, 1), (3, None), (3, None)], at_most=2)
    everything = dict.fromkeys(("fits_a", "fits_b", "fits_c"), True)
    (answer,) = answers(policy, [Family({}, people(everything, everything, everything))])
    assert answer.counted == {"a": 1, "b": 1}
    assert answer.amount == 6


@EVERY_ENGINE
def test_nobody_counts_twice_nor_beyond_the_family_cap() -> None:
    policy = small_policy(components=[(5, None), (4, None)], at_most=1)
    both = {"fits_a": True, "fits_b": True}
    one, two, none = answers(
        policy, [Family({}, people(both)), Family({}, people(both, both)), Family({})]
    )
    assert (one.counted, one.amount) == ({"a": 1}, 5)
    assert (two.counted, two.amount) == ({"a": 1}, 5)
    assert (none.counted, none.amount, none.outcome) == ({}, 0, "eligible")


@EVERY_ENGINE
def test_a_component_with_its_cap_reached_is_not_open() -> None:
    policy = small_policy(components=[(5, 1), (3, None)])
    sure = {"fits_a": True, "fits_b": False}
    unsure = {"fits_a": None, "fits_b": False}
    full, room = answers(policy, [Family({}, people(sure, unsure)), Family({}, people(unsure))])
    assert full.open == set()
    assert room.open == {"a"}


@EVERY_ENGINE
def test_a_member_whose_record_has_an_error_counts_at_best_perhaps() -> None:
    policy = small_policy(components=[(5, None)])
    fits, out = {"fits_a": True}, {"fits_a": False}
    wrong, right, unfit = answers(
        policy,
        [
            Family({}, [Member(fits, None)]),
            Family({}, people(fits)),
            Family({}, [Member(out, None)]),
        ],
    )
    assert (wrong.counted, wrong.open) == ({}, {"a"})
    assert (right.counted, right.open) == ({"a": 1}, set())
    assert (unfit.counted, unfit.open) == ({}, set())


@EVERY_ENGINE
def test_a_person_counts_for_the_dearest_component_that_surely_fits() -> None:
    policy = small_policy(components=[(3, None), (9, None)], unit="member")
    rows = people(
        {"fits_a": True, "fits_b": True},
        {"fits_a": True, "fits_b": None},
        {"fits_a": None, "fits_b": True},
        {"fits_a": False, "fits_b": False},
    )
    found = answers(policy, [Family({}, rows)])
    assert [answer.amount for answer in found] == [9, 3, 9, 0]
    assert [answer.open for answer in found] == [set(), {"b"}, set(), set()]
