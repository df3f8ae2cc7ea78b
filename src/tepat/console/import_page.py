"""An import, put into words: the list, its facts, how far it is, what its rows would do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from tepat.console.import_words import SEVERITIES, STATES, TABLES
from tepat.engine.text import Text
from tepat.places.queries import labels_of
from tepat.policy import wording
from tepat.registry.imports import jobs, queries
from tepat.registry.imports.catalogue import rule_of
from tepat.registry.models import Family, ImportFinding, ImportJob
from tepat.registry.models.imports import ImportState
from tepat.staff.language import language, say

AT_WORK = (
    ImportState.UPLOADED,
    ImportState.CHECKING,
    ImportState.APPROVED,
    ImportState.APPLYING,
)
KINDS = {
    "new": Text("Baru", "New"),
    "changed": Text("Berubah", "Changed"),
    "same": Text("Sama", "The same"),
    "error": Text("Tidak dimuat", "Not taken"),
}
WARNED = Text("Perlu diperiksa", "To be looked at")
DOING = {
    ImportState.UPLOADED: Text("Membaca kolom berkas", "Reading the columns of the file"),
    ImportState.CHECKING: Text("Memeriksa baris demi baris", "Checking row by row"),
    ImportState.APPROVED: Text("Menunggu giliran dimuat", "Waiting to be taken in"),
    ImportState.APPLYING: Text("Memuat ke registri", "Taking it into the registry"),
}
MOST_HELD = 50
_KEY = Text("Kunci", "Key")
_RULE = Text("Temuan", "Finding")


def number(value: int) -> str:
    """A count in the reader's language."""
    return wording.number(value, language())


def list_of(found: Iterable[ImportJob]) -> dict[str, Any]:
    """The table of imports."""
    rows = list(found)
    names = labels_of({one.home_id for one in rows})
    columns = [
        {"label": Text("Sumber dan berkas", "Source and file")},
        {"label": Text("Keadaan", "State")},
        {"label": Text("Wilayah", "Place")},
        {"label": Text("Diunggah", "Uploaded")},
        {"label": Text("Keluarga", "Families"), "numeric": True},
        {"label": Text("Anggota", "Members"), "numeric": True},
    ]
    return {
        "caption": Text("Impor di wilayah Anda", "Imports in your places"),
        "caption_hidden": True,
        "columns": columns,
        "rows": [_row(one, names) for one in rows],
    }


def _row(job: ImportJob, names: Mapping[int, str]) -> dict[str, Any]:
    state, word = STATES[job.state]
    counted = job.checked_at is not None
    sizes = [
        number(sum(getattr(job, f"{table}_{kind}") for kind in KINDS)) if counted else "–"
        for table in TABLES
    ]
    return {
        "url": reverse("import", kwargs={"job": job.pk}),
        "cells": [
            f"{job.source}: {job.file_name}",
            {"text": "", "state": state, "word": word},
            names.get(job.home_id, ""),
            f"{wording.day(job.uploaded_at.date(), language())}, {job.uploaded_by.name}",
            *sizes,
        ],
    }


def facts_of(job: ImportJob) -> list[dict[str, Any]]:
    """Who sent what, for where, and who decided."""
    lang = language()
    facts = [
        (Text("Berkas", "File"), job.file_name, None, ""),
        (Text("Ukuran", "Size"), _size(job.file_size), None, ""),
        (Text("Sumber", "Source"), job.source, None, ""),
        (Text("Wilayah", "Place"), labels_of([job.home_id]).get(job.home_id, ""), None, ""),
        (Text("Keadaan pada", "As of"), wording.day(job.as_of, lang), None, ""),
        (
            Text("Diunggah oleh", "Uploaded by"),
            job.uploaded_by.name,
            job.uploaded_at.date(),
            "",
        ),
    ]
    if job.decided_by is not None and job.decided_at is not None:
        label = (
            Text("Ditolak oleh", "Refused by")
            if job.state == ImportState.REFUSED
            else Text("Disetujui oleh", "Approved by")
        )
        facts.append((label, job.decided_by.name, job.decided_at.date(), ""))
    if job.batch_id is not None:
        facts.append((Text("Nomor kiriman", "Batch"), str(job.batch_id), None, ""))
    return [
        {"label": label, "value": value, "when": when, "source": source}
        for label, value, when, source in facts
    ]


def _size(size: int) -> str:
    if size < 1 << 20:
        return f"{number(max(1, round(size / 1024)))} KB"
    return f"{number(round(size / (1 << 20)))} MB"


def progress_of(job: ImportJob) -> dict[str, Any]:
    """What the progress partial shows of an import at work."""
    done, total = queries.progress(job)
    state = ImportState(job.state)
    waiting = state in (ImportState.UPLOADED, ImportState.APPROVED)
    return {
        "title": DOING.get(state, STATES[state][1]),
        "state": "waiting" if waiting else "running" if state in AT_WORK else "done",
        "done": done,
        "total": total if state == ImportState.CHECKING else None,
        "says": Text("langkah", "steps") if state == ImportState.CHECKING else "",
        "started": job.decided_at if job.decided_at and job.batch_id is None else job.uploaded_at,
    }


@dataclass(frozen=True)
class Part:
    """One piece of a bar: which kind, from where, how wide, of a thousand."""

    kind: str
    x: float
    width: float


@dataclass(frozen=True)
class Bar:
    """The rows of one table of the file, as pieces of a bar and in words."""

    label: Text
    parts: list[Part]
    says: str


def bars_of(job: ImportJob) -> list[Bar]:
    """A bar for families and one for members; the table under them has the numbers."""
    counts = jobs.counts(job)
    return [_bar(label, table, counts) for table, label in TABLES.items()]


def _bar(label: Text, table: str, counts: Mapping[str, int]) -> Bar:
    values = {kind: counts[f"{table}_{kind}"] for kind in KINDS}
    total = sum(values.values()) or 1
    parts, x = [], 0.0
    for kind, value in values.items():
        if value:
            # what is there at all is wide enough to be seen
            width = max(1000 * value / total, 6)
            parts.append(Part(kind, round(x, 1), round(width, 1)))
            x += width
    scale = 1000 / x if x else 1
    parts = [Part(one.kind, round(one.x * scale, 1), round(one.width * scale, 1)) for one in parts]
    said = ", ".join(f"{say(KINDS[kind]).lower()} {number(n)}" for kind, n in values.items())
    return Bar(label, parts, f"{say(label)}: {said}")


def counts_table(job: ImportJob) -> dict[str, Any]:
    """The numbers under the bars."""
    counts = jobs.counts(job)
    kinds = [*KINDS, "warning"]
    labels = [*KINDS.values(), WARNED]
    return {
        "caption": Text("Jumlah baris", "Numbers of rows"),
        "caption_hidden": True,
        "columns": [
            {"label": Text("Baris", "Rows")},
            *({"label": label, "numeric": True} for label in labels),
        ],
        "rows": [
            {"cells": [label, *(number(counts[f"{table}_{kind}"]) for kind in kinds)]}
            for table, label in TABLES.items()
        ],
    }


def rules_of(job: ImportJob) -> list[dict[str, Any]]:
    """Each rule that was broken: how often, what it says, what to do, and the rows."""
    listed = reverse("import_findings", kwargs={"job": job.pk})
    found = []
    for one in queries.findings_by_rule(job):
        state, word = SEVERITIES[one.severity]
        asked = urlencode({"tingkat": one.severity, "aturan": one.rule})
        found.append(
            {
                "says": one.says,
                "do": one.do,
                "state": state,
                "word": word,
                "table": TABLES.get(one.table, one.table),
                "rows": one.rows,
                "url": f"{listed}?{asked}",
            }
        )
    return found


def findings_table(found: Iterable[ImportFinding]) -> dict[str, Any]:
    """Findings row by row."""
    return {
        "caption": Text("Temuan per baris", "Findings row by row"),
        "caption_hidden": True,
        "columns": [
            {"label": _KEY},
            {"label": Text("Tabel", "Table"), "short": True},
            {"label": Text("Baris", "Row"), "numeric": True},
            {"label": Text("Tingkat", "Severity"), "short": True},
            {"label": _RULE},
            {"label": Text("Kolom", "Column")},
            {"label": Text("Isi", "Value")},
        ],
        "rows": [_finding(one) for one in found],
    }


def _finding(one: ImportFinding) -> dict[str, Any]:
    rule = rule_of(one.rule)
    state, word = SEVERITIES[one.severity]
    return {
        "cells": [
            one.shown_key or "–",
            TABLES.get(one.table, Text(one.table, one.table)),
            "–" if one.file_row is None else number(one.file_row),
            {"text": "", "state": state, "word": word},
            rule.says,
            queries.column_name(one.column) or "–",
            one.value_shown or "–",
        ]
    }


def held_back(job: ImportJob) -> list[tuple[str, str]]:
    """Families that were not taken because somebody changed them: key, and page where known."""
    keys = list(
        ImportFinding.objects.filter(job=job, rule="changed_meanwhile")
        .order_by("file_row")
        .values_list("shown_key", flat=True)[:MOST_HELD]
    )
    known = {
        str(origin).split("|", 1)[-1]: reverse("family", kwargs={"family": number})
        for origin, number in Family.objects.filter(
            origin_key__in=[f"{job.source}|{key}" for key in keys]
        ).values_list("origin_key", "uuid")
    }
    return [(key, known.get(key, "")) for key in keys]
