"""The value of a parameter that fits: each try decides and allocates the programme anew."""

from __future__ import annotations

import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path

from tepat.eligibility.rules import Facts, decide
from tepat.engine.connect import exact
from tepat.policy.compile import whole
from tepat.policy.model import Policy
from tepat.policy.reform import Reform, with_value
from tepat.runs.simulate.limit.allocated import Allocated
from tepat.runs.simulate.limit.asked import Limit
from tepat.runs.simulate.one_pass import Tables
from tepat.runs.simulate.search import Search, search
from tepat.runs.simulate.twins import Twins

HIGHEST = {"decile": (1, 10), "percent": (0, 100), "years": (0, 100)}  # ranges by unit


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
        usual = HIGHEST.get(parameter.unit.split(" ")[0])
        if usual is None:
            usual = 0, max(10, 4 * int(known.value)) if known else 10  # type: ignore[arg-type]
        low = self.limit.low if self.limit.low is not None else usual[0]
        high = self.limit.high if self.limit.high is not None else max(usual[1], low + 1)
        own = int(known.value) if known else None  # type: ignore[arg-type]
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
        held = made.filter(made.status == "awarded")
        row = self.tables.con.to_pyarrow(
            held.agg(cost=whole(held.amount_year.sum()), holders=held.count())
        ).to_pylist()[0]
        shutil.rmtree(desk.folder / name)  # else every try would keep the whole country's decisions
        self.holders[value] = row["holders"]
        return int(row["cost"] or 0)

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
