"""What does a simulation cost, against a single run of the same families?

Both read the same files, in one process and in turn: the run writes its folder with report, the
simulation decides today's policy and the reform and writes its page. Printed are the seconds of
each, the ratio of processor seconds and of wall seconds, and the peak memory of the process. The
aim for ten million families is a ratio of at most 1.5.

    .venv/bin/python benchmarks/simulate.py [--families 200000] [--rounds 2] [--reform NAME …]
"""

from __future__ import annotations

import argparse
import resource
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

DAYS = {
    "sembako_deciles_1_to_4": date(2025, 7, 1),
    "pkh_elderly_from_60": date(2022, 7, 1),
    "pkh_and_sembako_merged": date(2025, 8, 1),
}


def main() -> None:
    """Measure and print."""
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--families", type=int, default=200_000)
    words.add_argument("--rounds", type=int, default=2)
    words.add_argument("--reform", choices=DAYS, nargs="*", default=[*DAYS])
    words.add_argument("--people", type=Path, help="a population that is there already")
    asked = words.parse_args()
    with tempfile.TemporaryDirectory() as name:
        people = asked.people or made(Path(name) / "people", asked.families)
        for reform in asked.reform:
            compare(Path(name), people, reform, asked.rounds)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"peak memory {peak:.1f} GiB")


def made(folder: Path, families: int) -> Path:
    """Invented families of the whole country."""
    from tepat.population.make import make_population

    make_population(folder, families, None, 1)
    print(f"{families:,} families")
    return folder


def compare(folder: Path, people: Path, reform: str, rounds: int) -> None:
    """Run and simulate in turn; print medians and ratios."""
    from tepat.runs.request import Request
    from tepat.runs.run import run
    from tepat.runs.simulate import Ask, simulate

    request = Request(people, folder / "out", DAYS[reform], quota=people / "quota.csv")
    sides: dict[str, Callable[[], object]] = {
        "run": lambda: run(request),
        "simulate": lambda: simulate(Ask(request, Path(reform))),
    }
    seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, work in sides.items():
            seconds[name].append(timed(work))
            shutil.rmtree(request.out)
    medians = {
        name: [statistics.median(column) for column in zip(*found, strict=True)]
        for name, found in seconds.items()
    }
    print(reform)
    for name, (wall, processor) in medians.items():
        print(f"  {name:9} wall {wall:7.1f} s   processor {processor:7.1f} s")
    ratios = [a / b for a, b in zip(medians["simulate"], medians["run"], strict=True)]
    print(f"  ratio simulate / run: wall {ratios[0]:.2f}, processor {ratios[1]:.2f}")


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Wall and processor seconds of one call."""
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - processor


if __name__ == "__main__":
    main()
