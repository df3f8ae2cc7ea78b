"""Weighted least squares on a menu of forms, richer only where cross-validation says so.

Everything works on cross products (X'WX, X'Wy) kept per fold, so trying a form costs one small
solve and never another pass over the rows. *Plain* is ordinary least squares on lines and levels,
*shrunk* the same with a ridge penalty. *Rich* also bends, groups, drops, and adds tables of two
columns, each step kept only where the error on held-out folds falls by more than chance would.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from tepat.assessment.survey import Array, Survey
from tepat.assessment.terms import Coded, Menu, chunks, code_for_pair, design, plain_forms

PLAIN_PENALTY = 1e-6
_SLOPE_PENALTY = 0.1
_PENALTIES = (PLAIN_PENALTY, 1.0, 3.0, 10.0, 30.0, 100.0)


@dataclass(frozen=True)
class Cells:
    """A table of two columns: which cell each row falls in (-1 where the cell is too thin)."""

    first: Menu
    second: Menu
    parts: tuple[Coded, Coded]
    codes: Array
    used: Array

    @property
    def name(self) -> str:
        """The pair's name."""
        return f"{self.first.name} & {self.second.name}"


@dataclass
class Fit:
    """A chosen formula: forms of columns, pairs, penalties, and its coefficients."""

    forms: dict[str, str]
    marked: bool
    penalty: float
    pairs: list[Cells] = field(default_factory=list)
    pair_penalty: float = 10.0
    positions: list[int] = field(default_factory=list)
    coefficients: Array = field(default_factory=lambda: np.zeros(0))

    @property
    def plain(self) -> bool:
        """Whether it is ordinary least squares on lines and levels."""
        return not self.pairs and self.penalty == PLAIN_PENALTY


@dataclass
class Products:
    """Cross products of one fold."""

    xx: Array
    xy: Array
    yy: float


class Workshop:
    """A survey, its menu, and the cross products of its folds."""

    def __init__(self, survey: Survey, menus: Sequence[Menu], folds: Array) -> None:
        self.survey, self.menus, self.folds = survey, list(menus), folds
        self.centre = float(np.average(survey.log_outcome, weights=survey.weight))
        self.y = survey.log_outcome - self.centre
        self.coarse: dict[str, Coded] = {}
        self.firmness = self._firmness()
        self.numbers = [int(k) for k in np.unique(folds)]
        self.products = {k: self._products(np.flatnonzero(folds == k)) for k in self.numbers}

    def _firmness(self) -> Array:
        """How much of a penalty each position bears: a slope rests on all rows, a level on few."""
        answer = np.ones(1 + sum(menu.width() for menu in self.menus))
        for menu in self.menus:
            answer[menu.first : menu.first + len(menu.spread)] = _SLOPE_PENALTY
        return answer

    def _products(self, rows: Array) -> Products:
        width = 1 + sum(menu.width() for menu in self.menus)
        total = Products(np.zeros((width, width)), np.zeros(width), 0.0)
        for piece in chunks(rows):
            x, w, y = design(self.menus, piece), self.survey.weight[piece], self.y[piece]
            weighted = x * w[:, None]
            total.xx += weighted.T @ x
            total.xy += weighted.T @ y
            total.yy += float(w @ y**2)
        return total

    def positions(self, forms: dict[str, str], marked: bool) -> list[int]:
        """The menu positions that a choice of forms uses."""
        chosen = [0]
        for menu in self.menus:
            form = forms[menu.name]
            if form == "none":
                continue
            chosen += menu.forms[form]
            if marked and form in ("line", "bends"):
                chosen += menu.mark
        return chosen

    def predict(self, fit: Fit, rows: Array) -> Array:
        """Log outcome predicted by a fit, for some rows."""
        parts = [spread(self, fit, piece) @ fit.coefficients for piece in chunks(rows)]
        return np.concatenate(parts) + self.centre if parts else np.zeros(0)

    def coarse_codes(self, menu: Menu) -> Coded:
        """The coarse grouping of a column, made once."""
        if menu.name not in self.coarse:
            self.coarse[menu.name] = code_for_pair(menu)
        return self.coarse[menu.name]


def spread(shop: Workshop, fit: Fit, rows: Array) -> Array:
    """The columns of numbers that a fit multiplies with its coefficients."""
    x = design(shop.menus, rows)[:, fit.positions]
    return np.column_stack([x, *(cell_columns(cells, rows) for cells in fit.pairs)])


def cell_columns(cells: Cells, rows: Array) -> Array:
    """One column of 0 and 1 for each used cell."""
    out = np.zeros((len(rows), len(cells.used)))
    codes = cells.codes[rows]
    known = np.flatnonzero(codes >= 0)
    out[known, codes[known]] = 1.0
    return out


def solve(products: Sequence[Products], at: Array, penalty: Array) -> Array:
    """Coefficients of the ridge regression on some positions."""
    square = sum(p.xx[np.ix_(at, at)] for p in products)
    right = sum(p.xy[at] for p in products)
    answer: Array = np.linalg.solve(square + np.diag(penalty), right)
    return answer


def held_out_error(products: dict[int, Products], at: Array, penalty: Array) -> float:
    """The squared error summed over folds, each predicted from the others."""
    square = sum(p.xx[np.ix_(at, at)] for p in products.values())
    right = sum(p.xy[at] for p in products.values())
    total = 0.0
    for fold in products.values():
        own, known = fold.xx[np.ix_(at, at)], fold.xy[at]
        b = np.linalg.solve(square - own + np.diag(penalty), right - known)
        total += fold.yy - 2 * float(b @ known) + float(b @ own @ b)
    return max(total, 0.0)


def penalties(shop: Workshop, at: Array, size: float) -> Array:
    """The penalty of each position: none for the intercept, a tenth for lines and bends."""
    answer: Array = np.maximum(size * shop.firmness[at], PLAIN_PENALTY)
    answer[0] = PLAIN_PENALTY
    return answer


class Choice:
    """Chooses a formula on some folds of a workshop; the other folds are never looked at."""

    def __init__(self, shop: Workshop, folds: Sequence[int]) -> None:
        self.shop, self.folds = shop, list(folds)
        self.products = {k: shop.products[k] for k in folds}
        self.rows = np.flatnonzero(np.isin(shop.folds, self.folds))
        self.weight = float(shop.survey.weight[self.rows].sum())

    def error(self, forms: dict[str, str], marked: bool, penalty: float) -> float:
        """Held-out squared error of a choice."""
        at = np.array(self.shop.positions(forms, marked))
        return held_out_error(self.products, at, penalties(self.shop, at, penalty))

    def plain(self) -> Fit:
        """Ordinary least squares: the better of numbers as lines and codes as levels."""
        options: list[tuple[float, int, Fit]] = []
        for as_levels in (False, True):
            forms = plain_forms(self.shop.menus, codes_as_levels=as_levels)
            for marked in (False, True):
                error = self.error(forms, marked, PLAIN_PENALTY)
                options.append((error, len(options), Fit(forms, marked, PLAIN_PENALTY)))
        return self.finish(min(options)[2])

    def shrunk(self) -> Fit:
        """The plain forms, drawn towards the average as far as held-out error supports."""
        fit = self.plain()
        fit.penalty = self._penalty(fit)
        return self.finish(fit)

    def shaped(self) -> Fit:
        """The best of forms and shrinkage that held-out error supports."""
        start = self.plain()
        fit = Fit(dict(start.forms), start.marked, start.penalty)
        self._areas(fit)
        fit.penalty = self._penalty(fit)
        for _ in range(2):
            changed = self._reshape(fit)
            fit.penalty = self._penalty(fit)
            if not changed:
                break
        return self.finish(fit) if set(fit.forms.values()) != {"none"} else start

    def _areas(self, fit: Fit) -> None:
        """An area's code is no quantity: it is an effect of its own, or it is left out."""
        for menu in self.shop.menus:
            if menu.area and fit.forms[menu.name] == "line" and "levels" in menu.forms:
                choices = [
                    (self.error(fit.forms | {menu.name: form}, fit.marked, 3.0), form)
                    for form in ("levels", "none")
                ]
                fit.forms[menu.name] = min(choices)[1]

    def _penalty(self, fit: Fit) -> float:
        """The smallest penalty that brings three quarters of what the best one brings."""
        errors = [self.error(fit.forms, fit.marked, p) for p in _PENALTIES]
        enough = min(errors) + (errors[0] - min(errors)) / 4
        return next(p for p, error in zip(_PENALTIES, errors, strict=True) if error <= enough)

    def _reshape(self, fit: Fit) -> bool:
        best, changed = self.error(fit.forms, fit.marked, fit.penalty), False
        for menu in self.shop.menus:
            now = fit.forms[menu.name]
            options: list[str] = [f for f in (*menu.forms, "none") if f != now]
            if menu.signal:
                continue
            if menu.coded or (menu.area and "levels" in menu.forms):
                options = [f for f in options if f in ("levels", "none")]
            for form in options:
                forms = fit.forms | {menu.name: form}
                error = self.error(forms, fit.marked, fit.penalty)
                if error < best - 4 * best / self.weight:
                    best, fit.forms, changed = error, forms, True
        return changed

    def finish(self, fit: Fit) -> Fit:
        """Fit the coefficients on all the rows of these folds."""
        fit.positions = self.shop.positions(fit.forms, fit.marked)
        if fit.pairs:
            products = self.with_pairs(fit)
            penalty = pair_penalties(self.shop, fit)
            at = np.arange(len(penalty))
        else:
            products, at = self.products, np.array(fit.positions)
            penalty = penalties(self.shop, at, fit.penalty)
        fit.coefficients = solve(list(products.values()), at, penalty)
        return fit

    def with_pairs(self, fit: Fit) -> dict[int, Products]:
        """Cross products of the chosen positions and the cells of the pairs, per fold."""
        answer = {}
        for k in self.folds:
            size = len(fit.positions) + sum(len(cells.used) for cells in fit.pairs)
            total = Products(np.zeros((size, size)), np.zeros(size), self.products[k].yy)
            for piece in chunks(np.flatnonzero(self.shop.folds == k)):
                x = spread(self.shop, fit, piece)
                weighted = x * self.shop.survey.weight[piece][:, None]
                total.xx += weighted.T @ x
                total.xy += weighted.T @ self.shop.y[piece]
            answer[k] = total
        return answer


def pair_penalties(shop: Workshop, fit: Fit) -> Array:
    """The penalties of the columns' positions, then those of the pairs' cells."""
    cells = sum(len(pair.used) for pair in fit.pairs)
    columns = penalties(shop, np.array(fit.positions), fit.penalty)
    return np.concatenate([columns, np.full(cells, fit.pair_penalty)])
