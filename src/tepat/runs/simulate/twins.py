"""One policy that holds two: programmes that a reform changes stand in it twice.

A programme that both policies decide and allocate alike stands once and serves both. One that
differs stands under its own name as it is, and under a second name as it would be. It differs where
its rules, amounts, places or instalments do, or where a programme that bars it differs.

The order is: what serves both, then what is the reform's alone, then what is today's alone. No
programme that serves both is barred by an earlier one that does not (it would differ then), so the
order within each policy is kept; and while the reform's programmes are allocated, today's are not,
so that a later programme bars by what is held already, as in a run of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from tepat.eligibility.plan import calendar_on
from tepat.policy.compile import Rules
from tepat.policy.language import Expression
from tepat.policy.model import Policy, Programme
from tepat.policy.reform import Reform

MARK = "__reform"  # no programme of a policy may have two underscores in its name
SIDES = ("before", "after")
Quotas = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Merged(Policy):
    """Both policies in one; ``bars`` says for each name what it may not be held with, in order."""

    bars: Mapping[str, tuple[str, ...]]

    def barred_with(self, name: str) -> tuple[str, ...]:
        """The programmes that may not be held together with this one, in order of allocation."""
        return self.bars.get(name, ())


@dataclass(frozen=True)
class Twins:
    """Two policies on one day.

    Attributes:
        policy: both in one.
        before, after: for each programme of today's policy and of the reform's, in its order, the
            name under which it stands in ``policy``.
        quotas: places by the names of ``policy``.
    """

    policy: Merged
    before: dict[str, str]
    after: dict[str, str]
    quotas: dict[str, dict[str, int]]

    @property
    def names(self) -> list[str]:
        """The names to decide, in order of allocation."""
        wanted = {*self.before.values(), *self.after.values()}
        return [name for name in self.policy.programmes if name in wanted]

    @property
    def shared(self) -> set[str]:
        """Names that serve both."""
        return set(self.before.values()) & set(self.after.values())

    @property
    def sides(self) -> dict[str, dict[str, str]]:
        """``before`` and ``after``, by these words."""
        return dict(zip(SIDES, (self.before, self.after), strict=True))

    def on_sides(self, names: Iterable[str]) -> list[tuple[str, str, str]]:
        """Programme, side, and its name in ``policy``; a side that has it not is left out."""
        return [(n, side, own[n]) for n in names for side, own in self.sides.items() if n in own]

    def differing(self) -> list[str]:
        """The programmes, by their own names, that are not the same before and after."""
        names = dict.fromkeys([*self.before, *self.after])
        return [name for name in names if self.before.get(name) != self.after.get(name)]


def make_twins(
    base: Policy,
    reform: Reform,
    day: date,
    before: list[str],
    after: list[str],
    quotas: tuple[Quotas, Quotas],
) -> Twins:
    """Put both policies into one.

    Args:
        base: today's policy.
        reform: the reform, with its own policy.
        day: the day of the decision.
        before: programmes in force under ``base``, in its order.
        after: programmes in force under the reform, in its order.
        quotas: places that a quota file gives, before and after.
    """
    earlier, later = quotas
    shared: set[str] = set()
    for name in after:
        if (
            name in before
            and _alike(base.programmes[name], reform.policy.programmes[name], day)
            and earlier.get(name) == later.get(name)
            and _same_bars(base, reform.policy, name, (before, after), shared)
        ):
            shared.add(name)
    own = {name: name if name in shared else name + MARK for name in after}
    own |= {name: name for name in after if name not in base.programmes}
    return Twins(
        _merged(base, reform, before, own, shared),
        {name: name for name in before},
        own,
        {name: dict(places) for name, places in earlier.items() if name in before}
        | {own[name]: dict(places) for name, places in later.items() if name in own},
    )


def _merged(
    base: Policy, reform: Reform, before: list[str], own: Mapping[str, str], shared: set[str]
) -> Merged:
    new = reform.policy
    into = {merge.into: merge.programmes for merge in reform.merged}
    programmes = {name: base.programmes[name] for name in before if name in shared}
    for name, called in own.items():
        if name not in shared:
            programmes[called] = replace(new.programmes[name], name=called)
    programmes |= {name: base.programmes[name] for name in before if name not in shared}
    programmes |= {name: p for name, p in base.programmes.items() if name not in programmes}
    bars = {name: base.barred_with(name) for name in programmes if name in base.programmes}
    order = list(new.programmes)
    for name, called in own.items():
        if name in shared:
            continue
        found: list[str] = []
        for other in new.barred_with(name):
            if other in own and order.index(other) < order.index(name):
                found.append(own[other])
            else:  # later: what is held of it today bars
                found += into.get(other, (other,))
        bars[called] = tuple(dict.fromkeys(found))
    values: dict[str, Any] = {f.name: getattr(new, f.name) for f in fields(Policy)}
    return Merged(**(values | {"programmes": programmes}), bars=bars)


def _same_bars(
    base: Policy,
    new: Policy,
    name: str,
    in_force: tuple[list[str], list[str]],
    shared: set[str],
) -> bool:
    """Whether the same programmes bar it, and those that allocate earlier are the same."""
    one, other = base.barred_with(name), new.barred_with(name)
    if one != other:
        return False
    sooner = [
        [n for n in one if n in names and order.index(n) < order.index(name)]
        for names, order in zip(
            in_force, (list(base.programmes), list(new.programmes)), strict=True
        )
    ]
    return sooner[0] == sooner[1] and set(sooner[0]) <= shared


def _alike(one: Programme, other: Programme, day: date) -> bool:
    """Whether two versions of a programme decide, rank and pay alike on a day."""
    return one == other or _said(one, day) == _said(other, day)


def _said(p: Programme, day: date) -> Any:
    """What a programme does on a day, apart from where it is written."""
    rules = Rules(day, p.parameters)

    def rule(expression: Expression | None) -> str | None:
        if expression is None or not rules.in_force(expression.node):
            return None
        return rules.signature(expression.node)

    def asked(periods: Any) -> bool:
        return not periods or any(period.covers(day) for period in periods)

    calendar = calendar_on(p, day)
    return (
        (p.unit, p.place, p.kind, p.amount_paid_first, p.excluded_by),
        [(c.name, rule(c.rule), c.says) for c in p.conditions if asked(c.periods)],
        [
            (c.name, rule(c.who), rule(c.amount), rule(c.at_most))
            for c in p.components
            if asked(c.periods)
        ],
        [rule(p.at_most), rule(p.amount), rule(p.quota), *map(rule, p.priority)],
        calendar.months if calendar else None,
    )
