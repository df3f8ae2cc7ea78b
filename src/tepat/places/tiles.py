"""The 38 provinces: code, full name, short name, and where their tile stands on our own maps.

A tile map gives each province the same room, so that small ones can be read. The wide map is 16
tiles broad and one picture of the archipelago; the tall one, for a phone, is 7 tiles broad and
sets the east of the country below the west. Codes: Kepmendagri 300.2.2-2138/2025.
"""

from __future__ import annotations

from dataclasses import dataclass

WIDE_COLUMNS, WIDE_ROWS = 16.0, 6.0
TALL_COLUMNS, TALL_ROWS = 7.0, 11.4


@dataclass(frozen=True)
class Tile:
    """One province; positions are (column, row) of its upper left corner, in tiles."""

    code: str
    name: str
    short: str
    wide: tuple[float, float]
    tall: tuple[float, float]


_ROWS = """\
11,Aceh,Aceh,0,0,0,0
12,Sumatera Utara,Sumut,1,1,1,1
13,Sumatera Barat,Sumbar,1,2,1,2
14,Riau,Riau,2,2,2,2
15,Jambi,Jambi,2,3,2,3
16,Sumatera Selatan,Sumsel,2,4,2,4
17,Bengkulu,Bengkulu,1,3,1,3
18,Lampung,Lampung,3,4,3,4
19,Kepulauan Bangka Belitung,Babel,3,3,3,3
21,Kepulauan Riau,Kepri,3,2,3,2
31,DKI Jakarta,DKI,4,5,1,5
32,Jawa Barat,Jabar,5,5,2,5
33,Jawa Tengah,Jateng,6,5,3,5
34,DI Yogyakarta,DIY,7,5,4,5
35,Jawa Timur,Jatim,8,5,5,5
36,Banten,Banten,3,5,0,5
51,Bali,Bali,9.25,5,6,5
52,Nusa Tenggara Barat,NTB,10.25,5,1.5,10.4
53,Nusa Tenggara Timur,NTT,11.25,5,2.5,10.4
61,Kalimantan Barat,Kalbar,5,2,4.25,1.5
62,Kalimantan Tengah,Kalteng,6,2,5,2.5
63,Kalimantan Selatan,Kalsel,6.5,3,6,3.5
64,Kalimantan Timur,Kaltim,7,2,6,2.5
65,Kalimantan Utara,Kaltara,7,1,6,1.5
71,Sulawesi Utara,Sulut,10,1,1,6.4
72,Sulawesi Tengah,Sulteng,9,2,0,7.4
73,Sulawesi Selatan,Sulsel,9,4,0,9.4
74,Sulawesi Tenggara,Sultra,10,3,1,8.4
75,Gorontalo,Gorontalo,9,1,0,6.4
76,Sulawesi Barat,Sulbar,9,3,0,8.4
81,Maluku,Maluku,11.5,3,2.5,8.4
82,Maluku Utara,Malut,11.5,1,2.5,6.4
91,Papua,Papua,15,2,6,7.4
92,Papua Barat,Pabar,14,1,5,6.4
93,Papua Selatan,Papsel,15,4,6,9.4
94,Papua Tengah,Papteng,14,2,5,7.4
95,Papua Pegunungan,Papeg,15,3,6,8.4
96,Papua Barat Daya,PBD,13,1,4,6.4
"""


def _read(row: str) -> Tile:
    code, name, short, *places = row.split(",")
    x, y, tall_x, tall_y = (float(place) for place in places)
    return Tile(code, name, short, (x, y), (tall_x, tall_y))


TILES: dict[str, Tile] = {row[:2]: _read(row) for row in _ROWS.splitlines()}
OTHER_NAMES = {"daerah istimewa yogyakarta": "34", "kep. bangka belitung": "19", "jakarta": "31"}


def code_of_name(name: str) -> str | None:
    """The code of a province's full name, in any case; None where it is not one of the 38."""
    plain = " ".join(name.split()).casefold()
    named = {tile.name.casefold(): tile.code for tile in TILES.values()}
    return named.get(plain) or OTHER_NAMES.get(plain)


def place_name(code: str) -> str:
    """A province's name, or the code itself where it is another place."""
    return TILES[code].name if code in TILES else code
