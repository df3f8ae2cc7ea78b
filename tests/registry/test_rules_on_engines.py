"""The rules on records find the same on every engine, in what was read on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tepat.engine.connect import open_engine
from tepat.engine.desk import Desk
from tepat.engine.manifest import content_hash
from tepat.registry.files.handover import hand_over, taken_over
from tepat.registry.files.input import Input
from tepat.registry.files.read import read_input
from tepat.registry.rules.check import Checked, Checking, find_twins
from tests.registry.given import DAY, variables, written

FAMILIES = (
    "family_key,province,kk_number,family_size,lighting,power,flat_tv,cooking_fuel,gas_cylinder,"
    "latrine,closet,sewage\n"
    "A,32,3204010101200007,9,none,,1,lpg12,1,none,goose_neck,septic\n"
    "B,32,3204019901200007,2,pln_non_metered,900,,firewood,1,own,,\n"
    "C,32,320,,,,,,,,,\n"
    "D,32,,,,,,,,,,\n"
    "E,32,3204010101200007,,,,,,,,,\n"
)
MEMBERS = (
    "person_key,family_key,name,nik,sex,birth_date,age,relation,marital_status,pregnant,schooling,"
    "school_level,works,nutrition,difficulty_walking,observed_on\n"
    "A1,A,Siti Aminah,3204014503900001,2,1990-03-05,35,head,married,no,no_longer,sd,yes,,,\n"
    "A2,A,Budi  bin Ali,3204014503900001,1,2022-06-05,60,spouse,married,yes,never,sd,yes,,,\n"
    "A3,A,Élan,32040145039000x1,2,1850-01-01,,child,never_married,yes,attending,,no,good,,\n"
    "B1,B,,,2,2031-01-01,,head,,,,,,,,\n"
    "B2,B,Joko,3204011708850003,2,1986-08-17,39,head,,,,,,,,2025-01-01\n"
    'C1,C,Ani,"3204011708850003 ",1,2025-05-01,,child,,,,,,good,cannot,\n'
    "C2,C,Baby,,1,2025-05-01,0,child,,,,,,,,\n"
    "E1,E,Tiny,3204010506200002,1,2020-06-05,,head,,,,,,,,\n"
)


@pytest.fixture
def given(tmp_path: Path) -> Iterator[Input]:
    con = open_engine(tmp_path / "s", threads=2)
    folder = written(tmp_path / "in", FAMILIES, MEMBERS)
    yield read_input(folder, variables(), None, (), con=con, scratch=tmp_path / "s")
    con.disconnect()


def settled(given: Input, desk: Desk) -> Checked:
    checking = Checking(given, DAY, desk, "all")
    looks = checking.look()
    twins = {table: find_twins(desk, f"all_{table}", look) for table, look in looks.items()}
    return checking.settle(looks, twins)


def contents(con: Any, checked: Checked) -> dict[str, str]:
    return {
        name: content_hash(con, getattr(checked, name))
        for name in ("families", "members", "findings")
    }


@pytest.mark.xdist_group("spark")
def test_spark_finds_what_the_embedded_engine_finds(
    given: Input, spark: Any, tmp_path: Path
) -> None:
    from tepat.engine.spark.desk import SparkDesk

    ours = settled(given, Desk(given.con, tmp_path / "s"))
    hand_over(given, tmp_path / "handed", 0)
    taken = taken_over(spark, tmp_path / "handed", [given.saved()], variables())
    theirs = settled(taken, SparkDesk(spark, tmp_path / "spark"))
    assert contents(spark, theirs) == contents(given.con, ours)
    assert theirs.not_checked == ours.not_checked
    rules = {row["rule"] for row in given.con.to_pyarrow(ours.findings).to_pylist()}
    assert len(rules) >= 25, sorted(rules)


@pytest.mark.gap(
    engine="spark",
    reason="files as they come are read by the embedded engine, on the machine that begins the run",
)
def test_files_are_read_on_the_engine_that_calculates(engine: Any, tmp_path: Path) -> None:
    folder = written(tmp_path / "in", FAMILIES, MEMBERS)
    read = read_input(folder, variables(), None, (), con=engine, scratch=tmp_path / "s")
    assert read.rows["families"] == 5
