"""What a judgement refuses of the truth, and a survey of the unregistered beside a full count."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from tepat.engine.errors import TepatError
from tepat.runs.accuracy import accuracy
from tepat.runs.compare import compare
from tepat.runs.folder import TABLES

NUMBER = "3201234567890123"  # as long as a NIK; the number of nobody
OUTSIDE = 60
AREAS = 12


def refused(run: Path, **given: Any) -> TepatError:
    with pytest.raises(TepatError) as caught:
        accuracy(run, **given)
    assert caught.value.what and caught.value.do
    return caught.value


def whole(found: dict[str, Any], cut: int = 40) -> dict[str, Any]:
    return next(row for row in found["errors"] if not row["group"] and row["cut"] == cut)


@pytest.fixture(scope="module")
def truth(demo_people: Path) -> pl.DataFrame:
    """The families' truth, with weights and clusters."""
    table = pl.read_parquet(demo_people / "truth.parquet").sort("family_key")
    table = table.select("family_key", "true_pc_consumption")
    rows = pl.int_range(pl.len())
    return table.with_columns(w=1.0 + rows % 7, ea=(rows % AREAS).cast(pl.String))


@pytest.fixture(scope="module")
def outside(truth: pl.DataFrame) -> pl.DataFrame:
    """Families that the register does not have, as poor as its poorest, drawn by area."""
    poorest = truth.sort("true_pc_consumption").head(2 * OUTSIDE).gather_every(2)
    return poorest.with_columns(family_key="U" + pl.col("family_key"), w=3.0 * pl.col("w"))


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str, pl.DataFrame], Path]:
    def write(name: str, table: pl.DataFrame) -> Path:
        table.write_parquet(tmp_path / f"{name}.parquet")
        return tmp_path / f"{name}.parquet"

    return write


Written = Callable[[str, pl.DataFrame], Path]


def changed(table: pl.DataFrame, rows: int, **columns: Any) -> pl.DataFrame:
    """The table with other values in its first rows."""
    first = pl.int_range(pl.len()) < rows
    return table.with_columns(
        **{name: pl.when(first).then(new).otherwise(pl.col(name)) for name, new in columns.items()}
    )


@pytest.mark.parametrize("asked", [{"weight": "w"}, {"cluster": "ea"}])
def test_weights_and_clusters_that_the_run_did_not_keep_are_refused(
    demo_run: Path, asked: dict[str, str]
) -> None:
    error = refused(demo_run, **asked)
    assert error.code == "truth_columns"
    assert next(iter(asked.values())) in error.what and "--truth" in error.do


def test_a_broken_line_of_a_long_file_is_named_and_not_quoted(
    demo_run: Path, truth: pl.DataFrame, tmp_path: Path
) -> None:
    file = tmp_path / "long.csv"
    some = truth.sample(
        30_000, with_replacement=True, seed=1
    )  # more than the engine looks at first
    some.with_columns(family_key="L" + pl.int_range(pl.len()).cast(pl.String)).write_csv(file)
    with file.open("a", encoding="utf-8") as lines:
        lines.write(f"L1,{NUMBER},1,2,3,4\n")
    error = refused(demo_run, truth=file)
    assert error.code == "truth_unreadable"
    assert "30002" in error.what and NUMBER not in str(error)


def test_two_workbooks_are_two_files(
    demo_run: Path, truth: pl.DataFrame, outside: pl.DataFrame, tmp_path: Path
) -> None:
    for name, table in (("truth", truth), ("outside", outside)):
        table.write_excel(tmp_path / f"{name}.xlsx")
    books = {"truth": tmp_path / "truth.xlsx", "unregistered": tmp_path / "outside.xlsx"}
    found = accuracy(demo_run, weight="w", **books)
    assert found["registered"] == truth.height
    assert found["families"] == truth.height + outside.height


def test_a_survey_of_the_unregistered_stands_beside_a_full_count(
    demo_run: Path, truth: pl.DataFrame, outside: pl.DataFrame, written: Written, tmp_path: Path
) -> None:
    survey = written("survey", outside)
    found = accuracy(
        demo_run, unregistered=survey, weight="w", cluster="ea", out=tmp_path / "judged"
    )
    assert found["counted"] == truth.height == found["registered"]
    assert found["weight_sum"] == pytest.approx(truth.height + outside["w"].sum())
    assert found["clusters"] == outside["ea"].n_unique()
    assert "full count" in (tmp_path / "judged" / "accuracy.html").read_text(encoding="utf-8")
    together = pl.concat([truth.with_columns(w=1.0), outside])
    one_file = accuracy(demo_run, truth=written("together", together), weight="w")
    assert one_file["counted"] == 0
    for cut in (10, 20, 40):
        mine, other = whole(found, cut)["unregistered"], whole(one_file, cut)["unregistered"]
        assert (mine["value"], mine["part"]) == (other["value"], other["part"]), cut


@pytest.mark.parametrize("cluster", [None, "ea"])
def test_the_interval_beside_a_full_count_is_that_of_drawing_the_sample_again(
    demo_run: Path, truth: pl.DataFrame, outside: pl.DataFrame, written: Written, cluster: str
) -> None:
    """A slow twin: of the two strata only the survey is drawn anew, the cut-offs stay."""
    survey = written("survey", outside)
    row = whole(accuracy(demo_run, unregistered=survey, weight="w", cluster=cluster))
    error = row["unregistered"]
    people = pl.concat([truth.with_columns(w=1.0), outside]).sort("true_pc_consumption")
    before = people["w"].cum_sum() - people["w"]
    poor = people.filter(before * 100 // people["w"].sum() < row["cut"])
    counted = poor.filter(~pl.col("family_key").str.starts_with("U")).height
    drawn = poor.filter(pl.col("family_key").str.starts_with("U"))
    sums = drawn.group_by(cluster).agg(pl.col("w").sum()) if cluster else drawn
    sample = outside[cluster].n_unique() if cluster else outside.height
    each = np.zeros(sample)
    each[: sums.height] = sums["w"].to_numpy()
    rng = np.random.default_rng(0)
    parts = each[rng.integers(sample, size=(20_000, sample))].sum(axis=1)
    ends = np.percentile(parts / (parts + counted), [2.5, 97.5])
    assert error["value"] == pytest.approx(each.sum() / (each.sum() + counted), abs=1e-4)
    assert (error["low"], error["high"]) == pytest.approx(tuple(ends), abs=0.025)
    assert error["high"] - error["low"] > 0.03, "the sample is felt"


def test_a_register_that_is_known_in_part_is_no_full_count(
    demo_run: Path, outside: pl.DataFrame, written: Written, tmp_path: Path
) -> None:
    run, survey = tmp_path / "run", written("survey", outside)
    shutil.copytree(demo_run, run)
    assert accuracy(run, unregistered=survey, weight="w")["counted"]
    (kept,) = run.glob(TABLES["truth"])
    table = pl.read_parquet(kept)
    table.tail(-3).write_parquet(kept)
    error = refused(run, unregistered=survey, weight="w")
    assert error.code == "truth_partial"
    assert f"{table.height - 3} of its {table.height}" in error.what
    assert accuracy(run, unregistered=survey)["counted"] == 0, "unweighted, each row counts once"


def test_a_register_that_is_a_survey_itself_is_no_full_count(
    demo_run: Path, outside: pl.DataFrame, written: Written, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    shutil.copytree(demo_run, run)
    for part in run.glob(TABLES["families"]):
        pl.read_parquet(part).with_columns(weight=pl.lit(4.0)).write_parquet(part)
    error = refused(run, unregistered=written("survey", outside), cluster="ea")
    assert error.code == "truth_partial" and "weights of their own" in error.what


@pytest.mark.parametrize("which", ["truth", "unregistered"])
def test_rows_without_a_cluster_are_refused(
    demo_run: Path, truth: pl.DataFrame, outside: pl.DataFrame, written: Written, which: str
) -> None:
    tables = {"truth": truth, "unregistered": outside}
    for empty in (None, " "):
        given = {**tables, which: changed(tables[which], 5, ea=pl.lit(empty, pl.String))}
        files = {name: written(name, table) for name, table in given.items()}
        error = refused(demo_run, cluster="ea", **files)
        assert error.code == "truth_clusters"
        assert "5 rows" in error.what and files[which].name in error.what and "ea" in error.what
    assert accuracy(demo_run, **files)["clusters"] is None, "nobody asked for clusters"


def test_a_row_that_cannot_count_needs_no_cluster(
    demo_run: Path, truth: pl.DataFrame, written: Written
) -> None:
    none = changed(truth, 5, ea=pl.lit(None, pl.String), true_pc_consumption=None)
    assert accuracy(demo_run, truth=written("none", none), cluster="ea")["clusters"] == AREAS
    nobody = changed(truth, 5, ea=pl.lit(None, pl.String), w=0.0)
    found = accuracy(demo_run, truth=written("nobody", nobody), weight="w", cluster="ea")
    assert found["families"] == truth.height - 5


@pytest.mark.parametrize("wrong", [None, -1.0, float("nan"), 1e30])
def test_rows_without_a_weight_are_refused(
    demo_run: Path, truth: pl.DataFrame, written: Written, wrong: float | None
) -> None:
    error = refused(demo_run, truth=written("wrong", changed(truth, 4, w=wrong)), weight="w")
    assert error.code == "truth_weights" and "4 rows" in error.what


def test_a_family_twice_is_refused(
    demo_run: Path, truth: pl.DataFrame, outside: pl.DataFrame, written: Written
) -> None:
    once = written("once", truth)
    twice = written("twice", pl.concat([truth, truth.head(3)]))
    error = refused(demo_run, truth=twice)
    assert error.code == "truth_twice"
    assert "3 values" in error.what and truth["family_key"][0] in error.what
    more = written("more", pl.concat([outside, outside.head(2)]))
    assert "2 values" in refused(demo_run, truth=once, unregistered=more).what
    assert "2 values" in refused(demo_run, unregistered=more).what
    both = written("both", pl.concat([truth, outside.head(7)]))
    error = refused(demo_run, truth=both, unregistered=written("all", outside))
    assert "7 values" in error.what, "a family in both files counts twice as well"
    assert accuracy(demo_run, truth=once, unregistered=written("all", outside))["families"] == (
        truth.height + outside.height
    )


def test_a_key_that_is_a_number_of_a_person_is_not_shown(
    demo_run: Path, truth: pl.DataFrame, written: Written
) -> None:
    error = refused(demo_run, truth=written("nik", changed(truth, 2, family_key=pl.lit(NUMBER))))
    assert error.code == "truth_twice" and NUMBER[:4] in error.what
    assert NUMBER[4:] not in str(error)


def test_a_registered_family_twice_in_the_truth_that_a_run_kept_is_refused(
    demo_run: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    shutil.copytree(demo_run, run)
    (kept,) = run.glob(TABLES["truth"])
    table = pl.read_parquet(kept)
    pl.concat([table, table.head(2)]).write_parquet(kept)
    error = refused(run)
    assert error.code == "truth_twice" and "2 families" in error.what


@pytest.mark.parametrize("key", [None, "  "])
def test_rows_of_the_truth_without_a_key_are_refused(
    demo_run: Path, truth: pl.DataFrame, written: Written, key: str | None
) -> None:
    lost = changed(truth, 6, family_key=pl.lit(key, pl.String))
    error = refused(demo_run, truth=written("lost", lost))
    assert error.code == "truth_keys" and "6 rows" in error.what and "--unregistered" in error.do
    assert refused(demo_run, truth=written("no", truth.drop("family_key"))).code == "truth_keys"
    empty = changed(lost, 6, true_pc_consumption=None)
    found = accuracy(demo_run, truth=written("empty", empty))
    assert found["families"] == found["registered"] == truth.height - 6


def test_the_unregistered_need_no_key(
    demo_run: Path, truth: pl.DataFrame, outside: pl.DataFrame, written: Written
) -> None:
    given = {"truth": written("truth", truth), "unregistered": written("keyed", outside)}
    keyed = accuracy(demo_run, **given)
    given["unregistered"] = written("keyless", outside.drop("family_key"))
    keyless = accuracy(demo_run, **given)
    assert keyed["families"] == keyless["families"] == truth.height + OUTSIDE
    assert whole(keyed)["unregistered"] == whole(keyless)["unregistered"]


def test_two_sources_of_the_unregistered_that_cannot_be_told_apart_are_refused(
    demo_run: Path, outside: pl.DataFrame, written: Written, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    shutil.copytree(demo_run, run)
    (kept,) = run.glob(TABLES["truth"])
    strangers = pl.lit(None, pl.Int64)
    changed(pl.read_parquet(kept), 9, family_id=strangers).write_parquet(kept)
    error = refused(run, unregistered=written("survey", outside))
    assert error.code == "truth_twice" and "9 families" in error.what
    found = accuracy(run)
    assert found["families"] - found["registered"] == 9, "alone it is judged as it stands"


def damaged(run: Path, name: str, folder: Path, how: str) -> Path:
    """A copy of a run with one file of a table cut off or written over."""
    copy = folder / how
    shutil.copytree(run, copy)
    part = sorted(copy.glob(TABLES[name]))[0]
    held = part.read_bytes()
    if how == "cut":
        part.write_bytes(held[: len(held) // 2])
    else:
        part.write_bytes(held[:4] + b"\xff" * (len(held) * 2 // 3) + held[4 + len(held) * 2 // 3 :])
    return copy


@pytest.mark.parametrize("how", ["cut", "written_over"])
def test_a_damaged_table_of_a_run_is_told_in_words(
    demo_run: Path, tmp_path: Path, how: str
) -> None:
    run, out = damaged(demo_run, "awards", tmp_path, how), tmp_path / "out"
    for found in (
        refused(run, out=out),
        refused(run),
        _not_compared(demo_run, run, out),
        _not_compared(run, demo_run, None),
    ):
        assert found.code == "file_unreadable"
        assert "Parquet" in found.what if how == "written_over" else "awards" in found.what
    assert sorted(path.name for path in tmp_path.iterdir()) == [how], "something was left"


def _not_compared(before: Path, after: Path, out: Path | None) -> TepatError:
    with pytest.raises(TepatError) as caught:
        compare(before, after, out)
    return caught.value
