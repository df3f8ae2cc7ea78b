"""Folders that are written whole or not at all."""

from __future__ import annotations

import hashlib
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tepat.engine.connect import open_engine
from tepat.engine.errors import TepatError
from tepat.engine.manifest import content_hash, file_hash, new_folder


def test_a_folder_appears_whole(tmp_path: Path) -> None:
    with new_folder(tmp_path / "run") as folder:
        (folder / "run.json").write_text("{}")
        assert not (tmp_path / "run").exists()
    assert (tmp_path / "run" / "run.json").read_text() == "{}"
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


@pytest.mark.parametrize("broken_by", [ValueError, KeyboardInterrupt, SystemExit])
def test_whatever_stops_the_work_nothing_is_left(
    tmp_path: Path, broken_by: type[BaseException]
) -> None:
    def work() -> None:
        with new_folder(tmp_path / "run") as folder:
            (folder / "half.csv").write_text("a")
            raise broken_by

    with pytest.raises(broken_by):
        work()
    assert list(tmp_path.iterdir()) == []


def test_what_stands_there_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "mine.txt").write_text("mine")
    with pytest.raises(TepatError) as caught, new_folder(tmp_path / "run"):
        pass
    assert caught.value.code == "exists"
    assert (tmp_path / "run" / "mine.txt").read_text() == "mine"


def test_a_place_that_cannot_be_written_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(TepatError) as caught, new_folder(tmp_path / "file" / "run"):
        pass
    assert caught.value.code == "not_writable"


def test_a_file_is_named_by_its_sha256(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x" * 3_000_000)
    assert file_hash(path) == hashlib.sha256(b"x" * 3_000_000).hexdigest()


def _hash_of(texts: list[str]) -> str:
    """The hash of rows as the description of `content_hash` says, by hand."""
    numbers = [int(hashlib.md5(text.encode()).hexdigest()[:15], 16) for text in texts]
    return f"{len(texts)}:{sum(numbers) % 2**60:015x}"


def test_rows_are_named_by_a_hash_that_stays_the_same() -> None:
    import pyarrow as pa

    con = open_engine()
    table = pa.table(
        {
            "b": pa.array([1, None, -12]),
            "a": pa.array(["x", "é", "\x1e"]),
            "c": pa.array([0.1, None, 2.5]),
            "d": pa.array([Decimal("7.20"), None, Decimal("1.00")]),
            "e": pa.array([date(2025, 7, 1), None, None]),
            "f": pa.array([True, False, None]),
            "g": pa.array([[1, 2], [], None], pa.list_(pa.int64())),
        }
    )
    assert content_hash(con, con.create_table("named", table)) == "3:609f87de01ccc6e"


def test_a_table_of_very_many_columns_is_named_as_well() -> None:
    import pyarrow as pa

    con = open_engine()
    names = [f"column_{number:04}" for number in range(1_500)]
    table = pa.table({name: ["1", None, ""] for name in names})
    named = content_hash(con, con.create_table("wide", table))
    assert named == _hash_of(["\x1f".join([cell] * len(names)) for cell in ("1", "\x1e", "")])
