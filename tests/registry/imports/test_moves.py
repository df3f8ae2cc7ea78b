"""Whom an import moves takes along all that is known of them, the dead and the flags as well."""

from __future__ import annotations

from datetime import date

import pytest

from tepat.registry.actions.members import record_death
from tepat.registry.actions.undo import undo_batch
from tepat.registry.models import Batch, Family, Flag, Membership, NameWord, Person, PersonRecord
from tepat.staff.context import acting_as
from tests.registry.imports.sending import CODE, bring_in, family, member
from tests.registry.imports.test_undo import held_true
from tests.registry.test_events import told
from tests.registry.world import CIGENTUR, CIPAKU, World, say_of

LATER = {"observed_on": "2025-05-01"}


@pytest.fixture
def lived(world: World) -> World:
    """F1 with its head, a dead member and one with a finding of an institution; F2 elsewhere."""
    members = [member("P1", "F1"), member("P2", "F1", relation=3), member("P3", "F1", relation=3)]
    members.append(member("P4", "F2"))
    bring_in(world, [family("F1"), family("F2", village=CODE["Cipaku"])], members)
    operator = world["village_operator"]
    with acting_as(operator.pk):
        of = Family.objects.get()
        record_death(
            family_id=of.pk,
            person_id=person("P2"),
            told=told(date(2025, 4, 1), document="Akta 3"),
            acting_user=operator,
        )
        said = person("P3")
    say_of(of, said)
    return world


def person(key: str) -> int:
    return Person.objects.get(origin_key__endswith=f"|{key}").pk


def test_who_died_in_a_family_moves_with_it(lived: World) -> None:
    before = held_true(lived)
    job = bring_in(lived, [family("F1", village=CODE["Cipaku"], **LATER)], [member("P1", "F1")])
    with acting_as(lived["facilitator"].pk):
        dead = person("P2")
        for rows in (PersonRecord, NameWord, Membership):
            homes = rows.objects.filter(person_id=dead).values_list("home_id", flat=True)
            assert set(homes) == {CIPAKU}, rows
        assert Person.objects.get(pk=dead).home_id == CIPAKU
    with acting_as(lived["village_operator"].pk):
        assert not Person.objects.exists(), "nobody of the family is left in sight"
    undo(lived, job.batch)
    assert held_true(lived) == before


def test_who_left_a_family_and_died_elsewhere_does_not_move_with_it(lived: World) -> None:
    bring_in(lived, [family("F3")], [member("P3", "F3", **LATER)])
    facilitator = lived["facilitator"]
    with acting_as(facilitator.pk):
        last = Membership.objects.get(person_id=person("P3"), valid_to=None, superseded_by=None)
        record_death(
            family_id=last.family_id,
            person_id=person("P3"),
            told=told(date(2025, 6, 1), document="Akta 4"),
            acting_user=facilitator,
        )
    bring_in(lived, [family("F1", village=CODE["Cipaku"], **LATER)], [member("P1", "F1")])
    with acting_as(facilitator.pk):
        assert Person.objects.get(pk=person("P2")).home_id == CIPAKU
        assert Person.objects.get(pk=person("P3")).home_id == CIGENTUR


def test_what_institutions_say_of_a_person_follows_them_into_another_family(lived: World) -> None:
    before = held_true(lived)
    job = bring_in(
        lived, [family("F3", village=CODE["Cipaku"])], [member("P3", "F3", relation=1, **LATER)]
    )
    with acting_as(lived["facilitator"].pk):
        new = Family.objects.get(origin_key__endswith="|F3")
        flag = Flag.objects.get(superseded_by=None)
        assert (flag.family_id, flag.home_id, flag.batch_id) == (new.pk, CIPAKU, job.batch_id)
    with acting_as(lived["village_operator"].pk):
        assert not Flag.objects.filter(superseded_by=None).exists()
    undo(lived, job.batch)
    after = held_true(lived)
    assert (after["Flag"], after["Membership"]) == (before["Flag"], before["Membership"])


def undo(world: World, batch: Batch | None) -> None:
    head = world["head_of_office"]
    assert batch is not None
    with acting_as(head.pk):
        undo_batch(batch=batch, acting_user=head, reason="uji")
