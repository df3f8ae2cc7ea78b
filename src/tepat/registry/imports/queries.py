"""What the pages of imports show. Row-level security decides which imports a user sees."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from tepat.engine.csv_lines import BEGINNING, csv_line
from tepat.engine.errors import TepatError
from tepat.policy.load import default_folder
from tepat.policy.model import Text
from tepat.registry.imports import matching
from tepat.registry.imports.actions import APPROVERS, UPLOADERS
from tepat.registry.imports.catalogue import ERROR, WARNING, rule_of
from tepat.registry.keyset import Keyset
from tepat.registry.models import ImportFinding, ImportJob
from tepat.registry.models.imports import ImportState
from tepat.staff.context import acting_as
from tepat.staff.models import User

AT_ONCE = 2_000  # rows of a file between two looks at the database
_ORDER = ("severity", "table", "file_row", "pk")
_STEPS = {
    ImportState.UPLOADED: (0, 1),
    ImportState.MATCHING: (1, 1),
    ImportState.CHECKED: (1, 1),
    ImportState.APPROVED: (0, 1),
    ImportState.APPLYING: (0, 1),
}


def imports() -> QuerySet[ImportJob]:
    """The imports in the user's places, the newest first."""
    return ImportJob.objects.select_related("home", "uploaded_by", "decided_by").order_by(
        "-uploaded_at"
    )


def waiting(user: User) -> QuerySet[ImportJob]:
    """The imports that wait for this user's decision: checked, and not their own."""
    if user.role not in APPROVERS:
        return ImportJob.objects.none()
    return imports().filter(state=ImportState.CHECKED).exclude(uploaded_by=user)


def import_of(job: int) -> ImportJob:
    """One import. Raises TepatError ``import_not_found``."""
    found = imports().filter(pk=job).first()
    if found is None:
        raise TepatError(
            "import_not_found",
            "There is no such import in your places.",
            do="Look in the list of imports.",
        )
    return found


def progress(job: ImportJob) -> tuple[int, int]:
    """How many steps of the present state are done, of how many; from the database alone."""
    if job.state == ImportState.CHECKING:
        # reading, each shard, findings about the whole file, settling
        return (len(job.shards_done) + bool(job.shards), job.shards + 3)
    return _STEPS.get(ImportState(job.state), (1, 1))


@dataclass(frozen=True)
class May:
    """What a user may do with an import now."""

    match: bool
    approve: bool
    refuse: bool
    undo: bool


def may(job: ImportJob, user: User) -> May:
    """Which buttons a page shows; the actions look again."""
    own, decides = job.uploaded_by_id == user.pk, user.role in APPROVERS
    open_states = (
        ImportState.UPLOADED,
        ImportState.MATCHING,
        ImportState.CHECKING,
        ImportState.CHECKED,
    )
    return May(
        match=job.state == ImportState.MATCHING and user.role in UPLOADERS,
        approve=job.state == ImportState.CHECKED and decides and not own,
        refuse=job.state in open_states and (decides or own),
        undo=job.state == ImportState.DONE and decides,
    )


@dataclass(frozen=True)
class Choice:
    """One of our columns, and which column of the file was chosen for it."""

    name: str
    label: Text
    chosen: str
    required: bool


def choices(job: ImportJob) -> dict[str, list[Choice]] | None:
    """For each table our columns with the choice made; None where a policy mapping is used."""
    matched = matching.matched_in(job.mapping) if job.mapping else _own(job)
    if matched is None:
        return None
    found: dict[str, list[Choice]] = {}
    for table in matching.TABLES:
        required = {"families": ("family_key", "village")}.get(table, ("person_key", "family_key"))
        found[table] = [
            Choice(
                name,
                column.variable.label if column.variable else FIXED_LABELS[name],
                matched[table].get(name, ""),
                name in required,
            )
            for name, column in matching.our_columns(table, matching.variables()).items()
        ]
    return found


def column_name(name: str) -> Text | str:
    """What a column of the registry is called; a name that is none of them stays as it is."""
    for table in matching.TABLES:
        column = matching.our_columns(table, matching.variables()).get(name)
        if column is not None:
            return column.variable.label if column.variable else FIXED_LABELS[name]
    return name


def _own(job: ImportJob) -> matching.Matched:
    return {
        table: {name.strip().lower(): name for name in job.columns.get(table, ())}
        for table in matching.TABLES
    }


def file_columns(job: ImportJob, table: str) -> list[str]:
    """The columns of the file that a choice of this table may name."""
    return list(job.columns.get(table, job.columns.get(matching.FLAT, ())))


def mapping_names() -> list[str]:
    """The mappings that come with the policy."""
    return sorted(path.stem for path in (default_folder() / "mappings").glob("*.yaml"))


@dataclass(frozen=True)
class RuleCount:
    """How often a rule was broken."""

    rule: str
    severity: str
    table: str
    rows: int
    says: Text
    do: Text


def findings_by_rule(job: ImportJob) -> list[RuleCount]:
    """What is wrong in a file, errors first, the most frequent first."""
    counted = (
        ImportFinding.objects.filter(job=job)
        .values("rule", "severity", "table")
        .annotate(rows=Count("pk"))
    )
    order = {ERROR: 0, WARNING: 1}
    found = [
        RuleCount(row["rule"], row["severity"], row["table"], row["rows"], rule.says, rule.do)
        for row in counted
        for rule in [rule_of(row["rule"])]
    ]
    return sorted(found, key=lambda one: (order.get(one.severity, 2), -one.rows, one.rule))


def findings(job: ImportJob, *, severity: str = "", rule: str = "") -> QuerySet[ImportFinding]:
    """The findings of an import by table and row, to be shown in pages."""
    found = ImportFinding.objects.filter(job=job)
    if severity:
        found = found.filter(severity=severity)
    if rule:
        found = found.filter(rule=rule)
    return found.order_by("severity", "table", "file_row", "pk")


def findings_file(*, job: int, user: int, language: str) -> Iterator[bytes]:
    """All findings as CSV, in UTF-8 with its mark, a reason in each row; streamed.

    A streamed answer runs outside the request, so it acts as the user by itself. Each page of rows
    is a transaction of its own: who reads slowly keeps none open.

    Args:
        job: the import.
        user: on whose behalf.
        language: ``id`` or ``en``.
    """
    header = {
        "id": ("tabel", "baris", "kunci", "kolom", "nilai", "tingkat", "alasan", "perbaikan"),
        "en": ("table", "row", "key", "column", "value", "severity", "reason", "what to do"),
    }[language]
    yield BEGINNING + csv_line(header)
    pages, last = Keyset(_ORDER, AT_ONCE), None
    while True:
        with acting_as(user):
            rows = pages.after(findings(import_of(job)), last)
        yield b"".join(csv_line(_cells(row, language)) for row in rows)
        if len(rows) < AT_ONCE:
            return
        last = rows[-1]


def _cells(row: ImportFinding, language: str) -> tuple[object, ...]:
    rule = rule_of(row.rule)
    seen = (row.table, row.file_row, row.shown_key, row.column, row.value_shown, row.severity)
    return (*seen, rule.says.get(language), rule.do.get(language))


FIXED_LABELS: Mapping[str, Text] = {
    "family_key": Text("Kunci keluarga dari sumber", "Key of the family at the source"),
    "person_key": Text("Kunci orang dari sumber", "Key of the person at the source"),
    "kk_number": Text("Nomor KK", "KK number"),
    "nik": Text("NIK", "NIK"),
    "name": Text("Nama", "Name"),
    "province": Text("Kode provinsi", "Code of the province"),
    "kabupaten": Text("Kode kabupaten atau kota", "Code of the kabupaten or city"),
    "kecamatan": Text("Kode kecamatan", "Code of the kecamatan"),
    "village": Text("Kode desa atau kelurahan", "Code of the village"),
    "weight": Text("Bobot survei (tidak disimpan)", "Survey weight (not kept)"),
    "observed_on": Text("Tanggal pendataan", "Date of the observation"),
    "source": Text("Sumber", "Source"),
}
