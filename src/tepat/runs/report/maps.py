"""Maps: the tiles of the 38 provinces, and a true map where a boundaries file was given."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from tepat.places.outlines import MAP_WIDTH, Outline
from tepat.places.scale import Scale, scale
from tepat.places.tiles import (
    TALL_COLUMNS,
    TALL_ROWS,
    TILES,
    WIDE_COLUMNS,
    WIDE_ROWS,
    Tile,
)
from tepat.runs.report.drawing import Pictures, legend
from tepat.runs.report.speech import NONE


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
