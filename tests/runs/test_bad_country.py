"""What a run on an input of many files says when something is wrong, and what it keeps."""

from __future__ import annotations

import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest

from tepat.engine.errors import TepatError
from tepat.runs.request import Request
from tepat.runs.run import run
from tests.runs.conftest import AT_ONCE, COUNTRY, FEW
from tests.small_disk import fill, small_disk

DAY = date(2025, 7, 1)


@pytest.fixture
def people(country: Path, tmp_path: Path) -> Path:
    shutil.copytree(country, tmp_path / "people")
    return tmp_path / "people"


def refused(people: Path, out: Path, memory: str | None = None) -> TepatError:
    with pytest.raises(TepatError) as error:
        run(Request(people, out, DAY, at_once=AT_ONCE, programmes=FEW, memory=memory))
    assert not out.exists(), "half a run stands at its place"
    return error.value


def kept(out: Path) -> int:
    return len(list((out.with_name(f".{out.name}.unfinished") / "done").glob("*.json")))


@pytest.mark.parametrize(("lacking", "other"), [("members", "families"), ("families", "members")])
def test_a_province_that_one_table_lacks_is_named(
    people: Path, tmp_path: Path, lacking: str, other: str
) -> None:
    shutil.rmtree(people / lacking / "province=33")
    error = refused(people, tmp_path / "run")
    assert error.code == "province_missing"
    assert "33" in error.what
    assert lacking in error.what


def test_a_province_that_both_lack_is_nothing_to_refuse(people: Path, tmp_path: Path) -> None:
    for table in ("families", "members"):
        shutil.rmtree(people / table / "province=33")
    made = run(Request(people, tmp_path / "run", DAY, at_once=AT_ONCE, programmes=FEW))
    assert 0 < made["rows"]["families"] < COUNTRY


def test_a_file_that_was_cut_off_is_named_and_what_came_before_it_is_kept(
    people: Path, tmp_path: Path
) -> None:
    last = sorted((people / "members").glob("**/*.parquet"))[-1]
    content = last.read_bytes()
    last.write_bytes(content[: len(content) // 2])
    error = refused(people, tmp_path / "run")
    assert error.code == "file_unreadable"
    assert last.parent.name in error.what
    assert last.name in error.what


def test_a_file_that_is_damaged_inside_is_named_and_finished_work_is_kept(
    people: Path, tmp_path: Path
) -> None:
    last = sorted((people / "members").glob("**/*.parquet"))[-1]
    content = bytearray(last.read_bytes())
    middle = slice(len(content) // 8, len(content) // 4)
    content[middle] = bytes(reversed(content[middle]))
    last.write_bytes(bytes(content))
    out = tmp_path / "run"
    with pytest.raises(TepatError) as refusal:
        run(Request(people, out, DAY, at_once=AT_ONCE, programmes=FEW))
    assert refusal.value.code == "file_unreadable"
    assert kept(out) > 0
    assert "is kept in" in " ".join(refusal.value.__notes__)


def test_too_little_memory_is_said_and_finished_work_goes_on_with_more(
    people: Path, tmp_path: Path
) -> None:
    error = refused(people, tmp_path / "run", memory="12MB")
    assert error.code == "memory_short"
    assert "--memory" in error.do
    made = run(
        Request(people, tmp_path / "run", DAY, at_once=AT_ONCE, programmes=FEW, memory="1GB")
    )
    assert made["rows"]["families"] == COUNTRY


@pytest.mark.parametrize("memory", ["much", "8", "-1GB", "0GB", "8 gigabytes"])
def test_an_amount_of_memory_that_is_none_is_refused(
    people: Path, tmp_path: Path, memory: str
) -> None:
    assert refused(people, tmp_path / "run", memory=memory).code == "bad_memory"


def test_a_full_disk_is_said_and_the_run_goes_on_once_there_is_room(
    people: Path, tmp_path: Path
) -> None:
    with small_disk(40_000) as disk:
        out = disk / "run"
        filling = fill(disk)
        filling.write_bytes(b"\0" * (filling.stat().st_size - 600_000))
        error = refused(people, out)
        assert error.code == "disk_full"
        before = kept(out)
        assert before > 0, "nothing was finished before the disk was full"
        subprocess.run(["mount", "-o", "remount,size=200m", str(disk)], check=True)
        made = run(Request(people, out, DAY, at_once=AT_ONCE, programmes=FEW))
        assert made["rows"]["families"] == COUNTRY
    shutil.rmtree(people)
