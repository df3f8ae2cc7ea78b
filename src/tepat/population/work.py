"""Work of each member: whether, in which industry, in which position, with which business."""

from __future__ import annotations

import numpy as np

from tepat.population.chances import (
    UNKNOWN,
    Array,
    Choice,
    Columns,
    by_year,
    choose,
    happens,
    weighted,
)

# Industry of those who work: (code, base, pull of wealth and school, pull of the town).
# fmt: off
_INDUSTRY: Choice = (
    (1, 3.1, -0.8, -2.6), (2, 1.1, -0.6, -1.9), (3, 1.9, -0.5, -2.8), (4, 0.4, -0.6, -1.3),
    (5, 0.4, -0.5, -1.6), (6, -1.3, -0.6, -1.8), (7, -0.6, 0.2, -0.7), (8, 1.9, 0.0, 0.4),
    (9, -2.3, 0.7, 0.3), (10, -2.0, -0.3, 0.5), (11, 1.5, -0.4, 0.0), (12, 2.3, 0.2, 0.5),
    (13, 0.8, 0.0, 0.4), (14, 1.0, 0.0, 0.7), (15, -1.8, 0.9, 0.9), (16, -1.3, 1.1, 0.6),
    (17, -2.7, 0.9, 0.8), (18, -1.8, 1.1, 0.7), (19, -0.9, 0.5, 0.7), (20, 0.0, 0.95, 0.1),
    (21, 0.2, 1.0, 0.1), (22, -0.9, 1.05, 0.3), (23, -2.1, 0.3, 0.5), (24, 0.6, 0.0, 0.5),
    (25, -0.1, -0.8, 0.5), (26, -7.0, 1.2, 0.6),
)
_FARM: Choice = (
    (1, 1.3, 0.1, 0), (2, 1.1, 0.1, 0), (3, -1.1, 0.9, 0), (4, -0.6, 0.5, 0), (6, 0.7, -0.8, 0),
    (8, 0.5, -0.1, 0),
)
_TRADE: Choice = (
    (1, 1.5, 0.0, 0), (2, 0.2, 0.2, 0), (3, -1.4, 1.0, 0), (4, 1.4, 0.2, 0.4), (7, -0.6, -0.9, 0),
    (8, -0.2, -0.1, 0),
)
_CRAFT: Choice = (
    (1, 0.1, 0.0, 0), (2, -0.7, 0.2, 0), (3, -1.6, 0.9, 0), (4, 1.9, 0.3, 0.4), (7, 0.6, -0.9, 0),
    (8, -1.3, -0.1, 0),
)
_OFFICE: Choice = (
    (1, -0.9, 0.0, 0), (3, -2.4, 0.8, 0), (4, 1.9, 0.1, 0.3), (5, 1.7, 0.75, 0),
    (8, -3.0, 0.0, 0),
)
# fmt: on

PUBLIC_SERVANT = 5
_OWN = (1, 2, 3)


def work(rng: np.random.Generator, members: Columns, wealth: Array, urban: Array) -> Columns:
    """Columns from ``works`` to ``turnover``; members under five are not asked."""
    age, sex, count = members["age"], members["sex"], len(wealth)
    pupil = members["schooling"] == 2
    skill = 0.6 * wealth + 0.09 * (members["years"] - 8.0)
    working = happens(
        rng, _log_odds(age, sex == 1, pupil, urban) + 0.9 * (members["relation"] == 1)
    ) & (age >= 10)
    asked = age >= 5
    industry = np.where(members["relation"] == 7, 25, choose(rng, _INDUSTRY, skill, urban))
    position = _position(rng, industry, skill, urban, members)
    columns = _business(rng, working & np.isin(position, _OWN), position, skill, count)
    return {
        "works": np.where(asked, working, UNKNOWN).astype(np.int8),
        "industry": np.where(working, industry, UNKNOWN).astype(np.int8),
        "employment_status": np.where(working, position, UNKNOWN).astype(np.int8),
        **{name: np.where(asked, values, UNKNOWN) for name, values in columns.items()},
    }


def _log_odds(age: Array, man: Array, pupil: Array, urban: Array) -> Array:
    grid = (10, 14, 16, 20, 25, 40, 55, 60, 65, 70, 80, 95)
    men = by_year(age, grid, (-5, -3.2, -1.0, 1.1, 2.5, 3.6, 2.5, 1.7, 1.0, 0.3, -1.0, -3))
    women = by_year(age, grid, (-5.4, -3.8, -1.4, -0.1, 0.1, 0.6, 0.5, 0.1, -0.5, -1, -2.2, -4))
    odds = np.where(man, men, women) - 0.25 * urban
    return odds - np.where(pupil & (age >= 15), 2.4, 0.0)


def _position(
    rng: np.random.Generator, industry: Array, skill: Array, urban: Array, members: Columns
) -> Array:
    """Position in the main job, by kind of industry; public servants are grown and schooled."""
    farm, age = industry <= 6, members["age"]
    trade = np.isin(industry, (12, 13, 14, 19, 24))
    office = np.isin(industry, (9, 20, 21, 22))
    position = choose(rng, _CRAFT, skill, urban)
    for mask, table in ((farm, _FARM), (trade, _TRADE), (office, _OFFICE)):
        position[mask] = choose(rng, table, skill[mask], urban[mask])
    young = (age < 20) | (age > 60) | (members["years"] < 12)
    position = np.where((position == PUBLIC_SERVANT) & young, 4, position)
    # The head leads the family's business: it is others who help in it.
    position = np.where((position == 8) & (members["relation"] == 1), 1, position)
    position = np.where(farm & (position == 7), 6, position)
    return np.where(industry == 25, 4, position)


def _business(
    rng: np.random.Generator, owner: Array, position: Array, skill: Array, count: int
) -> Columns:
    paid = 1 + rng.geometric(0.45, count)
    helpers = weighted(rng, [0, 1, 2, 3], [30, 48, 17, 5], count)
    size = 0.7 * skill + 1.3 * (position == 3) + rng.standard_normal(count)
    turnover = 1 + np.searchsorted(np.array([1.2, 2.3, 3.0, 4.3, 5.5, 6.5]), size)
    second = 1 + (rng.random(count) < 0.06)
    permit = owner & (rng.random(count) < np.clip(0.12 + 0.10 * skill, 0.03, 0.6))
    return {
        "owns_business": owner.astype(np.int8),
        "businesses": np.where(owner, second, 0),
        "paid_workers": np.where(owner & (position == 3), paid, 0),
        "unpaid_workers": np.where(owner & (position == 2), helpers, 0),
        "turnover": np.where(owner, turnover, UNKNOWN),
        "micro_business_permit": permit.astype(np.int8),
    }
