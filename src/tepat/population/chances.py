"""Small helpers to draw answers for whole columns."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

UNKNOWN = -1
"""In the arrays of this package −1 means unknown or not asked; files carry null."""

Array = NDArray[Any]
Columns = dict[str, Array]
Choice = tuple[tuple[int, float, float, float], ...]
"""Rows of code, base, pull of wealth, pull of the town: the larger the sum, the likelier."""


def choose(rng: np.random.Generator, choice: Choice, wealth: Array, urban: Array) -> Array:
    """One code per row, drawn in proportion to exp(base + wealth and town pulls)."""
    wealth, urban = wealth.astype(np.float32), urban.astype(np.float32)
    best = np.full(len(wealth), -np.inf, dtype=np.float32)
    picked = np.zeros(len(wealth), dtype=np.int8)
    for code, base, pull, town in choice:
        noise = -np.log(-np.log(rng.random(len(wealth), dtype=np.float32) * 0.9999998 + 1e-7))
        score = base + pull * wealth + town * urban + noise
        better = score > best
        np.copyto(best, score, where=better)
        np.copyto(picked, code, where=better)
    return picked


def happens(rng: np.random.Generator, log_odds: Array) -> Array:
    """True with the chance that the log odds say."""
    return rng.random(len(log_odds), dtype=np.float32) < 1 / (1 + np.exp(-log_odds))


def by_year(age: Array, ages: tuple[float, ...], values: tuple[float, ...]) -> Array:
    """A value for each age in full years, on straight lines between the given ages."""
    table: Array = np.interp(np.arange(130), ages, values)[age]
    return table


def weighted(
    rng: np.random.Generator, codes: Array | list[int], weights: list[float], count: int
) -> Array:
    """Codes drawn with fixed weights."""
    edges = np.cumsum(np.array(weights) / sum(weights))
    return np.asarray(codes)[np.searchsorted(edges, rng.random(count) * 0.9999999)]


def per_family(family: Array, values: Array, families: int) -> Array:
    """Sum a column of members (or count a mask) by family."""
    return np.bincount(family, weights=values.astype(np.float64), minlength=families)


def unless(condition: Array, values: Array) -> Array:
    """The values, unknown where the question is not asked."""
    return np.where(condition, UNKNOWN, values)
