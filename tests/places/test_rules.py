"""What codes and names say, and which names are one."""

from __future__ import annotations

import pytest

from tepat.places.rules import (
    best_pairs,
    kind_of,
    label,
    level_of,
    parent_code,
    plain_name,
    similar,
)


@pytest.mark.parametrize(
    ("code", "level", "kind", "above"),
    [
        ("32", 1, "province", ""),
        ("3204", 2, "kabupaten", "32"),
        ("3169", 2, "kabupaten", "31"),
        ("3171", 2, "kota", "31"),
        ("320433", 3, "kecamatan", "3204"),
        ("3204332001", 4, "desa", "320433"),
        ("3204331001", 4, "kelurahan", "320433"),
        ("9103033001", 4, "desa_adat", "910303"),
    ],
)
def test_a_code_says_level_kind_and_parent(code: str, level: int, kind: str, above: str) -> None:
    assert (level_of(code), kind_of(code), parent_code(code)) == (level, kind, above)


@pytest.mark.parametrize("code", ["", "3", "320", "32043", "32.04", "３２", "3204334001", "3170"])
def test_what_is_no_code_has_no_kind(code: str) -> None:
    assert kind_of(code) is None


@pytest.mark.parametrize(
    ("given", "level", "plain"),
    [
        ("KAB. ACEH SELATAN", 2, "Aceh Selatan"),
        ("KAB TIMOR TENGAH SELATAN", 2, "Timor Tengah Selatan"),
        ("Kabupaten Administrasi Kepulauan Seribu", 2, "Kepulauan Seribu"),
        ("KOTA ADM. JAKARTA UTARA", 2, "Jakarta Utara"),
        ("Kota Kotamobagu", 2, "Kotamobagu"),
        ("DKI JAKARTA", 1, "DKI Jakarta"),
        ('Soka"an', 4, "Soka'an"),
        ("U Baro.", 4, "U Baro"),
        ("Kota  Baru", 3, "Kota Baru"),
    ],
)
def test_names_are_written_as_people_write_them(given: str, level: int, plain: str) -> None:
    assert plain_name(given, level) == plain


def test_a_place_is_told_up_to_its_kabupaten() -> None:
    path = [
        ("desa", "Cigentur"),
        ("kecamatan", "Paseh"),
        ("kabupaten", "Bandung"),
        ("province", "Jawa Barat"),
        ("country", "Indonesia"),
    ]
    assert label(path) == "Desa Cigentur, Kec. Paseh, Kab. Bandung"
    assert label(path[2:]) == "Kab. Bandung, Jawa Barat"
    assert label(path[3:]) == "Jawa Barat"
    assert label(path[4:]) == "Indonesia"


def test_names_that_end_in_other_numbers_are_other_villages() -> None:
    assert similar("Suka Maju I", "Suka Maju Satu") == 1
    assert similar("Suka Maju I", "Suka Maju II") == 0
    assert similar("Kep. Romang", "Kepulauan Romang") == 1
    assert similar("Singekerta", "Singakerta") > 0.75 > similar("Kampung Baru", "Puncak Jaya")


def test_the_most_alike_are_paired_and_a_tie_pairs_nobody() -> None:
    pairs = [
        ("a", 1, "Lepangeng", "Leppangeng"),
        ("a", 2, "Lepangeng", "Lepangen"),
        ("b", 2, "Lepangan", "Lepangen"),
        ("c", 3, "Mekar Jaya", "Mekar Jays"),
        ("c", 4, "Mekar Jaya", "Mekar Jayz"),
    ]
    assert dict(best_pairs(pairs)) == {"a": 1, "b": 2}
