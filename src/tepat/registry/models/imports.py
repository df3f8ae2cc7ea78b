"""Imports: a file on its way into the registry, what its rows would do, and what is wrong in it.

Rows of a dry run wait in stage tables, guarded by region like the registry itself: what was
checked is what is applied. They are removed when the import has ended.
"""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from tepat.registry.models.observed import Code, FamilyObservation, Number, PersonObservation


def _variables(model: type[models.Model], owner: str) -> tuple[Any, ...]:
    """The columns of an observation that are answers."""
    about = {"id", "uuid", "observed_on", "source", "asked", "base_version", "batch", "home_id"}
    about |= {"superseded_by", owner}
    return tuple(one for one in model._meta.local_concrete_fields if one.name not in about)


FAMILY_VARIABLES = _variables(FamilyObservation, "family")
PERSON_VARIABLES = _variables(PersonObservation, "person")


class ImportState(models.TextChoices):
    """How far an import has come."""

    UPLOADED = "uploaded", "Diunggah"
    MATCHING = "matching", "Mencocokkan kolom"
    CHECKING = "checking", "Diperiksa"
    CHECKED = "checked", "Sudah diperiksa"
    APPROVED = "approved", "Disetujui"
    APPLYING = "applying", "Dimasukkan"
    DONE = "done", "Selesai"
    REFUSED = "refused", "Ditolak"
    FAILED = "failed", "Gagal"
    UNDONE = "undone", "Dibatalkan"


ENDED = (ImportState.REFUSED, ImportState.FAILED, ImportState.UNDONE)


class ImportJob(models.Model):
    """One file on its way. It stays in the table when it has ended, and so does its outcome."""

    home = models.ForeignKey("places.Place", models.PROTECT, related_name="+")  # the region
    uploaded_by = models.ForeignKey("staff.User", models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)
    source = models.TextField()
    as_of = models.DateField()  # for rows without a date of their own, and for codes of places
    file_name = models.TextField()
    file_names = ArrayField(models.TextField())  # as kept: one file, or families and members
    file_size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    state = models.CharField(
        max_length=10, choices=ImportState.choices, default=ImportState.UPLOADED
    )
    columns = models.JSONField(default=dict)  # what the file has: table or "file" -> names
    samples = models.JSONField(default=dict)  # table or "file" -> column -> masked values
    mapping = models.TextField(blank=True)  # YAML; blank where the file is in our own form
    shards = models.SmallIntegerField(default=0)
    shards_done = ArrayField(models.SmallIntegerField(), default=list)
    families_asked = ArrayField(models.TextField(), default=list)
    members_asked = ArrayField(models.TextField(), default=list)
    families_new = models.IntegerField(default=0)
    families_changed = models.IntegerField(default=0)
    families_same = models.IntegerField(default=0)
    families_error = models.IntegerField(default=0)
    families_warning = models.IntegerField(default=0)
    members_new = models.IntegerField(default=0)
    members_changed = models.IntegerField(default=0)
    members_same = models.IntegerField(default=0)
    members_error = models.IntegerField(default=0)
    members_warning = models.IntegerField(default=0)
    held_back = models.IntegerField(default=0)  # families that others changed meanwhile
    checked_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("staff.User", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)  # why it was refused or undone
    ended_at = models.DateTimeField(null=True)
    error_id = models.TextField(blank=True)
    error_en = models.TextField(blank=True)
    error_code = models.TextField(blank=True)
    batch = models.OneToOneField("registry.Batch", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(name="import_state", condition=Q(state__in=ImportState.values)),
            models.UniqueConstraint(
                name="import_same_file", fields=["sha256"], condition=~Q(state__in=ENDED)
            ),
            models.CheckConstraint(
                name="import_two_persons",
                condition=Q(decided_by__isnull=True)
                | Q(state__in=[ImportState.REFUSED])
                | ~Q(decided_by=models.F("uploaded_by")),
            ),
        ]
        indexes = [models.Index(fields=["home", "-uploaded_at"])]

    def __str__(self) -> str:
        return f"import {self.pk}: {self.file_name}"


class ImportMatch(models.Model):
    """How the columns of a source were matched, for the next file with the same columns."""

    home = models.ForeignKey("places.Place", models.CASCADE, related_name="+")
    source = models.TextField()
    columns_hash = models.CharField(max_length=64)
    mapping = models.TextField(blank=True)
    used_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="import_match_once", fields=["home", "source", "columns_hash"]
            )
        ]

    def __str__(self) -> str:
        return f"columns of {self.source}"


class RowState(models.TextChoices):
    """What a row of the file would do."""

    NEW = "new", "Baru"
    CHANGED = "changed", "Berubah"
    SAME = "same", "Sama"
    ERROR = "error", "Salah"


class _StageRow(models.Model):
    """One row of a file, ready to be applied."""

    job = models.ForeignKey(ImportJob, models.CASCADE, related_name="+", db_index=False)
    home_id = models.IntegerField()  # the import's region: who may see the import
    shard = models.SmallIntegerField()
    number = models.IntegerField()  # counts the file's families or members, from 1
    family_number = models.IntegerField()
    file_row = models.IntegerField(null=True)
    shown_key = models.TextField()
    origin_key = models.TextField(null=True)
    state = models.CharField(max_length=7, default=RowState.NEW)
    warned = models.BooleanField(default=False)
    observed_on = models.DateField()
    source = models.TextField()
    salt = models.BinaryField()
    sealed = models.BinaryField(null=True)
    token = models.BinaryField(null=True)
    token_once = models.BooleanField(default=False)  # well formed, and on one row of the file
    findings = models.SmallIntegerField(default=0)
    by_origin = models.BooleanField(default=False)
    record_id = models.BigIntegerField(null=True)  # the living record that was compared
    writes_record = models.BooleanField(default=False)
    writes_facts = models.BooleanField(default=False)

    class Meta:
        abstract = True
        indexes = [models.Index(fields=["job", "shard"])]


class StageFamily(_StageRow):
    """A family of a file; `family_id` where the registry has it."""

    family_id = models.BigIntegerField(null=True)
    version = models.BigIntegerField(null=True)
    village = models.TextField(null=True)
    place_id = models.IntegerField(null=True)

    def __str__(self) -> str:
        return f"family {self.number} of import {self.job_id}"


class StagePerson(_StageRow):
    """A member of a file; `person_id` where the registry has them."""

    person_id = models.BigIntegerField(null=True)
    name = models.TextField(null=True)
    words = ArrayField(models.TextField(), default=list)
    sex = models.SmallIntegerField(null=True)
    birth_date = models.DateField(null=True)
    relation = models.SmallIntegerField(null=True)
    membership_id = models.BigIntegerField(null=True)  # the living one that was compared
    left_family_id = models.BigIntegerField(null=True)  # where it is in another family
    left_version = models.BigIntegerField(null=True)
    writes_membership = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"member {self.number} of import {self.job_id}"


def _add_variables(model: type[models.Model], variables: tuple[Any, ...]) -> None:
    """The columns of an observation; its limits are looked at when the rows are written to it."""
    plain = {Code: models.SmallIntegerField, Number: models.IntegerField}
    for field in variables:
        kind = plain.get(type(field))
        model.add_to_class(field.name, kind(null=True) if kind else field.clone())


_add_variables(StageFamily, FAMILY_VARIABLES)
_add_variables(StagePerson, PERSON_VARIABLES)


class ImportFinding(models.Model):
    """Something on a row of the file; the text stands in the catalogue. Values are masked."""

    job = models.ForeignKey(ImportJob, models.CASCADE, related_name="+", db_index=False)
    home_id = models.IntegerField()
    shard = models.SmallIntegerField()  # -1: about the whole file; -2: found when shards met
    table = models.CharField(max_length=8)
    family_number = models.IntegerField(null=True)
    number = models.IntegerField(null=True)
    file_row = models.IntegerField(null=True)
    shown_key = models.TextField(blank=True)
    rule = models.CharField(max_length=40)
    severity = models.CharField(max_length=7)
    column = models.TextField(blank=True)
    value_shown = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["job", "shard"]),
            models.Index(fields=["job", "severity", "table", "file_row"]),
        ]

    def __str__(self) -> str:
        return f"{self.rule} on row {self.file_row}"
