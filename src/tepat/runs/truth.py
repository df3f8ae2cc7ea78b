"""A file of true consumption: where it stands, what a run takes from it, what is refused of it.

A consumption that no family can have (not a number, infinite, beyond ``MOST``) is unknown. A family
that stands twice would count twice in every figure, so such a file is refused before the work.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tepat.engine.connect import open_engine, rows_of
from tepat.engine.errors import TepatError
from tepat.engine.failures import engine_errors
from tepat.runs.ranking import small_table

CONSUMPTION = ("true_pc_consumption", "pc_exp", "consumption")
MOST = 1e15  # rupiah; sums and hashes of more would not fit into whole numbers


def truth_file(given: Path, truth: Path | None) -> Path | None:
    """The file with true consumption: as asked, or ``truth.parquet`` beside the input.

    Raises:
        TepatError: ``truth_missing``.
    """
    if truth is not None:
        if not truth.is_file():
            raise TepatError(
                "truth_missing",
                f"There is no file {truth}.",
                do="Give a file with family_key and true_pc_consumption.",
            )
        return truth
    beside = given / "truth.parquet"
    return beside if beside.is_file() else None


def truth_of(con: Any, path: Path) -> Any:
    """``truth_key`` and ``consumption`` of each row with a key.

    Raises:
        TepatError: ``truth_columns``, ``truth_unreadable``.
    """
    table = small_table(con, path, "truth")
    named = next((name for name in CONSUMPTION if name in table.columns), None)
    if named is None or "family_key" not in table.columns:
        raise TepatError(
            "truth_columns",
            f"{path} has the columns {', '.join(table.columns)}.",
            do="Give family_key and true_pc_consumption.",
        )
    key = table.family_key.cast("string")
    if path.suffix != ".parquet":  # where a part skips what is not its own, as the column stands
        key = key.strip().nullif("")
    chosen = table.select(truth_key=key, consumption=spending(table[named]))
    return chosen.filter(chosen.truth_key.notnull())


def spending(column: Any) -> Any:
    """A column of consumption as numbers; null where it is none that a family can have."""
    import ibis

    column = column.try_cast("float64")
    # not-a-number is above every number here, as engines order it
    return (column.abs() <= MOST).ifelse(column, ibis.null("float64"))


def need_each_once(path: Path | None, scratch: Path, memory: str | None = None) -> None:
    """Refuse a truth in which a family stands twice; None is no truth.

    Args:
        path: the file.
        scratch: a folder for what does not fit in memory; it is made if needed and taken away.
        memory: as `engine.connect.open_engine` takes it.

    Raises:
        TepatError: ``truth_twice``, ``truth_columns``, ``truth_unreadable``.
    """
    if path is None:
        return
    con = open_engine(scratch, memory=memory)
    try:
        with engine_errors(), broken_lines(path):
            table = truth_of(con, path)
            if _rises(con, table):
                return
            known = table.filter(table.consumption.notnull())
            several = known.group_by("truth_key").agg(rows=known.count())
            several = several.filter(several.rows > 1)
            told = several.agg(keys=several.count(), first=several.truth_key.min())
            row = rows_of(con, told)[0]
    finally:
        con.disconnect()
    if row["keys"]:
        raise stands_twice(row["keys"], row["first"], path)


def _rises(con: Any, table: Any) -> bool:
    """Whether each key is above the one before, so that none stands twice; needs no memory."""
    beside = table.select("truth_key", before=table.truth_key.lag())
    falls = beside.filter(~(beside.truth_key > beside.before))
    return int(con.to_pyarrow(falls.count()).as_py()) == 0


@contextmanager
def broken_lines(path: Path) -> Iterator[None]:
    """Say that a file of text cannot be read to its end.

    The engine's message on a broken line quotes that line, so only its beginning is passed on.

    Raises:
        TepatError: ``truth_unreadable``.
    """
    import duckdb

    try:
        yield
    except duckdb.InvalidInputException as error:
        if path.suffix == ".parquet":
            raise
        raise TepatError(
            "truth_unreadable",
            f"{path} cannot be read: {str(error).partition(chr(10))[0].strip()}.",
            do="Save it as CSV in UTF-8, with as many cells in each line as there are columns.",
        ) from error


def stands_twice(keys: int, first: str, *paths: Path) -> TepatError:
    """The refusal of keys that stand on several rows."""
    named = " and ".join(str(path) for path in paths)
    return TepatError(
        "truth_twice",
        f"{keys} values of family_key stand more than once in {named}, such as '{masked(first)}'.",
        "Each such family would count more than once.",
        "Give each family one row. Two families need two keys.",
    )


def masked(key: str) -> str:
    """A key as a message may show it: short, and no NIK or KK number."""
    return re.sub(r"([0-9]{4})[0-9]{12}", r"\1••••••••", key)[:40]
