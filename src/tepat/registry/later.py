"""Asking for work to be done later, as part of the open transaction; and doing it alone.

Inside a worker, procrastinate's own `defer` uses the worker's connection and not Django's: the work
could begin before the transaction that asked for it has ended, or be done although it was rolled
back. Here a request is a row of Django's transaction, in a web process and in a worker alike.

A worker that has been silent for a while is taken for dead and its work is given to another. It may
only have been asleep, with its machine: so a step is held by a lock of its session.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError, InterfaceError, connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task


def ask_for(name: str, *each: dict[str, Any], lock: str | None = None) -> None:
    """Ask for a task, once for each set of arguments.

    Args:
        name: the task's full name, such as ``tepat.registry.tasks.import_look``.
        each: the arguments of each job.
        lock: jobs with the same lock run one after another.
    """
    task = app.tasks[name]
    configure_task(
        name=task.name,
        job_manager=JobManager(DjangoConnector()),
        queue=task.queue,
        priority=task.priority,
        lock=lock or task.lock,
        queueing_lock=task.queueing_lock,
    ).batch_defer(*each)


class AtWork(Exception):
    """Another worker, or what the database still does for a killed one, is at this step."""


@contextmanager
def alone(step: str) -> Iterator[None]:
    """Hold a step for this session; a killed worker's hold ends with its connection.

    Args:
        step: what is to be done by one at a time.

    Raises:
        AtWork: it is held; the caller's job is run again later.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [step])
        row = cursor.fetchone()
    if not (row and row[0]):
        raise AtWork(step)
    try:
        yield
    finally:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [step])
        except (DatabaseError, InterfaceError):
            connection.close()  # which gives up the lock as well


def is_disk_full(error: BaseException) -> bool:
    """Whether the database refused because it has no room, which waiting does not mend."""
    return getattr(error.__cause__, "sqlstate", None) == "53100"
