"""The interview: my drafts, its steps, checking the answers, sending, deciding what is held."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from tepat.audit.actions import record_list
from tepat.engine.errors import TepatError
from tepat.engine.text import Text
from tepat.places import queries as places
from tepat.places.models import Level, Place
from tepat.registry.actions.writing import today
from tepat.registry.as_of import FamilyView, family_as_of
from tepat.registry.interviews import actions, held, queries
from tepat.registry.interviews.content import Content, Member
from tepat.registry.interviews.forms import BeginForm, PlaceForm, QuestionForm, WhoForm
from tepat.registry.interviews.plan import Item, items, sections
from tepat.registry.interviews.questions import variables, worded
from tepat.registry.models import Interview
from tepat.registry.models.people import HEAD
from tepat.registry.queries import access_family
from tepat.staff.language import language, say
from tepat.staff.models import User
from tepat.staff.permissions import FIELD, allowed

MOST_VILLAGES = 120  # a list of more is neither light nor easy to use
INTERVIEWS = Text("Wawancara", "Interviews")
NEW_MEMBER = Text("Anggota baru", "New member")
MOVED = Text("Keluarga yang sudah pindah", "A family that has moved")
NEW_FAMILY = Text("Keluarga baru", "New family")


def head_name(content: Content) -> str:
    """By whom a draft is told from others: its head, else its first member."""
    named = [one for one in content.members if one.name]
    heads = [one for one in named if one.relation == HEAD]
    return str((heads or named)[0].name) if named else say(NEW_FAMILY)


def crumbs(*more: tuple[str, Any]) -> list[tuple[str, Any]]:
    """The way back to the list of interviews."""
    return [(reverse("interviews"), INTERVIEWS), *more]


@allowed(FIELD)
def interviews(request: HttpRequest) -> HttpResponse:
    """My drafts with their age, and what waits for a decision in my places."""
    user: Any = request.user
    drafts, waiting = list(queries.own_drafts(user)), list(queries.held_interviews()[:100])
    homes = places.labels_of({one.home_id for one in [*drafts, *waiting]})

    def row(one: Interview) -> dict[str, Any]:
        gone = queries.out_of_reach(one)
        return {
            "interview": one,
            "gone": gone,
            "name": say(MOVED) if gone else head_name(queries.content_of(one)),
            "place": homes.get(one.home_id, ""),
        }

    named = sum(not queries.out_of_reach(one) for one in [*drafts, *waiting])
    record_list(actor_id=user.pk, page="interviews", shown=named)
    context = {
        "title": INTERVIEWS,
        "drafts": [row(one) for one in drafts],
        "held": [row(one) for one in waiting],
    }
    return render(request, "console/interviews.html", context)


def villages_of(user: User, words: str) -> tuple[list[tuple[int, str]], bool]:
    """The villages in which a user works, for a picker, and whether they had to be searched.

    Where there are more than a list can hold, those whose names have these words.
    """
    mine = list(user.assignments.filter(ended_at=None).values_list("place", flat=True))
    living = Place.objects.filter(level=Level.VILLAGE, ended_on=None, above__ancestor__in=mine)
    ids = list(living.values_list("pk", flat=True).distinct()[: MOST_VILLAGES + 1])
    if len(ids) <= MOST_VILLAGES:
        return sorted(places.labels_of(ids).items(), key=_label_of), False
    found = {
        one.id: one.label
        for place in mine
        for one in places.search_places(words, within=place, level=Level.VILLAGE)
    }
    return sorted(found.items(), key=_label_of), True


def _label_of(one: tuple[int, str]) -> str:
    return one[1]


@allowed(FIELD)
def new(request: HttpRequest) -> HttpResponse:
    """Begin with a family that is not in the registry."""
    user: Any = request.user
    words = request.GET.get("desa", "")[:80]
    villages, many = villages_of(user, words)
    form = BeginForm(request.POST or None, villages=villages)
    if request.method == "POST" and form.is_valid():
        begun = actions.begin_registration(
            place_id=form.cleaned_data["village"],
            observed_on=form.cleaned_data["observed_on"],
            acting_user=user,
        )
        return redirect("interview_step", interview=begun.uuid, step="place")
    context = {
        "title": Text("Daftarkan keluarga baru", "Register a new family"),
        "lead": Text(
            "Cari dahulu dengan NIK atau nomor KK: satu keluarga didaftarkan satu kali.",
            "Search by NIK or KK number first: a family is registered once.",
        ),
        "form": form,
        "words": words,
        "search": many,
        "found": bool(villages),
        "breadcrumbs": crumbs(("", NEW_FAMILY)),
        "cancel": reverse("interviews"),
    }
    return render(request, "console/interview_new.html", context, status=_status(form))


@allowed(FIELD)
def begin(request: HttpRequest, family: uuid.UUID) -> HttpResponse:
    """Begin the ground check of a known family."""
    user: Any = request.user
    opened = access_family(family, user=user, reason=queries.REASON, page="interview_begin")
    form = BeginForm(request.POST or None, villages=None)
    if request.method == "POST" and form.is_valid():
        begun = actions.begin_check(
            family_id=opened.pk,
            observed_on=form.cleaned_data["observed_on"],
            acting_user=user,
        )
        return redirect("interview", interview=begun.uuid)
    context = {
        "title": Text("Survei lapangan", "Ground check"),
        "lead": Text(
            "Isian lama akan tampil dengan tanggalnya. Tanyakan lagi, ubah yang berbeda.",
            "What is on record will be shown with its date. Ask again, change what differs.",
        ),
        "form": form,
        "found": True,
        "breadcrumbs": crumbs(("", Text("Mulai", "Begin"))),
        "cancel": reverse("family", kwargs={"family": opened.uuid}),
    }
    return render(request, "console/interview_new.html", context, status=_status(form))


def _status(form: Any) -> int:
    return 422 if form.is_bound and form.errors else 200


def _own(request: HttpRequest, interview: uuid.UUID, page: str) -> Interview:
    """A draft of the user. Raises Http404 for those of others, held ones included."""
    user: Any = request.user
    found = queries.access_interview(interview, user=user, page=page)
    if found.author_id != user.pk:
        raise Http404
    return found


def _view(found: Interview) -> FamilyView | None:
    return None if found.family_id is None else family_as_of(found.family_id, today())


@allowed(FIELD)
def interview(request: HttpRequest, interview: uuid.UUID) -> HttpResponse:
    """The list of its steps; once it was sent, what happens now."""
    user: Any = request.user
    found = queries.access_interview(interview, user=user, page="interview")
    if found.state == Interview.State.SENT:
        return _done(request, found)
    if found.state == Interview.State.HELD:
        return redirect("interview_versions", interview=found.uuid)
    if found.state == Interview.State.DISCARDED:
        return redirect("interviews")
    content, view = queries.content_of(found), _view(found)
    parts = sections(content, view)
    every = [item for part in parts for item in part.items]
    context = {
        "title": head_name(content),
        "lead": Text("{done} dari {n} langkah tersimpan", "{done} of {n} steps saved").filled(
            done=sum(item.saved for item in every), n=len(every)
        ),
        "breadcrumbs": crumbs(("", head_name(content))),
        "found": found,
        "first": parts[0],
        "people": parts[1:-1],
        "rest": parts[-1],
        "registering": found.kind == Interview.Kind.REGISTRATION,
        "photos": found.photos.count(),
    }
    return render(request, "console/interview.html", context)


def _done(request: HttpRequest, found: Interview) -> HttpResponse:
    user: Any = request.user
    view = _view(found)
    if view and found.family is not None:
        access_family(found.family.uuid, user=user, reason=queries.REASON, page="interview_done")
    names = {"moved": 2, "deceased": 3}
    gone = {
        name: [one.record.get("name") for one in view.members if one.seen.value("presence") == code]
        if view
        else []
        for name, code in names.items()
    }
    context = {"found": found, "family": found.family if view else None, **gone}
    return render(request, "console/interview_done.html", context)


@allowed(FIELD)
def members(request: HttpRequest, interview: uuid.UUID) -> HttpResponse:
    """Add a member to a registration, or take one out again; the way back is the list."""
    user: Any = request.user
    found = _own(request, interview, "interview_members")
    if request.method != "POST" or found.kind != Interview.Kind.REGISTRATION:
        return redirect("interview", interview=found.uuid)
    key = request.POST.get("remove", "")
    added = Member("")

    def change(content: Content) -> None:
        if key:
            content.remove(key)
        else:
            content.add(added)

    actions.save(interview=found.uuid, change=change, acting_user=user)
    if key:
        return redirect("interview", interview=found.uuid)
    return redirect("interview_step", interview=found.uuid, step=f"{added.key}-who")


def _form(item: Item, content: Content, found: Interview, data: Any) -> QuestionForm:
    rest: dict[str, Any] = {
        "questions": item.questions,
        "known": item.known,
        "answers": item.answers,
        "saved": item.saved,
    }
    if item.step.name == "place":
        known = found.kind == Interview.Kind.CHECK
        return PlaceForm(data, content=content, registered=known, **rest)
    if item.step.name == "who" and item.member is not None:
        return WhoForm(data, member=item.member, content=content, **rest)
    return QuestionForm(data, **rest)


def _change(item: Item, form: QuestionForm) -> Callable[[Content], None]:
    """What saving a step does to the draft as it is by then."""

    def change(content: Content) -> None:
        owner = content.member(item.member.key) if item.member else None
        if item.member is not None and owner is None:
            raise Http404
        answers = owner.answers if owner is not None else content.family
        for variable in form.questions:
            answers.pop(variable.name, None)
        answers.update(form.answers())
        if isinstance(form, PlaceForm):
            form.change(content)
        elif isinstance(form, WhoForm) and owner is not None:
            form.change(owner)
        content.mark(item.slug)

    return change


@allowed(FIELD)
def step(request: HttpRequest, interview: uuid.UUID, step: str) -> HttpResponse:
    """One page of questions."""
    user: Any = request.user
    found = _own(request, interview, "interview_step")
    if found.state != Interview.State.DRAFT:
        return redirect("interview", interview=found.uuid)
    content, view = queries.content_of(found), _view(found)
    every = items(content, view)
    item = next((one for one in every if one.slug == step), None)
    if item is None:
        raise Http404
    form = _form(item, content, found, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        actions.save(interview=found.uuid, change=_change(item, form), acting_user=user)
        if "back" in request.POST:
            return redirect("interview", interview=found.uuid)
        return _next(found, step)
    who = (item.member.name or say(NEW_MEMBER)) if item.member else head_name(content)
    context = {
        "title": item.step.title,
        "lead": who,
        "form": form,
        "item": item,
        "found": found,
        "number": every.index(item) + 1,
        "count": len(every),
        "own": [form[name] for name in getattr(form, "own", ()) if name in form.fields],
        "is_place": isinstance(form, PlaceForm),
        "known_person": item.member is not None and item.member.person_id is not None,
        "breadcrumbs": crumbs(
            (reverse("interview", kwargs={"interview": found.uuid}), head_name(content)),
            ("", item.step.title),
        ),
    }
    return render(request, "console/interview_step.html", context, status=_status(form))


def _next(found: Interview, slug: str) -> HttpResponse:
    """The step after one; after the last the photos, and the list where members are missing."""
    fresh = Interview.objects.get(pk=found.pk)
    content = queries.content_of(fresh)
    slugs = [one.slug for one in items(content, _view(fresh))]
    if slug == "place" and not content.members:
        return redirect("interview", interview=found.uuid)
    if slug in slugs and slugs.index(slug) + 1 < len(slugs):
        after = slugs[slugs.index(slug) + 1]
        return redirect("interview_step", interview=found.uuid, step=after)
    return redirect("interview_photos", interview=found.uuid)


def _answers(content: Content, view: FamilyView | None) -> tuple[list[dict[str, Any]], int]:
    """What was answered, step by step, in words; and how many questions were not asked."""
    shown, unasked = [], 0
    for item in items(content, view):
        answered = [name for name in item.questions if name in item.answers]
        unasked += len(item.questions) - len(answered)
        told = item.step.name == "place" or (
            item.step.name == "who" and item.member is not None and item.member.person_id is None
        )
        if not (answered or told):
            continue
        rows = [(variables()[name].label, worded(name, item.answers[name])) for name in answered]
        who = (item.member.name or say(NEW_MEMBER)) if item.member else ""
        shown.append({"item": item, "who": who, "rows": rows})
    return shown, unasked


@allowed(FIELD)
def check(request: HttpRequest, interview: uuid.UUID) -> HttpResponse:
    """Check the answers, confirm what is odd, and send."""
    user: Any = request.user
    found = _own(request, interview, "interview_check")
    if found.state != Interview.State.DRAFT:
        return redirect("interview", interview=found.uuid)
    problem = None
    confirmed = request.POST.getlist("confirm")
    if request.method == "POST":
        try:
            actions.send(interview=found.uuid, confirmed=confirmed, acting_user=user)
            return redirect("interview", interview=found.uuid)
        except TepatError as error:
            problem = error.in_language(language())
    content = queries.content_of(found)
    view, broken = actions.to_check(found, content)
    steps, unasked = _answers(content, view)
    context = {
        "title": Text("Periksa jawaban", "Check the answers"),
        "lead": head_name(content),
        "found": found,
        "content": content,
        "registering": found.kind == Interview.Kind.REGISTRATION,
        "steps": steps,
        "unasked": unasked,
        "stopping": [one for one in broken if one.stops],
        "asking": [(one, one.name in confirmed) for one in broken if one.asks],
        "noted": [one for one in broken if not one.stops and not one.asks],
        "problem": problem,
        "photos": found.photos.count(),
        "breadcrumbs": crumbs(
            (reverse("interview", kwargs={"interview": found.uuid}), head_name(content)),
            ("", Text("Periksa", "Check")),
        ),
    }
    status = 422 if problem else 200
    return render(request, "console/interview_check.html", context, status=status)


@allowed(FIELD)
def discard(request: HttpRequest, interview: uuid.UUID) -> HttpResponse:
    """Ask whether to throw a draft away, and do it."""
    user: Any = request.user
    found = queries.own_interview(interview, user=user)
    if request.method == "POST":
        actions.discard(interview=found.uuid, acting_user=user)
        return redirect("interviews")
    if found.state not in (Interview.State.DRAFT, Interview.State.HELD):
        return redirect("interview", interview=found.uuid)
    if found.family is not None:
        access_family(found.family.uuid, user=user, reason=queries.REASON, page="interview_discard")
    context = {
        "title": Text("Buang draf ini?", "Discard this draft?"),
        "lead": MOVED if queries.out_of_reach(found) else head_name(queries.content_of(found)),
        "consequences": [
            Text(
                "Semua isian dan foto di draf ini hilang.", "All its answers and photos are lost."
            ),
            Text("Data keluarga di registri tetap.", "The family's record stays as it is."),
        ],
        "button": Text("Buang draf", "Discard the draft"),
        "cancel": reverse("interviews")
        if queries.out_of_reach(found)
        else reverse("interview", kwargs={"interview": found.uuid}),
        "breadcrumbs": crumbs(("", Text("Buang", "Discard"))),
    }
    return render(request, "console/interview_discard.html", context)


@allowed(FIELD)
def versions(request: HttpRequest, interview: uuid.UUID) -> HttpResponse:
    """Both versions of a held interview; a person decides question by question."""
    user: Any = request.user
    found = queries.access_interview(interview, user=user, page="interview_versions")
    if found.state != Interview.State.HELD or found.family is None:
        return redirect("interview", interview=found.uuid)
    problem = None
    if request.method == "POST":
        seen = request.POST.get("seen", "")
        try:
            sent = actions.resolve(
                interview=found.uuid,
                choices={name: str(request.POST[name]) for name in request.POST if "." in name},
                seen_version=int(seen) if seen.isdigit() and len(seen) < 18 else 0,
                acting_user=user,
            )
            if not sent.held:
                return redirect("interview", interview=found.uuid)
            found = queries.access_interview(interview, user=user, page="interview_versions")
        except TepatError as error:
            problem = error.in_language(language())
    return _versions_page(request, found, problem)


def _versions_page(request: HttpRequest, found: Interview, problem: Any) -> HttpResponse:
    content, view = queries.content_of(found), _view(found)
    told = held.since(found).batches
    rows = [
        {
            "name": one.name,
            "label": f"{one.member.name}: {_label(one.variable)}"
            if one.member
            else _label(one.variable),
            "mine": say(worded(one.variable, one.mine)),
            "theirs": say(worded(one.variable, one.theirs)),
            "chosen": request.POST.get(one.name, ""),
        }
        for one in held.conflicts(found, content)
    ]
    context = {
        "title": Text("Dua versi data keluarga", "Two versions of a family"),
        "lead": head_name(content),
        "found": found,
        "rows": rows,
        "told": told,
        "gone": held.gone_members(content, view),
        "version": found.family.version if found.family else 0,
        "mine_by": Text("Wawancara {name}", "Interview by {name}").filled(name=found.author.name),
        "theirs_by": Text("Tercatat sekarang", "On record now"),
        "problem": problem,
        "breadcrumbs": crumbs(("", Text("Dua versi", "Two versions"))),
    }
    status = 422 if problem else 200
    return render(request, "console/interview_versions.html", context, status=status)


_PLACE_LABELS = {
    "address": Text("Alamat", "Address"),
    "latitude": Text("Lintang", "Latitude"),
    "longitude": Text("Bujur", "Longitude"),
}


def _label(name: str) -> str:
    variable = variables().get(name)
    return say(variable.label if variable else _PLACE_LABELS.get(name, Text(name, name)))
