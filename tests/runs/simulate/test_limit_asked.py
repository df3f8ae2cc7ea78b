"""Where `--limit-range` may look."""

from __future__ import annotations

from pathlib import Path

import pytest

from tepat.engine.errors import TepatError
from tepat.policy.load import load_policy
from tepat.policy.reform import load_reform
from tepat.policy.reform.load import find_reform
from tepat.policy.reform.model import Reform
from tepat.runs.simulate.limit.asked import Limit, read_limit


@pytest.fixture(scope="module")
def reform() -> Reform:
    name = Path("sembako_deciles_1_to_4")
    return load_reform(find_reform(name, None), load_policy(None))


@pytest.mark.parametrize(
    ("by", "span", "within"),
    [
        ("sembako.decile_limit", "10..12", "1..10"),
        ("sembako.decile_limit", "0..4", "1..10"),
        ("pkh.elderly_age", "300..301", "0..120"),
        ("sembako.monthly_amount", "0..1000000000000000000000000", "0..1000000000000"),
    ],
)
def test_a_range_beyond_what_a_line_can_be_is_refused(
    reform: Reform, by: str, span: str, within: str
) -> None:
    with pytest.raises(TepatError) as caught:
        read_limit(10**9, by, span, reform, ["sembako", "pkh"])
    assert caught.value.code == "limit_range"
    assert within in str(caught.value)


def test_a_range_within_it_is_taken(reform: Reform) -> None:
    found = read_limit(10**9, "sembako.decile_limit", "1..10", reform, ["sembako", "pkh"])
    assert found == Limit(10**9, "sembako", "decile_limit", 1, 10)
