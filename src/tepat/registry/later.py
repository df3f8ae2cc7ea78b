"""Asking for work to be done later, as part of the open transaction.

Inside a worker, procrastinate's own `defer` uses the worker's connection and not Django's: the work
could begin before the transaction that asked for it has ended, or be done although it was rolled
back. Here a request is a row of Django's transaction, in a web process and in a worker alike.
"""

from __future__ import annotations

from typing import Any

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
