"""Mappings: each form of a column, and each way to get one wrong."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tepat.engine.errors import TepatError
from tepat.registry.files.mapping import load_mapping, read_mapping
from tests.registry.given import Read, read, variables

HEAD = """
mapping: test
title: {id: Uji, en: Test}
unit_note: {id: Rumah tangga, en: Household}
observed_on: 2020-03-15
source: A survey
files:
  people: {path: people.csv}
"""
TABLES = """
families:
  from: people
  one_per: hh
  take: rel = 1
  columns:
    family_key: hh
    FAMILY
members:
  from: people
  columns:
    person_key: {join: [hh, no], with: "-"}
    family_key: hh
    MEMBER
"""
PEOPLE = "hh,no,rel,sex,age,d,m,y,w,k\n1,1,2,2,30,5,3,1990,2.5,A\n1,2,1,1,35,98,7,1984,2.5,\n"
PEOPLE += "2,1,1,2,60,31,2,1960,1.5,B\n"


def mapped(
    folder: Path, member: str = "", family: str = "", people: str = PEOPLE, **keywords: Any
) -> Read:
    """Read a small roster through a mapping with extra columns."""
    folder.mkdir()
    (folder / "people.csv").write_text(people, encoding="utf-8")
    text = HEAD + TABLES.replace("FAMILY", family).replace("MEMBER", member)
    return read(folder, read_mapping(text, "test.yaml", variables()), **keywords)


def wrong(text: str) -> str:
    with pytest.raises(TepatError) as caught:
        read_mapping(text, "test.yaml", variables())
    assert caught.value.code == "mapping_invalid"
    return caught.value.what


def test_a_roster_becomes_families_and_members(tmp_path: Path) -> None:
    found = mapped(tmp_path / "in", "sex: sex", "weight: w")
    assert found.column("families", "family_key") == ["1", "2"]
    assert found.column("families", "weight") == [2.5, 1.5]
    assert found.column("members", "person_key") == ["1-1", "1-2", "2-1"]
    assert found.column("members", "family_id") == [1, 1, 2]
    assert found.column("members", "observed_on") == [date(2020, 3, 15)] * 3
    assert found.column("members", "source") == ["A survey"] * 3
    assert found.given.unit_note is not None
    assert found.given.unit_note.en == "Household"
    assert found.given.files[0]["table"] == "families+members"


def test_the_row_that_is_taken_speaks_for_the_family(tmp_path: Path) -> None:
    found = mapped(tmp_path / "in", family="floor_area: age")
    assert found.column("families", "floor_area") == [35, 60]


@pytest.mark.parametrize(
    ("form", "values"),
    [
        ("relation: {column: rel, codes: {1: head, 2: spouse}}", [2, 1, 1]),
        ("relation: {column: rel, codes: {1: head, 2: 2}}", [2, 1, 1]),
        ("relation: {column: rel, codes: {1: head}, otherwise: other}", [8, 1, 1]),
        ("relation: {column: rel, codes: {1: head}, otherwise: unknown}", [None, 1, 1]),
        ("relation: {column: rel, codes: {1: head, 2: unknown}}", [None, 1, 1]),
        ("age: {column: age, unknown: [60]}", [30, 35, None]),
        ("age: {column: age, times: 0.5}", [15, 18, 30]),
        ("pregnant: {column: k, codes: {A: yes}, otherwise: no}", [True, None, False]),
        ("pregnant: {any_of: [{column: k, is: A}, {column: age, is: 40..70}]}", [True, None, True]),
        (
            "pregnant: {first_of: [{column: k, codes: {A: yes, B: no}}, {constant: yes}]}",
            [True, True, False],
        ),
        ("pregnant: {constant: no, when: [{column: sex, is: 1}]}", [None, False, None]),
        ("pregnant: {rule: sex = 2 and age in 15..49}", [True, False, False]),
        ("age: {rule: age + no}", [31, 37, 61]),
        ("sex: {column: SEX}", [2, 1, 2]),
        ("industry: {constant: trade}", [12, 12, 12]),
        ("age: {column: age, codes: {0..34: 10, 35..99: 50}}", [10, 50, 50]),
    ],
)
def test_each_form_of_a_column(tmp_path: Path, form: str, values: list[Any]) -> None:
    found = mapped(tmp_path / "in", form)
    assert found.column("members", form.split(":")[0]) == values
    assert found.findings() == []


def test_a_date_is_made_of_its_parts_and_unknown_where_one_is(tmp_path: Path) -> None:
    form = "birth_date: {date: {year: y, month: m, day: d, unknown: [98, 9998]}}"
    found = mapped(tmp_path / "in", form)
    assert found.column("members", "birth_date") == [date(1990, 3, 5), None, None]
    assert found.findings("rule", "key", "value_shown") == [("bad_date", "2-1", "1960-02-31")]


def test_a_source_code_without_translation_is_a_finding(tmp_path: Path) -> None:
    found = mapped(tmp_path / "in", "relation: {column: rel, codes: {1: head}}")
    assert found.column("members", "relation") == [None, 1, 1]
    assert found.findings("rule", "key", "value_shown") == [("unknown_code", "1-1", "2")]


@pytest.mark.parametrize(
    ("rule", "values"),
    [
        ("count members (age >= 35)", [1, 1]),
        ("sum members (age)", [65, 60]),
        ("count members (no >= 1)", [2, 1]),
    ],
)
def test_a_family_may_count_its_members(tmp_path: Path, rule: str, values: list[int]) -> None:
    found = mapped(tmp_path / "in", family=f"floor_area: {{rule: {rule}}}")
    assert found.column("families", "floor_area") == values


@pytest.mark.parametrize(
    ("rule", "values"),
    [
        ("any member (age > 50)", [False, True]),
        ("all members (age > 30)", [False, True]),
        ("any member (x > 50)", [None, True]),
        ("all members (x > 50)", [False, True]),
    ],
)
def test_a_family_rule_over_members_knows_the_unknown(
    tmp_path: Path, rule: str, values: list[bool | None]
) -> None:
    people = "hh,no,rel,age,x\n1,1,1,30,\n1,2,2,20,40\n2,1,1,60,60\n"
    found = mapped(tmp_path / "in", family=f"food_worry: {{rule: {rule}}}", people=people)
    assert found.column("families", "food_worry") == values


def test_original_columns_stay_at_hand_for_a_model(tmp_path: Path) -> None:
    found = mapped(tmp_path / "in", family="floor_area: age", keep=["w", "k", "age"])
    kept = found.table("kept").sort("family_id").drop("_family_key")
    assert kept.rows() == [(1, 2.5, None, 35), (2, 1.5, "B", 60)]


def test_a_mapping_of_one_file_takes_the_file_itself(tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text(PEOPLE, encoding="utf-8")
    text = HEAD + TABLES.replace("FAMILY", "").replace("MEMBER", "")
    found = read(
        tmp_path / "other.csv",
        read_mapping(text, "test.yaml", variables()),
        scratch=tmp_path / "s",
    )
    assert found.given.rows == {"families": 2, "members": 3}


def test_all_mistakes_are_told_at_once_with_line_and_nearest_name() -> None:
    text = HEAD + TABLES.replace("FAMILY", "flor: hh\n    area: {column: rel, codes: {1: urbn}}")
    text = text.replace(
        "MEMBER", "sex: {colum: sex}\n    age: {rule: age >}\n    pregnant: {constant: maybe}"
    )
    told = wrong(text.replace("from: people\n  columns", "from: peple\n  columns"))
    assert "6 mistakes" in told
    for piece in ("'floor'", "'urban'", "'people'", "exactly one way", "In 'rule'", "maybe"):
        assert piece in told
    lines = [line for line in told.splitlines() if line.strip().startswith("test.yaml:")]
    assert len(lines) == 6
    flor = next(number for number, line in enumerate(text.splitlines(), 1) if "flor:" in line)
    assert any(line.strip().startswith(f"test.yaml:{flor}:") for line in lines)


def test_a_source_column_that_the_file_lacks_is_told_with_the_nearest_name(tmp_path: Path) -> None:
    with pytest.raises(TepatError) as caught:
        mapped(tmp_path / "in", "sex: seks\n    age: {rule: ag + 1}")
    assert caught.value.code == "mapping_invalid"
    assert "2 mistakes" in caught.value.what
    assert "Did you mean 'sex'?" in caught.value.what
    assert "Did you mean 'age'?" in caught.value.what


@pytest.mark.parametrize(
    "path", ["../people.csv", "/people.csv", "a/../../people.csv", "..\\people.csv", "C:people.csv"]
)
def test_a_path_out_of_the_input_folder_is_refused(path: str) -> None:
    text = HEAD.replace("people.csv", path.replace("\\", "\\\\").join('""')) + TABLES
    told = wrong(text.replace("FAMILY", "").replace("MEMBER", ""))
    assert "leads out of the input folder" in told


def test_a_link_out_of_the_input_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text(PEOPLE, encoding="utf-8")
    (tmp_path / "in").mkdir()
    (tmp_path / "in/people.csv").symlink_to(tmp_path / "secret.csv")
    text = HEAD + TABLES.replace("FAMILY", "").replace("MEMBER", "")
    with pytest.raises(TepatError) as caught:
        read(tmp_path / "in", read_mapping(text, "test.yaml", variables()))
    assert caught.value.code == "outside_input"


def test_a_file_that_the_mapping_names_and_the_folder_lacks_is_missed(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    text = HEAD + TABLES.replace("FAMILY", "").replace("MEMBER", "")
    with pytest.raises(TepatError) as caught:
        read(tmp_path / "in", read_mapping(text, "test.yaml", variables()))
    assert caught.value.code == "file_missing"
    assert "test.yaml:8" in caught.value.what


@pytest.mark.parametrize(
    "text", ["", "mapping: [", "- a\n- b\n", "mapping: a\nmapping: b\n", "42", "files: 3"]
)
def test_what_is_no_mapping_is_told_so(text: str) -> None:
    assert "test.yaml" in wrong(text)


def test_a_mapping_that_is_not_there_is_missed(tmp_path: Path) -> None:
    with pytest.raises(TepatError) as caught:
        load_mapping(tmp_path / "none.yaml", variables())
    assert caught.value.code == "mapping_missing"


def test_the_mapping_of_the_documentation_reads_a_roster(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs/mappings.md").read_text(encoding="utf-8")
    text = page.split("```yaml\n")[1].split("```")[0]
    people = "HHID,NO,REL,SEX,AGE,URBAN,WT\n7,1,1,M,40,1,2.5\n7,2,9,F,9,1,2.5\n"
    (tmp_path / "people.csv").write_text(people, encoding="utf-8")
    mapping = read_mapping(text, "mappings.md", variables())
    found = read(tmp_path, mapping, scratch=tmp_path / "s")
    assert found.column("families", "family_size") == [2]
    assert found.column("members", "relation") == [1, 8]
    assert found.column("members", "sex") == [1, 2]
    assert found.findings() == []
