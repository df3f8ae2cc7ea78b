"""Sharing a quota among kabupaten."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tepat.enrolment.shares import largest_remainder, places_given, shares

ELIGIBLE = st.dictionaries(st.integers(1101, 9671).map(str), st.integers(0, 500), max_size=12)


@given(ELIGIBLE, st.integers(0, 3000))
def test_shares_add_up_to_the_quota_and_stay_within_one_of_proportion(
    eligible: dict[str, int], places: int
) -> None:
    found = largest_remainder(places, eligible)
    total = sum(eligible.values())
    assert sum(found.values()) == min(places, total)
    for code, number in eligible.items():
        assert 0 <= found[code] <= number
        if total > places:
            assert abs(found[code] * total - places * number) < total


def test_the_largest_remainders_get_what_rounding_leaves() -> None:
    # 10 places for 6 : 3 : 2 are 5.45, 2.73 and 1.82: the halves of one go to 3201 last
    assert largest_remainder(10, {"3201": 6, "3202": 3, "3203": 2}) == {
        "3201": 5,
        "3202": 3,
        "3203": 2,
    }


def test_remainders_that_tie_go_to_the_lower_code() -> None:
    assert largest_remainder(3, {"3202": 2, "3201": 2}) == {"3201": 2, "3202": 1}


def test_a_listed_kabupaten_keeps_its_own_number_and_the_others_share_the_rest() -> None:
    found = shares({"": 10, "3201": 4}, {"3201": 9, "3202": 6, "3203": 6})
    assert found == {"3201": 4, "3202": 3, "3203": 3}


def test_without_a_national_number_a_kabupaten_that_is_not_listed_has_no_place() -> None:
    assert shares({"3201": 4}, {"3201": 9, "3202": 6}) == {"3201": 4, "3202": 0}


def test_a_programme_without_a_quota_has_no_line() -> None:
    assert shares({}, {"3201": 9}) is None


def test_the_places_of_listed_kabupaten_are_part_of_the_nations() -> None:
    assert places_given({"": 100, "3201": 30, "3202": 20}) == 100
    assert places_given({"": 10, "3201": 30, "3202": 20}) == 50
    assert places_given({"3201": 30}) == 30
    assert places_given({}) == 0
