"""Scores worked out in plain Python from model.json alone, to hold the engine's against."""

from __future__ import annotations

import hashlib
import math
from typing import Any

UNKNOWN_WORDS = {"", "NA", "N/A", "NaN", "nan", "null", "NULL", "."}


def known(value: Any) -> Any:
    """The value, with every way of writing 'unknown' as None."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, str):
        return None if value.strip() in UNKNOWN_WORDS else value.strip()
    return value


def number(value: Any) -> float | int | None:
    """The value as a number, None where it is unknown or no number."""
    value = known(value)
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
        return None if math.isnan(value) else value
    return value


def scaled(feature: dict[str, Any], value: Any) -> int | None:
    """The value in units of the feature, held within its ends."""
    found = number(value)
    if found is None:
        return None
    low, high = feature["lowest"], feature["highest"]
    if isinstance(found, int) and feature["decimals"] == 0:
        return min(max(found, low), high)
    unit = 10.0 ** abs(feature["decimals"])
    moved = float(found) * unit if feature["decimals"] >= 0 else float(found) / unit
    return math.floor(min(max(moved, float(low)), float(high)) + 0.5)


def term(feature: dict[str, Any], family: dict[str, Any]) -> int:
    """What one feature adds."""
    if feature["kind"] == "pair":
        row, column = (term(part, family) for part in feature["parts"])
        return int(feature["values"][row][column])
    value = family[feature["column"]]
    if feature["kind"] == "levels":
        found = number(value) if feature["values"] == "integer" else known(value)
        if found is None:
            return int(feature["missing"])
        levels = feature["levels"]
        if feature["values"] == "integer":
            levels = {float(level): amount for level, amount in levels.items()}
            return int(levels.get(float(found), feature["other"]))
        return int(levels.get(str(found), feature["other"]))
    units = scaled(feature, value)
    if units is None:
        return int(feature["missing"])
    if feature["kind"] == "steps":
        return int(feature["values"][sum(1 for at in feature["at"] if at <= units)])
    bent = sum(bend["slope"] * max(units - bend["at"], 0) for bend in feature["bends"])
    line = feature["slope"] * (units - feature["zero"]) + bent
    return int(feature["level"] + line // feature["divisor"])


def score(model: dict[str, Any], family: dict[str, Any]) -> int | None:
    """The family's score; None where nothing is known of it."""
    read = {part["column"] for f in model["features"] for part in f.get("parts", [f])}
    if all(known(family[column]) is None for column in read):
        return None
    return int(model["intercept"]) + sum(term(feature, family) for feature in model["features"])


def ranked(scores: dict[str, int | None], seed: str) -> dict[str, tuple[int, int]]:
    """Rank and decile of each family key that has a score."""
    keys = [key for key, value in scores.items() if value is not None]
    keys.sort(key=lambda key: (scores[key], hashlib.md5(f"{seed}:{key}".encode()).hexdigest()))
    return {key: (k + 1, k * 10 // len(keys) + 1) for k, key in enumerate(keys)}
