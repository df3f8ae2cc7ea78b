"""Allocation: overlaps, quotas, places and instalments of a run, held to plain Python.

The oracle below reads decisions and ranking of a finished run and allocates them with lists and
sorting; the run must have come to the same awards, row for row.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tepat.policy.load import load_policy

DAY = "2025-07-01"
Row = dict[str, Any]


def rows(path: str) -> list[Row]:
    table = duckdb.sql(f"FROM read_parquet('{path}')")
    return [dict(zip(table.columns, row, strict=True)) for row in table.fetchall()]


@pytest.fixture(scope="module")
def run_rows(demo_run: Path) -> dict[str, list[Row]]:
    found = {
        "families": rows(f"{demo_run}/decisions/families/*.parquet"),
        "members": rows(f"{demo_run}/decisions/members/*.parquet"),
        "awards": rows(f"{demo_run}/awards/*.parquet"),
        "benefits": rows(f"{demo_run}/facts/benefits/*.parquet"),
    }
    scores = {row["family_id"]: row["score"] for row in rows(f"{demo_run}/ranking/*.parquet")}
    for row in [*found["families"], *found["members"]]:
        row["score"] = scores[row["family_id"]]
    return found


def test_the_run_awarded_as_plain_python_does(
    run_rows: dict[str, list[Row]], demo_run: Path, demo_people: Path
) -> None:
    expected = allocated(run_rows, demo_run, demo_people)
    found = {
        (row["programme"], row["family_id"], row["person_id"]): (
            row["status"],
            row["place"],
            row["barred_by"],
        )
        for row in run_rows["awards"]
    }
    assert found == expected


def test_every_status_occurs_so_that_agreement_means_something(
    run_rows: dict[str, list[Row]],
) -> None:
    assert {row["status"] for row in run_rows["awards"]} == {"awarded", "waiting", "refused"}


def test_no_quota_is_exceeded_and_every_waiting_family_stands_behind_the_line(
    run_rows: dict[str, list[Row]], demo_run: Path
) -> None:
    lines = json.loads((demo_run / "run.json").read_text())["lines"]
    for row in run_rows["awards"]:
        line = lines[row["programme"]].get(row["kabupaten"] or "")
        if line and row["status"] != "refused":
            assert (row["place"] <= line["awarded"]) == (row["status"] == "awarded")


def test_no_family_holds_two_programmes_that_may_not_be_held_together(
    run_rows: dict[str, list[Row]],
) -> None:
    policy, held = load_policy(), defaultdict(set)
    for row in run_rows["awards"]:
        if row["status"] == "awarded":
            held[row["family_id"]].add(row["programme"])
    assert held
    for names in held.values():
        for name in names:
            assert not names & set(policy.barred_with(name))


def test_a_place_is_called_drawn_exactly_where_others_have_the_same_need(
    run_rows: dict[str, list[Row]],
) -> None:
    decided = {
        **{(row["family_id"], None): row for row in run_rows["families"]},
        **{(row["family_id"], row["person_id"]): row for row in run_rows["members"]},
    }
    free = [row for row in run_rows["awards"] if row["place"] is not None]
    alike = Counter(need(row, decided) for row in free)
    assert {row["tied"] for row in free} == {True, False}
    assert all(row["tied"] == (alike[need(row, decided)] > 1) for row in free)


def test_instalments_of_each_award_add_up_to_its_amount(run_rows: dict[str, list[Row]]) -> None:
    paid = [row for row in run_rows["awards"] if row["instalments"] is not None]
    assert paid
    for row in paid:
        assert row["status"] == "awarded"
        assert sum(row["instalments"]) == row["amount_year"]


def allocated(tables: dict[str, list[Row]], run: Path, people: Path) -> dict[Any, Any]:
    """Awards by (programme, family, person) -> (status, place, barred_by)."""
    policy = load_policy()
    about = json.loads((run / "run.json").read_text())["programmes"]
    with (people / "quota.csv").open() as file:
        quotas = {line["programme"]: int(line["quota"]) for line in csv.DictReader(file)}
    awarded: dict[str, list[Row]] = {}
    found = {}
    for name in policy.programmes:
        if name not in about:
            continue
        person = about[name]["unit"] == "member"
        table = tables["members" if person else "families"]
        eligible = [row for row in table if row[f"{name}__outcome"] == 1]
        free = defaultdict(list)
        for row in eligible:
            bar = next(
                (
                    b
                    for b in policy.barred_with(name)
                    if barred(row, b, awarded, tables["benefits"])
                ),
                None,
            )
            key = (name, row["family_id"], row.get("person_id"))
            if bar:
                found[key] = ("refused", None, bar)
            else:
                free[row["kabupaten"]].append((key, row))
        share = shared(quotas.get(name, national(policy, name)), free)
        awarded[name] = []
        for code, waiting in free.items():
            waiting.sort(key=lambda item: order(name, item[1]))
            for place, (key, row) in enumerate(waiting, 1):
                inside = share is None or place <= share[code]
                found[key] = (
                    "awarded" if inside else "waiting",
                    None if share is None else place,
                    None,
                )
                if inside:
                    awarded[name].append(row)
    return found


def barred(row: Row, other: str, awarded: dict[str, list[Row]], benefits: list[Row]) -> bool:
    if other in awarded:
        return any(a["family_id"] == row["family_id"] for a in awarded[other])
    day = date.fromisoformat(DAY)
    return any(
        b["family_id"] == row["family_id"]
        and b["programme"] == other
        and b["from"] <= day
        and (b["to"] is None or b["to"] >= day)
        for b in benefits
    )


def national(policy: Any, name: str) -> int | None:
    programme = policy.programmes[name]
    if programme.quota is None:
        return None
    value = programme.parameters[programme.quota.text].on(date.fromisoformat(DAY))
    return None if value is None else int(value.value)


def shared(quota: int | None, free: dict[str, list[Any]]) -> dict[str, int] | None:
    """Largest remainder, written out once more."""
    if quota is None:
        return None
    total = sum(map(len, free.values()))
    if total <= quota:
        return {code: len(found) for code, found in free.items()}
    exact = {code: quota * len(found) / total for code, found in free.items()}
    share = {code: int(number) for code, number in exact.items()}
    left = quota - sum(share.values())
    for code in sorted(exact, key=lambda c: (-(quota * len(free[c]) % total), c))[:left]:
        share[code] += 1
    return share


def need(award: Row, decided: dict[Any, Row]) -> tuple[Any, ...]:
    """What the order hangs on before the tie-break, with the share in which it is asked."""
    row = decided[award["family_id"], award["person_id"]]
    own = [row[key] for key in sorted(row) if key.startswith(f"{award['programme']}__priority")]
    return (award["programme"], award["kabupaten"], *own, row["decile"], row["score"])


def order(name: str, row: Row) -> tuple[Any, ...]:
    last = 10**18
    own = [row[key] for key in sorted(row) if key.startswith(f"{name}__priority")]
    tie = hashlib.md5(f"{DAY}:{row.get('person_key') or row['family_key']}".encode()).hexdigest()
    numbers = [*own, row["decile"], row["score"]]
    return (*(last if number is None else number for number in numbers), tie)
