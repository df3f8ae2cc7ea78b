"""Start everything, say where it is, stop everything: `tepat demo`."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from tepat.engine import embedded
from tepat.engine.database import has_own_server
from tepat.engine.errors import TepatError
from tepat.engine.home import tepat_home
from tepat.site.demo.request import DemoRequest
from tepat.site.start import begin, make_home
from tepat.site.supervisor import (
    free_port,
    ignore_requests_to_end,
    listen_to_requests_to_end,
    run_together,
)

HOST, PORTS_TRIED = "127.0.0.1", 20


def run_demo(request: DemoRequest) -> None:
    """Run until Ctrl-C, then stop what was started. The data stays for the next time.

    Raises:
        KeyboardInterrupt: always in the end, when all has stopped.
        TepatError: ``demo_runs``, ``not_a_demo``, ``port_busy`` or what a step says.
    """
    from tepat.site.web import environment, web_server, worker

    if has_own_server():
        raise TepatError(
            "not_a_demo",
            "DATABASE_URL is set, and a demonstration is made in a database of its own only.",
            do="Unset DATABASE_URL for this command.",
        )
    listen_to_requests_to_end()
    home = tepat_home()
    port = free_port(HOST, request.port, PORTS_TRIED)
    with _only_one(home, port), _database(home):
        _prepare(request)
        address = f"http://localhost:{port}"
        programs = (web_server(HOST, port), worker())
        run_together(
            programs,
            environment(),
            started=lambda: _announce(address, HOST, port),
            look_after_more=lambda: embedded.ensure(home / "pg"),
        )


def _prepare(request: DemoRequest) -> None:
    """Tables, data and static files, as far as they are not there yet."""
    from tepat.site.demo.steps import fill
    from tepat.site.schema import is_demo, migrate
    from tepat.site.start import require_ready
    from tepat.site.static_build import gather

    migrate(demo=True)
    if not is_demo():
        raise TepatError(
            "not_a_demo",
            f"The database in {tepat_home()} is not a demonstration's.",
            "Invented people would stand among real ones.",
            "Name a new folder in TEPAT_HOME for the demonstration.",
        )
    require_ready()
    fill(request)
    gather()


def _announce(address: str, host: str, port: int) -> None:
    """Say where the pages are, once they answer, and who may look at them."""
    from tepat.site.demo.codes import account_lines
    from tepat.site.web import wait_until_it_answers

    wait_until_it_answers(host, port)
    print("\n".join(("", f"Tepat: {address}", *account_lines(), "Ctrl-C stops everything.")))
    print(flush=True)


@contextmanager
def _only_one(home: Path, port: int) -> Iterator[None]:
    """Hold the lock of the demonstration in this folder, and note in it where its pages are."""
    make_home(home)
    with (home / "demo.json").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise TepatError(
                "demo_runs",
                f"The demonstration runs already, at http://localhost:{_noted(file).get('port')}.",
                do="Use that one, or stop it first by Ctrl-C in its terminal.",
            ) from error
        _note(file, {**_noted(file), "port": port})
        yield


@contextmanager
def _database(home: Path) -> Iterator[None]:
    """The embedded server; stopped at the end if this or a killed demonstration started it."""
    file, before = home / "demo.json", embedded.status(home / "pg").pid
    noted = json.loads(file.read_text())
    ours = before is None or before == noted.get("postgres")
    try:
        begin()
        if ours:
            noted["postgres"] = embedded.status(home / "pg").pid
            file.write_text(json.dumps(noted))
        yield
    finally:
        if ours:
            ignore_requests_to_end()
            embedded.stop(home / "pg")


def _noted(file: IO[str]) -> dict[str, Any]:
    file.seek(0)
    text = file.read()
    return dict(json.loads(text)) if text else {}


def _note(file: IO[str], values: dict[str, Any]) -> None:
    file.truncate(0)
    file.write(json.dumps(values))
    file.flush()
