"""Worked cases, answered by the twin: milliseconds where the engine needs a second to plan.

The twin is held to the engine by `test_random_families` and, case by case, by `test_mutations`.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import date
from typing import Any

from tepat.eligibility.cases import Case
from tepat.policy.model import Policy, Programme
from tests.twin.reading import Benefit, Family, Flag, Member, Reading
from tests.twin.twin import Answer, Twin

NOTHING = "not_in_force"


def family_of(case: Case) -> Family:
    """The family that a case describes; its members count from 1, ours from 0."""

    def place(item: Mapping[str, Any]) -> int | None:
        return int(item["member"]) - 1 if "member" in item else None

    return Family(
        {**case.family, "roster_size": len(case.members)},
        [Member(member) for member in case.members],
        [Flag(str(f["ground"]), place(f), bool(f.get("contested"))) for f in case.flags],
        [
            Benefit(str(b["programme"]), place(b), b.get("from", case.on), b.get("to"))
            for b in case.benefits
        ],
    )


def case_holds(policy: Policy, case: Case) -> bool:
    """Whether a policy answers a case as the case expects."""
    programme, expect = policy.programmes[case.programme], case.expect
    if not programme.is_in_force(case.on) or expect["outcome"] == NOTHING:
        return not programme.is_in_force(case.on) and expect["outcome"] == NOTHING
    family = family_of(case)
    answers = Twin(policy, programme, case.on, case.lists).decide(family)
    if "quota" in expect and expect["quota"] != _number(policy, programme, case.on, family):
        return False
    if "persons" in expect and programme.unit == "member":
        persons = [(wanted, int(wanted.get("member", 1)) - 1) for wanted in expect["persons"]]
        return all(
            index < len(answers) and _as_expected(policy, case, wanted, answers[index], index)
            for wanted, index in persons
        )
    member = None if programme.unit == "family" else 0
    return bool(answers) and _as_expected(policy, case, expect, answers[0], member)


def _number(policy: Policy, programme: Programme, day: date, family: Family) -> int | None:
    if programme.quota is None:
        return None
    number = Reading(policy, programme, family, day).value(programme.quota.node)
    return None if number is None else int(number.low)


def _as_expected(
    policy: Policy, case: Case, wanted: Mapping[str, Any], answer: Answer, member: int | None
) -> bool:
    programme = policy.programmes[case.programme]
    loaded = case.lists | answer.failed
    given: dict[str, Any] = {
        "outcome": answer.outcome,
        "amount_year": answer.amount,
        "failed": answer.failed,
        "unknown": answer.unknown,
        "open": answer.open,
        "not_checked": {name for name in programme.excluded_by if name not in loaded},
        "counted": answer.counted,
    }
    for key, value in wanted.items():
        if key == "instalments":
            channel = wanted.get("channel")
            right = _instalments(policy, case, answer, member, channel) == list(value or [])
        elif key in ("failed", "unknown", "open", "not_checked"):
            right = given[key] == set(value or [])
        elif key == "counted":
            right = given[key] == {name: count for name, count in (value or {}).items() if count}
        else:
            right = key not in given or given[key] == value
        if not right:
            return False
    return True


def _instalments(
    policy: Policy, case: Case, answer: Answer, member: int | None, channel: str | None
) -> list[int]:
    """A year's amount, split so that after each instalment the whole so far is rounded down."""
    programme = policy.programmes[case.programme]
    calendars = [
        calendar
        for calendar in programme.calendars
        if calendar.period.covers(case.on) and channel in (None, calendar.channel)
    ]
    if answer.amount is None or not calendars:
        return []
    first = 0
    if programme.amount_paid_first and programme.amount is not None:
        reading = Reading(policy, programme, family_of(case), case.on, member)
        fixed = reading.value(programme.amount.node)
        first = 0 if fixed is None else int(fixed.low)
    months = calendars[0].months
    done = [
        (answer.amount - first) * sum(months[:count]) // sum(months)
        for count in range(len(months) + 1)
    ]
    paid = [after - before for before, after in itertools.pairwise(done)]
    return [paid[0] + first, *paid[1:]]
