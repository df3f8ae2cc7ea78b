"""The two surveys of others, read by their mappings and held against a plain reading."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from tepat.policy.load import default_folder
from tepat.registry.files.mapping import load_mapping
from tepat.registry.rules.check import check
from tests.registry.given import Read, read, rules_of, variables


def mapped(folder: Path, scratch: Path, keep: tuple[str, ...] = ()) -> Read:
    mapping = load_mapping(Path(folder.name), variables(), default_folder())
    return read(folder, mapping, keep, scratch=scratch)


def lines(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_susenas_is_read_as_a_plain_reading_reads_it(susenas: Path, tmp_path: Path) -> None:
    found = mapped(susenas, tmp_path)
    people = lines(susenas / "people.csv")
    assert found.findings() == []
    assert found.given.unit_note is not None
    members = {row["person_key"]: row for row in found.table("members").to_dicts()}
    assert len(members) == len(people)
    for person in people:
        row = members[f"{person['RENUM']}-{person['R401']}"]
        pregnant = {"1": True, "5": False}.get(person["R1606"])
        if pregnant is None and (person["R405"] == "1" or not 10 <= int(person["R407"]) <= 54):
            pregnant = False
        assert row["pregnant"] == pregnant
        assert row["age"] == int(person["R407"])
        care = int(person["R1009"])
        assert row["difficulty_self_care"] == (care - 4 if care else None)
        school = {"0": None, "1": 1, "2": 2, "3": 3}[person["R612"]]
        assert row["schooling"] == school
        assert (row["birth_date"] is None) == (
            person["R406A"] == "98" or person["R406B"] == "98" or person["R406C"] == "9998"
        )
    families = found.table("families")
    assert families["family_key"].n_unique() == len({person["RENUM"] for person in people})
    assert families["weight"].sum() == pytest.approx(
        sum(float(person["FWT"]) for person in people if person["R403"] == "1")
    )


def test_susenas_has_a_head_in_each_family_and_blocks_none(susenas: Path, tmp_path: Path) -> None:
    result = check(mapped(susenas, tmp_path).given, date(2020, 3, 15), scratch=tmp_path)
    assert rules_of(result) == set()
    assert not any(result.families.to_polars()["blocked"])
    assert {"nik_form", "kk_form", "name_blank"} <= set(result.not_checked)


def test_the_world_bank_survey_keeps_its_own_columns_for_a_model(
    synthetic_survey: Path, tmp_path: Path
) -> None:
    found = mapped(synthetic_survey, tmp_path, ("floor", "pc_exp", "ea"))
    households = {row["hid"]: row for row in lines(synthetic_survey / "households.csv")}
    assert found.findings() == []
    kept = {row["_family_key"]: row for row in found.table("kept").to_dicts()}
    translated = {1: 8, 2: 6, 3: 4, 4: None, 5: 5, 6: 9}
    for row in found.table("families").to_dicts():
        household = households.pop(row["family_key"])
        own = kept[row["family_key"]]
        assert own["floor"] == int(household["floor"])
        assert row["floor"] == translated[own["floor"]]
        assert own["pc_exp"] == pytest.approx(float(household["pc_exp"]))
        assert row["weight"] == pytest.approx(float(household["hhweight"]))
        assert row["family_size"] == int(household["hhsize"])
    assert not households
