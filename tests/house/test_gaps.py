"""A declared gap of an engine is expected to fail, and fails the tests once it is closed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONFTEST = """
from tests import engines
from tests.engines import engine, java_with_spark, spark

def pytest_configure(config):
    engines.declare(config)

def pytest_collection_modifyitems(items):
    engines.apply_gaps(items)
"""
TEST = """
import pytest

@pytest.mark.gap({declared})
def test_one_thing(engine):
    assert {claim}
"""
REASON = 'engine="duckdb", reason="it has no such thing"'


def tried(folder: Path, declared: str, claim: str) -> tuple[int, str]:
    """Run a test with a declared gap, on DuckDB alone."""
    (folder / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    test = TEST.format(declared=declared, claim=claim)
    (folder / "test_gap.py").write_text(test, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rA", "-p", "no:cacheprovider", "-p", "no:django",
         "-k", "duckdb", "--rootdir", str(folder), str(folder)],
        capture_output=True, text=True, timeout=120, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, cwd=folder,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("declared", "claim", "code", "said"),
    [
        (REASON, "False", 0, "1 xfailed"),
        (REASON, "True", 1, "[XPASS(strict)] duckdb: it has no such thing"),
        ('engine="spark", reason="it has no such thing"', "False", 1, "1 failed"),
        ('engine="duckdb"', "False", 4, "a gap names an engine and a reason"),
        ('engine="duckbd", reason="x"', "False", 4, "a gap names an engine and a reason"),
    ],
)
def test_a_gap_is_borne_until_it_is_closed(
    tmp_path: Path, declared: str, claim: str, code: int, said: str
) -> None:
    found, told = tried(tmp_path, declared, claim)
    assert said in told
    assert found == code
