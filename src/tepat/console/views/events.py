"""Events of a family: a short form, a second look, and only then the record.

What was filled in travels from the form to the second look sealed, so that no number stands in a
page in clear, and is checked again before it is saved. Each form carries the version of the family
that its writer saw; where somebody changed the family meanwhile, that is shown first.
"""

from __future__ import annotations

import json
import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from tepat.engine.errors import TepatError
from tepat.engine.text import Text
from tepat.registry.actions.people import sealer
from tepat.registry.actions.writing import today
from tepat.registry.as_of import FamilyView, family_as_of
from tepat.registry.event_forms.base import EventForm
from tepat.registry.event_forms.changed import changed_words
from tepat.registry.event_forms.kinds import GROUPS, KINDS
from tepat.registry.models import Family
from tepat.registry.models.people import HEAD
from tepat.registry.queries import access_family
from tepat.staff.language import language, say
from tepat.staff.permissions import FIELD, allowed

REASON = "event"
EVENTS = Text("Catat peristiwa", "Record an event")
DATES_CLASH = TepatError(
    "dates_clash",
    Text(
        "Tanggal ini tidak sejalan dengan riwayat keluarga.",
        "This day contradicts the family's history.",
    ),
    Text(
        "Pada hari itu sudah tercatat hal lain, misalnya orangnya belum menjadi anggota.",
        "Something else is on record for that day: the person was not a member yet, for instance.",
    ),
    Text("Periksa tanggalnya pada riwayat keluarga.", "Compare the day with the history."),
)


@dataclass(frozen=True)
class Filled:
    """What was filled in, and on which version of the family."""

    data: QueryDict
    base: int


def seal(filled: Filled, user_id: int, family: Family, slug: str) -> str:
    """What was filled in, for the page in between; only for this user, family and event."""
    kept = {
        "data": {name: filled.data.getlist(name) for name in filled.data},
        "base": filled.base,
        "for": [user_id, str(family.uuid), slug],
    }
    return urlsafe_b64encode(sealer().seal_bytes(json.dumps(kept).encode())).decode()


def unseal(text: str, user_id: int, family: Family, slug: str) -> Filled | None:
    """What was filled in; None where it was not sealed for this."""
    try:
        kept = json.loads(sealer().open_bytes(urlsafe_b64decode(text.encode())))
    except (TepatError, NotBase64, ValueError):
        return None
    if kept["for"] != [user_id, str(family.uuid), slug]:
        return None
    data = QueryDict(mutable=True)
    for name, values in kept["data"].items():
        data.setlist(name, values)
    return Filled(data, kept["base"])


def _family_name(view: FamilyView) -> str:
    named = sorted(view.members, key=lambda one: one.relation != HEAD)
    return str(named[0].record.get("name") or "–") if named else "–"


@allowed(FIELD)
def kinds(request: HttpRequest, family: uuid.UUID) -> HttpResponse:
    """Which event?"""
    user: Any = request.user
    opened = access_family(family, user=user, reason=REASON, page="events")
    view = family_as_of(opened.pk, today())
    if view is None:
        raise Http404
    context = {
        "title": EVENTS,
        "lead": _family_name(view),
        "family": opened,
        "groups": [(title, [(one.slug, one.title) for one in forms]) for title, forms in GROUPS],
        "breadcrumbs": [
            (reverse("family", kwargs={"family": opened.uuid}), _family_name(view)),
            ("", EVENTS),
        ],
    }
    return render(request, "console/events.html", context)


class _Page:
    """One event of one family, as one request works on it."""

    def __init__(self, request: HttpRequest, opened: Family, kind: type[EventForm]) -> None:
        self.request, self.family, self.kind = request, opened, kind
        self.user: Any = request.user
        view = family_as_of(opened.pk, today())
        if view is None:
            raise Http404
        self.view = view
        self.problem: dict[str, str] | None = None

    def form(self, data: Any = None) -> EventForm:
        return self.kind(data, view=self.view, user=self.user)

    def shown(self, template: str, status: int = 200, **more: Any) -> HttpResponse:
        home = reverse("family", kwargs={"family": self.family.uuid})
        listed = reverse("events", kwargs={"family": self.family.uuid})
        context = {
            "title": self.kind.title,
            "lead": _family_name(self.view),
            "family": self.family,
            "problem": self.problem,
            "cancel": home,
            "breadcrumbs": [
                (home, _family_name(self.view)),
                (listed, EVENTS),
                ("", self.kind.title),
            ],
            **more,
        }
        return render(self.request, f"console/{template}.html", context, status=status)

    def asked(self, form: EventForm, base: int) -> HttpResponse:
        """The form."""
        wrong = self.problem is not None or (form.is_bound and bool(form.errors))
        status = 422 if wrong else 200
        return self.shown("event", status, form=form, base=base, note=self.kind.lead)

    def sealed(self, filled: Filled) -> str:
        return seal(filled, self.user.pk, self.family, self.kind.slug)

    def changed(self, filled: Filled) -> HttpResponse:
        """What somebody else changed meanwhile, and the way to go on."""
        lines, told = changed_words(self.view, filled.base)
        fresh = Filled(filled.data, self.family.version)
        sealed = self.sealed(fresh)
        return self.shown("event_changed", 409, lines=lines, told=told, sealed=sealed)

    def looked_at(self, filled: Filled) -> HttpResponse:
        """The second look, or the form again with what is wrong."""
        form = self.form(filled.data)
        if not form.is_valid():
            return self.asked(form, filled.base)
        if filled.base != self.family.version:
            return self.changed(filled)
        rows = [{"label": label, "value": value} for label, value in form.summary()]
        return self.shown(
            "event_check",
            title=Text("Periksa lagi", "Check again"),
            rows=rows,
            sealed=self.sealed(filled),
            leaves=self.kind.leaves,
        )

    def saved(self, filled: Filled) -> HttpResponse:
        """Save it, or say why not."""
        form = self.form(filled.data)
        if not form.is_valid():
            return self.asked(form, filled.base)
        try:
            with transaction.atomic():
                form.perform(filled.base)
        except TepatError as error:
            if error.code == "family_changed":
                return self.changed(filled)
            self.problem = error.in_language(language())
            return self.asked(form, filled.base)
        except IntegrityError:
            self.problem = DATES_CLASH.in_language(language())
            return self.asked(form, filled.base)
        messages.success(self.request, f"{say(self.kind.title)}: {say(SAVED)}")
        seen = Family.objects.filter(pk=self.family.pk).exists()
        if not seen:
            return redirect("families")
        return redirect("family", family=self.family.uuid)


SAVED = Text("tersimpan.", "saved.")


@allowed(FIELD)
def event(request: HttpRequest, family: uuid.UUID, kind: str) -> HttpResponse:
    """The form of one event, the second look, and the saving."""
    if kind not in KINDS:
        raise Http404
    user: Any = request.user
    opened = access_family(family, user=user, reason=REASON, page="event")
    page = _Page(request, opened, KINDS[kind])
    if request.method != "POST":
        return page.asked(page.form(), opened.version)
    sent = request.POST.get("sealed")
    if sent is None:
        typed = request.POST.get("base_version", "")
        base = int(typed) if typed.isdigit() and len(typed) < 18 else 0
        data = request.POST.copy()
        for name in ("csrfmiddlewaretoken", "base_version"):
            data.pop(name, None)
        return page.looked_at(Filled(data, base))
    filled = unseal(sent, user.pk, opened, kind)
    if filled is None:
        return page.asked(page.form(), opened.version)
    if "save" in request.POST:
        return page.saved(filled)
    if "change" in request.POST:
        return page.asked(page.form(filled.data), filled.base)
    return page.looked_at(filled)
