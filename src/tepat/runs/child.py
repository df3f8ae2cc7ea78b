"""A snapshot or a run in a process of its own: ``python -m tepat.runs.child``.

So its memory is given back, and it can be stopped at once. What to do comes as JSON on standard
input; progress and the result go out as lines of JSON: ``{"step", "done", "total"}``, and last
either ``{"result"}`` or ``{"error"}`` in both languages. If the worker dies, this ends as well.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from tepat.engine.errors import TepatError
from tepat.engine.quiet_log import in_full
from tepat.engine.text import Text

STOPPED = 130
SET_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)
_FULL = ("no space left", "disk quota exceeded", "could not write")
_MEMORY = ("out of memory", "failed to allocate", "cannot allocate memory")


@dataclass(frozen=True)
class Task:
    """One thing to do; ``about`` holds its arguments as text."""

    kind: str  # snapshot or run
    parent: int
    about: dict[str, Any]

    def as_json(self) -> bytes:
        """What the process is given."""
        return json.dumps(vars(self)).encode()


def main() -> None:
    """Do what standard input asks for."""
    task = Task(**json.load(sys.stdin))
    signal.signal(signal.SIGTERM, _end)
    ctypes.CDLL(None).prctl(SET_DEATH_SIGNAL, signal.SIGTERM)
    if os.getppid() != task.parent:  # it died before the line above
        raise SystemExit(STOPPED)
    try:
        _say({"result": WORK[task.kind](task.about)})
    except KeyboardInterrupt:
        raise SystemExit(STOPPED) from None
    except Exception as error:  # noqa: BLE001 (it is told to the worker, whatever it is)
        if "Query interrupted" in str(error):
            raise SystemExit(STOPPED) from None
        found = as_problem(error)
        if found.code == "unforeseen":
            print(in_full(error), file=sys.stderr, flush=True)
        _say({"error": {lang: found.in_language(lang) for lang in ("id", "en")}})
        raise SystemExit(2) from None


def _end(number: int, frame: Any) -> None:
    raise KeyboardInterrupt


def _say(what: dict[str, Any]) -> None:
    print(json.dumps(what, ensure_ascii=False, default=str), flush=True)


def _progress(step: str, done: int, total: int) -> None:
    _say({"step": step.partition(" ")[0], "done": done, "total": total})


def _snapshot(about: dict[str, Any]) -> dict[str, Any]:
    from tepat.registry.snapshot.take import SnapshotRequest, take

    request = SnapshotRequest(
        Path(about["out"]),
        date.fromisoformat(about["as_of"]),
        datetime.fromisoformat(about["known_by"]),
        about["place"],
    )
    manifest = take(
        request,
        database=about["database"],
        acting_user=about["user"],
        account=about["account"],
        progress=_progress,
    )
    return {name: manifest[name] for name in ("as_of", "known_by", "place", "rows", "code")}


def _run(about: dict[str, Any]) -> dict[str, Any]:
    from tepat.runs.explainer import keep_statements
    from tepat.runs.request import Request
    from tepat.runs.run import run

    request = Request(
        Path(about["input"]),
        Path(about["out"]),
        date.fromisoformat(about["as_of"]),
        programmes=tuple(about["programmes"]),
        quota=Path(about["quota"]) if about["quota"] else None,
    )
    manifest = run(request, _progress)
    keep_statements(request.out)
    return {"rows": manifest["rows"]}


WORK: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {"snapshot": _snapshot, "run": _run}


def as_problem(error: Exception) -> TepatError:
    """An error as one that a person can act on: its own words, or those for a full disk."""
    if isinstance(error, TepatError):
        return error
    said = f"{type(error).__name__}: {error}"
    low = said.lower()
    if getattr(error, "errno", None) == errno.ENOSPC or any(word in low for word in _FULL):
        return TepatError(
            "disk_full",
            Text(
                "Ruang simpan di komputer server habis.",
                "There is no room left on the server's disk.",
            ),
            Text(
                "Hasil yang setengah jadi sudah dihapus; tidak ada keputusan yang berubah.",
                "What was half written is removed; no decision has changed.",
            ),
            Text(
                "Minta pengelola server menambah ruang, lalu mulai perhitungan baru.",
                "Have the server's administrator make room, then start a new run.",
            ),
        )
    if isinstance(error, MemoryError) or any(word in low for word in _MEMORY):
        return out_of_memory()
    return TepatError(
        "unforeseen",
        Text(
            "Perhitungan berhenti karena hal yang tidak terduga: {kind}.",
            "The run came to an end for a reason that nobody foresaw: {kind}.",
        ).filled(kind=type(error).__name__),
        Text(
            "Tidak ada keputusan yang berubah. Rinciannya ada di catatan pekerja.",
            "No decision has changed. The worker's log has the details.",
        ),
        Text(
            "Mulai perhitungan baru; bila terulang, kirim catatan itu ke pengelola.",
            "Start a new run; if it happens again, send that log to the administrator.",
        ),
    )


def out_of_memory() -> TepatError:
    """The system ended the process, as it does when memory runs out."""
    return TepatError(
        "out_of_memory",
        Text(
            "Ingatan komputer server tidak cukup untuk perhitungan ini.",
            "The server has too little memory for this run.",
        ),
        Text("Tidak ada keputusan yang berubah.", "No decision has changed."),
        Text(
            "Mulai untuk wilayah yang lebih kecil, atau minta pengelola menambah ingatan.",
            "Start it for a smaller place, or have the administrator add memory.",
        ),
    )


if __name__ == "__main__":
    main()
