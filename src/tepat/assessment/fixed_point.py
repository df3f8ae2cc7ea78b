"""From fitted coefficients to the whole numbers of model.json.

Each column's amounts are moved so that their weighted mean over the survey is 0; the intercept
then is the score of an average family, and an amount says how far an answer moves a family from
it. An answer never seen moves nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from tepat.assessment.fit import Cells, Fit, Workshop
from tepat.assessment.model import LARGEST_PRODUCT, MICRO, Number, Scale, largest_product
from tepat.assessment.survey import Array, Column
from tepat.assessment.terms import Coded, Menu, design

_UNITS = 10**7
_FINE_UNITS = 10**14
_MOST_DECIMALS = 12


def to_features(shop: Workshop, fit: Fit) -> tuple[int, list[dict[str, Any]]]:
    """The intercept and the features as they stand in model.json."""
    at = dict(zip(fit.positions, fit.coefficients, strict=False))
    intercept, features = shop.centre + fit.coefficients[0], []
    for menu in shop.menus:
        if fit.forms[menu.name] == "none":
            continue
        mine = np.array([at.get(p, 0.0) for p in range(menu.first, menu.first + menu.width())])
        moved = design([replace(menu, first=1)], np.arange(shop.survey.rows))[:, 1:] @ mine
        mean = float(np.average(moved, weights=shop.survey.weight))
        intercept += mean
        feature = _feature(menu, fit, at, mean)
        feature["moves"] = _micro(
            np.sqrt(np.average((moved - mean) ** 2, weights=shop.survey.weight))
        )
        features.append(feature)
    start = len(fit.positions)
    for cells in fit.pairs:
        amounts = fit.coefficients[start : start + len(cells.used)]
        features.append(_pair(cells, amounts, shop.survey.weight))
        start += len(cells.used)
    return _micro(intercept), features


def _micro(value: float) -> int:
    return round(float(value) * MICRO)


def _feature(menu: Menu, fit: Fit, at: dict[int, float], mean: float) -> dict[str, Any]:
    form = fit.forms[menu.name]
    amounts = np.array([at[p] for p in menu.forms[form]])
    if form in ("line", "bends"):
        mark = at[menu.mark[0]] if fit.marked and menu.mark else 0.0
        return _number(menu, amounts, mark, mean)
    coded = menu.levels if form == "levels" else menu.steps
    assert coded is not None
    moved = [_micro(amount - mean) for amount in amounts]
    feature = _head(menu)
    missing = moved[coded.missing] if coded.missing >= 0 else 0
    if form == "levels":
        other = moved[coded.other] if coded.other >= 0 else 0
        levels = {label: moved[g] for label, g in coded.groups.items()}
        return feature | {
            "kind": "levels",
            "values": _values(menu.column),
            "levels": levels,
            "other": other,
            "missing": missing,
        }
    return feature | {
        "kind": "steps",
        **_thresholds(menu.column, coded),
        "values": moved[: len(coded.at) + 1],
        "missing": missing,
    }


def _head(menu: Menu) -> dict[str, Any]:
    head: dict[str, Any] = {"column": menu.name}
    if menu.signal:
        head["role"] = "rank signal"
    elif menu.area:
        head["role"] = "area effect"
    return head


def _values(column: Column) -> str:
    return "integer" if column.is_number else "text"


def scale_of(column: Column, units: int) -> Scale:
    """The coarsest scale that writes every value exactly, or so many units for the range."""
    known = column.values[column.known]
    low, high = float(known.min()), float(known.max())
    span = max(high - low, abs(high) * 1e-9, 1e-9)
    decimals = int(np.floor(np.log10(units / span)))
    for fewer in range(min(decimals, _MOST_DECIMALS) + 1):
        scaled = known * 10.0**fewer
        if np.all(np.abs(scaled - np.round(scaled)) < 1e-6):
            decimals = fewer
            break
    decimals = min(decimals, _MOST_DECIMALS)
    unit = 10.0**decimals
    return Scale(decimals, int(np.floor((low - span) * unit)), int(np.ceil((high + span) * unit)))


def _units(scale: Scale, value: float) -> int:
    return int(np.floor(value * 10.0**scale.decimals + 0.5))


def _thresholds(column: Column, coded: Coded) -> dict[str, Any]:
    scale = scale_of(column, _FINE_UNITS)
    at = [_units(scale, value) for value in coded.at]
    return {"decimals": scale.decimals, "lowest": scale.lowest, "highest": scale.highest, "at": at}


def _number(menu: Menu, amounts: Array, mark: float, mean: float) -> dict[str, Any]:
    slopes = amounts / menu.spread[: len(amounts)]
    knots = menu.knots[: len(amounts) - 1]
    scale = scale_of(menu.column, _UNITS)
    zero = _units(scale, menu.median)
    middle = zero / 10.0**scale.decimals
    level = float(slopes[0] * middle - slopes @ menu.centre[: len(amounts)]) - mean
    bent = sum(float(s) * max(menu.median - k, 0.0) for s, k in zip(slopes[1:], knots, strict=True))
    missing = level + float(slopes[0]) * (menu.median - middle) + bent + mark
    number = _divided(menu, scale, slopes, knots, zero)
    return _head(menu) | {
        "kind": "number",
        "decimals": scale.decimals,
        "lowest": scale.lowest,
        "highest": scale.highest,
        "level": _micro(level),
        "zero": zero,
        "slope": number.slope,
        "bends": [{"at": at, "slope": slope} for at, slope in number.bends],
        "divisor": number.divisor,
        "missing": _micro(missing),
    }


def _divided(
    menu: Menu, scale: Scale, slopes: Array, knots: tuple[float, ...], zero: int
) -> Number:
    """Slopes as whole numbers over the largest power of ten that still divides exactly."""
    per_unit = slopes * MICRO / 10.0**scale.decimals
    at = [_units(scale, knot) for knot in knots]
    for power in range(len(str(scale.highest - scale.lowest)), -1, -1):
        divisor = 10**power
        whole = [round(float(s) * divisor) for s in per_unit]
        number = Number(
            menu.name, scale, 0, zero, whole[0], tuple(zip(at, whole[1:], strict=True)), divisor, 0
        )
        if largest_product(number) < LARGEST_PRODUCT:
            return number
    raise OverflowError(f"the slope of {menu.name} does not fit")


def _part(menu: Menu, coded: Coded) -> dict[str, Any]:
    """A pair's part: amounts are positions; values never seen get a position of their own."""
    size = coded.size
    missing = coded.missing
    if missing < 0:
        missing, size = size, size + 1
    if coded.by_level:
        other = coded.other if coded.other >= 0 else size
        return {
            "column": menu.name,
            "kind": "levels",
            "values": _values(menu.column),
            "levels": coded.groups,
            "other": other,
            "missing": missing,
        }
    return {
        "column": menu.name,
        "kind": "steps",
        **_thresholds(menu.column, coded),
        "values": list(range(len(coded.at) + 1)),
        "missing": missing,
    }


def _pair(cells: Cells, amounts: Array, weight: Array) -> dict[str, Any]:
    parts = [_part(cells.first, cells.parts[0]), _part(cells.second, cells.parts[1])]
    sizes = [
        1
        + max(
            [*part["levels"].values(), part["other"], part["missing"]]
            if part["kind"] == "levels"
            else [*part["values"], part["missing"]]
        )
        for part in parts
    ]
    table = np.zeros(sizes, dtype=np.int64)
    for cell, amount in zip(cells.used, amounts, strict=True):
        table[divmod(int(cell), cells.parts[1].size)] = _micro(amount)
    moved = np.where(cells.codes >= 0, amounts[cells.codes], 0.0) if len(amounts) else np.zeros(1)
    spread = (
        float(np.sqrt(np.average((moved - np.average(moved, weights=weight)) ** 2, weights=weight)))
        if len(amounts)
        else 0.0
    )
    return {"kind": "pair", "parts": parts, "values": table.tolist(), "moves": _micro(spread)}
