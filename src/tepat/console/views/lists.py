"""Lists of other institutions: sent, looked up, approved by a second person, taken back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, BinaryIO, cast

from django.core.paginator import Paginator
from django.db import transaction
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.shortcuts import redirect, render
from django.urls import reverse

from tepat.audit.actions import record
from tepat.console import list_page
from tepat.console.deciding import Question, ask
from tepat.console.import_forms import places_of
from tepat.console.import_page import number
from tepat.console.import_words import problem_of, status_of
from tepat.console.list_forms import ListForm, RowFilter
from tepat.console.reach import own_places
from tepat.console.views.import_steps import REFUSE, WITHDRAW
from tepat.console.views.imports import DATA
from tepat.engine.errors import TepatError
from tepat.engine.text import Text
from tepat.places.models import Level
from tepat.registry.actions.writing import today
from tepat.registry.keyset import Keyset
from tepat.registry.lists import actions, queries
from tepat.registry.lists.actions import LIST_APPROVERS, LIST_UPLOADERS
from tepat.registry.models import ListLoad
from tepat.registry.models.lists import ListState
from tepat.staff.language import language, say
from tepat.staff.models import Role
from tepat.staff.permissions import allowed, user_of

LIST_READERS = LIST_UPLOADERS | LIST_APPROVERS | {Role.AUDITOR}
LIST_WRITERS = LIST_UPLOADERS | LIST_APPROVERS
LISTS = Text("Daftar lembaga", "Lists")
PAGE, ROWS = 25, 50
COVERS = Level.KABUPATEN  # institutions list by kabupaten at the least


def _load(load: int) -> ListLoad:
    """A list of the user's places. Raises Http404 for any other."""
    try:
        return queries.load_of(load)
    except TepatError as error:
        raise Http404 from error


def _way(*more: tuple[str, Any]) -> list[tuple[str, Any]]:
    return [(reverse("data"), DATA), (reverse("lists"), LISTS), *more]


def _title(load: ListLoad) -> str:
    return f"{say(list_page.ground_of(load))}: {load.source}"


def _way_from(load: ListLoad, here: Text) -> list[tuple[str, Any]]:
    return _way((reverse("list", kwargs={"load": load.pk}), _title(load)), ("", here))


@allowed(LIST_READERS)
def lists(request: HttpRequest) -> HttpResponse:
    """All lists of one's places, the newest first."""
    user = user_of(request)
    page = Paginator(queries.loads(), PAGE).get_page(request.GET.get("page"))
    context = {
        "title": LISTS,
        "breadcrumbs": [(reverse("data"), DATA), ("", LISTS)],
        "lead": Text(
            "Temuan lembaga lain menurut alasan pengecualian. Setiap temuan boleh disanggah.",
            "What other institutions found, by exclusion ground, dated and open to objection.",
        ),
        "page": page,
        "table": list_page.list_of(page),
        "waiting": queries.waiting_lists(user).count(),
        "may_upload": user.role in LIST_UPLOADERS,
    }
    return render(request, "console/lists.html", context)


@allowed(LIST_UPLOADERS)
def new(request: HttpRequest) -> HttpResponse:
    """Send a list."""
    places = places_of(own_places(user_of(request)), to=COVERS)
    form = ListForm(
        request.POST or None,
        request.FILES or None,
        places=places,
        sources=queries.sources_used(),
        initial={"on": today(), "place": places[0][0] if places else None},
    )
    title = Text("Unggah daftar", "Upload a list")
    context: dict[str, Any] = {"title": title, "form": form, "breadcrumbs": _way(("", title))}
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            with transaction.atomic():
                sent = actions.upload_list(
                    file=cast(BinaryIO, given["file"]),
                    name=given["file"].name,
                    ground=given["ground"],
                    source=given["source"],
                    on=given["on"],
                    place=int(given["place"]),
                    acting_user=user_of(request),
                )
            return redirect("list", load=sent.pk)
        except TepatError as error:
            context["problem"] = problem_of(error)
            return render(request, "console/list_new.html", context, status=status_of(error))
    return render(request, "console/list_new.html", context, status=422 if form.errors else 200)


@allowed(LIST_READERS)
def one(request: HttpRequest, load: int) -> HttpResponse:
    """A list as it stands."""
    user, found = user_of(request), _load(load)
    context: dict[str, Any] = {
        "title": _title(found),
        "breadcrumbs": _way(("", _title(found))),
        "load": found,
        "facts": list_page.facts_of(found),
        "may": queries.may_decide(found, user),
        "own": found.uploaded_by_id == user.pk,
        "at_work": found.state in list_page.AT_WORK,
    }
    if found.state in list_page.AT_WORK:
        context["progress"] = _watched(found)
    elif found.checked_at:
        context |= {
            "bars": [list_page.bar_of(found)],
            "kinds": list_page.key_of(),
            "table": list_page.outcome_table(found),
            "changes": list_page.changes_of(found),
            "reasons": list_page.reasons_of(found),
        }
    return render(request, "console/list.html", context)


def _watched(found: ListLoad) -> dict[str, Any]:
    return {
        "job": list_page.progress_of(found),
        "url": reverse("list_progress", kwargs={"load": found.pk}),
        "page_url": reverse("list", kwargs={"load": found.pk}),
    }


@allowed(LIST_READERS)
def progress(request: HttpRequest, load: int) -> HttpResponse:
    """How far a list is, as a part of its page; the whole page anew when the step is over."""
    found = _load(load)
    answer = render(request, "components/progress.html", _watched(found))
    if found.state not in list_page.AT_WORK:
        answer["HX-Refresh"] = "true"
    return answer


@allowed(LIST_READERS)
def rows(request: HttpRequest, load: int) -> HttpResponse:
    """The rows that name nobody, and why."""
    found = _load(load)
    reasons = queries.not_taken(found)
    form = RowFilter(request.GET or None, reasons=reasons)
    why = form.cleaned_data["alasan"] if form.is_bound and form.is_valid() else ""
    page = Keyset(("number", "pk"), ROWS).page(queries.rows_of(found, why), request.GET)
    if page.rows:
        _told(found, "read_list_rows", request, shown=len(page.rows))
    title = Text("Baris yang tidak menunjuk seorang pun", "Rows that name nobody")
    context = {
        "title": title,
        "breadcrumbs": _way_from(found, title),
        "load": found,
        "form": form,
        "clear": request.path if why else "",
        "total": sum(one.rows for one in reasons if why in ("", one.why)),
        "older": page.older,
        "newer": page.newer,
        "table": list_page.rows_table(page.rows) if page.rows else None,
    }
    return render(request, "console/list_rows.html", context)


def _told(found: ListLoad, verb: str, request: HttpRequest, **details: Any) -> None:
    """Write down who read: of each row the end of its number is shown."""
    record(
        actor_id=user_of(request).pk,
        verb=verb,
        subject="list",
        subject_id=found.pk,
        home_id=found.home_id,
        details=details,
    )


@allowed(LIST_READERS)
def rows_file(request: HttpRequest, load: int) -> HttpResponseBase:
    """The rows that name nobody as CSV, to be sent back to the institution."""
    found = _load(load)
    _told(found, "export_list_rows", request)
    told = queries.rows_file(load=found.pk, user=user_of(request).pk, language=language())
    answer = StreamingHttpResponse(told, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="daftar-{found.pk}.csv"'
    answer["Cache-Control"] = "no-store"
    return answer


@allowed(LIST_APPROVERS)
def approve(request: HttpRequest, load: int) -> HttpResponse:
    """Ask once more, then let it hold."""
    found = _load(load)
    counted = {name: number(getattr(found, name)) for name in ("added", "dropped", "kept")}
    return _ask(
        request,
        found,
        (ListState.CHECKED,),
        title=Text("Setujui daftar ini?", "Approve this list?"),
        button=Text("Setujui dan muat", "Approve and take in"),
        consequences=[text.filled(**counted) for text in HOLDS],
        act=lambda reason: actions.approve_list(load=found.pk, acting_user=user_of(request)),
    )


HOLDS = (
    Text(
        "{added} temuan baru, {kept} tetap, {dropped} berakhir",
        "{added} new findings, {kept} stay, {dropped} end",
    ),
    Text(
        "Perhitungan berikutnya memakainya; yang tidak ada di daftar dianggap sudah diperiksa.",
        "The next run takes it; whoever is not on it counts as checked.",
    ),
    Text(
        "Setiap temuan dapat disanggah di halaman keluarga.",
        "Each finding can be contested on the family's page.",
    ),
)


@allowed(LIST_WRITERS)
def refuse(request: HttpRequest, load: int) -> HttpResponse:
    """Send it back with a reason; its uploader withdraws it."""
    found = _load(load)
    title, button = WITHDRAW if found.uploaded_by_id == user_of(request).pk else REFUSE
    return _ask(
        request,
        found,
        (ListState.CHECKING, ListState.CHECKED),
        title=title,
        button=button,
        consequences=[Text("Tidak ada temuan yang berubah.", "No finding changes.")],
        act=lambda reason: actions.refuse_list(
            load=found.pk, acting_user=user_of(request), reason=reason
        ),
        asks_reason=True,
    )


@allowed(LIST_APPROVERS)
def undo(request: HttpRequest, load: int) -> HttpResponse:
    """Take a list back; the earlier one holds again."""
    found = _load(load)
    return _ask(
        request,
        found,
        (ListState.DONE,),
        title=Text("Batalkan daftar ini?", "Undo this list?"),
        button=Text("Batalkan daftar", "Undo the list"),
        consequences=[
            Text(
                "Temuan dari daftar sebelumnya berlaku lagi.",
                "What the earlier list found holds again.",
            )
        ],
        act=lambda reason: actions.undo_list(
            load=found.pk, acting_user=user_of(request), reason=reason
        ),
        asks_reason=True,
    )


def _ask(
    request: HttpRequest, found: ListLoad, states: Sequence[str], *, title: Text, **more: Any
) -> HttpResponse:
    """The question about a list that is in one of these states; else its page."""
    if found.state not in states:
        return redirect("list", load=found.pk)
    back = reverse("list", kwargs={"load": found.pk})
    question = Question(title=title, about=_title(found), back=back, **more)
    return ask(request, question, _way_from(found, title))
