"""The present record of some families, read by the snapshot's own code and checked by the main job.

What the checks say here is what a run of today would say. Twins of numbers are the exception: one
of two may live anywhere, so they are sought in the whole registry, by `reconcile`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from tepat.engine.attached import asked, attached, open_duckdb
from tepat.engine.connect import literal, open_engine
from tepat.policy.model import Variable
from tepat.registry.quality.catalogue import TWICE
from tepat.registry.snapshot import rows
from tepat.registry.snapshot.fold import Questions, fold, questions
from tepat.registry.snapshot.moment import Moment, moment_of


@dataclass(frozen=True)
class Checked:
    """What was found: a CSV file of (family, person, rule, severity, column, value), keys as uuid.

    ``known_by``: what became known later was not read.
    """

    findings: Path | None
    known_by: datetime


def of_place(place_id: int) -> str:
    """The condition on ``family_id`` for families that live in a place."""
    return (
        "family_id IN (SELECT f.id FROM registry_family AS f JOIN places_within AS w "
        f"ON w.place_id = f.home_id WHERE w.ancestor_id = {int(place_id)})"
    )


def of_families(families: Iterable[int]) -> str:
    """The condition for some families."""
    return "family_id = ANY ('{" + ",".join(str(int(one)) for one in families) + "}')"


def check_present(
    condition: str,
    *,
    day: date,
    variables: Mapping[str, Variable],
    database: Mapping[str, Any],
    acting_user: int,
    scratch: Path,
) -> Checked | None:
    """Read the present record of families and ask all rules of it.

    Args:
        condition: `of_place` or `of_families`.
        day: the day on which ages are reckoned and rows must be true.
        variables: of the policy.
        database: HOST, PORT, NAME, USER and PASSWORD of the registry.
        acting_user: on whose behalf.
        scratch: an empty folder; it must outlive the result.

    Returns:
        what was found, or None where nothing was ever known.
    """
    con = open_duckdb(scratch)
    try:
        read = _read(con, condition, day, database, acting_user, scratch)
        if read is None:
            return None
        when, homes, asked_for = read
        if homes:
            _write(con, asked_for, scratch)
    finally:
        con.close()
    found = _check(scratch, day, variables) if homes else None
    return Checked(found, when.known_by)


def _read(
    con: Any,
    condition: str,
    day: date,
    database: Mapping[str, Any],
    acting_user: int,
    scratch: Path,
) -> tuple[Moment, int, dict[str, Questions]] | None:
    with attached(con, database, acting_user):
        last = asked(
            con,
            "SELECT (extract(epoch FROM max(known_at)) * 1000000)::bigint AS at "
            "FROM registry_batch",
        )[0][0]
        if last is None:
            return None
        when = Moment(day, moment_of(last), True)
        scope = replace(rows.find_scope(con, None, day), families=condition)
        _batches(con, condition)
        homes = rows.read_homes(con, when, scope)
        rows.read_people(con, when, scope)
        asked_for = {}
        for unit in rows.OWNERS:
            rows.read_observations(con, when, unit, scratch, scope)
            used = rows.asked_in_use(con, unit, scratch)
            asked_for[unit] = questions(con, unit, rows.fact_columns(con, unit), used)
    return when, homes, asked_for


def _batches(con: Any, condition: str) -> None:
    """When the observations of these families became known: what orders those of one day."""
    people = f"SELECT person_id FROM registry_membership WHERE {condition}"
    question = (
        "SELECT id, (extract(epoch FROM known_at) * 1000000)::bigint AS known_at "
        "FROM registry_batch WHERE id IN "
        f"(SELECT batch_id FROM registry_familyobservation WHERE {condition} UNION "
        f"SELECT batch_id FROM registry_personobservation WHERE person_id IN ({people}))"
    )
    con.execute(
        f"CREATE TEMP TABLE known AS SELECT * FROM postgres_query('pg', {literal(question)})"
    )


def _write(con: Any, asked_for: Mapping[str, Questions], scratch: Path) -> None:
    tables = {"family": ("families", rows.families_sql), "person": ("members", rows.members_sql)}
    for province in rows.provinces(con):
        for unit, (table, sql) in tables.items():
            place = scratch / "record" / table / f"province={province}"
            place.mkdir(parents=True)
            seen = rows.observations(con, unit, scratch, province)
            folded = fold(con, f"{unit}_facts", seen, asked_for[unit])
            path = literal(str(place / "part-0.parquet"))
            chosen = sql(folded, asked_for[unit].columns, province)
            con.execute(f"COPY ({chosen}) TO {path} (FORMAT parquet, COMPRESSION snappy)")


def _check(scratch: Path, day: date, variables: Mapping[str, Variable]) -> Path:
    """Ask the rules; a file with a line for each finding."""
    import ibis

    from tepat.registry.files.read import read_input
    from tepat.registry.rules.check import check

    con = open_engine(scratch)
    try:
        found = read_input(scratch / "record", variables, con=con, scratch=scratch / "read")
        checked = check(found, day, scratch=scratch / "read")
        own = checked.findings
        own = own.filter(own.table.isin(("families", "members")) & own.rule.notin(TWICE))
        families = found.families.select("family_id", family="family_key")
        joined = own.join(families, "family_id").mutate(
            person=ibis.cases((own.table == "members", own.key), else_=ibis.null("string"))
        )
        path = scratch / "findings.csv"
        joined.select("family", "person", "rule", "severity", "column", "value_shown").to_csv(path)
    finally:
        con.disconnect()
    return path
