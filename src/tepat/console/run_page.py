"""A run's pages, put into words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone

from tepat.engine.text import Text
from tepat.places.models import COUNTRY_ID, Place
from tepat.places.rules import full_name
from tepat.policy.wording import day, number, rupiah
from tepat.runs.models import Run, RunProgramme, State
from tepat.runs.texts import STATES, STEPS
from tepat.staff.language import language, say

TAGS = {
    State.DONE: "yes",
    State.FAILED: "no",
    State.STOPPED: "neutral",
}
BAR = {
    State.WAITING: "waiting",
    State.SNAPSHOT: "running",
    State.RUNNING: "running",
    State.PUBLISHING: "running",
    State.DONE: "done",
    State.FAILED: "failed",
    State.STOPPED: "failed",
}
DOWNLOADS = {
    "programmes": Text("Jumlah per program", "Totals by programme"),
    "reasons": Text("Alasan per syarat", "Reasons by condition"),
    "deciles": Text("Bantuan menurut desil", "Aid by decile"),
    "provinces": Text("Bantuan menurut provinsi", "Aid by province"),
    "quotas": Text("Kuota per kabupaten", "Quotas by kabupaten"),
    "findings": Text("Temuan pada data", "Findings on the record"),
}
IN_KIND = Text("bukan uang", "in kind")


def place_name(place: Place) -> str:
    """A place with its kind."""
    return "Indonesia" if place.pk == COUNTRY_ID else full_name(place.kind, place.name)


def title_of(run: Run) -> Text:
    """``Perhitungan 12: Kabupaten Bandung, 1 Juli 2025``."""
    return Text(
        f"Perhitungan {run.pk}: {place_name(run.place)}, {day(run.as_of, 'id')}",
        f"Run {run.pk}: {place_name(run.place)}, {day(run.as_of, 'en')}",
    )


def list_of(found: Sequence[Run]) -> dict[str, Any]:
    """The table of runs."""
    sums = {
        row["run"]: row["sum"]
        for row in RunProgramme.objects.filter(run__in=[run.pk for run in found])
        .values("run")
        .annotate(sum=Sum("amount_year"))
    }
    return {
        "caption": Text("Perhitungan, yang terbaru di atas", "Runs, the newest first"),
        "caption_hidden": True,
        "columns": [
            {"label": Text("Perhitungan", "Run")},
            {"label": Text("Keadaan", "State")},
            {"label": Text("Diketahui sampai", "Known by")},
            {"label": Text("Keluarga", "Families"), "numeric": True},
            {"label": Text("Rupiah setahun", "Rupiah a year"), "numeric": True},
        ],
        "rows": [
            {
                "url": reverse("run", kwargs={"run": run.pk}),
                "cells": [
                    say(title_of(run)),
                    {"text": "", "state": TAGS.get(State(run.state), "waiting"),
                     "word": STATES[run.state]},
                    _moment(run.known_by),
                    _number(run.families),
                    _money(sums.get(run.pk)) if run.state == State.DONE else "–",
                ],
            }
            for run in found
        ],
    }  # fmt: skip


def job_of(run: Run) -> dict[str, Any]:
    """How far a run is, for `components/progress.html`."""
    says = STATES[run.state]
    if run.step in STEPS and run.state not in TAGS:
        step = STEPS[run.step]
        says = Text(f"{says.id}: {step.id.lower()}", f"{says.en}: {step.en.lower()}")
    return {
        "title": Text("Kemajuan", "Progress"),
        "state": BAR[State(run.state)],
        "done": run.done,
        "total": run.total or None,
        "says": says,
        "started": run.started_at,
    }


def facts_of(run: Run) -> list[dict[str, Any]]:
    """What a run was asked, by whom, and how large it is."""
    names = ", ".join(run.programmes)
    everything = Text("semua yang berlaku", "all in force")
    facts: list[dict[str, Any]] = [
        {"label": Text("Wilayah", "Place"), "value": place_name(run.place)},
        {"label": Text("Keadaan pada", "As of"), "value": day(run.as_of, language())},
        {"label": Text("Diketahui sampai", "Known by"), "value": _moment(run.known_by)},
        {"label": Text("Program", "Programmes"), "value": names or everything},
        {
            "label": Text("Kuota", "Quotas"),
            "value": Text("dari berkas", "from a file")
            if run.quota
            else Text("menurut aturan program", "as the programmes' rules say"),
        },
        {"label": Text("Dimulai oleh", "Started by"), "value": run.started_by.name},
        {"label": Text("Dimulai", "Started"), "value": _moment(run.started_at)},
    ]
    if run.state == State.DONE:
        facts += [
            {"label": Text("Selesai", "Finished"), "value": _moment(run.finished_at)},
            {"label": Text("Keluarga", "Families"), "value": _number(run.families)},
            {"label": Text("Orang", "People"), "value": _number(run.members)},
            {"label": Text("Temuan pada data", "Findings"), "value": _number(run.findings)},
        ]
    return facts


def results_of(run: Run) -> dict[str, Any]:
    """The tables of a finished run: totals, and against the run before."""
    rows = list(RunProgramme.objects.filter(run=run).order_by("position"))
    money = sum(row.amount_year or 0 for row in rows)
    return {
        "totals": _totals(rows),
        "changes": _changes(rows) if run.before_id else None,
        "money": _money(money),
    }


def _totals(rows: Sequence[RunProgramme]) -> dict[str, Any]:
    labels = (
        Text("Layak", "Eligible"),
        Text("Belum dapat diputuskan", "Cannot be decided"),
        Text("Menerima", "Receive"),
        Text("Menunggu", "Wait"),
        Text("Tidak menerima", "Refused"),
        Text("Rupiah setahun", "Rupiah a year"),
    )
    return {
        "caption": Text("Hasil per program", "Results by programme"),
        "columns": _columns(labels),
        "rows": [
            {
                "cells": [
                    say(Text(row.title_id, row.title_en)),
                    _number(row.eligible),
                    _number(row.cannot_decide),
                    _number(row.awarded),
                    _number(row.waiting),
                    _number(row.refused),
                    say(IN_KIND) if row.amount_year is None else _money(row.amount_year),
                ]
            }
            for row in rows
        ],
    }


def _changes(rows: Sequence[RunProgramme]) -> dict[str, Any]:
    labels = (
        Text("Baru menerima", "New"),
        Text("Tidak lagi", "Gone"),
        Text("Tetap", "Same"),
    )
    return {
        "caption": Text(
            "Penerima dibanding perhitungan sebelumnya", "Recipients against the run before"
        ),
        "columns": _columns(labels),
        "rows": [
            {
                "cells": [
                    say(Text(row.title_id, row.title_en)),
                    _number(row.came),
                    _number(row.gone),
                    _number(row.stayed),
                ]
            }
            for row in rows
        ],
    }


def _columns(labels: Sequence[Text]) -> list[dict[str, Any]]:
    programme = {"label": Text("Program", "Programme")}
    return [programme, *({"label": label, "numeric": True} for label in labels)]


def _moment(value: datetime | None) -> str:
    if value is None:
        return "–"
    local = timezone.localtime(value)
    return f"{day(local.date(), language())} {local:%H.%M} {local.tzname()}"


def _number(value: int | None) -> str:
    return "–" if value is None else number(value, language())


def _money(value: int | None) -> str:
    return "–" if value is None else rupiah(value, language()).replace(" ", "\u00a0")
