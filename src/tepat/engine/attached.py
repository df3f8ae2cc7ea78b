"""PostgreSQL, read from within DuckDB: millions of rows a second, as one view of one moment.

Rows are read as the application's role on behalf of a user, so row-level security holds. A secret
of the engine carries the password: in the address itself it would stand in error messages.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tepat.engine.connect import literal
from tepat.engine.errors import TepatError

NAME = "pg"
CONNECTIONS = 4
_SETTINGS = {"HOST": "HOST", "PORT": "PORT", "NAME": "DATABASE", "USER": "USER"}


@contextmanager
def attached(con: Any, database: Mapping[str, Any], acting_user: int) -> Iterator[None]:
    """Read a PostgreSQL database as the catalogue `NAME`, in one transaction: one view of it.

    Args:
        con: a connection of `open_duckdb`, in no transaction.
        database: HOST, PORT, NAME, USER and PASSWORD, as Django's settings have them.
        acting_user: the id of the member of staff on whose behalf rows are read.

    After an error the connection is closed: an aborted transaction would keep its locks.

    Raises:
        TepatError: ``database_unreachable``, or ``database_lost`` where it goes away meanwhile.
    """
    import duckdb

    try:
        _attach(con, database, acting_user)
        con.execute("BEGIN")
        yield
        con.execute("COMMIT")
        con.execute(f"DETACH {NAME}")
    except duckdb.Error as error:
        con.close()
        if "Query interrupted" in str(error):
            raise
        raise _lost(error) from error
    except BaseException:
        con.close()
        raise


def open_duckdb(scratch: Path) -> Any:
    """A DuckDB that keeps secrets in memory only, and what does not fit there in a folder."""
    import duckdb

    return duckdb.connect(
        config={
            "autoinstall_known_extensions": "false",
            "allow_persistent_secrets": "false",
            "temp_directory": str(scratch),
            "threads": os.cpu_count() or 2,
        }
    )


def _attach(con: Any, database: Mapping[str, Any], acting_user: int) -> None:
    import duckdb

    given = {ours: str(database.get(theirs) or "") for theirs, ours in _SETTINGS.items()}
    given["PASSWORD"] = str(database.get("PASSWORD") or "")
    parts = [f"{name} {literal(value)}" for name, value in given.items() if value]
    options = f"-c tepat.user={int(acting_user)} -c lock_timeout=5000"
    try:
        con.execute(f"LOAD {literal(str(_extension()))}")
        con.execute(f"CREATE OR REPLACE SECRET {NAME} (TYPE postgres, {', '.join(parts)})")
        con.execute(f"SET pg_pool_max_connections = {CONNECTIONS}")
        address = literal(f"options={literal(options)}")
        con.execute(f"ATTACH {address} AS {NAME} (TYPE postgres, SECRET {NAME}, READ_ONLY)")
    except duckdb.Error as error:
        raise TepatError(
            "database_unreachable",
            "The registry's database cannot be reached.",
            _last(error),
            "See whether it runs: tepat db status. With a server of your own, check DATABASE_URL.",
        ) from error


def _lost(error: Exception) -> TepatError:
    return TepatError(
        "database_lost",
        "The registry could not be read to the end.",
        _last(error),
        "Nothing half-written was left. Run it again; if it fails again, look into the "
        "database's log.",
    )


def _last(error: Exception) -> str:
    """What the database said, without the address."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0].rsplit('": ', 1)[-1][:300] if lines else type(error).__name__


def _extension() -> Path:
    """The engine's extension, from its wheel: it cannot be fetched where there is no network."""
    found = find_spec("duckdb_extension_postgres_scanner")
    folders = list(found.submodule_search_locations or []) if found else []
    for folder in folders:
        for file in Path(folder).rglob("*.duckdb_extension"):
            return file
    raise TepatError(
        "extension_missing",
        "The part of DuckDB that reads PostgreSQL is not installed.",
        do="Run make setup.",
    )


def asked(con: Any, question: str) -> list[tuple[Any, ...]]:
    """The rows of a SELECT that PostgreSQL itself answers, within the transaction."""
    rows: list[tuple[Any, ...]] = con.execute(
        f"SELECT * FROM postgres_query({literal(NAME)}, {literal(question)})"
    ).fetchall()
    return rows
