"""Folders that are written whole or not at all."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tepat.engine.errors import TepatError
from tepat.engine.manifest import file_hash, new_folder


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
