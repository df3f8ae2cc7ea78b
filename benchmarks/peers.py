"""Tepat, OpenFisca-core, pandas and polars decide PKH and Sembako: how fast, and where each stops.

All sides read the same Parquet files and write an amount a year for each family, each in a process
of its own that is stopped where it holds more memory or takes longer than allowed. The files hold
no unknown fact and no exclusion ground, so all sides must agree on every family: it is checked. The
peers' rules are in benchmarks/peer_sides, written by hand for one day; they leave out reasons,
unknown facts, exclusion grounds and how many count for which component. Tepat runs twice from its
policy files: `tepat` writes all of that, `tepat amounts` only the amounts.

    .venv/bin/python benchmarks/peers.py --prepare       # install the peers under var/peers
    .venv/bin/python benchmarks/peers.py --families 100000 1000000 --memory 12 --minutes 30

A side that stopped is not tried with more families. `--sides` chooses, `--folder` is where the data
is made (and removed). Needs Linux, for a process's memory is read from /proc.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
import venv
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

DAY = date(2025, 7, 1)
HERE = Path(__file__).resolve().parent
PEERS = HERE.parent / "var" / "peers"
OTHER_PYTHON = PEERS / "bin" / "python"
PINNED = [
    "openfisca-core==46.0.1",
    "pandas==3.1.1",
    "numpy==2.4.6",
    "pyarrow==26.0.1",
    "numexpr==2.14.2",
    "dpath==2.2.0",
    "pendulum==3.3.0",
    "psutil==7.2.2",
    "pytest==9.2.0",
    "pyyaml==6.0.3",
    "sortedcontainers==2.4.0",
    "strenum==0.4.15",
]
TEPAT, POLARS, PANDAS, OPENFISCA = "tepat", "polars", "pandas", "openfisca-core"
AMOUNTS_ONLY = "tepat amounts"
SIDES = (TEPAT, AMOUNTS_ONLY, POLARS, PANDAS, OPENFISCA)
SEED_FAMILIES = 10_000
SHARE = 0.6  # of the allowed memory that Tepat's engine may hold before it uses the disk
LOOK_EVERY = 0.02  # seconds
# what stands for an unknown answer: nothing that any rule asks for
KNOWN = {
    "families": {"decile": "10"},
    "members": {
        "age": "30",
        "sex": "1",
        "pregnant": "false",
        "pregnancy_number": "1",
        "difficulty_self_care": "4",
        "schooling": "1",
        "school_level": "3",
        "rights_victim": "false",
    },
}
# no error in a record, and no fact that shows a ground
IN_ORDER = {
    "blocked": "false",
    "data_ok": "true",
    "presence": "NULL",
    "employment_status": "NULL",
}


@dataclass(frozen=True)
class Limits:
    """How much memory, in GiB, and how many seconds a side may take."""

    memory: float
    seconds: float


@dataclass(frozen=True)
class Measured:
    """What a side took, its peak in GiB, and why it did not come to its end, if so."""

    seconds: float
    processor: float
    peak: float
    stopped: str = ""


def main() -> None:
    """Measure and print."""
    asked = words()
    if asked.work:
        {"data": make_data, TEPAT: tepat, AMOUNTS_ONLY: tepat_amounts}[asked.work](asked)
        return
    if asked.prepare:
        prepare()
        return
    limits = Limits(asked.memory, asked.minutes * 60)
    print(f"limits: {asked.memory:g} GiB, {asked.minutes:g} minutes; {os.cpu_count()} processors")
    stopped: set[str] = set()
    for families in sorted(asked.families):
        with tempfile.TemporaryDirectory(dir=asked.folder) as name:
            stopped |= compare(Path(name), families, [*asked.sides], limits, stopped)
    print(
        "\nTepat also gives reasons, unknown facts and exclusion grounds; `tepat amounts` and the "
        "peers do not.\nSeconds are of the whole process: start, reading, deciding, writing."
    )


def words() -> argparse.Namespace:
    """What was asked on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--prepare", action="store_true", help="install the peers and end")
    parser.add_argument("--families", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--sides", nargs="+", choices=SIDES, default=SIDES)
    parser.add_argument("--memory", type=float, default=12, help="GiB that a side may hold")
    parser.add_argument("--minutes", type=float, default=30, help="that a side may take")
    parser.add_argument("--folder", type=Path, help="where to make the data")
    parser.add_argument("--work", help=argparse.SUPPRESS)
    parser.add_argument("--data", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def prepare() -> None:
    """Install the peers in an environment of their own, apart from Tepat's."""
    venv.create(PEERS, with_pip=True)
    subprocess.run([OTHER_PYTHON, "-m", "pip", "install", "--quiet", *PINNED], check=True)
    print(f"installed under {PEERS.relative_to(HERE.parent)}: {', '.join(PINNED[:2])}")


def compare(
    folder: Path, families: int, sides: list[str], limits: Limits, stopped: set[str]
) -> set[str]:
    """Run the sides on so many families, print, check that they agree; which ones stopped."""
    data = ["--work", "data", "--data", str(folder), "--families", str(families)]
    subprocess.run([sys.executable, __file__, *data], check=True)
    print(f"\n{families:,} families")
    print(
        f"{'':16}{'seconds':>9}{'processor s':>13}{'families/s':>12}{'peak GiB':>10}"
        f"{'PKH':>12}{'Sembako':>12}"
    )
    done: list[Path] = []
    now_stopped: set[str] = set()
    for side in sides:
        if side in stopped:
            print(f"{side:16}not tried: stopped with fewer families")
            continue
        out = folder / f"{side.replace(' ', '_')}.parquet"
        found = watch(command(side, folder, out), limits, folder / "errors.txt")
        took = f"{side:16}{found.seconds:9.1f}{found.processor:13.1f}"
        if found.stopped:
            now_stopped.add(side)
            print(f"{took}{'':12}{found.peak:10.2f}  {found.stopped}", flush=True)
            continue
        done.append(out)
        rate = f"{families / found.seconds:12,.0f}{found.peak:10.2f}"
        print(took + rate + eligible(out), flush=True)
    if done:
        check(folder, done)
    return now_stopped


def command(side: str, folder: Path, out: Path) -> list[str]:
    """How a side is started."""
    if side in (TEPAT, AMOUNTS_ONLY):
        return [sys.executable, __file__, "--work", side, "--data", str(folder), "--out", str(out)]
    if side == POLARS:
        file, python = "polars_side.py", Path(sys.executable)
    else:
        file = {PANDAS: "pandas_side.txt", OPENFISCA: "openfisca_side.py"}[side]
        python = OTHER_PYTHON
        if not python.exists():
            raise SystemExit("The peers are not installed. Run this with --prepare first.")
    return [str(python), str(HERE / "peer_sides" / file), str(folder), str(out)]


def watch(words: list[str], limits: Limits, errors: Path) -> Measured:
    """Run a process to its end, or until it goes over a limit."""
    memory = f"{int(limits.memory * SHARE * 1024)}MiB"
    env = os.environ | {"TEPAT_MEMORY": memory}
    began, before, peak, stopped = time.perf_counter(), processor(), 0.0, ""
    with errors.open("w") as heard:
        process = subprocess.Popen(words, env=env, stderr=heard, stdout=heard)
        while process.poll() is None:
            now, highest = resident(process.pid)
            peak = max(peak, highest)
            if now > limits.memory:
                stopped = "stopped: memory"
            elif time.perf_counter() - began > limits.seconds:
                stopped = "stopped: time"
            if stopped:
                process.kill()
                process.wait()
            time.sleep(LOOK_EVERY)
    if process.returncode and not stopped:
        said = errors.read_text().strip().splitlines() or [f"exit code {process.returncode}"]
        stopped = f"failed: {said[-1][:120]}"
    return Measured(time.perf_counter() - began, processor() - before, peak, stopped)


def processor() -> float:
    """Processor seconds of all processes that were started here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def resident(pid: int) -> tuple[float, float]:
    """The memory that a process holds now, and the most that it has held, in GiB."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0, 0.0
    found = {line.split(":")[0]: line.split()[1] for line in lines if line.startswith("Vm")}
    return tuple(int(found.get(key, 0)) / 1024**2 for key in ("VmRSS", "VmHWM"))  # type: ignore[return-value]


def eligible(out: Path) -> str:
    """How many families a side found eligible for each programme."""
    numbers = engine(out.parent).execute(
        f"SELECT count(*) FILTER (pkh > 0), count(*) FILTER (sembako > 0) FROM '{out}'"
    )
    return "".join(f"{number:12,}" for number in numbers.fetchone() or ())


def check(folder: Path, results: list[Path]) -> None:
    """Hold every family of every side to the first; end where one differs."""
    con, first = engine(folder), results[0]
    for other in results[1:]:
        found = con.execute(f"""
            SELECT count(*) FROM '{first}' a FULL JOIN '{other}' b USING (family_id)
            WHERE a.pkh IS DISTINCT FROM b.pkh OR a.sembako IS DISTINCT FROM b.sembako""")
        (differing,) = found.fetchone() or (0,)
        if differing:
            raise SystemExit(f"{other.stem} and {first.stem} differ on {differing:,} families.")
    totals = con.execute(f"SELECT sum(pkh)::BIGINT, sum(sembako)::BIGINT FROM '{first}'").fetchone()
    pkh, sembako = totals or (0, 0)
    agree = (
        f"all {len(results)} agree on every family" if len(results) > 1 else "nothing to compare"
    )
    print(f"{agree}: PKH Rp{pkh:,}, Sembako Rp{sembako:,} a year")


def engine(scratch: Path) -> Any:
    """A bare engine that holds little itself, for it stands beside what is measured."""
    import duckdb

    return duckdb.connect(config={"memory_limit": "2GB", "temp_directory": str(scratch / "spill")})


def make_data(asked: argparse.Namespace) -> None:
    """Copies of a small synthetic run's facts, with every fact known that the two rules ask for."""
    from tepat.population.make import make_population
    from tepat.runs.folder import RunFolder
    from tepat.runs.request import Request
    from tepat.runs.run import run

    (families,) = asked.families
    with tempfile.TemporaryDirectory(dir=asked.data) as name:
        people, out = Path(name) / "people", Path(name) / "run"
        make_population(people, SEED_FAMILIES, None, 1)
        run(Request(people, out, DAY))
        made = RunFolder(out)
        con = engine(asked.data)
        con.execute(f"CREATE VIEW m AS FROM read_parquet('{made.file('members')}')")
        con.execute(f"CREATE VIEW f AS FROM read_parquet('{made.file('families')}')")
        multiply(
            con, asked.data, "families", "f WHERE family_id IN (SELECT family_id FROM m)", families
        )
        multiply(
            con, asked.data, "members", "m WHERE family_id IN (SELECT family_id FROM f)", families
        )


def multiply(con: Any, folder: Path, table: str, rows: str, families: int) -> None:
    """Write so many copies of a table that there are enough families, and no more."""
    copies = -(-families // SEED_FAMILIES)
    present = [line[0] for line in con.execute(f"DESCRIBE FROM {rows}").fetchall()]
    known = {name: f"coalesce({name}, {value})" for name, value in KNOWN[table].items()}
    known |= {name: value for name, value in IN_ORDER.items() if name in present}
    known["family_id"] = "family_id + i * 10_000_000"
    if "person_id" in present:
        known["person_id"] = "person_id + i * 100_000_000"
    replaced = ", ".join(f"{value} AS {name}" for name, value in known.items())
    con.execute(f"""COPY (
        SELECT * REPLACE ({replaced}) FROM range({copies}) AS copies(i), (FROM {rows})
        ) TO '{folder}/{table}.parquet' (FORMAT parquet, COMPRESSION zstd)""")


def tepat(asked: argparse.Namespace) -> None:
    """All that Tepat tells of these two programmes."""
    con, decided = decisions(asked)
    write(con, decided, asked.out)


def tepat_amounts(asked: argparse.Namespace) -> None:
    """Only the amounts; the engine leaves out what nobody asks for."""
    con, decided = decisions(asked)
    write(con, decided.select("family_id", "pkh", "sembako"), asked.out)


def decisions(asked: argparse.Namespace) -> tuple[Any, Any]:
    """Tepat's decisions, as an expression, with the two amounts beside them."""
    import ibis

    from tepat.eligibility.rules import Facts, decide
    from tepat.engine.connect import open_engine
    from tepat.policy.load import load_policy

    con, policy = open_engine(asked.data / "scratch"), load_policy()
    families, members = (
        con.read_parquet(str(asked.data / f"{name}.parquet")) for name in ("families", "members")
    )
    # nothing was found against anybody: the lists are there, and empty
    nobody = ibis.memtable(
        {"person_id": [], "family_id": [], "ground": [], "contested": []},
        schema={
            "person_id": "int64",
            "family_id": "int64",
            "ground": "string",
            "contested": "boolean",
        },
    )
    facts = Facts(families, members, nobody, frozenset(policy.grounds))
    decided = decide(policy, facts, DAY, ["pkh", "sembako"]).families
    paid = {name: decided[f"{name}__amount"].fill_null(0) for name in ("pkh", "sembako")}
    return con, decided.mutate(**paid)


def write(con: Any, table: Any, out: Path) -> None:
    """Write a result as Tepat writes its tables."""
    from tepat.engine.connect import write_parquet

    write_parquet(con, table, out)


if __name__ == "__main__":
    main()
