"""Whom the rows of a list name, among those whom the user sees; statements on whole tables."""

from __future__ import annotations

from typing import Any

from django.db import connection

from tepat.registry.actions.people import sealer
from tepat.registry.imports.sql import run
from tepat.registry.models import ListLoad
from tepat.registry.models.lists import Outcome

_COLUMNS = (
    "load_id", "home_id", "number", "shown", "token", "key", "of_family", "evidence",
    "confidence", "outcome", "why",
)  # fmt: skip
_LIVING = "valid_to IS NULL AND superseded_by_id IS NULL"


def stage(load: ListLoad, rows: Any, *, persons_only: bool) -> None:
    """Lay out the rows of a list, in the open transaction, each number as its token.

    Args:
        load: the list.
        rows: what `reading.read_list` read.
        persons_only: its ground says nothing of a family as a whole.
    """
    import polars as pl

    tokens = sealer().tokens(rows["nik"].to_list())
    if persons_only:
        rows = rows.with_columns(
            pl.when("of_family").then(pl.lit("needs_person")).otherwise("why").alias("why")
        )
    unreadable, unknown = pl.lit(Outcome.UNREADABLE.value), pl.lit(Outcome.NOT_FOUND.value)
    laid = rows.with_columns(
        pl.lit(load.pk).alias("load_id"),
        pl.lit(load.home_id).alias("home_id"),
        pl.Series("token", [None if one is None else f"\\x{one.hex()}" for one in tokens]),
        pl.when(pl.col("why") != "").then(unreadable).otherwise(unknown).alias("outcome"),
    ).select(_COLUMNS)
    run("DELETE FROM registry_listrow WHERE load_id = %(load)s", load=load.pk)
    names = ", ".join(_COLUMNS)
    run("DROP TABLE IF EXISTS pg_temp.li_row")
    # PostgreSQL does not COPY into a table under row-level security
    run(f"CREATE TEMP TABLE li_row ON COMMIT DROP AS SELECT {names} FROM registry_listrow LIMIT 0")
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY li_row FROM STDIN (FORMAT csv, NULL '\\N')") as copy,
    ):
        copy.write(laid.write_csv(include_header=False, null_value="\\N").encode())
    run(f"INSERT INTO registry_listrow ({names}) SELECT {names} FROM li_row")
    run("DROP TABLE li_row")


def find(load: ListLoad) -> None:
    """Find whom each row names, and count."""
    for statement in _STATEMENTS:
        run(statement, load=load.pk, home=load.home_id)
    count(load)


# A row that names nobody at the end was not registered where the user looks.
_STATEMENTS = (
    f"""
    UPDATE registry_listrow AS r SET
        person_id = CASE WHEN f.n = 1 THEN f.person_id END,
        outcome = CASE WHEN f.n = 1 THEN 'matched' ELSE 'several' END,
        why = CASE WHEN f.n = 1 THEN '' ELSE 'several' END
    FROM (
        SELECT r.id, min(p.person_id) AS person_id, count(DISTINCT p.person_id) AS n
        FROM registry_listrow AS r JOIN registry_personrecord AS p ON p.nik_token = r.token
            AND p.{_LIVING.replace(" AND ", " AND p.")}
        WHERE r.load_id = %(load)s AND r.why = '' AND r.token IS NOT NULL GROUP BY r.id) AS f
    WHERE r.id = f.id
    """,
    """
    UPDATE registry_listrow AS r SET person_id = p.id, outcome = 'matched'
    FROM registry_person AS p
    WHERE r.load_id = %(load)s AND r.why = '' AND NOT r.of_family AND p.uuid = r.key
      AND p.erased_at IS NULL
    """,
    f"""
    UPDATE registry_listrow AS r SET family_id = m.family_id, family_home = f.home_id
    FROM registry_membership AS m JOIN registry_family AS f ON f.id = m.family_id
    WHERE r.load_id = %(load)s AND m.person_id = r.person_id
      AND m.{_LIVING.replace(" AND ", " AND m.")}
    """,
    f"""
    UPDATE registry_listrow AS r SET family_id = f.id, family_home = f.home_id, outcome = 'matched'
    FROM registry_family AS f JOIN registry_familyrecord AS c ON c.family_id = f.id
        AND c.{_LIVING.replace(" AND ", " AND c.")}
    WHERE r.load_id = %(load)s AND r.why = '' AND r.of_family AND f.uuid = r.key
    """,
    """
    UPDATE registry_listrow SET outcome = 'not_found', why = 'no_family'
    WHERE load_id = %(load)s AND outcome = 'matched' AND family_id IS NULL
    """,
    """
    UPDATE registry_listrow SET outcome = 'not_found', why = 'outside'
    WHERE load_id = %(load)s AND outcome = 'matched' AND NOT EXISTS (
        SELECT FROM places_within AS w
        WHERE w.ancestor_id = %(home)s AND w.place_id = family_home)
    """,
    """
    UPDATE registry_listrow AS r SET outcome = 'twice', why = 'twice'
    FROM (SELECT id, row_number() OVER (
            PARTITION BY coalesce(person_id, -family_id) ORDER BY number, id) AS n
        FROM registry_listrow WHERE load_id = %(load)s AND outcome = 'matched') AS ranked
    WHERE ranked.id = r.id AND ranked.n > 1
    """,
    """
    UPDATE registry_listrow SET why = 'not_registered'
    WHERE load_id = %(load)s AND outcome = 'not_found' AND why = ''
    """,
)

# What the institution said before, of who lives in the region now.
EARLIER = """
    SELECT g.id, g.person_id, g.family_id, g.contested, coalesce(g.person_id, -g.family_id) AS whom
    FROM registry_flag AS g
    WHERE g.ground = %(ground)s AND g.source = %(source)s AND g.valid_to IS NULL
      AND g.superseded_by_id IS NULL
      AND g.home_id IN (SELECT place_id FROM places_within WHERE ancestor_id = %(home)s)
"""
_COUNTS = f"""
    WITH earlier AS ({EARLIER}), named AS (
        SELECT coalesce(person_id, -family_id) AS whom FROM registry_listrow
        WHERE load_id = %(load)s AND outcome = 'matched')
    SELECT count(*) FILTER (WHERE e.id IS NULL),
        count(*) FILTER (WHERE e.id IS NOT NULL AND n.whom IS NOT NULL),
        count(*) FILTER (WHERE n.whom IS NULL),
        count(*) FILTER (WHERE e.contested AND n.whom IS NOT NULL)
    FROM named AS n FULL JOIN earlier AS e ON e.whom = n.whom
"""


def count(load: ListLoad) -> None:
    """Set the counts of a list: what became of its rows, and what it changes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT outcome, count(*) FROM registry_listrow WHERE load_id = %s GROUP BY 1",
            [load.pk],
        )
        found = dict(cursor.fetchall())
        for outcome in Outcome.values:
            setattr(load, outcome, found.get(outcome, 0))
        cursor.execute(
            _COUNTS,
            {
                "load": load.pk,
                "home": load.home_id,
                "ground": load.ground,
                "source": load.source,
            },
        )
        row: Any = cursor.fetchone()
    load.added, load.kept, load.dropped, load.contested = row
