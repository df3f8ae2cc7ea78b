"""What the first so many lines of an ordered table come to, while the lines stay in the engine.

The lines lie in one file, in their order. Of each block of lines only the sum is held here; what
is asked of within a block is added up by the engine.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from itertools import accumulate
from typing import Any

from tepat.engine.connect import exact
from tepat.engine.desk import Desk
from tepat.policy.compile import whole

BLOCK = 4096  # lines; of 18 million some 4,400 sums are held


def in_order(desk: Desk, name: str, build: Callable[[], Any], by: list[str]) -> Any:
    """Write a table to a file in an order, and open it with ``line``, each row's place from 0."""
    path = desk.folder / f"{name}.parquet"
    desk.write(name, lambda: build().order_by(by), path)
    return desk.con.read_parquet(exact(path), file_row_number=True).rename(line="file_row_number")


class Running:
    """The running sums of one column, whole numbers of 0 and more.

    Args:
        con: the engine.
        lines: what `in_order` opened.
        column: what to add up; nothing in it is null.
    """

    def __init__(self, con: Any, lines: Any, column: str = "amount") -> None:
        self._con, self._lines, self._column = con, lines, column
        grouped = lines.group_by(block=lines.line // BLOCK).agg(
            sum=whole(lines[column].sum()), number=lines.count()
        )
        blocks = con.to_pyarrow(grouped.order_by("block")).to_pylist()
        self.length: int = sum(row["number"] for row in blocks)
        self._before = [0, *accumulate(row["sum"] for row in blocks)]  # before each block
        self._known = {0: 0, self.length: self._before[-1]}

    def first(self, numbers: Iterable[int]) -> dict[int, int]:
        """What the first so many lines come to, for each number of lines; one look at the file."""
        asked = set(numbers)
        missing = asked - self._known.keys()
        within = self._within(sorted(number for number in missing if number % BLOCK))
        for number in missing:
            self._known[number] = self._before[number // BLOCK] + within.get(number, 0)
        return {number: self._known[number] for number in asked}

    def _within(self, numbers: list[int]) -> dict[int, int]:
        """What the lines from the begin of a block come to, by the number where they end."""
        import ibis
        import pyarrow as pa

        if not numbers:
            return {}
        ends = ibis.memtable(pa.table({"end": pa.array(numbers, pa.int64())}))
        ends = ends.mutate(block=ends.end // BLOCK)
        lines = self._lines.mutate(block=self._lines.line // BLOCK)
        joined = lines.inner_join(ends, "block")
        inside = joined.filter(joined.line < joined.end)
        found = inside.group_by("end").agg(sum=whole(inside[self._column].sum()))
        return {row["end"]: row["sum"] for row in self._con.to_pyarrow(found).to_pylist()}

    def fitting(self, most: int) -> int:
        """How many lines from the first come to at most so much."""
        block = bisect_right(self._before, most) - 1
        if block == len(self._before) - 1:
            return self.length
        begin, line = block * BLOCK, self._lines.line
        chosen = self._lines.filter((line >= begin) & (line < begin + BLOCK)).order_by("line")
        lines = self._con.to_pyarrow(chosen.select(self._column)).column(0).to_pylist()
        return begin + bisect_right(list(accumulate(lines)), most - self._before[block])
