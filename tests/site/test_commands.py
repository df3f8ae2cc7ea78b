"""`tepat migrate`, `serve`, `worker`, `otp` and `db`, run as a user runs them."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tepat.engine import embedded
from tests.site.running import begun, get, health_once, home_of_its_own, tepat, unused_port

pytestmark = pytest.mark.xdist_group("site_commands")  # they share an installation


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """An installation with its tables."""
    with home_of_its_own() as folder:
        early = tepat(folder, "serve")
        assert "schema_old" in early.stderr, early.stderr
        done = tepat(folder, "migrate", "--json")
        assert done.returncode == 0, done.stderr
        assert len(json.loads(done.stdout)["applied"]) > 10
        yield folder


def test_a_second_migration_finds_nothing_to_do(home: Path) -> None:
    done = tepat(home, "migrate", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"applied": []}


def test_pages_are_served_until_ctrl_c(home: Path, tmp_path: Path) -> None:
    port, log = unused_port(), tmp_path / "log"
    web = begun(home, log, "serve", "--port", str(port))
    try:
        assert health_once(port, web, log)["status"] == "ok"
        assert get(port, "/health", Host="anything.example")[0] == 200
        assert get(port, "/", Host="anything.example")[0] == 400, "other pages know their hosts"
        taken = tepat(home, "serve", "--port", str(port))
        assert taken.returncode == 2 and "port_busy" in taken.stderr
    finally:
        web.send_signal(signal.SIGINT)
        assert web.wait(30) in (0, 130), log.read_text()
    assert get(port, "/health") == (0, "")
    assert embedded.status(home / "pg").pid is not None, "a command does not stop the database"


def test_the_health_page_tells_that_the_database_went_and_came(home: Path, tmp_path: Path) -> None:
    port, log = unused_port(), tmp_path / "log"
    web = begun(home, log, "serve", "--port", str(port))
    try:
        health_once(port, web, log)
        assert tepat(home, "db", "stop").returncode == 0
        status, body = get(port, "/health")
        assert (status, json.loads(body)) == (503, {"status": "no_database"})
        assert get(port, "/")[0] >= 500
        tepat(home, "migrate")
        assert get(port, "/health")[0] == 200, "the server finds the database again by itself"
    finally:
        web.send_signal(signal.SIGTERM)
        assert web.wait(30) in (0, 130, -signal.SIGTERM), log.read_text()


def test_a_worker_ends_orderly_when_asked_to(home: Path, tmp_path: Path) -> None:
    port, log = unused_port(), tmp_path / "log"
    web = begun(home, tmp_path / "web", "serve", "--port", str(port))
    worker = begun(home, log, "worker")
    try:
        health_once(port, web, tmp_path / "web")
        limit = time.monotonic() + 60
        while json.loads(get(port, "/health")[1]).get("workers") != 1:
            assert worker.poll() is None and time.monotonic() < limit, log.read_text()
            time.sleep(0.2)
    finally:
        web.terminate()
        worker.terminate()
        web.wait(30)
        assert worker.wait(30) == 0, log.read_text()


def test_no_codes_are_given_where_people_are_real(home: Path) -> None:
    done = tepat(home, "otp", "anybody")
    assert done.returncode == 2
    assert "not_a_demo" in done.stderr
    demo = tepat(home, "demo", "--port", str(unused_port()))
    assert demo.returncode == 2
    assert "not_a_demo" in demo.stderr


def test_the_application_cannot_declare_a_database_a_demonstration(home: Path) -> None:
    socket = str(embedded.socket_folder(home / "pg"))
    for role, may in (("tepat_app", False), ("tepat_owner", True)):
        with psycopg.connect(host=socket, user=role, dbname="tepat") as connection:
            update = "update site_installation set is_demo = true where id = 1"
            if may:
                assert connection.execute(update).rowcount == 1
            else:
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(update)
            connection.rollback()


def test_the_first_administrator_is_made_once(home: Path) -> None:
    made = tepat(home, "administrator", "siti", "--name", "Siti Aminah")
    assert made.returncode == 0, made.stderr
    assert "Password" in made.stdout
    assert "username_taken" in tepat(home, "administrator", "siti", "--name", "Siti").stderr
    assert "username_wrong" in tepat(home, "administrator", "Siti A", "--name", "Siti").stderr
    socket = str(embedded.socket_folder(home / "pg"))
    with psycopg.connect(host=socket, user="tepat_owner", dbname="tepat") as connection:
        rows = connection.execute(
            "select u.role, u.must_change_password, count(e.id) from staff_user u "
            "left join audit_entry e on e.subject = 'user' and e.subject_id = u.id "
            "where u.username = 'siti' group by 1, 2"
        ).fetchall()
    assert rows == [("administrator", True, 1)]


def test_what_an_installation_keeps_is_closed_to_others(home: Path) -> None:
    assert home.stat().st_mode & 0o777 == 0o711
    assert {each.stat().st_mode & 0o077 for each in home.iterdir() if each.is_dir()} == {0}


def test_a_database_is_not_served_with_another_key(home: Path) -> None:
    done = tepat(home, "serve", "--port", str(unused_port()), TEPAT_DATA_KEY="x" * 43)
    assert done.returncode == 2
    assert "keys_differ" in done.stderr


def test_an_own_server_is_used_as_its_address_says(home: Path) -> None:
    tepat(home, "migrate")
    socket = embedded.socket_folder(home / "pg")
    keys = json.loads((home / "keys" / "keys.json").read_text())
    own = {"TEPAT_SECRET_KEY": keys["site"], "TEPAT_DATA_KEY": keys["data"]}

    def address(role: str) -> str:
        return f"postgresql://{role}@/tepat?host={str(socket).replace('/', '%2F')}"

    def tried(*words: str, **more: str) -> str:
        done = tepat(home, *words, **own, **more)
        return done.stderr if done.returncode else "done"

    app, owner = address("tepat_app"), address("tepat_owner")
    assert tried("migrate", DATABASE_URL=app, DATABASE_OWNER_URL=owner) == "done"
    assert "owner_missing" in tried("migrate", DATABASE_URL=app)
    assert "role_too_strong" in tried("worker", DATABASE_URL=owner)
    assert "role_too_strong" in tried("worker", DATABASE_URL=address("postgres"))
    assert "database_url_wrong" in tried("worker", DATABASE_URL="mysql://x/y")
    assert "database_unreachable" in tried(
        "worker", DATABASE_URL="postgresql://tepat_app@localhost:1/tepat"
    )


def test_the_database_server_is_found_and_stopped(home: Path) -> None:
    tepat(home, "migrate")
    assert "It runs as process" in tepat(home, "db", "status").stdout
    assert "has stopped" in tepat(home, "db", "stop").stdout
    assert "It does not run" in tepat(home, "db", "status").stdout
    assert "did not run" in tepat(home, "db", "stop").stdout
