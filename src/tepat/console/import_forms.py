"""The forms of imports: which to list, what to send, which column is which, and why not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.functional import lazy

from tepat.console.import_words import SEVERITIES, STATES
from tepat.engine.text import Text
from tepat.places.models import Level, Place
from tepat.places.queries import ids_within, listed
from tepat.registry.actions.writing import today
from tepat.registry.imports.uploads import LARGEST
from tepat.staff.day_field import DayField
from tepat.staff.language import say

_say = lazy(say, str)
ALL = Text("Semua", "All")
FILL_IN = {"required": _say(Text("Isi bagian ini.", "Fill in this part."))}
LARGEST_MB = LARGEST >> 20
ACCEPTED = ".csv,.xlsx,.parquet"
MOST_PLACES = 600


class ImportFilter(forms.Form):
    """Which imports to list; nothing of it names a person."""

    keadaan = forms.ChoiceField(label=_say(Text("Keadaan", "State")), required=False)
    sumber = forms.CharField(
        label=_say(Text("Sumber", "Source")), required=False, max_length=80, strip=True
    )

    def __init__(self, *words: Any, **named: Any) -> None:
        super().__init__(*words, **named)
        states = [(state, say(text)) for state, (_, text) in STATES.items()]
        self.fields["keadaan"].choices = [("", say(ALL)), *states]  # type: ignore[attr-defined]


class FindingFilter(forms.Form):
    """Which findings of an import to list."""

    tingkat = forms.ChoiceField(label=_say(Text("Tingkat", "Severity")), required=False)
    aturan = forms.ChoiceField(label=_say(Text("Aturan", "Rule")), required=False)

    def __init__(self, *words: Any, rules: Sequence[tuple[str, Text]], **named: Any) -> None:
        super().__init__(*words, **named)
        levels = [(name, say(text)) for name, (_, text) in SEVERITIES.items()]
        found = [(name, say(text)) for name, text in rules]
        self.fields["tingkat"].choices = [("", say(ALL)), *levels]  # type: ignore[attr-defined]
        self.fields["aturan"].choices = [("", say(ALL)), *found]  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    """Why something is refused or taken back; kept for those who ask."""

    reason = forms.CharField(
        label=_say(Text("Alasan", "Reason")),
        help_text=_say(
            Text(
                "Satu kalimat. Pengunggah dan auditor akan membacanya.",
                "One sentence. The uploader and the auditor will read it.",
            )
        ),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages=FILL_IN,
    )


def places_of(own: Sequence[Place], *, to: int = Level.VILLAGE) -> list[tuple[str, str]]:
    """The places that a file may be for: one's own, and those below them down to a level.

    No level is begun that a picker cannot hold.
    """
    ids = [place.pk for place in own]
    for place in own:
        for level in range(place.level + 1, to + 1):
            below = ids_within(place.pk, level=level)
            if len(ids) + len(below) > MOST_PLACES:
                break
            ids += below
    labels = listed(ids)
    return [(str(pk), labels[pk].label) for pk in dict.fromkeys(ids) if pk in labels]


class UploadForm(forms.Form):
    """A file or two, for which place, from whom and of which day."""

    place = forms.ChoiceField(
        label=_say(Text("Untuk wilayah", "For the place")),
        help_text=_say(
            Text(
                "Semua keluarga di dalam berkas harus tinggal di wilayah ini.",
                "All families in the file must live in this place.",
            )
        ),
    )
    source = forms.CharField(
        label=_say(Text("Siapa yang mengumpulkan data", "Who collected the data")),
        help_text=_say(
            Text(
                "Misalnya: Dinas Sosial Kab. Bandung, pendataan 2025. Pakai nama yang sama untuk "
                "kiriman berikutnya, supaya keluarga dan kolomnya dikenali.",
                "For example: social office of Bandung, survey of 2025. Use the same name for the "
                "next file, so that its families and columns are recognised.",
            )
        ),
        max_length=200,
        error_messages=FILL_IN,
    )
    as_of = DayField(
        label=_say(Text("Keadaan pada tanggal", "As of")),
        help_text=_say(
            Text(
                "Untuk baris tanpa tanggal pendataan sendiri.",
                "For rows without a survey date of their own.",
            )
        ),
        error_messages=FILL_IN,
    )
    file = forms.FileField(
        label=_say(Text("Berkas", "File")),
        help_text=_say(
            Text(
                f"XLSX, CSV, atau Parquet, paling besar {LARGEST_MB} MB. Simpan kolom NIK dan "
                "nomor KK sebagai Teks.",
                f"XLSX, CSV or Parquet, up to {LARGEST_MB} MB. Keep the columns of NIK and KK "
                "numbers as Text.",
            )
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPTED}),
        error_messages={
            "required": _say(Text("Pilih berkasnya.", "Choose the file.")),
            "empty": _say(Text("Berkas kosong.", "The file is empty.")),
        },
    )
    second = forms.FileField(
        label=_say(Text("Berkas kedua, bila ada", "A second file, if any")),
        help_text=_say(
            Text(
                "Bila keluarga dan anggota terpisah: beri nama keluarga dan anggota, atau nama "
                "menurut berkas pemetaan yang akan dipakai.",
                "Where families and members are two files: name them families and members, or as "
                "the mapping calls them that you are going to use.",
            )
        ),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPTED}),
        error_messages={"empty": _say(Text("Berkas kosong.", "The file is empty."))},
    )

    def __init__(self, *words: Any, places: Sequence[tuple[str, str]], **named: Any) -> None:
        super().__init__(*words, **named)
        self.fields["place"].choices = list(places)  # type: ignore[attr-defined]

    def clean_source(self) -> str:
        """The source, without the sign that parts it from keys."""
        source = str(self.cleaned_data["source"]).strip()
        if "|" in source:
            raise forms.ValidationError(
                say(Text("Hapus tanda | dari nama sumber.", "Remove the sign | from the name."))
            )
        return source

    def clean_as_of(self) -> date:
        """Not in the future."""
        day: date = self.cleaned_data["as_of"]
        if day > today():
            raise forms.ValidationError(
                say(Text("Tanggal ini belum tiba.", "This day has not come yet."))
            )
        return day
