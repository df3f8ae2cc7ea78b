"""What a rule means: types, bounds, and what is refused with which hint."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tepat.policy.bounds import LIMIT
from tepat.policy.language import Expression, LanguageError
from tepat.policy.meaning import DATE, YES_NO, CodeType, Number, Scope, understand
from tests.policy.worlds import PARAMETERS, VARIABLES, parameter

FAMILY = Scope(VARIABLES, PARAMETERS, {}, {"aid": "family", "school_aid": "member"})
MEMBER = replace(FAMILY, member=True)


def read(text: str, scope: Scope = FAMILY, **more: Any) -> Expression:
    return understand(text, replace(scope, **more), "rules.yaml", 7)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("f_number", Number(0, 0, 20)),
        ("f_signed", Number(2, -300, 300)),
        ("f_number + f_signed", Number(2, -300, 2300)),
        ("f_number - f_signed", Number(2, -300, 2300)),
        ("f_number * share", Number(2, 0, 2500)),
        ("f_number / limit", Number(6, 0, 6_666_666)),
        ("f_signed / f_signed", Number(6, -300_000_000, 300_000_000)),
        ("-f_signed", Number(2, -300, 300)),
        ("min(f_number, share)", Number(2, 0, 125)),
        ("floor(f_signed)", Number(0, -3, 3)),
        ("count members (m_yes)", Number(0, 0, 8_000, exact=False)),
        ("sum members (m_number)", Number(0, 0, 160_000, exact=False)),
        ("roster_size", Number(0, 0, 8_000)),
        ("f_colour", CodeType("f_colour")),
        ("as_of", DATE),
        ("f_day >= as_of", YES_NO),
        ("f_colour in warm, blue", YES_NO),
        ("f_yes = true", YES_NO),
    ],
)
def test_a_rule_has_a_type_with_bounds(text: str, kind: Any) -> None:
    assert read(text).node.type == kind


def test_a_product_of_many_decimals_keeps_six() -> None:
    rule = read("f_signed * f_signed * f_signed * f_signed")
    assert rule.node.type == Number(6, -81_000_000, 81_000_000)


MISTAKES = [
    ("f_numbr <= 4", 0, "'f_numbr' is not a known name. Did you mean 'f_number'?"),
    ("f_number <= limt", 12, "Did you mean 'limit'?"),
    ("zzz = 1", 0, "'zzz' is not a known name."),
    ("f_number = 'a'", 11, "has no meaning"),
    ("f_day < f_number", 6, "'f_day' is a date and 'f_number' is a number"),
    ("f_yes < true", 6, "does not fit yes or no"),
    ("f_colour = read", 11, "'read' is not an answer of 'f_colour'. Did you mean 'red'?"),
    ("f_colour < red", 9, "have no order"),
    ("f_colour in wram", 12, "neither an answer nor a group of 'f_colour'. Did you mean 'warm'?"),
    ("f_colour in 1, 2", 12, "Name the answers of 'f_colour'"),
    ("f_colour in 1..2", 9, "A range needs a number or a date"),
    ("f_yes in true", 6, "'in' does not fit yes or no"),
    ("f_number and f_yes", 0, "Expected yes or no, found 'f_number' (a number)"),
    ("f_yes + 1 = 2", 0, "Expected a number, found 'f_yes' (yes or no)"),
    ("age(f_number) > 1", 4, "Expected a date, found 'f_number'"),
    ("m_number > 1", 0, "Write 'any member (m_number …)'"),
    ("any member (count members (m_yes) > 1)", 0, "stands inside another"),
    ("any member (m_yes, m_yes)", 0, "one condition"),
    ("holds(aids)", 6, "needs the name of a programme. Did you mean 'aid'?"),
    ("holds(school_aid)", 6, "is a fact of one member"),
    ("counted_members > 1", 0, "'counted_members' is not a known name."),
    ("1.1234567 = 1", 0, "at most six decimals"),
    ("f_number / limit / limit / share * 9_000_000_000_000 > 1", 33, "past 2^53"),
    ("9_007_199_254_740_993 > 1", 0, "past 2^53"),
    ("9_007_199_254_740_992 > 0.1", 22, "past 2^53"),
    ("min(9_007_199_254_740_992, 0.1) > 0.1", 0, "past 2^53"),
    ("9_007_199_254_740_992 in 0.1..1", 22, "past 2^53"),
    ("sum members (m_number * 90_000_000_000) > 1", 0, "past 2^53"),
]


@pytest.mark.parametrize(("text", "position", "said"), MISTAKES)
def test_what_makes_no_sense_is_refused(text: str, position: int, said: str) -> None:
    with pytest.raises(LanguageError) as error:
        read(text)
    assert said in str(error.value)
    assert error.value.position == position


def test_text_variables_stay_out_of_rules() -> None:
    text = replace(VARIABLES["f_yes"], name="customer", type="text")
    with pytest.raises(LanguageError, match="'customer' is text"):
        read("customer = 1", variables={**VARIABLES, "customer": text})


def test_facts_of_a_member_may_stand_alone_where_a_member_is_decided() -> None:
    assert read("m_number > 1 and f_yes", MEMBER).node.member
    assert not read("any member (m_number > 1)", MEMBER).node.member


def test_a_named_value_of_members_stays_with_members() -> None:
    grown = understand("m_number >= limit", MEMBER).node
    scope = replace(FAMILY, values={"grown": grown})
    assert read("count members (grown) > 1", scope).node.type == YES_NO
    with pytest.raises(LanguageError, match="'grown' is a fact of one member"):
        read("grown", scope)


def _doubled(times: int) -> Expression:
    """A value that names the one before it twice, so many times over."""
    values: dict[str, Any] = {"v0": read("f_yes").node}
    for number in range(1, times):
        rule = read(f"v{number - 1} or v{number - 1}", values=dict(values))
        values[f"v{number}"] = rule.node
    return read(f"v{times - 1} or v{times - 1}", values=values)


def test_named_values_that_double_each_time_are_refused() -> None:
    assert _doubled(8).node.type == YES_NO
    with pytest.raises(LanguageError, match="too long once its named values"):
        _doubled(40)


def test_a_limit_is_the_largest_number_a_double_holds() -> None:
    largest = parameter("largest", LIMIT)
    assert read("largest > 0", parameters={"largest": largest}).node.type == YES_NO
    with pytest.raises(LanguageError, match="past 2"):
        read("largest + 1 > 0", parameters={"largest": largest})


def test_a_parameter_holds_all_its_dated_values() -> None:
    moving = parameter("moving", 4)
    late = replace(moving.values[0], value=Decimal("2.5"))
    both = {"moving": replace(moving, values=(*moving.values, late))}
    assert read("moving", parameters=both).node.type == Number(1, 25, 40)


def test_an_expression_knows_its_place_and_names() -> None:
    rule = read("f_number <= limit and any member (m_yes and m_number > limit)")
    assert (rule.file, rule.line) == ("rules.yaml", 7)
    assert rule.names("parameter") == ("limit",)
    assert rule.names("variable") == ("f_number", "m_yes", "m_number")


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("max({} - 0.01, f_signed)", 12),
        ("({} / (1 - count members (m_yes)))", 3),
        ("min({}, f_number, f_number, f_number)", 4),
    ],
)
def test_a_rule_that_unfolds_too_far_is_refused(text: str, levels: int) -> None:
    one, many = text.format("f_number"), "f_number"
    for _ in range(levels):
        many = text.format(many)
    assert read(f"{one} > 0").node.type == YES_NO
    with pytest.raises(LanguageError, match=r"too long|past 2\^53"):
        read(f"{many} > 0")
