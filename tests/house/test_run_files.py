"""What a run writes keeps the house rules too: no floats for money, no clear identifiers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

MONEY = re.compile(r"amount|instalment|rupiah|budget")
COUNTED = re.compile(MONEY.pattern + r"|score|rank|decile|place|__n_|__failed|__unknown|__open")
CLEAR_NUMBER = re.compile(r"(?<![0-9A-Za-z.])\d{16}(?![0-9A-Za-z])")


def float_columns(schema: dict[str, str], names: re.Pattern[str]) -> list[str]:
    """Columns of these names whose type holds a float."""
    return [name for name, kind in schema.items() if names.search(name) and "Float" in kind]


def clear_numbers(text: str) -> list[str]:
    """Numbers of 16 digits that begin with a province, as a NIK or family card number does."""
    return [found for found in CLEAR_NUMBER.findall(text) if 11 <= int(found[:2]) <= 97]


def _schemas(run: Path) -> dict[str, dict[str, str]]:
    import polars

    tables = sorted(path for path in run.rglob("*.parquet"))
    assert tables, f"{run.name} holds no Parquet files"
    return {
        str(path.relative_to(run)): {
            name: str(kind) for name, kind in polars.read_parquet_schema(path).items()
        }
        for path in tables
    }


def test_no_written_table_holds_money_or_rank_as_a_float(demo_run: Path) -> None:
    found = {
        table: columns
        for table, schema in _schemas(demo_run).items()
        if (columns := float_columns(schema, COUNTED))
    }
    assert not found, f"{found}: cast sums to a 64-bit integer (through decimal) before writing."


def test_yearly_amounts_are_64_bit_integers(demo_run: Path) -> None:
    kinds = {
        kind
        for schema in _schemas(demo_run).values()
        for name, kind in schema.items()
        if name == "amount_year" or name.endswith("__amount")
    }
    assert kinds == {"Int64"}, f"yearly amounts are {kinds}; write whole rupiah as 64-bit integers."


@pytest.mark.parametrize("kept", ["findings", "report", "summary", "run.json"])
def test_no_clear_identifier_is_shown(demo_run: Path, kept: str) -> None:
    texts = {
        "findings": lambda: _shown_values(demo_run),
        "report": lambda: (demo_run / "report.html").read_text(encoding="utf-8"),
        "summary": lambda: "\n".join(p.read_text() for p in (demo_run / "summary").glob("*.csv")),
        "run.json": lambda: re.sub(r"[0-9a-f]{20,}", "", (demo_run / "run.json").read_text()),
    }
    text = texts[kept]()
    assert text, f"{kept} is empty"
    assert not clear_numbers(text), f"{kept} shows {clear_numbers(text)[0][:4]}…: mask it."


def _shown_values(run: Path) -> str:
    import polars

    findings = polars.read_parquet(run / "findings" / "*.parquet")
    return "\n".join(str(value) for value in findings["value_shown"].to_list())


def test_a_float_amount_is_reported() -> None:
    schema = {"pkh__amount": "Float64", "weight": "Float64", "instalments": "List(Int64)"}
    assert float_columns(schema, COUNTED) == ["pkh__amount"]


def test_a_list_of_floats_is_reported() -> None:
    assert float_columns({"instalments": "List(Float64)"}, MONEY) == ["instalments"]


def test_a_clear_number_is_found_and_a_masked_one_is_not() -> None:
    assert clear_numbers("NIK 3204011203850001 seen twice") == ["3204011203850001"]
    assert clear_numbers("NIK 3204********0001, sha 9f3204011203850001ab") == []
