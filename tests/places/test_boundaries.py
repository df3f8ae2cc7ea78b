"""Boundaries that a ministry loads, the map drawn with them, and the map without."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tepat.audit.models import Entry
from tepat.console.boundaries import load_boundaries
from tepat.engine.errors import TepatError
from tepat.places import actions, boundary_files
from tepat.places.actions import store_boundaries
from tepat.places.choropleth import Coloured, choropleth
from tepat.places.models import BoundaryFile, Outline
from tepat.staff.context import acting_as
from tepat.staff.models import Role
from tests.registry.world import BANDUNG, GARUT, PROVINCE, World, make_world

pytestmark = pytest.mark.django_db
NOW = date(2025, 6, 1)
LEFT = [[107, -7], [107, -6], [106, -6], [106, -7], [107, -7]]
RIGHT = [[107, -6], [107, -7], [108, -7], [108, -6], [107, -6]]


@pytest.fixture
def world() -> World:
    """Two kabupaten and a user for each role."""
    return make_world()


def features(*given: tuple[object, str, Any]) -> dict[str, Any]:
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "properties": {"kode": code, "nama": name},
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
            for code, name, ring in given
        ],
    }


TWO = features(("32.04", "Bandung", LEFT), (3205, "Garut", RIGHT), ("9999", "Nowhere", RIGHT))


def written(folder: Path, data: Any) -> Path:
    path = folder / "given.json"
    path.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
    return path


def coloured(**more: Any) -> Coloured:
    given: dict[str, Any] = {
        "title": "Keluarga",
        "about": "Families in each kabupaten",
        "values": {BANDUNG: 12.0, GARUT: 90.0},
        "text": lambda value: f"{value:.0f} keluarga",
        "short": lambda value: f"{value:.0f}",
        "no_data": "belum ada",
    }
    return Coloured(**(given | more))


def drawn(parent: int, shown: Coloured) -> ElementTree.Element:
    """The map as a tree of elements: it must be well-formed and carry no style attribute."""
    text = str(choropleth(parent, shown, on=NOW))
    assert "style=" not in text and "<script" not in text
    return ElementTree.fromstring(text)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SYSTEM])
def test_only_administrator_and_analyst_load_boundaries(
    world: World, tmp_path: Path, role: Role
) -> None:
    user = world[role]
    path = written(tmp_path, TWO)
    with acting_as(user.pk):
        if role in (Role.ADMINISTRATOR, Role.MINISTRY_ANALYST):
            file = load_boundaries(path=path, name="two.json", source="BIG", acting_user=user)
            entry = Entry.objects.get(verb="load_boundaries")
            assert (entry.actor_id, entry.subject_id) == (user.pk, file.pk)
            return
        with pytest.raises(TepatError) as raised:
            load_boundaries(path=path, name="two.json", source="BIG", acting_user=user)
    assert raised.value.code == "not_allowed"
    assert not BoundaryFile.objects.exists()


def test_the_report_says_what_matched_and_what_did_not(world: World, tmp_path: Path) -> None:
    file = store_boundaries(
        path=written(tmp_path, TWO), name="two.json", source="BIG", on=NOW, loaded_by_id=1
    )
    assert (file.level, file.code_property) == (2, "kode")
    assert file.report == {
        "shapes": 3,
        "matched": 2,
        "places": 2,
        "told_by_name": [],
        "unknown": ["Nowhere"],
        "without": [],
    }
    one = features(("3204", "Bandung", RIGHT))
    later = store_boundaries(
        path=written(tmp_path, one), name="one.json", source="BIG", on=NOW, loaded_by_id=1
    )
    assert later.report["without"] == ["Garut"]
    assert dict(Outline.objects.values_list("place_id", "file__name")) == {
        BANDUNG: "one.json",
        GARUT: "two.json",
    }


def test_a_named_property_is_taken_in_place_of_a_guess(world: World, tmp_path: Path) -> None:
    data = features(("3204", "Bandung", LEFT), ("3205", "Garut", RIGHT))
    for feature, other in zip(data["features"], ("3205", "3204"), strict=True):
        feature["properties"]["lain"] = other
    store_boundaries(
        path=written(tmp_path, data),
        name="x",
        source="BIG",
        on=NOW,
        loaded_by_id=1,
        code_property="lain",
    )
    assert Outline.objects.get(place=GARUT).rings[0][0] == LEFT[0]


def test_with_boundaries_the_map_shows_shapes_values_and_links(
    world: World, tmp_path: Path
) -> None:
    store_boundaries(path=written(tmp_path, TWO), name="x", source="BIG", on=NOW, loaded_by_id=1)
    figure = drawn(PROVINCE, coloured(links={BANDUNG: "/wilayah/3/", GARUT: "/wilayah/4/"}))
    svg = figure.findall("svg")[0]
    assert (svg.get("class"), svg.get("role")) == ("map", "group")
    links = svg.findall("a")
    assert [link.get("href") for link in links] == ["/wilayah/3/", "/wilayah/4/"]
    assert [link.get("aria-label") for link in links] == [
        "Kab. Bandung: 12 keluarga",
        "Kab. Garut: 90 keluarga",
    ]
    assert [link.find("path").get("class") for link in links] == ["s1", "s5"]  # type: ignore[union-attr]
    assert "BIG" in "".join(figure.itertext())
    assert [item.text or item[0].tail for item in figure.findall("ul/li")]


def test_without_boundaries_each_place_is_a_tile_with_its_words(world: World) -> None:
    figure = drawn(PROVINCE, coloured(values={BANDUNG: 12.0}))
    svg = figure.findall("svg")[0]
    assert (svg.get("class"), svg.get("role")) == ("grid-map", "img")
    assert [tile.get("class") for tile in svg.findall("g")] == ["tile s1", "tile none"]
    titles = [tile.findtext("title") for tile in svg.findall("g")]
    assert titles == ["Kab. Bandung: 12 keluarga", "Kab. Garut: belum ada"]
    legend = ["".join(item.itertext()).strip() for item in figure.findall("ul/li")]
    assert legend == ["12 keluarga (1)", "belum ada (1)"]
    assert drawn(1, coloured(values={PROVINCE: 1.0})).findall("svg")[0].get("class") == "wide"


def test_names_in_a_file_and_words_on_a_map_are_escaped(world: World) -> None:
    text = str(choropleth(PROVINCE, coloured(title='<script>"&', no_data="<b>"), on=NOW))
    assert "&lt;script&gt;" in text and "<script>" not in text


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("not json", "boundaries_invalid"),
        ("[" * 100_000, "boundaries_invalid"),
        ({"type": "Topology", "objects": 3, "arcs": []}, "boundaries_invalid"),
        (features(("3204", "Bandung", [[1e9, 0], [0, 0], [1, 1]])), "boundaries_invalid"),
        (features(("8888", "Nowhere", LEFT)), "boundaries_no_match"),
    ],
)
def test_a_hostile_file_is_refused_and_nothing_is_kept(
    world: World, tmp_path: Path, data: Any, code: str
) -> None:
    with pytest.raises(TepatError) as raised:
        store_boundaries(
            path=written(tmp_path, data), name="x.json", source="", on=NOW, loaded_by_id=1
        )
    assert raised.value.code == code
    assert "x.json" in str(raised.value) and str(tmp_path) not in str(raised.value)
    assert re.search(r"Berkas|Tidak", raised.value.in_language("id")["what"])
    assert not Outline.objects.exists()


def test_a_small_file_that_unfolds_into_millions_of_points_is_stopped(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arc = [[i % 90, i % 45] for i in range(200)]
    bomb = {
        "type": "Topology",
        "arcs": [arc],
        "objects": {
            "o": {"type": "Polygon", "properties": {"kode": "3204"}, "arcs": [[0] * 20_000]}
        },
    }
    path = written(tmp_path, bomb)
    assert path.stat().st_size < 100_000
    with pytest.raises(TepatError, match="3,000,000 points"):
        store_boundaries(path=path, name="x", source="", on=NOW, loaded_by_id=1)
    monkeypatch.setattr(actions, "MOST_BYTES", 10)
    with pytest.raises(TepatError, match="more than 0 MB"):
        store_boundaries(path=path, name="x", source="", on=NOW, loaded_by_id=1)
    assert boundary_files.MOST_BYTES > 10
