"""Health of each member: pregnancy, nutrition, chronic illness, the ten difficulties."""

from __future__ import annotations

import numpy as np

from tepat.population.chances import UNKNOWN, Array, Columns, by_year, per_family, weighted

DIFFICULTIES = (
    "difficulty_seeing",
    "difficulty_hearing",
    "difficulty_walking",
    "difficulty_hands",
    "difficulty_remembering",
    "difficulty_speaking",
    "difficulty_learning",
    "difficulty_self_care",
    "difficulty_sadness",
    "difficulty_behaviour",
)
# How far each kind reaches beside the shared part, and how it rises after sixty.
_REACH = (0.25, 0.10, 0.22, 0.02, 0.02, -0.10, -0.08, 0.14, -0.08, -0.12)
_WITH_AGE = (0.6, 0.7, 0.9, 0.4, 0.6, 0.1, 0.2, 0.5, 0.0, 0.0)


def health(
    rng: np.random.Generator, age: Array, sex: Array, members: Columns, welfare: Array
) -> Columns:
    """Columns pregnant, pregnancy_number, nutrition, chronic_illness and the difficulties."""
    return {
        **_pregnancy(rng, age, sex, members),
        "nutrition": _nutrition(rng, age, welfare),
        "chronic_illness": _chronic(rng, age),
        **_difficulties(rng, age),
    }


def _pregnancy(rng: np.random.Generator, age: Array, sex: Array, members: Columns) -> Columns:
    """About 1.2 per cent of all people; nearly always in marriage."""
    family, relation, marital = members["family"], members["relation"], members["marital"]
    by_age = by_year(
        age,
        (15, 18, 22, 27, 32, 37, 42, 46, 54),
        (0.09, 0.17, 0.17, 0.125, 0.075, 0.04, 0.012, 0.002, 0),
    )
    wed = marital == 2
    chance = np.where(wed, by_age, np.where(marital > 2, 0.004, 0.0006) * (by_age > 0))
    woman = (sex == 2) & (age >= 10) & (age <= 54)
    pregnant = woman & (age >= 15) & (rng.random(len(age)) < chance)
    children = per_family(family, relation == 3, int(family.max(initial=0)) + 1)[family]
    order = 1 + np.where(np.isin(relation, (1, 2)), children, rng.random(len(age)) < 0.3)
    return {
        # Men, children and the never married are not asked: the answer is no, not unknown.
        "pregnant": pregnant.astype(np.int8),
        "pregnancy_number": np.where(pregnant, np.clip(order, 1, 20), UNKNOWN).astype(np.int8),
    }


def _nutrition(rng: np.random.Generator, age: Array, welfare: Array) -> Array:
    stunted = rng.random(len(age)) < np.clip(0.20 - 0.06 * welfare, 0.04, 0.45)
    wasted = rng.random(len(age)) < np.clip(0.075 - 0.02 * welfare, 0.02, 0.2)
    answer = np.where(wasted, 1, np.where(stunted, 2, 3))
    answer = np.where(rng.random(len(age)) < 0.04, 8, answer)
    return np.where(age < 5, answer, UNKNOWN).astype(np.int8)


def _chronic(rng: np.random.Generator, age: Array) -> Array:
    chance = by_year(age, (0, 15, 30, 45, 60, 75, 90), (0.012, 0.015, 0.05, 0.14, 0.30, 0.42, 0.45))
    kinds = weighted(
        rng,
        list(range(2, 19)),
        [38, 14, 8, 8, 13, 2, 4.5, 1.2, 1, 0.05, 0.25, 6, 0.15, 0.08, 0.12, 0.3, 6],
        len(age),
    )
    return np.where(rng.random(len(age)) < chance, kinds, 1).astype(np.int8)


def _difficulties(rng: np.random.Generator, age: Array) -> Columns:
    """1 cannot, 2 much, 3 little, 4 none; about 1.4 per cent have 1 or 2 in some kind.

    Asked from the age of two.
    """
    count = len(age)
    shared = rng.standard_normal(count, dtype=np.float32)
    old = np.clip((age - 45) / 30, 0, 1.6).astype(np.float32)
    columns = {}
    for name, reach, with_age in zip(DIFFICULTIES, _REACH, _WITH_AGE, strict=True):
        own = rng.standard_normal(count, dtype=np.float32)
        latent = 0.85 * shared + 0.53 * own + reach + with_age * old
        grade = 4 - np.searchsorted(np.array([2.25, 3.05, 3.25], dtype=np.float32), latent)
        columns[name] = np.where(age >= 2, grade, UNKNOWN).astype(np.int8)
    return columns
