"""A map of the places directly below one, coloured by a value: drawn here, without a script.

With boundaries it is a true map; without them the country is a map of tiles, and any other place a
grid of tiles by name. Values have at most five classes (`scale`), named in the legend with
their numbers. Colours are the classes ``s1`` to ``s5`` and ``none`` of the style sheet, because the
pages' security policy allows no style attributes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from markupsafe import Markup

from tepat.places.boundary_files import Shape
from tepat.places.models import Outline
from tepat.places.outlines import MAP_WIDTH, project
from tepat.places.queries import Listed, children_of, codes_on
from tepat.places.scale import Scale, scale
from tepat.places.tiles import TILES, WIDE_COLUMNS, WIDE_ROWS

COUNTRY = 1
SIDE = 65.0
COLUMNS = 6  # of a grid: 390 units broad, so that names can be read on a phone
LONGEST = 11


@dataclass(frozen=True)
class Coloured:
    """What the map shows: values by place, and the words beside them."""

    title: str
    about: str  # what it shows, for those who do not see it
    values: Mapping[int, float]
    text: Callable[[float], str]  # in full, for legend and pointer
    short: Callable[[float], str]  # for a tile
    no_data: str
    links: Mapping[int, str] = field(default_factory=dict)
    inside: Callable[[int], str] = "({})".format  # how many places a class holds
    source: str = "Batas: {}"
    missing: str = "Tanpa batas: {}"

    @property
    def scale(self) -> Scale:
        """The classes of its values."""
        return scale(self.values.values())

    def words(self, place: Listed) -> str:
        """A place and its value."""
        value = self.values.get(place.id)
        return f"{place.full_name}: {self.no_data if value is None else self.text(value)}"


def choropleth(parent: int, shown: Coloured, *, on: date, prefix: str = "map") -> Markup:
    """The map of the places below `parent`, its legend, and whose boundaries it shows.

    Args:
        parent: the place above.
        shown: values, words and addresses by number of place.
        on: the day whose codes place the provinces' tiles.
        prefix: makes the ids of the picture unique on the page.
    """
    places = children_of(parent)
    outlines = list(
        Outline.objects.filter(place__in=[p.id for p in places])
        .select_related("file")
        .order_by("place__name", "place_id")
    )
    if outlines:
        size, body, css = _true_map(places, outlines, shown)
    elif parent == COUNTRY and set(codes_on([p.id for p in places], on=on).values()) <= set(TILES):
        size, body, css = _tile_map(places, shown, on)
    else:
        size, body, css = _grid(places, shown)
    sources = sorted({outline.file.source for outline in outlines})
    drawn = {outline.place_id for outline in outlines}
    missing = [p.full_name for p in places if outlines and p.id not in drawn]
    return Markup('<figure class="place-map">{}{}{}</figure>').format(
        _legend(places, shown),
        _picture(shown, size, body, css, prefix),
        _notes(shown, sources, missing),
    )


def _picture(
    shown: Coloured, size: tuple[float, float], body: Markup, css: str, prefix: str
) -> Markup:
    """An SVG with title and description; a group where it holds links, an image otherwise."""
    return Markup(
        '<svg class="{css}" viewBox="0 0 {w:g} {h:g}" role="{role}" '
        'aria-labelledby="{id}-t" aria-describedby="{id}-d">'
        '<title id="{id}-t">{title}</title><desc id="{id}-d">{about}</desc>{body}</svg>'
    ).format(
        css=css,
        w=size[0],
        h=size[1],
        role="group" if shown.links else "img",
        id=prefix,
        title=shown.title,
        about=shown.about,
        body=body,
    )


def _linked(place: Listed, shown: Coloured, drawn: Markup) -> Markup:
    address = shown.links.get(place.id)
    if address is None:
        return drawn
    return Markup('<a href="{}" aria-label="{}">{}</a>').format(address, shown.words(place), drawn)


def _true_map(
    places: Sequence[Listed], outlines: Sequence[Outline], shown: Coloured
) -> tuple[tuple[float, float], Markup, str]:
    by_id = {place.id: place for place in places}
    shapes = [
        Shape(str(o.place_id), by_id[o.place_id].name, tuple(map(_points, o.rings)))
        for o in outlines
    ]
    page, classes = project(shapes, shapes), shown.scale
    body = Markup("")
    for code, path in page.paths.items():
        place = by_id[int(code)]
        drawn = Markup('<path class="{}" d="{}"><title>{}</title></path>').format(
            classes.css(shown.values.get(place.id)), path, shown.words(place)
        )
        body += _linked(place, shown, drawn)
    return (MAP_WIDTH, page.height), body, "map"


def _points(ring: Sequence[Sequence[float]]) -> list[tuple[float, float]]:
    return [(point[0], point[1]) for point in ring]


def _tile_map(
    places: Sequence[Listed], shown: Coloured, on: date
) -> tuple[tuple[float, float], Markup, str]:
    codes = codes_on([place.id for place in places], on=on)
    body = Markup("")
    for place in sorted(places, key=lambda place: codes[place.id]):
        tile = TILES[codes[place.id]]
        body += _tile(place, shown, tile.short, (tile.wide[0] * SIDE, tile.wide[1] * SIDE))
    return (WIDE_COLUMNS * SIDE, WIDE_ROWS * SIDE), body, "wide"


def _grid(places: Sequence[Listed], shown: Coloured) -> tuple[tuple[float, float], Markup, str]:
    body = Markup("")
    for number, place in enumerate(places):
        name = place.name if len(place.name) <= LONGEST else f"{place.name[: LONGEST - 1]}…"
        body += _tile(place, shown, name, (number % COLUMNS * SIDE, number // COLUMNS * SIDE))
    rows = max(math.ceil(len(places) / COLUMNS), 1)
    return (COLUMNS * SIDE, rows * SIDE), body, "grid-map"


def _tile(place: Listed, shown: Coloured, name: str, corner: tuple[float, float]) -> Markup:
    value = shown.values.get(place.id)
    drawn = Markup(
        '<g class="tile {css}"><title>{words}</title>'
        '<rect x="{x:g}" y="{y:g}" width="{side:g}" height="{side:g}" rx="5"/>'
        '<text x="{middle:g}" y="{first:g}" font-size="{size:g}">{name}</text>'
        '<text x="{middle:g}" y="{second:g}" font-size="13" class="v">{value}</text></g>'
    ).format(
        css=shown.scale.css(value),
        words=shown.words(place),
        x=corner[0] + 1.5,
        y=corner[1] + 1.5,
        side=SIDE - 3,
        middle=corner[0] + SIDE / 2,
        first=round(corner[1] + SIDE * 0.42, 1),
        second=round(corner[1] + SIDE * 0.74, 1),
        size=round(11.5 * min(1.0, 7.6 / max(len(name), 1)), 1),
        name=name,
        value="–" if value is None else shown.short(value),
    )
    return _linked(place, shown, drawn)


def _legend(places: Sequence[Listed], shown: Coloured) -> Markup:
    """Each class: from, to, and how many places."""
    classes = shown.scale
    here = [shown.values[place.id] for place in places if place.id in shown.values]
    items = []
    for index in range(classes.steps):
        low, high = classes.ends[index], classes.ends[index + 1]
        inside = sum(classes.of(value) == index for value in here)
        ends = shown.text(low) if low == high else f"{shown.short(low)} – {shown.text(high)}"
        items.append((classes.css(low), f"{ends} {shown.inside(inside)}"))
    if len(here) < len(places):
        items.append(("none", f"{shown.no_data} {shown.inside(len(places) - len(here))}"))
    listed = Markup("").join(
        Markup(
            '<li><svg class="swatch" viewBox="0 0 22 14" aria-hidden="true" focusable="false">'
            '<rect class="{}" x="1" y="1" width="20" height="12"/></svg> {}</li>'
        ).format(css, words)
        for css, words in items
    )
    return Markup('<ul class="legend">{}</ul>').format(listed)


def _notes(shown: Coloured, sources: Sequence[str], missing: Sequence[str]) -> Markup:
    """Whose boundaries these are, and which places they lack."""
    notes = [shown.source.format("; ".join(sources))] if sources else []
    if missing:
        notes.append(shown.missing.format(", ".join(missing)))
    return Markup("").join(Markup('<p class="quiet">{}</p>').format(note) for note in notes)
