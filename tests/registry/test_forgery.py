"""What one person cannot do alone, or in another's name, by plain SQL of the application's role.

Each statement stands beside one of the same kind that is allowed, so that a refusal has its reason.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import Error, connection, transaction

from tepat.registry.actions.erasure import ask_erasure
from tepat.registry.actions.families import NewMember, register_family
from tepat.registry.actions.members import Told
from tepat.registry.actions.people import FamilyFacts, PersonFacts
from tepat.registry.models import Family, ImportJob, Membership, StagePerson
from tepat.staff.context import acting_as
from tests.registry.imports.sending import approve, check, family, fresh, member, send
from tests.registry.world import CIGENTUR, CIPAKU, KERTAJAYA, REGISTERED, World, make_world, rukmini

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(settings: Any, tmp_path: Any) -> World:
    settings.FILES = tmp_path / "files"
    made = make_world()
    with acting_as(made["village_operator"].pk):
        rukmini(made["village_operator"])
    with acting_as(made["far_operator"].pk):
        rukmini(made["far_operator"], KERTAJAYA, number="3205140101100009")
    return made


def run(world: World, name: str, sql: str, **words: Any) -> int:
    """A statement on behalf of a user, whole; how many rows it changed."""
    with acting_as(world[name].pk), connection.cursor() as cursor:
        cursor.execute(sql, {"me": world[name].pk, **words})
        changed = cursor.rowcount
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        return int(changed)


def refused(world: World, name: str, sql: str, says: str, **words: Any) -> None:
    with pytest.raises(Error, match=says), transaction.atomic():
        run(world, name, sql, **words)


OF_OWNERS = {
    "a person marked as erased": ("UPDATE registry_person SET erased_at = now()", "permission"),
    "a family with another's uuid": ("UPDATE registry_family SET uuid = gen_random_uuid()", "perm"),
    "an older version": ("UPDATE registry_family SET version = 1", "no batch that is open"),
    "a version of the future": ("UPDATE registry_family SET version = 999999", "no batch that"),
    "the key of a sender": ("UPDATE registry_family SET origin_key = 'bps|F1'", "only an import"),
    "the key of a person": ("UPDATE registry_person SET origin_key = 'bps|P1'", "only an import"),
    "a new family with a sender's key": (
        "INSERT INTO registry_family (uuid, version, home_id, origin_key) "
        "VALUES (gen_random_uuid(), 1, 10, 'bps|F1')",
        "row-level security",
    ),
    "a new person who is erased": (
        "INSERT INTO registry_person (uuid, home_id, erased_at) "
        "VALUES (gen_random_uuid(), 10, now())",
        "row-level security",
    ),
}


@pytest.mark.parametrize("what", OF_OWNERS)
def test_families_and_people_keep_what_they_are(world: World, what: str) -> None:
    sql, says = OF_OWNERS[what]
    refused(world, "village_operator", sql, says)
    new = "INSERT INTO registry_person (uuid, home_id) VALUES (gen_random_uuid(), %(home)s)"
    assert run(world, "village_operator", new, home=CIGENTUR) == 1


def test_a_sent_key_goes_when_nobody_knows_any_more_what_it_brought(world: World) -> None:
    approve(world, check(world, send(world, [family("F1")], [member("P1", "F1")])))
    for table in ("family", "person"):
        sql = f"UPDATE registry_{table} SET origin_key = NULL WHERE origin_key IS NOT NULL"
        refused(world, "kabupaten_verifier", sql, "keeps its sender's key")


def test_analysts_read_the_country_and_write_nothing_of_it(world: World) -> None:
    analyst = "ministry_analyst"
    assert run(world, analyst, "UPDATE registry_family SET version = version") == 0
    new = "INSERT INTO registry_person (uuid, home_id) VALUES (gen_random_uuid(), %(home)s)"
    refused(world, analyst, new, "row-level security", home=CIGENTUR)


@pytest.fixture
def checked(world: World) -> ImportJob:
    return check(world, send(world, [family("F1")], [member("P1", "F1")]))


OF_JOBS = {
    "approved by the uploader in another's name": (
        "kabupaten_verifier",
        "UPDATE registry_importjob SET state = 'approved', decided_by_id = %(other)s",
        "one's own name",
    ),
    "approved by a role that may not": (
        "facilitator_of_all",
        "UPDATE registry_importjob SET state = 'approved', decided_by_id = %(me)s",
        "does not bring it",
    ),
    "the uploader made another": (
        "head_of_office",
        "UPDATE registry_importjob SET uploaded_by_id = %(other)s",
        "stays as it is",
    ),
    "counts changed after the check": (
        "head_of_office",
        "UPDATE registry_importjob SET members_error = 0, members_new = 7",
        "stays as it is",
    ),
    "written without a decision": (
        "head_of_office",
        "UPDATE registry_importjob SET state = 'applying'",
        "does not bring it",
    ),
    "the row removed": ("head_of_office", "DELETE FROM registry_importjob", "permission denied"),
    "uploaded in another's name": (
        "head_of_office",
        "INSERT INTO registry_importjob SELECT (jsonb_populate_record(j, jsonb_build_object("
        "'id', 999, 'sha256', 'x', 'state', 'uploaded'))).* FROM registry_importjob AS j",
        "one's own name",
    ),
}


@pytest.mark.parametrize("what", OF_JOBS)
def test_a_file_is_uploaded_by_one_and_decided_by_another(
    world: World, checked: ImportJob, what: str
) -> None:
    name, sql, says = OF_JOBS[what]
    if name == "facilitator_of_all":
        name = "facilitator"
        as_sees_all(world, name)
    refused(world, name, sql, says, other=world["second_verifier"].pk)
    assert approve(world, checked).state == "done"


def as_sees_all(world: World, name: str) -> None:
    from tests.database import as_owner

    as_owner(
        "INSERT INTO staff_assignment (user_id, place_id, given_at) "
        f"VALUES ({world[name].pk}, 1, now())"
    )


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE registry_stageperson SET name = 'Orang Lain'",
        "DELETE FROM registry_stageperson",
        "UPDATE registry_stagefamily SET place_id = 11",
        "DELETE FROM registry_importfinding",
    ],
)
def test_what_was_checked_is_what_is_written(world: World, checked: ImportJob, sql: str) -> None:
    for name in ("kabupaten_verifier", "head_of_office"):
        assert run(world, name, sql) == 0
    with acting_as(world["head_of_office"].pk):
        assert StagePerson.objects.get().name == "Warga B"
    again = (
        "INSERT INTO registry_stageperson SELECT (jsonb_populate_record(s, '{\"id\": 999}')).* "
        "FROM registry_stageperson AS s"
    )
    refused(world, "kabupaten_verifier", again, "row-level security")
    assert approve(world, checked).state == "done"
    assert fresh(checked).members_new == 1


def test_a_batch_in_anothers_name_needs_their_import(world: World) -> None:
    batch = (
        "INSERT INTO registry_batch (uuid, kind, source, made_by_id, made_at{more}) "
        "VALUES (gen_random_uuid(), %(kind)s, 'x', %(by)s, now(){values})"
    )
    plain = batch.format(more="", values="")
    words = {"kind": "import", "by": world["kabupaten_verifier"].pk}
    refused(world, "village_operator", plain, "one's own name", **words)
    with acting_as(world["far_operator"].pk):
        foreign = Family.objects.get().version
    undo = batch.format(more=", undoes_id", values=", %(old)s")
    words = {"kind": "undo", "by": world["village_operator"].pk, "old": foreign}
    refused(world, "village_operator", undo, "not theirs to take back", **words)


def test_an_erasure_is_asked_for_by_one_role_and_decided_by_another_person(world: World) -> None:
    with acting_as(world["village_operator"].pk):
        of = Family.objects.get().pk
        person = Membership.objects.get(relation=3).person_id
    ask = (
        "INSERT INTO registry_erasure (person_id, family_id, reason, document, asked_by_id, "
        "asked_at, answer, home_id) VALUES (%(person)s, %(family)s, 'x', 'x', %(me)s, now(), '', "
        "%(home)s)"
    )
    words = {"person": person, "family": of, "home": CIGENTUR}
    for name in ("village_operator", "ministry_approver"):
        refused(world, name, ask, "row-level security", **words)
    verifier = world["kabupaten_verifier"]
    with acting_as(verifier.pk):
        ask_erasure(family_id=of, person_id=person, reason="x", document="x", acting_user=verifier)
    approver = "ministry_approver"
    other = "UPDATE registry_erasure SET asked_by_id = %(me)s"
    refused(world, approver, other, "permission denied")
    granted = "UPDATE registry_erasure SET granted = true, decided_by_id = %(by)s"
    refused(world, approver, granted, "row-level security", by=world[approver].pk)  # nothing done
    no = "UPDATE registry_erasure SET granted = false, decided_by_id = %(by)s"
    refused(world, approver, no, "row-level security", by=world["head_of_office"].pk)
    assert run(world, approver, no, by=world[approver].pk) == 1


def test_drafts_and_their_photos_are_their_authors(world: World) -> None:
    begin = (
        "INSERT INTO registry_interview (uuid, kind, state, author_id, observed_on, content, "
        "home_id) VALUES (gen_random_uuid(), 'registration', 'draft', %(by)s, '2025-06-01', 'a', "
        "%(home)s)"
    )
    operator, words = world["village_operator"].pk, {"home": CIGENTUR}
    refused(world, "facilitator", begin, "own name", by=operator, **words)
    assert run(world, "village_operator", begin, by=operator, **words) == 1
    with acting_as(operator), connection.cursor() as cursor:
        cursor.execute("SELECT id FROM registry_interview")
        (draft,) = cursor.fetchone()
    photo = (
        "INSERT INTO registry_photo (uuid, kind, interview_id, taken_on, file, home_id) VALUES "
        "(gen_random_uuid(), 'front', %(draft)s, '2025-06-01', 'x', %(home)s)"
    )
    refused(world, "facilitator", photo, "row-level security", draft=draft, **words)
    assert run(world, "village_operator", photo, draft=draft, **words) == 1
    for sql in ("DELETE FROM registry_photo", f"UPDATE registry_photo SET home_id = {CIPAKU}"):
        assert run(world, "facilitator", sql) == 0, "a colleague of the same village"
    held = "UPDATE registry_interview SET state = 'held'"
    assert run(world, "village_operator", held) == 1
    for change in ("content = 'b'", "author_id = %(me)s", "kind = 'check'"):
        refused(world, "facilitator", f"UPDATE registry_interview SET {change}", "as it was sent")
    done = "UPDATE registry_interview SET state = 'sent', content = ''"
    assert run(world, "facilitator", done) == 1
    refused(world, "village_operator", held, "as it was sent")


def test_nobody_writes_into_the_audit_of_a_place_elsewhere(world: World) -> None:
    entry = (
        "INSERT INTO audit_entry (actor_id, verb, subject, home_id, reason, evidence, override, "
        "details) VALUES (%(me)s, 'undo_batch', 'batch', %(home)s, '', '', true, '{}')"
    )
    refused(world, "village_operator", entry, "row-level security", home=KERTAJAYA)
    assert run(world, "village_operator", entry, home=CIGENTUR) == 1


def test_an_operator_registers_a_family_as_before(world: World) -> None:
    operator = world["village_operator"]
    with acting_as(operator.pk):
        made = register_family(
            facts=FamilyFacts(CIGENTUR),
            members=[NewMember(PersonFacts("Sari"), 1)],
            answers=None,
            told=Told(REGISTERED, "warga"),
            acting_user=operator,
        )
        assert Family.objects.filter(pk=made.pk, home_id=CIGENTUR).exists()
