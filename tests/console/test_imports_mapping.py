"""Mappings of the main job on uploads: with two files, from the policy or sent along."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tepat.registry.imports import fitting
from tepat.registry.models import ImportJob, StageFamily, StagePerson
from tepat.staff.context import acting_as
from tests.console.test_imports_messy import BACKEND, page, run_check, sent, upload
from tests.needs import data_of_others
from tests.registry.imports.sending import rules
from tests.registry.world import World, make_world

pytestmark = pytest.mark.django_db
MAPPING = """
mapping: pendataan
title: {id: Pendataan, en: Survey}
files:
  rumah: {path: blok1.csv, separator: ";"}
  orang: {path: sub/blok4.csv}
families:
  from: rumah
  columns:
    family_key: RT
    village: DESA
    family_size: {rule: count members (NO >= 1)}
    floor: {column: LANTAI, codes: {1: tile, 2: earth}, otherwise: unknown}
members:
  from: orang
  columns:
    person_key: {join: [RT, NO], with: "-"}
    family_key: RT
    relation: {column: HUB, codes: {1: head, 2: spouse}, otherwise: other}
    sex: {column: SEX, codes: {1: male, 2: female}}
"""
HOMES = b"RT;DESA;LANTAI\r\nA;3204332001;1\r\nB;3204332002;2\r\n"
PEOPLE = b"RT,NO,HUB,SEX\r\nA,1,1,1\r\nA,2,2,2\r\nB,1,1,2\r\n"


@pytest.fixture
def world(settings: Any, tmp_path: Path) -> World:
    settings.FILES = tmp_path / "files"
    return make_world()


@pytest.fixture
def sender(world: World) -> Client:
    client = Client()
    client.force_login(world["kabupaten_verifier"], backend=BACKEND)
    return client


def both(world: World, client: Client, names: tuple[str, str] = ("rumah.csv", "art.csv")) -> Any:
    """Two files sent together, and looked at."""
    second = SimpleUploadedFile(names[1], PEOPLE)
    assert upload(client, HOMES, names[0], second=second).status_code == 302
    return sent(world)


def match(client: Client, job: ImportJob, mapping: str | bytes = MAPPING, **more: Any) -> Any:
    content = mapping.encode() if isinstance(mapping, str) else mapping
    told = {"mapping": "*", "mapping_file": SimpleUploadedFile("peta.yaml", content), **more}
    return client.post(reverse("import_match", kwargs={"job": job.pk}), told)


def test_a_mapping_with_two_files_that_somebody_sends_reads_an_upload_of_two(
    world: World, sender: Client
) -> None:
    job = both(world, sender)
    assert "mapping_file" in page(sender, job, "import_match")
    assert match(sender, job).status_code == 302
    job = run_check(job)
    assert (job.state, job.families_new, job.members_new) == ("checked", 2, 3), job.error_en
    with acting_as(job.uploaded_by_id):
        homes = StageFamily.objects.filter(job=job).order_by("number")
        assert homes.values_list("family_size", "floor").first() == (2, 4)
        relations = StagePerson.objects.filter(job=job).order_by("number")
        assert list(relations.values_list("relation", flat=True)) == [1, 2, 1]


def test_a_mapping_is_remembered_for_the_next_files_of_its_source(
    world: World, sender: Client
) -> None:
    assert match(sender, both(world, sender)).status_code == 302
    later = SimpleUploadedFile("art.csv", PEOPLE + b"B,2,3,1\r\n")
    upload(sender, HOMES, "rumah.csv", second=later)
    job = sent(world)
    assert "ditulis tangan" in page(sender, job, "import_match")
    address = reverse("import_match", kwargs={"job": job.pk})
    assert sender.post(address, {"mapping": "-"}).status_code == 302
    assert run_check(job).members_new == 4


def test_names_of_files_that_a_mapping_of_the_policy_reads_say_which_is_which(
    world: World, sender: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = upload(sender, HOMES, "blok1.csv", second=SimpleUploadedFile("blok4.csv", PEOPLE))
    assert answer.status_code == 422
    assert "Beri nama keluarga dan anggota" in answer.content.decode()
    known = ({"blok1.csv": "families", "blok4.csv": "members"},)
    monkeypatch.setattr(fitting, "_pairs", lambda: known)
    assert both(world, sender, ("BLOK1.CSV", "blok4.csv")).file_names == [
        "families.csv",
        "members.csv",
    ]
    monkeypatch.undo()
    assert {"households.csv": "families", "people.csv": "members"} in fitting._pairs()


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        (MAPPING.replace("from: rumah", "from: orang"), "membaca 1 berkas (sub/blok4.csv)"),
        (MAPPING.replace("family_key: RT\n    village", "village"), "family_key"),
        (MAPPING.replace("DESA", "DESAA"), ""),
        ("a: [" * 20_000, "kesalahan di mapping"),
        ("x: " + "{y: " * 5_000 + "1", "kesalahan di mapping"),
        (b"\xff\xfe\x00", "bukan teks UTF-8"),
        (b"x" * (fitting.LARGEST_MAPPING + 1), "lebih besar dari 200 kilobita"),
        (b"", "kesalahan di mapping"),
        (MAPPING.replace("sub/blok4.csv", "../../keys/secret"), "keys/secret"),
    ],
    ids=["one file", "no key", "column", "open", "deep", "bytes", "long", "none", "outside"],
)
def test_a_mapping_that_does_not_fit_is_refused_in_words_and_the_import_waits(
    world: World, sender: Client, mapping: str | bytes, words: str
) -> None:
    job = both(world, sender)
    answer = match(sender, job, mapping)
    if not words:  # which columns there are shows when the file is read
        assert answer.status_code == 302
        job = run_check(job)
        assert (job.state, job.error_code) == ("failed", "mapping_invalid")
        assert "DESAA" in job.error_id
        return
    assert answer.status_code == 422
    assert words in answer.content.decode()
    with acting_as(job.uploaded_by_id):
        assert ImportJob.objects.get(pk=job.pk).state == "matching"


def test_a_mapping_of_two_files_says_so_where_one_was_sent(world: World, sender: Client) -> None:
    upload(sender, HOMES, "rumah.csv")
    answer = match(sender, sent(world))
    assert answer.status_code == 422
    assert "membaca 2 berkas (blok1.csv, sub/blok4.csv)" in answer.content.decode()


def test_the_survey_of_the_world_bank_is_read_from_its_two_files(
    world: World, sender: Client
) -> None:
    folder = data_of_others("wb_synthetic_survey")
    people = SimpleUploadedFile("people.csv", (folder / "people.csv").read_bytes())
    upload(sender, (folder / "households.csv").read_bytes(), "households.csv", second=people)
    job = sent(world)
    address = reverse("import_match", kwargs={"job": job.pk})
    assert sender.post(address, {"mapping": "susenas2020_jambi"}).status_code == 422
    assert sender.post(address, {"mapping": "wb_synthetic_survey"}).status_code == 302
    job = run_check(job)
    assert (job.state, job.families_error) == ("checked", 8_000), job.error_en
    assert len(rules(job)["place_missing"]) == 8_000, (
        "an imaginary country has none of our villages"
    )
