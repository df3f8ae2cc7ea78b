"""Families that live in the country and are in no register: a table of the truth only.

They live in the villages of the registered and are made by the same code, from a stream of chance
of their own, so that the registered are the same with and without them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tepat.population.beside import true_deciles
from tepat.population.bureau import Country
from tepat.population.chances import Array, Columns, per_family
from tepat.population.composition import HEAD
from tepat.population.families import consumption, families_with, is_poor, rupiah
from tepat.population.figures import UNREGISTERED
from tepat.population.health import DIFFICULTIES
from tepat.population.record import Record

STREAM = 3
"""After the seed, the province and the part; 1 is that of the registered families' tables."""

NUMBERS_FROM = 500_000_000
"""Numbers of a province that no registered family reaches."""

_PLACE = ("province", "kecamatan", "village", "urban", "effect", "eastern", "remote", "shared")


@dataclass(frozen=True)
class Unregistered:
    """Those of one part; ``neighbour`` is a row of a registered family in the same village."""

    neighbour: Array
    families: Columns
    members: Columns


def kinds(poor: Array, remote: Array) -> Array:
    """For each family its place in `UNREGISTERED`."""
    kind: Array = poor.astype(np.int64) + 2 * remote.astype(np.int64)
    return kind


def make_unregistered(record: Record, country: Country, seed: int) -> Unregistered:
    """Draw those of a part; the same arguments give the same families, whatever else is made.

    Each registered family has a neighbour, with a consumption of its own, who is outside with the
    chance of its kind. Only who is outside gets members.
    """
    part = record.part
    rng = np.random.default_rng([seed, int(part.province), part.number, STREAM])
    place = {name: record.families[name] for name in _PLACE}
    latent, log_spent = consumption(rng, place, country.levels)
    rates = np.array(list(UNREGISTERED.values()))
    # The rate is of all families, but the draw is beside the registered ones.
    chance = rates / (1 - rates)
    kind = kinds(is_poor(rupiah(log_spent), place["urban"]), place["remote"])
    rows = np.flatnonzero(rng.random(len(kind)) < chance[kind])
    here = {name: values[rows] for name, values in place.items()}
    families, members = families_with(rng, here, latent[rows], log_spent[rows], country.scale)
    return Unregistered(rows, families, members)


def unregistered_frame(record: Record, found: Unregistered, cuts: Array) -> Any:
    """What is true of each, and what the groups of `tepat accuracy` need."""
    import polars as pl

    facts, people = found.families, found.members
    first = int(record.part.province) * 10**9 + NUMBERS_FROM + record.part.first
    head = people["relation"] == HEAD
    hard = [(people[name] >= 1) & (people[name] <= 2) for name in DIFFICULTIES]
    disabled = per_family(people["family"], np.any(hard, axis=0), len(found.neighbour)) > 0
    return pl.DataFrame(
        {
            "family_key": "U" + pl.Series(first + found.neighbour).cast(pl.String),
            "province": pl.repeat(record.part.province, len(found.neighbour), eager=True),
            "kabupaten": pl.Series(facts["village"]).cast(pl.String).str.head(4),
            "true_pc_consumption": facts["spent"],
            "poor": facts["poor"].astype(bool),
            "true_decile": true_deciles(facts, cuts),
            "true_size": facts["family_size"],
            "family_size": facts["family_size"],
            "area": facts["area"].astype(np.int16),
            "remote_area": facts["remote_area"].astype(bool),
            "head_sex": people["sex"][head].astype(np.int16),
            "head_age": people["age"][head].astype(np.int64),
            "disability": disabled.astype(np.int16),
        }
    )
