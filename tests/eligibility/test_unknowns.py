"""Unknown facts: they matter only where the answer could differ."""

from __future__ import annotations

from typing import Any

import pytest

from tests.eligibility.small import answers, people, small_policy
from tests.twin.reading import Family

pytestmark = pytest.mark.usefixtures("engine")

YES, NO, UNKNOWN = "eligible", "not_eligible", "cannot_decide"
T, F, N = True, False, None


@pytest.mark.parametrize(
    ("rule", "fits", "outcome"),
    [
        ("count members (fits_a) >= two", [T, N, F], UNKNOWN),
        ("count members (fits_a) >= two", [T, T, N], YES),
        ("count members (fits_a) >= two", [T, F, F], NO),
        ("count members (fits_a) >= two", [N, N, F], UNKNOWN),
        ("count members (fits_a) >= two", [N, F, F], NO),
        ("count members (fits_a) <= two", [T, T, N], UNKNOWN),
        ("count members (fits_a) < two", [T, T, N], NO),
        ("count members (fits_a) = two", [T, T, F], YES),
        ("count members (fits_a) = two", [T, T, N], UNKNOWN),
        ("count members (fits_a) != two", [T, T, T, N], YES),
        ("count members (fits_a) in 1..two", [T, N], YES),
        ("count members (fits_a) in 1..two", [T, T, N], UNKNOWN),
        ("any member (fits_a)", [F, N], UNKNOWN),
        ("any member (fits_a)", [T, N], YES),
        ("any member (fits_a)", [], NO),
        ("all members (fits_a)", [T, N], UNKNOWN),
        ("all members (fits_a)", [F, N], NO),
        ("all members (fits_a)", [], YES),
        ("count members (fits_a) >= 0", [], YES),
        ("count members (limit >= two) = two", [N, N], YES),
    ],
)
def test_counts_are_unknown_only_where_the_answer_differs(
    rule: str, fits: list[bool | None], outcome: str
) -> None:
    policy = small_policy(conditions={"asked": rule})
    (answer,) = answers(policy, [Family({}, people(*({"fits_a": fit} for fit in fits)))])
    assert answer.outcome == outcome


@pytest.mark.parametrize(
    ("rule", "facts", "outcome"),
    [
        ("area / roster_size <= limit", {"area": 8}, YES),
        ("area / roster_size <= limit", {"area": 9}, NO),
        ("area / decile <= limit", {"area": 8, "decile": 0}, UNKNOWN),
        ("area / decile <= limit or area = limit", {"area": 4, "decile": 0}, YES),
        ("decile <= limit and area > limit", {"decile": 5}, NO),
        ("decile <= limit or area > limit", {"decile": 4}, YES),
        ("not (decile <= limit)", {}, UNKNOWN),
        ("min(decile, limit) <= area", {"area": 200}, UNKNOWN),
        ("area * 1 / (two + 1) = 1 / (two + 1) * area", {"area": 1}, YES),
        ("sum members (age) > limit", {}, UNKNOWN),
    ],
)
def test_unknown_facts_follow_kleene_and_exact_arithmetic(
    rule: str, facts: dict[str, Any], outcome: str
) -> None:
    policy = small_policy(conditions={"asked": rule})
    (answer,) = answers(policy, [Family(facts, people({"age": 1}, {"age": None}))])
    assert answer.outcome == outcome


@pytest.mark.parametrize("known", [True, False])
def test_a_quotient_of_a_count_is_unknown_while_the_count_may_be_zero(known: bool) -> None:
    policy = small_policy(conditions={"asked": "area / count members (fits_a) < two"})
    members = people({"fits_a": known or None}, {"fits_a": False})
    (answer,) = answers(policy, [Family({"area": 100}, members)])
    assert answer.outcome == (NO if known else UNKNOWN)


def test_families_without_members_are_decided() -> None:
    policy = small_policy(
        conditions={"someone_counts": "counted_members >= 1", "small": "roster_size <= limit"},
        components=[(5, None)],
        grounds={"out": "reach: person"},
    )
    (answer,) = answers(policy, [Family({})])
    assert (answer.outcome, answer.failed) == (NO, {"someone_counts"})
    assert (answer.counted, answer.open) == ({}, set())
