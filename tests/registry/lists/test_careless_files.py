"""Lists as institutions send them: in one of several sheets, or without names of columns."""

from __future__ import annotations

import io

from tests.console.hostile_files import sheets
from tests.registry.lists.loading import csv_list, look_up, send_list
from tests.registry.world import World

ONE = [{"nik": "3204330101900001", "keterangan": "ASN"}]
TWO = [{"nik": "3204330101900002", "keterangan": "ASN"}]


def test_a_workbook_with_several_sheets_is_refused_for_none_may_be_left_out(world: World) -> None:
    load = look_up(send_list(world, io.BytesIO(sheets(Januari=ONE, Februari=TWO)), name="a.xlsx"))
    assert (load.state, load.error_code) == ("failed", "several_sheets")
    assert "Januari, Februari" in load.error_id and "Januari, Februari" in load.error_en
    assert "satu lembar" in load.error_id and "one sheet" in load.error_en


def test_the_one_sheet_that_holds_anything_is_read_wherever_it_stands(world: World) -> None:
    book = io.BytesIO(sheets(Kosong=[], Daftar=ONE))
    load = look_up(send_list(world, book, name="b.xlsx"))
    assert (load.state, load.not_found) == ("checked", 1)


def test_a_list_without_names_of_columns_does_not_show_its_first_number(world: World) -> None:
    file = csv_list("3204330101900002,ASN", header="3204330101900001,ASN")
    load = look_up(send_list(world, file))
    assert (load.state, load.error_code) == ("failed", "no_header")
    assert "Baris pertama berisi data" in load.error_id
    assert "3204330101900001" not in load.error_id + load.error_en
