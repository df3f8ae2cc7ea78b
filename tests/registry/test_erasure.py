"""A person who is erased can be found nowhere, and the past still adds up."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tepat.audit.models import Entry
from tepat.engine.errors import TepatError
from tepat.registry import queries
from tepat.registry.actions.erasure import ask_erasure, decide_erasure
from tepat.registry.actions.families import split_family
from tepat.registry.actions.flags import contest_flag
from tepat.registry.actions.members import Told, correct_person, record_new_head
from tepat.registry.actions.observations import Answers, record_answers
from tepat.registry.actions.people import FamilyFacts, present_facts
from tepat.registry.models import (
    Batch,
    Erasure,
    Event,
    Family,
    Flag,
    Membership,
    NameWord,
    Person,
    PersonObservation,
    PersonRecord,
    StagePerson,
)
from tepat.staff.context import acting_as
from tests.database import as_owner
from tests.registry.world import (
    BANDUNG,
    CIPAKU,
    KERTAJAYA,
    World,
    make_world,
    rukmini,
    say_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked() -> tuple[World, int, int]:
    """The world, Rukmini's id, and the request to forget her."""
    world = make_world()
    with acting_as(world["village_operator"].pk):
        family = rukmini(world["village_operator"])
        person = PersonRecord.objects.get(name="Rukmini").person_id
        record_answers(
            family_id=family.pk,
            family=None,
            people={person: Answers({"chronic_illness": 12}, date(2025, 2, 1), "survei")},
            base_version=family.version,
            acting_user=world["village_operator"],
        )
    with acting_as(world["kabupaten_verifier"].pk):
        request = ask_erasure(
            family_id=family.pk,
            person_id=person,
            reason="Diminta sendiri",
            document="Surat 12/2025",
            acting_user=world["kabupaten_verifier"],
        )
    return world, person, request.pk


def test_granting_destroys_the_key_and_clears_what_is_personal(
    asked: tuple[World, int, int],
) -> None:
    world, person_id, request = asked
    with acting_as(world["ministry_approver"].pk):
        assert queries.find_by_number("3204335703580007")
        decide_erasure(
            erasure_id=request, granted=True, answer="", acting_user=world["ministry_approver"]
        )
        assert not queries.find_by_number("3204335703580007")
        assert not queries.find_by_name("rukmini", place_id=BANDUNG)
        person = Person.objects.get(pk=person_id)
        assert person.salt is None
        assert person.erased_at is not None
        facts = present_facts(person)
        assert (facts.name, facts.nik, facts.birth_date) == (None, None, None)
        assert PersonObservation.objects.get(person_id=person_id).chronic_illness is None
        assert not NameWord.objects.filter(person_id=person_id).exists()
        assert Membership.objects.filter(person_id=person_id).count() == 1, "sums stay"
        assert present_facts(Person.objects.exclude(pk=person_id).earliest("pk")).nik, "others stay"
        assert Erasure.objects.get().reason == ""


def test_only_another_person_with_the_role_may_decide(asked: tuple[World, int, int]) -> None:
    world, person_id, request = asked
    for name in ("kabupaten_verifier", "ministry_analyst", "auditor", "system"):
        with acting_as(world[name].pk), pytest.raises(TepatError, match="may not"):
            decide_erasure(erasure_id=request, granted=True, answer="", acting_user=world[name])
    verifier = world["kabupaten_verifier"]
    with acting_as(verifier.pk), connection.cursor() as cursor:
        batch = Batch.objects.create(kind="erasure", source="direct", made_by=verifier)
        with pytest.raises(Exception, match="Nobody asked"), transaction.atomic():
            cursor.execute("SELECT registry_erase(%s, %s)", [person_id, batch.pk])
        cursor.execute("UPDATE registry_batch SET known_at = now() WHERE id = %s", [batch.pk])
    assert not Person.objects.filter(pk=person_id, erased_at__isnull=False).exists()


def test_nobody_may_erase_who_did_not_go_through_a_request(asked: tuple[World, int, int]) -> None:
    world, person_id, _ = asked
    approver = world["ministry_approver"]
    with acting_as(approver.pk), connection.cursor() as cursor:
        other = Person.objects.exclude(pk=person_id).earliest("pk").pk
        batch = Batch.objects.create(kind="erasure", source="direct", made_by=approver)
        with pytest.raises(Exception, match="Nobody asked"), transaction.atomic():
            cursor.execute("SELECT registry_erase(%s, %s)", [other, batch.pk])
        with pytest.raises(Exception, match="permission denied"), transaction.atomic():
            cursor.execute("SET ROLE tepat_eraser")
        cursor.execute("UPDATE registry_batch SET known_at = now() WHERE id = %s", [batch.pk])
        assert Person.objects.get(pk=other).salt is not None


def test_a_refusal_leaves_everything_and_says_why(asked: tuple[World, int, int]) -> None:
    world, person_id, request = asked
    with acting_as(world["ministry_approver"].pk):
        decide_erasure(
            erasure_id=request,
            granted=False,
            answer="Masih menerima bantuan",
            acting_user=world["ministry_approver"],
        )
        assert Person.objects.get(pk=person_id).salt is not None
        assert Erasure.objects.get().answer == "Masih menerima bantuan"


def test_words_about_the_forgotten_go_from_wherever_they_stand(
    asked: tuple[World, int, int],
) -> None:
    world, person, request = asked
    operator, verifier = world["village_operator"], world["kabupaten_verifier"]
    with acting_as(operator.pk):
        family = Family.objects.get()
        son = Membership.objects.get(relation=3).person_id
    far = rukmini_far(world)
    flag = say_of(family, person).pk
    with acting_as(operator.pk):
        for whom, document, note in (
            (person, "KTP 17/2025", "nama salah eja"),
            (son, "Akta 4/2025", "menurut ibunya, Mbah"),
            (son, "Surat keterangan Rukmini", ""),
            (son, "KTP 3204 3357 0358 0007", ""),
        ):
            correct_person(
                family_id=family.pk,
                person_id=whom,
                changes={"sex": 1},
                told=Told(date(2025, 3, 1), "warga", document, note),
                acting_user=operator,
            )
        contest_flag(flag_id=flag, reason="bukan dia", document="Surat RT", acting_user=operator)
        taken = Batch.objects.filter(kind="correction", events__person_id=person).latest("pk")
    with acting_as(verifier.pk):
        as_owner(
            "INSERT INTO audit_entry (actor_id, verb, subject, subject_id, home_id, reason, "
            f"evidence, override, details) VALUES ({verifier.pk}, 'undo_batch', 'batch', "
            f"{taken.pk}, 10, 'Rukmini keliru', '', false, '{{}}')"
        )
    before = told_in(world)
    decide(world, request)
    with acting_as(world["auditor"].pk):
        events = Event.objects.filter(family=family)
        assert set(events.values_list("note", flat=True)) == {""}
        kept = events.exclude(document="").values_list("document", flat=True)
        assert list(kept) == ["Akta 4/2025"], "another's document that does not name her"
        assert set(Flag.objects.values_list("evidence", flat=True)) == {""}
        about = Entry.objects.filter(subject__in=("family", "batch"), subject_id__in=(
            family.pk, taken.pk,
        ))  # fmt: skip
        assert set(about.values_list("reason", flat=True)) == {""}
        assert set(about.values_list("evidence", flat=True)) == {"", "Akta 4/2025"}
        assert about.filter(details__has_key="erased").count() == 6
        assert Event.objects.get(family=far, document="Akta 9").note == "milik keluarga lain"
        assert Entry.objects.get(evidence="Akta 9").reason == "milik keluarga lain"
    assert told_in(world)[: len(before)] == before, "who did what, and when, stays"


def told_in(world: World) -> list[tuple[Any, ...]]:
    with acting_as(world["auditor"].pk):
        names = ("pk", "at", "actor_id", "verb", "subject", "subject_id", "home_id", "override")
        return list(Entry.objects.order_by("pk").values_list(*names))


def decide(world: World, request: int) -> None:
    approver = world["ministry_approver"]
    with acting_as(approver.pk):
        decide_erasure(erasure_id=request, granted=True, answer="", acting_user=approver)


def rukmini_far(world: World) -> Family:
    """Another family of another place with a note, which nobody asked to forget."""
    user = world["far_operator"]
    with acting_as(user.pk):
        family = rukmini(user, KERTAJAYA, number="3205140101100009")
        correct_person(
            family_id=family.pk,
            person_id=Membership.objects.get(relation=3).person_id,
            changes={"sex": 1},
            told=Told(date(2025, 3, 1), "warga", "Akta 9", "milik keluarga lain"),
            acting_user=user,
        )
    return family


def test_an_earlier_refusal_and_rows_that_wait_forget_the_person_too(
    asked: tuple[World, int, int],
) -> None:
    world, person, request = asked
    approver, verifier = world["ministry_approver"], world["kabupaten_verifier"]
    with acting_as(approver.pk):
        decide_erasure(
            erasure_id=request, granted=False, answer="Rukmini masih ada", acting_user=approver
        )
        family = Family.objects.get().pk
    for table, columns, values in (
        ("registry_importjob", "home_id, uploaded_by_id, uploaded_at, source, as_of, file_name, "
         "file_names, file_size, sha256, state, columns, samples, mapping, shards, shards_done, "
         "families_asked, members_asked, families_new, families_changed, families_same, "
         "families_error, families_warning, members_new, members_changed, members_same, "
         "members_error, members_warning, held_back, reason, error_id, error_en, error_code",
         f"3, {verifier.pk}, now(), 's', now(), 'f', '{{}}', 1, 'x', 'checked', '{{}}', '{{}}', '',"
         "1, '{}', '{}', '{}', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '', '', '', ''"),
        ("registry_stageperson", "job_id, home_id, shard, number, family_number, shown_key, state, "
         "warned, observed_on, source, salt, token_once, findings, by_origin, writes_record, "
         "writes_facts, person_id, name, words, writes_membership",
         "(SELECT max(id) FROM registry_importjob), 3, 0, 1, 1, '', 'changed', false, now(), '', "
         f"'', false, 0, false, false, false, {person}, 'Rukmini', '{{rukmini}}', false"),
    ):  # fmt: skip
        as_owner(f"INSERT INTO {table} ({columns}) VALUES ({values})")
    with acting_as(verifier.pk):
        again = ask_erasure(
            family_id=family,
            person_id=person,
            reason="Putusan pengadilan",
            document="PN 3/2026",
            acting_user=verifier,
        )
    decide(world, again.pk)
    with acting_as(world["auditor"].pk):
        texts = Erasure.objects.values_list("reason", "document", "answer")
        assert {text for row in texts for text in row} == {""}
        assert Entry.objects.get(verb="refuse_erasure").reason == ""
        assert not StagePerson.objects.exists()


def test_open_forms_of_every_family_they_belonged_to_notice(asked: tuple[World, int, int]) -> None:
    world, person, request = asked
    facilitator = world["facilitator"]
    with acting_as(facilitator.pk):
        old = Family.objects.get()
        head = Membership.objects.get(relation=3).person_id
        record_new_head(
            family_id=old.pk,
            new_head=head,
            relations={person: 6},
            told=Told(date(2025, 4, 1), "warga"),
            acting_user=facilitator,
        )
        new = split_family(
            family_id=old.pk,
            relations={person: 1},
            facts=FamilyFacts(CIPAKU),
            told=Told(date(2025, 5, 1), "kartu baru"),
            acting_user=facilitator,
        )
        seen = dict(Family.objects.values_list("pk", "version"))
    decide(world, request)
    with acting_as(facilitator.pk):
        now = dict(Family.objects.values_list("pk", "version"))
        assert all(now[one] > seen[one] for one in (old.pk, new.pk))
        with pytest.raises(TepatError, match="changed this family"):
            correct_person(
                family_id=old.pk,
                person_id=head,
                changes={"sex": 1},
                told=Told(date(2025, 6, 1), "warga", "KTP", base_version=seen[old.pk]),
                acting_user=facilitator,
            )


def test_what_was_decided_is_not_decided_again(asked: tuple[World, int, int]) -> None:
    world, _, request = asked
    decide(world, request)
    with pytest.raises(TepatError, match="already decided"):
        decide(world, request)


def test_families_are_locked_before_the_request(
    asked: tuple[World, int, int],
) -> None:
    world, _, request = asked
    approver = world["ministry_approver"]
    with acting_as(approver.pk), CaptureQueriesContext(connection) as seen:
        decide_erasure(erasure_id=request, granted=False, answer="x", acting_user=approver)
    locks = [one["sql"] for one in seen if "FOR UPDATE" in one["sql"]]
    assert ["registry_family" in sql for sql in locks] == [True, False]
