"""What the loader says of mistakes: file, line, what is wrong, the nearest valid name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tepat.eligibility.cases import check_cases, read_cases
from tepat.engine.errors import TepatError
from tepat.policy.load import load_policy, policy_from_files
from tests.policy import small
from tests.policy.small import changed

V, X, W = "variables.yaml", "exclusions.yaml", "overlaps.yaml"
P, A, C = (f"programmes/child_aid/{part}.yaml" for part in ("programme", "amounts", "calendar"))
S = "programmes/school_aid/programme.yaml"


def test_the_small_policy_is_without_mistakes(tmp_path: Path) -> None:
    folder = small.write(tmp_path, small.FILES | {small.CASE_FILE: small.CASES})
    policy = load_policy(folder)
    assert list(policy.programmes) == ["child_aid", "school_aid"]
    assert policy.barred_with("school_aid") == ("child_aid",)
    assert policy.variables["diploma"].codes.keys() == {0, 3, 8}
    assert check_cases(policy, read_cases(policy)) == []


def test_the_same_files_are_read_once_in_whatever_order(monkeypatch: pytest.MonkeyPatch) -> None:
    files = changed(P, "Bantuan Anak", "Bantuan yang Dibaca Sekali")
    once = policy_from_files(files)
    monkeypatch.setattr("tepat.policy.load.parse_yaml", None)
    again = policy_from_files(dict(reversed(files.items())), Path("elsewhere"))
    assert (again.hash, again.programmes) == (once.hash, once.programmes)
    assert again.folder == Path("elsewhere")


def test_a_value_holds_until_the_next_begins() -> None:
    amount = policy_from_files(small.FILES).programmes["child_aid"].parameters["child_amount"]
    assert [str(value.period.end) for value in amount.values] == ["2024-12-31", "None"]


# file, what is written there, what instead, line of the message, what it says
MISTAKES = [
    # rules
    (
        P,
        "rule: decile <= decile_limit",
        "rule: decil <= decile_limit",
        12,
        "'decil' is not a known name. Did you mean 'decile'?",
    ),
    (
        P,
        "rule: decile <= decile_limit",
        "rule: decile <= decile_limt",
        12,
        "Did you mean 'decile_limit'?",
    ),
    (
        P,
        "rule: decile <= decile_limit",
        "rule: decile <= 4",
        12,
        "The number 4 stands in a rule. Make it a parameter",
    ),
    (P, "rule: decile <= decile_limit", "rule: decile * 5 / 100 <= 1", 12, "The number 5 stands"),
    (P, "rule: decile <= decile_limit", "rule: pln_id = decile", 12, "'pln_id' is text"),
    (
        P,
        "rule: decile <= decile_limit",
        "rule: any member (birth_date > decile)",
        12,
        "'birth_date' is a date and 'decile' is a number",
    ),
    (P, "rule: decile <= decile_limit", "rule: age > school_age", 12, "Write 'any member (age …)'"),
    (
        P,
        "rule: decile <= decile_limit",
        "rule: decile + 1",
        12,
        "should give yes or no, but 'decile + 1' gives a number",
    ),
    (P, "rule: decile <= decile_limit", "rule: [decile]", 12, "'rule' should be a rule"),
    (P, "rule: decile <= decile_limit", "rule:", 11, "'rule' is missing"),
    (
        S,
        "school_level in compulsory",
        "school_level in primry, sd",
        9,
        "'primry' is neither an answer nor a group of 'school_level'",
    ),
    (P, "who: small", "who: smal", 24, "Did you mean 'small'?"),
    (P, "who: small", "who: count members (works) > 1", 24, "cannot count members"),
    (
        P,
        "amount: child_amount",
        "amount: child_amount * decile",
        26,
        "'amount' is made of parameters",
    ),
    (P, "quota: national_quota", "quota: decile", 31, "'quota' is made of parameters"),
    (
        P,
        "at_most: children_at_most\nexcl",
        "at_most: children_at_most / 1\nexcl",
        29,
        "'at_most' is made of parameters",
    ),
    (
        P,
        "age < school_age",
        "any member (works) and",
        9,
        "Expected a name or a number, found the end",
    ),
    (V, "computed: age(birth_date)", "computed: decile", 7, "'decile' is not a known name"),
    (
        V,
        "computed: age(birth_date)",
        "computed: works",
        7,
        "'computed' does not give a value of the type number",
    ),
    (V, "computed: age(birth_date)", "computed: count members (works)", 7, "cannot count members"),
    (X, "works and age < 0", "count members (works) > 1", 6, "cannot count members"),
    (X, "works and age < 0", "wroks", 6, "Did you mean 'works'?"),
    # sentences
    (P, '{counted_members}", en', '{counted_member}", en', 18, "Did you mean 'counted_members'?"),
    (P, "{id: Anak kecil, en: Small child}", "Anak kecil", 23, "needs both languages"),
    (P, "en: Small child}", "en: [Small]}", 23, "should hold text"),
    # keys, words, names
    (
        P,
        "law: Regulation 1\nconf",
        "lwa: Regulation 1\nconf",
        3,
        "'lwa' has no meaning here. Did you mean 'law'?",
    ),
    (P, "unit: family", "unit: famly", 5, "'unit' is 'famly'. Did you mean 'family'?"),
    (P, "kind: cash", "kind: 7", 6, "'kind' is '7'"),
    (P, "kind: cash", "payer: [APBN]", 6, "'payer' should be text"),
    (
        P,
        "in_force: {from: 2024-01-01, reference: Regulation 1, confidence: A}",
        "in_force: {from: 2024-01-01, reference: Regulation 1, confidence: E}",
        7,
        "'confidence' is 'E'. One of A, B, C, D, K.",
    ),
    (
        P,
        "programme: child_aid",
        "programme: childaid",
        1,
        "is called 'childaid', its folder 'child_aid'",
    ),
    (P, "[civil_servant]", "[civil_servants]", 30, "Did you mean 'civil_servant'?"),
    (P, "[civil_servant]", "{civil_servant: yes}", 30, "should be a list of names"),
    (P, "someone_counts:", "record_in_order:", 1, "'record_in_order' names two criteria"),
    (P, "someone_counts:", "Someone counts:", 16, "'Someone counts' cannot be a name"),
    (P, "quota: national_quota", "not_with: [school_ad]", 31, "Did you mean 'school_aid'?"),
    (
        W,
        "order: [child_aid, school_aid]",
        "order: [child_adi, school_aid]",
        1,
        "Did you mean 'child_aid'?",
    ),
    (
        W,
        "programmes: [child_aid, school_aid]",
        "programmes: [child_aid, scool_aid]",
        3,
        "Did you mean 'school_aid'?",
    ),
    (
        W,
        "programmes: [child_aid, school_aid]",
        "programmes: [child_aid]",
        3,
        "two programmes or more",
    ),
    (A, "school_age:\n", "decile:\n", 4, "'decile' has a meaning already"),
    (A, "school_age:\n", "count:\n", 4, "'count' has a meaning already"),
    (V, "works: {", "family_id: {", 30, "'family_id' has a meaning already"),
    (V, "works: {", "my__works: {", 30, "'my__works' cannot be a name"),
    # periods and values
    (P, "{from: 2024-01-01, r", "{from: 2023-01-01, r", 1, "has no value on 2023-01-01"),
    (P, "{from: 2024-01-01, r", "{from: 2024-13-01, r", 7, "month must be in 1..12"),
    (P, "{from: 2024-01-01, r", "{from: 2024-01-01 10:00:00, r", 7, "'from' should be a date"),
    (S, "to: 2025-12-31", "to: 2023-12-31", 6, "ends (2023-12-31) before it begins (2024-01-01)"),
    (
        A,
        "- {from: 2024-01-01, value: 1_000_000",
        "- {from: 2024-01-01, to: 2025-06-30, value: 1_000_000",
        14,
        "begins 2025-01-01, but the one before holds until 2025-06-30",
    ),
    (A, "value: 7", "value: seven", 6, "should be a number or a date, not 'seven'"),
    (A, "value: 7", "value: .inf", 6, "should be a number or a date"),
    (A, "value: 7", 'value: "1e999999999"', 6, "at most 15 digits and 6 decimals"),
    (A, "value: 7", "value: 0.12345678", 6, "at most 15 digits and 6 decimals"),
    (A, "value: 7", "value:", 6, "'value' is missing"),
    (A, "value: 1_000_000", "value: 2020-01-01", 10, "Some values are dates, others numbers"),
    (A, "unit: years", "unite: years", 5, "Did you mean 'unit'?"),
    (C, "months: [6, 6]", "months: [6, 0]", 1, "'months' lists the months"),
    (C, "months: [6, 6]", "months: 6", 1, "'months' lists the months"),
    (
        C,
        "confidence: A}\n",
        "confidence: A}\n- {channel: bank, from: 2025-01-01, months: [12], reference: R, "
        "confidence: A}\n",
        2,
        "Two calendars of 'bank' hold on 2025-01-01",
    ),
    # variables
    (V, "maximum: 125", "maximum: -1", 5, "the smaller first"),
    (V, "maximum: 125", "maximum: many", 5, "should be numbers"),
    (V, "maximum: 125", "maximum: 9_999_999_999_999_999", 6, "passes 2^53"),
    (V, "maximum: 125", "maximum: 125\n  decimals: two", 7, "whole number from 0 to 6"),
    (V, "8: {name: smp", "70000: {name: smp", 20, "whole numbers up to 32767"),
    (V, "8: {name: smp", "eight: {name: smp", 20, "'eight' is not a code"),
    (V, "8: {name: smp", "8: {name: sd", 18, "Two answers are called 'sd'"),
    (
        V,
        "[sd, smp]",
        "[sd, smpp]",
        21,
        "Group 'compulsory' names 'smpp', which is not an answer. Did you mean 'smp'?",
    ),
    (V, "[sd, smp]", "5", 21, "should be a list of names"),
    (V, "codes_of: school_level", "codes_of: scool_level", 27, "Did you mean 'school_level'?"),
    (V, "type: date", "type: day", 11, "'type' is 'day'"),
    # YAML itself
    (P, "unit: family\n", "unit: family\nunit: family\n", 6, "duplicate key"),
    (P, "unit: family\n", "\tunit: family\n", 5, "Line 5 begins with a tab. Use spaces."),
    (P, "unit: family\n", "unit: {family\n", 6, "A brace '{' is not closed"),
    (
        P,
        "law: Regulation 1\nconf",
        "law: Regulation: 1\nconf",
        3,
        "Put texts with a colon in quotes;",
    ),
    (
        P,
        "law: Regulation 1\nconf",
        "law: 'Regulation 1\nconf",
        3,
        "A quote is opened and not closed",
    ),
    # thousands
    (
        A,
        "value: 1_000_000",
        "value: 300.000",
        13,
        "300.000 is read as 300. For 300 thousand write 300_000 or 300000.",
    ),
    (A, "value: 1_000_000", 'value: "300.000"', 13, "300.000 is read as 300."),
    (A, "value: 1_000_000", "value: 1.000.000", 13, "For 1 million write 1_000_000 or 1000000."),
    (
        A,
        "value: 1_000_000",
        "value: 300,000",
        13,
        "300,000 is read as 300 and 000: a comma parts values. For 300 thousand write 300_000",
    ),
    (A, "value: 1_000_000", "value: 1,500,000", 13, "1,500,000 is read as 1 and 500 and 000"),
    (A, "value: 1_000_000", "value: 1,000,000", 13, "For 1 million write 1_000_000 or 1000000."),
    (
        A,
        "value: 1_000_000",
        "value: 300rb",
        13,
        "not '300rb'. For 300 thousand write 300_000 or 300000.",
    ),
    (A, "value: 1_000_000", "value: 5000.5", 13, "counts rupiah: whole, and not below 0."),
    (A, "value: 1000,", "value: 300.000,", 17, "For 300 thousand write 300_000"),
    (P, "rule: decile <= decile_limit", "rule: decile <= 1.000", 12, "The number 1.000 stands in"),
    # what a unit allows
    (A, "value: 4,", "value: 11,", 3, "is 11: a decile is a whole number from 1 to 10."),
    (A, "value: 4,", "value: 0,", 3, "is 0: a decile is a whole number from 1 to 10."),
    (A, "value: 4,", "value: 4.5,", 3, "is 4.5: a decile is a whole number from 1 to 10."),
    (A, "value: 7", "value: 6.5", 6, "is 6.5: years are whole, from 0 to 120."),
    (A, "value: 7", "value: 700", 6, "is 700: years are whole, from 0 to 120."),
    (A, "value: 7", "value: -7", 6, "is -7: years are whole, from 0 to 120."),
    (
        A,
        "value: 2,",
        "value: 2.5,",
        9,
        "'children_at_most' counts persons: whole, and not below 0.",
    ),
    (A, "value: 1000,", "value: -5,", 17, "'national_quota' counts families: whole, and not below"),
    (
        A,
        "unit: families\n  values: [{from: 2024-01-01, value: 1000",
        "unit: goats\n  values: [{from: 2024-01-01, value: -5",
        17,
        "is -5, but it is a quota.",
    ),
    (
        A,
        "unit: persons per family\n  values: [{from: 2024-01-01, value: 2",
        "unit: goats\n  values: [{from: 2024-01-01, value: 2.5",
        9,
        "'children_at_most' is 2.5, but 'at_most' has to be a whole number.",
    ),
    # texts
    (P, "en: Child Aid}", 'en: "  "}', 2, "'en' is blank."),
    (P, "law: Regulation 1\nconf", 'law: ""\nconf', 3, "'law' is blank."),
    (A, "reference: Regulation 2", 'reference: " "', 14, "'reference' is blank."),
    (P, "en: Child Aid}", f"en: {'a' * 201}}}", 2, "'name' has 201 characters; at most 200"),
    (A, "reference: Regulation 2", f"reference: {'a' * 301}", 14, "'reference' has 301 characters"),
    (P, "en: Child Aid}", "en: Child \u202eAid}", 2, "U+202E, which changes the direction"),
    (P, "en: Child Aid}", 'en: "Child \\u2066Aid"}', 2, "U+2066, which changes the direction"),
    (P, "en: Child Aid}", "en: Child \x1b[31mAid}", 2, "U+001B, which is a control character"),
    (P, "en: Child Aid}", 'en: "Child \\0Aid"}', 2, "U+0000, which is a control character"),
    (P, "unit: family\n", "unit: !!python/object:os.system family\n", 5, "'!' is not used here"),
]


@pytest.mark.parametrize(("file", "old", "new", "line", "said"), MISTAKES)
def test_a_mistake_is_reported_with_its_place(
    file: str, old: str, new: str, line: int, said: str
) -> None:
    with pytest.raises(TepatError) as error:
        policy_from_files(changed(file, old, new))
    assert error.value.code == "policy_invalid"
    found = re.findall(rf"{re.escape(file)}:(\d+): (.*)", error.value.what)
    told = [(int(number), text) for number, text in found]
    other = f"{A}:{line}: " in error.value.what  # a parameter's gap is told where it is written
    assert other or any(number == line and said in text for number, text in told), error.value.what
    assert said in error.value.what


def test_a_value_that_is_refused_breaks_no_rule_that_uses_it() -> None:
    text = small.AMOUNTS.replace("value: 4,", "value: 4.5,").replace("value: 1000,", "value: -5,")
    text = text.replace("value: 1_000_000", "value: 300.000").replace("value: 2,", "value: 2.5,")
    with pytest.raises(TepatError, match=r"^4 mistakes in the policy") as error:
        policy_from_files(small.FILES | {A: text})
    assert [int(n) for n in re.findall(rf"{A}:(\d+): ", error.value.what)] == [3, 9, 13, 17]


def test_a_title_of_200_and_a_reference_of_300_characters_are_taken() -> None:
    files = changed(P, "en: Child Aid}", f"en: {'a' * 200}}}")
    files |= {A: small.AMOUNTS.replace("Regulation 2", "b" * 300)}
    assert policy_from_files(files).programmes["child_aid"].title.en == "a" * 200


def test_a_decimal_is_taken_where_the_unit_allows_it() -> None:
    old = "unit: years\n  values: [{from: 2024-01-01, value: 7,"
    new = "unit: percent\n  values: [{from: 2024-01-01, value: 12.5,"
    policy = policy_from_files(changed(A, old, new))
    value = policy.programmes["child_aid"].parameters["school_age"].values[0].value
    assert value == Decimal("12.5")


def test_all_mistakes_come_in_one_message() -> None:
    files = changed(P, "unit: family", "unit: famly") | {
        V: small.VARIABLES.replace("type: date", "type: day")
    }
    with pytest.raises(TepatError) as error:
        policy_from_files(files)
    assert "famly" in error.value.what
    assert "'day'" in error.value.what


def test_a_folder_without_a_policy_is_named(tmp_path: Path) -> None:
    with pytest.raises(TepatError) as error:
        load_policy(tmp_path)
    assert error.value.code == "policy_missing"
    assert str(tmp_path) in error.value.what


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    folder = small.write(tmp_path, small.FILES)
    (folder / P).write_bytes(small.PROGRAMME.encode("utf-16"))
    with pytest.raises(TepatError) as error:
        load_policy(folder)
    assert error.value.code == "policy_encoding"
    assert error.value.do == "Save the file as UTF-8."


CASE_MISTAKES = [
    ("decile: 4", "decil: 4", "'decil' is not a fact of a family. Did you mean 'decile'?"),
    ("decile: 4", "decile: 11", "'11' is not a value of 'decile' (1 to 10)"),
    ("decile: 4", "decile: true", "'True' is not a value of 'decile'"),
    ("decile: 4", "decile: .inf", "is not a value of 'decile'"),
    ("works: true", "works: 1", "'1' is not a value of 'works'"),
    ("works: true", "school_level: sdd", "Did you mean 'sd'?"),
    ("{age: 3}", "3", "Expected names with values"),
    ("ground: civil_servant", "ground: civil_servants", "Did you mean 'civil_servant'?"),
    ("member: 2", "member: 3", "There is no member 3"),
    ("member: 2", "membr: 2", "Did you mean 'member'?"),
    ("programme: school_aid", "programme: scool_aid", "Did you mean 'school_aid'?"),
    ("outcome: cannot", "outcom: cannot", "Did you mean 'outcome'?"),
    ("on: 2024-07-01", "on: July", "'on' should be a date"),
    ("cites: Regulation 1, A", "cite: Regulation 1, A", "Did you mean 'cites'?"),
]


@pytest.mark.parametrize(("old", "new", "said"), CASE_MISTAKES)
def test_a_mistake_in_a_worked_case_is_reported(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    folder = small.write(tmp_path, changed(small.CASE_FILE, old, new))
    policy = load_policy(folder)
    with pytest.raises(TepatError) as error:
        read_cases(policy)
    assert error.value.code == "policy_invalid"
    assert said in error.value.what
    assert f"{small.CASE_FILE}:" in error.value.what


JUNK: list[Any] = [None, 5, -1, 1.5, True, "x", "decile", [], {}, [1], ["x"], {"x": 1}, [{"x": 1}]]


def places(data: Any) -> Iterator[tuple[Any, Any]]:
    """Every container of a parsed file with every key in it."""
    keys = list(data) if isinstance(data, dict) else range(len(data))
    for key in keys:
        yield data, key
        if isinstance(data[key], dict | list):
            yield from places(data[key])


@pytest.mark.parametrize("file", [*small.FILES, small.CASE_FILE])
def test_any_junk_in_any_place_is_read_or_refused(tmp_path: Path, file: str) -> None:
    """Nothing but TepatError leaves the loader, whatever an analyst leaves at any key."""
    texts = small.FILES | {small.CASE_FILE: small.CASES}
    folder = small.write(tmp_path, texts)
    plain = YAML(typ="safe", pure=True)
    data, tried = plain.load(texts[file]), 0
    for index, (container, key) in enumerate(list(places(data))):
        before = container[key]
        for turn in range(3):
            container[key] = JUNK[(index + turn * 4) % len(JUNK)]
            with (folder / file).open("w", encoding="utf-8") as written:
                plain.dump(data, written)
            tried += is_refused(folder)
        container[key] = before
    assert tried > 5


def is_refused(folder: Path) -> bool:
    """Whether policy and cases of a folder are refused; any other error breaks the test."""
    try:
        read_cases(load_policy(folder))
    except TepatError as error:
        return error.code == "policy_invalid"
    return False
