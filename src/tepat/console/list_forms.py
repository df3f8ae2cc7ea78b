"""The form by which a list of an institution is sent, and the filter of its rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.functional import lazy

from tepat.console.import_forms import ALL, FILL_IN
from tepat.engine.text import Text
from tepat.registry.actions.writing import today
from tepat.registry.lists.actions import LARGEST_LIST
from tepat.registry.lists.jobs import grounds
from tepat.registry.lists.queries import WhyCount
from tepat.staff.day_field import DayField
from tepat.staff.language import say

_say = lazy(say, str)


class ListForm(forms.Form):
    """A list: on which ground, of whom, of which day, about which region."""

    ground = forms.ChoiceField(
        label=_say(Text("Alasan pengecualian", "Exclusion ground")),
        help_text=_say(
            Text(
                "Satu daftar untuk satu alasan. Keputusan memakainya sebagai temuan, bukan fakta.",
                "One list for one ground. Decisions take it as a finding, not as a fact.",
            )
        ),
        error_messages={"required": _say(Text("Pilih alasannya.", "Choose the ground."))},
    )
    source = forms.CharField(
        label=_say(Text("Lembaga", "Institution")),
        help_text=_say(
            Text(
                "Tulis sama seperti sebelumnya: daftar baru dari lembaga yang sama menggantikan "
                "yang lama.",
                "Write it as before: a new list of the same institution replaces the earlier one.",
            )
        ),
        max_length=200,
        error_messages=FILL_IN,
    )
    on = DayField(
        label=_say(Text("Daftar benar pada tanggal", "The list was true on")),
        error_messages=FILL_IN,
    )
    place = forms.ChoiceField(
        label=_say(Text("Wilayah yang dicakup", "Region covered")),
        help_text=_say(
            Text(
                "Warga wilayah ini yang tidak ada di daftar dianggap sudah diperiksa dan tidak "
                "ditemukan.",
                "Who lives there and is not on the list counts as checked and not found.",
            )
        ),
    )
    file = forms.FileField(
        label=_say(Text("Berkas", "File")),
        help_text=_say(
            Text(
                f"CSV atau XLSX, paling besar {LARGEST_LIST >> 20} MB, satu baris per orang. Kolom "
                "nik sebagai Teks; boleh ada kolom bukti dan keyakinan.",
                f"CSV or XLSX, up to {LARGEST_LIST >> 20} MB, one row for each person. Column nik "
                "as Text; columns evidence and confidence may follow.",
            )
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx"}),
        error_messages={
            "required": _say(Text("Pilih berkasnya.", "Choose the file.")),
            "empty": _say(Text("Berkas kosong.", "The file is empty.")),
        },
    )

    def __init__(
        self,
        *words: Any,
        places: Sequence[tuple[str, str]],
        sources: Sequence[str],
        **named: Any,
    ) -> None:
        super().__init__(*words, **named)
        known = [(name, say(ground.title)) for name, ground in grounds().items()]
        first = ("", say(Text("— pilih —", "— choose —")))
        self.fields["ground"].choices = [first, *known]  # type: ignore[attr-defined]
        if sources:
            told = say(Text("Pernah dipakai: {names}.", "Used before: {names}."))
            asked = self.fields["source"]
            asked.help_text = f"{asked.help_text} {told.format(names='; '.join(sources))}"
        self.fields["place"].choices = list(places)  # type: ignore[attr-defined]

    def clean_on(self) -> date:
        """Not in the future."""
        day: date = self.cleaned_data["on"]
        if day > today():
            raise forms.ValidationError(
                say(Text("Tanggal ini belum tiba.", "This day has not come yet."))
            )
        return day


class RowFilter(forms.Form):
    """Which rows of a list to show: those that name nobody, by reason."""

    alasan = forms.ChoiceField(label=_say(Text("Alasan", "Reason")), required=False)

    def __init__(self, *words: Any, reasons: Sequence[WhyCount], **named: Any) -> None:
        super().__init__(*words, **named)
        found = [(one.why, say(one.says)) for one in reasons]
        self.fields["alasan"].choices = [("", say(ALL)), *found]  # type: ignore[attr-defined]
