"""Small models and families, made at random or by hand, for the tests of scoring."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from tepat.assessment.model import Model, load_model

TEXTS = ("brick", "wood", "bamboo")


def by_hand() -> dict[str, Any]:
    """A model with each kind of term."""
    floor = {"column": "floor", "kind": "levels", "values": "integer"}
    rooms = {"column": "rooms", "kind": "steps", "decimals": 0, "lowest": 0, "highest": 20}
    return {
        "format": "tepat-model/1",
        "outcome": "consumption",
        "intercept": 14_000_000,
        "features": [
            floor | {"levels": {"1": 120_000, "8": -300_000}, "other": -5_000, "missing": -40_000},
            {
                "column": "wall",
                "kind": "levels",
                "values": "text",
                "levels": {"brick": 90_000, "wood": -20_000},
                "other": -70_000,
                "missing": 0,
            },
            {
                "column": "area",
                "kind": "number",
                "decimals": 1,
                "lowest": -500,
                "highest": 3_000,
                "level": 1_000,
                "zero": 400,
                "slope": 12_345,
                "bends": [{"at": 200, "slope": -4_321}, {"at": 900, "slope": -7_000}],
                "divisor": 100,
                "missing": -9_999,
            },
            rooms | {"at": [2, 3, 5], "values": [-80_000, 0, 30_000, 60_000], "missing": 7},
            {
                "kind": "pair",
                "parts": [
                    floor | {"levels": {"1": 0, "8": 1}, "other": 2, "missing": 3},
                    rooms | {"at": [3], "values": [0, 1], "missing": 2},
                ],
                "values": [[1, 2, 3], [-4, -5, -6], [7, 8, 9], [0, 0, -1]],
            },
        ],
    }


def saved(folder: Path, document: dict[str, Any]) -> Model:
    """The model as it is read back from a file."""
    path = folder / "model.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return load_model(path)


def families(count: int, seed: int) -> list[dict[str, Any]]:
    """Families with unknown and unseen values among their answers; the first has no answer."""
    rng = np.random.default_rng(seed)
    floors = [1, 8, 4, 99, None]
    walls = [*TEXTS, "", " wood ", "NA", None]
    areas = [None, float("nan"), 1e300, -1e300, 0.05, 19.95, 20.0, 89.95, 36.04, 36.06]
    found: list[dict[str, Any]] = [
        {
            "family_id": k,
            "family_key": f"F{k:05d}",
            "floor": floors[rng.integers(len(floors))],
            "wall": walls[rng.integers(len(walls))],
            "area": areas[rng.integers(len(areas))]
            if rng.random() < 0.5
            else float(np.round(rng.uniform(-5, 200), 2)),
            "rooms": None if rng.random() < 0.1 else int(rng.integers(-3, 25)),
        }
        for k in range(count)
    ]
    found[0] |= {"floor": None, "wall": None, "area": None, "rooms": None}
    return found
