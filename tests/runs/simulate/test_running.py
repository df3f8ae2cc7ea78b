"""Running sums by the engine, held to adding up every line in Python."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate
from typing import Any

import pytest

from tepat.engine.connect import open_engine
from tepat.engine.desk import Desk
from tepat.runs.simulate.limit import running
from tepat.runs.simulate.limit.places import Queues
from tepat.runs.simulate.limit.running import Running, in_order

BLOCK = 16


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("desk[1]")  # a name that must not be taken for a pattern
    con = open_engine(folder, threads=1)
    yield Desk(con, folder)
    con.disconnect()


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that few lines fill several blocks."""
    monkeypatch.setattr(running, "BLOCK", BLOCK)


def drawn(number: int, seed: int) -> list[tuple[str, int, int]]:
    """Code, place and amount of lines in any order; every third amount is nothing."""
    draw = random.Random(seed)
    codes = ["", "1101", "1102", "3201"]
    places = dict.fromkeys(codes, 0)
    lines = []
    for _ in range(number):
        code = draw.choice(codes)
        places[code] += 1
        lines.append((code, places[code], draw.choice((0, draw.randint(1, 9), 3_000_000))))
    draw.shuffle(lines)
    return lines


def opened(desk: Desk, name: str, lines: list[tuple[str, int, int]]) -> Any:
    import pyarrow as pa

    types = {"code": pa.string(), "place": pa.int64(), "amount": pa.int64()}
    columns = {
        key: pa.array([line[i] for line in lines], kind)
        for i, (key, kind) in enumerate(types.items())
    }
    table = desk.con.create_table(f"{name}_given", pa.table(columns), temp=True)
    return in_order(desk, name, table.view, ["code", "place"])


@pytest.mark.parametrize("number", [0, 1, BLOCK - 1, BLOCK, 3 * BLOCK, 5 * BLOCK + 3])
def test_the_first_lines_come_to_what_adding_them_up_does(desk: Desk, number: int) -> None:
    lines = drawn(number, number)
    found = Running(desk.con, opened(desk, f"first_{number}", lines))
    sums = [0, *accumulate(amount for _, _, amount in sorted(lines))]
    assert found.length == number
    assert found.first(range(number + 1)) == dict(enumerate(sums))
    for most in {0, 1, *sums, *(s - 1 for s in sums if s), sums[-1] + 1}:
        assert found.fitting(most) == bisect_right(sums, most) - 1, most


def test_the_queue_of_each_kabupaten_costs_what_adding_it_up_does(desk: Desk) -> None:
    lines = drawn(6 * BLOCK, 3)
    queues = Queues(desk.con, opened(desk, "queues", lines))
    amounts = {
        code: [amount for one, _, amount in sorted(lines) if one == code]
        for code in {line[0] for line in lines}
    }
    assert queues.eligible == {code: len(queue) for code, queue in amounts.items()}
    draw = random.Random(1)
    asked = [{code: draw.randint(0, len(q)) for code, q in amounts.items()} for _ in range(20)]
    costs = [sum(sum(amounts[code][:n]) for code, n in places.items()) for places in asked]
    assert queues.costs(asked) == costs
    assert queues.costs([{}]) == [0]


def test_python_holds_a_sum_of_each_block_and_what_is_asked_but_not_the_lines(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = opened(desk, "many", drawn(BLOCK * BLOCK, 2))
    fetched = []
    to_pyarrow = desk.con.to_pyarrow

    def counted(table: Any, **more: Any) -> Any:
        found = to_pyarrow(table, **more)
        fetched.append(found.num_rows)
        return found

    monkeypatch.setattr(desk.con, "to_pyarrow", counted)
    found = Running(desk.con, lines)
    found.first(range(0, BLOCK * BLOCK, 2 * BLOCK + 1))
    found.fitting(100_000_000)
    assert len(fetched) == 3 and max(fetched) <= BLOCK
