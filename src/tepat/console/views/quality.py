"""The work list of data quality: what is doubtful, who looks after it, a file of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_POST

from tepat.audit.actions import record, record_list
from tepat.console import quality_page
from tepat.console.quality_forms import ASSIGNED, AssignForm, QualityFilter, name_of
from tepat.console.reach import asked_places, own_places, small
from tepat.engine.csv_lines import BEGINNING, csv_line
from tepat.engine.errors import TepatError
from tepat.engine.text import Text
from tepat.places.models import COUNTRY_ID, Level, Place
from tepat.places.queries import labels_of
from tepat.policy.wording import number as number_text
from tepat.registry.actions.writing import today
from tepat.registry.models import PlaceCheck
from tepat.registry.quality import queries
from tepat.registry.quality.actions import GIVERS, assign_findings
from tepat.registry.quality.catalogue import SEVERITIES, rule
from tepat.registry.quality.queries import COUNTED, Wanted
from tepat.staff.context import acting_as
from tepat.staff.language import language, say
from tepat.staff.models import User
from tepat.staff.permissions import READERS, allowed

TITLE = Text("Mutu data", "Data quality")
MOST_CHOSEN = 500
_EXPORTED_AT_ONCE = 2_000
_KEYS = ("wilayah", "aturan", "tingkat", "tugas", "terlambat")


@allowed(READERS)
def quality(request: HttpRequest) -> HttpResponse:
    """Findings by kind, and one by one; the oldest first, fifty at a time."""
    user: Any = request.user
    place, wanted, form = _asked(user, request.GET)
    rows = queries.findings(wanted, user, today=today())
    page = queries.page(rows, _key(request, "sesudah"), _key(request, "sebelum"))
    kept = _kept(request.GET)
    record_list(
        actor_id=user.pk,
        page="quality",
        shown=len(page.rows),
        home_id=place.pk if place else None,
        **{key: value for key, value in kept if key != "wilayah"},
    )
    context: dict[str, Any] = {
        "title": TITLE,
        "lead": name_of(place) if place else say(Text("Semua wilayah saya", "All my places")),
        "form": form,
        "chosen": _chips(place, wanted, kept),
        "clear": reverse("quality") if kept else "",
        "kept": kept,
        "table": quality_page.table(page.rows, today(), of_one_village=_is_village(place)),
        "older": _link(kept, "sebelum", page.older),
        "newer": _link(kept, "sesudah", page.newer),
        "may_give": user.role in GIVERS,
        "checked_at": _checked_at(place),
        **_counts(rows, wanted, kept, place),
    }
    return render(request, "console/quality.html", context)


def _asked(user: User, given: Any) -> tuple[Place | None, Wanted, QualityFilter]:
    """The place, the findings wanted there, and the filter that says so."""
    place, places = asked_places(user, str(given.get("wilayah", "")))
    form = QualityFilter(given, place=place, own=own_places(user))
    if not form.is_valid():
        raise Http404
    chosen = form.cleaned_data
    wanted = Wanted(
        places=places,
        rule=chosen["aturan"],
        severity=chosen["tingkat"],
        assigned=chosen["tugas"],
        late=chosen["terlambat"],
    )
    return place, wanted, form


def _counts(
    rows: Any, wanted: Wanted, kept: list[tuple[str, str]], place: Place | None
) -> dict[str, Any]:
    """How many there are: by kind, or of the one kind that was chosen.

    Of a province and the country, kinds are those of the villages' last counts.
    """
    if wanted.rule:
        many = queries.counted(rows)
        return {"rule": quality_page.chosen_rule(wanted.rule), **_total(many)}
    rest = [(key, one) for key, one in kept if key != "aturan"]

    def address(name: str) -> str:
        return f"?{urlencode([*rest, ('aturan', name)])}"

    plain = not (wanted.severity or wanted.assigned or wanted.late)
    if plain and not small(wanted.places):
        kinds = queries.by_rule_when_counted(wanted.places)
        counted = True
    elif small(wanted.places):
        kinds, counted = queries.by_rule(rows), False
    else:
        return _total(queries.counted(rows))
    total = sum(one.findings for one in kinds)
    table = quality_page.rules_table(kinds, address)
    return {"rules": table, "by_last_count": counted, **_total(total, exact=True)}


def _total(many: int, *, exact: bool = False) -> dict[str, Any]:
    more = many > COUNTED and not exact
    said = number_text(COUNTED if more else many, language())
    return {"many": many, "count": f"{said}+" if more else said}


def _is_village(place: Place | None) -> bool:
    return place is not None and place.level == Level.VILLAGE


def _checked_at(place: Place | None) -> Any:
    """When the place's kabupaten, or else anything, was checked last."""
    above = Place.objects.filter(below__place_id=place.pk if place else COUNTRY_ID)
    rows = PlaceCheck.objects.filter(place__in=above).order_by("-checked_at")
    return rows.values_list("checked_at", flat=True).first()


def _kept(given: Any) -> list[tuple[str, str]]:
    return [(key, str(given[key])) for key in _KEYS if given.get(key)]


def _key(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 19 else None


def _link(kept: list[tuple[str, str]], name: str, key: int | None) -> str:
    return f"?{urlencode([*kept, (name, str(key))])}" if key is not None else ""


def _chips(
    place: Place | None, wanted: Wanted, kept: list[tuple[str, str]]
) -> list[tuple[str, str]]:
    """The filters in use, each with the address without it."""
    texts: dict[str, Any] = {
        "wilayah": name_of(place) if place else "",
        "aturan": say(rule(wanted.rule).says),
        "tingkat": say(SEVERITIES.get(wanted.severity, Text("", ""))),
        "tugas": say(ASSIGNED.get(wanted.assigned, Text("", ""))),
        "terlambat": say(Text("Lewat tenggat", "Past their day")),
    }
    return [
        (texts[key], f"?{urlencode([one for one in kept if one[0] != key])}") for key, _ in kept
    ]


@allowed(frozenset(GIVERS))
@require_POST
def assign(request: HttpRequest) -> HttpResponse:
    """Give out chosen findings, or all that match: first the question, then the deed."""
    user: Any = request.user
    place, wanted, _ = _asked(user, request.POST)
    rows = queries.findings(wanted, user, today=today())
    chosen = [int(one) for one in request.POST.getlist("pilih") if one.isdecimal()][:MOST_CHOSEN]
    everything = request.POST.get("semua") == "1"
    if not everything:
        rows = rows.filter(pk__in=chosen)
    sent = "kirim" in request.POST
    own = own_places(user)
    form = AssignForm(
        request.POST if sent else None,
        place_id=place.pk if place else (own[0].pk if own else 0),
    )
    many = queries.counted(rows)
    back = f"{reverse('quality')}?{urlencode(_kept(request.POST))}"
    if not many:
        messages.warning(request, say(Text("Pilih temuan dahulu.", "Choose findings first.")))
        return redirect(back)
    if sent and form.is_valid() and _given(request, form, rows):
        return redirect(back)
    context = {
        "title": Text("Bagikan {n} temuan", "Give out {n} findings").filled(
            n=number_text(many, language())
        ),
        "form": form,
        "kept": _kept(request.POST),
        "everything": everything,
        "ids": [] if everything else chosen,
        "back": back,
        "homes": _villages(rows),
        "breadcrumbs": [(reverse("quality"), TITLE), ("", Text("Bagikan", "Give out"))],
    }
    status = 422 if sent else 200
    return render(request, "console/quality_assign.html", context, status=status)


def _given(request: HttpRequest, form: AssignForm, rows: Any) -> bool:
    """Give them out; what the form can say stays on the form."""
    user: Any = request.user
    said = form.cleaned_data
    try:
        many = assign_findings(
            rows=rows, to=said["to"], due_on=said["due_on"], note=said["note"], acting_user=user
        )
    except TepatError as error:
        named = {"due_in_past": "due_on", "worker_elsewhere": "to"}
        if error.code not in named:
            raise
        form.add_error(named[error.code], error.in_language(language())["what"])
        return False
    done = Text("{n} temuan dibagikan.", "{n} findings were given out.")
    messages.success(request, say(done.filled(n=number_text(many, language()))))
    return True


def _villages(rows: Any) -> list[str]:
    homes = list(rows.order_by().values_list("home_id", flat=True).distinct()[:12])
    return sorted(labels_of(homes).values())


@allowed(READERS)
@require_POST
def export(request: HttpRequest) -> StreamingHttpResponse:
    """The filtered list as a file, without names or numbers of people; it is written down."""
    user: Any = request.user
    place, wanted, _ = _asked(user, request.POST)
    record(
        actor_id=user.pk,
        verb="export_findings",
        subject="place",
        subject_id=place.pk if place else None,
        home_id=place.pk if place else None,
        details={key: value for key, value in _kept(request.POST) if key != "wilayah"},
    )
    site = request.build_absolute_uri("/")[:-1]
    answer = StreamingHttpResponse(
        _lines(user, wanted, language(), site), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = 'attachment; filename="temuan.csv"'
    answer["Cache-Control"] = "no-store"
    return answer


_EXPORTED = (
    Text("Nomor", "Number"),
    Text("Temuan", "Finding"),
    Text("Tingkat", "Severity"),
    Text("Yang terlihat", "What was seen"),
    Text("Wilayah", "Place"),
    Text("Halaman keluarga", "The family's page"),
    Text("Sejak", "Since"),
    Text("Petugas", "Given to"),
    Text("Tenggat", "Due"),
    Text("Catatan", "Note"),
)


def _lines(user: User, wanted: Wanted, code: str, site: str) -> Iterator[bytes]:
    """The file, some thousands of findings at a time.

    The request is over when this runs, and with it who acts and the language.
    """
    yield BEGINNING + csv_line(label.get(code) for label in _EXPORTED)
    after: int | None = None
    while True:
        with acting_as(user.pk), translation.override(code):
            rows = queries.findings(wanted, user, today=today())
            page = queries.page(rows, after, None, _EXPORTED_AT_ONCE)
            told = list(_told(page.rows, site))
        yield b"".join(map(csv_line, told))
        if page.newer is None:
            return
        after = page.newer


def _told(rows: list[Any], site: str) -> Iterator[list[str]]:
    places = labels_of({one.home_id for one in rows})
    for one in rows:
        yield [
            str(one.pk),
            say(rule(one.rule).says),
            say(SEVERITIES[one.severity]),
            quality_page.seen(one),
            places.get(one.home_id, ""),
            site + reverse("family", kwargs={"family": one.family.uuid}),
            one.first_found_at.date().isoformat(),
            quality_page.holder(one),
            one.due_on.isoformat() if one.due_on else "",
            one.note,
        ]
