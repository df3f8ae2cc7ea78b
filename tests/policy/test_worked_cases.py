"""Every worked case of the policy holds on every engine."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tepat.eligibility.cases import check_cases, read_cases
from tepat.policy.load import load_policy


def test_every_worked_case_of_the_policy_holds(engine: Any) -> None:
    policy = load_policy()
    cases = read_cases(policy)
    assert {case.programme for case in cases} == set(policy.programmes)
    assert len(cases) > 600
    assert check_cases(policy, cases, engine) == []


def test_a_wrong_expectation_is_seen(engine: Any) -> None:
    policy = load_policy()
    case = next(c for c in read_cases(policy) if c.expect["outcome"] == "eligible")
    wrong = replace(case, expect={**case.expect, "outcome": "not_eligible"})
    assert [found.case for found in check_cases(policy, [case, wrong], engine)] == [wrong]
