"""The same expressions on Spark give the same scores, ranks and deciles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tepat.assessment.rules import contributions, rank_and_decile, score_expression
from tepat.engine.connect import open_engine
from tests.assessment.models import by_hand, families, saved

pytestmark = pytest.mark.xdist_group("spark")


def _rows(con: Any, path: Path, model: Any, weighted: bool) -> list[dict[str, Any]]:
    table = con.read_parquet(path)
    parts = contributions(model, table)
    scored = table.mutate(score=score_expression(model, table), **parts)
    ranked = rank_and_decile(con, scored, "2025", weighted=weighted)
    found = ranked.join(scored.select("family_id", *parts), "family_id")
    rows: list[dict[str, Any]] = con.to_pyarrow(found).to_pylist()
    return sorted(rows, key=lambda row: row["family_id"])


@pytest.mark.parametrize("weighted", [False, True])
def test_spark_and_duckdb_give_the_same_scores_ranks_and_deciles(
    spark: Any, tmp_path: Path, weighted: bool
) -> None:
    model, rows = saved(tmp_path, by_hand()), families(2_000, 21)
    path = tmp_path / "families.parquet"
    pl.DataFrame(rows, infer_schema_length=None).with_columns(
        weight=pl.col("family_id") % 7 * 0.37
    ).write_parquet(path)
    ours = _rows(open_engine(), path, model, weighted)
    theirs = _rows(spark, path, model, weighted)
    assert ours == theirs
    assert {row["decile"] for row in ours} == {None, *range(1, 11)}


def test_spark_and_duckdb_give_the_same_places_in_a_villages_own_ranking(
    tmp_path: Path, spark: Any
) -> None:
    import numpy as np

    steps = {
        "column": "rank",
        "kind": "steps",
        "decimals": 0,
        "lowest": 0,
        "highest": 1000,
        "at": list(range(50, 1000, 50)),
        "values": [k * k * 1000 for k in range(20)],
        "missing": -777,
        "within": "village",
    }
    document = by_hand() | {"features": [steps]}
    model = saved(tmp_path, document)
    rng = np.random.default_rng(2)
    ranks = [None if rng.random() < 0.2 else int(rng.integers(1, 30)) for _ in range(2_000)]
    villages = [None if rng.random() < 0.1 else f"V{rng.integers(60)}" for _ in range(2_000)]
    frame = pl.DataFrame({"family_id": range(2_000), "rank": ranks, "village": villages})
    frame.write_parquet(tmp_path / "ranked.parquet")
    found = []
    for con in (open_engine(), spark):
        table = con.read_parquet(tmp_path / "ranked.parquet")
        rows = table.select("family_id", score=score_expression(model, table))
        found.append({row["family_id"]: row["score"] for row in con.to_pyarrow(rows).to_pylist()})
    assert found[0] == found[1] and len(set(found[0].values())) > 15
