"""The forms of the staff pages that belong to no stage."""

from __future__ import annotations

import re
from typing import Any

from django import forms

from tepat.engine.text import Text
from tepat.staff.language import say

NUMBER_LENGTH = 16


class SearchForm(forms.Form):
    """One box for a NIK, a KK number or a name; sent by POST, so that no address holds it."""

    text = forms.CharField(max_length=120)
    place = forms.IntegerField(required=False, widget=forms.HiddenInput)

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
