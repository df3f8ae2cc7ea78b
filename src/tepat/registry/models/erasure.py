"""Requests to erase a person, who asked and who decided."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Erasure(models.Model):
    """A person asked to be forgotten, or a law demands it; a second person decides."""

    person = models.ForeignKey("registry.Person", models.PROTECT, related_name="erasures")
    family = models.ForeignKey("registry.Family", models.PROTECT, related_name="+")
    reason = models.TextField()
    document = models.TextField()
    asked_by = models.ForeignKey("staff.User", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey("staff.User", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    granted = models.BooleanField(null=True)
    answer = models.TextField(blank=True)
    batch = models.ForeignKey("registry.Batch", models.PROTECT, null=True, related_name="+")
    home_id = models.IntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="erasure_two_people",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")),
            ),
            models.CheckConstraint(
                name="erasure_decided",
                condition=Q(decided_by__isnull=True, granted__isnull=True)
                | Q(decided_by__isnull=False, granted__isnull=False),
            ),
            models.UniqueConstraint(
                name="erasure_open", fields=["person"], condition=Q(granted__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"erasure of person {self.person_id}"
