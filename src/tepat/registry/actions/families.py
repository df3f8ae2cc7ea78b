"""What happens to a family as a whole: registration, a new number, a move, a split, a merger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from tepat.engine.errors import TepatError
from tepat.engine.text import Text
from tepat.registry.actions.members import Told, leave_family, move_rows
from tepat.registry.actions.observations import Answers, add_family_answers, add_person_answers
from tepat.registry.actions.people import (
    FamilyFacts,
    PersonFacts,
    add_family,
    add_member,
    add_person,
    cleaned,
    kk_columns,
    member_of,
    members_on,
    refuse_taken,
    sealer,
    village_of,
)
from tepat.registry.actions.writing import (
    WRITERS,
    change_from,
    end_at,
    locked_family,
    not_after_today,
    open_batch,
    require_role,
    tell,
)
from tepat.registry.models import Batch, Family, FamilyRecord, Membership
from tepat.registry.models.batches import BatchKind, EventKind
from tepat.registry.models.people import HEAD
from tepat.staff.models import User


@dataclass(frozen=True)
class NewMember:
    """A member of a family that is registered: who, related how, and what they answered."""

    facts: PersonFacts
    relation: int | None
    answers: Answers | None = None


def register_family(
    *,
    facts: FamilyFacts,
    members: Sequence[NewMember],
    answers: Answers | None,
    told: Told,
    acting_user: User,
) -> Family:
    """A family that the registry did not know.

    Raises:
        TepatError: ``not_allowed``, ``no_members``, ``two_heads``, ``nik_taken``, ``kk_taken``,
            ``not_a_village``, ``date_in_future``.
    """
    require_role(acting_user, WRITERS, "register a family")
    not_after_today(told.on)
    _refuse_odd_members(members)
    refuse_taken([one.facts for one in members])
    refuse_taken_card(facts.kk_number)
    with open_batch(kind=BatchKind.INTERVIEW, source=told.source, acting_user=acting_user) as batch:
        family = add_family(facts, told.on, batch=batch)
        for one in members:
            person = add_person(one.facts, family, one.relation, told.on, batch=batch)
            if one.answers is not None:
                add_person_answers(person.pk, one.answers, batch=batch, home_id=family.home_id)
        if answers is not None:
            add_family_answers(family.pk, answers, batch=batch, home_id=family.home_id)
        _tell(EventKind.REGISTRATION, family, told, batch, acting_user, members=len(members))
    return family


def _refuse_odd_members(members: Sequence[NewMember]) -> None:
    if not members:
        raise TepatError(
            "no_members",
            Text(
                "Keluarga perlu paling sedikit satu anggota.", "A family needs at least one member."
            ),
            do=Text("Tambahkan siapa yang tinggal di sana.", "Add who lives there."),
        )
    if sum(one.relation == HEAD for one in members) > 1:
        raise TepatError(
            "two_heads",
            Text("Dua anggota disebut kepala keluarga.", "Two members are named as head."),
            Text("Satu keluarga punya satu kepala.", "A family has one head."),
            Text("Pilih salah satu.", "Choose one of them."),
        )


def refuse_taken_card(number: str | None) -> None:
    """Stop where a living family of the user's places has this KK number.

    Raises:
        TepatError: ``kk_taken``.
    """
    token = sealer().tokens([cleaned(number)])[0]
    if token is None:
        return
    living = Membership.objects.filter(valid_to=None, superseded_by=None)
    taken = FamilyRecord.objects.filter(
        kk_token=token,
        valid_to=None,
        superseded_by=None,
        family__in=living.values("family"),
    )
    if taken.exists():
        raise TepatError(
            "kk_taken",
            Text(
                "Keluarga dengan nomor KK ini sudah terdaftar.",
                "A family with this KK number is already in the registry.",
            ),
            do=Text(
                "Cari nomor itu dan buka keluarganya.",
                "Search for the number and open that family.",
            ),
        )


def change_number(*, family_id: int, kk_number: str, told: Told, acting_user: User) -> None:
    """The family has a new card from a day on."""
    require_role(acting_user, WRITERS, "change a KK number")
    not_after_today(told.on)
    refuse_taken_card(kk_number)
    with open_batch(kind=BatchKind.EVENT, source=told.source, acting_user=acting_user) as batch:
        family = locked_family(family_id, told.base_version, batch)
        columns = kk_columns(kk_number, bytes(family.salt or b""))
        change_from(FamilyRecord, told.on, columns, batch=batch, family_id=family_id)
        _tell(EventKind.NEW_NUMBER, family, told, batch, acting_user)


def move_family(
    *, family_id: int, place_id: int, address: str, told: Told, acting_user: User
) -> None:
    """The family moves to a village; from now on that village's staff see it.

    A move within the reach of the user is a move in for the new village. A move out of it hands
    the family over: the user no longer sees it afterwards.
    """
    require_role(acting_user, WRITERS, "move a family")
    not_after_today(told.on)
    village = village_of(place_id)
    with open_batch(kind=BatchKind.EVENT, source=told.source, acting_user=acting_user) as batch:
        family = locked_family(family_id, told.base_version, batch)
        columns = {"place_id": place_id, "address": address, "latitude": None, "longitude": None}
        change_from(FamilyRecord, told.on, columns, batch=batch, family_id=family_id)
        kind = EventKind.MOVE_OUT if family.home_id != place_id else EventKind.MOVE_IN
        _tell(kind, family, told, batch, acting_user, to=village.pk)
        # told late, the move may be over: the family lives where its record ends
        living = FamilyRecord.objects.get(family_id=family_id, valid_to=None, superseded_by=None)
        if family.home_id != living.place_id:
            rehome(family_id, living.place_id)


def rehome(family_id: int, place_id: int) -> None:
    """Hand a family's rows over to another village; the last thing a write does to it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT registry_rehome(%s, %s)", [family_id, place_id])


def record_departure(*, family_id: int, told: Told, acting_user: User) -> None:
    """The whole family left for a place that is not known, or out of the country."""
    require_role(acting_user, WRITERS, "record that a family left")
    not_after_today(told.on)
    with open_batch(kind=BatchKind.EVENT, source=told.source, acting_user=acting_user) as batch:
        family = locked_family(family_id, told.base_version, batch)
        for one in members_on(family, told.on):
            end_at(Membership, told.on, batch=batch, ended="moved", person_id=one.person_id)
        _tell(EventKind.MOVE_OUT, family, told, batch, acting_user)


def split_family(
    *,
    family_id: int,
    relations: Mapping[int, int],
    facts: FamilyFacts,
    told: Told,
    acting_user: User,
) -> Family:
    """Some members become a family of their own, with its own card.

    Args:
        family_id: the family that is split.
        relations: who goes, and what each is to the head of the new family.
        facts: where the new family lives, and its card's number.
        told: when, from whom, by which document.
        acting_user: who writes.
    """
    require_role(acting_user, WRITERS, "split a family")
    not_after_today(told.on)
    refuse_taken_card(facts.kk_number)
    _refuse_odd_members([NewMember(PersonFacts(None), one) for one in relations.values()])
    with open_batch(kind=BatchKind.EVENT, source=told.source, acting_user=acting_user) as batch:
        family = locked_family(family_id, told.base_version, batch)
        if len(members_on(family, told.on)) <= len(relations):
            raise TepatError(
                "nobody_left",
                Text(
                    "Tidak ada yang tersisa di keluarga lama.",
                    "Nobody would be left in the old family.",
                ),
                do=Text("Catat saja nomor KK baru.", "Record a new KK number instead."),
            )
        new = add_family(facts, told.on, batch=batch)
        for person_id, relation in relations.items():
            member_of(family, person_id, told.on)
            end_at(Membership, told.on, batch=batch, ended="split", person_id=person_id)
            add_member(person_id, new, relation, told.on, batch=batch)
            move_rows(person_id, new, batch)
        _tell(EventKind.SPLIT, family, told, batch, acting_user, members=len(relations))
        _tell(EventKind.SPLIT, new, told, batch, acting_user, members=len(relations))
    return new


def merge_families(
    *,
    into_id: int,
    from_id: int,
    relations: Mapping[int, int],
    told: Told,
    acting_user: User,
    from_version: int | None = None,
) -> None:
    """All members of one family join another; `relations` says what each is to its head.

    `told.base_version` is that of the joined family, `from_version` that of the one that ends.
    """
    require_role(acting_user, WRITERS, "merge families")
    not_after_today(told.on)
    if HEAD in relations.values():
        raise TepatError(
            "two_heads",
            Text("Keluarga yang dituju sudah punya kepala.", "The joined family has its head."),
            Text("Satu keluarga punya satu kepala.", "A family has one head."),
            Text("Pilih hubungan lain.", "Choose another relation."),
        )
    with open_batch(kind=BatchKind.EVENT, source=told.source, acting_user=acting_user) as batch:
        for family_id in sorted((into_id, from_id)):
            base = told.base_version if family_id == into_id else from_version
            locked_family(family_id, base, batch)
        into, gone = Family.objects.get(pk=into_id), Family.objects.get(pk=from_id)
        members = members_on(gone, told.on)
        missing = [one for one in members if one.person_id not in relations]
        if not members or missing:
            raise TepatError(
                "relation_missing",
                Text(
                    "Ada anggota yang belum diisi hubungannya dengan kepala keluarga.",
                    "Not every member who joins has a relation to the head.",
                ),
                do=Text(
                    "Isi untuk setiap orang hubungannya dengan kepala keluarga yang dituju.",
                    "Say for each what they are to the head of the family they join.",
                ),
            )
        for one in members:
            leave_family(one.person_id, told, "merged", batch, acting_user, besides=from_id)
            add_member(one.person_id, into, relations[one.person_id], told.on, batch=batch)
            move_rows(one.person_id, into, batch)
        _tell(EventKind.MERGER, gone, told, batch, acting_user)
        _tell(EventKind.MERGER, into, told, batch, acting_user, members=len(members))


def correct_place(
    *,
    family_id: int,
    address: str,
    latitude: Decimal | None,
    longitude: Decimal | None,
    told: Told,
    acting_user: User,
) -> None:
    """Put right the address or the point on the map, from the family's last record on."""
    require_role(acting_user, WRITERS, "correct an address")
    with open_batch(
        kind=BatchKind.CORRECTION, source=told.source, acting_user=acting_user
    ) as batch:
        family = locked_family(family_id, told.base_version, batch)
        columns = {"address": address, "latitude": latitude, "longitude": longitude}
        change_from(FamilyRecord, told.on, columns, batch=batch, family_id=family_id)
        _tell(EventKind.CORRECTION, family, told, batch, acting_user)


def _tell(
    kind: str, family: Family, told: Told, batch: Batch, acting_user: User, **details: Any
) -> None:
    tell(
        kind,
        family,
        told.on,
        batch=batch,
        acting_user=acting_user,
        document=told.document,
        note=told.note,
        **details,
    )
