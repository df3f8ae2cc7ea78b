"""A real disk that is full, under the sealed files and under the database."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import uuid
from io import BytesIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from tepat.audit.models import Entry
from tepat.engine import database
from tepat.engine.postgres_programs import account_of
from tepat.registry.interviews.actions import begin_registration
from tepat.registry.models import ImportJob, Interview, ListLoad, Photo
from tepat.staff.context import acting_as
from tests.database import connect
from tests.registry.imports.sending import csv_of, family, member
from tests.registry.lists.loading import csv_list
from tests.registry.world import BANDUNG, CIGENTUR, REGISTERED, World, make_world
from tests.site_settings import PG
from tests.small_disk import fill, small_disk

ROOT = Path(__file__).resolve().parents[2]


def signed(user: Any) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def photo() -> SimpleUploadedFile:
    picture = BytesIO()
    Image.effect_noise((300, 300), 90).save(picture, "JPEG")
    return SimpleUploadedFile("rumah.jpg", picture.getvalue())


def day(name: str) -> dict[str, int]:
    return {f"{name}_day": 3, f"{name}_month": 3, f"{name}_year": 2025}


def import_form() -> dict[str, Any]:
    families, members = csv_of([family("F1")]), csv_of([member("P1", "F1")])
    return {
        "file": SimpleUploadedFile("keluarga.csv", families.getvalue()),
        "second": SimpleUploadedFile("anggota.csv", members.getvalue()),
        "place": CIGENTUR,
        "source": "pendataan",
        **day("as_of"),
    }


def list_form() -> dict[str, Any]:
    return {
        "file": SimpleUploadedFile("daftar.csv", csv_list("3204330206910007").getvalue()),
        "ground": "company_officer",
        "source": "Ditjen AHU",
        "place": BANDUNG,
        **day("on"),
    }


def kept(folder: Path) -> list[str]:
    return sorted(str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file())


@pytest.mark.django_db
def test_a_file_that_finds_no_room_is_refused_whole_and_taken_when_there_is_room(
    settings: Any,
) -> None:
    world = make_world()
    operator, verifier = world["village_operator"], world["kabupaten_verifier"]
    with acting_as(operator.pk):
        draft = begin_registration(place_id=CIGENTUR, observed_on=REGISTERED, acting_user=operator)
    photos = reverse("interview_photos", kwargs={"interview": draft.uuid})

    def send() -> list[tuple[int, str]]:
        answers = [
            signed(operator).post(photos, {"kind": "front", "front-photo": photo()}),
            signed(operator).post(reverse("import_new"), import_form()),
            signed(verifier).post(reverse("list_new"), list_form()),
        ]
        return [(one.status_code, one.content.decode()) for one in answers]

    def rows() -> tuple[int, int, int]:
        with acting_as(operator.pk):
            shown = Photo.objects.count(), ImportJob.objects.count()
        with acting_as(verifier.pk):
            return (*shown, ListLoad.objects.count())

    with small_disk(256) as disk:
        settings.FILES = disk
        ballast = fill(disk)
        answers = send()
        assert [status for status, _ in answers] == [507, 507, 507]
        assert all("penuh" in text or "ruang disk habis" in text for _, text in answers)
        assert rows() == (0, 0, 0)
        assert kept(disk) == ["ballast"]
        ballast.unlink()
        assert [status for status, _ in send()] == [302, 302, 302]
        assert rows() == (1, 1, 1)
        assert len(kept(disk)) == 4


@pytest.fixture
def full(transactional_db: None) -> Any:
    """The audit's table on a disk without room, below the running server."""
    owner = account_of(PG / "data").pw_uid
    with small_disk(2048, owner) as disk, connect("postgres") as server:
        name = f"small_{uuid.uuid4().hex[:8]}"
        server.execute(f"create tablespace {name} location '{disk}'".encode())
        try:
            server.execute(f"alter table audit_entry set tablespace {name}".encode())
            yield disk
        finally:
            server.execute(b"alter table audit_entry set tablespace pg_default")
            server.execute(f"drop tablespace {name}".encode())


def fill_table(world: World) -> None:
    """Add rows until the table has no free page either."""
    row = (
        "insert into audit_entry (actor_id, verb, subject, reason, evidence, override, details) "
        f"values ({world['system'].pk}, 'fill', 'test', repeat('x', 60), '', false, '{{}}')"
    )
    with connect(database.OWNER) as owner:

        def add() -> None:
            for _ in range(200):
                owner.execute(row.encode())

        with pytest.raises(psycopg.errors.DiskFull):
            add()


@pytest.mark.django_db(transaction=True)
def test_a_write_for_which_the_database_has_no_room_is_taken_back_whole(full: Path) -> None:
    world = make_world()
    client, url = signed(world["village_operator"]), reverse("interview_new")
    form = {"village": CIGENTUR, "form_number": str(uuid.uuid4()), **day("observed_on")}

    def drafts() -> tuple[int, int]:
        with acting_as(world["village_operator"].pk):
            told = Entry.objects.filter(verb="begin_interview")
            return Interview.objects.count(), told.count()

    ballast = fill(full)
    fill_table(world)
    answer = client.post(url, form)
    text = answer.content.decode()
    assert answer.status_code == 507
    assert "Ruang simpan server habis" in text and "tidak ada yang tersimpan setengah" in text
    assert drafts() == (0, 0)
    client.cookies["django_language"] = "en"
    assert "nothing was half saved" in client.post(url, form).content.decode()
    assert client.get("/health").status_code == 200, "what only reads goes on"
    ballast.unlink()
    assert client.post(url, form).status_code == 302, "the same form, sent again"
    assert drafts() == (1, 1)


KEEP = """
import json, os, sys
from pathlib import Path
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.site_settings"
import django
django.setup()
from django.conf import settings
from tepat.engine.errors import TepatError
from tepat.registry.interviews import photos
settings.FILES = Path(sys.argv[1])
said = ""
try:
    photos.keep(os.urandom(300_000))
except TepatError as error:
    said = error.code
left = os.listdir(photos.folder())
photos.keep(b"small")
print(json.dumps([said, left, len(os.listdir(photos.folder()))]))
"""


def test_a_photo_without_room_leaves_nothing_for_any_user_who_may_make_a_namespace(
    tmp_path: Path,
) -> None:
    tried = ["unshare", "-rm", "true"]
    if shutil.which("unshare") is None or subprocess.run(tried, check=False).returncode:
        pytest.skip("this user may not make a namespace of mounts")
    mounted = 'mount -t tmpfs -o size=64k tmpfs "$1" && exec "$2" -c "$3" "$1"'
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", mounted, "sh", tmp_path, sys.executable, KEEP],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == ["disk_full", [], 1]
