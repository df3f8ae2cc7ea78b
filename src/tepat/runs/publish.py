"""Decisions out of a run's folder into the database: all of them, or none.

The engine streams rows to COPY, into a temporary table, and one INSERT takes them from there.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils import timezone

from tepat.engine.connect import literal
from tepat.policy.model import Policy
from tepat.registry.models import Erasure
from tepat.runs.folder import RunFolder
from tepat.runs.models import SLACK, Award, QuotaLine, Run, RunProgramme, State
from tepat.runs.statements import law_of, statement
from tepat.staff.context import acting_as

AT_ONCE = 100_000  # rows
STATUS = {"awarded": Award.AWARDED, "waiting": Award.WAITING, "refused": Award.REFUSED}
_COUNTS = (
    "eligible", "not_eligible", "cannot_decide", "awarded", "waiting", "refused", "amount_year",
)  # fmt: skip
_STAGE = """
CREATE TEMP TABLE stage_decision (
    family_key uuid, person_key uuid, programme text, outcome smallint, failed bigint,
    unknown bigint, amount_year bigint, award smallint, place bigint, kabupaten text,
    barred_by text) ON COMMIT DROP
"""
_INSERT = """
INSERT INTO runs_decision (run_id, family_id, person_id, failed, unknown, amount_year, place,
    home_id, line_id, outcome, award, programme, barred_by)
SELECT %(run)s, f.id, p.id, s.failed, s.unknown, s.amount_year, s.place, f.home_id, l.id,
    s.outcome, s.award, s.programme, s.barred_by
FROM stage_decision AS s
JOIN registry_family AS f ON f.uuid = s.family_key
LEFT JOIN registry_person AS p ON p.uuid = s.person_key
LEFT JOIN runs_runprogramme AS o ON o.run_id = %(run)s AND o.name = s.programme
LEFT JOIN runs_quotaline AS l
    ON l.of_id = o.id AND l.kabupaten = coalesce(s.kabupaten, '') AND s.place IS NOT NULL
WHERE s.person_key IS NULL OR p.id IS NOT NULL
ORDER BY f.id
"""


def publish(run_id: int, folder: Path, runs: Path) -> None:
    """Make a run's decisions those that pages show, in the open transaction of the worker.

    Args:
        run_id: a run in the state of being published; any other is left as it is.
        folder: where it lies.
        runs: where runs lie, to compare with the one before.
    """
    run = Run.objects.select_for_update().get(pk=run_id)
    if run.state != State.PUBLISHING:
        return
    found = RunFolder(folder)
    run.before = _before(run, runs)
    changes = _changes(found, runs / run.before.folder) if run.before else {}
    _programmes(run, found, changes)
    with connection.cursor() as cursor:
        cursor.execute(_STAGE)
        columns = (
            "family_key, person_key, programme, outcome, failed, unknown, amount_year, award, "
            "place, kabupaten, barred_by"
        )
        with cursor.copy(f"COPY stage_decision ({columns}) FROM STDIN (FORMAT csv)") as copy:
            for block in _blocks(found):
                copy.write(block)
        cursor.execute("ANALYZE stage_decision")
        cursor.execute(_INSERT, {"run": run.pk})
    rows = found.manifest["rows"]
    run.families, run.members, run.findings = rows["families"], rows["members"], rows["findings"]
    run.state, run.step, run.done = State.DONE, "", run.total
    run.finished_at = timezone.now()
    run.save()


def forget(place_id: int, worker: int) -> list[str]:
    """Drop the decisions of all but the last two runs of a place; returns these runs' folders."""
    with acting_as(worker), connection.cursor() as cursor:
        cursor.execute("SELECT runs_forget(%s)", [place_id])
        old = [row[0] for row in cursor.fetchall()]
        return list(Run.objects.filter(pk__in=old).values_list("folder", flat=True))


def people_erased_since(run: Run, worker: int) -> list[str]:
    """The keys of who was erased after a run began, and so may stand in its folder."""
    with acting_as(worker):
        since = Erasure.objects.filter(granted=True, decided_at__gte=run.started_at - SLACK)
        return [str(key) for key in since.values_list("person__uuid", flat=True).distinct()]


def _before(run: Run, runs: Path) -> Run | None:
    """The last finished run of the same place, if its awards are still there."""
    last = Run.objects.filter(place_id=run.place_id, state=State.DONE).exclude(pk=run.pk)
    for before in last.order_by("-finished_at", "-pk")[:1]:
        if any((runs / before.folder / "awards").glob("*.parquet")):
            return before
    return None


def _changes(found: RunFolder, before: Path) -> dict[str, tuple[int, int, int]]:
    """By programme, how many came, went and stayed among those who are awarded."""
    awarded = (
        "SELECT programme, family_key, coalesce(person_key, '') AS person_key "
        "FROM read_parquet(?) WHERE status = 'awarded'"
    )
    rows = found.raw.execute(
        f"SELECT programme, count(*) FILTER (WHERE o.family_key IS NULL), "
        f"count(*) FILTER (WHERE n.family_key IS NULL), "
        f"count(*) FILTER (WHERE n.family_key = o.family_key) FROM ({awarded}) AS n "
        f"FULL JOIN ({awarded}) AS o USING (programme, family_key, person_key) GROUP BY programme",
        [found.file("awards"), RunFolder(before).file("awards")],
    ).fetchall()
    return {row[0]: row[1:] for row in rows}


def _programmes(run: Run, found: RunFolder, changes: dict[str, tuple[int, int, int]]) -> None:
    """What the run says of each programme, and its quota lines."""
    policy, day = found.policy(), date.fromisoformat(found.manifest["as_of"])
    for position, (name, about) in enumerate(found.manifest["programmes"].items()):
        totals = found.manifest["totals"][name]
        came, gone, stayed = changes.get(name, (0, 0, 0)) if run.before else (None,) * 3
        made = RunProgramme.objects.create(
            run=run,
            name=name,
            position=position,
            title_id=about["name"]["id"],
            title_en=about["name"]["en"],
            unit=about["unit"],
            kind=about["kind"],
            law=policy.programmes[name].law,
            criteria=_criteria(policy, name, about["criteria"], day),
            not_checked=sum(
                1 << at for at, c in enumerate(about["criteria"]) if c in about["not_checked"]
            ),
            came=came,
            gone=gone,
            stayed=stayed,
            **{count: totals[count] for count in _COUNTS},
        )
        lines = found.manifest["lines"].get(name, {})
        QuotaLine.objects.bulk_create(
            QuotaLine(of=made, kabupaten=code, quota=line["awarded"], competing=line["eligible"])
            for code, line in lines.items()
        )


def _criteria(policy: Policy, programme: str, names: list[str], day: date) -> list[dict[str, str]]:
    said = {name: statement(policy, programme, name, day) for name in names}
    return [
        {"name": name, "id": text.id, "en": text.en, "law": law_of(policy, programme, name)}
        for name, text in said.items()
    ]


def _blocks(found: RunFolder) -> Iterator[bytes]:
    """The decisions as CSV, a hundred thousand rows at a time."""
    from pyarrow import csv

    reader = found.raw.execute(_rows_sql(found)).to_arrow_reader(AT_ONCE)
    for batch in reader:
        block = io.BytesIO()
        csv.write_csv(batch, block, csv.WriteOptions(include_header=False))
        yield block.getvalue()


def _rows_sql(found: RunFolder) -> str:
    """Decisions in long form with what became of them; only what is worth a row (see `models`)."""
    parts = [_part(name, about) for name, about in found.manifest["programmes"].items()]
    sources = {
        name: f"read_parquet({literal(found.file(name))})"
        for name in ("family_decisions", "member_decisions", "awards")
    }
    award = " ".join(f"WHEN '{word}' THEN {code.value}" for word, code in STATUS.items())
    return (
        f"WITH families AS (FROM {sources['family_decisions']}), "
        f"members AS (FROM {sources['member_decisions']}), "
        f"decided AS ({' UNION ALL '.join(parts)}) "
        f"SELECT d.family_key, d.person_key, d.programme, d.outcome, d.failed, d.unknown, "
        f"d.amount_year, CASE a.status {award} ELSE {Award.NONE.value} END AS award, a.place, "
        f"a.kabupaten, a.barred_by FROM decided AS d LEFT JOIN {sources['awards']} AS a "
        f"ON a.programme = d.programme AND a.family_id = d.family_id "
        f"AND a.person_id IS NOT DISTINCT FROM d.person_id"
    )


def _part(name: str, about: dict[str, Any]) -> str:
    if about["unit"] == "family":
        keys = "NULL::BIGINT AS person_id, NULL::VARCHAR AS person_key"
        table, test = "families", "true"
        if "in_place" in about["criteria"]:
            test = f"{name}__failed & {1 << about['criteria'].index('in_place')} = 0"
    else:
        keys, table, test = "person_id, person_key", "members", f"{name}__outcome <> 0"
    return (
        f"SELECT family_id, family_key, {keys}, '{name}' AS programme, {name}__outcome AS outcome, "
        f"{name}__failed AS failed, {name}__unknown AS unknown, "
        f"{name}__amount::BIGINT AS amount_year FROM {table} WHERE {test}"
    )
