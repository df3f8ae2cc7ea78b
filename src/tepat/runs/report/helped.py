"""Who is helped, and where: families with at least one award that is not a general subsidy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tepat.places.tiles import TILES
from tepat.runs.folder import RunFolder

PROVINCE, KABUPATEN = "province", "kabupaten"


@dataclass
class Place:
    """One place: its families, those that are helped, and rupiah a year of all awards."""

    code: str
    families: int = 0
    helped: int = 0
    amount_year: int = 0

    def add(self, other: Place) -> None:
        """Count another place in."""
        self.families += other.families
        self.helped += other.helped
        self.amount_year += other.amount_year

    @property
    def share(self) -> float | None:
        """Share of its families that are helped."""
        return self.helped / self.families if self.families else None

    @property
    def amount_per_family(self) -> int | None:
        """Rupiah a year for each of its families, helped or not."""
        return self.amount_year // self.families if self.families else None


@dataclass(frozen=True)
class Helped:
    """Families by place, and what the record did to their decisions.

    ``status`` gives the number of awards by (programme, kabupaten, status); ``blocked`` families
    are held back by an error; ``left_out`` members do not count in the others.
    """

    kabupaten: dict[tuple[str, str], Place]
    status: dict[tuple[str, str, str], int]
    blocked: int
    left_out: int
    without_decile: int
    provinces: dict[str, Place] = field(default_factory=dict)

    @property
    def total(self) -> Place:
        """The whole run."""
        return _sum("", self.kabupaten.values())

    def codes(self) -> set[str]:
        """The codes of all provinces and kabupaten."""
        return {code for pair in self.kabupaten for code in pair if code}

    def level(self) -> str:
        """The places to show: provinces, or the kabupaten where there is only one province."""
        return PROVINCE if len([code for code in self.provinces if code]) > 1 else KABUPATEN

    def places(self, level: str) -> dict[str, Place]:
        """Families by province or by kabupaten; the code is empty where it is not known."""
        if level == PROVINCE:
            return self.provinces
        found: dict[str, Place] = {}
        for (_, code), place in sorted(self.kabupaten.items()):
            found.setdefault(code, Place(code)).add(place)
        return found

    def fits_tiles(self) -> bool:
        """Whether the tile map of the 38 provinces can show most of the run's families."""
        known = sum(place.families for code, place in self.provinces.items() if code in TILES)
        return self.level() == PROVINCE and 2 * known > self.total.families


def helped(run: RunFolder) -> Helped:
    """Count families and awards of a run by place."""
    families, awards = run.table("families"), run.table("awards")
    awarded = awards.filter(awards.status == "awarded")
    programmes = run.manifest["programmes"]
    given = [name for name, about in programmes.items() if about["kind"] != "subsidy"]
    by_family = awarded.group_by(helped_id=awarded.family_id).agg(
        gifts=awarded.count(where=awarded.programme.isin(given)),
        amount_year=awarded.amount_year.sum().fill_null(0),
    )
    joined = families.left_join(by_family, families.family_id == by_family.helped_id)
    grouped = joined.group_by(
        province=joined.province.fill_null(""), kabupaten=joined.kabupaten.fill_null("")
    ).agg(
        families=joined.count(),
        helped=joined.count(where=joined.gifts > 0),
        amount_year=joined.amount_year.sum().fill_null(0).cast("decimal(38,0)"),
    )
    kabupaten = {
        (row["province"], row["kabupaten"]): Place(
            row["kabupaten"], row["families"], row["helped"], int(row["amount_year"])
        )
        for row in _rows(run.con, grouped)
    }
    counts = families.agg(
        blocked=families.count(where=families.blocked),
        without_decile=families.count(where=families.decile.isnull()),
    )
    counted = _rows(run.con, counts)[0]
    found = Helped(
        kabupaten, _status(run), counted["blocked"], _left_out(run), counted["without_decile"]
    )
    for (province, _), place in sorted(kabupaten.items()):
        found.provinces.setdefault(province, Place(province)).add(place)
    return found


def _left_out(run: RunFolder) -> int:
    """Members whose record has an error, in families that are not held back."""
    families, members = run.table("families"), run.table("members")
    wrong = members.filter(~members.data_ok.fill_null(False))
    free = families.filter(~families.blocked).select("family_id")
    return int(run.con.to_pyarrow(wrong.semi_join(free, "family_id").count()).as_py())


def _status(run: RunFolder) -> dict[tuple[str, str, str], int]:
    awards = run.table("awards")
    grouped = awards.group_by(
        ["programme", "status"], kabupaten=awards.kabupaten.fill_null("")
    ).agg(number=awards.count())
    return {
        (row["programme"], row["kabupaten"], row["status"]): row["number"]
        for row in _rows(run.con, grouped)
    }


def _rows(con: Any, table: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = con.to_pyarrow(table).to_pylist()
    return rows


def _sum(code: str, places: Iterable[Place]) -> Place:
    total = Place(code)
    for place in places:
        total.add(place)
    return total
