"""What the report says, read out of a run's folder once, before any language is chosen."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from tepat.places.boundary_files import Boundaries, read_boundaries
from tepat.policy.model import Policy, Text
from tepat.runs.folder import RunFolder
from tepat.runs.report.helped import Helped, helped
from tepat.runs.report.targeting import Targeting, targeting

Row = dict[str, str]


@dataclass(frozen=True)
class Programme:
    """One programme of the run, with its totals."""

    name: str
    title: Text
    unit: str
    kind: str
    quota: Mapping[str, int]  # by kabupaten, the nation's under ""; empty without one
    totals: Mapping[str, int | None]

    def count(self, name: str) -> int:
        """One of the totals, as a number."""
        return self.totals[name] or 0


@dataclass(frozen=True)
class Content:
    """One run, as the report needs it."""

    run: RunFolder
    policy: Policy
    helped: Helped
    targeting: Targeting | None
    boundaries: Boundaries | None

    @property
    def manifest(self) -> dict[str, Any]:
        """What run.json holds."""
        return self.run.manifest

    @property
    def as_of(self) -> date:
        """The day of the decision."""
        return date.fromisoformat(self.manifest["as_of"])

    @property
    def families(self) -> int:
        """How many families the run has."""
        return int(self.manifest["rows"]["families"])

    @cached_property
    def programmes(self) -> list[Programme]:
        """The programmes that were decided, in the policy's order."""
        return [
            Programme(
                name,
                Text(about["name"]["id"], about["name"]["en"]),
                about["unit"],
                about["kind"],
                about.get("quota", {}),
                self.manifest["totals"][name],
            )
            for name, about in self.manifest["programmes"].items()
        ]

    @property
    def amount_year(self) -> int:
        """Rupiah a year of all awards."""
        return sum(programme.totals["amount_year"] or 0 for programme in self.programmes)

    def rows(self, name: str) -> list[Row]:
        """The rows of one summary file, as text."""
        with (self.run.path / "summary" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def rows_of(self, name: str, programme: str) -> list[Row]:
        """The rows of one summary file that belong to a programme."""
        return [row for row in self._summaries(name) if row["programme"] == programme]

    def _summaries(self, name: str) -> list[Row]:
        kept: dict[str, list[Row]] = self.__dict__.setdefault("_kept", {})
        if name not in kept:
            kept[name] = self.rows(name)
        return kept[name]


def gather(folder: Path, con: Any, boundaries: Path | None) -> Content:
    """Read a run and, if given, a boundaries file.

    Raises:
        TepatError: where the boundaries file cannot be used.
    """
    run = RunFolder(folder, con)
    found = helped(run)
    drawn = read_boundaries(boundaries, found.codes()) if boundaries else None
    return Content(run, run.policy(), found, targeting(run), drawn)
