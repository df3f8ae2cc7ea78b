"""Pictures of before and after: paired bars, bars to both sides of a line, a curve with its limit.

As in the report each is drawn twice, broad for a desk and narrow for a phone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from tepat.runs.report.drawing import NARROW, WIDE, Pictures, _text, _wrapped

AXIS, REACH = 640, 250  # of bars to both sides, on the wide picture
Parts = tuple[tuple[str, float], ...]  # class and width, as a share of the longest bar


@dataclass(frozen=True)
class Pair:
    """One row: a bar before, a bar after; widths are shares of the longest bar."""

    label: str
    before: float
    after: float
    before_text: str
    after_text: str
    note: str = ""
    spans: tuple[tuple[float, float], tuple[float, float]] | None = None  # intervals


@dataclass(frozen=True)
class Sides:
    """One row with bars to the left (who loses) and to the right (who gains)."""

    label: str
    left: Parts
    right: Parts
    left_text: str
    right_text: str


@dataclass(frozen=True)
class Curve:
    """A line through points between 0 and 1, with the words of its axes.

    Attributes:
        steps: whether the value stays until the next point.
        chosen: the point that was found.
        limit: the height of the limit, and its words.
    """

    points: tuple[tuple[float, float], ...]
    steps: bool
    chosen: tuple[float, float] | None
    limit: tuple[float, str]
    across: tuple[str, str]
    highest: str


class Compared(Pictures):
    """Draws what is compared."""

    def pairs(self, title: str, about: str, rows: Sequence[Pair]) -> Markup:
        """Two bars for each row, today's above the reform's."""
        wide, height = _wide_pairs(rows)
        narrow, tall = _narrow_pairs(rows)
        return self._both(title, about, (wide, height), (narrow, tall))

    def sides(
        self, title: str, about: str, rows: Sequence[Sides], headings: tuple[str, str]
    ) -> Markup:
        """Bars to both sides of a line."""
        return self._both(title, about, _wide_sides(rows, headings), _narrow_sides(rows, headings))

    def curve(self, title: str, about: str, curve: Curve) -> Markup:
        """A curve with its limit."""
        wide = _curve(curve, WIDE, 340)
        narrow = _curve(curve, NARROW, 240)
        return self._both(title, about, (wide, 340), (narrow, 240))

    def _both(
        self, title: str, about: str, wide: tuple[Markup, float], narrow: tuple[Markup, float]
    ) -> Markup:
        return self.svg(title, about, (WIDE, wide[1]), wide[0], "wide") + self.svg(
            title, about, (NARROW, narrow[1]), narrow[0], "narrow"
        )


def _rect(css: str, x: float, y: float, width: float, height: float) -> Markup:
    return Markup('<rect class="{}" x="{:g}" y="{:g}" width="{:g}" height="{:g}"/>').format(
        css, round(x, 1), round(y, 1), round(width, 1), height
    )


def _label(words: str, y: float, width: int) -> tuple[Markup, int]:
    """Lines of a label around a middle."""
    lines, body = _wrapped(words, width), Markup("")
    for index, line in enumerate(lines):
        body += _text(0, y + 5 + 18 * (index - (len(lines) - 1) / 2), line, "t")
    return body, len(lines)


def _span(x: float, y: float, width: float, ends: tuple[float, float]) -> Markup:
    low, high = (round(x + width * end, 1) for end in ends)
    return Markup('<path class="span" d="M{0} {2:g}H{1}M{0} {3:g}V{4:g}M{1} {3:g}V{4:g}"/>').format(
        low, high, y, y - 4, y + 4
    )


def _wide_pairs(rows: Sequence[Pair]) -> tuple[Markup, float]:
    body, y = Markup(""), 4.0
    for row in rows:
        tall = 64.0 if row.note else 54.0
        middle = y + 24
        words, _ = _label(row.label, middle, 36)
        body += words
        for index, (css, share) in enumerate((("before", row.before), ("after", row.after))):
            top = middle - 18 + index * 19
            body += _rect("track", 312, top, 430, 16)
            if share > 0:
                body += _rect(css, 312, top, max(430 * share, 1), 16)
            if row.spans:
                body += _span(312, top + 8, 430, row.spans[index])
        body += _text(758, middle - 5, row.before_text, "t")
        body += _text(758, middle + 14, row.after_text, "b")
        if row.note:
            body += _text(758, middle + 31, row.note, "q")
        y += tall
    return body, y + 4


def _narrow_pairs(rows: Sequence[Pair]) -> tuple[Markup, float]:
    body, y = Markup(""), 4.0
    for row in rows:
        for line in _wrapped(row.label, 42):
            y += 16
            body += _text(0, y, line, "b")
        bars = (("before", row.before, row.before_text), ("after", row.after, row.after_text))
        for index, (css, share, words) in enumerate(bars):
            y += 6
            body += _rect("track", 0, y, NARROW, 12)
            if share > 0:
                body += _rect(css, 0, y, max(NARROW * share, 1), 12)
            if row.spans:
                body += _span(0, y + 6, NARROW, row.spans[index])
            y += 26
            body += _text(0, y, words, "t")
        if row.note:
            y += 16
            body += _text(0, y, row.note, "q")
        y += 14
    return body, y


def _wide_sides(rows: Sequence[Sides], headings: tuple[str, str]) -> tuple[Markup, float]:
    body = Markup('<text x="{}" y="14" class="q e">{}</text>').format(AXIS - 8, headings[0])
    body += _text(AXIS + 8, 14, headings[1], "q")
    y = 22.0
    for row in rows:
        middle = y + 17
        words, _ = _label(row.label, middle, 30)
        body += words + _stack(row, AXIS, REACH, middle - 10, 20)
        body += Markup('<text x="{}" y="{:g}" class="b e">{}</text>').format(
            AXIS - REACH - 12, middle + 5, row.left_text
        )
        body += _text(AXIS + REACH + 12, middle + 5, row.right_text, "b")
        y += 34
    body += Markup('<path class="axis" d="M{0} 20V{1:g}"/>').format(AXIS, y)
    return body, y + 4


def _narrow_sides(rows: Sequence[Sides], headings: tuple[str, str]) -> tuple[Markup, float]:
    half = NARROW / 2
    body = _text(0, 13, headings[0], "q")
    body += Markup('<text x="{}" y="13" class="q e">{}</text>').format(NARROW, headings[1])
    y = 20.0
    for row in rows:
        for line in _wrapped(row.label, 42):
            y += 17
            body += _text(0, y, line, "t")
        body += _stack(row, half, half, y + 6, 14)
        body += Markup('<path class="axis" d="M{0:g} {1:g}V{2:g}"/>').format(half, y + 4, y + 22)
        y += 36
        body += _text(0, y, row.left_text, "b")
        body += Markup('<text x="{}" y="{:g}" class="b e">{}</text>').format(
            NARROW, y, row.right_text
        )
        y += 8
    return body, y + 4


def _stack(row: Sides, axis: float, reach: float, y: float, height: float) -> Markup:
    body, at = Markup(""), axis
    for css, share in row.left:
        if share > 0:
            at -= reach * share
            body += _rect(css, at, y, reach * share, height)
    at = axis
    for css, share in row.right:
        if share > 0:
            body += _rect(css, at, y, reach * share, height)
            at += reach * share
    return body


def _curve(curve: Curve, width: float, height: float) -> Markup:
    left, right, top, bottom = 6.0, width - 6, 30.0, height - 44

    def at(point: tuple[float, float]) -> tuple[float, float]:
        x, y = point
        return round(left + (right - left) * x, 1), round(bottom - (bottom - top) * y, 1)

    places = [at(point) for point in curve.points]
    line = "".join(
        f"H{x2:g}V{y2:g}" if curve.steps else f"L{x2:g} {y2:g}" for _, (x2, y2) in pairwise(places)
    )
    body = Markup('<path class="axis" d="M{:g} {:g}H{:g}"/>').format(left, bottom, right)
    if places:
        body += Markup('<path class="curve" d="M{:g} {:g}{}"/>').format(*places[0], line)
    _, limit = at((0, min(curve.limit[0], 1.0)))
    body += Markup('<path class="limit" d="M{:g} {:g}H{:g}"/>').format(left, limit, right)
    body += _limit_words(curve, left, right, limit)
    if curve.chosen:
        x, y = at(curve.chosen)
        body += Markup('<path class="mark" d="M{0:g} {1:g}V{2:g}"/>').format(x, y, bottom + 6)
        body += Markup('<circle class="dot" cx="{:g}" cy="{:g}" r="5"/>').format(x, y)
    body += _text(left, bottom + 18, curve.across[0], "q")
    body += Markup('<text x="{:g}" y="{:g}" class="q e">{}</text>').format(
        right, bottom + 18, curve.across[1]
    )
    body += Markup('<text x="{:g}" y="14" class="q e">{}</text>').format(right, curve.highest)
    return body


def _limit_words(curve: Curve, left: float, right: float, y: float) -> Markup:
    """The words of the limit, at the end where the curve is farther from it."""
    ends = [abs(curve.points[i][1] - curve.limit[0]) for i in (0, -1)] if curve.points else [1, 0]
    if ends[0] >= ends[1]:
        return _text(left, y - 6, curve.limit[1], "q")
    return Markup('<text x="{:g}" y="{:g}" class="q e">{}</text>').format(
        right, y - 6, curve.limit[1]
    )
