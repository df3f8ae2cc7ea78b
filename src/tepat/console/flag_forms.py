"""The forms by which a finding of another institution is contested, and settled."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.functional import lazy

from tepat.console.import_forms import FILL_IN
from tepat.engine.text import Text
from tepat.staff.language import say

_say = lazy(say, str)
UPHELD, WITHDRAWN = "tetap", "cabut"


class ContestForm(forms.Form):
    """Why a finding is wrong, and what shows it."""

    reason = forms.CharField(
        label=_say(Text("Apa yang salah", "What is wrong")),
        help_text=_say(
            Text(
                "Satu atau dua kalimat, misalnya: petugas kebersihan, bukan direktur.",
                "One or two sentences, such as: a cleaner, not a director.",
            )
        ),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages=FILL_IN,
    )
    document = forms.CharField(
        label=_say(Text("Bukti", "Evidence")),
        help_text=_say(
            Text(
                "Nama dan nomor dokumen, misalnya: surat AHU 7/2025.",
                "Name and number of a document, such as: letter AHU 7/2025.",
            )
        ),
        max_length=200,
        error_messages=FILL_IN,
    )


class SettleForm(ContestForm):
    """Whether a contested finding stands."""

    upheld = forms.ChoiceField(
        label=_say(Text("Keputusan", "Decision")),
        widget=forms.RadioSelect,
        error_messages={"required": _say(Text("Pilih keputusannya.", "Choose a decision."))},
    )
    field_order = ("upheld", "reason", "document")

    def __init__(self, *words: Any, **named: Any) -> None:
        super().__init__(*words, **named)
        self.fields["upheld"].choices = [  # type: ignore[attr-defined]
            (UPHELD, say(Text("Temuan tetap berlaku", "The finding stands"))),
            (WITHDRAWN, say(Text("Temuan dicabut", "The finding is withdrawn"))),
        ]
        self.fields["reason"].label = say(Text("Alasan", "Reason"))
        self.fields["reason"].help_text = say(
            Text(
                "Mengapa, menurut yang Anda periksa sendiri.",
                "Why, by what you have looked at yourself.",
            )
        )
