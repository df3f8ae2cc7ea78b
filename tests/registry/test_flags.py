"""A finding of another institution is contested by one and settled by another."""

from __future__ import annotations

import pytest
from django.db import Error, connection, transaction

from tepat.audit.models import Entry
from tepat.engine.errors import TepatError
from tepat.registry.actions.flags import contest_flag, settle_flag
from tepat.registry.actions.writing import open_batch
from tepat.registry.models import Flag, PersonRecord
from tepat.staff.context import acting_as
from tepat.staff.models import User
from tests.registry.world import World, make_world, rukmini, say_of

pytestmark = pytest.mark.django_db
WHY = {"reason": "Petugas kebersihan, bukan direktur", "document": "Surat AHU 7/2025"}


@pytest.fixture
def flagged() -> tuple[World, int]:
    world = make_world()
    operator = world["village_operator"]
    with acting_as(operator.pk):
        family = rukmini(operator)
        person = PersonRecord.objects.get(name="Asep Hidayat").person_id
    return world, say_of(family, person).pk


def contested(world: World, flag: int, name: str = "facilitator") -> Flag:
    with acting_as(world[name].pk):
        return contest_flag(flag_id=flag, acting_user=world[name], **WHY)


def test_a_contested_finding_stands_as_contested_and_keeps_what_it_was(
    flagged: tuple[World, int],
) -> None:
    world, flag = flagged
    now = contested(world, flag)
    with acting_as(world["auditor"].pk):
        assert Flag.objects.get(superseded_by=None) == now
        assert now.contested
        before = Flag.objects.get(pk=flag)
        assert (before.contested, before.superseded_by_id) == (False, now.batch_id)


@pytest.mark.parametrize(("upheld", "left"), [(True, 1), (False, 0)])
def test_another_person_settles_it(flagged: tuple[World, int], upheld: bool, left: int) -> None:
    world, flag = flagged
    now = contested(world, flag)
    verifier = world["kabupaten_verifier"]
    with acting_as(verifier.pk):
        settle_flag(flag_id=now.pk, upheld=upheld, acting_user=verifier, **WHY)
        assert Flag.objects.filter(superseded_by=None, contested=False).count() == left
        assert Flag.objects.count() == 2 + left
    with acting_as(world["auditor"].pk):
        overridden = Entry.objects.filter(override=True).values_list("verb", "evidence")
        assert list(overridden) == ([] if upheld else [("withdraw_flag", "Surat AHU 7/2025")])


def test_whoever_contested_it_does_not_settle_it(flagged: tuple[World, int]) -> None:
    world, flag = flagged
    now = contested(world, flag, "kabupaten_verifier")
    verifier = world["kabupaten_verifier"]
    with acting_as(verifier.pk), pytest.raises(TepatError, match="contested this yourself"):
        settle_flag(flag_id=now.pk, upheld=False, acting_user=verifier, **WHY)


def test_without_evidence_or_sight_nothing_is_contested(flagged: tuple[World, int]) -> None:
    world, flag = flagged
    with acting_as(world["facilitator"].pk), pytest.raises(TepatError, match="evidence"):
        contest_flag(flag_id=flag, reason="salah", document=" ", acting_user=world["facilitator"])
    far = world["far_operator"]
    with acting_as(far.pk), pytest.raises(TepatError, match="no longer stands"):
        contest_flag(flag_id=flag, acting_user=far, **WHY)


PLANT = (
    "INSERT INTO registry_flag (batch_id, family_id, person_id, ground, source, date, confidence, "
    "contested, contested_by_id, evidence, valid_from, home_id) SELECT %(batch)s, family_id, "
    "person_id, ground, source, date, confidence, {contested}, {by}, evidence, valid_from, home_id "
    "FROM registry_flag WHERE id = %(flag)s"
)
END = "UPDATE registry_flag SET superseded_by_id = %(batch)s WHERE id = %(flag)s"
AGAIN = PLANT.replace("source, date, confidence, {contested}", "'BKN', date, confidence, false")
LIST = (
    "INSERT INTO registry_flaglist (ground, source, date, place_id, batch_id) SELECT ground, "
    "'BKN', date, home_id, %(batch)s FROM registry_flag WHERE id = %(flag)s"
)
FORGED = {
    "a finding that no list made": ([AGAIN.format(by="NULL")], "No list says"),
    "a list of one's own": ([LIST], "row-level security"),
    "a finding withdrawn": ([END], "not theirs to withdraw"),
    "one contested in the name of somebody else": (
        [END, PLANT.format(contested="true", by="1")],
        "No list says",
    ),
}


@pytest.mark.parametrize("what", FORGED)
def test_a_village_neither_makes_nor_ends_a_finding_past_the_application(
    flagged: tuple[World, int], what: str
) -> None:
    world, flag = flagged
    statements, says = FORGED[what]
    with pytest.raises(Error, match=says), transaction.atomic():
        _write(world["village_operator"], flag, *statements)
    _write(world["village_operator"], flag, END, PLANT.format(contested="true", by="%(user)s"))


def test_who_contested_it_settles_it_by_no_statement_either(flagged: tuple[World, int]) -> None:
    world, flag = flagged
    now = contested(world, flag, "kabupaten_verifier").pk
    upheld = PLANT.format(contested="false", by="NULL")
    hidden = PLANT.format(contested="true", by="1")
    for statements in ([END], [END, upheld], [END, hidden]):
        with pytest.raises(Error, match=r"theirs to withdraw|not another"), transaction.atomic():
            _write(world["kabupaten_verifier"], now, *statements)
    _write(world["second_verifier"], now, END, upheld)


def _write(user: User, flag: int, *statements: str) -> None:
    with (
        acting_as(user.pk),
        open_batch(kind="list", source="sql", acting_user=user) as batch,
        connection.cursor() as cursor,
    ):
        for statement in statements:
            cursor.execute(statement, {"batch": batch.pk, "flag": flag, "user": user.pk})
