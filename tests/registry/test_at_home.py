"""No row may say that it belongs to one's own village and speak of somebody else's family.

Everything here is plain SQL of the application's role, on behalf of one person, past all Python.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest
from django.db import Error, connection, transaction

from tepat.registry.actions.families import move_family, split_family
from tepat.registry.actions.members import Told, record_join
from tepat.registry.actions.people import FamilyFacts
from tepat.registry.actions.writing import open_batch
from tepat.registry.models import (
    Family,
    FamilyRecord,
    Flag,
    FlagList,
    Membership,
    Person,
    PersonRecord,
)
from tepat.staff.context import acting_as
from tests.registry.world import (
    BANDUNG,
    CIGENTUR,
    CIPAKU,
    KERTAJAYA,
    World,
    make_world,
    rukmini,
    say_of,
)

pytestmark = pytest.mark.django_db
DAY = date(2025, 6, 1)


@dataclass(frozen=True)
class Two:
    """A family and a member in the operator's village, and both in another kabupaten."""

    world: World
    own: int
    member: int
    foreign: int
    stranger: int

    def words(self, *, family: str, person: str) -> dict[str, int]:
        """What statements are filled with: the operator's own village, and whose rows."""
        families = {"own": self.own, "foreign": self.foreign}
        people = {"member": self.member, "stranger": self.stranger}
        return {"family": families[family], "person": people[person], "home": CIGENTUR}


@pytest.fixture
def two() -> Two:
    world = make_world()
    found = []
    for name, place, number in (
        ("village_operator", CIGENTUR, "3204330101100007"),
        ("far_operator", KERTAJAYA, "3205140101100009"),
    ):
        with acting_as(world[name].pk):
            family = rukmini(world[name], place, number=number)
            asep = Membership.objects.get(family=family, relation=3).person_id
            found += [family.pk, asep]
    return Two(world, *found)


OF_FAMILY = {
    "event": (
        '(batch_id, family_id, kind, "on", document, note, home_id) VALUES '
        "(%(batch)s, %(family)s, 'correction', '2025-06-01', '', '', %(home)s)"
    ),
    "familyrecord": (
        "(batch_id, family_id, kk_findings, place_id, address, valid_from, valid_to, home_id) "
        "VALUES (%(batch)s, %(family)s, 0, 10, '', '2001-01-01', '2002-01-01', %(home)s)"
    ),
    "familyobservation": (
        "(batch_id, family_id, uuid, observed_on, source, asked_id, home_id) VALUES "
        "(%(batch)s, %(family)s, gen_random_uuid(), '2025-06-01', '', %(asked)s, %(home)s)"
    ),
    "flag": (
        "(batch_id, family_id, ground, source, date, confidence, contested, evidence, valid_from, "
        "home_id) VALUES (%(batch)s, %(family)s, 'asn', 'BKN', '2025-06-01', '', false, '', "
        "'2025-06-01', %(home)s)"
    ),
}
OF_PERSON = {
    "personrecord": (
        "(batch_id, person_id, nik_findings, valid_from, valid_to, home_id) VALUES "
        "(%(batch)s, %(person)s, 0, '1901-01-01', '1902-01-01', %(home)s)"
    ),
    "personobservation": (
        "(batch_id, person_id, uuid, observed_on, source, asked_id, home_id) VALUES "
        "(%(batch)s, %(person)s, gen_random_uuid(), '2025-06-01', '', %(asked)s, %(home)s)"
    ),
    "nameword": "(person_id, word, home_id) VALUES (%(person)s, 'xyz', %(home)s)",
}
OF_BOTH = {
    "membership": (
        "(batch_id, family_id, person_id, relation, ended, valid_from, valid_to, home_id) VALUES "
        "(%(batch)s, %(family)s, %(person)s, 8, 'other', '2001-01-01', '2002-01-01', %(home)s)"
    ),
    "event": (
        '(batch_id, family_id, person_id, kind, "on", document, note, home_id) VALUES '
        "(%(batch)s, %(family)s, %(person)s, 'correction', '2025-06-01', '', '', %(home)s)"
    ),
    "flag": (
        "(batch_id, family_id, person_id, ground, source, date, confidence, contested, evidence, "
        "valid_from, home_id) VALUES (%(batch)s, %(family)s, %(person)s, 'asn', 'BKN', "
        "'2025-06-01', '', false, '', '2025-06-01', %(home)s)"
    ),
}


def add(two: Two, table: str, rest: str, **words: int) -> None:
    """Insert a row in a batch of one's own; a finding by who may load a list of them."""
    user = two.world["kabupaten_verifier" if table == "flag" else "village_operator"]
    with (
        acting_as(user.pk),
        open_batch(kind="event", source="sql", acting_user=user) as batch,
        connection.cursor() as cursor,
    ):
        if table == "flag":
            FlagList.objects.create(
                ground="asn", source="BKN", date=DAY, place_id=BANDUNG, batch=batch
            )
        cursor.execute(
            "INSERT INTO registry_askedset (columns) VALUES ('{floor}') ON CONFLICT DO NOTHING"
        )
        cursor.execute("SELECT min(id) FROM registry_askedset")
        (asked,) = cursor.fetchone()
        values = {**words, "batch": batch.pk, "asked": asked}
        cursor.execute(f"INSERT INTO registry_{table} {rest}", values)


CASES = [
    *((table, rest, "foreign", "member") for table, rest in [*OF_FAMILY.items(), *OF_BOTH.items()]),
    *((table, rest, "own", "stranger") for table, rest in [*OF_PERSON.items(), *OF_BOTH.items()]),
]


@pytest.mark.parametrize(
    ("table", "rest", "family", "person"), CASES, ids=lambda one: str(one)[:24]
)
def test_a_row_of_ones_own_village_speaks_of_nobody_elsewhere(
    two: Two, table: str, rest: str, family: str, person: str
) -> None:
    with transaction.atomic():
        add(two, table, rest, **two.words(family="own", person="member"))
        transaction.set_rollback(True)
    with pytest.raises(Error, match="not in the home"), transaction.atomic():
        add(two, table, rest, **two.words(family=family, person=person))


def test_who_looked_at_a_family_is_kept_where_the_family_lives(two: Two) -> None:
    operator = two.world["village_operator"].pk
    look = (
        "INSERT INTO audit_access (actor_id, family_id, home_id, reason, page) VALUES "
        "(%s, %s, %s, 'search', 'family')"
    )
    with acting_as(operator), connection.cursor() as cursor:
        cursor.execute(look, [operator, two.own, CIGENTUR])
        with pytest.raises(Error, match="not in the home"), transaction.atomic():
            cursor.execute(look, [operator, two.foreign, CIGENTUR])


def test_a_draft_or_a_photo_is_not_moved_to_a_family_elsewhere(two: Two) -> None:
    operator = two.world["village_operator"].pk
    with acting_as(operator), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO registry_interview (uuid, kind, state, author_id, observed_on, content, "
            "home_id) VALUES (gen_random_uuid(), 'registration', 'draft', %s, '2025-06-01', '', "
            "%s) RETURNING id",
            [operator, CIGENTUR],
        )
        (draft,) = cursor.fetchone()
        cursor.execute(
            "INSERT INTO registry_photo (uuid, kind, interview_id, taken_on, file, home_id) VALUES "
            "(gen_random_uuid(), 'front', %s, '2025-06-01', 'x', %s)",
            [draft, CIGENTUR],
        )
        for table in ("interview", "photo"):
            batch = ", batch_id = (SELECT max(id) FROM registry_batch)" if table == "photo" else ""
            change = f"UPDATE registry_{table} SET family_id = %s{batch}"
            with pytest.raises(Error, match="not in the home"), transaction.atomic():
                cursor.execute(change, [two.foreign])
            cursor.execute(change, [two.own])


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE registry_familyrecord SET home_id = %(to)s",
        "UPDATE registry_membership SET home_id = %(to)s",
        "UPDATE registry_personrecord SET home_id = %(to)s",
        "UPDATE registry_nameword SET home_id = %(to)s",
        "UPDATE registry_family SET home_id = %(to)s",
        "UPDATE registry_person SET home_id = %(to)s",
        "SELECT registry_rehome(id, %(to)s) FROM registry_family",
    ],
)
def test_no_row_is_hidden_from_its_village_without_a_move_that_a_batch_tells(
    two: Two, change: str
) -> None:
    facilitator = two.world["facilitator"]  # works in both villages
    both = f"{change}; SET CONSTRAINTS ALL IMMEDIATE"
    with (
        acting_as(facilitator.pk),
        connection.cursor() as cursor,
        pytest.raises(Error, match=r"not in the home|moved in part"),
        transaction.atomic(),
    ):
        cursor.execute(both % {"to": CIPAKU})
    with acting_as(facilitator.pk), connection.cursor() as cursor:
        move_family(
            family_id=two.own,
            place_id=CIPAKU,
            address="",
            told=Told(DAY, "surat pindah"),
            acting_user=facilitator,
        )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        assert Family.objects.get(pk=two.own).home_id == CIPAKU


def test_a_move_that_is_told_late_leaves_the_family_where_it_went_since(two: Two) -> None:
    facilitator = two.world["facilitator"]
    with acting_as(facilitator.pk), connection.cursor() as cursor:
        for place, day in ((CIPAKU, DAY), (CIGENTUR, date(2025, 7, 1)), (CIPAKU, date(2025, 6, 8))):
            move_family(
                family_id=two.own,
                place_id=place,
                address=str(day),
                told=Told(day, "surat pindah"),
                acting_user=facilitator,
            )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        now = FamilyRecord.objects.get(family_id=two.own, valid_to=None, superseded_by=None)
        assert (now.place_id, Family.objects.get(pk=two.own).home_id) == (CIGENTUR, CIGENTUR)


def test_what_an_institution_says_of_a_person_goes_with_them(two: Two) -> None:
    facilitator, operator = two.world["facilitator"], two.world["village_operator"]
    with acting_as(operator.pk):
        family = Family.objects.get(pk=two.own)
    say_of(family, two.member, ground="asn")
    with acting_as(facilitator.pk):
        new = split_family(
            family_id=two.own,
            relations={two.member: 1},
            facts=FamilyFacts(CIPAKU, None, "Kp. Baru"),
            told=Told(DAY, "kartu baru"),
            acting_user=facilitator,
        )
        now = Flag.objects.get(superseded_by=None)
        assert (now.family_id, now.home_id, now.ground) == (new.pk, CIPAKU, "asn")
        assert now.batch.kind == "event", "told by the batch that split the family"
    with acting_as(operator.pk):
        assert not Flag.objects.filter(superseded_by=None).exists(), "no longer this village's"
    with acting_as(facilitator.pk):
        record_join(
            family_id=two.own,
            person=two.member,
            relation=3,
            told=Told(date(2025, 7, 1), "kembali"),
            acting_user=facilitator,
        )
        assert Flag.objects.get(superseded_by=None).family_id == two.own
        assert Person.objects.get(pk=two.member).home_id == CIGENTUR
        assert PersonRecord.objects.get(person_id=two.member).home_id == CIGENTUR
