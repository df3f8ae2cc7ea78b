"""Photos: taken into a draft, and shown, each showing of a family's written down."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from tepat.console.views.interviews import crumbs, head_name
from tepat.engine.errors import TepatError
from tepat.engine.text import Text
from tepat.registry.interviews import actions, photos, queries
from tepat.registry.interviews.forms import PhotoForm
from tepat.registry.interviews.groups import PHOTOS
from tepat.registry.models import Interview, Photo
from tepat.staff.language import language, say
from tepat.staff.permissions import FIELD, READERS, allowed

KINDS = {
    Photo.Kind.FRONT: Text("Depan rumah", "Front of the house"),
    Photo.Kind.INSIDE: Text("Dalam rumah", "Inside the house"),
    Photo.Kind.CARD: Text("Kartu keluarga", "Family card"),
}


@allowed(FIELD)
def draft_photos(request: HttpRequest, interview: uuid.UUID) -> HttpResponse:
    """The three photos of a visit, each sent by itself, so that a slow line loses one at most."""
    found = _draft(request, interview)
    if found.state != Interview.State.DRAFT:
        return redirect("interview", interview=found.uuid)
    sent = request.POST.get("kind", "")
    forms = {kind: PhotoForm(prefix=kind) for kind in KINDS}
    if request.method == "POST" and sent in KINDS:
        forms[Photo.Kind(sent)] = form = PhotoForm(request.POST, request.FILES, prefix=sent)
        form.fields["photo"].label = say(KINDS[Photo.Kind(sent)])
        if "remove" in request.POST:
            user: Any = request.user
            actions.remove_photo(interview=found.uuid, kind=sent, acting_user=user)
            return redirect("interview_photos", interview=found.uuid)
        if form.is_valid() and _taken(request, found, sent, form):
            return redirect("interview_photos", interview=found.uuid)
    for kind, text in KINDS.items():
        forms[kind].fields["photo"].label = say(text)
    has = set(found.photos.values_list("kind", flat=True))
    content = queries.content_of(found)
    context = {
        "title": PHOTOS,
        "lead": head_name(content),
        "found": found,
        "slots": [(kind, text, forms[kind], kind in has) for kind, text in KINDS.items()],
        "form": forms[Photo.Kind(sent)] if sent in KINDS else None,
        "breadcrumbs": crumbs(
            (reverse("interview", kwargs={"interview": found.uuid}), head_name(content)),
            ("", PHOTOS),
        ),
    }
    status = 422 if any(form.is_bound and form.errors for form in forms.values()) else 200
    if any(form.is_bound and form.has_error("photo", "disk_full") for form in forms.values()):
        status = 507
    return render(request, "console/interview_photos.html", context, status=status)


def _draft(request: HttpRequest, interview: uuid.UUID) -> Interview:
    user: Any = request.user
    found = queries.access_interview(interview, user=user, page="interview_photos")
    if found.author_id != user.pk:
        raise Http404
    return found


def _taken(request: HttpRequest, found: Interview, kind: str, form: PhotoForm) -> bool:
    """Whether the photo was taken in; what was wrong stands at the field else."""
    user: Any = request.user
    file = form.cleaned_data["photo"]
    try:
        actions.add_photo(
            interview=found.uuid,
            kind=kind,
            content=file.read(photos.LARGEST_FILE + 1),
            acting_user=user,
        )
    except TepatError as error:
        said = error.in_language(language())
        words = " ".join(said[part] for part in ("what", "why", "do")).strip()
        form.add_error("photo", ValidationError(words, code=error.code))
        return False
    return True


@allowed(FIELD)
def draft_photo(request: HttpRequest, interview: uuid.UUID, kind: str) -> HttpResponse:
    """One photo of a draft; once sent it is the family's, and shown where that is written down."""
    found = _draft(request, interview)
    if found.state != Interview.State.DRAFT:
        raise Http404
    photo = found.photos.filter(kind=kind).first()
    if photo is None:
        raise Http404
    return _picture(photo)


@allowed(READERS)
def family_photo(request: HttpRequest, family: uuid.UUID, photo: uuid.UUID) -> HttpResponse:
    """One photo of a family."""
    user: Any = request.user
    return _picture(queries.access_photo(photo, family, user=user))


def _picture(photo: Photo) -> HttpResponse:
    answer = HttpResponse(photos.opened(photo.file), content_type="image/jpeg")
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "no-store, private"
    answer["Content-Disposition"] = "inline"
    return answer
