"""Tiles stand apart; boundaries files of both kinds are read, and unusable ones are refused."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from tepat.engine.connect import open_engine
from tepat.engine.errors import TepatError
from tepat.places.boundary_files import read_boundaries
from tepat.places.outlines import outline
from tepat.places.scale import scale
from tepat.places.tiles import TALL_COLUMNS, TALL_ROWS, TILES, WIDE_COLUMNS, WIDE_ROWS
from tepat.runs.report import write_report
from tests.needs import data_of_others

# Two squares that share a side: arc 0 is the shared side, 1 the rest of the left, 2 of the right.
TOPOLOGY: dict[str, Any] = {
    "type": "Topology",
    "transform": {"scale": [0.5, 0.5], "translate": [100, -2]},
    "arcs": [
        [[2, 0], [0, 2]],
        [[2, 2], [-2, 0], [0, -2], [2, 0]],
        [[2, 2], [2, 0], [0, -2], [-2, 0]],
    ],
    "objects": {
        "places": {
            "type": "GeometryCollection",
            "geometries": [
                {
                    "type": "Polygon",
                    "arcs": [[0, 1]],
                    "properties": {"kode": "32.01", "nama": "Kiri"},
                },
                {
                    "type": "MultiPolygon",
                    "arcs": [[[~0, ~2]]],
                    "properties": {"kode": "32.02", "nama": "Kanan"},
                },
            ],
        }
    },
}
LEFT = [[101, -2], [101, -1], [100, -1], [100, -2], [101, -2]]
RIGHT = [[101, -1], [101, -2], [102, -2], [102, -1], [101, -1]]
FEATURES: dict[str, Any] = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"kode": 3201, "nama": "Kiri"},
            "geometry": {"type": "Polygon", "coordinates": [LEFT]},
        },
        {
            "type": "Feature",
            "properties": {"kode": 3202, "nama": "Kanan"},
            "geometry": {"type": "MultiPolygon", "coordinates": [[RIGHT]]},
        },
    ],
}


def _file(folder: Path, data: Any) -> Path:
    path = folder / "boundaries.json"
    path.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("place", "columns", "rows"),
    [("wide", WIDE_COLUMNS, WIDE_ROWS), ("tall", TALL_COLUMNS, TALL_ROWS)],
)
def test_the_38_tiles_lie_inside_the_map_and_apart(place: str, columns: float, rows: float) -> None:
    spots = {code: getattr(tile, place) for code, tile in TILES.items()}
    assert len(spots) == 38
    for (one, (x, y)), (other, (u, v)) in combinations(spots.items(), 2):
        assert abs(x - u) >= 1 or abs(y - v) >= 1, f"{one} lies on {other}"
    assert all(0 <= x <= columns - 1 and 0 <= y <= rows - 1 for x, y in spots.values())


def test_topology_and_features_give_the_same_shapes(tmp_path: Path) -> None:
    found = [
        read_boundaries(_file(tmp_path, data), {"3201", "3202"}) for data in (TOPOLOGY, FEATURES)
    ]
    assert [[(s.code, s.name) for s in b.shapes] for b in found] == [
        [("3201", "Kiri"), ("3202", "Kanan")]
    ] * 2
    assert found[0].level == found[1].level == 4
    for one, other in zip(found[0].shapes, found[1].shapes, strict=True):
        assert {*one.rings[0]} == {*other.rings[0]}


def test_a_projected_shape_is_as_broad_as_the_map(tmp_path: Path) -> None:
    drawn = outline(read_boundaries(_file(tmp_path, FEATURES), {"3201", "3202"}), {"3201", "3202"})
    assert drawn.paths["3201"].startswith("M500 ")
    assert drawn.height == pytest.approx(500, abs=2)
    assert drawn.names == {"3201": "Kiri", "3202": "Kanan"}


def test_the_map_shows_the_part_that_the_run_fills(tmp_path: Path) -> None:
    drawn = outline(read_boundaries(_file(tmp_path, FEATURES), {"3201"}), {"3201"})
    assert drawn.paths["3201"].startswith("M1000 ")


@pytest.mark.parametrize(
    ("data", "code", "said"),
    [
        ("not json", "boundaries_invalid", "not JSON"),
        ("[" * 100_000, "boundaries_invalid", "not JSON"),
        ({"type": "Topology"}, "boundaries_invalid", "geometry"),
        ([1, 2], "boundaries_invalid", "geometry"),
        ({"type": "FeatureCollection", "features": []}, "boundaries_invalid", "no polygons"),
        ({**TOPOLOGY, "arcs": [[[0, 0]]]}, "boundaries_invalid", "geometry"),
        (
            {
                "type": "FeatureCollection",
                "features": [
                    {
                        "properties": {"kode": "3201"},
                        "geometry": {
                            "type": "Polygon",
                            "coordinates": [[[1e7, 0], [0, 1], [1, 1]]],
                        },
                    }
                ],
            },
            "boundaries_invalid",
            "longitude",
        ),
        (
            {
                **FEATURES,
                "features": [{**f, "properties": {"kode": "x"}} for f in FEATURES["features"]],
            },
            "boundaries_no_match",
            "kode",
        ),
    ],
)
def test_an_unusable_file_is_refused_with_a_remedy(
    tmp_path: Path, data: Any, code: str, said: str
) -> None:
    assert read_boundaries(_file(tmp_path, FEATURES), {"3201"}).shapes
    with pytest.raises(TepatError) as raised:
        read_boundaries(_file(tmp_path, data), {"3201"})
    assert raised.value.code == code
    assert said in str(raised.value)
    assert raised.value.do


def test_a_missing_boundaries_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(TepatError, match=r"no boundaries file .*nowhere\.json"):
        read_boundaries(tmp_path / "nowhere.json", {"32"})


def test_provinces_that_share_a_code_are_told_by_name(tmp_path: Path) -> None:
    features = [
        {
            "properties": {"KODE": code, "NAMA": name},
            "geometry": {"type": "Polygon", "coordinates": [LEFT]},
        }
        for code, name in (("91", "Papua"), ("91", "Papua Tengah"), ("92", "Papua Barat"))
    ]
    data = {"type": "FeatureCollection", "features": features}
    found = read_boundaries(_file(tmp_path, data), {"91", "92", "94"})
    assert [shape.code for shape in found.shapes] == ["91", "94", "92"]
    assert found.renamed == ("Papua Tengah",)


def test_a_true_map_replaces_the_bars(demo_run: Path, tmp_path: Path) -> None:
    import shutil

    run = tmp_path / "run"
    shutil.copytree(demo_run, run)
    write_report(run, open_engine(), boundaries=_file(tmp_path, FEATURES))
    text = (run / "report.html").read_text(encoding="utf-8")
    assert 'class="map"' in text
    assert "<title>Kiri: " in text
    assert text.count('href="#place0"') == 4  # two measures, two languages
    assert "Tidak ada di berkas batas" in text, "other kabupaten of the run are not mentioned"


@pytest.mark.parametrize(
    ("name", "codes", "level", "shapes"),
    [
        ("provinces_38.topo.json", set(TILES), 2, 38),
        # Kabupaten Sorong (9601) stands in the file without an outline.
        ("kabupaten_514.topo.json", {"3201", "7471"}, 4, 513),
    ],
)
def test_boundaries_of_others_are_read_whole(
    name: str, codes: set[str], level: int, shapes: int
) -> None:
    found = read_boundaries(data_of_others("boundaries") / name, codes)
    assert (found.level, len(found.shapes)) == (level, shapes)
    drawn = outline(found, {shape.code for shape in found.shapes})
    assert all(drawn.paths.values()), "a shape is not drawn"
    assert 200 < drawn.height < 600


def test_classes_hold_about_equal_numbers_and_every_value() -> None:
    values = [i * i for i in range(100)]
    found = scale(values)
    assert found.steps == 5
    counts = [sum(found.of(value) == step for value in values) for step in range(5)]
    assert min(counts) >= 15 and sum(counts) == 100
    assert scale([]).css(1.0) == "none"
    assert scale([2.0, 2.0]).css(2.0) == "s1"
    assert [scale([0.0, 1.0]).css(v) for v in (0.0, 1.0)] == ["s1", "s5"]
