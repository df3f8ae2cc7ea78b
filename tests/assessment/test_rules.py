"""Scores, their parts, ranks and deciles are exact and the same however they are computed."""

from __future__ import annotations

import hashlib
import json
import random
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tepat.assessment.model import load_model
from tepat.assessment.rules import (
    columns_needed,
    contributions,
    rank_and_decile,
    score_expression,
)
from tepat.engine.connect import open_engine
from tepat.engine.errors import TepatError
from tests.assessment import twin
from tests.assessment.models import by_hand, families, saved

SCHEMA = {
    "family_id": pl.Int64,
    "family_key": pl.String,
    "floor": pl.Int16,
    "wall": pl.String,
    "area": pl.Float64,
    "rooms": pl.Int64,
}


def table_of(rows: list[dict[str, Any]], schema: Any = None, threads: int | None = None) -> Any:
    frame = pl.DataFrame(rows, schema=schema or SCHEMA, strict=False)
    return open_engine(threads=threads).create_table("families", frame.to_arrow())


def ranks(rows: list[dict[str, Any]], **options: Any) -> dict[str, tuple[Any, Any]]:
    threads = options.pop("threads", None)
    schema = {"family_id": pl.Int64, "family_key": pl.String, "score": pl.Int64}
    if options.get("weighted"):
        schema["weight"] = pl.Float64
    table = table_of(rows, schema, threads)
    ranked = rank_and_decile(None, table, "7", **options).to_pyarrow().to_pylist()
    return {row["family_key"]: (row["rank"], row["decile"]) for row in ranked}


def scored(keys: int, seed: int, different: int) -> list[dict[str, Any]]:
    rng = random.Random(seed)
    return [
        {"family_id": k, "family_key": f"K{k}", "score": rng.randrange(different)}
        for k in range(keys)
    ]


def test_every_score_is_that_of_the_plain_python_twin(tmp_path: Path) -> None:
    document, rows = by_hand(), families(3_000, 1)
    model = saved(tmp_path, document)
    table = table_of(rows)
    found = table.select("family_key", score=score_expression(model, table)).to_pyarrow()
    scores = dict(zip(found["family_key"].to_pylist(), found["score"].to_pylist(), strict=True))
    assert scores == {row["family_key"]: twin.score(document, row) for row in rows}
    assert None in scores.values()


def test_the_parts_of_a_score_add_up_to_it_exactly(tmp_path: Path) -> None:
    document, rows = by_hand(), families(500, 2)
    model = saved(tmp_path, document)
    table = table_of(rows)
    parts = contributions(model, table)
    assert list(parts) == ["floor", "wall", "area", "rooms", "floor & rooms"]
    found = table.select(score=score_expression(model, table), **parts).to_pyarrow().to_pylist()
    for row in found:
        score = row.pop("score")
        assert score is None or score == model.intercept + sum(row.values())


def test_scores_and_parts_leave_the_engine_as_64_bit_integers(tmp_path: Path) -> None:
    model = saved(tmp_path, by_hand())
    table = table_of(families(20, 3))
    wanted = table.select(
        "family_id",
        "family_key",
        score=score_expression(model, table),
        **contributions(model, table),
    )
    wanted.to_parquet(tmp_path / "scores.parquet")
    rank_and_decile(None, wanted, "7").to_parquet(tmp_path / "ranks.parquet")
    for name in ("scores", "ranks"):
        schema = pl.read_parquet_schema(tmp_path / f"{name}.parquet")
        schema.pop("family_key")
        assert set(schema.values()) == {pl.Int64}, schema


@pytest.mark.parametrize(
    ("kind", "convert"),
    [
        (pl.String, lambda v: None if v is None else f" {v} "),
        (pl.String, lambda v: None if v is None else f"{v}.0"),
        (pl.Float64, lambda v: float("nan") if v is None else float(v)),
        (pl.Decimal(18, 2), lambda v: v),
    ],
)
def test_the_same_answers_in_another_type_give_the_same_scores(
    tmp_path: Path, kind: Any, convert: Any
) -> None:
    model, rows = saved(tmp_path, by_hand()), families(300, 4)
    plain = table_of(rows)
    changed = [row | {c: convert(row[c]) for c in ("floor", "rooms")} for row in rows]
    other = table_of(changed, SCHEMA | {"floor": kind, "rooms": kind})
    assert (
        plain.select(s=score_expression(model, plain)).to_pyarrow()
        == other.select(s=score_expression(model, other)).to_pyarrow()
    )


def test_yes_and_no_are_one_and_zero(tmp_path: Path) -> None:
    feature = {
        "column": "car",
        "kind": "levels",
        "values": "integer",
        "levels": {"0": -3, "1": 5},
        "other": 0,
        "missing": 1,
    }
    model = saved(tmp_path, by_hand() | {"features": [feature], "intercept": 100})
    table = table_of([{"car": True}, {"car": False}, {"car": None}], {"car": pl.Boolean})
    found = table.select(s=score_expression(model, table)).to_pyarrow()["s"].to_pylist()
    assert found == [105, 97, None]


def test_a_missing_column_is_named_with_the_nearest_one(tmp_path: Path) -> None:
    model = saved(tmp_path, by_hand())
    assert columns_needed(model) == ["floor", "wall", "area", "rooms"]
    table = table_of(families(3, 5)).rename(walls="wall")
    with pytest.raises(TepatError, match=r"wall.*nearest to wall is walls") as raised:
        score_expression(model, table)
    assert raised.value.code == "model_column_missing"


def test_ties_are_broken_by_the_hash_that_hashlib_gives() -> None:
    rows = scored(400, 6, different=5)
    expected = twin.ranked({row["family_key"]: row["score"] for row in rows}, "7")
    assert ranks(rows) == expected
    first = min(
        (row["family_key"] for row in rows if row["score"] == 0),
        key=lambda key: hashlib.md5(f"7:{key}".encode()).hexdigest(),
    )
    assert ranks(rows)[first] == (1, 1)


def test_ranks_do_not_depend_on_the_order_of_rows_or_on_threads() -> None:
    rows = scored(5_000, 8, different=40)
    mixed = random.Random(1).sample(rows, len(rows))
    assert ranks(rows, threads=1) == ranks(mixed, threads=2)


@pytest.mark.parametrize("count", [1, 9, 10, 11, 99, 1_003])
def test_deciles_hold_equally_many_families(count: int) -> None:
    deciles = [decile for _, decile in ranks(scored(count, 9, different=50)).values()]
    sizes = [deciles.count(k) for k in range(1, 11)]
    assert max(sizes) - min(sizes) <= 1
    assert min(deciles) == 1


def test_a_family_without_score_has_neither_rank_nor_decile() -> None:
    rows = [*scored(20, 10, different=100), {"family_id": 99, "family_key": "N", "score": None}]
    found = ranks(rows)
    assert found.pop("N") == (None, None)
    assert found == ranks(rows[:-1])


def test_weighted_deciles_hold_equally_many_people() -> None:
    rng = random.Random(3)
    rows = [row | {"weight": rng.uniform(0.5, 900)} for row in scored(4_000, 11, different=10**6)]
    found = ranks(rows, weighted=True)
    total = sum(row["weight"] for row in rows)
    for k in range(1, 11):
        people = sum(row["weight"] for row in rows if found[row["family_key"]][1] == k)
        assert abs(people - total / 10) <= 900


def test_weighted_deciles_with_equal_weights_are_the_plain_ones() -> None:
    rows = [row | {"weight": 2.5} for row in scored(237, 12, different=30)]
    assert ranks(rows, weighted=True) == ranks(rows)


def test_families_without_weight_take_up_no_room_and_no_weights_give_no_decile() -> None:
    rows = [row | {"weight": None} for row in scored(10, 13, different=30)]
    assert {decile for _, decile in ranks(rows, weighted=True).values()} == {None}
    with pytest.raises(TepatError, match="weight"):
        rank_and_decile(None, table_of(families(3, 1)).mutate(score=1), "7", weighted=True)


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (["intercept"], 1.5, "'intercept' must be a whole number"),
        (["format"], "tepat-model/9", "this version reads tepat-model/1"),
        (["features"], [], "at least one feature"),
        (["features", 0, "kind"], "forest", "known are levels, number, steps, pair"),
        (["features", 0, "levels", "1"], "x", "feature 1 (floor) level '1'"),
        (["features", 0, "levels", "01"], 3, "level '01' is not a whole number"),
        (["features", 1, "column"], 5, "'column' must be a text"),
        (["features", 2, "divisor"], 0, "'divisor' must be at least 1"),
        (["features", 2, "slope"], 2**52, "is too steep"),
        (["features", 2, "lowest"], 5_000, "'lowest' above 'highest'"),
        (["features", 3, "values"], [1, 2], "one more of 'values' than of 'at'"),
        (["features", 3, "at"], [3, 2, 5], "'at' must rise"),
        (["features", 4, "values"], [[1]], "4 rows of 3"),
        (["features", 4, "parts"], [1], "two 'parts'"),
        (["features", 1, "column"], "floor", "has feature floor twice"),
    ],
)
def test_a_bad_model_file_is_refused_with_the_place(
    tmp_path: Path, place: list[Any], value: Any, said: str
) -> None:
    document = by_hand()
    inner: Any = document
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    with pytest.raises(TepatError) as raised:
        saved(tmp_path, document)
    assert said in raised.value.what
    assert "model.json" in raised.value.what


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TepatError, match="no file"):
        load_model(tmp_path / "none.json")
    for text in ("{", "[]", "7", json.dumps({"outcome": "x"})):
        (tmp_path / "bad.json").write_text(text, encoding="utf-8")
        with pytest.raises(TepatError):
            load_model(tmp_path / "bad.json")
    (tmp_path / "bad.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(TepatError, match="cannot be read"):
        load_model(tmp_path / "bad.json")
