"""What the page says, out of simulation.json."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from tepat.policy.model import Text
from tepat.runs.report.page_parts import Drawn
from tepat.runs.simulate.page.pictures import Compared
from tepat.runs.simulate.page.speech import Told

Row = dict[str, Any]


@dataclass(frozen=True)
class Telling(Drawn):
    """What a section draws and speaks with."""

    speech: Told
    pictures: Compared


@dataclass(frozen=True)
class Found:
    """One simulation."""

    manifest: dict[str, Any]

    @property
    def totals(self) -> Row:
        """All families."""
        row: Row = self.manifest["totals"]
        return row

    @property
    def as_of(self) -> date:
        """The simulated day."""
        return date.fromisoformat(self.manifest["as_of"])

    @property
    def reform(self) -> dict[str, Any]:
        """What the reform says of itself."""
        found: dict[str, Any] = self.manifest["reform"]
        return found

    @property
    def nothing_changes(self) -> bool:
        """Whether both policies are the same on the simulated day."""
        return not self.manifest["differing"]

    def rows(self, name: str) -> list[Row]:
        """The rows of one table."""
        rows: list[Row] = self.manifest[name]
        return rows

    def title(self, programme: str) -> Text:
        """A programme's title; its short name where it is not in force."""
        if programme not in self.manifest["about"]:
            return Text(programme, programme)
        name = self.manifest["about"][programme]["name"]
        return Text(name["id"], name["en"])

    @property
    def differing(self) -> list[Row]:
        """The programmes that are not the same before and after."""
        return [r for r in self.rows("programmes") if r["programme"] in self.manifest["differing"]]

    @property
    def undecided(self) -> list[Row]:
        """The programmes that cannot decide somebody; none where an older Tepat did not count."""
        return [
            row
            for row in self.rows("programmes")
            if row.get("undecided_before") or row.get("undecided_after")
        ]

    @property
    def quotas(self) -> list[Row]:
        """Places and who competes for them; none where an older Tepat did not note them."""
        rows: list[Row] = self.manifest.get("quotas", [])
        return rows

    def quota(self, programme: str) -> dict[str, Row]:
        """A programme's places by side; sides without a quota are left out."""
        return {row["side"]: row for row in self.quotas if row["programme"] == programme}

    def shares_moved(self, programme: str) -> int:
        """In how many kabupaten a programme fills more places, or fewer, than before."""
        rows = [row for row in self.rows("quota_lines") if row["programme"] == programme]
        return sum((row["awarded_before"] or 0) != (row["awarded_after"] or 0) for row in rows)

    def money(self, programme: str) -> bool:
        """Whether a programme gives money; it does even if nobody gets it."""
        rows = [row for row in self.rows("programmes") if row["programme"] == programme]
        return gives_money(self.manifest["about"].get(programme), rows)


def gives_money(about: Row | None, rows: list[Row]) -> bool:
    """Whether a programme gives money, as simulation.json says of its law and its figures."""
    paid = any(row[f"money_{side}"] for row in rows for side in ("before", "after"))
    return paid or (about is not None and about["money"])
