"""Pictures as inline SVG: rows of bars, small columns, legends.

Each chart is drawn twice, broad for a desk or paper and narrow for a phone, so that its words keep
their size; the style sheet shows one of them. Colours and patterns are classes, because the
page's security policy allows no style attributes. Four meanings have a colour and a pattern:
``yes`` (full), ``wait`` (slanted lines), ``no`` (dots), ``unknown`` (upright lines).
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count

from markupsafe import Markup

WIDE, NARROW = 1040, 328
MEANINGS = ("yes", "wait", "no", "unknown")


@dataclass(frozen=True)
class BarRow:
    """One row of a bar chart; widths and marks are fractions of the longest possible bar."""

    label: str
    parts: tuple[tuple[str, float], ...]  # class, width
    text: str
    note: str = ""
    span: tuple[float, float] | None = None  # interval, drawn as a thin line with ends
    mark: float | None = None  # a line across the bar
    second: tuple[float, str] | None = None  # a second bar beside it, and its words


class Pictures:
    """Draws pictures with names that are unique on the page."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self._numbers = count(1)

    def svg(
        self, title: str, about: str, size: tuple[float, float], body: Markup, css: str
    ) -> Markup:
        """One picture with its title and description."""
        name = f"{self.prefix}-p{next(self._numbers)}"
        return Markup(
            '<svg class="{css}" viewBox="0 0 {w:g} {h:g}" role="img" '
            'aria-labelledby="{name}t {name}d">'
            '<title id="{name}t">{title}</title><desc id="{name}d">{about}</desc>{body}</svg>'
        ).format(css=css, w=size[0], h=size[1], name=name, title=title, about=about, body=body)

    def bars(
        self,
        title: str,
        about: str,
        rows: Sequence[BarRow],
        headings: tuple[str, str] | None = None,
    ) -> Markup:
        """Horizontal bars, broad and narrow; with ``headings``, two bars side by side."""
        wide, height = _paired_rows(rows, headings) if headings else _wide_rows(rows)
        narrow, tall = _narrow_rows(rows)
        return self.svg(title, about, (WIDE, height), wide, "wide") + self.svg(
            title, about, (NARROW, tall), narrow, "narrow"
        )

    def columns(self, title: str, about: str, values: Sequence[float], top: str) -> Markup:
        """Ten small columns; the highest carries its value ``top``."""
        highest = max(values, default=0.0) or 1.0
        body = Markup('<path class="axis" d="M2 84.5H158"/>')
        for index, value in enumerate(values):
            height = round(62 * value / highest, 1)
            x = 3.5 + index * 15.5
            body += Markup('<rect class="yes" x="{}" y="{}" width="13" height="{}"/>').format(
                x, round(84 - height, 1), height
            )
            if index in (0, 4, 9):
                body += _text(x + 6.5, 98, str(index + 1), "q c")
        peak = max(range(len(values)), key=lambda i: values[i], default=0)
        x = min(max(10.0 + peak * 15.5, 24), 136)
        body += _text(x, 16, top, "b c")
        return self.svg(title, about, (160, 102), body, "small")


def _text(x: float, y: float, words: str, css: str) -> Markup:
    return Markup('<text x="{:g}" y="{:g}" class="{}">{}</text>').format(x, y, css, words)


def _bar(row: BarRow, x: float, y: float, width: float, height: float) -> Markup:
    body = Markup('<rect class="track" x="{:g}" y="{:g}" width="{:g}" height="{:g}"/>').format(
        x, y, width, height
    )
    at = x
    for css, part in row.parts:
        long = round(width * part, 1)
        if part > 0:
            body += Markup(
                '<rect class="{}" x="{:g}" y="{:g}" width="{:g}" height="{:g}"/>'
            ).format(css, round(at, 1), y, max(long, 0.8), height)
        at += long
    middle = y + height / 2
    if row.span:
        low, high = (round(x + width * end, 1) for end in row.span)
        body += Markup('<path class="span" d="M{0} {2}H{1}M{0} {3}V{4}M{1} {3}V{4}"/>').format(
            low, high, middle, middle - 5, middle + 5
        )
    if row.mark is not None:
        at = round(x + width * row.mark, 1)
        body += Markup('<path class="mark" d="M{} {}V{}"/>').format(at, y - 5, y + height + 5)
    return body


def _wide_rows(rows: Sequence[BarRow]) -> tuple[Markup, float]:
    body, y = Markup(""), 6.0
    for row in rows:
        lines = _wrapped(row.label, 36)
        tall = max(46.0 if row.note else 34.0, 18.0 * len(lines) + 16)
        middle = y + tall / 2
        for index, line in enumerate(lines):
            body += _text(0, middle + 5 + 18 * (index - (len(lines) - 1) / 2), line, "t")
        body += _bar(row, 312, middle - 10, 430, 20)
        body += _text(758, middle + (5 if not row.note else -2), row.text, "b")
        if row.note:
            body += _text(758, middle + 15, row.note, "q")
        y += tall
    return body, y + 6


def _paired_rows(rows: Sequence[BarRow], headings: tuple[str, str]) -> tuple[Markup, float]:
    """Two bars a row, each under its heading."""
    body = _text(262, 16, headings[0], "q") + _text(734, 16, headings[1], "q")
    y = 24.0
    for row in rows:
        lines = _wrapped(row.label, 28)
        tall = max(36.0, 18.0 * len(lines) + 10)
        middle = y + tall / 2
        for index, line in enumerate(lines):
            body += _text(0, middle + 5 + 18 * (index - (len(lines) - 1) / 2), line, "t")
        body += _bar(row, 262, middle - 10, 266, 20)
        body += _text(540, middle + 5, row.text, "b")
        if row.second:
            long, words = row.second
            if long > 0:
                body += _bar(BarRow("", (("plain", long),), ""), 734, middle - 10, 140, 20)
            body += _text(886 if long > 0 else 734, middle + 5, words, "b" if long > 0 else "q")
        y += tall
    return body, y + 6


def _narrow_rows(rows: Sequence[BarRow]) -> tuple[Markup, float]:
    body, y = Markup(""), 4.0
    for row in rows:
        for line in _wrapped(row.label, 42):
            y += 16
            body += _text(0, y, line, "t")
        body += _bar(row, 0, y + 8, NARROW, 14)
        y += 40
        body += _text(0, y, row.text, "b")
        if row.note:
            y += 16
            body += _text(0, y, row.note, "q")
        if row.second:
            body += Markup('<text x="{}" y="{:g}" class="q e">{}</text>').format(
                NARROW, y, row.second[1]
            )
            if row.second[0] > 0:
                body += _bar(BarRow("", (("plain", row.second[0]),), ""), 0, y + 8, NARROW, 6)
                y += 14
        y += 14
    return body, y


def _wrapped(words: str, width: int, most: int = 2) -> list[str]:
    lines = textwrap.wrap(words, width - 2) if len(words) > width else [words]
    return [*lines[: most - 1], f"{lines[most - 1]} …"] if len(lines) > most else lines


def legend(items: Iterable[tuple[str, str]]) -> Markup:
    """A key to colours and patterns: (class, words)."""
    listed = [
        Markup(
            '<li><svg class="swatch" viewBox="0 0 22 14" aria-hidden="true" focusable="false">'
            '<rect class="{}" x="{}" y="1" width="{}" height="12"/></svg> {}</li>'
        ).format(css, *((10, 3) if css == "line" else (1, 20)), words)
        for css, words in items
    ]
    return Markup('<ul class="legend">{}</ul>').format(Markup("").join(listed))
