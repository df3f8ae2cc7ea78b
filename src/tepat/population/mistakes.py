"""What goes wrong between people and the record: missing members, doubles, spoiled numbers, holes.

Each kind has its rate in ``figures.ERRORS``; all that is done is also written to the truth files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tepat.population.chances import UNKNOWN, Array, Columns, per_family
from tepat.population.figures import ERRORS, SAME_PERSON_SHARE, UNKNOWN_RATE
from tepat.population.health import DIFFICULTIES

if TYPE_CHECKING:
    from tepat.population.across import Shared

SAME_PERSON, FUZZY = 1, 2
BROKEN_CHECKS = (
    "closet_without_latrine",
    "cylinder_without_gas",
    "appliance_without_power",
    "impossible_floor_area",
)

_HEALTH = ("chronic_illness", "nutrition", *DIFFICULTIES)
_MEMBER_FACTS = (
    "marital_status",
    "schooling",
    "school_level",
    "school_grade",
    "diploma",
    "works",
    "industry",
    "employment_status",
    "owns_business",
    "businesses",
    "paid_workers",
    "unpaid_workers",
    "turnover",
    "pregnant",
    "pbi_national",
    "pbi_local",
    "orphan",
    "has_kip",
    "micro_business_permit",
    *_HEALTH,
)
_FAMILY_FACTS = (
    "floor_area",
    "floor",
    "wall",
    "roof",
    "roof_damaged",
    "wall_damaged",
    "housing",
    "land_proof",
    "latrine",
    "closet",
    "sewage",
    "drinking_water",
    "lighting",
    "power",
    "cooking_fuel",
    "landline",
    "flat_tv",
    "gold",
    "computer",
    "bicycle",
    "motorcycle",
    "car",
    "boat",
    "motorboat",
    "smartphone",
    "refrigerator",
    "air_conditioner",
    "water_heater",
    "other_house",
    "other_land",
    "cattle",
    "buffalo",
    "horse",
    "goat",
    "pig",
    "food_worry",
    "food_share_over_half",
    "bought_clothing",
    "lost_livelihood",
    "proposed_by_local_government",
)
# An answer that is not asked, or has no sense, when another is unknown.
_FOLLOWS = {
    "latrine": ("closet", "sewage"),
    "lighting": ("power",),
    "cooking_fuel": ("gas_cylinder",),
}
_MEMBER_FOLLOWS = {
    "schooling": ("school_level", "school_grade"),
    "works": ("industry", "employment_status"),
    "owns_business": (
        "businesses",
        "paid_workers",
        "unpaid_workers",
        "turnover",
        "micro_business_permit",
    ),
    "pregnant": ("pregnancy_number",),
}


def listed_members(
    rng: np.random.Generator, families: Columns, members: Columns, shared: Shared
) -> Columns:
    """Members who are on the record, with doubles added; columns as before and ``copy``, ``twin``.

    Sets on families ``missing`` (true members who are not listed) and ``servant_missing``.
    """
    family, count = members["family"], len(families["poor"])
    poor = families["poor"][family]
    not_head = (members["relation"] != 1) & (members["side"] == 0)
    # Heads are never missing, so the others of a family go more often than the rate.
    chance = np.where(
        poor,
        _of_others(not_head[poor]) * ERRORS["missing_of_poor"],
        _of_others(not_head[~poor]) * ERRORS["missing_of_others"],
    )
    gone = not_head & (rng.random(len(family)) < chance)
    families["missing"] = per_family(family, gone, count).astype(np.int64)
    servant = per_family(family, gone & members["is_civil_servant"], count)
    families["servant_missing"] = servant > 0
    kept = np.flatnonzero(~gone)
    same = shared.rate("duplicate_nik") * SAME_PERSON_SHARE
    draw = rng.random(len(kept))
    kind = np.where(
        draw < same, SAME_PERSON, np.where(draw < same + shared.rate("fuzzy_duplicate"), FUZZY, 0)
    )
    borrows = (members["relation"] == 1) & np.isin(family, shared.borrowers)
    kind[(borrows | (members["side"] > 0))[kept]] = 0
    donors = np.flatnonzero(kind > 0)
    if count < 2:
        donors = donors[:0]
    home = (family[kept[donors]] + 1 + rng.integers(0, max(count - 1, 1), len(donors))) % count
    visitors = shared.visitors(members)
    return _with_copies(members, kept, donors, kind[donors], home, visitors)


def _of_others(mask: Array) -> float:
    """By how much to raise a rate of all where only those of the mask can be hit."""
    return len(mask) / max(float(mask.sum()), 1.0)


def _with_copies(
    members: Columns, kept: Array, donors: Array, kind: Array, home: Array, visitors: Columns
) -> Columns:
    """Kept members and copies of some; in their new family copies are last, but for visitors."""
    rows = np.concatenate([kept, kept[donors]])
    own: Columns = {
        "family": np.concatenate([members["family"][kept], home]),
        "copy": np.concatenate([np.zeros(len(kept), dtype=np.int64), kind]),
        "twin": np.concatenate([np.full(len(kept), UNKNOWN), donors]),
        "relation": np.where(np.arange(len(rows)) < len(kept), members["relation"][rows], 8),
    }
    if len(visitors["family"]):
        rows = np.concatenate([rows, len(members["sex"]) + np.arange(len(visitors["family"]))])
        own = {name: np.concatenate([values, visitors[name]]) for name, values in own.items()}
        members = {n: np.concatenate([values, visitors[n]]) for n, values in members.items()}
    order = np.argsort(own["family"] * 4 + members["side"][rows], kind="stable")
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    rows = rows[order]
    listed = {name: values[rows] for name, values in members.items()}
    listed |= {name: values[order] for name, values in own.items()}
    twin = listed["twin"]
    listed["twin"] = np.where(twin >= 0, place[np.maximum(twin, 0)], UNKNOWN)
    return listed


def shift_birth(rng: np.random.Generator, birth: Array) -> Array:
    """Dates written by another clerk: another year, month or day, never in the future."""
    days = rng.choice(np.array([-365, -30, -1, -10, -366, -9]), len(birth))
    shifted: Array = birth + days.astype("timedelta64[D]")
    return shifted


def spoil_people(
    rng: np.random.Generator, numbers: Array, members: Columns, shared: Shared
) -> tuple[Array, dict[str, Array], Array]:
    """Decide which members get a bad NIK, another's NIK, no name.

    Returns the NIK numbers with doubles written in, masks by kind, and the row of the original.
    Who stands in two provinces is left alone.
    """
    count, copy = len(numbers), members["copy"]
    draw = rng.random(count)
    two_of_one = shared.rate("duplicate_nik") * (1 - SAME_PERSON_SHARE)
    here = members["side"] == 0
    away, _ = shared.originals(members)
    free = (copy == 0) & here
    free[members["twin"][(copy > 0) & here]] = False
    free[away] = False
    malformed = free & (draw < ERRORS["malformed_nik"] * _of_others(free))
    borrows = free & ~malformed & (draw > 1 - two_of_one * _of_others(free))
    lenders = np.flatnonzero(free & ~malformed & ~borrows)
    original = np.full(count, UNKNOWN)
    if len(lenders):
        original[borrows] = rng.choice(lenders, int(borrows.sum()))
    same = (copy == SAME_PERSON) & here
    original[same] = members["twin"][same]
    doubled = original >= 0
    numbers = np.where(doubled, numbers[np.maximum(original, 0)], numbers)
    doubled[away] = copy[away] != FUZZY
    original[copy == FUZZY] = members["twin"][copy == FUZZY]
    blank = (rng.random(count) < ERRORS["blank_name"]) & here
    masks = {
        "malformed_nik": malformed,
        "duplicate_nik": doubled,
        "fuzzy_duplicate": copy == FUZZY,
        "blank_name": blank,
    }
    return numbers, masks, original


def break_checks(rng: np.random.Generator, families: Columns, members: Columns) -> Columns:
    """Break some cross-checks of the questionnaire; returns masks on members by kind.

    Sets ``broken_check`` on families: the number of the check, past the last where none.
    """
    rate, count = ERRORS["cross_check"], len(families["floor"])
    draw = rng.random(count)
    broken = np.minimum(np.floor(draw / rate), len(BROKEN_CHECKS)).astype(np.int64)
    kinds = range(len(BROKEN_CHECKS))
    families["broken_check"] = broken
    _set(families, "latrine", broken == kinds[0], 6)
    _set(families, "closet", broken == kinds[0], 1)
    _set(families, "sewage", broken == kinds[0], UNKNOWN)
    _set(families, "cooking_fuel", broken == kinds[1], 10)
    _set(families, "gas_cylinder", broken == kinds[1], 2)
    _set(families, "lighting", broken == kinds[2], 4)
    _set(families, "power", broken == kinds[2], UNKNOWN)
    _set(families, "refrigerator", broken == kinds[2], 1)
    _set(families, "floor_area", broken == kinds[3], 9990)
    return _break_people(rng, members)


def _set(columns: Columns, name: str, chosen: Array, value: int) -> None:
    columns[name] = np.where(chosen, value, columns[name])


def _break_people(rng: np.random.Generator, members: Columns) -> Columns:
    rate, count = ERRORS["cross_check"], len(members["sex"])
    draw = rng.random(count)
    pregnant_man = (members["sex"] == 1) & (draw < rate) & (members["age"] >= 2)
    older_child = (draw > 1 - rate) & (members["age"] >= 5)
    birth = (draw > 0.5) & (draw < 0.5 + rate) & (members["copy"] == 0)
    birth &= members["side"] == 0
    _set(members, "pregnant", pregnant_man, 1)
    _set(members, "nutrition", older_child, 2)
    changed = members["birth_date"] - np.timedelta64(3, "D")
    members["birth_date"] = np.where(birth, changed, members["birth_date"])
    return {
        "pregnant_man": pregnant_man,
        "nutrition_of_older": older_child,
        "birth_date_not_of_nik": birth,
    }


def make_holes(rng: np.random.Generator, families: Columns, members: Columns) -> None:
    """Leave answers out, and with them the answers that hang on them."""
    _holes(rng, families, _FAMILY_FACTS, _FOLLOWS)
    _holes(rng, members, _MEMBER_FACTS, _MEMBER_FOLLOWS)


def _holes(
    rng: np.random.Generator, columns: Columns, names: tuple[str, ...], follows: dict[str, Any]
) -> None:
    for name in names:
        rate = UNKNOWN_RATE * (3 if name in _HEALTH else 1)
        hole = rng.random(len(columns[name]), dtype=np.float32) < rate
        rows = np.flatnonzero(hole)
        for column in (name, *follows.get(name, ())):
            values = columns[column]
            values = values.astype(np.int8) if values.dtype == bool else values.copy()
            values[rows] = UNKNOWN
            columns[column] = values
