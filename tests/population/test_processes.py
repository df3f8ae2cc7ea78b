"""Families made side by side: the same content, clear ends, nothing half made."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from tepat.engine.errors import TepatError
from tepat.population import files, make, places, workers
from tepat.population.make import make_population
from tepat.population.places import chosen_provinces, plan_parts, plan_volumes
from tests.small_disk import small_disk

KEYS = {
    "families": "family_key",
    "members": "person_key",
    "flags": "family_key",
    "benefits": "family_key",
}


@pytest.fixture
def small_volumes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two parts of about 200 families to a file."""
    monkeypatch.setattr(make, "plan_parts", lambda *given: plan_parts(*given, 200))
    monkeypatch.setattr(make, "plan_volumes", lambda parts: plan_volumes(parts, 400))


@pytest.fixture(autouse=True)
def no_process_left() -> Iterator[None]:
    """Whatever happened, no process that made families is alive."""
    yield
    assert multiprocessing.active_children() == []


def content(folder: Path) -> dict[str, str]:
    """Every file but the one that tells the time, by hash."""
    return {
        str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.glob("**/*"))
        if path.is_file() and path.name != "population.json"
    }


@pytest.mark.usefixtures("small_volumes")
def test_any_number_of_processes_makes_the_same_bytes(tmp_path: Path) -> None:
    made = {
        count: make_population(tmp_path / str(count), 4_500, None, 4, processes=count)
        for count in (1, 3)
    }
    alone = content(tmp_path / "1")
    assert alone == content(tmp_path / "3")
    assert made[1]["rows"]["unregistered"] > 50 and "unregistered.parquet" in alone
    assert sum(name.startswith("families/province=32/") for name in alone) == 2
    assert made[1] | {"speed": {}} == made[3] | {"speed": {}}
    assert made[3]["speed"]["processes"] == 3


@pytest.mark.usefixtures("small_volumes")
def test_rows_stand_in_the_order_of_their_keys_as_text(tmp_path: Path) -> None:
    make_population(tmp_path / "made", 2_000, "53", 2)
    for table, name in KEYS.items():
        paths = sorted((tmp_path / "made" / table).glob("**/*.parquet"))
        assert len(paths) == 5
        keys: list[str] = []
        for path in paths:
            keys += [row[0] for row in duckdb.sql(f"SELECT {name} FROM '{path}'").fetchall()]
        assert len({len(key) for key in keys}) == 1
        assert keys == sorted(keys)
        assert table in ("flags", "benefits") or len(set(keys)) == len(keys)


def test_files_of_the_country_hold_about_as_many_families_each() -> None:
    parts = plan_parts(94_200_000, chosen_provinces(None, None), None)
    volumes = plan_volumes(parts)
    assert [part for volume in volumes for part in volume] == parts
    sizes = np.array([sum(part.families.sum() for part in volume) for volume in volumes])
    assert sizes.sum() == 94_200_000
    small = [volume for volume, size in zip(volumes, sizes, strict=True) if size < 250_000]
    # Only provinces that are small themselves.
    assert len({volume[0].province for volume in small}) == len(small) <= 8
    assert sizes.max() < 550_000
    assert all(len({part.province for part in volume}) == 1 for volume in volumes)


def test_a_killed_process_is_a_clear_error(tmp_path: Path) -> None:
    killed: list[int] = []

    def kill(_label: str, _done: int, _all: int) -> None:
        if not killed:
            victims = [child.pid for child in multiprocessing.active_children() if child.pid]
            killed.extend(victims)
            for victim in victims:
                os.kill(victim, signal.SIGKILL)

    with pytest.raises(TepatError) as told:
        make_population(tmp_path / "made", 9_000, None, 4, kill, processes=2)
    assert len(killed) == 2
    assert told.value.code == "worker_lost"
    assert "signal 9" in told.value.what
    assert "--processes" in told.value.do
    assert list(tmp_path.iterdir()) == []


def test_what_fails_in_a_process_is_told_by_the_one_that_asked(tmp_path: Path) -> None:
    with small_disk(3_000) as disk, pytest.MonkeyPatch.context() as patch:
        with pytest.raises(TepatError) as early:
            make_population(disk / "made", 60_000, None, 4, processes=2)
        patch.setattr(files, "BYTES_A_FAMILY", 0)
        for processes in (1, 2):
            with pytest.raises(TepatError) as told:
                make_population(disk / "made", 60_000, None, 4, processes=processes)
            assert told.value.code == early.value.code == "disk_full"
            assert told.value.what != early.value.what
            assert list(disk.iterdir()) == []


def test_a_machine_without_memory_is_a_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_given: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(workers, "make_volume", full)
    with pytest.raises(TepatError) as told:
        make_population(tmp_path / "made", 100, "51", 1)
    assert told.value.code == "no_memory"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_command_leaves_nothing(tmp_path: Path, number: signal.Signals) -> None:
    out = tmp_path / "made"
    words = ["population", str(out), "--families", "400000", "--seed", "1", "--processes", "2"]
    with subprocess.Popen(
        [sys.executable, "-m", "tepat", *words],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as command:
        assert command.stderr is not None
        assert "families of Aceh" in command.stderr.readline()
        assert len(list(tmp_path.iterdir())) == 1
        if number == signal.SIGINT:
            os.killpg(command.pid, number)  # as a terminal does
        else:
            command.send_signal(number)
        said = command.stderr.read()
        assert command.wait(60) == 130
    assert "Nothing half-written was left." in said
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []


def test_fewer_than_one_process_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TepatError) as told:
        make_population(tmp_path / "made", 10, "51", 1, processes=0)
    assert told.value.code == "bad_number"


def test_parts_are_never_split_between_files() -> None:
    parts = plan_parts(50_000, chosen_provinces("32", None), None, 1_000)
    volumes = plan_volumes(parts, 4_000)
    assert [part for volume in volumes for part in volume] == parts
    assert len(volumes) == round(50_000 / 4_000)
    assert places.VOLUME >= 4 * places.CHUNK
