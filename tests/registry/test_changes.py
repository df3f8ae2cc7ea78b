"""What the second of two people who edit one family is told, and a difference between surveys."""

from __future__ import annotations

from datetime import date

import pytest

from tepat.engine.errors import TepatError
from tepat.registry.actions import families, members
from tepat.registry.actions.members import Told
from tepat.registry.actions.observations import Answers, record_answers
from tepat.registry.actions.people import PersonFacts
from tepat.registry.as_of import family_as_of
from tepat.registry.changes import Change, what_changed
from tepat.registry.models import Batch, Family, PersonRecord
from tepat.staff.context import acting_as
from tests.registry.world import World, make_world, rukmini

pytestmark = pytest.mark.django_db
ON = date(2025, 7, 1)


@pytest.fixture
def world() -> World:
    return make_world()


def answers(day: date, **values: object) -> Answers:
    return Answers(values, day, f"visit of {day}")


def changes(family: Family, version: int) -> set[tuple[object, ...]]:
    found = what_changed(family.pk, version, ON).changes
    return {(one.what, one.name, one.before, one.after) for one in found}


def test_the_second_of_two_editors_learns_what_the_first_changed(world: World) -> None:
    operator = world["village_operator"]
    with acting_as(operator.pk):
        family = rukmini(operator)
        seen = family.version
        assert what_changed(family.pk, seen, ON).changes == ()
        asep = PersonRecord.objects.get(name="Asep Hidayat").person_id
        told = Told(date(2025, 6, 1), "laporan warga", document="akta 7")
        members.record_death(family_id=family.pk, person_id=asep, told=told, acting_user=operator)
        child = PersonFacts("Sari", None, 2, None)
        members.record_birth(
            family_id=family.pk, child=child, relation=5, told=told, acting_user=operator
        )
        families.change_number(
            family_id=family.pk, kk_number="3204330101100099", told=told, acting_user=operator
        )
        record_answers(
            family_id=family.pk,
            family=answers(date(2025, 6, 5), floor=1, car=0),
            people={},
            base_version=None,
            acting_user=operator,
        )
        assert changes(family, seen) == {
            ("membership", "relation", 3, None),
            ("membership", "relation", None, 5),
            ("record", "kk", None, None),
            ("fact", "floor", None, 1),
            ("fact", "car", None, 0),
        }
        found = what_changed(family.pk, seen, ON)
        assert {one.batch_id for one in found.changes} == {one.batch_id for one in found.batches}
        assert [one.made_by for one in found.batches] == ["Village Operator"] * 4
        with pytest.raises(TepatError) as refused:
            members.record_birth(
                family_id=family.pk,
                child=child,
                relation=5,
                told=Told(date(2025, 6, 1), "laporan warga", base_version=seen),
                acting_user=operator,
            )
        assert refused.value.code == "family_changed"


def test_a_change_from_another_region_is_not_told(world: World) -> None:
    operator, far = world["village_operator"], world["far_operator"]
    with acting_as(operator.pk):
        family = rukmini(operator)
        seen = family.version
        record_answers(
            family_id=family.pk,
            family=answers(date(2025, 6, 5), floor=1),
            people={},
            base_version=seen,
            acting_user=operator,
        )
        assert len(what_changed(family.pk, seen, ON).changes) == 1
    with acting_as(far.pk):
        assert what_changed(family.pk, seen, ON).changes == ()


def test_a_fact_keeps_the_answer_that_counted_before_it(world: World) -> None:
    operator = world["village_operator"]
    with acting_as(operator.pk):
        family = rukmini(operator)
        visits = (
            answers(date(2025, 3, 1), floor=3, car=1, roof=2),
            answers(date(2025, 6, 1), floor=1, car=None),
            answers(date(2025, 5, 1), floor=2),  # told late: the later visit still counts
        )
        for one in visits:
            record_answers(
                family_id=family.pk,
                family=one,
                people={},
                base_version=None,
                acting_user=operator,
            )
        view = family_as_of(family.pk, ON)
        assert view is not None
        facts = view.seen.facts
        assert (facts["floor"].value, facts["floor"].observed_on) == (1, date(2025, 6, 1))
        assert facts["floor"].before is not None
        assert (facts["floor"].before.value, facts["floor"].before.source) == (
            2,
            "visit of 2025-05-01",
        )
        assert facts["car"].value is None, "asked and not answered beats what was known"
        assert facts["car"].changed
        assert (facts["roof"].value, facts["roof"].before) == (2, None)
        assert not facts["roof"].changed
        assert "homeless" not in facts, "nobody asked"
        early = Batch.objects.order_by("known_at")[1].known_at
        then = family_as_of(family.pk, ON, early)
        assert then is not None
        assert {name: fact.value for name, fact in then.seen.facts.items()} == {
            "floor": 3,
            "car": 1,
            "roof": 2,
        }


def test_a_member_in_two_changes_is_told_once_with_the_last_batch(world: World) -> None:
    operator = world["village_operator"]
    with acting_as(operator.pk):
        family = rukmini(operator)
        seen = family.version
        rizki = PersonRecord.objects.get(name="Rizki").person_id
        for name in ("Risky", "Rizky"):
            members.correct_person(
                family_id=family.pk,
                person_id=rizki,
                changes={"name": name},
                told=Told(date(2025, 6, 1), "laporan warga", note="salah tulis"),
                acting_user=operator,
            )
        found = what_changed(family.pk, seen, ON)
        assert [(one.name, one.before, one.after) for one in found.changes] == [
            ("name", "Rizki", "Rizky")
        ]
        assert isinstance(found.changes[0], Change)
        assert found.changes[0].batch_id == Batch.objects.order_by("known_at").last().pk
        assert [one.batch_id for one in found.batches] == [found.changes[0].batch_id]
