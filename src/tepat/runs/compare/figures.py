"""The comparison in figures: by programme, cause, criterion, variable, place and decile."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from tepat.engine.connect import rows_of
from tepat.enrolment.rules import AWARDED
from tepat.policy.compile import whole
from tepat.runs.compare.causes import CAUSES
from tepat.runs.compare.changes import ENTERED, LEFT, totals
from tepat.runs.compare.deciles import Way
from tepat.runs.compare.pair import Pair
from tepat.runs.folder import RunFolder

HEADERS = {
    "programmes": (
        "programme",
        "unit",
        "before",
        "left",
        "entered",
        "after",
        "rupiah_before",
        "rupiah_left",
        "rupiah_entered",
        "rupiah_after",
    ),
    "causes": ("programme", "change", "cause", "units"),
    "criteria": ("programme", "change", "cause", "criterion", "units"),
    "variables": ("programme", "change", "cause", "variable", "units"),
    "places": ("programme", "province", "kabupaten", "entered", "left"),
    "deciles": ("decile_before", "decile_after", "families"),
}


def figures(pair: Pair, who: Any, moves: list[dict[str, Any]], found: Way) -> dict[str, Any]:
    """Everything that the page and the tables show."""
    return {
        "before": _run(pair.before),
        "after": _run(pair.after),
        "families": _families(moves),
        "same_policy": pair.same_policy,
        "same_day": pair.same_day,
        "deciles_by": {"kind": found.kind, "why": found.why, "unsure": found.unsure},
        "only_one": dict(pair.alone),
        "left_out": dict(pair.left_out),
        "programmes": _programmes(pair, who),
        "causes": _sorted_causes(rows_of(pair.con, _counted(who, "cause"))),
        "criteria": _words(pair.con, who, "criteria", "criterion"),
        "variables": _words(pair.con, who, "variables", "variable"),
        "places": rows_of(pair.con, _places(who)),
        "held": {side: _held(pair, run) for side, run in _runs(pair)},
        "deciles": _moves(moves),
    }


def _run(run: RunFolder) -> dict[str, Any]:
    manifest = run.manifest
    return {
        "folder": str(run.path),
        "as_of": manifest["as_of"],
        "made_at": manifest["made_at"],
        "input": manifest["arguments"]["input"],
        "policy_hash": manifest["policy_hash"],
        "code": manifest["code"],
        "families": manifest["rows"]["families"],
    }


def _families(moves: list[dict[str, Any]]) -> dict[str, int]:
    def count(a: bool, b: bool) -> int:
        return sum(m["families"] for m in moves if m["here_a"] == a and m["here_b"] == b)

    return {"both": count(True, True), "gone": count(True, False), "new": count(False, True)}


def _moves(moves: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Families of both runs by decile before and after."""
    both = (m for m in moves if m["here_a"] and m["here_b"])
    return [
        {
            "decile_before": move["decile_a"],
            "decile_after": move["decile_b"],
            "families": move["families"],
        }
        for move in sorted(both, key=lambda m: (m["decile_a"] or 99, m["decile_b"] or 99))
    ]


def _programmes(pair: Pair, who: Any) -> list[dict[str, Any]]:
    grouped = who.group_by(["programme", "change"]).agg(
        units=who.count(),
        before=whole(who.amount_before.sum()),
        after=whole(who.amount_after.sum()),
    )
    found = {(row["programme"], row["change"]): row for row in rows_of(pair.con, grouped)}
    sums = totals(pair)
    none: dict[str, Any] = {"awarded": 0, "amount_year": None}
    rows = []
    for name, unit in pair.units.items():
        before, after = (sums[side].get(name, none) for side in ("before", "after"))
        entered, left = (found.get((name, change), {}) for change in (ENTERED, LEFT))
        rows.append(
            {
                "programme": name,
                "unit": unit,
                "before": before["awarded"],
                "left": left.get("units", 0),
                "entered": entered.get("units", 0),
                "after": after["awarded"],
                "rupiah_before": before["amount_year"],
                "rupiah_left": left.get("before"),
                "rupiah_entered": entered.get("after"),
                "rupiah_after": after["amount_year"],
            }
        )
    return rows


def _counted(who: Any, *names: str) -> Any:
    keys = ["programme", "change", *names]
    return who.group_by(keys).agg(units=who.count()).order_by(keys)


def _sorted_causes(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    order = {name: index for index, name in enumerate(CAUSES)}
    return sorted(rows, key=lambda r: (r["programme"], r["change"], order[r["cause"]]))


def _words(con: Any, who: Any, column: str, name: str) -> list[dict[str, Any]]:
    """How often each word of a column of words stands in it."""
    long = who.select("programme", "change", "cause", **{name: who[column].split(" ").unnest()})
    return rows_of(con, _counted(long.filter(long[name].notnull()), "cause", name))


def _places(who: Any) -> Any:
    return (
        who.group_by(["programme", "province", "kabupaten"])
        .agg(
            entered=who.count(where=who.change == ENTERED), left=who.count(where=who.change == LEFT)
        )
        .order_by("programme", "province", "kabupaten")
    )


def _runs(pair: Pair) -> tuple[tuple[str, RunFolder], tuple[str, RunFolder]]:
    return ("before", pair.before), ("after", pair.after)


def _held(pair: Pair, run: RunFolder) -> list[dict[str, Any]]:
    """Awards of the programmes that both runs decided, by place."""
    awards = run.table("awards")
    awards = awards.filter((awards.status == AWARDED) & awards.programme.isin(pair.both))
    keys = ["province", "kabupaten"]
    return rows_of(pair.con, awards.group_by(keys).agg(units=awards.count()).order_by(keys))


def write_figures(folder: Path, found: dict[str, Any]) -> None:
    """One CSV file for each table of figures."""
    for name, header in HEADERS.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, header, lineterminator="\n", extrasaction="ignore")
            writer.writeheader()
            writer.writerows(found[name])
