"""The embedded engine: DuckDB behind Ibis.

Ibis takes most of a second to import, so it is imported when the first engine opens.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tepat.engine.errors import TepatError

MEMORY = "TEPAT_MEMORY"  # of the environment: how much memory a calculation may take
_SETTING = threading.RLock()  # Ibis keeps its settings for all threads of a process
SHARE = 0.4  # of the machine's memory, where nothing is said


def open_engine(
    scratch: Path | None = None, threads: int | None = None, memory: str | None = None
) -> Any:
    """Open an in-memory DuckDB as an Ibis backend.

    Args:
        scratch: folder for what does not fit in memory; none means memory only.
        threads: how many threads; none means as many as there are processors.
        memory: how much it may take, such as ``8GB``; none means what the environment's
            ``TEPAT_MEMORY`` says, else two fifths of the machine's.

    Raises:
        TepatError: ``bad_memory``.
    """
    import ibis

    config: dict[str, Any] = {
        "autoinstall_known_extensions": False,
        "threads": threads or os.cpu_count() or 2,
    }
    if scratch is not None:
        config["temp_directory"] = str(scratch)
    memory = memory or os.environ.get(MEMORY)
    if memory:
        if not re.fullmatch(r"[1-9][0-9]*(\.[0-9]+)? ?[KMGT]i?B", memory):
            raise TepatError(
                "bad_memory",
                f"'{memory}' is not an amount of memory.",
                do="Write it as 800MB or 8GB.",
            )
        config["memory_limit"] = memory
    else:
        config["memory_limit"] = f"{usual_memory() >> 20}MiB"
    return ibis.duckdb.connect(**config)


@contextmanager
def few_rows() -> Iterator[None]:
    """Write the statements within as they come: merging their parts is half of the time they take.

    A part that is asked for twice may then be kept whole, which is not for many rows.
    """
    import ibis

    with _SETTING:
        before = ibis.options.sql.fuse_selects
        ibis.options.sql.fuse_selects = False
        try:
            yield
        finally:
            ibis.options.sql.fuse_selects = before


def usual_memory() -> int:
    """The bytes that a calculation on this machine may take where nothing is said."""
    return int(_machine_memory() * SHARE)


def _machine_memory() -> int:
    """The bytes of memory that this machine has, or that its container may use."""
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii").strip()
    except OSError:
        return whole
    return min(whole, int(limit)) if limit.isdigit() else whole


def exact(path: Path) -> str:
    """A path as the engine must be given it, where ``*``, ``?`` and ``[`` stand for themselves.

    Given as it is, a folder ``in[3]`` would be read from a folder ``in3`` beside it.
    """
    return re.sub(r"([*?[])", r"[\1]", str(path))


def literal(text: str) -> str:
    """A text constant for SQL."""
    return "'" + text.replace("'", "''") + "'"


def rows_of(con: Any, table: Any) -> list[dict[str, Any]]:
    """The few rows of a table, fetched."""
    rows: list[dict[str, Any]] = con.to_pyarrow(table).to_pylist()
    return rows


def write_parquet(con: Any, table: Any, path: Path) -> int:
    """Write an Ibis table to one Parquet file and return its number of rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    table.to_parquet(path, compression="zstd")
    return int(con.read_parquet(path).count().execute())
