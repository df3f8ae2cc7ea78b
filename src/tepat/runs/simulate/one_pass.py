"""One pass for both policies: read, check, rank once, then decide and allocate the merged one."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tepat.eligibility.plan import Plan
from tepat.engine.connect import exact
from tepat.runs.allocation import allocate_step
from tepat.runs.folder import TABLES
from tepat.runs.request import State
from tepat.runs.steps import check_step, decide_step, rank_step, read_step


@dataclass(frozen=True)
class Tables:
    """The tables that a pass left, as a run has them; programmes under their merged names."""

    state: State
    plans: Sequence[Plan]

    @property
    def con(self) -> Any:
        """The engine."""
        return self.state.con

    @property
    def manifest(self) -> dict[str, Any]:
        """What the steps noted."""
        return self.state.manifest

    def has(self, name: str) -> bool:
        """Whether there is such a table."""
        return any(self.state.folder.glob(TABLES[name]))

    def table(self, name: str) -> Any:
        """One of the tables of a run."""
        return self.con.read_parquet(f"{exact(self.state.folder)}/{TABLES[name]}")

    def plan(self, name: str) -> Plan:
        """The plan of a programme, by its name in the merged policy."""
        return next(plan for plan in self.plans if plan.name == name)


def one_pass(state: State) -> Tables:
    """Run the steps of a run over the merged policy."""
    for name, step in (("read", read_step), ("check", check_step), ("rank", rank_step)):
        state.report(name)
        with timed(state, name):
            step(state)
    state.report("decide")
    with timed(state, "decide"):
        plans = decide_step(state)
    state.report("allocate")
    with timed(state, "allocate"):
        allocate_step(state, plans)
    return Tables(state, plans)


@contextmanager
def timed(state: State, step: str) -> Iterator[None]:
    """Note how many seconds a step takes."""
    begun = time.perf_counter()
    yield
    state.seconds[step] = round(time.perf_counter() - begun, 3)
