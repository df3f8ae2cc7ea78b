"""Twin and engine agree on random families: every programme, every column, on ten days."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tepat.policy.load import load_policy
from tepat.policy.model import Policy
from tests.twin.engine import differences, engine_answers, twin_answers
from tests.twin.families import Pools, random_family
from tests.twin.reading import Family, Flag, Member
from tests.twin.twin import Twin

DAYS = [
    date(2019, 6, 1),
    date(2020, 2, 1),
    date(2020, 5, 1),
    date(2021, 3, 1),
    date(2022, 11, 1),
    date(2023, 12, 1),
    date(2024, 9, 1),
    date(2025, 7, 1),
    date(2025, 11, 15),
    date(2026, 3, 1),
]
FAMILIES = 300  # per day


@pytest.fixture(scope="module")
def policy() -> Policy:
    """The policy that comes with Tepat."""
    return load_policy()


def in_force(policy: Policy, day: date) -> list[str]:
    """The programmes that exist on a day."""
    return [name for name, programme in policy.programmes.items() if programme.is_in_force(day)]


def disagreements(policy: Policy, families: list[Family], day: date, **given: Any) -> list[str]:
    """Where engine and twin differ, for all programmes of a day."""
    names = in_force(policy, day)
    engine = engine_answers(policy, families, day, names, **given)
    return differences(engine, twin_answers(policy, families, day, names, **given))


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_twin_and_engine_agree_on_thousands_of_families(policy: Policy, day: date) -> None:
    pools = Pools(policy, day)
    families = [random_family(pools, day.toordinal() * FAMILIES + i) for i in range(FAMILIES)]
    some_lists = frozenset(pools.lists[day.year % 2 :: 2])
    found = disagreements(policy, families, day, lists=some_lists)
    assert not found, f"{len(found)} differences, first of them:\n" + "\n".join(found[:10])


@given(
    seed=st.integers(0, 10**9),
    day=st.dates(date(2019, 1, 1), date(2026, 12, 31)),
    benefits_given=st.booleans(),
    every_list=st.booleans(),
)
@settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_twin_and_engine_agree_on_any_day(
    policy: Policy, seed: int, day: date, benefits_given: bool, every_list: bool
) -> None:
    pools = Pools(policy, day)
    families = [random_family(pools, seed + i) for i in range(80)]
    lists = frozenset(pools.lists) if every_list else frozenset()
    found = disagreements(policy, families, day, lists=lists, benefits_given=benefits_given)
    assert not found, f"{len(found)} differences, first of them:\n" + "\n".join(found[:10])


@given(seed=st.integers(0, 10**9), day=st.sampled_from(DAYS))
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_component_that_could_add_is_called_open(
    policy: Policy, seed: int, day: date
) -> None:
    family = random_family(Pools(policy, day), seed)
    twin = Twin(policy, policy.programmes["pkh"], day)
    assert twin.could_add(family) <= twin.decide(family)[0].open


def test_the_comparison_reports_a_difference() -> None:
    policy, day = load_policy(), date(2025, 7, 1)
    poor = Family({"decile": 4}, [Member({"age": 5})])
    flagged = Family({"decile": 4}, [Member({"age": 5})], [Flag("civil_servant", 0)])
    engine = engine_answers(policy, [poor], day, ["pkh"], lists=frozenset(["civil_servant"]))
    same = twin_answers(policy, [poor], day, ["pkh"], lists=frozenset(["civil_servant"]))
    other = twin_answers(policy, [flagged], day, ["pkh"], lists=frozenset(["civil_servant"]))
    assert not differences(engine, same)
    assert "outcome: engine eligible, twin not_eligible" in "\n".join(differences(engine, other))
