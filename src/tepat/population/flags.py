"""The flags file: what the lists say of people and families, errors of the lists included."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tepat.population.chances import UNKNOWN, Array, Columns
from tepat.population.figures import ERRORS, LISTS

PLANTED = ("civil_servant", "wage_above_minimum", "company_officer")


@dataclass(frozen=True)
class Flags:
    """Flag rows as columns; ``member`` is −1 where the flag is on the family."""

    member: Array
    family: Array
    ground: Array
    weak: Array
    contested: Array


@dataclass(frozen=True)
class Planted:
    """Flags put on families that hold aid: the members, the ground, whether it is false."""

    member: Array
    ground: Array
    false: Array


GROUNDS = tuple(ground for ground, _, _ in LISTS)


def plant(rng: np.random.Generator, members: Columns, on_aid: Array) -> Planted:
    """Name a grown member of some families with aid as servant, well paid or company officer."""
    rows, grounds = [], []
    grown = first_grown(rng, members, len(on_aid))
    candidates = np.flatnonzero(on_aid & (grown >= 0))
    for ground in PLANTED:
        able = candidates[~members[f"is_{ground}"][grown[candidates]]]
        # Some families have nobody of that age, so the others are hit more often.
        chance = ERRORS[ground] * on_aid.sum() / max(len(able), 1)
        hit = able[rng.random(len(able)) < chance]
        rows.append(grown[hit])
        grounds.append(np.full(len(hit), GROUNDS.index(ground)))
    member, ground_of = np.concatenate(rows), np.concatenate(grounds)
    false = rng.random(len(member)) < ERRORS["false_positive"]
    return Planted(member, ground_of, false)


def first_grown(rng: np.random.Generator, members: Columns, families: int) -> Array:
    """For each family a random own member of 18 to 64, −1 where there is none."""
    grown = np.flatnonzero((members["age"] >= 18) & (members["age"] < 65) & (members["copy"] == 0))
    order = rng.permutation(grown)
    picked = np.full(families, UNKNOWN)
    picked[members["family"][order]] = order
    return picked


def collect(
    rng: np.random.Generator,
    members: Columns,
    on_family: Columns,
    planted: Planted,
    bad_nik: Array,
) -> Flags:
    """All flags of a part, true and planted."""
    member, ground = [planted.member], [planted.ground]
    family = [members["family"][planted.member]]
    for number, name in enumerate(GROUNDS):
        if name in on_family:
            homes = np.flatnonzero(on_family[name])
            member.append(np.full(len(homes), UNKNOWN))
        else:
            rows = np.flatnonzero(members[f"is_{name}"])
            member.append(rows)
            homes = members["family"][rows]
        family.append(homes)
        ground.append(np.full(len(homes), number))
    row, home = np.concatenate(member), np.concatenate(family)
    # A flag on someone whose NIK cannot be read was matched by name and birth date: weaker.
    weak = (row >= 0) & bad_nik[np.maximum(row, 0)]
    contested = rng.random(len(row)) < 0.005
    contested[: len(planted.member)] |= planted.false & (rng.random(len(planted.member)) < 0.6)
    order = np.lexsort((np.concatenate(ground), row, home))
    columns = (row, home, np.concatenate(ground), weak, contested)
    return Flags(*(column[order] for column in columns))
