"""A finding of another institution: contested by who knows better, settled by another person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from tepat.console.family_page import load_grounds, title_of
from tepat.console.flag_forms import UPHELD, ContestForm, SettleForm
from tepat.console.import_words import problem_of
from tepat.console.views.imports import DATA
from tepat.engine.errors import TepatError
from tepat.engine.text import Text
from tepat.places.queries import labels_of
from tepat.policy import wording
from tepat.registry.actions.flags import CONTESTERS, SETTLERS, contest_flag, settle_flag
from tepat.registry.actions.writing import today
from tepat.registry.as_of import family_as_of
from tepat.registry.lists.queries import contested
from tepat.registry.models import Flag
from tepat.registry.queries import access_family
from tepat.staff.language import language, say
from tepat.staff.models import Role, User
from tepat.staff.permissions import allowed, user_of

REASON = "verification"


FLAG_READERS = CONTESTERS | SETTLERS | {Role.AUDITOR, Role.MINISTRY_ANALYST}
FLAGS = Text("Temuan lembaga yang disanggah", "Contested findings of institutions")
PAGE = 50


@allowed(FLAG_READERS)
def flags(request: HttpRequest) -> HttpResponse:
    """What is contested in one's places and not settled yet; no name of a person."""
    user = user_of(request)
    page = Paginator(contested(), PAGE).get_page(request.GET.get("page"))
    places = labels_of({one.home_id for one in page})
    rows = [_row(one, places, user) for one in page]
    columns = ("Temuan", "Finding"), ("Lembaga", "Institution"), ("Wilayah", "Place")
    context = {
        "title": FLAGS,
        "breadcrumbs": [(reverse("data"), DATA), ("", FLAGS)],
        "lead": Text(
            "Sampai diputuskan orang kedua, temuan ini tidak berarti ya dan tidak berarti tidak.",
            "Until a second person decides, these count as neither yes nor no.",
        ),
        "page": page,
        "table": {
            "caption": FLAGS,
            "caption_hidden": True,
            "columns": [
                *({"label": Text(*one)} for one in columns),
                {"label": Text("Disanggah", "Contested")},
                {"label": Text("Sejak", "Since")},
            ],
            "rows": rows,
        },
    }
    return render(request, "console/flags.html", context)


def _row(one: Flag, places: Mapping[int, str], user: User) -> dict[str, Any]:
    ground = load_grounds().get(one.ground)
    settles = user.role in SETTLERS and one.contested_by_id != user.pk
    url = (
        reverse("flag_settle", kwargs={"flag": one.pk})
        if settles
        else reverse("family", kwargs={"family": one.family.uuid})
    )
    since = one.batch.known_at
    return {
        "url": url,
        "cells": [
            ground.title if ground else one.ground,
            one.source,
            places.get(one.home_id, ""),
            one.contested_by.name if one.contested_by else "–",
            wording.day(since.date(), language()) if since else "–",
        ],
    }


@allowed(CONTESTERS)
def contest(request: HttpRequest, flag: int) -> HttpResponse:
    """Say that a finding is wrong."""
    found = _flag(flag)
    if found.contested:
        return redirect("family", family=found.family.uuid)
    form = ContestForm(request.POST or None)
    page = _page(request, found, Text("Sanggah temuan ini", "Contest this finding"))
    page |= {
        "form": form,
        "button": Text("Kirim sanggahan", "Send the objection"),
        "consequences": (
            Text(
                "Sampai diputuskan orang kedua, temuan ini tidak berarti ya dan tidak berarti "
                "tidak.",
                "Until a second person decides, the finding counts as neither yes nor no.",
            ),
        ),
    }
    return _sent(
        request,
        page,
        form,
        lambda given: contest_flag(
            flag_id=found.pk,
            reason=given["reason"],
            document=given["document"],
            acting_user=user_of(request),
        ),
        Text("Sanggahan tersimpan.", "The objection is saved."),
    )


@allowed(SETTLERS)
def settle(request: HttpRequest, flag: int) -> HttpResponse:
    """Decide on a contested finding."""
    found = _flag(flag)
    if not found.contested:
        return redirect("family", family=found.family.uuid)
    form = SettleForm(request.POST or None)
    page = _page(request, found, Text("Putuskan sanggahan", "Decide on the objection"))
    page |= {
        "form": form,
        "button": Text("Simpan keputusan", "Save the decision"),
        "consequences": (
            Text(
                "Temuan yang dicabut tercatat sebagai putusan manual bagi auditor.",
                "A finding that is withdrawn is listed for the auditor as a manual decision.",
            ),
        ),
    }
    return _sent(
        request,
        page,
        form,
        lambda given: settle_flag(
            flag_id=found.pk,
            upheld=given["upheld"] == UPHELD,
            reason=given["reason"],
            document=given["document"],
            acting_user=user_of(request),
        ),
        Text("Keputusan tersimpan.", "The decision is saved."),
    )


def _flag(flag: int) -> Flag:
    """A finding that stands, in the user's places. Raises Http404 for any other."""
    found = Flag.objects.select_related("family").filter(pk=flag, superseded_by=None).first()
    if found is None:
        raise Http404
    return found


def _page(request: HttpRequest, found: Flag, title: Text) -> dict[str, Any]:
    access_family(found.family.uuid, user=user_of(request), reason=REASON, page="flag")
    view = family_as_of(found.family_id, today())
    home = reverse("family", kwargs={"family": found.family.uuid})
    name = say(title_of(view)) if view else say(Text("Keluarga", "Family"))
    ground = load_grounds().get(found.ground)
    members = view.members if view else ()
    who = next((one.record.get("name") for one in members if one.person_id == found.person_id), "")
    return {
        "title": title,
        "lead": name,
        "breadcrumbs": [(home, name), ("", title)],
        "cancel": home,
        "facts": [
            {"label": Text("Temuan", "Finding"), "value": ground.title if ground else found.ground},
            {"label": Text("Tentang", "About"), "value": who or name},
            {
                "label": Text("Lembaga", "Institution"),
                "value": f"{found.source}, {wording.day(found.date, language())}",
            },
            {"label": Text("Bukti", "Evidence"), "value": found.evidence or "–"},
            *(
                [{"label": Text("Hak sanggah", "How to object"), "value": ground.appeal}]
                if ground
                else []
            ),
        ],
    }


def _sent(
    request: HttpRequest, page: dict[str, Any], form: ContestForm, act: Any, saved: Text
) -> HttpResponse:
    """The form; once it is sent, the family's page, or why it cannot be done."""
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                act(form.cleaned_data)
            messages.success(request, say(saved))
            return redirect(page["cancel"])
        except TepatError as error:
            page["problem"] = problem_of(error)
    status = 422 if request.method == "POST" else 200
    return render(request, "console/flag.html", page, status=status)
