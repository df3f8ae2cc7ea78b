"""Neither our log nor the database server's holds what people told us."""

from __future__ import annotations

import io
import logging
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from tepat.engine import embedded
from tepat.engine.errors import TepatError
from tepat.engine.quiet_log import QuietFormatter

NAME = "Rukmini Planted"
NIK = "3204335703580007"
# Each is refused with the name in the error's words: in its detail, context, statement or message.
REFUSED = {
    "a check": "insert into planted values (%s, -1)",
    "a key": "insert into planted values (%s, 1), (%s, 2)",
    "a conversion": "insert into planted select 'x', %s::text::int",
    "a cast in a function": "do $$ begin perform cast('{}' as date); end $$",
    "a raised message": "do $$ begin raise exception 'no such person: {}'; end $$",
    "a statement that cannot be read": "select '{}' from",
}
TABLE = "create temp table planted (name text unique, n int check (n > 0)) on commit drop"


def refused(name: str, execute: Any) -> None:
    """Run a statement that the database refuses."""
    text = REFUSED[name]
    execute(TABLE)
    execute(text.replace("{}", f"{NAME} {NIK}"), [f"{NAME} {NIK}"] * text.count("%s") or None)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What a logger with our formatter writes."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(QuietFormatter())
    logger = logging.getLogger("planted")
    logger.addHandler(handler)
    yield text
    logger.removeHandler(handler)


@pytest.mark.django_db
@pytest.mark.parametrize("name", REFUSED)
def test_a_refused_row_stays_out_of_our_log(name: str, log: io.StringIO) -> None:
    with pytest.raises(DatabaseError, match=NAME) as caught, transaction.atomic():
        refused(name, connection.cursor().execute)
    logging.getLogger("planted").error("A step failed: %s", caught.value, exc_info=caught.value)
    logging.getLogger("planted").error(caught.value)
    told = log.getvalue()
    assert "SQLSTATE" in told and "test_quiet_log.py" in told and "A step failed" in told
    assert "Rukmini" not in told and NIK not in told


@pytest.mark.django_db
def test_the_log_names_constraint_and_table_and_the_cause(log: io.StringIO) -> None:
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        refused("a check", connection.cursor().execute)
    logging.getLogger("planted").error("It failed.", exc_info=caught.value)
    told = log.getvalue()
    assert "psycopg.errors.CheckViolation: SQLSTATE 23514 planted_n_check planted" in told
    assert "which led to" in told and "django.db.utils.IntegrityError" in told


def test_errors_of_ours_and_of_the_program_keep_their_words(log: io.StringIO) -> None:
    said = (
        TepatError("disk_full", "The disk is full."),
        NameError("name 'x'"),
        OSError(28, "No space"),
    )
    for error in said:
        logging.getLogger("planted").error("Failed.", exc_info=error)
    logging.getLogger("planted").error("Failed.", exc_info=ValueError(f"invalid: {NAME!r}"))
    told = log.getvalue()
    assert "The disk is full." in told and "name 'x'" in told and "No space" in told
    assert "ValueError" in told and NAME not in told


def test_what_nobody_catches_is_written_without_words() -> None:
    program = f"from tepat.engine.quiet_log import be_quiet; be_quiet(); int({NAME!r})"
    for quiet, words in ((True, program), (False, program.replace("be_quiet();", ""))):
        done = subprocess.run(
            [sys.executable, "-c", words], capture_output=True, text=True, check=False
        )
        assert "ValueError" in done.stderr
        assert (NAME not in done.stderr) == quiet, "without it the name is there"


def test_the_settings_log_by_this_formatter() -> None:
    from tepat.site import settings

    (handler,) = settings.LOGGING["handlers"].values()  # type: ignore[attr-defined]
    formatter = settings.LOGGING["formatters"][handler["formatter"]]  # type: ignore[index]
    assert formatter == {"()": f"{QuietFormatter.__module__}.{QuietFormatter.__name__}"}
    assert settings.LOGGING["root"]["handlers"] == list(settings.LOGGING["handlers"])  # type: ignore[index, call-overload]


def written(home: Path) -> str:
    """All that the server wrote about itself and its clients."""
    files = [*(home / "data" / "log").iterdir(), home / "data" / "start.log"]
    return "".join(file.read_text() for file in files)


def provoke(home: Path) -> None:
    """Let a server refuse every statement, by name in the text and by parameter."""
    socket = str(embedded.socket_folder(home))
    for cursor_class in (psycopg.ClientCursor, psycopg.Cursor):
        for name in REFUSED:
            with (
                psycopg.connect(host=socket, user="postgres", dbname="postgres") as client,
                pytest.raises(psycopg.Error, match="Rukmini"),
            ):
                refused(name, cursor_class(client).execute)


def test_a_refused_row_stays_out_of_the_servers_log() -> None:
    with tempfile.TemporaryDirectory(prefix="tepat-test-") as base:
        Path(base).chmod(0o755)
        home = Path(base) / "pg"
        try:
            embedded.ensure(home, durable=False)
            provoke(home)
            assert "ready to accept connections" in written(home), "it still says how it is"
            assert "Rukmini" not in written(home) and NIK not in written(home)
            socket = str(embedded.socket_folder(home))
            with psycopg.connect(
                host=socket, user="postgres", dbname="postgres", autocommit=True
            ) as client:
                client.execute("alter system set log_min_messages = warning")
                client.execute("alter system set log_error_verbosity = default")
                client.execute("select pg_reload_conf()")
            embedded.stop(home)
            (home / "data" / "tepat.conf").unlink()
            embedded.ensure(home, durable=False)
            provoke(home)
            assert "Rukmini" in written(home), "a server that is not told would write it"
        finally:
            embedded.stop(home)
