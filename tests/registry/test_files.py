"""The same families in every form that a file may have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter

from tepat.engine.errors import TepatError
from tests.registry.given import FAMILIES, MEMBERS, Read, read, variables, written


def rows(text: str) -> list[list[str]]:
    return [line.split(",") for line in text.splitlines()]


def refused(folder: Path, **keywords: Any) -> TepatError:
    with pytest.raises(TepatError) as caught:
        read(folder, **keywords)
    error = caught.value
    assert error.what
    assert error.do or error.why, "an error says why or what to do"
    return error


def same(found: Read, expected: Read) -> None:
    for table, key in (("families", "family_key"), ("members", "person_key")):
        assert found.table(table).sort(key).equals(expected.table(table).sort(key)), table
    assert found.findings() == expected.findings()


@pytest.fixture
def plain(tmp_path: Path) -> Read:
    return read(written(tmp_path / "plain"))


def workbook(path: Path, sheets: dict[str, list[list[Any]]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(path) as book:
        for name, lines in sheets.items():
            sheet = book.add_worksheet(name)
            for place, line in enumerate(lines):
                for column, cell in enumerate(line):
                    if isinstance(cell, str):
                        sheet.write_string(place, column, cell)
                    elif cell is not None:
                        sheet.write_number(place, column, cell)
    return path


def test_families_and_members_come_in_our_types(plain: Read) -> None:
    families, members = plain.table("families"), plain.table("members")
    assert families["family_id"].to_list() == [1, 2]
    assert members.sort("person_key")["person_id"].to_list() == [1, 2, 3]
    assert members.sort("person_key")["family_id"].to_list() == [1, 1, 2]
    assert families.schema["floor"] == pl.Int16
    assert families.schema["floor_area"] == pl.Int64
    assert members.schema["nik"] == pl.String
    assert plain.column("families", "floor") == [8, 8]
    assert plain.column("families", "homeless") == [False, True]
    assert set(variables()) <= {*families.columns, *members.columns}
    present = {"family_key", "province", "floor_area", "floor", "homeless"}
    assert set(plain.given.present["families"]) == present
    assert plain.given.rows == {"families": 2, "members": 3}
    assert plain.findings() == []


def test_the_manifest_names_each_file_with_its_hash_and_rows(plain: Read) -> None:
    told = [(Path(file["path"]).name, file["rows"], file["table"]) for file in plain.given.files]
    assert told == [("families.csv", 2, "families"), ("members.csv", 3, "members")]
    assert all(len(file["sha256"]) == 64 for file in plain.given.files)


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_other_separators_are_found(tmp_path: Path, plain: Read, separator: str) -> None:
    texts = [text.replace(",", separator) for text in (FAMILIES, MEMBERS)]
    same(read(written(tmp_path / "in", *texts)), plain)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_other_encodings_are_found(tmp_path: Path, encoding: str) -> None:
    members = MEMBERS.replace("Budi", "Béni")
    folder = written(tmp_path / "in")
    (folder / "members.csv").write_text(members, encoding=encoding)
    found = read(folder)
    assert found.column("members", "name") == ["Siti Aminah", "Béni", "Joko"]
    assumed = [("encoding_assumed", "Windows-1252")] if encoding == "cp1252" else []
    assert found.findings("rule", "value_shown") == assumed


def test_windows_line_ends_blank_rows_and_quotes_do_no_harm(tmp_path: Path, plain: Read) -> None:
    families = FAMILIES.replace("\n", "\r\n").replace("A,32", '"A","32"') + "\r\n,,,,\r\n"
    same(read(written(tmp_path / "in", families, MEMBERS)), plain)


def test_column_names_are_found_without_regard_to_case(tmp_path: Path, plain: Read) -> None:
    families = FAMILIES.replace("family_key,province", " Family_Key,PROVINCE")
    same(read(written(tmp_path / "in", families)), plain)


def test_parquet_is_read_as_it_stands(tmp_path: Path, plain: Read) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    kept = {name: list(columns) for name, columns in plain.given.present.items()}
    plain.table("families").select(kept["families"]).write_parquet(folder / "families.parquet")
    plain.table("members").select(kept["members"]).write_parquet(folder / "members.parquet")
    same(read(folder), plain)


def test_a_hive_folder_gives_the_province_as_text(tmp_path: Path, plain: Read) -> None:
    families = plain.table("families").select("family_key", "floor_area", "floor", "homeless")
    for province, part in (("12", families[1:]), ("32", families[:1])):
        folder = tmp_path / f"in/families/province={province}"
        folder.mkdir(parents=True)
        part.write_parquet(folder / "part-0.parquet")
    columns = list(plain.given.present["members"])
    plain.table("members").select(columns).write_parquet(tmp_path / "in/members.parquet")
    found = read(tmp_path / "in")
    assert found.column("families", "province") == ["32", "12"]
    assert found.column("families", "family_id") == [1, 2]
    assert found.column("members", "family_id") == [1, 1, 2]


def test_a_workbook_with_sheets_is_an_input(tmp_path: Path, plain: Read) -> None:
    book = workbook(
        tmp_path / "in.xlsx",
        {"Families": rows(FAMILIES), "members": rows(MEMBERS), "notes": [["x"]]},
    )
    same(read(book, scratch=tmp_path / "s"), plain)


def test_a_folder_of_workbooks_is_an_input(tmp_path: Path, plain: Read) -> None:
    workbook(tmp_path / "in/families.xlsx", {"Sheet1": rows(FAMILIES)})
    workbook(tmp_path / "in/members.xlsx", {"Sheet1": [[], [], *rows(MEMBERS)]})
    same(read(tmp_path / "in"), plain)


def test_number_cells_of_a_workbook_are_read_where_a_number_is_meant(tmp_path: Path) -> None:
    families = [["family_key", "floor_area"], [7, 36], [8, 40.5]]
    members = [["person_key", "family_key"], ["P1", 7], ["P2", 8]]
    found = read(
        workbook(tmp_path / "in.xlsx", {"families": families, "members": members}),
        scratch=tmp_path / "s",
    )
    assert found.column("families", "family_key") == ["7", "8"]
    assert found.column("families", "floor_area") == [36, None]
    assert found.column("members", "family_id") == [1, 2]


def test_a_nik_in_a_number_cell_is_refused_cell_by_cell(tmp_path: Path) -> None:
    lines: list[list[Any]] = [line[:4] for line in rows(MEMBERS)]
    lines[2][3] = 3204010506150002
    book = workbook(tmp_path / "in.xlsx", {"families": rows(FAMILIES), "members": [[], *lines]})
    found = read(book, scratch=tmp_path / "s")
    assert found.column("members", "nik")[1] == "3204010506150002E0"
    assert found.findings("rule", "key", "value_shown") == [
        ("number_numeric", "A2", "3204••••••••")
    ]


def test_a_column_of_nik_in_number_cells_is_refused_as_a_whole(tmp_path: Path) -> None:
    lines: list[list[Any]] = [line[:4] for line in rows(MEMBERS)]
    for line in lines[1:]:
        line[3] = int(line[3])
    book = workbook(tmp_path / "in.xlsx", {"families": rows(FAMILIES), "members": lines})
    error = refused(book, scratch=tmp_path / "s")
    assert error.code == "number_numeric"
    assert "nik" in error.what
    assert "text" in error.do


def test_a_parquet_column_of_numeric_nik_is_refused(tmp_path: Path) -> None:
    folder = written(tmp_path / "in")
    (folder / "members.csv").unlink()
    members = pl.DataFrame({"person_key": ["A1"], "family_key": ["A"], "nik": [3204014503900001]})
    members.write_parquet(folder / "members.parquet")
    assert refused(folder).code == "number_numeric"


def test_a_csv_whose_nik_all_lost_their_last_digits_is_refused(tmp_path: Path) -> None:
    lines = "".join(f"P{place},A,32040101019{place:04}0\n" for place in range(20))
    folder = written(tmp_path / "in", members=f"person_key,family_key,nik\n{lines}")
    assert refused(folder).code == "number_numeric"


def test_columns_that_a_model_names_are_kept_as_they_are(tmp_path: Path) -> None:
    families = "family_key,floor,rooms,wage\nA,earth,3,1.5\nB,tile,4,\n"
    found = read(written(tmp_path / "in", families), keep=["rooms", "wage", "floor"])
    kept = found.table("kept").sort("family_id")
    assert kept.rows() == [(1, "A", 3, 1.5, "earth"), (2, "B", 4, None, "tile")]
    assert found.column("families", "floor") == [8, 4]
    assert "rooms" not in found.table("families").columns


def test_a_column_that_a_model_names_and_the_file_lacks_is_missed(tmp_path: Path) -> None:
    error = refused(written(tmp_path / "in"), keep=["floor_areas"])
    assert error.code == "column_missing"
    assert "floor_area" in error.why


def test_flags_lists_and_benefits_find_whom_they_are_about(tmp_path: Path) -> None:
    found = read(
        written(
            tmp_path / "in",
            flags="person_key,family_key,ground,contested\nA2,,civil_servant,ya\n,B,deceased,\n"
            "Z,,civil_servant,\n",
            lists="ground,date,source\ncivil_servant,2025-06-01,BKN\n",
            benefits="family_key,person_key,programme,from,to\nA,,pkh,2025-01-01,\n",
        )
    )
    flags = found.table("flags").sort("family_id")
    assert flags.select("person_id", "family_id", "family_key", "contested").rows() == [
        (2, 1, "A", True), (None, 2, "B", None),
    ]  # fmt: skip
    assert found.table("lists")["ground"].to_list() == ["civil_servant"]
    assert found.table("benefits").select("family_id", "person_id", "programme").rows() == [
        (1, None, "pkh")
    ]
    assert found.findings() == [("target_not_found", "Z")]


def test_without_flags_lists_and_benefits_their_tables_are_empty(plain: Read) -> None:
    for name in ("flags", "lists", "benefits"):
        assert plain.table(name).height == 0
        assert name not in plain.given.present


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet"])
def test_rows_in_another_order_give_the_same_numbers(
    tmp_path: Path, plain: Read, kind: str
) -> None:
    head, *lines = rows(MEMBERS)
    shuffled = [head, lines[2], lines[0], lines[1]]
    folder = written(tmp_path / "in")
    (folder / "members.csv").unlink()
    if kind == "xlsx":
        workbook(folder / "members.xlsx", {"x": shuffled})
    elif kind == "csv":
        text = "\n".join(",".join(line) for line in shuffled)
        (folder / "members.csv").write_text(text + "\n", encoding="utf-8")
    else:
        columns = list(plain.given.present["members"])
        table = plain.table("members").select(columns).sort("person_key", descending=True)
        table.write_parquet(folder / "members.parquet")
    same(read(folder), plain)
