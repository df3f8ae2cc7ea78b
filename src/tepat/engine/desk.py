"""Tables kept as files under fixed names.

A large input is worked through part by part. The same names stand for each part's tables in turn,
so that an expression is built and compiled once and run for every part.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tepat.engine.connect import exact, literal


class Desk:
    """The engine, a folder for what it keeps, and what it has compiled."""

    def __init__(self, con: Any, folder: Path, compiled: dict[str, str] | None = None) -> None:
        self.con, self.folder = con, folder
        self._compiled: dict[str, str] = {} if compiled is None else compiled

    def at(self, folder: Path) -> Desk:
        """The same engine and compiled expressions over another folder."""
        return Desk(self.con, folder, self._compiled)

    def keep(self, name: str, build: Callable[[], Any], path: Path | None = None) -> Any:
        """Write a table to a Parquet file, whole or not at all, and open it under its name.

        Args:
            name: what the table is called; a second table of this name takes its place.
            build: gives the Ibis table. It is asked once for each name: the tables that it names
                may hold other rows the next time, but the same columns.
            path: where to write; by default a file of that name in the folder.
        """
        path = path or self.folder / f"{name}.parquet"
        self.write(name, build, path)
        return self.open(name, path)

    def write(self, name: str, build: Callable[[], Any], path: Path) -> None:
        """Write a table to a Parquet file, whole or not at all."""
        if name not in self._compiled:
            self._compiled[name] = str(self.con.compile(build()))
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f"{path.name}.unfinished")
        self.con.con.execute(
            f"COPY ({self._compiled[name]}) TO {literal(str(unfinished))} "
            "(FORMAT parquet, COMPRESSION zstd)"
        )
        os.replace(unfinished, path)

    def open(self, name: str, *paths: Path) -> Any:
        """Name one or several Parquet files as one table and open it."""
        listed = ", ".join(literal(exact(path)) for path in paths)
        self.con.con.execute(
            f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT * FROM read_parquet([{listed}])"
        )
        return self.con.table(name)

    def remove(self, path: Path) -> None:
        """Remove the file of a table that was written."""
        path.unlink()

    def rows(self, name: str, build: Callable[[], Any]) -> list[dict[str, Any]]:
        """The few rows of a table; compiled once, like `keep`."""
        if name not in self._compiled:
            self._compiled[name] = str(self.con.compile(build()))
        found: list[dict[str, Any]] = (
            self.con.con.execute(self._compiled[name]).to_arrow_table().to_pylist()
        )
        return found
