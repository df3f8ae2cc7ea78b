"""How far the formula hangs on single areas: each area left out in turn, and the spread it leaves.

The forms stay as chosen; the coefficients are solved again without the area. For each feature the
*shift* is how far its amounts move families apart from where the whole fit puts them, as a share of
how far they move them at all (standard deviations over all rows). For each area stands what the
formula of the other areas makes of it: R², and the bias, which is its mean error in log points:
above 0 the area's families are richer than the formula of the others believes.

A feature is called unstable where one area alone makes a shift of more than half and of more than
a hundredth of consumption (half of nothing is nothing), an area astray where its bias is more than
a tenth of consumption and more than twice its noise between clusters.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np

from tepat.assessment.fit import Fit, Products, Workshop, pair_penalties, solve, spread
from tepat.assessment.survey import Array, Column
from tepat.assessment.terms import chunks

FEWEST_ROWS = 30
MOST_AREAS = 100
UNSTABLE, FELT, ASTRAY = 0.5, 0.01, 0.1


@dataclass(frozen=True)
class _Slice:
    """A feature's columns in the spread, and how they vary together over all rows."""

    name: str
    at: slice
    together: Array

    def moves(self, coefficients: Array) -> float:
        """How far amounts move families: their standard deviation."""
        mine = coefficients[self.at]
        return sqrt(max(float(mine @ self.together @ mine), 0.0))


def stability(shop: Workshop, fit: Fit, area: Column) -> dict[str, Any] | None:
    """The spread of the coefficients when each area is left out; None for fewer than two areas."""
    codes, labels = area.codes()
    rows_of = [np.flatnonzero(codes == k) for k in range(len(labels))]
    kept = [k for k, rows in enumerate(rows_of) if len(rows) >= FEWEST_ROWS]
    kept = sorted(sorted(kept, key=lambda k: -len(rows_of[k]))[:MOST_AREAS])
    if len(kept) < 2:
        return None
    whole = _products(shop, fit, np.arange(shop.survey.rows))
    at, penalty = np.arange(len(whole.xy)), pair_penalties(shop, fit)
    full = solve([whole], at, penalty)
    slices = _slices(shop, fit, whole)
    areas: list[dict[str, Any]] = []
    without: dict[str, Array] = {}
    for k in kept:
        own = _products(shop, fit, rows_of[k])
        rest = Products(whole.xx - own.xx, whole.xy - own.xy, whole.yy - own.yy)
        without[labels[k]] = solve([rest], at, penalty)
        areas.append(_area(shop, fit, labels[k], rows_of[k], without[labels[k]]))
    return {
        "area": area.name,
        "areas": areas,
        "areas_too_small": len(labels) - len(kept),
        "features": [_feature(part, full, without) for part in slices],
    }


def _products(shop: Workshop, fit: Fit, rows: Array) -> Products:
    size = len(fit.positions) + sum(len(cells.used) for cells in fit.pairs)
    total = Products(np.zeros((size, size)), np.zeros(size), 0.0)
    for piece in chunks(rows):
        x, w, y = spread(shop, fit, piece), shop.survey.weight[piece], shop.y[piece]
        weighted = x * w[:, None]
        total.xx += weighted.T @ x
        total.xy += weighted.T @ y
        total.yy += float(w @ y**2)
    return total


def _slices(shop: Workshop, fit: Fit, whole: Products) -> list[_Slice]:
    """Where each feature's columns stand; the intercept's cross products give their means."""
    weight = whole.xx[0, 0]
    mean = whole.xx[0] / weight
    found, start = [], 1

    def cut(name: str, width: int) -> _Slice:
        at = slice(start, start + width)
        together = whole.xx[at, at] / weight - np.outer(mean[at], mean[at])
        return _Slice(name, at, together)

    for menu in shop.menus:
        form = fit.forms[menu.name]
        if form == "none":
            continue
        marked = len(menu.mark) if fit.marked and form in ("line", "bends") else 0
        found.append(cut(menu.name, len(menu.forms[form]) + marked))
        start = found[-1].at.stop
    for cells in fit.pairs:
        found.append(cut(cells.name, len(cells.used)))
        start = found[-1].at.stop
    return found


def _area(shop: Workshop, fit: Fit, label: str, rows: Array, elsewhere: Array) -> dict[str, Any]:
    """What the formula of the other areas makes of this one."""
    w, y = shop.survey.weight[rows], shop.y[rows]
    guess = np.concatenate([spread(shop, fit, piece) @ elsewhere for piece in chunks(rows)])
    left = y - guess
    bias = float(np.average(left, weights=w))
    around = float(w @ (y - np.average(y, weights=w)) ** 2)
    clusters = np.unique(shop.survey.cluster[rows], return_inverse=True)[1]
    gaps = np.bincount(clusters, w * (left - bias))
    noise = float(np.sqrt((gaps**2).sum()) / w.sum()) if len(gaps) > 1 else float("nan")
    astray = abs(bias) > ASTRAY and (not np.isfinite(noise) or abs(bias) > 2 * noise)
    return {
        "area": label,
        "rows": len(rows),
        "r2": round(1 - float(w @ left**2) / around, 4) if around > 0 else None,
        "bias": round(bias, 4),
        "noise": round(noise, 4) if np.isfinite(noise) else None,
        "astray": bool(astray),
    }


def _feature(part: _Slice, full: Array, without: dict[str, Array]) -> dict[str, Any]:
    moves = part.moves(full)
    spread_of = {label: part.moves(b) for label, b in without.items()}
    shifts = {label: part.moves(b - full) for label, b in without.items()}
    worst = max(shifts, key=lambda label: shifts[label])
    shift = shifts[worst] / moves if moves > 1e-9 else 0.0
    return {
        "feature": part.name,
        "moves": round(moves, 4),
        "lowest": round(min(spread_of.values()), 4),
        "highest": round(max(spread_of.values()), 4),
        "shift": round(shift, 4),
        "without": worst,
        "unstable": bool(shift > UNSTABLE and shifts[worst] > FELT),
    }
