"""How a quota is shared among kabupaten: in proportion to the eligible, by largest remainder."""

from __future__ import annotations

from collections.abc import Mapping

NATIONAL = ""


def shares(quota: Mapping[str, int], eligible: Mapping[str, int]) -> dict[str, int] | None:
    """Each kabupaten's share of a programme's places; None where the programme has no quota.

    Args:
        quota: places by kabupaten code; the code ``""`` holds the national number. A kabupaten
            that is listed gets its own number, the others share what is left of the national one.
        eligible: families or persons that compete, by kabupaten code.

    Shares are whole and never more than compete; remainders that tie go to the lower code.
    """
    if not quota:
        return None
    listed = own_quotas(quota)
    found = {code: min(listed[code], number) for code, number in eligible.items() if code in listed}
    others = {code: number for code, number in eligible.items() if code not in listed}
    left = max(0, quota.get(NATIONAL, 0) - sum(listed.values()))
    return found | largest_remainder(left, others)


def places_given(quota: Mapping[str, int]) -> int:
    """How many places a quota gives in all: the national number holds those that are listed."""
    return max(quota.get(NATIONAL, 0), sum(own_quotas(quota).values()))


def own_quotas(quota: Mapping[str, int]) -> dict[str, int]:
    """The numbers of kabupaten that have one of their own."""
    return {code: number for code, number in quota.items() if code != NATIONAL}


def largest_remainder(places: int, eligible: Mapping[str, int]) -> dict[str, int]:
    """Divide places in proportion; what rounding leaves goes to the largest remainders."""
    total = sum(eligible.values())
    if total <= places:
        return dict(eligible)
    found = {code: places * number // total for code, number in eligible.items()}
    order = sorted(eligible, key=lambda code: (-(places * eligible[code] % total), code))
    for code in order[: places - sum(found.values())]:
        found[code] += 1
    return found
