"""On whose behalf the database works.

Row-level security looks up the user's role and places itself, at each query, so a user who left or
was moved loses sight of families at once. The setting lasts for one transaction. A worker's job, a
command and a streamed answer have no request around them and must open their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


def set_user(user_id: int | None) -> None:
    """Set the user for the rest of the open transaction; None sees no family."""
    with connection.cursor() as cursor:
        value = "" if user_id is None else str(user_id)
        cursor.execute("SELECT set_config('tepat.user', %s, true)", [value])


@contextmanager
def acting_as(user_id: int) -> Iterator[None]:
    """A transaction on behalf of a user; on leaving, the former user is set again."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('tepat.user', true)")
            row = cursor.fetchone()
        set_user(user_id)
        yield
        before = row[0] if row else None
        set_user(int(before) if before else None)
