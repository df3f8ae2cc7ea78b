"""Whom a typed NIK or KK number means: in one's places, or elsewhere."""

from __future__ import annotations

from django.db import connection

from tepat.registry.models import Family, FamilyRecord, Membership, PersonRecord


def living_person(token: bytes | None) -> tuple[int, str] | None:
    """A living person with this NIK in one's places: id and name."""
    found = PersonRecord.objects.filter(
        nik_token=token, valid_to=None, superseded_by=None, died_on=None
    ).first()
    return None if found is None else (found.person_id, found.name or "–")


def lives_elsewhere(token: bytes | None) -> bool:
    """Whether a number is in the registry at all; asked where one's own places have none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM registry_tokens_taken(%s)", [[token]])
        row = cursor.fetchone()
    return bool(row and row[0])


def family_of_number(token: bytes | None) -> Family | None:
    """The living family in one's places with this KK number, or with a member of this NIK."""
    living = Membership.objects.filter(valid_to=None, superseded_by=None)
    by_card = FamilyRecord.objects.filter(
        kk_token=token, valid_to=None, superseded_by=None, family__in=living.values("family")
    ).values_list("family", flat=True)
    people = PersonRecord.objects.filter(
        nik_token=token, valid_to=None, superseded_by=None, died_on=None
    ).values("person")
    by_member = living.filter(person__in=people).values_list("family", flat=True)
    ids = [*by_card[:1]] or [*by_member[:1]]
    return Family.objects.filter(pk__in=ids).first()
