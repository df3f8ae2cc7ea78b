"""A whole run on Spark, on one machine and on a cluster that loses a worker: the same rows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from benchmarks.standalone import Cluster
from tepat.engine.errors import TepatError
from tepat.runs.request import Progress, Request
from tepat.runs.run import run
from tests.chain.real import manifest, succeed
from tests.conftest import DEMO_DATE, made_once, tepat
from tests.engines import MEMORY, QUICK_JAVA
from tests.needs import java_program
from tests.runs.test_compare import MODEL

pytestmark = pytest.mark.xdist_group("spark")
FAMILIES = 10_000
FEW = ("pkh", "sembako", "pip")  # where all programmes would say no more
OF_THE_ENGINE = ("engine", "made_at", "seconds", "code")


def run_on_spark(
    given: Path, out: Path, progress: Progress = lambda *_: None, **options: Any
) -> dict[str, Any]:
    """Run in this process, on the Spark that the tests share."""
    day = date.fromisoformat(DEMO_DATE)
    memory = f"{MEMORY >> 20}MiB"
    asked = Request(
        given, out, day, engine="spark", master="local[2]", memory=memory,
        quota=given / "quota.csv", **options,
    )  # fmt: skip
    return run(asked, progress)


def alike(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two runs say the same of everything but engine, time and version of the code."""
    ours, theirs = (
        {name: told for name, told in json.loads(json.dumps(each)).items()
         if name not in OF_THE_ENGINE}
        for each in (one, other)
    )  # fmt: skip
    assert ours == theirs
    return True


@pytest.mark.usefixtures("java_with_spark")
def test_a_run_on_spark_holds_what_one_on_duckdb_holds(
    demo_people: Path, demo_run: Path, tmp_path: Path
) -> None:
    made = run_on_spark(demo_people, tmp_path / "run")
    assert made["engine"].startswith("spark 4.")
    assert alike(made, manifest(demo_run))
    with pytest.raises(AssertionError):  # the comparison sees a difference
        alike(made | {"content": made["content"] | {"awards": "0:000000000000000"}}, made)
    for path in sorted((demo_run / "summary").glob("*.csv")):
        assert (tmp_path / "run/summary" / path.name).read_bytes() == path.read_bytes(), path.name
    told = tepat("explain", tmp_path / "run", _first_key(demo_run), "--json")
    assert told.returncode == 0
    assert told.stdout == tepat("explain", demo_run, _first_key(demo_run), "--json").stdout


@pytest.mark.usefixtures("java_with_spark")
def test_a_killed_run_on_spark_goes_on_with_model_and_deciles(people: Path, tmp_path: Path) -> None:
    """What only some runs have: a model, deciles from a file, parts, and an end too early."""
    model, deciles = tmp_path / "model.json", tmp_path / "deciles.csv"
    model.write_text(json.dumps(MODEL), encoding="utf-8")
    _some_deciles(people, deciles)
    given: dict[str, Any] = {
        "model": model, "deciles": deciles, "at_once": 6_000, "programmes": FEW,
    }  # fmt: skip
    asked = Request(
        people, tmp_path / "duckdb", date.fromisoformat(DEMO_DATE),
        quota=people / "quota.csv", **given,
    )  # fmt: skip
    out = tmp_path / "spark"

    def stop(step: str, done: int, total: int) -> None:
        if step == "allocate 2/3":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_on_spark(people, out, stop, **given)
    kept = out.with_name(f".{out.name}.unfinished") / "decisions/families"
    before = {path.name: path.stat().st_mtime_ns for path in kept.glob("*")}
    assert before and not out.exists()
    assert alike(run_on_spark(people, out, **given), run(asked))
    after = {path.name: path.stat().st_mtime_ns for path in (out / "decisions/families").glob("*")}
    assert after == before, "what was finished is not worked again"


def _some_deciles(people: Path, file: Path) -> None:
    import duckdb

    duckdb.execute(
        f"COPY (SELECT family_key, 1 + hash(family_key) % 10 AS decile "
        f"FROM read_parquet('{people}/families/**/*.parquet') WHERE hash(family_key) % 3 = 0) "
        f"TO '{file}'"
    )


def _first_key(run: Path) -> str:
    import duckdb

    found = duckdb.sql(f"SELECT min(family_key) FROM read_parquet('{run}/awards/*.parquet')")
    row = found.fetchone()
    assert row is not None
    return str(row[0])


@pytest.fixture(scope="module")
def people(session_folder: Path) -> Path:
    def make(folder: Path) -> None:
        succeed("population", folder, "--families", str(FAMILIES), "--seed", "5")

    return made_once(session_folder, "people_of_the_cluster", make)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Two workers of one core and 1500 MB each, stopped at the end."""
    java_program()
    os.environ.setdefault(*QUICK_JAVA)
    with Cluster(tmp_path_factory.mktemp("cluster"), workers=2, cores=1, memory=1500) as running:
        yield running


def asked_of(given: Path, out: Path, *more: str) -> list[str]:
    words = ["run", given, "--out", out, "--as-of", DEMO_DATE, "--quota", given / "quota.csv"]
    words += ["--programmes", ",".join(FEW)]
    return [str(Path(sys.executable).with_name("tepat")), *map(str, words), *more]


def test_a_worker_lost_in_the_middle_changes_nothing(
    people: Path, cluster: Cluster, tmp_path: Path
) -> None:
    succeed(*asked_of(people, tmp_path / "alone")[1:])
    out = tmp_path / "together"
    spark = ("--engine", "spark", "--master", cluster.master, "--memory", "1200MB")
    with (tmp_path / "said").open("w") as said:
        running = subprocess.Popen(
            asked_of(people, out, *spark), stdout=said, stderr=said, env={**os.environ}
        )
        try:
            lose_a_worker_when(cluster, out.with_name(f".{out.name}.unfinished"), running)
            code = running.wait(600)
        finally:
            running.kill()
            running.wait()
    assert code == 0, (tmp_path / "said").read_text()
    assert (cluster.executors(0), len(cluster.executors(1))) == ([], 0)
    assert "WARN" not in (tmp_path / "said").read_text()
    assert alike(manifest(out), manifest(tmp_path / "alone"))


def lose_a_worker_when(cluster: Cluster, work: Path, running: subprocess.Popen[bytes]) -> None:
    """Kill a worker with its executor while families are being decided."""
    until = time.monotonic() + 400
    while not (work / "done" / "rank-0000.json").exists():
        assert running.poll() is None and time.monotonic() < until
        time.sleep(0.05)
    assert [len(cluster.executors(0)), len(cluster.executors(1))] == [1, 1]
    time.sleep(1)
    assert not (work / "done" / "allocate-pkh.json").exists()
    cluster.lose_worker(0)
    assert cluster.executors(0) == []


SMALL = """
from pathlib import Path
from tepat.engine.errors import TepatError
from tepat.engine.spark import open_spark, session
session.WORKERS_WITHIN = 4
try:
    open_spark({master!r}, scratch=Path({scratch!r}), memory=8 << 30)
except TepatError as error:
    print(error.code, error.what)
"""


def test_workers_without_enough_memory_are_told_in_bounded_time(
    cluster: Cluster, tmp_path: Path
) -> None:
    program = SMALL.format(master=cluster.master, scratch=str(tmp_path))
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout.startswith("worker_too_small ")
    assert "6553m" in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"engine": "sparc"}, "engine_unknown"),
        ({"master": "spark://127.0.0.1:7077"}, "master_without_spark"),
    ],
)
def test_an_engine_that_is_not_is_refused_before_anything_is_read(
    options: dict[str, str], code: str, tmp_path: Path
) -> None:

    with pytest.raises(TepatError) as caught:
        run(Request(tmp_path, tmp_path / "run", date(2025, 7, 1), **options))  # type: ignore[arg-type]
    assert caught.value.code == code
    assert list(tmp_path.iterdir()) == []
