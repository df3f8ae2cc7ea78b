"""Numbers in worked cases that were meant otherwise are refused, as in amounts.yaml."""

from __future__ import annotations

from pathlib import Path

import pytest

from tepat.eligibility.cases import read_cases
from tepat.engine.errors import TepatError
from tepat.policy.load import load_policy
from tests.policy import small

OLD = "expect: {outcome: cannot_decide, unknown: [civil_servant]}"
THOUSAND = "300.000 is read as 300. For 300 thousand write 300_000 or 300000."
WRONG = [
    ("amount_year: 300.000", THOUSAND),
    ("amount_year: 300,000", "300,000 is read as 300 and 000: a comma parts values. For 300"),
    ("amount_year: 300rb", "'amount_year' should be a number, not '300rb'. For 300 thousand"),
    ("amount_year: 1.500.000", "should be a number, not '1.500.000'. For 1.5 million write"),
    ("amount_year: 300.5", "'amount_year' is 300.5: whole, and not below 0."),
    ("amount_year: -1", "'amount_year' is -1: whole, and not below 0."),
    ("quota: 300.000", THOUSAND),
    ("instalments: [300_000, 300.000]", THOUSAND),
    ("counted: {small_child: 1.5}", "'small_child' is 1.5: whole, and not below 0."),
    ("persons: [{member: 1, amount_year: 300.000}]", THOUSAND),
]
RIGHT = "{outcome: eligible, amount_year: 300_000, instalments: [150000, 150000], quota: null}"


def read(folder: Path, expect: str, old: str = OLD) -> int:
    made = small.write(folder, small.changed(small.CASE_FILE, old, expect))
    return len(read_cases(load_policy(made)))


@pytest.mark.parametrize(("text", "said"), WRONG)
def test_a_number_that_was_meant_otherwise_is_refused_in_what_a_case_expects(
    tmp_path: Path, text: str, said: str
) -> None:
    assert read(tmp_path / "right", f"expect: {RIGHT}") == 1
    with pytest.raises(TepatError) as caught:
        read(tmp_path / "wrong", f"expect: {{outcome: eligible, {text}}}")
    assert caught.value.code == "policy_invalid"
    assert f"{small.CASE_FILE}:9: " in str(caught.value) and said in str(caught.value)


def test_so_is_one_among_the_facts_of_a_case(tmp_path: Path) -> None:
    variables = small.VARIABLES.replace("maximum: 10\n", "maximum: 900_000\n")
    files = small.FILES | {"variables.yaml": variables, small.CASE_FILE: small.CASES}
    assert read_cases(load_policy(small.write(tmp_path, files)))
    files[small.CASE_FILE] = small.CASES.replace("decile: 4", "decile: 300.000")
    with pytest.raises(TepatError, match=r"300\.000 is read as 300\. For 300 thousand write"):
        read_cases(load_policy(small.write(tmp_path, files)))
    files[small.CASE_FILE] = small.CASES.replace("decile: 4", "decile: 4.5")
    with pytest.raises(TepatError, match=r"'4\.5' is not a value of 'decile': it has no decimals"):
        read_cases(load_policy(small.write(tmp_path, files)))
