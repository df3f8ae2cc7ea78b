"""True consumption: a latent normal welfare per family, turned into rupiah a head a month.

Consumption is lognormal within province and area (urban, rural). Its centre is placed so that the
share of people below the area's poverty line is the share the statistics bureau publishes,
with kabupaten that differ and poor families that are larger taken into account.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import erf, sqrt

import numpy as np
from numpy.typing import NDArray

from tepat.population.places import kabupaten_of
from tepat.population.provinces import (
    LINE_RURAL,
    LINE_URBAN,
    POOR_RURAL_PCT,
    POOR_URBAN_PCT,
    PROVINCES,
    Province,
)

Floats = NDArray[np.float64]

SIGMA_URBAN, SIGMA_RURAL = 0.62, 0.53
"""Spread of log consumption; Gini about 0.34 and 0.29 within a province's area, more across."""

VILLAGE_VARIANCE = 0.05
OWN_VARIANCE = 1 - 0.08 - VILLAGE_VARIANCE  # 0.08 lies between kabupaten, see places

_BLOCK, _GOLDEN = 64, 0.6180339887498949

_GRID: Floats = np.linspace(-6.0, 6.0, 4801)
_NORMAL: Floats = np.array([0.5 * (1 + erf(z / sqrt(2))) for z in _GRID])


def normal_share(z: Floats) -> Floats:
    """The share of a standard normal below z."""
    return np.interp(z, _GRID, _NORMAL)


def normal_quantile(share: Floats) -> Floats:
    """The point of a standard normal below which the share lies."""
    return np.interp(share, _NORMAL, _GRID)


def spread_normal(rng: np.random.Generator, count: int) -> Floats:
    """Standard normal draws that lie evenly within each stretch of rows.

    Steps of the golden ratio around a circle never leave a large gap; taken in an order shuffled
    within small blocks, they let even a small place meet its poverty rate far closer than free
    draws would.
    """
    block = np.arange(count) // _BLOCK
    order = np.lexsort((rng.random(count), block))
    around = (rng.random() + order * _GOLDEN + rng.random(count) / max(count, 1)) % 1.0
    return normal_quantile(around)


@dataclass(frozen=True)
class Level:
    """Where log consumption lies in one province and area."""

    centre: float
    sigma: float
    line_at: float
    """The latent welfare at the poverty line."""


Levels = dict[tuple[str, bool], Level]


def fit_levels(size_by_welfare: Floats) -> Levels:
    """Place consumption of every province and area.

    Args:
        size_by_welfare: coefficients (highest power first) of mean family size by latent welfare.
    """
    gap = _area_gap()
    levels: Levels = {}
    for province in PROVINCES:
        urban, rural = _area_rates(province, gap)
        for is_urban, rate in ((True, urban), (False, rural)):
            z = _line_point(province, is_urban, rate, size_by_welfare)
            sigma = SIGMA_URBAN if is_urban else SIGMA_RURAL
            line = LINE_URBAN if is_urban else LINE_RURAL
            levels[province.code, is_urban] = Level(float(np.log(line)) - sigma * z, sigma, z)
    return levels


def _area_rates(province: Province, gap: float) -> tuple[float, float]:
    """Urban and rural poverty that make up the province's, ``gap`` apart in log odds."""
    share, low, high = province.urban_pct / 100, 1e-6, 0.999
    for _ in range(60):
        rural = (low + high) / 2
        urban = 1 / (1 + (1 - rural) / rural * np.exp(gap))
        if share * urban + (1 - share) * rural < province.poor_pct / 100:
            low = rural
        else:
            high = rural
    return float(urban), rural


def _area_gap() -> float:
    """The gap at which urban and rural poverty of the country stand as published."""
    low, high = 0.0, 2.0
    wanted = POOR_URBAN_PCT / POOR_RURAL_PCT
    urban_people = np.array([p.people * p.urban_pct / 100 for p in PROVINCES])
    rural_people = np.array([p.people for p in PROVINCES]) - urban_people
    for _ in range(40):
        gap = (low + high) / 2
        rates = np.array([_area_rates(p, gap) for p in PROVINCES])
        urban = (urban_people * rates[:, 0]).sum() / urban_people.sum()
        rural = (rural_people * rates[:, 1]).sum() / rural_people.sum()
        low, high = (gap, high) if urban / rural > wanted else (low, gap)
    return low


def _mixture(province: Province, is_urban: bool) -> tuple[Floats, Floats]:
    places = kabupaten_of(province)
    share = np.array([p.share * (p.urban if is_urban else 1 - p.urban) for p in places])
    return share / max(float(share.sum()), 1e-12), np.array([p.effect for p in places])


def _line_point(province: Province, is_urban: bool, rate: float, size_by_welfare: Floats) -> float:
    share, effect = _mixture(province, is_urban)
    if share.sum() == 0:
        return float(normal_quantile(np.array([rate]))[0])
    own = sqrt(1 - 0.08)
    density = (share[:, None] * np.exp(-0.5 * ((_GRID - effect[:, None]) / own) ** 2)).sum(axis=0)
    people = np.cumsum(density * mean_size(size_by_welfare, _GRID))
    return float(np.interp(rate, people / people[-1], _GRID))


def mean_size(size_by_welfare: Floats, welfare: Floats) -> Floats:
    """Mean family size at a latent welfare, held level in the far tails."""
    size = np.polyval(size_by_welfare, np.clip(welfare, -3, 3))
    return np.asarray(size, dtype=np.float64)


def poor_families(levels: Levels, province: Province, kabupaten: str | None = None) -> float:
    """Poor families the model expects in a province or one kabupaten, of the whole country's."""
    total = 0.0
    for place in kabupaten_of(province):
        if kabupaten in (None, place.code):
            for is_urban, share in ((True, place.urban), (False, 1 - place.urban)):
                z = (levels[province.code, is_urban].line_at - place.effect) / sqrt(1 - 0.08)
                poor = float(normal_share(np.array([z]))[0])
                total += province.families * place.share * share * poor
    return total


def shared_welfare(
    rng: np.random.Generator, kabupaten_effect: Floats, village: NDArray[np.int64]
) -> Floats:
    """What each family's latent welfare has in common with its neighbours'."""
    names, index = np.unique(village, return_inverse=True)
    shared = np.sqrt(VILLAGE_VARIANCE) * rng.standard_normal(len(names))[index]
    # Few villages must not make a whole province richer or poorer than it is.
    province = village // 10**8
    shared -= (np.bincount(province, shared) / np.maximum(np.bincount(province), 1))[province]
    return np.asarray(kabupaten_effect + shared, dtype=np.float64)


def latent_welfare(rng: np.random.Generator, shared: Floats) -> Floats:
    """Each family's latent welfare: its kabupaten's and its village's, and its own part."""
    own: Floats = np.sqrt(OWN_VARIANCE) * spread_normal(rng, len(shared))
    return np.asarray(shared + own, dtype=np.float64)
