"""A worker of its own process on the test's database, cutting files into small shards.

    python -m tests.registry.imports.killable DATABASE FILES [torn | undo IMPORT USER]

Its words are those of `tepat worker`. ``torn`` breaks what it promises, for a negative control:
rows are committed before the import says that they are in. ``undo`` takes an import back, as a
request of the web server does.
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from typing import Any

ROWS_PER_SHARD = 8


def begin(database: str, files: str) -> None:
    """Load the application on a database of the tests."""
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection

    from tepat.registry.imports import reading

    connection.settings_dict["NAME"] = database
    settings.FILES = Path(files)
    reading.ROWS_PER_SHARD = ROWS_PER_SHARD


def tear() -> None:
    """Write rows in a transaction of their own, which no worker of ours does."""
    from django.db import connection

    from tepat.registry.imports import jobs

    whole = jobs.apply_job

    def in_two(job: Any) -> Any:
        batch = whole(job)
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('tepat.user')")
            user = cursor.fetchone()[0]
            cursor.execute("COMMIT")
            cursor.execute("SELECT set_config('tepat.user', %s, true)", [user])
        return batch

    jobs.apply_job = in_two


def work() -> None:
    """Be a worker until killed."""
    from procrastinate.contrib.django import app

    from tepat.site.web import worker

    # checks of the record are work of their own and would only take the time of this test
    clock = app.periodic_registry.periodic_tasks
    for name, more in list(clock):
        if "check" in name:
            del clock[name, more]
    _, _, *sys.argv = worker().words
    runpy.run_module(sys.argv[0], run_name="__main__")


def undo(job: int, user: int) -> None:
    """Take an import back."""
    from tepat.registry.imports import actions
    from tepat.staff.models import User

    actions.undo(job=job, acting_user=User.objects.get(pk=user), reason="berkas keliru")


if __name__ == "__main__":
    begin(sys.argv[1], sys.argv[2])
    more = sys.argv[3:]
    if more[:1] == ["undo"]:
        undo(int(more[1]), int(more[2]))
    else:
        if more == ["torn"]:
            tear()
        work()
