"""Spark as the second engine: how it opens and ends, and that it means what DuckDB means."""

from __future__ import annotations

import datetime
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tepat.engine.connect import exact, open_engine
from tepat.engine.errors import TepatError
from tepat.engine.manifest import content_hash
from tepat.engine.spark import failures, open_spark, session
from tests.needs import java_program

IN_ONE_PROCESS = pytest.mark.xdist_group("spark")


def made(rows: dict[str, Any]) -> Any:
    """A small table of either engine."""
    import ibis
    import pyarrow as pa

    return ibis.memtable(pa.table(rows))


# ---- the same meaning ----

TEXTS = [" 3204014101850001\n", "3204014101850001", "a$b c", "12", "-7", "x", "", None]
NUMBERS = [7, -7, 0, 2**60, -(2**60), 3, None, 1]

EXPRESSIONS: dict[str, tuple[Callable[[Any], Any], list[Any]]] = {
    "an end of text is no line end": (
        lambda t: t.text.re_search("^[0-9]{16}$"),
        [False, True, False, False, False, False, False, None],
    ),
    "a pattern's groups keep their numbers": (
        lambda t: t.text.re_replace(r"([a-z])", r"<\1>"),
        [" 3204014101850001\n", "3204014101850001", "<a>$<b> <c>", "12", "-7", "<x>", "", None],
    ),
    "a replacement may hold a dollar": (
        lambda t: t.text.re_replace("^x$", "$1"),
        [" 3204014101850001\n", "3204014101850001", "a$b c", "12", "-7", "$1", "", None],
    ),
    "what a pattern found": (
        lambda t: t.text.re_extract("^(-?[0-9])[0-9]?$", 1),
        ["", "", "", "1", "-7", "", "", None],
    ),
    "white space is taken off at both ends": (
        lambda t: t.text.strip(),
        ["3204014101850001", "3204014101850001", "a$b c", "12", "-7", "x", "", None],
    ),
    "a division of whole numbers is rounded down": (
        lambda t: (t.number % 1_000_000) // 2,
        [3, -4, 0, 423488, -423488, 1, None, 0],
    ),
    "a text that is no number is unknown": (
        lambda t: t.text.try_cast("int64"),
        [3204014101850001, 3204014101850001, None, 12, -7, None, None, None],
    ),
    "a list is looked up by a 64-bit place": (
        lambda t: _cells()[t.place.cast("int64")],
        [10, 20, 30, 10, 20, 30, None, 10],
    ),
    "a comparison with being one of some": (
        lambda t: (t.number > 0) == t.at.isin((0, 1)),
        [True, False, True, False, True, False, None, False],
    ),
    "a comparison with being between": (
        lambda t: (t.number > 0) != t.at.between(0, 1),
        [False, True, False, True, False, True, None, True],
    ),
    "a list as text": (
        lambda t: t.parts.map(lambda part: part.cast("string")).join(","),
        ["1,2", "", None, "3", "3", "3", "3", "3"],
    ),
}


def _cells() -> Any:
    import ibis

    return ibis.literal([10, 20, 30], type="array<int64>")


def rows() -> Any:
    places = [0, 1, 2, 0, 1, 2, None, 0]
    parts = [[1, 2], [], None, [3], [3], [3], [3], [3]]
    return made({"at": range(8), "text": TEXTS, "number": NUMBERS, "place": places, "parts": parts})


def test_expressions_that_engines_write_differently_mean_the_same(engine: Any) -> None:
    table = rows()
    asked = {f"c{i}": build(table) for i, (build, _) in enumerate(EXPRESSIONS.values())}
    found = engine.to_pyarrow(table.select("at", **asked).order_by("at"))
    told = {name: found[f"c{i}"].to_pylist() for i, name in enumerate(EXPRESSIONS)}
    for name, (_, expected) in EXPRESSIONS.items():
        assert told[name] == expected, name


def test_a_count_of_nothing_is_none_at_all_and_bits_are_gathered(engine: Any) -> None:
    table = rows()
    told = engine.to_pyarrow(
        table.agg(
            nobody=table.count(where=table.number > 2**61),
            unknown=table.count(where=table.number.isnull() & (table.number > 0)),
            bits=table.place.bit_or(where=table.at < 2),
            no_bits=table.place.bit_or(where=table.at > 100),
        )
    ).to_pylist()
    assert told == [{"nobody": 0, "unknown": 0, "bits": 1, "no_bits": None}]


def test_sums_that_do_not_fit_are_an_error_and_never_another_number(engine: Any) -> None:
    table = made({"n": [2**62, 2**62, 2**62]})
    total = table.n.sum().cast("decimal(38,0)").cast("int64")
    with pytest.raises(Exception, match=r"(?i)overflow|out of range|failed to cast"):
        engine.to_pyarrow(table.agg(total=total))


HASHED: dict[str, list[Any]] = {
    "whole": [1, None, 2**60, -12],
    "text": ["x", None, "ሴ", ""],
    "truth": [True, None, False, True],
    "day": [datetime.date(2025, 1, 1), None, datetime.date(1850, 1, 1), datetime.date.max],
    "list": [[1, 2], [], None, [None, 3]],
    "double": [1.5, None, 1e9 + 0.1234565, -0.0000005],
    "nothing": [-0.0, 0.0, 1e-9, -1e-9],
    "decimal": [Decimal("7.20"), None, Decimal("-0.05"), Decimal("0.00")],
}
HASH = "4:"


def test_a_table_has_the_same_content_hash_on_every_engine(engine: Any) -> None:
    duck = open_engine(threads=1)
    told = {name: content_hash(engine, made({name: values})) for name, values in HASHED.items()}
    assert told == {name: content_hash(duck, made({name: v})) for name, v in HASHED.items()}
    assert len(set(told.values())) == len(told)
    duck.disconnect()


# ---- tables and files ----


def test_a_temporary_table_is_kept_and_dropped(engine: Any) -> None:
    table = engine.create_table("numbers", made({"n": [1, 2, 3]}), temp=True)
    assert engine.to_pyarrow(table.n.sum()).as_py() == 6
    assert engine.to_pyarrow(engine.table("numbers").count()).as_py() == 3
    engine.drop_table("numbers")
    engine.create_table("numbers", made({"n": [4]}), temp=True)
    assert engine.to_pyarrow(engine.table("numbers").n).to_pylist() == [4]


def test_parts_are_written_and_read_where_names_hold_signs_of_patterns(
    spark: Any, tmp_path: Path
) -> None:
    folder = tmp_path / "out [1] {a}"
    spark.to_parquet(rows().order_by("at"), folder / "part-000.parquet")
    names = sorted(path.name for path in folder.iterdir())
    assert names[0] == "part-000-00000.parquet"
    assert all(re.fullmatch(r"part-000-\d{5}[.]parquet", name) for name in names)
    for path in (folder / "part-000.parquet", f"{exact(folder)}/*.parquet", folder):
        assert spark.to_pyarrow(spark.read_parquet(path).count()).as_py() == 8
    duck = open_engine(threads=1)
    theirs = duck.read_parquet(f"{exact(folder)}/*.parquet")
    assert content_hash(duck, theirs) == content_hash(spark, spark.read_parquet(folder))
    duck.disconnect()


def test_a_folder_by_province_gives_the_province_as_text(engine: Any, tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    for code in ("01", "32"):
        (tmp_path / f"families/province={code}").mkdir(parents=True)
        pq.write_table(
            pa.table({"n": [int(code)]}), tmp_path / f"families/province={code}/part-0000.parquet"
        )
    table = engine.read_parquet(
        f"{tmp_path}/families/**/*.parquet", hive_partitioning=True, hive_types_autocast=False
    )
    found = engine.to_pyarrow(table.order_by("n")).to_pylist()
    assert found == [{"n": 1, "province": "01"}, {"n": 32, "province": "32"}]


def test_nothing_is_left_of_a_table_that_could_not_be_worked_out(
    spark: Any, tmp_path: Path
) -> None:
    table = made({"text": ["1", "one"]})
    with pytest.raises(Exception, match="CAST_INVALID_INPUT"):
        spark.to_parquet(table.select(n=table.text.cast("int64")), tmp_path / "part-000.parquet")
    assert list(tmp_path.iterdir()) == []
    spark.to_parquet(table, tmp_path / "part-000.parquet")
    assert list(tmp_path.iterdir()) != []


# ---- opening and ending ----


def refused(master: str, **options: Any) -> TepatError:
    with pytest.raises(TepatError) as caught:
        open_spark(master, **options)
    assert caught.value.what and caught.value.do
    return caught.value


def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setattr(session, "_running", session._Running())
    error = refused("local[1]")
    assert error.code == "spark_missing"
    assert "tepat[spark]" in error.do


def test_without_java_its_package_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setattr(session, "_running", session._Running())
    error = refused("local[1]")
    assert error.code == "java_missing"
    assert "openjdk-17" in error.do


@pytest.mark.parametrize("master", ["spark://nowhere", "local[x]", "http://127.0.0.1:7077", ""])
def test_what_is_no_master_is_refused(master: str, monkeypatch: pytest.MonkeyPatch) -> None:
    java_program()
    monkeypatch.setattr(session, "_running", session._Running())
    assert refused(master).code == "master_invalid"


def test_a_master_that_is_down_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    java_program()
    monkeypatch.setattr(session, "_running", session._Running())
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    begun = time.monotonic()
    error = refused(f"spark://127.0.0.1:{port}")
    assert error.code == "cluster_unreachable"
    assert time.monotonic() - begun < session.ANSWER_WITHIN + 2


def test_one_program_has_one_spark(spark: Any) -> None:
    assert refused("local[7]").code == "spark_busy"
    assert spark.to_pyarrow(made({"n": [1]}).count()).as_py() == 1


PROGRAM = """
from tepat.engine.errors import TepatError
from tepat.engine.spark import open_spark, session
try:
    con = open_spark("local[1]", memory={memory})
except TepatError as error:
    print(error.code)
else:
    import ibis, pyarrow
    text = ibis.memtable(pyarrow.table({{"name": ["Rukmini"]}}))
    java = session._running.java
    try:
        con.to_pyarrow(text.select(n=text.name.cast("int64")))
    except Exception as error:
        print(type(error).__name__)
    con.disconnect()
    print(java.poll() is not None, con.scratch.exists())
"""


def alone(memory: int) -> subprocess.CompletedProcess[str]:
    java_program()
    return subprocess.run(
        [sys.executable, "-c", PROGRAM.format(memory=memory)],
        capture_output=True, text=True, timeout=180, check=True, env={**os.environ},
    )  # fmt: skip


@IN_ONE_PROCESS
def test_spark_says_nothing_of_the_data_and_leaves_nothing_running() -> None:
    done = alone(1 << 30)
    assert done.stderr == ""
    assert done.stdout.split("\n") == ["SparkFailed", "True False", ""]


@IN_ONE_PROCESS
def test_more_memory_than_java_can_have_is_told_in_words() -> None:
    done = alone(1 << 50)
    assert (done.stdout.strip(), done.stderr) == ("spark_not_started", "")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("java.io.IOException: No space left on device", "disk_full"),
        ("ExecutorLostFailure (executor 1 exited … exit code 137)", "worker_memory"),
        ("java.lang.OutOfMemoryError: Java heap space", "worker_memory"),
        ("Job aborted: Task 3 failed 4 times: ExecutorLostFailure", "workers_lost"),
        ("Job 3 cancelled because SparkContext was shut down", "cluster_lost"),
        ("[FAILED_READ_FILE.FILE_NOT_EXIST] Encountered error", "not_shared"),
        ("Mkdirs failed to create file:/shared/out", "not_writable"),
        ("[FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER] part-0.parquet", "unreadable"),
        ("[PYTHON_VERSION_MISMATCH] Python in worker has different version", "python_differs"),
        ("java.io.InvalidClassException: local class incompatible", "spark_differs"),
    ],
)
def test_what_spark_says_becomes_something_to_do(said: str, code: str) -> None:
    from py4j.protocol import Py4JError

    with pytest.raises(TepatError) as caught, failures.in_words():
        raise Py4JError(said)
    assert caught.value.code == code
    assert caught.value.do


def test_an_error_of_tepat_passes_unchanged() -> None:
    with pytest.raises(ZeroDivisionError), failures.in_words():
        raise ZeroDivisionError("no space left in a row")
