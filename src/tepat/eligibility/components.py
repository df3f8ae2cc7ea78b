"""Which members count: every member once, caps per component and per family, highest total.

The choice is an assignment of members to places. Places that can be filled together form a
matroid, so taking the dearest places first gives the highest total, and how many places of the
dearest j components can be filled is (Rado's and Hall's theorems)

    filled(j) = min over sets T of those components of  N(T) + caps of the components not in T

where N(T) is how many members qualify for at least one component in T. So a family needs only a
few counts, no sorting of members, and the answer does not depend on their order. That the highest
total is what the law means is our assumption: no order is published.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable
from typing import Any

from tepat.eligibility.plan import Plan, PlannedComponent
from tepat.policy.compile import Tally, bits


def column(plan: Plan, component: PlannedComponent) -> str:
    """The members' column that says whether a member qualifies for a component."""
    return f"{plan.name}__is_{component.component.name}"


def qualifying(plan: Plan, members: Any, uncertain: Any, excluded: Any) -> dict[str, Any]:
    """Columns of a members table: who qualifies for which component, yes, no or unknown.

    Args:
        plan: a programme that decides families.
        members: facts of members, with the family's facts that rules need.
        uncertain: boolean, unknown where the member's record has an error; true elsewhere.
        excluded: boolean, whether the member is excluded in person.
    """
    rules = plan.rules.on(members)
    return {
        column(plan, c): rules.value(c.component.who.node) & uncertain & ~excluded
        for c in plan.components
    }


def as_bits(plan: Plan, members: Any) -> dict[str, Any]:
    """For which components a member surely qualifies, and for which perhaps, as bits."""
    flags = [members[column(plan, c)] for c in plan.components]
    everything = (1 << len(flags)) - 1
    return {
        f"{plan.name}__known": bits(flags),
        f"{plan.name}__could_be": everything - bits([~flag for flag in flags]),
    }


def add_counts(plan: Plan, members: Any, tally: Tally) -> None:
    """Count N(T) over members with ``as_bits``, for the sets that matter, and what is open."""
    known, could_be = members[f"{plan.name}__known"], members[f"{plan.name}__could_be"]
    number = len(plan.components)
    for word, code, prefixes in (("k", known, range(1, number + 1)), ("m", could_be, [number])):
        masks = _masks(plan, prefixes)
        _add(tally, code, number, {f"{plan.name}__{word}{mask}": mask for mask in masks})
    for index in range(number):
        placed = sum(1 << i for i, c in enumerate(plan.components[:index]) if c.cap is None)
        unknown = ((could_be - known) & (1 << index)) != 0
        tally.marks[f"{plan.name}__o{index}"] = unknown & ((known & placed) == 0)


LOOKED_UP = 10  # components; with more, the list of all sets would be long


def _add(tally: Tally, code: Any, number: int, masks: dict[str, int]) -> None:
    if number > LOOKED_UP:
        tally.tests |= {name: (code & mask) != 0 for name, mask in masks.items()}
    elif masks:
        hits: dict[str, Callable[[int], bool]] = {
            name: functools.partial(_shares, mask) for name, mask in masks.items()
        }
        tally.coded.append((code, 1 << number, hits))


def _shares(mask: int, code: int) -> bool:
    return (mask & code) != 0


def _masks(plan: Plan, prefixes: Any) -> list[int]:
    masks = {mask for length in prefixes for mask, _ in _terms(plan, length) if mask}
    return sorted(masks)


def _terms(plan: Plan, length: int) -> list[tuple[int, int]]:
    """For the dearest ``length`` components: each set T, with the caps of those not in it."""
    first = plan.components[:length]
    capped = [(i, c.cap) for i, c in enumerate(first) if c.cap is not None]
    everyone = (1 << length) - 1
    terms = []
    for size in range(len(capped) + 1):
        for left_out in itertools.combinations(capped, size):
            mask = everyone & ~sum(1 << index for index, _ in left_out)
            terms.append((mask, sum(cap for _, cap in left_out)))
    return terms


def _filled(plan: Plan, table: Any, length: int, kind: str) -> Any:
    import ibis

    if length == 0:
        return ibis.literal(0, "int64")
    terms = []
    for mask, caps in _terms(plan, length):
        members = table[f"{plan.name}__{kind}{mask}"] if mask else ibis.literal(0, "int64")
        terms.append(members + caps if caps else members)
    if plan.cap is not None:
        terms.append(ibis.literal(plan.cap, "int64"))
    return ibis.least(*terms) if len(terms) > 1 else terms[0]


def filled_columns(plan: Plan, table: Any) -> dict[str, Any]:
    """How many places of the dearest components are filled, as columns of their own.

    They stand in a projection of their own, so that an engine works each out once.
    """
    length = len(plan.components)
    found = {f"{plan.name}__f{j}": _filled(plan, table, j, "k") for j in range(1, length + 1)}
    return found | {f"{plan.name}__fm": _filled(plan, table, length, "m")}


def _places(plan: Plan, table: Any) -> list[Any]:
    import ibis

    columns = [table[f"{plan.name}__f{j}"] for j in range(1, len(plan.components) + 1)]
    return [ibis.literal(0, "int64"), *columns]


def counted(plan: Plan, table: Any) -> list[Any]:
    """How many members count for each component, in the plan's order."""
    return [after - before for before, after in itertools.pairwise(_places(plan, table))]


def counted_span(plan: Plan, table: Any) -> tuple[Any, Any]:
    """How many members count in all: those known, and those who could."""
    return _places(plan, table)[-1], table[f"{plan.name}__fm"]


def open_bits(plan: Plan, table: Any) -> Any:
    """A bit for each component that an unknown fact could add to.

    It is unknown whether some member qualifies for it, who does not surely count for a dearer
    component without cap; and neither its own cap nor, dearest first, the family's is reached.
    """
    open_ones = []
    numbers = counted(plan, table)
    for index, component in enumerate(plan.components):
        room = table[f"{plan.name}__o{index}"]
        if component.cap is not None:
            room = room & (numbers[index] < component.cap)
        if plan.cap is not None:
            room = room & (_places(plan, table)[index + 1] < plan.cap)
        open_ones.append(room)
    return bits(open_ones)
