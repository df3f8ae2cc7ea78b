"""Exclusion and inclusion error, where true consumption is known.

For a programme that n families hold, the n truly poorest families are its mark. Exclusion is the
share of them that hold nothing; inclusion is the share of holders that are not among them. Both
have n below the line, so they are equal when every family's consumption is known: each place that
a less poor family holds is one that a poorer family lacks. Beside them stand two figures that can
differ: the poorest tenth that is missed, and the holders from the better-off half.
Intervals are Wilson's, 95 per cent (Wilson 1927): families are taken as drawn independently.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from typing import Any

from tepat.runs.folder import RunFolder

Row = dict[str, Any]

Z = 1.959964
TENTHS = 10
STEPS = 20_000  # of consumption, in which families are counted
HELD = "report_held"


@dataclass(frozen=True)
class Share:
    """A part of a whole, with the ends of its interval between 0 and 1."""

    part: int
    whole: int

    @property
    def ratio(self) -> float:
        """The part as a ratio; 0 where the whole is empty."""
        return self.part / self.whole if self.whole else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's interval of 95 per cent."""
        if not self.whole:
            return 0.0, 1.0
        n, p = self.whole, self.ratio
        middle = p + Z * Z / (2 * n)
        half = Z * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
        below = 1 + Z * Z / n
        return max(0.0, (middle - half) / below), min(1.0, (middle + half) / below)


@dataclass(frozen=True)
class Held:
    """One programme against the truth.

    Attributes:
        families: families that hold it and whose consumption is known (n).
        error: holders that are not among the n poorest; as many of the n poorest hold nothing.
        missed: families of the poorest tenth that do not hold it.
        better_off: holders from the better-off half.
        tenths: families that hold it, by true tenth of consumption, poorest first.
    """

    programme: str
    families: int
    error: Share
    missed: Share
    better_off: Share
    tenths: tuple[int, ...]


@dataclass(frozen=True)
class Targeting:
    """All programmes against the truth; ``sizes`` are the families of each true tenth."""

    known: int
    sizes: tuple[int, ...]
    programmes: dict[str, Held]


def targeting(run: RunFolder) -> Targeting | None:
    """Compare awards with true consumption; None where the run has no truth."""
    if not run.has("truth"):
        return None
    con = run.con
    truth = run.table("truth")
    spent = truth.consumption
    truth = truth.filter(truth.family_id.notnull() & ~(spent.isnan() | spent.isinf()))
    known = int(con.to_pyarrow(truth.count()).as_py())
    if known < TENTHS:
        return None
    names = list(run.manifest["programmes"])
    held = _held_by(run, truth, names)
    holders = _rows(
        con, held.agg(**{f"n{i}": held.count(where=_holds(held, i)) for i in range(len(names))})
    )[0]
    marks = [holders[f"n{i}"] for i in range(len(names))]
    ends = [(known * (i + 1)) // TENTHS for i in range(TENTHS)]
    lines = _families_at(con, truth, {place for place in (*ends, *marks) if 0 < place <= known})
    counted = _counted(con, held, lines)
    con.drop_table(HELD)
    sizes = tuple(end - start for start, end in pairwise((0, *ends)))
    programmes = {}
    for i, name in enumerate(names):
        if marks[i]:
            tenths = [_within(counted, i, start, end) for start, end in pairwise((0, *ends))]
            programmes[name] = _held(name, tenths, _within(counted, i, 0, marks[i]), sizes)
    return Targeting(known, sizes, programmes)


def _held_by(run: RunFolder, truth: Any, names: Sequence[str]) -> Any:
    """Families with an award and a known consumption, a bit set for each programme they hold."""
    import ibis

    con, made = run.con, None
    for awards in run.groups("awards"):
        awards = awards.filter((awards.status == "awarded") & awards.programme.isin(names))
        bits = [(awards.programme == name, 1 << i) for i, name in enumerate(names)]
        bit = ibis.cases(*bits, else_=0).cast("int64")
        by_family = awards.group_by(held_id=awards.family_id).agg(held=bit.bit_or())
        found = truth.inner_join(by_family, truth.family_id == by_family.held_id)
        found = found.select("family_id", "consumption", "held")
        if made is None:
            made = con.create_table(HELD, found, temp=True, overwrite=True)
        else:
            con.insert(HELD, found)
    return made


def _holds(held: Any, number: int) -> Any:
    return (held.held & (1 << number)) != 0


def _families_at(con: Any, truth: Any, places: Collection[int]) -> dict[int, tuple[float, int]]:
    """Consumption and number of the families at some places, 1 for the poorest.

    Families are counted in steps of consumption first; only the steps with a place that is asked
    for are put in order.
    """
    import ibis

    spent = truth.consumption
    ends = _rows(con, truth.agg(low=spent.min(), mean=spent.mean()))[0]
    width = max(ends["mean"] - ends["low"], 1e-9) * 5 / STEPS  # the richest share the last step
    step = ((spent - ends["low"]) / width).floor()
    truth = truth.mutate(step=ibis.least(step, float(STEPS)).cast("int64"))
    sizes = _rows(con, truth.group_by("step").agg(number=truth.count()).order_by("step"))
    before, asked = 0, {}
    for row in sizes:
        if any(before < place <= before + row["number"] for place in places):
            asked[row["step"]] = before
        before += row["number"]
    few = truth.filter(truth.step.isin(list(asked)))
    in_order = ibis.row_number().over(
        ibis.window(group_by=few.step, order_by=[few.consumption, few.family_id])
    )
    start = ibis.cases(*[(few.step == step, before) for step, before in asked.items()], else_=0)
    few = few.mutate(place=in_order.cast("int64") + 1 + start.cast("int64"))
    found = few.filter(few.place.isin(list(places))).select("place", "consumption", "family_id")
    return {row["place"]: (row["consumption"], row["family_id"]) for row in _rows(con, found)}


def _counted(con: Any, held: Any, lines: dict[int, tuple[float, int]]) -> list[Row]:
    """Families by what they hold and the first of some places that they do not stand behind."""
    import ibis

    reached = [
        (
            (held.consumption < spent) | ((held.consumption == spent) & (held.family_id <= number)),
            place,
        )
        for place, (spent, number) in sorted(lines.items())
    ]
    placed = held.select("held", place=ibis.cases(*reached, else_=0).cast("int64"))
    return _rows(con, placed.group_by("held", "place").agg(number=placed.count()))


def _within(counted: list[Row], number: int, start: int, end: int) -> int:
    """Families that hold a programme and stand behind one place, but not behind another."""
    return sum(
        row["number"]
        for row in counted
        if row["held"] & (1 << number) and start < row["place"] <= end
    )


def _rows(con: Any, table: Any) -> list[Row]:
    rows: list[Row] = con.to_pyarrow(table).to_pylist()
    return rows


def _held(name: str, tenths: list[int], inside: int, sizes: tuple[int, ...]) -> Held:
    families = sum(tenths)
    return Held(
        name,
        families,
        Share(families - inside, families),
        Share(sizes[0] - tenths[0], sizes[0]),
        Share(sum(tenths[TENTHS // 2 :]), families),
        tuple(tenths),
    )
