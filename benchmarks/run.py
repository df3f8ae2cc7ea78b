"""What does the main job cost, against the bare engine on the same files?

Both sides read the same input in processes of their own, one after the other. The bare engine does
by hand-written SQL what no way of making a run can leave out, each thing once and for the whole
input: it looks at every value, groups NIK and KK numbers to find those that stand twice, finds the
person and family of each flag and benefit, joins members to their families and groups them, cuts
national deciles, puts those who compete for a quota in order, and writes the run's tables, whose
rows it takes from the finished run. It decides nothing. Tepat does the run. Printed are

- engine seconds: the time spent in the engine's statements, planning them included;
- all seconds, with reading policy, building expressions, summary and report;
- processor seconds and the peak memory of each process;
- the ratios, the seconds of each step, and the cost for each family where several sizes are given.

    .venv/bin/python benchmarks/run.py [--families 1000000 4000000] [--memory 8GB]
    .venv/bin/python benchmarks/run.py --people FOLDER --run FOLDER
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

DAY = date(2025, 7, 1)
SEED = 1


def main() -> None:
    """Measure and print."""
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--families", type=int, nargs="+", default=[1_000_000])
    words.add_argument("--people", type=Path, help="an input that is there already")
    words.add_argument("--run", type=Path, help="where to leave the run; removed if not given")
    words.add_argument("--memory", help="for both sides, as 8GB")
    words.add_argument("--side", choices=("bare", "tepat"), help=argparse.SUPPRESS)
    asked = words.parse_args()
    if asked.side:
        measured = {"bare": bare, "tepat": tepat}[asked.side](asked.people, asked.run, asked.memory)
        print(json.dumps(measured | {"peak_gib": peak()}))
        return
    costs = {}
    with tempfile.TemporaryDirectory(dir=asked.run.parent if asked.run else None) as name:
        for number in [0] if asked.people else asked.families:
            people = asked.people or made(Path(name) / f"people-{number}", number)
            run = asked.run or Path(name) / f"run-{number}"
            families, cost = compare(people, run, asked.memory)
            costs[families] = cost
            if not asked.run:
                shutil.rmtree(run)
    if len(costs) > 1:
        few, many = min(costs), max(costs)
        print(
            f"\nengine time for each family: {costs[many] / costs[few]:.2f} times as much at "
            f"{many:,} as at {few:,}"
        )


def made(folder: Path, families: int) -> Path:
    """A synthetic country."""
    from tepat.population.make import make_population

    make_population(folder, families, None, SEED)
    return folder


def compare(people: Path, run: Path, memory: str | None) -> tuple[int, float]:
    """Measure both sides and print; how many families, and the engine seconds for each."""
    ours = in_a_process("tepat", people, run, memory)
    theirs = in_a_process("bare", people, run, memory)
    families = ours["families"]
    print(f"\n{families:,} families, {ours['members']:,} members, {ours['parts']} parts")
    print(f"{'':14}{'engine s':>10}{'all s':>10}{'processor s':>13}{'peak GiB':>10}")
    for name, side in (("bare engine", theirs), ("tepat", ours)):
        print(
            f"{name:14}{side['engine']:10.1f}{side['wall']:10.1f}{side['processor']:13.1f}"
            f"{side['peak_gib']:10.2f}"
        )
    print(
        f"{'ratio':14}{ours['engine'] / theirs['engine']:10.2f}"
        f"{ours['wall'] / theirs['wall']:10.2f}{ours['processor'] / theirs['processor']:13.2f}"
    )
    print("engine seconds: " + told(ours["steps"]))
    print("bare engine:    " + told(theirs["steps"]))
    return families, ours["engine"] / families


def told(steps: dict[str, float]) -> str:
    """Seconds by step, with each one's share."""
    whole = sum(steps.values())
    return ", ".join(f"{name} {s:.1f} ({s / whole:.0%})" for name, s in steps.items())


def in_a_process(side: str, people: Path, run: Path, memory: str | None) -> dict[str, Any]:
    """Measure one side in a process of its own."""
    words = [sys.executable, __file__, "--side", side, "--people", str(people), "--run", str(run)]
    words += ["--memory", memory] if memory else []
    done = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def peak() -> float:
    """The most memory that this process has held, in GiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


class Watched:
    """A connection, or what it answers with, that adds up the time spent inside the engine.

    A statement may be worked only when its rows are fetched, so its answer is watched too.
    """

    def __init__(self, engine: Any, spent: dict[str, float], step: list[str]) -> None:
        self._engine, self._spent, self._step = engine, spent, step

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._engine, name)
        if not callable(found):
            return found

        def timed(*words: Any, **named: Any) -> Any:
            begun = time.perf_counter()
            try:
                given = found(*words, **named)
            finally:
                step = self._step[-1]
                self._spent[step] = self._spent.get(step, 0.0) + time.perf_counter() - begun
            if type(given).__module__.partition(".")[0] in ("duckdb", "_duckdb"):
                return Watched(given, self._spent, self._step)
            return given

        return timed


def tepat(people: Path, out: Path, memory: str | None) -> dict[str, Any]:
    """The main job."""
    from tepat.engine import connect
    from tepat.runs import run as main_job
    from tepat.runs.request import Request

    spent: dict[str, float] = {}
    step = ["open"]

    def watched(*words: Any, **named: Any) -> Any:
        con = connect.open_engine(*words, **named)
        con.con = Watched(con.con, spent, step)
        return con

    main_job.open_engine = watched  # type: ignore[attr-defined]
    quota = people / "quota.csv"
    request = Request(people, out, DAY, quota=quota if quota.is_file() else None, memory=memory)
    wall, processor = time.perf_counter(), time.process_time()
    made = main_job.run(request, lambda name, done, total: step.append(name.split()[0]))
    return {
        "wall": time.perf_counter() - wall,
        "processor": time.process_time() - processor,
        "engine": sum(spent.values()),
        "steps": spent,
        "families": made["rows"]["families"],
        "members": made["rows"]["members"],
        "parts": len(list((out / "facts" / "families").glob("*.parquet"))),
    }


def bare(people: Path, run: Path, memory: str | None) -> dict[str, Any]:
    """Each thing that cannot be left out, once, by hand."""
    from tepat.engine.connect import open_engine

    spent: dict[str, float] = {}

    @contextmanager
    def step(name: str) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        spent[name] = spent.get(name, 0.0) + time.perf_counter() - begun

    wall, processor = time.perf_counter(), time.process_time()
    with tempfile.TemporaryDirectory(dir=run.parent) as name:
        folder = Path(name)
        con = open_engine(folder / "scratch", memory=memory).con
        for table in ("families", "members", "flags", "benefits"):
            files = f"{table}/**/*" if (people / table).is_dir() else table
            con.execute(f"CREATE VIEW {table} AS FROM read_parquet('{people}/{files}.parquet')")
        with step("look"):
            for table in ("families", "members", "flags", "benefits"):
                columns = [row[0] for row in con.execute(f"DESCRIBE {table}").fetchall()]
                looked = ", ".join(f'min("{c}"), max("{c}")' for c in columns)
                con.execute(f"SELECT {looked} FROM {table}").fetchall()
        with step("twins"):
            for table, number in (("members", "nik"), ("families", "kk_number")):
                con.execute(
                    f"CREATE TEMP TABLE twice_{table} AS SELECT {number} FROM {table} "
                    f"GROUP BY 1 HAVING count(*) > 1"
                )
        with step("match"):
            for table in ("flags", "benefits"):
                con.execute(MATCHED.format(table=table, out=folder / f"{table}.parquet"))
        with step("group"):
            con.execute(GROUPED.format(out=folder / "grouped.parquet"))
        with step("deciles"):
            con.execute(DECILES.format(out=folder / "deciles.parquet"))
        with step("order"):
            for name, lines in json.loads((run / "run.json").read_bytes())["lines"].items():
                if lines:
                    con.execute(PLACES.format(awards=f"{run}/awards/{name}-part-*.parquet"))
        with step("write"):
            for path in sorted({path.parent for path in run.glob("*/**/*.parquet")}):
                for file in sorted(path.glob("*.parquet")):
                    con.execute(
                        f"COPY (FROM read_parquet('{file}')) TO '{folder}/copy.parquet' "
                        "(FORMAT parquet, COMPRESSION zstd)"
                    )
        con.close()
    return {
        "wall": time.perf_counter() - wall,
        "processor": time.process_time() - processor,
        "engine": sum(spent.values()),
        "steps": spent,
    }


MATCHED = """
COPY (SELECT t.*, m.relation, f.decile FROM {table} AS t
      LEFT JOIN members AS m ON m.person_key = t.person_key
      LEFT JOIN families AS f ON f.family_key = coalesce(m.family_key, t.family_key))
TO '{out}' (FORMAT parquet, COMPRESSION zstd)
"""
PLACES = """
CREATE OR REPLACE TEMP TABLE places AS
SELECT row_number() OVER (PARTITION BY kabupaten ORDER BY decile, md5(family_key)) AS place
FROM read_parquet('{awards}')
"""
GROUPED = """
COPY (SELECT family_key, count(*) AS size, count(*) FILTER (sex = 1) AS men,
             count(*) FILTER (birth_date < DATE '1955-07-01') AS old, max(school_level) AS level,
             min(birth_date) AS oldest
      FROM members JOIN families USING (family_key) GROUP BY family_key)
TO '{out}' (FORMAT parquet, COMPRESSION zstd)
"""
DECILES = """
COPY (SELECT family_key, ntile(10) OVER (ORDER BY decile, family_key) AS rank FROM families)
TO '{out}' (FORMAT parquet, COMPRESSION zstd)
"""


if __name__ == "__main__":
    main()
