"""Reads of interviews: one's own, those that are held, one family's photos."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet
from django.http import Http404

from tepat.engine.errors import TepatError
from tepat.engine.text import Text
from tepat.registry.interviews.content import Content
from tepat.registry.models import Interview, Photo
from tepat.registry.queries import access_family
from tepat.staff.models import User

REASON = "interview"


def access_interview(public_id: uuid.UUID, *, user: User, page: str) -> Interview:
    """Open an interview; that a known family was opened with it is written down.

    Raises:
        Http404: not one of the user's, nor held in their places.
        TepatError: ``family_moved``.
    """
    found = Interview.objects.filter(uuid=public_id).select_related("family", "author").first()
    if found is None:
        raise Http404
    if found.state in ("draft", "held") and found.family_id is not None:
        if found.family is None:
            raise TepatError(
                "family_moved",
                Text(
                    "Keluarga ini sudah pindah dari wilayah Anda.",
                    "This family has moved out of your places.",
                ),
                Text(
                    "Petugas di desa barunya yang melanjutkan.",
                    "The staff of its new village go on from here.",
                ),
                Text("Buang draf ini.", "Discard this draft."),
            )
        access_family(found.family.uuid, user=user, reason=REASON, page=page)
    return found


def out_of_reach(interview: Interview) -> bool:
    """Whether the family moved away since the interview was begun; then only throwing away is left.

    The row of a family out of reach is not there for the user, so it was not joined either.
    """
    return interview.family_id is not None and interview.family is None


def own_interview(public_id: uuid.UUID, *, user: User) -> Interview:
    """A user's own interview, without opening the family. Raises Http404."""
    found = Interview.objects.filter(uuid=public_id, author=user).select_related("family").first()
    if found is None:
        raise Http404
    return found


def content_of(interview: Interview) -> Content:
    """What a draft or held interview holds."""
    return Content.opened(bytes(interview.content))


def own_drafts(user: User) -> QuerySet[Interview]:
    """A user's interviews that are not finished, the oldest first."""
    return (
        Interview.objects.filter(author=user, state=Interview.State.DRAFT)
        .select_related("family")
        .order_by("changed_at")
    )


def held_interviews() -> QuerySet[Interview]:
    """What waits for a decision in the places of who acts, the oldest first."""
    return (
        Interview.objects.filter(state=Interview.State.HELD)
        .select_related("family", "author")
        .order_by("changed_at")
    )


def access_photo(public_id: uuid.UUID, family: uuid.UUID, *, user: User) -> Photo:
    """Open a photo of a family; that is an opening of the family. Raises Http404."""
    opened = access_family(family, user=user, reason="photo", page="photo")
    found = Photo.objects.filter(uuid=public_id, family=opened).first()
    if found is None:
        raise Http404
    return found


def photos_of(family_id: int) -> list[Photo]:
    """The photos of a family, the newest first."""
    return list(Photo.objects.filter(family_id=family_id).order_by("-taken_on", "-pk"))
