"""Tests that run on every engine, and gaps that end by themselves.

A test that takes the fixture `engine` runs once on DuckDB and once on Spark. What one of them
cannot do yet is declared on the test, with the reason:

    @pytest.mark.gap(engine="spark", reason="…")

A declared gap that has begun to work fails the test, so that the declaration is taken away. All
tests on Spark run in one process, which starts Java once.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.needs import java_program

ENGINES = ("duckdb", "spark")
_SPARK = pytest.mark.xdist_group("spark")
PARAMS = [
    pytest.param(name, marks=[_SPARK] if name == "spark" else [], id=name) for name in ENGINES
]
MEMORY = 2 << 30
# Java that lives for a minute: do not spend it on translating the program ever better.
QUICK_JAVA = ("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")


class _Current:
    """The engine on which helpers calculate; none means one of their own."""

    con: Any = None


_current = _Current()


@contextmanager
def calculating(threads: int = 2) -> Iterator[Any]:
    """The engine of the test, or DuckDB where the test does not say."""
    if _current.con is not None:
        yield _current.con
        return
    from tepat.engine.connect import open_engine

    con = open_engine(threads=threads)
    try:
        yield con
    finally:
        con.disconnect()


@pytest.fixture(scope="session")
def java_with_spark() -> Iterator[None]:
    """Java with Spark in it, started once for the whole process and stopped at its end."""
    java_program()
    os.environ.setdefault(*QUICK_JAVA)
    from tepat.engine.spark import open_spark

    first = open_spark("local[2]", memory=MEMORY, partitions=2)
    yield
    first.disconnect()


@pytest.fixture
def spark(java_with_spark: None) -> Iterator[Any]:
    """Spark with a session and a scratch folder of its own."""
    from tepat.engine.spark import open_spark

    con = open_spark("local[2]", memory=MEMORY, partitions=2)
    yield con
    con.disconnect()


@pytest.fixture(params=PARAMS)
def engine(request: pytest.FixtureRequest) -> Iterator[Any]:
    """Each engine in turn, as an Ibis backend; helpers of the tests calculate on it too."""
    if request.param == "spark":
        _current.con = request.getfixturevalue("spark")
    else:
        from tepat.engine.connect import open_engine

        _current.con = open_engine(threads=2)
    yield _current.con
    if request.param != "spark":
        _current.con.disconnect()
    _current.con = None


def declare(config: pytest.Config) -> None:
    """Make the mark `gap` known."""
    config.addinivalue_line(
        "markers", "gap(engine, reason): what an engine cannot do yet; fails once it can"
    )


def apply_gaps(items: list[pytest.Item]) -> None:
    """Expect the failure of every test that declares a gap of the engine it runs on.

    Raises:
        pytest.UsageError: a gap without an engine that exists, or without a reason.
    """
    for item in items:
        for mark in item.iter_markers("gap"):
            named, reason = mark.kwargs.get("engine"), mark.kwargs.get("reason")
            if named not in ENGINES or not reason:
                raise pytest.UsageError(f"{item.nodeid}: a gap names an engine and a reason.")
            if _runs_on(item) == named:
                item.add_marker(pytest.mark.xfail(reason=f"{named}: {reason}", strict=True))


def keep_together(items: list[pytest.Item]) -> None:
    """Let every test that needs Java run in the same process, where tests run in several."""
    for item in items:
        if "java_with_spark" in getattr(item, "fixturenames", ()) and _runs_on(item) != "duckdb":
            item.add_marker(_SPARK)


def _runs_on(item: pytest.Item) -> str | None:
    call = getattr(item, "callspec", None)
    return None if call is None else call.params.get("engine")
