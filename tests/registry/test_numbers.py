"""The form of NIK and KK numbers, held against plain functions."""

from __future__ import annotations

from datetime import date
from typing import Any

import ibis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tepat.registry import numbers


def plain_nik(text: str) -> bool:
    """The form of a NIK, written apart from the pattern, digit by digit."""
    if len(text) != 16 or any(sign not in "0123456789" for sign in text) or text[0] == "0":
        return False
    day, month, serial = int(text[6:8]), int(text[8:10]), int(text[12:])
    return (1 <= day <= 31 or 41 <= day <= 71) and 1 <= month <= 12 and serial >= 1


def plain_kk(text: str) -> bool:
    digits = len(text) == 16 and all(sign in "0123456789" for sign in text)
    return digits and text[0] != "0" and text[12:] != "0000"


def asked(values: list[Any], kind: str, question: Any) -> list[Any]:
    """Ask a question of each value in the engine."""
    table = ibis.memtable(
        {"place": list(range(len(values))), "value": values},
        schema={"place": "int64", "value": kind},
    )
    con = ibis.duckdb.connect()
    rows = con.to_pyarrow(table.select("place", answer=question(table.value)).order_by("place"))
    answers: list[Any] = rows.column("answer").to_pylist()
    con.disconnect()
    return answers


digits = st.text("0123456789", min_size=16, max_size=16)
near = st.builds(
    lambda place, day, month, year, serial: f"{place:06}{day:02}{month:02}{year:02}{serial:04}",
    st.integers(0, 999_999),
    st.integers(0, 99),
    st.integers(0, 14),
    st.integers(0, 99),
    st.integers(0, 20),
)
anything = st.text(max_size=20)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(near, digits, anything), min_size=30, max_size=60))
def test_the_form_of_a_nik_is_that_of_a_plain_function(texts: list[str]) -> None:
    assert asked(texts, "string", numbers.nik_well_formed) == [plain_nik(text) for text in texts]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.one_of(near, digits, anything), min_size=30, max_size=60))
def test_the_form_of_a_kk_number_is_that_of_a_plain_function(texts: list[str]) -> None:
    assert asked(texts, "string", numbers.kk_well_formed) == [plain_kk(text) for text in texts]


@settings(max_examples=20, deadline=None)
@given(st.lists(near, min_size=30, max_size=60), st.dates(date(1900, 1, 1), date(2025, 12, 31)))
def test_agreement_with_a_birth_date_is_that_of_a_plain_function(
    niks: list[str], born: date
) -> None:
    day = f"{born.day:02}{born.month:02}{born.year % 100:02}"
    woman = f"{born.day + 40:02}{day[2:]}"
    niks = [*niks, f"320401{day}0001", f"320401{woman}0001"]
    expected = [nik[6:12] in (day, woman) for nik in niks]

    def question(nik: Any) -> Any:
        return numbers.nik_agrees_with_birth(numbers.nik_birth_number(nik), ibis.literal(born))

    assert asked(niks, "string", question) == expected


@pytest.mark.parametrize(
    ("nik", "well_formed"),
    [
        ("3204010101900001", True),
        ("3204017112900001", True),  # 31 December, a woman
        ("3204017212900001", False),  # day 72
        ("3204014012900001", False),  # day 40
        ("3204010001900001", False),  # day 0
        ("3204010113900001", False),  # month 13
        ("3204010101900000", False),  # serial 0000
        ("0204010101900001", False),
        ("320401010190001", False),
        ("32040101019000011", False),
        ("3204010101900001\n", False),
        ("٣٢٠٤٠١٠١٠١٩٠٠٠٠١", False),  # digits of another script
        ("", False),
    ],
)
def test_a_nik_is_refused_for_its_form_only(nik: str, well_formed: bool) -> None:
    assert asked([nik], "string", numbers.nik_well_formed) == [well_formed]


def test_an_unknown_number_is_neither_well_formed_nor_malformed() -> None:
    assert asked([None], "string", numbers.nik_well_formed) == [None]
    assert asked([None], "string", numbers.kk_well_formed) == [None]


def test_shown_numbers_keep_four_digits_at_each_end() -> None:
    shown = asked(["3204010101900007", "32040101", "12", ""], "string", numbers.masked_number)
    assert shown == ["3204••••••••0007", "3204•••••••• (8)", "1•••••••• (2)", "•••••••• (0)"]


def test_shown_names_are_initials() -> None:
    shown = asked(["Siti  Nur Aminah", " Budi ", "Éka"], "string", numbers.initials)
    assert shown == ["S. N. A.", "B.", "É."]
