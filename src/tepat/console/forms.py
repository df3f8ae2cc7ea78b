"""The forms of the staff pages that belong to no stage."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from tepat.engine.text import Text
from tepat.registry.actions.writing import today
from tepat.staff.language import say

NUMBER_LENGTH = 16


class SearchForm(forms.Form):
    """One box for a NIK, a KK number or a name; sent by POST, so that no address holds it."""

    text = forms.CharField(max_length=120)

    def __init__(self, *words: Any, **named: Any) -> None:
        super().__init__(*words, **named)
        self.fields["text"].label = say(Text("NIK, nomor KK, atau nama", "NIK, KK number or name"))
        self.fields["text"].help_text = say(
            Text(
                "Nama boleh sebagian dan tidak perlu urut, misalnya: hid ase",
                "Beginnings of a name in any order will do, such as: hid ase",
            )
        )
        self.fields["text"].widget.attrs.update(
            {"autocomplete": "off", "spellcheck": "false", "maxlength": "120"}
        )

    def clean_text(self) -> str:
        """Digits mean a number, which must be whole; anything else is a name."""
        text = " ".join(str(self.cleaned_data["text"]).split())
        digits = re.sub(r"[\s.\-]", "", text)
        if digits.isdigit():
            if len(digits) != NUMBER_LENGTH:
                raise forms.ValidationError(
                    say(
                        Text(
                            "NIK dan nomor KK berisi 16 angka; ini {n} angka.",
                            "A NIK or KK number has 16 digits; this has {n}.",
                        ).filled(n=len(digits))
                    )
                )
            return digits
        if len(text) < 2:
            raise forms.ValidationError(
                say(Text("Isi paling sedikit dua huruf.", "Give at least two letters."))
            )
        return text


class AsOfForm(forms.Form):
    """On which day things are true, and by the end of which day they were known."""

    on = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    known = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *words: Any, **named: Any) -> None:
        super().__init__(*words, **named)
        self.fields["on"].label = say(Text("Keadaan pada tanggal", "As it was on"))
        self.fields["known"].label = say(
            Text("Menurut yang diketahui sampai", "By what was known until")
        )

    def chosen(self) -> tuple[date, datetime | None]:
        """The day, today unless asked; and the moment, None for now."""
        given = self.cleaned_data if self.is_bound and self.is_valid() else {}
        known: date | None = given.get("known")
        by = (
            datetime(
                known.year, known.month, known.day, 23, 59, 59, 999_999, ZoneInfo("Asia/Jakarta")
            )
            if known
            else None
        )
        return given.get("on") or today(), by
