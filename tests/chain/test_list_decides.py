"""From the list of an institution to another decision: load it, take a snapshot, run."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from tepat.registry.lists import actions, jobs
from tepat.registry.models import ListLoad
from tepat.registry.snapshot.take import SnapshotRequest, take
from tepat.runs.request import Request
from tepat.runs.run import run
from tepat.staff.context import acting_as
from tests.registry.loaded import SEALER
from tests.runs import published
from tests.runs.published import DAY, Country

GROUND, SOURCE = "certified_teacher", "Kemendikdasmen"
YES = 1


@pytest.fixture
def country(transactional_db: None, demo_people: Path, tmp_path: Path, settings: Any) -> Country:
    """300 families in the registry, with the keys by which their numbers were sealed."""
    settings.FILES = tmp_path / "files"
    settings.KEYS = SimpleNamespace(data=SEALER.data_key, index=SEALER.index_key)
    published.fill_registry(demo_people, tmp_path)
    return published.make_country()


def decided(folder: Path, name: str) -> tuple[dict[str, int], Path]:
    """The outcomes of one programme by family, by a snapshot of now."""
    from django.db import connection

    out = folder / name
    take(
        SnapshotRequest(out, DAY),
        database=dict(connection.settings_dict),
        acting_user=1,
        account="system",
    )
    run(Request(out, folder / f"run_{name}", DAY, programmes=("sembako",)))
    rows = duckdb.sql(
        "SELECT family_key, sembako__outcome FROM "
        f"read_parquet('{folder}/run_{name}/decisions/families/*.parquet')"
    ).fetchall()
    return dict(rows), out


def load(country: Country, rows: list[str], on: date = DAY) -> ListLoad:
    """A list about the country: sent by the analyst, looked up, approved, in force."""
    sender, decider = country["ministry_analyst"], country["ministry_approver"]
    sent = actions.upload_list(
        file=io.BytesIO("\n".join(["nik", *rows]).encode()),
        name="guru.csv",
        ground=GROUND,
        source=SOURCE,
        on=on,
        place=1,
        acting_user=sender,
    )
    jobs.do(jobs.check, load=sent.pk, user=sender.pk)
    actions.approve_list(load=sent.pk, acting_user=decider)
    jobs.do(jobs.apply, load=sent.pk, user=decider.pk)
    with acting_as(decider.pk):
        return ListLoad.objects.get(pk=sent.pk)


def test_a_list_arrives_in_the_snapshot_and_changes_one_decision(
    country: Country, tmp_path: Path
) -> None:
    before, _ = decided(tmp_path, "before")
    family, nik = next(
        row
        for row in duckdb.sql(
            "SELECT family_key, min(nik) FROM "
            f"read_parquet('{tmp_path}/prepared/members/*/*.parquet') "
            "WHERE nik SIMILAR TO '[0-9]{16}' GROUP BY 1 ORDER BY 1"
        ).fetchall()
        if before[row[0]] == YES
    )
    done = load(country, [nik, "3299990101900001"])
    assert (done.state, done.matched, done.not_found) == ("done", 1, 1)
    after, snapshot = decided(tmp_path, "after")
    flags = duckdb.sql(
        f"SELECT family_key, ground, source FROM '{snapshot}/flags.parquet' "
        f"WHERE source = '{SOURCE}'"
    ).fetchall()
    assert flags == [(family, GROUND, SOURCE)]
    lists = duckdb.sql(f"SELECT ground, source, date FROM '{snapshot}/lists.parquet'").fetchall()
    assert (GROUND, SOURCE, DAY) in lists
    assert {key for key in before if before[key] != after[key]} == {family}
    assert after[family] not in (YES, None)
    actions.undo_list(
        load=done.pk, acting_user=country["ministry_approver"], reason="daftar tahun lalu"
    )
    again, snapshot = decided(tmp_path, "again")
    assert again == before
    assert not duckdb.sql(
        f"SELECT 1 FROM '{snapshot}/lists.parquet' WHERE source = '{SOURCE}'"
    ).fetchall()
