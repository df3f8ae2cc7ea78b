"""Making a population: the same seed, the right shapes, clear errors, nothing half made."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tepat.engine.errors import TepatError
from tepat.population.across import call_roll
from tepat.population.bureau import build_country
from tepat.population.make import make_population
from tepat.population.places import chosen_provinces, plan_parts
from tepat.population.provinces import BY_CODE
from tepat.population.record import make_record
from tests.population.made import Made, make

TABLES = (
    "families",
    "members",
    "flags",
    "lists",
    "benefits",
    "truth",
    "truth_members",
    "unregistered",
    "survey",
)
HIVE = ("families", "members", "flags", "benefits")


def test_the_same_seed_makes_the_same_content(kabupaten: Made, tmp_path: Path) -> None:
    again = make(tmp_path / "again", 3_000, kabupaten="3204")
    other = make(tmp_path / "other", 3_000, seed=12, kabupaten="3204")
    for name in TABLES:
        assert_frame_equal(kabupaten.table(name), again.table(name))
    of_the_time = {"code": "", "speed": {}}
    assert kabupaten.summary | of_the_time == again.summary | of_the_time
    assert not kabupaten.table("families").equals(other.table("families"))


def test_the_folder_holds_every_file(kabupaten: Made) -> None:
    names = {path.name for path in kabupaten.folder.iterdir()}
    assert names == {
        *HIVE,
        *(f"{name}.parquet" for name in TABLES if name not in HIVE),
        "quota.csv",
        "README.txt",
        "population.json",
    }
    assert "INVENTED" in (kabupaten.folder / "README.txt").read_text(encoding="utf-8")
    rows = kabupaten.summary["rows"]
    assert rows == {name: kabupaten.table(name).height for name in rows}
    assert set(rows) == set(TABLES)


def test_it_is_told_how_large_and_how_fast_it_was(kabupaten: Made) -> None:
    size, speed = kabupaten.summary["bytes"], kabupaten.summary["speed"]
    for name in TABLES:
        paths = kabupaten.folder.glob(f"{name}/**/*.parquet" if name in HIVE else f"{name}.parquet")
        assert size[name] == sum(path.stat().st_size for path in paths) > 0
    rows = kabupaten.summary["rows"]
    assert kabupaten.summary["bytes_per_person"] == pytest.approx(
        sum(size.values()) / rows["members"], abs=0.1
    )
    assert speed["rows_per_second"] == pytest.approx(sum(rows.values()) / speed["seconds"], rel=0.1)


def test_columns_have_the_types_of_the_registry(kabupaten: Made) -> None:
    families, members = kabupaten.table("families").schema, kabupaten.table("members").schema
    for name in ("family_key", "kk_number", "province", "kabupaten", "village", "family_pln_id"):
        assert families[name] == pl.String
    assert families["decile"] == families["floor_area"] == families["car"] == pl.Int64
    assert families["floor"] == members["relation"] == pl.Int16
    assert families["land_proof"] == members["pregnant"] == pl.Boolean
    assert members["birth_date"] == families["observed_on"] == pl.Date
    assert members["nik"] == pl.String


def test_money_is_whole_rupiah(kabupaten: Made) -> None:
    assert kabupaten.table("truth").schema["true_pc_consumption"] == pl.Int64
    assert kabupaten.table("survey").schema["pc_exp"] == pl.Int64


def test_variables_and_codes_are_those_of_the_policy(kabupaten: Made) -> None:
    from tepat.policy.load import load_policy

    variables = load_policy(Path(__file__).parents[2] / "policy").variables
    for table, unit in (("families", "family"), ("members", "member")):
        frame = kabupaten.table(table)
        known = {name for name, variable in variables.items() if variable.of == unit}
        ranking = {name for name in known if variables[name].ranking} - {"age"}
        assert ranking <= set(frame.columns)
        for name in known & set(frame.columns):
            codes = variables[name].codes
            if codes:
                values = set(frame[name].drop_nulls().unique().to_list())
                assert values <= set(codes), f"{name} has codes {sorted(values - set(codes))}"


def test_grounds_and_programmes_are_those_of_the_policy(kabupaten: Made) -> None:
    from tepat.policy.load import load_policy

    policy = load_policy(Path(__file__).parents[2] / "policy")
    assert set(kabupaten.table("lists")["ground"]) <= set(policy.grounds)
    assert set(kabupaten.table("flags")["ground"]) <= set(kabupaten.table("lists")["ground"])
    assert set(kabupaten.table("benefits")["programme"]) <= set(policy.programmes)
    assert set(kabupaten.summary["quota"]) <= set(policy.programmes)


def test_numbers_stay_unique_across_parts() -> None:
    country = build_country()
    parts = plan_parts(2_000, chosen_provinces("93", None), None, chunk=200)
    assert len(parts) == 4
    clean = []
    for part in parts:
        record = make_record(part, call_roll(5, parts), country, 5, 0.1)
        clean.append(record.nik[~record.errors["duplicate_nik"]])
    niks = np.concatenate(clean)
    assert len(np.unique(niks)) == len(niks) > 5_000
    assert part.first + int(part.families.sum()) - 1 == 2_000


def test_one_family_can_be_made(tmp_path: Path) -> None:
    made = make(tmp_path / "one", 1, province="94")
    assert made.table("families").height == 1
    assert made.table("families")["province"].to_list() == ["94"]


def test_progress_counts_every_family(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    make_population(tmp_path / "told", 300, None, 1, lambda *words: told.append(words))
    assert told[0][0] == "families of Aceh"
    assert told[-1][1:] == (300, 300)
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)


def test_an_interrupted_making_leaves_nothing(tmp_path: Path) -> None:
    def stop(_label: str, _done: int, _all: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_population(tmp_path / "half", 300, "32", 1, stop)
    assert list(tmp_path.iterdir()) == []
    make_population(tmp_path / "half", 300, "32", 1, lambda *_: None)
    assert [path.name for path in tmp_path.iterdir()] == ["half"]


@pytest.mark.parametrize(
    ("families", "province", "kabupaten", "seed", "code"),
    [
        (0, None, None, 1, "bad_number"),
        (10, None, None, -1, "bad_number"),
        (10, "99", None, 1, "unknown_place"),
        (10, None, "3299", 1, "unknown_place"),
        (10, "33", "3204", 1, "unknown_place"),
    ],
)
def test_what_cannot_be_made_is_said(
    tmp_path: Path,
    families: int,
    province: str | None,
    kabupaten: str | None,
    seed: int,
    code: str,
) -> None:
    with pytest.raises(TepatError) as told:
        make_population(tmp_path / "no", families, province, seed, kabupaten=kabupaten)
    assert told.value.code == code
    assert told.value.do
    assert list(tmp_path.iterdir()) == []


def test_a_taken_place_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    with pytest.raises(TepatError) as told:
        make_population(tmp_path / "mine", 10, "32", 1)
    assert told.value.code == "exists"
    assert list((tmp_path / "mine").iterdir()) == []


def test_the_provinces_are_those_of_the_country() -> None:
    assert len(BY_CODE) == 38
    assert sum(p.people for p in BY_CODE.values()) == 284_973_643
    assert sum(p.kabupaten for p in BY_CODE.values()) == 416
    assert sum(p.kota for p in BY_CODE.values()) == 98
