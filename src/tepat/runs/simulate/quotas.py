"""Places and those who compete for them, before and after a reform, kabupaten by kabupaten.

The numbers are those that the allocation itself counted and filled: nothing is estimated.
"""

from __future__ import annotations

from typing import Any

from tepat.enrolment.rules import quota
from tepat.enrolment.shares import places_given
from tepat.runs.simulate.one_pass import Tables
from tepat.runs.simulate.twins import SIDES, Twins

Rows = list[dict[str, Any]]
Line = dict[str, int]
FILE, POLICY = "file", "policy"
COUNTS = ("places", "eligible", "awarded", "waiting", "empty", "kabupaten", "short")
COLUMNS = ("programme", "side", "source", *COUNTS)
OF_LINES = tuple(f"{name}_{side}" for side in SIDES for name in ("awarded", "eligible"))
LINE_COLUMNS = ("programme", "kabupaten", *OF_LINES)


def quotas(tables: Tables, twins: Twins) -> Rows:
    """One row for each side of each programme with a quota; families or persons, its unit.

    ``places`` are those that were given, ``eligible`` those who compete, ``empty`` the places that
    nobody takes; ``kabupaten`` is where somebody competes, ``short`` where somebody waits.
    """
    rows = []
    names = dict.fromkeys([*twins.before, *twins.after])
    for name, side, called in twins.on_sides(names):
        given = quota(tables.plan(called), twins.quotas)
        if not given:
            continue
        found = _lines(tables, called).values()
        places = places_given(given)
        awarded, eligible = (sum(line[key] for line in found) for key in ("awarded", "eligible"))
        waiting = [line["eligible"] - line["awarded"] for line in found]
        counts = (places, eligible, awarded, sum(waiting), places - awarded, len(waiting),
                  sum(number > 0 for number in waiting))  # fmt: skip
        source = FILE if called in twins.quotas else POLICY
        rows.append(
            {"programme": name, "side": side, "source": source}
            | dict(zip(COUNTS, counts, strict=True))
        )
    return rows


def quota_lines(tables: Tables, twins: Twins) -> Rows:
    """Places filled and those who compete in each kabupaten, of the programmes that differ.

    The code of a kabupaten that is not known is empty; a side without a quota has no numbers.
    """
    rows = []
    for name in twins.differing():
        sides = {side: _lines(tables, called) for _, side, called in twins.on_sides([name])}
        for code in sorted({code for lines in sides.values() for code in lines}):
            row: dict[str, Any] = {"programme": name, "kabupaten": code}
            for side in SIDES:
                line: Line = sides.get(side, {}).get(code, {})
                row |= {f"awarded_{side}": line.get("awarded"),
                        f"eligible_{side}": line.get("eligible")}  # fmt: skip
            rows.append(row)
    return rows


def _lines(tables: Tables, called: str) -> dict[str, Line]:
    """What the allocation noted: by kabupaten, how many compete and how many places they get."""
    found: dict[str, Line] = tables.manifest["lines"].get(called, {})
    return found
