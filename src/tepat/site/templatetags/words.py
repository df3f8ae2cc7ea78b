"""Texts, numbers, days and times on a page, in the language of the reader.

``{% t "Simpan" "Save" %}`` picks one of two texts; ``{name}`` in it takes the value given as
``name=``. What a template writes out literally may hold markup; every value, and every text that
comes from a variable, is escaped. Numbers and days look as everywhere in Tepat: Rp 4.800.000,
18 Agustus 2025, 09.12 WIB.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import template
from django.template import TemplateSyntaxError
from django.utils import timezone
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from tepat.engine.text import Text
from tepat.policy import wording
from tepat.registry.source_words import source_name
from tepat.staff.language import language
from tepat.staff.language import say as say_text

register = template.Library()

ZONES = {7: "WIB", 8: "WITA", 9: "WIT"}
BULLET = "•"


@register.simple_tag
def t(indonesian: str, english: str, **values: Any) -> SafeString:
    """One of two texts with its ``{names}`` filled in.

    Raises:
        TemplateSyntaxError: a name in the text has no value.
    """
    chosen = conditional_escape(english if language() == "en" else indonesian)

    def value(found: re.Match[str]) -> str:
        if found[1] not in values:
            raise TemplateSyntaxError(f"{{% t %}} has no value for {found[0]} in '{chosen}'")
        return conditional_escape(values[found[1]])

    filled = re.sub(r"\{(\w+)\}", value, chosen) if values else chosen
    return mark_safe(filled)  # both the text and each value went through conditional_escape


@register.filter
def say(text: Any) -> Any:
    """A `Text` in the current language; anything else stays what it is, nothing stays empty."""
    if isinstance(text, Text):
        return say_text(text)
    return "" if text is None else text


@register.filter
def number(value: int | Decimal | None) -> str:
    """A number with its thousands apart: 20.000. Nothing known is a dash."""
    return "–" if value is None else wording.number(value, language())


@register.filter
def rupiah(value: int | Decimal | None) -> str:
    """An amount of money: Rp 4.800.000. Nothing known is a dash."""
    if value is None:
        return "–"
    # The mark and its number stay on one line.
    return wording.rupiah(value, language()).replace(" ", "\N{NO-BREAK SPACE}")


@register.filter
def day(value: date | datetime | None) -> str:
    """A day: 18 Agustus 2025. Of a moment, the day where the reader is."""
    if value is None:
        return "–"
    if isinstance(value, datetime):
        value = _local(value)
    return wording.day(value, language())


@register.filter
def clock(value: datetime | None) -> str:
    """The time of a moment with its zone: 09.12 WIB."""
    if value is None:
        return "–"
    local = _local(value)
    return f"{_hour(local)} {_zone(local)}"


@register.filter
def moment(value: datetime | None) -> str:
    """Day and time of a moment: 18 Agustus 2025 pukul 09.12 WIB."""
    if value is None:
        return "–"
    between = " at " if language() == "en" else " pukul "
    return day(value) + between + clock(value)


@register.filter
def recently(value: datetime | None) -> str:
    """A moment as `recent`, inside a sentence: disimpan hari ini 09.12."""
    said = recent(value)
    return said[:1].lower() + said[1:]


@register.filter
def source(value: str | None) -> str:
    """Where something of a record comes from: Survei lapangan, Impor, or as it was given."""
    return say_text(source_name(value))


@register.filter
def recent(value: datetime | None) -> str:
    """A moment as one remembers it: Hari ini 09.12, Kemarin 16.40, else the day."""
    if value is None:
        return "–"
    local, today = _local(value), _local(timezone.now()).date()
    names = {
        today: Text("Hari ini", "Today"),
        today - timedelta(days=1): Text("Kemarin", "Yesterday"),
    }
    if (name := names.get(local.date())) is None:
        return wording.day(local, language())
    return f"{say_text(name)} {_hour(local)}"


@register.filter
def age(born: date | None, on: date | None = None) -> str:
    """How old a person is on a day, today if none is given: 67 tahun; below two years in months."""
    if born is None:
        return "–"
    on = on or _local(timezone.now()).date()
    months = (on.year - born.year) * 12 + on.month - born.month - (on.day < born.day)
    if months >= 24:
        return _counted(months // 12, "tahun", "year")
    return _counted(max(months, 0), "bulan", "month")


@register.filter
def waited(since: date | datetime | None, until: date | datetime | None = None) -> str:
    """How long something waits in a queue: 3 hari. Less than a day is ``hari ini``."""
    if since is None:
        return "–"
    days = (_as_day(until or timezone.now()) - _as_day(since)).days
    if days < 1:
        return say_text(Text("hari ini", "today"))
    return _counted(days, "hari", "day")


@register.filter
def masked(value: str | None) -> str:
    """A number of a person as staff may see it: 3204••••••••0007. Short ones are hidden whole."""
    text = str(value or "")
    if len(text) < 12:
        return BULLET * len(text)
    return text[:4] + BULLET * (len(text) - 8) + text[-4:]


def _counted(count: int, indonesian: str, english: str) -> str:
    if language() == "en":
        return f"{number(count)} {english}{'' if count == 1 else 's'}"
    return f"{number(count)} {indonesian}"


def _as_day(value: date | datetime) -> date:
    return _local(value).date() if isinstance(value, datetime) else value


def _local(value: datetime) -> datetime:
    return timezone.localtime(value) if timezone.is_aware(value) else value


def _hour(local: datetime) -> str:
    return local.strftime("%H:%M" if language() == "en" else "%H.%M")


def _zone(local: datetime) -> str:
    offset = local.utcoffset()
    if offset is None:
        return "WIB"
    hours = offset.total_seconds() / 3600
    return ZONES.get(int(hours), f"UTC{hours:+g}")
