"""What leaves a run has the columns, types and unknowns that ``docs/exports.md`` promises."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import pytest

from tests.chain.real import manifest, succeed
from tests.chain.test_page import Told, tables_of

pytestmark = pytest.mark.xdist_group("exports")  # what it stands on is made once

PAGE = Path(__file__).parents[2] / "docs" / "exports.md"
TABLES = ("decisions", "awards", "ranking", "findings")
KINDS = {"text": "String", "int64": "Int64"}
NEVER = "never"
MONEY = re.compile(r"(^|_)(amount|amount_year|fixed|instalments|rupiah|budget)$")


@pytest.fixture(scope="module")
def told() -> Told:
    """The tables of the page, by heading."""
    return tables_of(PAGE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def exported(demo_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every table as Parquet."""
    folder = tmp_path_factory.mktemp("exported")
    for name in TABLES:
        succeed("export", demo_run, name, "--out", folder / f"{name}.parquet")
    return folder


def rows(exported: Path, name: str) -> Any:
    """An exported table."""
    import polars

    return polars.read_parquet(exported / f"{name}.parquet")


@pytest.mark.parametrize("name", TABLES)
def test_columns_and_types_are_those_of_the_page(told: Told, exported: Path, name: str) -> None:
    promised = {cells[0]: KINDS[cells[1]] for cells in told[name]}
    found = {column: str(kind) for column, kind in rows(exported, name).schema.items()}
    assert found == promised
    assert list(found) == list(promised)


@pytest.mark.parametrize("name", TABLES)
def test_what_is_never_unknown_is_never_null(told: Told, exported: Path, name: str) -> None:
    table = rows(exported, name)
    assert table.height > 0
    never = [cells[0] for cells in told[name] if cells[2] == NEVER]
    assert never and {column: table[column].null_count() for column in never} == dict.fromkeys(
        never, 0
    )


@pytest.mark.parametrize("name", ["decisions", "awards"])
def test_person_key_is_null_exactly_where_the_family_is_the_unit(
    demo_run: Path, exported: Path, name: str
) -> None:
    units = {key: about["unit"] for key, about in manifest(demo_run)["programmes"].items()}
    assert set(units.values()) == {"family", "member"}
    table = rows(exported, name)
    for programme, unit in units.items():
        persons = table.filter(table["programme"] == programme)["person_key"]
        assert persons.null_count() == (len(persons) if unit == "family" else 0), programme


def test_every_family_or_person_has_one_decision_per_programme(
    demo_run: Path, exported: Path
) -> None:
    about, table = manifest(demo_run), rows(exported, "decisions")
    counted = dict(table["programme"].value_counts().iter_rows())
    assert counted == {
        name: about["rows"]["families" if one["unit"] == "family" else "members"]
        for name, one in about["programmes"].items()
    }
    assert table.select("family_key", "person_key", "programme").is_duplicated().sum() == 0


def test_words_of_outcome_and_status_are_those_of_the_page(told: Told, exported: Path) -> None:
    for name, column in (("decisions", "outcome"), ("awards", "status"), ("findings", "severity")):
        line = next(cells for cells in told[name] if cells[0] == column)
        assert set(rows(exported, name)[column]) <= set(re.findall(r"`(\w+)`", line[3]))


def test_an_amount_stands_beside_the_eligible_only(demo_run: Path, exported: Path) -> None:
    cash = [n for n, one in manifest(demo_run)["programmes"].items() if one["kind"] == "cash"]
    table = rows(exported, "decisions")
    paid = table.filter(table["programme"].is_in(cash))
    eligible = paid["outcome"] == "eligible"
    assert eligible.any()
    assert paid.filter(eligible)["amount_year"].null_count() == 0
    assert paid.filter(~eligible)["amount_year"].drop_nulls().is_empty()


def test_csv_and_parquet_hold_the_same_rows(demo_run: Path, exported: Path, tmp_path: Path) -> None:
    succeed("export", demo_run, "awards", "--out", tmp_path / "awards.csv", "--programme", "pkh")
    with (tmp_path / "awards.csv").open(encoding="utf-8", newline="") as file:
        found = sorted(tuple(row.values()) for row in csv.DictReader(file))
    table = rows(exported, "awards")
    table = table.filter(table["programme"] == "pkh")
    expected = [
        tuple("" if value is None else str(value) for value in row) for row in table.iter_rows()
    ]
    assert found and found == sorted(expected)


def test_the_summary_has_the_columns_of_the_page(told: Told, demo_run: Path) -> None:
    found = {}
    for name in ("summary/programmes.csv", "summary/quotas.csv"):
        with (demo_run / name).open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            assert reader.fieldnames == [cells[0] for cells in told[name]]
            found[name] = list(reader)
    sums = {row["programme"]: row["awarded"] for row in found["summary/programmes.csv"]}
    assert sums == {n: str(r["awarded"]) for n, r in manifest(demo_run)["totals"].items()}
    assert {row["programme"] for row in found["summary/quotas.csv"]} <= set(sums)


def money_kinds(run: Path) -> dict[str, set[str]]:
    """The types of money columns of every Parquet file of a run, as Parquet itself has them."""
    import pyarrow.parquet as pq

    found: dict[str, set[str]] = {}
    for path in sorted(run.rglob("*.parquet")):
        for field in pq.read_schema(path):
            if MONEY.search(field.name):
                found.setdefault(str(field.type), set()).add(f"{path.name}: {field.name}")
    return found


def test_money_of_every_written_file_is_whole_and_of_64_bits(
    demo_run: Path, exported: Path
) -> None:
    for folder in (demo_run, exported):
        kinds = money_kinds(folder)
        assert kinds and set(kinds) <= {"int64", "list<element: int64>", "list<item: int64>"}, kinds


def test_no_written_column_but_weight_and_truth_is_a_double(demo_run: Path) -> None:
    import pyarrow.parquet as pq

    found = {
        field.name
        for path in demo_run.rglob("*.parquet")
        for field in pq.read_schema(path)
        if "double" in str(field.type) or "float" in str(field.type)
    }
    assert found <= {"weight", "consumption"}


def test_a_double_in_a_money_column_is_reported(tmp_path: Path) -> None:
    import polars

    polars.DataFrame({"pkh__amount": [1.0], "weight": [2.0]}).write_parquet(tmp_path / "a.parquet")
    assert money_kinds(tmp_path) == {"double": {"a.parquet: pkh__amount"}}
