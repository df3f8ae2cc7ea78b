"""The same expressions on Spark give the same rows; left out where Java or pyspark is missing."""

from __future__ import annotations

import os
import shutil
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tepat.assessment.rules import contributions, rank_and_decile, score_expression
from tepat.engine.connect import open_engine
from tests.assessment.models import by_hand, families, saved

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    if shutil.which("java") is None:
        pytest.skip("there is no Java on this machine; Spark needs it")
    sql = pytest.importorskip("pyspark.sql", reason="pyspark is not installed")
    import ibis

    os.environ |= {"PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}
    builder = sql.SparkSession.builder.master("local[2]")
    settings = {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.ansi.enabled": "true",
        "spark.sql.shuffle.partitions": "2",
    }
    for name, value in settings.items():
        builder = builder.config(name, value)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        session = builder.getOrCreate()
        yield ibis.pyspark.connect(session)
        session.stop()


def _rows(con: Any, path: Path, model: Any, weighted: bool) -> list[dict[str, Any]]:
    table = con.read_parquet(path)
    parts = contributions(model, table)
    scored = table.mutate(score=score_expression(model, table), **parts)
    ranked = rank_and_decile(con, scored, "2025", weighted=weighted)
    found = ranked.join(scored.select("family_id", *parts), "family_id")
    rows: list[dict[str, Any]] = found.to_pyarrow().to_pylist()
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
