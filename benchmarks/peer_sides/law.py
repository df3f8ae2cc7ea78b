"""What PKH and Sembako say on 1 July 2025, written by hand for the peers of benchmarks/peers.py.

A member may qualify for several components of PKH, counts for one, and the family gets the highest
total that the caps allow. For the dearest components up to some price, the number of members that
count is the least, over the sets T of those components that leave out only capped ones, of

    members who qualify for a component in T + caps of the components left out

so a family's amount needs only how many members share a component with each set. Constants only:
no library is needed, because every side reads them, each in an interpreter of its own.
"""

from __future__ import annotations

from itertools import combinations

MONTH = "2025-07"
COMPONENTS = ("victim", "pregnant", "small", "disabled", "elderly", "upper", "lower", "primary")
AMOUNTS = (10_800_000, 3_000_000, 3_000_000, 2_400_000, 2_400_000, 2_000_000, 1_500_000, 900_000)
CAPS = {"small": 2, "disabled": 1, "elderly": 1}
FAMILY_CAP = 4
DECILE_LIMIT = {"pkh": 4, "sembako": 5}
SEMBAKO_MONTH, SEMBAKO_TOP_UP, SEMBAKO_TOP_UP_MONTHS = 200_000, 200_000, 2

SMALL_TO_AGE, ELDERLY_FROM_AGE, SCHOOL_AGES = 6, 60, (6, 21)
PREGNANCY_AGES, PREGNANCIES_COUNTED, DIFFICULTY_FROM_AGE = (10, 54), 2, 2
FEMALE, ATTENDING, CANNOT = 2, 2, 1
PRIMARY_LEVELS, LOWER_LEVELS, UPPER_LEVELS = (1, 5), (6, 10), (11, 17)
FACTS = (
    "age",
    "sex",
    "pregnant",
    "pregnancy_number",
    "difficulty_self_care",
    "schooling",
    "school_level",
    "rights_victim",
)


def _terms(length: int) -> list[tuple[int, int]]:
    """For the dearest so many components: sets as bits, with the caps of those left out."""
    capped = [name for name in COMPONENTS[:length] if name in CAPS]
    everyone = (1 << length) - 1
    return [
        (
            everyone & ~sum(1 << COMPONENTS.index(name) for name in left_out),
            sum(CAPS[name] for name in left_out),
        )
        for size in range(len(capped) + 1)
        for left_out in combinations(capped, size)
    ]


def _steps() -> list[tuple[int, list[tuple[int, int]]]]:
    """How much each counted member of the dearest components adds above the next price."""
    below = (*AMOUNTS[1:], 0)
    return [
        (amount - after, _terms(index + 1))
        for index, (amount, after) in enumerate(zip(AMOUNTS, below, strict=True))
        if amount > after  # components of one price are one step
    ]


# [(rupiah above the next price, [(set of components as bits, caps left out), ...]), ...]
STEPS = _steps()
SETS = sorted({mask for _, terms in STEPS for mask, _ in terms})

# Six counters of eight bits fit exactly where sums are made in floating point.
EACH, BITS = 6, 8


def packed() -> list[list[int]]:
    """For each of the 256 codes of a member, the counters of all sets, packed into a few numbers.

    Families of up to 255 members are counted rightly.
    """
    columns = -(-len(SETS) // EACH)
    return [
        [
            sum(
                1 << BITS * place
                for place, mask in enumerate(SETS[column * EACH : (column + 1) * EACH])
                if mask & code
            )
            for column in range(columns)
        ]
        for code in range(1 << len(COMPONENTS))
    ]
