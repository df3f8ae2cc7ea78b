"""The filter of the work list, and the form by which findings are given out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from tepat.engine.text import Text
from tepat.places.models import Level, Place
from tepat.places.queries import children_of, path_of
from tepat.places.rules import full_name
from tepat.registry.quality.catalogue import OVERDUE, SEVERITIES
from tepat.registry.quality.queries import FREE, GIVEN, MINE, workers
from tepat.registry.rules.catalogue import RULES
from tepat.staff.day_field import DayField
from tepat.staff.language import say
from tepat.staff.roles import role_name

ALL = Text("Semua", "All")
ASSIGNED = {
    MINE: Text("Tugas saya", "Given to me"),
    GIVEN: Text("Sudah dibagikan", "Given out"),
    FREE: Text("Belum dibagikan", "Not given out"),
}
# What a check of the record can find; the others are about files.
_OF_FILES = {
    "row_unreadable", "blank_rows", "column_unused", "encoding_assumed", "key_missing",
    "key_too_long", "key_twice", "date_ambiguous", "date_serial", "number_numeric",
    "family_not_found", "target_not_found", "unknown_code", "bad_number", "out_of_range",
    "bad_yes_no", "bad_date", "place_form", "place_differs",
}  # fmt: skip


class QualityFilter(forms.Form):
    """What the list shows; all of it stands in the address, none of it names a person."""

    wilayah = forms.ChoiceField(required=False)
    aturan = forms.ChoiceField(required=False)
    tingkat = forms.ChoiceField(required=False)
    tugas = forms.ChoiceField(required=False)
    terlambat = forms.BooleanField(required=False)

    def __init__(self, given: Any, *, place: Place | None, own: Sequence[Place]) -> None:
        super().__init__(given)
        rules = [one for one in RULES.values() if one.name not in _OF_FILES]
        self._choices("wilayah", Text("Wilayah", "Place"), places_around(place, own), all_=None)
        named = [(one.name, say(one.says)) for one in (OVERDUE, *rules)]
        self._choices("aturan", Text("Temuan", "Finding"), sorted(named, key=lambda one: one[1]))
        levels = [(key, say(text)) for key, text in SEVERITIES.items()]
        self._choices("tingkat", Text("Tingkat", "Severity"), levels)
        tasks = [(key, say(text)) for key, text in ASSIGNED.items()]
        self._choices("tugas", Text("Pembagian tugas", "Who looks after it"), tasks)
        self.fields["terlambat"].label = say(
            Text("Hanya yang lewat tenggat", "Past their day only")
        )
        if place is not None:
            self.initial["wilayah"] = str(place.pk)

    def _choices(
        self,
        name: str,
        label: Text,
        choices: Sequence[tuple[str, str]],
        all_: Text | None = ALL,
    ) -> None:
        field: Any = self.fields[name]
        field.label = say(label)
        field.choices = [*([("", say(all_))] if all_ else []), *choices]


def places_around(place: Place | None, own: Sequence[Place]) -> list[tuple[str, str]]:
    """Where one may go from a place: up to one's own, and one step down."""
    found: dict[str, str] = {}
    if len(own) != 1:
        found[""] = say(Text("Semua wilayah saya", "All my places"))
    for one in own:
        found[str(one.pk)] = name_of(one)
    if place is not None:
        mine = {one.pk for one in own}
        path = path_of(place.pk)
        first = next((at for at, one in enumerate(path) if one.pk in mine), len(path))
        for one in path[first:]:
            found[str(one.pk)] = name_of(one)
        if place.level < Level.VILLAGE:
            for child in children_of(place.pk):
                found[str(child.id)] = f"– {child.full_name}"
    return list(found.items())


def name_of(place: Place) -> str:
    """A place in a list: what it is and its name."""
    return "Indonesia" if place.level == Level.COUNTRY else str(full_name(place.kind, place.name))


class AssignForm(forms.Form):
    """To whom findings are given, until when, and what the receiver should know."""

    to = forms.TypedChoiceField(required=False, coerce=int, empty_value=None)
    due_on = DayField(required=False)
    note = forms.CharField(required=False, max_length=500, widget=forms.Textarea({"rows": 3}))

    def __init__(self, given: Any, *, place_id: int) -> None:
        super().__init__(given)
        own = Text("Setiap temuan ke desanya sendiri", "Each finding to its own village")
        people = [
            (user, f"{name}, {say(role_name(role))}, {where}")
            for user, name, role, where in workers(place_id)
        ]
        to: Any = self.fields["to"]
        to.choices = [("", say(own)), *people]
        to.label = say(Text("Kepada", "To"))
        self.fields["due_on"].label = say(Text("Tenggat", "To be done by"))
        self.fields["due_on"].help_text = say(Text("Boleh kosong.", "May be empty."))
        self.fields["note"].label = say(Text("Catatan untuk petugas", "Note for the receiver"))
        self.fields["note"].help_text = say(
            Text("Jangan tulis NIK atau nama warga.", "Write no NIK and no name of a person.")
        )
