"""The figures that ``docs/real-data.md`` tells, taken from runs and from the records themselves."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path
from typing import Any

from tests.chain import jambi
from tests.chain.real import OUTCOMES, manifest, rows_of, table

Rows = list[list[Any]]
SHARES = (10, 20, 30, 40, 50)


def jambi_programmes(run: Path) -> Rows:
    """Programme, eligible, cannot decide, not eligible, rupiah a year."""
    return [
        [
            name,
            row["eligible"],
            row["cannot_decide"],
            row["not_eligible"],
            "in kind" if row["amount_year"] is None else row["amount_year"],
        ]
        for name, row in manifest(run)["totals"].items()
    ]


def jambi_components(run: Path) -> Rows:
    """PKH component, persons counted in eligible families, rupiah a year."""
    eligible = [
        row
        for row in table(run, "decisions/families/*.parquet")
        if OUTCOMES[row["pkh__outcome"]] == "eligible"
    ]
    counts = {name: sum(row[f"pkh__n_{name}"] for row in eligible) for name in jambi.NAMES}
    rows: Rows = [[name, counts[name], counts[name] * each] for name, each, _ in jambi.COMPONENTS]
    return [*rows, ["together", sum(counts.values()), sum(row["pkh__amount"] for row in eligible)]]


def jambi_families(run: Path) -> Rows:
    """Eligible families by the number of members that count, with their rupiah a year."""
    found: Counter[int] = Counter()
    rupiah: Counter[int] = Counter()
    for row in table(run, "decisions/families/*.parquet"):
        if OUTCOMES[row["pkh__outcome"]] == "eligible":
            number = sum(row[f"pkh__n_{name}"] for name in jambi.NAMES)
            found[number] += 1
            rupiah[number] += row["pkh__amount"]
    return [[number, found[number], rupiah[number]] for number in sorted(found)]


def jambi_untold(run: Path, folder: Path) -> Rows:
    """What the roster cannot tell, in persons and families."""
    people = rows_of(folder / "people.csv")
    pregnant = {row["RENUM"] for row in people if row["R1606"] == "1"}
    decided = table(run, "decisions/families/*.parquet")
    unsure = [row for row in decided if OUTCOMES[row["pkh__outcome"]] == "cannot_decide"]
    said = sum(row["family_key"] in pregnant for row in unsure)
    perhaps = [row for row in decided if OUTCOMES[row["pkh__outcome"]] == "eligible"]
    not_asked = sum(
        row["R1606"] == "0" and row["R405"] == "2" and 10 <= int(row["R407"]) <= 54
        for row in people
    )
    return [
        ["Pregnant women, of whom it is not told which pregnancy it is", len(people_with(people))],
        ["Women of 10 to 54 who were not asked whether they are pregnant", not_asked],
        ["Families that PKH cannot decide", len(unsure)],
        ["… of them with a pregnant woman", said],
        ["… of them with women who were not asked", len(unsure) - said],
        ["Eligible families that an unknown fact could give more", sum(map(is_open, perhaps))],
        ["Exclusion grounds of PKH that were not checked", len(not_checked(run, "pkh"))],
        ["Checks on the record that could not be made", len(manifest(run)["not_checked_rules"])],
        ["Findings on the record", manifest(run)["rows"]["findings"]],
    ]


def people_with(people: list[dict[str, str]]) -> list[dict[str, str]]:
    """The women who said that they are pregnant."""
    return [row for row in people if row["R1606"] == "1"]


def is_open(row: dict[str, Any]) -> bool:
    """Whether an unknown fact could add to a family's PKH."""
    return bool(row["pkh__open"])


def not_checked(run: Path, programme: str) -> list[str]:
    """The exclusion grounds of a programme whose lists were not loaded."""
    names: list[str] = manifest(run)["programmes"][programme]["not_checked"]
    return names


def survey_programmes(run: Path) -> Rows:
    """Programme, eligible, cannot decide, rupiah a year, for PKH and Sembako."""
    totals = manifest(run)["totals"]
    return [
        [name, totals[name]["eligible"], totals[name]["cannot_decide"], totals[name]["amount_year"]]
        for name in ("pkh", "sembako")
    ]


def survey_errors(run: Path, truth: Path) -> Rows:
    """Poorest share, exclusion and inclusion error in per cent, by the ranked half's own truth."""
    spent = {row["family_key"]: float(row["pc_exp"]) for row in rows_of(truth)}
    ranked = {row["family_key"]: row["decile"] for row in table(run, "ranking/*.parquet")}
    assert spent.keys() == ranked.keys()
    order = sorted(spent, key=lambda key: (spent[key], key))
    found: Rows = []
    for share in SHARES:
        poor = set(order[: math.ceil(len(order) * share / 100)])
        chosen = {key for key, decile in ranked.items() if decile <= share // 10}
        exclusion = 100 * len(poor - chosen) / len(poor)
        inclusion = 100 * len(chosen - poor) / len(chosen)
        found.append([f"{share} %", round(exclusion, 1), round(inclusion, 1)])
    return found


def survey_fit(run: Path, truth: Path) -> Rows:
    """How well scores follow true log consumption in the ranked half."""
    spent = {row["family_key"]: math.log(float(row["pc_exp"])) for row in rows_of(truth)}
    scores = {row["family_key"]: row["score"] / 1e6 for row in table(run, "ranking/*.parquet")}
    mean = sum(spent.values()) / len(spent)
    wrong = sum((spent[key] - scores[key]) ** 2 for key in spent)
    spread = sum((value - mean) ** 2 for value in spent.values())
    return [
        ["Households fitted on", manifest_rows(run.parent / "fitted" / "households.csv")],
        ["Households ranked", len(scores)],
        ["R² of the score in the ranked half", round(1 - wrong / spread, 2)],
    ]


def manifest_rows(path: Path) -> int:
    """How many rows a CSV file has."""
    return len(rows_of(path))
