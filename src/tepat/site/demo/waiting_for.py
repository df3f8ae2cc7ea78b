"""Waiting, in a demonstration, until the worker has brought something to where it is wanted."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

from tepat.engine.errors import TepatError

PATIENCE = timedelta(hours=2).total_seconds()


def wait_until(there: Callable[[], bool], what: str) -> None:
    """Ask again and again until it is there.

    Args:
        there: whether it is; raises where it never will be.
        what: what is waited for, for the message.

    Raises:
        TepatError: ``demo_waited_long``.
    """
    from django.db import connection

    limit = time.monotonic() + PATIENCE
    while not there():
        if time.monotonic() > limit:
            raise TepatError(
                "demo_waited_long",
                f"{what} did not come to its end.",
                do="To begin anew, move the folder of TEPAT_HOME away.",
            )
        connection.close()
        time.sleep(0.5)
