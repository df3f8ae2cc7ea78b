"""The explainer says what `explain` says, quickly, and of every family."""

from __future__ import annotations

import shutil
import statistics
import time
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tepat.engine.errors import TepatError
from tepat.runs import explainer as explaining
from tepat.runs.evidence import family_of
from tepat.runs.explain import explain
from tepat.runs.explainer import UNITS, Explainer, keep_statements
from tepat.runs.explainers import explainer_for
from tepat.runs.folder import RunFolder

# One family of each kind that an explanation must tell apart.
KINDS = (
    "SELECT family_key FROM {awards} WHERE programme = 'pkh' AND status = 'awarded'",
    "SELECT family_key FROM {awards} WHERE programme = 'sembako' AND status = 'waiting'",
    "SELECT family_key FROM {awards} WHERE status = 'refused'",
    "SELECT family_key FROM {families} WHERE blocked",
    "SELECT f.family_key FROM {families} AS f JOIN {flags} AS g USING (family_id)",
    "SELECT family_key FROM {families} WHERE decile IS NULL",
    "SELECT family_key FROM {families} WHERE roster_size > 6",
)


@pytest.fixture(scope="module")
def run(demo_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with its statements kept."""
    folder = tmp_path_factory.mktemp("explained") / "run"
    shutil.copytree(demo_run, folder)
    keep_statements(folder)
    return folder


@pytest.fixture(scope="module")
def explainer(run: Path) -> Explainer:
    return Explainer(run)


def keys(run: Path, sql: str = "SELECT family_key FROM {families}") -> list[str]:
    tables = {
        "awards": f"'{run}/awards/*.parquet'",
        "families": f"'{run}/facts/families/*.parquet'",
        "flags": f"'{run}/facts/flags/*.parquet'",
    }
    return sorted(str(row[0]) for row in duckdb.sql(sql.format(**tables)).fetchall())


def test_families_of_every_kind_are_explained_as_explain_does(
    run: Path, explainer: Explainer
) -> None:
    slow = RunFolder(run)
    chosen = {found[0] for sql in KINDS if (found := keys(run, sql))}
    assert len(chosen) > 3
    for key in sorted(chosen):
        assert explainer.explain(key) == explain(slow, key)


def test_every_family_is_decided_by_the_explainer_as_it_was_in_the_run(
    run: Path, explainer: Explainer
) -> None:
    for number in range(1, len(keys(run)) + 1):
        family = family_of(explainer.run, number)
        found = explainer._answers(family.tables, tuple(UNITS.values()))
        assert found[UNITS["family"]] == [family.decisions]
        persons = sorted(found[UNITS["member"]], key=lambda row: row["person_id"])
        assert persons == family.persons


def test_explaining_one_family_takes_a_fraction_of_a_second_of_work(
    run: Path, explainer: Explainer
) -> None:
    took = []
    for key in keys(run)[:30]:
        begun = time.process_time()
        explainer.explain(key)
        took.append(time.process_time() - begun)
    assert statistics.median(took) < 0.5


def test_kept_statements_are_used_and_those_of_other_code_are_not(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(folder: RunFolder) -> dict[str, str]:
        raise AssertionError("the statements were made anew")

    monkeypatch.setattr(explaining, "statements", never)
    key = keys(run)[0]
    assert Explainer(run).explain(key)["family_key"] == key
    monkeypatch.setattr(explaining, "_stamp", lambda: "other code")
    with pytest.raises(AssertionError, match="anew"):
        Explainer(run)


def test_a_family_that_is_not_in_the_run_is_refused(explainer: Explainer) -> None:
    with pytest.raises(TepatError, match="no family with that key"):
        explainer.explain("nobody")


def test_an_explainer_is_made_in_the_background_and_kept(run: Path, tmp_path: Path) -> None:
    assert explainer_for(run) is None, "it is only begun"
    made: Any = explainer_for(run, patience=120)
    assert isinstance(made, Explainer)
    assert explainer_for(run) is made
    assert explainer_for(tmp_path / "nothing", patience=1) is None
