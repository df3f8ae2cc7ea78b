"""What a fitted ranking model is, and how model.json is read and checked.

A score is a sum of whole numbers, in millionths of the logarithm of the outcome: an intercept and
one term per feature. Four kinds of term:

- ``levels``: each known value has its own amount; ``other`` is for every value not named.
- ``number``: a straight line, bent at stated points. The value is rounded to ``decimals`` and kept
  as an integer ``v`` between ``lowest`` and ``highest``; the term is
  ``level + (slope*(v-zero) + sum(bend.slope*max(v-bend.at, 0))) // divisor``, rounded down.
- ``steps``: only the place of the value among the points ``at`` counts, not the value itself;
  with ``within`` the value is a family's place in its village's own ranking.
- ``pair``: two columns together, an amount for each cell of a small table.

``missing`` is the amount where the value is unknown. Nothing in a term is a floating-point number
except the value of the column itself, on its way to ``v``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tepat.engine.errors import TepatError

FORMAT = "tepat-model/1"
MICRO = 1_000_000
MISSING_WORDS = ("", "NA", "N/A", "NaN", "nan", "null", "NULL", ".")
_LARGEST_TERM = 10**13
# Engines divide whole numbers through doubles: below this the quotient's floor is exact.
LARGEST_PRODUCT = 2**52
_LARGEST_VALUE = 2**53


@dataclass(frozen=True)
class Levels:
    """A value chooses its amount; ``numeric`` says that the levels are whole numbers."""

    column: str
    numeric: bool
    levels: Mapping[str, int]
    other: int
    missing: int

    @property
    def name(self) -> str:
        """The feature's name in a decomposition."""
        return self.column

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns this term reads."""
        return (self.column,)

    @property
    def groups(self) -> tuple[str, ...]:
        """The columns within which places are given: none."""
        return ()


@dataclass(frozen=True)
class Scale:
    """How a number becomes an integer: rounded to ``decimals``, held between two ends."""

    decimals: int
    lowest: int
    highest: int


@dataclass(frozen=True)
class Number:
    """A bent line over the scaled value."""

    column: str
    scale: Scale
    level: int
    zero: int
    slope: int
    bends: tuple[tuple[int, int], ...]
    divisor: int
    missing: int

    @property
    def name(self) -> str:
        """The feature's name in a decomposition."""
        return self.column

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns this term reads."""
        return (self.column,)

    @property
    def groups(self) -> tuple[str, ...]:
        """The columns within which places are given: none."""
        return ()


@dataclass(frozen=True)
class Steps:
    """Amounts between thresholds: ``values[k]`` where exactly k of ``at`` are <= the value.

    With ``within`` the value is the place among the families with the same value of that column,
    see ``community``.
    """

    column: str
    scale: Scale
    at: tuple[int, ...]
    values: tuple[int, ...]
    missing: int
    within: str | None = None

    @property
    def name(self) -> str:
        """The feature's name in a decomposition."""
        return self.column

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns this term reads."""
        return (self.column,) if self.within is None else (self.column, self.within)

    @property
    def groups(self) -> tuple[str, ...]:
        """The columns within which places are given: they say where, and nothing of the family."""
        return () if self.within is None else (self.within,)


@dataclass(frozen=True)
class Pair:
    """A table of amounts; each part (its amounts are positions) picks a row or a column."""

    first: Levels | Steps
    second: Levels | Steps
    values: tuple[tuple[int, ...], ...]

    @property
    def name(self) -> str:
        """The feature's name in a decomposition."""
        return f"{self.first.column} & {self.second.column}"

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns this term reads."""
        return (*self.first.columns, *self.second.columns)

    @property
    def groups(self) -> tuple[str, ...]:
        """The columns within which places are given."""
        return (*self.first.groups, *self.second.groups)


Feature = Levels | Number | Steps | Pair


@dataclass(frozen=True)
class Model:
    """A fitted formula; ``about`` holds the rest of model.json as it was written."""

    outcome: str
    intercept: int
    features: tuple[Feature, ...]
    about: Mapping[str, Any]


class _Reader:
    """Reads one object of the file and names the place of whatever is wrong."""

    def __init__(self, data: Any, place: str, path: Path) -> None:
        self.place, self.path = place, path
        if not isinstance(data, dict):
            raise self.error("is not an object")
        self.data: dict[str, Any] = data

    def error(self, what: str) -> TepatError:
        return TepatError(
            "model_invalid",
            f"{self.path}: {self.place} {what}.",
            do="Make the file again with `tepat calibrate`, or mend that place.",
        )

    def get(self, key: str) -> Any:
        if key not in self.data:
            raise self.error(f"lacks '{key}'")
        return self.data[key]

    def text(self, key: str) -> str:
        value = self.get(key)
        if not isinstance(value, str) or not value:
            raise self.error(f"'{key}' must be a text")
        return value

    def whole(self, key: str, largest: int = _LARGEST_TERM) -> int:
        return self.is_whole(self.get(key), f"'{key}'", largest)

    def is_whole(self, value: Any, what: str, largest: int = _LARGEST_TERM) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.error(f"{what} must be a whole number, not {value!r}")
        if abs(value) > largest:
            raise self.error(f"{what} is beyond {largest}")
        return value

    def wholes(self, key: str, largest: int = _LARGEST_TERM) -> tuple[int, ...]:
        value = self.get(key)
        if not isinstance(value, list):
            raise self.error(f"'{key}' must be a list")
        return tuple(self.is_whole(v, f"'{key}'", largest) for v in value)

    def scale(self) -> Scale:
        scale = Scale(
            self.whole("decimals", 18),
            self.whole("lowest", _LARGEST_VALUE),
            self.whole("highest", _LARGEST_VALUE),
        )
        if scale.lowest > scale.highest:
            raise self.error("has 'lowest' above 'highest'")
        return scale


def _levels(read: _Reader) -> Levels:
    values = read.text("values")
    if values not in ("integer", "text"):
        raise read.error("'values' must be integer or text")
    levels = read.get("levels")
    if not isinstance(levels, dict):
        raise read.error("'levels' must be an object")
    for level, amount in levels.items():
        read.is_whole(amount, f"level '{level}'")
        if values == "integer" and not _is_integer_text(level):
            raise read.error(f"level '{level}' is not a whole number")
    return Levels(
        read.text("column"), values == "integer", levels, read.whole("other"), read.whole("missing")
    )


def _is_integer_text(text: str) -> bool:
    try:
        return str(int(text)) == text
    except ValueError:
        return False


def _number(read: _Reader) -> Number:
    bends = read.get("bends")
    if not isinstance(bends, list):
        raise read.error("'bends' must be a list")
    pairs = []
    for k, bend in enumerate(bends):
        inner = _Reader(bend, f"{read.place}, bend {k + 1},", read.path)
        pairs.append((inner.whole("at", _LARGEST_VALUE), inner.whole("slope", _LARGEST_VALUE)))
    number = Number(
        read.text("column"),
        read.scale(),
        read.whole("level"),
        read.whole("zero", _LARGEST_VALUE),
        read.whole("slope", _LARGEST_VALUE),
        tuple(pairs),
        read.whole("divisor"),
        read.whole("missing"),
    )
    if number.divisor < 1:
        raise read.error("'divisor' must be at least 1")
    if largest_product(number) >= LARGEST_PRODUCT:
        raise read.error("is too steep: its product would not divide exactly")
    return number


def largest_product(number: Number) -> int:
    """The largest size the sum before the division can take."""
    ends = (number.scale.lowest, number.scale.highest)
    total = abs(number.slope) * max(abs(end - number.zero) for end in ends)
    for at, slope in number.bends:
        total += abs(slope) * max(number.scale.highest - at, 0)
    return total


def _steps(read: _Reader) -> Steps:
    steps = Steps(
        read.text("column"),
        read.scale(),
        read.wholes("at", _LARGEST_VALUE),
        read.wholes("values"),
        read.whole("missing"),
        read.text("within") if "within" in read.data else None,
    )
    if len(steps.values) != len(steps.at) + 1:
        raise read.error("needs one more of 'values' than of 'at'")
    if list(steps.at) != sorted(set(steps.at)):
        raise read.error("'at' must rise")
    if steps.within is not None and steps.scale.decimals != 0:
        raise read.error("'decimals' must be 0 beside 'within'")
    return steps


def _pair(read: _Reader) -> Pair:
    parts = read.get("parts")
    if not isinstance(parts, list) or len(parts) != 2:
        raise read.error("needs two 'parts'")
    first, second = (
        _part(_Reader(part, f"{read.place}, part {k + 1},", read.path))
        for k, part in enumerate(parts)
    )
    rows = read.get("values")
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise read.error("'values' must be a list of lists")
    values = tuple(tuple(read.is_whole(v, "'values'") for v in row) for row in rows)
    if len(values) != positions(first) or any(len(row) != positions(second) for row in values):
        raise read.error(f"'values' must have {positions(first)} rows of {positions(second)}")
    return Pair(first, second, values)


def _part(read: _Reader) -> Levels | Steps:
    kind = read.text("kind")
    if kind not in ("levels", "steps"):
        raise read.error("'kind' must be levels or steps")
    part = _levels(read) if kind == "levels" else _steps(read)
    if min(_positions(part)) < 0:
        raise read.error("positions must not be negative")
    return part


def _positions(part: Levels | Steps) -> list[int]:
    if isinstance(part, Levels):
        return [*part.levels.values(), part.other, part.missing]
    return [*part.values, part.missing]


def positions(part: Levels | Steps) -> int:
    """How many rows (or columns) of a pair's table this part can choose from."""
    return max(_positions(part)) + 1


_KINDS: dict[str, Callable[[_Reader], Feature]] = {
    "levels": _levels,
    "number": _number,
    "steps": _steps,
    "pair": _pair,
}


def load_model(path: Path) -> Model:
    """Read model.json and check it.

    Raises:
        TepatError: ``file_missing``, ``model_invalid`` (with the place that is wrong).
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise TepatError(
            "file_missing",
            f"There is no file {path}.",
            do="Give the model.json that `tepat calibrate` wrote.",
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise TepatError(
            "model_invalid",
            f"{path} cannot be read: {error}.",
            do="Give the model.json that `tepat calibrate` wrote.",
        ) from error
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise TepatError(
            "model_invalid",
            f"{path}, line {error.lineno}: {error.msg}.",
            "The file is not valid JSON.",
            "Make it again with `tepat calibrate`.",
        ) from error
    return parse_model(data, path)


def parse_model(data: Any, path: Path) -> Model:
    """The model in an already decoded model.json."""
    read = _Reader(data, "the file", path)
    if read.get("format") != FORMAT:
        raise read.error(f"has format {read.data['format']!r}; this version reads {FORMAT}")
    rows = read.get("features")
    if not isinstance(rows, list) or not rows:
        raise read.error("'features' must be a list with at least one feature")
    features = tuple(_feature(row, k, path) for k, row in enumerate(rows))
    names = [feature.name for feature in features]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise read.error(f"has feature {twice[0]} twice")
    about = {
        key: value
        for key, value in read.data.items()
        if key not in ("features", "intercept", "format")
    }
    return Model(read.text("outcome"), read.whole("intercept"), features, about)


def _feature(row: Any, k: int, path: Path) -> Feature:
    read = _Reader(row, f"feature {k + 1}", path)
    kind = read.text("kind")
    if kind not in _KINDS:
        raise read.error(f"has kind {kind!r}; known are {', '.join(_KINDS)}")
    if isinstance(read.data.get("column"), str):
        read.place += f" ({read.data['column']})"
    return _KINDS[kind](read)
