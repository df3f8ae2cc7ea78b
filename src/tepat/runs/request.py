"""What a run is asked to do, and what its steps hand on to each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from tepat.engine.desk import Desk
from tepat.policy.model import Policy
from tepat.registry.files.parts import Part
from tepat.runs.work_folder import WorkFolder

Progress = Callable[[str, int, int], None]
STEPS = ("read", "check", "rank", "decide", "allocate", "summarise", "report")
# they do not change what comes out
NOT_ARGUMENTS = ("out", "programmes", "memory", "at_once", "engine", "master")


@dataclass(frozen=True)
class Request:
    """What a run is asked to do; paths as the person gave them."""

    input: Path
    out: Path
    as_of: date
    mapping: Path | None = None
    deciles: Path | None = None
    model: Path | None = None
    programmes: tuple[str, ...] = ()
    quota: Path | None = None
    policy: Path | None = None
    truth: Path | None = None
    boundaries: Path | None = None
    against: Path | None = None
    memory: str | None = None
    at_once: int = 3_000_000  # families; a larger input is cut into parts of about so many
    engine: str = "duckdb"
    master: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The arguments as text, for run.json."""
        named = {
            key: str(value)
            for key, value in vars(self).items()
            if key not in NOT_ARGUMENTS and value is not None
        }
        return named | {"programmes": list(self.programmes)}


@dataclass
class State:
    """What the steps hand on to each other.

    ``con`` calculates; ``reader`` is the embedded engine that reads the files, the same one unless
    the run calculates elsewhere.
    """

    request: Request
    policy: Policy
    con: Any
    work: WorkFolder
    desk: Desk
    parts: Sequence[Part]
    progress: Progress
    names: list[str]
    not_in_force: dict[str, str]
    quotas: dict[str, dict[str, int]]
    manifest: dict[str, Any]
    seconds: dict[str, float] = field(default_factory=dict)
    members: int = 0  # in all parts
    reader: Any = None
    groups: int = 0  # of parts whose families were allocated together
    read: Sequence[Part] = ()  # the parts in which the input was read, where others calculate

    def __post_init__(self) -> None:
        """One engine does both unless another reads."""
        self.reader = self.reader or self.con

    @property
    def elsewhere(self) -> bool:
        """Whether another engine calculates than reads."""
        return self.reader is not self.con

    def report(self, step: str, done: int = 0, of: int = 0) -> None:
        """Say that a step begins, or how many of its parts are done."""
        label = f"{step} {done}/{of}" if of > 1 else step
        self.progress(label, STEPS.index(step), len(STEPS))

    @property
    def folder(self) -> Path:
        """Where the run is made."""
        return self.work.folder

    def scratch(self, number: int) -> Path:
        """A folder for what is needed of one part until the run is made."""
        return self.folder / "scratch" / part_name(number)

    def path(self, table: str, number: int) -> Path:
        """The file of a table that holds one part."""
        return self.folder / table / f"{part_name(number)}.parquet"

    def all_parts(self, table: str) -> list[Path]:
        """The files of a table, in order."""
        return [self.path(table, part.number) for part in self.parts]


def part_name(number: int) -> str:
    """What the files of a part are called."""
    return f"part-{number:04}"
