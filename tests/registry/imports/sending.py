"""Small files as offices send them, and the steps of an import done one after another."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from tepat.registry.imports import actions, jobs
from tepat.registry.imports.matching import Matched
from tepat.registry.models import ImportFinding, ImportJob
from tepat.staff.context import acting_as
from tests.registry.world import BANDUNG, World

SOURCE = "pendataan desa"
DAY = date(2025, 6, 1)
CODE = {"Cigentur": "3204332001", "Cipaku": "3204332002", "Kertajaya": "3205142001"}
Row = Mapping[str, Any]


def family(key: str, **more: Any) -> dict[str, Any]:
    """A row of the families' file; its KK number follows from the key."""
    number = f"32043301012{int(key[1:]):05d}"
    told = {"family_key": key, "kk_number": number, "village": CODE["Cigentur"]}
    return {**told, "floor": 3, "motorcycle": 1, "observed_on": "2025-03-01", **more}


def member(key: str, of: str, **more: Any) -> dict[str, Any]:
    """A row of the members' file; NIK and name follow from the key."""
    place = int(key[1:])
    told = {"person_key": key, "family_key": of, "nik": f"320433010190{place:04d}"}
    told |= {"name": f"Warga {'ABCDEFGHIJ'[place % 10]}", "sex": 1, "birth_date": "1990-01-01"}
    return {**told, "relation": 1, "works": "ya", "observed_on": "2025-03-01", **more}


def csv_of(rows: Sequence[Row]) -> io.BytesIO:
    """Rows as a CSV file; the first row has all columns."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), restval="")
    writer.writeheader()
    writer.writerows(rows)
    return io.BytesIO(text.getvalue().encode())


def workbook_of(**sheets: Sequence[Row]) -> io.BytesIO:
    """Rows as a workbook; whole numbers become number cells, as a careless office has them."""
    import xlsxwriter

    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, list(rows[0]))
            for at, row in enumerate(rows, 1):
                sheet.write_row(at, 0, list(row.values()))
    file.seek(0)
    return file


def send(
    world: World,
    families: Sequence[Row],
    members: Sequence[Row],
    *,
    source: str = SOURCE,
    place: int = BANDUNG,
    by: str = "kabupaten_verifier",
) -> ImportJob:
    """Upload two CSV files."""
    return actions.upload(
        file=csv_of(families),
        name="keluarga.csv",
        second=(csv_of(members), "anggota.csv"),
        place=place,
        source=source,
        acting_user=world[by],
        as_of=DAY,
    )


def check(world: World, job: ImportJob, matched: Matched | None = None) -> ImportJob:
    """The dry run: columns, reading, every shard, settling, as the worker does them."""
    user = job.uploaded_by_id
    jobs.do(jobs.look, job=job.pk, user=user)
    seen = fresh(job)
    if seen.state != "matching":
        return seen
    actions.match(job=job.pk, acting_user=seen.uploaded_by, matched=matched)
    jobs.do(jobs.read, job=job.pk, user=user)
    for shard in range(-1, fresh(job).shards):
        jobs.do(jobs.shard, job=job.pk, user=user, shard=shard)
    if fresh(job).state == "checking":
        jobs.do(jobs.settle, job=job.pk, user=user)
    return fresh(job)


def approve(world: World, job: ImportJob, by: str = "head_of_office") -> ImportJob:
    """A second person approves, and the worker writes."""
    actions.approve(job=job.pk, acting_user=world[by])
    jobs.do(jobs.apply, job=job.pk, user=world[by].pk)
    return fresh(job)


def bring_in(
    world: World, families: Sequence[Row], members: Sequence[Row], **more: Any
) -> ImportJob:
    """A file on its whole way."""
    return approve(world, check(world, send(world, families, members, **more)))


def fresh(job: ImportJob) -> ImportJob:
    """The import as it is now, whoever acts."""
    with acting_as(job.uploaded_by_id):
        return ImportJob.objects.select_related("uploaded_by", "batch").get(pk=job.pk)


def rules(job: ImportJob) -> dict[str, list[int | None]]:
    """The rules that rows broke, with the rows of the file."""
    found: dict[str, list[int | None]] = {}
    with acting_as(job.uploaded_by_id):
        for one in ImportFinding.objects.filter(job=job).order_by("table", "file_row"):
            found.setdefault(one.rule, []).append(one.file_row)
    return found
