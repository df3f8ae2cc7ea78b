"""What fits a budget: the places, the line of the score, or the value of one programme.

The budget is that of the named programme under the reform. Three lines can be searched:

- ``quota``: how many places the nation has, shared among kabupaten as in a run;
- ``score``: of those awarded, up to which score the aid reaches (a run with a model has scores);
- a parameter of the programme, such as its decile limit, an age or an amount: each try decides and
  allocates the programme anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tepat.eligibility.plan import Plan
from tepat.eligibility.rules import Facts, decide
from tepat.engine.connect import exact
from tepat.engine.errors import TepatError
from tepat.enrolment.rules import Claims, awards, candidates, competing, quota_lines
from tepat.enrolment.shares import NATIONAL, shares
from tepat.policy.compile import whole
from tepat.policy.meaning import nearest
from tepat.policy.model import Policy, Programme
from tepat.policy.reform import Reform, with_value
from tepat.runs.simulate.one_pass import Tables
from tepat.runs.simulate.search import Search, search
from tepat.runs.simulate.twins import Twins

if TYPE_CHECKING:
    import numpy as np

QUOTA, SCORE = "quota", "score"
HIGHEST = {"decile": (1, 10), "percent": (0, 100), "years": (0, 100)}  # ranges by unit
SHOWN = 24  # points of a curve


@dataclass(frozen=True)
class Limit:
    """A budget, and the line that is to fit it."""

    budget: int
    programme: str
    line: str
    low: int | None = None
    high: int | None = None

    @property
    def kind(self) -> str:
        """``quota``, ``score`` or ``parameter``."""
        return self.line if self.line in (QUOTA, SCORE) else "parameter"


def read_limit(
    budget: int, by: str | None, span: str | None, reform: Reform, programmes: list[str]
) -> Limit:
    """The limit that was asked for.

    Args:
        budget: rupiah a year.
        by: ``programme.line``; None where there is only one programme to think of.
        span: ``low..high``; None for the usual range.
        reform: the reform.
        programmes: programmes in force under the reform.

    Raises:
        TepatError: ``limit_budget``, ``limit_by``, ``limit_range``.
    """
    if budget < 0:
        raise TepatError("limit_budget", f"{budget} is not a budget.", do="Give whole rupiah.")
    low, high = _span(span)
    name, _, line = (by or _only(reform, programmes)).partition(".")
    if name not in programmes:
        raise TepatError(
            "limit_by",
            f"'{name}' is no programme of the reform's policy on this day.",
            nearest(name, programmes),
            f"Write --limit-by PROGRAMME.LINE; programmes: {', '.join(programmes)}.",
        )
    programme = reform.policy.programmes[name]
    known = [QUOTA, SCORE, *(n for n, p in programme.parameters.items() if _counts(p.values))]
    if line not in known:
        raise TepatError(
            "limit_by",
            f"'{line}' is no line of '{name}'.",
            nearest(line, known),
            f"Lines: {', '.join(known)}.",
        )
    return Limit(budget, name, line, low, high)


def _counts(values: Any) -> bool:
    """Whether a parameter is a whole number throughout."""
    return all(isinstance(value.value, int) for value in values)


def _only(reform: Reform, programmes: list[str]) -> str:
    names = [name for name in (*reform.changed, *reform.added) if name in programmes]
    if len(names) == 1:
        return f"{names[0]}.{QUOTA}"
    raise TepatError(
        "limit_by",
        "It is not said what is to fit the budget.",
        f"The reform changes {len(names)} programmes.",
        f"Write --limit-by PROGRAMME.LINE, such as {(names or programmes)[0]}.{QUOTA}.",
    )


def _span(text: str | None) -> tuple[int | None, int | None]:
    if text is None:
        return None, None
    low, dots, high = text.replace("_", "").partition("..")
    if not (dots and low.strip().isdecimal() and high.strip().isdecimal() and int(low) < int(high)):
        raise TepatError(
            "limit_range",
            f"'{text}' is not a range.",
            do="Write two whole numbers, the lower first, such as 55..75.",
        )
    return int(low), int(high)


def find_limit(
    limit: Limit, tables: Tables, twins: Twins, base: Policy, reform: Reform
) -> dict[str, Any]:
    """Search the line; returns what simulation.json holds of it.

    Raises:
        TepatError: ``limit_score`` where families have no score.
    """
    called = twins.after[limit.programme]
    programme = reform.policy.programmes[limit.programme]
    now = _now(limit, tables, twins, called)
    if limit.kind == QUOTA:
        found, holders, unit = _places(limit, tables, twins, called)
    elif limit.kind == SCORE:
        found, holders, unit = _scores(limit, tables, called)
    else:
        probe = Probe(limit, tables, twins, base, reform)
        found, holders, unit = probe.search()
    value = found.value
    return {
        "programme": limit.programme,
        "title": {"id": programme.title.id, "en": programme.title.en},
        "holders": programme.unit,
        "line": limit.line,
        "kind": limit.kind,
        "unit": unit,
        "budget": limit.budget,
        "now": now,
        "fits": "none" if value is None else "all" if found.all_fit else "line",
        "value": value,
        "cost": None if value is None else found.tried[value],
        "number": None if value is None else holders[value],
        "steady": found.steady,
        "points": [
            {"value": number, "cost": cost, "holders": holders[number]}
            for number, cost in found.tried.items()
        ],
    }


def _now(limit: Limit, tables: Tables, twins: Twins, called: str) -> dict[str, Any]:
    """The line and the cost as the reform has them."""
    table = tables.table("awards")
    mine = table.filter((table.programme == called) & (table.status == "awarded"))
    row = tables.con.to_pyarrow(
        mine.agg(cost=whole(mine.amount_year.sum()), holders=mine.count())
    ).to_pylist()[0]
    plan = tables.plan(called)
    value: int | None = None
    if limit.kind == "parameter":
        known = plan.programme.parameters[limit.line].on(plan.rules.as_of)
        value = None if known is None else int(known.value)  # type: ignore[arg-type]
    elif limit.kind == QUOTA:
        places = _quota(plan.programme, twins, called, plan.rules)
        value = places.get(NATIONAL)
    return {"value": value, "cost": int(row["cost"] or 0), "holders": row["holders"]}


def _quota(programme: Programme, twins: Twins, called: str, rules: Any) -> Mapping[str, int]:
    if called in twins.quotas:
        return twins.quotas[called]
    if programme.quota is None or not rules.in_force(programme.quota.node):
        return {}
    return {NATIONAL: rules.constant(programme.quota.node)}


# ---- places ----


def _places(
    limit: Limit, tables: Tables, twins: Twins, called: str
) -> tuple[Search, dict[int, int], str]:
    """The largest number of places that fits; shares are those of a run."""
    plan = tables.plan(called)
    listed = {
        code: number
        for code, number in _quota(plan.programme, twins, called, plan.rules).items()
        if code != NATIONAL
    }
    sums = _running(tables, twins, called)
    eligible = {code: len(sum_) - 1 for code, sum_ in sums.items()}
    holders: dict[int, int] = {}

    def cost(number: int) -> int:
        found = shares({**listed, NATIONAL: number}, eligible) or {}
        holders[number] = sum(found.values())
        return sum(int(sums[code][places]) for code, places in found.items())

    low = limit.low if limit.low is not None else sum(listed.values())
    high = limit.high if limit.high is not None else max(low + 1, _most(listed, eligible))
    found = search(cost, low, high, limit.budget)
    if found.value is not None and not found.all_fit:
        found = _further(found, cost, sums, eligible, listed, high, limit.budget)
    return found, holders, "families" if plan.of_family else "persons"


def _most(listed: Mapping[str, int], eligible: Mapping[str, int]) -> int:
    """The number of places beyond which nobody is left to take one."""
    return sum(listed.values()) + sum(n for code, n in eligible.items() if code not in listed)


def _further(
    found: Search,
    cost: Any,
    sums: Mapping[str, np.ndarray],
    eligible: Mapping[str, int],
    listed: Mapping[str, int],
    high: int,
    budget: int,
) -> Search:
    """Look at more places than were found, as long as they could still fit.

    Largest remainders can take a place from a kabupaten while the nation gets one more, so the
    cost may fall for a moment. Shares rounded down never do: beyond their budget nothing fits.
    """
    others = {code: number for code, number in eligible.items() if code not in listed}
    total, fixed = sum(others.values()), sum(listed.values())
    known = sum(int(sums[c][min(n, eligible[c])]) for c, n in listed.items() if c in eligible)
    number, best, tried = int(found.value or 0), found.value, dict(found.tried)
    while number < high:
        number += 1
        left = max(0, number - fixed)
        least = known + sum(
            int(sums[code][min(left * n // total, n)]) for code, n in others.items()
        )
        if least > budget:
            break
        value = cost(number)
        if value <= budget:
            best, tried[number] = number, value
    return replace(found, value=best, tried=dict(sorted(tried.items())))


def _running(tables: Tables, twins: Twins, called: str) -> dict[str, np.ndarray]:
    """By kabupaten: what the first 0, 1, 2, … in the queue cost together."""
    import numpy as np

    made = Allocated(tables, twins, called).queue()
    free = made.filter(made.status != "refused")
    chosen = free.select(
        code=free.kabupaten.fill_null(""), place=free.place, amount=free.amount_year.fill_null(0)
    )
    rows = tables.con.to_pyarrow(chosen.order_by(["code", "place"]))
    codes = rows.column("code").to_numpy(zero_copy_only=False).astype(str)
    amounts = rows.column("amount").to_numpy()
    begins = np.r_[True, codes[1:] != codes[:-1]] if len(codes) else np.zeros(0, bool)
    starts = [int(start) for start in np.flatnonzero(begins)]
    return {
        str(codes[start]): np.r_[0, np.cumsum(amounts[start:end])]
        for start, end in zip(starts, [*starts[1:], len(codes)], strict=True)
    }


# ---- score ----


def no_score(programme: str) -> TepatError:
    """What to say where there is no score to search."""
    return TepatError(
        "limit_score",
        f"No family that holds '{programme}' has a score.",
        "Scores come from a model; deciles alone do not order families within one.",
        "Give --model, or search another line.",
    )


def _scores(limit: Limit, tables: Tables, called: str) -> tuple[Search, dict[int, int], str]:
    """The highest score up to which the aid reaches within the budget; ties stay together."""
    import numpy as np

    table, ranking = tables.table("awards"), tables.table("ranking")
    mine = table.filter((table.programme == called) & (table.status == "awarded"))
    scores = ranking.select(ranked_id=ranking.family_id, score=ranking.score)
    joined = mine.inner_join(scores, mine.family_id == scores.ranked_id)
    known = joined.filter(joined.score.notnull())
    grouped = known.group_by("score").agg(
        amount=whole(known.amount_year.sum()).fill_null(0), number=known.count()
    )
    rows = tables.con.to_pyarrow(grouped.order_by("score"))
    if not rows.num_rows:
        raise no_score(limit.programme)
    score, cost = rows.column("score").to_numpy(), np.cumsum(rows.column("amount").to_numpy())
    number = np.cumsum(rows.column("number").to_numpy())
    fitting = int(np.searchsorted(cost, limit.budget, side="right"))
    last = len(score) - 1
    wanted = {round(i * last / (SHOWN - 1)) for i in range(SHOWN)}
    wanted |= {i for i in (fitting - 1, fitting) if 0 <= i <= last}
    points = sorted(wanted)
    return (
        Search(
            int(score[fitting - 1]) if fitting else None,
            {int(score[i]): int(cost[i]) for i in points},
            True,
            True,
            fitting > last,
        ),
        {int(score[i]): int(number[i]) for i in points},
        "score",
    )


# ---- parameters ----


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
        return search(self.cost, low, high, self.limit.budget), self.holders, parameter.unit

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


class Allocated:
    """One programme of the merged policy, allocated again behind those that come earlier."""

    def __init__(self, tables: Tables, twins: Twins, called: str) -> None:
        self.tables, self.twins, self.called = tables, twins, called

    def queue(self) -> Any:
        """Everybody who competes, with their place, as if there were places for all."""
        tables = self.tables
        decided = {t: tables.table(f"{t}_decisions") for t in ("family", "member")}
        decisions = {"families": decided["family"], "members": decided["member"]}
        return self.awards(tables.plan(self.called), decisions, "limit_queue", everybody=True)

    def awards(
        self, plan: Plan, decisions: Mapping[str, Any], name: str, everybody: bool = False
    ) -> Any:
        """The programme's awards, from decisions that may differ from those of the pass."""
        desk, policy = self.tables.state.desk, self.twins.policy
        claims = self._claims(decisions)
        asked = desk.keep(f"{name}_candidates", partial(candidates, policy, plan, claims))
        eligible = {
            row["code"]: row["number"]
            for row in desk.rows(f"{name}_competing", partial(competing, asked))
        }
        if everybody:
            return awards(plan, asked, _lines({c: {"quota": n} for c, n in eligible.items()}))
        lines = quota_lines(plan, self.twins.quotas, eligible)
        return awards(plan, asked, None if lines is None else _lines(lines))

    def _claims(self, decisions: Mapping[str, Any]) -> Claims:
        """What is known besides: awards of programmes that allocate earlier, and benefits."""
        tables, policy = self.tables, self.twins.policy
        table, order = tables.table("awards"), list(policy.programmes)
        taken = {
            other: table.filter(table.programme == other)
            for other in policy.barred_with(self.called)
            if other in self.twins.names and order.index(other) < order.index(self.called)
        }
        given = "benefits" in tables.manifest["present"]
        return Claims(
            decisions["families"],
            decisions["members"],
            tables.table("ranking"),
            tables.table("benefits") if given else None,
            taken,
        )


def _lines(lines: Mapping[str, Mapping[str, int]]) -> Any:
    import ibis
    import pyarrow as pa

    codes = pa.array(list(lines), pa.string())
    numbers = pa.array([line["quota"] for line in lines.values()], pa.int64())
    return ibis.memtable(pa.table({"line_code": codes, "line": numbers}))
