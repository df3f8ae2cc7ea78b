"""Finding a family, and its page."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tepat.audit.actions import record
from tepat.console import decision_page, family_history, family_page, quality_page
from tepat.console.forms import AsOfForm, SearchForm
from tepat.console.quality_forms import name_of
from tepat.engine.text import Text
from tepat.places.models import Level, Place
from tepat.places.queries import labels_of, path_of
from tepat.places.rules import full_name
from tepat.registry import queries
from tepat.registry.actions.erasure import ASKERS
from tepat.registry.as_of import family_as_of
from tepat.registry.interviews.queries import photos_of
from tepat.registry.models import Family
from tepat.registry.timeline import history_of, looks_at
from tepat.runs.queries import WAIT, decided_on, decisions_of
from tepat.staff.language import say
from tepat.staff.models import User
from tepat.staff.permissions import FIELD, READERS, allowed, user_of

TITLE = Text("Cari keluarga", "Find a family")
DECISIONS = Text("Keputusan program", "Programme decisions")
LOOKERS, ALL_LOOKERS = 5, 500


@allowed(READERS)
def search(request: HttpRequest) -> HttpResponse:
    """By NIK or KK number anywhere in one's places, by name in one of them."""
    user: Any = request.user
    scope = scope_of(user, request.GET.get("wilayah", ""))
    form = SearchForm(request.POST or None)
    context: dict[str, Any] = {"title": TITLE, "form": form, "scope": scope}
    context |= {"scope_name": name_of(scope) if scope else ""}
    status = 200
    if request.method == "POST":
        if form.is_valid():
            context |= found(form, user, scope)
        else:
            status = 422
    return render(request, "console/search.html", context, status=status)


def scopes_of(user: User) -> list[Place]:
    """The places in which a user may look for a name: their own."""
    return list(
        Place.objects.filter(
            pk__in=user.assignments.filter(ended_at=None).values("place")
        ).order_by("level", "name")[:50]
    )


def scope_of(user: User, asked: str) -> Place | None:
    """Where a name is sought: the place that was asked for, else the user's own."""
    if asked.isdigit():
        chosen = Place.objects.filter(pk=int(asked[:9])).first()
        if chosen is not None:
            return chosen
    return next(iter(scopes_of(user)), None)


def found(form: SearchForm, user: User, where: Place | None) -> dict[str, Any]:
    """What a search found; that it was made is written down, without what was sought."""
    text = str(form.cleaned_data["text"])
    by_number = text.isdigit()
    if by_number:
        results = queries.find_by_number(text)
    elif where is None:
        return {"results": [], "searched": True}
    elif where.level < Level.KABUPATEN:
        return {"results": [], "searched": True, "needs_place": True}
    else:
        results = queries.find_by_name(text, place_id=where.pk)
    record(
        actor_id=user.pk,
        verb="search_number" if by_number else "search_name",
        subject="family",
        home_id=None if by_number or where is None else where.pk,
        details={"found": len(results)},
    )
    places = Place.objects.filter(pk__in={one.place_id for one in results})
    names = {one.pk: name_of(one) for one in places}
    return {
        "results": [(one, names.get(one.place_id, "")) for one in results[: queries.PAGE]],
        "more": len(results) > queries.PAGE,
        "searched": True,
        "by_number": by_number,
    }


@allowed(READERS)
def family(request: HttpRequest, family: uuid.UUID) -> HttpResponse:
    """All that is known of one family, on a day and by a moment if one asks for it."""
    user: Any = request.user
    opened = queries.access_family(family, user=user, reason="family", page="family")
    asked = AsOfForm(request.GET or None)
    on, known_by = asked.chosen()
    view = family_as_of(opened.pk, on, known_by)
    context: dict[str, Any] = {
        "form_as_of": asked,
        "in_the_past": bool(request.GET),
        "on": on,
        "known_by": known_by,
        "family": opened,
        "breadcrumbs": _way_to(opened.home_id),
        "may_write": user.role in FIELD,
        "may_ask_erasure": user.role in ASKERS,
    }
    if view is None:
        title = Text("Keluarga", "Family")
        return render(request, "console/family_unknown.html", {**context, "title": title})
    place = label_of(int(view.record["place_id"]))
    sections = family_page.sections_of(view)
    events = family_history.events_of(history_of(opened.pk))
    context |= {
        "title": family_page.title_of(view),
        "lead": family_page.lead_of(view, place),
        "view": view,
        "members": family_page.members_of(view),
        "sections": sections,
        "changes": family_page.changes_of(sections),
        "flags": family_page.flags_of(view, user.role),
        "recent_events": events[: family_history.RECENT],
        "older_events": events[family_history.RECENT :],
        "lookers": family_history.lookers_of(looks_at(opened.pk, LOOKERS)),
        "findings": family_page.findings_on_card(view),
        "photos": photos_of(opened.pk)[:3],
        "point": family_page.point_of(view),
        **family_page.degrees_of(view),
        "to_mend": [] if request.GET else quality_page.of_family(opened.pk, user),
    }
    if not request.GET:
        context |= decided(opened)
    return render(request, "console/family.html", context)


def decided(opened: Family, *, wait: float = 0.0) -> dict[str, Any]:
    """The decisions about a family, as `console/family_decisions.html` shows them."""
    cards = decision_page.cards_of(decisions_of(opened, wait=wait))
    details = next((card["details"] for card in cards if card.get("details")), "")
    return {"decisions": cards, "decided_on": decided_on(opened), "details": details}


@allowed(READERS)
def decisions(request: HttpRequest, family: uuid.UUID) -> HttpResponse:
    """The decisions about a family with all conditions, facts and sources."""
    opened = queries.access_family(family, user=user_of(request), reason="family", page="decisions")
    back = reverse("family", kwargs={"family": family})
    context = decided(opened, wait=WAIT)
    # Whoever waited in vain asks again by hand; the page does not ask by itself for ever.
    context |= {"unready": context.pop("details")}
    context |= {
        "title": DECISIONS,
        "breadcrumbs": [(back, Text("Keluarga", "Family")), ("", DECISIONS)],
    }
    return render(request, "console/run_family.html", context)


@allowed(READERS)
def looks(request: HttpRequest, family: uuid.UUID) -> HttpResponse:
    """Everybody who opened a family's data, by day and reason."""
    opened = queries.access_family(family, user=user_of(request), reason="family", page="looks")
    title = Text("Siapa membuka data ini", "Who opened this")
    back = reverse("family", kwargs={"family": family})
    found = looks_at(opened.pk, ALL_LOOKERS)
    context = {
        "title": title,
        "lead": Text(
            "Setiap pembukaan dicatat dan tidak dapat dihapus.",
            "Every opening is written down and cannot be removed.",
        ),
        "breadcrumbs": [(back, Text("Keluarga", "Family")), ("", title)],
        "table": family_history.looks_table(found),
        "more": len(found) == ALL_LOOKERS,
    }
    return render(request, "console/family_looks.html", context)


def _way_to(place_id: int) -> list[tuple[str, str]]:
    way = [
        (reverse("place", kwargs={"place": one.pk}), full_name(one.kind, one.name))
        for one in path_of(place_id)
        if one.level >= Level.KABUPATEN
    ]
    return [*way, ("", say(Text("Keluarga", "Family")))]


def label_of(place_id: int) -> str:
    """A place with what lies above it, in words."""
    return labels_of([place_id]).get(place_id, "")
