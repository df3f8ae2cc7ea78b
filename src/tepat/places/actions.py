"""Writes of places that an application user may cause: boundaries that a ministry loads.

The tree itself is changed by `load_edition` alone, as the owner. Who may load boundaries is asked,
and the audit row written, where the user is known: `tepat.console.boundaries`.
"""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction

from tepat.engine.errors import TepatError
from tepat.engine.text import Text
from tepat.places.boundary_files import Boundaries, Ring, Shape, read_boundaries
from tepat.places.models import BoundaryFile, Code, Outline, Place
from tepat.places.queries import places_of_codes
from tepat.places.rules import DIGITS

MOST_BYTES = 20_000_000
MOST_NAMED = 50
# Four decimals of a degree are eleven metres, less than a line on a map is broad.
DECIMALS = 4


def store_boundaries(
    *, path: Path, name: str, source: str, on: date, loaded_by_id: int, code_property: str = ""
) -> BoundaryFile:
    """Take a ministry's boundaries in place of those that the same places had before.

    Args:
        path: a TopoJSON or GeoJSON file with polygons in degrees.
        name: the file's name, as given.
        source: whose boundaries these are; stands below every map drawn with them.
        on: today; codes that held before or after are recognised too.
        loaded_by_id: the user.
        code_property: the property that holds the codes; guessed where it is empty.

    Returns:
        The file, with a report: ``matched`` and ``shapes`` (counts), ``unknown`` (names of shapes
        whose code nobody has) and ``without`` (names of places the file has no shape for).

    Raises:
        TepatError: ``boundaries_invalid``, ``boundaries_missing`` or ``boundaries_no_match``.
    """
    if path.stat().st_size > MOST_BYTES:
        most = MOST_BYTES // 1_000_000
        raise TepatError(
            "boundaries_invalid",
            Text(
                "Berkas batas {name} lebih besar dari {most} MB.",
                "The boundaries file {name} has more than {most} MB.",
            ).filled(name=name, most=most),
            do=Text(
                "Sederhanakan garis batasnya, atau muat satu berkas per provinsi.",
                "Simplify the outlines, or give one file for each province.",
            ),
        )
    known = set(Code.objects.filter(scheme="kemendagri").values_list("code", flat=True))
    boundaries = read_boundaries(path, known, code_property, shown=name)
    level = DIGITS[boundaries.level]
    found, unknown = _places(boundaries, on)
    report = _report(level, boundaries, set(found), unknown)
    with transaction.atomic():
        file = BoundaryFile.objects.create(
            name=name,
            source=source,
            digest=hashlib.sha256(path.read_bytes()).hexdigest(),
            level=level,
            code_property=boundaries.code_property,
            loaded_by_id=loaded_by_id,
            report=report,
        )
        Outline.objects.bulk_create(
            [
                Outline(place_id=place, file=file, rings=[_rounded(ring) for ring in shape.rings])
                for place, shape in found.items()
            ],
            update_conflicts=True,
            unique_fields=["place"],
            update_fields=["file", "rings"],
        )
    return file


def _places(boundaries: Boundaries, on: date) -> tuple[dict[int, Shape], list[str]]:
    """The shapes by place; and those that are of no place of the file's level."""
    at_level = {shape.code: shape for shape in boundaries.shapes}
    codes = places_of_codes([code for code in at_level if len(code) == boundaries.level], on=on)
    # Of two codes of one place, an old one and today's, today's shape holds.
    ordered = sorted(codes.items(), key=lambda item: item[1].current)
    found = {one.place_id: at_level[code] for code, one in ordered}
    unknown = [shape.name or code for code, shape in at_level.items() if code not in codes]
    return found, unknown


def _report(
    level: int, boundaries: Boundaries, found: set[int], unknown: list[str]
) -> dict[str, Any]:
    living = Place.objects.filter(level=level, ended_on=None)
    without = living.exclude(pk__in=found).order_by("name").values_list("name", flat=True)
    return {
        "shapes": len(boundaries.shapes),
        "matched": len(found),
        "places": living.count(),
        "told_by_name": list(boundaries.renamed),
        "unknown": unknown[:MOST_NAMED],
        "without": list(without[:MOST_NAMED]),
    }


def _rounded(ring: Ring) -> Ring:
    points = [(round(x, DECIMALS), round(y, DECIMALS)) for x, y in ring]
    return [p for i, p in enumerate(points) if i == 0 or p != points[i - 1]]
