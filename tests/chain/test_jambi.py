"""Real people: PKH of March 2020 on the Susenas roster of Jambi, against two computations apart."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tepat.policy.load import load_policy
from tests.chain import jambi
from tests.chain.real import (
    JAMBI_DAY,
    MAPPINGS,
    OUTCOMES,
    answers,
    families,
    manifest,
    succeed,
    table,
)
from tests.twin.engine import differences
from tests.twin.twin import Twin


@pytest.fixture(scope="module")
def verdicts(susenas: Path) -> dict[str, jambi.Verdict]:
    """What the law says of every household, worked out apart."""
    return jambi.verdicts(susenas)


@pytest.fixture(scope="module")
def decided(jambi_run: Path) -> list[dict[str, Any]]:
    """What the run says of every family."""
    return table(jambi_run, "decisions/families/*.parquet")


def as_verdict(row: dict[str, Any]) -> jambi.Verdict:
    """A row of decisions in the form of the computation apart."""
    counted = tuple((n, row[f"pkh__n_{n}"]) for n in jambi.NAMES if row[f"pkh__n_{n}"])
    return jambi.Verdict(OUTCOMES[row["pkh__outcome"]], counted, row["pkh__amount"])


def test_every_household_is_a_family_of_the_run(
    verdicts: dict[str, jambi.Verdict], decided: list[dict[str, Any]]
) -> None:
    assert sorted(verdicts) == sorted(row["family_key"] for row in decided)


def test_outcome_components_and_rupiah_agree_on_every_family(
    verdicts: dict[str, jambi.Verdict], decided: list[dict[str, Any]]
) -> None:
    different = []
    for row in decided:
        given, expected = as_verdict(row), verdicts[row["family_key"]]
        if (given.outcome, given.counted, given.rupiah) != (
            expected.outcome,
            expected.counted,
            expected.rupiah,
        ):
            different.append(f"{row['family_key']}: run {given}, apart {expected}")
    assert not different, f"{len(different)} families differ:\n" + "\n".join(different[:10])


def test_components_that_are_open_are_among_those_the_roster_cannot_tell(
    jambi_run: Path, verdicts: dict[str, jambi.Verdict]
) -> None:
    keys = {row["family_id"]: row["family_key"] for row in table(jambi_run, "ranking/*.parquet")}
    found = {key: answer for key, answer in answers(jambi_run).items() if key[0] == "pkh"}
    assert len(found) == len(verdicts)
    for (_, number, _), answer in found.items():
        assert answer.open <= verdicts[keys[number]].open


def test_awards_pay_the_quarter_first_and_the_year_to_the_rupiah(
    jambi_run: Path, verdicts: dict[str, jambi.Verdict]
) -> None:
    awards = {
        row["family_key"]: row
        for row in table(jambi_run, "awards/*.parquet")
        if row["programme"] == "pkh"
    }
    due = {key: v.rupiah for key, v in verdicts.items() if v.rupiah is not None}
    assert sorted(awards) == sorted(due)
    for key, rupiah in due.items():
        assert awards[key]["status"] == "awarded"
        assert awards[key]["amount_year"] == rupiah
        assert awards[key]["instalments"] == jambi.paid(rupiah)
        assert awards[key]["instalments"][0] * 4 == rupiah
        assert sum(awards[key]["instalments"]) == rupiah


def test_totals_of_the_run_are_those_worked_out_apart(
    jambi_run: Path, verdicts: dict[str, jambi.Verdict]
) -> None:
    totals = manifest(jambi_run)["totals"]["pkh"]
    outcomes = Counter(verdict.outcome for verdict in verdicts.values())
    assert {name: totals[name] for name in outcomes} == outcomes
    assert totals["amount_year"] == sum(v.rupiah or 0 for v in verdicts.values())


def test_every_programme_agrees_with_the_twin_on_every_family(jambi_run: Path) -> None:
    policy, about, day = load_policy(), manifest(jambi_run), date.fromisoformat(JAMBI_DAY)
    known = families(jambi_run)
    expected = {}
    for name in about["programmes"]:
        given = "benefits" in about["present"]
        twin = Twin(policy, policy.programmes[name], day, frozenset(about["lists"]), given)
        for number, family in known.items():
            for place, answer in enumerate(twin.decide(family)):
                key = (name, number, None if twin.programme.unit == "family" else place)
                expected[key] = answer
    found = differences(answers(jambi_run), expected)
    assert not found, f"{len(found)} differences, first of them:\n" + "\n".join(found[:10])


def test_the_run_says_what_a_roster_cannot_tell(jambi_run: Path) -> None:
    about = manifest(jambi_run)
    assert "household" in about["unit_note"]["en"].lower()
    assert "civil_servant" in about["programmes"]["pkh"]["not_checked"]
    assert about["totals"]["electricity_subsidy"]["cannot_decide"] == about["rows"]["families"]
    assert {"kk_form", "nik_form", "nik_duplicate"} <= set(about["not_checked_rules"])


def test_a_run_of_pkh_alone_decides_the_same(
    jambi_run: Path, susenas: Path, tmp_path: Path, decided: list[dict[str, Any]]
) -> None:
    mapping = MAPPINGS / "susenas2020_jambi.yaml"
    given = ("--mapping", mapping, "--deciles", susenas / "deciles.csv", "--programmes", "pkh")
    succeed("run", susenas, *given, "--as-of", JAMBI_DAY, "--out", tmp_path / "run")
    alone = table(tmp_path / "run", "decisions/families/*.parquet")
    one, other = ({row["family_key"]: as_verdict(row) for row in rows} for rows in (alone, decided))
    assert one == other


def test_the_computation_apart_would_notice_another_amount(
    susenas: Path, verdicts: dict[str, jambi.Verdict], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tuple((n, 2_400_000 if n == "pregnancy" else a, m) for n, a, m in jambi.COMPONENTS)
    assert jambi.verdicts(susenas) == verdicts
    dearer = tuple((n, a + (n == "primary_school"), m) for n, a, m in other)
    monkeypatch.setattr(jambi, "COMPONENTS", dearer)
    assert jambi.verdicts(susenas) != verdicts
