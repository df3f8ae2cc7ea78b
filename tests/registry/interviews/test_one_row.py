"""The rules asked of one row, held against the engine that asks them of a table."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tepat.registry.interviews.one_row import Row
from tepat.registry.rules.rows import (
    APPLIANCES,
    DIFFICULTIES,
    RowRule,
    rules_of_families,
    rules_of_members,
)

TODAY = date(2025, 7, 1)
days = st.none() | st.dates(date(1890, 1, 1), date(2026, 1, 1))
yes_no = st.none() | st.booleans()


def code(most: int) -> Any:
    return st.none() | st.integers(0, most)


MEMBER: dict[str, Any] = {
    "nik": st.just("x"),
    "masked": st.just("x"),
    "wrong": code(7),
    "name": st.none() | st.just("Ana"),
    "birth_date": days,
    "age": code(130),
    "years": code(130),
    "sex": code(2),
    "relation": code(8),
    "is_head": st.booleans(),
    "marital_status": code(4),
    "pregnant": yes_no,
    "nutrition": code(8),
    "schooling": code(3),
    "school_level": code(22),
    "works": yes_no,
    "observed_on": days,
    "today": st.just(TODAY),
    **dict.fromkeys(DIFFICULTIES, code(4)),
}
FAMILY: dict[str, Any] = {
    "kk_number": st.just("x"),
    "masked": st.just("x"),
    "wrong": code(3),
    "gas_cylinder": code(3),
    "cooking_fuel": code(11),
    "latrine": code(6),
    "closet": code(4),
    "sewage": code(6),
    "lighting": code(4),
    "power": code(5),
    **dict.fromkeys(APPLIANCES, code(2)),
}
TYPES = {
    "nik": "string", "kk_number": "string", "masked": "string", "name": "string",
    "birth_date": "date", "observed_on": "date", "today": "date", "is_head": "boolean",
    "pregnant": "boolean", "works": "boolean", "wrong": "int64",
}  # fmt: skip


def by_the_engine(rules: list[RowRule], row: dict[str, Any]) -> dict[str, bool]:
    import ibis

    literals = {
        name: ibis.literal(value, TYPES.get(name, "int64"))
        if value is not None
        else ibis.null(TYPES.get(name, "int64"))
        for name, value in row.items()
    }
    table = ibis.memtable({"one": [1]}).mutate(**literals)
    asked = table.select(**{rule.name: rule.broken(table) for rule in rules})
    found = ibis.duckdb.connect().to_pyarrow(asked).to_pylist()[0]
    return {name: value is True for name, value in found.items()}


def by_one_row(rules: list[RowRule], row: dict[str, Any]) -> dict[str, bool]:
    return {rule.name: rule.broken(Row(row)).value is True for rule in rules}


SLOW = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))


@SLOW
@given(st.fixed_dictionaries(MEMBER))
def test_rules_of_members_agree_with_the_engine(row: dict[str, Any]) -> None:
    rules = rules_of_members()
    assert by_one_row(rules, row) == by_the_engine(rules, row)


@SLOW
@given(st.fixed_dictionaries(FAMILY))
def test_rules_of_families_agree_with_the_engine(row: dict[str, Any]) -> None:
    rules = rules_of_families()
    assert by_one_row(rules, row) == by_the_engine(rules, row)


@pytest.mark.parametrize(
    ("rule", "row"),
    [
        ("pregnant_never_married", {"pregnant": True, "marital_status": 1}),
        ("pregnant_not_female", {"pregnant": True, "sex": 1}),
        ("nutrition_age", {"nutrition": 3, "years": 5}),
        ("attending_age", {"schooling": 2, "years": 2}),
    ],
)
def test_a_broken_rule_is_found_and_a_mended_row_is_not(rule: str, row: dict[str, Any]) -> None:
    wanted = [one for one in rules_of_members() if one.name == rule]
    assert by_one_row(wanted, row) == {rule: True}
    assert by_one_row(wanted, dict.fromkeys(row)) == {rule: False}
