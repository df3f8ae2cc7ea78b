"""The form that starts a run."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from tepat.console.views.families import scopes_of
from tepat.engine.errors import TepatError
from tepat.engine.text import Text
from tepat.places.models import COUNTRY_ID, Level, Place
from tepat.places.rules import full_name
from tepat.runs.actions import check_quota, current_policy
from tepat.staff.day_field import DayField
from tepat.staff.language import language, say
from tepat.staff.models import User

LARGEST_QUOTA = 1_000_000  # bytes
_LABELS = {
    "place": (Text("Wilayah", "Place"), Text("", "")),
    "as_of": (
        Text("Keadaan pada tanggal", "As of"),
        Text(
            "Keputusan dihitung dari fakta dan aturan yang berlaku hari itu.",
            "Decisions follow the facts and rules of that day.",
        ),
    ),
    "known_on": (
        Text("Menurut yang diketahui sampai akhir hari", "By what was known until the end of"),
        Text("Kosongkan untuk semua yang diketahui sekarang.", "Leave empty for all known now."),
    ),
    "programmes": (
        Text("Program", "Programmes"),
        Text(
            "Tanpa pilihan: semua program yang berlaku hari itu.",
            "None chosen: all programmes in force that day.",
        ),
    ),
    "quota": (
        Text("Berkas kuota, bila ada", "Quota file, if any"),
        Text(
            "CSV dengan kolom programme, place, quota. Kode kabupaten 4 angka; kosong: nasional.",
            "CSV with the columns programme, place, quota. Kabupaten code of 4 digits; empty: "
            "the nation.",
        ),
    ),
}


class RunForm(forms.Form):
    """Of which place, on which day, known by when, which programmes, with which quotas."""

    place = forms.TypedChoiceField(coerce=int)
    as_of = DayField()
    known_on = DayField(required=False)
    programmes = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    quota = forms.FileField(required=False)

    def __init__(self, *words: Any, user: User, **named: Any) -> None:
        super().__init__(*words, **named)
        for name, (label, hint) in _LABELS.items():
            self.fields[name].label, self.fields[name].help_text = say(label), say(hint)
        self.fields["as_of"].initial = timezone.localdate()
        places: Any = self.fields["place"]
        places.choices = _places(user)
        programmes: Any = self.fields["programmes"]
        programmes.choices = [
            (name, one.title.get(language())) for name, one in current_policy().programmes.items()
        ]

    def known_by(self) -> datetime | None:
        """The end of the day that was given; None for now, and for today."""
        day = self.cleaned_data["known_on"]
        if day is None or day >= timezone.localdate():
            return None
        end = datetime.combine(day, time()) + timedelta(days=1, microseconds=-1)
        return timezone.make_aware(end)

    def clean_known_on(self) -> Any:
        """A day that has come."""
        day = self.cleaned_data["known_on"]
        if day is not None and day > timezone.localdate():
            raise forms.ValidationError(
                say(Text("Hari itu belum tiba.", "That day has not come yet."))
            )
        return day

    def clean_quota(self) -> str:
        """The file as text, if each of its lines can be read."""
        given = self.cleaned_data["quota"]
        if given is None:
            return ""
        if given.size > LARGEST_QUOTA:
            raise forms.ValidationError(
                say(Text("Berkas ini lebih dari 1 MB.", "This file is over 1 MB."))
            )
        try:
            text = given.read().decode("utf-8-sig")
        except UnicodeDecodeError as wrong:
            raise forms.ValidationError(
                say(Text("Simpan berkas sebagai CSV UTF-8.", "Save the file as CSV in UTF-8."))
            ) from wrong
        try:
            check_quota(text)
        except TepatError as error:
            said = error.in_language(language())
            raise forms.ValidationError(f"{said['what']} {said['do']}") from error
        return str(text)


def _places(user: User) -> list[tuple[int, str]]:
    """The user's places and what lies in them, down to the kabupaten, a line for each."""
    scopes = scopes_of(user)
    within = Place.objects.filter(
        above__ancestor__in=scopes, level__lte=Level.KABUPATEN, ended_on=None
    )
    shown = {one.pk: one for one in [*scopes, *within.order_by("name")]}
    parents = {one.pk: one.parent_id for one in shown.values()}
    tops = [one for one in shown.values() if one.parent_id not in shown]
    lines: list[tuple[int, str]] = []

    def add(place: Place, depth: int) -> None:
        lines.append((place.pk, "\u2003" * depth + _name(place)))
        for pk, parent in parents.items():
            if parent == place.pk:
                add(shown[pk], depth + 1)

    for top in tops:
        add(top, 0)
    return lines


def _name(place: Place) -> str:
    return "Indonesia" if place.pk == COUNTRY_ID else full_name(place.kind, place.name)
