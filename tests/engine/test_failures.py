"""What the engine cannot do is said in words that are true for every command that uses it."""

from __future__ import annotations

import errno

import duckdb
import pytest

from tepat.engine.errors import TepatError
from tepat.engine.failures import as_problem, engine_errors

FULL = [
    OSError(errno.ENOSPC, "No space left on device"),
    OSError(errno.EDQUOT, "Disk quota exceeded"),
    duckdb.IOException("IO Error: Could not write file: No space left on device"),
]


@pytest.mark.parametrize("error", FULL, ids=lambda error: type(error).__name__)
def test_a_full_disk_is_said_without_naming_one_command(error: Exception) -> None:
    with pytest.raises(TepatError) as caught, engine_errors():
        raise error
    told = caught.value
    assert told.code == "disk_full" and told.__cause__ is error
    said = f"{told.what} {told.why} {told.do}".lower()
    assert not {"run", "simulation", "comparison", "accuracy"} & {*said.split()}
    assert "beside --out" in said and "without --out" in said, "some commands need no --out"


def test_an_error_of_another_kind_is_not_taken_for_a_full_disk() -> None:
    assert as_problem(OSError(errno.EACCES, "Permission denied")) is None
    assert as_problem(ValueError("No space left on device")) is None
