"""Who lives in each family: relations, sexes, ages and marital status.

One pass over columns: every family has fixed slots (head, spouse, children, …), most of them empty;
filled slots become members. A poorer family has more children and begins earlier.
"""

from __future__ import annotations

import numpy as np

from tepat.population.chances import Array, Columns

HEAD, SPOUSE, CHILD, CHILD_IN_LAW, GRANDCHILD, PARENT, HELPER, OTHER = range(1, 9)
MALE, FEMALE = 1, 2
SINGLE, MARRIED, DIVORCED, WIDOWED = range(1, 5)
CHILDREN = 8

# Heads by five-year age from 15 to 89; chosen so that all ages come out as in the census long
# form of 2022 and the elderly are 12 per cent.
_HEAD_AGES = (0.3, 3.6, 9.0, 11.2, 11.8, 11.6, 11.0, 10.3, 9.2, 7.8, 6.4, 4.3, 2.6, 1.3, 0.5)

_COUPLE_AT = (
    (17, 22, 27, 32, 40, 50, 60, 70, 80, 90),
    (0.45, 0.62, 0.75, 0.82, 0.86, 0.86, 0.81, 0.70, 0.52, 0.30),
)
_WOMAN_ALONE_AT = ((17, 25, 35, 50, 65, 85), (0.30, 0.32, 0.45, 0.62, 0.72, 0.72))
_STAYS_AT = (
    (17, 18, 20, 22, 24, 26, 28, 30, 35, 40, 50),
    (1, 0.95, 0.84, 0.72, 0.58, 0.45, 0.36, 0.28, 0.16, 0.10, 0.05),
)
_EVER_BORN_AT = ((20, 35, 45, 55, 65, 80), (2.2, 2.2, 2.25, 2.55, 3.1, 4.0))


def _at(table: tuple[tuple[float, ...], tuple[float, ...]], age: Array) -> Array:
    return np.interp(age, table[0], table[1])


def make_members(rng: np.random.Generator, welfare: Array) -> Columns:
    """The members of families with the given latent welfare, ordered by family, head first.

    Returns columns ``family`` (index), ``relation``, ``sex``, ``age`` (years, with a fraction),
    ``marital`` and ``lost`` (bits: 1 the father is dead, 2 the mother).
    """
    count = len(welfare)
    head = _heads(rng, welfare)
    slots: list[tuple[Columns, Array]] = []
    everyone = np.ones(count, dtype=bool)
    slots.append((_slot(HEAD, head["sex"], head["age"], head["marital"]), everyone))
    slots.append(
        (
            _slot(SPOUSE, 3 - head["sex"], head["spouse_age"], np.full(count, MARRIED)),
            head["spouse_here"] > 0,
        )
    )
    slots += _children(rng, welfare, head)
    slots += _relatives(rng, welfare, head)
    return _fold(slots, count)


def _slot(
    relation: int, sex: Array, age: Array, marital: Array, lost: Array | None = None
) -> Columns:
    none = np.zeros(len(age), dtype=np.int64)
    return {
        "relation": np.full(len(age), relation, dtype=np.int8),
        "sex": sex.astype(np.int8),
        "age": age,
        "marital": marital.astype(np.int8),
        "lost": (none if lost is None else lost).astype(np.int8),
    }


def _fold(slots: list[tuple[Columns, Array]], count: int) -> Columns:
    """Filled slots as rows, family by family, in the order of the slots."""
    present = np.stack([mask for _, mask in slots], axis=1)
    family, _ = np.nonzero(present)
    flat = present.ravel()
    members: Columns = {"family": family.astype(np.int64)}
    for name in ("relation", "sex", "age", "marital", "lost"):
        members[name] = np.stack([slot[name] for slot, _ in slots], axis=1).ravel()[flat]
    return members


def _heads(rng: np.random.Generator, welfare: Array) -> Columns:
    count = len(welfare)
    weights = np.array(_HEAD_AGES) / sum(_HEAD_AGES)
    group = np.searchsorted(np.cumsum(weights), rng.random(count) * 0.999999)
    age = np.clip(15 + 5 * group + 5 * rng.random(count) + 0.7 * welfare, 17.5, 94)
    couple = rng.random(count) < np.clip(_at(_COUPLE_AT, age) - 0.015 * welfare, 0.02, 0.98)
    alone_woman = rng.random(count) < _at(_WOMAN_ALONE_AT, age)
    woman = np.where(couple, rng.random(count) < 0.012, alone_woman)
    marital = np.where(couple, MARRIED, _alone_status(rng, age))
    gap = 3.8 + 3.6 * rng.standard_normal(count)
    spouse_age = np.clip(np.where(woman, age + gap, age - gap), 16.5, 95)
    here = couple & (rng.random(count) < 0.965)
    return {
        "sex": np.where(woman, FEMALE, MALE),
        "age": age,
        "marital": marital,
        "spouse_age": spouse_age,
        "spouse_here": here.astype(np.int8),
        "mother_age": np.where(woman, age, spouse_age),
    }


def _alone_status(rng: np.random.Generator, age: Array) -> Array:
    draw = rng.random(len(age))
    single = np.interp(age, (20, 28, 35, 50, 70), (0.97, 0.7, 0.35, 0.12, 0.05))
    widowed = np.interp(age, (25, 40, 55, 70, 85), (0.03, 0.22, 0.62, 0.88, 0.95))
    status = np.where(draw < single, SINGLE, DIVORCED)
    return np.where((status == DIVORCED) & (rng.random(len(age)) < widowed), WIDOWED, status)


def _children(
    rng: np.random.Generator, welfare: Array, head: Columns
) -> list[tuple[Columns, Array]]:
    count = len(welfare)
    mother = head["mother_age"]
    mean = _at(_EVER_BORN_AT, mother) * np.exp(-0.30 * welfare)
    ever = 1 + rng.poisson(np.clip(mean - 1, 0.02, 8))
    ever = np.where(rng.random(count) < 0.06, 0, ever)
    ever = np.where(head["marital"] == SINGLE, 0, ever)
    birth = np.clip(19 + rng.gamma(3.0, 1.6, count) + 0.8 * welfare, 16, 42)
    widow = (head["marital"] == WIDOWED).astype(np.int64)
    lost = widow * np.where(head["sex"] == FEMALE, 1, 2)
    slots = []
    for order in range(CHILDREN):
        age = mother - birth
        stays = rng.random(count) < _at(_STAYS_AT, age)
        here = (ever > order) & (age >= 0) & (birth < 47) & stays
        # After a divorce half of the children are on the other parent's card.
        here &= (head["marital"] != DIVORCED) | (rng.random(count) < 0.5)
        sex = np.where(rng.random(count) < 0.512, MALE, FEMALE)
        slots.append((_slot(CHILD, sex, np.abs(age), _child_status(rng, age), lost), here))
        birth = birth + 1.4 + rng.gamma(2.0, 1.5, count)
    return slots


def _child_status(rng: np.random.Generator, age: Array) -> Array:
    draw = rng.random(len(age))
    married = np.interp(age, (17, 19, 25, 35), (0, 0.01, 0.07, 0.15))
    status = np.where(draw < married, MARRIED, SINGLE)
    divorced = (draw > 0.97) & (age > 22)
    return np.where(divorced, np.where(draw > 0.995, WIDOWED, DIVORCED), status)


def _relatives(
    rng: np.random.Generator, welfare: Array, head: Columns
) -> list[tuple[Columns, Array]]:
    """Children-in-law, grandchildren, a parent, another relative, a helper."""
    count = len(welfare)
    age, crowded = head["age"], np.exp(-0.35 * welfare)
    sex = [np.where(rng.random(count) < 0.5, MALE, FEMALE) for _ in range(6)]
    chance = [rng.random(count) for _ in range(6)]
    older = np.clip((age - 46) / 12, 0, 1)
    young = 16.0 * rng.random(count) ** 1.6
    in_law = 20 + 12 * rng.random(count)
    parent = np.clip(age + 20 + 14 * rng.random(count), 45, 99)
    other = 4 + 60 * rng.random(count) ** 1.3
    helper = 18 + 32 * rng.random(count)
    status = np.full(count, SINGLE)
    parent_status = np.where(rng.random(count) < 0.82, WIDOWED, MARRIED)
    other_status = np.where((other > 24) & (rng.random(count) < 0.6), DIVORCED, SINGLE)
    lost = np.where(rng.random(count) < 0.05, 1, 0) + np.where(rng.random(count) < 0.03, 2, 0)
    second = np.clip(young - 2 - 3 * rng.random(count), 0.1, None)
    grandchild = chance[1] < 0.11 * older * crowded
    return [
        (
            _slot(CHILD_IN_LAW, sex[0], in_law, np.full(count, MARRIED)),
            chance[0] < 0.035 * older * crowded,
        ),
        (_slot(GRANDCHILD, sex[1], young, status, lost), grandchild),
        (_slot(GRANDCHILD, sex[2], second, status, lost), grandchild & (chance[2] < 0.35)),
        (
            _slot(PARENT, _parent_sex(rng, count), parent, parent_status),
            (chance[3] < 0.05 * crowded) & (age < 62) & (age > 25),
        ),
        (_slot(OTHER, sex[4], other, other_status, lost), chance[4] < 0.02 * crowded),
        (
            _slot(HELPER, np.full(count, FEMALE), helper, status),
            (chance[5] < 0.02) & (welfare > 1.2),
        ),
    ]


def _parent_sex(rng: np.random.Generator, count: int) -> Array:
    return np.where(rng.random(count) < 0.22, MALE, FEMALE)
