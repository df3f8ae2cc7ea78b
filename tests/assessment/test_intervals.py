"""Intervals against other arithmetic: SciPy's, a regression's sandwich, and draws of clusters."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tepat.assessment.intervals import of_clusters, of_rows, wilson


@pytest.mark.parametrize(("part", "whole"), [(81, 263), (0, 20), (1, 29), (29, 29), (500, 100_000)])
def test_wilson_agrees_with_scipy(part: int, whole: int) -> None:
    from scipy.stats import binomtest

    found = wilson(part, whole)
    low, high = binomtest(part, whole).proportion_ci(method="wilson")
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-9)


def _survey(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Weights, clusters that resemble themselves, whom the share is of, and who is in it."""
    rng = np.random.default_rng(seed)
    cluster = np.repeat(np.arange(60), rng.integers(5, 40, 60))
    pull = rng.normal(0, 0.8, 60)[cluster]
    weight = rng.gamma(3, 100, len(cluster))
    poor = rng.random(len(cluster)) < 1 / (1 + np.exp(0.5 - pull))
    missed = poor & (rng.random(len(cluster)) < 1 / (1 + np.exp(0.7 + pull)))
    return weight, cluster, poor, missed


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_clusters_agree_with_a_regression_whose_errors_are_clustered(seed: int) -> None:
    from scipy.stats import t

    weight, cluster, poor, missed = _survey(seed)
    # the mean of `missed` among the poor is a weighted regression on a constant; its sandwich
    # (bread, then scores summed by cluster) is the variance that is robust to clusters
    mine = poor.astype(bool)
    design, outcome = np.ones((int(mine.sum()), 1)), missed[mine].astype(float)
    weighted = design * weight[mine][:, None]
    bread = np.linalg.inv(weighted.T @ design)
    fitted = bread @ weighted.T @ outcome
    scores = weighted * (outcome - design @ fitted)[:, None]
    clusters = 60
    summed = np.array([scores[cluster[mine] == c].sum(axis=0) for c in range(clusters)])
    sandwich = bread @ summed.T @ summed @ bread * clusters / (clusters - 1)
    share, error = float(fitted[0]), float(np.sqrt(sandwich[0, 0]))
    half = t.ppf(0.975, clusters - 1) * error / (share * (1 - share))
    ends = [1 / (1 + np.exp(-(np.log(share / (1 - share)) + side * half))) for side in (-1, 1)]
    parts = np.bincount(cluster, weight * missed, clusters)
    found = of_clusters(parts, np.bincount(cluster, weight * poor, clusters), clusters)
    assert found.value == pytest.approx(share, abs=1e-12)
    assert (found.low, found.high) == pytest.approx(tuple(ends), abs=1e-9)


def test_clusters_agree_with_drawing_the_clusters_again() -> None:
    weight, cluster, poor, missed = _survey(4)
    parts, wholes = (np.bincount(cluster, weight * rows, 60) for rows in (missed, poor))
    rng = np.random.default_rng(0)
    drawn = rng.integers(60, size=(4_000, 60))
    shares = parts[drawn].sum(axis=1) / wholes[drawn].sum(axis=1)
    low, high = np.percentile(shares, [2.5, 97.5])
    found = of_clusters(parts, wholes, 60)
    assert found.low == pytest.approx(low, abs=0.015)
    assert found.high == pytest.approx(high, abs=0.015)
    # the control: as if rows were drawn one by one, the interval is too narrow here
    alone = of_rows(
        float(parts.sum()),
        float(wholes.sum()),
        float((weight**2 * missed).sum()),
        float((weight**2 * poor).sum()),
        len(weight),
    )
    assert found.low is not None and alone.low is not None
    assert found.high is not None and alone.high is not None
    assert alone.high - alone.low < 0.9 * (found.high - found.low)


def test_a_real_design_agrees_with_drawing_its_clusters_again(synthetic_survey: Path) -> None:
    import polars as pl

    survey = pl.read_csv(synthetic_survey / "households.csv", infer_schema_length=None)
    cluster = survey["ea"].rank("dense").to_numpy().astype(int) - 1
    weight = survey["popweight"].to_numpy().astype(float)
    spent = survey["pc_exp"].to_numpy()
    poor = spent < np.quantile(spent, 0.2)
    missed = poor & (survey["urbrur"].to_numpy() == survey["urbrur"][0])
    count = cluster.max() + 1
    parts, wholes = (np.bincount(cluster, weight * rows, count) for rows in (missed, poor))
    drawn = np.random.default_rng(0).integers(count, size=(4_000, count))
    ends = np.percentile(parts[drawn].sum(axis=1) / wholes[drawn].sum(axis=1), [2.5, 97.5])
    found = of_clusters(parts, wholes, count)
    assert found.low is not None and found.high is not None
    assert (found.low, found.high) == pytest.approx(tuple(ends), abs=0.02)
    assert found.high - found.low > 0.05, "the design is felt"


def test_rows_are_clusters_of_one() -> None:
    weight, _, poor, missed = _survey(5)
    rows = np.arange(len(weight))
    one = of_clusters(
        np.bincount(rows, weight * missed), np.bincount(rows, weight * poor), len(rows)
    )
    other = of_rows(
        float((weight * missed).sum()),
        float((weight * poor).sum()),
        float((weight**2 * missed).sum()),
        float((weight**2 * poor).sum()),
        len(rows),
    )
    assert (one.low, one.high) == pytest.approx((other.low, other.high), abs=1e-12)


def test_a_full_count_beside_a_sample_adds_nothing_to_the_variance() -> None:
    weight, cluster, poor, missed = _survey(6)
    parts, wholes = (np.bincount(cluster, weight * rows, 60) for rows in (missed, poor))
    counted = (0.1 * float(wholes.sum()), 2.0 * float(wholes.sum()))
    rng = np.random.default_rng(0)
    drawn = rng.integers(60, size=(4_000, 60))  # the sample alone is drawn again
    shares = (parts[drawn].sum(axis=1) + counted[0]) / (wholes[drawn].sum(axis=1) + counted[1])
    found = of_clusters(parts, wholes, 60, counted)
    assert (found.low, found.high) == pytest.approx(
        tuple(np.percentile(shares, [2.5, 97.5])), abs=0.008
    )
    # the control: the full count as one more cluster of the sample is far too wide
    wide = of_clusters(np.append(parts, counted[0]), np.append(wholes, counted[1]), 61)
    assert wide.value == pytest.approx(found.value)
    assert found.low is not None and wide.low is not None
    assert found.low - wide.low > 0.05, "as one more cluster it would be far too wide"
    rows = np.arange(len(weight))
    one = of_clusters(
        np.bincount(rows, weight * missed), np.bincount(rows, weight * poor), len(rows), counted
    )
    part, whole = float((weight * missed).sum()), float((weight * poor).sum())
    other = of_rows(
        part + counted[0],
        whole + counted[1],
        float((weight**2 * missed).sum()),
        float((weight**2 * poor).sum()),
        len(rows),
        (part, whole),
    )
    assert (one.low, one.high) == pytest.approx((other.low, other.high), abs=1e-12)


def test_what_cannot_be_said_has_no_interval() -> None:
    assert wilson(0, 0).value is None
    assert of_clusters(np.zeros(3), np.zeros(3), 3).value is None
    alone = of_clusters(np.array([1.0]), np.array([2.0]), 1)
    assert (alone.value, alone.low) == (0.5, None)
    nobody = of_clusters(np.zeros(3), np.ones(3), 3)
    assert (nobody.value, nobody.low) == (0.0, None), "no cluster differs: nothing is known"
