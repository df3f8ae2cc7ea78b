"""The programs of a running Tepat: web server and worker, as words to start them with."""

from __future__ import annotations

import http.client
import os
import sys
import time

from tepat.engine.database import APPLICATION
from tepat.engine.errors import TepatError
from tepat.site.start import SETTINGS
from tepat.site.supervisor import Program


def web_server(host: str, port: int, *, processes: int = 1, threads: int = 4) -> Program:
    """The web server, listening on a port of a host."""
    words = (
        *("granian", "--interface", "wsgi", "--host", host, "--port", str(port)),
        *("--workers", str(processes), "--blocking-threads", str(threads)),
        *("--workers-kill-timeout", "10", "--respawn-failed-workers", "--no-ws"),
        *("--log-level", "warning", "tepat.site.wsgi:application"),
    )
    return Program("web server", (sys.executable, "-m", *words))


def worker(jobs_at_once: int = 1) -> Program:
    """The worker: takes jobs from the database, and ends a running one before it ends itself."""
    words = ("-m", "tepat.site.working", str(jobs_at_once))
    return Program("worker", (sys.executable, *words))


def environment() -> dict[str, str]:
    """The environment both need: this one, and who they are."""
    return {**os.environ, "DJANGO_SETTINGS_MODULE": SETTINGS, "TEPAT_DBUSER": APPLICATION}


def become(program: Program) -> None:
    """Let this process be the program from here on; does not return."""
    os.execve(program.words[0], program.words, environment())


def wait_until_it_answers(host: str, port: int, patience: float = 60.0) -> None:
    """Wait until the web server gives its health page.

    Raises:
        TepatError: ``no_answer``.
    """
    limit = time.monotonic() + patience
    while time.monotonic() < limit:
        connection = http.client.HTTPConnection(host, port, timeout=5)
        try:
            connection.request("GET", "/health")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
        time.sleep(0.1)
    raise TepatError(
        "no_answer",
        f"The web server does not answer on port {port}.",
        do="Read above what it said.",
    )
