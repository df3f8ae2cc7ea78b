"""A village's own ranking as a second signal beside what is asked at the door.

The villagers put the families of their village in order from the poorest; the numbers of two
villages cannot be compared, so only the order within a village counts. A family's *place* is
``(2 * before + alike) * 1000 // (2 * ranked)``: with ``before`` families ranked poorer, ``alike``
given the same number (itself included), and ``ranked`` in all. It lies between 0 and 1000, is whole
on every engine, and is the same for 1, 2, 3 and for 10, 20, 30. A village in which fewer than two
families are ranked has no places; its families count as not ranked, with an amount of their own.

The idea is the hybrid of Alatas, Banerjee, Hanna, Olken and Tobias, "Targeting the Poor: Evidence
from a Field Experiment in Indonesia", American Economic Review 102(4), 2012: communities know
what a proxy means test does not see. Theirs screened a community's list by the test; here both
enter one formula, so that what the ranking adds is estimated and not assumed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tepat.assessment.evaluate import Judge
from tepat.assessment.rules import PARTS
from tepat.assessment.survey import Array, Survey, require_column, to_column
from tepat.engine.errors import TepatError

if TYPE_CHECKING:
    import polars as pl


def with_places(frame: pl.DataFrame, rank: str, village: str) -> pl.DataFrame:
    """The survey with places in the column of ranks; see above.

    Raises:
        TepatError: ``column_missing``, ``rank_not_number``, ``nothing_ranked``.
    """
    import polars as pl

    require_column(frame, rank, "community rank")
    require_column(frame, village, "village")
    column = to_column(frame.get_column(rank))
    if not column.is_number:
        raise TepatError(
            "rank_not_number",
            f"The community rank '{rank}' holds text.",
            do="Name a column with numbers, 1 for the poorest.",
        )
    codes, _ = to_column(frame.get_column(village)).codes()
    found = places(column.values, codes)
    if not np.isfinite(found).any():
        raise TepatError(
            "nothing_ranked",
            f"No village has two families with a known '{rank}'.",
            "Only the order within a village counts.",
            f"Look whether '{village}' is the column of villages.",
        )
    whole = pl.Series(rank, np.where(np.isfinite(found), found, 0)).cast(pl.Int64)
    return frame.with_columns(whole.set(pl.Series(~np.isfinite(found)), None))


def places(values: Array, village: Array) -> Array:
    """Each row's place within its village, not a number where it has none."""
    found = np.full(len(values), np.nan)
    rows = np.flatnonzero(np.isfinite(values) & (village >= 0))
    if not len(rows):
        return found
    pairs = np.stack([village[rows].astype(float), values[rows]])
    different, at, alike = np.unique(pairs, axis=1, return_inverse=True, return_counts=True)
    at = at.ravel()
    names, first, kinds = np.unique(different[0], return_index=True, return_counts=True)
    ranked = np.add.reduceat(alike, first)
    up_to = np.cumsum(alike)
    began = np.repeat(up_to[first] - alike[first], kinds)
    before = up_to - alike - began
    total = np.repeat(ranked, kinds)
    place = (2 * before + alike) * PARTS // (2 * total)
    found[rows] = np.where(total[at] > 1, place[at], np.nan)
    assert len(names) == len(ranked)
    return found


def mark_features(features: list[dict[str, Any]], rank: str, village: str) -> None:
    """Say in the fitted features that the column of ranks is to be placed within its village."""
    for feature in features:
        for part in feature.get("parts", [feature]):
            if part["column"] == rank:
                part["within"] = village


def what_it_adds(
    judge: Judge, survey: Survey, rank: str, village: Array, better: Array, worse: Array
) -> dict[str, Any]:
    """How much less is missed with the ranking, and how many villages have one."""
    ranked = np.flatnonzero(survey.columns[rank].known)
    return {
        "villages": len(np.unique(village[village >= 0])),
        "villages_ranked": len(np.unique(village[ranked])),
        "rows_ranked": len(ranked),
        "less_missed_where_ranked": judge.difference(better, worse, ranked),
    }
