"""A boundaries file, TopoJSON or GeoJSON, as outlines by place code.

The property that holds the codes is found by its values: the one with the most codes of the run
(dots are ignored: 32.04 is 3204). Files that predate the split of Papua give several provinces one
code; where shapes share a code, a province is told by its name. Coordinates are degrees.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tepat.engine.errors import TepatError
from tepat.engine.text import Text
from tepat.places.tiles import TILES, code_of_name

MOST_BYTES, MOST_SHAPES, MOST_POINTS = 40_000_000, 10_000, 3_000_000
Ring = list[tuple[float, float]]
Feature = tuple[dict[str, Any], tuple[Ring, ...]]


@dataclass(frozen=True)
class Shape:
    """One place: its code, its name (may be empty), its rings in degrees."""

    code: str
    name: str
    rings: tuple[Ring, ...]


@dataclass(frozen=True)
class Boundaries:
    """All shapes of a file; ``level`` is the number of digits of their codes (2, 4, 6 or 10).

    ``renamed`` names the shapes whose code was another's and that were told by their name;
    ``code_property`` is the property that holds the codes.
    """

    shapes: tuple[Shape, ...]
    level: int
    renamed: tuple[str, ...]
    code_property: str


def read_boundaries(
    path: Path, codes: set[str], code_property: str = "", shown: str = ""
) -> Boundaries:
    """Read a boundaries file for the places with these codes.

    Args:
        path: the file.
        codes: the codes that a shape may have; the property with the most of them holds the codes.
        code_property: the property's name, where it need not be guessed.
        shown: what errors call the file, where its path means nothing to the reader.

    Raises:
        TepatError: ``boundaries_missing``, ``boundaries_invalid`` or ``boundaries_no_match``.
    """
    name = shown or str(path)
    return _keyed(name, features_of(path, name), codes, code_property)


def features_of(path: Path, shown: str = "") -> list[Feature]:
    """Properties and rings of every polygon; a run can call it early, before the work is done.

    Raises:
        TepatError: ``boundaries_missing`` or ``boundaries_invalid``.
    """
    name = shown or str(path)
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise _invalid(name, f"it has {size:,} bytes, more than {MOST_BYTES:,}")
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise TepatError(
            "boundaries_missing",
            Text("Berkas batas {name} tidak ada.", "There is no boundaries file {name}.").filled(
                name=name
            ),
            do=Text(
                "Berikan berkas TopoJSON atau GeoJSON; tanpa berkas, petanya berupa kotak.",
                "Give a TopoJSON or GeoJSON file, or none: the map is then one of tiles.",
            ),
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        raise _invalid(name, f"it is not JSON ({error})") from error
    try:
        found = list(_features(data))
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError) as error:
        raise _invalid(name, f"its geometry cannot be read ({error!r})") from error
    if not found:
        raise _invalid(name, "it holds no polygons")
    if len(found) > MOST_SHAPES or sum(_points(rings) for _, rings in found) > MOST_POINTS:
        raise _invalid(name, f"it has more than {MOST_SHAPES:,} shapes or {MOST_POINTS:,} points")
    return found


def _invalid(name: str, why: str) -> TepatError:
    return TepatError(
        "boundaries_invalid",
        Text(
            "Berkas batas {name} tidak dapat dipakai: {why}.",
            "The boundaries file {name} cannot be used: {why}.",
        ).filled(name=name, why=why),
        do=Text(
            "Berikan TopoJSON atau GeoJSON dengan poligon dalam derajat (WGS 84), disederhanakan "
            "sampai beberapa megabita; tanpa berkas, petanya berupa kotak.",
            "Give TopoJSON or GeoJSON with polygons in degrees (WGS 84), simplified to a few "
            "megabytes, or none: the map is then one of tiles.",
        ),
    )


def _points(rings: tuple[Ring, ...]) -> int:
    return sum(len(ring) for ring in rings)


def _features(data: Any) -> Iterator[Feature]:
    """Properties and rings of each polygon of the file."""
    if data["type"] == "Topology":
        arcs, room = _arcs(data), Room()
        for thing in data["objects"].values():
            for geometry in thing.get("geometries", [thing]):
                properties = dict(geometry.get("properties") or {})
                properties.setdefault("id", geometry.get("id"))
                rings = tuple(_joined(arcs, ring, room) for ring in _rings(geometry, "arcs"))
                if rings:
                    yield properties, rings
        return
    features = data["features"] if data["type"] == "FeatureCollection" else [data]
    for feature in features:
        properties = dict(feature.get("properties") or {})
        properties.setdefault("id", feature.get("id"))
        geometry = feature["geometry"] or {"type": None}
        rings = tuple([_point(point) for point in ring] for ring in _rings(geometry, "coordinates"))
        if rings:
            yield properties, rings


def _rings(geometry: dict[str, Any], key: str) -> list[Any]:
    if geometry["type"] == "Polygon":
        return list(geometry[key])
    if geometry["type"] == "MultiPolygon":
        return [ring for polygon in geometry[key] for ring in polygon]
    return []


def _arcs(data: dict[str, Any]) -> list[Ring]:
    """The shared lines of a topology: delta-coded whole numbers, or plain degrees."""
    transform = data.get("transform")
    if transform is None:
        return [[_point(point) for point in arc] for arc in data["arcs"]]
    (scale_x, scale_y), (move_x, move_y) = transform["scale"], transform["translate"]
    arcs = []
    for arc in data["arcs"]:
        x, y, line = 0, 0, []
        for step in arc:
            x, y = x + step[0], y + step[1]
            line.append(_point((x * scale_x + move_x, y * scale_y + move_y)))
        arcs.append(line)
    return arcs


@dataclass
class Room:
    """How many points may still come: a small file can name one long arc a million times."""

    points: int = MOST_POINTS

    def take(self, points: int) -> None:
        """Use some of it."""
        self.points -= points
        if self.points < 0:
            raise ValueError(f"more than {MOST_POINTS:,} points")


def _joined(arcs: list[Ring], numbers: list[int], room: Room) -> Ring:
    """One ring of a topology: arcs end to end, ``~n`` is arc n backwards."""
    room.take(sum(len(arcs[number if number >= 0 else ~number]) for number in numbers))
    ring: Ring = []
    for number in numbers:
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        ring += arc[1:] if ring else arc
    return ring


def _point(pair: Any) -> tuple[float, float]:
    x, y = float(pair[0]), float(pair[1])
    if not (math.isfinite(x) and math.isfinite(y) and abs(x) <= 180 and abs(y) <= 90):
        raise ValueError(f"{x}, {y} is not a longitude and latitude")
    return x, y


def _code(value: Any) -> str:
    """A code as text without dots; a number 32.0 is 32."""
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip().replace(".", "")


def _keyed(file: str, found: list[Feature], codes: set[str], code_property: str) -> Boundaries:
    hits: Counter[str] = Counter()
    for key in {key for properties, _ in found for key in properties}:
        values = {_code(properties.get(key)) for properties, _ in found}
        hits[key] = len(values & codes)
    best = code_property or max(sorted(hits), key=lambda key: hits[key], default="")
    if not hits[best]:
        some = ", ".join(sorted(codes)[:5]) or "–"
        raise TepatError(
            "boundaries_no_match",
            Text(
                "Tidak ada sifat (property) di {file} yang memuat kode wilayah ({some}).",
                "No property of {file} holds the codes of known places ({some}).",
            ).filled(file=file, some=some),
            Text("Sifatnya: {found}.", "Its properties: {found}.").filled(
                found=", ".join(sorted(hits)) or "–"
            ),
            Text(
                "Berikan berkas yang bentuknya berkode wilayah Kemendagri.",
                "Give a file whose shapes carry the codes of provinces or kabupaten.",
            ),
        )
    matched = [code for properties, _ in found if (code := _code(properties.get(best))) in codes]
    level = Counter(len(code) for code in matched).most_common(1)[0][0]
    name = _name_key(found, best)
    return _named(found, best, name, level)


def _name_key(found: list[Feature], code_key: str) -> str:
    """The property with the most different texts of letters: the names."""
    texts: Counter[str] = Counter()
    for key in sorted({key for properties, _ in found for key in properties} - {code_key}):
        values = [properties.get(key) for properties, _ in found]
        texts[key] = len({v for v in values if isinstance(v, str) and any(map(str.isalpha, v))})
    return max(texts, key=lambda key: texts[key], default="")


def _named(found: list[Feature], best: str, name_key: str, level: int) -> Boundaries:
    """Shapes by code; shapes that share a province's code are told by their names."""
    shared = Counter(_code(properties.get(best)) for properties, _ in found)
    joined: dict[str, Shape] = {}
    renamed = []
    for properties, rings in found:
        code, name = _code(properties.get(best)), str(properties.get(name_key) or "").strip()
        own = code_of_name(name) if level == 2 else None
        if own and own != code and shared[code] > 1:
            renamed.append(TILES[own].name)
            code = own
        before = joined.get(code)
        if before:
            rings, name = before.rings + rings, before.name
        joined[code] = Shape(code, name, rings)
    return Boundaries(tuple(joined.values()), level, tuple(renamed), best)
