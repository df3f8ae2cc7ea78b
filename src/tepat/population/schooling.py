"""Schooling of each member: attending or not, level, class and highest diploma.

Attendance follows the school participation rates of BPS (about 99, 96 and 75 per cent at 7–12,
13–15 and 16–18, lower for the poor); attainment rises with birth year, town and wealth.
"""

from __future__ import annotations

import numpy as np

from tepat.population.chances import UNKNOWN, Array, Columns, by_year, weighted

NEVER, ATTENDING, NO_LONGER = 1, 2, 3

# Kinds of school by stage, with weights: the ordinary school, the religious one, the packet ….
_STAGES: tuple[tuple[list[int], list[float]], ...] = (
    ([3, 4, 1, 2, 5], [84, 14, 0.6, 0.6, 0.8]),
    ([8, 9, 6, 7, 10], [72, 24, 2.2, 0.6, 1.2]),
    ([13, 15, 14, 11, 12, 16, 17], [46, 37, 12, 3, 0.5, 0.7, 0.8]),
    ([19, 18], [84, 16]),
)
_LAST_CLASS = np.array([6, 3, 3, 4])


def schooling(
    rng: np.random.Generator, age: Array, wealth: Array, welfare: Array, urban: Array
) -> Columns:
    """Columns schooling, school_level, school_grade and diploma for members of the given age."""
    count = len(age)
    latent = 0.42 * wealth + 0.16 * welfare + 0.35 * urban + 0.85 * rng.standard_normal(count)
    attending = rng.random(count) < _attendance(age, latent)
    attending &= age >= 6
    finished = _stages_finished(rng, age, latent)
    # A pupil of normal age is in class age − 6; about a third are a year or two behind.
    late = weighted(rng, [0, 1, 2], [62, 31, 7], count)
    years = np.clip(age - 5 - late, 1, 16)
    stage_now = np.searchsorted(np.array([6, 9, 12]), years - 1, side="right")
    started = np.array([0, 6, 9, 12])[stage_now]
    stage = np.where(attending, stage_now, np.clip(finished - 1, 0, 3))
    dropped = ~attending & (finished < 3) & (rng.random(count) < 0.25) & (finished > 0)
    stage = np.where(dropped, finished, stage)
    level = _kind(rng, stage, count)
    last = _LAST_CLASS[np.clip(stage, 0, 3)]
    unfinished = dropped | (finished == 0)
    grade = np.where(
        attending,
        years - started,
        np.where(unfinished, 1 + np.floor(rng.random(count) * last), last),
    )
    graduate = ~attending & (finished >= 5)
    level = np.where(graduate, np.where(rng.random(count) < 0.25, 20, 21), level)
    before = np.where(attending, stage_now, np.where(unfinished, finished, stage + 1))
    diploma = _diploma(rng, before, level, attending | unfinished)
    status = np.where(attending, ATTENDING, NO_LONGER)
    never = ~attending & ((age < 7) | (rng.random(count) < _never(age, latent)))
    status = np.where(never, NEVER, status)
    return {
        "schooling": status.astype(np.int8),
        "school_level": np.where(never, UNKNOWN, level).astype(np.int8),
        "school_grade": np.where(never, UNKNOWN, np.clip(grade, 1, 13)).astype(np.int8),
        "diploma": np.where(age < 5, UNKNOWN, np.where(never, 0, diploma)).astype(np.int8),
    }


def _attendance(age: Array, latent: Array) -> Array:
    base = by_year(
        age,
        (5, 6, 7, 12, 13, 15, 16, 18, 19, 22, 24, 27),
        (0, 0.45, 4.9, 4.9, 4.0, 3.0, 1.7, 0.6, -0.6, -1.0, -2.6, -6),
    )
    slope = by_year(age, (7, 12, 16, 20), (0.3, 0.6, 0.7, 1.1))
    chance = 1 / (1 + np.exp(-(base + slope * latent)))
    return np.where((age < 6) | (age > 30), 0.0, chance)


def _stages_finished(rng: np.random.Generator, age: Array, latent: Array) -> Array:
    """0 none, 1 primary, 2 lower secondary, 3 upper, 4 higher, 5 more: by age and latent."""
    cohort = by_year(age, (20, 30, 40, 50, 60, 70, 85), (1.05, 1.0, 0.75, 0.4, -0.05, -0.6, -1.2))
    reach = latent + cohort + 0.35 * rng.standard_normal(len(age))
    done = np.searchsorted(np.array([-1.05, 0.10, 0.62, 2.05, 3.55]), reach)
    possible = np.searchsorted(np.array([12, 15, 18, 22, 26]), age, side="right")
    return np.minimum(done, possible)


def _never(age: Array, latent: Array) -> Array:
    base = by_year(age, (7, 25, 45, 60, 75), (-5.5, -5.2, -4.3, -3.0, -1.6))
    return 1 / (1 + np.exp(-(base - 0.9 * latent)))


def _kind(rng: np.random.Generator, stage: Array, count: int) -> Array:
    level = np.zeros(count, dtype=np.int64)
    for number, (codes, weights) in enumerate(_STAGES):
        chosen = stage == number
        level[chosen] = weighted(rng, codes, weights, int(chosen.sum()))
    return level


def _diploma(rng: np.random.Generator, stages: Array, level: Array, below: Array) -> Array:
    """The diploma of the last stage finished; the level itself where that was finished."""
    diploma = np.zeros(len(stages), dtype=np.int64)
    for number, (codes, weights) in enumerate(_STAGES):
        chosen = stages == number + 1
        diploma[chosen] = weighted(rng, codes, weights, int(chosen.sum()))
    return np.where(below, diploma, level)


def years_of_school(diploma: Array) -> Array:
    """Years of school that a diploma stands for, for the proxy score."""
    edges = np.array([0, 5, 10, 17, 18, 20])
    return np.array([0, 6, 9, 12, 14, 16, 18])[np.searchsorted(edges, np.maximum(diploma, 0))]
