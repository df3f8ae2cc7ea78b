"""The steps of a list that the worker does, each on behalf of a user, each safe to run twice."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from django.db import InterfaceError, OperationalError, close_old_connections, connection

from tepat.audit.actions import record
from tepat.engine.errors import TepatError
from tepat.policy.load import load_policy
from tepat.registry.actions.writing import open_batch
from tepat.registry.imports import uploads
from tepat.registry.imports.texts import failure, unexpected
from tepat.registry.later import AtWork, alone, ask_for, is_disk_full
from tepat.registry.lists import finding, kept
from tepat.registry.lists.apply import apply_load
from tepat.registry.lists.reading import read_list
from tepat.registry.lists.texts import error
from tepat.registry.models import ListLoad, ListRow
from tepat.registry.models.batches import BatchKind
from tepat.registry.models.lists import LIST_ENDED, ListState, Outcome
from tepat.staff.context import acting_as
from tepat.staff.models import User
from tepat.staff.queries import system_id

TRIES = 4
KEPT_FOR = timedelta(days=30)
_log = logging.getLogger(__name__)


@cache
def grounds() -> dict[str, Any]:
    """The exclusion grounds of the policy, read once."""
    return dict(load_policy().grounds)


def later(step: str, *, load: int, user: int) -> None:
    """Ask for a step, in the open transaction: it is forgotten if the transaction is."""
    ask_for(f"tepat.registry.tasks.list_{step}", {"load": load, "user": user})


def now() -> datetime:
    """The present moment."""
    return datetime.now(ZoneInfo("UTC"))


def do(step: Callable[[int, int], None], *, load: int, user: int, tries: int = 0) -> None:
    """Run a step; an error that a person can act on ends the list with its text.

    Args:
        step: one of the functions below.
        load: the list.
        user: on whose behalf.
        tries: how often it was tried before; anything unforeseen is tried again a few times.
    """
    if not connection.in_atomic_block:
        close_old_connections()
    try:
        with alone(f"list {load} {step.__name__}"):
            _require_active(user)
            step(load, user)
    except TepatError as told:
        fail(load, told)
    except OSError as told:
        fail(load, uploads.disk_error(told))
    except (OperationalError, InterfaceError, AtWork) as told:
        if not is_disk_full(told):
            raise  # the database is away; the step is run again
        fail(load, uploads.database_full())
    except Exception as told:
        _log.exception("A step of list %s failed.", load)
        if tries + 1 < TRIES:
            raise
        fail(load, unexpected(told))


def _require_active(user: int) -> None:
    with acting_as(user), connection.cursor() as cursor:
        cursor.execute("SELECT tepat_may_write()")
        row = cursor.fetchone()
    if not (row and row[0]):
        raise error("user_left")


def _locked(load: int, state: str) -> ListLoad | None:
    """The list, locked, if it is in a state; None where the step is done already."""
    found = ListLoad.objects.select_for_update().filter(pk=load).first()
    if found is None:
        raise error("user_left")
    return found if found.state == state else None


def fail(load: int, told: TepatError) -> None:
    """End a list with an error; the system does it, for the user may have left."""
    system = system_id()
    with acting_as(system):
        found = ListLoad.objects.select_for_update().get(pk=load)
        if found.state in (*LIST_ENDED, ListState.DONE):
            return
        said = failure(told)
        found.state, found.ended_at, found.error_code = ListState.FAILED, now(), told.code
        found.error_id, found.error_en = said.id, said.en
        found.save()
        _tell(found, "fail_list", system, code=told.code)
        later("clean", load=load, user=system)


def _tell(load: ListLoad, verb: str, actor: int, **details: Any) -> None:
    record(
        actor_id=actor,
        verb=verb,
        subject="list",
        subject_id=load.pk,
        home_id=load.home_id,
        details={"ground": load.ground, "source": load.source, **details},
    )


def check(load: int, user: int) -> None:
    """Read a list and find whom it names; nothing of the registry changes."""
    with acting_as(user):
        found = ListLoad.objects.get(pk=load)
    if found.state != ListState.CHECKING:
        return
    with kept.opened(load, found.file_kind) as path:
        if found.file_kind == "xlsx":
            uploads.check_inflated(path, found.file_name)
        rows = read_list(path, path.parent)
    with acting_as(user):
        mine = _locked(load, ListState.CHECKING)
        if mine is None:
            return
        ground = grounds()[mine.ground]
        finding.stage(mine, rows, persons_only=ground.reach == "person")
        finding.find(mine)
        mine.state, mine.checked_at = ListState.CHECKED, now()
        mine.save()
    kept.remove(load)


def apply(load: int, user: int) -> None:
    """Make the findings; all of them become visible at one moment."""
    with acting_as(user):
        mine = _locked(load, ListState.APPROVED)
        if mine is None:
            return
        finding.count(mine)
        approver = User.objects.get(pk=user)
        with open_batch(kind=BatchKind.LIST, source=mine.source, acting_user=approver) as batch:
            apply_load(mine, batch)
        mine.batch, mine.state, mine.ended_at = batch, ListState.DONE, now()
        mine.save()
        _tell(mine, "apply_list", user, batch=batch.pk, added=mine.added, dropped=mine.dropped)
        later("clean", load=load, user=user)


def clean(load: int, user: int) -> None:
    """Forget the tokens of a list that has ended; what could not be found stays, masked.

    The system does it, for whoever asked (`user`) may have left by now.
    """
    with acting_as(system_id()):
        found = ListLoad.objects.filter(pk=load).first()
        if found is None or found.state not in (*LIST_ENDED, ListState.DONE):
            return
        rows = ListRow.objects.filter(load=load)
        rows.filter(outcome__in=[Outcome.MATCHED, Outcome.TWICE]).delete()
        rows.update(token=None, key=None, person_id=None, family_id=None, evidence="")
    kept.remove(load)


def expire() -> None:
    """Refuse, for the system, what nobody decided for 30 days."""
    system = system_id()
    with acting_as(system):
        old = ListLoad.objects.select_for_update(skip_locked=True).filter(
            uploaded_at__lt=now() - KEPT_FOR,
            state__in=[ListState.CHECKING, ListState.CHECKED],
        )
        for found in old:
            found.state, found.ended_at = ListState.REFUSED, now()
            found.reason = "30 hari tanpa keputusan / 30 days without a decision"
            found.save()
            _tell(found, "expire_list", system)
            later("clean", load=found.pk, user=system)
