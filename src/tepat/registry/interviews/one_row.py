"""The row rules of the main job, asked of one row in plain Python.

The rules are written once, as expressions over a table. A row here answers the same expressions for
one family or person at once: null is unknown and spreads as in SQL. A test holds it against the
engine's own answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any


class Cell:
    """A value, or null, that knows the operations which the row rules use."""

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, value: Any) -> None:
        self.value = value

    def _with(self, other: Any, work: Any) -> Cell:
        right = _plain(other)
        if self.value is None or right is None:
            return Cell(None)
        return Cell(work(self.value, right))

    def __eq__(self, other: object) -> Any:
        return self._with(other, lambda a, b: a == b)

    def __ne__(self, other: object) -> Any:
        return self._with(other, lambda a, b: a != b)

    def __lt__(self, other: Any) -> Cell:
        return self._with(other, lambda a, b: a < b)

    def __le__(self, other: Any) -> Cell:
        return self._with(other, lambda a, b: a <= b)

    def __gt__(self, other: Any) -> Cell:
        return self._with(other, lambda a, b: a > b)

    def __ge__(self, other: Any) -> Cell:
        return self._with(other, lambda a, b: a >= b)

    def __add__(self, other: Any) -> Cell:
        return self._with(other, lambda a, b: a + b)

    def __sub__(self, other: Any) -> Cell:
        return self._with(other, _less)

    def __truediv__(self, other: Any) -> Cell:
        return self._with(other, lambda a, b: a / b)

    def __and__(self, other: Any) -> Cell:
        right = _plain(other)
        if self.value is False or right is False:
            return Cell(False)
        return self._with(other, lambda a, b: a & b)

    def __or__(self, other: Any) -> Cell:
        right = _plain(other)
        if self.value is True or right is True:
            return Cell(True)
        return self._with(other, lambda a, b: a | b)

    def __invert__(self) -> Cell:
        return Cell(None if self.value is None else not self.value)

    def isnull(self) -> Cell:
        """Whether there is no value."""
        return Cell(self.value is None)

    def notnull(self) -> Cell:
        """Whether there is one."""
        return Cell(self.value is not None)

    def between(self, low: Any, high: Any) -> Cell:
        """Whether it lies between two bounds, both included."""
        inside: Cell = (self >= low) & (self <= high)
        return inside

    def isin(self, values: Iterable[Any]) -> Cell:
        """Whether it is one of these."""
        return Cell(None if self.value is None else self.value in tuple(values))

    def fill_null(self, other: Any) -> Cell:
        """Itself, or another value where there is none."""
        return Cell(_plain(other)) if self.value is None else self

    def coalesce(self, other: Any) -> Cell:
        """The same, by its other name."""
        return self.fill_null(other)

    def abs(self) -> Cell:
        """Its size without its sign."""
        return Cell(None if self.value is None else abs(self.value))

    def least(self, *others: Cell) -> Cell:
        """The least of itself and others, of those that are known."""
        known = [cell.value for cell in (self, *others) if cell.value is not None]
        return Cell(min(known, default=None))

    def cast(self, kind: str) -> Cell:
        """As a text or a number."""
        if self.value is None:
            return self
        return Cell(str(self.value) if kind == "string" else float(self.value))


def _plain(other: Any) -> Any:
    return other.value if isinstance(other, Cell) else other


def _less(left: Any, right: Any) -> Any:
    return (left - right).days if isinstance(left, date) else left - right


class Row:
    """One row as the rules address a table; a column that is not there is unknown."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values
        self.columns = tuple(values)

    def __getattr__(self, name: str) -> Cell:
        return Cell(self._values.get(name))

    def __getitem__(self, name: str) -> Cell:
        return Cell(self._values.get(name))
