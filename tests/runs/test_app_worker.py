"""The worker's part of a run: killed, stopped, out of room, and what the database refuses."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from tepat.engine.errors import TepatError
from tepat.places.models import Place
from tepat.registry.actions.families import move_family
from tepat.registry.actions.members import Told
from tepat.registry.models import Family
from tepat.runs import work
from tepat.runs.actions import start_run, stop_run
from tepat.runs.models import Decision, Run, State
from tepat.runs.publish import publish
from tepat.staff.context import acting_as
from tepat.staff.queries import system_id
from tests import database
from tests.registry.world import CIPAKU, KERTAJAYA, World, make_world, rukmini
from tests.runs.published import as_worker

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2025, 7, 1)
WORKER = """
import sys
from pathlib import Path
import django
django.setup()
from django.conf import settings
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[1]
settings.HOME = Path(sys.argv[2])
from tepat.runs import work
work.perform(int(sys.argv[3]))
"""


@pytest.fixture
def world(settings: Any, tmp_path: Path) -> World:
    """Two families in two kabupaten."""
    settings.HOME = tmp_path / "home"
    made = make_world()
    for name, more in (
        ("village_operator", {}),
        ("far_operator", {"place": KERTAJAYA, "number": "3205140101100009"}),
    ):
        with acting_as(made[name].pk):
            rukmini(made[name], **more)
    return made


def started(world: World, programmes: tuple[str, ...] = ("lpg_3kg",)) -> Run:
    return start_run(
        place=Place.objects.get(pk=1),
        as_of=DAY,
        programmes=programmes,
        acting_user=world["ministry_analyst"],
    )


def decisions(run: Run) -> list[tuple[Any, ...]]:
    with acting_as(system_id()):
        rows = Decision.objects.filter(run=run)
        return sorted(rows.values_list("family_id", "programme", "outcome", "award", "home_id"))


def test_a_worker_that_is_killed_in_any_step_is_followed_by_one_that_finishes(
    world: World, settings: Any, tmp_path: Path
) -> None:
    script = tmp_path / "worker.py"
    script.write_text(WORKER)
    run = started(world)
    words = [sys.executable, str(script), database.NAME, str(settings.HOME), str(run.pk)]
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.site_settings"}
    root = Path(__file__).resolve().parents[2]
    hold = _held_back(run)
    for state in (State.SNAPSHOT, State.RUNNING, State.PUBLISHING):
        if state == State.PUBLISHING:
            next(hold)
        with subprocess.Popen(words, cwd=root, env={**env, "PYTHONPATH": str(root)}) as worker:
            limit = time.monotonic() + 300
            while as_worker(run).state != state and time.monotonic() < limit:
                assert worker.poll() is None, f"ended before {state}"
                time.sleep(0.02)
            worker.send_signal(signal.SIGKILL)
    next(hold, None)
    assert as_worker(run).state == State.PUBLISHING
    assert decisions(run) == []
    work.perform(run.pk)
    assert (as_worker(run).state, len(decisions(run))) == ("done", 2)
    left = [path for path in settings.HOME.rglob("*") if "unfinished" in path.name]
    assert left == []
    assert not any((settings.HOME / "snapshots").iterdir()), "a snapshot says more than needed"


def _held_back(run: Run) -> Iterator[None]:
    """Between two steps of it, nothing can be published."""
    with database.connect("tepat_owner") as owner, owner.transaction():
        owner.execute("LOCK TABLE runs_decision IN EXCLUSIVE MODE")
        yield


def test_publishing_twice_and_performing_twice_change_nothing(world: World, settings: Any) -> None:
    run = started(world)
    work.perform(run.pk)
    before = decisions(run)
    assert len(before) == 2
    with acting_as(system_id()), transaction.atomic():
        publish(run.pk, settings.HOME / "runs" / run.folder, settings.HOME / "runs")
    work.perform(run.pk)
    assert decisions(run) == before


def test_a_run_is_stopped_before_it_began_and_in_the_middle(
    world: World, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = started(world)
    stop_run(run=waiting, acting_user=world["ministry_analyst"])
    work.perform(waiting.pk)
    assert as_worker(waiting).state == State.STOPPED
    run = started(world)
    follow = work._lines

    def stop_soon(process: Any) -> Iterator[bytes | None]:
        for number, line in enumerate(follow(process)):
            if number == 1:
                stop_run(run=run, acting_user=world["ministry_analyst"])
                time.sleep(work.LOOK_EVERY + 0.1)
            yield line

    monkeypatch.setattr(work, "_lines", stop_soon)
    work.perform(run.pk)
    found = as_worker(run)
    assert (found.state, found.error, decisions(run)) == (State.STOPPED, None, [])
    assert not (settings.HOME / "runs" / run.folder).exists()
    with pytest.raises(TepatError, match="no longer at work"):
        stop_run(run=run, acting_user=world["ministry_analyst"])


def test_a_worker_that_ends_leaves_the_run_to_the_next(world: World) -> None:
    run = started(world)
    with pytest.raises(work.Interrupted):
        work.perform(run.pk, ends=lambda: True)
    assert as_worker(run).state == State.SNAPSHOT
    work.perform(run.pk)
    assert as_worker(run).state == State.DONE


def test_a_full_disk_fails_with_words_and_the_former_decisions_stay(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = started(world)
    work.perform(first.pk)
    kept = decisions(first)
    run = started(world)

    def full(*words: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(work, "publish", full)
    with pytest.raises(OSError, match="No space"):
        work.perform(run.pk)
    found = as_worker(run)
    assert found.state == State.FAILED
    assert found.error["id"]["code"] == "disk_full"
    assert "Ruang simpan" in found.error["id"]["what"]
    assert (decisions(run), decisions(first)) == ([], kept)


def test_only_the_worker_writes_decisions_and_nobody_changes_one(world: World) -> None:
    run = started(world)
    work.perform(run.pk)
    with acting_as(system_id()):
        family = Family.objects.first()
    assert family is not None
    refused = (
        f"INSERT INTO runs_decision (run_id, family_id, failed, unknown, home_id, outcome, award, "
        f"programme) VALUES ({run.pk}, {family.pk}, 0, 0, {family.home_id}, 1, 1, 'pkh')",
        "UPDATE runs_decision SET award = 1",
        "DELETE FROM runs_decision",
        f"UPDATE runs_run SET state = 'publishing' WHERE id = {run.pk}",
        "SELECT runs_forget(1)",
    )
    for name in ("ministry_analyst", "village_operator"):
        for sql in refused:
            if name == "village_operator" and "runs_run" in sql:
                continue  # the row is not in reach: nothing is updated
            with pytest.raises(DatabaseError), acting_as(world[name].pk), connection.cursor() as c:
                c.execute(sql)
    with pytest.raises(DatabaseError), acting_as(system_id()), connection.cursor() as c:
        c.execute(refused[0])  # not even the worker, once it is published


def test_decisions_of_a_run_are_forgotten_without_reading_those_of_others(world: World) -> None:
    with database.connect("tepat_owner") as owner:
        owner.execute("SET enable_seqscan = off")  # the table is empty
        sql = "DELETE FROM runs_decision WHERE run_id = ANY ('{1,2}'::int[])"
        plan = "\n".join(row[0] for row in owner.execute(f"EXPLAIN {sql}").fetchall())
    assert "decision_of_run" in plan


def test_decisions_follow_a_family_that_moves_to_another_village(world: World) -> None:
    run = started(world)
    work.perform(run.pk)
    operator, facilitator = world["village_operator"], world["facilitator"]
    with acting_as(operator.pk):
        family = Family.objects.get()
        assert Decision.objects.filter(family_id=family.pk).exists()
    with acting_as(facilitator.pk):
        move_family(
            family_id=family.pk,
            place_id=CIPAKU,
            address="Kp. Baru",
            told=Told(date(2025, 8, 1), "surat pindah"),
            acting_user=facilitator,
        )
        assert Decision.objects.filter(family_id=family.pk, home_id=CIPAKU).exists()
    with acting_as(operator.pk):
        assert not Decision.objects.filter(family_id=family.pk).exists()


def test_an_analyst_without_the_place_and_other_roles_start_nothing(world: World) -> None:
    place = Place.objects.get(pk=1)
    for name in ("kabupaten_verifier", "auditor", "village_operator"):
        with pytest.raises(TepatError, match="ministry"):
            start_run(place=place, as_of=DAY, acting_user=world[name])
    with acting_as(system_id()):
        assert not Run.objects.exists()
    with pytest.raises(TepatError, match="in force"):
        start_run(place=place, as_of=date(1990, 1, 1), acting_user=world["ministry_analyst"])
    with pytest.raises(TepatError, match="not a programme") as wrong:
        start_run(
            place=place,
            as_of=DAY,
            quota="programme,place,quota\nabc,,1\n",
            acting_user=world["ministry_analyst"],
        )
    assert "tmp" not in str(wrong.value), "no path of the server is told"
