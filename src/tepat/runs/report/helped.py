"""Who is helped, and where: families with at least one award that is not a general subsidy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tepat.engine.connect import rows_of
from tepat.places.tiles import TILES
from tepat.policy.compile import whole
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
    families = run.table("families")
    counted = families.group_by(**_place(families)).agg(
        families=families.count(),
        blocked=families.count(where=families.blocked),
        without_decile=families.count(where=families.decile.isnull()),
    )
    rows = rows_of(run.con, counted)
    found = Helped(
        {
            (row["province"], row["kabupaten"]): Place(row["kabupaten"], row["families"])
            for row in rows
        },
        {},
        sum(row["blocked"] for row in rows),
        _left_out(run),
        sum(row["without_decile"] for row in rows),
    )
    programmes = run.manifest["programmes"]
    given = [name for name, about in programmes.items() if about["kind"] != "subsidy"]
    for awards in run.groups("awards"):
        _add_awards(found, run.con, awards, given)
    for (province, _), place in sorted(found.kabupaten.items()):
        found.provinces.setdefault(province, Place(province)).add(place)
    return found


def _add_awards(found: Helped, con: Any, awards: Any, given: list[str]) -> None:
    """Count the awards of some families in, which have none elsewhere."""
    held = awards.status == "awarded"
    grouped = awards.group_by("programme", "status", **_place(awards)).agg(
        number=awards.count(), amount_year=whole(awards.amount_year.sum(where=held))
    )
    for row in rows_of(con, grouped):
        key = row["programme"], row["kabupaten"], row["status"]
        found.status[key] = found.status.get(key, 0) + row["number"]
        found.kabupaten[row["province"], row["kabupaten"]].amount_year += row["amount_year"] or 0
    gifts = awards.filter(held & awards.programme.isin(given))
    gifts = gifts.select("family_id", **_place(gifts)).distinct()
    for row in rows_of(con, gifts.group_by("province", "kabupaten").agg(helped=gifts.count())):
        found.kabupaten[row["province"], row["kabupaten"]].helped += row["helped"]


def _place(table: Any) -> dict[str, Any]:
    return {name: table[name].fill_null("") for name in ("province", "kabupaten")}


def _left_out(run: RunFolder) -> int:
    """Members whose record has an error, in families that are not held back."""
    families, members = run.table("families"), run.table("members")
    wrong = members.filter(~members.data_ok.fill_null(False) & members.family_id.notnull())
    held_back = families.filter(families.blocked).select("family_id")
    return int(run.con.to_pyarrow(wrong.anti_join(held_back, "family_id").count()).as_py())


def _sum(code: str, places: Iterable[Place]) -> Place:
    total = Place(code)
    for place in places:
        total.add(place)
    return total
