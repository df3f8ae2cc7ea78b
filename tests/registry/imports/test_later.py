"""Work that is asked for belongs to the transaction that asks, and is done by one at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection, transaction
from procrastinate.contrib.django import app
from procrastinate.testing import InMemoryConnector

from tepat.registry.imports import jobs
from tepat.registry.later import AtWork, ask_for
from tests import database
from tests.registry.imports.sending import family, fresh, member, send
from tests.registry.world import World

TASK = "tepat.registry.tasks.import_clean"


def asked() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = %s", [TASK])
        return int(cursor.fetchone()[0])


@pytest.mark.django_db
def test_work_asked_for_in_a_worker_is_a_row_of_its_transaction() -> None:
    # as in a worker, which has a connection of its own
    before = asked()
    with app.replace_connector(InMemoryConnector()):
        ask_for(TASK, {"job": 1, "user": 1}, {"job": 2, "user": 1})
        assert asked() == before + 2
        with transaction.atomic():
            ask_for(TASK, {"job": 3, "user": 1})
            transaction.set_rollback(True)
        assert asked() == before + 2
        # procrastinate's own way goes past the transaction; a browser's loop may run in this thread
        with ThreadPoolExecutor(1) as threads:
            threads.submit(app.configure_task(TASK).defer, job=4, user=1).result()
        assert asked() == before + 2


def test_a_step_that_another_worker_is_at_is_left_for_later(world: World) -> None:
    job = send(world, [family("F1")], [member("P1", "F1")])
    with database.connect() as other:
        other.execute(
            "SELECT pg_advisory_lock(hashtextextended(%s, 0))", [f"import {job.pk} look {{}}"]
        )
        with pytest.raises(AtWork):
            jobs.do(jobs.look, job=job.pk, user=job.uploaded_by_id)
        assert fresh(job).state == "uploaded"
        other.execute("SELECT pg_advisory_unlock_all()")  # a closed session's are given up later
    jobs.do(jobs.look, job=job.pk, user=job.uploaded_by_id)
    assert fresh(job).state == "matching"


@pytest.mark.parametrize(
    ("cause", "state"),
    [(psycopg.errors.DiskFull(), "failed"), (psycopg.errors.AdminShutdown(), "uploaded")],
)
def test_a_database_that_is_full_ends_an_import_in_words_and_one_that_is_away_does_not(
    world: World, cause: Exception, state: str
) -> None:
    def step(job: int, user: int) -> None:
        raise OperationalError from cause

    job = send(world, [family("F1")], [member("P1", "F1")])
    ended: Any = None
    try:
        jobs.do(step, job=job.pk, user=job.uploaded_by_id)
    except OperationalError as error:
        ended = error
    found = fresh(job)
    assert (found.state, ended is None) == (state, state == "failed")
    assert found.error_code == ("disk_full" if state == "failed" else "")
    if state == "failed":
        assert "Ruang disk" in found.error_id and "no room" in found.error_en
