"""Exclusion and inclusion against a slow count of our own; Wilson's interval against a table."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tepat.engine.connect import open_engine
from tepat.runs.folder import RunFolder
from tepat.runs.report.targeting import AT_ONCE, HOLDERS, Share, targeting


def _rows(path: Path) -> list[dict[str, Any]]:
    import polars

    return polars.read_parquet(path).to_dicts()


def test_error_rates_agree_with_a_count_by_hand(demo_run: Path) -> None:
    found = targeting(RunFolder(demo_run, open_engine()))
    assert found is not None
    truth = _rows(demo_run / "facts" / "truth" / "*.parquet")
    order = [
        r["family_id"] for r in sorted(truth, key=lambda r: (r["consumption"], r["family_id"]))
    ]
    holders: dict[str, set[int]] = {}
    for award in _rows(demo_run / "awards" / "*.parquet"):
        if award["status"] == "awarded":
            holders.setdefault(award["programme"], set()).add(award["family_id"])
    assert holders and set(found.programmes) == set(holders)
    for name, families in holders.items():
        poorest, held = set(order[: len(families)]), found.programmes[name]
        assert held.families == len(families)
        assert held.error.part == len(families - poorest) == len(poorest - families)
        tenths = [order[len(order) * i // 10 : len(order) * (i + 1) // 10] for i in range(10)]
        assert held.tenths == tuple(len(families & set(tenth)) for tenth in tenths)
        assert found.sizes == tuple(len(tenth) for tenth in tenths)
        assert held.missed.part == len(set(tenths[0]) - families)
        assert held.better_off.part == sum(held.tenths[5:])


def test_more_programmes_than_a_number_has_bits_are_counted(demo_run: Path) -> None:
    run = RunFolder(demo_run, open_engine())
    expected = targeting(run)
    names = list(run.manifest["programmes"])
    others = [f"nobody_holds_{number}" for number in range(AT_ONCE + 10)]
    run.manifest["programmes"] = dict.fromkeys([names[0], *others, *names[1:]])
    assert expected is not None and len(expected.programmes) > 2
    assert targeting(run) == expected


def test_a_run_without_truth_has_no_error_rates(demo_run: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(demo_run, run)
    assert targeting(RunFolder(run, open_engine())) is not None
    shutil.rmtree(run / "facts" / "truth")
    assert targeting(RunFolder(run, open_engine())) is None


def test_a_run_without_any_award_has_no_programme_with_error_rates(
    demo_run: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    shutil.copytree(demo_run, run)
    for path in (run / "awards").glob("*.parquet"):
        path.unlink()
    without = RunFolder(run, open_engine())
    found, expected = targeting(without), targeting(RunFolder(demo_run, open_engine()))
    assert found is not None and expected is not None
    assert found == replace(expected, programmes={}) != expected
    assert HOLDERS not in without.con.list_tables()


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    # Newcombe 1998, table I, method 3 (Wilson's score without continuity correction)
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_is_wilsons(part: int, whole: int, low: float, high: float) -> None:
    found = Share(part, whole).interval
    assert found == pytest.approx((low, high), abs=0.0001)
