"""Erasing a person: asking from the family's page, the list, the decision of a second person."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from tepat.audit.actions import record_list
from tepat.console.erasure_forms import GRANT, AskErasureForm, DecideErasureForm
from tepat.console.views.imports import DATA
from tepat.engine.errors import TepatError
from tepat.engine.text import Text
from tepat.places.queries import labels_of
from tepat.policy.wording import day as day_text
from tepat.registry.actions.erasure import ASKERS, ask_erasure, decide_erasure
from tepat.registry.actions.people import members_on
from tepat.registry.actions.writing import today
from tepat.registry.erasures import access_erasure, erasures, names_of
from tepat.registry.models import Erasure
from tepat.registry.queries import access_family
from tepat.staff.language import language, say
from tepat.staff.models import Role
from tepat.staff.permissions import FIELD, MINISTRY, allowed

TITLE = Text("Penghapusan data", "Erasures")
PAGE = 50
SEERS = MINISTRY | FIELD | {Role.AUDITOR}
ERASED = Text("Sudah dihapus", "Erased")
CONSEQUENCES = (
    Text(
        "Nama, NIK, tanggal lahir, dan jawaban orang ini dihapus dan tidak dapat dikembalikan.",
        "Name, NIK, day of birth and answers of this person are erased and cannot be brought back.",
    ),
    Text(
        "Bahwa seseorang pernah menjadi anggota keluarga tetap tercatat, tanpa nama.",
        "That somebody was a member of the family stays, without a name.",
    ),
)


@allowed(SEERS)
def listed(request: HttpRequest) -> HttpResponse:
    """Requests, the open ones first."""
    page = Paginator(erasures(), PAGE).get_page(request.GET.get("page"))
    rows = list(page)
    names = names_of({one.person_id for one in rows if one.granted is not True})
    user: Any = request.user
    record_list(actor_id=user.pk, page="erasures", shown=sum(map(bool, names.values())))
    way = [(reverse("data"), DATA), ("", TITLE)]
    context = {"title": TITLE, "breadcrumbs": way, "page": page, "table": _table(rows, names)}
    return render(request, "console/erasures.html", context)


def _table(rows: Sequence[Erasure], names: dict[int, str | None]) -> dict[str, Any]:
    places = labels_of({one.home_id for one in rows})
    labels = (
        Text("Orang", "Person"),
        Text("Wilayah", "Place"),
        Text("Diajukan oleh", "Asked by"),
        Text("Diajukan", "Asked"),
        Text("Keadaan", "State"),
    )
    return {
        "caption": TITLE,
        "caption_hidden": True,
        "columns": [{"label": label} for label in labels],
        "rows": [
            {
                "url": reverse("erasure", kwargs={"erasure": one.pk}),
                "cells": [
                    names.get(one.person_id) or say(ERASED),
                    places.get(one.home_id, "–"),
                    one.asked_by.name,
                    day_text(timezone.localtime(one.asked_at).date(), language()),
                    {"text": _waits(one), **_state(one)},
                ],
            }
            for one in rows
        ],
    }


def _waits(one: Erasure) -> str:
    if one.granted is not None:
        return ""
    days = (today() - timezone.localtime(one.asked_at).date()).days
    return say(Text("{n} hari", "{n} days").filled(n=days)) if days else ""


def _state(one: Erasure) -> dict[str, Any]:
    if one.granted is None:
        return {"state": "waiting", "word": Text("Menunggu putusan", "To be decided")}
    if one.granted:
        return {"state": "yes", "word": Text("Dikabulkan", "Granted")}
    return {"state": "no", "word": Text("Ditolak", "Refused")}


@allowed(SEERS)
def one(request: HttpRequest, erasure: int) -> HttpResponse:
    """One request; who approves for the ministry decides here, if another asked."""
    user: Any = request.user
    asked = access_erasure(erasure, user=user)
    decides = (
        user.role == Role.MINISTRY_APPROVER
        and asked.granted is None
        and asked.asked_by_id != user.pk
    )
    form = DecideErasureForm(request.POST or None) if decides else None
    if form is not None and form.is_valid():
        granted = form.cleaned_data["decision"] == GRANT
        decide_erasure(
            erasure_id=asked.pk,
            granted=granted,
            answer=form.cleaned_data["answer"].strip(),
            acting_user=user,
        )
        done = Text("Data sudah dihapus.", "The data were erased.")
        if not granted:
            done = Text("Permintaan ditolak.", "The request was refused.")
        messages.success(request, say(done))
        return redirect("erasures")
    context = {
        "title": Text("Permintaan penghapusan {n}", "Request {n} to erase").filled(n=asked.pk),
        "breadcrumbs": [(reverse("data"), DATA), (reverse("erasures"), TITLE), ("", str(asked.pk))],
        "asked": asked,
        "facts": _facts(asked),
        "form": form,
        "consequences": CONSEQUENCES,
        "button": Text("Simpan putusan", "Save the decision"),
        **_state(asked),
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "console/erasure.html", context, status=status)


def _facts(asked: Erasure) -> list[dict[str, Any]]:
    name = None if asked.granted else names_of([asked.person_id]).get(asked.person_id)
    family = reverse("family", kwargs={"family": asked.family.uuid})
    facts: list[dict[str, Any]] = [
        {"label": Text("Orang", "Person"), "value": name or ERASED},
        {
            "label": Text("Keluarga", "Family"),
            "value": Text("Buka halaman keluarga", "Open the family's page"),
            "url": family,
        },
        {"label": Text("Alasan", "Reason"), "value": asked.reason or ERASED},
        {"label": Text("Dokumen", "Document"), "value": asked.document or ERASED},
        {
            "label": Text("Diajukan oleh", "Asked by"),
            "value": asked.asked_by.name,
            "when": timezone.localtime(asked.asked_at).date(),
        },
    ]
    if asked.decided_by is not None and asked.decided_at is not None:
        facts.append(
            {
                "label": Text("Diputuskan oleh", "Decided by"),
                "value": asked.decided_by.name,
                "when": timezone.localtime(asked.decided_at).date(),
            }
        )
        facts.append({"label": Text("Alasan putusan", "Reason"), "value": asked.answer or "–"})
    return facts


@allowed(frozenset(ASKERS))
def ask(request: HttpRequest, family: uuid.UUID) -> HttpResponse:
    """Ask to erase a member of a family; the ministry decides."""
    user: Any = request.user
    opened = access_family(family, user=user, reason="erasure", page="family_erasure")
    members = members_on(opened, today())
    names = names_of([one.person_id for one in members])
    unnamed = say(Text("Tanpa nama", "Without a name"))
    people = [(one.person_id, names.get(one.person_id) or unnamed) for one in members]
    form = AskErasureForm(request.POST or None, people=people)
    here = reverse("family", kwargs={"family": opened.uuid})
    if form.is_valid():
        try:
            made = ask_erasure(
                family_id=opened.pk,
                person_id=form.cleaned_data["person"],
                reason=form.cleaned_data["reason"],
                document=form.cleaned_data["document"],
                acting_user=user,
            )
        except TepatError as error:
            if error.code != "already_asked":
                raise
            form.add_error("person", error.in_language(language())["what"])
        else:
            sent = Text(
                "Permintaan dikirim. Kementerian yang memutuskan.",
                "The request was sent. The ministry decides.",
            )
            messages.success(request, say(sent))
            return redirect("erasure", erasure=made.pk)
    title = Text("Ajukan penghapusan data", "Ask for an erasure")
    context = {
        "title": title,
        "breadcrumbs": [(here, Text("Keluarga", "Family")), ("", title)],
        "form": form,
        "consequences": CONSEQUENCES,
        "button": Text("Kirim untuk diputuskan", "Send to be decided"),
        "back": here,
    }
    status = 422 if form.errors else 200
    return render(request, "console/erasure_ask.html", context, status=status)
