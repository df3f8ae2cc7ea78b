"""How many places of the nation fit a budget, shared among kabupaten as in a run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

from tepat.eligibility.plan import Plan
from tepat.enrolment.rules import quota
from tepat.enrolment.shares import NATIONAL, own_quotas, places_given, shares
from tepat.runs.simulate.limit.allocated import Allocated
from tepat.runs.simulate.limit.asked import Limit
from tepat.runs.simulate.limit.running import Running, in_order
from tepat.runs.simulate.one_pass import Tables
from tepat.runs.simulate.search import Search, search
from tepat.runs.simulate.twins import Twins

AHEAD = 64  # numbers of places whose costs are looked up together


def national(twins: Twins, plan: Plan) -> int | None:
    """The places of the nation as the reform has them; None where it has no such number."""
    given = quota(plan, twins.quotas)
    return places_given(given) if NATIONAL in given else None


def search_places(
    limit: Limit, tables: Tables, twins: Twins, called: str
) -> tuple[Search, dict[int, int], str]:
    """The largest number of places that fits; shares are those of a run."""
    plan = tables.plan(called)
    given = quota(plan, twins.quotas)
    queues = Queues(tables.con, _lines(tables, twins, called))
    places = Places(queues, own_quotas(given))
    low, high = limit.span or (places.fixed, max(places.fixed + 1, places.most))
    found = places.search(low, high, limit.budget)
    return found, places.holders, "families" if plan.of_family else "persons"


def _lines(tables: Tables, twins: Twins, called: str) -> Any:
    """What each of those who compete gets, kabupaten by kabupaten in the order of their places."""

    def lines() -> Any:
        made = Allocated(tables, twins, called).queue()
        free = made.filter(made.status != "refused")
        return free.select(
            code=free.kabupaten.fill_null(""),
            place=free.place,
            amount=free.amount_year.fill_null(0),
        )

    return in_order(tables.state.desk, "limit_lines", lines, ["code", "place"])


class Queues:
    """What the first so many in the queue of each kabupaten cost together.

    Args:
        con: the engine.
        lines: ``code`` and ``amount``, in the order of queues.
    """

    def __init__(self, con: Any, lines: Any) -> None:
        grouped = lines.group_by("code").agg(begin=lines.line.min(), number=lines.count())
        rows = con.to_pyarrow(grouped.order_by("code")).to_pylist()
        self.eligible: dict[str, int] = {row["code"]: row["number"] for row in rows}
        self._begin: dict[str, int] = {row["code"]: row["begin"] for row in rows}
        self._sums = Running(con, lines)

    def costs(self, several: Iterable[Mapping[str, int]]) -> list[int]:
        """What so many places in each kabupaten cost; several such answers with one look."""
        asked = [
            [(self._begin[code], self._begin[code] + number) for code, number in places.items()]
            for places in several
        ]
        sums = self._sums.first({line for ends in asked for pair in ends for line in pair})
        return [sum(sums[end] - sums[begin] for begin, end in ends) for ends in asked]


class Places:
    """The cost of a number of places.

    Args:
        queues: what `Queues` knows: ``eligible`` and ``costs``.
        listed: kabupaten whose number of places is given.
    """

    def __init__(self, queues: Queues, listed: Mapping[str, int]) -> None:
        self.queues, self.listed = queues, listed
        self.holders: dict[int, int] = {}
        self.fixed = sum(listed.values())
        eligible = queues.eligible
        self._others = {code: n for code, n in eligible.items() if code not in listed}
        self._total = sum(self._others.values())

    @property
    def most(self) -> int:
        """The number of places beyond which nobody is left to take one."""
        return self.fixed + self._total

    def cost(self, number: int) -> int:
        """What a number of places costs."""
        found = self._shared(number)
        self.holders[number] = sum(found.values())
        return self.queues.costs([found])[0]

    def _shared(self, number: int) -> dict[str, int]:
        return shares({**self.listed, NATIONAL: number}, self.queues.eligible) or {}

    def _rounded_down(self, number: int) -> dict[str, int]:
        eligible, left = self.queues.eligible, max(0, number - self.fixed)
        found = {c: min(n, eligible[c]) for c, n in self.listed.items() if c in eligible}
        return found | {c: min(left * n // self._total, n) for c, n in self._others.items()}

    def search(self, low: int, high: int, budget: int) -> Search:
        """The largest number of places, from ``low`` to ``high``, that fits the budget."""
        found = search(self.cost, low, high, budget)
        tried = self._further(found.tried, low, high, budget)
        best = max((number for number, cost in tried.items() if cost <= budget), default=None)
        steady = all(one <= other for one, other in pairwise(tried.values()))
        return replace(found, value=best, tried=tried, steady=steady)

    def _further(self, tried: dict[int, int], low: int, high: int, budget: int) -> dict[int, int]:
        """Look at more places than those that fit, as long as they could still fit.

        Largest remainders can take a place from a kabupaten while the nation gets one more, so the
        cost may fall for a moment. Shares rounded down never do: beyond their budget nothing fits.
        """
        tried, within = dict(tried), True
        number = max((number for number, cost in tried.items() if cost <= budget), default=low)
        while within and number < high:
            ahead = range(number + 1, min(high, number + AHEAD) + 1)
            least = self.queues.costs(map(self._rounded_down, ahead))
            within = least[-1] <= budget
            could = [n for n, cost in zip(ahead, least, strict=True) if cost <= budget]
            shared = [self._shared(n) for n in could]
            for n, places, cost in zip(could, shared, self.queues.costs(shared), strict=True):
                self.holders[n] = sum(places.values())
                if cost <= budget:
                    tried[n] = cost
            number = ahead[-1]
        return dict(sorted(tried.items()))
