"""Numbers, money, dates and answers in words, Indonesian or English.

Reports, explanations and `tepat policy show` all speak through this module, so that an amount or a
day looks the same everywhere: Rp 4.800.000, 18 Agustus 2025; Rp 4,800,000, 18 August 2025.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from tepat.policy.model import Parameter, Text, Variable

MONTHS = {
    "id": "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember",
    "en": "January February March April May June July August September October November December",
}
UNKNOWN = Text("tidak diketahui", "unknown")
YES, NO = Text("ya", "yes"), Text("tidak", "no")

_UNIT_PHRASES = {"grade within the level": "kelas dalam jenjang", "square metres": "meter persegi"}
_UNIT_WORDS = {
    "and": "dan",
    "child": "anak",
    "children": "anak",
    "day": "hari",
    "days": "hari",
    "decile": "desil",
    "families": "keluarga",
    "family": "keluarga",
    "group": "kelompok",
    "house": "rumah",
    "household": "rumah tangga",
    "households": "rumah tangga",
    "month": "bulan",
    "months": "bulan",
    "once": "sekali",
    "percent": "persen",
    "person": "orang",
    "persons": "orang",
    "pregnancies": "kehamilan",
    "pupil": "murid",
    "pupils": "murid",
    "week": "minggu",
    "year": "tahun",
    "years": "tahun",
}
_SINGULAR = {
    "children": "child",
    "days": "day",
    "businesses": "business",
    "families": "family",
    "households": "household",
    "months": "month",
    "persons": "person",
    "pieces": "piece",
    "pregnancies": "pregnancy",
    "pupils": "pupil",
    "years": "year",
}


_SAID_BY_LABEL = ("grade", "pregnancies")  # "kelas 3" is a third grade, not three of them
_SHORT_UNITS = {"meter persegi": "m²", "square metres": "m²"}


def number(value: int | Decimal, lang: str) -> str:
    """A number with its thousands apart: 4.800.000,5 in Indonesian, 4,800,000.5 in English."""
    text = f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text if lang == "en" else text.translate({ord(","): ".", ord("."): ","})


def rupiah(amount: int | Decimal, lang: str) -> str:
    """An amount of money: Rp 4.800.000."""
    return f"Rp {number(amount, lang)}"


def day(value: date, lang: str) -> str:
    """A day: 18 Agustus 2025."""
    months = MONTHS["en" if lang == "en" else "id"].split()
    return f"{value.day} {months[value.month - 1]} {value.year}"


def period(start: date, end: date | None, lang: str) -> str:
    """From a day to a day; ``sejak 1 Januari 2020`` where it has no end."""
    if end is None:
        return ("since " if lang == "en" else "sejak ") + day(start, lang)
    between = " to " if lang == "en" else " sampai "
    return day(start, lang) + between + day(end, lang)


def unit(text: str, lang: str) -> str:
    """A parameter's unit; units are written in English, and known words are translated."""
    if lang == "en":
        return text
    for english, indonesian in _UNIT_PHRASES.items():
        text = text.replace(english, indonesian)
    return re.sub(r"[a-z]+", lambda word: _UNIT_WORDS.get(word[0], word[0]), text)


def is_money(unit_text: str) -> bool:
    """Whether a unit is an amount of rupiah."""
    return unit_text.startswith("rupiah")


def measured(value: int | Decimal | date, unit_text: str, lang: str) -> str:
    """A value with its unit: Rp 3.000.000 per tahun, 4 orang per keluarga, desil 4."""
    if isinstance(value, date):
        return day(value, lang)
    if is_money(unit_text):
        return (rupiah(value, lang) + unit(unit_text.removeprefix("rupiah"), lang)).rstrip()
    first, _, rest = unit_text.partition(" ")
    if value == 1:
        unit_text = f"{_SINGULAR.get(first, first)} {rest}".strip()
    words = unit(unit_text, lang)
    if first in ("decile", "grade"):  # the number belongs behind the word
        first, _, rest = words.partition(" ")
        return f"{first} {number(value, lang)} {rest}".strip()
    return f"{number(value, lang)} {words}".strip()


def shown(value: Any, lang: str, variable: Variable | None = None, unit_text: str = "") -> str:
    """A fact in words.

    Args:
        value: True or False, a whole number, a Decimal, a date, text, None for unknown, or a pair
            (lowest, highest) for a count that is not settled.
        lang: ``id`` or ``en``.
        variable: whose fact it is; a code is then given by its label.
        unit_text: the unit of a parameter; only money is marked by it.
    """
    if value is None:
        return UNKNOWN.get(lang)
    if isinstance(value, bool):
        return (YES if value else NO).get(lang)
    if isinstance(value, date):
        return day(value, lang)
    if isinstance(value, tuple):
        low, high = value
        ends = [shown(end, lang, variable, unit_text) for end in dict.fromkeys((low, high))]
        return (" to " if lang == "en" else " sampai ").join(ends)
    if variable is not None and variable.type == "code" and value in variable.codes:
        return variable.codes[value].label.get(lang)
    if isinstance(value, int | Decimal):
        return rupiah(value, lang) if is_money(unit_text) else number(value, lang)
    return str(value)


def answer(value: Any, variable: Variable, lang: str) -> str:
    """An answer in words with what it counts: 36 m², 4 orang; a decile and a grade stand alone."""
    words = shown(value, lang, variable)
    counted = isinstance(value, int | Decimal) and not isinstance(value, bool)
    if not counted or variable.type != "number" or variable.unit is None:
        return words
    name = variable.unit.get(lang)
    if value == 1 and lang == "en":
        name = _SINGULAR.get(name, name)
    if name.lower() in variable.label.get(lang).lower() or variable.unit.en in _SAID_BY_LABEL:
        return words
    return f"{words} {_SHORT_UNITS.get(name, name)}"


def fill(
    text: Text | str,
    values: Mapping[str, Any],
    lang: str,
    variables: Mapping[str, Variable] | None = None,
    parameters: Mapping[str, Parameter] | None = None,
) -> str:
    """A sentence of the policy with its ``{names}`` replaced by values in words.

    A name without a value becomes "tidak diketahui". Numbers are true numbers, not scaled ones.
    """

    def word(found: re.Match[str]) -> str:
        name = found[1]
        variable = (variables or {}).get(name)
        parameter = (parameters or {}).get(name)
        return shown(values.get(name), lang, variable, parameter.unit if parameter else "")

    spoken = text.get(lang) if isinstance(text, Text) else text
    return re.sub(r"\{(\w+)\}", word, spoken)
