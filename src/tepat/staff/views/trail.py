"""What was done and who looked, for auditors: lists, manual overrides, files.

These pages stand here and not in `audit`, which lies below the users that they name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation

from tepat.audit import queries as audit
from tepat.audit.actions import record
from tepat.engine.csv_lines import BEGINNING, csv_line
from tepat.engine.text import Text
from tepat.staff import queries
from tepat.staff.context import acting_as
from tepat.staff.forms import SearchForm, TrailFilter
from tepat.staff.language import language, say
from tepat.staff.models import Role
from tepat.staff.permissions import allowed, user_of
from tepat.staff.verbs import page_name, reason_name, subject_name, verb_name

AUDITORS = allowed(frozenset({Role.AUDITOR, Role.MINISTRY_APPROVER}))
ENTRIES, OVERRIDES, ACCESSES = "catatan", "putusan-manual", "pembukaan"
SECTIONS = (
    ("audit", Text("Semua tindakan", "All acts")),
    ("audit_overrides", Text("Putusan manual", "Manual overrides")),
    ("audit_accesses", Text("Siapa melihat", "Who looked")),
)
_EXPORTED_AT_ONCE = 2_000


@AUDITORS
def entries(request: HttpRequest) -> HttpResponse:
    """Everything that was done."""
    return _list(request, "audit", ENTRIES)


@AUDITORS
def overrides(request: HttpRequest) -> HttpResponse:
    """Where a person overruled what the system had found, with reason and evidence."""
    return _list(request, "audit_overrides", OVERRIDES)


@AUDITORS
def accesses(request: HttpRequest) -> HttpResponse:
    """Every opening of a family: who, when, why."""
    return _list(request, "audit_accesses", ACCESSES)


@AUDITORS
def find_user(request: HttpRequest) -> HttpResponse:
    """A user by name, to see their acts; the words stand in no address."""
    form = SearchForm(request.POST or None)
    context: dict[str, Any] = {"title": Text("Cari petugas", "Find a user"), "search": form}
    if form.is_valid():
        context |= {"found": list(queries.users_named(form.cleaned_data["nama"]))}
        context |= {"searched": True}
    return render(request, "staff/audit_user.html", context, status=422 if form.errors else 200)


@AUDITORS
def export(request: HttpRequest, which: str) -> HttpResponseBase:
    """The filtered list as a file. It is streamed, so it acts as the reader by itself.

    Only POST makes one, for each is an entry of its own.
    """
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if which not in (ENTRIES, OVERRIDES, ACCESSES):
        raise Http404
    wanted, _ = _wanted(_form(request.POST, which), which)
    told = {key: str(value) for key, value in asdict(wanted).items() if value}
    user_id = int(user_of(request).pk)
    record(actor_id=user_id, verb="export_audit", subject=which, details=told)
    answer = StreamingHttpResponse(
        _lines(user_id, wanted, which, language()), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = f'attachment; filename="audit-{which}.csv"'
    answer["Cache-Control"] = "no-store"
    return answer


def _list(request: HttpRequest, route: str, which: str) -> HttpResponse:
    form = _form(request.GET, which)
    wanted, problem = _wanted(form, which)
    cursor = audit.Cursor.read(request.GET.get("sebelum"), request.GET.get("sesudah"))
    page = audit.page(_rows(wanted, which), cursor)
    kept = [(key, one) for key, one in _texts(request) if key not in ("sebelum", "sesudah")]
    sections = [(reverse(name), text, name == route) for name, text in SECTIONS]
    context = {"title": dict(SECTIONS)[route], "form": form, "problem_place": problem}
    context |= {"sections": sections, "table": _table(page.rows, which), "kept": kept}
    context |= {"older": _next(kept, "sebelum", page.older), "which": which}
    context |= {"newer": _next(kept, "sesudah", page.newer)}
    context |= {
        "chosen": _chips(wanted, kept),
        "clear": reverse(route) if kept else "",
        "page": page,
    }
    return render(request, "staff/audit.html", context)


def _texts(request: HttpRequest) -> list[tuple[str, str]]:
    return [(key, str(one)) for key, one in request.GET.items()]


def _form(given: Any, which: str) -> TrailFilter:
    verbs = audit.verbs() if which == ENTRIES else []
    form = TrailFilter(given, verbs=[(verb, say(verb_name(verb))) for verb in verbs])
    form.is_valid()
    return form


def _wanted(form: TrailFilter, which: str) -> tuple[audit.Wanted, bool]:
    """What is asked, and whether a place was named that does not exist."""
    given = form.cleaned_data
    name = given.get("wilayah", "")
    found = queries.find_places(name)
    wanted = audit.Wanted(
        verb=given.get("tindakan") or "",
        actor_id=given.get("petugas"),
        place_id=found[0].id if found else (0 if name else None),
        first=given.get("dari"),
        last=given.get("sampai"),
        overrides=which == OVERRIDES or bool(given.get("hanya_putusan")),
    )
    return wanted, bool(name) and not found


def _rows(wanted: audit.Wanted, which: str) -> Any:
    return audit.accesses(wanted) if which == ACCESSES else audit.entries(wanted)


_COLUMNS = {
    ENTRIES: (
        Text("Tindakan", "Act"),
        Text("Petugas", "User"),
        Text("Waktu", "Time"),
        Text("Tentang", "About"),
        Text("Wilayah", "Place"),
        Text("Alasan", "Reason"),
    ),
    OVERRIDES: (
        Text("Putusan", "Decision"),
        Text("Petugas", "User"),
        Text("Waktu", "Time"),
        Text("Tentang", "About"),
        Text("Wilayah", "Place"),
        Text("Alasan", "Reason"),
        Text("Bukti", "Evidence"),
    ),
    ACCESSES: (
        Text("Keluarga", "Family"),
        Text("Petugas", "User"),
        Text("Waktu", "Time"),
        Text("Wilayah", "Place"),
        Text("Alasan", "Reason"),
        Text("Halaman", "Page"),
    ),
}


def _table(rows: list[Any], which: str) -> dict[str, Any]:
    route = reverse({ACCESSES: "audit_accesses"}.get(which, "audit"))
    cells = _cells(rows, which, _time_on_page)
    told = [
        {"cells": [one[0], {"text": one[1], "url": f"{route}?petugas={row.actor_id}"}, *one[2:]]}
        for row, one in zip(rows, cells, strict=True)
    ]
    columns = [{"label": label} for label in _COLUMNS[which]]
    return {
        "caption": Text("Catatan", "Entries"),
        "caption_hidden": True,
        "columns": columns,
        "rows": told,
    }


def _cells(rows: Iterable[Any], which: str, time: Callable[[Any], str]) -> Iterator[list[str]]:
    """The rows in words. Names of users and places are looked up for all rows at once."""
    rows = list(rows)
    names = queries.names_of(row.actor_id for row in rows)
    places = {one.id: one for one in queries.places_with_ids({row.home_id for row in rows})}
    for row in rows:
        place = places.get(row.home_id)
        where = ", ".join(filter(None, (place.name, place.path))) if place else "–"
        who = names.get(row.actor_id, str(row.actor_id))
        if which == ACCESSES:
            family = say(Text(f"Keluarga no. {row.family_id}", f"Family no. {row.family_id}"))
            why, page = say(reason_name(row.reason)), say(page_name(row.page))
            yield [family, who, time(row.at), where, why, page]
            continue
        about = say(subject_name(row.subject))
        number = f" {row.subject_id}" if row.subject_id else ""
        told = [say(verb_name(row.verb)), who, time(row.at), about + number, where, row.reason]
        yield [*told, row.evidence] if which == OVERRIDES else told


def _lines(user_id: int, wanted: audit.Wanted, which: str, language_code: str) -> Iterator[bytes]:
    """The file, some thousands of rows at a time.

    The request is over when this runs, and with it who acts and the language.
    """
    yield BEGINNING + csv_line(label.get(language_code) for label in _COLUMNS[which])
    cursor: audit.Cursor | None = None
    while True:
        with acting_as(user_id), translation.override(language_code):
            page = audit.page(_rows(wanted, which), cursor, _EXPORTED_AT_ONCE)
            told = list(_cells(page.rows, which, _time_in_file))
        yield b"".join(map(csv_line, told))
        cursor = audit.Cursor.read(page.older, None)
        if cursor is None:
            return


def _time_in_file(at: Any) -> str:
    return str(timezone.localtime(at).isoformat(timespec="seconds"))


def _time_on_page(at: Any) -> str:
    local = timezone.localtime(at)
    return local.strftime("%d-%m-%Y %H:%M:%S" if language() == "en" else "%d-%m-%Y %H.%M.%S")


def _next(kept: list[tuple[str, str]], name: str, key: str) -> str:
    return f"?{urlencode([*kept, (name, key)])}" if key else ""


def _chips(wanted: audit.Wanted, kept: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The filters that are set, each with the address of the list without it."""
    texts: dict[str, str] = {}
    if wanted.verb:
        texts["tindakan"] = say(verb_name(wanted.verb))
    if wanted.actor_id is not None:
        texts["petugas"] = queries.names_of([wanted.actor_id]).get(wanted.actor_id, "–")
    if wanted.place_id and (place := queries.place_named(wanted.place_id)):
        texts["wilayah"] = place.name
    chips = []
    for name, text in texts.items():
        rest = [(key, one) for key, one in kept if key != name and one]
        chips.append((text, f"?{urlencode(rest)}"))
    return chips
