"""A worker is killed in the middle of each step, and another ends the work as if nothing was."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tepat.registry.imports import actions, jobs, queries, reading
from tepat.registry.models import ImportJob
from tepat.registry.models.imports import ImportState
from tests import database
from tests.registry.imports.killable import ROWS_PER_SHARD
from tests.registry.imports.killing import (
    FACTS,
    killed_at,
    make_points,
    rows,
    wait_for,
    worker,
)
from tests.registry.imports.sending import (
    CODE,
    approve,
    bring_in,
    check,
    family,
    fresh,
    member,
    send,
)
from tests.registry.world import World, make_world

pytestmark = pytest.mark.django_db(transaction=True)
STEPS = ("matching", "shards", "shard 1", "shard 2", "shard 3", "checked")
ORDER = [state.value for state in ImportState]
# The clock's work that was cut off, and the next one that waits: one cannot follow the other.
CUT_OFF = """
INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, status, scheduled_at)
SELECT 'checks', 'tepat.registry.tasks.check_changed', 'check_changed', 'check_changed',
    unnest(ARRAY['doing', 'todo']::procrastinate_job_status[]), now() + interval '1 day'
"""


@pytest.fixture(autouse=True)
def small_shards(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.FILES = tmp_path / "files"
    monkeypatch.setattr(reading, "ROWS_PER_SHARD", ROWS_PER_SHARD)


def arranged() -> tuple[World, ImportJob]:
    """A registry with three families, and a file that changes, moves, adds and errs."""
    world = make_world()
    base = bring_in(
        world,
        [family(f"F{n}") for n in (1, 2, 3)],
        [member(f"P{n}", f"F{1 + n % 3}", relation=1 if n < 4 else 3) for n in range(1, 8)],
    )
    jobs.clean(base.pk, base.uploaded_by_id)
    later = {"observed_on": "2025-05-01"}
    families = [
        family("F1", village=CODE["Cipaku"], **later),
        family("F2", kk_number="3204330101250009", motorcycle=4, **later),
        *(family(f"F{n}", **later) for n in range(4, 9)),
        family("F9", village="3204339999"),
    ]
    members = [
        member("P1", "F2", nik="3204330101900099", **later),
        member("P4", "F8", relation=3, **later),
        *(member(f"P{n}", f"F{n % 6 + 3}", relation=1 if n < 14 else 3) for n in range(8, 22)),
    ]
    with database.connect("postgres") as owner:
        owner.execute("DELETE FROM procrastinate_jobs")
    return world, send(world, families, members)


def undisturbed() -> tuple[dict[str, Any], dict[str, Any]]:
    """What an import that nobody disturbs leaves, and what its undo leaves; then a new database."""
    world, job = arranged()
    job = approve(world, check(world, job))
    assert (job.state, job.shards) == ("done", 2)
    jobs.clean(job.pk, world["head_of_office"].pk)
    done = rows()
    actions.undo(job=job.pk, acting_user=world["head_of_office"], reason="berkas keliru")
    undone = rows()
    connection.close()
    database.make_copy()
    return done, undone


def people(world: World, job: ImportJob) -> Callable[[], None]:
    """What people do while the worker works: confirm the columns, approve."""

    def act() -> None:
        state = fresh(job).state
        if state == ImportState.MATCHING:
            actions.match(job=job.pk, acting_user=world["kabupaten_verifier"])
        elif state == ImportState.CHECKED:
            actions.approve(job=job.pk, acting_user=world["head_of_office"])

    return act


def far(job: ImportJob) -> tuple[int, int]:
    """How far an import is."""
    now = fresh(job)
    return ORDER.index(now.state), queries.progress(now)[0]


def statuses(task: str) -> list[str]:
    with database.connect("postgres") as owner:
        found = owner.execute(
            "SELECT status::text FROM procrastinate_jobs WHERE task_name ~ %s ORDER BY id", [task]
        )
        return [status for (status,) in found.fetchall()]


def test_an_import_whose_worker_is_killed_in_each_step_ends_like_one_left_in_peace() -> None:
    done, undone = undisturbed()
    world, job = arranged()
    make_points()
    with database.connect("postgres") as owner:
        owner.execute(CUT_OFF)
    before, act, seen = rows(*FACTS), people(world, job), [far(job)]
    for point in STEPS:
        killed_at(point, meanwhile=act)
        seen.append(far(job))
    assert [state for state, _ in seen] == sorted(state for state, _ in seen)
    assert [n for state, n in seen if state == ORDER.index("checking")] == [0, 1, 2, 3, 4]
    for point in ("registry_personobservation INSERT", "done"):
        killed_at(point, meanwhile=act)
        assert rows(*FACTS) == before, "nothing is seen before all of it is"
        assert fresh(job).state == ImportState.APPLYING
    killed_at("registry_stagefamily DELETE")
    assert fresh(job).state == ImportState.DONE
    with worker() as last:
        wait_for(lambda: {*statuses("import_")} == {"succeeded"}, last)
    assert rows() == done
    assert statuses("check_changed")[0] == "failed", "it would have held its lock for ever"
    killed_at("undone", "undo", str(job.pk), str(world["head_of_office"].pk))
    assert rows() == done
    actions.undo(job=job.pk, acting_user=world["head_of_office"], reason="berkas keliru")
    assert rows() == undone


def test_rows_that_were_written_outside_the_transaction_would_be_seen() -> None:
    done, _ = undisturbed()
    world, job = arranged()
    make_points()
    before, act = rows(*FACTS), people(world, check(world, job))
    killed_at("done", "torn", meanwhile=act)
    assert rows(*FACTS) != before
    with worker("torn") as last:
        wait_for(lambda: {*statuses("import_")} == {"succeeded"}, last)
    torn = rows()
    assert torn != done
    assert sum(torn["batch"].values()) > sum(done["batch"].values())
