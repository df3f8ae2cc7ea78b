"""What the worker does for a run: take the snapshot, run the main job, publish.

Each part leaves something whole or nothing: two folders, one transaction. So a worker that is
killed anywhere is followed by another that begins the same part again. Snapshot and run are
processes of their own (`child`); the database knows how far they are, and whether to stop.
"""

from __future__ import annotations

import json
import os
import selectors
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import (
    InterfaceError,
    OperationalError,
    close_old_connections,
    connection,
    transaction,
)
from django.utils import timezone

from tepat.audit.actions import record
from tepat.engine.errors import TepatError
from tepat.engine.text import Text
from tepat.places.models import COUNTRY_ID, Code
from tepat.runs import child
from tepat.runs.forgotten import forget_people
from tepat.runs.models import AT_WORK, Run, State
from tepat.runs.publish import forget, people_erased_since, publish
from tepat.runs.texts import ALL_STEPS, BEFORE
from tepat.staff.context import acting_as
from tepat.staff.queries import system_id

LOCK = 7420010  # with the run's number: who works on it
LOOK_EVERY = 1.0  # seconds
PATIENCE = 20.0  # seconds from the request to end until the process is killed
KILLED = -9
STATE_OF = {"snapshot": State.SNAPSHOT, "run": State.RUNNING}


class Interrupted(Exception):
    """The worker ends; another one goes on with the run."""


class _Stopped(Exception):
    """Somebody asked to stop the run."""


PASSING = (Interrupted, OperationalError, InterfaceError)


def perform(run_id: int, ends: Callable[[], bool] = lambda: False) -> None:
    """Do what is left of a run; may be called again after any interruption.

    Args:
        run_id: the run.
        ends: asked from time to time whether the worker is to end.

    Raises:
        Interrupted: the worker ends; call it again later.
    """
    close_old_connections()
    with _alone(run_id) as alone:
        if not alone:
            return
        try:
            for part in (_snapshot, _run, _publish):
                run = _held(run_id)
                if run.state not in AT_WORK:
                    return
                part(run, ends)
        except _Stopped:
            _end(run_id, State.STOPPED)
        except TepatError as error:
            _end(run_id, State.FAILED, error)
        except PASSING:
            raise
        except Exception as error:
            _end(run_id, State.FAILED, child.as_problem(error))
            raise
        finally:
            _tidy(run_id)


def folders(run: Run) -> tuple[Path, Path]:
    """Where a run's snapshot and the run itself lie."""
    return settings.HOME / "snapshots" / run.folder, settings.HOME / "runs" / run.folder


@contextmanager
def _alone(run_id: int) -> Iterator[bool]:
    """Hold the run as long as this connection lives; False where another worker holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK, run_id])
        (alone,) = cursor.fetchone()
    try:
        yield alone
    finally:
        if alone and connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK, run_id])


def _held(run_id: int) -> Run:
    with acting_as(system_id()):
        return Run.objects.select_related("started_by").get(pk=run_id)


def _write(run_id: int, **values: Any) -> None:
    with acting_as(system_id()):
        Run.objects.filter(pk=run_id).update(**values)


def _begin(run: Run, state: State) -> None:
    _write(run.pk, state=state, step="", done=BEFORE[state], total=ALL_STEPS)
    _look(run.pk)


def _end(run_id: int, state: State, error: TepatError | None = None) -> None:
    said = {lang: error.in_language(lang) for lang in ("id", "en")} if error else None
    _write(run_id, state=state, error=said, finished_at=timezone.now())


def _look(run_id: int) -> None:
    """Raise where somebody asked to stop."""
    with acting_as(system_id()):
        asked = Run.objects.filter(pk=run_id, stop_asked_by__isnull=False).exists()
    if asked:
        raise _Stopped


def _snapshot(run: Run, ends: Callable[[], bool]) -> None:
    snapshot, result = folders(run)
    if result.exists() or run.state == State.PUBLISHING:
        return
    _begin(run, State.SNAPSHOT)
    if snapshot.exists():
        return
    known = ("HOST", "PORT", "NAME", "USER", "PASSWORD")
    about = {
        "out": str(snapshot),
        "as_of": run.as_of.isoformat(),
        "known_by": run.known_by.isoformat(),
        "place": _code(run),
        "user": run.started_by_id,
        "account": run.started_by.username,
        "database": {name: connection.settings_dict[name] for name in known},
    }
    took = _in_child(run, "snapshot", about, snapshot, ends)
    with acting_as(run.started_by_id):
        record(
            actor_id=run.started_by_id,
            verb="take_snapshot",
            subject="snapshot",
            subject_id=run.pk,
            details=took,
        )


def _code(run: Run) -> str | None:
    """The code that the run's place had on the day; None for the country."""
    if run.place_id == COUNTRY_ID:
        return None
    codes = Code.objects.filter(
        place_id=run.place_id, scheme=Code.Scheme.KEMENDAGRI, valid_from__lte=run.as_of
    )
    found = codes.order_by("-valid_from").first()
    if found is None or (found.valid_to is not None and found.valid_to <= run.as_of):
        raise TepatError(
            "place_unknown",
            Text("Wilayah ini belum ada pada tanggal itu.", "The place did not exist on that day."),
            do=Text("Pilih tanggal lain.", "Choose another day."),
        )
    return found.code


def _run(run: Run, ends: Callable[[], bool]) -> None:
    snapshot, result = folders(run)
    if run.state == State.PUBLISHING:
        return
    _begin(run, State.RUNNING)
    if result.exists():
        return
    quota = snapshot.with_name(f"{run.folder}.quota.csv")
    if run.quota:
        quota.write_text(run.quota, encoding="utf-8")
    about = {
        "input": str(snapshot),
        "out": str(result),
        "as_of": run.as_of.isoformat(),
        "programmes": run.programmes,
        "quota": str(quota) if run.quota else None,
    }
    _in_child(run, "run", about, result, ends)


def _publish(run: Run, ends: Callable[[], bool]) -> None:
    _begin(run, State.PUBLISHING)
    _write(run.pk, step="publish")
    with acting_as(system_id()), transaction.atomic():
        publish(run.pk, folders(run)[1], settings.HOME / "runs")
    for old in forget(run.place_id, system_id()):
        _thin(settings.HOME / "runs" / old)
    forget_people(folders(run)[1], people_erased_since(run, system_id()))


def forget_erased() -> None:
    """Forget in the folders of finished runs who was erased after they began."""
    worker = system_id()
    with acting_as(worker):
        done = list(Run.objects.filter(state=State.DONE))
    for run in done:
        _, result = folders(run)
        if (result / "facts").is_dir():
            forget_people(result, people_erased_since(run, worker))


def _in_child(
    run: Run, kind: str, about: dict[str, Any], out: Path, ends: Callable[[], bool]
) -> dict[str, Any]:
    """Do one part in a process of its own; returns what it says in the end."""
    out.parent.mkdir(parents=True, exist_ok=True)
    for left in out.parent.glob(f".{out.name}.*.unfinished"):
        shutil.rmtree(left)
    task = child.Task(kind, os.getpid(), about)
    words = [sys.executable, "-m", "tepat.runs.child"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            return _followed(run, process, task, ends)
        finally:
            _stop(process)


def _followed(
    run: Run, process: subprocess.Popen[bytes], task: child.Task, ends: Callable[[], bool]
) -> dict[str, Any]:
    assert process.stdin is not None
    process.stdin.write(task.as_json())
    process.stdin.close()
    looked = 0.0
    for line in _lines(process):
        if line is not None:
            said = json.loads(line)
            if "result" in said:
                return dict(said["result"])
            if "error" in said:
                raise _told(said["error"])
            done = BEFORE[STATE_OF[task.kind]] + said["done"]
            _write(run.pk, step=said["step"], done=min(done, ALL_STEPS))
        if ends():
            raise Interrupted
        if time.monotonic() - looked > LOOK_EVERY:
            _look(run.pk)
            looked = time.monotonic()
    if process.wait() == KILLED:
        raise child.out_of_memory()
    raise Interrupted  # it was asked to end, as the worker will be


def _lines(process: subprocess.Popen[bytes]) -> Iterator[bytes | None]:
    """The lines that a process writes; None from time to time while it is silent."""
    assert process.stdout is not None
    pending, number = b"", process.stdout.fileno()
    with selectors.DefaultSelector() as ready:
        ready.register(number, selectors.EVENT_READ)
        while True:
            if not ready.select(LOOK_EVERY):
                yield None
                continue
            block = os.read(number, 1 << 16)
            if not block:
                return
            *lines, pending = (pending + block).split(b"\n")
            yield from lines


def _told(said: dict[str, dict[str, str]]) -> TepatError:
    """An error that a process reported."""
    text = {name: Text(said["id"][name], said["en"][name]) for name in ("what", "why", "do")}
    return TepatError(said["en"]["code"], text["what"], text["why"], text["do"])


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()


def _tidy(run_id: int) -> None:
    """Remove what only the work needed: a snapshot can be taken again and says too much."""
    try:
        run = _held(run_id)
    except PASSING:
        return
    if run.state in AT_WORK:
        return
    snapshot, result = folders(run)
    shutil.rmtree(snapshot, ignore_errors=True)
    snapshot.with_name(f"{run.folder}.quota.csv").unlink(missing_ok=True)
    if run.state != State.DONE:
        shutil.rmtree(result, ignore_errors=True)
    for folder in (snapshot.parent, result.parent):
        for left in folder.glob(f".{run.folder}.*.unfinished"):
            shutil.rmtree(left, ignore_errors=True)


def _thin(folder: Path) -> None:
    """Of a run whose decisions are forgotten, the report and the sums stay."""
    for name in ("facts", "findings", "ranking", "scores", "decisions", "awards"):
        shutil.rmtree(folder / name, ignore_errors=True)
    (folder / "explain.json").unlink(missing_ok=True)
