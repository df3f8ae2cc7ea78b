"""The figures of a simulation, each a small table: rows of plain numbers, for CSV and page."""

from __future__ import annotations

from typing import Any

from tepat.engine.connect import rows_of
from tepat.policy.compile import whole
from tepat.runs.simulate.families import CLASSES, Held
from tepat.runs.simulate.twins import SIDES, Twins

Rows = list[dict[str, Any]]
COUNTS = (*CLASSES, "helped_before", "helped_after", "money_before", "money_after")
KIND_COLUMNS = ("kind", "families", *COUNTS)


def _counts(table: Any) -> dict[str, Any]:
    found = {name: table.count(where=table.outcome == name) for name in CLASSES}
    return found | {
        "helped_before": table.count(where=table.aid_before > 0),
        "helped_after": table.count(where=table.aid_after > 0),
        "money_before": whole(table.money_before.sum()),
        "money_after": whole(table.money_after.sum()),
    }


def _rows(con: Any, table: Any) -> Rows:
    return [{key: _plain(value) for key, value in row.items()} for row in rows_of(con, table)]


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, str) else int(value)


def totals(con: Any, table: Any) -> dict[str, Any]:
    """All families."""
    return _rows(con, table.agg(families=table.count(), **_counts(table)))[0]


def by(con: Any, table: Any, column: str) -> Rows:
    """Families by decile or province; the unknown come last, with nothing in the column."""
    grouped = table.group_by(column).agg(families=table.count(), **_counts(table))
    rows = _rows(con, grouped)
    return sorted(rows, key=lambda row: (row[column] is None, row[column]))


def by_kind(con: Any, table: Any, kinds: list[str]) -> Rows:
    """Families of each kind; a family can be of several, so these do not add up."""
    found = []
    for name in kinds:
        some = table.filter(table[name])
        found.append({"kind": name, **totals(con, some)})
    return found


def programmes(con: Any, twins: Twins, table: Any) -> Rows:
    """Each programme before and after: families that hold it, rupiah, and who won and lost it."""
    held = Held.of(twins)
    differing = twins.differing()
    columns: dict[str, Any] = {}
    for side, names in held.sides.items():
        for name, called in names.items():
            holds = held.holds(table, called)
            columns[f"{name}|holders_{side}"] = table.count(where=holds)
            if name in differing:
                columns[f"{name}|money_{side}"] = whole(table[f"{name}__{side}"].sum())
    for name in differing:
        columns |= _moved(held, table, name)
    row = _rows(con, table.agg(**columns))[0]
    keys = ("holders_before", "holders_after", "money_before", "money_after", "won", "lost",
            "more", "less")  # fmt: skip
    return [
        {"programme": name} | {key: row.get(f"{name}|{key}") for key in keys}
        for name in dict.fromkeys([*twins.before, *twins.after])
    ]


def _moved(held: Held, table: Any, name: str) -> dict[str, Any]:
    """Families that come to a programme, leave it, or stay with more or less of it."""
    import ibis

    sides = []
    for side, names in held.sides.items():
        there = held.holds(table, names[name]) if name in names else ibis.literal(False)
        money = table[f"{name}__{side}"] if name in names else ibis.literal(0, "int64")
        sides.append((there, money))
    (was, old), (is_now, new) = sides
    tests = {
        "won": ~was & is_now, "lost": was & ~is_now,
        "more": was & is_now & (new > old), "less": was & is_now & (new < old),
    }  # fmt: skip
    return {f"{name}|{key}": table.count(where=_column(table, t)) for key, t in tests.items()}


def _column(table: Any, test: Any) -> Any:
    """A test as a column: where a programme is on one side only it is one value for all."""
    return table.family_id.notnull() & test


def same_money(con: Any, twins: Twins, awards: Any, rows: Rows) -> Rows:
    """Fill in the rupiah of programmes that are the same before and after."""
    awards = awards.filter(awards.status == "awarded")
    shared = awards.filter(awards.programme.isin(list(twins.shared)))
    grouped = shared.group_by("programme").agg(money=whole(shared.amount_year.sum()))
    money = {row["programme"]: row["money"] for row in _rows(con, grouped)}
    for row in rows:
        if row["programme"] in twins.shared:
            sum_ = money.get(row["programme"]) or 0
            row |= {"money_before": sum_, "money_after": sum_}
            row |= dict.fromkeys(("won", "lost", "more", "less"), 0)
        for side in SIDES:
            row[f"holders_{side}"] = row[f"holders_{side}"] or 0
            row[f"money_{side}"] = row[f"money_{side}"] or 0
    return rows


def stacking(con: Any, table: Any) -> Rows:
    """How many programmes of aid a family holds before and after, with the rupiah of both."""
    grouped = table.group_by(["aid_before", "aid_after"]).agg(
        families=table.count(),
        money_before=whole(table.money_before.sum()),
        money_after=whole(table.money_after.sum()),
    )
    return sorted(_rows(con, grouped), key=lambda row: (row["aid_before"], row["aid_after"]))


def stacks(pairs: Rows) -> Rows:
    """The same, one row for each number of programmes."""
    most = max((max(row["aid_before"], row["aid_after"]) for row in pairs), default=0)
    found = []
    for number in range(most + 1):
        row: dict[str, Any] = {"programmes": number}
        for side in SIDES:
            mine = [pair for pair in pairs if pair[f"aid_{side}"] == number]
            row[f"families_{side}"] = sum(pair["families"] for pair in mine)
            row[f"money_{side}"] = sum(pair[f"money_{side}"] or 0 for pair in mine)
        found.append(row)
    return found
