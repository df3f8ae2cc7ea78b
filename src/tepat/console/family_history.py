"""What happened to a family, and who opened its data, put into words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from tepat.engine.text import Text
from tepat.policy.wording import day as day_text
from tepat.policy.wording import number as number_text
from tepat.registry.source_words import source_name
from tepat.registry.timeline import Happening, Look
from tepat.staff.language import language, say
from tepat.staff.roles import role_name
from tepat.staff.verbs import reason_name

WITHDRAWN = Text("dibatalkan", "withdrawn")
RECENT = 8  # events of the history that are not folded away


def events_of(history: Sequence[Happening]) -> list[dict[str, Any]]:
    """The history for the partial."""
    events = []
    for one in history:
        event: dict[str, Any] = {
            "title": one.title,
            "when": one.on,
            "by": _told_by(one),
            "detail": _detail(one),
            "known_at": one.known_at,
        }
        if one.withdrawn:
            event |= {"state": "neutral", "word": WITHDRAWN}
        events.append(event)
    return events


def _detail(one: Happening) -> Text:
    """The document and note of an event, and the number of the import that told it."""
    told = [part for part in (one.document, one.note) if part]
    if one.batch is None:
        return Text(" · ".join(told), " · ".join(told))
    return Text(
        " · ".join([f"kiriman {one.batch}", *told]), " · ".join([f"batch {one.batch}", *told])
    )


def _told_by(one: Happening) -> Text:
    role, source = role_name(one.role), source_name(one.source)
    return Text(f"{role.id} · {source.id}", f"{role.en} · {source.en}")


def lookers_of(looks: Sequence[Look]) -> list[dict[str, Any]]:
    """Who opened the page, when, why."""
    return [
        {
            "at": look.at,
            "who": look.name,
            "role": role_name(look.role),
            "reason": reason_name(look.reason),
            "times": look.times,
        }
        for look in looks
    ]


def looks_table(looks: Sequence[Look]) -> dict[str, Any]:
    """Everybody who opened a family, a row for each user, day and reason."""
    labels = (
        Text("Petugas", "User"),
        Text("Peran", "Role"),
        Text("Terakhir pada hari itu", "Last time that day"),
        Text("Untuk apa", "Why"),
    )
    times = {"label": Text("Berapa kali", "How often"), "numeric": True}
    return {
        "caption": Text("Siapa membuka data ini", "Who opened this"),
        "caption_hidden": True,
        "columns": [*({"label": label} for label in labels), times],
        "rows": [{"cells": _look(look)} for look in looks],
    }


def _look(look: Look) -> list[Any]:
    local = timezone.localtime(look.at)
    hour = f"{local:%H:%M}" if language() == "en" else f"{local:%H.%M}"
    return [
        look.name,
        say(role_name(look.role)),
        f"{day_text(local.date(), language())} {hour}",
        say(reason_name(look.reason)),
        number_text(look.times, language()),
    ]
