"""A point inside the boundaries of the nearest place above it that a ministry gave a shape."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from tepat.places.boundary_files import Shape
from tepat.places.models import Outline
from tepat.places.outlines import MAP_WIDTH, project
from tepat.places.queries import path_of
from tepat.places.rules import full_name

_POINT = "point"


@dataclass(frozen=True)
class PointMap:
    """The picture, the place whose shape it shows, and whether the point lies in its frame."""

    svg: Markup
    place: str
    inside: bool


def point_map(place_id: int, latitude: float, longitude: float, title: str) -> PointMap | None:
    """Draw a point; None where no place on the way up has a shape.

    Args:
        place_id: the village.
        latitude: degrees north.
        longitude: degrees east.
        title: what the picture shows, for those who do not see it.
    """
    way = {place.pk: place for place in path_of(place_id)}
    found = list(Outline.objects.filter(place_id__in=way).select_related("place"))
    if not found:
        return None
    nearest = max(found, key=lambda one: one.place.level)
    rings = tuple([(float(x), float(y)) for x, y in ring] for ring in nearest.rings)
    name = full_name(nearest.place.kind, nearest.place.name)
    area = Shape(code="area", name=name, rings=rings)
    point = Shape(code=_POINT, name=title, rings=([(longitude, latitude)],))
    drawn = project((area, point), (area,))
    svg = Markup(
        '<svg class="tp-point-map" viewBox="0 0 {} {}" role="img" aria-label="{}">'
        '<path class="tp-point-map__area" d="{}"/>{}</svg>'
    ).format(MAP_WIDTH, drawn.height, title, drawn.paths["area"], _mark(drawn.paths.get(_POINT)))
    return PointMap(svg, name, _POINT in drawn.paths)


def _mark(path: str | None) -> Markup:
    return Markup('<path class="tp-point-map__point" d="{}"/>').format(path) if path else Markup("")
