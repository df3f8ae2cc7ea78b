"""Interviews that are being written, and the photos of a family.

An interview's answers are sealed while it is a draft and gone from here once they were sent: then
they stand in the observations. Nobody but its author sees a draft; one that is held is seen by all
whose places it belongs to, for one of them has to decide.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Interview(models.Model):
    """One visit to a family, from its first question to its sending."""

    class Kind(models.TextChoices):
        """Whether the family was known before."""

        REGISTRATION = "registration", "Pendaftaran"
        CHECK = "check", "Pemeriksaan lapangan"

    class State(models.TextChoices):
        """How far it is. Held: somebody else changed the family meanwhile."""

        DRAFT = "draft", "Draf"
        HELD = "held", "Ditahan"
        SENT = "sent", "Terkirim"
        DISCARDED = "discarded", "Dibuang"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True)  # of the observation of the family
    kind = models.CharField(max_length=12, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    author = models.ForeignKey("staff.User", models.PROTECT, related_name="+")
    family = models.ForeignKey("registry.Family", models.PROTECT, null=True, related_name="+")
    base_version = models.BigIntegerField(null=True)  # the family's version when it was begun
    observed_on = models.DateField()
    content = models.BinaryField()  # sealed; empty once sent or discarded
    begun_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())
    home_id = models.IntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="interview_words",
                condition=Q(kind__in=("registration", "check"))
                & Q(state__in=("draft", "held", "sent", "discarded")),
            ),
            models.CheckConstraint(
                name="interview_of_known",
                condition=~Q(kind="check") | Q(family__isnull=False, base_version__isnull=False),
            ),
            models.CheckConstraint(
                name="interview_gone", condition=Q(state__in=("draft", "held")) | Q(content=b"")
            ),
        ]
        indexes = [
            models.Index(fields=["author", "state", "-changed_at"], name="interview_of_author"),
            models.Index(
                fields=["home_id", "changed_at"], name="interview_held", condition=Q(state="held")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.uuid}"


class Photo(models.Model):
    """A photo of a family's house or card; the picture is a sealed file of its own."""

    class Kind(models.TextChoices):
        """What it shows."""

        FRONT = "front", "Depan rumah"
        INSIDE = "inside", "Dalam rumah"
        CARD = "card", "Kartu keluarga"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    interview = models.ForeignKey(Interview, models.PROTECT, related_name="photos")
    family = models.ForeignKey("registry.Family", models.PROTECT, null=True, related_name="photos")
    batch = models.ForeignKey("registry.Batch", models.PROTECT, null=True, related_name="+")
    taken_on = models.DateField()
    file = models.CharField(max_length=64, unique=True)  # its random name under files/photos
    home_id = models.IntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="photo_kind", condition=Q(kind__in=("front", "inside", "card"))
            ),
            models.CheckConstraint(
                name="photo_sent",
                condition=Q(family__isnull=True, batch__isnull=True)
                | Q(family__isnull=False, batch__isnull=False),
            ),
            models.UniqueConstraint(name="photo_once", fields=["interview", "kind"]),
        ]
        indexes = [models.Index(fields=["family", "-taken_on"], name="photo_of_family")]

    def __str__(self) -> str:
        return f"{self.kind} {self.uuid}"
