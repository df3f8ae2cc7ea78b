"""What changed meanwhile, in words, for the one who comes second."""

from __future__ import annotations

from datetime import date
from typing import Any

from tepat.engine.text import Text
from tepat.places import queries as places
from tepat.policy import wording
from tepat.registry.actions.writing import today
from tepat.registry.as_of import FamilyView
from tepat.registry.changes import BatchTold, Change, what_changed
from tepat.registry.interviews.questions import variables, worded
from tepat.registry.models import PersonRecord
from tepat.staff.language import language, say

_COLUMNS = {
    "address": Text("Alamat", "Address"),
    "latitude": Text("Lintang", "Latitude"),
    "longitude": Text("Bujur", "Longitude"),
    "place_id": Text("Desa", "Village"),
    "name": Text("Nama", "Name"),
    "died_on": Text("Meninggal", "Died"),
    "nik": Text("NIK", "NIK"),
    "kk": Text("Nomor KK", "KK number"),
}
_CAME = Text("{name} masuk keluarga", "{name} joined the family")
_LEFT = Text("{name} bukan anggota lagi", "{name} no longer belongs to the family")


def changed_words(view: FamilyView, since: int) -> tuple[list[str], tuple[BatchTold, ...]]:
    """Lines on what differs since a version, and the batches that told it."""
    changed = what_changed(view.family_id, since, today())
    names = _names(changed.changes)
    return [_line(one, names) for one in changed.changes], changed.batches


def _names(changes: tuple[Change, ...]) -> dict[int, str]:
    people = {one.person_id for one in changes if one.person_id is not None}
    found = PersonRecord.objects.filter(person_id__in=people, superseded_by=None)
    return {
        person: name or "–"
        for person, name in found.order_by("valid_from").values_list("person_id", "name")
    }


def _line(one: Change, names: dict[int, str]) -> str:
    who = names.get(one.person_id or 0, "–") if one.person_id else ""
    if one.what == "membership" and one.before is None:
        return say(_CAME).format(name=who)
    if one.what == "membership" and one.after is None:
        return say(_LEFT).format(name=who)
    variable = variables().get(one.name)
    label = say(variable.label if variable else _COLUMNS.get(one.name, Text(one.name, one.name)))
    start = f"{who}: {label}" if who else label
    if one.name in ("nik", "kk"):
        return say(Text("{what} diganti", "{what} changed")).format(what=start)
    return f"{start}: {_said(one.name, one.before)} → {_said(one.name, one.after)}"


def _said(name: str, value: Any) -> str:
    if value is None:
        return "–"
    if name == "place_id":
        return places.labels_of([value]).get(value, "–")
    if isinstance(value, date):
        return wording.day(value, language())
    return say(worded(name, value))
