"""What one cell becomes, for each kind of column."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.registry.given import read, written


def member_cells(folder: Path, column: str, cells: list[str]) -> tuple[list[Any], dict[str, str]]:
    """The values that cells become, and the rule by key for those that could not be read."""
    rows = "".join(f'P{place:03},F,"{cell}"\n' for place, cell in enumerate(cells))
    found = read(written(folder, "family_key\nF\n", f"person_key,family_key,{column}\n{rows}"))
    return found.column("members", column), {
        str(key): str(rule) for key, rule in found.findings("key", "rule")
    }


def family_cells(folder: Path, column: str, cells: list[str]) -> tuple[list[Any], dict[str, str]]:
    rows = "".join(f'F{place:03},"{cell}"\n' for place, cell in enumerate(cells))
    found = read(written(folder, f"family_key,{column}\n{rows}", "person_key,family_key\n"))
    return found.column("families", column), {
        str(key): str(rule) for key, rule in found.findings("key", "rule")
    }


def test_a_code_is_read_as_number_name_or_label_of_either_language(tmp_path: Path) -> None:
    cells = [
        "2",
        "02",
        "2.0",
        "spouse",
        " Spouse ",
        "Istri atau suami",
        "wife or husband",
        "never married",
        "9",
        "head2",
        "",
        "unknown",
        "Tidak diketahui",
        "2.5",
    ]
    values, rules = member_cells(tmp_path / "in", "relation", cells)
    assert values == [2, 2, 2, 2, 2, 2, 2, None, None, None, None, None, None, None]
    assert rules == dict.fromkeys(("P007", "P008", "P009", "P013"), "unknown_code")


def test_a_code_name_of_several_words_takes_spaces_or_hyphens(tmp_path: Path) -> None:
    values, rules = member_cells(
        tmp_path / "in", "marital_status", ["never_married", "Never Married", "never-married"]
    )
    assert (values, rules) == ([1, 1, 1], {})


def test_yes_and_no_are_read_in_both_languages_and_a_lone_t_is_refused(tmp_path: Path) -> None:
    cells = ["ya", "Tidak", "YES", "no", "1", "0", "true", "false", "t", "2", ""]
    values, rules = family_cells(tmp_path / "in", "homeless", cells)
    assert values == [True, False, True, False, True, False, True, False, None, None, None]
    assert rules == {"F008": "bad_yes_no", "F009": "bad_yes_no"}


def test_a_whole_number_may_come_from_a_float_but_a_thousand_is_not_guessed(
    tmp_path: Path,
) -> None:
    cells = ["36", "36.0", "36,00", "1.000", "72,5", "0", "998", "-5", "abc", "1e3", ""]
    values, rules = family_cells(tmp_path / "in", "floor_area", cells)
    assert values == [36, 36, 36, None, None, None, None, None, None, None, None]
    assert rules == {
        "F003": "bad_number", "F004": "bad_number", "F005": "out_of_range",
        "F006": "out_of_range", "F007": "out_of_range", "F008": "bad_number",
        "F009": "bad_number",
    }  # fmt: skip


def test_an_age_beyond_the_oldest_is_an_impossible_age(tmp_path: Path) -> None:
    values, rules = member_cells(tmp_path / "in", "age", ["125", "126", "-1"])
    assert values == [125, None, None]
    assert rules == {"P001": "impossible_age", "P002": "impossible_age"}


def test_a_weight_may_have_a_decimal_comma(tmp_path: Path) -> None:
    values, rules = family_cells(tmp_path / "in", "weight", ["60,9216", "60.9216", "1.234,5", "x"])
    assert values == [60.9216, 60.9216, 1234.5, None]
    assert rules == {"F003": "bad_number"}


def test_dates_are_read_in_the_usual_forms(tmp_path: Path) -> None:
    cells = [
        "1990-03-05",
        "05/03/1990",
        "5-3-1990",
        "05.03.1990",
        "1990/03/05",
        "1990-03-05 00:00:00",
        "1990-03-05T00:00:00Z",
    ]
    values, rules = member_cells(tmp_path / "in", "birth_date", cells)
    assert (values, rules) == ([date(1990, 3, 5)] * len(cells), {})


def test_what_is_no_date_is_not_made_one(tmp_path: Path) -> None:
    cells = ["31/02/1990", "1990-13-01", "5/3/90", "19900305", "32937", "lahir 1990", "0000-00-00"]
    values, rules = member_cells(tmp_path / "in", "birth_date", cells)
    assert values == [None] * len(cells)
    assert rules == {
        f"P{place:03}": "date_serial" if cell == "32937" else "bad_date"
        for place, cell in enumerate(cells)
    }


def test_where_a_column_mixes_day_and_month_first_the_doubtful_ones_are_refused(
    tmp_path: Path,
) -> None:
    cells = ["12/25/1990", "25/12/1990", "03/04/1990", "04/04/1990", "1990-04-03"]
    values, rules = member_cells(tmp_path / "in", "birth_date", cells)
    assert values == [
        date(1990, 12, 25), date(1990, 12, 25), None, date(1990, 4, 4), date(1990, 4, 3),
    ]  # fmt: skip
    assert rules == {"P002": "date_ambiguous"}


def test_a_longer_place_code_implies_the_shorter_ones(tmp_path: Path) -> None:
    found = read(
        written(
            tmp_path / "in",
            "family_key,province,kabupaten,village\nA,,,32.04.01.2001\nB,32,,\nC,33,3204,\nD,3x,,\n",
            "person_key,family_key\n",
        )
    )
    families = found.table("families").sort("family_key")
    assert families["province"].to_list() == ["32", "32", "32", None]
    assert families["kabupaten"].to_list() == ["3204", None, "3204", None]
    assert families["village"].to_list() == ["3204012001", None, None, None]
    assert found.findings() == [("place_differs", "C"), ("place_form", "D")]


def test_a_nik_that_was_a_number_is_refused_and_a_text_mark_taken_off(tmp_path: Path) -> None:
    cells = ["'3204010101900001", "3.20401E+15", "3204010101900001.0", " 3204010101900002 "]
    values, rules = member_cells(tmp_path / "in", "nik", cells)
    assert values == [
        "3204010101900001",
        "3.20401E+15",
        "3204010101900001.0",
        "3204010101900002",
    ]
    assert rules == {"P001": "number_numeric", "P002": "number_numeric"}


@pytest.mark.parametrize("cell", ["Siti Aminah", "3204010101900001", "=cmd|'x'!A1", "@sum(1)"])
def test_a_value_in_the_wrong_column_is_not_shown_in_clear(tmp_path: Path, cell: str) -> None:
    found = read(
        written(tmp_path / "in", "family_key\nF\n", f'person_key,family_key,sex\nP,F,"{cell}"\n')
    )
    ((shown,),) = found.findings("value_shown")
    assert "Aminah" not in shown
    assert "04010101" not in shown
    assert shown[0] not in "=@+-"


def test_an_endless_cell_is_shown_short(tmp_path: Path) -> None:
    found = read(
        written(
            tmp_path / "in",
            "family_key\nF\n",
            f"person_key,family_key,sex\nP,F,{'x1' * 500_000}\n",
        )
    )
    ((shown,),) = found.findings("value_shown")
    assert len(shown) <= 41
