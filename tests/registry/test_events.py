"""A family's life, event by event, and what was known of it when."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from tepat.engine.errors import TepatError
from tepat.registry.actions import families, members
from tepat.registry.actions.members import Told
from tepat.registry.actions.observations import Answers, record_answers
from tepat.registry.actions.people import FamilyFacts, PersonFacts, present_facts
from tepat.registry.models import (
    Batch,
    Event,
    Family,
    FamilyObservation,
    FamilyRecord,
    Membership,
    NameWord,
    Person,
    PersonRecord,
)
from tepat.staff.context import acting_as
from tests.registry.world import CIGENTUR, CIPAKU, KERTAJAYA, World, make_world, rukmini

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def told(on: date, **more: object) -> Told:
    return Told(on, "laporan warga", **more)  # type: ignore[arg-type]


def people_of(family: Family, on: date) -> dict[str, int | None]:
    """Name → relation of who belongs to the family on a day, as known now."""
    rows = Membership.objects.filter(family=family, superseded_by=None, valid_from__lte=on).filter(
        Q(valid_to=None) | Q(valid_to__gt=on)
    )
    found = {}
    for row in rows:
        record = PersonRecord.objects.filter(person_id=row.person_id, superseded_by=None).first()
        assert record is not None
        found[str(record.name)] = row.relation
    return found


def person_named(name: str) -> int:
    return PersonRecord.objects.filter(name=name).values_list("person_id", flat=True)[0]


def test_a_registered_family_is_found_and_its_numbers_are_sealed(world: World) -> None:
    operator = world["village_operator"]
    with acting_as(operator.pk):
        family = rukmini(operator)
        assert people_of(family, date(2025, 2, 1)) == {
            "Rukmini": 1,
            "Asep Hidayat": 3,
            "Dewi Lestari": 5,
            "Rizki": 5,
        }
        record = FamilyRecord.objects.get(family=family)
        assert b"3204330101100007" not in bytes(record.kk_sealed)
        head = Person.objects.get(pk=person_named("Rukmini"))
        assert present_facts(head).nik == "3204335703580007"
        assert set(NameWord.objects.filter(person=head).values_list("word", flat=True)) == {
            "rukmini"
        }
        assert Batch.objects.get().known_at is not None


def test_nobody_else_sees_the_family(world: World) -> None:
    with acting_as(world["village_operator"].pk):
        rukmini(world["village_operator"])
    tables = (Family, FamilyRecord, Person, PersonRecord, Membership, NameWord, Event)
    for blind in ("far_operator", "administrator"):
        with acting_as(world[blind].pk):
            assert [table.objects.count() for table in tables] == [0] * 7, blind
    assert Family.objects.count() == 0, "without a user nothing is seen"
    for sighted in ("facilitator", "kabupaten_verifier", "auditor", "system"):
        with acting_as(world[sighted].pk):
            assert Family.objects.count() == 1, sighted


@pytest.mark.parametrize("role", ["auditor", "administrator", "ministry_analyst"])
def test_a_role_that_may_not_write_is_refused_by_the_action(world: World, role: str) -> None:
    with acting_as(world[role].pk), pytest.raises(TepatError, match="may not register"):
        rukmini(world[role])


def test_the_database_refuses_an_auditor_who_goes_around_the_action(world: World) -> None:
    with acting_as(world["auditor"].pk):
        batch = Batch.objects.create(kind="event", source="x", made_by=world["auditor"])
        with pytest.raises(Exception, match="row-level security"), transaction.atomic():
            Family.objects.create(version=batch.pk, home_id=CIGENTUR)
        batch.known_at = batch.made_at
        batch.save(update_fields=["known_at"])


def test_a_life_of_events_leaves_every_state_readable(world: World) -> None:
    operator = world["village_operator"]
    with acting_as(operator.pk):
        family = rukmini(operator)
        common = {"family_id": family.pk, "acting_user": operator}
        members.record_birth(
            child=PersonFacts("Sari", None, 2), relation=5, told=told(date(2025, 3, 3)), **common
        )
        asep = person_named("Asep Hidayat")
        members.record_marriage(
            person_id=asep,
            spouse=PersonFacts("Lilis", "3204334404930001", 2, date(1993, 4, 4)),
            spouse_relation=4,
            told=told(date(2025, 5, 1)),
            **common,
        )
        members.record_death(
            person_id=person_named("Rukmini"),
            told=told(date(2025, 8, 20)),
            new_head=asep,
            relations={person_named("Lilis"): 2, person_named("Sari"): 3},
            **common,
        )
        assert "Sari" not in people_of(family, date(2025, 3, 2))
        assert people_of(family, date(2025, 5, 1))["Lilis"] == 4
        assert people_of(family, date(2025, 8, 19))["Rukmini"] == 1
        after = people_of(family, date(2025, 8, 20))
        assert "Rukmini" not in after
        assert (after["Asep Hidayat"], after["Lilis"], after["Sari"]) == (1, 2, 3)
        kinds = list(Event.objects.order_by("batch").values_list("kind", flat=True))
        assert kinds == ["registration", "birth", "marriage", "death"]


def test_a_split_makes_a_second_family_and_a_merger_ends_it(world: World) -> None:
    operator = world["village_operator"]
    with acting_as(operator.pk):
        family = rukmini(operator)
        asep, rizki = person_named("Asep Hidayat"), person_named("Rizki")
        new = families.split_family(
            family_id=family.pk,
            relations={asep: 1, rizki: 3},
            facts=FamilyFacts(CIGENTUR, "3204330106250001"),
            told=told(date(2025, 6, 1)),
            acting_user=operator,
        )
        assert people_of(new, date(2025, 6, 1)) == {"Asep Hidayat": 1, "Rizki": 3}
        assert set(people_of(family, date(2025, 6, 1))) == {"Rukmini", "Dewi Lestari"}
        families.merge_families(
            into_id=family.pk,
            from_id=new.pk,
            relations={asep: 3, rizki: 5},
            told=told(date(2025, 9, 1)),
            acting_user=operator,
        )
        assert not people_of(new, date(2025, 9, 1))
        assert len(people_of(family, date(2025, 9, 1))) == 4
        assert people_of(new, date(2025, 8, 31)) == {"Asep Hidayat": 1, "Rizki": 3}


def test_a_move_told_late_leaves_the_later_card_number_standing(world: World) -> None:
    verifier = world["kabupaten_verifier"]
    with acting_as(verifier.pk):
        family = rukmini(verifier)
        common = {"family_id": family.pk, "acting_user": verifier}
        families.change_number(kk_number="3204330106250002", told=told(date(2025, 6, 1)), **common)
        families.move_family(
            place_id=CIPAKU, address="Jl. Baru", told=told(date(2025, 5, 1)), **common
        )
        rows = FamilyRecord.objects.filter(family=family, superseded_by=None)
        got = [
            (row.valid_from, row.place_id, bytes(row.kk_token))
            for row in rows.order_by("valid_from")
        ]
        first, second = got[0][2], got[2][2]
        assert first != second
        assert got == [
            (date(2025, 1, 10), CIGENTUR, first),
            (date(2025, 5, 1), CIPAKU, first),
            (date(2025, 6, 1), CIPAKU, second),
        ]


def test_a_family_that_moves_away_goes_out_of_sight_here_and_into_sight_there(
    world: World,
) -> None:
    operator = world["village_operator"]
    with acting_as(operator.pk):
        family = rukmini(operator)
        families.move_family(
            family_id=family.pk,
            place_id=KERTAJAYA,
            address="",
            told=told(date(2025, 4, 1)),
            acting_user=operator,
        )
        assert not Family.objects.exists()
        assert not PersonRecord.objects.exists()
    with acting_as(world["far_operator"].pk):
        assert len(people_of(Family.objects.get(), date(2025, 4, 1))) == 4
        assert Event.objects.count() == 2


def test_an_edit_of_what_somebody_else_changed_is_refused_and_nothing_is_lost(
    world: World,
) -> None:
    operator = world["village_operator"]
    with acting_as(operator.pk):
        family = rukmini(operator)
        seen = Family.objects.get().version
        answers = Answers({"floor": 8}, date(2025, 2, 1), "survei")
        sent = {"family_id": family.pk, "people": {}, "acting_user": operator}
        assert record_answers(family=answers, base_version=seen, **sent)
        assert not record_answers(family=answers, base_version=seen, **sent), "sent twice"
        with pytest.raises(TepatError, match="Somebody changed"):
            record_answers(
                family=Answers({"floor": 2}, date(2025, 2, 2), "survei"), base_version=seen, **sent
            )
        assert [row.floor for row in FamilyObservation.objects.all()] == [8]


def test_one_nik_is_registered_once(world: World) -> None:
    operator = world["village_operator"]
    with acting_as(operator.pk):
        rukmini(operator)
        with pytest.raises(TepatError, match="already in the registry"):
            rukmini(operator, number="3204330101100007")
        rukmini(operator, number="3204330101100008")


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE registry_personrecord SET name = 'X'", "permission denied"),
        ("DELETE FROM registry_membership", "permission denied"),
        ("UPDATE registry_batch SET known_at = now()", "as it is"),
        ("DELETE FROM registry_batch", "permission denied"),
        ("UPDATE audit_entry SET reason = 'x'", "permission denied"),
        ("DELETE FROM audit_access", "permission denied"),
        (
            "INSERT INTO registry_membership (person_id, family_id, relation, valid_from, ended, "
            "batch_id, home_id) SELECT person_id, family_id, 8, valid_from, '', batch_id, home_id "
            "FROM registry_membership LIMIT 1",
            "membership_living",
        ),
    ],
)
def test_the_database_guards_history_against_whoever_goes_around_python(
    world: World, statement: str, says: str
) -> None:
    operator = world["village_operator"]
    with acting_as(operator.pk), connection.cursor() as cursor:
        rukmini(operator)
        with pytest.raises(Exception, match=says), transaction.atomic():
            cursor.execute(statement)


def test_what_was_superseded_stays_superseded(world: World) -> None:
    operator = world["village_operator"]
    with acting_as(operator.pk):
        family = rukmini(operator)
        families.change_number(
            family_id=family.pk,
            kk_number="3204330106250002",
            told=told(date(2025, 6, 1)),
            acting_user=operator,
        )
        assert FamilyRecord.objects.exclude(superseded_by=None).count() == 1
        with pytest.raises(Exception, match="is kept"), transaction.atomic():
            FamilyRecord.objects.exclude(superseded_by=None).update(superseded_by=None)
        late = Batch.objects.latest("pk")
        with pytest.raises(Exception, match="supersedes nothing more"), transaction.atomic():
            Membership.objects.filter(superseded_by=None).update(superseded_by=late)


def _open_batch(user_id: int) -> int:
    return Batch.objects.create(kind="event", source="direct", made_by_id=user_id).pk


DIRECT = {
    "a second living membership": (
        "INSERT INTO registry_membership (person_id, family_id, relation, valid_from, ended, "
        "batch_id, home_id) SELECT person_id, family_id, 8, '2025-02-01', '', {batch}, home_id "
        "FROM registry_membership LIMIT 1",
        "membership_living",
    ),
    "a second head": (
        "WITH p AS (INSERT INTO registry_person (uuid, home_id) VALUES (gen_random_uuid(), 10) "
        "RETURNING id) INSERT INTO registry_membership (person_id, family_id, relation, "
        "valid_from, ended, batch_id, home_id) SELECT p.id, f.id, 1, '2025-02-01', '', {batch}, 10 "
        "FROM p, registry_family AS f",
        "membership_one_head",
    ),
    "a closed period over an open one": (
        "INSERT INTO registry_membership (person_id, family_id, relation, valid_from, valid_to, "
        "ended, batch_id, home_id) SELECT person_id, family_id, 8, '2025-02-01', '2025-03-01', '', "
        "{batch}, home_id FROM registry_membership LIMIT 1",
        "overlaps in time",
    ),
    "a relation that no list has": (
        "WITH p AS (INSERT INTO registry_person (uuid, home_id) VALUES (gen_random_uuid(), 10) "
        "RETURNING id) INSERT INTO registry_membership (person_id, family_id, relation, "
        "valid_from, ended, batch_id, home_id) SELECT p.id, f.id, 9, '2025-02-01', '', {batch}, 10 "
        "FROM p, registry_family AS f",
        "membership_relation",
    ),
    "a row of another region": (
        "INSERT INTO registry_person (uuid, home_id) VALUES (gen_random_uuid(), 20)",
        "row-level security",
    ),
    "an audit row in another's name": (
        "INSERT INTO audit_entry (actor_id, verb, subject, reason, evidence, override, details) "
        "VALUES (0, 'x', 'y', '', '', false, '{{}}')",
        "row-level security",
    ),
    "a floor that no list has": (
        "INSERT INTO registry_familyobservation (uuid, observed_on, source, asked_id, family_id, "
        "batch_id, home_id, floor) SELECT gen_random_uuid(), '2025-02-01', 'x', 1, id, {batch}, "
        "10, 77 FROM registry_family",
        "check constraint",
    ),
}


@pytest.mark.parametrize("what", DIRECT)
def test_the_database_refuses_directly(world: World, what: str) -> None:
    statement, says = DIRECT[what]
    operator = world["village_operator"]
    with acting_as(operator.pk), connection.cursor() as cursor:
        rukmini(operator)
        batch = _open_batch(operator.pk)
        with pytest.raises(Exception, match=says), transaction.atomic():
            cursor.execute(statement.format(batch=batch))
        cursor.execute("UPDATE registry_batch SET known_at = now() WHERE id = %s", [batch])


def test_a_batch_that_never_became_known_cannot_be_committed(world: World) -> None:
    operator = world["village_operator"]

    def left_open() -> None:
        with acting_as(operator.pk), connection.cursor() as cursor:
            _open_batch(operator.pk)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(IntegrityError, match="never became known"):
        left_open()
