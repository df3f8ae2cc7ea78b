"""A snapshot against reading the same rows out through the same path without the fold in time.

    python benchmarks/snapshot.py [--people 1000000] [--rounds 3] [--home FOLDER]

Fills a database of its own in an embedded server (made in FOLDER, or thrown away), then takes
snapshots and reads rows out in turn, each in a process of its own, so that memory is told for each.
The bare side reads the same rows of the same tables through the same connection, joins each
observation to its family or person, and writes the same columns by province as Parquet: no days,
no batches, no latest answer. Of the people, a third were asked twice, a tenth a third time about
two things only, and one in fifty has a superseded record.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

DAY = date(2025, 7, 1)
NAME = "bench"
FAMILY_SIZE = 3
PROVINCES = 4
VILLAGES = 400

PLACES = f"""
INSERT INTO places_place (id, level, kind, parent_id, name)
SELECT 10 + p, 1, 'province', 1, 'p' || p FROM generate_series(1, {PROVINCES}) AS p;
INSERT INTO places_place (id, level, kind, parent_id, name)
SELECT 1000 + v, 4, 'desa', 11 + (v - 1) * {PROVINCES} / {VILLAGES}, 'v' || v
FROM generate_series(1, {VILLAGES}) AS v;
INSERT INTO places_within (place_id, ancestor_id)
SELECT id, id FROM places_place WHERE id > 1
UNION ALL SELECT id, 1 FROM places_place WHERE id > 1
UNION ALL SELECT id, parent_id FROM places_place WHERE level = 4;
INSERT INTO places_code (place_id, scheme, code, valid_from, source)
SELECT id, 'kemendagri', CASE level WHEN 1 THEN (id)::text
    ELSE parent_id::text || '0101' || id::text END, '2000-01-01', ''
FROM places_place WHERE id > 1;
INSERT INTO registry_askedset (id, columns) VALUES (3, '{{floor,car}}'), (4, '{{works,diploma}}');
"""
FAMILIES = """
INSERT INTO registry_family (id, uuid, version, home_id)
SELECT f, gen_random_uuid(), {batch}, 1001 + (f - 1) * {villages} / ({families} + 1)
FROM generate_series(1, {families}) f;
INSERT INTO registry_familyrecord (family_id, kk_sealed, kk_token, kk_findings, place_id, address,
    home_id, valid_from, batch_id)
SELECT id, sha256(id::text::bytea) || sha256(id::text::bytea),
    substr(sha256(id::text::bytea), 1, 16), 0, home_id, 'Kp. Pasir RT 02 RW 05',
    home_id, '2024-01-01', {batch} FROM registry_family;
"""
PEOPLE = """
INSERT INTO registry_person (id, uuid, home_id)
SELECT p, gen_random_uuid(), f.home_id FROM generate_series(1, {people}) p
JOIN registry_family f ON f.id = (p - 1) / {size} + 1;
INSERT INTO registry_personrecord (person_id, nik_sealed, nik_token, nik_findings, name, sex,
    birth_date, home_id, valid_from, batch_id)
SELECT id, sha256(id::text::bytea) || sha256(id::text::bytea),
    substr(sha256(('n' || id)::bytea), 1, 16), 0, 'Siti Aminah binti Hasan', 1 + id % 2,
    DATE '1950-01-01' + (id % 26000)::int, home_id, '2024-01-01', {batch} FROM registry_person;
INSERT INTO registry_membership (person_id, family_id, relation, ended, home_id, valid_from,
    batch_id)
SELECT id, (id - 1) / {size} + 1, CASE id % {size} WHEN 1 THEN 1 ELSE 3 END, '', home_id,
    '2024-01-01', {batch} FROM registry_person;
"""
SURVEY = """
INSERT INTO registry_{unit}observation ({unit}_id, uuid, observed_on, source, asked_id, home_id,
    batch_id{names})
SELECT id, gen_random_uuid(), DATE '{day}', 'survey {day}', {asked}, home_id, {batch}{values}
FROM registry_{unit} WHERE {some};
"""
CORRECTION = """
UPDATE registry_personrecord SET superseded_by_id = {batch} WHERE person_id % 50 = 0;
INSERT INTO registry_personrecord (person_id, nik_sealed, nik_token, nik_findings, name, sex,
    birth_date, home_id, valid_from, batch_id)
SELECT person_id, nik_sealed, nik_token, nik_findings, 'Siti Aminah', sex, birth_date, home_id,
    valid_from, {batch} FROM registry_personrecord WHERE superseded_by_id = {batch};
"""


def main() -> None:
    """Measure and print; with --one, do one side once."""
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--people", type=int, default=1_000_000)
    words.add_argument("--rounds", type=int, default=3)
    words.add_argument("--home", type=Path)
    words.add_argument("--one", choices=("bare", "tepat"))
    words.add_argument("--out", type=Path)
    asked = words.parse_args()
    if asked.one:
        print(json.dumps(one_side(asked.one, asked.home, asked.out)))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        home = asked.home or folder / "home"
        fill(home, asked.people)
        try:
            compare(home, folder, asked.rounds)
        finally:
            if asked.home is None:
                from tepat.engine import embedded

                embedded.stop(home / "pg")


def settings_of(home: Path) -> dict[str, Any]:
    """The database as the application uses it."""
    from tepat.engine import embedded

    socket = str(embedded.socket_folder(home / "pg"))
    return {"HOST": socket, "NAME": NAME, "USER": "tepat_app", "PORT": "5432", "PASSWORD": ""}


def fill(home: Path, people: int) -> None:
    """Make the database and its people; nothing where it has them already."""
    import psycopg

    from tepat.engine import database, embedded

    socket = embedded.ensure(home / "pg")
    database.ensure_roles(socket, NAME)
    migrate(home)
    with psycopg.connect(host=str(socket), user="tepat_owner", dbname=NAME) as pg:
        found = pg.execute("SELECT count(*) FROM registry_person").fetchone()
        if found is not None and found[0]:
            print(f"{found[0]:,} people were there already")
            return
        begun = time.perf_counter()
        write(pg, people)
        print(f"made {people:,} people in {time.perf_counter() - begun:.0f} s")
    with psycopg.connect(host=str(socket), user="tepat_owner", dbname=NAME, autocommit=True) as pg:
        pg.execute("VACUUM ANALYZE")


def migrate(home: Path) -> None:
    """Make the tables, as the owner."""
    import os

    from tepat.engine.keys import load_keys

    if not (home / "keys" / "keys.json").exists():
        (home / "keys").mkdir(parents=True, exist_ok=True)
        secrets = {"site": "s" * 50, "data": "d" * 50}  # for a database that is thrown away
        (home / "keys" / "keys.json").write_text(json.dumps(secrets))
    load_keys(home)
    more = {"TEPAT_HOME": str(home), "TEPAT_DBUSER": "tepat_owner"}
    more["DJANGO_SETTINGS_MODULE"] = "tepat.site.settings"
    code = (
        "import django; django.setup()\n"
        "from django.db import connection\n"
        f"connection.settings_dict['NAME'] = '{NAME}'\n"
        "from django.core.management import call_command\n"
        "call_command('migrate', verbosity=0)"
    )
    subprocess.run([sys.executable, "-c", code], env={**os.environ, **more}, check=True)


def write(pg: Any, people: int) -> None:
    """Four batches: the import, two surveys, corrections."""
    columns = {unit: facts(pg, unit) for unit in ("family", "person")}
    pg.execute(PLACES)
    for number, names in enumerate(columns.values(), 1):
        pg.execute(
            "INSERT INTO registry_askedset (id, columns) VALUES (%s, %s)", [number, list(names)]
        )
    sizes = {"people": people, "families": -(-people // FAMILY_SIZE), "size": FAMILY_SIZE}
    made = batch(pg)
    pg.execute(FAMILIES.format(batch=made, villages=VILLAGES, **sizes))
    pg.execute(PEOPLE.format(batch=made, villages=VILLAGES, **sizes))
    for unit, asked in (("family", 1), ("person", 2)):
        survey(pg, unit, "2024-03-01", asked, made, "true", columns[unit])
    stamp(pg, made)
    for day, some, part in (
        ("2024-09-01", "id % 3 = 0", False),
        ("2025-03-01", "id % 10 = 0", True),
    ):
        made = batch(pg)
        for unit, asked in (("family", 1), ("person", 2)):
            few = {"family": ("floor", "car"), "person": ("works", "diploma")}[unit]
            names = {n: columns[unit][n] for n in few} if part else columns[unit]
            survey(pg, unit, day, asked + 2 * part, made, some, names)
        if part:
            pg.execute(CORRECTION.format(batch=made))
        stamp(pg, made)


def facts(pg: Any, unit: str) -> dict[str, str]:
    """The columns of facts of a unit, with SQL for a value."""
    from tepat.policy.load import load_policy

    kinds = {"yes_no": "id % 2 = 0", "code": "1 + id % 2", "number": "1 + id % 5"}
    of = {"family": "family", "person": "member"}[unit]
    rows = pg.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0",
        [f"registry_{unit}observation"],
    ).fetchall()
    there = {row[0] for row in rows}
    return {
        name: kinds[variable.type]
        for name, variable in load_policy().variables.items()
        if variable.of == of and name in there and variable.type in kinds
    }


def survey(
    pg: Any, unit: str, day: str, asked: int, made: int, some: str, names: dict[str, str]
) -> None:
    """One observation of every family or person of some."""
    listed = "".join(f", {name}" for name in names)
    values = "".join(f", {value}" for value in names.values())
    pg.execute(
        SURVEY.format(
            unit=unit, day=day, asked=asked, batch=made, some=some, names=listed, values=values
        )
    )


def batch(pg: Any) -> int:
    """A new batch."""
    row = pg.execute(
        "INSERT INTO registry_batch (uuid, kind, source, made_by_id, made_at) "
        "VALUES (gen_random_uuid(), 'import', 'benchmark', 1, now()) RETURNING id"
    ).fetchone()
    return int(row[0])


def stamp(pg: Any, made: int) -> None:
    """Make a batch known."""
    pg.execute("UPDATE registry_batch SET known_at = now() WHERE id = %s", [made])


def compare(home: Path, folder: Path, rounds: int) -> None:
    """Run both sides in turn, each in its own process, and print medians and the ratio."""
    seen: dict[str, list[dict[str, Any]]] = {"bare": [], "tepat": []}
    for number in range(rounds):
        for side, done in seen.items():
            out = folder / f"{side}{number}"
            words = [sys.executable, __file__, "--one", side, "--home", home, "--out", out]
            said = subprocess.run(words, check=True, capture_output=True, text=True)
            done.append(json.loads(said.stdout))
    for side, done in seen.items():
        print(
            f"{side:6} {done[0]['rows']}  median {median(done, 'seconds'):6.2f} s  "
            f"peak memory {median(done, 'memory'):5.2f} GiB"
        )
    ratio = median(seen["tepat"], "seconds") / median(seen["bare"], "seconds")
    print(f"ratio tepat / bare: {ratio:.2f}")


def median(done: list[dict[str, Any]], name: str) -> float:
    """The median of a measure."""
    return statistics.median(one[name] for one in done)


def one_side(side: str, home: Path, out: Path) -> dict[str, Any]:
    """Do one side once; returns seconds, memory and rows."""
    from tepat.registry.snapshot.take import SnapshotRequest, take

    begun = time.perf_counter()
    if side == "tepat":
        given = {"database": settings_of(home), "acting_user": 1, "account": "system"}
        rows = take(SnapshotRequest(out, DAY), **given)["rows"]
    else:
        rows = read_out(settings_of(home), out)
    seconds = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    return {"seconds": round(seconds, 3), "memory": round(peak, 3), "rows": str(rows)}


def read_out(database: dict[str, Any], out: Path) -> dict[str, int]:
    """The same rows through the same connection, joined and written, whatever their time."""
    from tepat.engine.attached import attached, open_duckdb
    from tepat.registry.snapshot import rows

    out.mkdir()
    con = open_duckdb(out / "scratch")
    written = {}
    with attached(con, database, 1):
        place = rows.find_scope(con, None, DAY)
        assert place.code is None
        for unit, table, joined in (
            ("family", "families", HOMES),
            ("person", "members", PEOPLE_OF),
        ):
            names = "".join(f', o."{name}"' for name in rows.fact_columns(con, unit))
            sql = joined.format(names=names)
            found = con.execute(
                f"COPY ({sql}) TO '{out / table}' "
                f"(FORMAT parquet, COMPRESSION zstd, PARTITION_BY (province))"
            ).fetchone()
            written[table] = int(found[0])
    con.close()
    return written


HOMES = """SELECT CAST(f.uuid AS VARCHAR) AS family_key, lower(hex(r.kk_token)) AS kk_token,
    r.kk_findings, left(c.code, 2) AS province, c.code AS village, o.observed_on, o.source{names}
FROM pg.registry_familyobservation AS o
JOIN pg.registry_familyrecord AS r ON r.family_id = o.family_id
JOIN pg.registry_family AS f ON f.id = o.family_id
JOIN place_code AS c ON c.place_id = r.place_id"""
PEOPLE_OF = """SELECT CAST(p.uuid AS VARCHAR) AS person_key, CAST(f.uuid AS VARCHAR) AS family_key,
    lower(hex(r.nik_token)) AS nik_token, r.nik_findings, r.name, r.sex, r.birth_date, m.relation,
    left(c.code, 2) AS province, o.observed_on, o.source{names}
FROM pg.registry_personobservation AS o
JOIN pg.registry_personrecord AS r ON r.person_id = o.person_id
JOIN pg.registry_person AS p ON p.id = o.person_id
JOIN pg.registry_membership AS m ON m.person_id = o.person_id
JOIN pg.registry_family AS f ON f.id = m.family_id
JOIN place_code AS c ON c.place_id = p.home_id"""


if __name__ == "__main__":
    main()
