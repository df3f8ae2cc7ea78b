"""The writes of an interview: begin, save a step, discard, send, decide between two versions.

Saving a step has no row in the audit: nothing of a draft is in the registry, and only its author
sees it. What comes of it, sent, held or thrown away, is written down.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.http import Http404
from django.utils import timezone

from tepat.audit.actions import record
from tepat.engine.errors import TepatError
from tepat.engine.text import Text
from tepat.registry.actions.families import NewMember, correct_place, register_family
from tepat.registry.actions.members import Told
from tepat.registry.actions.observations import Answers, record_answers
from tepat.registry.actions.people import FamilyFacts, PersonFacts, village_of
from tepat.registry.actions.writing import WRITERS, not_after_today, require_role, today
from tepat.registry.as_of import FamilyView, family_as_of
from tepat.registry.interviews import photos
from tepat.registry.interviews.asking import as_sent
from tepat.registry.interviews.checks import (
    Finding,
    family_facts,
    findings,
    known_member,
    member_facts,
)
from tepat.registry.interviews.content import Content, Member
from tepat.registry.interviews.held import conflicts, living_members, take_theirs
from tepat.registry.interviews.questions import variables
from tepat.registry.models import Family, Interview, Photo
from tepat.staff.models import User

SOURCE = "wawancara"


@dataclass(frozen=True)
class Sent:
    """What became of a sending: the family, or nothing where it is held."""

    family: Family | None
    held: bool = False


def begin_registration(*, place_id: int, observed_on: date, acting_user: User) -> Interview:
    """A draft for a family that the registry does not know, in a village.

    Raises:
        TepatError: ``not_allowed``, ``not_a_village``, ``date_in_future``.
    """
    require_role(acting_user, WRITERS, "register a family")
    not_after_today(observed_on)
    village_of(place_id)
    begun = Interview.objects.create(
        kind=Interview.Kind.REGISTRATION,
        author=acting_user,
        observed_on=observed_on,
        content=Content().sealed(),
        home_id=place_id,
    )
    _tell("begin_interview", begun, acting_user)
    return begun


def begin_check(*, family_id: int, observed_on: date, acting_user: User) -> Interview:
    """A draft for a visit to a known family; the user's open draft for it, where there is one.

    Raises:
        TepatError: ``not_allowed``, ``family_not_found``, ``date_in_future``.
    """
    require_role(acting_user, WRITERS, "check a family")
    not_after_today(observed_on)
    family = Family.objects.filter(pk=family_id).first()
    view = family_as_of(family_id, today())
    if family is None or view is None:
        raise TepatError(
            "family_not_found",
            Text(
                "Keluarga ini tidak ada di wilayah Anda.", "There is no such family in your places."
            ),
            do=Text("Cari lagi.", "Search for it again."),
        )
    open_one = Interview.objects.filter(
        family=family, author=acting_user, state__in=("draft", "held")
    ).first()
    if open_one is not None:
        return open_one
    begun = Interview.objects.create(
        kind=Interview.Kind.CHECK,
        author=acting_user,
        family=family,
        base_version=family.version,
        observed_on=observed_on,
        content=_content_of(view).sealed(),
        home_id=family.home_id,
    )
    _tell("begin_interview", begun, acting_user)
    return begun


def _content_of(view: FamilyView) -> Content:
    place = view.record
    content = Content(
        address=place["address"],
        latitude=None if place["latitude"] is None else str(place["latitude"]),
        longitude=None if place["longitude"] is None else str(place["longitude"]),
    )
    for one in view.members:
        born = one.record.get("birth_date")
        content.add(
            Member(
                "",
                person_id=one.person_id,
                name=one.record.get("name"),
                sex=one.record.get("sex"),
                birth_date=born.isoformat() if born else None,
                relation=one.relation,
            )
        )
    return content


def locked(public_id: uuid.UUID, states: tuple[str, ...] = ("draft",)) -> Interview:
    """An interview for a write. Raises Http404; TepatError ``interview_closed``."""
    found = Interview.objects.select_for_update().filter(uuid=public_id).first()
    if found is None:
        raise Http404
    if found.state not in states:
        raise TepatError(
            "interview_closed",
            Text(
                "Wawancara ini sudah dikirim, ditahan, atau dibuang.",
                "This interview was sent, held or discarded.",
            ),
            Text("Isinya tidak dapat diubah lagi.", "It cannot be changed any more."),
            Text("Buka daftar wawancara Anda.", "Open the list of your interviews."),
        )
    return found


def save(
    *, interview: uuid.UUID, change: Callable[[Content], None], acting_user: User
) -> Interview:
    """Change a draft and keep it. Two windows on one draft do not overwrite each other's steps.

    Raises:
        Http404: not the user's.
        TepatError: ``not_allowed``, ``interview_closed``.
    """
    require_role(acting_user, WRITERS, "write an interview")
    with transaction.atomic():
        found = locked(interview)
        content = Content.opened(bytes(found.content))
        change(content)
        found.content = content.sealed()
        found.changed_at = timezone.now()
        found.save(update_fields=["content", "changed_at"])
    return found


def discard(*, interview: uuid.UUID, acting_user: User) -> None:
    """Throw a draft away with its photos; its answers are gone."""
    require_role(acting_user, WRITERS, "discard an interview")
    with transaction.atomic():
        found = locked(interview, ("draft", "held"))
        files = list(found.photos.values_list("file", flat=True))
        found.photos.all().delete()
        _close(found, Interview.State.DISCARDED)
        _tell("discard_interview", found, acting_user)
        for name in files:
            transaction.on_commit(lambda name=name: photos.remove(name))  # type: ignore[misc]


def add_photo(*, interview: uuid.UUID, kind: str, content: bytes, acting_user: User) -> Photo:
    """Take a photo into a draft, in place of an earlier one of its kind.

    Raises:
        TepatError: ``photo_too_large``, ``photo_unreadable``, ``disk_full`` …
    """
    require_role(acting_user, WRITERS, "add a photo")
    picture = photos.redrawn(content)
    with transaction.atomic():
        found = locked(interview)
        name = photos.keep(picture)
        old = list(found.photos.filter(kind=kind))
        found.photos.filter(kind=kind).delete()
        photo = Photo.objects.create(
            kind=kind,
            interview=found,
            taken_on=found.observed_on,
            file=name,
            home_id=found.home_id,
        )
        for one in old:
            transaction.on_commit(lambda one=one: photos.remove(one.file))  # type: ignore[misc]
    return photo


def remove_photo(*, interview: uuid.UUID, kind: str, acting_user: User) -> None:
    """Take a photo out of a draft."""
    require_role(acting_user, WRITERS, "remove a photo")
    with transaction.atomic():
        found = locked(interview)
        for one in list(found.photos.filter(kind=kind)):
            one.delete()
            transaction.on_commit(lambda one=one: photos.remove(one.file))  # type: ignore[misc]


def to_check(interview: Interview, content: Content) -> tuple[FamilyView | None, list[Finding]]:
    """The family as known now, and what does not go together in a draft."""
    view = None if interview.family_id is None else family_as_of(interview.family_id, today())
    found = findings(
        content,
        view,
        variables=variables(),
        today=today(),
        observed_on=interview.observed_on,
    )
    return view, found


def send(*, interview: uuid.UUID, confirmed: list[str], acting_user: User) -> Sent:
    """Send a draft: the family is registered or its answers kept. Sending twice is kept once.

    Args:
        interview: the draft.
        confirmed: the warnings that the sender looked at, by name.
        acting_user: who sends.

    Raises:
        TepatError: ``answers_stop``, ``not_confirmed``, and what registering says.
    """
    require_role(acting_user, WRITERS, "send an interview")
    with transaction.atomic():
        found = locked(interview, ("draft", "sent"))
        if found.state == Interview.State.SENT:
            return Sent(found.family)
        content = Content.opened(bytes(found.content))
        view, broken = to_check(found, content)
        _refuse_unsure(broken, confirmed)
        content.confirmed = sorted({one.name for one in broken if one.asks})
        if found.kind == Interview.Kind.REGISTRATION:
            family = _register(found, content, acting_user)
        else:
            kept = _keep_answers(found, content, view, acting_user)
            if kept is None:
                return _hold(found, content, acting_user)
            family = kept
        _sent(found, family, content, acting_user)
        return Sent(family)


def _refuse_unsure(broken: list[Finding], confirmed: list[str]) -> None:
    if any(one.stops for one in broken):
        raise TepatError(
            "answers_stop",
            Text("Ada isian yang tidak mungkin benar.", "Some answers cannot be true."),
            do=Text("Perbaiki isian itu, lalu kirim.", "Correct them, then send."),
        )
    if any(one.asks and one.name not in confirmed for one in broken):
        raise TepatError(
            "not_confirmed",
            Text(
                "Ada isian yang tidak sejalan dan belum Anda pastikan.",
                "Some answers do not go together and were not confirmed.",
            ),
            do=Text(
                "Perbaiki, atau beri tanda bahwa memang begitu.",
                "Correct them, or mark that it is so.",
            ),
        )


def _register(found: Interview, content: Content, acting_user: User) -> Family:
    told = Told(found.observed_on, SOURCE)
    return register_family(
        facts=FamilyFacts(
            found.home_id,
            content.kk_number,
            content.address,
            _decimal(content.latitude),
            _decimal(content.longitude),
        ),
        members=[
            NewMember(
                PersonFacts(one.name, one.nik, one.sex, one.born),
                one.relation,
                _answers_of(found, one, as_sent(one.answers, member_facts(one, None, today()))),
            )
            for one in content.members
        ],
        answers=Answers(
            as_sent(content.family, family_facts(content, None)),
            found.observed_on,
            SOURCE,
            found.uuid,
        ),
        told=told,
        acting_user=acting_user,
    )


def _answers_of(found: Interview, member: Member, sent: Mapping[str, object]) -> Answers | None:
    if not sent:
        return None
    own = uuid.uuid5(found.uuid, member.key)  # the same at each sending
    return Answers(sent, found.observed_on, SOURCE, own)


def _keep_answers(
    found: Interview, content: Content, view: FamilyView | None, acting_user: User
) -> Family | None:
    """Keep the answers about a known family; None where somebody changed it meanwhile."""
    assert found.family_id is not None
    living = living_members(content, view)
    people = {}
    for one in living:
        facts = member_facts(one, known_member(one, view), today())
        answers = _answers_of(found, one, as_sent(one.answers, facts))
        if answers is not None and one.person_id is not None:
            people[one.person_id] = answers
    family = Answers(
        as_sent(content.family, family_facts(content, view)), found.observed_on, SOURCE, found.uuid
    )
    try:
        with transaction.atomic():
            record_answers(
                family_id=found.family_id,
                family=family,
                people=people,
                base_version=found.base_version,
                acting_user=acting_user,
            )
            _correct_place(found, content, view, acting_user)
    except TepatError as error:
        if error.code != "family_changed":
            raise
        return None
    return Family.objects.get(pk=found.family_id)


def _correct_place(
    found: Interview, content: Content, view: FamilyView | None, acting_user: User
) -> None:
    """An address or point that was found to be another is put right."""
    if "place" not in content.done or view is None or found.family_id is None:
        return
    seen = (content.address, _decimal(content.latitude), _decimal(content.longitude))
    if seen == (view.record["address"], view.record["latitude"], view.record["longitude"]):
        return
    version = Family.objects.values_list("version", flat=True).get(pk=found.family_id)
    correct_place(
        family_id=found.family_id,
        address=seen[0],
        latitude=seen[1],
        longitude=seen[2],
        told=Told(found.observed_on, SOURCE, base_version=version),
        acting_user=acting_user,
    )


def _decimal(text: str | None) -> Decimal | None:
    return Decimal(text) if text else None


def _sent(found: Interview, family: Family, content: Content, acting_user: User) -> None:
    found.family = family
    found.photos.update(family=family, batch_id=family.version, home_id=family.home_id)
    found.home_id = family.home_id
    _close(found, Interview.State.SENT)
    _tell("send_interview", found, acting_user, confirmed=content.confirmed)


def _close(found: Interview, state: str) -> None:
    found.state = state
    found.content = b""
    found.changed_at = timezone.now()
    found.save()


def _hold(found: Interview, content: Content, acting_user: User) -> Sent:
    found.state = Interview.State.HELD
    found.content = content.sealed()
    found.changed_at = timezone.now()
    found.save()
    _tell("hold_interview", found, acting_user)
    return Sent(None, held=True)


def resolve(
    *,
    interview: uuid.UUID,
    choices: Mapping[str, str],
    seen_version: int,
    acting_user: User,
) -> Sent:
    """Decide a held interview, question by question, and send it on the family's new version.

    Args:
        interview: the held one.
        choices: ``mine`` (the interview's answer) or ``theirs`` for each conflict, by its name.
        seen_version: the family's version that the person who decides saw.
        acting_user: who decides.

    Raises:
        TepatError: ``not_decided``, ``family_changed``, ``family_not_found``.
    """
    require_role(acting_user, WRITERS, "decide between two versions")
    with transaction.atomic():
        found = locked(interview, ("held",))
        content = Content.opened(bytes(found.content))
        open_ones = conflicts(found, content)
        undecided = [one for one in open_ones if choices.get(one.name) not in ("mine", "theirs")]
        if undecided:
            raise TepatError(
                "not_decided",
                Text("Belum semua pertanyaan diputuskan.", "Not every question is decided."),
                do=Text("Pilih satu jawaban untuk setiap baris.", "Choose one for each row."),
            )
        take_theirs(content, [one for one in open_ones if choices[one.name] == "theirs"])
        found.base_version = seen_version
        view, _ = to_check(found, content)
        family = _keep_answers(found, content, view, acting_user)
        if family is None:  # it stays held on its old base, so that all that changed is shown
            return Sent(None, held=True)
        mine = sum(choices[one.name] == "mine" for one in open_ones)
        _tell("resolve_interview", found, acting_user, mine=mine, theirs=len(open_ones) - mine)
        _sent(found, family, content, acting_user)
        return Sent(family)


def _tell(verb: str, found: Interview, acting_user: User, **details: object) -> None:
    record(
        actor_id=acting_user.pk,
        verb=verb,
        subject="family" if found.family_id else "interview",
        subject_id=found.family_id or found.pk,
        home_id=found.home_id,
        details={"interview": found.pk, **details},
    )
