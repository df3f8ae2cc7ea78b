"""What does an import cost, against the bare insertion of the same rows?

A file of so many members goes its whole way through Tepat into an empty registry: upload, columns,
reading and checking, sealing of numbers, comparison with the registry, approval, writing. Then the
very rows that came out of it (ciphertext and all) are inserted into an empty copy of the same
database, with the same constraints, triggers and policies: COPY into temporary tables and INSERT …
SELECT, in one transaction. Printed are the seconds of each, their ratio, and the peak memory of
this process. Shards are compared two at a time, as the worker does them, all else one by one.

    .venv/bin/python benchmarks/import_members.py [--members 1000000]
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

DAY = date(2025, 7, 1)
SEED_FAMILIES = 4_000
JOBS_AT_ONCE = 2  # as `tepat worker` does
BARE = "tepat_bare"
# In the order of their references.
TABLES = (
    "registry_family",
    "registry_familyrecord",
    "registry_person",
    "registry_personrecord",
    "registry_membership",
    "registry_familyobservation",
    "registry_personobservation",
    "registry_nameword",
)
USERS = (("uploader", "kabupaten_verifier"), ("approver", "head_of_office"))


def main() -> None:
    """Measure and print."""
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--members", type=int, default=1_000_000)
    asked = words.parse_args()
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        home.chmod(0o755)  # the server runs under an account of its own
        with running(home):
            measure(home, asked.members)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"peak memory of this process {peak:.1f} GiB")


@contextmanager
def running(home: Path) -> Iterator[None]:
    """A database server and an installation of its own."""
    for variable in ("DATABASE_URL", "DATABASE_OWNER_URL", "TEPAT_DBUSER"):
        os.environ.pop(variable, None)
    os.environ |= {"TEPAT_HOME": str(home), "DJANGO_SETTINGS_MODULE": "tepat.site.settings"}
    from tepat.engine import embedded
    from tepat.engine.database import ensure_database
    from tepat.engine.keys import load_keys

    load_keys(home)
    ensure_database(home)
    try:
        yield
    finally:
        embedded.stop(home / "pg")


def measure(home: Path, members: int) -> None:
    """Both sides, and the ratio."""
    import django

    django.setup()
    villages = multiply(home, members)
    lay_out(home, villages)
    steps: dict[str, float] = {}
    batch = bring_in(home, steps)
    own = sum(steps.values())
    for name, seconds in steps.items():
        print(f"  {name:28} {seconds:7.1f} s")
    rows = take_out(home, batch)
    bare = insert_bare(home)
    print(f"{rows['registry_person']:,} people, {sum(rows.values()):,} rows in {len(rows)} tables")
    print(f"tepat, file to visible batch   {own:7.1f} s")
    print(f"bare COPY and INSERT … SELECT  {bare:7.1f} s")
    print(f"ratio {own / bare:.2f}")


def multiply(home: Path, members: int) -> list[str]:
    """Copies of a small synthetic population, every key and number its own; the village codes."""
    import duckdb

    from tepat.population.make import make_population

    make_population(home / "people", SEED_FAMILIES, None, 1, kabupaten="3204")
    con = duckdb.connect()
    for table in ("families", "members"):
        con.execute(f"CREATE VIEW {table} AS FROM '{home}/people/{table}/**/*.parquet'")
    found = con.execute("SELECT count(*) FROM members").fetchone()
    copies = -(-members // (found[0] if found else 1))
    numbers = {"families": "kk_number", "members": "nik"}
    for table, number in numbers.items():
        keys = ["family_key", *(["person_key"] if table == "members" else [])]
        changed = ", ".join(f"{key} || '-' || i AS {key}" for key in keys)
        digits = f"CAST(110101 + i AS VARCHAR) || substr({number}, 7) AS {number}"
        limit = f"LIMIT {members}" if table == "members" else ""
        con.execute(
            f"COPY (SELECT * REPLACE ({changed}, {digits}) FROM {table}, range({copies}) AS c(i) "
            f"ORDER BY i, {keys[-1]} {limit}) TO '{home}/{table}.parquet' (FORMAT parquet)"
        )
    rows = con.execute("SELECT DISTINCT village FROM families").fetchall()
    return [row[0] for row in rows]


def lay_out(home: Path, villages: list[str]) -> None:
    """Tables, places, two users, and an empty copy of all of it."""
    from django.core.management import call_command
    from django.db import connection

    connection.settings_dict["USER"] = "tepat_owner"
    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        make_places(cursor, villages)
        for name, role in USERS:
            cursor.execute(
                "INSERT INTO staff_user (username, name, email, role, is_active, password, "
                "created_at, must_change_password, session_round) VALUES "
                "(%s, %s, '', %s, true, '!', now(), false, 0) RETURNING id",
                [name, name, role],
            )
            cursor.execute(
                "INSERT INTO staff_assignment (user_id, place_id, given_at) "
                "SELECT %s, place_id, now() FROM places_code WHERE code = '3204'",
                [cursor.fetchone()[0]],
            )
    connection.close()
    connection.settings_dict["USER"] = "tepat_app"
    with connect(home, "postgres", "postgres") as server:
        server.execute(f"CREATE DATABASE {BARE} OWNER tepat_owner TEMPLATE tepat")


def make_places(cursor: Any, villages: list[str]) -> None:
    """The tree above the villages."""
    kinds = {2: "province", 4: "kabupaten", 6: "kecamatan", 10: "desa"}
    codes = sorted({code[:length] for code in villages for length in kinds}, key=len)
    ids = {"": 1} | {code: number for number, code in enumerate(codes, 100_000)}
    lengths = list(kinds)
    for code in codes:
        level = lengths.index(len(code)) + 1
        above = code[: lengths[level - 2]] if level > 1 else ""
        cursor.execute(
            "INSERT INTO places_place (id, level, kind, parent_id, name) VALUES (%s,%s,%s,%s,%s)",
            [ids[code], level, kinds[len(code)], ids[above], code],
        )
        cursor.execute(
            "INSERT INTO places_code (place_id, scheme, code, valid_from, source) "
            "VALUES (%s, 'kemendagri', %s, '2000-01-01', '')",
            [ids[code], code],
        )
    cursor.execute(
        "INSERT INTO places_within (place_id, ancestor_id) "
        "WITH RECURSIVE w AS (SELECT id AS place_id, id AS ancestor_id, parent_id FROM places_place"
        " UNION ALL SELECT w.place_id, p.id, p.parent_id FROM w JOIN places_place AS p "
        "ON p.id = w.parent_id) SELECT place_id, ancestor_id FROM w ON CONFLICT DO NOTHING"
    )


def connect(home: Path, user: str, database: str) -> Any:
    """A connection past Django."""
    import psycopg

    from tepat.engine import embedded

    socket = str(embedded.socket_folder(home / "pg"))
    return psycopg.connect(host=socket, user=user, dbname=database, autocommit=True)


def bring_in(home: Path, steps: dict[str, float]) -> int:
    """A file on its whole way; the batch that is visible at its end."""
    from django.db import close_old_connections, connection

    from tepat.places.models import Code
    from tepat.registry.imports import actions, jobs
    from tepat.registry.models import ImportJob
    from tepat.staff.context import acting_as
    from tepat.staff.models import User

    first, second = (User.objects.get(username=name) for name, _ in USERS)
    place = Code.objects.get(code="3204").place_id
    files = [(home / name).open("rb") for name in ("families.parquet", "members.parquet")]
    job = timed(
        steps,
        "upload",
        lambda: actions.upload(
            file=files[0],
            name="families.parquet",
            second=(files[1], "members.parquet"),
            place=place,
            source="benchmark",
            acting_user=first,
            as_of=DAY,
        ),
    )
    timed(steps, "find the columns", lambda: jobs.look(job.pk, first.pk))
    timed(steps, "match", lambda: actions.match(job=job.pk, acting_user=first))
    timed(steps, "read, check and seal", lambda: jobs.read(job.pk, first.pk))

    def seen() -> ImportJob:
        with acting_as(first.pk):
            return ImportJob.objects.get(pk=job.pk)

    numbers = range(-1, seen().shards)
    with ThreadPoolExecutor(JOBS_AT_ONCE, initializer=close_old_connections) as pool:
        timed(
            steps,
            f"compare and stage {len(numbers) - 1} shards",
            lambda: list(pool.map(lambda n: jobs.shard(job.pk, first.pk, shard=n), numbers)),
        )
        list(pool.map(lambda _: connection.close(), range(4 * JOBS_AT_ONCE)))
    timed(steps, "settle", lambda: jobs.settle(job.pk, first.pk))
    timed(steps, "approve", lambda: actions.approve(job=job.pk, acting_user=second))
    timed(steps, "write", lambda: jobs.apply(job.pk, second.pk))
    done = seen()
    assert done.state == "done" and done.batch_id is not None
    return done.batch_id


def timed(steps: dict[str, float], name: str, work: Callable[[], Any]) -> Any:
    """Do a step and note its seconds."""
    started = time.perf_counter()
    result = work()
    steps[name] = time.perf_counter() - started
    return result


def take_out(home: Path, batch: int) -> dict[str, int]:
    """The rows that the import made, as files; how many of each table."""
    rows = {}
    with connect(home, "tepat_owner", "tepat") as source:
        for table in ("registry_importjob", "registry_askedset", *TABLES):
            with (
                (home / f"{table}.copy").open("wb") as file,
                source.cursor().copy(f"COPY {table} TO STDOUT") as copy,
            ):
                file.writelines(copy)
            found = source.execute(f"SELECT count(*) FROM {table}").fetchone()
            rows[table] = int(found[0])
    del rows["registry_importjob"], rows["registry_askedset"]
    assert batch == 1
    return rows


def insert_bare(home: Path) -> float:
    """The same rows by COPY into temporary tables and INSERT … SELECT; the seconds it took."""
    with connect(home, "postgres", "postgres") as server:
        server.execute("CHECKPOINT")
    with connect(home, "tepat_owner", BARE) as owner, owner.transaction():
        # the database takes rows of an import from who approved it alone
        copy_in(owner, "registry_importjob", home / "registry_importjob.copy", "batch_id = NULL")
        owner.execute("UPDATE registry_importjob SET state = 'applying'")
    with connect(home, "tepat_app", BARE) as target:
        first, second = (
            target.execute("SELECT id FROM staff_user WHERE username = %s", [name]).fetchone()[0]
            for name, _ in USERS
        )
        started = time.perf_counter()
        with target.transaction():
            target.execute("SET LOCAL work_mem = '128MB'")
            target.execute("SELECT set_config('tepat.user', %s, true)", [str(second)])
            target.execute(
                "INSERT INTO registry_batch (uuid, kind, source, made_by_id, made_at) "
                "VALUES (gen_random_uuid(), 'import', 'benchmark', %s, now())",
                [first],
            )
            for table in ("registry_askedset", *TABLES):
                copy_in(target, table, home / f"{table}.copy")
            target.execute("UPDATE registry_batch SET known_at = now()")
        return time.perf_counter() - started


def copy_in(target: Any, table: str, path: Path, changed: str = "") -> None:
    """One table, with a column set to another value."""
    target.execute(f"CREATE TEMP TABLE s ON COMMIT DROP AS SELECT * FROM {table} LIMIT 0")
    with path.open("rb") as file, target.cursor().copy("COPY s FROM STDIN") as copy:
        while block := file.read(1 << 20):
            copy.write(block)
    if changed:
        target.execute(f"UPDATE s SET {changed}")
    target.execute(f"INSERT INTO {table} SELECT * FROM s")
    target.execute("DROP TABLE s")


if __name__ == "__main__":
    main()
