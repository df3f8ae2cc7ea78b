"""People and families as rows: made with their numbers sealed, their names searchable."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Q

from tepat.engine.errors import TepatError
from tepat.engine.text import Text
from tepat.places.models import Level, Place
from tepat.registry import numbers
from tepat.registry.actions.writing import change_from
from tepat.registry.models import (
    Batch,
    Family,
    FamilyRecord,
    Membership,
    NameWord,
    Person,
    PersonRecord,
)
from tepat.registry.sealing import Sealer


@dataclass(frozen=True)
class PersonFacts:
    """Who a person is, as told. What nobody knows is None."""

    name: str | None
    nik: str | None = None
    sex: int | None = None
    birth_date: date | None = None


@dataclass(frozen=True)
class FamilyFacts:
    """Where a family lives and under which card number."""

    place_id: int
    kk_number: str | None = None
    address: str = ""
    latitude: Decimal | None = None
    longitude: Decimal | None = None


def sealer() -> Sealer:
    """The sealer with this installation's keys."""
    return Sealer(settings.KEYS.data, settings.KEYS.index)


def cleaned(number: str | None) -> str | None:
    """A NIK or KK number without the spaces, dots and dashes that people write; None if empty."""
    return re.sub(r"[\s.\-]", "", number or "") or None


def name_words(name: str | None) -> list[str]:
    """The words of a name as search knows them: lower case, letters and digits, each once."""
    return list(dict.fromkeys(re.findall(r"\w+", (name or "").casefold())))


def village_of(place_id: int) -> Place:
    """The village with this id that exists today. Raises TepatError ``not_a_village``."""
    place = Place.objects.filter(pk=place_id, level=Level.VILLAGE, ended_on=None).first()
    if place is None:
        raise TepatError(
            "not_a_village",
            Text(
                "Tempat ini bukan desa atau kelurahan yang ada sekarang.",
                "The place is not a village that exists today.",
            ),
            do=Text(
                "Pilih desa atau kelurahan tempat keluarga tinggal.",
                "Choose the desa or kelurahan where the family lives.",
            ),
        )
    return place


def add_family(facts: FamilyFacts, on: date, *, batch: Batch) -> Family:
    """A new family with its record."""
    village_of(facts.place_id)
    salt = sealer().salts(1)[0]
    family = Family.objects.create(version=batch.pk, home_id=facts.place_id, salt=salt)
    FamilyRecord.objects.bulk_create(
        [
            FamilyRecord(
                family=family,
                batch=batch,
                valid_from=on,
                home_id=family.home_id,
                place_id=facts.place_id,
                address=facts.address,
                latitude=facts.latitude,
                longitude=facts.longitude,
                **kk_columns(facts.kk_number, salt),
            )
        ]
    )
    return family


def kk_columns(number: str | None, salt: bytes) -> dict[str, Any]:
    """The columns of a family's record that come from its KK number."""
    number = cleaned(number)
    return {
        "kk_sealed": sealer().seal([number], [bytes(salt)])[0],
        "kk_token": sealer().tokens([number])[0],
        "kk_findings": numbers.kk_findings(number),
    }


def person_columns(facts: PersonFacts, salt: bytes) -> dict[str, Any]:
    """The columns of a person's record."""
    nik = cleaned(facts.nik)
    return {
        "nik_sealed": sealer().seal([nik], [bytes(salt)])[0],
        "nik_token": sealer().tokens([nik])[0],
        "nik_findings": numbers.nik_findings(nik, facts.sex, facts.birth_date),
        "name": (facts.name or "").strip() or None,
        "sex": facts.sex,
        "birth_date": facts.birth_date,
    }


def add_person(
    facts: PersonFacts, family: Family, relation: int | None, on: date, *, batch: Batch
) -> Person:
    """A new person who belongs to a family from a day on."""
    salt = sealer().salts(1)[0]
    person = Person.objects.create(salt=salt, home_id=family.home_id)
    PersonRecord.objects.bulk_create(
        [
            PersonRecord(
                person=person,
                batch=batch,
                valid_from=min(on, facts.birth_date or on),
                home_id=family.home_id,
                **person_columns(facts, salt),
            )
        ]
    )
    add_member(person.pk, family, relation, on, batch=batch)
    index_name(person.pk, facts.name, family.home_id)
    return person


def add_member(
    person_id: int, family: Family, relation: int | None, on: date, *, batch: Batch
) -> None:
    """A person belongs to a family from a day on; their earlier membership has ended before."""
    Membership.objects.bulk_create(
        [
            Membership(
                person_id=person_id,
                family=family,
                relation=relation,
                valid_from=on,
                batch=batch,
                home_id=family.home_id,
            )
        ]
    )


def index_name(person_id: int, name: str | None, home_id: int) -> None:
    """Make a person findable by the words of their present name, and by no other."""
    NameWord.objects.filter(person_id=person_id).delete()
    NameWord.objects.bulk_create(
        [NameWord(person_id=person_id, word=word, home_id=home_id) for word in name_words(name)]
    )


def present_facts(person: Person) -> PersonFacts:
    """Who a person is by the present record, the number opened."""
    found = living_record(person.pk)
    return PersonFacts(
        name=found.name,
        nik=sealer().open(found.nik_sealed, person.salt),
        sex=found.sex,
        birth_date=found.birth_date,
    )


def living_record(person_id: int) -> PersonRecord:
    """A person's present record. Raises TepatError ``person_not_found``."""
    found = PersonRecord.objects.filter(
        person_id=person_id, valid_to=None, superseded_by=None
    ).first()
    if found is None:
        raise TepatError(
            "person_not_found",
            Text("Orang ini tidak ada di wilayah Anda.", "There is no such person in your places."),
            do=Text("Buka lagi keluarganya.", "Open the family again."),
        )
    return found


def members_on(family: Family, on: date) -> list[Membership]:
    """Who belongs to a family on a day, the head first."""
    return list(
        Membership.objects.filter(family=family, superseded_by=None, valid_from__lte=on)
        .filter(Q(valid_to=None) | Q(valid_to__gt=on))
        .order_by("relation", "pk")
    )


def member_of(family: Family, person_id: int, on: date) -> Membership:
    """A person's membership in a family on a day. Raises TepatError ``not_a_member``."""
    found = [row for row in members_on(family, on) if row.person_id == person_id]
    if not found:
        raise TepatError(
            "not_a_member",
            Text(
                "Orang ini bukan anggota keluarga pada {on}.",
                "The person does not belong to this family on {on}.",
            ).filled(on=on.isoformat()),
            do=Text(
                "Periksa tanggalnya, atau buka lagi keluarganya.",
                "Check the date, or open the family again.",
            ),
        )
    return found[0]


def change_person(
    person_id: int, on: date, changes: dict[str, Any], *, batch: Batch
) -> PersonFacts:
    """Change who a person is from a day on; findings on the number follow. Returns the facts."""
    person = Person.objects.get(pk=person_id)
    facts = replace(present_facts(person), **changes)
    columns = person_columns(facts, bytes(person.salt or b""))
    if "nik" not in changes:
        columns = {name: columns[name] for name in (*changes, "nik_findings")}
    change_from(PersonRecord, on, columns, batch=batch, person_id=person_id)
    if "name" in changes:
        index_name(person_id, facts.name, person.home_id)
    return facts


def refuse_taken(facts: Sequence[PersonFacts]) -> None:
    """Stop where a NIK already belongs to a living person of the user's places.

    Raises:
        TepatError: ``nik_taken``.
    """
    tokens = [token for token in sealer().tokens([cleaned(one.nik) for one in facts]) if token]
    taken = PersonRecord.objects.filter(
        nik_token__in=tokens, valid_to=None, superseded_by=None, died_on=None
    )
    if len(set(tokens)) < len(tokens) or taken.exists():
        raise TepatError(
            "nik_taken",
            Text(
                "NIK ini sudah terdaftar atas seseorang.",
                "A person with this NIK is already in the registry.",
            ),
            Text(
                "Satu orang punya satu NIK dan satu data.",
                "One person has one NIK, and one record.",
            ),
            Text(
                "Cari NIK itu, lalu pindahkan orangnya ke sini; jangan tambah data kedua.",
                "Search for the NIK, and move that person here instead of adding a second.",
            ),
        )
