"""The roles exist, and none of them has more rights than its work needs."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from tepat.engine import database, embedded


@pytest.fixture(scope="module")
def socket() -> Iterator[Path]:
    """A server of its own, with the roles made by four at once."""
    home = Path(tempfile.mkdtemp(prefix="tepat-test-"))
    embedded.ensure(home / "pg", durable=False)
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: database.ensure_database(home, durable=False), range(4)))
    assert len(set(made)) == 1
    yield made[0]
    embedded.stop(home / "pg")
    shutil.rmtree(home)


def connect(socket: Path, role: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(host=str(socket), user=role, dbname=database.NAME, autocommit=True)


@pytest.mark.parametrize("role", [database.OWNER, database.APPLICATION, database.READER])
def test_no_role_can_pass_row_level_security(socket: Path, role: str) -> None:
    with connect(socket, role) as connection:
        rights = connection.execute(
            "select rolsuper, rolbypassrls, rolcreaterole, rolreplication from pg_roles "
            "where rolname = current_user"
        ).fetchone()
        assert rights == (False, False, False, False)
        for other in {"postgres", *database.ROLES} - {role}:
            if (role, other) == (database.OWNER, database.ERASER):
                continue  # to hand over the function that erases
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"set role {other}".encode())


def test_only_the_owner_makes_tables(socket: Path) -> None:
    with connect(socket, database.OWNER) as owner:
        owner.execute("create table made (number int)")
    for role in (database.APPLICATION, database.READER):
        with connect(socket, role) as connection:
            for refused in ("create table other (number int)", "drop table made"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(refused.encode())


def test_rights_that_a_role_was_given_by_hand_are_taken_back(socket: Path) -> None:
    with psycopg.connect(host=str(socket), user="postgres", dbname="postgres") as connection:
        connection.execute("alter role tepat_app bypassrls superuser")
    database.ensure_roles(socket)
    with connect(socket, database.APPLICATION) as connection:
        found = connection.execute(
            "select rolbypassrls or rolsuper from pg_roles where rolname = current_user"
        )
        assert found.fetchone() == (False,)


def test_nobody_logs_in_as_the_role_that_erases(socket: Path) -> None:
    with pytest.raises(psycopg.OperationalError, match="not permitted to log in"):
        connect(socket, database.ERASER)


def test_the_printed_statements_make_what_the_embedded_server_has(socket: Path) -> None:
    def roles(found: Path) -> list[object]:
        with psycopg.connect(host=str(found), user="postgres", dbname="postgres") as connection:
            return connection.execute(
                "select rolname, rolcanlogin, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, "
                "rolinherit, datcollate, datlocprovider from pg_roles, pg_database "
                "where rolname like 'tepat%' and datname = 'tepat' order by 1"
            ).fetchall()

    home = Path(tempfile.mkdtemp(prefix="tepat-test-"))
    other = embedded.ensure(home / "pg", durable=False)
    try:
        with psycopg.connect(
            host=str(other), user="postgres", dbname="postgres", autocommit=True
        ) as connection:
            for statement in database.statements_for_an_own_server().split("\n"):
                connection.execute(statement.encode())
        assert roles(other) == roles(socket)
        assert len(roles(other)) == len(database.ROLES)
    finally:
        embedded.stop(home / "pg")
        shutil.rmtree(home)
