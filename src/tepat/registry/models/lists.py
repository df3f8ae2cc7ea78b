"""Lists of other institutions on their way in: what was sent, whom it names, who decided.

A list names people by NIK. Its numbers wait as tokens only, next to the person they were found to
be, and go when the load has ended; what could not be found stays, masked, for the institution.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class ListState(models.TextChoices):
    """How far a list has come."""

    CHECKING = "checking", "Diperiksa"
    CHECKED = "checked", "Sudah diperiksa"
    APPROVED = "approved", "Disetujui"
    DONE = "done", "Selesai"
    REFUSED = "refused", "Ditolak"
    FAILED = "failed", "Gagal"
    UNDONE = "undone", "Dibatalkan"


LIST_ENDED = (ListState.REFUSED, ListState.FAILED, ListState.UNDONE)


class Outcome(models.TextChoices):
    """What became of a row of a list."""

    MATCHED = "matched", "Ditemukan"
    NOT_FOUND = "not_found", "Tidak ditemukan"
    UNREADABLE = "unreadable", "Tidak terbaca"
    SEVERAL = "several", "Beberapa orang"
    TWICE = "twice", "Berulang"


class ListLoad(models.Model):
    """A list of one institution for one ground, of one day, about one region."""

    home = models.ForeignKey("places.Place", models.PROTECT, related_name="+")  # what it covers
    ground = models.TextField()
    source = models.TextField()
    date = models.DateField()
    uploaded_by = models.ForeignKey("staff.User", models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)
    file_name = models.TextField()
    file_kind = models.CharField(max_length=4)
    file_size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=ListState.choices, default=ListState.CHECKING)
    matched = models.IntegerField(default=0)
    not_found = models.IntegerField(default=0)
    unreadable = models.IntegerField(default=0)
    several = models.IntegerField(default=0)
    twice = models.IntegerField(default=0)
    # Against the earlier list of the same institution, ground and region
    added = models.IntegerField(default=0)
    kept = models.IntegerField(default=0)
    dropped = models.IntegerField(default=0)
    contested = models.IntegerField(default=0)  # of those kept
    checked_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("staff.User", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)
    ended_at = models.DateTimeField(null=True)
    error_id = models.TextField(blank=True)
    error_en = models.TextField(blank=True)
    error_code = models.TextField(blank=True)
    batch = models.OneToOneField("registry.Batch", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(name="list_state", condition=Q(state__in=ListState.values)),
            # The same names on another day are news: they still stand on the list.
            models.UniqueConstraint(
                name="list_same_file",
                fields=["sha256", "ground", "date"],
                condition=~Q(state__in=LIST_ENDED),
            ),
            models.CheckConstraint(
                name="list_two_persons",
                condition=Q(decided_by__isnull=True)
                | Q(state=ListState.REFUSED)
                | ~Q(decided_by=models.F("uploaded_by")),
            ),
        ]
        indexes = [models.Index(fields=["home", "-uploaded_at"])]

    def __str__(self) -> str:
        return f"list {self.pk}: {self.ground} by {self.source}"


class ListRow(models.Model):
    """A row of a list, and whom it names. Its number is a token; what is shown is masked."""

    load = models.ForeignKey(ListLoad, models.CASCADE, related_name="+", db_index=False)
    home_id = models.IntegerField()  # the list's region: who may see the list
    number = models.IntegerField()  # the row of the file
    shown = models.TextField(blank=True)
    token = models.BinaryField(null=True)
    key = models.UUIDField(null=True)
    of_family = models.BooleanField(default=False)  # `key` is a family's
    evidence = models.TextField(blank=True)
    confidence = models.TextField(blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.NOT_FOUND)
    why = models.CharField(max_length=20, blank=True)
    person_id = models.BigIntegerField(null=True)
    family_id = models.BigIntegerField(null=True)
    family_home = models.IntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["load", "outcome", "number"])]

    def __str__(self) -> str:
        return f"row {self.number} of list {self.load_id}"
