"""The steps of an import that the worker does, each on behalf of a user, each safe to run twice.

A step looks at the import's state in the database, does its part in one transaction and asks for
the next step in the same transaction. So a killed worker loses nothing: its step is run again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import (
    InterfaceError,
    OperationalError,
    close_old_connections,
    connection,
)

from tepat.audit.actions import record
from tepat.engine.errors import TepatError
from tepat.registry.actions.people import sealer
from tepat.registry.imports import matching, uploads
from tepat.registry.imports.apply import apply_job
from tepat.registry.imports.fitting import fitted
from tepat.registry.imports.reading import FILE, ReadFile, Wanted, read_file, shard_files
from tepat.registry.imports.samples import samples_in
from tepat.registry.imports.settle import count
from tepat.registry.imports.settle import settle as settle_job
from tepat.registry.imports.sql import run
from tepat.registry.imports.staging import STAGES, VARIABLES, stage_shard
from tepat.registry.imports.texts import failure, unexpected
from tepat.registry.later import AtWork, alone, ask_for, is_disk_full
from tepat.registry.models import ImportJob, ImportMatch
from tepat.registry.models.imports import ENDED, ImportState
from tepat.staff.context import acting_as
from tepat.staff.queries import system_id

TRIES = 4
KEPT_FOR = timedelta(days=30)
_log = logging.getLogger(__name__)


def later(step: str, *, job: int, user: int, **more: Any) -> None:
    """Ask for a step, in the open transaction: it is forgotten if the transaction is."""
    ask_for(f"tepat.registry.tasks.import_{step}", {"job": job, "user": user, **more})


def do(step: Callable[..., None], *, job: int, user: int, tries: int = 0, **more: int) -> None:
    """Run a step; an error that a person can act on ends the import with its text.

    Args:
        step: one of the functions below.
        job: the import.
        user: on whose behalf.
        tries: how often it was tried before; anything unforeseen is tried again a few times.
        more: what else the step takes.
    """
    if not connection.in_atomic_block:
        close_old_connections()  # the database may have been restarted since this thread used it
    try:
        with alone(f"import {job} {step.__name__} {more}"):
            _require_active(user)
            step(job, user, **more)
    except TepatError as error:
        fail(job, error)
    except OSError as error:
        fail(job, uploads.disk_error(error))
    except (OperationalError, InterfaceError, AtWork) as error:
        if not is_disk_full(error):
            raise  # the database is away; the step is run again
        fail(job, uploads.database_full())
    except Exception as error:
        _log.exception("A step of import %s failed.", job)
        if tries + 1 < TRIES:
            raise
        fail(job, unexpected(error))


def _require_active(user: int) -> None:
    """Stop where the one on whose behalf a step runs has left. Raises TepatError ``user_left``."""
    with acting_as(user), connection.cursor() as cursor:
        cursor.execute("SELECT tepat_may_write()")
        row = cursor.fetchone()
    if not (row and row[0]):
        raise TepatError(
            "user_left",
            "Whoever started this no longer works here.",
            "A step of an import runs with the rights of the person who asked for it.",
            "Let somebody else upload the file again.",
        )


def locked(job: int, *states: str) -> ImportJob | None:
    """The import, locked, if it is in one of these states; None where the step is done already."""
    found = ImportJob.objects.select_for_update().filter(pk=job).first()
    if found is None:
        raise TepatError(
            "user_left",
            "The import is not in the places of whoever runs this step.",
            do="Let somebody with these places upload the file again.",
        )
    return found if found.state in states else None


def fail(job: int, error: TepatError) -> None:
    """End an import with an error; the system does it, for the user may have left."""
    system = system_id()
    with acting_as(system):
        found = ImportJob.objects.select_for_update().get(pk=job)
        if found.state in (*ENDED, ImportState.DONE):
            return
        said = failure(error)
        found.state, found.ended_at = ImportState.FAILED, now()
        found.error_id, found.error_en, found.error_code = said.id, said.en, error.code
        found.save()
        record(
            actor_id=system,
            verb="fail_import",
            subject="import",
            subject_id=job,
            home_id=found.home_id,
            details={"code": error.code},
        )
        later("clean", job=job, user=system)


def now() -> datetime:
    """The present moment."""
    return datetime.now(ZoneInfo("UTC"))


def look(job: int, user: int) -> None:
    """Find the columns of an upload and propose what they are."""
    with acting_as(user):
        found = ImportJob.objects.get(pk=job)
    if found.state != ImportState.UPLOADED:
        return
    folder = uploads.open_in(job, found.file_names)
    try:
        for name in found.file_names:
            if name.endswith(".xlsx"):
                uploads.check_inflated(folder / name, found.file_name)
        columns = matching.columns_in(folder, found.file_names)
        examples = samples_in(folder, found.file_names, columns)
    finally:
        uploads.remove(job, upload=False)
    with acting_as(user):
        mine = locked(job, ImportState.UPLOADED)
        if mine is None:
            return
        mine.columns, mine.samples, mine.state = columns, examples, ImportState.MATCHING
        mine.mapping = _known_match(mine) or _proposed(mine)
        mine.save()


def _known_match(job: ImportJob) -> str:
    known = ImportMatch.objects.filter(
        home_id=job.home_id,
        source=job.source,
        columns_hash=matching.columns_hash(job.columns),
    ).first()
    return known.mapping if known else ""


def _proposed(job: ImportJob) -> str:
    sheets = [name.strip().lower() for name in job.columns.get(matching.SHEETS, matching.TABLES)]
    if matching.is_own(job.columns) and sheets == list(matching.TABLES):
        return ""
    proposed = matching.propose(job.columns)
    return matching.mapping_text(proposed, job.columns, job.file_names)


def read(job: int, user: int) -> None:
    """Read and check the file, and cut it into shards."""
    with acting_as(user):
        found = ImportJob.objects.get(pk=job)
    if found.state != ImportState.CHECKING or found.shards:
        return
    cut = _cut(found)
    with acting_as(user):
        mine = locked(job, ImportState.CHECKING)
        if mine is None or mine.shards:
            return
        mine.shards, mine.shards_done = cut.shards, []
        mine.families_asked = sorted(cut.families_asked)
        mine.members_asked = sorted(cut.members_asked)
        mine.save()
        each = ({"job": job, "user": user, "shard": n} for n in (FILE, *range(cut.shards)))
        ask_for("tepat.registry.tasks.import_shard", *each)


def _cut(job: ImportJob) -> ReadFile:
    folder = uploads.open_in(job.pk, job.file_names)
    work = uploads.work_folder(job.pk)
    mapping = fitted(matching.checked_mapping(job.mapping), job.file_names) if job.mapping else None
    alone = len(job.file_names) == 1 and mapping is None
    wanted = Wanted(job.source, job.as_of, VARIABLES["families"], VARIABLES["members"])
    try:
        return read_file(
            folder / job.file_names[0] if alone else folder,
            matching.variables(),
            mapping,
            wanted,
            sealer=sealer(),
            scratch=work / "scratch",
            out=work / "shards",
        )
    finally:
        uploads.remove_folder(folder)


class _Over(Exception):
    """The import ended while a shard of it was compared; nothing of the shard is kept."""


def shard(job: int, user: int, *, shard: int) -> None:
    """Compare one shard with the registry and stage it; the last one asks for the settling."""
    try:
        with acting_as(user):
            _stage(job, user, shard)
    except _Over:
        _log.info("Import %s ended while its shard %s was compared.", job, shard)


def _stage(job: int, user: int, shard: int) -> None:
    found = ImportJob.objects.get(pk=job)
    if found.state != ImportState.CHECKING or shard in found.shards_done:
        return
    folder = uploads.work_folder(job) / "shards"
    if shard >= 0 and not shard_files(folder, "families", shard):
        _read_again(job, user)
        return
    stage_shard(found, shard, folder)
    mine = locked(job, ImportState.CHECKING)
    if mine is None:
        raise _Over
    mine.shards_done = sorted({*mine.shards_done, shard})
    mine.save(update_fields=["shards_done"])
    if len(mine.shards_done) == mine.shards + 1:
        later("settle", job=job, user=user)


def _read_again(job: int, user: int) -> None:
    """The shards' files are gone, with the machine or its disk: read the upload once more."""
    mine = locked(job, ImportState.CHECKING)
    if mine is not None and mine.shards:
        mine.shards, mine.shards_done = 0, []
        mine.save(update_fields=["shards", "shards_done"])
        later("read", job=job, user=user)


def settle(job: int, user: int) -> None:
    """Compare what the shards staged among itself; the dry run is over."""
    with acting_as(user):
        mine = locked(job, ImportState.CHECKING)
        if mine is not None:
            if len(mine.shards_done) != mine.shards + 1:
                return
            settle_job(mine)
            mine.state, mine.checked_at = ImportState.CHECKED, now()
            mine.save()
    uploads.remove(job, upload=False)  # again, where the one before was killed just here


def apply(job: int, user: int) -> None:
    """Write the import into the registry; all of it becomes visible at one moment."""
    with acting_as(user):
        mine = locked(job, ImportState.APPROVED, ImportState.APPLYING)
        if mine is None:
            return
        mine.state = ImportState.APPLYING
        mine.save(update_fields=["state"])
    with acting_as(user):
        mine = locked(job, ImportState.APPLYING)
        if mine is None:
            return
        mine.batch = apply_job(mine)
        if mine.held_back:
            count(mine)
        mine.state, mine.ended_at = ImportState.DONE, now()
        mine.save()
        record(
            actor_id=user,
            verb="apply_import",
            subject="import",
            subject_id=job,
            home_id=mine.home_id,
            details={"batch": mine.batch.pk, "held_back": mine.held_back, **counts(mine)},
        )
        later("clean", job=job, user=user)


def counts(job: ImportJob) -> dict[str, int]:
    """The counts of an import by name."""
    kinds = ("new", "changed", "same", "error", "warning")
    tables = ("families", "members")
    return {f"{t}_{kind}": getattr(job, f"{t}_{kind}") for t in tables for kind in kinds}


def clean(job: int, user: int) -> None:
    """Remove the staged rows and the upload of an import that has ended; findings stay.

    The system does it, for whoever asked (`user`) may have left by now.
    """
    with acting_as(system_id()):
        found = ImportJob.objects.filter(pk=job).first()
        if found is None or found.state not in (*ENDED, ImportState.DONE):
            return
        for table in ("families", "members"):
            name = STAGES[table]._meta.db_table
            run(f"DELETE FROM {name} WHERE job_id = %(job)s", job=job)
        if found.state == ImportState.DONE:
            run("SELECT registry_know_sizes(false)")
    uploads.remove(job)


def expire() -> None:
    """Refuse, for the system, what nobody decided for 30 days."""
    system = system_id()
    with acting_as(system):
        old = ImportJob.objects.select_for_update(skip_locked=True).filter(
            uploaded_at__lt=now() - KEPT_FOR
        )
        for found in old.exclude(state__in=[*ENDED, ImportState.DONE, ImportState.APPLYING]):
            found.state, found.ended_at = ImportState.REFUSED, now()
            found.reason = "30 hari tanpa keputusan / 30 days without a decision"
            found.save()
            record(
                actor_id=system,
                verb="expire_import",
                subject="import",
                subject_id=found.pk,
                home_id=found.home_id,
            )
            later("clean", job=found.pk, user=system)
