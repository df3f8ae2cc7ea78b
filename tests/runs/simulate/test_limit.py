"""What fits a budget, held to the awards of a run: by places, by score, by a value."""

from __future__ import annotations

import json
import traceback
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tepat.enrolment.shares import NATIONAL, shares
from tepat.runs.request import Request
from tepat.runs.run import run
from tepat.runs.simulate.limit import places, running
from tests.chain import real
from tests.house.repository import ROOT
from tests.runs.simulate.worked import DAY, simulated

pytestmark = pytest.mark.xdist_group("limit")  # what it stands on is made once

REFORM = ROOT / "policy/reforms/pkh_elderly_from_60"  # on this day it says what the policy says
MODEL = {
    "format": "tepat-model/1",
    "outcome": "consumption",
    "intercept": 14_000_000,
    "features": [
        {"column": "floor_area", "kind": "number", "decimals": 0, "lowest": 0, "highest": 400,
         "level": 0, "zero": 0, "slope": 7, "bends": [], "divisor": 1, "missing": 100},
    ],
}  # fmt: skip


@pytest.fixture(autouse=True)
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows each question of the search brought; few lines fill several blocks here."""
    from ibis.backends.duckdb import Backend

    rows: list[int] = []
    to_pyarrow = Backend.to_pyarrow

    def counted(self: Any, table: Any, **more: Any) -> Any:
        found = to_pyarrow(self, table, **more)
        if any("/simulate/limit/" in frame.filename for frame in traceback.extract_stack()):
            rows.append(getattr(found, "num_rows", 1))
        return found

    monkeypatch.setattr(Backend, "to_pyarrow", counted)
    monkeypatch.setattr(running, "BLOCK", 16)
    monkeypatch.setattr(places, "AHEAD", 4)
    return rows


@pytest.fixture(scope="module")
def modelled(demo_people: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A run whose ranking comes from a small model: the run's folder and the model."""
    folder = tmp_path_factory.mktemp("modelled")
    model = folder / "model.json"
    model.write_text(json.dumps(MODEL), encoding="utf-8")
    quota = demo_people / "quota.csv"
    run(Request(demo_people, folder / "run", date.fromisoformat(DAY), model=model, quota=quota))
    return folder / "run", model


def held(folder: Path, programme: str) -> list[dict[str, Any]]:
    """A programme's awards with the family's score."""
    scores = {row["family_id"]: row["score"] for row in real.table(folder, "ranking/*.parquet")}
    return [
        row | {"score": scores[row["family_id"]]}
        for row in real.table(folder, "awards/*.parquet")
        if row["programme"] == programme
    ]


def test_the_highest_score_that_still_receives_is_found(
    modelled: tuple[Path, Path], demo_people: Path, tmp_path: Path
) -> None:
    folder, model = modelled
    awarded = [row for row in held(folder, "pkh") if row["status"] == "awarded"]
    budget = sum(row["amount_year"] for row in awarded) // 2
    more = {"limit_budget": budget, "limit_by": "pkh.score"}
    out = tmp_path / "out"
    found = simulated(demo_people, REFORM, out, asked={"model": model}, **more)["limit"]

    def cost(score: int) -> int:
        return sum(row["amount_year"] for row in awarded if row["score"] <= score)

    fitting = [s for s in sorted({row["score"] for row in awarded}) if cost(s) <= budget]
    assert found["fits"] == "line" and found["value"] == fitting[-1]
    assert found["cost"] == cost(fitting[-1])
    assert all(point["cost"] == cost(point["value"]) for point in found["points"])


def test_the_largest_number_of_places_is_found_over_all_kabupaten(
    modelled: tuple[Path, Path], demo_people: Path, tmp_path: Path, fetched: list[int]
) -> None:
    folder, model = modelled
    queues: dict[str, list[int]] = defaultdict(list)
    free = [row for row in held(folder, "pkh") if row["status"] != "refused"]
    for row in sorted(free, key=lambda row: row["place"]):
        queues[row["kabupaten"] or ""].append(row["amount_year"])
    sizes = {code: len(queue) for code, queue in queues.items()}

    def cost(places: int) -> int:
        found = shares({NATIONAL: places}, sizes) or {}
        return sum(sum(queues[code][:number]) for code, number in found.items())

    budget = cost(sum(sizes.values())) // 3
    fetched.clear()
    more = {"limit_budget": budget, "limit_by": "pkh.quota"}
    out = tmp_path / "out"
    found = simulated(demo_people, REFORM, out, asked={"model": model}, **more)["limit"]
    assert max(fetched) < len(free), "the queue was taken out of the engine"
    assert found["value"] == max(n for n in range(len(free) + 1) if cost(n) <= budget)
    assert all(point["cost"] == cost(point["value"]) for point in found["points"])


@pytest.mark.parametrize(("budget", "fits"), [(0, "none"), (10**15, "all")])
def test_nothing_or_everything_fits_and_that_is_said(
    budget: int, fits: str, demo_people: Path, tmp_path: Path
) -> None:
    more = {"limit_budget": budget, "limit_by": "pkh.elderly_age", "limit_range": "58..62"}
    found = simulated(demo_people, REFORM, tmp_path / "out", **more)["limit"]
    assert found["fits"] == fits
    assert [point["value"] for point in found["points"]] == [58, 59, 60, 61, 62]
    at_sixty = next(point for point in found["points"] if point["value"] == 60)
    assert at_sixty["cost"] == found["now"]["cost"], "today's value costs what the pass says"
    said = (tmp_path / "out/simulation.html").read_text(encoding="utf-8")
    assert ("Nothing fits" in said) == (fits == "none")
    assert ("All that was tried fits" in said) == (fits == "all")
