"""The order of the rows, the number of threads and the size of a family change nothing."""

from __future__ import annotations

from datetime import date

import pytest

from tepat.policy.load import load_policy
from tests.eligibility.small import answers, people, small_policy
from tests.twin.engine import differences, engine_answers
from tests.twin.families import Pools, random_family
from tests.twin.reading import Family

pytestmark = pytest.mark.usefixtures("engine")


def test_decisions_do_not_depend_on_row_order_or_threads() -> None:
    policy, day = load_policy(), date(2025, 7, 1)
    pools = Pools(policy, day)
    families = [random_family(pools, seed) for seed in range(400)]
    lists = frozenset(pools.lists)
    asked = (policy, families, day, ["pkh", "pip"])
    one = engine_answers(*asked, lists=lists, threads=1)
    other = engine_answers(*asked, lists=lists, threads=2, reverse=True)
    assert len({answer.outcome for answer in one.values()}) == 3
    assert not differences(one, other)


def test_each_family_is_decided_by_itself() -> None:
    policy = small_policy(conditions={"asked": "count members (fits_a) >= two"})
    yes, no = people({"fits_a": True}, {"fits_a": True}), people({"fits_a": True})
    families = [Family({}, yes), Family({}, no), Family({}), Family({}, yes)]
    together = [answer.outcome for answer in answers(policy, families)]
    alone = [answers(policy, [family])[0].outcome for family in families]
    assert together == alone == ["eligible", "not_eligible", "not_eligible", "eligible"]


def test_a_large_family_is_counted_exactly() -> None:
    policy = small_policy(components=[(5, None), (4, 1)])
    members = people(*({"fits_a": True, "fits_b": True} for _ in range(999)))
    (answer,) = answers(policy, [Family({}, members)])
    assert (answer.counted, answer.amount) == ({"a": 999}, 4995)
