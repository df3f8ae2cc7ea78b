"""Starting a run and stopping it; the worker does the rest (`work`)."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from django.utils import timezone

from tepat.audit.actions import record
from tepat.engine.errors import TepatError
from tepat.engine.text import Text
from tepat.enrolment.quota import read_quota
from tepat.places.models import Place
from tepat.policy.load import load_policy
from tepat.runs.models import AT_WORK, Run, State
from tepat.runs.run import in_force
from tepat.staff.context import acting_as
from tepat.staff.models import Role, User

# The policy that this process was started with; reading it takes a while.
current_policy = cache(load_policy)
STARTERS = frozenset({Role.MINISTRY_ANALYST, Role.MINISTRY_APPROVER, Role.SYSTEM})


def start_run(
    *,
    place: Place,
    as_of: date,
    known_by: datetime | None = None,
    programmes: tuple[str, ...] = (),
    quota: str = "",
    acting_user: User,
) -> Run:
    """Ask the worker for a run.

    Args:
        place: whose families are decided.
        as_of: the day on which facts are true, and of the decision.
        known_by: the moment by which facts were known; None means now.
        programmes: their names; none means all that are in force.
        quota: a CSV file with the columns programme, place, quota; empty means none.
        acting_user: whose places are read.

    Raises:
        TepatError: ``not_allowed``, ``known_by_future``, or what is wrong with programmes or quota.
    """
    _require_starter(acting_user)
    now = timezone.now()
    if known_by is not None and known_by > now:
        raise TepatError(
            "known_by_future",
            Text("Saat yang diminta belum tiba.", "That moment has not come yet."),
            do=Text("Pilih saat yang sudah lewat.", "Choose a moment that has passed."),
        )
    in_force(current_policy(), programmes, as_of)
    if quota:
        check_quota(quota)
    with acting_as(acting_user.pk):
        run = Run.objects.create(
            place=place,
            as_of=as_of,
            known_by=known_by or now,
            programmes=list(programmes),
            quota=quota,
            started_by=acting_user,
            folder=f"{as_of.isoformat()}-{uuid.uuid4().hex[:12]}",
        )
        record(
            actor_id=acting_user.pk,
            verb="start_run",
            subject="run",
            subject_id=run.pk,
            home_id=place.pk,
            details={"as_of": as_of.isoformat(), "programmes": list(programmes)},
        )
        _defer(run)
    return run


def check_quota(text: str) -> None:
    """Read a quota file for its mistakes.

    Raises:
        TepatError: ``quota_invalid`` with every wrong line.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / "quota.csv"
        path.write_text(text, encoding="utf-8")
        try:
            read_quota(path, current_policy().programmes)
        except TepatError as error:
            said = error.what.replace(str(path), "File kuota")
            english = error.what.replace(str(path), "The quota file")
            raise TepatError(
                error.code,
                Text(said, english),
                do=Text(
                    "Kolomnya: programme, place (kode kabupaten 4 angka, kosong untuk nasional), "
                    "quota (bilangan bulat). Perbaiki, lalu unggah lagi.",
                    "The columns: programme, place (kabupaten code of 4 digits, empty for the "
                    "nation), quota (a whole number). Mend it and upload it again.",
                ),
            ) from error


def stop_run(*, run: Run, acting_user: User) -> None:
    """Have the worker stop a run; what it was about to write is thrown away.

    Raises:
        TepatError: ``not_allowed``, or ``run_over`` where there is nothing to stop.
    """
    _require_starter(acting_user)
    with acting_as(acting_user.pk):
        held = Run.objects.select_for_update().get(pk=run.pk)
        if held.state not in AT_WORK:
            raise TepatError(
                "run_over",
                Text("Perhitungan ini sudah tidak berjalan.", "This run is no longer at work."),
                do=Text("Buka halamannya lagi.", "Open its page again."),
            )
        held.stop_asked_by = acting_user
        if held.state == State.WAITING:
            held.state, held.finished_at = State.STOPPED, timezone.now()
        held.save(update_fields=["stop_asked_by", "state", "finished_at"])
        record(
            actor_id=acting_user.pk,
            verb="stop_run",
            subject="run",
            subject_id=run.pk,
            home_id=run.place_id,
        )


def _require_starter(user: User) -> None:
    if user.role not in STARTERS:
        raise TepatError(
            "not_allowed",
            Text(
                "Perhitungan dimulai dan dihentikan oleh kementerian.",
                "The ministry starts and stops runs.",
            ),
            do=Text("Minta analis kementerian.", "Ask an analyst of the ministry."),
        )


def _defer(run: Run) -> None:
    from tepat.runs.tasks import perform_run

    perform_run.defer(run=run.pk)
