"""A place put into words: its figures, the map and table of what lies in it, its families."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from tepat.engine.text import Text
from tepat.places.choropleth import Coloured, choropleth
from tepat.places.models import Place
from tepat.places.queries import Listed
from tepat.policy.wording import day as day_text
from tepat.policy.wording import number as number_text
from tepat.registry.quality.figures import AGES
from tepat.registry.quality.overview import FamilyLine, Figures
from tepat.staff.language import language, say

NO_FAMILY = Text("belum ada keluarga", "no family yet")
INSIDE = Text("· {n} wilayah", "· {n} places")


@dataclass(frozen=True)
class Measure:
    """What a map may show: its name, its value of a place, and how the value is said."""

    name: str
    title: Text
    value: Callable[[Figures], float | None]
    unit: Text


def _rate(name: str) -> Callable[[Figures], float | None]:
    return lambda figures: figures.per_thousand(name)


def _percent(figures: Figures) -> float | None:
    rate = figures.per_thousand("overdue")
    return None if rate is None else rate / 10


MEASURES = {
    one.name: one
    for one in (
        Measure(
            "kesalahan",
            Text("Kesalahan per 1.000 keluarga", "Errors for each 1,000 families"),
            _rate("errors"),
            Text("{n} per 1.000 keluarga", "{n} for each 1,000 families"),
        ),
        Measure(
            "periksa",
            Text("Perlu diperiksa per 1.000 keluarga", "To be looked at, for each 1,000 families"),
            _rate("warnings"),
            Text("{n} per 1.000 keluarga", "{n} for each 1,000 families"),
        ),
        Measure(
            "lama",
            Text("Keluarga yang lama tidak disurvei", "Families not surveyed for long"),
            _percent,
            Text("{n}% keluarga", "{n}% of families"),
        ),
        Measure(
            "keluarga",
            Text("Jumlah keluarga", "Number of families"),
            lambda figures: float(figures.families) if figures.families else None,
            Text("{n} keluarga", "{n} families"),
        ),
    )
}


def rounded(value: float | None) -> str:
    """A rate: one decimal below ten, whole above."""
    if value is None:
        return "–"
    if value >= 10 or value == int(value):
        return number_text(round(value), language())
    said = f"{value:.1f}"
    return said if language() == "en" else said.replace(".", ",")


def map_of(
    place: Place,
    children: Sequence[Listed],
    figures: Mapping[int, Figures],
    measure: Measure,
    links: Mapping[int, str],
    on: date,
) -> Any:
    """The map of what lies in a place, coloured by a measure."""
    values = {}
    for child in children:
        value = measure.value(figures[child.id])
        if value is not None:
            values[child.id] = value
    return choropleth(
        place.pk,
        Coloured(
            title=say(measure.title),
            about=say(
                Text(
                    "Angka yang sama ada pada tabel di bawah.",
                    "The same numbers stand in the table below.",
                )
            ),
            values=values,
            text=lambda value: say(measure.unit.filled(n=rounded(value))),
            short=short,
            no_data=say(NO_FAMILY),
            links=links,
            inside=lambda count: say(INSIDE.filled(n=number_text(count, language()))),
            source=say(Text("Batas wilayah: {}", "Boundaries: {}")),
            missing=say(Text("Belum ada batasnya: {}", "Without boundaries: {}")),
        ),
        on=on,
    )


def short(value: float) -> str:
    """A value on a tile."""
    if value >= 1_000_000:
        return rounded(value / 1_000_000) + say(Text(" jt", " m"))
    if value >= 10_000:
        return rounded(value / 1_000) + say(Text(" rb", "k"))
    return rounded(value)


def children_table(
    children: Sequence[Listed], figures: Mapping[int, Figures], links: Mapping[int, str]
) -> dict[str, Any]:
    """What lies in a place and has families, with its numbers."""
    labels = (
        Text("Keluarga", "Families"),
        Text("Orang", "People"),
        Text("Kesalahan per 1.000", "Errors per 1,000"),
        Text("Perlu diperiksa per 1.000", "To look at per 1,000"),
        Text("Lama tidak disurvei", "Not surveyed for long"),
    )
    return {
        "caption": Text("Angka menurut wilayah", "Numbers by place"),
        "columns": [
            {"label": Text("Wilayah", "Place")},
            *({"label": label, "numeric": True} for label in labels),
        ],
        "rows": [
            {"url": links.get(child.id, ""), "cells": [child.full_name, *_cells(figures[child.id])]}
            for child in children
            if figures[child.id].families
        ],
    }


def empty_places(
    children: Sequence[Listed], figures: Mapping[int, Figures], links: Mapping[int, str]
) -> list[tuple[str, str]]:
    """(address, name) of what lies in a place and has no family yet."""
    return [
        (links.get(child.id, ""), child.full_name)
        for child in children
        if not figures[child.id].families
    ]


def _cells(figures: Figures) -> list[str]:
    late = _percent(figures)
    return [
        number_text(figures.families, language()),
        number_text(figures.people, language()),
        rounded(figures.per_thousand("errors")),
        rounded(figures.per_thousand("warnings")),
        "–" if late is None else f"{rounded(late)}%",
    ]


def facts_of(place: Place, figures: Figures, dates: Mapping[str, datetime | None]) -> list[Any]:
    """The place in numbers, each with the way to more."""

    def work(**more: str) -> str:
        return f"{reverse('quality')}?{urlencode({'wilayah': place.pk, **more})}"

    def count(number: int) -> str:
        return number_text(number, language())

    rate = rounded(figures.per_thousand("errors"))
    late = _percent(figures)
    facts: list[dict[str, Any]] = [
        {"label": Text("Keluarga", "Families"), "value": count(figures.families)},
        {"label": Text("Orang", "People"), "value": count(figures.people)},
        {
            "label": Text("Kesalahan", "Errors"),
            "value": say(
                Text(
                    "{n} ({rate} per 1.000 keluarga)", "{n} ({rate} for each 1,000 families)"
                ).filled(n=count(figures.errors), rate=rate)
            ),
            "url": work(tingkat="error"),
        },
        {
            "label": Text("Perlu diperiksa", "To be looked at"),
            "value": count(figures.warnings),
            "url": work(tingkat="warning"),
        },
        {
            "label": Text("Lama tidak disurvei", "Not surveyed for long"),
            "value": count(figures.overdue) + ("" if late is None else f" ({rounded(late)}%)"),
            "url": work(aturan="survey_overdue"),
        },
    ]
    # An import of a place above is out of sight, so nothing is said where none is seen.
    for name, label in DATES:
        moment = dates.get(name)
        if moment is not None:
            on = day_text(timezone.localtime(moment).date(), language())
            facts.append({"label": label, "value": on})
    return facts


DATES = (
    ("imported", Text("Impor terakhir", "Last import")),
    ("checked", Text("Pemeriksaan terakhir", "Last check")),
)


def lead_of(figures: Figures) -> Text | None:
    """The place in one line; nothing where there is no family yet."""
    if not figures.families:
        return None
    said = Text(
        "{n} keluarga, {m} orang · {e} kesalahan · {o} lama tidak disurvei",
        "{n} families, {m} people · {e} errors · {o} not surveyed for long",
    )
    counts = {"n": figures.families, "m": figures.people, "e": figures.errors, "o": figures.overdue}
    return said.filled(**{name: number_text(count, language()) for name, count in counts.items()})


AGE_WORDS = (
    Text("0–5", "0–5"),
    Text("6–17", "6–17"),
    Text("18–59", "18–59"),
    Text("60 ke atas", "60 and over"),
)


def people_table(figures: Figures) -> dict[str, Any]:
    """People by age and sex."""
    rows = []
    for age, words in zip(AGES, AGE_WORDS, strict=True):
        men, women = figures.groups[f"men_{age}"], figures.groups[f"women_{age}"]
        rows.append({"cells": [say(words), *map(_count, (women, men, women + men))]})
    if figures.unsure:
        unsure = say(Text("Umur atau jenis kelamin belum diketahui", "Age or sex not known"))
        rows.append({"cells": [unsure, "", "", _count(figures.unsure)]})
    return {
        "caption": Text("Orang menurut umur dan jenis kelamin", "People by age and sex"),
        "narrow": True,
        "columns": [
            {"label": Text("Umur (tahun)", "Age (years)")},
            {"label": Text("Perempuan", "Women"), "numeric": True},
            {"label": Text("Laki-laki", "Men"), "numeric": True},
            {"label": Text("Jumlah", "Together"), "numeric": True},
        ],
        "rows": rows,
    }


def _count(number: int) -> str:
    return number_text(number, language())


def families_table(rows: Sequence[FamilyLine]) -> dict[str, Any]:
    """The families of a village."""
    return {
        "caption": Text("Keluarga", "Families"),
        "caption_hidden": True,
        "columns": [
            {"label": Text("Kepala keluarga", "Head")},
            {"label": Text("Alamat", "Address"), "quiet": True},
            {"label": Text("Anggota", "Members"), "numeric": True},
            {"label": Text("Survei terakhir", "Last survey")},
            {"label": Text("Temuan", "Findings"), "quiet": True},
        ],
        "rows": [
            {"url": reverse("family", kwargs={"family": one.uuid}), "cells": _family(one)}
            for one in rows
        ],
    }


def _family(one: FamilyLine) -> list[Any]:
    last = say(Text("Belum pernah", "Never"))
    if one.surveyed_on is not None:
        last = day_text(one.surveyed_on, language())
    surveyed: dict[str, Any] = {"text": last}
    if one.overdue:
        surveyed |= {"state": "waiting", "word": Text("Sudah lama", "Long ago")}
    found: Any = "–"
    if one.findings:
        number = number_text(one.findings, language())
        found = {
            "text": "",
            "state": "no" if one.errors else "waiting",
            "word": Text("{n} temuan", "{n} found").filled(n=number),
        }
    head = one.head or say(Text("Tanpa kepala keluarga", "Without a head"))
    return [head, one.address or "–", str(one.members), surveyed, found]
