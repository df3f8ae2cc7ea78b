"""Search by NIK and by the beginning of names, as the application, against the bare statement.

    python benchmarks/search.py [people] [seconds]

A cluster of its own holds made-up people, 3 million unless said otherwise, in 500 kabupaten of 60
villages. Twenty users search once a second each: half by NIK, half by two beginnings of a name in
their kabupaten. First as the application does it: its own role, row-level security, a transaction
that acts as the user, a row for each access. Then the bare statement, as a role that row-level
security does not bind, without transaction and access row. Prints p50 and p95 of both in
milliseconds and the ratio of the p95.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

USERS, KABUPATEN, VILLAGES = 20, 500, 60

PLACES = """
INSERT INTO places_place (id, level, kind, parent_id, name)
    SELECT 100 + k, 2, 'kabupaten', 1, 'K' || k FROM generate_series(0, {k} - 1) AS k;
INSERT INTO places_place (id, level, kind, parent_id, name)
    SELECT 10000 + v, 4, 'desa', 100 + v / {v}, 'V' || v FROM generate_series(0, {n} - 1) AS v;
INSERT INTO places_within (place_id, ancestor_id)
    SELECT id, id FROM places_place WHERE id > 1
    UNION ALL SELECT id, 1 FROM places_place WHERE id > 1
    UNION ALL SELECT id, parent_id FROM places_place WHERE level = 4;
INSERT INTO staff_user (username, name, email, role, is_active, password, created_at,
        must_change_password, session_round)
    SELECT 'verifier' || u, 'V', '', 'kabupaten_verifier', true, '!', now(), false, 0
    FROM generate_series(0, {users} - 1) AS u;
INSERT INTO staff_assignment (user_id, place_id, given_at)
    SELECT id, 100 + substr(username, 9)::int * 7, now() FROM staff_user
    WHERE username LIKE 'verifier%';
INSERT INTO registry_batch (uuid, kind, source, made_by_id, made_at)
    SELECT gen_random_uuid(), 'import', 'x', id, now() FROM staff_user WHERE role = 'system';
"""
# Two syllables of 16 each make 4,096 first words and as many second ones.
WORD = "substr('basicadudifagahikalimanuporasetiwuyaza', 1 + 2 * ((p / {d}) % 16)::int, 2)"
NAME = (
    " || ".join(WORD.format(d=d) for d in (1, 16, 256))
    + " || ' ' || "
    + " || ".join(WORD.format(d=d) for d in (7, 111, 1771))
)
PEOPLE = """
INSERT INTO registry_family (uuid, version, home_id, salt)
    SELECT gen_random_uuid(), 1, 10000 + f % {n}, NULL FROM generate_series(0, {people} / 4) AS f;
INSERT INTO registry_familyrecord (family_id, batch_id, valid_from, home_id, place_id, address,
        kk_findings, kk_token)
    SELECT id, 1, '2025-01-01', home_id, home_id, '', 0,
        substr(sha256(('k' || id)::bytea), 1, 16) FROM registry_family;
INSERT INTO registry_person (uuid, home_id)
    SELECT gen_random_uuid(), 10000 + (p / 4) % {n} FROM generate_series(0, {people} - 1) AS p;
INSERT INTO registry_personrecord (person_id, batch_id, valid_from, home_id, nik_findings,
        nik_token, name, sex, birth_date)
    SELECT p, 1, '2025-01-01', home_id, 0, substr(sha256(p::text::bytea), 1, 16), {name}, 1,
        '1980-01-01' FROM (SELECT id AS p, home_id FROM registry_person) AS x;
INSERT INTO registry_membership (person_id, family_id, relation, valid_from, ended, batch_id,
        home_id)
    SELECT id, 1 + (id - 1) / 4, CASE (id - 1) % 4 WHEN 0 THEN 1 ELSE 3 END, '2025-01-01', '', 1,
        home_id FROM registry_person;
INSERT INTO registry_nameword (person_id, word, home_id)
    SELECT DISTINCT person_id, w, home_id FROM registry_personrecord,
        string_to_table(name, ' ') AS w;
UPDATE registry_batch SET known_at = now();
"""


def make(people: int) -> None:
    """The small country and its people."""
    from django.db import connection, transaction

    sizes = {"k": KABUPATEN, "v": VILLAGES, "n": KABUPATEN * VILLAGES, "users": USERS}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(PLACES.format(**sizes))
        cursor.execute(PEOPLE.format(people=people, name=NAME, **sizes).replace("%", "%%"), [])
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def questions(people: int, seed: int) -> list[tuple[str, str]]:
    """What one user asks, NIK and name in turn."""
    draw = random.Random(seed)
    syllables = "basicadudifagahikalimanuporasetiwuyaza"
    asked = []
    for at in range(1000):
        if at % 2:
            two = [
                "".join(
                    draw.choice([syllables[i : i + 2] for i in range(0, 32, 2)]) for _ in range(2)
                )
                for _ in range(2)
            ]
            asked.append(("name", f"{two[1]} {two[0]}"))
        else:
            asked.append(("number", str(draw.randrange(1, people))))
    return asked


def load(seconds: int, people: int, one: Any) -> dict[str, list[float]]:
    """Twenty users, one search a second each; seconds taken, by kind."""
    taken: dict[str, list[float]] = {"name": [], "number": []}
    end = time.monotonic() + seconds

    def user(number: int) -> None:
        from django.db import connection

        asked = questions(people, number)
        time.sleep(number / USERS)
        at = 0
        while time.monotonic() < end:
            began = time.perf_counter()
            one(number, *asked[at])
            spent = time.perf_counter() - began
            taken[asked[at][0]].append(spent)
            at += 1
            time.sleep(max(0.0, 1 - spent))
        connection.close()

    threads = [threading.Thread(target=user, args=(number,)) for number in range(USERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return taken


def report(what: str, taken: dict[str, list[float]]) -> dict[str, float]:
    """Print and return the p95 by kind, in milliseconds."""
    tops = {}
    for kind, times in taken.items():
        cuts = statistics.quantiles(times, n=100)
        tops[kind] = cuts[94] * 1000
        print(
            f"{what:12} {kind:7} {len(times):5} searches  p50 {cuts[49] * 1000:6.1f} ms  "
            f"p95 {tops[kind]:6.1f} ms"
        )
    return tops


def main() -> None:
    """Make the people, then search both ways in turn."""
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 3_000_000
    seconds = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        os.environ.update(TEPAT_HOME=folder, TEPAT_DBUSER="tepat_owner")
        os.environ["DJANGO_SETTINGS_MODULE"] = "tepat.site.settings"
        for name in ("TEPAT_SECRET_KEY", "TEPAT_DATA_KEY"):
            os.environ[name] = "nothing real is sealed in a benchmark, ever"
        from tepat.engine import database, embedded

        socket = embedded.ensure(Path(folder) / "pg", durable=False)
        try:
            database.ensure_roles(socket)
            measure(people, seconds)
        finally:
            embedded.stop(Path(folder) / "pg")


def measure(people: int, seconds: int) -> None:
    """Both ways, the bare one first and last, on a warm cache."""
    import django
    from django.core.management import call_command
    from django.db import connection

    django.setup()
    call_command("migrate", verbosity=0)
    began = time.perf_counter()
    make(people)
    print(f"{people:,} people made in {time.perf_counter() - began:.0f} s")
    from tepat.audit.actions import record
    from tepat.registry import queries
    from tepat.staff.context import acting_as
    from tepat.staff.models import User

    users = list(User.objects.filter(role="kabupaten_verifier").order_by("pk"))
    token = "SELECT substr(sha256(%s::bytea), 1, 16)"

    def seek(number: int, kind: str, text: str) -> list[Any]:
        if kind == "name":
            return queries.find_by_name(text, place_id=100 + number * 7)
        with connection.cursor() as cursor:
            cursor.execute(token, [text])
            cursor.execute(queries._BY_NUMBER, {"token": cursor.fetchone()[0]})
            return queries._cards([row[0] for row in cursor.fetchall()])

    def as_application(number: int, kind: str, text: str) -> None:
        with acting_as(users[number].pk):
            found = seek(number, kind, text)
            record(
                actor_id=users[number].pk,
                verb=f"search_{kind}",
                subject="family",
                details={"found": len(found)},
            )

    connection.close()
    results = {}
    for what, role, one in (
        ("bare", "postgres", seek),
        ("application", "tepat_app", as_application),
    ):
        connection.settings_dict["USER"] = role
        load(3, people, one)
        results[what] = report(what, load(seconds, people, one))
    ratios = {
        kind: round(results["application"][kind] / results["bare"][kind], 2)
        for kind in ("number", "name")
    }
    print(json.dumps({"people": people, "p95_ratio": ratios}))


if __name__ == "__main__":
    main()
