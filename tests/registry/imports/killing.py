"""Stopping the database at a point of an import, killing who is there, and comparing the rows."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings

from tepat.registry.actions.people import sealer
from tests import database

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 90.0  # seconds; a quiet machine needs three

# Each point of an import takes a lock that a test may hold: it stops there, in its transaction.
POINTS = """
CREATE FUNCTION test_point() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    point text := TG_TABLE_NAME || ' ' || TG_OP;
BEGIN
    IF TG_TABLE_NAME = 'registry_importjob' THEN
        point := CASE
            WHEN NEW.state <> OLD.state THEN NEW.state
            WHEN NEW.shards <> OLD.shards THEN 'shards'
            ELSE 'shard ' || cardinality(NEW.shards_done) END;
    END IF;
    PERFORM pg_advisory_xact_lock_shared(hashtext(point));
    RETURN NULL;
END
$$;
CREATE TRIGGER test_point AFTER UPDATE ON registry_importjob
    FOR EACH ROW EXECUTE FUNCTION test_point();
CREATE TRIGGER test_point AFTER INSERT ON registry_personobservation
    FOR EACH STATEMENT EXECUTE FUNCTION test_point();
CREATE TRIGGER test_point AFTER DELETE ON registry_stagefamily
    FOR EACH STATEMENT EXECUTE FUNCTION test_point();
"""
# What the killed left behind is found by its silence; here the silence is told, not waited for.
SILENT = "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'"
# The clock asks for this every ten seconds.
LOOK_FOR_STALLED = """
INSERT INTO procrastinate_jobs (queue_name, task_name, priority, args, queueing_lock)
VALUES ('clock', 'tepat.registry.tasks.retry_stalled', 10, '{"timestamp": 0}', 'retry_stalled')
ON CONFLICT DO NOTHING
"""
FACTS = (
    *("family", "person", "event", "familyrecord", "personrecord", "membership"),
    *("familyobservation", "personobservation", "flag", "nameword"),
)
ABOUT = ("batch", "importjob", "importfinding", "stagefamily", "stageperson")
# Numbers that sequences give, moments, and what is sealed with keys of chance.
_CHANCE = (
    *("id", "uuid", "salt", "version", "base_version", "batch_id", "superseded_by_id"),
    *("family_id", "person_id", "asked_id", "job_id", "undoes_id", "made_at", "known_at"),
    *("uploaded_at", "checked_at", "decided_at", "ended_at", "kk_sealed", "nik_sealed"),
    *("made_by_id", "uploaded_by_id", "decided_by_id"),
)
_ROWS = """
SELECT (to_jsonb(t) - %s::text[]) || jsonb_build_object('of', f.origin_key, 'who', p.origin_key,
    'batch', b.kind, 'superseded', s.kind, 'asked', a.columns, 'by', u.username) AS told,
    to_jsonb(t) -> 'kk_sealed' AS kk, f.salt, to_jsonb(t) -> 'nik_sealed' AS nik, p.salt
FROM registry_{0} AS t
LEFT JOIN registry_family AS f ON f.id = (to_jsonb(t) ->> 'family_id')::bigint
LEFT JOIN registry_person AS p ON p.id = (to_jsonb(t) ->> 'person_id')::bigint
LEFT JOIN registry_batch AS b ON b.id = (to_jsonb(t) ->> 'batch_id')::bigint
LEFT JOIN registry_batch AS s ON s.id = (to_jsonb(t) ->> 'superseded_by_id')::bigint
LEFT JOIN staff_user AS u
    ON u.id = coalesce(to_jsonb(t) ->> 'made_by_id', to_jsonb(t) ->> 'decided_by_id')::bigint
LEFT JOIN registry_askedset AS a ON a.id = (to_jsonb(t) ->> 'asked_id')::bigint
"""


def rows(*tables: str) -> dict[str, Counter[str]]:
    """All rows of tables in words that do not depend on the order in which they were made."""
    found = {}
    with database.connect("postgres") as all_seeing:
        for table in tables or (*FACTS, *ABOUT):
            read = all_seeing.execute(_ROWS.format(table), [list(_CHANCE)]).fetchall()
            found[table] = Counter(
                json.dumps([told, _opened(kk, of), _opened(nik, whose)], sort_keys=True)
                for told, kk, of, nik, whose in read
            )
    return found


def _opened(sealed: str | None, salt: bytes | None) -> str | None:
    if sealed is None or salt is None:
        return None
    return sealer().open(bytes.fromhex(sealed[2:]), salt)


def make_points() -> None:
    """Prepare the session's database; the next copy is without them."""
    with database.connect("postgres") as owner:
        owner.execute(POINTS)


@contextmanager
def worker(*more: str) -> Iterator[subprocess.Popen[bytes]]:
    """A program of `killable`; whatever happens, it is gone afterwards."""
    words = [sys.executable, "-m", "tests.registry.imports.killable", database.NAME]
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.site_settings", "PYTHONPATH": str(ROOT)}
    words += [str(settings.FILES), *more]
    with subprocess.Popen(words, cwd=ROOT, env=env, stderr=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


def killed_at(point: str, *more: str, meanwhile: Callable[[], None] = lambda: None) -> None:
    """Let a program come to a point, kill it there with -9, and let go.

    Args:
        point: of `POINTS`.
        more: which program, see `killable`.
        meanwhile: what people do while it works; called again and again.
    """
    with database.connect("postgres") as holder:
        holder.execute("SELECT pg_advisory_lock(hashtext(%s))", [point])
        with worker(*more) as process:
            wait_for(lambda: blocked_by(holder) or meanwhile(), process)
            process.send_signal(signal.SIGKILL)
            process.wait()
    with database.connect("postgres") as owner:
        owner.execute(SILENT)
        owner.execute(LOOK_FOR_STALLED)


def blocked_by(holder: Any) -> int:
    """How many wait for a lock of this connection."""
    row = holder.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))"
    ).fetchone()
    return int(row[0])


def wait_for(there: Callable[[], object], process: subprocess.Popen[bytes]) -> None:
    """Wait until something is there; the process must not end before."""
    limit = time.monotonic() + PATIENCE
    while not there():
        if process.poll() is not None or time.monotonic() > limit:
            process.kill()
            said = (process.stderr.read() if process.stderr else b"").decode()[-3000:]
            raise AssertionError(f"It did not come so far:\n{said}")
        time.sleep(0.05)
