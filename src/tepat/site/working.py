"""The worker's process: ``python -m tepat.site.working JOBS_AT_ONCE``.

The queue's own worker ends when the database goes away, and says that all is well. This one waits
until the database answers and begins again; only a request to end (SIGTERM, Ctrl-C) ends it. A job
that was cut off stays marked as being done and is run again when nobody is found at it.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable
from typing import Any

SECONDS_TO_END_A_JOB = 10
LOOK_AGAIN = 1.0  # seconds between two looks whether the database answers


def main() -> None:
    """Work until asked to end."""
    from tepat.engine.quiet_log import be_quiet

    be_quiet()
    import django

    django.setup()
    asyncio.run(_work_on(int(sys.argv[1])))


class _End:
    """Whether somebody asked this process to end, and what to do then."""

    def __init__(self) -> None:
        self.asked, self.task = False, asyncio.current_task()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self._ask)

    def _ask(self) -> None:
        if not self.asked and self.task is not None:  # a second one would cut off an orderly end
            self.asked = True
            self.task.cancel()


async def _work_on(at_once: int) -> None:
    from procrastinate.exceptions import ConnectorException

    end = _End()
    try:
        while not end.asked:
            while not await asyncio.to_thread(_database_answers):
                await asyncio.sleep(LOOK_AGAIN)
            try:
                await _work(at_once)
            except ConnectorException as error:
                _say(f"The database is away ({type(error.__cause__ or error).__name__}).")
            if not end.asked:
                _say("The worker begins again when the database answers.")
                await asyncio.sleep(LOOK_AGAIN)
    except asyncio.CancelledError:
        if not end.asked:
            raise


async def _work(at_once: int) -> None:
    """Take jobs until asked to end, or until the database goes away."""
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.django_connector import DjangoConnector

    connector: Any = DjangoConnector().get_worker_connector()
    with app.replace_connector(connector) as ours:
        async with ours.open_async():
            await ours.run_worker_async(
                concurrency=at_once,
                install_signal_handlers=False,
                shutdown_graceful_timeout=SECONDS_TO_END_A_JOB,
                task_middleware=[_with_a_living_connection],
            )


def _with_a_living_connection(job: Callable[[], Any], context: Any, worker: Any) -> Any:
    """Let no job begin on a connection that an earlier one in its thread saw broken."""
    from django.db import close_old_connections

    close_old_connections()
    try:
        return job()
    finally:
        close_old_connections()


def _database_answers() -> bool:
    from django.db import OperationalError, connection

    try:
        connection.ensure_connection()
    except OperationalError:
        return False
    finally:
        connection.close()
    return True


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
