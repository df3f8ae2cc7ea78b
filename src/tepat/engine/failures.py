"""What goes wrong in the embedded engine, in words that a person can act on.

The engine's own messages may quote a cell of the data, so they are not passed on.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager

from tepat.engine.errors import TepatError

_FULL = re.compile(r"No space left on device|Disk quota exceeded|max_temp_directory_size")
_NO_MEMORY = re.compile(r"Out of Memory|failed to (allocate|pin)|could not allocate", re.IGNORECASE)
_FILE = re.compile(r"['\"]([^'\"]+\.parquet)['\"]")
_BROKEN = re.compile(
    r"No magic bytes|too small to be a Parquet|Snappy|ZSTD|decompress|TProtocolException|"
    r"Corrupt|out of buffer|metadata|don't know what type|Invalid Error",
    re.IGNORECASE,
)


@contextmanager
def engine_errors() -> Iterator[None]:
    """Say what happened where disk or memory do not suffice, or a file cannot be read.

    Raises:
        TepatError: ``disk_full``, ``memory_short``, ``file_unreadable``; others as they came.
    """
    try:
        yield
    except TepatError:
        raise
    except Exception as error:
        problem = as_problem(error)
        if problem is None:
            raise
        raise problem from error


def as_problem(error: Exception) -> TepatError | None:
    """An error of the engine or of the disk as one for people; None where it is another."""
    import duckdb

    text = str(error)
    if (isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)) or (
        isinstance(error, duckdb.Error) and _FULL.search(text)
    ):
        return TepatError(
            "disk_full",
            "The disk is full.",
            "What a command writes and spills lies beside --out, or without --out in the folder "
            "for temporary files. Count on twice the room that its input takes.",
            "Make room, then give the same command again.",
        )
    if isinstance(error, MemoryError | duckdb.OutOfMemoryException) or (
        isinstance(error, duckdb.Error) and _NO_MEMORY.search(text)
    ):
        return TepatError(
            "memory_short",
            "The memory that the engine may take does not suffice.",
            "It spills to disk what it can; what is left does not fit.",
            "Give more with --memory, or set TEPAT_MEMORY; see docs/scale.md for what is needed.",
        )
    found = _FILE.search(text)
    # a broken list of columns comes as an error of no narrower class
    of_files = isinstance(error, duckdb.IOException | duckdb.InvalidInputException)
    if (of_files or type(error) is duckdb.Error) and _BROKEN.search(text):
        return TepatError(
            "file_unreadable",
            f"{found.group(1) if found else 'A Parquet file'} cannot be read.",
            "It is cut off or damaged.",
            "Copy it anew, then give the same command again.",
        )
    return None
