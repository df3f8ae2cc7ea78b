"""The summary against a slow count of our own."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import polars


def _summary(run: Path, name: str) -> list[dict[str, str]]:
    with (run / "summary" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _programmes(run: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((run / "run.json").read_text())["programmes"]
    return found


def _answers(run: Path, name: str, unit: str) -> list[tuple[int, int, int]]:
    folder = run / "decisions" / ("families" if unit == "family" else "members")
    table = polars.read_parquet(folder / "*.parquet")
    return table.select(f"{name}__outcome", f"{name}__failed", f"{name}__unknown").rows()


def test_each_criterion_is_counted_as_often_as_it_failed_was_unknown_or_stood_alone(
    demo_run: Path,
) -> None:
    counted = {
        (row["programme"], row["criterion"]): (
            int(row["failed"]), int(row["unknown"]), int(row["only_reason"])
        )
        for row in _summary(demo_run, "reasons")
    }  # fmt: skip
    expected = {}
    for name, about in _programmes(demo_run).items():
        answers = _answers(demo_run, name, about["unit"])
        for index, criterion in enumerate(about["criteria"]):
            bit = 2**index
            expected[name, criterion] = (
                len([1 for _, failed, _ in answers if failed // bit % 2]),
                len([1 for _, _, unknown in answers if unknown // bit % 2]),
                len([1 for _, failed, unknown in answers if (failed | unknown) == bit]),
            )
    assert counted == expected
    assert any(failed and unknown and only for failed, unknown, only in expected.values())


def test_outcomes_add_up_to_the_decisions(demo_run: Path) -> None:
    rows = {row["programme"]: row for row in _summary(demo_run, "programmes")}
    for name, about in _programmes(demo_run).items():
        outcomes = [outcome for outcome, _, _ in _answers(demo_run, name, about["unit"])]
        for code, word in ((1, "eligible"), (0, "not_eligible"), (2, "cannot_decide")):
            assert int(rows[name][word]) == outcomes.count(code), (name, word)


def test_findings_are_counted_with_the_families_they_touch(demo_run: Path) -> None:
    found = polars.read_parquet(demo_run / "findings" / "*.parquet").to_dicts()
    expected: dict[tuple[str, ...], list[Any]] = {}
    for row in found:
        key = (row["rule"], row["severity"], row["table"], row["column"] or "")
        expected.setdefault(key, []).append(row["family_id"])
    counted = {
        (row["rule"], row["severity"], row["table"], row["column"]): (
            int(row["findings"]), int(row["families"])
        )
        for row in _summary(demo_run, "findings")
    }  # fmt: skip
    assert counted == {
        key: (len(families), len(set(families) - {None})) for key, families in expected.items()
    }


def test_a_programme_that_nobody_holds_has_its_rows_too(demo_run: Path) -> None:
    held = {row["programme"]: int(row["awarded"]) for row in _summary(demo_run, "programmes")}
    assert 0 in held.values() and set(held) == set(_programmes(demo_run))
    for table, column in (("deciles", "decile"), ("provinces", "province")):
        rows = _summary(demo_run, table)
        of_one = [row[column] for row in rows if row["programme"] == "pkh"]
        for name, awarded in held.items():
            mine = [row for row in rows if row["programme"] == name]
            assert [row[column] for row in mine] == of_one, (table, name)
            assert any(int(row["awarded"]) for row in mine) == bool(awarded)
