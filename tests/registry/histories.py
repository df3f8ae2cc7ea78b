"""Random histories of a few families, written into the registry, and a slow account of them.

The account (`then`) is written apart from the code under test, row by row and in no hurry.
"""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import psycopg

from tests.registry.world import CIGENTUR, CIPAKU, KERTAJAYA, PLACES

VILLAGES = (CIGENTUR, CIPAKU, KERTAJAYA)
CODES = {place[0]: place[5] for place in PLACES}
FACTS = {"family": ("floor", "roof", "homeless", "car"), "person": ("works", "diploma", "orphan")}
BOOLEAN = ("homeless", "works")
FIRST = date(2024, 1, 1)
TABLES = {
    "family": "registry_familyobservation",
    "person": "registry_personobservation",
    "home": "registry_familyrecord",
    "who": "registry_personrecord",
    "member": "registry_membership",
}


@dataclass
class Row:
    """A row of a table, with the numbers of the batches that told and superseded it."""

    id: int
    owner: int
    batch: int
    values: dict[str, Any]
    superseded: int | None = None


@dataclass
class History:
    """All rows ever written, and when each batch became known."""

    draw: random.Random
    pg: psycopg.Connection[Any]
    rows: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in TABLES})
    known: dict[int, datetime] = field(default_factory=dict)
    asked: dict[tuple[str, ...], int] = field(default_factory=dict)
    people: int = 0
    lived: dict[int, int] = field(default_factory=dict)  # the village that sees a family

    def day(self) -> date:
        return FIRST + timedelta(days=self.draw.randrange(500))

    def write(self, table: str, owner: int, batch: int, **values: Any) -> None:
        # families are seen from where they first lived, all people from village 10
        values["home_id"] = self.lived[values["family_id"]] if "family_id" in values else 10
        columns = ", ".join(values)
        row = self.pg.execute(
            f"INSERT INTO {TABLES[table]} (batch_id, {columns}) VALUES "
            f"(%s, {', '.join(['%s'] * len(values))}) RETURNING id",
            [batch, *values.values()],
        ).fetchone()
        assert row is not None
        self.rows[table].append(Row(row[0], owner, batch, values))

    def supersede(self, table: str, row: Row, batch: int) -> None:
        self.pg.execute(
            f"UPDATE {TABLES[table]} SET superseded_by_id = %s WHERE id = %s", [batch, row.id]
        )
        row.superseded = batch

    def standing(self, table: str, owner: int | None = None, **wanted: Any) -> list[Row]:
        return [
            row
            for row in self.rows[table]
            if row.superseded is None
            and owner in (None, row.owner)
            and all(row.values.get(name) == value for name, value in wanted.items())
        ]

    def batch(self, work: Any) -> None:
        with self.pg.transaction():
            self.pg.execute("SELECT set_config('tepat.user', '1', true)")
            row = self.pg.execute(
                "INSERT INTO registry_batch (uuid, kind, source, made_by_id, made_at) "
                "VALUES (gen_random_uuid(), 'event', 'test', 1, now()) RETURNING id"
            ).fetchone()
            assert row is not None
            work(row[0])
            row = self.pg.execute(
                "UPDATE registry_batch SET known_at = now() WHERE id = %s RETURNING id, known_at",
                [row[0]],
            ).fetchone()
            assert row is not None
            self.known[row[0]] = row[1]


def write_history(pg: psycopg.Connection[Any], seed: int, families: int, batches: int) -> History:
    """Families and people, then batch after batch of what may happen to them."""
    history = History(random.Random(seed), pg)
    history.batch(lambda batch: _begin(history, batch, families))
    for _ in range(batches):
        history.batch(lambda batch: _happen(history, batch, families))
    return history


def _begin(h: History, batch: int, families: int) -> None:
    for family in range(1, families + 1):
        home = h.lived[family] = h.draw.choice(VILLAGES)
        h.pg.execute(
            "INSERT INTO registry_family (id, uuid, version, home_id) VALUES (%s, %s, %s, %s)",
            [family, uuid.UUID(int=family), batch, home],
        )
        h.write(
            "home", family, batch, family_id=family, place_id=home, address="",
            kk_findings=0, valid_from=FIRST, valid_to=None,
        )  # fmt: skip
        for _ in range(h.draw.randrange(4)):
            _join(h, batch, family)


def _join(h: History, batch: int, family: int) -> None:
    h.people += 1
    person, since = h.people, h.day()
    h.pg.execute(
        "INSERT INTO registry_person (id, uuid, home_id) VALUES (%s, %s, 10)",
        [person, uuid.UUID(int=1000 + person)],
    )
    h.write(
        "who", person, batch, person_id=person, name=f"Nama {person}", sex=h.draw.choice((1, 2)),
        birth_date=date(1990, 1, 1), died_on=None, nik_findings=0,
        valid_from=FIRST, valid_to=None,
    )  # fmt: skip
    _belong(h, batch, person, family, since, None)


def _belong(
    h: History, batch: int, person: int, family: int, since: date, until: date | None
) -> None:
    h.write(
        "member", person, batch, person_id=person, family_id=family, ended="",
        relation=h.draw.randint(2, 8), valid_from=since, valid_to=until,
    )  # fmt: skip


def _happen(h: History, batch: int, families: int) -> None:
    for _ in range(h.draw.randrange(1, 12)):
        what = h.draw.choice((_observe, _observe, _observe, _correct, _move, _leave, _die, _arrive))
        what(h, batch, families)


def _observe(h: History, batch: int, families: int) -> None:
    unit = h.draw.choice(("family", "person"))
    most = families if unit == "family" else h.people
    if most:
        _see(h, batch, unit, h.draw.randint(1, most), h.day())


def _see(h: History, batch: int, unit: str, owner: int, day: date) -> None:
    names = FACTS[unit]
    asked = tuple(sorted(h.draw.sample(names, h.draw.randrange(len(names) + 1))))
    if asked not in h.asked:
        row = h.pg.execute(
            "INSERT INTO registry_askedset (columns) VALUES (%s) RETURNING id", [list(asked)]
        ).fetchone()
        assert row is not None
        h.asked[asked] = row[0]
    values = {
        name: h.draw.choice((None, False, True) if name in BOOLEAN else (None, 1, 2, 3))
        for name in names  # what was not asked for may be filled all the same, and must not count
    }
    h.write(
        unit, owner, batch, **{f"{unit}_id": owner}, uuid=uuid.UUID(int=h.draw.getrandbits(128)),
        observed_on=day, source=f"visit {h.draw.randrange(9)}", asked_id=h.asked[asked],
        **values,
    )  # fmt: skip


def _correct(h: History, batch: int, families: int) -> None:
    unit = h.draw.choice(("family", "person"))
    rows = h.standing(unit)
    if rows:
        row = h.draw.choice(rows)
        h.supersede(unit, row, batch)
        if h.draw.random() < 0.7:
            _see(h, batch, unit, row.owner, row.values["observed_on"])


def _end(h: History, table: str, row: Row, batch: int, day: date) -> None:
    h.supersede(table, row, batch)
    if row.values["valid_from"] < day:
        h.write(table, row.owner, batch, **{**row.values, "valid_to": day})


def _move(h: History, batch: int, families: int) -> None:
    row = h.standing("home", h.draw.randint(1, families), valid_to=None)[0]
    day = max(h.day(), row.values["valid_from"])
    _end(h, "home", row, batch, day)
    there = {"place_id": h.draw.choice(VILLAGES), "valid_from": day}
    h.write("home", row.owner, batch, **{**row.values, **there})


def _leave(h: History, batch: int, families: int) -> None:
    rows = h.standing("member", valid_to=None)
    if rows:
        row = h.draw.choice(rows)
        day = max(h.day(), row.values["valid_from"])
        _end(h, "member", row, batch, day)
        if h.draw.random() < 0.6:
            _belong(h, batch, row.owner, h.draw.randint(1, families), day, None)


def _die(h: History, batch: int, families: int) -> None:
    rows = h.standing("who", died_on=None, valid_to=None)
    if rows and h.draw.random() < 0.4:
        row = h.draw.choice(rows)
        h.supersede("who", row, batch)
        h.write("who", row.owner, batch, **{**row.values, "died_on": h.day()})


def _arrive(h: History, batch: int, families: int) -> None:
    _join(h, batch, h.draw.randint(1, families))


@dataclass(frozen=True)
class Then:
    """What was so: by family its place, by person family and relation, and facts of each."""

    homes: dict[int, int]
    members: dict[int, tuple[int, int]]
    facts: dict[str, dict[int, dict[str, Any]]]


def then(h: History, day: date, by: datetime | None) -> Then:
    """The account: one row after the other, as one would with paper."""

    def counts(row: Row) -> bool:
        if by is not None and h.known[row.batch] > by:
            return False
        if row.superseded is not None and (by is None or h.known[row.superseded] <= by):
            return False
        if "valid_from" not in row.values:
            return bool(row.values["observed_on"] <= day)
        begun, ended = row.values["valid_from"], row.values["valid_to"]
        return begun <= day and (ended is None or day < ended)

    now = {table: [row for row in rows if counts(row)] for table, rows in h.rows.items()}
    dead = {
        row.owner for row in now["who"] if row.values["died_on"] and row.values["died_on"] <= day
    }
    homes = {row.owner: row.values["place_id"] for row in now["home"]}
    members = {
        row.owner: (row.values["family_id"], row.values["relation"])
        for row in now["member"]
        if row.owner not in dead and row.values["family_id"] in homes
    }
    names = {number: columns for columns, number in h.asked.items()}
    facts: dict[str, dict[int, dict[str, Any]]] = {"family": {}, "person": {}}
    for unit, of in facts.items():
        for row in sorted(
            now[unit], key=lambda row: (row.values["observed_on"], h.known[row.batch], row.id)
        ):
            said = of.setdefault(row.owner, {})
            said |= {name: row.values[name] for name in names[row.values["asked_id"]]}
            said |= {"observed_on": row.values["observed_on"], "source": row.values["source"]}
    return Then(homes, members, facts)
