"""One shard of an import: into temporary tables, compared with the registry, then staged.

COPY is refused where row-level security holds, so a shard goes by way of temporary tables; what is
inserted from there is checked against the user's reach row by row. Everything is set-based. Run
twice, a shard is the same as run once.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from django.db import connection

from tepat.registry.imports.compare import (
    compare_families,
    compare_memberships,
    compare_persons,
    match_families,
    match_persons,
)
from tepat.registry.imports.reading import (
    FAMILY_COLUMNS,
    FINDING_COLUMNS,
    PERSON_COLUMNS,
    shard_files,
)
from tepat.registry.imports.sql import find, quoted, run
from tepat.registry.models import ImportFinding, ImportJob, StageFamily, StagePerson
from tepat.registry.models.imports import FAMILY_VARIABLES, PERSON_VARIABLES

_BLOCK = 1 << 20
STAGES = {"families": StageFamily, "members": StagePerson, "findings": ImportFinding}
TEMPORARY = {"families": "in_family", "members": "in_person", "findings": "in_found"}
VARIABLES = {
    "families": tuple(field.name for field in FAMILY_VARIABLES),
    "members": tuple(field.name for field in PERSON_VARIABLES),
}
_COLUMNS = {
    "families": (*FAMILY_COLUMNS, *VARIABLES["families"]),
    "members": (*PERSON_COLUMNS, *VARIABLES["members"]),
    "findings": FINDING_COLUMNS,
}


def stage_shard(job: ImportJob, shard: int, folder: Path) -> None:
    """Compare a shard with the registry and stage it, in the open transaction.

    Args:
        job: the import; the transaction acts as the one who uploaded it.
        shard: which of its shards; `reading.FILE` for findings about the whole file.
        folder: where the shards' files lie.
    """
    for table, model in STAGES.items():
        run(
            f"DELETE FROM {model._meta.db_table} WHERE job_id = %(job)s AND shard = %(shard)s",
            job=job.pk,
            shard=shard,
        )
        _temporary(table, bool(_asked(job, table)))
        _copy(table, shard_files(folder, table, shard))
    for name in ("in_family", "in_person"):
        run(f"ANALYZE {name} (number, family_number, token, token_once, origin_key, state)")
    find_places(job)
    match_families()
    compare_families(job.families_asked)
    match_persons()
    compare_persons(job.members_asked)
    compare_memberships("in_person", "in_family")
    _settle_states()
    for table in STAGES:
        _keep(table, job, shard)


def _asked(job: ImportJob, table: str) -> list[str]:
    return {"families": job.families_asked, "members": job.members_asked}.get(table, [])


def _temporary(table: str, answers: bool) -> None:
    """A table like the stage, for rows that are new until a match is found."""
    name, stage = TEMPORARY[table], STAGES[table]._meta.db_table
    run(f"DROP TABLE IF EXISTS pg_temp.{name}")
    run(f"CREATE TEMP TABLE {name} ON COMMIT DROP AS SELECT * FROM {stage} LIMIT 0")
    if table == "findings":
        return
    run(f"ALTER TABLE {name} ADD COLUMN differs boolean DEFAULT false")
    flags = {"warned": False, "by_origin": False, "writes_record": True, "writes_facts": answers}
    if table == "members":
        flags["writes_membership"] = True
    run(f"ALTER TABLE {name} " + ", ".join(f"ALTER {n} SET DEFAULT {v}" for n, v in flags.items()))


def _copy(table: str, files: Sequence[Path]) -> None:
    columns = quoted(_COLUMNS[table])
    with connection.cursor() as cursor:
        for path in files:
            into = f"COPY {TEMPORARY[table]} ({columns}) FROM STDIN (FORMAT csv)"
            with path.open("rb") as file, cursor.copy(into) as copy:
                while block := file.read(_BLOCK):
                    copy.write(block)


def _keep(table: str, job: ImportJob, shard: int) -> None:
    model = STAGES[table]
    own = {"id", "job_id", "home_id", "shard"}
    names = [str(f.column) for f in model._meta.concrete_fields if f.column not in own]
    values = ", ".join(
        f"coalesce(\"{name}\", '')"
        if name in ("shown_key", "column", "value_shown")
        else f'"{name}"'
        for name in names
    )
    run(
        f"INSERT INTO {model._meta.db_table} (job_id, home_id, shard, {quoted(names)}) "
        f"SELECT %(job)s, %(home)s, %(shard)s, {values} FROM {TEMPORARY[table]}",
        job=job.pk,
        home=job.home_id,
        shard=shard,
    )


def find_places(job: ImportJob) -> None:
    """The village of each family, within the import's region; members follow their family."""
    day = {"day": job.as_of, "home": job.home_id}
    run(
        """
        UPDATE in_family AS i SET place_id = coalesce(s.after_id, c.place_id) FROM (
            SELECT DISTINCT ON (c.code) c.code, c.place_id, p.ended_on
            FROM places_code AS c JOIN places_place AS p ON p.id = c.place_id AND p.level = 4
            WHERE c.scheme = 'kemendagri' AND c.code IN (SELECT village FROM in_family)
            ORDER BY c.code, (c.valid_from <= %(day)s
                AND coalesce(c.valid_to, 'infinity') > %(day)s) DESC, c.valid_from DESC) AS c
        LEFT JOIN (SELECT before_id, min(after_id) AS after_id FROM places_succession
            GROUP BY before_id HAVING count(DISTINCT after_id) = 1) AS s
            ON s.before_id = c.place_id AND c.ended_on IS NOT NULL
        WHERE c.code = i.village AND (c.ended_on IS NULL OR s.after_id IS NOT NULL)
        """,
        **day,
    )
    within = "(SELECT place_id FROM places_within WHERE ancestor_id = %(home)s)"
    bad = {
        "place_missing": "village IS NULL",
        "place_unknown": "village IS NOT NULL AND place_id IS NULL",
        "place_outside": f"place_id IS NOT NULL AND place_id NOT IN {within}",
    }
    for rule, test in bad.items():
        found = find(rule, "in_family", table="families", column="village", value="village")
        run(f"{found} WHERE {test}", **(day if "%(" in test else {}))
    tests = " OR ".join(bad.values())
    run(f"UPDATE in_family SET state = 'error' WHERE {tests}", **day)
    refused = "JOIN in_family AS f ON f.number = i.family_number AND f.state = 'error'"
    run(
        find("family_refused", "in_person", table="members", column="family_key", on=refused)
        + " WHERE i.state <> 'error'"
    )
    run(
        "UPDATE in_person AS i SET state = 'error' FROM in_family AS f "
        "WHERE f.number = i.family_number AND f.state = 'error' AND i.state <> 'error'"
    )


def _settle_states() -> None:
    """New, changed or same; and whether something is doubtful."""
    for name, table, owner, writes in (
        ("in_family", "families", "family_id", "writes_record"),
        ("in_person", "members", "person_id", "writes_record OR writes_membership"),
    ):
        run(
            f"UPDATE {name} SET state = CASE WHEN {writes} OR differs THEN 'changed' "
            f"ELSE 'same' END WHERE state <> 'error' AND {owner} IS NOT NULL"
        )
        run(
            f"UPDATE {name} AS i SET warned = true FROM (SELECT DISTINCT number FROM in_found "
            f"WHERE \"table\" = '{table}' AND severity = 'warning') AS f WHERE f.number = i.number"
        )
