"""One part of the population: from true families to the rows of every file."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tepat.population import aid, mistakes
from tepat.population.across import Roll, Shared
from tepat.population.bureau import Country, bureau_decile
from tepat.population.chances import UNKNOWN, Array, Columns
from tepat.population.families import TODAY, full_years, settle, true_families
from tepat.population.figures import ERRORS
from tepat.population.flags import Flags, Planted, collect, plant
from tepat.population.numbers import make_kk, make_nik
from tepat.population.places import Part


@dataclass(frozen=True)
class Record:
    """The columns of one part, with errors, and what is true beside them."""

    part: Part
    families: Columns
    members: Columns
    held: Columns
    held_by: Columns
    flags: Flags
    planted: Planted
    errors: dict[str, Array]
    original: Array
    elsewhere: Array
    shared: Shared
    nik: Array
    kk: Array
    sampled: Array


def make_record(part: Part, roll: Roll, country: Country, seed: int, sample: float) -> Record:
    """Make one part; the same arguments give the same rows, whatever else is made."""
    shared = roll.of(part)
    rng = np.random.default_rng([seed, int(part.province), part.number])
    families, people = true_families(rng, settle(rng, [part]), country.levels, country.scale)
    shared.enter(families, people)
    families["decile"] = bureau_decile(rng, country, families, people)
    on_family = aid.family_flags(rng, families)
    grounds = aid.true_flags(rng, families, people)
    held, personal = aid.give_aid(rng, families, people, grounds)
    people |= {f"is_{name}": mask for name, mask in grounds.items()}
    people |= {f"holds_{name}": mask for name, mask in personal.items()}
    families["true_size"] = families["family_size"]
    members = mistakes.listed_members(rng, families, people, shared)
    held_by = {name: members[f"holds_{name}"] & (members["copy"] == 0) for name in personal}
    on_family["civil_servant_in_family"] = families["servant_missing"]
    planted = plant(rng, members, held["pkh"] | held["sembako"])
    nik, errors, original = _numbers(rng, part, shared, families, members)
    errors |= mistakes.break_checks(rng, families, members)
    families["malformed_kk"] = rng.random(len(held["pkh"])) < ERRORS["malformed_kk"]
    flags = collect(rng, members, on_family, planted, errors["malformed_nik"])
    _lose_heads(rng, families, members)
    _dates(rng, families, members)
    mistakes.make_holes(rng, families, members)
    unknown = rng.random(len(families["decile"])) < ERRORS["decile_unknown"]
    families["decile"] = np.where(unknown, UNKNOWN, families["decile"])
    sampled = rng.random(len(unknown)) < sample
    return Record(
        part,
        families,
        members,
        held,
        held_by,
        flags,
        planted,
        errors,
        original,
        _elsewhere(shared, members),
        shared,
        nik,
        shared.cards(families, make_kk(rng, families["kecamatan"])),
        sampled,
    )


def _numbers(
    rng: np.random.Generator, part: Part, shared: Shared, families: Columns, members: Columns
) -> tuple[Array, dict[str, Array], Array]:
    fuzzy = (members["copy"] == mistakes.FUZZY) & (members["side"] == 0)
    moved = mistakes.shift_birth(rng, members["birth_date"][fuzzy])
    members["birth_date"][fuzzy] = moved
    members["age"] = full_years(members["birth_date"])
    kecamatan = families["kecamatan"][members["family"]]
    nik = make_nik(rng, kecamatan, members, part.number, len(shared.roll.starts))
    return mistakes.spoil_people(rng, shared.numbers(nik, members), members, shared)


def _elsewhere(shared: Shared, members: Columns) -> Array:
    """For each row the number of its original in another province, as in its key; or unknown."""
    numbers = np.full(len(members["family"]), UNKNOWN)
    rows, there = shared.originals(members)
    numbers[rows] = there
    return numbers


def _lose_heads(rng: np.random.Generator, families: Columns, members: Columns) -> None:
    headless = rng.random(len(families["decile"])) < ERRORS["no_head"]
    families["no_head"] = headless
    lost = headless[members["family"]] & (members["relation"] == 1)
    members["relation"] = np.where(lost, 8, members["relation"])


def _dates(rng: np.random.Generator, families: Columns, members: Columns) -> None:
    """When and how the family was last seen; infants and pregnancies were seen lately."""
    count = len(families["decile"])
    draw = rng.random(count)
    way = np.where(draw < 0.45, 1, np.where(draw < 0.85, 0, 2))
    days = np.where(
        way == 1,
        rng.integers(71, 117, count),
        np.where(way == 0, rng.integers(0, 1_094, count), rng.integers(820, 1_000, count)),
    )
    families["way"], families["observed_on"] = way, TODAY - days.astype("timedelta64[D]")
    seen = families["observed_on"][members["family"]]
    chance = rng.random(len(seen))
    life = (TODAY - members["birth_date"]).astype(np.int64)
    since_birth = TODAY - np.floor(chance * life).astype("timedelta64[D]")
    seen = np.where(members["birth_date"] > seen, since_birth, seen)
    lately = TODAY - np.floor(chance * 200).astype("timedelta64[D]")
    members["observed_on"] = np.where((members["pregnant"] == 1) & (lately > seen), lately, seen)
    members["presence"] = _presence(chance, rng.random(len(seen)), members)
    families["meter"] = rng.integers(10**11, 10**12, count)


def _presence(chance: Array, second: Array, members: Columns) -> Array:
    answer = np.where(second < 0.99, 1, np.where(second < 0.995, UNKNOWN, 4))
    answer = np.where(members["is_moved_or_not_found"], 2, answer)
    found: Array = np.where(members["is_deceased"] & (chance < 0.35), 3, answer)
    return found
