"""Matching columns: our columns, the choice for each, and what a file's values look like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from tepat.console.import_words import TABLES
from tepat.engine.text import Text
from tepat.registry.imports import matching, queries
from tepat.registry.imports.queries import Choice
from tepat.registry.models import ImportJob, ImportMatch


@dataclass(frozen=True)
class Row:
    """One of our columns on the page: the name of its box, the choice, values of the file."""

    box: str
    name: str
    label: Text
    chosen: str
    required: bool
    samples: str
    missing: bool


@dataclass(frozen=True)
class Table:
    """The columns of one table: those that matter first, the rest folded away."""

    name: str
    label: Text
    columns: list[str]
    first: list[Row]
    rest: list[Row]
    unused: list[str]


@dataclass(frozen=True)
class Matching:
    """What the page asks and what was chosen so far."""

    tables: list[Table]
    missing: list[Row]

    def matched(self) -> matching.Matched:
        """Our columns and theirs."""
        return {
            table.name: {row.name: row.chosen for row in (*table.first, *table.rest) if row.chosen}
            for table in self.tables
        }


def matching_of(job: ImportJob, sent: QueryDict | None = None) -> Matching:
    """The choices of the proposal, or those that were sent; what is required and missing.

    Only columns of the file can be chosen; whatever else is sent counts as none.
    """
    choices = queries.choices(job) or _proposed(job)
    tables = [_table(job, name, choices[name], sent) for name in matching.TABLES]
    rows = [row for table in tables for row in (*table.first, *table.rest)]
    return Matching(tables, [row for row in rows if row.missing])


def _proposed(job: ImportJob) -> Mapping[str, list[Choice]]:
    """Fresh proposals, where the choice so far is a mapping that a person wrote."""
    proposed = matching.propose(job.columns)
    kept = job.mapping
    job.mapping = matching.mapping_text(proposed, job.columns, job.file_names)
    try:
        return queries.choices(job) or {}
    finally:
        job.mapping = kept


def _table(job: ImportJob, name: str, choices: list[Choice], sent: QueryDict | None) -> Table:
    columns = queries.file_columns(job, name)
    samples: Mapping[str, Any] = job.samples.get(name, job.samples.get(matching.FLAT, {}))
    rows = [_row(name, one, columns, samples, sent) for one in choices]
    used = {row.chosen for row in rows}
    return Table(
        name,
        TABLES[name],
        columns,
        [row for row in rows if row.required or row.chosen],
        [row for row in rows if not row.required and not row.chosen],
        [column for column in columns if column not in used],
    )


def _row(
    table: str,
    one: Choice,
    columns: list[str],
    samples: Mapping[str, Any],
    sent: QueryDict | None,
) -> Row:
    box = f"{table}.{one.name}"
    asked = one.chosen if sent is None else sent.get(box, "")
    chosen = asked if asked in columns else ""
    return Row(
        box,
        one.name,
        one.label,
        chosen,
        one.required,
        " · ".join(samples.get(chosen, ())),
        sent is not None and one.required and not chosen,
    )


def remembered(job: ImportJob) -> ImportMatch | None:
    """The match of an earlier file with the same columns and source, if it is what is proposed."""
    found = ImportMatch.objects.filter(
        home_id=job.home_id,
        source=job.source,
        columns_hash=matching.columns_hash(job.columns),
    ).first()
    return found if found and found.mapping == job.mapping else None


def is_own(job: ImportJob) -> bool:
    """Whether the file has our own names, so that nothing needs to be matched."""
    return matching.is_own(job.columns)
