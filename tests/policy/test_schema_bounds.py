"""What the loader refuses for being out of bounds, the schemas refuse too."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from tepat.eligibility.cases import read_cases
from tepat.engine.errors import TepatError
from tepat.policy.load import load_policy
from tepat.policy.reform import load_reform
from tepat.policy.schema import schemas
from tepat.policy.schema_bounds import code_numbers
from tests.house.repository import ROOT
from tests.policy import small
from tests.policy.test_schema import _kind, _mistakes, _plain

A, P = "programmes/child_aid/amounts.yaml", "programmes/child_aid/programme.yaml"
V, G, C = "variables.yaml", "exclusions.yaml", small.CASE_FILE
CALENDAR = "programmes/child_aid/calendar.yaml"
EXPECT = "expect: {outcome: cannot_decide, unknown: [civil_servant]}"
TITLE, SOURCE, TEXT = "a" * 201, "a" * 301, "a" * 2001
WRONG = [
    (A, "value: 4,", "value: 11,"),
    (A, "value: 4,", "value: 0,"),
    (A, "value: 4,", "value: 4.5,"),
    (A, "value: 7", "value: 121"),
    (A, "value: 7", "value: -7"),
    (A, "value: 2,", "value: 2.5,"),
    (A, "value: 1000,", "value: -5,"),
    (A, "value: 1_000_000", "value: 5000.5"),
    (A, "value: 1_000_000", "value: -1"),
    (A, "value: 1_000_000", "value: 12345678901234567"),
    (A, "from: 2025-01-01", "from: '2025-13-01'"),
    (A, "from: 2025-01-01", "from: '2025-00-10'"),
    (A, "reference: Regulation 2", f"reference: {SOURCE}"),
    (A, "reference: Regulation 2", "reference: ' '"),
    (A, "school_age:", "count:"),
    (A, "school_age:", "school__age:"),
    (A, "school_age:", "birth_date:"),
    (P, "name: {id: Bantuan Anak, en: Child Aid}", f"name: {{id: {TITLE}, en: Child Aid}}"),
    (P, "name: {id: Bantuan Anak, en: Child Aid}", "name: {id: ' ', en: Child Aid}"),
    (P, 'en: "Counted {counted_members}"', f"en: {TEXT}"),
    (P, "  someone_counts:", "  any:"),
    (P, "  small_child:", "  small__child:"),
    (CALENDAR, "[6, 6]", "[6, 0]"),
    (CALENDAR, "[6, 6]", "[]"),
    (V, "maximum: 125", "maximum: 9007199254740993"),
    (V, "    8: {name: smp", "    32768: {name: smp"),
    (V, "pln_id: {", "nik: {"),
    (V, "label: {id: Umur, en: Age}", f"label: {{id: {TITLE}, en: Age}}"),
    (G, "name: {id: ASN, en: Civil servant}", f"name: {{id: ASN, en: {TITLE}}}"),
    (G, "law: List of grounds", f"law: {SOURCE}"),
    (C, "decile: 4", "decile: 11"),
    (C, "decile: 4", "decile: 4.5"),
    (C, "member: 2", "member: 0"),
    (C, "cites: Regulation 1, A", "cites: ' '"),
    (C, EXPECT, "expect: {outcome: eligible, amount_year: -1}"),
    (C, EXPECT, "expect: {outcome: eligible, amount_year: 0.5}"),
    (C, EXPECT, "expect: {outcome: eligible, quota: -1}"),
    (C, EXPECT, "expect: {outcome: eligible, counted: {small_child: -1}}"),
    (C, EXPECT, "expect: {outcome: eligible, instalments: [1, -1]}"),
]
REFORM = """\
reform: bold
title: {id: Coba, en: Try}
reference: Nobody
confidence: K
from: 2025-07-01
change:
  sembako:
    amounts:
      decile_limit: {value: 4, reference: Nobody, confidence: K}
      a_new_one: {value: 3, unit: decile, reference: Nobody, confidence: K}
  pkh:
    amounts:
      elderly_age: [{value: 65, reference: Nobody, confidence: K}]
      elderly_amount: {values: [{value: 2_700_000, reference: Nobody, confidence: K}]}
"""
BOLD = [
    ("value: 4,", "value: 11,"),
    ("value: 3,", "value: 0,"),
    ("value: 65,", "value: 121,"),
    ("value: 65,", "value: 6.5,"),
    ("value: 2_700_000,", "value: -1,"),
    ("en: Try", f"en: {TITLE}"),
    ("reference: Nobody\nconfidence", f"reference: {SOURCE}\nconfidence"),
    ("from: 2025-07-01", "from: '2025-07-32'"),
]


def read(path: Path) -> Any:
    """A file as JSON has it; a date that is written as text stays text."""
    return _plain(YAML(typ="safe").load(path.read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def of_small(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The schemas of the small policy, whose files fit them."""
    folder = small.write(
        tmp_path_factory.mktemp("small"), small.FILES | {small.CASE_FILE: small.CASES}
    )
    policy = load_policy(folder)
    assert read_cases(policy)
    known = schemas(policy)
    for path in sorted(folder.rglob("*.yaml")):
        assert _mistakes(known, _kind(path), read(path)) == [], path
    return known


@pytest.mark.parametrize(("file", "old", "new"), WRONG)
def test_a_value_out_of_bounds_is_refused_by_loader_and_schema(
    of_small: dict[str, Any], tmp_path: Path, file: str, old: str, new: str
) -> None:
    folder = small.write(tmp_path, {C: small.CASES} | small.changed(file, old, new))
    with pytest.raises(TepatError) as caught:
        read_cases(load_policy(folder))
    assert caught.value.code == "policy_invalid"
    assert _mistakes(of_small, _kind(folder / file), read(folder / file)) != []


@pytest.mark.parametrize(("old", "new"), BOLD)
def test_a_reform_out_of_bounds_is_refused_by_loader_and_schema(
    tmp_path: Path, old: str, new: str
) -> None:
    base = load_policy(ROOT / "policy")
    known = schemas(base)
    folder = tmp_path / "bold"
    folder.mkdir()
    path = folder / "reform.yaml"
    path.write_text(REFORM, encoding="utf-8")
    load_reform(folder, base)
    assert _mistakes(known, "reform", read(path)) == []
    assert REFORM.count(old) == 1
    path.write_text(REFORM.replace(old, new), encoding="utf-8")
    with pytest.raises(TepatError):
        load_reform(folder, base)
    assert _mistakes(known, "reform", read(path)) != []


def test_a_date_is_allowed_where_a_unit_counts(of_small: dict[str, Any]) -> None:
    one = {"from": "2025-01-01", "value": "2025-02-01", "reference": "r", "confidence": "A"}
    assert _mistakes(of_small, "amounts", {"first_day": {"unit": "years", "values": [one]}}) == []


def test_a_path_of_a_mapping_stays_below_the_input(of_small: dict[str, Any]) -> None:
    files = Draft202012Validator(of_small["mapping"]["properties"]["files"])
    for path in ("a.csv", "folder/a..b.csv", "..a/b.csv"):
        assert files.is_valid({"one": {"path": path}}), path
    for path in ("/a.csv", "../a.csv", "a/../b.csv", "c:a.csv", "a\\..\\b", "a/..", " "):
        assert not files.is_valid({"one": {"path": path}}), path
    assert not files.is_valid({"one": {"path": "a.csv", "separator": ";;"}})


def test_the_pattern_of_codes_is_exact() -> None:
    pattern = re.compile(code_numbers())
    for number in (*range(0, 40_000, 7), 32_766, 32_767, 32_768, 99_999, 327_670):
        assert bool(pattern.search(str(number))) == (number <= 32_767), number
