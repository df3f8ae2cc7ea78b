"""Hostile and careless files through the pages: said in both languages, soon, in bounded memory."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.console.hostile_files import REFUSED, TAKEN, locked_archive, roster, text
from tests.console.test_imports import _chosen
from tests.console.test_imports_messy import BACKEND, page, run_check, sent, upload
from tests.needs import data_of_others
from tests.registry.imports.sending import rules
from tests.registry.world import World, make_world

pytestmark = pytest.mark.django_db
SECONDS = 30  # of the processor, on a slow machine; most need one
MEGABYTES = 700  # more than before; most need twenty


@pytest.fixture
def world(settings: Any, tmp_path: Path) -> World:
    settings.FILES = tmp_path / "files"
    return make_world()


@pytest.fixture
def sender(world: World) -> Client:
    client = Client()
    client.force_login(world["kabupaten_verifier"], backend=BACKEND)
    return client


def memory(which: str) -> int:
    """Megabytes of this process: VmRSS now, or VmHWM at most since it was reset."""
    found = re.search(rf"{which}:\s+(\d+)", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1]) >> 10


@contextmanager
def within_bounds() -> Iterator[None]:
    Path("/proc/self/clear_refs").write_text("5")  # what was at most used is counted anew
    before, began = memory("VmRSS"), time.process_time()
    yield
    assert time.process_time() - began < SECONDS
    assert memory("VmHWM") - before < MEGABYTES


def through(world: World, client: Client, content: bytes, name: str = "data.csv") -> Any:
    """A file sent, looked at, its columns confirmed as proposed, and checked."""
    assert upload(client, content, name).status_code == 302
    job = sent(world)
    if job.state != "matching":
        return job
    address = reverse("import_match", kwargs={"job": job.pk})
    answer = client.post(address, _chosen(client.get(address).content.decode()))
    assert answer.status_code == 302, "what is proposed can be taken as it is"
    return run_check(job)


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_cannot_be_read_says_so_in_both_languages(
    world: World, sender: Client, tmp_path: Path, case: str
) -> None:
    make, code, told_id, told_en = REFUSED[case]
    content = make()
    with within_bounds():
        job = through(world, sender, content)
    assert (job.state, job.error_code) == ("failed", code), job.error_en
    assert told_id in job.error_id and told_en in job.error_en
    assert told_id in page(sender, job).replace("&#x27;", "'")
    for said in (job.error_id, job.error_en):
        assert str(tmp_path) not in said, "where a server keeps files is nobody's business"
        assert not re.search(r"\d{16}", said)
    assert job.error_id != job.error_en


@pytest.mark.parametrize("case", TAKEN)
def test_what_looks_odd_but_can_be_read_is_taken_with_its_findings(
    world: World, sender: Client, case: str
) -> None:
    make, broken = TAKEN[case]
    content = make()
    with within_bounds():
        job = through(world, sender, content)
    assert job.state == "checked", (job.error_code, job.error_en)
    lost = len({"number_numeric"} & broken)
    assert (job.families_new, job.members_new) == (3, 3 - lost)
    assert broken <= set(rules(job))
    assert not {"unknown_code", "date_unreadable"} & set(rules(job))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4000), "tanpa kata sandi"),
        (locked_archive(), "tanpa kata sandi"),
        (bytes(range(256)) * 100, "bukan tabel"),
        (text(roster(), "\t", "utf-16-le"), "bukan tabel"),
    ],
    ids=["old or encrypted", "archive with password", "bytes", "UTF-16 without its mark"],
)
def test_what_is_locked_or_no_text_is_refused_at_the_door(
    world: World, sender: Client, content: bytes, words: str
) -> None:
    answer = upload(sender, content, "data.xlsx")
    assert answer.status_code == 422
    assert words in answer.content.decode()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("regions/kemendagri_2025.csv.gz", "at the door"),
        ("boundaries/provinces_38.topo.json", "one_column"),
        ("regions/population_2024.csv", "to be matched"),
        ("wb_synthetic_survey/people_codes.csv", "to be matched"),
    ],
)
def test_files_of_others_that_are_no_families_come_no_further(
    world: World, sender: Client, name: str, code: str
) -> None:
    folder, file = name.split("/")
    content = (data_of_others(folder) / file).read_bytes()
    answer = upload(sender, content, file)
    if code == "at the door":
        assert answer.status_code == 422
        return
    job = sent(world)
    if code == "to be matched":
        assert job.state == "matching"
        address = reverse("import_match", kwargs={"job": job.pk})
        answer = sender.post(address, _chosen(sender.get(address).content.decode()))
        assert answer.status_code == 422
        assert "Kolom yang wajib belum dipilih" in answer.content.decode()
    else:
        assert (job.state, job.error_code) == ("failed", code)
