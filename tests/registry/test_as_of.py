"""What was so on a day, as known at a moment: snapshot, family page and a slow account agree."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tepat.engine import database as roles
from tepat.registry.as_of import family_as_of, fold
from tepat.registry.models import Family
from tepat.registry.snapshot import fold as sql_fold
from tepat.registry.snapshot.take import SnapshotRequest, take
from tepat.staff.context import acting_as
from tepat.staff.models import User
from tests import database
from tests.registry import world
from tests.registry.histories import CODES, FACTS, FIRST, History, Then, then, write_history

FAMILIES = 12


@pytest.fixture(params=[1, 2, 3])
def history(request: pytest.FixtureRequest, transactional_db: None) -> Iterator[History]:
    """Twelve families and 25 batches of what happened to them."""
    world.make_world()
    with database.connect(roles.OWNER) as pg:
        yield write_history(pg, request.param, FAMILIES, 25)


def questions(history: History) -> list[tuple[date, datetime | None]]:
    """Days and moments to ask about; the moments lie at, just before and just after batches."""
    moments = sorted(history.known.values())
    step = timedelta(microseconds=1)
    return [
        (FIRST + timedelta(days=500), None),
        (FIRST + timedelta(days=250), None),
        (FIRST + timedelta(days=500), moments[12]),
        (FIRST + timedelta(days=300), moments[12] - step),
        (FIRST + timedelta(days=100), moments[20] + step),
        (FIRST, moments[3]),
    ]


def from_snapshot(out: Path, day: date, by: datetime | None) -> Then:
    """The account that a snapshot gives."""
    request = SnapshotRequest(out, day, by)
    take(request, database=connection.settings_dict, acting_user=1, account="system")
    places = {code: place for place, code in CODES.items()}
    families = _rows(f"SELECT * FROM '{out}/families/*/*.parquet'")
    people = _rows(f"SELECT * FROM '{out}/members/*/*.parquet'")
    return Then(
        {_number(row["family_key"]): places[row["village"]] for row in families},
        {
            _number(row["person_key"]) - 1000: (_number(row["family_key"]), row["relation"])
            for row in people
        },
        {
            "family": {_number(row["family_key"]): _known("family", row) for row in families},
            "person": {_number(row["person_key"]) - 1000: _known("person", row) for row in people},
        },
    )


def from_pages(day: date, by: datetime | None) -> Then:
    """The account that the pages of all families give."""
    found = Then({}, {}, {"family": {}, "person": {}})
    with acting_as(1):
        for number in range(1, FAMILIES + 1):
            view = family_as_of(number, day, by)
            if view is None:
                continue
            found.homes[number] = view.record["place_id"]
            found.facts["family"][number] = _seen(view.seen)
            for member in view.members:
                found.members[member.person_id] = number, member.relation  # type: ignore[assignment]
                found.facts["person"][member.person_id] = _seen(member.seen)
    return found


def _seen(seen: Any) -> dict[str, Any]:
    values = {name: fact.value for name, fact in seen.facts.items() if fact.value is not None}
    return _filled({**values, "observed_on": seen.observed_on, "source": seen.source})


def _rows(sql: str) -> list[dict[str, Any]]:
    found = duckdb.sql(sql)
    return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]


def _number(key: str) -> int:
    return uuid.UUID(key).int


def _known(unit: str, row: Mapping[str, Any]) -> dict[str, Any]:
    return _filled({name: row.get(name) for name in (*FACTS[unit], "observed_on", "source")})


def _filled(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}


def _expected(account: Then) -> Then:
    """The slow account without those who are nowhere on the day."""
    owners = {"family": account.homes, "person": account.members}
    return Then(
        account.homes,
        account.members,
        {
            unit: {owner: _filled(account.facts[unit].get(owner, {})) for owner in there}
            for unit, there in owners.items()
        },
    )


def test_snapshot_page_and_slow_account_agree_on_what_was_known(
    tmp_path: Path, history: History
) -> None:
    told = set()
    for number, (day, by) in enumerate(questions(history)):
        account = _expected(then(history, day, by))
        assert from_pages(day, by) == account, (day, by)
        assert from_snapshot(tmp_path / f"snap{number}", day, by) == account, (day, by)
        told.add(str(account))
    assert len(told) >= 4, "the questions have too much in common to tell a mistake"


def test_a_family_is_read_with_six_queries_whatever_it_went_through(history: History) -> None:
    with acting_as(1):
        for number in range(1, FAMILIES + 1):
            with CaptureQueriesContext(
                connection,
            ) as asked:
                assert family_as_of(number, date(2025, 12, 1)) is not None
            assert len(asked) == 6, "record, members, their records, two of answers, flags"


def test_a_family_out_of_reach_is_not_there(history: History) -> None:
    operator = User.objects.get(username="far_operator")
    with acting_as(1):
        homes = dict(Family.objects.values_list("id", "home_id"))
    assert len(set(homes.values())) > 1
    with acting_as(operator.pk):
        seen = {n for n in homes if family_as_of(n, date(2025, 12, 1)) is not None}
    assert seen == {n for n, home in homes.items() if home == world.KERTAJAYA}


COLUMNS = tuple(f"fact_{number}" for number in range(70))  # more than fit into one number of bits
DRAWN = {
    "fact_0": (None, -(2**31), 2**31 - 1, 0),
    "fact_1": (None, True, False),
    "fact_60": (None, "", "a"),
    "fact_61": (None, 1, -1),
    "fact_62": (None, 1, 2),
    "fact_63": (None, 1, 2),
}


@st.composite
def observation(draw: Any) -> dict[str, Any]:
    asked = draw(st.sets(st.sampled_from(sorted(DRAWN)), max_size=4))
    everything = draw(st.booleans())
    return {
        "owner": draw(st.integers(1, 3)),
        "observed_on": date(2025, 1, draw(st.integers(1, 3))),
        "known_at": draw(st.integers(1, 3)),
        "columns": sorted(COLUMNS if everything else asked),
        **{name: draw(st.sampled_from(values)) for name, values in DRAWN.items()},
    }


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(observation(), min_size=1, max_size=9))
def test_both_foldings_give_each_column_its_latest_answer(seen: list[dict[str, Any]]) -> None:
    rows = [
        {
            **dict.fromkeys(COLUMNS),
            **row,
            "id": n,
            "source": f"s{n}",
            "batch_id": n,
            "superseded_by_id": None,
        }
        for n, row in enumerate(seen)
    ]
    expected: dict[int, dict[str, Any]] = {}
    for row in sorted(rows, key=lambda row: (row["observed_on"], row["known_at"], row["id"])):
        expected.setdefault(row["owner"], {}).update({name: row[name] for name in row["columns"]})
    ordered = sorted(rows, key=lambda row: (row["observed_on"], row["known_at"], row["id"]))
    by_page = {
        owner: {
            name: fact.value
            for name, fact in fold([r for r in ordered if r["owner"] == owner]).facts.items()
        }
        for owner in expected
    }
    assert by_page == expected
    by_engine = folded_by_engine(rows)
    assert {owner: _filled(said) for owner, said in expected.items()} == {
        owner: {name: value for name, value in _filled(row).items() if name in COLUMNS}
        for owner, row in by_engine.items()
    }
    for owner, row in by_engine.items():
        assert row["source"] == [r["source"] for r in ordered if r["owner"] == owner][-1]


def folded_by_engine(rows: list[dict[str, Any]]) -> dict[int, dict[str, Any]]:
    """What the snapshot's SQL makes of observations."""
    import pyarrow as pa

    sets = sorted({tuple(row["columns"]) for row in rows})
    con = duckdb.connect()
    con.execute("ATTACH ':memory:' AS pg")
    asked = pa.table(
        {"id": list(range(len(sets))), "columns": pa.array(sets, pa.list_(pa.string()))}
    )
    con.register("asked", asked)
    con.execute("CREATE TABLE pg.registry_askedset AS SELECT * FROM asked")
    types = {"id": pa.int64(), "owner": pa.int64(), "known_at": pa.int64()}
    types |= {"observed_on": pa.date32(), "source": pa.string()}
    types |= dict.fromkeys(COLUMNS, pa.int16())
    types |= {"fact_0": pa.int32(), "fact_1": pa.bool_(), "fact_60": pa.string()}
    table = pa.table({n: pa.array([row[n] for row in rows], kind) for n, kind in types.items()})
    con.register(
        "given_rows",
        table.append_column("asked_id", [[sets.index(tuple(row["columns"])) for row in rows]]),
    )
    con.execute("CREATE TEMP TABLE seen AS SELECT * FROM given_rows")
    used = list(range(len(sets)))
    name = sql_fold.fold(con, "facts", "seen", sql_fold.questions(con, "x", COLUMNS, used))
    found = con.execute(f"SELECT * FROM {name}")
    names = [column[0] for column in found.description]
    return {row[0]: dict(zip(names, row, strict=True)) for row in found.fetchall()}
