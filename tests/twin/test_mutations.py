"""The worked cases guard the policy: each value, day and comparison changed turns a case red.

Cases are answered by the twin, which plans nothing and so tries thousands of policies in a minute;
that twin and engine give the same answers is tested beside, and a few mutants go through both.
A change that the loader refuses is noticed there, and one that no day of the programme can show
(a date moved to where the programme does not exist) is no change.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import pytest

from tepat.eligibility.cases import Case, check_cases, read_cases
from tepat.engine.errors import TepatError
from tepat.policy.load import default_folder, load_policy, policy_from_files
from tepat.policy.model import Policy
from tests.twin.cases import case_holds
from tests.twin.mutants import Mutant, changed_days, mutants, mutated, reading_unchanged_files_once

PROGRAMMES = sorted(path.name for path in (default_folder() / "programmes").iterdir())
PARTS = ("amounts.yaml", "calendar.yaml", "programme.yaml")


@lru_cache(maxsize=1)
def policy_and_cases() -> tuple[Policy, tuple[Case, ...]]:
    """The policy that comes with Tepat and its worked cases."""
    policy = load_policy()
    return policy, tuple(read_cases(policy))


def survivors(policy: Policy, cases: Sequence[Case], changes: Sequence[Mutant]) -> list[Mutant]:
    """The changes that turn no case red."""
    with reading_unchanged_files_once():
        return [mutant for mutant in changes if not _noticed(policy, cases, mutant)]


def _changed(policy: Policy, mutant: Mutant) -> Policy | None:
    """The changed policy; None where the loader refuses it."""
    try:
        return mutated(policy, mutant)
    except TepatError:
        return None


def _noticed(policy: Policy, cases: Sequence[Case], mutant: Mutant) -> bool:
    changed = _changed(policy, mutant)
    if changed is None:
        return True
    asked = list(cases)
    if mutant.file.startswith("programmes/"):
        name = mutant.file.split("/")[1]
        days = changed_days(mutant, policy.programmes[name], changed.programmes[name])
        if days == []:
            return True
        asked = [case for case in asked if case.programme == name]
        asked = [case for case in asked if days is None or case.on in days]
    return any(not case_holds(changed, case) for case in asked)


def _all_mutants(policy: Policy, programme: str) -> list[Mutant]:
    files = [f"programmes/{programme}/{part}" for part in PARTS]
    return [mutant for file in files if file in policy.files for mutant in mutants(policy, file)]


def test_every_worked_case_holds_for_the_twin() -> None:
    policy, cases = policy_and_cases()
    wrong = [f"{case.where}: {case.title}" for case in cases if not case_holds(policy, case)]
    assert len(cases) >= 250
    assert not wrong, "the twin answers otherwise:\n" + "\n".join(wrong)


@pytest.mark.parametrize("programme", PROGRAMMES)
def test_every_change_of_a_programme_turns_a_case_red(programme: str) -> None:
    policy, cases = policy_and_cases()
    changes = _all_mutants(policy, programme)
    assert changes
    left = survivors(policy, cases, changes)
    assert not left, (
        f"{len(left)} of {len(changes)} changes go unnoticed; write a case that shows each:\n"
        + "\n".join(map(str, left))
    )


def test_every_change_of_an_exclusion_rule_turns_a_case_red() -> None:
    policy, cases = policy_and_cases()
    changes = mutants(policy, "exclusions.yaml")
    left = survivors(policy, cases, changes)
    assert changes
    assert not left, "no case notices:\n" + "\n".join(map(str, left))


@pytest.mark.parametrize("programme", ["pkh", "pip", "electricity_subsidy"])
def test_the_engine_notices_what_the_twin_notices(programme: str) -> None:
    policy, cases = policy_and_cases()
    own = [case for case in cases if case.programme == programme]
    changes = _all_mutants(policy, programme)
    red = 0
    for mutant in changes[:: max(1, len(changes) // 4)]:
        changed = _changed(policy, mutant)
        witness = changed and next((c for c in own if not case_holds(changed, c)), None)
        if changed is not None and witness is not None:
            red += 1
            assert not check_cases(policy, [witness])
            assert check_cases(changed, [witness]), f"{mutant} goes unnoticed by {witness.where}"
    assert red


def test_an_unguarded_parameter_is_reported() -> None:
    policy, cases = policy_and_cases()
    folder = "programmes/electricity_subsidy"
    files = dict(policy.files)
    files[f"{folder}/amounts.yaml"] += (
        "most_members:\n  unit: persons\n  values:\n"
        "    - {from: 2017-01-01, value: 50, reference: made up, confidence: K}\n"
    )
    files[f"{folder}/programme.yaml"] = files[f"{folder}/programme.yaml"].replace(
        "conditions:\n",
        "conditions:\n  small_enough:\n    rule: roster_size <= most_members\n"
        "    says: {id: Kecil, en: Small}\n    law: made up\n    confidence: K\n",
    )
    loose = policy_from_files(files, policy.folder)
    left = survivors(loose, cases, _all_mutants(loose, "electricity_subsidy"))
    assert [(mutant.old, mutant.new) for mutant in left] == [
        ("50", "49"),
        ("50", "51"),
        ("<=", "<"),
    ]
