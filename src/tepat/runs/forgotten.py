"""A finished run forgets people: their facts, findings and reasons go, what was decided stays.

The tables that name somebody are written anew beside their place and put there whole. The sums of
the run and its report name nobody and stay. What decided about such a family cannot be told from
this run any more, for it was decided from what is gone.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tepat.engine.connect import literal
from tepat.runs.folder import FORGOTTEN, RunFolder, forgotten_families

# What tells of a person's row no more than that it is there.
KEYS = ("person_id", "person_key", "family_id", "family_key")
BITS = ("__failed", "__unknown")


def forget_people(path: Path, keys: Sequence[str]) -> int:
    """Forget these persons in a run; may be repeated. Returns how many of them it had.

    Args:
        path: a finished run's folder.
        keys: their ``person_key``.
    """
    run = RunFolder(path)
    if not keys or not run.has("members"):
        return 0
    con = run.raw
    con.execute("CREATE OR REPLACE TEMP TABLE gone AS SELECT unnest(?) AS key", [list(keys)])
    con.execute(
        "CREATE OR REPLACE TEMP TABLE who AS SELECT person_id, person_key, family_id "
        "FROM read_parquet(?) WHERE person_key IN (SELECT key FROM gone)",
        [run.file("members")],
    )
    found = con.execute("SELECT DISTINCT family_id FROM who ORDER BY 1").fetchall()
    if not found:
        return 0
    # first of all, so that nobody tells reasons from rows that are half gone
    _mark(path, sorted({*forgotten_families(path), *(row[0] for row in found)}))
    for name, value in (("members", _facts), ("member_decisions", _reasons)):
        for part in run.parts(name):
            _emptied(con, part, value)
    of_them = "person_id IN (SELECT person_id FROM who)"
    named = "\"table\" = 'members' AND key IN (SELECT person_key FROM who)"
    for name, test in (("flags", of_them), ("benefits", of_them), ("findings", named)):
        for part in run.parts(name):
            _without(con, part, test)
    row = con.execute("SELECT count(*) FROM who").fetchone()
    return int(row[0])


def _mark(path: Path, families: Sequence[int]) -> None:
    unfinished = path / f".{FORGOTTEN}.{os.getpid()}"
    unfinished.write_text(json.dumps(families), encoding="utf-8")
    os.replace(unfinished, path / FORGOTTEN)


def _facts(name: str, kind: str) -> str:
    return f'"{name}"' if name in KEYS else f"CAST(NULL AS {kind})"


def _reasons(name: str, kind: str) -> str:
    return f"CAST(0 AS {kind})" if name.endswith(BITS) else f'"{name}"'


def _emptied(con: Any, path: Path, value: Any) -> None:
    """Give other values to the columns of these persons' rows."""
    columns = con.execute("DESCRIBE FROM read_parquet(?)", [str(path)]).fetchall()
    of_them = "person_id IN (SELECT person_id FROM who)"
    chosen = ", ".join(
        f'CASE WHEN {of_them} THEN {value(name, kind)} ELSE "{name}" END AS "{name}"'
        for name, kind, *_ in columns
    )
    if _has(con, path, of_them):
        _write(con, f"SELECT {chosen} FROM read_parquet($path)", path)


def _without(con: Any, path: Path, test: str) -> None:
    """Leave rows out."""
    if _has(con, path, test):
        _write(con, f"SELECT * FROM read_parquet($path) WHERE ({test}) IS NOT TRUE", path)


def _has(con: Any, path: Path, test: str) -> bool:
    found = con.execute(f"SELECT count(*) FROM read_parquet(?) WHERE {test}", [str(path)])
    return bool(found.fetchone()[0])


def _write(con: Any, sql: str, path: Path) -> None:
    """Rows in their order, in place of the file."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    where = literal(str(unfinished))
    try:
        con.execute(
            f"COPY ({sql}) TO {where} (FORMAT parquet, COMPRESSION zstd)", {"path": str(path)}
        )
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
