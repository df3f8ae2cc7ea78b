"""The statistics bureau of the invented country: a proxy score, deciles, and the model's constants.

A reference sample of the whole country is made once a run, with a seed of its own, so that
deciles mean the same in every population: national, even where only one province is made.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tepat.population.chances import Array, Columns, per_family
from tepat.population.composition import make_members
from tepat.population.families import Scale, consumption, settle, share_places, true_families
from tepat.population.places import plan_parts
from tepat.population.provinces import PROVINCES
from tepat.population.welfare import Levels, fit_levels, spread_normal

REFERENCE_FAMILIES = 50_000
SCORE_NOISE = 0.12
"""What is old or wrong in the answers the bureau used, in log rupiah."""

# Code variables of the score and how many codes each has; counts are cut at 3.
_CODES = {
    "floor": 9,
    "wall": 7,
    "roof": 8,
    "housing": 5,
    "latrine": 6,
    "closet": 4,
    "sewage": 6,
    "drinking_water": 11,
    "lighting": 4,
    "power": 5,
    "cooking_fuel": 11,
}
_COUNTS = (
    "flat_tv",
    "gold",
    "computer",
    "bicycle",
    "motorcycle",
    "car",
    "refrigerator",
    "air_conditioner",
    "water_heater",
    "smartphone",
    "cattle",
    "goat",
    "other_house",
    "other_land",
    "roof_damaged",
    "wall_damaged",
)


@dataclass(frozen=True)
class Country:
    """Everything about the invented country that does not depend on the seed."""

    levels: Levels
    scale: Scale
    weights: Array
    score_cuts: Array
    spent_cuts: Array
    fit: dict[str, float]


def build_country() -> Country:
    """Fit the consumption of each province, then the bureau's score on a reference sample."""
    rng = np.random.default_rng(20250331)
    levels = fit_levels(_size_by_welfare(rng))
    parts = plan_parts(REFERENCE_FAMILIES, list(PROVINCES), None)
    place = settle(rng, parts)
    _, spent = consumption(rng, share_places(rng, place), levels)
    scale = Scale(float(spent.mean()), float(spent.std()))
    families, members = true_families(rng, place, levels, scale)
    design = np.stack(score_facts(families, members), axis=1).astype(np.float64)
    spent = families["log_spent"]
    weights = np.linalg.lstsq(design.T @ design, design.T @ spent, rcond=None)[0]
    score = design @ weights + SCORE_NOISE * rng.standard_normal(len(spent))
    tenths = np.arange(1, 10) / 10
    cuts = np.quantile(score, tenths)
    true_cuts = np.quantile(spent, tenths)
    fit = quality(spent, design @ weights, score)
    return Country(levels, scale, weights, cuts, true_cuts, fit)


def _size_by_welfare(rng: np.random.Generator) -> Array:
    """Mean family size as a cubic in latent welfare."""
    welfare = spread_normal(rng, REFERENCE_FAMILIES)
    size = np.bincount(make_members(rng, welfare)["family"].astype(np.int64))
    return np.polyfit(np.clip(welfare, -3, 3), size, 3)


def quality(spent: Array, fitted: Array, score: Array) -> dict[str, float]:
    """R² of the score and the share of the poorest 30 and 40 per cent that it misses."""
    rest = 1 - ((spent - fitted) ** 2).sum() / ((spent - spent.mean()) ** 2).sum()
    result = {"r2": float(rest), "r2_with_noise": float(np.corrcoef(spent, score)[0, 1] ** 2)}
    for per_cent in (30, 40):
        poor = spent <= np.quantile(spent, per_cent / 100)
        missed = score[poor] > np.quantile(score, per_cent / 100)
        result[f"exclusion_{per_cent}"] = float(missed.mean())
    return result


def bureau_decile(
    rng: np.random.Generator, country: Country, families: Columns, members: Columns
) -> Array:
    """The decile the bureau hands over, 1 the poorest tenth of the country's families."""
    # Not by the linear algebra library: its last digit depends on the number of its threads.
    score = np.zeros(len(families["area"]))
    for weight, fact in zip(country.weights, score_facts(families, members), strict=True):
        score += weight * fact
    score += SCORE_NOISE * rng.standard_normal(len(score))
    return 1 + np.searchsorted(country.score_cuts, score)


def score_facts(families: Columns, members: Columns) -> list[Array]:
    """The numeric facts that the score adds up, as columns."""
    size = families["family_size"].astype(np.float64)
    columns = [
        np.ones(len(size)),
        size,
        np.log(size),
        families["area"] == 1,
        np.log(families["floor_area"]),
        *_member_facts(families, members),
    ]
    for name, codes in _CODES.items():
        columns += [families[name] == code for code in range(1, codes + 1) if code != 2]
    columns += [np.minimum(families[name].astype(np.int64), 3) for name in _COUNTS]
    return columns


def _member_facts(families: Columns, members: Columns) -> list[Array]:
    family, count = members["family"], len(families["area"])
    size = families["family_size"]
    age, head = members["age"], members["relation"] == 1
    grown = np.maximum(per_family(family, age >= 15, count), 1)
    return [
        per_family(family, members["years"] * head, count),
        per_family(family, members["years"] * (age >= 15), count) / grown,
        per_family(family, age < 15, count) / size,
        per_family(family, age >= 60, count) / size,
        per_family(family, members["works"] == 1, count) / size,
        per_family(family, (members["sex"] == 2) & head, count),
        per_family(family, age * head, count),
        per_family(family, members["employment_status"] == 5, count),
        per_family(family, np.isin(members["employment_status"], (6, 7)), count),
    ]
