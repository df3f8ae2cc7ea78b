"""Synthetic people by the province, kabupaten or country: the one entry of this package."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from time import monotonic
from typing import Any

from tepat.engine.errors import TepatError
from tepat.engine.manifest import code_version, new_folder
from tepat.population.across import call_roll
from tepat.population.beside import lists_frame
from tepat.population.bureau import Country, build_country
from tepat.population.figures import REFERENCE_DAY
from tepat.population.files import (
    GrowingFiles,
    as_arrow,
    refuse_small_disk,
    said_clearly,
    scaled_quota,
    write_quota,
)
from tepat.population.places import chosen_provinces, plan_parts, plan_volumes
from tepat.population.provinces import BY_CODE
from tepat.population.readme import README
from tepat.population.tally import Tally
from tepat.population.volume import Order
from tepat.population.workers import make_volumes

Progress = Callable[[str, int, int], None]

MOST_FAMILIES = 100_000_000
WORTH_A_PROCESS = 150_000
"""Families for which it pays to start one more process."""


def make_population(
    out: Path,
    families: int,
    province: str | None,
    seed: int,
    progress: Progress | None = None,
    *,
    kabupaten: str | None = None,
    processes: int = 1,
) -> dict[str, Any]:
    """Write a folder of synthetic families, people, flags, aid and the truth beside them.

    Families that are in no register come besides, in a table of their own.

    Args:
        out: the folder to make; must not exist.
        families: how many families, all registered.
        province: two-digit code; None for the whole country.
        seed: the same seed and arguments give the same content.
        progress: called with a label, families done and families in all.
        kabupaten: four-digit code; None for the whole province.
        processes: how many make families side by side, for the same content.

    Returns:
        What was made: rows, bytes, quotas, realised rates beside their targets; under ``speed``
        what differs from one making to the next.

    Raises:
        TepatError: ``unknown_place``, ``bad_number``, ``exists``, ``not_writable``, ``disk_full``,
            ``no_memory``, ``worker_lost``.
    """
    _check(families, seed, processes)
    provinces = chosen_provinces(province, kabupaten)
    refuse_small_disk(out, families)
    began = monotonic()
    with said_clearly(out), new_folder(out) as folder:
        country = build_country()
        parts = plan_parts(families, provinces, kabupaten)
        roll = call_roll(seed, parts)
        order = Order(folder, plan_volumes(parts), roll, country, seed, families)
        tally, rows = _write(order, processes, progress)
        quota = scaled_quota(country, families, provinces, kabupaten)
        write_quota(folder / "quota.csv", quota)
        (folder / "README.txt").write_text(README, encoding="utf-8")
        arguments = {
            "families": families,
            "province": province,
            "kabupaten": kabupaten,
            "seed": seed,
        }
        summary = _summary(arguments, tally, rows, quota, country)
        summary |= _size(folder, rows) | {"speed": _speed(rows, processes, monotonic() - began)}
        text = json.dumps(summary, indent=2, ensure_ascii=False)
        (folder / "population.json").write_text(text + "\n", encoding="utf-8")
    return summary


def usual_processes(families: int) -> int:
    """As many as there are processors for us, fewer where there is little to make."""
    return min(len(os.sched_getaffinity(0)), 1 + families // WORTH_A_PROCESS)


def _check(families: int, seed: int, processes: int) -> None:
    if not 1 <= families <= MOST_FAMILIES:
        raise TepatError(
            "bad_number",
            f"{families} families cannot be made.",
            f"The number must lie between 1 and {MOST_FAMILIES:,}.",
            "Give another --families.",
        )
    if seed < 0:
        raise TepatError(
            "bad_number", f"The seed {seed} is negative.", do="Give a whole number from 0 up."
        )
    if processes < 1:
        raise TepatError(
            "bad_number",
            f"{processes} processes cannot make families.",
            do="Give --processes 1 or more.",
        )


def _write(order: Order, processes: int, progress: Progress | None) -> tuple[Tally, dict[str, int]]:
    tally, rows, done = Tally(), dict[str, int](), 0
    with GrowingFiles(order.folder) as files, closing(make_volumes(order, processes)) as volumes:
        for made in volumes:
            tally.join(made.tally)
            for name, table in made.beside:
                files.add(name, table)
            for name, count in made.rows.items():
                rows[name] = rows.get(name, 0) + count
            done += made.rows["families"]
            if progress is not None:
                code = order.volumes[made.number][0].province
                progress(f"families of {BY_CODE[code].name}", done, order.families)
        lists = as_arrow(lists_frame())
        files.add("lists", lists)
    return tally, rows | {"lists": lists.num_rows}


def _summary(
    arguments: dict[str, Any],
    tally: Tally,
    rows: dict[str, int],
    quota: dict[str, int],
    country: Country,
) -> dict[str, Any]:
    from tepat import __version__

    return {
        "synthetic": True,
        "tepat": __version__,
        "code": code_version(),
        "arguments": arguments,
        "as_of": REFERENCE_DAY.isoformat(),
        "rows": rows,
        "quota": quota,
        "score_of_the_bureau": {name: round(value, 4) for name, value in country.fit.items()},
        "make_up": tally.make_up(),
        "error_rates": tally.rates(),
        "unregistered": tally.unregistered(),
        "provinces": tally.poverty(),
    }


def _size(folder: Path, rows: dict[str, int]) -> dict[str, Any]:
    """Bytes of each table, and of all of them for each person."""
    tables = dict.fromkeys(rows, 0)
    for path in folder.glob("**/*.parquet"):
        tables[path.relative_to(folder).parts[0].removesuffix(".parquet")] += path.stat().st_size
    return {
        "bytes": tables,
        "bytes_per_person": round(sum(tables.values()) / max(rows["members"], 1), 1),
    }


def _speed(rows: dict[str, int], processes: int, seconds: float) -> dict[str, float]:
    return {
        "processes": processes,
        "seconds": round(seconds, 1),
        "rows_per_second": round(sum(rows.values()) / seconds),
    }
