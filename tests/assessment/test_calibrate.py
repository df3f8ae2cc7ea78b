"""Calibration finds what ranks, leaves out what leaks, and is no worse than plain least squares."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from tepat.assessment.calibrate import calibrate, report_lines
from tepat.assessment.rules import load_model, rank_and_decile, score_expression
from tepat.engine.connect import open_engine
from tepat.engine.errors import TepatError
from tests.assessment import twin
from tests.assessment.surveys import Array, least_squares, random_frame, survey

ASKED = {"region", "size", "wall", "fridge", "car", "floor_area", "rooms"}
NAMED: dict[str, Any] = {"outcome": "consumption", "weight": "person_weight", "cluster": "ea"}


def fit(frame: pl.DataFrame, folder: Path, **options: Any) -> dict[str, Any]:
    source = folder / "households.parquet"
    frame.write_parquet(source)
    given = {"out": folder / "model.json", "compare": False} | options
    return calibrate(source, **given)


def scores(model: Path, frame: pl.DataFrame) -> Array:
    table = open_engine().create_table("families", frame.to_arrow())
    found = table.select(score=score_expression(load_model(model), table)).to_pyarrow()
    return found["score"].to_numpy() / 1e6


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any], pl.DataFrame]:
    folder, frame = tmp_path_factory.mktemp("fitted"), survey(1_500, 1)
    return folder, fit(frame, folder, by=["region", "size"], **NAMED), frame


def test_parts_and_copies_of_the_outcome_are_left_out_with_the_reason(fitted: Any) -> None:
    left = fitted[1]["columns_left_out"]
    assert set(fitted[2].columns) - ASKED - set(NAMED.values()) == set(left)
    assert "add up" in left["v0"] and "add up" in left["v3"]
    assert "gives the outcome itself" in left["annual"]
    assert "slices" in left["fifth"] and "slices" in left["poor"]
    assert "different" in left["household"]
    assert "same value" in left["nothing"]


def test_a_named_feature_that_leaks_is_used_but_told(tmp_path: Path) -> None:
    report = fit(survey(300, 2), tmp_path, features=["wall", "size", "annual"], **NAMED)
    assert report["doubts"] == {"annual": "with the other columns it gives the outcome itself"}
    assert "`annual`" in (tmp_path / "model.md").read_text(encoding="utf-8")
    assert not report["columns_left_out"]


def test_what_is_asked_of_families_is_used(fitted: Any) -> None:
    used = {c for f in fitted[1]["features"] for p in f.get("parts", [f]) for c in [p["column"]]}
    assert {"size", "wall", "fridge", "car", "floor_area"} <= used <= ASKED


def test_unseen_and_missing_answers_get_a_score_equal_to_the_twins(fitted: Any) -> None:
    folder, _, frame = fitted
    changed = frame.head(400).with_columns(
        wall=pl.Series(["mud", None, "wood", "brick"] * 100),
        size=pl.Series([None, 55, 1, 4] * 100),
        floor_area=pl.Series([1e9, None, -4.0, 33.3] * 100),
    )
    document = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    expected = [twin.score(document, row) for row in changed.iter_rows(named=True)]
    found = scores(folder / "model.json", changed)
    assert np.array_equal(np.round(found * 1e6).astype(int), np.array(expected))


def test_the_whole_numbers_give_the_prediction_of_the_fit(fitted: Any) -> None:
    folder, report, frame = fitted
    truth = np.log(frame["consumption"].to_numpy())
    weight = frame["person_weight"].to_numpy()
    predicted = scores(folder / "model.json", frame)
    mean = np.average(truth, weights=weight)
    inside = 1 - weight @ (truth - predicted) ** 2 / (weight @ (truth - mean) ** 2)
    assert round(float(inside), 4) == report["evaluation"]["r2_in_sample"]
    assert abs(np.average(truth - predicted, weights=weight)) < 0.002


def test_a_plain_fit_is_the_regression_of_scikit_learn_to_the_millionth(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    a, b = rng.normal(size=700), rng.choice(["x", "y", "z"], 700)
    y = np.exp(9 + 0.4 * a + np.array([{"x": 0, "y": 0.5, "z": -0.2}[v] for v in b]))
    y *= np.exp(0.3 * rng.normal(size=700))
    frame = pl.DataFrame({"a": a, "b": b, "y": y})
    report = fit(frame, tmp_path, outcome="y")
    assert report["choice"]["form"] == "plain"
    found = scores(tmp_path / "model.json", frame)
    assert np.abs(found - least_squares(frame, frame, codes=False)).max() < 2e-5


def test_the_same_file_gives_the_same_model_and_another_seed_other_folds(
    fitted: Any, tmp_path: Path
) -> None:
    folder, _, frame = fitted
    fit(frame, tmp_path, by=["region", "size"], **NAMED)
    name = "model.json"
    assert (folder / name).read_bytes() == (tmp_path / name).read_bytes()


def test_the_report_holds_errors_intervals_and_groups(fitted: Any) -> None:
    folder, report, _ = fitted
    judged = report["evaluation"]["out_of_fold"]
    for error in ("exclusion", "inclusion"):
        for share in ("10", "20", "30", "40", "50"):
            entry = judged[error][share]
            assert 0 <= entry["low"] <= entry["value"] <= entry["high"] <= 1
    assert judged["exclusion"]["10"]["value"] > judged["exclusion"]["50"]["value"]
    assert {"region = 0", "size = 3"} <= set(judged["groups"])
    digest = hashlib.sha256((folder / "households.parquet").read_bytes()).hexdigest()
    assert report["training"]["files"] == [{"name": "households.parquet", "sha256": digest}]
    assert json.loads((folder / "model.json").read_text(encoding="utf-8"))["training"]


def test_the_card_says_what_it_is_whom_it_fails_and_what_was_left_out(fitted: Any) -> None:
    card = (fitted[0] / "model.md").read_text(encoding="utf-8")
    for said in (
        "weights of the official DTSEN ranking are not public",
        "Ringkasan",
        "## Whom it fails",
        "- `annual`:",
        "## Limits",
        "exclusion 40 %",
    ):
        assert said in card


def test_the_terminal_report_prints(fitted: Any) -> None:
    from rich.console import Console

    console = Console(record=True, width=140)
    for line in report_lines(fitted[1]):
        console.print(line)
    text = console.export_text()
    assert "Exclusion error, out of fold" in text and "Left out: annual" in text


@pytest.mark.parametrize("seed", [3, 7, 10, 13, 18, 22, 29, 45])
def test_on_rows_held_out_it_is_no_worse_than_plain_least_squares(
    seed: int, tmp_path: Path
) -> None:
    frame = random_frame(seed, 2_000)
    train, test = frame.head(1_200), frame.tail(800)
    fit(train, tmp_path, outcome="y", features=[c for c in frame.columns if c != "y"])
    truth = np.log(test["y"].to_numpy())
    ours = (truth - scores(tmp_path / "model.json", test)) ** 2
    for codes in (False, True):
        worse = ours - (truth - least_squares(train, test, codes)) ** 2
        # Chance alone moves the difference of two good fits by its standard error.
        chance = worse.std() * np.sqrt(len(worse))
        total = ((truth - truth.mean()) ** 2).sum()
        assert worse.sum() <= max(2 * chance, 1e-4 * total), worse.sum() / chance
        assert worse.sum() <= 0.01 * total


def test_out_of_fold_it_is_no_worse_than_its_own_plain_form(fitted: Any) -> None:
    judged = fitted[1]["evaluation"]
    assert judged["out_of_fold"]["r2"]["value"] >= judged["plain_out_of_fold"]["r2"]["value"]


def test_a_rank_signal_counts_by_its_order_only(tmp_path: Path) -> None:
    frame = survey(1_200, 3).select(*ASKED, "consumption", "ea")
    noisy = np.log(frame["consumption"].to_numpy()) + 0.2 * np.random.default_rng(1).normal(
        size=frame.height
    )
    place = np.argsort(np.argsort(noisy)) + 1
    named: dict[str, Any] = {"outcome": "consumption", "cluster": "ea", "rank_signal": "place"}
    first = fit(frame.with_columns(place=pl.Series(place)), tmp_path, **named)
    bent = fit(frame.with_columns(place=pl.Series(place.astype(float) ** 3)), tmp_path, **named)
    assert first["rank_signal"]["gain_in_r2"] > 0.05
    without = first["rank_signal"]["without"]["exclusion"]["20"]["value"]
    assert first["evaluation"]["out_of_fold"]["exclusion"]["20"]["value"] < without
    assert "place" not in first["columns_left_out"]
    assert first["evaluation"]["out_of_fold"] == bent["evaluation"]["out_of_fold"]


def test_gradient_boosting_is_shown_for_comparison(tmp_path: Path) -> None:
    report = fit(survey(300, 4), tmp_path, compare=True, **NAMED)
    assert report["comparison"]["gradient_boosting"]["r2"]["value"] > 0


def test_csv_with_semicolons_and_decimal_commas_reads_like_parquet(tmp_path: Path) -> None:
    frame = survey(300, 6).drop("v0", "v1", "v2", "v3")
    first = fit(frame, tmp_path, **NAMED)
    source = tmp_path / "households.csv"
    source.write_text(frame.write_csv(separator=";", decimal_comma=True), encoding="utf-8")
    second = calibrate(source, out=tmp_path / "again.json", compare=False, **NAMED)
    assert first["evaluation"] == second["evaluation"]
    assert first["columns_left_out"] == second["columns_left_out"]


def small(**columns: Any) -> pl.DataFrame:
    return survey(60, 8).with_columns(**{n: pl.Series(v) for n, v in columns.items()})


@pytest.mark.parametrize(
    ("frame", "options", "code", "said"),
    [
        (small(), {"outcome": "consumtion"}, "column_missing", "nearest name is 'consumption'"),
        (small(), {"weight": "weigth"}, "column_missing", "no column 'weigth'"),
        (small(), {"features": ["wall", "roof", "size"]}, "column_missing", "'roof'"),
        (small(), {"features": ["flor_area"]}, "column_missing", "'floor_area'"),
        (small(), {"features": ["wall", "ea"]}, "feature_reserved", "is the cluster"),
        (small(), {"by": ["district"]}, "column_missing", "'district'"),
        (small(), {"outcome": "wall"}, "outcome_not_number", "holds text"),
        (small(consumption=[0.0] * 60), {}, "outcome_not_positive", "data row 1 (0)"),
        (small(person_weight=[2.0] * 59 + [-1.0]), {}, "weight_negative", "data row 60 (-1)"),
        (small(consumption=[None] * 45 + [5.0] * 15), {}, "too_few_rows", "Only 15 rows"),
        (small().head(0), {}, "no_rows", "has no rows"),
        (small(), {"features": ["nothing"]}, "no_features", "same value everywhere"),
        (small(), {"rank_signal": "nothing"}, "signal_useless", "says nothing"),
    ],
)
def test_an_error_says_what_is_wrong(
    tmp_path: Path, frame: pl.DataFrame, options: dict[str, Any], code: str, said: str
) -> None:
    with pytest.raises(TepatError) as raised:
        fit(frame, tmp_path, **(NAMED | options))
    assert raised.value.code == code
    assert said in str(raised.value)
    assert not (tmp_path / "model.json").exists()


def test_a_file_that_is_missing_or_no_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(TepatError, match="no file"):
        calibrate(tmp_path / "none.csv", out=tmp_path / "m.json", **NAMED)
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 not really")
    with pytest.raises(TepatError) as raised:
        calibrate(tmp_path / "bad.parquet", out=tmp_path / "m.json", **NAMED)
    assert raised.value.code == "file_unreadable"


def test_rows_without_outcome_are_counted_not_hidden(tmp_path: Path) -> None:
    frame = survey(200, 9).with_columns(
        consumption=pl.when(pl.int_range(200) < 7).then(None).otherwise("consumption")
    )
    report = fit(frame, tmp_path, **NAMED)
    assert report["training"]["rows_left_out"] == {"'consumption' is unknown": 7}
    assert report["training"]["rows_fitted"] == 193


def _missed(truth: Array, predicted: Array, weight: Array, share: float) -> float:
    chosen = []
    for values in (truth, predicted):
        order = np.argsort(values, kind="stable")
        before = np.cumsum(weight[order]) - weight[order]
        poorest = np.zeros(len(values), dtype=bool)
        poorest[order] = before < share * weight.sum()
        chosen.append(poorest)
    return float(1 - weight[chosen[0] & chosen[1]].sum() / weight[chosen[0]].sum())


def test_half_of_a_real_survey_ranks_the_other_half(synthetic_survey: Path, tmp_path: Path) -> None:
    frame = pl.read_csv(synthetic_survey / "households.csv", infer_schema_length=None)
    odd = frame.filter(pl.col("ea") % 2 == 1)
    rest = frame.filter(pl.col("ea") % 2 == 0)
    named: dict[str, Any] = {"outcome": "pc_exp", "weight": "popweight", "cluster": "ea"}
    report = fit(odd, tmp_path, **named)
    spent = {"tot_exp", "tot_food", "share_food", "quint_nat", "quint_urb", "quint_rur"}
    spent |= {f"exp_{k:02d}" for k in range(1, 13)}
    assert set(report["columns_left_out"]) == spent | {"hid", "hhweight"}
    predicted = scores(tmp_path / "model.json", rest)
    truth, weight = np.log(rest["pc_exp"].to_numpy()), rest["popweight"].to_numpy()
    missed = {k: _missed(truth, predicted, weight, k / 100) for k in (10, 20, 30, 40, 50)}
    print("left out of the poorest:", {k: f"{100 * v:.1f} %" for k, v in missed.items()})
    assert missed[10] < 0.40 and missed[20] < 0.26 and missed[40] < 0.16
    con = open_engine()
    table = con.create_table("families", rest.rename({"hid": "family_key"}).to_arrow())
    table = table.mutate(
        family_id=table.ea.cast("int64") * 0,
        score=score_expression(load_model(tmp_path / "model.json"), table),
        weight=table.popweight,
    )
    ranked = rank_and_decile(con, table, "7", weighted=True).to_pyarrow()
    assert set(ranked["decile"].to_pylist()) == set(range(1, 11))
