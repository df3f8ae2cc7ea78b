"""Families in no register: who they are, how many, and that nothing else knows of them."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tepat.population.figures import UNREGISTERED
from tepat.population.make import make_population
from tepat.population.provinces import LINE_RURAL, LINE_URBAN
from tepat.registry.files.sources import find_sources
from tests.population.made import Made
from tests.population.test_processes import content

POOR_KINDS = ("poor", "poor_and_remote")


def _mean(values: pl.Series) -> float:
    mean = values.cast(pl.Float64).mean()
    assert isinstance(mean, float)
    return mean


def test_the_registered_are_the_same_whoever_is_outside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, others = {}, {}
    for rate in (0.0, 0.3):
        for kind in UNREGISTERED:
            monkeypatch.setitem(UNREGISTERED, kind, rate)
        folder = tmp_path / str(rate)
        rows[rate] = make_population(folder, 600, None, 3)["rows"]["unregistered"]
        others[rate] = content(folder)
    alone, crowded = (made.pop("unregistered.parquet") for made in others.values())
    assert others[0.0] == others[0.3] and len(others[0.0]) > 100
    assert alone != crowded
    assert rows[0.0] == 0 and 180 < rows[0.3] < 340


@pytest.mark.parametrize("kind", sorted(UNREGISTERED))
def test_each_kind_is_outside_at_its_rate(country: Made, kind: str) -> None:
    rate = country.summary["unregistered"][kind]
    assert rate["target"] == UNREGISTERED[kind]
    # Families of the kind in the smallest of four, then four standard errors of a count.
    families = {"others": 30_000, "poor": 2_000, "remote": 800, "poor_and_remote": 150}[kind]
    error = (rate["target"] * (1 - rate["target"]) / families) ** 0.5
    assert abs(rate["realised"] - rate["target"]) < 4 * error


def test_rates_of_the_unregistered_are_recounted_from_the_files(country: Made) -> None:
    outside, truth = country.table("unregistered"), country.table("truth")
    rate = country.summary["unregistered"]["all"]
    assert rate["realised"] == pytest.approx(outside.height / (outside.height + 40_000), abs=1e-6)
    assert rate["target"] == pytest.approx(0.03, abs=0.001)
    assert rate["realised"] == pytest.approx(rate["target"], abs=4 * (0.03 / 40_000) ** 0.5)
    poor = outside["poor"].sum() / (outside["poor"].sum() + truth["poor"].sum())
    told = [country.summary["unregistered"][kind]["realised"] for kind in POOR_KINDS]
    assert 1.5 * rate["realised"] < poor and min(told) <= poor <= max(told)


def test_no_key_of_theirs_is_a_registered_one(country: Made) -> None:
    outside, families = country.table("unregistered"), country.table("families")
    keys = outside["family_key"]
    assert keys.n_unique() == outside.height > 1_000
    assert keys.is_sorted()
    registered = set(families["family_key"].str.tail(-1))
    assert not registered & set(keys.str.tail(-1)), "told apart by the letter alone"
    assert set(keys.str.len_chars()) == set(families["family_key"].str.len_chars())


def test_they_are_poorer_and_more_remote_than_the_registered(country: Made) -> None:
    outside, truth = country.table("unregistered"), country.table("truth")
    spent = pl.col("true_pc_consumption").log().mean()
    assert outside.select(spent).item() < truth.select(spent).item() - 0.05
    poor, registered = _mean(outside["poor"]), _mean(truth["poor"])
    assert 1.6 * registered < poor < 2.6 * registered, "mildly poorer"
    remote = _mean(country.table("families")["remote_area"])
    assert _mean(outside["remote_area"]) > 1.3 * remote


def test_they_are_judged_by_the_same_lines_and_cuts(country: Made) -> None:
    outside, truth = country.table("unregistered"), country.table("truth")
    line = pl.when(pl.col("area") == 1).then(LINE_URBAN).otherwise(LINE_RURAL)
    assert outside.select((pl.col("poor") == (pl.col("true_pc_consumption") < line)).all()).item()
    columns = ("true_pc_consumption", "true_decile")
    both = pl.concat([outside.select(columns), truth.select(columns)]).sort(columns)
    assert both["true_decile"].is_sorted()
    assert set(outside["true_decile"]) == set(range(1, 11))


def test_they_live_in_the_places_of_the_registered_and_as_they_do(country: Made) -> None:
    outside, families = country.table("unregistered"), country.table("families")
    places = families.group_by("province", "kabupaten").len()
    assert outside.join(places, on=["province", "kabupaten"], how="anti").height == 0
    assert outside.null_count().sum_horizontal().item() == 0
    assert (outside["family_size"] == outside["true_size"]).all()
    size = _mean(country.table("truth")["true_size"])
    assert _mean(outside["true_size"]) == pytest.approx(size, abs=0.3)
    heads = country.table("members").filter(pl.col("relation") == 1)
    women = _mean(heads["sex"] == 2)
    assert _mean(outside["head_sex"] == 2) == pytest.approx(women, abs=0.05)
    assert outside["head_age"].is_between(17, 95).all()
    assert 0.01 < _mean(outside["disability"]) < 0.15


def test_a_run_does_not_read_them(kabupaten: Made) -> None:
    assert kabupaten.table("unregistered").height > 0
    read = {
        path.name for source in find_sources(kabupaten.folder).values() for path in source.paths
    }
    assert read and "unregistered.parquet" not in read
