"""The house, what the family owns, and how it lives: drawn from its wealth, town and region.

Wealth is welfare seen through what lasts: it follows true consumption only in part, so that a
proxy means test explains a little over half of log consumption, as such tests do.
"""

from __future__ import annotations

import numpy as np

from tepat.population.chances import Array, Choice, Columns, choose, happens, unless

WEALTH_FROM_WELFARE = 0.80
"""Correlation of lasting wealth with log consumption."""

# fmt: off
_FLOOR: Choice = (
    (1, -2.3, 1.2, 0.2), (2, 1.9, 0.6, 0.3), (3, -3.0, 0.9, 0.2), (4, -0.4, 0.0, 0),
    (5, -0.1, -0.4, -0.8), (6, 1.0, -0.6, -0.1), (7, -3.2, -0.9, -0.8), (8, -1.3, -1.1, -0.5),
    (9, -4.5, -0.3, 0),
)
_WALL: Choice = (
    (1, 2.6, 0.7, 0.4), (2, -1.8, -0.2, 0), (3, 0.9, -0.4, -0.6), (4, -1.4, -1.0, -0.5),
    (5, -2.8, -0.7, -0.5), (6, -2.6, -0.9, -0.4), (7, -3.6, -0.5, 0),
)
_ROOF: Choice = (
    (1, -2.2, 1.1, 0.6), (2, 1.7, 0.2, 0.2), (3, 1.1, -0.3, -0.4), (4, -0.2, -0.2, 0.4),
    (5, -4.4, -0.9, -0.3), (6, -2.7, 0.1, -0.3), (7, -2.6, -1.2, -0.8), (8, -4.6, -0.4, 0),
)
_HOUSING: Choice = (
    (1, 2.9, 0.2, -0.9), (2, 0.2, 0.2, 1.2), (3, 1.0, -0.4, 0.1), (4, -2.5, 0.6, 0.1),
    (5, -4.0, -0.2, 0),
)
_LATRINE: Choice = (
    (1, 3.2, 0.75, 0.2), (2, 0.9, -0.2, 0.3), (3, -1.3, -0.4, 0.3), (4, -0.7, -0.6, 0.1),
    (5, -3.5, 0.1, 0), (6, 0.2, -0.8, -1.1),
)
_CLOSET: Choice = (
    (1, 4.0, 0.6, 0.4), (2, 0.6, 0, -0.2), (3, 0.3, -0.5, -0.3), (4, 1.3, -0.6, -0.7),
)
_SEWAGE: Choice = (
    (1, 3.3, 0.6, 0.3), (2, -1.6, 0.5, 0.9), (3, 0.7, -0.4, 0), (4, 1.4, -0.5, -0.8),
    (5, -1.8, -0.8, -0.8), (6, -3.2, 0, 0),
)
_WATER: Choice = (
    (1, 0.1, 1.0, 0.8), (2, 1.6, 0.45, 1.0), (3, 0.7, 0.0, 0.3), (4, 1.5, 0.0, -0.1),
    (5, 1.4, -0.3, -0.5), (6, -0.2, -0.6, -0.7), (7, 0.6, -0.4, -1.3), (8, -0.6, -0.8, -1.3),
    (9, -1.0, -0.8, -1.0), (10, 0.0, -0.5, -0.9), (11, -4.5, 0, 0),
)
_FUEL: Choice = (
    (0, -3.6, 0.2, 0.6), (1, -3.3, 0.8, 0.6), (2, -2.0, 1.4, 0.4), (3, -1.2, 1.4, 0.5),
    (4, 3.1, 0.0, 0.6), (5, -3.2, 0.9, 1.2), (6, -4.4, 0, 0), (7, -1.7, -0.5, 0.1),
    (8, -5.6, 0, 0), (9, -3.6, -0.7, 0), (10, 1.0, -0.9, -1.5), (11, -6, 0, 0),
)
_POWER: Choice = (
    (1, 1.5, -0.85, -0.3), (2, 2.0, 0.1, 0.1), (3, 0.6, 0.9, 0.4), (4, -1.2, 1.5, 0.4),
    (5, -2.9, 1.9, 0.4),
)

# Owned: (name, log odds, pull of wealth, pull of the town, most that a family has).
_OWNED = (
    ("landline", -4.6, 1.2, 1.0, 1), ("flat_tv", -0.1, 1.15, 0.5, 3), ("gold", -1.7, 1.0, 0.3, 9),
    ("computer", -1.9, 1.3, 0.5, 3), ("bicycle", -0.6, 0.35, 0.2, 3),
    ("motorcycle", 1.5, 0.9, 0.0, 4), ("car", -2.7, 1.75, 0.3, 3), ("boat", -4.0, -0.3, -0.9, 2),
    ("motorboat", -4.2, 0.4, -1.0, 2), ("refrigerator", 0.55, 1.2, 0.5, 2),
    ("air_conditioner", -2.9, 1.6, 1.0, 5), ("water_heater", -4.6, 1.6, 0.8, 2),
)
ELECTRIC = ("flat_tv", "computer", "refrigerator", "air_conditioner", "water_heater")
# Livestock of farming families: (name, log odds, typical number).
_STOCK = (("cattle", -1.9, 1.6), ("buffalo", -4.2, 1.4), ("horse", -5.6, 1.2), ("goat", -2.0, 2.6),
          ("pig", -3.6, 2.0))
# fmt: on


def dwelling(
    rng: np.random.Generator, wealth: Array, welfare: Array, urban: Array, people: Columns
) -> Columns:
    """All facts of the family itself.

    Args:
        rng: source of chance.
        wealth: lasting wealth, standard in the country.
        welfare: log consumption, standard in the country.
        urban: 1 in a town.
        people: by family: size, grown (twelve and older), farms, idle (the head), remote, eastern.
    """
    house = _house(rng, wealth, urban, people)
    owned = _assets(rng, wealth, urban, people, house["lighting"] != 4)
    owned["gas_cylinder"] = np.where(
        np.isin(house["cooking_fuel"], (2, 3)), 1 + (rng.random(len(wealth)) < 0.35), 0
    )
    return {**house, **owned, **_living(rng, wealth, welfare, people)}


def _house(rng: np.random.Generator, wealth: Array, urban: Array, people: Columns) -> Columns:
    lamp = happens(rng, 5.2 + 0.9 * wealth + 0.8 * urban - 3.0 * people["remote"])
    other_lamp = np.where(rng.random(len(wealth)) < 0.4, 3, 4)
    unmetered = rng.random(len(wealth)) < np.clip(0.06 - 0.03 * wealth, 0.005, 0.3)
    lighting = np.where(lamp, np.where(unmetered, 2, 1), other_lamp)
    fuel = choose(rng, _FUEL, wealth - 0.9 * people["remote"], urban)
    fuel = np.where((fuel == 1) & (lighting == 4), 10, fuel)
    latrine = choose(rng, _LATRINE, wealth - 0.5 * people["eastern"], urban)
    unasked = ~np.isin(latrine, (1, 2, 3))
    housing = choose(rng, _HOUSING, wealth, urban)
    area = np.exp(
        3.95
        + 0.22 * wealth
        + 0.10 * np.log(people["size"])
        - 0.12 * urban
        + 0.42 * rng.standard_normal(len(wealth))
    )
    return {
        "floor_area": np.clip(np.round(area), 6, 900),
        "floor": choose(rng, _FLOOR, wealth - 0.4 * people["eastern"], urban),
        "wall": choose(rng, _WALL, wealth - 0.6 * people["eastern"], urban),
        "roof": choose(rng, _ROOF, wealth - 0.4 * people["eastern"], urban),
        "roof_damaged": happens(rng, -2.6 - 0.8 * wealth),
        "wall_damaged": happens(rng, -2.8 - 0.8 * wealth),
        "housing": housing,
        "land_proof": (housing == 1) & happens(rng, 1.1 + 0.6 * wealth + 0.3 * urban),
        "latrine": latrine,
        "closet": unless(unasked, choose(rng, _CLOSET, wealth, urban)),
        "sewage": unless(unasked, choose(rng, _SEWAGE, wealth, urban)),
        "drinking_water": choose(rng, _WATER, wealth, urban),
        "lighting": lighting,
        "power": unless(lighting != 1, choose(rng, _POWER, wealth, urban)),
        "cooking_fuel": fuel,
    }


def _assets(
    rng: np.random.Generator, wealth: Array, urban: Array, people: Columns, electric: Array
) -> Columns:
    owned: Columns = {}
    for name, base, pull, town, most in _OWNED:
        odds = base + pull * wealth + town * urban
        has = happens(rng, odds).astype(np.int64)
        more = np.ones(len(wealth), dtype=bool)
        for _ in range(most - 1):
            more &= happens(rng, odds - 2.0)
            has += (has > 0) & more
        owned[name] = np.where(electric, has, 0) if name in ELECTRIC else has
    phones = rng.binomial(
        people["grown"].astype(np.int64), 1 / (1 + np.exp(-(0.7 + 0.8 * wealth + 0.3 * urban)))
    )
    owned["smartphone"] = phones
    owned["other_house"] = happens(rng, -3.3 + 1.1 * wealth)
    owned["other_land"] = happens(rng, -1.9 + 0.6 * wealth - 0.4 * urban + 0.5 * people["farms"])
    for name, base, typical in _STOCK:
        keeps = happens(
            rng,
            base
            + 1.3 * people["farms"]
            - 1.6 * urban
            + 0.3 * wealth
            + (1.6 * people["eastern"] if name == "pig" else 0),
        )
        owned[name] = np.where(keeps, 1 + rng.poisson(typical, len(wealth)), 0)
    return owned


def _living(rng: np.random.Generator, wealth: Array, welfare: Array, people: Columns) -> Columns:
    lost = happens(rng, -4.3 - 0.4 * welfare + 0.9 * people["idle"])
    return {
        "homeless": rng.random(len(wealth)) < 0.0003,
        "remote_area": people["remote"] > 0,
        "food_worry": happens(rng, -2.2 - 0.8 * welfare + 0.6 * lost),
        "food_share_over_half": happens(rng, 0.4 - 1.0 * welfare),
        "bought_clothing": happens(rng, 2.3 + 0.6 * welfare),
        "lost_livelihood": lost,
        "proposed_by_local_government": happens(rng, -3.2 - 0.5 * wealth),
    }
