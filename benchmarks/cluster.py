"""Does a cluster give the rows that one machine gives, and in what time?

Makes families, runs them on DuckDB and on a Spark cluster of this machine alone (two workers on
loopback), and compares every table by content hash. With ``--lose`` a worker is killed while
families are decided. Times of Spark on one machine say what its planning costs, not how fast a
cluster is: see docs/cluster.md.

    .venv/bin/python benchmarks/cluster.py [--families 1000000] [--lose] [--people FOLDER]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from standalone import Cluster

DAY = "2025-07-01"
TEPAT = str(Path(sys.executable).with_name("tepat"))


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    words.add_argument("--families", type=int, default=1_000_000)
    words.add_argument("--people", type=Path, help="an input that is there already")
    words.add_argument("--workers", type=int, default=2)
    words.add_argument("--cores", type=int, default=1, help="of each worker")
    words.add_argument("--memory", type=int, default=2500, help="of each worker, in megabytes")
    words.add_argument("--lose", action="store_true", help="kill a worker in the middle")
    asked = words.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        people = asked.people or _people(folder / "people", asked.families)
        ours = _run(people, folder / "duckdb")
        with Cluster(folder / "cluster", asked.workers, asked.cores, asked.memory) as cluster:
            theirs = _on(cluster, people, folder / "spark", asked)
        return _compared(folder, people, ours, theirs)


def _people(folder: Path, families: int) -> Path:
    begun = time.monotonic()
    words = [TEPAT, "population", str(folder), "--families", str(families), "--seed", "11"]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    print(f"{families:,} families made in {time.monotonic() - begun:.0f} s")
    return folder


def _run(people: Path, out: Path, *more: str) -> dict[str, Any]:
    begun = time.monotonic()
    given = [TEPAT, "run", str(people), "--out", str(out), "--as-of", DAY]
    quota = ["--quota", str(people / "quota.csv")]
    done = subprocess.run([*given, *quota, *more], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    found: dict[str, Any] = json.loads((out / "run.json").read_text(encoding="utf-8"))
    return found | {"whole": time.monotonic() - begun}


def _on(cluster: Cluster, people: Path, out: Path, asked: argparse.Namespace) -> dict[str, Any]:
    memory = f"{asked.memory - 200}MB"
    over = threading.Event()
    if asked.lose:
        watcher = threading.Thread(target=_lose, args=(cluster, out, over), daemon=True)
        watcher.start()
    try:
        return _run(
            people, out, "--engine", "spark", "--master", cluster.master, "--memory", memory
        )
    finally:
        over.set()


def _lose(cluster: Cluster, out: Path, over: threading.Event) -> None:
    """Kill a worker some seconds after the families' ranks are known."""
    noted = out.with_name(f".{out.name}.unfinished") / "done" / "rank-0000.json"
    while not noted.exists() and not over.wait(0.1):
        pass
    if not over.wait(3):
        print(f"killing worker 0, at work: {bool(cluster.executors(0))}", flush=True)
        cluster.lose_worker(0)


def _hashes(folder: Path) -> dict[str, str]:
    """The content of every table of a run, worked out by the embedded engine."""
    from tepat.engine.manifest import content_hash
    from tepat.runs.folder import TABLES, RunFolder

    run = RunFolder(folder)
    return {name: content_hash(run.con, run.table(name)) for name in TABLES if run.has(name)}


def _compared(folder: Path, people: Path, ours: dict[str, Any], theirs: dict[str, Any]) -> int:
    one, other = _hashes(folder / "duckdb"), _hashes(folder / "spark")
    differ = [name for name in one if one[name] != other.get(name)]
    for name, content in one.items():
        print(f"{name:<18} {content:<26} {other.get(name):<26} {'' if name in differ else 'same'}")
    print(f"{'step':<12} {ours['engine']:>14} {theirs['engine']:>14}   seconds")
    for step, seconds in ours["seconds"].items():
        print(f"{step:<12} {seconds:>14.1f} {theirs['seconds'][step]:>14.1f}")
    print(f"{'whole':<12} {ours['whole']:>14.1f} {theirs['whole']:>14.1f}")
    names = ("totals", "rows", "lines", "programmes", "present")
    differ += [name for name in names if ours[name] != theirs[name]]
    print("Every table is the same." if not differ else f"These differ: {', '.join(differ)}.")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
