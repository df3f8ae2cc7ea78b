"""Take a snapshot: one folder that `tepat run` reads, whole or not at all."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from tepat import __version__
from tepat.engine.attached import attached, open_duckdb
from tepat.engine.connect import literal
from tepat.engine.errors import TepatError
from tepat.engine.manifest import code_version, file_hash, new_folder
from tepat.registry.snapshot import rows
from tepat.registry.snapshot.fold import Questions, fold, questions
from tepat.registry.snapshot.moment import Moment, fix_moment, wait_for_writers

MANIFEST = "snapshot.json"
STEPS = ("families", "people", "answers", "write")
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class SnapshotRequest:
    """What to take: the day, by when it was known (None: by now), of which place (None: all)."""

    out: Path
    as_of: date
    known_by: datetime | None = None
    place: str | None = None


@dataclass(frozen=True)
class _Read:
    """What was read: the moment, the scope, and which facts were asked for."""

    when: Moment
    scope: rows.Scope
    questions: dict[str, Questions]


def take(
    request: SnapshotRequest,
    *,
    database: Mapping[str, Any],
    acting_user: int,
    account: str,
    progress: Progress = lambda step, done, total: None,
    sign: Callable[[dict[str, Any]], None] = lambda manifest: None,
) -> dict[str, Any]:
    """Write a snapshot and return what its snapshot.json holds.

    Args:
        request: what to take.
        database: HOST, PORT, NAME, USER and PASSWORD of the registry.
        acting_user: the id of the member of staff whose places are read.
        account: the name of that member's account, to be kept.
        progress: told of each step.
        sign: given what snapshot.json will hold, before the folder takes its place; if it raises,
            there is no snapshot.

    Raises:
        TepatError: nothing was written.
    """
    with new_folder(request.out) as folder:
        scratch = folder / "scratch"
        scratch.mkdir()
        con = open_duckdb(scratch)
        try:
            found = _read(con, request, database, acting_user, folder, progress)
            progress("write", 3, len(STEPS))
            _write(con, found, folder)
        finally:
            con.close()
        shutil.rmtree(scratch)
        manifest = _manifest(request, found, folder, account)
        text = json.dumps(manifest, ensure_ascii=False, indent=1)
        (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
        sign(manifest)
        return manifest


def _read(
    con: Any,
    request: SnapshotRequest,
    database: Mapping[str, Any],
    acting_user: int,
    folder: Path,
    progress: Progress,
) -> _Read:
    """All that needs the database, as one view of it."""
    scratch = folder / "scratch"
    if request.known_by is not None:
        with attached(con, database, acting_user):
            wait_for_writers(con)
    with attached(con, database, acting_user):
        when = fix_moment(con, request.as_of, request.known_by)
        scope = rows.find_scope(con, request.place, request.as_of)
        progress("families", 0, len(STEPS))
        if not rows.read_homes(con, when, scope):
            raise _empty(request)
        progress("people", 1, len(STEPS))
        rows.read_people(con, when)
        progress("answers", 2, len(STEPS))
        sets = {}
        for unit in rows.OWNERS:
            rows.read_observations(con, when, unit, scratch)
            used = rows.asked_in_use(con, unit, scratch)
            sets[unit] = questions(con, unit, rows.fact_columns(con, unit), used)
        _copy(con, rows.flags_sql(when), folder / "flags.parquet")
        _copy(con, rows.lists_sql(when), folder / "lists.parquet")
    return _Read(when, scope, sets)


def _write(con: Any, found: _Read, folder: Path) -> None:
    """Families and members, province by province, so that memory holds one at a time."""
    tables = {"family": ("families", rows.families_sql), "person": ("members", rows.members_sql)}
    for province in rows.provinces(con):
        name = "__HIVE_DEFAULT_PARTITION__" if province == rows.NOWHERE else province
        for unit, (table, sql) in tables.items():
            place = folder / table / f"province={name}"
            place.mkdir(parents=True)
            asked = found.questions[unit]
            seen = rows.observations(con, unit, folder / "scratch", province)
            folded = fold(con, f"{unit}_facts", seen, asked)
            _copy(con, sql(folded, asked.columns, province), place / "part-0.parquet")


def _copy(con: Any, sql: str, path: Path) -> None:
    con.execute(f"COPY ({sql}) TO {literal(str(path))} (FORMAT parquet, COMPRESSION zstd)")


def _empty(request: SnapshotRequest) -> TepatError:
    place = f" in {request.place}" if request.place else ""
    return TepatError(
        "snapshot_empty",
        f"No family{place} was known to live here on {request.as_of.isoformat()}.",
        "Or none lives in the places of who asks.",
        "Check the dates and the place.",
    )


def _manifest(request: SnapshotRequest, found: _Read, folder: Path, account: str) -> dict[str, Any]:
    import pyarrow.parquet as pq

    files = [
        {
            "path": str(path.relative_to(folder)),
            "table": path.relative_to(folder).parts[0].removesuffix(".parquet"),
            "rows": pq.read_metadata(path).num_rows,
            "sha256": file_hash(path),
        }
        for path in sorted(folder.glob("**/*.parquet"))
    ]
    counted = {
        table: sum(file["rows"] for file in files if file["table"] == table)
        for table in ("families", "members", "flags", "lists")
    }
    return {
        "tepat": __version__,
        "code": code_version(),
        "made_at": datetime.now(UTC).isoformat("T", "seconds"),
        "made_by": account,
        "as_of": request.as_of.isoformat(),
        "known_by": found.when.known_by.astimezone(UTC).isoformat("T", "microseconds"),
        "place": found.scope.code,
        "rows": counted,
        "files": files,
    }
