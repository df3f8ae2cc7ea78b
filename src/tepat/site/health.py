"""Whether the application can work, for whoever watches over it: ``/health``, without login."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse

PATH = "/health"
# A worker that has been silent for so long is taken for dead.
SILENT_SECONDS = 30
RETRY_SECONDS = 5  # the embedded server is mostly back by then
WORKERS = """
    SELECT count(*) FILTER (WHERE last_heartbeat > now() - make_interval(secs => %s)),
           (SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing'))
    FROM procrastinate_workers
"""


class HealthMiddleware:
    """Answers before all else, which would need the database, a session and a known host name."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.schema_is_current = False  # true for ever once seen: schemas only grow

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The state of things at `PATH`, anything else as ever."""
        if request.path != PATH:
            return self.get_response(request)
        found = state(check_schema=not self.schema_is_current)
        self.schema_is_current = self.schema_is_current or found["status"] == "ok"
        answer = JsonResponse(found, status=200 if found["status"] == "ok" else 503)
        answer["Cache-Control"] = "no-store"
        if answer.status_code == 503:
            answer["Retry-After"] = str(RETRY_SECONDS)
        answer._has_been_logged = True  # type: ignore[attr-defined]  # who watches asks often
        return answer


def state(*, check_schema: bool = True) -> dict[str, Any]:
    """``status`` is ok, no_database or old_schema; with workers alive and jobs not yet done."""
    try:
        with connection.cursor() as cursor:
            if check_schema and missing_migrations():
                return {"status": "old_schema"}
            cursor.execute(WORKERS, [SILENT_SECONDS])
            workers, jobs = cursor.fetchone()
    except DatabaseError:
        connection.close()  # the next request gets a fresh one
        return {"status": "no_database"}
    return {"status": "ok", "workers": workers, "jobs": jobs}


def missing_migrations() -> list[str]:
    """Names of migrations that the code has and the database lacks."""
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [str(migration) for migration, _ in plan]
