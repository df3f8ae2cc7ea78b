"""What waits for a member of staff: how much, since when, until when, and where to go.

Each queue is one question. A queue that the role does not have is not asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Min, QuerySet
from django.urls import reverse
from django.utils import timezone

from tepat.console.reach import asked_places
from tepat.engine.text import Text
from tepat.policy.wording import day as day_text
from tepat.policy.wording import number as number_text
from tepat.registry.actions.flags import SETTLERS
from tepat.registry.actions.writing import today
from tepat.registry.imports.queries import waiting as imports_waiting
from tepat.registry.lists.actions import LIST_APPROVERS
from tepat.registry.lists.queries import to_settle, waiting_lists
from tepat.registry.models import Erasure, ImportJob, Interview
from tepat.registry.models.imports import ImportState
from tepat.registry.quality import queries as quality
from tepat.registry.quality.actions import GIVERS
from tepat.runs.models import AT_WORK
from tepat.runs.queries import RUN_READERS, runs_of
from tepat.staff.language import language, say
from tepat.staff.models import Role, User
from tepat.staff.permissions import APPROVERS, FIELD, READERS


@dataclass(frozen=True)
class Queue:
    """Something that waits: for whom it waits decides who is shown it."""

    name: Text
    url: str
    count: int
    oldest: datetime | None
    due: date | None = None

    @property
    def late(self) -> bool:
        """Whether a day set for it has passed."""
        return self.due is not None and self.due < today()


@dataclass(frozen=True)
class _Kind:
    name: Text
    roles: Iterable[str]
    rows: Callable[[User], QuerySet[Any]]
    since: str  # the column that says since when a row waits
    url: Callable[[], str]
    due: str = ""


def _mine(user: User) -> QuerySet[Any]:
    wanted = quality.Wanted(places=asked_places(user, "")[1], assigned=quality.MINE)
    return quality.findings(wanted, user, today=today())


def _free(user: User) -> QuerySet[Any]:
    wanted = quality.Wanted(
        places=asked_places(user, "")[1], severity="error", assigned=quality.FREE
    )
    return quality.findings(wanted, user, today=today())


_KINDS = (
    _Kind(
        Text("Temuan yang diserahkan kepada saya", "Findings given to me"),
        FIELD,
        _mine,
        "assigned_at",
        lambda: f"{reverse('quality')}?tugas=mine",
        due="due_on",
    ),
    _Kind(
        Text("Wawancara saya yang belum selesai", "My unfinished interviews"),
        FIELD,
        lambda user: Interview.objects.filter(author=user, state=Interview.State.DRAFT),
        "begun_at",
        lambda: reverse("interviews"),
    ),
    _Kind(
        Text("Wawancara yang ditahan: dua versi, satu dipilih", "Held interviews: two versions"),
        FIELD,
        lambda user: Interview.objects.filter(state=Interview.State.HELD),
        "changed_at",
        lambda: reverse("interviews"),
    ),
    _Kind(
        Text("Impor yang menunggu persetujuan saya", "Imports waiting for my approval"),
        APPROVERS,
        imports_waiting,
        "checked_at",
        lambda: reverse("imports"),
    ),
    _Kind(
        Text("Impor saya yang kolomnya perlu dicocokkan", "My imports whose columns need matching"),
        READERS,
        lambda user: ImportJob.objects.filter(state=ImportState.MATCHING, uploaded_by=user),
        "uploaded_at",
        lambda: reverse("imports"),
    ),
    _Kind(
        Text("Daftar lembaga yang menunggu persetujuan saya", "Lists waiting for my approval"),
        LIST_APPROVERS,
        waiting_lists,
        "checked_at",
        lambda: reverse("lists"),
    ),
    _Kind(
        Text("Temuan lembaga yang disanggah, perlu diputuskan", "Contested findings to be decided"),
        SETTLERS,
        to_settle,
        "batch__known_at",
        lambda: reverse("flags"),
    ),
    _Kind(
        Text("Permintaan penghapusan yang perlu diputuskan", "Erasures to be decided"),
        {Role.MINISTRY_APPROVER},
        lambda user: Erasure.objects.filter(granted=None).exclude(asked_by=user),
        "asked_at",
        lambda: reverse("erasures"),
    ),
    _Kind(
        Text("Kesalahan data yang belum dibagikan", "Errors in the record not given out"),
        GIVERS,
        _free,
        "first_found_at",
        lambda: f"{reverse('quality')}?tingkat=error&tugas=free",
    ),
    _Kind(
        Text("Perhitungan yang sedang berjalan", "Runs at work"),
        RUN_READERS,
        lambda user: runs_of(user).filter(state__in=AT_WORK),
        "started_at",
        lambda: reverse("runs"),
    ),
)


def queues_of(user: User) -> list[Queue]:
    """What waits for a user, the longest waiting first; empty queues are left out."""
    found = []
    for kind in _KINDS:
        if user.role not in set(kind.roles):
            continue
        asked = {"count": Count("pk"), "oldest": Min(kind.since)}
        if kind.due:
            asked["due"] = Min(kind.due)
        answer = kind.rows(user).order_by().aggregate(**asked)
        if answer["count"]:
            found.append(Queue(kind.name, kind.url(), **answer))
    return sorted(found, key=lambda one: (not one.late, one.oldest or timezone.now()))


def table(queues: Iterable[Queue]) -> dict[str, Any]:
    """The queues for the partial."""
    return {
        "caption": Text("Yang menunggu Anda", "What waits for you"),
        "columns": [
            {"label": Text("Pekerjaan", "Work")},
            {"label": Text("Jumlah", "Number"), "numeric": True},
            {"label": Text("Menunggu sejak", "Waiting since")},
            {"label": Text("Tenggat terdekat", "Next day due")},
        ],
        "rows": [{"url": one.url, "cells": _cells(one)} for one in queues],
    }


def _cells(one: Queue) -> list[Any]:
    due: Any = {"text": "–"}
    if one.due:
        due = {"text": day_text(one.due, language())}
        if one.late:
            due |= {"state": "no", "word": Text("Terlambat", "Late")}
    return [say(one.name), number_text(one.count, language()), _since(one.oldest), due]


def _since(moment: datetime | None) -> str:
    if moment is None:
        return "–"
    day = timezone.localtime(moment).date()
    waited = (today() - day).days
    if waited < 1:
        return say(Text("Hari ini", "Today"))
    said = Text("{day} ({n} hari)", "{day} ({n} days)")
    return say(said.filled(day=day_text(day, language()), n=number_text(waited, language())))
