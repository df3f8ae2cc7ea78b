"""One pass for both policies: read, check, rank once, then decide and allocate the merged one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tepat.engine.connect import exact
from tepat.runs.folder import TABLES
from tepat.runs.request import State
from tepat.runs.steps import (
    allocate_step,
    check_step,
    decide_step,
    rank_step,
    read_step,
    truth_step,
)


@dataclass(frozen=True)
class Tables:
    """The tables that a pass left, as a run has them; programmes under their merged names."""

    folder: Path
    con: Any
    manifest: dict[str, Any]

    def has(self, name: str) -> bool:
        """Whether there is such a table."""
        return any(self.folder.glob(TABLES[name]))

    def table(self, name: str) -> Any:
        """One of the tables of a run."""
        return self.con.read_parquet(f"{exact(self.folder)}/{TABLES[name]}")


def one_pass(state: State) -> Tables:
    """Run the steps of a run over the merged policy."""
    state.progress("read", 0, 5)
    given = read_step(state)
    state.progress("check", 1, 5)
    checked = check_step(state, given)
    state.progress("rank", 2, 5)
    rank_step(state, given, checked)
    truth_step(state)
    state.progress("decide", 3, 5)
    plans = decide_step(state)
    state.progress("allocate", 4, 5)
    allocate_step(state, plans)
    return Tables(state.folder, state.con, state.manifest)
