"""What people do with an import: match its columns, read its findings, decide, take it back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.shortcuts import redirect, render
from django.urls import reverse

from tepat.audit.actions import record
from tepat.console import import_match, import_page
from tepat.console.deciding import Question, ask
from tepat.console.import_forms import FindingFilter
from tepat.console.import_words import problem_of
from tepat.console.views.imports import job_of, way_from
from tepat.engine.errors import TepatError
from tepat.engine.text import Text
from tepat.registry.imports import actions, jobs, queries
from tepat.registry.imports.fitting import LARGEST_MAPPING
from tepat.registry.keyset import Keyset
from tepat.registry.models import ImportJob
from tepat.registry.models.imports import ImportState
from tepat.staff.language import language
from tepat.staff.permissions import APPROVERS, FIELD, READERS, WRITERS, allowed, user_of

PAGE = 50


@allowed(FIELD)
def match(request: HttpRequest, job: int) -> HttpResponse:
    """Which column is which; then the dry run begins."""
    found = job_of(job)
    if found.state != ImportState.MATCHING:
        return redirect("import", job=found.pk)
    named = request.POST.get("mapping", "")
    sent = request.POST if request.method == "POST" and not named else None
    asked = import_match.matching_of(found, sent)
    context: dict[str, Any] = {
        "title": Text("Cocokkan kolom", "Match the columns"),
        "breadcrumbs": way_from(found, Text("Kolom", "Columns")),
        "job": found,
        "asked": asked,
        "own": import_match.is_own(found) and not found.mapping,
        "remembered": import_match.remembered(found),
        "by_hand": queries.choices(found) is None,
        "mappings": queries.mapping_names(),
        "named": named,
    }
    if request.method == "POST" and not (sent is not None and asked.missing):
        try:
            with transaction.atomic():
                _matched(found, asked, named, request)
            return redirect("import", job=found.pk)
        except TepatError as error:
            context["problem"] = problem_of(error)
    status = 422 if request.method == "POST" else 200
    return render(request, "console/import_match.html", context, status=status)


def _matched(
    found: ImportJob, asked: import_match.Matching, named: str, request: HttpRequest
) -> None:
    user = user_of(request)
    if named == "-":  # the mapping that is already there, written by a person
        actions.match(job=found.pk, acting_user=user)
    elif named == "*":  # one that the user sends along
        file = request.FILES.get("mapping_file")
        content = b"" if file is None else file.read(LARGEST_MAPPING + 1)
        actions.match(job=found.pk, acting_user=user, mapping_file=content or b"\n")
    elif named:
        actions.match(job=found.pk, acting_user=user, mapping_name=named)
    else:
        chosen = asked.matched()
        untouched = chosen == import_match.matching_of(found).matched()
        as_proposed = untouched and queries.choices(found) is not None
        actions.match(job=found.pk, acting_user=user, matched=None if as_proposed else chosen)


@allowed(READERS)
def findings(request: HttpRequest, job: int) -> HttpResponse:
    """What is wrong, row by row; filtered, and a page at a time by key."""
    found = job_of(job)
    counted = queries.findings_by_rule(found)
    form = FindingFilter(request.GET or None, rules=[(one.rule, one.says) for one in counted])
    asked = form.cleaned_data if form.is_bound and form.is_valid() else {}
    rows = queries.findings(found, severity=asked.get("tingkat", ""), rule=asked.get("aturan", ""))
    page = Keyset(("severity", "table", "file_row", "pk"), PAGE).page(rows, request.GET)
    total = sum(
        one.rows
        for one in counted
        if asked.get("tingkat", one.severity) in ("", one.severity)
        and asked.get("aturan", one.rule) in ("", one.rule)
    )
    if page.rows:
        _told(found, "read_import_findings", request, shown=len(page.rows))
    context = {
        "title": Text("Temuan per baris", "Findings row by row"),
        "breadcrumbs": way_from(found, Text("Temuan", "Findings")),
        "job": found,
        "form": form,
        "clear": request.path if any(asked.values()) else "",
        "total": total,
        "older": page.older,
        "newer": page.newer,
        "table": import_page.findings_table(page.rows) if page.rows else None,
    }
    return render(request, "console/import_findings.html", context)


def _told(found: ImportJob, verb: str, request: HttpRequest, **details: Any) -> None:
    """Write down who read, for a file holds people whom the registry may not know."""
    record(
        actor_id=user_of(request).pk,
        verb=verb,
        subject="import",
        subject_id=found.pk,
        home_id=found.home_id,
        details=details,
    )


@allowed(READERS)
def findings_file(request: HttpRequest, job: int) -> HttpResponseBase:
    """All findings as CSV, with a reason in each row."""
    found = job_of(job)
    _told(found, "export_import_findings", request)
    rows = queries.findings_file(job=found.pk, user=user_of(request).pk, language=language())
    answer = StreamingHttpResponse(rows, content_type="text/csv; charset=utf-8")
    word = "temuan" if language() == "id" else "findings"
    answer["Content-Disposition"] = f'attachment; filename="impor-{found.pk}-{word}.csv"'
    answer["Cache-Control"] = "no-store"
    return answer


@allowed(APPROVERS)
def approve(request: HttpRequest, job: int) -> HttpResponse:
    """Ask once more, then let it into the registry."""
    found = job_of(job)
    n = {name: import_page.number(value) for name, value in jobs.counts(found).items()}
    consequences = [text.filled(**n) for text in APPROVED]
    return _ask(
        request,
        found,
        (ImportState.CHECKED,),
        title=Text("Setujui impor ini?", "Approve this import?"),
        button=Text("Setujui dan muat", "Approve and take in"),
        consequences=consequences,
        act=lambda reason: actions.approve(job=found.pk, acting_user=user_of(request)),
    )


APPROVED = (
    Text(
        "{families_new} keluarga baru, {families_changed} berubah",
        "{families_new} new families, {families_changed} changed",
    ),
    Text(
        "{members_new} anggota baru, {members_changed} berubah",
        "{members_new} new members, {members_changed} changed",
    ),
    Text(
        "{families_error} keluarga dan {members_error} anggota tidak dimuat",
        "{families_error} families and {members_error} members are not taken",
    ),
    Text(
        "Dapat dibatalkan selama belum ada yang mengubah keluarga itu sesudahnya.",
        "It can be undone while nobody has changed these families afterwards.",
    ),
)


@allowed(WRITERS)
def refuse(request: HttpRequest, job: int) -> HttpResponse:
    """Send it back with a reason; its uploader withdraws it."""
    found = job_of(job)
    own = found.uploaded_by_id == user_of(request).pk
    title, button = WITHDRAW if own else REFUSE
    gone = Text(
        "Berkasnya dihapus; tidak ada yang masuk ke registri.",
        "The file is removed; nothing enters the registry.",
    )
    return _ask(
        request,
        found,
        OPEN,
        title=title,
        button=button,
        consequences=[gone],
        act=lambda reason: actions.refuse(
            job=found.pk, acting_user=user_of(request), reason=reason
        ),
        asks_reason=True,
    )


WITHDRAW = (
    Text("Tarik kembali kiriman ini?", "Withdraw this upload?"),
    Text("Tarik kembali", "Withdraw"),
)
REFUSE = (Text("Tolak kiriman ini?", "Refuse this upload?"), Text("Tolak", "Refuse"))
OPEN = (
    ImportState.UPLOADED,
    ImportState.MATCHING,
    ImportState.CHECKING,
    ImportState.CHECKED,
)


@allowed(APPROVERS)
def undo(request: HttpRequest, job: int) -> HttpResponse:
    """Take an import back, with a reason, while nothing later depends on it."""
    found = job_of(job)
    return _ask(
        request,
        found,
        (ImportState.DONE,),
        title=Text("Batalkan impor ini?", "Undo this import?"),
        button=Text("Batalkan impor", "Undo the import"),
        consequences=[
            Text(
                "Data keluarga kembali seperti sebelum impor ini.",
                "The families become what they were before this import.",
            ),
            Text(
                "Riwayat tetap menyimpan bahwa data ini pernah dimuat.",
                "The history keeps that these data were taken in once.",
            ),
        ],
        act=lambda reason: actions.undo(job=found.pk, acting_user=user_of(request), reason=reason),
        asks_reason=True,
    )


def _ask(
    request: HttpRequest, found: ImportJob, states: Sequence[str], *, title: Text, **more: Any
) -> HttpResponse:
    """The question about an import that is in one of these states; else its page."""
    if found.state not in states:
        return redirect("import", job=found.pk)
    back = reverse("import", kwargs={"job": found.pk})
    question = Question(title=title, about=f"{found.source}: {found.file_name}", back=back, **more)
    return ask(request, question, way_from(found, title))
