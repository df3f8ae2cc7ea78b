"""Who is erased is forgotten by finished runs as well; what was decided, and its sums, stay."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tepat.engine.errors import TepatError
from tepat.places.models import Place
from tepat.registry.actions.erasure import ask_erasure, decide_erasure
from tepat.registry.models import Family, Membership
from tepat.runs import work
from tepat.runs.actions import start_run
from tepat.runs.explainer import Explainer
from tepat.runs.export import export
from tepat.runs.folder import RunFolder
from tepat.runs.forgotten import KEYS, forget_people
from tepat.runs.models import Decision, Run
from tepat.runs.queries import decisions_of
from tepat.staff.context import acting_as
from tests.registry.world import World, make_world, rukmini

TABLES = ("members", "flags", "findings", "member_decisions", "families", "awards", "ranking")


@pytest.fixture
def run(demo_run: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    shutil.copytree(demo_run, folder)
    return folder


def rows(run: Path, table: str) -> list[dict[str, Any]]:
    shown = duckdb.execute("FROM read_parquet(?)", [RunFolder(run).file(table)])
    found: list[dict[str, Any]] = shown.to_arrow_table().to_pylist()
    return found


def member_of_large_family_with_a_flag(run: Path) -> dict[str, Any]:
    found = RunFolder(run)
    sql = (
        "SELECT m.person_key, m.person_id, m.family_id, m.family_key FROM read_parquet(?) AS m "
        "JOIN read_parquet(?) AS g USING (person_id) JOIN read_parquet(?) AS f "
        "ON f.family_id = m.family_id WHERE f.roster_size > 2 ORDER BY m.person_id LIMIT 1"
    )
    files = [found.file(name) for name in ("members", "flags", "families")]
    (row,) = duckdb.execute(sql, files).to_arrow_table().to_pylist()
    return dict(row)


def test_facts_findings_and_reasons_of_a_person_go_and_all_else_is_as_it_was(run: Path) -> None:
    person = member_of_large_family_with_a_flag(run)
    number, key = person["person_id"], person["person_key"]
    before = {table: rows(run, table) for table in TABLES}
    kinds = {table: duckdb.read_parquet(RunFolder(run).file(table)).types for table in TABLES}
    export(RunFolder(run), "awards", run.with_name("before.csv"))
    assert forget_people(run, [key, "nobody"]) == 1
    after = {table: rows(run, table) for table in TABLES}
    for table in TABLES:
        assert duckdb.read_parquet(RunFolder(run).file(table)).types == kinds[table], table
    emptied = next(row for row in after["members"] if row["person_id"] == number)
    assert {name for name, value in emptied.items() if value is not None} == set(KEYS)
    assert len(after["members"]) == len(before["members"])
    assert any(row["person_id"] == number for row in before["flags"])
    for table in ("members", "flags", "findings", "member_decisions"):
        kept = [_of_others(side[table], number, key) for side in (before, after)]
        assert kept[0] == kept[1], table
    for was, now in zip(before["member_decisions"], after["member_decisions"], strict=True):
        if now["person_id"] == number:
            assert not any(v for k, v in now.items() if k.endswith(("__failed", "__unknown")))
            told = [k for k in was if k.endswith(("__outcome", "__amount"))]
            assert [was[k] for k in told] == [now[k] for k in told]
    for table in ("families", "awards", "ranking"):
        assert after[table] == before[table]
    export(RunFolder(run), "awards", run.with_name("after.csv"))
    lines = [run.with_name(f"{name}.csv").read_text().splitlines() for name in ("before", "after")]
    assert sorted(lines[0]) == sorted(lines[1])
    assert [path.name for path in run.rglob(".*")] == []


def _of_others(found: list[dict[str, Any]], number: int, key: str) -> list[dict[str, Any]]:
    """Rows that are not about a person."""
    if found and "key" in found[0]:
        return [row for row in found if (row["table"], row["key"]) != ("members", key)]
    return [row for row in found if row["person_id"] != number]


def test_a_run_tells_no_reasons_of_a_family_that_is_not_whole(run: Path) -> None:
    person = member_of_large_family_with_a_flag(run)
    others = [row for row in rows(run, "families") if row["family_id"] != person["family_id"]]
    explainer = Explainer(run)
    assert explainer.explain(person["family_key"])["members"]
    forget_people(run, [person["person_key"]])
    with pytest.raises(TepatError, match="not whole"):
        explainer.explain(person["family_key"])
    assert explainer.explain(others[0]["family_key"])["members"], "other families are told of"
    assert forget_people(run, [person["person_key"]]) == 1, "it may be repeated"


@pytest.mark.django_db(transaction=True)
def test_an_erasure_reaches_the_decisions_and_folders_of_finished_runs(
    settings: Any, tmp_path: Path
) -> None:
    settings.HOME = tmp_path / "home"
    world = make_world()
    operator = world["village_operator"]
    with acting_as(operator.pk):
        family = rukmini(operator)
        person = Membership.objects.get(family=family, relation=1).person
    run = start_run(
        place=Place.objects.get(pk=1), as_of=date(2025, 7, 1), acting_user=world["ministry_analyst"]
    )
    work.perform(run.pk)
    folder = settings.HOME / "runs" / run.folder
    assert "67" in shown(world, family)
    told = [row["age"] for row in rows(folder, "members") if row["person_key"] == str(person.uuid)]
    assert told == [67]
    erase(world, family, person.pk)
    left = shown(world, family)
    assert "67" not in left, "before the worker has come to it"
    assert not re.search(r"anggota \d", left)
    with acting_as(operator.pk):
        mine = Decision.objects.filter(person_id=person.pk)
        assert mine.exists()
        assert not mine.exclude(failed=0, unknown=0).exists()
        assert Decision.objects.filter(person_id=None).exclude(failed=0, unknown=0).exists()
    work.forget_erased()
    told = [row["age"] for row in rows(folder, "members") if row["person_key"] == str(person.uuid)]
    assert told == [None]
    assert not (settings.HOME / "snapshots" / run.folder).exists()


@pytest.mark.django_db(transaction=True)
def test_a_run_that_read_somebody_before_the_erasure_is_published_without_them(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.HOME = tmp_path / "home"
    world = make_world()
    operator = world["village_operator"]
    with acting_as(operator.pk):
        family = rukmini(operator)
        person = Membership.objects.get(family=family, relation=1).person
    run = start_run(
        place=Place.objects.get(pk=1), as_of=date(2025, 7, 1), acting_user=world["ministry_analyst"]
    )
    done = work._publish

    def late(run: Run, ends: Any) -> None:
        erase(world, family, person.pk)
        done(run, ends)

    monkeypatch.setattr(work, "_publish", late)
    work.perform(run.pk)
    folder = settings.HOME / "runs" / run.folder
    told = [row["age"] for row in rows(folder, "members") if row["person_key"] == str(person.uuid)]
    assert told == [None]
    with acting_as(operator.pk):
        mine = Decision.objects.filter(person_id=person.pk)
        assert mine.exists()
        assert not mine.exclude(failed=0, unknown=0).exists()


def erase(world: World, family: Family, person: int) -> None:
    verifier, approver = world["kabupaten_verifier"], world["ministry_approver"]
    with acting_as(verifier.pk):
        asked = ask_erasure(
            family_id=family.pk, person_id=person, reason="x", document="x", acting_user=verifier
        )
    with acting_as(approver.pk):
        decide_erasure(erasure_id=asked.pk, granted=True, answer="", acting_user=approver)


def shown(world: World, family: Family) -> str:
    """The decisions as pages draw them, when they waited for the explanation."""
    with acting_as(world["village_operator"].pk):
        return str(decisions_of(family, wait=60.0))
