"""Which questions are asked where and of whom."""

from __future__ import annotations

from typing import Any

import pytest

from tepat.registry.interviews.asking import AGES, GATES, applies, applying, as_sent
from tepat.registry.interviews.groups import FAMILY_STEPS, MEMBER_STEPS, NOT_ASKED, RECORD
from tepat.registry.interviews.questions import variables
from tepat.registry.models import FamilyObservation, PersonObservation


def test_each_variable_of_the_policy_stands_in_exactly_one_place() -> None:
    placed = [name for step in (*FAMILY_STEPS, *MEMBER_STEPS) for name in step.questions]
    placed += [*RECORD, *NOT_ASKED]
    assert sorted(placed) == sorted(set(placed)), "a question is asked twice"
    assert set(placed) == set(variables()), "a variable has no step, or a step no variable"


def test_a_step_asks_of_one_unit_and_is_short() -> None:
    for steps, unit, model in (
        (FAMILY_STEPS, "family", FamilyObservation),
        (MEMBER_STEPS, "member", PersonObservation),
    ):
        columns = {field.name for field in model._meta.concrete_fields}
        for step in steps:
            assert len(step.questions) <= 12, step.name
            assert {variables()[name].of for name in step.questions} == {unit}
            assert set(step.questions) <= columns, "an answer would have no column"


def test_what_hangs_on_an_answer_is_asked_on_a_later_page() -> None:
    page = {
        name: at
        for steps in (FAMILY_STEPS, MEMBER_STEPS)
        for at, step in enumerate(steps)
        for name in step.questions
    }
    for name, gate in GATES.items():
        assert page[gate.question] < page[name], name
        known = variables()[gate.question]
        assert known.type == "yes_no" or set(gate.answers) <= set(known.codes)
    assert set(AGES) <= set(page)


@pytest.mark.parametrize(
    ("name", "facts", "expected"),
    [
        ("pregnant", {"sex": 2, "years": 14}, True),
        ("pregnant", {"sex": 1, "years": 30}, False),
        ("pregnant", {"sex": 2, "years": 9}, False),
        ("pregnant", {}, True),
        ("nutrition", {"years": 4}, True),
        ("nutrition", {"years": 5}, False),
        ("difficulty_seeing", {"years": 1}, False),
        ("difficulty_learning", {"years": 4}, False),
        ("has_kip", {"years": 31}, False),
        ("school_level", {"schooling": 1, "years": 8}, False),
        ("school_level", {"schooling": 2, "years": 8}, True),
        ("school_level", {"years": 8}, False),
        ("closet", {"latrine": 3}, True),
        ("closet", {"latrine": 4}, False),
        ("power", {"lighting": 1}, True),
        ("power", {"lighting": 4}, False),
        ("floor", {}, True),
        ("floor", {"homeless": False}, True),
        ("floor", {"homeless": True}, False),
    ],
)
def test_a_question_is_asked_of_those_to_whom_it_applies(
    name: str, facts: dict[str, Any], expected: bool
) -> None:
    assert applies(name, facts) is expected
    assert applying([name], facts) == [name] * expected


def test_what_an_answer_rules_out_is_sent_as_unknown() -> None:
    answers = {"latrine": 6, "closet": 1, "roof": None}
    sent = as_sent(answers, {**answers, "sewage": 1})
    assert sent == {"latrine": 6, "closet": None, "sewage": None, "roof": None}
    untouched = as_sent({"latrine": None}, {"latrine": None})
    assert untouched == {"latrine": None}, "nobody said that there is none"
