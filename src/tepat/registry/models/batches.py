"""Batches: what became known together, and the events that families live through."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q


class BatchKind(models.TextChoices):
    """How rows came in."""

    IMPORT = "import", "Impor"
    INTERVIEW = "interview", "Wawancara"
    EVENT = "event", "Peristiwa"
    CORRECTION = "correction", "Koreksi"
    LIST = "list", "Daftar lembaga"
    UNDO = "undo", "Pembatalan"
    ERASURE = "erasure", "Penghapusan"


class Batch(models.Model):
    """Rows that became known together, at one moment.

    Made and stamped in one transaction: the database sets `known_at` itself, later than any before.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    kind = models.CharField(max_length=12, choices=BatchKind.choices)
    source = models.TextField()
    made_by = models.ForeignKey("staff.User", models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    known_at = models.DateTimeField(null=True, unique=True)
    undoes = models.OneToOneField("self", models.PROTECT, null=True, related_name="undone_by")

    class Meta:
        constraints = [
            models.CheckConstraint(name="batch_kind", condition=Q(kind__in=BatchKind.values))
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class EventKind(models.TextChoices):
    """What happened to a family."""

    REGISTRATION = "registration", "Pendaftaran"
    BIRTH = "birth", "Kelahiran"
    DEATH = "death", "Kematian"
    MARRIAGE = "marriage", "Perkawinan"
    JOIN = "join", "Anggota masuk"
    LEAVE = "leave", "Anggota keluar"
    MOVE_IN = "move_in", "Pindah masuk"
    MOVE_OUT = "move_out", "Pindah keluar"
    SPLIT = "split", "Pecah KK"
    MERGER = "merger", "Gabung KK"
    NEW_HEAD = "new_head", "Ganti kepala keluarga"
    NEW_NUMBER = "new_number", "Ganti nomor KK"
    CORRECTION = "correction", "Perbaikan data"


class Event(models.Model):
    """One thing that happened to a family, on a day, as a batch told it; a row of its history."""

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="events")
    family = models.ForeignKey("registry.Family", models.PROTECT, related_name="events")
    person = models.ForeignKey("registry.Person", models.PROTECT, null=True, related_name="events")
    kind = models.CharField(max_length=12, choices=EventKind.choices)
    on = models.DateField()
    document = models.TextField(blank=True)
    note = models.TextField(blank=True)
    superseded_by = models.ForeignKey(
        Batch, models.PROTECT, null=True, related_name="+", db_index=False
    )
    home_id = models.IntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="event_kind", condition=Q(kind__in=EventKind.values))
        ]
        indexes = [models.Index(fields=["family", "on"])]

    def __str__(self) -> str:
        return f"{self.kind} on {self.on}"
