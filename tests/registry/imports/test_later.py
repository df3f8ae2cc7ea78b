"""Work that is asked for belongs to the transaction that asks, in a worker too."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.testing import InMemoryConnector

from tepat.registry.later import ask_for

TASK = "tepat.registry.tasks.import_clean"


def asked() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = %s", [TASK])
        return int(cursor.fetchone()[0])


@pytest.mark.django_db
def test_work_asked_for_in_a_worker_is_a_row_of_its_transaction() -> None:
    # as in a worker, which has a connection of its own
    with app.replace_connector(InMemoryConnector()):
        ask_for(TASK, {"job": 1, "user": 1}, {"job": 2, "user": 1})
        assert asked() == 2
        with transaction.atomic():
            ask_for(TASK, {"job": 3, "user": 1})
            transaction.set_rollback(True)
        assert asked() == 2
        # procrastinate's own way goes past the transaction
        app.configure_task(TASK).defer(job=4, user=1)
        assert asked() == 2
