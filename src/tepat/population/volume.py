"""One volume of the population: the parts whose rows stand together in one file of each table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from tepat.population import beside, frames
from tepat.population.across import Roll
from tepat.population.bureau import Country
from tepat.population.files import GrowingFiles, as_arrow
from tepat.population.places import Part
from tepat.population.record import Record, make_record
from tepat.population.tally import Tally
from tepat.population.unregistered import Unregistered, make_unregistered, unregistered_frame

SURVEY_SHARE, SURVEY_FAMILIES = 0.10, 30_000


@dataclass(frozen=True)
class Order:
    """What is to be made, and where: all that a process needs to make any volume of it."""

    folder: Path
    volumes: list[tuple[Part, ...]]
    roll: Roll
    country: Country
    seed: int
    families: int

    @property
    def sample(self) -> float:
        """The share of families in the survey."""
        return min(SURVEY_SHARE, SURVEY_FAMILIES / self.families)


@dataclass
class Made:
    """What came of a volume: counts, rows written, and its rows of the tables of one file."""

    number: int
    tally: Tally = field(default_factory=Tally)
    rows: dict[str, int] = field(default_factory=dict)
    beside: list[tuple[str, Any]] = field(default_factory=list)


def make_volume(order: Order, number: int) -> Made:
    """Make a volume's parts one after another and write those of its tables that are folders.

    The same order and number give the same rows, whatever else is made, and in which process.
    """
    made = Made(number)
    with GrowingFiles(order.folder) as files:
        for part in order.volumes[number]:
            record = make_record(part, order.roll, order.country, order.seed, order.sample)
            outside = make_unregistered(record, order.country, order.seed)
            made.tally.take(record)
            made.tally.take_unregistered(outside)
            for name, frame in _tables(order, record, outside):
                made.rows[name] = made.rows.get(name, 0) + frame.height
                table = as_arrow(frame)
                if name in FOLDERS:
                    files.add(f"{name}/province={part.province}/part-{number:04d}", table)
                else:
                    made.beside.append((name, table))
    return made


FOLDERS = ("families", "members", "flags", "benefits")
"""Tables that are folders by province; the others are one file each."""


def _tables(order: Order, record: Record, outside: Unregistered) -> Iterator[tuple[str, Any]]:
    part = record.part
    rng = np.random.default_rng([order.seed, int(part.province), part.number, 1])
    keys = frames.keys_of(record)
    families = frames.families_frame(record, rng, keys)
    yield "families", families
    yield "members", frames.members_frame(record, rng, keys)
    yield "flags", beside.flags_frame(record, keys)
    yield "benefits", beside.benefits_frame(record, rng, keys)
    yield "truth", beside.truth_frame(record, keys, order.country.spent_cuts)
    yield "truth_members", beside.truth_members_frame(record, keys)
    yield "unregistered", unregistered_frame(record, outside, order.country.spent_cuts)
    yield "survey", frames.survey_frame(record, families, round(1 / order.sample, 6))
