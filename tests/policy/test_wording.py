"""Numbers, money, days and answers in both languages."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tepat.policy import wording
from tepat.policy.model import Code, Parameter, Text, Variable, Where

LATRINE = Variable(
    "latrine", "family", "code", Text("Jamban", "Latrine"), None,
    {6: Code("none", Text("Tidak ada", "None"))},
)  # fmt: skip
AMOUNT = Parameter("amount", "rupiah per year", (), Where("amounts.yaml", 1))


@pytest.mark.parametrize(
    ("value", "id_", "en"),
    [
        (4_800_000, "4.800.000", "4,800,000"),
        (999, "999", "999"),
        (-1_500, "-1.500", "-1,500"),
        (Decimal("7.20"), "7,2", "7.2"),
        (Decimal("12345.678"), "12.345,678", "12,345.678"),
        (Decimal("1E+3"), "1.000", "1,000"),
    ],
)
def test_numbers_follow_the_language(value: int | Decimal, id_: str, en: str) -> None:
    assert (wording.number(value, "id"), wording.number(value, "en")) == (id_, en)


def test_money_and_days_follow_the_language() -> None:
    assert wording.rupiah(4_800_000, "id") == "Rp 4.800.000"
    assert wording.rupiah(4_800_000, "en") == "Rp 4,800,000"
    assert wording.day(date(2025, 8, 18), "id") == "18 Agustus 2025"
    assert wording.day(date(2025, 8, 18), "en") == "18 August 2025"


def test_a_period_without_end_says_since() -> None:
    assert wording.period(date(2020, 1, 1), None, "id") == "sejak 1 Januari 2020"
    assert wording.period(date(2020, 1, 1), date(2020, 12, 31), "en") == (
        "1 January 2020 to 31 December 2020"
    )


@pytest.mark.parametrize(
    ("value", "unit", "id_", "en"),
    [
        (3_000_000, "rupiah per year", "Rp 3.000.000 per tahun", "Rp 3,000,000 per year"),
        (900, "rupiah per family, once", "Rp 900 per keluarga, sekali", "Rp 900 per family, once"),
        (4, "persons per family", "4 orang per keluarga", "4 persons per family"),
        (1, "persons per family", "1 orang per keluarga", "1 person per family"),
        (4, "decile", "desil 4", "decile 4"),
        (6, "grade within the level", "kelas 6 dalam jenjang", "grade 6 within the level"),
        (60, "years", "60 tahun", "60 years"),
    ],
)
def test_a_value_stands_with_its_unit(value: int, unit: str, id_: str, en: str) -> None:
    assert wording.measured(value, unit, "id") == id_
    assert wording.measured(value, unit, "en") == en


def test_facts_are_shown_in_words() -> None:
    assert wording.shown(None, "id") == "tidak diketahui"
    assert wording.shown(True, "en") == "yes"
    assert wording.shown(6, "id", LATRINE) == "Tidak ada"
    assert wording.shown((2, 3), "id") == "2 sampai 3"
    assert wording.shown((2, 2), "en") == "2"
    assert wording.shown("32 Jawa Barat", "id") == "32 Jawa Barat"


def test_a_sentence_is_filled_with_values() -> None:
    says = Text("Jamban {latrine}, jumlah {amount}, {decile}", "Latrine {latrine}, {amount}")
    values = {"latrine": 6, "amount": 550_000}
    filled = wording.fill(says, values, "id", {"latrine": LATRINE}, {"amount": AMOUNT})
    assert filled == "Jamban Tidak ada, jumlah Rp 550.000, tidak diketahui"
    assert wording.fill(says.en, values, "en", {"latrine": LATRINE}, {"amount": AMOUNT}) == (
        "Latrine None, Rp 550,000"
    )
