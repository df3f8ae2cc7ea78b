"""What a run is asked to do, and what its steps hand on to each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from tepat.engine.connect import write_parquet
from tepat.policy.model import Policy

Progress = Callable[[str, int, int], None]


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

    def as_dict(self) -> dict[str, Any]:
        """The arguments as text, for run.json; where the run is written is not one of them."""
        named = {
            key: str(value)
            for key, value in vars(self).items()
            if key not in ("out", "programmes") and value is not None
        }
        return named | {"programmes": list(self.programmes)}


@dataclass
class State:
    """What the steps hand on to each other."""

    request: Request
    policy: Policy
    con: Any
    folder: Path
    progress: Progress
    names: list[str]
    not_in_force: dict[str, str]
    quotas: dict[str, dict[str, int]]
    manifest: dict[str, Any]
    seconds: dict[str, float] = field(default_factory=dict)


def save(state: State, name: str, table: Any) -> Any:
    """Write a table into the run's folder and open it from there."""
    path = state.folder / name
    write_parquet(state.con, table, path)
    return state.con.read_parquet(str(path))
