"""Files that no one would choose to get: each ends in a clear message or a finding."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import polars as pl
import pytest

from tests.registry.given import FAMILIES, MEMBERS, read, written
from tests.registry.test_files import refused


def test_an_input_that_is_not_there_is_missed_with_the_nearest_name(tmp_path: Path) -> None:
    written(tmp_path / "families2025")
    error = refused(tmp_path / "familes2025")
    assert error.code == "input_missing"
    assert "families2025" in error.do


@pytest.mark.parametrize("name", ["families", "members"])
def test_a_missing_file_is_named_with_what_the_folder_holds(tmp_path: Path, name: str) -> None:
    folder = written(tmp_path / "in", lists="ground\n")
    (folder / f"{name}.csv").unlink()
    error = refused(folder)
    assert error.code == "file_missing"
    assert name in error.what
    assert "lists.csv" in error.what


def test_two_files_for_one_table_are_refused(tmp_path: Path) -> None:
    folder = written(tmp_path / "in")
    pl.DataFrame({"family_key": ["A"]}).write_parquet(folder / "families.parquet")
    assert refused(folder).code == "file_twice"


def test_a_single_csv_is_not_an_input(tmp_path: Path) -> None:
    assert refused(written(tmp_path / "in") / "families.csv").code == "input_not_folder"


@pytest.mark.parametrize("table", ["families", "members"])
def test_a_missing_key_column_is_named_with_the_nearest_name(tmp_path: Path, table: str) -> None:
    texts = {"families": FAMILIES, "members": MEMBERS}
    texts[table] = texts[table].replace("family_key", "familykey", 1)
    error = refused(written(tmp_path / "in", **texts))
    assert error.code == "column_missing"
    assert "familykey" in error.why
    assert table in error.what


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", b"   \n"])
def test_an_empty_file_is_said_to_be_empty(tmp_path: Path, content: bytes) -> None:
    folder = written(tmp_path / "in")
    (folder / "families.csv").write_bytes(content)
    assert refused(folder).code == "file_empty"


def test_a_families_file_with_a_header_only_holds_no_family(tmp_path: Path) -> None:
    assert refused(written(tmp_path / "in", "family_key,floor\n")).code == "no_rows"


def test_a_members_file_with_a_header_only_leaves_families_without_members(
    tmp_path: Path,
) -> None:
    found = read(written(tmp_path / "in", members="person_key,family_key\n"))
    assert found.given.rows == {"families": 2, "members": 0}


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    error = refused(written(tmp_path / "in", "family_key,floor,Floor\nA,1,2\n"))
    assert error.code == "column_twice"
    assert "floor" in error.what


def test_a_file_with_a_wrong_ending_is_told_apart(tmp_path: Path) -> None:
    folder = written(tmp_path / "in")
    with zipfile.ZipFile(folder / "members.csv", "w") as book:
        book.writestr("xl/workbook.xml", "<x/>")
    error = refused(folder)
    assert error.code == "not_text"
    assert "XLSX" in error.what


@pytest.mark.parametrize("name", ["members.parquet", "members.xlsx"])
def test_a_damaged_file_is_said_to_be_unreadable(tmp_path: Path, name: str) -> None:
    folder = written(tmp_path / "in")
    (folder / "members.csv").unlink()
    (folder / name).write_bytes(b"PAR1 this is neither")
    assert refused(folder).code == "file_unreadable"


def test_a_line_with_too_many_or_too_few_cells_is_a_finding_and_shifts_nothing(
    tmp_path: Path,
) -> None:
    found = read(written(tmp_path / "in", "family_key,floor,roof\nA,1,2\nB,1,2,3\nC,1\nD,4,5\n"))
    assert found.column("families", "family_key") == ["A", "D"]
    assert found.column("families", "roof") == [2, 5]
    unread = [row for row in found.findings() if row[0] == "row_unreadable"]
    assert unread == [("row_unreadable", "line 3"), ("row_unreadable", "line 4")]


def test_a_quote_that_is_never_closed_is_no_crash(tmp_path: Path) -> None:
    found = read(written(tmp_path / "in", 'family_key,floor\nA,1\nB,"2\nC,3\n'))
    assert found.column("families", "family_key")[0] == "A"
    assert found.findings()


def test_unknown_columns_are_noted_and_not_used(tmp_path: Path) -> None:
    found = read(written(tmp_path / "in", "family_key,flor\nA,1\n"))
    notes = found.table("findings").filter(pl.col("rule") == "column_unused")
    assert notes["column"].to_list() == ["flor"]
    assert notes["severity"].to_list() == ["note"]


def test_a_member_without_family_is_set_aside_and_named(tmp_path: Path) -> None:
    members = MEMBERS + "Z1,Z,Lia,3204014503900009,2,1990-03-05,1\nY1,,Ali,,1,,1\n"
    found = read(written(tmp_path / "in", members=members))
    assert found.column("members", "person_key") == ["A1", "A2", "B1"]
    assert found.findings() == [("family_not_found", "Y1"), ("family_not_found", "Z1")]


def test_rows_without_a_key_are_counted_and_left_out(tmp_path: Path) -> None:
    found = read(written(tmp_path / "in", FAMILIES + ",32,40,1,no\n  ,32,41,1,no\n"))
    assert found.column("families", "family_key") == ["A", "B"]
    assert found.findings("rule", "value_shown") == [("key_missing", "2 rows")]


def test_a_key_as_long_as_a_book_is_not_used(tmp_path: Path) -> None:
    found = read(written(tmp_path / "in", FAMILIES + f"{'K' * 3_000_000},32,40,1,no\n"))
    assert found.column("families", "family_key") == ["A", "B"]
    ((rule, key),) = found.findings()
    assert rule == "key_too_long"
    assert len(key) == 41


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    name = "Robert'); DROP TABLE members;-- \\x00 ${HOME} {{7*7}} <script>"
    members = f'person_key,family_key,name\n"A\'1",A,"{name}"\n'
    found = read(written(tmp_path / "in'; x", members=members))
    assert found.column("members", "name") == [name]
    assert found.column("members", "person_key") == ["A'1"]


def test_hostile_column_names_stay_names(tmp_path: Path) -> None:
    found = read(written(tmp_path / "in", 'family_key,"a""; DROP TABLE x; --"\nA,1\n'))
    assert found.column("families", "family_key") == ["A"]


def test_a_person_number_that_only_counts_within_a_family_is_refused(tmp_path: Path) -> None:
    lines = "".join(f"{number},F{family},1\n" for family in range(50) for number in (1, 2, 3))
    families = "family_key\n" + "".join(f"F{family}\n" for family in range(50))
    error = refused(written(tmp_path / "in", families, f"person_key,family_key,sex\n{lines}"))
    assert error.code == "key_not_unique"
    assert "join" in error.do


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    folder = written(tmp_path / "in")
    (folder / "members.csv").chmod(0)
    assert refused(folder).code == "file_unreadable"
