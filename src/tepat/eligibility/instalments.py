"""Instalments: a year's amount split by a calendar so that it adds up exactly.

Each instalment is the difference of two cumulative, rounded-down shares, so 2,000,000 over six
instalments gives 333,333 and 333,334 and never a rupiah more or less.
"""

from __future__ import annotations

import itertools
from typing import Any

from tepat.eligibility.plan import Plan
from tepat.policy.model import Calendar


def instalments(calendar: Calendar | None, amount: int | None, fixed: int = 0) -> list[int] | None:
    """The instalments of one award in rupiah; None where nothing is paid or no calendar is known.

    ``fixed`` is the part of the amount that is paid whole with the first instalment.
    """
    if amount is None or calendar is None:
        return None
    months = calendar.months
    cumulative = list(itertools.accumulate(months, initial=0))
    split = amount - fixed
    shares = [split * done // cumulative[-1] for done in cumulative]
    parts = [after - before for before, after in itertools.pairwise(shares)]
    parts[0] += fixed
    return parts


def instalment_column(plan: Plan, amount: Any, fixed: Any | None) -> Any:
    """The same as ``instalments``, as an Ibis array column of 64-bit integers."""
    import ibis

    if plan.calendar is None:
        return ibis.null("array<int64>")
    cumulative = list(itertools.accumulate(plan.calendar.months, initial=0))
    split = amount if fixed is None else amount - fixed
    shares = [(split * done) // cumulative[-1] for done in cumulative]
    parts = [after - before for before, after in itertools.pairwise(shares)]
    if fixed is not None:
        parts[0] = parts[0] + fixed
    return ibis.array([part.cast("int64") for part in parts])
