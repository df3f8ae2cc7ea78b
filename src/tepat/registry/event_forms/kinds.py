"""All kinds of events, in the order in which a page offers them."""

from __future__ import annotations

from tepat.engine.text import Text
from tepat.registry.event_forms.base import EventForm
from tepat.registry.event_forms.family_forms import (
    CorrectPlace,
    Departure,
    Merge,
    MoveOut,
    NewNumber,
    Split,
)
from tepat.registry.event_forms.member_forms import (
    Birth,
    CorrectPerson,
    Death,
    Join,
    Leave,
    Marriage,
    NewHead,
)

GROUPS: tuple[tuple[Text, tuple[type[EventForm], ...]], ...] = (
    (Text("Anggota", "Members"), (Birth, Death, Marriage, Join, Leave, NewHead)),
    (Text("Keluarga", "Family"), (MoveOut, Departure, Split, Merge, NewNumber)),
    (Text("Perbaikan", "Corrections"), (CorrectPerson, CorrectPlace)),
)
KINDS: dict[str, type[EventForm]] = {form.slug: form for _, forms in GROUPS for form in forms}
