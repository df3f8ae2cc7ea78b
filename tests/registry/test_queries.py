"""Finding a family: by number, by words of a name, and never outside one's places."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection
from django.http import Http404

from tepat.audit.models import Access
from tepat.registry import queries
from tepat.registry.actions.members import Told, correct_person
from tepat.registry.models import PersonRecord
from tepat.staff.context import acting_as
from tests.database import as_owner
from tests.registry.world import BANDUNG, CIPAKU, GARUT, REGISTERED, World, make_world, rukmini

pytestmark = pytest.mark.django_db


ONLY_BY_HOME = """
DO $$ DECLARE other record; BEGIN
    FOR other IN SELECT conname FROM pg_constraint
                 WHERE conrelid = 'registry_nameword'::regclass AND contype IN ('p', 'u') LOOP
        EXECUTE format('ALTER TABLE registry_nameword DROP CONSTRAINT %I', other.conname);
    END LOOP;
    FOR other IN SELECT indexname FROM pg_indexes
                 WHERE tablename = 'registry_nameword' AND indexname <> 'name_word_by_home' LOOP
        EXECUTE format('DROP INDEX %I', other.indexname);
    END LOOP;
END $$
"""


@pytest.fixture
def world() -> World:
    made = make_world()
    with acting_as(made["village_operator"].pk):
        rukmini(made["village_operator"])
    return made


@pytest.mark.parametrize("number", ["3204330101100007", "3204335703580007", "320433 570358-0007"])
def test_a_family_is_found_by_any_of_its_numbers(world: World, number: str) -> None:
    with acting_as(world["kabupaten_verifier"].pk):
        assert [(one.head, one.people) for one in queries.find_by_number(number)] == [
            ("Rukmini", 4)
        ]
    with acting_as(world["far_operator"].pk):
        assert queries.find_by_number(number) == []


@pytest.mark.parametrize("text", ["asep", "HIDAYAT asep", "hid as", "asep hidayat", "a"])
def test_words_of_a_name_may_be_short_and_in_any_order(world: World, text: str) -> None:
    with acting_as(world["kabupaten_verifier"].pk):
        found = queries.find_by_name(text, place_id=BANDUNG)
        assert [one.matched for one in found] == ["Asep Hidayat"]
        assert queries.find_by_name(text, place_id=CIPAKU) == [], "another village"


@pytest.mark.parametrize("text", ["", "  ", "%", "asep x", "sep", "'; drop table x; --"])
def test_what_no_name_begins_with_finds_nothing(world: World, text: str) -> None:
    with acting_as(world["kabupaten_verifier"].pk):
        assert queries.find_by_name(text, place_id=BANDUNG) == []


def test_a_place_of_others_gives_nothing(world: World) -> None:
    with acting_as(world["far_operator"].pk):
        assert queries.find_by_name("asep", place_id=BANDUNG) == []
        assert queries.find_by_name("asep", place_id=GARUT) == []


def test_a_corrected_name_is_found_by_the_new_words_only(world: World) -> None:
    operator = world["village_operator"]
    with acting_as(operator.pk):
        person = PersonRecord.objects.get(name="Asep Hidayat")
        family = queries.find_by_name("asep", place_id=BANDUNG)[0]
        told = Told(REGISTERED, "KTP", document="KTP")
        correct_person(
            family_id=family.family_id,
            person_id=person.person_id,
            changes={"name": "Asep Hidayatullah Émile"},
            told=told,
            acting_user=operator,
        )
        assert queries.find_by_name("émile", place_id=BANDUNG)
        assert [one.matched for one in queries.find_by_name("hidayat", place_id=BANDUNG)] == [
            "Asep Hidayatullah Émile"
        ]


def test_opening_a_family_is_written_down_and_a_foreign_one_does_not_exist(world: World) -> None:
    verifier = world["kabupaten_verifier"]
    with acting_as(verifier.pk):
        public = queries.find_by_number("3204330101100007")[0].uuid
        queries.access_family(public, user=verifier, reason="verification", page="family")
        assert list(Access.objects.values_list("actor_id", "reason")) == [
            (verifier.pk, "verification")
        ]
    far = world["far_operator"]
    with acting_as(far.pk):
        for guessed in (public, uuid.uuid4()):
            with pytest.raises(Http404):
                queries.access_family(guessed, user=far, reason="x", page="family")
        assert not Access.objects.exists()


def test_search_by_name_reads_the_index_of_words_under_row_level_security(world: World) -> None:
    with acting_as(world["kabupaten_verifier"].pk), connection.cursor() as cursor:
        # Only how people are found: among small tables any other way is as good.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        as_owner(ONLY_BY_HOME)
        for way in ("seqscan", "hashjoin", "mergejoin"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        found, told = queries._BY_NAME.format(others="true").split("SELECT f.id", 1)
        assert "FROM people AS p" in told
        statement = found + "SELECT * FROM people LIMIT %(limit)s OFFSET %(offset)s"
        values = {"place": BANDUNG, "low0": "as", "high0": "at", "limit": 26, "offset": 0}
        cursor.execute("EXPLAIN " + statement, values)
        plan = "\n".join(row[0] for row in cursor.fetchall())
        assert "name_word_by_home" in plan, plan
        condition = plan.split("name_word_by_home", 1)[1].splitlines()[1]
        assert "word >= 'as'" in condition, plan
