"""The work list put into words: each finding, what was seen, who looks after it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone

from tepat.console.family_page import shown, variables
from tepat.engine.text import Text
from tepat.places.queries import listed
from tepat.policy.wording import day as day_text
from tepat.policy.wording import number as number_text
from tepat.registry.actions.writing import today
from tepat.registry.models import Finding
from tepat.registry.quality.catalogue import (
    CODED,
    IN_YEARS,
    OVERDUE,
    SEVERITIES,
    TWICE,
    rule,
    what_to_do,
)
from tepat.registry.quality.queries import OfRule, Wanted, findings, page
from tepat.staff.language import language, say
from tepat.staff.models import User

STATES = {"error": "no", "warning": "waiting", "note": "neutral"}
SIZE = "family_size_differs"
HERE = Text("Juga pada keluarga lain di kabupaten/kota ini", "Also in this kabupaten, elsewhere")
ELSEWHERE = Text("Juga pada keluarga di wilayah lain", "Also on a family in another region")
SINCE = Text("Sejak", "Since")
GIVEN = Text("Ditugaskan", "Given to")
VILLAGE = Text("Desa", "Village")
COLUMNS = (
    Text("Keluarga", "Family"),
    Text("Temuan", "Finding"),
    VILLAGE,
    SINCE,
    GIVEN,
)


def on_day(moment: datetime | None) -> str:
    """The day of a moment, where the reader is."""
    return day_text(timezone.localtime(moment).date(), language()) if moment else "–"


def seen(finding: Finding) -> str:
    """What the check saw, in words; empty where the rule says it all."""
    value = finding.value_shown
    if finding.rule in TWICE:
        return say(ELSEWHERE if value == "elsewhere" else HERE)
    if finding.rule == OVERDUE.name:
        if not value:
            return say(Text("Belum pernah disurvei", "Never surveyed"))
        last = day_text(date.fromisoformat(value), language())
        return say(Text("Survei terakhir {day}", "Last surveyed {day}").filled(day=last))
    if not value:
        return ""
    if finding.rule == SIZE and " / " in value:
        counted, declared = value.split(" / ", 1)
        said = Text("tercatat {n}, dinyatakan {m}", "{n} recorded, {m} declared")
        return say(said.filled(n=counted, m=declared))
    if finding.rule in IN_YEARS and value.isdecimal():
        return say(Text("{n} tahun", "{n} years").filled(n=value))
    variable = variables().get(CODED.get(finding.rule, finding.column))
    if variable is None:
        return value
    return _answered(variable, value)


def _answered(variable: Any, value: str) -> str:
    try:
        known: Any = date.fromisoformat(value) if variable.type == "date" else int(value)
    except ValueError:
        return value
    return f"{say(variable.label)}: {shown(variable, known)}"


def table(rows: Sequence[Finding], today: date, *, of_one_village: bool = False) -> dict[str, Any]:
    """The list for the partial; the first cell leads to the family, where it is mended."""
    homes = listed({one.home_id for one in rows})
    shown = [at for at, label in enumerate(COLUMNS) if not (of_one_village and label is VILLAGE)]
    return {
        "caption": Text("Temuan, yang terlama dahulu", "Findings, the oldest first"),
        "caption_hidden": True,
        "columns": [
            {"label": COLUMNS[at], "short": COLUMNS[at] is SINCE, "quiet": COLUMNS[at] is GIVEN}
            for at in shown
        ],
        "rows": [
            {
                "id": one.pk,
                "url": reverse("family", kwargs={"family": one.family.uuid}),
                "cells": [cells(one, homes, today)[at] for at in shown],
            }
            for one in rows
        ],
    }


def cells(one: Any, homes: Mapping[int, Any], today: date) -> list[Any]:
    """One finding as cells."""
    said = " · ".join(filter(None, (say(rule(one.rule).says), one.member, seen(one))))
    return [
        one.head or say(Text("Tanpa kepala keluarga", "Without a head")),
        {"text": said, "state": STATES[one.severity], "word": SEVERITIES[one.severity]},
        homes[one.home_id].full_name if one.home_id in homes else "–",
        on_day(one.first_found_at),
        _given(one, today),
    ]


def _given(one: Any, today: date) -> dict[str, Any]:
    """Who looks after a finding and until when; what is late says so."""
    due = day_text(one.due_on, language()) if one.due_on else ""
    cell: dict[str, Any] = {"text": " · ".join(filter(None, (holder(one), due)))}
    if one.due_on is not None and one.due_on < today:
        cell |= {"state": "no", "word": Text("Terlambat", "Late")}
    return cell


def holder(one: Finding) -> str:
    """Who looks after a finding."""
    if one.assigned_to is not None:
        return str(one.assigned_to.name)
    if one.assigned_place is not None:
        return say(
            Text("Petugas {place}", "Staff of {place}").filled(place=one.assigned_place.name)
        )
    return "–"


def rules_table(rows: Iterable[OfRule], address: Any) -> dict[str, Any]:
    """Findings by rule: how many, since when, and the way to them."""
    rows = list(rows)
    columns: list[dict[str, Any]] = [
        {"label": Text("Temuan", "Finding")},
        {"label": Text("Jumlah", "Number"), "numeric": True},
    ]
    dated = any(one.oldest for one in rows)
    if dated:
        columns.append({"label": Text("Terlama", "Oldest"), "desk": True})
    return {
        "caption": Text("Temuan menurut jenisnya", "Findings by kind"),
        "narrow": True,
        "columns": columns,
        "rows": [
            {
                "url": address(one.rule),
                "cells": [
                    {
                        "text": rule(one.rule).says,
                        "state": STATES[one.severity],
                        "word": SEVERITIES[one.severity],
                    },
                    number_text(one.findings, language()),
                    *([on_day(one.oldest)] if dated else []),
                ],
            }
            for one in rows
        ],
    }


def chosen_rule(name: str) -> dict[str, Any]:
    """A rule with its severity and what to do about it."""
    known = rule(name)
    return {
        "says": known.says,
        "do": what_to_do(name),
        "state": STATES[known.severity],
        "word": SEVERITIES[known.severity],
    }


def of_family(family_id: int, user: User) -> list[dict[str, Any]]:
    """What is to be mended in one family: finding, member, what to do, and until when."""
    rows: list[Any] = page(
        findings(Wanted(family_id=family_id), user, today=today()), None, None
    ).rows
    return [
        {
            **chosen_rule(one.rule),
            "says": " · ".join(filter(None, (say(rule(one.rule).says), one.member, seen(one)))),
            "due_on": one.due_on,
            "note": one.note,
        }
        for one in rows
    ]
