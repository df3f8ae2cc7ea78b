"""Reforms as files: what they change, from which day, and which of them are refused and why."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tepat.eligibility.cases import check_cases
from tepat.eligibility.reform_cases import check_reform_cases
from tepat.engine.errors import TepatError
from tepat.policy.load import load_policy
from tepat.policy.reform import find_reform, load_reform, reform_folders, with_value
from tests.house.repository import ROOT
from tests.policy.reforms import HEAD, NEW, NEW_AMOUNTS, NEW_FILES, VALUE, reform_of

POLICY = ROOT / "policy"
SHIPPED = reform_folders(POLICY)


@pytest.mark.parametrize("name", SHIPPED)
def test_each_worked_reform_reads_and_its_cases_hold(name: str) -> None:
    base = load_policy(POLICY)
    reform = load_reform(SHIPPED[name], base)
    cases, wrong = check_reform_cases(base, reform)
    assert cases, "a reform without worked cases"
    assert wrong == []
    outcomes = {str(case.expect["outcome"]) for case in cases}
    assert len(outcomes) > 1, "cases of one outcome alone prove little"
    assert check_cases(base, [c for c in cases if c.programme in base.programmes]), (
        "every case holds without the reform, so the cases do not show what it changes"
    )


def test_three_reforms_of_real_debates_come_with_the_policy() -> None:
    assert {"sembako_deciles_1_to_4", "pkh_elderly_from_60", "pkh_and_sembako_merged"} <= {*SHIPPED}


def test_a_value_holds_from_the_first_day_of_the_reform(tmp_path: Path) -> None:
    text = f"change: {{child_aid: {{amounts: {{child_amount: {{value: 2_000_000, {VALUE}}}}}}}}}\n"
    amount = reform_of(tmp_path, text).policy.programmes["child_aid"].parameters["child_amount"]
    found = [(str(value.period.start), value.value) for value in amount.values]
    assert found == [
        ("2024-01-01", 1_000_000),
        ("2025-01-01", 1_200_000),
        ("2025-07-01", 2_000_000),
    ]
    assert str(amount.values[1].period.end) == "2025-06-30"


def test_after_a_value_with_an_end_the_policy_goes_on(tmp_path: Path) -> None:
    text = (
        "change: {child_aid: {amounts: {child_amount: "
        f"{{from: 2025-08-01, to: 2025-09-30, value: 0, {VALUE}}}}}}}}}\n"
    )
    amount = reform_of(tmp_path, text).policy.programmes["child_aid"].parameters["child_amount"]
    days = ["2025-07-31", "2025-08-01", "2025-09-30", "2025-10-01"]
    values = [amount.on(date.fromisoformat(day)) for day in days]
    assert [value.value for value in values if value] == [1_200_000, 0, 0, 1_200_000]


def test_a_value_that_the_policy_would_change_later_stays_as_the_reform_says(
    tmp_path: Path,
) -> None:
    head = HEAD.replace("2025-07-01", "2024-07-01")
    text = f"change: {{child_aid: {{amounts: {{child_amount: {{value: 7, {VALUE}}}}}}}}}\n"
    reform = reform_of(tmp_path, text, head=head)
    amount = reform.policy.programmes["child_aid"].parameters["child_amount"]
    late = amount.on(date(2026, 1, 1))
    assert late is not None and late.value == 7


def test_rules_components_grounds_and_calendars_change(tmp_path: Path) -> None:
    text = f"""\
change:
  child_aid:
    amounts:
      oldest: {{unit: years, values: [{{value: 12, {VALUE}}}]}}
    conditions:
      poor_enough: {{rule: decile <= 2 - 1, says: {{id: a, en: b}}, law: l, confidence: K}}
    components:
      small_child: {{who: age <= oldest}}
    excluded_by: {{drop: [civil_servant]}}
    at_most: children_at_most + 1
    calendar:
      - {{channel: bank, months: [12], {VALUE}}}
"""
    text = text.replace("decile <= 2 - 1", "decile = 1")
    programme = reform_of(tmp_path, text).policy.programmes["child_aid"]
    assert [c.name for c in programme.conditions] == [
        "decile_within_limit", "someone_counts", "poor_enough",
    ]  # fmt: skip
    assert programme.components[0].who.text == "age <= oldest"
    assert programme.components[0].amount.text == "child_amount", "what is not said stays"
    assert programme.excluded_by == ()
    assert programme.calendars[0].months == (12,)


def test_a_condition_and_a_component_are_dropped(tmp_path: Path) -> None:
    text = "change: {child_aid: {drop: {conditions: [someone_counts]}}}\n"
    programme = reform_of(tmp_path, text).policy.programmes["child_aid"]
    assert [condition.name for condition in programme.conditions] == ["decile_within_limit"]


def test_a_programme_ends_the_day_before_the_reform_and_bars_nobody(tmp_path: Path) -> None:
    policy = reform_of(tmp_path, "end: [child_aid]\n").policy
    assert policy.programmes["child_aid"].is_in_force(date(2025, 6, 30))
    assert not policy.programmes["child_aid"].is_in_force(date(2025, 7, 1))
    assert policy.barred_with("school_aid") == ()


def test_merged_programmes_leave_their_place_and_their_bars_to_the_new_one(tmp_path: Path) -> None:
    third = {
        "programmes/third_aid/programme.yaml": NEW.replace("new_aid", "third_aid"),
        "programmes/third_aid/amounts.yaml": NEW_AMOUNTS,
    }
    text = (
        "merge: [{programmes: [child_aid, school_aid], into: new_aid, places_of: child_aid}]\n"
        "add: {third_aid: {after: new_aid}}\n"
        "not_together: [{programmes: [new_aid, third_aid], law: l, confidence: K}]\n"
    )
    reform = reform_of(tmp_path, text, NEW_FILES | third)
    order = ["new_aid", "third_aid", "child_aid", "school_aid"]
    assert list(reform.policy.programmes) == order
    assert reform.policy.barred_with("new_aid") == ("third_aid",)
    assert reform.places_of("new_aid") == "child_aid"


def test_a_ban_is_lifted_and_a_new_one_set(tmp_path: Path) -> None:
    text = "together: [{programmes: [child_aid, school_aid], law: l, confidence: K}]\n"
    assert reform_of(tmp_path, text).policy.barred_with("child_aid") == ()


def test_the_policy_itself_is_not_changed_by_a_reform(tmp_path: Path) -> None:
    base = load_policy(POLICY)
    before = base.programmes["sembako"].parameters["decile_limit"]
    load_reform(SHIPPED["sembako_deciles_1_to_4"], base)
    assert base.programmes["sembako"].parameters["decile_limit"] == before
    assert load_policy(POLICY).hash == base.hash


def test_a_value_tried_by_a_search_is_read_like_one_of_the_reform() -> None:
    base = load_policy(POLICY)
    reform = load_reform(SHIPPED["sembako_deciles_1_to_4"], base)
    day = date(2025, 7, 1)
    for name, parameter in (("sembako", "decile_limit"), ("pkh", "elderly_age")):
        programme = with_value(base, reform, name, parameter, 3, day)
        found = programme.parameters[parameter].on(day)
        assert found is not None and found.value == 3


def test_a_reform_is_found_by_its_name_and_a_wrong_one_is_named() -> None:
    assert find_reform(Path("pkh_elderly_from_60"), None).name == "pkh_elderly_from_60"
    with pytest.raises(TepatError, match="Did you mean 'pkh_elderly_from_60'") as caught:
        find_reform(Path("pkh_elderly_60"), None)
    assert caught.value.code == "reform_missing"


AMOUNT = "change: {child_aid: {amounts: {child_amount: "
# what stands below the head, line of the message, what it says
MISTAKES = [
    ("change: {child_aid: {amounts: {child_amount: 4}}}\n", 6,
     "is written without its source. Write {value: 4, reference: …, confidence: …}."),
    ("change: {child_aid: {amounts: , at_most: null}}\n", 6, "Nothing of 'child_aid' is changed"),
    ("change: [child_aid]\n", 6, "Expected names with values here."),
    ("merge: [{programmes: [child_aid, 3], into: 4}]\n", 6, "'programmes' should be a list"),
    ("end: {child_aid: now}\n", 6, "'end' should be a list of names."),
    (f"change: {{child_aid: {{amounts: {{child_amount: {{value: -5, {VALUE}}}}}}}}}\n", 6,
     "'child_amount' counts rupiah: whole, and not below 0."),
    ("note: nothing\n", 1, "The reform changes nothing."),
    ("change: {child_aid: {note: only}}\n", 6, "Nothing of 'child_aid' is changed here."),
    # what is not there
    (f"change: {{child_ad: {{amounts: {{child_amount: {{value: 1, {VALUE}}}}}}}}}\n", 6,
     "'child_ad' is not a programme. Did you mean 'child_aid'?"),
    (f"change: {{child_aid: {{amounts: {{child_amuont: {{value: 1, {VALUE}}}}}}}}}\n", 6,
     "'child_aid' has no value 'child_amuont'. Did you mean 'child_amount'?"),
    ("change: {child_aid: {components: {grandparent: {amount: child_amount}}}}\n", 6,
     "'child_aid' has no component 'grandparent', and a new one needs name, who."),
    ("change: {child_aid: {conditions: {poor: {rule: decile = 1}}}}\n", 6,
     "has no condition 'poor', and a new one needs says."),
    ("change: {child_aid: {drop: {conditions: [someone_cuonts]}}}\n", 6,
     "'child_aid' has no condition 'someone_cuonts' to drop. Did you mean 'someone_counts'?"),
    ("change: {child_aid: {excluded_by: {drop: [deceased]}}}\n", 6,
     "'deceased' does not exclude here"),
    ("change: {child_aid: {excluded_by: {add: [civil_servent]}}}\n", 6,
     "'civil_servent' is not an exclusion ground. Did you mean 'civil_servant'?"),
    ("change: {child_aid: {amounts: {child_amount: {valeu: 1}}}}\n", 6,
     "'valeu' has no meaning here. Did you mean 'value'?"),
    ("end: [old_aid]\n", 6, "'old_aid' is not a programme."),
    ("add: {new_aid: {}}\n", 6, "'new_aid' has no folder"),
    ("merge: [{programmes: [child_aid, school_aid], into: new_aid}]\n", 6,
     "'new_aid' has no folder"),
    ("together: [{programmes: [child_aid, old], law: l, confidence: K}]\n", 6,
     "'old' is not a programme."),
    # what contradicts itself
    (f"end: [child_aid]\n{AMOUNT}{{value: 1, {VALUE}}}}}}}}}\n", 7,
     "'child_aid' is changed here, but the reform ends it. Choose one of the two."),
    ("end: [child_aid, child_aid]\n", 6, "'child_aid' is ended twice."),
    (f"{AMOUNT}[{{value: 1, {VALUE}}}, {{value: 2, {VALUE}}}]}}}}}}\n", 6,
     "Two values begin on 2025-07-01."),
    (f"{AMOUNT}[{{to: 2025-12-31, value: 1, {VALUE}}}, {{from: 2025-12-01, value: 2, {VALUE}}}]"
     "}}}\n", 6, "the one before holds until 2025-12-31. Periods may not overlap."),
    (f"{AMOUNT}{{from: 2025-01-01, value: 1, {VALUE}}}}}}}}}\n", 6,
     "This value begins 2025-01-01, before the reform itself (2025-07-01)."),
    (f"{AMOUNT}{{to: 2025-01-01, value: 1, {VALUE}}}}}}}}}\n", 6, "ends (2025-01-01) before"),
    (f"{AMOUNT}{{unit: goats, value: 1, {VALUE}}}}}}}}}\n", 6,
     "'child_amount' counts in 'rupiah per year', not in 'goats'."),
    (f"{AMOUNT}{{value: 2025-08-01, {VALUE}}}}}}}}}\n", 6, "is a number in the policy"),
    (f"{AMOUNT}{{value: 1}}}}}}}}\n", 6, "'reference' is missing."),
    (f"{AMOUNT}{{value: 300.000, {VALUE}}}}}}}}}\n", 6,
     "300.000 is read as 300. For 300 thousand write 300_000 or 300000."),
    (f"{AMOUNT}{{value: 300,000, {VALUE}}}}}}}}}\n", 6,
     "300,000 is read as 300 and 000: a comma parts values. For 300 thousand write 300_000"),
    (f"{AMOUNT}{{value: 300rb, {VALUE}}}}}}}}}\n", 6, "For 300 thousand write 300_000 or 300000."),
    (f"change: {{child_aid: {{amounts: {{decile_limit: {{value: 11, {VALUE}}}}}}}}}\n", 6,
     "'decile_limit' is 11: a decile is a whole number from 1 to 10."),
    (f"change: {{child_aid: {{amounts: {{children_at_most: {{value: 2.5, {VALUE}}}}}}}}}\n", 6,
     "'children_at_most' counts persons: whole, and not below 0. It is 2.5."),
    (f"change: {{child_aid: {{amounts: {{national_quota: {{value: -5, {VALUE}}}}}}}}}\n", 6,
     "'national_quota' counts families: whole, and not below 0. It is -5."),
    (f"change: {{child_aid: {{amounts: {{odd: {{unit: goats, value: -5, {VALUE}}}}}, "
     "quota: odd}}\n", 6,
     "'odd' is -5, but it is a quota."),
    ('summary: ""\nend: [child_aid]\n', 6, "'summary' needs both languages."),
    ('summary: {id: " ", en: b}\nend: [child_aid]\n', 6, "'id' is blank."),
    ("end: [child_aid]\nassumptions:\n  - {id: a, en: b}\n  - {id: a, en: ''}\n", 9,
     "'en' is blank."),
    (f"{AMOUNT}{{value: 1.5, {VALUE}}}}}}}}}\n", 6, "counts rupiah: whole, and not below 0."),
    ("change: {child_aid: {conditions: {someone_counts: {rule: decile < 3}}, "
     "drop: {conditions: [someone_counts]}}}\n", 6, "'someone_counts' is dropped here and changed"),
    ("change: {child_aid: {conditions: {someone_counts: {rule: decile < 3}}}}\n", 6,
     "The number 3 stands in a rule."),
    ("change: {child_aid: {components: {small_child: {who: agee < 3}}}}\n", 6,
     "'agee' is not a known name."),
    ("change: {child_aid: {excluded_by: [civil_servant]}}\n", 6,
     "Write excluded_by: {add: [ground], drop: [ground]}."),
    ("change: {child_aid: {excluded_by: {add: [civil_servant]}}}\n", 6,
     "'civil_servant' excludes here already. Take it out."),
    ("not_together: [{programmes: [child_aid, school_aid], law: l, confidence: K}]\n", 6,
     "may not be held together already."),
    ("end: [child_aid]\nnot_together: [{programmes: [child_aid, school_aid], law: l, "
     "confidence: K}]\n", 7, "'child_aid' is ended by this reform."),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "said"), MISTAKES)
def test_a_reform_that_makes_no_sense_is_refused(
    text: str, line: int, said: str, tmp_path: Path
) -> None:
    with pytest.raises(TepatError) as caught:
        reform_of(tmp_path, text)
    assert caught.value.code == "reform_invalid"
    found = caught.value.what.splitlines()
    assert any(f":{line}: " in row and said in row for row in found), caught.value.what
    assert "Mend the lines" in caught.value.do


# what stands below the head, with the folder of a new programme beside it
MISTAKES_WITH_NEW = [
    ("end: [child_aid]\n", "reform.yaml does not name 'new_aid'."),
    ("add: {new_aid: {after: new_aids}}\n", "'new_aids' is not a programme."),
    ("add: {new_aid: {after: child_aid}}\nend: [child_aid]\n", "'child_aid' is ended by"),
    ("add: {new_aid: }\nchange: {new_aid: {amount: new_amount}}\n", "'new_aid' is new in this"),
    ("merge: [{programmes: [child_aid], into: new_aid}]\n", "names two programmes or more"),
    ("merge: [{programmes: [child_aid, school_aid], into: new_aid}]\nend: [child_aid]\n",
     "'child_aid' is ended or merged already."),
    ("merge: [{programmes: [child_aid, school_aid], into: new_aid, places_of: new_aid}]\n",
     "'new_aid' is not one of the programmes that merge here."),
    ("merge: [{programmes: [child_aid, school_aid], into: new_aid}]\nadd: {new_aid: }\n",
     "'new_aid' is there by its merger already."),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), MISTAKES_WITH_NEW)
def test_a_new_programme_that_does_not_fit_is_refused(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(TepatError) as caught:
        reform_of(tmp_path, text, NEW_FILES)
    assert caught.value.code == "reform_invalid"
    assert said in caught.value.what


def test_a_new_programme_without_mistakes_is_taken(tmp_path: Path) -> None:
    policy = reform_of(tmp_path, "add: {new_aid: {after: child_aid}}\n", NEW_FILES).policy
    assert list(policy.programmes) == ["child_aid", "new_aid", "school_aid"]


def test_a_new_programme_cannot_take_the_name_of_another(tmp_path: Path) -> None:
    files = {"programmes/child_aid/programme.yaml": NEW.replace("new_aid", "child_aid")}
    with pytest.raises(TepatError, match="'child_aid' is a programme of the policy already"):
        reform_of(tmp_path, "add: {child_aid: }\n", files)


def test_a_rule_may_not_ask_who_holds_a_programme_that_the_reform_ends(tmp_path: Path) -> None:
    asks = NEW.replace("decile <= decile_limit", "holds(child_aid)")
    files = NEW_FILES | {"programmes/new_aid/programme.yaml": asks}
    with pytest.raises(TepatError, match="'new_aid' asks who holds 'child_aid'"):
        reform_of(tmp_path, "add: {new_aid: }\nend: [child_aid]\n", files)


def test_all_mistakes_come_in_one_message(tmp_path: Path) -> None:
    text = (
        "end: [old_aid]\n"
        "change:\n"
        f"  child_aid: {{amounts: {{nothing: {{value: 1, {VALUE}}}}}}}\n"
        "  school_aid: {drop: {components: [someone]}}\n"
    )
    with pytest.raises(TepatError, match="3 mistakes in the reform"):
        reform_of(tmp_path, text)


def test_each_mistake_of_a_reform_is_told_at_its_own_line(tmp_path: Path) -> None:
    head = HEAD.replace("en: Try", "en: ''").replace("reference: Nobody", "reference: ' '")
    text = (
        "change:\n"
        "  child_aid:\n"
        "    amounts:\n"
        f"      decile_limit: {{value: 4.5, {VALUE}}}\n"
        f"      school_age: {{value: 400, {VALUE}}}\n"
        f"      children_at_most: {{value: 2.5, {VALUE}}}\n"
        f"      child_amount: {{value: 300.000, {VALUE}}}\n"
        "      national_quota:\n"
        f"        - {VALUE.replace(', ', chr(10) + '          ')}\n"
        "          value: -5\n"
        "    conditions:\n"
        "      someone_counts: {rule: agee < 3}\n"
    )
    with pytest.raises(TepatError) as caught:
        reform_of(tmp_path, text, head=head)
    rows = [row.strip() for row in caught.value.what.splitlines()[1:] if row.strip()]
    assert all(row.startswith(f"{tmp_path / 'try/reform.yaml'}:") for row in rows), rows
    lines = [int(row.split(":")[1]) for row in rows]
    assert {2, 3, 9, 10, 11, 12, 16, 18} == {*lines}, rows


def test_a_ground_that_excludes_already_is_one_mistake(tmp_path: Path) -> None:
    text = "change: {child_aid: {excluded_by: {add: [civil_servant]}}}\n"
    with pytest.raises(TepatError, match=r"^1 mistake in the reform") as caught:
        reform_of(tmp_path, text)
    assert "Did you mean" not in caught.value.what


def test_a_rule_of_the_policy_that_a_change_breaks_is_told_at_the_change(tmp_path: Path) -> None:
    text = (
        f"change: {{child_aid: {{amounts: {{school_age: {{to: 2025-12-31, value: 6, {VALUE}}}}}, "
    )
    text += "drop: {values: [small]}}}\n"
    with pytest.raises(
        TepatError, match=r"reform.yaml:6: After these changes programmes/child_aid"
    ):
        reform_of(tmp_path, text)


def test_a_value_written_twice_is_refused_as_it_is_read(tmp_path: Path) -> None:
    one = f"child_amount: {{value: 1, {VALUE}}}"
    with pytest.raises(TepatError, match="'child_amount' stands twice"):
        reform_of(tmp_path, f"change: {{child_aid: {{amounts: {{{one}, {one}}}}}}}\n")


@pytest.mark.parametrize("missing", ["reform", "title", "reference", "confidence", "from"])
def test_a_reform_says_what_it_is(missing: str, tmp_path: Path) -> None:
    head = "".join(line + "\n" for line in HEAD.splitlines() if not line.startswith(missing))
    with pytest.raises(TepatError, match=f"'{missing}' is missing"):
        reform_of(tmp_path, "end: [child_aid]\n", head=head)


def test_a_reform_is_called_as_its_folder(tmp_path: Path) -> None:
    with pytest.raises(TepatError, match="The reform is called 'other', its folder 'try'"):
        reform_of(tmp_path, "end: [child_aid]\n", head=HEAD.replace("reform: try", "reform: other"))


def test_a_programme_that_has_ended_cannot_be_changed(tmp_path: Path) -> None:
    text = f"change: {{school_aid: {{amounts: {{monthly: {{value: 1, {VALUE}}}}}}}}}\n"
    late = HEAD.replace("2025-07-01", "2026-07-01")
    with pytest.raises(TepatError, match="'school_aid' ended on 2025-12-31, before the reform"):
        reform_of(tmp_path, text, head=late)
