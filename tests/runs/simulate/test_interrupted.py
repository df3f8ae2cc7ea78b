"""A simulation that is killed while its last files are written goes on; a broken file is named."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tepat.engine.errors import TepatError
from tepat.population.make import make_population
from tests.house.repository import ROOT
from tests.runs.simulate.worked import DAY, simulated

REFORM = ROOT / "policy/reforms/sembako_deciles_1_to_4"
FAMILIES = 300
KEPT = {"simulation.json", "simulation.html", "summary", "policy"}
# It keeps what a kill would leave when the figures stand, and when that is noted; then it kills
# itself where half is tidied away.
DRIVER = """
import importlib, os, shutil, signal, sys
from datetime import date
from pathlib import Path
from tepat.runs.request import Request
from tepat.runs.work_folder import WorkFolder

people, reform, out = map(Path, sys.argv[1:4])
module = importlib.import_module("tepat.runs.simulate.simulate")
write, finish, remove = module._write, WorkFolder.finish, shutil.rmtree

def written(folder, *words):
    write(folder, *words)
    shutil.copytree(folder, out.with_name(".written.unfinished"))

def noted(work, step, found):
    known = finish(work, step, found)
    if step == "written":
        shutil.copytree(work.folder, out.with_name(".noted.unfinished"))
    return known

def tidied(path, *words, **more):
    if Path(path).name == "decisions":
        os.kill(os.getpid(), signal.SIGKILL)
    remove(path, *words, **more)

module._write, WorkFolder.finish, shutil.rmtree = written, noted, tidied
at_once, quota = int(sys.argv[4]), people / "quota.csv"
request = Request(people, out, date(2025, 7, 1), quota=quota, at_once=at_once)
module.simulate(module.Ask(request, reform))
"""


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small country of 38 provinces, a file each."""
    folder = tmp_path_factory.mktemp("country") / "people"
    make_population(folder, FAMILIES, None, 3)
    return folder


@pytest.fixture(scope="module")
def whole(people: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What simulation.json says where nothing was killed."""
    out = tmp_path_factory.mktemp("whole") / "out"
    simulated(people, REFORM, out)
    return told(out)


def told(out: Path) -> dict[str, Any]:
    """What simulation.json says; the files of the input are listed part by part."""
    found = json.loads((out / "simulation.json").read_text(encoding="utf-8"))
    found["inputs"].sort(key=lambda item: item["path"])
    return {name: part for name, part in found.items() if name not in ("seconds", "made_at")}


def told_step(seen: list[str], step: str, done: int, total: int) -> None:
    seen.append(step)


@pytest.mark.parametrize("at_once", [FAMILIES, FAMILIES // 3])
def test_a_simulation_killed_at_its_end_is_made_whole_by_the_same_command(
    people: Path, whole: dict[str, Any], tmp_path: Path, at_once: int
) -> None:
    words = [
        sys.executable,
        "-c",
        DRIVER,
        *map(str, (people, REFORM, tmp_path / "tidied", at_once)),
    ]
    killed = subprocess.run(words, capture_output=True, text=True, timeout=600, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    for moment in ("written", "noted", "tidied"):
        left, out = tmp_path / f".{moment}.unfinished", tmp_path / moment
        assert not out.exists() and (left / "decisions").is_dir()
        assert (left / "facts").is_dir() == (moment != "tidied")
        seen: list[str] = []
        watch = partial(told_step, seen)
        simulated(people, REFORM, out, asked={"at_once": at_once}, progress=watch)
        assert bool(seen) == (moment == "written"), "what was noted as written was made again"
        assert told(out) == whole, moment
        assert {path.name for path in out.iterdir()} == KEPT
        assert (out / "summary" / "totals.csv").is_file()
    assert {path.name for path in tmp_path.iterdir()} == {"written", "noted", "tidied"}


def test_a_damaged_file_of_the_input_is_named_in_words_for_people(
    demo_people: Path, tmp_path: Path
) -> None:
    people = shutil.copytree(demo_people, tmp_path / "people")
    last = sorted((people / "members").glob("**/*.parquet"))[-1]
    content = bytearray(last.read_bytes())
    middle = slice(len(content) // 8, len(content) // 4)
    content[middle] = bytes(reversed(content[middle]))
    last.write_bytes(bytes(content))
    with pytest.raises(TepatError) as caught:
        simulated(people, REFORM, tmp_path / "out", DAY)
    assert caught.value.code == "file_unreadable"
    assert last.name in caught.value.what
    assert [path.name for path in tmp_path.iterdir()] == ["people"]
