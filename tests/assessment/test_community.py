"""A village's own ranking: only the order within a village counts, and it adds what it knows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from tepat.assessment.calibrate import calibrate
from tepat.assessment.community import places
from tepat.assessment.model import load_model
from tepat.assessment.rules import score_expression, whole_groups
from tepat.engine.connect import open_engine
from tepat.engine.errors import TepatError
from tests.assessment import twin
from tests.assessment.surveys import survey

NAMED: dict[str, Any] = {
    "outcome": "consumption",
    "cluster": "ea",
    "community_rank": "rank",
    "village": "ea",
    "features": ["size", "wall", "fridge"],
    "compare": False,
}


def slow_places(ranks: list[float | None], villages: list[Any]) -> list[int | None]:
    """The same, family by family."""
    found: list[int | None] = []
    for rank, village in zip(ranks, villages, strict=True):
        mine = [r for r, v in zip(ranks, villages, strict=True) if v == village and r is not None]
        if rank is None or village is None or len(mine) < 2:
            found.append(None)
            continue
        before, alike = sum(r < rank for r in mine), sum(r == rank for r in mine)
        found.append((2 * before + alike) * 1000 // (2 * len(mine)))
    return found


def _made(rows: int, seed: int, knows: float) -> pl.DataFrame:
    """A survey in which half of the villages ranked; ``knows``: what share of it is knowledge."""
    frame = survey(rows, seed)
    rng = np.random.default_rng(seed + 1)
    log = np.log(frame["consumption"].to_numpy())
    seen = knows * (log - log.mean()) / log.std() + (1 - knows) * rng.normal(size=rows)
    frame = frame.with_columns(seen=pl.Series(seen))
    order = pl.col("seen").rank("ordinal").over("ea").cast(pl.Int64)
    return frame.with_columns(rank=pl.when(pl.col("ea") % 2 == 0).then(order)).drop("seen")


def _fitted(frame: pl.DataFrame, folder: Path, **other: Any) -> dict[str, Any]:
    folder.mkdir(exist_ok=True)
    frame.write_parquet(folder / "survey.parquet")
    return calibrate(folder / "survey.parquet", out=folder / "model.json", **(NAMED | other))


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> tuple[pl.DataFrame, Path, dict[str, Any]]:
    folder, frame = tmp_path_factory.mktemp("community"), _made(1500, 4, 0.8)
    return frame, folder / "model.json", _fitted(frame, folder)


@pytest.mark.parametrize("seed", range(5))
def test_places_are_those_of_a_count_family_by_family(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ranks = [None if rng.random() < 0.3 else float(rng.integers(1, 9)) for _ in range(200)]
    villages = [int(v) for v in rng.integers(-1, 30, 200)]
    values = np.array([np.nan if r is None else r for r in ranks])
    known = [None if v < 0 else v for v in villages]
    found = [None if np.isnan(p) else int(p) for p in places(values, np.array(villages))]
    assert found == slow_places(ranks, known)


def test_the_engine_gives_every_family_the_place_of_the_count(
    fitted: tuple[pl.DataFrame, Path, dict[str, Any]],
) -> None:
    _, path, report = fitted
    model = load_model(path)
    (feature,) = (f for f in report["features"] if f.get("column") == "rank")
    assert feature["within"] == "ea" and whole_groups(model) == ["ea"]
    frame = _made(400, 9, 0.5).with_columns(
        ea=pl.when(pl.col("region") == 3).then(None).otherwise("ea"),
        rank=pl.when(pl.col("region") == 2).then(pl.col("rank") // 3).otherwise("rank"),
    )
    con = open_engine()
    table = con.create_table("families", frame.to_arrow())
    rows = con.to_pyarrow(table.mutate(score=score_expression(model, table))).to_pylist()
    expected = slow_places([r["rank"] for r in rows], [r["ea"] for r in rows])
    assert any(place is None for place in expected) and len(set(expected)) > 10
    for row, place in zip(rows, expected, strict=True):
        family = row | {"rank": place}
        total = report["intercept"] + sum(twin.term(f, family) for f in report["features"])
        assert row["score"] == total


def test_a_family_of_whom_only_the_village_is_known_has_no_score(
    fitted: tuple[pl.DataFrame, Path, dict[str, Any]],
) -> None:
    model = load_model(fitted[1])
    blank = {"size": None, "wall": None, "fridge": None, "rank": None, "ea": 102}
    kinds = {"size": pl.Int64, "wall": pl.String, "fridge": pl.Boolean, "rank": pl.Int64}
    con = open_engine()
    rows = [blank, blank | {"wall": "brick"}, blank | {"rank": 1}]
    rows = [row | {"number": number} for number, row in enumerate(rows)]
    table = con.create_table("few", pl.DataFrame(rows, schema_overrides=kinds).to_arrow())
    scored = con.to_pyarrow(table.select("number", score=score_expression(model, table)))
    known = {row["number"]: row["score"] is not None for row in scored.to_pylist()}
    assert known == {0: False, 1: True, 2: True}


def test_a_ranking_that_knows_something_misses_fewer_of_the_poor(
    fitted: tuple[pl.DataFrame, Path, dict[str, Any]],
) -> None:
    report = fitted[2]["rank_signal"]
    assert report["community"]["villages_ranked"] * 2 == pytest.approx(
        report["community"]["villages"], abs=8
    )
    where = report["community"]["less_missed_where_ranked"]["40"]
    assert where["low"] > 0, "clearly fewer, where villages ranked"
    whole = report["less_missed"]["40"]
    with_it = fitted[2]["evaluation"]["out_of_fold"]["exclusion"]["40"]["value"]
    without = report["without"]["exclusion"]["40"]["value"]
    assert whole["value"] == pytest.approx(without - with_it, abs=1e-3)
    card = fitted[1].with_suffix(".md").read_text(encoding="utf-8")
    assert "less missed in villages that ranked" in card


def test_a_ranking_drawn_by_lot_adds_nothing(tmp_path: Path) -> None:
    report = _fitted(_made(1500, 4, 0.0), tmp_path / "lot")
    where = report["rank_signal"]["community"]["less_missed_where_ranked"]["40"]
    assert where["low"] <= 0 <= where["high"] + 0.02
    assert report["rank_signal"]["gain_in_r2"] < 0.02


def test_only_the_order_within_a_village_counts(
    fitted: tuple[pl.DataFrame, Path, dict[str, Any]], tmp_path: Path
) -> None:
    frame, _, report = fitted
    other = frame.with_columns(rank=pl.col("rank") * (pl.col("ea") % 7 + 2) + pl.col("ea") * 100)
    again = _fitted(other, tmp_path / "other")
    assert json.dumps(again["features"]) == json.dumps(report["features"])
    mixed = frame.with_columns(rank=pl.col("rank").reverse().over("ea"))
    control = _fitted(mixed, tmp_path / "mixed")
    assert json.dumps(control["features"]) != json.dumps(report["features"])


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"village": None}, "community_options"),
        ({"community_rank": None}, "community_options"),
        ({"rank_signal": "size"}, "community_options"),
        ({"community_rank": "wall"}, "rank_not_number"),
        ({"village": "household"}, "nothing_ranked"),
        ({"community_rank": "rnk"}, "column_missing"),
    ],
)
def test_what_cannot_be_a_ranking_is_refused(
    asked: dict[str, Any], code: str, tmp_path: Path
) -> None:
    with pytest.raises(TepatError) as caught:
        _fitted(_made(300, 1, 0.5), tmp_path, **asked)
    assert caught.value.code == code and caught.value.do
