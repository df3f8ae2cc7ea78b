"""Exclusion and inclusion error, where true consumption is known.

For a programme that n families hold, the n truly poorest families are its mark. Exclusion is the
share of them that hold nothing; inclusion is the share of holders that are not among them. Both
have n below the line, so they are equal when every family's consumption is known: each place that
a less poor family holds is one that a poorer family lacks. Beside them stand two figures that can
differ: the poorest tenth that is missed, and the holders from the better-off half.
Intervals are Wilson's, 95 per cent (Wilson 1927): families are taken as drawn independently.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from typing import Any

from tepat.engine.connect import rows_of
from tepat.runs.folder import RunFolder

Row = dict[str, Any]

Z = 1.959964
TENTHS = 10
STEPS = 20_000  # of consumption, in which families are counted
HOLDERS = "report_holders"
AT_ONCE = 60  # programmes, each a bit of a whole number of 64


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
class Judged:
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
    programmes: dict[str, Judged]


def targeting(run: RunFolder) -> Targeting | None:
    """Compare awards with true consumption; None where the run has no truth."""
    if not run.has("truth"):
        return None
    con = run.con
    truth = run.table("truth")
    truth = truth.filter(truth.family_id.notnull() & truth.consumption.notnull())
    known = int(con.to_pyarrow(truth.count()).as_py())
    if known < TENTHS:
        return None
    ends = [(known * (i + 1)) // TENTHS for i in range(TENTHS)]
    names = list(run.manifest["programmes"])
    programmes: dict[str, Judged] = {}
    for first in range(0, len(names), AT_ONCE):
        programmes |= _programmes(run, truth, known, ends, names[first : first + AT_ONCE])
    return Targeting(known, tuple(end - start for start, end in pairwise((0, *ends))), programmes)


def _programmes(
    run: RunFolder, truth: Any, known: int, ends: Sequence[int], names: Sequence[str]
) -> dict[str, Judged]:
    """Some programmes against the truth; ``ends`` are the places where its tenths end."""
    con = run.con
    with _holders(run, truth, names) as holders:
        numbers = {
            f"n{i}": holders.count(where=(holders.bits & (1 << i)) != 0) for i in range(len(names))
        }
        marks = list(rows_of(con, holders.agg(**numbers))[0].values())
        lines = _families_at(con, truth, {place for place in (*ends, *marks) if 0 < place <= known})
        counted = _counted(con, holders, lines)
    found = {}
    for i, name in enumerate(names):
        if marks[i]:
            tenths = [_within(counted, i, start, end) for start, end in pairwise((0, *ends))]
            found[name] = _judged(name, tenths, _within(counted, i, 0, marks[i]), ends[0])
    return found


@contextmanager
def _holders(run: RunFolder, truth: Any, names: Sequence[str]) -> Iterator[Any]:
    """Families with an award and a known consumption, for as long as the block lasts.

    ``family_id``, ``consumption``, and ``bits``: one is set for each of the programmes that the
    family holds. The table is empty where nothing was awarded.
    """
    import ibis

    con, schema = run.con, {"family_id": "int64", "consumption": "float64", "bits": "int64"}
    holders = con.create_table(HOLDERS, schema=ibis.schema(schema), temp=True, overwrite=True)
    try:
        for awards in run.groups("awards"):
            awards = awards.filter((awards.status == "awarded") & awards.programme.isin(names))
            bits = [(awards.programme == name, 1 << i) for i, name in enumerate(names)]
            bit = ibis.cases(*bits, else_=0).cast("int64")
            by_family = awards.group_by(holder=awards.family_id).agg(bits=bit.bit_or())
            found = truth.inner_join(by_family, truth.family_id == by_family.holder)
            con.insert(HOLDERS, found.select(*schema))
        yield holders
    finally:
        con.drop_table(HOLDERS)


def _families_at(con: Any, truth: Any, places: Collection[int]) -> dict[int, tuple[float, int]]:
    """Consumption and number of the families at some places, 1 for the poorest.

    Families are counted in steps of consumption first; only the steps with a place that is asked
    for are put in order.
    """
    import ibis

    spent = truth.consumption
    ends = rows_of(con, truth.agg(low=spent.min(), mean=spent.mean()))[0]
    width = max(ends["mean"] - ends["low"], 1e-9) * 5 / STEPS  # the richest share the last step
    step = ((spent - ends["low"]) / width).floor()
    truth = truth.mutate(step=ibis.least(step, float(STEPS)).cast("int64"))
    sizes = rows_of(con, truth.group_by("step").agg(number=truth.count()).order_by("step"))
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
    return {row["place"]: (row["consumption"], row["family_id"]) for row in rows_of(con, found)}


def _counted(con: Any, holders: Any, lines: dict[int, tuple[float, int]]) -> list[Row]:
    """Families by what they hold and the first of some places that they do not stand behind."""
    import ibis

    reached = [
        (
            (holders.consumption < spent)
            | ((holders.consumption == spent) & (holders.family_id <= number)),
            place,
        )
        for place, (spent, number) in sorted(lines.items())
    ]
    placed = holders.select("bits", place=ibis.cases(*reached, else_=0).cast("int64"))
    return rows_of(con, placed.group_by("bits", "place").agg(number=placed.count()))


def _within(counted: list[Row], number: int, start: int, end: int) -> int:
    """Families that hold a programme and stand behind one place, but not behind another."""
    return sum(
        row["number"]
        for row in counted
        if row["bits"] & (1 << number) and start < row["place"] <= end
    )


def _judged(name: str, tenths: list[int], inside: int, poorest: int) -> Judged:
    families = sum(tenths)
    return Judged(
        name,
        families,
        Share(families - inside, families),
        Share(poorest - tenths[0], poorest),
        Share(sum(tenths[TENTHS // 2 :]), families),
        tuple(tenths),
    )
