"""Writing the folder: tables grown part by part, the quotas, and what is said when no more fits."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

from tepat.engine.errors import TepatError
from tepat.population.bureau import Country
from tepat.population.figures import NATIONAL_QUOTA
from tepat.population.places import kabupaten_of
from tepat.population.provinces import FAMILIES_IN_COUNTRY, PROVINCES, Province
from tepat.population.welfare import poor_families

BYTES_A_FAMILY = 150
"""Room on disk that a family takes in all tables, a little more than was measured."""

# No two rows have the same, so a dictionary of the values would only be a second copy of them.
_DISTINCT = frozenset(("family_key", "person_key", "nik", "kk_number", "family_pln_id", "pln_id"))


class GrowingFiles:
    """Parquet files that get a row group with each part, so that no whole table is in memory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.open: dict[str, Any] = {}

    def add(self, name: str, table: Any) -> None:
        """Append an Arrow table to ``name``.parquet; the name may lie in folders."""
        if name not in self.open:
            self.open[name] = self._begin(name, table.schema)
        self.open[name].write_table(table)

    def _begin(self, name: str, schema: Any) -> Any:
        import pyarrow.parquet as pq

        path = self.folder / f"{name}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        repeated = [column for column in schema.names if column not in _DISTINCT]
        return pq.ParquetWriter(path, schema, compression="zstd", use_dictionary=repeated)

    def __enter__(self) -> GrowingFiles:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for name, writer in self.open.items():
            try:
                writer.close()
            except OSError as second:
                if error is None:
                    raise
                error.add_note(f"{name}.parquet was not ended: {second}")


def as_arrow(frame: Any) -> Any:
    """A polars table with plain strings, not views of strings, which older readers do not know."""
    import polars as pl

    return frame.to_arrow(compat_level=pl.CompatLevel.oldest())


def refuse_small_disk(out: Path, families: int) -> None:
    """Refuse before any work what cannot end well.

    Raises:
        TepatError: ``disk_full``.
    """
    place = out.absolute()
    while not place.is_dir() and place != place.parent:
        place = place.parent
    free, needed = shutil.disk_usage(place).free, families * BYTES_A_FAMILY
    if needed > free:
        raise _disk_full(
            f"{families:,} families take about {needed / 1e9:,.1f} GB, and {place} has "
            f"{free / 1e9:,.1f} GB left."
        )


@contextmanager
def said_clearly(out: Path) -> Iterator[None]:
    """Say in words what a machine without room or memory says in numbers.

    Raises:
        TepatError: ``disk_full``, ``no_memory``.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise _disk_full(
            f"{out.absolute().parent} had no room left while families were written."
        ) from error
    except MemoryError as error:
        raise TepatError(
            "no_memory",
            "There was not enough memory to make families.",
            "Each process needs about 700 MB.",
            "Give a smaller --processes, or end other programs.",
        ) from error


def _disk_full(what: str) -> TepatError:
    return TepatError(
        "disk_full",
        what,
        "Nothing half-written was left.",
        "Make room, give another folder, or fewer --families.",
    )


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
