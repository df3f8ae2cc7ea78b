"""People and cards that stand in two provinces.

A person was entered with a family at home and once more, later, with one in another province: under
the same NIK, or under another with name and date nearly the same; or the NIK was given to somebody
else there. A card number was given to a family in each. Who they are and where they stand is one
roll, drawn from the seed and the plan of the parts alone. Each part reads its rows off the roll, so
that a part can be made without the rows of any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tepat.population.chances import UNKNOWN, Array, Columns, weighted
from tepat.population.composition import OTHER
from tepat.population.families import TODAY, facts, full_years
from tepat.population.figures import ERRORS, SAME_PERSON_SHARE
from tepat.population.mistakes import FUZZY, SAME_PERSON, shift_birth
from tepat.population.names import make_names, misspell
from tepat.population.numbers import LAST_SERIAL, day_digits, rank_within
from tepat.population.places import Part

LENT = 3
"""Kinds beside ``SAME_PERSON`` and ``FUZZY``: the NIK of one person given to another."""

MEMBERS_A_FAMILY = 3.0
"""About as many as are on the record, to turn a rate of members into a number of people."""

AT_HOME, AWAY = 1, 2
"""Side of a member's row who stands in two provinces; 0 for everybody else."""

# Two digits of a person's key within the family, so that the other part can name the row.
WITHIN = {AT_HOME: 98, AWAY: 99}


@dataclass(frozen=True)
class Roll:
    """Who stands in two provinces; families are counted from 0 over the whole population."""

    starts: Array  # of each part, its first family
    kind: Array
    home: Array
    away: Array
    home_number: Array  # the family's number as its key has it
    people: Columns
    second_birth: Array
    nik: Array
    second_nik: Array
    names: Any
    second_names: Any
    card_home: Array
    card_away: Array
    card_number: Array  # of the first family, as its key has it
    kk: Array

    def of(self, part: Part) -> Shared:
        """What a part has of the roll."""
        first = int(self.starts[part.number])
        last = first + int(part.families.sum())

        def here(place: Array) -> Array:
            return np.flatnonzero((place >= first) & (place < last))

        home, away = here(self.home), here(self.away)
        lent = self.kind[away] == LENT
        return Shared(
            self, first, home, away[~lent], away[lent], here(self.card_home), here(self.card_away)
        )


@dataclass(frozen=True)
class Shared:
    """What one part shares with other provinces, as rows of the roll."""

    roll: Roll
    first: int
    home: Array
    away: Array
    lent: Array
    card_home: Array
    card_away: Array

    def rate(self, kind: str) -> float:
        """The rate of doubles within a part, such that with the others the whole is as stated."""
        across = {"duplicate_nik": "nik_across", "fuzzy_duplicate": "fuzzy_across"}[kind]
        return ERRORS[kind] - (ERRORS[across] if len(self.roll.kind) else 0.0)

    @property
    def borrowers(self) -> Array:
        """Families whose head bears the NIK of somebody in another province."""
        return self.roll.away[self.lent] - self.first

    def enter(self, families: Columns, members: Columns) -> None:
        """Enter those at home here among the true members of their families, as the last."""
        rows, count = self.home, len(members["family"])
        members["side"], members["roll"] = np.zeros(count, np.int8), np.full(count, UNKNOWN)
        if not len(rows):
            return
        home = self.roll.home[rows] - self.first
        added = self._members(rows, home, AT_HOME, members)
        order = np.argsort(np.concatenate([members["family"], home]), kind="stable")
        for name, values in members.items():
            members[name] = np.concatenate([values, added[name]])[order]
        families["family_size"] = families["family_size"] + np.bincount(
            home, minlength=len(families["family_size"])
        )

    def visitors(self, members: Columns) -> Columns:
        """The second rows of people, in families of this part; they hold nothing, on no list."""
        rows, roll = self.away, self.roll
        added = self._members(rows, roll.away[rows] - self.first, AWAY, members)
        if len(rows):
            fuzzy = roll.kind[rows] == FUZZY
            born = np.where(fuzzy, roll.second_birth[rows], added["birth_date"])
            added["birth_date"], added["copy"] = born, roll.kind[rows]
        return added

    def _members(self, rows: Array, family: Array, side: int, like: Columns) -> Columns:
        people = self.roll.people
        added = {
            name: people[name][rows] if name in people else np.zeros(len(rows), values.dtype)
            for name, values in like.items()
        }
        return added | {
            "family": family,
            "side": np.full(len(rows), side, np.int8),
            "roll": rows,
            "copy": np.zeros(len(rows), np.int64),
            "twin": np.full(len(rows), UNKNOWN),
        }

    def numbers(self, nik: Array, members: Columns) -> Array:
        """The NIK of everybody, those of the roll in their rows."""
        nik = nik.copy()
        rows = np.flatnonzero(members["side"] > 0)
        of, second = members["roll"][rows], self._second(members)[rows]
        nik[rows] = np.where(second, self.roll.second_nik[of], self.roll.nik[of])
        nik[self._heads(members)] = self.roll.nik[self.lent]
        return nik

    @staticmethod
    def _second(members: Columns) -> Array:
        """Rows under another NIK and name than at home."""
        second: Array = (members["side"] == AWAY) & (members["copy"] == FUZZY)
        return second

    def _heads(self, members: Columns) -> Array:
        """Rows of the heads who borrow a NIK: the first of their families."""
        return np.searchsorted(members["family"], self.borrowers)

    def originals(self, members: Columns) -> tuple[Array, Array]:
        """Rows of members whose NIK or person is in another province, and the number there."""
        visiting = np.flatnonzero(members["side"] == AWAY)
        rows = np.concatenate([visiting, self._heads(members)])
        of = np.concatenate([members["roll"][visiting], self.lent])
        return rows, self.roll.home_number[of] * 100 + WITHIN[AT_HOME]

    def names_in(self, names: Any, members: Columns) -> Any:
        """The names of everybody, those of the roll in their rows."""
        for other, written in ((False, self.roll.names), (True, self.roll.second_names)):
            rows = np.flatnonzero((members["side"] > 0) & (self._second(members) == other))
            if len(rows):
                names = names.clone().scatter(rows, written.gather(members["roll"][rows]))
        return names

    def cards(self, families: Columns, kk: Array) -> Array:
        """Card numbers with those of the roll in their rows; sets ``malformed_kk``, ``kk_of``."""
        roll, kk = self.roll, kk.copy()
        families["kk_of"] = np.full(len(kk), UNKNOWN)
        first, second = roll.card_home[self.card_home], roll.card_away[self.card_away]
        kk[first - self.first] = roll.kk[self.card_home]
        kk[second - self.first] = roll.kk[self.card_away]
        families["malformed_kk"][first - self.first] = False
        families["malformed_kk"][second - self.first] = False
        families["kk_of"][second - self.first] = roll.card_number[self.card_away]
        return kk


def call_roll(seed: int, parts: list[Part]) -> Roll:
    """Draw everybody and every card that stands in two provinces; nobody where there is one."""
    rng = np.random.default_rng([seed, 2, len(parts)])
    size = np.array([part.families.sum() for part in parts])
    starts = np.cumsum(size) - size
    members = MEMBERS_A_FAMILY * size.sum()
    same = round(members * ERRORS["nik_across"] * SAME_PERSON_SHARE)
    counts = {
        SAME_PERSON: same,
        LENT: round(members * ERRORS["nik_across"]) - same,
        FUZZY: round(members * ERRORS["fuzzy_across"]),
        0: round(float(size.sum()) * ERRORS["kk_across"]),
    }
    home, away = _pairs(rng, parts, starts, sum(counts.values()))
    kind = rng.permuted(np.repeat(list(counts), list(counts.values()))[: len(home)])
    is_card, is_person = kind == 0, kind > 0
    people, names, second_names = _people(rng, int(is_person.sum()))
    second_birth = shift_birth(rng, people["birth_date"])
    there = [_kecamatan(parts, place[is_person]) for place in (home, away)]
    nik, second_nik = _niks(there, people["sex"], people["birth_date"], second_birth)
    numbers = _numbers(parts, starts, home)
    return Roll(
        starts,
        kind[is_person],
        home[is_person],
        away[is_person],
        numbers[is_person],
        people,
        second_birth,
        nik,
        second_nik,
        names,
        second_names,
        home[is_card],
        away[is_card],
        numbers[is_card],
        _kks(rng, _kecamatan(parts, home[is_card])),
    )


def _pairs(
    rng: np.random.Generator, parts: list[Part], starts: Array, wanted: int
) -> tuple[Array, Array]:
    """Pairs of families in different provinces; no family is in two pairs."""
    families = int(sum(part.families.sum() for part in parts))
    # Two families drawn at random are of one province about once in ten times.
    drawn = rng.choice(families, 2 * min(families // 2, wanted * 3 // 2 + 20), replace=False)
    home, away = drawn[: len(drawn) // 2], drawn[len(drawn) // 2 :]
    province = np.array([int(part.province) for part in parts])
    at = [province[np.searchsorted(starts, place, side="right") - 1] for place in (home, away)]
    apart = np.flatnonzero(at[0] != at[1])[:wanted]
    return home[apart], away[apart]


def _people(rng: np.random.Generator, count: int) -> tuple[Columns, Any, Any]:
    """Grown people who live with kin, and their names as two clerks wrote them."""
    age = 20 + 40 * rng.random(count)
    people: Columns = {
        "family": np.arange(count),
        "relation": np.full(count, OTHER, np.int8),
        "sex": rng.integers(1, 3, count).astype(np.int8),
        "marital": weighted(rng, [1, 2, 3, 4], [45, 40, 10, 5], count).astype(np.int8),
        "lost": np.zeros(count, np.int8),
        "birth_date": TODAY - np.round(age * 365.2425).astype("timedelta64[D]"),
    }
    rich, well = 0.8 * rng.standard_normal((2, count))
    people["age"] = full_years(people["birth_date"])
    facts(rng, people, rich, well, (rng.random(count) < 0.6).astype(np.float64))
    names = make_names(rng, people["sex"], people["age"])
    return people, names, misspell(rng, names, np.ones(count, dtype=bool))


def _niks(there: list[Array], sex: Array, birth: Array, second_birth: Array) -> tuple[Array, Array]:
    """NIK at home, and another from the other province; the last serials are kept for them."""
    region, day = np.concatenate(there), day_digits(np.concatenate([birth, second_birth]))
    key = region * 1_000_000 + day + 400_000 * (np.concatenate([sex, sex]) == 2)
    nik = key * 10_000 + LAST_SERIAL - rank_within(key)
    return nik[: len(sex)], nik[len(sex) :]


def _kks(rng: np.random.Generator, kecamatan: Array) -> Array:
    issued = np.datetime64("2012-06-01", "D") + rng.integers(0, 4_500, len(kecamatan)).astype(
        "timedelta64[D]"
    )
    key = kecamatan * 1_000_000 + day_digits(issued)
    kk: Array = key * 10_000 + LAST_SERIAL - rank_within(key)
    return kk


def _kecamatan(parts: list[Part], place: Array) -> Array:
    """The kecamatan of families counted over the whole population."""
    codes = np.concatenate([part.kecamatan for part in parts])
    ends = np.cumsum(np.concatenate([part.families for part in parts]))
    return codes[np.searchsorted(ends, place, side="right")]


def _numbers(parts: list[Part], starts: Array, place: Array) -> Array:
    """The numbers that the keys of families have."""
    part = np.searchsorted(starts, place, side="right") - 1
    first = np.array([int(p.province) * 10**9 + p.first for p in parts])
    numbers: Array = first[part] + place - starts[part]
    return numbers
