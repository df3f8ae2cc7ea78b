"""Drafts: whose they are, how they are kept, what is held, and who decides."""

from __future__ import annotations

import uuid
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import Http404
from PIL import Image

from tepat.audit.models import Access, Entry
from tepat.engine.errors import TepatError
from tepat.registry.actions.erasure import ask_erasure, decide_erasure
from tepat.registry.actions.families import merge_families, move_family
from tepat.registry.actions.members import Told, record_leave
from tepat.registry.actions.observations import Answers, record_answers
from tepat.registry.interviews import actions, held, queries
from tepat.registry.interviews.content import Content, Member
from tepat.registry.models import (
    Family,
    FamilyObservation,
    FamilyRecord,
    Interview,
    Membership,
    PersonObservation,
    PersonRecord,
    Photo,
)
from tepat.staff.context import acting_as
from tepat.staff.models import User
from tests.registry.world import CIGENTUR, CIPAKU, KERTAJAYA, World, make_world, rukmini

pytestmark = pytest.mark.django_db

VISIT = date(2025, 6, 1)


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def files(tmp_path: Path, settings: Any) -> Path:
    settings.FILES = tmp_path
    return tmp_path / "photos"


@pytest.fixture
def family(world: World) -> Family:
    operator = world["village_operator"]
    with acting_as(operator.pk):
        return rukmini(operator)


def visit(family: Family, user: User, **answers: Any) -> Interview:
    """A draft of a visit with answers about the house; the caller acts as the user."""
    begun = actions.begin_check(family_id=family.pk, observed_on=VISIT, acting_user=user)
    actions.save(
        interview=begun.uuid,
        change=lambda content: content.family.update(answers),
        acting_user=user,
    )
    return begun


def tell(family: Family, user: User, on: date = VISIT, **answers: Any) -> None:
    """Somebody else's answers, on the family's present version."""
    record_answers(
        family_id=family.pk,
        family=Answers(answers, on, "survei"),
        people={},
        base_version=None,
        acting_user=user,
    )


def send(interview: Interview, user: User) -> actions.Sent:
    found = Interview.objects.get(pk=interview.pk)
    _, broken = actions.to_check(found, queries.content_of(found))
    sure = [one.name for one in broken]
    return actions.send(interview=interview.uuid, confirmed=sure, acting_user=user)


def test_a_draft_is_sealed_at_rest(world: World) -> None:
    operator = world["village_operator"]
    with acting_as(operator.pk):
        begun = actions.begin_registration(
            place_id=CIGENTUR, observed_on=VISIT, acting_user=operator
        )
        number = "3204335703580007"

        def change(content: Content) -> None:
            content.add(Member("", name="Rukmini", nik=number))

        actions.save(interview=begun.uuid, change=change, acting_user=operator)
        kept = bytes(Interview.objects.get().content)
        assert number.encode() not in kept and b"Rukmini" not in kept
        assert Content.opened(kept).members[0].nik == number
        assert number not in repr(Content.opened(kept))


def test_a_draft_is_seen_by_its_author_alone(world: World, family: Family) -> None:
    operator = world["village_operator"]
    with acting_as(operator.pk):
        begun = visit(family, operator, floor=8)
    for name in ("facilitator", "kabupaten_verifier", "auditor", "far_operator"):
        with acting_as(world[name].pk):
            assert not Interview.objects.exists(), name
            with pytest.raises(Http404):
                queries.access_interview(begun.uuid, user=world[name], page="x")
            with pytest.raises((Http404, TepatError)):
                actions.discard(interview=begun.uuid, acting_user=world[name])
    with acting_as(operator.pk):
        assert queries.own_drafts(operator).get() == begun


def test_going_around_the_action_the_database_holds_the_draft_back(
    world: World, family: Family
) -> None:
    operator, other = world["village_operator"], world["facilitator"]
    with acting_as(operator.pk):
        begun = visit(family, operator, floor=8)
    with acting_as(other.pk):
        changed = Interview.objects.filter(pk=begun.pk).update(state="held")
        assert changed == 0
        with pytest.raises(Exception, match="own name"), transaction.atomic():
            Interview.objects.create(
                kind="registration",
                author=operator,
                observed_on=VISIT,
                content=b"",
                home_id=CIGENTUR,
            )
    with acting_as(operator.pk), transaction.atomic():
        with pytest.raises(Exception, match="permission denied"), transaction.atomic():
            Interview.objects.filter(pk=begun.pk).delete()
        with pytest.raises(Exception, match="interview_gone"), transaction.atomic():
            Interview.objects.filter(pk=begun.pk).update(state="sent")


def test_a_visit_is_resumed_and_not_begun_twice(world: World, family: Family) -> None:
    operator = world["village_operator"]
    with acting_as(operator.pk):
        first = visit(family, operator, floor=8)
        again = actions.begin_check(family_id=family.pk, observed_on=VISIT, acting_user=operator)
        assert again.pk == first.pk
        assert queries.content_of(again).family == {"floor": 8}


def test_an_opened_visit_is_an_opening_of_the_family(world: World, family: Family) -> None:
    operator = world["village_operator"]
    with acting_as(operator.pk):
        begun = visit(family, operator)
        queries.access_interview(begun.uuid, user=operator, page="interview")
        row = Access.objects.filter(family_id=family.pk).get()
        assert (row.reason, row.page, row.actor_id) == ("interview", "interview", operator.pk)


def test_answers_are_kept_under_the_uuid_of_the_draft_and_once(
    world: World, family: Family
) -> None:
    operator = world["village_operator"]
    with acting_as(operator.pk):
        begun = visit(family, operator, floor=8, wall=None)
        rizki = PersonRecord.objects.get(name="Rizki").person_id

        def change(content: Content) -> None:
            found = next(one for one in content.members if one.person_id == rizki)
            found.answers["schooling"] = 2

        actions.save(interview=begun.uuid, change=change, acting_user=operator)
        assert send(begun, operator).family == family
        assert actions.send(interview=begun.uuid, confirmed=[], acting_user=operator).family
        seen = FamilyObservation.objects.get()
        assert seen.uuid == begun.uuid and seen.base_version == begun.base_version
        assert sorted(seen.asked.columns) == ["floor", "wall"]
        assert PersonObservation.objects.get().uuid == uuid.uuid5(begun.uuid, "m4")
        assert Entry.objects.filter(verb="send_interview").count() == 1
        assert bytes(Interview.objects.get().content) == b""


def test_a_stale_visit_is_held_and_nothing_is_overwritten(world: World, family: Family) -> None:
    operator, facilitator = world["village_operator"], world["facilitator"]
    with acting_as(operator.pk):
        begun = visit(family, operator, floor=8, roof=2, wall=4)
    with acting_as(facilitator.pk):
        tell(family, facilitator, floor=2, roof=2)
    with acting_as(operator.pk):
        assert send(begun, operator).held
        assert FamilyObservation.objects.count() == 1, "only the other's answers"
    with acting_as(world["kabupaten_verifier"].pk):
        waiting = queries.held_interviews().get()
        rows = held.conflicts(waiting, queries.content_of(waiting))
        assert [(one.name, one.mine, one.theirs) for one in rows] == [("family.floor", 8, 2)]
        assert rows[0].told is not None and rows[0].told.made_by == "Facilitator"
    with acting_as(world["far_operator"].pk):
        assert not Interview.objects.exists()


@pytest.mark.parametrize(("choice", "floor"), [("mine", 8), ("theirs", 2)])
def test_a_person_decides_question_by_question(
    world: World, family: Family, choice: str, floor: int
) -> None:
    operator, verifier = world["village_operator"], world["kabupaten_verifier"]
    with acting_as(operator.pk):
        begun = visit(family, operator, floor=8, wall=4)
        tell(family, operator, floor=2)
        assert send(begun, operator).held
    with acting_as(verifier.pk):
        version = Family.objects.get().version
        common = {"interview": begun.uuid, "seen_version": version, "acting_user": verifier}
        with pytest.raises(TepatError) as caught:
            actions.resolve(choices={}, **common)
        assert caught.value.code == "not_decided"
        done = actions.resolve(choices={"family.floor": choice}, **common)
        assert done.family == family
        latest = FamilyObservation.objects.order_by("-pk")[0]
        columns = ["floor", "wall"] if choice == "mine" else ["wall"]
        assert sorted(latest.asked.columns) == columns and latest.wall == 4
        from tepat.registry.as_of import family_as_of

        view = family_as_of(family.pk, date(2025, 12, 1))
        assert view is not None and view.seen.value("floor") == floor
        entry = Entry.objects.get(verb="resolve_interview")
        assert entry.details[choice] == 1


def test_a_decision_on_an_older_sight_is_held_again(world: World, family: Family) -> None:
    operator = world["village_operator"]
    with acting_as(operator.pk):
        begun = visit(family, operator, floor=8)
        tell(family, operator, floor=2)
        assert send(begun, operator).held
        seen = Family.objects.get().version
        tell(family, operator, floor=3)
        done = actions.resolve(
            interview=begun.uuid,
            choices={"family.floor": "mine"},
            seen_version=seen,
            acting_user=operator,
        )
        assert done.held and Interview.objects.get().state == "held"
        assert FamilyObservation.objects.order_by("-pk")[0].floor == 3


def test_answers_on_a_member_who_left_meanwhile_are_not_sent(world: World, family: Family) -> None:
    operator = world["village_operator"]
    with acting_as(operator.pk):
        begun = visit(family, operator, floor=8)
        asep = PersonRecord.objects.get(name="Asep Hidayat").person_id

        def change(content: Content) -> None:
            for one in content.members:
                one.answers["works"] = True

        actions.save(interview=begun.uuid, change=change, acting_user=operator)
        record_leave(
            family_id=family.pk,
            person_id=asep,
            told=Told(VISIT, "x"),
            acting_user=operator,
        )
        assert send(begun, operator).held
        waiting = Interview.objects.get()
        content = queries.content_of(waiting)
        view, _ = actions.to_check(waiting, content)
        assert [one.name for one in held.gone_members(content, view)] == ["Asep Hidayat"]
        version = Family.objects.get().version
        actions.resolve(
            interview=begun.uuid, choices={}, seen_version=version, acting_user=operator
        )
        assert PersonObservation.objects.count() == 3
        assert not PersonObservation.objects.filter(person=asep).exists()


def test_a_corrected_address_is_put_right_and_an_unasked_one_left(
    world: World, family: Family
) -> None:
    operator = world["village_operator"]
    with acting_as(operator.pk):
        first = visit(family, operator, floor=8)
        send(first, operator)
        assert FamilyRecord.objects.count() == 1, "the page of the place was not saved"
        second = visit(family, operator)

        def change(content: Content) -> None:
            content.address, content.latitude, content.longitude = "Jl. Mawar", "-7.06", "107.76"
            content.mark("place")

        actions.save(interview=second.uuid, change=change, acting_user=operator)
        send(second, operator)
        now = FamilyRecord.objects.get(valid_to=None, superseded_by=None)
        assert (now.address, now.valid_from) == ("Jl. Mawar", VISIT)


def test_what_cannot_be_is_not_sent_and_what_is_odd_must_be_confirmed(
    world: World, family: Family
) -> None:
    operator = world["village_operator"]
    with acting_as(operator.pk):
        begun = visit(family, operator, lighting=4, refrigerator=1)
        with pytest.raises(TepatError) as caught:
            actions.send(interview=begun.uuid, confirmed=[], acting_user=operator)
        assert caught.value.code == "not_confirmed"
        sure = ["appliance_without_electricity.family"]
        assert actions.send(interview=begun.uuid, confirmed=sure, acting_user=operator).family
        assert Entry.objects.get(verb="send_interview").details["confirmed"] == sure
        empty = actions.begin_registration(
            place_id=CIGENTUR, observed_on=VISIT, acting_user=operator
        )
        with pytest.raises(TepatError) as caught:
            actions.send(
                interview=empty.uuid, confirmed=["no_members.family"], acting_user=operator
            )
        assert caught.value.code == "answers_stop"


def test_an_unmarried_girl_can_be_pregnant_if_somebody_says_so(
    world: World, family: Family
) -> None:
    operator = world["village_operator"]
    with acting_as(operator.pk):
        begun = visit(family, operator)

        def change(content: Content) -> None:
            dewi = next(one for one in content.members if one.name == "Dewi Lestari")
            dewi.answers.update(pregnant=True, marital_status=1)

        actions.save(interview=begun.uuid, change=change, acting_user=operator)
        found = Interview.objects.get()
        _, broken = actions.to_check(found, queries.content_of(found))
        told = {one.rule: one.stops for one in broken}
        assert told == {"pregnant_never_married": False}
        assert send(begun, operator).family


def test_a_discarded_draft_is_gone_with_its_photos(
    world: World, family: Family, files: Path, django_capture_on_commit_callbacks: Any
) -> None:
    operator = world["village_operator"]
    with acting_as(operator.pk):
        begun = visit(family, operator, floor=8)
        actions.add_photo(interview=begun.uuid, kind="front", content=shot(), acting_user=operator)
        assert len(list(files.iterdir())) == 1
        with django_capture_on_commit_callbacks(execute=True):
            actions.discard(interview=begun.uuid, acting_user=operator)
        assert not Photo.objects.exists() and list(files.iterdir()) == []
        assert bytes(Interview.objects.get().content) == b""
        with pytest.raises(TepatError) as caught:
            actions.send(interview=begun.uuid, confirmed=[], acting_user=operator)
        assert caught.value.code == "interview_closed"


def shot() -> bytes:
    out = BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, "JPEG")
    return out.getvalue()


def test_photos_follow_the_family_and_stay_as_they_are(
    world: World, family: Family, files: Path
) -> None:
    operator, far = world["village_operator"], world["far_operator"]
    with acting_as(operator.pk):
        begun = visit(family, operator, floor=8)
        actions.add_photo(interview=begun.uuid, kind="front", content=shot(), acting_user=operator)
    with acting_as(world["facilitator"].pk):
        assert not Photo.objects.exists(), "a draft's photo is its author's"
    with acting_as(operator.pk):
        send(begun, operator)
    with acting_as(world["facilitator"].pk):
        photo = Photo.objects.get()
        version = Family.objects.get().version
        assert (photo.family_id, photo.batch_id, photo.home_id) == (family.pk, version, CIGENTUR)
        assert Photo.objects.filter(pk=photo.pk).delete()[0] == 0, "the database keeps it"
        assert Photo.objects.filter(pk=photo.pk).update(family=None, batch=None) == 0
        assert Photo.objects.exists()
    with acting_as(operator.pk):
        move_family(
            family_id=family.pk,
            place_id=KERTAJAYA,
            address="",
            told=Told(VISIT, "x"),
            acting_user=operator,
        )
        assert not Photo.objects.exists()
    with acting_as(far.pk):
        assert Photo.objects.get().home_id == KERTAJAYA


@pytest.mark.parametrize("role", ["auditor", "administrator", "ministry_analyst"])
def test_who_may_not_write_begins_no_interview(world: World, family: Family, role: str) -> None:
    with acting_as(world[role].pk), pytest.raises(TepatError) as caught:
        actions.begin_check(family_id=family.pk, observed_on=VISIT, acting_user=world[role])
    assert caught.value.code == "not_allowed"


def test_a_draft_in_a_village_out_of_reach_is_refused(world: World) -> None:
    operator = world["village_operator"]
    with (
        acting_as(operator.pk),
        pytest.raises(Exception, match="row-level security"),
        transaction.atomic(),
    ):
        actions.begin_registration(place_id=KERTAJAYA, observed_on=VISIT, acting_user=operator)
    with acting_as(operator.pk), pytest.raises(TepatError) as caught:
        actions.begin_registration(
            place_id=CIGENTUR, observed_on=date(2099, 1, 1), acting_user=operator
        )
    assert caught.value.code == "date_in_future"


def test_a_merger_is_refused_where_the_family_that_ends_was_changed(
    world: World, family: Family
) -> None:
    operator = world["facilitator"]
    with acting_as(operator.pk):
        other = rukmini(operator, CIPAKU, number="3204330101100077")
        relations = dict.fromkeys(
            Membership.objects.filter(family=other).values_list("person_id", flat=True), 8
        )
        common = {
            "into_id": family.pk,
            "from_id": other.pk,
            "relations": relations,
            "told": Told(VISIT, "x", base_version=family.version),
            "acting_user": operator,
        }
        with pytest.raises(TepatError) as caught:
            merge_families(from_version=other.version - 1, **common)
        assert caught.value.code == "family_changed"
        merge_families(from_version=other.version, **common)
        assert Membership.objects.filter(family=family, valid_to=None).count() == 8


def test_with_a_person_the_photo_of_the_card_and_the_drafts_are_forgotten(
    world: World, family: Family, files: Path, django_capture_on_commit_callbacks: Any
) -> None:
    operator, verifier = world["village_operator"], world["kabupaten_verifier"]
    with acting_as(operator.pk):
        sent = visit(family, operator, floor=8)
        for kind in ("front", "card"):
            actions.add_photo(interview=sent.uuid, kind=kind, content=shot(), acting_user=operator)
        send(sent, operator)
        begun = visit(family, operator, floor=3)
        rizki = PersonRecord.objects.get(name="Rizki").person_id
        everybody = list(Membership.objects.values_list("person_id", flat=True))
    approver = world["ministry_approver"]

    def erase(person: int) -> None:
        with acting_as(verifier.pk):
            asked = ask_erasure(
                family_id=family.pk,
                person_id=person,
                reason="x",
                document="y",
                acting_user=verifier,
            )
        with acting_as(approver.pk), django_capture_on_commit_callbacks(execute=True):
            decide_erasure(erasure_id=asked.pk, granted=True, answer="", acting_user=approver)

    with (
        acting_as(approver.pk),
        pytest.raises(Exception, match="Nobody asked"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT registry_forget_photos(%s)", [rizki])
    erase(rizki)
    with acting_as(operator.pk):
        assert Photo.objects.get().kind == "front" and len(list(files.iterdir())) == 1
        gone = Interview.objects.get(pk=begun.pk)
        assert gone.state == "discarded" and bytes(gone.content) == b""
    for person in everybody:
        if person != rizki:
            erase(person)
    with acting_as(operator.pk):
        assert not Photo.objects.exists() and list(files.iterdir()) == []
