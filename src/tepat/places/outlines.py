"""Shapes of places projected onto a page, as paths of whole numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from tepat.places.boundary_files import Boundaries, Ring, Shape

MAP_WIDTH = 1000
TALLEST = 2.0


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
    near = [shape for shape in boundaries.shapes if shape.code in codes]
    return project(boundaries.shapes, near or boundaries.shapes)


def project(shapes: Sequence[Shape], near: Sequence[Shape]) -> Outline:
    """The shapes on a page that the `near` ones fill; those outside it are left out."""
    points = [point for shape in near for ring in shape.rings for point in ring]
    west, east = min(p[0] for p in points), max(p[0] for p in points)
    south, north = min(p[1] for p in points), max(p[1] for p in points)
    squeeze = max(math.cos(math.radians((south + north) / 2)), 0.1)
    span = max((east - west) * squeeze, (north - south) / TALLEST, 1e-6)
    factor = MAP_WIDTH / span
    margin = (span - (east - west) * squeeze) / 2 * factor

    def onto_page(point: tuple[float, float]) -> tuple[int, int]:
        x = (point[0] - west) * squeeze * factor + margin
        return round(x), round((north - point[1]) * factor)

    height = max((north - south) * factor, 1)
    shown = [shape for shape in shapes if _inside(shape, (west, south, east, north))]
    paths = {shape.code: _path(shape, onto_page) for shape in shown}
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
