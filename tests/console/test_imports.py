"""The pages of imports: sending, matching, reading what was found, deciding, taking it back."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tepat.registry.imports import jobs
from tepat.registry.models import Family, ImportJob
from tepat.staff.context import acting_as
from tests.registry.imports.sending import CODE, approve, check, csv_of, family, fresh, member, send
from tests.registry.world import BANDUNG, World, make_world

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
TWO = [family("F1"), family("F2", village=CODE["Cipaku"])]
FOUR = [member("P1", "F1"), member("P2", "F1", relation=3), member("P3", "F2"), member("P4", "F9")]


@pytest.fixture
def world(settings: Any, tmp_path: Path) -> World:
    settings.FILES = tmp_path / "files"
    return make_world()


def as_user(world: World, name: str) -> Client:
    client = Client()
    client.force_login(world[name], backend=BACKEND)
    return client


def _file(content: io.BytesIO, name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content.getvalue())


def upload(client: Client, **more: Any) -> Any:
    data = {
        "file": _file(csv_of(TWO), "keluarga.csv"),
        "second": _file(csv_of(FOUR), "anggota.csv"),
        "place": BANDUNG,
        "source": "pendataan desa",
        "as_of_day": 1,
        "as_of_month": 6,
        "as_of_year": 2025,
    }
    return client.post(reverse("import_new"), {**data, **more})


def page(client: Client, job: ImportJob, route: str = "import") -> str:
    answer = client.get(reverse(route, kwargs={"job": job.pk}))
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_a_file_is_sent_matched_checked_approved_and_taken_back(world: World) -> None:
    uploader, approver = as_user(world, "kabupaten_verifier"), as_user(world, "head_of_office")
    assert upload(uploader).status_code == 302
    with acting_as(world["kabupaten_verifier"].pk):
        job = ImportJob.objects.get()
    assert "Membaca kolom berkas" in page(uploader, job)
    user = job.uploaded_by_id
    jobs.do(jobs.look, job=job.pk, user=user)
    assert "Cocokkan kolom" in page(uploader, job)
    assert "seperti templat" in page(uploader, job, "import_match")
    columns = _chosen(page(uploader, job, "import_match"))
    assert (
        uploader.post(reverse("import_match", kwargs={"job": job.pk}), columns).status_code == 302
    )
    jobs.do(jobs.read, job=job.pk, user=user)
    assert "Memeriksa baris demi baris" in page(uploader, job)
    for shard in range(-1, fresh(job).shards):
        jobs.do(jobs.shard, job=job.pk, user=user, shard=shard)
    jobs.do(jobs.settle, job=job.pk, user=user)
    told = page(uploader, job)
    assert "orang kedua yang menyetujui" in told
    assert reverse("import_approve", kwargs={"job": job.pk}) not in told
    refused = uploader.post(reverse("import_approve", kwargs={"job": job.pk}))
    assert refused.status_code == 422
    assert "Anda sendiri yang mengunggah" in refused.content.decode()
    assert "2 keluarga baru" in page(approver, job, "import_approve")
    assert approver.post(reverse("import_approve", kwargs={"job": job.pk})).status_code == 302
    jobs.do(jobs.apply, job=job.pk, user=world["head_of_office"].pk)
    assert "Sudah dimuat" in page(approver, job)
    with acting_as(world["head_of_office"].pk):
        assert Family.objects.count() == 2
    address = reverse("import_undo", kwargs={"job": job.pk})
    assert approver.post(address, {"reason": " "}).status_code == 422
    assert approver.post(address, {"reason": "salah berkas"}).status_code == 302
    assert "Dibatalkan" in page(approver, job)


def _chosen(text: str) -> dict[str, str]:
    """What a browser would send of the page's selects."""
    import re

    found = {}
    for name, options in re.findall(
        r'<select[^>]* name="([\w.]+)"[^>]*>(.*?)</select>', text, re.S
    ):
        if picked := re.search(r"<option selected>([^<]*)</option>", options):
            found[name] = picked[1]
    return found


def test_findings_are_listed_by_rule_and_row_and_downloaded_harmless(world: World) -> None:
    rows = [*FOUR, member("P7", "F1", name="=HYPERLINK(1)", nik="12")]
    job = check(world, send(world, TWO, rows))
    reader = as_user(world, "auditor")
    told = page(reader, job)
    assert "Keluarga" in told and "Temuan" in told
    listed = page(reader, job, "import_findings")
    assert "P4" in listed
    answer = reader.get(reverse("import_findings_file", kwargs={"job": job.pk}))
    lines = b"".join(answer).decode("utf-8-sig").splitlines()
    assert "alasan" in lines[0] and len(lines) > 1
    assert not any(cell.startswith(("=", "+", "@")) for line in lines for cell in line.split(","))


def test_families_that_others_changed_are_named_with_their_page_and_block_the_undo(
    world: World,
) -> None:
    later = {"observed_on": "2025-05-01"}
    first = approve(world, check(world, send(world, TWO, FOUR[:3])))
    both = [family("F1", motorcycle=5, **later), family("F2", motorcycle=5, **later)]
    people = [member("P1", "F1", **later), member("P3", "F2", **later)]
    second = check(world, send(world, both, people))
    again = [family("F1", motorcycle=7, observed_on="2025-04-01")]
    approve(world, check(world, send(world, again, FOUR[:1])))
    second = approve(world, second)
    head = as_user(world, "head_of_office")
    told = page(head, second)
    with acting_as(world["head_of_office"].pk):
        held = Family.objects.get(origin_key="pendataan desa|F1")
    assert "Ditahan karena diubah orang lain" in told
    assert reverse("family", kwargs={"family": held.uuid}) in told
    undo = head.post(reverse("import_undo", kwargs={"job": first.pk}), {"reason": "salah"})
    assert undo.status_code == 422
    assert "sudah diubah lagi" in undo.content.decode()


def test_templates_are_downloaded_and_an_empty_list_says_what_to_do(world: World) -> None:
    reader = as_user(world, "village_operator")
    told = reader.get(reverse("imports")).content.decode()
    assert "Belum ada impor" in told
    for route, start in (
        ("import_template", b"PK"),
        ("import_template_families", b"\xef\xbb\xbffamily_key"),
        ("import_template_members", b"\xef\xbb\xbf"),
    ):
        assert reverse(route) in told
        answer = reader.get(reverse(route))
        assert answer.content.startswith(start)
        assert "attachment" in answer["Content-Disposition"]
