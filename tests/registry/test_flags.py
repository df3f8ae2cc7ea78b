"""A finding of another institution is contested by one and settled by another."""

from __future__ import annotations

from datetime import date

import pytest

from tepat.audit.models import Entry
from tepat.engine.errors import TepatError
from tepat.registry.actions.flags import contest_flag, settle_flag
from tepat.registry.actions.writing import open_batch
from tepat.registry.models import Flag, PersonRecord
from tepat.staff.context import acting_as
from tests.registry.world import World, make_world, rukmini

pytestmark = pytest.mark.django_db
WHY = {"reason": "Petugas kebersihan, bukan direktur", "document": "Surat AHU 7/2025"}


@pytest.fixture
def flagged() -> tuple[World, int]:
    world = make_world()
    operator = world["village_operator"]
    with acting_as(operator.pk):
        family = rukmini(operator)
        person = PersonRecord.objects.get(name="Asep Hidayat").person_id
        with open_batch(kind="list", source="AHU", acting_user=operator) as batch:
            flag = Flag.objects.create(
                family=family,
                person_id=person,
                ground="company_officer",
                source="AHU",
                date=date(2025, 6, 1),
                valid_from=date(2025, 6, 1),
                batch=batch,
                home_id=family.home_id,
            )
    return world, flag.pk


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
