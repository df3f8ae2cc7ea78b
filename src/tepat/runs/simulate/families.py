"""Each family before and after a reform: what it holds, and for how many rupiah.

One row per family, narrow, so that every figure of the page is a count over it. What a family
holds is a bit for each programme under its name in the merged policy, in as many columns as they
need.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tepat.policy.compile import whole
from tepat.policy.model import Policy
from tepat.runs.allocation import Group, groups
from tepat.runs.request import State, part_name
from tepat.runs.simulate.one_pass import Tables
from tepat.runs.simulate.twins import SIDES, Twins

WON, LOST, MORE, LESS, SAME, NONE = "won", "lost", "more", "less", "same", "none"
CLASSES = (WON, LOST, MORE, LESS, SAME, NONE)
CHILD_BELOW, ELDERLY_FROM = 18, 60  # years; kinds of family for the page, not rules of any law
DIFFICULTIES = (
    "difficulty_seeing", "difficulty_hearing", "difficulty_walking", "difficulty_hands",
    "difficulty_remembering", "difficulty_speaking", "difficulty_learning",
    "difficulty_self_care", "difficulty_sadness", "difficulty_behaviour",
)  # fmt: skip
SEVERE = ("cannot", "much")
KINDS = ("child", "elderly", "disabled", "female_head", "single", "urban", "rural")
BITS = 63  # of a whole number, its sign aside: so many programmes stand in one column


@dataclass(frozen=True)
class Held:
    """Where the bits of programmes stand.

    Attributes:
        bits: the column and the bit in it, by name in the merged policy.
        aid: names that count as aid: everything but general price subsidies.
    """

    bits: dict[str, tuple[str, int]]
    aid: frozenset[str]
    sides: dict[str, dict[str, str]]

    @classmethod
    def of(cls, twins: Twins) -> Held:
        """Number the programmes of both policies."""
        names = twins.names
        programmes = twins.policy.programmes
        return cls(
            {n: (f"held_{i // BITS}", 1 << i % BITS) for i, n in enumerate(names)},
            frozenset(name for name in names if programmes[name].kind != "subsidy"),
            twins.sides,
        )

    @property
    def columns(self) -> list[str]:
        """The columns of bits."""
        return list(dict.fromkeys(column for column, _ in self.bits.values()))

    def gathered(self, programme: Any) -> dict[str, Any]:
        """The columns of bits, out of the awards of a family."""
        import ibis

        found = {}
        for column in self.columns:
            mine = {name: bit for name, (its, bit) in self.bits.items() if its == column}
            bit = ibis.cases(*((programme == name, bit) for name, bit in mine.items()), else_=0)
            found[column] = bit.cast("int64").bit_or()
        return found

    def holds(self, table: Any, name: str) -> Any:
        """Whether a family holds a programme, by its name in the merged policy."""
        column, bit = self.bits[name]
        return (table[column] & bit) != 0

    def number(self, table: Any, side: str) -> Any:
        """How many programmes of aid a family holds on one side."""
        masks = dict.fromkeys(self.columns, 0)
        for name in self.sides[side].values():
            column, bit = self.bits[name]
            masks[column] |= bit if name in self.aid else 0
        parts = [_bit_count(table[column] & mask) for column, mask in masks.items()]
        return functools.reduce(operator.add, parts).cast("int64")


def _bit_count(bits: Any) -> Any:
    """How many bits are set, as the engine counts them."""
    import ibis

    @ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]
    def bit_count(bits: int) -> int:
        """The engine's function of this name."""
        return bits.bit_count()

    return bit_count(bits)


def beside(tables: Tables, twins: Twins) -> tuple[Any, list[str]]:
    """The narrow table of all families, and the kinds it tells of.

    It is made for one group of parts after another, as the awards are.
    """
    state, desk = tables.state, tables.state.desk
    kinds: list[str] = []
    paths = []
    for group in groups(state):
        number, placed = part_name(group.number), group.placed
        families = desk.open("sides_families", *_files(state, "facts/families", group))
        members = desk.open("sides_members", *_files(state, "facts/members", group))
        files = [state.folder / "awards" / f"{name}-{number}.parquet" for name in twins.names]
        awards = desk.open("sides_awards", *files)
        if placed is not None:
            known = families.kabupaten.notnull()
            families = families.filter(known if placed else ~known)
        if placed is False:  # few families: leave the members of all others aside
            members = members.semi_join(families, "family_id")
        known_kinds, kinds = kinds_of(twins.policy, families, members)
        made = family_table(twins, known_kinds, kinds, both_sides(twins, awards))
        paths.append(desk.folder / "sides" / f"{number}.parquet")
        desk.write(f"sides_{placed}", partial(_same, made), paths[-1])
    return desk.open("sides", *paths), kinds


def _files(state: State, table: str, group: Group) -> list[Path]:
    return [state.path(table, number) for number in group.parts]


def _same(table: Any) -> Any:
    return table


def kinds_of(policy: Policy, families: Any, members: Any) -> tuple[Any, list[str]]:
    """``family_id`` and whether each kind fits; kinds of which the file says nothing are left out.

    A family is of a kind where that is known of it; what is unknown counts as not.
    """
    tests: dict[str, Any] = {}
    if "age" in members.columns:
        tests["child"] = members.age < CHILD_BELOW
        tests["elderly"] = members.age >= ELDERLY_FROM
    known = [name for name in DIFFICULTIES if name in members.columns]
    if known:
        severe = [
            members[name].isin([policy.variables[name].code_of(word) for word in SEVERE])
            for name in known
        ]
        tests["disabled"] = functools.reduce(operator.or_, severe)
    if {"relation", "sex"} <= {*members.columns}:
        head = members.relation == policy.variables["relation"].code_of("head")
        tests["female_head"] = head & (members.sex == policy.variables["sex"].code_of("female"))
    found = {name: _true(test) for name, test in tests.items()}
    grouped = members.group_by(kind_id=members.family_id).agg(
        **{name: test.cast("int8").max() for name, test in found.items()}
    )
    table = families.left_join(grouped, families.family_id == grouped.kind_id)
    columns = {name: table[name].fill_null(0) == 1 for name in tests}
    columns["single"] = table.roster_size == 1
    if "area" in families.columns:
        for word in ("urban", "rural"):
            columns[word] = _true(table.area == policy.variables["area"].code_of(word))
    chosen = [name for name in KINDS if name in columns]
    return table.select(
        family_id=table.family_id, decile=table.decile, province=table.province,
        **{name: columns[name] for name in chosen},
    ), chosen  # fmt: skip


def _true(test: Any) -> Any:
    return test.fill_null(False)


def both_sides(twins: Twins, awards: Any) -> Any:
    """``family_id``, what is held, rupiah a year on each side, and of each that differs."""
    held = Held.of(twins)
    awards = awards.filter(awards.status == "awarded")
    amount = awards.amount_year.fill_null(0)
    columns = held.gathered(awards.programme)
    for side, names in held.sides.items():
        columns[f"money_{side}"] = _sum(amount, awards.programme, names.values())
        for name in twins.differing():
            if name in names:
                columns[f"{name}__{side}"] = _sum(amount, awards.programme, [names[name]])
    return awards.group_by(held_id=awards.family_id).agg(**columns)


def _sum(amount: Any, programme: Any, names: Iterable[str]) -> Any:
    return whole(amount.sum(where=programme.isin(list(names))))


def family_table(twins: Twins, families: Any, kinds: list[str], sides: Any) -> Any:
    """The narrow table: a family's place, decile, kinds, what it holds and which class it is of."""
    import ibis

    held = Held.of(twins)
    table = families.left_join(sides, families.family_id == sides.held_id)
    numbers = [name for name in sides.columns if name != "held_id"]
    table = table.select(
        "family_id", "decile", "province", *kinds,
        **{name: table[name].fill_null(0).cast("int64") for name in numbers},
    )  # fmt: skip
    table = table.mutate(**{f"aid_{side}": held.number(table, side) for side in SIDES})
    before, after = table.aid_before > 0, table.aid_after > 0
    return table.mutate(
        outcome=ibis.cases(
            (~before & after, WON),
            (before & ~after, LOST),
            (table.money_after > table.money_before, MORE),
            (table.money_after < table.money_before, LESS),
            (before, SAME),
            else_=NONE,
        )
    )
