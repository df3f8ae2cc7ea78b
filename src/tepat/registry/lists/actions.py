"""What people do with lists of other institutions: upload, approve, refuse, undo."""

from __future__ import annotations

from datetime import date
from typing import BinaryIO

from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from tepat.audit.actions import record
from tepat.engine.errors import TepatError
from tepat.engine.text import Text
from tepat.registry.actions.undo import undo_batch
from tepat.registry.actions.writing import not_after_today, require_role
from tepat.registry.imports import uploads
from tepat.registry.lists import jobs, kept
from tepat.registry.lists.texts import error
from tepat.registry.models import FlagList, ListLoad
from tepat.registry.models.lists import ListState
from tepat.staff.context import acting_as
from tepat.staff.models import Role, User

LIST_UPLOADERS = frozenset({Role.MINISTRY_ANALYST, Role.KABUPATEN_VERIFIER})
LIST_APPROVERS = frozenset({Role.KABUPATEN_VERIFIER, Role.HEAD_OF_OFFICE, Role.MINISTRY_APPROVER})
LARGEST_LIST = 100 << 20


def upload_list(
    *,
    file: BinaryIO,
    name: str,
    ground: str,
    source: str,
    on: date,
    place: int,
    acting_user: User,
) -> ListLoad:
    """Take a list in, sealed; the worker then looks for whom it names.

    Args:
        file: what was sent, CSV or XLSX.
        name: what its sender calls it.
        ground: an exclusion ground of the policy.
        source: the institution.
        on: the day on which the list was true.
        place: the region it covers: whoever lives there and is not on it is not found.
        acting_user: who uploads.

    Raises:
        TepatError: ``not_allowed``, ``ground_unknown``, ``source_missing``, ``date_in_future``,
            ``place_out_of_reach``, ``list_older``, ``same_file``, or what is wrong with the file.
    """
    require_role(acting_user, LIST_UPLOADERS, "upload lists")
    source = " ".join(source.split())
    if ground not in jobs.grounds():
        raise error("ground_unknown")
    if not source or len(source) > 200:
        raise error("source_missing")
    not_after_today(on)
    sent = uploads.read_upload(file, name)
    if sent.kind not in ("csv", "xlsx"):
        raise error("list_kind")
    if len(sent.content) > LARGEST_LIST:
        raise error("list_too_large", most=LARGEST_LIST >> 20)
    with acting_as(acting_user.pk):
        _require_reach(place)
        _require_newest(ground, source, on, place)
        load = _new_load(sent, ground, source, on, place, acting_user)
        kept.keep(load.pk, sent)
        _tell(load, "upload_list", acting_user)
        jobs.later("check", load=load.pk, user=acting_user.pk)
    return load


def _require_reach(place: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tepat_sees_all() OR %s IN (SELECT tepat_places())", [place])
        row = cursor.fetchone()
    if not (row and row[0]):
        raise TepatError(
            "place_out_of_reach",
            Text("Wilayah ini bukan wilayah tugas Anda.", "This region is not among your places."),
            do=Text("Pilih wilayah Anda sendiri.", "Choose a region of yours."),
        )


def _require_newest(ground: str, source: str, on: date, place: int) -> None:
    """A list may replace older ones only: lists of the same day are corrections."""
    newer = (
        FlagList.objects.filter(ground=ground, source=source, date__gt=on, superseded_by=None)
        .filter(Q(place__above__ancestor=place) | Q(place__below__place=place))
        .order_by("-date")
        .first()
    )
    if newer is not None:
        raise error("list_older", source=source, on=newer.date.isoformat())


def _new_load(
    sent: uploads.Upload, ground: str, source: str, on: date, place: int, acting_user: User
) -> ListLoad:
    try:
        with transaction.atomic():
            return ListLoad.objects.create(
                home_id=place,
                ground=ground,
                source=source,
                date=on,
                uploaded_by=acting_user,
                file_name=sent.name,
                file_kind=sent.kind,
                file_size=len(sent.content),
                sha256=uploads.digest([sent]),
            )
    except IntegrityError as clash:
        if "list_same_file" not in str(clash):
            raise
        raise error("same_file") from clash


def approve_list(*, load: int, acting_user: User) -> ListLoad:
    """Let a checked list hold; never the one who uploaded it.

    Raises:
        TepatError: ``not_allowed``, ``own_list``, ``list_state``, ``nothing_to_load``,
            ``list_older``.
    """
    require_role(acting_user, LIST_APPROVERS, "approve a list")
    with acting_as(acting_user.pk):
        mine = _locked(load, ListState.CHECKED)
        if mine.uploaded_by_id == acting_user.pk:
            raise error("own_list")
        if not any((mine.matched, mine.not_found, mine.several, mine.twice)):
            raise error("nothing_to_load")
        _require_newest(mine.ground, mine.source, mine.date, mine.home_id)
        mine.decided_by, mine.decided_at = acting_user, jobs.now()
        mine.state = ListState.APPROVED
        mine.save()
        _tell(mine, "approve_list", acting_user)
        jobs.later("apply", load=load, user=acting_user.pk)
    return mine


def refuse_list(*, load: int, acting_user: User, reason: str) -> ListLoad:
    """Send a list back; its uploader may withdraw it.

    Raises:
        TepatError: ``not_allowed``, ``list_state``, ``reason_missing``.
    """
    _require_reason(reason)
    with acting_as(acting_user.pk):
        mine = _locked(load, ListState.CHECKING, ListState.CHECKED)
        if mine.uploaded_by_id != acting_user.pk or not acting_user.is_active:
            require_role(acting_user, LIST_APPROVERS, "refuse a list")
        mine.decided_by, mine.decided_at = acting_user, jobs.now()
        mine.ended_at, mine.reason = mine.decided_at, reason.strip()
        mine.state = ListState.REFUSED
        mine.save()
        _tell(mine, "refuse_list", acting_user, reason)
        jobs.later("clean", load=load, user=acting_user.pk)
    return mine


def undo_list(*, load: int, acting_user: User, reason: str) -> ListLoad:
    """Take a list back, never one's own; what the earlier list said holds again.

    Raises:
        TepatError: ``not_allowed``, ``own_list``, ``list_state``, ``reason_missing``, or those of
            `actions.undo.undo_batch`.
    """
    require_role(acting_user, LIST_APPROVERS, "undo a list")
    _require_reason(reason)
    with acting_as(acting_user.pk):
        mine = _locked(load, ListState.DONE)
        if mine.uploaded_by_id == acting_user.pk:
            raise error("own_list")
        assert mine.batch is not None
        undo_batch(batch=mine.batch, acting_user=acting_user, reason=reason)
        mine.state, mine.reason, mine.ended_at = ListState.UNDONE, reason.strip(), jobs.now()
        mine.save()
        _tell(mine, "undo_list", acting_user, reason)
    return mine


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise error("reason_missing")


def _locked(load: int, *states: ListState) -> ListLoad:
    found = ListLoad.objects.select_for_update().filter(pk=load).first()
    if found is None:
        raise error("list_not_found")
    if found.state not in {state.value for state in states}:
        raise error("list_state")
    return found


def _tell(load: ListLoad, verb: str, acting_user: User, reason: str = "") -> None:
    record(
        actor_id=acting_user.pk,
        verb=verb,
        subject="list",
        subject_id=load.pk,
        home_id=load.home_id,
        reason=reason.strip(),
        details={"ground": load.ground, "source": load.source, "sha256": load.sha256},
    )
