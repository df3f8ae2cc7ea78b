"""The database of an installation, and the roles that use it.

``tepat_owner`` makes and changes tables, ``tepat_app`` serves and works under row-level security,
``tepat_readonly`` reads under it, ``tepat_eraser`` owns the one function that forgets. None is a
superuser or may go round row-level security. On a server of one's own its administrator makes
them; see docs/deploying.md.
"""

from __future__ import annotations

import os
from pathlib import Path

from tepat.engine import embedded

NAME = "tepat"
OWNER, APPLICATION, READER = "tepat_owner", "tepat_app", "tepat_readonly"
ERASER = "tepat_eraser"  # cannot connect; one function runs as it
# The rights of each role, set anew each time so that none keeps more than it should have.
ROLES = {
    OWNER: "login createdb nocreaterole noinherit nosuperuser nobypassrls noreplication",
    APPLICATION: "login nocreatedb nocreaterole noinherit nosuperuser nobypassrls noreplication",
    READER: "login nocreatedb nocreaterole noinherit nosuperuser nobypassrls noreplication",
    ERASER: "nologin nocreatedb nocreaterole noinherit nosuperuser nobypassrls noreplication",
}
# So that migrations can hand over the function that erases.
HAND_OVER = f"grant {ERASER} to {OWNER} with inherit false, set true"
# Any number that no other lock has: two processes must not make a role at once.
LOCK = 7_283_762


def has_own_server() -> bool:
    """Whether DATABASE_URL names a server, so that the embedded one is not used."""
    return bool(os.environ.get("DATABASE_URL"))


def ensure_database(home: Path, *, durable: bool = True) -> Path:
    """Start or attach to the embedded server in ``home/pg``, with its roles and its database.

    Returns the socket's folder.
    """
    socket = embedded.ensure(home / "pg", durable=durable)
    ensure_roles(socket)
    return socket


def ensure_roles(socket: Path, database: str = NAME) -> None:
    """Make the roles and the database where they are missing, and set the roles' rights.

    May be called as often as one likes, from several processes at once.
    """
    import psycopg
    from psycopg import sql

    with psycopg.connect(
        host=str(socket), user="postgres", dbname="postgres", autocommit=True
    ) as connection:
        connection.execute("select pg_advisory_lock(%s)", [LOCK])
        for role, rights in ROLES.items():
            found = connection.execute("select 1 from pg_roles where rolname = %s", [role])
            verb = "alter" if found.fetchone() else "create"
            statement = sql.SQL(verb + " role {} " + rights)
            connection.execute(statement.format(sql.Identifier(role)))
        connection.execute(HAND_OVER.encode())
        found = connection.execute("select 1 from pg_database where datname = %s", [database])
        if not found.fetchone():
            names = sql.Identifier(database), sql.Identifier(OWNER)
            connection.execute(sql.SQL("create database {} owner {}").format(*names))


def statements_for_an_own_server() -> str:
    """The SQL that a server's administrator runs once; it sets no passwords."""
    made = [f"create role {role} {rights};" for role, rights in ROLES.items()]
    database = (
        f"create database {NAME} owner {OWNER} encoding 'UTF8' template template0 "
        "locale_provider builtin builtin_locale 'C.UTF-8';"
    )
    return "\n".join([*made, f"{HAND_OVER};", database])
