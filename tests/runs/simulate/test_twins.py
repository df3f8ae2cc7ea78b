"""Two policies in one: what stands twice, what once, and in which order."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tepat.policy.load import load_policy
from tepat.policy.reform import load_reform
from tepat.runs.run import in_force
from tepat.runs.simulate.twins import Quotas, Twins, make_twins
from tests.house.repository import ROOT
from tests.runs.simulate.worked import reform

POLICY = ROOT / "policy"
NONE: tuple[Quotas, Quotas] = ({}, {})


def twins_of(folder: Path, day: str, quotas: tuple[Quotas, Quotas] = NONE) -> Twins:
    base = load_policy(POLICY)
    found, on = load_reform(folder, base), date.fromisoformat(day)
    before, after = in_force(base, (), on)[0], in_force(found.policy, (), on)[0]
    return make_twins(base, found, on, before, after, quotas)


def test_a_programme_that_is_barred_by_a_changed_one_stands_twice_too() -> None:
    twins = twins_of(POLICY / "reforms/sembako_deciles_1_to_4", "2025-07-01")
    assert twins.differing() == ["sembako", "blt_desa"]
    assert twins.policy.barred_with("blt_desa__reform") == ("pkh", "sembako__reform", "bst")
    assert twins.policy.barred_with("blt_desa") == ("pkh", "sembako", "bst")


def test_what_serves_both_is_allocated_first_then_the_reform_then_today() -> None:
    twins = twins_of(POLICY / "reforms/sembako_deciles_1_to_4", "2025-07-01")
    kinds = ["shared" if n in twins.shared else n.endswith("__reform") for n in twins.names]
    assert kinds == sorted(kinds, key=["shared", True, False].index)
    second = [name for name in twins.names if name.endswith("__reform")]
    assert second == ["sembako__reform", "blt_desa__reform"]


def test_a_merged_programme_takes_over_places_and_what_was_held() -> None:
    twins = twins_of(POLICY / "reforms/pkh_and_sembako_merged", "2025-08-01")
    assert twins.differing() == ["pkh", "sembako", "blt_desa", "family_payment"]
    assert twins.policy.barred_with("blt_desa__reform") == ("family_payment", "bst")
    assert twins.policy.barred_with("family_payment") == ("bst", "blt_desa")


def test_a_change_of_places_alone_makes_a_programme_differ() -> None:
    folder = POLICY / "reforms/pkh_elderly_from_60"  # says on this day what the policy says
    assert twins_of(folder, "2025-07-01").differing() == []
    places = ({"pip": {"": 5}}, {"pip": {"": 6}})
    assert twins_of(folder, "2025-07-01", places).differing() == ["pip"]


@pytest.mark.parametrize(
    ("text", "differing"),
    [
        ("{amounts: {monthly_amount: {value: 1, reference: r, confidence: K}}}", True),
        ("{quota: national_quota + 1}", True),
        ("{priority: [0 - family_size]}", True),
        ("{calendar: [{channel: kks, months: [12], reference: r, confidence: K}]}", True),
        ("{excluded_by: {drop: [refuses]}}", True),
        ("{amounts: {monthly_amount: {value: 200_000, reference: r, confidence: K}}}", False),
    ],
)
def test_only_what_decides_ranks_or_pays_otherwise_differs(
    text: str, differing: bool, tmp_path: Path
) -> None:
    folder = reform(tmp_path, "small", f"change: {{sembako: {text}}}\n")
    assert ("sembako" in twins_of(folder, "2025-09-01").differing()) == differing
