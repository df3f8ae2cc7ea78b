"""Rows of a truth with which no error can be counted: they are refused, never mended in silence.

A key twice would count a family twice. A row of ``--truth`` without a key is neither registered nor
not. A row without a weight stands for nobody knows how many; a row without its cluster would fall
into one large cluster with all others that lack one, and the interval would be wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tepat.engine.errors import TepatError
from tepat.runs.truth import stands_twice

COUNT, TRUTH, UNREGISTERED = range(3)  # where a row stands: in the run, --truth, --unregistered


def need_sound_rows(
    con: Any,
    table: Any,
    files: Mapping[int, Path | None],
    weight: str | None,
    cluster: str | None,
) -> None:
    """Refuse rows that cannot be counted, naming how many.

    Args:
        con: the engine.
        table: ``source``, ``family_id``, ``family_key``, ``weight``, ``cluster`` of rows with a
            known consumption.
        files: what to call each source.
        weight: the column of weights, if one was asked for.
        cluster: the column of clusters, if one was asked for.

    Raises:
        TepatError: ``truth_twice``, ``truth_keys``, ``truth_weights``, ``truth_clusters``.
    """
    sums = table.group_by("source").agg(
        keys=table.family_key.isnull().sum(),
        weights=table.weight.isnull().sum(),
        clusters=table.cluster.isnull().sum(),
    )
    for row in con.to_pyarrow(sums.order_by("source")).to_pylist():
        path = files[row["source"]]
        if row["keys"] and row["source"] == TRUTH:
            raise _without_key(row["keys"], path)
        if row["source"] == COUNT:
            continue
        if row["weights"] and weight is not None:
            raise _without(row["weights"], path, "weights", weight)
        if row["clusters"] and cluster is not None:
            raise _without(row["clusters"], path, "clusters", cluster)
    _need_each_once(con, table, [path for path in files.values() if path is not None])


def _need_each_once(con: Any, table: Any, paths: list[Path]) -> None:
    """No key twice, in one file or in both; in the truth that a run kept, no family twice."""
    own = table.source == COUNT
    key = own.ifelse(table.family_id.cast("string"), table.family_key)
    keyed = table.select(own=own, key=key).filter(key.notnull())
    several = keyed.group_by(["own", "key"]).agg(rows=keyed.count())
    several = several.filter(several.rows > 1)
    told = several.group_by("own").agg(keys=several.count(), first=several.key.min())
    for row in con.to_pyarrow(told.order_by("own")).to_pylist():
        if row["own"]:
            raise TepatError(
                "truth_twice",
                f"{row['keys']} families stand more than once in the truth that {paths[0]} kept.",
                "Each would count more than once.",
                "Give a truth with each family once by --truth.",
            )
        raise stands_twice(row["keys"], row["first"], *paths[1:])


def _without_key(rows: int, path: Path | None) -> TepatError:
    return TepatError(
        "truth_keys",
        f"{rows} rows of {path} have a consumption and no family_key.",
        "Whether the register has these families cannot be told.",
        "Give each its key; put families that are not registered into a file of their own and "
        "name it by --unregistered.",
    )


def _without(rows: int, path: Path | None, of: str, column: str) -> TepatError:
    about = {
        "weights": (
            "number from 0 to 1,000,000,000",
            "How many families such a row stands for is not known.",
            "Give each row its weight: 0 where it stands for nobody, 1 where it was not sampled.",
        ),
        "clusters": (
            "value",
            "Rows without a cluster would count as one large cluster, and every interval would be "
            "wrong.",
            "Give each row the enumeration area in which it was drawn; a row that was drawn by "
            "itself is a cluster of its own.",
        ),
    }[of]
    return TepatError(
        f"truth_{of}", f"{rows} rows of {path} have no {about[0]} in {column}.", about[1], about[2]
    )
