"""Files as they come: bad rows beside good ones, foreign columns, and content that lies."""

from __future__ import annotations

import io
import time
import zipfile
from typing import Any, BinaryIO

import pytest

from tepat.engine.errors import TepatError
from tepat.registry.imports import actions, queries, template, uploads
from tepat.registry.models import Family, FamilyRecord, ImportJob, Membership, Person, PersonRecord
from tepat.staff.context import acting_as
from tests.registry.imports.sending import (
    CODE,
    DAY,
    SOURCE,
    approve,
    check,
    csv_of,
    family,
    fresh,
    member,
    rules,
    send,
    workbook_of,
)
from tests.registry.world import BANDUNG, World, rukmini


def one(world: World, file: BinaryIO, name: str, source: str = SOURCE) -> ImportJob:
    """Upload one file."""
    return actions.upload(
        file=file,
        name=name,
        place=BANDUNG,
        source=source,
        acting_user=world["kabupaten_verifier"],
        as_of=DAY,
    )


def test_bad_rows_are_named_and_good_rows_go_in(world: World) -> None:
    families = [
        family("F1"),
        family("F2", village="3204339999"),
        family("F3", village=CODE["Kertajaya"]),
        family("F4", village=""),
        family("F5", kk_number="123"),
    ]
    members = [
        member("P1", "F1"),
        member("P2", "F1"),
        member("P3", "F2"),
        member("P4", "F404"),
        member("P5", "F5", nik="3204330101900077"),
        member("P6", "F5", relation=4, nik="3204330101900077", name="=cmd|' /C calc'!A0"),
    ]
    job = check(world, send(world, families, members))
    found = rules(job)
    assert found["place_unknown"] == [3]
    assert found["place_outside"] == [4]
    assert found["place_missing"] == [5]
    assert found["family_refused"] == [4]
    assert found["second_head"] == [3]
    assert found["nik_duplicate"] == [6, 7]
    assert found["kk_form"] == [6]
    assert "family_not_found" in found
    assert (job.families_new, job.families_error, job.members_new, job.members_error) == (
        2,
        3,
        4,
        2,
    )
    job = approve(world, job)
    with acting_as(world["kabupaten_verifier"].pk):
        assert Family.objects.count() == 2
        relations = Membership.objects.values_list("person__origin_key", "relation")
        assert dict(relations)[f"{SOURCE}|P2"] is None
        assert FamilyRecord.objects.filter(kk_findings=1).count() == 1
        assert PersonRecord.objects.exclude(nik_findings=0).count() == 0


def test_the_file_of_findings_has_a_reason_in_each_row_and_no_formula(world: World) -> None:
    families = [family("F1"), family("F2", village="=HYPERLINK(1)")]
    job = check(world, send(world, families, [member("P1", "F1"), member("P2", "F2")]))
    user = world["second_verifier"].pk
    text = b"".join(queries.findings_file(job=job.pk, user=user, language="id")).decode("utf-8-sig")
    lines = text.splitlines()
    assert lines[0].startswith("tabel,baris,kunci,kolom,nilai")
    assert any("Kode desa atau kelurahan kosong" in line for line in lines)
    assert not any(cell.startswith(("=", "+", "-", "@")) for ln in lines for cell in ln.split(","))
    outside = queries.findings_file(job=job.pk, user=world["far_operator"].pk, language="en")
    with pytest.raises(TepatError):
        list(outside)


def test_a_number_cell_for_a_nik_refuses_the_row_and_says_how_to_mend_it(world: World) -> None:
    members = [member("P1", "F1"), member("P2", "F1", relation=3)]
    members[1]["nik"] = 3204330101900002
    job = check(world, one(world, workbook_of(families=[family("F1")], members=members), "a.xlsx"))
    assert rules(job)["number_numeric"] == [3]
    assert (job.members_new, job.members_error) == (1, 1)
    said = {found.rule: found for found in _by_rule(world, job)}["number_numeric"]
    assert said.severity == "error" and "Teks" in said.do.id


def test_a_column_of_number_cells_refuses_the_file(world: World) -> None:
    members = [member("P1", "F1", nik=3204330101900001), member("P2", "F1", nik=3204330101900002)]
    job = check(world, one(world, workbook_of(families=[family("F1")], members=members), "a.xlsx"))
    assert (job.state, job.error_code) == ("failed", "number_numeric")
    assert "Teks" in job.error_id


def _by_rule(world: World, job: ImportJob) -> list[queries.RuleCount]:
    with acting_as(world["second_verifier"].pk):
        return queries.findings_by_rule(queries.import_of(job.pk))


FLAT = [
    {
        "No KK": "3204330101200001",
        "NIK": "3204330101900001",
        "Nama Lengkap": "Siti Aminah",
        "JK": "Perempuan",
        "Tgl Lahir": "01/02/1990",
        "SHDK": "Kepala keluarga",
        "Kode Desa": "32.04.33.2001",
        "Lantai": "3",
    },
    {
        "No KK": "3204330101200001",
        "NIK": "",
        "Nama Lengkap": "Budi",
        "JK": "Laki-laki",
        "Tgl Lahir": "05/06/2024",
        "SHDK": "Anak",
        "Kode Desa": "32.04.33.2001",
        "Lantai": "3",
    },
]


def test_a_flat_file_with_indonesian_columns_is_matched_and_remembered(world: World) -> None:
    job = check(world, one(world, workbook_of(data=FLAT), "warga.xlsx"))
    assert job.state == "checked", job.error_en
    chosen = {choice.name: choice.chosen for choice in (queries.choices(job) or {})["members"]}
    assert chosen["name"] == "Nama Lengkap" and chosen["birth_date"] == "Tgl Lahir"
    assert (job.families_new, job.members_new) == (1, 2)
    job = approve(world, job)
    with acting_as(world["kabupaten_verifier"].pk):
        # a number given for a key is not kept as one
        assert set(Person.objects.values_list("origin_key", flat=True)) == {None}
        assert set(Family.objects.values_list("origin_key", flat=True)) == {None}
        assert PersonRecord.objects.get(name="Siti Aminah").sex == 2
    again = [{**row, "Lantai": "4"} for row in FLAT]
    second = check(world, one(world, workbook_of(data=again), "warga2.xlsx"))
    assert (second.families_new, second.members_new, second.members_same) == (0, 0, 2)


def test_a_number_that_lives_in_another_region_is_a_warning(world: World) -> None:
    with acting_as(world["far_operator"].pk):
        rukmini(world["far_operator"], 20, number="3205140101100007")
        taken = "3204335703580007"
        assert PersonRecord.objects.count() == 4
    member_row = member("P1", "F1", nik=taken)
    job = check(world, send(world, [family("F1", kk_number="3205140101100007")], [member_row]))
    assert "registered_elsewhere" in rules(job)
    assert job.members_new == 1 and job.members_warning == 1 and job.families_warning == 1


def test_a_key_of_the_source_in_another_region_is_an_error(world: World) -> None:
    far = [family("F1", village=CODE["Kertajaya"])]
    job = send(world, far, [member("P1", "F1")], place=1, by="ministry_analyst")
    approve(world, check(world, job), "ministry_approver")
    job = check(world, send(world, [family("F1"), family("F2")], [member("P1", "F1")]))
    assert rules(job)["key_elsewhere"] == [2]
    assert (job.families_error, job.families_new) == (1, 1)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"%PDF-1.7 x", "file_kind"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "file_kind"),
        (b"<html><script>", "file_kind"),
        (b"a,b\x00\x01\x02", "file_kind"),
        (b"PK\x03\x04 cut off", "file_unreadable"),
        (b" \r\n", "file_empty"),
    ],
)
def test_content_decides_what_a_file_is(world: World, content: bytes, code: str) -> None:
    with pytest.raises(TepatError) as refused:
        one(world, io.BytesIO(content), "keluarga.csv")
    assert refused.value.code == code
    assert one(world, csv_of([family("F1")]), "looks-like.pdf").file_names == ["file.csv"]


def _archive(**parts: bytes) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in parts.items():
            book.writestr(name.replace("__", "/"), content)
    file.seek(0)
    return file


def test_a_zip_bomb_is_refused_before_it_is_opened(world: World) -> None:
    workbook = {"xl__workbook.xml": b"<workbook/>"}
    bomb = _archive(**workbook, **{"xl__sheet.xml": b"0" * (60 << 20)})
    with pytest.raises(TepatError) as refused:
        one(world, bomb, "a.xlsx")
    assert refused.value.code == "file_bomb"
    with pytest.raises(TepatError) as refused:
        one(world, _archive(notes=b"hello"), "a.xlsx")
    assert refused.value.code == "file_kind"


def test_a_zip_bomb_that_lies_about_its_size_is_found_by_unpacking(tmp_path: Any) -> None:
    honest = _archive(xl__workbook__xml=b"x", **{"xl__workbook.xml": b"0" * (60 << 20)}).getvalue()
    told = (60 << 20).to_bytes(4, "little")
    assert honest.count(told) == 2
    path = tmp_path / "lies.xlsx"
    path.write_bytes(honest.replace(told, (1000).to_bytes(4, "little")))
    with pytest.raises(TepatError) as refused:
        uploads.check_inflated(path, "lies.xlsx")
    assert refused.value.code in ("file_bomb", "file_unreadable")


def test_a_million_empty_rows_cost_seconds(world: World) -> None:
    families = csv_of([family("F1")]).getvalue() + b",,,,,\r\n" * 1_000_000
    started = time.process_time()
    job = actions.upload(
        file=io.BytesIO(families),
        name="families.csv",
        second=(csv_of([member("P1", "F1")]), "members.csv"),
        place=BANDUNG,
        source=SOURCE,
        acting_user=world["kabupaten_verifier"],
        as_of=DAY,
    )
    job = check(world, job)
    assert (job.state, job.families_new) == ("checked", 1)
    assert time.process_time() - started < 30


def test_the_template_can_be_filled_in_and_sent_as_it_is(world: World) -> None:
    import polars as pl

    made = io.BytesIO(template.workbook())
    names = pl.read_excel(made, sheet_name="members", engine="calamine", has_header=False).row(0)
    assert {"person_key", "family_key", "nik", "name", "relation"} <= set(names)
    assert "decile" not in names and "nik_token" not in names
    families = [{name: family("F1").get(name, "") for name in _header("families")}]
    members = [{name: member("P1", "F1").get(name, "") for name in _header("members")}]
    job = check(world, one(world, workbook_of(families=families, members=members), "t.xlsx"))
    assert (job.state, job.mapping, job.families_new) == ("checked", "", 1)


def _header(table: str) -> list[str]:
    return template.csv_file(table).decode("utf-8-sig").strip().split(",")


def test_a_file_without_what_is_needed_fails_with_what_to_do(world: World) -> None:
    job = one(world, csv_of([{"warna": "biru", "harga": 3}]), "x.csv")
    from tepat.registry.imports import jobs

    jobs.do(jobs.look, job=job.pk, user=job.uploaded_by_id)
    assert fresh(job).state == "matching"
    with pytest.raises(TepatError) as refused:
        actions.match(job=job.pk, acting_user=world["kabupaten_verifier"])
    assert refused.value.code == "mapping_invalid"
    assert fresh(job).state == "matching"
