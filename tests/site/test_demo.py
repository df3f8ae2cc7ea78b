"""The demonstration starts all, stops all, and goes on with its data the next time."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tepat.engine import embedded
from tests.site.running import begun, get, health_once, home_of_its_own, tepat, unused_port

pytestmark = pytest.mark.xdist_group("site_demo")  # they share a demonstration
FEW = ("--families", "200")
# What a visitor finds in each queue.
WAITING = (
    "registry_importjob where state = 'checked'",
    "registry_importjob where state = 'matching'",
    "registry_listload where state = 'checked'",
    "registry_interview where state = 'held'",
    "registry_interview where state = 'draft'",
    "registry_finding where assigned_at is not null",
    "registry_erasure where granted is null",
)


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    with home_of_its_own() as folder:
        folder.mkdir()
        yield folder


def start(home: Path, log: Path) -> tuple[subprocess.Popen[bytes], int]:
    """A demonstration that serves, and its port."""
    port = unused_port()
    demo = begun(home, log, "demo", "--port", str(port), *FEW)
    health_once(port, demo, log)
    wait_for(log, f"http://localhost:{port}")
    return demo, port


def wait_for(log: Path, text: str) -> None:
    limit = time.monotonic() + 60
    while text not in log.read_text():
        assert time.monotonic() < limit, log.read_text()
        time.sleep(0.1)


def processes_of(home: Path) -> list[str]:
    """The command lines of all processes that work in this home."""
    found = []
    for process in Path("/proc").iterdir():
        try:
            settings = (process / "environ").read_bytes() if process.name.isdigit() else b""
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            settings = b""
        if f"TEPAT_HOME={home}".encode() in settings.split(b"\0"):
            found.append((process / "cmdline").read_text().replace("\0", " "))
    return found


def counts(home: Path) -> dict[str, int]:
    """How many rows the owner sees in the tables that a demonstration fills."""
    socket = str(embedded.socket_folder(home / "pg"))
    tables = (*("places_place", "staff_user", "registry_family", "registry_batch"), *WAITING)
    with psycopg.connect(host=socket, user="tepat_owner", dbname="tepat") as connection:
        rows = [connection.execute(f"select count(*) from {t}".encode()) for t in tables]
        found = [row.fetchone() or (0,) for row in rows]
        return {table: int(row[0]) for table, row in zip(tables, found, strict=True)}


def test_ctrl_c_stops_all_and_a_second_start_goes_on(home: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    demo, port = start(home, log)
    try:
        assert get(port, "/")[0] == 200, "the front page answers without login"
        before = counts(home)
        assert before["registry_family"] > 150, "the import went all its way"
        assert [one for one in WAITING if not before[one]] == [], "each queue has something in it"
        code = tepat(home, "otp", "verifikator", "--json")
        assert len(json.loads(code.stdout)["code"]) == 6, code.stderr
        plain = tepat(home, "otp", "operator")
        assert plain.returncode == 2 and "account_plain" in plain.stderr
        again = tepat(home, "demo", "--port", str(port))
        assert "demo_runs" in again.stderr
    finally:
        demo.send_signal(signal.SIGINT)
        assert demo.wait(60) == 130, log.read_text()
    assert processes_of(home) == []
    assert embedded.status(home / "pg").pid is None
    demo, port = start(home, log)
    try:
        assert counts(home) == before
    finally:
        demo.send_signal(signal.SIGTERM)
        assert demo.wait(60) == 130, log.read_text()
    assert embedded.status(home / "pg").pid is None


def test_a_killed_demonstration_is_gone_and_the_next_cleans_up(home: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    demo, _ = start(home, log)
    demo.kill()
    demo.wait(30)
    limit = time.monotonic() + 30
    while processes_of(home):
        assert time.monotonic() < limit, processes_of(home)
        time.sleep(0.1)
    assert embedded.status(home / "pg").pid is not None, "the database outlives a kill"
    demo, _ = start(home, log)
    demo.send_signal(signal.SIGINT)
    assert demo.wait(60) == 130, log.read_text()
    assert embedded.status(home / "pg").pid is None, "it was the killed one's, so it is stopped"


def test_a_demonstration_survives_a_killed_database_and_a_killed_worker(
    home: Path, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    demo, port = start(home, log)
    try:
        pid = embedded.status(home / "pg").pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        limit = time.monotonic() + 60
        while True:
            status, body = get(port, "/health")
            if status == 200 and json.loads(body)["workers"] > 0 and get(port, "/")[0] == 200:
                break
            assert time.monotonic() < limit and demo.poll() is None, log.read_text()
            time.sleep(0.5)
        assert embedded.status(home / "pg").pid not in (None, pid)
    finally:
        demo.send_signal(signal.SIGINT)
        assert demo.wait(60) == 130, log.read_text()


def test_a_demonstration_is_not_made_on_a_named_server(home: Path) -> None:
    done = tepat(
        home,
        "demo",
        DATABASE_URL="postgresql://tepat_app@localhost/tepat",
        TEPAT_SECRET_KEY="x" * 43,
        TEPAT_DATA_KEY="x" * 43,
    )
    assert done.returncode == 2
    assert "not_a_demo" in done.stderr
