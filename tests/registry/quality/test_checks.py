"""Findings come and go with the record: by a full check, and soon after a change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from tepat.registry.actions import families as family_actions
from tepat.registry.actions import members as member_actions
from tepat.registry.actions.erasure import ask_erasure, decide_erasure
from tepat.registry.actions.families import move_family
from tepat.registry.actions.members import Told, correct_person
from tepat.registry.actions.observations import Answers, record_answers
from tepat.registry.actions.writing import today
from tepat.registry.models import Family, Finding, Membership, PlaceCheck, VillageFigures
from tepat.registry.quality import jobs
from tepat.staff.context import acting_as
from tests.registry.world import (
    BANDUNG,
    CIGENTUR,
    CIPAKU,
    GARUT,
    KERTAJAYA,
    World,
    make_world,
    rukmini,
)

pytestmark = pytest.mark.django_db(transaction=True)
OTHER_CARD = "3205140101100009"


@pytest.fixture
def world() -> World:
    with transaction.atomic():
        return make_world()


def make_family(world: World, by: str, place: int, **named: Any) -> Family:
    with acting_as(world[by].pk):
        return rukmini(world[by], place, **named)


def answer(world: World, family: Family, by: str = "village_operator", **facts: Any) -> None:
    day = facts.pop("day", date(2026, 1, 5))
    with acting_as(world[by].pk):
        record_answers(
            family_id=family.pk,
            family=Answers(facts, day, "survei"),
            people={},
            base_version=Family.objects.get(pk=family.pk).version,
            acting_user=world[by],
        )


def head_of(world: World, family: Family, by: str = "system") -> int:
    with acting_as(world[by].pk):
        return Membership.objects.get(family=family, relation=1, valid_to=None).person_id


def rules(world: World, family: Family, *, solved: bool = False, by: str = "system") -> set[str]:
    with acting_as(world[by].pk):
        rows = Finding.objects.filter(family=family, solved_at__isnull=not solved)
        return set(rows.values_list("rule", flat=True))


def solve(finding: int, user: int) -> bool:
    """Whether the database lets a user close a finding."""
    try:
        with acting_as(user):
            return bool(Finding.objects.filter(pk=finding).update(solved_at=datetime.now(UTC)))
    except DatabaseError:
        return False


def check(place: int = BANDUNG) -> Any:
    return jobs.check_place(place, datetime.now(UTC).isoformat())


def test_a_full_check_finds_what_is_wrong_and_a_second_one_changes_nothing(world: World) -> None:
    family = make_family(world, "village_operator", CIGENTUR)
    answer(world, family, lighting=4, refrigerator=1)
    first = check()
    assert first.families == 1
    assert {"nik_missing", "appliance_without_electricity"} <= rules(world, family)
    second = check()
    assert (second.found, second.solved) == (0, 0)
    with acting_as(world["system"].pk):
        assert Finding.objects.filter(solved_at=None).count() == first.found
        figures = VillageFigures.objects.get(home_id=CIGENTUR)
        assert PlaceCheck.objects.get(place_id=BANDUNG).families == 1
    assert (figures.families, figures.people, figures.women_60, figures.unsure) == (1, 4, 1, 0)


def test_a_check_that_was_done_since_it_was_asked_is_not_done_again(world: World) -> None:
    make_family(world, "village_operator", CIGENTUR)
    asked_at = datetime.now(UTC).isoformat()
    assert jobs.check_place(BANDUNG, asked_at) is not None
    assert jobs.check_place(BANDUNG, asked_at) is None


def test_a_correction_solves_the_finding_and_history_keeps_it(world: World) -> None:
    family = make_family(world, "village_operator", CIGENTUR)
    answer(world, family, lighting=4, refrigerator=1)
    assert jobs.check_changed() is not None
    assert "appliance_without_electricity" in rules(world, family)
    assert jobs.check_changed() is None, "nothing changed meanwhile"
    answer(world, family, lighting=1, refrigerator=1, day=date(2026, 2, 1))
    jobs.check_changed()
    assert "appliance_without_electricity" not in rules(world, family)
    assert "appliance_without_electricity" in rules(world, family, solved=True)
    answer(world, family, lighting=4, refrigerator=1, day=date(2026, 3, 1))
    jobs.check_changed()
    with acting_as(world["system"].pk):
        rows = Finding.objects.filter(family=family, rule="appliance_without_electricity")
        assert rows.count() == 2, "found again, it is a new finding"


def test_a_family_that_changed_after_it_was_read_is_left_for_the_next_check(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    family = make_family(world, "village_operator", CIGENTUR)
    answer(world, family, lighting=4, refrigerator=1)
    whole = jobs.check_present

    def and_then_mended(*words: Any, **named: Any) -> Any:
        read = whole(*words, **named)
        answer(world, family, lighting=1, refrigerator=1, day=date(2026, 2, 1))
        return read

    with monkeypatch.context() as patch:
        patch.setattr(jobs, "check_present", and_then_mended)
        jobs.check_changed()
    assert rules(world, family) == set(), "what was read is not true any more"
    jobs.check_changed()
    assert "nik_missing" in rules(world, family)
    assert "appliance_without_electricity" not in rules(world, family)


def test_twins_are_found_across_regions_and_both_sides_are_solved_by_mending_one(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = make_family(world, "village_operator", CIGENTUR)
    monkeypatch.setattr(family_actions, "refuse_taken", lambda facts: None)
    monkeypatch.setattr(member_actions, "refuse_taken", lambda facts: None, raising=False)
    theirs = make_family(world, "far_operator", KERTAJAYA, number="3205140101100007")
    jobs.check_changed()
    assert "nik_duplicate" in rules(world, ours), "though ours did not change"
    with acting_as(world["village_operator"].pk):
        found = Finding.objects.filter(rule="nik_duplicate")
        assert {row.family_id for row in found} == {ours.pk}
        assert {row.value_shown for row in found} == {"elsewhere"}
    with acting_as(world["far_operator"].pk):
        for member in Membership.objects.filter(family=theirs, relation__in=(1, 3, 5)):
            person = member.person_id
            correct_person(
                family_id=theirs.pk,
                person_id=person,
                changes={"nik": None},
                told=Told(today(), "KTP", "KTP asli"),
                acting_user=world["far_operator"],
            )
    jobs.check_changed()
    assert "nik_duplicate" not in rules(world, ours)
    assert "nik_duplicate" in rules(world, ours, solved=True)
    assert "nik_duplicate" not in rules(world, theirs)


def test_one_number_alone_is_no_twin(world: World) -> None:
    ours = make_family(world, "village_operator", CIGENTUR)
    theirs = make_family(world, "far_operator", KERTAJAYA, number=OTHER_CARD)
    jobs.check_changed()
    assert not {"nik_duplicate", "kk_duplicate"} & (rules(world, ours) | rules(world, theirs))


def test_a_family_not_seen_for_long_is_overdue_until_it_is_surveyed(
    world: World, settings: Any
) -> None:
    family = make_family(world, "village_operator", CIGENTUR)
    answer(world, family, floor=2, day=today() - timedelta(days=200))
    settings.OVERDUE_MONTHS = 12
    check()
    assert "survey_overdue" not in rules(world, family)
    settings.OVERDUE_MONTHS = 6
    check()
    assert "survey_overdue" in rules(world, family)
    answer(world, family, floor=2, day=today() - timedelta(days=2))
    jobs.check_changed()
    assert "survey_overdue" not in rules(world, family)


def test_findings_are_seen_in_their_region_only_and_follow_a_family_that_moves(
    world: World,
) -> None:
    family = make_family(world, "village_operator", CIGENTUR)
    jobs.check_changed()
    assert rules(world, family, by="village_operator")
    assert rules(world, family, by="far_operator") == set()
    with acting_as(world["far_operator"].pk):
        assert not VillageFigures.objects.exists()
    with acting_as(world["village_operator"].pk):
        move_family(
            family_id=family.pk,
            place_id=KERTAJAYA,
            address="",
            told=Told(today(), "surat pindah", "474/12"),
            acting_user=world["village_operator"],
        )
    assert rules(world, family, by="village_operator") == set()
    assert rules(world, family, by="far_operator")
    jobs.check_changed()
    with acting_as(world["system"].pk):
        counted = dict(VillageFigures.objects.values_list("home_id", "families"))
    assert counted == {CIGENTUR: 0, KERTAJAYA: 1}


def test_an_erased_person_takes_their_findings_along_and_gets_no_new_ones(world: World) -> None:
    family = make_family(world, "village_operator", CIGENTUR)
    jobs.check_changed()
    with acting_as(world["system"].pk):
        person = Finding.objects.filter(rule="nik_missing").values_list("person_id", flat=True)[0]
    with acting_as(world["kabupaten_verifier"].pk):
        asked = ask_erasure(
            family_id=family.pk,
            person_id=person,
            reason="permintaan warga",
            document="12/2026",
            acting_user=world["kabupaten_verifier"],
        )
    with acting_as(world["ministry_approver"].pk):
        decide_erasure(
            erasure_id=asked.pk, granted=True, answer="", acting_user=world["ministry_approver"]
        )
    with acting_as(world["system"].pk):
        assert not Finding.objects.filter(person_id=person).exists()
    jobs.check_changed()
    with acting_as(world["system"].pk):
        assert not Finding.objects.filter(person_id=person).exists()


def test_the_database_lets_nobody_make_or_close_a_finding_but_the_checks(world: World) -> None:
    family = make_family(world, "village_operator", CIGENTUR)
    jobs.check_changed()
    for name in ("village_operator", "kabupaten_verifier", "ministry_approver", "auditor"):
        user = world[name].pk
        with acting_as(user):
            one = Finding.objects.filter(family=family).first()
            assert one is not None
        assert not solve(one.pk, user)
        with pytest.raises(DatabaseError), acting_as(user):
            Finding.objects.create(rule="x", severity="note", family=family, home_id=CIGENTUR)
        with pytest.raises(DatabaseError), acting_as(user):
            Finding.objects.filter(pk=one.pk).delete()
    with pytest.raises(DatabaseError), acting_as(world["village_operator"].pk):
        Finding.objects.filter(pk=one.pk).update(
            assigned_at=datetime.now(UTC), assigned_to=world["village_operator"].pk
        )
    assert solve(one.pk, world["system"].pk)


def test_the_weekly_round_asks_for_places_with_families_that_were_not_checked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_family(world, "village_operator", CIGENTUR)
    wanted: list[list[int]] = []
    monkeypatch.setattr(jobs, "_ask", wanted.append)
    jobs.check_places()
    check()
    jobs.check_places()
    assert wanted == [[BANDUNG], []]
    assert GARUT not in wanted[0]


def test_many_changes_of_a_place_become_one_check_of_the_place(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = make_family(world, "village_operator", CIGENTUR)
    second = make_family(world, "facilitator", CIPAKU, number="3204330101100008")
    wanted: list[list[int]] = []
    monkeypatch.setattr(jobs, "_ask", wanted.append)
    monkeypatch.setattr(jobs, "FEW", 1)
    assert jobs.check_changed() is None
    assert wanted == [[BANDUNG]]
    assert rules(world, first) == rules(world, second) == set()
    monkeypatch.setattr(jobs, "FEW", 2)
    assert jobs.check_changed() is None, "they were handed over"
    check()
    assert "nik_missing" in rules(world, first)


def test_a_check_that_dies_in_the_middle_leaves_everything_as_it_was(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    family = make_family(world, "village_operator", CIGENTUR)

    def killed(*words: Any, **named: Any) -> None:
        raise KeyboardInterrupt

    for step in ("count_villages", "_mark", "record"):
        with monkeypatch.context() as patch:
            patch.setattr(jobs, step, killed)
            with pytest.raises(KeyboardInterrupt):
                check()
        assert rules(world, family) == set(), f"stopped at {step}"
        with acting_as(world["system"].pk):
            assert not PlaceCheck.objects.exists()
            assert not VillageFigures.objects.exists()
    check()
    assert "nik_missing" in rules(world, family)
