"""Imports: the list, sending a file, its page in every state, and the templates to fill in."""

from __future__ import annotations

from typing import Any, BinaryIO, cast
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from tepat.console import import_page
from tepat.console.import_forms import ImportFilter, UploadForm, places_of
from tepat.console.import_words import STATES, problem_of, status_of
from tepat.console.reach import own_places
from tepat.engine.errors import TepatError
from tepat.engine.text import Text
from tepat.registry.actions.writing import today
from tepat.registry.imports import actions, queries, template, uploads
from tepat.registry.models import ImportJob
from tepat.registry.models.imports import ENDED, ImportState
from tepat.staff.language import language, say
from tepat.staff.permissions import APPROVERS, FIELD, READERS, allowed, user_of

DATA = Text("Data", "Data")
IMPORTS = Text("Impor", "Imports")
PAGE = 25
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def job_of(job: int) -> ImportJob:
    """An import in the user's places. Raises Http404 for any other."""
    try:
        return queries.import_of(job)
    except TepatError as error:
        raise Http404 from error


def way_to(*more: tuple[str, Any]) -> list[tuple[str, Any]]:
    """The breadcrumbs of a page about imports."""
    return [(reverse("data"), DATA), (reverse("imports"), IMPORTS), *more]


def way_from(job: ImportJob, here: Text) -> list[tuple[str, Any]]:
    """The breadcrumbs of a page about one import."""
    return way_to((reverse("import", kwargs={"job": job.pk}), job.source), ("", here))


@allowed(READERS)
def imports(request: HttpRequest) -> HttpResponse:
    """All imports in one's places, the newest first; and those that wait for one's decision."""
    user = user_of(request)
    form = ImportFilter(request.GET or None)
    asked = form.cleaned_data if form.is_bound and form.is_valid() else {}
    found = queries.imports()
    if asked.get("keadaan"):
        found = found.filter(state=asked["keadaan"])
    if asked.get("sumber"):
        found = found.filter(source__icontains=asked["sumber"])
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "title": IMPORTS,
        "breadcrumbs": [(reverse("data"), DATA), ("", IMPORTS)],
        "form": form,
        "chosen": _chosen(asked),
        "clear": reverse("imports") if any(asked.values()) else "",
        "page": page,
        "table": import_page.list_of(page),
        "waiting": queries.waiting(user).count() if user.role in APPROVERS else 0,
        "may_upload": user.role in FIELD,
    }
    return render(request, "console/imports.html", context)


def _chosen(asked: dict[str, str]) -> list[tuple[str, str]]:
    """The filters in use, each with the list without it."""
    used = {name: value for name, value in asked.items() if value}
    return [
        (
            say(STATES[value][1]) if name == "keadaan" else value,
            "?" + urlencode({other: kept for other, kept in used.items() if other != name}),
        )
        for name, value in used.items()
    ]


@allowed(FIELD)
def new(request: HttpRequest) -> HttpResponse:
    """Send a file."""
    user = user_of(request)
    places = places_of(own_places(user))
    form = UploadForm(
        request.POST or None,
        request.FILES or None,
        places=places,
        initial={"as_of": today(), "place": places[0][0] if len(places) == 1 else None},
    )
    context: dict[str, Any] = {
        "title": Text("Unggah berkas", "Upload a file"),
        "form": form,
        "breadcrumbs": way_to(("", Text("Unggah", "Upload"))),
    }
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                return redirect("import", job=_sent(form, request).pk)
        except TepatError as error:
            context["problem"] = problem_of(error)
            context["same"] = _same(form) if error.code == "same_file" else ""
            return render(request, "console/import_new.html", context, status=status_of(error))
    return render(request, "console/import_new.html", context, status=422 if form.errors else 200)


def _sent(form: UploadForm, request: HttpRequest) -> ImportJob:
    given = form.cleaned_data
    second = given["second"]
    return actions.upload(
        file=cast(BinaryIO, given["file"]),
        name=given["file"].name,
        second=None if second is None else (cast(BinaryIO, second), second.name),
        place=int(given["place"]),
        source=given["source"],
        as_of=given["as_of"],
        acting_user=user_of(request),
    )


def _same(form: UploadForm) -> str:
    """The page of the import with the same content; empty where it is not in one's places."""
    sent = [one for one in (form.cleaned_data["file"], form.cleaned_data["second"]) if one]
    for one in sent:
        one.seek(0)
    digest = uploads.digest([uploads.read_upload(one, one.name) for one in sent])
    found = queries.imports().filter(sha256=digest).exclude(state__in=ENDED).first()
    return reverse("import", kwargs={"job": found.pk}) if found else ""


@allowed(READERS)
def one(request: HttpRequest, job: int) -> HttpResponse:
    """An import as it stands: at work, waiting for somebody, or ended."""
    user = user_of(request)
    found = job_of(job)
    state, word = STATES[found.state]
    context: dict[str, Any] = {
        "title": found.source,
        "lead": Text("Impor {n}: {file}", "Import {n}: {file}").filled(
            n=found.pk, file=found.file_name
        ),
        "breadcrumbs": way_to(("", found.source)),
        "job": found,
        "facts": import_page.facts_of(found),
        "state": state,
        "word": word,
        "may": queries.may(found, user),
        "own": found.uploaded_by_id == user.pk,
        "at_work": found.state in import_page.AT_WORK,
        "matches": user.role in FIELD,
    }
    if found.state in import_page.AT_WORK:
        context["progress"] = _watched(found)
    elif found.state not in (ImportState.MATCHING, ImportState.FAILED) and found.checked_at:
        context |= {
            "bars": import_page.bars_of(found),
            "kinds": import_page.KINDS,
            "table": import_page.counts_table(found),
            "rules": import_page.rules_of(found),
        }
    if found.state == ImportState.DONE and found.held_back:
        context["held"] = import_page.held_back(found)
    return render(request, "console/import.html", context)


def _watched(found: ImportJob) -> dict[str, Any]:
    return {
        "job": import_page.progress_of(found),
        "url": reverse("import_progress", kwargs={"job": found.pk}),
        "page_url": reverse("import", kwargs={"job": found.pk}),
    }


@allowed(READERS)
def progress(request: HttpRequest, job: int) -> HttpResponse:
    """How far an import is, as a part of its page; the whole page anew when the step is over."""
    found = job_of(job)
    answer = render(request, "components/progress.html", _watched(found))
    if found.state not in import_page.AT_WORK:
        answer["HX-Refresh"] = "true"
    return answer


@allowed(READERS)
def template_workbook(request: HttpRequest) -> HttpResponse:
    """The template as a workbook, with what each column means."""
    return _download(template.workbook(), "templat-impor.xlsx", XLSX)


@allowed(READERS)
def template_families(request: HttpRequest) -> HttpResponse:
    """The template of families as CSV."""
    name = "keluarga.csv" if language() == "id" else "families.csv"
    return _download(template.csv_file("families"), name, "text/csv; charset=utf-8")


@allowed(READERS)
def template_members(request: HttpRequest) -> HttpResponse:
    """The template of members as CSV."""
    name = "anggota.csv" if language() == "id" else "members.csv"
    return _download(template.csv_file("members"), name, "text/csv; charset=utf-8")


def _download(content: bytes, name: str, kind: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
