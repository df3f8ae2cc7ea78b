"""Two runs side by side: planted changes carry the cause that was planted, and nothing else moves.

Each world differs from the first in one way only, so the cause is known before the comparison is
made. Who entered and left is counted again in plain Python; deciles of one's own new score are
found again by ranking the old run anew with that one score exchanged.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tepat.engine.errors import TepatError
from tepat.runs.compare import compare
from tepat.runs.folder import RunFolder
from tepat.runs.request import Request
from tepat.runs.run import run
from tests.conftest import DEMO_DATE

pytestmark = pytest.mark.xdist_group("compare")  # its runs are made once

TABLES = ("families", "members", "flags", "benefits", "lists")
NAMES = ("sembako", "pbi_jk", "electricity_subsidy")
Frames = dict[str, Any]
Change = Callable[[Frames], Frames]


def _frames(folder: Path) -> Frames:
    found: Frames = {}
    for name in TABLES:
        path = folder / name
        if path.is_dir():
            table = pl.read_parquet(path / "**" / "*.parquet", hive_partitioning=True)
            if "province" in table.columns:
                table = table.with_columns(pl.col("province").cast(pl.String))
        else:
            table = pl.read_parquet(path.with_suffix(".parquet"))
        found[name] = table
    return found


def _written(folder: Path, frames: Frames) -> Path:
    folder.mkdir()
    for name, frame in frames.items():
        frame.write_parquet(folder / f"{name}.parquet")
    return folder


def _awarded(path: Path) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in RunFolder(path).table("awards").to_pyarrow().to_pylist():
        if row["status"] == "awarded":
            found.setdefault(row["programme"], set()).add(row["person_key"] or row["family_key"])
    return found


def _who(folder: Path) -> list[dict[str, Any]]:
    import polars

    return polars.read_parquet(folder / "who.parquet").to_dicts()


def _causes(rows: list[dict[str, Any]]) -> Counter[tuple[str, str]]:
    return Counter((row["change"], row["cause"]) for row in rows)


class World:
    """A population, its first run, and runs that differ from it in one way."""

    def __init__(self, people: Path, base: Path) -> None:
        self.base, self.frames = base, _frames(people)
        self.asked = Request(Path(), Path(), date.fromisoformat(DEMO_DATE), programmes=NAMES)
        self.first = self.run("first")

    def run(self, name: str, change: Change | None = None, **asked: Any) -> Path:
        """Run the population, changed, under its name."""
        frames = change(dict(self.frames)) if change else self.frames
        given = self.base / f"{name}-in"
        if not given.exists():
            _written(given, frames)
        run(replace(self.asked, input=given, out=self.base / name, **asked))
        return self.base / name

    def compared(self, name: str, before: Path | None = None) -> list[dict[str, Any]]:
        """Compare a run with the first and return who entered and left."""
        out = self.base / f"{name}-compared"
        compare(before or self.first, self.base / name, out)
        return _who(out)

    def holders(self, programme: str) -> list[str]:
        """Who holds a programme in the first run, in order."""
        return sorted(_awarded(self.first)[programme])


@pytest.fixture(scope="module")
def world(demo_people: Path, tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(demo_people, tmp_path_factory.mktemp("compare"))


def _where(column: str, keys: list[str], **values: Any) -> Any:
    """Expressions that give some families other values."""
    return {
        name: pl.when(pl.col(column).is_in(keys)).then(pl.lit(value)).otherwise(pl.col(name))
        for name, value in values.items()
    }


@dataclass(frozen=True)
class Planted:
    """A run in which one family each was changed in one way, and which families."""

    run: Path
    compared: Path
    gone: str
    richer: str
    broken: str
    flagged: str
    wired: str


@pytest.fixture(scope="module")
def planted(world: World) -> Planted:
    held = set(world.holders("sembako")) & set(world.holders("electricity_subsidy"))
    heads = {
        row["family_key"]: row["person_key"]
        for row in world.frames["members"].to_dicts()
        if row["relation"] == 1
    }
    gone, richer, broken, flagged, wired, copied = sorted(held & set(heads))[:6]
    key = pl.col("family_key")

    def change(frames: Frames) -> Frames:
        families, members = frames["families"], frames["members"]
        new = families.filter(key == copied).with_columns(
            family_key=pl.lit("NEW"), kk_number=pl.col("kk_number").str.head(12) + "9871"
        )
        born = members.filter(key == copied).with_columns(
            family_key=pl.lit("NEW"),
            person_key=pl.lit("NEW") + pl.col("person_key"),
            nik=pl.col("nik").str.head(12) + (pl.int_range(pl.len()) + 9871).cast(pl.String),
        )
        families = families.with_columns(**_where("family_key", [richer], decile=10))
        families = families.with_columns(**_where("family_key", [broken], kk_number="12"))
        families = families.with_columns(**_where("family_key", [wired], power=2200))
        flag = (
            frames["flags"]
            .head(1)
            .with_columns(
                family_key=pl.lit(flagged),
                person_key=pl.lit(heads[flagged]),
                ground=pl.lit("civil_servant"),
                contested=pl.lit(False),
            )
        )
        return frames | {
            "families": pl.concat([families.filter(key != gone), new]),
            "members": pl.concat([members.filter(key != gone), born]),
            "flags": pl.concat([frames["flags"], flag]),
        }

    made = world.run("planted", change)
    world.compared("planted")
    compared = world.base / "planted-compared"
    return Planted(made, compared, gone, richer, broken, flagged, wired)


def test_each_planted_change_carries_its_cause(planted: Planted) -> None:
    gone, richer, wired = planted.gone, planted.richer, planted.wired
    broken, flagged = planted.broken, planted.flagged
    rows = _who(planted.compared)
    of_family = {(r["programme"], r["family_key"]): r for r in rows if r["person_key"] is None}
    assert of_family["sembako", gone]["cause"] == "family_gone"
    assert of_family["sembako", richer]["cause"] == "decile_supplied"
    assert of_family["sembako", richer]["criteria"] == "decile_within_limit"
    assert of_family["sembako", broken]["cause"] == "record"
    assert of_family["sembako", flagged]["cause"] == "flag"
    assert of_family["sembako", flagged]["criteria"] == "civil_servant"
    assert of_family["electricity_subsidy", wired]["cause"] == "facts"
    assert of_family["electricity_subsidy", wired]["variables"] == "power"
    assert of_family["electricity_subsidy", "NEW"]["cause"] == "family_new"
    assert of_family["electricity_subsidy", "NEW"]["change"] == "entered"
    touched = {gone, richer, broken, flagged, wired, "NEW"}
    assert {row["family_key"] for row in rows} <= touched, "somebody moved whom nobody touched"
    assert ("sembako", wired) not in of_family, "the meter counts for electricity alone"


def test_who_entered_and_left_agrees_with_a_count_of_the_awards(
    world: World, planted: Planted
) -> None:
    rows = _who(planted.compared)
    before, after = _awarded(world.first), _awarded(planted.run)
    for name in NAMES:
        mine = [row for row in rows if row["programme"] == name]
        found = {
            change: {r["person_key"] or r["family_key"] for r in mine if r["change"] == change}
            for change in ("entered", "left")
        }
        assert found["left"] == before[name] - after[name]
        assert found["entered"] == after[name] - before[name]
    assert any(row["person_key"] for row in rows), "no person changed: nothing was tested"
    kept = json.loads((planted.compared / "compare.json").read_text("utf-8"))
    for row in kept["programmes"]:
        assert row["before"] - row["left"] + row["entered"] == row["after"]


def test_families_asked_a_few_at_a_time_give_the_same(
    world: World, planted: Planted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tepat.runs.compare import again

    monkeypatch.setattr(again, "FAMILIES_AT_ONCE", 2)
    compare(world.first, planted.run, tmp_path / "parts")
    assert _who(tmp_path / "parts") == _who(planted.compared)


def test_a_run_against_itself_changes_nobody(world: World) -> None:
    found = compare(world.first, world.first)
    assert found["causes"] == [] and found["families"]["new"] == found["families"]["gone"] == 0
    assert all(row["entered"] == row["left"] == 0 for row in found["programmes"])
    assert all(m["decile_before"] == m["decile_after"] for m in found["deciles"])


def test_a_later_day_alone_is_the_cause_of_what_it_changes(world: World) -> None:
    world.run("later", as_of=date(2026, 7, 1))  # from 2026 Sembako ends at decile 4
    rows = [row for row in world.compared("later") if row["programme"] == "sembako"]
    assert all(row["decile_before"] == row["decile_after"] for row in rows)
    assert _causes([r for r in rows if r["decile_before"] == 5]).keys() == {("left", "day")}
    others = _causes([r for r in rows if r["decile_before"] != 5])
    allowed = {"record", "day", "overlap"}  # an award that barred this one has run out
    assert {cause for _, cause in others} <= allowed, others


def test_a_changed_rule_alone_is_the_cause_of_what_it_changes(world: World, tmp_path: Path) -> None:
    policy = tmp_path / "policy"
    shutil.copytree(world.first / "policy", policy)
    path = policy / "programmes" / "sembako" / "amounts.yaml"
    text, now = path.read_text(encoding="utf-8"), "value: 5, reference: Kepmensos 79/HUK/2025"
    assert now in text
    path.write_text(text.replace(now, now.replace("5", "3", 1)), encoding="utf-8")
    world.run("ruled", policy=policy)
    rows = world.compared("ruled")
    assert _causes(rows).keys() == {("left", "policy")}
    assert {row["criteria"] for row in rows} == {"decile_within_limit"}
    assert {row["programme"] for row in rows} == {"sembako"}


@pytest.fixture(scope="module")
def short(world: World) -> Path:
    quota = world.base / "short.csv"
    quota.write_text("programme,place,quota\nsembako,,20\n", encoding="utf-8")
    return world.run("short", quota=quota)


def test_a_shorter_quota_moves_the_line_and_a_longer_one_moves_it_back(
    world: World, short: Path
) -> None:
    rows = world.compared("short")
    assert _causes(rows).keys() == {("left", "quota_line")}
    back = world.base / "back"
    compare(short, world.first, back)
    assert _causes(_who(back)).keys() == {("entered", "quota_line")}


def test_a_family_that_overtakes_others_enters_by_its_own_place(
    world: World, short: Path, tmp_path: Path
) -> None:
    quota = tmp_path / "quota.csv"
    code = RunFolder(short).manifest["lines"]["sembako"]
    busiest = max(code, key=lambda name: code[name]["eligible"])
    quota.write_text(f"programme,place,quota\nsembako,{busiest},5\n", encoding="utf-8")
    world.run("queued", quota=quota)
    waiting = [
        row
        for row in RunFolder(world.base / "queued").table("awards").to_pyarrow().to_pylist()
        if row["programme"] == "sembako"
        and row["status"] == "waiting"
        and row["kabupaten"] == busiest
    ]
    last = max(waiting, key=lambda row: row["place"])["family_key"]

    def change(frames: Frames) -> Frames:
        families = frames["families"].with_columns(**_where("family_key", [last], decile=1))
        return frames | {"families": families}

    given = world.base / "overtaken-in"
    _written(given, change(dict(world.frames)))
    world.run("overtaken", quota=quota)
    rows = [
        row
        for row in world.compared("overtaken", world.base / "queued")
        if row["programme"] == "sembako"
    ]
    entered = [row for row in rows if row["change"] == "entered"]
    assert [(r["family_key"], r["cause"]) for r in entered] == [(last, "own_place")]
    assert [r["cause"] for r in rows if r["change"] == "left"] == ["queue"]


MODEL = {
    "format": "tepat-model/1",
    "outcome": "consumption",
    "intercept": 13_000_000,
    "features": [
        {
            "column": "floor_area",
            "kind": "number",
            "decimals": 0,
            "lowest": 0,
            "highest": 400,
            "level": 0,
            "zero": 50,
            "slope": 9_000,
            "bends": [],
            "divisor": 1,
            "missing": 0,
        },
        {
            "column": "refrigerator",
            "kind": "levels",
            "values": "integer",
            "levels": {"0": -150_000, "1": 150_000},
            "other": 200_000,
            "missing": 0,
        },
    ],
}


def _ranked(path: Path) -> dict[str, dict[str, Any]]:
    rows = RunFolder(path).table("ranking").to_pyarrow().to_pylist()
    return {row["family_key"]: row for row in rows}


def _decile_with(ranked: dict[str, dict[str, Any]], key: str, score: int) -> int:
    """The decile of one family among the others of a run, by ranking all of them anew."""
    scores = {k: row["score"] for k, row in ranked.items() if row["score"] is not None}
    scores[key] = score

    def order(name: str) -> tuple[int, str]:
        return scores[name], hashlib.md5(f"{DEMO_DATE}:{name}".encode()).hexdigest()

    place = sorted(scores, key=order).index(key)
    return place * 10 // len(scores) + 1


@pytest.fixture(scope="module")
def scored(world: World) -> Path:
    model = world.base / "model.json"
    model.write_text(json.dumps(MODEL), encoding="utf-8")
    return world.run("scored", model=model)


def test_own_score_and_the_line_are_told_apart_exactly(world: World, scored: Path) -> None:
    # a third of the families move into other houses; the rest are moved by the line
    draw = pl.col("family_key").hash(3) % 12

    def change(frames: Frames) -> Frames:
        area = pl.col("floor_area").fill_null(50)
        moved = pl.when(draw < 3).then(area + 60).when(draw == 3).then(area // 3).otherwise(area)
        return frames | {"families": frames["families"].with_columns(floor_area=moved)}

    rescored = world.run("rescored", change, model=world.base / "model.json")
    rows = world.compared("rescored", scored)
    before, after = _ranked(scored), _ranked(rescored)
    limit, checked = 5, Counter[str]()
    for row in (r for r in rows if r["programme"] == "sembako"):
        key = row["family_key"]
        own = _decile_with(before, key, after[key]["score"])
        assert (row["decile_before"], row["decile_after"]) == (
            before[key]["decile"],
            after[key]["decile"],
        )
        assert row["decile_own"] == own, "the decile of the new score in the old run"
        entered = row["change"] == "entered"
        if row["cause"] in ("own_score", "decile_line"):
            assert (own <= limit) == (entered == (row["cause"] == "own_score"))
            checked[row["cause"]] += 1
        if row["cause"] == "own_score":
            assert "floor_area" in row["variables"].split()
    assert checked["own_score"] > 3 and checked["decile_line"] > 1
    assert set(checked) == {row["cause"] for row in rows if row["programme"] == "sembako"}


def test_another_model_alone_is_the_cause_of_what_it_changes(
    world: World, scored: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.json"
    features = [MODEL["features"][0] | {"slope": -2_000}, MODEL["features"][1]]  # type: ignore[index]
    other.write_text(json.dumps(MODEL | {"features": features}), encoding="utf-8")
    world.run("remodelled", model=other)
    rows = world.compared("remodelled", scored)
    mine = {row["cause"] for row in rows if row["programme"] == "sembako"}
    assert "model" in mine and mine <= {"model", "score_or_model"}


def test_of_a_family_with_an_erased_person_no_cause_is_told(
    world: World, planted: Planted, tmp_path: Path
) -> None:
    from tepat.runs.forgotten import forget_people

    rows = _who(planted.compared)
    wired = next(row for row in rows if row["cause"] == "facts")
    after = tmp_path / "after"
    shutil.copytree(planted.run, after)
    members = world.frames["members"].to_dicts()
    key = next(m["person_key"] for m in members if m["family_key"] == wired["family_key"])
    assert forget_people(after, [key]) == 1
    compare(world.first, after, tmp_path / "compared")
    again = {
        (r["programme"], r["family_key"], r["person_key"]): r for r in _who(tmp_path / "compared")
    }
    mine = again[wired["programme"], wired["family_key"], wired["person_key"]]
    assert (mine["cause"], mine["criteria"], mine["variables"]) == ("forgotten", None, None)
    others = [row for row in rows if row["family_key"] != wired["family_key"]]
    assert others and all(
        again[r["programme"], r["family_key"], r["person_key"]]["cause"] == r["cause"]
        for r in others
    )


def test_runs_that_cannot_be_compared_are_refused(world: World, tmp_path: Path) -> None:
    def refused(before: Path, after: Path) -> str:
        with pytest.raises(TepatError) as caught:
            compare(before, after)
        assert caught.value.do
        return caught.value.code

    assert refused(world.first, tmp_path) == "run_missing"
    (tmp_path / ".killed.unfinished").mkdir()
    assert refused(world.first, tmp_path / "killed") == "run_unfinished"
    hurt = tmp_path / "hurt"
    shutil.copytree(world.first, hurt)
    shutil.rmtree(hurt / "awards")
    assert refused(hurt, world.first) == "run_damaged"
    world.run("other", programmes=("pip",))
    assert refused(world.first, world.base / "other") == "programmes_differ"

    def renamed(frames: Frames) -> Frames:
        key = {"family_key": pl.lit("X") + pl.col("family_key")}
        return {n: f.with_columns(**key) if n != "lists" else f for n, f in frames.items()}

    world.run("strangers", renamed)
    assert refused(world.first, world.base / "strangers") == "families_differ"


def test_the_written_folder_holds_keys_and_no_numbers_of_people(planted: Planted) -> None:
    folder = planted.compared
    kept = _who(folder)
    assert kept and not {"nik", "kk_number", "name"} & set(kept[0])
    text = (folder / "compare.html").read_text(encoding="utf-8")
    assert all(row["family_key"] not in text for row in kept), "the page names no family"
    assert 'id="id"' in text and 'id="en"' in text


def test_a_run_tells_in_its_report_what_changed_since_an_earlier_one(
    world: World, short: Path, tmp_path: Path
) -> None:
    later = world.run("later_of_two", quota=world.base / "short.csv", against=world.first)
    compare(world.first, short, tmp_path / "compared")
    assert _who(later / "compared") == _who(tmp_path / "compared")
    text = (later / "report.html").read_text(encoding="utf-8")
    assert 'id="id-since"' in text and 'id="en-since"' in text
    assert f"--against {world.first}" in text
    kept = json.loads((later / "compared" / "compare.json").read_text("utf-8"))
    assert kept["after"]["folder"] == str(later)
    assert 'id="id-since"' not in (short / "report.html").read_text(encoding="utf-8")


def test_a_run_stands_where_it_cannot_be_compared(world: World, tmp_path: Path) -> None:
    strangers = tmp_path / "strangers"
    shutil.copytree(world.first, strangers)
    shutil.rmtree(strangers / "awards")
    stands = world.run("stands", against=strangers)
    kept = RunFolder(stands).manifest
    assert kept["not_compared"]["code"] == "run_damaged"
    assert not (stands / "compared").exists() and (stands / "report.html").is_file()
    with pytest.raises(TepatError, match="is not a run"):
        world.run("never", against=tmp_path / "nothing")
    assert not (world.base / "never").exists()
