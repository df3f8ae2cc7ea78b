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
