"""Maps: the tiles of the 38 provinces, and a true map where a boundaries file was given."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from tepat.runs.report.boundaries import Boundaries, Ring, Shape
from tepat.runs.report.drawing import Pictures, legend
from tepat.runs.report.provinces import (
    TALL_COLUMNS,
    TALL_ROWS,
    TILES,
    WIDE_COLUMNS,
    WIDE_ROWS,
    Tile,
)
from tepat.runs.report.scale import Scale, scale
from tepat.runs.report.speech import NONE

MAP_WIDTH = 1000
TALLEST = 2.0


@dataclass(frozen=True)
class Measure:
    """One value for each place, and how to write it: in full, and short for a tile."""

    title: str
    about: str
    values: Mapping[str, float]
    text: Callable[[float], str]
    short: Callable[[float], str]
    no_data: str
    places: str  # "{n} provinces"

    @property
    def scale(self) -> Scale:
        """The classes of its values."""
        return scale(self.values.values())

    def legend(self, codes: Iterable[str]) -> Markup:
        """The key: from, to, and how many places; ``codes`` are the places on the map."""
        found = self.scale
        items = []
        for index in range(found.steps):
            low, high = found.ends[index], found.ends[index + 1]
            inside = sum(found.of(value) == index for value in self.values.values())
            ends = self.text(low) if low == high else f"{self.text(low)} – {self.text(high)}"
            items.append((found.css(low), f"{ends} ({self.places.format(n=inside)})"))
        if not set(codes) <= set(self.values):
            items.append(("none", self.no_data))
        return legend(items)


def tile_map(pictures: Pictures, measure: Measure) -> Markup:
    """The tiles, broad for a desk and tall for a phone."""
    wide = _tiles(measure, lambda tile: tile.wide, 65, (11.5, 13.5))
    tall = _tiles(measure, lambda tile: tile.tall, 46.8, (9, 11))
    size = (WIDE_COLUMNS * 65, WIDE_ROWS * 65)
    tall_size = (TALL_COLUMNS * 46.8, TALL_ROWS * 46.8)
    return pictures.svg(measure.title, measure.about, size, wide, "wide") + pictures.svg(
        measure.title, measure.about, tall_size, tall, "narrow"
    )


def _tiles(
    measure: Measure,
    place: Callable[[Tile], tuple[float, float]],
    side: float,
    fonts: tuple[float, float],
) -> Markup:
    body, steps = Markup(""), measure.scale
    for tile in TILES.values():
        x, y = (round(part * side, 1) for part in place(tile))
        value = measure.values.get(tile.code)
        css = steps.css(value)
        name = round(fonts[0] * min(1.0, 8.3 / len(tile.short)), 1)
        body += Markup(
            '<g class="tile {css}"><title>{full}: {whole}</title>'
            '<rect x="{x:g}" y="{y:g}" width="{side:g}" height="{side:g}" rx="5"/>'
            '<text x="{middle:g}" y="{first:g}" font-size="{name:g}">{short}</text>'
            '<text x="{middle:g}" y="{second:g}" font-size="{size:g}" class="v">{value}</text></g>'
        ).format(
            css=css,
            full=tile.name,
            whole=measure.no_data if value is None else measure.text(value),
            x=x + 1.5,
            y=y + 1.5,
            side=side - 3,
            middle=x + side / 2,
            first=round(y + side * 0.42, 1),
            second=round(y + side * 0.74, 1),
            short=tile.short,
            name=name,
            size=fonts[1],
            value=NONE if value is None else measure.short(value),
        )
    return body


@dataclass(frozen=True)
class Outline:
    """A boundaries file projected onto the page: one path for each place."""

    height: float
    paths: dict[str, str]
    names: dict[str, str]

    def shapes(self, prefix: str) -> Markup:
        """The paths, defined once; each map of the page refers to them."""
        made = Markup("").join(
            Markup('<path id="{}" d="{}"/>').format(f"{prefix}{index}", path)
            for index, path in enumerate(self.paths.values())
        )
        return Markup(
            '<svg class="shapes" aria-hidden="true" focusable="false"><defs>{}</defs></svg>'
        ).format(made)


def outline(boundaries: Boundaries, codes: set[str]) -> Outline:
    """Project the shapes: degrees east and north, a degree north as long as it is at mid-latitude.

    Where the run's places fill only a part of the file, the map shows that part.
    """
    near = [shape for shape in boundaries.shapes if shape.code in codes] or list(boundaries.shapes)
    points = [point for shape in near for ring in shape.rings for point in ring]
    west, east = min(p[0] for p in points), max(p[0] for p in points)
    south, north = min(p[1] for p in points), max(p[1] for p in points)
    squeeze = max(math.cos(math.radians((south + north) / 2)), 0.1)
    span = max((east - west) * squeeze, (north - south) / TALLEST, 1e-6)
    factor = MAP_WIDTH / span
    margin = (span - (east - west) * squeeze) / 2 * factor

    def project(point: tuple[float, float]) -> tuple[int, int]:
        x = (point[0] - west) * squeeze * factor + margin
        return round(x), round((north - point[1]) * factor)

    height = max((north - south) * factor, 1)
    shown = [shape for shape in boundaries.shapes if _inside(shape, (west, south, east, north))]
    paths = {shape.code: _path(shape, project) for shape in shown}
    return Outline(
        math.ceil(height), paths, {shape.code: shape.name or shape.code for shape in shown}
    )


def _inside(shape: Shape, frame: tuple[float, float, float, float]) -> bool:
    west, south, east, north = frame
    return any(west <= x <= east and south <= y <= north for ring in shape.rings for x, y in ring)


def _path(shape: Shape, project: Callable[[tuple[float, float]], tuple[int, int]]) -> str:
    """One path of whole numbers, each relative to the last; a speck becomes a small square."""
    parts = [part for ring in shape.rings if (part := _ring(ring, project))]
    if not parts and shape.rings and shape.rings[0]:
        x, y = project(shape.rings[0][0])
        parts = [f"M{x - 2} {y - 2}h4v4h-4z"]
    return "".join(parts)


def _ring(ring: Ring, project: Callable[[tuple[float, float]], tuple[int, int]]) -> str:
    points = [project(point) for point in ring]
    kept = [point for i, point in enumerate(points) if i == 0 or point != points[i - 1]]
    if len(kept) > 1 and kept[0] == kept[-1]:
        kept.pop()
    if len(kept) < 3:
        return ""
    steps = "".join(f"l{x - kept[i][0]} {y - kept[i][1]}" for i, (x, y) in enumerate(kept[1:]))
    return f"M{kept[0][0]} {kept[0][1]}{steps.replace(' -', '-')}z"


def true_map(pictures: Pictures, measure: Measure, drawn: Outline, prefix: str) -> Markup:
    """The map of a boundaries file."""
    steps, body = measure.scale, Markup("")
    for index, (code, name) in enumerate(drawn.names.items()):
        value = measure.values.get(code)
        body += Markup('<use href="#{}" class="{}"><title>{}: {}</title></use>').format(
            f"{prefix}{index}",
            steps.css(value),
            name,
            measure.no_data if value is None else measure.text(value),
        )
    return pictures.svg(measure.title, measure.about, (MAP_WIDTH, drawn.height), body, "map")
