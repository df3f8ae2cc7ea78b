"""Four lists of eight years, with examples checked by hand against the lists and the laws."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tepat.places import queries
from tepat.places.actions import store_boundaries
from tepat.places.choropleth import Coloured, choropleth
from tepat.places.models import Code, Place, Succession, Within
from tepat.places.rules import KABUPATEN, KECAMATAN, PROVINCE, VILLAGE
from tepat.places.splits import SPLITS
from tests.needs import data_of_others
from tests.places.conftest import DAYS

pytestmark = [
    pytest.mark.usefixtures("history"), pytest.mark.django_db, pytest.mark.xdist_group("history"),
]  # fmt: skip
NOW = date(2025, 6, 1)
# Codes of one place in the four lists, read from them by eye.
CHAINS = (
    # Merauke and its village, in Papua Selatan since 2022.
    ("9101", "9101", "9301", "9301"),
    ("9101011014", "9101011014", "9301011009", "9301011009"),
    # The city of Sorong, in Papua Barat Daya: only the last list has it.
    ("9271", "9271", "9271", "9671"),
    # Nothing happened here.
    ("3204332001", "3204332001", "3204332001", "3204332001"),
    # Pekanbaru: Rumbai became Rumbai Barat, and Rumbai Pesisir took the name Rumbai.
    ("147106", "147106", "147106", "147106"),
    ("147112", "147112", "147112", "147112"),
)


def days() -> list[date]:
    return [*DAYS.values(), NOW]


def test_each_list_is_loaded_whole(history: dict[int, dict[str, Any]]) -> None:
    counts = {year: tuple(report["places"].values()) for year, report in history.items()}
    assert counts == {
        2018: (34, 514, 7201, 83436),
        2022: (34, 514, 7266, 83467),
        2023: (37, 514, 7277, 83763),
        2025: (38, 514, 7285, 83762),
    }
    living = Place.objects.filter(ended_on=None)
    levels = (PROVINCE, KABUPATEN, KECAMATAN, VILLAGE)
    assert tuple(living.filter(level=n).count() for n in levels) == counts[2025]
    kinds = {kind: living.filter(kind=kind).count() for kind in ("kabupaten", "kota", "kelurahan")}
    assert kinds == {"kabupaten": 416, "kota": 98, "kelurahan": 8496}


def test_no_kabupaten_and_hardly_a_village_loses_its_number(
    history: dict[int, dict[str, Any]],
) -> None:
    for year in (2022, 2023, 2025):
        found = history[year]["found"]
        assert not {"new", "ended"} & set(found["kabupaten"]), year
        assert "ended" not in found["kecamatan"], year
        assert found["village"]["ended"] <= 50, "more villages end than the decrees say"


@pytest.mark.parametrize("codes", CHAINS, ids=lambda codes: codes[0])
def test_one_place_is_found_by_its_code_of_each_day(codes: tuple[str, ...]) -> None:
    found = [queries.find_place(code, on=day) for code, day in zip(codes, days(), strict=True)]
    assert len({place.pk if place else None for place in found}) == 1
    assert found[0] is not None
    number = found[0].pk
    assert [queries.codes_on([number], on=day)[number] for day in days()] == list(codes)


def test_a_village_of_papua_is_reached_by_its_province_of_today_only() -> None:
    village = queries.find_place("9101011014", on=DAYS[2022])
    assert village is not None
    names = [place.name for place in queries.path_of(village.pk)]
    assert names == ["Indonesia", "Papua Selatan", "Merauke", "Merauke", "Bambu Pemali"]
    reached = {
        code: Within.objects.filter(ancestor__codes__code=code, place=village).exists()
        for code in ("93", "91")
    }
    assert reached == {"93": True, "91": False}


def test_pekanbarus_rumbai_is_told_by_code_where_names_changed_places() -> None:
    west = queries.find_place("147106", on=NOW)
    assert west is not None and west.name == "Rumbai Barat"
    was = Succession.objects.get(before=west, after=west, on=DAYS[2022])
    assert (was.how, was.was) == ("renaming", "Rumbai")


def test_papuas_splits_carry_the_day_and_number_of_their_laws() -> None:
    papua = queries.find_place("91", on=DAYS[2018])
    assert papua is not None
    assert {(p.name, on.isoformat(), how) for p, on, how in queries.successors_of(papua.pk)} == {
        ("Papua Barat", "1999-10-04", "split"),
        ("Papua Selatan", "2022-07-25", "split"),
        ("Papua Tengah", "2022-07-25", "split"),
        ("Papua Pegunungan", "2022-07-25", "split"),
    }
    assert Succession.objects.get(after__name="Papua Tengah").source.startswith("UU 15/2022")


def test_every_known_split_names_two_places_of_the_list() -> None:
    for split in SPLITS:
        assert Succession.objects.filter(
            before__name=split.before,
            before__kind=split.kind,
            after__name=split.name,
            on=split.on,
            how="split",
        ).exists(), f"{split.name} from {split.before}"


def test_codes_of_one_scheme_never_overlap() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM places_code a JOIN places_code b ON a.scheme = b.scheme "
            "AND a.id < b.id AND (a.code = b.code OR a.place_id = b.place_id) "
            "AND daterange(a.valid_from, a.valid_to) && daterange(b.valid_from, b.valid_to)"
        )
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT count(*) FROM places_code_on('2022-03-01')")
        assert cursor.fetchone() == (Place.objects.exclude(pk=1).count(),)


def test_the_code_of_a_village_begins_with_those_above_it_on_every_day() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM places_place p JOIN places_code_on('2025-06-01') c "
            "ON c.place_id = p.id JOIN places_code_on('2025-06-01') a ON a.place_id = p.parent_id "
            "WHERE p.ended_on IS NULL AND left(c.code, length(a.code)) <> a.code"
        )
        assert cursor.fetchone() == (0,)


def test_bps_gives_papuas_digits_to_other_provinces() -> None:
    codes = {}
    for name in ("Papua", "Papua Barat", "Papua Barat Daya", "Papua Selatan", "Jawa Barat"):
        number = Place.objects.get(name=name, level=PROVINCE).pk
        codes[name] = queries.codes_on([number], on=NOW, scheme="bps")[number]
    assert codes == {
        "Papua": "94",
        "Papua Barat": "91",
        "Papua Barat Daya": "92",
        "Papua Selatan": "95",
        "Jawa Barat": "32",
    }
    assert Code.objects.filter(scheme="bps", valid_to=None).count() == 38


def test_a_code_of_another_time_still_means_its_place() -> None:
    found = queries.places_of_codes(["91.01.01.1014", "9301011009", "9999"], on=NOW)
    assert set(found) == {"9101011014", "9301011009"}
    assert len({one.place_id for one in found.values()}) == 1
    assert [found[code].current for code in sorted(found)] == [False, True]
    assert {one.code for one in found.values()} == {"9301011009"}
    assert queries.was_ever_a_code(["910101", "990101"]) == {"910101"}


def test_names_are_found_in_any_order_and_only_inside_the_place_asked() -> None:
    labels = [one.label for one in queries.search_places("bandung cigentur")]
    assert labels == ["Desa Cigentur, Kec. Paseh, Kab. Bandung"]
    garut = queries.find_place("3205", on=NOW)
    assert garut is not None
    assert queries.search_places("cigentur", within=garut.pk) == []
    assert queries.search_places("%") == queries.search_places("") == []
    found = queries.search_places("suka", level=VILLAGE, limit=5)
    assert len(found) == 5 and all(one.level == VILLAGE for one in found)
    assert queries.labels_of([1, garut.pk]) == {1: "Indonesia", garut.pk: "Kab. Garut, Jawa Barat"}


def test_many_labels_cost_one_query(django_assert_num_queries: Any) -> None:
    numbers = list(Place.objects.filter(level=VILLAGE).values_list("id", flat=True)[:500])
    with django_assert_num_queries(1):
        assert len(queries.labels_of(numbers)) == 500


def test_boundaries_of_others_meet_the_real_tree() -> None:
    folder = data_of_others("boundaries")
    reports = {
        name: store_boundaries(
            path=folder / name, name=name, source="others", on=NOW, loaded_by_id=1
        ).report
        for name in ("provinces_38.topo.json", "kabupaten_514.topo.json")
    }
    matched = {name: report["matched"] for name, report in reports.items()}
    # Kabupaten Sorong stands in the file without an outline.
    assert matched == {"provinces_38.topo.json": 38, "kabupaten_514.topo.json": 513}
    assert reports["kabupaten_514.topo.json"]["without"] == ["Sorong"]
    shown = Coloured("Peta", "Map", {}, str, str, "–")
    assert str(choropleth(1, shown, on=NOW)).count("<path ") == 38
