"""The forms a column can take in the formula, as columns of numbers for least squares.

``line``    a straight line; unknown values stand at the median
``bends``   the line, and where it may bend (at quantiles)
``levels``  an amount for each value; values in fewer than three rows share one
``steps``   an amount between thresholds, for what is counted or ranked
``mark``    an amount for 'unknown' beside a line

Every form of every column lies side by side in one *menu*; fitting chooses among its positions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from tepat.assessment.survey import FEW_VALUES, Array, Column

RARE = 3
_KNOTS = (0.1, 0.25, 0.5, 0.75, 0.9)
_MOST_LEVELS = 300
_PLAIN_LEVELS = 20
_RANK_STEPS = 20
_PAIR_STEPS = 8
_PAIR_LEVELS = 12
_CHUNK = 20_000


@dataclass(frozen=True)
class Coded:
    """A column cut into groups: each row's group, and what the groups are.

    Attributes:
        codes: the group of each row.
        size: how many groups there are.
        groups: the group of each level (text or whole number); empty for thresholds.
        at: thresholds; empty for levels.
        other: the group of every other value, or -1 where no row had one.
        missing: the group of unknown values, or -1 where no row was unknown.
    """

    codes: Array
    size: int
    groups: dict[str, int]
    at: tuple[float, ...]
    other: int
    missing: int

    @property
    def by_level(self) -> bool:
        """Whether values are told apart one by one, not by thresholds."""
        return bool(self.groups) or self.other >= 0


@dataclass
class Menu:
    """All forms of one column. ``line`` and ``bends`` are made of numbers, the rest of groups."""

    column: Column
    first: int = 0
    median: float = 0.0
    centre: Array = field(default_factory=lambda: np.zeros(0))
    spread: Array = field(default_factory=lambda: np.ones(0))
    knots: tuple[float, ...] = ()
    levels: Coded | None = None
    steps: Coded | None = None
    marked: bool = False
    signal: bool = False
    area: bool = False
    forms: dict[str, list[int]] = field(default_factory=dict)
    mark: list[int] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The column's name."""
        return self.column.name

    @property
    def coded(self) -> bool:
        """Whether its whole numbers look like codes: few, and with gaps or fewer than six."""
        few = self.levels is not None and self.column.distinct <= _PLAIN_LEVELS
        return few and not is_counted(self.column)

    def width(self) -> int:
        """How many positions the column takes on the menu."""
        return sum(
            (
                len(self.spread),
                int(self.marked),
                self.levels.size if self.levels else 0,
                self.steps.size if self.steps else 0,
            )
        )

    def fill(self, out: Array, rows: Array) -> None:
        """Write the column's positions for some rows into their part of the design."""
        at = 0
        if len(self.spread):
            out[:, : len(self.spread)] = (self.bent(rows) - self.centre) / self.spread
            at = len(self.spread)
        if self.marked:
            out[:, at] = ~self.column.known[rows]
            at += 1
        for coded in (self.levels, self.steps):
            if coded is not None:
                codes = coded.codes[rows]
                known = np.flatnonzero(codes >= 0)
                out[known, at + codes[known]] = 1.0
                at += coded.size

    def bent(self, rows: Array) -> Array:
        """The value and its distance beyond each knot, unknown values at the median."""
        values = self.column.values[rows]
        values = np.where(np.isfinite(values), values, self.median)
        beyond = [np.maximum(values - knot, 0.0) for knot in self.knots]
        return np.column_stack([values, *beyond])


def make_menu(
    columns: Sequence[Column], signal: str | None = None, areas: frozenset[str] = frozenset()
) -> list[Menu]:
    """Lay the forms of all columns side by side; position 0 is the intercept."""
    menus, first = [], 1
    for column in columns:
        menu = _menu(column, column.name == signal)
        menu.area = column.name in areas
        menu.first = first
        _place(menu)
        first += menu.width()
        menus.append(menu)
    return menus


def _menu(column: Column, signal: bool) -> Menu:
    menu = Menu(column, signal=signal)
    unknown = int((~column.known).sum())
    if not column.is_number:
        menu.levels = code_levels(column, _MOST_LEVELS)
        return menu
    if signal:
        menu.steps = code_steps(column, _RANK_STEPS, RARE)
        return menu
    if column.whole and column.distinct <= 2 * FEW_VALUES:
        menu.levels = code_levels(column, _MOST_LEVELS)
        if is_counted(column):
            menu.steps = code_steps(column, column.distinct, RARE)
    known = column.values[column.known]
    menu.median = float(np.median(known))
    if not (column.whole and column.distinct <= 2):
        menu.marked = unknown >= RARE
        menu.knots = _knots(known)
        raw = menu.bent(np.arange(len(column.values)))
        menu.centre, spread = raw.mean(axis=0), raw.std(axis=0)
        menu.spread = np.where(spread > 0, spread, 1.0)
    return menu


def _knots(known: Array) -> tuple[float, ...]:
    inner = np.unique(np.quantile(known, _KNOTS, method="lower"))
    return tuple(float(k) for k in inner if known.min() < k < known.max())


def _place(menu: Menu) -> None:
    at = menu.first
    if len(menu.spread):
        menu.forms["line"] = [at]
        if menu.knots:
            menu.forms["bends"] = list(range(at, at + len(menu.spread)))
        at += len(menu.spread)
    if menu.marked:
        menu.mark = [at]
        at += 1
    for name, coded in (("levels", menu.levels), ("steps", menu.steps)):
        if coded is not None:
            menu.forms[name] = list(range(at, at + coded.size))
            at += coded.size


def is_counted(column: Column) -> bool:
    """Whether whole numbers count something: six or more, without gaps, from 0 or 1."""
    known = column.values[column.known]
    low, high = known.min(), known.max()
    return bool(column.distinct >= 6 and low in (0, 1) and high - low + 1 <= 1.5 * column.distinct)


def code_levels(column: Column, most: int, rare: int = RARE) -> Coded:
    """Group by value; rare values, and those beyond the most frequent ``most``, share a group."""
    codes, labels = column.codes()
    count = np.bincount(codes[codes >= 0], minlength=len(labels))
    common = [int(i) for i in np.argsort(-count, kind="stable")[:most] if count[i] >= rare]
    common.sort()
    group = np.full(len(labels) + 1, -1, dtype=np.int64)
    group[common] = np.arange(len(common))
    size, other, missing = len(common), -1, -1
    if len(common) < len(labels):
        other, size = size, size + 1
        group[:-1][group[:-1] < 0] = other
    if (codes < 0).sum() >= rare:
        missing, size = size, size + 1
        group[-1] = missing
    groups = {labels[i]: int(group[i]) for i in common}
    return Coded(group[codes].astype(np.int32), size, groups, (), other, missing)


def code_steps(column: Column, most: int, rare: int = RARE) -> Coded:
    """Cut at values so that at most ``most`` groups of about equal size come out."""
    known = column.known
    values = column.values[known]
    different, count = np.unique(values, return_counts=True)
    if len(different) <= most:
        starts = _merge_rare(different, count, rare)
    else:
        cuts = np.quantile(values, np.arange(1, most) / most, method="higher")
        starts = [float(v) for v in np.unique(cuts) if v > different[0]]
    codes = np.full(len(column.values), -1, dtype=np.int32)
    codes[known] = np.searchsorted(np.array(starts), values, side="right")
    size, missing = len(starts) + 1, -1
    if (~known).sum() >= rare:
        missing, size = size, size + 1
        codes[~known] = missing
    return Coded(codes, size, {}, tuple(starts), -1, missing)


def _merge_rare(different: Array, count: Array, rare: int) -> list[float]:
    """Where each group begins, so that every group, the last one too, has enough rows."""
    starts, held = [float(different[0])], 0
    for value, n in zip(different, count, strict=True):
        if held >= rare:
            starts.append(float(value))
            held = 0
        held += int(n)
    if held < rare and len(starts) > 1:
        starts.pop()
    return starts[1:]


def code_for_pair(menu: Menu) -> Coded:
    """A coarse grouping of the column, for tables of two columns."""
    column = menu.column
    if column.is_number and (
        menu.levels is None or column.distinct > _PAIR_LEVELS or is_counted(column)
    ):
        return code_steps(column, _PAIR_STEPS)
    return code_levels(column, _PAIR_LEVELS)


def plain_forms(menus: Sequence[Menu], *, codes_as_levels: bool) -> dict[str, str]:
    """The forms of a plain regression: whole numbers as lines, or few-valued ones as levels."""
    forms = {}
    for menu in menus:
        few = codes_as_levels and menu.column.distinct <= _PLAIN_LEVELS and "levels" in menu.forms
        if menu.signal and "steps" in menu.forms:
            forms[menu.name] = "steps"
        else:
            forms[menu.name] = "line" if "line" in menu.forms and not few else "levels"
    return forms


def chunks(rows: Array) -> Iterator[Array]:
    """Rows in pieces that fit in memory once they are spread out."""
    for start in range(0, len(rows), _CHUNK):
        yield rows[start : start + _CHUNK]


def design(menus: Sequence[Menu], rows: Array) -> Array:
    """The whole menu for some rows; the first position is 1."""
    width = 1 + sum(menu.width() for menu in menus)
    out = np.zeros((len(rows), width))
    out[:, 0] = 1.0
    for menu in menus:
        menu.fill(out[:, menu.first : menu.first + menu.width()], rows)
    return out
