"""What people do with imports: upload, match columns, approve, refuse, undo."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import BinaryIO

from django.db import IntegrityError, connection, transaction

from tepat.audit.actions import record
from tepat.engine.errors import TepatError
from tepat.policy.load import default_folder
from tepat.registry.actions.undo import undo_batch
from tepat.registry.actions.writing import not_after_today, require_role, today
from tepat.registry.files.mapping import load_mapping
from tepat.registry.imports import fitting, jobs, matching, uploads
from tepat.registry.imports.uploads import Upload
from tepat.registry.models import ImportJob, ImportMatch
from tepat.registry.models.imports import ImportState
from tepat.staff.context import acting_as
from tepat.staff.models import Role, User

UPLOADERS = frozenset(
    {
        Role.VILLAGE_OPERATOR,
        Role.FACILITATOR,
        Role.KABUPATEN_VERIFIER,
        Role.HEAD_OF_OFFICE,
        Role.MINISTRY_ANALYST,
        Role.MINISTRY_APPROVER,
    }
)
APPROVERS = frozenset({Role.KABUPATEN_VERIFIER, Role.HEAD_OF_OFFICE, Role.MINISTRY_APPROVER})


def upload(
    *,
    file: BinaryIO,
    name: str,
    place: int,
    source: str,
    acting_user: User,
    as_of: date | None = None,
    second: tuple[BinaryIO, str] | None = None,
) -> ImportJob:
    """Take a file in, sealed; the worker then looks at its columns.

    Args:
        file: what was sent.
        name: what its sender calls it.
        place: the region it is for; its families must live there.
        source: who collected the data; with it, their keys are told from those of others.
        acting_user: who uploads.
        as_of: the day of rows without a date of their own; today where none is given.
        second: the other file with its name, where families and members are two files.

    Raises:
        TepatError: ``not_allowed``, ``place_out_of_reach``, ``source_missing``,
            ``date_in_future``, ``same_file``, ``which_file``, or what is wrong with the file.
    """
    require_role(acting_user, UPLOADERS, "upload files")
    source = source.strip()
    if not source or "|" in source or len(source) > 200:
        raise TepatError(
            "source_missing",
            "It is not said who collected the data, or the name cannot be used.",
            "Keys of different sources must not be mixed.",
            "Name the source in up to 200 characters, without '|'.",
        )
    not_after_today(as_of or today())
    sent = [uploads.read_upload(file, name)]
    if second is not None:
        sent.append(uploads.read_upload(*second))
    names = _kept_names(sent)
    with acting_as(acting_user.pk):
        _require_reach(place)
        job = _new_job(sent, names, place, source, as_of or today(), acting_user)
        uploads.keep(job.pk, names, sent)
        _tell(job, "upload_import", acting_user)
        jobs.later("look", job=job.pk, user=acting_user.pk)
    return job


def _kept_names(sent: list[Upload]) -> list[str]:
    if len(sent) == 1:
        return [f"file.{sent[0].kind}"]
    tables = fitting.tables_of([one.name for one in sent])
    if sorted(map(str, tables)) != ["families", "members"]:
        raise TepatError(
            "which_file",
            "It cannot be told which of the two files holds the families.",
            "Their names say it.",
            "Name them families and members, or keluarga and anggota.",
        )
    return [f"{table}.{one.kind}" for table, one in zip(tables, sent, strict=True)]


def _require_reach(place: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tepat_sees_all() OR %s IN (SELECT tepat_places())", [place])
        row = cursor.fetchone()
    if not (row and row[0]):
        raise TepatError(
            "place_out_of_reach",
            "This region is not among your places.",
            do="Choose a region of yours.",
        )


def _new_job(
    sent: list[Upload],
    names: list[str],
    place: int,
    source: str,
    as_of: date,
    acting_user: User,
) -> ImportJob:
    try:
        with transaction.atomic():
            return ImportJob.objects.create(
                home_id=place,
                uploaded_by=acting_user,
                source=source,
                as_of=as_of,
                file_name=", ".join(one.name for one in sent),
                file_names=names,
                file_size=sum(len(one.content) for one in sent),
                sha256=uploads.digest(sent),
            )
    except IntegrityError as error:
        if "import_same_file" not in str(error):
            raise
        raise TepatError(
            "same_file",
            "A file with the same content was uploaded before.",
            "Nothing would be new in it.",
            "Look for it among the imports; once refused, failed or undone it may come again.",
        ) from error


def match(
    *,
    job: int,
    acting_user: User,
    matched: matching.Matched | None = None,
    mapping_name: str = "",
    mapping_file: bytes = b"",
) -> ImportJob:
    """Say which column is which, and start the dry run.

    Args:
        job: an import in the state ``matching``.
        acting_user: who says it; anyone who may upload there.
        matched: our columns and theirs, by table; none where the proposal stands.
        mapping_name: instead, a mapping of the policy folder, by name.
        mapping_file: instead, a mapping that the user has.

    Raises:
        TepatError: ``not_allowed``, ``import_state``, ``mapping_missing``, ``mapping_invalid``,
            ``mapping_files``.
    """
    require_role(acting_user, UPLOADERS, "match columns")
    with acting_as(acting_user.pk):
        mine = _locked(job, ImportState.MATCHING)
        if mapping_file:
            mine.mapping = fitting.mapping_in(mapping_file)
        elif mapping_name:
            mine.mapping = _named_mapping(mapping_name)
        elif matched is not None:
            mine.mapping = matching.mapping_text(matched, mine.columns, mine.file_names)
        if mine.mapping:
            fitting.fitted(matching.checked_mapping(mine.mapping), mine.file_names)
        ImportMatch.objects.update_or_create(
            home_id=mine.home_id,
            source=mine.source,
            columns_hash=matching.columns_hash(mine.columns),
            defaults={"mapping": mine.mapping},
        )
        mine.state = ImportState.CHECKING
        mine.save()
        _tell(mine, "match_import", acting_user)
        jobs.later("read", job=job, user=mine.uploaded_by_id)
    return mine


def _named_mapping(name: str) -> str:
    folder = default_folder()
    load_mapping(Path(Path(name).name), matching.variables(), folder)
    return (folder / "mappings" / f"{Path(name).stem}.yaml").read_text(encoding="utf-8")


def approve(*, job: int, acting_user: User) -> ImportJob:
    """Let a checked import into the registry; never the one who uploaded it.

    Raises:
        TepatError: ``not_allowed``, ``own_import``, ``import_state``, ``nothing_to_import``.
    """
    require_role(acting_user, APPROVERS, "approve an import")
    with acting_as(acting_user.pk):
        mine = _locked(job, ImportState.CHECKED)
        if mine.uploaded_by_id == acting_user.pk:
            raise TepatError(
                "own_import",
                "You uploaded this file yourself.",
                "A second person looks at what was found before it is taken in.",
                "Ask a colleague who may approve.",
            )
        if not _writes_anything(mine):
            raise TepatError(
                "nothing_to_import",
                "No row of this file would change anything.",
                do="Refuse it, or let its errors be mended.",
            )
        mine.decided_by, mine.decided_at = acting_user, jobs.now()
        mine.state = ImportState.APPROVED
        mine.save()
        _tell(mine, "approve_import", acting_user)
        jobs.later("apply", job=job, user=acting_user.pk)
    return mine


def _writes_anything(job: ImportJob) -> bool:
    counts = jobs.counts(job)
    return any(
        counts[f"{t}_{kind}"] for t in matching.TABLES for kind in ("new", "changed", "same")
    )


def refuse(*, job: int, acting_user: User, reason: str) -> ImportJob:
    """Send an import back; its uploader may withdraw it too.

    Raises:
        TepatError: ``not_allowed``, ``import_state``, ``reason_missing``.
    """
    _require_reason(reason)
    with acting_as(acting_user.pk):
        states = (
            ImportState.UPLOADED,
            ImportState.MATCHING,
            ImportState.CHECKING,
            ImportState.CHECKED,
        )
        mine = _locked(job, *states)
        withdraws = mine.uploaded_by_id == acting_user.pk and acting_user.is_active
        if not withdraws:
            require_role(acting_user, APPROVERS, "refuse an import")
        mine.decided_by, mine.decided_at = acting_user, jobs.now()
        mine.ended_at, mine.reason = mine.decided_at, reason.strip()
        mine.state = ImportState.REFUSED
        mine.save()
        _tell(mine, "refuse_import", acting_user, reason)
        jobs.later("clean", job=job, user=acting_user.pk)
    return mine


def undo(*, job: int, acting_user: User, reason: str) -> ImportJob:
    """Take an import back, while nothing later touched one of its families.

    Raises:
        TepatError: ``not_allowed``, ``import_state``, ``reason_missing``, or those of
            `actions.undo.undo_batch`.
    """
    require_role(acting_user, APPROVERS, "undo an import")
    _require_reason(reason)
    with acting_as(acting_user.pk):
        mine = _locked(job, ImportState.DONE)
        assert mine.batch is not None
        undo_batch(batch=mine.batch, acting_user=acting_user, reason=reason)
        mine.state, mine.reason, mine.ended_at = ImportState.UNDONE, reason.strip(), jobs.now()
        mine.save()
        _tell(mine, "undo_import", acting_user, reason)
    return mine


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise TepatError(
            "reason_missing",
            "No reason is given.",
            do="Write in a sentence why, for those who ask.",
        )


def _locked(job: int, *states: str) -> ImportJob:
    found = ImportJob.objects.select_for_update().filter(pk=job).first()
    if found is None:
        raise TepatError(
            "import_not_found",
            "There is no such import in your places.",
            do="Look in the list of imports.",
        )
    if found.state not in _texts(states):
        raise TepatError(
            "import_state",
            f"The import is {found.get_state_display()} by now.",
            "Somebody else, or the worker, was faster.",
            "Load the page again.",
        )
    return found


def _texts(states: Iterable[str]) -> set[str]:
    return {str(state) for state in states}


def _tell(job: ImportJob, verb: str, acting_user: User, reason: str = "") -> None:
    record(
        actor_id=acting_user.pk,
        verb=verb,
        subject="import",
        subject_id=job.pk,
        home_id=job.home_id,
        reason=reason.strip(),
        details={"source": job.source, "sha256": job.sha256},
    )
