"""Whom a typed NIK or KK number means: in one's places, or elsewhere.

Each looking up is a search, as on the page for it, and is written down like one.
"""

from __future__ import annotations

from django.db import connection

from tepat.audit.actions import record
from tepat.registry.models import Family, FamilyRecord, Membership, PersonRecord
from tepat.staff.models import User


def _searched(user: User, found: int, **more: int) -> None:
    details = {"found": found, "page": "event", **more}
    record(actor_id=user.pk, verb="search_number", subject="family", details=details)


def whom(token: bytes | None, user: User) -> tuple[tuple[int, str] | None, bool]:
    """A living person with this NIK in the user's places, id and name; else if one is elsewhere."""
    found = _living_person(token)
    elsewhere = found is None and _lives_elsewhere(token)
    _searched(user, int(found is not None), elsewhere=int(elsewhere))
    return found, elsewhere


def _living_person(token: bytes | None) -> tuple[int, str] | None:
    found = PersonRecord.objects.filter(
        nik_token=token, valid_to=None, superseded_by=None, died_on=None
    ).first()
    return None if found is None else (found.person_id, found.name or "–")


def _lives_elsewhere(token: bytes | None) -> bool:
    """Whether a number is in the registry at all; asked where one's own places have none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM registry_tokens_taken(%s)", [[token]])
        row = cursor.fetchone()
    return bool(row and row[0])


def family_of_number(token: bytes | None, user: User) -> Family | None:
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
    found = Family.objects.filter(pk__in=ids).first()
    _searched(user, int(found is not None))
    return found
