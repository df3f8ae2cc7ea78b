"""Place pages: numbers true for who asks, map and table, the families of a village."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tepat.places.models import COUNTRY_ID
from tepat.registry.actions.families import FamilyFacts, NewMember, register_family
from tepat.registry.actions.members import Told
from tepat.registry.actions.people import PersonFacts
from tepat.registry.models import Family, Finding
from tepat.registry.quality.overview import Figures, figures_of
from tepat.staff.context import acting_as
from tests.console.found import count, find, page, signed
from tests.registry.world import (
    BANDUNG,
    CIGENTUR,
    CIPAKU,
    GARUT,
    KERTAJAYA,
    PASEH,
    PROVINCE,
    World,
    make_world,
    rukmini,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def near(world: World) -> Family:
    with acting_as(world["village_operator"].pk):
        family = rukmini(world["village_operator"])
    find(
        world,
        family,
        ("no_head", "error"),
        ("kk_missing", "warning"),
        ("survey_overdue", "warning"),
    )
    count(world)
    return family


@pytest.fixture
def far(world: World) -> Family:
    with acting_as(world["far_operator"].pk):
        family = rukmini(world["far_operator"], KERTAJAYA, number="3205140101100009")
    count(world)
    return family


def test_a_place_is_open_to_who_works_in_it_and_does_not_exist_for_others(
    world: World, near: Family
) -> None:
    assert page(world["kabupaten_verifier"], "place", place=BANDUNG).status_code == 200
    assert page(world["kabupaten_verifier"], "place", place=CIPAKU).status_code == 200
    assert page(world["kabupaten_verifier"], "place", place=GARUT).status_code == 404
    assert page(world["kabupaten_verifier"], "place", place=KERTAJAYA).status_code == 404
    assert page(world["village_operator"], "place", place=CIPAKU).status_code == 404
    assert page(world["auditor"], "place", place=COUNTRY_ID).status_code == 200
    assert page(world["administrator"], "place", place=BANDUNG).status_code == 403
    assert page(world["auditor"], "place", place=999_999).status_code == 404


def test_above_ones_own_place_only_what_one_may_see_is_counted_and_listed(
    world: World, near: Family, far: Family
) -> None:
    text = page(world["kabupaten_verifier"], "place", place=PROVINCE).content.decode()
    assert "Hanya wilayah Anda yang dihitung" in text
    assert "Kab. Bandung" in text
    assert "Garut" not in text
    assert "place-map" not in text, "a map of places that one may not see would lie"
    whole = page(world["auditor"], "place", place=PROVINCE).content.decode()
    assert "Garut" in whole
    assert "place-map" in whole
    with acting_as(world["kabupaten_verifier"].pk):
        assert figures_of([PROVINCE], now=False)[PROVINCE].families == 1
    with acting_as(world["auditor"].pk):
        assert figures_of([PROVINCE], now=False)[PROVINCE].families == 2


def test_counts_agree_whether_made_now_or_when_the_villages_were_counted(
    world: World, near: Family, far: Family
) -> None:
    with acting_as(world["auditor"].pk):
        for place in (COUNTRY_ID, PROVINCE, BANDUNG, PASEH, CIGENTUR, GARUT):
            now, dated = (figures_of([place], now=one)[place] for one in (True, False))
            assert now == dated
        ours = figures_of([BANDUNG], now=True)[BANDUNG]
    assert (ours.families, ours.people, ours.errors, ours.warnings, ours.overdue) == (1, 4, 1, 1, 1)
    assert ours.groups["women_60"] == 1
    assert sum(ours.groups.values()) + ours.unsure == ours.people
    assert Figures().per_thousand("errors") is None, "nothing of nothing is no rate"


def test_what_became_known_since_the_count_shows_below_the_kabupaten_at_once(
    world: World, near: Family
) -> None:
    with acting_as(world["facilitator"].pk):
        rukmini(world["facilitator"], CIPAKU, number="3204330101100008")
        now = figures_of([BANDUNG], now=True)[BANDUNG]
        dated = figures_of([BANDUNG], now=False)[BANDUNG]
    assert (now.families, dated.families) == (2, 1)


def test_the_table_below_the_map_has_the_same_places_and_leads_to_them(
    world: World, near: Family
) -> None:
    text = page(world["kabupaten_verifier"], "place", "?peta=lama", place=PASEH).content.decode()
    for village in (CIGENTUR, CIPAKU):
        assert text.count(reverse("place", kwargs={"place": village})) == 2, "map and table"
    assert "100%" in text
    assert "belum ada keluarga" in text, "Cipaku, in the legend"


def test_a_village_lists_its_families_and_narrows_them(world: World, near: Family) -> None:
    user = world["village_operator"]
    with acting_as(user.pk):
        register_family(
            facts=FamilyFacts(CIGENTUR, "3204330101100010", "Kp. Sawah"),
            members=[NewMember(PersonFacts("Budi Santoso", None, 1, date(1980, 1, 1)), 1)],
            answers=None,
            told=Told(date(2025, 3, 1), "wawancara"),
            acting_user=user,
        )
    every = page(user, "place", place=CIGENTUR).content.decode()
    assert "Rukmini" in every and "Budi Santoso" in every
    assert every.index("Budi Santoso") < every.index("Rukmini"), "by the name of the head"
    for only in ("findings", "overdue"):
        some = page(user, "place", f"?tampil={only}", place=CIGENTUR).content.decode()
        assert "Rukmini" in some
        assert "Budi Santoso" not in some
    named = signed(user).post(reverse("place", kwargs={"place": CIGENTUR}), {"huruf": "san"})
    assert "Budi Santoso" in named.content.decode()
    assert ">Rukmini<" not in named.content.decode()
    wild = signed(user).post(reverse("place", kwargs={"place": CIGENTUR}), {"huruf": "%"})
    assert "Budi Santoso" not in wild.content.decode(), "a percent sign is a letter like others"
    assert "Tidak ada keluarga yang cocok" in wild.content.decode()


def test_a_village_with_many_families_is_paged(world: World, near: Family) -> None:
    user = world["village_operator"]
    with acting_as(user.pk):
        for number in range(52):
            register_family(
                facts=FamilyFacts(CIGENTUR, None, ""),
                members=[NewMember(PersonFacts(f"Warga {number:02}", None, 1), 1)],
                answers=None,
                told=Told(date(2025, 3, 1), "wawancara"),
                acting_user=user,
            )
    first = page(user, "place", place=CIGENTUR).content.decode()
    second = page(user, "place", "?page=2", place=CIGENTUR).content.decode()
    assert "?page=2" in first
    assert "Rukmini" in first and "Warga 48" in first
    assert "Warga 49" not in first, "50 on a page"
    assert "Warga 49" in second and "Warga 51" in second
    assert "Warga 48" not in second


def test_pages_ask_the_same_number_of_questions_whatever_lives_there(
    world: World, near: Family
) -> None:
    user = world["facilitator"]

    def questions(place: int) -> int:
        page(user, "place", place=place)
        with CaptureQueriesContext(connection) as asked:
            assert page(user, "place", place=place).status_code == 200
        return len(asked)

    def come(*numbers: int) -> None:
        with acting_as(user.pk):
            for number in numbers:
                rukmini(user, CIPAKU, number=f"320433010110{number:04}")

    come(2000)
    before = questions(PASEH), questions(CIPAKU)
    come(*range(2001, 2006))
    count(world)
    assert (questions(PASEH), questions(CIPAKU)) == before
    with acting_as(world["system"].pk):
        assert Finding.objects.exists()


def test_who_works_in_one_place_is_led_to_it_and_others_choose(world: World, near: Family) -> None:
    one = page(world["village_operator"], "places")
    assert one["Location"] == reverse("place", kwargs={"place": CIGENTUR})
    assert page(world["auditor"], "places")["Location"] == reverse(
        "place", kwargs={"place": COUNTRY_ID}
    )
