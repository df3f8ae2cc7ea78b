"""Making runs on real records through the command, and reading back what they hold."""

from __future__ import annotations

import csv
import hashlib
import json
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

from tests.conftest import tepat
from tests.twin.reading import Benefit, Family, Flag, Member
from tests.twin.twin import Answer

MAPPINGS = Path(__file__).parents[2] / "policy" / "mappings"
JAMBI_DAY = "2020-03-15"
OUTCOMES = {0: "not_eligible", 1: "eligible", 2: "cannot_decide"}
Key = tuple[str, int, int | None]


def succeed(*words: str | Path) -> str:
    """Run a command that must succeed; returns its standard output."""
    done = tepat(*words)
    said = f"tepat {' '.join(map(str, words))} ended with {done.returncode}:"
    assert done.returncode == 0, f"{said}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def fits_half(ea: str) -> bool:
    """Whether an enumeration area belongs to the half that the model is fitted to."""
    return int(hashlib.md5(ea.encode()).hexdigest(), 16) % 2 == 0


def halves(survey: Path, folder: Path) -> None:
    """Split a survey by enumeration area into ``fitted`` and ``ranked``, and write the truth."""
    households = rows_of(survey / "households.csv")
    half = {row["hid"]: "fitted" if fits_half(row["ea"]) else "ranked" for row in households}
    for name in ("households", "people"):
        parts = defaultdict(list)
        for row in rows_of(survey / f"{name}.csv"):
            parts[half[row["hid"]]].append(row)
        for part, rows in parts.items():
            write_rows(folder / part / f"{name}.csv", rows)
    truth = [
        {"family_key": row["hid"], "pc_exp": row["pc_exp"]}
        for row in households
        if half[row["hid"]] == "ranked"
    ]
    write_rows(folder / "truth.csv", truth)


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def write_rows(path: Path, rows: list[dict[str, str]]) -> None:
    """Write a CSV file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def table(run: Path, name: str) -> list[dict[str, Any]]:
    """The rows of one of a run's tables."""
    import polars

    paths = sorted(run.glob(name))
    assert paths, f"{run.name} has no {name}"
    return [row for path in paths for row in polars.read_parquet(path).to_dicts()]


def manifest(run: Path) -> dict[str, Any]:
    """What run.json holds."""
    found: dict[str, Any] = json.loads((run / "run.json").read_text(encoding="utf-8"))
    return found


def answers(run: Path) -> dict[Key, Answer]:
    """The run's decisions, by programme, family and place of the person in the family."""
    places = {row["person_id"]: row["place"] for rows in members(run).values() for row in rows}
    wide = {
        "family": table(run, "decisions/families/*.parquet"),
        "member": table(run, "decisions/members/*.parquet"),
    }
    found: dict[Key, Answer] = {}
    for name, about in manifest(run)["programmes"].items():
        for row in wide[about["unit"]]:
            person = None if about["unit"] == "family" else places[row["person_id"]]
            found[name, row["family_id"], person] = _answer(name, about, row)
    return found


def _answer(name: str, about: dict[str, Any], row: dict[str, Any]) -> Answer:
    def named(part: str, names: list[str]) -> set[str]:
        return {word for place, word in enumerate(names) if row[f"{name}__{part}"] >> place & 1}

    components = about["components"]
    counts = {word: row[f"{name}__n_{word}"] for word in components}
    return Answer(
        OUTCOMES[row[f"{name}__outcome"]],
        named("failed", about["criteria"]),
        named("unknown", about["criteria"]),
        {word: count for word, count in counts.items() if count},
        named("open", components),
        row[f"{name}__amount"],
    )


def members(run: Path) -> dict[int, list[dict[str, Any]]]:
    """The members of each family with their place in it, in the order of their numbers."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in sorted(table(run, "facts/members/*.parquet"), key=lambda row: row["person_id"]):
        found[row["family_id"]].append(row | {"place": len(found[row["family_id"]])})
    return found


def families(run: Path) -> dict[int, Family]:
    """The run's facts in the twin's form, by family number."""
    people = members(run)
    place = {row["person_id"]: row["place"] for rows in people.values() for row in rows}
    flags: dict[int, list[Flag]] = defaultdict(list)
    for row in table(run, "facts/flags/*.parquet"):
        flag = Flag(row["ground"], place.get(row["person_id"]), row["contested"])
        flags[row["family_id"]].append(flag)
    held: dict[int, list[Benefit]] = defaultdict(list)
    for row in table(run, "facts/benefits/*.parquet"):
        period: tuple[date | None, date | None] = (row["from"], row["to"])
        held[row["family_id"]].append(
            Benefit(row["programme"], place.get(row["person_id"]), *period)
        )
    return {
        row["family_id"]: Family(
            row,
            [Member(person, person["data_ok"]) for person in people[row["family_id"]]],
            flags[row["family_id"]],
            held[row["family_id"]],
            row["blocked"],
        )
        for row in table(run, "facts/families/*.parquet")
    }
