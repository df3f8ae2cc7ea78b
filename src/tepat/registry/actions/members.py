"""What happens to the members of a family: birth, death, marriage, joining, leaving, a new head."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from tepat.engine.errors import TepatError
from tepat.engine.text import Text
from tepat.registry.actions.people import (
    PersonFacts,
    add_member,
    add_person,
    change_person,
    member_of,
    members_on,
    refuse_taken,
)
from tepat.registry.actions.writing import (
    WRITERS,
    change_from,
    copied,
    end_at,
    locked_family,
    not_after_today,
    open_batch,
    require_role,
    supersede,
    tell,
)
from tepat.registry.models import Batch, Family, Membership, Person
from tepat.registry.models.batches import BatchKind, EventKind
from tepat.registry.models.people import HEAD
from tepat.staff.models import User


@dataclass(frozen=True)
class Told:
    """What every event says of itself: when it happened, who told it, by which document."""

    on: date
    source: str
    document: str = ""
    note: str = ""
    base_version: int | None = None  # the family's version that the writer saw


def record_birth(
    *, family_id: int, child: PersonFacts, relation: int, told: Told, acting_user: User
) -> Person:
    """A child is born into a family; `told.on` is the day of birth.

    Raises:
        TepatError: ``not_allowed``, ``family_changed``, ``nik_taken``, ``date_in_future``.
    """
    require_role(acting_user, WRITERS, "record a birth")
    not_after_today(told.on)
    refuse_taken([child])
    with open_batch(kind=BatchKind.EVENT, source=told.source, acting_user=acting_user) as batch:
        family = locked_family(family_id, told.base_version, batch)
        child = replace(child, birth_date=told.on)
        person = add_person(child, family, relation, told.on, batch=batch)
        _tell(EventKind.BIRTH, family, told, batch, acting_user, person.pk)
    return person


def record_death(
    *,
    family_id: int,
    person_id: int,
    told: Told,
    acting_user: User,
    new_head: int | None = None,
    relations: Mapping[int, int] | None = None,
) -> None:
    """A member died. Where it was the head, somebody else may become it at once.

    Args:
        family_id: the family.
        person_id: who died.
        told: when, from whom, by which document.
        acting_user: who writes.
        new_head: the member who becomes head.
        relations: the others' relation to the new head.
    """
    require_role(acting_user, WRITERS, "record a death")
    not_after_today(told.on)
    with open_batch(kind=BatchKind.EVENT, source=told.source, acting_user=acting_user) as batch:
        family = locked_family(family_id, told.base_version, batch)
        member_of(family, person_id, told.on)
        end_at(Membership, told.on, batch=batch, ended="died", person_id=person_id)
        change_from_death(person_id, told.on, batch)
        if new_head is not None:
            _set_head(family, new_head, relations or {}, told.on, batch)
        _tell(EventKind.DEATH, family, told, batch, acting_user, person_id)


def change_from_death(person_id: int, on: date, batch: Batch) -> None:
    """Write the day of death into a person's record, from that day on."""
    from tepat.registry.models import PersonRecord

    change_from(PersonRecord, on, {"died_on": on}, batch=batch, person_id=person_id)


def record_join(
    *, family_id: int, person: PersonFacts | int, relation: int, told: Told, acting_user: User
) -> int:
    """Somebody joins a family: a person not yet known, or a known one from another family.

    Returns the person's id.
    """
    require_role(acting_user, WRITERS, "add a member")
    not_after_today(told.on)
    if isinstance(person, PersonFacts):
        refuse_taken([person])
    with open_batch(kind=BatchKind.EVENT, source=told.source, acting_user=acting_user) as batch:
        family = locked_family(family_id, told.base_version, batch)
        person_id = _bring_in(person, family, relation, told, batch, acting_user, "moved")
        _tell(EventKind.JOIN, family, told, batch, acting_user, person_id)
    return person_id


def _bring_in(
    person: PersonFacts | int,
    family: Family,
    relation: int | None,
    told: Told,
    batch: Batch,
    acting_user: User,
    ended: str,
) -> int:
    if isinstance(person, PersonFacts):
        return add_person(person, family, relation, told.on, batch=batch).pk
    leave_family(person, told, ended, batch, acting_user, besides=family.pk)
    add_member(person, family, relation, told.on, batch=batch)
    move_rows(person, family, batch)
    return person


def leave_family(
    person_id: int,
    told: Told,
    ended: str,
    batch: Batch,
    acting_user: User,
    besides: int | None = None,
) -> None:
    """End a person's membership, and tell the family that they leave."""
    living = Membership.objects.filter(person_id=person_id, valid_to=None, superseded_by=None)
    old = living.select_related("family").first()
    if old is None:
        return
    if old.family_id != besides:
        family = locked_family(old.family_id, None, batch)
        _tell(EventKind.LEAVE, family, told, batch, acting_user, person_id)
    end_at(Membership, told.on, batch=batch, ended=ended, person_id=person_id)


def move_rows(person_id: int, family: Family, batch: Batch) -> None:
    """A person's own rows are seen from where they live now, and what institutions say of them."""
    from tepat.registry.models import Flag, NameWord, PersonObservation, PersonRecord

    Person.objects.filter(pk=person_id).update(home_id=family.home_id)
    for model in (PersonRecord, PersonObservation, NameWord):
        rows: Any = model
        rows.objects.filter(person_id=person_id).update(home_id=family.home_id)
    said = Flag.objects.filter(person_id=person_id, valid_to=None, superseded_by=None)
    flags = list(said.exclude(family=family))
    supersede(Flag, [flag.pk for flag in flags], batch)
    Flag.objects.bulk_create(
        [copied(flag, batch, family_id=family.pk, home_id=family.home_id) for flag in flags]
    )


def record_leave(
    *, family_id: int, person_id: int, told: Told, acting_user: User, ended: str = "moved"
) -> None:
    """A member leaves for a place that the registry does not know yet."""
    require_role(acting_user, WRITERS, "record that a member leaves")
    not_after_today(told.on)
    with open_batch(kind=BatchKind.EVENT, source=told.source, acting_user=acting_user) as batch:
        family = locked_family(family_id, told.base_version, batch)
        member_of(family, person_id, told.on)
        end_at(Membership, told.on, batch=batch, ended=ended, person_id=person_id)
        _tell(EventKind.LEAVE, family, told, batch, acting_user, person_id)


def record_marriage(
    *,
    family_id: int,
    person_id: int,
    spouse: PersonFacts | int,
    spouse_relation: int,
    told: Told,
    acting_user: User,
) -> int:
    """A member marries, and the spouse joins this family; both are married from the day on.

    A couple with a card of its own is `split_family` after it. Returns the spouse's id.
    """
    from tepat.registry.actions.observations import Answers, add_person_answers

    require_role(acting_user, WRITERS, "record a marriage")
    not_after_today(told.on)
    if isinstance(spouse, PersonFacts):
        refuse_taken([spouse])
    with open_batch(kind=BatchKind.EVENT, source=told.source, acting_user=acting_user) as batch:
        family = locked_family(family_id, told.base_version, batch)
        member_of(family, person_id, told.on)
        spouse_id = _bring_in(spouse, family, spouse_relation, told, batch, acting_user, "married")
        for one in (person_id, spouse_id):
            answers = Answers({"marital_status": 2}, told.on, told.source)
            add_person_answers(one, answers, batch=batch, home_id=family.home_id)
        _tell(EventKind.MARRIAGE, family, told, batch, acting_user, person_id)
    return spouse_id


def record_new_head(
    *,
    family_id: int,
    new_head: int,
    relations: Mapping[int, int],
    told: Told,
    acting_user: User,
) -> None:
    """Another member becomes head; `relations` says what the others are to the new head."""
    require_role(acting_user, WRITERS, "change the head of a family")
    not_after_today(told.on)
    with open_batch(kind=BatchKind.EVENT, source=told.source, acting_user=acting_user) as batch:
        family = locked_family(family_id, told.base_version, batch)
        _set_head(family, new_head, relations, told.on, batch)
        _tell(EventKind.NEW_HEAD, family, told, batch, acting_user, new_head)


def _set_head(
    family: Family, new_head: int, relations: Mapping[int, int], on: date, batch: Batch
) -> None:
    member_of(family, new_head, on)
    if HEAD in relations.values():
        raise TepatError(
            "two_heads",
            Text(
                "Ada orang lain yang juga disebut kepala keluarga.",
                "Somebody else is named as head too.",
            ),
            Text("Satu keluarga punya satu kepala.", "A family has one head."),
            Text("Pilih hubungan lain.", "Choose another relation."),
        )
    members = members_on(family, on)
    wanted = {**relations, new_head: HEAD}
    unnamed = [one for one in members if one.relation == HEAD and one.person_id not in wanted]
    if unnamed:
        raise TepatError(
            "head_without_relation",
            Text(
                "Hubungan kepala lama dengan kepala baru belum diisi.",
                "The former head has no relation to the new one.",
            ),
            Text("Satu keluarga punya satu kepala.", "A family has one head."),
            Text(
                "Isi hubungan kepala lama dengan kepala baru.",
                "Say what the former head is to the new head.",
            ),
        )
    # all old relations end before the new ones begin, so that no moment has two heads
    changing = [one for one in members if wanted.get(one.person_id, one.relation) != one.relation]
    for one in changing:
        end_at(Membership, on, batch=batch, ended="relation", person_id=one.person_id)
    for one in changing:
        add_member(one.person_id, family, wanted[one.person_id], on, batch=batch)


def correct_person(
    *,
    family_id: int,
    person_id: int,
    changes: dict[str, Any],
    told: Told,
    acting_user: User,
) -> None:
    """Put right what was wrong from the beginning: NIK, name, sex or day of birth.

    Args:
        family_id: the family in which the person lives.
        person_id: the person.
        changes: fields of `PersonFacts`.
        told: the reason in `told.note`, the proof in `told.document`.
        acting_user: who writes.
    """
    from tepat.registry.models import PersonRecord

    require_role(acting_user, WRITERS, "correct a person's record")
    if not told.document and not told.note:
        raise TepatError(
            "no_evidence",
            Text(
                "Perbaikan perlu dokumen atau alasan.", "A correction needs a document or a reason."
            ),
            Text(
                "Kelak akan ditanya mengapa data diubah.",
                "Somebody will ask later why it was changed.",
            ),
            Text(
                "Isi nomor KTP, KK, atau akta, atau ceritakan alasannya.",
                "Give the number of the KTP, KK or birth certificate, or say what happened.",
            ),
        )
    if changes.get("nik"):
        refuse_taken([PersonFacts(None, changes["nik"])])
    with open_batch(
        kind=BatchKind.CORRECTION, source=told.source, acting_user=acting_user
    ) as batch:
        family = locked_family(family_id, told.base_version, batch)
        member_of(family, person_id, told.on)
        rows = PersonRecord.objects.filter(person_id=person_id, superseded_by=None)
        first = rows.order_by("valid_from").values_list("valid_from", flat=True)[0]
        change_person(person_id, first, changes, batch=batch)
        _tell(EventKind.CORRECTION, family, told, batch, acting_user, person_id, True)


def _tell(
    kind: str,
    family: Family,
    told: Told,
    batch: Batch,
    acting_user: User,
    person_id: int | None = None,
    override: bool = False,
) -> None:
    tell(
        kind,
        family,
        told.on,
        batch=batch,
        acting_user=acting_user,
        person_id=person_id,
        document=told.document,
        note=told.note,
        override=override,
    )
