"""Sealed files that nothing names any more, and taking them away.

A photo or an upload is written before the row that names it is committed: a full disk then stops
the request. Where the transaction is rolled back, or a program is killed before it could remove
what an erasure gave up, a file stays that no row names. Once a day the worker looks for them.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from tepat.audit.actions import record
from tepat.engine.errors import TepatError
from tepat.registry.interviews import photos
from tepat.registry.models.imports import ENDED, ImportState
from tepat.registry.models.lists import LIST_ENDED, ListState
from tepat.staff.context import acting_as
from tepat.staff.queries import system_id

KEPT_SECONDS = 24 * 3600  # no transaction lasts so long
_AT_ONCE = 5_000
# Of a kind of upload: the table of its rows, and the states in which no file is needed.
_UPLOADS = {
    "import": ("registry_importjob", [str(one) for one in (*ENDED, ImportState.DONE)]),
    "list": ("registry_listload", [str(one) for one in (*LIST_ENDED, ListState.DONE)]),
}
# A draft's photos are its author's alone, so a function of the database's looks for them.
_UNNAMED = "SELECT registry_unnamed_photos(%s)"
_NOT_NEEDED = """
SELECT lies.id FROM unnest(%s::bigint[]) AS lies (id)
WHERE NOT EXISTS (SELECT FROM {table} AS j WHERE j.id = lies.id AND j.state <> ALL (%s))
"""


def sweep() -> int:
    """Remove what has lain for a day and no row needs; returns how many files and folders.

    Raises:
        TepatError: ``not_all_seen``: who sees a part of the rows would take the rest for unnamed.
    """
    system = system_id()
    with acting_as(system):
        _require_whole_sight()
        gone = [*_photos(), *_uploads()]
        for path in gone:
            _remove(path)
        if gone:
            record(
                actor_id=system, verb="sweep_files", subject="file", details={"removed": len(gone)}
            )
    return len(gone)


def _require_whole_sight() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tepat_sees_all()")
        row = cursor.fetchone()
    if not (row and row[0]):
        raise TepatError(
            "not_all_seen",
            "Files can only be swept by the system's own account.",
            "Others do not see every row that names a file.",
            "Look whether the system's account is active.",
        )


def _photos() -> Iterator[Path]:
    folder = photos.folder()
    old = _old(folder)
    while paths := list(islice(old, _AT_ONCE)):
        yield from (path for path in paths if path.suffix == ".part")
        names = [path.name for path in paths if not path.suffix]
        yield from (folder / name for name in _asked(_UNNAMED, [names]))


def _uploads() -> Iterator[Path]:
    for place in ("uploads", "work"):
        found = list(_old(Path(settings.FILES) / place))
        for kind, (table, ended) in _UPLOADS.items():
            numbers = {
                int(path.name.rpartition("-")[2]): path
                for path in found
                if path.name.startswith(f"{kind}-") and path.name.rpartition("-")[2].isdecimal()
            }
            unneeded = _asked(_NOT_NEEDED.format(table=table), [list(numbers), ended])
            yield from (numbers[int(number)] for number in unneeded)


def _old(folder: Path) -> Iterator[Path]:
    """What lies in a folder for more than a day."""
    if not folder.is_dir():
        return
    limit = time.time() - KEPT_SECONDS
    yield from (path for path in folder.iterdir() if path.lstat().st_mtime < limit)


def _asked(question: str, values: list[Any]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        return [row[0] for row in cursor.fetchall()]


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
