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

    def money(self, programme: str) -> bool:
        """Whether a programme gives money."""
        return any(
            row[f"money_{side}"]
            for row in self.rows("programmes")
            for side in ("before", "after")
            if row["programme"] == programme
        )
