"""True families and people of a set of places, before any error of the record is made."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from tepat.population.chances import Array, Columns, per_family
from tepat.population.composition import make_members
from tepat.population.dwelling import WEALTH_FROM_WELFARE, dwelling
from tepat.population.figures import REFERENCE_DAY
from tepat.population.health import health
from tepat.population.places import Part, kabupaten_of, villages
from tepat.population.provinces import BY_CODE, EASTERN, LINE_RURAL, LINE_URBAN
from tepat.population.schooling import schooling, years_of_school
from tepat.population.welfare import Levels, latent_welfare, shared_welfare
from tepat.population.work import work

TODAY = np.datetime64(REFERENCE_DAY, "D")


@dataclass(frozen=True)
class Scale:
    """Mean and spread of log consumption over the country's families."""

    mean: float
    spread: float


def settle(rng: np.random.Generator, parts: list[Part]) -> Columns:
    """Where families live: columns province, kecamatan, village, urban, effect, remote."""
    columns: dict[str, list[Array]] = {name: [] for name in ("kecamatan", "village", "urban")}
    for part in parts:
        for name, values in zip(columns, villages(rng, part), strict=True):
            columns[name].append(values)
    place = {name: np.concatenate(values) for name, values in columns.items()}
    place["province"] = place["kecamatan"] // 10_000
    codes = {f"{code:02d}" for code in np.unique(place["province"])}
    effects = {int(k.code): k.effect for c in codes for k in kabupaten_of(BY_CODE[c])}
    known = np.array(sorted(effects))
    values = np.array([effects[int(code)] for code in known])
    place["effect"] = values[np.searchsorted(known, place["kecamatan"] // 100)]
    place["eastern"] = np.isin(place["province"], [int(code) for code in EASTERN])
    _, index = np.unique(place["village"], return_inverse=True)
    chance = np.where(place["eastern"], 0.35, 0.03) * ~place["urban"]
    place["remote"] = rng.random(int(index.max(initial=0)) + 1)[index] < chance
    return place


def share_places(rng: np.random.Generator, place: Columns) -> Columns:
    """The places with the welfare that families there have in common, column ``shared``."""
    return {**place, "shared": shared_welfare(rng, place["effect"], place["village"])}


def consumption(rng: np.random.Generator, place: Columns, levels: Levels) -> tuple[Array, Array]:
    """Latent welfare and log consumption of families in places that share a welfare."""
    latent = latent_welfare(rng, place["shared"])
    centre, sigma = np.zeros((2, 100)), np.zeros((2, 100))
    for (province, is_urban), level in levels.items():
        centre[int(is_urban), int(province)] = level.centre
        sigma[int(is_urban), int(province)] = level.sigma
    at = (place["urban"].astype(np.int8), place["province"])
    return latent, centre[at] + sigma[at] * latent


def rupiah(log_spent: Array) -> Array:
    """Consumption a head a month in whole rupiah."""
    spent: Array = np.round(np.exp(log_spent)).astype(np.int64)
    return spent


def is_poor(spent: Array, urban: Array) -> Array:
    """Below the line of the area."""
    poor: Array = spent < np.where(urban, LINE_URBAN, LINE_RURAL)
    return poor


def true_families(
    rng: np.random.Generator, place: Columns, levels: Levels, scale: Scale
) -> tuple[Columns, Columns]:
    """Families and their members as they truly are, by column; members point to family rows."""
    place = share_places(rng, place)
    return families_with(rng, place, *consumption(rng, place, levels), scale)


def families_with(
    rng: np.random.Generator, place: Columns, latent: Array, log_spent: Array, scale: Scale
) -> tuple[Columns, Columns]:
    """Families of a given consumption and their members, as `true_families` gives them."""
    count = len(latent)
    welfare = (log_spent - scale.mean) / scale.spread
    wealth = WEALTH_FROM_WELFARE * welfare + np.sqrt(
        1 - WEALTH_FROM_WELFARE**2
    ) * rng.standard_normal(count)
    urban = place["urban"].astype(np.float64)
    members = _people(rng, latent, wealth, welfare, urban)
    people = _by_family(members, place)
    spent = rupiah(log_spent)
    families = {
        **place,
        "latent": latent,
        "log_spent": log_spent,
        "spent": spent,
        "wealth": wealth,
        "poor": is_poor(spent, place["urban"]),
        "area": np.where(place["urban"], 1, 2),
        "family_size": people["size"].astype(np.int64),
        **dwelling(rng, wealth, welfare, urban, people),
    }
    return families, members


def _people(
    rng: np.random.Generator, latent: Array, wealth: Array, welfare: Array, urban: Array
) -> Columns:
    """Members with dates of birth and every fact of their own."""
    members: Columns = dict(make_members(rng, latent))
    family = members["family"]
    days = np.round(members["age"].astype(np.float64) * 365.2425).astype(np.int64)
    members["birth_date"] = TODAY - days.astype("timedelta64[D]")
    members["age"] = full_years(members["birth_date"])
    facts(rng, members, wealth[family], welfare[family], urban[family])
    return members


def facts(
    rng: np.random.Generator, members: Columns, rich: Array, well: Array, town: Array
) -> None:
    """Add what each member is asked, from who they are and how their family lives."""
    age, sex = members["age"], members["sex"]
    members |= schooling(rng, age, rich, well, town)
    members["years"] = years_of_school(members["diploma"])
    members |= work(rng, members, rich, town)
    members |= health(rng, age, sex, members, well)
    members["marital_status"] = members.pop("marital")
    lost = members.pop("lost")
    members["orphan"] = np.where(age < 18, lost, 0).astype(np.int8)
    members["rights_victim"] = (rng.random(len(age)) < 2.3e-5 * 2.5) & (age >= 25)


@cache
def _years_by_day() -> Array:
    """Full years of age of those born so many days before the day of the registry."""
    birth = TODAY - np.arange(130 * 366).astype("timedelta64[D]")
    year = birth.astype("datetime64[Y]").astype(np.int64)
    day = (birth.astype("datetime64[M]").astype(np.int64) % 12) * 31 + (
        birth - birth.astype("datetime64[M]")
    ).astype(np.int64)
    today = np.array([TODAY])
    this_day = (today.astype("datetime64[M]").astype(np.int64) % 12) * 31 + (
        today - today.astype("datetime64[M]")
    ).astype(np.int64)
    years: Array = today.astype("datetime64[Y]").astype(np.int64) - year - (day > this_day)
    return years


def full_years(birth: Array) -> Array:
    """Age in full years on the day of the registry."""
    return _years_by_day()[(TODAY - birth).astype(np.int64)]


def _by_family(members: Columns, place: Columns) -> Columns:
    family, count = members["family"], len(place["village"])
    farms = (members["industry"] >= 1) & (members["industry"] <= 6)
    idle = (members["relation"] == 1) & (members["works"] == 0)
    return {
        "size": per_family(family, np.ones(len(family)), count),
        "grown": per_family(family, members["age"] >= 12, count),
        "farms": per_family(family, farms, count) > 0,
        "idle": per_family(family, idle, count),
        "remote": place["remote"].astype(np.float64),
        "eastern": place["eastern"].astype(np.float64),
    }
