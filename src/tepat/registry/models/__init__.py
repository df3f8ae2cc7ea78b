"""The tables of the registry: batches, families and people, what was observed, lists and flags.

Everything is true for a time (`valid_from` to the day before `valid_to`) and known from a time (its
batch's `known_at`). A row is never changed: a later batch supersedes it. `home_id` is the village
whose staff may see the row: where the family lives now.
"""

from tepat.registry.models.batches import Batch, Event
from tepat.registry.models.erasure import Erasure
from tepat.registry.models.flags import Flag, FlagList
from tepat.registry.models.imports import (
    ImportFinding,
    ImportJob,
    ImportMatch,
    StageFamily,
    StagePerson,
)
from tepat.registry.models.interviews import Interview, Photo
from tepat.registry.models.lists import ListLoad, ListRow
from tepat.registry.models.observed import AskedSet, FamilyObservation, PersonObservation
from tepat.registry.models.people import (
    Family,
    FamilyRecord,
    Membership,
    NameWord,
    Person,
    PersonRecord,
)
from tepat.registry.models.quality import Finding, PlaceCheck, VillageFigures, VillageFindings

__all__ = [
    "AskedSet",
    "Batch",
    "Erasure",
    "Event",
    "Family",
    "FamilyObservation",
    "FamilyRecord",
    "Finding",
    "Flag",
    "FlagList",
    "ImportFinding",
    "ImportJob",
    "ImportMatch",
    "Interview",
    "ListLoad",
    "ListRow",
    "Membership",
    "NameWord",
    "Person",
    "PersonObservation",
    "PersonRecord",
    "Photo",
    "PlaceCheck",
    "StageFamily",
    "StagePerson",
    "VillageFigures",
    "VillageFindings",
]
