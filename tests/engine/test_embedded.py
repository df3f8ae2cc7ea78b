"""The embedded server starts, is found again, and comes back after what happens to servers."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tepat.engine import embedded, postgres_programs
from tepat.engine.errors import TepatError

AS_ROOT = os.geteuid() == 0
Home = Callable[[str], Path]


@pytest.fixture
def make_home() -> Iterator[Home]:
    """Folders under a short path, whose servers are stopped afterwards."""
    base = Path(tempfile.mkdtemp(prefix="tepat-test-"))
    base.chmod(0o755)
    homes: list[Path] = []

    def home(name: str) -> Path:
        homes.append(base / name)
        return homes[-1]

    yield home
    for each in homes:
        embedded.stop(each)
        if embedded.socket_folder(each) != each:
            shutil.rmtree(embedded.socket_folder(each), ignore_errors=True)
    shutil.rmtree(base)


def ensure(home: Path) -> Path:
    return embedded.ensure(home, durable=False)


def ask(home: Path, question: str) -> object:
    """The one value that a query gives, asked as the server's superuser."""
    socket = str(embedded.socket_folder(home))
    with psycopg.connect(host=socket, user="postgres", dbname="postgres") as connection:
        row = connection.execute(question.encode()).fetchone()
        return row[0] if row else None


def pid_of(home: Path) -> int:
    pid = embedded.status(home).pid
    assert pid is not None
    return pid


def killed(home: Path) -> None:
    """Kill the server as a power cut would."""
    os.kill(pid_of(home), signal.SIGKILL)


def test_a_server_starts_answers_and_stops(make_home: Home) -> None:
    home = make_home("pg")
    assert not embedded.status(home).exists
    assert embedded.stop(home) is False
    assert ensure(home) == home
    assert ask(home, "select 1") == 1
    assert embedded.stop(home) is True
    assert embedded.status(home).pid is None
    assert embedded.status(home).exists


def test_a_second_process_attaches_to_the_same_server(make_home: Home) -> None:
    home = make_home("pg")
    ensure(home)
    first = pid_of(home)
    call = (
        "import pathlib; from tepat.engine import embedded; "
        f"embedded.ensure(pathlib.Path({str(home)!r}))"
    )
    subprocess.run([sys.executable, "-c", call], check=True, timeout=60)
    assert pid_of(home) == first, "the server outlives a process that used it"


def test_four_processes_at_once_share_one_server(make_home: Home) -> None:
    home = make_home("pg")
    call = (
        "import pathlib; from tepat.engine import embedded; "
        f"home = pathlib.Path({str(home)!r}); embedded.ensure(home, durable=False); "
        "print(embedded.status(home).pid)"
    )
    kids = [
        subprocess.Popen([sys.executable, "-c", call], stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    said = {kid.communicate(timeout=120)[0].strip() for kid in kids}
    assert [kid.returncode for kid in kids] == [0, 0, 0, 0]
    assert said == {str(pid_of(home))}


def test_what_was_written_survives_a_killed_server(make_home: Home) -> None:
    home = make_home("pg")
    embedded.ensure(home)
    with psycopg.connect(host=str(home), user="postgres", dbname="postgres") as connection:
        connection.execute("create table kept as select 42 as number")
    for _ in range(2):
        before = pid_of(home)
        killed(home)
        embedded.ensure(home)
        assert pid_of(home) != before
        assert ask(home, "select number from kept") == 42


def test_a_killed_server_is_not_taken_for_the_stranger_who_has_its_number(make_home: Home) -> None:
    home = make_home("pg")
    ensure(home)
    killed(home)
    _until(lambda: not _listens(home))
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        for left in (home / "data" / "postmaster.pid", home / ".s.PGSQL.5432.lock"):
            lines = left.read_text().splitlines(keepends=True)
            left.write_text("".join([f"{stranger.pid}\n", *lines[1:]]))
        assert embedded.status(home).pid is None
        assert embedded.stop(home) is False
        assert stranger.poll() is None, "stopping must not signal the stranger"
        ensure(home)
        assert ask(home, "select 1") == 1
    finally:
        stranger.kill()
        stranger.wait()


def test_a_killed_initdb_is_begun_again(make_home: Home) -> None:
    home = make_home("pg")
    (home / "data.new").mkdir(parents=True)
    (home / "data.new" / "PG_VERSION").write_text("18\n")
    ensure(home)
    assert ask(home, "select 1") == 1


@pytest.mark.parametrize(
    "name", ["a b'c/pg", 'quote"dollar$/pg', "x" * 150 + "/pg", "comma,é/pg"], ids=lambda n: n[:8]
)
def test_odd_and_long_paths_are_served(make_home: Home, name: str) -> None:
    home = make_home(name)
    socket = ensure(home)
    assert len(os.fsencode(socket)) <= embedded.LONGEST_FOLDER
    assert ask(home, "select 1") == 1
    killed(home)
    ensure(home)
    assert ask(home, "select 1") == 1


def test_a_moved_folder_is_served_at_its_new_place(make_home: Home) -> None:
    home, moved = make_home("before"), make_home("after")
    ensure(home)
    embedded.stop(home)
    home.rename(moved)
    assert ensure(moved) == moved
    assert ask(moved, "select 1") == 1


def test_a_stop_does_not_wait_for_who_is_connected(make_home: Home) -> None:
    home = make_home("pg")
    with psycopg.connect(host=str(ensure(home)), user="postgres", dbname="postgres") as connection:
        begun = time.monotonic()
        assert embedded.stop(home) is True
        assert time.monotonic() - begun < 10
        with pytest.raises(psycopg.OperationalError):
            connection.execute("select 1")


def test_a_broken_cluster_says_why_and_what_to_do(make_home: Home) -> None:
    home = make_home("pg")
    ensure(home)
    embedded.stop(home)
    (home / "data" / "PG_VERSION").write_text("17\n")
    with pytest.raises(TepatError) as failed:
        ensure(home)
    assert failed.value.code == "postgres_failed"
    assert "incompatible" in failed.value.why
    assert "DATABASE_URL" in failed.value.do
    (home / "data" / "PG_VERSION").write_text("18\n")
    ensure(home)
    assert ask(home, "select 1") == 1


@pytest.mark.skipif(not AS_ROOT, reason="only root has another account run the server")
def test_root_may_keep_data_where_others_may_not_enter(
    make_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = make_home("closed/pg")
    home.parent.mkdir(mode=0o700)
    ensure(home)
    assert ask(home, "select 1") == 1
    assert home.parent.stat().st_mode & 0o777 == 0o700, "nobody's rights are changed"
    embedded.stop(home)
    with monkeypatch.context() as without:
        without.setattr(postgres_programs, "_capability", lambda: None)
        with pytest.raises(TepatError) as refused:
            ensure(home)
    assert refused.value.code == "folder_closed"
    assert "cannot enter" in refused.value.what


@pytest.mark.skipif(not AS_ROOT, reason="only root can be another user")
def test_another_user_of_the_machine_cannot_connect(make_home: Home) -> None:
    home = make_home("pg")
    ensure(home)
    home.chmod(0o755)
    (home / ".s.PGSQL.5432").chmod(0o777)
    assert ask(home, "select 1") == 1, "root may"
    words = ("-h", str(home), "-U", "postgres", "-d", "postgres", "-Atc", "select 1")
    code, said = postgres_programs.run("psql", *words, data=home / "data")  # as nobody
    assert code != 0
    assert "Peer authentication failed" in said


def _listens(home: Path) -> bool:
    try:
        ask(home, "select 1")
    except psycopg.OperationalError:
        return False
    return True


def _until(holds: Callable[[], bool]) -> None:
    limit = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < limit
        time.sleep(0.05)
