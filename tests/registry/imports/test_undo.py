"""Taking a batch back: everything as before, nothing deleted, and never over later work."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tepat.engine.errors import TepatError
from tepat.registry.actions.members import record_death
from tepat.registry.actions.undo import FACTS, undo_batch
from tepat.registry.actions.writing import change_from, open_batch
from tepat.registry.imports import actions
from tepat.registry.models import (
    Batch,
    Event,
    Family,
    FamilyRecord,
    Membership,
    NameWord,
    Person,
    PersonRecord,
)
from tepat.staff.context import acting_as
from tests.registry.imports.sending import CODE, bring_in, family, fresh, member
from tests.registry.test_events import told
from tests.registry.world import CIGENTUR, CIPAKU, REGISTERED, World, rukmini

TWO = [family("F1"), family("F2", village=CODE["Cipaku"])]
THREE = [member("P1", "F1"), member("P2", "F1", relation=3), member("P3", "F2")]


def held_true(world: World) -> dict[str, set[tuple[Any, ...]]]:
    """Every row of every fact that is not superseded, without its own number and batch."""
    left_out = {"id", "batch_id", "superseded_by_id", "uuid", "base_version"}
    found: dict[str, set[tuple[Any, ...]]] = {}
    with acting_as(world["ministry_approver"].pk):
        for model in FACTS:
            names = [f.attname for f in model._meta.concrete_fields if f.attname not in left_out]
            rows = model.objects.filter(superseded_by=None).values_list(*names)
            found[model.__name__] = {
                tuple(bytes(v) if isinstance(v, memoryview) else v for v in row) for row in rows
            }
        found["words"] = set(NameWord.objects.values_list("person_id", "word", "home_id"))
        found["homes"] = set(Family.objects.values_list("pk", "home_id"))
        found["people"] = set(Person.objects.values_list("pk", "home_id"))
    return found


def test_an_undone_import_leaves_everything_as_it_was(world: World) -> None:
    bring_in(world, TWO, THREE)
    before = held_true(world)
    later = {"observed_on": "2025-05-01"}
    families = [family("F1", village=CODE["Cipaku"], motorcycle=3, **later), family("F3")]
    members = [
        member("P1", "F1", name="Nama Lain", nik="3204330101910009", **later),
        member("P2", "F3", relation=1, **later),
        member("P4", "F3", relation=3),
    ]
    job = bring_in(world, families, members)
    assert held_true(world) != before
    actions.undo(job=job.pk, acting_user=world["head_of_office"], reason="berkas keliru")
    after = held_true(world)
    with acting_as(world["ministry_approver"].pk):
        new = set(Family.objects.filter(origin_key=None).values_list("pk", flat=True))
        assert len(new) == 1
    assert {name: after[name] for name in before if name not in ("homes", "people")} == {
        name: before[name] for name in before if name not in ("homes", "people")
    }
    assert before["homes"] <= after["homes"] and before["people"] <= after["people"]
    assert fresh(job).state == "undone"
    with acting_as(world["ministry_approver"].pk):
        assert Batch.objects.get(kind="undo").undoes_id == job.batch_id
        assert PersonRecord.objects.filter(name="Nama Lain").exists()


def test_an_undone_file_may_come_again(world: World) -> None:
    job = bring_in(world, TWO, THREE)
    actions.undo(job=job.pk, acting_user=world["head_of_office"], reason="berkas keliru")
    assert held_true(world)["Membership"] == set()
    again = bring_in(world, TWO, THREE)
    assert (again.state, again.families_new, again.members_new) == ("done", 2, 3)


def test_what_a_batch_itself_told_and_took_back_does_not_come_again(world: World) -> None:
    operator = world["village_operator"]
    with acting_as(operator.pk):
        of = rukmini(operator)
    before = held_true(world)
    with acting_as(operator.pk):
        with open_batch(kind="correction", source="uji", acting_user=operator) as batch:
            for address in ("pertama", "kedua"):
                change_from(
                    FamilyRecord, REGISTERED, {"address": address}, batch=batch, family_id=of.pk
                )
            Family.objects.filter(pk=of.pk).update(version=batch.pk)
        undo_batch(batch=batch, acting_user=operator, reason="uji")
    assert held_true(world) == before


def test_later_work_on_a_family_forbids_the_undo(world: World) -> None:
    job = bring_in(world, TWO, THREE)
    second = bring_in(world, [family("F1", observed_on="2025-05-01", motorcycle=9)], [THREE[0]])
    with pytest.raises(TepatError) as refused:
        actions.undo(job=job.pk, acting_user=world["head_of_office"], reason="berkas keliru")
    assert refused.value.code == "touched_later"
    actions.undo(job=second.pk, acting_user=world["head_of_office"], reason="berkas keliru")
    with pytest.raises(TepatError) as refused:
        actions.undo(job=second.pk, acting_user=world["head_of_office"], reason="sekali lagi")
    assert refused.value.code == "import_state"


def test_an_event_can_be_taken_back_as_well(world: World) -> None:
    user = world["village_operator"]
    with acting_as(user.pk):
        found = rukmini(user)
        before = held_true(world)
        person = PersonRecord.objects.get(name="Rukmini").person_id
        record_death(
            family_id=found.pk, person_id=person, told=told(date(2025, 3, 1)), acting_user=user
        )
        assert held_true(world) != before
        death = Event.objects.get(kind="death").batch
        undo_batch(batch=death, acting_user=user, reason="orang lain yang meninggal")
        assert held_true(world) == before
        assert Event.objects.filter(kind="death").count() == 1
        with pytest.raises(TepatError) as refused:
            undo_batch(batch=death, acting_user=user, reason="sekali lagi")
        assert refused.value.code == "already_undone"


def test_a_batch_partly_out_of_sight_is_not_taken_back_in_part(world: World) -> None:
    job = bring_in(world, TWO, THREE)
    user = world["village_operator"]
    with acting_as(user.pk):
        batch = Batch.objects.get(pk=job.batch_id)
        assert Family.objects.get().home_id == CIGENTUR
        with pytest.raises(TepatError) as refused:
            undo_batch(batch=batch, acting_user=user, reason="hanya desa saya")
        assert refused.value.code == "out_of_reach"
        assert FamilyRecord.objects.filter(superseded_by=None).exists()
    with acting_as(world["kabupaten_verifier"].pk):
        assert Membership.objects.filter(home_id=CIPAKU, superseded_by=None).exists()
