"""What an import changed stands in the history of each family, with its source and batch."""

from __future__ import annotations

from datetime import date

import pytest

from tepat.console.family_history import events_of
from tepat.registry.imports import actions
from tepat.registry.models import Family
from tepat.registry.timeline import history_of
from tepat.staff.context import acting_as
from tests.registry.imports.sending import CODE, bring_in, family, member
from tests.registry.world import World

LATER = {"observed_on": "2025-05-01"}
MEMBERS = [
    member("P1", "F1"),
    member("P2", "F1", relation=3),
    member("P3", "F2"),
    member("P4", "F1", relation=3),
]


def titles(world: World, key: str) -> dict[str, tuple[date, int | None, bool]]:
    """What the history of a family says: on which day, by which batch, whether withdrawn."""
    with acting_as(world["kabupaten_verifier"].pk):
        found = Family.objects.get(origin_key=f"pendataan desa|{key}")
        history = history_of(found.pk)
        assert all(one.source == "pendataan desa" for one in history)
        return {
            one.title.en.removesuffix(", as a file tells"): (one.on, one.batch, one.withdrawn)
            for one in history
        }


@pytest.mark.django_db
def test_the_history_tells_what_a_file_changed_and_that_it_was_taken_back(world: World) -> None:
    first = bring_in(world, [family("F1"), family("F2")], MEMBERS)
    day, later = date(2025, 3, 1), date(2025, 5, 1)
    assert titles(world, "F1") == {
        "Family registered": (day, first.batch_id, False),
        "5 answers recorded": (day, first.batch_id, False),
    }
    second = bring_in(
        world,
        [
            family("F1", village=CODE["Cipaku"], kk_number="3204330101250009", **LATER),
            family("F2", **LATER),
        ],
        [
            member("P1", "F1", name="Nama Baru", **LATER),
            member("P2", "F2", relation=3, **LATER),
            member("P3", "F2", **LATER),
            member("P4", "F1", relation=4, **LATER),
            member("P5", "F2", relation=3, **LATER),
        ],
    )
    told = (later, second.batch_id, False)
    now = titles(world, "F1")
    changed = {
        "Address changed",
        "KK number changed",
        "Data of Nama Baru corrected",
        "Data of Warga E corrected",
        "Warga C left",
    }
    assert {title for title, when in now.items() if when == told} >= changed
    assert now["Family registered"] == (day, first.batch_id, False)
    assert {"Warga C joined", "Warga F joined"} <= set(titles(world, "F2"))
    assert "Warga D joined" not in titles(world, "F2"), "they came with the registration"
    with acting_as(world["kabupaten_verifier"].pk):
        shown = events_of(history_of(Family.objects.get(origin_key="pendataan desa|F1").pk))
    assert f"kiriman {second.batch_id}" in {one["detail"].id for one in shown}
    assert "Alamat berubah, menurut berkas" in {one["title"].id for one in shown}
    actions.undo(job=second.pk, acting_user=world["head_of_office"], reason="berkas keliru")
    withdrawn = titles(world, "F1")
    assert all(withdrawn[title][2] for title in changed - {"Data of Nama Baru corrected"})
    assert withdrawn["Data of Warga B corrected"] == (later, second.batch_id, True)
    assert withdrawn["Family registered"][2] is False
