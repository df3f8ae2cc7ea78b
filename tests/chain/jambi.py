"""PKH of March 2020 worked out apart, on Jambi's roster: plain Python, nothing of ours.

It knows the code notes of the data set and the rules of 2020, reads ``people.csv`` itself and
answers family by family. It shares no line with the reader, the policy files or the engine, so
that an error in any of them shows as a difference.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

DAY = date(2020, 3, 15)
DECILE_LIMIT = 4
MEMBERS_AT_MOST = 4
# Name, rupiah a year in 2020, persons at most; the dearest first, then as the law lists them.
COMPONENTS = (
    ("pregnancy", 3_000_000, None),
    ("early_childhood", 3_000_000, 2),
    ("severe_disability", 2_400_000, 1),
    ("elderly", 2_400_000, 1),
    ("upper_secondary_school", 2_000_000, None),
    ("lower_secondary_school", 1_500_000, None),
    ("primary_school", 900_000, None),
)
NAMES = tuple(name for name, _, _ in COMPONENTS)
# A stage of three months, then from April to December month by month.
MONTHS_OF_2020 = (3, 1, 1, 1, 1, 1, 1, 1, 1, 1)


@dataclass(frozen=True)
class Verdict:
    """What the law of March 2020 says of one household."""

    outcome: str
    counted: tuple[tuple[str, int], ...] = ()
    rupiah: int | None = None
    open: frozenset[str] = field(default_factory=frozenset)


def verdicts(folder: Path) -> dict[str, Verdict]:
    """The verdict on every household of the roster, by RENUM."""
    with (folder / "deciles.csv").open(encoding="utf-8-sig", newline="") as file:
        deciles = {row["RENUM"]: int(row["decile"]) for row in csv.DictReader(file)}
    households: dict[str, list[dict[str, str]]] = {}
    with (folder / "people.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            households.setdefault(row["RENUM"], []).append(row)
    return {key: verdict(people, deciles.get(key)) for key, people in households.items()}


def verdict(people: list[dict[str, str]], decile: int | None) -> Verdict:
    """Who counts in a household, and what it gets a year."""
    known, possible = [], []
    for person in people:
        answers = {name: fits(name, person) for name in NAMES}
        known.append(frozenset(name for name, answer in answers.items() if answer is True))
        possible.append(frozenset(name for name, answer in answers.items() if answer is not False))
    counts = best(tuple(known))
    most = sum(best(tuple(possible)))
    if (decile is not None and decile > DECILE_LIMIT) or most == 0:
        outcome = "not_eligible"
    elif decile is None or sum(counts) == 0:
        outcome = "cannot_decide"
    else:
        outcome = "eligible"
    counted = tuple((name, count) for name, count in zip(NAMES, counts, strict=True) if count)
    rupiah = total(counts) if outcome == "eligible" else None
    waiting = {
        name
        for name in NAMES
        if any(name in could - sure for could, sure in zip(possible, known, strict=True))
    }
    return Verdict(outcome, counted, rupiah, frozenset(waiting))


def fits(component: str, person: dict[str, str]) -> bool | None:
    """Whether a person counts under a component; None where the roster cannot tell."""
    years = age(person)
    if component == "pregnancy":
        return pregnant(person, years)
    if component == "early_childhood":
        return years <= 6
    if component == "elderly":
        return years >= 70
    if component == "severe_disability":
        # Asked from the age of two; 5 is "cannot care for oneself at all".
        return years >= 2 and {"0": None}.get(person["R1009"], person["R1009"] == "5")
    if not 6 <= years <= 21:
        return False
    level, attending = int(person["R613"]), person["R612"]
    if attending in ("1", "3"):
        return False
    levels = {"primary_school": (1, 4), "lower_secondary_school": (5, 8)}
    low, high = levels.get(component, (9, 14))
    right = None if level == 0 else low <= level <= high
    if attending == "2" or right is False:
        return right
    return None


def pregnant(person: dict[str, str], years: int) -> bool | None:
    """Never surely: the roster does not say whether it is the first, second or a later one.

    The survey left the question out by the age that it noted, which may differ by a birthday.
    """
    asked = 10 <= int(person["R407"]) <= 54 and 10 <= years <= 54
    if person["R405"] == "1" or not asked or person["R1606"] == "5":
        return False
    return None


def age(person: dict[str, str]) -> int:
    """Full years on the day, from the birth date; where that is not known, as the survey noted."""
    day, month, year = (int(person[name]) for name in ("R406A", "R406B", "R406C"))
    if day > 31 or month > 12 or year > DAY.year:
        return int(person["R407"])
    return DAY.year - year - ((DAY.month, DAY.day) < (month, day))


def best(people: tuple[frozenset[str], ...]) -> tuple[int, ...]:
    """How many count under each component when the household's total is highest."""

    @cache
    def further(index: int, counts: tuple[int, ...]) -> tuple[int, ...]:
        if index == len(people) or sum(counts) == MEMBERS_AT_MOST:
            return counts
        choices = [further(index + 1, counts)]
        for place, (name, _, most) in enumerate(COMPONENTS):
            if name in people[index] and (most is None or counts[place] < most):
                more = (*counts[:place], counts[place] + 1, *counts[place + 1 :])
                choices.append(further(index + 1, more))
        return max(choices, key=lambda found: (total(found), found))

    return further(0, (0,) * len(COMPONENTS))


def total(counts: tuple[int, ...]) -> int:
    """Rupiah a year."""
    return sum(count * each for count, (_, each, _) in zip(counts, COMPONENTS, strict=True))


def paid(rupiah: int) -> list[int]:
    """The instalments of 2020, which make up the year to the rupiah."""
    parts: list[int] = []
    months = 0
    for covered in MONTHS_OF_2020:
        months += covered
        parts.append(rupiah * months // 12 - sum(parts))
    return parts
