"""A year in a village, told event by event, some of them late, against a list kept by hand.

The list below was written before the events were run. Each line says who belonged to which family
on a day, by what was known after so many of the events had been told.
"""

from __future__ import annotations

from datetime import date, datetime

import pytest

from tepat.registry.actions import families, members
from tepat.registry.actions.families import NewMember, register_family
from tepat.registry.actions.members import Told
from tepat.registry.actions.people import FamilyFacts, PersonFacts
from tepat.registry.as_of import family_as_of
from tepat.registry.models import Batch, Event, Family, PersonRecord
from tepat.staff.context import acting_as
from tepat.staff.models import User
from tests.registry.world import CIGENTUR, CIPAKU, World, make_world, rukmini

pytestmark = pytest.mark.django_db

# (events told, day): family → "name:relation name:relation …"; nobody means no such family then
BY_HAND = {
    (2, "2025-01-09"): {"A": "", "B": ""},
    (2, "2025-03-31"): {"A": "Rukmini:1 Asep:3 Dewi:5 Rizki:5", "B": "Ujang:1 Neneng:2 Ilham:3"},
    # What did we know at the end of March? The birth; not yet that Ujang had died on the 20th.
    (3, "2025-03-31"): {"B": "Ujang:1 Neneng:2 Ilham:3 Nur:3"},
    (3, "2025-02-02"): {"B": "Ujang:1 Neneng:2 Ilham:3"},
    (4, "2025-03-31"): {"A": "Rukmini:1 Asep:3 Dewi:5 Rizki:5 Siti:4"},
    (5, "2025-03-31"): {"B": "Neneng:1 Ilham:3 Nur:3"},
    (5, "2025-03-19"): {"B": "Ujang:1 Neneng:2 Ilham:3 Nur:3"},
    (7, "2025-05-31"): {"A": "Rukmini:1 Asep:3 Dewi:5 Rizki:5 Siti:4", "C": ""},
    (7, "2025-06-01"): {"A": "Rukmini:1 Dewi:5 Rizki:5", "C": "Asep:1 Siti:2"},
    (8, "2025-07-15"): {"A": "Rukmini:1 Dewi:5", "C": "Asep:1 Siti:2 Rizki:3"},
    (8, "2025-07-14"): {"A": "Rukmini:1 Dewi:5 Rizki:5", "C": "Asep:1 Siti:2"},
    (11, "2025-10-01"): {"A": "Rukmini:1 Dewi:5 Neneng:8 Ilham:8 Nur:8", "B": ""},
    (12, "2025-11-11"): {"A": "Dewi:1 Neneng:8 Ilham:8 Nur:8"},
    # Asked about the past with all that is known at the end
    (12, "2025-03-31"): {
        "A": "Rukmini:1 Asep:3 Dewi:5 Rizki:5 Siti:4",
        "B": "Neneng:1 Ilham:3 Nur:3",
    },
}
# (events told, day): the village of B, and whether it is under its second card
B_LIVES = {
    (8, "2025-05-02"): (CIGENTUR, False),
    (9, "2025-05-02"): (CIPAKU, False),
    (9, "2025-04-30"): (CIGENTUR, False),
    (10, "2025-09-10"): (CIPAKU, True),
    (10, "2025-09-08"): (CIPAKU, False),
}


class Village:
    """The events in the order in which they were told, and the moment after each."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.families: dict[str, int] = {}
        self.moments: list[datetime] = []

    def told(self) -> None:
        """Remember the moment."""
        known = Batch.objects.order_by("-known_at").values_list("known_at", flat=True)[0]
        assert known is not None
        self.moments.append(known)

    def person(self, name: str) -> int:
        """A person by the first word of the present name."""
        found = PersonRecord.objects.filter(name__startswith=name, superseded_by=None)
        return found.values_list("person_id", flat=True)[0]


def _told(month: int, day: int) -> Told:
    return Told(date(2025, month, day), "laporan RT", document="buku RT")


def _live(village: Village) -> None:
    user = village.user
    village.families["A"] = rukmini(user).pk
    village.told()
    couple = [("Ujang", 1, 1), ("Neneng", 2, 2), ("Ilham", 3, 1)]
    village.families["B"] = register_family(
        facts=FamilyFacts(CIGENTUR, "3204330101100011"),
        members=[
            NewMember(PersonFacts(name, None, sex, date(1985, 1, 1)), relation)
            for name, relation, sex in couple
        ],
        answers=None,
        told=Told(date(2025, 1, 10), "wawancara"),
        acting_user=user,
    ).pk
    village.told()
    a, b = village.families["A"], village.families["B"]
    members.record_birth(
        family_id=b, child=PersonFacts("Nur", None, 2), relation=3, told=_told(2, 3),
        acting_user=user,
    )  # fmt: skip
    village.told()
    members.record_marriage(
        family_id=a, person_id=village.person("Asep"), spouse=PersonFacts("Siti", None, 2),
        spouse_relation=4, told=_told(3, 5), acting_user=user,
    )  # fmt: skip
    village.told()
    members.record_death(
        family_id=b, person_id=village.person("Ujang"), told=_told(3, 20), acting_user=user,
        new_head=village.person("Neneng"),
    )  # fmt: skip
    village.told()
    members.correct_person(
        family_id=a, person_id=village.person("Dewi"), changes={"name": "Dewi Lestari Putri"},
        told=_told(4, 2), acting_user=user,
    )  # fmt: skip
    village.told()
    _second_half(village, a, b)


def _second_half(village: Village, a: int, b: int) -> None:
    user = village.user
    village.families["C"] = families.split_family(
        family_id=a, relations={village.person("Asep"): 1, village.person("Siti"): 2},
        facts=FamilyFacts(CIGENTUR, "3204330106250001"), told=_told(6, 1), acting_user=user,
    ).pk  # fmt: skip
    village.told()
    members.record_join(
        family_id=village.families["C"], person=village.person("Rizki"), relation=3,
        told=_told(7, 15), acting_user=user,
    )  # fmt: skip
    village.told()
    families.move_family(
        family_id=b, place_id=CIPAKU, address="Jl. Baru 1", told=_told(5, 1), acting_user=user
    )
    village.told()
    families.change_number(
        family_id=b, kk_number="3204330909250001", told=_told(9, 9), acting_user=user
    )
    village.told()
    joining = {village.person(name): 8 for name in ("Neneng", "Ilham", "Nur")}
    families.merge_families(
        into_id=a, from_id=b, relations=joining, told=_told(10, 1), acting_user=user
    )
    village.told()
    members.record_death(
        family_id=a, person_id=village.person("Rukmini"), told=_told(11, 11), acting_user=user,
        new_head=village.person("Dewi"),
    )  # fmt: skip
    village.told()


@pytest.fixture
def village() -> Village:
    world: World = make_world()
    made = Village(world["kabupaten_verifier"])
    with acting_as(made.user.pk):
        _live(made)
    return made


def _members(village: Village, family: str, told: int, on: str) -> str:
    view = family_as_of(village.families[family], date.fromisoformat(on), village.moments[told - 1])
    if view is None:
        return ""
    named = [(str(one.record["name"]).split()[0], one.relation) for one in view.members]
    return " ".join(f"{name}:{relation}" for name, relation in named)


def test_each_day_reads_as_it_was_known_after_each_event(village: Village) -> None:
    wrong = []
    with acting_as(village.user.pk):
        for (told, on), expected in BY_HAND.items():
            for family, people in expected.items():
                got = _members(village, family, told, on)
                if sorted(got.split()) != sorted(people.split()):
                    wrong.append(f"after {told}, on {on}, {family}: {got!r}, by hand {people!r}")
    assert not wrong, "\n".join(wrong)


def test_where_a_family_lived_and_under_which_card_is_told_for_each_day(village: Village) -> None:
    with acting_as(village.user.pk):
        tokens = {
            told: family_as_of(village.families["B"], date(2025, 9, 30), village.moments[told - 1])
            for told in (8, 10)
        }
        first, second = (
            bytes(view.record["kk_token"]) for view in tokens.values() if view is not None
        )
        for (told, on), (place, second_card) in B_LIVES.items():
            day, moment = date.fromisoformat(on), village.moments[told - 1]
            view = family_as_of(village.families["B"], day, moment)
            assert view is not None
            assert view.record["place_id"] == place, (told, on)
            assert bytes(view.record["kk_token"]) == (second if second_card else first), (told, on)


def test_a_corrected_name_was_wrong_before_and_right_after_for_every_day(
    village: Village,
) -> None:
    with acting_as(village.user.pk):
        for told, name in ((5, "Dewi Lestari"), (6, "Dewi Lestari Putri")):
            view = family_as_of(village.families["A"], date(2025, 1, 31), village.moments[told - 1])
            assert view is not None
            names = {one.record["name"] for one in view.members}
            assert name in names
            assert len(names & {"Dewi Lestari", "Dewi Lestari Putri"}) == 1


def test_the_history_tells_every_event_to_every_family_it_touched(village: Village) -> None:
    with acting_as(village.user.pk):
        told = {
            name: list(
                Event.objects.filter(family=family)
                .order_by("batch", "pk")
                .values_list("kind", flat=True)
            )
            for name, family in village.families.items()
        }
        assert told == {
            "A": ["registration", "marriage", "correction", "split", "leave", "merger", "death"],
            "B": ["registration", "birth", "death", "move_out", "new_number", "merger"],
            "C": ["split", "join"],
        }
        assert Family.objects.count() == 3
