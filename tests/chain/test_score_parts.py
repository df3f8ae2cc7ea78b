"""Each score of a run can be taken apart into its variables, to the last millionth."""

from __future__ import annotations

from pathlib import Path

import duckdb

from tepat.runs.explain import explain
from tepat.runs.explain_text import as_text
from tepat.runs.folder import RunFolder


def test_the_parts_of_every_score_add_up_to_it(survey_run: Path) -> None:
    ranking = f"read_parquet('{survey_run}/run/ranking/*.parquet')"
    parts = f"read_parquet('{survey_run}/run/scores/*.parquet')"
    names = [row[0] for row in duckdb.sql(f"DESCRIBE FROM {parts}").fetchall()[1:]]
    total = " + ".join(f'p."{name}"' for name in names)
    found = duckdb.sql(
        f"SELECT count(*), count(*) FILTER (WHERE {total} = r.score) FROM {ranking} r "
        f"JOIN {parts} p USING (family_id) WHERE r.score IS NOT NULL"
    ).fetchone()
    assert found is not None
    assert found[0] > 4_000
    assert found[0] == found[1]


def test_an_explanation_shows_the_score_and_what_moves_it(survey_run: Path) -> None:
    run = RunFolder(survey_run / "run")
    key = duckdb.sql(
        f"SELECT family_key FROM read_parquet('{run.path}/ranking/*.parquet') ORDER BY rank LIMIT 1"
    ).fetchone()
    assert key is not None
    found = explain(run, key[0])
    assert sum(found["score"]["parts"].values()) == found["score"]["millionths"]
    assert found["score"]["rank"] == 1
    assert "Skor (logaritma rupiah)" in as_text(found, "id")


def test_a_run_without_a_model_shows_no_score(demo_run: Path) -> None:
    run = RunFolder(demo_run)
    key = duckdb.sql(
        f"SELECT min(family_key) FROM read_parquet('{demo_run}/ranking/*.parquet')"
    ).fetchone()
    assert key is not None
    assert explain(run, key[0])["score"] is None
