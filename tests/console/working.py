"""A real worker for tests: it takes what was asked for from the queue until nothing is left."""

from __future__ import annotations

import asyncio
import threading
from typing import Any


def work() -> None:
    """Run everything that waits in the queue, and what that asks for in turn.

    In a thread of its own, for a browser's loop runs in that of the test.
    """
    raised: list[BaseException] = []
    thread = threading.Thread(target=_drain, args=(raised,))
    thread.start()
    thread.join(timeout=120)
    assert not thread.is_alive(), "the worker did not come to an end"
    if raised:
        raise raised[0]


def _drain(raised: list[BaseException]) -> None:
    from django.db import connections
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.django_connector import DjangoConnector

    connector: Any = DjangoConnector().get_worker_connector()
    try:
        with app.replace_connector(connector):
            asyncio.run(_until_empty(app))
    except Exception as error:
        raised.append(error)
        raise
    finally:
        connections.close_all()


async def _until_empty(app: Any) -> None:
    async with app.open_async():
        await app.run_worker_async(
            wait=False, queues=["imports"], install_signal_handlers=False, concurrency=1
        )
