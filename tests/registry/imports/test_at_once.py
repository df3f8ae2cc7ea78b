"""Two imports with the same families, written by two workers at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tepat.registry.imports import actions
from tepat.registry.imports.apply import TURN
from tepat.registry.models.imports import ImportState
from tests import database
from tests.registry.imports.killing import blocked_by, rows, wait_for, worker
from tests.registry.imports.sending import (
    approve,
    bring_in,
    check,
    family,
    fresh,
    member,
    rules,
    send,
)
from tests.registry.world import World, make_world

pytestmark = pytest.mark.django_db(transaction=True)
OTHER = "dinas sosial"
LIVING_TWICE = """
SELECT count(*), count(DISTINCT token) FROM (
    SELECT kk_token AS token FROM registry_familyrecord
    WHERE valid_to IS NULL AND superseded_by_id IS NULL
    UNION ALL
    SELECT nik_token FROM registry_personrecord
    WHERE valid_to IS NULL AND superseded_by_id IS NULL) AS living
"""


@pytest.fixture
def world(settings: Any, tmp_path: Path) -> World:
    settings.FILES = tmp_path / "files"
    return make_world()


def sent(world: World, source: str, *names: int, bikes: int = 1) -> Any:
    """A checked import of families, each with a head; a family's numbers follow from its name."""
    later = {"observed_on": "2025-05-01"}
    families = [family(f"F{n}", motorcycle=bikes, **later) for n in names]
    members = [member(f"P{n}", f"F{n}", **later) for n in names]
    return check(world, send(world, families, members, source=source))


def test_of_two_imports_written_at_once_one_waits_and_names_what_the_other_changed(
    world: World,
) -> None:
    bring_in(world, *([make(n) for n in (1, 2)] for make in (_family, _member)))
    first = sent(world, "pendataan desa", 1, 2, 3, 4, bikes=4)
    second = sent(world, OTHER, 2, 3, 5, bikes=5)
    assert (first.families_new, second.families_new) == (2, 2), "neither knows of the other"
    actions.approve(job=first.pk, acting_user=world["head_of_office"])
    actions.approve(job=second.pk, acting_user=world["second_verifier"])
    with database.connect("postgres") as holder:
        holder.execute("SELECT pg_advisory_lock(%s)", [TURN])
        with worker() as one, worker() as two:
            wait_for(lambda: blocked_by(holder) == 2, one)
            holder.execute("SELECT pg_advisory_unlock(%s)", [TURN])
            for job in (first, second):
                wait_for(lambda job=job: fresh(job).state == ImportState.DONE, two)
        living = holder.execute(LIVING_TWICE).fetchone()
    assert living == (10, 10), "five families with one head each, none of them twice"
    first, second = fresh(first), fresh(second)
    assert sorted([first.held_back, second.held_back]) == [0, 2]
    late = first if first.held_back else second
    assert rules(late)["changed_meanwhile"] == ([3, 4] if late.pk == first.pk else [2, 3])
    assert sum(rows("batch")["batch"].values()) == 3


def _family(n: int) -> dict[str, Any]:
    return family(f"F{n}")


def _member(n: int) -> dict[str, Any]:
    return member(f"P{n}", f"F{n}")


def test_a_number_that_lived_elsewhere_when_it_was_checked_is_let_in_as_approved(
    world: World,
) -> None:
    far = send(
        world,
        [family("F1", village="3205142001")],
        [member("P1", "F1")],
        source=OTHER,
        place=1,
        by="ministry_analyst",
    )
    approve(world, check(world, far), "ministry_approver")
    near = sent(world, "pendataan desa", 1, 2)
    assert {"registered_elsewhere"} <= set(rules(near))
    bring_in(world, [_family(7)], [_member(7)], source="lain")
    near = approve(world, near)
    assert (near.state, near.held_back) == ("done", 0)
    again = sent(world, "ketiga", 3)
    bring_in(world, [_family(3)], [_member(3)], source="keempat")
    assert approve(world, again).held_back == 1
