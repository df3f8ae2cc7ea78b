"""Tables of two columns, added a few at a time while the error on held-out folds falls.

A table says what two answers mean together: a refrigerator in a house with walls of bamboo is not
the sum of the two. Candidates are ordered by how much of what the present formula leaves over,
on folds it has not seen, their cells would take up.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np

from tepat.assessment.fit import (
    Cells,
    Choice,
    Fit,
    Products,
    held_out_error,
    pair_penalties,
    solve,
    spread,
)
from tepat.assessment.survey import Array
from tepat.assessment.terms import Coded, Menu, chunks

_PENALTIES = (3.0, 10.0, 30.0)
_MOST = 36
_AT_ONCE = 3
_COLUMNS = 30
_WORTH = 0.002
_CELL_ROWS = 10


def rich(choice: Choice) -> Fit:
    """The shaped formula with the tables that held-out error supports."""
    return _Pairs(choice, choice.shaped()).grow()


class _Pairs:
    def __init__(self, choice: Choice, fit: Fit) -> None:
        self.choice, self.shop, self.fit = choice, choice.shop, fit
        self.products = choice.with_pairs(fit)
        self.tried: set[tuple[str, str]] = set()

    def grow(self) -> Fit:
        """Add tables until they stop paying, then choose how much they are shrunk."""
        best = self._error(self.fit, self.products)
        menus = self._important()
        while len(self.fit.pairs) < _MOST:
            new = self._promising(menus)
            if not new:
                break
            fit = self.fit
            bigger = Fit(
                fit.forms, fit.marked, fit.penalty, fit.pairs + new, fit.pair_penalty, fit.positions
            )
            products = self.choice.with_pairs(bigger)
            error = self._error(bigger, products)
            if error > best * (1 - _WORTH) - 4 * best / self.choice.weight:
                break
            self.fit, self.products, best = bigger, products, error
        return self._tuned()

    def _tuned(self) -> Fit:
        fit = self.fit
        if fit.pairs:
            errors = []
            for size in _PENALTIES:
                fit.pair_penalty = size
                errors.append((self._error(fit, self.products), size))
            fit.pair_penalty = min(errors)[1]
        return self.choice.finish(fit)

    def _error(self, fit: Fit, products: dict[int, Products]) -> float:
        penalty = pair_penalties(self.shop, fit)
        return held_out_error(products, np.arange(len(penalty)), penalty)

    def _important(self) -> list[Menu]:
        """The columns that move the prediction most; tables are sought among them."""
        fit, rows = self.fit, self.choice.rows[:20_000]
        x = spread(self.shop, fit, rows) * fit.coefficients
        place = {p: i for i, p in enumerate(fit.positions)}
        moved = []
        for menu in self.shop.menus:
            mine = [place[p] for p in range(menu.first, menu.first + menu.width()) if p in place]
            moved.append((-float(x[:, mine].sum(axis=1).var()) if mine else 0.0, menu.name, menu))
        moved.sort(key=lambda item: item[:2])
        return [menu for _, _, menu in moved[:_COLUMNS]]

    def _residual(self) -> Array:
        """What each row's prediction from the other folds leaves over."""
        left = np.zeros(len(self.shop.y))
        penalty = pair_penalties(self.shop, self.fit)
        for k in self.choice.folds:
            others = [p for j, p in self.products.items() if j != k]
            b = solve(others, np.arange(len(penalty)), penalty)
            for piece in chunks(np.flatnonzero(self.shop.folds == k)):
                left[piece] = self.shop.y[piece] - spread(self.shop, self.fit, piece) @ b
        return left

    def _promising(self, menus: list[Menu]) -> list[Cells]:
        rows = self.choice.rows
        weight, left = self.shop.survey.weight[rows], self._residual()[rows]
        noise = float(np.average(left**2, weights=weight))
        gains = []
        for one, two in combinations(menus, 2):
            if (one.name, two.name) not in self.tried:
                a, b = self.shop.coarse_codes(one), self.shop.coarse_codes(two)
                gain = _gain(_joint(a, b)[rows], a.size * b.size, weight, left, noise)
                gains.append((gain, one, two))
        gains.sort(key=lambda item: (-item[0], item[1].name, item[2].name))
        chosen = [item for item in gains[:_AT_ONCE] if item[0] > 0]
        self.tried.update((one.name, two.name) for _, one, two in chosen)
        return [self._cells(one, two) for _, one, two in chosen]

    def _cells(self, one: Menu, two: Menu) -> Cells:
        a, b = self.shop.coarse_codes(one), self.shop.coarse_codes(two)
        code = _joint(a, b)
        count = np.bincount(code[self.choice.rows], minlength=a.size * b.size + 1)[:-1]
        used = np.flatnonzero(count >= _CELL_ROWS)
        place = np.full(len(count) + 1, -1, dtype=np.int32)
        place[used] = np.arange(len(used))
        return Cells(one, two, (a, b), place[code], used)


def _gain(code: Array, cells: int, weight: Array, left: Array, noise: float) -> float:
    """How much of the squared rest the cells would take up, less what chance would give."""
    count = np.bincount(code, minlength=cells + 1)[:-1]
    mass = np.bincount(code, weight, minlength=cells + 1)[:-1]
    sums = np.bincount(code, weight * left, minlength=cells + 1)[:-1]
    fine = count >= _CELL_ROWS
    taken = float((sums[fine] ** 2 / (mass[fine] + _PENALTIES[1])).sum())
    return taken - 2 * noise * int(fine.sum())


def _joint(a: Coded, b: Coded) -> Array:
    """The cell of each row; the one past the last where a part is unknown."""
    code: Array = a.codes.astype(np.int64) * b.size + b.codes
    code[(a.codes < 0) | (b.codes < 0)] = a.size * b.size
    return code
