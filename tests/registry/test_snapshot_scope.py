"""Whose families a snapshot holds, by when they were known, and what is written down of it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.db import connection

from tepat.audit.models import Entry
from tepat.cli_registry import moment_of, snapshot_command
from tepat.engine import database as roles
from tepat.engine.errors import TepatError
from tepat.registry.actions.snapshots import take_snapshot
from tepat.registry.models import Family
from tepat.registry.snapshot.take import SnapshotRequest, take
from tepat.staff.context import acting_as
from tests import database
from tests.registry import world

DAY = date(2025, 7, 1)


@pytest.fixture
def made(transactional_db: None) -> world.World:
    """Two families of Cigentur and one of Kertajaya, in the other kabupaten."""
    made = world.make_world()
    for number, place in (
        ("3204330101100007", world.CIGENTUR),
        ("3204330101100008", world.CIGENTUR),
        ("3205140101100009", world.KERTAJAYA),
    ):
        with acting_as(made["system"].pk):
            world.rukmini(made["system"], place, number=number)
    return made


def snapshot(out: Path, user: Any, **more: Any) -> dict[str, Any]:
    return take_snapshot(out=out, as_of=DAY, acting_user=user, **more)


def villages(folder: Path) -> list[str]:
    found = duckdb.sql(f"SELECT village FROM '{folder}/families/*/*.parquet' ORDER BY 1").fetchall()
    return [row[0] for row in found]


def test_a_registered_family_is_snapshotted_and_run_end_to_end(
    tmp_path: Path, made: world.World
) -> None:
    from tepat.runs.request import Request
    from tepat.runs.run import run

    manifest = snapshot(tmp_path / "snap", made["system"])
    assert manifest["rows"] == {"families": 3, "members": 12, "flags": 0, "lists": 0}
    assert json.loads((tmp_path / "snap" / "snapshot.json").read_text()) == manifest
    done = run(Request(tmp_path / "snap", tmp_path / "run", DAY))
    assert done["rows"]["members"] == 12
    found = duckdb.sql(f"SELECT rule, count(*) FROM '{tmp_path}/run/findings/*.parquet' GROUP BY 1")
    # the three families have the same boy without a NIK; no number leaves its place to be compared
    assert dict(found.fetchall()) == {"nik_missing": 3}


def test_a_place_and_the_reach_of_the_user_limit_a_snapshot(
    tmp_path: Path, made: world.World
) -> None:
    snapshot(tmp_path / "all", made["system"])
    snapshot(tmp_path / "garut", made["system"], place="3205")
    snapshot(tmp_path / "office", made["head_of_office"])
    assert villages(tmp_path / "all") == ["3204332001", "3204332001", "3205142001"]
    assert villages(tmp_path / "garut") == ["3205142001"]
    assert villages(tmp_path / "office") == ["3204332001", "3204332001"]
    with pytest.raises(TepatError) as refused:
        snapshot(tmp_path / "not_mine", made["head_of_office"], place="3205")
    assert refused.value.code == "snapshot_empty"
    with pytest.raises(TepatError) as refused:
        snapshot(tmp_path / "nowhere", made["system"], place="9999")
    assert refused.value.code == "place_unknown"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["all", "garut", "office"]


def test_who_may_not_take_a_snapshot_gets_none(tmp_path: Path, made: world.World) -> None:
    for role in ("village_operator", "administrator", "auditor"):
        with pytest.raises(TepatError) as refused:
            snapshot(tmp_path / "snap", made[role])
        assert refused.value.code == "not_allowed"
    with pytest.raises(TepatError) as refused:  # and past the action, row-level security holds
        take(
            SnapshotRequest(tmp_path / "snap", DAY),
            database=connection.settings_dict,
            acting_user=made["administrator"].pk,
            account="administrator",
        )
    assert refused.value.code == "snapshot_empty"
    assert list(tmp_path.iterdir()) == []


def test_a_snapshot_that_cannot_be_written_down_is_not_taken(
    tmp_path: Path, made: world.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tepat.registry.actions import snapshots

    snapshot(tmp_path / "good", made["ministry_analyst"])
    with acting_as(made["system"].pk):
        entry = Entry.objects.get(verb="take_snapshot")
    assert entry.actor_id == made["ministry_analyst"].pk
    assert entry.details["rows"]["families"] == 3

    def fail(**given: Any) -> None:
        raise RuntimeError("the audit is full")

    monkeypatch.setattr(snapshots, "record", fail)
    with pytest.raises(RuntimeError):
        snapshot(tmp_path / "bad", made["ministry_analyst"])
    assert [path.name for path in tmp_path.iterdir()] == ["good"]


def test_the_same_question_gets_the_same_files_whatever_is_told_later(
    tmp_path: Path, made: world.World
) -> None:
    first = snapshot(tmp_path / "first", made["system"])
    with acting_as(made["system"].pk):
        world.rukmini(made["system"], world.CIPAKU, number="3204330101100011")
    then = datetime.fromisoformat(first["known_by"])
    again = snapshot(tmp_path / "again", made["system"], known_by=then)
    now = snapshot(tmp_path / "now", made["system"])
    assert again["files"] == first["files"]
    assert now["rows"]["families"] == first["rows"]["families"] + 1
    early = then - timedelta(days=1)
    for moment, code in (
        (datetime.now(UTC) + timedelta(hours=1), "known_by_future"),
        (early, "nothing_known"),
    ):
        with pytest.raises(TepatError) as refused:
            snapshot(tmp_path / "never", made["system"], known_by=moment)
        assert refused.value.code == code


@contextmanager
def a_writer_that_has_stamped() -> Iterator[Any]:
    """A batch that got its moment and is not committed yet."""
    with database.connect(roles.OWNER) as pg, pg.transaction():
        pg.execute(
            "INSERT INTO registry_batch (uuid, kind, source, made_by_id, made_at) "
            "VALUES (gen_random_uuid(), 'event', 'slow', 1, now())"
        )
        row = pg.execute(
            "UPDATE registry_batch SET known_at = now() WHERE known_at IS NULL RETURNING known_at"
        ).fetchone()
        assert row is not None
        yield row[0]


def test_who_asks_for_a_moment_waits_for_the_writer_who_has_it(
    tmp_path: Path, made: world.World
) -> None:
    done: list[dict[str, Any]] = []
    database_now = dict(connection.settings_dict)

    def ask(moment: datetime) -> None:
        request = SnapshotRequest(tmp_path / "snap", DAY, moment)
        done.append(take(request, database=database_now, acting_user=1, account="system"))

    with a_writer_that_has_stamped() as moment:
        snapshot(tmp_path / "now", made["system"])  # who asks for what is known now need not wait
        asking = threading.Thread(target=ask, args=[moment])
        asking.start()
        time.sleep(1.5)
        assert asking.is_alive() and not done
    asking.join(30)
    assert [one["rows"]["families"] for one in done] == [3]


def test_a_list_counts_where_it_covers_every_place_of_the_snapshot(
    tmp_path: Path, made: world.World
) -> None:
    with database.connect(roles.OWNER) as pg, pg.transaction():
        row = pg.execute(
            "INSERT INTO registry_batch (uuid, kind, source, made_by_id, made_at) VALUES "
            "(gen_random_uuid(), 'list', 'test', 1, now()) RETURNING id"
        ).fetchone()
        assert row is not None
        for ground, place, day in (
            ("deceased", 1, "2025-06-01"),
            ("civil_servant", world.BANDUNG, "2025-06-01"),
            ("pensioner", world.BANDUNG, "2025-06-01"),
            ("pensioner", world.GARUT, "2025-06-02"),
            ("too_late", 1, "2025-07-02"),
        ):
            pg.execute(
                "INSERT INTO registry_flaglist (ground, source, date, place_id, batch_id) "
                "VALUES (%s, 'agency', %s, %s, %s)",
                [ground, day, place, row[0]],
            )
        pg.execute("UPDATE registry_batch SET known_at = now() WHERE id = %s", [row[0]])
    listed = {}
    for name, place in (("country", None), ("bandung", "3204")):
        snapshot(tmp_path / name, made["system"], place=place)
        found = duckdb.sql(f"SELECT DISTINCT ground FROM '{tmp_path}/{name}/lists.parquet'")
        listed[name] = {row[0] for row in found.fetchall()}
    assert listed["country"] == {"deceased", "pensioner"}
    assert listed["bandung"] == {"deceased", "civil_servant", "pensioner"}


def test_who_died_or_left_is_no_member_and_their_flags_stay_behind(
    tmp_path: Path, made: world.World
) -> None:
    from tepat.registry.actions.members import Told, record_death

    with acting_as(made["system"].pk):
        family = Family.objects.order_by("id")[0]
        asep = family.memberships.get(relation=3, superseded_by=None).person_id
    with database.connect(roles.OWNER) as pg, pg.transaction():
        row = pg.execute(
            "INSERT INTO registry_batch (uuid, kind, source, made_by_id, made_at) VALUES "
            "(gen_random_uuid(), 'list', 'test', 1, now()) RETURNING id"
        ).fetchone()
        assert row is not None
        for person in (asep, None):
            pg.execute(
                "INSERT INTO registry_flag (family_id, person_id, ground, source, date, confidence,"
                " contested, evidence, valid_from, batch_id, home_id) VALUES "
                "(%s, %s, 'wage', 'agency', '2025-06-01', '', false, '', '2025-06-01', %s, 10)",
                [family.pk, person, row[0]],
            )
        pg.execute("UPDATE registry_batch SET known_at = now() WHERE id = %s", [row[0]])
    before = snapshot(tmp_path / "before", made["system"])
    with acting_as(made["system"].pk):
        record_death(
            family_id=family.pk,
            person_id=asep,
            told=Told(date(2025, 6, 20), "akta"),
            acting_user=made["system"],
        )
    after = snapshot(tmp_path / "after", made["system"])
    assert (before["rows"]["members"], before["rows"]["flags"]) == (12, 2)
    assert (after["rows"]["members"], after["rows"]["flags"]) == (11, 1)
    then = take_snapshot(out=tmp_path / "then", as_of=date(2025, 6, 19), acting_user=made["system"])
    assert then["rows"]["members"] == 12, "on the day before he lived"


def test_a_database_that_is_not_there_is_said_without_its_password(tmp_path: Path) -> None:
    nowhere = {"HOST": str(tmp_path), "NAME": "x", "USER": "y", "PASSWORD": "geheim", "PORT": ""}
    with pytest.raises(TepatError) as refused:
        take(SnapshotRequest(tmp_path / "snap", DAY), database=nowhere, acting_user=1, account="x")
    assert refused.value.code == "database_unreachable"
    assert "geheim" not in str(refused.value.as_dict())
    assert "No such file" in refused.value.why
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025-03-31", "2025-03-31T16:59:59.999999+00:00"),
        ("2025-03-31T17:00", "2025-03-31T10:00:00+00:00"),
        ("2025-03-31T17:00+00:00", "2025-03-31T17:00:00+00:00"),
        ("2025-03-31T17:00:00Z", "2025-03-31T17:00:00+00:00"),
    ],
)
def test_a_moment_without_a_zone_is_of_jakarta_and_a_day_lasts_until_its_end(
    text: str, moment: str
) -> None:
    assert moment_of(text) == datetime.fromisoformat(moment)


def test_a_moment_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(TepatError) as refused:
        moment_of("last March")
    assert refused.value.code == "time_unreadable"


def test_the_command_takes_the_snapshot_of_the_whole_country_as_the_system(
    tmp_path: Path,
    made: world.World,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in ("begin", "require_ready"):  # the test has its own database
        monkeypatch.setattr(f"tepat.site.start.{name}", lambda: None)
    snapshot_command(tmp_path / "snap", "2025-07-01")
    said = capsys.readouterr()
    assert "3 families and 12 members as of 2025-07-01" in said.out
    assert f"Next: tepat run {tmp_path / 'snap'}" in said.out
    assert json.loads((tmp_path / "snap" / "snapshot.json").read_text())["made_by"] == "system"
    with pytest.raises(TepatError) as refused:
        snapshot_command(tmp_path / "snap", "2025-07-01")
    assert refused.value.code == "exists"
