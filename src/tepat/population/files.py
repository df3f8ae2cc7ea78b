"""Writing the folder: hive folders for what a run reads, single files grown part by part."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any

from tepat.population.bureau import Country
from tepat.population.figures import NATIONAL_QUOTA
from tepat.population.places import Part, kabupaten_of
from tepat.population.provinces import FAMILIES_IN_COUNTRY, PROVINCES, Province
from tepat.population.welfare import poor_families


class GrowingFiles:
    """Tables written part by part, so that none is in memory as a whole."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.open: dict[str, Any] = {}
        self.rows: dict[str, int] = {}

    def add(self, name: str, frame: Any) -> None:
        """Append a table to ``name``.parquet."""
        import pyarrow.parquet as pq

        table = frame.to_arrow(compat_level=_oldest())
        if name not in self.open:
            path = self.folder / f"{name}.parquet"
            self.open[name] = pq.ParquetWriter(path, table.schema, compression="zstd")
        self.rows[name] = self.rows.get(name, 0) + table.num_rows
        self.open[name].write_table(table)

    def add_part(self, name: str, part: Part, frame: Any) -> None:
        """Write one file of the hive folder ``name``."""
        place = self.folder / name / f"province={part.province}"
        place.mkdir(parents=True, exist_ok=True)
        frame.write_parquet(place / f"part-{part.number:04d}.parquet", compression="zstd")
        self.rows[name] = self.rows.get(name, 0) + frame.height

    def __enter__(self) -> GrowingFiles:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for writer in self.open.values():
            writer.close()


def _oldest() -> Any:
    """Plain strings instead of string views, which older readers of Parquet do not know."""
    import polars as pl

    return pl.CompatLevel.oldest()


def scaled_quota(
    country: Country, families: int, provinces: list[Province], kabupaten: str | None
) -> dict[str, int]:
    """National quotas scaled to this population, by its share of the country's poor families.

    For the whole country the factor is families / 94.2 million; a province or kabupaten counts
    by its poor families, as quotas are shared out.
    """
    poor_of_country = sum(poor_families(country.levels, p) for p in PROVINCES)
    poor_here = sum(poor_families(country.levels, p, kabupaten) for p in provinces)
    real_here = sum(_real_families(p, kabupaten) for p in provinces)
    real_all = sum(p.families for p in PROVINCES)
    size = families / FAMILIES_IN_COUNTRY
    factor = size * (poor_here / poor_of_country) * (real_all / real_here)
    return {name: round(units * factor) for name, units in NATIONAL_QUOTA.items()}


def _real_families(province: Province, kabupaten: str | None) -> float:
    share = sum(k.share for k in kabupaten_of(province) if kabupaten in (None, k.code))
    return province.families * share


def write_quota(path: Path, quota: dict[str, int]) -> None:
    """quota.csv; an empty place stands for the whole file."""
    lines = ["programme,place,quota", *(f"{name},,{units}" for name, units in quota.items())]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
