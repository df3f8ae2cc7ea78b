"""Exclusion and inclusion error, where true consumption is known.

For a programme that n families hold, the n truly poorest families are its mark. Exclusion is the
share of them that hold nothing; inclusion is the share of holders that are not among them. Both
have n below the line, so they are equal when every family's consumption is known: each place that
a less poor family holds is one that a poorer family lacks. Beside them stand two figures that can
differ: the poorest tenth that is missed, and the holders from the better-off half.
Intervals are Wilson's, 95 per cent (Wilson 1927): families are taken as drawn independently.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any

from tepat.runs.folder import RunFolder

Z = 1.959964
TENTHS = 10


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
    truth = truth.filter(truth.consumption.notnull() & truth.family_id.notnull())
    known = int(con.to_pyarrow(truth.count()).as_py())
    if known < TENTHS:
        return None
    placed = con.create_table("report_placed", _placed(truth, known), temp=True, overwrite=True)
    awards = run.table("awards")
    held = awards.filter(awards.status == "awarded").select("programme", "family_id").distinct()
    joined = held.inner_join(placed, "family_id")
    counted = _counted(con, joined)
    inside = _inside(con, joined, counted)
    con.drop_table("report_placed")
    sizes = tuple((known * (i + 1)) // TENTHS - (known * i) // TENTHS for i in range(TENTHS))
    programmes = {
        name: _held(name, tenths, inside.get(name, 0), sizes)
        for name, tenths in counted.items()
        if name in run.manifest["programmes"]
    }
    return Targeting(known, sizes, programmes)


def _placed(truth: Any, known: int) -> Any:
    """Families in order of true consumption: place from 1, tenth from 0."""
    import ibis

    order = [truth.consumption, truth.family_id]
    placed = truth.select(
        "family_id", place=ibis.row_number().over(ibis.window(order_by=order)).cast("int64") + 1
    )
    tenth = (placed.place * TENTHS - 1) // known  # exact: tenth i ends at known * (i + 1) // 10
    return placed.mutate(tenth=tenth.cast("int64"))


def _counted(con: Any, joined: Any) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    rows = con.to_pyarrow(joined.group_by(["programme", "tenth"]).agg(number=joined.count()))
    for row in rows.to_pylist():
        found.setdefault(row["programme"], [0] * TENTHS)[min(row["tenth"], 9)] = row["number"]
    return found


def _inside(con: Any, joined: Any, counted: dict[str, list[int]]) -> dict[str, int]:
    """Holders among the n poorest, by programme, where n is the number of its holders."""
    import ibis

    if not counted:
        return {}
    cases = [(joined.programme == name, sum(tenths)) for name, tenths in counted.items()]
    mark = ibis.cases(*cases, else_=0)
    grouped = joined.group_by("programme").agg(number=joined.count(where=joined.place <= mark))
    return {row["programme"]: row["number"] for row in con.to_pyarrow(grouped).to_pylist()}


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
