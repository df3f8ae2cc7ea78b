"""A key on several rows: one row stays, whatever the order, however many there are."""

from __future__ import annotations

import time
from itertools import permutations
from pathlib import Path

import polars as pl

from tests.registry.given import FAMILIES, MEMBERS, checked, read, written

COPIES = 1_000_000


def test_of_twin_rows_the_first_by_content_stays_in_any_order(tmp_path: Path) -> None:
    twins = ["A,32,36,8,no", "A,32,35,8,no", "A,33,1,8,no"]
    kept = set()
    for place, order in enumerate(permutations(twins)):
        families = "family_key,province,floor_area,floor,homeless\n" + "\n".join(order) + "\n"
        found = read(written(tmp_path / f"in{place}", families))
        kept.add(tuple(found.column("families", "floor_area")))
        assert ("key_twice", "A", "3 rows") in found.findings("rule", "key", "value_shown")
    assert kept == {(35,)}


def test_a_family_with_twin_rows_is_blocked_and_so_is_that_of_a_twin_head(tmp_path: Path) -> None:
    families = FAMILIES + "A,32,36,earth,no\nC,32,36,earth,no\n"
    members = MEMBERS + (
        "B1,B,Joko,3204011708850003,1,1985-08-17,1\nC1,C,Ani,3204014503900007,2,1990-03-05,1\n"
        "C2,C,Adi,3204010506150008,1,2015-06-05,3\nC2,C,Adi,3204010506150008,1,2015-06-05,3\n"
    )
    result = checked(tmp_path / "in", families, members)
    blocked = result.families.to_polars().sort("family_key")["blocked"].to_list()
    assert blocked == [True, True, False]
    data_ok = result.members.to_polars().sort("person_key")["data_ok"].to_list()
    assert data_ok == [True, True, True, True, None]


def test_a_million_copies_of_one_key_are_one_finding(tmp_path: Path) -> None:
    folder = written(tmp_path / "in")
    (folder / "families.csv").unlink()
    same = pl.DataFrame(
        {
            "family_key": pl.repeat("A", COPIES, eager=True),
            "floor_area": pl.int_range(COPIES, eager=True) % 900 + 1,
            "floor": pl.repeat("no floor at all", COPIES, eager=True),
        }
    )
    other = pl.DataFrame({"family_key": ["B"], "floor_area": [50], "floor": ["earth"]})
    pl.concat([same, other]).write_parquet(folder / "families.parquet")
    begun = time.perf_counter()
    found = read(folder)
    assert time.perf_counter() - begun < 60
    assert found.column("families", "floor_area") == [1, 50]
    assert found.findings("rule", "key", "value_shown") == [
        ("key_twice", "A", f"{COPIES} rows"),
        ("unknown_code", "A", "no flo••• at all"),
    ]
