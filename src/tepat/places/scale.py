"""Steps of one colour: values in at most five classes of about equal numbers of places."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection
from dataclasses import dataclass
from math import floor, log10

STEPS = 5


@dataclass(frozen=True)
class Scale:
    """Class i holds values from ``ends[i]`` up to, not including, ``ends[i + 1]``.

    The last class includes its end.
    """

    ends: tuple[float, ...]

    @property
    def steps(self) -> int:
        """How many classes there are."""
        return max(len(self.ends) - 1, 0)

    def of(self, value: float) -> int:
        """The class of a value, from 0."""
        return min(bisect_right(self.ends, value) - 1, self.steps - 1)

    def css(self, value: float | None) -> str:
        """The style class: s1 (lightest) to s5, or none."""
        if value is None or not self.steps:
            return "none"
        index = self.of(value)
        return f"s{1 + round(index * (STEPS - 1) / max(self.steps - 1, 1))}"


def scale(values: Collection[float]) -> Scale:
    """Classes for these values, with ends rounded to two figures where that keeps them apart."""
    ordered = sorted(values)
    if not ordered:
        return Scale(())
    inner = [_round(ordered[len(ordered) * i // STEPS]) for i in range(1, STEPS)]
    ends = [end for end in dict.fromkeys(inner) if ordered[0] < end <= ordered[-1]]
    return Scale((ordered[0], *ends, ordered[-1]))


def _round(value: float) -> float:
    if value == 0:
        return 0.0
    size = 10.0 ** (floor(log10(abs(value))) - 1)
    return round(value / size) * size
