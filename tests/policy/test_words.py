"""A programme in words: rules, the page of a day, and what changed between two days."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tepat.engine.errors import TepatError
from tepat.policy.changes import diff, diff_as_dict
from tepat.policy.load import policy_from_files
from tepat.policy.meaning import understand
from tepat.policy.model import Policy, Text
from tepat.policy.phrases import Phrases
from tepat.policy.words import as_dict, show
from tests.conftest import tepat
from tests.policy import small
from tests.policy.worlds import ON, PARAMETERS, SCOPE, VARIABLES, parameter

LABELS = {
    "f_number": Text("Jumlah sapi", "Number of cattle"),
    "f_yes": Text("Atap rusak", "Roof damaged"),
    "f_colour": Text("Jenis lantai", "Floor"),
    "f_day": Text("Tanggal pindah", "Day of moving"),
    "m_yes": Text("Sedang hamil", "Pregnant"),
    "m_number": Text("Umur", "Age"),
}
SAID = {name: replace(v, label=LABELS.get(name, v.label)) for name, v in VARIABLES.items()}


def said(text: str, lang: str) -> str:
    rule = understand(text, replace(SCOPE, variables=SAID, parameters=KNOWN))
    return Phrases(SAID, KNOWN, ON, lang, {"aid": Text("Bantuan", "Aid")}).say(rule.node)


KNOWN = {
    **PARAMETERS,
    "limit": parameter("limit", 3, "pieces"),
    "old": parameter("old", 60, "years"),
    "young": parameter("young", 6, "years"),
    "money": parameter("money", 600_000, "rupiah per month"),
}


@pytest.mark.parametrize(
    ("text", "id_", "en"),
    [
        (
            "f_number <= limit",
            "jumlah sapi paling banyak 3 pieces",
            "number of cattle at most 3 pieces",
        ),
        (
            "limit < f_number",
            "jumlah sapi lebih dari 3 pieces",
            "number of cattle more than 3 pieces",
        ),
        (
            "not (f_number < limit)",
            "jumlah sapi paling sedikit 3 pieces",
            "number of cattle at least 3 pieces",
        ),
        ("not f_yes", "atap rusak: tidak", "roof damaged: no"),
        (
            "f_yes and (bright or f_day < cut_off)",
            'atap rusak dan (jenis lantai salah satu dari ("x", "x") atau tanggal pindah sebelum '
            "15 Juni 2010)",
            'roof damaged and (floor one of ("x", "x") or day of moving before 15 June 2010)',
        ),
        ("not (f_yes and holds(aid))", "atap rusak: tidak atau tidak sedang menerima Bantuan",
         "roof damaged: no or does not receive Aid"),
        ("not held(aid)", "belum pernah menerima Bantuan", "has never received Aid"),
        ("f_colour = red", 'jenis lantai adalah "x"', 'floor is "x"'),
        (
            "any member (m_number in young..old and m_yes)",
            "ada anggota dengan (umur 6 sampai 60 years dan sedang hamil)".replace(
                "years", "tahun"
            ),
            "some member has (age 6 to 60 years and pregnant)",
        ),
        ("not any member (m_yes)", "tidak ada anggota dengan (sedang hamil)",
         "no member has (pregnant)"),
        ("all members (m_yes)", "setiap anggota: (sedang hamil)", "every member has (pregnant)"),
        ("not all members (m_yes)", "ada anggota dengan (sedang hamil: tidak)",
         "some member has (pregnant: no)"),
        (
            "count members (m_yes) >= 2",
            "banyaknya anggota dengan (sedang hamil) paling sedikit 2",
            "number of members with (pregnant) at least 2",
        ),
        ("counted_members >= 1", "anggota yang dihitung paling sedikit 1",
         "members who count at least 1"),
        ("money * (12 - 1)", "Rp 600.000 per bulan × (12 − 1)", "Rp 600,000 per month × (12 − 1)"),
        ("floor(money / 12)", "(Rp 600.000 per bulan ÷ 12) dibulatkan ke bawah",
         "(Rp 600,000 per month ÷ 12) rounded down"),
        ("f_number not in 1, limit", "jumlah sapi bukan salah satu dari (1, 3 pieces)",
         "number of cattle none of (1, 3 pieces)"),
        ("true", "selalu", "always"),
    ],
)  # fmt: skip
def test_a_rule_is_said_in_both_languages(text: str, id_: str, en: str) -> None:
    assert (said(text, "id"), said(text, "en")) == (id_, en)


@pytest.fixture(scope="module")
def policy() -> Policy:
    return policy_from_files(small.FILES)


def test_the_page_holds_all_that_the_law_says(policy: Policy) -> None:
    page = show(policy, "child_aid", date(2025, 7, 1), "en")
    for part in (
        "Child Aid (child_aid)",
        "as of 1 July 2025",
        "since 1 January 2024 (Regulation 1 [A])",
        "1. Decile …, limit 4. (decile_within_limit)",
        "decile at most 4",
        "decile_limit = decile 4, since 1 January 2024: Regulation 1 [A]",
        "Small child (at most 2 per family)",
        "Rp 1,200,000",
        "age less than 7 years",
        "our assumption",
        "Civil service records",
        "School Money (school_aid): Regulation 1 [A]",
        "1,000 families",
        "each 6 months, 50 %",
    ):
        assert part in page, part
    assert max(map(len, page.splitlines())) <= 96


def test_the_page_shows_the_amount_of_its_day(policy: Policy) -> None:
    before = show(policy, "child_aid", date(2024, 12, 31))
    assert "Rp 1.000.000" in before and "Rp 1.200.000" not in before


def test_a_sum_that_depends_on_no_fact_is_worked_out(policy: Policy) -> None:
    found = as_dict(policy, "school_aid", date(2024, 7, 1), "en")
    assert found["amount"]["amount_year"] == 600_000
    assert "".join(found["amount"]["means"]) == "Rp 50,000 per person and month × 12"


def test_assumptions_of_our_own_are_listed() -> None:
    files = small.changed(
        "programmes/child_aid/amounts.yaml",
        "value: 7, reference: Regulation 1, confidence: A",
        "value: 7, reference: nobody says, confidence: K",
    )
    found = as_dict(policy_from_files(files), "child_aid", date(2025, 7, 1), "en")
    assert "school_age = 7 years: nobody says [K]" in found["ours"]


@pytest.mark.parametrize("lang", ["id", "en"])
def test_every_programme_of_the_policy_can_be_shown(lang: str) -> None:
    from tepat.policy.load import load_policy

    policy = load_policy()
    for name, programme in policy.programmes.items():
        for period in programme.in_force:
            page = show(policy, name, period.start, lang)
            assert max(map(len, page.splitlines())) <= 96, name
            assert "= None" not in page and "… …" not in page, name


def _told(changes: Mapping[str, Any]) -> list[str]:
    return [change["says"] for change in changes["changes"]]


def test_a_new_amount_is_told_with_its_text(policy: Policy) -> None:
    found = diff_as_dict(policy, "child_aid", date(2024, 7, 1), date(2025, 7, 1), "en")
    (change,) = found["changes"]
    assert (change["old"], change["new"], change["since"]) == (
        1_000_000,
        1_200_000,
        date(2025, 1, 1),
    )
    assert change["reference"] == "Regulation 2"
    assert change["says"] == (
        "child_amount (used by Small child): Rp 1,000,000 per year becomes Rp 1,200,000 per year, "
        "since 1 January 2025."
    )


def test_two_days_without_a_change_say_so(policy: Policy) -> None:
    text = diff(policy, "child_aid", date(2025, 2, 1), date(2025, 7, 1))
    assert "Tidak ada yang berubah antara kedua hari itu." in text


def test_the_end_of_a_programme_is_told(policy: Policy) -> None:
    found = diff_as_dict(policy, "school_aid", date(2025, 7, 1), date(2026, 7, 1), "en")
    assert _told(found) == ["The programme ends on 31 December 2025."]


def test_the_beginning_of_a_programme_is_told(policy: Policy) -> None:
    found = diff_as_dict(policy, "school_aid", date(2023, 7, 1), date(2024, 7, 1), "en")
    assert _told(found)[0] == "The programme comes into force on 1 January 2024."


def test_a_value_that_changed_and_changed_back_is_told() -> None:
    files = small.changed(
        "programmes/child_aid/amounts.yaml",
        "    - {from: 2025-01-01, value: 1_200_000, reference: Regulation 2, confidence: B}\n",
        "    - {from: 2025-01-01, value: 900_000, reference: Regulation 2, confidence: B}\n"
        "    - {from: 2026-01-01, value: 1_000_000, reference: Regulation 4, confidence: B}\n",
    )
    found = diff_as_dict(
        policy_from_files(files), "child_aid", date(2024, 7, 1), date(2026, 7, 1), "en"
    )
    (said,) = _told(found)
    assert "on both days, but it changed in between: Rp 900,000 per year (1 January 2025" in said


@pytest.mark.parametrize(
    ("programme", "days", "code"),
    [
        ("child_adi", (date(2024, 7, 1), date(2025, 7, 1)), "programme_unknown"),
        ("child_aid", (date(2025, 7, 1), date(2024, 7, 1)), "policy_dates"),
        ("child_aid", (date(2010, 7, 1), date(2011, 7, 1)), "programme_not_in_force"),
    ],
)
def test_what_cannot_be_compared_is_said(
    policy: Policy, programme: str, days: tuple[date, date], code: str
) -> None:
    with pytest.raises(TepatError) as error:
        diff(policy, programme, *days)
    assert error.value.code == code


def test_commands_answer_and_end_as_they_should(tmp_path: Path) -> None:
    folder = small.write(tmp_path, small.FILES)
    told = tepat("policy", "show", "child_aid", "--on", "2025-07-01", "--policy", folder)
    assert told.returncode == 0
    assert "Bantuan Anak (child_aid)" in told.stdout
    told = tepat(
        "policy", "diff", "child_aid", "--from", "2024-07-01", "--to", "2025-07-01",
        "--policy", folder, "--lang", "en", "--json",
    )  # fmt: skip
    assert told.returncode == 0
    assert json.loads(told.stdout)["changes"][0]["new"] == 1_200_000


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["child_adi", "--on", "2025-07-01"], "Did you mean 'child_aid'?"),
        (["child_aid", "--on", "2005-07-01"], "that is before its law as recorded here"),
        (["child_aid", "--on", "1 July"], "is not a day of the calendar"),
        (["child_aid", "--on", "2025-07-01", "--lang", "fr"], "no language 'fr'"),
    ],
)
def test_a_wrong_command_ends_with_two_and_a_sentence(
    tmp_path: Path, words: list[str], told: str
) -> None:
    folder = small.write(tmp_path, small.FILES)
    done = tepat("policy", "show", *words, "--policy", folder)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr
