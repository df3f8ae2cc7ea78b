"""A place: what lies in it, and how good its record is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from tepat.audit.actions import record_list
from tepat.console import place_page
from tepat.console.place_forms import FamiliesFilter, LettersForm
from tepat.console.quality_forms import name_of
from tepat.console.reach import own_places, reaches, stands_above
from tepat.engine.text import Text
from tepat.places.models import Level, Place, Within
from tepat.places.queries import Listed, children_of, path_of
from tepat.registry.actions.writing import today
from tepat.registry.models import ImportJob, PlaceCheck
from tepat.registry.models.imports import ImportState
from tepat.registry.quality.overview import Figures, families_of_village, figures_of
from tepat.staff.models import Assignment, User
from tepat.staff.permissions import READERS, allowed

TITLE = Text("Wilayah", "Places")


@allowed(READERS)
def own(request: HttpRequest) -> HttpResponse:
    """The places one works in; straight to it where there is one."""
    user: Any = request.user
    scopes = own_places(user)
    if len(scopes) == 1:
        return redirect("place", place=scopes[0].pk)
    listed = [Listed(one.pk, one.level, one.kind, one.name, name_of(one)) for one in scopes]
    figures = figures_of([one.pk for one in scopes], now=_now(scopes))
    table = place_page.children_table(listed, figures, _links(listed))
    empty = place_page.empty_places(listed, figures, _links(listed))
    context = {"title": TITLE, "table": table, "empty": empty}
    return render(request, "console/places.html", context)


def _now(places: Sequence[Place]) -> bool:
    """Whether families and findings are counted now: of all that is no larger than a kabupaten."""
    return all(one.level >= Level.KABUPATEN for one in places)


@allowed(READERS)
def place(request: HttpRequest, place: int) -> HttpResponse:
    """One place: its numbers, and the map and table of what lies in it, or its families.

    A place above one's own is shown with what one may see of it; any other does not exist.
    """
    user: Any = request.user
    found = get_object_or_404(Place, pk=place)
    whole = reaches(user, found.pk)
    if not whole and not stands_above(user, found.pk):
        raise Http404
    children = _children(user, found, whole)
    ids = [found.pk, *(one.id for one in children)]
    figures = figures_of(ids, now=_now([found]))
    mine = figures[found.pk]
    context: dict[str, Any] = {
        "title": Text(name_of(found), name_of(found)),
        "lead": place_page.lead_of(mine),
        "place": found,
        "breadcrumbs": _way_to(user, found),
        "whole": whole,
        "figures": mine,
        "facts": place_page.facts_of(found, mine, _dates(found)),
        "people": place_page.people_table(mine),
        "dated": found.level < Level.KABUPATEN,
    }
    if found.level == Level.VILLAGE:
        return _village(request, found, context)
    return _above(request, found, children, figures, context)


def _children(user: User, found: Place, whole: bool) -> list[Listed]:
    children = children_of(found.pk)
    if whole:
        return children
    mine = Assignment.objects.filter(user_id=user.pk, ended_at=None).values("place")
    above = set(Within.objects.filter(place_id__in=mine).values_list("ancestor_id", flat=True))
    return [one for one in children if one.id in above]


def _above(
    request: HttpRequest,
    found: Place,
    children: list[Listed],
    figures: dict[int, Figures],
    context: dict[str, Any],
) -> HttpResponse:
    """A place in which others lie."""
    measure = place_page.MEASURES.get(request.GET.get("peta", ""), place_page.MEASURES["kesalahan"])
    links = _links(children)
    context |= {
        "measures": [
            (f"?peta={one.name}", one.title, one is measure) for one in place_page.MEASURES.values()
        ],
        "measure": measure,
        "table": place_page.children_table(children, figures, links),
        "empty": place_page.empty_places(children, figures, links),
    }
    if context["whole"] and children:
        context["svg"] = place_page.map_of(found, children, figures, measure, links, today())
    return render(request, "console/place.html", context)


def _village(request: HttpRequest, found: Place, context: dict[str, Any]) -> HttpResponse:
    """A village: its families, fifty at a time. Letters of a name are sent, never addressed."""
    form = FamiliesFilter(request.GET)
    only = form.cleaned_data["tampil"] if form.is_valid() else ""
    letters = LettersForm(request.POST or None)
    sought = letters.cleaned_data["huruf"] if letters.is_valid() else ""
    page = 1 if sought else _page(request)
    rows, more = families_of_village(found.pk, only=only, letters=sought, page=page)
    user: Any = request.user
    how = {"letters": bool(sought), "only": only, "number": page}
    record_list(actor_id=user.pk, page="village", shown=len(rows), home_id=found.pk, **how)
    kept = f"tampil={only}&" if only else ""
    context |= {
        "form": form,
        "letters": letters,
        "sought": sought,
        "more": more and bool(sought),
        "table": place_page.families_table(rows),
        "filtered": bool(only or sought),
        "newer": f"?{kept}page={page - 1}" if page > 1 else "",
        "older": f"?{kept}page={page + 1}" if more and not sought else "",
    }
    status = 422 if letters.is_bound and letters.errors else 200
    return render(request, "console/village.html", context, status=status)


def _page(request: HttpRequest) -> int:
    text = request.GET.get("page", "")
    return max(int(text), 1) if text.isdecimal() and len(text) < 6 else 1


def _links(children: Sequence[Listed]) -> dict[int, str]:
    return {one.id: reverse("place", kwargs={"place": one.id}) for one in children}


def _way_to(user: User, found: Place) -> list[tuple[str, str]]:
    path = path_of(found.pk)
    way = [(reverse("place", kwargs={"place": one.pk}), name_of(one)) for one in path[:-1]]
    return [*way, ("", name_of(found))] if way else []


def _dates(found: Place) -> dict[str, Any]:
    """When something was last imported here, and when the record was last checked."""
    around = Within.objects.filter(place_id=found.pk).values("ancestor_id")
    below = Within.objects.filter(ancestor_id=found.pk).values("place_id")
    jobs = ImportJob.objects.filter(state=ImportState.DONE)
    imported = jobs.filter(home__in=around) | jobs.filter(home__in=below)
    checks = PlaceCheck.objects.filter(place__in=around)
    if found.level < Level.KABUPATEN:
        checks |= PlaceCheck.objects.filter(place__in=below)
    return {
        "imported": imported.order_by("-ended_at").values_list("ended_at", flat=True).first(),
        "checked": checks.order_by("-checked_at").values_list("checked_at", flat=True).first(),
    }
