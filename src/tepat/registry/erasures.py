"""Reads of requests to erase a person; row-level security says which there are."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import F, QuerySet
from django.http import Http404

from tepat.registry.models import Erasure, PersonRecord
from tepat.registry.queries import access_family
from tepat.staff.models import User


def erasures() -> QuerySet[Erasure]:
    """All requests of one's places: the open ones first, the longest waiting of them on top."""
    rows = Erasure.objects.select_related("asked_by", "decided_by", "family")
    return rows.order_by(F("decided_at").desc(nulls_first=True), "asked_at", "pk")


def access_erasure(number: int, *, user: User) -> Erasure:
    """Open a request; unless it was granted it names a person: that is an opening of the family.

    Raises:
        Http404: there is none with this number in the user's places.
    """
    found = (
        Erasure.objects.select_related("asked_by", "decided_by", "family").filter(pk=number).first()
    )
    if found is None:
        raise Http404
    if found.granted is not True:
        access_family(found.family.uuid, user=user, reason="erasure", page="erasure")
    return found


def names_of(people: Collection[int]) -> dict[int, str | None]:
    """The present names of people; who was erased has none."""
    rows = PersonRecord.objects.filter(
        person_id__in=list(people), valid_to=None, superseded_by=None
    )
    return dict(rows.values_list("person_id", "name"))
