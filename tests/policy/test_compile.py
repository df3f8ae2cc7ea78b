"""Rules mean the same on the engine and in a slow reading of their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from tepat.policy.compile import is_unknown
from tests.engines import PARAMS
from tests.policy import worlds


@pytest.fixture(scope="module")
def con() -> Iterator[Any]:
    from tepat.engine.connect import open_engine

    opened = open_engine(threads=1)
    yield opened
    opened.disconnect()


QUIET = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


@QUIET
@given(st.lists(worlds.rules(), min_size=1, max_size=6), worlds.families())
def test_random_rules_mean_the_same_in_plain_python(
    con: Any, texts: list[str], people: list[Any]
) -> None:
    pairs = [(text, rule) for text in texts if (rule := worlds.understood(text)) is not None]
    assume(pairs)
    texts = [text for text, _ in pairs]
    quick = worlds.quickly(con, [rule for _, rule in pairs], people)
    assert dict(zip(texts, zip(*quick, strict=True), strict=True)) == dict(
        zip(texts, zip(*worlds.slowly(texts, people), strict=True), strict=True)
    )


@pytest.mark.parametrize("engine", PARAMS[1:], indirect=True)
@settings(QUIET, max_examples=2, suppress_health_check=list(HealthCheck))
@given(st.lists(worlds.rules(), min_size=4, max_size=6), worlds.families())
def test_random_rules_mean_the_same_on_the_other_engines(
    engine: Any, texts: list[str], people: list[Any]
) -> None:
    rules = {text: rule for text in texts if (rule := worlds.understood(text)) is not None}
    assume(rules)
    quick = worlds.quickly(engine, list(rules.values()), people)
    assert quick == worlds.slowly(list(rules), people)


def test_a_negated_unknown_is_seen_as_unknown(engine: Any) -> None:
    import ibis

    facts = ibis.memtable({"x": [True, False, None]}, schema={"x": "boolean"})
    told = engine.to_pyarrow(facts.select(unknown=is_unknown(~facts.x)))
    assert told["unknown"].to_pylist() == [False, False, True]


def test_the_obvious_way_to_ask_for_an_unknown_is_still_a_trap(con: Any) -> None:
    """Ibis 12 writes ``(~x).isnull()`` as NOT x IS NULL; mended, `is_unknown` may be simpler."""
    import ibis

    facts = ibis.memtable({"x": [True, False, None]}, schema={"x": "boolean"})
    told = con.to_pyarrow(facts.select(unknown=(~facts.x).isnull()))
    assert told["unknown"].to_pylist() == [True, True, False]


KNOWN = [
    ("f_number / 0 = 1", None),
    ("f_number / 0 = 1 or f_yes", True),
    ("f_number / 0 = 1 and not f_yes", False),
    ("1 / 12 = 0.083333", True),
    ("-1 / 12 = -0.083334", True),
    ("0.1 + 0.2 = 0.3", True),
    ("f_number = 7", True),
    ("f_signed = -0.01", True),
    ("floor(f_signed) = -1", True),
    ("count members (m_yes) >= 1", True),
    ("count members (m_yes) >= 2", None),
    ("count members (m_yes) >= 3", False),
    ("count members (m_yes) = 1", None),
    ("any member (m_yes)", True),
    ("all members (m_yes)", None),
    ("sum members (m_number) >= 5", True),
    ("sum members (m_number) > 25", False),
    ("sum members (m_number) <= 24", None),
    ("12 / count members (m_yes) >= 6", True),
    ("12 / (count members (m_yes) - 1) >= 0", None),
    ("12 / (0 - count members (m_yes)) <= -6", True),
    ("counted_members in 1..2", True),
    ("counted_members >= 2", None),
    ("age(f_day) = 17", True),
    ("f_colour = red and holds(aid)", None),
    ("f_colour in warm", True),
    ("f_day < cut_off or true", True),
]


@pytest.mark.parametrize(("text", "expected"), KNOWN)
def test_a_rule_on_a_known_family_gives_what_the_page_says(
    con: Any, text: str, expected: bool | None
) -> None:
    rule = worlds.understood(text)
    assert rule is not None
    assert worlds.quickly(con, [rule], [worlds.FAMILY]) == [[expected]]
    assert worlds.slowly([text], [worlds.FAMILY]) == [[expected]]


@pytest.mark.parametrize("engine", PARAMS[1:], indirect=True)
def test_the_other_engines_give_what_the_page_says_too(engine: Any) -> None:
    rules = [rule for text, _ in KNOWN if (rule := worlds.understood(text)) is not None]
    (found,) = worlds.quickly(engine, rules, [worlds.FAMILY])
    assert dict(zip((text for text, _ in KNOWN), found, strict=True)) == dict(KNOWN)


def test_equal_sums_with_unequal_decimals_are_kept_apart(con: Any) -> None:
    """A sum is shared only where it also has the same decimals."""
    rules = [
        worlds.understood("sum members (m_number * 1) = 5"),
        worlds.understood("sum members (m_number * 1.0) = 5"),
    ]
    family, members = worlds.FAMILY
    (answers,) = worlds.quickly(con, [r for r in rules if r], [(family, members[:1])])
    assert answers == [True, True]
