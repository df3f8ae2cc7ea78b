"""A run that decides a few families at a time comes to what one that takes all at once does."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from tepat.runs import steps
from tepat.runs.request import Request
from tepat.runs.run import run

TABLES = ("decisions/families/*.parquet", "decisions/members/*.parquet", "awards/*.parquet")


@pytest.fixture(scope="module")
def in_parts(demo_people: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("parts") / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(steps, "FAMILIES_AT_ONCE", 97)
        run(Request(demo_people, out, date(2025, 7, 1), quota=demo_people / "quota.csv"))
    return out


def test_the_families_were_taken_in_parts(in_parts: Path) -> None:
    assert len(list((in_parts / "decisions" / "families").glob("*.parquet"))) == 4


@pytest.mark.parametrize("table", TABLES)
def test_parts_and_whole_agree_row_for_row(in_parts: Path, demo_run: Path, table: str) -> None:
    one, other = (f"FROM read_parquet('{run}/{table}')" for run in (in_parts, demo_run))
    counted = duckdb.sql(f"SELECT count(*) FROM ({one})").fetchone()
    assert counted is not None
    assert counted[0] > 0
    assert (
        duckdb.sql(f"({one} EXCEPT ALL {other}) UNION ALL ({other} EXCEPT ALL {one})").fetchall()
        == []
    )
