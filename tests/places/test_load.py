"""Small lists loaded one after the other: places keep their numbers, whatever their codes do."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction

from tepat.engine.errors import TepatError
from tepat.places.load import empty_tree, load_edition
from tepat.places.models import Code, Place, Succession, Within
from tepat.places.queries import find_place, successors_of
from tepat.places.sources import Edition, edition_of, read_edition
from tepat.staff.models import Assignment, User

FIRST, SECOND = date(2020, 1, 1), date(2022, 1, 1)
BASE = {
    "91": "PAPUA",
    "9101": "KAB. MERAUKE",
    "910101": "Merauke",
    "9101011001": "Samkai",
    "9101011014": "Bambu Pemali",
    "9101012003": "Suka Maju I",
    "9101012004": "Suka Maju II",
    "910102": "Muting",
    "9101022001": "Boha",
    "9101022002": "Selow",
    "9103": "KAB. JAYAPURA",
    "910301": "Sentani",
    "9103011001": "Hinekombe",
    "9103012001": "Boha",
}


def edition(rows: dict[str, str], day: date, source: str = "a decree") -> Edition:
    return edition_of(list(rows.items()), day=day, source=source)


def recoded(rows: dict[str, str], before: str, after: str) -> dict[str, str]:
    """The rows with one beginning of their codes put in place of another."""
    return {
        after + code[len(before) :] if code.startswith(before) else code: name
        for code, name in rows.items()
    }


def place_of(code: str, on: date) -> Place:
    found = find_place(code, on=on)
    assert found is not None, code
    return found


def test_the_closure_holds_each_place_with_all_above_it(owner: None) -> None:
    report = load_edition(edition(BASE, FIRST))
    assert report["places"] == {"province": 1, "kabupaten": 2, "kecamatan": 3, "village": 8}
    samkai = place_of("9101011001", FIRST)
    above = Within.objects.filter(place=samkai).values_list("ancestor__name", flat=True)
    assert sorted(above) == ["Indonesia", "Merauke", "Merauke", "Papua", "Samkai"]
    assert Within.objects.count() == 1 + 2 + 2 * 3 + 3 * 4 + 8 * 5
    assert (samkai.kind, place_of("9101012003", FIRST).kind) == ("kelurahan", "desa")


def test_the_same_list_again_changes_nothing(owner: None) -> None:
    load_edition(edition(BASE, FIRST))
    before = list(Code.objects.order_by("id").values()), list(Within.objects.values("id"))
    assert load_edition(edition(BASE, FIRST))["changed"] is False
    assert (list(Code.objects.order_by("id").values()), list(Within.objects.values("id"))) == before


def test_a_new_province_recodes_its_places_and_they_keep_their_numbers(owner: None) -> None:
    load_edition(edition(BASE, FIRST))
    numbers = {code: place_of(code, FIRST).pk for code in BASE}
    rows = recoded(BASE, "9101", "9301") | {"93": "PAPUA SELATAN"}
    rows["9301011009"] = rows.pop("9301011014")
    report = load_edition(edition(rows, SECOND))
    assert report["found"]["province"] == {"same": 1, "new": 1}
    assert report["found"]["village"] == {"same": 2, "recoded": 6}
    assert place_of("9301011009", SECOND).pk == numbers["9101011014"]
    assert place_of("9301", SECOND).pk == numbers["9101"]
    assert place_of("9101011014", FIRST).pk == numbers["9101011014"], "the old code is forgotten"
    south = place_of("93", SECOND)
    assert Within.objects.filter(ancestor=south, place_id=numbers["9101011014"]).exists()
    papua = numbers["91"]
    assert not Within.objects.filter(ancestor_id=papua, place_id=numbers["9101011014"]).exists()
    # The law of 25 July 2022 is known by name, and stands in place of a guess.
    assert [(p.name, on, how) for p, on, how in successors_of(papua)] == [
        ("Papua Selatan", date(2022, 7, 25), "split")
    ]
    closed = Code.objects.get(code="9101011014")
    assert (closed.valid_from, closed.valid_to) == (FIRST, SECOND)


def test_a_village_renamed_under_its_code_stays_itself(owner: None) -> None:
    load_edition(edition(BASE, FIRST))
    before = place_of("9101022002", FIRST).pk
    load_edition(edition(BASE | {"9101022002": "Harapan Mulia"}, SECOND))
    assert place_of("9101022002", SECOND).pk == before
    told = Succession.objects.get(before_id=before)
    assert (told.after_id, told.how, told.was) == (before, "renaming", "Selow")


def test_a_desa_that_became_a_kelurahan_keeps_its_number(owner: None) -> None:
    load_edition(edition(BASE, FIRST))
    before = place_of("9101022001", FIRST).pk
    rows = {code: name for code, name in BASE.items() if code != "9101022001"}
    load_edition(edition(rows | {"9101021003": "Boha"}, SECOND))
    after = place_of("9101021003", SECOND)
    assert (after.pk, after.kind) == (before, "kelurahan"), "the Boha of Sentani is another"


def test_a_code_given_to_another_village_does_not_carry_the_number_over(owner: None) -> None:
    load_edition(edition(BASE, FIRST))
    one, two = (place_of(code, FIRST).pk for code in ("9101022001", "9101022002"))
    swapped = BASE | {"9101022001": "Selow", "9101022002": "Boha"}
    load_edition(edition(swapped, SECOND))
    assert (place_of("9101022001", SECOND).pk, place_of("9101022002", SECOND).pk) == (two, one)
    assert place_of("9101022001", FIRST).pk == one


def test_a_kecamatan_made_from_another_takes_its_villages_along(owner: None) -> None:
    load_edition(edition(BASE, FIRST))
    moved = {code: place_of(code, FIRST).pk for code in ("9101012003", "9101012004")}
    rows = {code: name for code, name in BASE.items() if code not in moved}
    rows |= {"910103": "Semangga", "9101032001": "Suka Maju I", "9101032002": "Suka Maju II"}
    load_edition(edition(rows, SECOND))
    new = place_of("910103", SECOND)
    assert [place_of(f"91010320{n}", SECOND).pk for n in ("01", "02")] == list(moved.values())
    assert [
        p.pk for p, _, how in successors_of(place_of("910101", FIRST).pk) if how == "split"
    ] == [new.pk]


def test_a_village_split_is_told_by_its_name_and_an_unknown_origin_is_reported(
    owner: None,
) -> None:
    load_edition(edition(BASE, FIRST))
    rows = BASE | {"9101022003": "Selow Utara", "9101022004": "Cahaya"}
    report = load_edition(edition(rows, SECOND))
    assert report["new_unexplained"] == ["9101022004 Cahaya"]
    assert [p.name for p, _, _ in successors_of(place_of("9101022002", FIRST).pk)] == [
        "Selow Utara"
    ]


def test_a_village_that_is_gone_has_ended_and_is_reported(owner: None) -> None:
    load_edition(edition(BASE, FIRST))
    gone = place_of("9101022001", FIRST)
    rows = {code: name for code, name in BASE.items() if code != "9101022001"}
    report = load_edition(edition(rows, SECOND))
    gone.refresh_from_db()
    assert gone.ended_on == SECOND
    assert report["ended_without_successor"] == ["9101022001 Boha"]
    assert Within.objects.filter(place=gone).count() == 5, "its families would be out of reach"
    assert not Code.objects.filter(place=gone, valid_to=None).exists()


def test_an_older_list_after_a_newer_one_is_refused(owner: None) -> None:
    load_edition(edition(BASE, SECOND))
    with pytest.raises(TepatError) as raised:
        load_edition(edition(BASE, FIRST))
    assert raised.value.code == "edition_too_old"


def test_a_corrected_list_of_the_same_day_replaces_its_codes(owner: None) -> None:
    load_edition(edition(BASE, FIRST))
    rows = {code: name for code, name in BASE.items() if code != "9101022002"}
    load_edition(edition(rows | {"9101022009": "Selow"}, FIRST))
    assert list(Code.objects.filter(place__name="Selow").values_list("code", "valid_to")) == [
        ("9101022009", None)
    ]


def test_the_tree_is_made_anew_only_while_nothing_names_a_place(owner: None) -> None:
    load_edition(edition(BASE, SECOND))
    empty_tree()
    assert list(Place.objects.values_list("id", flat=True)) == [1]
    load_edition(edition(BASE, FIRST))
    system = User.objects.get(username="system")
    Assignment.objects.create(user=system, place=place_of("9103", FIRST))
    with pytest.raises(TepatError) as raised:
        empty_tree()
    assert raised.value.code == "places_in_use"
    assert place_of("9103", FIRST).name == "Jayapura"


@pytest.mark.django_db
def test_the_application_may_not_change_the_tree() -> None:
    with pytest.raises(TepatError) as raised:
        load_edition(edition(BASE, FIRST))
    assert raised.value.code == "owner_needed"
    for write in (
        lambda: Within.objects.create(place_id=1, ancestor_id=1),
        lambda: Place.objects.filter(pk=1).update(name="x"),
        lambda: Code.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            write()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("code,name\n32,Jawa Barat\n32,Jawa\n", "twice"),
        ("code,name\n3204,Bandung\n", "no place above"),
        ("code,name\n32x,Jawa Barat\n", "not a code"),
        ("code,name\n32,\n", "not a code"),
        ("kode,nama\n32,Jawa Barat\n", "columns code and name"),
        ("", "empty"),
    ],
)
def test_a_list_that_is_none_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text("code,name\n32,Jawa Barat\n32.04,KAB. BANDUNG\n", encoding="utf-8")
    rows = read_edition(path, day=FIRST, source="a decree").rows
    assert rows == (("32", "province", "Jawa Barat"), ("3204", "kabupaten", "Bandung"))
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TepatError, match=said) as raised:
        read_edition(path, day=FIRST, source="a decree")
    assert raised.value.code == "edition_invalid"


def test_a_list_without_its_day_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("code,name\n32,Jawa Barat\n", encoding="utf-8")
    with pytest.raises(TepatError) as raised:
        read_edition(path)
    assert raised.value.code == "edition_unknown"
