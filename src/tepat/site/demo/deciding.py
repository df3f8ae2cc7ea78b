"""The demonstration's run: started by the analyst, done by the worker, seen on the pages."""

from __future__ import annotations

import time
from typing import Any

from tepat.engine.errors import TepatError
from tepat.site.demo import people
from tepat.site.demo.request import DemoRequest
from tepat.site.demo.waiting_for import PATIENCE

STARTER = "analis"


def is_done(request: DemoRequest) -> bool:
    """Whether the day's run of the kabupaten is published."""
    run = _run(request)
    return run is not None and run.state == "done"


def decide(request: DemoRequest) -> None:
    """Start the run unless it is at work already, and wait for its end.

    Raises:
        TepatError: ``demo_run_failed``.
    """
    from django.db import connection

    from tepat.site.supervisor import running
    from tepat.site.web import environment, worker

    with running(worker(2), environment()):
        limit, said = time.monotonic() + PATIENCE, ""
        before = _run(request)
        if before is None or before.state in ("failed", "stopped"):
            _start(request)
        while True:
            run = _run(request)
            if run.state == "done":
                return
            if run.state in ("failed", "stopped") or time.monotonic() > limit:
                raise TepatError(
                    "demo_run_failed",
                    f"The run over the invented people is {run.state}.",
                    (run.error or {}).get("en", ""),
                    "To begin anew, move the folder of TEPAT_HOME away.",
                )
            if run.state != said:
                print(f"      {run.state}", flush=True)
                said = run.state
            connection.close()
            time.sleep(0.5)


def _start(request: DemoRequest) -> None:
    from tepat.places.queries import find_place
    from tepat.runs.actions import start_run

    place = find_place(request.kabupaten, on=request.as_of)
    assert place is not None, "an earlier step looked for its villages"
    quota = (people.folder() / "people" / "quota.csv").read_text(encoding="utf-8")
    start_run(place=place, as_of=request.as_of, quota=quota, acting_user=_starter())


def _run(request: DemoRequest) -> Any:
    """The last run for the day."""
    from tepat.runs.models import Run
    from tepat.staff.context import acting_as

    with acting_as(_starter().pk):
        return Run.objects.filter(as_of=request.as_of).order_by("-pk").first()


def _starter() -> Any:
    from tepat.staff.models import User

    return User.objects.get(username=STARTER)
