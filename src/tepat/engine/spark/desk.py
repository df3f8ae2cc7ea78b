"""Tables kept as files under fixed names, as `engine.desk`, written by all workers at once.

Where the embedded engine writes ``x.parquet``, this writes ``x-00000.parquet`` and so on; both are
opened by the name ``x.parquet``, and both match ``*.parquet``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tepat.engine.desk import Desk
from tepat.engine.spark.backend import parts_written, write_sql


class SparkDesk(Desk):
    """The engine, a folder that every worker sees, and what has been compiled."""

    def at(self, folder: Path) -> SparkDesk:
        """The same engine and compiled expressions over another folder."""
        return SparkDesk(self.con, folder, self._compiled)

    def write(self, name: str, build: Callable[[], Any], path: Path) -> None:
        """Write a table as Parquet files that begin with the name of ``path``."""
        self.remove(path)
        write_sql(self.con, self._sql(name, build), path)

    def open(self, name: str, *paths: Path) -> Any:
        """Name one or several tables that were written as one and open it."""
        return self.con.read_parquet(list(paths), table_name=name, hive_partitioning=False)

    def rows(self, name: str, build: Callable[[], Any]) -> list[dict[str, Any]]:
        """The few rows of a table; compiled once, like `keep`."""
        found: list[dict[str, Any]] = self.con.rows_of(self._sql(name, build)).to_pylist()
        return found

    def remove(self, path: Path) -> None:
        """Remove the files of a table, if it was written."""
        for file in parts_written(path):
            file.unlink()

    def _sql(self, name: str, build: Callable[[], Any]) -> str:
        if name not in self._compiled:
            self._compiled[name] = str(self.con.compile(build()))
        return self._compiled[name]
