"""Where the invented families live: kabupaten, kecamatan and villages under a real province.

Codes have the form of the ministry of home affairs' codes (2 + 2 + 2 + 4 digits, kota from 71,
villages beginning with 1 for a kelurahan and 2 for a desa), but sizes, borders and villages
are invented; they depend on the province only, not on the seed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tepat.engine.errors import TepatError
from tepat.population.provinces import BY_CODE, PROVINCES, Province

CHUNK = 60_000
"""Families made at a time; a kecamatan is never split, so that numbers stay unique."""

VOLUME = 360_000
"""Families whose rows stand in one file of each table, about."""

KECAMATAN_FAMILIES = 20_000
VILLAGE_FAMILIES = 120


@dataclass(frozen=True)
class Kabupaten:
    """One kabupaten or kota: its share of the province, how urban, how much richer than most."""

    code: str
    share: float
    urban: float
    effect: float


@dataclass(frozen=True)
class Part:
    """Families to make in one go, all in one province; one row per kecamatan."""

    province: str
    number: int
    first: int
    kecamatan: NDArray[np.int64]
    families: NDArray[np.int64]


@cache
def kabupaten_of(province: Province) -> tuple[Kabupaten, ...]:
    """The invented kabupaten and kota of a province, the same in every population."""
    rng = np.random.default_rng([7, int(province.code)])
    count, kota = province.kabupaten + province.kota, province.kota
    size = np.exp(0.45 * rng.standard_normal(count))
    is_kota = np.arange(count) >= province.kabupaten
    share = size / size.sum()
    urban = _urban_shares(share, is_kota, province.urban_pct / 100)
    effect = rng.standard_normal(count) + 0.6 * is_kota
    effect -= (share * effect).sum()
    spread = float(np.sqrt((share * effect**2).sum())) or 1.0
    effect *= np.sqrt(0.08) / spread
    codes = [*range(1, province.kabupaten + 1), *range(71, 71 + kota)]
    return tuple(
        Kabupaten(f"{province.code}{code:02d}", float(share[i]), float(urban[i]), float(effect[i]))
        for i, code in enumerate(codes)
    )


def _urban_shares(
    share: NDArray[np.float64], is_kota: NDArray[np.bool_], wanted: float
) -> NDArray[np.float64]:
    """Kota are nearly all urban; the other kabupaten share what is left of the province's urban."""
    urban = np.where(is_kota, max(0.93, wanted), wanted)
    rest = float(share[~is_kota].sum())
    left = wanted - float((share * urban)[is_kota].sum())
    if rest > 0:
        urban[~is_kota] = np.clip(left / rest, 0.03, 1.0)
    return urban


def largest_remainder(weights: NDArray[Any], total: int) -> NDArray[np.int64]:
    """Whole numbers in proportion to the weights that add up to the total."""
    exact = weights / weights.sum() * total
    whole: NDArray[np.int64] = np.floor(exact).astype(np.int64)
    left = total - int(whole.sum())
    order = np.argsort(-(exact - whole), kind="stable")
    whole[order[:left]] += 1
    return whole


def chosen_provinces(province: str | None, kabupaten: str | None) -> list[Province]:
    """The provinces asked for, all 38 if none.

    Raises:
        TepatError: ``unknown_place`` where a code is not known or the two do not agree.
    """
    if kabupaten is not None:
        code = province or kabupaten[:2]
        known = [k.code for k in kabupaten_of(BY_CODE[code])] if code in BY_CODE else []
        if kabupaten not in known:
            raise TepatError(
                "unknown_place",
                f"There is no kabupaten {kabupaten}.",
                f"Known in province {code}: {', '.join(known)}."
                if known
                else f"There is no province {code}.",
                "Give a four-digit code such as 3204.",
            )
        return [BY_CODE[code]]
    if province is None:
        return list(PROVINCES)
    if province not in BY_CODE:
        raise TepatError(
            "unknown_place",
            f"There is no province {province}.",
            f"Known: {', '.join(BY_CODE)}.",
            "Give a two-digit code such as 32.",
        )
    return [BY_CODE[province]]


def plan_parts(
    families: int, provinces: list[Province], kabupaten: str | None, chunk: int = CHUNK
) -> list[Part]:
    """Divide the families over provinces, kabupaten and kecamatan, and those over parts."""
    per_province = largest_remainder(np.array([p.families for p in provinces]), families)
    parts: list[Part] = []
    for province, count in zip(provinces, per_province, strict=True):
        if count:
            parts += _parts_of(province, int(count), kabupaten, chunk, len(parts))
    return parts


def plan_volumes(parts: list[Part], families: int = VOLUME) -> list[tuple[Part, ...]]:
    """Divide the parts of each province into runs of about so many families."""
    volumes: list[tuple[Part, ...]] = []
    for _, group in groupby(parts, lambda part: part.province):
        inside = list(group)
        size = np.array([part.families.sum() for part in inside])
        count = max(1, round(size.sum() / families))
        # The middle of a part decides, so that the runs are about alike.
        place = ((np.cumsum(size) - size / 2) * count / size.sum()).astype(np.int64)
        volumes += [
            tuple(part for part, here in zip(inside, place, strict=True) if here == volume)
            for volume in np.unique(place)
        ]
    return volumes


def _parts_of(
    province: Province, families: int, only: str | None, chunk: int, number: int
) -> list[Part]:
    places = [k for k in kabupaten_of(province) if only in (None, k.code)]
    per_kabupaten = largest_remainder(np.array([k.share for k in places]), families)
    codes: list[NDArray[np.int64]] = []
    counts: list[NDArray[np.int64]] = []
    for place, count in zip(places, per_kabupaten, strict=True):
        kecamatan, inside = _kecamatan_of(place, int(count))
        codes.append(kecamatan)
        counts.append(inside)
    code, size = np.concatenate(codes), np.concatenate(counts)
    group = np.maximum(np.cumsum(size) - 1, 0) // chunk
    parts, first = [], 1
    for index, label in enumerate(np.unique(group)):
        chosen = group == label
        parts.append(Part(province.code, number + index, first, code[chosen], size[chosen]))
        first += int(size[chosen].sum())
    return parts


def _kecamatan_of(place: Kabupaten, families: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    rng = np.random.default_rng([8, int(place.code)])
    usual = int(rng.integers(8, 22))
    count = int(np.clip(families // 600, 1, usual))
    count = min(99, max(count, -(-families // KECAMATAN_FAMILIES)))
    weights = np.exp(0.3 * np.random.default_rng([9, int(place.code)]).standard_normal(99))[:count]
    code = int(place.code) * 100 + np.arange(1, count + 1)
    return code.astype(np.int64), largest_remainder(weights, families)


def villages(
    rng: np.random.Generator, part: Part
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Each family's kecamatan, village (ten-digit number) and whether the village is urban.

    Villages 1001, 1002 … are kelurahan, 2001, 2002 … desa; the first part of each kecamatan's
    villages is urban, so that families live urban in the share of their kabupaten.
    """
    kecamatan = np.repeat(part.kecamatan, part.families)
    urban_share = {int(k.code): k.urban for k in kabupaten_of(BY_CODE[part.province])}
    share = np.array([urban_share[int(code) // 100] for code in part.kecamatan])
    count = np.clip(part.families // VILLAGE_FAMILIES, 2, 16)
    size = np.repeat(part.families, part.families)
    start = np.repeat(np.cumsum(part.families) - part.families, part.families)
    place = (np.arange(len(kecamatan)) - start + rng.random()) / np.maximum(size, 1) % 1.0
    urban_line = np.repeat(share, part.families)
    urban = place < urban_line
    urban_count = np.repeat(
        np.clip(np.round(count * share), 1, None).astype(np.int64), part.families
    )
    rural_count = np.repeat(
        np.clip(count - np.round(count * share), 1, None).astype(np.int64), part.families
    )
    within = np.where(
        urban,
        place / np.maximum(urban_line, 1e-9),
        (place - urban_line) / np.maximum(1 - urban_line, 1e-9),
    )
    serial = 1 + np.floor(within * np.where(urban, urban_count, rural_count)).astype(np.int64)
    # In a kabupaten the first urban village of three is a desa all the same.
    is_desa = ~urban | ((kecamatan // 100 % 100 < 71) & (serial % 3 == 0))
    serial = np.where(urban, serial, serial + 50)
    village = kecamatan * 10_000 + np.where(is_desa, 2000, 1000) + serial
    return kecamatan, village, urban
