"""Files as others have them, sent through the pages: a survey, numeric NIK, what is no table."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tepat.registry.imports import jobs
from tepat.registry.models import ImportJob
from tepat.staff.context import acting_as
from tests.needs import data_of_others
from tests.registry.imports.sending import (
    csv_of,
    family,
    fresh,
    member,
    rules,
    send,
    workbook_of,
)
from tests.registry.world import BANDUNG, World, make_world

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def world(settings: Any, tmp_path: Path) -> World:
    settings.FILES = tmp_path / "files"
    return make_world()


@pytest.fixture
def sender(world: World) -> Client:
    client = Client()
    client.force_login(world["kabupaten_verifier"], backend=BACKEND)
    return client


def upload(client: Client, content: bytes, name: str, **more: Any) -> Any:
    told = {
        "file": SimpleUploadedFile(name, content),
        "place": BANDUNG,
        "source": "kiriman",
        "as_of_day": 1,
        "as_of_month": 6,
        "as_of_year": 2025,
    }
    return client.post(reverse("import_new"), {**told, **more})


def sent(world: World) -> ImportJob:
    with acting_as(world["kabupaten_verifier"].pk):
        job = ImportJob.objects.order_by("-pk")[0]
    jobs.do(jobs.look, job=job.pk, user=job.uploaded_by_id)
    return fresh(job)


def page(client: Client, job: ImportJob, route: str = "import", query: str = "") -> str:
    answer = client.get(reverse(route, kwargs={"job": job.pk}) + query)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def run_check(job: ImportJob) -> ImportJob:
    user = job.uploaded_by_id
    jobs.do(jobs.read, job=job.pk, user=user)
    for shard in range(-1, fresh(job).shards):
        jobs.do(jobs.shard, job=job.pk, user=user, shard=shard)
    if fresh(job).state == "checking":
        jobs.do(jobs.settle, job=job.pk, user=user)
    return fresh(job)


def test_a_survey_of_others_is_matched_by_a_mapping_of_the_policy(
    world: World, sender: Client
) -> None:
    folder = data_of_others("susenas2020_jambi")
    content = (folder / "people.csv").read_bytes()
    assert upload(sender, content, "people.csv").status_code == 302
    job = sent(world)
    told = page(sender, job, "import_match")
    assert "R403" in told and "susenas2020_jambi" in told
    address = reverse("import_match", kwargs={"job": job.pk})
    assert sender.post(address, {"families.kk_number": "R403"}).status_code == 422
    answer = sender.post(address, {"mapping": "../../keys/secret"})
    assert answer.status_code == 422, "only mappings of the policy"
    assert sender.post(address, {"mapping": "susenas2020_jambi"}).status_code == 302
    job = run_check(job)
    assert job.state == "checked", (job.error_code, job.error_en)
    assert job.families_error > 1_000 and job.families_new == 0
    assert "place_missing" in rules(job)
    assert "Kode desa atau kelurahan kosong" in page(sender, job)
    first = page(sender, job, "import_findings", "?tingkat=error&aturan=place_missing")
    older = re.search(r'href="(\?[^"]*after[^"]*)"', first)
    assert older is not None
    second = page(sender, job, "import_findings", older[1].replace("&amp;", "&"))
    rows = [
        re.findall(r'data-label="Baris"[^>]*><span[^>]*>([\d.]+)', one) for one in (first, second)
    ]
    numbers = [[int(cell.replace(".", "")) for cell in one] for one in rows]
    assert len(numbers[0]) == len(numbers[1]) == 50
    assert max(numbers[0]) < min(numbers[1]), "page after page in the order of the file"
    newer = re.search(r'href="(\?[^"]*before[^"]*)"', second)
    assert newer is not None
    assert page(sender, job, "import_findings", newer[1].replace("&amp;", "&")).count("<tr") == (
        first.count("<tr")
    )


def test_what_is_shown_of_a_files_values_is_masked(world: World, sender: Client) -> None:
    rows = [
        {
            "No KK": "3204330101100007",
            "NIK": f"32043301019000{n:02}",
            "Nama Lengkap": "Siti Aminah",
            "JK": "P",
            "Kode Desa": "3204332001",
            "SHDK": "Istri",
        }
        for n in range(1, 6)
    ]
    upload(sender, workbook_of(Data=rows).getvalue(), "data.xlsx")
    job = sent(world)
    told = page(sender, job, "import_match")
    assert "3204••••" in told and "S. A." in told and "Istri" in told
    assert "Siti" not in told and "3204330101900001" not in told
    assert "3204330101" not in str(job.samples)


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"%PDF-1.7 ...", "keluarga.csv", "bukan tabel"),
        (b"<script>alert(1)</script>", "keluarga.xlsx", "bukan tabel"),
        (b"\r\n\r\n", "keluarga.csv", "Berkas kosong"),
        (b"\xd0\xcf\x11\xe0 old", "keluarga.xls", "bukan tabel"),
    ],
)
def test_what_is_no_table_is_refused_at_once_in_words(
    world: World, sender: Client, content: bytes, name: str, words: str
) -> None:
    answer = upload(sender, content, name)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    with acting_as(world["kabupaten_verifier"].pk):
        assert not ImportJob.objects.exists()


def test_a_zip_bomb_is_refused_before_anything_opens_it(world: World, sender: Client) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/workbook.xml", b"<workbook/>")
        book.writestr("xl/worksheets/sheet1.xml", b"0" * (60 << 20))
    answer = upload(sender, file.getvalue(), "keluarga.xlsx")
    assert answer.status_code == 422
    assert "memenuhi mesin" in answer.content.decode()


def test_a_column_of_numeric_nik_ends_the_import_with_how_to_mend_it(
    world: World, sender: Client
) -> None:
    people = [member(f"P{n}", "F1", nik=3204330101900000 + n) for n in range(1, 9)]
    book = workbook_of(families=[family("F1")], members=people)
    upload(sender, book.getvalue(), "kiriman.xlsx")
    job = sent(world)
    sender.post(reverse("import_match", kwargs={"job": job.pk}), {"mapping": "-"})
    job = run_check(job)
    told = page(sender, job)
    assert job.state == "failed", job.state
    assert "Teks" in told and "number_numeric" not in told.split("<main")[0]


def test_the_same_content_is_refused_with_a_link_to_the_first(world: World, sender: Client) -> None:
    families, members = [family("F1")], [member("P1", "F1")]
    job = send(world, families, members, source="kiriman")
    answer = upload(
        sender,
        csv_of(members).getvalue(),
        "anggota.csv",
        second=SimpleUploadedFile("keluarga.csv", csv_of(families).getvalue()),
    )
    assert answer.status_code == 422
    assert reverse("import", kwargs={"job": job.pk}) in answer.content.decode()


def test_an_import_of_another_region_does_not_exist(world: World) -> None:
    job = send(world, [family("F1")], [member("P1", "F1")])
    client = Client()
    client.force_login(world["far_operator"], backend=BACKEND)
    for route in ("import", "import_progress", "import_match", "import_findings_file"):
        address = reverse(route, kwargs={"job": job.pk})
        assert client.get(address).status_code == 404
        assert client.post(address).status_code == 404
    listed = client.get(reverse("imports")).content.decode()
    assert "pendataan desa" not in listed


def test_a_post_without_the_pages_token_changes_nothing(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world["kabupaten_verifier"], backend=BACKEND)
    assert upload(client, b"a,b\n1,2\n", "keluarga.csv").status_code == 403
    with acting_as(world["kabupaten_verifier"].pk):
        assert not ImportJob.objects.exists()
