"""The same input, policy and code give the same rows, whatever the order and the threads."""

from __future__ import annotations

import json
import random
from datetime import date
from hashlib import md5
from pathlib import Path
from typing import Any

import pytest

from tepat.engine import connect
from tepat.engine.manifest import content_hash
from tests.chain.real import manifest
from tests.conftest import DEMO_DATE


def run_again(given: Path, out: Path, quota: Path, threads: int) -> dict[str, str]:
    """Run in this process with a number of threads; returns the content of every table."""
    from tepat.runs import run as main_job
    from tepat.runs.request import Request

    opened: list[int] = []

    def with_threads(scratch: Path | None = None, memory: str | None = None) -> Any:
        opened.append(threads)
        return connect.open_engine(scratch, threads, memory)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(main_job, "open_engine", with_threads)
        made = main_job.run(Request(given, out, date.fromisoformat(DEMO_DATE), quota=quota))
    assert opened == [threads]
    content: dict[str, str] = made["content"]
    return content


def shuffled(given: Path, out: Path) -> Path:
    """A copy of an input with the rows of every file in another order."""
    import polars

    moved = 0
    for path in sorted(given.glob("**/*.parquet")):
        table = polars.read_parquet(path, hive_partitioning=False)
        places = list(range(table.height))
        random.Random(11).shuffle(places)
        target = out / path.relative_to(given)
        target.parent.mkdir(parents=True, exist_ok=True)
        table[places].write_parquet(target)
        moved += places != sorted(places)
    assert moved >= 4, "nothing was shuffled"
    return out


def test_the_same_run_twice_has_the_same_content(
    demo_people: Path, demo_run: Path, tmp_path: Path
) -> None:
    again = run_again(demo_people, tmp_path / "run", demo_people / "quota.csv", threads=2)
    assert again == manifest(demo_run)["content"]
    assert {"families", "members", "awards", "ranking", "findings"} <= set(again)


def test_one_thread_gives_what_many_give(demo_people: Path, demo_run: Path, tmp_path: Path) -> None:
    alone = run_again(demo_people, tmp_path / "run", demo_people / "quota.csv", threads=1)
    assert alone == manifest(demo_run)["content"]


def test_the_order_of_the_rows_does_not_matter(
    demo_people: Path, demo_run: Path, tmp_path: Path
) -> None:
    other = shuffled(demo_people, tmp_path / "people")
    again = run_again(other, tmp_path / "run", demo_people / "quota.csv", threads=2)
    assert again == manifest(demo_run)["content"]


# ---- the hash itself ----


def hash_of(rows: dict[str, list[Any]]) -> str:
    """The content hash of a small table."""
    import ibis
    import pyarrow as pa

    con = connect.open_engine(threads=1)
    table = con.create_table("rows", ibis.memtable(pa.table(rows)))
    found = content_hash(con, table)
    con.disconnect()
    return found


def test_the_hash_is_the_one_that_its_description_gives() -> None:
    day = date(2025, 7, 1)
    rows = {"b": ["x", None], "a": [-12, 7], "c": [1.5, None], "d": [day, None], "e": [[1, 2], []]}
    texts = ["-12\x1fx\x1f1500000\x1f2025-07-01\x1f1,2", "7\x1f\x1e\x1f\x1e\x1f\x1e\x1f"]
    total = sum(int(md5(text.encode()).hexdigest()[:15], 16) for text in texts) % 2**60
    assert hash_of(rows) == f"2:{total:015x}"


def test_the_hash_notices_a_value_a_row_and_a_swap_and_no_order() -> None:
    rows: dict[str, list[Any]] = {"a": [1, 2, 2], "b": ["x", "y", "y"]}
    assert hash_of(rows) == hash_of({"b": ["y", "x", "y"], "a": [2, 1, 2]})
    others: list[dict[str, list[Any]]] = [
        {"a": [1, 2, 2], "b": ["x", "y", "z"]},
        {"a": [1, 2], "b": ["x", "y"]},
        {"a": [2, 1, 2], "b": ["x", "y", "y"]},
        {"a": [1, 2, 2], "b": ["x", "y", None]},
    ]
    assert hash_of(rows) not in [hash_of(other) for other in others]


def test_a_run_says_what_its_tables_hold(demo_run: Path) -> None:
    about = json.loads((demo_run / "run.json").read_text(encoding="utf-8"))
    assert {name: text.split(":")[0] for name, text in about["content"].items()} == {
        name: str(number) for name, number in about["rows"].items()
    }
