"""Invented names in the manner of Indonesian ones; any likeness to a person is chance."""

from __future__ import annotations

from typing import Any

import numpy as np

from tepat.population.chances import Array

# fmt: off
_MEN = (
    "Agus", "Ahmad", "Andi", "Anwar", "Arif", "Asep", "Bagus", "Bambang", "Bayu", "Budi", "Cahyo",
    "Candra", "Darma", "Dedi", "Deni", "Didik", "Dimas", "Dwi", "Edi", "Eko", "Fajar", "Faisal",
    "Galih", "Gede", "Guntur", "Hadi", "Hamid", "Hari", "Hasan", "Hendra", "Heri", "Ilham",
    "Imam", "Indra", "Irfan", "Iwan", "Jaka", "Johan", "Joko", "Kadek", "Karno", "Ketut",
    "Lukman", "Made", "Maman", "Martin", "Mulyono", "Nanang", "Nur", "Oki", "Petrus", "Putu",
    "Rahmat", "Ridwan", "Rizki", "Rudi", "Rusli", "Samsul", "Sardi", "Slamet", "Suharto",
    "Sutrisno", "Syamsul", "Taufik", "Teguh", "Tono", "Ujang", "Usman", "Wahyu", "Wawan", "Wayan",
    "Yanto", "Yohanes", "Yusuf", "Zainal",
)
_WOMEN = (
    "Aisyah", "Ani", "Anisa", "Ayu", "Cici", "Darmi", "Desi", "Dewi", "Dian", "Diana", "Eka",
    "Elis", "Endang", "Erna", "Fatimah", "Fitri", "Halimah", "Hani", "Hartati", "Hasna", "Ida",
    "Ika", "Indah", "Intan", "Iis", "Juwita", "Kartika", "Komariah", "Kurnia", "Lastri",
    "Lestari", "Lia", "Lilis", "Lina", "Maria", "Marni", "Martha", "Maya", "Mega", "Mira",
    "Murni", "Nani", "Neneng", "Nengah", "Nia", "Nita", "Novi", "Nurul", "Nyoman", "Puji",
    "Putri", "Rahayu", "Rani", "Ratna", "Rina", "Rini", "Rohani", "Romlah", "Rosita", "Rukiah",
    "Salma", "Sari", "Siti", "Sri", "Sulastri", "Sumiati", "Suryani", "Susi", "Titin", "Tuti",
    "Umi", "Wahyuni", "Wati", "Wulan", "Yanti", "Yati", "Yuli", "Yuni", "Zahra",
)
_FIRST_PARTS = (
    "Adi", "Arya", "Bina", "Cakra", "Darma", "Eka", "Gita", "Hasta", "Jaya", "Karta", "Kusu",
    "Lingga", "Mandra", "Marga", "Nata", "Nira", "Pandu", "Prana", "Purna", "Rangga", "Sarja",
    "Sastra", "Setia", "Sudar", "Suka", "Surya", "Tirta", "Udaya", "Wangsa", "Warda", "Wira",
    "Yuda",
)
_MEN_END = ("di", "din", "man", "nata", "no", "santo", "seta", "tama", "wan", "ya")
_WOMEN_END = ("na", "ningrat", "ningsih", "ni", "rini", "sari", "ta", "wati", "yani", "yati")
# fmt: on


def make_names(rng: np.random.Generator, sex: Array, age: Array) -> Any:
    """A name for each person; older people more often have one name only."""
    import polars as pl

    count = len(sex)
    last = [a + b for end in (_MEN_END, _WOMEN_END) for a in _FIRST_PARTS for b in end]
    lasts = len(last) // 2
    men, women = len(_MEN), len(_WOMEN)
    given = pl.Series("given", [*_MEN, *_WOMEN])
    first = np.where(sex == 1, rng.integers(0, men, count), men + rng.integers(0, women, count))
    second = np.where(sex == 1, rng.integers(0, men, count), men + rng.integers(0, women, count))
    alone = rng.random(count) < np.interp(age, (15, 40, 70), (0.03, 0.12, 0.40))
    three = ~alone & (rng.random(count) < 0.35)
    frame = pl.DataFrame(
        {
            "first": given.gather(first),
            "second": given.gather(second),
            "last": pl.Series(last).gather(
                rng.integers(0, lasts, count) + np.where(sex == 1, 0, lasts)
            ),
            "alone": alone,
            "three": three,
        }
    )
    two = pl.col("first") + " " + pl.col("last")
    full = pl.col("first") + " " + pl.col("second") + " " + pl.col("last")
    name = pl.when("alone").then(pl.col("first")).when("three").then(full).otherwise(two)
    return frame.select(name.alias("name")).to_series()


def misspell(rng: np.random.Generator, names: Any, chosen: Array) -> Any:
    """The chosen names written by another clerk: a letter doubled or dropped, or y for i."""
    import polars as pl

    how = pl.Series("how", rng.integers(0, 4, len(names))[chosen])
    at = pl.Series("at", rng.integers(1, 4, len(names))[chosen])
    rows = np.flatnonzero(chosen)
    frame = pl.DataFrame([pl.Series("name", names).gather(rows), how, at])
    name, place = pl.col("name"), pl.col("at")
    start, rest = name.str.slice(0, place), name.str.slice(place)
    written = (
        pl.when(pl.col("how") == 0)
        .then(start + rest.str.slice(1))
        .when(pl.col("how") == 1)
        .then(start + rest.str.slice(0, 1) + rest)
        .when(pl.col("how") == 2)
        .then(name.str.replace("i", "y").str.replace("u", "oe"))
        .otherwise(name.str.to_uppercase())
    )
    return names.clone().scatter(rows, frame.select(written.alias("name")).to_series())
