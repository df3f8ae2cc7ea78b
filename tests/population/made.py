"""A made population, read back as tables."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from tepat.population.make import make_population

NIK = (
    r"^[1-9]\d{5}(0[1-9]|[12]\d|3[01]|4[1-9]|[56]\d|7[01])(0[1-9]|1[0-2])\d{2}"
    r"([1-9]\d{3}|0[1-9]\d{2}|00[1-9]\d|000[1-9])$"
)
KK = r"^[1-9]\d{11}([1-9]\d{3}|0[1-9]\d{2}|00[1-9]\d|000[1-9])$"


@dataclass(frozen=True)
class Made:
    """The tables of one population."""

    folder: Path
    summary: dict[str, Any]

    def table(self, name: str) -> pl.DataFrame:
        """A table, whichever way it lies on disk."""
        if (self.folder / name).is_dir():
            return pl.read_parquet(
                self.folder / name / "**" / "*.parquet",
                hive_partitioning=True,
                hive_schema={"province": pl.String},
            )
        return pl.read_parquet(self.folder / f"{name}.parquet")

    def errors(self, kind: str) -> pl.DataFrame:
        """The rows of truth_members for one kind of error."""
        return self.table("truth_members").filter(pl.col("error") == kind)


def make(folder: Path, families: int, seed: int = 11, **place: str | None) -> Made:
    """Make a population and keep what it says of itself."""
    province, kabupaten = place.get("province"), place.get("kabupaten")
    summary = make_population(folder, families, province, seed, kabupaten=kabupaten)
    assert json.loads((folder / "population.json").read_text(encoding="utf-8")) == summary
    return Made(folder, summary)
