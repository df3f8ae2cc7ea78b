"""How much do sixteen programmes with reasons cost, against the bare engine?

Both sides read the same Parquet files in one process, in turn, and write one row per family: the
bare engine groups the members once, cuts deciles once and writes; Tepat decides every programme in
force with its reasons, components and amounts, for families and for persons. Printed is the ratio
of processor seconds and of wall seconds, and the peak memory of the whole process.

    .venv/bin/python benchmarks/decide.py [--families 1000000] [--rounds 3]
"""

from __future__ import annotations

import argparse
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

DAY = date(2025, 7, 1)
SEED_FAMILIES = 10_000
BARE = """
COPY (
    SELECT f.family_id, f.kabupaten, g.*,
           ntile(10) OVER (ORDER BY f.decile, f.family_id) AS rank
    FROM families f LEFT JOIN (
        SELECT family_id AS id, count(*) AS size, count(*) FILTER (age <= 6) AS small,
               count(*) FILTER (age >= 60) AS old, max(school_level) AS level, avg(age) AS mean_age
        FROM members GROUP BY family_id) g ON g.id = f.family_id
) TO '{out}' (FORMAT parquet, COMPRESSION zstd)
"""


def main() -> None:
    """Measure and print."""
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--families", type=int, default=1_000_000)
    words.add_argument("--rounds", type=int, default=3)
    asked = words.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        people = multiply(folder, asked.families)
        print(f"{asked.families:,} families, {people:,} members, {asked.rounds} rounds")
        compare(folder, asked.rounds)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"peak memory {peak:.1f} GiB")


def multiply(folder: Path, families: int) -> int:
    """Copies of a small synthetic run's facts until there are enough families."""
    from tepat.engine.connect import open_engine
    from tepat.population.make import make_population
    from tepat.runs.request import Request
    from tepat.runs.run import run

    make_population(folder / "people", SEED_FAMILIES, None, 1)
    run(Request(folder / "people", folder / "run", DAY))
    con = open_engine(folder / "scratch").con
    copies = -(-families // SEED_FAMILIES)
    for table in ("families", "members", "flags", "benefits"):
        person = "person_id" in con.sql(f"FROM '{folder}/run/facts/{table}.parquet'").columns
        shifted = "family_id + i * 10_000_000 AS family_id" + (
            ", person_id + i * 100_000_000 AS person_id" if person else ""
        )
        con.execute(f"""COPY (SELECT * REPLACE ({shifted})
            FROM '{folder}/run/facts/{table}.parquet', range({copies}) AS copies(i))
            TO '{folder}/{table}.parquet' (FORMAT parquet, COMPRESSION zstd)""")
    found = con.execute(f"SELECT count(*) FROM '{folder}/members.parquet'").fetchone()
    return int(found[0]) if found else 0


def compare(folder: Path, rounds: int) -> None:
    """Run both sides in turn and print medians and ratios."""
    from tepat.engine.connect import open_engine

    con = open_engine(folder / "scratch")
    for table in ("families", "members"):
        con.raw_sql(f"CREATE VIEW {table} AS FROM '{folder}/{table}.parquet'")
    sides = {
        "bare engine": lambda: con.raw_sql(BARE.format(out=folder / "bare.parquet")),
        "tepat": lambda: decide_all(con, folder),
    }
    seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, work in sides.items():
            seconds[name].append(timed(work))
    medians = {
        name: [statistics.median(column) for column in zip(*found, strict=True)]
        for name, found in seconds.items()
    }
    for name, (wall, processor) in medians.items():
        print(f"{name:12} wall {wall:7.2f} s   processor {processor:7.2f} s")
    ratios = [a / b for a, b in zip(medians["tepat"], medians["bare engine"], strict=True)]
    print(f"ratio tepat / bare engine: wall {ratios[0]:.1f}, processor {ratios[1]:.1f}")


def decide_all(con: Any, folder: Path) -> None:
    """What the decide step of a run does: all programmes in force, families and persons."""
    from tepat.eligibility.rules import Facts, decide
    from tepat.engine.connect import write_parquet
    from tepat.policy.load import load_policy

    policy = load_policy()
    names = [name for name, p in policy.programmes.items() if p.is_in_force(DAY)]
    tables = {
        name: con.read_parquet(str(folder / f"{name}.parquet"))
        for name in ("families", "members", "flags", "benefits")
    }
    facts = Facts(
        tables["families"],
        tables["members"],
        tables["flags"],
        frozenset(policy.grounds),
        tables["benefits"],
    )
    decisions = decide(policy, facts, DAY, names)
    write_parquet(con, decisions.families, folder / "tepat_families.parquet")
    write_parquet(con, decisions.members, folder / "tepat_members.parquet")


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Wall and processor seconds of one call."""
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - processor


if __name__ == "__main__":
    main()
