"""The demonstration's import: uploaded, looked through, approved by a second person, done.

It goes the way of every import, with the worker doing the steps, so that the first thing a visitor
sees in the list of imports is a true one.
"""

from __future__ import annotations

import time
from typing import Any

from tepat.engine.errors import TepatError
from tepat.site.demo import people
from tepat.site.demo.request import DemoRequest
from tepat.site.demo.waiting_for import PATIENCE

SOURCE = "Pendataan contoh (rekaan)"
UPLOADER, APPROVER = "verifikator", "kepala"


def is_done(request: DemoRequest) -> bool:
    """Whether the invented people are in the registry."""
    job = _job()
    return job is not None and job.state == "done"


def take_in(request: DemoRequest) -> None:
    """Bring the import to its end, from wherever it is.

    Raises:
        TepatError: ``demo_import_failed``, or what an action says.
    """
    from django.db import connection

    from tepat.site.supervisor import running
    from tepat.site.web import environment, worker

    with running(worker(2), environment()):
        limit, said = time.monotonic() + PATIENCE, ""
        while True:
            job = _job()
            state = job.state if job is not None else "none"
            if state == "done":
                return
            if state in ("failed", "refused", "undone") or time.monotonic() > limit:
                raise _failed(job)
            if state != said:
                print(f"      {state if job else 'uploading'}", flush=True)
                said = state
            if not _moved_on(job, request):
                connection.close()
                time.sleep(0.5)


def _moved_on(job: Any, request: DemoRequest) -> bool:
    """Do what a person has to do next, if anything."""
    from tepat.registry.imports import actions

    if job is None:
        _upload(request)
    elif job.state == "matching":
        actions.match(job=job.pk, acting_user=user(UPLOADER))
    elif job.state == "checked":
        actions.approve(job=job.pk, acting_user=user(APPROVER))
    else:
        return False
    return True


def _upload(request: DemoRequest) -> None:
    from tepat.places.queries import find_place
    from tepat.registry.imports import actions

    place = find_place(request.kabupaten, on=request.as_of)
    assert place is not None, "the step before looked for its villages"
    upload = people.folder() / "upload"
    with (
        (upload / "families.parquet").open("rb") as families,
        (upload / "members.parquet").open("rb") as members,
    ):
        actions.upload(
            file=families,
            name="families.parquet",
            second=(members, "members.parquet"),
            place=place.pk,
            source=SOURCE,
            as_of=request.as_of,
            acting_user=user(UPLOADER),
        )


def _job() -> Any:
    from tepat.registry.models import ImportJob
    from tepat.staff.context import acting_as

    with acting_as(user(UPLOADER).pk):
        jobs = ImportJob.objects.filter(source=SOURCE, file_name__startswith="families.")
        return jobs.order_by("-pk").first()


def user(name: str) -> Any:
    """One of the demonstration's accounts."""
    from tepat.staff.models import User

    return User.objects.get(username=name)


def _failed(job: Any) -> TepatError:
    return TepatError(
        "demo_import_failed",
        f"The import of the invented people is {job.state if job else 'not begun'}.",
        job.error_en if job else "",
        "To begin anew, move the folder of TEPAT_HOME away. This may be a mistake in Tepat.",
    )
