"""How a rule is written: what is read, and what each mistake says and where."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tepat.policy.language import (
    COMPARISONS,
    FUNCTIONS,
    MAXIMUM_DEPTH,
    QUANTIFIERS,
    WORDS,
    LanguageError,
    Node,
    parse,
)
from tests.house.repository import text_of


def shape(node: Node) -> str:
    """A tree as text, brackets everywhere."""
    own = "" if node.value is None else f" {node.value}"
    return f"({node.kind}{own}{''.join(' ' + shape(arg) for arg in node.args)})"


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a or b and not c", "(or (name a) (and (name b) (not (name c))))"),
        ("a + b * c - d", "(- (+ (name a) (* (name b) (name c))) (name d))"),
        ("a / b / c", "(/ (/ (name a) (name b)) (name c))"),
        ("-a * b", "(* (negative (name a)) (name b))"),
        ("a in b..c + d", "(in_range (name a) (name b) (+ (name c) (name d)))"),
        ("a not in b, c", "(not (in (name a) (name b) (name c)))"),
        ("a in 0..6", "(in_range (name a) (number 0) (number 6))"),
        ("count members (a) >= 2", "(>= (count (name a)) (number 2))"),
        ("any member (a and b)", "(any (and (name a) (name b)))"),
        ("min(a, b, 7.5)", "(min (name a) (name b) (number 7.5))"),
        ("holds(pkh)", "(holds (name pkh))"),
        ("floor = tile", "(= (name floor) (name tile))"),
        ("floor(a)", "(floor (name a))"),
    ],
)
def test_a_rule_is_read_as_it_binds(text: str, tree: str) -> None:
    assert shape(parse(text)) == tree


def test_constants_are_exact() -> None:
    assert parse("1_000_000").value == Decimal(1_000_000)
    assert parse("7.20").value == Decimal("7.20")
    assert parse("2025-01-31").value == date(2025, 1, 31)
    assert parse("true").value is True


MISTAKES = [
    ("", 0, "empty"),
    ("   ", 0, "empty"),
    ("a $ b", 2, "'$' has no meaning"),
    ("a ≤ b", 2, "'≤' has no meaning"),
    ("a == b", 2, "single '='"),
    ("a < b < c", 6, "Two comparisons"),
    ("a b", 2, "should end before 'b'"),
    ("(a", 2, "Expected ')' to close the bracket, found the end of the rule"),
    ("a)", 1, "should end before ')'"),
    ("a and", 5, "Expected a name or a number, found the end"),
    ("and a", 0, "found 'and'"),
    ("a in", 4, "Expected a name or a number"),
    ("a + * b", 4, "found '*'"),
    ("any (a)", 0, "'any member ( … )'"),
    ("count member (a)", 0, "'count members ( … )'"),
    ("any member a", 11, "Expected '(' after 'any member'"),
    ("rond(a)", 0, "no function 'rond'"),
    ("flor(a)", 0, "Did you mean 'floor'?"),
    ("min(a)", 0, "two values or more"),
    ("age(a, b)", 0, "takes one value, not 2"),
    ("a > 2025-02-30", 4, "not a day of the calendar"),
    ("a = unknown", 4, "not written in rules"),
    ("a not b", 2, "should end before 'not'"),
    ("5.", 1, "'.' has no meaning"),
    ("a" * 5_000, 0, "more than 4000 characters"),
    ("(" * 100 + "a" + ")" * 100, MAXIMUM_DEPTH, "nested too deeply"),
    ("not " * 100 + "a", 4 * MAXIMUM_DEPTH, "nested too deeply"),
    ("-" * 100 + "a", MAXIMUM_DEPTH, "nested too deeply"),
    ("a" + "+a" * 100, 1 + 2 * MAXIMUM_DEPTH, "nested too deeply"),
    ("a" + "/a" * 100, 1 + 2 * MAXIMUM_DEPTH, "nested too deeply"),
    ("min(a," * 100, None, "nested too deeply"),
]


@pytest.mark.parametrize(("text", "position", "said"), MISTAKES)
def test_a_mistake_says_where_and_what(text: str, position: int | None, said: str) -> None:
    with pytest.raises(LanguageError) as error:
        parse(text)
    assert said in str(error.value)
    assert position is None or error.value.position == position


def test_long_junctions_are_read() -> None:
    assert len(parse(" or ".join(["a"] * 500)).args) == 500


@given(st.text(alphabet="abin andort().,<>=!+-*/0123456789_ \n\té≤", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    mistake = None
    try:
        parse(text)
    except LanguageError as error:
        mistake = error
    assert mistake is None or 0 <= mistake.position <= len(text)
    assert mistake is None or mistake.what.endswith(".")


def test_the_page_names_every_function_and_sign() -> None:
    page = text_of(Path("docs/rule-language.md"))
    words = [*FUNCTIONS, *(" ".join(pair) for pair in QUANTIFIERS), *COMPARISONS, *WORDS]
    missing = [word for word in words if word not in page]
    assert not missing, f"docs/rule-language.md does not name {missing}."
