"""The checks: each from both sides, and what an error does to a family and to a member."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tepat.engine.connect import open_engine
from tepat.registry.files.read import read_input
from tepat.registry.rules.catalogue import ERROR, RULES
from tepat.registry.rules.check import check
from tests.registry.given import FAMILIES, MEMBERS, checked, read, rules_of, variables, written

HEAD = "person_key,family_key,relation"


def member(folder: Path, columns: str, *rows: str, day: date = date(2025, 7, 1)) -> set[str]:
    """The rules that members A2, A3, … of one family break; A1 is a sound head of 40."""
    names = f"{HEAD},{columns}"
    blank = "," * columns.count(",")
    lines = "".join(f"A{place},A,3,{row}\n" for place, row in enumerate(rows, 2))
    result = checked(folder, "family_key\nA\n", f"{names}\nA1,A,1,{blank}\n{lines}", day)
    return {rule for rule, key in rules_of(result, notes=True) if key != "A1"}


def family(folder: Path, columns: str, row: str) -> set[str]:
    result = checked(
        folder, f"family_key,{columns}\nA,{row}\n", "person_key,family_key,relation\nA1,A,1\n"
    )
    return {rule for rule, key in rules_of(result, notes=True)}


def test_sound_families_have_no_finding(tmp_path: Path) -> None:
    result = checked(tmp_path / "in")
    assert rules_of(result, notes=True) == set()
    assert result.families.to_polars()["blocked"].to_list() == [False, False]
    assert result.members.to_polars()["data_ok"].to_list() == [True, True, True]


def test_no_number_and_no_name_leaves_the_checks_in_clear(tmp_path: Path) -> None:
    families = FAMILIES.replace("floor_area", "kk_number").replace(",36,", ",3204010101200007,")
    members = MEMBERS + "B2,B,Joko,3204011708850003,1,1985-08-17,3\nB3,B,Ali,320,1,1985-08-17,3\n"
    result = checked(tmp_path / "in", families, members)
    assert not {"nik", "kk_number"} & {*result.members.columns, *result.families.columns}
    assert result.members.to_polars().sort("person_key")["name"][0] == "S. A."
    text = result.findings.to_polars().write_csv()
    for clear in ("3204011708850003", "3204010101200007", "Joko", "Aminah"):
        assert clear not in text


@pytest.mark.parametrize(
    ("row", "rules"),
    [
        ("3204010506150002,1,2015-06-05", set()),
        ("3204014506150002,2,2015-06-05", set()),
        ("3204010506150002,2,2015-06-05", {"nik_sex"}),
        ("3204010506150002,1,2015-05-06", {"nik_birth_date"}),
        ("3204010506150002,1,1915-06-05", set()),  # a NIK has no century
        ("320401050615000,1,2015-06-05", {"nik_form"}),
        ("3204013206150002,1,2015-06-05", {"nik_form"}),
        (",1,2015-06-05", {"nik_missing"}),
        (",1,2024-07-01", {"nik_missing"}),
        (",1,2024-07-02", {"nik_missing_baby"}),
        ("3204010506150002,,", set()),
    ],
)
def test_a_nik_is_held_against_its_form_and_softly_against_sex_and_birth(
    tmp_path: Path, row: str, rules: set[str]
) -> None:
    assert member(tmp_path / "in", "nik,sex,birth_date", row) == rules


def test_the_same_nik_twice_is_an_error_on_both_even_across_families(tmp_path: Path) -> None:
    members = MEMBERS + "B2,B,Budi,3204010506150002,1,2015-06-05,3\n"
    result = checked(tmp_path / "in", members=members)
    assert rules_of(result) == {("nik_duplicate", "A2"), ("nik_duplicate", "B2")}
    assert result.families.to_polars()["blocked"].to_list() == [False, False]
    members_out = result.members.to_polars().sort("person_key")
    assert members_out["data_ok"].to_list() == [True, None, True, None]


def test_malformed_numbers_are_not_twins_of_one_another(tmp_path: Path) -> None:
    assert member(tmp_path / "in", "nik", "123", "123") == {"nik_form"}


def test_an_error_on_the_head_blocks_the_family_and_another_takes_out_the_member(
    tmp_path: Path,
) -> None:
    members = MEMBERS.replace("3204014503900001", "999").replace("3204010506150002", "998")
    result = checked(tmp_path / "in", members=members)
    assert rules_of(result) == {("nik_form", "A1"), ("nik_form", "A2")}
    families = result.families.to_polars().sort("family_key")
    assert families["blocked"].to_list() == [True, False]
    data_ok = result.members.to_polars().sort("person_key")["data_ok"].to_list()
    assert data_ok == [True, None, True]


@pytest.mark.parametrize(
    ("number", "rules"),
    [
        ("3204010101200007", set()),
        ("3204013201200007", {"kk_date"}),
        ("320401010120007", {"kk_form"}),
        ("3204010101200000", {"kk_form"}),
        ("", {"kk_missing"}),
    ],
)
def test_a_kk_number_is_held_against_its_form(tmp_path: Path, number: str, rules: set[str]) -> None:
    assert family(tmp_path / "in", "kk_number", number) == rules


def test_a_malformed_kk_number_blocks_and_so_does_one_of_two_families(tmp_path: Path) -> None:
    families = (
        "family_key,kk_number\nA,3204010101200007\nB,3204010101200007\nC,12\nD,3204010101200008\n"
    )
    result = checked(tmp_path / "in", families, "person_key,family_key\n")
    blocked = result.families.to_polars().sort("family_key")["blocked"].to_list()
    assert blocked == [True, True, True, False]
    rows = rules_of(result) - {("no_members", key) for key in "ABCD"}
    assert rows == {("kk_duplicate", "A"), ("kk_duplicate", "B"), ("kk_form", "C")}


def test_families_without_members_head_or_with_two_heads_are_warned_of(tmp_path: Path) -> None:
    result = checked(
        tmp_path / "in",
        "family_key,family_size\nA,2\nB,1\nC,3\nD,\n",
        f"{HEAD}\nA1,A,1\nA2,A,3\nB1,B,3\nC1,C,1\nC2,C,1\n",
    )
    assert rules_of(result) == {
        ("no_head", "B"), ("two_heads", "C"), ("family_size_differs", "C"), ("no_members", "D"),
    }  # fmt: skip
    assert not any(result.families.to_polars()["blocked"])


@pytest.mark.parametrize(
    ("columns", "row", "rules"),
    [
        ("name", "Budi", set()),
        ("name", "  ", {"name_blank"}),
        ("birth_date", "1900-07-01", set()),
        ("birth_date", "1899-07-01", {"impossible_age"}),
        ("birth_date", "2025-07-01", set()),
        ("birth_date", "2025-07-02", {"birth_in_future"}),
        ("birth_date,age", "2000-01-01,25", set()),
        ("birth_date,age", "2000-01-01,28", {"age_differs"}),
        ("age", "126", {"impossible_age"}),
        ("age,marital_status", "9,2", {"married_child"}),
        ("age,marital_status", "10,2", set()),
        ("age,marital_status", "9,1", set()),
        ("age,pregnant", "9,ya", {"pregnant_age"}),
        ("age,pregnant", "10,ya", set()),
        ("age,pregnant", "54,ya", set()),
        ("age,pregnant", "55,ya", {"pregnant_age"}),
        ("age,pregnant", "55,no", set()),
        ("age,pregnant", ",ya", set()),
        ("sex,pregnant", "1,ya", {"pregnant_not_female"}),
        ("sex,pregnant", "2,ya", set()),
        ("marital_status,pregnant", "1,ya", {"pregnant_never_married"}),
        ("age,nutrition", "4,2", set()),
        ("age,nutrition", "5,2", {"nutrition_age"}),
        ("age,difficulty_self_care", "1,1", {"difficulty_age"}),
        ("age,difficulty_self_care", "1,4", set()),
        ("age,difficulty_self_care", "2,1", set()),
        ("age,schooling", "31,2", {"attending_age"}),
        ("age,schooling", "30,2", set()),
        ("schooling,school_level", "1,3", {"school_level_without_school"}),
        ("schooling,school_level", "3,3", set()),
        ("age,works", "4,ya", {"working_child"}),
    ],
)
def test_answers_of_a_member_that_do_not_go_together_are_found(
    tmp_path: Path, columns: str, row: str, rules: set[str]
) -> None:
    assert member(tmp_path / "in", columns, row) == rules


@pytest.mark.parametrize(
    ("columns", "row", "rules"),
    [
        ("gas_cylinder,cooking_fuel", "1,2", set()),
        ("gas_cylinder,cooking_fuel", "1,3", set()),
        ("gas_cylinder,cooking_fuel", "1,4", {"gas_cylinder_fuel"}),
        ("gas_cylinder,cooking_fuel", "0,3", {"gas_cylinder_fuel"}),
        ("gas_cylinder,cooking_fuel", "0,4", set()),
        ("gas_cylinder,cooking_fuel", ",3", set()),
        ("latrine,closet", "3,1", set()),
        ("latrine,closet", "4,1", {"closet_without_latrine"}),
        ("latrine,closet", "6,", set()),
        ("latrine,sewage", "6,1", {"sewage_without_latrine"}),
        ("latrine,sewage", "1,1", set()),
        ("lighting,refrigerator", "4,1", {"appliance_without_electricity"}),
        ("lighting,refrigerator", "4,0", set()),
        ("lighting,refrigerator", "3,1", set()),
        ("lighting,power", "1,2", set()),
        ("lighting,power", "4,2", {"power_without_meter"}),
    ],
)
def test_answers_of_a_family_that_do_not_go_together_are_found(
    tmp_path: Path, columns: str, row: str, rules: set[str]
) -> None:
    assert family(tmp_path / "in", columns, row) == rules


def test_a_rule_whose_column_is_absent_is_not_checked(tmp_path: Path) -> None:
    result = checked(tmp_path / "in", "family_key\nA\n", "person_key,family_key\nA1,A\n")
    assert rules_of(result) == set()
    assert {"nik_form", "nik_missing", "nik_duplicate", "kk_form", "no_head", "two_heads"} <= set(
        result.not_checked
    )
    assert "no_members" not in result.not_checked
    assert result.members.to_polars()["data_ok"].to_list() == [True]


def test_impossible_dates_are_unknown_afterwards(tmp_path: Path) -> None:
    members = (
        "person_key,family_key,birth_date\nA1,A,2025-07-02\nA2,A,1890-01-01\nA3,A,2000-01-01\n"
    )
    result = checked(tmp_path / "in", members=members)
    births = result.members.to_polars().sort("person_key")["birth_date"].to_list()
    assert births == [None, None, date(2000, 1, 1)]


def test_each_finding_has_the_columns_of_the_contract_and_a_known_rule(tmp_path: Path) -> None:
    members = MEMBERS + "B2,B,,12,9,2015-06-05,3\nZ1,Z,Lia,3204014503900009,2,1990-03-05,1\n"
    findings = checked(tmp_path / "in", members=members).findings.to_polars()
    assert findings.columns == [
        "table", "key", "rule", "severity", "column", "value_shown", "family_id",
    ]  # fmt: skip
    assert set(findings.select("rule", "key", "severity").rows()) == {
        ("nik_form", "B2", "error"), ("name_blank", "B2", "error"),
        ("unknown_code", "B2", "warning"), ("family_not_found", "Z1", "error"),
    }  # fmt: skip
    assert findings.filter(findings["key"] == "B2")["family_id"].to_list() == [2, 2, 2]


def test_every_rule_says_what_it_is_and_what_to_do_in_both_languages() -> None:
    for rule in RULES.values():
        assert rule.severity in ("error", "warning", "note")
        for text in (rule.says, rule.do):
            assert text.id
            assert text.en
            assert text.id != text.en
    errors = {rule.name for rule in RULES.values() if rule.severity == ERROR}
    assert {"nik_form", "nik_duplicate", "name_blank", "key_twice", "impossible_age"} <= errors


def test_two_inputs_in_one_engine_do_not_meet(tmp_path: Path) -> None:
    one = read(written(tmp_path / "one"), scratch=tmp_path / "s")
    two = read(
        written(tmp_path / "two", "family_key\nQ\n", "person_key,family_key\nQ1,Q\n"),
        scratch=tmp_path / "s",
    )
    results: list[Any] = [
        check(found.given, date(2025, 7, 1), scratch=tmp_path / "s") for found in (one, two)
    ]
    assert results[0].families.to_polars().height == 2
    assert results[1].families.to_polars().height == 1


def test_a_policy_of_another_country_is_not_asked_what_it_does_not_mean(tmp_path: Path) -> None:
    known = variables()
    other = {
        "relation": replace(known["relation"], codes={1: known["relation"].codes[3]}),
        "works": replace(known["works"], type="number", minimum=Decimal(0), maximum=Decimal(9)),
    }
    folder = written(
        tmp_path / "in", "family_key\nA\n", "person_key,family_key,relation,works\nA1,A,1,3\n"
    )
    con = open_engine(tmp_path / "s")
    found = read_input(folder, other, con=con, scratch=tmp_path / "s")
    result = check(found, date(2025, 7, 1), scratch=tmp_path / "s")
    assert rules_of(result) == set()
    assert {"no_head", "head_is_child", "working_child"} <= set(result.not_checked)
    assert result.members.to_polars()["works"].to_list() == [3]


def test_a_nik_that_was_a_number_is_malformed_not_missing(tmp_path: Path) -> None:
    rows = ("3.20401E+15", "3204010506150002")
    assert member(tmp_path / "in", "nik", *rows) == {"nik_form", "number_numeric"}
