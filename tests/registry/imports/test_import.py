"""A file's whole way into the registry: what is new, changed and the same, and who decides."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.conf import settings

from tepat.engine.errors import TepatError
from tepat.registry.actions.people import sealer
from tepat.registry.imports import actions, jobs, queries
from tepat.registry.models import (
    Batch,
    Family,
    FamilyObservation,
    FamilyRecord,
    ImportJob,
    Membership,
    NameWord,
    Person,
    PersonRecord,
    StageFamily,
    StagePerson,
)
from tepat.staff.context import acting_as
from tests.database import as_owner
from tests.registry.imports.sending import (
    CODE,
    approve,
    bring_in,
    check,
    family,
    fresh,
    member,
    rules,
    send,
)
from tests.registry.world import CIGENTUR, CIPAKU, World

TWO = [family("F1"), family("F2", village=CODE["Cipaku"])]
FOUR = [
    member("P1", "F1"),
    member("P2", "F1", relation=3, birth_date="2015-05-05", nik="3204330505150002", works=""),
    member("P3", "F2"),
    member("P4", "F2", relation=3),
]


def living(world: World) -> dict[str, tuple[str | None, int | None]]:
    """Key of each person who belongs to a family now: key of the family, and relation."""
    with acting_as(world["kabupaten_verifier"].pk):
        rows = Membership.objects.filter(valid_to=None, superseded_by=None)
        return {
            str(key).split("|")[1]: (str(of).split("|")[1], relation)
            for key, of, relation in rows.values_list(
                "person__origin_key", "family__origin_key", "relation"
            )
        }


def test_a_file_becomes_families_that_their_village_sees(world: World) -> None:
    job = bring_in(world, TWO, FOUR)
    assert (job.state, job.families_new, job.members_new) == ("done", 2, 4)
    with acting_as(world["village_operator"].pk):
        found = Family.objects.get()
        assert found.home_id == CIGENTUR
        assert PersonRecord.objects.filter(name="Warga B", valid_from=date(1990, 1, 1)).exists()
        record = FamilyRecord.objects.get()
        number = sealer().open(record.kk_sealed, found.salt)
        assert number == TWO[0]["kk_number"]
        assert record.kk_token == sealer().tokens([number])[0]
        seen = FamilyObservation.objects.select_related("asked").get()
        assert (seen.floor, seen.motorcycle, seen.wall) == (3, 1, None)
        assert seen.asked.columns == ["floor", "motorcycle"]
        assert set(NameWord.objects.values_list("word", flat=True)) == {"warga", "b", "c"}
        assert seen.batch.known_at is not None


def test_nothing_is_seen_before_a_second_person_approves(world: World) -> None:
    job = check(world, send(world, TWO, FOUR))
    assert job.state == "checked"
    with acting_as(world["ministry_approver"].pk):
        assert not Family.objects.exists()
    with pytest.raises(TepatError) as refused:
        actions.approve(job=job.pk, acting_user=world["kabupaten_verifier"])
    assert refused.value.code == "own_import"
    with pytest.raises(TepatError) as refused:
        actions.approve(job=job.pk, acting_user=world["facilitator"])
    assert refused.value.code == "not_allowed"
    assert approve(world, job, "second_verifier").state == "done"


@pytest.mark.parametrize("role", ["auditor", "administrator", "system"])
def test_those_who_may_not_write_may_not_upload(world: World, role: str) -> None:
    with pytest.raises(TepatError) as refused:
        send(world, TWO, FOUR, by=role)
    assert refused.value.code == "not_allowed"
    assert send(world, TWO, FOUR, by="facilitator", place=5).state == "uploaded"


def test_a_region_out_of_reach_is_refused_and_its_imports_are_not_seen(world: World) -> None:
    with pytest.raises(TepatError) as refused:
        send(world, TWO, FOUR, by="far_operator")
    assert refused.value.code == "place_out_of_reach"
    job = check(world, send(world, TWO, FOUR))
    for name, sees in (("far_operator", False), ("second_verifier", True)):
        with acting_as(world[name].pk):
            assert ImportJob.objects.filter(pk=job.pk).exists() is sees
            assert StagePerson.objects.exists() is sees
            assert StageFamily.objects.exists() is sees
    with pytest.raises(TepatError) as refused:
        actions.refuse(job=job.pk, acting_user=world["far_operator"], reason="tidak perlu")
    assert refused.value.code == "import_not_found"


def test_the_same_content_is_refused_until_it_has_ended(world: World) -> None:
    job = send(world, TWO, FOUR)
    with pytest.raises(TepatError) as refused:
        send(world, TWO, FOUR, by="second_verifier")
    assert refused.value.code == "same_file"
    actions.refuse(job=job.pk, acting_user=world["second_verifier"], reason="tanggal salah")
    assert send(world, TWO, FOUR).pk != job.pk


def test_a_second_file_changes_only_what_differs(world: World) -> None:
    bring_in(world, TWO, FOUR)
    families = [family("F1", observed_on="2025-05-01", motorcycle=2), TWO[1], family("F3")]
    members = [
        member("P1", "F1", observed_on="2025-05-01", name="Warga Baru"),
        *FOUR[1:],
        member("P5", "F3"),
    ]
    job = bring_in(world, families, members)
    assert (job.families_new, job.families_changed, job.families_same) == (1, 1, 1)
    assert (job.members_new, job.members_changed, job.members_same) == (1, 1, 3)
    with acting_as(world["kabupaten_verifier"].pk):
        rows = PersonRecord.objects.filter(person__origin_key="pendataan desa|P1")
        told = {(str(r.name), r.valid_from, r.valid_to): r.superseded_by_id for r in rows}
        born, day = date(1990, 1, 1), date(2025, 5, 1)
        assert told[("Warga B", born, None)] == job.batch_id
        assert told[("Warga B", born, day)] is None
        assert told[("Warga Baru", day, None)] is None
        person = rows[0].person_id
        words = set(NameWord.objects.filter(person_id=person).values_list("word", flat=True))
        assert words == {"warga", "baru"}
        versions = dict(Family.objects.values_list("origin_key", "version"))
        assert versions["pendataan desa|F1"] == versions["pendataan desa|F3"] == job.batch_id
        assert versions["pendataan desa|F2"] != job.batch_id
        assert FamilyObservation.objects.filter(family__origin_key="pendataan desa|F2").count() == 1


def test_a_person_moves_to_the_family_in_which_the_file_has_them(world: World) -> None:
    bring_in(world, TWO, FOUR)
    later = {"observed_on": "2025-05-01"}
    job = bring_in(world, TWO[1:], [FOUR[2], member("P2", "F2", relation=3, name="", **later)])
    assert "moves_family" in rules(job)
    assert living(world)["P2"] == ("F2", 3)
    with acting_as(world["kabupaten_verifier"].pk):
        closed = Membership.objects.get(ended="moved", superseded_by=None)
        assert (closed.family.origin_key, closed.valid_to) == (
            "pendataan desa|F1",
            date(2025, 5, 1),
        )
        moved = Person.objects.get(origin_key="pendataan desa|P2")
        assert moved.home_id == CIPAKU
        assert set(NameWord.objects.filter(person=moved).values_list("home_id", flat=True)) == {
            CIPAKU
        }
        assert Family.objects.filter(version=job.batch_id).count() == 2
    with acting_as(world["village_operator"].pk):
        assert not Person.objects.filter(pk=moved.pk).exists()


def test_the_head_changes_where_the_file_says_both_sides_of_it(world: World) -> None:
    bring_in(world, TWO, FOUR)
    later = {"observed_on": "2025-05-01"}
    members = [member("P3", "F2", relation=2, **later), member("P4", "F2", relation=1, **later)]
    job = bring_in(world, TWO[1:], members)
    assert "second_head" not in rules(job)
    assert (living(world)["P3"], living(world)["P4"]) == (("F2", 2), ("F2", 1))


def test_a_registered_head_whom_the_file_leaves_out_stays_the_head(world: World) -> None:
    bring_in(world, TWO, FOUR)
    later = {"observed_on": "2025-05-01"}
    job = bring_in(world, TWO[1:], [member("P6", "F2", relation=1, **later)])
    assert rules(job)["second_head"] == [2]
    assert rules(job)["not_in_file"] == [2]
    assert (living(world)["P3"], living(world)["P6"]) == (("F2", 1), ("F2", None))


def test_a_file_of_an_earlier_day_leaves_records_and_memberships_as_they_are(
    world: World,
) -> None:
    bring_in(world, TWO, FOUR)
    old = {"observed_on": "2024-01-01"}
    families = [family("F2", village=CODE["Cigentur"], motorcycle=0, **old)]
    job = bring_in(world, families, [member("P1", "F2", relation=3, **old)])
    assert rules(job)["older_than_known"] == [2, 2]
    assert living(world)["P1"] == ("F1", 1)
    with acting_as(world["kabupaten_verifier"].pk):
        assert Family.objects.get(origin_key="pendataan desa|F2").home_id == CIPAKU
        days = FamilyObservation.objects.filter(family__origin_key="pendataan desa|F2")
        assert sorted(days.values_list("observed_on", flat=True))[0] == date(2024, 1, 1)


def test_a_family_that_moves_takes_its_rows_and_members_along(world: World) -> None:
    bring_in(world, TWO, FOUR)
    moved = [family("F1", village=CODE["Cipaku"], observed_on="2025-05-01")]
    bring_in(world, moved, [member("P1", "F1", observed_on="2025-05-01")])
    with acting_as(world["village_operator"].pk):
        assert not Family.objects.exists() and not Person.objects.exists()
        assert not PersonRecord.objects.exists() and not FamilyObservation.objects.exists()
    with acting_as(world["kabupaten_verifier"].pk):
        assert set(NameWord.objects.values_list("home_id", flat=True)) == {CIPAKU}
        assert Membership.objects.filter(home_id=CIPAKU, superseded_by=None).count() == 4


def test_a_family_changed_after_the_check_is_held_back_and_the_rest_goes_in(
    world: World,
) -> None:
    bring_in(world, TWO, FOUR)
    later = {"observed_on": "2025-05-01"}
    both = [family("F1", motorcycle=5, **later), family("F2", motorcycle=5, **later)]
    job = check(
        world, send(world, both, [member("P1", "F1", **later), member("P3", "F2", **later)])
    )
    bring_in(world, [family("F1", motorcycle=7, observed_on="2025-04-01")], FOUR[:1])
    job = approve(world, job)
    assert (job.state, job.held_back) == ("done", 1)
    assert rules(job)["changed_meanwhile"] == [2]
    with acting_as(world["kabupaten_verifier"].pk):
        seen = FamilyObservation.objects.filter(superseded_by=None)
        told = set(seen.values_list("family__origin_key", "motorcycle"))
    assert ("pendataan desa|F1", 7) in told and ("pendataan desa|F1", 5) not in told
    assert ("pendataan desa|F2", 5) in told


def test_of_two_imports_with_the_same_new_families_the_second_holds_them_back(
    world: World,
) -> None:
    first = check(world, send(world, TWO, FOUR))
    again = [family("F1", motorcycle=4), family("F9")]
    second = check(world, send(world, again, [member("P1", "F1"), member("P9", "F9")]))
    assert (first.families_new, second.families_new) == (2, 2)
    assert approve(world, first).held_back == 0
    second = approve(world, second)
    assert (second.state, second.held_back) == ("done", 1)
    assert set(living(world)) == {"P1", "P2", "P3", "P4", "P9"}


def test_two_rows_that_are_one_registered_family_become_two_families(world: World) -> None:
    bring_in(world, TWO, FOUR)
    number, nik = TWO[0]["kk_number"], FOUR[0]["nik"]
    later = {"observed_on": "2025-05-01"}
    families = [
        family("F1", kk_number="3204330101250009", **later),
        family("F7", kk_number=number, **later),
    ]
    members = [
        member("P1", "F1", nik="3204330101900009", **later),
        member("P7", "F7", nik=nik, **later),
    ]
    job = check(world, send(world, families, members))
    assert rules(job)["matched_twice"] == [3, 3]
    assert (job.families_changed, job.families_new) == (1, 1)
    assert (job.members_changed, job.members_new) == (1, 1)
    assert approve(world, job).state == "done"
    assert (living(world)["P1"], living(world)["P7"]) == (("F1", 1), ("F7", 1))
    with acting_as(world["kabupaten_verifier"].pk):
        for key, told in (("P1", "3204330101900009"), ("P7", nik)):
            person = Person.objects.get(origin_key=f"pendataan desa|{key}")
            now = PersonRecord.objects.get(person=person, valid_to=None, superseded_by=None)
            # a changed number is sealed with the key of the person whose it is
            assert sealer().open(now.nik_sealed, person.salt) == told


def test_every_step_may_run_twice(world: World) -> None:
    job = check(world, send(world, TWO, FOUR))
    user = job.uploaded_by_id
    as_owner(
        "UPDATE registry_importjob SET state = 'checking', shards_done = '{-1}' "
        f"WHERE id = {job.pk}"
    )
    jobs.do(jobs.shard, job=job.pk, user=user, shard=0)  # its files are gone: it reads again
    assert fresh(job).shards == 0
    for _ in range(2):
        jobs.do(jobs.read, job=job.pk, user=user)
        jobs.do(jobs.shard, job=job.pk, user=user, shard=0)
        jobs.do(jobs.shard, job=job.pk, user=user, shard=-1)
        jobs.do(jobs.settle, job=job.pk, user=user)
    job = fresh(job)
    assert (job.state, job.families_new, job.members_new) == ("checked", 2, 4)
    job = approve(world, job)
    jobs.do(jobs.apply, job=job.pk, user=world["head_of_office"].pk)
    with acting_as(user):
        assert Batch.objects.count() == 1
        assert Family.objects.count() == 2


def test_an_ended_import_leaves_no_file_and_no_staged_row(world: World) -> None:
    job = check(world, send(world, TWO, FOUR))
    kept = Path(settings.FILES) / "uploads" / f"import-{job.pk}"
    assert len(list(kept.iterdir())) == 2
    assert not any(b"320433" in file.read_bytes() for file in kept.iterdir())
    assert not (Path(settings.FILES) / "work" / f"import-{job.pk}").exists()
    job = approve(world, job)
    jobs.clean(job.pk, world["head_of_office"].pk)
    assert not kept.exists()
    with acting_as(job.uploaded_by_id):
        assert not StageFamily.objects.exists() and not StagePerson.objects.exists()
        assert queries.import_of(job.pk).families_new == 2


def test_a_user_who_has_left_starts_nothing_more(world: World) -> None:
    job = send(world, TWO, FOUR)
    from tests.database import as_owner

    as_owner(f"UPDATE staff_user SET is_active = false WHERE id = {job.uploaded_by_id}")
    jobs.do(jobs.look, job=job.pk, user=job.uploaded_by_id)
    with acting_as(world["second_verifier"].pk):
        found = ImportJob.objects.get(pk=job.pk)
    assert (found.state, found.error_code) == ("failed", "user_left")
    assert "tidak aktif" in found.error_id
