"""Exclusion and inclusion error at each cut-off, whole and by group, with intervals.

At k per cent the poor are the poorest k per cent of all whose consumption is known, the registered
and the others; the chosen are the first k per cent of the ranking.

- *exclusion*: of the poor, those not chosen; it is the sum of two:
- *not registered*: of the poor, those whom the register does not have;
- *by rank*: of the poor, those whom the register has and the ranking leaves out;
- *inclusion*: of the chosen, those who are not poor.

In a group the cut-offs of the whole hold.

Rows of a full count (``counted``) beside a sample of the unregistered are a stratum of which
everyone was taken: they add to the sums and nothing to the variance (Cochran 1977, Sampling
Techniques, section 5.3: the variance of a stratum vanishes with its finite population correction).
The variance is that of the sample, about its own mean, on its own degrees of freedom.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from tepat.assessment.intervals import Estimate, of_clusters, of_rows, wilson
from tepat.runs.accuracy.cube import GROUPS
from tepat.runs.accuracy.truth import UNIT

ERRORS = ("exclusion", "unregistered", "by_rank", "inclusion")
FINE, COARSE = tuple(range(5, 100, 5)), tuple(range(10, 100, 10))
GROUP_CUTS = (10, 20, 30, 40, 50)


def errors(
    con: Any, table: Any, cuts: Sequence[int], *, weighted: bool, clustered: bool
) -> list[dict[str, Any]]:
    """Rows ``group, value, cut``, and per error its estimate; the whole has no group."""
    found = _sums(con, table, None, cuts, weighted, clustered)
    for group in GROUPS:
        some = [cut for cut in GROUP_CUTS if cut in cuts]
        found += _sums(con, table, group, some, weighted, clustered)
    return found


def _sums(
    con: Any, table: Any, group: str | None, cuts: Sequence[int], weighted: bool, clustered: bool
) -> list[dict[str, Any]]:
    """Sum what each error needs, by group and cluster, in one pass."""
    columns: dict[str, Any] = {}
    for cut in cuts:
        for name, (rows, whole) in _parts(table, cut).items():
            for which, chosen in (("part", rows), ("whole", whole)):
                counted = chosen.ifelse(table.weight, 0).cast("int64")
                columns[f"{name}|{cut}|{which}"] = counted.sum().cast("decimal(38,0)")
                if weighted and not clustered:
                    drawn, share = chosen & ~table.counted, table.weight / UNIT
                    columns[f"{name}|{cut}|{which}1"] = drawn.ifelse(share, 0.0).sum()
                    columns[f"{name}|{cut}|{which}2"] = drawn.ifelse(share**2, 0.0).sum()
    keys = ([group] if group else []) + (["cluster"] if clustered else [])
    grouped = table.group_by(keys).agg(**columns) if keys else table.agg(**columns)
    rows = con.to_pyarrow(grouped).to_pylist()
    total = table.agg(rows=table.count(where=~table.counted), clusters=table.cluster.nunique())
    sizes = con.to_pyarrow(total).to_pylist()[0]
    answers = []
    for value, mine in _by_value(rows, group):
        for cut in cuts:
            row: dict[str, Any] = {"group": group or "", "value": value, "cut": cut}
            for name in ERRORS:
                row[name] = _estimate(mine, f"{name}|{cut}", sizes, weighted, clustered).as_dict()
            answers.append(row)
    return answers


def _parts(table: Any, cut: int) -> dict[str, tuple[Any, Any]]:
    poor = (table.true_place < cut).fill_null(False)
    chosen = (table.chosen_place < cut).fill_null(False)
    return {
        "exclusion": (poor & ~chosen, poor),
        "unregistered": (poor & ~table.registered, poor),
        "by_rank": (poor & ~chosen & table.registered, poor),
        "inclusion": (chosen & ~poor, chosen),
    }


def _by_value(
    rows: Iterable[dict[str, Any]], group: str | None
) -> list[tuple[str | None, list[dict[str, Any]]]]:
    found: dict[str | None, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row[group] if group else "", []).append(row)
    return sorted(found.items(), key=lambda item: (item[0] is None, item[0] or ""))


def _estimate(
    rows: Sequence[dict[str, Any]],
    name: str,
    sizes: dict[str, int],
    weighted: bool,
    clustered: bool,
) -> Estimate:
    def sums(which: str, rows: Sequence[dict[str, Any]] = rows) -> Any:
        return np.array([float(row[f"{name}|{which}"]) for row in rows])

    if clustered:
        drawn = [row for row in rows if row["cluster"] is not None]
        full = [row for row in rows if row["cluster"] is None]  # read_truth lets no others pass
        counted = tuple(float(sums(which, full).sum()) / UNIT for which in ("part", "whole"))
        parts, wholes = sums("part", drawn) / UNIT, sums("whole", drawn) / UNIT
        return of_clusters(parts, wholes, int(sizes["clusters"]), (counted[0], counted[1]))
    part, whole = (float(sums(which).sum()) / UNIT for which in ("part", "whole"))
    if not weighted:
        return wilson(part, whole)
    sampled = (float(sums("part1").sum()), float(sums("whole1").sum()))
    first, second = (float(sums(f"{which}2").sum()) for which in ("part", "whole"))
    return of_rows(part, whole, first, second, int(sizes["rows"]), sampled)
