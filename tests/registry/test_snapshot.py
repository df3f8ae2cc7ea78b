"""Snapshots: the registry's people as files, and what a run makes of them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tepat.engine import database as roles
from tepat.registry.snapshot.take import SnapshotRequest, take
from tests import database
from tests.registry.loaded import Loader, prepare

DAY = date(2025, 7, 1)


def settings() -> dict[str, Any]:
    """The test's database, as the application uses it."""
    from django.db import connection

    assert connection.settings_dict["USER"] == roles.APPLICATION
    return dict(connection.settings_dict)


def snapshot(out: Path, day: date = DAY, **more: Any) -> dict[str, Any]:
    return take(
        SnapshotRequest(out, day, **more), database=settings(), acting_user=1, account="system"
    )


@pytest.fixture
def files(tmp_path: Path, demo_people: Path, transactional_db: None) -> Path:
    """300 synthetic families as files; the same families are in the registry."""
    folder = prepare(demo_people, tmp_path / "files")
    (tmp_path / "load").mkdir()
    with database.connect(roles.OWNER) as connection, connection.transaction():
        loader = Loader(connection, tmp_path / "load")
        batch = loader.batch()
        loader.places(folder)
        loader.families(folder, batch)
        loader.flags(folder, batch)
        loader.stamp(batch)
    return folder


def test_the_same_people_are_decided_alike_from_files_and_from_the_registry(
    tmp_path: Path, files: Path
) -> None:
    from tepat.runs.request import Request
    from tepat.runs.run import run

    snapshot(tmp_path / "snap")
    by_files = run(Request(files, tmp_path / "run_files", DAY))
    by_registry = run(Request(tmp_path / "snap", tmp_path / "run_registry", DAY))
    assert by_registry["totals"] == by_files["totals"]
    assert by_registry["not_checked_rules"] == by_files["not_checked_rules"]
    contents = by_files["content"], by_registry["content"]
    assert {name for name in contents[0] if contents[0][name] != contents[1][name]} == {"findings"}
    found = [found_in(tmp_path / name) for name in ("run_files", "run_registry")]
    # the reading of a cell is a finding on a file, and no number is shown where none is known
    assert found[1] == {row for row in found[0] if row[1] != "number_numeric"}
    assert {"nik_form", "nik_duplicate", "nik_birth_date", "kk_form"} <= {
        row[1] for row in found[1]
    }


def found_in(run: Path) -> set[tuple[Any, ...]]:
    """The findings of a run; those on numbers without what they show."""
    rows = duckdb.sql(
        f"""SELECT key, rule, severity, "column", family_id,
        CASE WHEN "column" NOT IN ('nik', 'kk_number') THEN value_shown END
        FROM '{run}/findings/*.parquet'"""
    ).fetchall()
    return set(rows)


def test_no_number_no_name_and_no_meter_leaves_the_registry(tmp_path: Path, files: Path) -> None:
    snapshot(tmp_path / "snap")
    members = duckdb.sql(f"SELECT * FROM '{tmp_path}/snap/members/*/*.parquet'")
    clear = duckdb.sql(f"SELECT nik, name FROM '{files}/members/*/*.parquet'").fetchall()
    families = duckdb.sql(f"SELECT * FROM '{tmp_path}/snap/families/*/*.parquet'")
    names = {*members.columns, *families.columns}
    assert not names & {"nik", "kk_number", "pln_id", "family_pln_id", "nik_sealed", "kk_sealed"}
    text = "\n".join(str(row) for row in [*members.fetchall(), *families.fetchall()])
    for nik, name in clear:
        assert nik is None or nik not in text
        assert name is None or len(name) < 5 or name not in text
    assert {"nik_token", "nik_findings", "kk_token"} <= names
