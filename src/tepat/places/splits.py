"""Provinces and kabupaten that were made from others since 1999, as far as we are sure of them.

Each has its law, the day of the law and how sure we are of it, on the scale of the policy files:
A, the law was read; B, a report of it was; K, common knowledge, not looked up. Names are those of
the present list of places. What we were not sure of is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Split:
    """A place made from a part of another; `kind` is that of both."""

    kind: str
    name: str
    before: str
    on: date
    law: str
    confidence: str

    @property
    def source(self) -> str:
        """The law and how sure we are of it."""
        return f"{self.law} ({self.confidence})"


_PROVINCES = """\
Maluku Utara|Maluku|1999-10-04|UU 46/1999|K
Papua Barat|Papua|1999-10-04|UU 45/1999|K
Banten|Jawa Barat|2000-10-17|UU 23/2000|K
Kepulauan Bangka Belitung|Sumatera Selatan|2000-12-04|UU 27/2000|K
Gorontalo|Sulawesi Utara|2000-12-22|UU 38/2000|K
Kepulauan Riau|Riau|2002-10-25|UU 25/2002|K
Sulawesi Barat|Sulawesi Selatan|2004-10-05|UU 26/2004|K
Kalimantan Utara|Kalimantan Timur|2012-11-16|UU 20/2012|K
Papua Selatan|Papua|2022-07-25|UU 14/2022|K
Papua Tengah|Papua|2022-07-25|UU 15/2022|K
Papua Pegunungan|Papua|2022-07-25|UU 16/2022|K
Papua Barat Daya|Papua Barat|2022-12-08|UU 29/2022|B
"""
_KABUPATEN = """\
Pangandaran|Ciamis|2012-11-16|UU 21/2012|K
Pesisir Barat|Lampung Barat|2012-11-16|UU 22/2012|K
Manokwari Selatan|Manokwari|2012-11-16|UU 23/2012|K
Pegunungan Arfak|Manokwari|2012-11-16|UU 24/2012|K
Mahakam Ulu|Kutai Barat|2013-01-11|UU 2/2013|K
Malaka|Belu|2013-01-11|UU 3/2013|K
Mamuju Tengah|Mamuju|2013-01-11|UU 4/2013|K
Banggai Laut|Banggai Kepulauan|2013-01-11|UU 5/2013|K
Pulau Taliabu|Kepulauan Sula|2013-01-11|UU 6/2013|K
Penukal Abab Lematang Ilir|Muara Enim|2013-01-11|UU 7/2013|K
Kolaka Timur|Kolaka|2013-01-11|UU 8/2013|K
Morowali Utara|Morowali|2013-05-11|UU 12/2013|A
Konawe Kepulauan|Konawe|2013-05-11|UU 13/2013|B
Musi Rawas Utara|Musi Rawas|2013-06-10|UU 16/2013|K
Muna Barat|Muna|2014-07-23|UU 14/2014|K
Buton Tengah|Buton|2014-07-23|UU 15/2014|K
Buton Selatan|Buton|2014-07-23|UU 16/2014|K
"""


def _read(kind: str, rows: str) -> list[Split]:
    cells = [row.split("|") for row in rows.splitlines()]
    return [
        Split(kind, name, before, date.fromisoformat(on), law, sure)
        for name, before, on, law, sure in cells
    ]


SPLITS = tuple(_read("province", _PROVINCES) + _read("kabupaten", _KABUPATEN))
