"""In which places a user may look: their own, those below, and, as a frame only, those above."""

from __future__ import annotations

from django.http import Http404

from tepat.places.models import COUNTRY_ID, Level, Place, Within
from tepat.staff.models import Assignment, User


def own_places(user: User) -> list[Place]:
    """The places a user is assigned to, the largest first."""
    mine = Assignment.objects.filter(user_id=user.pk, ended_at=None).values("place")
    return list(Place.objects.filter(pk__in=mine).order_by("level", "name")[:50])


def reaches(user: User, place_id: int) -> bool:
    """Whether a place lies in one that the user is assigned to."""
    mine = Assignment.objects.filter(user_id=user.pk, ended_at=None).values("place")
    return Within.objects.filter(place_id=place_id, ancestor_id__in=mine).exists()


def stands_above(user: User, place_id: int) -> bool:
    """Whether one of the user's places lies in this one."""
    mine = Assignment.objects.filter(user_id=user.pk, ended_at=None).values("place")
    return Within.objects.filter(ancestor_id=place_id, place_id__in=mine).exists()


def asked_places(user: User, text: str) -> tuple[Place | None, tuple[int, ...]]:
    """The place that an address asks for, and the places to look in.

    Without one, all places of the user: for who sees the country that is no condition at all.

    Raises:
        Http404: there is no such place in the user's reach.
    """
    if text:
        if not text.isdecimal() or not reaches(user, int(text)):
            raise Http404
        place = Place.objects.get(pk=int(text))
        return place, () if place.pk == COUNTRY_ID else (place.pk,)
    own = own_places(user)
    if len(own) == 1:
        return own[0], () if own[0].pk == COUNTRY_ID else (own[0].pk,)
    return None, tuple(place.pk for place in own) or (-1,)


def small(places: tuple[int, ...]) -> bool:
    """Whether all of these are kabupaten or lie below: then counting now is quick."""
    if not places:
        return False
    return not Place.objects.filter(pk__in=places, level__lt=Level.KABUPATEN).exists()
