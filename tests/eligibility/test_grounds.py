"""Exclusion grounds: on a person, on the family, contested, listed or not."""

from __future__ import annotations

import pytest

from tests.eligibility.small import answers, people, small_policy
from tests.twin.reading import Family, Flag, Member
from tests.twin.twin import Answer

pytestmark = pytest.mark.usefixtures("engine")

FITS = {"fits_a": True, "age": 30}
OLD = {"fits_a": True, "age": 90}


def decided(keys: str, flags: list[Flag], members: list[Member], *, listed: bool = True) -> Answer:
    """The answer to one family under a programme with one ground and one component."""
    policy = small_policy(
        components=[(10, None)],
        conditions={"someone_counts": "counted_members >= 1"},
        grounds={"out": keys},
    )
    lists = frozenset(["out"] if listed else [])
    (answer,) = answers(policy, [Family({}, members, flags)], lists=lists)
    return answer


def test_a_persons_ground_takes_only_that_person_out() -> None:
    members = people(FITS, FITS)
    without = decided("reach: person", [], members)
    flagged = decided("reach: person", [Flag("out", 0)], members)
    assert (without.outcome, without.counted) == ("eligible", {"a": 2})
    assert (flagged.outcome, flagged.counted) == ("eligible", {"a": 1})


def test_a_persons_ground_on_everyone_excludes_the_family() -> None:
    answer = decided("reach: person", [Flag("out", 0), Flag("out", 1)], people(FITS, FITS))
    assert answer.outcome == "not_eligible"
    assert answer.failed == {"out", "someone_counts"}


def test_a_contested_persons_ground_leaves_the_person_open() -> None:
    answer = decided("reach: person", [Flag("out", 0, True)], people(FITS, FITS))
    assert (answer.outcome, answer.counted, answer.open) == ("eligible", {"a": 1}, {"a"})
    alone = decided("reach: person", [Flag("out", 0, True)], people(FITS))
    assert alone.outcome == "cannot_decide"
    assert alone.unknown == {"out", "someone_counts"}


def test_two_grounds_together_can_leave_nobody() -> None:
    policy = small_policy(grounds={"gone": "reach: person", "dead": "reach: person"})
    both = [Flag("gone", 0), Flag("dead", 1)]
    members = people(FITS, FITS)
    left, nobody = answers(policy, [Family({}, members, both[:1]), Family({}, members, both)])
    assert left.outcome == "eligible"
    assert (nobody.outcome, nobody.failed) == ("not_eligible", {"gone", "dead"})


def test_a_familys_ground_excludes_by_any_member() -> None:
    hit = decided("reach: family", [Flag("out", 1)], people(FITS, FITS))
    contested = decided("reach: family", [Flag("out", 1, True)], people(FITS, FITS))
    both = decided("reach: family", [Flag("out", 1, True), Flag("out", 0)], people(FITS, FITS))
    assert (hit.outcome, hit.failed, hit.counted) == ("not_eligible", {"out"}, {"a": 2})
    assert (contested.outcome, contested.unknown) == ("cannot_decide", {"out"})
    assert (both.outcome, both.failed, both.unknown) == ("not_eligible", {"out"}, set())


@pytest.mark.parametrize("reach", ["person", "family"])
def test_a_flag_on_the_family_speaks_of_each_member(reach: str) -> None:
    answer = decided(f"reach: {reach}", [Flag("out")], people(FITS, FITS))
    assert "out" in answer.failed
    assert answer.counted == ({} if reach == "person" else {"a": 2})
    empty = decided(f"reach: {reach}", [Flag("out")], [])
    assert "out" in empty.failed


def test_a_flag_on_the_family_excludes_each_person() -> None:
    policy = small_policy(unit="member", grounds={"out": "reach: person"})
    flagged, free = Family({}, people(FITS, FITS), [Flag("out")]), Family({}, people(FITS))
    assert [answer.outcome for answer in answers(policy, [flagged, free])] == [
        "not_eligible",
        "not_eligible",
        "eligible",
    ]


def test_a_person_is_excluded_by_own_flags_and_by_any_family_ground() -> None:
    members = people(FITS, FITS)
    for reach, expected in (
        ("person", ["eligible", "not_eligible"]),
        ("family", ["not_eligible"] * 2),
    ):
        policy = small_policy(unit="member", grounds={"out": f"reach: {reach}"})
        found = answers(policy, [Family({}, members, [Flag("out", 1)])])
        assert [answer.outcome for answer in found] == expected


def test_a_fact_can_show_a_ground_but_not_disprove_it() -> None:
    keys = "reach: family, rule: age > 80"
    shown = decided(keys, [], people(FITS, OLD))
    unknown = decided(keys, [], people(FITS, {"fits_a": True, "age": None}))
    flagged = decided(keys, [Flag("out", 0)], people(FITS))
    contested = decided(keys, [Flag("out", 0, True)], people(OLD))
    assert shown.failed == {"out"}
    assert unknown.outcome == "eligible"
    assert flagged.failed == {"out"}
    assert contested.failed == {"out"}


def test_a_list_that_was_not_loaded_blocks_only_where_required() -> None:
    asked = decided("reach: family, required: true", [], people(FITS), listed=False)
    loaded = decided("reach: family, required: true", [], people(FITS))
    free = decided("reach: family, required: false", [], people(FITS), listed=False)
    assert (asked.outcome, asked.unknown) == ("cannot_decide", {"out"})
    assert loaded.outcome == "eligible"
    assert free.outcome == "eligible"


def test_a_hit_stands_where_the_required_list_is_missing() -> None:
    keys = "reach: family, required: true, rule: age > 80"
    assert decided(keys, [], people(OLD), listed=False).failed == {"out"}


def test_a_family_with_an_error_cannot_be_decided() -> None:
    policy = small_policy()
    held, free = answers(policy, [Family({}, people(FITS), blocked=True), Family({}, people(FITS))])
    assert (held.outcome, held.unknown) == ("cannot_decide", {"record_in_order"})
    assert free.outcome == "eligible"
