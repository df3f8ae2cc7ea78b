"""What `--limit-by`, `--limit-range` and `--limit-budget` may ask for, and how it is answered."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tepat.cli_simulate import budget_of
from tepat.engine.errors import TepatError
from tepat.policy.load import load_policy
from tepat.policy.reform import load_reform
from tepat.policy.reform.load import find_reform
from tepat.policy.reform.model import Reform
from tepat.runs.run import in_force
from tepat.runs.simulate.limit.asked import Limit, read_limit, usual_span
from tepat.runs.simulate.page.sections.limit import sentences
from tepat.runs.simulate.page.speech import Told
from tepat.runs.simulate.search import ALL_TRIED


def loaded(name: str) -> Reform:
    return load_reform(find_reform(Path(name), None), load_policy(None))


@pytest.fixture(scope="module")
def reform() -> Reform:
    return loaded("sembako_deciles_1_to_4")


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
        read_limit(10**9, by, span, reform, ["sembako", "pkh"], {})
    assert caught.value.code == "limit_range"
    assert within in str(caught.value)


def test_a_range_within_it_is_taken(reform: Reform) -> None:
    found = read_limit(10**9, "sembako.decile_limit", "1..10", reform, ["sembako", "pkh"], {})
    assert found == Limit(10**9, "sembako", "decile_limit", (1, 10))


def test_a_range_is_refused_for_scores_and_below_the_places_of_single_kabupaten(
    reform: Reform,
) -> None:
    given = {"sembako": {"": 20, "3209": 5, "3210": 3}}
    for by, span, said in (
        ("sembako.score", "1..2", "This line takes no range."),
        ("sembako.quota", "0..5", "So many places are listed by kabupaten: 8."),
    ):
        with pytest.raises(TepatError) as caught:
            read_limit(10**9, by, span, reform, ["sembako"], given)
        assert caught.value.code == "limit_range"
        assert said in str(caught.value)
    found = read_limit(10**9, "sembako.quota", "8..20", reform, ["sembako"], given)
    assert found.span == (8, 20)


@pytest.mark.parametrize(
    ("unit", "own", "span"),
    [
        ("decile", 4, (1, 10)),
        ("years", 60, (49, 72)),
        ("years", 6, (0, 23)),
        ("years", 115, (97, 120)),
        ("years", None, (0, 120)),
        ("rupiah per family and month", 200_000, (0, 800_000)),
        ("months", None, (0, 10)),
    ],
)
def test_where_nothing_is_said_ages_are_sought_around_the_own_one(
    unit: str, own: int | None, span: tuple[int, int]
) -> None:
    assert usual_span(unit, own) == span
    assert unit != "years" or own is None or span[1] - span[0] == ALL_TRIED - 1


@pytest.mark.parametrize(
    ("name", "by", "said"),
    [
        ("sembako_deciles_1_to_4", "sembako", "Which line of 'sembako' is to fit is not said."),
        ("sembako_deciles_1_to_4", "sembako.", "Write --limit-by sembako.LINE; lines: quota, "),
        ("sembako_deciles_1_to_4", "sembako.score (with --model)", "is no line of 'sembako'"),
        ("sembako_deciles_1_to_4", "sembako.scor", "Did you mean 'score'?"),
        ("sembako_deciles_1_to_4", "sembako.decile_limits", "Did you mean 'decile_limit'?"),
        ("sembako_deciles_1_to_4", "rst.floor_area_per_person", "It is not a whole number"),
        ("sembako_deciles_1_to_4", "electricity_subsidy.quota", "gives no rupiah"),
        ("sembako_deciles_1_to_4", "sembako.national_quota", "sembako.quota searches that"),
        ("sembako_deciles_1_to_4", "sembakoo.quota", "Did you mean 'sembako'?"),
        ("pkh_and_sembako_merged", "pkh.quota", "merges it into 'family_payment'"),
        ("pkh_and_sembako_merged", "pkh.quota", "Write --limit-by family_payment.LINE"),
    ],
)
def test_a_line_that_cannot_be_searched_is_refused_with_the_way_out(
    name: str, by: str, said: str
) -> None:
    asked = loaded(name)
    programmes, _ = in_force(asked.policy, (), date(2025, 8, 1))
    with pytest.raises(TepatError) as caught:
        read_limit(10**9, by, None, asked, programmes, {})
    assert caught.value.code == "limit_by"
    assert said in str(caught.value)


@pytest.mark.parametrize("text", ["-5", "", "1e9", "10000000000000000000", "5.5", "٥", "0x10", "_"])
def test_what_is_no_budget_is_refused(text: str) -> None:
    with pytest.raises(TepatError) as caught:
        budget_of(text)
    assert caught.value.code == "limit_budget"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Rp 10 miliar", "10_000_000_000"),
        ("10miliar", "10_000_000_000"),
        ("2.500.000", "2_500_000"),
        ("x", "10_000_000_000"),
        ("9999999999999999999", "10_000_000_000"),
    ],
)
def test_a_budget_in_words_is_refused_with_the_number_that_is_meant(text: str, shown: str) -> None:
    with pytest.raises(TepatError) as caught:
        budget_of(text)
    assert f"such as {shown}." in caught.value.do


def test_a_budget_is_read() -> None:
    assert [budget_of(text) for text in ("0", "1674", "1_674", "1__674_")] == [0, 1674, 1674, 1674]


def answer(
    costs: dict[int, int], *, steady: bool, fits: str = "line", line: str = "elderly_age"
) -> list[str]:
    """What is said of a search with these costs, of which the first value is told."""
    value = next(iter(costs))
    asked: dict[str, Any] = {
        "programme": "pkh", "title": {"id": "PKH", "en": "PKH"}, "holders": "family",
        "line": line, "kind": line if line == "quota" else "parameter",
        "unit": "families" if line == "quota" else "years", "budget": 100,
        "now": {"value": None, "cost": 0, "holders": 0}, "fits": fits, "value": value,
        "cost": costs[value], "number": 3, "steady": steady,
        "points": [{"value": n, "cost": cost, "holders": 3} for n, cost in sorted(costs.items())],
    }  # fmt: skip
    return sentences(asked, Told("en"))[2:]


STEP = "One step further exceeds the budget."
UNSTEADY = "The cost does not rise or fall steadily with the value."
EVERY = "Every value of the range was tried; the one told uses most of the budget."
UNTRIED = "A value that was not tried may fit and use more of the budget."
BETWEEN = "3 values were tried; between them the cost is taken to rise or fall steadily."
LARGEST = "The one told is the largest number of places that fits."
FLAT = "The value makes no difference: with each that was tried the cost is the same."


def test_an_answer_says_how_sure_it_is() -> None:
    assert answer({60: 90, 59: 120, 61: 80}, steady=True) == [STEP]
    assert answer({60: 90, 61: 80}, steady=True, fits="all") == []
    assert answer({60: 90, 59: 80, 61: 120}, steady=False) == [UNSTEADY, EVERY]
    assert answer({60: 190, 59: 180, 61: 220}, steady=False, fits="none") == [UNSTEADY]
    assert answer({60: 90, 61: 90}, steady=True, fits="all") == [FLAT]


def test_an_answer_from_a_few_values_never_sounds_certain() -> None:
    assert answer({60: 90, 50: 80, 70: 120}, steady=True) == [STEP, BETWEEN]
    assert answer({60: 90, 50: 80, 70: 85}, steady=False) == [UNSTEADY, UNTRIED]
    assert answer({60: 190, 50: 180, 70: 195}, steady=True, fits="none") == [BETWEEN]
    assert answer({60: 190, 50: 180, 70: 185}, steady=False, fits="none") == [UNSTEADY, UNTRIED]


def test_of_places_the_largest_number_that_fits_is_told() -> None:
    assert answer({60: 90, 50: 80, 70: 120}, steady=True, line="quota") == [STEP]
    assert answer({60: 90, 50: 95, 70: 120}, steady=False, line="quota") == [UNSTEADY, LARGEST]
