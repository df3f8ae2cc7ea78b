"""A list of an institution on its way: found, approved, replaced by the next, taken back."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tepat.engine.errors import TepatError
from tepat.registry.actions.flags import contest_flag, settle_flag
from tepat.registry.lists import actions, jobs
from tepat.registry.models import Family, Flag, FlagList, ListLoad, ListRow, Person, PersonRecord
from tepat.staff.context import acting_as
from tests.registry.lists.loading import (
    DAY,
    GROUND,
    csv_list,
    fresh,
    let_hold,
    load_list,
    look_up,
    send_list,
    standing,
)
from tests.registry.world import BANDUNG, KERTAJAYA, World, rukmini

ASEP, DEWI, RUKMINI = "3204330206910007", "3204334902120007", "3204335703580007"
LATER = date(2025, 9, 1)


@pytest.fixture
def lived(world: World) -> World:
    """One family near, one far."""
    for name, place, number in (
        ("village_operator", 10, "3204330101100007"),
        ("far_operator", KERTAJAYA, "3205140101100009"),
    ):
        with acting_as(world[name].pk):
            rukmini(world[name], place, number=number)
    return world


def named(world: World) -> set[str]:
    with acting_as(world["auditor"].pk):
        ids = [flag.person_id for flag in standing(world) if flag.person_id]
        found = PersonRecord.objects.filter(person_id__in=ids)
        return {str(name) for name in found.values_list("name", flat=True)}


def test_a_list_finds_whom_it_names_and_says_why_it_does_not_find_others(lived: World) -> None:
    file = csv_list(
        f"{ASEP[:4]} {ASEP[4:]},Akta 12",
        f"{ASEP},lagi",
        "3204330206910099,",
        "32043302069,",
        "3.20433E+15,",
        ",tanpa nomor",
        "3204330206910009,orang Garut",
        header="NIK,Bukti",
    )
    load = look_up(send_list(lived, file))
    assert load.state == "checked"
    counts = (load.matched, load.not_found, load.unreadable, load.several, load.twice)
    assert counts == (1, 2, 3, 0, 1)
    with acting_as(lived["kabupaten_verifier"].pk):
        why = dict(ListRow.objects.filter(load=load).values_list("number", "why"))
    assert why == {
        2: "",
        3: "twice",
        4: "not_registered",
        5: "nik_form",
        6: "number_numeric",
        7: "key_missing",
        8: "not_registered",
    }
    assert standing(lived) == []


def test_an_approved_list_becomes_findings_that_the_village_sees(lived: World) -> None:
    load = load_list(lived, csv_list(f"{ASEP},Akta 12,tinggi", header="nik,bukti,keyakinan"))
    assert (load.state, load.added, load.kept, load.dropped) == ("done", 1, 0, 0)
    with acting_as(lived["village_operator"].pk):
        flag = Flag.objects.select_related("batch").get()
        assert (flag.ground, flag.source, flag.date) == (GROUND, "Ditjen AHU", DAY)
        assert (flag.evidence, flag.confidence, flag.contested) == ("Akta 12", "tinggi", False)
        assert Family.objects.get(pk=flag.family_id).version == load.batch_id
        assert flag.batch.made_by == lived["head_of_office"]
        assert not ListLoad.objects.exists(), "the village is not shown the kabupaten's lists"
    held = FlagList.objects.get()
    assert (held.ground, held.place_id, held.date) == (GROUND, BANDUNG, DAY)


def test_the_next_list_of_the_institution_takes_the_place_of_the_earlier(lived: World) -> None:
    load_list(lived, csv_list(ASEP, DEWI))
    second = load_list(lived, csv_list(ASEP, RUKMINI), on=LATER)
    assert (second.added, second.kept, second.dropped) == (1, 1, 1)
    assert named(lived) == {"Asep Hidayat", "Rukmini"}
    with acting_as(lived["auditor"].pk):
        ended = Flag.objects.get(
            superseded_by=None, valid_to=LATER, person__records__name__startswith="Dewi"
        )
        assert ended.valid_from == DAY, "on the days before, the earlier list still explains"


def test_a_corrected_list_of_the_same_day_leaves_nothing_of_the_former(lived: World) -> None:
    load_list(lived, csv_list(ASEP, DEWI))
    load_list(lived, csv_list(ASEP))
    with acting_as(lived["auditor"].pk):
        assert Flag.objects.filter(superseded_by=None).count() == 1
    assert FlagList.objects.filter(superseded_by=None).count() == 1


def test_another_institution_and_another_region_keep_what_they_say(lived: World) -> None:
    load_list(lived, csv_list(ASEP), source="BPJS")
    garut = {"place": 4, "by": "ministry_analyst", "decides": "ministry_approver"}
    load_list(lived, csv_list("3204330206910009"), **garut)
    load_list(lived, csv_list(DEWI), on=LATER)
    assert len(standing(lived)) == 3
    assert FlagList.objects.filter(superseded_by=None).count() == 3


def test_a_contested_finding_stays_contested_while_the_list_names_the_person(
    lived: World,
) -> None:
    load_list(lived, csv_list(ASEP, DEWI))
    for flag in standing(lived):
        with acting_as(lived["facilitator"].pk):
            contest_flag(
                flag_id=flag.pk,
                reason="bukan dia",
                document="surat desa",
                acting_user=lived["facilitator"],
            )
    second = load_list(lived, csv_list(ASEP), on=LATER)
    assert (second.kept, second.contested, second.dropped) == (1, 1, 1)
    assert [flag.contested for flag in standing(lived)] == [True]
    assert named(lived) == {"Asep Hidayat"}


def test_a_list_that_is_taken_back_lets_the_earlier_one_hold_again(lived: World) -> None:
    load_list(lived, csv_list(ASEP, DEWI))
    second = load_list(lived, csv_list(RUKMINI), on=LATER)
    actions.undo_list(load=second.pk, acting_user=lived["head_of_office"], reason="daftar salah")
    assert fresh(second).state == "undone"
    assert named(lived) == {"Asep Hidayat", "Dewi Lestari"}
    assert [one.date for one in FlagList.objects.filter(superseded_by=None)] == [DAY]
    assert send_list(lived, csv_list(RUKMINI), on=LATER).pk != second.pk


def test_a_list_that_is_taken_back_leaves_settling_to_another_than_who_contested(
    lived: World,
) -> None:
    load_list(lived, csv_list(ASEP))
    verifier, second = lived["kabupaten_verifier"], lived["second_verifier"]
    why = {"reason": "bukan dia", "document": "surat desa"}
    with acting_as(second.pk):
        contest_flag(flag_id=standing(lived)[0].pk, acting_user=second, **why)
    dropped = load_list(lived, csv_list(DEWI), on=LATER)
    with pytest.raises(TepatError) as refused:
        actions.undo_list(load=dropped.pk, acting_user=verifier, reason="milik sendiri")
    assert refused.value.code == "own_list"
    actions.undo_list(load=dropped.pk, acting_user=lived["head_of_office"], reason="daftar salah")
    (again,) = standing(lived)
    assert (again.contested, again.contested_by_id) == (True, second.pk)
    with acting_as(second.pk), pytest.raises(TepatError, match="contested this yourself"):
        settle_flag(flag_id=again.pk, upheld=False, acting_user=second, **why)
    with acting_as(lived["head_of_office"].pk):
        head = lived["head_of_office"]
        assert settle_flag(flag_id=again.pk, upheld=False, acting_user=head, **why) is None


def test_whoever_uploaded_it_does_not_approve_it_and_roles_are_kept(lived: World) -> None:
    load = look_up(send_list(lived, csv_list(ASEP)))
    for name, code in (
        ("kabupaten_verifier", "own_list"),
        ("facilitator", "not_allowed"),
        ("far_operator", "not_allowed"),
    ):
        with pytest.raises(TepatError) as refused:
            actions.approve_list(load=load.pk, acting_user=lived[name])
        assert refused.value.code == code
    with pytest.raises(TepatError, match="may not upload"):
        send_list(lived, csv_list(DEWI), by="head_of_office")
    with pytest.raises(TepatError) as refused:
        send_list(lived, csv_list(DEWI), place=4)
    assert refused.value.code == "place_out_of_reach"
    assert let_hold(lived, load, "second_verifier").state == "done"


def test_the_same_list_twice_and_an_older_one_are_refused(lived: World) -> None:
    load_list(lived, csv_list(ASEP))
    for more, code in (({}, "same_file"), ({"on": date(2025, 1, 1)}, "list_older")):
        with pytest.raises(TepatError) as refused:
            send_list(lived, csv_list(ASEP), **more)
        assert refused.value.code == code
    assert send_list(lived, csv_list(ASEP), on=LATER).state == "checking"


def test_people_and_families_are_named_by_the_keys_of_the_registry_too(lived: World) -> None:
    with acting_as(lived["village_operator"].pk):
        family = Family.objects.get()
        asep = Person.objects.get(records__name="Asep Hidayat")
    rows = (f"{asep.uuid},", f",{family.uuid}", "bukan-kunci,")
    load = load_list(lived, csv_list(*rows, header="person_key,family_key"))
    assert (load.matched, load.unreadable, len(standing(lived))) == (2, 1, 2)
    file = csv_list(f"{family.uuid}", header="family_key")
    alone = look_up(send_list(lived, file, ground="deceased"))
    with acting_as(lived["kabupaten_verifier"].pk):
        assert ListRow.objects.get(load=alone).why == "needs_person"


def test_a_workbook_with_numeric_nik_is_told_so_row_by_row(lived: World) -> None:
    import xlsxwriter

    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet("daftar")
        sheet.write_row(0, 0, ["number", "NIK"])
        sheet.write_row(1, 0, [1, ASEP])
        sheet.write_row(2, 0, [2, int(DEWI)])
    file.seek(0)
    load = look_up(send_list(lived, file, name="daftar.xlsx"))
    assert (load.state, load.matched, load.unreadable) == ("checked", 1, 1)
    with acting_as(lived["kabupaten_verifier"].pk):
        lost = ListRow.objects.get(outcome="unreadable")
        assert (lost.number, lost.why) == (3, "number_numeric")


def test_no_number_stays_at_rest_in_clear_and_nothing_stays_after_the_end(lived: World) -> None:
    load = send_list(
        lived, csv_list(f"{ASEP},lihat {DEWI}", "3204330206910099,", header="nik,bukti")
    )
    kept = Path(settings.FILES) / "uploads" / f"list-{load.pk}"
    assert ASEP.encode() not in b"".join(one.read_bytes() for one in kept.iterdir())
    load = look_up(load)
    assert not kept.exists()
    with acting_as(lived["kabupaten_verifier"].pk), connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(t::text, ' ') FROM registry_listrow AS t")
        told = str(cursor.fetchone())
    assert ASEP not in told and DEWI not in told and "3204••••" in told
    load = let_hold(lived, load)
    jobs.clean(load.pk, lived["head_of_office"].pk)
    with acting_as(lived["kabupaten_verifier"].pk):
        left = ListRow.objects.get()
        assert (left.why, left.token, left.shown) == ("not_registered", None, "3204••••••••0099")


def test_a_list_without_a_key_column_ends_with_what_to_do(lived: World) -> None:
    load = look_up(send_list(lived, csv_list("Asep", header="nama")))
    assert (load.state, load.error_code) == ("failed", "column_missing")
    assert "nik" in load.error_id and "nama" in load.error_en


def test_every_step_of_a_list_may_run_twice(lived: World) -> None:
    load = look_up(look_up(send_list(lived, csv_list(ASEP))))
    load = let_hold(lived, load)
    jobs.do(jobs.apply, load=load.pk, user=lived["head_of_office"].pk)
    assert len(standing(lived)) == 1
    assert FlagList.objects.count() == 1


def test_a_semicolon_file_of_another_encoding_and_its_broken_lines_are_read(lived: World) -> None:
    text = f"No;NIK;Keterangan\r\n1;{ASEP};Pejabat \xe9\r\n2;{DEWI};a;b;c\r\n\r\n"
    load = look_up(send_list(lived, io.BytesIO(text.encode("cp1252"))))
    assert (load.state, load.matched, load.unreadable) == ("checked", 1, 1)
    with acting_as(lived["kabupaten_verifier"].pk):
        assert ListRow.objects.get(outcome="unreadable").why == "row_unreadable"
        assert ListRow.objects.get(outcome="matched").evidence == "Pejabat \xe9"


def test_a_large_list_is_looked_up_by_whole_tables_and_not_row_by_row(lived: World) -> None:
    rows = [f"32043399{n:08d}" for n in range(60_000)]
    load = send_list(lived, csv_list(ASEP, *rows))
    with CaptureQueriesContext(connection) as queries:
        load = look_up(load)
    assert (load.matched, load.not_found) == (1, 60_000)
    assert len(queries) < 60
