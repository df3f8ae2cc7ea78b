"""A house on the shape of the nearest place that has one."""

from __future__ import annotations

import json

import pytest

from tepat.places.point_map import point_map
from tests.database import as_owner
from tests.registry.world import BANDUNG, CIGENTUR, KERTAJAYA, make_places

pytestmark = pytest.mark.django_db
SQUARE = [[[107.0, -7.5], [108.0, -7.5], [108.0, -6.5], [107.0, -6.5], [107.0, -7.5]]]


@pytest.fixture(autouse=True)
def bandung() -> None:
    make_places()
    as_owner(
        "INSERT INTO places_boundaryfile (name, source, digest, level, code_property, loaded_at, "
        "loaded_by_id, report) VALUES ('a', 'b', 'c', 2, 'kode', now(), 1, '{}')"
    )
    as_owner(
        "INSERT INTO places_outline (place_id, file_id, rings) SELECT "
        f"{BANDUNG}, id, '{json.dumps(SQUARE)}' FROM places_boundaryfile"
    )


def test_a_point_is_drawn_where_it_lies() -> None:
    drawn = point_map(CIGENTUR, -7.0, 107.75, "Rumah <b>")
    assert drawn is not None
    assert drawn.place == "Kab. Bandung"
    assert drawn.inside
    assert "tp-point-map__point" in drawn.svg
    assert "M748 " in drawn.svg, "three quarters of the way east"
    assert "<b>" not in drawn.svg


def test_a_point_elsewhere_is_said_to_lie_outside() -> None:
    drawn = point_map(CIGENTUR, 3.5, 98.6, "Rumah")
    assert drawn is not None
    assert not drawn.inside
    assert "tp-point-map__point" not in drawn.svg


def test_without_any_boundaries_there_is_no_picture() -> None:
    assert point_map(KERTAJAYA, -7.0, 107.9, "Rumah") is None
