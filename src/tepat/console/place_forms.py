"""What narrows the list of a village's families."""

from __future__ import annotations

from typing import Any

from django import forms

from tepat.engine.text import Text
from tepat.staff.language import say

SHOWN = {
    "": Text("Semua keluarga", "All families"),
    "findings": Text("Yang ada temuannya", "Those with findings"),
    "overdue": Text("Yang lama tidak disurvei", "Those not surveyed for long"),
}


class FamiliesFilter(forms.Form):
    """Which families; it stands in the address, for it names nobody."""

    tampil = forms.ChoiceField(required=False)

    def __init__(self, given: Any) -> None:
        super().__init__(given)
        field: Any = self.fields["tampil"]
        field.label = say(Text("Tampilkan", "Show"))
        field.choices = [(key, say(text)) for key, text in SHOWN.items()]


class LettersForm(forms.Form):
    """How a head's name begins; sent by POST, so that no address and no log holds it."""

    huruf = forms.CharField(max_length=40)

    def __init__(self, given: Any) -> None:
        super().__init__(given)
        field = self.fields["huruf"]
        field.label = say(Text("Awal nama kepala keluarga", "Beginning of the head's name"))
        field.widget.attrs.update({"autocomplete": "off", "spellcheck": "false"})
