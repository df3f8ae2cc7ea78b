"""The databases of tests: copies of a migrated template, in a cluster that test sessions share.

Migrations run once for each state of their files. A session gets a copy of the result, and a new
copy after each test that commits: nothing needs to be emptied, which the audit's tables refuse.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tepat.engine import database, embedded
from tests.site_settings import PG, ROOT

TEMPLATES_KEPT = 4
NAME = f"test_tepat_{os.getpid()}"
# Lets a test arrange what only the owner may write, inside the test's own transaction.
AS_OWNER = """
create function test_as_owner(statement text) returns void language plpgsql security definer as
$$ begin execute statement; end $$;
grant execute on function test_as_owner(text) to tepat_app
"""


def connect(role: str = database.APPLICATION, name: str = NAME) -> psycopg.Connection[Any]:
    """A connection of its own to the session's database, past Django. Commits each statement."""
    socket = str(embedded.socket_folder(PG))
    return psycopg.connect(host=socket, user=role, dbname=name, autocommit=True)


@contextmanager
def cluster() -> Iterator[None]:
    """The running server; the last session that uses it stops it."""
    PG.parent.mkdir(parents=True, exist_ok=True)
    with (PG.parent / "users.lock").open("a") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        database.ensure_roles(embedded.ensure(PG, durable=False))
        _drop_left_by_killed_sessions()
        yield
        fcntl.flock(users, fcntl.LOCK_UN)
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        embedded.stop(PG)


def as_owner(statement: str) -> None:
    """Run a statement as the owner, in the transaction that Django's connection has open."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("select test_as_owner(%s)", [statement])


def make_copy() -> None:
    """Make the session's database anew, as migrations leave it. Throws out whoever is connected."""
    template = _template()
    drop_copy()
    _as_superuser("create database {} owner tepat_owner template {}", NAME, template)
    with connect(database.OWNER) as connection:
        connection.execute(AS_OWNER)


def drop_copy() -> None:
    """Remove the session's database."""
    _as_superuser("drop database if exists {} with (force)", NAME)


def _as_superuser(statement: str, *names: str) -> None:
    with connect("postgres", "postgres") as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _databases(pattern: str) -> list[str]:
    """Databases whose name matches, the newest first."""
    with connect("postgres", "postgres") as connection:
        rows = connection.execute("select datname from pg_database order by oid desc").fetchall()
    return [name for (name,) in rows if re.fullmatch(pattern, name)]


def _drop_left_by_killed_sessions() -> None:
    for name in _databases(r"test_tepat_\d+"):
        if not Path(f"/proc/{name.rsplit('_', 1)[1]}").exists():
            _as_superuser("drop database if exists {} with (force)", name)


def _template() -> str:
    """The name of a migrated database, made by the first who needs it."""
    digest = hashlib.sha256((ROOT / "requirements.lock").read_bytes())
    for file in sorted((ROOT / "src" / "tepat").glob("*/migrations/*.py")):
        digest.update(str(file.relative_to(ROOT)).encode() + file.read_bytes())
    name = f"template_{digest.hexdigest()[:16]}"
    with (PG.parent / "template.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _databases(name):
            _migrate(name)
            for old in _databases(r"template_[0-9a-f]{16}")[TEMPLATES_KEPT:]:
                _as_superuser("drop database if exists {} with (force)", old)
    return name


def _migrate(name: str) -> None:
    from django.core.management import call_command
    from django.db import connections

    unfinished = f"{name}_unfinished"
    _as_superuser("drop database if exists {} with (force)", unfinished)
    _as_superuser("create database {} owner tepat_owner", unfinished)
    connection = connections["default"]
    before = dict(connection.settings_dict)
    connection.settings_dict.update(NAME=unfinished, USER=database.OWNER)
    try:
        call_command("migrate", verbosity=0)
    finally:
        connection.close()
        connection.settings_dict.update(before)
    _as_superuser("alter database {} rename to {}", unfinished, name)
