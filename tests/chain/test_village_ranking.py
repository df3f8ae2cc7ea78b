"""A village's own ranking goes through a whole run: the scores are those of plain Python."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np

from tepat.runs.folder import RunFolder
from tepat.runs.request import Request
from tepat.runs.run import run
from tests.assessment import twin
from tests.assessment.test_community import slow_places

MODEL = {
    "format": "tepat-model/1",
    "outcome": "consumption",
    "intercept": 13_000_000,
    "features": [
        {
            "column": "community_rank",
            "kind": "steps",
            "decimals": 0,
            "lowest": 0,
            "highest": 1000,
            "at": [200, 500, 800],
            "values": [-300_000, -100_000, 100_000, 300_000],
            "missing": 7,
            "within": "kecamatan",
        },
        {
            "column": "refrigerator",
            "kind": "levels",
            "values": "integer",
            "levels": {"0": -150_000, "1": 150_000},
            "other": 200_000,
            "missing": 0,
        },
    ],
}


def test_scores_of_a_run_use_the_order_within_each_village(
    demo_people: Path, tmp_path: Path
) -> None:
    import polars as pl

    given = tmp_path / "people"
    given.mkdir()
    for name in ("families", "members"):
        found = pl.read_parquet(demo_people / name / "**" / "*.parquet", hive_partitioning=True)
        if name == "families":
            rng = np.random.default_rng(1)
            ranks = [None if rng.random() < 0.4 else int(rng.integers(1, 50)) for _ in found.rows()]
            found = found.with_columns(community_rank=pl.Series(ranks))
            families = found.to_dicts()
        found.with_columns(pl.col("province").cast(pl.String)).write_parquet(
            given / f"{name}.parquet"
        )
    (tmp_path / "model.json").write_text(json.dumps(MODEL), encoding="utf-8")
    day, out = date(2025, 7, 1), tmp_path / "run"
    run(Request(given, out, day, model=tmp_path / "model.json", programmes=("sembako",)))
    scores = {
        row["family_key"]: row["score"]
        for row in RunFolder(out).table("ranking").to_pyarrow().to_pylist()
    }
    places = slow_places(
        [f["community_rank"] for f in families], [f["kecamatan"] for f in families]
    )
    assert len(set(places)) > 10 and None in places
    for family, place in zip(families, places, strict=True):
        known = [family["community_rank"], family["refrigerator"]]
        wanted = twin.score(MODEL, family | {"community_rank": place})
        if known == [None, None]:
            wanted = None
        elif place is None and wanted is None:  # ranked alone: something is known of it
            wanted = MODEL["intercept"] + 7 + 0
        assert scores[family["family_key"]] == wanted
