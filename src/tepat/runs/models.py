"""Runs of the main job as staff ask for them, and what the last ones decided about each family.

A run's folder holds all that it knew; the tables hold what pages ask for. A decision's reasons are
bits in the order of its programme's criteria. To be small enough for a country there is no row
where a programme does not apply in a family's region, and none for a person who is not eligible
for what is decided person by person.
"""

from __future__ import annotations

from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class State(models.TextChoices):
    """How far a run is."""

    WAITING = "waiting", "Menunggu giliran"
    SNAPSHOT = "snapshot", "Mengambil data"
    RUNNING = "running", "Menghitung"
    PUBLISHING = "publishing", "Menerbitkan"
    DONE = "done", "Selesai"
    FAILED = "failed", "Tidak selesai"
    STOPPED = "stopped", "Dihentikan"


# An erasure says when it began, and is seen when it ends: a run of that time may have read before.
SLACK = timedelta(minutes=10)
AT_WORK = (State.WAITING, State.SNAPSHOT, State.RUNNING, State.PUBLISHING)


class Run(models.Model):
    """The main job for a place and its people as they were on a day, as far as known by a moment.

    `folder` is the name of its folders under `snapshots/` and `runs/`. `before` is the run of the
    same place with which it was compared. Only the worker moves it on.
    """

    id = models.AutoField(primary_key=True)
    place = models.ForeignKey("places.Place", models.PROTECT, related_name="+")
    as_of = models.DateField()
    known_by = models.DateTimeField()
    programmes = ArrayField(models.TextField(), default=list)  # none: all that are in force
    quota = models.TextField(blank=True)  # the CSV file as it was uploaded
    started_by = models.ForeignKey("staff.User", models.PROTECT, related_name="+")
    started_at = models.DateTimeField(db_default=Now())
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    step = models.CharField(max_length=12, blank=True)
    done = models.PositiveSmallIntegerField(default=0)
    total = models.PositiveSmallIntegerField(default=0)
    stop_asked_by = models.ForeignKey("staff.User", models.PROTECT, null=True, related_name="+")
    error = models.JSONField(null=True)  # {id, en}, each with code, what, why, do
    folder = models.CharField(max_length=60, unique=True)
    families = models.BigIntegerField(null=True)
    members = models.BigIntegerField(null=True)
    findings = models.BigIntegerField(null=True)
    finished_at = models.DateTimeField(null=True)
    before = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(name="run_state", condition=Q(state__in=State.values)),
        ]
        indexes = [models.Index(fields=["place", "-finished_at"], name="run_of_place")]

    def __str__(self) -> str:
        return f"run {self.pk} as of {self.as_of}"


class RunProgramme(models.Model):
    """What a run says of one programme: its criteria in the order of the bits, and its totals.

    `criteria` are objects with name, id, en (the statement, open where it differs from family to
    family) and law. `came`, `gone` and `stayed` count those awarded against the run before.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="outcomes")
    name = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField()
    title_id = models.TextField()
    title_en = models.TextField()
    unit = models.CharField(max_length=6)  # family or member
    kind = models.CharField(max_length=10)
    law = models.TextField()
    criteria = models.JSONField()
    not_checked = models.BigIntegerField()  # bits: grounds whose list was not loaded
    eligible = models.BigIntegerField()
    not_eligible = models.BigIntegerField()
    cannot_decide = models.BigIntegerField()
    awarded = models.BigIntegerField()
    waiting = models.BigIntegerField()
    refused = models.BigIntegerField()
    amount_year = models.BigIntegerField(null=True)  # rupiah; null for what is not money
    came = models.BigIntegerField(null=True)
    gone = models.BigIntegerField(null=True)
    stayed = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="run_programme", fields=["run", "name"])]

    def __str__(self) -> str:
        return f"{self.name} of run {self.run_id}"


class QuotaLine(models.Model):
    """A programme's last place in a kabupaten (none: one not known), and how many compete for it.

    Where more compete than that, it is the quota; else it may be less.
    """

    id = models.AutoField(primary_key=True)
    of = models.ForeignKey(RunProgramme, models.CASCADE, related_name="lines")
    kabupaten = models.CharField(max_length=4, blank=True)
    quota = models.BigIntegerField()
    competing = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(name="quota_line", fields=["of", "kabupaten"])]

    def __str__(self) -> str:
        return f"{self.quota} in {self.kabupaten}"


class Outcome(models.IntegerChoices):
    """What the rules say; the numbers are those of eligibility.rules."""

    NOT_ELIGIBLE = 0, "Tidak layak"
    ELIGIBLE = 1, "Layak"
    CANNOT_DECIDE = 2, "Belum dapat diputuskan"


class Award(models.IntegerChoices):
    """What became of who is eligible."""

    NONE = 0, "Tidak layak"
    AWARDED = 1, "Menerima"
    WAITING = 2, "Menunggu"
    REFUSED = 3, "Tidak menerima"


class Decision(models.Model):
    """What a run decided about a family, or one person of it, for one programme.

    `home_id` follows the family when it moves, so that its new village sees it. Foreign keys are
    not checked by the database: a million rows are written at once, out of the same transaction.
    """

    run = models.ForeignKey(
        Run, models.CASCADE, db_constraint=False, db_index=False, related_name="decisions"
    )
    family_id = models.BigIntegerField()
    person_id = models.BigIntegerField(null=True)
    failed = models.BigIntegerField()
    unknown = models.BigIntegerField()
    amount_year = models.BigIntegerField(null=True)
    place = models.BigIntegerField(null=True)  # in the queue for the quota
    home_id = models.IntegerField()
    line = models.ForeignKey(
        QuotaLine, models.DO_NOTHING, null=True, db_constraint=False, db_index=False,
        related_name="+",
    )  # fmt: skip
    outcome = models.SmallIntegerField(choices=Outcome.choices)
    award = models.SmallIntegerField(choices=Award.choices)
    programme = models.CharField(max_length=60)
    barred_by = models.CharField(max_length=60, null=True)

    class Meta:
        indexes = [
            models.Index(fields=["family_id", "run"], name="decision_of_family"),
            # when a run of one kabupaten is forgotten, the others' rows are not read
            models.Index(fields=["run"], name="decision_of_run"),
        ]

    def __str__(self) -> str:
        return f"{self.programme} for family {self.family_id}"
