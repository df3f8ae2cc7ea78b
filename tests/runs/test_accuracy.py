"""Errors and losses against a slow count in plain Python over the same run and truth."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tepat.engine.errors import TepatError
from tepat.policy.model import Policy
from tepat.runs.accuracy import accuracy
from tepat.runs.folder import RunFolder

OUTSIDE = 40  # families that are poor and not registered


def _rows(run: RunFolder, name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = run.table(name).to_pyarrow().to_pylist()
    return rows


@pytest.fixture(scope="module")
def files(demo_people: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The truth with weights and clusters, and families that the register does not have."""
    import polars as pl

    folder = tmp_path_factory.mktemp("accuracy")
    truth = pl.read_parquet(demo_people / "truth.parquet").sort("family_key")
    rng = np.random.default_rng(3)
    truth = truth.with_columns(
        w=pl.Series(rng.integers(1, 9, truth.height)),
        ea=pl.Series(rng.integers(0, 25, truth.height)).cast(pl.String),
    ).select("family_key", "true_pc_consumption", "w", "ea")
    truth.write_parquet(folder / "truth.parquet")
    poorest = truth.sort("true_pc_consumption").head(OUTSIDE)
    poorest.with_columns(family_key=pl.lit("U") + pl.col("family_key")).write_parquet(
        folder / "outside.parquet"
    )
    return folder / "truth.parquet", folder / "outside.parquet"


@pytest.fixture(scope="module")
def found(
    demo_run: Path, files: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory
) -> Any:
    out = tmp_path_factory.mktemp("judged") / "out"
    accuracy(demo_run, truth=files[0], unregistered=files[1], out=out)
    assert "<svg" in (out / "accuracy.html").read_text(encoding="utf-8")
    return json.loads((out / "accuracy.json").read_text(encoding="utf-8"))


def _people(run: RunFolder, files: tuple[Path, Path]) -> list[dict[str, Any]]:
    """Everyone of the truth in order from the poorest, with decile and the run's own row."""
    import polars as pl

    families = {row["family_key"]: row for row in _rows(run, "families")}
    rows = [row for path in files for row in pl.read_parquet(path).to_dicts()]
    for row in rows:
        row["family"] = families.get(row["family_key"])

    def order(row: dict[str, Any]) -> tuple[float, str]:
        return row["true_pc_consumption"], hashlib.md5(row["family_key"].encode()).hexdigest()

    return sorted(rows, key=order)


def test_errors_agree_with_a_count_by_hand(
    demo_run: Path, files: tuple[Path, Path], found: Any
) -> None:
    people = _people(RunFolder(demo_run), files)
    assert found["families"] == len(people) and found["registered"] == len(people) - OUTSIDE
    whole = {row["cut"]: row for row in found["errors"] if not row["group"]}
    for cut in (10, 30, 40, 70):
        poor = people[: -(-len(people) * cut // 100)]
        chosen = [
            p
            for p in people
            if p["family"] and p["family"]["decile"] and p["family"]["decile"] * 10 <= cut
        ]
        mine = {p["family_key"] for p in poor}
        taken = {p["family_key"] for p in chosen}
        outside = {p["family_key"] for p in poor if p["family"] is None}
        row = whole[cut]
        assert row["exclusion"]["part"] == len(mine - taken)
        assert row["exclusion"]["whole"] == len(mine)
        assert row["unregistered"]["part"] == len(outside)
        assert row["by_rank"]["part"] == len(mine - taken - outside)
        assert row["inclusion"]["part"] == len(taken - mine)
        assert row["inclusion"]["whole"] == len(taken)
    assert whole[10]["unregistered"]["part"] > 10, "nobody was outside: nothing was tested"


def test_groups_add_up_to_the_whole(found: Any) -> None:
    whole = {row["cut"]: row for row in found["errors"] if not row["group"]}
    for group in ("province", "area", "female_head", "disability", "family_size", "head_age"):
        rows = [row for row in found["errors"] if row["group"] == group and row["cut"] == 40]
        assert len(rows) > 1, group
        for error in ("exclusion", "inclusion", "unregistered"):
            for which in ("part", "whole"):
                total = sum(row[error][which] for row in rows)
                assert total == whole[40][error][which], (group, error)


def test_weights_and_clusters_widen_what_is_said(
    demo_run: Path, files: tuple[Path, Path], found: Any
) -> None:
    people = _people(RunFolder(demo_run), (files[0], files[0]))[::2]
    judged = accuracy(demo_run, truth=files[0], weight="w", cluster="ea")
    row = next(r for r in judged["errors"] if not r["group"] and r["cut"] == 40)
    before, poor, missed = 0, 0, 0
    total = sum(p["w"] for p in people)
    for person in people:
        if before * 100 // total < 40:
            poor += person["w"]
            decile = person["family"]["decile"]
            missed += person["w"] * (decile is None or decile > 4)
        before += person["w"]
    assert row["exclusion"]["value"] == pytest.approx(missed / poor, abs=1e-4)
    assert row["exclusion"]["low"] < missed / poor < row["exclusion"]["high"]
    assert judged["clusters"] == 25 and "clusters" in judged["interval"]


def _fate(run: RunFolder, policy: Policy, name: str, row: dict[str, Any], of: Any) -> str:
    """What became of one family, from the tables themselves, one question after the other."""
    family = row["family"]
    if family is None:
        return "not_registered"
    about = run.manifest["programmes"][name]
    if (name, family["family_id"]) in of["awarded"]:
        return "reached"
    if family["blocked"]:
        return "record"
    ranks = {
        c.name for c in policy.programmes[name].conditions if "decile" in c.rule.names("variable")
    }
    found = []
    for decided in of[about["unit"]].get(family["family_id"], []):
        bits = {
            kind: {
                c for i, c in enumerate(about["criteria"]) if decided[f"{name}__{kind}"] >> i & 1
            }
            for kind in ("failed", "unknown")
        }
        if not bits["failed"] and not bits["unknown"]:
            found.append("quota")
        elif bits["failed"] - ranks:
            found.append("rules")
        elif bits["failed"]:
            found.append("rank")
        elif "record_in_order" in bits["unknown"]:
            found.append("record")
        elif bits["unknown"] <= ranks:
            found.append("rank")
        else:
            found.append("unknown_fact")
    order = ("quota", "unknown_fact", "rank", "rules", "record")
    return min(found, key=order.index, default="rules")


def test_every_poor_family_has_the_fate_that_its_tables_tell(
    demo_run: Path, files: tuple[Path, Path], found: Any
) -> None:
    run = RunFolder(demo_run)
    policy = run.policy()
    people = _people(run, files)
    poor = people[: -(-len(people) * 40 // 100)]
    of: dict[str, Any] = {"family": {}, "member": {}}
    for unit, table in (("family", "family_decisions"), ("member", "member_decisions")):
        for row in _rows(run, table):
            of[unit].setdefault(row["family_id"], []).append(row)
    of["awarded"] = {
        (row["programme"], row["family_id"])
        for row in _rows(run, "awards")
        if row["status"] == "awarded"
    }
    kept = {(row["programme"], row["fate"]): row["families"] for row in found["lost"]}
    for name in run.manifest["programmes"]:
        counted: dict[str, int] = {}
        for row in poor:
            fate = _fate(run, policy, name, row, of)
            counted[fate] = counted.get(fate, 0) + 1
        mine = {fate: n for (programme, fate), n in kept.items() if programme == name and n}
        assert mine == counted, name
    assert sum(n for (programme, _), n in kept.items() if programme == "any") == len(poor)


def test_the_truth_may_name_the_unregistered_itself(
    demo_run: Path, files: tuple[Path, Path], found: Any, tmp_path: Path
) -> None:
    import polars as pl

    together = pl.concat([pl.read_parquet(path) for path in files])
    together.write_csv(tmp_path / "both.csv")
    again = accuracy(demo_run, truth=tmp_path / "both.csv")
    assert again["errors"] == found["errors"] and again["lost"] == found["lost"]


def test_the_unregistered_of_a_population_are_lost_as_the_truth_counts_them(
    demo_run: Path, demo_people: Path
) -> None:
    import polars as pl

    files = (demo_people / "truth.parquet", demo_people / "unregistered.parquet")
    judged = accuracy(demo_run, unregistered=files[1])
    people = _people(RunFolder(demo_run), files)
    outside = pl.read_parquet(files[1])
    assert outside.height > 5 and judged["families"] == len(people)
    assert judged["families"] - judged["registered"] == outside.height
    poor = people[: -(-len(people) * 40 // 100)]
    lost = sum(row["family"] is None for row in poor)
    assert lost == sum(row["family_key"].startswith("U") for row in poor) > 0
    fates = {row["fate"]: row["families"] for row in judged["lost"] if row["programme"] == "any"}
    assert fates["not_registered"] == lost
    rows = [row for row in judged["errors"] if row["cut"] == 40]
    whole = next(row for row in rows if not row["group"])
    assert whole["unregistered"]["value"] == pytest.approx(lost / len(poor), abs=1e-4)
    sizes = {row["value"]: row["unregistered"] for row in rows if row["group"] == "family_size"}
    small = [r for r in poor if r["family"] is None and r["family_size"] in (3, 4)]
    assert sizes["3–4"]["part"] == len(small)
    for group in ("province", "area", "female_head", "disability", "family_size", "head_age"):
        unknown = [r for r in rows if r["group"] == group and r["value"] is None]
        assert not any(r["unregistered"]["part"] for r in unknown), group


def test_a_family_that_did_register_is_no_unregistered_one(
    demo_run: Path, demo_people: Path, tmp_path: Path
) -> None:
    import polars as pl

    columns = ("family_key", "province", "true_pc_consumption")
    outside = pl.read_parquet(demo_people / "unregistered.parquet", columns=list(columns))
    known = pl.read_parquet(demo_people / "truth.parquet", columns=list(columns)).head(20)
    plain = accuracy(demo_run, unregistered=demo_people / "unregistered.parquet")
    pl.concat([outside, known]).write_parquet(tmp_path / "mixed.parquet")
    mixed = accuracy(demo_run, unregistered=tmp_path / "mixed.parquet")
    assert mixed["families"] == plain["families"] and mixed["lost"] == plain["lost"]
    known.with_columns(family_key=pl.lit("U") + pl.col("family_key")).write_parquet(
        tmp_path / "new.parquet"
    )
    new = accuracy(demo_run, unregistered=tmp_path / "new.parquet")
    assert new["families"] - new["registered"] == 20, "the same rows under other keys do count"


def test_what_is_no_truth_is_refused(demo_run: Path, tmp_path: Path) -> None:
    def refused(**given: Any) -> str:
        with pytest.raises(TepatError) as caught:
            accuracy(demo_run, **given)
        assert caught.value.do
        return caught.value.code

    bad = tmp_path / "bad.csv"
    bad.write_text("family_key,colour\nF1,red\n", encoding="utf-8")
    few = tmp_path / "few.csv"
    few.write_text("family_key,consumption\nF1,100\n", encoding="utf-8")
    assert refused(truth=tmp_path / "none.csv") == "truth_missing"
    assert refused(truth=bad) == "truth_columns"
    assert refused(truth=few) == "truth_too_few"
    assert refused(truth=few, weight="w") == "truth_columns"
    assert refused(poor=0) == "bad_number"
