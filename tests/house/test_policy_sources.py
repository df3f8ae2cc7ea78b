"""Every number, condition and ground in policy/ says where it is written and how sure we are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.house import policy_checks as policy
from tests.house.repository import ROOT, text_of, tracked_files

FILES = [name for name in tracked_files() if name.parts[0] == "policy" and policy.check_for(name)]


def read(text: str) -> Any:
    """Plain dictionaries and lists of a YAML text."""
    return YAML(typ="safe").load(text)


def test_every_policy_entry_names_its_source() -> None:
    assert FILES, "policy/ has no files that can be checked"
    problems = [
        problem for name in FILES for problem in policy.check_for(name)(name, read(text_of(name)))
    ]
    assert not problems, "\n".join(problems)


def test_every_programme_has_worked_cases() -> None:
    folders = {name.parent for name in FILES if name.name == "programme.yaml"}
    bare = sorted(
        str(folder) for folder in folders if not list((ROOT / folder / "cases").glob("*.yaml"))
    )
    assert not bare, f"No worked cases in {', '.join(bare)}. Write some, each with its source."


def test_policy_holds_no_python() -> None:
    code = [
        str(name) for name in tracked_files() if name.parts[0] == "policy" and name.suffix == ".py"
    ]
    assert not code, f"{code}: policy is data. Put code under src/tepat/policy/."


VALUE = "from: 2020-01-01, value: 1"
LAW = "law: l, confidence: A, in_force: [{from: 2020-01-01, reference: r, confidence: A}]"
BOTH = "{id: i, en: e}"
BAD = [
    (policy.parameters, f"a: {{unit: u, values: [{{{VALUE}, confidence: A}}]}}", "reference"),
    (policy.parameters, f"a: {{unit: u, values: [{{{VALUE}, reference: r}}]}}", "confidence"),
    (
        policy.parameters,
        f"a: {{unit: u, values: [{{{VALUE}, reference: r, confidence: E}}]}}",
        "A, B, C, D or K",
    ),
    (policy.parameters, f"a: {{values: [{{{VALUE}, reference: r, confidence: A}}]}}", "unit"),
    (
        policy.programme,
        f"{{{LAW}, conditions: {{poor: {{rule: x, confidence: A, says: {BOTH}}}}}}}",
        "conditions.poor lacks law",
    ),
    (
        policy.programme,
        f"{{{LAW}, conditions: {{poor: {{rule: x, law: l, confidence: A, says: {{id: i}}}}}}}}",
        "says lacks en",
    ),
    (
        policy.programme,
        f"{{{LAW}, components: {{child: {{name: {BOTH}, confidence: A}}}}}}",
        "components.child lacks law",
    ),
    (policy.programme, "{law: l, confidence: A}", "lacks in_force"),
    (policy.calendar, "[{channel: k, from: 2024-01-01, months: [1], confidence: A}]", "reference"),
    (
        policy.variables,
        f"sex: {{of: member, type: code, label: {BOTH}, sensitivity: public, reference: r}}",
        "lacks confidence",
    ),
    (policy.exclusions, "g: {name: n, says: s, reach: r, appeal: a, confidence: A}", "lacks law"),
    (policy.overlaps, "not_together: [{programmes: [a, b], confidence: A}]", "a and b lacks law"),
    (policy.cases, "[{case: One, on: 2025-07-01, expect: {outcome: x}}]", "lacks cites"),
]


@pytest.mark.parametrize(("check", "sample", "said"), BAD)
def test_an_unsourced_entry_is_reported(
    check: Callable[[Path, Any], list[str]], sample: str, said: str
) -> None:
    problems = check(Path("sample.yaml"), read(sample))
    assert len(problems) == 1, problems
    assert said in problems[0]
