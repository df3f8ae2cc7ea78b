"""The value of a parameter that fits: each try decides and allocates the programme anew."""

from __future__ import annotations

import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path

from tepat.eligibility.rules import Facts, decide
from tepat.engine.connect import exact
from tepat.policy.model import Policy
from tepat.policy.reform import Reform, with_value
from tepat.runs.simulate.limit.allocated import Allocated, held
from tepat.runs.simulate.limit.asked import Limit, usual_span
from tepat.runs.simulate.one_pass import Tables
from tepat.runs.simulate.search import Search, search
from tepat.runs.simulate.twins import Twins


class Probe:
    """Decides and allocates one programme with other values of a parameter."""

    def __init__(
        self, limit: Limit, tables: Tables, twins: Twins, base: Policy, reform: Reform
    ) -> None:
        self.limit, self.tables, self.twins = limit, tables, twins
        self.base, self.reform = base, reform
        self.called = twins.after[limit.programme]
        self.holders: dict[int, int] = {}

    def search(self) -> tuple[Search, dict[int, int], str]:
        """Search the parameter's range."""
        plan = self.tables.plan(self.called)
        parameter = plan.programme.parameters[self.limit.line]
        known = parameter.on(plan.rules.as_of)
        own = int(known.value) if known else None  # type: ignore[arg-type]
        low, high = self.limit.span or usual_span(parameter.unit, own)
        found = search(self.cost, low, high, self.limit.budget, own)
        return found, self.holders, parameter.unit

    def cost(self, value: int) -> int:
        """What the programme costs with a value."""
        state, name = self.tables.state, f"limit_{value}"
        day = state.request.as_of
        programme = with_value(
            self.base, self.reform, self.limit.programme, self.limit.line, value, day
        )
        programmes = {**self.twins.policy.programmes}
        programmes[self.called] = replace(programme, name=self.called)
        policy = replace(self.twins.policy, programmes=programmes)
        desk, plan = state.desk, None
        paths: dict[str, list[Path]] = {"families": [], "members": []}
        for part in state.parts:
            found = decide(policy, self._facts(part.number), day, [self.called])
            plan = found.plans[0]
            for table, kept in paths.items():
                kept.append(desk.folder / name / f"{table}-{part.number:04}.parquet")
                step = f"{name}_{table}_{part.number}"
                desk.write(step, partial(getattr, found, table), kept[-1])
        assert plan is not None
        decided = {table: desk.open(f"{name}_{table}", *kept) for table, kept in paths.items()}
        twins = replace(self.twins, policy=policy)
        made = Allocated(self.tables, twins, self.called).awards(plan, decided, name)
        given = held(self.tables.con, made)
        shutil.rmtree(desk.folder / name)  # else every try would keep the whole country's decisions
        self.holders[value] = given["holders"]
        return given["cost"]

    def _facts(self, number: int) -> Facts:
        """The facts of one part."""
        state, con = self.tables.state, self.tables.con
        tables = {
            name: con.read_parquet(exact(state.path(f"facts/{name}", number)))
            for name in ("families", "members", "flags", "benefits")
        }
        lists = self.tables.table("lists")
        loaded = con.to_pyarrow(lists.select("ground").distinct()).column("ground").to_pylist()
        return Facts(
            tables["families"],
            tables["members"],
            tables["flags"],
            frozenset(loaded),
            tables["benefits"] if "benefits" in self.tables.manifest["present"] else None,
        )
