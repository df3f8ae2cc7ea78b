"""A list of an institution, put into words: its state, whom it names, what it changes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from tepat.console.import_page import Bar, Part, number
from tepat.engine.text import Text
from tepat.places.queries import labels_of
from tepat.policy import wording
from tepat.registry.lists import queries
from tepat.registry.lists.jobs import grounds
from tepat.registry.lists.texts import OUTCOMES, WHY
from tepat.registry.models import ListLoad, ListRow
from tepat.registry.models.lists import ListState, Outcome
from tepat.staff.language import language, say

STATES: dict[str, tuple[str, Text]] = {
    ListState.CHECKING: ("waiting", Text("Sedang diperiksa", "Being checked")),
    ListState.CHECKED: ("unknown", Text("Perlu disetujui", "To be approved")),
    ListState.APPROVED: ("waiting", Text("Sedang dimuat", "Being taken in")),
    ListState.DONE: ("yes", Text("Berlaku", "In force")),
    ListState.REFUSED: ("no", Text("Ditolak", "Refused")),
    ListState.FAILED: ("no", Text("Berhenti karena kesalahan", "Stopped by an error")),
    ListState.UNDONE: ("neutral", Text("Dibatalkan", "Undone")),
}
AT_WORK = (ListState.CHECKING, ListState.APPROVED)
_KINDS = {
    Outcome.MATCHED: "changed",
    Outcome.NOT_FOUND: "same",
    Outcome.TWICE: "twice",
    Outcome.SEVERAL: "several",
    Outcome.UNREADABLE: "error",
}


_COLUMNS = (
    Text("Alasan pengecualian", "Ground"),
    Text("Keadaan", "State"),
    Text("Lembaga", "Institution"),
    Text("Tanggal", "Date"),
    Text("Wilayah", "Region"),
)


def ground_of(load: ListLoad) -> Text:
    """The name of a list's ground."""
    known = grounds().get(load.ground)
    return known.title if known else Text(load.ground, load.ground)


def list_of(found: Iterable[ListLoad]) -> dict[str, Any]:
    """The table of lists."""
    rows = list(found)
    names = labels_of({one.home_id for one in rows})
    return {
        "caption": Text("Daftar lembaga lain", "Lists of other institutions"),
        "caption_hidden": True,
        "columns": [
            *({"label": label} for label in _COLUMNS),
            {"label": Text("Ditemukan", "Found"), "numeric": True},
        ],
        "rows": [
            {
                "url": reverse("list", kwargs={"load": one.pk}),
                "cells": [
                    ground_of(one),
                    {"text": "", "state": STATES[one.state][0], "word": STATES[one.state][1]},
                    one.source,
                    wording.day(one.date, language()),
                    names.get(one.home_id, ""),
                    number(one.matched) if one.checked_at else "–",
                ],
            }
            for one in rows
        ],
    }


def facts_of(load: ListLoad) -> list[dict[str, Any]]:
    """What was sent, about where, by whom, and who decided."""
    facts: list[dict[str, Any]] = [
        {"label": Text("Lembaga", "Institution"), "value": load.source},
        {"label": Text("Alasan pengecualian", "Ground"), "value": ground_of(load)},
        {
            "label": Text("Benar pada", "True on"),
            "value": wording.day(load.date, language()),
        },
        {
            "label": Text("Wilayah yang dicakup", "Region covered"),
            "value": labels_of([load.home_id]).get(load.home_id, ""),
        },
        {"label": Text("Berkas", "File"), "value": load.file_name},
        {
            "label": Text("Diunggah oleh", "Uploaded by"),
            "value": load.uploaded_by.name,
            "when": load.uploaded_at.date(),
        },
    ]
    if load.decided_by is not None and load.decided_at is not None:
        refused = load.state == ListState.REFUSED
        label = (
            Text("Ditolak oleh", "Refused by") if refused else Text("Disetujui oleh", "Approved by")
        )
        facts.append(
            {"label": label, "value": load.decided_by.name, "when": load.decided_at.date()}
        )
    if load.batch_id is not None:
        facts.append({"label": Text("Nomor kiriman", "Batch"), "value": str(load.batch_id)})
    return facts


def progress_of(load: ListLoad) -> dict[str, Any]:
    """What the progress partial shows of a list at work."""
    checking = load.state == ListState.CHECKING
    return {
        "title": Text("Mencari orangnya di registri", "Looking for its people in the registry")
        if checking
        else Text("Memuat daftar", "Taking the list in"),
        "state": "running" if load.state in AT_WORK else "done",
        "done": None,
        "total": None,
        "says": "",
        "started": load.uploaded_at if checking else load.decided_at,
    }


def bar_of(load: ListLoad) -> Bar:
    """What became of its rows, as a bar."""
    values = {outcome: getattr(load, outcome) for outcome in _KINDS}
    total = sum(values.values()) or 1
    parts, x = [], 0.0
    for outcome, value in values.items():
        if value:
            width = 1000 * value / total
            parts.append(Part(_KINDS[outcome], round(x, 1), round(width, 1)))
            x += width
    said = ", ".join(
        f"{say(OUTCOMES[outcome][1]).lower()} {number(value)}" for outcome, value in values.items()
    )
    label = Text("Baris daftar", "Rows of the list")
    return Bar(label, parts, f"{say(label)}: {said}")


def key_of() -> dict[str, Text]:
    """The words of the bar's pieces."""
    return {kind: OUTCOMES[outcome][1] for outcome, kind in _KINDS.items()}


def outcome_table(load: ListLoad) -> dict[str, Any]:
    """The numbers under the bar."""
    return {
        "caption": Text("Baris daftar", "Rows of the list"),
        "caption_hidden": True,
        "columns": [
            {"label": Text("Baris", "Rows")},
            {"label": Text("Jumlah", "Number"), "numeric": True},
        ],
        "rows": [
            {"cells": [OUTCOMES[outcome][1], number(getattr(load, outcome))]} for outcome in _KINDS
        ],
    }


def changes_of(load: ListLoad) -> list[dict[str, Any]]:
    """What it changes against the earlier list of the same institution."""
    rows = (
        (Text("Temuan baru", "New findings"), load.added),
        (Text("Tetap ada di daftar", "Still on the list"), load.kept),
        (Text("Di antaranya disanggah, tetap disanggah", "Of these contested, and still so"),
         load.contested),
        (Text("Tidak lagi di daftar: temuannya berakhir", "No longer on it: the finding ends"),
         load.dropped),
    )  # fmt: skip
    return [{"label": label, "value": number(value)} for label, value in rows]


def reasons_of(load: ListLoad) -> list[dict[str, Any]]:
    """Why rows name nobody: how many, what to do, and the rows."""
    listed = reverse("list_rows", kwargs={"load": load.pk})
    return [
        {
            "says": one.says,
            "do": one.do,
            "state": OUTCOMES[one.outcome][0],
            "word": OUTCOMES[one.outcome][1],
            "rows": one.rows,
            "url": f"{listed}?{urlencode({'alasan': one.why})}",
        }
        for one in queries.not_taken(load)
    ]


def rows_table(found: Iterable[ListRow]) -> dict[str, Any]:
    """Rows that name nobody."""
    return {
        "caption": Text("Baris yang tidak menunjuk seorang pun", "Rows that name nobody"),
        "caption_hidden": True,
        "columns": [
            {"label": Text("Nomor", "Number")},
            {"label": Text("Baris", "Row"), "numeric": True},
            {"label": Text("Hasil", "Outcome")},
            {"label": Text("Alasan", "Reason")},
        ],
        "rows": [
            {
                "cells": [
                    one.shown or "–",
                    number(one.number),
                    {
                        "text": "",
                        "state": OUTCOMES[one.outcome][0],
                        "word": OUTCOMES[one.outcome][1],
                    },
                    WHY[one.why][0] if one.why in WHY else "–",
                ]
            }
            for one in found
        ],
    }
