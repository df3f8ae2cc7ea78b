"""A slow twin of the decision: plain Python, one family at a time, written apart from the engine.

The best assignment of members to components is found by trying all of them.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import Any

from tepat.policy.model import Component, Ground, Policy, Programme
from tests.twin.reading import Family, Flag, Reading, Span, all_of, any_of, exactly, opposite

PLACES = {2: "province", 4: "kabupaten", 6: "kecamatan", 10: "village"}


@dataclass
class Answer:
    """What one programme says of one family or person."""

    outcome: str
    failed: set[str]
    unknown: set[str]
    counted: dict[str, int]
    open: set[str]
    amount: int | None


@dataclass(frozen=True)
class Kind:
    """A component in force: its amount and its cap."""

    component: Component
    amount: int
    cap: int | None


@dataclass
class Twin:
    """One programme on one day."""

    policy: Policy
    programme: Programme
    day: date
    lists: frozenset[str] = frozenset()
    benefits_given: bool = True

    def __post_init__(self) -> None:
        """Fix the components in force, dearest first, then in the order of the file."""
        blank = Reading(self.policy, self.programme, Family(), self.day)
        kinds = []
        for component in self.programme.components:
            asked = not component.periods or any(p.covers(self.day) for p in component.periods)
            amount = blank.value(component.amount.node)
            if asked and amount is not None:
                cap = component.at_most and blank.value(component.at_most.node)
                kinds.append(
                    Kind(component, int(amount.low), None if cap is None else int(cap.low))
                )
        self.kinds = sorted(kinds, key=lambda kind: -kind.amount)
        cap = self.programme.at_most and blank.value(self.programme.at_most.node)
        self.cap = None if cap is None else int(cap.low)
        self.names = [kind.component.name for kind in self.kinds]
        amount = self.programme.amount
        self.paid = amount is not None and all(
            blank.value(node) is not None for node in amount.node.walk() if node.kind == "parameter"
        )

    def decide(self, family: Family) -> list[Answer]:
        """One answer for a family programme, one per member for a personal one."""
        if self.programme.unit == "family":
            return [self._family(family)]
        return [self._person(family, index) for index in range(len(family.members))]

    def _reading(self, family: Family, member: int | None = None) -> Reading:
        return Reading(
            self.policy,
            self.programme,
            family,
            self.day,
            member,
            benefits_given=self.benefits_given,
        )

    def _family(self, family: Family) -> Answer:
        reading = self._reading(family)
        qualifies = [self._qualifies(family, index) for index in range(len(family.members))]
        known = self._assign([{c for c, t in row.items() if t is True} for row in qualifies])
        could = self._assign([{c for c, t in row.items() if t is not False} for row in qualifies])
        if self.kinds:
            reading.counted = Span(Fraction(sum(known)), Fraction(sum(could)))
        states = {
            c.name: reading.value(c.rule.node)
            for c in self.programme.conditions
            if c.in_force(self.day)
        }
        for name in self.programme.excluded_by:
            states[name] = opposite(self._excludes_family(family, self.policy.grounds[name]))
        states["record_in_order"] = None if family.blocked else True
        counted = {n: c for n, c in zip(self.names, known, strict=True) if c}
        opened = self._open(qualifies, known)
        return self._answer(reading, states, counted, opened)

    def _person(self, family: Family, index: int) -> Answer:
        reading = self._reading(family, index)
        states = {
            c.name: reading.value(c.rule.node)
            for c in self.programme.conditions
            if c.in_force(self.day)
        }
        for name in self.programme.excluded_by:
            states[name] = opposite(self._excludes_person(family, self.policy.grounds[name], index))
        fine = not family.blocked and family.members[index].data_ok is True
        states["record_in_order"] = True if fine else None
        row = {k.component.name: reading.value(k.component.who.node) for k in self.kinds}
        sure = next((name for name in self.names if row[name] is True), None)
        dearer = self.names[: self.names.index(sure)] if sure else self.names
        opened = {name for name in dearer if row[name] is None}
        return self._answer(reading, states, {sure: 1} if sure else {}, opened)

    def _answer(
        self,
        reading: Reading,
        states: dict[str, bool | None],
        counted: dict[str, int],
        opened: set[str],
    ) -> Answer:
        if self.programme.place:
            at = reading.family.facts.get(PLACES[len(self.programme.place)])
            states["in_place"] = None if at is None else at == self.programme.place
        amount: Any = exactly(0)
        if self.paid:
            assert self.programme.amount is not None
            amount = reading.value(self.programme.amount.node)
            if self.programme.amount.names("variable"):
                states["amount_known"] = None if amount is None else True
        failed = {name for name, state in states.items() if state is False}
        unknown = {name for name, state in states.items() if state is None}
        outcome = "not_eligible" if failed else "cannot_decide" if unknown else "eligible"
        total = None
        if outcome == "eligible" and (self.paid or self.kinds):
            by_name = {kind.component.name: kind.amount for kind in self.kinds}
            total = int(amount.low) + sum(by_name[n] * count for n, count in counted.items())
        return Answer(outcome, failed, unknown, counted, opened, total)

    # ---- who counts ----

    def _qualifies(self, family: Family, index: int) -> dict[str, bool | None]:
        """Whether a member may count under each component."""
        reading, member = self._reading(family, index), family.members[index]
        grounds = [self.policy.grounds[name] for name in self.programme.excluded_by]
        out = any_of(
            self._met(family, ground, index) for ground in grounds if ground.reach == "person"
        )
        return {
            kind.component.name: all_of(
                [
                    reading.value(kind.component.who.node),
                    opposite(out),
                    True if member.data_ok is True else None,
                ]
            )
            for kind in self.kinds
        }

    def _assign(self, rows: list[set[str]]) -> list[int]:
        """How many count under each component when the family's total is highest.

        Between equal totals the components that stand first are filled first.
        """
        sets = tuple(frozenset(self.names.index(name) for name in row) for row in rows)
        amounts = tuple(kind.amount for kind in self.kinds)
        return list(best_counts(sets, amounts, tuple(kind.cap for kind in self.kinds), self.cap))

    def _open(self, rows: list[dict[str, bool | None]], known: list[int]) -> set[str]:
        """Components with room for a member of whom it is unknown whether he or she qualifies.

        A member who surely counts under a dearer component without cap stays there.
        """
        found, taken = set(), 0
        for place, kind in enumerate(self.kinds):
            settled = [k.component.name for k in self.kinds[:place] if k.cap is None]
            waiting = any(
                row[kind.component.name] is None and not any(row[name] is True for name in settled)
                for row in rows
            )
            taken += known[place]
            room = kind.cap is None or known[place] < kind.cap
            if waiting and room and (self.cap is None or taken < self.cap):
                found.add(kind.component.name)
        return found

    def could_add(self, family: Family) -> set[str]:
        """Components that count more members if all that is unknown about them alone is true."""
        rows = [self._qualifies(family, index) for index in range(len(family.members))]
        known = self._assign([{c for c, t in row.items() if t is True} for row in rows])
        found = set()
        for place, name in enumerate(self.names):
            filled = [
                {c for c, t in row.items() if t is True or (c == name and t is None)}
                for row in rows
            ]
            if self._assign(filled)[place] > known[place]:
                found.add(name)
        return found

    # ---- exclusion grounds ----

    def _met(self, family: Family, ground: Ground, index: int) -> bool | None:
        """Whether a ground meets one member; a contested finding is unknown."""
        reading = Reading(self.policy, None, family, self.day, index)
        if ground.rule is not None and reading.value(ground.rule.node) is True:
            return True
        return flagged(
            flag
            for flag in family.flags
            if flag.ground == ground.name and flag.member in (None, index)
        )

    def _unlisted(self, ground: Ground) -> bool | None:
        return None if ground.required and ground.name not in self.lists else False

    def _excludes_family(self, family: Family, ground: Ground) -> bool | None:
        met = [self._met(family, ground, index) for index in range(len(family.members))]
        whole = flagged(f for f in family.flags if f.ground == ground.name and f.member is None)
        hit = any_of(met)
        if ground.reach == "person":
            hit = all_of([hit, self._nobody_left(family)])
        return any_of([hit, whole, self._unlisted(ground)])

    def _nobody_left(self, family: Family) -> bool | None:
        """Whether grounds that speak of single persons take every member out."""
        grounds = [self.policy.grounds[name] for name in self.programme.excluded_by]
        personal = [ground for ground in grounds if ground.reach == "person"]
        members = range(len(family.members))
        out = [any_of(self._met(family, ground, index) for ground in personal) for index in members]
        return all_of(out) if out else False

    def _excludes_person(self, family: Family, ground: Ground, index: int) -> bool | None:
        if ground.reach == "family":
            return self._excludes_family(family, ground)
        return any_of([self._met(family, ground, index), self._unlisted(ground)])


def flagged(flags: Iterable[Flag]) -> bool | None:
    """What flags of one ground say: an uncontested one is a hit, a contested one is unknown."""
    return any_of([None if flag.contested else True for flag in flags])


@lru_cache(maxsize=200_000)
def best_counts(
    rows: tuple[frozenset[int], ...],
    amounts: tuple[int, ...],
    caps: tuple[int | None, ...],
    cap: int | None,
) -> tuple[int, ...]:
    """The counts per component of the assignment with the highest total, found by trying all."""
    reachable = {(0,) * len(amounts)}
    for row in rows:
        further = set(reachable)
        for counts, place in itertools.product(reachable, row):
            room = caps[place] is None or counts[place] < caps[place]
            if room and (cap is None or sum(counts) < cap):
                further.add((*counts[:place], counts[place] + 1, *counts[place + 1 :]))
        reachable = further
    return max(
        reachable,
        key=lambda counts: (sum(a * n for a, n in zip(amounts, counts, strict=True)), counts),
    )
