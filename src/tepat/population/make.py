"""Synthetic people by the province, kabupaten or country: the one entry of this package."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tepat.engine.errors import TepatError
from tepat.engine.manifest import code_version, new_folder
from tepat.population import frames
from tepat.population.bureau import Country, build_country
from tepat.population.figures import REFERENCE_DAY
from tepat.population.files import GrowingFiles, scaled_quota, write_quota
from tepat.population.places import Part, chosen_provinces, plan_parts
from tepat.population.readme import README
from tepat.population.record import Record, make_record
from tepat.population.tally import Tally

Progress = Callable[[str, int, int], None]

SURVEY_SHARE, SURVEY_FAMILIES = 0.10, 30_000
MOST_FAMILIES = 100_000_000


def make_population(
    out: Path,
    families: int,
    province: str | None,
    seed: int,
    progress: Progress | None = None,
    *,
    kabupaten: str | None = None,
) -> dict[str, Any]:
    """Write a folder of synthetic families, people, flags, aid and the truth beside them.

    Args:
        out: the folder to make; must not exist.
        families: how many families.
        province: two-digit code; None for the whole country.
        seed: the same seed and arguments give the same content.
        progress: called with a label, families done and families in all.
        kabupaten: four-digit code; None for the whole province.

    Returns:
        What was made: rows, quotas, realised rates beside their targets, seconds left out.

    Raises:
        TepatError: ``unknown_place``, ``bad_number``, ``exists``, ``not_writable``.
    """
    _check(families, seed)
    provinces = chosen_provinces(province, kabupaten)
    with new_folder(out) as folder:
        country = build_country()
        parts = plan_parts(families, provinces, kabupaten)
        tally, rows = _write_parts(_Order(folder, parts, country, seed, families), progress)
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
        text = json.dumps(summary, indent=2, ensure_ascii=False)
        (folder / "population.json").write_text(text + "\n", encoding="utf-8")
    return summary


def _check(families: int, seed: int) -> None:
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


@dataclass(frozen=True)
class _Order:
    """What is to be made, and where."""

    folder: Path
    parts: list[Part]
    country: Country
    seed: int
    families: int

    @property
    def sample(self) -> float:
        """The share of families in the survey."""
        return min(SURVEY_SHARE, SURVEY_FAMILIES / self.families)


def _write_parts(order: _Order, progress: Progress | None) -> tuple[Tally, dict[str, int]]:
    tally, done = Tally(), 0
    with GrowingFiles(order.folder) as files:
        for part in order.parts:
            record = make_record(part, len(order.parts), order.country, order.seed, order.sample)
            tally.take(record)
            _write_record(order, files, record)
            done += len(record.families["decile"])
            if progress is not None:
                progress("families", done, order.families)
        files.add("lists", frames.lists_frame())
    return tally, files.rows


def _write_record(order: _Order, files: GrowingFiles, record: Record) -> None:
    part = record.part
    rng = np.random.default_rng([order.seed, int(part.province), part.number, 1])
    families = frames.families_frame(record, rng)
    keys = frames.person_keys(record)
    members = frames.members_frame(record, rng, keys)
    files.add_part("families", part, families)
    files.add_part("members", part, members)
    files.add_part("flags", part, frames.flags_frame(record, keys))
    files.add_part("benefits", part, frames.benefits_frame(record, rng, keys))
    files.add("truth", frames.truth_frame(record, order.country.spent_cuts))
    files.add("truth_members", frames.truth_members_frame(record, keys))
    files.add("survey", frames.survey_frame(record, families, round(1 / order.sample, 6)))


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
        "provinces": tally.poverty(),
    }
