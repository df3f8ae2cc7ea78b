"""The main job: read, check, rank, decide, allocate, report.

A run reads dated files and a policy folder and writes one folder of proposals, whole or not at
all. Everything in it can be recomputed: inputs, policy and code are named by hash.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from tepat import __version__
from tepat.engine.connect import open_engine
from tepat.engine.errors import TepatError
from tepat.engine.failures import engine_errors
from tepat.engine.manifest import code_version, content_hash, is_taken
from tepat.policy.load import load_policy
from tepat.policy.meaning import nearest
from tepat.policy.model import Policy
from tepat.runs.allocation import allocate_step
from tepat.runs.engines import look_at_engine, open_desk
from tepat.runs.folder import TABLES, read_manifest
from tepat.runs.report import write_report
from tepat.runs.request import Progress, Request, State
from tepat.runs.since import changed_since
from tepat.runs.steps import (
    check_step,
    cut_input,
    dated,
    decide_step,
    input_files,
    look_first,
    rank_step,
    read_step,
)
from tepat.runs.summary import write_summary
from tepat.runs.work_folder import work_folder

HASHED_UP_TO = 200_000  # families
MADE = "made"  # what is noted when nothing is left to do


def run(request: Request, progress: Progress = lambda step, done, total: None) -> dict[str, Any]:
    """Run the main job and return what run.json holds.

    Raises:
        TepatError: nothing was written.
    """
    policy = load_policy(request.policy)
    names, not_in_force = in_force(policy, request.programmes, request.as_of)
    look_at_engine(request)
    quotas = look_first(request, policy)
    begun = _begun(request, policy)
    with engine_errors():
        parts = cut_input(request, policy.variables)
    files = input_files(request)
    made_of = {
        "files": dated(files),
        "engine": request.engine,
        "parts": [part.as_dict() for part in parts],
    }
    with work_folder(request.out, begun | made_of) as work:
        if work.finished(MADE) is not None:
            return read_manifest(work.folder) or {}
        work.lasting = len(parts) > 1
        reader = open_engine(work.folder / "scratch", memory=request.memory)
        try:
            desk = open_desk(request, reader, work.folder / "scratch")
        except BaseException:
            reader.disconnect()
            raise
        con = desk.con
        manifest = {
            "engine": f"{request.engine} {con.version}",
            "made_at": datetime.now(UTC).isoformat("T", "seconds"),
            "files": [str(path) for path in files],
            **begun,
        }
        state = State(
            request, policy, con, work, desk, parts, progress, names, not_in_force, quotas,
            manifest, reader=reader,
        )  # fmt: skip
        try:
            with engine_errors():
                _steps(state)
            work.finish(MADE, {})
        finally:
            con.disconnect()
            if state.elsewhere:
                reader.disconnect()
    return state.manifest


def _steps(state: State) -> None:
    with _timed(state, "read"):
        read_step(state)
    with _timed(state, "check"):
        check_step(state)
    with _timed(state, "rank"):
        rank_step(state)
    with _timed(state, "decide"):
        plans = decide_step(state)
    with _timed(state, "allocate"):
        allocate_step(state, plans)
    with _timed(state, "summarise"):
        write_summary(state)
        state.manifest["content"] = _contents(state)
    _keep_policy(state)
    if state.request.model is not None:  # so that a later run can be compared with this one
        shutil.copyfile(state.request.model, state.folder / "scores" / "model.json")
    _write_manifest(state)
    with _timed(state, "report"):
        since = _since(state)
        write_report(state.folder, state.reader, state.request.boundaries, since)
    state.manifest["seconds"] = state.seconds
    _write_manifest(state)


def _since(state: State) -> Callable[[str], Any] | None:
    """Compare with an earlier run, and say it in the report; a run stands without that."""
    from tepat.runs.compare import compare_into, in_report, open_pair

    if state.request.against is None:
        return None
    folder = state.folder / "compared"
    try:
        pair = open_pair(state.request.against, state.folder, state.reader)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        shown = compare_into(folder, pair, called=state.request.out)
    except TepatError as error:
        shutil.rmtree(folder, ignore_errors=True)
        state.manifest["not_compared"] = error.as_dict()
        return None
    return partial(in_report, shown)


def _contents(state: State) -> dict[str, str] | None:
    """A hash of each table's rows, order aside; None where the run is large, for it costs time.

    ``content_hash`` gives the same for a finished run of any size, see docs/exports.md.
    """
    if state.manifest["rows"]["families"] > HASHED_UP_TO:
        return None
    return {
        name: content_hash(state.con, state.con.read_parquet(str(state.folder / path)))
        for name, path in TABLES.items()
        if any(state.folder.glob(path))
    }


@contextmanager
def _timed(state: State, step: str) -> Iterator[None]:
    begun = time.perf_counter()
    state.report(step)
    yield
    state.seconds[step] = round(time.perf_counter() - begun, 3)


def in_force(policy: Policy, asked: Iterable[str], day: date) -> tuple[list[str], dict[str, str]]:
    """The programmes to decide on a day, in order, and why others are left out.

    Raises:
        TepatError: ``programme_unknown``, or ``not_in_force`` where a programme that was asked for
            by name, or every programme, is not in force.
    """
    asked = list(asked)
    for name in asked:
        if name not in policy.programmes:
            raise TepatError(
                "programme_unknown",
                f"There is no programme '{name}'.",
                nearest(name, policy.programmes),
                f"Programmes: {', '.join(policy.programmes)}.",
            )
    names, out = [], {}
    for name, programme in policy.programmes.items():
        if asked and name not in asked:
            continue
        if programme.is_in_force(day):
            names.append(name)
        else:
            spans = ", ".join(f"{p.start} to {p.end or 'now'}" for p in programme.in_force)
            out[name] = f"in force {spans}"
    if asked and out:
        listed = "; ".join(f"{name}: {why}" for name, why in out.items())
        raise TepatError(
            "not_in_force",
            f"Not in force on {day}: {listed}.",
            do="Choose another --as-of date, or leave the programme out.",
        )
    if not names:
        raise TepatError(
            "not_in_force",
            f"No programme of this policy is in force on {day}.",
            f"The first begins on {_first_day(policy)}.",
            "Choose another --as-of date.",
        )
    return names, out


def _first_day(policy: Policy) -> date:
    return min(p.start for programme in policy.programmes.values() for p in programme.in_force)


def _begun(request: Request, policy: Policy) -> dict[str, Any]:
    """What a run hangs on, its input aside."""
    return {
        "tepat": __version__,
        "code": code_version(),
        "as_of": request.as_of.isoformat(),
        "arguments": request.as_dict(),
        "policy_hash": policy.hash,
    }


def _keep_policy(state: State) -> None:
    for name, text in state.policy.files.items():
        path = state.folder / "policy" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _write_manifest(state: State) -> None:
    text = json.dumps(state.manifest, ensure_ascii=False, indent=1, default=str)
    (state.folder / "run.json").write_text(text + "\n", encoding="utf-8")


def existing(request: Request) -> dict[str, Any] | None:
    """The run that stands at ``--out``, if it has the same arguments and inputs; None if none does.

    Raises:
        TepatError: ``exists`` where something else stands there.
    """
    if not is_taken(request.out):
        return None
    kept = read_manifest(request.out) or {}
    if kept.get("arguments") != request.as_dict():
        what = "a run with other arguments" if kept else "something that is not a run"
        raise TepatError(
            "exists",
            f"{request.out} holds {what}.",
            "Nothing is overwritten.",
            "Give another --out, or move it away.",
        )
    since = changed_since(kept, lambda: input_files(request))
    if since is None and kept.get("policy_hash") != load_policy(request.policy).hash:
        since = "the policy changed"
    if since is not None:
        raise TepatError(
            "exists",
            f"{request.out} holds a run of the same arguments, made {kept['made_at']}, "
            f"but {since} since.",
            "Nothing is overwritten.",
            "Give another --out, or move it away.",
        )
    return kept
