"""The 38 provinces: size, poverty, minimum wage, towns; published facts.

Sources. People: Dukcapil, second half of 2024 (they add up to 284,973,643). Poverty: BPS,
March 2025, per cent of people (where a province's own figure was not found, our estimate).
Minimum wage: provincial decrees for 2025, Permenaker 16/2024. Kabupaten and kota:
Kepmendagri 300.2.2-2138/2025 (416 + 98 = 514). Urban share of people: our own
round estimates, from BPS projections. Families are people / 3.07, the mean family on a card.
"""

from __future__ import annotations

from dataclasses import dataclass

PEOPLE_PER_CARD = 3.07
FAMILIES_IN_COUNTRY = 94_200_000
PEOPLE_IN_COUNTRY = 284_973_643

# Poverty lines of March 2025, rupiah a head a month (BPS).
LINE_NATIONAL = 609_160
LINE_URBAN = 629_561
LINE_RURAL = 580_349
POOR_URBAN_PCT = 6.73
POOR_RURAL_PCT = 11.03


@dataclass(frozen=True)
class Province:
    """One province; shares in per cent, money in rupiah a month."""

    code: str
    name: str
    people: int
    poor_pct: float
    minimum_wage: int
    kabupaten: int
    kota: int
    urban_pct: float

    @property
    def families(self) -> float:
        """Families on cards, from people."""
        return self.people / PEOPLE_PER_CARD


_ROWS = """\
11,Aceh,5623479,12.33,3685616,18,5,36
12,Sumatera Utara,15640905,7.36,2992559,25,8,56
13,Sumatera Barat,5820359,5.35,2994193,12,7,50
14,Riau,7099297,6.16,3508776,10,2,41
15,Jambi,3834439,7.19,3234535,9,2,35
16,Sumatera Selatan,9064690,10.15,3681571,13,4,39
17,Bengkulu,2127957,12.08,2670039,9,1,34
18,Lampung,9144263,10.00,2893070,13,2,34
19,Kepulauan Bangka Belitung,1549562,5.00,3876600,6,1,58
21,Kepulauan Riau,2271890,4.44,3623654,5,2,91
31,DKI Jakarta,11038216,4.28,5396761,1,5,100
32,Jawa Barat,51316378,7.02,2191232,18,9,80
33,Jawa Tengah,38430645,9.48,2169349,29,6,54
34,DI Yogyakarta,3743365,10.23,2264081,4,1,76
35,Jawa Timur,41919906,9.50,2305985,29,9,57
36,Banten,12881374,5.63,2905119,4,4,75
51,Bali,4375263,3.72,2996561,8,1,72
52,Nusa Tenggara Barat,5751295,11.78,2602931,8,2,53
53,Nusa Tenggara Timur,5700772,18.60,2328970,21,1,26
61,Kalimantan Barat,5646268,6.16,2878286,12,2,38
62,Kalimantan Tengah,2825290,5.19,3473621,13,1,43
63,Kalimantan Selatan,4305281,3.84,3496195,11,2,50
64,Kalimantan Timur,4123303,5.17,3579314,7,3,69
65,Kalimantan Utara,770627,5.54,3580160,4,1,63
71,Sulawesi Utara,2645291,6.71,3775425,11,4,57
72,Sulawesi Tengah,3219494,10.92,2914583,12,1,33
73,Sulawesi Selatan,9528276,7.60,3657527,21,3,48
74,Sulawesi Tenggara,2824589,10.54,3073552,15,2,42
75,Gorontalo,1250960,13.24,3221731,5,1,46
76,Sulawesi Barat,1466741,10.41,3104430,6,0,25
81,Maluku,1935586,15.38,3141700,9,2,47
82,Maluku Utara,1394231,5.81,3408000,8,2,31
91,Papua,1102360,19.16,4285850,8,1,50
92,Papua Barat,576255,20.66,3615000,7,0,42
93,Papua Selatan,562220,19.71,4285850,4,0,33
94,Papua Tengah,1369112,28.90,4285850,8,0,22
95,Papua Pegunungan,1470518,30.03,4285850,8,0,8
96,Papua Barat Daya,623186,17.95,3614000,5,1,51
"""


def _read(row: str) -> Province:
    code, name, people, poor, wage, kabupaten, kota, urban = row.split(",")
    return Province(
        code, name, int(people), float(poor), int(wage), int(kabupaten), int(kota), float(urban)
    )


PROVINCES: tuple[Province, ...] = tuple(_read(row) for row in _ROWS.splitlines())
BY_CODE: dict[str, Province] = {province.code: province for province in PROVINCES}
EASTERN = frozenset({"53", "81", "82", "91", "92", "93", "94", "95", "96"})
