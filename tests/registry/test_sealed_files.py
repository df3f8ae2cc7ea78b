"""A sealed file that no row names is removed after a day; every other stays."""

from __future__ import annotations

import os
import time
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tepat.audit.models import Entry
from tepat.engine.errors import TepatError
from tepat.registry import sealed_files
from tepat.registry.imports import actions as imports
from tepat.registry.interviews import actions as interviews
from tepat.registry.models import ImportJob, Interview, ListLoad, Photo
from tepat.registry.sealed_files import sweep
from tepat.staff.context import acting_as
from tests.registry.imports.sending import family, member, send
from tests.registry.lists.loading import csv_list, send_list
from tests.registry.world import CIGENTUR, REGISTERED, World, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def files(tmp_path: Path, settings: Any) -> Path:
    settings.FILES = tmp_path
    return tmp_path


@pytest.fixture
def world(files: Path) -> World:
    return make_world()


@pytest.fixture
def draft(world: World) -> Interview:
    operator = world["village_operator"]
    with acting_as(operator.pk):
        return interviews.begin_registration(
            place_id=CIGENTUR, observed_on=REGISTERED, acting_user=operator
        )


class _RolledBack(Exception):
    """What goes wrong after a file was written."""


def add_photo(world: World, draft: Interview, kind: str, *, fails: bool = False) -> None:
    operator, picture = world["village_operator"], BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "JPEG")
    with acting_as(operator.pk):
        interviews.add_photo(
            interview=draft.uuid, kind=kind, content=picture.getvalue(), acting_user=operator
        )
        if fails:
            raise _RolledBack


def upload(world: World, key: int, *, fails: bool = False) -> None:
    with acting_as(world["kabupaten_verifier"].pk):
        send(world, [family(f"F{key}")], [member(f"P{key}", f"F{key}")])
        send_list(world, csv_list(f"{3204330206910000 + key}"))
        if fails:
            raise _RolledBack


def kept(files: Path) -> set[str]:
    """All that lies in the folders of sealed files."""
    return {str(path.relative_to(files)) for path in files.glob("*/*")}


def let_two_days_pass(files: Path) -> None:
    for path in files.glob("*/*"):
        os.utime(path, (time.time() - 2 * 24 * 3600,) * 2)


def test_files_of_a_transaction_that_was_rolled_back_are_removed_after_a_day(
    world: World, draft: Interview, files: Path
) -> None:
    add_photo(world, draft, "front")
    upload(world, 1)
    named = kept(files)
    with pytest.raises(_RolledBack):
        add_photo(world, draft, "inside", fails=True)
    with pytest.raises(_RolledBack):
        upload(world, 2, fails=True)
    orphans = kept(files) - named
    assert {one.split("/")[0] for one in orphans} == {"photos", "uploads"} and len(orphans) == 3
    assert sweep() == 0, "a transaction may still be on its way"
    assert kept(files) == named | orphans
    let_two_days_pass(files)
    assert sweep() == 3
    assert kept(files) == named
    with acting_as(world["system"].pk):
        assert ImportJob.objects.count() == ListLoad.objects.count() == 1
        assert Entry.objects.get(verb="sweep_files").details == {"removed": 3}
    with acting_as(world["village_operator"].pk):
        assert Photo.objects.count() == 1, "a draft's photo, which only its author sees"


def test_what_a_killed_program_left_is_removed_too(
    world: World, draft: Interview, files: Path
) -> None:
    upload(world, 1)
    named = kept(files)
    with acting_as(world["kabupaten_verifier"].pk):
        job, other = ImportJob.objects.get(), send(world, [family("F9")], [member("P9", "F9")])
        imports.refuse(job=other.pk, acting_user=other.uploaded_by, reason="salah berkas")
    for left in (
        "photos/0123456789abcdef.part",
        f"work/import-{other.pk}",
        f"work/import-{job.pk}",
        "work/import-999999",
    ):
        (files / left).parent.mkdir(exist_ok=True)
        (files / left).mkdir() if left.startswith("work") else (files / left).touch()
    let_two_days_pass(files)
    assert sweep() == 4
    assert kept(files) == named | {f"work/import-{job.pk}"}, "an import at work keeps its folder"


def test_the_worker_sweeps_once_a_day(world: World, draft: Interview, files: Path) -> None:
    from procrastinate.contrib.django import app

    from tepat.registry import tasks

    with pytest.raises(_RolledBack):
        add_photo(world, draft, "front", fails=True)
    let_two_days_pass(files)
    tasks.sweep_files(0)
    assert kept(files) == set()
    known = {
        name.rpartition(".")[2]: one
        for (name, _), one in app.periodic_registry.periodic_tasks.items()
    }
    assert known["sweep_files"].cron == "29 2 * * *"


def test_nothing_is_swept_by_an_account_that_does_not_see_every_row(
    world: World, draft: Interview, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_photo(world, draft, "front")
    let_two_days_pass(files)
    before = kept(files)
    with monkeypatch.context() as patch:
        patch.setattr(sealed_files, "system_id", lambda: world["far_operator"].pk)
        with pytest.raises(TepatError, match="system's own account"):
            sweep()
    assert kept(files) == before
    assert sweep() == 0
