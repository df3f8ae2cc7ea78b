"""Runs asked for with odd folders, odd files of deciles, and rosters that no family has."""

from __future__ import annotations

import json
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tepat.engine.errors import TepatError
from tepat.runs.folder import RunFolder
from tepat.runs.request import Request
from tepat.runs.run import existing, run
from tepat.runs.simulate import Ask, simulate
from tepat.runs.truth import need_each_once
from tests.chain.small import FAMILIES, MEMBERS, small_input

DAY = date(2025, 7, 1)
PUPIL = "H{},F1,,female,2010-01-01,child,attending,sd\n"


def asked(folder: Path, *programmes: str, **more: Any) -> RunFolder:
    given = more.pop("input", folder / "input")
    run(Request(given, folder / "run", DAY, programmes=programmes, **more))
    return RunFolder(folder / "run")


def column(found: RunFolder, table: str, key: str, value: str) -> dict[str, Any]:
    rows = found.con.to_pyarrow(found.table(table)).to_pylist()
    return {row[key]: row[value] for row in rows}


def test_a_decile_that_is_no_whole_number_is_unknown(tmp_path: Path) -> None:
    wrong = {f"W{n}": text for n, text in enumerate(["2.5", "0.6", "1e0", "nan", "11", "0", "-1"])}
    more = "".join(f"{key},32040101012{n:05},32,3204,8\n" for n, key in enumerate(wrong))
    small_input(tmp_path / "input", FAMILIES + more)
    given = {**wrong, "F2": "2.0"}
    lines = "".join(f"{key},{text}\n" for key, text in given.items())
    (tmp_path / "deciles.csv").write_text(f"family_key,decile\n{lines}")
    found = asked(tmp_path, "pkh", deciles=tmp_path / "deciles.csv")
    deciles = column(found, "ranking", "family_key", "decile")
    assert deciles == {"F1": None, "F2": 2, "F3": None, **dict.fromkeys(wrong)}
    findings = found.con.to_pyarrow(found.table("findings")).to_pylist()
    told = {row["key"] for row in findings if row["rule"] == "decile_invalid"}
    assert told == set(wrong)


def test_numbers_given_for_keys_are_masked(tmp_path: Path) -> None:
    small_input(tmp_path / "input", members=MEMBERS + "P9,3204010101200009,,male,,child,never,\n")
    (tmp_path / "deciles.csv").write_text("kk_number,decile\n3204010101200001,2\n")
    flags = "person_key,ground\n3204014101850001,civil_servant\n"
    (tmp_path / "input" / "flags.csv").write_text(flags)
    found = asked(tmp_path, "pkh", deciles=tmp_path / "deciles.csv")
    rows = found.con.to_pyarrow(found.table("findings")).to_pylist()
    assert {row["rule"] for row in rows} >= {
        "decile_without_family",
        "target_not_found",
        "family_not_found",
    }
    assert "32040" not in str([(row["key"], row["value_shown"]) for row in rows])


def test_aid_held_since_an_unknown_day_bars_what_may_not_be_held_with_it(tmp_path: Path) -> None:
    small_input(tmp_path / "input")
    benefits = "family_key,programme,from,to\nF1,pkh,,\nF2,pkh,,2020-12-31\n"
    (tmp_path / "input" / "benefits.csv").write_text(benefits)
    found = asked(tmp_path, "blt_desa")
    barred = column(found, "awards", "family_key", "barred_by")
    assert barred["F1"] == "pkh"
    assert barred.get("F2") is None


def test_a_folder_is_read_itself_and_not_as_a_pattern(tmp_path: Path) -> None:
    small_input(tmp_path / "in3")
    odd = small_input(tmp_path / "in[3]", FAMILIES.replace("F3", "Z3"), MEMBERS.replace("F3", "Z3"))
    found = asked(tmp_path, "pkh", input=odd)
    assert set(column(found, "ranking", "family_key", "decile")) == {"F1", "F2", "Z3"}
    moved = (tmp_path / "run").rename(tmp_path / "run[1]")
    assert set(column(RunFolder(moved), "ranking", "family_key", "decile")) == {"F1", "F2", "Z3"}


@pytest.mark.parametrize("name", ["r[3]", "r*", "x" * 300])
def test_a_place_that_cannot_be_written_is_refused_at_once(tmp_path: Path, name: str) -> None:
    small_input(tmp_path / "input")
    request = Request(tmp_path / "input", tmp_path / name, DAY, programmes=("pkh",))
    assert existing(request) is None
    with pytest.raises(TepatError) as refused:
        run(request)
    assert refused.value.code == "not_writable"


def test_a_run_is_found_again_until_its_input_has_a_file_more(tmp_path: Path) -> None:
    given = small_input(tmp_path / "input")
    request = Request(given, given / "run", DAY, programmes=("pkh",))
    assert existing(request) is None
    run(request)
    assert (existing(request) or {})["rows"]["families"] == 3, "what it wrote is no input"
    (given / "flags.csv").write_text("family_key,ground\nF1,electricity_high_power\n")
    with pytest.raises(TepatError, match=r"flags\.csv was added since"):
        existing(request)


def test_a_link_to_nowhere_counts_as_taken(tmp_path: Path) -> None:
    small_input(tmp_path / "input")
    (tmp_path / "run").symlink_to(tmp_path / "nowhere")
    with pytest.raises(TepatError) as refused:
        asked(tmp_path, "pkh")
    assert refused.value.code == "exists"


@pytest.mark.parametrize("text", ['{"argu', "[]", "{}", "\x00"])
def test_a_spoiled_run_is_told_to_be_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "run.json").write_text(text)
    with pytest.raises(TepatError) as refused:
        RunFolder(tmp_path / "run")
    assert refused.value.code == "run_missing"
    with pytest.raises(TepatError) as refused:
        existing(Request(tmp_path, tmp_path / "run", DAY))
    assert refused.value.code == "exists"


def test_a_roster_of_very_many_stops_no_other_family(tmp_path: Path) -> None:
    crowd = "".join(map(PUPIL.format, range(270_000)))
    small_input(tmp_path / "input", members=MEMBERS + crowd)
    found = asked(tmp_path, "pkh")
    outcomes = column(found, "family_decisions", "family_key", "pkh__outcome")
    assert outcomes["F1"] != 1
    assert outcomes["F2"] == 1
    assert json.loads((found.path / "run.json").read_text())["rows"]["members"] == 270_004


def test_a_consumption_that_no_family_can_have_is_unknown(tmp_path: Path) -> None:
    odd = {"F1": "nan", "F2": "inf", "F3": "1e300", "Z1": "-inf", "Z2": "2.5", "Z3": ""}
    lines = "".join(f"{key},{value}\n" for key, value in odd.items())
    (tmp_path / "truth.csv").write_text(f"family_key,true_pc_consumption\n{lines}")
    small_input(tmp_path / "input")
    found = asked(tmp_path, "pkh", truth=tmp_path / "truth.csv")
    kept = [row["consumption"] for row in found.con.to_pyarrow(found.table("truth")).to_pylist()]
    assert sorted(kept, key=str) == [2.5, *[None] * 5]
    assert found.manifest["content"]["truth"].startswith("6:")


@pytest.mark.parametrize("beside", [False, True])
def test_a_truth_in_which_a_family_stands_twice_is_refused_before_the_work(
    tmp_path: Path, beside: bool
) -> None:
    import polars

    given = small_input(tmp_path / "input")
    keys = ["F1", "F1", "3204010101200002", "3204010101200002", "F3", "F3"]
    truth = polars.DataFrame({"family_key": keys, "pc_exp": [1.0, 2.0, 3.0, 4.0, 5.0, None]})
    path = (given if beside else tmp_path) / "truth.parquet"
    truth.write_parquet(path)
    request = Request(given, tmp_path / "run", DAY, truth=None if beside else path)
    with pytest.raises(TepatError) as of_reform:
        simulate(Ask(request, Path("sembako_deciles_1_to_4")))
    with pytest.raises(TepatError) as caught:
        run(request)
    assert caught.value.code == of_reform.value.code == "truth_twice"
    assert caught.value.what.startswith(f"2 values of family_key stand more than once in {path}")
    assert "3204010101200002" not in caught.value.what
    assert [item.name for item in tmp_path.iterdir() if item.name not in ("input", path.name)] == []


@pytest.mark.parametrize(
    ("keys", "twice"),
    [
        (["F1", "F2", "F3"], False),
        (["F3", "F1", "F2"], False),
        (["F1", "F2", "F2 "], True),
        (["F2", "F1", "F3", "F2"], True),
        (["", "F1", ""], False),
    ],
)
def test_keys_stand_twice_in_whatever_order(tmp_path: Path, keys: list[str], twice: bool) -> None:
    path = tmp_path / "truth.csv"
    path.write_text("family_key,pc_exp\n" + "".join(f"{key},1\n" for key in keys))
    with nullcontext() if not twice else pytest.raises(TepatError, match="stand more than once"):
        need_each_once(path, tmp_path / "scratch")


def test_a_broken_line_of_a_truth_is_told_and_not_quoted(tmp_path: Path) -> None:
    small_input(tmp_path / "input")
    more = "".join(f"K{number},1\n" for number in range(30_000))
    (tmp_path / "truth.csv").write_text(f"family_key,pc_exp\n{more}Siti,1,2,3\n")
    with pytest.raises(TepatError) as caught:
        asked(tmp_path, "pkh", truth=tmp_path / "truth.csv")
    assert caught.value.code == "truth_unreadable" and "Siti" not in caught.value.what
