"""Curves as inline SVG: shares over a cut-off, each with its band.

Lines differ by their stroke and by the mark at each point, not by colour alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from tepat.runs.report.drawing import Pictures

TICKS = (0, 20, 40, 60, 80, 100)


@dataclass(frozen=True)
class Curve:
    """One curve: its style sheet class, its name, and (x, value, low, high) between 0 and 100."""

    css: str
    name: str
    points: tuple[tuple[float, float, float | None, float | None], ...]


def curves(
    pictures: Pictures, title: str, about: str, lines: Sequence[Curve], across: str
) -> Markup:
    """Curves from 0 to 100 both ways, broad and narrow; ``across`` names the axis below."""
    wide = _drawn(lines, across, (1040, 420), 15)
    narrow = _drawn(lines, across, (328, 320), 12.5)
    return pictures.svg(title, about, (1040, 420), wide, "wide") + pictures.svg(
        title, about, (328, 320), narrow, "narrow"
    )


def _drawn(
    lines: Sequence[Curve], across: str, size: tuple[float, float], letters: float
) -> Markup:
    left, top = 3.2 * letters, letters
    width, height = size[0] - left - letters, size[1] - top - 3.4 * letters

    def at(x: float, y: float) -> tuple[float, float]:
        return round(left + width * x / 100, 1), round(top + height * (1 - y / 100), 1)

    body = _axes(at, across, size, letters)
    for line in lines:
        body += _band(line, at)
    for line in lines:
        steps = " ".join(f"{x:g},{y:g}" for x, y in (at(p[0], p[1]) for p in line.points))
        body += Markup('<polyline class="curve {}" points="{}"/>').format(line.css, steps)
        for x, y in (at(p[0], p[1]) for p in line.points):
            body += _mark(line.css, x, y)
    return body


def _axes(at: Any, across: str, size: tuple[float, float], letters: float) -> Markup:
    body = Markup("")
    for tick in TICKS:
        x0, y = at(0, tick)
        x1, bottom = at(100, 0)
        body += Markup('<path class="grid-line" d="M{:g} {:g}H{:g}"/>').format(x0, y, x1)
        body += Markup('<text x="{:g}" y="{:g}" class="q e">{}%</text>').format(
            x0 - 6, round(y + letters * 0.35, 1), tick
        )
        x, _ = at(tick, 0)
        css = "q e" if tick == TICKS[-1] else "q c"
        body += Markup('<text x="{:g}" y="{:g}" class="{}">{}%</text>').format(
            x, round(bottom + 1.3 * letters, 1), css, tick
        )
    middle, _ = at(50, 0)
    return body + Markup('<text x="{:g}" y="{:g}" class="q c">{}</text>').format(
        middle, size[1] - 0.4 * letters, across
    )


def _band(line: Curve, at: Any) -> Markup:
    known = [
        (x, low, high) for x, _, low, high in line.points if low is not None and high is not None
    ]
    if len(known) < 2:
        return Markup("")
    upper = [at(x, high) for x, _, high in known]
    lower = [at(x, low) for x, low, _ in reversed(known)]
    steps = " ".join(f"{x:g},{y:g}" for x, y in [*upper, *lower])
    return Markup('<polygon class="band {}" points="{}"/>').format(line.css, steps)


def _mark(css: str, x: float, y: float) -> Markup:
    """A point's mark: square, circle, diamond or triangle by class."""
    shapes = {
        "k1": f"M{x - 3.5:g} {y - 3.5:g}h7v7h-7z",
        "k2": f"M{x:g} {y - 4.5:g}l4.5 4.5l-4.5 4.5l-4.5 -4.5z",
        "k3": f"M{x:g} {y - 4:g}l4.5 7.5h-9z",
        "k4": f"M{x - 3.5:g} {y:g}a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0z",
    }
    return Markup('<path class="dot {}" d="{}"/>').format(css, shapes[css])
