"""The embedded engine: DuckDB behind Ibis.

Ibis takes most of a second to import, so it is imported when the first engine opens.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any


def open_engine(scratch: Path | None = None, threads: int | None = None) -> Any:
    """Open an in-memory DuckDB as an Ibis backend.

    Args:
        scratch: folder for what does not fit in memory; none means memory only.
        threads: how many threads; none means as many as there are processors.
    """
    import ibis

    config: dict[str, Any] = {
        "autoinstall_known_extensions": False,
        "threads": threads or os.cpu_count() or 2,
    }
    if scratch is not None:
        config["temp_directory"] = str(scratch)
    return ibis.duckdb.connect(**config)


def exact(path: Path) -> str:
    """A path as the engine must be given it, where ``*``, ``?`` and ``[`` stand for themselves.

    Given as it is, a folder ``in[3]`` would be read from a folder ``in3`` beside it.
    """
    return re.sub(r"([*?[])", r"[\1]", str(path))


def write_parquet(con: Any, table: Any, path: Path) -> int:
    """Write an Ibis table to one Parquet file and return its number of rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    table.to_parquet(path, compression="zstd")
    return int(con.read_parquet(path).count().execute())
