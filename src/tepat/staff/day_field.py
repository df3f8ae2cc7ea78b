"""A date asked in three parts, as people write it: day, month, year.

One calendar box fits nobody who types a birth date of 1958 on a telephone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import lazy

from tepat.engine.text import Text
from tepat.staff.language import say

_say = lazy(say, str)


class DayInput(forms.MultiWidget):
    """Three boxes named ``…_day``, ``…_month`` and ``…_year``."""

    labels: ClassVar[tuple[Text, ...]] = (
        Text("Tanggal", "Day"),
        Text("Bulan", "Month"),
        Text("Tahun", "Year"),
    )

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        boxes = dict.fromkeys(("day", "month", "year"), forms.TextInput)
        super().__init__({**boxes}, attrs)

    def decompress(self, value: Any) -> list[Any]:
        """Day, month and year of a date; three times nothing where there is none."""
        if isinstance(value, date):
            return [value.day, value.month, value.year]
        return [None, None, None]


class DayField(forms.MultiValueField):
    """A date in three parts; partly filled or impossible dates are refused with what to do."""

    widget = DayInput

    def __init__(self, **options: Any) -> None:
        impossible = Text(
            "Tanggal ini tidak ada. Tulis angka, misalnya 27 3 1985.",
            "There is no such date. Write numbers, for example 27 3 1985.",
        )
        incomplete = Text(
            "Isi tanggal, bulan, dan tahun, misalnya 27 3 1985.",
            "Give day, month and year, for example 27 3 1985.",
        )
        messages = {"invalid": _say(impossible), "incomplete": _say(incomplete)}
        fields = [
            forms.IntegerField(error_messages={"invalid": _say(impossible)}) for _ in range(3)
        ]
        options["error_messages"] = messages | options.get("error_messages", {})
        super().__init__(fields, require_all_fields=False, **options)

    def compress(self, data_list: Sequence[Any]) -> date | None:
        """The date; None where nothing was written.

        Raises:
            ValidationError: the calendar has no such day.
        """
        if not any(part is not None for part in data_list):
            return None
        day, month, year = data_list
        try:
            return date(year, month, day)
        except ValueError as wrong:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from wrong
