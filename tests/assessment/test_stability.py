"""The formula without each area, against fits made from scratch; and families it never saw."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from tepat.assessment.calibrate import calibrate
from tepat.assessment.model import load_model
from tepat.assessment.outside import outside, together, warnings
from tepat.engine.connect import open_engine
from tepat.engine.errors import TepatError
from tests.assessment.surveys import survey

NAMED: dict[str, Any] = {"outcome": "consumption", "area": "region", "compare": False}


def _fitted(frame: pl.DataFrame, folder: Path, **asked: Any) -> dict[str, Any]:
    folder.mkdir(exist_ok=True)
    frame.write_parquet(folder / "survey.parquet")
    return calibrate(folder / "survey.parquet", out=folder / "model.json", **(NAMED | asked))


def _lines(rows: int, odd: float, slope: float = 0.0, seed: int = 3) -> pl.DataFrame:
    """Two lines; in region 0 everybody is ``odd`` better off, and the first line is steeper."""
    rng = np.random.default_rng(seed)
    region = rng.integers(0, 5, rows)
    first, second = rng.normal(size=rows), rng.normal(size=rows)
    log = 10 + 0.3 * first + 0.3 * second + (region == 0) * (odd + slope * first)
    return pl.DataFrame(
        {
            "region": region,
            "first": first,
            "second": second,
            "consumption": np.exp(log + 0.1 * rng.normal(size=rows)),
        }
    )


def test_the_spread_is_that_of_regressions_made_without_each_area(tmp_path: Path) -> None:
    frame = _lines(600, 0.4, 1.2)
    report = _fitted(frame, tmp_path, features=["first", "second"])
    assert report["choice"]["form"] == "plain", "else the twin below fits something else"
    found = report["stability"]

    def slopes(part: pl.DataFrame) -> np.ndarray[Any, Any]:
        design = np.column_stack([np.ones(part.height), part["first"], part["second"]])
        answer: np.ndarray[Any, Any] = np.linalg.lstsq(
            design, np.log(part["consumption"].to_numpy()), rcond=None
        )[0]
        return answer

    full = slopes(frame)
    without = {k: slopes(frame.filter(pl.col("region") != k)) for k in range(5)}
    for place, feature in enumerate(found["features"], start=1):
        spread = float(frame[feature["feature"]].to_numpy().std())
        moved = [abs(b[place]) * spread for b in without.values()]
        assert feature["moves"] == pytest.approx(abs(full[place]) * spread, abs=2e-3)
        assert feature["lowest"] == pytest.approx(min(moved), abs=2e-3)
        assert feature["highest"] == pytest.approx(max(moved), abs=2e-3)
        shift = max(abs(b[place] - full[place]) for b in without.values()) / abs(full[place])
        assert feature["shift"] == pytest.approx(shift, abs=5e-3)
    for area in found["areas"]:
        own = frame.filter(pl.col("region") == int(area["area"]))
        b = without[int(area["area"])]
        guess = b[0] + b[1] * own["first"].to_numpy() + b[2] * own["second"].to_numpy()
        left = np.log(own["consumption"].to_numpy()) - guess
        assert area["bias"] == pytest.approx(left.mean(), abs=2e-3) and area["rows"] == own.height


def test_an_odd_area_is_named_and_like_areas_are_not(tmp_path: Path) -> None:
    steep = _fitted(_lines(1500, 0.0, 2.4), tmp_path / "steep", features=["first", "second"])
    shaky = [f for f in steep["stability"]["features"] if f["unstable"]]
    assert [(f["feature"], f["without"]) for f in shaky] == [("first", "0")]
    rich = _fitted(_lines(1500, 0.3), tmp_path / "rich", features=["first", "second"])
    assert [a["area"] for a in rich["stability"]["areas"] if a["astray"]] == ["0"]
    assert not any(f["unstable"] for f in rich["stability"]["features"])
    alike = _fitted(_lines(1500, 0.0), tmp_path / "alike", features=["first", "second"])
    assert not any(f["unstable"] for f in alike["stability"]["features"])
    assert not any(a["astray"] for a in alike["stability"]["areas"])
    cards = [(tmp_path / n / "model.md").read_text(encoding="utf-8") for n in ("steep", "rich")]
    assert "**unstable**" in cards[0] and "**astray**" in cards[1]


def test_small_areas_are_not_left_out_and_one_area_says_nothing(tmp_path: Path) -> None:
    frame = _lines(600, 0.0).with_columns(
        region=pl.when(pl.int_range(pl.len()) < 20).then(9).otherwise("region")
    )
    found = _fitted(frame, tmp_path / "small", features=["first"])["stability"]
    assert found["areas_too_small"] == 1 and "9" not in {a["area"] for a in found["areas"]}
    single = frame.with_columns(region=pl.lit(1))
    assert _fitted(single, tmp_path / "one", features=["first"])["stability"] is None
    with pytest.raises(TepatError, match="region_x"):
        _fitted(frame, tmp_path / "bad", area="region_x")


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("seen")
    _fitted(survey(900, 5), folder, area=None, features=["size", "wall", "floor_area", "car"])
    return folder / "model.json"


def test_the_model_keeps_what_the_survey_held(seen: Path) -> None:
    document, frame = json.loads(seen.read_text(encoding="utf-8")), survey(900, 5)
    assert document["seen"]["wall"]["levels"] == ["bamboo", "brick", "wood"]
    assert document["seen"]["car"]["levels"] == [0, 1]
    area = document["seen"]["floor_area"]
    unit = 10 ** area["decimals"]
    known = frame["floor_area"].drop_nulls()
    assert (area["lowest"] / unit, area["highest"] / unit) == (known.min(), known.max())
    assert area["unknown"] == round(1000 * frame["floor_area"].null_count() / frame.height)
    assert "What it was fitted on" in seen.with_suffix(".md").read_text(encoding="utf-8")


def test_the_survey_itself_is_inside_and_another_population_is_counted(seen: Path) -> None:
    model, con = load_model(seen), open_engine()
    frame = survey(900, 5)
    own = outside(con, model, con.create_table("own", frame.to_arrow()))
    assert all(counts["outside"] == 0 for counts in own.values()) and not warnings(model, own)
    number = pl.int_range(pl.len())
    other = frame.with_columns(
        wall=pl.when(number < 50).then(pl.lit("glass")).otherwise("wall"),
        floor_area=pl.when(number.is_between(40, 99)).then(9_000.0).otherwise("floor_area"),
        car=pl.when(number < 5).then(7).otherwise("car"),
        size=pl.when(number > 500).then(None).otherwise("size"),
    )
    found = outside(con, model, con.create_table("other", other.to_arrow()))
    assert {column: counts["outside"] for column, counts in found.items()} == {
        "": 100,
        "wall": 50,
        "floor_area": 60,
        "car": 5,
        "size": 0,
    }
    assert found["size"]["unknown"] == 399
    told = warnings(model, found)
    assert [row["column"] for row in told] == ["floor_area", "wall", "size"]
    # in parts it is the same
    halves = [
        outside(con, model, con.create_table(f"part{k}", other[k::2].to_arrow())) for k in (0, 1)
    ]
    assert together(halves) == found


def test_text_where_the_survey_held_numbers_is_outside(seen: Path) -> None:
    model, con = load_model(seen), open_engine()
    frame = (
        survey(900, 5)
        .head(60)
        .with_columns(
            car=pl.when(pl.int_range(pl.len()) < 6).then(pl.lit("two")).otherwise(pl.lit("1"))
        )
    )
    found = outside(con, model, con.create_table("texts", frame.to_arrow()))
    assert found["car"] == {"families": 60, "unknown": 0, "outside": 6}


def test_a_model_that_does_not_tell_gives_no_counts(seen: Path, tmp_path: Path) -> None:
    document = json.loads(seen.read_text(encoding="utf-8"))
    del document["seen"]
    (tmp_path / "old.json").write_text(json.dumps(document), encoding="utf-8")
    con = open_engine()
    table = con.create_table("families", survey(100, 1).to_arrow())
    assert outside(con, load_model(tmp_path / "old.json"), table) == {}
