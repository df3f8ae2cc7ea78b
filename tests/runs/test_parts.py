"""A run that works part by part comes to what one that takes all at once does, killed or not."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars
import pytest

from tepat.engine.errors import TepatError
from tepat.registry.files.parts import cut
from tepat.runs import run as run_module
from tepat.runs import steps, work_folder
from tepat.runs.folder import RunFolder, read_manifest
from tepat.runs.report.helped import helped
from tepat.runs.report.targeting import targeting
from tepat.runs.request import Request
from tepat.runs.run import run
from tests.runs.conftest import AT_ONCE, COUNTRY, DAY, FEW

# The command has no option for so small parts; this is what it does otherwise.
DRIVER = """
import sys
from datetime import date
from pathlib import Path
from tepat.runs.request import Request
from tepat.runs.run import run
given, out, at_once = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
asked = {"quota": given / "quota.csv", "at_once": at_once, "programmes": tuple(sys.argv[4:])}
request = Request(given, out, date(2025, 7, 1), **asked)
run(request, lambda step, done, total: print(step, flush=True))
"""


@pytest.fixture(scope="module")
def people(country: Path) -> Path:
    return country


@pytest.fixture(scope="session")
def whole(whole_run: Path) -> dict[str, Any]:
    return read_manifest(whole_run) or {}


def in_parts(people: Path, out: Path, **asked: Any) -> dict[str, Any]:
    asked = {"quota": people / "quota.csv", "at_once": AT_ONCE, "programmes": FEW} | asked
    return run(Request(people, out, DAY, **asked))


def parts_of(out: Path) -> int:
    return len(list((out / "decisions" / "families").glob("*.parquet")))


def test_tables_summary_and_report_are_the_same_in_parts(people: Path, tmp_path: Path) -> None:
    all_of_them: dict[str, Any] = {"programmes": ()}
    parts = in_parts(people, tmp_path / "parts", **all_of_them)
    whole = in_parts(people, tmp_path / "whole", at_once=COUNTRY, **all_of_them)
    assert parts_of(tmp_path / "parts") >= 3 > parts_of(tmp_path / "whole") == 1
    assert len(parts["programmes"]) > 10
    for what in ("content", "lines", "totals"):
        assert parts[what] == whole[what]
    for table in (tmp_path / "whole" / "summary").iterdir():
        counted = (tmp_path / "parts" / "summary" / table.name).read_text(encoding="utf-8")
        assert counted == table.read_text(encoding="utf-8"), table.name
    one, many = RunFolder(tmp_path / "whole"), RunFolder(tmp_path / "parts")
    assert len(list(many.groups("awards"))) >= 3
    assert helped(many) == helped(one)
    assert targeting(many) == targeting(one) is not None
    assert sorted(path.name for path in tmp_path.iterdir()) == ["parts", "whole"]


def test_numbers_are_compared_across_parts_and_in_portions(
    people: Path, whole: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "COMPARED_AT_ONCE", 1_000)
    made = in_parts(people, tmp_path / "run")
    assert made["content"]["findings"] == whole["content"]["findings"]


def test_twins_that_are_only_sought_within_a_part_are_missed(
    people: Path, whole: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the test above can tell the difference."""
    members = polars.read_parquet(people / "members" / "**" / "*.parquet", hive_partitioning=True)
    twice = members.group_by("nik").agg(polars.col("province").n_unique().alias("provinces"))
    assert twice.filter(polars.col("provinces") > 1).height > 0, "nobody stands in two provinces"

    def only_one(state: Any) -> dict[str, Any]:
        looks = steps._looks(state, state.parts[:1])
        return {
            table: steps.find_twins(state.desk, f"only_{table}", look)
            for table, look in looks.items()
        }

    monkeypatch.setattr(steps, "_twins", only_one)
    made = in_parts(people, tmp_path / "run")
    assert made["content"]["findings"] != whole["content"]["findings"]


def test_deciles_from_a_file_reach_every_part(people: Path, tmp_path: Path) -> None:
    families = polars.read_parquet(people / "families" / "**" / "*.parquet").sort("family_key")
    given = families.select("family_key").with_row_index()
    given = given.with_columns((polars.col("index") % 10 + 1).alias("decile")).drop("index")
    given.write_csv(tmp_path / "deciles.csv")
    made = [
        in_parts(people, tmp_path / name, deciles=tmp_path / "deciles.csv", at_once=at_once)
        for name, at_once in (("parts", AT_ONCE), ("whole", COUNTRY))
    ]
    assert parts_of(tmp_path / "whole") == 1
    assert made[0]["content"] == made[1]["content"]
    ranked = polars.read_parquet(tmp_path / "parts" / "ranking" / "*.parquet")
    assert ranked["decile"].n_unique() == 10


def shuffled_into_two(people: Path, out: Path) -> Path:
    """The same families in two files whose keys overlap."""
    for table in ("families", "members"):
        rows = polars.read_parquet(people / table / "**" / "*.parquet")
        for number in (0, 1):
            path = out / table / f"file-{number}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            rows.gather_every(2, offset=number).write_parquet(path)
    return out


def test_files_whose_keys_overlap_stay_together(people: Path, tmp_path: Path) -> None:
    assert len(cut(people, AT_ONCE)) >= 3
    mixed = shuffled_into_two(people, tmp_path / "mixed")
    assert len(cut(mixed, AT_ONCE)) == 1


def test_a_family_whose_members_lie_in_another_file_keeps_both_together(
    people: Path, tmp_path: Path
) -> None:
    first = sorted((people / "members").glob("**/*.parquet"))[0]
    moved = polars.read_parquet(first, hive_partitioning=False)
    for table in ("families", "members"):
        for path in (people / table).glob("**/*.parquet"):
            target = tmp_path / "in" / path.relative_to(people)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    last = sorted((tmp_path / "in" / "members").glob("**/*.parquet"))[-1]
    polars.concat([polars.read_parquet(last, hive_partitioning=False), moved]).write_parquet(last)
    moved.clear().write_parquet(tmp_path / "in" / first.relative_to(people))
    assert len(cut(tmp_path / "in", AT_ONCE)) == 1, "that file reaches from the first to the last"


def started(people: Path, out: Path, said: int = subprocess.PIPE) -> subprocess.Popen[str]:
    words = [sys.executable, "-c", DRIVER, str(people), str(out), str(AT_ONCE), *FEW]
    return subprocess.Popen(words, stdout=said, text=True)


def killed_at(people: Path, out: Path, line: Callable[[str], bool]) -> list[str]:
    """Kill a run once it has said a line; returns what it said."""
    process = started(people, out)
    assert process.stdout is not None
    said = []
    for text in process.stdout:
        said.append(text.strip())
        if line(said[-1]):
            os.kill(process.pid, signal.SIGKILL)
            break
    process.stdout.close()
    process.wait(timeout=60)
    assert process.returncode == -signal.SIGKILL, "it ended before it could be killed"
    return said


def finished_notes(out: Path) -> dict[str, int]:
    notes = out.with_name(f".{out.name}.unfinished") / "done"
    return {path.name: path.stat().st_mtime_ns for path in notes.glob("*.json")}


@pytest.mark.parametrize(
    "moment", ["read 2/", "check 3/", "decide 2/", "allocate 2/", "summarise", "report"]
)
def test_a_run_killed_at_any_step_goes_on_and_ends_with_the_same_rows(
    people: Path, whole: dict[str, Any], tmp_path: Path, moment: str
) -> None:
    out = tmp_path / "run"
    killed_at(people, out, lambda said: said.startswith(moment))
    assert not out.exists(), "half a run stands at its place"
    before = finished_notes(out)
    assert before, "nothing that was finished was kept"
    again = started(people, out, said=subprocess.DEVNULL)
    seen = before | {}
    while again.poll() is None:
        now = finished_notes(out)
        seen |= {name: when for name, when in now.items() if name in before}
        time.sleep(0.05)
    assert again.returncode == 0
    assert seen == before, "finished parts were worked again"
    made = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert made["content"] == whole["content"]
    assert not list(tmp_path.glob(".*"))


def stopped_before(name: str, monkeypatch: pytest.MonkeyPatch, module: Any) -> None:
    """Let a function end the process as a kill would: nothing after it is done."""

    def stop(*words: Any) -> None:
        raise Stopped

    monkeypatch.setattr(module, name, stop)


class Stopped(BaseException):
    """What stands for a kill within this process."""


@pytest.mark.parametrize("at_once", [AT_ONCE, COUNTRY])
def test_a_finished_run_that_was_killed_before_it_stood_at_its_place_is_only_put_there(
    people: Path,
    whole: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    at_once: int,
) -> None:
    out = tmp_path / "run"
    with monkeypatch.context() as patch:
        stopped_before("_to_its_place", patch, work_folder)
        with pytest.raises(Stopped):
            in_parts(people, out, at_once=at_once)
    assert not out.exists()
    stopped_before("_steps", monkeypatch, run_module)  # nothing is worked again
    assert in_parts(people, out, at_once=at_once)["content"] == whole["content"]
    assert sorted(path.name for path in out.iterdir()) == [
        "awards", "decisions", "facts", "findings", "policy", "ranking", "report.html", "run.json",
        "summary",
    ]  # fmt: skip
    assert not list(tmp_path.glob(".*"))


def test_a_finished_run_is_not_lost_where_its_place_was_taken_meanwhile(
    people: Path, whole: dict[str, Any], tmp_path: Path
) -> None:
    out = tmp_path / "run"

    def take(step: str, done: int, total: int) -> None:
        if step == "report":
            (out / "something").mkdir(parents=True)

    request = Request(people, out, DAY, quota=people / "quota.csv", programmes=FEW)
    with pytest.raises(TepatError, match="All is made") as refused:
        run(request, take)
    assert refused.value.code == "not_writable"
    shutil.rmtree(out)
    assert run(request)["content"] == whole["content"]
    assert out.is_dir()


def test_nobody_begins_while_a_finished_run_is_being_put_to_its_place(
    people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, refused = tmp_path / "run", list[str]()
    to_its_place = work_folder._to_its_place

    def meanwhile(place: Path, where: Path) -> None:
        with pytest.raises(TepatError) as caught:
            in_parts(people, out)
        refused.append(caught.value.code)
        to_its_place(place, where)

    monkeypatch.setattr(work_folder, "_to_its_place", meanwhile)
    in_parts(people, out)
    assert refused == ["busy"] and (out / "run.json").is_file()


def test_notes_do_not_outlive_what_they_tell_of(
    people: Path, whole: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The input changes, clearing is killed half way, and the input is as it was again."""
    out = tmp_path / "run"
    killed_at(people, out, lambda said: said.startswith("decide 2/"))
    file = sorted((people / "families").glob("**/*.parquet"))[0]
    about = file.stat()
    os.utime(file, ns=(about.st_atime_ns, about.st_mtime_ns + 1))
    removed = list[str]()

    def half(path: Path, **options: Any) -> None:
        removed.append(Path(path).name)
        if len(removed) > 2:
            raise Stopped
        rmtree(path, **options)

    rmtree = shutil.rmtree
    with monkeypatch.context() as patch:
        patch.setattr(work_folder.shutil, "rmtree", half)
        with pytest.raises(Stopped):
            in_parts(people, out)
    os.utime(file, ns=(about.st_atime_ns, about.st_mtime_ns))
    assert len(removed) > 2
    assert in_parts(people, out)["content"] == whole["content"]


def test_two_runs_do_not_write_one_folder(people: Path, tmp_path: Path) -> None:
    first = started(people, tmp_path / "run")
    assert first.stdout is not None
    first.stdout.readline()
    try:
        with pytest.raises(TepatError) as refused:
            in_parts(people, tmp_path / "run")
        assert refused.value.code == "busy"
        assert first.poll() is None, "the first run ended before the second began"
    finally:
        first.kill()
        first.wait(timeout=60)
        first.stdout.close()


def test_unfinished_work_of_other_arguments_is_not_thrown_away(
    people: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    killed_at(people, out, lambda said: said.startswith("check 1/"))
    before = finished_notes(out)
    with pytest.raises(TepatError) as refused:
        in_parts(people, out, programmes=("pkh",))
    assert refused.value.code == "unfinished"
    assert finished_notes(out) == before


def test_work_on_an_input_that_has_changed_is_begun_anew(
    people: Path, whole: dict[str, Any], tmp_path: Path
) -> None:
    given = tmp_path / "in"
    for path in people.glob("**/*"):
        if path.is_file():
            target = given / path.relative_to(people)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    out = tmp_path / "run"
    killed_at(given, out, lambda said: said.startswith("check 2/"))
    file = sorted((given / "families").glob("**/*.parquet"))[0]
    changed = polars.read_parquet(file, hive_partitioning=False)
    changed.with_columns(decile=polars.lit(10, polars.Int64)).write_parquet(file)
    made = in_parts(given, out)
    assert made["content"]["ranking"] != whole["content"]["ranking"]
    ranked = polars.read_parquet(out / "ranking" / "*.parquet")
    ranked = ranked.join(changed.select("family_key"), on="family_key", how="semi")
    assert ranked.height == changed.height
    assert (ranked["decile"] == 10).all()
