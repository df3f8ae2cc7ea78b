"""NIK and family card numbers: valid and unique first, spoiled afterwards.

A NIK is the region of first registration (6 digits), the date of birth (40 added to the day of
women) and a serial. Natives of a kecamatan are counted within the part that holds it; those
registered elsewhere take serials from 5000 up, kept apart by the number of the part.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from tepat.engine.errors import TepatError
from tepat.population.chances import Array, Columns
from tepat.population.places import kabupaten_of
from tepat.population.provinces import PROVINCES

MOVED_SHARE = 0.10
MOVED_FROM = 5000
LAST_SERIAL = 9999
"""The last hundred serials are kept for those who stand in two provinces."""

# Young provinces: people registered before the split keep the old province's digits, so the
# invented kabupaten get numbers there of their own. New code: old code, added to the kabupaten.
_SPLIT = {65: (64, 30), 93: (91, 10), 94: (91, 20), 95: (91, 40), 96: (92, 20)}


def rank_within(keys: Array) -> Array:
    """0, 1, 2 … among rows of the same key, in the order of the rows."""
    order = np.argsort(keys, kind="stable")
    sorted_keys = keys[order]
    starts = np.flatnonzero(np.r_[True, sorted_keys[1:] != sorted_keys[:-1]])
    within = np.arange(len(keys)) - np.repeat(starts, np.diff(np.r_[starts, len(keys)]))
    ranks = np.empty(len(keys), dtype=np.int64)
    ranks[order] = within
    return ranks


_FIRST_DAY = np.datetime64("1890-01-01", "D")


def day_digits(dates: Array) -> Array:
    """DDMMYY of dates, as numbers."""
    return _digits_by_day()[(dates - _FIRST_DAY).astype(np.int64)]


@cache
def _digits_by_day() -> Array:
    dates = _FIRST_DAY + np.arange(150 * 366).astype("timedelta64[D]")
    years = dates.astype("datetime64[Y]").astype(np.int64) + 1970
    months = dates.astype("datetime64[M]").astype(np.int64) % 12 + 1
    days = (dates - dates.astype("datetime64[M]")).astype(np.int64) + 1
    digits: Array = days * 10_000 + months * 100 + years % 100
    return digits


def make_nik(
    rng: np.random.Generator, kecamatan: Array, people: Columns, part: int, parts: int
) -> Array:
    """A NIK for each person as a 16-digit number, no two alike in the whole population.

    Args:
        rng: source of chance.
        kecamatan: where each person lives.
        people: columns birth_date and sex.
        part: number of the part of the population that is being made.
        parts: how many parts there are.

    Raises:
        TepatError: ``too_many_people`` where the serial would need a fifth digit.
    """
    birth, sex = people["birth_date"], people["sex"]
    region = _old_region(rng, kecamatan, birth)
    moved = rng.random(len(region)) < MOVED_SHARE
    region = np.where(moved, _elsewhere(rng, len(region)), region)
    key = region * 1_000_000 + day_digits(birth) + 400_000 * (sex == 2)
    serial = np.empty(len(key), dtype=np.int64)
    serial[~moved] = 1 + rank_within(key[~moved])
    serial[moved] = MOVED_FROM + part + parts * rank_within(key[moved])
    _refuse_overflow(serial, moved)
    nik: Array = key * 10_000 + serial
    return nik


def _refuse_overflow(serial: Array, moved: Array) -> None:
    if (serial[~moved] >= MOVED_FROM).any() or (serial > LAST_SERIAL - 100).any():
        raise TepatError(
            "too_many_people",
            "There are more people of one birthday than a NIK can number.",
            "A NIK has a serial of four digits for each region and birthday.",
            "Ask for fewer families, or for a larger place.",
        )


def _old_region(rng: np.random.Generator, kecamatan: Array, birth: Array) -> Array:
    region = kecamatan.copy()
    split = (
        np.datetime64("2013-04-01")
        if len(region) and region[0] // 10_000 == 65
        else (np.datetime64("2022-11-01"))
    )
    before = (birth < split) & (rng.random(len(region)) < 0.85)
    for new, (old, added) in _SPLIT.items():
        chosen = before & (region // 10_000 == new)
        region[chosen] += (old - new) * 10_000 + added * 100
    return region


def _elsewhere(rng: np.random.Generator, count: int) -> Array:
    """Kecamatan of other places, in proportion to the people of the provinces."""
    places = [k for p in PROVINCES for k in kabupaten_of(p)]
    weight = np.array([k.share * p.families for p in PROVINCES for k in kabupaten_of(p)])
    picked = np.searchsorted(np.cumsum(weight / weight.sum()), rng.random(count) * 0.9999999)
    codes = np.array([int(k.code) for k in places])
    kecamatan: Array = codes[picked] * 100 + rng.integers(1, 9, count)
    return kecamatan


def make_kk(rng: np.random.Generator, kecamatan: Array) -> Array:
    """A card number for each family: kecamatan, date of issue, serial; unique."""
    days = rng.integers(0, 4_500, len(kecamatan))
    issued = np.datetime64("2012-06-01", "D") + days.astype("timedelta64[D]")
    key = kecamatan * 1_000_000 + day_digits(issued)
    return key * 10_000 + 1 + rank_within(key)


def spoil(rng: np.random.Generator, numbers: Any, chosen: Array, with_date: bool) -> Any:
    """Spoil the chosen 16-digit texts so that no rule of form accepts them.

    Kinds: a digit lost, a digit too many, a letter, a leading zero, serial 0000, shown by a
    spreadsheet in powers of ten; for a NIK (``with_date``) also an impossible month.
    """
    import polars as pl

    kinds = 7 if with_date else 6
    kind = rng.integers(1, kinds + 1, len(chosen))[chosen]
    rows = np.flatnonzero(chosen)
    frame = pl.DataFrame([numbers.gather(rows).alias("number"), pl.Series("how", kind)])
    text = pl.col("number")
    broken = (
        pl.when(pl.col("how") == 1)
        .then(text.str.head(15))
        .when(pl.col("how") == 2)
        .then(text + "0")
        .when(pl.col("how") == 3)
        .then(text.str.head(9) + "O" + text.str.tail(6))
        .when(pl.col("how") == 4)
        .then(pl.lit("0") + text.str.tail(15))
        .when(pl.col("how") == 5)
        .then(text.str.head(12) + "0000")
        .when(pl.col("how") == 6)
        .then(text.str.head(1) + "." + text.str.slice(1, 5) + "E+15")
        .otherwise(text.str.head(8) + "19" + text.str.tail(6))
    )
    return numbers.clone().scatter(rows, frame.select(broken).to_series())
